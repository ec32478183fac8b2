"""Where people were killed: the map and what stands beside it, the surfaces over it, how places compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hotspots import geography as places
from hotspots.drawing.charts.funnel import VERDICTS
from hotspots.geography import grids
from hotspots.questions.restricted.asked import Asked, covered, question
from hotspots.statistics import density, rates, trends
from hotspots.statistics.catalog import measure
from hotspots.statistics.density import Sensitivity
from hotspots.statistics.measure import UNSTABLE_UNDER, table
from hotspots.statistics.rates import Estimate, Funnel
from hotspots.study import Study
from hotspots.study.calendar import DAY
from hotspots.study.selection import Selection
from hotspots.views import data_tables, map_view, surfaces
from hotspots.views.answer import Answer
from hotspots.views.months import Months
from hotspots.words import Words, words_for

FEW_PLACES = 20  # among so few, which are the highest says nothing of the bandwidth


@question(lambda chosen: Selection(city=chosen.city, version=chosen.version, unit=chosen.unit))
def geometry(asked: Asked) -> map_view.MapGeometry:
    """Return the shapes of a map and the city's own background, whatever the period and the filters."""
    city, study = asked.city, asked.study
    weights = None
    if grids.own_side(city.blocks):  # squares reach beyond the city; blocks, and what is made from them, do not
        weights = study.placed.value_counts().reindex(study.blocks.index, fill_value=0)
    background = map_view.background(city, asked.unit)
    return map_view.geometry(f"{city.slug}/{city.version}/{asked.unit}", study.blocks, background, weights=weights)


@question(lambda chosen: chosen.figures(place="", language=chosen.language, bandwidth=chosen.bandwidth, layer=chosen.layer))
def map_of(asked: Asked, key: str, limits: tuple[float, ...] = ()) -> map_view.MapView:
    """Return the map of the measure `key`, with the surface over it that the reader chose, in the reader's language.

    `limits` are where its classes begin; left out, the numbers decide.

    It shows the whole city, whichever place was chosen: a place is seen among those around it.
    """
    chosen, words = asked.selection, words_for(asked.selection.language)
    what, shapes = measure(key), asked.ask(geometry)
    along = what.key == "network_density" and chosen.layer == "streets" and chosen.bandwidth == density.streets.USUAL
    if along or (what.key in ("density", "relative_risk") and chosen.bandwidth):
        what = replace(what, remarks=None)  # the surface's own note says how far it spreads each homicide
    plain = map_view.map_view(asked.study, what, shapes, words, unit=asked.unit, called=asked.city.called, limits=limits)
    return _with_surface(asked, plain, words) if chosen.bandwidth else plain


def _with_surface(asked: Asked, plain: map_view.MapView, words: Words) -> map_view.MapView:
    study, metres, epsg, layer = asked.study, asked.selection.bandwidth, asked.city.epsg, asked.selection.layer
    if layer == "streets":
        along = density.along_streets(study, bandwidth=metres)
        return surfaces.with_streets(plain, replace(along, rule="streets") if metres == density.streets.USUAL else along, epsg, words)
    rule = next((rule for rule, usual in asked.ask(bandwidths).items() if usual == metres), "given")
    if layer == "residents":
        risk = density.risk_surface(study, bandwidth=metres, draws=density.relative.DRAWS)
        return surfaces.with_risk(plain, replace(risk, rule=rule), epsg, words)
    return surfaces.with_surface(plain, replace(density.surface(study, bandwidth=metres), rule=rule), epsg, words)


@question()
def by_month(asked: Asked) -> Months | None:
    """Return how many were killed in each month, and in which unit: what a map needs to show any months; None of published totals."""
    study = asked.study
    if not study.has_victims:
        return None
    days = covered(study)
    months = pd.period_range(days.start, days.end - DAY, freq="M")
    date = pd.Series(study.dates).dt
    at = ((date.year - months[0].year) * 12 + date.month - months[0].month).to_numpy()
    inside = (at >= 0) & (at < len(months))
    placed = inside & (study.codes >= 0)
    cell, n = np.unique(study.codes[placed].astype(np.int64) * len(months) + at[placed], return_counts=True)
    unit, month = np.divmod(cell, len(months))
    return Months(str(months[0]), np.bincount(at[inside], minlength=len(months)), unit, month, n)


@question(lambda chosen: chosen.figures(place=""))
def opening(asked: Asked) -> str:
    """Return the key of the measure that a map opens with."""
    return map_view.default_measure(asked.study).key


def usual_bandwidth(study: Study) -> int:
    """Return the bandwidth in whole metres that a surface starts with."""
    return _whole(density.usual_bandwidth(study))


@question(lambda chosen: chosen.figures(place=""))
def bandwidths(asked: Asked) -> Mapping[str, int]:
    """Return the bandwidth in whole metres that each rule gives, by the rule's name."""
    found = {rule: density.bandwidth_of(asked.study, rule=rule) for rule in ("scott", *density.CRITERIA)}
    return {rule: _whole(metres) for rule, (metres, way) in found.items() if way == rule}


def _whole(metres: float) -> int:
    return max(int(round(metres, -1)), 10)


@question(lambda chosen: chosen.figures(of=["density"]))
def sensitivity(asked: Asked) -> Answer[Sensitivity] | None:
    """Return how the highest places of the smooth surface change with its bandwidth; None where places or homicides are too few."""
    study, inside = asked.study.everywhere, asked.study.blocks.index
    if study.events.sum() < UNSTABLE_UNDER or len(study.blocks) <= FEW_PLACES:
        return None
    found = density.sensitivity(study, bandwidth=asked.selection.bandwidth)
    names = places.names(study.blocks)

    def says(words: Words) -> str:
        widths = list(found.ranks.columns)
        said = words.say(
            "**{stay} of the {top}** highest places stay among the {top} at every bandwidth from {low} to {high} m.",
            stay=words.number(found.stay),
            top=words.number(found.top),
            low=words.number(widths[0]),
            high=words.number(widths[-1]),
        )
        return asked.of_city(said, words)

    found = replace(found, ranks=found.ranks[found.ranks.index.isin(inside)])
    table = found.ranks.assign(place=names.reindex(found.ranks.index)).rename_axis("id")
    return asked.answer(found, says, rows=table.reset_index)


@dataclass(frozen=True, eq=False)
class Mapped:
    """What a map says of its places together: how many have homicides (`some`), have `none`, are `unknown`; and the years of all."""

    some: int
    none: int
    unknown: int
    years: pd.DataFrame

    @property
    def of(self) -> int:
        """All places."""
        return self.some + self.none + self.unknown


@question()
def mapped(asked: Asked) -> Answer[Mapped]:
    """Return in how many places somebody was killed, and how many of the people killed are on the map."""
    study = asked.study
    some, none = int((study.counts > 0).sum()), int((study.counts == 0).sum())
    outside = study.located - int((study.unit_of.notna() & (study.rows["unplaced"] == "")).sum()) if study.has_victims else 0

    def says(words: Words) -> str:
        if not study.has_victims:
            return words.say("Published totals: single homicides, their places and days are not known.")
        if not study.victims:
            return words.say("Nobody was killed in what is shown.")
        parts = [
            words.say("On the map: {n} of {total} people killed.", n=words.number(study.inside), total=words.number(study.victims)),
            words.say("Without a usable place: {n}.", n=words.number(study.victims - study.inside - outside)),
            words.say("Outside the mapped area: {n}.", n=words.number(outside)),
        ]
        return " ".join(parts)

    return asked.answer(Mapped(some, none, len(study.counts) - some - none, trends.yearly(study)), says)


@question()
def of_places(asked: Asked, key: str) -> Answer[pd.DataFrame]:
    """Return what is known of each place by the measure `key`, most homicides first."""
    found = table(asked.study, measure(key)).sort_values(["count", "name"], ascending=[False, True], kind="stable")
    return asked.answer(found, rows=found.rename_axis("id").reset_index)


@dataclass(frozen=True, eq=False)
class Place:
    """One place: what the measure's table says of it, its rate, its years."""

    row: pd.Series
    rate: Estimate
    years: pd.DataFrame


@question(lambda chosen: chosen.figures(place=""))
def place(asked: Asked, unit: str, key: str) -> Answer[Place]:
    """Return the numbers of one place and its own years."""
    study = asked.study
    row = table(study, measure(key)).loc[unit]
    found = Place(
        row,
        rates.estimate(float(study.exposed.loc[unit]), float(study.person_years.loc[unit]), together=study.together),
        trends.yearly(study.at(unit)),
    )
    return asked.answer(found, interval=(found.rate.low, found.rate.high))


@question(lambda chosen: chosen.figures(unit="blocks", beside=chosen.beside))
def side_by_side(asked: Asked) -> Answer[pd.DataFrame]:
    """Return the place chosen and the one beside it, or the whole city: a row for each, with the same numbers worked out alike.

    `place` is its text, or the city's name. `rate` has its exact 95 % interval; `latest` are the last 12 whole months and `verdict` how
    they stand to those before. Where one lies in the other, its people are in both.
    """
    both = [asked.selection.place, asked.selection.beside]
    found = pd.DataFrame([_in_a_row(asked.at(place=text, beside="").study, text) for text in both])
    return asked.answer(found, rows=lambda: found.drop(columns="study").assign(place=found["place"].replace("", asked.city.name)))


def _in_a_row(study: Study, text: str) -> dict[str, Any]:
    rate, latest = rates.overall(study), trends.latest(study)
    return {
        "place": text,
        "count": study.victims,
        "population": study.population,
        "rate": rate.value,
        "rate_low": rate.low,
        "rate_high": rate.high,
        "latest": None if latest is None else latest.count,
        "verdict": "unknown" if latest is None else latest.verdict,
        "in_no_place": study.in_no_place,
        "estimated": study.place is not None and study.place.estimated,
        "study": study,
    }


@question()
def ages(asked: Asked) -> Answer[rates.AgesKnown]:
    """Return how many victims on the map have a known age, and take part in a rate standardised by age."""
    found = rates.ages_known(asked.study)

    def says(words: Words) -> str:
        left_out = words.number(found.unknown) + (f" ({words.percent(found.unknown / found.total)})" if found.total >= 10 else "")
        return words.say(
            "As if every place had the ages of the {standard}. Of {total} people killed on the map {unknown} have no known age and take "
            "no part.",
            standard=words.say(rates.STANDARDS["who"]),
            total=words.number(found.total),
            unknown=left_out,
        )

    return asked.answer(found, says)


@question()
def compared(asked: Asked) -> Answer[Funnel | None]:
    """Return each place beside what chance explains; no value where no homicide or no resident is known.

    What chance explains, with the allowance for the number of places, is that of the whole city; the places inside the one chosen are
    listed.
    """
    study, inside = asked.study.everywhere, asked.study.blocks.index
    found = rates.funnel(study)
    alone = found is None or len(found.table) < 2
    if found is not None and asked.study.place:
        found = replace(found, table=found.table[found.table.index.isin(inside)])

    def says(words: Words) -> str:
        return asked.of_place(stands_out(words), words)

    def stands_out(words: Words) -> str:
        if found is None or alone or found.table.empty:
            return words.say("How do places compare?")
        if len(found.table) == 1:
            return words.say(VERDICTS[found.table["verdict"].iloc[0]])
        count, told = found.verdicts(), {"all": words.number(len(found.table)), "unit": asked.unit_word(words)}
        if not count["above"] and not count["below"]:
            return words.say("None of the {all} {unit} stands out: chance explains how they differ", **told)
        return words.count(
            "{n} of {all} {unit} is above what chance explains, {below} below",
            "{n} of {all} {unit} are above what chance explains, {below} below",
            count["above"],
            below=words.number(count["below"]),
            **told,
        )

    return asked.answer(found, says, rows=None if found is None else lambda: data_tables.funnel(found, study))

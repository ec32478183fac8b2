"""Where to begin: the first places by deaths alone, and how well each rule for choosing them did on periods that it had not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.geography import units
from hotspots.questions.restricted.asked import Asked, covered, question
from hotspots.statistics import concentration, priorities
from hotspots.statistics.priorities import ALLOWED_FILTERS, MONTHS, PLAIN, REASONS, RULE_WORDS, SHARES, Backtest, Kinds
from hotspots.study.selection import Selection
from hotspots.views import data_tables, map_view
from hotspots.views.answer import Answer
from hotspots.words import Words
from hotspots.words.escape import safe_markdown

BESIDE = 250  # metres: a service is near


@dataclass(frozen=True, eq=False)
class FirstPlaces:
    """The first `places` by `rule`, first ones first, on a `share` of the area; `best` is the rule that the test supports.

    Those are inside the place chosen; `of_city` is how many the whole city has.
    """

    places: pd.DataFrame
    rule: str
    best: str
    share: float
    of_city: int


def by_kind(asked: Asked, unit: str = "", *, months: int = MONTHS, shares: tuple[float, ...] = SHARES) -> Asked:
    """Return the same by a kind of place; left out, by the one that the test supports."""
    if unit or not asked.study.has_days or not asked.study.has_outlines:
        return asked.at(unit=unit)
    found = asked.ask(kinds, months=months, shares=shares).value
    return asked.at(unit=units.default(asked.city.blocks) if isinstance(found, str) else found.best)


def deaths_alone(selection: Selection) -> Selection:
    """Return the choices without filters by who was killed, or by whether anybody was arrested."""
    return replace(selection, where=tuple(pair for pair in selection.where if pair[0] in ALLOWED_FILTERS))


@question()
def backtest(asked: Asked, *, months: int = MONTHS, shares: tuple[float, ...] = SHARES) -> Answer[Backtest | str]:
    """Return how well every rule did on periods of `months` that it had not seen: which does best; or why that cannot be told."""
    found = priorities.backtest(asked.study.everywhere, months=months, shares=shares)
    if isinstance(found, str):
        return asked.answer(found, lambda words: words.say("The rules cannot be tested here: {reason}.", reason=words.say(REASONS[found])))
    return asked.answer(found, lambda words: _verdict(found, words, shares=shares), rows=lambda: data_tables.backtest(found))


@question(lambda chosen: chosen.figures(unit="", place=""))
def kinds(asked: Asked, *, months: int = MONTHS, shares: tuple[float, ...] = SHARES) -> Answer[Kinds | str]:
    """Return by what kind of place to choose, and why: how each kind that the city has did on periods that it had not seen."""
    city, usual = asked.city, units.default(asked.city.blocks)
    asked = asked.at(unit=usual)
    offered = units.available(city.blocks, points=city.has_points, streets=city.segments is not None)
    # A crossing has no length, and a hexagon is a square of another shape: between the two there is nothing to choose.
    named = [one for one in offered if one not in ("city", "segments+corners") and not one.startswith("h3:")]
    found = priorities.compared({one: asked.at(unit=one).study for one in named}, usual=usual, months=months, share=shares[-1])
    if isinstance(found, str):
        reason = REASONS[found]
        return asked.answer(
            found,
            lambda words: words.say(
                "By {unit}: other kinds of places cannot be tested here, because {reason}.",
                unit=_kind_name(asked, usual, words),
                reason=words.say(reason),
            ),
        )
    return asked.answer(found, lambda words: _why(found, asked, words), rows=lambda: found.table.reset_index())


def _kind_name(asked: Asked, unit: str, words: Words) -> str:
    return map_view.unit_name(unit, words, asked.city.called).lower()


def _why(found: Kinds, asked: Asked, words: Words) -> str:
    """Return why this kind of place, in one sentence."""
    rates, best = found.table["hit_rate"], found.best
    if len(rates) == 1:
        return words.say("By {unit}: there is no other kind of place to compare with.", unit=_kind_name(asked, best, words))
    others = words.join(
        words.say("{unit} {rate}", unit=_kind_name(asked, one, words), rate=words.percent(rate))
        for one, rate in rates.drop(best).sort_values(ascending=False).items()
    )
    told = {
        "unit": _kind_name(asked, best, words),
        "ground": words.say("length of street") if found.ground == "length" else words.say("area"),
        "rate": words.percent(rates[best]),
        "others": others,
    }
    if best == found.usual:
        return words.say(
            "By {unit}: on the same {ground} these held {rate} of later homicides, and no other kind more than chance explains ({others}).",
            **told,
        )
    return words.say(
        "By {unit}: on the same {ground} these held {rate} of later homicides, more than {usual} by more than chance explains ({others}).",
        usual=_kind_name(asked, found.usual, words),
        **told,
    )


@question()
def first_places(asked: Asked, rule: str = "", *, months: int = MONTHS, shares: tuple[float, ...] = SHARES) -> Answer[FirstPlaces]:
    """Return the first places by a rule, on the largest of `shares` of the area; left out, by the rule that the test supports.

    The order is that of the whole city; those inside the place chosen are listed.
    """
    tested, share = asked.ask(backtest, months=months, shares=shares).value, shares[-1]
    best = PLAIN if isinstance(tested, str) else tested.winner(share)
    everywhere = _described(priorities.ranked(asked.study.everywhere, rule=rule or best, share=share), asked)
    places = everywhere[everywhere.index.isin(asked.study.blocks.index)]

    def says(words: Words) -> str:
        if everywhere.empty or isinstance(tested, str):
            return asked.of_place(words.say("Where to begin"), words)
        if asked.study.place:
            said = words.count(
                "{n} of the places to begin with in the whole city is inside",
                "{n} of the places to begin with in the whole city are inside",
                len(places),
            )
            return asked.of_place(said, words)
        return words.say(
            "Where to begin: {n} {unit}, {share} of the area; such a choice held {rate} of later homicides",
            n=words.number(len(places)),
            unit=asked.unit_word(words),
            share=words.percent(share),
            rate=words.percent(tested.table.loc[(rule or best, share), "hit_rate"]),
        )

    found = FirstPlaces(places, rule or best, best, share, len(everywhere))
    return asked.answer(found, says, rows=lambda: places.reset_index(names="id"))


def in_words(found: FirstPlaces, asked: Asked, words: Words) -> str:
    """Return the place that the list begins with: how many events there in all years, and how many of them in the last 12 months."""
    (_, row), study = next(found.places.iterrows()), asked.study
    place, events = safe_markdown(str(row["name"])), words.number(row["events"])
    period = words.period(study.start.date(), study.end.date())
    if "last_year" not in row:
        return words.say("First: {place}, {events} events in {period}.", place=place, events=events, period=period)
    return words.say(
        "First: {place}, {events} events in {period}, {last} of them in the last 12 months.",
        place=place,
        events=events,
        period=period,
        last=words.number(row["last_year"]),
    )


def _described(places: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Return the first places with their share of all events and the running one, their pattern, district, and services near.

    No `last_year` where no more was chosen than the last 12 months.
    """
    study = asked.study.everywhere
    places = places if covered(study).longer_than(12) else places.drop(columns="last_year")
    every = max(priorities.past(study).counts.sum(), 1)
    places = places.assign(share=places["events"] / every, running=places["events"].cumsum() / every)
    places = places.assign(pattern=concentration.patterns(study).reindex(places.index))
    shapes = study.blocks.geometry.loc[places.index]
    if "district" in asked.city.blocks.columns:
        middles = shapely.point_on_surface(np.asarray(shapes.array))
        at = units.locate(shapely.get_x(middles), shapely.get_y(middles), asked.city.blocks)
        districts = np.append(asked.city.blocks["district"].astype(object).fillna("").to_numpy(), "")
        places = places.assign(district=districts[at])
    services = asked.city.context[asked.city.context["kind"] == "service"]
    return places.assign(services=_near(shapes, services)) if len(services) else places


def _near(shapes: gpd.GeoSeries, services: gpd.GeoDataFrame) -> list[str]:
    """Return the names of the services within `BESIDE` metres of each place, the nearest first."""
    names = services["name"].fillna("").astype(str).to_numpy()
    spots = np.asarray(services.geometry.array)
    found = []
    for shape in shapes:
        away = shapely.distance(spots, shape)
        order = [n for n in np.argsort(away, kind="stable") if away[n] <= BESIDE and names[n]]
        found.append("; ".join(names[order]))
    return found


@question()
def spread(asked: Asked) -> Answer[float]:
    """Return how far the rule by density spreads each homicide of the list, in metres, and how that was found."""
    metres = priorities.bandwidth(asked.study.everywhere)
    return asked.answer(
        metres,
        lambda words: words.say(
            "Each homicide is spread {metres} m over the ground around it: the distance at which the homicides of this period best "
            "foretell one another's places (cross-validation).",
            metres=words.number(round(metres)),
        ),
    )


def _verdict(found: Backtest, words: Words, *, shares: tuple[float, ...]) -> str:
    """Return which rule does best, or that none beat the plain count."""
    winners = {share: found.winner(share) for share in shares}
    if set(winners.values()) == {PLAIN}:
        return words.say("No rule beat the plain count of homicides on years it had not seen, so the plain count is used.")
    better = [
        words.say("{rule} (at {share} of the area)", rule=words.say(RULE_WORDS[rule]), share=words.percent(share))
        for share, rule in winners.items()
        if rule != PLAIN
    ]
    return words.say("On years it had not seen, more than chance explains: {rules} beat the plain count.", rules=words.join(better))


def score(found: Backtest, words: Words, *, share: float = SHARES[-1]) -> str:
    """Return what the rule in use would have caught at this share of the area, in a sentence."""
    row = found.table.loc[(found.winner(share), share)]
    return words.say(
        "In the years tested, the places chosen ({share} of the area) had {rate} of the homicides that followed ({low} to {high}; {hits} "
        "of {events}). The others, {rest}, happened elsewhere.",
        share=words.percent(share),
        rate=words.percent(row["hit_rate"]),
        low=words.percent(row["hit_rate_low"]),
        high=words.percent(row["hit_rate_high"]),
        hits=words.number(row["hits"]),
        events=words.number(row["events"]),
        rest=words.percent(1 - row["hit_rate"]),
    )

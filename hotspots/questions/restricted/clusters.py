"""Where, and when, homicides lie closer together than chance explains: circles, bursts, hot places."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from hotspots import geography
from hotspots.geography import units
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import clusters
from hotspots.statistics.clusters import DAYS, RADIUS, Advice, Calibration, Scan
from hotspots.statistics.clusters.circles import SIMULATIONS
from hotspots.study import BASELINES, Study
from hotspots.views import data_tables
from hotspots.views.answer import Answer
from hotspots.words import Words

SHUFFLES = 499  # of days: so many that nobody waits more than a few seconds; the page says how many


@question(lambda chosen: chosen.figures(of=["scan"]))
def circles(asked: Asked, *, cap: float | None = None, simulations: int = SIMULATIONS, seed: int = 0) -> Answer[Scan]:
    """Return the circles with more homicides than chance explains, up to the share `cap` of the city (left out: the reader's)."""
    study = asked.study.everywhere
    found = _reaching(clusters.circular_scan(study, cap=cap, simulations=simulations, seed=seed), asked.study)

    def says(words: Words) -> str:
        n = len(found.significant)
        if not n:
            return asked.of_place(words.say("No circle holds more homicides than chance explains"), words)
        said = words.count(
            "One circle holds more homicides than chance explains", "{n} circles hold more homicides than chance explains", n
        )
        return asked.of_place(said, words)

    return asked.answer(found, says, rows=lambda: data_tables.scan(found, study))


def compared_by(study: Study) -> dict[str, float]:
    """Return what the places can be compared by, each with how much of it there is: the ground and the places themselves always are.

    >>> from hotspots.testing import square_city
    >>> compared_by(Study.of(*square_city([(5, 5)], side=2, population=[1.0, 2.0, 3.0, 4.0])))
    {'population': 10.0, 'area': 400.0, 'equal': 4.0}
    """
    amounts = {name: float(np.nansum(study.amount(name))) for name in BASELINES}
    return {name: amount for name, amount in amounts.items() if amount > 0 or name in ("area", "equal")}


def _reaching(found: Scan, study: Study) -> Scan:
    """Return a scan of the whole city with those of its circles that reach into the place of the study: all where there is none."""
    if study.place is None:
        return found
    table, outline = found.table, study.place.outline
    centres = shapely.points(table["x"].to_numpy(dtype=float), table["y"].to_numpy(dtype=float))
    near = np.zeros(len(table), dtype=bool) if outline is None else shapely.distance(centres, outline) <= table["radius"].to_numpy()
    return replace(found, table=table[near])


@question(lambda chosen: chosen.figures(of=(), place=""), long=True)
def space_time(
    asked: Asked, *, anytime: bool, radius: float = RADIUS, days: int = DAYS, simulations: int = SHUFFLES, seed: int = 0
) -> Scan:
    """Return the bursts of the whole city, as a value that can be kept."""
    return clusters.space_time_scan(asked.study, radius=radius, days=days, anytime=anytime, simulations=simulations, seed=seed)


@question(lambda chosen: chosen.figures(of=()))
def bursts(
    asked: Asked, *, anytime: bool, radius: float = RADIUS, days: int = DAYS, simulations: int = SHUFFLES, seed: int = 0
) -> Answer[Scan]:
    """Return the bursts in place and time; unless `anytime`, those that go on at the end."""
    study = asked.study.everywhere
    scanned = asked.ask(space_time, anytime=anytime, radius=radius, days=days, simulations=simulations, seed=seed)
    found = _reaching(scanned, asked.study)
    return asked.answer(found, rows=lambda: data_tables.scan(found, study))


def reached(asked: Asked, circle: pd.Series) -> tuple[str, list[str]]:
    """Return what a circle reaches into, by name: the beats of its places, else their districts; and which of the two, empty for none."""
    blocks = asked.city.blocks
    kind = next((one for one in ("beat", "district") if one in blocks.columns), "")
    if not kind or asked.unit != "blocks":
        return "", []
    middles = shapely.centroid(np.asarray(blocks.geometry.array))
    inside = shapely.distance(middles, middles[blocks.index.get_loc(circle["centre"])]) <= circle["radius"] + 1e-6
    names = blocks[kind][inside].dropna().astype(str).unique().tolist()
    return kind, [names[at] for at in np.argsort(units.natural_order(names))]


@question(lambda chosen: chosen.figures(of=["scan"]))
def straddling(asked: Asked, *, cap: float | None = None, simulations: int = SIMULATIONS, seed: int = 0) -> Answer[dict[int, list[str]]]:
    """Return which beats, or districts, each circle reaches into that reaches into more than one, by the number it has on the map.

    The sentence counts them among all; of a single circle, and in a city that tells of neither, it says nothing.
    """
    scanned = asked.ask(circles, cap=cap, simulations=simulations, seed=seed).value.significant
    all_reached = {int(number): reached(asked, row) for number, row in scanned.iterrows()}
    found = {number: names for number, (_, names) in all_reached.items() if len(names) > 1}
    kind = next((kind for kind, _ in all_reached.values() if kind), "")

    def says(words: Words) -> str:
        return _straddling(found, len(all_reached), kind, words) if kind and len(all_reached) > 1 else ""

    return asked.answer(found, says)


def _straddling(found: dict[int, list[str]], n: int, kind: str, words: Words) -> str:
    which = words.join([words.say("no. {number} ({names})", number=number, names=words.join(names)) for number, names in found.items()])
    if not found and kind == "beat":
        return words.say("Each of the {n} circles lies in one beat.", n=words.number(n))
    if not found:
        return words.say("Each of the {n} circles lies in one district.", n=words.number(n))
    told = {"all": words.number(n), "which": which}
    if kind == "beat":
        return words.count(
            "{n} of {all} circles reaches into more than one beat: {which}.",
            "{n} of {all} circles reach into more than one beat: {which}.",
            len(found),
            **told,
        )
    return words.count(
        "{n} of {all} circles reaches into more than one district: {which}.",
        "{n} of {all} circles reach into more than one district: {which}.",
        len(found),
        **told,
    )


def place_name(study: Study, unit: str) -> str:
    """Return the name of a unit, or its id where it has none."""
    return str(geography.names(study.blocks).get(unit, unit))


def place_at(study: Study, x: float, y: float) -> str:
    """Return the name of the unit that a place lies in; a dash outside of all."""
    at = int(units.locate(np.array([x]), np.array([y]), study.blocks)[0])
    return place_name(study, str(study.blocks.index[at])) if at >= 0 else "–"


@dataclass(frozen=True, eq=False)
class HotPlaces:
    """The hot spots of a study: whether homicides are enough to rank places, and what the map shows where nothing is going on.

    `places` are the hot ones by name, with the `beats` that each hot spot reaches into (more than one: it straddles them). `untested` are
    those about which too little is known, most `killed` first, with their `residents`.
    Both are None where homicides are too few and no longer period is at hand.
    """

    advice: Advice
    calibration: Calibration
    places: pd.DataFrame | None = None
    untested: pd.DataFrame | None = None
    untested_killed: int = 0

    @property
    def own(self) -> int | None:
        """How many places are hot by their own homicides; None where that was not asked for."""
        return None if self.places is None or "own" not in self.places.columns else int(self.places["own"].sum())


@question()
def hot_places(asked: Asked, *, sized: bool = True) -> Answer[HotPlaces]:
    """Return the hot places of a unit with their numbers, what chance alone would show, and the places that could not be tested.

    The test is that of the whole city; places are listed inside the one chosen. `sized`: with how much larger their risk is.
    """
    study, inside = asked.study.everywhere, asked.study.blocks.index
    advice, calibration = clusters.advice(study), clusters.calibration(study)
    warnings = () if advice.enough else (clusters.ADVICE[advice.reason],)
    if not advice.enough and advice.reason != "widen":
        return asked.answer(HotPlaces(advice, calibration), warnings=warnings)
    names, hot = geography.names(study.blocks), clusters.hot_spot(study)
    places = clusters.hot_places(study, hot)
    if sized and len(places):
        places = places.join(clusters.sizes(study, calibration.baseline))
    places.insert(0, "place", names.loc[places.index])
    if (reached := _beats(asked, places["group"])) is not None:
        places.insert(2, "beats", reached)
    places = places[places.index.isin(inside)]
    aside = pd.DataFrame({"place": names, "killed": study.counts, "residents": study.residents})[hot.isna()]
    aside = aside[aside.index.isin(inside)]
    aside = aside.sort_values(["killed", "place"], ascending=[False, True])
    found = HotPlaces(advice, calibration, places, aside, int(aside["killed"].sum()))
    rows = places.rename_axis("id").reset_index
    return asked.answer(found, lambda words: asked.of_place(_hot_places(places, study, words), words), rows=rows, warnings=warnings)


def _beats(asked: Asked, group: pd.Series) -> pd.Series | None:
    """Return the beats that each hot spot reaches into, for each of its places; None where there are none, or the places are as large."""
    blocks = asked.city.blocks
    if "beat" not in blocks.columns or asked.unit in ("city", "districts", "beats"):
        return None
    if asked.unit == "blocks":
        beat = blocks["beat"].reindex(group.index)
        pairs = pd.DataFrame({"group": group, "beat": beat}).dropna()
    else:
        outlines = units.roll_up(blocks, "beats").geometry
        shapes = np.asarray(asked.study.everywhere.blocks.geometry.reindex(group.index).array)
        one, of = shapely.STRtree(np.asarray(outlines.array)).query(shapes, predicate="intersects")
        pairs = pd.DataFrame({"group": group.to_numpy()[one], "beat": outlines.index[of]})
    listed = pairs.groupby("group")["beat"].agg(lambda one: ", ".join(sorted({str(beat) for beat in one if beat})))
    return group.map(listed).fillna("")


def _hot_places(places: pd.DataFrame, study: Study, words: Words) -> str:
    period = words.period(study.start.date(), study.end.date())
    if places.empty:
        return words.say("In {period}, no place had more homicides than chance explains.", period=period)
    return words.count(
        "In {period}, {n} place, with those beside it, had more homicides than chance explains: one hot spot.",
        "In {period}, {n} places, with those beside them, had more homicides than chance explains: they form {groups} hot spots.",
        len(places),
        period=period,
        groups=words.number(places["group"].nunique()),
    )

"""Where, and when, homicides lie closer together than chance explains: circles, bursts, hot places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.geography import units
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import clusters
from hotspots.statistics.clusters import DAYS, RADIUS, Advice, Calibration, Scan
from hotspots.statistics.clusters.circles import SIMULATIONS
from hotspots.study import Study
from hotspots.views import data_tables
from hotspots.views.answer import Answer
from hotspots.words import Words

SHUFFLES = 499  # of days: so many that nobody waits more than a few seconds; the page says how many


@question(lambda chosen: chosen.figures(of=["scan"]))
def circles(asked: Asked, *, cap: float | None = None, simulations: int = SIMULATIONS, seed: int = 0) -> Answer[Scan]:
    """Return the circles with more homicides than chance explains, up to the share `cap` of the city (left out: the reader's)."""
    found = clusters.circular_scan(asked.study, cap=cap, simulations=simulations, seed=seed)

    def says(words: Words) -> str:
        n = len(found.significant)
        if not n:
            return words.say("No circle holds more homicides than chance explains")
        return words.count(
            "One circle holds more homicides than chance explains", "{n} circles hold more homicides than chance explains", n
        )

    return asked.answer(found, says, rows=lambda: data_tables.scan(found, asked.study))


@question(lambda chosen: chosen.figures(of=()))
def bursts(
    asked: Asked, *, anytime: bool = True, radius: float = RADIUS, days: int = DAYS, simulations: int = SHUFFLES, seed: int = 0
) -> Answer[Scan]:
    """Return the bursts in place and time; unless `anytime`, those that go on at the end."""
    found = clusters.space_time_scan(asked.study, radius=radius, days=days, anytime=anytime, simulations=simulations, seed=seed)
    return asked.answer(found, rows=lambda: data_tables.scan(found, asked.study))


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

    `places` are the hot ones by name, and `untested` those about which too little is known, most `killed` first, with their `residents`.
    Both are None where homicides are too few and no longer period is at hand.
    """

    advice: Advice
    calibration: Calibration
    places: pd.DataFrame | None = None
    untested: pd.DataFrame | None = None
    untested_killed: int = 0


@question(most=64)
def hot_places(asked: Asked) -> Answer[HotPlaces]:
    """Return the hot places of a unit with their numbers, what chance alone would show, and the places that could not be tested."""
    study = asked.study
    advice, calibration = clusters.advice(study), clusters.calibration(study)
    warnings = () if advice.enough else (clusters.ADVICE[advice.reason],)
    if not advice.enough and advice.reason != "widen":
        return asked.answer(HotPlaces(advice, calibration), warnings=warnings)
    names, hot = geography.names(study.blocks), clusters.hot_spot(study)
    places = clusters.hot_places(study, hot)
    places.insert(0, "place", names.loc[places.index])
    aside = pd.DataFrame({"place": names, "killed": study.counts, "residents": study.residents})[hot.isna()]
    aside = aside.sort_values(["killed", "place"], ascending=[False, True])
    found = HotPlaces(advice, calibration, places, aside, int(aside["killed"].sum()))
    rows = places.rename_axis("id").reset_index
    return asked.answer(found, lambda words: _hot_places(places, study, words), rows=rows, warnings=warnings)


def _hot_places(places: pd.DataFrame, study: Study, words: Words) -> str:
    period = words.period(study.start.date(), study.end.date())
    if places.empty:
        return words.say("In {period}, no place had more homicides than chance explains.", period=period)
    return words.count(
        "In {period}, {n} place, with those beside it, had more homicides than chance explains: one hot spot.",
        "In {period}, {n} places, with those beside them, had more homicides than chance explains: they form {groups} hot spots.",
        len(places),
        period=period,
        groups=words.number(places["group"].max()),
    )

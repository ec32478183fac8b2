"""What may be retaliation: near repeats, windows that are open, how many follow on one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import repeats
from hotspots.statistics.repeats import Events, NearRepeats, Strength
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.views import data_tables
from hotspots.views.answer import Answer
from hotspots.words import Words, mark

DOUBTS: dict[str, str] = {
    "lone": mark(
        "No event of these data has two victims, and several stand at one place on one day: are their numbers those of victims, not of "
        "events? Then each pair of victims killed together counts as a repeat."
    ),
    "large": mark(
        "Repeats come more than 20 times as often as chance gives: so many come rather from how events are written down. Do the victims of "
        "one event have numbers of their own here, or is one place written for many?"
    ),
}


def _in_city(chosen: Selection) -> Selection:
    return chosen.figures(place="")


@question(_in_city)
def events(asked: Asked) -> Events:
    """Return the killings of the whole city by event, with their places and days."""
    return repeats.events_of(asked.study)


@question(lambda chosen: chosen.figures(place="", where=(), start=None, end=None, unit="blocks"), needs="windows")
def close_by(asked: Asked, *, metres: float, days: int) -> pd.DataFrame:
    """Return what lies near each killing in place and time, out of all that the data hold, whatever was chosen. Restricted."""
    return repeats.close_by(asked.study, metres=metres, days=days)


@question(_in_city, long=True)
def drawn(asked: Asked) -> Strength | None:
    """Return how many killings of the whole city follow on one another, as a value that can be kept."""
    return repeats.strength(asked.ask(events))


@question()
def strength(asked: Asked) -> Answer[Strength | None]:
    """Return how many killings follow on one another; no value where too few are known."""
    return asked.answer(asked.ask(drawn))


@question(_in_city, long=True)
def pairs(asked: Asked, *, metres: float, days: int, seed: int) -> NearRepeats:
    """Return the pairs near in place and time of the whole city beside chance, as a value that can be kept."""
    return repeats.near_repeats(asked.study, metres=metres, days=days, seed=seed)


@question(_in_city)
def near_repeats(asked: Asked, *, metres: float, days: int, seed: int = 0) -> Answer[NearRepeats]:
    """Return how often a killing is followed by another nearby soon after, beside chance; its rows are all bands of distance and delay."""
    found = asked.ask(pairs, metres=metres, days=days, seed=seed)
    one = found.single
    doubt = repeats.doubted(asked.ask(events), one)

    def says(words: Words) -> str:
        values = {"metres": words.number(one.metres), "days": words.number(one.days)}
        if pd.isna(one.ratio):
            return words.say(
                "No two killings lie within {metres} m of each other, so nothing can be said of repeats within {days} days.", **values
            )
        return words.say(
            "In this city, after a killing, another within {metres} m and {days} days happened {ratio} times as often as chance alone "
            "gives ({low}–{high}).",
            ratio=words.number(one.ratio, 1),
            low=words.number(one.low, 1),
            high=words.number(one.high, 1),
            **values,
        )

    return asked.answer(found, says, rows=lambda: found.table, interval=(one.low, one.high), warnings=(DOUBTS[doubt],) if doubt else ())


@question(needs="windows")
def open_windows(asked: Asked, *, metres: float, days: int) -> Answer[pd.DataFrame]:
    """Return the windows that are open on the last day of the study; `unit` in its rows is the id of the place. Restricted.

    Events anywhere in the city open one and lie in one; listed are those around an event inside the place chosen.
    """
    known, study = asked.ask(events), asked.study.everywhere
    found = repeats.open_windows(known, metres=metres, days=days)
    if asked.study.place:
        found = found[_inside(asked.study, known, found["event"].to_numpy())].reset_index(drop=True)

    def says(words: Words) -> str:
        last = words.date(repeats.day_of(known.last).date())
        return words.count("{n} window open on {day}", "{n} windows open on {day}", len(found), day=last)

    return asked.answer(found, says, rows=lambda: data_tables.windows(found, study))


def _inside(study: Study, known: Events, at: np.ndarray) -> np.ndarray:
    """Return which events have a victim in the place of a study."""
    here = study.rows
    points = set(zip(shapely.get_x(np.asarray(here.geometry.array)), shapely.get_y(np.asarray(here.geometry.array)), strict=True))
    return np.array([spot in points for spot in zip(known.x[at], known.y[at], strict=True)], dtype=bool)

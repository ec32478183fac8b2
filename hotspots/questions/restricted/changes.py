"""Whether it is more than usual: 7 and 28 days, the year to date and 365 days, each beside the same days of the years before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.geography import units
from hotspots.questions.restricted.asked import Asked, question
from hotspots.statistics import change
from hotspots.statistics.change import Comparison
from hotspots.study import Study
from hotspots.study.calendar import DAY, Days, periods
from hotspots.study.places import UNITS
from hotspots.views import captions, data_tables, verdicts
from hotspots.views.answer import Answer
from hotspots.words import Words

MANY = 40  # places, from here on those outside their range come first
USUAL, YEAR = "28", "365"  # the periods that a finding is about where nobody chose another; the second where days are not known


def unit_of(asked: Asked, unit: str = "") -> str:
    """Return the unit of the rows: `unit` where it makes rows that can be compared, else the largest that divides the city or the place."""
    offered = offered_units(asked)
    return unit if unit in offered else offered[0]


def offered_units(asked: Asked) -> tuple[str, ...]:
    """Return the units on offer: districts, beats, the whole; blocks where there are neither districts nor beats. First what divides it."""
    there = asked.city.units
    large = [unit for unit in there if unit in ("districts", "beats")] or [unit for unit in there if unit == "blocks"]
    kind = asked.selection.place.partition(":")[0]
    whole = [unit for unit in large if kind and UNITS.get(unit) in (kind, "district")]
    return (*(unit for unit in large if unit not in whole), *whole, "city")


def until(study: Study, *, lag: int, as_of: dt.date | None = None) -> pd.Timestamp:
    """Return the day that the periods end before: `lag` days before the end of the data, of the study, or of the day `as_of`.

    Where days are not known it is the first of that month.
    """
    end = min(study.end, study.covers[1])
    day = (min(pd.Timestamp(as_of) + DAY, end) if as_of else end) - lag * DAY
    return day if study.has_days else day.replace(day=1)


def span_of(study: Study, span: str = "") -> str:
    """Return the period of a finding: `span` where there is such a one, else the usual one; where days are not known, 12 months."""
    known = periods(study.end, by_day=study.has_days)
    return span if span in known else USUAL if USUAL in known else YEAR


def in_order(one: Comparison, names: list[str]) -> np.ndarray:
    """Return the order of the places: by name; where they are many, those outside their range first."""
    within = (one.places["verdict"] == "within").to_numpy()
    return np.lexsort((units.natural_order(names), within if len(names) > MANY else np.zeros(len(names))))


@question()
def compared(asked: Asked, until: pd.Timestamp) -> dict[str, Comparison]:
    """Return the periods of `calendar.periods` that end before `until`, each beside the years before, by the unit chosen."""
    return _compared(asked.study, until, places=True)


@question(lambda chosen: chosen.figures(unit="blocks"))
def of_the_whole(asked: Asked, until: pd.Timestamp) -> dict[str, Comparison]:
    """Return the same of all of the city or place alone, in a tenth of the time."""
    return _compared(asked.study, until, places=False)


def _compared(study: Study, until: pd.Timestamp, *, places: bool) -> dict[str, Comparison]:
    every = periods(until, by_day=study.has_days)
    return {name: change.compare(study, Days(max(one.start, study.covers[0]), one.end), places=places) for name, one in every.items()}


@question()
def changes(asked: Asked, until: pd.Timestamp, *, span: str = USUAL) -> Answer[Mapping[str, Comparison]]:
    """Return every period beside the years before; the finding is that of `span` on the whole city, in the counts it was judged by."""
    found, study = asked.ask(compared, until), asked.study
    one = found[span_of(study, span)]

    def says(words: Words) -> str:
        killed, events = one.city["count"], one.city["events"]
        days = captions.days(one.days, words)
        if one.usual or killed == events or one.verdict == "unknown":
            finding = words.count("{n} person killed, {days}", "{n} people killed, {days}", killed, days=days)
        else:  # people were killed together, and the only range there is counts that once
            told = {"n": words.number(killed), "events": words.number(events), "days": days}
            finding = words.say("{n} people killed in {events} events, {days}", **told)
        return verdicts.judged(finding, one.verdict, words)

    return asked.answer(found, says, rows=lambda: data_tables.changes(found, study), days=one.days)


def places(one: Comparison, study: Study) -> pd.DataFrame:
    """Return a row for each `place` by name, then the people killed in none of them, then the `whole` city: nothing is lost.

    `judged` is that of `change.judged`, empty for the last two.
    """
    rows = pd.concat([one.places, one.no_place.to_frame().T, one.city.to_frame().T], ignore_index=True)
    named = [*geography.names(study.blocks).astype(str), *data_tables.together(study)]
    return rows.assign(place=named, judged=[*change.judged(one.places), "", ""], whole=[False] * (len(rows) - 1) + [True])

"""Two periods of one city side by side: the one that a map shows and an earlier one of the same length."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from hotspots.questions.restricted import here
from hotspots.questions.restricted.asked import Asked
from hotspots.statistics import rates
from hotspots.views import captions
from hotspots.words import Words


@dataclass(frozen=True)
class TwoPeriods:
    """The same choices in an earlier period (`then`) and in the one shown (`now`): as long as one another."""

    then: Asked
    now: Asked


def two_periods(asked: Asked) -> TwoPeriods | None:
    """Return the two periods that the choices put side by side; None where none is chosen, or the data do not reach so far back.

    The one shown is the period chosen, else the last 36 months; the other ends where it begins, or lies whole years earlier.
    """
    against, city = asked.selection.against, asked.city
    if not against or not asked.study.has_victims:
        return None
    now = asked if asked.selection.start or asked.selection.end else here.recent(asked)
    start, end = pd.Timestamp(now.selection.start or city.start), pd.Timestamp(now.selection.end or city.end)
    first, last = earlier(start, end, against)
    if first < city.start:
        return None
    return TwoPeriods(_within(now, first, last), _within(now, start, end))


def earlier(start: pd.Timestamp, end: pd.Timestamp, against: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the earlier period: `before` ends where the other begins, in whole months where that one is; else so many years earlier.

    >>> start, end = pd.Timestamp("2020-03-01"), pd.Timestamp("2020-05-01")
    >>> [str(day.date()) for day in earlier(start, end, "before")], [str(day.date()) for day in earlier(start, end, "3")]
    (['2020-01-01', '2020-03-01'], ['2017-03-01', '2017-05-01'])
    """
    if against != "before":
        return start - pd.DateOffset(years=int(against)), end - pd.DateOffset(years=int(against))
    whole = start.day == end.day == 1
    months = (end.year - start.year) * 12 + end.month - start.month
    return (start - pd.DateOffset(months=months) if whole else start - (end - start)), start


def _within(asked: Asked, start: pd.Timestamp, end: pd.Timestamp) -> Asked:
    return replace(asked, selection=replace(asked.selection, start=start.date(), end=end.date()))


def in_words(asked: Asked, words: Words) -> str:
    """Return how many were killed in a period, and the rate with its exact 95 % interval where residents are known."""
    study = asked.study
    killed = captions.how_many(study.victims, words)
    one = rates.overall(study)
    if one.state == "no_data":
        return killed
    rate = words.say(
        "{rate} per 100,000 residents a year ({low}–{high})", rate=words.rate(one.value), low=words.rate(one.low), high=words.rate(one.high)
    )
    return f"{killed} · {rate}"

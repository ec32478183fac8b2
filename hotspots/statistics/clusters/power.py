"""Whether there are enough events to rank places at all, and how many years it would take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.statistics.clusters.exact_window import (
    LEVEL,
    Baseline,
    baseline_of,
    compared_events,
    least_events,
    tail,
)
from hotspots.study import Study
from hotspots.words import mark

LEAST_EVENTS = 30
RELATIVE_RISK = 20.0  # of the place that should be found
LEAST_POWER = 0.5  # it should be found more often than missed
_COARSE = 0.5  # the share of the city in an ordinary window from which on the test says nothing

# What to say, by what was found.
ADVICE: dict[str, str] = {
    "enough": mark("enough homicides to rank places"),
    "widen": mark("too few homicides to rank places in this period; take at least {years} years, from {start}"),
    "too_few": mark("too few homicides to rank places"),
    "coarse": mark("too few places to rank: a place and its neighbours are most of the city; choose smaller units"),
}


@dataclass(frozen=True)
class Advice:
    """Whether a study has enough events to rank places.

    `reason` is a key of `ADVICE`. `power` is the chance of finding a place with twenty times the risk. Where a longer period would do,
    `start` and `end` are its days (end exclusive) and `years` its length, rounded up; else they are missing.
    """

    enough: bool
    reason: str
    events: int
    power: float
    years: int | None = None
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None


def power(base: Baseline, n: int, *, relative_risk: float = RELATIVE_RISK) -> float:
    """Return the chance that the window test with `n` events finds an ordinary window whose risk is so many times that elsewhere.

    Ordinary: the median of all windows tested. The window must be found by itself, at the level of a single place among all: a little
    less than the test's own power, as neighbouring windows help one another.
    """
    share = base.share[base.tested]
    if not n or not len(share):
        return 0.0
    least = least_events(n, share, LEVEL / len(share))
    return float(np.median(tail(least, n, relative_risk * share / (1 + (relative_risk - 1) * share)) * (least <= n)))


def sparse(study: Study, *, baseline: str | None = None, gap: float | None = None) -> Advice:
    """Return whether a study has enough events to rank places, and else how many years would be needed within the data.

    Enough: at least 30 events, and so many that a place with twenty times the risk of others would more likely be found than missed.
    Otherwise a map of hot spots stays empty whatever is going on, and one of counts shows chance. The period is first made longer into
    the past, then up to the last day of the data.

    >>> from hotspots.testing import square_city
    >>> sparse(Study.of(*square_city([(5, 5)] * 29, side=8))).reason
    'too_few'
    """
    base = baseline_of(study, baseline=baseline, gap=gap)
    n = _events(study, base)
    chance = power(base, n)
    if not base.tested.any() or np.median(base.share[base.tested]) > _COARSE:
        return Advice(False, "coarse" if base.tested.any() else "too_few", n, chance)
    if n >= LEAST_EVENTS and chance >= LEAST_POWER:
        return Advice(True, "enough", n, chance)
    for longer in _longer(study):
        more = _events(longer, base)
        if more >= LEAST_EVENTS and power(base, more) >= LEAST_POWER:
            return Advice(False, "widen", n, chance, int(np.ceil(longer.years - 0.01)), longer.start, longer.end)
    return Advice(False, "too_few", n, chance)


def _events(study: Study, base: Baseline) -> int:
    return int(compared_events(study, base.baseline)[base.known].sum())


def _longer(study: Study) -> Iterator[Study]:
    """Yield the study over more and more years of the data: back to their first day, then on to their last."""
    first, last = study.covers
    start, end = study.start, study.end
    years = int(study.years)
    while start > first:
        years += 1
        start = max(min(study.end - pd.DateOffset(years=years), start), first)
        yield study.between(start, end)
    years = 0
    while end < last:
        years += 1
        end = min(study.end + pd.DateOffset(years=years), last)
        yield study.between(start, end)

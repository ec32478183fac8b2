"""Which way it goes over years: a year beside an earlier one, with a range that allows for how far years swing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

LEAST_STEPS = 3  # from one whole year to the next: fewer say nothing of how far years swing


@dataclass(frozen=True)
class Direction:
    """A year of `now` people killed beside an earlier one of `then`: `low` to `high` is the 95 % range of their ratio.

    `swings` is how many times as much as by chance alone the years differ from one to the next (at least 1).
    """

    now: int
    then: int
    low: float
    high: float
    swings: float

    @property
    def clear(self) -> bool:
        """Whether the years differ by more than chance and the swings between years explain."""
        return self.low > 1 or self.high < 1


def direction(now: int, then: int, years: Sequence[float]) -> Direction | None:
    """Return a year beside an earlier one; `years` are the whole years in their order. None with fewer than four of them.

    A year differs from the next by chance and by whatever else swings. How much is taken from the steps from one year to the next (von
    Neumann 1941, doi:10.1214/aoms/1177731677): the mean of their squares over the sums, which is 1 where there is chance alone. So a
    trend is no swing, and the range is that of a ratio of counts widened by the swings, as wide as Student's t makes it for so few steps.
    It misleads where years hang together: a quiet decade and a busy one. It misleads across a change of what is counted.

    Years that go 40, 60, 40, 60 swing by four times chance; 30 after 60 is no clear fall then, and would be one by chance alone.

    >>> found = direction(30, 60, [60, 40, 60, 40, 60])
    >>> found.swings, round(found.low, 2), round(found.high, 2), found.clear
    (4.0, 0.15, 1.73, False)
    >>> direction(30, 60, [60, 60, 60, 60, 60]).clear
    True
    """
    counts = np.asarray(years, dtype=float)
    steps, sums = np.diff(counts), counts[1:] + counts[:-1]
    known = sums > 0
    if known.sum() < LEAST_STEPS:
        return None
    swings = max(float((steps[known] ** 2 / sums[known]).mean()), 1.0)
    ratio = np.log((now + 0.5) / (then + 0.5))
    reach = float(stdtrit(known.sum(), 0.975)) * np.sqrt(swings * (1 / (now + 0.5) + 1 / (then + 0.5)))
    return Direction(now, then, float(np.exp(ratio - reach)), float(np.exp(ratio + reach)), swings)

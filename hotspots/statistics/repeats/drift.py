"""Whether near pairs are more than places give that turn busy or quiet over a year: told from the pairs that lie a while apart."""

from __future__ import annotations

import math

import numpy as np

from hotspots.inference.normal_range import NORMAL_95

YEAR = 365


def beyond_drift(near: tuple[int, int, int], day: np.ndarray, *, days: int) -> tuple[float, bool]:
    """Return how many of the near pairs at most `days` apart drift accounts for, and whether there are more than that beyond chance.

    `near` are the pairs near in space: those at most `days` apart, those up to a year, and those further apart; `day` are the days of all
    events, in order. Pairs more than a year apart tell the share of near pairs that places have for good; those from `days` to a year
    tell how much more they have within a year, which events that follow soon on one another hardly add to. Where the level of a place
    changes once a year, that excess falls off evenly with the days between, so that it is (1 − days/730) ÷ (1 − (days + 365)/730) times
    as large, for as many pairs by chance, within `days`; where it drifts more slowly, less. The rest is held to its standard error with
    1.96, pairs being Poisson numbers. It misleads where places turn busy or quiet within a few months: that still looks as if one
    followed on another. With pairs of less than a year alone nothing is told, and all are put down to drift.

    >>> one = np.arange(0, 1500, 10)  # a place with an event every ten days, and nothing else: no pair is far
    >>> lag = np.abs(np.subtract.outer(one, one))[np.triu_indices(150, 1)]
    >>> beyond_drift((int((lag <= 60).sum()), int(((lag > 60) & (lag <= 365)).sum()), int((lag > 365).sum())), one, days=60)[1]
    False
    """
    n = len(day)

    def within(most: int) -> float:
        return float((np.searchsorted(day, day + most, side="right") - np.searchsorted(day, day - most) - 1).sum() / 2)

    soon, late, after = near
    far_soon = within(days) - soon
    far_late = within(YEAR) - within(days) - late
    far_after = n * (n - 1) / 2 - sum(near) - far_soon - far_late
    if min(far_soon, far_late, far_after) <= 0 or not after:
        return float(soon), False
    lasting = after / far_after
    steeper = (1 - days / (2 * YEAR)) / (1 - (days + YEAR) / (2 * YEAR)) * far_soon / far_late
    drift = steeper * max(late - lasting * far_late, 0.0)
    by_chance = lasting * far_soon
    error = math.sqrt(soon + steeper**2 * late + (by_chance - steeper * lasting * far_late) ** 2 / after)
    return drift, soon - by_chance - drift > NORMAL_95 * error

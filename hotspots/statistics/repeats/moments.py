"""How many pairs are near in place and time when days are shuffled among places: the mean and the variance of all shuffles, exactly."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc


def by_chance(close: np.ndarray, soon: np.ndarray) -> tuple[float, float]:
    """Return the mean and the variance of the number of near pairs over all ways to shuffle the days among the places.

    `close` counts for each event the others near in space, `soon` those near in time. Source: Barton & David (1966), The random
    intersection of two graphs, in: Research Papers in Statistics (Festschrift for J. Neyman), 455–459.

    Four events, one pair close and one pair soon: they are the same pair in one shuffle of six, so the variance is 1/6 · 5/6.

    >>> [round(one, 6) for one in by_chance(np.array([1.0, 1, 0, 0]), np.array([1.0, 0, 0, 1]))]
    [0.166667, 0.138889]
    """
    n = len(close)
    if n < 4:
        return (float(close.sum() * soon.sum() / (2 * n * (n - 1))) if n > 1 else 0.0), 0.0
    pairs, joined = zip(*((one.sum() / 2, (one * (one - 1)).sum()) for one in (close, soon)), strict=True)
    mean = 2 * pairs[0] * pairs[1] / (n * (n - 1))
    sharing = joined[0] * joined[1] / (n * (n - 1) * (n - 2))
    apart = 4 * (pairs[0] * (pairs[0] - 1) - joined[0]) * (pairs[1] * (pairs[1] - 1) - joined[1]) / (n * (n - 1) * (n - 2) * (n - 3))
    return float(mean), float(max(mean + sharing + apart - mean**2, 0.0))


def tail(observed: int, mean: float, variance: float) -> float:
    """Return the chance of at least so many pairs: that of a Poisson number in units of variance ÷ mean, so that both are right.

    With a variance as large as the mean it is Poisson's own: at least one where one is expected, 1 − 1/e.

    >>> round(tail(1, 1.0, 1.0), 6), tail(0, 1.0, 1.0)
    (0.632121, 1.0)
    """
    if not observed:
        return 1.0
    if not (mean > 0 and variance > 0):
        return float(observed <= mean)
    unit = variance / mean
    return float(gammainc(observed / unit, mean / unit))

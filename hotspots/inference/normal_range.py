"""What the next count is expected to be, and the range that it should fall in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc


@dataclass(frozen=True)
class Range:
    """What a count is expected to be, and the ends of the range that 95 in 100 such counts fall in."""

    expected: float
    low: int
    high: int


def expected_range(base: np.ndarray | list[int], level: float = 0.95) -> Range:
    """Return the range that the next count should fall in when nothing has changed since the counts of `base`.

    The next count is a negative binomial with the mean of `base`. Its variance has three parts: chance, the uncertainty of a mean known
    from few counts, and as much more as the counts of `base` scatter beyond chance (never less than chance). It misleads when `base`
    itself rises or falls, or crosses a change of definition. Source: the baseline of Farrington et al. (1996), doi:10.2307/2983331, with
    the negative binomial limits of Noufaily et al. (2013), doi:10.1002/sim.5595.

    With `base` 4, 4, 4, 4 the variance is 4 · (1 + 1/4) = 5: a negative binomial of size 16.

    >>> expected_range([4, 4, 4, 4])
    Range(expected=4.0, low=0, high=9)
    """
    counts = np.asarray(base, dtype=float)
    m = len(counts)
    mean = max(float(counts.mean()), 0.5 / m)
    scatter = float(((counts - mean) ** 2).sum() / (mean * (m - 1))) if m > 1 else 1.0
    variance = max(scatter, 1.0) * mean * (1 + 1 / m)
    size = mean**2 / (variance - mean)
    tail = (1 - level) / 2
    low, high = quantiles(size, mean, np.array([tail, 1 - tail]))
    return Range(float(counts.mean()), int(low), int(high))


def quantiles(size: float, mean: float, at: np.ndarray) -> np.ndarray:
    """Return the smallest counts at which the negative binomial's distribution function reaches `at`."""
    spread = np.sqrt(mean + mean**2 / size)
    counts = np.arange(int(mean + 12 * spread) + 20)
    return np.asarray(np.searchsorted(betainc(size, counts + 1.0, size / (size + mean)), at))

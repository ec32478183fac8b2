"""Exact intervals for counts of rare events."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betaincinv, gammaincinv, pdtr, pdtrik

PER = 1e5  # rates are per 100,000 person-years


def poisson_interval(count: Any, level: float = 0.95, *, together: Any = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact interval for the mean of a Poisson count, element by element.

    With this count, any mean in the interval is compatible at `level`. Exact means that it covers at least that often, however small
    the count; for 0 the lower end is 0. Missing counts give missing ends. Source: Garwood (1936), doi:10.1093/biomet/28.3-4.437.

    Of victims, some of whom are killed together, only events come by chance alone: `together` is how many times more the victims vary
    than as many killed one by one (`Study.together`), and the interval is that of count ÷ together pieces, times `together`. It is then
    the gamma interval of a weighted sum of Poisson counts (Fay & Feuer 1997, the source is at `standardised`) whose weights, the victims
    of one event, have this ratio of squares to sum.

    >>> low, high = poisson_interval([0, 10, 20])
    >>> [f"{a:.6f} {b:.6f}" for a, b in zip(low, high)]
    ['0.000000 3.688879', '4.795389 18.390356', '12.216520 30.888378']
    >>> low, high = poisson_interval(20, together=2.0)  # ten pairs
    >>> f"{low:.6f} {high:.6f}"
    '9.590777 36.780712'
    """
    n = np.asarray(count, dtype=float) / together
    tail = (1 - level) / 2
    low = np.where(n == 0, 0.0, gammaincinv(np.where(n == 0, 1, n), tail))
    return together * low, together * gammaincinv(n + 1, 1 - tail)


def ratio_interval(
    counts: tuple[float, float], exposures: tuple[float, float], level: float = 0.95, *, together: float = 1.0
) -> tuple[float, float]:
    """Return the exact interval for the ratio of two Poisson rates, the first over the second.

    Given their sum, the first count is binomial, and its exact interval (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404) gives that
    of the ratio. Where the second count is 0 the ratio has no upper end: infinity. Both counts 0: 0 to infinity. `together`: see
    `poisson_interval`; counts are then of count ÷ together pieces.

    With 0 and 1 the chance that the first takes part is at most 0.975, so the ratio is at most 39.

    >>> low, high = ratio_interval((0, 1), (1, 1))
    >>> low, round(high, 6)
    (0.0, 39.0)
    """
    x, y = (count / together for count in counts)
    tail = (1 - level) / 2
    low = float(betaincinv(x, y + 1, tail)) if x > 0 else 0.0
    high = float(betaincinv(x + 1, y, 1 - tail)) if y > 0 else 1.0
    scale = exposures[1] / exposures[0]
    return scale * low / (1 - low), scale * high / (1 - high) if high < 1 else float("inf")


def poisson_limits(mean: Any, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest count within the central `level` of Poisson counts with `mean`, element by element.

    At most half of what `level` leaves over lies below the first, and at most half above the second.

    >>> [int(end) for end in poisson_limits(20)]
    [12, 29]
    """
    expected = np.asarray(mean, dtype=float)
    tail = (1 - level) / 2
    return _quantile(expected, tail), _quantile(expected, 1 - tail)


def _quantile(mean: np.ndarray, at: float) -> np.ndarray:
    """Return the smallest count at which the Poisson distribution function reaches `at`."""
    known = np.where(mean > 0, mean, 1.0)
    near = np.ceil(np.nan_to_num(pdtrik(at, known)))
    before = np.maximum(near - 1, 0)
    found = np.where(pdtr(before, known) >= at, before, near)
    return np.where(mean > 0, found, np.where(mean == 0, 0.0, np.nan))

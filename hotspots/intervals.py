"""Exact intervals for counts of rare events."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaincinv

PER = 1e5  # rates are per 100,000 person-years


def poisson_interval(count: Any, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact interval for the mean of a Poisson count, element by element.

    With this count, any mean in the interval is compatible at `level`. Exact means that it covers at least that often, however small
    the count; for 0 the lower end is 0. Missing counts give missing ends. Source: Garwood (1936), doi:10.1093/biomet/28.3-4.437.

    >>> low, high = poisson_interval([0, 10, 20])
    >>> [f"{a:.6f} {b:.6f}" for a, b in zip(low, high)]
    ['0.000000 3.688879', '4.795389 18.390356', '12.216520 30.888378']
    """
    n = np.asarray(count, dtype=float)
    tail = (1 - level) / 2
    low = np.where(n == 0, 0.0, gammaincinv(np.where(n == 0, 1, n), tail))
    return low, gammaincinv(n + 1, 1 - tail)

"""Values repeated too often: one place or one day that holds more victims than chance allows, as a default value does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

_SHARE = 0.02
_CHANCE = 1e-3
_MOST = 5
_ALONE = 12  # rows of one key, where there is no other key


def repeated_too_often(keys: npt.NDArray[Any]) -> list[npt.NDArray[np.int64]]:
    """Return the positions of each key that holds more than 2 % of all, and so many that chance (Poisson, against the mean
    of the other keys) would give so many to any key less than once in a thousand files; largest first, at most five.

    `keys` is one value per victim, or one row of values.

    >>> repeated_too_often(np.array([7.0] * 12 + [1.0, 2.0, 3.0]))[0].tolist() == list(range(12))
    True
    """
    if not len(keys):
        return []
    _, group, sizes = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    found = []
    for key in np.argsort(-sizes, kind="stable")[:_MOST]:
        others = np.delete(sizes, key)
        if not len(others) and sizes[key] < _ALONE:
            break
        typical = float(others.mean()) if len(others) else 1.0
        if sizes[key] <= _SHARE * len(keys) or tail(int(sizes[key]), mean=typical) * len(sizes) >= _CHANCE:
            break
        found.append(np.flatnonzero(group.ravel() == key))
    return found


def tail(count: int, *, mean: float) -> float:
    """Return the chance that a Poisson number of the given mean reaches `count`.

    >>> round(tail(3, mean=1.0), 6)
    0.080301
    """
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    total, i = 0.0, count
    while term > total * 1e-12 and i < count + 10_000:
        total += term
        i += 1
        term *= mean / i
    return min(total, 1.0)

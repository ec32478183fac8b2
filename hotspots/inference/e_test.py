"""Are two counts of rare events alike? The exact test, and the range of counts that it would call alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import bdtr, gammaln

LEVEL = 0.05  # the chance of calling two counts unlike where nothing changed
_REACH = 9.0  # standard deviations of the total that are looked at: what lies beyond is less than 1e-15


def e_test(count: Any, base: Any, *, exposure: Any = 1.0, base_exposure: Any = 1.0) -> np.ndarray:
    """Return the p of the exact test (E-test) that two Poisson counts have the same rate, element by element.

    p is the chance of a difference at least as large where nothing differs: the score statistic of every pair of counts is compared
    with that of the pair seen, the common rate being the one seen. Two counts of 0 give 1. It misleads where events come in bunches:
    several killed at once are more alike than chance. Missing counts give a missing p. The arguments spread to a common shape.
    Source: Krishnamoorthy and Thomson (2004), doi:10.1016/S0378-3758(02)00408-1, with the score variance for unequal exposures.

    Six against two is no evidence of a change, and neither is three against none.

    >>> e_test([6, 3, 20, 0], [2, 0, 10, 0]).round(6).tolist()
    [0.174875, 0.088379, 0.068832, 1.0]
    """
    x, y, one, two = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (count, base, exposure, base_exposure)))
    rows = np.stack([x.ravel(), y.ravel(), (one / (one + two)).ravel()], axis=1)
    known = ~np.isnan(rows).any(axis=1)
    found = np.full(len(rows), np.nan)
    if known.any():
        different, which = _different(rows[known])
        found[known] = _p(*different.T)[which]
    return found.reshape(x.shape)


def _different(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different rows in order, and which of them each row is: as `np.unique` does, in a tenth of its time.

    >>> [found.tolist() for found in _different(np.array([[2.0, 1.0], [0.0, 5.0], [2.0, 1.0]]))]
    [[[0.0, 5.0], [2.0, 1.0]], [1, 0, 1]]
    """
    order = np.lexsort(rows.T[::-1])
    first = np.append(True, (np.diff(rows[order], axis=0) != 0).any(axis=1))
    which = np.empty(len(rows), dtype=int)
    which[order] = np.cumsum(first) - 1
    return rows[order][first], which


def _p(x: np.ndarray, y: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return p for each x of a total x + y, where `share` is the part of the exposure that x has.

    Given a total of k, x is binomial; its distance from share · k counts in units of √k. So p is a sum over totals of two binomial tails.
    """
    total = x + y
    distance = np.abs(x - share * total) / np.sqrt(np.maximum(total, 1))
    low = np.maximum(np.floor(total - _REACH * np.sqrt(total) - 5), 1)
    n = (np.ceil(total + _REACH * np.sqrt(total) + 35) - low + 1).astype(int)
    row, start = np.repeat(np.arange(len(x)), n), np.cumsum(n) - n
    k = low[row] + np.arange(n.sum()) - start[row]
    middle, reach = share[row] * k, distance[row] * np.sqrt(k)
    slack = 1e-9 * (1 + reach)
    upper, lower = np.ceil(middle + reach - slack), np.floor(middle - reach + slack)
    tries = k.astype(int)
    above = np.where(upper <= 0, 1.0, np.where(upper <= k, 1 - bdtr(np.maximum(upper - 1, 0), tries, share[row]), 0.0))
    below = np.where(lower >= 0, bdtr(np.maximum(lower, 0), tries, share[row]), 0.0)
    weight = np.exp(k * np.log(np.maximum(total[row], 1e-300)) - total[row] - gammaln(k + 1))
    p = np.add.reduceat(weight * np.minimum(above + below, 1), start)
    return np.where(distance < 1e-12, 1.0, np.minimum(p, 1.0))


def e_range(base: Any, *, exposure: Any = 1.0, base_exposure: Any = 1.0, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest count that the E-test calls alike with `base`: the range to expect where nothing changed.

    A count is outside the range exactly where its p is at most `level`, so range and test never disagree. Missing counts give missing
    ends. Inverting a test of two samples into a range for the second: Krishnamoorthy and Peng (2011), doi:10.1016/j.jspi.2010.11.018.

    None in the base: 3 against 0 has p = 0.088, and 4 against 0 has less than 0.05.

    >>> [end.tolist() for end in e_range([0, 10])]
    [[0.0, 3.0], [3.0, 20.0]]
    """
    y, one, two = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (base, exposure, base_exposure)))
    shape, rows = y.shape, np.stack([y.ravel(), one.ravel(), two.ravel()], axis=1)
    low, high = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    known = ~np.isnan(rows).any(axis=1)
    if known.any():
        different, which = _different(rows[known])
        ends = _ends(*different.T, level=level)
        low[known], high[known] = (end[which] for end in ends)
    return low.reshape(shape), high.reshape(shape)


def _ends(y: np.ndarray, one: np.ndarray, two: np.ndarray, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends by halving: from the count nearest to the one expected, which is always alike, outward to one that is not."""

    share = np.stack([one / (one + two)] * 2)
    base = np.stack([y, y])

    def alike(count: np.ndarray, those: np.ndarray) -> np.ndarray:
        return np.asarray(_p(count, base[those], share[those]) > level)

    nearest = np.rint(y * one / two)
    spread = np.sqrt((y + 1) * one / two * (1 + one / two))
    far = np.ceil(nearest + 12 * spread + 20 * (1 + one / two))
    inside, outside = np.stack([nearest, nearest]), np.stack([np.full(len(y), -1.0), far])  # the lower ends, the upper ends
    while (gap := np.abs(inside - outside) > 1).any():
        half = np.floor((inside + outside) / 2)
        keep = np.zeros_like(gap)
        keep[gap] = alike(half[gap], gap)
        inside, outside = np.where(gap & keep, half, inside), np.where(gap & ~keep, half, outside)
    return inside[0], inside[1]

"""What falls by lot: events on units, ties in an order, and p of many tests. Pure numbers, no places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def allocated(sizes: np.ndarray, n: int, *, chances: np.ndarray | None = None, draws: int = 999, seed: int = 0) -> np.ndarray:
    """Return how many victims lie in each of `n` units when events of `sizes` victims fall on them by lot, `draws` times.

    One row for each time, the units with most first; units that no event can reach any more are left out at the end. `chances` is each
    unit's share of the lot, all alike where left out.

    >>> allocated(np.array([1, 2]), 1, draws=2).tolist()
    [[3], [3]]
    """
    rng = np.random.default_rng(seed)
    width = min(n, len(sizes))
    if chances is None:
        cells = rng.integers(0, n, (draws, len(sizes)), dtype=np.int32)
    else:
        cells = _picked(chances, rng.random(draws * len(sizes))).reshape(draws, len(sizes))
    cells = np.repeat(cells, sizes, axis=1)
    if n > 2 * len(sizes):
        return _tallied(cells, width)
    every = np.bincount((cells + np.arange(draws)[:, None] * n).ravel(), minlength=draws * n).reshape(draws, n)
    return np.asarray(np.sort(every.astype(np.int32), axis=1)[:, ::-1][:, :width])


def _picked(chances: np.ndarray, lots: np.ndarray) -> np.ndarray:
    """Return the unit that each lot between 0 and 1 picks: a guide over equal steps finds it nearly, and a few walk on from there."""
    ends = np.cumsum(chances)
    ends /= ends[-1]
    steps = 4 * len(ends)
    guide = np.searchsorted(ends, np.arange(steps) / steps, side="right").astype(np.int32)
    found = np.append(guide, guide[-1])[(lots * steps).astype(np.int32)]  # a lot next to 1 can round up to the last step
    late = np.flatnonzero(lots >= ends[found])
    while len(late):
        found[late] += 1
        late = late[lots[late] >= ends[found[late]]]
    return np.asarray(found)


def _tallied(cells: np.ndarray, width: int) -> np.ndarray:
    """Return how often each cell stands in its row, largest first; `width` is the most different cells that a row can have."""
    ordered = np.sort(cells, axis=1)
    new = np.ones(ordered.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    starts = np.flatnonzero(new)
    row = starts // ordered.shape[1]
    place = np.arange(len(starts)) - np.searchsorted(row, np.arange(len(cells)))[row]
    found = np.zeros((len(cells), width), dtype=np.int32)
    found[row, place] = np.diff(np.append(starts, cells.size))
    return np.asarray(np.sort(found, axis=1)[:, ::-1])


def part_of_top(values: Any, k: int) -> np.ndarray:
    """Return how much of each value belongs to the `k` largest: 1, 0, or a part where several tie for the last places.

    The parts add up to `k`. They are what picking among the tied by lot gives on average, so no place is in or out by its name.

    >>> part_of_top([7, 3, 3, 1], 2).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    found = np.asarray(values, dtype=float)
    if not 0 < k <= len(found):
        return np.zeros(len(found))
    last = np.sort(found)[::-1][k - 1]
    above, tied = found > last, found == last
    return np.where(above, 1.0, np.where(tied, (k - above.sum()) / tied.sum(), 0.0))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Return p allowing for how many there are: the least of p · m ÷ rank of it and of all larger ones; missing stays, and is no test.

    Source: Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Three tests: 0.01 · 3 ÷ 1, 0.03 · 3 ÷ 2, 0.5 · 3 ÷ 3.

    >>> benjamini_hochberg(np.array([0.01, 0.5, np.nan, 0.03])).round(3).tolist()
    [0.03, 0.5, nan, 0.045]
    """
    order = np.argsort(p)
    m = int((~np.isnan(p)).sum())
    found = np.full(len(p), np.nan)
    ranked = p[order][:m] * m / np.arange(1, m + 1)
    found[order[:m]] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    return found


def share_range(sizes: np.ndarray, share: float) -> tuple[float, float]:
    """Return the ends of the central 95 % of the share of victims that fall into units with `share` of the lot, exactly.

    Each event of `sizes` victims falls into them or not, as one.

    Of two single victims, with half of the lot, none, one or two are caught once, twice or once in four times.

    >>> share_range(np.array([1, 1]), 0.5)
    (0.0, 1.0)
    """
    total = int(sizes.sum())
    held = np.ones(1)
    for size, many in zip(*np.unique(sizes, return_counts=True), strict=True):
        of_size = np.zeros(size * many + 1)
        of_size[::size] = _binomial(int(many), share)
        held = np.convolve(held, of_size)
    low, high = np.searchsorted(held.cumsum(), (0.025, 0.975))
    return float(low / total), float(min(high, total) / total)


def _binomial(n: int, share: float) -> np.ndarray:
    """Return how likely each number from 0 to `n` is, of `n` tries with probability `share`."""
    if share >= 1:
        return np.asarray(np.eye(1, n + 1, n)[0])
    k = np.arange(n + 1)
    logs = np.concatenate([[0], np.log(np.arange(1, n + 1)).cumsum()])
    return np.asarray(np.exp(logs[n] - logs[k] - logs[n - k] + k * math.log(share) + (n - k) * math.log1p(-share)))

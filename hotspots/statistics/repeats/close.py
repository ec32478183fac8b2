"""Which events lie near one another: pairs near in place, pairs near in place and time, and how many each event has, without the pairs."""

from __future__ import annotations

import numpy as np
import scipy

from hotspots.inference.parallel import WORKERS

_ROUNDING = 1e-12  # of a distance


def close_pairs(points: np.ndarray, metres: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of `points` at most `metres` apart, as positions (first < second), and their distances in metres.

    >>> pairs, gap = close_pairs(np.array([[0.0, 0.0], [3.0, 4.0], [90.0, 0.0]]), 10)
    >>> pairs.tolist(), gap.tolist()
    ([[0, 1]], [5.0])
    """
    if len(points) < 2:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    pairs = scipy.spatial.cKDTree(points).query_pairs(metres * (1 + _ROUNDING), output_type="ndarray")
    return _measured(points, pairs, metres)


def near_pairs(points: np.ndarray, day: np.ndarray, *, metres: float, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs at most `metres` and `days` apart, and their distances: those near in place alone are never listed.

    In a large city many thousand events lie near each one, and few of them are near in time too.

    >>> near_pairs(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0]]), np.array([0, 9, 7]), metres=10, days=7)[0].tolist()
    [[0, 2], [1, 2]]
    """
    if len(points) < 2:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    reach = max(metres, 1e-3)
    space_and_time = np.column_stack([points, (day - day.min()) * (reach / (days + 0.5))])  # half a day more: days are whole numbers
    pairs, gap = _measured(
        points, scipy.spatial.cKDTree(space_and_time).query_pairs(reach * (1 + 1e-9), p=np.inf, output_type="ndarray"), metres
    )
    soon = np.abs(day[pairs[:, 0]] - day[pairs[:, 1]]) <= days
    return pairs[soon], gap[soon]


def _measured(points: np.ndarray, pairs: np.ndarray, metres: float) -> tuple[np.ndarray, np.ndarray]:
    pairs = pairs.astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    step = points[pairs[:, 0]] - points[pairs[:, 1]]
    gap = np.sqrt((step**2).sum(axis=1))
    return pairs[gap <= metres], gap[gap <= metres]


def near_places(points: np.ndarray, metres: float, *, below: bool = False) -> np.ndarray:
    """Return how many other points lie at most `metres` from each; with `below`, less than that.

    >>> near_places(np.array([[0.0, 0.0], [3.0, 4.0], [90.0, 0.0]]), 5).tolist()
    [1, 1, 0]
    """
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    reach = metres * (1 - _ROUNDING if below else 1 + _ROUNDING)
    tree = scipy.spatial.cKDTree(points)
    return np.asarray(tree.query_ball_point(points, reach, return_length=True, workers=WORKERS), dtype=np.int64) - 1


def pairs_up_to(points: np.ndarray, metres: np.ndarray) -> np.ndarray:
    """Return how many pairs lie at most so many metres apart, for each of `metres`.

    >>> pairs_up_to(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0]]), np.array([0.0, 5.0])).tolist()
    [1, 3]
    """
    tree = scipy.spatial.cKDTree(points)
    return (np.asarray(tree.count_neighbors(tree, metres * (1 + _ROUNDING)), dtype=np.int64) - len(points)) // 2


def pairs_within(points: np.ndarray, day: np.ndarray, *, metres: float, days: int) -> int:
    """Return how many pairs lie at most `metres` and `days` apart; some years of them are listed at a time, never all.

    >>> pairs_within(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0]]), np.array([0, 9, 20]), metres=5, days=11)
    2
    """
    found = 0
    for start in range(int(day.min()), int(day.max()) + 1, days + 1) if len(day) else ():
        part = (day >= start) & (day <= start + 2 * days)
        pairs, _ = near_pairs(points[part], day[part], metres=metres, days=days)
        found += int((day[part][pairs].min(axis=1) <= start + days).sum()) if len(pairs) else 0
    return found


def near_days(day: np.ndarray, days: int) -> np.ndarray:
    """Return how many others lie at most `days` from each; `day` is in order, and -1 days are none.

    >>> near_days(np.array([0, 0, 2, 9]), 2).tolist()
    [2, 2, 2, 0]
    """
    if days < 0:
        return np.zeros(len(day), dtype=np.int64)
    return np.asarray(np.searchsorted(day, day + days, side="right") - np.searchsorted(day, day - days) - 1, dtype=np.int64)

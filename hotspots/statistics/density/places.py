"""The density at single places, exactly; and the bandwidth by a rule of thumb."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import shapely

from hotspots.statistics.density.kernels import Rectangle, check, mass_in_polygon, mass_in_rectangle, weight
from hotspots.statistics.density.smoothing import EDGES
from hotspots.statistics.density.window import Window
from hotspots.store.schema import DataError
from hotspots.words import told

# (west, south, east, north); a polygon or several; or cells. To mypy a shape of shapely is anything.
Area: TypeAlias = Rectangle | Any | Window

# (R(K)/μ₂²)^(1/6) of the quartic over that of the Gaussian: with this factor both smooth equally much.
QUARTIC_AS_GAUSSIAN = 460.8 ** (1 / 6)

_ONE_PLACE = 0.001  # metres


def density_at(
    points: np.ndarray,
    at: np.ndarray,
    *,
    bandwidth: float,
    kernel: str = "quartic",
    window: Area | None = None,
    edge: str = "none",
) -> np.ndarray:
    """Return the density of `points` at the places `at`, exactly: points per square metre, not per year.

    `points` and `at` are arrays of (x, y) in metres. `window` is a rectangle (west, south, east, north), a polygon, or a `Window`;
    points outside it take no part. `edge`: `none`; `uniform` divides by the part of the kernel around each place of `at` that lies in
    the window; `jones_diggle` divides each point's kernel by the part of it that lies in the window. These parts are exact for
    rectangles and polygons, and sums over cells for a `Window`. Source: Diggle (1985, doi:10.2307/2347366), Jones (1993,
    doi:10.1007/BF00147776). A `DataError` names a wrong kernel, bandwidth or edge.

    >>> density_at(np.array([[0.0, 0.0]]), np.array([[0.0, 0.0]]), bandwidth=1.0, edge="jones_diggle", window=(0, 0, 9, 9)) * np.pi
    array([12.])
    """
    check(kernel, bandwidth)
    check_edge(edge)
    if edge != "none" and window is None:
        raise DataError(told("density: the edge correction {edge} needs a window; give one", edge=edge))
    points, at = np.asarray(points, dtype=float).reshape(-1, 2), np.asarray(at, dtype=float).reshape(-1, 2)
    if window is not None:
        points = points[_covers(window, points)]
    share = np.ones(len(points))
    if edge == "jones_diggle" and window is not None:
        share /= mass_inside(points, window, kernel=kernel, bandwidth=bandwidth)
    found = np.zeros(len(at))
    rows = max(1, 4_000_000 // max(len(points), 1))
    for i in range(0, len(at), rows):
        squared = ((at[i : i + rows, None, :] - points[None, :, :]) ** 2).sum(axis=2)
        found[i : i + rows] = weight(squared, kernel=kernel, bandwidth=bandwidth) @ share
    if edge == "uniform" and window is not None:
        found /= mass_inside(at, window, kernel=kernel, bandwidth=bandwidth)
    return found


def check_edge(edge: str) -> None:
    """Raise a `DataError` where there is no such edge correction."""
    if edge not in EDGES:
        raise DataError(told("density: there is no edge correction {edge}; use one of {listed}", edge=repr(edge), listed=", ".join(EDGES)))


def mass_inside(places: np.ndarray, window: Area, *, kernel: str, bandwidth: float) -> np.ndarray:
    """Return how much of the kernel around each place lies in the window, from 0 to 1."""
    x, y = places[:, 0], places[:, 1]
    if isinstance(window, Window):
        row, column = np.nonzero(window.mask)
        middles = np.column_stack((window.grid.x[column], window.grid.y[row]))
        return density_at(middles, places, bandwidth=bandwidth, kernel=kernel) * window.grid.cell**2
    if isinstance(window, tuple) and kernel == "gaussian":
        return mass_in_rectangle(x, y, window, bandwidth=bandwidth)
    return mass_in_polygon(x, y, _polygon(window), kernel=kernel, bandwidth=bandwidth)


def _polygon(window: Area) -> Any:
    return shapely.box(*window) if isinstance(window, tuple) else window


def _covers(window: Area, points: np.ndarray) -> np.ndarray:
    if isinstance(window, Window):
        return np.asarray(window.mask.ravel()[window.grid.flat(points[:, 0], points[:, 1])] > 0)
    return np.asarray(shapely.intersects_xy(_polygon(window), points[:, 0], points[:, 1]))


def rule_of_thumb(x: np.ndarray, y: np.ndarray, *, kernel: str = "quartic") -> float | None:
    """Return a bandwidth in metres by Scott's rule on a robust spread; None where all points are at one place.

    σ n^(−1/6), and for the quartic 2.78 times that, which smooths as much. Points at one place count once, so that victims of one
    event, or put on one corner, do not make it narrower. σ is the standard distance from the mean middle, or the median distance as a
    normal scatter would have it where that is less, per axis. It suits one round cluster; a city of several is smoothed too much by
    it. Source: Scott (1992, doi:10.1002/9780470316849); in two dimensions Silverman's rule (1986) is the same.

    >>> x, y = np.array([0.0, 2.0, 0.0, 2.0]), np.array([0.0, 0.0, 2.0, 2.0])
    >>> abs(rule_of_thumb(x, y, kernel="gaussian") - 4 ** (-1 / 6)) < 1e-12
    True
    """
    places = np.unique(np.column_stack((x, y)), axis=0)
    if len(places) < 2:
        return None
    away = np.hypot(*(places - places.mean(axis=0)).T)
    if away.max() < _ONE_PLACE:
        return None
    spread = min(np.sqrt((away**2).mean()), np.median(away) / np.sqrt(np.log(2)) or np.inf) / np.sqrt(2)
    return float(spread * len(places) ** (-1 / 6) * (QUARTIC_AS_GAUSSIAN if kernel == "quartic" else 1.0))

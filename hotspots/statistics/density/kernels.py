"""How one homicide is spread around its place: the kernels, and how much of them lies inside a boundary."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.special import ndtr, owens_t

from hotspots.store.schema import DataError
from hotspots.words import told

Rectangle = tuple[float, float, float, float]

# How far each kernel reaches, in bandwidths. The Gaussian has no end: past 6 bandwidths lies less than 2 parts in 100 million of it.
SUPPORT: dict[str, float] = {"quartic": 1.0, "gaussian": 6.0}


def weight(squared: np.ndarray, *, kernel: str, bandwidth: float) -> np.ndarray:
    """Return the kernel at `squared` distances (m²), per square metre: it integrates to 1 over the plane.

    Quartic: 3 / (π h²) · (1 − d²/h²)² inside h. Gaussian: exp(−d² / 2h²) / (2π h²).

    >>> weight(np.array([0.0, 0.5, 1.0, 2.0]), kernel="quartic", bandwidth=1.0) * np.pi
    array([3.  , 0.75, 0.  , 0.  ])
    """
    q = squared / bandwidth**2
    if kernel == "gaussian":
        return np.asarray(np.exp(-q / 2) / (2 * np.pi * bandwidth**2))
    inside = np.maximum(1 - q, 0)
    return np.asarray(inside * inside * (3 / (np.pi * bandwidth**2)))


def check(kernel: str, bandwidth: float) -> None:
    """Raise a `DataError` where the kernel is unknown or the bandwidth is not a length."""
    faults = []
    if kernel not in SUPPORT:
        faults.append(told("density: there is no kernel {kernel}; use one of {listed}", kernel=repr(kernel), listed=", ".join(SUPPORT)))
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        faults.append(told("density: a bandwidth of {bandwidth} m is not a length; give metres above 0", bandwidth=f"{bandwidth:g}"))
    if faults:
        raise DataError(faults)


def stencil(*, kernel: str, bandwidth: float, cell: float, most: int) -> np.ndarray:
    """Return the kernel on cells of a grid, from the middle outward: `[j, i]` is the weight j rows and i columns away.

    No more than `most` cells outward.
    """
    reach = min(int(np.ceil(SUPPORT[kernel] * bandwidth / cell)), most)
    away = (np.arange(reach + 1) * cell) ** 2
    return weight(away[:, None] + away[None, :], kernel=kernel, bandwidth=bandwidth)


def mass_in_rectangle(x: np.ndarray, y: np.ndarray, rectangle: Rectangle, *, bandwidth: float) -> np.ndarray:
    """Return how much of the Gaussian kernel around each place lies in a rectangle (west, south, east, north): exact.

    >>> mass_in_rectangle(np.array([0.0, 5.0]), np.array([0.0, 5.0]), (0, 0, 10, 10), bandwidth=1.0).round(6)
    array([0.25    , 0.999999])
    """
    west, south, east, north = rectangle
    along = ndtr((east - x) / bandwidth) - ndtr((west - x) / bandwidth)
    return np.asarray(along * (ndtr((north - y) / bandwidth) - ndtr((south - y) / bandwidth)))


def mass_in_polygon(
    x: np.ndarray, y: np.ndarray, polygon: shapely.Polygon | shapely.MultiPolygon, *, kernel: str, bandwidth: float
) -> np.ndarray:
    """Return how much of the kernel around each place lies in a polygon: exact, by walking its boundary once.

    In polar coordinates about the place the mass is the integral of G(r) along the boundary by the angle, where G(r) is the mass
    within r in each unit of angle. On a straight side that has a closed form: a polynomial for the quartic, Owen's T (1956,
    doi:10.1214/aoms/1177728074) for the Gaussian. Work: places × corners.

    >>> square = shapely.box(0, 0, 10, 10)
    >>> mass_in_polygon(np.array([5.0, 5.0]), np.array([5.0, 0.0]), square, kernel="quartic", bandwidth=4.0).round(12)
    array([1. , 0.5])
    """
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(polygon)))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    side = np.flatnonzero(ring[1:] == ring[:-1])
    start, step = corners[side], corners[side + 1] - corners[side]
    length = np.hypot(step[:, 0], step[:, 1])
    real = length > 0
    start, step, length = start[real], step[real], length[real]
    rows = max(1, 4_000_000 // max(len(length), 1))
    parts = [
        _by_sides(x[i : i + rows], y[i : i + rows], start, step / length[:, None], length, kernel=kernel, bandwidth=bandwidth)
        for i in range(0, len(x), rows)
    ]
    return np.concatenate([np.empty(0), *parts])


def _by_sides(
    x: np.ndarray, y: np.ndarray, start: np.ndarray, along: np.ndarray, length: np.ndarray, *, kernel: str, bandwidth: float
) -> np.ndarray:
    dx, dy = start[:, 0] - x[:, None], start[:, 1] - y[:, None]
    near = (dx * along[:, 1] - dy * along[:, 0]) / bandwidth  # signed distance of the side's line, in bandwidths
    first = (dx * along[:, 0] + dy * along[:, 1]) / bandwidth
    last = first + length / bandwidth
    off = abs(near) > 1e-150  # a side in line with the place sweeps no angle
    safe = np.where(off, near, 1.0)
    sweep = _gaussian_sweep if kernel == "gaussian" else _quartic_sweep
    return np.asarray(np.where(off, sweep(safe, last) - sweep(safe, first), 0.0).sum(axis=1))


def _gaussian_sweep(near: np.ndarray, t: np.ndarray) -> np.ndarray:
    return np.asarray(np.arctan(t / near) / (2 * np.pi) - owens_t(near, t / near))


def _quartic_sweep(near: np.ndarray, t: np.ndarray) -> np.ndarray:
    half = np.sqrt(np.maximum(1 - near * near, 0))
    inner = np.clip(t, -half, half)
    p2, t2 = near * near, inner * inner
    within = 3 - 3 * (p2 + t2 / 3) + (p2 * p2 + 2 * p2 * t2 / 3 + t2 * t2 / 5)
    outside = np.arctan(t / near) - np.arctan(inner / near)
    return np.asarray((near * inner * within + outside) / (2 * np.pi))

"""Metres of a city → degrees, for many points at a time."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyproj

# pyproj makes its tables anew in each thread, which takes ten times as long as the points; each run of a page is a thread of its own.
_ONE = ThreadPoolExecutor(1, thread_name_prefix="hotspots-degrees")


@functools.lru_cache(maxsize=16)
def _transformer(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)


def lon_lat(x: Any, y: Any, *, epsg: int) -> tuple[np.ndarray, np.ndarray]:
    """Return longitudes and latitudes (WGS 84) of points in the metres of a coordinate system.

    >>> lon, lat = lon_lat([500000.0], [0.0], epsg=32616)
    >>> round(float(lon[0]), 6), round(abs(float(lat[0])), 6)
    (-87.0, 0.0)
    """
    points = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    lon, lat = _ONE.submit(lambda: _transformer(epsg).transform(*points)).result()
    return np.asarray(lon), np.asarray(lat)

"""The outline and the number, on a map, of each place that a test found."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


@dataclass(frozen=True, eq=False)
class Outline:
    """A place that a test found: its number on the map and in the list, its shape in EPSG:4326, and where the number stands."""

    number: str
    shape: shapely.Geometry
    lon: float
    lat: float


_SLEEVE = (15.0, 60.0)  # metres around lines: as wide as a street, and wide enough on a map of the whole city to see what is inside
_PER_MAP = 0.0012  # of the map's width
_DEGREE = 111_320.0  # metres of latitude


def outlines(groups: pd.Series, shapes: gpd.GeoSeries) -> tuple[Outline, ...]:
    """Return the outline of each numbered group of units; the number stands in its largest part. Lines have one drawn around them.

    >>> from hotspots.testing import square_blocks
    >>> shapes = square_blocks(side=2).geometry
    >>> [(one.number, one.shape.area) for one in outlines(pd.Series([1, 1, 0, 2], index=shapes.index), shapes)]
    [('1', 200.0), ('2', 100.0)]
    """
    numbers, geometry = groups.to_numpy(), np.asarray(shapes.array)
    found = []
    for number in range(1, int(numbers.max(initial=0)) + 1):
        inside = geometry[numbers == number]
        if len(inside):
            areas = shapely.get_dimensions(inside) == 2
            if not areas.all():
                inside = np.concatenate([inside[areas], _sleeves(inside[~areas], shapes)])
            shape = shapely.union_all(inside)
            parts = shapely.get_parts(shape)
            spot = shapely.point_on_surface(parts[int(np.argmax(shapely.area(parts) + shapely.length(parts)))])
            found.append(Outline(str(number), shape, float(shapely.get_x(spot)), float(shapely.get_y(spot))))
    return tuple(found)


def _sleeves(lines: np.ndarray, shapes: gpd.GeoSeries) -> np.ndarray:
    """Return an area around each line or point in EPSG:4326, as wide on the ground in all directions."""
    west, south, east, north = shapes.total_bounds
    flat = np.array([max(np.cos(np.radians((south + north) / 2)), 0.01), 1.0])
    across = max((east - west) * flat[0], north - south) * _DEGREE
    radius = float(np.clip(_PER_MAP * across, *_SLEEVE)) / _DEGREE
    wide = shapely.buffer(shapely.transform(lines, lambda points: points * flat), radius, quad_segs=4)
    return np.asarray(shapely.transform(wide, lambda points: points / flat))

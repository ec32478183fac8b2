"""The outline and the number, on a map, of each place that a test found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.study.places import Place


@dataclass(frozen=True, eq=False)
class Outline:
    """A place that a test found: its number on the map and in the list, its shape in EPSG:4326, and where the number stands.

    `units` is of how many it is made, `killed` how many people were killed in them; None where that is not known.
    """

    number: str
    shape: shapely.Geometry
    lon: float
    lat: float
    units: int = 1
    killed: float | None = None

    @property
    def along(self) -> bool:
        """Whether the place is made of lines."""
        return bool(shapely.get_dimensions(self.shape) == 1)


def outlines(groups: pd.Series, shapes: gpd.GeoSeries, counts: pd.Series | None = None) -> tuple[Outline, ...]:
    """Return the outline of each numbered group of units; the number stands in its largest part. Of lines it is the
    lines themselves, which are drawn with an edge along them. `counts` are the people killed in each unit.

    >>> from hotspots.testing import square_blocks
    >>> shapes = square_blocks(side=2).geometry
    >>> [(one.number, one.shape.area) for one in outlines(pd.Series([1, 1, 0, 2], index=shapes.index), shapes)]
    [('1', 200.0), ('2', 100.0)]
    >>> [(one.units, one.killed) for one in outlines(pd.Series([1, 1, 0, 2]), shapes, pd.Series([3, 1, 5, None]))]
    [(2, 4.0), (1, None)]
    """
    numbers, geometry = groups.to_numpy(), np.asarray(shapes.array)
    killed = np.full(len(numbers), np.nan) if counts is None else counts.reindex(groups.index).to_numpy(dtype=float)
    found = []
    for number in range(1, int(numbers.max(initial=0)) + 1):
        inside = geometry[(numbers == number) & ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
        if len(inside):
            shape = shapely.union_all(_drawable(inside))
            parts = shapely.get_parts(shape)
            largest = parts[int(np.argmax(shapely.area(parts) + shapely.length(parts)))]
            corners = shapely.get_coordinates(largest)
            at_top = shapely.get_dimensions(largest) == 1  # a number on a street would hide it
            spot = shapely.points(corners[corners[:, 1].argmax()]) if at_top else shapely.point_on_surface(largest)
            whole = float(killed[numbers == number].sum())
            at = float(shapely.get_x(spot)), float(shapely.get_y(spot))
            found.append(Outline(str(number), shape, *at, int((numbers == number).sum()), None if np.isnan(whole) else whole))
    return tuple(found)


def of_place(place: Place, crs: Any) -> tuple[Outline, ...]:
    """Return the line around a place, without a number; none where nobody drew one. `crs` is that of the city's metres."""
    if place.outline is None or place.outline.is_empty:
        return ()
    shape = gpd.GeoSeries([place.outline], crs=crs).to_crs(4326).iloc[0]
    spot = shapely.point_on_surface(shape)
    return (Outline("", shape, float(shapely.get_x(spot)), float(shapely.get_y(spot))),)


def _drawable(shapes: np.ndarray) -> np.ndarray:
    """Return the areas alone where there are any, else the lines, with each point as a line too short to see."""
    areas = shapely.get_dimensions(shapes) == 2
    if areas.any():
        return np.asarray(shapes[areas])
    dots = shapely.get_dimensions(shapes) == 0
    spots = shapely.get_coordinates(shapely.centroid(shapes[dots]))
    return np.concatenate([shapes[~dots], shapely.linestrings(np.stack([spots, spots + 1e-6], axis=1))])

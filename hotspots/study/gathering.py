"""Places where people gather (bars, stations, markets), counted in each unit."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from hotspots.geography import segments, units
from hotspots.store.schema import Blocks

KIND = "gathering"  # the kind of such a layer in city.toml


def places_of(context: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return a point for each place where people gather that the city's layers name: of an area or a line, one within it."""
    return context.geometry[context["kind"] == KIND].representative_point()


def counted(places: gpd.GeoSeries | None, blocks: Blocks) -> np.ndarray:
    """Return how many of `places` lie in each unit: each in one, by the rule for homicides; of streets, on the nearest one within reach.

    A place in no unit is left out.

    >>> from hotspots.testing import square_blocks
    >>> counted(gpd.GeoSeries(shapely.points([[5, 5], [5, 6], [10, 5], [99, 99]])), square_blocks(side=2)).tolist()
    [3.0, 0.0, 0.0, 0.0]
    """
    if places is None or not len(places):
        return np.zeros(len(blocks))
    points, shapes = np.asarray(places.array), np.asarray(blocks.geometry.array)
    x, y = shapely.get_x(points), shapely.get_y(points)
    if (shapely.get_dimensions(shapes) == 1).any():
        at = segments.nearest(x, y, shapes, within=segments.snap_distance())[0]
    else:
        at = units.locate(x, y, blocks)
    return np.bincount(at[at >= 0], minlength=len(blocks)).astype(float)

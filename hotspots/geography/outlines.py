"""Which units have an outline: without one a unit is in lists, rates and series, and on no map; nothing is known of its neighbours."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely


def outlined(blocks: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Return which units have an outline.

    >>> from hotspots.testing import square_blocks
    >>> blocks = square_blocks(side=2)
    >>> blocks.loc["b01", "geometry"] = None
    >>> outlined(blocks).tolist()
    [True, False, True, True]
    """
    shapes = np.asarray(blocks.geometry.array)
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))


def parts_of(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return the parts of shapes and the number of the shape that each is of, as `shapely.get_parts` does; those of one part as they are.

    >>> line = shapely.LineString([(0, 0), (1, 0)])
    >>> parts, of = parts_of(np.array([line, shapely.MultiPoint([(0, 0), (1, 1)])]))
    >>> of.tolist(), parts_of(parts[:1])[0][0] is parts[0]
    ([0, 1, 1], True)
    """
    kinds = shapely.get_type_id(shapes)
    if ((kinds >= 0) & (kinds < shapely.GeometryType.MULTIPOINT)).all() and not shapely.is_empty(shapes).any():
        return shapes, np.arange(len(shapes))
    parts, of = shapely.get_parts(shapes, return_index=True)
    return parts, of


def middles(blocks: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return x and y of the middle of each unit; missing where it has no outline."""
    points = shapely.centroid(np.asarray(blocks.geometry.array))
    return np.column_stack((shapely.get_x(points), shapely.get_y(points)))


def without_gaps(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the shapes with an empty one in place of each that is missing: what drawings can pass over."""
    missing = shapes.isna().to_numpy()
    if not missing.any():
        return shapes
    filled = np.asarray(shapes.array, dtype=object).copy()
    filled[missing] = shapely.Polygon()
    return gpd.GeoSeries(filled, index=shapes.index, crs=shapes.crs)

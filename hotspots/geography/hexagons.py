"""Hexagonal cells of the H3 grid: units where nobody drew blocks, each with as many neighbours on all sides."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.store.schema import (
    Blocks,
    DataError,
    Incidents,
    check_blocks,
)
from hotspots.words import Told, told

MOST_CELLS = 100_000
_FIRST_CELLS = 40_000
_FINEST, _COARSEST = 12, 3
_USUAL = (9, 8, 7, 6, 5, 4, 3)
_DEGREES = 4326
# Average length of a side in metres, from the documentation of H3.
SIDES: dict[int, float] = {
    3: 69_000,
    4: 26_100,
    5: 9_850,
    6: 3_720,
    7: 1_410,
    8: 531,
    9: 201,
    10: 75.9,
    11: 28.7,
    12: 10.8,
}


def resolution_of(unit: str) -> int | None:
    """Return the resolution that a unit such as `h3:9` names, None for a unit that is no hexagon.

    Raises `DataError` for a resolution that is none.

    >>> resolution_of("h3:9"), resolution_of("grid:250")
    (9, None)
    """
    if not unit.startswith("h3"):
        return None
    found = re.fullmatch(r"h3:([0-9]{1,2})", unit)
    resolution = int(found[1]) if found else -1
    if not _COARSEST <= resolution <= _FINEST:
        raise DataError(
            told(
                "units: {unit} names no hexagons; write h3: and a resolution from {coarsest} (sides of 69 km) to "
                "{finest} (11 m), such as h3:9 (200 m)",
                unit=repr(unit),
                coarsest=_COARSEST,
                finest=_FINEST,
            )
        )
    return resolution


def fitting_resolution(blocks: Blocks) -> int:
    """Return the resolution that a map of these blocks starts with: 9 (sides of 200 m), or coarser where that were too many."""
    return next((one for one in _USUAL if _about(blocks, one) <= _FIRST_CELLS), _COARSEST)


def fits(blocks: Blocks, resolution: int) -> bool:
    """Return whether hexagons of this resolution are few enough to draw."""
    return _about(blocks, resolution) <= 0.9 * MOST_CELLS


def _about(blocks: Blocks, resolution: int) -> float:
    west, south, east, north = blocks.total_bounds
    area_m2 = min(np.nansum(shapely.area(np.asarray(blocks.geometry.array))) or np.inf, (east - west) * (north - south))
    return float(area_m2 / (1.5 * np.sqrt(3) * SIDES[resolution] ** 2))


def cells(blocks: Blocks, resolution: int) -> Blocks:
    """Return the H3 cells that touch `blocks`, with unknown population; `area` is the true area of each on the globe, in m².

    The grid is the same all over the world, so cells can be compared between cities and data of others joined by their ids. Cells differ
    in area by some percent from place to place. Raises `DataError` where there were too many.

    >>> from hotspots.testing import square_blocks
    >>> found = cells(square_blocks(side=2, size=1000.0), 7)
    >>> bool(found.union_all().contains(square_blocks(side=2, size=1000.0).union_all()))
    True
    """
    import h3

    shapes = np.asarray(blocks.geometry.array)
    west, south, east, north = (float(side) for side in blocks.total_bounds)
    wide = 2.5 * SIDES[resolution]
    box = gpd.GeoSeries([shapely.segmentize(shapely.box(west - wide, south - wide, east + wide, north + wide), 5_000)], crs=blocks.crs)
    if box.iloc[0].area / (1.5 * np.sqrt(3) * SIDES[resolution] ** 2) > 20 * MOST_CELLS:
        raise DataError(_too_many(resolution))
    corners = [(lat, lon) for lon, lat in shapely.get_coordinates(box.to_crs(_DEGREES).iloc[0])]
    ids = np.array(sorted(h3.polygon_to_cells(h3.LatLngPoly(corners), resolution)), dtype=object)
    hexagons = _shapes(ids, blocks.crs)
    kept = np.unique(shapely.STRtree(shapes).query(hexagons, predicate="intersects")[0])
    if len(kept) > MOST_CELLS:
        raise DataError(_too_many(resolution))
    columns = {"population": np.nan, "area": [h3.cell_area(one, unit="m^2") for one in ids[kept]]}
    index = pd.Index(ids[kept], name="block_id", dtype="str")
    return check_blocks(gpd.GeoDataFrame(columns, geometry=hexagons[kept], index=index, crs=blocks.crs))


def _too_many(resolution: int) -> Told:
    return told(
        "units: hexagons of resolution {resolution} would be more than {most}, the most that are drawn: use h3:{coarser}",
        resolution=resolution,
        most=f"{MOST_CELLS:,}",
        coarser=resolution - 1,
    )


def _shapes(ids: npt.NDArray[np.object_], crs: object) -> npt.NDArray[np.object_]:
    """Return the hexagons as areas; a corner that cells share has the same coordinates in each."""
    import h3

    rings = [h3.cell_to_boundary(one) for one in ids]
    points = np.array([(lon, lat) for ring in rings for lat, lon in ring]).reshape(-1, 2)
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    _, first, again = np.unique(points.round(9), axis=0, return_index=True, return_inverse=True)
    plane = gpd.GeoSeries(shapely.points(points[first]), crs=_DEGREES).to_crs(crs)
    at = shapely.get_coordinates(np.asarray(plane.array))[again.ravel()]
    return np.asarray(shapely.polygons(shapely.linearrings(at, indices=owner))) if len(rings) else np.empty(0, dtype=object)


def locate(incidents: Incidents, found: Blocks, resolution: int) -> npt.NDArray[np.int64]:
    """Return the position among the cells `found` of the cell of each incident, −1 where there is none: by H3's own arithmetic, always one.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), None], side=2)
    >>> locate(incidents, cells(blocks, 7), 7).tolist()
    [0, -1]
    """
    import h3

    points = np.asarray(incidents.geometry.to_crs(_DEGREES).array)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    known = np.isfinite(lon) & np.isfinite(lat)
    where = np.full(len(points), -1)
    where[known] = found.index.get_indexer([h3.latlng_to_cell(a, b, resolution) for a, b in zip(lat[known], lon[known], strict=True)])
    return where

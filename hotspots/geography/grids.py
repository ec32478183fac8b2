"""Square cells in metres: units where nobody drew blocks. A victim's cell is found by arithmetic, half-open, so it is always one."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.geography.outlines import outlined
from hotspots.store.schema import (
    Blocks,
    DataError,
    Incidents,
    check_blocks,
)
from hotspots.words import Told, told

SIDE = 500  # metres, unless the reader says otherwise
MOST_CELLS = 100_000
_SIDES = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_FIRST_CELLS = 40_000  # cells that a city without blocks gets at most
_REACH = 1.5  # half of 3 times the extent of the middle 98 %
_LEAST_REACH = 2_500.0
_FAR = 10.0  # half of 20 times that of the middle 80 %
_LEAST_FAR = 25_000.0
_INSET = 1e-3

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def side_of(unit: str) -> int | None:
    """Return the side in metres that a unit such as `grid:250` names, None for a unit that is no grid.

    Raises `DataError` for a grid of no proper side.

    >>> side_of("grid:250"), side_of("beats")
    (250, None)
    """
    if not unit.startswith("grid"):
        return None
    found = re.fullmatch(r"grid:([0-9]{2,5})", unit)
    side = int(found[1]) if found else 0
    if not 10 <= side <= 50_000:
        raise DataError(
            told(
                "units: {unit} is not a grid; write grid: and the side of a square in whole metres (10 to 50000), such as grid:250",
                unit=repr(unit),
            )
        )
    return side


def own_side(blocks: Blocks) -> int | None:
    """Return the side of the squares that a city without blocks was given at import; None where the blocks are real ones."""
    if "cell" not in blocks.columns or not len(blocks):
        return None
    return int(blocks["cell"].iloc[0])


def reach(east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    """Return which places lie within three times the extent of the middle 98 % of them; the others are strays, or wrong.

    The box has the middle of that extent and reaches at least 2.5 km from it, so that a handful of places is never torn apart. What lies
    beyond twenty times the extent of the middle 80 %, and 50 km, is left out before: a sign that some rows lost puts them on another
    continent, and they may be more than two of a hundred.

    >>> reach(np.array([0.0, 900, 1000, 1e6]), np.zeros(4)).tolist()
    [True, True, True, False]
    >>> reach(np.array([*np.linspace(0, 9_000, 46), *[2e7] * 4]), np.zeros(50)).sum()
    np.int64(46)
    """
    near = np.isfinite(east) & np.isfinite(north)
    for part, times, least in ((0.1, _FAR, _LEAST_FAR), (0.01, _REACH, _LEAST_REACH)):
        for axis in (east, north):
            known = np.sort(axis[near])
            if not len(known):
                return near
            cut = int(np.ceil(len(known) * part)) if len(known) > 3 else 0
            low, high = known[cut], known[len(known) - 1 - cut]
            with np.errstate(invalid="ignore"):
                near = near & (np.abs(axis - (low + high) / 2) <= max(times * (high - low), least))
    return near


def blocks_for(incidents: Incidents, *, boundary: gpd.GeoSeries | None = None) -> Blocks:
    """Return squares that stand in for blocks in a city that has none, of 500 m or, where that were too many, larger.

    They cover `boundary` where the city has one, else the smallest convex shape around all places that are no strays. Population is
    unknown. The column `cell` holds the side, which tells that these are squares and no real blocks.
    """
    x, y = shapely.get_x(np.asarray(incidents.geometry.array)), shapely.get_y(np.asarray(incidents.geometry.array))
    near = reach(x, y)
    if not near.any():
        raise DataError(
            told("incidents: no victim has a usable place and there are no blocks, so there is nothing to show on a map; add [blocks]")
        )
    if boundary is not None and len(boundary):
        area = shapely.union_all(np.asarray(boundary.array))
        near &= shapely.intersects_xy(area, np.nan_to_num(x), np.nan_to_num(y))
    else:
        area = shapely.convex_hull(shapely.multipoints(shapely.points(x[near], y[near])))
    side = _side_for(area.area)
    column, row = _cells_in(np.array([area]), side)
    here = np.column_stack(_cell_of(x[near], y[near], side))
    table = _squares(*np.unique(np.vstack([np.column_stack([column, row]), here]), axis=0).T, side=side, crs=incidents.crs)
    table.insert(2, "cell", float(side))
    return check_blocks(table)


def fitting_side(blocks: Blocks) -> int:
    """Return the side that a map of these blocks starts with: 500 m, or larger where that were too many squares."""
    return _side_for(_area_m2(blocks))


def fits(blocks: Blocks, side: int) -> bool:
    """Return whether squares of this side are few enough to draw."""
    return _area_m2(blocks) / side**2 <= 0.9 * MOST_CELLS


def _area_m2(blocks: Blocks) -> float:
    west, south, east, north = blocks.total_bounds
    return float(min(np.nansum(shapely.area(np.asarray(blocks.geometry.array))) or np.inf, (east - west) * (north - south)))


def _side_for(area: float) -> int:
    return next((size for size in _SIDES if area / size**2 <= _FIRST_CELLS), _SIDES[-1])


def squares(blocks: Blocks, side: int) -> Blocks:
    """Return the squares of a grid that lie at least partly within `blocks`, with unknown population (see `interpolation`).

    The grid starts at the origin of the coordinate system, so it is the same for every version of a city. Ids count the squares from
    there (E1247N19523), names from the south-west corner of the city (E 12, N 7). Raises `DataError` where there were too many.

    >>> from hotspots.testing import square_blocks
    >>> squares(square_blocks(side=2, size=100.0), 100).index.tolist()
    ['E0N0', 'E1N0', 'E0N1', 'E1N1']
    """
    if side == own_side(blocks):
        return blocks
    column, row = _cells_in(np.asarray(blocks.geometry.array)[outlined(blocks)], side)
    return check_blocks(_squares(column, row, side=side, crs=blocks.crs))


def locate(x: Floats, y: Floats, cells: Blocks, side: int) -> Ints:
    """Return the position among `cells` of the square of each place, −1 where there is none.

    A square holds its west and south edge and not its east and north one, so every place has exactly one.

    >>> from hotspots.testing import square_blocks
    >>> cells = squares(square_blocks(side=2, size=100.0), 100)
    >>> locate(np.array([0.0, 100.0, 200.0]), np.array([0.0, 99.9, 0.0]), cells, 100).tolist()
    [0, 1, -1]
    """
    known = np.isfinite(x) & np.isfinite(y)
    column, row = _cell_of(np.where(known, x, 0.0), np.where(known, y, 0.0), side)
    middle = shapely.bounds(np.asarray(cells.geometry.array))
    there = pd.MultiIndex.from_arrays(_cell_of(middle[:, 0] + side / 2, middle[:, 1] + side / 2, side))
    found = there.get_indexer(pd.MultiIndex.from_arrays([column, row]))
    return np.where(known, found, -1).astype(np.int64)


def _cell_of(x: Floats, y: Floats, side: int) -> tuple[Ints, Ints]:
    return np.floor_divide(x, side).astype(np.int64), np.floor_divide(y, side).astype(np.int64)


def _cells_in(shapes: npt.NDArray[np.object_], side: int) -> tuple[Ints, Ints]:
    """Return column and row of every square that shares some ground with the shapes, row by row."""
    west, south, east, north = shapely.total_bounds(shapes)
    (left, right), (bottom, top) = (np.floor_divide(ends, side).astype(np.int64) for ends in ((west, east), (south, north)))
    if (right - left + 1) * (top - bottom + 1) > 20 * MOST_CELLS:
        raise DataError(_too_many(side, int((right - left + 1) * (top - bottom + 1))))
    row, column = (axis.ravel() for axis in np.mgrid[bottom : top + 1, left : right + 1])
    shapely.prepare(shapes)
    inner = shapely.box(column * side + _INSET, row * side + _INSET, (column + 1) * side - _INSET, (row + 1) * side - _INSET)
    kept = np.unique(shapely.STRtree(shapes).query(inner, predicate="intersects")[0])
    if len(kept) > MOST_CELLS:
        raise DataError(_too_many(side, len(kept)))
    return column[kept], row[kept]


def _too_many(side: int, cells: int) -> Told:
    least = int(np.ceil(side * np.sqrt(cells / MOST_CELLS) / 50) * 50)
    return told(
        "units: squares of {side} m would be about {cells}; at most {most} are drawn: use grid:{least} or larger",
        side=side,
        cells=f"{cells:,}",
        most=f"{MOST_CELLS:,}",
        least=least,
    )


def _squares(column: Ints, row: Ints, *, side: int, crs: object) -> gpd.GeoDataFrame:
    order = np.lexsort((column, row))
    column, row = column[order], row[order]
    index = pd.Index([f"E{x}N{y}" for x, y in zip(column, row, strict=True)], name="block_id", dtype="str")
    names = [f"E {x}, N {y}" for x, y in zip(column - column.min() + 1, row - row.min() + 1, strict=True)]
    shapes = shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side)
    return gpd.GeoDataFrame({"population": np.nan, "name": pd.array(names, dtype="str")}, index=index, geometry=shapes, crs=crs)

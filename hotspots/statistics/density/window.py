"""Where homicides can be and density is shown: the area of the units, cut into square cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from hotspots.geography.outlines import outlined
from hotspots.statistics.density.grid import Grid, Spread
from hotspots.statistics.density.kernels import weight
from hotspots.store.schema import Blocks, DataError
from hotspots.study.memo import kept
from hotspots.words import told

MOST_CELLS = 1000  # a side, where nobody asked for more
LIMIT_CELLS = 3000  # a side, whatever was asked for
RIM = 2  # cells around all units: what sharing and sharpening a point in them can reach
_LADDER = (96, 128, 192, 256, 384, 512, 768, MOST_CELLS - 2 * RIM)


@dataclass(frozen=True, eq=False)
class Cut:
    """A kernel on a grid, and for each cell how much of the kernel around its middle lies inside (`kept`).

    A cell is `usable` where that is at least what the kernel puts on one cell; elsewhere its `inverse` is 0.
    """

    spread: Spread
    kept: np.ndarray
    least: float

    @cached_property
    def usable(self) -> np.ndarray:
        """Where dividing by `kept` makes sense."""
        return np.asarray(self.kept >= self.least)

    @cached_property
    def bare(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of the cells that are not usable."""
        row, column = np.nonzero(~self.usable)
        return row, column

    @cached_property
    def inverse(self) -> np.ndarray:
        """1 / `kept`."""
        return np.asarray(np.where(self.usable, 1 / np.where(self.usable, self.kept, 1), 0))


@dataclass(frozen=True, eq=False)
class Window:
    """The area of some units on a grid of square cells, and what smoothing on it needs again and again.

    A cell belongs to the unit in which its middle lies (half-open: each to one unit at most); `unit[row, column]` is that unit's
    position, −1 outside. Rows run northward, columns eastward. Keep the window and pass it on where the same units are smoothed with
    other filters: how much of each kernel its boundary cuts off is worked out once.
    """

    grid: Grid
    unit: np.ndarray
    units: int

    @classmethod
    def of(cls, blocks: Blocks, *, cell: float) -> Window:
        """Return the window of all `blocks` with cells of `cell` metres. A `DataError` says why there is none.

        >>> from hotspots.testing import square_blocks
        >>> window = Window.of(square_blocks(side=2), cell=5.0)
        >>> window.unit[2:-2, 2:-2].tolist()
        [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
        """
        shapes = np.asarray(blocks.geometry.array)
        if not (np.isfinite(cell) and cell > 0):
            raise DataError(told("density: a cell of {cell} m is not a length; give metres above 0", cell=f"{cell:g}"))
        west, south, east, north = _extent(shapes)
        most = max(east - west, north - south) / cell
        if most > LIMIT_CELLS:
            raise DataError(
                told(
                    "density: cells of {cell} m would make a grid of {most} cells a side; use at least {least} m",
                    cell=f"{cell:g}",
                    most=f"{most:,.0f}",
                    least=f"{max(east - west, north - south) / LIMIT_CELLS:.2g}",
                )
            )
        columns, rows = (max(int(np.ceil(round(span / cell, 9))), 1) for span in (east - west, north - south))
        rim = (RIM - 0.5) * cell
        grid = Grid(west - rim, south - rim, cell, columns + 2 * RIM, rows + 2 * RIM)
        rank = np.empty(len(blocks), dtype=int)
        rank[np.argsort(np.asarray(blocks.index.astype(str)), kind="stable")] = np.arange(len(blocks))
        unit = rasterise(shapes, grid, rank)
        if not (unit >= 0).any():
            raise DataError(told("density: cells of {cell} m are larger than all units together; use smaller cells", cell=f"{cell:g}"))
        return cls(grid, unit, len(blocks))

    @cached_property
    def mask(self) -> np.ndarray:
        """1 where a cell belongs to a unit, else 0."""
        return (self.unit >= 0).astype(float)

    @cached_property
    def nearest(self) -> np.ndarray:
        """For each cell the flat position of the nearest cell inside."""
        from scipy.ndimage import distance_transform_edt

        row, column = distance_transform_edt(self.mask == 0, return_distances=False, return_indices=True)
        return np.asarray(row * self.grid.columns + column)

    @cached_property
    def _summed(self) -> np.ndarray:
        """How many cells inside lie south-west of each corner between cells."""
        return np.pad(self.mask, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)

    def amid(self, row: np.ndarray, column: np.ndarray, reach: int) -> np.ndarray:
        """Return which cells have only cells inside for `reach` cells around them."""
        low, left, high, right = row - reach, column - reach, row + reach + 1, column + reach + 1
        on = (low >= 0) & (left >= 0) & (high <= self.grid.rows) & (right <= self.grid.columns)
        low, left, high, right = (np.where(on, ends, 0) for ends in (low, left, high, right))
        held = self._summed[high, right] - self._summed[low, right] - self._summed[high, left] + self._summed[low, left]
        return np.asarray(on & (held == (2 * reach + 1) ** 2))

    def cut(self, *, kernel: str, bandwidth: float) -> Cut:
        """Return the kernel on this grid, and for each cell how much of the kernel around its middle lies inside."""
        return kept(self, _cut, kernel, bandwidth)

    def drawn_in(self, x: np.ndarray, y: np.ndarray, *, lost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the places with the `lost` ones moved to the middle of the nearest cell inside."""
        row, column = np.divmod(self.nearest.ravel()[self.grid.flat(x[lost], y[lost])], self.grid.columns)
        x, y = x.copy(), y.copy()
        x[lost], y[lost] = self.grid.x[column], self.grid.y[row]
        return x, y

    @cached_property
    def cells(self) -> np.ndarray:
        """How many cells each unit has."""
        return np.bincount(self.unit[self.unit >= 0], minlength=self.units)

    def mean(self, z: np.ndarray, blocks: Blocks) -> np.ndarray:
        """Return the mean of a surface over each unit: that of its cells, or where it has none the cell nearest to a place in it."""
        inside = self.unit >= 0
        total = np.bincount(self.unit[inside], weights=z[inside], minlength=self.units)
        mean = total / np.maximum(self.cells, 1)
        bare = np.flatnonzero((self.cells == 0) & outlined(blocks))
        if len(bare):
            x, y = self._places(blocks, bare)
            mean[bare] = z.ravel()[self.nearest.ravel()[self.grid.flat(x, y)]]
        return np.asarray(np.where(shapely.area(np.asarray(blocks.geometry.array)) > 0, mean, np.nan))

    def middles(self, blocks: Blocks) -> tuple[np.ndarray, np.ndarray]:
        """Return the middle of each unit's cells, or a place in it where it has none."""
        row, column = np.nonzero(self.unit >= 0)
        own, n = self.unit[row, column], np.maximum(self.cells, 1)
        x = np.bincount(own, weights=self.grid.x[column], minlength=self.units) / n
        y = np.bincount(own, weights=self.grid.y[row], minlength=self.units) / n
        bare = np.flatnonzero((self.cells == 0) & outlined(blocks))
        if len(bare):
            x[bare], y[bare] = self._places(blocks, bare)
        return x, y

    @staticmethod
    def _places(blocks: Blocks, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points = shapely.point_on_surface(np.asarray(blocks.geometry.array)[which])
        return shapely.get_x(points), shapely.get_y(points)


def _cut(window: Window, kernel: str, bandwidth: float) -> Cut:
    cell = window.grid.cell
    spread = Spread.of(window.grid, kernel=kernel, bandwidth=bandwidth)
    one = float(weight(np.zeros(1), kernel=kernel, bandwidth=bandwidth)[0]) * cell**2
    return Cut(spread, spread.over(window.mask, window.grid.rows, window.grid.columns) * cell**2, min(one, 1.0) / 2)


def window_of(blocks: Blocks, *, cell: float) -> Window:
    """Return the window of `blocks`, the same object again as long as these blocks live."""
    return kept(blocks, Window.of, cell=cell)


def cell_for(blocks: Blocks, bandwidth: float) -> float:
    """Return the size of cell in which a bandwidth is at least 12 cells long, as far as 1,000 cells a side allow.

    >>> from hotspots.testing import square_blocks
    >>> cell_for(square_blocks(side=2), 2.5) == 20 / 96
    True
    """
    west, south, east, north = _extent(np.asarray(blocks.geometry.array))
    side = max(east - west, north - south)
    return float(side / next((n for n in _LADDER if side / n * 12 <= bandwidth), _LADDER[-1]))


def _extent(shapes: np.ndarray) -> tuple[float, float, float, float]:
    areas = shapes[shapely.area(shapes) > 0]
    if not len(areas):
        raise DataError(told("density: none of the units has an area; choose units that are areas"))
    west, south, east, north = (float(end) for end in shapely.total_bounds(areas))
    return west, south, east, north


def rasterise(shapes: np.ndarray, grid: Grid, rank: np.ndarray) -> np.ndarray:
    """Return the position of the shape in which the middle of each cell lies, −1 where in none.

    Half-open: a middle on an edge belongs to the shape north or east of it. Where shapes overlap, the one of lowest `rank` has the cell.
    """
    low, high, own = _sides(shapes)
    first, last = np.searchsorted(grid.y, low[:, 1]), np.searchsorted(grid.y, high[:, 1])
    times = last - first
    side = np.repeat(np.arange(len(low)), times)
    row = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times) + first[side]
    slope = (high[side, 0] - low[side, 0]) / (high[side, 1] - low[side, 1])
    column = np.searchsorted(grid.x, low[side, 0] + (grid.y[row] - low[side, 1]) * slope)
    order = np.lexsort((column, row, -rank[own[side]]))
    enter, leave = order[::2], order[1::2]
    wide = column[leave] - column[enter]
    span = np.repeat(np.arange(len(enter)), wide)
    across = np.arange(wide.sum()) - np.repeat(np.cumsum(wide) - wide, wide)
    unit = np.full((grid.rows, grid.columns), -1, dtype=np.int32)
    unit[row[enter][span], column[enter][span] + across] = own[side][enter][span]
    return unit


def _sides(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the lower end, the upper end and the shape of every side that is not level."""
    areas = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    parts, part_of = shapely.get_parts(shapes[areas], return_index=True)
    rings, of = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    side = np.flatnonzero((ring[1:] == ring[:-1]) & (corners[1:, 1] != corners[:-1, 1]))
    a, b = corners[side], corners[side + 1]
    up = (a[:, 1] < b[:, 1])[:, None]
    return np.where(up, a, b), np.where(up, b, a), areas[part_of[of[ring[side]]]]

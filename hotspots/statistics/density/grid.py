"""A grid of square cells: points shared among its cells, and cells spread by a kernel through the Fourier transform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from hotspots.statistics.density.kernels import stencil

WORKERS = 2


@dataclass(frozen=True)
class Grid:
    """Square cells of `cell` metres: `west` and `south` are the middle of the first one."""

    west: float
    south: float
    cell: float
    columns: int
    rows: int

    @cached_property
    def x(self) -> np.ndarray:
        """Middles of the columns, in metres."""
        return self.west + self.cell * np.arange(self.columns)

    @cached_property
    def y(self) -> np.ndarray:
        """Middles of the rows, in metres."""
        return self.south + self.cell * np.arange(self.rows)

    def flat(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the flat position of the cell that each place lies in; a place off the grid is taken to its rim.

        >>> Grid(0.5, 0.5, 1.0, 3, 2).flat(np.array([0.0, 1.0, 9.0]), np.array([0.0, 1.5, 9.0])).tolist()
        [0, 4, 5]
        """
        column = np.clip(np.floor((x - self.west) / self.cell + 0.5), 0, self.columns - 1)
        row = np.clip(np.floor((y - self.south) / self.cell + 0.5), 0, self.rows - 1)
        return np.asarray((row * self.columns + column).astype(np.intp))


def shared(x: np.ndarray, y: np.ndarray, grid: Grid, *, cubic: bool = False, shape: tuple[int, int] | None = None) -> np.ndarray:
    """Return how many points each cell has, each point shared among the nearest middles by its distance to them.

    Among four, or with `cubic` among sixteen by cubic interpolation (some shares are then below 0). Places lie between the middles of
    the first and the last cells. The sum is the number of points. `shape` asks for a larger table: what is beyond the grid is 0.

    >>> shared(np.array([0.5, 0.25]), np.array([0.0, 0.5]), Grid(0.0, 0.0, 1.0, 2, 2))
    array([[0.875, 0.625],
           [0.375, 0.125]])
    """
    shape = shape or (grid.rows, grid.columns)
    cubic = cubic and min(grid.rows, grid.columns) >= 4
    out = np.zeros(shape)
    out[: grid.rows, : grid.columns] = (_among_sixteen if cubic else _among_four)(
        (x - grid.west) / grid.cell, (y - grid.south) / grid.cell, grid
    )
    return out


def _among_four(across: np.ndarray, up: np.ndarray, grid: Grid) -> np.ndarray:
    column = np.clip(across.astype(np.intp), 0, grid.columns - 2)
    row = np.clip(up.astype(np.intp), 0, grid.rows - 2)
    across -= column
    up -= row
    row *= grid.columns
    row += column
    size = grid.rows * grid.columns
    corner = np.bincount(row, minlength=size).astype(float)
    right, above = np.bincount(row, weights=across, minlength=size), np.bincount(row, weights=up, minlength=size)
    across *= up
    both = np.bincount(row, weights=across, minlength=size)
    out = corner - right - above + both
    out[1:] += (right - both)[:-1]
    out[grid.columns :] += (above - both)[: -grid.columns]
    out[grid.columns + 1 :] += both[: -grid.columns - 1]
    return np.asarray(out.reshape(grid.rows, grid.columns))


def _among_sixteen(across: np.ndarray, up: np.ndarray, grid: Grid) -> np.ndarray:
    column = np.clip(across.astype(np.intp), 1, grid.columns - 3)
    row = np.clip(up.astype(np.intp), 1, grid.rows - 3)
    right, above = _cubic(across - column), _cubic(up - row)
    at = (row - 1) * grid.columns + column - 1
    steps = (np.arange(4)[:, None] * grid.columns + np.arange(4)).reshape(16, 1)
    weights = (above[:, None, :] * right[None, :, :]).reshape(16, -1)
    found = np.bincount((at + steps).ravel(), weights=weights.ravel(), minlength=grid.rows * grid.columns)
    return found.reshape(grid.rows, grid.columns)


def _cubic(t: np.ndarray) -> np.ndarray:
    """Return the weights of the four middles around a place `t` of the way from the second to the third."""
    return np.stack([-t * (1 - t) * (2 - t) / 6, (1 + t) * (1 - t) * (2 - t) / 2, (1 + t) * t * (2 - t) / 2, -(1 + t) * t * (1 - t) / 6])


def sharpen_in_place(cells: np.ndarray, rows: int | None = None, columns: int | None = None) -> None:
    """Add to the share of each cell a twelfth of its differences from its four neighbours; the sum stays. Changes `cells`.

    Sharing a point among four cells adds, on average, cell²/12 times the curvature of whatever is read there: this takes it away.
    With `rows` and `columns` only so many, from the first corner, are looked at.

    >>> cells = np.array([[0.0, 0.0, 0.0], [0.0, 12.0, 0.0], [0.0, 0.0, 0.0]])
    >>> sharpen_in_place(cells)
    >>> cells
    array([[ 0., -1.,  0.],
           [-1., 16., -1.],
           [ 0., -1.,  0.]])
    """
    rows, columns = rows or cells.shape[0], columns or cells.shape[1]
    cells = cells[:rows, :columns]
    across, up = np.diff(cells, axis=1) / 12, np.diff(cells, axis=0) / 12
    cells[:, :-1] -= across
    cells[:, 1:] += across
    cells[:-1] -= up
    cells[1:] += up


@dataclass(frozen=True, eq=False)
class Spread:
    """A kernel as a grid of some size needs it: its Fourier transform, which is real, and the padded shape it holds for."""

    values: np.ndarray
    rows: int
    columns: int

    @classmethod
    def of(cls, grid: Grid, *, kernel: str, bandwidth: float) -> Spread:
        """Return the kernel for `grid`, padded so that nothing comes round from the other side."""
        quarter = stencil(kernel=kernel, bandwidth=bandwidth, cell=grid.cell, most=max(grid.rows, grid.columns))
        up, across = min(len(quarter), grid.rows) - 1, min(len(quarter), grid.columns) - 1
        quarter = quarter[: up + 1, : across + 1]
        rows, columns = scipy.fft.next_fast_len(grid.rows + up, real=True), scipy.fft.next_fast_len(grid.columns + across, real=True)
        whole = np.zeros((rows, columns))
        whole[: up + 1, : across + 1] = quarter
        whole[rows - up :, : across + 1] = quarter[:0:-1]
        whole[: up + 1, columns - across :] = quarter[:, :0:-1]
        whole[rows - up :, columns - across :] = quarter[:0:-1, :0:-1]
        return cls(np.ascontiguousarray(scipy.fft.rfft2(whole, workers=WORKERS).real), rows, columns)

    def over(self, cells: np.ndarray, rows: int, columns: int) -> np.ndarray:
        """Return the first `rows` × `columns` of `cells` with what each holds spread by the kernel.

        Cells that are padded with 0 to the size of this kernel already are quicker.
        """
        waves = scipy.fft.rfft(cells, n=self.columns, axis=1, workers=WORKERS)
        waves = scipy.fft.fft(waves, n=self.rows, axis=0, workers=WORKERS, overwrite_x=True)
        waves *= self.values
        waves = scipy.fft.ifft(waves, axis=0, workers=WORKERS, overwrite_x=True)
        return np.asarray(scipy.fft.irfft(waves[:rows], n=self.columns, axis=1, workers=WORKERS)[:, :columns])

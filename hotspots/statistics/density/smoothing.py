"""Places of homicides → a surface on a window's grid, per square metre: summed exactly where they are few, by Fourier where many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hotspots.inference.parallel import side_by_side
from hotspots.statistics.density.grid import shared, sharpen_in_place
from hotspots.statistics.density.kernels import SUPPORT
from hotspots.statistics.density.window import Cut, Window

EDGES: tuple[str, ...] = ("jones_diggle", "uniform", "none")
# Points × cells in a circle of one bandwidth, below which the exact sum is taken. The Gaussian reaches further, so its sum is dearer, and
# it is smoother, so that less is lost by Fourier.
EXACT_UNDER: dict[str, float] = {"quartic": 2e7, "gaussian": 3e5}
CUBIC_UP_TO = 400_000  # points: among more, what each does wrong evens out
_AT_ONCE = 1000  # points: what they make fits a processor's cache
_NOISE = 1e-12  # of the peak: what rounding leaves where nothing is


def smooth(x: np.ndarray, y: np.ndarray, window: Window, *, kernel: str, bandwidth: float, edge: str) -> np.ndarray:
    """Return the density of the points on the grid of `window`, per square metre; 0 outside it. All points lie in the window."""
    evaluations = len(x) * np.pi * (bandwidth / window.grid.cell) ** 2
    way = exact if evaluations < EXACT_UNDER[kernel] else by_fourier
    return way(x, y, window, kernel=kernel, bandwidth=bandwidth, edge=edge)


def exact(x: np.ndarray, y: np.ndarray, window: Window, *, kernel: str, bandwidth: float, edge: str) -> np.ndarray:
    """Return the density at the middle of each cell by adding every point's kernel.

    Under `jones_diggle` each point's kernel is divided by the part of it that falls on cells inside, so each point adds exactly 1.
    """
    add = _gaussian if kernel == "gaussian" else _quartic
    z, lost = add(x, y, window, bandwidth=bandwidth, whole=edge == "jones_diggle")
    if lost.any():
        near_x, near_y = window.drawn_in(x, y, lost=lost)
        z = z + add(near_x[lost], near_y[lost], window, bandwidth=bandwidth, whole=True)[0]
    z *= window.mask
    if edge == "uniform":
        z *= window.cut(kernel=kernel, bandwidth=bandwidth).inverse
    return z


def by_fourier(x: np.ndarray, y: np.ndarray, window: Window, *, kernel: str, bandwidth: float, edge: str) -> np.ndarray:
    """Return the density at the middle of each cell from points shared among cells, through the Fourier transform.

    Against the exact sum the error is below 1/10,000 of the peak where the bandwidth is at least 12 cells and the points are 45,000 or
    more; fewer are summed exactly (the tests hold both). Up to `CUBIC_UP_TO` points are shared among sixteen cells each, more among four.
    Under `jones_diggle` each point's shares are divided by the part of the kernel around their cells that lies inside, so that the sum
    over cells is again exactly the number of points.
    """
    grid = window.grid
    cut = window.cut(kernel=kernel, bandwidth=bandwidth)
    cubic = len(x) <= CUBIC_UP_TO
    cells = shared(x, y, grid, cubic=cubic, shape=(cut.spread.rows, cut.spread.columns))
    if not cubic:
        sharpen_in_place(cells, grid.rows, grid.columns)
    if edge == "jones_diggle":
        inner = cells[: grid.rows, : grid.columns]
        _draw_in(inner, window, cut)
        inner *= cut.inverse
    z = cut.spread.over(cells, grid.rows, grid.columns)
    total = len(x) / grid.cell**2 if edge == "jones_diggle" else None
    _settle(z, window.mask, total=total)
    if edge == "uniform":
        z *= cut.inverse
    return z


def _settle(z: np.ndarray, mask: np.ndarray, *, total: float | None) -> None:
    """Take away, in place, what lies outside and what is next to nothing, and make the whole add up to `total` where one is given.

    Next to nothing: rounding, and what sharing leaves just outside the reach of a point that stands alone.
    """

    def inside(part: slice) -> float:
        z[part] *= mask[part]
        return float(z[part].max(initial=0))

    def counted(part: slice) -> float:
        z[part] *= z[part] >= floor
        return float(z[part].sum())

    least = max(1, 100_000 // max(z.shape[1], 1))
    floor = _NOISE * max(side_by_side(inside, len(z), least=least))
    whole = sum(side_by_side(counted, len(z), least=least))
    if total and whole > 0:
        z *= total / whole


def _draw_in(cells: np.ndarray, window: Window, cut: Cut) -> None:
    """Move, in place, to the nearest cell inside the shares of those whose own cell has next to none of the kernel inside."""
    row, column = cut.bare
    held = cells[row, column]
    there = held != 0
    if there.any():
        to = np.divmod(window.nearest[row[there], column[there]], window.grid.columns)
        cells[row[there], column[there]] = 0
        np.add.at(cells, to, held[there])


def _quartic(x: np.ndarray, y: np.ndarray, window: Window, *, bandwidth: float, whole: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of quartic kernels, and which points touch no middle of a cell inside."""
    grid = window.grid
    reach = int(np.ceil(bandwidth / grid.cell))
    padded = np.zeros((grid.rows + 2 * reach, grid.columns + 2 * reach))
    lost = np.zeros(len(x), dtype=bool)
    column = np.clip(np.rint((x - grid.west) / grid.cell).astype(np.intp), 0, grid.columns - 1)
    row = np.clip(np.rint((y - grid.south) / grid.cell).astype(np.intp), 0, grid.rows - 1)
    amid = window.amid(row, column, reach)
    for some, near_rim in ((np.flatnonzero(amid), False), (np.flatnonzero(~amid), True)):
        order = some[np.argsort(row[some], kind="stable")]
        for i in range(0, len(order), _AT_ONCE):
            these = order[i : i + _AT_ONCE]
            lost[these] = _add_quartic(
                padded, x[these], y[these], row[these], column[these], window=window, bandwidth=bandwidth, whole=whole, near_rim=near_rim
            )
    return padded[reach : reach + grid.rows, reach : reach + grid.columns], lost


def _add_quartic(
    padded: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
    *,
    window: Window,
    bandwidth: float,
    whole: bool,
    near_rim: bool,
) -> np.ndarray:
    """Add, in place, the kernels of points that lie in these cells; return which of them touch no cell inside.

    One row of cells after the other for all points at once: rows far from a point are short, so little outside the circle is worked out.
    """
    grid, far = window.grid, bandwidth / window.grid.cell
    reach, width = int(np.ceil(far)), padded.shape[1]
    steps = np.arange(-reach, reach + 1)
    dx = ((grid.west - x + column * grid.cell) + steps[:, None] * grid.cell) / bandwidth
    dy = ((grid.south - y + row * grid.cell) + steps[:, None] * grid.cell) / bandwidth
    dx *= dx
    np.subtract(1, np.multiply(dy, dy, out=dy), out=dy)
    half = np.sqrt(np.maximum(far**2 - np.maximum(abs(steps) - 0.5, 0) ** 2, 0)) + 0.5
    spans = [(reach - int(min(one, reach)), reach + int(min(one, reach)) + 1) for one in half]
    ends = np.cumsum([0, *(last - first for first, last in spans)])
    share = np.empty((ends[-1], len(x)))
    for up, (first, last), at in zip(dy, spans, ends, strict=False):
        np.subtract(up, dx[first:last], out=share[at : at + last - first])
    np.maximum(share, 0, out=share)
    share *= share
    away = np.concatenate([step * width + np.arange(first, last) for step, (first, last) in enumerate(spans)])
    lowest = int(row.min())
    at = away[:, None] + ((row - lowest) * width + column)
    if near_rim:
        share *= np.pad(window.mask, reach).ravel()[lowest * width :].take(at)
    held = share.sum(axis=0) * grid.cell**2 if whole else np.full(len(x), np.pi * bandwidth**2 / 3)
    share *= 1 / np.where(held > 0, held, np.inf)
    rows = int(row.max()) - lowest + 2 * reach + 1
    padded[lowest : lowest + rows] += np.bincount(at.ravel(), weights=share.ravel(), minlength=rows * width).reshape(rows, width)
    return np.asarray(held <= 0)


def _gaussian(x: np.ndarray, y: np.ndarray, window: Window, *, bandwidth: float, whole: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of Gaussian kernels, and which points touch no middle of a cell inside.

    A Gaussian is one along x times one along y, so the sum over points is a product of two matrices.
    """
    grid = window.grid
    z, lost = np.zeros((grid.rows, grid.columns)), np.zeros(len(x), dtype=bool)
    far = SUPPORT["gaussian"] * bandwidth
    for some in _neighbours(x, y, far / 2):
        rows = slice(*np.searchsorted(grid.y, [y[some].min() - far, y[some].max() + far]))
        columns = slice(*np.searchsorted(grid.x, [x[some].min() - far, x[some].max() + far]))
        up = np.exp(-(((grid.y[rows] - y[some, None]) / bandwidth) ** 2) / 2)
        across = np.exp(-(((grid.x[columns] - x[some, None]) / bandwidth) ** 2) / 2)
        up /= 2 * np.pi * bandwidth**2
        if whole:
            held = np.einsum("ij,ij->i", up @ window.mask[rows, columns], across) * grid.cell**2
            lost[some] = held <= 0
            up /= np.where(held > 0, held, np.inf)[:, None]
        z[rows, columns] += up.T @ across
    return z, lost


def _neighbours(x: np.ndarray, y: np.ndarray, span: float) -> Iterator[np.ndarray]:
    """Yield the points in groups that lie close together: in squares of `span` metres, up to 256 at a time."""
    column, row = np.floor((x - x.min(initial=np.inf)) / span), np.floor((y - y.min(initial=np.inf)) / span)
    order = np.lexsort((column, row))
    new = np.flatnonzero((np.diff(column[order]) != 0) | (np.diff(row[order]) != 0)) + 1
    for square in np.split(order, new):
        yield from (square[i : i + 256] for i in range(0, len(square), 256))

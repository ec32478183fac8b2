"""The few inner loops that numba makes quicker, where it is installed. Nobody waits for it: until it is ready the plain way is taken.

The loops below are plain Python that numba can compile. They are compiled in the background once the work is large enough to repay it,
and kept on disk, so that the next process only reads them. Both ways give the same answers; the tests hold them to it.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import platformdirs

from hotspots import scan_loops

WORTH = 50_000  # points from which on compiling repays itself
WORKERS = min(os.cpu_count() or 1, 4)
UNSURE = -2  # `find_areas`: too near to an edge for plain arithmetic


def kernel(name: str, *, work: int) -> Callable[..., None] | None:
    """Return the compiled loop called `name`, or None where there is none yet; large `work` (in points) has it made in the background.

    >>> kernel("share_points", work=0) is None
    True
    """
    if work < WORTH and not _Made.loops:
        return None
    if not ready():
        start()
        return None
    return _Made.loops[name] if work * 10 >= WORTH else None


def ready() -> bool:
    """Return whether every loop is compiled."""
    return len(_Made.loops) == len(LOOPS)


def installed() -> bool:
    """Return whether numba is there, without importing it."""
    return find_spec("numba") is not None


def start() -> None:
    """Begin compiling in the background; does nothing where numba is absent or the work has begun."""
    with _Made.lock:
        if _Made.thread is None and installed():
            # Not a daemon: an interpreter that ends while a compiler runs in a daemon thread may crash. `_compile` stops soon after.
            _Made.thread = threading.Thread(target=_compile, name="hotspots-compile")
            _Made.thread.start()


def wait(seconds: float = 300) -> bool:
    """Begin, and wait until every loop is compiled; return whether it is. For tests and measurements."""
    start()
    if _Made.thread is not None:
        _Made.thread.join(seconds)
    return ready()


class _Made:
    lock = threading.Lock()
    thread: threading.Thread | None = None
    loops: ClassVar[dict[str, Callable[..., None]]] = {}


def _compile() -> None:
    try:
        numba = import_module("numba")
        made: dict[str, Callable[..., None]] = {}
        for loop, signature in LOOPS:
            if not threading.main_thread().is_alive():
                return
            made[loop.__name__] = _compiled(numba, loop, signature)
        _Made.loops = made
    except Exception as fault:  # whatever goes wrong in a compiler, the plain way remains
        print(f"hotspots: not compiled, the plain way is used ({type(fault).__name__}: {fault})", file=sys.stderr)  # noqa: T201


def _compiled(numba: Any, loop: Callable[..., None], signature: str) -> Callable[..., None]:
    """Compile `loop` ahead of its first call. Its place on disk is the user's cache folder unless NUMBA_CACHE_DIR names another."""
    numbers, marks = (partial(numba.types.Array, kind) for kind in (numba.types.float64, numba.types.boolean))
    whole, short = (partial(numba.types.Array, kind) for kind in (numba.types.int64, numba.types.int32))
    kinds = {
        "r": numbers(1, "C", readonly=True),
        "R": numbers(2, "C", readonly=True),
        "W": numbers(2, "C"),
        "w": numbers(1, "C"),
        "s": short(1, "C", readonly=True),
        "S": short(2, "C", readonly=True),
        "i": whole(1, "C", readonly=True),
        "o": whole(1, "C"),
        "m": marks(1, "C"),
        "f": numba.types.float64,
        "n": numba.types.int64,
        "b": numba.types.boolean,
    }
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = before or platformdirs.user_cache_dir("hotspots", appauthor=False)
        made = numba.njit(nogil=True, cache=True)(loop)
    finally:
        numba.config.CACHE_DIR = before
    made.compile(tuple(kinds[letter] for letter in signature))
    return made  # type: ignore[no-any-return]


def side_by_side(call: Callable[[slice], Any], n: int) -> list[Any]:
    """Run `call` on slices of `n` points, one for each processor, and return what each gave, in order.

    >>> side_by_side(lambda part: part.stop - part.start, 0)
    [0]
    """
    parts = WORKERS if n >= 2000 else 1
    ends = [n * k // parts for k in range(parts + 1)]
    slices = [slice(a, b) for a, b in pairwise(ends)]
    if parts == 1:
        return [call(slices[0])]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(call, slices))


# The loops. Only what numba understands; no calls between them.


def share_points(x: np.ndarray, y: np.ndarray, west: float, south: float, cell: float, out: np.ndarray) -> None:
    """Add each point to the four cells whose middles are nearest, by its distance to them."""
    rows, columns = out.shape
    flat = out.reshape(-1)
    for k in range(len(x)):
        across, up = (x[k] - west) / cell, (y[k] - south) / cell
        i, j = min(max(int(across), 0), columns - 2), min(max(int(up), 0), rows - 2)
        across -= i
        up -= j
        at = np.uint64(j * columns + i)  # without a sign nothing is counted from the end
        over = at + np.uint64(columns)
        flat[at] += (1 - up) * (1 - across)
        flat[at + np.uint64(1)] += (1 - up) * across
        flat[over] += up * (1 - across)
        flat[over + np.uint64(1)] += up * across


def sharpen(cells: np.ndarray) -> None:
    """Add to each cell, in place, a twelfth of its differences from its four neighbours; the sum stays."""
    rows, columns = cells.shape
    below, here = np.zeros(columns), np.zeros(columns)
    for j in range(rows):
        for i in range(columns):
            here[i] = cells[j, i]
        for i in range(columns):
            step = 0.0
            if j > 0:
                step += here[i] - below[i]
            if j < rows - 1:
                step += here[i] - cells[j + 1, i]
            if i > 0:
                step += here[i] - here[i - 1]
            if i < columns - 1:
                step += here[i] - here[i + 1]
            cells[j, i] = here[i] + step / 12
        below, here = here, below


def add_quartic(
    x: np.ndarray,
    y: np.ndarray,
    mask: np.ndarray,
    west: float,
    south: float,
    cell: float,
    bandwidth: float,
    whole: bool,
    out: np.ndarray,
    lost: np.ndarray,
) -> None:
    """Add each point's quartic kernel to the cells inside; `whole`: so that each point adds exactly 1, or is marked `lost`."""
    rows, columns = mask.shape
    reach = math.ceil(bandwidth / cell)
    top = 3 / (math.pi * bandwidth * bandwidth)
    share = np.empty((2 * reach + 3, 2 * reach + 3))
    for k in range(len(x)):
        across, up = (x[k] - west) / cell, (y[k] - south) / cell
        far = bandwidth / cell
        i0, i1 = max(math.ceil(across - far), 0), min(math.floor(across + far), columns - 1)
        j0, j1 = max(math.ceil(up - far), 0), min(math.floor(up + far), rows - 1)
        held = 0.0
        for j in range(j0, j1 + 1):
            dy = (south + j * cell - y[k]) / bandwidth
            for i in range(i0, i1 + 1):
                dx = (west + i * cell - x[k]) / bandwidth
                inside = max(1 - dx * dx - dy * dy, 0.0)
                one = inside * inside * top * mask[j, i]
                share[j - j0, i - i0] = one
                held += one
        scale = 1.0
        if whole:
            lost[k] = held <= 0
            scale = 1 / (held * cell * cell) if held > 0 else 0.0
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                out[j, i] += share[j - j0, i - i0] * scale


def list_areas(
    boxes: np.ndarray, west: float, south: float, step: float, columns: int, rows: int, first: np.ndarray, listed: np.ndarray
) -> None:
    """List for each cell the areas whose box touches it: with empty `listed` count them into `first`, else fill it."""
    for area in range(len(boxes)):
        i0, i1 = int((boxes[area, 0] - west) / step), int((boxes[area, 2] - west) / step)
        j0, j1 = int((boxes[area, 1] - south) / step), int((boxes[area, 3] - south) / step)
        for j in range(max(j0, 0), min(j1, rows - 1) + 1):
            for i in range(max(i0, 0), min(i1, columns - 1) + 1):
                at = j * columns + i
                if len(listed):
                    listed[first[at]] = area
                first[at] += 1


def order_points(
    x: np.ndarray, y: np.ndarray, west: float, south: float, step: float, columns: int, rows: int, ends: np.ndarray, order: np.ndarray
) -> None:
    """Put the points in the order of their cells into `order`, so that neighbours are looked at together; `ends` starts as zeros.

    Points off the grid are left out: the last of `ends` says how many are in.
    """
    cell = np.empty(len(x), dtype=np.int64)
    for k in range(len(x)):
        i, j = (x[k] - west) / step, (y[k] - south) / step
        cell[k] = int(j) * columns + int(i) if 0 <= i < columns and 0 <= j < rows else -1
        if cell[k] >= 0:
            ends[cell[k]] += 1
    total = 0
    for at in range(len(ends)):
        total, ends[at] = total + ends[at], total
    for k in range(len(x)):
        if cell[k] >= 0:
            order[ends[cell[k]]] = k
            ends[cell[k]] += 1


def find_areas(  # noqa: C901  a loop that numba compiles cannot call another
    x: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    corners: np.ndarray,
    ring_ends: np.ndarray,
    area_rings: np.ndarray,
    boxes: np.ndarray,
    west: float,
    south: float,
    step: float,
    columns: int,
    ends: np.ndarray,
    listed: np.ndarray,
    out: np.ndarray,
) -> None:
    """Find the first area that holds each point of `order`: its number, −1 where none does, −2 where rounding could decide.

    Rays to the east cross an odd number of sides from inside. Which side of a line a point is on is a determinant; when it is not
    larger than its own rounding error (Shewchuk 1997, doi:10.1007/PL00009321), or the point is on a level side, the answer is −2.
    """
    for k in order:
        px, py = x[k], y[k]
        at = int((py - south) / step) * columns + int((px - west) / step)
        for n in range(ends[at - 1] if at else 0, ends[at]):
            area = listed[n]
            if px < boxes[area, 0] or px > boxes[area, 2] or py < boxes[area, 1] or py > boxes[area, 3]:
                continue
            inside = unsure = False
            for ring in range(area_rings[area], area_rings[area + 1]):
                for c in range(ring_ends[ring], ring_ends[ring + 1] - 1):
                    ay, by = corners[c, 1], corners[c + 1, 1]
                    if (ay > py and by > py) or (ay < py and by < py):
                        continue
                    ax, bx = corners[c, 0], corners[c + 1, 0]
                    if ay == by:
                        unsure = unsure or (min(ax, bx) <= px <= max(ax, bx))
                        continue
                    one, other = (ax - px) * (by - py), (ay - py) * (bx - px)
                    turn = one - other
                    if abs(turn) <= 4e-16 * (abs(one) + abs(other)):
                        unsure = True
                    elif (ay > py) != (by > py):
                        inside = inside != ((turn > 0) == (by > ay))
            if unsure:
                out[k] = -2
                break
            if inside:
                out[k] = area
                break


def number_pairs(one: np.ndarray, other: np.ndarray, table: np.ndarray, first: np.ndarray, out: np.ndarray) -> None:
    """Number equal pairs alike, in the order in which they first occur.

    `table` holds −1 and has a power of two of places, more than there are pairs; `first` gets where each number first occurs, and −1
    after the last.
    """
    count, mask = 0, len(table) - 1
    for k in range(len(one)):
        mixed = one[k] * 0x1E3779B97F4A7C15 ^ other[k] * 0x42B2AE3D27D4EB4F  # whole numbers of 64 bits: what overflows is dropped
        at = ((mixed ^ (mixed >> 29)) >> 33) & mask
        while table[at] >= 0 and (one[first[table[at]]] != one[k] or other[first[table[at]]] != other[k]):
            at = (at + 1) & mask
        if table[at] < 0:
            table[at] = count
            first[count] = k
            count += 1
        out[k] = table[at]
    if count < len(first):
        first[count] = -1


LOOPS: tuple[tuple[Callable[..., None], str], ...] = (
    (share_points, "rrfffW"),
    (sharpen, "W"),
    (add_quartic, "rrRffffbWm"),
    (list_areas, "Rfffnnoo"),
    (order_points, "rrfffnnoo"),
    (find_areas, "rriRiiRfffniio"),
    (number_pairs, "iiooo"),
    (scan_loops.scan_circles, "isrrrrSw"),
    (scan_loops.scan_days, "isiriSnbw"),
)

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
from types import FunctionType
from typing import Any, ClassVar

import numpy as np
import platformdirs

from hotspots.inference import place_loops, scan_loops
from hotspots.inference.place_loops import UNSURE as UNSURE

WORTH = 50_000  # points from which on compiling repays itself
WORKERS = min(os.cpu_count() or 1, 4)


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
        "O": whole(2, "C"),
        "h": numba.types.Array(numba.types.int16, 2, "C", readonly=True),
        "m": marks(1, "C"),
        "f": numba.types.float64,
        "n": numba.types.int64,
        "b": numba.types.boolean,
    }
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = before or platformdirs.user_cache_dir("hotspots", appauthor=False)
        made = numba.njit(nogil=True, cache=True, error_model="numpy")(_with_parts(numba, loop))
    finally:
        numba.config.CACHE_DIR = before
    made.compile(tuple(kinds[letter] for letter in signature))
    return made  # type: ignore[no-any-return]


def _with_parts(numba: Any, loop: Callable[..., None]) -> Callable[..., None]:
    """Return a loop that calls the functions of its own module as numba needs them: compiled too."""
    known = loop.__globals__
    parts = {name: known[name] for name in loop.__code__.co_names if isinstance(known.get(name), FunctionType)}
    if not parts:
        return loop
    made = {name: numba.njit(nogil=True, error_model="numpy", inline="always")(_with_parts(numba, part)) for name, part in parts.items()}
    twin = FunctionType(loop.__code__, {**known, **made}, loop.__name__)
    twin.__module__, twin.__qualname__ = loop.__module__, loop.__qualname__
    return twin


def side_by_side(call: Callable[[slice], Any], n: int, *, least: int = 2000) -> list[Any]:
    """Run `call` on slices of `n` points, one for each processor, and return what each gave, in order; fewer than `least` go as one.

    >>> side_by_side(lambda part: part.stop - part.start, 0)
    [0]
    """
    parts = WORKERS if n >= least else 1
    ends = [n * k // parts for k in range(parts + 1)]
    slices = [slice(a, b) for a, b in pairwise(ends)]
    if parts == 1:
        return [call(slices[0])]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(call, slices))


# The loops. Only what numba understands; they may call functions of their own module (`_with_parts`).


def share_points(x: np.ndarray, y: np.ndarray, west: float, south: float, cell: float, rows: int, columns: int, out: np.ndarray) -> None:
    """Add each point to the four cells whose middles are nearest, by its distance to them."""
    width, per = np.uint64(out.shape[1]), 1 / cell  # without a sign nothing is counted from the end
    flat = out.reshape(-1)
    right, above, first = np.empty(256), np.empty(256), np.empty(256, np.uint64)
    for start in range(0, len(x), 256):
        n = min(256, len(x) - start)
        for k in range(n):  # apart from what follows, so that the processor takes several at a time
            across, up = (x[start + k] - west) * per, (y[start + k] - south) * per
            i, j = min(max(int(across), 0), columns - 2), min(max(int(up), 0), rows - 2)
            right[k], above[k] = across - i, up - j
            first[k] = np.uint64(j) * width + np.uint64(i)
        for k in range(n):
            at, across, up = first[k], right[k], above[k]
            over, both = at + width, up * across
            flat[at] += 1 - up - across + both
            flat[at + np.uint64(1)] += across - both
            flat[over] += up - both
            flat[over + np.uint64(1)] += both


def share_points_widely(
    x: np.ndarray, y: np.ndarray, west: float, south: float, cell: float, rows: int, columns: int, out: np.ndarray
) -> None:
    """Add each point to the sixteen cells whose middles are nearest, by cubic interpolation."""
    right, above = np.empty(4), np.empty(4)
    for k in range(len(x)):
        across, up = (x[k] - west) / cell, (y[k] - south) / cell
        i, j = min(max(int(across), 1), columns - 3), min(max(int(up), 1), rows - 3)
        for weights, t in ((right, across - i), (above, up - j)):
            weights[0] = -t * (1 - t) * (2 - t) / 6
            weights[1] = (1 + t) * (1 - t) * (2 - t) / 2
            weights[2] = (1 + t) * t * (2 - t) / 2
            weights[3] = -(1 + t) * t * (1 - t) / 6
        for row in range(4):
            for column in range(4):
                out[j - 1 + row, i - 1 + column] += above[row] * right[column]


def sharpen(cells: np.ndarray, rows: int, columns: int) -> None:
    """Add to each of the first `rows` × `columns` cells, in place, a twelfth of its differences from its four neighbours; the sum stays."""
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


LOOPS: tuple[tuple[Callable[..., None], str], ...] = (
    (share_points, "rrfffnnW"),
    (share_points_widely, "rrfffnnW"),
    (sharpen, "Wnn"),
    (add_quartic, "rrRffffbWm"),
    (place_loops.list_areas, "Rfffnnoo"),
    (place_loops.order_points, "rrfffnnoo"),
    (place_loops.find_areas, "rriRiiRfffniio"),
    (place_loops.find_lines, "rriRifffnniiffow"),
    (place_loops.count_close, "hiiiO"),
    (place_loops.number_pairs, "iiooo"),
    (scan_loops.scan_circles, "isrrrrSw"),
    (scan_loops.scan_days, "isiriSnbw"),
)

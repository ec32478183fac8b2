"""The inner loops of finding places, for `compiled`: areas that hold points, streets near them, pairs near in time, equal corners."""

from __future__ import annotations

import math

import numpy as np

UNSURE = -2  # `find_areas`: too near to an edge for plain arithmetic


def list_areas(
    boxes: np.ndarray, west: float, south: float, step: float, columns: int, rows: int, first: np.ndarray, listed: np.ndarray
) -> None:
    """List for each cell the areas (or pieces of lines) whose box touches it: with empty `listed` count them into `first`, else fill it."""
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


def find_lines(  # noqa: C901  a loop that numba compiles cannot call another
    x: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    pieces: np.ndarray,
    line_of: np.ndarray,
    west: float,
    south: float,
    step: float,
    columns: int,
    rows: int,
    ends: np.ndarray,
    listed: np.ndarray,
    within: float,
    tie: float,
    out: np.ndarray,
    away: np.ndarray,
) -> None:
    """Find the nearest line of each point of `order`, at most `within` away: its number (−1: none) and how far `away` it is.

    `pieces` holds the straight pieces of the lines (ax, ay, bx, by), `line_of` the line of each. Cells are searched ring by ring around
    the point's own, until no nearer piece can follow. Where other lines are as near, to `tie`, a second round finds the smallest number.
    """
    for k in order:
        px, py = x[k], y[k]
        i0, j0 = math.floor((px - west) / step), math.floor((py - south) / step)
        across, up = px - (west + i0 * step), py - (south + j0 * step)
        margin = min(min(across, step - across), min(up, step - up))
        inner = max(max(max(-i0, i0 - columns + 1), max(-j0, j0 - rows + 1)), 0)
        outer = max(max(i0, columns - 1 - i0), max(j0, rows - 1 - j0))
        best = other = np.inf
        line = -1
        for turn in range(2):
            if turn == 1 and not (other <= best + tie and best <= within):
                break
            for ring in range(inner, outer + 1):
                if ring > 0 and (ring - 1) * step + margin > min(best + tie, within):
                    break
                for j in range(max(j0 - ring, 0), min(j0 + ring, rows - 1) + 1):
                    stride = 1 if abs(j - j0) == ring else 2 * ring
                    for i in range(i0 - ring, i0 + ring + 1, stride):
                        if i < 0 or i >= columns:
                            continue
                        at = j * columns + i
                        for n in range(ends[at - 1] if at else 0, ends[at]):
                            piece = listed[n]
                            ax, ay = pieces[piece, 0], pieces[piece, 1]
                            dx, dy = pieces[piece, 2] - ax, pieces[piece, 3] - ay
                            span = dx * dx + dy * dy
                            part = ((px - ax) * dx + (py - ay) * dy) / span if span > 0 else 0.0
                            part = min(max(part, 0.0), 1.0)
                            ex, ey = px - ax - part * dx, py - ay - part * dy
                            far = math.sqrt(ex * ex + ey * ey)
                            one = line_of[piece]
                            if turn == 1:
                                if far <= best + tie and one < line:
                                    line = one
                            elif one == line:
                                best = min(best, far)
                            elif far < best:
                                other, best, line = best, far, one
                            elif far < other:
                                other = far
        if best <= within:
            out[k] = line
            away[k] = best


def count_close(days: np.ndarray, one: np.ndarray, other: np.ndarray, last: np.ndarray, out: np.ndarray) -> None:
    """Count, for each column of `days`, the pairs of rows at most each of `last` days apart into the rows of `out`."""
    draws = days.shape[1]
    held = np.zeros((len(last), draws), dtype=np.uint16)
    filled = 0
    for k in range(len(one)):
        a, b = days[one[k]], days[other[k]]
        for e in range(len(last)):
            end, row = np.int16(min(last[e], 32767)), held[e]
            for r in range(draws):
                row[r] += abs(a[r] - b[r]) <= end
        filled += 1
        if filled == 65_000 or k == len(one) - 1:
            filled = 0
            for e in range(len(last)):
                for r in range(draws):
                    out[e, r] += held[e, r]
                    held[e, r] = 0


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

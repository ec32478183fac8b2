"""Which units lie beside each other: areas that share a corner or a border, or that only a street keeps apart; lines that share an end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from hotspots.geography import segments
from hotspots.geography.outlines import outlined
from hotspots.store.schema import Blocks, DataError
from hotspots.words import mark, told

# How it was decided which units are neighbours, in words for the screen.
RULES: dict[str, str] = {
    "touch": mark("neighbours share a corner or a border"),
    "ends": mark("neighbours are street segments that meet"),
    "street": mark("neighbours are at most {gap} m apart: the width of streets, worked out from the map"),
    "given": mark("neighbours are at most {gap} m apart: chosen by the reader"),
}

_STREETS = 2.0  # times the median distance to the nearest unit: an ordinary street across a corner, and an avenue
_LEAST_GAP = 1.0  # metres: closes cracks left by rounding


@dataclass(frozen=True, eq=False)
class Contiguity:
    """Which units are neighbours, and by what rule.

    `matrix` has one row and one column for each unit, in the units' order: 1 where two are neighbours, nothing on the diagonal. Units up
    to `gap` metres apart count as neighbours; `rule` says where that number came from (see `RULES`).
    """

    matrix: sparse.csr_array
    gap: float
    rule: str


def neighbours(blocks: Blocks, *, gap: float | None = None) -> sparse.csr_array:
    """Return which units are neighbours, as a sparse matrix of 0 and 1 in the units' order; no unit is its own neighbour.

    Two units are neighbours where they share at least a corner ("queen" contiguity), or lie at most `gap` metres apart. Left out, `gap`
    is worked out from the map; `contiguity` tells what it came to. Street segments are neighbours where they share an end: streets that
    cross on a bridge are not.

    >>> from hotspots.testing import square_blocks
    >>> neighbours(square_blocks(side=3)).sum(axis=1).tolist()
    [3.0, 5.0, 3.0, 5.0, 8.0, 5.0, 3.0, 5.0, 3.0]
    """
    return contiguity(blocks, gap=gap).matrix


def contiguity(blocks: Blocks, *, gap: float | None = None) -> Contiguity:
    """Return which units are neighbours and by what rule.

    Left out, `gap` is 0 where at least half of the units touch another one. Else streets keep them apart: it is then twice the median
    distance from a unit to the nearest other, enough for a corner across a street and for most avenues; at least 1 m, and at most the
    side of an ordinary unit, so that it leaps over none. It misleads where a river or a motorway parts units that touch on the
    map, and where some units touch and others are kept apart by streets: give `gap` then.

    >>> from hotspots.testing import square_blocks
    >>> blocks = square_blocks(side=3, size=100.0)
    >>> contiguity(blocks).rule
    'touch'
    >>> blocks.geometry = blocks.geometry.buffer(-5, join_style="mitre")  # now streets of 10 m keep them apart
    >>> found = contiguity(Blocks(blocks.copy()))
    >>> found.rule, found.gap, int(found.matrix.sum(axis=1).max())
    ('street', 20.0, 8)
    """
    if gap is not None and not (np.isfinite(gap) and gap >= 0):
        raise DataError(
            told(
                "neighbours: the gap must be 0 m or more, not {gap}; give the width of a street in metres, or leave it out", gap=f"{gap:g}"
            )
        )
    drawn = outlined(blocks)
    shapes = np.asarray(blocks.geometry.array)[drawn]
    found = Contiguity(_within(shapes, gap), gap, "given") if gap is not None else _automatic(shapes)
    return found if drawn.all() else Contiguity(_among(found.matrix, drawn), found.gap, found.rule)


def _among(matrix: sparse.csr_array, drawn: np.ndarray) -> sparse.csr_array:
    """Return the matrix of the units that have an outline as one of all units: without an outline a unit has no neighbour."""
    place, pairs = np.flatnonzero(drawn), matrix.tocoo()
    return _matrix(place[pairs.row], place[pairs.col], len(drawn))


def _automatic(shapes: np.ndarray) -> Contiguity:
    if _are_lines(shapes):
        return Contiguity(from_ends(shapes), 0.0, "ends")
    touching = _within(shapes, 0.0)
    if len(shapes) < 2 or np.count_nonzero(np.diff(touching.indptr)) * 2 >= len(shapes):
        return Contiguity(touching, 0.0, "touch")
    (unit, _), apart = shapely.STRtree(shapes).query_nearest(shapes, exclusive=True, return_distance=True)
    nearest = np.full(len(shapes), np.inf)
    np.minimum.at(nearest, unit, apart)
    sides = np.where(shapely.get_dimensions(shapes) == 2, np.sqrt(shapely.area(shapes)), shapely.length(shapes))
    gap = round(float(min(max(_STREETS * np.median(nearest), _LEAST_GAP), np.median(sides))), 2)
    return Contiguity(_within(shapes, gap), gap, "street")


def _are_lines(shapes: np.ndarray) -> bool:
    return bool(len(shapes)) and bool((shapely.get_dimensions(shapes) == 1).all())


def _within(shapes: np.ndarray, gap: float) -> sparse.csr_array:
    if gap == 0 and _are_lines(shapes):
        return from_ends(shapes)
    if gap == 0:
        by_corners = from_corners(shapes)
        if by_corners is not None:
            return by_corners
    return from_tree(shapes, gap)


def from_tree(shapes: np.ndarray, gap: float) -> sparse.csr_array:
    """Return which shapes have a point in common, or lie at most `gap` metres apart: for all shapes whatever."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=gap) if gap else tree.query(shapes, predicate="intersects")
    return _matrix(one[one != other], other[one != other], len(shapes))


def from_ends(shapes: np.ndarray) -> sparse.csr_array:
    """Return which lines share an end (to a centimetre)."""
    places, place, line = segments.ends_of(shapes)
    pairs = pd.DataFrame({"line": line, "place": place}).drop_duplicates()
    incidence = sparse.csr_array((np.ones(len(pairs)), (pairs["line"], pairs["place"])), shape=(len(shapes), len(places)))
    return _off_diagonal(incidence @ incidence.T)


def _off_diagonal(shared: sparse.csr_array) -> sparse.csr_array:
    """Return 1 wherever a square matrix has an entry, and nothing on the diagonal."""
    n = shared.shape[0]
    off = shared.indices != np.repeat(np.arange(n, dtype=shared.indices.dtype), np.diff(shared.indptr))
    ends = np.concatenate([[0], np.cumsum(off)])[shared.indptr]
    found = sparse.csr_array((np.ones(int(ends[-1])), shared.indices[off], ends.astype(shared.indptr.dtype)), shape=(n, n))
    found.sort_indices()
    return found


def _matrix(one: np.ndarray, other: np.ndarray, n: int) -> sparse.csr_array:
    found = sparse.csr_array((np.ones(len(one)), (one, other)), shape=(n, n))
    found.sort_indices()
    return found


def from_corners(shapes: np.ndarray) -> sparse.csr_array | None:
    """Return which areas share a corner, found by comparing corners: the same as `from_tree` and much sooner.

    None where that is not certain: for lines, and for areas that overlap, or that touch where one of them has no corner. Where every
    side lies on the like side of one other area, nothing else can touch; the sides that have none (the outer border of a clean map) are
    looked at one by one.
    """
    if not len(shapes) or not (shapely.get_dimensions(shapes) == 2).all():
        return None
    corners, closes, owner, wrong = _rings(shapes)
    code, places = _same_places(corners)
    if code is None:
        return None
    start = np.flatnonzero(~closes)
    alone = _sides_alone(code[start], code[start + 1], places, wrong[start])
    if alone is None or alone.sum() * 2 > len(start):
        return None
    held = np.bincount(code, minlength=places)[code] > 1
    incidence = sparse.csr_array((np.ones(int(held.sum())), (owner[held], code[held])), shape=(len(shapes), places))
    found = _off_diagonal(incidence @ incidence.T)
    open_ = start[alone]
    sides = shapely.linestrings(np.stack([corners[open_], corners[open_ + 1]], axis=1))
    side, met = shapely.STRtree(shapes).query(sides, predicate="intersects")
    of = owner[open_][side]
    elsewhere = of != met
    return found if _all_in(found, of[elsewhere], met[elsewhere]) else None


def _rings(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the corners of all rings, which of them close their ring, the shape of each, and whether its ring runs the wrong way.

    The right way is clockwise for outer rings and the other way for holes.
    """
    simple = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    one = np.flatnonzero(simple & ~shapely.is_empty(shapes))  # one ring each: the corners are read at once, which is many times as quick
    corners, sizes = shapely.get_coordinates(shapes[one]), shapely.get_num_coordinates(shapes[one])
    ring_owner, outer = one, np.ones(len(one), dtype=bool)
    if not simple.all():
        others = np.flatnonzero(~simple)
        more, more_sizes, of, more_outer = _rings_of_any(shapes[others])
        corners, sizes = np.concatenate([corners, more]), np.concatenate([sizes, more_sizes])
        ring_owner, outer = np.concatenate([ring_owner, others[of]]), np.concatenate([outer, more_outer])
    ends = np.cumsum(sizes)
    closes = np.zeros(len(corners), dtype=bool)
    closes[ends - 1] = True
    x, y = (corners - corners[:1]).T
    turn = np.zeros(len(corners))
    turn[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    turn[closes] = 0.0
    wrong = (np.add.reduceat(turn, ends - sizes) > 0) == outer if len(ends) else outer
    return corners, closes, np.repeat(ring_owner, sizes), np.repeat(wrong, sizes)


def _rings_of_any(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the corners of all rings, how many each ring has, the shape of each ring, and which rings are outer ones."""
    _, corners, offsets = shapely.to_ragged_array(shapes, include_z=False)
    ends = offsets[0]
    rings = offsets[1] if len(offsets) == 2 else offsets[1][offsets[2]]
    outer = np.zeros(len(ends) - 1, dtype=bool)
    outer[offsets[1][:-1]] = True
    return corners, np.diff(ends), np.repeat(np.arange(len(shapes)), np.diff(rings)), outer


def _same_places(corners: np.ndarray) -> tuple[np.ndarray | None, int]:
    """Return a number for each corner, the same for corners at one place, and how many there are; None should two clash."""
    bits = np.ascontiguousarray((corners + 0.0).T).view(np.int64)  # + 0.0: no negative zero
    across, up = bits.view(np.uint64)
    x, y = across * np.uint64(0x9E3779B97F4A7C15), up * np.uint64(0xC2B2AE3D27D4EB4F)
    code, values = pd.factorize((x ^ (x >> np.uint64(29))) + (y ^ (y >> np.uint64(32))) * np.uint64(0x165667B19E3779F9))
    first = np.empty(len(values), dtype=np.intp)
    first[code[::-1]] = np.arange(len(code))[::-1]
    return (code if (corners[first[code]] == corners).all() else None), len(values)


def _sides_alone(start: np.ndarray, end: np.ndarray, places: int, wrong: np.ndarray) -> np.ndarray | None:
    """Return which sides belong to one area only; None where areas must overlap: more than two on a side, or two on the same side of it."""
    low, high = np.minimum(start, end).astype(np.int64), np.maximum(start, end).astype(np.int64)
    code, distinct = pd.factorize(low * places + high)
    many = len(distinct)
    times = np.bincount(code, minlength=many)
    turn = np.bincount(code, weights=np.where((start < end) != wrong, 1.0, -1.0), minlength=many)
    if (times > 2).any() or (turn[times == 2] != 0).any():
        return None
    return np.asarray(times[code] == 1)


def _all_in(matrix: sparse.csr_array, one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether every pair is in the matrix."""
    n = matrix.shape[0]
    pairs = np.append(np.repeat(np.arange(n), np.diff(matrix.indptr)) * n + matrix.indices, n * n)  # in rising order
    wanted = one.astype(np.int64) * n + other
    return bool((pairs[np.searchsorted(pairs, wanted)] == wanted).all())

"""Street segments as units: an incident counts on the nearest one; corners, where streets meet, as units of their own on request."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots import settings
from hotspots.geography.outlines import parts_of
from hotspots.inference.parallel import side_by_side
from hotspots.store.schema import Blocks, DataError, check_blocks
from hotspots.words import told

TIE = 1e-6  # metres: segments this much alike in distance are equally near
MEET = 1e-2  # metres: ends this near to each other are one place
ENDS_OF_A_CORNER = 3
_MOST_OF_A_SEGMENT = 1 / 3  # that a corner takes at each end, so that every segment keeps a middle

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def snap_distance() -> float:
    """Return how far an incident may lie from its segment, in metres: the setting HOTSPOTS_SNAP.

    >>> snap_distance()
    75.0
    """
    return _metres("HOTSPOTS_SNAP")


def corner_reach() -> float:
    """Return how far along a street a corner reaches, in metres: the setting HOTSPOTS_CORNER."""
    return _metres("HOTSPOTS_CORNER")


def _metres(name: str) -> float:
    text = settings.value(name)
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found <= 1000:
        raise DataError(
            told("{name} is {text}; write a number of metres, more than 0 and at most 1000, such as 75", name=name, text=repr(text))
        )
    return found


def nearest(x: Floats, y: Floats, lines: npt.NDArray[np.object_], *, within: float = math.inf) -> tuple[Ints, Floats]:
    """Return for each place the position of the nearest of `lines`, and its distance in metres; −1 and infinity where none is near enough.

    Lines equally near, to a millionth of a metre, are a tie, and the first of them has the place: give them in the order of their ids.

    >>> street, crossing = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (100, 100)])
    >>> where, away = nearest(np.array([40.0, 130.0, 500.0]), np.array([3.0, -40.0, 0.0]), np.array([street, crossing]), within=75)
    >>> where.tolist(), away.tolist()
    ([0, 0, -1], [3.0, 50.0, inf])
    """
    x, y = (np.ascontiguousarray(axis, dtype=float) for axis in (x, y))
    where, away = np.full(len(x), -1), np.full(len(x), np.inf)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(known) or not len(lines):
        return where, away
    tree = shapely.STRtree(lines)
    tree.query(shapely.Point(0, 0))  # the tree is built now, before several threads ask it

    def part(of: slice) -> None:
        some = known[of]
        where[some], away[some] = _by_tree(shapely.points(x[some], y[some]), tree, within)

    side_by_side(part, len(known))
    return where, away


def _by_tree(points: npt.NDArray[np.object_], tree: shapely.STRtree, within: float) -> tuple[Ints, Floats]:
    """Return the first of the nearest lines of a tree for each point, and how far it is."""
    (point, _), far = tree.query_nearest(points, return_distance=True, all_matches=False)
    away = np.full(len(points), np.inf)
    away[point] = far
    away[away > within] = np.inf
    near = np.flatnonzero(np.isfinite(away))
    one, line = tree.query(points[near], predicate="dwithin", distance=away[near] + TIE)
    where = np.full(len(points), len(tree))
    np.minimum.at(where, near[one], line)
    return np.where(where < len(tree), where, -1), away


@dataclass(frozen=True)
class SnapDistances:
    """How far incidents lie from the segment they are counted on, in metres.

    `n` of them have one; half of these lie within `median`, 90 in 100 within `p90`, 95 in 100 within `p95`, all within `longest`.
    `beyond` have a place and no segment within `within`. Missing distances where `n` is 0.
    """

    n: int
    median: float
    p90: float
    p95: float
    longest: float
    beyond: int
    within: float


def distribution(away: pd.Series, *, within: float) -> SnapDistances:
    """Return how the distances in `away` are spread; infinite: none near enough; missing: without a place, and not counted here.

    >>> distribution(pd.Series([2.0, 4.0, 6.0, np.inf, np.nan]), within=75.0)
    SnapDistances(n=3, median=4.0, p90=5.6, p95=5.8, longest=6.0, beyond=1, within=75.0)
    """
    found = away[np.isfinite(away)].to_numpy(dtype=float)
    median, p90, p95, longest = (float(q) for q in np.quantile(found, [0.5, 0.9, 0.95, 1.0])) if len(found) else (math.nan,) * 4
    return SnapDistances(len(found), median, p90, p95, longest, int(np.isinf(away).sum()), within)


def ends_of(lines: npt.NDArray[np.object_]) -> tuple[Floats, Ints, Ints]:
    """Return where the lines end: the places met, the place of each end, and the line of each end.

    Ends at most 1 cm apart are one place. A line of several parts has the ends of all of them.

    >>> places, place, line = ends_of(np.array([shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(1, 0), (2, 0)])]))
    >>> len(places), line[place == place[1]].tolist()
    (3, [0, 1])
    """
    parts, line = parts_of(lines)
    last = np.cumsum(shapely.get_num_coordinates(parts)) - 1
    points = shapely.get_coordinates(parts)[np.stack([np.append(0, last[:-1] + 1)[: len(last)], last], axis=1).ravel()]
    place = joined(points)
    where = np.zeros((place.max(initial=-1) + 1, 2))
    where[place[::-1]] = points[::-1]
    return where, place, np.repeat(line, 2)


def joined(points: Floats) -> Ints:
    """Return a number for each point, the same for points at most 1 cm apart, wherever they lie: no grid parts two that are near.

    >>> joined(np.array([[0.0499, 0.0], [0.0501, 0.0], [5.0, 0.0], [0.0499, 0.0]])).tolist()
    [0, 0, 1, 0]
    """
    _, first, exact = np.unique(points @ [1, 1j], return_index=True, return_inverse=True)  # as complex numbers: by rows it takes longer
    return _linked(points[first])[exact]


def _linked(points: Floats) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    pairs = cKDTree(points).query_pairs(MEET, output_type="ndarray") if len(points) else np.empty((0, 2), dtype=int)
    if not len(pairs):
        return np.arange(len(points))
    links = coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(points),) * 2)
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Streets:
    """Street segments as units, with corners or without.

    `units` holds the segments in the order of their ids, then the corners; populations are unknown. `lines` are the whole segments. `arms`
    says how much of each segment, in metres, belongs to the corner at its start and at its end, and `corner` which units these are.
    """

    units: Blocks
    lines: npt.NDArray[np.object_]
    arms: Floats
    corner: Ints


def streets(segments: gpd.GeoDataFrame, *, corners: bool = False) -> Streets:
    """Return the segments as units.

    Names are those of the street and of the streets that it meets at both ends. With `corners`, every place where at least three ends
    meet is a unit of its own: the bits of street within `corner_reach` of it, or a third of a segment where that is less. Two ends are one
    street going on, and no corner. Source: Braga, Papachristos & Hureau (2010), doi:10.1007/s10940-009-9082-x.

    >>> from hotspots.testing import EPSG
    >>> arms = [shapely.LineString([(0, 0), end]) for end in ((90, 0), (0, 90), (-30, 0))]
    >>> table = gpd.GeoDataFrame({"street": ["High", "Low", "High"]}, geometry=arms, crs=EPSG, index=["s1", "s2", "s3"])
    >>> found = streets(table, corners=True)
    >>> found.units["name"].tolist(), found.units.length.tolist()
    (['High, Low –', 'Low, High –', 'High, Low –', 'High / Low'], [75.0, 75.0, 20.0, 40.0])
    """
    table = segments.sort_index()
    lines = _plain_lines(np.asarray(table.geometry.array))
    places, place, line = ends_of(lines)
    words = table["street"].fillna("").astype(str).to_numpy() if "street" in table.columns else np.full(len(table), "")
    met = pd.DataFrame({"place": place, "line": line, "street": words[line]})
    names = _segment_names(met, words, table.index)
    none = np.full((len(lines), 2), -1)
    if not corners:
        return Streets(_units(list(table.index), names, lines, table.crs), lines, np.zeros((len(lines), 2)), none)
    single = shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING
    degree = np.bincount(place, minlength=len(places))
    crossing = np.flatnonzero(degree >= ENDS_OF_A_CORNER)
    number = np.full(len(places), -1)
    number[crossing] = np.arange(len(crossing))
    own = np.full((len(lines), 2), -1)
    own[single] = number[place[single[line]].reshape(-1, 2)]
    arms = np.where(own >= 0, np.minimum(corner_reach(), shapely.length(lines) * _MOST_OF_A_SEGMENT)[:, None], 0.0)
    middles, stars = _cut(lines, arms, own, len(crossing))
    held = np.flatnonzero(~shapely.is_empty(stars))
    rank = np.full(len(crossing) + 1, -1)
    rank[held] = np.arange(len(held)) + len(lines)
    ids, titles = _corner_words(met, crossing[held], table.index)
    units = _units([*table.index, *ids], [*names, *titles], np.concatenate([middles, stars[held]]), table.crs)
    return Streets(units, lines, arms, rank[own])


def _plain_lines(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return lines of one part wherever their parts follow one another."""
    several = shapely.get_type_id(shapes) != shapely.GeometryType.LINESTRING
    shapes = shapes.copy()
    shapes[several] = shapely.line_merge(shapes[several])
    return shapes


def _units(ids: list[str], names: list[str], shapes: npt.NDArray[np.object_], crs: object) -> Blocks:
    index = pd.Index(ids, name="block_id", dtype="str")
    table = {"population": np.full(len(ids), np.nan), "name": pd.array(names, dtype="str")}
    return check_blocks(gpd.GeoDataFrame(table, geometry=shapes, index=index, crs=crs))


def _segment_names(met: pd.DataFrame, words: npt.NDArray[np.object_], ids: pd.Index) -> list[str]:
    """Return `street, street met at the start – street met at the end`; the id where the street has no name."""
    if not len(words):
        return []
    listed, code = np.unique(words.astype(object), return_inverse=True)  # in order, so that numbers are compared in place of words
    line, place = met["line"].to_numpy(), met["place"].to_numpy()
    first, second = _two_streets(place, code[line], np.asarray(listed == ""))
    ends = []
    for side in ("left", "right"):
        at = place[np.searchsorted(line, np.arange(len(words)), side) - (side == "right")]
        ends.append(np.where(first[at] != code, first[at], second[at]))
    low, high = np.minimum(*ends), np.maximum(*ends)  # a street that nobody meets comes last
    told = np.append(listed, "")
    parts = zip(words.tolist(), ids.tolist(), told[low].tolist(), told[high].tolist(), strict=True)
    return [(f"{own}, {one} – {other}".rstrip() if one else own) if own else str(unit) for own, unit, one, other in parts]


def _two_streets(place: Ints, code: Ints, nameless: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the first and the second street of each place by their numbers, those without a name aside; where there is none, how many."""
    none = len(nameless)
    named = ~nameless[code]
    pairs = np.unique(place[named] * none + code[named])
    at, street = np.divmod(pairs, none)
    rank = np.arange(len(at)) - np.searchsorted(at, at)
    found = np.full((2, place.max(initial=-1) + 1), none)
    for nth in (0, 1):
        found[nth, at[rank == nth]] = street[rank == nth]
    return found[0], found[1]


def _corner_words(met: pd.DataFrame, crossing: Ints, ids: pd.Index) -> tuple[list[str], list[str]]:
    """Return id and name of each corner: the segments, and the streets, that meet there."""
    here = met[met["place"].isin(crossing)]
    segments = _listed(here.assign(id=np.asarray(ids)[here["line"]]), "id")
    named = _listed(here[here["street"] != ""], "street")
    found = pd.Series(["+".join(segments[place]) for place in crossing.tolist()], dtype="str")
    again = found.groupby(found).cumcount()
    taken = found.where(again == 0, found + "/" + (again + 1).astype(str)).tolist()
    titles = [" / ".join(named[place]) if place in named else unit for place, unit in zip(crossing.tolist(), taken, strict=True)]
    return taken, titles


def _listed(met: pd.DataFrame, column: str) -> dict[int, list[str]]:
    """Return the words of a column that each place has, each once and in order."""
    pairs = met[["place", column]].drop_duplicates().sort_values(["place", column])
    found: dict[int, list[str]] = {}
    for place, word in zip(pairs["place"].tolist(), pairs[column].tolist(), strict=True):
        found.setdefault(place, []).append(word)
    return found


def _cut(lines: npt.NDArray[np.object_], arms: Floats, own: Ints, corners: int) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return the lines without their arms, and the arms of each corner together."""
    cut = np.flatnonzero((arms > 0).any(axis=1))
    if not len(cut):
        return lines.copy(), np.empty(0, dtype=object)
    long = shapely.length(lines[cut])
    start, end = arms[cut, 0], long - arms[cut, 1]
    points, of = shapely.get_coordinates(lines[cut], return_index=True)
    follows = np.append(False, of[1:] == of[:-1])
    steps = np.append(0.0, np.hypot(*np.diff(points, axis=0).T)) * follows
    along = np.cumsum(steps)
    along -= along[np.flatnonzero(~follows)][of]
    piece = np.where(along < start[of] - TIE, 0, np.where(along > end[of] + TIE, 2, 1))
    parts = [np.column_stack([of, piece, along, points])]
    for at, sides, there in ((start, (0, 1), start > 0), (end, (1, 2), end < long)):
        where = shapely.get_coordinates(shapely.line_interpolate_point(lines[cut][there], at[there]))
        parts += [np.column_stack([np.flatnonzero(there), np.full(len(where), side), at[there], where]) for side in sides]
    rows = np.concatenate(parts)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    key, number = np.unique((rows[:, 0] * 3 + rows[:, 1]).astype(np.int64), return_inverse=True)
    made = shapely.linestrings(rows[:, 3:], indices=number)
    line, side = cut[key // 3], key % 3
    middles = lines.copy()
    middles[line[side == 1]] = made[side == 1]
    outer = side != 1
    corner = own[line[outer], np.where(side[outer] == 0, 0, 1)]
    order = np.argsort(corner, kind="stable")
    stars = np.full(corners, shapely.MultiLineString(), dtype=object)
    shapely.multilinestrings(made[outer][order], indices=corner[order], out=stars)
    return middles, stars


def assign(x: Floats, y: Floats, found: Streets, *, within: float) -> tuple[Ints, Floats]:
    """Return for each place the position of its unit among `found.units`, −1 where none is near enough, and its distance to the street.

    The nearest segment decides, by the rule of `nearest`; where the nearest point of it belongs to a corner, the corner has the place.
    """
    where, away = nearest(x, y, found.lines, within=within)
    near = np.flatnonzero(where >= 0)
    line = where[near]
    along = shapely.line_locate_point(found.lines[line], shapely.points(x[near], y[near]))
    long = shapely.length(found.lines[line])
    at_start = (found.corner[line, 0] >= 0) & (along <= found.arms[line, 0] + TIE)
    at_end = (found.corner[line, 1] >= 0) & (along >= long - found.arms[line, 1] - TIE)
    where[near] = np.select([at_start, at_end], found.corner[line].T, line)
    return where, away

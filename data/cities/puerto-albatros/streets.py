"""The street plan: avenues first, then a grid of its own for every quarter between them, then blocks and street segments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from terrain import CERRO, LOMAS, Waves, smooth, wander

AVENUES_KM: dict[str, tuple[tuple[float, float], ...]] = {
    "Avenida de los Navegantes": (
        *((-6.5, 0.55), (-5.2, 0.4), (-4.1, 0.12), (-3.1, 0.1), (-2.2, 0.4), (-1.6, 0.8), (-0.95, 1.08), (-0.1, 1.06)),
        *((0.9, 0.95), (1.8, 0.55), (3.0, 0.3), (4.0, 0.42), (5.2, 0.4), (6.5, 0.7)),
    ),
    "Calzada del Norte": ((0.12, -0.6), (0.18, 0.4), (0.22, 1.06), (0.45, 1.8), (0.72, 2.5), (1.0, 3.1), (1.15, 3.9), (1.6, 4.7), (2.0, 6)),
    "Calzada del Puerto": ((0.9, 0.95), (1.05, 0.2), (0.95, -0.6), (1.12, -1.4), (1.25, -2.1), (1.1, -2.75), (1.15, -3.6)),
    "Anillo de Circunvalación": (
        *((-2.35, -1.4), (-2.33, -0.3), (-2.2, 0.4), (-2.05, 1.0), (-1.6, 1.6), (-0.9, 2.05), (0.0, 2.4), (0.72, 2.5)),
        *((1.55, 2.2), (2.15, 1.5), (2.27, 0.5), (2.2, -0.4), (1.92, -1.2), (1.78, -2.0), (1.95, -3.5)),
    ),
    "Avenida de las Salinas": ((-0.2, -0.8), (0.95, -0.6), (1.92, -1.2), (2.9, -1.38), (3.9, -1.2), (5.2, -1.3), (6.5, -1.1)),
    "Avenida del Llano": ((3.5, -3.5), (3.4, -2.0), (3.55, -1.27), (3.38, -0.4), (3.5, 0.36), (3.3, 1.2), (3.42, 2.0), (3.1, 3.0)),
    "Camino a las Lomas": ((1.55, 2.2), (2.3, 2.42), (3.0, 2.15), (3.9, 1.75), (4.8, 2.0), (6.2, 2.0)),
    "Camino del Cerro": ((-6.2, 1.75), (-5, 1.5), (-4.0, 1.35), (-3.1, 1.15), (-2.05, 1.0)),
    "Camino del Mirador": ((-1.6, 1.6), (-1.45, 2.3), (-1.6, 3.0), (-1.2, 3.7), (-1.0, 5.2)),
    "Avenida de las Gaviotas": ((-3.2, -2.1), (-3.35, -0.8), (-3.2, 0.1), (-3.35, 1.2), (-3.55, 2.0), (-3.3, 3.0)),
    "Diagonal del Faro": ((0.22, 1.06), (0.9, 1.65), (1.55, 2.2)),
    "Avenida Alcatraz": ((2.15, 1.5), (2.8, 1.3), (3.3, 1.2), (4.2, 1.15), (5.3, 1.3), (6.4, 1.2)),
    "Calle Real": ((-1.0, 0.42), (-0.4, 0.45), (0.18, 0.4), (1.02, 0.38), (1.7, 0.1), (2.24, -0.1), (3.38, -0.4), (4.6, -0.3), (6.2, -0.5)),
    "Avenida del Malecón": ((1.2, -1.38), (0.2, -1.55)),
    "Camino de la Cantera": ((0.45, 1.8), (-0.1, 2.0), (-0.9, 2.05)),
    "Avenida Poniente": ((-4.3, -1.4), (-4.35, -0.5), (-4.2, 0.12), (-4.3, 1.35), (-4.5, 2.5)),
    "Calle de la Loma Alta": ((0.72, 2.5), (0.9, 3.3), (0.5, 4.6)),
}


@dataclass(frozen=True)
class Quarter:
    """How one quarter is laid out: the kind of plan, its turn, the size of its blocks and how far lines stray."""

    kind: str
    width: float
    depth: float
    turn: float = 0.0
    jitter: float = 0.08
    warp: float = 0.0
    wavelength: float = 700.0
    centre: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Place:
    """A quarter's name, its district, where its middle is thought to be, and its plan."""

    name: str
    district: int
    at: tuple[float, float]
    plan: Quarter


_COLONIAL = Quarter("grid", 90, 88, turn=-0.06, jitter=0.05, warp=5)
_DOCKS = Quarter("brick", 118, 72, turn=1.46, jitter=0.1, warp=9)
_ENLARGED = Quarter("grid", 128, 108, turn=0.42, jitter=0.06, warp=6)
_PLANNED = Quarter("brick", 172, 78, turn=0.1, jitter=0.06, warp=5)
_GARDEN = Quarter("ring", 156, 102, jitter=0.14, warp=16, wavelength=600)
_HILL = Quarter("ring", 108, 72, jitter=0.3, warp=34, wavelength=520)
_WILD = Quarter("wild", 92, 80, jitter=0.36, warp=22, wavelength=420)
_FLAT = Quarter("grid", 142, 92, turn=-0.12, jitter=0.1, warp=12)


def _hill(centre: tuple[float, float]) -> Quarter:
    return replace(_HILL, centre=centre)


def _turned(plan: Quarter, turn: float, **changes: float) -> Quarter:
    return replace(plan, turn=turn, **changes)


PLACES: tuple[Place, ...] = (
    Place("Barrio La Catedral", 1, (-350, 700), _COLONIAL),
    Place("Barrio El Ancla", 1, (550, 680), _turned(_COLONIAL, -0.09)),
    Place("Barrio La Aduana", 1, (-350, 120), _turned(_COLONIAL, -0.04, width=84.0, depth=82.0)),
    Place("Barrio El Timón", 1, (520, 0), _turned(_COLONIAL, -0.1)),
    Place("Barrio Las Bodegas", 2, (560, -1_050), _DOCKS),
    Place("Barrio El Cabrestante", 2, (750, -1_950), _turned(_DOCKS, 1.6)),
    Place("Barrio La Dársena", 2, (1_500, -1_600), _turned(_DOCKS, 0.25, width=106.0)),
    Place("Barrio Los Estibadores", 2, (1_550, -2_500), _turned(_DOCKS, 0.05)),
    Place("Colonia Punta Muelle", 2, (750, -2_700), _turned(_DOCKS, 1.35)),
    Place("Colonia Barlovento", 3, (1_300, 1_250), _turned(_ENLARGED, -0.33)),
    Place("Colonia El Astrolabio", 3, (600, 1_950), _turned(_ENLARGED, 0.78, width=118.0)),
    Place("Colonia La Brújula", 3, (1_050, 2_150), _ENLARGED),
    Place("Colonia Los Almirantes", 3, (1_650, 600), _turned(_ENLARGED, -0.36)),
    Place("Colonia El Sextante", 3, (1_600, -100), _turned(_ENLARGED, -0.2, depth=96.0)),
    Place("Colonia La Bitácora", 3, (-350, 1_450), _turned(_ENLARGED, 0.15, width=110.0, depth=92.0)),
    Place("Colonia Las Gaviotas", 4, (-2_900, -450), replace(_GARDEN, centre=(-2_700.0, -500.0))),
    Place("Residencial El Faro", 4, (-3_800, -350), replace(_GARDEN, centre=(-3_700.0, -650.0))),
    Place("Residencial Bahía Serena", 4, (-1_750, 200), replace(_GARDEN, centre=(-1_900.0, 600.0), width=138.0, depth=92.0)),
    Place("Colonia Los Pelícanos", 4, (-4_800, -150), _turned(_FLAT, 0.3, depth=106.0)),
    Place("Colonia Mar de Leva", 4, (-2_700, 600), _turned(_ENLARGED, 0.22, width=128.0, depth=98.0)),
    Place("Colonia El Ostral", 4, (-3_800, 750), _turned(_FLAT, -0.1, depth=98.0)),
    Place("Colonia La Rompiente", 4, (-4_900, 900), _turned(_FLAT, 0.12)),
    Place("Comunidad Cerro Bajo", 5, (-1_950, 1_650), _hill(CERRO)),
    Place("Comunidad El Nido", 5, (-2_700, 1_650), _hill(CERRO)),
    Place("Comunidad Las Cuevas", 5, (-1_950, 2_900), _hill(CERRO)),
    Place("Comunidad Vista al Mar", 5, (-3_000, 3_200), _hill(CERRO)),
    Place("Comunidad La Cumbre", 5, (-3_600, 1_900), replace(_WILD, turn=0.4)),
    Place("Comunidad Piedra Parda", 6, (-1_100, 2_750), replace(_WILD, turn=1.1)),
    Place("Comunidad El Manantial", 5, (-1_000, 1_500), replace(_WILD, turn=0.6, width=80.0, depth=72.0)),
    Place("Comunidad Loma Alta", 6, (300, 3_500), replace(_WILD, turn=0.9)),
    Place("Comunidad Sotavento", 6, (1_600, 2_700), _hill(LOMAS)),
    Place("Comunidad Sotavento Alto", 6, (1_700, 3_500), _hill(LOMAS)),
    Place("Comunidad El Viento", 6, (3_100, 3_200), _hill(LOMAS)),
    Place("Comunidad Las Cometas", 6, (2_500, 2_600), _hill(LOMAS)),
    Place("Comunidad Arena Gris", 6, (3_900, 2_500), replace(_WILD, turn=0.2)),
    Place("Urbanización El Alcatraz", 7, (2_800, 900), _PLANNED),
    Place("Urbanización Los Arrecifes", 7, (4_100, 800), _turned(_PLANNED, 0.02)),
    Place("Urbanización La Corriente", 7, (2_800, -50), _turned(_PLANNED, -0.16, width=156.0)),
    Place("Urbanización El Cardumen", 7, (4_200, 50), _turned(_PLANNED, 0.14)),
    Place("Urbanización Las Mareas", 7, (2_800, 1_750), _turned(_PLANNED, 0.62, width=148.0)),
    Place("Urbanización Los Corales", 7, (4_300, 1_500), _turned(_PLANNED, -0.25)),
    Place("Urbanización Brisa Norte", 7, (2_800, -900), _turned(_PLANNED, -0.3, width=140.0)),
    Place("Colonia La Salina", 8, (2_500, -1_950), _FLAT),
    Place("Colonia El Salitre", 8, (2_700, -2_600), _turned(_FLAT, 0.02)),
    Place("Comunidad El Estero", 8, (3_800, -1_800), replace(_WILD, turn=0.1, warp=14.0)),
    Place("Colonia Las Garzas", 8, (4_300, -900), _turned(_FLAT, -0.03, width=126.0)),
    Place("Comunidad Playa Larga", 8, (4_950, -1_900), replace(_WILD, turn=0.1, warp=14.0)),
)


def avenues() -> dict[str, LineString]:
    """Return the avenues as smooth lines that follow the ground."""
    lines = {name: smooth(points, step=25) for name, points in AVENUES_KM.items()}
    return {name: wander(line, seed=71, size=26, wavelength=700) for name, line in lines.items()}


def nearest_place(x: float, y: float) -> int:
    """Return the number of the quarter whose middle is nearest."""
    return int(np.argmin([np.hypot(x - place.at[0], y - place.at[1]) for place in PLACES]))


def cells(ground: BaseGeometry, roads: dict[str, LineString]) -> list[tuple[Polygon, int]]:
    """Return the land between avenues, water and parks, each piece with the number of its quarter."""
    edges = shapely.union_all([ground.boundary, *roads.values()])
    pieces = [piece for piece in shapely.get_parts(shapely.polygonize([*shapely.get_parts(edges)])) if piece.area > 1_500]
    inside = [piece for piece in pieces if ground.contains(piece.representative_point())]
    return [(piece, nearest_place(piece.centroid.x, piece.centroid.y)) for piece in inside]


def _levels(chance: np.random.Generator, low: float, high: float, step: float, jitter: float) -> np.ndarray:
    steps = step * (1 + jitter * chance.uniform(-1, 1, int((high - low) / (step * (1 - jitter))) + 3))
    return low + np.cumsum(steps) - steps[0]


def _bent(xy: np.ndarray, plan: Quarter) -> np.ndarray:
    if not plan.warp:
        return xy
    fields = [Waves(81 + axis, plan.wavelength).at(xy[:, 0], xy[:, 1]) for axis in (0, 1)]
    return xy + plan.warp * np.transpose(fields)


def _straight_lines(plan: Quarter, shape: Polygon, chance: np.random.Generator) -> list[np.ndarray]:
    """Rows right across the piece; cuts right across too in a grid, from row to row in a brick pattern."""
    centre = np.array(shape.centroid.coords[0])
    radius = shape.hausdorff_distance(shape.centroid) + 2 * plan.width
    axis = np.array([[np.cos(plan.turn), np.sin(plan.turn)], [-np.sin(plan.turn), np.cos(plan.turn)]])
    along = np.arange(-radius, radius, 20.0)
    rows = _levels(chance, -radius, radius, plan.depth, plan.jitter)
    lines = [np.column_stack([along, np.full_like(along, level)]) for level in rows]
    if plan.kind == "grid":
        cuts = _levels(chance, -radius, radius, plan.width, plan.jitter)
        lines += [np.column_stack([np.full_like(along, cut), along]) for cut in cuts]
    else:
        shared = _levels(chance, -radius, radius, plan.width, plan.jitter)
        for number, (low, high) in enumerate(pairwise(rows)):
            shift = 0.0 if number % 4 < 3 else plan.width / 2
            keep = shared[chance.random(len(shared)) > 0.06]
            lines += [_rung(cut + shift, cut + shift, low, high) for cut in keep]
    return [_bent(xy @ axis + centre, plan) for xy in lines]


def _rung(bottom: float, top: float, low: float, high: float) -> np.ndarray:
    t = np.linspace(-0.01, 1.01, 6)
    return np.column_stack([bottom + (top - bottom) * t, low + (high - low) * t])


def _ring_lines(plan: Quarter, shape: Polygon, chance: np.random.Generator) -> list[np.ndarray]:
    """Streets that follow contours around a hill or crescents around a green, with short stairs between them."""
    centre = np.array(plan.centre)
    near, far = shape.distance(shapely.Point(centre)), shape.hausdorff_distance(shapely.Point(centre))
    rows = _levels(chance, max(plan.depth, near - 3 * plan.depth), far + 3 * plan.depth, plan.depth, plan.jitter)
    lines = []
    for radius, upper in pairwise(rows):
        turn = np.linspace(0, 2 * np.pi, max(24, int(2 * np.pi * radius / 18)))
        lines.append(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]))
        cuts = _levels(chance, 0, 2 * np.pi, plan.width / radius, plan.jitter)[:-1]
        for cut in cuts:
            slant = cut + plan.jitter * plan.width / radius * chance.uniform(-1, 1)
            rung = _rung(cut, slant, radius, upper)
            lines.append(np.column_stack([rung[:, 1] * np.cos(rung[:, 0]), rung[:, 1] * np.sin(rung[:, 0])]))
    return [_bent(xy + centre, plan) for xy in lines]


def _wild_lines(plan: Quarter, shape: Polygon, chance: np.random.Generator) -> list[np.ndarray]:
    """Paths between houses that came first: the edges of cells around points strewn loosely along rows."""
    middle = np.array(shape.centroid.coords[0])
    radius = shape.hausdorff_distance(shape.centroid) + 2 * plan.width
    x, y = np.meshgrid(np.arange(-radius, radius, plan.width), np.arange(-radius, radius, plan.depth))
    x[::2] += plan.width / 2
    shift = plan.jitter * np.array([plan.width, plan.depth])
    points = np.column_stack([x.ravel(), y.ravel()]) + shift * chance.uniform(-1, 1, (x.size, 2))
    spin = np.array([[np.cos(plan.turn), np.sin(plan.turn)], [-np.sin(plan.turn), np.cos(plan.turn)]])
    points = _bent(points @ spin + middle, plan)
    edges = shapely.voronoi_polygons(shapely.MultiPoint(points), only_edges=True)
    return [shapely.get_coordinates(shapely.segmentize(edge, 25)) for edge in shapely.get_parts(edges)]


_LINES = {"grid": _straight_lines, "brick": _straight_lines, "ring": _ring_lines, "wild": _wild_lines}


def lay_out(pieces: list[tuple[Polygon, int]], *, seed: int) -> tuple[list[Polygon], list[int]]:
    """Return the blocks and the number of each block's quarter."""
    blocks: list[Polygon] = []
    places: list[int] = []
    for shape, place in pieces:
        plan = PLACES[place].plan
        west, south, *_ = shape.bounds
        chance = np.random.default_rng([seed, place, int(abs(west)), int(abs(south))])
        lines = [LineString(xy) for xy in _LINES[plan.kind](plan, shape, chance)]
        faces = _faces(shape, [line for line in lines if line.intersects(shape)], smallest=0.36 * plan.width * plan.depth)
        blocks += faces
        places += [place] * len(faces)
    return blocks, places


def _faces(shape: Polygon, lines: list[LineString], *, smallest: float) -> list[Polygon]:
    net = shapely.union_all([shape.boundary, *[line.intersection(shape) for line in lines]])
    faces = list(shapely.get_parts(shapely.polygonize([*shapely.get_parts(net)])))
    faces = [face for face in faces if shape.contains(face.representative_point())]
    return _merge_slivers(faces, smallest)


def _is_sliver(face: Polygon, smallest: float) -> bool:
    plump = 4 * np.pi * face.area / face.length**2
    return face.area < smallest or (plump < 0.36 and face.area < 2.2 * smallest)


def _merge_slivers(faces: list[Polygon], smallest: float) -> list[Polygon]:
    """Join every piece too small or too thin for a block to the neighbour with which it shares most."""
    faces = sorted(faces, key=lambda face: (face.area, *face.bounds))
    number = 0
    while number < len(faces):
        face = faces[number]
        if not _is_sliver(face, smallest):
            number += 1
            continue
        tree = shapely.STRtree(faces)
        others = [other for other in sorted(tree.query(face)) if other != number]
        shared = [face.intersection(faces[other].boundary).length for other in others]
        if not shared or max(shared) < 5:
            faces.pop(number)
            continue
        other = others[int(np.argmax(shared))]
        joined = shapely.union(face, faces[other])
        if joined.geom_type != "Polygon":
            faces.pop(number)
            continue
        faces[other] = Polygon(joined.exterior)
        faces.pop(number)
    return faces


def tidy(blocks: list[Polygon], quarters: np.ndarray, *, tolerance: float) -> tuple[list[Polygon], np.ndarray]:
    """Return blocks and quarters with fewer vertices, and neighbours sharing every vertex of a common edge, across avenues too."""
    net = shapely.union_all([block.boundary for block in blocks], grid_size=0.05)
    faces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(net)]))
    tree = shapely.STRtree(blocks)
    inner = shapely.point_on_surface(faces)
    face, block = tree.query(inner, predicate="within")
    face, spot = np.unique(face, return_index=True)
    large = shapely.area(faces[face]) > 150
    simple = shapely.coverage_simplify(faces[face[large]], tolerance)
    return list(simple), quarters[block[spot[large]]]


def segments(blocks: list[BaseGeometry]) -> list[LineString]:
    """Return the block faces: every edge between two junctions once, whichever blocks it serves."""
    merged = shapely.line_merge(shapely.union_all([block.boundary for block in blocks]))
    lines = [line for line in shapely.get_parts(merged) if line.length > 0]
    return sorted(lines, key=lambda line: line.bounds)


def touching(blocks: list[BaseGeometry], *, apart: float = 0.0) -> np.ndarray:
    """Return the pairs of blocks that touch, or lie no further apart than `apart`; each pair once, smaller number first."""
    pairs = shapely.STRtree(blocks).query(blocks, predicate="dwithin", distance=max(apart, 1e-6))
    return np.unique(pairs[:, pairs[0] < pairs[1]].T, axis=0)


def groups(count: int, pairs: np.ndarray) -> np.ndarray:
    """Return for each of `count` blocks the smallest number in its connected group."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[pairs[:, 0]], label[pairs[:, 1]])
        before = label.copy()
        np.minimum.at(label, pairs[:, 0], low)
        np.minimum.at(label, pairs[:, 1], low)
        label = label[label]
        if np.array_equal(before, label):
            return label


def strokes(lines: list[LineString], *, bend: float = 45.0) -> np.ndarray:
    """Return for each segment the number of its street: segments that run on across a junction with little turn are one street."""
    ends: dict[tuple[float, float], list[tuple[int, float]]] = {}
    for number, line in enumerate(lines):
        xy = np.asarray(line.coords)
        for here, inner in ((xy[0], xy[1]), (xy[-1], xy[-2])):
            bearing = float(np.degrees(np.arctan2(inner[1] - here[1], inner[0] - here[0])))
            ends.setdefault((round(here[0], 1), round(here[1], 1)), []).append((number, bearing))
    pairs = [pair for meeting in ends.values() for pair in _running_on(meeting, bend)]
    return groups(len(lines), np.array(pairs))


def _running_on(meeting: list[tuple[int, float]], bend: float) -> list[tuple[int, int]]:
    options = sorted(
        (abs(180 - abs(a - b)), one, two) for place, (one, a) in enumerate(meeting) for two, b in meeting[place + 1 :] if one != two
    )
    taken: set[int] = set()
    pairs = []
    for turn, one, two in options:
        if turn <= bend and one not in taken and two not in taken:
            taken |= {one, two}
            pairs.append((one, two))
    return pairs


def close_up(lines: list[LineString], names: list[str], *, shortest: float) -> tuple[list[LineString], list[str]]:
    """Return segments and names with crossings less than `shortest` apart drawn together into one crossing."""
    ends = [(line.coords[0], line.coords[-1]) for line in lines]
    places = sorted({at for pair in ends for at in pair})
    number = {at: n for n, at in enumerate(places)}
    pairs = [sorted((number[a], number[b])) for (a, b), line in zip(ends, lines, strict=True) if line.length < shortest]
    label = groups(len(places), np.array(pairs))
    closed, kept = [], []
    for line, name, pair in zip(lines, names, ends, strict=True):
        start, end = (places[label[number[at]]] for at in pair)
        if line.length >= shortest:
            closed.append(LineString([start, *line.coords[1:-1], end]))
            kept.append(name)
    return closed, kept


def footbridges(lines: list[LineString], *, longest: float) -> list[LineString]:
    """Return the shortest straight links that tie every cut-off part of the street net to the rest, none above `longest`."""
    lines = list(lines)
    links: list[LineString] = []
    while True:
        ends = [(line.coords[0], line.coords[-1]) for line in lines]
        number = {at: n for n, at in enumerate(sorted({at for pair in ends for at in pair}))}
        crossings = shapely.points(list(number))
        label = groups(len(number), np.array([sorted((number[a], number[b])) for a, b in ends]))
        mainland = label == np.bincount(label).argmax()
        island, main = np.flatnonzero(~mainland), np.flatnonzero(mainland)
        if not len(island):
            return links
        near, far = shapely.STRtree(crossings[main]).query_nearest(crossings[island], all_matches=False, return_distance=True)
        best = int(far.argmin())
        if far[best] > longest:
            return links
        links.append(LineString([crossings[island[near[0][best]]], crossings[main[near[1][best]]]]))
        lines.append(links[-1])

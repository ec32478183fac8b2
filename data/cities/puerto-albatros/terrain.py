"""The ground under Puerto Albatros: coast, bay, river, hills, ravines and how far the city reaches.

Every length is in metres in a local frame: x to the east and y to the north of a point in the open Pacific. `to_degrees` and
`to_metres` lead out of that frame and back into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

EPSG = 32616
ORIGIN = (249_000.0, 1_250_000.0)
DECIMALS = 6
FRAME = shapely.box(-25_000, -22_000, 25_000, 20_000)

COAST_KM = (
    *(
        (-27, 2.6),
        (-19, 0.9),
        (-13.5, 0.7),
        (-9.5, -0.15),
        (-7.4, -0.3),
        (-6.2, -0.15),
        (-5.3, -0.55),
        (-4.6, -0.75),
        (-3.9, -1.1),
        (-3.45, -1.62),
        (-3.05, -1.72),
    ),
    *((-2.75, -1.45), (-2.55, -0.9), (-2.1, -0.45), (-1.55, -0.1), (-1.1, 0.02), (-0.7, -0.1), (-0.25, -0.25), (0.1, -0.6)),
    *((0.4, -1.1), (0.5, -1.65), (0.35, -2.2), (0.3, -2.75), (0.6, -3.15), (1.2, -3.2), (1.9, -2.95), (2.6, -2.95)),
    *((3.2, -2.6), (3.9, -2.45), (4.6, -2.65), (5.4, -2.5), (6.6, -2.85), (9.5, -2.6), (13, -3.3), (19, -2.4), (27, -4.2)),
)
RIVER_KM = (
    *((2.1, 9.0), (1.7, 6.6), (1.05, 5.6), (1.0, 4.75), (0.35, 4.25), (0.45, 3.7), (-0.05, 3.3), (0.2, 2.8), (-0.25, 2.4), (-0.1, 1.85)),
    *((-0.7, 1.5), (-0.65, 0.95), (-1.2, 0.65), (-1.05, 0.25), (-1.15, -0.5)),
)
STREAM_KM = ((7.8, 2.7), (5.6, 1.9), (4.7, 1.0), (4.85, 0.2), (4.4, -0.6), (4.5, -1.4), (4.15, -1.9), (4.25, -3.0))
CERRO = (-2_500.0, 2_650.0)
LOMAS = (2_350.0, 3_080.0)
FARO = (-3_700.0, -650.0)


def smooth(points_km: Sequence[tuple[float, float]], *, step: float = 30.0) -> LineString:
    """Return the Catmull–Rom curve through points in kilometres, as a line in metres with a vertex about every `step`."""
    points = np.asarray(points_km, dtype=float) * 1_000
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = max(2, int(np.hypot(*(end - start)) / step))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        bend = (2 * before - 5 * start + 4 * end - after) * t**2 + (3 * start - before - 3 * end + after) * t**3
        pieces.append(0.5 * (2 * start + (end - before) * t + bend))
    return LineString(np.vstack([*pieces, points[-1:]]))


class Waves:
    """A smooth field of about unit size: cosines of one wavelength in seeded directions."""

    def __init__(self, seed: int, wavelength: float, *, count: int = 7) -> None:
        """Choose directions and phases."""
        chance = np.random.default_rng(seed)
        angle = chance.uniform(0, 2 * np.pi, count)
        length = wavelength * chance.uniform(0.7, 1.5, count)
        self._k = 2 * np.pi / length * np.array([np.cos(angle), np.sin(angle)])
        self._phase = chance.uniform(0, 2 * np.pi, count)
        self._size = np.sqrt(2 / count)

    def at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the field's height at each place."""
        turn = np.asarray(x)[..., None] * self._k[0] + np.asarray(y)[..., None] * self._k[1] + self._phase
        return self._size * np.cos(turn).sum(axis=-1)


def wander(line: LineString, *, seed: int, size: float, wavelength: float) -> LineString:
    """Return the line with every vertex moved by a smooth field, so that nothing drawn by hand looks drawn by hand."""
    xy = shapely.get_coordinates(line)
    east, north = Waves(seed, wavelength), Waves(seed + 1, wavelength)
    moved = [east.at(xy[:, 0], xy[:, 1]), north.at(xy[:, 0], xy[:, 1])]
    return LineString(xy + size * np.transpose(moved))


def coast() -> LineString:
    """Return the shore from west to east, the sea on its right."""
    return wander(smooth(COAST_KM), seed=11, size=22, wavelength=330)


def land(shore: LineString) -> Polygon:
    """Return everything in the frame that lies north of the shore."""
    ring = [*shore.coords, (27_000, 30_000), (-27_000, 30_000)]
    return shapely.intersection(shapely.make_valid(Polygon(ring)), FRAME)


def sea(ground: BaseGeometry) -> BaseGeometry:
    """Return the water of the frame."""
    return shapely.difference(FRAME, ground)


def _tapered(line: LineString, *, wide: float, narrow: float) -> BaseGeometry:
    steps = np.linspace(0, line.length, 160)
    half = narrow + (wide - narrow) * (steps / line.length) ** 2.2
    discs = [line.interpolate(step).buffer(width) for step, width in zip(steps, half, strict=True)]
    return shapely.union_all([a.union(b).convex_hull for a, b in pairwise(discs)])


def river() -> BaseGeometry:
    """Return the river Albatros, widening from 24 m a side in the hills to an estuary."""
    return _tapered(wander(smooth(RIVER_KM), seed=21, size=16, wavelength=420), wide=82, narrow=22)


def stream() -> BaseGeometry:
    """Return the small eastern stream that ends in the salt flats."""
    return _tapered(wander(smooth(STREAM_KM), seed=23, size=20, wavelength=380), wide=34, narrow=9)


def ravines() -> list[LineString]:
    """Return the dry ravines that run down from both hills: nobody may build in them, and streets bend around them."""
    lines = []
    for number, (centre, turns, reach) in enumerate(
        ((CERRO, (-2.7, -2.05, -1.25, -0.55, 0.1, 2.9), (230, 1_080)), (LOMAS, (-2.9, -2.3, -1.6, -0.85, -0.2), (200, 1_000)))
    ):
        for turn in turns:
            r = np.linspace(*reach, 28)
            bend = turn + 0.16 * np.sin(r / 210 + 3 * turn)
            line = LineString(np.column_stack([centre[0] + r * np.cos(bend), centre[1] + r * np.sin(bend)]))
            lines.append(wander(line, seed=31 + number, size=18, wavelength=260))
    return lines


def green() -> dict[str, BaseGeometry]:
    """Return the named parks: hill tops, ravines, gardens, the marsh; none of them is built on."""
    strips = shapely.union_all([line.buffer(26) for line in ravines()])
    return {
        "Parque Cerro del Albatros": shapely.union(_blob(CERRO, 300, seed=41), strips.intersection(_disc(CERRO, 1_300))),
        "Mirador de Sotavento": shapely.union(_blob(LOMAS, 250, seed=42), strips.intersection(_disc(LOMAS, 1_150))),
        "Parque del Faro": _blob(FARO, 235, seed=43),
        "Parque de los Navegantes": _blob((1_330, 1_480), 175, seed=44),
        "Bosque de la Alameda": _blob((2_830, 790), 205, seed=45),
        "Jardín Botánico": _blob((-2_020, -60), 130, seed=46),
        "Manglar de las Salinas": shapely.union(_blob((4_330, -2_200), 430, seed=47), _blob((4_480, -1_500), 210, seed=48)),
        "Parque de la Ribera": smooth(RIVER_KM[6:10]).buffer(150),
        "Cancha El Trinquete": _blob((3_950, -520), 120, seed=49),
    }


def _disc(centre: tuple[float, float], radius: float) -> BaseGeometry:
    return shapely.Point(centre).buffer(radius)


def _blob(centre: tuple[float, float], radius: float, *, seed: int) -> Polygon:
    chance = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    waves = sum(chance.uniform(0.04, 0.15) * np.cos(n * turn + chance.uniform(0, 6)) for n in (2, 3, 4))
    r = radius * (1 + waves)
    return Polygon(np.column_stack([centre[0] + r * np.cos(turn), centre[1] + r * np.sin(turn)]))


def boundary(ground: BaseGeometry) -> Polygon:
    """Return the limits of the municipality: land inside a loose ring well beyond the last houses."""
    ring = wander(
        smooth(
            (
                *((-5.2, -1.6), (-5.15, 0.4), (-4.7, 1.8), (-4.0, 2.9), (-3.3, 3.85), (-1.7, 4.15), (-0.3, 4.2), (1.2, 4.25)),
                *((2.6, 4.4), (3.7, 3.9), (4.3, 3.0), (4.9, 2.1), (5.25, 0.6), (5.15, -1.2), (5.3, -5.0), (-5.2, -5.0), (-5.2, -1.6)),
            )
        ),
        seed=51,
        size=45,
        wavelength=900,
    )
    parts = shapely.get_parts(shapely.intersection(shapely.make_valid(Polygon(ring.coords)), ground))
    return max(parts, key=lambda part: part.area)


def reach(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how far inside the built-up city each place lies: above 0 is built, and the edge frays as real edges do."""
    up = np.where(y > 0, y / 3_420, y / 3_750)
    turn = np.arctan2(up, x / 4_420)
    lobes = 0.06 * np.cos(3 * turn + 0.4) + 0.05 * np.cos(5 * turn + 2.0) + 0.03 * np.cos(9 * turn)
    hills = sum(0.2 * np.exp(-((x - hill[0]) ** 2 + (y - hill[1]) ** 2) / 850**2) for hill in (CERRO, LOMAS))
    return 0.965 + lobes + hills - np.hypot(x / 4_420, up) + 0.04 * Waves(61, 620).at(x, y)


def to_degrees(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return shapes of the local frame in degrees, rounded to the six decimals of the files."""
    moved = [shapely.transform(shape, lambda xy: xy + ORIGIN) for shape in shapes]
    degrees = gpd.GeoSeries(moved, crs=EPSG).to_crs(4326)
    return [shapely.transform(shape, lambda xy: np.round(xy, DECIMALS)) for shape in degrees]


def to_metres(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return shapes in degrees in the local frame."""
    metres = gpd.GeoSeries(list(shapes), crs=4326).to_crs(EPSG)
    return [shapely.transform(shape, lambda xy: xy - ORIGIN) for shape in metres]

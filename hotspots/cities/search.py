"""From what a person writes to the places of a city that it may mean: names, crossings, house numbers, coordinates."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import pyproj
import shapely

from hotspots.cities.directory import Directory, Entry
from hotspots.geography.crossings import Network, house
from hotspots.geography.spelling import words_of
from hotspots.readers.columns.written_places import pairs
from hotspots.words import mark

# The kinds of places that a city has, and those that a search finds: what each is called.
PLACES: dict[str, str] = {
    "district": mark("District"),
    "beat": mark("Beat"),
    "block": mark("Block"),
    "street": mark("Street"),
    "segment": mark("Street segment"),
    "crossing": mark("Crossing"),
    "layer": mark("Place on the map"),
}
KINDS = PLACES | {"address": mark("Address"), "point": mark("Point on the map")}
AROUND = 250  # metres around a point
LONGEST = 120  # letters of a question; the rest is not read
MOST = 8
_GOOD = 0.55  # what a street must be worth to be one of a crossing, or that of a house number
_TRIED = 12  # streets for each side of a crossing
_CONNECTS = re.compile(
    r"\s*[&+/@]\s*|\s+(?:and|at|with|con|y|x|por|esq\.?|esquina(?:\s+(?:con|de))?|cruce(?:\s+con)?|corner(?:\s+of)?)(?:\s+|$)",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^\s*(?:la\s+|el\s+|the\s+)?(?:esquina|cruce|intersecci[oó]n|corner|crossing|intersection)\s+(?:de|of|entre|between)\s+", re.IGNORECASE
)
_PLATE = re.compile(r"^(.*\S)\s*(?:#|\bno\.?|\bn[º°]\.?|\bnro\.?|\bnum\.?)\s*([0-9]+\s?[a-z]?)\s*-\s*[0-9]+", re.IGNORECASE)
_NUMBER = re.compile(r"(?:#|\bno\.|\bn[º°]\.?|\bnro\.?|\bnum\.?)?\s*\b([0-9]{1,6})\b(?![-.]?[0-9ªº°])", re.IGNORECASE)
_COORDINATES = re.compile(r"[-+0-9.,;:|()\[\]\s°º˚'’′\"”″NSEWOnsewo=latonLATONg]+")
_IN_LINK = re.compile(r"(-?[0-9]{1,3}\.[0-9]+)\s*(?:,|%2C)\s*(-?[0-9]{1,3}\.[0-9]+)", re.IGNORECASE)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Hit:
    """A place that a text may mean: its `name`, its `kind` (see `KINDS`), what it lies in, and its text as a choice (`district:12`).

    `lon` and `lat` are its middle, `box` its edges (west, south, east, north), all in degrees. `worth` puts hits in order.
    """

    name: str
    kind: str
    within: str
    place: str
    lon: float
    lat: float
    box: Box
    worth: float

    @property
    def lies_somewhere(self) -> bool:
        """Whether it is known where it lies: areas without an outline are known by name alone."""
        return math.isfinite(self.lat)


def search(directory: Directory, text: str, *, most: int = MOST) -> tuple[Hit, ...]:
    """Return the places that a text may mean, best first.

    Coordinates are a point, with 250 m around it; of published totals, the area that it lies in. `A & B`, `A con B` are a crossing where
    streets of such names meet. A number beside a street is a house where the streets know theirs. Everything else is a name, however it is
    written. Each place is named once.
    """
    asked = " ".join(text[:LONGEST].split())
    point = _written_point(directory, asked)
    if point is not None:
        return tuple(_at(directory, *point))
    found = [*named(directory, asked, most=most), *_crossing(directory, asked), *_houses(directory, asked), *_segment(directory, asked)]
    found.sort(key=lambda hit: -hit.worth)
    return tuple({hit.place: hit for hit in reversed(found)}[place] for place in dict.fromkeys(hit.place for hit in found))[:most]


def known(directory: Directory, place: str) -> Hit | None:
    """Return a place by its text such as `district:12`; None where the city has none of it (areas drawn by hand have no name to find)."""
    kind, _, of = place.partition(":")
    entry = directory.by_place.get((kind, of))
    if entry is not None:
        return _hit(directory, entry, 1.0)
    if kind == "circle":
        return _circle(directory, place, of)
    if kind in ("crossing", "segment"):
        return next((hit for hit in (_crossing if kind == "crossing" else _segment)(directory, of) if hit.place == place), None)
    return None


def _circle(directory: Directory, place: str, of: str) -> Hit | None:
    try:
        lat, lon, metres = (float(number) for number in of.split(","))
    except ValueError:
        return None
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < metres < math.inf):
        return None
    x, y = _metres(directory.epsg, lon, lat)
    return Hit(f"{lat:.5f}, {lon:.5f}", "point", "", place, lon, lat, _around(directory.epsg, x, y, metres), 1.0)


def named(directory: Directory, text: str, *, most: int = MOST) -> Iterator[Hit]:
    """Yield the places that are called like a text, best first: names alone, no crossings, houses or coordinates."""
    seen: set[int] = set()
    for at, worth in directory.index.rank(text):
        if directory.of[at] not in seen and len(seen) < most:
            seen.add(directory.of[at])
            yield _hit(directory, directory.entries[directory.of[at]], worth + float(directory.index.prior[at]))


def _hit(directory: Directory, entry: Entry, worth: float) -> Hit:
    """Return an entry as a hit; what has no area of its own is the ground around it."""
    if not math.isfinite(entry.box[0]):
        return Hit(entry.name, entry.kind, entry.within, f"{entry.kind}:{entry.id}", math.nan, math.nan, (math.nan,) * 4, worth)
    west, south, east, north = entry.box
    if not entry.has_area:
        return _point_hit(directory, (west + east) / 2, (south + north) / 2, name=entry.name, kind=entry.kind, worth=worth)
    lon, lat = _lon_lat(directory.epsg, (west + east) / 2, (south + north) / 2)
    place = f"{entry.kind}:{entry.id}"
    return Hit(entry.name, entry.kind, entry.within, place, lon, lat, _degrees(directory.epsg, entry.box), worth)


def _point_hit(
    directory: Directory, x: float, y: float, *, name: str = "", kind: str = "point", worth: float = 1.0, place: str = ""
) -> Hit:
    lon, lat = _lon_lat(directory.epsg, x, y)
    box = _around(directory.epsg, x, y, AROUND)
    return Hit(name or f"{lat:.5f}, {lon:.5f}", kind, "", place or f"circle:{lat:.6f},{lon:.6f},{AROUND}", lon, lat, box, worth)


def _crossing(directory: Directory, text: str) -> Iterator[Hit]:
    """Yield the crossings that a text of two names may mean, or of one name and a sign, or of a plate such as `Calle 45 # 23-10`."""
    network = directory.network
    if network is None:
        return
    plate = _PLATE.match(text)
    if plate:
        yield from _by_plate(directory, network, plate[1], plate[2].replace(" ", "").lower())
    bare = _LEADS.sub("", text)
    for sign in _CONNECTS.finditer(bare):
        left, right = bare[: sign.start()], bare[sign.end() :]
        if left.strip():
            yield from _of_two(directory, network, left, right)


def _of_two(directory: Directory, network: Network, left: str, right: str) -> Iterator[Hit]:
    ones = _streets(directory, network, left + " ")
    if not right.strip():
        yield from (
            hit for one, worth in ones[:2] for other in network.met(one) if (hit := _meeting(directory, network, one, other, worth))
        )
        return
    others = _streets(directory, network, right)
    pairs_of = {
        (min(one, other), max(one, other)): (first + second) / 2 for other, second in reversed(others) for one, first in reversed(ones)
    }
    met = [_meeting(directory, network, one, other, worth + 0.3) for (one, other), worth in pairs_of.items() if one != other]
    yield from filter(None, met)
    if not any(met) and ones and others:  # they do not meet: each by itself
        yield from (_hit(directory, directory.by_place["street", side[0][0]], _GOOD) for side in (ones, others))


def _by_plate(directory: Directory, network: Network, street: str, number: str) -> Iterator[Hit]:
    """Yield the crossing of a street and the one that its plates count from: in Colombia, `Calle 45 # 23-10` is past Carrera 23."""
    for one, worth in _streets(directory, network, street + " ")[:3]:
        for other in network.met(one):
            if number in words_of(other):
                hit = _meeting(directory, network, one, other, worth + 0.3)
                if hit:
                    yield hit


def _streets(directory: Directory, network: Network, text: str) -> list[tuple[str, float]]:
    return [(network.names[at], worth) for at, worth in directory.streets.rank(text, most=_TRIED) if worth >= _GOOD]


def _meeting(directory: Directory, network: Network, one: str, other: str, worth: float) -> Hit | None:
    """Return the crossing of two streets; where they meet at several points, the one nearest to the middle of them stands for all."""
    corners = network.between(one, other, corners=True)
    points = corners if len(corners) else network.between(one, other)
    if not len(points):
        return None
    away = np.hypot(*(points - points.mean(axis=0)).T)
    x, y = points[int(away.argmin())]
    one, other = sorted((one, other))
    name = f"{' '.join(one.split())} & {' '.join(other.split())}"
    whole = len(corners) and "&" not in one + other
    return _point_hit(directory, x, y, name=name, kind="crossing", worth=worth, place=f"crossing:{one} & {other}" if whole else "")


def _houses(directory: Directory, text: str) -> Iterator[Hit]:
    """Yield the houses that a number beside the name of a street may mean."""
    network = directory.network
    if network is None or directory.segments is None:
        return
    for number in _NUMBER.finditer(text):
        rest = f"{text[: number.start()]} {text[number.end() :]} ".strip(" ,")
        if not rest:
            continue
        for street, worth in _streets(directory, network, rest + " "):
            point = house(directory.segments, street, int(number[1]))
            if point is not None:
                name = f"{' '.join(street.split())} {int(number[1])}"
                yield _point_hit(directory, point.x, point.y, name=name, kind="address", worth=worth + 0.1)


def _segment(directory: Directory, text: str) -> Iterator[Hit]:
    """Yield the street segment that is called by its id."""
    segments = directory.segments
    if segments is not None and text in segments.index:
        west, south, east, north = segments.geometry.loc[text].bounds
        yield _hit(
            directory, Entry("segment", text, text, str(segments.get("street", pd.Series()).get(text, "")), (west, south, east, north)), 1.0
        )


def _written_point(directory: Directory, text: str) -> tuple[float, float] | None:
    """Return x and y in metres of the coordinates that a text holds, if they lie in the city or near it; latitude or longitude first."""
    link = _IN_LINK.search(text)
    if not math.isfinite(directory.box[0]) or not (link or (_COORDINATES.fullmatch(text) and sum(map(str.isdigit, text)) > 3)):
        return None
    found = pairs(pd.Series([f"{link[1]}, {link[2]}" if link and not _COORDINATES.fullmatch(text) else text], dtype="str"))
    first, second = float(found.x[0]), float(found.y[0])
    west, south, east, north = directory.box
    room = max(east - west, north - south) / 2
    for lon, lat in ((first, second), (second, first)):
        if abs(lat) <= 90 and abs(lon) <= 180:
            x, y = _metres(directory.epsg, lon, lat)
            if west - room <= x <= east + room and south - room <= y <= north + room:
                return x, y
    return None


def _at(directory: Directory, x: float, y: float) -> Iterable[Hit]:
    """Return what lies at a point: a circle around it, or of published totals the area that holds it."""
    if not directory.only_areas:
        return [_point_hit(directory, x, y)]
    shapes = np.asarray(directory.blocks.geometry.array)
    held = np.flatnonzero(shapely.intersects(shapes, shapely.Point(x, y)))
    return [_hit(directory, directory.by_place["block", str(directory.blocks.index[at])], 1.0) for at in held[:1]]


@lru_cache(maxsize=16)
def _transformer(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)


def _lon_lat(epsg: int, x: float, y: float) -> tuple[float, float]:
    lon, lat = _transformer(epsg).transform(x, y)
    return round(float(lon), 6), round(float(lat), 6)


def _metres(epsg: int, lon: float, lat: float) -> tuple[float, float]:
    x, y = _transformer(epsg).transform(lon, lat, direction="INVERSE")
    return float(x), float(y)


def _degrees(epsg: int, box: Box) -> Box:
    west, south, east, north = (round(float(edge), 6) for edge in _transformer(epsg).transform_bounds(*box))
    return west, south, east, north


def _around(epsg: int, x: float, y: float, metres: float) -> Box:
    return _degrees(epsg, (x - metres, y - metres, x + metres, y + metres))

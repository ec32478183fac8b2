"""What every drawing of a map away from the screen is made of: sheets of shapes that look alike, bottom to top, and the table behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from hotspots.colours import GROUND, INK, PAPER, SEA, is_pale
from hotspots.statistics.measure import STATES
from hotspots.views.map_view import ContextLayer, LegendRow, MapView
from hotspots.words import Words

_AREA, _LINE = 2, 1


@dataclass(frozen=True)
class Look:
    """How shapes are drawn: fill, edge (width and dashes in pixels of the screen), hatch (`hatchLight`, `hatchSoft`, `hatchDark`)."""

    fill: str | None = None
    edge: str | None = None
    width: float = 0.0
    alpha: float = 1.0
    hatch: str | None = None
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Sheet:
    """Shapes that look alike and are drawn in one go. `units` are the positions of the units in the view; None for the background."""

    kind: str
    look: Look
    shapes: np.ndarray
    units: np.ndarray | None = None


@dataclass(frozen=True)
class PlaceName:
    """A name on the map: what kind of thing it names, the text as the data have it, and where it stands."""

    kind: str
    text: str
    lon: float
    lat: float


def unit_look(state: str, colour: str | None) -> Look:
    """Return the look of a unit in a state, with the colour of its class; a unit whose class has none is shown as no data.

    >>> unit_look("unstable", "#c4501f").hatch, unit_look("ok", None).fill
    ('hatchLight', '#d9d9d9')
    """
    if state == "zero":
        return Look(GROUND["zero"], GROUND["zeroEdge"], 0.8)
    if state == "suppressed":
        return Look(GROUND["suppressed"], GROUND["noDataEdge"], 0.8, hatch="hatchDark")
    if colour and state == "unstable":
        return Look(colour, GROUND["unitEdge"], 0.8, hatch="hatchSoft" if is_pale(colour) else "hatchLight")
    if colour and state == "ok":
        return Look(colour, GROUND["unitEdge"], 0.8)
    return Look(GROUND["noData"], GROUND["noDataEdge"], 0.8)


def line_look(state: str, colour: str | None) -> Look:
    """Return the look of a unit that is a street: thin and pale without homicides, thick in the colour of its class, dashed if unstable.

    >>> line_look("zero", None).width < line_look("ok", "#c4501f").width, line_look("unstable", "#c4501f").dash
    (True, (5.0, 3.0))
    """
    if state == "zero":
        return Look(edge=GROUND["street"], width=0.8)
    if state == "suppressed":
        return Look(edge=GROUND["hatchDark"], width=1.8, dash=(2.0, 2.5))
    if colour and state in ("ok", "unstable"):
        return Look(edge=colour, width=3.0, dash=(5.0, 3.0) if state == "unstable" else ())
    return Look(edge=GROUND["street"], width=0.8, dash=(1.0, 3.0))


def legend_look(row: LegendRow, view: MapView) -> Look:
    """Return the look of a row of the legend: that of the units it stands for."""
    look_of = line_look if streets(view) else unit_look
    if row.kind == "class":
        return look_of("ok", row.colour)
    shown = row.colour or (view.colours[min(1, len(view.colours) - 1)] if view.colours else None)
    return look_of(row.kind, shown)


def streets(view: MapView) -> bool:
    """Return whether all units are lines."""
    return bool(len(view.shapes)) and bool((shapely.get_dimensions(np.asarray(view.shapes.array)) == _LINE).all())


def backdrop(view: MapView) -> str:
    """Return the colour around the city: the sea where the land ends at a coast, else paper."""
    coasts = [layer for layer in view.context if layer.kind == "coast"]
    return SEA if any(len(_of_dimension(layer.shapes.array, _AREA)) for layer in coasts) else PAPER


def sheets(view: MapView) -> Iterator[Sheet]:
    """Yield what the map shows, bottom to top: land, water, parks and streets, the units, and borders above them."""
    for layer in view.context:
        if layer.kind in ("coast", "boundary"):
            yield from _some("land", Look(GROUND["land"]), layer, _AREA)
    for layer in view.context:
        yield from _beneath(layer)
    yield from _units(view)
    for layer in view.context:
        if layer.kind in ("boundary", "district"):
            look = Look(edge=GROUND["border"], width=1.1 if layer.kind == "boundary" else 0.9, alpha=0.45)
            yield from _some("border", look, layer)
        elif layer.kind == "service":
            yield from _some("service", Look("#ffffff", GROUND["service"], 1.5), layer)
    yield from _outlines(view)


def _outlines(view: MapView) -> Iterator[Sheet]:
    """Yield the edge around each place that a test found; lines get one along both sides, with their colour left in the middle."""
    areas = [one.shape for one in view.outlines if not one.along]
    if areas:
        shapes = shapely.boundary(np.array(areas, dtype=object))
        yield Sheet("outline", Look(edge="#ffffff", width=4.0, alpha=0.8), shapes)
        yield Sheet("outline", Look(edge=INK, width=2.0), shapes)
    lines = [one.shape for one in view.outlines if one.along]
    if lines and view.colours:
        for colour, width in (("#ffffff", 8.0), (INK, 6.0), (view.colours[-1], 3.0)):
            yield Sheet("outline", Look(edge=colour, width=width), np.array(lines, dtype=object))


def _beneath(layer: ContextLayer) -> Iterator[Sheet]:
    looks = {
        "water": (Look(GROUND["water"], GROUND["waterEdge"], 0.6), Look(edge=GROUND["water"], width=2.0)),
        "park": (Look(GROUND["park"]), None),
        "street": (Look(GROUND["street"]), Look(edge=GROUND["street"], width=0.7)),
        "avenue": (Look(GROUND["street"]), Look(edge=GROUND["street"], width=1.4)),
        "coast": (Look(edge=GROUND["coast"], width=1.0), Look(edge=GROUND["coast"], width=1.2)),
    }
    for look, dimension in zip(looks.get(layer.kind, ()), (_AREA, _LINE), strict=False):
        if look:
            yield from _some(layer.kind, look, layer, dimension)


def _some(kind: str, look: Look, layer: ContextLayer, dimension: int | None = None) -> Iterator[Sheet]:
    shapes = np.asarray(layer.shapes.array)
    shapes = shapes[~shapely.is_missing(shapes)] if dimension is None else _of_dimension(shapes, dimension)
    if len(shapes):
        yield Sheet(kind, look, shapes)


def _of_dimension(shapes: np.ndarray, dimension: int) -> np.ndarray:
    found = np.asarray(shapes)
    kept: np.ndarray = found[shapely.get_dimensions(found) == dimension]
    return kept


def _units(view: MapView) -> Iterator[Sheet]:
    """Yield units of one look together: the quiet states first, then the classes from low to high, so that dark edges lie on top."""
    shapes = np.asarray(view.shapes.array)
    dimensions = shapely.get_dimensions(shapes)
    for level in range(-1, len(view.colours)):
        for state, name in enumerate(STATES):
            there = (view.classes == level) & (view.states == state)
            colour = view.colours[level] if level >= 0 else None
            for dimension, look in ((_AREA, unit_look(name, colour)), (_LINE, line_look(name, colour))):
                found = np.flatnonzero(there & (dimensions == dimension))
                if len(found) and dimension == _LINE and look.width > 2:
                    yield Sheet("casing", Look(edge=GROUND["casing"], width=look.width + 1.4), shapes[found])
                if len(found) and dimension == _LINE and look.dash and look.width > 2:
                    yield Sheet("casing", Look(edge=GROUND["zero"], width=look.width), shapes[found])
                if len(found):
                    yield Sheet("units", look, shapes[found], found)


_RANK = {"outline": -1, "district": 0, "boundary": 1, "coast": 1, "water": 2, "park": 3, "service": 4, "avenue": 5, "street": 6}
MOST_STREETS = 200  # names of more streets than this would fill a downloaded map; its reader has the avenues


def place_names(view: MapView) -> list[PlaceName]:
    """Return the names that may stand on the map, the most useful ones first; the drawing leaves out those that touch."""
    found = [PlaceName("outline", one.number, round(one.lon, 5), round(one.lat, 5)) for one in view.outlines if one.number]
    for layer in view.context:
        if layer.kind == "street" and len(layer.labels) > MOST_STREETS:
            continue
        for shape, text in zip(layer.shapes, layer.labels, strict=True):
            if text and shape is not None and not shape.is_empty:
                is_line = shapely.get_dimensions(shape) == _LINE
                spot = shape.interpolate(0.5, normalized=True) if is_line else shape.representative_point()
                found.append(PlaceName(layer.kind, text, round(spot.x, 5), round(spot.y, 5)))
    return sorted(found, key=lambda name: _RANK.get(name.kind, 9))


def table(view: MapView, words: Words) -> pd.DataFrame:
    """Return the table behind the map, one row for each unit in the view's order: id, name, and what hovering says.

    The column of states has the heading "Note". Ids have a column of their own only where they say more than the names.
    """
    columns = {} if view.ids == view.names else {words.say("Code"): view.ids}
    columns[words.say("Place")] = view.names
    columns |= {tip.label or words.say("Note"): tip.texts for tip in view.tips}
    return pd.DataFrame(columns)

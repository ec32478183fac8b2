"""The map of a brief: drawn for paper, as SVG, with the names, numbers and the scale that fit without touching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from hotspots.colours import INK, PAPER, PRIMARY
from hotspots.drawing import sheets
from hotspots.drawing.brief.letters import width
from hotspots.drawing.sheets import Sheet
from hotspots.drawing.site.drawings import hatches, mercator, outline_path, outline_paths, paint
from hotspots.drawing.site.markup import Html, el
from hotspots.views.map_view import MapView
from hotspots.views.one_page import Plan
from hotspots.words import Words

WIDE, TALL = 400.0, 345.0  # of the map, in pixels of 1/96 inch
MARGIN = 0.07  # of the place's size, around it
COARSE = 6.0  # metres a pixel: from here on streets are drawn only where they have a name
NAME = 10.5  # height of the names
MOST_NAMES = 22
INK_OF = {"street": "#47525c", "park": "#4d6b45", "water": "#2f5a73", "coast": "#2f5a73"}
Box = tuple[float, float, float, float]


@dataclass
class _Room:
    """What is taken on the map already: no two names or numbers touch."""

    taken: list[Box] = field(default_factory=list)

    def free(self, box: Box) -> bool:
        """Return whether nothing stands in a box, and it lies on the map."""
        if box[0] < 4 or box[1] < 4 or box[2] > WIDE - 4 or box[3] > TALL - 4:
            return False
        return not any(box[0] < one[2] and box[2] > one[0] and box[1] < one[3] and box[3] > one[1] for one in self.taken)

    def take(self, box: Box) -> bool:
        """Take a box where it is free; return whether it was."""
        free = self.free(box)
        if free:
            self.taken.append(box)
        return free


class _Frame:
    """Degrees to pixels: the place, or all of the map, in the middle."""

    def __init__(self, plan: Plan) -> None:
        bounds = shapely.bounds(plan.place) if plan.place is not None and plan.near else plan.view.bounds
        corners = mercator(np.array([bounds[:2], bounds[2:]], dtype=float))
        size = np.maximum(corners[1] - corners[0], 1e-9) * (1 + 2 * MARGIN)
        self.scale = float(min(WIDE / size[0], TALL / size[1]))
        self.middle = corners.mean(axis=0)
        latitude = float(np.radians((bounds[1] + bounds[3]) / 2))
        self.metres = 6_371_008.8 * float(np.cos(latitude)) / self.scale  # of a pixel

    def flat(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return points in degrees as pixels."""
        found: npt.NDArray[np.float64] = (mercator(points) - self.middle) * [self.scale, -self.scale] + [WIDE / 2, TALL / 2]
        return found

    def near(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return the shapes that may lie on the map: a place is a small part of its city."""
        sides = shapely.bounds(shapes)
        west_south, east_north = self.flat(sides[:, :2]), self.flat(sides[:, 2:])
        off = (east_north[:, 0] < -9) | (west_south[:, 0] > WIDE + 9) | (west_south[:, 1] < -9) | (east_north[:, 1] > TALL + 9)
        return np.asarray(shapes[~off])

    def shapes(self, shapes: npt.NDArray[np.object_], *, clip: bool = True) -> npt.NDArray[np.object_]:
        """Return shapes in pixels, without what lies beyond the map."""
        found = shapely.transform(shapes, self.flat)
        return np.asarray(shapely.simplify(shapely.clip_by_rect(found, -9, -9, WIDE + 9, TALL + 9), 0.25) if clip else found)


def svg(plan: Plan, *, words: Words, name: str = "map") -> Html:
    """Return the map as SVG; its names are text, and what it shows stands in its description."""
    frame, room = _Frame(plan), _Room()
    parts: list[str] = [hatches(name), el("rect", width=WIDE, height=TALL, fill=sheets.backdrop(plan.view))]
    parts += _ground(name, plan.view, frame)
    if plan.place is not None:
        parts += _place(plan.place, frame, veil=plan.near)
    numbers = list(_numbers(plan.view, frame, room))
    parts += [*_scale(frame, room, words), *_names(plan, frame, room), *numbers]
    parts.append(el("rect", x=0.5, y=0.5, width=WIDE - 1, height=TALL - 1, fill="none", stroke="#dcd8cf"))
    said = el("title", plan.view.title)
    box = el("clipPath", el("rect", width=WIDE, height=TALL), id=f"{name}-box")
    inside = el("g", *parts, clip_path=f"url(#{name}-box)")
    size = {"viewBox": f"0 0 {WIDE:g} {TALL:g}", "width": WIDE, "height": TALL, "font_family": "Source Sans Pro, Source Sans 3, sans-serif"}
    return el("svg", said, el("defs", box), inside, xmlns="http://www.w3.org/2000/svg", role="img", **size)


def _ground(name: str, view: MapView, frame: _Frame) -> Iterator[Html]:
    plain = replace(view, outlines=(), context=[layer for layer in view.context if _worth(layer.kind, layer.labels, frame)])
    for sheet in sheets.sheets(plain):
        if sheet.kind == "service":
            continue
        shapes = frame.shapes(frame.near(sheet.shapes))
        line = "".join(outline_paths(shapes))
        if line:
            look = replace(sheet.look, width=_edge(sheet, shapes))
            yield el("path", d=line, **paint(look))
            if look.hatch:
                yield el("path", d=line, fill=f"url(#{name}-{look.hatch})")


def _worth(kind: str, labels: Sequence[str], frame: _Frame) -> bool:
    return kind != "street" or frame.metres < COARSE or any(labels)


def _edge(sheet: Sheet, shapes: npt.NDArray[np.object_]) -> float:
    """Return the width of outlines: those of units thin out as the units shrink."""
    if sheet.units is None or not sheet.look.fill:
        return sheet.look.width
    sides = shapely.bounds(shapes[~shapely.is_empty(shapes)])
    mean = float(np.mean(sides[:, 2] - sides[:, 0])) if len(sides) else 0.0
    return 0.0 if mean < 5 else min(0.9, mean / 24)


def _place(place: shapely.Geometry, frame: _Frame, *, veil: bool) -> Iterator[Html]:
    """Yield the veil over all but the place, and the line around it."""
    whole = shapely.union_all([shapely.polygons(part.exterior) for part in shapely.get_parts(place) if part.geom_type == "Polygon"])
    shape = frame.shapes(np.array([whole], dtype=object))[0]
    rest = shapely.difference(shapely.box(-9, -9, WIDE + 9, TALL + 9), shapely.make_valid(shape))
    if veil:
        yield el("path", d=outline_path(rest), fill=PAPER, fill_opacity=0.62, fill_rule="evenodd")
    line = outline_path(shape)
    yield el("path", d=line, fill="none", stroke="#ffffff", stroke_width=5.0, stroke_opacity=0.85, stroke_linejoin="round")
    yield el("path", d=line, fill="none", stroke=PRIMARY, stroke_width=2.4, stroke_linejoin="round")


def _numbers(view: MapView, frame: _Frame, room: _Room) -> Iterator[Html]:
    """Yield the outline of each numbered place, then its number beside it, where it hides no other."""
    found = [(one, frame.shapes(np.array([one.shape], dtype=object), clip=False)[0]) for one in view.outlines if one.number]
    for _, shape in found:
        line = outline_path(shape)
        yield el("path", d=line, fill="none", stroke="#ffffff", stroke_width=3.6, stroke_opacity=0.9)
        yield el("path", d=line, fill="none", stroke=INK, stroke_width=1.7, stroke_linejoin="round")
    for one, shape in found:
        west, north, east, south = shapely.bounds(shape)
        spot = frame.flat(np.array([[one.lon, one.lat]]))[0]
        x, y = _spot(spot, max(east - west, south - north) / 2, room)
        reach = float(np.hypot(x - spot[0], y - spot[1]))
        if reach > max(east - west, south - north) / 2 + 16:
            yield el("line", x1=round(spot[0], 1), y1=round(spot[1], 1), x2=round(x, 1), y2=round(y, 1), stroke=INK, stroke_width=1.0)
        yield el("circle", cx=round(x, 1), cy=round(y, 1), r=8.6, fill=INK, stroke="#ffffff", stroke_width=1.4)
        style = {"font_size": 11.5, "font_weight": 700, "fill": "#ffffff", "text_anchor": "middle"}
        yield el("text", one.number, x=round(x, 1), y=round(y + 4, 1), **style)


def _spot(spot: npt.NDArray[np.float64], size: float, room: _Room) -> tuple[float, float]:
    """Return where a number stands: beside its place, the nearest spot that is free."""
    for far in np.arange(min(size, 30) + 11, 130, 7):
        for turn in (-45, 45, -135, 135, 0, 180, -90, 90):
            x, y = spot + far * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
            if room.take((x - 10, y - 10, x + 10, y + 10)):
                return float(x), float(y)
    return float(spot[0]), float(spot[1])


def _names(plan: Plan, frame: _Frame, room: _Room) -> Iterator[Html]:
    """Yield the names that fit: of districts first, then of water and streets, of parks last."""
    order = {"district": 0, "water": 1, "coast": 1, "street": 2, "park": 3}
    named = sorted((layer for layer in plan.view.context if layer.kind in order), key=lambda layer: order[layer.kind])
    left = MOST_NAMES
    for layer in named:
        known = [(shape, text) for shape, text in zip(layer.shapes.array, layer.labels, strict=True) if text and shape is not None]
        shapes = frame.shapes(np.array([shape for shape, _ in known], dtype=object)) if left and known else ()
        for shape, (_, text) in zip(shapes, known, strict=False):
            if not left:
                break
            placed = _name(layer.kind, text, shape, room)
            if placed is not None:
                left -= 1
                yield placed


def _name(kind: str, text: str, shape: shapely.Geometry, room: _Room) -> Html | None:
    if shapely.is_empty(shape):
        return None
    size = NAME if kind != "district" else NAME + 0.5
    wide = width(text, size, bold=kind == "district")
    if shapely.get_dimensions(shape) == 1:
        return _along(text, shape, wide, room) if shapely.length(shape) > wide + 8 else None
    if kind == "park" and shapely.bounds(shape)[2] - shapely.bounds(shape)[0] < wide * 0.9:
        return None
    spot = shapely.point_on_surface(shape)
    x, y = float(spot.x), float(spot.y)
    if not room.take((x - wide / 2 - 3, y - size, x + wide / 2 + 3, y + size * 0.5)):
        return None
    return _text(text, x, y + size * 0.3, size, INK_OF.get(kind, INK), bold=kind == "district", italic=kind in ("water", "coast"))


def _along(text: str, line: shapely.Geometry, wide: float, room: _Room) -> Html | None:
    """Return a name along the straightest stretch of a line that has room for it."""
    best: tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]] | None = None
    for part in shapely.get_parts(line):
        corners = shapely.get_coordinates(shapely.simplify(part, 3.0))
        for first, last in pairwise(corners):
            long = float(np.hypot(*(last - first)))
            if long > wide + 8 and (best is None or long > best[0]):
                best = (long, first, last)
    if best is None:
        return None
    _, first, last = best
    (x, y), step = (first + last) / 2, last - first
    turn = float(np.degrees(np.arctan2(step[1], step[0])))
    turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
    half = wide / 2 * np.abs([np.cos(np.radians(turn)), np.sin(np.radians(turn))]) + 6
    if not room.take((x - half[0], y - half[1], x + half[0], y + half[1])):
        return None
    return _text(text, float(x), float(y) + 3.4, NAME, INK_OF["street"], turn=(turn, float(x), float(y)))


def _text(
    text: str, x: float, y: float, size: float, colour: str, *, bold: bool = False, italic: bool = False,
    turn: tuple[float, float, float] | None = None,
) -> Html:  # fmt: skip
    style: dict[str, object] = {"font_size": size, "text_anchor": "middle", "fill": colour, "font_weight": 600 if bold else None}
    style |= {
        "font_style": "italic" if italic else None,
        "transform": f"rotate({turn[0]:.1f} {turn[1]:.1f} {turn[2]:.1f})" if turn else None,
    }
    halo = {"stroke": "#ffffff", "stroke_width": 3.0, "stroke_linejoin": "round", "stroke_opacity": 0.9, "paint_order": "stroke"}
    return el("text", text, x=round(x, 1), y=round(y, 1), **style, **halo)


def _scale(frame: _Frame, room: _Room, words: Words) -> list[Html]:
    """Return a bar of a round length, about a fifth of the map."""
    metres = frame.metres * WIDE
    power = 10 ** np.floor(np.log10(metres / 5))
    length = float(max(step * power for step in (1, 2, 5) if step * power <= metres / 5))
    text = f"{words.number(length / 1000)} km" if length >= 1000 else f"{words.number(length)} m"
    wide, y = length / frame.metres, TALL - 12
    room.take((5, y - 16, 22 + wide + width(text, NAME), TALL - 5))
    line = el("path", d=f"M10 {y - 4:g}V{y:g}H{10 + wide:.1f}V{y - 4:g}", fill="none", stroke=INK, stroke_width=1.4)
    halo = el("path", d=f"M10 {y - 4:g}V{y:g}H{10 + wide:.1f}V{y - 4:g}", fill="none", stroke="#ffffff", stroke_width=4.0)
    return [halo, line, _from_left(_text(text, 15 + wide, y + 1, NAME, INK))]


def _from_left(text: Html) -> Html:
    return Html(text.replace('text-anchor="middle"', 'text-anchor="start"'))

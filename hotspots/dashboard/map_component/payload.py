"""Turn a map into the bytes that the browser draws it from.

The page sends one message per run: an envelope with two blocks. *Values* (classes, states, tips, legend) go every time and are
small. *Geometry* (vertices, ids, names, place labels) is large, and goes once per browser session.

    envelope   "HSM1", then three pieces, each led by its length (4 bytes, little-endian): head (JSON), values, geometry (may be empty)
    block      zlib of: the length of a JSON text (4 bytes), the JSON text, then the arrays it lists under "arrays", in order
    array      [name, count, width, kind]: `width` byte planes of `count` bytes, lowest bytes first. Kind "plain" holds whole
               numbers from 0; "delta" holds each number's difference from the one before, folded so that 0 -1 1 -2 2 are 0 1 2 3 4

Byte planes put the nearly empty high bytes side by side, where they pack to almost nothing.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from hotspots.colours import in_the_dark
from hotspots.geography.outlines import parts_of
from hotspots.words import Words, mark

if TYPE_CHECKING:
    from hotspots.views.map_view import ContextLayer, MapGeometry, MapView
    from hotspots.views.months import Months

WORDS: dict[str, str] = {
    "lang": "en",
    "locale": "en-US",
    "zoom_in": mark("Zoom in"),
    "zoom_out": mark("Zoom out"),
    "whole_city": mark("Show the whole city"),
    "scroll_hint": mark("Hold Ctrl and scroll to zoom, or click the map first"),
    "help": mark(
        "Arrow keys go from place to place, with Shift they move the map, plus and minus zoom, N goes through the numbered places, "
        "with Shift back, Enter chooses the place, Escape clears the choice."
    ),
    "number_of": mark("Number {n} of {all}"),
    "together": mark("places: {units}, people killed: {killed}"),
    "no_number": mark("No place on this map has a number."),
    "edge": mark("No place farther that way."),
    "chosen": mark("Chosen: {name}."),
    "none_chosen": mark("No place is chosen."),
    "up": mark("Above"),
    "right": mark("To the right"),
    "down": mark("Below"),
    "left": mark("To the left"),
    "full_screen": mark("Full screen"),
    "draw": mark("Draw an area"),
    "draw_area": mark("Draw an area with corners"),
    "draw_circle": mark("Draw a circle"),
    "corner": mark("Add the middle of the map"),
    "undo": mark("Take back"),
    "finish": mark("Finish"),
    "cancel": mark("Cancel"),
    "draw_corners": mark("Click each corner, or move the map with the arrow keys and press Enter. {n} corners so far. {size}"),
    "draw_centre": mark("Click the centre of the circle, or move the map with the arrow keys and press Enter."),
    "draw_edge": mark("Click the edge of the circle, or move the map with the arrow keys and press Enter. {size}"),
    "layers": mark("Layers"),
    "layers_help": mark("What the map shows; kept on this browser"),
    "layer_unit": mark("Colours of the places"),
    "layer_names": mark("Names of places"),
    "layer_street_names": mark("Names of streets"),
    "layer_avenue": mark("Main streets"),
    "layer_street": mark("Streets"),
    "layer_park": mark("Parks"),
    "layer_water": mark("Water"),
    "layer_service": mark("Services"),
    "layer_district": mark("Borders of districts"),
    "layer_boundary": mark("Border of the city"),
    "layer_coast": mark("Coast"),
    "layer_base": mark("Base map of the agency"),
    "limits": mark("Classes begin at"),
    "limits_help": mark("Up to five growing numbers, such as 1, 2, 5, 10; kept over periods. Empty: by the numbers themselves."),
    "time": mark("Months that the map shows"),
    "time_from": mark("First month"),
    "time_to": mark("Last month"),
    "play": mark("Play"),
    "pause": mark("Pause"),
    "step_back": mark("One step back"),
    "step_on": mark("One step on"),
    "step_by": mark("Step"),
    "step_month": mark("by month"),
    "step_year": mark("by year"),
    "month_one": mark("1 month"),
    "month_many": mark("{n} months"),
    "on_map": mark("on the map: {n} of {total} people killed"),
    "or_more": mark("{low} or more"),
    "legend": mark("Legend"),
    "units": mark("places"),
    "waiting": mark("Drawing the map…"),
    "dot": mark("one death, last 12 months"),
    "dot_newest": mark("one death, last 28 days"),
    "dots": mark("several deaths: how many"),
    "deaths": mark("deaths, last 12 months"),
    "deaths_newest": mark("deaths, last 28 days"),
    "zero": mark("None in this period"),
    "failed": mark("The map's shapes did not arrive. Reload the page to try again."),
}
"""Every word the map itself says, in English; `words` replaces them one by one. `lang` is the page's language code,
`locale` how numbers and days are written in it."""

MAGIC = b"HSM1"
FINE_VERTICES = 250_000  # up to here a vertex is kept to 1e-6 degree (11 cm); above, to 1e-5 (1.1 m)
DIGEST_CHARS = 16

_POINT, _POLYGON = 0, 3


def encode_geometry(view: MapGeometry | MapView) -> bytes:
    """Return the block of everything that changes only with the shapes: vertices, ids, names, the layers beneath, place labels.

    The first 16 characters are a fingerprint of the rest: the browser asks for a block by it. Worth caching by `view.key`; if
    names or place labels depend on the language, the cache must too.
    """
    layers = [_paths(layer.shapes) for layer in view.context] + [_paths(view.shapes)]
    paths = np.concatenate([layer[0] for layer in layers])
    closed = np.concatenate([layer[1] for layer in layers])
    per_shape = np.concatenate([layer[2] for layer in layers])
    points, sizes = _vertices(paths, closed)
    step = 1e-6 if len(points) <= FINE_VERTICES else 1e-5
    whole = np.rint(points / step).astype(np.int64)
    origin = whole[0] if len(whole) else np.zeros(2, dtype=np.int64)
    meta = {
        "step": step,
        "origin": [int(origin[0]), int(origin[1])],
        "bounds": [float(edge) for edge in view.bounds],
        "layers": [[layer.kind, len(layer.shapes)] for layer in view.context] + [["unit", len(view.ids)]],
        "ids": [str(unit) for unit in view.ids],
        "names": [str(name) for name in view.names],
        "labels": [label for first, layer in zip(_firsts(view), view.context, strict=True) for label in _labels(layer, first)],
    }
    block = _pack(
        meta,
        {
            "per_shape": (per_shape, "plain"),
            "sizes": (sizes, "plain"),
            "closed": (closed, "plain"),
            "x": (whole[:, 0] - origin[0], "delta"),
            "y": (whole[:, 1] - origin[1], "delta"),
        },
    )
    return _fingerprint(block).encode() + block


def encode_values(view: MapView, words: Mapping[str, str], months: Months | None = None) -> bytes:
    """Return the block of everything that a choice on the page can change: classes, states, tips, colours, legend and words.

    With `months` the browser shows any months of a map of counts by itself, on the classes of `view`.
    """
    arrays: dict[str, tuple[Any, str]] = {
        "classes": (np.asarray(view.classes, dtype=np.int64) + 1, "plain"),
        "states": (np.asarray(view.states, dtype=np.int64), "plain"),
    }
    if months is not None:
        arrays |= {"month_unit": (months.unit, "delta"), "month_at": (months.month, "plain"), "month_n": (months.n, "plain")}
    tips = []
    for number, tip in enumerate(view.tips):
        codes, texts = pd.factorize(np.asarray([str(text) for text in tip.texts], dtype=object))
        arrays[f"tip{number}"] = (codes, "plain")
        tips.append({"label": str(tip.label), "texts": list(texts)})
    meta = {
        "title": view.title,
        "colours": list(view.colours),
        "dark": {one: in_the_dark(one, len(view.ids)) for one in {*view.colours, *(row.colour for row in view.legend)} if one},
        "legend": [[row.kind, row.label, row.colour, row.units] for row in view.legend],
        "legend_title": view.legend_title,
        "legend_note": view.legend_note,
        "tips": tips,
        "words": {**WORDS, **words},
        "outlines": [[one.number, one.lon, one.lat, rings(one.shape), one.along, one.units, one.killed] for one in view.outlines],
        "dots": [[one.lon, one.lat, int(one.newest), list(one.lines)] for one in view.dots],
        "months": None if months is None else {"first": months.first, "all": months.all.tolist(), "limits": list(view.limits)},
        "zero": words.get("zero", ""),
        "overlay": [base64.b64encode(view.overlay.png).decode(), list(view.overlay.bounds)] if view.overlay else None,
    }
    return _pack(meta, arrays)


def spoken(words: Words) -> dict[str, str]:
    """Return the map's own words in a language.

    >>> from hotspots.words import words_for
    >>> spoken(words_for("es"))["legend"]
    'Leyenda'
    >>> spoken(words_for("es"))["locale"]
    'es-419'
    """
    codes = {"lang": words.language, "locale": str(words.locale).replace("_", "-")}
    return {name: words.say(text) for name, text in WORDS.items() if name not in codes} | codes


def fingerprint_of(geometry: bytes) -> str:
    """Return the fingerprint that `encode_geometry` wrote at the front of its block."""
    return geometry[:DIGEST_CHARS].decode()


def seal(head: Mapping[str, Any], values: bytes, geometry: bytes | None) -> bytes:
    """Return one message: the head (small, read first), the values, and the geometry when the browser lacks it.

    The same input gives the same bytes, so that Streamlit sends an unchanged message only as a reference.
    """
    full = {**head, "values": _fingerprint(values)}
    pieces = (_json(full), values, b"" if geometry is None else geometry[DIGEST_CHARS:])
    return MAGIC + b"".join(struct.pack("<I", len(piece)) + piece for piece in pieces)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _fingerprint(block: bytes) -> str:
    return f"{zlib.crc32(block):08x}{len(block) & 0xFFFFFFFF:08x}"


def _paths(shapes: Any) -> tuple[Any, Any, Any]:
    """Return the rings, lines and points of `shapes` in order, which of them are rings, and how many each shape has."""
    parts, shape_of = parts_of(np.asarray(shapes.array, dtype=object))
    is_polygon = shapely.get_type_id(parts) == _POLYGON
    turned = shapely.orient_polygons(parts[is_polygon])
    rings, part_of = shapely.get_rings(turned, return_index=True)
    paths = np.concatenate([rings, parts[~is_polygon]])
    owner = np.concatenate([shape_of[is_polygon][part_of], shape_of[~is_polygon]])
    order = np.argsort(owner, kind="stable")
    closed = (np.arange(len(paths)) < len(rings)).astype(np.int64)
    return paths[order], closed[order], np.bincount(owner, minlength=len(shapes))


def _vertices(paths: Any, closed: Any) -> tuple[Any, Any]:
    """Return every path's vertices and their number; a ring's last vertex, a copy of its first, is left out."""
    points = shapely.get_coordinates(paths)
    sizes = shapely.get_num_coordinates(paths)
    keep = np.ones(len(points), dtype=bool)
    keep[(np.cumsum(sizes) - 1)[closed == 1]] = False
    return points[keep], sizes - closed


def rings(shape: Any) -> list[list[float]]:
    """Return the outer and inner rings of an area, or the lines, as flat lists of longitude and latitude."""
    parts = shapely.get_parts(shape)
    areas = shapely.get_type_id(parts) == _POLYGON
    rings = [*shapely.get_rings(parts[areas]), *parts[~areas]]
    return [np.round(shapely.get_coordinates(ring), 6).ravel().tolist() for ring in rings]


def _firsts(view: MapGeometry | MapView) -> list[int]:
    """Return the number of the first shape of each layer beneath the units."""
    sizes = [len(layer.shapes) for layer in view.context]
    return [sum(sizes[:at]) for at in range(len(sizes))]


def _labels(layer: ContextLayer, first: int) -> list[list[Any]]:
    """Return [kind, text, longitude, latitude, line, shape] for each shape of the layer that has a label: inside it, or half-way along it.

    `line` is the number of the shape along which the name is written; −1 where it is no line. `shape` is its number either way.
    """
    placed: list[list[Any]] = []
    shapes = np.asarray(layer.shapes.array, dtype=object)
    for at, text in enumerate(layer.labels):
        number, shape = first + at, shapes[at]
        if not text or shape is None:
            continue
        is_line = shape.geom_type.endswith("LineString")
        spot = shape.interpolate(0.5, normalized=True) if is_line else shape.representative_point()
        if not spot.is_empty:
            placed.append([layer.kind, str(text), round(spot.x, 6), round(spot.y, 6), number if is_line else -1, number])
    return placed


def _pack(meta: Mapping[str, Any], arrays: Mapping[str, tuple[Any, str]]) -> bytes:
    """Return one block: the JSON text and the arrays it lists, packed."""
    listed: list[Sequence[Any]] = []
    planes: list[bytes] = []
    for name, (numbers, kind) in arrays.items():
        folded = _folded_steps(numbers) if kind == "delta" else np.asarray(numbers, dtype=np.int64)
        width, plane = _planes(folded)
        listed.append([name, len(folded), width, kind])
        planes.append(plane)
    text = _json({**meta, "arrays": listed})
    return zlib.compress(struct.pack("<I", len(text)) + text + b"".join(planes), level=6)


def _folded_steps(numbers: Any) -> Any:
    steps = np.diff(numbers, prepend=0)
    return (steps << 1) ^ (steps >> 63)


def _planes(numbers: Any) -> tuple[int, bytes]:
    top = int(numbers.max(initial=0))
    width = max(1, (top.bit_length() + 7) // 8)
    by_byte = numbers.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :width]
    return width, np.ascontiguousarray(by_byte.T).tobytes()

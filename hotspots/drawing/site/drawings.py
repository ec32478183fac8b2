"""Charts and maps as inline SVG: no script, no request; sharp on paper, and each with a title and a description for who cannot see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from hotspots.colours import ATTENTION, GROUND, INK, MUTED, PRIMARY
from hotspots.drawing import sheets
from hotspots.drawing.sheets import Look, Sheet
from hotspots.drawing.site.markup import Html, el, joined
from hotspots.views.map_view import LegendRow, MapView
from hotspots.views.series import Dated, Series
from hotspots.words import Words

WIDE, TALL = 720, 760  # the most that a map takes, in units of its own
NUMBERED = 60  # areas that have room for a number on the map
HEIGHT, TOP, FOOT = 250, 46, 24  # of the chart of years, in pixels
SPARK = (160, 36)  # pixels of a small chart
ROOM = 12  # bars that have room for their numbers


def years(name: str, title: str, shown: Series, *, words: Words) -> Html:
    """Return the chart of years. Across it is measured in per cent, so that letters keep their size on a phone."""
    rows = shown.rows
    left = 0.0 if len(rows) <= ROOM else 12.0
    step = (100.0 - left) / max(len(rows), 1)
    top = _ceiling(float(np.nanmax([1.0, *rows["count"], *rows["high"]])))
    level = (HEIGHT - TOP - FOOT) / top
    floor = HEIGHT - FOOT
    parts = _grid(top, floor, level, words) if left else []
    for i, row in rows.iterrows():
        parts += _bar(row, left + i * step, step, floor, level, numbered=not left, words=words)
        if not left or i % 5 == 0 or row["partial"]:
            parts.append(_text(f"{row['start'].year}{'*' * row['partial']}", left + (i + 0.5) * step, HEIGHT - 6))
    parts.append(el("line", x1=f"{left:g}%", x2="100%", y1=floor, y2=floor, stroke=MUTED))
    lines = [part for i, one in enumerate(shown.dated) for part in _dated(one, left + _at(one.day, rows["start"].min()) * step, i, floor)]
    return _svg(name, title, shown.alt, [*lines, *parts], width="100%", height=HEIGHT)


def spark(name: str, shown: Series) -> Html:
    """Return a small chart of years: a line, and in grey the normal range of each year that has one."""
    rows = shown.rows
    wide, tall = SPARK
    step, top = wide / max(len(rows) - 1, 1), float(np.nanmax([1.0, *rows["count"], *rows["high"]]))
    across, level = step * np.arange(len(rows)), tall - 4 - (tall - 8) / top * rows[["count", "low", "high"]].to_numpy(dtype=float)
    known = ~np.isnan(level[:, 2])
    edge = [*zip(across[known], level[known, 2], strict=True), *reversed(list(zip(across[known], level[known, 1], strict=True)))]
    there = ~np.isnan(level[:, 0])
    parts = [el("polygon", points=_points(edge), fill="#d9d5ca")] if len(edge) > 2 else []
    parts.append(
        el("polyline", points=_points(zip(across[there], level[there, 0], strict=True)), fill="none", stroke=PRIMARY, stroke_width=2)
    )
    return _svg(name, "", shown.alt, parts, width=wide, height=tall, viewBox=f"0 0 {wide} {tall}")


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _at(day: pd.Timestamp, first: pd.Timestamp) -> float:
    """Return where a day lies, in years from the first bar's left."""
    return float(day.year - first.year + (day.day_of_year - 1) / 366)


def _ceiling(value: float) -> float:
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value))


def _grid(top: float, floor: float, level: float, words: Words) -> list[Html]:
    parts = []
    for value in (top / 2, top):
        y = floor - value * level
        parts.append(el("line", x1="12%", x2="100%", y1=y, y2=y, stroke=GROUND["noDataEdge"]))
        parts.append(_text(words.number(value), 11.0, y + 4, anchor="end"))
    return parts


def _bar(row: pd.Series, x: float, step: float, floor: float, level: float, *, numbered: bool, words: Words) -> list[Html]:
    parts, top = [], floor - row["count"] * level
    if row["low"] == row["low"]:
        high, low = floor - row["high"] * level, floor - row["low"] * level
        parts.append(_box(x + 0.06 * step, 0.88 * step, high, low, fill="#e3e0d8", stroke="#8a8577"))
    if top == top:
        pale = {"fill_opacity": 0.35, "stroke": PRIMARY} if row["partial"] else {}
        parts.append(_box(x + 0.2 * step, 0.6 * step, top, floor, fill=PRIMARY, **pale))
        if numbered:
            parts.append(_text(words.number(row["count"]), x + 0.5 * step, top - 5, class_="value"))
    elif numbered:
        parts.append(_text("?", x + 0.5 * step, floor - 5))
    return parts


def _box(x: float, width: float, top: float, bottom: float, **look: object) -> Html:
    return el("rect", x=f"{x:.3f}%", width=f"{width:.3f}%", y=round(top, 1), height=round(max(bottom - top, 0), 1), **look)


def _dated(one: Dated, x: float, i: int, floor: float) -> list[Html]:
    y = 12 + 14 * (i % 2)
    colour = ATTENTION if one.definition else INK
    at = f"{x:.3f}%"
    line = el("line", x1=at, x2=at, y1=y + 5, y2=floor, stroke=colour, stroke_dasharray="4 3" if one.definition else None)
    return [line, _text(one.sign, x, y, class_="definition" if one.definition else "event")]


def _text(text: str, x: float, y: float, *, anchor: str = "middle", class_: str | None = None) -> Html:
    return el("text", text, x=f"{x:.3f}%", y=round(y, 1), text_anchor=anchor, class_=class_)


def shares(name: str, title: str, desc: str, rows: Sequence[tuple[str, str, float]]) -> Html:
    """Return bars lying down: for each value its name, what is said of it, and how long its bar is (0 to 1; missing: no bar)."""
    parts = []
    for i, (label, said, share) in enumerate(rows):
        y = 40 * i
        parts.append(el("text", f"{label}: {said}", x=0, y=y + 14))
        if share == share:
            parts.append(el("rect", x=0, y=y + 19, width=f"{max(100 * share, 0.3):.2f}%", height=12, fill=PRIMARY))
        else:
            parts.append(el("rect", x=0.5, y=y + 19.5, width="30%", height=11, fill="none", stroke=MUTED, stroke_dasharray="3 3"))
    return _svg(name, title, desc, parts, width="100%", height=40 * len(rows))


def _svg(name: str, title: str, desc: str, parts: Iterable[str], **attributes: object) -> Html:
    said = (el("title", title, id=f"{name}-title"), el("desc", desc, id=f"{name}-desc"))
    whole = {"role": "img", "aria_labelledby": f"{name}-title", "aria_describedby": f"{name}-desc", **attributes}
    return el("svg", *said, *parts, **whole)


# --- maps -------------------------------------------------------------------------------------------------------------------------


def city(name: str, shown: MapView) -> Html:
    """Return a map with the looks of every other map here; where there is room, areas bear the number of their row in the table."""
    corners = mercator(np.array([shown.bounds[:2], shown.bounds[2:]]))
    size = corners[1] - corners[0]
    scale = min(WIDE / size[0], TALL / size[1])
    width, height = (int(np.ceil(side)) for side in size * scale)

    def flat(points: np.ndarray) -> np.ndarray:
        found: np.ndarray = (mercator(points) - [corners[0][0], corners[1][1]]) * [scale, -scale]
        return found

    parts: list[str] = [hatches(name)]
    for sheet in sheets.sheets(shown):
        shapes = shapely.simplify(shapely.clip_by_rect(shapely.transform(sheet.shapes, flat), -9, -9, width + 9, height + 9), 0.4)
        parts += _sheet(name, sheet, shapes, shown)
    if len(shown.ids) <= NUMBERED:
        middles = shapely.transform(shapely.point_on_surface(np.asarray(shown.shapes.array)), flat)
        parts += [_place(i + 1, point) for i, point in enumerate(middles)]
    box = el("rect", width=width, height=height, fill=sheets.backdrop(shown))
    return _svg(name, shown.title, _said(shown), [box, *parts], viewBox=f"0 0 {width} {height}", class_="map")


def mercator(points: np.ndarray) -> np.ndarray:
    """Return degrees as Web Mercator has them, in radii of the globe."""
    return np.column_stack([np.radians(points[:, 0]), np.arcsinh(np.tan(np.radians(points[:, 1])))])


def _said(shown: MapView) -> str:
    return "; ".join(f"{row.label}: {row.units}" for row in shown.legend if row.units is not None)


def _sheet(name: str, sheet: Sheet, shapes: np.ndarray, shown: MapView) -> list[Html]:
    if sheet.kind == "service":
        called = [name for layer in shown.context if layer.kind == "service" for name in layer.labels]
        points = shapely.get_coordinates(shapes)
        names = called if len(called) == len(points) else [""] * len(points)
        return [
            el("circle", *[el("title", name)] * bool(name), cx=round(x, 1), cy=round(y, 1), r=5, **paint(sheet.look))
            for (x, y), name in zip(points, names, strict=True)
        ]
    if sheet.units is None:
        return _path(name, sheet.look, "".join(outline_paths(shapes)))
    found, plain = [], replace(sheet.look, hatch=None)
    lines = outline_paths(shapes)
    for unit, line in zip(sheet.units.tolist(), lines, strict=True):
        said = ". ".join([shown.names[unit], *(f"{tip.label}: {tip.texts[unit]}" for tip in shown.tips)])
        found += _path(name, plain, line, el("title", said))
    return found + _hatched(name, sheet.look, "".join(lines))  # in one go: each hatched path is a picture of its own in a printed file


def _path(name: str, look: Look, line: str, *inside: Html) -> list[Html]:
    if not line:
        return []
    return [el("path", *inside, d=line, **paint(look)), *_hatched(name, look, line)]


def _hatched(name: str, look: Look, line: str) -> list[Html]:
    return [el("path", d=line, fill=f"url(#{name}-{look.hatch})", pointer_events="none")] if look.hatch and line else []


def paint(look: Look) -> dict[str, object]:
    """Return a look as the attributes of a path."""
    paint: dict[str, object] = {"fill": look.fill or "none", "stroke": look.edge, "stroke_width": look.width if look.edge else None}
    return paint | {"stroke_opacity": look.alpha if look.alpha < 1 else None, "fill_rule": "evenodd"}


def outline_path(shape: shapely.Geometry) -> str:
    """Return areas and lines as the text of a path."""
    return outline_paths(np.array([shape], dtype=object))[0]


def outline_paths(shapes: np.ndarray) -> list[str]:
    """Return the areas and lines of each shape as the text of a path; all at once, for a map has thousands.

    >>> outline_paths(np.array([shapely.box(0, 0, 1, 2), shapely.LineString([(0, 0.25), (3, 4)]), shapely.Point(1, 1)]))
    ['M1 0 1 2 0 2 0 0 1 0Z', 'M0 0.2 3 4', '']
    """
    parts, of = shapely.get_parts(shapes, return_index=True)
    kind = shapely.get_type_id(parts)
    areas, lines = np.flatnonzero(kind == shapely.GeometryType.POLYGON), np.flatnonzero(kind == shapely.GeometryType.LINESTRING)
    rings, ring_of = shapely.get_rings(parts[areas], return_index=True)
    drawn, part_of = np.concatenate([rings, parts[lines]]), np.concatenate([areas[ring_of], lines])
    order = np.argsort(part_of, kind="stable")
    coordinates, at = shapely.get_coordinates(drawn[order], return_index=True)
    corners = [f"{x:g} {y:g}" for x, y in (np.round(coordinates, 1) + 0.0).tolist()]
    ends = np.searchsorted(at, np.arange(len(order) + 1)).tolist()
    found = [""] * len(shapes)
    for one, (part, first, last) in enumerate(zip(part_of[order].tolist(), ends, ends[1:], strict=False)):
        close = "Z" if order[one] < len(rings) else ""
        found[of[part]] += f"M{' '.join(corners[first:last])}{close}"
    return found


def hatches(name: str) -> Html:
    """Return the hatches that looks name, as patterns whose names begin with `name`."""
    kinds = {"hatchDark": 1.2, "hatchLight": 1.6, "hatchSoft": 1.2}
    line = "M-1 8L8 -1M-1 1L1 -1M6 8L8 6"
    found = [
        el(
            "pattern",
            el("path", d=line, stroke=GROUND[kind], stroke_width=width),
            id=f"{name}-{kind}",
            width=7,
            height=7,
            patternUnits="userSpaceOnUse",
        )
        for kind, width in kinds.items()
    ]
    return el("defs", *found)


def _place(number: int, point: shapely.Point) -> Html:
    return el("text", str(number), x=round(point.x, 1), y=round(point.y, 1), class_="place", aria_hidden="true")


def legend(name: str, shown: MapView) -> Html:
    """Return the legend of a map, as a list."""
    rows = [el("li", swatch(name, row, shown), el("span", row.label), el("span", _units(row), class_="units")) for row in shown.legend]
    return joined([el("p", shown.legend_title, class_="legend-title"), el("ul", *rows, class_="legend")])


def _units(row: LegendRow) -> str:
    return "" if row.units is None else str(row.units)


def swatch(name: str, row: LegendRow, shown: MapView) -> Html:
    """Return the look of a row of the legend; `name` begins the names of the map's hatches."""
    look = sheets.legend_look(row, shown)
    box = {"x": 0.5, "y": 0.5, "width": 27, "height": 16}
    parts = [el("rect", fill=look.fill or "none", stroke="#8a8577", **box)]
    if look.hatch:
        parts.append(el("rect", fill=f"url(#{name}-{look.hatch})", **box))
    return el("svg", *parts, width=28, height=17, aria_hidden="true")

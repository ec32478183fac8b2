"""Draws maps and series as pictures for paper and slides: PNG, by matplotlib, with title, legend, number, period and source on them."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from hotspots import colours
from hotspots.colours import GROUND
from hotspots.drawing import sheets
from hotspots.drawing.sheets import Look, Sheet
from hotspots.views.map_view import MapView, Overlay
from hotspots.views.series import Dated, Series
from hotspots.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

DPI = 200
WIDTH = 8.0  # inches: 1,600 pixels
MARGIN = 0.36
LEGEND = 1.82  # width of the legend, inches
TALLEST = 7.2  # of the map, inches
MUTED = "#56636f"
_LINE = 1.42  # height of a line, in font sizes
_SCREEN = 1.6  # pixels here for one on screen
_LETTER = 0.54  # width of a letter, in font sizes


def map_png(view: MapView, *, words: Words, note: str = "", head: str = "") -> bytes:
    """Return the map as a PNG, 1,600 pixels wide, with the colours, hatches and legend of the screen.

    The first line of `head` is the heading (left out: the map's own title), further lines stand beneath it; the lines of `note` (source,
    licence, version, what is fictional) end the picture. The same view gives the same picture.
    """
    (west, east), (south, north) = view.bounds[::2], _northing(np.array(view.bounds[1::2]))
    across = WIDTH - 2 * MARGIN - LEGEND - 0.22
    tall = float(np.clip(across * (north - south) / max(east - west, 1e-9) + 0.3, 2.6, TALLEST))
    top, above = _above(head or view.title)
    below = _wrapped(note, size=7, width=WIDTH - 2 * MARGIN)
    height = top + max(tall, _legend_height(view)) + 0.24 + len(below) * 7 * _LINE / 72 + MARGIN
    figure = _figure(height)
    _write_lines(figure, above, start=height - MARGIN)
    axes = _axes(figure, (MARGIN, height - top - tall, across, tall), height)
    axes.set_facecolor(sheets.backdrop(view))
    _frame(axes, (west, south, east, north), across / tall)
    for sheet in sheets.sheets(view):
        _add_sheet(axes, sheet, _edge_width(sheet, axes, across))
    if view.overlay is not None:
        _add_overlay(axes, view.overlay)
    _add_names(axes, view)
    _add_scale(axes, view.bounds, words)
    _add_legend(figure, view, words, (MARGIN + across + 0.22, height - top), height)
    _write_lines(figure, [(line, 7, MUTED, "normal") for line in below], start=MARGIN + len(below) * 7 * _LINE / 72)
    return _png(figure, "\n".join(line for line in (head, note) if line))


def series_png(shown: Series, *, words: Words, head: str, note: str = "") -> bytes:
    """Return a series as a PNG, 1,600 pixels wide: it starts at zero, and what its signs stand for is written below.

    A dated line without a sign gets a number. `head` and `note` as in `map_png`.
    """
    top, above = _above(head)
    dated = [one._replace(sign=one.sign or str(i)) for i, one in enumerate(shown.dated, 1)]
    signs = "\n".join(f"{one.sign}  {one.text}" for one in dated)
    below = [(line, 8, colours.INK, "normal") for line in _wrapped(signs, size=8, width=WIDTH - 2 * MARGIN)]
    below += [(line, 7, MUTED, "normal") for line in _wrapped(note, size=7, width=WIDTH - 2 * MARGIN)]
    foot = sum(size * _LINE / 72 for _, size, _, _ in below) + MARGIN + 0.42
    height = top + 3.1 + foot
    figure = _figure(height)
    _write_lines(figure, above, start=height - MARGIN)
    axes = _axes(figure, (MARGIN + 0.34, foot, WIDTH - 2 * MARGIN - 0.34, 2.78), height)
    _add_series(axes, shown, words)
    _style_series(axes, words)
    _add_signs(axes, dated)
    _write_lines(figure, below, start=foot - 0.42)
    return _png(figure, "\n".join(line for line in (head, note) if line))


def _add_signs(axes: Axes, dated: Sequence[Dated]) -> None:
    """Draw dated lines with their signs, one below the other where they are too close to be told apart."""
    first, last = axes.get_xlim()
    style: dict[str, Any] = {"fontsize": 8.5, "fontweight": "bold", "color": MUTED, "va": "top"}
    for row, one in zip(colours.sign_rows([one.day.timestamp() / 86400 for one in dated], last - first), dated, strict=True):
        axes.axvline(one.day, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        _text(axes, one.day, 0.985 - 0.055 * row, f" {one.sign}", transform=axes.get_xaxis_transform(), **style)


def _add_series(axes: Axes, shown: Series, words: Words) -> None:
    rows = shown.rows
    days, whole = pd.DatetimeIndex(rows["start"]), rows["complete"].to_numpy(dtype=bool)
    drawn = {name: rows[name].to_numpy(dtype=float) for name in ("count", "comparison", "low", "high") if name in rows}
    line = np.where(whole, drawn["count"], np.nan) if shown.step == "year" else drawn["count"]  # no line leads into a part of a year
    axes.plot(days, line, color=colours.PRIMARY, linewidth=1.1, label=words.say("People killed"), zorder=2)
    if "comparison" in drawn:
        dashed: dict[str, Any] = {"linewidth": 1.0, "linestyle": (0, (4, 3)), "zorder": 2}
        axes.plot(days, drawn["comparison"], color=colours.MUTED, label=words.say("Comparison areas"), **dashed)
    if "high" in drawn and rows["high"].notna().any():
        style: dict[str, Any] = {"color": colours.MUTED, "alpha": 0.22, "linewidth": 0, "zorder": 1}
        axes.fill_between(days, drawn["low"], drawn["high"], label=words.say("Normal range"), **style)
    for part, alpha in ((whole, 0.95), (~whole, 0.3)):
        axes.scatter(days[part], drawn["count"][part], s=9, color=colours.PRIMARY, alpha=alpha, linewidth=0, zorder=3)
    if len(days) > 1:
        axes.set_xlim(days[0] - (days[1] - days[0]), days[-1] + (days[-1] - days[-2]))
    axes.set_ylim(0, 1.08 * float(np.nanmax([1.0, *(n for each in drawn.values() for n in each)])))


def _style_series(axes: Axes, words: Words) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_formatter(lambda value, _: words.number(value))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.tick_params(labelsize=8, colors=MUTED, length=0, pad=5)
    axes.grid(axis="y", color="#e4e0d7", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#b9b2a4")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.012, 1.0), ncols=2, frameon=False, fontsize=8, labelcolor=colours.INK)


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=colours.PAPER)


def _axes(figure: Figure, box: tuple[float, float, float, float], height: float) -> Axes:
    left, bottom, across, tall = box
    axes = figure.add_axes((left / WIDTH, bottom / height, across / WIDTH, tall / height))
    axes.set_facecolor(colours.PAPER)
    return axes


def _png(figure: Figure, label: str) -> bytes:
    """Return the picture; what stands above and below it is in the file too, where a cut-out keeps it."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None, "Description": label})
    return file.getvalue()


def _text(place: Any, x: Any, y: float, text: str, **style: Any) -> Any:
    """Write text letter by letter: matplotlib would read what stands between dollar signs as a formula."""
    return place.text(x, y, text, parse_math=False, **style)


Line = tuple[str, float, str, str]  # text, size in points, colour, weight


def _above(head: str) -> tuple[float, list[Line]]:
    """Return how much room the heading takes, in inches with the margin above, and its lines."""
    first, *rest = head.split("\n")
    lines: list[Line] = [(line, 14, colours.INK, "bold") for line in _wrapped(first, size=14 * 1.12, width=WIDTH - 2 * MARGIN, even=True)]
    lines += [(line, 8.5, MUTED, "normal") for text in rest for line in _wrapped(text, size=8.5, width=WIDTH - 2 * MARGIN)]
    return MARGIN + sum(size * _LINE / 72 for _, size, _, _ in lines) + 0.14, lines


def _wrapped(text: str, *, size: float, width: float, even: bool = False) -> list[str]:
    """Return the text in lines that fit the width (inches); `even` makes them about equally long."""
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", "\N{NO-BREAK SPACE}", text)  # 100 000 stays in one line
    letters = max(8, int(width * 72 / (size * _LETTER)))
    if even and len(text) > letters:
        letters = min(letters, int(len(text) / -(-len(text) // letters) * 1.12) + 4)
    return [part for line in text.split("\n") if line.strip() for part in textwrap.wrap(line, letters)]


def _write_lines(figure: Figure, lines: Sequence[Line], *, start: float) -> None:
    """Write lines from `start` (inches from the bottom) downwards."""
    height = figure.get_figheight()
    for text, size, colour, weight in lines:
        _text(figure, MARGIN / WIDTH, start / height, text, fontsize=size, color=colour, fontweight=weight, va="top")
        start -= size * _LINE / 72


def _northing(lat: np.ndarray) -> np.ndarray:
    """Return how far north a latitude lies in Web Mercator, in degrees of longitude: the map has the shape it has on screen."""
    return np.asarray(np.degrees(np.arcsinh(np.tan(np.radians(lat)))))


def _add_overlay(axes: Axes, overlay: Overlay) -> None:
    from matplotlib.image import imread

    west, south, east, north = overlay.bounds
    low, high = _northing(np.array([south, north]))
    box = (axes.get_xlim(), axes.get_ylim())
    axes.imshow(imread(io.BytesIO(overlay.png), format="png"), extent=(west, east, low, high), alpha=0.8, zorder=3, aspect="auto")
    axes.set_xlim(box[0])
    axes.set_ylim(box[1])


def _frame(axes: Axes, bounds: tuple[float, float, float, float], shape: float) -> None:
    """Show the whole city in the middle of axes whose width is `shape` times their height."""
    west, south, east, north = bounds
    wide = max((east - west), (north - south) * shape, 1e-6) * 1.04
    middle, level = (west + east) / 2, (south + north) / 2
    axes.set_xlim(middle - wide / 2, middle + wide / 2)
    axes.set_ylim(level - wide / shape / 2, level + wide / shape / 2)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#d9d4c9")
        spine.set_linewidth(0.8)
        spine.set_zorder(20)


def _edge_width(sheet: Sheet, axes: Axes, across: float) -> float:
    """Return the width of outlines in points: those of units thin out as the units shrink."""
    if sheet.units is None or not sheet.look.fill:
        return sheet.look.width * _SCREEN * 72 / DPI
    sides = shapely.bounds(sheet.shapes)
    west, east = axes.get_xlim()
    pixels = float(np.nanmean(sides[:, 2] - sides[:, 0])) / (east - west) * across * DPI / _SCREEN
    return 0.0 if pixels < 5 else min(0.9, pixels / 24) * _SCREEN * 72 / DPI


def _add_sheet(axes: Axes, sheet: Sheet, width: float) -> None:
    if sheet.kind == "service":
        east, north = shapely.get_coordinates(shapely.centroid(sheet.shapes)).T
        axes.scatter(east, _northing(north), s=9, color=sheet.look.fill, edgecolor=sheet.look.edge, linewidth=width, zorder=4)
        return
    from matplotlib.patches import PathPatch

    parts = shapely.get_parts(sheet.shapes)
    for part in (parts[shapely.get_dimensions(parts) == dimension] for dimension in (2, 1)):
        if len(part):
            axes.add_patch(
                PathPatch(
                    _path(part), **_style(sheet.look, width), capstyle="butt" if sheet.look.dash else "round", joinstyle="round", zorder=3
                )
            )


def _path(parts: np.ndarray) -> Path:
    """Return one path for all shapes: outer rings run one way, holes the other, so that a hole stays open where shapes overlap."""
    from matplotlib.path import Path

    if shapely.get_dimensions(parts[0]) == 2:
        parts = shapely.get_rings(shapely.orient_polygons(parts))
    points, owner = shapely.get_coordinates(parts, return_index=True)
    points[:, 1] = _northing(points[:, 1])
    codes = np.full(len(points), Path.LINETO, dtype=np.uint8)
    codes[np.flatnonzero(np.diff(owner, prepend=-1))] = Path.MOVETO
    return Path(points, codes)


def _dashes(one: Look) -> list[tuple[float, float]]:
    """Return which parts of a swatch are drawn, from 0 to 1: all of it, or three dashes."""
    return [(0.0, 0.26), (0.37, 0.63), (0.74, 1.0)] if one.dash else [(0.0, 1.0)]


def _style(one: Look, width: float) -> dict[str, Any]:
    found: dict[str, Any] = {"facecolor": one.fill or "none", "edgecolor": "none", "linewidth": 0}
    if one.edge and width:
        found |= {"edgecolor": _colour(one.edge, one.alpha), "linewidth": width}
    if one.dash and width:
        found["linestyle"] = (0, tuple(length * _SCREEN * 36 / DPI / width for length in one.dash))
    if one.hatch:
        found |= {"hatch": "/////", "hatchcolor": _colour(GROUND[one.hatch]), "hatch_linewidth": 0.95 if one.hatch == "hatchLight" else 0.7}
    return found


def _colour(text: str, alpha: float = 1.0) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_rgba

    if not text.startswith("rgba"):
        return to_rgba(text, alpha)
    red, green, blue, own = (float(part) for part in re.findall(r"[\d.]+", text))
    return red / 255, green / 255, blue / 255, own * alpha


def _add_names(axes: Axes, view: MapView) -> None:
    """Write the names that fit without touching each other."""
    from matplotlib.patheffects import withStroke

    taken: list[tuple[float, float, float, float]] = []
    size = 7.5
    (left, bottom), (right, top) = axes.transAxes.transform([(0, 0), (1, 1)])
    for name in sheets.place_names(view):
        if name.kind in ("street", "service", "park"):
            continue
        north = float(_northing(np.array(name.lat)))
        x, y = axes.transData.transform((name.lon, north))
        half, rise = len(name.text) * size * 0.62 * DPI / 144 + 6, size * DPI / 72
        box = (x - half, y - rise, x + half, y + rise)
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top or len(taken) > 40:
            continue
        if any(box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1] for other in taken):
            continue
        taken.append(box)
        water = name.kind in ("water", "coast")
        style = {"color": "#3f6f86", "fontstyle": "italic"} if water else {"color": colours.INK, "fontweight": "bold"}
        halo = [withStroke(linewidth=2.2, foreground="white", alpha=0.9)]
        _text(axes, name.lon, north, name.text, fontsize=size, ha="center", va="center", path_effects=halo, zorder=10, **style)


def _add_scale(axes: Axes, bounds: tuple[float, float, float, float], words: Words) -> None:
    """Draw a bar of a round length, about a sixth of the map."""
    west, east = axes.get_xlim()
    metres = (east - west) * 111_320 * float(np.cos(np.radians((bounds[1] + bounds[3]) / 2)))
    power = 10 ** np.floor(np.log10(metres / 6))
    length = float(max(step * power for step in (1, 2, 5) if step * power <= metres / 6))
    share = length / metres
    text = f"{words.number(length / 1000)} km" if length >= 1000 else f"{words.number(length)} m"
    axes.plot(
        [0.02, 0.02 + share], [0.025, 0.025], transform=axes.transAxes, color=colours.INK, linewidth=1.6, solid_capstyle="butt", zorder=11
    )
    _text(axes, 0.02, 0.035, text, transform=axes.transAxes, fontsize=7, color=colours.INK, zorder=11)


_GAP = 0.075  # between rows of the legend, inches


def _legend_lines(view: MapView) -> list[list[str]]:
    return [_wrapped(row.label, size=8, width=LEGEND - 0.8) for row in view.legend]


def _legend_height(view: MapView) -> float:
    rows = sum(len(lines) * 8 * _LINE / 72 + _GAP for lines in _legend_lines(view))
    title = len(_wrapped(view.legend_title, size=9, width=LEGEND)) * 9 * _LINE / 72
    return title + rows + len(_wrapped(view.legend_note, size=7.5, width=LEGEND)) * 7.5 * _LINE / 72 + 0.2


def _add_legend(figure: Figure, view: MapView, words: Words, corner: tuple[float, float], height: float) -> None:
    """Draw the legend downwards from its upper left corner (inches)."""
    from matplotlib.patches import Rectangle

    left, top = corner

    def write(x: float, text: str, **style: Any) -> None:
        _text(figure, x / WIDTH, top / height, text, va="top", **style)

    for line in _wrapped(view.legend_title, size=9, width=LEGEND):
        write(left, line, fontsize=9, fontweight="bold", color=colours.INK)
        top -= 9 * _LINE / 72
    top -= 0.06
    for row, lines in zip(view.legend, _legend_lines(view), strict=True):
        one = sheets.legend_look(row, view)
        middle, tall = (top - 0.0675) / height, 0.135 if one.fill else 0.022 * one.width
        style = _style(Look(one.fill or one.edge, "#b9b2a4" if one.fill else None, 0.8, 1.0, one.hatch), 0.6)
        for start, end in _dashes(one):
            box = ((left + 0.23 * start) / WIDTH, middle - tall / 2 / height)
            figure.add_artist(Rectangle(box, 0.23 * (end - start) / WIDTH, tall / height, transform=figure.transFigure, **style))
        write(left + LEGEND, "" if row.units is None else words.number(row.units), fontsize=8, color=MUTED, ha="right")
        for line in lines:
            write(left + 0.32, line, fontsize=8, color=colours.INK)
            top -= 8 * _LINE / 72
        top -= _GAP
    top -= 0.04
    for line in _wrapped(view.legend_note, size=7.5, width=LEGEND):
        write(left, line, fontsize=7.5, color=MUTED)
        top -= 7.5 * _LINE / 72

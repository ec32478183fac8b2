"""Surfaces as a layer of the map: classed colours on a picture that lies true on a web map, over the ground or along the streets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyproj
import scipy
import shapely
from PIL import Image, ImageDraw

from hotspots import colours as look
from hotspots.statistics.density import CROSSINGS, RULES, RelativeRisk, Streets, Surface
from hotspots.statistics.density.relative import LEVEL
from hotspots.views.classes import class_labels, class_limits
from hotspots.views.map_view import LegendRow, MapView, Overlay
from hotspots.words import Words, mark

LABEL = mark("Homicides per km² a year, smoothed")
RISK_LABEL = mark("Homicides compared with where people live")
STREETS_LABEL = mark("Homicides per km of street a year")
PIXELS = 700  # of the longer side of the picture
STREET_PIXELS = 2200  # of one with streets: lines must stay crisp
STREET_WIDTH = 5  # pixels of that picture
LEAST = 0.02  # of the highest value: below this nothing is drawn
RISK_STARTS: tuple[float, ...] = (0.0, 0.5, 0.8, 1.25, 2.0)
RISK_LABELS: tuple[str, ...] = (
    mark("less than half the average"),
    mark("0.5 to 0.8 times the average"),
    mark("about the average (0.8 to 1.25)"),
    mark("1.25 to 2 times the average"),
    mark("2 times the average or more"),
)
MORE = mark("outlined: more than chance explains there")
FEWER = mark("outlined: fewer than chance explains there")


def with_surface(shown: MapView, surface: Surface, epsg: int, words: Words) -> MapView:
    """Return the map `shown` with a surface in place of its coloured units: hovering still tells each unit's numbers.

    The note says how each homicide is spread, the bandwidth in metres, where it came from, and the number of homicides behind the
    surface. `epsg` is the projected system of the surface.
    """
    peak = float(np.nanmax(surface.z, initial=0.0))
    starts = class_limits(surface.z[surface.z > LEAST * peak], whole=False)
    colours = look.classes(len(starts)) if starts else ()
    labels = class_labels(starts, words, whole=False, top=peak)
    way = {
        "quartic": words.say("each homicide spread over the ground around it, most at its place, none past the bandwidth"),
        "gaussian": words.say("each homicide spread over the ground around it as a bell"),
    }[surface.kernel]
    brief = _brief(surface.bandwidth, surface.rule, surface.n, words)
    overlay = picture(surface, epsg, [LEAST * peak, *starts[1:]], colours) if starts else None
    return _over(shown, overlay, colours, labels, words.say(LABEL), [way, brief], brief)


def with_risk(shown: MapView, risk: RelativeRisk, epsg: int, words: Words) -> MapView:
    """Return the map `shown` with homicides beside residents in place of its coloured units; outlines where chance does not explain it.

    Five classes around the average; where too few people live nothing is drawn. The note says so, with the bandwidth, the number of
    homicides and what chance would outline. `epsg` is the projected system.
    """
    way = words.say("homicides and residents smoothed alike, then divided")
    brief = _brief(risk.bandwidth, risk.rule, risk.n, words)
    parts = [way, brief]
    parts.append(words.say("nothing drawn where fewer than {n} residents live on a km²", n=words.number(max(round(risk.thin_density), 1))))
    labels, colours = [words.say(label) for label in RISK_LABELS], list(look.CHANGE)
    overlay = None
    if risk.n:
        overlay = picture(risk, epsg, list(RISK_STARTS), look.CHANGE, values=risk.ratio, outlines=(risk.high, risk.low))
    if overlay is not None and risk.high is not None:
        labels, colours = [*labels, words.say(MORE), words.say(FEWER)], [*colours, look.INK, look.CHANGE_EDGE]
        parts.append(
            words.say(
                "outlines from {draws} maps on which chance alone put {n} events down by residents; on 5 of 100 such maps any place at all "
                "would be outlined as higher, and on 5 as lower",
                draws=words.number(risk.draws),
                n=words.number(risk.events),
            )
        )
    return _over(shown, overlay, tuple(colours), labels, words.say(RISK_LABEL), parts, brief)


def with_streets(shown: MapView, streets: Streets, epsg: int, words: Words) -> MapView:
    """Return the map `shown` with the density along streets in place of its coloured units, as coloured lines."""
    peak = float(streets.value.max(initial=0.0))
    starts = class_limits(streets.value[streets.value > LEAST * peak], whole=False)
    colours = look.classes(len(starts)) if starts else ()
    labels = class_labels(starts, words, whole=False, top=peak)
    way = words.say("each homicide spread along the streets both ways, {crossings}", crossings=words.say(CROSSINGS[streets.way]))
    brief = _brief(streets.bandwidth, streets.rule, streets.n, words)
    parts = [way, brief]
    if streets.off:
        parts.append(words.count("{n} lies on no street", "{n} lie on no street", streets.off))
    overlay = street_picture(streets, epsg, [LEAST * peak, *starts[1:]], colours) if starts else None
    return _over(shown, overlay, colours, labels, words.say(STREETS_LABEL), parts, brief)


def _brief(bandwidth: float, rule: str, n: int, words: Words) -> str:
    return words.say(
        "bandwidth {metres} m ({rule}); made from {n} people killed",
        metres=words.number(round(bandwidth)),
        rule=words.say(RULES[rule]),
        n=words.number(n),
    )


def _over(
    shown: MapView,
    overlay: Overlay | None,
    colours: tuple[str, ...],
    labels: Sequence[str],
    title: str,
    note: Sequence[str],
    brief: str,
) -> MapView:
    return replace(
        shown,
        classes=np.full_like(shown.classes, -1),
        states=np.full_like(shown.states, 1),  # zero: outlines only
        colours=colours,
        legend=[LegendRow("class", label, colour, None) for label, colour in zip(labels, colours, strict=True)],
        legend_title=title,
        legend_note=f"{shown.legend_note} · {'; '.join(note)}",
        title=f"{title}; {brief}",
        overlay=overlay,
    )


def picture(
    surface: Surface | RelativeRisk,
    epsg: int,
    starts: list[float],
    colours: tuple[str, ...],
    *,
    values: np.ndarray | None = None,
    outlines: tuple[np.ndarray | None, np.ndarray | None] = (None, None),
) -> Overlay:
    """Return a surface as a PNG whose rows and columns are even in Web Mercator, and its bounds (west, south, east, north).

    `values` stand in place of the surface's own; `outlines` are two tables of how often chance alone does as much, drawn where that is
    rare: the first in ink, the second in the edge colour of fewer.
    """
    half = surface.cell / 2
    box = (surface.x[0] - half, surface.y[0] - half, surface.x[-1] + half, surface.y[-1] + half)
    to_mercator = pyproj.Transformer.from_crs(epsg, 3857, always_xy=True)
    west, south, east, north = to_mercator.transform_bounds(*box)
    scale = PIXELS / max(east - west, north - south)
    width, height = (max(1, round(side * scale)) for side in (east - west, north - south))
    across = west + (np.arange(width) + 0.5) * (east - west) / width
    down = north - (np.arange(height) + 0.5) * (north - south) / height
    x, y = to_mercator.transform(*np.meshgrid(across, down), direction="INVERSE")
    column = np.floor((x - box[0]) / surface.cell).astype(int)
    row = np.floor((y - box[1]) / surface.cell).astype(int)
    inside = (column >= 0) & (column < len(surface.x)) & (row >= 0) & (row < len(surface.y))
    at = row.clip(0, len(surface.y) - 1), column.clip(0, len(surface.x) - 1)
    z = values if values is not None else surface.z  # type: ignore[union-attr]
    found = np.where(inside, z[at], np.nan)
    index = np.where(np.isnan(found), 0, np.searchsorted(starts, found, side="right")).astype(np.uint8)
    for number, (chance, colour) in enumerate(zip(outlines, (look.INK, look.CHANGE_EDGE), strict=True), len(colours) + 1):
        if chance is not None:
            rare = inside & (np.nan_to_num(chance[at], nan=1.0) <= LEVEL)
            index[rare & ~scipy.ndimage.binary_erosion(rare, iterations=2)] = number
            colours = (*colours, colour)
    return Overlay(png(index, colours), _degrees(west, south, east, north))


def street_picture(streets: Streets, epsg: int, starts: list[float], colours: tuple[str, ...]) -> Overlay:
    """Return the pieces of street as lines on a PNG that is even in Web Mercator, the highest on top; low ones are left out."""
    net = streets.network
    to_mercator = pyproj.Transformer.from_crs(epsg, 3857, always_xy=True)
    level = np.searchsorted(starts, streets.value, side="right")
    west, south, east, north = to_mercator.transform_bounds(*shapely.total_bounds(net.lines))
    scale = STREET_PIXELS / max(east - west, north - south, 1.0)
    rim = 2 * STREET_WIDTH
    width, height = (max(1, round(side * scale)) + 2 * rim for side in (east - west, north - south))
    image = Image.new("P", (width, height), 0)
    pen = ImageDraw.Draw(image)
    shown = np.flatnonzero(level)
    order = shown[np.argsort(level[shown], kind="stable")]
    x, y = to_mercator.transform(net.ends[order][:, ::2], net.ends[order][:, 1::2])
    place = np.stack(((np.asarray(x) - west) * scale + rim, (north - np.asarray(y)) * scale + rim), axis=2).reshape(len(order), 4)
    for line, number in zip(place.tolist(), level[order].tolist(), strict=True):
        pen.line(line, fill=number, width=STREET_WIDTH)
    pad = rim / scale
    return Overlay(png(np.asarray(image), colours), _degrees(west - pad, south - pad, east + pad, north + pad))


def _degrees(west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
    lon, lat = pyproj.Transformer.from_crs(3857, 4326, always_xy=True).transform([west, east], [south, north])
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def png(index: np.ndarray, colours: tuple[str, ...]) -> bytes:
    """Return a picture of class numbers as PNG: 0 is clear, 1 the first colour."""
    image = Image.fromarray(index)
    palette = [0, 0, 0, *(int(colour[i : i + 2], 16) for colour in colours for i in (1, 3, 5))]
    image.putpalette(palette)
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0, optimize=True)
    return out.getvalue()

"""A density surface as a layer of the map: classed colours on a picture that lies true on a web map."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pyproj
from PIL import Image

from hotspots import look
from hotspots.density import RULES, Surface
from hotspots.view import LegendRow, MapView, Overlay, breaks, class_labels
from hotspots.words import Words, mark

LABEL = mark("Homicides per km² a year, smoothed")
PIXELS = 700  # of the longer side of the picture
LEAST = 0.02  # of the highest value: below this nothing is drawn


def with_surface(shown: MapView, surface: Surface, epsg: int, words: Words) -> MapView:
    """Return the map `shown` with a surface in place of its coloured units: hovering still tells each unit's numbers.

    The note names the kernel, the bandwidth in metres and the number of homicides behind the surface. `epsg` is the projected system
    of the surface.
    """
    peak = float(np.nanmax(surface.z, initial=0.0))
    drawn = surface.z[surface.z > LEAST * peak]
    starts = breaks(drawn, whole=False)
    colours = look.classes(len(starts)) if starts else ()
    labels = class_labels(starts, words, whole=False, top=peak)
    note = words.say(
        "kernel {kernel}, bandwidth {metres} m ({rule}); made from {n} people killed",
        kernel=surface.kernel,
        metres=words.number(surface.bandwidth),
        rule=words.say(RULES[surface.rule]),
        n=words.number(surface.n),
    )
    return replace(
        shown,
        classes=np.full_like(shown.classes, -1),
        states=np.full_like(shown.states, 1),  # zero: outlines only
        colours=colours,
        legend=[LegendRow("class", label, colour, None) for label, colour in zip(labels, colours, strict=True)],
        legend_title=words.say(LABEL),
        legend_note=f"{shown.legend_note} · {note}",
        title=f"{words.say(LABEL)}. {note}",
        overlay=picture(surface, epsg, [LEAST * peak, *starts[1:]], colours) if starts else None,
    )


def picture(surface: Surface, epsg: int, starts: list[float], colours: tuple[str, ...]) -> Overlay:
    """Return the surface as a PNG whose rows and columns are even in Web Mercator, and its bounds (west, south, east, north)."""
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
    values = np.where(inside, surface.z[row.clip(0, len(surface.y) - 1), column.clip(0, len(surface.x) - 1)], np.nan)
    index = np.where(np.isnan(values), 0, np.searchsorted(starts, values, side="right")).astype(np.uint8)
    lon, lat = pyproj.Transformer.from_crs(3857, 4326, always_xy=True).transform([west, east], [south, north])
    return Overlay(png(index, colours), (float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])))


def png(index: np.ndarray, colours: tuple[str, ...]) -> bytes:
    """Return a picture of class numbers as PNG: 0 is clear, 1 the first colour."""
    image = Image.fromarray(index)
    palette = [0, 0, 0, *(int(colour[i : i + 2], 16) for colour in colours for i in (1, 3, 5))]
    image.putpalette(palette)
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0, optimize=True)
    return out.getvalue()

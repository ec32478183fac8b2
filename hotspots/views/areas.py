"""Maps of areas that a page marks itself: treated areas and those compared with them, and the windows open after a killing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import colours
from hotspots.views.map_view import ContextLayer, MapGeometry, MapView, TipLine, assemble
from hotspots.views.outlines import outlines
from hotspots.words import Words

WINDOW_COLOURS = ("#f3b27a", "#c4501f")  # opened earlier, opened in the last third of the days


def marked_areas(
    geometry: MapGeometry, groups: Mapping[str, Sequence[str]], labels: Mapping[str, str], words: Words, *, other: str, title: str
) -> MapView:
    """Return the map of groups of units, each in a colour of its own; the units of none are pale and called `other`.

    `groups` holds the ids of the units of each group, `labels` what each group is called, in the reader's language. At most six groups.

    >>> from hotspots import view
    >>> from hotspots.testing import square_blocks
    >>> from hotspots.words import words_for
    >>> geometry = view.geometry("x", square_blocks())
    >>> marked_areas(geometry, {"a": ["b01"]}, {"a": "Treated"}, words_for("en"), other="Others", title="").classes.tolist()
    [-1, 0, -1, -1]
    """
    place = {unit: k for k, ids in enumerate(groups.values()) for unit in map(str, ids)}
    classes = np.array([place.get(unit, -1) for unit in geometry.ids], dtype=int)
    called = [labels[name] for name in groups]
    return assemble(
        geometry,
        classes=(classes, called, colours.CATEGORIES[: len(called)]),
        states=np.where(classes < 0, "zero", "ok"),
        notes={"zero": other},
        tips=[TipLine("", [called[k] if k >= 0 else other for k in classes])],
        legend_title=words.say("Areas"),
        legend_note="",
        title=title,
    )


def numbered(view: MapView, ids: Sequence[str]) -> MapView:
    """Return the map with an outline and a number around each of the units `ids`, from 1 in their order."""
    if not ids:
        return view
    order = pd.Series(0, index=view.ids)
    for n, one in enumerate(ids, 1):
        order[one] = n
    return replace(view, outlines=outlines(order, view.shapes))


def in_degrees(shape: shapely.Geometry, epsg: int) -> shapely.Geometry:
    """Return a shape in a city's metres as a map has it, in EPSG:4326, without detail that a map of a city cannot show."""
    return gpd.GeoSeries([shape.simplify(min(5.0, shape.area**0.5 / 400))], crs=epsg).to_crs(4326).iloc[0]


def open_windows(
    geometry: MapGeometry, found: pd.DataFrame, names: Sequence[str], words: Words, *, metres: float, days: int, epsg: int
) -> MapView:
    """Return the map of the open windows of `repeats.open_windows`: circles of `metres` around the places, over the units of `geometry`.

    `names` are the places as the reader knows them, `epsg` is what the windows' coordinates are in. The newest lie on top. The units of
    `geometry` are drawn as outlines, to find one's way.
    """
    last_first = found.iloc[::-1]
    circles = shapely.buffer(shapely.points(last_first["x"], last_first["y"]), metres, quad_segs=24)
    shapes = gpd.GeoSeries(circles, index=pd.RangeIndex(len(found)), crs=epsg).to_crs(4326)
    fresh = (last_first["day"] <= days // 3).to_numpy()
    district = ContextLayer("district", geometry.shapes, list(geometry.names) if len(geometry.ids) > 1 else [""])
    labels = (
        words.say("Opened more than {n} days ago", n=words.number(days // 3)),
        words.say("Opened in the last {n} days", n=words.number(days // 3)),
    )
    told = [
        words.say(
            "Day {k} of {days}; open to the end of {day}", k=words.number(k), days=words.number(days), day=words.short_date(day.date())
        )
        for k, day in zip(last_first["day"], last_first["last"], strict=True)
    ]
    key = "/".join([geometry.key, "windows", str(metres), *(f"{row.x:.0f},{row.y:.0f}" for row in last_first.itertuples())])
    circles_of = MapGeometry(
        key, [str(event) for event in last_first["event"]], list(names)[::-1], shapes, [*geometry.context, district], geometry.bounds
    )
    return assemble(
        circles_of,
        classes=(fresh.astype(int), list(labels), WINDOW_COLOURS),
        states=["ok"] * len(found),
        notes={},
        tips=[
            TipLine(words.say("Killed on"), [words.short_date(day.date()) for day in last_first["date"]]),
            TipLine(words.say("People killed"), [words.number(n) for n in last_first["killed"]]),
            TipLine("", told),
        ],
        legend_title=words.say("Open windows"),
        legend_note=words.say("Circles of {metres} m around each place.", metres=words.number(metres)),
        title=words.count("Map of {n} open window", "Map of {n} open windows", len(found)),
    )

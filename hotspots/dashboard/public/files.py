"""Files to take away, made from a release alone: tables, areas, the map as a picture or as one page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import shapely

from hotspots import settings
from hotspots.agency import worn
from hotspots.drawing import exports, maps, prints
from hotspots.drawing.site import Atlas, handout, sentences
from hotspots.release import Reading
from hotspots.release.profiles import Window
from hotspots.views import captions
from hotspots.views.map_view import MapView
from hotspots.words import Words

AREA_COLUMNS = ["area", "name", "start", "end", "count", "reason", "population", "rate", "rate_low", "rate_high", "rate_state"]
AREA_COLUMNS += ["above_chance", "above_chance_with_neighbours"]
CALLED = {"alone": "above_chance", "hot": "above_chance_with_neighbours"}  # of the area's own number; of it and its neighbours together
YEAR_COLUMNS = ["year", "start", "end", "complete", "count", "reason", "rate", "rate_low", "rate_high", "low", "high", "source"]


def name(found: Reading, what: str, suffix: str, window: Window | None = None) -> str:
    """Return a name that says what is in a file."""
    span = f"_{window[0]:%Y-%m-%d}_{window[1] - pd.Timedelta(days=1):%Y-%m-%d}" if window else ""
    return f"{found.slug}_public_{what}{span}{suffix}"


def label(found: Reading, what: str, words: Words) -> str:
    """Return in one line what a table says of itself: that it may be passed on, of which city, `what` it is, its period, rules, source."""
    span = sentences.period((found.city.start, found.city.end), words)
    rules = [sentences.threshold(found, words), sentences.floor(found, words)] if not found.republished else []
    told = [words.say(sentences.PASSED_ON), found.city.name, what, span, *rules, words.say(captions.WHAT_COUNTS)]
    return " · ".join([*told, *sentences.source(found, words)])


def table(data: pd.DataFrame, said: str) -> bytes:
    """Return a table as CSV that a spreadsheet opens and runs nothing of; `said` is what it says of itself."""
    shown = data.copy()
    for column in shown.columns:
        if pd.api.types.is_datetime64_any_dtype(shown[column]):
            shown[column] = shown[column].dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_float_dtype(shown[column]):
            shown[column] = pd.Series([None if pd.isna(one) else f"{one:.10g}" for one in shown[column]], index=shown.index, dtype=object)
    return exports.csv(shown.astype(object), said).encode("utf-8-sig")


def areas(found: Reading, words: Words) -> bytes:
    """Return all areas and windows as CSV; a number that is not shown is empty and has its reason."""
    data = found.by_area.rename(columns=CALLED)
    said = label(found, sentences.areas_called(found, words), words)
    return table(data[[column for column in AREA_COLUMNS if column in data]], said)


def years(found: Reading, words: Words) -> bytes:
    """Return the whole city by year as CSV."""
    data = found.years.reset_index().assign(year=lambda rows: rows["year"].astype(str))
    said = label(found, words.say("People killed each year"), words)
    return table(data[[column for column in YEAR_COLUMNS if column in data]], said)


def attributes(found: Reading, words: Words) -> bytes:
    """Return the tables by attribute as CSV, one below the other."""
    release = found.release
    parts = [release.attribute(one).assign(attribute=one) for one in release.attributes]
    return table(pd.concat(parts, ignore_index=True), label(found, words.say("Who was killed"), words))


def geojson(found: Reading, window: Window, words: Words) -> bytes:
    """Return the areas of a window as GeoJSON, with what every map states."""
    rows = found.areas(window).rename(columns=CALLED)
    shapes = found.city.blocks.geometry.to_crs(4326)
    features = []
    for area, shape in zip(rows.index, shapes, strict=True):
        values = {column: _plain(rows.loc[area, column]) for column in AREA_COLUMNS[1:] if column in rows}
        rounded = shapely.set_precision(shape, 1e-7, mode="pointwise")
        drawn = json.loads(shapely.to_geojson(rounded))
        features.append({"type": "Feature", "id": str(area), "properties": values, "geometry": drawn})
    about = [words.say(sentences.PASSED_ON), found.city.name, *sentences.statement(found, window, words), *sentences.source(found, words)]
    return json.dumps({"type": "FeatureCollection", "features": features, "about": about}, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else float(value)


def picture(found: Reading, view: MapView, window: Window, words: Words) -> bytes:
    """Return the map as PNG."""
    told = sentences.caption(found, view, window, words)
    return prints.map_png(view, words=words, head=told.head, note=told.note)


def page(found: Reading, view: MapView, window: Window, words: Words) -> bytes:
    """Return the map as one page of HTML."""
    told = sentences.caption(found, view, window, words)
    return maps.page(view, words=words, head=told.head, note=told.note).encode()


def sheet(found: Reading, area: str, words: Words, *, address: str = "") -> bytes:
    """Return the page of one area as PDF; `address` is where the public edition is reached."""
    chosen = urlencode({"lang": words.language, "city": found.slug, "area": area})
    link = f"{address.rstrip('/')}/?{chosen}" if address else ""
    how = {"contact": settings.value("HOTSPOTS_CONTACT"), "link": link}
    return handout.pdf(Atlas(found, words), [area], agency=worn(), **how)


def series(found: Reading, words: Words, title: str) -> bytes:
    """Return the years as PNG."""
    shown = replace(sentences.years(found, words), dated=())
    note = [words.say(sentences.PASSED_ON), *sentences.parts_told(found, words), *sentences.source(found, words)]
    return prints.series_png(shown, words=words, head=title, note=" · ".join(note))

"""Files of exactly what is shown: CSV, GeoJSON, GeoParquet, and the map as a picture or as one page."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from hotspots import words
from hotspots.cities import City
from hotspots.statistics.measure import Measure, table
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.views import captions, map_view
from hotspots.views.answer import Answer
from hotspots.words import Words
from hotspots.words.escape import safe_cell

PICTURES: tuple[str, ...] = (".png", ".html")
ABOUT = "about"  # what a table says of itself
SUFFIXES: tuple[str, ...] = (".csv", ".geojson", ".parquet", *PICTURES)


@dataclass(frozen=True, eq=False)
class Subject:
    """What a download is of: the city, the unit, the language, and the map on screen where there is one already."""

    city: City
    unit: str
    words: Words
    view: map_view.MapView | None = None


def download_table(study: Study, measures: Sequence[Measure]) -> pd.DataFrame:
    """Return the table of a download: `id`, `name`, `count`, `population`, then KEY, KEY_low, KEY_high of each measure, and `state`.

    `state` is that of the first measure; each further one adds KEY_state. A measure that rests on choices of the reader adds KEY_how,
    which names them. Where residents are known in part, `left_out` is how many of `count` no rate holds. Raises a
    `DataError` with the reason where the study cannot give a measure.

    >>> from hotspots.statistics.catalog import measure
    >>> from hotspots.testing import square_city
    >>> download_table(Study.of(*square_city([(5, 5)])), [measure("count")]).columns.tolist()
    ['id', 'name', 'count', 'population', 'count_low', 'count_high', 'state']
    """
    faults = [
        words.told("{measure}: not available: {reason}", measure=measure.key, reason=words.Told(reason, {}))
        for measure in measures
        for reason in measure.missing(study)
    ]
    if faults:
        raise DataError(faults)
    first, *rest = [table(study, measure) for measure in measures]
    parts = [first.drop(columns="state")]
    parts += [
        part.drop(columns=["name", "count", "population", "state"], errors="ignore").assign(**{f"{measure.key}_state": part["state"]})
        for part, measure in zip(rest, measures[1:], strict=True)
    ]
    joined = pd.concat(parts, axis=1)
    joined = joined.loc[:, ~joined.columns.duplicated()].assign(state=first["state"])
    if any("population" in measure.needs for measure in measures) and (study.exposed < study.counts).any():
        joined["left_out"] = study.counts - study.exposed
    how = {f"{measure.key}_how": measure.how(measure.of(study)) for measure in measures if measure.how}
    return joined.assign(**how).reset_index(names="id")


Told, frame = Subject, download_table  # by these names other programs know them


def write(study: Study, measures: Sequence[Measure], path: Path, *, told: Subject | None = None) -> int:
    """Write the download to `path` by its ending and return how many units it holds.

    The file appears whole or not at all, and holds the bytes that `download` gives.
    """
    _check_suffix(path.suffix)
    put(path, lambda: download(study, measures, path.suffix, told=told))
    return len(study.blocks)


def put(path: Path, made: Callable[[], bytes]) -> None:
    """Write to `path` what `made` gives, whole or not at all; a `DataError` where the folder does not exist, before anything is made."""
    if not path.parent.is_dir():
        raise DataError(words.told("export: the folder {folder} does not exist", folder=path.parent))
    content = made()
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def download(study: Study, measures: Sequence[Measure], suffix: str, *, told: Subject | None = None) -> bytes:
    """Return the bytes of a download: `.csv`, `.geojson`, `.parquet`, or the map as `.png` or as one page, `.html`.

    `told` says what the file is of; a picture cannot do without it, the others carry it as "about". In CSV, text that a
    spreadsheet would run as a formula is made inert. Raises a `DataError` with the reason where the study cannot give a measure.
    """
    _check_suffix(suffix)
    data = download_table(study, measures)
    if suffix == ".csv":
        return _labelled(data, study, measures, told).encode("utf-8-sig")
    if suffix in PICTURES:
        return _picture(study, measures, suffix, told)
    shapes = gpd.GeoDataFrame(data, geometry=study.blocks.geometry.to_numpy(), crs=study.blocks.crs)
    about = captions.facts(told.city, study, told.unit) if told else {}
    return _parquet(shapes, about) if suffix == ".parquet" else _geojson(shapes, about)


def file_name(city: City, study: Study, measures: Sequence[Measure], suffix: str, *, unit: str) -> str:
    """Return a name for a download that says what is in it: city, version, unit, measures, period (both days included), filters, number.

    A place stands after the city, and at the end that it is not for publication, for small numbers stand in it as they are, unless all
    of them were public before. Such as
    `puerto-albatros_v1_blocks_count_2023-01-01_2023-12-31_weapon-firearm_n193_not-for-publication.csv`.
    """
    last = (study.end - pd.Timedelta(days=1)).date()
    where = [f"{name}-{'+'.join(values)}" for name, values in study.where]
    keys = "+".join(measure.key for measure in measures)
    number = "unknown" if study.victims != study.victims else int(study.victims)
    place = [] if study.place is None else [re.sub(r"[^A-Za-z0-9.]+", "-", plain(study.place.text))[:60].strip("-")]
    parts = [city.slug, f"v{city.version}", *place, unit, keys, study.start.date().isoformat(), last.isoformat(), *where, f"n{number}"]
    stem = re.sub(r"[^A-Za-z0-9_+.-]+", "-", "_".join(part for part in parts if part))[:160]
    return f"{stem}{suffix}" if captions.may_be_published(city) else f"{stem}_not-for-publication{suffix}"


def plain(text: str) -> str:
    """Return a text in letters without accents, as names of files have it.

    >>> plain("El Malecón")
    'El Malecon'
    """
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _check_suffix(suffix: str) -> None:
    if suffix not in SUFFIXES:
        ending = suffix or words.told("a file without an ending")
        raise DataError(words.told("export: cannot write {ending}; use one of {listed}", ending=ending, listed=", ".join(SUFFIXES)))


def _picture(study: Study, measures: Sequence[Measure], suffix: str, told: Subject | None) -> bytes:
    from hotspots.drawing import maps, prints  # their libraries take a second to load, and only pictures need them

    if told is None or len(measures) != 1:
        raise DataError(words.told("export: a map shows one measure of a city; name one for {ending}", ending=suffix))
    if not len(told.city.blocks):
        raise DataError(words.told("export: there is no map for these data, which are totals of the whole place; write a .csv"))
    if not study.has_outlines:
        raise DataError(words.told("export: no outline of these areas is loaded, so there is no map; use .csv, .geojson or .parquet"))
    shown = told.view or _view(study, measures[0], told)
    caption = captions.of_map(told.city, study.for_map(), shown.title, told.words)
    if suffix == ".png":
        return prints.map_png(shown, words=told.words, head=caption.head, note=caption.note)
    return maps.page(shown, words=told.words, head=caption.head, note=caption.note).encode("utf-8")


def _labelled(data: pd.DataFrame, study: Study, measures: Sequence[Measure], told: Subject | None) -> str:
    if told is None:
        return csv(data)
    places = map_view.unit_name(told.unit, told.words, told.city.called)
    what = f"{places}: {told.words.join([told.words.say(one.label) for one in measures])}"
    return restricted_csv(data, told.city, study, told.words, what=what)


def _view(study: Study, measure: Measure, told: Subject) -> map_view.MapView:
    layers = map_view.background(told.city, told.unit)
    shapes = map_view.geometry(f"{told.city.slug}/{told.city.version}/{told.unit}", study.everywhere.blocks, layers)
    shown = map_view.map_view(study.everywhere, measure, shapes, told.words, unit=told.unit, called=told.city.called)
    return map_view.around(shown, study, told.unit)


def _geojson(shapes: gpd.GeoDataFrame, about: Mapping[str, Any]) -> bytes:
    text = str(shapes.to_crs(4326).to_json(drop_id=True))
    return (text[:-1] + f', "about": {json.dumps(about, ensure_ascii=False)}}}' if about else text).encode("utf-8")


def _parquet(shapes: gpd.GeoDataFrame, about: Mapping[str, Any]) -> bytes:
    plain, out = io.BytesIO(), io.BytesIO()
    shapes.to_parquet(plain)
    plain.seek(0)
    stored = pq.read_table(plain)
    pq.write_table(stored.replace_schema_metadata({**stored.schema.metadata, b"about": json.dumps(about).encode()}), out)
    return out.getvalue()


def csv(data: pd.DataFrame, label: str = "", *, again: str = "") -> str:
    """Return a table as CSV text in which no cell runs as a formula.

    Its last column, `about`, holds the `label` in the first row, and `again` in all others, so that a part of it is marked too. A table
    without rows gets one for it.

    >>> csv(pd.DataFrame({"name": ["=1+1", "b"], "count": [-2, 3]}), "Deaths of X", again="Restricted")
    "name,count,about\\n'=1+1,-2,Deaths of X\\nb,3,Restricted\\n"
    """
    text = data.select_dtypes(exclude="number").columns
    inert = data.assign(**{name: data[name].map(safe_cell, na_action="ignore") for name in text})
    inert = inert.rename(columns=lambda name: safe_cell(name))
    if label:
        inert = inert if len(inert) else inert.reindex([0])
        inert = inert.assign(**{ABOUT: [safe_cell(label), *[safe_cell(again)] * (len(inert) - 1)]})
    return str(inert.to_csv(index=False, lineterminator="\n"))


def restricted_csv(data: pd.DataFrame, city: City, study: Study, words: Words, *, what: str, answer: Answer[Any] | None = None) -> str:
    """Return a table about a city as labelled CSV: see `csv` and `captions.of_table`, which says what `what` and `answer` are."""
    return csv(data, captions.of_table(city, study, what, words, answer=answer), again=captions.marked(city, words))

"""Files without a city.toml: columns worked out from their names and content, doubts asked, and the city.toml that says so."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.readers.columns.area_ids import matched
from hotspots.readers.columns.dates import read_dates
from hotspots.readers.columns.places import DEGREES
from hotspots.readers.columns.plausible_places import likely_system
from hotspots.readers.columns.residents import Numbers, are_residents, is_open, read_residents
from hotspots.readers.columns.synonyms import BLOCK_COLUMNS, INCIDENT_COLUMNS, WORDS
from hotspots.readers.columns.values import fold, is_missing
from hotspots.readers.doubts import Ask, settled
from hotspots.readers.faults import (
    AreaColumnError,
    DateColumnError,
    DoubtError,
    LatitudeError,
    NumbersError,
    PlaceColumnError,
    ResidentsColumnError,
    UnknownSystemError,
    there_are,
)
from hotspots.readers.files.any_file import read_file, read_layer
from hotspots.readers.files.text_tables import Table
from hotspots.store.schema import DataError
from hotspots.words import told

_SEEN = 2_000


def work_out(incidents: Sequence[Path], *, name: str, ask: Ask, blocks: Path | None = None, population: Path | None = None) -> str:
    """Return the text of the city.toml that reads these files; what is in doubt is put to `ask`.

    Raises `DataError` where a column that is needed cannot be found, and names the columns that there are.
    """
    table = read_file(incidents[0])
    columns = _columns(table, INCIDENT_COLUMNS)
    outlines = None if blocks is None else read_layer(blocks, layer="blocks")
    sections = {"incidents": _incidents(table, columns, incidents, ask, outlines)}
    values = _values(table, columns)
    if blocks is not None and outlines is not None:
        sections["blocks"] = _blocks(outlines, blocks, population, ask)
    elif population is not None:
        raise DataError(told("population: without blocks nobody can say whose population it is; give --blocks as well"))
    spanish = sum(bool(re.search(r"fecha|hora|edad|sexo|arma|victima|coord", fold(column))) for column in columns.values())
    lines = [f"name = {_quoted(name)}", f'language = "{"es" if spanish * 2 > len(columns) else "en"}"', ""]
    for title, entries in sections.items():
        lines += [f"[{title}]", *(f"{key} = {value}" for key, value in entries.items()), ""]
    for field, words in values.items():
        lines += [f"[incidents.values.{field}]", *(f"{_quoted(word)} = {_quoted(ours)}" for word, ours in words.items()), ""]
    return "\n".join(lines)


def _columns(table: Table, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return key to column: the column whose name is earliest in the list of names for that key; no column serves two keys."""
    plain = {_plain(column): column for column in reversed(table.columns.columns)}
    found: dict[str, str] = {}
    for key, names in known.items():
        for name in names:
            if name in plain and plain[name] not in found.values():
                found[key] = plain[name]
                break
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", fold(name)).strip()


def _incidents(table: Table, columns: dict[str, str], files: Sequence[Path], ask: Ask, outlines: Table | None) -> dict[str, str]:
    if "date" not in columns:
        raise DateColumnError(table.source, tuple(table.columns.columns))
    _drop_doubtful(table, columns)
    entries = {"file": json.dumps([str(file) for file in files], ensure_ascii=False) if len(files) > 1 else _quoted(str(files[0]))}
    entries |= _place(table, columns, ask, outlines)
    entries |= {"date": _quoted(columns["date"]), **_date_form(table, columns["date"], ask)}
    entries |= {key: _quoted(column) for key, column in columns.items() if key not in ("date", "x", "y", "geometry")}
    return entries


def _drop_doubtful(table: Table, columns: dict[str, str]) -> None:
    """Forget columns whose content is not what their name says."""
    for key in ("sex", "weapon"):
        if key in columns and not _mapped(table.columns[columns[key]], key):
            del columns[key]
    for key, least in (("age", 0.5), ("victims", 0.95)):
        if key in columns and _numeric(table.columns[columns[key]]) < least:
            del columns[key]
    if "event_id" in columns and not _one_day_each(table.columns[columns["event_id"]], table.columns[columns["date"]]):
        del columns["event_id"]


def _numeric(text: pd.Series) -> float:
    return float(pd.to_numeric(text.str.strip().str.replace(",", "."), errors="coerce").notna().mean())


def _one_day_each(ids: pd.Series, days: pd.Series) -> bool:
    """Return whether rows that share an id share the day as well: else the id is no event."""
    table = pd.DataFrame({"id": ids, "day": days.str.slice(0, 10)})[~is_missing(ids)]
    days_each = table.drop_duplicates().groupby("id").size()
    return bool(len(days_each)) and float((days_each == 1).mean()) > 0.99


def _place(table: Table, columns: dict[str, str], ask: Ask, outlines: Table | None) -> dict[str, str]:
    if table.shapes is not None and not {"x", "y"} <= columns.keys():
        return {}
    if {"x", "y"} <= columns.keys():
        x, y = (_numbers(table.columns[columns[key]]) for key in ("x", "y"))
        entries = {"x": _quoted(columns["x"]), "y": _quoted(columns["y"])}
    elif "geometry" in columns:
        pairs = table.columns[columns["geometry"]].str.extract(r"(?i)POINT[^(]*\(\s*([-+.0-9eE]+)\s+([-+.0-9eE]+)")
        x, y = (_numbers(pairs[part].fillna("")) for part in (0, 1))
        entries = {"geometry": _quoted(columns["geometry"])}
    else:
        raise PlaceColumnError(table.source, tuple(table.columns.columns))
    if not len(x) or not len(y):
        raise DataError(
            told(
                "{file}: {listed} hold no coordinates; {there_are}",
                file=table.source,
                listed=", ".join(entries.values()),
                there_are=there_are(tuple(table.columns.columns)),
            )
        )
    if float(np.mean(np.abs(x) <= 180)) <= 0.5 or float(np.mean(np.abs(y) <= 180)) <= 0.5:
        return entries | _system(table, x, y, ask, outlines)
    if "x" in entries and float(np.mean(np.abs(y) > 90)) > 0.5:
        return entries | _asked(LatitudeError(columns["x"], columns["y"], float(y[0])), ask)
    return entries


def _system(table: Table, x: np.ndarray, y: np.ndarray, ask: Ask, outlines: Table | None) -> dict[str, str]:
    """Return the coordinate system of numbers that are not degrees: the one that puts them where the blocks are is safe."""
    likely = None if outlines is None or len(x) != len(y) else _likely(x, y, outlines)
    pairs = min(len(x), len(y))
    return _asked(UnknownSystemError(table.source, x[:pairs], y[:pairs], of=pairs, likely=likely), ask)


def _likely(x: np.ndarray, y: np.ndarray, outlines: Table) -> int | None:
    shapes = gpd.GeoSeries(outlines.shapes, crs=outlines.epsg or DEGREES)
    crs = shapes.estimate_utm_crs()
    west, south, east, north = (float(side) for side in shapes.to_crs(crs).total_bounds)
    return likely_system(x, y, bounds=(west, south, east, north), city_crs=crs)


def _numbers(text: pd.Series) -> np.ndarray:
    number = pd.to_numeric(text.str.strip().str.replace(",", "."), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(number[np.isfinite(number) & (np.abs(number) > 1e-6)])


def _date_form(table: Table, column: str, ask: Ask) -> dict[str, str]:
    """Return the form of the dates where they do not say it themselves: day or month first is asked, never guessed."""
    try:
        read_dates(table.columns[column], column=column, day_zero=table.day_zero)
    except DoubtError as doubt:
        return _asked(doubt, ask)
    return {}


def _values(table: Table, columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found = {key: _mapped(table.columns[columns[key]], key) for key in ("sex", "weapon") if key in columns}
    return {key: words for key, words in found.items() if words}


def _mapped(text: pd.Series, key: str) -> dict[str, str]:
    """Return the file's words with ours, where we know at least half of what the column says; empty where we do not."""
    counts = text[~is_missing(text)].str.strip().value_counts()
    known = dict(WORDS[key])
    if key == "sex" and {"h", "m"} <= {fold(word) for word in counts.index[:_SEEN]}:
        known |= {"h": "male", "m": "female"}  # hombre, mujer
    words = {word: known[fold(word)] for word in counts.index[:_SEEN] if fold(word) in known}
    return words if counts.reindex(words).sum() * 2 >= max(counts.sum(), 1) else {}


def _blocks(table: Table, path: Path, population: Path | None, ask: Ask) -> dict[str, str]:
    columns = _columns(table, BLOCK_COLUMNS)
    single = [column for column in table.columns.columns if _is_id(table.columns[column])]
    if columns.get("id") not in single:
        fault = AreaColumnError(table.source, tuple(table.columns.columns), tuple(single))
        if not single:
            raise fault
        columns |= {key: str(column) for key, column in settled(fault, ask).items()}
    if "population" in columns and not are_residents(table.columns[columns["population"]]):
        del columns["population"]
    entries = {"file": _quoted(str(path)), **{key: _quoted(column) for key, column in columns.items()}}
    ids = table.columns[columns["id"]]
    if population is not None:
        return entries | _population(population, ids, ask)
    return entries | (_written(table, columns["population"], ids, ask) if "population" in columns else {})


def _written(table: Table, column: str, ids: pd.Series, ask: Ask) -> dict[str, str]:
    """Return how the residents are written, where a person has to say it."""
    text, how, entries = table.columns[column], Numbers(), dict[str, str]()
    if is_open(text):
        entries |= _asked(
            NumbersError(table.source, column, "dot", tuple(text[text.str.contains(".", regex=False)].iloc[:3]), len(text)), ask
        )
        how = replace(how, dot=json.loads(entries["population_dot"]))
    for _ in ("times", "far"):
        try:
            read_residents(text, ids, source=table.source, column=column, numbers=how)
        except NumbersError as fault:
            found = settled(fault, ask)
            how = replace(
                how,
                times=int(str(found["population_times"])) if "population_times" in found else how.times,
                unknown=fault.samples if "population_unknown" in found else how.unknown,
                checked=how.checked or "population_checked" in found,
            )
            entries |= {key: _toml(value) for key, value in found.items()}
    return entries


def _is_id(text: pd.Series) -> bool:
    return bool(text.is_unique and (text.str.strip() != "").all())


def _population(path: Path, ids: pd.Series, ask: Ask) -> dict[str, str]:
    table = read_file(path)
    known = set(ids.str.strip())
    shares = {column: _share_of_ids(table.columns[column], known) for column in table.columns.columns}
    key = max(shares, key=lambda column: shares[column])
    if not shares[key]:
        raise DataError(
            told(
                "{file}: no column holds the ids of the blocks (such as {known}); {there_are}",
                file=table.source,
                known=repr(ids.iloc[0]),
                there_are=there_are(tuple(table.columns.columns)),
            )
        )
    found = _columns(table, {"population": BLOCK_COLUMNS["population"]})
    entries = {"population_file": _quoted(str(path)), "population_id": _quoted(key)}
    if found:
        return {**entries, "population": _quoted(found["population"]), **_written(table, found["population"], table.columns[key], ask)}
    numbers = [name for name in table.columns.columns if name != key and are_residents(table.columns[name], least=0.9)]
    fault = ResidentsColumnError(table.source, tuple(table.columns.columns), tuple(numbers))
    if not numbers:
        raise fault
    pointed = settled(fault, ask)
    column = str(pointed["population"])
    return {**entries, "population": _quoted(column), **_written(table, column, table.columns[key], ask)}


def _share_of_ids(text: pd.Series, known: set[str]) -> float:
    """Return how many of the texts are ids of blocks, as they stand or in their canonical form."""
    found = matched(text.str.strip().unique(), known)
    return float(text.str.strip().isin(found.known).mean())


def _asked(fault: DoubtError, ask: Ask) -> dict[str, str]:
    """Return what a person's answer writes in city.toml."""
    return {key: _toml(value) for key, value in settled(fault, ask).items()}


def _toml(value: str | int | list[str]) -> str:
    """Return a value as city.toml writes it."""
    return _quoted(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")

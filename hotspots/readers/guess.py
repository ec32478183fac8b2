"""Files without a city.toml: columns worked out from their names and content, doubts asked, and the city.toml that says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.readers.columns.dates import read_dates
from hotspots.readers.columns.places import DEGREES
from hotspots.readers.columns.plausible_places import likely_system
from hotspots.readers.columns.synonyms import BLOCK_COLUMNS, INCIDENT_COLUMNS, WORDS
from hotspots.readers.columns.values import fold, is_missing
from hotspots.readers.files.any_file import read_file, read_layer
from hotspots.readers.files.text_tables import Table
from hotspots.store.schema import DataError
from hotspots.words import Told, told

_FORMS = re.compile(r'date_format = "([^"]+)" if the day comes first, date_format = "([^"]+)" if the month comes first')
_SEEN = 2_000


@dataclass(frozen=True)
class Question:
    """What only a person can say: the text, the answers with what each means, and the one that can do no harm (empty: none is safe).

    Without `answers` any text may be given.
    """

    text: str
    answers: Mapping[str, str]
    safe: str = ""


Ask = Callable[[Question], str]


def work_out(incidents: Sequence[Path], *, name: str, ask: Ask, blocks: Path | None = None, population: Path | None = None) -> str:
    """Return the text of the city.toml that reads these files; what is in doubt is put to `ask`.

    Raises `DataError` where a column that is needed cannot be found, and names the columns that there are.
    """
    table = read_file(incidents[0])
    columns = _columns(table, INCIDENT_COLUMNS)
    ground = None if blocks is None else read_layer(blocks, layer="blocks")
    sections = {"incidents": _incidents(table, columns, incidents, ask, ground)}
    values = _values(table, columns)
    if blocks is not None and ground is not None:
        sections["blocks"] = _blocks(ground, blocks, population, ask)
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


def _incidents(table: Table, columns: dict[str, str], files: Sequence[Path], ask: Ask, ground: Table | None) -> dict[str, str]:
    if "date" not in columns:
        raise DataError(
            told("{file}: no column looks like the date of the killing; {there_are}", file=table.source, there_are=_there_are(table))
        )
    _drop_doubtful(table, columns)
    entries = {"file": json.dumps([str(file) for file in files], ensure_ascii=False) if len(files) > 1 else _quoted(str(files[0]))}
    entries |= _place(table, columns, ask, ground)
    entries |= {"date": _quoted(columns["date"]), **_date_form(table, columns, ask)}
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


def _place(table: Table, columns: dict[str, str], ask: Ask, ground: Table | None) -> dict[str, str]:
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
        raise DataError(
            told("{file}: no columns look like the coordinates of the killing; {there_are}", file=table.source, there_are=_there_are(table))
        )
    if not len(x) or not len(y):
        raise DataError(
            told(
                "{file}: {listed} hold no coordinates; {there_are}",
                file=table.source,
                listed=", ".join(entries.values()),
                there_are=_there_are(table),
            )
        )
    if float(np.mean(np.abs(x) <= 180)) <= 0.5 or float(np.mean(np.abs(y) <= 180)) <= 0.5:
        return entries | _system(table, x, y, ask, ground)
    if "x" in entries and float(np.mean(np.abs(y) > 90)) > 0.5:
        text = f"{columns['y']!r} cannot be a latitude (first: {y[0]:.6g}); are the two columns swapped?"
        if ask(Question(text, {"yes": "read them the other way round", "no": "leave them"}, safe="yes")) == "yes":
            return {"x": entries["y"], "y": entries["x"]}
    return entries


def _system(table: Table, x: np.ndarray, y: np.ndarray, ask: Ask, ground: Table | None) -> dict[str, str]:
    """Return the coordinate system of numbers that are not degrees: the one that puts them where the blocks are is safe."""
    likely = "" if ground is None or len(x) != len(y) else _likely(x, y, ground)
    first = f"{x[0]:.10g}, {y[0]:.10g}"
    text = f"{table.source}: the coordinates are not degrees (first: {first}); which EPSG number does the source give for them?"
    answer = ask(Question(text, {likely: "they lie where the blocks are"} if likely else {}, safe=likely))
    if not answer.isdecimal():
        raise DataError(told("epsg: {answer} is not a number; ask the source for the EPSG number of its coordinates", answer=repr(answer)))
    return {"epsg": answer}


def _likely(x: np.ndarray, y: np.ndarray, ground: Table) -> str:
    shapes = gpd.GeoSeries(ground.shapes, crs=ground.epsg or DEGREES)
    crs = shapes.estimate_utm_crs()
    west, south, east, north = (float(side) for side in shapes.to_crs(crs).total_bounds)
    likely = likely_system(x, y, bounds=(west, south, east, north), city_crs=crs) or ""
    found = re.search(r"epsg = (\d+)", likely)
    return found[1] if found else ""


def _numbers(text: pd.Series) -> np.ndarray:
    number = pd.to_numeric(text.str.strip().str.replace(",", "."), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(number[np.isfinite(number) & (np.abs(number) > 1e-6)])


def _date_form(table: Table, columns: dict[str, str], ask: Ask) -> dict[str, str]:
    """Return the form of the dates where they do not say it themselves: day or month first is asked, never guessed."""
    try:
        read_dates(table.columns[columns["date"]], column=columns["date"], day_zero=table.day_zero)
    except DataError as error:
        forms = _FORMS.search(error.faults[0])
        if forms is None:
            raise
        doubt = error.faults[0].removeprefix("incidents: ").partition("; write in city.toml")[0]
        day, month = forms.groups()
        answers = {"day": f"the day comes first ({day})", "month": f"the month comes first ({month})"}
        unread = {"day": _unread(table, columns["date"], day), "month": _unread(table, columns["date"], month)}
        first, other = sorted(unread, key=lambda key: unread[key])
        safe = first if unread[first] <= 0.001 and unread[other] > 0.1 else ""
        return {"date_format": _quoted(day if ask(Question(doubt, answers, safe=safe)) == "day" else month)}
    return {}


def _unread(table: Table, column: str, form: str) -> float:
    """Return the share of dates that cannot be read in this form."""
    text = table.columns[column].str.strip()
    known = text[~is_missing(text)]
    return float(pd.to_datetime(known, format=form, errors="coerce").isna().mean())


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
        if not single:
            raise DataError(
                told("{file}: no column gives each block an id of its own; {there_are}", file=table.source, there_are=_there_are(table))
            )
        columns["id"] = _which("Which column is the id of a block?", single, ask)
    if "population" in columns and _numeric(table.columns[columns["population"]]) < 0.5:
        del columns["population"]
    entries = {"file": _quoted(str(path)), **{key: _quoted(column) for key, column in columns.items()}}
    return entries if population is None else entries | _population(population, table.columns[columns["id"]], ask)


def _is_id(text: pd.Series) -> bool:
    return bool(text.is_unique and (text.str.strip() != "").all())


def _population(path: Path, ids: pd.Series, ask: Ask) -> dict[str, str]:
    table = read_file(path)
    known = set(ids.str.strip())
    shares = {column: float(table.columns[column].str.strip().isin(known).mean()) for column in table.columns.columns}
    key = max(shares, key=lambda column: shares[column])
    if not shares[key]:
        raise DataError(
            told(
                "{file}: no column holds the ids of the blocks (such as {known}); {there_are}",
                file=table.source,
                known=repr(ids.iloc[0]),
                there_are=_there_are(table),
            )
        )
    column = _columns(table, {"population": BLOCK_COLUMNS["population"]}).get("population")
    if column is None:
        numbers = [name for name in table.columns.columns if name != key and _numeric(table.columns[name]) > 0.9]
        if not numbers:
            raise DataError(
                told("{file}: no column looks like the number of residents; {there_are}", file=table.source, there_are=_there_are(table))
            )
        column = _which("Which column is the number of residents?", numbers, ask, safe=len(numbers) == 1)
    return {"population_file": _quoted(str(path)), "population_id": _quoted(key), "population": _quoted(column)}


def _which(text: str, columns: Collection[str], ask: Ask, *, safe: bool = True) -> str:
    listed = list(columns)[:20]
    answers = {str(i): column for i, column in enumerate(listed, start=1)}
    return answers[ask(Question(text, answers, safe="1" if safe else ""))]


def _there_are(table: Table) -> Told:
    shown = ", ".join(map(repr, list(table.columns.columns)[:30]))
    return told("the file has: {shown}; write a city.toml that names the columns (docs/city-file.md)", shown=shown)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")

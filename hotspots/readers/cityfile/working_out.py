"""Files without a city.toml: columns worked out from their names and content, doubts asked, and the city.toml that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.readers.asking import Ask, Entries
from hotspots.readers.cityfile.counting import counted
from hotspots.readers.cityfile.pointing import killed
from hotspots.readers.cityfile.when_and_where import coordinates, date_columns, date_form, place_keys, share_of_ids
from hotspots.readers.columns.clock_ranges import says_clocks
from hotspots.readers.columns.code_books import written_out
from hotspots.readers.columns.coded_people import coded_ages, coded_sex
from hotspots.readers.columns.killings import rows_where
from hotspots.readers.columns.merged_cells import filled_down, is_time, merged_columns
from hotspots.readers.columns.offences import by_plain_name, plain
from hotspots.readers.columns.places import DEGREES
from hotspots.readers.columns.plausible_places import likely_system
from hotspots.readers.columns.residents import are_residents, is_open
from hotspots.readers.columns.second_looks import lone_event
from hotspots.readers.columns.several_people import ages_each, sexes_each
from hotspots.readers.columns.synonyms import BLOCK_COLUMNS, INCIDENT_COLUMNS
from hotspots.readers.columns.total_rows import says_total
from hotspots.readers.columns.values import built_in, fold, is_missing, read_ages
from hotspots.readers.doubts import settled
from hotspots.readers.faults import AreaColumnError, LatitudeError, NumbersError, ResidentsColumnError, there_are
from hotspots.readers.files.any_file import read_asked, read_file
from hotspots.readers.files.text_tables import Table
from hotspots.readers.place_faults import UnknownSystemError
from hotspots.readers.table_faults import MergedAreasError, MergedTimesError
from hotspots.store.schema import DataError
from hotspots.words import told

_SEEN = 2_000
_GROUPS = re.compile(r"\b(?:grupos?|groups?|rangos?|faixa|tramos?|quinquen\w*|etari[oa]s?)\b")  # in the name of a column of ages
_POLYGONS = (3, 6)  # as shapely numbers them
_NOBODYS = told("population: without blocks nobody can say whose population it is; give --blocks as well")


def work_out(
    incidents: Sequence[Path],
    *,
    name: str,
    ask: Ask,
    blocks: Path | None = None,
    population: Path | None = None,
    read: Callable[..., Table] = read_file,
) -> dict[str, Any]:
    """Return what the city.toml that reads these files says, as plain values; what is in doubt is put to `ask`, and `read` reads a file.

    Raises `DataError` where a column that is needed cannot be found, and names the columns that there are.
    """
    first, layout = read_asked(incidents[0], ask, read=read)
    tables = [first, *(read(path, sheet=layout.get("sheet", ""), header_row=layout.get("header_row")) for path in incidents[1:])]
    tables, layout = _written_out([_first_alone(table) for table in tables], layout)
    first = tables[0]
    down = _merged(first, ask)
    if down:
        layout = {**layout, "fill_down": down}
        tables = [filled_down(table, down) for table in tables]
        first = tables[0]
    outlines, drawn = (None, Entries()) if blocks is None else read_asked(blocks, ask, layer="blocks")
    counts = _totals(tables, incidents, ask=ask, layout=layout, outlines=outlines)
    if counts is not None:
        areas, path = (outlines, blocks) if blocks is not None else (first, incidents[0]) if _drawn(first) else (None, None)
        found: dict[str, Any] = {"area_counts": counts}
        if areas is not None and path is not None:
            found["blocks"] = _blocks(areas, path, population, ask) | _only_sheet(drawn if blocks else layout)
        elif population is not None:
            raise DataError(_NOBODYS)
        return _of_totals(tables, name=name, sections=found)
    columns = _columns(first, INCIDENT_COLUMNS)
    columns.pop("victims", None)  # which column counts the people killed is not told by its name alone
    rows = pd.concat([_sound(one) for one in tables], ignore_index=True).fillna("")
    people = killed(rows, used=set(columns.values()), file=first.source, ask=ask)
    table = _homicides(first, people.get("where", {}))
    sections: dict[str, Any] = {"incidents": _incidents(table, columns, incidents, ask, outlines) | layout | people}
    values = _values(table, columns) | sections["incidents"].get("values", {})
    if values:
        sections["incidents"]["values"] = values
    if blocks is not None and outlines is not None:
        sections["blocks"] = _blocks(outlines, blocks, population, ask) | _only_sheet(drawn)
    elif population is not None:
        raise DataError(_NOBODYS)
    spanish = sum(bool(re.search(r"fecha|hora|edad|sexo|arma|victima|coord", fold(column))) for column in columns.values())
    return {"name": name, "language": "es" if spanish * 2 > len(columns) else "en", **sections}


def _first_alone(table: Table) -> Table:
    """Return the table without the rows of another one below it: what they hold says nothing of its columns."""
    keep = table.spoiled != "other_table"
    if keep.all():
        return table
    shapes = None if table.shapes is None else table.shapes[keep]
    columns = table.columns[keep].reset_index(drop=True)
    return replace(table, columns=columns, rows=table.rows[keep], spoiled=table.spoiled[keep], shapes=shapes)


def _written_out(tables: Sequence[Table], layout: Entries) -> tuple[list[Table], Entries]:
    """Return the tables with their codes written out where another sheet says what they mean, and that city.toml says so."""
    written = [written_out(table) for table in tables]
    book = any(table is not before for table, before in zip(written, tables, strict=True))
    return written, {**layout, "code_book": True} if book else layout


def _totals(tables: Sequence[Table], files: Sequence[Path], *, ask: Ask, layout: Entries, outlines: Table | None) -> dict[str, Any] | None:
    """Return what [area_counts] says where the rows of every file are totals of areas and periods; None where they are not."""
    found = [counted(table, ask, outlines=table if outlines is None and _drawn(table) else outlines) for table in tables]
    if not all(found):
        return None
    parts = [{"file": str(file), **layout, **one} for file, one in zip(files, found, strict=True) if one]
    return parts[0] if len(parts) == 1 else dict(zip(_stems(files), parts, strict=True))


def _drawn(table: Table) -> bool:
    """Return whether the rows are drawn as areas."""
    return table.shapes is not None and bool(np.isin(shapely.get_type_id(table.shapes), _POLYGONS).all())


def _of_totals(tables: Sequence[Table], *, name: str, sections: dict[str, Any]) -> dict[str, Any]:
    """Return the whole city.toml of published totals; those that name no area are about the whole place."""
    counts = sections["area_counts"]
    every = [counts] if "file" in counts and isinstance(counts["file"], str) else list(counts.values())
    if "blocks" not in sections and not all("area" in one for one in every):
        sections = {"unmapped": True, **sections}
    names = " ".join(fold(column) for table in tables for column in table.columns.columns)
    spanish = re.search(r"\b(municipio|departamento|barrio|ano|anio|mes|homicidios|fecha|muertes|comuna|canton|provincia)\b", names)
    return {"name": name, "language": "es" if spanish else "en", **sections}


def _stems(files: Sequence[Path]) -> list[str]:
    """Return a name for each table: that of its file, with its number where two are called alike."""
    stems = [file.name.split(".")[0] for file in files]
    return [stem if stems.count(stem) == 1 else f"{stem} {number}" for number, stem in enumerate(stems, start=1)]


def _merged(table: Table, ask: Ask) -> list[str]:
    """Return the columns of which a person says that their empty cells mean the value above."""
    found: list[str] = []
    sound = table.columns[table.spoiled == ""]
    for name in merged_columns(sound):
        about = MergedTimesError if is_time(name, sound[name]) else MergedAreasError
        said = sound[name][~is_missing(sound[name])]
        found += settled(about(table.source, name, tuple(said.iloc[:3]), len(sound) - len(said)), ask).get("fill_down", [])
    return found


def _sound(table: Table) -> pd.DataFrame:
    """Return the rows that are no note, no repeated header and no sum."""
    first = table.columns.iloc[:, 0].str.strip()
    sums = first.isin([one for one in first.unique() if says_total(one)]).to_numpy(dtype=bool)
    kept = table.columns[(table.spoiled == "") & ~sums]
    return kept if len(kept) else table.columns


def _homicides(table: Table, where: Mapping[str, Sequence[str]]) -> Table:
    """Return the rows that are homicides: what the other columns say of other rows is of no matter."""
    keep = rows_where(table.columns, where)
    shapes = None if table.shapes is None else table.shapes[keep]
    if not keep.any():  # those of another file of the list
        return table
    return replace(table, columns=table.columns[keep], rows=table.rows[keep], spoiled=table.spoiled[keep], shapes=shapes)


def _columns(table: Table, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return key to column: the column whose name is earliest in the list of names for that key; no column serves two keys."""
    called = by_plain_name(table.columns.columns)
    found: dict[str, str] = {}
    for key, names in known.items():
        for name in names:
            if name in called and called[name] not in found.values():
                found[key] = called[name]
                break
    return found


def _incidents(table: Table, columns: dict[str, str], files: Sequence[Path], ask: Ask, outlines: Table | None) -> dict[str, Any]:
    when = date_columns(table, by_plain_name(table.columns.columns), ask)
    for key in ("date", "year", "month", "day"):
        columns.pop(key, None)
    columns |= {key: name for key, name in when.items() if key != "of_year"}
    coded = _sex_coded(table, columns, ask)
    _drop_doubtful(table, columns, known=coded)
    coded |= _age_coded(table, columns, ask)
    entries: dict[str, Any] = {"file": [str(file) for file in files] if len(files) > 1 else str(files[0])}
    entries |= _place(table, columns, ask, outlines)
    _doubt_event(table, columns, [value for key, value in entries.items() if key in ("x", "y", "geometry", "block_id")], ask)
    entries |= {**when, **date_form(table, when, ask)}
    entries |= {"of_year": int(when["of_year"])} if "of_year" in when else {}
    entries |= coded
    entries |= {key: column for key, column in columns.items() if key not in (*when, "x", "y", "geometry", "area")}
    return entries


def _age_coded(table: Table, columns: dict[str, str], ask: Ask) -> Entries:
    """Return that ages are codes, where a person says so; forget ages that may be."""
    doubt = coded_ages(table.columns[columns["age"]], file=table.source) if "age" in columns else None
    said = settled(doubt, ask) if doubt else {}
    if doubt and not said:
        del columns["age"]
    return said


def _sex_coded(table: Table, columns: Mapping[str, str], ask: Ask) -> Entries:
    """Return what codes of the sex mean, where a person says so."""
    doubt = coded_sex(table.columns[columns["sex"]], file=table.source) if "sex" in columns else None
    return settled(doubt, ask) if doubt else {}


def _drop_doubtful(table: Table, columns: dict[str, str], *, known: Entries) -> None:
    """Forget columns whose content is not what their name says, but those of which it is `known` what their words mean."""
    for key in ("sex", "weapon"):
        if key in columns and key not in known.get("values", {}) and not _says(table.columns[columns[key]], key):
            del columns[key]
    if "time" in columns and plain(columns["time"]) == "intervalo" and not says_clocks(table.columns[columns["time"]]):
        del columns["time"]
    if "age" in columns and (_of_groups(text := table.columns[columns["age"]]) or not _holds_ages(text)):
        del columns["age"]
    if "event_id" in columns:
        first, *others = (table.columns[columns[key]] for key in ("date", "year", "month", "day") if key in columns)
        if not _one_day_each(table.columns[columns["event_id"]], first.str.cat(others, sep=" ")):
            del columns["event_id"]


def _says(text: pd.Series, key: str) -> bool:
    """Return whether we know at least half of the words of a column, or it lists several people's."""
    return bool(_mapped(text, key)) or (key == "sex" and _lists(text, sexes_each))


def _doubt_event(table: Table, columns: dict[str, str], place: list[str], ask: Ask) -> None:
    """Forget an event id that never repeats, where a person says that rows of one place and time are one event."""
    if "event_id" not in columns or not place:
        return
    when = [columns[key] for key in ("date", "year", "month", "day", "time") if key in columns]
    clocked = "time" in columns or bool(table.columns[when[0]].str.contains(r"[0-9]:[0-9]", regex=True).mean() > 0.5)
    keys = table.columns[[*when, *place]] if clocked else pd.DataFrame()
    doubt = lone_event(keys, table.columns[columns["event_id"]], column=columns["event_id"], file=table.source)
    if doubt is not None and not settled(doubt, ask):
        del columns["event_id"]


def _numeric(text: pd.Series) -> float:
    return float(pd.to_numeric(text.str.strip().str.replace(",", "."), errors="coerce").notna().mean())


def _of_groups(text: pd.Series) -> bool:
    """Return whether numbers stand for groups of ages, by the name of the column: a group 12 is no age of 12."""
    return bool(_GROUPS.search(plain(str(text.name)))) and _numeric(text) >= 0.5


def _holds_ages(text: pd.Series) -> bool:
    """Return whether half of the texts are numbers, or half of those that say anything ages in words, or lists of ages."""
    said = text[~is_missing(text)]
    return (
        _numeric(text) >= 0.5 or (len(said) > 0 and float(read_ages(said, column="")[0].notna().mean()) >= 0.5) or _lists(text, ages_each)
    )


def _lists(text: pd.Series, each: Callable[[pd.Series], pd.Series]) -> bool:
    """Return whether half of the texts that say anything list several people."""
    said = text[~is_missing(text)]
    return len(said) > 0 and float((each(said).map(len) > 0).mean()) >= 0.5


def _one_day_each(ids: pd.Series, days: pd.Series) -> bool:
    """Return whether rows that share an id share the day as well: else the id is no event."""
    table = pd.DataFrame({"id": ids, "day": days.str.slice(0, 10)})[~is_missing(ids)]
    days_each = table.drop_duplicates().groupby("id").size()
    return bool(len(days_each)) and float((days_each == 1).mean()) > 0.99


def _place(table: Table, columns: dict[str, str], ask: Ask, outlines: Table | None) -> Entries:
    if table.shapes is not None and not {"x", "y"} <= columns.keys():
        return {}
    entries = place_keys(table, columns, ask, outlines)
    if "block_id" in entries or "no_place" in entries:
        return entries
    x, y = coordinates(table, entries)
    if not len(x):
        raise DataError(
            told(
                "{file}: {listed} hold no coordinates; {there_are}",
                file=table.source,
                listed=", ".join(map(repr, entries.values())),
                there_are=there_are(tuple(table.columns.columns)),
            )
        )
    if float(np.mean(np.abs(x) <= 180)) <= 0.5 or float(np.mean(np.abs(y) <= 180)) <= 0.5:
        return entries | _system(table, x, y, ask, outlines)
    if "x" in entries and float(np.mean(np.abs(y) > 90)) > 0.5:
        return entries | settled(LatitudeError(entries["x"], entries["y"], float(y[0])), ask)
    return entries


def _system(table: Table, x: np.ndarray, y: np.ndarray, ask: Ask, outlines: Table | None) -> Entries:
    """Return the coordinate system of numbers that are not degrees: the one that puts them where the blocks are is safe."""
    likely = None if outlines is None or len(x) != len(y) else _likely(x, y, outlines)
    pairs = min(len(x), len(y))
    return settled(UnknownSystemError(table.source, x[:pairs], y[:pairs], of=pairs, likely=likely), ask)


def _likely(x: np.ndarray, y: np.ndarray, outlines: Table) -> int | None:
    shapes = gpd.GeoSeries(outlines.shapes, crs=outlines.epsg or DEGREES)
    try:
        crs = shapes.estimate_utm_crs()
    except RuntimeError:  # near a pole: the outlines are at fault, and their reader says so
        return None
    west, south, east, north = (float(side) for side in shapes.to_crs(crs).total_bounds)
    return likely_system(x, y, bounds=(west, south, east, north), city_crs=crs)


def _values(table: Table, columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found = {key: _mapped(table.columns[columns[key]], key) for key in ("sex", "weapon") if key in columns}
    return {key: words for key, words in found.items() if words}


def _mapped(text: pd.Series, key: str) -> dict[str, str]:
    """Return the file's words with ours, where we know at least half of what the column says; empty where we do not."""
    counts = text[~is_missing(text)].str.strip().value_counts()
    known = built_in(counts.index[:_SEEN].to_series(), key)
    words = {word: known[fold(word)] for word in counts.index[:_SEEN] if fold(word) in known}
    return words if counts.reindex(words).sum() * 2 >= max(counts.sum(), 1) else {}


def _blocks(table: Table, path: Path, population: Path | None, ask: Ask) -> Entries:
    columns = _columns(table, BLOCK_COLUMNS)
    single = [column for column in table.columns.columns if _is_id(table.columns[column])]
    if columns.get("id") not in single:
        fault = AreaColumnError(table.source, tuple(table.columns.columns), tuple(single))
        if not single:
            raise fault
        columns |= {key: str(column) for key, column in settled(fault, ask).items()}
    if "population" in columns and not are_residents(table.columns[columns["population"]]):
        del columns["population"]
    entries: Entries = {"file": str(path), **columns}
    if population is None:
        return entries | (_dots(table, columns["population"], ask) if "population" in columns else {})
    return entries | _population(population, table.columns[columns["id"]], ask)


def _dots(table: Table, column: str, ask: Ask) -> Entries:
    """Return what a point before three digits is in a column of residents, where nothing in it says so."""
    text = table.columns[column]
    if not is_open(text):
        return {}
    dotted = text[text.str.contains(".", regex=False)]
    return settled(NumbersError(table.source, column, "dot", tuple(dotted.iloc[:3]), len(dotted)), ask)


def _is_id(text: pd.Series) -> bool:
    return bool(text.is_unique and (text.str.strip() != "").all())


def _population(path: Path, ids: pd.Series, ask: Ask) -> Entries:
    table, asked = read_asked(path, ask)
    known = set(ids.str.strip())
    shares = {column: share_of_ids(table.columns[column], known) for column in table.columns.columns}
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
    entries: Entries = {"population_file": str(path), "population_id": key}
    entries |= {f"population_{name}": value for name, value in _only_sheet(asked).items()}
    if found:
        return {**entries, "population": found["population"], **_dots(table, found["population"], ask)}
    numbers = [name for name in table.columns.columns if name != key and are_residents(table.columns[name], least=0.9)]
    fault = ResidentsColumnError(table.source, tuple(table.columns.columns), tuple(numbers))
    if not numbers:
        raise fault
    pointed = settled(fault, ask)
    return {**entries, **pointed, **_dots(table, str(pointed["population"]), ask)}


def _only_sheet(entries: Entries) -> Entries:
    return {key: value for key, value in entries.items() if key == "sheet"}

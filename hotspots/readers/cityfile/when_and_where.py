"""Which columns of a file that nobody described hold the date and the place, by their names and by what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hotspots.readers.columns.dates import read_dates, share_dated
from hotspots.readers.columns.places import finite_pairs
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS
from hotspots.readers.columns.written_dates import joined_date, month_number
from hotspots.readers.columns.written_places import pairs
from hotspots.readers.doubts import Ask, Entries, settled
from hotspots.readers.faults import DateColumnError, DoubtError, PlaceColumnError
from hotspots.readers.files.text_tables import Table
from hotspots.readers.sections import IncidentSection

_MOSTLY = 0.8


def date_columns(table: Table, plain: Mapping[str, str], found: Mapping[str, str], ask: Ask) -> dict[str, str]:
    """Return the keys of the date: `date`, or `year` with `month` and `day`, or with a `date` that has no year; asked where none shows.

    `plain` is name without case, accents and signs → column, `found` the columns that names alone show. Of several dates that of what
    occurred comes before that of the report.
    """
    named = [plain[name] for name in INCIDENT_COLUMNS["date"] if name in plain]
    whole = next((column for column in named if share_dated(table.columns[column]) > 0.5), "")
    if whole:
        return {"date": whole}
    parts = _parts(table, plain)
    if parts:
        return parts
    if named:
        return {"date": named[0]}
    columns = tuple(table.columns.columns)
    taken = {found.get(key) for key in ("x", "y", "geometry", "time", "age", "victims")}
    likely = tuple(column for column in columns if column not in taken and share_dated(table.columns[column]) > _MOSTLY)
    fault = DateColumnError(table.source, columns, likely, _samples(table, likely))
    if not likely:
        raise fault
    return settled(fault, ask)


def _samples(table: Table, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {column: tuple(value for value in table.columns[column].iloc[:50].unique() if value.strip())[:3] for column in columns}


def _parts(table: Table, plain: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of year, month and day, each by its name and by what it holds; empty where one is missing."""
    found: dict[str, str] = {}
    for key in ("year", "month", "day"):
        for name in INCIDENT_COLUMNS[key]:
            column = plain.get(name, "")
            if column and column not in found.values() and _holds(table.columns[column], key):
                found[key] = column
                break
    if len(found) == 3:
        return found
    dayed = next((plain[name] for name in INCIDENT_COLUMNS["date"] if name in plain and _lacks_year(table.columns[plain[name]])), "")
    return {"date": dayed, "year": found["year"]} if dayed and "year" in found else {}


def _holds(text: pd.Series, key: str) -> bool:
    trimmed = text.str.strip()
    number = month_number(trimmed) if key == "month" else pd.to_numeric(trimmed, errors="coerce")
    least, most = {"year": (1900, 2100), "month": (1, 12), "day": (1, 31)}[key]
    return float(number.between(least, most).mean()) > 0.5


def _lacks_year(text: pd.Series) -> bool:
    return share_dated(pd.Series(joined_date(pd.DataFrame({"d": text, "y": "2000"}), {"date": "d", "year": "y"}))) > _MOSTLY


def date_form(table: Table, when: Mapping[str, str], ask: Ask) -> Entries:
    """Return the form of the dates where they do not say it themselves: day or month first is asked, never guessed."""
    text = table.columns[when["date"]] if list(when) == ["date"] else joined_date(table.columns, when)
    try:
        read_dates(text, column=" + ".join(when.values()), day_zero=table.day_zero)
    except DoubtError as doubt:
        return settled(doubt, ask)
    return {}


def pair_column(table: Table, found: Mapping[str, str], ask: Ask) -> str:
    """Return the column that holds both coordinates: by its name, or by what it holds, which is asked."""
    if "geometry" in found and _pairs(table.columns[found["geometry"]]) > 0:
        return found["geometry"]
    columns = tuple(table.columns.columns)
    likely = tuple(column for column in columns if _pairs(table.columns[column]) > _MOSTLY)
    fault = PlaceColumnError(table.source, columns, likely, _samples(table, likely))
    if not likely:
        raise fault
    return str(settled(fault, ask)["geometry"])


def _pairs(text: pd.Series) -> float:
    """Return the share of cells that hold two coordinates, among the first that say anything."""
    known = text[text.str.strip() != ""].iloc[:1_000]
    if known.empty or float(known.str.count(r"[0-9]").mean()) < 4:
        return 0.0
    read = pairs(known)
    return float(np.mean(np.isfinite(read.x) & np.isfinite(read.y)))


def coordinates(table: Table, place: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the two coordinates of the rows that have a place, as the file writes them."""
    return finite_pairs(table, IncidentSection(files=(), date="", **place))

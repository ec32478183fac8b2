"""Which columns of a file that nobody described hold the date and the place, by their names and by what they hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from hotspots.readers.asking import Ask, Entries
from hotspots.readers.cityfile.pointing import date_column, of_the_killing, place_columns, samples_of
from hotspots.readers.columns.area_ids import matched
from hotspots.readers.columns.dates import read_dates, share_dated
from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.periods import month_of
from hotspots.readers.columns.places import finite_pairs
from hotspots.readers.columns.synonyms import HAPPENED, INCIDENT_COLUMNS, OF_AREAS
from hotspots.readers.columns.values import is_missing
from hotspots.readers.columns.written_dates import joined_date, month_number
from hotspots.readers.columns.written_places import share_paired
from hotspots.readers.doubts import settled
from hotspots.readers.faults import DoubtError, PlaceColumnError
from hotspots.readers.files.text_tables import Table
from hotspots.readers.sections import IncidentSection
from hotspots.readers.table_faults import YearlessDaysError
from hotspots.words import Told

_OF_OTHERS = re.compile(  # in the name of a column: where somebody lives or is from, or a state that is no area
    r"\b(?:resid\w*|domicil\w*|nacim\w*|nascim\w*|naiss\w*|birth|home|origen|origin|civil|conyugal|marital|status|actual|proces\w*|caso|"
    r"victim\w*|vitim\w*|investig\w*|station\w*|comisaria\w*|lat|lon|salud|economic\w*)\b"
)
_MOSTLY = 0.8
_YEARS = 30  # that can be pointed at
_MOST_AREAS = 20_000  # names in a column: one that has more is no column of areas


def date_columns(table: Table, plain: Mapping[str, str], ask: Ask) -> dict[str, str]:
    """Return the keys of the date: `date`, or `year` with `month` and `day`, or with a `date` that has no year; asked where none shows.

    Where nothing says a day it is the month.
    `plain` is name without case, accents and signs → column. Of several dates that of what
    occurred comes before that of the report: where a name that we know does not say so and one that we do not know does, it is asked.
    """
    named = [plain[name] for name in INCIDENT_COLUMNS["date"] if name in plain]
    whole = next((column for column in named if share_dated(table.columns[column]) > 0.5), "")
    if whole:
        other = not HAPPENED & {name for name, column in plain.items() if column == whole} and of_the_killing(table)
        return {"date": date_column(table, ask) if other else whole}
    parts = _parts(table, plain) or _month(table, plain) or _yearless(table, plain, ask)
    if parts:
        return parts
    if named:
        return {"date": named[0]}
    return {"date": date_column(table, ask)}


def _month(table: Table, plain: Mapping[str, str]) -> dict[str, str]:
    """Return the column of a month with its year, or those of the year and of the month, where nothing else may be the day."""
    if any(share_dated(table.columns[name]) > 0.5 and not _months(table.columns[name]) for name in table.columns.columns):
        return {}
    whole = next((str(name) for name in table.columns.columns if _months(table.columns[name])), "")
    if whole:
        return {"date": whole}
    found = {key: next((plain[one] for one in INCIDENT_COLUMNS[key] if one in plain), "") for key in ("year", "month")}
    return found if all(name and _holds(table.columns[name], key) for key, name in found.items()) else {}


def _yearless(table: Table, plain: Mapping[str, str], ask: Ask) -> dict[str, str]:
    """Return the columns of day and month, or of dates that lack their year, with the one year that a person says they are of."""
    if any(share_dated(table.columns[name]) > 0.5 for name in table.columns.columns):
        return {}
    found = {key: next((plain[one] for one in INCIDENT_COLUMNS[key] if one in plain), "") for key in ("month", "day")}
    if not all(name and _holds(table.columns[name], key) for key, name in found.items()):
        dayed = next((plain[one] for one in INCIDENT_COLUMNS["date"] if one in plain and lacks_year(table.columns[plain[one]])), "")
        found = {"date": dayed} if dayed else {}
    if not found:
        return {}
    doubt = YearlessDaysError(table.source, " + ".join(found.values()), years_of(table), last_years())
    return {**found, "of_year": str(settled(doubt, ask)["of_year"])}


def years_of(table: Table, names: Iterable[str] = ()) -> tuple[int, ...]:
    """Return the years that the name of the file, the rows above the names of the columns, or `names` of columns say."""
    titles = [str(one.text.values.get("titles", "")) for one in table.findings if isinstance(one.text, Told)]
    said = " ".join([table.source, *titles, *names])
    return tuple(sorted({int(one) for one in re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", said)}))


def last_years() -> tuple[int, ...]:
    """Return the years that may be pointed at, the newest first."""
    now = pd.Timestamp.now().year
    return tuple(range(now, now - _YEARS, -1))


def _months(text: pd.Series) -> bool:
    """Return whether most of the texts are months with their year."""
    some = text.str.strip()[~is_missing(text)]
    return bool(len(some)) and float(month_of(some, where=pd.Series(data=True, index=some.index)).notna().mean()) > _MOSTLY


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
    dayed = next((plain[name] for name in INCIDENT_COLUMNS["date"] if name in plain and lacks_year(table.columns[plain[name]])), "")
    return {"date": dayed, "year": found["year"]} if dayed and "year" in found else {}


def _holds(text: pd.Series, key: str) -> bool:
    trimmed = text.str.strip()
    number = month_number(trimmed) if key == "month" else pd.to_numeric(trimmed, errors="coerce")
    least, most = {"year": (1900, 2100), "month": (1, 12), "day": (1, 31)}[key]
    return float(number.between(least, most).mean()) > 0.5


def lacks_year(text: pd.Series) -> bool:
    """Return whether texts are dates but for the year, as 3/1."""
    return share_dated(pd.Series(joined_date(pd.DataFrame({"d": text, "y": "2000"}), {"date": "d", "year": "y"}))) > _MOSTLY


def date_form(table: Table, when: Mapping[str, str], ask: Ask) -> Entries:
    """Return the form of the dates where they do not say it themselves: day or month first is asked, never guessed."""
    text = table.columns[when["date"]] if list(when) == ["date"] else joined_date(table.columns, when)
    try:
        read_dates(text, column=" + ".join(when.values()), day_zero=table.day_zero)
    except DoubtError as doubt:
        return settled(doubt, ask)
    return {}


def place_keys(table: Table, found: Mapping[str, str], ask: Ask, outlines: Table | None = None) -> Entries:
    """Return the keys of the place: `x` and `y`, or `geometry`, by their names and by what they hold.

    Without coordinates it is the column that names the area, as `outlines` or its own name tell; else it is pointed at.
    """
    if {"x", "y"} <= found.keys() and not all(is_missing(table.columns[found[key]]).all() for key in ("x", "y")):
        return {"x": found["x"], "y": found["y"]}
    if "geometry" in found and share_paired(table.columns[found["geometry"]]) > 0:
        return {"geometry": found["geometry"]}
    area = _area_column(table, found, outlines)
    others = _other_areas(table, found) if outlines is None else ()
    if len(others) > 1 or (others and not area):
        return settled(_which_area(table, others, likely=area), ask)
    return {"block_id": area} if area else place_columns(table, ask, used=[column for key, column in found.items() if key != "area"])


def _other_areas(table: Table, found: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that are called like an area and hold several, the first those that most people would call one."""
    used = {column for key, column in found.items() if key != "area"}
    called = {name: plain(name) for name in table.columns.columns if name not in used}
    fit = [name for name, words in called.items() if OF_AREAS.search(words) and not _OF_OTHERS.search(words)]
    return tuple(name for name in fit if not is_missing(table.columns[name]).all())


def _which_area(table: Table, names: Collection[str], *, likely: str) -> PlaceColumnError:
    """Return the doubt which of several columns names the area; the likely one can do no harm: nobody is lost or counted twice."""
    some = samples_of(table.columns[list(names)])
    different = {name: len(set(table.columns[name].str.strip()) - {""}) for name in names}
    repeated = [name for name in names if different[name] * 2 <= len(table.rows)] or list(names)
    safe = likely if different.get(likely, 0) > 1 else max(repeated, key=lambda name: different[name])
    order = (safe, *(name for name in names if name != safe))
    places = {name: {"block_id": name} for name in order}
    return PlaceColumnError(table.source, tuple(table.columns.columns), order, {name: some[name] for name in order}, safe, places=places)


def _area_column(table: Table, found: Mapping[str, str], outlines: Table | None) -> str:
    """Return the column that holds ids or names of the outlines, else the one that is called like an area; empty where neither is."""
    best = "" if outlines is None else area_of_outlines(table, outlines, list(table.columns.columns), likely=found.get("area", ""))
    if best:
        return best
    named = found.get("area", "")
    return named if named and float(is_missing(table.columns[named]).mean()) < 0.5 else ""


def area_of_outlines(table: Table, outlines: Table, names: Collection[str], *, likely: str = "") -> str:
    """Return which of the columns `names` holds ids or names of the outlines, in most of its rows; empty where none does."""
    known = [set(outlines.columns[name].str.strip()) - {""} for name in outlines.columns.columns]
    shares = {
        column: max((share_of_ids(table.columns[column], ids) for ids in known if len(ids) > 1), default=0.0)
        for column in names
        if table.columns[column].nunique() <= _MOST_AREAS
    }
    best = max(shares, key=lambda column: (shares[column], column == likely), default="")
    return best if best and shares[best] > 0.5 else ""


def share_of_ids(text: pd.Series, known: Collection[str]) -> float:
    """Return how many of the texts are ids of areas, as they stand or in their canonical form.

    >>> share_of_ids(pd.Series(["001", "002", "north", ""]), {"1", "2"})
    0.5
    """
    found = matched(text.str.strip().unique(), known)
    return float(text.str.strip().isin(found.known).mean())


def coordinates(table: Table, place: Entries) -> tuple[np.ndarray, np.ndarray]:
    """Return the two coordinates of the rows that have a place, as the file writes them."""
    return finite_pairs(table, IncidentSection(files=(), date="", **place))

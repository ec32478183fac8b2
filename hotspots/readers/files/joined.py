"""Several tables of the same columns → one, in which each row knows where it comes from; and which tables belong together."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hotspots.readers.files.code_books import plain_name
from hotspots.readers.files.months import MONTH_OF
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import Told, told

ALL = "*"  # where a sheet is named: all tables of the file that have the same columns
YEAR = "year of the sheet"  # the column that says which year the name of a sheet, or of a file in an archive, is
_MOST_SHARED = 0.1  # of the rows of a table, that an earlier one may hold as well
_SHOWN = 4
_DAY = re.compile(r"[0-9][ /.-](?:de )?[^\W_]+[ /.-](?:de )?[0-9]")
_PARTS = re.compile(r"[a-z]+|[0-9]+")


def joined(tables: Sequence[Table], *, source: str = "") -> Table:
    """Return several tables of the same columns as one; a column that only some have is empty in the others.

    `source` is what it is called, else the names of all. Raises `DataError` where they have different coordinate systems or first days.
    """
    if len(tables) == 1:
        return tables[0]
    systems = {table.epsg for table in tables}
    zeros = {table.day_zero for table in tables if table.day_zero is not None}
    if len(systems) > 1 or len(zeros) > 1:
        what = told("coordinate systems") if len(systems) > 1 else told("first days (1900 and 1904)")
        raise DataError(
            told("incidents: the files of the list have different {what}; export them alike, or import them one by one", what=what)
        )
    shapes = [table.shapes for table in tables if table.shapes is not None]
    return Table(
        source or ", ".join(table.source for table in tables),
        pd.concat([table.columns for table in tables], ignore_index=True).fillna(""),
        np.concatenate([table.rows for table in tables]),
        np.concatenate([table.spoiled for table in tables]),
        findings=tuple(row for table in tables for row in table.findings),
        shapes=np.concatenate(shapes) if len(shapes) == len(tables) else None,
        epsg=tables[0].epsg,
        origins=np.concatenate([_origins(table, "" if table.source == source else table.source) for table in tables]),
        day_zero=next(iter(zeros), None),
    )


def _origins(table: Table, source: str) -> np.ndarray:
    known = np.full(len(table.rows), "") if table.origins is None else table.origins
    return np.array([", ".join(filter(None, (source, str(origin)))) for origin in known])


def named_like(table: Table, first: Table) -> Table:
    """Return the table with the names of the columns of another, where they differ in case, accents, signs and spaces alone."""
    ours = {plain_name(name): name for name in first.columns.columns}
    names = [name if name in first.columns.columns else ours.get(plain_name(name), name) for name in table.columns.columns]
    return replace(table, columns=table.columns.set_axis(names, axis=1)) if len(set(names)) == len(names) else table


def same_columns(tables: Mapping[str, Collection[str]]) -> list[str]:
    """Return which of several tables, each given by the names of its columns, have the same columns: the most that do.

    >>> same_columns({"2019": ["id", "día"], "2020": ["Dia", "ID"], "notes": ["column 1"]})
    ['2019', '2020']
    """
    groups: dict[frozenset[str], list[str]] = {}
    for name, columns in tables.items():
        groups.setdefault(frozenset(map(plain_name, columns)), []).append(name)
    return max(groups.values(), key=len, default=[])


def of_periods(names: Collection[str]) -> bool:
    """Return whether names differ in the years and months that each names, and in nothing else: they are parts of one table.

    >>> of_periods(["homicidios_2019.csv", "homicidios_2020.csv"]), of_periods(["Enero", "Febrero"]), of_periods(["2023-T1", "2023-T2"])
    (True, True, True)
    >>> of_periods(["homicidios.csv", "robos.csv"]), of_periods(["Hoja1", "Hoja2"]), of_periods(["2019", "2020 robos"])
    (False, False, False)
    """
    whens, rests = zip(*map(_period, names), strict=True) if names else ((), ())
    return len(whens) > 1 and all(whens) and len(set(whens)) == len(whens) and len(set(rests)) == 1


def whole(tables: Mapping[str, Table], *, source: str) -> Table:
    """Return the tables of one file as one, and say so; where each name is a year, the column `YEAR` gives it to every row."""
    first = next(iter(tables.values()))
    years = {name: _year(name) for name in tables}
    each = {name: named_like(table, first) for name, table in tables.items()}
    if all(years.values()):
        each = {name: replace(table, columns=table.columns.assign(**{YEAR: years[name]})) for name, table in each.items()}
    one = joined([replace(table, source=source) for table in each.values()], source=source)
    listed = ", ".join([*list(tables)[:_SHOWN], *(["…"] if len(tables) > _SHOWN else [])])
    text = told("{file}: {n} tables of the same columns were read together ({listed})", file=source, n=len(tables), listed=listed)
    return replace(one, findings=(*one.findings, Finding("read_together", "accepted", len(one.rows), text)))


def share_again(tables: Sequence[Table]) -> float:
    """Return the largest share of the rows of a table that an earlier one holds as well: then one is a copy, or goes on where it ends.

    Rows without a day, such as those of an area and its number, may well be alike in two years: of these the share is 0.
    """
    if not any(tables[0].columns[name].str.contains(_DAY).mean() > 0.5 for name in tables[0].columns.columns):
        return 0.0
    before: set[int] = set()
    most = 0.0
    for table in tables:
        rows = pd.util.hash_pandas_object(named_like(table, tables[0]).columns.sort_index(axis=1), index=False)
        if before and len(rows):
            most = max(most, float(rows.isin(before).mean()))
        before |= set(rows)
    return most


def belong_together(tables: Mapping[str, Table]) -> bool:
    """Return whether the tables are the parts of one: their names are periods, their columns are the same, and no row comes again."""
    if not of_periods(tables) or len(same_columns({name: list(one.columns.columns) for name, one in tables.items()})) < len(tables):
        return False
    return share_again(list(tables.values())) <= _MOST_SHARED


def unlike(tables: Sequence[Table]) -> list[Finding]:
    """Return a finding on the columns that only some of the tables have."""
    every = {name for table in tables for name in table.columns.columns}
    some = sorted(name for name in every if not all(name in table.columns.columns for table in tables))
    if not some:
        return []
    text: Told = told(
        "columns that are in some of the files only, and empty in the others: {n} ({listed})",
        n=len(some),
        listed=", ".join(map(repr, some[: 2 * _SHOWN])),
    )
    return [Finding("columns_differ", "accepted", 0, text)]


def _period(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the parts of a name that say when, empty where no year and no month is among them, and its other parts."""
    when: list[str] = []
    rest: list[str] = []
    dated = False
    for part in _PARTS.findall(plain_name(re.sub(r"\.\w{2,7}$", "", name))):
        said = part in MONTH_OF or bool(re.match(r"(?:19|20)[0-9]{2}", part))
        dated |= said
        (when if said or part.isdigit() else rest).append(part)
    return tuple(when) if dated else (), tuple(rest)


def _year(name: str) -> str:
    when, _ = _period(name)
    return when[0] if len(when) == 1 and len(when[0]) == 4 and when[0].isdigit() else ""

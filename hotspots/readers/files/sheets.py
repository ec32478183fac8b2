"""A file of several tables: which one is meant, by the columns that are needed, by its name, or by asking."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hotspots.readers.files import limits
from hotspots.readers.files.code_books import codes_in, is_code_book
from hotspots.readers.files.joined import ALL, belong_together, of_periods, same_columns, whole
from hotspots.readers.files.records import from_records, header_at
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.readers.table_faults import HeaderError, SheetError
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
_CLEAR = 5  # times as many filled cells as the next, and nobody need be asked
_SHOWN = 6  # columns of a sheet that is offered


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its name, and its rows from row 1, read anew at each call."""

    title: str
    records: Callable[[], Iterator[list[str]]]


def read_sheet(
    sheets: Sequence[Sheet],
    *,
    name: str,
    needs: Collection[str],
    wanted: str,
    header_row: int | None,
    day_zero: pd.Timestamp | None = None,
) -> Table:
    """Return the table of the sheet that is meant: the one `wanted`, else the only one that holds the columns in `needs`, else the fullest.

    Sheets of the same columns whose names are periods are read together, and so are all of the same columns where `*` is wanted. Raises
    `SheetError` where several could be meant, and `DataError` where there is none of that name.
    """
    books = _books(sheets, wanted)
    meant = _meant([sheet for sheet in sheets if sheet not in books], name=name, needs=needs, wanted=wanted)
    tables = {sheet.title: _read(sheet, name=name, needs=needs, header_row=header_row, day_zero=day_zero) for sheet in meant}
    if len(tables) == 1:
        return _with_books(tables[meant[0].title], books)
    if wanted != ALL and not belong_together(tables):
        raise _open(name, {sheet.title: sheet for sheet in meant}, list(tables), alike=len(tables))
    return _with_books(whole(tables, source=name), books)


def _books(sheets: Sequence[Sheet], wanted: str) -> list[Sheet]:
    """Return the sheets that are lists of codes beside a table of data; one that is `wanted` is data."""
    heads = {sheet.title: _head(sheet) for sheet in sheets} if len(sheets) > 1 else {}
    books = [sheet for sheet in sheets if sheet.title in heads and is_code_book(sheet.title, heads[sheet.title])]
    others = [head for title, head in heads.items() if title not in {sheet.title for sheet in books}]
    return books if any(map(_is_table, others)) and wanted not in {sheet.title for sheet in books} else []


def _with_books(table: Table, books: Sequence[Sheet]) -> Table:
    """Return the table with what the lists of codes beside it say, and told that they are no data."""
    if not books:
        return table
    codes: dict[str, Mapping[str, str]] = {}
    for sheet in books:
        codes |= codes_in(sheet.title, sheet.records())
    text = told("{file}: sheets that look like lists of codes were not read as data ({listed})", file=table.source, listed=_listed(books))
    return replace(table, books=codes, findings=(*table.findings, Finding("code_book", "accepted", 0, text)))


def _listed(sheets: Sequence[Sheet]) -> str:
    return ", ".join(repr(sheet.title) for sheet in sheets[: limits.SAMPLE_LINES])


def _read(sheet: Sheet, *, name: str, needs: Collection[str], header_row: int | None, day_zero: pd.Timestamp | None) -> Table:
    where = f"{name}, sheet {sheet.title}"
    blanked = _Blanked(sheet.records())
    known: dict[str, str] = {}  # one text for all cells that are alike
    records = [[known.setdefault(cell, cell) for cell in record] for record in blanked]
    (columns, rows, spoiled), findings = from_records(
        padded(records), name=where, needs=needs, header_row=header_row, most_columns=limits.SHEET_COLUMNS
    )
    origins = np.full(len(rows), f"sheet {sheet.title}")
    found = (*findings, *blanked.findings(where))
    return Table(name, columns, rows, spoiled, findings=found, origins=origins, day_zero=day_zero)


def _meant(sheets: Sequence[Sheet], *, name: str, needs: Collection[str], wanted: str) -> list[Sheet]:
    by_title = {sheet.title: sheet for sheet in sheets}
    if not by_title:
        raise DataError(told("{file}: the workbook has no sheet with a table", file=name))
    if wanted and wanted not in (*by_title, ALL):
        raise DataError(
            told(
                "{file}: there is no sheet {sheet}; the workbook has: {listed}; write the right name in city.toml",
                file=name,
                sheet=repr(wanted),
                listed=", ".join(by_title),
            )
        )
    if wanted in by_title or len(by_title) == 1:
        return [by_title[wanted] if wanted in by_title else sheets[0]]
    heads = {title: _head(sheet) for title, sheet in by_title.items()}
    alike = same_columns({title: _columns(head, needs, name) for title, head in heads.items() if _is_table(head)})
    if wanted == ALL:
        return [by_title[title] for title in alike or [sheets[0].title]]
    return [by_title[title] for title in _likeliest(by_title, heads, name, needs, alike=alike)]


def _head(sheet: Sheet) -> list[list[str]]:
    return list(itertools.islice(sheet.records(), limits.SHEET_SEEN))


def _columns(head: list[list[str]], needs: Collection[str], name: str) -> list[str]:
    try:
        row = header_at(head, needs, name=name)
    except HeaderError as several:
        row = several.candidates[0][0] - 1
    return [] if row is None else [cell.strip() for cell in head[row] if cell.strip()]


def _likeliest(
    sheets: Mapping[str, Sheet], heads: dict[str, list[list[str]]], name: str, needs: Collection[str], *, alike: list[str]
) -> list[str]:
    """Return the sheet that is meant, or those of the same columns (`alike`) that are the parts of one table."""
    found = {title: max((len(set(needs) & {cell.strip() for cell in row}) for row in head), default=0) for title, head in heads.items()}
    best = [title for title in heads if found[title] == max(found.values())]
    parts = alike if of_periods(alike) else []
    if max(found.values()):
        if len(best) > 1 and set(best) != set(parts):
            both = told("the sheets {one} and {other} both hold the columns", one=repr(best[0]), other=repr(best[1]))
            raise SheetError(name, both, _offered(sheets, best), len(set(best) & set(alike)))
        return best
    cells = {title: sum(bool(cell.strip()) for row in head for cell in row) for title, head in heads.items() if _is_table(head)}
    order = sorted(cells or heads, key=lambda title: -cells.get(title, 0))
    rest = max((cells[title] for title in cells if title not in alike), default=0)
    if parts and sum(cells[title] for title in parts) >= _CLEAR * rest:
        return parts
    if len(cells) > 1 and (cells[order[0]] < _CLEAR * cells[order[1]] or (len(alike) > 1 and order[0] in alike)):
        raise _open(name, sheets, order, alike=len(alike))
    return order[:1]


def _open(name: str, sheets: Mapping[str, Sheet], titles: list[str], *, alike: int) -> SheetError:
    listed = ", ".join(map(repr, titles))
    return SheetError(name, told("several sheets hold a table ({listed})", listed=listed), _offered(sheets, titles), alike)


def _is_table(head: list[list[str]]) -> bool:
    return sum(sum(bool(cell.strip()) for cell in row) > 1 for row in head) > 1


def _offered(sheets: Mapping[str, Sheet], titles: Sequence[str]) -> tuple[tuple[str, Told], ...]:
    """Return each sheet with its rows, its columns and the names of the first of them."""
    shown = []
    for title in titles:
        widths = [sum(bool(cell.strip()) for cell in row) for row in sheets[title].records()]
        row = max(_head(sheets[title])[: limits.HEADER_WITHIN], key=lambda cells: len({cell for cell in cells if cell.strip()}), default=[])
        names = ", ".join(cell.strip() for cell in row[:_SHOWN])
        rows = f"{sum(map(bool, widths)):,}"
        shown.append((title, told("{rows} rows, {columns} columns: {names}", rows=rows, columns=max(widths, default=0), names=names)))
    return tuple(shown)


class _Blanked:
    """Rows in which the cells that hold an error of the spreadsheet are empty; counted on the way."""

    def __init__(self, records: Iterator[list[str]]) -> None:
        self.records, self.count = records, 0

    def __iter__(self) -> Iterator[list[str]]:
        for record in self.records:
            if not ERRORS.isdisjoint(record):
                self.count += sum(cell in ERRORS for cell in record)
                yield ["" if cell in ERRORS else cell for cell in record]
            else:
                yield record

    def findings(self, where: str) -> list[Finding]:
        """Return what was emptied."""
        if not self.count:
            return []
        text: Told = told("{where}: {count} cells hold an error such as #N/A; read as empty", where=where, count=f"{self.count:,}")
        return [Finding("sheet_errors", "accepted", 0, text, mark("Correct the formulas in the workbook, if these cells matter."))]


def padded(records: Sequence[list[str]]) -> Iterator[list[str]]:
    """Give rows of one width; empty ones stay empty."""
    width = max((len(record) for record in records), default=0)
    for record in records:
        yield record + [""] * (width - len(record)) if record else record


def too_far(name: str, sheet: Any, row: int, column: int) -> DataError:
    """Return the refusal of a sheet with a value far outside any table."""
    return DataError(
        told(
            "{file}: sheet {sheet} has a value in row {row}, column {column}; the most we read is {most_rows} "
            "rows of {most_columns} columns and {most_cells} cells: remove what lies outside the table",
            file=name,
            sheet=sheet,
            row=f"{row:,}",
            column=f"{column:,}",
            most_rows=f"{limits.MOST_ROWS:,}",
            most_columns=limits.SHEET_COLUMNS,
            most_cells=f"{limits.SHEET_CELLS:,}",
        )
    )


def too_many(name: str, sheet: Any) -> DataError:
    """Return the refusal of a sheet with more cells than we read."""
    return DataError(
        told(
            "{file}: sheet {sheet} has more than {most_cells} cells; save the sheet as CSV (UTF-8), or only the columns that are needed",
            file=name,
            sheet=sheet,
            most_cells=f"{limits.SHEET_CELLS:,}",
        )
    )

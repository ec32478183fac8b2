"""Excel workbooks (.xlsx) read row by row: values, never formulas or programs; a far cell or a flood of cells is refused early."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from hotspots.readers.files import limits
from hotspots.readers.files.geojson import as_text
from hotspots.readers.files.text_tables import Table, from_records
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
_MIDNIGHT = dt.time(0)


def read_workbook(path: Path, *, needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return one sheet of a workbook as text: the one named, else the only one that holds the columns in `needs`, else the first.

    Dates come out as yyyy-mm-dd, with the clock where there is one; whole numbers without a decimal point; text as it stands, so
    that an id kept as text keeps its zeros. Row numbers are those that Excel shows. Hidden rows and columns are read too.
    Raises `DataError` for a file that is no workbook, is damaged, or is larger than the limits.
    """
    import openpyxl  # takes long to import, and most cities have no workbook
    from openpyxl.utils.datetime import MAC_EPOCH

    _check_archive(path)
    try:
        with path.open("rb") as file:  # opened here, so that it is closed whatever happens inside
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            chosen, records = _sheet(book, path.name, needs=needs, sheet=sheet)
    except DataError:
        raise
    except Exception:  # the library raises whatever a broken file leads it to
        raise DataError(
            told("{file}: the workbook is damaged or not an Excel workbook; open it and save it as .xlsx again", file=path.name)
        ) from None
    blanked = [] if not (bad := _blank_errors(records)) else [_error_finding(bad, f"{path.name}, sheet {chosen}")]
    where = f"{path.name}, sheet {chosen}"
    (columns, rows, spoiled), findings = from_records(
        records, name=where, needs=needs, header_row=header_row, most_columns=limits.SHEET_COLUMNS
    )
    day_zero = pd.Timestamp(1904, 1, 1) if book.epoch == MAC_EPOCH else pd.Timestamp(1899, 12, 30)
    return Table(
        path.name,
        columns,
        rows,
        spoiled,
        findings=(*findings, *blanked),
        origins=np.full(len(rows), f"sheet {chosen}"),
        day_zero=day_zero,
    )


def _check_archive(path: Path) -> None:
    """Refuse what is no workbook, and one whose parts unpack to more than any workbook of homicides needs."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(
            told("{file}: this is an old Excel workbook, or one with a password; save it as .xlsx without a password", file=path.name)
        )
    if not head.startswith(b"PK\x03\x04"):
        raise DataError(
            told("{file}: this is no Excel workbook, whatever its name says; export it again, or give it its true ending", file=path.name)
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            fault = _archive_fault(archive, members)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error):
        fault = told("the workbook is damaged (its end is missing, or parts of it); copy or export it again")
    if fault:
        raise DataError(told("{file}: {fault}", file=path.name, fault=fault))


def _archive_fault(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Told | None:
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        return told("this is a zip archive, not an Excel workbook; unpack it, or give it the ending .zip if it holds a shapefile")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return told("this workbook has programs in it; open it and save it as .xlsx, without macros")
    large = [member for member in members if member.file_size > _allowed(member.filename)]
    if large or len(members) > limits.BOOK_MEMBERS:
        return told("the workbook unpacks to far more than its size lets expect; save only the sheet that is needed, as CSV")
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as part:
                start = part.read(4096)
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                return told("the workbook holds declarations that no spreadsheet program writes; open it and save it as .xlsx again")
    return None


def _allowed(name: str) -> int:
    if name.startswith("xl/worksheets/"):
        return limits.BOOK_SHEET_BYTES
    return limits.BOOK_TEXT_BYTES if name.startswith(("xl/sharedStrings", "xl/media/")) else limits.BOOK_OTHER_BYTES


def _sheet(book: Any, name: str, *, needs: Collection[str], sheet: str) -> tuple[str, list[list[str]]]:
    titles = [one.title for one in book.worksheets]
    if not titles:
        raise DataError(told("{file}: the workbook has no sheet with a table", file=name))
    if sheet and sheet not in titles:
        raise DataError(
            told(
                "{file}: there is no sheet {sheet}; the workbook has: {listed}; write the right name in city.toml",
                file=name,
                sheet=repr(sheet),
                listed=", ".join(titles),
            )
        )
    if sheet or len(titles) == 1:
        chosen = sheet or titles[0]
        return chosen, _records(book[chosen], name)
    best: tuple[tuple[int, int], str, list[list[str]]] = ((-1, 0), "", [])
    for title in titles:
        records = _records(book[title], name)
        found = max((len(set(needs) & {cell.strip() for cell in row}) for row in records[: limits.HEADER_WITHIN]), default=0)
        score = (found, sum(map(len, records)))
        if found and found == best[0][0]:
            raise DataError(
                told(
                    '{file}: the sheets {one} and {other} both hold the columns; write sheet = "…" in city.toml to say which is meant',
                    file=name,
                    one=repr(best[1]),
                    other=repr(title),
                )
            )
        best = max(best, (score, title, records), key=lambda one: one[0])
    return best[1], best[2]


def _records(sheet: Any, name: str) -> list[list[str]]:
    """Return the rows of a sheet from row 1 to the last that holds something; empty ones are empty lists."""
    sheet.reset_dimensions()  # what the sheet says of its own size may be false
    records: list[list[str]] = []
    known: dict[str, str] = {}
    empty: list[str] = []
    cells = looked_at = 0
    for number, values in enumerate(cast("Iterable[tuple[Any, ...]]", sheet.iter_rows(values_only=True)), start=1):
        looked_at += len(values)
        if looked_at > limits.SHEET_CELLS_SEEN:
            raise DataError(
                told("{file}: sheet {sheet} is too wide and too long; save only the columns that are needed", file=name, sheet=sheet.title)
            )
        filled = [place for place, value in enumerate(values) if value is not None]
        if not filled:
            continue
        last = filled[-1] + 1
        cells += len(filled)
        if last > limits.SHEET_COLUMNS or number > limits.MOST_ROWS or cells > limits.SHEET_CELLS:
            raise DataError(
                told(
                    "{file}: sheet {sheet} has a value in row {row}, column {column}; the most we read is {most_rows} "
                    "rows of {most_columns} columns and {most_cells} cells: remove what lies outside the table",
                    file=name,
                    sheet=sheet.title,
                    row=f"{number:,}",
                    column=f"{last:,}",
                    most_rows=f"{limits.MOST_ROWS:,}",
                    most_columns=limits.SHEET_COLUMNS,
                    most_cells=f"{limits.SHEET_CELLS:,}",
                )
            )
        records.extend([empty] * (number - 1 - len(records)))
        texts = (_text(value) for value in values[:last])
        records.append([known.setdefault(text, text) for text in texts])
    width = max((len(record) for record in records), default=0)
    return [record + [""] * (width - len(record)) if record else record for record in records]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("_x000D_", "").replace("\r\n", "\n")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return as_text(value) if isinstance(value, int | float) else str(value)


def _blank_errors(records: list[list[str]]) -> int:
    """Empty the cells that hold an error of the spreadsheet, and return how many there were."""
    count = 0
    for record in records:
        for place, cell in enumerate(record):
            if cell in _ERRORS:
                record[place] = ""
                count += 1
    return count


def _error_finding(count: int, where: str) -> Finding:
    text = told("{where}: {count} cells hold an error such as #N/A; read as empty", where=where, count=f"{count:,}")
    return Finding("sheet_errors", "accepted", 0, text, mark("Correct the formulas in the workbook, if these cells matter."))

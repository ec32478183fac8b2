"""Excel workbooks (.xlsx, .xls) read as values, never formulas or programs; a far cell or a flood of cells is refused early."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots.readers.files import limits
from hotspots.readers.files.geojson import as_text
from hotspots.readers.files.sheets import Sheet, read_sheet, too_far, too_many
from hotspots.readers.files.text_tables import Table
from hotspots.store.schema import DataError
from hotspots.words import Told, told

_MIDNIGHT = dt.time(0)
_FROM_1900, _FROM_1904 = pd.Timestamp(1899, 12, 30), pd.Timestamp(1904, 1, 1)
_CELL = (b"<c ", b"<c>", b":c ")  # how a cell begins in a sheet; the last with a prefix
_ROW = b"<row"
_OVERLAP = 2  # bytes of a beginning that may stand in the part before


def read_workbook(path: Path, *, name: str = "", needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return one sheet of a workbook as text: the one named, else the only one that holds the columns in `needs`, else the fullest.

    Dates come out as yyyy-mm-dd, with the clock where there is one; whole numbers without a decimal point; text as it stands, so
    that an id kept as text keeps its zeros. Row numbers are those that Excel shows. Hidden rows and columns are read too.
    Raises `DataError` for a file that is no workbook, is damaged, or is larger than the limits.
    """
    import openpyxl  # takes long to import, and most cities have no workbook
    from openpyxl.utils.datetime import MAC_EPOCH

    name = name or path.name
    _check_archive(path, name)
    try:
        with path.open("rb") as file:  # opened here, so that it is closed whatever happens inside
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            day_zero = _FROM_1904 if book.epoch == MAC_EPOCH else _FROM_1900
            sheets = [Sheet(one.title, _reader(one, name)) for one in book.worksheets]
            return read_sheet(sheets, name=name, needs=needs, wanted=sheet, header_row=header_row, day_zero=day_zero)
    except (DataError, MemoryError):
        raise
    except Exception:  # the library raises whatever a broken file leads it to
        raise DataError(
            told("{file}: the workbook is damaged or not an Excel workbook; open it and save it as .xlsx again", file=name)
        ) from None


def read_old_workbook(path: Path, *, name: str = "", needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return one sheet of an old Excel workbook (.xls), as `read_workbook` does."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    name = name or path.name
    if path.stat().st_size > limits.OLD_BOOK_BYTES:
        most = f"{limits.OLD_BOOK_BYTES / 1e6:,.0f}"
        raise DataError(told("{file}: the workbook is larger than {most} MB; save it as .xlsx or CSV (UTF-8)", file=name, most=most))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        sheets = [Sheet(title, _old_reader(book, title, name)) for title in book.sheet_names]
        return read_sheet(sheets, name=name, needs=needs, wanted=sheet, header_row=header_row, day_zero=_FROM_1900)
    except PasswordError:
        raise DataError(told("{file}: the workbook has a password; save it without one", file=name)) from None
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            told(
                "{file}: this is an old Excel workbook, or one with a password, and it is damaged or locked; save it as .xlsx without",
                file=name,
            )
        ) from None


def _old_reader(book: Any, title: str, name: str) -> Any:
    def records() -> Iterator[list[str]]:
        found = book.get_sheet_by_name(title)
        row, column = found.end or (0, 0)
        if column >= limits.SHEET_COLUMNS:
            raise too_far(name, title, row + 1, column + 1)
        if (row + 1) * (column + 1) > limits.SHEET_CELLS:
            raise too_many(name, title)
        for values in found.to_python(skip_empty_area=False):
            texts = [_text(value) for value in values]
            yield texts if any(texts) else []

    return records


def _check_archive(path: Path, name: str) -> None:
    """Refuse one whose parts unpack to more than any workbook of homicides needs, before any part is read as what it says it is."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise DataError(
                told("{file}: this is no Excel workbook, whatever its name says; export it again, or give it its true ending", file=name)
            )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            fault = _archive_fault(archive, members)
            if not fault:
                for member in members:
                    if member.filename.startswith("xl/worksheets/") and _cells(archive, member) > limits.SHEET_CELLS:
                        raise too_many(name, Path(member.filename).stem)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        if isinstance(error, DataError):
            raise
        fault = told("the workbook is damaged (its end is missing, or parts of it); copy or export it again")
    if fault:
        raise DataError(told("{file}: {fault}", file=name, fault=fault))


def _cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Return how many cells a sheet has, counted without reading them; the count stops above the most cells, or rows, that we read."""
    count, rows, before = 0, 0, b""
    with archive.open(member) as file:
        while part := file.read(limits.TEXT_PART):
            whole = before + part
            count += sum(whole.count(one) for one in _CELL)
            rows += whole.count(_ROW)
            before = whole[-_OVERLAP:]
            if rows > limits.MOST_ROWS:
                return limits.SHEET_CELLS + 1
            if count > limits.SHEET_CELLS:
                break
    return count


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
                start = part.read(limits.XML_HEAD)
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                return told("the workbook holds declarations that no spreadsheet program writes; open it and save it as .xlsx again")
    return None


def _allowed(name: str) -> int:
    if name.startswith("xl/worksheets/"):
        return limits.BOOK_SHEET_BYTES
    return limits.BOOK_TEXT_BYTES if name.startswith(("xl/sharedStrings", "xl/media/")) else limits.BOOK_OTHER_BYTES


def _reader(sheet: Any, name: str) -> Any:
    def records() -> Iterator[list[str]]:
        """Give the rows of a sheet from row 1; empty ones are empty lists."""
        sheet.reset_dimensions()  # what the sheet says of its own size may be false
        looked_at = cells = 0
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            looked_at += len(values)
            if looked_at > limits.SHEET_CELLS_SEEN:
                raise DataError(
                    told(
                        "{file}: sheet {sheet} is too wide and too long; save only the columns that are needed",
                        file=name,
                        sheet=sheet.title,
                    )
                )
            if values.count(None) == len(values):
                yield []
                continue
            filled = [place for place, value in enumerate(values) if value is not None]
            cells += len(filled)
            if filled[-1] >= limits.SHEET_COLUMNS or number > limits.MOST_ROWS or cells > limits.SHEET_CELLS:
                raise too_far(name, sheet.title, number, filled[-1] + 1)
            yield [_text(value) for value in values[: filled[-1] + 1]]

    return records


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

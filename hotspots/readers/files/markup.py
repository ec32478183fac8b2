"""Tables in markup: OpenDocument sheets, workbooks saved as XML, and web pages that a program calls .xls."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from hotspots.readers.files import limits
from hotspots.readers.files.letters import letters_of
from hotspots.readers.files.sheets import Sheet, read_sheet, too_far, too_many
from hotspots.readers.files.text_tables import Table
from hotspots.store.schema import DataError
from hotspots.words import told

Records = list[list[str]]
_MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?$")
_CLOCK = re.compile(r"PT(\d+)H(\d+)M(\d+)")


def read_opendocument(path: Path, *, name: str = "", needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return one sheet of an OpenDocument workbook (.ods), as `workbooks.read_workbook` does.

    Cells and rows that say they are repeated count as often as they say. Raises `DataError`.
    """
    name = name or path.name
    damaged = told("{file}: the workbook is damaged, or has a password; open it and save it as .xlsx", file=name)
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo("content.xml")
            check_markup_size(member.file_size, name)
            with archive.open(member) as content:
                found = _opendocument(content, name)  # type: ignore[arg-type]
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        KeyError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
        ParseError,
        DefusedXmlException,
    ):
        raise DataError(damaged) from None
    return _read(found, name=name, needs=needs, sheet=sheet, header_row=header_row)


def read_xml_workbook(path: Path, *, name: str = "", needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return one sheet of a workbook that was saved as XML (often called .xls), as `workbooks.read_workbook` does."""
    name = name or path.name
    check_markup_size(path.stat().st_size, name)
    try:
        with path.open("rb") as content:
            found = _xml_workbook(content, name)
    except (ParseError, DefusedXmlException):
        raise DataError(told("{file}: the XML in the file is broken; open it and save it as .xlsx or CSV (UTF-8)", file=name)) from None
    return _read(found, name=name, needs=needs, sheet=sheet, header_row=header_row)


def read_web_table(path: Path, *, name: str = "", needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return a table of a web page, which programs write and call .xls; a page without a table is refused.

    Raises `DataError`.
    """
    name = name or path.name
    check_markup_size(path.stat().st_size, name)
    with path.open("rb") as file:
        letters = letters_of(file, name=name)
        text = file.read().decode(letters.codec, errors="replace")
    page = _Page(name)
    page.feed(text)
    page.close()
    found = {f"table {number}": rows for number, rows in enumerate(page.tables, start=1) if sum(len(row) > 1 for row in rows) > 1}
    if not found:
        raise DataError(told("{file}: this is a web page, not a table; download the data itself, as CSV", file=name))
    return _read(found, name=name, needs=needs, sheet=sheet, header_row=header_row)


def check_markup_size(size: int, name: str) -> None:
    """Refuse more markup than we read."""
    if size > limits.MOST_MARKUP_BYTES:
        raise DataError(
            told(
                "{file}: the file unpacks to {size} MB; the most we read is {most} MB: save it as CSV, or split it by year",
                file=name,
                size=f"{size / 1e6:,.0f}",
                most=f"{limits.MOST_MARKUP_BYTES / 1e6:,.0f}",
            )
        )


def _read(found: dict[str, Records], *, name: str, needs: Collection[str], sheet: str, header_row: int | None) -> Table:
    sheets = [Sheet(title, rows.__iter__) for title, rows in found.items()]
    return read_sheet(sheets, name=name, needs=needs, wanted=sheet, header_row=header_row)


class _Grid:
    """Collects the cells of a sheet row by row, within the limits."""

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title
        self.records: Records = []
        self.cells = 0

    def add(self, row: list[str], *, times: int = 1) -> None:
        """Add a row as often as it is repeated; empty ones at the end come to nothing."""
        while row and not row[-1].strip():
            row.pop()
        self.cells += len(row) * times
        if len(row) > limits.SHEET_COLUMNS:
            raise too_far(self.name, self.title, len(self.records) + 1, len(row))
        if self.cells > limits.SHEET_CELLS or (row and len(self.records) + times > limits.MOST_ROWS):
            raise too_many(self.name, self.title)
        room = limits.MOST_ROWS - len(self.records)
        self.records.extend([row] * min(times, room))

    def done(self) -> Records:
        """Return the rows up to the last that holds something."""
        while self.records and not self.records[-1]:
            self.records.pop()
        return self.records


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _plain(key) == name), "")


def _times(element: Element, name: str) -> int:
    said = _attribute(element, name)
    return max(1, int(said)) if said.isdecimal() and len(said) < 10 else 1


def _opendocument(content: BinaryIO, name: str) -> dict[str, Records]:
    found: dict[str, Records] = {}
    grid = _Grid(name, "")
    depth = 0
    for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
        tag = _plain(element.tag)
        depth += (event == "start") - (event == "end") if tag == "table" else 0
        if event == "start" and tag == "table" and depth == 1:
            grid = _Grid(name, _attribute(element, "name"))
        elif event == "end" and tag == "table-row" and depth == 1:
            grid.add(_document_row(element), times=_times(element, "number-rows-repeated"))
            element.clear()
        elif event == "end" and tag == "table" and depth == 0:
            found[grid.title] = grid.done()
            element.clear()
    return {title: rows for title, rows in found.items() if rows}


def _document_row(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        tag = _plain(cell.tag)
        if tag not in ("table-cell", "covered-table-cell"):
            continue
        times = _times(cell, "number-columns-repeated")
        cells += [_document_cell(cell)] * min(times, limits.SHEET_COLUMNS + 1)
    return cells


def _document_cell(cell: Element) -> str:
    kind = _attribute(cell, "value-type")
    if kind in ("float", "currency", "percentage"):
        return re.sub(r"(\.\d*?)0+$|\.$", lambda found: (found[1] or "").rstrip("."), _attribute(cell, "value"))
    if kind == "date":
        return _MIDNIGHT.sub("", _attribute(cell, "date-value")).replace("T", " ")
    if kind == "time":
        clock = _CLOCK.match(_attribute(cell, "time-value"))
        return ":".join(f"{int(part):02d}" for part in clock.groups()) if clock else ""
    if kind == "boolean":
        return _attribute(cell, "boolean-value").upper()
    return "\n".join(_words(part) for part in cell if _plain(part.tag) == "p")  # notes beside the cell are no part of it


def _words(part: Element) -> str:
    text = part.text or ""
    for one in part:
        tag = _plain(one.tag)
        inner = " " * _times(one, "c") if tag == "s" else "\n" if tag == "line-break" else "\t" if tag == "tab" else _words(one)
        text += ("" if tag == "annotation" else inner) + (one.tail or "")
    return text


def _xml_workbook(content: BinaryIO, name: str) -> dict[str, Records]:
    found: dict[str, Records] = {}
    grid = _Grid(name, "")
    for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
        tag = _plain(element.tag)
        if event == "start" and tag == "Worksheet":
            grid = _Grid(name, _attribute(element, "Name"))
        elif event == "end" and tag == "Row":
            _skip_to(grid, _times(element, "Index"))
            grid.add(_xml_row(element))
            element.clear()
        elif event == "end" and tag == "Worksheet":
            found[grid.title] = grid.done()
            element.clear()
    return {title: rows for title, rows in found.items() if rows}


def _skip_to(grid: _Grid, row: int) -> None:
    gap = row - 1 - len(grid.records)
    if gap > 0:
        grid.add([], times=gap)


def _xml_row(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if _plain(cell.tag) != "Cell":
            continue
        gap = _times(cell, "Index") - 1 - len(cells)
        cells += [""] * max(0, min(gap, limits.SHEET_COLUMNS + 1))
        data = next((one for one in cell if _plain(one.tag) == "Data"), None)
        text = "" if data is None else "".join(data.itertext())
        if data is not None and _attribute(data, "Type") == "DateTime":
            text = re.sub(r"\.0+$", "", _MIDNIGHT.sub("", text)).replace("T", " ")
        cells.append(text)
        across = _attribute(cell, "MergeAcross")
        cells += [""] * min(int(across) if across.isdecimal() else 0, limits.SHEET_COLUMNS + 1)
    return cells


class _Page(HTMLParser):
    """Collects the tables of a web page; a table within another is one of its own."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.name = name
        self.tables: list[Records] = []
        self.open: list[_Grid] = []
        self.row: list[list[str] | None] = []
        self.cell: list[list[str] | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag == "table":
            self.open.append(_Grid(self.name, f"table {len(self.tables) + len(self.open) + 1}"))
            self.row.append(None)
            self.cell.append(None)
        elif self.open and tag == "tr":
            self._end_row()
            self.row[-1] = []
        elif self.open and tag in ("td", "th"):
            self._end_cell()
            row = self.row[-1] = self.row[-1] if self.row[-1] is not None else []
            self.cell[-1] = []
            said = dict(attrs).get("colspan") or "1"
            self.span = min(int(said), limits.SHEET_COLUMNS) if said.isdecimal() and len(said) < 6 else 1
            assert row is not None
        elif self.open and tag == "br" and self.cell[-1] is not None:
            self.cell[-1].append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a table, a row or a cell."""
        if not self.open:
            return
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self.row.pop()
            self.cell.pop()
            self.tables.append(self.open.pop().done())

    def handle_data(self, data: str) -> None:
        """Take the words of a cell."""
        if self.open and self.cell[-1] is not None:
            self.cell[-1].append(data)

    def close(self) -> None:
        """End what is open still."""
        super().close()
        while self.open:
            self.handle_endtag("table")

    def _end_cell(self) -> None:
        cell, row = self.cell[-1], self.row[-1]
        if cell is not None and row is not None:
            row += [" ".join("".join(cell).replace("\u00a0", " ").split()), *[""] * (self.span - 1)]
        self.cell[-1] = None

    def _end_row(self) -> None:
        self._end_cell()
        row = self.row[-1]
        if row is not None:
            self.open[-1].add(row)
        self.row[-1] = None


def starts_like(head: bytes) -> Iterator[str]:
    """Give the kinds of markup that the first bytes of a file speak of: kml, workbook, page.

    >>> list(starts_like(b'<?xml version="1.0"?><kml>'))
    ['kml']
    """
    text = head.decode("latin-1").lower()
    if re.search(r"<(?:\w+:)?kml[\s>]", text):
        yield "kml"
    elif "urn:schemas-microsoft-com:office:spreadsheet" in text:
        yield "workbook"
    elif re.search(r"<(?:!doctype html|html|table|head|body|script|meta)[\s>]", text):
        yield "page"

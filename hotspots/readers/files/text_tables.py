"""Text tables (CSV, TSV and their cousins) read strictly: every cell as text, no row lost or shifted in silence."""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.readers.files import limits
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

SEPARATORS = (",", ";", "\t", "|")
_FOREIGN = (
    (b"PK\x03\x04", told("an Excel workbook or a zip archive"), told("give a workbook the ending .xlsx, or save it as CSV (UTF-8)")),
    (b"\xd0\xcf\x11\xe0", told("an old Excel workbook"), told("save it as .xlsx or CSV (UTF-8) in the spreadsheet program")),
    (b"\x1f\x8b", told("a compressed file"), told("give it the ending .csv.gz if there is a text table inside, or unpack it")),
    (b"PAR1", told("a Parquet file"), told("give it the ending .parquet")),
    (b"SQLite format 3\0", told("a database"), told("give it the ending .gpkg if it is a GeoPackage")),
    (b"%PDF", told("a PDF document"), told("ask the source for a table")),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|table|\?xml|head|body|script)", re.IGNORECASE)
_MOJIBAKE = re.compile(r"\w*Ã[\u0080-\u00bf©±³¡º]\w*")


@dataclass(frozen=True, eq=False)
class Table:
    """A file as text: one row per record.

    `columns` holds every cell as the file writes it. `rows` are the row numbers that a spreadsheet shows (a feature's place in
    a GeoJSON file). `spoiled` is why a row cannot be trusted ("ragged_row", "repeated_header", "footnote"), empty where it can.
    `shapes` and `epsg` are there for files that carry geometry; `crs_unsaid` is true where such a file should say its coordinate
    system and does not. `origins` is where each row comes from where its number alone does not say it: a file, a sheet.
    `day_zero` is the day that a workbook counts its dates from.
    """

    source: str
    columns: pd.DataFrame
    rows: npt.NDArray[np.int64]
    spoiled: npt.NDArray[np.str_]
    findings: tuple[Finding, ...] = ()
    shapes: npt.NDArray[np.object_] | None = None
    epsg: int | None = None
    crs_unsaid: bool = False
    origins: npt.NDArray[np.str_] | None = None
    day_zero: pd.Timestamp | None = None


def read_table(path: Path, *, needs: Collection[str] = (), header_row: int | None = None) -> Table:
    """Return the table in the text file `path`, which may be compressed (.gz).

    The encoding is UTF-8 (with or without its mark), UTF-16 by its mark, else Windows-1252; the separator is worked out among
    comma, semicolon, tab and bar; the header is row `header_row`, else the row among the first 30 that looks most like one.
    A row with too many or too few values is kept apart, as `spoiled`. Raises `DataError` for a file that is no text table, is
    empty, or is broken as a whole.
    """
    text, findings = _decode(path)
    records = _records(text, name=path.name, separator=_separator(text, needs))
    table, more = from_records(records, name=path.name, needs=needs, header_row=header_row)
    return Table(path.name, *table, findings=(*findings, *more))


_Body = tuple[pd.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.str_]]


def from_records(
    records: list[list[str]],
    *,
    name: str,
    needs: Collection[str] = (),
    header_row: int | None = None,
    most_columns: int = limits.MOST_COLUMNS,
) -> tuple[_Body, list[Finding]]:
    """Return columns, row numbers and spoiled rows of a table whose first record is row 1, and what was found on the way."""
    head = _header_at(records, needs) if header_row is None else header_row - 1
    if head is None or len(records) <= head + 1:
        if head is None:
            raise DataError(told("{file}: the file has no rows; export it again", file=name))
        raise DataError(told("{file}: the file has a header but no rows under it; export it again", file=name))
    if len(records[head]) > most_columns or len(records) > limits.MOST_ROWS:
        raise DataError(
            told(
                "{file}: the file has {rows} rows and {columns} columns; the most we read is {most_rows} rows of "
                "{most_columns} columns: remove what is not needed",
                file=name,
                rows=f"{len(records):,}",
                columns=f"{len(records[head]):,}",
                most_rows=f"{limits.MOST_ROWS:,}",
                most_columns=f"{most_columns:,}",
            )
        )
    findings = []
    if head and any(cell.strip() for record in records[:head] for cell in record):
        findings.append(
            Finding(
                "title_rows", "accepted", head, told("{name}: {head} rows above the column names were passed over", name=name, head=head)
            )
        )
    body, more = _body(records, head, name=name)
    return body, [*findings, *more]


def refuse(faults: list[Told]) -> None:
    """Raise one `DataError` that names every fault; do nothing where there is none."""
    if faults:
        raise DataError(faults)


def missing_columns(table: Table, named: Iterable[tuple[str, str]]) -> list[Told]:
    """Return one fault for every (key, column) whose column the table does not have exactly once."""
    present = list(table.columns.columns)
    faults = []
    for key, column in named:
        if column not in present:
            close = difflib.get_close_matches(column, present, n=1, cutoff=0.5) or [None]
            same = [name for name in present if name.casefold() == column.casefold()] or close
            hint = told("did you mean {name}? ", name=repr(same[0])) if same[0] else ""
            faults.append(
                told(
                    "{file}: no column {column} (for {key}); {hint}the file has: {listed}; write the right name in city.toml",
                    file=table.source,
                    column=repr(column),
                    key=key,
                    hint=hint,
                    listed=", ".join(present[:30]),
                )
            )
        elif f"{column} (2)" in present:
            faults.append(
                told(
                    "{file}: column {column} (for {key}) occurs more than once; rename one in the file",
                    file=table.source,
                    column=repr(column),
                    key=key,
                )
            )
    return faults


def _decode(path: Path) -> tuple[str, list[Finding]]:
    raw = _unpacked(path) if path.suffix.lower() == ".gz" else _bytes(path)
    for magic, what, advice in _FOREIGN:
        if raw.startswith(magic):
            raise DataError(told("{file}: this is {what}, not a text table; {advice}", file=path.name, what=what, advice=advice))
    if _MARKUP.match(raw[:200]):
        raise DataError(told("{file}: this is a web page, not a text table; download the data itself, as CSV", file=path.name))
    text, findings = _as_text(raw, path.name)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise DataError(
            told("{file}: line {line} holds a character that no text has; the file is damaged: export it again", file=path.name, line=line)
        )
    garbled = _MOJIBAKE.search(text)
    if garbled:
        findings.append(
            Finding(
                "garbled_letters",
                "accepted",
                0,
                told(
                    "{name}: some letters look garbled (for example {sample}); kept as they stand",
                    name=path.name,
                    sample=f"{garbled.group(0)!r}",
                ),
                mark("Export the file again as UTF-8."),
            )
        )
    return text, findings


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size > limits.MOST_BYTES:
        raise DataError(
            told(
                "{file}: the file has {size} MB; the most we read is {most} MB: split it by year",
                file=path.name,
                size=f"{size / 1e6:,.0f}",
                most=f"{limits.MOST_BYTES / 1e6:,.0f}",
            )
        )
    return path.read_bytes()


def _unpacked(path: Path) -> bytes:
    """Return what a .gz file holds, but never more than 100 times its size: a small file can hold a flood."""
    packed = max(path.stat().st_size, 1)
    parts, size = [], 0
    try:
        with gzip.open(path) as file:
            while part := file.read(1 << 20):
                parts.append(part)
                size += len(part)
                if size > limits.MOST_UNPACKED or (size > limits.SMALL_TABLE and size > limits.MOST_RATIO * packed):
                    raise DataError(
                        told(
                            "{file}: the file of {packed} MB holds more than {size} MB; that is no table of homicides: unpack it "
                            "and look at it",
                            file=path.name,
                            packed=f"{packed / 1e6:,.1f}",
                            size=f"{size / 1e6:,.0f}",
                        )
                    )
    except (OSError, EOFError, zlib.error):
        raise DataError(
            told("{file}: the file ends with .gz and cannot be unpacked; it is damaged or something else", file=path.name)
        ) from None
    return b"".join(parts)


def _as_text(raw: bytes, name: str) -> tuple[str, list[Finding]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), []
        except UnicodeDecodeError:
            raise DataError(told("{file}: the file begins as UTF-16 text and ends broken; export it again as UTF-8", file=name)) from None
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        raise DataError(told("{file}: the letters are in no encoding that we read; export the file as UTF-8", file=name)) from None
    sample = re.search(r"\w*[^\x00-\x7f]\w*", text)
    shown = sample.group(0) if sample else ""
    return text, [
        Finding(
            "old_encoding",
            "accepted",
            0,
            told("{name}: the letters were read as Windows-1252, for example {shown}", name=name, shown=f"{shown!r}"),
            mark("If that word looks wrong, export the file as UTF-8."),
        )
    ]


def _separator(text: str, needs: Collection[str]) -> str:
    if text[:4].casefold() == "sep=":
        return text[4]
    sample = io.StringIO(text[:65536], newline="")
    lines = [line for _, line in zip(range(60), sample, strict=False)]

    def score(separator: str) -> tuple[int, int, float, int]:
        rows = [row for row in csv.reader(lines, delimiter=separator) if row]
        found = max((len(set(needs) & {cell.strip() for cell in row}) for row in rows[: limits.HEADER_WITHIN]), default=0)
        width, times = Counter(len(row) for row in rows).most_common(1)[0] if rows else (0, 0)
        return found, int(width > 1), times / max(len(rows), 1), width

    return max(SEPARATORS, key=score)


def _records(text: str, *, name: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
    except csv.Error:
        raise DataError(
            told(
                "{file}: row {row} holds a quotation mark that is not closed, or text after a closed one; correct "
                "that row and import again",
                file=name,
                row=len(records) + 1,
            )
        ) from None
    if records and records[0] and records[0][0].casefold().startswith("sep="):
        records[0] = []
    for number, record in enumerate(records, start=1):
        for cell in record:
            if "\n" in cell and len(record) > 2 and any(line.count(separator) >= len(record) - 1 for line in cell.splitlines()):
                raise DataError(
                    told(
                        "{file}: a quotation mark that is not closed in row {row} swallows {rows} rows; correct that row and import again",
                        file=name,
                        row=number,
                        rows=cell.count(chr(10)),
                    )
                )
    return records


def _header_at(records: list[list[str]], needs: Collection[str]) -> int | None:
    """Return the row that names the columns: most of the columns needed, else the first that is filled with words like a header."""
    filled = [i for i, record in enumerate(records[: limits.HEADER_WITHIN]) if any(cell.strip() for cell in record)]
    if not filled:
        return None
    found = {i: len(set(needs) & {cell.strip() for cell in records[i]}) for i in filled}
    if max(found.values()):
        return max(filled, key=lambda i: found[i])
    likeness = {i: len({cell.strip() for cell in records[i] if _is_word(cell)}) for i in filled}
    return next(i for i in filled if likeness[i] * 4 >= max(likeness.values()) * 3)


def _is_word(cell: str) -> bool:
    return bool(re.match(r"\s*[^\W\d]", cell))


def _names(header: list[str]) -> list[str]:
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {place}"
        times = sum(1 for earlier in names if earlier == name or re.fullmatch(re.escape(name) + r" \(\d+\)", earlier))
        names.append(name if not times else f"{name} ({times + 1})")
    return names


def _body(records: list[list[str]], head: int, *, name: str) -> tuple[_Body, list[Finding]]:
    header = records[head]
    kept = [(i + 1, record) for i, record in enumerate(records) if i > head and any(cell.strip() for cell in record)]
    if not kept:
        raise DataError(told("{file}: the file has a header but no rows under it; export it again", file=name))
    blank = len(records) - head - 1 - len(kept)
    findings = []
    if blank:
        findings.append(
            Finding("blank_rows", "accepted", blank, told("{name}: {blank} empty rows were passed over", name=name, blank=f"{blank:,}"))
        )
    width = len(header)
    longer = sum(1 for _, record in kept if len(record) > width and any(cell.strip() for cell in record[width:]))
    trailing = sum(1 for _, record in kept if len(record) > width) - longer
    if trailing:
        findings.append(
            Finding(
                "trailing_separator",
                "accepted",
                trailing,
                told("{name}: {trailing} rows end in separators with nothing after them", name=name, trailing=f"{trailing:,}"),
            )
        )
    if longer * 2 > len(kept):
        raise DataError(
            told(
                "{file}: {n} of {total} rows have more values than there are column names ({width}); the columns are "
                "shifted: correct the header and import again",
                file=name,
                n=f"{longer:,}",
                total=f"{len(kept):,}",
                width=width,
            )
        )
    spoiled = np.array([_spoiled(record, header) for _, record in kept], dtype="U16")
    ragged = np.flatnonzero(spoiled == "ragged_row")
    if len(ragged) >= 5 and len(ragged) * 10 > len(kept):
        raise DataError(
            told(
                "{file}: {n} of {total} rows have too many or too few values (first: row {first}); the file is broken: export it again",
                file=name,
                n=f"{len(ragged):,}",
                total=f"{len(kept):,}",
                first=kept[ragged[0]][0],
            )
        )
    spoiled[len(kept) - _footnotes([record for _, record in kept], width) :] = "footnote"
    cells = [[*record[:width], *[""] * (width - len(record))] for _, record in kept]
    table = pd.DataFrame(cells, columns=_names(header), dtype="str")
    return (table, np.array([number for number, _ in kept], dtype=np.int64), spoiled), findings


def _footnotes(records: list[list[str]], width: int) -> int:
    """Return how many of the last rows hold nothing but a sentence in the first column."""
    count = 0
    for record in reversed(records):
        alone = len(record) >= width > 2 and _is_word(record[0]) and not any(cell.strip() for cell in record[1:])
        if not alone:
            break
        count += 1
    return count if count < len(records) else 0


def _spoiled(record: list[str], header: list[str]) -> str:
    if record[: len(header)] == header:
        return "repeated_header"
    extra = any(cell.strip() for cell in record[len(header) :])
    return "ragged_row" if extra or len(record) < len(header) else ""

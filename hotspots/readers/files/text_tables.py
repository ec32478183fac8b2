"""Text tables (CSV, TSV and their cousins) read strictly: every cell as text, no row lost or shifted in silence."""

from __future__ import annotations

import csv
import difflib
import functools
import io
import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.readers.files import limits
from hotspots.readers.files.code_books import Codes
from hotspots.readers.files.letters import Letters, Mended, letters_of
from hotspots.readers.files.plain_text import CODECS, read_plain
from hotspots.readers.files.records import Body, from_records
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, eq=False)
class Table:
    """A file as text: one row per record.

    `columns` holds every cell as the file writes it. `rows` are the row numbers that a spreadsheet shows (a feature's place in
    a GeoJSON file). `spoiled` is why a row cannot be trusted ("ragged_row", "repeated_header", "footnote"), empty where it can.
    `shapes` and `epsg` are there for files that carry geometry; `crs_unsaid` is true where such a file should say its coordinate
    system and does not. `origins` is where each row comes from where its number alone does not say it: a file, a sheet.
    `day_zero` is the day that a workbook counts its dates from. `books` is what other sheets of it say that codes mean.
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
    books: Codes = field(default_factory=dict)


def read_table(path: Path, *, name: str = "", needs: Collection[str] = (), header_row: int | None = None) -> Table:
    """Return the table in the text file `path`; `name` is what to call it, else the file's own name.

    The letters are those of `letters_of`; the separator is worked out among comma, semicolon, tab and bar; rows that stand in quotes
    as a whole are read as rows; the header is found by `from_records`. A row with too many or too few values is kept apart, as
    `spoiled`. Raises `DataError` for a file that is no text table, is empty, or is broken as a whole.
    """
    name = name or path.name
    csv.field_size_limit(limits.MOST_BYTES)
    with path.open("rb") as file:
        letters = letters_of(file, name=name)
        with io.TextIOWrapper(file, encoding=letters.codec, newline="") as text:
            mended = Mended(garbled=letters.garbled)
            lines = map(mended, text)
            plain = path if letters.codec in CODECS and not letters.garbled and path.stat().st_size > limits.PLAIN_BYTES else None
            try:
                body, findings = _read(lines, plain, name=name, needs=needs, header_row=header_row)
            except UnicodeDecodeError:
                raise DataError(
                    told(
                        "{file}: the file begins as {encoding} text and ends broken; export it again as UTF-8",
                        file=name,
                        encoding=letters.codec.upper(),
                    )
                ) from None
    return Table(name, *body, findings=(*_letters_finding(letters, name), *_mended_finding(mended, name), *findings))


def _read(
    lines: Iterator[str], plain: Path | None, *, name: str, needs: Collection[str], header_row: int | None
) -> tuple[Body, list[Finding]]:
    sample = _sample(lines)
    separator, quoted = _separator(sample, needs)
    every = itertools.chain(sample, lines)
    if not quoted:
        quickly = None if plain is None else functools.partial(read_plain, plain, separator)
        return from_records(_records(every, separator, name=name), name=name, needs=needs, header_row=header_row, quickly=quickly)
    inner = ((record[0] if record else "") for record in _records(every, "\0", name=name))
    body, findings = from_records(_records(inner, separator, name=name), name=name, needs=needs, header_row=header_row)
    text = told("{name}: every row stands in quotation marks as a whole; they were taken away", name=name)
    return body, [*findings, Finding("quoted_rows", "accepted", 0, text)]


def _sample(lines: Iterator[str]) -> list[str]:
    """Return the first lines, as many as say what separates the values."""
    taken: list[str] = []
    size = 0
    for line in lines:
        taken.append(line)
        size += len(line)
        if len(taken) >= limits.SAMPLE_LINES or size > limits.SAMPLE_LETTERS:
            break
    return taken


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


def _records(text: Iterator[str], separator: str, *, name: str) -> Iterator[list[str]]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader, None)
        except csv.Error:
            raise DataError(
                told(
                    "{file}: row {row} holds a quotation mark that is not closed, or text after a closed one; correct "
                    "that row and import again",
                    file=name,
                    row=number,
                )
            ) from None
        if record is None:
            return
        if number == 1 and record and record[0].casefold().startswith("sep="):
            record = []
        _check_closed(record, number, separator, name)
        yield record


def _check_closed(record: list[str], number: int, separator: str, name: str) -> None:
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


def _separator(lines: list[str], needs: Collection[str]) -> tuple[str, bool]:
    """Return the separator, and whether every row stands in quotes as a whole, so that it looks like one cell."""
    if lines and lines[0][:4].casefold() == "sep=":
        return lines[0][4:5] or ",", False
    separator, columns = _best_separator(lines, needs)
    if columns < 2:
        inner = [row[0] for row in csv.reader(lines) if row]
        one, columns = _best_separator(inner, needs)
        if columns > 1 and all(line.startswith('"') for line in lines if line.strip()):
            return one, True
    return separator, False


def _best_separator(lines: list[str], needs: Collection[str]) -> tuple[str, int]:
    def score(separator: str) -> tuple[int, int, float, int]:
        rows = [row for row in csv.reader(lines, delimiter=separator) if row]
        found = max((len(set(needs) & {cell.strip() for cell in row}) for row in rows[: limits.HEADER_WITHIN]), default=0)
        width, times = Counter(len(row) for row in rows).most_common(1)[0] if rows else (0, 0)
        return found, int(width > 1), times / max(len(rows), 1), width

    best = max(SEPARATORS, key=score)
    return best, score(best)[3]


def _letters_finding(letters: Letters, name: str) -> list[Finding]:
    if not letters.name:
        return []
    text = told(
        "{name}: the letters were read as {encoding}, for example {shown}", name=name, encoding=letters.name, shown=repr(letters.sample)
    )
    return [Finding("old_encoding", "accepted", 0, text, mark("If that word looks wrong, export the file as UTF-8."))]


def _mended_finding(mended: Mended, name: str) -> list[Finding]:
    if not mended.lines:
        return []
    text = told(
        "{name}: an earlier program garbled letters in {n} lines; they were put right (for example {before} is {after})",
        name=name,
        n=f"{mended.lines:,}",
        before=repr(mended.before),
        after=repr(mended.after),
    )
    return [Finding("garbled_letters", "accepted", 0, text)]

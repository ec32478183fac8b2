"""Records → columns: where the table starts, which rows fit its header; a part at a time, so that memory stays small."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from hotspots.readers.files import limits
from hotspots.readers.files.heads import Head, joined_head
from hotspots.readers.report import Finding
from hotspots.readers.table_faults import HeaderError
from hotspots.store.schema import DataError
from hotspots.words import Told, told

Body = tuple[pd.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.str_]]
_OF_ROWS = tuple(re.compile(form) for form in (r"\d{4}[-/.]\d\d?[-/.]\d\d?\b.*", r"\d\d?[-/.]\d\d?[-/.]\d{2,4}\b.*", r"-?\d+[.,]\d{3,}"))
_BODY_SEEN = 20  # rows under the header that say what a column holds
_TITLES = 200  # letters of the rows above a table that a sentence shows
_HOPELESS = 10  # times the most columns that we read
_NUMBERS_LEAST = 2  # columns of numbers that names stand in place of
_YEAR = re.compile(r"(?:19|20)\d\d")
_WORD = re.compile(r"\s*[^\W\d]")
_SHOWN = 6  # cells of a row that is offered as the header


def from_records(
    records: Iterable[list[str]],
    *,
    name: str,
    needs: Collection[str] = (),
    header_row: int | None = None,
    most_columns: int = limits.MOST_COLUMNS,
    quickly: Callable[[int, list[str]], Body | None] | None = None,
) -> tuple[Body, list[Finding]]:
    """Return columns, row numbers and spoiled rows of a table whose first record is row 1, and what was found on the way.

    The header is row `header_row`, else the row among the first 30 that holds most of the columns in `needs`, else the one that looks
    like one; where several do, a `HeaderError` asks. `quickly` may give the table under a header without taking its rows one by one.
    Raises `DataError` for a table that is empty, too large or shifted.
    """
    coming = iter(records)
    first = list(itertools.islice(coming, max(limits.HEADER_WITHIN + _BODY_SEEN, header_row or 0)))
    widest = max(map(len, first), default=0)
    if widest > _HOPELESS * most_columns:  # looking for the names among so many cells takes long
        raise _too_large(name, told("{columns} columns", columns=f"{widest:,}"), most_columns)
    head = header_at(first, needs, name=name) if header_row is None else header_row - 1
    if head is None:
        raise DataError(told("{file}: the file has no rows; export it again", file=name))
    if len(first) <= head + 1:
        raise DataError(told("{file}: the file has a header but no rows under it; export it again", file=name))
    if len(first[head]) > most_columns:
        raise _too_large(name, told("{columns} columns", columns=f"{len(first[head]):,}"), most_columns)
    if header_row is None and not set(needs) & {cell.strip() for cell in first[head]} and _names_nothing(first[head], first[head + 1 :]):
        first = [*first[:head], [""] * len(first[head]), *first[head:]]
        return _without_names(itertools.chain(first, coming), head, name=name, most_columns=most_columns)
    names = joined_head(first, head) if header_row is None else Head((), head)
    findings = _titles(first[: names.last - bool(names.upper)], name)
    if names.upper:
        findings.append(_two_heads(names, name))
        first[names.last], head = list(names.names), names.last
    if quickly and (body := quickly(head, first[head])):
        return body, findings
    rows = _Rows(first[head], head, name=name, most_columns=most_columns)
    rows.take(itertools.chain(first[head + 1 :], coming))
    return rows.body(), [*findings, *rows.findings()]


def _titles(above: list[list[str]], name: str) -> list[Finding]:
    said = [cell.strip() for record in above for cell in record if cell.strip()]
    if not said:
        return []
    titles = ", ".join(map(repr, said))[:_TITLES]
    passed = told("{name}: {head} rows above the column names were passed over ({titles})", name=name, head=len(above), titles=titles)
    return [Finding("title_rows", "accepted", len(above), passed)]


def _two_heads(names: Head, name: str) -> Finding:
    shown = next(both for both, one, other in zip(names.names, names.upper, names.lower, strict=True) if other and both != other)
    text = told(
        "{name}: the names of the columns stand in two rows; they were read together, such as {shown}", name=name, shown=repr(shown)
    )
    return Finding("two_heads", "accepted", 0, text)


def _names_nothing(record: list[str], body: list[list[str]]) -> bool:
    """Return whether a row is one of the rows under it, and no row of names: it holds a date or a fraction where they all do."""
    for place, cell in enumerate(record):
        under = [row[place].strip() for row in body if place < len(row) and row[place].strip()]
        form = next((form for form in _OF_ROWS if form.fullmatch(cell.strip())), None)
        if form and len(under) > 1 and all(form.fullmatch(one) for one in under):
            return True
    return False


def _without_names(records: Iterable[list[str]], head: int, *, name: str, most_columns: int) -> tuple[Body, list[Finding]]:
    """Return the table of a file without a row of names: its columns are called by their place."""
    coming = iter(records)
    empty = list(itertools.islice(coming, head + 1))[-1]
    rows = _Rows(empty, head, name=name, most_columns=most_columns)
    rows.number -= 1  # the names take no row of the file
    rows.take(coming)
    text = told("{name}: no row names the columns; they are called column 1, column 2 and so on, from the left", name=name)
    return rows.body(), [Finding("no_names", "accepted", 0, text), *rows.findings()]


def _too_large(name: str, what: Told, most_columns: int) -> DataError:
    return DataError(
        told(
            "{file}: the file has {what}; the most we read is {most_rows} rows of {most_columns} columns: remove what is not needed",
            file=name,
            what=what,
            most_rows=f"{limits.MOST_ROWS:,}",
            most_columns=f"{most_columns:,}",
        )
    )


def header_at(records: list[list[str]], needs: Collection[str], *, name: str) -> int | None:
    """Return the row that names the columns: most of the columns needed, else the first that is filled with words like a header.

    Raises `HeaderError` where more than one row is, above columns that hold no words.
    """
    filled = [i for i, record in enumerate(records[: limits.HEADER_WITHIN]) if any(cell.strip() for cell in record)]
    if not filled:
        return None
    found = {i: len(set(needs) & {cell.strip() for cell in records[i]}) for i in filled}
    if max(found.values()):
        return max(filled, key=lambda i: found[i])
    likeness = {i: len(_labels(records[i])) for i in filled}
    chosen = next(i for i in filled if likeness[i] * 4 >= max(likeness.values()) * 3)
    rivals = [chosen, *_rivals(records, chosen, filled)]
    if len(rivals) > 1:
        raise HeaderError(name, tuple((i + 1, ", ".join(cell.strip() for cell in records[i][:_SHOWN])) for i in rivals))
    return chosen


def _labels(record: list[str]) -> set[str]:
    """Return the words of a row, and its years where it holds nothing else: a row of numbers has words too, where some are withheld.

    >>> sorted(_labels(["Area", "2019", "2020", ""])), sorted(_labels(["A", "2019", "c"])), sorted(_labels(["A", "2019", "2020", "7"]))
    (['2019', '2020', 'Area'], ['A', 'c'], ['A'])
    """
    filled = [cell.strip() for cell in record if cell.strip()]
    words, years = {cell for cell in filled if is_word(cell)}, {cell for cell in filled if _YEAR.fullmatch(cell)}
    return words | years if words and len(years) > 1 and len(words) + len(years) == len(filled) else words


def _rivals(records: list[list[str]], chosen: int, filled: list[int]) -> list[int]:
    """Return the rows right under the header that are as unlike the rows below as the header is: a second header, or the true one."""
    rivals: list[int] = []
    for i in (one for one in filled if one > chosen):
        body = [record for record in records[i + 1 : i + 1 + _BODY_SEEN] if any(cell.strip() for cell in record)]
        plain = [place for place in range(len(records[chosen])) if _holds_no_words(body, place)]
        named = [place for place in plain if _word_at(records[chosen], place)]
        if len(named) < 2 or 2 * sum(_word_at(records[i], place) for place in named) <= len(named):
            break
        rivals.append(i)
    return rivals


def _holds_no_words(body: list[list[str]], place: int) -> bool:
    cells = [record[place] for record in body if place < len(record) and record[place].strip()]
    return len(cells) >= 2 and sum(is_word(cell) for cell in cells) * 5 <= len(cells)


def _word_at(record: list[str], place: int) -> bool:
    return place < len(record) and is_word(record[place])


def is_word(cell: str) -> bool:
    """Return whether a cell begins with a letter."""
    return _WORD.match(cell) is not None


def numbered(record: list[str]) -> list[int]:
    """Return the places of a row that hold numbers or dates."""
    return [place for place, cell in enumerate(record) if cell[:1].isdigit() or (cell[:1] in ("-", "+") and cell[1:2].isdigit())]


def names_in_place(record: list[str], of: list[int]) -> bool:
    """Return whether a row names columns where others hold numbers, at the places `of`: a word without a digit in each cell, none twice.

    >>> names_in_place(["place", "killed", "hurt"], of=[1, 2]), names_in_place(["x", "-", "-"], of=[1, 2])
    (True, False)
    """
    if len(of) < _NUMBERS_LEAST or not record[of[0]][:1].isalpha():
        return False
    return all(is_word(cell) and not any(map(str.isdigit, cell)) for cell in record) and len({*record}) == len(record)


def names_of(header: list[str]) -> list[str]:
    """Return the names of the columns, each once.

    >>> names_of(["id", "", "id"])
    ['id', 'column 2', 'id (2)']
    """
    names: list[str] = []
    times: dict[str, int] = {}
    for place, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {place}"
        times[name] = times.get(name, 0) + 1
        names.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return names


class _Rows:
    """Takes the rows under a header, packs them column by column, and keeps the account of those that do not fit."""

    def __init__(self, header: list[str], head: int, *, name: str, most_columns: int) -> None:
        self.header, self.width, self.name, self.most_columns = header, len(header), name, most_columns
        self.number = head + 1
        self.blank = self.longer = self.trailing = self.alone = 0
        self.gap = False
        self.title = self.other = -1  # the row that may name another table, and the one that begins one, by their places
        self.numbers: list[int] = []
        self.spoiled: list[str] = []
        self.waiting: list[list[str]] = []
        self.parts: list[list[pa.Array]] = []

    def take(self, records: Iterator[list[str]]) -> None:
        """Take all rows. Raises `DataError` beyond the most that we read."""
        width = self.width
        for record in records:
            self.number += 1
            if self.number > limits.MOST_ROWS:
                raise _too_large(self.name, told("more than {rows} rows", rows=f"{limits.MOST_ROWS:,}"), self.most_columns)
            if not any(map(str.strip, record)):
                self.blank += 1
                self.gap = True
                continue
            self._another(record)
            self.numbers.append(self.number)
            if len(record) == width and record[0] != self.header[0] and record[1:2] != [""]:  # nearly all
                self.spoiled.append("")
                self.alone = 0
                self.waiting.append(record)
            else:
                self._odd(record)
            if len(self.waiting) >= limits.ROWS_AT_ONCE:
                self._pack()
        self._pack()

    def _another(self, record: list[str]) -> None:
        """Note where another table begins: names of columns in place of numbers, under an empty row, with or without a title.

        Without an empty row above them they are names where each cell is one, and all numbers of the row before are gone.
        """
        if self.other >= 0 or not self.waiting:
            return
        if not (self.gap or self.title >= 0):
            words = len(record) == self.width and record[-1][:1].isalpha() and record[0][:1].isalpha()
            if words and names_in_place(record, numbered(self.waiting[0])) and record != self.header:
                self.other = len(self.numbers)
            return
        filled = [place for place, cell in enumerate(record) if cell.strip()]
        before = self.waiting[0]
        words = all(is_word(record[place]) and not any(map(str.isdigit, record[place])) for place in filled)
        numbers = any(place < len(before) and before[place].strip()[:1].isdigit() for place in filled)
        if len(filled) > 1 and words and numbers and record[: len(self.header)] != self.header:
            self.other = self.title if self.title >= 0 else len(self.numbers)
        self.title = len(self.numbers) if self.gap and len(filled) == 1 else -1
        self.gap = False

    def _odd(self, record: list[str]) -> None:
        extra = any(cell.strip() for cell in record[self.width :])
        self.longer += extra
        self.trailing += len(record) > self.width and not extra
        repeated = record[: self.width] == self.header
        self.spoiled.append("repeated_header" if repeated else "ragged_row" if extra or len(record) < self.width else "")
        alone = len(record) >= self.width > 2 and is_word(record[0]) and not any(cell.strip() for cell in record[1:])
        self.alone = self.alone + 1 if alone else 0
        self.waiting.append([*record[: self.width], *[""] * (self.width - len(record))])

    def _pack(self) -> None:
        if self.waiting:
            self.parts.append([pa.array(cells, type=pa.large_string()) for cells in zip(*self.waiting, strict=True)])
            self.waiting.clear()

    def body(self) -> Body:
        """Return the table. Raises `DataError` for one that is empty, shifted or broken."""
        if not self.numbers:
            raise DataError(told("{file}: the file has a header but no rows under it; export it again", file=self.name))
        self._check_longer()
        spoiled = np.array(self.spoiled, dtype="U16")
        spoiled[self.other if self.other >= 0 else len(spoiled) :] = "other_table"
        self._check_ragged(np.flatnonzero(spoiled == "ragged_row"))
        if self.alone < len(spoiled):  # nothing but a sentence in the first column, at the end
            alone = np.arange(len(spoiled)) >= len(spoiled) - self.alone
            spoiled[alone & (spoiled != "other_table")] = "footnote"
        columns = [pa.chunked_array([part[place] for part in self.parts]) for place in range(self.width)]
        self.parts.clear()
        table = pa.Table.from_arrays(columns, names=[str(place) for place in range(self.width)]).to_pandas()
        table.columns = pd.Index(names_of(self.header))
        return table, np.array(self.numbers, dtype=np.int64), spoiled

    def _check_longer(self) -> None:
        if self.longer * 2 > len(self.numbers):
            raise DataError(
                told(
                    "{file}: {n} of {total} rows have more values than there are column names ({width}); the columns are "
                    "shifted: correct the header and import again",
                    file=self.name,
                    n=f"{self.longer:,}",
                    total=f"{len(self.numbers):,}",
                    width=self.width,
                )
            )

    def _check_ragged(self, ragged: npt.NDArray[np.intp]) -> None:
        if len(ragged) >= 5 and len(ragged) * 10 > len(self.numbers):
            raise DataError(
                told(
                    "{file}: {n} of {total} rows have too many or too few values (first: row {first}); the file is broken: export it again",
                    file=self.name,
                    n=f"{len(ragged):,}",
                    total=f"{len(self.numbers):,}",
                    first=self.numbers[ragged[0]],
                )
            )

    def findings(self) -> list[Finding]:
        """Return what was passed over without harm."""
        found = []
        if self.blank:
            text = told("{name}: {blank} empty rows were passed over", name=self.name, blank=f"{self.blank:,}")
            found.append(Finding("blank_rows", "accepted", self.blank, text))
        if self.trailing:
            text = told("{name}: {trailing} rows end in separators with nothing after them", name=self.name, trailing=f"{self.trailing:,}")
            found.append(Finding("trailing_separator", "accepted", self.trailing, text))
        return found

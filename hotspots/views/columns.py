"""How a plain table reads on screen: each column is a row of facts, and what is shown and what a file holds are one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hotspots.words import Words

Cells: TypeAlias = Sequence[object] | pd.Series
Form: TypeAlias = Callable[[pd.DataFrame, Any, Words], Cells]  # the plain table, the key of the column, the reader's language


def plain(rows: pd.DataFrame, key: str, words: Words) -> Cells:
    """Return the values as they are."""
    return rows[key]


@dataclass(frozen=True)
class Column:
    """One column of a table on screen.

    `key` is that of the plain table, `label` what stands above it (marked for translation; `blanks` fill it), `form` makes its cells.
    Numbers that stay numbers, to be sorted by, are drawn with so many `decimals`; left out, with as many as they have. `width` is in
    pixels, where there is little room; 0 leaves it to the table.
    """

    key: Any
    label: str
    form: Form = plain
    blanks: Mapping[str, object] = field(default_factory=dict)
    decimals: int | None = None
    width: int = 0

    def title(self, words: Words) -> str:
        """Return what stands above the column."""
        return words.say(self.label, **self.blanks)


def shown(rows: pd.DataFrame, columns: Sequence[Column], words: Words) -> pd.DataFrame:
    """Return a plain table as a reader sees it: its rows in their order, its columns as the facts say.

    >>> from hotspots.words import words_for
    >>> rows = pd.DataFrame({"killed": [1200.0, None]})
    >>> shown(rows, [Column("killed", "People killed", number())], words_for("en"))["People killed"].tolist()
    ['1,200', '–']
    """
    return pd.DataFrame({one.title(words): cells(rows, one, words) for one in columns}, index=rows.index)


def cells(rows: pd.DataFrame, column: Column, words: Words) -> list[object] | pd.Series:
    """Return the cells of one column; a Series keeps its type."""
    found = column.form(rows, column.key, words)
    return found if isinstance(found, pd.Series) else list(found)


def number(digits: int = 0) -> Form:
    """Return the form of a number with so many decimals; a dash where it is missing."""
    return lambda rows, key, words: [words.number(value, digits) for value in rows[key]]


def rounded(digits: int) -> Form:
    """Return the form of a number that can be sorted by: rounded, not written out."""
    return lambda rows, key, words: rows[key].round(digits)


def whole(rows: pd.DataFrame, key: str, words: Words) -> Cells:
    """Return whole numbers that can be sorted by; one that is not known stays missing."""
    return rows[key].astype("Int64" if rows[key].isna().any() else int)


def percent(digits: int = 0) -> Form:
    """Return the form of a share; a dash where it is missing."""
    return lambda rows, key, words: ["–" if pd.isna(value) else words.percent(value, digits) for value in rows[key]]


def year(rows: pd.DataFrame, key: str, words: Words) -> Cells:
    """Return years, which no language groups like numbers; of those with a `count` of a part of the year alone it is said."""
    if not {"complete", "count"} <= set(rows):
        return [str(value) for value in rows[key]]
    part = ~rows["complete"].astype(bool) & rows["count"].notna()
    return [words.say("{year} (in part)", year=value) if short else str(value) for value, short in zip(rows[key], part, strict=True)]


def day(rows: pd.DataFrame, key: str, words: Words) -> Cells:
    """Return days with short months."""
    return [words.short_date(pd.Timestamp(value).date()) for value in rows[key]]


def called(texts: Mapping[Any, str], other: str = "") -> Form:
    """Return the form of a word of ours by what it is called on screen (marked for translation); `other` is for all that has no name."""
    return lambda rows, key, words: [words.say(texts.get(value, other)) for value in rows[key]]


def told(rows: pd.DataFrame, key: str, words: Words) -> Cells:
    """Return sentences that are made in the reader's language; the column must hold them as objects (`words.Told`)."""
    return [words.tell(text) for text in rows[key]]


def between(low: str, high: str, digits: int = 0) -> Form:
    """Return the form of a range, from one column to another; a dash where there is none."""
    return lambda rows, key, words: [
        "–" if pd.isna(first) else f"{words.number(first, digits)}–{words.number(last, digits)}"
        for first, last in zip(rows[low], rows[high], strict=True)
    ]


def signed(digits: int = 0) -> Form:
    """Return the form of a difference: with its sign, a dash where it is missing."""
    return lambda rows, key, words: [with_sign(value, words, digits) for value in rows[key]]


def with_sign(value: float, words: Words, digits: int = 0) -> str:
    """Return a number with its sign.

    >>> from hotspots.words import words_for
    >>> with_sign(3, words_for("en")), with_sign(-3, words_for("en")), with_sign(0, words_for("en"))
    ('+3', '−3', '0')
    """
    if pd.isna(value):
        return "–"
    text = words.number(abs(value), digits)
    return text if not round(value, digits) else ("+" if value > 0 else "\N{MINUS SIGN}") + text


def with_interval(write: Callable[[Words], Callable[[float], str]]) -> Form:
    """Return the form of a figure with its interval (KEY_low, KEY_high) in brackets; a dash where it is missing."""

    def form(rows: pd.DataFrame, key: str, words: Words) -> Cells:
        text = write(words)
        ends = zip(rows[key], rows[f"{key}_low"], rows[f"{key}_high"], strict=True)
        return ["–" if pd.isna(value) else f"{text(value)} ({text(low)}–{text(high)})" for value, low, high in ends]

    return form


def each(write: Callable[[pd.Series, Words], object]) -> Form:
    """Return the form of a cell that is made of its whole row."""
    return lambda rows, key, words: [write(row, words) for _, row in rows.iterrows()]


def numbers(column: pd.Series, words: Words) -> list[str]:
    """Return the numbers of a column as text, each made once: on a map of streets most are alike.

    >>> from hotspots.words import words_for
    >>> numbers(pd.Series([1200, 0, float("nan"), 0]), words_for("en"))
    ['1,200', '0', '–', '0']
    """
    codes, seen = pd.factorize(column.to_numpy(dtype=float), use_na_sentinel=False)
    return [str(text) for text in np.array([words.number(n) for n in seen.tolist()], dtype=object)[codes]]

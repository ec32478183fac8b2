"""Numbers of residents as tables write them: with points, commas, spaces or apostrophes for thousands; never a resident with a fraction."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.readers.columns.values import is_missing
from hotspots.readers.faults import NumbersError
from hotspots.readers.report import Example, Finding
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

FAR = 1000.0  # times the median of the others: a mark for "not known", or a slip
_FEW = 1000.0  # residents of an ordinary place, under which fractions may be thousands
_LEAST = 5  # places, to call one value far from the others
_GAP = "[ \u00a0\u2009\u202f'’´`]"
_GAPS = re.compile(rf"\d{{1,3}}(?:{_GAP}\d{{3}})+(?:[.,]\d+)?")
_DOTS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ONE_DOT = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class Numbers:
    """How a city file says that residents are written.

    `dot` is what a point before three digits is: `thousands` or `decimal`, empty where nobody said. `times` is what each number is to be
    multiplied by, None where nobody said. `unknown` are texts that stand for "not known"; `checked` says that a person has looked at
    numbers that lie far from all others.
    """

    dot: str = ""
    times: int | None = None
    unknown: tuple[str, ...] = ()
    checked: bool = False


@dataclass(frozen=True)
class Residents:
    """Residents as whole numbers, missing where nobody knows, and what was noticed."""

    people: pd.Series
    findings: tuple[Finding, ...]


def read_residents(text: pd.Series, ids: pd.Series, *, source: str, column: str, numbers: Numbers | None = None) -> Residents:
    """Return a column of residents as whole numbers.

    Thousands may be marked by points, commas, spaces or apostrophes. A point before exactly three digits, in every value that has one,
    marks thousands: nobody counts a fraction of a resident. What is no number, or below 0, is not known. Raises `NumbersError` for numbers
    that may be thousands of residents and for one that is 1,000 times the median of the others, where `numbers` does not say what is
    meant, and a `DataError` for shares.

    >>> read = read_residents(pd.Series(["1.234", "901", "12'500", "1.234,0"]), pd.Series(list("abcd")), source="a.csv", column="p")
    >>> read.people.tolist()
    [1234.0, 901.0, 12500.0, 1234.0]
    """
    how = numbers or Numbers()
    trimmed = text.str.strip()
    marked = trimmed.isin(how.unknown)
    number, marks = _read(trimmed.where(~marked, ""), how)
    number = number.where(np.isfinite(number))
    found = [
        *((f"population_{name}", where, Told(_MARKS[name], {})) for name, where in marks.items()),
        ("population_unread", number.isna() & ~is_missing(trimmed) & ~marked, told("populations are no numbers; set to missing")),
        ("population_negative", number < 0, told("populations are below 0, a mark for not known; set to missing")),
        ("population_missing", number.isna() & is_missing(trimmed), told("populations are empty; these blocks have no rate")),
        ("population_marked", marked, told("populations are marks for not known, as city.toml says; set to missing")),
    ]
    people = number.mask(number < 0)
    whole, rounded = _whole(people, trimmed, source=source, column=column, how=how)
    _not_far(whole, trimmed, ids, source=source, column=column, how=how)
    found.append(("population_rounded", rounded, told("populations are not whole numbers; rounded to whole people")))
    return Residents(whole, tuple(_finding(code, where, what, trimmed, ids, source) for code, where, what in found if where.any()))


_MARKS: dict[str, str] = {
    "thousands": mark("populations are written with a comma for thousands; read as whole numbers"),
    "dots": mark("populations are written with a point for thousands; read as whole numbers"),
    "gaps": mark("populations are written with a space or an apostrophe for thousands; read as whole numbers"),
}


def _read(text: pd.Series, how: Numbers) -> tuple[pd.Series, dict[str, pd.Series]]:
    """Return the numbers, and where thousands were marked by a comma, a point, a gap."""
    gaps, commas = text.str.fullmatch(_GAPS), text.str.fullmatch(_COMMAS)
    dots = text.str.fullmatch(_DOTS) & ~text.str.fullmatch(_ONE_DOT)
    single = text.str.fullmatch(_ONE_DOT)
    if _dot_is_thousands(text, how):
        dots |= single
    plain = text.copy()
    plain = plain.mask(gaps, plain.str.replace(_GAP, "", regex=True).str.replace(",", ".", regex=False))
    plain = plain.mask(commas, text.str.replace(",", "", regex=False))
    plain = plain.mask(dots, text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False))
    decimal = plain.str.fullmatch(r"[+-]?\d+,\d+")
    plain = plain.mask(decimal, plain.str.replace(",", ".", regex=False))
    return pd.to_numeric(plain, errors="coerce").astype("float64"), {"thousands": commas, "dots": dots, "gaps": gaps}


def read_numbers(text: pd.Series, how: Numbers) -> tuple[pd.Series, pd.Series]:
    """Return the numbers in texts, missing where there is none, and where thousands were marked by a point, comma, space or apostrophe.

    >>> numbers, marked = read_numbers(pd.Series(["1.234", "7", "1 050", "*"]), Numbers())
    >>> numbers.tolist(), marked.tolist()
    ([1234.0, 7.0, 1050.0, nan], [True, False, True, False])
    """
    number, marks = _read(text.str.strip(), how)
    return number.where(np.isfinite(number)), marks["thousands"] | marks["dots"] | marks["gaps"]


def _dot_is_thousands(text: pd.Series, how: Numbers) -> bool:
    """Return whether a point before three digits marks thousands: as said, else unless another value shows that it is a decimal point."""
    if how.dot:
        return how.dot == "thousands"
    dotted = text[text.str.contains(".", regex=False)]
    return not (~(dotted.str.fullmatch(_ONE_DOT) | dotted.str.fullmatch(_DOTS) | dotted.str.fullmatch(_GAPS))).any()


def is_open(text: pd.Series) -> bool:
    """Return whether a point in these numbers may mark thousands or decimals, and nothing else in the column says which.

    >>> is_open(pd.Series(["1.234", "901"])), is_open(pd.Series(["1.234", "1.234.567"])), is_open(pd.Series(["1.234", "7.5"]))
    (True, False, False)
    """
    trimmed = text.str.strip()
    dotted = trimmed[trimmed.str.contains(".", regex=False)]
    return bool(len(dotted)) and bool(dotted.str.fullmatch(_ONE_DOT).all())


def are_residents(text: pd.Series, *, least: float = 0.5) -> bool:
    """Return whether most cells of a column can be read as numbers.

    >>> are_residents(pd.Series(["1 234", "901", "n/a"])), are_residents(pd.Series(["north", "south"]))
    (True, False)
    """
    return float(readable(text).notna().mean()) > least


def readable(text: pd.Series) -> pd.Series:
    """Return the numbers in a column, missing where there is none: what they are is not asked."""
    return _read(text.str.strip(), Numbers())[0]


def _whole(people: pd.Series, text: pd.Series, *, source: str, column: str, how: Numbers) -> tuple[pd.Series, pd.Series]:
    """Return whole numbers of residents, and which were rounded; what may be shares or thousands is refused or asked."""
    if how.times is not None:
        people = people * how.times
    known = people.dropna()
    broken = people.notna() & ((people - people.round()).abs() > 1e-6)
    if not broken.any():
        return people.round(), broken
    samples = tuple(text[broken].iloc[:3])
    if (known <= 1).all():
        raise DataError(
            told(
                "{file}: {column} holds shares, not numbers of residents ({shown}); name the column of the numbers under population",
                file=source,
                column=repr(column),
                shown=", ".join(map(repr, samples)),
            )
        )
    positive = known[known > 0]
    if how.times is None and broken.sum() * 2 >= len(known) and positive.median() < _FEW:
        raise NumbersError(source, column, "times", samples, int(broken.sum()))
    return people.round(), broken


def _not_far(people: pd.Series, text: pd.Series, ids: pd.Series, *, source: str, column: str, how: Numbers) -> None:
    """Ask about a number of residents that is 1,000 times the median of all: a mark for "not known", a total, or a slip."""
    known = people[people > 0]
    if how.checked or len(known) < _LEAST:
        return
    far = known[known >= FAR * known.median()]
    if len(far):
        samples = tuple(dict.fromkeys(text.loc[far.index]))
        raise NumbersError(source, column, "far", samples, len(far), str(ids.loc[far.index[0]]))


def _finding(code: str, where: pd.Series, what: str, text: pd.Series, ids: pd.Series, source: str) -> Finding:
    at = np.flatnonzero(where.to_numpy(dtype=bool))
    examples = tuple(Example(int(i) + 1, str(ids.iloc[i]), text.iloc[i]) for i in at[:3])
    said = told(
        "{source}: {at} of {text} {what} (first: {first})",
        source=source,
        at=f"{len(at):,}",
        text=f"{len(text):,}",
        what=what,
        first=ids.iloc[at[0]],
    )
    return Finding(code, "accepted" if code == "population_missing" else "repaired", len(at), said, "", examples)

"""What is in doubt, as exceptions with fields: code reads the fields; the sentence that is made from them is for people only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

Floats = npt.NDArray[np.float64]
MONTHS = (
    *(mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June")),
    *(mark("July"), mark("August"), mark("September"), mark("October"), mark("November"), mark("December")),
)


def long_day(day: pd.Timestamp) -> Told:
    """Return a day in words that a reader's language can order.

    >>> long_day(pd.Timestamp("2019-07-01"))
    '1 July 2019'
    """
    return told("{day} {month} {year}", day=day.day, month=Told(MONTHS[day.month - 1], {}), year=day.year)


def there_are(columns: tuple[str, ...]) -> Told:
    """Return the sentence that names the columns that a file has."""
    shown = ", ".join(map(repr, columns[:30]))
    return told("the file has: {shown}; write a city.toml that names the columns (docs/city-file.md)", shown=shown)


@dataclass(eq=False)
class DoubtError(DataError):
    """A doubt that a person can settle: its fields say what is known, its one sentence says it where nobody can be asked."""

    def __post_init__(self) -> None:
        super().__init__(self._sentence())

    def __reduce__(self) -> tuple[type[DoubtError], tuple[Any, ...]]:
        return type(self), tuple(getattr(self, one.name) for one in fields(self))

    def _sentence(self) -> Told:
        raise NotImplementedError


@dataclass(eq=False)
class DateOrderError(DoubtError):
    """Dates of a `column` that do not say whether the day or the month comes first.

    `forms` are the two ways to read them, as `date_format` writes them, the day first and the month first; `unread` is the share of all
    dates that cannot be read in each; `rows` how many rows are in doubt.
    """

    column: str
    forms: tuple[str, str]
    unread: tuple[float, float]
    rows: int

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        raise NotImplementedError

    def _sentence(self) -> Told:
        return told(
            'incidents: {doubt}; write in city.toml, under [incidents], date_format = "{day_first}" if the day comes first, '
            'date_format = "{month_first}" if the month comes first',
            doubt=self.doubt(),
            day_first=self.forms[0],
            month_first=self.forms[1],
        )


@dataclass(eq=False)
class DayOrMonthError(DateOrderError):
    """Dates that could have the day or the month first: up to three `samples` with the two days that each could be.

    `days` and `months` are how many other rows put the day first for certain, and the month.
    """

    samples: tuple[tuple[str, pd.Timestamp, pd.Timestamp], ...]
    days: int
    months: int

    def doubt(self) -> Told:
        """Return the samples, each both ways."""
        mixed = told(
            "are mixed: {days} put the day first and {months} the month, and some do not say",
            days=f"{self.days:,}",
            months=f"{self.months:,}",
        )
        shown: Told | str = ""
        for text, first, second in self.samples:
            one = told("{value} is {first} or {second}", value=repr(text), first=long_day(first), second=long_day(second))
            shown = told("{one}; {other}", one=shown, other=one) if shown else one
        why = mixed if self.days or self.months else told("could have the day or the month first")
        return told("the values of {column} {why}: {shown}", column=repr(self.column), why=why, shown=shown)


@dataclass(eq=False)
class ShortYearsError(DateOrderError):
    """Dates with a year of two digits, which may hold the day, the month or the year first; up to three `samples`."""

    samples: tuple[str, ...]

    def doubt(self) -> Told:
        """Return how many there are, with samples."""
        return told(
            "{n} values of {column} have a year of two digits ({shown})",
            n=f"{self.rows:,}",
            column=repr(self.column),
            shown=", ".join(map(repr, self.samples)),
        )


@dataclass(eq=False)
class UnknownSystemError(DoubtError):
    """Coordinates that are not degrees, in a `file` that does not say what they are.

    `x` and `y` are those numbers, among `of` in all; `likely` is the EPSG number of the system that puts them where the blocks are.
    """

    file: str
    x: Floats
    y: Floats
    of: int
    likely: int | None = None

    @property
    def first(self) -> str:
        """The first pair of numbers."""
        return f"{self.x[0]:.10g}, {self.y[0]:.10g}"

    def _sentence(self) -> Told:
        fault = told(
            "incidents: {n} of {total} coordinates are not degrees (first: {first}) and their coordinate system "
            "is not given; ask the source for its EPSG number and write epsg = … under [incidents] in city.toml",
            n=f"{len(self.x):,}",
            total=f"{self.of:,}",
            first=self.first,
        )
        return fault if self.likely is None else _mended(fault, Change(epsg=self.likely))


@dataclass(eq=False)
class LatitudeError(DoubtError):
    """A column `y` that cannot be a latitude, such as its `first` number, beside a column `x` that may be one."""

    x: str
    y: str
    first: float

    def _sentence(self) -> Told:
        return told(
            "{column} cannot be a latitude (first: {first}); are the two columns swapped?", column=repr(self.y), first=f"{self.first:.6g}"
        )


@dataclass(frozen=True)
class Change:
    """One change in how coordinates are read: the two swapped, signs turned, divided, or of another coordinate system."""

    swap: tuple[str, str] | None = None  # the columns x and y as they stand; empty names where one column holds both
    negate: tuple[str, ...] = ()
    divide: float = 1.0
    epsg: int | None = None

    def applied(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the coordinates after the change, still in the system of the file.

        >>> Change(negate=("x",)).applied(np.array([89.0]), np.array([13.0]))[0].tolist()
        [-89.0]
        """
        x, y = (x, y) if self.swap is None else (y, x)
        return (-x if "x" in self.negate else x) / self.divide, (-y if "y" in self.negate else y) / self.divide


@dataclass(eq=False)
class MisplacedError(DoubtError):
    """Places of which only `inside` of `total` lie within the bounds of the blocks; `change` is the one that would put them there."""

    inside: int
    total: int
    first: tuple[float, float]
    change: Change | None

    def _sentence(self) -> Told:
        fault = told(
            "incidents: only {n} of {total} places lie within the bounds of the blocks (first place: {first})",
            n=f"{self.inside:,}",
            total=f"{self.total:,}",
            first=f"{self.first[0]:.10g}, {self.first[1]:.10g}",
        )
        if self.change is not None:
            return _mended(fault, self.change)
        return told(
            "{fault}; no single change of axes, signs or coordinate system mends it: check that incidents and "
            "blocks are of the same city, and each epsg",
            fault=fault,
        )


def _mended(fault: Told, change: Change) -> Told:
    """Return the fault with the change that mends it: why, and what to write."""
    if change.epsg is not None:
        why = told("they look like the coordinate system {name}", name=pyproj.CRS.from_epsg(change.epsg).name)
        what = told("write epsg = {epsg} under [incidents] in city.toml", epsg=change.epsg)
    elif change.swap is not None:
        x, y = change.swap
        lines = told('write x = "{x}" and y = "{y}" under [incidents] in city.toml', x=y, y=x)
        what = lines if x else told("the pairs in the file are in the order y, x: have it exported again")
        why = told("the two coordinates are swapped")
    elif change.negate:
        why = told("a minus sign is missing")
        listed = ", ".join(f'"{sign}"' for sign in change.negate)
        what = told("write negate = [{listed}] under [incidents] in city.toml", listed=listed)
    else:
        why = told("the numbers are {times} times too large", times=f"{change.divide:,.0f}")
        what = told("divide them in the file")
    return told("{fault}; {why}: {what}", fault=fault, why=why, what=what)


@dataclass(eq=False)
class ColumnError(DoubtError):
    """A column that is needed and that no name or content of the `columns` of a `file` shows; `candidates` are those that it may be."""

    file: str
    columns: tuple[str, ...]
    candidates: tuple[str, ...] = ()
    what: ClassVar[str]

    def _sentence(self) -> Told:
        return told("{file}: {what}; {there_are}", file=self.file, what=Told(self.what, {}), there_are=there_are(self.columns))


@dataclass(eq=False)
class NumbersError(DoubtError):
    """Numbers of residents that a person has to look at, in a `column` of a `file`.

    `kind` says what is in doubt: `dot` (a point before three digits marks thousands, or decimals), `times` (fractions: residents in
    thousands, or estimates) or `far` (a number 1,000 times the others, `first` its block). `samples` are such texts, `rows` how many.
    """

    file: str
    column: str
    kind: str
    samples: tuple[str, ...]
    rows: int
    first: str = ""

    @property
    def shown(self) -> str:
        """The samples, for a sentence."""
        return ", ".join(map(repr, self.samples[:3]))

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        values = {"file": self.file, "column": repr(self.column), "n": f"{self.rows:,}", "shown": self.shown}
        if self.kind == "dot":
            return told("{file}: in {column} a point stands before three digits in {n} numbers of residents ({shown})", **values)
        if self.kind == "times":
            return told(
                "{file}: {n} numbers of residents in {column} have a fraction ({shown}); nobody counts parts of a resident", **values
            )
        return told(
            "{file}: {n} numbers of residents in {column} are 1,000 times those of the other blocks or more ({shown}, block {first})",
            **values,
            first=self.first,
        )

    def _sentence(self) -> Told:
        what = {
            "dot": told('write under [blocks] in city.toml population_dot = "thousands" or population_dot = "decimal"'),
            "times": told(
                "write under [blocks] in city.toml population_times = 1000 if they are in thousands, population_times = 1 if they are "
                "estimates to be rounded"
            ),
            "far": told(
                "write under [blocks] in city.toml population_unknown = [{shown}] if that stands for not known, population_checked = true "
                "if it is right",
                shown=", ".join(f'"{one}"' for one in self.samples[:3]),
            ),
        }[self.kind]
        return told("{doubt}; {what}", doubt=self.doubt(), what=what)


class DateColumnError(ColumnError):
    """No column is seen to be the date."""

    what = mark("no column looks like the date of the killing")


class PlaceColumnError(ColumnError):
    """No columns are seen to be the coordinates."""

    what = mark("no columns look like the coordinates of the killing")


class AreaColumnError(ColumnError):
    """No column is seen to be the id of a block."""

    what = mark("no column gives each block an id of its own")


class ResidentsColumnError(ColumnError):
    """No column is seen to be the number of residents."""

    what = mark("no column looks like the number of residents")

"""What is in doubt, as exceptions with fields: code reads the fields; the sentence that is made from them is for people only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

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

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return up to three values of each column that the doubt is about."""
        return {}

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

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the samples."""
        return {self.column: tuple(value for value, _, _ in self.samples)}

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

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the samples."""
        return {self.column: self.samples}

    def doubt(self) -> Told:
        """Return how many there are, with samples."""
        return told(
            "{n} values of {column} have a year of two digits ({shown})",
            n=f"{self.rows:,}",
            column=repr(self.column),
            shown=", ".join(map(repr, self.samples)),
        )


@dataclass(eq=False)
class MidnightZoneError(DoubtError):
    """Clocks of a `column` that all say one `clock`, such as 23:00, in `rows` rows: a midnight in UTC, or no clock at all."""

    column: str
    clock: str
    rows: int

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the clock."""
        return {self.column: (self.clock,)}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return told(
            "all {rows} clocks of {column} say {clock}: a midnight written in UTC, which would be of the day after, or a clock for none",
            rows=f"{self.rows:,}",
            column=repr(self.column),
            clock=self.clock,
        )

    @property
    def zone(self) -> str:
        """The zone behind UTC whose clock says this at midnight in UTC, as date_zone writes it."""
        return f"Etc/GMT+{24 - int(self.clock[:2])}"

    def _sentence(self) -> Told:
        return told(
            'incidents: {doubt}; write in city.toml, under [incidents], date_zone = "local" if the days are right, or timezone, the '
            "zone of the city",
            doubt=self.doubt(),
        )


@dataclass(eq=False)
class LoneEventError(DoubtError):
    """A `column` of a `file` named like an event whose ids never repeat, although `rows` rows in `groups` share place and time."""

    file: str
    column: str
    samples: tuple[str, ...]
    groups: int
    rows: int

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return three ids."""
        return {self.column: self.samples}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return told(
            "{file}: {column} never repeats, yet {rows} rows share place and time in {groups} groups: is each row an event of its own?",
            file=self.file,
            column=repr(self.column),
            rows=f"{self.rows:,}",
            groups=f"{self.groups:,}",
        )

    def _sentence(self) -> Told:
        return told("{doubt} Write event_id under [incidents] in city.toml only if it is", doubt=self.doubt())


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


@dataclass(eq=False)
class ColumnError(DoubtError):
    """A column that is needed and that no name or content of the `columns` of a `file` shows; `candidates` are those that it may be,
    each with three values in `samples`; `safe` is the one that can do no harm, if there is one.
    """

    file: str
    columns: tuple[str, ...]
    candidates: tuple[str, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    safe: str = ""
    what: ClassVar[str]

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return three values of each candidate."""
        return self.samples

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


NOWHERE = "none"  # the answer that no column says the place


@dataclass(eq=False)
class PlaceColumnError(ColumnError):
    """No columns are seen to be the coordinates; `places` is candidate → what city.toml says of it."""

    places: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    what = mark("no columns look like the coordinates of the killing")


class AreaColumnError(ColumnError):
    """No column is seen to be the id of a block."""

    what = mark("no column gives each block an id of its own")


class ResidentsColumnError(ColumnError):
    """No column is seen to be the number of residents."""

    what = mark("no column looks like the number of residents")

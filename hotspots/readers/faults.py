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


class DateColumnError(ColumnError):
    """No column is seen to be the date."""

    what = mark("no column looks like the date of the killing")


@dataclass(eq=False)
class PlaceColumnError(ColumnError):
    """No columns are seen to be the coordinates; `places` is candidate → what city.toml says of it."""

    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    what = mark("no columns look like the coordinates of the killing")


class AreaColumnError(ColumnError):
    """No column is seen to be the id of a block."""

    what = mark("no column gives each block an id of its own")


class ResidentsColumnError(ColumnError):
    """No column is seen to be the number of residents."""

    what = mark("no column looks like the number of residents")


@dataclass(frozen=True)
class Judged:
    """A column that says what happened: each of its values with what it means and its rows, the value of most rows first."""

    column: str
    values: tuple[tuple[str, str, int], ...]

    def meaning(self, *meanings: str) -> tuple[str, ...]:
        """Return the values that have one of the meanings."""
        return tuple(value for value, meaning, _ in self.values if meaning in meanings)


def reading_of(where: Mapping[str, tuple[str, ...]]) -> str:
    """Return the answer that keeps the rows with these values.

    >>> reading_of({"delito": ("DOLOSO", "FEMINICIDIO"), "fatal": ("1",)})
    'delito=DOLOSO|FEMINICIDIO & fatal=1'
    """
    return " & ".join(f"{column}={'|'.join(values)}" for column, values in where.items())


MEANINGS = {
    "homicide": mark("homicide"),
    "died": mark("somebody died"),
    "attempted": mark("attempted homicide"),
    "negligent": mark("homicide without intent"),
    "traffic": mark("traffic or accident"),
    "suicide": mark("suicide"),
    "legal": mark("legal intervention or self-defence"),
    "other": mark("something else"),
    "unclear": mark("in no list of ours"),
}
_SHOWN = 8  # values of a column that a sentence lists


@dataclass(eq=False)
class HomicideError(DoubtError):
    """A `file` of which it is in doubt which of its `rows` are homicides.

    `judged` are the columns that say what happened; `where` is column → values of the rows that say intentional homicide without
    doubt, `kept` in number; empty where none does. `yearly` is how many rows a year has, and `rate` those per 100,000 residents,
    where that is the doubt; 0 otherwise.
    """

    file: str
    rows: int
    judged: tuple[Judged, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: int = 0
    yearly: float = 0.0
    rate: float = 0.0

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the values of most rows."""
        return {one.column: tuple(value for value, _, _ in one.values[:3]) for one in self.judged}

    def doubt(self) -> Told:
        """Return what is in doubt, with the values, their rows and what each means."""
        if self.rate:
            said = told(
                "{file}: nothing says that its {n} rows are homicides, and they would be {rate} a year for 100,000 residents",
                file=self.file,
                n=f"{self.rows:,}",
                rate=f"{self.rate:,.0f}",
            )
            return said
        if self.yearly:
            return told(
                "{file}: nothing says that its {n} rows are homicides, and there are {yearly} a year",
                file=self.file,
                n=f"{self.rows:,}",
                yearly=f"{self.yearly:,.0f}",
            )
        shown: Told | str = ""
        for one in self.judged:
            column = told("{column} says {values}", column=repr(one.column), values=listed_values(one))
            shown = told("{one}; {other}", one=shown, other=column) if shown else column
        return told("{file}: not every row need be a homicide: {shown}", file=self.file, shown=shown)

    def _sentence(self) -> Told:
        column = self.judged[0].column if self.judged else "…"
        return told(
            "{doubt}; say in city.toml which rows are: under [incidents.where], {column} = [the values that are homicides]; or under "
            "[incidents], all_homicides = true if each row is a person killed",
            doubt=self.doubt(),
            column=repr(column),
        )


def listed_values(judged: Judged) -> Told:
    """Return the values of a column with their rows and what each means, the homicides first."""
    shown: Told | str = ""
    for value, meaning, rows in sorted(judged.values, key=lambda one: one[1] not in ("homicide", "died"))[:_SHOWN]:
        one = told("{value} in {n} rows ({meaning})", value=repr(value), n=f"{rows:,}", meaning=Told(MEANINGS[meaning], {}))
        shown = told("{one}, {other}", one=shown, other=one) if shown else one
    more = len(judged.values) - _SHOWN
    return told("{shown} and {n} more values", shown=shown, n=more) if more > 0 else told("{shown}", shown=shown)


@dataclass(eq=False)
class VictimsError(DoubtError):
    """A `file` of which it is in doubt which column is the number of people killed in each of its `rows`.

    `sums` is what each candidate adds up to, the likeliest first; `samples` are three of its values. `sure` is the one that says so
    by its name; empty where none does.
    """

    file: str
    rows: int
    sums: Mapping[str, int]
    samples: Mapping[str, tuple[str, ...]]
    sure: str = ""

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return three values of each candidate."""
        return self.samples

    def _sentence(self) -> Told:
        return told(
            "{file}: how many people were killed in each row? Write under [incidents] in city.toml: victims = one of {columns}",
            file=self.file,
            columns=", ".join(map(repr, self.sums)),
        )

"""Doubts about how a table is laid out: its sheet, its header, merged cells, names that stand for several areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotspots.readers.faults import DoubtError
from hotspots.words import Told, told


@dataclass(eq=False)
class SameNameError(DoubtError):
    """Areas of a `file` that have one name in a `column` of theirs and several in the column `within`: `numbers` are those of some,
    name → what they lie within → people killed; `areas` how many names there are of that kind."""

    file: str
    column: str
    within: str
    numbers: Mapping[str, Mapping[str, int]]
    areas: int

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the names."""
        return {self.column: tuple(self.numbers)}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        shown = "; ".join(f"{name}: {', '.join(f'{n:,} ({where})' for where, n in parts.items())}" for name, parts in self.numbers.items())
        return told(
            "{file}: names in {column} that stand in several {within}, with numbers of their own: {n} ({shown})",
            file=self.file,
            n=self.areas,
            column=repr(self.column),
            within=repr(self.within),
            shown=shown,
        )

    def _sentence(self) -> Told:
        return told(
            "{doubt}; write under [area_counts] in city.toml within = {within} to keep them apart",
            doubt=self.doubt(),
            within=repr(self.within),
        )


@dataclass(eq=False)
class MergedCellsError(DoubtError):
    """A `column` of a `file` with a value in the first row of each group and `empty` cells below; `samples` are three of the values."""

    file: str
    column: str
    samples: tuple[str, ...]
    empty: int

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the samples."""
        return {self.column: self.samples}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return told(
            "{file}: {n} cells of {column} are empty under values that stand once each ({shown}), as merged cells are",
            file=self.file,
            n=f"{self.empty:,}",
            column=repr(self.column),
            shown=", ".join(map(repr, self.samples)),
        )

    def _sentence(self) -> Told:
        return told(
            "{doubt}; write in city.toml fill_down = [{column}] if each means the value above it",
            doubt=self.doubt(),
            column=repr(self.column),
        )


class MergedTimesError(MergedCellsError):
    """Merged cells of a year or a month."""


class MergedAreasError(MergedCellsError):
    """Merged cells of an area."""


@dataclass(eq=False)
class TwiceNamedError(DoubtError):
    """Areas of a `file` that stand several times in every period under one name in a `column`, and nothing tells their rows apart.

    `numbers` are those of some, name → the people killed of each of its rows; `areas` how many names there are of that kind.
    """

    file: str
    column: str
    numbers: Mapping[str, tuple[int, ...]]
    areas: int

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the names."""
        return {self.column: tuple(self.numbers)}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        shown = "; ".join(f"{name}: {', '.join(f'{n:,}' for n in each)}" for name, each in self.numbers.items())
        return told(
            "{file}: names in {column} that stand several times in each period, and nothing tells them apart: {n} ({shown})",
            file=self.file,
            column=repr(self.column),
            n=self.areas,
            shown=shown,
        )

    def _sentence(self) -> Told:
        return told("{doubt}; write under [area_counts] in city.toml apart = true if they are areas of their own", doubt=self.doubt())


@dataclass(eq=False)
class HeaderError(DoubtError):
    """A `file` of which several rows could name the columns; `candidates` are those, each with its number and its first cells."""

    file: str
    candidates: tuple[tuple[int, str], ...]

    def _sentence(self) -> Told:
        rows = "; ".join(f"{row}: {cells}" for row, cells in self.candidates)
        return told(
            "{file}: several rows could name the columns ({rows}); write header_row = … in city.toml to say which does",
            file=self.file,
            rows=rows,
        )


@dataclass(eq=False)
class SheetError(DoubtError):
    """A `file` of several tables and no sign which is meant: `fault` says so, `candidates` are their names, each with a sample.

    `alike` are how many of them have the same columns, so that they may be the parts of one table.
    """

    file: str
    fault: Told
    candidates: tuple[tuple[str, str | Told], ...]
    alike: int = 0

    def _sentence(self) -> Told:
        return told('{file}: {fault}; write sheet = "…" in city.toml to say which is meant', file=self.file, fault=self.fault)


@dataclass(eq=False)
class YearUnsaidError(DoubtError):
    """A `file` of which no column says the year: `first` is the column of the months or days, empty where there is none.

    `years` stand in its own name or title, `others` are years that it may be of as well.
    """

    file: str
    first: str
    years: tuple[int, ...] = ()
    others: tuple[int, ...] = ()

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the first column."""
        return {self.first: ()} if self.first else {}


class YearlessError(YearUnsaidError):
    """Numbers in columns of months (`first` and others; empty: no periods at all)."""

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        if not self.first:
            return told("{file}: no column says when its numbers are of", file=self.file)
        return told("{file}: the columns {first}, … are months, and no column says of which year", file=self.file, first=repr(self.first))

    def _sentence(self) -> Told:
        return told("{doubt}; add a column of the year, or write of_year = 2023 under [area_counts] in city.toml", doubt=self.doubt())


class YearlessDaysError(YearUnsaidError):
    """Single homicides whose column `first` says the day and the month, or the month."""

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return told("{file}: {first} says the day or the month, and no column says of which year", file=self.file, first=repr(self.first))

    def _sentence(self) -> Told:
        return told("{doubt}; add a column of the year, or write of_year = 2023 under [incidents] in city.toml", doubt=self.doubt())


@dataclass(eq=False)
class SplitYearsError(DoubtError):
    """A `file` of numbers of years that begin in one calendar year and end in the next, as `names` such as 2019/20 say, or FY2020.

    `spans` is the first and the last month of the first of them, by the month that such years may begin in; `after` the same where such
    a year bears the name of the calendar year that it begins in. `sure` is what the name of the column says itself.
    """

    file: str
    names: tuple[str, ...]
    spans: Mapping[int, tuple[str, str]]
    after: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    sure: str = ""

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return some of the years."""
        return {"": self.names}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        shown = ", ".join(map(repr, self.names))
        return told("{file}: {shown} are years that may begin in another month than January", file=self.file, shown=shown)

    def _sentence(self) -> Told:
        return told("{doubt}; write the month that they begin in, years_begin = 4, under [area_counts] in city.toml", doubt=self.doubt())


@dataclass(eq=False)
class NoDaysError(DoubtError):
    """A `file` of `rows` single homicides whose `columns` say a month, a quarter or a year, and none says a day.

    `months`: it is the month that they say, so that each may stay a homicide of its own.
    `placed`: they have coordinates, which would be lost in totals. `weeks`: the column that says the week, where one does.
    """

    file: str
    columns: str
    samples: Mapping[str, tuple[str, ...]]
    rows: int
    months: bool = False
    placed: bool = False
    weeks: str = ""

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the samples."""
        return self.samples

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        shown = "; ".join(f"{name}: {', '.join(map(repr, some))}" for name, some in self.samples.items())
        if self.weeks:
            return told(
                "{file}: no column says the day of the killing; {weeks} says the week, which may lie in two months or years, so that only "
                "a longer time is known ({shown})",
                file=self.file,
                weeks=repr(self.weeks),
                shown=shown,
            )
        return told("{file}: no column says the day of the killing, only a longer time ({shown})", file=self.file, shown=shown)

    def _sentence(self) -> Told:
        return told("{doubt}; write [area_counts] with each_row = true in city.toml in place of [incidents]", doubt=self.doubt())

"""Doubts about which rows of a file are homicides, and how many people each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotspots.readers.faults import DoubtError
from hotspots.words import Told, mark, told


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
    "void": mark("found to be no crime"),
    "person": mark("somebody else than who was killed"),
    "other": mark("something else"),
    "unclear": mark("in no list of ours"),
}
_SHOWN = 8  # values of a column that a sentence lists


@dataclass(eq=False)
class HomicideError(DoubtError):
    """A `file` of which it is in doubt which of its `rows` are homicides.

    `judged` are the columns that say what happened; `where` is column → values of the rows that say intentional homicide without
    doubt, `kept` in number; empty where none does. `yearly` is how many rows a year has, and `rate` those per 100,000 residents,
    where that is the doubt; 0 otherwise. `police` are columns that only a list of people killed by police has, `lists` those that hold
    a list of people in each row.
    """

    file: str
    rows: int
    judged: tuple[Judged, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: int = 0
    yearly: float = 0.0
    rate: float = 0.0
    police: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

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
        if self.lists:
            return told(
                "{file}: {columns} holds a list of people in each row, and who of them was killed is not read; bring one row for each "
                "person killed",
                file=self.file,
                columns=", ".join(map(repr, self.lists)),
            )
        if self.police:
            listed = ", ".join(map(repr, self.police[:_SHOWN]))
            return told(
                "{file}: its columns {listed} are those of a list of people killed by police: legal intervention, which many count apart",
                file=self.file,
                listed=listed,
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
    return told("{shown} and {n} more values", shown=shown, n=more) if more > 0 or not isinstance(shown, Told) else shown


@dataclass(eq=False)
class NumberOfKilledError(DoubtError):
    """A `file` of `rows` rows, of which it is in doubt which of its numbers are the people killed.

    `sums` is what each candidate adds up to, the likeliest first; `samples` are three of its values. `sure` is the one that says so by
    its name; empty where none does.
    """

    file: str
    rows: int
    sums: Mapping[str, int]
    samples: Mapping[str, tuple[str, ...]]
    sure: str = ""

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return three values of each candidate."""
        return self.samples


@dataclass(eq=False)
class VictimsError(NumberOfKilledError):
    """A `file` of which it is in doubt which column is the number of people killed in each of its `rows`."""

    def _sentence(self) -> Told:
        return told(
            "{file}: how many people were killed in each row? Write under [incidents] in city.toml: victims = one of {columns}",
            file=self.file,
            columns=", ".join(map(repr, self.sums)),
        )


@dataclass(eq=False)
class SameVictimError(DoubtError):
    """A `file` whose `rows` are of `people` persons by its `columns`: it may have a row for each suspect, weapon or charge.

    `by_id`: one column is an id of persons; else the rows differ in nothing but what they say of a suspect.
    """

    file: str
    columns: tuple[str, ...]
    rows: int
    people: int
    samples: Mapping[str, tuple[str, ...]]
    by_id: bool = False

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return three values of each column."""
        return self.samples

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return told(
            "{file}: by {columns} its {rows} rows are of {people} people, as where a file has a row for each suspect or weapon",
            file=self.file,
            columns=", ".join(map(repr, self.columns)),
            rows=f"{self.rows:,}",
            people=f"{self.people:,}",
        )

    def _sentence(self) -> Told:
        listed = ", ".join(f'"{column}"' for column in self.columns)
        return told("{doubt}; if so, write under [incidents] in city.toml: victim_id = [{listed}]", doubt=self.doubt(), listed=listed)


@dataclass(eq=False)
class SeveralPeopleError(DoubtError):
    """A `file` of `rows` rows of which `several` list more than one person in `columns`, and nothing says how many were killed in each.

    `people` are those of all rows, each counted as it is listed. Nobody's name is kept: there are no samples.
    """

    file: str
    columns: tuple[str, ...]
    rows: int
    several: int
    people: int

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return told(
            "{file}: {several} of its {rows} rows list several people in {columns}, and no column says how many were killed",
            file=self.file,
            several=f"{self.several:,}",
            rows=f"{self.rows:,}",
            columns=", ".join(map(repr, self.columns)),
        )

    def _sentence(self) -> Told:
        listed = ", ".join(f'"{column}"' for column in self.columns)
        return told(
            "{doubt}; if all who are listed were, write under [incidents] in city.toml: listed = [{listed}]",
            doubt=self.doubt(),
            listed=listed,
        )


@dataclass(eq=False)
class CodedAgesError(DoubtError):
    """Ages in a `column` of a `file` that are all codes as registers write them: `samples` are three of the `codes`, `first` is a code
    with the years that it would be."""

    file: str
    column: str
    samples: tuple[str, ...]
    first: tuple[str, int]
    codes: int

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the samples."""
        return {self.column: self.samples}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        return told(
            "{file}: all {n} ages in {column} look like codes, as registers of deaths write them ({shown})",
            file=self.file,
            n=f"{self.codes:,}",
            column=repr(self.column),
            shown=", ".join(map(repr, self.samples)),
        )

    def _sentence(self) -> Told:
        return told("{doubt}; if so, write age_coded = true under [incidents] in city.toml", doubt=self.doubt())


@dataclass(eq=False)
class CodedSexError(DoubtError):
    """A `column` of a `file` that is of the sex by its name and holds two codes: `rows` are the lower one and the higher one, as they are
    written, each with its rows."""

    file: str
    column: str
    rows: tuple[tuple[str, int], tuple[str, int]]

    def at_stake(self) -> Mapping[str, tuple[str, ...]]:
        """Return the codes."""
        return {self.column: tuple(code for code, _ in self.rows)}

    def doubt(self) -> Told:
        """Return what is in doubt, without what to do."""
        (one, ones), (two, twos) = self.rows
        return told(
            "{file}: {column} holds codes: {one} in {ones} of its rows, {two} in {twos}",
            file=self.file,
            column=repr(self.column),
            one=one,
            ones=f"{ones:,}",
            two=two,
            twos=f"{twos:,}",
        )

    def _sentence(self) -> Told:
        line = ", ".join(f'"{code}" = "{sex}"' for (code, _), sex in zip(self.rows, ("male", "female"), strict=True))
        return told("{doubt}; say which is which under [incidents.values.sex] in city.toml, such as: {line}", doubt=self.doubt(), line=line)


@dataclass(eq=False)
class CountsError(NumberOfKilledError):
    """A `file` of published totals of which it is in doubt which of its numbers are the people killed.

    `by_sex` are candidates that are several columns: what each is called → sex → column.
    """

    by_sex: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def _sentence(self) -> Told:
        return told(
            "{file}: which numbers are the people killed? Write under [area_counts] in city.toml: count = one of {columns}",
            file=self.file,
            columns=", ".join(map(repr, self.sums)),
        )

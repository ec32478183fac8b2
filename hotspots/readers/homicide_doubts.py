"""What is asked about rows that may be no homicides: the answers, and what city.toml then says."""

from __future__ import annotations

from hotspots.readers.asking import MOST_CANDIDATES, Doubt, Entries, where_of
from hotspots.readers.faults import DoubtError
from hotspots.readers.homicide_faults import (
    MEANINGS,
    CodedAgesError,
    CodedSexError,
    CountsError,
    HomicideError,
    NumberOfKilledError,
    SameVictimError,
    SeveralPeopleError,
    VictimsError,
    reading_of,
)
from hotspots.words import Told, told


def values_of(fault: DoubtError) -> dict[str, dict[str, Told]]:
    """Return what each value of the columns of a doubt means, where values are the answers."""
    if not isinstance(fault, HomicideError):
        return {}
    return {one.column: {value: _of_rows(rows, meaning) for value, meaning, rows in one.values} for one in fault.judged}


def _of_rows(rows: int, meaning: str) -> Told:
    return told("{n} rows ({meaning})", n=f"{rows:,}", meaning=Told(MEANINGS[meaning], {}))


def options_of(fault: HomicideError) -> dict[str, Told]:
    """Return the rows that say so without doubt, those with others beside them, and all; or each value where none says so."""
    options: dict[str, Told] = {}
    every = told("each of the {n} rows is a person killed", n=f"{fault.rows:,}")
    if not fault.where:
        pairs = [(one.column, *value) for one in fault.judged for value in one.values[:MOST_CANDIDATES]]
        options = {reading_of({column: (value,)}): _of_rows(rows, meaning) for column, value, meaning, rows in pairs[: 2 * MOST_CANDIDATES]}
        return {**options, "all": every}
    options[reading_of(fault.where)] = told(
        "what says intentional homicide without doubt: {n} of {total} rows; the other {left} are set aside",
        n=f"{fault.kept:,}",
        total=f"{fault.rows:,}",
        left=f"{fault.rows - fault.kept:,}",
    )
    first = next(one for one in fault.judged if one.column in fault.where)
    for meaning in ("unclear", "legal", "negligent"):
        more = tuple(value for value in first.meaning(meaning) if value and value not in fault.where[first.column])
        if more:
            where = {**fault.where, first.column: (*fault.where[first.column], *more)}
            options[reading_of(where)] = told("these and what says: {meaning}", meaning=Told(MEANINGS[meaning], {}))
    return {**options, "all": every}


def sums_options(fault: NumberOfKilledError) -> dict[str, Told]:
    """Return each column with the people killed that its numbers add up to."""
    return {column: told("its numbers add up to {n} people killed", n=f"{number:,}") for column, number in fault.sums.items()}


def _each_row(fault: VictimsError | SameVictimError | SeveralPeopleError) -> Told:
    return told("each row is one person killed: {n}", n=f"{fault.rows:,}")


def victims_options(fault: VictimsError) -> dict[str, Told]:
    """Return each column with the people killed that its numbers add up to, and the rows."""
    return {**sums_options(fault), "rows": _each_row(fault)}


def same_options(fault: SameVictimError) -> dict[str, Told]:
    """Return the people once each, and the rows."""
    once = told(
        "no: of rows that are alike in {columns} the first is counted: {n}", columns=", ".join(fault.columns), n=f"{fault.people:,}"
    )
    return {"once": once, "rows": _each_row(fault)}


def entries_of(fault: HomicideError, answer: str) -> Entries:
    """Return what an answer writes under [incidents]."""
    if answer == "all":
        return {"all_homicides": True}
    return {"where": {column: list(values) for column, values in where_of(answer, values_of(fault)).items()}}


def coded_options(fault: CodedAgesError) -> dict[str, Told]:
    """Return that they are codes, and that nobody knows."""
    code, years = fault.first
    return {
        "coded": told("yes: {code} is {years} years, and hours, days and months are no year", code=code, years=years),
        "unknown": told("no, or it is not known: no age is read"),
    }


def sex_options(fault: CodedSexError) -> dict[str, Told]:
    """Return either way round, and that nobody knows."""
    (one, _), (two, _) = fault.rows
    return {
        "male_first": told("{one} is a man and {two} a woman", one=one, two=two),
        "female_first": told("{one} is a woman and {two} a man", one=one, two=two),
        "unknown": told("it is not known: no sex is read"),
    }


def sex_entries(fault: CodedSexError, answer: str) -> Entries:
    """Return what an answer writes under [incidents]."""
    order = {"male_first": ("male", "female"), "female_first": ("female", "male")}.get(answer)
    return {"values": {"sex": dict(zip((code for code, _ in fault.rows), order, strict=True))}} if order else {}


def several_options(fault: SeveralPeopleError) -> dict[str, Told]:
    """Return the rows, and the people that they list."""
    listed = told("no: each of the people listed was killed: {n} in all", n=f"{fault.people:,}")
    return {"rows": _each_row(fault), "listed": listed}


HOMICIDE_DOUBTS: tuple[Doubt, ...] = (
    Doubt(
        "homicide",
        HomicideError,
        text=lambda fault: told("Which rows are homicides? {doubt}", doubt=fault.doubt()),
        options=options_of,
        safe=lambda fault: reading_of(fault.where),
        entries=entries_of,
        ours=("all",),
    ),
    Doubt(
        "victims",
        VictimsError,
        text=lambda fault: told("{file}: which column is the number of people killed in each row?", file=fault.file),
        options=victims_options,
        safe=lambda fault: fault.sure,
        entries=lambda _, answer: {} if answer == "rows" else {"victims": answer},
        ours=("rows",),
    ),
    Doubt(
        "victims",
        SameVictimError,
        text=lambda fault: told("{doubt}; is each row a person killed?", doubt=fault.doubt()),
        options=same_options,
        safe=lambda fault: "once" if fault.by_id else "",
        entries=lambda fault, answer: {} if answer == "rows" else {"victim_id": list(fault.columns)},
    ),
    Doubt(
        "victims",
        CountsError,
        text=lambda fault: told("{file}: its rows are totals of areas and periods; which numbers are the people killed?", file=fault.file),
        options=sums_options,
        safe=lambda fault: fault.sure,
        entries=lambda fault, answer: {"sex_columns": dict(fault.by_sex[answer])} if answer in fault.by_sex else {"count": answer},
        section="area_counts",
    ),
    Doubt(
        "victims",
        SeveralPeopleError,
        text=lambda fault: told("{doubt}; is each row a person killed?", doubt=fault.doubt()),
        options=several_options,
        safe=lambda _: "rows",
        entries=lambda fault, answer: {} if answer == "rows" else {"listed": list(fault.columns)},
    ),
    Doubt(
        "age",
        CodedAgesError,
        text=lambda fault: told("{doubt}; is the first digit a unit, and the rest how many of it?", doubt=fault.doubt()),
        options=coded_options,
        safe=lambda _: "unknown",
        entries=lambda _, answer: {"age_coded": True} if answer == "coded" else {},
    ),
    Doubt(
        "sex",
        CodedSexError,
        text=lambda fault: told("{doubt}; which is which?", doubt=fault.doubt()),
        options=sex_options,
        safe=lambda _: "unknown",
        entries=sex_entries,
    ),
)

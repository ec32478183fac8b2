"""What is asked about the layout of a table and its numbers: the answers, and what city.toml then says."""

from __future__ import annotations

from hotspots.readers.asking import MOST_CANDIDATES, Entries
from hotspots.readers.faults import NumbersError
from hotspots.readers.table_faults import HeaderError, NoDaysError, SheetError, SplitYearsError, YearUnsaidError
from hotspots.words import Told, told

_USUAL = (4, 7, 10, 9, 1)  # months that financial and school years begin in
_FIRST = " first"  # how an answer ends of years that bear the name of their first calendar year


def sheet_options(fault: SheetError) -> dict[str, Told]:
    """Return the tables of a file, and all of those that have the same columns."""
    shown = fault.candidates[:MOST_CANDIDATES]
    named = {name: sample if isinstance(sample, Told) else Told("{sample}", {"sample": sample}) for name, sample in shown}
    return named | ({"*": told("all {n} that have the same columns, together", n=fault.alike)} if fault.alike > 1 else {})


def header_options(fault: HeaderError) -> dict[str, Told]:
    """Return the rows that may name the columns, each with its first cells."""
    return {str(row): told("row {n}: {cells}", n=row, cells=cells) for row, cells in fault.candidates}


def split_options(fault: SplitYearsError) -> dict[str, Told]:
    """Return the months that such years may begin in, those that are usual first, with what the first of them then is."""
    shown = repr(fault.names[0])
    order = sorted({*fault.spans, *fault.after}, key=lambda month: (_USUAL.index(month) if month in _USUAL else len(_USUAL), month))
    spans = {str(month): fault.spans[month] for month in order if month in fault.spans}
    spans |= {f"{month}{_FIRST}": fault.after[month] for month in order if month in fault.after}
    return {answer: told("{year} is {first} to {last}", year=shown, first=first, last=last) for answer, (first, last) in spans.items()}


def split_entries(_: SplitYearsError, answer: str) -> Entries:
    """Return the month that years begin in, and that they bear the name of their first calendar year where the answer says so."""
    named = {"years_named": "first"} if answer.endswith(_FIRST) else {}
    return {"years_begin": int(answer.removesuffix(_FIRST)), **named}


def year_options(fault: YearUnsaidError) -> dict[str, Told]:
    """Return the years that months may be of: those that the name of the file says, then the last ones."""
    said = {str(year): told("the name or the title of the file says {year}", year=year) for year in fault.years}
    return said | {str(year): told("all of {year}", year=year) for year in fault.others if year not in fault.years}


def no_days_options(fault: NoDaysError) -> dict[str, Told]:
    """Return how a list without days may be read."""
    rows = f"{fault.rows:,}"
    months = told("keep each of the {n} rows in its month, and at its place: nothing is told by day, and no day is made up", n=rows)
    if fault.placed:
        totals = told("count the {n} rows as totals of that time: their coordinates are not used, and no point is mapped", n=rows)
    else:
        totals = told("count the {n} rows as totals of that time; no day is made up, and no point is mapped", n=rows)
    listed = {"months": months} if fault.months else {}
    return {**listed, "totals": totals, "point": told("another column is the date: ask which")}


NUMBERS: dict[str, dict[str, Told]] = {
    "dot": {
        "thousands": told("it marks thousands: 1.234 is 1,234 people"),
        "1000": told("it is a decimal point, and the numbers are in thousands: 1.234 is 1,234 people, 900 is 900,000"),
        "1": told("it is a decimal point, and the numbers are estimates: round them to whole people"),
    },
    "times": {"1000": told("they are in thousands: 12.3 is 12,300 people"), "1": told("they are estimates: round them to whole people")},
    "far": {"unknown": told("it stands for not known"), "right": told("it is right")},
}


def numbers_entries(fault: NumbersError, answer: str) -> Entries:
    """Return what an answer about numbers of residents writes under [blocks]."""
    if fault.kind == "dot":
        return {"population_dot": answer} if answer == "thousands" else {"population_dot": "decimal", "population_times": int(answer)}
    if fault.kind == "times":
        return {"population_times": int(answer)}
    return {"population_checked": True} if answer == "right" else {"population_unknown": list(fault.samples)}

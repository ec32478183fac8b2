"""What is asked about the layout of a table and its numbers: the answers, and what city.toml then says."""

from __future__ import annotations

from hotspots.readers.asking import MOST_CANDIDATES, Entries
from hotspots.readers.faults import NumbersError
from hotspots.readers.table_faults import HeaderError, SheetError
from hotspots.words import Told, told


def sheet_options(fault: SheetError) -> dict[str, Told]:
    """Return the tables of a file, and all of those that have the same columns."""
    named = {name: Told("{sample}", {"sample": sample}) for name, sample in fault.candidates[:MOST_CANDIDATES]}
    return named | ({"*": told("all {n} that have the same columns, together", n=fault.alike)} if fault.alike > 1 else {})


def header_options(fault: HeaderError) -> dict[str, Told]:
    """Return the rows that may name the columns, each with its first cells."""
    return {str(row): told("row {n}: {cells}", n=row, cells=cells) for row, cells in fault.candidates}


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

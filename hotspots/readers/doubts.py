"""What is asked of a person: one row for each doubt, with its question, the answers, the safe one, and what city.toml then says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hotspots.readers.faults import (
    AreaColumnError,
    ColumnError,
    DateOrderError,
    DoubtError,
    LatitudeError,
    NumbersError,
    ResidentsColumnError,
    UnknownSystemError,
)
from hotspots.store.schema import DataError
from hotspots.words import Told, Words, told

_MOST_COLUMNS = 20  # that can be pointed at


@dataclass(frozen=True)
class Question:
    """What only a person can say: the text, the answers with what each means, and the one that can do no harm (empty: none is safe).

    Without `options` any text may be given.
    """

    id: str
    text: Told
    options: Mapping[str, Told]
    safe: str = ""

    def to_dict(self, words: Words) -> dict[str, Any]:
        """Return the question as plain values, in the reader's language."""
        options = {answer: words.tell(meaning) for answer, meaning in self.options.items()}
        return {"id": self.id, "text": words.tell(self.text), "options": options, "safe": self.safe or None}


Ask = Callable[[Question], str]
Entries = dict[str, str | int | list[str]]


@dataclass(frozen=True)
class Doubt:
    """One row: the fault that it is `about`, and four functions of that fault.

    `text` is the question, `options` the answers with their meaning, `safe` the answer that can do no harm or nothing, `entries` what
    an answer writes under its section of city.toml.
    """

    id: str
    about: type[DoubtError]
    text: Callable[[Any], Told]
    options: Callable[[Any], dict[str, Told]]
    safe: Callable[[Any], str]
    entries: Callable[[Any, str], Entries]


def question(fault: DoubtError) -> Question | None:
    """Return the question that would settle a fault; None where no row is about it."""
    row = _row(fault)
    return Question(row.id, row.text(fault), row.options(fault), row.safe(fault)) if row else None


def settled(fault: DoubtError, ask: Ask) -> Entries:
    """Return what city.toml says once `ask` has answered; the fault itself is raised where no row is about it."""
    row, asked = _row(fault), question(fault)
    if row is None or asked is None:
        raise fault
    return row.entries(fault, ask(asked))


def _row(fault: DoubtError) -> Doubt | None:
    return next((row for row in DOUBTS if isinstance(fault, row.about)), None)


def _day_options(fault: DateOrderError) -> dict[str, Told]:
    day, month = fault.forms
    return {"day": told("the day comes first ({form})", form=day), "month": told("the month comes first ({form})", form=month)}


def _safe_order(fault: DateOrderError) -> str:
    """Return the order that reads every date, where the other leaves many unread."""
    (least, first), (most, _) = sorted(zip(fault.unread, ("day", "month"), strict=True), key=lambda pair: pair[0])
    return first if least <= 0.001 and most > 0.1 else ""


def _epsg_options(fault: UnknownSystemError) -> dict[str, Told]:
    return {} if fault.likely is None else {str(fault.likely): told("they lie where the blocks are")}


def _epsg_entries(_: UnknownSystemError, answer: str) -> Entries:
    if not answer.isdecimal():
        raise DataError(told("epsg: {answer} is not a number; ask the source for the EPSG number of its coordinates", answer=repr(answer)))
    return {"epsg": int(answer)}


def _columns(fault: ColumnError) -> dict[str, Told]:
    return {str(number): Told("{column}", {"column": column}) for number, column in enumerate(fault.candidates[:_MOST_COLUMNS], start=1)}


def _pointed_at(fault: ColumnError, answer: str) -> str:
    return fault.candidates[int(answer) - 1]


_NUMBERS: dict[str, dict[str, Told]] = {
    "dot": {"thousands": told("it marks thousands: 1.234 is 1,234 people"), "decimal": told("it is a decimal point")},
    "times": {"1000": told("they are in thousands: 12.3 is 12,300 people"), "1": told("they are estimates: round them to whole people")},
    "far": {"unknown": told("it stands for not known"), "right": told("it is right")},
}


def _numbers_entries(fault: NumbersError, answer: str) -> Entries:
    if fault.kind == "dot":
        return {"population_dot": answer}
    if fault.kind == "times":
        return {"population_times": int(answer)}
    return {"population_checked": True} if answer == "right" else {"population_unknown": list(fault.samples)}


DOUBTS: tuple[Doubt, ...] = (
    Doubt(
        "day_first",
        DateOrderError,
        text=lambda fault: fault.doubt(),
        options=_day_options,
        safe=_safe_order,
        entries=lambda fault, answer: {"date_format": fault.forms[0 if answer == "day" else 1]},
    ),
    Doubt(
        "axes",
        LatitudeError,
        text=lambda fault: fault.faults[0],
        options=lambda _: {"yes": told("read them the other way round"), "no": told("leave them")},
        safe=lambda _: "yes",
        entries=lambda fault, answer: {"x": fault.y, "y": fault.x} if answer == "yes" else {},
    ),
    Doubt(
        "epsg",
        UnknownSystemError,
        text=lambda fault: told(
            "{file}: the coordinates are not degrees (first: {first}); which EPSG number does the source give for them?",
            file=fault.file,
            first=fault.first,
        ),
        options=_epsg_options,
        safe=lambda fault: next(iter(_epsg_options(fault)), ""),
        entries=_epsg_entries,
    ),
    Doubt(
        "area",
        AreaColumnError,
        text=lambda _: told("Which column is the id of a block?"),
        options=_columns,
        safe=lambda _: "1",
        entries=lambda fault, answer: {"id": _pointed_at(fault, answer)},
    ),
    Doubt(
        "residents",
        ResidentsColumnError,
        text=lambda _: told("Which column is the number of residents?"),
        options=_columns,
        safe=lambda fault: "1" if len(fault.candidates) == 1 else "",
        entries=lambda fault, answer: {"population": _pointed_at(fault, answer)},
    ),
    Doubt(
        "residents_number",
        NumbersError,
        text=lambda fault: fault.doubt(),
        options=lambda fault: _NUMBERS[fault.kind],
        safe=lambda fault: "thousands" if fault.kind == "dot" else "",
        entries=_numbers_entries,
    ),
)

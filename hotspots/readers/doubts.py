"""What is asked of a person: one row for each doubt, with its question, the answers, the safe one, and what city.toml then says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hotspots.readers.faults import (
    AreaColumnError,
    ColumnError,
    DateColumnError,
    DateOrderError,
    DoubtError,
    ElsewhereError,
    LatitudeError,
    LostSignError,
    MidnightZoneError,
    PlaceColumnError,
    ResidentsColumnError,
    SwappedAxesError,
    UnknownSystemError,
)
from hotspots.store.schema import DataError
from hotspots.words import Told, Words, told

_MOST_COLUMNS = 20  # that can be pointed at


@dataclass(frozen=True)
class Question:
    """What only a person can say: the text, the answers with what each means, and the one that can do no harm (empty: none is safe).

    Without `options` any text may be given. `file` is the file that it is about, `samples` three of the values at stake (by column
    where the answers are columns), `answer` what was answered: empty while the question is open.
    """

    id: str
    text: Told
    options: Mapping[str, Told]
    safe: str = ""
    file: str = ""
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answer: str = ""

    def takes(self, answer: str) -> bool:
        """Return whether the text is an answer to this question."""
        return bool(answer) and (answer in self.options or not self.options)

    def to_dict(self, words: Words) -> dict[str, Any]:
        """Return the question as plain values, in the reader's language."""
        options = {answer: words.tell(meaning) for answer, meaning in self.options.items()}
        said = {"id": self.id, "text": words.tell(self.text), "options": options, "safe": self.safe or None}
        samples = {column: list(values) for column, values in self.samples.items()}
        return {**said, "file": self.file or None, "samples": samples, "answer": self.answer or None}


Ask = Callable[[Question], str]
Entries = dict[str, Any]  # what an answer writes in city.toml


@dataclass(frozen=True)
class Doubt:
    """One row: the fault that it is `about`, and four functions of that fault.

    `text` is the question, `options` the answers with their meaning, `safe` the answer that can do no harm or nothing, `entries` what
    an answer writes under its `section` of city.toml. Where the fault has a field `file` the question is about that file.
    """

    id: str
    about: type[DoubtError]
    text: Callable[[Any], Told]
    options: Callable[[Any], dict[str, Told]]
    safe: Callable[[Any], str]
    entries: Callable[[Any, str], Entries]
    section: str = "incidents"


def question(fault: DoubtError) -> Question | None:
    """Return the question that would settle a fault; None where no row is about it."""
    row = _row(fault)
    if row is None:
        return None
    return Question(row.id, row.text(fault), row.options(fault), row.safe(fault), getattr(fault, "file", ""), fault.at_stake())


def section_of(fault: DoubtError) -> str:
    """Return the section of city.toml that the answer to a fault belongs to; empty where no row is about it."""
    row = _row(fault)
    return row.section if row else ""


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


def _elsewhere_options(fault: ElsewhereError) -> dict[str, Told]:
    meanings = {
        "swap": told("swapped: they lie near {near}"),
        "x": told("the longitude lost its minus sign: they lie near {near}"),
        "y": told("the latitude lost its minus sign: they lie near {near}"),
        "xy": told("both lost their minus sign: they lie near {near}"),
    }
    listed = {answer: told(meanings[answer], near=near) for (answer, _), near in zip(fault.changes, fault.near, strict=True)}
    return listed | {"leave": told("they are right: near {here}", here=fault.here)}


DOUBTS: tuple[Doubt, ...] = (
    Doubt(
        "date",
        DateColumnError,
        text=lambda _: told("Which column is the date of the killing?"),
        options=_columns,
        safe=lambda _: "",
        entries=lambda fault, answer: {"date": _pointed_at(fault, answer)},
    ),
    Doubt(
        "place",
        PlaceColumnError,
        text=lambda _: told("Which column holds the coordinates of the killing?"),
        options=_columns,
        safe=lambda _: "",
        entries=lambda fault, answer: {"geometry": _pointed_at(fault, answer)},
    ),
    Doubt(
        "day_first",
        DateOrderError,
        text=lambda fault: fault.doubt(),
        options=_day_options,
        safe=_safe_order,
        entries=lambda fault, answer: {"date_format": fault.forms[0 if answer == "day" else 1]},
    ),
    Doubt(
        "zone",
        MidnightZoneError,
        text=lambda fault: fault.doubt(),
        options=lambda _: {
            "local": told("the days are right as written, and the clock stands for none"),
            "UTC": told("it is midnight, written in UTC: each day is the next one"),
        },
        safe=lambda _: "",
        entries=lambda fault, answer: {"date_zone": "local" if answer == "local" else fault.zone},
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
        "axes",
        SwappedAxesError,
        text=lambda fault: fault.doubt(),
        options=_elsewhere_options,
        safe=lambda _: "",
        entries=lambda fault, answer: fault.written(answer),
    ),
    Doubt(
        "sign",
        LostSignError,
        text=lambda fault: fault.doubt(),
        options=_elsewhere_options,
        safe=lambda _: "",
        entries=lambda fault, answer: fault.written(answer),
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
        section="blocks",
    ),
    Doubt(
        "residents",
        ResidentsColumnError,
        text=lambda _: told("Which column is the number of residents?"),
        options=_columns,
        safe=lambda fault: "1" if len(fault.candidates) == 1 else "",
        entries=lambda fault, answer: {"population": _pointed_at(fault, answer)},
        section="blocks",
    ),
)

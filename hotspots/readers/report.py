"""What was noticed row by row, and what became of every row of a file: the quality report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.words import Told, Words, mark

Mask = npt.NDArray[np.bool_]
OUTCOMES = ("accepted", "repaired", "rejected", "filtered")  # the gravest last
_SHOWN = 3  # examples of a finding


@dataclass(frozen=True)
class Example:
    """One row that shows a finding: its number as a spreadsheet shows it (the header is row 1), the column, the value as it stood.

    `file` is the file and sheet of the row, where its number alone does not say which row is meant.
    """

    row: int
    column: str
    value: str
    file: str = ""


@dataclass(frozen=True)
class Finding:
    """One kind of thing found in a file.

    `code` is stable and names the kind; `outcome` is what it made of the row (one of `OUTCOMES`; `accepted` for a remark that
    changed nothing); `rows` is how many rows; `text` says in plain words what was seen and what was done; `advice` what to do.
    """

    code: str
    outcome: str
    rows: int
    text: str
    advice: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The rejected rows as the file writes them, for whoever corrects it; they are shown once and never stored.

    `numbers` are their numbers as a spreadsheet shows them, `origins` their file or sheet where there are several, `codes` the codes of
    the findings for which each was rejected.
    """

    rows: pd.DataFrame
    numbers: tuple[int, ...]
    origins: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class QualityReport:
    """The account of one import: every row read has exactly one outcome.

    `read == accepted + repaired + rejected + filtered` always. `victims` is how many victims the kept rows stand for. `left_out` are the
    rejected rows themselves, as long as the files have just been read: they are no part of what is stored.
    """

    source: str
    read: int
    accepted: int
    repaired: int
    rejected: int
    filtered: int
    victims: int
    findings: tuple[Finding, ...] = field(default=())
    left_out: LeftOut | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse an account that does not add up."""
        parts = self.accepted + self.repaired + self.rejected + self.filtered
        if parts != self.read:
            raise ValueError(f"the account does not add up: {self.read} rows read, {parts} accounted for")

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        findings = [{**asdict(row), "text": _plain(row.text), "advice": _plain(row.advice)} for row in self.findings]
        stored = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "left_out"}
        return {**stored, "findings": findings}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> QualityReport:
        """Rebuild a report from `to_dict`.

        >>> report = QualityReport("a.csv", 3, 2, 0, 1, 0, 2, (Finding("no_date", "rejected", 1, "1 row has no date"),))
        >>> QualityReport.from_dict(report.to_dict()) == report
        True
        """
        findings = tuple(_finding(row) for row in values["findings"])
        return cls(**{**values, "findings": findings})


@dataclass(frozen=True, eq=False)
class Remark:
    """One kind of thing noticed: the rows it concerns, and what it makes of them.

    `text` is a sentence in which `{rows}` and `{total}` stand for the two counts.
    """

    code: str
    outcome: str
    where: Mask
    text: str
    advice: str = ""
    column: str = ""


def finding(remark: Remark, *, table: pd.DataFrame, numbers: npt.NDArray[np.int64], origins: npt.NDArray[np.str_] | None = None) -> Finding:
    """Return the remark as a `Finding` with its first three rows as examples; `origins` is the file and sheet of each row.

    >>> remark = Remark("bad_age", "repaired", np.array([False, True]), "{rows} of {total} ages", column="age")
    >>> finding(remark, table=pd.DataFrame({"age": ["31", "999"]}), numbers=np.array([2, 3])).text
    '1 of 2 ages'
    """
    at = np.flatnonzero(remark.where)
    cells = table[remark.column] if remark.column in table.columns else None
    examples = tuple(
        Example(
            int(numbers[i]), remark.column, "" if cells is None else str(cells.iloc[i])[:80], "" if origins is None else str(origins[i])
        )
        for i in at[:_SHOWN]
    )
    known = sentence(remark.text)
    text = Told(known.pattern, {**known.values, "rows": f"{len(at):,}", "total": f"{len(remark.where):,}"})
    return Finding(remark.code, remark.outcome, len(at), text, remark.advice, examples)


def sentence(text: str) -> Told:
    """Return a text as a sentence that can be said in any language; one that is such a sentence stays as it is."""
    return text if isinstance(text, Told) else Told(text, {})


def outcomes(remarks: Iterable[Remark], *, rows: int) -> npt.NDArray[np.str_]:
    """Return the one outcome of every row: the gravest of what was noticed on it; accepted where nothing was.

    >>> bad = Remark("no_date", "rejected", np.array([False, True]), "")
    >>> outcomes([bad], rows=2).tolist()
    ['accepted', 'rejected']
    """
    rank = np.zeros(rows, dtype=np.int8)
    for remark in remarks:
        rank[remark.where] = np.maximum(rank[remark.where], OUTCOMES.index(remark.outcome))
    return np.array(OUTCOMES)[rank]


def left_out(
    remarks: Sequence[Remark], *, table: pd.DataFrame, numbers: npt.NDArray[np.int64], origins: npt.NDArray[np.str_] | None
) -> LeftOut:
    """Return the rows that the remarks reject, each with the codes of those that do.

    >>> bad = Remark("no_date", "rejected", np.array([False, True]), "")
    >>> left_out([bad], table=pd.DataFrame({"date": ["1/1/20", "?"]}), numbers=np.array([2, 3]), origins=None).codes
    (('no_date',),)
    """
    against = [remark for remark in only(remarks) if remark.outcome == "rejected"]
    out = np.logical_or.reduce([remark.where for remark in against]) if against else np.zeros(len(numbers), dtype=bool)
    at = np.flatnonzero(out)
    codes = tuple(tuple(dict.fromkeys(remark.code for remark in against if remark.where[i])) for i in at)
    named = ("",) * len(at) if origins is None else tuple(str(origins[i]) for i in at)
    return LeftOut(table.iloc[at].reset_index(drop=True), tuple(int(numbers[i]) for i in at), named, codes)


def only(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Return the remarks that concern at least one row."""
    return tuple(remark for remark in remarks if remark.where.any())


def groups(report: QualityReport) -> list[tuple[str, tuple[Finding, ...]]]:
    """Return the findings by what they ask of a person, the most pressing first; a group without findings is left out."""
    rows = report.findings
    advised = [row for row in rows if row.outcome in ("accepted", "repaired") and row.advice]
    parts = (
        (mark("Left out: correct these rows and import again, or leave it at that"), [row for row in rows if row.outcome == "rejected"]),
        (mark("Please look at these"), advised),
        (mark("Repaired on the way: nothing to do"), [row for row in rows if row.outcome == "repaired" and not row.advice]),
        (mark("Good to know"), [row for row in rows if row.outcome in ("accepted", "filtered") and row not in advised]),
    )
    return [(title, tuple(found)) for title, found in parts if found]


def lines(report: QualityReport, words: Words) -> list[str]:
    """Return the report as lines for people: one sentence first, then what was found, by what to do about it, with examples.

    >>> from hotspots.words import words_for
    >>> report = QualityReport("a.csv", 3, 2, 0, 1, 0, 2, (Finding("no_date", "rejected", 1, "1 of 3 rows have no date"),))
    >>> print(*lines(report, words_for("en")), sep="\\n")
    2 of 3 rows can be used: 2 people killed. 1 was left out.
    a.csv: 3 rows read = 2 as they stand + 0 after a repair + 1 left out + 0 set aside by the filter
    <BLANKLINE>
    Left out: correct these rows and import again, or leave it at that
    - 1 of 3 rows have no date
    """
    said = _summary(report, words)
    for title, found in groups(report):
        said += ["", words.say(title)]
        for row in found:
            said += [f"- {words.tell(row.text)}", *(f"    {_example(one, words)}" for one in row.examples)]
            said += ["    " + words.say("What to do: {advice}", advice=words.tell(row.advice))] if row.advice else []
    return said


def _summary(report: QualityReport, words: Words) -> list[str]:
    used = report.accepted + report.repaired
    out = report.read - used
    killed = words.count("{n} person killed", "{n} people killed", report.victims)
    left = words.count("{n} was left out.", "{n} were left out.", out) if out else words.say("No row was left out.")
    rows = {"used": words.number(used), "read": words.number(report.read), "killed": killed}
    usable = words.say("{used} of {read} rows can be used: {killed}.", **rows)
    every = words.say("All {read} rows can be used: {killed}.", **rows)
    account = {name: words.number(getattr(report, name)) for name in ("read", *OUTCOMES)}
    equation = words.say(
        "{source}: {read} rows read = {accepted} as they stand + {repaired} after a repair + {rejected} left out "
        "+ {filtered} set aside by the filter",
        source=report.source,
        **account,
    )
    return [f"{usable if out else every} {left}", equation]


def _example(one: Example, words: Words) -> str:
    column = words.say("column {name}", name=one.column) if one.column else ""
    place = ", ".join(part for part in (one.file, words.say("row {n}", n=one.row), column) if part)
    return words.say("for example {example}", example=f"{place}: {one.value!r}" if one.column else place)


def _finding(row: Mapping[str, Any]) -> Finding:
    examples: Sequence[Mapping[str, Any]] = row["examples"]
    texts = {name: _sentence(row[name]) for name in ("text", "advice")}
    return Finding(**{**row, **texts, "examples": tuple(Example(**example) for example in examples)})


def _plain(text: str) -> Any:
    """Return a sentence as JSON holds it: with its pattern and what fills it, so that it can be said in any language later."""
    if not isinstance(text, Told):
        return text
    return {"pattern": text.pattern, "values": {name: _value(value) for name, value in text.values.items()}}


def _value(value: object) -> Any:
    return _plain(value) if isinstance(value, Told) else str(value)


def _sentence(stored: Any) -> str:
    if not isinstance(stored, Mapping):
        return str(stored)
    return Told(stored["pattern"], {name: _sentence(value) for name, value in stored["values"].items()})

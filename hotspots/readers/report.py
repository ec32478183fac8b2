"""What became of every row of a file: the quality report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

OUTCOMES = ("accepted", "repaired", "rejected", "filtered")


@dataclass(frozen=True)
class Example:
    """One row that shows a finding: its number as a spreadsheet shows it (the header is row 1), the column, the value as it stood."""

    row: int
    column: str
    value: str


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


@dataclass(frozen=True)
class QualityReport:
    """The account of one import: every row read has exactly one outcome.

    `read == accepted + repaired + rejected + filtered` always. `victims` is how many victims the kept rows stand for.
    """

    source: str
    read: int
    accepted: int
    repaired: int
    rejected: int
    filtered: int
    victims: int
    findings: tuple[Finding, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse an account that does not add up."""
        parts = self.accepted + self.repaired + self.rejected + self.filtered
        if parts != self.read:
            raise ValueError(f"the account does not add up: {self.read} rows read, {parts} accounted for")

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> QualityReport:
        """Rebuild a report from `to_dict`.

        >>> report = QualityReport("a.csv", 3, 2, 0, 1, 0, 2, (Finding("no_date", "rejected", 1, "1 row has no date"),))
        >>> QualityReport.from_dict(report.to_dict()) == report
        True
        """
        findings = tuple(_finding(row) for row in values["findings"])
        return cls(**{**values, "findings": findings})


def _finding(row: Mapping[str, Any]) -> Finding:
    examples: Sequence[Mapping[str, Any]] = row["examples"]
    return Finding(**{**row, "examples": tuple(Example(**example) for example in examples)})

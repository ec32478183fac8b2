"""What stands beside the map on the wall, described once: the browser only draws it and turns from place to place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hotspots.views.range_bar import range_bar
from hotspots.words import Words

MOST_MONTHS = 120  # the series names each January among them


@dataclass(frozen=True)
class Count:
    """One number in words: how many, in which period, its days, what is said of it; `judged` lies on the bar of its range.

    `low` and `high` are missing where no range is known; `outside` says that it lies outside.
    """

    number: str
    period: str
    days: str
    said: str
    judged: float
    low: float
    high: float
    outside: bool

    def plain(self) -> dict[str, Any]:
        """Return it as text and shares of a bar."""
        told = {"number": self.number, "period": self.period, "days": self.days, "said": self.said, "outside": self.outside}
        return {**told, "bar": list(range_bar(self.judged, self.low, self.high))}


@dataclass(frozen=True, eq=False)
class Slide:
    """One place on the wall: its name, the `first` number, the shorter periods, what is said in words, and its months."""

    name: str
    first: Count
    others: Sequence[Count]
    lines: Sequence[str]
    months: pd.DataFrame
    months_title: str

    def plain(self, words: Words) -> dict[str, Any]:
        """Return it as the browser gets it: text, numbers, shares."""
        return {
            "name": self.name,
            "first": self.first.plain(),
            "others": [one.plain() for one in self.others],
            "lines": [line for line in self.lines if line],
            "series": {"title": self.months_title, **series(self.months, words)},
        }


def series(table: pd.DataFrame, words: Words) -> dict[str, Any]:
    """Return the newest months of a monthly table: counts, the normal range (None where not known), the years to name below.

    >>> from hotspots.words import words_for
    >>> months = pd.PeriodIndex(["2020-12", "2021-01"], freq="M")
    >>> table = pd.DataFrame({"count": [3, 1], "low": [float("nan"), 0.0], "high": [float("nan"), 4.0]}, index=months)
    >>> found = series(table, words_for("en"))
    >>> found["counts"], found["low"], found["years"], found["last"]
    ([3, 1], [None, 0], [[1, '2021']], '1')
    """
    shown = table[table["complete"]] if "complete" in table else table
    shown = shown.tail(MOST_MONTHS)
    januaries = [[i, str(month.year)] for i, month in enumerate(shown.index) if month.month == 1]
    last = shown["count"].iloc[-1] if len(shown) else None
    ends = {name: [None if pd.isna(one) else int(one) for one in shown[name]] for name in ("low", "high")}
    return {"counts": [int(one) for one in shown["count"]], **ends, "years": januaries, "last": words.number(last)}

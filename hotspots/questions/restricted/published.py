"""Published totals beside one another: on which periods sources differ, and what is published of some areas only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hotspots.cities.published_totals import Cell
from hotspots.questions.restricted.asked import Asked, question
from hotspots.study.calendar import Days
from hotspots.study.of_totals import TotalsStudy
from hotspots.views.answer import Answer
from hotspots.words import Words


@dataclass(frozen=True)
class Range:
    """The counts of the whole place in one period, by what each counts; the first of `counts` is the one in use, the others ascend."""

    days: Days
    counts: tuple[Cell, ...]

    @property
    def low(self) -> float:
        """The smallest count."""
        return min(cell.count for cell in self.counts)

    @property
    def high(self) -> float:
        """The largest count."""
        return max(cell.count for cell in self.counts)


@question()
def ranges(asked: Asked) -> Answer[tuple[Range, ...]]:
    """Return every period on which published totals of the whole place differ, the newest first; none where single homicides are known."""
    pairs = asked.study.rivals if isinstance(asked.study, TotalsStudy) else []
    others: dict[Cell, list[Cell]] = {}
    for used, other in pairs:
        others.setdefault(used, []).append(other)
    found = tuple(
        Range(Days(used.start, used.end), (used, *sorted(more, key=lambda cell: cell.count)))
        for used, more in sorted(others.items(), key=lambda pair: pair[0].start, reverse=True)
    )

    def says(words: Words) -> str:
        told = [
            words.say(
                "{period}: {low} to {high}",
                period=words.period(one.days.start.date(), one.days.end.date()),
                low=words.number(one.low),
                high=words.number(one.high),
            )
            for one in found
        ]
        return "; ".join(told)

    return asked.answer(found, says, rows=lambda: pd.DataFrame([_row(one, cell) for one in found for cell in one.counts]))


def _row(one: Range, cell: Cell) -> dict[str, object]:
    last = (one.days.end - pd.Timedelta(days=1)).date()
    named = {"table": cell.table, "source": cell.source, "used": cell is one.counts[0]}
    return {"start": one.days.start.date(), "last": last, "count": int(cell.count), **named}


@dataclass(frozen=True, eq=False)
class Partial:
    """What one table tells of some areas of a period: `rows` with `area`, `count` and `source`, most first.

    `of` is how many areas there are; `what` names them by language. The counts are never added up.
    """

    days: Days
    what: Mapping[str, str]
    of: int
    rows: pd.DataFrame


@question()
def partial(asked: Asked) -> Answer[tuple[Partial, ...]]:
    """Return what is published of some areas only within the period, the newest first."""
    table, found = asked.city.partial, []
    if table is not None:
        inside = table[(table["start"] >= asked.study.start) & (table["end"] <= asked.study.end)]
        for (name, start, end), rows in inside.groupby(["table", "start", "end"], sort=False):
            about = asked.city.tables[name]
            ordered = rows.sort_values(["count", "area"], ascending=[False, True])[["area", "count", "source"]]
            found.append(Partial(Days(start, end), about.definition, about.partial_of, ordered))
    found.sort(key=lambda one: (one.days.end, one.days.start), reverse=True)
    return asked.answer(tuple(found))

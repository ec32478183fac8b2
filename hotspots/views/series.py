"""What a chart of a series shows, described once: on screen, in a picture and on the site it is only drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from hotspots.cities import Note
from hotspots.words import Words, mark

GREY_BOXES = mark(
    "Grey boxes: the normal range, in which 95 of 100 years fall as long as nothing changes; made from the years "
    "before that were counted in the same way: the mean of the last five, and how far each of ten lay from the one before."
)


class Dated(NamedTuple):
    """A day that a chart marks with a line: its sign (a number, or nothing), what it stands for, whether counting changed then."""

    day: pd.Timestamp
    sign: str
    text: str
    definition: bool = False


DatedLike = Dated | tuple[pd.Timestamp, str, str]


def numbered(notes: Iterable[Note], words: Words) -> list[Dated]:
    """Return dated notes as the numbered lines of a chart."""
    return [Dated(note.start, str(i), words.own(note.text), note.kind == "definition") for i, note in enumerate(notes, 1)]


@dataclass(frozen=True, eq=False)
class Series:
    """A series of counts, ready to be drawn.

    `rows` has a row for each period, in order: `start` (its first day), `label` (what a reader calls it), `count` (missing where none is
    known), `complete` (False: covered in part, or provisional, and drawn lighter); where there are any, the normal range `low`, `high`,
    the `mean` of each `side` of an intervention, and the `comparison` areas. `step` is what a row is: a year, month, week, or period of an
    intervention. `alt` says it to who cannot see it.
    """

    rows: pd.DataFrame
    step: str
    dated: tuple[Dated, ...] = ()
    alt: str = ""


def series_of(table: pd.DataFrame, words: Words, *, dated: Sequence[DatedLike] = (), alt: str = "") -> Series:
    """Return the series of a table: of years or months by its PeriodIndex, of weeks by their first days, or of `start` and `label`.

    >>> from hotspots.words import words_for
    >>> months = pd.PeriodIndex(["2020-01", "2020-02"], freq="M")
    >>> found = series_of(pd.DataFrame({"count": [3, 1]}, index=months), words_for("en"))
    >>> found.step, found.rows["label"].tolist()
    ('month', ['January 2020', 'February 2020'])
    """
    rows = table.reset_index(drop=True)
    if isinstance(table.index, pd.PeriodIndex):
        step = "year" if table.index.freqstr.startswith("Y") else "month"
        days = table.index.start_time
        rows = rows.assign(start=days, label=[str(day.year) if step == "year" else words.month(day) for day in days])
    elif isinstance(table.index, pd.DatetimeIndex):
        step, week = "week", pd.Timedelta(days=7)
        rows = rows.assign(start=table.index, label=[words.period(day.date(), (day + week).date()) for day in table.index])
    else:
        step = "period"
    return Series(rows if "complete" in rows else rows.assign(complete=True), step, tuple(Dated(*one) for one in dated), alt)


def key_of_ranges(low: pd.Series, words: Words) -> list[str]:
    """Return what bars of years beside their normal ranges show; nothing of boxes where there is none."""
    said = [words.say("Bars: people killed in the year.")]
    if low.notna().any():
        said.append(words.say(GREY_BOXES))
    if low.isna().any():
        said.append(words.say("No box: too few such years, or the year is not whole."))
    return said


def runs(known: np.ndarray) -> np.ndarray:
    """Return a number for each row that changes where a row is not known: a band drawn over each number alone never bridges a gap.

    >>> runs(np.array([True, True, False, True])).tolist()
    [0, 0, 1, 1]
    """
    return np.cumsum(~np.asarray(known, dtype=bool))

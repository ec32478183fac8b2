"""How many people are killed together in the whole city: one coarse number for years of it, so that public intervals are wide enough.

What it may tell is settled by published numbers and the calendar alone, and no number is ever told of the same years twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hotspots.cities.published_totals import WHOLE
from hotspots.release.profiles import Window
from hotspots.release.protection import SHOWN
from hotspots.study import Study
from hotspots.study.exposure import ASSUMED_TOGETHER

FACT = "killed_together"  # its name among the facts of a release
LEAST_KILLED = 200  # of so many, each tenth is 20 pieces: how many events of two there were stays open by 9
LEAST_YEARS = 2  # never of one year alone
MOST = 4  # an event of more counts as one of four: 12 pieces, so that no event moves the number by a whole tenth
LEAST = 1.1  # tells also that perhaps nobody was killed together


class Told(NamedTuple):
    """A number that was told: of the windows that lie in `[start, end)`."""

    start: pd.Timestamp
    end: pd.Timestamp
    factor: float


def told_in(facts: Mapping[str, Any]) -> list[Told]:
    """Return the numbers that the facts of a release tell, oldest first; none in releases made before there were any."""
    return sorted(Told(pd.Timestamp(one["start"]), pd.Timestamp(one["end"]), float(one["factor"])) for one in facts.get(FACT, ()))


def as_facts(told: list[Told]) -> dict[str, Any]:
    """Return numbers as facts of a release.

    >>> as_facts([Told(pd.Timestamp("2015-01-01"), pd.Timestamp("2020-01-01"), 1.2)])
    {'killed_together': [{'start': '2015-01-01', 'end': '2020-01-01', 'factor': 1.2}]}
    """
    return {FACT: [{"start": f"{one.start:%Y-%m-%d}", "end": f"{one.end:%Y-%m-%d}", "factor": one.factor} for one in told]}


def at(told: list[Told], start: pd.Timestamp) -> float:
    """Return how many times more victims vary than as many killed one by one, of a period that begins on `start`.

    Told of those years, else of the newest before that any is told of, else of the first; where none is told, `ASSUMED_TOGETHER`.

    >>> known = [Told(pd.Timestamp(year, 1, 1), pd.Timestamp(year + 5, 1, 1), told) for year, told in ((2010, 1.2), (2015, 1.6))]
    >>> [at(known, pd.Timestamp(year, 1, 1)) for year in (2005, 2012, 2015, 2024)], at([], pd.Timestamp("2020-01-01"))
    ([1.2, 1.2, 1.6, 1.6], 1.4)
    """
    before = [one.factor for one in told if one.start <= start]
    return before[-1] if before else told[0].factor if told else ASSUMED_TOGETHER


def after(told: list[Told], figures: pd.DataFrame, study: Study) -> list[Told]:
    """Return what is told once `figures` are out: what was `told` before and, where enough came out since, a number of that.

    `study` holds everybody who may be counted, whenever.
    """
    here = next_windows(told, figures)
    if not here:
        return told
    sizes = np.concatenate([_sizes(study.between(*window)) for window in here])
    return [*told, Told(here[0][0], here[-1][1], factor(sizes, most=highest(figures, here)))]


def next_windows(told: list[Told], figures: pd.DataFrame) -> list[Window]:
    """Return the windows that a number is to be told of: the newest whose sums are told, without a gap, and of which none was told.

    None where they are too short or hold too few; only published numbers decide.
    """
    sums = figures[(figures["table"] == "areas") & (figures["area"] == WHOLE)].sort_values("start")
    since = told[-1].end if told else pd.Timestamp.min
    found: list[Window] = []
    killed = 0.0
    for start, end, count, reason in sums[["start", "end", "count", "reason"]].itertuples(index=False):
        if start < since or reason != SHOWN:
            found, killed = [], 0.0
            continue
        found, killed = [*found, (start, end)], killed + float(count)
    long_enough = bool(found) and found[0][0] + pd.DateOffset(years=LEAST_YEARS) <= found[-1][1]
    return found if long_enough and killed >= LEAST_KILLED else []


def as_allowed(one: Told, figures: pd.DataFrame) -> bool:
    """Return whether a number of a release is told of enough people and years, in tenths, and no higher than may be."""
    here = next_windows([], figures[(figures["start"] >= one.start) & (figures["end"] <= one.end)])
    if not here or (here[0][0], here[-1][1]) != (one.start, one.end):
        return False
    return LEAST <= one.factor <= highest(figures, here) and one.factor == round(one.factor, 1)


def clash(one: list[Told], other: list[Told]) -> bool:
    """Return whether two numbers are told of years that overlap: their difference tells of a part of them."""
    return any(a != b and a.start < b.end and b.start < a.end for a in one for b in other)


def tell_of_a_part(one: Told, figures: pd.DataFrame, other: Told, others: pd.DataFrame) -> bool:
    """Return whether one number says, beside another, that few people who are in it alone were killed together.

    So it is where it gives more pieces than the other leaves room for, and has less than `LEAST_KILLED` more people.
    """
    here, there = _killed(one, figures), _killed(other, others)
    overlap = one.start < other.end and other.start < one.end
    return overlap and (one.factor - LEAST) * here > (other.factor - 1) * there and here - there < LEAST_KILLED


def _killed(one: Told, figures: pd.DataFrame) -> float:
    rows = figures[(figures["table"] == "areas") & (figures["area"] == WHOLE)]
    return float(rows.loc[(rows["start"] >= one.start) & (rows["end"] <= one.end), "count"].sum())


def _sizes(study: Study) -> np.ndarray:
    """Return how many were killed in each event of a study."""
    codes = study.event_codes
    found = np.bincount(codes[codes >= 0])
    return np.concatenate([found[found > 0], np.ones(int((codes < 0).sum()), dtype=found.dtype)])


def factor(sizes: np.ndarray, *, most: float) -> float:
    """Return how many times more victims vary than as many killed one by one, in tenths upwards, from `LEAST` to `most`.

    `sizes` are the victims of each event. The sum of size × (size − 1) over all victims, and 1 (as `Study.together`); sizes above `MOST`
    count as that.

    Of 200, ten died in pairs: 1 + 10 ÷ 200. Where thirty did, 1 + 30 ÷ 200 = 1.15. One event of 50 counts as one of four.

    >>> [factor(np.array([1] * (200 - killed) + [2] * (killed // 2)), most=2.0) for killed in (0, 10, 30)]
    [1.1, 1.1, 1.2]
    >>> factor(np.array([1] * 150 + [50]), most=2.0)
    1.1
    """
    counted = np.minimum(sizes, MOST)
    pieces, killed = int((counted * (counted - 1)).sum()), int(sizes.sum())
    return min(max((10 + ceil(10 * pieces / killed)) / 10, LEAST), most)


def highest(figures: pd.DataFrame, windows: list[Window]) -> float:
    """Return the highest number that may be told beside published figures, in tenths.

    People killed together were killed in one area and window. Told is that there were more pieces than a tenth less gives; those may be at
    most half of what the areas can hold, so that nobody learns of an area with few that they were killed together.
    """
    rows = figures[(figures["table"] == "areas") & figures["start"].isin([start for start, _ in windows])]
    whole = rows["area"] == WHOLE
    killed, shown = float(rows.loc[whole, "count"].sum()), rows.loc[~whole, "count"].dropna()
    room = _most_pieces(np.append(shown.to_numpy(), killed - shown.sum()))
    return (11 + floor(10 * room / (2 * killed))) / 10


def _most_pieces(counts: np.ndarray) -> float:
    """Return the most pieces that so many people killed in each place can give: as many events of four as there can be, and the rest."""
    fours, rest = np.divmod(counts, MOST)
    return float((fours * MOST * (MOST - 1) + rest * (rest - 1)).sum())

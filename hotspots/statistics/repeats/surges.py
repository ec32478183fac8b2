"""More killings than a district's normal range explains: a cumulative sum of weekly counts with a stated rate of false alarms."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.geography import units
from hotspots.statistics.repeats.events import day_number, day_of, victims_of
from hotspots.study import Study

WATCHED = 52  # weeks
BEFORE = 156  # weeks that say what is usual, at most
LEAST_BEFORE = 104
FEWEST = 5  # events in the weeks before
RISE = 2.0  # the sum notices a doubling soonest
FALSE_ALARMS = 1.0  # a year, over all areas together
_WEEKS = 365.25 / 7


@dataclass(frozen=True, eq=False)
class Surges:
    """The areas watched and what their sums say.

    `table` has one row for each district, and one for the whole city (index ""): `name`, `usual` events a week, `state` (`surge`,
    `within`, or `few`: too few before to say what is usual); where the sum is above 0, `since` (first day of the run), `weeks`, `events`
    and `killed` in them and `expected` events; `sum` and `limit`; `doubling`, the mean weeks until a doubling is noticed.
    `false_alarms` a year are to be expected over all areas together when nothing changes. Weeks are counted back from `last`.
    """

    table: pd.DataFrame
    false_alarms: float
    last: pd.Timestamp
    baseline_weeks: int


def surges(study: Study, *, false_alarms: float = FALSE_ALARMS) -> Surges | None:
    """Return which districts, and whether the city, have more killings of late than what was usual before explains.

    Each week the events beyond a reference value are added up, never below 0; at the limit there is an alarm (Page 1954,
    doi:10.1093/biomet/41.1-2.100). The reference lies between the usual number and its double, where a doubling is noticed soonest
    (Lucas 1985, doi:10.1080/00401706.1985.10488030). The limit is the smallest one at which all areas together give at most
    `false_alarms` a year when nothing changes, worked out exactly by a Markov chain (Brook & Evans 1972, doi:10.1093/biomet/59.3.539).

    Usual is the mean of up to 156 weeks before the last 52; the sums run over the last 52. None with fewer than 104 weeks before. It
    misleads where the usual itself is an estimate from few events, or has fallen since: false alarms are then more, or fewer. Seasons
    are not taken out. Events are counted, not victims; the whole city has those without a place too.
    """
    table = _events(study)
    start, end = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    weeks = min((day_number(end) - day_number(start)) // 7, WATCHED + BEFORE)
    if weeks < WATCHED + LEAST_BEFORE or not len(table):
        return None
    last = day_number(end) - 1
    ago = (last - table["day"].to_numpy()) // 7
    table = table.assign(week=weeks - 1 - ago)[ago < weeks]
    names = _names(study)
    counts = {"": _weekly(table, weeks)} | {name: _weekly(table[table["district"] == name], weeks) for name in names}
    enough = [name for name, one in counts.items() if one[0][:-WATCHED].sum() >= FEWEST]
    each = false_alarms / max(len(enough), 1)
    rows = {name: _row(one, weeks, last, name in enough, _WEEKS / each) for name, one in counts.items()}
    found = pd.DataFrame.from_dict(rows, orient="index")
    found.insert(0, "name", [name or "(whole city)" for name in found.index])
    rate = float(sum(_WEEKS / length for length in found["quiet"].dropna()))
    return Surges(found.drop(columns="quiet"), rate, day_of(last), weeks - WATCHED)


def _names(study: Study) -> list[str]:
    if "district" not in study.blocks.columns or "districts" not in units.available(study.blocks):
        return []
    return sorted(str(name) for name in study.blocks["district"].dropna().unique() if name != "")


def _events(study: Study) -> pd.DataFrame:
    """Return each event's first day, the people killed and its district (missing where it has no place)."""
    table = victims_of(study)
    district = np.full(len(table), None, dtype=object)
    if "district" in study.blocks.columns:
        inside = (table["unit"] >= 0).to_numpy()
        district[inside] = study.blocks["district"].to_numpy(dtype=object)[table["unit"].to_numpy()[inside]]
    table = table.assign(district=district)
    grouped = table.groupby("event", sort=False)
    return pd.DataFrame({"day": grouped["day"].first(), "district": grouped["district"].first(), "killed": grouped.size()})


def _weekly(table: pd.DataFrame, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    week = table["week"].to_numpy()
    return np.bincount(week, minlength=weeks), np.bincount(week, table["killed"].to_numpy(), weeks)


def _row(counted: tuple[np.ndarray, np.ndarray], weeks: int, last: int, enough: bool, quiet: float) -> dict[str, object]:
    events, killed = counted
    usual = float(events[:-WATCHED].mean())
    row: dict[str, object] = {"usual": usual, "state": "few", "since": pd.NaT, "weeks": 0, "events": 0, "killed": 0, "expected": 0.0}
    row |= {"sum": math.nan, "limit": math.nan, "doubling": math.nan, "quiet": math.nan}
    if not enough:
        return row
    chart = Cusum.of(usual, quiet=quiet)
    sums = chart.sums(events[-WATCHED:])
    zeros = np.flatnonzero(sums == 0)
    run = WATCHED - (int(zeros[-1]) + 1 if len(zeros) else 0)
    alarm = bool(run and (sums[-run:] >= chart.limit).any())
    row |= {"state": "surge" if alarm else "within", "sum": float(sums[-1]) / chart.parts, "limit": chart.limit / chart.parts}
    row |= {"doubling": chart.run_length(RISE * usual), "quiet": chart.run_length(usual)}
    if run:
        row |= {"since": day_of(last + 1 - 7 * run), "weeks": run, "expected": run * usual}
        row |= {"events": int(events[-run:].sum()), "killed": int(killed[-run:].sum())}
    return row


@dataclass(frozen=True)
class Cusum:
    """A cumulative sum of Poisson counts: `reference` and `limit` in whole parts, of which `parts` make one event."""

    reference: int
    limit: int
    parts: int

    @classmethod
    def of(cls, usual: float, *, quiet: float, rise: float = RISE) -> Cusum:
        """Return the sum that notices a `rise` of the `usual` mean soonest, with the smallest limit at which alarms are `quiet` apart.

        >>> chart = Cusum.of(1.0, quiet=100)
        >>> chart.run_length(1.0) >= 100 > Cusum(chart.reference, chart.limit - 1, chart.parts).run_length(1.0)
        True
        """
        best = usual * (rise - 1) / math.log(rise)
        parts = 4 if best > 2 else 10 if best > 0.5 else 20
        reference = max(round(best * parts), 1)
        return cls(reference, _smallest(lambda limit: cls(reference, limit, parts).run_length(usual) >= quiet), parts)

    def sums(self, counts: np.ndarray) -> np.ndarray:
        """Return the sum after each count, in parts; it starts at 0 and goes on after an alarm.

        >>> Cusum(3, 4, 2).sums(np.array([1, 3, 0, 4])).tolist()
        [0, 3, 0, 5]
        """
        out, held = [], 0
        for count in counts:
            held = max(0, held + self.parts * int(count) - self.reference)
            out.append(held)
        return np.array(out)

    def run_length(self, mean: float) -> float:
        """Return the mean number of weeks until the first alarm, exactly, when counts are Poisson with this mean.

        Any count of 1 or more raises the alarm: its chance is 1 − e^−0.1, so it takes 1 ÷ 0.09516 weeks.

        >>> round(Cusum(1, 1, 2).run_length(0.1), 4)
        10.5083
        """
        from scipy.linalg import solve_toeplitz

        states = np.arange(self.limit)
        most = (self.limit + self.reference) // self.parts
        chances = np.exp(np.arange(most + 1) * math.log(mean) - mean - np.append(0, np.cumsum(np.log(np.arange(1, most + 1)))))
        by_step = np.zeros(2 * self.limit + self.reference + 1)  # the chance of each step of the sum, from -reference - limit on
        by_step[self.limit + self.parts * np.arange(most + 1)] = chances
        falls = (self.reference - states) // self.parts  # counts up to which the sum falls to 0
        to_zero = np.where(falls >= 0, np.cumsum(chances)[np.maximum(falls, 0)], 0.0)
        none = self.limit + self.reference  # the place in `by_step` of a step from a state to itself
        down, up = -by_step[none - states], -by_step[none + states]
        more = to_zero + down  # the chain is one of steps alone, but for what it adds to state 0
        down[0] = up[0] = 1.0 + down[0]
        alone, added = solve_toeplitz((down, up), np.column_stack([np.ones(self.limit), more])).T
        return float(alone[0] / (1.0 - added[0]))


def _smallest(enough: Callable[[int], bool]) -> int:
    """Return the smallest number from 1 on that is enough, when every larger one is too."""
    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high

"""The months to come as a distribution, never one number, with the record of each way to foretell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd

from hotspots.inference.ahead import Counts, Drift, Gain, gain_of, sums_from
from hotspots.inference.normal_range import SPREAD_YEARS, expected_counts
from hotspots.study import Study
from hotspots.study.calendar import counted_alike

SPANS = (1, 3, 12)  # months ahead
FIRST = 37  # months before anything is foretold: three years of a month with its neighbours
NEAREST = 5  # years of a single month that are looked at, as for its normal range
RULES = ("level", "mean")  # the level of late, which drifts; the same months of the years before
WHOLE = ""  # the key of the whole


@dataclass(frozen=True, eq=False)
class Ahead:
    """What the months from `start` on may bring to the whole and to each unit.

    `table` has a row for each place ("" the whole, then the ids of the units) and number of `months`: the first day and the one after the
    last (`start`, `end`), the `rule` that is shown, the ends of the ranges of 50 and of 95 in 100 (`half_low`, `half_high`, `low`,
    `high`), and the record: `tries` in the past, and of each of `RULES` which part of them lay in its ranges (`level_half`,
    `level_held`, `mean_half`, `mean_held`) and by how many people it was off (`level_off`, `mean_off`).

    `gains` say, by whether of the whole and by months, by how much less the level of late was surprised by what came (logarithmic score)
    than the mean of the same months: where that is clear it is the rule, for all units together, else that mean is.
    """

    start: pd.Timestamp
    table: pd.DataFrame
    gains: Mapping[tuple[bool, int], Gain]


def ahead(study: Study, *, lag: int = 0, units: bool = True) -> Ahead | None:
    """Return what the months after the study may bring, as distributions: of the whole alone where no `units` are asked for.

    Two rules are tried on every past month as on the newest one, with what was before it alone: the mean of the same months of up to five
    years before (with its neighbours, of a single month) as `expected_range` has it, and a level that drifts (`inference.ahead.Drift`).
    The second is shown where its logarithmic score was clearly better (Gneiting & Raftery 2007, doi:10.1198/016214506000001437), for all
    units of a kind alike. Months that were counted differently are never put together. The last `lag` days are left out. None with less
    than 37 whole months. It misleads where something new begins: what was never seen before is in neither rule.
    """
    until = min(study.end, study.covers[1]) - pd.Timedelta(days=lag)
    months = pd.period_range(study.covers[0], until, freq="M")
    months = months[(months.start_time >= study.covers[0]) & ((months + 1).start_time <= until)]
    parts = list(_counted_alike(study, months))
    if not parts or parts[-1].stop != len(months) or parts[-1].stop - parts[-1].start < FIRST:
        return None
    counts = _counts(study, months, units=units)
    histories = [(counts[:, part], Drift(counts[:, part], months[part.start].month - 1)) for part in parts]
    names = [WHOLE, *study.blocks.index] if units else [WHOLE]
    start, gains, rows = (months[-1] + 1).start_time, {}, []
    for span in SPANS:
        record = _record(histories, span)
        better = np.zeros(len(names), dtype=bool)
        for whole, those in ((True, slice(0, 1)), (False, slice(1, None))):
            if len(names[those]):
                gains[whole, span] = gain_of(record.gained[:, those].mean(axis=1), together=max(12, 2 * span))
                better[those] = gains[whole, span].clear
        newest = np.array([histories[-1][0].shape[1]])
        level, mean = (_foretold(*histories[-1], newest, span, rule) for rule in RULES)
        ranges = _ranges(Counts(np.where(better, level.mean[0], mean.mean[0]), np.where(better, level.size[0], mean.size[0])))
        rows.append(record.table(names, better).assign(**ranges, months=span, start=start, end=start + pd.DateOffset(months=span)))
    table = pd.concat(rows, ignore_index=True)
    return Ahead(start, table[_COLUMNS], gains)


_COLUMNS = [
    "place", "months", "start", "end", "rule", "half_low", "half_high", "low", "high", "tries",
    *(f"{rule}_{what}" for rule in RULES for what in ("half", "held", "off")),
]  # fmt: skip


def _counted_alike(study: Study, months: pd.PeriodIndex) -> Iterator[slice]:
    """Yield the runs of months that were counted in the same way, oldest first."""
    how = counted_alike([(one.start_time, (one + 1).start_time) for one in months], study.recounted)
    for level, run in groupby(range(len(months)), key=lambda at: how[at]):
        found = list(run)
        if level >= 0:
            yield slice(found[0], found[-1] + 1)


def _counts(study: Study, months: pd.PeriodIndex, *, units: bool) -> np.ndarray:
    """Return how many were killed in each month, in the whole and in each unit."""
    whole = study.between(months[0].start_time, (months[-1] + 1).start_time)
    date = pd.Series(whole.dates).dt
    month = (date.year * 12 + date.month - 1).to_numpy() - (months[0].year * 12 + months[0].month - 1)
    found = np.zeros((1 + len(study.blocks) * units, len(months)))
    np.add.at(found[0], month, 1)
    if units:
        placed = whole.codes >= 0
        np.add.at(found, (whole.codes[placed] + 1, month[placed]), 1)
    return found


def _foretold(counts: np.ndarray, drift: Drift, origins: np.ndarray, span: int, rule: str) -> Counts:
    """Return what `span` months from each of `origins` on should bring by a rule: months by places."""
    if rule == "level":
        return drift.at(origins, span)
    around = np.array([-1, 0, 1]) if span == 1 else np.array([0])
    before = np.minimum((origins - 1) // 12, NEAREST) if span == 1 else np.minimum(origins // 12, SPREAD_YEARS)
    mean, size = np.empty((2, len(origins), len(counts)))
    for years in np.unique(before):
        those = before == years
        first = origins[those][:, None, None] - 12 * np.arange(years, 0, -1)[:, None] + around
        mean[those], size[those] = (one.T for one in expected_counts(sums_from(counts, first, span)))
    return Counts(mean, size)


@dataclass(frozen=True, eq=False)
class _Record:
    """What became of each try, by rule: how `surprised` it was, how far `off`, whether it `held` (95 in 100) or lay in the `half`."""

    surprised: np.ndarray
    off: np.ndarray
    held: np.ndarray
    half: np.ndarray

    @property
    def gained(self) -> np.ndarray:
        """By how much less the level of late was surprised, tries by places."""
        return np.asarray(self.surprised[1] - self.surprised[0])

    def table(self, names: list[object], better: np.ndarray) -> pd.DataFrame:
        """Return the record of each place; missing where nothing could be tried."""
        tries = self.off.shape[1]
        found = pd.DataFrame({"place": pd.Series(names, dtype=object), "rule": np.where(better, *RULES), "tries": tries})
        for at, rule in enumerate(RULES):
            for what, of in (("half", self.half), ("held", self.held), ("off", self.off)):
                found[f"{rule}_{what}"] = of[at].mean(axis=0) if tries else np.nan
        return found


def _record(histories: list[tuple[np.ndarray, Drift]], span: int) -> _Record:
    tries = [(*history, np.arange(FIRST, history[0].shape[1] - span + 1)) for history in histories]
    came = np.vstack([sums_from(counts, origins, span).T for counts, _, origins in tries])
    found: list[list[np.ndarray]] = [[], [], [], []]
    for rule in RULES if len(came) else ():
        told = [_foretold(*one, span, rule) for one in tries if len(one[-1])]
        one = Counts(np.vstack([each.mean for each in told]), np.vstack([each.size for each in told]))
        for to, what in zip(found, (one.surprise(came), one.off(came), one.within(came, 0.95), one.within(came, 0.5)), strict=True):
            to.append(what)
    none = np.empty((2, 0, came.shape[1]))
    return _Record(*(np.array(one) if one else none for one in found))


def _ranges(one: Counts) -> dict[str, np.ndarray]:
    """Return the ends of the two ranges."""
    (half_low, half_high), (low, high) = one.ends(0.5), one.ends(0.95)
    return {"half_low": half_low, "half_high": half_high, "low": low, "high": high}

"""Years: their counts and rates, the newest one beside others, and how many homicides of each have no usable place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference import normal_range
from hotspots.inference.intervals import PER, poisson_interval
from hotspots.inference.normal_range import SPREAD_YEARS, expected_range
from hotspots.study import Study

FEW = 10  # no share of fewer
MEAN_YEARS = 5
LEAST_BASE = 3  # years that a normal range is made from


def yearly(study: Study) -> pd.DataFrame:
    """Return the study year by year: `count`, `complete`, and the rate per 100,000 person-years with its exact 95 % interval.

    A year that the study covers in part has the person-years of that part, so its rate can be compared; its count cannot. Published
    totals add `published_rate` and `source`; a year whose total nobody published has no count.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6)], dates=["2019-03-01", "2020-03-01"], population=2500)
    >>> yearly(Study.of(incidents, blocks, start="2019-01-01", end="2021-01-01"))["rate"].tolist()
    [10.0, 10.0]
    """
    years = pd.period_range(study.start, study.end - pd.Timedelta(days=1), freq="Y", name="year")
    found = study.series(years)
    whole = complete(years, max(study.start, study.covers[0]), min(study.end, study.covers[1]))
    table = found[["count"]].assign(complete=whole & found["count"].notna())
    rates = rates_of(found["exposed"], found["person_years"].to_numpy(dtype=float), study.together)
    return table.join(rates).join(found.drop(columns=["count", "exposed", "person_years"]))


@dataclass(frozen=True, eq=False)
class BesideYears:
    """The newest whole year beside others.

    `before` are the whole years before it, newest first; `base` is the one compared with. `table` has a row for the mean of the five
    years before (where there are five) and one for `base`: `first` and `last` year, people killed `then` and `now`, the `difference`, and
    the `share` that it is of `then`; missing where `then` is under 10, or where nothing differs.
    """

    year: int
    before: tuple[int, ...]
    base: int
    table: pd.DataFrame


def beside_years(study: Study, *, base: int = 0) -> BesideYears | None:
    """Return the newest whole year beside the mean of the five before it and beside the year `base`; None with less than two whole years.

    `base` left out, or none of the years before, is the year before. A single year swings by chance: a difference alone shows no change.

    >>> from hotspots.testing import square_city
    >>> dates = [f"{year}-06-01" for year in range(2015, 2021) for _ in range(10 * (year - 2013))]  # 20, 30, … 70
    >>> covers = (pd.Timestamp("2015-01-01"), pd.Timestamp("2021-01-01"))
    >>> found = beside_years(Study.of(*square_city([(5, 5)] * 270, dates=dates), covers=covers), base=2015)
    >>> found.table[["first", "last", "then", "now", "difference", "share"]].to_numpy().tolist()
    [[2015.0, 2019.0, 40.0, 70.0, 30.0, 0.75], [2015.0, 2015.0, 20.0, 70.0, 50.0, 2.5]]
    """
    table = yearly(study)
    whole = table.loc[table["complete"], "count"].astype(int)
    if len(whole) < 2:
        return None
    whole.index = whole.index.year
    before = whole.iloc[:-1]
    years = tuple(int(one) for one in before.index[::-1])
    chosen = base if base in years else years[0]
    mean = before.iloc[-MEAN_YEARS:]
    rows = [(mean.index[0], mean.index[-1], mean.mean())] if len(mean) == MEAN_YEARS else []
    found = pd.DataFrame([*rows, (chosen, chosen, before[chosen])], columns=["first", "last", "then"]).astype({"then": float})
    found["now"] = float(whole.iloc[-1])
    found["difference"] = found["now"] - found["then"]
    known = (found["then"] >= FEW) & (found["difference"] != 0)
    found["share"] = (found["difference"] / found["then"]).where(known)
    return BesideYears(int(whole.index[-1]), years, chosen, found)


def without_place(study: Study) -> pd.DataFrame:
    """Return for each year with a homicide how many there were (`count`) and how many have no usable place or lie outside (`without`).

    `share` is that part of them, missing where they are under 10. They count in every total and are on no map: where their share grows,
    places seem to have fewer.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5)] * 8 + [None] * 2 + [None], dates=["2019-03-01"] * 10 + ["2020-03-01"])
    >>> without_place(Study.of(incidents, blocks)).to_numpy().tolist()
    [[10.0, 2.0, 0.2], [1.0, 1.0, nan]]
    """
    year = pd.Series(study.dates).dt.year.rename("year")
    off = pd.Series(study.codes < 0).groupby(year)
    table = pd.DataFrame({"count": off.size(), "without": off.sum().astype(int)})
    return table.assign(share=(table["without"] / table["count"]).where(table["count"] >= FEW))


def comparable(table: pd.DataFrame, end: pd.Timestamp, changes: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """Return the last years of `table`, without a gap, that are `complete` and were counted as the year up to `end` was.

    `changes` are the days on which what is counted changed.
    """
    alike = np.array([not any(start < day < end for day in changes) for start in table["start"]], dtype=bool)
    run = (table["complete"] & alike)[::-1].cummin()[::-1]
    return table[run].tail(SPREAD_YEARS)


def normal_ranges(table: pd.DataFrame, changes: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """Return the normal range of each year of `table` (`start`, `end`, `count`, `complete`; oldest first) as `low`, `high` and `base`.

    It comes from the three to ten years before that are `comparable`; `base` is how many of them make what is expected (at most five),
    0 where they are too few.

    >>> days = pd.date_range("2015-01-01", periods=5, freq="YS")
    >>> table = pd.DataFrame({"start": days, "end": days + pd.DateOffset(years=1), "count": [40, 37, 34, 31, 9], "complete": True})
    >>> normal_ranges(table, []).tail(2).to_numpy().tolist()
    [[22.0, 55.0, 3.0], [23.0, 50.0, 4.0]]
    >>> normal_ranges(table, [pd.Timestamp("2017-01-01")])["base"].tolist()
    [0, 0, 0, 0, 0]
    """
    found = []
    for i, end in enumerate(table["end"]):
        base = comparable(table.iloc[:i], end, changes)["count"]
        usual = expected_range(base.to_numpy(dtype=float)) if len(base) >= LEAST_BASE else None
        found.append((usual.low, usual.high, min(len(base), normal_range.MEAN_YEARS)) if usual else (np.nan, np.nan, 0))
    return pd.DataFrame(found, columns=["low", "high", "base"], index=table.index).astype({"low": float, "high": float})


def verdict(count: float, low: float, high: float) -> str:
    """Return whether a number lies `below`, `within` or `above` its normal range; `unknown` where there is none.

    >>> verdict(3, 4, 9), verdict(4, 4, 9), verdict(4, float("nan"), float("nan"))
    ('below', 'within', 'unknown')
    """
    if np.isnan(high) or np.isnan(count):
        return "unknown"
    return "below" if count < low else "above" if count > high else "within"


def complete(periods: pd.PeriodIndex, start: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    """Return which of `periods` lie in `[start, end)` as a whole."""
    return np.asarray((periods.start_time >= start) & ((periods + 1).start_time <= end))


def rates_of(count: pd.Series, person_years: np.ndarray, together: float) -> pd.DataFrame:
    """Return `rate`, `rate_low` and `rate_high` (exact 95 %) per 100,000 person-years; missing where no residents are known.

    `together`: see `intervals.poisson_interval`.
    """
    people = np.where(person_years > 0, person_years, np.nan)
    low, high = poisson_interval(count, together=together)
    return pd.DataFrame({"rate": PER * count / people, "rate_low": PER * low / people, "rate_high": PER * high / people})

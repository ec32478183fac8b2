"""Homicides over time: monthly and yearly tables with a rolling rate and the range that earlier years lead one to expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference.normal_range import SPREAD_YEARS, Range, Trend, expected_range, expected_ranges, yearly_trend
from hotspots.statistics.trends.ahead import RULES, SPANS, WHOLE, Ahead, ahead
from hotspots.statistics.trends.measures import MEASURES
from hotspots.statistics.trends.profiles import LEAST, WEEKDAYS, WhenInWeek, seasonal, weekday_hour, weekly, year_over_year
from hotspots.statistics.trends.year_end import Projection, year_end, year_end_of
from hotspots.statistics.trends.years import (
    LEAST_BASE,
    BesideYears,
    beside_years,
    comparable,
    complete,
    normal_ranges,
    rates_of,
    verdict,
    without_place,
    yearly,
)
from hotspots.study import Study
from hotspots.study.calendar import counted_alike
from hotspots.study.of_totals import TotalsStudy

__all__ = [
    "BASE_YEARS", "LEAST", "LEAST_BASE", "LEAST_YEARS", "MEASURES", "RULES", "SPANS", "WEEKDAYS", "WHOLE", "WINDOW", "Ahead",
    "BesideYears", "Judgement", "Projection", "Range", "Trend", "WhenInWeek", "ahead", "beside_years", "comparable", "expected_range",
    "latest", "monthly", "normal_ranges", "outside", "provisional", "seasonal", "verdict", "weekday_hour", "weekly", "without_place",
    "year_end", "year_end_of", "year_over_year", "yearly",
]  # fmt: skip

BASE_YEARS = 5  # earlier years a month is compared with
LEAST_YEARS = 3  # with fewer, nothing is said
WINDOW = 12  # months of the rolling rate


def monthly(study: Study) -> pd.DataFrame:
    """Return the study month by month, with what earlier years lead one to expect and the 12-month rolling rate.

    The index is a PeriodIndex of months. `count` adds up to `study.victims`; `complete` is False for a month that the study or the data
    cover in part, which is compared with nothing. `expected`, `low`, `high`: see `expected_range`; the months compared with are the
    same calendar month and its two neighbours in the five years before (at least three years with all three,
    counted in the same way). `rolling_count` and `rate`, `rate_low`, `rate_high` (per 100,000 person-years, exact 95 %) are of the
    12 months that end with this one; missing where the data do not cover them all. Of published totals it holds the months from the
    first to the last that are published: none where only years are.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 6), None], dates=["2020-01-05", "2020-01-31", "2020-02-29"])
    >>> monthly(Study.of(incidents, blocks))["count"].tolist()
    [2, 1]
    """
    every = _months(*study.covers)
    covered = study.between(*study.covers).series(every)
    table = study.series(_months(study.start, study.end))[["count"]]
    known = np.flatnonzero(table["count"].notna())
    table = table.iloc[known[0] : known[-1] + 1] if len(known) else table.iloc[:0]
    months = table.index
    table = table.astype({"count": "int64"}) if table["count"].notna().all() else table
    table["complete"] = complete(months, max(study.start, study.covers[0]), min(study.end, study.covers[1])) & table["count"].notna()
    usable, exposed = (covered.loc[complete(every, *study.covers), name] for name in ("count", "exposed"))
    ranges = _ranges_of(usable, months, table["complete"].to_numpy(), study)
    for name in ("expected", "low", "high"):
        table[name] = [getattr(found, name) if found else np.nan for found in ranges]
    rolling = usable.rolling(WINDOW).sum().reindex(months)
    table["rolling_count"] = rolling
    people = study.lived((months - WINDOW + 1).start_time, (months + 1).start_time)
    return table.join(rates_of(exposed.rolling(WINDOW).sum().reindex(months), people, study.together))


def provisional(months: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return the monthly table with the months that end after `until` marked as not complete: the newest days may not be in yet."""
    return months.assign(complete=months["complete"] & ((months.index + 1).start_time <= until))


def outside(table: pd.DataFrame, value: str = "count") -> tuple[int, int]:
    """Return how many rows of a series lie outside their normal range, and how many have one.

    >>> outside(pd.DataFrame({"count": [1, 5, 9], "low": [2.0, 2.0, np.nan], "high": [6.0, 6.0, np.nan]}))
    (1, 2)
    """
    known = table.dropna(subset=["low"])
    return int(((known[value] < known["low"]) | (known[value] > known["high"])).sum()), len(known)


def _ranges_of(usable: pd.Series, months: pd.PeriodIndex, done: np.ndarray, study: Study) -> list[Range | None]:
    """Return the range of each of successive months: None where it is not done, or where too few years were counted in the same way."""
    if not len(months):
        return []
    every = pd.period_range(months[0] - 12 * BASE_YEARS - 1, months[-1])
    counts, begins = usable.reindex(every).to_numpy(dtype=float), every.start_time.to_numpy()
    around = np.array([step - 12 * year for year in range(BASE_YEARS, 0, -1) for step in (-1, 0, 1)]).reshape(-1, 3)
    near = np.arange(12 * BASE_YEARS + 1, len(every))[:, None, None] + around
    alike = np.array([study.alike(end)[0].to_datetime64() for end in (months + 1).start_time])
    whole = ((begins[near] >= alike[:, None, None]) & ~np.isnan(counts[near])).all(axis=2)
    many = np.where(done, whole.sum(axis=1), 0)
    found: list[Range | None] = [None] * len(months)
    for years in range(LEAST_YEARS, BASE_YEARS + 1):
        those = np.flatnonzero(many == years)
        ranges = expected_ranges(counts[near[those][whole[those]]].reshape(-1, years, 3))
        for at, one in zip(those, ranges, strict=True):
            found[at] = one
    return found


@dataclass(frozen=True)
class Judgement:
    """The last 12 complete months of the data beside what the years before lead one to expect.

    `exposed` of `count` were killed where residents are known, and stand over `person_years` in the rate; `together` says how far people
    killed in one event widen its interval (`Study.together`). `verdict` is `within`, `above` or `below` the range; `unknown` where there
    are too few earlier years that were counted in the same way, `range` is None then. `trend` is of up to ten such periods, this one
    included; None where they are too few.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    count: float
    exposed: float
    person_years: float
    range: Range | None
    verdict: str
    trend: Trend | None = None
    together: float = 1.0

    @property
    def first(self) -> pd.Timestamp:
        """The first day of the periods that `trend` is of; that of this one where there is none."""
        return self.start - pd.DateOffset(years=self.trend.span) if self.trend else self.start


def latest(study: Study) -> Judgement | None:
    """Return how the last 12 complete months of the study compare with the 12-month periods before them; None with less than 12.

    >>> from hotspots.testing import square_city
    >>> days = [f"{year}-{month:02}-10" for year in range(2016, 2021) for month in range(1, 13)]
    >>> incidents, blocks = square_city([(5, 5)] * 60, dates=days)
    >>> latest(Study.of(incidents, blocks, covers=(pd.Timestamp("2016-01-01"), pd.Timestamp("2021-01-01")))).verdict
    'within'
    """
    if isinstance(study, TotalsStudy):
        return _latest_total(study)
    until = min(study.end, study.covers[1])
    last = pd.Period(until - pd.Timedelta(days=1), "M")
    if (last + 1).start_time > until:
        last -= 1
    months = _months(study.covers[0], (last + 1).start_time)
    table = study.between(study.covers[0], (last + 1).start_time).series(months)[complete(months, study.covers[0], until)]
    usable = table["count"]
    sums = usable.rolling(WINDOW).sum().iloc[::-1][::WINDOW].dropna().iloc[::-1]
    if not len(sums):
        return None
    start, end = (last - WINDOW + 1).start_time, (last + 1).start_time
    spans = [((month - WINDOW + 1).start_time, (month + 1).start_time) for month in sums.index]
    same = np.array([one[0] for one in spans[:-1]], dtype="datetime64[us]") >= study.alike(end)[0].to_datetime64()
    base = sums.to_numpy()[:-1][same][-SPREAD_YEARS:]
    found = expected_range(base) if len(base) >= LEAST_YEARS else None
    count = int(sums.iloc[-1])
    exposed = int(table["exposed"].tail(WINDOW).sum())
    judged = verdict(count, found.low, found.high) if found else "unknown"
    trend = yearly_trend(sums.to_numpy()[-SPREAD_YEARS:], counted_alike(spans[-SPREAD_YEARS:], study.recounted))
    return Judgement(start, end, count, exposed, study.person_years_between(start, end), found, judged, trend, study.together)


def _latest_total(study: TotalsStudy) -> Judgement | None:
    """Return the latest twelve months published. No range: that of a whole year is among `normal_ranges`."""
    year = study.newest_year()
    if year is None:
        return None
    return Judgement(year.start, year.end, year.victims, year.victims, year.population * year.years, None, "unknown")


def _months(start: pd.Timestamp, end: pd.Timestamp) -> pd.PeriodIndex:
    return pd.period_range(start, end - pd.Timedelta(days=1), freq="M", name="month")

"""Week by week, year over year, month of the year, weekday and hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference.intervals import poisson_limits
from hotspots.inference.normal_range import Range, expected_ranges
from hotspots.study import Study
from hotspots.study.calendar import DAY
from hotspots.words import mark

LEAST = 20  # fewer homicides say nothing of weekdays and hours
MANY = 400  # from here on single hours are shown, else bands of three
_AROUND = np.arange(-2, 3)  # weeks of the earlier years that a week is compared with

WEEKDAYS: tuple[str, ...] = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)


def weekly(study: Study, *, until: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return the study in weeks of 7 days that end with the day before `until` (left out: the end of the data or of the study).

    The index holds the first day of each week that lies in the study as a whole. `expected`, `low`, `high`: as `expected_range` gives
    them from the same week and two on each side, 52, 104, … weeks earlier, in the five years before (at least three). None where the
    days of homicides are not known.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 3, dates=["2020-01-02", "2020-01-08", "2020-01-14"]), start="2020-01-01", end="2020-01-15")
    >>> weekly(study)["count"].tolist()
    [1, 2]
    """
    end = until or min(study.end, study.covers[1])
    every = _weeks(study, study.covers[0], end)
    counts = every.to_numpy(dtype=float)
    base = np.arange(len(counts))[:, None, None] - 52 * np.arange(5, 0, -1)[None, :, None] + _AROUND[None, None, :]
    since = np.array([study.alike(week)[0].to_datetime64() for week in every.index + 7 * DAY], dtype="datetime64[us]")
    known = np.asarray((base >= np.searchsorted(every.index, since)[:, None, None]).all(axis=2))
    shown = np.flatnonzero(every.index >= study.start)
    many = known[shown].sum(axis=1)
    ranges: list[Range | None] = [None] * len(shown)
    for years in range(3, 6):
        those = np.flatnonzero(many == years)
        at = base[shown[those]][known[shown[those]]].reshape(len(those), years, len(_AROUND))
        for one, found in zip(those, expected_ranges(counts[at]), strict=True):
            ranges[one] = found
    table = every[every.index >= study.start].to_frame("count")
    for name in ("expected", "low", "high"):
        table[name] = [getattr(one, name) if one else np.nan for one in ranges]
    return table


def _weeks(study: Study, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    n = max((end - start).days // 7, 0) if study.has_days else 0
    first = end - 7 * n * DAY
    date = pd.Series(study.between(first, end).dates) if n else pd.Series(dtype="datetime64[us]")
    week = ((date - first).dt.days // 7).to_numpy(dtype=int)
    index = pd.DatetimeIndex([first + 7 * k * DAY for k in range(n)], name="week")
    return pd.Series(np.bincount(week, minlength=n)[:n], index=index, name="count")


def year_over_year(study: Study, *, years: int = 5) -> pd.DataFrame:
    """Return how many were killed from New Year to each day, in the newest year of the study and in whole years before it.

    The index runs over the 365 days of a common year (29 February is counted with the 28th). `this` ends where the data or the study
    end; `low`, `high` and `mean` are of up to `years` whole years before, missing without any. The table's `attrs` name the `year` and the
    `years` before. Where months are known and not days, a month's homicides are counted on its last day.

    >>> from hotspots.testing import square_city
    >>> city = square_city([(5, 5)] * 3, dates=["2019-01-02", "2019-12-31", "2020-01-01"])
    >>> table = year_over_year(Study.of(*city, covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2020-01-03"))))
    >>> table.loc[[1, 2, 3], ["this", "high"]].to_numpy().tolist()
    [[1.0, 0.0], [1.0, 1.0], [nan, 1.0]]
    """
    end = min(study.end, study.covers[1])
    this = (end - DAY).year
    whole = study.between(study.covers[0], end)
    date = pd.Series(whole.dates) if study.has_days else pd.Series(whole.dates) + pd.offsets.MonthEnd(0)
    day = _day_of_common_year(date)
    totals = {}
    for year in range(this - years, this + 1):
        if pd.Timestamp(year, 1, 1) >= study.covers[0] or year == this:
            totals[year] = np.bincount(day[(date.dt.year == year).to_numpy()], minlength=366)[1:366].cumsum()
    last = int(_day_of_common_year(pd.Series([end - DAY]))[0])
    now = totals.pop(this).astype(float)
    now[last:] = np.nan
    before = np.array(list(totals.values())) if totals else np.full((1, 365), np.nan)
    table = pd.DataFrame({"this": now, "low": before.min(axis=0), "high": before.max(axis=0), "mean": before.mean(axis=0)})
    table.index = pd.RangeIndex(1, 366, name="day")
    table.attrs = {"year": this, "years": sorted(totals)}
    return table


def _day_of_common_year(date: pd.Series) -> np.ndarray:
    late = (date.dt.is_leap_year & (date.dt.day_of_year >= 60)).astype(int)
    return np.asarray((date.dt.day_of_year - late).to_numpy(dtype=int))


def seasonal(study: Study) -> pd.DataFrame:
    """Return how many were killed in each month of the year on average, with the range that months all alike would give.

    Only months that the study and the data hold in full take part. `count` is of all years, `years` how many such months there were,
    `mean` per month, `low` and `high` the 95 % range of that mean where every day of the year has the same chance (Poisson). It misleads
    where homicides come in bunches, and where the years differ and do not all hold the month.

    >>> from hotspots.testing import square_city
    >>> dates = [f"2020-{month:02}-05" for month in range(1, 13)]
    >>> study = Study.of(*square_city([(5, 5)] * 12, dates=dates), covers=(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01")))
    >>> seasonal(study)["mean"].tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    start, end = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    months = pd.period_range(start, end - DAY, freq="M")
    months = months[(months.start_time >= start) & ((months + 1).start_time <= end)]
    date = pd.Series(study.dates).dt.to_period("M").value_counts().reindex(months, fill_value=0)
    by_month = date.groupby(months.month).sum().reindex(range(1, 13), fill_value=0)
    years = pd.Series(1, index=months.month).groupby(level=0).sum().reindex(range(1, 13), fill_value=0)
    days = pd.Series(months.days_in_month, index=months.month).groupby(level=0).sum().reindex(range(1, 13), fill_value=0)
    low, high = poisson_limits(by_month.sum() * days / max(days.sum(), 1))
    known = years.where(years > 0)
    return pd.DataFrame(
        {"count": by_month, "years": years, "mean": by_month / known, "low": low / known, "high": high / known}
    ).rename_axis("month")


@dataclass(frozen=True, eq=False)
class WhenInWeek:
    """Homicides by weekday (0: Monday) and hour: `table` has a row for each weekday and a column for each first hour of a band.

    It is None with fewer than 20 homicides of known hour, and where days are not known. `known` and `unknown` count the victims whose
    hour is known or not.
    """

    table: pd.DataFrame | None
    known: int
    unknown: int
    width: int


def weekday_hour(study: Study, *, place: str | None = None) -> WhenInWeek:
    """Return when in the week people were killed, in the unit `place` alone or everywhere.

    Hours that the file does not know are counted apart, never put at midnight.

    Single hours from 400 homicides of known hour on, else bands of three hours; nothing under 20. It misleads where the hour is that of
    the report or of the finding of a body.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 20, dates=["2020-06-15 23:10"] * 20))  # a Monday
    >>> int(weekday_hour(study).table.loc[0, 21])
    20
    """
    kept = np.ones(len(study.rows), dtype=bool) if place is None else study.codes == study.blocks.index.get_loc(place)
    hour, date = study.rows.loc[kept, "hour"], study.rows.loc[kept, "date"]
    has = hour.notna().to_numpy()
    known = int(has.sum())
    width = 1 if known >= MANY else 3
    if known < LEAST or not study.has_days:
        return WhenInWeek(None, known, len(hour) - known, width)
    table = pd.crosstab(date[has].dt.day_of_week.to_numpy(), hour[has].to_numpy(dtype=int) // width * width)
    table = table.reindex(index=range(7), columns=range(0, 24, width), fill_value=0)
    return WhenInWeek(table.rename_axis(index="weekday", columns="hour"), known, len(hour) - known, width)

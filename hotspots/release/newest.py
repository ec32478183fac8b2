"""What a release tells of the time since its last window: the year under way, and the last 12 and 36 months of areas told by the year."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from hotspots.release import so_far
from hotspots.release.profiles import Window
from hotspots.release.reading import Reading
from hotspots.release.release import Release
from hotspots.statistics import trends
from hotspots.statistics.measure import UNSTABLE_UNDER


@dataclass(frozen=True)
class SoFar:
    """People killed since January in the whole city, and in the same months of the year before (missing where not told).

    `low` and `high` are the normal range of these months, from the years before; `base` is how many of them it is made from, 0 for none.
    """

    window: Window
    count: float
    before: float
    low: float
    high: float
    base: int

    @property
    def verdict(self) -> str:
        """`above`, `below` or `within` the normal range; `unknown` without one."""
        return "unknown" if not self.base else "below" if self.count < self.low else "above" if self.count > self.high else "within"


@dataclass(frozen=True, eq=False)
class Rolling:
    """An area's last 12 and 36 months, up to the end of the last year told, and each year with its normal range for a chart."""

    year: Window
    last: float
    three: Window
    sum: float
    years: pd.DataFrame


def under_way(release: Release) -> int:
    """Return the year that is under way: the one after the last whose number is told."""
    return int(release.city_years["end"].max().year)


def this_year(reading: Reading) -> SoFar | None:
    """Return what is told of the year under way beside the same months before; None where nothing is."""
    if reading.republished:
        return None
    year = under_way(reading.release)
    own = so_far.of_year(reading.release.figures, year)
    if not own:
        return None
    month = max(own)
    table = _same_months(reading, year, month)
    ranged = reading.normal_ranges(table).iloc[-1]
    before = table["count"].iloc[-2] if len(table) > 1 else np.nan
    start, end = (table[name].iloc[-1] for name in ("start", "end"))
    return SoFar((start, end), own[month], float(before), float(ranged["low"]), float(ranged["high"]), int(ranged["base"]))


def _same_months(reading: Reading, year: int, month: int) -> pd.DataFrame:
    """Return January to the end of a month in each year, oldest first; the number is missing where it was not told."""
    first = int(reading.release.city_years["start"].min().year)
    counts = [so_far.of_year(reading.release.figures, one).get(month, np.nan) for one in range(first, year + 1)]
    starts = [pd.Timestamp(one, 1, 1) for one in range(first, year + 1)]
    ends = [start + pd.DateOffset(months=month) for start in starts]
    table = pd.DataFrame({"start": starts, "end": ends, "count": counts})
    return table.assign(complete=table["count"].notna())


def next_part(reading: Reading) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the end of the next part of a year that can be told, and the first day on which it may be; None where parts are not told.

    A part with fewer than 10 people is passed over.
    """
    if reading.republished:
        return None
    rows = reading.release.city_years.sort_values("start")
    each = so_far.step(rows["count"].tolist())
    if not each:
        return None
    year = under_way(reading.release)
    month = max(so_far.of_year(reading.release.figures, year), default=0) + each
    end = pd.Timestamp(year, 1, 1) + pd.DateOffset(months=month)
    return end, end + pd.DateOffset(months=int(reading.rules["lag_months"]))


def rolling(reading: Reading, area: str) -> Rolling | None:
    """Return an area's last 12 and 36 months; None where areas are not told by the year, or too few were killed there for a chart.

    Longer windows that overlap would tell by subtraction what happened in single months of one area.
    """
    spans = [one for one in reading.windows if one[1] - one[0] < pd.Timedelta(days=367)]
    if len(spans) != len(reading.windows) or len(spans) <= trends.LEAST_BASE or any(a[1] != b[0] for a, b in pairwise(spans)):
        return None
    counts = np.array([float(reading.areas(one).loc[area, "count"]) for one in spans])
    if not counts[-3:].sum() >= 0 or not np.nansum(counts) >= UNSTABLE_UNDER:
        return None
    table = pd.DataFrame({"start": [one[0] for one in spans], "end": [one[1] for one in spans], "count": counts})
    table = table.assign(complete=table["count"].notna())
    table = table.join(reading.normal_ranges(table)).set_axis(pd.PeriodIndex(table["start"], freq="Y"))
    return Rolling(spans[-1], counts[-1], (spans[-3][0], spans[-1][1]), float(counts[-3:].sum()), table)

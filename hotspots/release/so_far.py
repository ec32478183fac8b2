"""The year that is under way, of the whole city: which parts of a year are told, so that no number under 10 follows from any two.

When a part is told hangs on published numbers and the calendar alone, never on what happened since: else the day on which it appears would
tell something. What the next part holds is told later, or not at all where it would be under 10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hotspots.cities.published_totals import WHOLE
from hotspots.release.profiles import FEWER_THAN
from hotspots.release.protection import SHOWN

TABLE = "so_far"  # the name of the table in the figures
STEPS = (1, 3, 6)  # months of a part
LEAST = 40  # people killed in a part on average, in the least of the last years: half as many would still be far from 10
YEARS = 5  # years that this is asked of


def step(years: Sequence[float]) -> int:
    """Return the months of a part: the shortest with at least `LEAST` people on average in the least of the last years; 0 for none.

    `years` are the published numbers of the last years, missing where one is not shown. Fewer than `YEARS` tell too little.

    >>> step([700, 650, 500, 490, 520]), step([300, 280, 250, 170, 160]), step([160, 100, 90, 85, 120]), step([30.0, 31, 29, 35, 40])
    (1, 3, 6, 0)
    """
    last = np.asarray(list(years)[-YEARS:])
    if len(last) < YEARS or np.isnan(last).any():
        return 0
    return next((months for months in STEPS if last.min() * months / 12 >= LEAST), 0)


def parts(months: Sequence[float], known: Mapping[int, float], *, months_each: int, over: bool) -> dict[int, float]:
    """Return the people killed from January to the end of month k, by k, for each part that may be told.

    `months` are the counts of the months that are over, as they are known today; `known` the parts told before, which never change.
    A part is told where it has at least 10 more than the last one told. `over`: the whole year is over and its number is told too, so a
    part is told only where at least 10 are left after it; then the last one told is the whole year.

    >>> parts([20, 20, 20, 3, 3, 3, 30, 1, 1], {}, months_each=3, over=False)
    {3: 60.0, 9: 101.0}
    >>> parts([20, 20, 20, 9, 9, 9, 30, 1, 1, 4, 4, 1], {3: 59.0}, months_each=3, over=True)
    {3: 59.0, 6: 87.0, 12: 128.0}
    """
    found = dict(known)
    sums = np.cumsum(np.asarray(months, dtype=float))
    for month in range(months_each, min(len(sums), 11) + 1, months_each) if months_each else ():
        if month <= max(found, default=0):
            continue
        count, left = float(sums[month - 1]), float(sums[-1] - sums[month - 1])
        if count - max(found.values(), default=0.0) >= FEWER_THAN and (not over or left >= FEWER_THAN):
            found[month] = count
    if over and found:
        found[12] = float(sums[-1])
    return found


def bears(year: float, known: Mapping[int, float]) -> bool:
    """Return whether the number of a whole year may stand beside the parts told of it: at least 10 are left after the last.

    >>> bears(110, {3: 40.0, 6: 100.0}), bears(109, {3: 40.0, 6: 100.0})
    (True, False)
    """
    return not known or year - max(known.values()) >= FEWER_THAN


def as_rows(year: int, told: Mapping[int, float]) -> pd.DataFrame:
    """Return what is told of a year as rows of the figures, each part from where the one before ends: none holds another."""
    first = pd.Timestamp(year, 1, 1)
    months, sums = [0, *told], [0.0, *told.values()]
    ends = [first + pd.DateOffset(months=month) for month in months]
    table = pd.DataFrame({"start": ends[:-1], "end": ends[1:], "count": np.diff(sums)})
    return table.astype({"start": "datetime64[us]", "end": "datetime64[us]"}).assign(table=TABLE, area=WHOLE, value="", reason=SHOWN)


def of_year(figures: pd.DataFrame, year: int) -> dict[int, float]:
    """Return the people killed from January to the end of month k, by k, as a table of figures tells them."""
    rows = figures[(figures["table"] == TABLE) & (figures["start"].dt.year == year)].sort_values("end")
    months = (rows["end"] - pd.Timedelta(days=1)).dt.month
    return dict(zip(months.tolist(), rows["count"].cumsum().tolist(), strict=True))

"""Where the year may end: a range, never one number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from hotspots.inference.normal_range import NORMAL_95, quantiles
from hotspots.study import Study
from hotspots.study.calendar import DAY, Days, earlier

LEAST_DAYS = 28  # days of the year that must have passed
YEARS = 5  # whole years before that are looked at
LEAST_YEARS = 3


@dataclass(frozen=True)
class Projection:
    """The year to date (`count` until the day before `end`) and the range in which its total should lie, from `years` before it."""

    year: int
    end: pd.Timestamp
    count: int
    low: int
    high: int
    years: tuple[int, ...]


def year_end(study: Study, *, level: float = 0.95) -> Projection | None:
    """Return the range in which the total of the year should lie, from what the years before still had to come on the same day.

    In up to five whole years before (at least three), Y had been killed by the same day and R followed. r = ΣR ÷ ΣY. With y killed this
    year, what follows is a negative binomial with mean r (y + ½) and variance φ · r (y + ½) · (1 + r): chance in what follows and in y
    itself. φ is how far the years before scattered beyond that, Σ (R − r Y)² ÷ (r Y (1 + r)) ÷ (years − 1), at least 1, and what is
    more than 1 as much wider as Student's t makes it for so few years. It is not a forecast: it says where the year
    ends if the rest of it is to its beginning as in those years. It misleads after a change that came in the course
    of this year. None in the first 28 days, on the last day, or with fewer than three whole years before.

    >>> from hotspots.testing import square_city
    >>> dates = [f"{year}-{month:02}-15" for year in range(2017, 2021) for month in range(1, 13)]
    >>> study = Study.of(*square_city([(5, 5)] * 48, dates=dates), covers=(pd.Timestamp("2017-01-01"), pd.Timestamp("2020-07-01")))
    >>> found = year_end(study.between(study.start, pd.Timestamp("2020-07-01")))  # 6 so far; r = 1: mean 6.5, variance 13
    >>> found.count, found.low, found.high
    (6, 7, 21)
    """
    end = min(study.end, study.covers[1])
    this = Days(pd.Timestamp((end - DAY).year, 1, 1), end)
    if this.n < LEAST_DAYS or end == pd.Timestamp(this.start.year + 1, 1, 1):
        return None
    past = [earlier(this, one) for one in range(1, YEARS + 1) if this.start - pd.DateOffset(years=one) >= study.alike(end)[0]]
    if len(past) < LEAST_YEARS:
        return None
    date = np.sort(study.between(study.covers[0], end).dates)

    def killed(start: pd.Timestamp, until: pd.Timestamp) -> int:
        at = np.searchsorted(date, [start.to_datetime64(), until.to_datetime64()])
        return int(at[1] - at[0])

    so_far = np.array([killed(*one) for one in past], dtype=float)
    followed = np.array([killed(one.end, pd.Timestamp(one.start.year + 1, 1, 1)) for one in past], dtype=float)
    count = killed(*this)
    low, high = year_end_of(count, so_far, followed, level)
    return Projection(this.start.year, end, count, count + low, count + high, tuple(sorted(one.start.year for one in past)))


def year_end_of(count: int, so_far: np.ndarray, followed: np.ndarray, level: float = 0.95) -> tuple[int, int]:
    """Return the range of what follows `count`, from what was killed by the same day and after it in the years before; see `year_end`.

    >>> year_end_of(6, np.array([6, 6, 6]), np.array([6, 6, 6]))
    (1, 15)
    """
    ratio = (followed.sum() + 0.5) / (so_far.sum() + 0.5)
    usual = ratio * np.maximum(so_far, 0.5)
    scatter = float(((followed - usual) ** 2 / (usual * (1 + ratio))).sum() / (len(so_far) - 1))
    mean = ratio * (count + 0.5)
    wider = (float(stdtrit(len(so_far) - 1, 0.5 + level / 2)) / NORMAL_95) ** 2
    variance = (1 + max(scatter - 1, 0.0) * wider) * mean * (1 + ratio)
    tail = (1 - level) / 2
    low, high = quantiles(mean**2 / (variance - mean), mean, np.array([tail, 1 - tail]))
    return int(low), int(high)

"""When did the level of a series shift, if it did: the largest F of all dates, beside what years that swing give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference.normal_range import swings

TRIM = 0.15  # part of the series at each end where no break is looked for
LEAST_MONTHS = 36
YEAR = 12
LEVEL = 0.05  # a shift with a larger p is none


@dataclass(frozen=True)
class Break:
    """The likeliest break: `last` is the last month of the old level, `f` the supF statistic, `p` its chance; the means around it."""

    last: pd.Period
    f: float
    p: float
    before: float
    after: float
    months: int


def sup_f(values: np.ndarray) -> tuple[int, np.ndarray]:
    """Return after how many values the mean most likely shifts, and the F of every date looked at; 0 and none for a short series.

    F compares the squares left by two means with those left by one; the dates looked at leave 15 % of the series at each end. Source:
    Andrews (1993), doi:10.2307/2951764.

    Two levels without any scatter but one value: the break is where the level shifts.

    >>> sup_f(np.array([5.0, 5, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1, 2]))[0]
    7
    """
    n = len(values)
    first = int(np.floor(TRIM * n))
    if first < 2:
        return 0, np.empty(0)
    f = _f(np.asarray(values, dtype=float)[None, :], first)[0]
    return first + int(f.argmax()), f


def _f(rows: np.ndarray, first: int) -> np.ndarray:
    """Return F for every break after `first` to n − `first` values, for each row."""
    n = rows.shape[1]
    k = np.arange(first, n - first + 1)
    centred = rows - rows.mean(axis=1, keepdims=True)
    all_squares = (centred**2).sum(axis=1, keepdims=True)
    until = centred.cumsum(axis=1)[:, k - 1]
    gained = until**2 * (1 / k + 1 / (n - k))
    left = np.maximum(all_squares - gained, 1e-12)
    return np.asarray(gained / (left / (n - 2)))


def break_date(months: pd.Series, *, shuffles: int = 999, seed: int = 0) -> Break | None:
    """Return the likeliest date at which the monthly level shifted, and how likely so clear a break is where years only swing.

    p is the part of histories drawn without a shift whose largest F is at least as large. They have the mean of this one and its
    months of the year, as far as these differ by more than chance; months scatter about their year as here, and the levels of years,
    each alone, swing as far as one year lies from the one before (see `normal_range.swings`), which a single shift widens little. It
    misleads where the level rose or fell steadily, or drifts from year to year: that gives a break in the middle too; and it names one
    date where there may be several. None with fewer than 36 months, or where all are alike. `months` are counts on a
    PeriodIndex. Source: Andrews (1993), doi:10.2307/2951764.

    >>> months = pd.Series([4.0, 5] * 30 + [1.0, 2] * 30, index=pd.period_range("2015-01", periods=120, freq="M"))
    >>> found = break_date(months)
    >>> str(found.last), found.before, found.after, found.p
    ('2019-12', 4.5, 1.5, 0.001)
    """
    values = months.to_numpy(dtype=float)
    if len(values) < LEAST_MONTHS or np.ptp(values) == 0:
        return None
    at, f = sup_f(values)
    drawn = _without_shift(values, np.random.default_rng(seed), shuffles)
    largest = _f(drawn, int(np.floor(TRIM * len(values)))).max(axis=1)
    p = (1 + int((largest >= f.max() - 1e-9).sum())) / (shuffles + 1)
    last = months.index[at - 1]
    return Break(last, float(f.max()), p, float(values[:at].mean()), float(values[at:].mean()), len(values))


def _without_shift(values: np.ndarray, rng: np.random.Generator, many: int) -> np.ndarray:
    """Return histories like this one, a row each, whose years swing and whose level does not shift."""
    n = len(values)
    ago = np.arange(n)[::-1]
    year, month = ago // YEAR, ago % YEAR
    whole = values[n % YEAR :].reshape(-1, YEAR)
    means = np.maximum(np.bincount(year, values) / np.bincount(year), 0.5 / YEAR)
    season = np.bincount(month, values) / np.maximum(np.bincount(month, means[year]), 1e-12)
    usual = np.maximum(means[year] * season[month], 1e-3)
    free = max(n - len(means) - YEAR + 1, 1)
    scatter = max(float(((values - usual) ** 2 / usual).sum() / free), 1.0)  # of months about their year
    season = _beyond_chance(season, scatter / np.maximum(np.bincount(month, means[year]), 1e-12))
    total = max(float(whole.sum(axis=1).mean()), 1.0)
    swing = max((float(swings(whole.sum(axis=1)[:, None], total)) - scatter) / total, 1e-6)  # of a year's level, as a share of its square
    level = rng.gamma(1 / swing, swing, (many, len(means)))[:, year]
    expected = np.maximum(level * values.mean() * season[month], 1e-3)
    if scatter < 1.01:
        return np.asarray(rng.poisson(expected), dtype=float)
    return np.asarray(rng.negative_binomial(expected / (scatter - 1), 1 / scatter), dtype=float)


def _beyond_chance(season: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return the months of the year drawn together until they differ by as much as they do beyond the variance that `chance` gives each.

    As they were found they hold chance twice: histories drawn with them would swing within the year more than any did, and a real one
    would seem to break more clearly than those.

    >>> _beyond_chance(np.array([0.8, 1.2]), np.array([0.03, 0.03])).round(3).tolist()
    [0.842, 1.158]
    >>> _beyond_chance(np.array([0.9, 1.1]), np.ones(2)).tolist()
    [1.0, 1.0]
    """
    seen = float(((season - 1) ** 2).sum())
    part = max(1 - (len(season) - 1) / len(season) * float(chance.sum()) / seen, 0.0) if seen else 0.0
    return np.asarray(1 + (season - 1) * np.sqrt(part))

"""How a hot spot came about: new, lasting, growing, past; by the exact window test of each part of the period."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from hotspots.statistics.clusters.exact_window import (
    LEVEL,
    adjusted,
    baseline_of,
    compared_events,
    least_events,
    tail,
)
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import mark, told

SLICES = 10  # the least that Esri's definitions ask for
NEARLY_ALWAYS = 0.9  # of the slices
RELATIVE_RISK = 5.0  # a place with so many times the risk should rather be found than missed; else its data are insufficient
LEAST_POWER = 0.5

# The classes in the order of their codes; 0 is no pattern.
CLASSES: tuple[str, ...] = (
    "none",
    "historical",
    "diminishing",
    "sporadic",
    "oscillating",
    "persistent",
    "consecutive",
    "intensifying",
    "new",
)
CLASS_WORDS: dict[str, str] = {
    "none": mark("No pattern: not hot in the last part of the period"),
    "historical": mark("Past: hot nearly always, but not in the last part"),
    "diminishing": mark("Easing: hot nearly always, and less so"),
    "sporadic": mark("On and off: hot in the last part, and at times before"),
    "oscillating": mark("Reversed: hot in the last part, with fewer than chance explains before"),
    "persistent": mark("Lasting: hot nearly always, neither more nor less so"),
    "consecutive": mark("Settling in: hot in the last parts without a break, never before"),
    "intensifying": mark("Growing: hot nearly always, and more so"),
    "new": mark("New: more than chance explains in the last part only"),
}
INSUFFICIENT = mark("Too few homicides to tell")


@dataclass(frozen=True, eq=False)
class Emergence:
    """What each part of the period showed. Columns are the parts, rows the units.

    `hot` and `cold` say where the exact window test found more, and fewer, than chance explains; `share` is the window's part of all events
    over the part that chance gives it. `code` is each unit's class (see `CLASSES`), missing where the data are insufficient. `starts` are
    the first days of the parts and the day after the last.
    """

    code: pd.Series
    hot: np.ndarray
    cold: np.ndarray
    share: np.ndarray
    starts: pd.DatetimeIndex


def mann_kendall(values: Any) -> tuple[float, float]:
    """Return Kendall's S of a series and the two-sided p of no trend, ties allowed for (Mann 1945, doi:10.2307/1907187; Kendall 1975).

    S is the number of pairs that rise less those that fall. p is from the normal approximation with continuity correction: fair from about
    8 values on. Missing values are left out; where all are equal p is 1.

    1, 2, 3: three pairs rise. Variance 3·2·11 ÷ 18 = 3.667, z = (3 − 1) ÷ 1.915 = 1.044.

    >>> s, p = mann_kendall([1, 2, 3])
    >>> s, round(p, 4)
    (3.0, 0.2963)
    """
    x = np.asarray(values, dtype=float)
    x = x[~np.isnan(x)]
    n = len(x)
    s = float(np.sign(x[None, :] - x[:, None])[np.triu_indices(n, 1)].sum())
    _, tied = np.unique(x, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (tied * (tied - 1) * (2 * tied + 5)).sum()) / 18
    if s == 0 or variance <= 0:
        return s, 1.0
    return s, float(2 * ndtr(-(abs(s) - 1) / math.sqrt(variance)))


def class_of(hot: np.ndarray, cold: np.ndarray, trend: tuple[float, float]) -> str:
    """Return the class of one unit from the parts in which it was hot or cold, and the trend of its intensity (S and p).

    After Esri's definitions of emerging hot spots, for hot spots alone.

    >>> class_of(np.array([False, False, True]), np.zeros(3, dtype=bool), (0.0, 1.0))
    'new'
    """
    often = hot.mean() >= NEARLY_ALWAYS
    if not hot[-1]:
        return "historical" if often else "none"
    if often:
        rising, p = trend
        return "persistent" if p > LEVEL else "intensifying" if rising > 0 else "diminishing"
    run = int(np.argmax(~hot[::-1]))  # how many at the end without a break
    if hot.sum() == run:
        return "new" if run == 1 else "consecutive"
    return "oscillating" if cold.any() else "sporadic"


def emergence(study: Study, *, slices: int = SLICES) -> Emergence:
    """Return the exact window test of each of `slices` equal parts of the period, and the class of each unit."""
    if slices < 3:
        raise DataError(told("emerging: {slices} parts are too few for a history; ask for at least 3", slices=slices))
    return kept(study, _emergence, slices)


def _emergence(study: Study, slices: int) -> Emergence:
    base = baseline_of(study)
    first, last = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    days = (last - first).days
    starts = pd.DatetimeIndex([first + pd.Timedelta(days=days * k // slices) for k in range(slices + 1)])
    share = np.where(base.tested, base.share, 1.0)
    hot: list[np.ndarray] = []
    cold: list[np.ndarray] = []
    power, intensity = [], []
    for begin, end in pairwise(starts):
        own = compared_events(study.between(begin, end), base.baseline) if end > begin else np.zeros(len(share), dtype=np.int64)
        events = np.where(base.known, own, 0)
        n, held = int(events.sum()), base.around @ events
        for found, p in ((hot, tail(held, n, share)), (cold, 1 - tail(held + 1, n, share) * (held < n))):
            found.append(adjusted(np.where(base.tested & (n > 0), p, np.nan), study.correction) <= LEVEL)
        power.append(_power(share, base.tested, n))
        intensity.append(held / np.maximum(n * share, 1e-300) if n else np.full(len(share), np.nan))
    hot_, cold_, ratio = np.array(hot).T, np.array(cold).T, np.array(intensity).T
    told = base.tested & (hot_.any(axis=1) | (np.median(power, axis=0) >= LEAST_POWER))
    code = np.where(told, 0.0, np.nan)
    for unit in np.flatnonzero(hot_.any(axis=1)):
        code[unit] = CLASSES.index(class_of(hot_[unit], cold_[unit], mann_kendall(ratio[unit])))
    return Emergence(pd.Series(code, index=study.blocks.index, name="emerging"), hot_, cold_, ratio, starts)


def _power(share: np.ndarray, tested: np.ndarray, n: int) -> np.ndarray:
    """Return each window's chance of being found hot by itself at `RELATIVE_RISK` times the risk elsewhere."""
    if not n:
        return np.zeros(len(share))
    least = least_events(n, share, LEVEL / max(int(tested.sum()), 1))
    return np.asarray(tail(least, n, RELATIVE_RISK * share / (1 + (RELATIVE_RISK - 1) * share)) * (least <= n))

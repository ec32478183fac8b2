"""How sure published numbers are: intervals of their rates and ratios, as wide as people killed together make them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.inference.intervals import PER, poisson_interval, ratio_interval
from hotspots.statistics.measure import UNSTABLE_UNDER


@dataclass(frozen=True)
class Ratio:
    """One rate over another, with its exact 95 % interval; `few` where either rests on fewer than 20 people killed.

    `partial`: the other is that of the areas whose number and residents are both known, and not of all.
    """

    value: float
    low: float
    high: float
    few: bool
    partial: bool = False

    @property
    def verdict(self) -> str:
        """`above`, `below`, or `within` what chance alone explains."""
        return "above" if self.low > 1 else "below" if self.high < 1 else "within"


def ratio(counts: tuple[float, float], exposures: tuple[float, float], *, together: float, partial: bool = False) -> Ratio:
    """Return the first rate over the second; `together` as in `intervals.ratio_interval`.

    >>> found = ratio((36, 20), (1, 1), together=1.4)
    >>> found.value, found.verdict, ratio((36, 20), (1, 1), together=1.0).verdict
    (1.8, 'within', 'above')
    """
    low, high = ratio_interval(counts, exposures, together=together)
    value = (counts[0] / exposures[0]) / (counts[1] / exposures[1])
    return Ratio(value, low, high, min(counts) < UNSTABLE_UNDER, partial)


def rate_ends(table: pd.DataFrame, lived: np.ndarray, together: Iterable[float]) -> pd.DataFrame:
    """Return a table (`count`, `rate`) with the 95 % interval of each rate as `rate_low` and `rate_high`; missing with the rate.

    `lived` are the person-years, and `together` is as in `intervals.poisson_interval`, row by row.

    >>> table = rate_ends(pd.DataFrame({"count": [20.0], "rate": [20.0]}), np.array([1e5]), [2.0])
    >>> table[["rate_low", "rate_high"]].iloc[0].round(2).tolist()
    [9.59, 36.78]
    """
    told = table["rate"].notna().to_numpy()
    ends = poisson_interval(table["count"], together=np.array(list(together), dtype=float))
    low, high = (np.where(told, PER * end / np.where(told, lived, 1.0), np.nan) for end in ends)
    return table.assign(rate_low=low, rate_high=high)

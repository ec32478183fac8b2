"""How many were killed in each month, and in which unit: what a map on screen needs to show any months at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Months:
    """People killed by month and unit.

    `first` is the first month, such as 2015-01; `all` has a number for each month from there, those without a place among them. `unit`,
    `month` (both positions) and `n` name the units in which somebody was killed in a month; the rest is 0.
    """

    first: str
    all: np.ndarray
    unit: np.ndarray
    month: np.ndarray
    n: np.ndarray

"""Where a count and its normal range lie on a bar that starts at zero: the same on screen and on the wall."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

ROOM = 1.25  # times the largest of them: how far the bar reaches


class RangeBar(NamedTuple):
    """Shares of the bar's length: the `dot`, and the ends of the normal range (None where it is not known)."""

    dot: float
    low: float | None
    high: float | None


def range_bar(count: float, low: float, high: float) -> RangeBar:
    """Return where a count and its range lie on a bar from zero to a quarter beyond the largest of them.

    >>> range_bar(3, 0, 6)
    RangeBar(dot=0.4, low=0.0, high=0.8)
    >>> range_bar(2, float("nan"), float("nan"))
    RangeBar(dot=0.8, low=None, high=None)
    """
    known = not pd.isna(low)
    most = ROOM * max(count, high if known else 0, 1)
    return RangeBar(count / most, low / most if known else None, high / most if known else None)

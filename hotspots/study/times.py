"""When somebody was killed, in words that a reader can filter by: hours of the day, days of the week, months of the year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotspots.store.schema import UNKNOWN

BAND = 4  # hours
TIMES: Mapping[str, tuple[str, ...]] = {
    "hour": (*(f"{first}-{first + BAND - 1}" for first in range(0, 24, BAND)), UNKNOWN),
    "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
}


def times(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Return the word of `TIMES[name]` for each row; a row without a clock is in the band "unknown".

    >>> rows = pd.DataFrame({"date": pd.to_datetime(["2024-02-05", "2024-12-01"]), "hour": [23, float("nan")]})
    >>> times(rows, "hour").tolist(), times(rows, "weekday").tolist(), times(rows, "month").tolist()
    (['20-23', 'unknown'], ['mon', 'sun'], ['feb', 'dec'])
    """
    return np.asarray(np.array(TIMES[name], dtype=object)[time_codes(rows, name)])


def time_codes(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Return the position of that word among `TIMES[name]`."""
    if name == "hour":
        hour = rows["hour"].to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(np.where(np.isnan(hour), len(TIMES[name]) - 1, np.nan_to_num(hour) // BAND).astype(np.int8))
    of = rows["date"].dt.day_of_week if name == "weekday" else rows["date"].dt.month - 1
    return np.asarray(of.to_numpy(dtype=np.int8))


def period_numbers(rows: pd.DataFrame, freq: str) -> np.ndarray:
    """Return the number of the day, month or year that each is in, counted as `pandas.Period.ordinal` does.

    >>> period_numbers(pd.DataFrame({"date": pd.to_datetime(["1970-02-10 23:00"])}), "M").tolist()
    [1]
    """
    return np.asarray(pd.DatetimeIndex(rows["date"]).to_period(freq).asi8)

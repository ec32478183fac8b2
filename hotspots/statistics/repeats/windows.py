"""Open windows: where and until when another killing nearby would be a near repeat of the last one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.statistics.repeats.close import near_pairs
from hotspots.statistics.repeats.events import Events, day_number, day_of
from hotspots.statistics.repeats.knox import DAYS, METRES
from hotspots.store.schema import DataError
from hotspots.words import told


def open_windows(events: Events, *, as_of: pd.Timestamp | None = None, metres: float = METRES, days: int = DAYS) -> pd.DataFrame:
    """Return the windows open on a day: one row for each event with a place in the `days` days before, the newest first.

    A window is the ground within `metres` of an event, from its day (day 0) to the day `days` later, the last one. `as_of` left out is
    the last day that the data cover, never today's date. Columns: `date`, `day` (k of `days`), `last` (the last day it is open),
    `killed`, `overlaps` (other events inside this window's ground and days so far), `x`, `y` in metres, `unit` (position among the
    study's units, -1 in none), `event` (position among the events).

    It says where people may need protecting, and nothing of any person. It is no forecast: most windows close with nothing more.

    >>> from hotspots.testing import square_city
    >>> from hotspots.statistics.repeats.events import events_of
    >>> from hotspots.study import Study
    >>> incidents, blocks = square_city([(5, 5), (5, 5), (15, 5)], dates=["2020-01-01", "2020-01-20", "2020-01-30"])
    >>> found = open_windows(events_of(Study.of(incidents, blocks)), metres=50)
    >>> found[["day", "overlaps"]].to_numpy().tolist()
    [[0, 1], [10, 1]]
    """
    last = events.last if as_of is None else day_number(as_of)
    if not events.first <= last <= events.last:
        first, end, asked = (day_of(day).date() for day in (events.first, events.last, last))
        raise DataError(told("as of: {asked} is outside the data, which run from {first} to {end}", asked=asked, first=first, end=end))
    at = np.flatnonzero((events.day <= last) & (events.day >= last - days))[::-1]
    seen = np.flatnonzero((events.day <= last) & (events.day >= last - 2 * days))
    points = np.column_stack([events.x, events.y])
    pairs = seen[near_pairs(points[seen], events.day[seen], metres=metres, days=days)[0]]
    overlaps = np.bincount(pairs.ravel(), minlength=len(events))
    return pd.DataFrame(
        {
            "date": [day_of(day) for day in events.day[at]],
            "day": last - events.day[at],
            "last": [day_of(day + days) for day in events.day[at]],
            "killed": events.victims[at],
            "overlaps": overlaps[at],
            "x": events.x[at],
            "y": events.y[at],
            "unit": events.unit[at],
            "event": at,
        }
    )

"""Events as points in space and time: the victims of one event are one point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.words import told


@dataclass(frozen=True, eq=False)
class Events:
    """Events with a place, in order of time. Arrays of one length; `x` and `y` in metres, `day` in whole days since 1970-01-01.

    `victims` counts the people killed in each event, `unit` is the position of its unit in the study (-1: in none). `first` and `last`
    are the first and the last day of the period that the data cover. `unplaced` events are known by their day alone: no pair has them.
    """

    x: np.ndarray
    y: np.ndarray
    day: np.ndarray
    victims: np.ndarray
    unit: np.ndarray
    first: int
    last: int
    unplaced: int

    def __len__(self) -> int:
        return len(self.x)


def events_of(study: Study) -> Events:
    """Return the events of a study that have a place; each stands where and when its first victim was killed.

    Three victims, two of them of one event:

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 5), (15, 5)], event_id=["a", "a", "b"])
    >>> found = events_of(Study.of(incidents, blocks))
    >>> len(found), found.victims.tolist()
    (2, [2, 1])
    """
    if study.has_victims and not study.has_days:
        raise DataError(told("repeats: of each homicide the month is known, and not the day, so nothing can be said of what follows it"))
    if study.has_victims and not study.has_points:
        raise DataError(told("repeats: the homicides have no coordinates, so nothing is known of how near they are to one another"))
    if not (study.has_points and study.has_days):
        raise DataError(told("repeats: these data are published totals: the days and places of single homicides are not known"))
    table = _in_order(study, study.event_codes)
    sizes = table.groupby("event", sort=False)["off"].agg(["size", "min"])  # without a place only where no victim has one
    placed = table[~table["off"]].drop_duplicates("event")
    start, end = max(study.start, study.covers[0]), min(study.end, study.covers[1])
    return Events(
        x=placed["x"].to_numpy(dtype=float),
        y=placed["y"].to_numpy(dtype=float),
        day=placed["day"].to_numpy(dtype=np.int64),
        victims=sizes["size"].loc[placed["event"]].to_numpy(),
        unit=placed["unit"].to_numpy(dtype=np.int64),
        first=day_number(start),
        last=day_number(end) - 1,
        unplaced=int(sizes["min"].sum()),
    )


def victims_of(study: Study) -> pd.DataFrame:
    """Return the victims of a study in order of time: `day`, `x`, `y`, `unit`, `off` (without a place) and the `event` they belong to.

    Victims of one event have its id. Where a file names no events, reading it has made those killed on one day at exactly the same place
    one event (see `import_city`): else two killed together would pass for a repeat.

    >>> from hotspots.testing import square_city
    >>> victims_of(Study.of(*square_city([(5, 5), (5, 5), (5, 6)], event_id=["a", "a", "b"])))["event"].tolist()
    ['a', 'a', 'b']
    """
    return _in_order(study, study.rows["event_id"].to_numpy())


def _in_order(study: Study, event: np.ndarray) -> pd.DataFrame:
    """Return the same with the events called as they are given: by their ids, or by numbers, which are grouped in a tenth of the time."""
    x, y = study.places
    off = ~study.placed_well | ~np.isfinite(x) | ~np.isfinite(y)
    table = {"event": event, "day": day_numbers(study.dates), "x": x, "y": y, "unit": study.codes, "off": off}
    return pd.DataFrame(table).sort_values(["day", "off"], kind="stable")


def day_number(day: pd.Timestamp) -> int:
    """Return the whole days from 1970-01-01 to `day`.

    >>> day_number(pd.Timestamp(1970, 1, 3))
    2
    """
    return int((day.normalize() - pd.Timestamp(1970, 1, 1)).days)


def day_numbers(dates: np.ndarray) -> np.ndarray:
    """Return the whole days from 1970-01-01 to each date."""
    return np.asarray(dates.astype("datetime64[D]").astype(np.int64))


def day_of(number: int) -> pd.Timestamp:
    """Return the day that `number` days after 1970-01-01 is.

    >>> day_of(2)
    Timestamp('1970-01-03 00:00:00')
    """
    return pd.Timestamp(1970, 1, 1) + pd.Timedelta(days=int(number))

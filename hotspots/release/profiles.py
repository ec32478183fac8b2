"""What may be published: the thresholds and the two profiles, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hotspots.store.schema import DataError
from hotspots.words import told

FEWER_THAN = 10  # a count below this is shown as "fewer than 10": 0 and 1 to 9 alike
WIDTH = 9  # what stays open of a number that is not shown: its highest possible value less its lowest
COVERAGE = 0.8  # share of the mapped homicides that shown areas should hold
UNMAPPED = "unmapped"  # the area of the victims who lie in none
TOTALS = "totals"  # the profile of what others had published: nothing is hidden and nothing is added
FIELDS: tuple[str, ...] = ("sex", "age", "weapon", "category", "status")  # one table each, never crossed


@dataclass(frozen=True)
class Profile:
    """What one kind of release holds.

    `floor` is the least number of residents of an area, `years` the length of the windows by area and by attribute, `lag` the full
    months that pass before anything is published. `exact`: the counts by area are shown whatever they are; `months`: the whole city
    month by month.
    """

    name: str
    floor: int
    years: int
    lag: int
    exact: bool
    months: bool


PROFILES: Mapping[str, Profile] = {
    "strict": Profile("strict", floor=5_000, years=5, lag=1, exact=False, months=False),
    "open": Profile("open", floor=1_000, years=1, lag=0, exact=True, months=True),
}
_OF_TOTALS = Profile(TOTALS, floor=0, years=1, lag=0, exact=True, months=True)


def profile_of(name: str) -> Profile:
    """Return the profile called `name`.

    >>> profile_of("strict").floor
    5000
    """
    if name == TOTALS:
        return _OF_TOTALS
    if name not in PROFILES:
        raise DataError(told("release: there is no profile {name}; use one of {listed}", name=repr(name), listed=", ".join(PROFILES)))
    return PROFILES[name]


def cutoff(profile: Profile, as_of: pd.Timestamp) -> pd.Timestamp:
    """Return the day before which data may be published on the day `as_of`: whole months, the newest `lag` of them kept back.

    >>> cutoff(PROFILES["strict"], pd.Timestamp("2025-01-31")).date().isoformat()
    '2024-12-01'
    """
    return as_of.normalize().replace(day=1) - pd.DateOffset(months=profile.lag)


Window = tuple[pd.Timestamp, pd.Timestamp]


def windows(first: int, last: int, *, years: int, since: int | None = None) -> list[Window]:
    """Return windows of `years` calendar years within the years `first` to `last`, the oldest first; none overlaps another.

    They end with `last` and reach back as far as they go. Where windows were published before, `since` is the year after the newest
    of these: then they begin there, and an unfinished one waits.

    >>> [(start.year, end.year) for start, end in windows(2006, 2018, years=5)]
    [(2009, 2014), (2014, 2019)]
    >>> windows(2006, 2022, years=5, since=2019)
    []
    """
    begin = first + (last - first + 1) % years if since is None else since
    starts = range(begin, last - years + 2, years)
    return [(pd.Timestamp(year, 1, 1), pd.Timestamp(year + years, 1, 1)) for year in starts]

"""The same calendar days of earlier years, and the periods that are compared: 7 days, 28 days, the year to date, 365 days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

YEARS = 3  # earlier years that make up the mean
LONGEST = 366  # days of a period that can be compared with the same days of the year before
DAY = pd.Timedelta(days=1)


class Days(NamedTuple):
    """Days from `start` to before `end`."""

    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def n(self) -> int:
        """How many days they are."""
        return int((self.end - self.start).days)

    def longer_than(self, months: int) -> bool:
        """Return whether they are more than the last so many months of them."""
        return bool(self.start < self.end - pd.DateOffset(months=months))


def earlier(days: Days, years: int) -> Days:
    """Return the same calendar days, `years` earlier; 29 February falls on 28 February, so the number of days can differ by one.

    >>> [earlier(Days(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-01")), one).n for one in (0, 1, 4)]
    [60, 59, 60]
    """
    shift = pd.DateOffset(years=years)
    return Days(days.start - shift, (days.end - DAY) - shift + DAY)


def known_before(days: Days, covers: tuple[pd.Timestamp, pd.Timestamp], *, years: int = YEARS) -> tuple[Days, ...]:
    """Return the same days of those of the `years` before that the data cover in full, latest first; none of a period over a year.

    >>> covers = (pd.Timestamp("2018-06-01"), pd.Timestamp("2021-01-01"))
    >>> len(known_before(Days(pd.Timestamp("2020-07-01"), pd.Timestamp("2021-01-01")), covers))
    2
    """
    if days.n > LONGEST or days.end > days.start + pd.DateOffset(years=1):
        return ()
    found = (earlier(days, one) for one in range(1, years + 1))
    return tuple(one for one in found if one.start >= covers[0])


def counted_alike(periods: Iterable[tuple[pd.Timestamp, pd.Timestamp]], changes: Collection[pd.Timestamp]) -> list[int]:
    """Return for each period after how many changes of what is counted it lies; −1 where one falls within it.

    >>> years = [(pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)) for year in (2018, 2019, 2020)]
    >>> counted_alike(years, [pd.Timestamp("2019-07-01")])
    [0, -1, 1]
    """
    return [-1 if any(start < day < end for day in changes) else sum(day <= start for day in changes) for start, end in periods]


def latest(days: Days, *, by_day: bool = True) -> Days:
    """Return the period itself where it is at most a year long, else its last 365 days; its last 12 months where days are not known.

    >>> latest(Days(pd.Timestamp("2015-01-01"), pd.Timestamp("2021-01-01"))).start.date()
    datetime.date(2020, 1, 2)
    >>> leap = Days(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
    >>> latest(leap) == leap
    True
    """
    year = days.end - (365 * DAY if by_day else pd.DateOffset(years=1))
    return days if days.end <= days.start + pd.DateOffset(years=1) else Days(year, days.end)


def periods(until: pd.Timestamp, *, by_day: bool = True) -> Mapping[str, Days]:
    """Return the periods that end before `until`: `7`, `28` and `365` days, and `ytd`, the year to date.

    Where only months are known they are `ytd`, and the last 12 months in place of 365 days.

    >>> {name: days.n for name, days in periods(pd.Timestamp("2024-03-01")).items()}
    {'7': 7, '28': 28, 'ytd': 60, '365': 365}
    """
    new_year = pd.Timestamp((until - DAY).year, 1, 1)
    if not by_day:
        return {"ytd": Days(new_year, until), "365": Days(until - pd.DateOffset(years=1), until)}
    starts = {"7": until - 7 * DAY, "28": until - 28 * DAY, "ytd": new_year, "365": until - 365 * DAY}
    return {name: Days(start, until) for name, start in starts.items()}

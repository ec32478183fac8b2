"""The forms of dates, and the numbers in them: year, month, day and clock, each text by itself."""

from __future__ import annotations

import pandas as pd

from hotspots.readers.columns.clocks import read_clock
from hotspots.readers.columns.written_dates import month_number, unaccented

_TAIL = r"(?:[Tt ,]+(?P<clock>[0-9].*))?$"
YEAR_FIRST = rf"^(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}}){_TAIL}"
COMPACT = rf"^(?P<y>(?:19|20)[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}}){_TAIL}"
YEAR_LAST = rf"^(?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}})[-/.](?P<y>[0-9]{{4}}|[0-9]{{2}}){_TAIL}"
DAY_NAMED = (
    rf"^(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|er|o)?[ .-]+(?:de )?(?P<m>[a-z]{{3,}})\.?[ ,.-]+(?:del? )?(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TAIL}"
)
NAMED_DAY = rf"^(?P<m>[a-z]{{3,}})\.?[ -]+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|er|o)?,?[ -]+(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TAIL}"


def in_parts(text: pd.Series) -> pd.DataFrame:
    """Return the numbers of each text: `year`, `month` and `day` where their order is clear, else `year` with `a` and `b`.

    `short`: the year has two digits; `seconds` since midnight, `clocked` where a clock stands, read or not.

    >>> in_parts(pd.Series(["2019-05-03", "03/05/19 21:30"]))[["year", "a", "b", "short", "seconds"]].values.tolist()[1]
    [19, 3.0, 5.0, True, 77400.0]
    """
    first = text.str.extract(YEAR_FIRST).fillna(text.str.extract(COMPACT))
    last = text.str.extract(YEAR_LAST)
    lower = unaccented(text)
    named = lower.str.extract(DAY_NAMED).fillna(lower.str.extract(NAMED_DAY))
    named["m"] = month_number(named["m"].fillna(""))
    clock = first["clock"].fillna(last["clock"]).fillna(named["clock"])
    return pd.DataFrame(
        {
            "year": pd.to_numeric(first["y"].fillna(last["y"]).fillna(named["y"])),
            "month": pd.to_numeric(first["m"]),
            "day": pd.to_numeric(first["d"]),
            "a": pd.to_numeric(last["a"], errors="coerce"),
            "b": pd.to_numeric(last["b"], errors="coerce"),
            "named_month": named["m"],
            "named_day": pd.to_numeric(named["d"]),
            "short": last["y"].str.len().eq(2) | named["y"].str.len().eq(2),
            "seconds": read_clock(clock.fillna("")),
            "clocked": clock.notna(),
        }
    )


def days_of(read: pd.DataFrame, *, day_first: bool) -> pd.Series:
    """Return the day that the numbers of `in_parts` are; missing where they are none, or a clock beside them cannot be read.

    >>> days_of(in_parts(pd.Series(["03/05/2019", "2019-02-30"])), day_first=True).dt.date.tolist()
    [datetime.date(2019, 5, 3), NaT]
    """
    month, day = (read["b"], read["a"]) if day_first else (read["a"], read["b"])
    parts = pd.DataFrame(
        {
            "year": read["year"],
            "month": read["month"].fillna(month).fillna(read["named_month"]),
            "day": read["day"].fillna(day).fillna(read["named_day"]),
        }
    )
    found = pd.to_datetime(parts.where(~read["short"]), errors="coerce").astype("datetime64[us]")
    return found.mask(read["clocked"] & read["seconds"].isna())

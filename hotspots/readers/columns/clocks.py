"""Clock times and zones: hours, AM and PM, offsets written beside them, and the city's own zone."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from hotspots.readers.columns.values import each_once
from hotspots.readers.report import Remark
from hotspots.words import mark, told

_OFFSET = r"^(?P<body>.*[0-9]:[0-9]{2}.*?)\s*(?P<offset>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)$"
_SUFFIX = r"(?: ?(?P<half>[ap])\.? ?m\.?)?(?: ?h(?:rs?|s|oras)?\.?)?$"
_CLOCK = r"^(?:\S+[T ])?(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2})(?:[.,][0-9]+)?)?" + _SUFFIX
_BARE = r"^(?P<h>[0-9]{1,2})(?P<m>[0-9]{2})?(?P<s>[0-9]{2})?(?:\.0+)?(?: ?(?P<half>[ap])\.? ?m\.?)?$"
_HOURS, _HOUR = r"^([0-9]{1,2}) ?h ?([0-9]{2})(?: ?m(?:in)?)?$", r"^([0-9]{1,2}) ?h(?:rs?|oras?|eures?)?\.?$"


def split_offset(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the texts without the offset from UTC after their clock, and that offset in minutes (missing where none stands).

    >>> body, offset = split_offset(pd.Series(["2018-01-05 21:00:00+00:00", "2018-01-05 21:00 -0600", "2018-01-05"]))
    >>> body.tolist(), offset.tolist()
    (['2018-01-05 21:00:00', '2018-01-05 21:00', '2018-01-05'], [0.0, -360.0, nan])
    """
    return each_once(text, _split)


def _split(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    found = text.str.extract(_OFFSET)
    sign = found["offset"].str.extract(r"^(?P<sign>[+-])(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})?$")
    minutes = pd.to_numeric(sign["h"]) * 60 + pd.to_numeric(sign["m"]).fillna(0)
    minutes = minutes.where(sign["sign"] != "-", -minutes)
    named = found["offset"].isin(["Z", "UTC", "GMT"])
    return found["body"].fillna(text), minutes.mask(named, 0.0).astype("float64")


def read_clock(text: pd.Series, *, bare: bool = False) -> pd.Series:
    """Return seconds since midnight, missing where the text is no clock time; `bare` also reads 2330, 930, 23 and 14h30.

    >>> read_clock(pd.Series(["23:24", "11:30:05 PM", "12:15 a. m.", "25:00", ""])).tolist()
    [84240.0, 84605.0, 900.0, nan, nan]
    >>> read_clock(pd.Series(["14:30 hs", "02:00 hrs.", "7:15h"])).tolist()
    [52200.0, 7200.0, 26100.0]
    >>> read_clock(pd.Series(["2330", "930", "7", "14h30", "7 h"]), bare=True).tolist()
    [84600.0, 34200.0, 25200.0, 52200.0, 25200.0]
    """
    return each_once(text, partial(_seconds, bare=bare))


def _seconds(text: pd.Series, *, bare: bool) -> pd.Series:
    lower = text.str.lower()
    if bare:
        lower = lower.str.replace(_HOURS, r"\1:\2", regex=True).str.replace(_HOUR, r"\1", regex=True)
    parts = lower.str.extract(_CLOCK)
    if bare:
        padded = lower.where(~lower.str.fullmatch(r"[0-9]{3}"), "0" + lower)
        parts = parts.fillna(padded.str.extract(_BARE))
    hour, minute, second = (pd.to_numeric(parts[key]) for key in ("h", "m", "s"))
    half = parts["half"].notna()
    impossible = (half & ((hour < 1) | (hour > 12))) | (~half & (hour > 23)) | (minute > 59) | (second > 59)
    hour = hour.where(~half, hour % 12 + 12 * (parts["half"] == "p"))
    seconds = hour * 3600 + minute.fillna(0) * 60 + second.fillna(0)
    return seconds.mask(impossible.fillna(False)).astype("float64")


def in_city_zone(
    day: pd.Series, seconds: pd.Series, offset: pd.Series, *, date_zone: str, timezone: str, column: str
) -> tuple[pd.Series, list[Remark]]:
    """Return the local date and time, and what there is to say about zones.

    Under `date_zone` "local" nothing moves. Else every row with a clock is moved from its own offset, or from `date_zone` where
    it has none, to `timezone`. A row without a clock keeps its day.
    """
    stated = day + pd.to_timedelta(seconds.fillna(0), unit="s").astype("timedelta64[us]")
    with_offset = (offset.notna() & day.notna()).to_numpy()
    if date_zone == "local":
        seen = ", ".join(sorted({f"{int(value) // 60:+03d}:{int(abs(value)) % 60:02d}" for value in offset.dropna()})[:3])
        text = told(
            "{rows} of {total} rows write an offset ({seen}) beside the clock; the clock was kept as local time and the offset left out",
            seen=seen,
        )
        advice = mark('If the clock means that offset, write date_zone = "UTC" under [incidents] in city.toml.')
        return stated, [Remark("offset_dropped", "accepted", with_offset, text, advice, column)]
    zone = "UTC" if date_zone.upper() == "UTC" else date_zone
    clocked = seconds.notna() & day.notna()
    bare = stated.where(clocked & offset.isna()).dt.tz_localize(zone, ambiguous=np.zeros(len(day), dtype=bool), nonexistent="shift_forward")
    own = (stated - pd.to_timedelta(offset, unit="m")).where(clocked & offset.notna()).dt.tz_localize("UTC")
    moved = bare.dt.tz_convert(timezone).dt.tz_localize(None).fillna(own.dt.tz_convert(timezone).dt.tz_localize(None))
    local = moved.fillna(stated).astype("datetime64[us]")
    changed = (local.dt.normalize() != day) & day.notna()
    text = told(
        "{rows} of {total} clocks were moved from {zone} to {timezone}; {changed} of them fall on another day",
        zone=zone,
        timezone=timezone,
        changed=f"{int(changed.sum()):,}",
    )
    return local, [Remark("zone_converted", "accepted", clocked.to_numpy(), text, "", column)]

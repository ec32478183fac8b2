"""Clocks that are no clocks: all midnight, a midnight written in UTC, or one minute that stands for "not known"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.readers.faults import MidnightZoneError
from hotspots.readers.report import Mask, Remark
from hotspots.words import mark, told

_ENOUGH = 12  # clocks, to say what all of them are
_HOUR, _DAY = 3600.0, 86400.0
_NOON = 12.0
_SHARE, _LEAST = 0.15, 20  # of all clocks at one minute that is often written for none; clocks at it
_DEFAULTS = (0.0, 60.0, 43200.0, 86340.0)  # 00:00, 00:01, 12:00, 23:59


@dataclass(frozen=True, eq=False)
class Clocks:
    """Days and seconds since midnight (missing where the hour is not known), and what was noticed."""

    day: pd.Series
    seconds: pd.Series
    remarks: list[Remark]


def believed(day: pd.Series, seconds: pd.Series, *, timezone: str, zone_said: bool, column: str) -> Clocks:
    """Return the days and clocks that can be believed.

    Clocks that all say 00:00 know no hour. Clocks that all say one full hour, or two that follow each other as summer time makes
    them, are a midnight written in UTC: no hour is known, and the day is that of the city's `timezone`, where it is known ("UTC" stands
    for "not known"). `zone_said` is whether city.toml says what zone the clocks are in. Raises `MidnightZoneError` where the day hangs
    on the zone and nobody said it.

    >>> days = pd.Series(pd.to_datetime(["2021-01-01", "2021-07-02"] * 10))
    >>> read = believed(days, pd.Series([18000.0, 14400.0] * 10), timezone="America/New_York", zone_said=False, column="date")
    >>> read.seconds.notna().any(), (read.day == days).all(), [remark.code for remark in read.remarks]
    (np.False_, np.True_, ['utc_midnight'])
    """
    known = seconds[day.notna()].dropna()
    hours = np.unique(known)
    if len(hours) == 1 and hours[0] == 0:
        said = mark("every clock says 00:00, so the hour is taken as not known")
        return Clocks(day, _no_clock(seconds), [Remark("no_clock", "accepted", day.notna().to_numpy(), said, column=column)])
    if len(known) < _ENOUGH or not _one_hour(hours):
        return Clocks(day, seconds, _often(seconds, column))
    moved = _local_day(day, seconds, hours / _HOUR, timezone=timezone, zone_said=zone_said, column=column)
    listed = ", ".join(f"{int(hour // _HOUR):02d}:00" for hour in hours)
    text = told(
        "every clock says {hours}, as a midnight written in UTC does, or a clock for none; the hour is not known, and {changed} of {total} "
        "days were moved by one",
        hours=listed,
        changed=f"{int((moved != day)[day.notna()].sum()):,}",
    )
    return Clocks(moved, _no_clock(seconds), [Remark("utc_midnight", "accepted", seconds.notna().to_numpy(), text, column=column)])


def _no_clock(seconds: pd.Series) -> pd.Series:
    return pd.Series(np.nan, index=seconds.index, dtype="float64")


def _one_hour(hours: np.ndarray) -> bool:
    """Return whether the clocks are one full hour, or two next to each other."""
    whole = bool((hours % _HOUR == 0).all())
    return whole and (len(hours) == 1 or (len(hours) == 2 and (hours[1] - hours[0]) in (_HOUR, _DAY - _HOUR)))


def _local_day(day: pd.Series, seconds: pd.Series, hours: np.ndarray, *, timezone: str, zone_said: bool, column: str) -> pd.Series:
    """Return the days in the city: as written west of Greenwich, where UTC is ahead by less than half a day; else the day after."""
    if zone_said:
        return day
    stated = day + pd.to_timedelta(seconds.fillna(0), unit="s").astype("timedelta64[us]")
    if timezone != "UTC":
        local = stated.dt.tz_localize("UTC").dt.tz_convert(timezone).dt.tz_localize(None)
        midnight = bool((local == local.dt.normalize())[day.notna() & seconds.notna()].all())
        return local.dt.normalize().astype(day.dtype).where(seconds.notna(), day) if midnight else day
    if hours.max() <= _NOON:
        return day
    if len(hours) == 1:
        raise MidnightZoneError(column, f"{int(hours[0]):02d}:00", int(seconds.notna().sum()))
    return (day + pd.Timedelta(days=1)).astype(day.dtype).where(seconds.notna() & (seconds > 0), day)


def stand_for_none(rows: int, known: int) -> bool:
    """Return whether so many of the `known` clocks say one minute that it is written for an hour that is not known.

    >>> stand_for_none(20, 100), stand_for_none(20, 200), stand_for_none(12, 12)
    (True, False, True)
    """
    return rows >= max(_LEAST, _SHARE * known) or rows == known >= _ENOUGH


def _often(seconds: pd.Series, column: str) -> list[Remark]:
    """Return a remark on each minute that is often written for "not known" and that holds far more clocks than a minute does."""
    known = int(seconds.notna().sum())
    remarks = []
    for default in _DEFAULTS:
        where: Mask = (seconds == default).to_numpy(dtype=bool)
        odd = stand_for_none(int(where.sum()), known)
        text = told(
            "{rows} of {total} rows have the clock {clock}; that may stand for an hour that is not known",
            clock=f"{int(default // 3600):02d}:{int(default % 3600 // 60):02d}",
        )
        advice = mark("Ask the source; if so, empty these clocks in the file.")
        remarks.append(Remark("clock_pile", "accepted", where & odd, text, advice, column))
    return remarks

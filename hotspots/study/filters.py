"""What a study is filtered by: the fields, the values that each takes, and which incidents have them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.store.schema import INCIDENT_FIELDS, UNKNOWN, DataError, Incidents, ages_of
from hotspots.study.memo import kept
from hotspots.study.times import TIMES, time_codes
from hotspots.words import told

Where = tuple[tuple[str, tuple[str, ...]], ...]
FILTERS: tuple[str, ...] = (*(row.name for row in INCIDENT_FIELDS if row.kind == "word"), "age", *TIMES)


def check_where(where: Where, incidents: Incidents) -> None:
    """Raise a `DataError` with every filter that these incidents cannot meet."""
    faults = []
    for name, values in where:
        if name not in FILTERS:
            faults.append(told("where: {name} cannot be filtered; use one of {listed}", name=repr(name), listed=", ".join(FILTERS)))
            continue
        if name not in (*incidents.columns, *TIMES) or (name == "weekday" and "day_known" in incidents.columns):
            faults.append(told("where: these data have no {name}", name=name))
        allowed = TIMES.get(name) or next((row.values for row in INCIDENT_FIELDS if row.name == name and row.values), None)
        for value in values:
            if not (value in allowed if allowed else band(value)):
                hint = ", ".join(allowed) if allowed else told("a band such as 15-29, 65+ or unknown")
                faults.append(told("where: {name} has no value {value}; use {listed}", name=name, value=repr(value), listed=hint))
    if faults:
        raise DataError(faults)


def check_months(incidents: Incidents, start: pd.Timestamp, end: pd.Timestamp) -> None:
    """Raise a `DataError` where a period begins or ends within a month though days are not known."""
    if "day_known" in incidents.columns and (start.day, end.day) != (1, 1):
        raise DataError(
            told(
                "study: of these homicides the month is known and not the day, so a period begins and ends with a month, and not on {day}",
                day=(start if start.day != 1 else end).date(),
            )
        )


def band(text: str) -> tuple[float, float] | str | None:
    """Return the ages that a band such as `15-29` or `65+` spans, the word `unknown` as it is, and None for anything else.

    >>> band("15-29"), band("x")
    ((15.0, 29.0), None)
    """
    return UNKNOWN if text == UNKNOWN else ages_of(text)


def matches(incidents: Incidents, name: str, values: tuple[str, ...]) -> np.ndarray:
    """Return which incidents have one of the values of a field."""
    if name != "age":
        codes, words = kept(incidents, _coded, name)
        return np.asarray(np.append(np.isin(words, values), False)[codes])
    column = incidents[name]
    keep = np.zeros(len(column), dtype=bool)
    for value in values:
        ages = band(value)
        if isinstance(ages, tuple):
            keep |= np.asarray((column >= ages[0]) & (column < ages[1] + 1))
        else:
            keep |= np.asarray(column.isna())
    return keep


def passing(incidents: Incidents, where: Where) -> np.ndarray:
    """Return which incidents have, of each field that is filtered by, one of the values chosen."""
    keep = np.ones(len(incidents), dtype=bool)
    for name, values in where:
        keep &= matches(incidents, name, values)
    return keep


def _coded(incidents: Incidents, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column of words as numbers and the words they stand for (−1: missing)."""
    if name in TIMES:
        return time_codes(incidents, name), np.asarray(TIMES[name], dtype=object)
    codes, words = pd.factorize(incidents[name])
    return codes.astype(np.int8 if len(words) < 128 else np.intp), np.asarray(words, dtype=object)


def events(incidents: Incidents) -> np.ndarray:
    """Return a number for the event of each incident, the same for those killed together; −1 where it is not known."""
    return np.asarray(pd.factorize(incidents["event_id"])[0].astype(np.int32))


def usable(incidents: Incidents) -> np.ndarray:
    """Return which incidents have a usable place of their own."""
    return np.asarray(incidents["unplaced"] == "", dtype=bool)


def any_placed(incidents: Incidents) -> bool:
    """Return whether the place of any incident is known; of none at all nothing is missing."""
    return not len(incidents) or bool((incidents["unplaced"] == "").any())

"""What a study can be filtered by: the words of the incidents' own columns, bands of ages and of hours, days of the week."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotspots.store.schema import INCIDENT_FIELDS, UNKNOWN, DataError, Incidents, ages_of
from hotspots.study.memo import kept
from hotspots.words import told

Where = tuple[tuple[str, tuple[str, ...]], ...]
WEEKDAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OF_COLUMN: Mapping[str, str] = {"age": "age", "hours": "hour", "weekdays": "date"}  # what other filters than words look at
FILTERS: tuple[str, ...] = (*(row.name for row in INCIDENT_FIELDS if row.kind == "word"), *OF_COLUMN)


def check_where(where: Where, incidents: Incidents) -> None:
    """Raise a `DataError` that names every filter that these incidents do not have, and every value that a filter does not take."""
    faults = []
    for name, values in where:
        if name not in FILTERS:
            faults.append(told("where: {name} cannot be filtered; use one of {listed}", name=repr(name), listed=", ".join(FILTERS)))
            continue
        if OF_COLUMN.get(name, name) not in incidents.columns:
            faults.append(told("where: these data have no {name}", name=name))
        allowed = _words_of(name)
        for value in values:
            if not takes(name, value):
                ages, hours = told("a band such as 15-29, 65+ or unknown"), told("a band of hours such as 20-23, or unknown")
                hint = ", ".join(allowed) if allowed else hours if name == "hours" else ages
                faults.append(told("where: {name} has no value {value}; use {listed}", name=name, value=repr(value), listed=hint))
    if faults:
        raise DataError(faults)


def _words_of(name: str) -> tuple[str, ...]:
    """Return the words that a filter takes; none where it takes bands of numbers."""
    return WEEKDAYS if name == "weekdays" else next((row.values for row in INCIDENT_FIELDS if row.name == name), ())


def takes(name: str, value: str) -> bool:
    """Return whether a filter has this value.

    >>> takes("weekdays", "fri"), takes("hours", "20-23"), takes("hours", "20-24"), takes("age", "15-29"), takes("sex", "x")
    (True, True, False, True, False)
    """
    words = _words_of(name)
    if words:
        return value in words
    return hours_of(value) is not None if name == "hours" else band(value) is not None


def hours_of(text: str) -> tuple[int, int] | str | None:
    """Return the first and the last hour of a band such as `20-23`, the word `unknown` as it is, and None for anything else.

    >>> hours_of("20-23"), hours_of("5-5"), hours_of("23-2")
    ((20, 23), (5, 5), None)
    """
    if text == UNKNOWN:
        return UNKNOWN
    found = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text)
    first, last = (int(found[1]), int(found[2])) if found else (24, 0)
    return (first, last) if first <= last < 24 else None


def band(text: str) -> tuple[float, float] | str | None:
    """Return the ages that a band such as `15-29` or `65+` spans, the word `unknown` as it is, and None for anything else.

    >>> band("15-29"), band("x")
    ((15.0, 29.0), None)
    """
    return UNKNOWN if text == UNKNOWN else ages_of(text)


def matching(incidents: Incidents, name: str, values: tuple[str, ...]) -> np.ndarray:
    """Return which incidents a filter keeps."""
    if name == "weekdays":
        return np.asarray(incidents["date"].dt.day_of_week.isin([WEEKDAYS.index(value) for value in values]))
    if name not in OF_COLUMN:
        codes, words = kept(incidents, _coded, name)
        return np.asarray(np.append(np.isin(words, values), False)[codes])
    column = incidents[OF_COLUMN[name]]
    keep = np.zeros(len(column), dtype=bool)
    for value in values:
        ends = hours_of(value) if name == "hours" else band(value)
        if isinstance(ends, tuple):
            keep |= np.asarray((column >= ends[0]) & (column < ends[1] + 1))
        else:
            keep |= np.asarray(column.isna())
    return keep


def _coded(incidents: Incidents, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column of words as numbers and the words they stand for (−1: missing)."""
    codes, words = pd.factorize(incidents[name])
    return codes.astype(np.int8 if len(words) < 128 else np.intp), np.asarray(words, dtype=object)

"""Columns that say less than their name: an event that holds one row only, and dates of something else than the killing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.readers.columns.dates import share_dated
from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS
from hotspots.readers.columns.values import is_missing
from hotspots.readers.faults import LoneEventError
from hotspots.readers.report import Remark
from hotspots.words import mark, told

_GROUPS = 3  # groups of rows of one place and time, to doubt an id that never repeats


def shared_place_and_time(columns: pd.DataFrame) -> pd.Series:
    """Return the number of rows that say the same in every one of the columns, for each row; 1 where one says nothing.

    >>> shared_place_and_time(pd.DataFrame({"x": ["1", "1", "", ""], "date": ["d", "d", "d", "d"]})).tolist()
    [2, 2, 1, 1]
    """
    said = ~np.logical_or.reduce([is_missing(columns[name].astype("str")) for name in columns.columns])
    size = columns.groupby(list(columns.columns), dropna=False)[columns.columns[0]].transform("size")
    return size.where(said, 1)


def lone_event(columns: pd.DataFrame, ids: pd.Series, *, column: str, file: str) -> LoneEventError | None:
    """Return the doubt about an event id that never repeats although groups of rows share place and time, as victims of one event do.

    `columns` are the place and the date with its clock, `ids` the column of the event.
    """
    stated = ids[~is_missing(ids)]
    if columns.empty or not stated.is_unique:
        return None
    size = shared_place_and_time(columns)
    rows = int((size > 1).sum())
    groups = round(float((1 / size[size > 1]).sum()))
    return LoneEventError(file, column, tuple(stated.iloc[:3]), groups, rows) if groups >= _GROUPS else None


def lone_remark(fields: pd.DataFrame, ids: pd.Series, column: str) -> Remark:
    """Return a remark on the rows that share place, day and hour while their event ids never repeat."""
    keys = pd.DataFrame({"date": fields["date"], "place": [None if point is None else point.wkb for point in fields["geometry"]]})
    stated = ids[~is_missing(ids)]
    size = keys.groupby(["date", "place"])["date"].transform("size").fillna(1) if stated.is_unique else pd.Series(1, index=keys.index)
    where = ((size > 1) & fields["hour"].notna()).to_numpy(dtype=bool)
    where = where & (keys[where].drop_duplicates().shape[0] >= _GROUPS)
    text = told(
        "{rows} of {total} rows share their place and hour with another, yet no two rows share an event in {column}: near repeats "
        "would count victims of one event as a series",
        column=repr(column),
    )
    return Remark("lone_events", "accepted", where, text, mark("If they are of one event, leave event_id out of city.toml."), column)


def other_dates(columns: pd.DataFrame, used: str) -> list[Remark]:
    """Return a remark on the first other column of dates that lie on other days than those that are used."""
    known = set(INCIDENT_COLUMNS["date"])
    parts = used.split(" + ")
    for name in columns.columns:
        text = columns[name]
        if name in (used, *parts) or plain(str(name)) not in known or share_dated(text) <= 0.5:
            continue
        apart = (text.str.strip().str[:10] != columns[used].str.strip().str[:10]).to_numpy(dtype=bool) & ~is_missing(text).to_numpy(
            dtype=bool
        )
        said = told("{rows} of {total} rows have another date in {other}; used is {column}", other=repr(name), column=repr(used))
        return [
            Remark(
                "other_dates",
                "accepted",
                apart,
                said,
                mark("If the other is the day of the killing, name it under date in city.toml."),
                str(name),
            )
        ]
    return []

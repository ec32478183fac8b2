"""What came in late: the homicides of a version beside those of the version before it, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from hotspots import store

LATE = 30  # days


@dataclass(frozen=True)
class Arrivals:
    """What a version holds that the one before it did not, for the days that the one before covered.

    `before` and `now` are the moments of publication (UTC, ISO text), `until` the end of what the version before covered (exclusive).
    `late` counts the people killed before `until` who stand only in the newer version, `very_late` those of them killed more than 30 days
    before `until`, `withdrawn` those who stand only in the older one. At least so many: of one killing taken out and one put in on the
    same day nothing is seen, nor of a change that leaves the day alone.
    """

    before: str
    now: str
    until: pd.Timestamp
    late: int
    very_late: int
    withdrawn: int


def arrivals(slug: str, number: int) -> Arrivals | None:
    """Return what came in late between version `number` of a city and the one published before it; None where there is none to compare.

    Only numbers for each day are compared, so it works where the agency gives no case number. Raises a `StoreError` where the version
    does not exist. A damaged version before it counts as none.
    """
    older = [one for one in store.versions(slug) if one < number]
    if not older:
        return None
    now = store.current(slug, number)
    try:
        before = store.current(slug, older[-1])
        old, until = _by_day(before)
    except store.DamageError:
        return None
    new = _by_day(now)[0]
    more = new[new.index < until].sub(old[old.index < until], fill_value=0)
    added, gone = more.clip(lower=0), (-more).clip(lower=0)
    very = added[added.index < until - pd.Timedelta(days=LATE)]
    published = (str(before.manifest["published"]), str(now.manifest["published"]))
    return Arrivals(*published, until, int(added.sum()), int(very.sum()), int(gone.sum()))


def _by_day(version: store.Version) -> tuple[pd.Series, pd.Timestamp]:
    """Return how many were killed on each day, and the end of what the version covers."""
    counts = store.read(version, "incidents")["date"].dt.normalize().value_counts()
    return counts.sort_index(), pd.Timestamp(version.manifest["facts"]["end"])


@dataclass(frozen=True, eq=False)
class Differences:
    """The people killed who stand in one of two versions only: `added`, `withdrawn`; and those `corrected`, with the columns that changed.

    No number of a case ties the versions together: rows that say the same are the same. Of what is left, one row for one of the same day
    is a correction, the one at the same spot first; so `added` and `withdrawn` are never both of one day.
    """

    added: pd.DataFrame
    withdrawn: pd.DataFrame
    corrected: tuple[tuple[Any, tuple[str, ...]], ...]


def differences(old: pd.DataFrame, new: pd.DataFrame) -> Differences:
    """Return how the people killed of a newer version differ from those of an older one.

    >>> from hotspots.testing import square_city
    >>> def city(places, days):
    ...     return square_city(places, dates=days)[0]
    >>> old = city([(1, 1), (2, 2)], ["2020-01-01", "2020-01-02"])
    >>> found = differences(old, city([(1, 1), (9, 9), (3, 3)], ["2020-01-01", "2020-01-02", "2020-01-05"]))
    >>> len(found.added), len(found.withdrawn), [fields for _, fields in found.corrected]
    (1, 0, [('place',)])
    """
    fields = [name for name in new.columns if name in old.columns and name not in _NOT_SAID]
    one, other = _said(old, fields), _said(new, fields)
    gone, more = _left(one, other), _left(other, one)
    pairs = []
    for by in (["day", "place"], ["day"]):
        matched = _matched(gone, more, by)
        pairs += matched
        gone = gone.drop([before for before, _ in matched])
        more = more.drop([after for _, after in matched])
    rows = {row.Index: row for row in new.loc[[after for _, after in pairs]].itertuples()}
    corrected = tuple((rows[after], _changed(one.loc[before], other.loc[after])) for before, after in pairs)
    return Differences(new.loc[more.index], old.loc[gone.index], corrected)


_NOT_SAID = frozenset({"geometry", "event_id", "block_id", "hour", "unplaced"})  # said by the others, or worked out anew each time


def _said(rows: pd.DataFrame, fields: list[str]) -> pd.DataFrame:
    """Return what each row says, as text: its day, its spot to the metre, and `fields`."""
    geometry = rows.geometry
    x, y = geometry.x.round(), geometry.y.round()
    table = pd.DataFrame({name: rows[name].astype("object").map(str) for name in fields}, index=rows.index)
    place = x.astype("object").map(str) + " " + y.astype("object").map(str)
    return table.assign(day=rows["date"].dt.normalize().astype("object").map(str), place=place)


def _changed(before: pd.Series, after: pd.Series) -> tuple[str, ...]:
    return tuple(name for name in before.index if before[name] != after[name])


def _left(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that `other` does not have: of three alike beside two alike there, one."""
    columns = list(table.columns)
    numbered = table.assign(nth=table.groupby(columns).cumcount())
    there = set(other.assign(nth=other.groupby(columns).cumcount()).itertuples(index=False, name=None))
    return table[[row not in there for row in numbered.itertuples(index=False, name=None)]]


def _matched(gone: pd.DataFrame, more: pd.DataFrame, by: list[str]) -> list[tuple[Any, Any]]:
    """Return pairs of rows, one of each table, that agree in the columns `by`."""
    waiting: dict[tuple[Any, ...], list[Any]] = {}
    for index, *key in gone[by].itertuples(name=None):
        waiting.setdefault(tuple(key), []).append(index)
    pairs = []
    for index, *key in more[by].itertuples(name=None):
        if waiting.get(tuple(key)):
            pairs.append((waiting[tuple(key)].pop(0), index))
    return pairs

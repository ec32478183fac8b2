"""What came in late: the homicides of a version beside those of the version before it, day by day."""

from __future__ import annotations

from dataclasses import dataclass

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

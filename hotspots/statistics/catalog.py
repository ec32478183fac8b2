"""Every measure, in the order of the menus. Menus, maps, downloads, the method page and the tests read this list."""

from __future__ import annotations

from hotspots.statistics import (
    change,
    clusters,
    concentration,
    density,
    priorities,
    rates,
    trends,
)
from hotspots.statistics.measure import Measure
from hotspots.store.schema import DataError
from hotspots.words import told

MEASURES: tuple[Measure, ...] = (
    *rates.MEASURES,
    *clusters.MEASURES,
    *density.MEASURES,
    *concentration.MEASURES,
    *trends.MEASURES,
    *change.MEASURES,
    *priorities.MEASURES,
)


def measure(key: str) -> Measure:
    """Return the measure called `key`; a `DataError` names those that exist.

    >>> measure("rate").unit
    'homicides per 100,000 residents a year'
    """
    for row in MEASURES:
        if row.key == key:
            return row
    raise DataError(told("measure: there is no {key}; use one of {listed}", key=repr(key), listed=", ".join(row.key for row in MEASURES)))

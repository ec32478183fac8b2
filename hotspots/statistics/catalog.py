"""Every measure, in the order of the menus. Menus, maps, downloads, the method page and the tests read this list."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from hotspots import statistics
from hotspots.statistics.measure import Measure
from hotspots.store.schema import DataError
from hotspots.study.options import REPLACED
from hotspots.words import told

ORDER: tuple[str, ...] = ("rates", "clusters", "density", "concentration", "trends", "change", "priorities")  # of the families in menus


def families() -> tuple[str, ...]:
    """Return the families of statistics: those of `ORDER` first, then every other module of the room, so that no family's rows go unread.

    >>> families()[:2], "victims" in families()
    (('rates', 'clusters'), True)
    """
    found = {one.name for one in iter_modules(statistics.__path__)} - {"catalog", "measure"}
    return (*ORDER, *sorted(found - set(ORDER)))


def rows() -> tuple[Measure, ...]:
    """Return the rows of every family that has any."""
    return tuple(row for family in families() for row in getattr(import_module(f"{statistics.__name__}.{family}"), "MEASURES", ()))


MEASURES: tuple[Measure, ...] = rows()


def measure(key: str) -> Measure:
    """Return the measure called `key`, or what took its place; a `DataError` names those that exist.

    >>> measure("rate").unit
    'homicides per 100,000 residents a year'
    """
    for row in MEASURES:
        if row.key == REPLACED.get(key, key):
            return row
    raise DataError(told("measure: there is no {key}; use one of {listed}", key=repr(key), listed=", ".join(row.key for row in MEASURES)))

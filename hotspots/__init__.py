"""Homicides block by block: counts, rates, density and change.

>>> import hotspots as hs
>>> hs.catalog.MEASURES[0].key
'count'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotspots.study import Study

__version__ = "0.1.0"
__all__ = [
    "Study",
    "catalog",
    "charts",
    "cities",
    "clusters",
    "concentration",
    "density",
    "exports",
    "interventions",
    "logbook",
    "rates",
    "schema",
    "selection",
    "store",
    "testing",
    "trends",
    "units",
    "view",
]


def __getattr__(name: str) -> Any:
    """Load a part of the package when it is first asked for, so that importing the package costs next to nothing."""
    if name == "Study":
        from hotspots.study import Study

        return Study
    if name in __all__:
        return import_module(f"hotspots.{name}")
    raise AttributeError(f"module 'hotspots' has no attribute {name!r}")

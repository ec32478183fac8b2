"""Homicides block by block: counts, rates, density and change.

>>> import hotspots as hs
>>> hs.catalog.MEASURES[0].key
'count'
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotspots.study import Study

__version__ = "0.1.0"
# The names by which other programs know the parts, and where each stands: `hs.rates` and `from hotspots.rates import rate` both work.
NAMES: dict[str, str] = {
    "breaks": "inference.level_shift",
    "catalog": "statistics.catalog",
    "change": "statistics.change",
    "charts": "drawing.charts",
    "cities": "cities",
    "clusters": "statistics.clusters",
    "concentration": "statistics.concentration",
    "density": "statistics.density",
    "disclosure": "release",
    "exports": "drawing.exports",
    "interventions": "statistics.interventions",
    "logbook": "cities.logbook",
    "priorities": "statistics.priorities",
    "rates": "statistics.rates",
    "repeats": "statistics.repeats",
    "schema": "store.schema",
    "selection": "study.selection",
    "store": "store",
    "testing": "study.testing",
    "trends": "statistics.trends",
    "units": "geography.units",
    "victims": "statistics.victims",
    "view": "views.map_view",
}
__all__ = ["Study", *NAMES]


def __getattr__(name: str) -> Any:
    """Load a part of the package when it is first asked for, so that importing the package costs next to nothing."""
    if name == "Study":
        from hotspots.study import Study

        return Study
    if name in NAMES:
        return import_module(f"hotspots.{NAMES[name]}")
    raise AttributeError(f"module 'hotspots' has no attribute {name!r}")


class _Names(MetaPathFinder, Loader):
    """Finds `hotspots.NAME`, and what stands below it, where `NAMES` says."""

    def __init__(self) -> None:
        self.specs: dict[str, ModuleSpec | None] = {}

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Return a spec for a name of `NAMES` that is no folder of its own."""
        package, _, rest = fullname.partition(".")
        first, dot, below = rest.partition(".")
        if package != "hotspots" or NAMES.get(first, first) == first:
            return None
        return ModuleSpec(fullname, self, origin=f"hotspots.{NAMES[first]}{dot}{below}")

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module itself: both names give one and the same."""
        found = import_module(str(spec.origin))
        self.specs[found.__name__] = found.__spec__
        return found

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own spec back, which the import machinery has just replaced."""
        module.__spec__ = self.specs.pop(module.__name__)


sys.meta_path.append(_Names())

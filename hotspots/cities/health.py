"""Whether what the store holds is what was published: headline numbers written down and worked out again, and what stands in for damage."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hotspots import store
from hotspots.geography import units
from hotspots.store.schema import Blocks, Incidents
from hotspots.words import Told, told


@dataclass(frozen=True)
class Checked:
    """What became of one version: its faults in words (none: intact), and its headline numbers, written down and worked out again.

    `number` 0 stands for the pointer to the version served. `recorded` is None in versions published before these were written down.
    """

    number: int
    served: bool
    published: str
    faults: tuple[Told, ...]
    recorded: dict[str, Any] | None
    found: dict[str, Any] | None


def headline(incidents: pd.DataFrame, blocks: pd.DataFrame, totals: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return victims, located, inside, population and victims by year; of published totals their rows and their sum.

    >>> from hotspots.testing import square_city
    >>> headline(*square_city([(5, 5), (99, 99), None]))
    {'victims': 3, 'located': 2, 'inside': 1, 'population': 4000.0, 'by_year': {'2020': 3}}
    """
    people = float(blocks["population"].sum(min_count=1))
    found = {
        "victims": len(incidents),
        "located": int((incidents["unplaced"] == "").sum()),
        "inside": int(units.assign(Incidents(incidents), Blocks(blocks)).notna().sum()),
        "population": None if people != people else round(people, 6),
        "by_year": {str(year): int(n) for year, n in incidents["date"].dt.year.value_counts().sort_index().items()},
    }
    return found if totals is None else found | {"totals_rows": len(totals), "totals_sum": float(totals["count"].sum())}


def check(slug: str) -> list[Checked]:
    """Return what became of every version of a city, oldest first: each file's bytes, and the headline numbers from what is in them.

    Raises a `StoreError` where the store has no such city.
    """
    now = store.served(slug)
    return [_checked(slug, number, faults, served=number == now) for number, faults in sorted(store.check(slug).items())]


def _checked(slug: str, number: int, faults: tuple[Told, ...], *, served: bool) -> Checked:
    if faults:
        return Checked(number, served, "", faults, None, None)
    version = store.current(slug, number)
    recorded = version.manifest["facts"].get("headline")
    tables = [store.read(version, name) if store.has(version, name) else None for name in ("incidents", "blocks", "area_counts")]
    if tables[0] is None or tables[1] is None:
        return Checked(
            number, served, version.manifest["published"], (told("the tables of incidents and blocks are missing"),), recorded, None
        )
    found = headline(tables[0], tables[1], tables[2])
    differ = [] if recorded is None else [name for name in sorted({*found, *recorded}) if found.get(name) != recorded.get(name)]
    faults = tuple(
        told("{name}: {before} when it was published, {now} in its files now", name=name, before=recorded.get(name), now=found.get(name))
        for name in differ
    )
    return Checked(number, served, version.manifest["published"], faults, recorded, found)


def stored(slug: str) -> tuple[store.Version | None, int | None]:
    """Return the version served and None; where it or the pointer cannot be read, the one that stands in and the number it stands in for.

    Only manifests are looked at. The number is 0 where even the pointer is lost; the version None where nothing can be read.
    """
    try:
        return store.current(slug), None
    except store.StoreError:
        for other in store.instead(slug):
            with contextlib.suppress(store.StoreError):
                return store.current(slug, other), store.served(slug) or 0
    return None, None

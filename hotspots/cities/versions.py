"""A city as versions of the store: published whole or not at all, and loaded again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from hotspots import store
from hotspots.cities.city import City, read_folder, slug_of
from hotspots.cities.health import headline
from hotspots.cities.steps import Progress, Steps
from hotspots.readers.cityfile.checking import read_city_file
from hotspots.readers.isolation.limits import allowed
from hotspots.readers.isolation.running import Stop, isolated
from hotspots.readers.report import QualityReport
from hotspots.readers.sections import Note, TotalsTable, UnitCost
from hotspots.store.schema import AreaCounts, Blocks, Incidents
from hotspots.words import told

_T = TypeVar("_T")


def publish(city: City, *, held: store.Lock | None = None) -> City:
    """Publish the city as the next version of its slug and return it with its version number; `held` is its lock, if it is held.

    Where the version served says the same already, nothing is published, and that version's number is returned.
    """
    tables = {"incidents": city.incidents, "blocks": city.blocks, "context": city.context}
    others = {"segments": city.segments, "gazetteer": city.gazetteer, "area_counts": city.totals, "partial_counts": city.partial}
    tables |= {name: table for name, table in others.items() if table is not None}
    version = store.publish(city.slug, tables, _facts(city), held=held, unless_same=True)
    return replace(city, version=version.number, content=store.content(version))


def import_folder(
    folder: Path | str, progress: Progress | None = None, *, named: Collection[Path] | None = None, stop: Stop | None = None
) -> City:
    """Read the folder and publish what was read: a new version, or a `DataError` and nothing changed.

    The files are read in a process of its own, within limits and without a network; `stop` ends it, and so does a limit, with a
    `ReadingEndedError`. One import of a city at a time: a second one is told at once, by a `StoreError`, who is importing and since when.
    """
    with store.lock(slug_of(Path(folder))) as held:
        city_file = read_city_file(Path(folder), named=named)
        say = Steps(city_file, progress)
        most = allowed(city_file.files())
        city = isolated(
            read_folder, Path(folder), progress=say.passed_on, named=None if named is None else tuple(named), stop=stop, most=most
        )
        say(told("publishing {city}", city=city.name))
        return publish(city, held=held)


def load(slug: str, number: int | None = None) -> City:
    """Return a published city: the version served now, or the one of the given number. Raises `StoreError` where there is none.

    Where the version served is damaged, the newest intact one before it stands in (then the newest after it), and
    `City.fallback_from` says which one it stands in for. A version asked for by its number that is not served has no stand-in.
    """
    city, fallen = _intact(slug, number, _stored)
    return city if fallen is None else replace(city, fallback_from=fallen)


@dataclass(frozen=True)
class Standing:
    """What `load` would return now, without its tables: which version, the hash of what it holds, and what it stands in for."""

    slug: str
    version: int
    content: str
    fallback_from: int | None = None


def standing(slug: str, number: int | None = None) -> Standing:
    """Return what `load` would return now, and raise as it does. Files are read only where they changed since they were last read."""
    version, fallen = _intact(slug, number, _whole)
    return Standing(slug, version.number, store.content(version), fallen)


def holding(slug: str, number: int, content: str) -> City:
    """Return the version of a city that holds what `content` is the hash of; a `DamageError` where it no longer does."""
    try:
        version = store.current(slug, number)
        if store.content(version) != content:
            raise store.DamageError(told("version {version} of {city} holds other data now; load it again", version=number, city=slug))
        return _stored(version)
    except store.DamageError:
        store.look_again()
        raise


def _whole(version: store.Version) -> store.Version:
    if not store.unchanged(version):
        raise store.DamageError(store.verify(version) or [told("{city} was changed while it was read; load it again", city=version.slug)])
    return version


def _intact(slug: str, number: int | None, take: Callable[[store.Version], _T]) -> tuple[_T, int | None]:
    """Return what is taken of a version, or of the one that stands in for it, and then also the number of the damaged one."""
    try:
        return take(store.current(slug, number)), None
    except store.DamageError:
        served = store.served(slug)
        if number not in (None, served):
            raise
        for other in store.instead(slug):
            with contextlib.suppress(store.DamageError):
                return take(store.current(slug, other)), served or 0
        raise


def _stored(version: store.Version) -> City:
    facts = version.manifest["facts"]
    lost = [name for name in (*_PLAIN, "notes", "report", "start", "end") if name not in facts]
    if lost:
        what = told("version {number} of {city}", number=version.number, city=repr(version.slug))
        raise store.DamageError(told("{version} does not say its {facts}; import the city again", version=what, facts=", ".join(lost)))
    return City(
        slug=version.slug,
        incidents=Incidents(store.read(version, "incidents")),
        blocks=Blocks(store.read(version, "blocks")),
        context=store.read(version, "context"),
        segments=store.read(version, "segments") if store.has(version, "segments") else None,
        gazetteer=store.read(version, "gazetteer") if store.has(version, "gazetteer") else None,
        totals=AreaCounts(store.read(version, "area_counts")) if store.has(version, "area_counts") else None,
        partial=AreaCounts(store.read(version, "partial_counts")) if store.has(version, "partial_counts") else None,
        tables={name: TotalsTable(**row) for name, row in facts.get("tables", {}).items()},
        called=facts.get("called", {}),
        covers_stated=bool(facts.get("covers_stated")),
        costs=UnitCost(**facts["costs"]) if facts.get("costs") else None,
        notes=tuple(Note.from_plain(row) for row in facts["notes"]),
        report=QualityReport.from_dict(facts["report"]),
        start=pd.Timestamp(facts["start"]),
        end=pd.Timestamp(facts["end"]),
        version=version.number,
        content=store.content(version),
        **{key: facts[key] for key in _PLAIN},
    )


_PLAIN = ("name", "language", "timezone", "source", "licence", "epsg", "fictional", "population_year", "fingerprint")


def _facts(city: City) -> dict[str, Any]:
    """Return everything about the city that is not a table, as plain values for the manifest."""
    return {
        **{key: getattr(city, key) for key in _PLAIN},
        "victims": city.report.victims,
        "headline": headline(city.incidents, city.blocks, city.totals),
        "only_totals": city.only_totals,
        "called": dict(city.called),
        "tables": {name: asdict(one) for name, one in city.tables.items()},
        "covers_stated": city.covers_stated,
        "costs": asdict(city.costs) if city.costs else None,
        "start": city.start.isoformat(),
        "end": city.end.isoformat(),
        "notes": [note.as_plain() for note in city.notes],
        "report": city.report.to_dict(),
    }

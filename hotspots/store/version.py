"""Versions of a city's data: published whole or not at all, and checked before they are read; the same wherever they lie (`Shelf`)."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from hotspots.store import checked_json, geometry_tables
from hotspots.store.formats import FORMAT, DamageError, NewerError, StoreError, check_format
from hotspots.store.keeping import kept, leaving, published_at
from hotspots.store.shelves import MANIFEST, Lock, Tables, shelf
from hotspots.words import Told, told

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class Version:
    """One published version: `manifest` holds version, published (UTC), facts and the hash of each file."""

    slug: str
    number: int
    manifest: dict[str, Any]


@contextlib.contextmanager
def lock(slug: str, *, wait: float = 0.0) -> Iterator[Lock]:
    """Hold the right to change a city's versions.

    Where another holds it for longer than `wait` seconds, a `StoreError` says who it is and since when.
    """
    if not _SLUG.fullmatch(slug):
        raise StoreError(told("{city} cannot be the short name of a city; use small letters, digits, - and _", city=repr(slug)))
    with shelf().lock(slug, wait=wait) as held:
        yield held


def publish(slug: str, tables: Tables, facts: Mapping[str, Any], *, held: Lock | None = None, unless_same: bool = False) -> Version:
    """Publish the tables as the next version of the city, whole or not at all, and remove versions beyond those kept.

    With `unless_same` the version served is returned where it is whole and holds the same already: then nothing is published.

    If anything fails on the way the version served before stays served. `held` is the city's lock where the caller has it already; without
    it this call takes the lock, and raises a `StoreError` that names who is importing and since when.
    """
    keep = kept("HOTSPOTS_KEEP", 1), kept("HOTSPOTS_KEEP_DAYS", 0)
    with contextlib.nullcontext(held) if held else lock(slug) as own:
        _refuse_newer(slug)
        place = shelf()
        place.sweep(own)
        there = place.listed(slug)
        number = max(_newest(slug), *there, 0) + 1
        manifest, files = build(number, tables, facts)
        same = _same(slug, manifest) if unless_same else None
        if same:
            return same
        dates = {old: published_at(place.take(slug, old, MANIFEST)) for old in there} | {number: datetime.now(UTC)}
        gone = [old for old in leaving(dates, newest=keep[0], days=keep[1], now=datetime.now(UTC)) if old != number]
        place.put(own, number, files, pointing(number, newest=number), gone=gone, tables=tables)
    return Version(slug, number, manifest)


def build(number: int, tables: Tables, facts: Mapping[str, Any], *, published: str = "") -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest of a version and its files, by their names; `published` left out is now."""
    files, known = {}, {}
    for name, table in tables.items():
        held = io.BytesIO()
        table.to_parquet(held, index=True)
        files[f"{name}.parquet"] = raw = held.getvalue()
        known[name] = {"sha256": hashlib.sha256(raw).hexdigest(), "rows": len(table)}
    published = published or datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "version": number, "published": published, "facts": dict(facts), "files": known}
    return manifest, {**files, MANIFEST: checked_json.sealed(manifest)}


def pointing(number: int, *, newest: int) -> bytes:
    """Return the pointer to a version. `newest` is the highest number ever served: what lies above it was left by a killed publication."""
    return checked_json.sealed({"version": number, "newest": newest})


def _refuse_newer(slug: str) -> None:
    """Raise a `NewerError` where the version served was written by a newer program: that one stays as it is."""
    try:
        current(slug)
    except NewerError:
        raise
    except StoreError:
        pass


def _same(slug: str, manifest: Mapping[str, Any]) -> Version | None:
    """Return the version served where it says the same as the manifest, and its files are whole."""
    try:
        version = current(slug)
    except StoreError:
        return None
    facts = json.loads(json.dumps(manifest["facts"]))
    same = version.manifest["files"] == manifest["files"] and version.manifest["facts"] == facts
    return version if same and not verify(version) else None


def rollback(slug: str, number: int | None = None) -> Version:
    """Serve an earlier version again: the one of the given number, else the newest intact one before the version served now.

    Only the pointer moves; nothing is deleted, and the next publication still gets a higher number. Raises a `StoreError`
    where there is no such version, or where its files are damaged.
    """
    if slug not in slugs():
        current(slug)
    with lock(slug) as held:
        if number is None:
            number = _earlier(slug)
        version = current(slug, number)
        faults = verify(version)
        if faults:
            what = told("{version} cannot be served again: {fault}", version=_named(slug, number), fault=faults[0])
            raise DamageError([what, *faults[1:]])
        newest = max(_newest(slug), *versions(slug))
        shelf().point(held, pointing(number, newest=newest), tables=Reading(version))
    return version


class Reading(Mapping[str, pd.DataFrame]):
    """The tables of a version, read when they are asked for."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def __getitem__(self, name: str) -> pd.DataFrame:
        return read(self.version, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.version.manifest["files"])

    def __len__(self) -> int:
        return len(self.version.manifest["files"])


def _earlier(slug: str) -> int:
    now = served(slug)
    for number in reversed(versions(slug)):
        if (now is None or number < now) and not _damage(slug, number):
            return number
    known = {"city": repr(slug), "now": now or told("unknown"), "there": ", ".join(map(str, versions(slug))) or told("none")}
    raise StoreError(
        told("{city} has no intact version before the one served now ({now}); versions there: {there}. Name one, or import again", **known)
    )


def _damage(slug: str, number: int) -> tuple[Told, ...]:
    try:
        return verify(current(slug, number))
    except DamageError as fault:
        return fault.faults


def check(slug: str) -> dict[int, tuple[Told, ...]]:
    """Return what is wrong with each version of a city, by number; an intact version has nothing. Every file is read.

    The number 0 stands for the pointer to the version served. Raises a `StoreError` where the store has no such city.
    """
    if slug not in slugs():
        current(slug)
    there = shelf().listed(slug)
    newest = _newest(slug) or max(there, default=0)
    found = {number: _damage(slug, number) for number in there if number <= newest}
    try:
        current(slug)
    except DamageError as fault:
        if (served(slug) or 0) not in found:
            found[0] = fault.faults
    return found


def verify(version: Version) -> tuple[Told, ...]:
    """Return what is wrong with the files of a version: lost, or not the bytes that were published; empty where it is intact."""
    faults: list[Told] = []
    for name in version.manifest["files"]:
        try:
            _bytes(version, name)
        except DamageError as fault:
            faults += fault.faults
    return tuple(faults)


def current(slug: str, number: int | None = None) -> Version:
    """Return the version served now, or the one of the given number; a `StoreError` names what there is instead.

    It is a `DamageError` where the version ought to be there, and its manifest, or the pointer to it, was damaged or lost.
    """
    pointer = _pointer(slug) if number is None and _SLUG.fullmatch(slug) else None
    there = versions(slug)  # after the pointer: a version that it names is in place already
    if number is None and pointer is None and there:
        raise DamageError(told("the pointer to the current version of {city} is gone; import the city again", city=repr(slug)))
    wanted = pointer["version"] if pointer else number
    if wanted is None or wanted not in there:
        if wanted is not None and (pointer or (_SLUG.fullmatch(slug) and wanted in shelf().listed(slug))):
            raise DamageError(told("{version} has lost its files; import the city again", version=_named(slug, wanted)))
        raise StoreError(_nothing(slug, number, there))
    raw = shelf().take(slug, wanted, MANIFEST)
    manifest = _sealed(raw, told("the manifest of {version}", version=_named(slug, wanted)))
    if manifest.get("version") != wanted:
        raise DamageError(told("the manifest of {version} belongs to another version; import the city again", version=_named(slug, wanted)))
    check_format(manifest, _named(slug, wanted))
    return Version(slug, wanted, manifest)


def _named(slug: str, number: int) -> Told:
    return told("version {number} of {city}", number=number, city=repr(slug))


def _nothing(slug: str, number: int | None, there: Sequence[int]) -> Told:
    what = told("published version of {city}", city=repr(slug)) if number is None else _named(slug, number)
    known = told("the store has {listed}", listed=", ".join(slugs())) if slugs() else told("it holds no city yet")
    if there:
        known = told("versions {listed} exist", listed=", ".join(map(str, there)))
    return told("the store has no {what}; {known}. Import the city first", what=what, known=known)


def served(slug: str) -> int | None:
    """Return the number that the pointer names, whatever became of that version; None where no pointer can be read."""
    try:
        pointer = _pointer(slug) if _SLUG.fullmatch(slug) else None
    except DamageError:
        return None
    return int(pointer["version"]) if pointer else None


def instead(slug: str) -> list[int]:
    """Return the versions that may stand in for the one served, should it be damaged: older ones first, the newest of them before."""
    now = served(slug)
    others = [number for number in reversed(versions(slug)) if number != now]
    return sorted(others, key=lambda number: now is not None and number > now)


def versions(slug: str) -> list[int]:
    """Return the numbers of the published versions of a city that have a manifest, ascending."""
    if not _SLUG.fullmatch(slug):
        return []
    newest = _newest(slug)
    return [number for number, whole in shelf().listed(slug).items() if whole and (not newest or number <= newest)]


def slugs() -> list[str]:
    """Return the cities that have a published version, in alphabetical order."""
    place = shelf()
    there = (slug for slug in place.cities() if _SLUG.fullmatch(slug))
    return sorted(slug for slug in there if place.pointer(slug) is not None or versions(slug))


def has(version: Version, name: str) -> bool:
    """Return whether the version holds the table `name`."""
    return name in version.manifest["files"]


def read(version: Version, name: str) -> pd.DataFrame:
    """Return a table of the version, after its bytes were found to be those that were published.

    A table with geometry comes back as a `GeoDataFrame`. Raises `StoreError` for a table that is not there, `DamageError` for one
    that was damaged.
    """
    if not has(version, name):
        what, there = _named(version.slug, version.number), ", ".join(version.manifest["files"])
        raise StoreError(told("{version} has no table {name}; it has {there}", version=what, name=repr(name), there=there))
    return geometry_tables.read(io.BytesIO(_bytes(version, name)))


def _bytes(version: Version, name: str) -> bytes:
    file = told("the file {file} of {version}", file=f"{name}.parquet", version=_named(version.slug, version.number))
    raw = shelf().take(version.slug, version.number, f"{name}.parquet")
    if raw is None:
        raise DamageError(told("{file} is gone; import the city again", file=file))
    if hashlib.sha256(raw).hexdigest() != version.manifest["files"][name]["sha256"]:
        raise DamageError(told("{what} was damaged on disk; import the city again", what=file))
    return raw


def _pointer(slug: str) -> dict[str, int] | None:
    raw = shelf().pointer(slug)
    if raw is None:
        return None
    values = _sealed(raw, told("the pointer to the current version of {city}", city=repr(slug)))
    return {"version": int(values["version"]), "newest": int(values.get("newest", values["version"]))}


def _newest(slug: str) -> int:
    """Return the highest number ever served, 0 where no pointer can be read."""
    try:
        pointer = _pointer(slug)
    except DamageError:
        return 0
    return pointer["newest"] if pointer else 0


@functools.lru_cache(maxsize=256)
def _unsealed(raw: bytes) -> dict[str, Any] | None:
    return checked_json.unsealed(raw)  # known by its bytes: a page looks at the same few manifests some fifty times


def _sealed(raw: bytes | None, what: Told) -> dict[str, Any]:
    values = _unsealed(raw or b"")
    if values is None:
        raise DamageError(told("{what} was damaged on disk; import the city again", what=what))
    return values

"""Versions of a city's data on disk: published whole or not at all, and checked before they are read."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots import settings
from hotspots.store import checked_json, geometry_tables, locks
from hotspots.store.formats import FORMAT, DamageError, NewerError, StoreError, check_format
from hotspots.store.keeping import kept, leaving, published_at
from hotspots.words import Told, told

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TEMP = ".tmp-"


@dataclass(frozen=True)
class Version:
    """One published version: `manifest` holds version, published (UTC), facts and the hash of each file."""

    slug: str
    number: int
    folder: Path
    manifest: dict[str, Any]


@dataclass(frozen=True)
class Lock:
    """The right to change one city's versions, held by this process; `lock` gives it."""

    slug: str


@contextlib.contextmanager
def lock(slug: str, *, wait: float = 0.0) -> Iterator[Lock]:
    """Hold the right to change a city's versions.

    Where another holds it for longer than `wait` seconds, a `StoreError` says who it is and since when.
    """
    if not _SLUG.fullmatch(slug):
        raise StoreError(told("{city} cannot be the short name of a city; use small letters, digits, - and _", city=repr(slug)))
    city = settings.store_folder() / slug
    city.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locks.hold(city / ".lock", wait=wait))
        except locks.TakenError as other:
            who = told("{user} (process {process} on {host})", **other.who) if other.who else told("somebody else")
            raise StoreError(
                told(
                    "{city} is being imported by {who} since {since}; wait until that is done, or ask them to stop it. Nothing was changed",
                    **{"city": slug, "who": who, "since": other.since},
                )
            ) from None
        yield Lock(slug)


def publish(
    slug: str, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], *, held: Lock | None = None, unless_same: bool = False
) -> Version:
    """Publish the tables as the next version of the city, whole or not at all, and remove versions beyond those kept.

    With `unless_same` the version served is returned where it is whole and holds the same already: then nothing is published.

    Files are written in a hidden folder, flushed to disk, renamed into place, and only then does the pointer move. If anything
    fails on the way the version served before stays served. `held` is the city's lock where the caller has it already; without
    it this call takes the lock, and raises a `StoreError` that names who is importing and since when.
    """
    keep = kept("HOTSPOTS_KEEP", 1), kept("HOTSPOTS_KEEP_DAYS", 0)
    with contextlib.nullcontext(held) if held else lock(slug):
        city = settings.store_folder() / slug
        (city / "versions").mkdir(parents=True, exist_ok=True)
        _refuse_newer(slug)
        sweep(city)
        number = max(_newest(city), *_folders(city), 0) + 1
        target = city / "versions" / str(number)
        building = Path(tempfile.mkdtemp(prefix=_TEMP, dir=city / "versions"))
        try:
            manifest = build(building, number, tables, facts)
            same = _same(slug, manifest) if unless_same else None
            if same:
                shutil.rmtree(building, ignore_errors=True)
                return same
            os.rename(building, target)
            checked_json.flush_folder(city / "versions")
            _point(city, number, newest=number)
        except BaseException as error:
            shutil.rmtree(building, ignore_errors=True)
            if served(slug) != number:
                shutil.rmtree(target, ignore_errors=True)
                raise _told(error, city) from error
            if not isinstance(error, OSError):  # the pointer had moved already: the version is out, and whole
                raise
        _prune(city, number, keep)
    return Version(slug, number, target, manifest)


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
    with lock(slug):
        city = settings.store_folder() / slug
        if number is None:
            number = _earlier(slug)
        version = current(slug, number)
        faults = verify(version)
        if faults:
            what = told("{version} cannot be served again: {fault}", version=_named(slug, number), fault=faults[0])
            raise DamageError([what, *faults[1:]])
        _point(city, number, newest=max(_newest(city), *versions(slug)))
    return version


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
    city = settings.store_folder() / slug
    newest = _newest(city) or max(_folders(city), default=0)
    found = {number: _damage(slug, number) for number in _folders(city) if number <= newest}
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
    city = settings.store_folder() / slug
    pointer = _pointer(city) if number is None and _SLUG.fullmatch(slug) else None
    there = versions(slug)  # after the pointer: a version that it names is in place already
    if number is None and pointer is None and there:
        raise DamageError(told("the pointer to the current version of {city} is gone; import the city again", city=repr(slug)))
    wanted = pointer["version"] if pointer else number
    if wanted is None or wanted not in there:
        if wanted is not None and (pointer or wanted in _folders(city)):
            raise DamageError(told("{version} has lost its files; import the city again", version=_named(slug, wanted)))
        raise StoreError(_nothing(slug, number, there))
    folder = city / "versions" / str(wanted)
    manifest = _sealed(folder / "manifest.json", told("the manifest of {version}", version=_named(slug, wanted)))
    if manifest.get("version") != wanted:
        raise DamageError(told("the manifest of {version} belongs to another version; import the city again", version=_named(slug, wanted)))
    check_format(manifest, _named(slug, wanted))
    return Version(slug, wanted, folder, manifest)


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
        pointer = _pointer(settings.store_folder() / slug) if _SLUG.fullmatch(slug) else None
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
    city = settings.store_folder() / slug
    if not _SLUG.fullmatch(slug):
        return []
    newest = _newest(city)
    return [
        number
        for number in _folders(city)
        if (city / "versions" / str(number) / "manifest.json").is_file() and (not newest or number <= newest)
    ]


def slugs() -> list[str]:
    """Return the cities that have a published version, in alphabetical order."""
    folder = settings.store_folder()
    if not folder.is_dir():
        return []
    there = (path.name for path in folder.iterdir() if _SLUG.fullmatch(path.name))
    return sorted(slug for slug in there if (folder / slug / "current").is_file() or versions(slug))


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
    path = version.folder / f"{name}.parquet"
    file = told("the file {file} of {version}", file=path.name, version=_named(version.slug, version.number))
    try:
        raw = path.read_bytes()
    except OSError:
        raise DamageError(told("{file} is gone; import the city again", file=file)) from None
    if hashlib.sha256(raw).hexdigest() != version.manifest["files"][name]["sha256"]:
        raise DamageError(told("{what} was damaged on disk; import the city again", what=file))
    return raw


def build(
    folder: Path, number: int, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], *, published: str = ""
) -> dict[str, Any]:
    """Write the files of a version into a folder, flush them, and return its manifest; `published` left out is now."""
    files = {}
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        table.to_parquet(path, index=True)
        raw = path.read_bytes()
        checked_json.flush(path)
        files[name] = {"sha256": hashlib.sha256(raw).hexdigest(), "rows": len(table)}
    published = published or datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "version": number, "published": published, "facts": dict(facts), "files": files}
    checked_json.write(folder / "manifest.json", manifest)
    checked_json.flush_folder(folder)
    return manifest


def _point(city: Path, number: int, *, newest: int) -> None:
    """Move the pointer. After `os.replace` the version is served; a folder that cannot be flushed then loses nothing whole.

    `newest` is the highest number ever served: a folder above it was left by a publication that was killed.
    """
    temporary = city / f"{_TEMP}current"
    try:
        checked_json.write(temporary, {"version": number, "newest": newest})
        os.replace(temporary, city / "current")
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):
        checked_json.flush_folder(city)


def _pointer(city: Path) -> dict[str, int] | None:
    if not (city / "current").is_file():
        return None
    values = _sealed(city / "current", told("the pointer to the current version of {city}", city=repr(city.name)))
    return {"version": int(values["version"]), "newest": int(values.get("newest", values["version"]))}


def _newest(city: Path) -> int:
    """Return the highest number ever served, 0 where no pointer can be read."""
    try:
        pointer = _pointer(city)
    except DamageError:
        return 0
    return pointer["newest"] if pointer else 0


def _folders(city: Path) -> list[int]:
    """Return the numbers of the version folders, ascending, whole or not."""
    folder = city / "versions"
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal()) if folder.is_dir() else []


def _prune(city: Path, number: int, keep: tuple[int, int]) -> None:
    """Remove the versions that need not stay, never the one served. What cannot be removed waits for the next publication."""
    published = {old: published_at(city / "versions" / str(old)) for old in _folders(city)}
    for old in leaving(published, newest=keep[0], days=keep[1], now=datetime.now(UTC)):
        if old != number:
            with contextlib.suppress(OSError):
                gone = city / "versions" / f"{_TEMP}gone-{old}"
                os.rename(city / "versions" / str(old), gone)
                shutil.rmtree(gone, ignore_errors=True)


def _told(error: BaseException, city: Path) -> BaseException:
    """Return the error to raise: a full disk in words, anything else as it is."""
    if not isinstance(error, OSError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return error
    room = {"free": f"{shutil.disk_usage(city).free / 1e6:,.0f}", "folder": settings.store_folder(), "city": city.name}
    return StoreError(
        told("the disk is full: {free} MB are free in {folder}. Nothing was changed; make room and import {city} again", **room)
    )


def _sealed(path: Path, what: Told) -> dict[str, Any]:
    values = checked_json.read(path)
    if values is None:
        raise DamageError(told("{what} was damaged on disk; import the city again", what=what))
    return values


def sweep(city: Path) -> None:
    """Remove what a publication that was killed left behind; the lock is held, so nobody is writing there."""
    left = list((city / "versions").glob(f"{_TEMP}*"))
    newest = _newest(city)
    left += [city / "versions" / str(number) for number in _folders(city) if newest and number > newest]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    (city / f"{_TEMP}current").unlink(missing_ok=True)

"""From one store into another, a folder or a database: every version of every city, byte for byte, and found again there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hotspots import settings
from hotspots.store import version
from hotspots.store.folder import Folder
from hotspots.store.formats import StoreError
from hotspots.store.lines import UnreachedError
from hotspots.store.shelves import MANIFEST, Lock, Shelf, shelf
from hotspots.words import told


@dataclass(frozen=True)
class Moved:
    """One city: its versions that are in the other store now, how many files that is, and the versions whose damage kept them back."""

    slug: str
    versions: tuple[int, ...]
    files: int
    damaged: tuple[int, ...]


def other(named: str) -> Shelf:
    """Return the store that is named: an environment variable with the address of a database or, out of one, the folder of the papers."""
    if settings.is_database(named):
        raise StoreError(
            told("name the environment variable that holds the address of the database: a password on a command line is seen by all")
        )
    address = settings.secret(named) if named.isidentifier() else ""
    if settings.is_database(address):
        from hotspots.store import database

        found: Shelf = database.at(address)
        return found
    papers = settings.store_folder()
    if settings.store_database() and Path(named).expanduser().resolve() == papers.resolve():
        return Folder(papers)
    raise StoreError(
        told(
            "{name} is no environment variable with the address of a database. Into a folder versions come out of a database alone, and "
            "into that of the papers, where keys, lists of releases and logs are: HOTSPOTS_PAPERS",
            name=repr(named),
        )
    )


def move(target: Shelf, *, clear: bool, progress: Callable[[Moved], object] = lambda _: None) -> list[Moved]:
    """Copy every intact version into the target, serve there what is served here, and read all of it again there.

    What the target has already, byte for byte, is left; where it has another version of the same number, a `StoreError` says so before
    anything of that city is written. Where this is ended half-way, calling it again goes on. With `clear` each city is removed here once
    all of it was found there.
    """
    moved = []
    for slug in version.slugs():
        with version.lock(slug) as here, target.lock(slug, wait=0.0) as there:
            moved.append(_city(shelf(), target, there))
            if clear:
                if moved[-1].damaged:
                    raise StoreError(
                        told("{city} has damaged versions, which were not moved; nothing of it was removed here", city=repr(slug))
                    )
                shelf().clear(here)
        progress(moved[-1])
    return moved


def lend(slug: str, folder: Path) -> None:
    """Put what the guard of an import looks at into a folder: the version served, its incidents alone; nothing where there is none."""
    folder.mkdir()
    try:
        one = version.current(slug)
    except UnreachedError:
        raise
    except StoreError:
        return
    files = {name: raw for name in ("incidents.parquet", MANIFEST) if (raw := shelf().take(slug, one.number, name)) is not None}
    place = Folder(folder)
    with place.lock(slug, wait=0.0) as held:
        place.put(held, one.number, files, version.pointing(one.number, newest=one.number))


def _city(source: Shelf, target: Shelf, there: Lock) -> Moved:
    slug = there.slug
    faults = version.check(slug)
    damaged = tuple(number for number, found in faults.items() if found)
    if 0 in damaged or version.served(slug) in damaged:
        raise StoreError(told("the version of {city} that is served is damaged; roll back or import first, then move", city=repr(slug)))
    whole = [number for number in version.versions(slug) if number not in damaged]
    known = target.listed(slug)
    for number in whole:
        if number in known and target.take(slug, number, MANIFEST) != source.take(slug, number, MANIFEST):
            raise StoreError(
                told("the other store has another version {number} of {city}; nothing of it was moved", number=number, city=repr(slug))
            )
    files = 0
    for number in whole:
        one = version.current(slug, number)
        content = {name: source.take(slug, number, name) or b"" for name in (*_files(one), MANIFEST)}
        if not _there(target, slug, number, content):
            target.remove(there, [number] if number in known else [])
            target.put(there, number, content, version.pointing(number, newest=number))
        if not _there(target, slug, number, content):
            raise StoreError(told("version {number} of {city} is not in the other store as it was written", number=number, city=repr(slug)))
        files += len(content)
    target.point(there, source.pointer(slug) or b"", tables=version.Reading(version.current(slug)))
    return Moved(slug, tuple(whole), files, damaged)


def _files(one: version.Version) -> list[str]:
    return [f"{name}.parquet" for name in one.manifest["files"]]


def _there(target: Shelf, slug: str, number: int, content: dict[str, bytes]) -> bool:
    """Return whether the target holds these files: by their hashes, of what it gives when it is asked."""
    return all(_hash(target.take(slug, number, name)) == _hash(raw) for name, raw in content.items())


def _hash(raw: bytes | None) -> str:
    return hashlib.sha256(raw).hexdigest() if raw is not None else ""

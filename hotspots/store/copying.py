"""A copy of the store while it is used: a folder that is a store itself, found again by its hashes. What puts it back is `cp`.

Versions never change in place, so they are brought while others import; then, holding the city's lock for a moment, what came meanwhile,
the pointer and the papers. What is damaged here never takes the place of what is whole there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hotspots import settings
from hotspots.store import checked_json, locks, record, version, whole, worked_out
from hotspots.store.erasing import RELEASES
from hotspots.store.folder import Folder
from hotspots.store.formats import StoreError
from hotspots.store.lines import UnreachedError
from hotspots.store.shelves import MANIFEST, Lock, Shelf, shelf
from hotspots.words import Told, told

MARK = ".copy"  # in the folder of a copy, so that no other folder is taken for one
WAIT = 60.0  # seconds for an import that is under way
RECORD = "record"
_OWN = (".lock", "current", "versions", worked_out.FOLDER)  # in a city's folder: what is no paper, or can be worked out again
_LIST = RELEASES[0]


@dataclass(frozen=True)
class Copied:
    """One city, or the record: its versions in the copy, how many files these are, how many were brought now, and what was not."""

    slug: str
    versions: tuple[int, ...]
    files: int
    brought: int
    wrong: tuple[Told, ...] = ()


def copy(folder: Path, *, progress: Callable[[Copied], object] = lambda _: None) -> list[Copied]:
    """Bring the copy in `folder` up to what the store holds now, version for version, and read all of it again there.

    A city that the store no longer has stays in the copy, and is named. Raises a `StoreError` where the folder is no copy and not empty,
    or lies in the store. Ended half-way, the copy is a store all the same, and the next call goes on.
    """
    papers = settings.store_folder()
    _begin(folder, papers)
    place, found = Folder(folder), []
    for slug in _cities(papers):
        found.append(_told(slug, partial(_city, shelf(), place, slug, papers, folder)))
        progress(found[-1])
    gone = [slug for slug in _cities(folder) if slug not in {one.slug for one in found}]
    for slug in gone:
        fault = told("{city} is in the copy and not in the store; where it was erased, erase it there too", city=slug)
        found.append(Copied(slug, (), 0, 0, (fault,)))
        progress(found[-1])
    for path in papers.iterdir() if papers.is_dir() else ():  # such as which database these papers belong to
        if path.is_file() and path.name != MARK and not path.name.startswith(".tmp-"):
            _bring(path, folder / path.name)
    if (papers / RECORD).is_dir():
        found.append(_record(papers, folder))
        progress(found[-1])
    return found


def _told(slug: str, work: Callable[[], Copied]) -> Copied:
    """Do the work of one city; what stands in its way, such as an import that does not end, keeps no other back."""
    try:
        return work()
    except UnreachedError:
        raise
    except StoreError as fault:
        return Copied(slug, (), 0, 0, fault.faults)


def _begin(folder: Path, papers: Path) -> None:
    here, there = papers.resolve(), folder.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise StoreError(
            told("{folder} and the store lie one in the other; give the copy a folder elsewhere, best on another disk", folder=folder)
        )
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise StoreError(told("{folder} is not empty and was not made by this command; give a new folder", folder=folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / MARK).exists():
        whole.write(folder / MARK, b"hotspots backup\n", mode=0o600)


def _cities(papers: Path) -> list[str]:
    """Return the cities that have versions, or papers alone."""
    named = (
        {path.name for path in papers.iterdir() if path.is_dir() and any((path / one).exists() for one in (*RELEASES, "current"))}
        if papers.is_dir()
        else set()
    )
    return sorted(named | (set(version.slugs()) if papers == settings.store_folder() else set()))


def _city(source: Shelf, place: Folder, slug: str, papers: Path, folder: Path) -> Copied:
    with place.lock(slug, wait=0.0) as there:
        place.sweep(there)
        brought = _versions(source, place, there)[1]
        with version.lock(slug, wait=WAIT):
            wrong, late = _versions(source, place, there)
            wrong += _pointer(source, place, there, wrong)
            wrong += _papers(slug, papers, folder)
        numbers = tuple(number for number, there_too in place.listed(slug).items() if there_too)
        files = sum(len(_hashes(place.take(slug, number, MANIFEST))) for number in numbers)
    return Copied(slug, numbers, files, brought + late, tuple(wrong))


def _versions(source: Shelf, place: Folder, there: Lock) -> tuple[list[Told], int]:
    """Bring the versions that are not in the copy, byte for byte; return what is damaged here, and how many were brought."""
    slug, wrong, brought = there.slug, [], 0
    for number in version.versions(slug):
        raw = source.take(slug, number, MANIFEST)
        wanted = _hashes(raw)
        if raw is None or not wanted or source.hashes(slug, number, [*wanted]) != wanted:
            wrong.append(told("version {number} is damaged in the store, and was not brought", number=number))
            continue
        if place.take(slug, number, MANIFEST) == raw and place.hashes(slug, number, [*wanted]) == wanted:
            continue
        files = {name: source.take(slug, number, name) or b"" for name in wanted}
        if number in place.listed(slug):
            place.replace(there, number, {**files, MANIFEST: raw}, tables=None)
        else:
            place.put(there, number, {**files, MANIFEST: raw}, version.pointing(number, newest=number))
        if place.hashes(slug, number, [*wanted]) != wanted:
            raise StoreError(told("version {number} of {city} is not in the copy as it was written", number=number, city=repr(slug)))
        brought += 1
    return wrong, brought


def _hashes(manifest: bytes | None) -> dict[str, str]:
    """Return the hash of each file by the manifest; empty where that is damaged."""
    values = checked_json.unsealed(manifest or b"") or {}
    return {f"{name}.parquet": one["sha256"] for name, one in values.get("files", {}).items()}


def _pointer(source: Shelf, place: Folder, there: Lock, wrong: list[Told]) -> list[Told]:
    """Serve in the copy what is served here, and take out what is gone here; where something is damaged here nothing is taken out."""
    slug, known = there.slug, place.listed(there.slug)
    served = version.served(slug)
    if served is None or not known.get(served):
        return [told("what is served cannot be read in the store; the copy serves what it did")] if version.versions(slug) else []
    place.point(there, source.pointer(slug) or b"", tables={})
    if not wrong:
        place.remove(there, [number for number in known if number not in version.versions(slug)])
    return []


def _papers(slug: str, papers: Path, folder: Path) -> list[Told]:
    """Bring what lies beside the versions: the list of releases before its anchor, so that a copy cut short is never behind its own."""
    wrong = _shorter(slug, papers, folder)
    kept = RELEASES if wrong else ()
    here = {path.relative_to(papers): path for path in _files(papers / slug, _OWN) if path.name not in kept}
    for name, path in here.items():
        _bring(path, folder / name)
    for path in _files(folder / slug, _OWN):
        if path.relative_to(folder) not in here and path.name not in RELEASES:
            whole.remove(path)
    anchor = Path(".anchors", f"{slug}.json")
    if (papers / anchor).is_file() and not wrong:
        _bring(papers / anchor, folder / anchor)
    return wrong


def _shorter(slug: str, papers: Path, folder: Path) -> list[Told]:
    """Return what speaks against bringing the list of releases and its key: they only grow, and are never made anew in silence."""
    there, here = folder / slug, papers / slug
    for name in RELEASES:
        old = (there / name).read_bytes() if (there / name).is_file() else b""
        new = (here / name).read_bytes() if (here / name).is_file() else b""
        if not (new.startswith(old) if name == _LIST else new == old or not old):
            fault = told(
                "{file} is not what the copy has, continued: that one was kept. Look at `audit verify`; where this one is right, take the "
                "copy's away by hand",
                file=name,
            )
            return [fault]
    return []


def _record(papers: Path, folder: Path) -> Copied:
    """Bring the record of who saw what, if it is what was written."""
    with locks.hold(papers / RECORD / ".lock", wait=WAIT):
        try:
            lines = record.verify()
        except record.RecordError as fault:
            return Copied(RECORD, (), 0, 0, tuple(fault.faults))
        here = {path.relative_to(papers): path for path in _files(papers / RECORD, _OWN)}
        (folder / RECORD).mkdir(mode=0o700, exist_ok=True)
        brought = sum(_bring(path, folder / name) for name, path in here.items())
        for path in _files(folder / RECORD, _OWN):
            if path.relative_to(folder) not in here:
                path.unlink()
    return Copied(RECORD, (), lines, brought)


def _files(folder: Path, without: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files of a folder and those below it, but what a call that was killed left, and what is not wanted of its own level."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name in without or path.name.startswith(".tmp-"):
            continue
        if path.is_dir():
            yield from _files(path, ())
        else:
            yield path


def _bring(path: Path, target: Path) -> bool:
    """Bring a file with its mode where the copy has another content; return whether it had."""
    content = path.read_bytes()
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole.write(target, content, mode=os.stat(path).st_mode & 0o777)
    return True

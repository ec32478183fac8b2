"""Versions in a folder: `<city>/versions/<n>/` holds a version's files; `<city>/current` names the one served, swapped in one step."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hotspots.store import checked_json, locks, whole
from hotspots.store.formats import StoreError
from hotspots.store.shelves import MANIFEST, Lock, Tables, taken
from hotspots.words import told

_TEMP = ".tmp-"
_POINTER = "current"


class Folder:
    """Versions in the folder `root`: a `Shelf`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def cities(self) -> list[str]:
        """Return the names of the folders."""
        return [path.name for path in self.root.iterdir()] if self.root.is_dir() else []

    @contextlib.contextmanager
    def lock(self, slug: str, *, wait: float) -> Iterator[Lock]:
        """Hold a lock that lives in a file; the system takes it back when this process ends."""
        city = self.root / slug
        city.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locks.hold(city / ".lock", wait=wait))
            except locks.TakenError as other:
                raise taken(slug, other.who, other.since) from None
            yield Lock(slug)

    def pointer(self, slug: str) -> bytes | None:
        """Return the pointer's file."""
        path = self.root / slug / _POINTER
        try:
            return path.read_bytes() if path.is_file() else None
        except OSError:
            return b""

    def listed(self, slug: str) -> dict[int, bool]:
        """Return the version folders, and whether each has a manifest."""
        folder = self.root / slug / "versions"
        found = sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal()) if folder.is_dir() else []
        return {number: (folder / str(number) / MANIFEST).is_file() for number in found}

    def take(self, slug: str, number: int, file: str) -> bytes | None:
        """Return a file's bytes."""
        try:
            return (self._version(slug, number) / file).read_bytes()
        except OSError:
            return None

    def hashes(self, slug: str, number: int, files: Sequence[str]) -> dict[str, str]:
        """Hash a file again only where its size, its times or its place on the disk changed since it was last read."""
        return {file: _hash(self._version(slug, number) / file) for file in files}

    def put(
        self, held: Lock, number: int, files: Mapping[str, bytes], pointer: bytes, *, gone: Sequence[int] = (), tables: Tables | None = None
    ) -> None:
        """Write files in a hidden folder, flush them to disk, rename it into place, and only then move the pointer."""
        city = self.root / held.slug
        target, building = city / "versions" / str(number), None
        try:
            (city / "versions").mkdir(parents=True, exist_ok=True)
            building = self._built(city, files)
            os.rename(building, target)
            checked_json.flush_folder(city / "versions")
            _point(city, pointer)
        except BaseException as error:
            if building:
                shutil.rmtree(building, ignore_errors=True)
            if self.pointer(held.slug) != pointer:
                shutil.rmtree(target, ignore_errors=True)
                raise self._told(error, city) from error
            if not isinstance(error, OSError):  # the pointer had moved already: the version is out, and whole
                raise
        for old in gone:  # what cannot be removed waits for the next publication
            with contextlib.suppress(OSError):
                aside = city / "versions" / f"{_TEMP}gone-{old}"
                os.rename(city / "versions" / str(old), aside)
                shutil.rmtree(aside, ignore_errors=True)

    def point(self, held: Lock, pointer: bytes, *, tables: Tables) -> None:
        """Move the pointer."""
        _point(self.root / held.slug, pointer)

    def replace(self, held: Lock, number: int, files: Mapping[str, bytes], *, tables: Tables | None) -> None:
        """Write the files beside, and let the two folders change places."""
        building = self._built(self.root / held.slug, files)
        try:
            whole.swap(building, self._version(held.slug, number))
            checked_json.flush_folder(building.parent)
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def remove(self, held: Lock, numbers: Sequence[int]) -> None:
        """Remove versions; each under another name first, so that nobody sees half of it."""
        for number in numbers:
            whole.remove(self._version(held.slug, number))

    def clear(self, held: Lock) -> None:
        """Remove the pointer first, then the versions."""
        city = self.root / held.slug
        (city / _POINTER).unlink(missing_ok=True)
        if (city / "versions").is_dir():
            whole.remove(city / "versions")
        checked_json.flush_folder(city)

    def sweep(self, held: Lock) -> None:
        """Remove hidden folders, and folders of numbers that were never served; the lock is held, so nobody is writing there."""
        city, pointer = self.root / held.slug, checked_json.unsealed(self.pointer(held.slug) or b"") or {}
        left = list((city / "versions").glob(f"{_TEMP}*"))
        newest = int(pointer.get("newest", pointer.get("version", 0)))
        left += [self._version(held.slug, number) for number in self.listed(held.slug) if newest and number > newest]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        (city / f"{_TEMP}current").unlink(missing_ok=True)

    def look_again(self) -> None:
        """Forget which files were found whole."""
        _hash_of.cache_clear()

    def listen(self) -> None:
        """Do nothing: a folder is looked at each time."""

    def silent_since(self) -> None:
        """Return None: a folder does not fall silent."""

    def may_write(self) -> bool:
        """Return True: a folder that is not to be written says so when it is."""
        return True

    def _version(self, slug: str, number: int) -> Path:
        return self.root / slug / "versions" / str(number)

    def _built(self, city: Path, files: Mapping[str, bytes]) -> Path:
        """Write files into a hidden folder, flush them to disk, and return it."""
        building = Path(tempfile.mkdtemp(prefix=_TEMP, dir=city / "versions"))
        try:
            for name, content in files.items():
                (building / name).write_bytes(content)
                checked_json.flush(building / name)
            checked_json.flush_folder(building)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return building

    def _told(self, error: BaseException, city: Path) -> BaseException:
        """Return the error to raise: a full disk in words, anything else as it is."""
        if not isinstance(error, OSError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return error
        room = {"free": f"{shutil.disk_usage(city).free / 1e6:,.0f}", "folder": self.root, "city": city.name}
        return StoreError(
            told("the disk is full: {free} MB are free in {folder}. Nothing was changed; make room and import {city} again", **room)
        )


def _point(city: Path, pointer: bytes) -> None:
    """Move the pointer. After `os.replace` the version is served; a folder that cannot be flushed then loses nothing whole."""
    temporary = city / f"{_TEMP}current"
    try:
        temporary.write_bytes(pointer)
        checked_json.flush(temporary)
        os.replace(temporary, city / _POINTER)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):
        checked_json.flush_folder(city)


def _hash(path: Path) -> str:
    try:
        known = path.stat()
        return _hash_of(path, (known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns))
    except OSError:
        return ""


@functools.lru_cache(maxsize=4096)
def _hash_of(path: Path, looks: tuple[int, ...]) -> str:
    """Return the hash of a file that looks like this."""
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""What a version holds, known by its bytes and not by its number: after a copy was put back a number may name other data."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from hotspots.store import checked_json
from hotspots.store.folder import Version


def content(version: Version) -> str:
    """Return the hash of what a version holds: of its manifest, which holds the hash of each file."""
    return checked_json.seal(version.manifest)


def unchanged(version: Version) -> bool:
    """Return whether each file of a version is the one that was published.

    A file is read again only where its size, its times or its place on the disk changed since it was last read, so that this can be asked
    at every step of a reader; `store.read` and `store.verify` look at every byte.
    """
    return all(_hash(version.folder / f"{name}.parquet") == one["sha256"] for name, one in version.manifest["files"].items())


def look_again() -> None:
    """Forget which files were found whole."""
    _hash_of.cache_clear()


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

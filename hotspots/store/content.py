"""What a version holds, known by its bytes and not by its number: after a copy was put back a number may name other data."""

from __future__ import annotations

from hotspots.store import checked_json
from hotspots.store.shelves import shelf
from hotspots.store.version import Version


def content(version: Version) -> str:
    """Return the hash of what a version holds: of its manifest, which holds the hash of each file."""
    return checked_json.seal(version.manifest)


def unchanged(version: Version) -> bool:
    """Return whether each file of a version is the one that was published.

    What nobody touched since is not read again, so that this can be asked at every step of a reader; `store.read` and `store.verify` look
    at every byte.
    """
    wanted = {f"{name}.parquet": one["sha256"] for name, one in version.manifest["files"].items()}
    return shelf().hashes(version.slug, version.number, [*wanted]) == wanted


def look_again() -> None:
    """Forget which files were found whole."""
    shelf().look_again()

"""What took long to work out about a city, kept on disk for the next reader: bounded, known by what it was worked out from, and checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hotspots import settings
from hotspots.store import checked_json
from hotspots.store.content import content
from hotspots.store.formats import StoreError
from hotspots.store.version import current, versions

FOLDER = "worked-out"
MOST = 100  # answers of one city; those that lay longest go first
_SEAL = "seal.json"
ERASED = ".erased"  # in the store: another text after each erasure


def keep(slug: str, key: str, files: Mapping[str, bytes], *, held: str) -> None:
    """Keep the files of an answer about the data with the hash `held`; nothing is kept where these are not in the store any more.

    Whole or not at all. A store that cannot be written keeps nothing, and says nothing: the answer itself is known already.
    """
    with contextlib.suppress(OSError, StoreError):
        if not _is_held(slug, held):
            return
        folder = _folder(slug)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".tmp-", dir=folder))
        try:
            for name, one in files.items():
                (building / name).write_bytes(one)
            checked_json.write(building / _SEAL, {"files": {name: hashlib.sha256(one).hexdigest() for name, one in files.items()}})
            shutil.rmtree(folder / key, ignore_errors=True)
            os.rename(building, folder / key)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        if not _is_held(slug, held):  # looked at again: something may have been erased meanwhile
            shutil.rmtree(folder / key, ignore_errors=True)
        _make_room(folder)


def read(slug: str, key: str) -> dict[str, bytes] | None:
    """Return the files of an answer; None where it is not kept, or not as it was written."""
    folder = _folder(slug) / key
    known = checked_json.read(folder / _SEAL)
    try:
        files = {name: (folder / name).read_bytes() for name in known["files"]} if known else {}
    except (OSError, KeyError):
        return None
    whole = known and all(hashlib.sha256(one).hexdigest() == known["files"][name] for name, one in files.items())
    return files if whole else None


def forget(slug: str) -> None:
    """Delete all that is kept of a city: something was erased; and let every process know, which forgets what it holds in memory."""
    shutil.rmtree(_folder(slug), ignore_errors=True)
    with contextlib.suppress(OSError):
        (settings.store_folder() / ERASED).write_text(secrets.token_hex(16), encoding="ascii")


def forgotten() -> str:
    """Return what is another text after each erasure; empty where nothing was erased yet."""
    try:
        return (settings.store_folder() / ERASED).read_text(encoding="ascii")
    except OSError:
        return ""


def _is_held(slug: str, held: str) -> bool:
    return held in {content(current(slug, number)) for number in versions(slug)}


def _folder(slug: str) -> Path:
    return settings.store_folder() / slug / FOLDER


def _make_room(folder: Path) -> None:
    lying = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in lying[MOST:]:
        shutil.rmtree(path, ignore_errors=True)

"""Taking data out for good: out of every version of a city, or all of it. What stays is as whole as before."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from hotspots import settings
from hotspots.store import checked_json, folder, whole, worked_out
from hotspots.store.folder import Version, lock, served, versions
from hotspots.store.formats import StoreError
from hotspots.store.keeping import published_at
from hotspots.words import told

Tables = Mapping[str, pd.DataFrame]
Change = Callable[[Tables, Mapping[str, Any]], tuple[Tables, Mapping[str, Any]]]
RELEASES = ("releases.jsonl", ".release-key")  # what was published stays known: without it a later release could give it away


def rewrite(slug: str, change: Change) -> list[int]:
    """Put what `change` makes of the tables and facts of each version in its place; return the versions that were rewritten.

    A version keeps its number and its day; it changes in one step, so that a reader sees the old or the new, and what a call that was
    killed left behind is swept by the next. A version that is damaged cannot be looked into: it is removed, and a `StoreError` says so
    first where it is the one served. The city's lock is taken.
    """
    with lock(slug):
        city = settings.store_folder() / slug
        folder.sweep(city)
        damaged = [number for number, faults in folder.check(slug).items() if faults]
        if damaged and (0 in damaged or served(slug) in damaged):
            raise StoreError(
                told("the version of {city} that is served is damaged; roll back or import first, then erase", city=repr(slug))
            )
        for number in damaged:
            _remove(city / "versions" / str(number))
        changed = [number for number in versions(slug) if _rewritten(folder.current(slug, number), change)]
        worked_out.forget(slug)
        return changed


def _rewritten(version: Version, change: Change) -> bool:
    tables = {name: folder.read(version, name) for name in version.manifest["files"]}
    new, facts = change(tables, version.manifest["facts"])
    if new is tables:
        return False
    building = Path(tempfile.mkdtemp(prefix=".tmp-", dir=version.folder.parent))
    try:
        folder.build(building, version.number, new, facts, published=version.manifest["published"])
        whole.swap(building, version.folder)
        checked_json.flush_folder(version.folder.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return True


def remove_city(slug: str) -> bool:
    """Remove all that the store has of a city but the list of its releases and the key that signed them; return whether these stay."""
    with lock(slug):
        city = settings.store_folder() / slug
        (city / "current").unlink(missing_ok=True)
        for path in city.iterdir():
            if path.name not in (*RELEASES, ".lock"):
                _remove(path)
        kept = any((city / name).exists() for name in RELEASES)
        checked_json.flush_folder(city)
    if not kept:
        _remove(city)
    return kept


def older(slug: str, days: int) -> list[int]:
    """Return the versions published more than so many days ago, or nobody knows when, but the one served."""
    city, now = settings.store_folder() / slug, served(slug)
    dates = {number: published_at(city / "versions" / str(number)) for number in versions(slug)}
    return [n for n, day in dates.items() if n != now and (day is None or datetime.now(UTC) - day > timedelta(days=days))]


def remove_older(slug: str, days: int) -> list[int]:
    """Remove those versions and return their numbers."""
    with lock(slug):
        old = older(slug, days)
        for number in old:
            _remove(settings.store_folder() / slug / "versions" / str(number))
        worked_out.forget(slug)
    return old


def _remove(path: Path) -> None:
    """Remove a file or a folder; a folder under another name first, so that nobody sees half of it."""
    if not path.is_dir():
        path.unlink()
        return
    gone = path.with_name(f".tmp-gone-{path.name}")
    shutil.rmtree(gone, ignore_errors=True)
    os.rename(path, gone)
    shutil.rmtree(gone)

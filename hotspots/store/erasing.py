"""Taking data out for good: out of every version of a city, or all of it. What stays is as whole as before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hotspots import settings
from hotspots.store import checked_json, version, whole, worked_out
from hotspots.store.formats import StoreError
from hotspots.store.keeping import published_at
from hotspots.store.shelves import MANIFEST, Lock, Tables, shelf
from hotspots.store.version import Version, lock, served, versions
from hotspots.words import told

Change = Callable[[Tables, Mapping[str, Any]], tuple[Tables, Mapping[str, Any]]]
RELEASES = ("releases.jsonl", ".release-key")  # what was published stays known: without it a later release could give it away


def rewrite(slug: str, change: Change) -> list[int]:
    """Put what `change` makes of the tables and facts of each version in its place; return the versions that were rewritten.

    A version keeps its number and its day; it changes in one step, so that a reader sees the old or the new, and what a call that was
    killed left behind is swept by the next. A version that is damaged cannot be looked into: it is removed, and a `StoreError` says so
    first where it is the one served. The city's lock is taken.
    """
    with lock(slug) as held:
        shelf().sweep(held)
        damaged = [number for number, faults in version.check(slug).items() if faults]
        if damaged and (0 in damaged or served(slug) in damaged):
            raise StoreError(
                told("the version of {city} that is served is damaged; roll back or import first, then erase", city=repr(slug))
            )
        shelf().remove(held, damaged)
        changed = [number for number in versions(slug) if _rewritten(held, version.current(slug, number), change)]
        worked_out.forget(slug)
        return changed


def _rewritten(held: Lock, old: Version, change: Change) -> bool:
    tables = {name: version.read(old, name) for name in old.manifest["files"]}
    new, facts = change(tables, old.manifest["facts"])
    if new is tables:
        return False
    _, files = version.build(old.number, new, facts, published=old.manifest["published"])
    shelf().replace(held, old.number, files, tables=new if old.number == served(held.slug) else None)
    return True


def remove_city(slug: str) -> bool:
    """Remove all that the store has of a city but the list of its releases and the key that signed them; return whether these stay."""
    with lock(slug) as held:
        shelf().clear(held)
        city = settings.store_folder() / slug
        there = [*city.iterdir()] if city.is_dir() else []
        for path in there:
            if path.name not in (*RELEASES, ".lock"):
                whole.remove(path)
        kept = any((city / name).exists() for name in RELEASES)
        if there:
            checked_json.flush_folder(city)
    if not kept and city.is_dir():
        whole.remove(city)
    return kept


def older(slug: str, days: int) -> list[int]:
    """Return the versions published more than so many days ago, or nobody knows when, but the one served."""
    now = served(slug)
    dates = {number: published_at(shelf().take(slug, number, MANIFEST)) for number in versions(slug)}
    return [n for n, day in dates.items() if n != now and (day is None or datetime.now(UTC) - day > timedelta(days=days))]


def remove_older(slug: str, days: int) -> list[int]:
    """Remove those versions and return their numbers."""
    with lock(slug) as held:
        old = older(slug, days)
        shelf().remove(held, old)
        worked_out.forget(slug)
    return old

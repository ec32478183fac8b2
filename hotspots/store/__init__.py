"""Versions of each city's data in a folder or a database, all or nothing; what each layer is, checked at the door (`schema`)."""

from __future__ import annotations

from hotspots.store import answers, record, worked_out
from hotspots.store.content import content, look_again, unchanged
from hotspots.store.formats import FORMAT, DamageError, NewerError, StoreError
from hotspots.store.shelves import Lock, shelf
from hotspots.store.version import (
    Version,
    check,
    current,
    has,
    instead,
    lock,
    publish,
    read,
    rollback,
    served,
    slugs,
    verify,
    versions,
)

__all__ = [
    "FORMAT",
    "DamageError",
    "Lock",
    "NewerError",
    "StoreError",
    "Version",
    "answers",
    "check",
    "content",
    "current",
    "has",
    "instead",
    "lock",
    "look_again",
    "publish",
    "read",
    "record",
    "rollback",
    "served",
    "shelf",
    "slugs",
    "unchanged",
    "verify",
    "versions",
    "worked_out",
]

"""Small JSON files that carry a seal over their own content, so that damage shows, and files flushed to disk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(path: Path, values: Mapping[str, Any]) -> None:
    """Write JSON with a seal over its own content, and flush it to disk."""
    path.write_bytes(sealed(values))
    flush(path)


def sealed(values: Mapping[str, Any]) -> bytes:
    """Return values as JSON with a seal over their own content."""
    return (json.dumps({**values, "seal": seal(values)}, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def read(path: Path) -> dict[str, Any] | None:
    """Return the values of a sealed file; None where it is gone, cut or changed."""
    try:
        return unsealed(path.read_bytes())
    except OSError:
        return None


def unsealed(raw: bytes) -> dict[str, Any] | None:
    """Return the values of sealed JSON; None where it was cut or changed.

    >>> unsealed(sealed({"version": 3})), unsealed(b"{}")
    ({'version': 3}, None)
    """
    try:
        values = json.loads(raw)
        whole = values.pop("seal") == seal(values)
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    return dict(values) if whole else None


def flush(path: Path) -> None:
    """Flush a file to disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Flush a folder's own entries to disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def seal(values: Mapping[str, Any]) -> str:
    """Return the hash of values, whatever their order."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=True).encode()).hexdigest()

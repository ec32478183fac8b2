"""What took a while to work out about a city's data, kept on disk beside its versions: it is worked out once, whatever is started anew."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hotspots import settings
from hotspots.store import checked_json, whole

FOLDER = "worked_out"
MOST = 200  # files of a city; those written longest ago go first


def place(slug: str, key: str) -> Path:
    """Return the file of what is known by `key`, which must name all that it depends on: the hash of the data, the choices."""
    return settings.store_folder() / slug / FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def keep(file: Path, values: Mapping[str, Any]) -> None:
    """Keep values there; where nothing can be written they are worked out anew the next time. A city that is gone stays so."""
    with contextlib.suppress(OSError):
        if not file.parent.parent.is_dir():
            return
        file.parent.mkdir(exist_ok=True)
        whole.write(file, checked_json.sealed(values))
        old = sorted(file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)[:-MOST]
        for one in old:
            one.unlink(missing_ok=True)


def kept(file: Path) -> dict[str, Any] | None:
    """Return what is kept there; None where nothing is, or where it is damaged."""
    return checked_json.read(file)


def forget(slug: str) -> None:
    """Remove all that was worked out about a city: it may come from what must not be known any more."""
    folder = settings.store_folder() / slug / FOLDER
    for one in folder.glob("*"):
        one.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()

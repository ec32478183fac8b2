"""Up to which version each receiver of digests was told, kept beside the versions of a city."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hotspots import settings
from hotspots.store import StoreError, checked_json, whole
from hotspots.words import told

_FOLDER = "told"


@dataclass(frozen=True)
class Reached:
    """What one receiver knows of one place: all `upto` a version; `trying` is the version being told, 0 where none is.

    Where `trying` stands when nothing is being sent, that sending was cut off, and whether it arrived is not known.
    """

    upto: int
    trying: int = 0


def read(slug: str, receiver: str) -> Reached | None:
    """Return what a receiver was told; None where nothing yet.

    Who is asked after is named by what makes the receiver: its address and place. A `StoreError` where what was written is damaged: then
    nobody can say what was sent, and nothing is.
    """
    path = settings.store_folder() / slug / _FOLDER / _name(receiver)
    if not path.exists():
        return None
    values = checked_json.read(path)
    if values is None:
        raise StoreError(
            told("{file}, which says what {who} was sent, is damaged; nothing is sent. Remove it to begin anew", file=path, who=receiver)
        )
    return Reached(int(values["upto"]), int(values["trying"]))


def write(slug: str, receiver: str, state: Reached) -> None:
    """Write what a receiver was told, whole or not at all, and flush it to disk before this returns."""
    folder = settings.store_folder() / slug / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    whole.write(folder / _name(receiver), checked_json.sealed({"receiver": receiver, "upto": state.upto, "trying": state.trying}))


def _name(receiver: str) -> str:
    return hashlib.sha256(receiver.encode()).hexdigest()[:32] + ".json"

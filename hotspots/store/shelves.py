"""Where versions lie: a folder, or a database. What both must do, and which of them it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from hotspots import settings
from hotspots.store.formats import StoreError
from hotspots.words import told

MANIFEST = "manifest.json"
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Lock:
    """The right to change one city's versions, held by this process; `lock` gives it. `line` is what a database holds it by."""

    slug: str
    line: Any = field(default=None, compare=False, repr=False)


class Shelf(Protocol):
    """Where versions lie: a folder, or a database. What is given the city's lock writes: all of it or nothing, whatever ends it."""

    def cities(self) -> Iterable[str]:
        """Return the names under which something may lie."""
        ...

    def lock(self, slug: str, *, wait: float) -> AbstractContextManager[Lock]:
        """Hold the right to change a city; a `StoreError` where another keeps it for longer than `wait` seconds."""
        ...

    def pointer(self, slug: str) -> bytes | None:
        """Return what says which version is served, sealed."""
        ...

    def listed(self, slug: str) -> dict[int, bool]:
        """Return every number under which something lies, ascending, and whether a manifest does."""
        ...

    def take(self, slug: str, number: int, file: str) -> bytes | None:
        """Return a file of a version; None where it is gone."""
        ...

    def hashes(self, slug: str, number: int, files: Sequence[str]) -> dict[str, str]:
        """Return the hashes of files as they lie there now, without reading again what nobody touched."""
        ...

    def put(
        self, held: Lock, number: int, files: Mapping[str, bytes], pointer: bytes, *, gone: Sequence[int] = (), tables: Tables | None = None
    ) -> None:
        """Put a version there, serve it, and remove those that are `gone`; `tables` are what its files hold."""
        ...

    def point(self, held: Lock, pointer: bytes, *, tables: Tables) -> None:
        """Serve another version, which holds `tables`."""
        ...

    def replace(self, held: Lock, number: int, files: Mapping[str, bytes], *, tables: Tables | None) -> None:
        """Put other files in the place of a version's, in one step; `tables` are what they hold, where it is the version served."""
        ...

    def remove(self, held: Lock, numbers: Sequence[int]) -> None:
        """Remove versions that are not served."""
        ...

    def clear(self, held: Lock) -> None:
        """Remove every version of a city."""
        ...

    def sweep(self, held: Lock) -> None:
        """Remove what a call that was killed left behind."""
        ...

    def look_again(self) -> None:
        """Forget what was found whole."""
        ...

    def listen(self) -> None:
        """Learn of new versions from now on, so that a server need not ask at every step of its readers."""
        ...

    def silent_since(self) -> datetime | None:
        """Return since when there was no answer, where what is told is told from memory."""
        ...

    def may_write(self) -> bool:
        """Return whether versions can be put there."""
        ...


def shelf() -> Shelf:
    """Return where versions lie, by the setting HOTSPOTS_STORE."""
    address = settings.store_database()
    if address:
        from hotspots.store import database  # only where there is one: its libraries need not be installed

        return database.at(address)
    from hotspots.store.folder import Folder

    return Folder(settings.store_folder())


def taken(slug: str, who: Mapping[str, str], since: str) -> StoreError:
    """Return the refusal of a lock that another holds; `who` is empty where that is not known."""
    other = told("{user} (process {process} on {host})", **who) if who else told("somebody else")
    return StoreError(
        told(
            "{city} is being imported by {who} since {since}; wait until that is done, or ask them to stop it. Nothing was changed",
            city=slug,
            who=other,
            since=since,
        )
    )

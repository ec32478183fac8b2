"""What is moved into its place is on the disk before, and the move itself before the call returns: power may fail at any moment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from released import SECRET, released_city

from hotspots import release as disclosure
from hotspots import store as versions
from hotspots.release import bundle, ledger
from hotspots.store import erasing, record, whole

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="which file a handle is of is asked of Linux")


class Disk:
    """Looks on: what was flushed as it stands, and which folders were changed by a move since they were flushed."""

    def __init__(self, root: Path) -> None:
        self.root, self.moves = root, 0
        self.flushed = {self._looks(path) for path in self._files(root)}
        self.open_folders: set[int] = set()

    @staticmethod
    def _looks(path: Path | int) -> tuple[int, int, int]:
        found = os.stat(path)
        return found.st_ino, found.st_size, found.st_mtime_ns

    @staticmethod
    def _files(folder: Path) -> Iterator[Path]:
        yield from (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")

    def fsync(self, handle: int) -> None:
        self.flushed.add(self._looks(handle))
        self.open_folders.discard(os.fstat(handle).st_ino)

    def moves_to(self, source: Any, place: Any, *_: Any) -> None:
        folder = Path(place).parent
        of = [path for path in (*self._files(folder), *self._files(Path(source))) if self._looks(path) not in self.flushed]
        assert not of, f"{Path(place).name} is moved, and not on the disk are {[str(path.relative_to(self.root)) for path in of]}"
        self.moves += 1
        self.open_folders.add(folder.stat().st_ino)


@pytest.fixture
def disk(store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Any]:
    """Return a way to do something in the store, or beside it, while the disk looks on."""

    def watched(act: Callable[[], Any]) -> Any:
        seen = Disk(store.parent)
        with monkeypatch.context() as patch:
            for owner, name in ((os, "replace"), (os, "rename"), (os, "link"), (whole, "_exchanged")):
                patch.setattr(owner, name, before(seen.moves_to, getattr(owner, name)))
            patch.setattr(os, "fsync", before(seen.fsync, os.fsync))
            done = act()
        assert seen.moves
        assert not seen.open_folders, "a move was not flushed"
        return done

    return watched


def before(look: Callable[..., None], then: Callable[..., Any]) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        look(*arguments)
        return then(*arguments, **named)

    return called


def publish(n: int) -> versions.Version:
    return versions.publish("town", {"incidents": pd.DataFrame({"n": [n, n + 1]})}, {"n": n})


def test_versions_and_the_pointer(disk, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_KEEP_DAYS", "0")
    for n in (1, 2):
        disk(lambda n=n: publish(n))
    disk(lambda: versions.rollback("town"))
    assert versions.current("town").number == 1
    disk(lambda: erasing.rewrite("town", lambda tables, facts: ({"incidents": tables["incidents"].iloc[:1]}, facts)))
    assert len(versions.read(versions.current("town"), "incidents")) == 1


def test_key_list_and_release(disk, store):
    one = disclosure.build(released_city(victims=90, side=3), as_of="2026-01-15", secret=SECRET)
    two = replace(one, facts={**one.facts, "source": "The same, somewhere else"})
    disk(lambda: ledger.key("town"))
    for made in (one, two):
        disk(lambda made=made: ledger.add("town", made))
        disk(lambda made=made: bundle.write(made, store.parent / "out" / "town", key=SECRET))
    assert len(ledger.entries("town")) == 2


def test_the_record(disk):
    for n in range(2):
        disk(lambda n=n: record.add("ana", "admin", "view", f"page {n}"))
    assert record.verify() == 2


def test_what_was_not_flushed_is_seen(disk, store, monkeypatch):
    """The disk is no rubber stamp: without the one call, or with the call after the move, it says so."""
    (store / "town").mkdir(parents=True)
    disk(lambda: whole.write(store / "town" / "note", b"text"))
    with monkeypatch.context() as patch:
        patch.setattr(whole.checked_json, "flush_folder", lambda _: None)
        with pytest.raises(AssertionError, match="a move was not flushed"):
            disk(lambda: whole.write(store / "town" / "note", b"other text"))
    loose = store / "town" / "loose"
    with pytest.raises(AssertionError, match="not on the disk are"):
        disk(lambda: (loose.write_bytes(b"text"), os.replace(loose, store / "town" / "note")))

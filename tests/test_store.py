"""The store: a version is published whole or not at all, whatever fails and whenever; damage is seen before data are served."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotspots import store
from hotspots.store import StoreError


def tables(value: int, rows: int = 50) -> dict[str, pd.DataFrame]:
    """Return two tables in which every cell says `value`: a mixture of two versions would show."""
    points = gpd.points_from_xy([float(value)] * rows, range(rows), crs=32615)
    index = pd.Index([f"b{i}" for i in range(rows)], name="block_id")
    return {"blocks": gpd.GeoDataFrame({"n": value}, geometry=points, index=index), "notes": pd.DataFrame({"n": [value] * rows})}


def served(slug: str = "town") -> int:
    """Return the value that every cell of the served version says, after reading and checking all of it."""
    version = store.current(slug)
    blocks, notes = store.read(version, "blocks"), store.read(version, "notes")
    values = {*blocks["n"], *notes["n"], *blocks.geometry.x.astype(int), version.manifest["facts"]["n"]}
    assert len(values) == 1
    return int(values.pop())


def publish(value: int) -> store.Version:
    return store.publish("town", tables(value), {"n": value})


def rubbish(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.name.startswith(".tmp")]


def test_what_is_published_is_read_back(store_folder: Path) -> None:
    version = publish(7)
    assert (version.number, version.slug) == (1, "town")
    again = store.current("town")
    assert again == version
    assert set(again.manifest["files"]) == {"blocks", "notes"}
    assert again.manifest["files"]["blocks"]["rows"] == 50
    read = store.read(again, "blocks")
    pd.testing.assert_frame_equal(read, tables(7)["blocks"])
    assert read.crs.to_epsg() == 32615
    assert isinstance(read, gpd.GeoDataFrame)
    assert not isinstance(store.read(again, "notes"), gpd.GeoDataFrame)
    assert gpd.read_parquet(again.folder / "blocks.parquet").crs.to_epsg() == 32615
    assert rubbish(store_folder) == []


@pytest.fixture
def store_folder(store: Path) -> Path:
    return store


def test_numbers_go_up_and_old_versions_stay() -> None:
    assert [publish(n).number for n in (1, 2, 3)] == [1, 2, 3]
    assert store.versions("town") == [1, 2, 3]
    assert store.slugs() == ["town"]
    assert served() == 3
    assert store.current("town", 2).manifest["facts"]["n"] == 2


def test_what_is_not_there_is_said_in_words() -> None:
    with pytest.raises(StoreError, match="no city yet"):
        store.current("town")
    publish(1)
    with pytest.raises(StoreError, match="no version 9 of 'town'; versions 1 exist"):
        store.current("town", 9)
    with pytest.raises(StoreError, match="no published version of 'village'"):
        store.current("village")
    with pytest.raises(StoreError, match="has no table 'streets'; it has blocks, notes"):
        store.read(store.current("town"), "streets")
    assert not store.has(store.current("town"), "streets")


@pytest.mark.parametrize("slug", ["", "..", "../town", "a/b", "Town", ".hidden", "a b", "x\0"])
def test_a_slug_cannot_leave_the_store(slug: str) -> None:
    with pytest.raises(StoreError):
        store.publish(slug, tables(1), {})
    with pytest.raises(StoreError):
        store.current(slug)
    assert store.versions(slug) == []


# ------------------------------------------------------------------------------------------- every step that can fail


class Countdown:
    """Makes the n-th call of any of the wrapped functions fail, before or after it has done its work."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.left, self.after, self.fired = at, after, False

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            self.left -= 1
            self.fired |= self.left == 0
            if self.left == 0 and not self.after:
                raise OSError(28, "No space left on device")
            result = function(*arguments, **named)
            if self.left == 0:
                raise OSError(5, "Input/output error")
            return result

        return called


STEPS = [
    (os, "replace"),
    (os, "rename"),
    (os, "fsync"),
    (os, "open"),
    (Path, "write_text"),
    (pd.DataFrame, "to_parquet"),
    (gpd.GeoDataFrame, "to_parquet"),
]


def steps_that_fail(monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> Countdown:
    countdown = Countdown(at, after=after)
    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, countdown.wrap(getattr(owner, name)))
    return countdown


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("first", [True, False])
def test_a_failure_at_any_step_leaves_the_old_version_served(store_folder: Path, *, after: bool, first: bool) -> None:
    """Fails step 1, then step 2, and so on until a publication gets through without a failure."""
    value = 1
    if not first:
        publish(value)
    for at in range(1, 100):
        before = None if not store.slugs() else served()
        known = store.versions("town")
        with pytest.MonkeyPatch.context() as patch:
            countdown = steps_that_fail(patch, at, after=after)
            try:
                publish(value + 1)
                done = True
            except OSError:
                done = False
        assert rubbish(store_folder) == []
        if done:
            assert served() == value + 1
            value += 1
        else:
            assert store.versions("town") == known
            assert served() == before if before is not None else store.slugs() == []
        if not countdown.fired:
            break
    assert at > 10
    assert done


def test_a_table_that_cannot_be_written_publishes_nothing(store_folder: Path) -> None:
    publish(1)
    with pytest.raises(Exception, match=r"(?i)convert|arrow|expected"):
        store.publish("town", {"bad": pd.DataFrame({"n": [1, "x", object()]})}, {})
    assert served() == 1
    assert rubbish(store_folder) == []


# ----------------------------------------------------------------------------------------------------------- damage


def test_any_flipped_byte_is_seen(store_folder: Path) -> None:
    publish(1)
    chance = random.Random(7)
    files = [path for path in (store_folder / "town").rglob("*") if path.is_file() and path.name != ".lock"]
    assert len(files) == 4  # two tables, the manifest, the pointer
    for path in files:
        whole = path.read_bytes()
        for _ in range(40):
            place = chance.randrange(len(whole))
            path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
            try:
                value = served()
            except StoreError as error:
                assert "damaged" in str(error) or "no " in str(error)  # noqa: PT017
            else:
                assert value == 1, "only a byte that means nothing (a space) may go unseen"
                assert path.suffix != ".parquet"
        path.write_bytes(whole)
    assert served() == 1


@pytest.mark.parametrize("name", ["blocks.parquet", "manifest.json", "current"])
def test_a_cut_or_lost_file_is_told(store_folder: Path, name: str) -> None:
    publish(1)
    path = next(store_folder.rglob(name))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StoreError, match="damaged on disk; import the city again"):
        served()
    path.unlink()
    with pytest.raises(StoreError, match=r"import the city again|Import the city first"):
        served()


def test_after_damage_the_next_publication_serves_again(store_folder: Path) -> None:
    publish(1)
    (store_folder / "town" / "current").write_text("rubbish")
    publish(2)
    assert served() == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.text(max_size=8),
        st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.none(), st.lists(st.floats(allow_nan=False), max_size=3)),
    )
)
def test_facts_come_back_as_they_went(store_folder: Path, facts: dict[str, Any]) -> None:
    store.publish("town", {}, facts)
    assert store.current("town").manifest["facts"] == facts
    shutil.rmtree(store_folder)


# ------------------------------------------------------------------------------------------------- readers and killers


def test_readers_beside_a_writer_see_whole_versions_only() -> None:
    publish(1)
    seen: list[int] = []
    faults: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                seen.append(served())
            except BaseException as error:
                faults.append(error)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for value in range(2, 12):
        publish(value)
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(seen) > 3
    assert served() == 11


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from test_store import publish
value = int(sys.argv[2])
print("ready", flush=True)
while True:
    publish(value)
    print(value, flush=True)
    value += 1
"""


@pytest.mark.slow
def test_a_killed_writer_leaves_the_old_version_or_the_new(store_folder: Path) -> None:
    chance = random.Random(11)
    value = 1
    publish(value)
    for _ in range(20):
        command = [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(value + 1)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.12))
        os.kill(writer.pid, signal.SIGKILL)
        said = [int(line) for line in writer.stdout.read().split()]
        writer.wait()
        writer.stdout.close()
        last = said[-1] if said else value
        assert served() in (last, last + 1)
        assert all(
            json.loads((store_folder / "town" / "versions" / str(n) / "manifest.json").read_text())["version"] == n
            for n in store.versions("town")
        )
        value = served()
    publish(value + 1)
    assert served() == value + 1
    assert rubbish(store_folder) == []


def test_two_writers_at_once_publish_one_after_the_other() -> None:
    writers = [threading.Thread(target=publish, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert store.versions("town") == list(range(1, 9))
    assert {store.current("town", n).manifest["facts"]["n"] for n in range(1, 9)} == set(range(8))

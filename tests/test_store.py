"""The store: a version is published whole or not at all, whatever fails and whenever; damage is seen before data are served."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from postgres import STORE, WRITER, Server

from hotspots import store
from hotspots.store import StoreError, checked_json, database, locks, whole

TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))


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


def test_what_is_published_is_read_back(store_folder: Path, kept: Kept) -> None:
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
    assert gpd.read_parquet(io.BytesIO(kept.read(1, "blocks.parquet"))).crs.to_epsg() == 32615
    assert rubbish(store_folder) == []


@pytest.fixture
def store_folder(store: Path) -> Path:
    return store


class Kept:
    """What lies in the store, of whichever kind it is: (version, file) → bytes; version 0 has the pointer."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self.folder, self.server = folder, server

    def files(self) -> list[tuple[int, str]]:
        if self.server:
            return [tuple(row) for row in self.server.run("SELECT version, name FROM hotspots.file ORDER BY 1, 2", name=STORE)]
        there = [path for path in (self.folder / "town").rglob("*") if path.is_file() and path.name != ".lock"]
        return sorted((int(path.parent.name) if path.name != "current" else 0, path.name) for path in there)

    def path(self, version: int, name: str) -> Path:
        return self.folder / "town" / (f"versions/{version}/{name}" if version else name)

    def read(self, version: int, name: str) -> bytes:
        if self.server:
            ((content,),) = self.server.run(f"SELECT content FROM hotspots.file WHERE (version, name) = ({version}, '{name}')", name=STORE)
            return bytes(content)
        return self.path(version, name).read_bytes()

    def write(self, version: int, name: str, content: bytes | None) -> None:
        if self.server:
            self.server.run(f"DELETE FROM hotspots.file WHERE (version, name) = ({version}, '{name}')", name=STORE)
            if content is not None:
                self.server.run("INSERT INTO hotspots.file VALUES ('town', %s, %s, 0, %b)", name=STORE, values=(version, name, content))
        elif content is None:
            self.path(version, name).unlink()
        else:
            self.path(version, name).write_bytes(content)


@pytest.fixture(params=["folder", "database"])
def kept(request: pytest.FixtureRequest, store: Path) -> Kept:
    """Let the test run with each kind of store, and return what lies in it."""
    return Kept(store, request.getfixturevalue("database_store") if request.param == "database" else None)


both = pytest.mark.usefixtures("kept")


@both
def test_numbers_go_up_and_old_versions_stay() -> None:
    assert [publish(n).number for n in (1, 2, 3)] == [1, 2, 3]
    assert store.versions("town") == [1, 2, 3]
    assert store.slugs() == ["town"]
    assert served() == 3
    assert store.current("town", 2).manifest["facts"]["n"] == 2
    assert publish(1).number == publish(1).number - 1  # the same again is a version too, unless it is asked for otherwise


@both
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


@both
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
    (Path, "write_bytes"),
    (pd.DataFrame, "to_parquet"),
    (gpd.GeoDataFrame, "to_parquet"),
]


def steps_that_fail(monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> Countdown:
    countdown = Countdown(at, after=after)
    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, countdown.wrap(getattr(owner, name)))
    return countdown


@pytest.mark.cases(1)
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
            except (OSError, StoreError) as error:
                assert after or "the disk is full" in str(error) or isinstance(error, OSError)  # noqa: PT017
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


@both
def test_a_table_that_cannot_be_written_publishes_nothing(store_folder: Path) -> None:
    publish(1)
    with pytest.raises(Exception, match=r"(?i)convert|arrow|expected"):
        store.publish("town", {"bad": pd.DataFrame({"n": [1, "x", object()]})}, {})
    assert served() == 1
    assert rubbish(store_folder) == []


# ----------------------------------------------------------------------------------------------------------- damage


def test_any_flipped_byte_is_seen(kept: Kept) -> None:
    publish(1)
    chance = random.Random(7)
    files = kept.files()
    assert len(files) == 4  # two tables, the manifest, the pointer
    for file in files:
        whole = kept.read(*file)
        for _ in range(5 if kept.server else 40):
            place = chance.randrange(len(whole))
            kept.write(*file, whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
            try:
                value = served()
            except StoreError as error:
                assert "damaged" in str(error) or "no " in str(error)  # noqa: PT017
            else:
                assert value == 1, "only a byte that means nothing (a space) may go unseen"
                assert not file[1].endswith(".parquet")
        kept.write(*file, whole)
    assert served() == 1


@pytest.mark.parametrize("name", ["blocks.parquet", "manifest.json", "current"])
def test_a_cut_or_lost_file_is_told(kept: Kept, name: str) -> None:
    publish(1)
    file = (0 if name == "current" else 1, name)
    kept.write(*file, kept.read(*file)[:-20])
    with pytest.raises(StoreError, match="damaged on disk; import the city again"):
        served()
    kept.write(*file, None)
    with pytest.raises(StoreError, match=r"import the city again|Import the city first"):
        served()


def test_after_damage_the_next_publication_serves_again(kept: Kept) -> None:
    publish(1)
    kept.write(0, "current", b"rubbish")
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


@both
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


WRITERS = """
import os, sys
sys.path.insert(0, sys.argv[1])
from test_store import publish
print("ready", flush=True)
for line in sys.stdin:  # one warm process; each writer is a fork of it, so that none has to load anything
    value, said = line.split()
    writer = os.fork()
    if not writer:
        with open(said, "w") as file:
            for value in range(int(value), 1_000_000):
                publish(value)
                print(value, file=file, flush=True)
    print(writer, flush=True)
    os.waitpid(writer, 0)
    print("gone", flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_leaves_the_old_version_or_the_new(store_folder: Path, tmp_path: Path, kept: Kept) -> None:
    chance = random.Random(11)
    value = 1
    publish(value)
    command = [sys.executable, "-c", WRITERS, str(Path(__file__).parent)]
    writers = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert writers.stdin is not None
    assert writers.stdout is not None
    assert writers.stdout.readline() == "ready\n"
    for trial in range(60 if TORTURE else 5 if kept.server else 20):
        heard = tmp_path / f"said-{trial}"
        heard.touch()
        writers.stdin.write(f"{value + 1} {heard}\n")
        writers.stdin.flush()
        writer = int(writers.stdout.readline())
        time.sleep(chance.uniform(0.0, 0.5 if kept.server else 0.12))
        os.kill(writer, signal.SIGKILL)
        assert writers.stdout.readline() == "gone\n"
        said = [int(line) for line in heard.read_text().split()]
        last = said[-1] if said else value
        assert served() in (last, last + 1)
        assert all(json.loads(kept.read(n, "manifest.json"))["version"] == n for n in store.versions("town"))
        value = served()
    writers.communicate()
    publish(value + 1)
    assert served() == value + 1
    assert rubbish(store_folder) == []


@both
def test_the_second_writer_is_told_who_and_since_when() -> None:
    with store.lock("town") as held:
        with pytest.raises(StoreError, match=rf"town is being imported by .+ \(process {os.getpid()} on .+\) since \d\d:\d\d; wait"):
            publish(1)
        assert store.publish("town", tables(2), {"n": 2}, held=held).number == 1
        with pytest.raises(StoreError, match="being imported"):
            store.rollback("town")
    assert publish(3).number == 2


@both
def test_a_lock_can_be_waited_for() -> None:
    taken, done = threading.Event(), threading.Event()

    def keep() -> None:
        with store.lock("town"):
            taken.set()
            done.wait(5)

    other = threading.Thread(target=keep)
    other.start()
    assert taken.wait(5)
    threading.Timer(0.2, done.set).start()
    with store.lock("town", wait=5):
        assert done.is_set()
    other.join()


def test_a_lock_that_another_keeps_is_refused_at_once_where_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks.time, "sleep", lambda _: pytest.fail("it was waited for"))
    with locks.hold(tmp_path / "lock"), pytest.raises(locks.TakenError), locks.hold(tmp_path / "lock"):
        pytest.fail("two hold it")
    with store.lock("town"), pytest.raises(StoreError), store.lock("town"):
        pytest.fail("two hold it")


def test_a_file_is_written_over_and_may_be_read_by_others_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for content in (b"old", b"new"):
            whole.write(tmp_path / "open", content)
        whole.write(tmp_path / "own", content, mode=0o600)
    finally:
        os.umask(before)
    assert (tmp_path / "open").read_bytes() == b"new"
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("open", "own")] == [0o644, 0o600]


def test_a_lock_whose_words_cannot_be_read_still_holds(store_folder: Path) -> None:
    with store.lock("town"):
        (store_folder / "town" / ".lock").write_text("{")
        with pytest.raises(StoreError, match=r"somebody else since \d\d:\d\d"):
            publish(1)


RIVAL = """
import sys
sys.path.insert(0, sys.argv[1])
from test_store import StoreError, publish
print("ready", flush=True)
for line in sys.stdin:
    try:
        print(publish(int(line)).number, flush=True)
    except StoreError as error:
        assert "is being imported by" in str(error) and " since " in str(error), error
        print("told", flush=True)
"""


@both
@pytest.mark.walk
@pytest.mark.slow
def test_of_two_writers_at_once_each_publishes_or_is_told() -> None:
    """Two processes publish at the same moment, again and again: no version is lost, mixed or given twice."""
    command = [sys.executable, "-c", RIVAL, str(Path(__file__).parent)]
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "text": True,
        "env": {**os.environ, "HOTSPOTS_KEEP": "1000"},
    }
    rivals = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [rival.stdout.readline() for rival in rivals if rival.stdout] == ["ready\n"] * 2
    published, told = {}, 0
    for trial in range(100 if TORTURE else 20):
        for which, rival in enumerate(rivals):
            assert rival.stdin is not None
            rival.stdin.write(f"{10 * trial + which}\n")
            rival.stdin.flush()
        answers = [rival.stdout.readline().strip() for rival in rivals if rival.stdout]
        assert answers != ["told", "told"]
        told += answers.count("told")
        won = {int(answer): 10 * trial + which for which, answer in enumerate(answers) if answer != "told"}
        published |= won
        assert served() == won[max(won)]
    for rival in rivals:
        assert rival.communicate()[0] == ""
        assert rival.wait() == 0
    assert store.versions("town") == sorted(published) == list(range(1, len(published) + 1))
    assert {n: store.current("town", n).manifest["facts"]["n"] for n in published} == published
    assert told + len(published) == 2 * (100 if TORTURE else 20)


HOLDER = """
import sys, time
from hotspots import store
with store.lock("town"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.cases(1)
@both
def test_a_dead_holder_holds_nothing() -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreError, match=rf"process {holder.pid} "):
        publish(1)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert publish(1).number == 1


# ------------------------------------------------------------------------------------------ keeping and going back


@both
def test_the_last_ten_are_kept(store_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTSPOTS_KEEP_DAYS", "0")
    for n in range(1, 14):
        publish(n)
    assert store.versions("town") == list(range(4, 14))
    assert rubbish(store_folder) == []
    with pytest.raises(StoreError, match="no version 3 of 'town'"):
        store.current("town", 3)


@both
def test_how_many_are_kept_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTSPOTS_KEEP", "2")
    monkeypatch.setenv("HOTSPOTS_KEEP_DAYS", "0")
    for n in range(1, 5):
        publish(n)
    assert store.versions("town") == [3, 4]
    for wrong in ("0", "many", "-1"):
        monkeypatch.setenv("HOTSPOTS_KEEP", wrong)
        with pytest.raises(StoreError, match="HOTSPOTS_KEEP is"):
            publish(9)
    assert store.versions("town") == [3, 4]


@both
def test_going_back_moves_the_pointer_only(store_folder: Path) -> None:
    for n in (1, 2, 3):
        publish(n)
    assert store.rollback("town").number == 2
    assert served() == 2
    assert store.rollback("town").number == 1
    with pytest.raises(StoreError, match=r"no intact version before the one served now \(1\); versions there: 1, 2, 3\."):
        store.rollback("town")
    assert store.rollback("town", 3).number == 3
    assert store.versions("town") == [1, 2, 3]
    store.rollback("town", 1)
    assert publish(4).number == 4
    assert served() == 4
    with pytest.raises(StoreError, match="no version 9"):
        store.rollback("town", 9)
    with pytest.raises(StoreError, match="no published version of 'village'"):
        store.rollback("village")
    assert rubbish(store_folder) == []


def test_going_back_passes_over_damage(kept: Kept) -> None:
    for n in (1, 2, 3):
        publish(n)
    kept.write(2, "notes.parquet", None)
    with pytest.raises(StoreError, match=r"version 2 of 'town' cannot be served again: the file notes.parquet .+ is gone"):
        store.rollback("town", 2)
    assert store.rollback("town").number == 1
    assert store.check("town") == {
        1: (),
        2: ("the file notes.parquet of version 2 of 'town' is gone; import the city again",),
        3: (),
    }


def test_what_a_killed_publication_left_is_not_served(store_folder: Path) -> None:
    """Killed between the folder and the pointer: the next publication sweeps it away and nobody sees it before."""
    publish(1)
    publish(2)
    shutil.copytree(store_folder / "town" / "versions" / "2", store_folder / "town" / "versions" / "3")
    assert store.versions("town") == [1, 2]
    assert store.check("town") == {1: (), 2: ()}
    assert publish(5).number == 3
    assert served() == 5


@both
def test_versions_to_fall_back_to() -> None:
    for n in range(1, 6):
        publish(n)
    store.rollback("town", 3)
    assert store.served("town") == 3
    assert store.instead("town") == [2, 1, 5, 4]


def test_every_damage_is_found(kept: Kept) -> None:
    """Flips, cuts and losses anywhere in the store: `check` names each, and what is read of the version served is never wrong."""
    for n in (1, 2, 3):
        publish(n)
    chance = random.Random(3)
    files = kept.files()
    assert len(files) == 10
    for _ in range(500 if TORTURE else 10 if kept.server else 60):
        file, kind = chance.choice(files), chance.choice(["flip", "cut", "lose"])
        whole = kept.read(*file)
        spoiled = spoil(whole, kind, chance)
        kept.write(*file, spoiled)
        faults = [fault for found in store.check("town").values() for fault in found]
        if not file[1].endswith(".parquet") and spoiled is not None and checked_json.unsealed(spoiled) is not None:
            assert faults == []  # a blank between words of JSON: nothing that the file says has changed
        else:
            assert len(faults) == 1, (file, kind)
        with contextlib.suppress(StoreError):
            assert served() == 3
        kept.write(*file, whole)
    assert store.check("town") == {1: (), 2: (), 3: ()}


def spoil(whole: bytes, kind: str, chance: random.Random) -> bytes | None:
    place = chance.randrange(len(whole))
    if kind == "lose":
        return None
    flipped = whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :]
    return flipped if kind == "flip" else whole[:place]


class TwoUsers(RuleBasedStateMachine):
    """Two users publish, go back and read while disks fail and files rot; a plain dictionary says what must be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.patch = pytest.MonkeyPatch()
        self.kept = self.begin()
        self.patch.setenv("HOTSPOTS_KEEP", "3")
        self.patch.setenv("HOTSPOTS_KEEP_DAYS", "0")
        self.said: dict[int, int] = {}  # version → value, of all that are kept
        self.rotten: set[int] = set()
        self.now = 0
        self.highest = 0
        self.value = 0
        self.seen: dict[str, tuple[store.Version, int]] = {}

    def begin(self) -> Kept:
        """Let the store be an empty one."""
        self.patch.setenv("HOTSPOTS_STORE", str(self.folder))
        return Kept(self.folder, None)

    def failing(self, patch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
        """Let one of the steps of a publication fail."""
        steps_that_fail(patch, at, after=after)

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder)

    @rule()
    def publish(self) -> None:
        self.value += 1
        number = store.publish("town", tables(self.value, rows=3), {"n": self.value}).number
        assert number > self.highest
        self.highest = self.now = number
        self.said[number] = self.value
        kept = sorted(self.said)[-3:]
        self.said = {n: self.said[n] for n in kept}
        self.rotten &= set(kept)

    @rule(at=st.integers(1, 30), after=st.booleans())
    def publish_on_a_failing_disk(self, at: int, *, after: bool) -> None:
        self.value += 1
        try:
            with pytest.MonkeyPatch.context() as patch:
                self.failing(patch, at, after=after)
                number = store.publish("town", tables(self.value, rows=3), {"n": self.value}).number
        except (OSError, StoreError):
            return
        self.value -= 1
        self.said[number] = self.value + 1
        self.value += 1
        self.highest = self.now = number
        self.said = {n: self.said[n] for n in sorted(self.said)[-3:]}
        there = store.versions("town")
        assert set(self.said) <= set(there)  # a failing disk may keep an old version longer
        self.said = {n: value for n, value in self.said.items() if n in there}
        self.rotten &= set(self.said)

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([None, *sorted(self.said)]))
        earlier = [n for n in sorted(self.said) if n < self.now and n not in self.rotten]
        wanted = number if number is not None else earlier[-1] if earlier else None
        if wanted is None or wanted in self.rotten:
            with pytest.raises(StoreError):
                store.rollback("town", number)
        else:
            assert store.rollback("town", number).number == wanted
            self.now = wanted

    @precondition(lambda self: self.said)
    @rule(data=st.data(), name=st.sampled_from(["blocks.parquet", "notes.parquet"]), lose=st.booleans())
    def rot(self, data: st.DataObject, name: str, *, lose: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.said)))
        there = (number, name) in self.kept.files()
        if there:
            raw = self.kept.read(number, name)
            self.kept.write(number, name, None if lose else raw[: len(raw) // 2])
        self.rotten.add(number)

    @rule(user=st.sampled_from(["ana", "luis"]))
    def open(self, user: str) -> None:
        if self.now:
            version = store.current("town")
            assert version.number == self.now
            self.seen[user] = version, self.said[self.now]

    @rule(user=st.sampled_from(["ana", "luis"]))
    def read(self, user: str) -> None:
        """What a user opened before stays what it was, or is refused: it never turns into another version."""
        version, value = self.seen.get(user, (None, 0))
        if version is None:
            return
        try:
            found = {*store.read(version, "blocks")["n"], *store.read(version, "notes")["n"]}
        except StoreError:
            assert version.number in self.rotten or version.number not in self.said
        else:
            assert found == {value}

    @invariant()
    def the_store_is_what_it_should_be(self) -> None:
        assert store.served("town") == (self.now or None)
        assert set(self.said) <= set(store.versions("town"))
        assert [name for name in rubbish(self.folder) if not name.startswith(".tmp-gone")] == []
        if self.now:
            damaged = {number for number, faults in store.check("town").items() if faults}
            assert damaged & set(self.said) == self.rotten


class TwoUsersOfADatabase(TwoUsers):
    """The same with a database, of which statements fail."""

    server: Server

    def begin(self) -> Kept:
        self.server.empty_store()
        database.at.cache_clear()
        self.patch.setenv("HOTSPOTS_STORE", self.server.address(STORE, role="writer", password=WRITER))
        self.patch.setenv("HOTSPOTS_PAPERS", str(self.folder))
        return Kept(self.folder, self.server)

    def failing(self, patch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
        """Let one statement of a publication fail, before or after the server has done it."""
        left, execute = [at], psycopg.Connection.execute

        def counted(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if not left[0] and not after:
                raise psycopg.OperationalError("cut")
            done = execute(*arguments, **named)
            if not left[0]:
                raise psycopg.OperationalError("cut")
            return done

        patch.setattr(psycopg.Connection, "execute", counted)


@pytest.fixture(scope="class")
def of_a_database(server: Server) -> None:
    """Tell the two users which server it is."""
    TwoUsersOfADatabase.server = server


@pytest.mark.walk
@pytest.mark.usefixtures("of_a_database")
class TestTwoUsersOfADatabase(TwoUsersOfADatabase.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=50 if TORTURE else 5, stateful_step_count=25)


TestTwoUsers = TwoUsers.TestCase
TestTwoUsers.settings = settings(max_examples=200 if TORTURE else 10, stateful_step_count=25)

"""Reading in a process of its own: what crosses, what it may not do, and what is left when it is ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import misbehaving
import numpy as np
import pandas as pd
import pytest
import small_city as small

from hotspots import cities, store
from hotspots.readers.isolation import limits, starting
from hotspots.readers.isolation.plain import Parcel
from hotspots.readers.isolation.running import ReadingEndedError, isolated
from hotspots.readers.place_faults import MisplacedError
from hotspots.store.schema import DataError
from hotspots.words import Told, told, words_for

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the system refuses these on Linux alone")


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is left be that of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))


def left() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("hotspots-*")}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_values_come_and_go_as_they_are(tmp_path: Path) -> None:
    given = (1, 2.5, float("inf"), "ñ", None, True, [1, (2, "x")], {"a": Path("/b")}, pd.Timestamp("2019-02-03"), told("{n}", n=told("x")))
    values, named = isolated(misbehaving.echo, *given, more=(3,))
    assert values == given
    assert isinstance(values[-1], Told)
    assert values[-1].values == {"n": "x"}
    assert named == {"more": (3,)}
    (array,), _ = isolated(misbehaving.echo, np.array([1.5, np.nan]))
    np.testing.assert_equal(array, np.array([1.5, np.nan]))
    pd.testing.assert_frame_equal(isolated(misbehaving.layer), misbehaving.layer())


def test_errors_keep_their_fields_and_only_our_own_classes_are_built(tmp_path: Path) -> None:
    parcel = Parcel(tmp_path)
    fault = DataError([told("one"), MisplacedError(1, 9, (89.0, 13.0), None)])
    again = parcel.open(parcel.pack(fault))
    assert again.faults == fault.faults
    assert again.parts[0].first == (89.0, 13.0)
    for sly in ({"made": ["subprocess:Popen", {"args": "true"}]}, {"made": ["hotspots.settings:os", {}]}, {"pickle": "x"}):
        with pytest.raises(ValueError, match=r"\w"):
            parcel.open(sly)
    with pytest.raises(TypeError, match="does not travel"):
        parcel.pack(object())
    with pytest.raises(DataError, match="3 rows\nand more"):
        isolated(misbehaving.refuse)


def test_questions_are_answered_here_and_steps_are_told_here() -> None:
    steps: list[str] = []
    assert isolated(misbehaving.asking, ask=lambda question: f"{question} this", progress=steps.append) == "which? this taken"
    assert steps == ["step 1"]
    with pytest.raises(DataError, match="not answered"):
        isolated(misbehaving.asking, ask=lambda _: (_ for _ in ()).throw(DataError(told("not answered"))), progress=steps.append)


ENDED = {
    "memory": (misbehaving.hoard, (3_000,), limits.Most(), "more than 1,900 MB of memory"),
    "time": (misbehaving.spin, (), limits.Most(seconds=1), "more than 1 seconds"),
    "time that passes": (misbehaving.sleep, (), limits.Most(seconds=1), "more than 1 seconds"),
    "broken by a crash": (misbehaving.crash, (), limits.Most(), "ended without a word"),
    "broken by an error": (misbehaving.stumble, (), limits.Most(), "KeyError"),
    "broken by a full disk": (misbehaving.flood_disk, (), limits.Most(), "OSError"),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", ENDED)
def test_what_takes_too_much_or_breaks_is_ended_and_says_why(name: str) -> None:
    work, arguments, most, words = ENDED[name]
    before, began = left(), time.monotonic()
    with pytest.raises(ReadingEndedError, match=words) as caught:
        isolated(work, *arguments, most=most)
    assert caught.value.why == name.split()[0]
    assert "nothing was changed" in str(caught.value)
    assert "nada cambió" in words_for("es").tell(caught.value)
    assert left() == before
    assert time.monotonic() - began < 60
    assert isolated(misbehaving.echo, 1) == ((1,), {})  # the next one reads


def test_a_person_may_stop_it() -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(ReadingEndedError, match="was stopped; nothing was changed") as caught:
        isolated(misbehaving.sleep, stop=stop)
    assert caught.value.why == "stopped"


@ONLY_LINUX
def test_it_has_no_network_and_starts_no_programs() -> None:
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        found = isolated(misbehaving.reach_out, server.getsockname()[1])
        with pytest.raises(TimeoutError):
            calls.append(server.accept())
    assert "reached" not in found, found
    assert calls == []


def test_it_works_in_a_folder_of_its_own_that_is_gone_afterwards() -> None:
    folder, given = isolated(misbehaving.write, Path("here.csv")).split()
    assert not Path(folder).exists()
    assert Path(given) == Path.cwd() / "here.csv"


@pytest.mark.walk
def test_a_fresh_interpreter_does_the_same_where_none_can_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "FORKS", False)
    assert isolated(misbehaving.echo, 1) == ((1,), {})
    with pytest.raises(ReadingEndedError, match="more than 1 seconds"):
        isolated(misbehaving.sleep, most=limits.Most(seconds=1))


@ONLY_LINUX
def test_memory_and_time_are_seen_where_the_system_has_no_limits() -> None:
    for seen in (starting._taken(os.getpid()), starting._taken_by_ps(os.getpid())):
        assert seen[0] > 10_000_000
        assert seen[1] >= 0


@ONLY_LINUX
def test_it_ends_with_the_program_that_asked(tmp_path: Path) -> None:
    script = (
        "import sys, threading, misbehaving\n"
        "from hotspots.readers.isolation import running, starting\n"
        "know = starting.Child._know\n"
        "starting.Child._know = lambda self, pid: (know(self, pid), print(pid, flush=True))\n"
        "running.isolated(misbehaving.sleep)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert alive(pid)
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert not alive(pid)


def test_the_second_start_is_quick() -> None:
    isolated(misbehaving.echo)
    took = []
    for _ in range(5):
        began = time.monotonic()
        isolated(misbehaving.echo)
        took.append(time.monotonic() - began)
    assert min(took) < (0.5 if starting.FORKS else 10)


def test_an_import_that_is_ended_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small.write_city(tmp_path / "town")
    assert cities.import_folder(folder).version == 1
    (folder / "homicides.csv").write_text(small.csv_text([(0, "age", "99")]))
    stop = threading.Event()
    stop.set()
    with pytest.raises(ReadingEndedError, match="stopped"):
        cities.import_folder(folder, stop=stop)
    with monkeypatch.context() as patch:
        patch.setattr("hotspots.cities.versions.allowed", lambda _: limits.Most(memory=1_000_000))
        with pytest.raises(ReadingEndedError, match="of memory"):
            cities.import_folder(folder)
    assert store.served("town") == 1
    assert [path.name for path in (tmp_path / "store/town/versions").iterdir()] == ["1"]
    steps: list[str] = []
    assert cities.import_folder(folder, progress=steps.append).version == 2
    assert [step[:11] for step in steps] == [f"step {k} of 4" for k in (1, 2, 3, 4)]


def test_the_settings_of_the_moment_hold_there_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSPOTS_STORE", "one")
    assert isolated(misbehaving.settings, "HOTSPOTS_STORE") == str(tmp_path / "one")
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "two"))
    assert isolated(misbehaving.settings, "HOTSPOTS_STORE") == str(tmp_path / "two")
    monkeypatch.setenv("HOTSPOTS_LAG", "30")
    assert isolated(misbehaving.settings, "HOTSPOTS_LAG") == "30"
    monkeypatch.delenv("HOTSPOTS_LAG")
    assert isolated(misbehaving.settings, "HOTSPOTS_LAG") is None
    monkeypatch.setenv("HOTSPOTS_RECORDS", "postgresql://reader:secret@db.example/records")  # of a source: it holds a password
    assert isolated(misbehaving.settings, "HOTSPOTS_RECORDS") is None

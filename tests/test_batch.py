"""Many cities at once: each does only what is missing, none stops another, and a process that is killed loses nothing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import until
from invented_cities import sizes, write_city
from small_city import write_city as write_small

from hotspots import cities, release, store
from hotspots.cli import batch, dask_pool, one_city
from hotspots.cli.main import main
from hotspots.cli.one_city import Account, Order, Step
from hotspots.store.schema import DataError
from hotspots.words import told, words_for

psutil = pytest.importorskip("psutil")
Client = pytest.importorskip("distributed").Client
EN = words_for("en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a city that may be published, one that may not, one that is broken, and a folder that is no city."""
    place = tmp_path / "cities"
    write_city(place / "north", 600, number=1, publish="strict")
    write_city(place / "south", 500, number=2, publish="no")
    write_city(place / "west", 500, number=3)
    (place / "west" / "homicides.csv").write_text("nothing,here\n1,2\n")
    (place / "notes").mkdir()
    return place


def order(folder: Path, tmp_path: Path, **how) -> Order:
    return Order(folder, tmp_path / "out" / folder.name, tmp_path / "releases", signed_by="A. Nalyst", **how)


def worked(one: Order) -> dict[str, str]:
    """Do what is missing of a city in this process, and return the state of each step."""
    account = one_city.work(one, hear=lambda _: None, clock=lambda: 0.0)
    return {step.name: step.state for step in account.steps}


def said(one: Order) -> str:
    return "\n".join(EN.tell(text) for step in one_city.work(one, hear=lambda _: None, clock=lambda: 0.0).steps for text in step.said)


ALL = {"import": "done", "check": "done", "publish": "done", "brief": "done", "digest": "none"}
KEPT = {"import": "kept", "check": "done", "publish": "kept", "brief": "kept", "digest": "none"}


@pytest.mark.walk
def test_each_step_is_made_again_where_what_it_rests_on_or_what_it_made_is_another(tmp_path, monkeypatch):
    one = order(write_city(tmp_path / "north", 600, publish="strict"), tmp_path)
    assert worked(one) == ALL
    first = release.fingerprint(one.releases / "north")
    assert worked(one) == KEPT
    (one.papers / one_city.BRIEF).write_bytes(b"cut")
    assert worked(one) == {**KEPT, "brief": "done"}
    shutil.rmtree(one.releases / "north")
    assert worked(one) == {**KEPT, "publish": "done"}
    assert release.fingerprint(one.releases / "north") == first  # the same data give the same bytes
    monkeypatch.setenv("HOTSPOTS_ADDRESS", "https://example.org")
    assert worked(one) == {**KEPT, "brief": "done"}
    rows = (one.folder / "homicides.csv").read_text().splitlines()
    (one.folder / "homicides.csv").write_text("\n".join([*rows, rows[-1]]) + "\n")
    assert worked(one) == {**ALL, "digest": "done"}
    assert worked(one) == {**KEPT, "digest": "kept"}
    assert json.loads((one.papers / one_city.DIGEST).read_text())["version"] == 2
    assert store.versions("north") == [1, 2]


@pytest.mark.walk
def test_a_version_that_is_damaged_is_made_anew_and_nothing_is_made_of_the_one_that_stands_in(tmp_path):
    one = order(write_city(tmp_path / "north", 500), tmp_path)
    assert worked(one)["import"] == "done"
    parquet = Path(os.environ["HOTSPOTS_STORE"]) / "north" / "versions" / "1" / "incidents.parquet"
    parquet.chmod(0o600)
    parquet.write_bytes(b"damaged")
    store.look_again()
    found = worked(one)
    assert (found["import"], found["check"]) == ("done", "failed")  # version 2 is whole; version 1 is told
    assert found["brief"] == "done"
    assert store.served("north") == 2


def test_a_question_that_is_open_fails_the_city_and_says_what_to_do_and_its_answer_is_remembered(tmp_path):
    place = write_small(tmp_path / "small")
    rows = (place / "homicides.csv").read_text().splitlines()
    swapped = [row if i == 0 else row.replace(row.split(",")[1], f"0{1 + i % 9}/0{1 + i % 5}/2019") for i, row in enumerate(rows)]
    (place / "homicides.csv").write_text("\n".join(swapped) + "\n")
    one = order(place, tmp_path)
    assert worked(one) == {"import": "failed", **dict.fromkeys(("check", "publish", "brief", "digest"), "not reached")}
    assert "--answer" in said(one)
    assert "day_first" in said(one)
    assert main(["import", str(place), "--answer", "day_first=day"]) == 0
    assert worked(one)["import"] == "kept"
    assert store.versions("small") == [1]


@pytest.mark.walk
def test_the_less_of_what_two_people_said_is_published(tmp_path):
    asked = order(write_city(tmp_path / "no", 500, publish="no"), tmp_path, profile="open")
    assert worked(asked)["publish"] == "none"
    assert not (asked.releases / "no").exists()
    asked = order(write_city(tmp_path / "strict", 500, number=2, publish="strict"), tmp_path, profile="open")
    assert worked(asked)["publish"] == "done"
    assert release.read(asked.releases / "strict").profile.name == "strict"
    refused = order(write_city(tmp_path / "typo", 500, number=3, publish="opne"), tmp_path)
    assert "publish = 'opne' is none of no, strict, open" in said(refused)


def test_a_fault_of_the_program_is_told_and_goes_no_further(tmp_path, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(cities, "check", broken)
    one = order(write_city(tmp_path / "north", 500), tmp_path)
    assert worked(one)["check"] == "failed"
    assert "a fault of this program, not of yours (KeyError)" in said(one)


def killing(step: str, times: int, *, of: str = "spawn_main"):
    """Return what hears of each step, and kills the workers, or the processes `of` cities, when one begins, a number of `times`."""
    left = [times]

    def hear(city: str, said: str) -> None:
        if said == step and left[0]:
            left[0] -= 1
            for one in psutil.Process().children(recursive=True):
                if of in " ".join(one.cmdline()):
                    os.kill(one.pid, signal.SIGKILL)

    hear.left = left
    return hear


@contextlib.contextmanager
def started(command: list[str], env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@pytest.mark.walk
def test_killed_at_its_work_a_city_is_begun_again_and_the_others_are_done(folder, tmp_path, capfd):
    shutil.rmtree(folder / "notes")
    orders = {name: order(folder / name, tmp_path) for name in ("north", "south", "west")}
    hear = killing("release of north", 1)
    found = {one.slug: one for one in dask_pool.side_by_side(orders, processes=1, hear=hear, language="en")}
    assert hear.left == [0]
    assert {name: one.failed for name, one in found.items()} == {"north": False, "south": False, "west": True}
    assert {step.name: step.state for step in found["north"].steps} == {**ALL, "import": "kept"}  # done before it was killed
    assert store.versions("north") == store.versions("south") == [1]
    assert not any(one.faults for name in ("north", "south") for one in cities.check(name))
    assert [one.name for one in (tmp_path / "releases").iterdir() if not one.name.startswith(".")] == ["north"]
    assert release.verify(tmp_path / "releases" / "north") == ()
    assert 0.3 < found["north"].seconds < 60
    assert 100e6 < found["north"].memory < 2e9
    assert not {"Traceback", "Fatal"} & set(capfd.readouterr().err.replace(":", " ").split())


@pytest.mark.walk
@pytest.mark.parametrize("of", ["spawn_main", "city_process"])
def test_a_city_that_ends_its_process_each_time_is_told_after_three_times(folder, tmp_path, of):
    orders = {name: order(folder / name, tmp_path) for name in ("north", "south")}
    hear = killing("brief of north", dask_pool.TRIES, of=of)
    found = {one.slug: one for one in dask_pool.side_by_side(orders, processes=1, hear=hear, language="en")}
    assert hear.left == [0]
    assert found["north"].failed
    assert not found["south"].failed
    assert "ended 3 times" in EN.tell(found["north"].steps[0].said[0])


@pytest.mark.walk
def test_the_command_says_what_became_of_each_city_and_does_again_only_what_failed(folder, tmp_path, capsys):
    command = ["batch", "--cities", str(folder), "--out", str(tmp_path / "out"), "--workers", "2"]
    assert main(command) == 1
    told_of = capsys.readouterr()
    assert [row.split(":")[0] for row in sorted(told_of.out.splitlines())] == ["north", "south", "west"]
    assert "without a city.toml, and left alone: notes" in told_of.err
    report = json.loads((tmp_path / "out" / "batch.json").read_text())
    assert (report["cities"], report["done"], report["failed"]) == (3, 3, 1)
    assert [row["city"] for row in report["rows"]] == ["north", "south", "west"]
    table = (tmp_path / "out" / "batch.txt").read_text()
    assert "west, import:" in table.split("What failed, and what to do:")[1]
    shutil.rmtree(folder / "west")
    write_city(folder / "west", 500, number=3)
    assert main(command) == 0
    rows = {row["city"]: row["steps"] for row in json.loads((tmp_path / "out" / "batch.json").read_text())["rows"]}
    assert rows["west"]["import"]["state"] == "done"
    assert {rows[city]["import"]["state"] for city in ("north", "south")} == {"kept"}
    assert {rows[city]["brief"]["state"] for city in ("north", "south")} == {"kept"}


def test_folders_that_cannot_be_done_are_refused_before_anything_is_begun(tmp_path, capsys):
    assert main(["batch", "--cities", str(tmp_path / "none")]) == 1
    assert "there is no folder" in capsys.readouterr().err
    (tmp_path / "empty" / "one").mkdir(parents=True)
    assert main(["batch", "--cities", str(tmp_path / "empty")]) == 1
    assert "has a city.toml" in capsys.readouterr().err
    for name in ("San José", "san-jose"):
        write_city(tmp_path / "twice" / name, 500)
    assert main(["batch", "--cities", str(tmp_path / "twice")]) == 1
    assert "would both be the city san-jose" in capsys.readouterr().err


def test_without_dask_a_sentence_says_what_to_install(tmp_path, monkeypatch, capsys):
    write_city(tmp_path / "cities" / "north", 500)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["batch", "--cities", str(tmp_path / "cities"), "--out", str(tmp_path / "out")]) == 1
    assert "batch needs more: pip install 'hotspots[batch]'" in capsys.readouterr().err


def test_a_scheduler_that_does_not_answer_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_pool, "PATIENCE", 1)
    one = order(write_city(tmp_path / "north", 500), tmp_path)
    with pytest.raises(DataError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        list(dask_pool.side_by_side({"north": one}, scheduler="tcp://127.0.0.1:9", hear=print, language="en"))


@pytest.mark.walk
def test_a_scheduler_that_somebody_runs_does_the_work_where_it_has_workers(folder, tmp_path, capsys):
    known, nobody = tmp_path / "scheduler.json", {name: value for name, value in os.environ.items() if not name.startswith("HOTSPOTS_")}
    command = ["batch", "--cities", str(folder), "--out", str(tmp_path / "out"), "--releases", str(tmp_path / "releases")]
    of = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with contextlib.ExitStack() as running:
        running.enter_context(started([*of, "--scheduler-file", str(known)], nobody))
        assert until(known.exists, 60)
        address = json.loads(known.read_text())["address"]
        assert main([*command, "--scheduler", address]) == 1
        assert "has no worker; start some: dask worker" in capsys.readouterr().err
        running.enter_context(started([sys.executable, "-m", "distributed.cli.dask_worker", address, "--nworkers", "2"], nobody))
        with Client(address) as client:
            client.wait_for_workers(2, timeout=60)
        assert main([*command, "--scheduler", address]) == 1
    rows = {row["city"]: row["steps"] for row in json.loads((tmp_path / "out" / "batch.json").read_text())["rows"]}
    assert {city: rows[city]["import"]["state"] for city in rows} == {"north": "done", "south": "done", "west": "failed"}
    assert store.versions("north") == [1]  # in the store of who asked, not of the workers
    assert release.verify(tmp_path / "releases" / "north") == ()


def test_the_table_says_what_failed_in_the_readers_language():
    report = batch.Report(2)
    report.accounts = [Account("b", (Step("import", "failed", (told("no"),)), *(Step(name, "not reached") for name in one_city.STEPS[1:])))]
    text = report.text(words_for("es"))
    assert "Qué falló y qué hacer:" in text
    assert "b, importación:" in text


def test_three_hundred_cities_are_drawn_between_the_sizes_asked_for():
    drawn = sizes(300)
    assert min(drawn) >= 500
    assert max(drawn) <= 20_000
    assert drawn == sizes(300)

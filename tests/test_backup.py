"""`hotspots backup`: a copy of a store that is used, whole whenever it is made, and never worse than the copy before; and the drill."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import drilled
import pytest
from drilled import contents, faults, in_store, town, tree
from released import SECRET, released_city
from test_release_survives import killed_at

from hotspots import cities, release, store
from hotspots.cities import erasure
from hotspots.cli.main import main
from hotspots.release import ledger
from hotspots.store import StoreError, copying, record
from hotspots.store.folder import Folder

SLUG = "villa-prueba"


@pytest.fixture(scope="module")
def worked_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with two versions of a city, a release of it, and lines in the record; nobody changes it."""
    folder = tmp_path_factory.mktemp("worked-on")
    with in_store(folder / "store"):
        for n in (1, 2):
            cities.import_folder(town(folder / "in" / SLUG, n))
        ledger.key(SLUG)
        ledger.add(SLUG, release.build(released_city(victims=450, years=6, seed=3, hot=3.0), as_of="2026-01-15", secret=SECRET))
        for _ in range(3):
            record.add("ana", "analyst", "import", SLUG)
    return folder / "store"


@pytest.fixture
def used(store: Path, worked_on: Path) -> Path:
    """Return a copy of that store for one test."""
    shutil.copytree(worked_on, store)
    return store


def test_the_copy_is_a_store_with_all_that_the_store_has(used, tmp_path, capsys):
    copy = tmp_path / "copy"
    assert main(["backup", str(copy)]) == 0
    assert "villa-prueba\tversions 1, 2; files: 6, each found again by its hash; new: 2" in capsys.readouterr().out
    assert faults(copy) == []
    assert contents(copy) == contents(used)
    assert {name: what for name, what in tree(copy).items() if name != copying.MARK} == tree(used)
    for name in (f"{SLUG}/.release-key", "record/key"):
        assert (copy / name).stat().st_mode & 0o077 == 0
    assert copy.stat().st_mode & 0o077 == 0


def test_called_again_it_brings_what_is_new_and_nothing_else(used, tmp_path, capsys):
    copy = tmp_path / "copy"
    main(["backup", str(copy)])
    first = (copy / SLUG / "versions/1/incidents.parquet").stat()
    cities.import_folder(town(tmp_path / "in" / SLUG, 3))
    main(["rollback", SLUG, "2"])
    capsys.readouterr()
    assert main(["backup", str(copy), "--json"]) == 0
    said = {one["slug"]: one for one in json.loads(capsys.readouterr().out)}
    assert (said[SLUG]["versions"], said[SLUG]["brought"], said[SLUG]["wrong"]) == ([1, 2, 3], 1, [])
    assert (copy / SLUG / "versions/1/incidents.parquet").stat().st_mtime_ns == first.st_mtime_ns
    with in_store(copy):
        assert store.served(SLUG) == 2


def test_a_copy_that_the_disk_did_not_keep_is_told(used, tmp_path, monkeypatch, capsys):
    put = Folder.put

    def lose(self, there, number, files, pointer):
        put(self, there, number, {**files, "blocks.parquet": b"lost"}, pointer)

    monkeypatch.setattr(Folder, "put", lose)
    assert main(["backup", str(tmp_path / "copy")]) == 1
    assert f"version 1 of '{SLUG}' is not in the copy as it was written" in capsys.readouterr().out


def test_what_was_erased_is_erased_in_the_copy(used, tmp_path, monkeypatch):
    """Rewritten versions take the place of those before; nothing in the copy has the old bytes."""
    copy = tmp_path / "copy"
    main(["backup", str(copy)])
    old = set(tree(copy / SLUG / "versions").values())
    row = str(store.read(store.current(SLUG), "incidents")["event_id"].iloc[0])
    erasure.erase_events(SLUG, [row])
    assert main(["backup", str(copy)]) == 0
    assert contents(copy) == contents(used)
    with in_store(copy):
        assert erasure.held(SLUG, [row]) == {}
    assert not old & {tree(copy / SLUG / "versions")[name] for name in ("1/incidents.parquet", "2/incidents.parquet")}


def test_a_version_that_was_pruned_goes_and_so_does_a_saved_view(used, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    (used / SLUG / "views").mkdir()
    (used / SLUG / "views" / "1.json").write_text("{}")
    main(["backup", str(copy)])
    assert (copy / SLUG / "views" / "1.json").exists()
    (used / SLUG / "views" / "1.json").unlink()
    monkeypatch.setenv("HOTSPOTS_KEEP", "1")
    monkeypatch.setenv("HOTSPOTS_KEEP_DAYS", "0")
    cities.import_folder(town(tmp_path / "in" / SLUG, 3))
    assert main(["backup", str(copy)]) == 0
    assert [number for _, number in contents(copy)] == [3]
    assert not (copy / SLUG / "views" / "1.json").exists()


def damaged(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


@pytest.mark.parametrize("name", ["versions/1/incidents.parquet", "versions/2/blocks.parquet", "versions/2/manifest.json", "current"])
def test_damage_in_the_store_never_takes_the_place_of_what_is_whole_in_the_copy(used, tmp_path, capsys, name):
    copy = tmp_path / "copy"
    main(["backup", str(copy)])
    before = contents(copy)
    damaged(used / SLUG / name)
    store.look_again()
    assert main(["backup", str(copy)]) == 1
    assert "in the store" in capsys.readouterr().out
    assert faults(copy) == []
    assert contents(copy) == before


@pytest.mark.parametrize("name", [f"{SLUG}/releases.jsonl", f"{SLUG}/.release-key", "record/end.json"])
@pytest.mark.parametrize("how", ["cut", "gone"])
def test_a_list_a_key_or_a_record_that_was_cut_or_lost_stays_in_the_copy(used, tmp_path, capsys, name, how):
    copy = tmp_path / "copy"
    main(["backup", str(copy)])
    before = tree(copy)
    if how == "gone":
        (used / name).unlink()
    else:
        (used / name).write_bytes(b"")
    assert main(["backup", str(copy)]) == 1
    assert {one: what for one, what in tree(copy).items() if one == name} == {name: before[name]}
    assert faults(copy) == []


def test_a_store_that_was_lost_empties_no_copy(used, tmp_path, capsys):
    copy = tmp_path / "copy"
    main(["backup", str(copy)])
    before = contents(copy)
    shutil.rmtree(used / SLUG)
    shutil.rmtree(used / ".anchors")
    assert main(["backup", str(copy)]) == 1
    assert "is in the copy and not in the store" in capsys.readouterr().out
    assert contents(copy) == before


def test_a_damaged_copy_is_mended_by_the_next(used, tmp_path):
    copy = tmp_path / "copy"
    main(["backup", str(copy)])
    damaged(copy / SLUG / "versions/1/incidents.parquet")
    assert faults(copy)
    store.look_again()
    assert main(["backup", str(copy)]) == 0
    assert faults(copy) == []


def test_no_other_folder_is_taken_for_a_copy(used, tmp_path, capsys):
    other = tmp_path / "papers"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    for folder in (other, used, used / "copy", used.parent):
        assert main(["backup", str(folder)]) == 1
    assert "is not empty and was not made by this command" in capsys.readouterr().err
    assert [path.name for path in other.iterdir()] == ["letter.txt"]


def test_an_import_that_does_not_end_keeps_no_other_city_back(used, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(copying, "WAIT", 0.0)
    cities.import_folder(town(tmp_path / "in" / "aldea", 1))
    with store.lock(SLUG):
        assert main(["backup", str(tmp_path / "copy")]) == 1
    out = capsys.readouterr().out
    assert "is being imported" in out
    assert ("aldea", 1) in contents(tmp_path / "copy")


@pytest.mark.walk
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_step_the_copy_is_a_store_and_the_next_call_ends_it(used, tmp_path, after):
    copy, step = tmp_path / "copy", 0
    main(["backup", str(copy)])
    cities.import_folder(town(tmp_path / "in" / SLUG, 3))
    ledger.add(SLUG, release.build(released_city(victims=450, years=6, seed=3, hot=3.0), as_of="2020-03-01", secret=SECRET))
    record.add("ana", "analyst", "import", SLUG)
    wanted = contents(used)
    gone = True
    while gone:
        step += 1
        trial = tmp_path / f"trial-{step}"
        shutil.copytree(copy, trial)
        gone = killed_at(step, lambda trial=trial: copying.copy(trial), after=after)
        assert faults(trial) == [], step
        assert main(["backup", str(trial)]) == 0
        assert contents(trial) == wanted
        assert [path.name for path in trial.rglob(".tmp-*")] == []
        shutil.rmtree(trial)
    assert step > 20


@pytest.mark.walk
def test_a_store_is_copied_while_it_is_worked_on(tmp_path):
    found, said, _ = drilled.drilled_alive(tmp_path / "alive", 3)
    assert found == [[], [], []]
    assert len(said.contents) >= 2


@pytest.mark.parametrize("older", [False, pytest.param(True, marks=pytest.mark.walk)])
def test_a_store_of_an_older_program_is_taken_over_and_given_back(tmp_path, older):
    found = drilled.upgraded(tmp_path, older=older)
    assert found["same"]
    assert found["wrong"] == []
    assert found["victims"] == {"before": 260, "imported": 79, "rolled back": 260}
    assert [one for one in found["older"].values() if not isinstance(one, dict)] == []
    if older and not found["older"]:
        pytest.skip("no history here to take the older program from")


@pytest.mark.walk
def test_a_store_in_a_database_is_copied_and_put_back(tmp_path, monkeypatch):
    for name in ("HOTSPOTS_STORE", "HOTSPOTS_PAPERS", "NEW_STORE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # put back afterwards
    (tmp_path / "in").mkdir()
    assert drilled.in_database(tmp_path) == {"versions": 2, "folder": True, "database": True, "wrong": []}


@pytest.mark.walk
def test_a_new_machine_serves_what_was_copied(used, tmp_path, monkeypatch):
    main(["backup", str(tmp_path / "copy")])
    assert drilled.served_again(tmp_path / "copy", tmp_path, drilled._free_port()) < 15 * 60


def test_a_section_of_the_page_takes_the_place_of_the_one_before(tmp_path, monkeypatch):
    monkeypatch.setattr(drilled, "PAGE", tmp_path / "operations.md")
    drilled.PAGE.write_text("# Head\n\n## Load\n\none\n\n## Drill\n\nold\n\n## Replicas\n\ntwo\n")
    for _ in range(2):
        drilled.written("## Drill\n\nnew\n")
        assert drilled.PAGE.read_text() == "# Head\n\n## Load\n\none\n\n## Drill\n\nnew\n\n## Replicas\n\ntwo\n"


def test_the_copy_of_no_store_is_empty(tmp_path):
    with pytest.raises(StoreError):
        copying.copy(tmp_path)
    assert copying.copy(tmp_path / "copy") == []

"""Erasing: an event is gone from every version and every file, whatever ends the program and whenever, and nothing else is."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import TORTURE
from machine import written
from opened import open_page, text

from hotspots import cities, store
from hotspots.agency import ROLES
from hotspots.cities import erasure
from hotspots.cli.main import main
from hotspots.store import checked_json, erasing, whole
from hotspots.store.schema import DataError

SLUG = "villa-prueba"


@pytest.fixture
def folder(city_folder: Path, store: Path) -> Path:
    """Return the folder of a city with two versions; the second has ten rows less."""
    cities.import_folder(city_folder)
    path = city_folder / "homicides.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-10]))
    cities.import_folder(city_folder)
    return store / SLUG


def tables(number: int) -> dict[str, pd.DataFrame]:
    version = store.current(SLUG, number)
    return {name: store.read(version, name) for name in version.manifest["files"]}


def in_both() -> str:
    """Return an event that both versions have."""
    return str(tables(2)["incidents"]["event_id"].iloc[0])


def killed_at(step: int, event: str) -> bool:
    """Erase an event in a process that is gone at the given step; return whether it was gone."""
    child = os.fork()
    if not child:
        left = [step]

        def counted(function):
            def called(*arguments, **named):
                left[0] -= 1
                if not left[0]:
                    os._exit(9)
                return function(*arguments, **named)

            return called

        try:
            for owner, name in ((os, "replace"), (os, "rename"), (os, "fsync"), (Path, "write_bytes"), (shutil, "rmtree")):
                setattr(owner, name, counted(getattr(owner, name)))
            whole._exchanged = counted(whole._exchanged)
            erasure.erase_events(SLUG, [event])
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


def test_an_event_is_gone_from_every_version_and_the_rest_stays(folder):
    event, before = in_both(), {number: tables(number) for number in (1, 2)}
    published = {number: store.current(SLUG, number).manifest["published"] for number in (1, 2)}
    opened = cities.standing(SLUG)
    done = erasure.erase_events(SLUG, [event])
    assert done.left == ()
    assert done.rows == {n: int((before[n]["incidents"]["event_id"] == event).sum()) for n in (1, 2)}
    for number in (1, 2):
        now = tables(number)
        kept = before[number]["incidents"]
        pd.testing.assert_frame_equal(now["incidents"], kept[kept["event_id"] != event])
        pd.testing.assert_frame_equal(now["blocks"], before[number]["blocks"])
        version = store.current(SLUG, number)
        assert version.manifest["published"] == published[number]
        assert version.manifest["facts"]["victims"] == len(now["incidents"]) == version.manifest["facts"]["headline"]["victims"]
        assert all(not one["examples"] for one in version.manifest["facts"]["report"]["findings"])
    assert all(not one.faults for one in cities.check(SLUG))
    assert cities.standing(SLUG).content != opened.content
    assert [path for path in folder.rglob("*") if path.name.startswith(".tmp")] == []
    assert cities.load(SLUG).version == 2


def test_an_event_that_nobody_has_is_told_and_nothing_changes(folder):
    before = cities.standing(SLUG)
    with pytest.raises(DataError, match="no version has an event 'nobody'"):
        erasure.erase_events(SLUG, [in_both(), "nobody"])
    assert cities.standing(SLUG) == before


def test_what_would_still_name_it_is_found(folder):
    event = in_both()
    (folder / "note.json").write_text(json.dumps({"seen": event}))
    assert erasure.erase_events(SLUG, [event]).left == ("note.json",)


def test_a_version_that_cannot_be_read_is_removed_and_one_that_is_served_is_told(folder):
    event = in_both()
    (folder / "versions" / "1" / "blocks.parquet").write_bytes(b"")
    assert erasure.erase_events(SLUG, [event]).left == ()
    assert store.versions(SLUG) == [2]
    (folder / "versions" / "2" / "blocks.parquet").write_bytes(b"")
    with pytest.raises(store.StoreError, match="is damaged; roll back or import first"):
        erasing.rewrite(SLUG, lambda tables, facts: (tables, facts))


@pytest.mark.walk
def test_killed_at_any_step_every_version_is_whole_and_the_next_call_ends_it(folder, tmp_path):
    event, copy = in_both(), shutil.copytree(folder, tmp_path / "copy")
    for step in range(1, 100, 1 if TORTURE else 4):
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)
        gone = killed_at(step, event)
        assert all(not one.faults for one in cities.check(SLUG)), step
        if erasure.held(SLUG, [event]):
            assert gone
            assert erasure.erase_events(SLUG, [event]).left == ()
        else:
            erasing.rewrite(SLUG, lambda tables, facts: (tables, facts))
        assert erasure.held(SLUG, [event]) == {}
        assert [path for path in folder.rglob("*") if path.name.startswith(".tmp")] == []
        if not gone:
            break
    assert step > 15


def test_commands(folder, capsys):
    event = in_both()
    assert main(["erase", SLUG, "--event", event]) == 0
    assert "Nothing was erased yet; add --yes" in capsys.readouterr().out
    assert len(erasure.held(SLUG, [event])) == 2
    assert main(["erase", SLUG, "--event", event, "--yes"]) == 0
    assert "the events are in none of them" in capsys.readouterr().out
    assert main(["erase", SLUG, "--event", event, "--yes"]) == 1
    assert "no version has an event" in capsys.readouterr().err
    path = folder / "versions" / "1" / "manifest.json"
    checked_json.write(path, checked_json.read(path) | {"published": "2020-01-01T00:00:00+00:00"})
    assert main(["erase", SLUG, "--older-than", "365", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"city": SLUG, "erased": False, "versions": [1]}
    assert store.versions(SLUG) == [1, 2]
    assert main(["erase", SLUG, "--older-than", "365", "--yes"]) == 0
    assert store.versions(SLUG) == [2]
    assert main(["erase", SLUG, "--older-than", "0", "--yes"]) == 0
    assert store.versions(SLUG) == [2]
    (folder / "releases.jsonl").write_text("")
    assert main(["erase", SLUG, "--city", "--yes"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "releases.jsonl"]
    assert store.slugs() == []
    capsys.readouterr()
    assert main(["erase", SLUG, "--city", "--yes"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_versions_by_age_are_erased_by_a_timer(folder, tmp_path, capsys):
    """What `setup` writes for systemd is called as systemd would: it erases what is older than its days, and never what is served."""
    made = written(tmp_path / "machine", "--name", "homicides.police.example", "--program", "/bin/true", "--keep-days", "30")
    assert "hotspots-erase@CITY.timer" in capsys.readouterr().err
    (command,) = re.findall(r"^ExecStart=/bin/true (.+)$", (made / "etc/systemd/system/hotspots-erase@.service").read_text(), re.M)
    for first, left in ((29, [1, 2]), (31, [2])):
        for number, days in {1: first, 2: 90}.items():
            path = folder / "versions" / str(number) / "manifest.json"
            published = pd.Timestamp.now("UTC") - pd.Timedelta(days=days)
            checked_json.write(path, checked_json.read(path) | {"published": published.isoformat()})
        assert main(command.replace("%i", SLUG).split()) == 0
        assert store.versions(SLUG) == left
    assert store.served(SLUG) == 2


def test_a_city_of_which_nothing_is_released_is_gone_whole(folder, capsys):
    assert main(["erase", SLUG, "--city", "--yes"]) == 0
    assert not folder.exists()
    capsys.readouterr()


def test_the_page_erases_an_event_with_the_proof_and_forgets_it(folder: Path, none_bundled: None) -> None:
    event, before = in_both(), len(tables(2)["incidents"])
    app = open_page("erase", lang="en")
    app.text_input("erase_event").set_value(event).run()
    assert app.button("erase_do").disabled
    app.text_input("erase_confirm").set_value(SLUG).run()
    app.button("erase_do").click().run()
    assert not app.exception
    assert "Every version was read again: the events are in none of them." in app.success[0].value
    assert not erasure.held(SLUG, [event])
    assert len(tables(2)["incidents"]) == before - 1
    app.text_input("erase_event").set_value(event).run()
    assert "No version has this event." in text(app)


def test_the_page_erases_old_versions_and_the_city(folder: Path, none_bundled: None) -> None:
    app = open_page("erase", lang="en")
    app.radio("erase_what").set_value("older").run()
    assert "No version but the one that is served is so old." in text(app)
    app.number_input("erase_days").set_value(0).run()
    app.text_input("erase_confirm").set_value(SLUG).run()
    app.button("erase_do").click().run()
    assert store.versions(SLUG) == [2]
    app.radio("erase_what").set_value("city").run()
    app.text_input("erase_confirm").set_value(SLUG).run()
    app.button("erase_do").click().run()
    assert not app.exception
    assert not (folder / "versions").exists()
    assert "there is nothing to erase" in text(app)


def test_the_page_is_for_the_administrator_alone() -> None:
    assert [name for name, rights in ROLES.items() if "erase" in rights] == ["admin"]

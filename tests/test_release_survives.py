"""List of releases, key and release are old or new, whole, whatever ends the program and whenever; nothing is lost unseen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from released import SECRET, released_city

from hotspots import release as disclosure
from hotspots.cli.main import main
from hotspots.release import LedgerError, Release, anchor, bundle, ledger, publishing
from hotspots.store import StoreError, checked_json, whole

SLUG = "villa-prueba"
STEPS = [(os, "replace"), (os, "rename"), (os, "link"), (os, "open"), (os, "fsync"), (Path, "write_bytes"), (Path, "unlink")]


@pytest.fixture(scope="module")
def two() -> tuple[Release, Release]:
    """Return two releases of one city, the second of more years."""
    city = released_city(victims=450, years=6, seed=3, hot=3.0)
    made = [disclosure.build(city, as_of=day, secret=SECRET) for day in ("2020-03-01", "2026-01-15")]
    return made[0], made[1]


@pytest.fixture(scope="module")
def files(two: tuple[Release, Release]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the files of both releases."""
    return bundle.render(two[0], key=SECRET), bundle.render(two[1], key=SECRET)


@pytest.fixture
def kept(store: Path, two: tuple[Release, Release]) -> Path:
    """Return the folder of a city of which one release is out."""
    (store / SLUG).mkdir(parents=True)
    (store / SLUG / ledger.KEY).write_text("5e" * 32)
    ledger.add(SLUG, two[0])
    return store / SLUG


def killed_at(step: int, act: Callable[[], object], *, after: bool, whole_swap: bool = True) -> bool:
    """Do `act` in a process that is gone at the given step, before or after it; return whether it was gone."""
    child = os.fork()
    if not child:
        left = [step]

        def counted(function: Callable[..., Any]) -> Callable[..., Any]:
            def called(*arguments: Any, **named: Any) -> Any:
                left[0] -= 1
                if not left[0] and not after:
                    os._exit(9)
                result = function(*arguments, **named)
                if not left[0]:
                    os._exit(9)
                return result

            return called

        try:
            for owner, name in STEPS:
                setattr(owner, name, counted(getattr(owner, name)))
            whole._exchanged = counted(whole._exchanged) if whole_swap else (lambda one, other: False)
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


def found_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def hidden(folder: Path) -> list[str]:
    """Return what lies in a folder, or below, that a killed program left."""
    return [path.name for path in folder.rglob("*") if path.name.startswith(".tmp")]


def write_to(out: Path, content: dict[str, bytes], release: Release) -> Callable[[], object]:
    """Return what writes these files as a release."""

    def act() -> object:
        bundle.render = lambda *_, **__: content
        return bundle.write(release, out, key=SECRET)

    return act


@pytest.mark.cases(1)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("whole_swap", [True, False])
def test_a_killed_publication_leaves_the_old_release_or_the_new(two, files, tmp_path, monkeypatch, *, after, whole_swap):
    """With a file system that cannot exchange folders there is a moment without a release; the next publication brings the old one back."""
    monkeypatch.setattr(bundle, "render", bundle.render)
    old, new = files
    out = tmp_path / "site" / "villa"
    for step in range(1, 200):
        shutil.rmtree(out.parent, ignore_errors=True)
        out.mkdir(parents=True)
        for name, content in old.items():
            (out / name).write_bytes(content)
        gone = killed_at(step, write_to(out, new, two[1]), after=after, whole_swap=whole_swap)
        if out.exists():
            assert found_in(out) in (old, new)
        else:
            assert not whole_swap
        bundle._sweep(out)
        assert found_in(out) in (old, new)
        assert hidden(out.parent) == []
        if not gone:
            break
    assert step > 20
    assert found_in(out) == new


def test_folders_left_by_versions_of_before_are_swept_and_others_stay(files, two, tmp_path):
    out = tmp_path / "villa"
    for name in (".tmp-ab12cd_9", ".tmp-ab12cd_9-old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "areas.geojson").write_bytes(files[0]["areas.geojson"])
    for name in (".tmp-somebody", ".tmp-norte-ab12cd_9"):
        (tmp_path / name).mkdir()
    bundle.write(two[0], out, key=SECRET)
    assert sorted(hidden(tmp_path)) == [".tmp-norte-ab12cd_9", ".tmp-somebody"]


def test_where_the_new_folder_cannot_be_put_the_old_one_comes_back(tmp_path, monkeypatch):
    new, place, rename, calls = tmp_path / "new", tmp_path / "place", os.rename, []
    for folder in (new, place):
        folder.mkdir()
        (folder / folder.name).touch()

    def second_fails(one: Path, other: Path) -> None:
        calls.append(one)
        if len(calls) == 2:
            raise PermissionError(13, "Permission denied")
        rename(one, other)

    monkeypatch.setattr(whole, "_exchanged", lambda one, other: False)
    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(PermissionError):
        whole.swap(new, place)
    assert [path.name for path in place.iterdir()] == ["place"]
    whole.swap(new, place)
    assert ([path.name for path in place.iterdir()], [path.name for path in new.iterdir()]) == (["new"], ["place"])


@pytest.mark.walk
@pytest.mark.parametrize("after", [False, True])
def test_a_killed_addition_leaves_the_list_with_the_release_or_without(kept, two, store, *, after):
    before = found_in(kept), found_in(store / ".anchors")
    for step in range(1, 100):
        for folder, content in zip((kept, store / ".anchors"), before, strict=True):
            shutil.rmtree(folder)
            folder.mkdir()
            for name, text in content.items():
                (folder / name).write_bytes(text)
        gone = killed_at(step, lambda: ledger.add(SLUG, two[1]), after=after)
        assert ledger.verify(SLUG) in (1, 2)
        assert ledger.verify(SLUG) == 2 or gone
        ledger.add(SLUG, two[1])
        assert ledger.verify(SLUG) == anchor.read(SLUG).releases == 2
        assert hidden(store) == []
        if not gone:
            break
    assert step > 8


@pytest.mark.cases(1)
@pytest.mark.parametrize("after", [False, True])
def test_a_killed_first_publication_leaves_a_whole_key_or_none(store, *, after):
    for step in range(1, 30):
        shutil.rmtree(store, ignore_errors=True)
        gone = killed_at(step, lambda: ledger.key(SLUG), after=after)
        path = store / SLUG / ledger.KEY
        made = path.read_text() if path.exists() else ""
        assert len(made) in (0, 64)
        assert ledger.key(SLUG).hex() == (made or path.read_text())
        assert path.stat().st_mode & 0o077 == 0
        if not gone:
            break
    assert step > 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 8 MB; skip where none can be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.walk
def test_a_disk_that_is_full_at_any_level_leaves_old_or_new(small_disk, two, files, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_STORE", str(small_disk / "store"))
    old, new = files
    refused = 0
    needed = sum(map(len, new.values())) + 100_000
    for level in range(10):
        for path in small_disk.iterdir():
            shutil.rmtree(path)
        folder, out = small_disk / "store" / SLUG, small_disk / "villa"
        folder.mkdir(parents=True)
        (folder / ledger.KEY).write_text("5e" * 32)
        ledger.add(SLUG, two[0])
        bundle.write(two[0], out, key=SECRET)
        (small_disk / "filler").mkdir()
        free = os.statvfs(small_disk)
        with (small_disk / "filler" / "x").open("wb") as filler:
            filler.write(bytes(max(free.f_bavail * free.f_frsize - level * needed // 9, 0)))
        publish = publishing._told_when_full()(lambda out=out: (ledger.add(SLUG, two[1]), bundle.write(two[1], out, key=SECRET)))
        try:
            publish()
        except StoreError as fault:
            refused += "the disk is full" in str(fault)
        assert found_in(out) in (old, new)
        assert ledger.verify(SLUG) in (1, 2)
        assert hidden(small_disk) == []
        shutil.rmtree(small_disk / "filler")
        publish()
        assert (found_in(out), ledger.verify(SLUG)) == (new, 2)
    assert 1 < refused < 10


@pytest.mark.parametrize("what", ["", "5e" * 31 + "5", "5e" * 30, "zz" * 32])
def test_a_key_that_is_none_is_told_in_a_sentence_and_never_signs(store, what):
    (store / SLUG).mkdir(parents=True)
    (store / SLUG / ledger.KEY).write_text(what)
    with pytest.raises(LedgerError, match="empty or damaged"):
        ledger.key(SLUG)
    assert (store / SLUG / ledger.KEY).read_text() == what


def test_a_key_that_is_lost_or_another_is_not_replaced(kept):
    for spoil in (lambda path: path.unlink(), lambda path: path.write_text("77" * 32)):
        spoil(kept / ledger.KEY)
        with pytest.raises(LedgerError, match=r"is gone|is another one than signed"):
            ledger.key(SLUG)
    (kept / ledger.KEY).unlink()
    with pytest.raises(LedgerError, match="audit villa-prueba --accept"):
        ledger.key(SLUG)
    assert not (kept / ledger.KEY).exists()


@pytest.mark.parametrize("how", ["cut", "deleted", "older", "note", "note lost", "city"])
def test_a_list_that_was_cut_or_deleted_is_noticed(kept, two, store, capsys, how):
    path, note = kept / ledger.FILE, anchor.place(SLUG)
    older = path.read_bytes()
    ledger.add(SLUG, two[1])
    lines = path.read_text().splitlines(keepends=True)
    if how == "cut":
        path.write_text(lines[0])
    elif how == "older":
        path.write_bytes(older)
    elif how == "deleted":
        path.unlink()
    elif how == "city":
        shutil.rmtree(kept)
    elif how == "note lost":
        note.unlink()
    else:
        values = checked_json.read(note)
        note.write_bytes(checked_json.sealed(values | {"releases": 1, "head": values["head"].replace("a", "b")}))
    assert main(["audit", "verify"]) == 1
    said = capsys.readouterr()
    assert f"{SLUG}\tnot what was written" in said.out
    assert "--accept" in said.err
    with pytest.raises(LedgerError):
        ledger.add(SLUG, two[1])
    if how != "city":
        assert main(["audit", SLUG, "--accept"]) == 0
        n = {"cut": 1, "older": 1, "deleted": 0}.get(how, 2)
        stand = "1 release, taken as it stands" if n == 1 else f"{n} releases, taken as they stand"
        assert stand in capsys.readouterr().out
        assert main(["audit", "verify"]) == 0
        assert f"{SLUG}\t{n} release{'s' * (n != 1)}, unchanged" in capsys.readouterr().out
        assert len(anchor.read(SLUG).accepted) == 1


def test_an_unfinished_line_does_not_stop_publishing(kept, two, capsys):
    """What a full disk left when lines were still added in place: with the note it is passed over; without it a person decides."""
    path = kept / ledger.FILE
    torn = path.read_text() + path.read_text()[:500]
    path.write_text(torn)
    assert ledger.verify(SLUG) == 1
    assert ledger.add(SLUG, two[1])
    assert (ledger.verify(SLUG), path.read_text().count("\n")) == (2, 2)
    path.write_text(torn.replace(', "anchored": true', ""))
    anchor.place(SLUG).unlink()
    with pytest.raises(LedgerError, match=r"line 2 .* was changed or cut"):
        ledger.entries(SLUG)
    assert main(["audit", SLUG, "--accept"]) == 0
    assert ledger.verify(SLUG) == 1
    assert [one.name.startswith(ledger.FILE + "-") for one in kept.glob("*.jsonl-*")] == [True]
    assert ledger.add(SLUG, two[1])
    assert ledger.verify(SLUG) == 2
    capsys.readouterr()


def test_a_list_from_before_there_were_notes_is_read_and_noted_with_the_next_release(kept, two):
    path = kept / ledger.FILE
    path.write_text(path.read_text().replace(', "anchored": true', ""))
    anchor.place(SLUG).unlink()
    assert ledger.verify(SLUG) == 1
    assert ledger.add(SLUG, two[1])
    assert anchor.read(SLUG).releases == ledger.verify(SLUG) == 2

"""The record of who saw what: what was written is found again, and what was changed, cut or lost is noticed."""

from __future__ import annotations

import json
import random
import re
import threading

import pytest
from conftest import TORTURE

from hotspots.__main__ import main
from hotspots.store import record


def written(n: int = 12) -> list[str]:
    for i in range(n):
        record.add(f"ana{i}@police.example", "commander", "view", f"cases?city=villa-prueba&n={i}")
    return [one.about for one in record.entries()]


def test_what_is_written_is_found_again_newest_first(store):
    assert record.verify() == 0
    assert written(3) == [f"cases?city=villa-prueba&n={i}" for i in (2, 1, 0)]
    assert record.verify() == 3
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", one.at) for one in record.entries())
    assert (store / "record" / record.KEY).stat().st_mode & 0o077 == 0


def test_its_owner_alone_can_read_it_at_any_moment(store, monkeypatch):
    modes, write = set(), record.whole.write

    def seen(path, content, *, mode=0o644, **more):
        modes.add(mode)
        write(path, content, mode=mode, **more)

    monkeypatch.setattr(record.whole, "write", seen)
    written(2)
    assert modes == {0o600}
    assert {one.stat().st_mode & 0o077 for one in (store / "record").iterdir() if one.name != ".lock"} == {0}


def test_two_hundred_random_tamperings_are_found(store):
    """A byte changed, a line left out, doubled, moved, put in from elsewhere, or the end cut."""
    written(30)
    path = next((store / "record").glob("*.jsonl"))
    whole, rng = path.read_bytes(), random.Random(11)
    lines = whole.splitlines(keepends=True)
    kinds = set()
    for trial in range(2000 if TORTURE else 200):
        kind, at, other = trial % 6, rng.randrange(30), rng.randrange(30)
        changed = list(lines)
        if kind == 0:
            where = rng.randrange(len(whole) - 1)
            content = whole[:where] + bytes([whole[where] ^ (1 << rng.randrange(7))]) + whole[where + 1 :]
        else:
            if kind == 1:
                del changed[at]
            elif kind == 2:
                changed.insert(other, changed[at])
            elif kind == 3:
                changed[at], changed[other] = changed[other], changed[at]
            elif kind == 4:
                row = json.loads(changed[at]) | {"who": "nobody"}
                changed[at] = (json.dumps(row, sort_keys=True) + "\n").encode()
            else:
                changed = changed[: -1 - rng.randrange(29)]
            content = b"".join(changed)
        if content == whole:
            continue
        kinds.add(kind)
        path.write_bytes(content)
        with pytest.raises(record.RecordError):
            record.verify()
    path.write_bytes(whole)
    assert record.verify() == 30
    assert len(kinds) == 6


def test_the_first_broken_line_is_named(store):
    written(10)
    path = next((store / "record").glob("*.jsonl"))
    lines = path.read_bytes().splitlines(keepends=True)
    lines[6] = lines[6].replace(b"ana6", b"eva6")
    path.write_bytes(b"".join(lines))
    with pytest.raises(record.RecordError, match=rf"from line 7 of {path.name} on"):
        record.verify()


def test_a_record_or_key_that_is_gone_is_noticed_and_not_begun_anew(store):
    written(3)
    path = next((store / "record").glob("*.jsonl"))
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(record.RecordError, match="is gone: 3 lines"):
        record.verify()
    path.write_bytes(content)
    (store / "record" / record.KEY).write_bytes(b"")
    for ask in (record.verify, written):
        with pytest.raises(record.RecordError, match="key of the record is lost or cut"):
            ask()


@pytest.mark.parametrize("cut", [1, 40, None])
def test_a_call_that_was_killed_breaks_nothing(store, monkeypatch, cut):
    """Killed while it wrote its line, or between the line and the note of how far the record had come."""
    written(3)
    folder = store / "record"
    path, end = next(folder.glob("*.jsonl")), (folder / record.END).read_bytes()
    before = path.read_bytes()
    record.add("eva@police.example", "viewer", "file", "table")
    line = path.read_bytes()[len(before) :]
    path.write_bytes(before + line[:cut])
    (folder / record.END).write_bytes(end)
    assert record.verify() == (4 if cut is None else 3)
    record.add("zoe@police.example", "admin", "view", "record")
    assert record.verify() == (5 if cut is None else 4)
    assert next(one.who for one in record.entries()) == "zoe@police.example"


def test_many_at_once_make_one_chain(store):
    threads = [threading.Thread(target=written, args=(5,)) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert record.verify() == 30


def test_where_it_cannot_be_written_nothing_is_given_out(store, monkeypatch):
    written(1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record.os, "fsync", full)
    with pytest.raises(record.RecordError, match="so nothing is given out"):
        record.add("ana", "commander", "file", "table")


def test_months_are_forgotten_whole_and_the_chain_goes_on(store, monkeypatch):
    from datetime import UTC, datetime

    class Clock(datetime):
        day = datetime(2024, 1, 20, tzinfo=UTC)

        @classmethod
        def now(cls, tz=None):
            return cls.day

    monkeypatch.setattr(record, "datetime", Clock)
    for month in range(1, 7):
        Clock.day = datetime(2024, month, 20, tzinfo=UTC)
        written(2)
    assert record.verify() == 12
    assert record.forget(2) == 6  # January to March: April ended less than two months before June
    assert record.verify() == 6
    assert sorted(path.stem for path in (store / "record").glob("*.jsonl")) == ["2024-04", "2024-05", "2024-06"]
    written(1)
    assert record.verify() == 7
    assert record.forget(2) == 0
    (store / "record" / "2024-04.jsonl").unlink()
    with pytest.raises(record.RecordError):
        record.verify()


def test_a_command_is_written_down_with_its_city_and_nothing_else(own_city, tmp_path, monkeypatch, capsys):
    table = tmp_path / "access.toml"
    table.write_text('[[rule]]\nclaim = "sub"\nvalue = "a"\nrole = "viewer"\n', encoding="utf-8")
    assert main(["totals", "villa-prueba"]) == 0
    assert not list(record.entries())
    monkeypatch.setenv("HOTSPOTS_ACCESS", str(table))
    assert main(["cases", "villa-prueba", "--where", "weapon=firearm"]) == 0
    assert [(one.what, one.about) for one in record.entries()] == [("cases", "villa-prueba")]
    assert "command line" in next(record.entries()).who
    assert main(["audit", "verify"]) == 0
    assert "1 line, unchanged" in capsys.readouterr().out
    path = next((record.folder()).glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"cases", b"table", 1))
    assert main(["audit", "verify"]) == 1

"""What takes long: worked out in a process of its own, once, kept on disk for the next reader, gone with what it came from."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from opened import forget, open_page, text

from hotspots import cities
from hotspots.cities import erasure
from hotspots.dashboard.restricted import cached
from hotspots.dashboard.restricted.answering import Answerings
from hotspots.inference import steps
from hotspots.questions.restricted import Asked, clusters, long, repeats
from hotspots.store import erasing, worked_out
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection

SLUG = "villa-prueba"
NAMED = {"anytime": True, "radius": 500.0, "days": 30, "simulations": 39, "seed": 0}


@pytest.fixture
def asked(city_folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Return a small city with a burst of killings, which passes for a large one."""
    with (city_folder / "homicides.csv").open("a") as file:
        file.writelines(f"2016-03-{day:02},{25 + day / 10},25,blade,male\n" for day in range(1, 6))
    monkeypatch.setattr(long, "MANY", 10)
    cities.import_folder(city_folder)
    return of_now()


def of_now() -> Asked:
    found = cities.standing(SLUG)
    return Asked.of(Selection(city=SLUG, version=found.version, content=found.content))


def kept(store: Path) -> list[Path]:
    return sorted((store / SLUG / worked_out.FOLDER).glob("[!.]*"))


def test_the_other_process_says_what_this_one_says_and_the_disk_says_it_again(asked: Asked, store: Path, monkeypatch) -> None:
    here, told = clusters.space_time(asked, **NAMED), []
    there = long.answer(clusters.space_time, asked, (), NAMED, progress=told.append)
    pd.testing.assert_frame_equal(there.table, here.table, check_index_type=False, check_dtype=False, check_column_type=False)
    assert there.table["observed"].iloc[0] == 5
    assert [type(one) for one in there.table["members"]] == [tuple] * len(here.table)
    assert replace(there, table=0).__dict__ == replace(here, table=0).__dict__
    assert told[-1].values == {"n": 39, "all": 39}
    assert len(kept(store)) == 1
    monkeypatch.setattr(long, "isolated", None)  # nobody works it out again
    again = long.answer(clusters.space_time, asked, (), NAMED)
    pd.testing.assert_frame_equal(again.table, there.table)


def test_other_choices_other_data_and_another_program_are_other_answers(asked: Asked, store: Path, monkeypatch) -> None:
    chosen = repeats.drawn.read(asked.selection)
    keys = {long._key(repeats.drawn, chosen, (), {})}
    keys |= {long._key(repeats.drawn, replace(chosen, content="other"), (), {}), long._key(repeats.pairs, chosen, (), {"days": 3})}
    keys |= {long._key(repeats.drawn, replace(chosen, start=pd.Timestamp("2019-02-01")), (), {})}
    monkeypatch.setattr(long, "_program", lambda: "another")
    assert len(keys | {long._key(repeats.drawn, chosen, (), {})}) == 5


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"), lambda path: path.unlink()])
def test_a_kept_answer_that_is_damaged_is_none(asked: Asked, store: Path, spoil) -> None:
    worked_out.keep(SLUG, "k", {"a": b"one", "b": b"two"}, held=asked.selection.content)
    assert worked_out.read(SLUG, "k") == {"a": b"one", "b": b"two"}
    spoil(store / SLUG / worked_out.FOLDER / "k" / "b")
    assert worked_out.read(SLUG, "k") is None


def test_what_is_kept_goes_with_what_it_was_worked_out_from(asked: Asked, store: Path) -> None:
    old = asked.selection.content
    worked_out.keep(SLUG, "k", {"a": b"x"}, held=old)
    event = str(asked.city.incidents["event_id"].iloc[0])
    erasure.erase_events(SLUG, [event])
    assert not kept(store)
    worked_out.keep(SLUG, "late", {"a": event.encode()}, held=old)  # it was being worked out while the event was erased
    assert not kept(store)
    worked_out.keep(SLUG, "k", {"a": b"x"}, held=of_now().selection.content)
    erasing.remove_city(SLUG)
    assert not kept(store)


def test_what_is_kept_is_bounded_and_a_store_that_cannot_be_written_keeps_nothing(asked: Asked, store: Path, monkeypatch) -> None:
    monkeypatch.setattr(worked_out, "MOST", 2)
    for n in range(4):
        worked_out.keep(SLUG, f"k{n}", {"a": b"x"}, held=asked.selection.content)
    assert len(kept(store)) == 2
    shutil.rmtree(store / SLUG / worked_out.FOLDER)
    (store / SLUG / worked_out.FOLDER).write_text("in the way")
    worked_out.keep(SLUG, "k", {"a": b"x"}, held=asked.selection.content)
    assert worked_out.read(SLUG, "k") is None


def test_too_many_are_refused_with_what_to_do(asked: Asked, monkeypatch) -> None:
    monkeypatch.setattr(long, "MOST", 20)
    with pytest.raises(DataError, match=r"up to 20 people killed.* choose a shorter period, or a filter"):
        long.answer(clusters.space_time, asked, (), NAMED)


def test_more_time_than_allowed_is_an_end_with_what_to_do(asked: Asked, monkeypatch) -> None:
    monkeypatch.setattr(long, "LIMITS", replace(long.LIMITS, seconds=-1.0))
    with pytest.raises(DataError, match="took longer than it may and was ended: choose a shorter period"):
        long.answer(clusters.space_time, asked, (), NAMED)


def test_two_readers_wait_for_one_answer_and_one_that_failed_begins_anew(asked: Asked, monkeypatch) -> None:
    begun, go = [], threading.Event()

    def slow(*arguments, **named):
        begun.append(1)
        go.wait(20)
        if len(begun) == 1:
            raise DataError(["no"])
        return "found"

    monkeypatch.setattr(long, "answer", slow)
    answers = Answerings()
    one, other = (answers.of(clusters.space_time, asked, (), NAMED) for _ in range(2))
    assert one is other
    waiting = answers.of(repeats.drawn, asked, (), {})  # its turn comes after
    waiting.end()
    assert waiting.ended.wait(20)
    assert isinstance(waiting.fault, DataError)
    go.set()
    with pytest.raises(DataError, match="no"):
        answers.given(clusters.space_time, asked, (), NAMED)
    assert answers.given(clusters.space_time, asked, (), NAMED) == "found"
    assert len(begun) == 2


def test_steps_reach_whoever_listens_and_nobody_else() -> None:
    heard: list[tuple[int, int]] = []
    steps.done(1, 9)
    with steps.heard_by(lambda part, whole: heard.append((part, whole))):
        steps.done(2, 9)
    steps.done(3, 9)
    assert heard == [(2, 9)]


@pytest.mark.walk
def test_the_page_shows_how_far_it_is_lets_stop_it_and_says_what_came_of_it(asked: Asked, monkeypatch) -> None:
    forget()
    go, answer = threading.Event(), long.answer

    def slow(question, one, told, named, *, progress, stop):
        progress("39 of 99 shuffles")
        while not (stop.is_set() or go.wait(0.05)):
            pass
        if stop.is_set():
            raise long.stopped()
        return answer(question, one, told, named)

    monkeypatch.setattr(long, "answer", slow)
    app = open_page("clusters", city=SLUG, lang="en")
    assert not app.exception
    assert "You may leave this page; it goes on." in text(app)
    assert "39 of 99 shuffles" in app.status[0].label
    app.button("waiting_stop").click().run()
    while "a reader stopped working this out" not in text(app):
        app.run()
    go.set()
    app.button("waiting_again").click().run()
    while "You may leave this page; it goes on." in text(app):
        app.run()
    assert not app.exception
    assert "the days of the" in text(app)
    forget()


def test_every_process_forgets_what_it_holds_once_something_was_erased(store, monkeypatch, tmp_path):
    """What another process or a command has erased stays in the memory of nobody."""
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    store.mkdir()
    cached.forget()
    cached.available()
    held = cached.pages.given("x", lambda: object())
    cached.available()
    assert cached.pages.given("x", lambda: object()) is held
    worked_out.forget("somewhere")
    cached.available()
    assert cached.pages.given("x", lambda: object()) is not held
    cached.forget()

"""A link that restores everything, and views saved under a name: whole or not at all, listed, renamed, deleted, and never markup."""

from __future__ import annotations

import os
import shutil
import threading
import time
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from opened import asked, open_page
from test_release_survives import hidden, killed_at, small_disk
from test_selection import selections

from hotspots import cities
from hotspots.cities import saved_views
from hotspots.cities.saved_views import SavedView, listed, remove, rename, save
from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import frame, share
from hotspots.geography import units
from hotspots.store.schema import DataError
from hotspots.study.options import OPTIONS
from hotspots.study.selection import Selection, read_query
from hotspots.words import words_for

__all__ = ["small_disk"]
HOSTILE = '"><script>alert(1)</script> ${x} $a$ **b** [l](http://x) `c` |'
SLUG = "villa-prueba"
VIEW = SavedView("Docks at night", "trends", {"place": "district:2", "hour": "20-23"})


def names() -> list[str]:
    return [view.name for view in listed(SLUG)[0]]


# --- the link ---------------------------------------------------------------------------------------------------------------------------


@given(selections())
def test_the_short_link_brings_back_what_a_page_makes_of_the_long_one(selection):
    """A page gives the choices that nobody made their usual values: after that both addresses are the same."""

    def settled(query: dict[str, str]) -> Selection:
        found = read_query(query)[0]
        return replace(
            found,
            unit=found.unit or "blocks",
            **{row.name: getattr(found, row.name) or row.usual for row in OPTIONS if row.usual},
        )

    short = selection.short("blocks")
    assert settled(short) == settled(selection.query())
    assert set(short) <= set(selection.query())
    assert short.get("unit") != "blocks"


def test_the_link_holds_what_was_chosen_and_nothing_else(villa, monkeypatch):
    monkeypatch.setattr(share.address, "current", lambda: (chosen, ()))
    unit = units.default(villa[0].blocks)
    chosen = Selection(
        city=SLUG, unit=unit, language="es", at="13.5,-89.2,14.00", window="2018-01/2018-06", place="district:2", correction="bh"
    )
    assert share._usual(villa[0]) == {"unit": unit, "correction": "bh"}
    chosen = replace(chosen, unit="districts", correction="by")
    assert share._usual(villa[0]) == {}


@pytest.mark.parametrize("page", ["trends", "people", "", "wall"])
def test_every_page_offers_its_link(city, monkeypatch, page):
    shown: list[dict] = []
    monkeypatch.setattr(map_component, "show_link", lambda data, **_: shown.append(data))
    app = open_page(page, lang="en")
    assert not app.exception
    assert [one["label"] for one in shown] == ([] if page == "wall" else ["Copy link"])
    assert all(set(one["usual"]) <= set(asked(app)) for one in shown)


# --- views under a name -----------------------------------------------------------------------------------------------------------------


def test_saved_listed_renamed_and_deleted(store):
    save(SLUG, VIEW)
    save(SLUG, replace(VIEW, name="  A\tsecond \n one ", page=""))
    assert listed(SLUG) == ((SavedView("A second one", "", VIEW.choices), VIEW), 0)
    assert rename(SLUG, "A second one", "Zona sur") == SavedView("Zona sur", "", VIEW.choices)
    assert rename(SLUG, "Zona sur", "ZONA SUR").name == "ZONA SUR"
    assert names() == ["Docks at night", "ZONA SUR"]
    remove(SLUG, "Docks at night")
    remove(SLUG, "Docks at night")
    assert names() == ["ZONA SUR"]
    assert hidden(store) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "give the view a name"), (" \x00 ", "give the view a name"), ("x" * 81, "81 letters"), ("DOCKS at night", "already")],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_changes(store, name, why):
    save(SLUG, VIEW)
    save(SLUG, replace(VIEW, name="Other"))
    with pytest.raises(DataError, match=why):
        save(SLUG, replace(VIEW, name=name))
    with pytest.raises(DataError, match=why):
        rename(SLUG, "Other", name)
    assert names() == ["Docks at night", "Other"]


def test_what_somebody_else_deleted_is_told(store):
    with pytest.raises(DataError, match="no view 'Gone' any more"):
        rename(SLUG, "Gone", "New")


def test_there_is_an_end_to_them(store, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("a", "b"):
        save(SLUG, replace(VIEW, name=name))
    with pytest.raises(DataError, match="there are 2 already"):
        save(SLUG, replace(VIEW, name="c"))


def test_a_damaged_view_is_told_and_the_others_hold(store):
    for name in ("a", "b"):
        save(SLUG, replace(VIEW, name=name))
    path = saved_views._path(SLUG, "a")
    path.write_text(path.read_text().replace("district:2", "district:3"))
    assert (names(), listed(SLUG)[1]) == (["b"], 1)


def test_of_two_who_take_a_name_one_gets_it(store):
    refused = []

    def take(number: int) -> None:
        try:
            save(SLUG, replace(VIEW, choices={"place": f"district:{number}"}))
        except DataError:
            refused.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), names()) == (5, ["Docks at night"])


@pytest.mark.cases(1)
@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_it_is_there_whole_or_not_and_never_gone(store, after):
    save(SLUG, VIEW)
    step, gone = 0, True
    while gone:
        step += 1
        gone = killed_at(step, lambda: rename(SLUG, save(SLUG, replace(VIEW, name="New")).name, "Newer"), after=after)
        found, damaged = listed(SLUG)
        assert damaged == 0
        assert {one.name for one in found} <= {"Docks at night", "New", "Newer"}
        assert VIEW in found
        for one in {"New", "Newer"} & {one.name for one in found}:
            remove(SLUG, one)
    assert step > 4
    for path in saved_views._folder(SLUG).glob(".tmp-*"):
        os.utime(path, (time.time() - 3600,) * 2)
    save(SLUG, replace(VIEW, name="after"))
    assert hidden(store) == []


def test_on_a_full_disk_nothing_changes_and_it_is_said(small_disk, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_STORE", str(small_disk / "store"))
    save(SLUG, VIEW)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(bytes(free))
    with pytest.raises(DataError, match="the disk is full"):
        save(SLUG, replace(VIEW, name="One more"))
    with pytest.raises(DataError, match="the disk is full"):
        rename(SLUG, VIEW.name, "Another")
    assert listed(SLUG) == ((VIEW,), 0)
    assert hidden(small_disk) == []
    (small_disk / "filler").unlink()
    assert save(SLUG, replace(VIEW, name="One more")).name == "One more"


# --- on the page ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def dialog(own_city, monkeypatch):
    """Return what opens the saved views over a page, and the callback that the field of the dialog calls."""
    calls = {}
    monkeypatch.setattr(map_component, "show_link", lambda data, *, key, on_save=None: calls.update({key: on_save}))

    def opened(page: str = "trends", **query: str):
        app = open_page(page, lang="en", **query)
        return app.button(key="to_saved_views").click().run(), calls

    return opened


def test_a_view_is_saved_from_the_address_and_opens_the_same(dialog, monkeypatch):
    app, calls = dialog(place="district:row 1", weapon="firearm")
    told = {}
    monkeypatch.setattr(share.address, "leave", told.__setitem__)
    sent = {**asked(app), "at": "11.3,-89.3,15.00", "window": "2018-01/2018-06", "foreign": "x", "unit": "blocks"}
    calls["save_view"](HOSTILE, sent)
    (view,), _ = listed(SLUG)
    assert (view.name, view.page) == (HOSTILE, "trends")
    assert view.choices == {"city": SLUG, "place": "district:row 1", "weapon": "firearm", "at": sent["at"], "window": sent["window"]}
    link = urlsplit(share.link(view, words_for("es")))
    assert link.path == "./trends"
    wanted = read_query({name: text for name, text in sent.items() if name not in ("foreign", "unit")})[0]
    assert read_query(dict(parse_qsl(link.query)))[0] == replace(wanted, language="es")


def test_a_name_is_text_wherever_it_stands(dialog):
    save(SLUG, SavedView(HOSTILE, "trends", {"city": SLUG, "place": '"><b>'}))
    app, _ = dialog()
    assert not app.exception
    shown = " ".join(one.value if hasattr(one, "value") else str(one.proto.body) for one in app.get("html"))
    assert "<script>alert" not in shown
    assert '"><b>' not in shown
    labels = [one.label for one in app.button]
    assert any(label.startswith("Delete “") and "\\*\\*b\\*\\*" in label for label in labels)


def test_no_view_and_no_name_of_one_is_known_in_public(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    with pytest.raises(PermissionError):
        listed(SLUG)


def test_pages_say_by_their_own_name_where_a_view_opens(city, monkeypatch):
    """The name that a view keeps is the one in the address of the page."""
    seen = []
    monkeypatch.setattr(share, "draw", lambda city, words, *, page: seen.append(page))
    for page in ("", "trends", "data"):
        open_page(page, lang="en")
    assert seen == ["", "trends", "data"]
    assert frame.share is share


def test_views_go_with_their_city(villa, store):
    from hotspots.store import erasing

    shutil.copytree(villa[1], store, dirs_exist_ok=True)
    save(SLUG, VIEW)
    assert cities.available()[0].slug == SLUG
    erasing.remove_city(SLUG)
    assert listed(SLUG) == ((), 0)

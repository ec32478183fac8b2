"""What is pressed before the page that it belongs to has arrived: nothing of it is lost."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from opened import asked, open_page
from streamlit.runtime.fragment import MemoryFragmentStorage

from hotspots.dashboard import shell
from hotspots.dashboard.public import address as public
from hotspots.dashboard.restricted import address
from hotspots.study.selection import Selection


def test_what_was_pressed_just_before_stays_though_the_address_that_comes_is_older(own_city):
    """The browser sends the address that it shows, and that of the first press has not reached it at the second one."""
    app = open_page("trends", lang="en")
    before = asked(app)
    app.multiselect(key="choice_weapon").select("firearm").run()
    assert asked(app) == {**before, "weapon": "firearm"}
    app.query_params.clear()
    for name, value in before.items():
        app.query_params[name] = value
    app.multiselect(key="choice_sex").select("male").run()
    assert not app.exception
    assert asked(app) == {**before, "weapon": "firearm", "sex": "male"}
    assert app.multiselect(key="choice_weapon").value == ["firearm"]


def test_a_link_that_is_followed_and_the_way_back_still_hold(own_city):
    app = open_page("trends", lang="en")
    before = asked(app)
    app.multiselect(key="choice_weapon").select("firearm").run()
    app.query_params.clear()
    for name, value in before.items():
        app.query_params[name] = value
    app.run()  # the button back: no press comes with it
    assert asked(app) == before
    assert app.multiselect(key="choice_weapon").value == []


class Params(dict):
    """An address that counts how often it is written."""

    written = 0

    def from_dict(self, query):
        self.clear()
        self.update(query)
        self.written += 1


@pytest.fixture
def session(monkeypatch):
    """Stand in for a session in which a place was just chosen, in either edition, and return it with its address."""
    chosen, area = Selection(city="x", place="block:b1"), public.Choices(city="x", area="a1")
    state, params = {"chosen": chosen, "written": chosen.query(), "public_chosen": area, "public_written": area.query()}, Params()
    monkeypatch.setattr(address.st, "session_state", state)  # the editions share the library
    monkeypatch.setattr(address.st, "query_params", params)
    return state, params


def test_the_address_is_written_though_the_one_that_came_is_already_so(session):
    """The browser shows by now what the press before wrote."""
    state, params = session
    nowhere = Selection(city="x")
    params.update(nowhere.query())
    address.change(lambda _: nowhere)
    assert (params.written, dict(params), state["chosen"]) == (1, nowhere.query(), nowhere)
    address.keep(nowhere)
    assert params.written == 1  # and not again where the browser has it


def test_so_it_is_in_the_public_edition(session):
    state, params = session
    params.update({"city": "x"})
    public.change(show="rate")  # an older address came with it: the area stays
    assert state["public_chosen"] == public.Choices(city="x", area="a1", show="rate")
    params.clear()
    params.update({"city": "x"})
    public.change(area="", show="")
    assert (params.written, dict(params)) == (2, {"city": "x"})
    public.keep(public.Choices(city="x"))
    assert params.written == 2


@pytest.mark.parametrize(
    "change", [lambda: address.change(lambda old: old), lambda: public.change(area="a2")], ids=["restricted", "public"]
)
@pytest.mark.parametrize(
    ("ran", "there", "whole"),
    [(["map"], [], True), (["map"], ["map"], False), (["map", "search"], ["search"], False), (None, [], False)],
)
def test_a_press_in_a_part_that_was_drawn_anew_elsewhere_draws_the_whole_page(session, monkeypatch, change, ran, there, whole):
    """Streamlit runs the part alone, does not find it, and draws nothing."""
    parts = MemoryFragmentStorage()
    for one in there:
        parts.register(one, lambda: None)
    context = SimpleNamespace(fragment_ids_this_run=ran, fragment_storage=parts)
    drawn: list[str] = []
    monkeypatch.setattr(shell, "get_script_run_ctx", lambda **_: context)
    monkeypatch.setattr(shell.st, "rerun", lambda: drawn.append("whole"))
    change()
    assert drawn == (["whole"] if whole else [])

"""What is clicked filters, is shown as a chip, and one press clears it, on every page."""

from __future__ import annotations

import pytest
from opened import asked, open_page

from hotspots.dashboard.restricted import address, chips
from hotspots.questions.restricted import Asked, when, who
from hotspots.study.selection import Selection
from hotspots.views import crossfilter
from hotspots.words import words_for

EN = words_for("en")


def chosen(monkeypatch, selection: Selection, *picks: str) -> Selection:
    """Return the choices after each of `picks` was clicked."""
    held = [selection]
    monkeypatch.setattr(address, "change", lambda update: held.append(update(held[-1])))
    for pick in picks:
        chips.pick(pick)
    return held[-1]


def test_a_click_filters_and_a_second_one_takes_it_away(monkeypatch):
    one = chosen(monkeypatch, Selection(city="x"), "weapon=firearm", "weekday=fri&hour=20-23")
    assert one.where == (("hour", ("20-23",)), ("weapon", ("firearm",)), ("weekday", ("fri",)))
    assert chosen(monkeypatch, one, "weekday=fri&hour=20-23", "weapon=firearm") == Selection(city="x")
    assert chosen(monkeypatch, one, "weekday=sat").where[2] == ("weekday", ("sat",))


def test_all_that_can_be_clicked_gives_the_number_that_it_says(city):
    whole = Asked.of(Selection(city=city.slug))
    for name, counts in whole.ask(who.by_field).value.items():
        for part in crossfilter.bar(name, name, counts, EN)["parts"]:
            field, _, value = part["pick"].partition("=")
            assert whole.at(where=((field, (value,)),)).study.victims == int(part["n"])


def test_a_field_that_filters_still_shows_its_other_values(city):
    whole = Asked.of(Selection(city=city.slug))
    blades = whole.at(where=(("weapon", ("blade",)),))
    assert blades.ask(who.by_field).value["weapon"].equals(whole.ask(who.by_field).value["weapon"])
    assert blades.ask(who.by_field).value["sex"].sum() == blades.study.victims


def test_each_cell_of_the_week_gives_the_number_that_it_says(bundled, unchanged):
    unchanged(bundled)
    whole = Asked.of(Selection(city="puerto-albatros"))
    drawn = crossfilter.week(whole.ask(when.cells_of_the_week).value, EN)
    for row in drawn["rows"][::3]:
        for cell in row["cells"][::2]:
            where = tuple(sorted((name, (value,)) for name, _, value in (part.partition("=") for part in cell["pick"].split("&"))))
            assert whole.at(where=where).study.victims == int(cell["n"] or 0)


@pytest.mark.cases(1)
@pytest.mark.parametrize("page", ["", "map", "trends", "cases"])
def test_filters_stand_as_chips_and_one_press_clears_all(city, page):
    query = {"weapon": "firearm", "weekday": "mon,tue", "from": "2016-01-01", "to": "2020-01-01", "place": "district:row 0"}
    app = open_page(page, lang="en", **query)
    assert not app.exception
    assert {"chip_weapon", "chip_weekday", "chip_period", "clear_all"} <= {one.key for one in app.button}
    app.button(key="chip_weapon").click().run()
    assert "weapon" not in asked(app)
    assert asked(app)["weekday"] == "mon,tue"
    app.button(key="clear_all").click().run()
    assert not set(query) & set(asked(app))
    assert "clear_all" not in {one.key for one in app.button}

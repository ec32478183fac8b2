"""All places that were released, side by side: in the order of the alphabet, each beside its own years, from the releases alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from opened import forget, open_page
from released import SECRET, released_city

from hotspots import release as disclosure
from hotspots.drawing.site import every_place
from hotspots.inference.normal_range import expected_range
from hotspots.release import Reading
from hotspots.words import words_for

EN = words_for("en")
NAMES = {"zeta": "Ávila", "alfa": "colón", "beta": "Bogotá <b>&"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the releases of three places, more of whose people were killed the later they stand in the alphabet."""
    place = tmp_path_factory.mktemp("releases")
    for n, (slug, name) in enumerate(NAMES.items(), 2):
        made = disclosure.build(released_city(years=10, victims=500 * n, seed=n), as_of="2025-03-01", secret=SECRET)
        facts = dict(made.facts) | {"slug": slug, "name": name, "fictional": False}
        disclosure.write(replace(made, facts=facts), place / slug, key=SECRET)
    return place


@pytest.fixture
def shown(folder, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder))
    forget()
    yield open_page("places", lang="en")
    forget()


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [[re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_the_page_has_a_row_for_each_place_in_the_order_of_the_alphabet(shown, folder):
    assert not shown.exception
    assert shown.title[0].value == "3 places have released numbers"
    head, *rows = cells(shown.get("html")[0].value)
    assert [row[0] for row in rows] == ["Ávila", "Bogotá &lt;b&gt;&amp;", "colón"]
    assert not {"rate", "rank"} & set(" ".join(head).lower().split())
    for row, slug in zip(rows, ("zeta", "beta", "alfa"), strict=True):
        figures = disclosure.read(folder / slug).figures
        years = figures[(figures["table"] == "city") & figures["count"].notna()].sort_values("start")
        usual = expected_range(years["count"].to_numpy(dtype=float)[-11:-1])
        assert row[1] == str(years["start"].iloc[-1].year)
        assert row[2] == f"{years['count'].iloc[-1]:,.0f}"
        assert row[3] == f"{usual.low:,.0f}–{usual.high:,.0f}"


def test_each_place_leads_to_its_page_and_nothing_colours_or_sorts_it(shown):
    html = shown.get("html")[0].value
    assert re.findall(r'href="([^"]*)"', html) == [f"city?city={slug}&amp;lang=en" for slug in ("zeta", "beta", "alfa")]
    assert "style" not in html
    assert not shown.dataframe


def test_one_release_alone_has_no_such_page(folder, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder / "alfa"))
    forget()
    app = open_page("places", lang="en")
    assert app.title[0].value == "How are things around here?"
    forget()


def test_a_change_of_what_is_counted_is_told(folder):
    reading = Reading(disclosure.read(folder / "alfa"))
    note = {"start": "2019-01-01", "text": {"en": "Deaths in prison are counted too"}, "kind": "definition"}
    facts = dict(reading.release.facts) | {"notes": [note]}
    row = every_place.row(Reading(replace(reading.release, facts=facts)), EN)
    assert "January 1, 2019: Deaths in prison are counted too" in row.counted

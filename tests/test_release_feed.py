"""The feed of a release: valid, the same bytes, by area and year alone; and the page without a server on paper."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from released import SECRET, released_city
from test_digest import ATOM, follows_rfc_4287

from hotspots import release as disclosure
from hotspots.drawing.site import feed, page, sentences
from hotspots.drawing.site.public_map import Atlas
from hotspots.release import Reading
from hotspots.views import captions
from hotspots.words import words_for


@pytest.fixture(scope="module")
def reading():
    return Reading(disclosure.build(released_city(victims=1400, years=10, hot=2), as_of="2026-01-15", secret=SECRET))


def entries(content: bytes) -> dict[str, str]:
    found = ET.fromstring(content).findall(f"{ATOM}entry")
    return {one.findtext(f"{ATOM}title"): one.findtext(f"{ATOM}content") for one in found}


@pytest.mark.cases(1)
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_feed_follows_its_grammar_and_tells_years_and_windows(reading, language):
    words = words_for(language)
    made = feed.atom(reading, words)
    assert follows_rfc_4287(made) == []
    assert made == feed.atom(reading, words)
    told = entries(made)
    assert len(told) == 12  # ten years, two windows
    year = reading.newest
    assert any(words.number(year["count"]) in title and "2024" in title for title in told)
    assert words.say("Public: may be passed on with its source") in made.decode()
    assert "2026" in ET.fromstring(made).findtext(f"{ATOM}subtitle")  # when the next is due


def test_the_feed_counts_the_areas_that_changed(reading):
    window = reading.windows[-1]
    found = [reading.change(str(area), window) for area in reading.city.blocks.index]
    known = [one for one in found if one]
    more, fewer = (sum(one.verdict == name for one in known) for name in ("above", "below"))
    text = entries(feed.atom(reading, words_for("en")))["By area: 2020–2024"]
    assert f"for both windows: {len(known)}." in text
    assert f"more than before in {more}, fewer in {fewer}." in text


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_city_without_a_source_says_so_and_leaves_no_gap(reading, language):
    """One that was brought in without a city file names neither its source nor its licence."""
    release, words = reading.release, words_for(language)
    nameless = Reading(replace(release, facts=release.facts | {"source": "", "licence": ""}))
    said = [*captions.whose(nameless.city, words), sentences.contact("", nameless, words), feed.atom(nameless, words).decode()]
    assert not [line for line in said if re.search(r": *(?:$|\.|<)|<name */>", line)]


def test_a_later_release_keeps_the_entries_and_adds_its_own(reading):
    sooner = Reading(disclosure.build(released_city(victims=1400, years=10, hot=2), as_of="2025-03-01", secret=SECRET))
    ids = [
        {one.findtext(f"{ATOM}id") for one in ET.fromstring(feed.atom(one, words_for("en"))).findall(f"{ATOM}entry")}
        for one in (sooner, reading)
    ]
    assert ids[0] <= ids[1]


def test_no_year_that_is_not_shown_is_in_the_feed(reading):
    figures = reading.release.figures
    hidden = (figures["table"] == "city") & (figures["start"].dt.year == 2018)
    held = figures.assign(count=figures["count"].mask(hidden), reason=figures["reason"].mask(hidden, "held"))
    told = entries(feed.atom(Reading(replace(reading.release, figures=held)), words_for("en")))
    assert not [title for title in told if title.endswith("in 2018")]


@pytest.mark.walk
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_prints_on_four_sheets(reading, tmp_path, language):
    """The sheets of a city with many areas were looked at; here the page is printed, and nothing is lost from it."""
    sync = pytest.importorskip("playwright.sync_api")
    from io import BytesIO

    from pypdf import PdfReader

    html = tmp_path / "page.html"
    html.write_text(page(reading, Atlas(reading, words_for(language)), contact="x"), encoding="utf-8")
    with sync.sync_playwright() as played:
        browser = played.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        opened = browser.new_page()
        opened.goto(html.as_uri())
        made = opened.pdf(prefer_css_page_size=True, print_background=True)
        browser.close()
    sheets = PdfReader(BytesIO(made)).pages
    assert len(sheets) <= 4
    assert len(made) <= 3_000_000
    text = " ".join(one.extract_text() for one in sheets)
    names = reading.city.blocks["name"]
    assert all(str(name) in text.replace("\n", " ") for name in names)

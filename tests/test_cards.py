"""The card of an area, for a page of somebody else: every number is the release's, no script, a card for each anchor; both faces."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import urllib.parse
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from fetched import fetched
from opened import keep_caches_of, open_page, text
from released import SECRET, released_city
from test_digest import follows_rfc_4287
from test_maps import Reader
from test_site import exact_ends

from hotspots import geography
from hotspots import release as disclosure
from hotspots.dashboard import shell
from hotspots.dashboard.public import served
from hotspots.drawing import site
from hotspots.drawing.site import cards
from hotspots.release import Reading
from hotspots.words import words_for

SLUG = "villa-prueba"


@pytest.fixture(scope="module")
def release():
    return disclosure.build(released_city(victims=900, years=10, seed=3, hot=3.0), as_of="2026-01-15", secret=SECRET)


@pytest.fixture(scope="module")
def reading(release):
    return Reading(release)


def test_maps_open_with_the_rate_where_it_is_certain_for_most_and_else_with_the_count(reading):
    newest = reading.areas(reading.windows[-1])
    certain = newest.loc[newest["rate_state"] == "ok", "count"].sum()
    assert certain > newest["count"].sum() / 2
    assert reading.shows[:2] == ("rate", "count")
    few = reading.release.figures.copy()
    few.loc[few["count"] > 0, "count"] = disclosure.FEWER_THAN  # ten in each, and every rate uncertain
    assert Reading(replace(reading.release, figures=few)).shows[:2] == ("count", "rate")


@pytest.fixture(scope="module")
def files(release):
    return site.render(release)


@pytest.fixture(scope="module")
def folder(release, tmp_path_factory):
    out = tmp_path_factory.mktemp("releases") / SLUG
    disclosure.write(release, out, key=SECRET)
    return out


@pytest.fixture
def public(folder, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder.parent))
    monkeypatch.setenv("HOTSPOTS_ADDRESS", "https://city.example/deaths/")
    keep_caches_of(folder.parent)
    return folder


def cut(page: str) -> dict[str, str]:
    """Return the cards of a file by their anchors."""
    return dict(re.findall(r'<article id="([^"]*)"[^>]*>(.*?)</article>', page, re.DOTALL))


def plain(part: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "\n", re.sub(r"<pre.*?</pre>", "", part, flags=re.DOTALL)))


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_area_has_its_number_and_nothing_that_the_release_does_not_hold(reading, release, language):
    words = words_for(language)
    found = cut(cards.page(reading, words))
    window = reading.windows[-1]
    table = reading.areas(window)
    assert list(found) == [cards.anchor(str(area)) for area in table.index]
    years = window[1].year - window[0].year
    for area, row in table.iterrows():
        told = plain(found[cards.anchor(str(area))])
        hidden = {"few": words.say("fewer than 10"), "held": words.say("10 or more, not shown")}
        number = re.search(r'class="number[^"]*">([^<]*)<', found[cards.anchor(str(area))])[1]
        assert html.unescape(number) == (hidden[row["reason"]] if row["reason"] else words.number(row["count"]))
        if np.isnan(row["rate"]):
            assert words.say("Per 100,000 residents a year") not in told
        elif language == "en":
            low, high = exact_ends(row["count"], years * row["population"], release)
            assert f"{words.rate(row['rate'])} (95% interval {low} to {high})" in told
        assert words.say("Public: may be passed on with its source") in told
        assert str(geography.names(release.areas)[area]) in told


def test_a_card_asks_for_nothing_and_runs_nothing(reading):
    page = cards.page(reading, words_for("en"))
    tags = {tag for tag, _ in Reader(page).tags}
    assert not {"script", "iframe", "object", "form", "base", "a"} & tags
    assert not [key for _, attrs in Reader(page).tags for key in attrs if key == "style" or key.startswith("on")]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)[1])
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'")
    assert not re.search(r"https?:", plain(page))


def test_the_line_to_copy_is_one_frame_that_may_do_nothing(reading):
    area = str(reading.city.blocks.index[0])
    for line in (cards.frame(reading, area, words_for("es")), cards.frame(reading, area, words_for("es"), folder="https://a.org/x/")):
        ((tag, attrs),) = Reader(line).tags
        assert (tag, attrs["sandbox"]) == ("iframe", None)
        source, _, fragment = attrs["src"].partition("#")
        assert source.removeprefix("https://a.org/x/") == "cards.es.html"
        assert fragment in cut(cards.page(reading, words_for("es")))
    shown = html.unescape(re.search(r"<code>(.*?)</code>", cards.page(reading, words_for("es")))[1])
    assert shown == cards.frame(reading, area, words_for("es"))


def test_an_anchor_is_the_areas_own_and_an_address_may_hold_it():
    odd = 'Ñu "2" <b> #1'
    assert re.fullmatch(r"[\w%.~-]+", cards.anchor(odd))
    assert urllib.parse.unquote(cards.anchor(odd)) == f"area-{odd}"


@pytest.mark.walk
def test_the_page_without_a_server_has_them_and_leads_there(files):
    assert {"cards.en.html", "cards.es.html"} <= set(files)
    assert b'href="cards.en.html"' in files["index.html"]


# --- the edition with a server ----------------------------------------------------------------------------------------------------------


def test_both_faces_give_the_same_cards_and_the_same_feed(public, files):
    for language in ("en", "es"):
        status, headers, feed = fetched(shell.routes(), f"/released/{SLUG}/feed.{language}.xml")
        assert (status, headers[b"content-type"].split(b";")[0], feed) == (200, b"application/atom+xml", files[f"feed.{language}.xml"])
        assert follows_rfc_4287(feed) == []
        assert ET.fromstring(feed).tag.endswith("feed")
        _, headers, page = fetched(shell.routes(), f"/released/{SLUG}/cards.{language}.html")
        assert headers[b"content-type"].startswith(b"text/html")
        own = {anchor: plain(part) for anchor, part in cut(page.decode()).items()}
        assert own == {anchor: plain(part) for anchor, part in cut(files[f"cards.{language}.html"].decode()).items()}


@pytest.mark.parametrize(
    "path",
    [
        f"/released/{SLUG}/release.json",
        f"/released/{SLUG}/feed.fr.xml",
        f"/released/{SLUG}/..%2Frelease.json",
        "/released/nowhere/feed.es.xml",
        "/released/../feed.es.xml",
    ],
)
def test_nothing_else_is_answered(public, path):
    assert fetched(shell.routes(), path)[0] == 404


def test_the_restricted_edition_has_no_such_files(folder, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder.parent))
    assert fetched(shell.routes(), f"/released/{SLUG}/feed.es.xml")[0] == 404


@pytest.mark.parametrize("page", ["", "city", "left-out"])
def test_every_page_leads_to_the_feed(public, page):
    app = open_page(page, lang="es")
    assert f"[Canal de lo que se publica (Atom)](released/{SLUG}/feed.es.xml)" in text(app)
    assert served.path(SLUG, "feed.es.xml") == f"released/{SLUG}/feed.es.xml"


def test_the_page_of_an_area_gives_the_line_to_copy(public, reading):
    area = str(reading.city.blocks.index[2])
    app = open_page("", lang="en", area=area)
    (line,) = [one.value for one in app.code]
    assert line == cards.frame(reading, area, words_for("en"), folder=f"https://city.example/deaths/released/{SLUG}/")
    status, _, page = fetched(shell.routes(), f"/released/{SLUG}/cards.en.html")
    assert status == 200
    assert line in html.unescape(page.decode())

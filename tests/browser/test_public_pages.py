"""The public pages in a real browser: they fit, in both languages, on a phone and a desk, and axe finds nothing."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import asked_by_neighbours as asked
import pytest
from driving import wait_until_idle
from released import SECRET, released_city

from hotspots import cities
from hotspots import release as disclosure
from hotspots.words import words_for

CITY_FOLDER = Path(__file__).resolve().parents[2] / "data" / "cities" / asked.CITY

PAGES = ("", "city", "people", "done", "left-out", "embed")
WITH_MAP = ("", "city", "embed")
# What Streamlit and the library of its charts say by themselves, in English.
ENGLISH = ("App pages", "Skip to main content", "Fullscreen", "Show data", "Download as", "Expand sidebar", "-axis", "Search:")
SPOKEN = """() => [...document.querySelectorAll('[aria-label], [title]')]
    .filter(one => !one.closest('[aria-hidden=true]'))
    .flatMap(one => [one.getAttribute('aria-label') || '', one.getAttribute('title') || ''])
    .concat([...document.querySelectorAll('a')].map(one => one.textContent))"""


@pytest.fixture(scope="module")
def address(server, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("releases")
    release = disclosure.build(released_city(years=10, victims=1400, hot=2), as_of="2025-03-01", secret=SECRET)
    disclosure.write(release, folder / "villa-prueba", key=SECRET)
    return server("app.py", env={"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(folder)})


@pytest.fixture(scope="module")
def albatros(server, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("albatros")
    release = disclosure.build(cities.read_folder(CITY_FOLDER), as_of=asked.AS_OF, secret=SECRET)
    disclosure.write(release, folder / asked.CITY, key=SECRET)
    return server("app.py", env={"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(folder)})


def open_at(page, address: str, path: str, **query: str) -> None:
    page.goto(f"{address}/{path}?" + "&".join(f"{name}={value}" for name, value in query.items()))
    page.wait_for_selector("h1", timeout=60_000)
    wait_until_idle(page)
    if path in WITH_MAP:
        page.wait_for_selector(".frame[data-state=ready]", timeout=30_000)
    page.wait_for_timeout(500)


@contextlib.contextmanager
def site(body: str) -> Iterator[str]:
    """Serve one page of another site; give its address."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{serving.server_port}/"
        serving.shutdown()
        thread.join()


@pytest.mark.walk
def test_a_card_and_a_page_show_in_a_frame_of_another_site(open_page, address):
    """As the pages offer it: the card in a frame that may do nothing. What the policy refuses in either frame fails the test."""
    page = open_page(viewport={"width": 1200, "height": 1300})
    card = f'<iframe src="{address}/released/villa-prueba/cards.en.html#area-a001" sandbox width="560" height="320"></iframe>'
    whole = f'<iframe src="{address}/embed?lang=en&area=a001&embed=true" width="1100" height="700"></iframe>'
    with site(f"<h1>Neighbours</h1>{card}{whole}") as elsewhere:
        page.goto(elsewhere)
    shown, streamlit = page.frame_locator("iframe").nth(0), page.frame_locator("iframe").nth(1)
    assert "people killed" in shown.locator("#area-a001").inner_text(timeout=30_000).lower()
    assert shown.locator("#area-a001").evaluate("one => getComputedStyle(one).display") != "none"
    streamlit.locator(".frame[data-state=ready]").wait_for(timeout=60_000)


@pytest.mark.cases(1)
@pytest.mark.parametrize(("width", "lang"), [(1440, "es"), (390, "en")])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_and_axe_is_content(open_page, address, name, lang, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -r requirements-dev.txt")
    page = open_page(viewport={"width": width, "height": 1400})
    open_at(page, address, name, lang=lang, area="a001")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.locator("h1").count() == 1
    assert page.locator("[data-testid=stAlertContentError]").count() == 0
    bad = axe.Axe().run(page).response["violations"]
    assert not bad, json.dumps([(one["id"], [node["html"][:140] for node in one["nodes"][:3]]) for one in bad], indent=1)
    assert page.title().endswith(" – Villa Prueba")
    assert lang == "en" or [said for said in page.evaluate(SPOKEN) if any(word in said for word in ENGLISH)] == []


@pytest.mark.walk
@pytest.mark.parametrize("language", asked.LANGUAGES)
def test_a_community_finds_its_answers(open_page, albatros, language):
    page, missing = open_page(viewport={"width": 390, "height": 1400}), []  # a phone: tables are cards, and cards are text
    for row in [row for row in asked.ROWS if row.says and row.file not in ("areas", "feed")]:  # those two are files to take away
        open_at(page, albatros, row.page, lang=language, area=asked.AREA)
        there, at = " ".join(page.locator("[data-testid=stMain]").inner_text().split()).lower(), 0
        for piece in row.told(language, CITY_FOLDER / "raw").split("…"):
            at = there.find(piece.lower(), at)
            if at < 0:
                missing.append((row.question, piece))
                break
    assert missing == []


@pytest.mark.parametrize(("name", "lang"), [("", "en"), pytest.param("city", "es", marks=pytest.mark.walk)])
def test_arrows_go_from_area_to_area_and_each_is_said_with_its_value(open_page, address, name, lang):
    """What a key leads to is what the area before it said lies that way; each is said with the value that its tip shows."""
    page = open_page(viewport={"width": 1280, "height": 1200})
    open_at(page, address, name, lang=lang)
    ways = {"ArrowUp": "Above", "ArrowRight": "To the right", "ArrowDown": "Below", "ArrowLeft": "To the left"}
    ways = {key: words_for(lang).say(way) for key, way in ways.items()}
    ground, live = page.locator(".map"), page.locator(".frame [aria-live]")
    assert ground.get_attribute("role") == "application"
    assert ground.get_attribute("aria-label")
    ground.focus()
    page.keyboard.press("ArrowRight")
    seen = [live.text_content()]
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowDown"):
        beside = dict(part.split(": ", 1) for part in seen[-1].split(". ")[-1].split("; "))
        page.keyboard.press(key)
        said, there = live.text_content(), beside.get(ways[key])
        area, _, value = (there or "").partition(", ")
        assert said.startswith(f"{area}. ") if there else said == words_for(lang).say("No place farther that way."), (key, seen, said)
        seen += [said] if there else []
        tip = [text for text in page.locator(".tip").inner_text().splitlines() if text.strip()]
        assert tip[0] == seen[-1].split(". ")[0]
        assert not there or value in tip
        assert all(text in seen[-1] for text in tip)
    assert len(set(seen)) >= 4
    if not name:
        page.keyboard.press("Enter")
        page.wait_for_url("**area=**", timeout=15_000)
        wait_until_idle(page)
        assert page.locator("h1").inner_text() == f"How are things in {seen[-1].split('. ')[0]}?"


@pytest.mark.walk
def test_a_click_on_the_map_chooses_an_area(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1200})
    open_at(page, address, "", lang="en")
    box = page.locator(".map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + 5, box["y"] + box["height"] / 2 + 5)
    page.wait_for_url("**area=**", timeout=15_000)
    wait_until_idle(page)
    assert page.locator("h1").inner_text().startswith("How are things in")
    page.get_by_role("radio", name="Español").or_(page.get_by_role("button", name="Español")).first.click()
    page.wait_for_url("**lang=es**", timeout=15_000)
    wait_until_idle(page)
    assert page.locator("h1").inner_text().startswith("¿Cómo están las cosas en")

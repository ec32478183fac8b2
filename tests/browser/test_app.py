"""The whole dashboard in a real browser, on the bundled city, as its readers use it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from driving import wait_until_idle

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "screenshots"
PAGES = ("overview", "map", "trends", "compare", "concentration", "priorities", "data", "methods")
MEETING = ("change", "people", "repeats", "interventions", "priorities", "compare", "clusters")  # looked at once, all in one visit each
OTHERS = ("cases", "import", "publish")
WITH_MAP = ("overview", "map")
WIDTHS = {"desktop": (1440, 1500), "phone": (390, 2600)}
READY = ".frame[data-state=ready]"

# What axe finds in Streamlit's own widgets and we cannot mend from outside; each is looked at again when Streamlit is updated.
STREAMLITS_OWN: dict[str, str] = {
    "color-contrast": "placeholder text of an empty multiselect",
    "aria-allowed-attr": "the search box inside a selectbox",
    "list": "the menu of pages in groups, on a phone",
    "listitem": "the menu of pages in groups, on a phone",
}


@pytest.fixture(scope="session")
def address(server) -> str:
    return server("app.py")


def open_at(page, address: str, path: str = "map", **query: str) -> None:
    page.goto(f"{address}/{path.replace('overview', '')}?" + "&".join(f"{name}={value}" for name, value in query.items()))
    page.wait_for_selector("h1", timeout=60_000)
    wait_until_idle(page)
    if path in WITH_MAP:
        page.wait_for_selector(READY, timeout=30_000)
    page.wait_for_timeout(600)  # charts draw after the script has come to rest


def query_of(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.walk
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("size", WIDTHS)
def test_every_page_fits_and_is_photographed(open_page, address, name, lang, size):
    width, height = WIDTHS[size]
    page = open_page(viewport={"width": width, "height": height})
    open_at(page, address, name, lang=lang)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{size}-{lang}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("h1").count() == 1


@pytest.mark.walk
@pytest.mark.parametrize("name", PAGES)
def test_every_page_reflows_at_320_pixels(open_page, address, name):
    page = open_page(viewport={"width": 320, "height": 900})
    open_at(page, address, name, lang="en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("name", list(dict.fromkeys((*PAGES, *MEETING, *OTHERS))))
def test_axe_finds_nothing_serious_of_ours(open_page, address, name, lang, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -r requirements-dev.txt")
    page = open_page(viewport={"width": 1280, "height": 1400}, color_scheme=scheme)
    open_at(page, address, name, lang=lang)
    found = axe.Axe().run(page).response["violations"]
    bad = [
        f"{one['id']} ({one['impact']}): " + "; ".join(node["html"][:140] for node in one["nodes"][:3])
        for one in found
        if one["impact"] in ("serious", "critical") and one["id"] not in STREAMLITS_OWN
    ]
    assert not bad, "\n".join(bad)


@pytest.mark.walk
@pytest.mark.parametrize(("lang", "width"), [("es", 390), ("en", 1440)])
@pytest.mark.parametrize("name", MEETING)
def test_pages_of_a_meeting_fit_are_silent_and_can_be_walked_by_keyboard(open_page, address, name, lang, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -r requirements-dev.txt")
    page = open_page(viewport={"width": width, "height": 1400})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" and "404" not in message.text else None)
    page.on("pageerror", lambda fault: said.append(str(fault)))
    open_at(page, address, name, lang=lang, city="puerto-albatros")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("[data-testid=stException]").count() == 0
    assert not said
    reached = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.closest('[data-testid]') || document.body).dataset.testid || ''"))
    assert len(reached - {""}) >= 2  # from the links above into the controls of the page
    found = axe.Axe().run(page).response["violations"]
    bad = [f"{one['id']}: {one['nodes'][0]['html'][:140]}" for one in found if one["impact"] in ("serious", "critical")]
    assert not [text for text in bad if text.split(":")[0] not in STREAMLITS_OWN]


def block_under_the_map(page) -> tuple[float, float]:
    box = page.locator(".map").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def click_a_block(page) -> None:
    """Click around the middle of the map until a block is hit."""
    x, y = block_under_the_map(page)
    for step in range(12):
        page.mouse.click(x + 17 * step, y + 11 * step)
        page.wait_for_timeout(500)
        if "place" in query_of(page):
            return
    pytest.fail("no block was hit")


@pytest.mark.walk
def test_a_click_shows_the_block_and_the_link_restores_it(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1100})
    open_at(page, address, lang="en")
    click_a_block(page)
    wait_until_idle(page)
    name = page.locator("h2").first.inner_text()
    killed = page.locator("[data-testid=stMetricValue]").first.inner_text()
    again = open_page(viewport={"width": 1440, "height": 1100})
    again.goto(page.url)
    again.wait_for_selector("h2", timeout=60_000)
    wait_until_idle(again)
    assert again.locator("h2").first.inner_text() == name
    assert again.locator("[data-testid=stMetricValue]").first.inner_text() == killed


@pytest.mark.walk
def test_panning_and_zooming_ask_nothing_of_the_server(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1100})
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(len(payload))))
    open_at(page, address, lang="en")
    x, y = block_under_the_map(page)
    before = len(sent)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y + 80, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(1200)
    assert len(sent) == before


def test_a_filter_changes_every_number_and_keeps_the_view(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1100})
    open_at(page, address, lang="en")
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(500)
    view = page.locator(".frame").get_attribute("data-view")
    total = page.locator("h1").inner_text()
    page.get_by_role("combobox", name="Weapon").click()
    page.get_by_role("option", name="Firearm").click()
    page.wait_for_timeout(800)
    wait_until_idle(page)
    assert query_of(page)["weapon"] == "firearm"
    assert page.locator("h1").inner_text() != total
    assert page.locator(".frame").get_attribute("data-view") == view
    n = re.match(r"[\d,]+", page.locator("h1").inner_text())[0]
    assert f"{n} people killed" in page.locator("[data-testid=stCaptionContainer]").first.inner_text()
    assert f"of {n} people killed" in page.locator("[data-testid=stCaptionContainer]").nth(1).inner_text() or f"of {n}" in page.content()


def follow(page, group: str, name: str) -> None:
    """Choose a page in the menu."""
    page.get_by_text(group, exact=True).first.click()
    page.get_by_role("menuitem", name=name).click()


@pytest.mark.walk
def test_choices_go_along_to_the_other_page_and_back(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1100})
    open_at(page, address, lang="en", weapon="firearm")
    follow(page, "What changed", "Over the years")
    page.wait_for_url(re.compile("/trends"))
    page.wait_for_timeout(800)
    wait_until_idle(page)
    assert query_of(page)["weapon"] == "firearm"
    assert "Firearm" in page.locator("[data-testid=stCaptionContainer]").first.inner_text()
    follow(page, "Where to begin", "Every measure on the map")
    page.wait_for_selector(READY)
    wait_until_idle(page)
    assert query_of(page)["weapon"] == "firearm"


@pytest.mark.walk
def test_the_back_button_goes_back_a_page(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1100})
    open_at(page, address, lang="en")
    follow(page, "What changed", "Over the years")
    page.wait_for_url(re.compile("/trends"))
    wait_until_idle(page)
    page.go_back()
    page.wait_for_timeout(800)
    wait_until_idle(page)
    assert page.locator("h1").count() == 1
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.walk
def test_a_place_is_found_by_keyboard_alone(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1100})
    open_at(page, address, lang="en")
    page.get_by_role("combobox", name="Search for a place").focus()
    page.keyboard.type("Manzana")
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_timeout(800)
    wait_until_idle(page)
    assert "place" in query_of(page)
    assert page.locator("h2").count() >= 1


def test_the_room_of_a_map_and_of_nothing_else_is_kept_while_it_comes(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 900})
    open_at(page, address, lang="en")
    kept = page.evaluate(
        "() => [...document.querySelectorAll('[class*=st-key-]')].filter((one) => getComputedStyle(one).animationName === 'room')"
        ".map((one) => /st-key-[^ ]+/.exec(one.className)[0])"
    )
    assert kept == ["st-key-map"]


@pytest.mark.walk
def test_a_page_shows_where_its_title_will_stand_until_it_is_there(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 900})
    open_at(page, address, "trends", lang="en")
    sign = (
        "() => getComputedStyle(document.querySelector('[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock]'), '::after')"
        ".animationName"
    )
    assert page.evaluate(sign) == "none"
    page.evaluate("() => document.querySelector('h1').remove()")
    assert page.evaluate(sign) == "coming"


@pytest.mark.walk
def test_the_table_behind_the_map(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1500})
    open_at(page, address, lang="en")
    page.get_by_text("The same as a table").click()
    page.wait_for_selector("[data-testid=stDataFrame]")
    assert page.locator("[data-testid=stDataFrame]").count() == 1


@pytest.mark.walk
def test_downloads_are_what_is_shown(open_page, address, tmp_path):
    page = open_page(viewport={"width": 1440, "height": 1400}, accept_downloads=True)
    open_at(page, address, lang="en", unit="districts", measure="rate", weapon="firearm")
    shown = re.search(r"on the map: ([\d,]+) of ([\d,]+) people killed", page.locator(".legend-note").inner_text())
    files = {}
    for label in ("Table (CSV)", "Areas (GeoJSON)", "Picture (PNG)", "Map as a page (HTML)"):
        with page.expect_download(timeout=60_000) as waiting:
            page.get_by_role("button", name=label).click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        files[path.suffix] = path
    table = pd.read_csv(files[".csv"])
    assert table["count"].sum() == int(shown[1].replace(",", ""))
    features = json.loads(files[".geojson"].read_text(encoding="utf-8"))["features"]
    assert sorted(one["properties"]["count"] for one in features) == sorted(table["count"])
    assert files[".png"].read_bytes().startswith(b"\x89PNG")
    assert all("firearm" in path.name and f"n{shown[2].replace(',', '')}" in path.name for path in files.values())
    alone = open_page(viewport={"width": 390, "height": 900})
    alone.goto(files[".html"].as_uri())
    alone.wait_for_selector(".leaflet-container")
    assert f"{shown[2]} people killed" in alone.locator("body").inner_text()


@pytest.mark.walk
def test_a_smooth_surface_is_off_until_asked_for(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1100})
    open_at(page, address, lang="en")
    assert page.locator(".frame").get_attribute("data-overlay") == "no"
    page.get_by_text("Smooth surface").first.click()
    page.wait_for_selector(".frame[data-overlay=yes]", timeout=15_000)
    wait_until_idle(page)
    assert int(query_of(page)["surface"]) > 0
    assert re.search(r"bandwidth [\d,]+ m", page.locator(".legend-note").inner_text())


@pytest.mark.walk
def test_nothing_is_asked_of_the_outside(open_page, address):
    """`open_page` fails the test when a request would leave the machine; this one visits everything."""
    page = open_page(viewport={"width": 1280, "height": 1100})
    for path in PAGES:
        for lang in ("es", "en"):
            open_at(page, address, path, lang=lang)
    assert page.left == []
    assert os.environ.get("HOTSPOTS_TILES") is None


@pytest.mark.walk
def test_the_walk_through_the_circles_by_keys_keeps_the_focus_when_a_place_is_chosen(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{address}/clusters?lang=en", timeout=120_000)
    page.wait_for_selector(READY, timeout=240_000)  # a thousand shuffles first
    wait_until_idle(page, timeout=240_000)
    page.locator(".map").first.focus()
    said = page.locator(".frame [aria-live]").first
    first = re.compile(r"Number 1 of \d+, places: \d+, people killed: \d+: .+\. People killed: \d+\.")
    page.keyboard.press("n")
    assert first.match(said.inner_text())
    page.keyboard.press("n")
    assert said.inner_text().startswith("Number 2 of ")
    page.keyboard.press("Shift+N")
    assert first.match(said.inner_text())
    page.keyboard.press("Enter")
    page.wait_for_url("**place=block*", timeout=120_000)
    wait_until_idle(page, timeout=240_000)
    page.wait_for_selector(READY, timeout=120_000)
    assert page.locator(".map:focus").count() == 1  # the page drew the map anew, below the chips
    assert said.inner_text().startswith("Chosen: ")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "place=" not in url, timeout=120_000)


@pytest.mark.walk
@pytest.mark.parametrize("when", ["at once", "while the map is drawn anew", "when it is there"])
def test_escape_leaves_the_place_that_was_chosen_by_key(open_page, address, when):
    """Pressed while the old map was gone and the new one not yet there, it was lost."""
    page = open_page(viewport={"width": 1440, "height": 1000})
    open_at(page, address, "map", lang="en")
    page.locator(".map").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    if when != "at once":
        page.wait_for_function("() => document.activeElement === document.body", timeout=60_000, polling=5)
    if when == "when it is there":
        page.wait_for_function("() => document.activeElement !== document.body", timeout=120_000, polling=5)
        assert query_of(page)["place"]
    page.keyboard.press("Escape")
    said = page.locator(".frame [aria-live]").first
    wait_until_idle(page)
    page.wait_for_url(lambda url: "place=" not in url, timeout=120_000)
    wait_until_idle(page)
    page.wait_for_selector(READY)
    assert said.inner_text() == "No place is chosen."
    assert "place" not in query_of(page)

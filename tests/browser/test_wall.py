"""The wall in a real browser: it turns by itself and by keys, says what pandas counts, stops for who wants less motion, and fits."""

from __future__ import annotations

import pandas as pd
import pytest
from test_app import query_of

from hotspots.study import places

KNOWN = ".wall[data-known=yes]"
AHEAD = ".wall .place[aria-current=true]"


@pytest.fixture(scope="session")
def address(server) -> str:
    return server("app.py")


def open_wall(page, address: str, **query: str) -> None:
    page.goto(f"{address}/wall?" + "&".join(f"{name}={value}" for name, value in {"lang": "en", **query}.items()), timeout=120_000)
    page.wait_for_selector(KNOWN, timeout=120_000)


def at(page) -> str:
    return page.locator(AHEAD).inner_text()


def last_year(city, district: str | None) -> int:
    rows = city.incidents
    year = (rows["date"] >= city.end - pd.DateOffset(days=365)) & (rows["date"] < city.end)
    if district is None:
        return int(year.sum())
    return int((year & (places.block_of(city).map(city.blocks["district"]) == district)).sum())


@pytest.mark.walk
def test_it_says_what_pandas_counts_and_turns_by_keys(open_page, address, albatros):
    page = open_page(viewport={"width": 1920, "height": 1080})
    open_wall(page, address)
    assert at(page) == albatros.name
    assert page.locator(".big .number").inner_text() == str(last_year(albatros, None))
    page.keyboard.press("Space")
    assert page.locator(".wall").get_attribute("data-running") == "no"
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(KNOWN, timeout=60_000)
    district = at(page)
    assert district != albatros.name
    assert page.locator(".place-name").inner_text() == district
    assert page.locator(".big .number").inner_text() == str(last_year(albatros, district))
    page.keyboard.press("ArrowLeft")
    assert at(page) == albatros.name
    page.get_by_role("button", name="El Malecón").click()
    page.wait_for_selector(f"{KNOWN}[data-place='district:El Malecón']", timeout=60_000)
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/wall" not in url, timeout=60_000)
    page.wait_for_selector(".st-key-screen", timeout=60_000)
    assert query_of(page)["city"] == albatros.slug


@pytest.mark.walk
def test_it_turns_by_itself_and_not_for_who_wants_less_motion(open_page, address, albatros):
    page = open_page(reduced_motion="reduce", viewport={"width": 1920, "height": 1080})
    open_wall(page, address)
    assert page.locator(".wall").get_attribute("data-running") == "no"
    page.get_by_role("button", name="Go on").click()
    page.locator(f"{AHEAD}:not(:text-is('{albatros.name}'))").wait_for(timeout=90_000)


@pytest.mark.walk
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (390, 844)])
def test_everything_fits_and_axe_finds_nothing(open_page, address, size):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -r requirements-dev.txt")
    page = open_page(viewport={"width": size[0], "height": size[1]})
    open_wall(page, address, place="district:El Malecón")
    page.wait_for_selector(".frame[data-state=ready]", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    if size[0] > 900:
        assert page.locator(".about").evaluate("box => box.scrollHeight - box.clientHeight") <= 1
    found = axe.Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []

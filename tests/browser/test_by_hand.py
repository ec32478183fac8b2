"""What hands do: fingers on a phone, clicks that filter, a place kept for the next visit, a tab that stays open over a restart."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from driving import REPO, free_port, start_streamlit, wait_until, wait_until_idle
from pyproj import Transformer
from scipy.spatial import KDTree
from test_app import READY, query_of

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DRAWER = "document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().x"


@pytest.fixture(scope="session")
def address(server) -> str:
    return server("app.py")


def open_at(page, address: str, path: str = "", **query: str) -> None:
    page.goto(f"{address}/{path}?" + "&".join(f"{name}={value}" for name, value in {"lang": "en", **query}.items()), timeout=120_000)
    page.wait_for_selector("h1", timeout=240_000)  # the first page of a server that just began
    wait_until_idle(page, timeout=120_000)


def until(page, **query: str) -> None:
    """Wait until the address says so, and the page has followed."""
    for name, value in query.items():
        wait_until(page, "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value], timeout=60_000)
    wait_until_idle(page, timeout=120_000)


def scrolled(page) -> float:
    return float(page.evaluate("Math.max(scrollY, ...[...document.querySelectorAll('[data-testid=stMain]')].map(part => part.scrollTop))"))


def stroke(page, fingers: list[tuple[float, float]], by: tuple[float, float]) -> None:
    """Put fingers on the screen, move them together, and lift them."""
    send = page.context.new_cdp_session(page).send

    def touch(kind: str, at: list[tuple[float, float]]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(at)]
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", fingers)
    for step in range(1, 11):
        touch("touchMove", [(x + by[0] * step / 10, y + by[1] * step / 10) for x, y in fingers])
        page.wait_for_timeout(20)
    touch("touchEnd", [])
    page.wait_for_timeout(700)


@pytest.mark.walk
def test_the_drawer_of_pages_says_menu_and_closes_when_one_is_chosen(open_page, address):
    page = open_page(**PHONE)
    open_at(page, address)
    page.get_by_role("button", name="Menu", exact=True).tap()
    wait_until(page, f"{DRAWER} >= 0", timeout=20_000)
    page.locator("[data-testid=stSidebarNavLink]", has_text="Cases").first.tap()
    page.wait_for_url(re.compile("/cases"), timeout=60_000)
    wait_until(page, f"{DRAWER} < -100", timeout=20_000)


@pytest.mark.walk
def test_one_finger_scrolls_the_page_and_two_move_the_map(open_page, address):
    page = open_page(**PHONE)
    open_at(page, address)
    page.wait_for_selector(READY, timeout=120_000)
    frame = page.locator(".frame")
    page.locator(".frame .map").scroll_into_view_if_needed()
    box = page.locator(".frame .map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    view, before = frame.get_attribute("data-view"), scrolled(page)
    stroke(page, [(x, y)], (0, -120))
    assert scrolled(page) > before + 40
    assert frame.get_attribute("data-view") == view
    box, before = page.locator(".frame .map").bounding_box(), scrolled(page)
    y = box["y"] + box["height"] * 0.7
    stroke(page, [(x - 40, y), (x + 40, y)], (50, 20))
    assert frame.get_attribute("data-view") != view
    assert abs(scrolled(page) - before) < 5


@pytest.mark.walk
@pytest.mark.parametrize("at_once", [False, True], ids=["when all is quiet", "at once"])
def test_the_first_choice_in_an_open_tab_survives_a_restart_of_the_server(open_page, tmp_path, at_once):
    """Of a page that waits until the new session knows it, and of one that presses before anything of it was drawn again."""
    port = str(free_port())
    process, address = start_streamlit(REPO / "app.py", {}, {"server.port": port}, tmp_path)
    try:
        page = open_page(viewport={"width": 1280, "height": 1000})
        open_at(page, address, "people", weapon="firearm")
        bar = page.locator(".filters button[data-pick='sex=female']").first
        bar.wait_for(timeout=120_000)
        process.terminate()
        process.wait(timeout=30)
        process, _ = start_streamlit(REPO / "app.py", {}, {"server.port": port}, tmp_path)
        page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=120_000)
        if not at_once:
            wait_until_idle(page, timeout=120_000)
        bar.click(timeout=120_000)
        until(page, sex="female", weapon="firearm")
        page.get_by_role("button", name="Clear all").last.click()  # a press of Streamlit's own, in the session that began
        wait_until(page, "!location.search.includes('sex=')", timeout=60_000)
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_bar_and_a_cell_filter_and_a_chip_takes_it_away(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1000})
    open_at(page, address)
    page.locator(".filters button[data-pick='weapon=firearm']").first.click(timeout=60_000)
    until(page, weapon="firearm")
    page.locator(".filters table button[data-pick*='weekday=sun&hour=']").first.click(timeout=60_000)
    wait_until(page, "location.search.includes('weekday=sun') && location.search.includes('hour=')", timeout=60_000)
    wait_until_idle(page, timeout=120_000)
    page.get_by_role("button", name=re.compile("^Weapon: Firearm")).last.click()
    wait_until(page, "!location.search.includes('weapon=')", timeout=60_000)
    assert query_of(page)["weekday"] == "sun"
    page.get_by_role("button", name="Clear all").last.click()
    wait_until(page, "!location.search.includes('weekday=')", timeout=60_000)


@pytest.mark.walk
def test_a_row_of_the_first_places_makes_it_the_place(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1400})
    open_at(page, address, "priorities")
    table = page.locator(".st-key-first_places_list canvas").first
    table.scroll_into_view_if_needed(timeout=60_000)
    box = table.bounding_box()
    page.mouse.click(box["x"] + 12, box["y"] + 52)  # the box before the first row
    wait_until(page, "location.search.includes('place=')", timeout=60_000)


def lonely(city) -> tuple[float, float]:
    """Return the latitude and longitude of a homicide of the last 12 months with no other of them within 150 m."""
    rows = city.incidents
    placed = rows.geometry.notna() & ~rows.geometry.is_empty
    points = rows.geometry[placed & (rows["date"] >= city.end - pd.DateOffset(years=1))]
    near = KDTree(points.get_coordinates().to_numpy()).query_ball_point(points.get_coordinates().to_numpy(), 150)
    alone = points[[len(others) == 1 for others in near]].iloc[0]
    lon, lat = Transformer.from_crs(points.crs, 4326, always_xy=True).transform(alone.x, alone.y)
    return float(lat), float(lon)


@pytest.mark.walk
def test_a_dot_makes_what_lies_around_it_the_place(open_page, address, albatros):
    lat, lon = lonely(albatros)
    page = open_page(viewport={"width": 1440, "height": 1000})
    open_at(page, address, at=f"{lat:.6f},{lon:.6f},17")
    page.wait_for_selector(READY, timeout=120_000)
    box = page.locator(".frame .map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**place=circle*", timeout=60_000)
    found = [float(part) for part in query_of(page)["place"].removeprefix("circle:").split(",")]
    assert found[:2] == pytest.approx([lat, lon], abs=1e-3)


@pytest.mark.walk
def test_my_place_is_there_on_the_next_visit(open_page, address):
    page = open_page(viewport={"width": 1440, "height": 1000})
    open_at(page, address, place="district:El Malecón", city="puerto-albatros")
    page.get_by_role("button", name=re.compile("Keep as my place")).click()
    page.get_by_role("button", name=re.compile("Forget my place")).wait_for(timeout=60_000)
    wait_until(page, "document.cookie.includes('hotspots_places')", timeout=20_000)
    other = page.context.new_page()
    other.goto(f"{address}/?lang=en", timeout=120_000)
    wait_until(other, "document.querySelector('h1')?.innerText === 'El Malecón'", timeout=120_000)
    other.close()

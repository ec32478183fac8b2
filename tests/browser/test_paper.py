"""Pages on paper and tables on a phone: the map whole, nothing to press, no table cut, on A4 and on Letter; on a phone each row a card."""

from __future__ import annotations

import io

import pytest
from driving import wait_until_idle
from pypdf import PdfReader
from test_app import READY

WIDTHS = {"A4": 794 - 2 * 45, "Letter": 816 - 2 * 45}  # pixels between margins of 12 mm
OUTSIDE = """() => {
    const room = document.documentElement.clientWidth + 1, found = [];
    const look = root => root.querySelectorAll("table, h1, h2, h3, p, canvas, svg, .stage, .legend").forEach(one => {
        const { width, right } = one.getBoundingClientRect();
        if (width && right > room && !one.closest(".stage .map, .stage .tip")) found.push(`${one.tagName} ${one.className} ${right}`);
    });
    look(document);
    document.querySelectorAll("*").forEach(one => one.shadowRoot && look(one.shadowRoot));
    return found;
}"""
SHOWN = """() => [...document.querySelectorAll("header, [data-testid=stSidebar], button, input")]
    .filter(one => one.checkVisibility())
    .filter(one => !one.closest("[data-testid=stButtonGroup], [data-testid=stSelectbox], [data-testid=stMultiSelect]"))
    .map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="session")
def address(server) -> str:
    return server("app.py")


def opened(page, address: str, path: str, ready: str) -> None:
    page.goto(f"{address}/{path}?lang=en", timeout=120_000)
    page.wait_for_selector(ready, timeout=120_000)
    wait_until_idle(page, timeout=120_000)


@pytest.mark.walk
@pytest.mark.parametrize("paper", WIDTHS)
@pytest.mark.parametrize("path", ["", "change", "cases"])
def test_nothing_is_cut_and_nothing_is_there_to_press(page, address, path, paper):
    opened(page, address, path, "h1" if path == "cases" else READY)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDTHS[paper], "height": 1000})
    page.wait_for_timeout(500)
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(SHOWN) == []


@pytest.mark.walk
@pytest.mark.parametrize("paper", WIDTHS)
def test_the_map_of_the_first_page_stands_whole_on_its_sheet(page, address, paper):
    opened(page, address, "", READY)
    on_screen = page.locator(".frame .stage").bounding_box()
    text = [one.extract_text() for one in PdfReader(io.BytesIO(page.pdf(format=paper))).pages]
    assert "not for publication" in text[0]
    assert "Residents of" in text[-1]  # the foot: nothing after the map was lost
    page.emulate_media(media="print")
    stage = page.locator(".frame .stage").bounding_box()
    assert stage["width"] <= 691
    assert stage["height"] <= 781
    assert stage["width"] / stage["height"] == pytest.approx(on_screen["width"] / on_screen["height"], rel=0.02)


@pytest.mark.walk
def test_a_table_on_paper_has_all_its_columns_and_rows(page, address):
    opened(page, address, "cases", "h1")
    page.wait_for_selector("table.on-paper", state="attached", timeout=60_000)
    screen = page.locator("table.on-paper").first
    assert not screen.is_visible()
    rows = screen.locator("tbody tr").count()
    killed = int(page.locator("h1").inner_text().split()[0])
    assert rows == killed > 0
    page.emulate_media(media="print")
    assert screen.is_visible()
    assert not page.locator("[data-testid=stDataFrame]").first.is_visible()


@pytest.mark.walk
@pytest.mark.parametrize(("path", "fold"), [("compare", "Every place, by its name"), ("cases", ""), ("priorities", "")])
def test_a_table_on_a_phone_is_its_cards_alone(open_page, address, path, fold):
    page = open_page(viewport={"width": 390, "height": 900})
    opened(page, address, path, "h1")
    if fold:
        page.get_by_text(fold).click()
    cards = page.locator("table.on-paper").first
    cards.wait_for(state="visible", timeout=120_000)
    assert not any(one.is_visible() for one in page.locator("[data-testid=stDataFrame]").all())
    assert cards.locator("tbody tr").first.locator("td").last.is_visible()  # the last column too
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.walk
def test_a_row_is_picked_on_a_phone_in_the_table_that_its_box_shows(open_page, address):
    page = open_page(viewport={"width": 390, "height": 900})
    opened(page, address, "cases", "h1")
    page.get_by_label("The table, to pick a row").check()
    rows = page.locator("[data-testid=stDataFrame]").first
    rows.wait_for(state="visible", timeout=60_000)
    rows.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = rows.bounding_box()
    assert box["width"] > 300
    page.mouse.click(box["x"] + 16, box["y"] + 52)  # the box of the first row, on a canvas
    page.get_by_role("heading", level=2).first.wait_for(timeout=60_000)
    assert page.get_by_label("The table, to pick a row").is_checked()
    assert rows.is_visible()
    page.get_by_label("The table, to pick a row").uncheck()
    assert not rows.is_visible()


@pytest.mark.walk
def test_a_long_table_on_a_phone_shows_its_first_cards_and_all_when_asked(open_page, address):
    page = open_page(viewport={"width": 390, "height": 900})
    opened(page, address, "compare", "h1")
    page.get_by_text("Every place, by its name").click()
    rows = page.locator("table.on-paper").first.locator("tbody tr")
    rows.first.wait_for(state="visible", timeout=60_000)
    assert [rows.nth(n).is_visible() for n in (11, 12)] == [True, False]
    page.get_by_label("388 more rows").first.check()  # of the 400 that a page holds; the file has all 3,117
    assert rows.nth(399).is_visible()

"""On a desk no table is cut: none that stands open on a page is wider than its room, in a window of 1280 pixels."""

from __future__ import annotations

import pytest
from driving import wait_until_idle

PAGES = ("overview", "priorities", "cases", "clusters", "compare", "concentration", "change", "repeats", "people", "interventions", "data")
# Tables drawn on a canvas scroll inside; others are cut by their column. Those folded away have no size.
TOO_WIDE = """() => {
    const wide = [];
    for (const box of document.querySelectorAll(".dvn-scroller, table")) {
        const seen = box.getBoundingClientRect();
        if (seen.width < 2 || seen.height < 2) continue;
        const over = box.tagName === "TABLE" ? box.parentElement.getBoundingClientRect().right - seen.right : 0;
        const room = over || box.clientWidth - box.scrollWidth;
        if (room < -1) wide.push([box.getAttribute("aria-label") || box.className, Math.round(room)]);
    }
    return wide;
}"""


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_no_table_is_cut(open_page, server, name, lang):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server('app.py')}/{name.replace('overview', '')}?city=puerto-albatros&lang={lang}", timeout=120_000)
    page.wait_for_selector("h1", timeout=120_000)
    wait_until_idle(page, timeout=120_000)
    page.wait_for_timeout(1500)
    assert page.evaluate(TOO_WIDE) == []

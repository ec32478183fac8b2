"""The downloaded map in a browser: opened from a file it draws, tells, obeys keys, fits a phone and paper, and runs nothing of the data."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from driving import wait_until
from test_maps import EN, HOSTILE, hostile_view, shown

from hotspots.drawing import maps
from hotspots.views import surfaces
from hotspots.views.map_view import Overlay

READY = "#map[data-state=ready]"


@pytest.fixture
def opened(open_page, tmp_path):
    def open_file(text: str, **settings):
        path = tmp_path / "map.html"
        path.write_text(text, encoding="utf-8")
        page = open_page(**settings)
        page.goto(path.as_uri())
        page.wait_for_selector(READY)
        return page

    return open_file


def colour_at(page, x: float, y: float) -> list[int]:
    return page.evaluate(
        """([x, y]) => { const c = document.querySelector('#map canvas'); const b = c.getBoundingClientRect();
        return [...c.getContext('2d').getImageData((x - b.x) * c.width / b.width, (y - b.y) * c.height / b.height, 1, 1).data]; }""",
        [x, y],
    )


def middle(page, unit: int) -> tuple[float, float]:
    """Return where the middle of a unit of the three by three blocks lies on the page."""
    box = page.evaluate(
        """() => { const b = map_city.getContainer().getBoundingClientRect(); const all = L.latLngBounds([]);
        map_city.eachLayer((layer) => layer.feature && all.extend(layer.getBounds()));
        const sw = map_city.latLngToContainerPoint(all.getSouthWest()), ne = map_city.latLngToContainerPoint(all.getNorthEast());
        return [b.x + sw.x, b.y + ne.y, b.x + ne.x, b.y + sw.y]; }"""
    )
    row, column = divmod(unit, 3)
    return box[0] + (column + 0.5) * (box[2] - box[0]) / 3, box[3] - (row + 0.5) * (box[3] - box[1]) / 3


def test_it_draws_the_classes_and_tells_the_numbers(opened):
    one = shown("count")
    page = opened(maps.page(one, words=EN, head="A finding", note="Source: nobody"))
    x, y = middle(page, 0)
    colour = one.colours[one.classes[0]]
    assert colour_at(page, x, y)[:3] == [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    page.mouse.move(x, y)
    tip = page.locator(".unit-tip")
    tip.wait_for()
    assert tip.inner_text().split("\n")[0] == one.names[0]
    assert "25" in tip.inner_text()
    page.mouse.move(5, 5)
    page.wait_for_selector(".unit-tip", state="detached")


@pytest.mark.walk
def test_a_surface_lies_over_the_units_and_lets_the_pointer_through(opened):
    one = shown("count")
    red = surfaces.png(np.ones((4, 4), dtype=np.uint8), ("#c4501f",))
    page = opened(maps.page(replace(one, overlay=Overlay(red, one.bounds)), words=EN))
    level = "name => Number(getComputedStyle(document.querySelector(name)).zIndex)"
    levels = [page.evaluate(level, name) for name in ("#map img.leaflet-image-layer", "#map canvas")]
    assert levels[0] > levels[1]
    page.mouse.move(*middle(page, 4))
    assert page.locator(".unit-tip").text_content().startswith(one.names[4])


@pytest.mark.walk
def test_keys_and_buttons_zoom(opened):
    page = opened(maps.page(shown("count"), words=EN))
    before = page.evaluate("map_city.getZoom()")
    page.get_by_role("button", name="Zoom out").click()
    page.wait_for_function("before => map_city.getZoom() < before", arg=before)
    page.wait_for_timeout(400)  # the zoom is drawn out
    page.locator("#map").focus()
    page.keyboard.press("+")
    page.wait_for_function("before => map_city.getZoom() === before", arg=before)


@pytest.mark.walk
def test_the_wheel_scrolls_the_page_until_the_map_is_chosen(opened):
    page = opened(maps.page(shown("count"), words=EN))
    before = page.evaluate("map_city.getZoom()")
    page.locator("#map").hover()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(300)
    assert page.evaluate("map_city.getZoom()") == before
    page.locator("#map").focus()
    page.mouse.wheel(0, -300)
    page.wait_for_function("before => map_city.getZoom() > before", arg=before)


def test_the_table_behind_is_there_for_who_cannot_see_the_map(opened):
    one = shown("count")
    page = opened(maps.page(one, words=EN))
    page.get_by_text("The same as a table").click()
    assert page.get_by_role("rowheader").all_inner_texts() == one.names
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("region", name=one.title).count() == 1
    assert page.get_by_role("application", name=one.title).count() == 1


@pytest.mark.parametrize("key", ["count", pytest.param("rate", marks=pytest.mark.walk)])
def test_arrows_go_from_place_to_place_and_each_is_said_with_its_value(opened, key):
    """Nine blocks, three by three, the first row lowest: where a key leads is known by counting."""
    one = shown(key)
    page = opened(maps.page(one, words=EN))
    box, said = page.locator("#map"), page.locator("#said")
    assert box.evaluate("one => document.getElementById(one.getAttribute('aria-describedby')).textContent").startswith("Arrow keys go")
    assert said.get_attribute("aria-live") == "polite"
    value = [next((tip.texts[unit] for tip in one.tips if tip.texts[unit]), "") for unit in range(9)]
    box.focus()
    before = page.evaluate("map_city.getCenter().lat")
    steps = [("ArrowUp", 4), ("ArrowRight", 5), ("ArrowRight", 5), ("ArrowUp", 8), ("ArrowLeft", 7), ("ArrowDown", 4), ("ArrowDown", 1)]
    for pressed, unit in steps:  # the first press tells the place in the middle
        page.keyboard.press(pressed)
        heard = said.text_content()
        assert heard.startswith(f"{one.names[unit]}. "), (pressed, heard)
        assert page.locator(".unit-tip strong").last.text_content() == one.names[unit]  # the one before fades
        assert f": {value[unit]}" in heard or f". {value[unit]}" in heard
        beside = {"To the left": unit - 1 if unit % 3 else None, "To the right": unit + 1 if unit % 3 < 2 else None}
        beside |= {"Below": unit - 3 if unit > 2 else None, "Above": unit + 3 if unit < 6 else None}
        for way, next_one in beside.items():
            told = "" if next_one is None else f"{way}: {one.names[next_one]}, {value[next_one]}"
            assert told in heard if told else way not in heard
    assert page.evaluate("map_city.getCenter().lat") == pytest.approx(before)  # in sight all the time
    page.keyboard.press("Escape")
    page.wait_for_selector(".unit-tip", state="detached")
    page.keyboard.press("Shift+ArrowUp")
    wait_until(page, "before => map_city.getCenter().lat > before", before)


@pytest.mark.walk
def test_it_is_readable_on_a_phone_and_on_paper(opened):
    page = opened(
        maps.page(shown("rate"), words=EN, head="A finding of some length that must break", note="Source: nobody"),
        viewport={"width": 390, "height": 844},
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    legend = page.locator(".legend").bounding_box()
    assert legend["y"] < 844
    pages = page.pdf(format="A4", landscape=True)
    assert pages.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pages)) == 1


@pytest.mark.parametrize("policy", [True, False], ids=["as it is", "without its policy"])
def test_nothing_of_the_data_runs(opened, policy):
    """Names, ids, labels, legend, title and note are hostile; the page's own rule against foreign scripts is taken away as well."""
    text = maps.page(hostile_view(), words=EN, head="\n".join(HOSTILE), note="\n".join(HOSTILE))
    if not policy:
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text, count=1)
    page = opened(text)
    page.locator("#map").scroll_into_view_if_needed()
    for unit in range(len(HOSTILE)):
        spot = page.evaluate(
            "unit => { const b = map_city.getContainer().getBoundingClientRect();"
            " const p = map_city.latLngToContainerPoint([13.005, -88.996 + 0.01 * unit]); return [b.x + p.x, b.y + p.y]; }",
            unit,
        )
        page.mouse.move(*spot)
        page.wait_for_timeout(120)
        assert page.locator(".unit-tip strong").text_content() == HOSTILE[unit].replace("\0", "")
    for _ in range(3):
        page.evaluate("map_city.zoomIn()")
        page.wait_for_timeout(250)
    names = page.locator(".place .name").all_text_contents()
    assert set(names) <= {text.replace("\0", "") for text in HOSTILE}
    page.get_by_text("The same as a table").click()
    assert page.evaluate("window.ran") is None
    assert page.locator("img, iframe, #map svg[onload]").count() == 0
    seen = page.locator("tbody tr .name").all_text_contents()
    assert seen == [text.replace("\0", "") for text in HOSTILE]
    assert page.locator(".legend li span:first-of-type").all_text_contents() == seen

"""The map in a real browser: what a click, a pan, a restyle and a lost message do, and what text from data may not do."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re

import pytest
from driving import wait_until_idle

DEMO = "tests/browser/map_demo.py"
WEST, SOUTH, CELL = -89.40, 13.05, 0.0012
HOSTILE = "<img src=x onerror=window.__pwn=1> ${window.__pwn=1} `x` </script>"
READY = ".frame[data-state=ready]"


def open_demo(page, server, query: str = "", **options) -> None:
    page.goto(f"{server(DEMO, options=options)}/?{query}")
    page.wait_for_selector(READY, timeout=30_000)
    wait_until_idle(page)


def told(page) -> dict[str, str]:
    """Return what the demo page says under its map."""
    wait_until_idle(page)
    line = page.get_by_text(re.compile("^runs=")).inner_text()
    return dict(re.findall(r"(\w+)=('[^']*'|\S+)", line))


def view(page) -> tuple[float, float, float]:
    lat, lon, zoom = page.locator(".frame").get_attribute("data-view").split(",")
    return float(lat), float(lon), float(zoom)


def world(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    sine = math.sin(math.radians(lat))
    size = 256 * 2**zoom
    return (lon + 180) / 360 * size, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size


def spot(page, block: int, side: int = 30) -> tuple[float, float]:
    """Return where on the screen the middle of a block of the demo lies."""
    row, column = divmod(block, side)
    lon = WEST + column * CELL + row * CELL * 0.12 + 0.35 * CELL
    lat = SOUTH + row * CELL * 0.8 + 0.36 * CELL
    center_lat, center_lon, zoom = view(page)
    box = page.locator(".map").bounding_box()
    x, y = world(lon, lat, zoom)
    x0, y0 = world(center_lon, center_lat, zoom)
    return box["x"] + box["width"] / 2 + x - x0, box["y"] + box["height"] / 2 + y - y0


def frames_of(page) -> list[int]:
    """Note the size of every WebSocket message that the browser gets from now on (call before `goto`)."""
    sizes: list[int] = []

    def listen(socket) -> None:
        socket.on("framereceived", lambda payload: sizes.append(len(payload)))

    page.on("websocket", listen)
    return sizes


def colour_at(page, x: float, y: float, wide: int = 1) -> list[tuple[int, int, int]]:
    """Return the colours of the drawing in a square of `wide` pixels around a point of the screen."""
    found = page.locator(".drawing").evaluate(
        """(canvas, [x, y, wide]) => {
            const box = canvas.getBoundingClientRect();
            const ratio = canvas.width / box.width;
            const half = Math.floor(wide / 2);
            const pen = canvas.getContext("2d");
            return [...pen.getImageData((x - box.x) * ratio - half, (y - box.y) * ratio - half, wide, wide).data];
        }""",
        [x, y, wide],
    )
    return [tuple(found[at : at + 3]) for at in range(0, len(found), 4)]


def test_a_click_reaches_python_and_shows_at_once(server, page) -> None:
    open_demo(page, server)
    page.mouse.click(*spot(page, 333))
    assert page.locator(".frame").get_attribute("data-selected") == "b333"
    page.get_by_text("chosen='b333'").wait_for(timeout=20_000)
    assert told(page)["clicks"] == "1"
    page.mouse.click(*spot(page, 334))
    page.get_by_text("chosen='b334'").wait_for(timeout=20_000)
    assert page.locator(".frame").get_attribute("data-selected") == "b334"


@pytest.mark.walk
def test_the_outline_of_the_choice_lies_above_the_blocks(server, page) -> None:
    open_demo(page, server)
    page.mouse.click(*spot(page, 333))
    height, drawn = page.locator(".outlines").evaluate(
        """canvas => {
            const above = Number(getComputedStyle(canvas).zIndex) - Number(getComputedStyle(canvas.previousSibling).zIndex);
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            return [above, pixels.some((value) => value > 0)];
        }"""
    )
    assert height > 0
    assert drawn


@pytest.mark.walk
def test_a_click_on_the_sea_says_nothing(server, page) -> None:
    open_demo(page, server)
    before = told(page)
    box = page.locator(".map").bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + box["height"] - 60)
    page.wait_for_timeout(500)
    assert told(page) == before


@pytest.mark.walk
def test_escape_clears_the_choice(server, page) -> None:
    open_demo(page, server)
    page.mouse.click(*spot(page, 333))
    page.get_by_text("chosen='b333'").wait_for(timeout=20_000)
    page.keyboard.press("Escape")
    page.get_by_text("chosen=None").wait_for(timeout=20_000)
    assert told(page)["clicks"] == "2"
    assert page.locator(".frame").get_attribute("data-selected") == ""


def test_text_from_data_is_shown_letter_by_letter_and_never_runs(server, page) -> None:
    open_demo(page, server)
    page.mouse.move(*spot(page, 1))
    assert page.locator(".tip-name").inner_text() == HOSTILE
    assert page.locator(".tip-label").inner_text() == "<i>Rate</i>"
    assert page.locator(".tip img, .tip i, .map img, .names b").count() == 0
    assert page.get_by_text("<b>Distrito</b> Este", exact=True).count() == 1
    page.mouse.click(*spot(page, 1))
    page.wait_for_timeout(500)
    assert page.evaluate("window.__pwn") is None


@pytest.mark.walk
def test_hovering_says_the_name_first_and_follows_the_pointer(server, page) -> None:
    open_demo(page, server)
    page.mouse.move(*spot(page, 335))
    lines = page.locator(".tip").inner_text().split("\n")
    assert lines[0] == "Block 335"
    page.mouse.move(*spot(page, 336))
    assert page.locator(".tip-name").inner_text() == "Block 336"
    box = page.locator(".map").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 20)
    assert page.locator(".tip").is_hidden()


def test_moving_the_map_never_runs_the_page(server, page) -> None:
    open_demo(page, server)
    runs, start = told(page)["runs"], view(page)
    x, y = spot(page, 460)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y + 60, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(600)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(600)
    moved = view(page)
    assert moved[2] > start[2]
    assert moved[:2] != start[:2]
    assert told(page)["runs"] == runs
    page.get_by_role("button", name="Show the whole city").click()
    page.wait_for_timeout(300)
    assert view(page) == pytest.approx(start, abs=1e-5)
    assert told(page)["runs"] == runs


@pytest.mark.walk
def test_a_restyle_keeps_the_view_and_sends_no_geometry(server, open_page) -> None:
    page = open_page()
    sizes = frames_of(page)
    open_demo(page, server, "blocks=60")
    first = max(sizes)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(600)
    before, colours = view(page), colour_at(page, *spot(page, 1860, side=60), wide=9)
    sizes.clear()
    page.get_by_role("button", name="Restyle").click()
    wait_until_idle(page)
    page.wait_for_timeout(500)
    assert view(page) == pytest.approx(before, abs=1e-5)
    assert colour_at(page, *spot(page, 1860, side=60), wide=9) != colours
    assert max(sizes) < first / 3


@pytest.mark.walk
def test_another_page_and_back_keeps_the_view_and_sends_no_geometry(server, open_page) -> None:
    page = open_page()
    sizes = frames_of(page)
    open_demo(page, server, "blocks=60")
    first = max(sizes)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(600)
    before = view(page)
    page.get_by_text("other", exact=True).click()
    page.get_by_text("no map here").wait_for()
    page.wait_for_function("document.documentElement.lang === 'fr'", timeout=5000)
    sizes.clear()
    page.get_by_text("map", exact=True).click()
    page.wait_for_selector(READY)
    wait_until_idle(page)
    assert view(page) == pytest.approx(before, abs=1e-5)
    assert page.evaluate("document.documentElement.lang") == "es"
    assert max(sizes) < first / 3


@pytest.mark.walk
def test_geometry_that_was_lost_is_asked_for(server, page) -> None:
    open_demo(page, server)
    page.get_by_role("button", name="Forget").click()
    page.wait_for_selector(f"{READY}[data-units='{31 * 31}']", timeout=15_000)


@pytest.mark.walk
def test_the_page_speaks_its_language(server, page) -> None:
    open_demo(page, server, "lang=es")
    assert page.evaluate("document.documentElement.lang") == "es"


@pytest.mark.walk
def test_the_four_states_and_a_class_look_different(server, page) -> None:
    open_demo(page, server)
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_timeout(500)
    page.locator(".map").focus()
    while view(page)[1] > WEST + 0.004:
        page.keyboard.press("Shift+ArrowLeft")
        page.wait_for_timeout(350)
    while view(page)[0] > SOUTH + 0.002:
        page.keyboard.press("Shift+ArrowDown")
        page.wait_for_timeout(350)
    ok, zero, unstable, suppressed, none = (colour_at(page, *spot(page, block), wide=14) for block in range(5))
    assert set(ok) == {(0xC9, 0x56, 0x2C)}
    assert set(zero) == {(0xF6, 0xF3, 0xED)}
    assert set(none) == {(0xD9, 0xD9, 0xD9)}
    assert set(unstable) == {(0xE0, 0xA4, 0x8C)}  # half strength: more than a third of what is coloured is uncertain
    assert len(set(suppressed)) > 3
    assert all(max(pixel) - min(pixel) < 12 for pixel in suppressed)


def test_the_keyboard_reaches_every_block(server, page) -> None:
    open_demo(page, server)
    page.locator(".map").focus()
    page.keyboard.press("+")
    page.wait_for_timeout(600)
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(600)
    name = page.locator(".tip-name").inner_text()
    assert name.startswith("Block ")
    assert page.locator("[aria-live]").inner_text().startswith(name)
    page.keyboard.press("Enter")
    page.get_by_text(f"chosen='b{name.removeprefix('Block ')}'").wait_for(timeout=20_000)
    assert page.locator("[aria-live]").inner_text() == f"Chosen: {name}."
    page.keyboard.press("n")
    assert page.locator("[aria-live]").inner_text() == "No place on this map has a number."
    page.keyboard.press("Escape")
    page.get_by_text("chosen=None").wait_for(timeout=20_000)
    assert page.locator("[aria-live]").inner_text() == "No place is chosen."


@pytest.mark.walk
def test_arrows_say_where_the_map_ends(server, page) -> None:
    open_demo(page, server)
    page.locator(".map").focus()
    for _ in range(60):
        page.keyboard.press("ArrowUp")
        if page.locator("[aria-live]").inner_text() == "No place farther that way.":
            break
    assert page.locator("[aria-live]").inner_text() == "No place farther that way."
    page.keyboard.press("ArrowDown")
    assert page.locator("[aria-live]").inner_text().startswith("Block ")


@pytest.mark.walk
def test_the_map_is_named_and_its_buttons_are_large_enough(server, page) -> None:
    open_demo(page, server)
    assert page.get_by_role("application", name="Map of people killed by block, invented data").count() == 1
    for name in ("Zoom in", "Zoom out", "Show the whole city"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert min(box["width"], box["height"]) >= 24
    assert page.locator(".leaflet-control-attribution").count() == 0
    assert page.locator(".leaflet-control-scale").inner_text().endswith("m")


@pytest.mark.walk
def test_the_legend_names_classes_then_states_with_their_numbers(server, page) -> None:
    open_demo(page, server)
    rows = page.locator(".legend-row")
    kinds = [rows.nth(at).get_attribute("data-kind") for at in range(rows.count())]
    assert kinds == ["class"] * 5 + ["zero", "unstable", "suppressed", "no_data"]
    assert all(count.replace(".", "").isdigit() for count in page.locator(".legend-count").all_inner_texts())


@pytest.mark.walk
def test_on_a_phone_the_legend_lies_below_and_a_tap_shows_and_chooses(server, open_page) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_demo(page, server)
    ground, legend = page.locator(".stage").bounding_box(), page.locator(".legend").bounding_box()
    assert legend["y"] >= ground["y"] + ground["height"]
    assert ground["width"] <= 390
    page.touchscreen.tap(*spot(page, 460))
    assert page.locator(".tip-name").inner_text() == "Block 460"
    page.get_by_text("chosen='b460'").wait_for(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.walk
def test_the_wheel_scrolls_past_the_map_until_it_is_asked_to_zoom(server, open_page) -> None:
    page = open_page(viewport={"width": 1280, "height": 480})
    open_demo(page, server)
    start = view(page)
    page.locator(".map").scroll_into_view_if_needed()
    page.mouse.move(*spot(page, 460))
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(500)
    assert view(page) == start
    assert page.locator(".hint").is_visible()
    page.mouse.move(*spot(page, 460))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_timeout(700)
    assert view(page)[2] > start[2]


@pytest.mark.walk
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_legend_is_legible_in_both_themes(server, open_page, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    open_demo(page, server)
    assert page.locator(".frame").get_attribute("data-theme") == scheme
    ink, sheet = page.locator(".legend").evaluate(
        "box => [getComputedStyle(box).color, getComputedStyle(box).backgroundColor].map(c => c.match(/[\\d.]+/g).slice(0, 3).map(Number))"
    )
    lighter, darker = sorted((luminance(ink), luminance(sheet)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 7


def luminance(rgb: list[float]) -> float:
    linear = [part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.walk
def test_it_works_below_a_path_of_the_server(server, page) -> None:
    open_demo(page, server, **{"server.baseUrlPath": "lugar/mapa"})
    page.mouse.click(*spot(page, 333))
    page.get_by_text("chosen='b333'").wait_for(timeout=20_000)


@pytest.mark.walk
def test_it_works_under_a_strict_content_policy(server, page) -> None:
    html = page.request.get(f"{server(DEMO)}/").text()
    inline = re.findall(r"<script>(.*?)</script>", html, re.S)
    allowed = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline)
    policy = f"default-src 'self'; script-src 'self' {allowed}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    page.add_init_script(
        """new MutationObserver((changes, watcher) => {
            if (!document.head) return;
            watcher.disconnect();
            const policy = document.createElement("meta");
            policy.httpEquiv = "Content-Security-Policy";
            policy.content = POLICY;
            document.head.prepend(policy);
            document.addEventListener("securitypolicyviolation", (event) => (window.refused ??= []).push(event.blockedURI));
        }).observe(document, { childList: true, subtree: true });""".replace("POLICY", json.dumps(policy))
    )
    open_demo(page, server)
    page.mouse.move(*spot(page, 333))
    assert page.locator(".tip-name").inner_text() == "Block 333"
    ours = {"inline", "eval", "blob"} | {f"{server(DEMO)}/_stcore/bidi-components/hotspots.map/map.js"}
    assert not ours & set(page.evaluate("window.refused ?? []"))  # what Streamlit itself tries (data:, wasm-eval) is not ours
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))")
    page.wait_for_function("window.refused?.includes('inline')", timeout=5000)  # the policy does hold
    page.refused.clear()  # by this policy, not by that of the dashboard
    assert page.evaluate("window.ran") is None


@pytest.mark.walk
def test_a_map_in_a_hidden_tab_is_drawn_when_it_is_shown(server, page) -> None:
    page.goto(f"{server(DEMO)}/?tabs=1")
    wait_until_idle(page)
    page.get_by_role("tab", name="second").click()
    page.wait_for_selector(READY, timeout=15_000)
    page.mouse.move(*spot(page, 333))
    assert page.locator(".tip-name").inner_text() == "Block 333"

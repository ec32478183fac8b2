"""The page without a server in a browser: from a file and offline it asks nobody, breaks nothing, and fits a phone and paper."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from driving import wait_until

sys.path.insert(0, str(Path(__file__).parents[1]))

from hotspots import cities
from hotspots import release as disclosure
from hotspots.drawing import site
from hotspots.settings import cities_folder

CITIES = ("puerto-albatros", "el-salvador")
LANGUAGES = {"index.html": "es", "index.en.html": "en"}
SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    class Folders(dict[str, Path]):
        """The sites by city, each made when it is first asked for."""

        def __missing__(self, slug: str) -> Path:
            release = disclosure.build(cities.read_folder(cities_folder() / slug), as_of="2026-01-15", secret=b"of the tests")
            self[slug] = tmp_path_factory.mktemp("site") / slug
            disclosure.write(release, self[slug], key=b"of the tests", pages=site.render(release))
            return self[slug]

    return Folders()


@pytest.fixture
def opened(open_page, folders):
    """Open a file of a site offline; at the end nothing but files of its folder was asked for, and the console is empty."""
    asked, said = [], []

    def go(slug: str, name: str = "index.html", **settings):
        page = open_page(**settings)
        page.context.set_offline(True)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: said.append(f"{line.type}: {line.text}"))
        page.goto((folders[slug] / name).as_uri())
        return page

    yield go
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not said


@pytest.mark.walk
@pytest.mark.parametrize("slug", CITIES)
@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_it_fits_every_screen(opened, slug, name, width):
    page = opened(slug, name, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == LANGUAGES[name]
    wide = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter((one) => !one.closest('.scroll, svg')
        && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert wide == []
    letters = page.evaluate("() => Math.min(...[...document.querySelectorAll('p, td, th, li, svg:not(.map) text')].map((one) =>"
                            " parseFloat(getComputedStyle(one).fontSize)))")  # fmt: skip
    assert letters >= 11
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"site-{slug}-{LANGUAGES[name]}-{width}.png", full_page=True)


@pytest.mark.parametrize("slug", CITIES)
@pytest.mark.parametrize("name", LANGUAGES)
def test_axe_finds_nothing(opened, slug, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -r requirements-dev.txt")
    page = opened(slug, name, viewport={"width": 1280, "height": 1400})
    found = axe.Axe().run(page).response["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found] == []


# What stands out of the box that tells of an area, or out of the map: a long text that was not broken, a box without room.
OUTSIDE_ITS_TIP = """() => [...document.querySelectorAll('.unit-tip span, .unit-tip strong')].filter((one) => {
    const own = one.getBoundingClientRect();
    const out = (box) => own.left < box.left || own.right > box.right + 1 || own.top < box.top - 1 || own.bottom > box.bottom + 1;
    return ['.unit-tip', '#map'].some((name) => out(one.closest(name).getBoundingClientRect())) || (own.width < 14 && own.height > 40);
}).map((one) => one.textContent)"""


def names_of(folder: Path) -> list[str]:
    """Return the web pages of a release beside its first page."""
    return sorted(path.name for path in folder.glob("*.html") if path.name not in LANGUAGES)


@pytest.mark.parametrize("kind", ["find", pytest.param("cards", marks=pytest.mark.walk), pytest.param("map", marks=pytest.mark.walk)])
@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.walk)])
def test_axe_finds_nothing_on_the_pages_beside(opened, folders, kind, width):
    """Also with what a search found, with where the reader is, and with the table open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: pip install -r requirements-dev.txt")
    names = [name for name in names_of(folders["puerto-albatros"]) if name.startswith(kind)]
    assert len(names) >= 2
    for name in names[-2:]:
        page = opened("puerto-albatros", name, viewport={"width": width, "height": 1400})
        if kind == "find":
            page.locator("#asked").fill("a")
            page.locator("#found li").first.wait_for()
        if kind == "map":
            page.locator("#map[data-state=ready]").wait_for()
            page.locator("summary").click()
            page.locator("#map").focus()
            page.keyboard.press("ArrowUp")
            page.locator(".unit-tip").wait_for()
            assert page.evaluate(OUTSIDE_ITS_TIP) == []
        assert page.evaluate("document.documentElement.lang") == name.split(".")[1]
        found = axe.Axe().run(page).response["violations"]
        assert [f"{name} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found] == []
        page.close()


@pytest.mark.walk
@pytest.mark.parametrize("slug", CITIES)
def test_links_lead_on(opened, slug):
    page = opened(slug)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("link", name="English").click()
    wait_until(page, "document.documentElement.lang === 'en'")
    page.get_by_role("link", name=re.compile("Open this map")).first.click()
    page.wait_for_selector("#map[data-state=ready]")
    assert page.locator("canvas").count() > 0


@pytest.mark.walk
def test_a_map_can_be_shown_within_another_page(opened, folders):
    code = re.search(r"<code>(.*?)</code>", (folders["puerto-albatros"] / "index.html").read_text(encoding="utf-8"))[1]
    frame = code.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    (folders["puerto-albatros"] / "other.html").write_text(f"<!DOCTYPE html><title>x</title>{frame}", encoding="utf-8")
    page = opened("puerto-albatros", "other.html")
    shown = page.frame_locator("iframe")
    shown.locator("#map[data-state=ready]").wait_for()
    text = shown.locator("body").inner_text()
    for wanted in ("2020–2024", "por zonas", "Menos de 10", "5,000", "Fuera del mapa, pero en todos los totales"):
        assert wanted in text
    (folders["puerto-albatros"] / "other.html").unlink()


@pytest.mark.parametrize("slug", CITIES)
def test_paper_cuts_nothing(opened, slug):
    page = opened(slug, viewport={"width": 688, "height": 1016})  # A4 within its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.scroll, table, svg')].filter((one) => one.getBoundingClientRect().right > 689
        || one.scrollHeight > one.clientHeight + 2 && getComputedStyle(one).overflowY !== 'visible' && one.tagName === 'DIV')
        .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert cut == []
    assert page.locator(".skip, .languages, .contents, .screen").evaluate_all("all => all.every((one) => !one.offsetParent)")
    page.screenshot(path=SHOTS / f"site-{slug}-print.png", full_page=True)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")

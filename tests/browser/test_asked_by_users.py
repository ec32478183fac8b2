"""The questions of `asked_by_users`, walked as a reader would: by the clicks, to the number with its period in visible text."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from pathlib import Path

import asked_by_users
import pytest
from asked_by_users import LANGUAGES, MOST_CLICKS, ROWS, Row
from driving import wait_until, wait_until_idle
from real_cities import philadelphia_toml

from hotspots import cities

Click = tuple[str, tuple[tuple[str, str], ...]]  # what is clicked, and its name in each language

SECONDS = 120  # a machine at work on other things is no fault of a page
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
# The text that a reader sees, in the order of the page: nothing folded away, nothing for screen readers alone; components are looked into.
SEEN = """() => {
    const out = [];
    const walk = node => {
        if (node.nodeType === 3) {
            const range = document.createRange();
            range.selectNodeContents(node);
            const box = range.getBoundingClientRect();
            if (box.width > 1 && box.height > 1) out.push(node.textContent);
            return;
        }
        if (node.nodeType === 1) {
            const style = getComputedStyle(node);
            if (style.display === "none" || style.visibility === "hidden" || ["STYLE", "SCRIPT"].includes(node.tagName)) return;
            if (style.overflow === "hidden" && style.position === "absolute" && node.clientWidth <= 1) return;
            if (node.tagName === "DETAILS" && !node.open) { walk(node.querySelector("summary")); return; }
            if (node.shadowRoot) node.shadowRoot.childNodes.forEach(walk);
        }
        node.childNodes.forEach(walk);
    };
    walk(document.body);
    return out.join(" ");
}"""
# Until the browser has drawn twice: what was scrolled before is told to the page with the next picture.
PICTURES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

Way = tuple[str, tuple[Click, ...], str]  # the page it starts from, the clicks, what is typed


def together(rows: list[Row]) -> dict[Way, list[Row]]:
    """Return the rows that are answered, by the way that leads to them: each way is walked once, a longer one after its beginning."""
    ways: dict[Way, list[Row]] = defaultdict(list)
    for row in rows:
        if row.says is not None:
            ways[row.start, tuple((kind, tuple(names.items())) for kind, names in row.clicks), row.typed].append(row)
    return dict(sorted(ways.items(), key=lambda way: (way[0][0], len(way[0][1]) > 0, not is_file(way[0]), way[0])))


def is_file(way: Way) -> bool:
    """Return whether a way ends in a file, which leaves the page as it is."""
    return bool(way[1]) and way[1][-1][0] == "file"


def plain(text: str) -> str:
    """Return a text with one space between words, and none before a full stop or comma that markup sets apart."""
    return re.sub(r" (?=[.,])", "", " ".join(text.split()))


def follow(page, clicks: tuple[Click, ...], typed: str, lang: str, *, phone: bool) -> str:
    """Do the clicks, and return the text of the file that the last one gave, if it gave one."""
    for kind, names in clicks:
        name = dict(names)[lang]
        if kind == "group":
            if phone:
                page.locator("[data-testid=stExpandSidebarButton]").click()
            else:
                page.get_by_text(name, exact=True).first.click()
        elif kind == "page":
            link = page.locator("[data-testid=stSidebarNavLink]", has_text=name) if phone else page.get_by_role("menuitem", name=name)
            link.first.click()
        elif kind == "choice":
            unfold(page, name)
        elif kind == "option":
            page.get_by_role("option", name=name, exact=True).click()
        elif kind == "number":
            page.get_by_label(name).fill(typed)
            page.keyboard.press("Enter")
        else:
            with page.expect_download(timeout=SECONDS * 1000) as waiting:
                page.get_by_role("button", name=name).click()
            return plain(re.sub("<[^>]*>", " ", Path(waiting.value.path()).read_text(encoding="utf-8")))
        page.wait_for_timeout(300)
        wait_until_idle(page, timeout=SECONDS * 1000)
    return ""


def unfold(page, name: str) -> None:
    """Open a list once the page stands still below the pointer: like any list in a browser it closes when the page is scrolled."""
    field = page.get_by_role("combobox", name=name).first
    field.hover()
    page.evaluate(PICTURES)
    field.click()
    wait_until(page, "field => field.getAttribute('aria-expanded') === 'true'", arg=field.element_handle())


def unseen(page, rows: list[Row], lang: str, data: Path, file: str) -> list[str]:
    """Return what does not stand in visible text, or in the file, within a minute."""
    wanted = {(row.question, plain(text)) for row in rows for text in (row.told(lang, data), row.of(lang)) if text}
    until = time.monotonic() + SECONDS / 2
    while True:
        there = file or plain(page.evaluate(SEEN))
        missing = sorted(f"{question}: {text}" for question, text in wanted if text not in there)
        if file or not missing or time.monotonic() > until:
            return missing
        page.wait_for_timeout(400)


def walk(page, base: str, city: str, *, lang: str, data: Path, phone: bool = False) -> None:
    """Walk every way of a city; one that goes on from where the last one ended does not begin again. What was not found is told at once."""
    too_late = pytest.importorskip("playwright.sync_api").TimeoutError
    page.set_default_timeout(SECONDS * 1000)
    lost: list[str] = []
    at: Way | None = None
    for way, rows in together([row for row in ROWS if row.city == city]).items():
        start, clicks, typed = way
        try:
            if at is None or at[0] != start or at[2] or clicks[: len(at[1])] != at[1]:
                page.goto(f"{base}/?city={city}&lang={lang}" + (f"&{start}" if start else ""), timeout=SECONDS * 1000)
                page.wait_for_selector("h1", timeout=2 * SECONDS * 1000)  # the first page of a server that just began
                wait_until_idle(page, timeout=SECONDS * 1000)
                at = (start, (), "")
            file = follow(page, clicks[len(at[1]) :], typed, lang, phone=phone)
            at = at if is_file(way) else way
            lost += unseen(page, rows, lang, data, file)
        except too_late as fault:
            at = None
            lost.append(f"{', '.join(row.question for row in rows)}: {str(fault).splitlines()[0]}")
    assert not lost


@pytest.fixture(scope="session")
def philadelphia(real_data, tmp_path_factory) -> Path:
    """Return a store with Philadelphia in it, as an agency would bring it: with its police districts."""
    folder = tmp_path_factory.mktemp("asked") / "philadelphia"
    folder.mkdir()
    districts = f'\n[districts]\nfile = "{real_data / "philadelphia" / "police_districts.geojson"}"\nname = "police_district"\n'
    (folder / "city.toml").write_text(philadelphia_toml(real_data) + districts, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder.parent / "store"))
        cities.import_folder(folder)
    return folder.parent / "store"


def test_the_page_is_written_from_the_table(request):
    """The page of numbers is that of the table; those of Philadelphia are held to it where its file is at hand."""
    page = asked_by_users.PAGE.read_text(encoding="utf-8").splitlines()
    try:
        data = request.getfixturevalue("real_data")
    except pytest.skip.Exception:
        data = None
    fresh = asked_by_users.written(data).splitlines()
    assert len(page) == len(fresh)
    assert [line for line, there in zip(fresh, page, strict=True) if line != there and (data or "city=philadelphia" not in line)] == []


def test_every_question_has_its_row_and_three_clicks_at_most():
    for city in asked_by_users.CITIES:
        asked = [row.question for row in ROWS if row.city == city]
        assert sorted(asked) == sorted([*asked_by_users.COMMANDER, *asked_by_users.POLICYMAKER])
    assert all(len(row.clicks) <= MOST_CLICKS for row in ROWS)
    assert all(row.missing for row in ROWS if row.says is None or not row.numbers)


@pytest.mark.parametrize(
    ("city", "letter", "least"),
    [
        ("puerto-albatros", "C", 11),
        ("puerto-albatros", "P", 11),
        ("philadelphia", "C", 9),
        ("philadelphia", "P", 7),
        ("el-salvador", "P", 7),
    ],
)
def test_as_many_are_answered_as_were_asked_for(city, letter, least):
    assert sum(row.says is not None for row in ROWS if row.city == city and row.question.startswith(letter)) >= least


@pytest.mark.walk
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("city", ["puerto-albatros", "el-salvador"])
def test_the_bundled_cities(open_page, server, city, size, lang):
    width, height = WIDTHS[size]
    page = open_page(viewport={"width": width, "height": height})
    walk(page, server("app.py"), city, lang=lang, data=asked_by_users.REPO, phone=size == "phone")


@pytest.mark.walk
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", WIDTHS)
def test_philadelphia(open_page, server, philadelphia, real_data, size, lang):
    width, height = WIDTHS[size]
    base = server("app.py", {"HOTSPOTS_STORE": str(philadelphia)})
    walk(open_page(viewport={"width": width, "height": height}), base, "philadelphia", lang=lang, data=real_data, phone=size == "phone")

"""How long a reader waits: the first page, a changed filter, a click, in a real browser on the bundled city."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))
from driving import SWITCHES, chromium, start_streamlit
from real_cities import allowed, chicago_toml

ROOT = Path(__file__).resolve().parents[2]
READY = ".frame[data-state=ready]"
MEETING = ("change", "trends", "people", "repeats", "interventions", "priorities")
GOALS = {"puerto-albatros": "1 s", "chicago": "2 s"}
FILTERS = {
    "puerto-albatros": ("Weapon", ["Firearm", "Blade", "Blunt object", "Other", "Unknown"]),
    "chicago": ("Period", ["Last 5 years", "Last 3 years", "2017", "2016", "2015"]),
}
DRAWN = """marked => {
  const script = document.querySelector('[data-testid=stApp]').getAttribute('data-test-script-state');
  const main = document.querySelector('[data-testid=stMain]');
  const waiting = document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
  return script === 'notRunning' && main?.querySelector('h1') && main.innerText !== marked && !waiting;
}"""


@pytest.fixture(scope="module")
def driver():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Start the dashboard as `make run` does."""
    process, address = start_streamlit(ROOT / "hotspots/dashboard/serve.py", {}, {}, tmp_path_factory.mktemp("served"))
    yield address
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture
def page(driver, served):
    context = driver.new_context(viewport={"width": 1440, "height": 1100})
    page = context.new_page()
    page.goto(f"{served}/map?lang=en")
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_timeout(1500)
    yield page
    context.close()


@pytest.mark.parametrize("script", ["hotspots/dashboard/serve.py", "app.py"])
@pytest.mark.parametrize("path", ["", "map"], ids=["overview", "map"])
def test_first_page_of_the_bundled_city(benchmark, driver, tmp_path_factory, script, path):
    """Open a page on a server that has served nobody yet (`make run` starts serve.py; its data were imported at an earlier start)."""
    store = tmp_path_factory.mktemp("store")
    running = []

    def fresh():
        process, address = start_streamlit(ROOT / script, {"HOTSPOTS_STORE": str(store)}, {}, tmp_path_factory.mktemp("bench"))
        running.append(process)
        return (driver.new_page(viewport={"width": 1440, "height": 1100}), address), {}

    def first(page, address):
        page.goto(f"{address}/{path}?lang=en")
        page.wait_for_selector(READY, timeout=60_000)
        page.wait_for_selector("h1")

    (page, address), _ = fresh()
    first(page, address)
    benchmark.extra_info["goal"] = "3 s after the server is ready"
    benchmark.pedantic(first, setup=fresh, rounds=4)
    for process in running:
        process.terminate()
        process.wait(timeout=30)


def test_changed_filter(benchmark, page):
    """Add one age after the other to the filter and wait until the title tells another number."""
    ages = iter(["15–29", "30–44", "45–59", "0–14"])

    def setup():
        name = next(ages)
        page.get_by_role("combobox", name="Age of the victim").click()
        page.get_by_role("option", name=name).wait_for()
        return (name, page.locator("h1").inner_text()), {}

    def change(name, title):
        page.get_by_role("option", name=name).click()
        page.wait_for_function("before => document.querySelector('h1').innerText !== before", arg=title, polling="raf", timeout=20_000)

    benchmark.extra_info["goal"] = "1 s"
    benchmark.pedantic(change, setup=setup, rounds=4)


@pytest.fixture(scope="module")
def with_chicago(tmp_path_factory):
    """Start the dashboard as `make run` does, with Chicago beside the bundled cities where its data are at hand."""
    data = Path(os.environ.get("HOTSPOTS_TEST_DATA", ROOT.parent / "shared" / "data"))
    store = {"HOTSPOTS_STORE": str(tmp_path_factory.mktemp("store"))}
    if (data / "chicago").is_dir():
        folder = tmp_path_factory.mktemp("real") / "chicago"
        folder.mkdir()
        (folder / "city.toml").write_text(chicago_toml(data), encoding="utf-8")
        subprocess.run(
            [sys.executable, "-m", "hotspots", "import", str(folder), *allowed(folder)], check=True, env=os.environ | store, cwd=ROOT
        )
    process, address = start_streamlit(ROOT / "hotspots/dashboard/serve.py", store, {}, tmp_path_factory.mktemp("served"))
    yield address, (data / "chicago").is_dir()
    process.terminate()
    process.wait(timeout=30)


@pytest.mark.parametrize("city", GOALS)
@pytest.mark.parametrize("name", MEETING)
def test_redraw(benchmark, driver, with_chicago, name, city):
    """Choose one value (or period) after the other, none of them seen before, and wait until the page stands still with it."""
    address, chicago = with_chicago
    if city == "chicago" and not chicago:
        pytest.skip("the data of Chicago are not beside the project (set HOTSPOTS_TEST_DATA)")
    box, values = FILTERS[city]
    values = iter(values)
    context = driver.new_context(viewport={"width": 1440, "height": 1100})
    page = context.new_page()
    page.goto(f"{address}/{name}?lang=en&city={city}")
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_function(DRAWN, arg="", timeout=60_000)
    page.wait_for_timeout(1500)

    def setup():
        page.wait_for_timeout(1500)  # the reader looks at the page before choosing again
        chosen = next(values)
        page.get_by_role("combobox", name=box, exact=box == "Period").click()
        page.get_by_role("option", name=chosen, exact=True).wait_for()
        return (chosen, page.locator("[data-testid=stMain]").inner_text()), {}

    def change(chosen, before):
        page.get_by_role("option", name=chosen, exact=True).click()
        page.wait_for_function(DRAWN, arg=before, polling="raf", timeout=30_000)

    benchmark.extra_info["goal"] = GOALS[city]
    benchmark.pedantic(change, setup=setup, rounds=4, warmup_rounds=1)
    context.close()


def test_click_to_numbers(benchmark, page):
    """Click a block and wait until its name heads the numbers beside the map."""
    step = iter(range(1000))
    shown = "[...document.querySelectorAll('[data-testid=stMain] h2')].map(one => one.innerText).join()"

    def setup():
        page.wait_for_timeout(1500)  # the reader reads before the next click
        n, box = next(step), page.locator(".map").first.bounding_box()  # below the chips from the first click on
        return (box["x"] + box["width"] * 0.45 + 24 * n, box["y"] + box["height"] * 0.45 + 11 * n), {}

    def click(x, y):
        page.evaluate(f"window.seen = {shown}")
        page.mouse.click(x, y)
        page.wait_for_function(f"() => ({shown}) !== window.seen", polling="raf", timeout=30_000)

    benchmark.extra_info["goal"] = "0.3 s"
    benchmark.pedantic(click, setup=setup, rounds=6, warmup_rounds=1)


def test_pan_and_zoom(benchmark, page):
    """Drag and zoom the map; the note counts what the browser sent to the server meanwhile."""
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(1)))
    page.reload()
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_timeout(2000)
    before = len(sent)
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def pan():
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y + 40, steps=5)
        page.mouse.move(x, y, steps=5)
        page.mouse.up()
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    benchmark.pedantic(pan, rounds=5)
    benchmark.extra_info["messages to the server"] = len(sent) - before

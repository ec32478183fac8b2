"""What every browser test needs: a running page, a real browser, and a page in it that may reach only this machine.

    def test_title(server, page):
        page.goto(server("app.py"))
        wait_until_idle(page)  # from driving

`server(script, env)` starts `streamlit run` once per script and environment and gives its address; `page` records every request that would
have left the machine in `page.left` and fails the test at its end if there was one, or if the browser refused something that a policy of
content forbids.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from driving import REPO, SWITCHES, chromium, start_streamlit

LOOPBACK = {"127.0.0.1", "localhost", "::1", ""}

Server = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a browser does; of a test with many cases (pages × languages × widths) all but the first are part of the long walk."""
    here = Path(__file__).parent
    seen: set[tuple[Path, str]] = set()
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            test = item.path, getattr(item, "originalname", item.name)
            if test in seen:
                item.add_marker(pytest.mark.walk)
            seen.add(test)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -r requirements-dev.txt")
    path = chromium()
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a Streamlit script: `server(script, env={...}, options={...})` gives its address, without a slash at the end."""
    running: dict[tuple[object, ...], tuple[subprocess.Popen[bytes], str]] = {}

    def start(script: str | Path, env: Mapping[str, str] | None = None, options: Mapping[str, str] | None = None) -> str:
        named = (str(script), *sorted((env or {}).items()), *sorted((options or {}).items()))
        if named not in running:
            running[named] = start_streamlit(REPO / script, env or {}, options or {}, tmp_path_factory.mktemp("server"))
        return running[named][1]

    yield start
    for process, _ in running.values():
        process.terminate()
    for process, _ in running.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., object]]:
    """Open a page with Playwright's context settings (`viewport=`, `color_scheme=`, `has_touch=`); nothing may leave the machine."""
    opened = []

    def new(**settings):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        page = context.new_page()
        page.left, page.faults, page.refused = [], [], []

        def gate(route):
            if urlsplit(route.request.url).hostname in LOOPBACK:
                route.continue_()
            else:
                page.left.append(route.request.url)
                route.abort()

        def noticed(request):
            if request.url.startswith("http") and urlsplit(request.url).hostname not in LOOPBACK:
                page.left.append(request.url)

        context.route(lambda url: url.startswith("http") and urlsplit(url).hostname not in LOOPBACK, gate)
        page.on("request", noticed)
        page.on("pageerror", lambda fault: page.faults.append(str(fault)))
        page.on("dialog", lambda dialog: (page.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda said: page.refused.append(said.text) if "Content Security Policy" in said.text else None)
        opened.append((context, page))
        return page

    yield new
    left = [url for _, page in opened for url in page.left]
    faults = [fault for _, page in opened for fault in page.faults]
    refused = [text for _, page in opened for text in page.refused]
    for context, _ in opened:
        context.close()
    assert not left, f"requests left the machine: {sorted(set(left))}"
    assert not faults, f"the page raised errors: {faults}"
    assert not refused, f"a page asked for what its own policy refuses: {refused}"


@pytest.fixture
def page(open_page):
    """One ordinary page; `open_page(...)` opens others."""
    return open_page()

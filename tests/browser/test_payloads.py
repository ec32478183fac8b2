"""Text from data is text, in Chromium: a city of 60 programs, on every page, in every file and parameter of the address; none runs.

The content policy, which would stop most of them, is switched off in the browser: what is held is that there is nothing to stop.
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlencode

import pytest
from driving import wait_until_idle

sys.path.insert(0, str(Path(__file__).parents[1]))

from opened import ROOT
from payload_city import PAYLOADS, publish_payload_city, write_papers

from hotspots.study.options import Choices

FOLDER = ROOT / "hotspots/dashboard/restricted/pages"
PAGES = ("", *sorted({path.stem.rstrip("_") for path in FOLDER.glob("*.py")} - {"__init__", "", "overview"}))
PUBLIC = ("", "city", "people", "done", "left-out", "embed")
# The page Publish shows a whole page in a frame; what stands in it is looked at as a frame of its own.
HANDLERS = """() => [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes]
    .filter((at) => /^on/i.test(at.name) || at.name === 'srcdoc' && !at.value.startsWith('<!DOCTYPE html>')
        || /^\\s*javascript:/i.test(at.value) && /^(href|src|action|data)$/.test(at.name))
    .map((at) => `${one.tagName} ${at.name}=${at.value.slice(0, 60)}`))"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("payloads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder / "store"))
        publish_payload_city(folder)
        write_papers(folder / "papers")
    return folder


@pytest.fixture
def unguarded(open_page):
    """A page whose content policy is switched off, so that a payload that got in would run."""
    return open_page(bypass_csp=True)


def nothing_ran(page) -> list[str]:
    """Return what ran in a page or in a frame of it, and what could."""
    ran = [f"{frame.url}: ran" for frame in page.frames if frame.evaluate("window.ran") is not None]
    return ran + [said for frame in page.frames for said in frame.evaluate(HANDLERS)]


def visit(page, address: str, path: str, **query: str) -> list[str]:
    page.goto(f"{address}/{path}?{urlencode(query)}")
    page.wait_for_selector("h1", timeout=60_000)
    wait_until_idle(page, timeout=60_000)
    page.wait_for_timeout(300)
    return [f"{path}: {said}" for said in nothing_ran(page)]


def parameters(path: str) -> dict[str, str]:
    """Return each parameter of the address with a payload, other ones on each page."""
    keys = [one.metadata["option"].key if "option" in one.metadata else one.name for one in fields(Choices)]
    first = sum(map(ord, path))
    return dict(zip(keys, itertools.islice(itertools.cycle(PAYLOADS), first, None), strict=False))


def test_a_payload_that_gets_in_would_be_noticed(unguarded):
    unguarded.set_content(f"<p>{PAYLOADS[8]}</p>")
    unguarded.wait_for_timeout(200)
    assert len(nothing_ran(unguarded)) == 2


@pytest.mark.walk
def test_none_runs_on_a_page_of_the_restricted_edition(unguarded, server, loaded):
    address = server("app.py", env={"HOTSPOTS_STORE": str(loaded / "store"), "HOTSPOTS_CITIES": str(loaded / "none")})
    found = []
    for path in PAGES:
        found += visit(unguarded, address, path, city="odd-town", lang="en", unit="blocks")
        found += visit(unguarded, address, path, **parameters(path) | {"city": "odd-town", "lang": "es"})
    found += visit(unguarded, address, "map", **parameters("map"))
    assert found == []


@pytest.mark.walk
def test_none_runs_on_a_page_of_the_public_edition(unguarded, server, loaded):
    address = server("app.py", env={"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(loaded / "releases")})
    found = []
    for path in PUBLIC:
        found += visit(unguarded, address, path, lang="en")
        found += visit(unguarded, address, path, **parameters(path) | {"area": PAYLOADS[8], "window": PAYLOADS[9], "lang": "es"})
    assert found == []


@pytest.mark.walk
def test_none_runs_in_a_file(unguarded, loaded):
    """Maps, brief, digest, the page without a server, cards and the page that finds an area; on the last each payload is looked for too."""
    found = []
    files = [*(loaded / "papers").rglob("*.html"), *(loaded / "releases").rglob("*.html")]
    assert len(files) > 8
    for file in files:
        unguarded.goto(file.as_uri() + "#" + PAYLOADS[8])
        unguarded.wait_for_timeout(300)
        box = unguarded.locator("input[type=search]")
        for text in PAYLOADS if box.count() else ():
            box.fill(text)
        found += [f"{file.name}: {said}" for said in nothing_ran(unguarded)]
    assert found == []

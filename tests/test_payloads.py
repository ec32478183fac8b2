"""Text from data is text: 60 programs in every column, name, layer, file name and sentence of a city, and none becomes a part of a page.

`tests/browser/test_payloads.py` opens the same city in a browser and sees that none runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opened import PAGES, PUBLIC, open_page
from payload_city import PAYLOADS, Inside, publish_payload_city, write_papers
from streamlit.testing.v1 import AppTest

from hotspots.words.escape import safe_html, safe_markdown


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("payloads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder / "store"))
        publish_payload_city(folder)
    return folder


@pytest.fixture(autouse=True)
def opened(loaded: Path, serve_alone: Callable[[Path], None]) -> None:
    serve_alone(loaded / "store")


def test_there_are_many_payloads_and_they_differ():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 40
    assert sum(bool(Inside(text).found) for text in PAYLOADS) > 25  # what the search below would find, were it not escaped


@pytest.mark.parametrize("text", PAYLOADS)
def test_the_escapes_leave_nothing_that_could_run(text):
    for shown in (f"<p title='{safe_html(text)}'>{safe_html(text)}</p>", f'<p title="{safe_html(text)}">'):
        assert Inside(shown).found == []
    assert not {"<", "`", "${"} & set(safe_html(text))
    bare = safe_markdown(text)
    assert all(bare[at - 1] == "\\" for at, char in enumerate(bare) if char in "<[]`$:&")


def html_of(block: Any) -> Iterator[tuple[str, bool]]:
    """Yield the text of each element of a page that may be HTML, and whether it is taken as such."""
    for child in getattr(block, "children", {}).values():
        proto = getattr(child, "proto", None)
        kind = type(proto).__name__
        if kind == "Element":
            kind = proto.WhichOneof("type")
            proto = getattr(proto, kind) if kind else None
        if kind and kind.lower() in {"markdown", "html"}:
            yield proto.body, kind.lower() == "html" or proto.allow_html
        yield from html_of(child)


def check(app: AppTest) -> int:
    assert not app.exception
    shown = list(html_of(app._tree))
    assert [body for body, html in shown if html and Inside(body).found] == []
    return len(shown)


@pytest.mark.cases(2)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_one_as_markup(page):
    assert check(open_page(page, city="odd-town", lang="en", unit="blocks"))


@pytest.mark.cases(1)
@pytest.mark.parametrize("page", PUBLIC)
def test_no_public_page_holds_one_as_markup(loaded, monkeypatch, page):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(loaded / "releases"))
    assert check(open_page(page, lang="en"))


def test_no_file_holds_one_as_markup(loaded, tmp_path):
    files = [*write_papers(tmp_path), *(loaded / "releases").rglob("*.html")]
    assert len(files) > 8
    assert {file.name: found for file in files if (found := Inside(file.read_text(encoding="utf-8")).found)} == {}
    assert any("window.ran" in file.read_text(encoding="utf-8") for file in files if file.name == "map.html")

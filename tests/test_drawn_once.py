"""Charts and tables are made once for an answer: whatever was looked at before, the browser gets what it would get if nothing were kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from opened import forget, open_page

from hotspots import cities
from hotspots.dashboard import paper, pictures
from hotspots.dashboard.restricted import cached
from hotspots.dashboard.restricted.parts import tables

KINDS = ("vega_lite_chart", "dataframe", "html", "caption", "markdown", "title")
CHOICES: Sequence[dict[str, str]] = (
    {"lang": "en"},
    {"lang": "es"},
    {"lang": "en", "weapon": "firearm"},
    {"lang": "en", "lag": "40"},
    {"lang": "en", "place": "district:North"},
)
PAGES = ("trends", "change", "people")
MORE = ("compare", "concentration", "clusters", "priorities", "repeats", "interventions", "map", "")


def sent(page: str, query: dict[str, str]) -> list[bytes]:
    """Return what a page sends: its charts, tables and sentences, each as the browser gets it."""
    app = open_page(page, **query)
    assert not app.exception, app.exception
    return [as_sent(one.proto) for kind in KINDS for one in app.get(kind)]


def as_sent(proto: Any) -> bytes:
    data = getattr(proto, "arrow_data", None)
    if data is not None and data.HasField("styler"):  # pandas calls a table with a style by another name each time
        return bytes(data.data)
    return bytes(proto.SerializeToString(deterministic=True))


def plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of a chart or a table be kept, nor made ready for Streamlit."""

    def made(of: object, name: object, make: Callable[[], Any]) -> Any:
        return make()

    for module in (paper, pictures, tables):
        monkeypatch.setattr(module, "kept_as", made)
    monkeypatch.setattr(pictures, "_ready", lambda spec: pictures._Ready(None, spec))
    monkeypatch.setattr(paper, "_sent", lambda rows: rows)


def is_the_same(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as alone:
        plainly(alone)
        forget()
        expected = [sent(page, query) for query in CHOICES]
    assert len({tuple(one) for one in expected}) >= 3, "choices that change nothing would show nothing"
    forget()
    for query in CHOICES:
        sent(page, query)
    for query, told in zip(CHOICES, expected, strict=True):
        assert sent(page, query) == told, (page, query)


@pytest.fixture
def city(store, city_folder) -> str:
    return cities.import_folder(city_folder).slug


@pytest.mark.cases(1)
@pytest.mark.parametrize("page", PAGES)
def test_what_is_kept_is_what_would_be_made(page, city, monkeypatch):
    is_the_same(page, monkeypatch)


@pytest.mark.walk
@pytest.mark.parametrize("page", MORE)
def test_what_is_kept_is_what_would_be_made_on_every_page(page, city, monkeypatch):
    is_the_same(page, monkeypatch)


def shortened(folder: Path, rows: int) -> None:
    path = folder / "homicides.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-rows]))
    cities.import_folder(folder)


@pytest.mark.walk
def test_after_a_copy_was_put_back_the_same_number_shows_other_data(city, city_folder, store, tmp_path):
    """A version's number comes again with other data: nothing of what it held before is drawn."""
    shutil.copytree(store, tmp_path / "copy")
    shortened(city_folder, 20)
    before = sent("trends", {"lang": "en"})
    shutil.rmtree(store)
    shutil.copytree(tmp_path / "copy", store)
    shortened(city_folder, 20)
    assert {one.version for one in cached.available()} == {2}
    after = sent("trends", {"lang": "en"})
    assert after != before
    forget()
    assert sent("trends", {"lang": "en"}) == after


def test_the_list_of_cities_is_read_once_in_a_run_and_anew_in_the_next(none_bundled, city, city_folder, monkeypatch):
    asked = []
    read = cities.available
    monkeypatch.setattr(cached.cities, "available", lambda: asked.append(1) or read())
    with cached.one_run():
        assert {one.version for one in cached.available()} == {1}
        assert len(cached.available()) == 1
    assert len(asked) == 1
    shortened(city_folder, 20)
    with cached.one_run():
        assert {one.version for one in cached.available()} == {2}
    assert [len(cached.available()), len(cached.available())] == [1, 1], "outside of a run nothing is kept"
    assert len(asked) == 4

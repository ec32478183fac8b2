"""Every page of every bundled city opens: what a visitor sees first must not fail on what only the real data hold."""

from __future__ import annotations

import json
import shutil

import pytest
from conftest import TORTURE
from opened import ROOT, open_page, text, words_outside_of_tables

from hotspots.words import words_for

PAGES = (
    "",
    *sorted(path.stem for path in (ROOT / "hotspots/dashboard/restricted/pages").glob("*.py") if path.stem not in ("__init__", "overview")),
)
MOST_WORDS = 250
LONGER: dict[str, int] = {}  # what is still to be said more briefly
BUNDLED = sorted(path.parent.name for path in (ROOT / "data/cities").glob("*/city.toml"))


KEPT = json.loads((ROOT / "tests/kept/addresses.json").read_text(encoding="utf-8"))
# `test_kept` opens some of them, on the same data, and holds what they say; those are opened here again in a torture run alone.
OPENED = {(city, page) for page in PAGES for city in ("puerto-albatros",) if any(one.startswith(f"/{page}?city={city}") for one in KEPT)}
TO_OPEN = [(city, page) for city in BUNDLED for page in PAGES if TORTURE or page == "data" or (city, page) not in OPENED]


@pytest.mark.parametrize(("city", "page"), TO_OPEN)
def test_every_page_of_every_bundled_city_opens(bundled, unchanged, store, none_bundled, city, page):
    if page == "publish":  # it makes a key
        shutil.copytree(bundled, store)
    else:
        unchanged(bundled)
    for lang in ("es", "en") if page == "data" else ("es",):
        app = open_page(page, city=city, lang=lang)
        failed = words_for(lang).say("This page failed. Nothing was lost. Tell whoever runs the dashboard this reference: {reference}.")
        assert not app.exception
        assert failed.split("{")[0] not in text(app)
        assert text(app).strip()


@pytest.mark.parametrize("page", [page for page in PAGES if page != "publish"])  # it makes a key
@pytest.mark.parametrize("city", BUNDLED)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_no_page_is_long(bundled, unchanged, none_bundled, city, page, lang):
    unchanged(bundled)
    n = words_outside_of_tables(open_page(page, city=city, lang=lang))
    assert 0 < n <= LONGER.get(page, MOST_WORDS)


def test_there_are_bundled_cities():
    assert "puerto-albatros" in BUNDLED
    assert len(PAGES) > 10
    assert {*TO_OPEN, *OPENED} == {(city, page) for city in BUNDLED for page in PAGES}

"""Every page of every bundled city opens: what a visitor sees first must not fail on what only the real data hold."""

from __future__ import annotations

import shutil

import pytest
from opened import PAGES, ROOT, open_page, text, words_outside_of_tables

from hotspots.words import words_for

MOST_WORDS = 250
BUNDLED = sorted(path.parent.name for path in (ROOT / "data/cities").glob("*/city.toml"))


@pytest.mark.walk
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("city", BUNDLED)
def test_every_page_of_every_bundled_city_opens_and_is_not_long(bundled, unchanged, request, city, page):
    if page == "publish":  # it makes a key
        shutil.copytree(bundled, request.getfixturevalue("store"))
        request.getfixturevalue("none_bundled")
    else:
        unchanged(bundled)
    for lang in ("es", "en"):
        app = open_page(page, city=city, lang=lang)
        failed = words_for(lang).say("This page failed. Nothing was lost. Tell whoever runs the dashboard this reference: {reference}.")
        assert not app.exception
        assert failed.split("{")[0] not in text(app)
        assert text(app).strip()
        if page != "publish":
            assert 0 < words_outside_of_tables(app) <= MOST_WORDS


def test_there_are_bundled_cities():
    assert "puerto-albatros" in BUNDLED
    assert len(PAGES) > 10

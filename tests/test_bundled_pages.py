"""Every page of every bundled city opens: what a visitor sees first must not fail on what only the real data hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from opened import ROOT, open_page, text

from hotspots import cities
from hotspots.words import words_for

PAGES = (
    "",
    *sorted(path.stem for path in (ROOT / "hotspots/dashboard/restricted/pages").glob("*.py") if path.stem not in ("__init__", "overview")),
)
BUNDLED = sorted(path.parent.name for path in (ROOT / "data/cities").glob("*/city.toml"))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import the bundled cities once."""
    folder = tmp_path_factory.mktemp("bundled") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder))
        for name in BUNDLED:
            cities.import_folder(ROOT / "data/cities" / name)
    st.cache_resource.clear()
    return folder


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("city", BUNDLED)
def test_every_page_of_every_bundled_city_opens(stored, monkeypatch, city, page):
    monkeypatch.setenv("HOTSPOTS_STORE", str(stored))
    for lang in ("es", "en") if page == "data" else ("es",):
        app = open_page(page, city=city, lang=lang)
        failed = words_for(lang).say("This page failed. Nothing was lost. Tell whoever runs the dashboard this reference: {reference}.")
        assert not app.exception
        assert failed.split("{")[0] not in text(app)
        assert text(app).strip()


def test_there_are_bundled_cities():
    assert "puerto-albatros" in BUNDLED
    assert len(PAGES) > 10

"""The page Publish: what the audit found stands there before anything goes out, and what goes out can be read back."""

from __future__ import annotations

import io
import zipfile

import pytest
from opened import open_page, text

from hotspots import release
from hotspots.dashboard.restricted.pages.publish import packed


@pytest.fixture
def city(own_city):
    return own_city


def test_the_page_shows_the_audit_and_publishes(city, monkeypatch, tmp_path):
    folder = tmp_path / "releases"
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder))
    app = open_page("publish", lang="en")
    assert not app.exception
    assert "0 releases of this city are out." in text(app)
    assert "Nothing is given away" in app.success[0].value
    assert not folder.exists()
    next(button for button in app.button if button.label == "Write into the folder of releases").click().run()
    assert release.read(folder / "villa-prueba").facts["profile"] == "strict"
    assert app.code[0].value == release.fingerprint(folder / "villa-prueba")
    again = open_page("publish", lang="es")
    assert "De esta ciudad hay 1 publicación." in text(again)
    assert not again.radio


def test_the_zip_holds_the_release(city, tmp_path):
    with zipfile.ZipFile(io.BytesIO(packed("villa-prueba", "strict"))) as archive:
        archive.extractall(tmp_path)
    assert release.read(tmp_path / "villa-prueba").facts["slug"] == "villa-prueba"

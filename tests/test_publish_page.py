"""The page Publish: first the audit and the page as it will be, then, when a person has looked, what goes out; and it can be read back."""

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


def test_no_place_period_or_filter_is_offered_where_none_matters(city):
    app = open_page("publish", lang="en", weapon="firearm", **{"from": "2019-01-01", "to": "2019-12-31"})
    assert not app.exception
    assert [one.label for one in app.sidebar.selectbox] == ["Idioma · Language", "City"]
    assert not [one for kind in ("multiselect", "date_input", "slider") for one in app.sidebar.get(kind)]
    assert not [one for one in app.button if one.key.startswith("chip_") or one.key == "clear_all"]
    beside = open_page("data", lang="en", weapon="firearm")
    assert beside.sidebar.multiselect  # another page still has them, and the choice itself is kept
    assert any(one.key == "chip_weapon" for one in beside.button)


def test_the_page_shows_what_it_will_be_and_then_publishes(city, monkeypatch, tmp_path):
    folder = tmp_path / "releases"
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(folder))
    previews: list[str] = []
    monkeypatch.setattr("streamlit.iframe", lambda page, **_: previews.append(page))
    app = open_page("publish", lang="en")
    assert not app.exception
    assert "0 releases of this city are out." in text(app)
    assert "Nothing is given away" in app.success[0].value
    assert not folder.exists()
    assert release.releases("villa-prueba") == []
    button = next(one for one in app.button if one.label == "Publish")
    assert button.disabled
    assert not app.get("download_button")
    app.checkbox[0].check().run()
    assert next(one for one in app.button if one.label == "Publish").disabled  # nobody has signed
    assert "another store" in text(app)  # what cannot be known is said before
    app.text_input(key="publish_who").input("R. Prueba").run()
    next(one for one in app.button if one.label == "Publish").click().run()
    assert not app.exception
    out = folder / "villa-prueba"
    assert release.read(out).facts["profile"] == "strict"
    assert app.code[0].value == release.fingerprint(out)
    sheet = release.sheets("villa-prueba")[-1]
    assert (sheet.who, sheet.fingerprint, sheet.against) == ("R. Prueba", release.fingerprint(out), ())
    assert previews[0] == (out / "index.en.html").read_text(encoding="utf-8")  # the page that was shown is the one that went out
    again = open_page("publish", lang="es")
    assert "De esta ciudad hay 1 publicación." in text(again)
    assert not again.radio
    with zipfile.ZipFile(io.BytesIO(packed(out))) as archive:
        archive.extractall(tmp_path / "taken")
    assert release.fingerprint(tmp_path / "taken" / "villa-prueba") == release.fingerprint(out)

"""The page Import without a browser: every state that it can be in, on files written here."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pandas as pd
import pytest
from opened import open_page, text

from hotspots import store
from hotspots.cities import drafts

ROWS = "fecha;lat;lon;sexo;arma\n" + "".join(
    f"2020-{1 + i % 12:02}-{1 + i % 28:02};{13.70 + 0.001 * (i % 7):.4f};{-89.20 + 0.001 * (i % 5):.4f};M;arma de fuego\n"
    for i in range(60)
)
BAD = ROWS + "sin fecha;13.7;-89.2;=1+1;arma de fuego\n"


def brought(name: str, content: str, file: str = "homicidios.csv") -> drafts.Draft:
    return drafts.begin(name, incidents=[(file, io.BytesIO(content.encode()))])


def settled(lang: str = "en"):
    """Open the page, and again until nothing is being read."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        app = open_page("import", lang=lang)
        assert not app.exception, app.exception
        if not any(button.key == "import_stop" for button in app.button):
            return app
        time.sleep(0.3)
    raise AssertionError("it is still reading")


def press(app, key: str):
    return next(button for button in app.button if button.key == key).click().run()


@pytest.fixture(autouse=True)
def nothing_bundled(none_bundled: None) -> None:
    """Let no city come with the program."""


@pytest.mark.parametrize("lang", ["es", "en"])
def test_it_opens_empty_and_asks_for_files(lang: str) -> None:
    app = open_page("import", lang=lang)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == {"en": "Bring your own data", "es": "Traer sus propios datos"}[lang]
    assert len(app.get("file_uploader")) == 3


def test_a_form_without_files_says_what_is_missing() -> None:
    app = open_page("import", lang="en")
    next(button for button in app.button if button.label == "Read the files").click().run()
    assert "Give the name of the city" in app.error[0].value
    assert drafts.unfinished() is None


def test_it_is_read_shown_published_and_the_upload_is_deleted() -> None:
    draft = brought("Villa Nueva", BAD)
    app = settled()
    assert "60 of 61 rows are homicides; 0 have no place." in text(app)
    assert any("Date ← fecha" in table.value.columns for table in app.dataframe)
    app = press(app, "import_publish")
    assert "Villa Nueva is published as version 1." in app.success[0].value
    assert not any((draft.folder / role).exists() for role in drafts.ROLES)
    kept = drafts.unfinished()
    assert kept is not None
    assert kept.version == 1
    rows = pd.read_csv(io.BytesIO(kept.left_out), dtype=str)
    assert (rows["row"].tolist(), rows["sexo"].tolist()) == (["62"], ["'=1+1"])
    assert "date" in rows["problem"][0]
    app = press(settled(), "import_more")
    assert drafts.unfinished() is None
    assert len(app.get("file_uploader")) == 3


def test_a_second_version_says_what_changed_and_the_first_can_be_served_again() -> None:
    for content in (ROWS, ROWS + "2020-12-30;13.7;-89.2;M;arma de fuego\n"):
        brought("Villa Nueva", content)
        app = press(settled(), "import_publish")
    assert "What changed since version 1" in text(app)
    changed = next(table.value for table in app.dataframe if "Before" in table.value.columns)
    assert changed.to_numpy().tolist() == [["All", "60", "61"], ["2020", "60", "61"]]
    app = press(app, "import_roll_back")
    assert store.served("villa-nueva") == 1


def test_a_file_that_cannot_be_read_gives_a_sentence_and_the_way_out() -> None:
    draft = brought("Villa Nueva", "<html><body>no table</body></html>")
    app = settled()
    assert "homicidios.csv: this is a web page" in app.error[0].value.replace("\\", "")
    assert "import_publish" not in {button.key for button in app.button}
    press(app, "import_give_up")
    assert not draft.folder.exists()


def test_what_was_begun_is_found_again_by_another_session() -> None:
    brought("Villa Nueva", ROWS)
    settled()
    again = settled(lang="es")
    assert "60 de 60 filas son homicidios" in text(again)


def test_reading_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    brought("Villa Nueva", ROWS * 20)
    app = open_page("import", lang="en")
    stop = [button for button in app.button if button.key == "import_stop"]
    if not stop:
        pytest.skip("it was read before it could be stopped")
    stop[0].click().run()
    app = settled()
    assert "reading was stopped; nothing was changed" in app.error[0].value.replace("\\", "")
    assert store.slugs() == []
    assert "60 of 60" not in text(app)


def test_the_band_is_there_until_a_city_of_ones_own_is(city_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from opened import forget

    monkeypatch.setenv("HOTSPOTS_CITIES", str(city_folder.parent))
    forget()
    app = open_page("", lang="en")
    assert any(button.key == "to_import" for button in app.button)
    brought("Villa Nueva", ROWS)
    press(settled(), "import_publish")
    app = open_page("", lang="en")
    assert not any(button.key == "to_import" for button in app.button)


def test_the_name_of_a_bundled_city_is_refused(city_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTSPOTS_CITIES", str(city_folder.parent))
    with pytest.raises(drafts.DataError, match="comes with the program"):
        brought("Villa Prueba", ROWS)


@pytest.mark.parametrize("name", ["../../x.csv", "/etc/passwd", "..\\..\\x.csv", "..", ".csv", "a" * 300 + ".csv"])
def test_the_name_of_a_file_stays_in_its_folder(name: str) -> None:
    draft = drafts.begin("Villa Nueva", incidents=[(name, io.BytesIO(b"x")), (name, io.BytesIO(b"y"))])
    assert len(draft.files.incidents) == 2
    assert all(path.parent == draft.folder / "incidents" for path in draft.files.incidents)

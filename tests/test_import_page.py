"""The page Import without a browser: every state that it can be in, on files written here."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pandas as pd
import pytest
from opened import open_page, text
from openpyxl import Workbook
from services import Service, serving

from hotspots import store
from hotspots.cities import drafts
from hotspots.cities.sources import catalogue

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


@pytest.mark.walk
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


def chosen(app, key: str, answer: str):
    """Choose an answer of the question whose control has that key, and use the answers."""
    next(radio for radio in app.radio if radio.key == key).set_value(answer)
    next(button for button in app.button if button.label == "Use these answers").click().run()
    return settled()


@pytest.mark.walk
def test_less_than_is_served_is_asked_about_and_nothing_is_taken_for_granted() -> None:
    brought("Villa Nueva", ROWS)
    press(settled(), "import_publish")
    brought("Villa Nueva", "\n".join(ROWS.splitlines()[:-20]))
    app = settled()
    shrink = next(radio for radio in app.radio if radio.key == "import_shrink")
    assert "2020 had 60 victims and now has 40" in shrink.label
    assert shrink.value is None
    assert "import_publish" not in {button.key for button in app.button}
    app = chosen(app, "import_shrink", "no")
    assert "2020 had 60 victims and now has 40" in app.error[0].value
    assert "import_publish" not in {button.key for button in app.button}
    app = press(chosen(app, "import_shrink", "yes"), "import_publish")
    assert "Villa Nueva is published as version 2." in app.success[0].value


def workbook(sheets: dict[str, list[str]]) -> io.BytesIO:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row.split(";"))
    out = io.BytesIO()
    book.save(out)
    return out


@pytest.mark.walk
def test_a_workbook_of_two_sheets_is_asked_about_and_the_answer_leads_on() -> None:
    rows = ROWS.splitlines()
    book = workbook({"enero": rows[:31], "todos": rows})
    drafts.begin("Villa Nueva", incidents=[("homicidios.xlsx", io.BytesIO(book.getvalue()))])
    app = settled()
    sheet = next(radio for radio in app.radio if radio.key == "import_sheet")
    assert [option.split(":")[0] for option in sheet.options] == ["**todos**", "**enero**", "all 2 that have the same columns, together"]
    assert sheet.value is None
    assert "import_publish" not in {button.key for button in app.button}
    app = chosen(app, "import_sheet", "todos")
    assert "60 of 60 rows are homicides" in text(app)


@pytest.mark.walk
def test_where_a_table_starts_is_asked_about_and_the_answer_leads_on() -> None:
    first, *rows = ROWS.splitlines()
    brought("Villa Nueva", "\n".join([first, "date;latitude;longitude;sex;weapon", *rows]))
    app = settled()
    header = next(radio for radio in app.radio if radio.key == "import_header")
    assert [option.split("\\")[0] for option in header.options] == ["row 1", "row 2"]
    app = chosen(app, "import_header", "2")
    assert "60 of 60 rows are homicides" in text(app)
    assert any("Date ← date" in table.value.columns for table in app.dataframe)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Serve a source of this machine's own, described in the user's own folder."""
    with serving(
        [{"id": f"{n:03}", "fecha": f"2020-{1 + n % 12:02}-{1 + n % 28:02}", "lat": 13.7, "lon": -89.2} for n in range(120)]
    ) as one:
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "villa-nueva.toml").write_text(
            f'''name = "Villa Nueva"
kind = "socrata"
address = "{one.address}/resource/abcd-1234.json"
page = "https://example.org/villa"
licence = "CC BY 4.0"
key = "id"
rows_a_page = 50
[homicide]
en = "every row is one victim"
es = "cada fila es una víctima"
[city]
timezone = "America/El_Salvador"
[city.incidents]
date = "fecha"
x = "lon"
y = "lat"
epsg = 4326
all_homicides = true
''',
            encoding="utf-8",
        )
        monkeypatch.setenv("HOTSPOTS_SOURCES", str(folder))
        yield one


def plain(app) -> str:
    """Return all sentences of the page as a person reads them."""
    return text(app).replace("\\", "")


def choose_source(lang: str = "en"):
    app = settled(lang)
    return app.selectbox(key="import_source").select("villa-nueva").run()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_source_is_described_and_nothing_is_asked_before_the_button(service: Service, lang: str) -> None:
    app = settled(lang)
    assert len(app.selectbox(key="import_source").options) == len(catalogue())
    shown = plain(choose_source(lang))
    told = {
        "en": ("a homicide there: every row is one victim", "licence: CC BY 4.0", "nobody has run this entry", "the button asks 127.0.0.1"),
        "es": ("cada fila es una víctima", "licencia: CC BY 4.0", "nadie ha ejecutado", "el botón pregunta a 127.0.0.1"),
    }[lang]
    assert [part for part in told if part not in shown] == []
    assert service.asked == []


@pytest.mark.walk
def test_a_source_is_fetched_shown_published_and_told_what_is_new(service: Service) -> None:
    press(choose_source(), "import_fetch")
    app = settled()
    assert "Villa Nueva: 120 rows; 120 added, 0 changed, 0 gone" in plain(app)
    assert "120 of 120 rows are homicides" in text(app), [radio.label for radio in app.radio]
    app = press(app, "import_publish")
    assert "Villa Nueva is published as version 1." in app.success[0].value
    press(app, "import_more")
    press(choose_source(), "import_fetch")
    app = settled()
    assert "Villa Nueva: nothing new; 120 rows as before" in plain(app)
    app = press(app, "import_publish")
    assert "nothing differs from version 1" in app.info[0].value
    assert store.versions("villa-nueva") == [1]
    press(app, "import_more")
    service.rows.append({**service.rows[0], "id": "900"})
    press(choose_source(), "import_fetch")
    app = settled()
    assert "Villa Nueva: 121 rows; 1 added, 0 changed, 0 gone" in plain(app)
    assert "is published as version 2." in press(app, "import_publish").success[0].value


def test_a_source_that_says_no_is_told_and_can_be_asked_again(service: Service) -> None:
    service.first = [(403, {}, b"no <b>token</b>")]
    press(choose_source(), "import_fetch")
    app = settled()
    assert "refused (status 403): no <b>token</b>" in app.error[0].value.replace("\\", "")
    assert drafts.unfinished() is None
    press(app, "import_fetch_again")
    assert "120 of 120 rows are homicides" in text(settled())


def test_fetching_can_be_stopped_while_it_waits(service: Service) -> None:
    service.first = [(503, {"Retry-After": "100"}, b"")] * 5
    app = press(choose_source(), "import_fetch")
    until = time.monotonic() + 20
    while not service.asked and time.monotonic() < until:
        time.sleep(0.1)
    press(app, "import_stop")
    app = settled()
    assert "fetching was stopped; nothing was changed" in app.error[0].value.replace("\\", "")
    assert len(service.asked) == 1
    app = press(app, "import_fetch_back")
    assert len(app.get("file_uploader")) == 3


def test_without_the_internet_one_sentence_says_so(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "mine" / "villa-nueva.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(service.address, "https://nowhere.invalid"), encoding="utf-8")
    press(choose_source(), "import_fetch")
    app = settled()
    assert "nowhere.invalid: no such host, or no way to the internet" in app.error[0].value.replace("\\", "")


def test_what_was_left_is_deleted_after_a_day_whatever_page_is_opened(own_city: None) -> None:
    draft = brought("Villa Nueva", ROWS)
    state = draft.folder / "state.json"
    early = time.time() - 23 * 3600
    os.utime(state, (early, early))
    open_page("", lang="en")
    assert draft.files.incidents
    late = time.time() - 25 * 3600
    os.utime(state, (late, late))
    open_page("", lang="en")
    assert not draft.folder.exists()


def test_totals_that_every_area_lacks_a_number_of_are_shown() -> None:
    """The page failed, and so could not be left."""
    text = "Municipio,2019,2020,2021\nA,12,15,*\nB,*,7,9\nC,*,8,10\n"
    brought("Withheld", text, "t.csv")
    app = settled()
    assert not app.error
    assert "each lacks a number of some period" in [one.value for one in app.caption]

"""The dashboard without a browser: every page, both languages, addresses good and bad."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.pofile import read_po
from conftest import TORTURE
from opened import ROOT, asked, forget, open_page, text

from hotspots import cities
from hotspots.dashboard.restricted.parts import series, tables
from hotspots.dashboard.restricted.parts.tables import is_open as really_open
from hotspots.drawing import charts
from hotspots.questions.restricted import Asked, cases
from hotspots.statistics import rates, trends
from hotspots.study.selection import Selection, read_query
from hotspots.words import words_for

PAGES = (
    "",
    "map",
    "trends",
    "change",
    "compare",
    "cases",
    "people",
    "concentration",
    "priorities",
    "repeats",
    "interventions",
    "data",
    "methods",
)
WITH_NUMBERS = PAGES[:3]


@pytest.mark.cases(4)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_pages_open_in_both_languages(city, page, lang):
    app = open_page(page, lang=lang)
    assert not app.exception
    if page in WITH_NUMBERS:
        assert {"es": "personas asesinadas", "en": "people killed"}[lang] in text(app)
    assert {"es": "ninguna persona ni lugar son reales", "en": "no real person, no real place"}[lang] in text(app)


@pytest.mark.cases(1)
@pytest.mark.parametrize("page", WITH_NUMBERS)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"weapon": "firearm"},
        {"weapon": "blade", "sex": "female"},
        {"from": "2018-01-01", "to": "2019-01-01"},
        {"from": "2016-03-01", "to": "2019-08-01", "weapon": "firearm"},
    ],
    ids=str,
)
def test_the_number_on_every_page_is_that_of_the_one_study(city, page, query):
    app = open_page(page, lang="en", **query)
    study = read_query(query)[0].study(city)
    period = words_for("en").period(study.start.date(), study.end.date())
    if page == "trends":  # its title names a period of its own, and the series says which of all these months it shows
        assert sum(one.value["People killed"].sum() == study.victims for one in app.dataframe if "People killed" in one.value) >= 1
    else:
        assert any(f"{study.victims} people killed" in one.value and period in one.value for one in app.caption)
    assert asked(app)["city"] == "villa-prueba"


def test_the_map_page_says_what_is_left_out(city):
    app = open_page(lang="en")
    assert "On the map: 60 of 72 people killed. Without a usable place: 6. Outside the mapped area: 6." in text(app)


def test_the_title_holds_the_rate(city):
    study = read_query({"from": "2018-01-01", "to": "2019-01-01"})[0].study(city)
    app = open_page(lang="en", **{"from": "2018-01-01", "to": "2019-01-01"})
    one = rates.overall(study)
    rate = f"{one.value:,.0f} per 100,000 residents a year ({one.low:.1f}–{one.high:,.0f})"
    assert app.title[0].value == f"12 people killed in Villa Prueba, 2018: {rate}"


def test_the_trend_page_judges_the_last_twelve_months(city):
    latest = trends.latest(read_query({})[0].study(city))
    app = open_page("trends", lang="en")
    assert latest.verdict == "within"
    assert app.title[0].value == "12 people killed in the last 12 months: within the normal range"
    assert f"{latest.range.low}–{latest.range.high}" in [metric.value for metric in app.metric]


def test_a_choice_goes_into_the_address_and_comes_back(city):
    app = open_page(lang="en")
    app.multiselect(key="choice_weapon").select("firearm").run()
    assert asked(app)["weapon"] == "firearm"
    assert "54 people killed" in app.caption[0].value
    again = open_page(**asked(app))
    assert again.caption[0].value == app.caption[0].value
    assert again.multiselect(key="choice_weapon").value == ["firearm"]


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("choice", "query"),
    [
        (("choice_unit", "districts"), {"unit": "districts"}),
        (("choice_measure", "rate"), {"measure": "rate"}),
        (("choice_lang", "es"), {"lang": "es"}),
        (("choice_period", "2018"), {"from": "2018-01-01", "to": "2019-01-01"}),
        (("choice_place_of", "district:row 1"), {"place": "district:row 1"}),
    ],
)
def test_every_choice_is_in_the_address(city, choice, query):
    app = open_page(lang="en")
    key, value = choice
    app.selectbox(key=key).select(value).run()
    assert query.items() <= asked(app).items()
    assert not app.exception


def test_a_place_shows_its_own_numbers(city):
    app = open_page(lang="en", place="b00")
    study = read_query({})[0].study(city)
    assert app.metric[0].value == str(study.counts["b00"])
    assert "Manzana 0" in [element.value for element in app.header]


def test_months_of_ones_own(city):
    app = open_page(lang="en", **{"from": "2016-03-01", "to": "2017-03-01"})
    app.selectbox(key="choice_to").select(dt.date(2016, 6, 1)).run()
    assert asked(app)["to"] == "2016-07-01"


def test_filters_can_be_removed_at_once(city):
    app = open_page(lang="en", weapon="firearm", sex="male")
    app.button(key="clear_all").click().run()
    assert "72 people killed" in app.caption[0].value
    assert "weapon" not in asked(app)


BAD = (
    {"city": "atlantis", "weapon": "firearm"},
    {"weapon": "laser"},
    {"age": "15-29"},
    {"from": "1950-01-01", "to": "1951-01-01"},
    {"from": "x"},
    {"unit": "wards"},
    {"measure": "risk"},
    {"place": "<script>alert(1)</script>"},
    {"place": "district:<script>alert(1)</script>"},
    {"version": "99"},
)
BAD_AT_ONCE = {name: value for query in BAD[1:-1] for name, value in query.items() if name != "to"}  # of what does not stop a page
# On every page all that is bad at once, and each fault alone on two pages; each on every page in a torture run.
EACH_ALONE = [(page, query) for m, page in enumerate(PAGES) for n, query in enumerate(BAD) if TORTURE or page == "" or (m - n) % 12 == 1]


@pytest.mark.cases(6)
@pytest.mark.parametrize(("page", "query"), [*((page, BAD_AT_ONCE) for page in PAGES), *EACH_ALONE], ids=str)
def test_a_bad_address_never_breaks_a_page(city, page, query):
    app = open_page(page, lang="en", **query)
    assert not app.exception
    assert "Traceback" not in text(app)
    assert app.title or app.error


def test_choices_that_do_not_fit_are_named(city):
    app = open_page(lang="en", age="15-29", unit="beats")
    assert "set aside: age, unit" in app.info[0].value


def test_nothing_loaded_says_how_to_start(monkeypatch, tmp_path):

    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    forget()
    app = open_page(lang="en")
    assert "python -m hotspots import FOLDER" in app.info[0].value


def test_a_hot_spot_map_of_too_few_places_declines_to_rank_them(city):
    app = open_page("map", lang="en", measure="hot_spot")
    assert not app.exception
    # nine blocks, each the neighbour of most: the page declines to rank them, and says why
    assert any("choose smaller units" in one.value for one in app.warning)
    assert "If nothing were going on, expect" not in text(app)


def test_no_homicides_after_filtering(city):
    app = open_page(lang="en", weapon="body")
    assert not app.exception
    assert app.info[0].value.startswith("Nobody to whom these filters apply was killed in Villa Prueba, 2015–2020.")
    assert not open_page("trends", lang="en", weapon="body").exception


def test_a_damaged_store_is_refused_in_words(own_city, store):

    path = next(store.rglob("incidents.parquet"))
    path.write_bytes(path.read_bytes()[:-20] + b"x" * 20)
    forget()
    app = open_page(lang="en")
    assert not app.exception
    assert "The data cannot be shown." in app.error[0].value


@pytest.mark.parametrize(
    ("lang", "head", "fault"),
    [
        ("es", "No se pueden mostrar los datos.", "city.toml: clave desconocida 'colour'; ¿quiso decir"),
        ("en", "The data cannot be shown.", "city.toml: unknown key 'colour'; "),
    ],
)
def test_a_city_file_with_a_fault_is_refused_in_the_readers_language(city_folder, monkeypatch, lang, head, fault):

    toml = city_folder / "city.toml"
    toml.write_text('colour = "<b>red</b>"\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("HOTSPOTS_CITIES", str(city_folder.parent))
    forget()
    said = open_page(lang=lang).error[0].value
    assert said.startswith(head)
    assert fault in said.replace("\\", "")


def test_text_from_data_is_shown_letter_by_letter(city_folder, monkeypatch, tmp_path):

    note = '\n[[events]]\ndate = "2018-05-01"\ntext = { es = "<b>*a*</b> $x$", en = "<b>*a*</b> [l](http://x)" }\n'
    (city_folder / "city.toml").write_text((city_folder / "city.toml").read_text(encoding="utf-8") + note, encoding="utf-8")
    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    forget()
    cities.import_folder(city_folder)
    shown = text(open_page("trends", lang="en"))
    assert r"\<b\>\*a\*\</b\> \[l\]\(http\:\/\/x\)".replace(r"\/", "/") in shown


def english_sentences() -> list[re.Pattern[str]]:
    """Return what the catalogue translates, each as a pattern whose blanks match anything."""
    with (ROOT / "hotspots/locale/es.po").open("rb") as file:
        messages = [one for one in read_po(file) if one.id]
    found = []
    for one in messages:
        english, spanish = (part if isinstance(part, tuple) else (part,) for part in (one.id, one.string))
        for sentence in set(english) - set(spanish):
            parts = re.split(r"\{.*?\}", sentence)
            if sum(map(len, parts)) > 8:  # shorter ones are words of both languages, or of data
                found.append(re.compile(".+?".join(map(re.escape, parts)), re.DOTALL))
    return found


def everything_said(app) -> set[str]:
    """Return every sentence, label, choice and cell of a page."""
    kinds = ("title", "header", "subheader", "caption", "markdown", "info", "warning", "error")
    said = {line.strip("-*# ") for kind in kinds for element in app.get(kind) for line in str(element.value or "").split("\n")}
    for kind in ("selectbox", "multiselect", "metric", "expander", "radio", "button"):
        for element in app.get(kind):
            said |= {str(getattr(element, "label", "")), *map(str, getattr(element, "options", None) or ())}
    for frame in (*app.dataframe, *app.table):
        said |= {*map(str, frame.value.columns), *(str(cell) for column in frame.value for cell in frame.value[column])}
    return said


@pytest.mark.walk
def test_the_spanish_pages_hold_no_english(city):
    english = english_sentences()
    assert any(one.fullmatch("6 of 72 rows have no coordinates; the victims are counted and are on no map") for one in english)
    for page in PAGES:
        left = [said for said in everything_said(open_page(page, lang="es")) if any(one.fullmatch(said) for one in english)]
        assert not left, (page, left)


@pytest.mark.parametrize(("lang", "said"), [("es", "6 de 72 filas no tienen coordenadas"), ("en", "6 of 72 rows have no coordinates")])
def test_what_was_found_in_the_files_is_told_in_the_readers_language(city, lang, said):
    app = open_page("data", lang=lang)
    found = [str(text) for frame in app.dataframe for column in frame.value.select_dtypes(exclude="number") for text in frame.value[column]]
    assert any(text.startswith(said) for text in found), found


def test_a_failure_shows_a_reference_and_no_detail(city, monkeypatch, caplog):
    from hotspots.statistics import rates

    def broken(_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(rates, "overall", broken)
    app = open_page("map", lang="en")
    reference = app.error[0].value.split("reference: ")[1].rstrip(".")
    assert "secret detail" not in text(app)
    assert any(reference in record.getMessage() for record in caplog.records)


def test_the_page_fetches_every_file_of_the_map_at_once():
    frontend = ROOT / "hotspots/dashboard/map_component/frontend"
    text = (frontend / "page.js").read_text(encoding="utf-8")
    named = set(re.findall(r'"([\w./-]+)"', text[text.index("FILES = [") : text.index("];")]))
    assert named == {path.stem for path in frontend.glob("*.js")} - {"page"} | {"vendor/leaflet/leaflet-src.esm"}


def test_bars_are_a_list_with_numbers_and_hostile_values_stay_text():
    shown = charts.histogram(pd.Series({"<b>x</b>": 4, "Blade": 1, "None": 0}), words_for("en"), chosen={"Blade"})
    assert "<b>x" not in shown
    assert "&lt;b&gt;x" in shown
    assert re.findall(r"<em>(.*?)</em>", shown) == ["4", "1", "0"]
    assert re.findall(r"width:([\d.]+)%", shown) == ["100.0", "25.0"]
    assert shown.count('class="pale"') == 2


def test_every_page_has_its_line_in_the_table_of_contents():
    named = set(re.findall(r'frame\.page\("(\w+)"', (ROOT / "app.py").read_text(encoding="utf-8")))
    assert named == {path.stem for path in (ROOT / "hotspots/dashboard/restricted/pages").glob("*.py")} - {"__init__"}


def test_a_server_without_the_projects_settings_does_not_start(tmp_path: Path) -> None:
    """Elsewhere Streamlit would not read `.streamlit/config.toml`: it would listen to every network and report its use."""
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "hotspots/dashboard/serve.py"), "--server.headless", "true"]
    run = subprocess.run(command, cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert "config.toml was not read" in run.stderr
    assert f"cd {ROOT}" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_months_speak_of_a_band_only_where_there_is_one():
    months = pd.DataFrame({"count": [3.0, 4.0], "low": [float("nan"), 1.0], "complete": [True, False]})
    words = words_for("en")
    assert "Grey band" in series.months_text(months, words)
    assert "Faint points" in series.months_text(months, words)
    assert series.months_text(months.iloc[:1], words) == "Line: people killed each month. No normal range: there are too few years before."


@pytest.mark.parametrize("name", ["map", "trends", "people", "compare"])
def test_a_table_that_is_folded_away_is_made_once_it_is_opened(city, monkeypatch, name):
    opened = open_page(name, lang="en")
    monkeypatch.setattr(tables, "is_open", really_open)
    closed = open_page(name, lang="en")
    assert len(closed.dataframe) < len(opened.dataframe)
    assert [one.label for one in closed.expander] == [one.label for one in opened.expander]


def test_the_first_page_looks_for_nothing_near_its_cases(city, monkeypatch):
    """Pairs of killings near one another take minutes in a city of a million, and no line of this page tells them."""
    monkeypatch.setattr(cases, "_near", None)
    assert not open_page("", lang="en").exception
    with pytest.raises(TypeError):
        Asked.of(Selection(city=city.slug, version=city.version)).ask(cases.cases, days=27)

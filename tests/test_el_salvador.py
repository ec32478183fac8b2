"""El Salvador as bundled: the figures that others published, on the pages, in the files and on the command line."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from opened import open_page, text

from hotspots import cities
from hotspots.cli.main import main
from hotspots.drawing import charts, exports
from hotspots.questions.restricted import Asked, interventions, when
from hotspots.questions.restricted import published as questions
from hotspots.statistics import rates, trends
from hotspots.statistics.catalog import measure
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection
from hotspots.views import captions, map_view
from hotspots.views.series import series_of
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "data" / "cities" / "el-salvador"
IN_2010 = {"start": dt.date(2010, 1, 1), "end": dt.date(2011, 1, 1)}


@pytest.fixture(scope="module")
def country():
    return cities.read_folder(FOLDER)


def test_the_departments(country):
    blocks = country.blocks
    assert len(blocks) == 14
    assert blocks.geometry.is_valid.all()
    assert shapely.coverage_is_valid(blocks.geometry.to_numpy())
    assert blocks.area.sum() / 1e6 == pytest.approx(20_429.2, rel=0.03)
    names = {"Ahuachapán", "Cabañas", "Chalatenango", "Cuscatlán", "La Libertad", "La Paz", "La Unión", "Morazán", "San Miguel"}
    assert set(blocks["name"]) == names | {"San Salvador", "San Vicente", "Santa Ana", "Sonsonate", "Usulután"}
    assert (FOLDER / "raw" / "departments.geojson").stat().st_size < 150_000


def test_every_row_is_accounted_for_and_sources_that_differ_are_told(country):
    report = country.report
    assert (report.read, report.accepted, report.victims) == (30 + 14 + 36 + 5 + 28, 113, 108_956)
    assert {row.code for row in report.findings} == {"totals_differ"}
    assert (country.totals["source"] != "").all()


def test_each_year_is_told_with_the_source_that_its_row_has(country):
    raw = pd.read_csv(FOLDER / "raw" / "national_1995_2024.csv")
    runs = [list(rows) for _, rows in itertools.groupby(raw.itertuples(), key=lambda row: row.source)]
    found = Asked.about(country, Selection()).ask(when.sources_of_years).value
    told = [(row.first.year, row.last.year, row.source) for row in found[["first", "last", "source"]].rename_axis("n").itertuples()]
    assert told == [(rows[0].year, rows[-1].year, rows[0].source) for rows in runs]


def test_2010_by_department(country):
    study = Selection(**IN_2010).study(country)
    rate = rates.rate(study).round(1).rename(country.blocks["name"])
    assert (study.victims, study.inside, study.population) == (4004, 4004, 6_183_002)
    assert round(rates.overall(study).value, 2) == 64.76
    assert (rate.idxmax(), rate.max(), rate.idxmin(), rate.min()) == ("Sonsonate", 87.9, "Morazán", 18.9)
    published = country.totals.query("table == 'departments'").set_index("area")["published_rate"]
    assert (rates.rate(study).round(1) == published.reindex(study.blocks.index)).all()


def test_the_national_series(country):
    study = Selection().study(country)
    table = trends.yearly(study)
    assert study.victims == table["count"].sum() == 108_956
    assert (len(table), table["complete"].all()) == (30, True)
    counts = {str(label): n for label, n in table["count"].items()}
    assert (counts["1995"], counts["2010"], counts["2015"], counts["2024"]) == (7977, 4005, 6656, 114)
    assert table["published_rate"].isna().sum() == 2
    assert [(used.count, other.count) for used, other in study.rivals] == [
        (4005, 4004),
        (3346, 3340),
        (495, 578),
        (495, 608),
        (495, 659),
        (154, 194),
    ]
    found = Asked.about(country, Selection(city=country.slug)).ask(questions.ranges).value
    assert [(one.days.start.year, one.low, one.high) for one in found] == [
        (2023, 154, 194),
        (2022, 495, 659),
        (2018, 3340, 3346),
        (2010, 4004, 4005),
    ]


@pytest.mark.parametrize(
    ("definition", "in_2022", "in_2023", "in_all"),
    [
        ("", 495, 154, 108_956),
        ("with_alleged_gang_members", 495 + 83, 194, 108_956 + 83 + 40),
        ("with_graves", 495 + 83 + 30, 154, 108_956 + 113),
        ("with_prisons", 495 + 83 + 30 + 102 // 2, 154, 108_956 + 164),
    ],
)
def test_the_definition_is_a_choice(country, definition, in_2022, in_2023, in_all):
    study = Selection(definition=definition).study(country)
    years = trends.yearly(study)["count"]
    assert (years["2022"], years["2023"], study.victims, years.sum()) == (in_2022, in_2023, in_all, in_all)
    assert years["2015"] == 6656


def test_a_definition_that_nobody_counts_by_is_refused(country):
    with pytest.raises(DataError, match="there is no definition 'graves'; there is national, with_alleged_gang_members, with_graves"):
        Selection(definition="graves").study(country)


def test_partial_figures_are_in_no_sum(country):
    assert len(country.partial) == 6 + 8 + 7 + 7
    assert not set(country.totals["table"]) & set(country.partial["table"])
    in_2018 = Selection(start=dt.date(2018, 1, 1), end=dt.date(2019, 1, 1)).study(country)
    assert (in_2018.victims, in_2018.counts.notna().sum()) == (3346, 0)


def test_months_of_2015(country):
    table = trends.monthly(Selection().study(country))
    assert (len(table), table["count"].sum(), table["count"].idxmax()) == (12, 6656, pd.Period("2015-08", "M"))
    assert table["complete"].all()
    by_sex = {
        sex: trends.monthly(Selection(where=(("sex", (sex,)),)).study(country))["count"].sum() for sex in ("male", "female", "unknown")
    }
    assert by_sex == {"male": 6072, "female": 573, "unknown": 11}
    assert np.isnan(Selection(where=(("sex", ("female",)),)).study(country).victims)


def test_breaks_and_events_are_data(country):
    kinds = [(str(note.start.date()), note.kind) for note in country.notes]
    breaks = ["2012-01-01", "2017-01-01", "2019-07-01", "2021-05-01", "2022-04-01"]
    assert [day for day, kind in kinds if kind == "definition"] == breaks
    assert [day for day, kind in kinds if kind == "event"] == ["2012-03-01", "2019-06-01", "2022-03-27"]
    assert all(set(note.text) == {"es", "en"} for note in country.notes)


def test_the_map_of_all_the_data_is_that_of_2010(country):
    study = Selection().study(country)
    assert map_view.default_measure(study).key == "rate"
    frame = map_view.geometry("x", study.blocks)
    shown = map_view.map_view(study, measure("rate"), frame, words_for("en"), unit="blocks", called=country.called)
    assert shown.title == "Homicides per 100,000 residents a year, 2010, by departments"
    assert shown.legend_note == "2010 · on the map: 4,004 of 4,004 people killed"
    assert (shown.states == 0).all()


def test_a_year_without_departments_is_unknown_and_not_zero(country):
    study = Selection(start=dt.date(2015, 1, 1), end=dt.date(2016, 1, 1)).study(country)
    shown = map_view.map_view(study, measure("count"), map_view.geometry("x", study.blocks), words_for("es"), unit="blocks")
    assert study.victims == 6656
    assert {row.kind for row in shown.legend} == {"no_data"}
    assert exports.download_table(study, [measure("count")])["count"].isna().all()


def test_files_and_command_line(country, tmp_path, capsys):
    cities.publish(country)
    assert main(["totals", "el-salvador", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["victims"], numbers["rate"], sum(numbers["by_year"].values())) == (108_956, None, 108_956)
    assert main(["totals", "el-salvador", "--start", "2010-01-01", "--end", "2011-01-01", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["victims"], round(numbers["rate"], 2), numbers["n_areas"]) == (4004, 64.76, 14)
    out = tmp_path / "departments.csv"
    assert main(["export", "el-salvador", "--measure", "rate", "--out", str(out)]) == 0
    assert "the file is of that period" in capsys.readouterr().err
    table = pd.read_csv(out)
    assert (table["count"].sum(), table["rate"].max().round(1)) == (4004, 87.9)
    assert main(["export", "el-salvador", "--measure", "rate", "--start", "2015-01-01", "--end", "2016-01-01", "--out", str(out)]) == 1
    assert "no population" in capsys.readouterr().err
    assert main(["list"]) == 0
    assert "108,956 victims" in capsys.readouterr().out


@pytest.mark.real_data
def test_the_figures_are_those_kept_beside_the_project(country, real_data):
    folder = real_data / "el_salvador"
    if not folder.is_dir():
        pytest.skip("the figures of El Salvador are not beside the project")
    reference = json.loads((folder / "reference.json").read_text())
    assert len(country.blocks) == reference["departments"]
    assert country.blocks.area.sum() / 1e6 == pytest.approx(reference["area_km2"], rel=0.03)
    study = Selection(**IN_2010).study(country)
    told = reference["dept_2010"]
    assert (study.victims, study.population, round(rates.overall(study).value, 2)) == (
        told["homicidios"],
        told["poblacion"],
        told["tasa_nacional"],
    )
    assert Selection().study(country).victims == reference["nacional_1995_2024_total"]
    assert trends.monthly(Selection().study(country))["count"].sum() == reference["monthly_2015_total"]
    years = pd.read_csv(folder / "homicidios_nacional_1995_2024.csv")
    found = trends.yearly(Selection().study(country))
    assert found["count"].tolist() == years["homicidios"].tolist()
    pd.testing.assert_series_equal(
        found["published_rate"].reset_index(drop=True), years["tasa_100k_publicada"], check_names=False, check_dtype=False
    )


@pytest.fixture(scope="module")
def country_store(country, tmp_path_factory):
    folder = tmp_path_factory.mktemp("country") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(folder))
        cities.publish(country)
    return folder


@pytest.fixture
def published(country_store, unchanged):
    unchanged(country_store)


@pytest.mark.cases(5)
@pytest.mark.parametrize("page", ["", "map", "trends", "data", "methods"])
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("query", [{}, {"sex": "female"}, {"from": "2014-03-01", "to": "2015-06-01"}, {"weapon": "firearm"}], ids=str)
def test_no_page_fails(published, page, lang, query):
    app = open_page(page, lang=lang, **query)
    assert not app.exception
    assert not app.error


def test_a_department_stands_beside_the_country_in_the_year_that_both_are_published(published):
    app = open_page("compare", lang="en", place="block:SV-CH")
    assert not app.exception
    assert not app.error
    beside = app.dataframe[0].value
    assert beside["Place"].tolist() == ["Chalatenango", "El Salvador"]
    assert beside["People killed"].tolist() == [91, 4004]
    assert beside["Per 100,000 residents a year"].round(0).tolist() == [45, 65]
    assert [box.value for box in app.selectbox if box.label == "Place"] == ["block:SV-CH"]


def test_where_the_department_has_no_number_the_cell_says_so_in_every_language(published):
    app = open_page("compare", lang="es", place="block:SV-CH", **{"from": "2018-01-01", "to": "2019-01-01"})
    assert not app.exception
    assert not app.error
    table = app.dataframe[0]
    assert table.value["Personas asesinadas"].isna().tolist() == [True, False]
    assert table.proto.placeholder == "–"


@pytest.mark.parametrize(
    ("lang", "title", "sentence"),
    [
        ("en", "4,004 people killed in El Salvador, 2010", "2010 is the latest period within 1995–2024"),
        ("es", "4,004 personas asesinadas en El Salvador, 2010", "2010 es el último período dentro de 1995–2024"),
    ],
)
def test_a_map_stands_under_its_own_year(published, lang, title, sentence):
    app = open_page("map", lang=lang)
    assert app.title[0].value.startswith(title)
    assert sentence in text(app)
    assert "4,005" in text(app)
    assert {"en": "Departments", "es": "Departamentos"}[lang] in app.selectbox(key="choice_unit").options


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_map_page_of_2010(published, lang):
    app = open_page("map", lang=lang, place="SV-SO", **{"from": "2010-01-01", "to": "2011-01-01"})
    assert app.title[0].value.startswith("4,004 ")
    assert "64.8" in app.title[0].value
    assert [metric.value for metric in app.metric] == ["403", "87.9"]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_trend_page_shows_years_first(published, lang):
    app = open_page("trends", lang=lang)
    assert app.title[0].value.startswith(
        {"en": "114 people killed in El Salvador, 2024", "es": "114 personas asesinadas en El Salvador, 2024"}[lang]
    )
    assert [metric.value for metric in app.metric] == ["114", "1.9"]
    table = app.dataframe[0].value
    assert (len(table), table.iloc[:, 1].sum(), table.iloc[15, 2]) == (30, 108_956, 64.7)
    assert any(re.search(r'data-label="(Source|Fuente)">PNC', one.value) for one in app.get("html"))
    assert {"en": "July 1, 2019", "es": "1 de julio de 2019"}[lang] in text(app)


def test_the_first_page_says_which_number_is_right(published):
    app = open_page("", lang="en")
    rows = next(frame.value for frame in app.dataframe if "What is counted" in frame.value.columns)
    counted = rows[rows["Period"] == "2022"]["People killed"].tolist()
    assert counted == ["495", "578", "608", "659"]
    app.selectbox(key="choice_definition").select("with_prisons").run()
    assert not app.exception
    assert "counted: and half of the deaths in prison" in app.caption[0].value
    years = next(frame.value for frame in app.dataframe if "Year" in frame.value.columns)
    assert years.set_index("Year")["People killed"].loc["2022"] == 659
    assert years["People killed"].sum() == 109_120


def test_partial_figures_are_tables_with_how_many_of_all(published):
    app = open_page("", lang="en")
    assert "**8 of 262 municipalities**, January 2015 – August 2015" in text(app)
    assert "**6 of 14 departments**, 2018" in text(app)
    known = next(part.proto.body for part in app.get("html") if ">Apopa<" in part.proto.body)
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)<', known) == ["339", "155", "135", "125", "124", "116", "108", "102"]


def test_a_target_starts_from_the_last_year(published):
    answer = Asked.of(Selection(city="el-salvador")).ask(interventions.target, 10)
    assert answer.value.loc["all", "base"] == 114


@pytest.mark.parametrize(
    ("lang", "said", "other"), [("es", "cada cifra con su fuente", "each figure"), ("en", "each figure with", "cada cifra")]
)
def test_whose_figures_they_are_is_said_in_the_language_of_the_page(country, lang, said, other):
    told = " ".join(captions.whose(country, words_for(lang)))
    assert said in told
    assert other not in told
    assert {"es": "dominio público", "en": "public domain"}[lang] in told


def test_an_empty_map_is_called_unknown(published):
    app = open_page("map", lang="en", **{"from": "2015-01-01", "to": "2016-01-01"})
    assert "By departments, nothing is published for 2015: unknown, not none. Published by departments: 2010." in text(app)
    assert "6,656 people killed in El Salvador, 2015" in app.title[0].value


def test_women_are_known_for_2015_only(published):
    app = open_page("map", lang="en", sex="female")
    assert app.title[0].value == "El Salvador, 1995–2024: no total is published"
    assert "With these choices there are totals for: 2015." in text(app)


def test_numbers_in_tables_are_written_as_in_sentences(published):
    """Streamlit would write 108956 for 108,956."""
    table = open_page("compare", lang="es", place="block:SV-CH").dataframe[0]
    looks = json.loads(table.proto.columns)
    assert looks["Personas asesinadas"]["type_config"]["format"] == "%,.0f"
    assert looks["Por cada 100,000 habitantes al año"]["type_config"]["format"] == "%,.1f"
    assert "Lugar" not in looks


def test_a_year_without_a_number_keeps_its_room_on_the_axis(published):
    """A department of one known year stood beside the years of the dated lines alone: 2010, 2012, 2017."""
    words = words_for("en")
    years = Asked.of(Selection(city="el-salvador", place="block:SV-CH")).ask(when.years).value
    drawn = charts.bars(series_of(years, words), words)
    assert drawn["layer"][0]["encoding"]["x"]["scale"]["domain"] == [str(year) for year in range(1995, 2025)]

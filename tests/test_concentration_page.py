"""The concentration page without a browser: in both languages, with nothing to show, with totals only, and in step with the overview."""

from __future__ import annotations

import pytest
from opened import open_page, text

from hotspots.drawing import charts
from hotspots.questions.restricted import concentration as questions
from hotspots.statistics import concentration
from hotspots.study import Study
from hotspots.study.calendar import Days
from hotspots.study.selection import read_query
from hotspots.study.testing import square_city
from hotspots.views import data_tables
from hotspots.views.answer import Answer
from hotspots.words import words_for


@pytest.mark.cases(6)
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("query", [{}, {"unit": "districts"}, {"weapon": "blade"}, {"from": "2018-01-01", "to": "2019-01-01"}], ids=str)
def test_the_title_is_the_sentence_with_its_chance_figure(city, lang, query):
    app = open_page("concentration", lang=lang, **query)
    assert not app.exception
    assert not app.error
    words = words_for(lang)
    study = read_query(query)[0].study(city)
    found = concentration.against_chance(study)
    unit = {"en": {"districts": "districts"}, "es": {"districts": "distritos"}}[lang].get(
        query.get("unit", ""), {"en": "blocks", "es": "manzanas"}[lang]
    )
    assert app.title[0].value == concentration.sentence(found, words, unit=unit)
    assert words.percent(found.half.expected) in app.title[0].value
    if lang == "en":
        assert f"{found.homicides} homicides of {found.events} events on {found.of_units} places" in text(app)
        left_out = study.victims - study.inside
        assert (f"Anything about the {left_out} of {study.victims} people killed" in text(app)) == (left_out > 0)


def test_the_choice_of_places_goes_into_the_address(city):
    app = open_page("concentration", lang="en")
    app.selectbox(key="choice_unit").select("districts").run()
    assert app.query_params["unit"] in ("districts", ["districts"])
    assert "of 3 districts" in app.title[0].value


def test_the_places_that_last(city):
    found = concentration.stability(read_query({})[0].study(city))
    shown = text(open_page("concentration", lang="en"))
    assert f"held half of the {found.first} homicides of 2015–2019" in shown
    assert f"of the {found.second} homicides of 2020" in shown


@pytest.mark.parametrize("query", [{"weapon": "body"}, {"from": "2015-06-01", "to": "2015-07-01"}], ids=str)
def test_no_homicides_with_a_place(city, query):
    app = open_page("concentration", lang="en", **query)
    assert not app.exception
    assert not app.error
    assert "No homicides with a place match" in text(app)
    assert not open_page("", lang="en", **query).exception


def test_one_place_alone(city):
    app = open_page("concentration", lang="en", unit="city")
    assert not app.exception
    assert "There is one place only" in text(app)


def test_published_totals_show_the_reason(bundled, unchanged):
    unchanged(bundled)
    app = open_page("concentration", lang="en", city="el-salvador")
    assert not app.exception
    assert not app.error
    assert "not available, because these data are published totals" in text(app)


def test_the_chart_ends_where_both_curves_are_full():
    import pandas as pd

    curve = pd.DataFrame(
        {
            "unit_share": [0, 0.25, 0.5, 1],
            "observed": [0, 0.9, 1, 1],
            "expected": [0, 0.5, 1, 1],
            "low": [0, 0.4, 1, 1],
            "high": [0, 0.6, 1, 1],
        },
        index=pd.Index([0, 1, 2, 4], name="units"),
    )
    spec = charts.lorenz_curve(curve, words_for("en"))
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 0.5]
    assert len(spec["data"]["values"]) == 4


def test_the_table_of_a_curve_with_gaps_has_each_of_its_steps():
    study = Study.of(*square_city([(5, 5)] * 8, side=60))
    found = concentration.against_chance(study)
    answer = Answer(found, 8, Days(study.start, study.end), "", rows=lambda: data_tables.curve(found))
    assert len(found.curve) < found.of_units
    assert questions.steps(answer)["places"].tolist() == [36, 72, 180, 360, 720, 1080, 1440, 1800]

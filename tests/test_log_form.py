"""The forms of the log of interventions: what is changed there is written, kept, drawn on every chart that it crosses, and in the files."""

from __future__ import annotations

import datetime as dt
import io

import pandas as pd
import pytest
from opened import asked, open_page, text
from PIL import Image
from seen import watch

from hotspots.cities import logbook
from hotspots.cities.logbook import Entry
from hotspots.words import words_for

HOSTILE = '=HYPERLINK("http://x") <script>alert(1)</script> **b** $x$ ${y} [l](http://x) | `c`'
CHANGE, REMOVE, ADD = "Keep the change (the former wording stays in the history)", "Take out (it stays in the history)", "Add to the log"


@pytest.fixture
def city(own_city):
    return own_city


@pytest.fixture
def entry(city):
    """Return an entry of the small city that treats one block and compares a row of blocks with it."""
    some = Entry(
        "", {"en": "Plan One", "es": "Plan Uno"}, pd.Timestamp("2017-03-01"), pd.Timestamp("2018-03-01"), ("b00",), ("district:row 1",)
    )
    return logbook.add(city.slug, some, blocks=city.blocks, notes=city.notes)


@pytest.fixture
def see(monkeypatch):
    return watch(monkeypatch)


def kept(city):
    return logbook.read(city.slug, city.notes)


def second(elements, label):
    """Return the field of the form that changes an entry: the first one with its label is that of the form that adds one."""
    return [one for one in elements if one.label == label][1]


def press(app, label):
    return next(one for one in app.button if one.label == label).click().run()


def test_everything_of_an_entry_can_be_changed(city, entry):
    app = open_page("interventions", lang="en", entry=entry.id)
    second(app.text_input, "What was done").set_value("Lights on Main Street")
    second(app.date_input, "First day").set_value(dt.date(2018, 5, 1))
    second(app.date_input, "Last day (empty: it goes on)").set_value(dt.date(2019, 4, 30))
    next(one for one in app.text_input if one.label == "Treated areas").set_value("b01, b02")
    next(one for one in app.text_input if one.label == "Comparison areas").set_value("district:row 2; b10")
    second(app.text_area, "Note").set_value("Paid by the city")
    press(app, CHANGE)
    assert not app.exception
    assert not app.error
    new = kept(city).entry(entry.id)
    assert new.name == {"en": "Lights on Main Street", "es": "Plan Uno"}
    assert (new.start, new.end) == (pd.Timestamp("2018-05-01"), pd.Timestamp("2019-05-01"))
    assert (new.treated, new.comparison) == (("b01", "b02"), ("district:row 2", "b10"))
    assert new.note == {"en": "Paid by the city"}
    assert app.title[0].value.startswith("Lights on Main Street: ")
    assert "From May 1, 2018 to April 30, 2019" in text(app)
    assert "Paid by the city" in text(app)
    assert asked(app)["entry"] == entry.id
    assert [(one.action, one.entry.name["en"]) for one in kept(city).changes] == [("add", "Plan One"), ("edit", "Lights on Main Street")]


def test_saving_without_a_change_changes_nothing(city, entry):
    press(open_page("interventions", lang="en", entry=entry.id), CHANGE)
    assert kept(city).entry(entry.id) == entry


def test_an_emptied_end_goes_on_and_an_emptied_area_is_the_whole_place(city, entry):
    app = open_page("interventions", lang="en", entry=entry.id)
    second(app.date_input, "Last day (empty: it goes on)").set_value(None)
    for label in ("Treated areas", "Comparison areas"):
        next(one for one in app.text_input if one.label == label).set_value("")
    press(app, CHANGE)
    assert (kept(city).entry(entry.id).end, kept(city).entry(entry.id).treated) == (None, ())
    assert "Since March 1, 2017" in text(app)
    assert app.table[-1].value["Areas"].iloc[0] == "The whole place"


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("label", "value", "reason"),
    [
        ("Treated areas", "b00, b77", "b77"),
        ("Comparison areas", "b00", "treated and compared with"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(city, entry, label, value, reason):
    app = open_page("interventions", lang="en", entry=entry.id)
    next(one for one in app.text_input if one.label == label).set_value(value)
    press(app, CHANGE)
    assert "Nothing was written." in app.error[0].value
    assert reason in app.error[0].value
    assert kept(city).entry(entry.id) == entry
    assert len(kept(city).changes) == 1


def test_an_emptied_name_falls_back_to_the_other_language_and_the_last_one_is_refused(city, entry):
    app = open_page("interventions", lang="en", entry=entry.id)
    second(app.text_input, "What was done").set_value("  ")
    press(app, CHANGE)
    assert kept(city).entry(entry.id).name == {"es": "Plan Uno"}
    assert app.title[0].value.startswith("Plan Uno: ")
    spanish = open_page("interventions", lang="es", entry=entry.id)
    second(spanish.text_input, "Qué se hizo").set_value("")
    press(spanish, words_for("es").say(CHANGE))
    assert "no tiene nombre" in spanish.error[0].value
    assert kept(city).entry(entry.id).name == {"es": "Plan Uno"}


def test_an_end_before_the_start_is_refused(city, entry):
    app = open_page("interventions", lang="en", entry=entry.id)
    second(app.date_input, "Last day (empty: it goes on)").set_value(dt.date(2016, 1, 1))
    press(app, CHANGE)
    assert "Nothing was written." in app.error[0].value
    assert kept(city).entry(entry.id) == entry


def test_a_cleared_first_day_is_asked_for_and_changes_nothing(city, entry):
    app = open_page("interventions", lang="en", entry=entry.id)
    second(app.date_input, "First day").set_value(None)
    press(app, CHANGE)
    assert "Give the first day." in app.error[0].value
    assert kept(city).entry(entry.id) == entry


def test_the_entry_on_the_page_is_the_one_that_is_changed(city, entry):
    other = logbook.add(city.slug, Entry("", {"en": "Plan Two"}, pd.Timestamp("2019-01-01")), blocks=city.blocks, notes=city.notes)
    app = open_page("interventions", lang="en", entry=other.id)
    second(app.text_input, "What was done").set_value("Plan Three")
    press(app, CHANGE)
    assert [one.name["en"] for one in kept(city).entries] == ["Plan One", "Plan Three"]


def test_another_language_gets_its_own_name(city, entry):
    app = open_page("interventions", lang="es", entry=entry.id)
    assert app.title[0].value.startswith("Plan Uno: ")
    second(app.text_input, "Qué se hizo").set_value("Plan Dos")
    press(app, words_for("es").say(CHANGE))
    assert kept(city).entry(entry.id).name == {"en": "Plan One", "es": "Plan Dos"}


def rules(seen):
    """Return the dated lines of the charts of a page, with their words."""
    layers = [layer for spec in seen.charts for layer in spec["layer"] if "data" in layer and "data" in layer]
    return {(row["month"], row["text"]) for layer in layers for row in layer["data"]["values"] if {"month", "text"} <= set(row)}


@pytest.mark.walk
def test_a_change_moves_on_every_chart_that_it_crosses(city, entry, see):
    before = {("2017-03-01", "Plan One"), ("2018-03-01", "end of Plan One")}
    for page in ("", "trends", "interventions"):
        assert before <= rules(see(page, lang="en", entry=entry.id)), page
    app = open_page("interventions", lang="en", entry=entry.id)
    second(app.text_input, "What was done").set_value("Lights")
    second(app.date_input, "First day").set_value(dt.date(2017, 6, 1))
    second(app.date_input, "Last day (empty: it goes on)").set_value(None)
    press(app, CHANGE)
    for page in ("", "trends", "interventions"):
        drawn = rules(see(page, lang="en", entry=entry.id))
        assert ("2017-06-01", "Lights") in drawn, page
        assert not before & drawn, page
        assert not any("end of" in words for _, words in drawn)


@pytest.mark.walk
def test_what_is_taken_out_is_on_no_chart_and_stays_in_the_history(city, entry, see):
    app = open_page("interventions", lang="en", entry=entry.id)
    next(one for one in app.selectbox if one.label == "Take out of the log").select("Plan One (2017)")
    press(app, REMOVE)
    assert not app.exception
    assert kept(city).entries == ()
    assert [one.action for one in kept(city).changes] == ["add", "remove"]
    assert "The log of this place is empty" in text(app)
    for page in ("", "trends"):
        assert rules(see(page, lang="en")) == set()


def test_a_hostile_name_stays_text_in_forms_charts_and_files(city, entry, see):
    app = open_page("interventions", lang="en", entry=entry.id)
    second(app.text_input, "What was done").set_value(HOSTILE)
    second(app.text_area, "Note").set_value(HOSTILE)
    press(app, CHANGE)
    assert kept(city).entry(entry.id).name["en"] == HOSTILE
    assert "<script>" not in text(app)
    assert r"\*\*b\*\*" in text(app)
    seen = see("interventions", lang="en", entry=entry.id)
    assert ("2017-03-01", HOSTILE) in rules(seen)
    for key in seen.made:
        assert "/" not in seen.names[key]
        assert "<" not in seen.names[key]
    assert Image.open(io.BytesIO(seen.bytes("series_intervention.png"))).format == "PNG"
    log = seen.file("download_log")
    assert log["name"].tolist() == ["'" + HOSTILE]  # a spreadsheet would run what starts with =
    assert log["note"].tolist() == ["'" + HOSTILE]


def test_the_series_as_a_file_and_as_a_picture(city, entry, see):
    seen = see("interventions", lang="en", entry=entry.id)
    series = seen.file("series_intervention.csv")
    assert seen.names["series_intervention.csv"] == "villa-prueba_v1_intervention_2015-01-01_2020-12-31_n72_not-for-publication.csv"
    assert seen.names["series_intervention.png"] == "villa-prueba_v1_intervention_2015-01-01_2020-12-31_n72_not-for-publication.png"
    # block b00 has a homicide in January and July (6 months apart), from 2015 on; the series ends where the plan ended, in February 2018
    assert series.columns.tolist() == ["start", "count", "mean", "side", "comparison", "about"]
    assert series["start"].iloc[[0, -1]].tolist() == ["2015-03-01", "2017-12-01"]
    assert series["count"].sum() == 6
    assert series["side"].tolist() == [0] * 8 + [1] * 4
    picture = Image.open(io.BytesIO(seen.bytes("series_intervention.png")))
    assert picture.width > 1000
    assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


def test_the_log_as_a_file(city, entry, see):
    log = see("interventions", lang="en", entry=entry.id).file("download_log")
    row = log.iloc[0]
    assert (row["id"], row["name"], row["start"], row["last"]) == (entry.id, "Plan One", "2017-03-01", "2018-02-28")
    assert (row["treated"], row["comparison"]) == ("b00", "district:row 1")

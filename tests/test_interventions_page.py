"""The page "Did it work?": its numbers are those of the command, hostile text stays text, and every city opens."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from opened import asked, open_page, text
from real_cities import chicago_toml, philadelphia_toml

from hotspots import cities
from hotspots.cities import logbook, plans
from hotspots.cities.logbook import Entry
from hotspots.cli.main import main
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted import interventions as questions
from hotspots.statistics import interventions
from hotspots.study.selection import Selection
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = "<b>*a*</b> $x$ <script>alert(1)</script>"


@pytest.fixture
def albatros(bundled, unchanged):
    unchanged(bundled)
    return cities.load("puerto-albatros")


@pytest.fixture
def own_albatros(bundled, store, none_bundled):
    shutil.copytree(bundled / "puerto-albatros", store / "puerto-albatros")
    return cities.load("puerto-albatros")


@pytest.mark.cases(1)
@pytest.mark.parametrize("query", [{}, {"weapon": "firearm"}, {"from": "2019-07-01"}, {"from": "2018-01-01", "to": "2023-01-01"}], ids=str)
def test_the_title_is_the_sentence_of_the_command(albatros, query, capsys):
    app = open_page("interventions", lang="en", **query)
    assert not app.exception
    flags = [part for key, value in query.items() for part in ({"from": "--start", "to": "--end"}.get(key, "--where"), value)]
    flags = ["weapon=firearm" if part == "firearm" else part for part in flags]
    assert main(["evaluate", "puerto-albatros", "quiet-docks-plan-2021-03-01", "--language", "en", *flags]) == 0
    said = capsys.readouterr().out.splitlines()
    assert app.title[0].value == "Quiet Docks plan: " + said[0]
    assert said[1] in text(app)
    areas = app.table[0].value
    assert main(["evaluate", "puerto-albatros", "quiet-docks-plan-2021-03-01", "--json", *flags]) == 0
    told = json.loads(capsys.readouterr().out)
    before = next(one for one in told["designs"] if one["design"] == "before_after")["facts"]["before"]
    assert areas["Before"].iloc[0].startswith(f"{before:,.0f} (")


def test_an_unknown_entry_in_the_address_shows_the_first(albatros):
    app = open_page("interventions", lang="en", entry="<script>", target="77")
    assert not app.exception
    assert app.title[0].value.startswith("Quiet Docks plan")
    assert app.slider[0].value == 10


@pytest.mark.parametrize(("end", "rows"), [("2024-12-01", 1), ("2025-01-01", 2)])
def test_a_period_too_short_for_three_months_at_a_time_shows_months(albatros, end, rows):
    app = open_page("interventions", lang="en", **{"from": "2024-11-01", "to": end})
    assert not app.exception
    assert not app.error
    (series,) = (one.value for one in app.dataframe if "These areas" in one.value.columns)
    entry = logbook.read("puerto-albatros", albatros.notes).entries[0]
    treated, _ = logbook.find_areas(albatros.blocks, entry.treated)
    study = Selection(start=dt.date(2024, 11, 1), end=dt.date.fromisoformat(end), unit="blocks").study(albatros)
    events = study.rows.loc[study.unit_of.isin(treated).to_numpy(), "event_id"].nunique()
    assert len(series) == rows
    assert series["These areas"].sum() == events


def test_the_target_is_in_the_address(albatros):
    app = open_page("interventions", lang="en")
    app.slider[0].set_value(20).run()
    assert asked(app)["target"] == "20"
    assert "a fall of 20% a year means 39.2 fewer in the first year" in text(app)


def test_an_event_of_the_city_can_be_asked_after(albatros):
    events = logbook.read("puerto-albatros", albatros.notes).events
    app = open_page("interventions", lang="en", entry=events[0].id)
    assert not app.exception
    assert "not an entry of the log" in text(app)


@pytest.mark.walk
def test_hostile_names_stay_text_on_every_page(own_albatros):
    start, end = pd.Timestamp("2020-01-01"), pd.Timestamp("2022-01-01")
    entry = Entry("", {"en": HOSTILE}, start, end, ("beat:C55",), note={"en": HOSTILE})
    new = logbook.add("puerto-albatros", entry, blocks=own_albatros.blocks, notes=own_albatros.notes)
    for page in ("", "trends", "interventions"):
        app = open_page(page, lang="en", entry=new.id)
        assert not app.exception
        shown = " ".join([text(app), *(table.value.to_csv() for table in app.table)])
        assert "<b>*a*</b>" not in shown
        assert r"\<b\>\*a\*\</b\>" in shown
    assert "end of" in text(open_page("trends", lang="en"))


def test_the_form_writes_into_the_log(own_albatros):
    app = open_page("interventions", lang="en")
    app.text_input[0].set_value("Street outreach")
    app.date_input[0].set_value(pd.Timestamp("2022-01-01").date())
    next(one for one in app.multiselect if one.label == "Treated areas").select("beat:C55")
    next(one for one in app.button if one.label == "Add to the log").click().run()
    assert not app.exception
    log = logbook.read("puerto-albatros", own_albatros.notes)
    assert log.entry("street-outreach-2022-01-01").treated == ("beat:C55",)
    assert asked(app)["entry"] == "street-outreach-2022-01-01"


def test_boston_opens_on_every_page(bundled, unchanged):
    unchanged(bundled)
    for page in ("", "map", "trends", "concentration", "interventions", "data", "methods"):
        for lang in ("es", "en"):
            app = open_page(page, lang=lang, city="boston-ceasefire")
            assert not app.exception, page
            assert not app.error, page
    assert "There is no map for these data" in text(open_page("map", lang="en", city="boston-ceasefire"))
    assert "no rate is published" in text(open_page("", lang="en", city="boston-ceasefire"))
    table = open_page("interventions", lang="en", city="boston-ceasefire").table[1].value
    assert table["Effect"].iloc[0] == "−64%"


def test_el_salvador_says_plainly_that_it_cannot_be_evaluated(bundled, unchanged):
    unchanged(bundled)
    app = open_page("interventions", lang="en", city="el-salvador")
    assert not app.exception
    assert "Not evaluable: no months are published" in app.title[0].value
    names = app.selectbox(key="choice_entry").options
    assert [name[-6:] for name in names] == ["(2012)", "(2019)", "(2022)"]


@pytest.mark.walk
@pytest.mark.real_data
@pytest.mark.parametrize("name", ["philadelphia", "chicago"])
def test_a_hypothetical_entry_on_a_real_city(name, real_data, tmp_path, none_bundled):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "city.toml").write_text({"philadelphia": philadelphia_toml, "chicago": chicago_toml}[name](real_data), encoding="utf-8")
    city = cities.import_folder(folder)
    blocks = city.blocks
    study = Selection(city=name, unit="blocks").study(city)
    most = study.counts.sort_values(ascending=False, kind="stable").index
    entry = Entry("", {"en": "Hypothetical"}, pd.Timestamp("2013-06-01"), treated=tuple(most[:6]), comparison=tuple(most[6:12]))
    new = logbook.add(city.slug, entry, blocks=blocks, notes=city.notes)
    found = interventions.evaluate(study, new, notes=city.notes)
    assert found.lead is not None
    assert found.case.months["treated"].sum() == sum(found.case.halves("treated")[side].sum() for side in (0, 1))
    assert not found.case.areas["ring"].intersection(found.case.areas["treated"]).size


def test_a_unit_cost_has_no_default_and_a_reader_may_type_one(bundled, unchanged):
    unchanged(bundled)
    plain, typed = (open_page("interventions", lang="en", city="el-salvador", **query) for query in ({}, {"cost": "1500000"}))
    assert "a homicide (" not in text(plain)
    said = text(typed).replace("\\", "")
    assert f"At 1,500,000 a homicide (your own figure): {114 * 1_500_000:,} a year now" in said


def test_the_unit_cost_of_the_city_file(city_folder, none_bundled):
    file = city_folder / "city.toml"
    costs = '[costs]\nhomicide = 1000\ncurrency = "USD"\nyear = 2019\nsource = "Ministry"\n'
    file.write_text(file.read_text(encoding="utf-8") + "\n" + costs, encoding="utf-8")
    about = Asked.of(Selection(city=cities.import_folder(city_folder).slug))
    found, base = about.ask(questions.cost, 10), about.ask(questions.target, 10).value.loc["all", "base"]
    assert found.value.a_year == base * 1000
    assert found.value.less == about.ask(questions.target, 10).value.loc["all", "total"] * 1000
    assert "(2019, Ministry)" in found.sentence(words_for("en"))
    assert about.at(cost=7).ask(questions.cost, 10).value.unit == 7


@pytest.mark.walk
def test_areas_that_began_apart_and_a_plan_stand_on_the_page(own_albatros):
    start, later = pd.Timestamp("2020-01-01"), pd.Timestamp("2021-06-01")
    some = Entry(
        "", {"en": "Street outreach"}, start, None, ("beat:C21", "beat:C55"), ("beat:C31", "beat:C32"), starts=(("beat:C55", later),)
    )
    new = logbook.add("puerto-albatros", some, blocks=own_albatros.blocks, notes=own_albatros.notes)
    plans.register("puerto-albatros", new.id, HOSTILE, design="comparison", notes=own_albatros.notes)
    app = open_page("interventions", lang="en", entry=new.id)
    assert not app.exception
    shown = text(app)
    assert "Its areas began on different days (2); each is compared from its own." in shown
    assert "after the start (code " in shown.replace("\\", "")
    assert "<b>*a*</b>" not in shown
    assert r"\<b\>\*a\*\</b\>" in shown
    checks = next(one.value for one in app.table if "Result" in one.value.columns)
    assert checks.loc["Was a plan registered before the start?", "Result"] == "no: see above"
    assert len(checks) == 17


@pytest.mark.walk
def test_the_form_registers_a_plan(own_albatros):
    app = open_page("interventions", lang="en")
    next(one for one in app.text_area if one.label == "What will be looked at, and when").set_value("Fewer killings in 2025.")
    next(one for one in app.button if one.label.startswith("Register (it stays")).click().run()
    assert not app.exception
    log = logbook.read("puerto-albatros", own_albatros.notes)
    assert plans.of_entry(log, log.entries[0]).last.text == "Fewer killings in 2025."
    assert "Plan registered on" in text(app)

"""One study, one number: over a grid of choices every page, table, chart and file say the same."""

from __future__ import annotations

import io
import itertools
import json
import re

import pandas as pd
import pytest
from conftest import TORTURE
from opened import open_page, text

from hotspots.cli.main import main
from hotspots.drawing import exports
from hotspots.statistics import rates, trends
from hotspots.statistics.catalog import measure
from hotspots.study.selection import read_query
from hotspots.views import captions
from hotspots.words import words_for

EN = words_for("en")
PERIODS = ({}, {"from": "2017-01-01", "to": "2019-01-01"}, {"from": "2016-03-01", "to": "2019-08-01"})
WHERES = ({}, {"weapon": "firearm"}, {"weapon": "blade", "sex": "female"})
UNITS = ("blocks", "districts", "city")
DATED = ("trends", "people")  # their title names a period of its own, with who was killed in it
WHOLE = list(itertools.product(range(3), repeat=3))
# Every two choices meet once; a torture run asks for all three of each together.
CHOSEN = WHOLE if TORTURE else [(i, j, k) for i, j, k in WHOLE if k == (i + j) % 3]
GRID = [{**PERIODS[i], **WHERES[j], "unit": UNITS[k]} for i, j, k in CHOSEN]
DIAGONAL = GRID[::3] if TORTURE else [GRID[0], GRID[4], GRID[8]]
IN_PLACES = [
    {"unit": "blocks", "place": "district:row 1"},
    {**PERIODS[1], "weapon": "firearm", "unit": "districts", "place": "district:row 0"},
    {"unit": "blocks", "place": "block:b00"},
]
GRID += IN_PLACES


def study_of(city, query):
    selection, strange = read_query(query)
    assert strange == ()
    return selection.study(city)


@pytest.mark.cases(5)
@pytest.mark.parametrize("query", GRID, ids=lambda query: "&".join(f"{name}={value}" for name, value in query.items()))
def test_the_map_page_its_table_and_the_file(city, query):
    study = study_of(city, query)
    exported = exports.download_table(study, [measure("rate")])
    app = open_page("map", lang="en", measure="rate", **query)
    assert not app.exception
    shown = app.dataframe[0].value
    by_name = exported.set_index("name")
    assert shown["People killed"].sum() == exported["count"].sum() == study.inside
    for _, row in shown.iterrows():
        one = by_name.loc[row["Place"]]
        assert row["People killed"] == one["count"]
        for column, key in (("Homicides per 100,000 residents a year", "rate"), ("from (95%)", "rate_low"), ("to (95%)", "rate_high")):
            assert (pd.isna(row[column]) and pd.isna(one[key])) or row[column] == round(one[key], 2)
    said = text(app)
    assert f"On the map: {study.inside} of {study.victims} people killed." in said
    without, outside = (int(n) for n in re.findall(r"(?:usable place|mapped area): (\d+)", said))
    assert study.inside + without + outside == study.victims
    assert app.title[0].value.startswith(f"{study.victims} people killed in {captions.subject(city, study, EN)}")
    csv = pd.read_csv(io.StringIO(exports.csv(exported)))
    assert csv["count"].sum() == study.inside


@pytest.mark.cases(1)
@pytest.mark.parametrize("query", IN_PLACES, ids=lambda query: query["place"])
def test_the_command_and_the_pages_of_a_place(city, query, capsys):
    study = study_of(city, query)
    words = ["--unit", query["unit"], "--place", query["place"]]
    words += [part for name, key in (("--start", "from"), ("--end", "to")) if key in query for part in (name, query[key])]
    words += ["--where", f"weapon={query['weapon']}"] if "weapon" in query else []
    assert main(["totals", "villa-prueba", *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["victims"], told["inside"], told["population"]) == (study.victims, study.inside, study.population)
    assert main(["table", "villa-prueba", *words, "months"]) == 0
    months = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert months["count"].sum() == study.victims
    for page in ("", "map", "trends", "people"):
        app = open_page(page, lang="en", **query)
        assert not app.exception
        assert not app.error
        assert captions.place_name(study.place, EN) in (app.caption[0].value.split(" · ") if page else [app.title[0].value])
        counted = [part for one in app.caption for part in one.value.split(" · ")]
        assert f"{study.victims} people killed" in counted or page in DATED
        shown = exports.file_name(city, study, [], ".csv", unit="blocks")
        assert query["place"].replace(":", "-").replace(" ", "-") in shown


def test_a_place_that_does_not_exist_says_so(city):
    app = open_page("map", lang="en", place="district:row 9")
    assert "Villa Prueba has no District" in app.info[0].value
    assert app.caption[0].value.startswith("2015–2020 · all homicides · 72 people killed")


@pytest.mark.cases(1)
@pytest.mark.parametrize("query", DIAGONAL, ids=lambda query: "&".join(f"{name}={value}" for name, value in query.items()))
def test_overview_and_trends(city, query):
    study = study_of(city, query)
    latest, months, years = trends.latest(study), trends.monthly(study), trends.yearly(study)
    assert months["count"].sum() == years["count"].sum() == study.victims
    first = open_page("", lang="en", **query)
    assert not first.exception
    assert any(one.value.startswith(f"{study.victims} people killed · ") for one in first.caption)
    killed = "person killed" if latest.count == 1 else "people killed"  # the same number and verdict as on the page Trends
    assert first.header[0].value.startswith(f"{latest.count} {killed}, ")
    assert ("within the normal range" in first.header[0].value) == (latest.verdict == "within")
    app = open_page("trends", lang="en", **query)
    assert not app.exception
    values = [metric.value for metric in app.metric]
    assert EN.number(latest.count) in values
    assert EN.rate(rates.estimate(latest.exposed, latest.person_years).value) in values
    if latest.range:
        assert f"{latest.range.low}–{latest.range.high}" in values
    tables = [frame.value for frame in app.dataframe]
    by_year = next(table for table in tables if "Year" in table.columns)
    assert tables[0]["People killed"].sum() == by_year["People killed"].sum() == study.victims

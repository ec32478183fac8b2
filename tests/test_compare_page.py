"""The page that compares places: its numbers are those of the funnel, its order the alphabet, in both languages and with totals only."""

from __future__ import annotations

import json
import re

import pytest
from opened import open_page, text

from hotspots import cities, geography
from hotspots.drawing.charts import funnel
from hotspots.statistics import rates, trends
from hotspots.study import places
from hotspots.study.selection import read_query
from hotspots.words import words_for

QUERIES = [{}, {"unit": "districts"}, {"weapon": "blade"}, {"unit": "districts", "from": "2018-01-01", "to": "2019-01-01"}]


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_the_page_says_what_the_funnel_finds(city, lang, query):
    app = open_page("compare", lang=lang, **query)
    assert not app.exception
    assert not app.error
    study = read_query(query)[0].study(city)
    found = rates.funnel(study)
    count = found.verdicts()
    shown = app.title[0].value
    assert str(len(found.table)) in shown
    if count["above"] or count["below"]:
        assert f"{count['above']}" in shown
        assert f"{count['below']}" in shown
    assert words_for(lang).number(found.outside_by_chance(), 1) in text(app)
    assert str(int(found.table["count"].sum())) in text(app)


def test_the_table_is_in_the_order_of_names_and_equals_the_export(city):
    from hotspots.drawing.exports import download_table
    from hotspots.statistics.catalog import measure

    study = read_query({"unit": "blocks"})[0].study(city)
    table = open_page("compare", lang="en", unit="blocks").dataframe[0].value
    shown = table.set_index(table["Place"].map({name: unit for unit, name in geography.names(study.blocks).items()}))
    assert shown["Place"].tolist() == sorted(shown["Place"])
    file = download_table(study, [measure("excess_risk"), measure("rate")]).set_index("id").loc[shown.index]
    assert (shown["People killed"] == file["count"]).all()
    assert shown["Per 100,000 residents a year"].tolist() == file["rate"].round(1).tolist()
    assert shown["from (95%)"].tolist() == file["rate_low"].round(1).tolist()
    assert (file["count"] / file["excess_risk"]).dropna().round(1).tolist() == shown["Expected"][file["count"] > 0].tolist()


@pytest.mark.parametrize("widened", [False, True])
def test_the_chart_holds_every_place_and_is_plain_data(city, widened):
    study = read_query({})[0].study(city)
    found = rates.funnel(study)
    spec = funnel.spec(found, geography.names(study.blocks), rates.rate_of_all(study), words_for("en"), widened=widened)
    signs = next(layer for layer in spec["layer"] if layer["mark"].get("type") == "point")
    assert len(signs["data"]["values"]) == len(found.table)
    json.dumps(spec, allow_nan=False)


@pytest.mark.parametrize("query", [{"weapon": "body"}, {"from": "2015-06-01", "to": "2015-07-01"}], ids=str)
def test_nothing_to_compare(city, query):
    app = open_page("compare", lang="en", **query)
    assert not app.exception
    assert not app.error
    assert "not available, because no homicide with a place" in text(app)


def test_one_place_alone(city):
    assert "There is one place only" in text(open_page("compare", lang="en", unit="city"))


def test_one_block_of_a_city_stands_beside_chance_and_not_beside_itself(city):
    study = read_query({"unit": "blocks"})[0].study(city)
    one, name = rates.funnel(study).table["verdict"].index[0], geography.names(study.blocks).iloc[0]
    app = open_page("compare", lang="en", unit="blocks", place=f"block:{one}")
    assert not app.exception
    assert app.title[0].value == f"{name}: {funnel.VERDICTS[rates.funnel(study).table['verdict'].iloc[0]]}"
    assert "Were all" not in text(app)


def test_published_totals_are_compared_too(bundled, unchanged):
    unchanged(bundled)
    app = open_page("compare", lang="en", city="el-salvador")
    assert not app.exception
    assert not app.error
    assert app.title


@pytest.mark.cases(1)
@pytest.mark.parametrize("whole", [True, False])
def test_the_rates_of_two_places_stand_side_by_side_on_one_scale(city, whole):
    place, other = [text for text in places.offered(city) if text.startswith("district:")][:2]
    beside = "" if whole else other
    app = open_page("compare", lang="en", place=place, beside=beside)
    assert not app.exception
    tables = [
        trends.monthly(read_query({"unit": "blocks", "place": text})[0].study(city)).dropna(subset=["rate"]) for text in (place, beside)
    ]
    specs = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")[:2]]
    shown = next(one.value for one in app.dataframe if "12 months to" in one.value)
    for table, at in zip(tables, (1, 4), strict=True):
        assert shown.iloc[::-1, at].dropna().tolist() == table["rate"].round(1).tolist()
    tops = [layer["encoding"]["y"]["scale"]["domainMax"] for spec in specs for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert tops == [max(table["rate_high"].max() for table in tables)] * 2


def test_what_chance_does_not_explain_is_named_first_by_name(bundled, unchanged):
    unchanged(bundled)
    app = open_page("compare", lang="en", city="puerto-albatros")
    found = rates.funnel(read_query({"city": "puerto-albatros"})[0].study(cities.load("puerto-albatros")))
    outside = found.table.index[found.table["verdict"] != "within"]
    drawn = next(part.proto.body for part in app.get("html") if "The places that chance does not explain" in part.proto.body)
    named = re.findall(r'<th scope="row"[^>]*>([^<]*)<', drawn)
    assert named == sorted(geography.names(cities.load("puerto-albatros").blocks)[outside])[:12]
    assert f"{len(outside) - 12} more are marked" in text(app)

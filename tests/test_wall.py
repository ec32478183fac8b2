"""The wall without a browser: which places it turns through, that it says what the panel says, and what it does without cases."""

from __future__ import annotations

import pandas as pd
from opened import open_page, text

from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import panel, wall
from hotspots.questions.restricted import here
from hotspots.study import places
from hotspots.study.selection import Selection
from hotspots.views import wall as described
from hotspots.views.range_bar import range_bar
from hotspots.words import words_for


def chosen(city, **choices) -> Chosen:
    selection = Selection(city=city.slug, version=city.version, unit="blocks", language="en", **choices)
    return Chosen(selection, words_for("en"), city)


def test_it_turns_through_the_city_and_its_districts_and_the_place_chosen(albatros):
    found = wall.turned_through(chosen(albatros))
    districts = set(albatros.blocks["district"].dropna())
    assert next(iter(found)) == ""
    assert {text.partition(":")[2] for text in found if text} == districts
    beat = str(albatros.blocks["beat"].dropna().iloc[0])
    assert next(iter(wall.turned_through(chosen(albatros, place=f"beat:{beat}")))) == f"beat:{beat}"


def test_a_slide_says_what_the_panel_says(albatros, bundled, unchanged):
    unchanged(bundled)
    district = str(albatros.blocks["district"].dropna().iloc[0])
    of_place = chosen(albatros, place=f"district:{district}")
    said = wall.slide(of_place)
    answer = of_place.whole.ask(here.here)
    year = next(one for one in answer.value.now if one.span == here.YEAR)
    rows = of_place.everywhere.study.rows
    last = rows[(places.block_of(albatros).map(albatros.blocks["district"]) == district).reindex(rows.index)]
    last = last[last["date"] >= albatros.end - pd.Timedelta(days=365)]
    assert said["first"]["number"] == str(len(last)) == str(year.count)
    assert said["first"]["bar"] == list(range_bar(year.judged, year.low, year.high))
    assert panel.own_rate(of_place) in said["lines"]
    assert [one["number"] for one in said["others"]] == [str(one.count) for one in answer.value.now if one.span != here.YEAR]
    assert said["around"]
    assert said["series"]["counts"][-1] == int(said["series"]["last"])
    assert len(said["series"]["counts"]) == described.MOST_MONTHS


def test_the_series_ends_with_the_last_whole_month():
    months = pd.period_range("2010-01", periods=130, freq="M")
    table = pd.DataFrame({"count": range(130), "low": 0.0, "high": 9.0, "complete": [True] * 129 + [False]}, index=months)
    found = described.series(table, words_for("en"))
    assert found["counts"] == list(range(9, 129))
    assert found["years"] == [[3 + 12 * n, str(2011 + n)] for n in range(10)]  # from October 2010


def test_totals_say_why_there_is_no_wall(bundled, unchanged, none_bundled):
    unchanged(bundled)
    said = text(open_page("wall", city="el-salvador", lang="es"))
    assert "no disponible, porque estos datos son totales publicados: no se conoce el día de cada homicidio" in said

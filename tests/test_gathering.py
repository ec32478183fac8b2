"""Places where people gather: counted in each unit, compared with where a layer of the city has them, and in no release."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from opened import open_page, text

from hotspots.cli.main import main
from hotspots.dashboard.restricted import frame
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted import clusters as questions
from hotspots.release import facts
from hotspots.statistics import clusters
from hotspots.statistics.catalog import measure
from hotspots.statistics.clusters import exact_window
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.gathering import KIND, counted, places_of
from hotspots.study.selection import Selection
from hotspots.study.testing import square_blocks, square_city
from hotspots.views import map_view
from hotspots.words import words_for

BARS = gpd.GeoSeries(shapely.points([[15, 15], [15, 16], [75, 75], [999, 999]]))  # two in one block, one far off, one in none


def town(**choices) -> Study:
    """Return nine by nine blocks, 12 killed beside the two bars, 2 beside the other and 30 where there is none."""
    killed = [(15, 25)] * 12 + [(75, 75)] * 2 + [(5, 85)] * 30
    return Study.of(*square_city(killed, side=9), gathering=BARS, **choices)


@pytest.mark.parametrize("unit", ["blocks", "beats", "grid:500", "h3:9"])
def test_each_place_counts_in_the_unit_that_it_lies_in(albatros, unit):
    study = Selection(city=albatros.slug, unit=unit).study(albatros)
    points = gpd.GeoDataFrame(geometry=albatros.context.geometry[albatros.context["kind"] == "gathering"], crs=albatros.blocks.crs)
    pairs = gpd.sjoin(points, study.blocks[["geometry"]].reset_index(), predicate="intersects")
    expected = pairs.groupby(level=0)["block_id"].min().value_counts().reindex(study.blocks.index, fill_value=0)
    assert study.gathered.tolist() == expected.tolist()
    assert study.gathered.sum() == len(points) == 98


def test_on_streets_each_counts_on_the_nearest(albatros):
    study = Selection(city=albatros.slug, unit="segments").study(albatros)
    points = gpd.GeoDataFrame(geometry=places_of(albatros.context), crs=albatros.blocks.crs)
    lines = study.blocks[["geometry"]].reset_index()
    pairs = gpd.sjoin_nearest(points, lines, max_distance=75)
    expected = pairs.groupby(level=0)["block_id"].min().value_counts().reindex(study.blocks.index, fill_value=0)
    assert study.gathered.tolist() == expected.tolist()
    assert 0 < study.gathered.sum() <= len(points)


def test_areas_and_lines_are_places_too_and_none_is_none():
    shapes = [shapely.box(0, 0, 4, 4), shapely.LineString([(12, 2), (18, 2)]), shapely.Point(5, 15)]
    context = gpd.GeoDataFrame({"kind": [KIND, KIND, "service"], "name": ""}, geometry=shapes)
    blocks = square_blocks(side=2)
    assert counted(places_of(context), blocks).tolist() == [1, 1, 0, 0]
    assert counted(None, blocks).tolist() == counted(places_of(context[:0]), blocks).tolist() == [0, 0, 0, 0]


def test_homicides_near_are_compared_with_the_places_there():
    from scipy.stats import binomtest

    found = clusters.windows(town(baseline="gathering"))
    assert (found.baseline, found.n) == ("gathering", 14)  # the 30 are not explained by places far away
    middle = square_blocks(side=9).geometry.centroid
    at = {name: found.table.loc[middle.distance(shapely.Point(point)).idxmin()] for name, point in (("two", (15, 25)), ("one", (75, 75)))}
    assert at["two"]["p"] == pytest.approx(binomtest(12, 14, 2 / 3, alternative="greater").pvalue)
    assert at["one"]["p"] == pytest.approx(binomtest(2, 14, 1 / 3, alternative="greater").pvalue)
    far = middle.distance(shapely.Point(5, 85)).idxmin()
    assert np.isnan(found.table.loc[far, "p"])
    assert clusters.hot_spot(town())[far] == 1  # beside residents it is the hottest there is
    tested = found.table["p"].notna()
    near = middle.apply(lambda one: min(max(abs(one.x - x), abs(one.y - y)) for x, y in ((15, 15), (75, 75))) <= 10)
    assert tested.tolist() == near.tolist()


def test_where_homicides_follow_the_places_nothing_is_hot():
    """Bars in a tenth of 900 blocks, 300 killed in proportion to them: beside residents many places stand out, beside bars seldom any."""
    rng = np.random.default_rng(8)
    found = []
    for _ in range(12):
        bars = rng.choice(900, 90, replace=False)
        people = square_blocks(side=30, population=1000.0)
        middle = np.column_stack([people.geometry.centroid.x, people.geometry.centroid.y])
        killed = [tuple(one) for one in middle[rng.choice(bars, 300)]]
        gathering = gpd.GeoSeries(shapely.points(middle[bars]))
        incidents = square_city(killed, side=30)[0]
        both = [Study.of(incidents, people, gathering=gathering, baseline=one) for one in ("population", "gathering")]
        found.append([clusters.hot_spot(one).sum() for one in both])
    beside_residents, beside_bars = np.array(found).T
    assert np.median(beside_residents) >= 10
    assert (beside_bars > 0).mean() <= 0.15


def test_the_model_of_risks_takes_the_same_baseline():
    from hotspots.study.area_model import area_model

    model = area_model(town(), "gathering")
    assert model.known.sum() == 9 + 9
    assert sorted(model.expected / model.expected.sum()) == pytest.approx([1 / 27] * 9 + [2 / 27] * 9)  # there or beside


def test_without_such_a_layer_it_is_not_there():
    one = Study.of(*square_city([(5, 5)]), baseline="gathering")
    with pytest.raises(DataError, match="no gathering is known"):
        exact_window.baseline_of(one)


def test_an_address_sets_it_aside_where_no_layer_has_it(albatros):
    kept, dropped = frame.fit(Selection(city=albatros.slug, baseline="gathering"), albatros)
    assert (kept.baseline, dropped) == ("gathering", ())
    bare = replace(albatros, context=albatros.context[albatros.context["kind"] != "gathering"])
    kept, dropped = frame.fit(Selection(city=albatros.slug, baseline="gathering"), bare)
    assert (kept.baseline, dropped) == ("", ("baseline",))


def test_no_release_has_them(albatros):
    assert "gathering" in set(albatros.context["kind"])
    assert set(facts.basemap_of(albatros)["kind"]) == set(albatros.context["kind"]) - {"gathering"}


@pytest.mark.walk
def test_page_map_and_command_compare_with_the_same(albatros, bundled, serve_alone, capsys):
    serve_alone(bundled)
    chosen = Selection(city=albatros.slug, measure="hot_spot", baseline="gathering")
    app = open_page("map", lang="en", city=albatros.slug, measure="hot_spot", baseline="gathering")
    assert not app.exception
    assert {one.label: one.value for one in app.selectbox}.get("Compared with") == "gathering", text(app)
    assert "98 places where people gather are known" in text(app)
    answer = Asked.of(chosen).ask(questions.hot_places)
    assert answer.sentence(words_for("en")) in text(app)
    study = chosen.study(albatros)
    shown = map_view.map_view(study, measure("hot_spot"), map_view.geometry("test", study.blocks), words_for("en"), unit="blocks")
    assert "if homicides fell on the places where people gather (bars, stations, markets) by chance alone" in shown.legend_note
    assert main(["clusters", albatros.slug, "--baseline", "gathering", "--shuffles", "19", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["compared_with"], said["events"]) == ("gathering", answer.value.calibration.events)

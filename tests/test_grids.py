"""Squares of a grid: every victim in exactly one or counted as outside, by arithmetic, whatever the side."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import small_city as small
from hypothesis import given
from hypothesis import strategies as st

from hotspots import cities
from hotspots.geography import grids, units
from hotspots.statistics.measure import table
from hotspots.statistics.rates import MEASURES
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.study.testing import square_blocks, square_city
from hotspots.views.map_view import unit_name
from hotspots.words import words_for

coordinate = st.one_of(st.integers(-5, 45).map(float), st.floats(-5, 45))
places = st.lists(st.one_of(st.none(), st.tuples(coordinate, coordinate)), min_size=1, max_size=40)
POINTS_ONLY = small.TOML.split("[blocks]")[0]


@given(places, st.integers(10, 60))
def test_each_victim_lies_in_one_square_or_in_none(points, side):
    incidents, blocks = square_city(points, side=4)
    place = units.geography(incidents, blocks, f"grid:{side}")
    study = Study.of(incidents, place.blocks, unit_of=place.unit_of)
    whole = -(-40 // side) * side  # the squares reach at least as far as the blocks
    outside = sum(point is not None and not (0 <= point[0] < whole and 0 <= point[1] < whole) for point in points)
    assert study.inside + outside + points.count(None) == len(points) == study.victims
    assert len(place.blocks) == (whole // side) ** 2
    for unit, point in zip(place.unit_of.astype(object), points, strict=True):
        if isinstance(unit, str):
            west, south, east, north = place.blocks.geometry[unit].bounds
            assert west <= point[0] < east
            assert south <= point[1] < north


def test_an_edge_belongs_to_the_square_that_begins_there():
    incidents, blocks = square_city([(0, 0), (10, 0), (9.999999, 10), (20, 0)], side=2)
    place = units.geography(incidents, blocks, "grid:10")
    assert place.unit_of.astype(object).fillna("").tolist() == ["E0N0", "E1N0", "E0N1", ""]
    assert place.blocks["name"].tolist() == ["E 1, N 1", "E 2, N 1", "E 1, N 2", "E 2, N 2"]


def test_finer_squares_nest_in_coarser_ones():
    rng = np.random.default_rng(1)
    incidents, blocks = square_city([tuple(p) for p in rng.uniform(0, 4000, (300, 2))], side=4, size=1000)
    fine, coarse = (units.geography(incidents, blocks, f"grid:{side}") for side in (250, 500))
    parent = fine.blocks.geometry.loc[fine.unit_of].centroid.reset_index(drop=True)
    assert coarse.blocks.geometry.loc[coarse.unit_of].reset_index(drop=True).contains(parent).all()


def test_squares_touch_only_ground_of_the_blocks():
    blocks = square_blocks(side=2, size=100)
    assert len(grids.squares(blocks, 100)) == 4  # the squares beyond the edge share a line with the blocks, and no ground
    assert len(grids.squares(blocks, 30)) == 49


@pytest.mark.parametrize("unit", ["grid", "grid:", "grid:0", "grid:9", "grid:2.5", "grid:-50", "grid:999999", "grid:x"])
def test_a_grid_of_no_proper_side_is_refused(unit):
    incidents, blocks = square_city([(5, 5)])
    with pytest.raises(DataError, match="such as grid:250"):
        units.geography(incidents, blocks, unit)
    assert not units.offers(blocks, unit)


@pytest.mark.walk
def test_too_many_squares_are_refused_with_the_side_that_works():
    incidents, blocks = square_city([(5, 5)], side=2, size=50_000)
    with pytest.raises(DataError, match=r"use grid:(\d+)") as caught:
        units.geography(incidents, blocks, "grid:50")
    side = str(caught.value).split("grid:")[1].split()[0]
    assert len(units.geography(incidents, blocks, f"grid:{side}").blocks) <= grids.MOST_CELLS
    assert not units.offers(blocks, "grid:50")
    assert units.available(blocks)[-1] == "grid:500"


def test_without_single_homicides_there_is_no_grid():
    incidents, blocks = square_city([(5, 5)])
    with pytest.raises(DataError, match="no single homicides"):
        units.geography(incidents.iloc[:0], blocks, "grid:50")
    assert units.available(blocks, points=False) == ("city", "districts", "blocks")
    assert not units.offers(blocks, "grid:50", points=False)


def test_rates_are_unavailable_with_the_reason_and_counts_are_not():
    incidents, blocks = square_city([(5, 5), (15, 5)], side=2, population=np.nan)
    place = units.geography(incidents, blocks, "grid:10")
    study = Study.of(incidents, place.blocks, unit_of=place.unit_of)
    found = {measure.key: measure.missing(study) for measure in MEASURES}
    assert found["count"] == ()
    assert "population" in found["rate"][0]
    count = next(measure for measure in MEASURES if measure.key == "count")
    assert table(study, count)["count"].sum() == 2


@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), min_size=1, max_size=60))
def test_one_stray_never_stretches_the_grid(points):
    near = [(x / 20, y / 20) for x, y in points] * 3
    with_stray, _ = square_city([*near, (9e5, 9e5)])
    without, _ = square_city(near)
    if len(near) > 100:
        assert len(grids.blocks_for(with_stray)) == len(grids.blocks_for(without))
    assert len(grids.blocks_for(with_stray)) <= 50_000


def test_the_squares_of_a_city_without_blocks_hold_every_place_that_is_no_stray():
    rng = np.random.default_rng(3)
    cloud = [tuple(p) for p in rng.normal(500_000, 4_000, (500, 2))]
    incidents, _ = square_city([*cloud, (900_000, 500_000), None])
    blocks = grids.blocks_for(incidents)
    assert grids.own_side(blocks) == 500
    assert blocks["population"].isna().all()
    unit_of = units.assign(incidents, blocks)
    assert unit_of.notna().tolist() == [True] * 500 + [False, False]
    assert blocks.total_bounds[2] < 600_000
    assert units.geography(incidents, blocks, "grid:500").unit_of.equals(unit_of)
    again = units.geography(incidents, blocks, "grid:250")
    assert again.unit_of.notna().equals(unit_of.notna())


def test_a_boundary_bounds_the_squares():
    incidents, _ = square_city([(100, 100), (900, 900), (5_100, 100)])
    edge = gpd.GeoSeries([shapely.box(0, 0, 1_000, 1_000)], crs=incidents.crs)
    blocks = grids.blocks_for(incidents, boundary=edge)
    assert blocks.index.tolist() == ["E0N0", "E1N0", "E0N1", "E1N1"]
    assert units.assign(incidents, blocks).notna().tolist() == [True, True, False]


def test_a_country_gets_larger_squares():
    rng = np.random.default_rng(3)
    incidents, _ = square_city([tuple(p) for p in rng.uniform(0, 400_000, (400, 2))])
    assert grids.own_side(grids.blocks_for(incidents)) == 2_000


def test_no_place_at_all_is_refused_in_words():
    incidents, _ = square_city([None, None])
    with pytest.raises(DataError, match=r"nothing to show on a map; add \[blocks\]"):
        grids.blocks_for(incidents)


def test_a_city_without_blocks_is_read_published_and_loaded(tmp_path):
    folder = small.write_city(tmp_path / "points", toml=POINTS_ONLY)
    city = cities.import_folder(folder)
    assert (city.epsg, len(city.incidents), city.population_year) == (32615, 12, None)
    assert {row.code for row in city.report.findings} == {"squares"}
    assert units.available(city.blocks) == ("city", "h3:9", "grid:500")
    loaded = cities.load("points")
    pd.testing.assert_frame_equal(loaded.blocks, city.blocks)
    for unit in ("", "blocks", "grid:500", "grid:100", "city"):
        study = Selection(city="points", unit=unit).study(loaded)
        assert (study.inside, study.victims) == (12, 12)
    assert cities.read_folder(small.write_city(tmp_path / "zone", toml=POINTS_ONLY.replace("epsg = 32615\n", ""))).epsg == 32615


def test_a_city_without_blocks_takes_its_boundary(tmp_path):
    toml = POINTS_ONLY + '\n[layers.edge]\nfile = "blocks.geojson"\nkind = "boundary"\n'
    city = cities.read_folder(small.write_city(tmp_path / "points", toml=toml))
    west, south, east, north = city.context.total_bounds
    assert len(city.blocks) >= (east - west) * (north - south) / 500**2 - 1
    assert city.blocks.union_all().buffer(1).contains(city.context.geometry.union_all())


def test_units_have_words():
    assert unit_name("grid:1250", words_for("en")) == "Squares of 1,250 m"
    assert unit_name("blocks", words_for("en")) == "Blocks"

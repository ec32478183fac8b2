"""Residents shared out to other units: by hand, beside tobler, and the laws that hold whatever the shapes."""

from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.geography import interpolation, units
from hotspots.statistics.catalog import measure
from hotspots.store.schema import check_blocks
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_blocks, square_city
from hotspots.views.map_view import geometry, map_view
from hotspots.words import words_for

people = st.lists(st.one_of(st.just(float("nan")), st.floats(0, 5000)), min_size=9, max_size=9)


def table(shapes, population=np.nan):
    index = pd.Index([f"u{n:02}" for n in range(len(shapes))], name="block_id")
    return check_blocks(gpd.GeoDataFrame({"population": population}, geometry=list(shapes), index=index, crs=EPSG))


def test_a_block_is_shared_out_by_the_area_in_each_unit():
    blocks = square_blocks(side=2, population=[100, 60, 40, np.nan])
    found = interpolation.by_area(blocks, table([shapely.box(0, 0, 15, 10), shapely.box(15, 0, 20, 10), shapely.box(0, 10, 20, 20)]))
    assert found.tolist() == [130.0, 30.0, 40.0]


@settings(max_examples=25)
@given(people, st.integers(7, 23))
def test_the_total_is_kept_and_what_nobody_knows_stays_unknown(population, side):
    incidents, blocks = square_city([(5, 5)], side=3, population=population)
    found = units.geography(incidents, blocks, f"grid:{max(side, 10)}").blocks
    total = np.nansum(population)
    if np.isnan(population).all():
        assert found["population"].isna().all()
        return
    assert found["population"].sum() == pytest.approx(total, rel=1e-9, abs=1e-9)
    known = blocks[blocks["population"].notna()].union_all()
    touched = found.intersection(known).area > 1e-9
    assert found.loc[touched, "population"].notna().all()
    assert found.loc[~touched, "population"].isna().all()


def test_it_is_what_tobler_gives_where_units_cover_everything():
    from tobler.area_weighted import area_interpolate

    rng = np.random.default_rng(4)
    blocks = square_blocks(side=6, size=70.0, population=rng.integers(0, 900, 36).astype(float))
    cells = units.geography(square_city([(5, 5)])[0], blocks, "grid:110").blocks
    theirs = area_interpolate(blocks, cells[["geometry"]], extensive_variables=["population"])
    # it keeps areas in single precision, so its own total is off by more than 1e-9; ours is put right
    np.testing.assert_allclose(cells["population"], theirs["population"], rtol=1e-6)
    assert cells["population"].sum() == pytest.approx(blocks["population"].sum(), rel=1e-12)


def test_a_block_that_no_unit_touches_goes_to_the_nearest_one():
    blocks = square_blocks(side=3, population=[10, 20, 30, 40, 50, 60, 70, 80, 90])
    found = interpolation.by_area(blocks, table([shapely.box(0, 0, 9, 30), shapely.box(28, 0, 30, 10)]))
    # the first has its column (10, 40, 70) and the middle one, 1 m away; the second its block and the two above it
    assert found.tolist() == [10 + 40 + 70 + 20 + 50 + 80, 30 + 60 + 90]
    from tobler.area_weighted import area_interpolate

    alone = area_interpolate(blocks, table([shapely.box(0, 0, 9, 30)]), extensive_variables=["population"])
    assert alone["population"].sum() < blocks["population"].sum()  # what tobler leaves out is why this is needed


def test_streets_share_a_block_by_their_length_in_and_around_it():
    blocks = square_blocks(side=2, size=200.0, population=[300, 80, np.nan, 0])
    lines = table(
        [
            shapely.LineString([(0, 100), (100, 100)]),  # 100 m in the first block
            shapely.LineString([(-20, 0), (-20, 200)]),  # 200 m beside it, 20 m away
            shapely.LineString([(240, 150), (340, 150)]),  # in the second
            shapely.LineString([(0, 300), (100, 300)]),  # in the one that nobody knows
            shapely.LineString([(300, 250), (300, 350)]),  # in the one where nobody lives
        ]
    )
    found = interpolation.by_length(blocks, lines)
    assert found.round(9).tolist()[:3] == [100.0, 200.0, 80.0]
    assert np.isnan(found.iloc[3])
    assert found.iloc[4] == 0


@settings(max_examples=25)
@given(people, st.integers(0, 100))
def test_streets_keep_the_total_wherever_they_run(population, seed):
    blocks = square_blocks(side=3, size=150.0, population=population)
    rng = np.random.default_rng(seed)
    lines = table(shapely.linestrings(rng.uniform(-200, 700, (6, 2, 2))))
    found = interpolation.by_length(blocks, lines)
    if np.isnan(population).all():
        assert found.isna().all()
    else:
        assert found.sum() == pytest.approx(np.nansum(population), rel=1e-9, abs=1e-9)


def test_a_rate_on_squares_rests_on_shared_residents_and_the_map_says_so():
    incidents, blocks = square_city([(5, 5), (15, 5)], side=2, population=[100, 300, 500, 700])
    place = units.geography(incidents, blocks, "grid:20")
    study = Study.of(incidents, place.blocks, unit_of=place.unit_of, start="2020-01-01", end="2021-01-01")
    assert measure("rate").compute(study).tolist() == [1e5 * 2 / 1600]
    one = map_view(study, measure("rate"), geometry("k", place.blocks), words_for("en"), unit="grid:20")
    assert one.legend_note.endswith("residents of the blocks, shared out by area")
    counted = map_view(study, measure("count"), geometry("k", place.blocks), words_for("en"), unit="grid:20")
    assert "shared out" not in counted.legend_note
    assert units.denominator(blocks) == ""


@pytest.mark.walk
def test_nothing_heavy_is_loaded_until_it_is_needed():
    heavy = {"tobler", "h3", "statsmodels", "rasterio", "scipy.stats", "matplotlib", "folium"}
    code = f"import sys, hotspots.questions.restricted, hotspots.statistics.catalog; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Every incident lies in one unit or in none, whatever the units."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.geography import units
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city

coordinate = st.one_of(st.integers(-5, 45).map(float), st.floats(-5, 45))
places = st.lists(st.one_of(st.none(), st.tuples(coordinate, coordinate)), max_size=40)


@given(places)
def test_each_incident_is_counted_once_or_named_as_rejected(points):
    study = Study.of(*square_city(points, side=4))
    outside = sum(point is not None and not (0 <= point[0] <= 40 and 0 <= point[1] <= 40) for point in points)
    assert study.inside + outside + points.count(None) == len(points) == study.victims


@given(places)
def test_ties_go_to_the_smallest_id(points):
    incidents, blocks = square_city(points, side=4)
    shuffled = blocks.sample(frac=1, random_state=1)
    found = units.assign(incidents, shuffled)
    for incident, point in enumerate(points):
        touching = [block for block, shape in blocks.geometry.items() if point and shape.intersects(incidents.geometry[incident])]
        assert (found[incident] if touching else None) == (min(touching) if touching else None)


def test_agrees_with_geopandas_off_the_edges():
    rng = np.random.default_rng(7)
    incidents, blocks = square_city([tuple(p) for p in rng.uniform(-20, 420, (500, 2))], side=20, size=20)
    joined = gpd.sjoin(incidents[["geometry"]], blocks[["geometry"]], predicate="within", how="left")
    ours = units.assign(incidents, blocks)
    assert ours.astype(object).fillna("").tolist() == joined["block_id"].fillna("").tolist()


def test_a_recorded_block_goes_before_the_map_but_not_at_a_default_place():
    incidents, blocks = square_city([(5, 5), (5, 5), None, None], block_id=["b11", "nowhere", "b01", "b01"])
    incidents.loc[3, "unplaced"] = "default_place"
    assert units.assign(incidents, blocks).astype(object).fillna("").tolist() == ["b11", "b00", "b01", ""]
    assert units.disagreement(incidents, blocks) == (1, 1)


@given(places, st.integers(1, 5))
def test_larger_units_add_up_exactly(points, side):
    incidents, blocks = square_city(points, side=side, population=np.arange(side * side) + 1.5)
    base = Study.of(incidents, blocks)
    for unit in ("districts", "city"):
        larger = units.geography(incidents, blocks, unit)
        study = Study.of(incidents, larger.blocks, unit_of=larger.unit_of)
        keys = units.roll_up_keys(blocks, unit)
        assert study.counts.to_dict() == base.counts.groupby(keys).sum().to_dict()
        assert study.population == pytest.approx(base.population, rel=1e-12)


def test_a_roll_up_without_its_column_says_what_to_do():
    with pytest.raises(DataError, match=r"give \[blocks\] beat in city\.toml"):
        units.roll_up(square_blocks(), "beats")
    with pytest.raises(DataError, match="use one of city, districts, beats, blocks"):
        units.roll_up(square_blocks(), "wards")


def test_blocks_of_no_district_belong_to_none():
    incidents, blocks = square_city([(5, 5), (5, 15)], side=2)
    blocks.loc["b00", "district"] = None
    larger = units.geography(incidents, blocks, "districts")
    assert larger.unit_of.isna().tolist() == [True, False]
    assert larger.blocks.index.tolist() == ["row 0", "row 1"]


def test_the_layers_are_not_changed():
    incidents, blocks = square_city([(5, 5), (10, 5), None], side=2)
    before = incidents.copy(), blocks.copy()
    units.geography(incidents, blocks, "districts")
    pd.testing.assert_frame_equal(incidents, before[0])
    pd.testing.assert_frame_equal(blocks, before[1])

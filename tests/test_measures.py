"""The contract that every measure of the catalogue keeps, whoever adds it."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import TORTURE
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.statistics import catalog
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import STATES, table
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_city

ROOT = Path(__file__).resolve().parent.parent
every_measure = pytest.mark.parametrize("row", MEASURES, ids=lambda row: row.key)


STREETS = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, y), (20, y)]) for y in (5, 15)], crs=EPSG)


def study(points=((5, 5), (5, 6), (15, 5), None), **choices) -> Study:
    incidents, blocks = square_city(list(points), **choices, age=[20.0] * len(points))
    by_age = {"population:0-29": blocks["population"] / 4, "population:30+": 3 * blocks["population"] / 4}
    covers = (pd.Timestamp("2017-01-01"), pd.Timestamp("2021-01-01"))
    return Study.of(incidents, blocks.assign(**by_age), start="2020-01-01", end="2021-01-01", covers=covers, streets=STREETS)


@pytest.mark.cases(17)
@every_measure
def test_series_name_and_index(row):
    one = study()
    found = row.compute(one)
    assert found.name == row.key
    pd.testing.assert_index_equal(found.index, one.blocks.index)
    assert row.state(one).isin(STATES).all()


@every_measure
def test_the_study_is_not_changed(row):
    one = study()
    incidents, blocks = one.incidents.copy(), one.blocks.copy()
    table(one, row)
    pd.testing.assert_frame_equal(one.incidents, incidents)
    pd.testing.assert_frame_equal(one.blocks, blocks)


@pytest.mark.cases(41)
@every_measure
@pytest.mark.parametrize("points", [(), (None,), ((500, 500),)], ids=["none", "no place", "outside"])
def test_no_homicides_on_the_map(row, points):
    found = table(study(points), row)
    assert not (found[row.key] > 0).any()
    assert found["state"].isin(["zero", "no_data"]).all()


@every_measure
def test_one_block(row):
    one = study(((5, 5),), side=1)
    if "neighbours" in row.needs:
        assert any("one place only" in reason for reason in row.missing(one))
        return
    found = table(one, row)
    assert len(found) == 1
    assert np.isfinite(found[row.key].iloc[0])


@every_measure
def test_an_uninhabited_block_is_never_infinite(row):
    found = table(study(population=[0, float("nan"), 1000, 1000]), row)
    assert not np.isinf(found.select_dtypes("number").to_numpy()).any()
    if "population" in row.needs:
        assert found.loc[["b00", "b01"], "state"].tolist() == ["no_data", "no_data"]


@pytest.mark.cases(2)
@every_measure
@settings(max_examples=2000 if TORTURE else 4)
@given(seed=st.integers(0, 1000))
def test_shuffled_rows_give_the_same(row, seed):
    incidents, blocks = square_city([(5, 5), (10, 5), (15, 15), None, (15, 5)])
    mixed = Study.of(
        incidents.sample(frac=1, random_state=seed),
        blocks.sample(frac=1, random_state=seed),
        start="2020-01-01",
        end="2021-01-01",
        streets=STREETS.sample(frac=1, random_state=seed),
    )
    plain = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01", streets=STREETS)
    pd.testing.assert_frame_equal(table(mixed, row).sort_index(), table(plain, row))


@every_measure
def test_doubled_counts_and_population(row):
    points = [(5, 5), (5, 6), (15, 5)]
    once, twice = study(points), study(points * 2, population=2000)
    if row.doubled is None:
        assert row.compute(twice).isna().equals(row.compute(once).isna())
    else:
        np.testing.assert_allclose(row.compute(twice), row.doubled * row.compute(once))


@every_measure
def test_the_interval_holds_the_value(row):
    if row.interval is None:
        pytest.skip("this measure has no interval, and says so")
    found = table(study(), row).dropna(subset=[row.key])
    assert (found[f"{row.key}_low"] <= found[row.key]).all()
    assert (found[row.key] <= found[f"{row.key}_high"]).all()


@every_measure
def test_key_function_and_heading_are_one(row):
    assert row.compute.__name__ == row.key
    assert f"\n## {row.key}\n" in (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    assert "doi:" in (row.compute.__doc__ or "") or ">>>" in (row.compute.__doc__ or "")


def test_keys_are_unique():
    keys = [row.key for row in MEASURES]
    assert len(keys) == len(set(keys))


def test_an_unknown_key_names_those_that_exist():
    with pytest.raises(DataError, match="use one of count, rate"):
        measure("risk_score")


def test_a_rate_without_population_says_why():
    assert measure("rate").missing(study(population=float("nan"))) == ("no population is loaded for these areas",)
    assert measure("count").missing(study(population=float("nan"))) == ()


@pytest.mark.parametrize("family", ["victims", "interventions", "trends"])
def test_a_row_in_any_family_is_in_the_catalogue(monkeypatch, family):
    row = replace(catalog.measure("count"), key="newcomers")
    part = importlib.import_module(f"hotspots.statistics.{family}")
    monkeypatch.setattr(part, "MEASURES", (*part.MEASURES, row))
    assert row in catalog.rows()
    assert [one for one in catalog.rows() if one is not row] == list(MEASURES)


def test_every_family_has_its_rows_in_its_face():
    for family in set(catalog.families()) - {"rates", "priorities"}:
        rows = importlib.import_module(f"hotspots.statistics.{family}.measures").MEASURES
        assert importlib.import_module(f"hotspots.statistics.{family}").MEASURES is rows


def test_every_family_is_walked():
    folder = ROOT / "hotspots" / "statistics"
    found = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert set(catalog.families()) == found - {"__init__", "catalog", "measure"}

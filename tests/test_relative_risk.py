"""Homicides beside residents: R's sparr, what is known without arithmetic, and how often chance alone is outlined."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import TORTURE
from hypothesis import given, settings
from hypothesis import strategies as st
from printed import printed

from hotspots.statistics import density
from hotspots.statistics.density.relative import enough_near, risk_surface, tolerance
from hotspots.statistics.density.window import window_of
from hotspots.store.schema import DataError, check_blocks
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_blocks, square_city


def theirs() -> dict[str, np.ndarray]:
    """Return what relative.R printed."""
    return dict(printed("relative"))


PLACES = np.array([(10.15, 10.15), (30.1, 80.1), (50.2, 50.2), (70.1, 75.1), (90.2, 20.2), (60.1, 60.1), (80.1, 85.1), (20.1, 45.1)])


def sparrs_city() -> Study:
    """Return the city of relative.R."""
    west, south = (axis.ravel() for axis in np.meshgrid(np.arange(0, 100, 2.5), np.arange(0, 100, 2.5)))
    people = np.round(6 + 3 * np.sin((west + 1.25) / 15) + 2 * np.cos((south + 1.25) / 12))
    index = pd.Index([f"u{n:04}" for n in range(len(west))], name="block_id")
    shapes = shapely.box(west, south, west + 2.5, south + 2.5)
    blocks = check_blocks(gpd.GeoDataFrame({"population": people}, geometry=shapes, crs=EPSG, index=index))
    n = np.arange(1, 61)
    u, v = (n * 0.7548776662466927) % 1, (n * 0.5698402909980532) % 1
    x, y = (np.where(n % 2 == 0, 50 + 40 * one, 100 * one) for one in (u, v))
    incidents, _ = square_city(list(zip(x, y, strict=True)))
    return Study.of(incidents, blocks)


@pytest.mark.cases(1)
@pytest.mark.parametrize("h", [8, 14])
def test_agrees_with_sparr(h):
    found = risk_surface(sparrs_city(), bandwidth=h, kernel="gaussian", cell=0.5, draws=199)
    column, row = (np.argmin(abs(middles[:, None] - at), axis=0) for middles, at in ((found.x, PLACES[:, 0]), (found.y, PLACES[:, 1])))
    np.testing.assert_allclose(np.log(found.ratio[row, column]), theirs()[f"log_{h}"], atol=0.05)
    assert (found.high[row, column] >= np.array(theirs()[f"monte_carlo_p_{h}"]) - 0.09).all()  # theirs is of each place alone


def city(points, side=4, size=1000.0, population=1000.0, **choices) -> Study:
    return Study.of(*square_city(points, side=side, size=size, population=population, **choices))


def test_in_proportion_to_residents_it_is_one_everywhere():
    # four homicides in each block of 1,000, eight in each of 2,000: smoothed wide, next to nothing stands out
    population = [1000.0 if n % 3 else 2000.0 for n in range(64)]
    points = [
        (1000 * (n % 8) + 500 + dx, 1000 * (n // 8) + 500 + dy)
        for n, people in enumerate(population)
        for dx, dy in ([(-250, -250), (250, 250), (-250, 250), (250, -250)] * int(people / 1000))
    ]
    study = city(points, side=8, population=population)
    found = risk_surface(study, bandwidth=1500)
    assert np.nanmin(found.ratio) > 0.92
    assert np.nanmax(found.ratio) < 1.08
    np.testing.assert_allclose(density.relative_risk(Study.of(study.incidents, study.blocks, bandwidth=1500)), 1, atol=0.03)


@given(seed=st.integers(0, 1000), h=st.floats(300, 3000))
@settings(max_examples=12)
def test_what_it_is_made_of_adds_up(seed, h):
    rng = np.random.default_rng(seed)
    population = rng.integers(0, 3000, 16).astype(float)
    population[0] = 500
    study = city([tuple(p) for p in rng.uniform(0, 4000, (25, 2))], population=population)
    found = risk_surface(study, bandwidth=h)
    area = found.cell**2 / 1e6
    assert found.people.sum() * area == pytest.approx(population.sum(), rel=1e-6)
    assert found.homicides.sum() * area == pytest.approx(25, rel=1e-6)
    # the ratio, weighted by residents, is 1 on average where it is said, but for what lies where too few live
    there = np.isfinite(found.ratio)
    weighed = (found.ratio[there] * found.people[there]).sum() * area / population.sum()
    assert weighed == pytest.approx(found.homicides[there].sum() * area / 25, rel=1e-6)
    assert (found.people[there] >= found.thin_density).all()


@given(seed=st.integers(0, 100))
@settings(max_examples=8)
def test_twice_the_homicides_or_the_residents_change_nothing(seed):
    rng = np.random.default_rng(seed)
    points = [tuple(p) for p in rng.uniform(0, 4000, (12, 2))]
    plain = risk_surface(city(points), bandwidth=1000).ratio
    np.testing.assert_allclose(risk_surface(city(points * 2), bandwidth=1000).ratio, plain, rtol=1e-9)
    np.testing.assert_allclose(risk_surface(city(points, population=2000.0), bandwidth=1000).ratio, plain, rtol=1e-9)


def test_where_few_live_nothing_is_said():
    population = [1000.0] * 8 + [0.0] * 8
    found = risk_surface(city([(500, 500), (500, 3900)], population=population), bandwidth=400)
    north = found.y > 3000
    assert np.isnan(found.ratio[north]).all()
    assert found.thin_density == pytest.approx(1000 * 8 / 16 / 10, rel=1e-6)  # a tenth of the average: less than 100 in the circle
    wide = risk_surface(city([(500, 500), (500, 3900)], population=population), bandwidth=2000)
    assert wide.thin_density == pytest.approx(100 / (np.pi * 4))
    value = density.relative_risk(city([(500, 500), (500, 3900)], population=population))
    assert value.iloc[8:].isna().all()


def test_a_unit_among_few_residents_has_no_value_whoever_lives_in_it():
    population = [1000.0] * 12 + [1.0] * 4
    value = density.relative_risk(replace(city([(500, 500), (500, 3900)], population=population), bandwidth=300))
    assert value.notna().tolist() == [True] * 12 + [False] * 4  # one resident in a square kilometre is under a tenth of the average


def test_near_is_within_one_bandwidth_of_the_middle():
    study = city([(800, 500)] * 20)  # 300 m from the middle of the first block, 700 m from that of the second
    window = window_of(study.blocks, cell=50.0)
    assert enough_near(study, window, 600)[:2].tolist() == [True, False]  # the first holds all twenty
    assert enough_near(study, window, 701)[:2].tolist() == [True, True]


def test_a_small_crowded_block_gives_its_residents_to_the_nearest_cell():
    blocks = square_blocks(side=2, size=1000.0)
    speck = gpd.GeoDataFrame(
        {"population": [7000.0]}, geometry=[shapely.box(2000, 500, 2000.01, 500.01)], crs=EPSG, index=pd.Index(["z"], name="block_id")
    )
    study = Study.of(square_city([(500, 500)])[0], check_blocks(pd.concat([blocks[["population", "geometry"]], speck])))
    found = density.relative.residents(study, window_of(study.blocks, cell=50.0))
    assert found.sum() == pytest.approx(11_000)


@pytest.mark.walk
def test_maps_of_nothing_seldom_have_an_outline():
    """Where homicides fall by residents, any outline at all is on 5 of 100 maps on each side; place by place it was on 93 and more."""
    rng = np.random.default_rng(5)
    blocks = square_blocks(side=4, size=1000.0, population=list(rng.integers(500, 4000, 16).astype(float)))
    share = blocks["population"].to_numpy() / blocks["population"].sum()
    more, less, cities = [], [], 400 if TORTURE else 40
    for seed in range(cities):
        own = np.random.default_rng(seed)
        at = own.choice(16, 80, p=share)
        points = np.column_stack((at % 4, at // 4)) * 1000 + own.uniform(0, 1000, (80, 2))
        incidents, _ = square_city([tuple(p) for p in points])
        found = risk_surface(Study.of(incidents, blocks), bandwidth=1200, draws=39, seed=seed, cell=100.0)
        more.append(np.nanmin(found.high) <= 0.05)
        less.append(np.nanmin(found.low) <= 0.05)
    for found in (more, less):
        assert np.mean(found) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / cities)


def test_a_planted_quarter_is_outlined_and_the_seed_repeats_it():
    rng = np.random.default_rng(3)
    points = [tuple(p) for p in np.concatenate([rng.uniform(0, 4000, (60, 2)), rng.uniform(3000, 4000, (40, 2))])]
    one, same = (risk_surface(city(points), bandwidth=800, draws=99, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.high, same.high)
    middle = np.argmin(abs(one.y - 3500)), np.argmin(abs(one.x - 3500))
    assert one.high[middle] == 0.01
    assert one.low[middle] == 1
    assert one.ratio[middle] > 3


def test_where_chance_cannot_move_the_homicides_every_draw_is_as_extreme():
    window = window_of(square_blocks(side=2, size=50.0), cell=5.0)
    people = np.zeros(window.mask.shape)
    row, column = np.argwhere(window.unit >= 0)[0]
    people[row, column] = 900  # all live in one cell, so all are killed there
    cells = np.full(7, row * window.grid.columns + column)
    high, low = tolerance(cells, people, window, window.unit >= 0, kernel="quartic", bandwidth=20.0, draws=19, seed=1)
    assert np.nanmin(high) == np.nanmin(low) == 1


def test_several_victims_of_one_event_are_one_piece_of_evidence():
    points = [(500, 500)] * 6 + [(3500, 500), (500, 3500), (3500, 3500)]
    together = risk_surface(city(points, event_id=["a"] * 6 + ["b", "c", "d"]), bandwidth=800, draws=39)
    assert (together.n, together.events) == (9, 4)


def test_without_residents_it_says_so():
    with pytest.raises(DataError, match="no residents are known"):
        risk_surface(city([(500, 500)], population=float("nan")))
    assert risk_surface(city([None])).n == 0

"""Bandwidths by cross-validation: R's spatstat and sparr, every pair by hand, and what points at one address must not do."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from next_year import CITIES, YEARS, on_the_first
from printed import printed

from hotspots.statistics import density
from hotspots.statistics.density import bandwidths
from hotspots.statistics.density.places import QUARTIC_AS_GAUSSIAN
from hotspots.statistics.density.surfaces import USUAL_RULE
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.testing import square_city


def theirs() -> dict[str, np.ndarray]:
    """Return what bandwidths.R printed."""
    return dict(printed("bandwidths"))


def clusters(n: int, seed: int = 1, spread: float = 300.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    middles = rng.uniform(0, 10_000, (12, 2))
    points = middles[rng.integers(0, 12, n)] + rng.normal(0, spread, (n, 2))
    return points[:, 0], points[:, 1]


def test_the_likelihood_is_spatstats():
    found = theirs()
    ours = bandwidths.scores(found["x"], found["y"], criterion="likelihood", candidates=found["sigma"])
    n = len(found["x"])  # theirs is of the intensity of the n − 1 others, ours of their density
    ours = n * (ours + np.log(n - 1))
    np.testing.assert_allclose(ours, found["likelihood"], rtol=3e-6)


def test_the_bandwidth_is_spatstats():
    found = theirs()
    best = density.cross_validated(found["x"], found["y"], criterion="likelihood", kernel="gaussian", candidates=np.linspace(2, 20, 400))
    assert best == pytest.approx(found["bw_ppl"][0], abs=0.3)  # theirs is one of 40 between 2 and 20


def test_least_squares_is_sparrs():
    found = theirs()
    ours = bandwidths.scores(found["x"], found["y"], criterion="least_squares", candidates=found["lscv_h"])
    inner = found["lscv_h"] >= 4  # theirs is summed over cells
    np.testing.assert_allclose(ours[inner], -found["lscv"][inner], rtol=0.03)
    assert found["lscv_h"][np.argmax(ours)] == found["lscv_h"][np.argmin(found["lscv"])]


@given(seed=st.integers(0, 1000), h=st.floats(0.5, 5))
@settings(max_examples=15)
def test_pair_by_pair(seed, h):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 8, (14, 2)).astype(float)  # several at one place
    if len(np.unique(points, axis=0)) < 2:
        return
    step = 0.1
    u, v = np.meshgrid(np.arange(-20, 28, step), np.arange(-20, 28, step))
    kernel = lambda d2: np.exp(-d2 / 2 / h**2) / (2 * np.pi * h**2)  # noqa: E731
    whole = sum(kernel((u - x) ** 2 + (v - y) ** 2) for x, y in points) / len(points)
    left_out = []
    for x, y in points:
        others = points[(points != (x, y)).any(axis=1)]
        left_out.append(kernel(((others - (x, y)) ** 2).sum(axis=1)).mean())
    least = bandwidths.scores(*points.T, criterion="least_squares", candidates=np.array([h]))[0]
    assert least == pytest.approx(2 * np.mean(left_out) - (whole**2).sum() * step**2, abs=1e-5)
    likely = bandwidths.scores(*points.T, criterion="likelihood", candidates=np.array([h]))[0]
    assert likely == pytest.approx(np.log(left_out).mean(), rel=1e-9)


def test_the_top_lies_towards_the_better_neighbour():
    widths, found = np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 0.5])
    # the parabola through them: 1/2 · (0 − 1/2) ÷ (0 − 2 + 1/2) = 1/6 of a step up, and a step is a doubling
    assert bandwidths._top(widths, found, between=True) == pytest.approx(2 * 2 ** (1 / 6))
    assert bandwidths._top(widths, found, between=False) == 2


def test_on_a_grid_as_pair_by_pair_where_each_place_holds_several():
    x, y = (np.repeat(axis, 5) for axis in clusters(30))  # leaving out a place leaves 145 of 150
    candidates = np.array([200.0, 400.0])
    pairs, grid = (bandwidths.scores(x, y, criterion="least_squares", candidates=candidates, exact_up_to=n) for n in (1500, 0))
    np.testing.assert_allclose(grid, pairs, rtol=2e-3)


@pytest.mark.cases(1)
@pytest.mark.parametrize("criterion", bandwidths.CRITERIA)
def test_on_a_grid_as_pair_by_pair(criterion):
    x, y = np.concatenate([clusters(1200), [[9000, 9900, 200], [100, 9800, 9900]]], axis=1)  # three lie far from all others
    candidates = np.geomspace(80, 1500, 12)
    exact = bandwidths.scores(x, y, criterion=criterion, candidates=candidates)
    grid = bandwidths.scores(x, y, criterion=criterion, candidates=candidates, exact_up_to=0)
    known = np.isfinite(grid)
    assert known.all()
    np.testing.assert_allclose(grid[known], exact[known], rtol=5e-3)
    assert np.argmax(grid) == np.argmax(exact)


@pytest.mark.parametrize("criterion", bandwidths.CRITERIA)
def test_many_at_one_address_do_not_drive_it_to_nothing(criterion):
    x, y = clusters(150)
    rule = density.rule_of_thumb(x, y, kernel="gaussian")
    piled_x, piled_y = np.concatenate([x, np.repeat(x[:30], 4)]), np.concatenate([y, np.repeat(y[:30], 4)])
    found = density.cross_validated(piled_x, piled_y, criterion=criterion, kernel="gaussian")
    assert found > 0.08 * rule  # point by point the narrowest candidate, a twentieth, would win
    assert found == pytest.approx(density.cross_validated(x, y, criterion=criterion, kernel="gaussian"), rel=0.7)


def test_what_it_finds_is_near_the_truth_for_one_round_cluster():
    x, y = np.random.default_rng(2).normal(0, 100, (2, 800))
    best = 100 * 800 ** (-1 / 6)  # for a normal scatter the rule of thumb is the best there is
    assert density.cross_validated(x, y, kernel="gaussian") == pytest.approx(best, rel=0.35)
    assert density.cross_validated(x, y) == pytest.approx(QUARTIC_AS_GAUSSIAN * density.cross_validated(x, y, kernel="gaussian"))


def test_the_surface_names_its_rule():
    x, y = clusters(60)
    study = Study.of(*square_city(list(zip(x % 10_000, y % 10_000, strict=True)), side=2, size=5000.0))
    assert density.surface(study, rule="likelihood", cell=200).rule == "likelihood"
    assert density.surface(study, cell=200).rule == "likelihood"
    assert density.surface(study, rule="scott", cell=200).rule == "scott"
    assert density.surface(study, bandwidth=700, cell=200).rule == "given"
    own = Study.of(study.incidents, study.blocks, bandwidth=900)
    assert (density.surface(own, cell=200).bandwidth, density.surface(own, cell=200).rule) == (900, "given")
    with pytest.raises(DataError, match="use one of scott, likelihood, least_squares"):
        density.surface(study, rule="guess")
    with pytest.raises(DataError, match="there is no criterion"):
        density.cross_validated(x, y, criterion="guess")


def test_all_at_one_place_has_no_bandwidth():
    assert density.cross_validated(np.ones(5), np.ones(5)) is None


# how the highest places change


def test_a_far_corner_wins_at_every_bandwidth_and_a_pair_only_at_wide_ones():
    # ten in b00 and, in b33, eight at one place; b31 and b32 each have five a little apart, which only a wide kernel adds up
    points = [(500.0, 500.0)] * 10 + [(3500.0, 3500.0)] * 8 + [(1990.0, 3500.0)] * 5 + [(2010.0, 3500.0)] * 5
    study = Study.of(*square_city(points, side=4, size=1000.0))
    found = density.sensitivity(study, bandwidth=200, others=[100, 400], top=2)
    assert found.ranks.loc["b00"].tolist() == [1, 1, 1]
    assert (found.stay, found.top, found.chosen) == (2, 2, 200)
    assert found.shared.tolist() == [2, 2, 2]
    assert list(found.ranks.columns) == [100, 200, 400]


def test_units_without_any_are_never_among_the_highest():
    found = density.sensitivity(Study.of(*square_city([(500.0, 500.0)], side=4, size=1000.0)), bandwidth=100, top=10)
    assert (found.top, found.stay) == (1, 1)


@pytest.mark.walk
@pytest.mark.cases(1)
@pytest.mark.real_data
@pytest.mark.parametrize("city", CITIES)
def test_the_usual_bandwidth_picks_the_ground_of_the_next_year_better_than_the_rule_of_thumb(real_data, city):
    places, years = CITIES[city](real_data)
    for year in YEARS if os.environ.get("HOTSPOTS_TORTURE") else YEARS[-1:]:
        usual, rule = (on_the_first(places, years, year, rule=rule, shares=(0.01, 0.05)) for rule in (USUAL_RULE, "scott"))
        assert all(one > other for one, other in zip(usual, rule, strict=True)), (year, usual, rule)

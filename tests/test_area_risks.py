"""The model of small areas: the inverse exactly, the posterior by an independent sampler, coverage, the guard, its place in the product."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats
from small_area_maps import KINDS, covered, square

from hotspots.inference import area_risks as model
from hotspots.inference.area_risks import area_risks
from hotspots.inference.block_tridiagonal import BlockTridiagonal
from hotspots.statistics import catalog, clusters, rates
from hotspots.study import Study
from hotspots.study.area_model import MOST, area_model, chance_above
from hotspots.study.options import OPTIONS
from hotspots.study.testing import square_city
from hotspots.words import words_for

EVENTS = np.array([0, 1, 0, 2, 1, 4, 6, 1, 0, 7, 3, 2, 0, 1, 0, 0])  # four by four
EXPECTED = np.array([1.0, 2, 0.5, 1, 3, 1, 2, 1, 0.2, 2, 1, 2, 3, 1, 0.5, 1])


def sampled(events: np.ndarray, expected: np.ndarray, beside: np.ndarray, *, chains: int, turns: int) -> np.ndarray:
    """Draw log risks by Metropolis steps, one area after the other in many chains; nothing is taken from the code that is tested."""
    rng, n = np.random.default_rng(7), len(events)
    graph = np.diag(beside.sum(axis=1)) - beside
    shapes = []
    for alike in model.ALIKE:
        shape = (1 - alike) * np.eye(n) + alike * graph
        shapes.append(shape * np.exp(np.log(np.diag(np.linalg.inv(shape))).mean()))
    shapes_ = np.array(shapes)
    determinants = np.linalg.slogdet(shapes_)[1]
    eta = np.log((events + 0.5) / expected) + 0.1 * rng.standard_normal((chains, n))
    level, spread, which = np.zeros(chains), np.ones(chains), rng.integers(len(model.ALIKE), size=chains)
    kept = []
    for turn in range(turns):
        q = shapes_[which] / spread[:, None, None] ** 2
        for i in range(n):
            now, new = eta[:, i].copy(), eta[:, i] + 0.9 * rng.standard_normal(chains)
            rest = np.einsum("cj,cj->c", q[:, i], eta - level[:, None]) - q[:, i, i] * (now - level)

            def score(x, i=i, q=q, rest=rest, level=level):
                return events[i] * x - expected[i] * np.exp(x) - q[:, i, i] * (x - level) ** 2 / 2 - rest * (x - level)

            accept = np.log(rng.random(chains)) < score(new) - score(now)
            eta[:, i] = np.where(accept, new, now)
        pull = q.sum(axis=2)
        free = pull.sum(axis=1)
        level = (pull * eta).sum(axis=1) / free + rng.standard_normal(chains) / np.sqrt(free)
        apart = eta - level[:, None]
        for move in (0.5, 1.5):  # of the log of the spread
            proposed = spread * np.exp(move * rng.standard_normal(chains))
            square_ = np.einsum("ci,cij,cj->c", apart, shapes_[which], apart)

            def weigh(s, square_=square_):
                return -n * np.log(s) - square_ / (2 * s**2) + np.log(s) + np.log(model.RARELY) / model.LARGE * s

            inside = (proposed > model.NARROWEST) & (proposed < model.WIDEST)
            spread = np.where(inside & (np.log(rng.random(chains)) < weigh(proposed) - weigh(spread)), proposed, spread)
        squares = np.einsum("ci,kij,cj->ck", apart, shapes_, apart)
        which = (determinants / 2 - squares / (2 * spread[:, None] ** 2) + rng.gumbel(size=squares.shape)).argmax(axis=1)
        if turn >= turns // 4:
            kept.append(eta.copy())
    return np.concatenate(kept)


def test_the_diagonal_of_the_inverse_and_the_determinant_are_exact():
    beside = square(9)
    beside = sparse.csr_array(sparse.block_diag([beside, square(2), np.zeros((3, 3))]))  # another part of the map, and three islands
    n, weight = beside.shape[0], np.linspace(0.01, 3, beside.shape[0])
    matrix = sparse.csr_array(sparse.diags_array(np.asarray(beside.sum(axis=1)) + 0.5) - 0.9 * beside)
    found = BlockTridiagonal.of(matrix).inverse(2.0, weight)
    whole = 2 * matrix.toarray() + np.diag(weight)
    dense = np.linalg.inv(whole)
    assert found.diagonal() == pytest.approx(np.diag(dense), rel=1e-10)
    assert found.log_determinant == pytest.approx(np.linalg.slogdet(whole)[1], rel=1e-12)
    assert found.times(np.arange(float(n))) == pytest.approx(dense @ np.arange(float(n)), rel=1e-9)


def test_the_fit_of_few_events_on_an_even_map_comes_to_rest(monkeypatch):
    """Step by step alone it swung to and fro here, each time further, until its turns were over."""
    beside = square(20)
    events = np.zeros(400)
    events[[3, 47, 48, 190, 231, 232, 377]] = 1
    prior = model._Prior.of(beside, np.asarray(beside.sum(axis=1)), 0.985)
    known = (events, np.full(400, events.sum() / 400), prior, 3.0)
    found = model._fit(*known, None)
    monkeypatch.setattr(model, "CLOSE", 1e-8)
    monkeypatch.setattr(model, "TURNS", 400)
    assert found.mean == pytest.approx(model._fit(*known, None).mean, abs=5e-3)


def test_an_area_of_which_the_others_tell_nothing_is_unlike_none_of_them():
    one, unknown = np.ones((1, 2)), np.array([[[0.0, 0.0], [0.1, 3e4]]])  # the mean and deviation by what all others tell
    found = model.AreaRisks(np.ones(1), one, one, one, unknown, 1.0, 0.0).without_own(np.array([9.0, 9.0]), np.array([1.0, 1.0]))
    assert found[0] < 0.001
    assert 0.05 < found[1] < 0.95


@pytest.mark.walk
def test_it_gives_what_an_independent_sampler_gives():
    beside = square(4)
    draws = np.exp(sampled(EVENTS, EXPECTED, beside.toarray(), chains=400, turns=700))
    found = area_risks(EVENTS, EXPECTED, beside)
    low, high = found.interval()
    scale = EVENTS.sum() / (EXPECTED * draws.mean(axis=0)).sum()
    assert found.mean == pytest.approx(draws.mean(axis=0) * scale, rel=0.08)
    assert low == pytest.approx(np.quantile(draws, 0.025, axis=0), rel=0.25)
    assert high == pytest.approx(np.quantile(draws, 0.975, axis=0), rel=0.12)
    assert found.above(2) == pytest.approx((draws > 2).mean(axis=0), abs=0.03)
    assert found.above(1) == pytest.approx((draws > 1).mean(axis=0), abs=0.04)


@pytest.mark.cases(1)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("expected", [0.05, 0.3, 1, 5])
def test_intervals_hold_the_true_risk_as_often_as_they_say(kind, expected):
    full = "HOTSPOTS_TORTURE" in os.environ
    rng = np.random.default_rng(3)
    found = np.mean([covered(kind, expected, rng, side=20 if full else 12).all_places for _ in range(40 if full else 4)])
    assert (0.91 if full else 0.84) <= found <= 1.0
    # where risks are all alike but for a few places, intervals hold them more often than they say: the model cannot know it


def test_an_area_that_is_unlike_all_others_is_told_and_chance_tells_none():
    rng, beside = np.random.default_rng(5), square(20)
    risk = np.ones(400)
    expected = np.full(400, 2.0)
    even = rng.poisson(expected * risk)
    p = area_risks(even, expected * even.sum() / expected.sum(), beside).without_own(even, expected * even.sum() / expected.sum())
    assert 0.02 <= (p < 0.05).mean() <= 0.09
    spiked = even.copy()
    spiked[210] = 22
    p = area_risks(spiked, expected * spiked.sum() / expected.sum(), beside).without_own(spiked, expected * spiked.sum() / expected.sum())
    assert p.argmin() == 210
    assert p[210] < 1e-4


def test_areas_by_themselves_have_the_posterior_of_each_count():
    """With the spread known the areas are apart: the mean of a Poisson count with a log-normal risk, by plain integration."""
    events, expected = np.array([0, 1, 3, 12]), np.array([0.5, 0.5, 2.0, 5.0])
    found = area_risks(events, expected, sparse.csr_array((4, 4)))
    grid = np.linspace(-12, 8, 4001)
    total = np.zeros(4)
    for weight, place, scale, shape in zip(found.weights, found.places, found.scales, found.shapes, strict=True):
        pdf = stats.skewnorm.pdf(grid[:, None], shape, place, scale)
        total += weight * (np.exp(grid)[:, None] * pdf).sum(axis=0) * (grid[1] - grid[0])
    assert found.mean == pytest.approx(total, rel=1e-6)
    low, high = found.interval(0.9)
    assert ((low < found.mean) & (found.mean < high)).all()
    assert (expected * found.mean).sum() == pytest.approx(16, rel=1e-9)  # all risks together are what was seen


def city(**options) -> Study:
    points = [(55, 55)] * 16 + [(55, 45)] * 8 + [(45, 55)] * 5 + [(x, y) for x in range(5, 95, 10) for y in range(5, 95, 20)]
    return Study.of(*square_city(points, side=10, population=500), **options)


def test_the_rate_has_its_interval_its_state_and_an_address_that_leads_to_it():
    study = city(start="2020-01-01", end="2021-01-01")
    measure = catalog.measure("shrunk_rate")
    assert measure.key == "smoothed_rate"
    assert next(row for row in OPTIONS if row.key == "measure").read("shrunk_rate") == "smoothed_rate"
    found, ends, state = measure.compute(study), measure.interval(study), measure.state(study)
    assert ((ends["smoothed_rate_low"] < found) & (found < ends["smoothed_rate_high"])).all()
    vague = ends["smoothed_rate_high"] > 10 * ends["smoothed_rate_low"]
    assert (state == np.where(vague, "unstable", "ok")).all()
    assert (found * study.person_years / 1e5).sum() == pytest.approx(len(study.incidents), rel=0.01)
    assert found.drop("b55").max() > found.min()
    assert found.idxmax() == "b55"


def test_people_killed_together_are_one_event_and_all_are_counted():
    points = [(15, 5)] * 6 + [(5, 5), (5, 15), (15, 15)]
    alone = Study.of(*square_city(points, side=2, population=1000), start="2020-01-01", end="2021-01-01")
    event = ["a"] * 6 + ["b", "c", "d"]
    together = Study.of(*square_city(points, side=2, population=1000, event_id=event), start="2020-01-01", end="2021-01-01")
    assert area_model(alone).events.tolist() == [1, 6, 1, 1]
    assert area_model(together).events.tolist() == [1, 1, 1, 1]
    rate = rates.smoothed_rate(together)
    assert rate.to_numpy() == pytest.approx(225, rel=1e-6)  # nine among 4,000, each place alike


def test_nothing_known_and_nobody_killed_give_nothing():
    incidents, blocks = square_city([(5, 5), (15, 5)], side=2, population=[1000, 0, float("nan"), 1000])
    study = Study.of(incidents, blocks)
    assert rates.smoothed_rate(study).isna().tolist() == [False, True, True, False]
    assert rates.smoothed_state(study).tolist()[1:3] == ["no_data"] * 2
    none = Study.of(
        incidents, blocks, start="2019-01-01", end="2019-02-01", covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2021-01-01"))
    )
    assert rates.smoothed_rate(none).isna().all()
    assert rates.unlike_neighbours(none).empty


@pytest.mark.walk
def test_a_hot_spot_may_be_asked_to_have_a_size_and_never_gains_by_it():
    study = city()
    hot = clusters.hot_spot(study)
    sizes = clusters.sizes(study, "population")
    assert ((sizes["risk_low"] < sizes["risk"]) & (sizes["risk"] < sizes["risk_high"])).all()
    for least in ("1.5", "2", "3"):
        fewer = clusters.hot_spot(city(least=least))
        assert fewer.index[fewer == 1].tolist() == [
            one for one in hot.index[hot == 1] if chance_above(study, float(least)).loc[one] >= 0.95
        ]
    assert 0 < (clusters.hot_spot(city(least="2")) == 1).sum() < (hot == 1).sum()
    told = catalog.measure("hot_spot").remarks
    assert "more than 1.5 times the city's" in told(city(least="1.5"), words_for("en"))[0]
    assert not any("times the city's" in one for one in told(study, words_for("en")))
    assert sizes["own"][hot == 1].any()
    assert not sizes["own"][hot == 1].all()


def test_where_places_are_very_many_each_leans_on_all(monkeypatch):
    from hotspots.study import area_model as module

    assert MOST == 5_000
    study = city()
    near = area_model(study).risks
    monkeypatch.setattr(module, "MOST", 50)
    far = area_model(city()).risks
    assert near.alike > 0
    assert far.alike == 0

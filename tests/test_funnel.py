"""The funnel: limits, the verdict against chance, and the scatter of all places; held to scipy, to laws and to simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE
from scipy.stats import false_discovery_control, nbinom, poisson

from hotspots.inference.random_allocation import benjamini_hochberg
from hotspots.statistics import rates
from hotspots.statistics.rates.funnel import _scatter, _two_sided
from hotspots.study import Study
from hotspots.study.testing import square_city


def city(counts, people=1000.0, **columns) -> Study:
    side = int(np.sqrt(len(counts)))
    places = [(10 * (unit % side) + 5, 10 * (unit // side) + 5) for unit, n in enumerate(counts) for _ in range(n)]
    return Study.of(*square_city(places, side=side, population=people, **columns), start="2020-01-01", end="2021-01-01")


def test_the_ratio_by_hand():
    study = city([6, 2, 0, 4], people=[1000, 1000, 1000, 3000])
    assert rates.expected_counts(study).tolist() == [2, 2, 2, 6]
    assert rates.excess_risk(study).tolist() == pytest.approx([3, 1, 0, 4 / 6])
    ends = rates.excess_risk_interval(study)
    assert ends.iloc[2].tolist() == pytest.approx([0, 3.688879454 / 2])


def test_expected_counts_add_up_and_the_unknown_take_no_part():
    study = city([6, 2, 5, 4], people=[1000, 0, float("nan"), 3000])
    expected = rates.expected_counts(study)
    assert expected.sum() == pytest.approx(10)
    assert expected.isna().tolist() == [False, True, True, False]
    found = rates.funnel(study)
    assert (len(found.table), found.left_out) == (2, 2)


def test_the_p_is_the_two_sided_exact_one_adjusted_for_all():
    rng = np.random.default_rng(2)
    mean = rng.gamma(1, 5, 60) + 0.01
    count = rng.poisson(mean * rng.gamma(3, 1 / 3, 60)).astype(float)
    told = np.minimum(1, 2 * np.minimum(poisson.cdf(count, mean), poisson.sf(count - 1, mean)))
    np.testing.assert_allclose(_two_sided(count, mean, 1.0), told, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(benjamini_hochberg(told), false_discovery_control(told), rtol=1e-12)
    wide = np.minimum(1, 2 * np.minimum(nbinom.cdf(count, mean / 1.5, 1 / 2.5), nbinom.sf(count - 1, mean / 1.5, 1 / 2.5)))
    np.testing.assert_allclose(_two_sided(count, mean, 2.5), wide, rtol=1e-9)


def test_people_killed_together_are_one_event_in_the_p_and_all_of_them_in_the_count():
    together = [f"e{n // 4}" for n in range(12)] + [f"f{n}" for n in range(6)]  # twelve people in three events, six alone
    found = rates.funnel(city([12, 2, 2, 2], event_id=together)).table
    assert found["count"].tolist() == [12, 2, 2, 2]
    mean = 4.5 * 9 / 18  # nine events stand for eighteen people
    assert found["p"].iloc[0] == pytest.approx(2 * poisson.sf(3 - 1, mean))
    assert found["p"].iloc[1] == pytest.approx(min(1, 2 * poisson.cdf(2, mean)))


def test_a_count_on_its_limit_lies_inside():
    assert rates.funnel(city([12, 29, 20, 19])).outside() == 0  # 20 expected: from 12 to 29
    assert rates.funnel(city([11, 30, 20, 19])).outside() == 2


def test_widened_limits_have_the_widened_variance():
    mean, scatter = 30.0, 4.0
    law = nbinom(mean / (scatter - 1), 1 / scatter)
    assert (law.mean(), law.var()) == (pytest.approx(mean), pytest.approx(scatter * mean))
    found = rates.funnel_limits([mean], scatter=scatter).iloc[0]
    assert found.tolist() == [law.ppf(at) for at in (0.025, 0.975, 0.001, 0.999)]
    assert rates.funnel_limits([mean, 0, np.nan], scatter=scatter).iloc[1].tolist() == [0] * 4


def test_the_smooth_lines_lie_within_one_of_the_exact_limits():
    curve = rates.funnel_curve(0.05, 500)
    whole = rates.funnel_limits(pd.Series(curve.index, index=curve.index))
    counts = curve.mul(curve.index, axis=0)
    for name in ("high_95", "high_998"):
        assert ((counts[name] <= whole[name] + 1e-9) & (counts[name] > whole[name] - 1 - 1e-9)).all()
    for name in ("low_95", "low_998"):
        assert ((counts[name] <= whole[name] + 1e-9) & (counts[name] >= np.maximum(whole[name] - 1, 0) - 1e-9)).all()


def test_the_number_outside_by_chance_is_exact():
    found = rates.funnel(city([4, 4, 4, 4, 4, 4, 4, 4, 4]))
    told = 9 * (1 - poisson.cdf(8, 4) + poisson.cdf(0, 4))  # 95 of 100 lie from 1 to 8
    assert found.table[["low_95", "high_95"]].iloc[0].tolist() == [1, 8]
    assert found.outside_by_chance() == pytest.approx(told)
    assert found.outside() == 0


def test_people_killed_together_count_once_in_the_verdict():
    counts = [12] + [3] * 8
    apart = rates.funnel(city(counts))
    together = rates.funnel(city(counts, event_id=["one"] * 12 + [str(n) for n in range(24)]))
    assert (apart.table["verdict"].iloc[0], together.table["verdict"].iloc[0]) == ("above", "within")
    assert together.table["count"].iloc[0] == 12


@pytest.mark.walk
def test_places_all_alike_are_seldom_called_different():
    """In a city where nothing differs, any place outside in at most 5 of 100; also with double killings in the data."""
    rng, times = np.random.default_rng(8), 1000 if TORTURE else 40
    for doubled in (False, True):
        false = 0
        for _ in range(times):
            people = rng.uniform(300, 3000, 16)  # residents differ, risk does not
            counts = rng.poisson(people * 0.006)
            names = [f"{unit}-{n // 2 if doubled and n < 2 * (size // 8) else n}" for unit, size in enumerate(counts) for n in range(size)]
            found = rates.funnel(city(counts, people=people, event_id=names))
            false += bool((found.table["verdict"] != "within").any())
        assert false / times <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / times)


def test_a_place_planted_is_found():
    rng = np.random.default_rng(9)
    times = 200 if TORTURE else 15
    caught = sum(rates.funnel(city([*rng.poisson(8, 24), rng.poisson(32)])).table["verdict"].iloc[-1] == "above" for _ in range(times))
    assert caught >= 0.93 * times


def test_the_scatter_of_all():
    rng = np.random.default_rng(10)
    mean = np.full(200, 12.0)
    assert np.mean([_scatter(rng.poisson(mean).astype(float), mean) > 1 for _ in range(60)]) <= 0.15
    wide = nbinom(mean / 3, 1 / 4)  # variance 4 times the mean
    found = [_scatter(wide.rvs(random_state=seed).astype(float), mean) for seed in range(20)]
    assert 3.2 < np.mean(found) < 4.8
    assert _scatter(np.array([90.0, 1, 1, 1]), np.full(4, 20.0)) == 1  # too few places to speak of all


def test_nothing_to_compare():
    assert rates.funnel(city([0, 0, 0, 0])) is None
    assert rates.funnel(city([3, 0, 0, 0], people=float("nan"))) is None

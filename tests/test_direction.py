"""Which way it goes over years: years that swing by more than chance are seldom called a change; a real fall is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.statistics.change import direction
from hotspots.statistics.concentration import patterns
from hotspots.study import Study
from hotspots.study.testing import square_city

DRAWS = 2000


@pytest.mark.parametrize("swings", [1, 2, 4])
@pytest.mark.parametrize("mean", [20, 300])
def test_swings_between_years_are_no_change(swings, mean):
    rng = np.random.default_rng(13)
    years = rng.poisson(mean, (DRAWS, 10)) if swings == 1 else rng.negative_binomial(mean / (swings - 1), 1 / swings, (DRAWS, 10))
    found = [direction(int(one[-1]), int(one[0]), one) for one in years]
    assert np.mean([one.clear for one in found]) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / DRAWS)


def test_a_fall_to_half_is_seen_and_its_range_holds_it():
    rng = np.random.default_rng(14)
    level = 300 * 0.5 ** (np.arange(10) / 9)  # a steady fall, which is no swing
    found = [direction(int(one[-1]), int(one[0]), one) for one in rng.poisson(level, (DRAWS, 10))]
    assert np.mean([one.clear for one in found]) > 0.95
    assert np.mean([one.low <= 0.5 <= one.high for one in found]) > 0.95


def test_too_few_years_say_nothing():
    assert direction(10, 20, [20, 15, 10]) is None
    assert direction(0, 0, [0, 0, 0, 0, 0]) is None


def test_each_place_with_a_death_has_one_pattern():
    dates = ["2020-06-01", "2019-06-01", "2018-06-01", "2020-06-01", "2018-06-01", "2019-06-01", "2016-06-01"]
    at = [(5, 5), (5, 5), (5, 5), (15, 5), (25, 5), (5, 15), (15, 15)]
    study = Study.of(*square_city(at, side=3, dates=dates), covers=(pd.Timestamp("2015-01-01"), pd.Timestamp("2021-01-01")))
    found = patterns(study)
    assert found[study.counts > 0].tolist() == ["lasting", "new", "past", "at_times", "past"]
    assert set(found[study.counts == 0]) == {""}

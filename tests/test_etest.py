"""The exact test of two counts and its range: against statsmodels, against a plain search, and what they promise."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.inference.e_test import e_range, e_test

GRID = [
    (x, y, one, two)
    for x, y in [(0, 1), (1, 0), (0, 4), (5, 9), (12, 3), (40, 25), (2, 30), (3, 3), (17, 60)]
    for one, two in [(1, 1), (1, 3), (28, 84), (60, 178), (365, 1096)]
]


def test_published_values():
    found = e_test([6, 3, 20, 0], [2, 0, 10, 0])
    np.testing.assert_allclose(found, [0.1748748, 0.088379, 0.068832, 1.0], atol=5e-7)


@pytest.mark.parametrize("row", GRID, ids=str)
def test_statsmodels_says_the_same(row):
    from statsmodels.stats.rates import test_poisson_2indep as oracle

    x, y, one, two = row
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides 0 by 0 where neither has any
        theirs = oracle(x, one, y, two, method="etest-score").pvalue
    assert float(e_test(x, y, exposure=one, base_exposure=two)) == pytest.approx(theirs, abs=1e-10)


@given(st.integers(0, 150), st.sampled_from([(1, 1), (1, 3), (59, 179), (366, 1095)]))
def test_the_range_holds_exactly_the_counts_that_the_test_calls_alike(base, exposures):
    low, high = e_range(base, exposure=exposures[0], base_exposure=exposures[1])
    counts = np.arange(2 * base + 40)
    alike = e_test(counts, base, exposure=exposures[0], base_exposure=exposures[1]) > 0.05
    assert counts[alike].tolist() == list(range(int(low), int(high) + 1))


def test_large_counts_have_a_range_too():
    low, high = e_range(2400, exposure=1, base_exposure=3)
    p = e_test([low - 1, low, high, high + 1], 2400, exposure=1, base_exposure=3)
    assert (p > 0.05).tolist() == [False, True, True, False]


def test_the_unknown_stay_unknown():
    assert np.isnan(e_test([1, np.nan, 3], [np.nan, 2, 3])).tolist() == [True, True, False]
    low, high = e_range([np.nan, 4.0])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert low[1] < 4 < high[1]


@pytest.mark.cases(1)
@pytest.mark.parametrize(("one", "two"), [(1, 1), (1, 3)])
@pytest.mark.parametrize("mean", [0.2, 0.8, 2, 5, 12, 21.5, 39.5])
def test_no_more_than_five_in_a_hundred_are_called_unlike_where_nothing_changed(mean, one, two):
    """Summed over every pair of counts, exactly: the E-test is known to pass its level by a hair at most."""
    from scipy.stats import poisson

    reach = [np.arange(int(m + 9 * np.sqrt(m) + 12)) for m in (mean, mean * two / one)]
    p = e_test(reach[0][:, None], reach[1][None, :], exposure=one, base_exposure=two)
    chance = poisson.pmf(reach[0], mean)[:, None] * poisson.pmf(reach[1], mean * two / one)[None, :]
    assert chance[p <= 0.05].sum() <= 0.0503

"""Rates and intervals, held to independent programs and to figures worked by others."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots import concentration, rates
from hotspots.intervals import poisson_interval
from hotspots.study import Study
from hotspots.testing import square_city


def test_intervals_are_those_of_statsmodels():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.rates import confint_poisson
    counts = np.array([0, 1, 2, 5, 10, 19, 20, 100, 4121])
    for level in (0.8, 0.95, 0.99):
        ours = np.array(poisson_interval(counts, level))
        theirs = np.array([confint_poisson(n, 1, method="exact-c", alpha=1 - level) for n in counts]).T
        theirs[0, 0] = 0  # statsmodels gives nan for no events; the exact lower end is 0
        np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_intervals_cover_at_least_as_often_as_they_say():
    from scipy.stats import poisson

    counts = np.arange(400)
    low, high = poisson_interval(counts)
    for mean in (0.05, 0.5, 1, 3.7, 12.2, 60):
        covered = poisson.pmf(counts, mean)[(low <= mean) & (mean <= high)].sum()
        assert covered >= 0.95


def stl() -> gpd.GeoDataFrame:
    """Return the homicides of 78 counties around St. Louis, which come with libpysal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import libpysal

        return gpd.read_file(libpysal.examples.get_path("stl_hom.shp"))


def test_st_louis_has_the_rates_of_its_own_table():
    table = stl()
    city = table[table["NAME"] == "St. Louis City"].iloc[0]
    one = rates.estimate(int(city["HC7984"]), float(city["PO7984"]))
    assert int(city["HC7984"]) == 1238
    assert one.value == pytest.approx(46.574796, abs=1e-5)
    assert (table[["HC7984", "HC8488", "HC8893"]].sum() == [2668, 1864, 2650]).all()
    every = [rates.estimate(int(n), float(people)) for n, people in zip(table["HC7984"], table["PO7984"], strict=True)]
    np.testing.assert_allclose([row.value for row in every], table["HR7984"], atol=5e-4)
    assert sum(row.state != "ok" for row in every) == 68


def test_states_are_four_different_things():
    incidents, blocks = square_city([(5, 5)] * 20 + [(15, 5)], population=[100, 100, 100, 0])
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    assert rates.rate_state(study).tolist() == ["ok", "unstable", "zero", "no_data"]
    assert np.isnan(rates.rate(study).iloc[3])
    assert rates.rate_interval(study)["rate_low"].iloc[2] == 0


def test_a_rate_times_its_exposure_is_the_count():
    incidents, blocks = square_city([(5, 5), (15, 5), (15, 6)], population=[123, 456, 789, 10])
    study = Study.of(incidents, blocks, start="2015-03-01", end="2021-08-15")
    np.testing.assert_allclose(rates.rate(study) * study.person_years / 1e5, study.counts)


def test_the_overall_rate_counts_the_unmapped():
    incidents, blocks = square_city([(5, 5), None, (500, 500)], population=25_000)
    one = rates.overall(Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01"))
    assert (one.count, one.value, one.state) == (3, 3.0, "unstable")


def test_without_population_no_rate_exists():
    one = rates.estimate(5, float("nan"))
    assert one.state == "no_data"
    assert np.isnan(one.value)


@pytest.mark.parametrize(("fraction", "share"), [(0.05, 0.5), (0.2, 0.9), (0.3, 1.0), (1.0, 1.0)])
def test_top_share_by_hand(fraction, share):
    counts = (10, 8, 2, 0, 0, 0, 0, 0, 0, 0)
    points = [(x * 10 + 5, 5) for x, n in enumerate(counts) for _ in range(n)]
    incidents, blocks = square_city(points, side=10)
    study = Study.of(incidents, blocks[blocks["district"] == "row 0"])
    assert concentration.top_share(study, fraction=fraction).share == pytest.approx(share)


def test_top_share_of_nothing_is_unknown():
    assert np.isnan(concentration.top_share(Study.of(*square_city([None]))).share)
    assert isinstance(rates.count(Study.of(*square_city([None]))), pd.Series)

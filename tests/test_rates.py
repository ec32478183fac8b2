"""Rates and intervals, held to independent programs and to figures worked by others."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE

from hotspots.inference import intervals
from hotspots.inference.intervals import poisson_interval
from hotspots.statistics import concentration, rates, trends
from hotspots.study import Study
from hotspots.study.testing import square_city


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


def victims_of_events(mean: float, doubled: float) -> np.ndarray:
    """Return the exact chance of 0, 1, … victims of Poisson events, a share of which have two (Panjer 1981): nothing of ours takes part."""
    chances = np.zeros(400)
    chances[0] = np.exp(-mean)
    for n in range(1, len(chances)):
        chances[n] = mean / n * ((1 - doubled) * chances[n - 1] + 2 * doubled * (chances[n - 2] if n > 1 else 0.0))
    return chances


@pytest.mark.parametrize("mean", [0.05, 0.5, 1, 3.7, 12.2, 30, 100])
def test_intervals_hold_where_people_are_killed_together(mean):
    """A fifth of the events has two victims. Taken one by one, the interval of 12 and more holds in under 93 of 100."""
    chances, victims = victims_of_events(mean, 0.2), np.arange(400)
    assert chances.sum() == pytest.approx(1)
    held = lambda ends: chances[(ends[0] <= 1.2 * mean) & (1.2 * mean <= ends[1])].sum()  # noqa: E731
    assert held(poisson_interval(victims, together=(0.8 + 4 * 0.2) / 1.2)) >= 0.95
    assert mean < 10 or held(poisson_interval(victims)) < 0.93


def test_an_interval_of_pairs_is_that_of_a_weighted_sum():
    """Ten events of two, by the gamma interval for rates of weighted ages, whose one age has the weight 2."""
    low, value, high = rates.gamma_interval(np.array([[10]]), np.array([[0.5]]), np.array([1.0]))
    assert (value[0], *poisson_interval(20, together=2.0)) == pytest.approx((20, low[0], high[0]))


def test_every_interval_of_a_study_knows_who_was_killed_together():
    """Eight victims in four events: rate, count, ratio, the whole city, years and the last 12 months, by hand from Garwood's of four."""
    low, high = (2 * float(end) for end in poisson_interval(4))
    pairs = [(5, 5)] * 8, [f"2020-{1 + i // 2:02}-05" for i in range(8)], [i // 2 for i in range(8)]
    incidents, blocks = square_city(pairs[0], dates=pairs[1], event_id=pairs[2], population=[100_000, 0, 0, 0])
    study = Study.of(
        incidents, blocks, start="2020-01-01", end="2021-01-01", covers=(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
    )
    found = [
        rates.count_interval(study).iloc[0],
        rates.rate_interval(study).iloc[0],
        rates.excess_risk_interval(study).iloc[0] * 8,
        rates.funnel(study).table[["ratio_low", "ratio_high"]].iloc[0] * 8,
        [rates.overall(study).low, rates.overall(study).high],
        trends.yearly(study)[["rate_low", "rate_high"]].iloc[0],
        trends.monthly(study)[["rate_low", "rate_high"]].iloc[-1],
    ]
    for ends in found:
        assert list(ends) == pytest.approx([low, high])
    last = trends.latest(study)
    one = rates.estimate(last.exposed, last.person_years, together=last.together)
    assert (one.low, one.high) == pytest.approx((low, high))


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


def shrunk(counts, people) -> list[float]:
    """Return the shrunk rates, per person-year."""
    return (rates.shrink(pd.Series(counts, dtype=float), pd.Series(people, dtype=float))).tolist()


def test_shrunk_rates_of_st_louis():
    table = stl()
    found = shrunk(table["HC7984"], table["PO7984"])
    told = [2.367189499e-5, 4.545391671e-5, 4.781140194e-5, 2.769071459e-5, 6.589893235e-5]
    np.testing.assert_allclose(found[:5], told, rtol=1e-9)


@pytest.mark.parametrize("years", ["7984", "8488", "8893"])
def test_shrunk_rates_are_those_of_esda_where_places_differ(years):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esda.smoothing import Empirical_Bayes
    table = stl()
    theirs = Empirical_Bayes(table[f"HC{years}"].to_numpy(), table[f"PO{years}"].to_numpy()).r.ravel()
    np.testing.assert_allclose(shrunk(table[f"HC{years}"], table[f"PO{years}"]), theirs, rtol=1e-12)


def test_shrunk_rates_are_the_rate_of_all_where_places_do_not_differ():
    np.testing.assert_allclose(shrunk([10, 20, 30], [1000, 2000, 3000]), [0.01] * 3, rtol=1e-15)
    np.testing.assert_allclose(shrunk([4, 6, 5], [500, 500, 500]), [0.01] * 3, rtol=1e-15)
    assert shrunk([0, 0], [10, 20]) == [0, 0]


def test_shrunk_rates_lie_between_the_own_rate_and_that_of_all():
    rng = np.random.default_rng(4)
    for _ in range(50):
        people = rng.integers(100, 9000, 30)
        counts = rng.poisson(people * rng.gamma(1, 0.001, 30))
        found, own, whole = np.array(shrunk(counts, people)), counts / people, counts.sum() / people.sum()
        assert ((found - whole) * (own - whole) >= -1e-18).all()
        assert (np.abs(found - whole) <= np.abs(own - whole) + 1e-15).all()
        np.testing.assert_allclose(found, shrunk(counts, people), rtol=0)
        assert (np.abs(np.array(shrunk(2 * counts, 2 * people)) - own) <= np.abs(found - own) + 1e-15).all()


def test_shrunk_rates_are_nearer_to_the_truth():
    rng = np.random.default_rng(6)
    better = 0
    for _ in range(100):
        people, truth = rng.integers(300, 6000, 200), rng.gamma(2, 0.0003, 200)
        counts = rng.poisson(people * truth)
        better += np.mean((np.array(shrunk(counts, people)) - truth) ** 2) < np.mean((counts / people - truth) ** 2)
    assert better == 100


def test_shrunk_states():
    incidents, blocks = square_city([(5, 5)] * 30 + [(15, 5)], population=[1000, 1000, 1000, 0])
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    assert rates.shrunk_state(study).tolist() == ["ok", "unstable", "unstable", "no_data"]
    assert rates.shrunk_rate(study).iloc[2] > 0
    assert np.isnan(rates.shrunk_rate(study).iloc[3])


def test_the_interval_of_a_ratio_is_the_binomial_one():
    from scipy.stats import binomtest

    for x, y in [(3, 9), (40, 7), (1, 1), (939, 71)]:
        low, high = binomtest(x, x + y).proportion_ci(method="exact")
        assert intervals.ratio_interval((x, y), (1, 1)) == pytest.approx((low / (1 - low), high / (1 - high)))
        assert intervals.ratio_interval((x, y), (2, 6)) == pytest.approx((3 * low / (1 - low), 3 * high / (1 - high)))
    assert intervals.ratio_interval((0, 0), (1, 1)) == (0, float("inf"))


def test_funnel_limits():
    from scipy.stats import poisson

    assert rates.funnel_limits([20]).to_dict("records") == [{"low_95": 12, "high_95": 29, "low_998": 8, "high_998": 35}]
    means = np.concatenate([[0.0], np.geomspace(1e-3, 5000, 400), np.arange(1.0, 60)])
    found = rates.funnel_limits(means)
    for names, ends in {("low_95", "high_95"): (0.025, 0.975), ("low_998", "high_998"): (0.001, 0.999)}.items():
        for name, at in zip(names, ends, strict=True):
            np.testing.assert_array_equal(found[name].iloc[1:], poisson.ppf(at, means[1:]))
    assert found.iloc[0].tolist() == [0, 0, 0, 0]
    assert rates.funnel_limits(pd.Series([np.nan], index=["x"])).loc["x"].isna().all()


def halves(first, second, population=1000.0) -> Study:
    """Return a row of units with counts in 2019 and in 2020."""
    side = len(first)
    points = [(x * 10 + 5, 5) for counts in (first, second) for x, n in enumerate(counts) for _ in range(n)]
    days = ["2019-03-03"] * sum(first) + ["2020-09-09"] * sum(second)
    people = [*np.broadcast_to(np.asarray(population, dtype=float), side), *[0.0] * (side * side - side)]
    incidents, blocks = square_city(points, side=side, dates=days, population=people)
    row = blocks[blocks["district"] == "row 0"]
    return Study.of(incidents, row, start="2019-01-01", end="2021-01-01", covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2021-01-01")))


def test_the_ratio_of_fifths_by_hand():
    found = rates.rate_ratio_of_fifths(halves((9, 4, 3, 2, 0), (18, 3, 3, 3, 2)))
    assert (found.units, found.of_units, found.day) == (1, 5, pd.Timestamp("2020-01-01"))
    assert (found.highest.count, found.lowest.count, found.value) == (18, 2, 9.0)
    assert (found.low, found.high) == pytest.approx(intervals.ratio_interval((18, 2), (1, 1)))
    six = rates.rate_ratio_of_fifths(halves((9, 8, 4, 3, 2, 0), (8, 7, 3, 3, 3, 2)))  # a fifth of six is two
    assert (six.units, six.highest.count, six.lowest.count) == (2, 15, 5)
    tied = rates.rate_ratio_of_fifths(halves((9, 4, 3, 0, 0), (18, 3, 3, 3, 2)))
    assert tied.lowest.count == 2.5
    none = rates.rate_ratio_of_fifths(halves((9, 4, 3, 2, 0), (20, 3, 3, 3, 0)))
    assert np.isnan(none.value)
    assert (none.low > 1, none.high) == (True, float("inf"))


def test_fewer_than_twenty_homicides_tell_no_ratio_of_fifths():
    assert rates.rate_ratio_of_fifths(halves((9, 4, 3, 2, 0), (17, 3, 3, 3, 2))) is None


def test_no_ratio_of_fifths_where_nothing_puts_them_in_order():
    assert rates.rate_ratio_of_fifths(halves((3, 3, 3, 3, 3), (8, 1, 1, 1, 1))) is None
    assert rates.rate_ratio_of_fifths(halves((9, 4, 3, 0), (8, 3, 3, 3))) is None
    assert rates.rate_ratio_of_fifths(halves((9, 4, 3, 0, 0), (0, 0, 0, 0, 0))) is None
    assert rates.rate_ratio_of_fifths(halves((9, 4, 3, 0, 0), (8, 3, 3, 3, 3), population=0)) is None


def test_chance_alone_makes_no_gap_between_fifths():
    """Among places all alike the ratio is about 1; picked and measured on the same homicides it would be many times that."""
    rng = np.random.default_rng(12)
    told = covered = 0
    naive = []
    for _ in range(480 if TORTURE else 60):
        first, second = rng.poisson(6, 25), rng.poisson(6, 25)
        naive.append(np.sort(first)[-5:].sum() / np.sort(first)[:5].sum())
        found = rates.rate_ratio_of_fifths(halves(first, second))
        if found:
            told += 1
            covered += found.low <= 1 <= found.high
    assert told >= (160 if TORTURE else 20)
    assert covered / told >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / told)
    assert np.median(naive) > 2.5

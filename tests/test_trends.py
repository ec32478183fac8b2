"""Series over time: sums, the expected band and what it promises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE
from hypothesis import given
from hypothesis import strategies as st
from nothing_changes import yearly
from scipy import stats

from hotspots.inference.normal_range import quantiles, yearly_trend
from hotspots.statistics import trends
from hotspots.study import Study
from hotspots.study.testing import square_city

MANY = 4000 if TORTURE else 400
BOSTON = """
2 1 1 1 3 3 3 5 4 7 2 5 5 1 4 2 7 3 4 5 7 2 4 4 2 5 6 1 1 6 3 3 3 4 3 1
3 4 2 1 2 3 7 3 10 5 3 3 4 2 1 3 4 2 3 1 2 0 1 2 1 3 1 0 2 3 0 1 0 1 0 3 1 1 0 0 2
"""  # youth homicides a month, January 1992 to May 1998: Boston's Operation Ceasefire


def boston(**choices) -> Study:
    counts = [int(n) for n in BOSTON.split()]
    months = pd.period_range("1992-01", periods=len(counts), freq="M")
    days = [str(month.start_time.date()) for month, n in zip(months, counts, strict=True) for _ in range(n)]
    incidents, blocks = square_city([(5, 5)] * len(days), dates=days, population=140_000)
    return Study.of(incidents, blocks, covers=(pd.Timestamp("1992-01-01"), pd.Timestamp("1998-06-01")), **choices)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_the_range_is_a_negative_binomial_quantile(base):
    from scipy.stats import nbinom, t

    found = trends.expected_range(base)
    newest = base[-5:]
    m, years = len(newest), len(base)
    mean = max(np.mean(newest), 0.5 / m)
    pairs = [(a - b) ** 2 / (a + b) for a, b in pairwise(base) if a + b]
    free = 2 * (years - 1) ** 2 / max(3 * years - 4, 1)
    held = (free * (np.mean(pairs) if pairs else 1) + 2 * (1 + mean * 0.17**2)) / (free + 2)
    wider = (t.ppf(0.975, free + 2) / 1.959963984540054) ** 2
    variance = (1 + wider * max(held - 1, 0)) * mean * (1 + 1 / m)
    size = mean**2 / (variance - mean)
    assert (found.low, found.high) == tuple(nbinom.ppf([0.025, 0.975], size, size / (size + mean)))
    assert found.low <= found.high


def test_the_band_keeps_its_promise_when_nothing_goes_on():
    rng = np.random.default_rng(3)
    for mean in (0.8, 4, 20):
        draws = rng.poisson(mean, (1500, 16))
        ranges = [trends.expected_range(row[:15].reshape(5, 3)) for row in draws]
        inside = np.mean([found.low <= row[15] <= found.high for found, row in zip(ranges, draws, strict=True)])
        assert 0.945 <= inside <= 0.999


def test_the_band_widens_where_the_years_scatter():
    calm, wild = trends.expected_range([10] * 5), trends.expected_range([2, 18, 10, 2, 18])
    assert wild.low < calm.low
    assert wild.high > calm.high


def judged(rows: np.ndarray) -> np.ndarray:
    """Return for each row which side of its range the last year lies: −1, 0 or 1."""
    ranges = [trends.expected_range(row[:-1]) for row in rows]
    return np.array([int(row[-1] > one.high) - int(row[-1] < one.low) for row, one in zip(rows, ranges, strict=True)])


def test_years_that_swing_lie_within_their_range_as_often_as_promised():
    outside = (judged(yearly(np.random.default_rng(1), MANY)) != 0).mean()
    assert outside <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / MANY)


def test_a_smaller_place_that_swings_more_lies_within_its_range_as_often_as_promised():
    """50 a year that swing by .2, as El Salvador does, five years known: .085 were outside beside a usual swing of .12."""
    rows = yearly(np.random.default_rng(5), 2000, mean=50, years=6, swing=0.2)
    assert (judged(rows) != 0).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)
    halved = np.column_stack([rows[:, :-1], yearly(np.random.default_rng(6), 2000, mean=25, years=1, swing=0.12)[:, :1]])
    calm = np.column_stack([yearly(np.random.default_rng(7), 2000, mean=50, years=5, swing=0.12), halved[:, -1:]])
    assert (judged(calm) == -1).mean() >= 0.6


def test_a_steady_fall_hardly_widens_the_range():
    """300 a year, 6 % fewer each year: the scatter around the mean of five years would make the range twice as wide as for a level."""
    rng = np.random.default_rng(2)

    def width(fall: float) -> float:
        ranges = [trends.expected_range(row) for row in rng.poisson(300 * (1 - fall) ** np.arange(10), (MANY, 10))]
        return float(np.median([(one.high - one.low) / one.expected for one in ranges]))

    assert width(0.06) <= 1.4 * width(0.0)


def test_a_trend_is_found_where_there_is_one_and_seldom_where_years_only_swing():
    rng = np.random.default_rng(3)
    found = [yearly_trend(row).verdict for row in yearly(rng, MANY, years=10)]
    assert np.mean([one != "none" for one in found]) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / MANY)
    falling = [yearly_trend(row).verdict for row in yearly(rng, MANY, years=10, fall=0.06)]
    assert np.mean([one == "fall" for one in falling]) >= 0.7


def test_the_trend_is_that_of_a_regression_by_another_program():
    from statsmodels.api import GLM, families

    counts = np.array([305, 343, 277, 292, 285, 232, 210, 229, 193, 166])
    levels = [0, 0, 0, 0, -1, 1, 1, 1, 1, 1]
    kept = np.array(levels) >= 0
    design = np.column_stack([np.arange(10), np.array(levels) == 0, np.array(levels) == 1])[kept].astype(float)
    theirs = GLM(counts[kept], design, family=families.Poisson()).fit()
    found = yearly_trend(counts, levels)
    assert (found.years, found.span) == (9, 9)
    assert found.share == pytest.approx(np.expm1(theirs.params[0]), rel=1e-6)
    assert found.high - found.low >= np.exp(theirs.conf_int()[0])[1] - np.exp(theirs.conf_int()[0])[0]


@pytest.mark.parametrize(
    "counts", [[0] * 9 + [1], [0] * 9 + [3], [0, 3, *[0] * 8], [2, 0, 1, 0, 5, 1, 0, 2, 0, 8], [0] * 9 + [40], [0] * 8 + [20, 400]]
)
def test_a_handful_of_deaths_or_one_busy_year_makes_no_trend(counts):
    """The page of a block with one death said +126,418,532% a year, the interval up to infinity."""
    assert yearly_trend(counts) is None


def test_twenty_deaths_may_make_a_trend():
    found = yearly_trend([6, 5, 3, 3, 1, 1, 1, 0, 0, 0])
    assert found.verdict == "fall"
    assert np.isfinite([found.share, found.low, found.high]).all()


def test_a_change_of_definition_is_a_step_and_no_trend():
    counts = [300] * 5 + [200] * 5
    assert yearly_trend(counts).share < -0.05
    assert yearly_trend(counts, [0] * 5 + [1] * 5).share == pytest.approx(0, abs=1e-9)
    assert yearly_trend(counts[:7], [0] * 4 + [1] * 3) is None


def test_years_counted_in_another_way_are_compared_with_nothing():
    dates = [f"{year}-{month:02}-10" for year in range(2012, 2021) for month in range(1, 13)]
    covers = (pd.Timestamp("2012-01-01"), pd.Timestamp("2021-01-01"))
    city = square_city([(5, 5)] * len(dates), dates=dates)
    changed = Study.of(*city, covers=covers, recounted=(pd.Timestamp("2018-01-01"),))
    assert trends.latest(Study.of(*city, covers=covers)).verdict == "within"
    assert trends.latest(changed).verdict == "unknown"
    assert trends.monthly(changed)["low"].last_valid_index() == pd.Period("2017-12", "M")
    later = Study.of(*city, covers=covers, recounted=(pd.Timestamp("2017-01-01"),))
    assert trends.latest(later).verdict == "within"


def test_months_and_years_add_up_to_the_study():
    for choices in ({}, {"start": "1993-02-11", "end": "1997-08-20"}):
        study = boston(**choices)
        assert trends.monthly(study)["count"].sum() == trends.yearly(study)["count"].sum() == study.victims


def test_boston_by_hand():
    table = trends.monthly(boston())
    assert table.loc["1992-01":"1996-05", "count"].mean() == pytest.approx(183 / 53)
    assert table.loc["1996-06":, "count"].mean() == pytest.approx(1.25)
    may = table.loc[pd.Period("1996-05", "M")]
    base = table.loc[[pd.Period(f"{year}-{month:02}", "M") for year in (1992, 1993, 1994, 1995) for month in (4, 5, 6)], "count"]
    assert may["expected"] == pytest.approx(base.mean())
    assert table["expected"].first_valid_index() == pd.Period("1995-02", "M")
    assert may["rolling_count"] == table.loc["1995-06":"1996-05", "count"].sum()
    assert may["rate"] == pytest.approx(1e5 * may["rolling_count"] / (4 * 140_000 * (214 / 365 + 152 / 366)))


def test_boston_fell_below_its_normal_range():
    latest = trends.latest(boston(end="1997-06-01"))
    assert (latest.start, latest.end) == (pd.Timestamp("1996-06-01"), pd.Timestamp("1997-06-01"))
    assert latest.count == 2 + 3 + 1 + 2 + 0 + 1 + 2 + 1 + 3 + 1 + 0 + 2
    assert latest.verdict == "below"
    later = trends.latest(boston())
    assert later.count == 3 + 0 + 1 + 0 + 1 + 0 + 3 + 1 + 1 + 0 + 0 + 2
    assert later.range.low < latest.range.low  # the fall is among the years that it is judged by: years that swing so widen the range


def test_months_covered_in_part_are_marked_and_compared_with_nothing():
    table = trends.monthly(boston(start="1995-02-10", end="1995-05-10"))
    assert table["complete"].tolist() == [False, True, True, False]
    assert table["expected"].isna().tolist() == [True, False, False, True]


def test_a_rolling_rate_needs_twelve_months_of_data_not_of_period():
    assert trends.monthly(boston(start="1993-06-01", end="1993-08-01"))["rate"].notna().all()
    assert trends.monthly(boston())["rate"].isna().sum() == 11


def test_part_of_a_year_has_its_own_exposure():
    study = boston(start="1992-01-01", end="1998-06-01")
    last = trends.yearly(study).iloc[-1]
    assert not last["complete"]
    assert last["rate"] == pytest.approx(1e5 * 4 / (4 * 140_000 * 151 / 365))


def test_too_short_a_period_has_no_verdict():
    assert trends.latest(boston(start="1992-01-01", end="1992-06-01")) is None
    assert trends.latest(boston(start="1992-01-01", end="1994-01-01")).verdict == "unknown"


@pytest.mark.walk
def test_false_alarms_over_many_quiet_cities():
    rng = np.random.default_rng(11)
    outside = judged = 0
    for _ in range(8):
        months = pd.period_range("2010-01", periods=120, freq="M")
        days = [str(month.start_time.date()) for month in months for _ in range(rng.poisson(6))]
        incidents, blocks = square_city([None] * len(days), dates=days)
        covers = (pd.Timestamp("2010-01-01"), pd.Timestamp("2020-01-01"))
        table = trends.monthly(Study.of(incidents, blocks, covers=covers)).dropna(subset=["low"])
        outside += ((table["count"] < table["low"]) | (table["count"] > table["high"])).sum()
        judged += len(table)
    assert outside / judged <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / judged)


def test_ends_of_ranges_are_those_of_scipy():
    rng = np.random.default_rng(3)
    size, mean = rng.gamma(1, 20, 500) + 0.05, rng.gamma(0.7, 200, 500) + 1e-3
    at = np.array([0.005, 0.025, 0.25, 0.75, 0.975, 0.995])
    found = stats.nbinom.ppf(at, size[:, None], (size / (size + mean))[:, None])
    assert (quantiles(size, mean, at) == found).all()

"""Series over time: sums, the expected band and what it promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.statistics import trends
from hotspots.study import Study
from hotspots.study.testing import square_city

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


@given(st.lists(st.integers(0, 60), min_size=1, max_size=15))
def test_the_range_is_a_negative_binomial_quantile(base):
    from scipy.stats import nbinom

    found = trends.expected_range(base)
    m = len(base)
    mean = max(np.mean(base), 0.5 / m)
    scatter = np.sum((np.array(base) - mean) ** 2) / (mean * (m - 1)) if m > 1 else 1
    variance = max(scatter, 1) * mean * (1 + 1 / m)
    size = mean**2 / (variance - mean)
    assert (found.low, found.high) == tuple(nbinom.ppf([0.025, 0.975], size, size / (size + mean)))
    assert found.low <= found.high


def test_the_band_keeps_its_promise_when_nothing_goes_on():
    rng = np.random.default_rng(3)
    for mean in (0.8, 4, 20):
        draws = rng.poisson(mean, (1500, 16))
        ranges = [trends.expected_range(row[:15]) for row in draws]
        inside = np.mean([found.low <= row[15] <= found.high for found, row in zip(ranges, draws, strict=True)])
        assert 0.945 <= inside <= 0.999


def test_the_band_widens_where_the_years_scatter():
    calm, wild = trends.expected_range([10] * 15), trends.expected_range([2, 18, 10] * 5)
    assert wild.low < calm.low
    assert wild.high > calm.high


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
    latest = trends.latest(boston())
    assert (latest.start, latest.end) == (pd.Timestamp("1997-06-01"), pd.Timestamp("1998-06-01"))
    assert latest.count == 3 + 0 + 1 + 0 + 1 + 0 + 3 + 1 + 1 + 0 + 0 + 2
    assert latest.verdict == "below"


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

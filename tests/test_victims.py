"""Who was killed and how: every victim has one value, known or unknown."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.inference.e_test import e_range
from hotspots.statistics import victims
from hotspots.statistics.victims import groups
from hotspots.store.schema import field
from hotspots.study import Study
from hotspots.study.calendar import Days
from hotspots.study.testing import square_city

TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))
ages = st.lists(st.one_of(st.just(float("nan")), st.floats(0, 119)), max_size=30)


@given(ages)
def test_ages_fall_into_one_band_each_and_agree_with_the_filter(values):
    incidents, blocks = square_city([(5, 5)] * len(values), age=values)
    study = Study.of(incidents, blocks)
    counts = victims.by(study, "age")
    assert counts.sum() == study.victims
    for band, n in counts.items():
        assert Study.of(incidents, blocks, where={"age": [band]}).victims == n


@given(st.lists(st.sampled_from(field("weapon").values), max_size=30))
def test_words_are_counted_under_their_own_name(words):
    incidents, blocks = square_city([None] * len(words), weapon=words)
    counts = victims.by(Study.of(incidents, blocks), "weapon")
    assert counts.to_dict() == {word: words.count(word) for word in field("weapon").values}


def test_a_field_that_the_file_lacks_is_unknown_for_all():
    assert victims.by(Study.of(*square_city([None, None])), "sex").to_dict() == {"male": 0, "female": 0, "other": 0, "unknown": 2}


YEAR_2020 = Days(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))


def people(years: dict[int, list[int]], since: int) -> Study:
    """Return a city whose events of each year have so many victims each."""
    dates = [f"{year}-03-01" for year, events in years.items() for size in events for _ in range(size)]
    event = [f"{year}-{i}" for year, events in years.items() for i, size in enumerate(events) for _ in range(size)]
    city = square_city([(5, 5)] * len(dates), dates=dates, event_id=event, sex=["female"] * len(dates))
    return Study.of(*city, covers=(pd.Timestamp(since, 1, 1), YEAR_2020.end))


def test_a_double_killing_is_one_piece():
    """None in three years: two people killed apart are beyond what the E-test expects; two, even four at once are not."""
    apart = victims.against_before(people({2020: [1, 1, 1]}, 2019), "sex", YEAR_2020)
    once = victims.against_before(people({2020: [4]}, 2019), "sex", YEAR_2020)
    high = int(e_range(0, exposure=366, base_exposure=365)[1])
    assert apart.table.loc["female", ["together", "high"]].tolist() == [1, high]
    assert once.table.loc["female", ["together", "high", "verdict"]].tolist() == [4, 4 * (high + 1) - 1, "within"]
    mixed = victims.against_before(people({2020: [2, 1], 2019: [1, 1, 1]}, 2019), "sex", YEAR_2020)
    assert mixed.table.loc["female", "together"] == pytest.approx((4 + 1 + 3) / 6)


def test_single_killings_and_one_earlier_year_leave_the_exact_test_as_it_is():
    found = victims.against_before(people({2020: [1] * 9, 2019: [1] * 20}, 2019), "sex", YEAR_2020)
    low, high = e_range(20, exposure=366, base_exposure=365)
    assert found.table.loc["female", ["low", "high"]].tolist() == [low, high]
    assert found.swings == 0


def test_years_that_swing_make_the_range_wider():
    steady = people({year: [1] * 20 for year in range(2015, 2021)}, 2015)
    rough = people({2015: [1] * 5, 2016: [1] * 35, 2017: [1] * 8, 2018: [1] * 40, 2019: [1] * 12, 2020: [1] * 40}, 2015)
    one, other = (victims.against_before(study, "sex", YEAR_2020) for study in (steady, rough))
    assert (one.swings, other.swings) == (5, 5)
    assert other.table.loc["female", "verdict"] == "within"
    assert other.table.loc["female", "high"] > one.table.loc["female", "high"]
    assert (other.table.loc["female", "count"] > e_range(60, exposure=366, base_exposure=1096)[1]).all()  # by chance alone: a change


LEVELS = [(4, 0.4, 0.25), (12, 0.1, 0.25), (40, 0.4, 0.0), (40, 0.1, 0.25), (150, 0.1, 0.25)]
STEADY = [(*level, years) for i, level in enumerate(LEVELS) for j, years in enumerate((2, 3, 5)) if TORTURE or (i + j) % 3 == 2]


@pytest.mark.cases(1)
@pytest.mark.parametrize(("mean", "double", "swing", "years"), STEADY)
def test_few_values_lie_outside_where_nothing_changed(mean, double, swing, years):
    """Simulated: so many events have two victims, and years swing by so much about one level."""
    runs = 4000 if TORTURE else 400
    rng = np.random.default_rng(90_000 + years)
    events = rng.poisson(mean / (1 + double) * np.exp(rng.normal(-(swing**2) / 2, swing, (runs, years + 1))))
    twice = rng.binomial(events, double)
    killed = events + twice
    together = (events + 3 * twice).sum(axis=1) / np.maximum(killed.sum(axis=1), 1)
    base = pd.Series(killed[:, 1:4].sum(axis=1))
    low, high = groups._in_pieces(base, np.maximum(together, 1), exposure=365, base_exposure=365 * min(years, 3))
    least, most = groups._swinging(killed[:, 1:].T.astype(float))
    outside = (killed[:, 0] < np.minimum(low, least)) | (killed[:, 0] > np.maximum(high, most))
    assert outside.mean() <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / runs)
    plain = e_range(base, exposure=365, base_exposure=365 * min(years, 3))
    assert ((killed[:, 0] < plain[0]) | (killed[:, 0] > plain[1])).mean() > 0.08  # what chance alone would have called a change


@pytest.mark.walk
@pytest.mark.parametrize("swings", [(0.15,) * 5, (0.0,) * 5, (0.3, 0.1, 0.1, 0.1, 0.4)])
def test_of_twenty_looks_at_fifteen_values_one_at_most_flags_any(swings):
    """Simulated: three fields of five values, 4 to 60 a year, that swing; a fifth of events has two victims. One by one: 15 % and more."""
    runs, rng = 2000 if TORTURE else 250, np.random.default_rng(7)
    mean, wide = np.tile(np.geomspace(4, 60, 5), 3), (0.8 + 4 * 0.2) / 1.2
    far = np.tile(swings, 3)
    events = rng.poisson(mean / 1.2 * np.exp(rng.normal(-(far**2) / 2, far, (runs, 6, 15))), (runs, 6, 15))
    killed = events + rng.binomial(events, 0.2)
    flagged = {1: np.zeros(runs, dtype=bool), 15: np.zeros(runs, dtype=bool)}
    for n, out in flagged.items():
        base = pd.Series(killed[:, 1:4].sum(axis=1).ravel())
        low, high = (one.reshape(runs, 15) for one in groups._in_pieces(base, wide, exposure=365, base_exposure=365 * 3, looked_at=n))
        for run, years in enumerate(killed):
            for first in (0, 5, 10):
                of = slice(first, first + 5)
                least, most = groups._swinging(years[1:, of].astype(float), n, wide)
                now = years[0, of]
                out[run] |= bool(((now < np.minimum(low[run, of], least)) | (now > np.maximum(high[run, of], most))).any())
    assert flagged[15].mean() <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / runs)
    assert flagged[1].mean() > 0.15


def test_a_change_of_half_is_still_found():
    """Simulated: 15 values of 60 a year that swing by .1, one of them doubled."""
    rng, found, runs = np.random.default_rng(3), 0, 200
    for _ in range(runs):
        years = rng.poisson(60 * np.exp(rng.normal(-0.005, 0.1, (6, 5)))).astype(float)
        found += bool(rng.poisson(120) > groups._swinging(years[1:], 15)[1][0])
    assert found / runs > 0.8


def test_values_that_nobody_had_are_not_looked_at():
    study = people({2020: [1, 1], 2019: [1]}, 2019)
    assert victims.looked_at(study, ["sex", "weapon"], YEAR_2020) == 2  # women, and a weapon that is not known
    wider = victims.against_before(study, "sex", YEAR_2020, looked_at=16).table
    alone = victims.against_before(study, "sex", YEAR_2020).table
    assert wider.loc["female", "high"] > alone.loc["female", "high"]


def test_the_range_of_swinging_years_is_the_negative_binomial_of_scipy():
    """Worked out value by value with scipy's distributions: two values share how far they swing, the unknown has its own."""
    from scipy import stats

    counts = np.array([[4.0, 30, 0], [9, 31, 0], [2, 29, 0]])
    low, high = groups._swinging(counts)
    mean, spread = counts.mean(axis=0), counts.var(axis=0, ddof=1)
    mean[2] = 1 / 6
    shared = (spread[:2] - mean[:2]).sum() / (mean[:2] ** 2).sum()
    own = np.maximum((spread - mean) / mean**2, 0)
    for i, free in enumerate((4, 4, 2)):
        swing = own[i] if i == 2 else max(shared, 0, (max(shared, 0) + own[i]) / 2)
        t = stats.t.ppf(0.975, free) / stats.norm.ppf(0.975)
        variance = max((mean[i] + swing * mean[i] ** 2) * t**2, mean[i]) * 4 / 3
        law = stats.nbinom(mean[i] ** 2 / (variance - mean[i]), mean[i] / variance)
        assert (low[i], high[i]) == (law.ppf(0.025), law.ppf(0.975))

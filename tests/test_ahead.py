"""The months to come: distributions, their scores, which rule is shown, and that nothing knows what comes later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE
from nothing_changes import monthly
from opened import open_page, text
from printed import unlabelled
from scipy import stats

from hotspots.inference.ahead import KEPT, STEADY, Counts, Drift, apart, gain_of
from hotspots.questions.restricted import Asked, ahead
from hotspots.statistics import trends
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.study.testing import square_city
from hotspots.words import words_for

MANY = 400 if TORTURE else 12


def history(counts: np.ndarray, first: str = "2010-01", **more: object) -> Study:
    """Return the study of places (rows: blocks of a square city) by months."""
    months = pd.period_range(first, periods=counts.shape[1], freq="M")
    side = int(np.ceil(np.sqrt(len(counts))))
    at = [(place, month) for place in range(len(counts)) for month in range(len(months)) for _ in range(int(counts[place, month]))]
    points = [(10 * (place % side) + 5, 10 * (place // side) + 5) for place, _ in at]
    days = [str(months[month].start_time.date()) for _, month in at]
    covers = (months[0].start_time, (months[-1] + 1).start_time)
    return Study.of(*square_city(points, dates=days, side=side), covers=covers, start=covers[0], end=covers[1], **more)


@pytest.mark.parametrize(("mean", "size"), [(0.02, 0.5), (2, 1), (20, 3), (300, 40), (300, 1e5), (5, 1e8)])
def test_scores_and_ranges_are_those_of_the_negative_binomial(mean, size):
    one, p = Counts(np.array([float(mean)]), np.array([float(size)])), size / (size + mean)
    k = np.arange(int(20 * mean) + 200)
    upto = stats.nbinom.cdf(k, size, p)
    for came in (0, 1, int(mean), int(1.6 * mean) + 3):
        assert one.off(np.array([came]))[0] == pytest.approx(((upto - (k >= came)) ** 2).sum(), rel=1e-5)
        assert one.surprise(np.array([came]))[0] == pytest.approx(-stats.nbinom.logpmf(came, size, p), rel=1e-6)
    for level in (0.5, 0.95):
        low, high = stats.nbinom.ppf([0.5 - level / 2, 0.5 + level / 2], size, p)
        assert [int(end[0]) for end in one.ends(level)] == [low, high]
        tried = np.arange(int(low) - 2, int(high) + 3)
        assert one.within(tried, level).tolist() == [low <= n <= high for n in tried]


def test_what_is_gained_has_the_interval_of_students_t_over_groups():
    differences = np.random.default_rng(1).normal(0.1, 1, 119)
    means = [part.mean() for part in np.array_split(differences, 9)]
    found = gain_of(differences, together=12)
    assert (found.low, found.high) == pytest.approx(stats.ttest_1samp(means, 0).confidence_interval(0.95))
    assert found.mean == pytest.approx(differences.mean())
    assert gain_of(np.repeat([1.0, 1.1, 0.9], 12), together=12).clear
    assert not gain_of(np.full(23, 1.0), together=12).clear  # one group tells nothing of how far groups differ


def test_neither_of_two_rules_alike_is_called_better():
    """Series that overlap by 12 months, without a difference: 25 in 1,000 may be told better."""
    rng = np.random.default_rng(9)
    many = 4000 if TORTURE else 600
    clear = [gain_of(np.convolve(rng.normal(size=119), np.ones(12), "valid"), together=24).clear for _ in range(many)]
    assert np.mean(clear) <= 0.031 + 3 * np.sqrt(0.031 * 0.969 / many)  # groups that touch follow one another a little: .031


def test_one_level_that_does_not_drift_is_a_gamma_distribution_of_all_months():
    """With nothing forgotten the next month is the mean so far, as sure as so many events make it."""
    counts = np.random.default_rng(2).poisson(5.0, (1, 60))
    drift = Drift(counts, 0)
    best = KEPT.index(1.0)
    drift.whole.best[:] = best
    mean, unsure, beyond = drift.whole.at(60, 1.0, 1)
    events = counts.sum() + 0.5
    season = np.array([drift.season[month, month % 12] for month in range(60)])
    assert mean[0] == pytest.approx(events / (season.sum() * events / counts.sum()))
    assert unsure[0] == pytest.approx(1 / events)
    assert beyond >= 1


def test_what_is_forgotten_weighs_less_with_every_month():
    counts = np.random.default_rng(3).poisson(4.0, (1, 50)).astype(float)
    drift = Drift(counts, 3)
    kept = np.array(KEPT)[:, None] ** np.arange(49, -1, -1)
    season = np.array([drift.season[month, (month + 3) % 12] for month in range(50)])
    assert np.allclose(drift.whole.known[:, 0, -1], kept @ counts[0])
    assert np.allclose(drift.whole.over[:, -1], kept @ season)
    for month in (0, 7):  # each month of the year: what was seen in it, drawn towards none by 44 events
        of = np.flatnonzero((np.arange(50) + 3) % 12 == month)
        ratio = (counts[0, of].sum() + STEADY) / (counts[0].mean() * len(of) + STEADY)
        assert drift.season[50, month] / drift.season[50].mean() == pytest.approx(ratio / _mean_ratio(counts[0]), rel=1e-9)


def _mean_ratio(counts: np.ndarray) -> float:
    months = [np.flatnonzero((np.arange(50) + 3) % 12 == one) for one in range(12)]
    return float(np.mean([(counts[of].sum() + STEADY) / (counts.mean() * len(of) + STEADY) for of in months]))


def test_nothing_that_is_told_knows_what_comes_later():
    counts = np.random.default_rng(4).poisson(3.0, (5, 90))
    counts[0] = counts.sum(axis=0)
    other = counts.copy()
    other[:, 60:] = other[:, 60:] * 7 + 3
    for months in trends.SPANS:
        one, two = (Drift(each, 0).at(60, months) for each in (counts, other))
        assert np.array_equal(one.mean, two.mean)
        assert np.array_equal(one.size, two.size)


def test_the_mean_of_the_same_months_is_the_normal_range_of_that_month():
    """One question, one answer: of the month after the data, what the page says when that month has come."""
    counts = np.random.default_rng(5).poisson(6.0, (1, 61))
    told = trends.ahead(history(counts[:, :60]))
    row = told.table[(told.table["place"] == "") & (told.table["months"] == 1)].iloc[0]
    then = trends.monthly(history(counts)).iloc[-1]
    assert row["rule"] == "mean"
    assert (row["low"], row["high"]) == (then["low"], then["high"])
    assert row["start"] == pd.Timestamp("2015-01-01")


def test_the_record_is_of_every_month_that_could_be_tried():
    counts = np.random.default_rng(6).poisson(2.0, (4, 52))
    study = history(counts)
    told = trends.ahead(study)
    assert told.table.groupby("months")["tries"].unique().map(list).to_dict() == {1: [15], 3: [13], 12: [4]}
    whole, held = counts.sum(axis=0), []
    for at in range(37, 52):
        earlier = trends.ahead(study.between(study.start, pd.Timestamp("2010-01-01") + pd.DateOffset(months=at)), units=False)
        row = earlier.table[earlier.table["months"] == 1].iloc[0]
        if row["rule"] == "mean":
            held.append(row["low"] <= whole[at] <= row["high"])
    row = told.table[(told.table["place"] == "") & (told.table["months"] == 1)].iloc[0]
    assert len(held) == 15
    assert row["mean_held"] == pytest.approx(np.mean(held))


def test_months_that_were_counted_differently_are_never_put_together():
    low, high = np.full((1, 48), 2), np.full((1, 48), 40)
    study = history(np.hstack([low, high]), recounted=(pd.Timestamp("2014-01-01"),))
    row = trends.ahead(study, units=False).table.iloc[0]
    assert row["low"] > 20
    assert row["tries"] == 2 * (48 - 37)
    assert row["mean_off"] < 6  # no try was of 2 where 40 came
    assert trends.ahead(history(np.full((1, 60), 3), recounted=(pd.Timestamp("2014-01-01"),))) is None


def test_a_level_that_jumped_is_followed_and_shown():
    """Years at 30 a month, then at 10, then at 30: the mean of five years lags behind, and the record tells."""
    rng = np.random.default_rng(7)
    counts = rng.poisson(np.repeat([30.0, 10.0, 30.0, 10.0], 40))[None]
    told = trends.ahead(history(counts), units=False)
    row = told.table[told.table["months"] == 1].iloc[0]
    assert row["rule"] == "level"
    assert row["level_off"] < row["mean_off"]
    assert row["high"] < 25


def test_ranges_hold_as_often_as_they_promise_where_years_swing():
    """12 months of a city of 120 a year whose years swing by 12 %, and of its places; either rule, tried once in each history."""
    rng = np.random.default_rng(8)
    held: list[tuple[bool, bool]] = []
    for _ in range(MANY):
        whole = monthly(rng, year=120, years=8, season=0.2, swing=0.12)
        split = np.array([rng.multinomial(n, [0.5, 0.3, 0.2]) for n in whole]).T
        counts, came = np.vstack([whole, split])[:, :84], np.vstack([whole, split])[:, 84:].sum(axis=1)
        held.extend(zip(Drift(counts, 0).at(84, 12).within(came, 0.95), Drift(counts, 0).at(84, 12).within(came, 0.5), strict=True))
    wide, half = np.mean(held, axis=0)
    assert wide >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / MANY)
    assert 0.5 - 3 * np.sqrt(0.25 / MANY) <= half <= 0.5 + 3 * np.sqrt(0.25 / MANY) + 0.15


def test_a_year_in_which_the_level_jumps_lies_in_its_range():
    """A city of 300 a year and its places, foretold at the very end of a year: of what came, 89 in 100 lay in the range for 95 before."""
    rng, many = np.random.default_rng(10), 1000 if TORTURE else 120
    held = []
    for _ in range(many):
        whole = monthly(rng, year=300, years=8, season=0.2, swing=0.12)
        every = np.vstack([whole, np.array([rng.multinomial(n, [0.5, 0.3, 0.2]) for n in whole]).T])
        held.append(Drift(every[:, :84], 0).at(84, 12).within(every[:, 84:].sum(axis=1), 0.95).mean())
    print(f"{np.mean(held):.3f} of years in their range")
    assert np.mean(held) >= 0.95 - 2 * np.std(held) / np.sqrt(many)


def test_tries_that_overlap_tell_as_much_as_the_variance_of_their_mean_square_says():
    rng = np.random.default_rng(11)
    sums = np.cumsum(rng.normal(size=(20_000, 72)), axis=1)
    off = (sums[:, 12:] - sums[:, :-12]) ** 2 / 12  # 60 tries of 12 months
    assert apart(60, 12) == pytest.approx(2 / off.mean(axis=1).var(), rel=0.04)


@pytest.fixture
def city(bundled, unchanged):
    unchanged(bundled)
    return Asked.of(Selection(city="puerto-albatros", language="en"))


@pytest.mark.walk
def test_a_district_has_one_answer_alone_and_in_the_list(city):
    listed = city.ask(ahead.months_ahead_by, unit="districts").value.set_index("place")
    alone = city.at(place="district:El Malecón").ask(ahead.months_ahead).value.table.set_index("months")
    for months in trends.SPANS:
        one = listed.loc["El Malecón"]
        assert (one[f"low_{months}"], one[f"high_{months}"]) == (alone.loc[months, "low"], alone.loc[months, "high"])
    within = city.at(place="district:El Malecón").ask(ahead.months_ahead_by, unit="beats").value["place"]
    assert 0 < len(within) < len(city.ask(ahead.months_ahead_by, unit="beats").value)


def test_the_pages_and_the_command_say_the_same(city, printed):
    answer = city.ask(ahead.months_ahead)
    page = open_page("trends", city="puerto-albatros", lang="en")
    assert not page.exception
    assert answer.sentence(words_for("en")) in text(page)
    assert ahead.brief(answer.value, words_for("en")) in text(open_page("", city="puerto-albatros", lang="en"))
    assert unlabelled(printed("table", "puerto-albatros", "ahead")) == answer.table().to_csv(index=False)

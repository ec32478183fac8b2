"""Near repeats, open windows, and strength, held to other programs, to brute force, to planted truth and to chance."""

from __future__ import annotations

import json
import math
import os
import warnings
from dataclasses import replace
from importlib import import_module
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small_city as small
from hypothesis import given
from hypothesis import strategies as st
from nothing_changes import drifting
from printed import printed
from scipy.special import gammaln

from hotspots import cities
from hotspots.cli.main import main
from hotspots.statistics import repeats
from hotspots.statistics.repeats.knox import adjusted, shuffled
from hotspots.statistics.repeats.moments import by_chance
from hotspots.statistics.repeats.tails import BANDS, cut_off
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.study.testing import square_blocks, square_city

ROOT = Path(__file__).resolve().parent.parent
TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))


def told(name: str) -> list[np.ndarray]:
    return [numbers for called, numbers in printed("repeats") if called == name]


def planted(seed: int, *, first: int, branching: float, days: int = 1825, side: float = 4000.0):
    """Draw a city with busy places, in which each event brings about `branching` others nearby; return places and days in order."""
    rng = np.random.default_rng(seed)
    middles, share = rng.uniform(0, side, (30, 2)), rng.pareto(1.5, 30)
    n = rng.poisson(first)
    busy = middles[rng.choice(30, n, p=share / share.sum())] + rng.normal(0, 100, (n, 2))
    place = np.where(rng.random(n)[:, None] < 0.5, busy, rng.uniform(0, side, (n, 2)))
    day = rng.integers(0, days, n)
    all_places, all_days = [place], [day]
    while len(place):
        of = np.repeat(np.arange(len(place)), rng.poisson(branching, len(place)))
        far, turn = rng.exponential(150, len(of)), rng.uniform(0, 2 * np.pi, len(of))
        place = place[of] + np.column_stack([far * np.cos(turn), far * np.sin(turn)])
        day = day[of] + np.ceil(rng.exponential(14, len(of))).astype(int)
        place, day = place[day < days], day[day < days]
        all_places.append(place)
        all_days.append(day)
    place, day = np.concatenate(all_places), np.concatenate(all_days)
    order = np.argsort(day, kind="stable")
    return place[order], day[order]


def as_events(place: np.ndarray, day: np.ndarray, days: int = 1825) -> repeats.Events:
    ones = np.ones(len(day), dtype=np.int64)
    return repeats.Events(place[:, 0], place[:, 1], day, ones, ones * 0, 0, days - 1, 0)


@pytest.fixture(scope="module")
def invented(albatros) -> Study:
    return Selection(city=albatros.slug).study(albatros)


# Knox: the count and what chance gives.


@pytest.mark.parametrize(("metres", "days"), [(60, 7), (100, 14), (30, 30)])
def test_knox_counts_as_surveillance_does(metres, days):
    x, y, day = told("x")[0], told("y")[0], told("day")[0]
    observed, expected = told(f"knox_{metres}_{days}")[0]
    found = repeats.knox(np.column_stack([x, y]), np.array(day), metres=metres, within=days)
    assert found.observed == observed
    assert found.mean == pytest.approx(expected, abs=4 * math.sqrt(expected / found.draws) + 0.01)


def test_burkitt():
    libpysal = pytest.importorskip("libpysal")
    import geopandas as gpd

    table = gpd.read_file(libpysal.examples.get_path("burkitt.shp"))
    place, day = table[["X", "Y"]].to_numpy(), table["T"].to_numpy()
    found = repeats.knox(place, day, metres=20, within=5, draws=9999)
    assert found.observed == 13
    soon = sum(abs(a - b) <= 5 for i, a in enumerate(day) for b in day[:i])
    assert found.close * soon / (188 * 187 / 2) == pytest.approx(10.1438161, abs=1e-7)
    assert found.mean == pytest.approx(10.1438161, abs=0.15)


def test_pointpats_counts_the_same():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pointpats import Knox as Peer
    place, day = planted(3, first=150, branching=0.2)
    np.random.seed(0)  # noqa: NPY002  the peer's own way
    peer = Peer(place, day[:, None], 200, 14, permutations=0)
    assert repeats.knox(place, day, metres=200, within=14, draws=9).observed == peer.statistic_


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 60)), min_size=2, max_size=12, unique=True))
def test_the_table_counts_each_pair_in_one_band(rows):
    places = [(100.0 * a + 1, 100.0 * b + 1) for a, b, _ in rows]
    dates = [str(np.datetime64("2020-01-01") + day) for _, _, day in rows]
    study = Study.of(*square_city(places, side=6, size=100, dates=dates))
    found = repeats.near_repeats(study, metres=200, days=14, draws=9)
    expected = np.zeros(16, dtype=int)
    single = 0
    for i, (a, b, day) in enumerate(rows):
        for c, d, other in rows[:i]:
            gap, delay = math.hypot(100 * (a - c), 100 * (b - d)), abs(day - other)
            single += gap <= 200 and delay <= 14
            far = 0 if gap == 0 else next((k for k, end in enumerate((100, 200, 400), 1) if gap < end), None)
            soon = next((k for k, end in enumerate((7, 14, 28, 56)) if delay < end), None)
            if far is not None and soon is not None:
                expected[4 * far + soon] += 1
    assert found.table["observed"].tolist() == expected.tolist()
    assert found.single.observed == single


def test_every_order_of_three_days_is_equally_likely():
    orders = {tuple(column) for column in shuffled(np.array([0, 1, 2]), draws=600).T.tolist()}
    assert len(orders) == 6
    counts = pd.Series([tuple(column) for column in shuffled(np.array([0, 1, 2]), draws=6000).T.tolist()]).value_counts()
    assert ((counts - 1000) ** 2 / 1000).sum() < 20.5  # chi-square with 5 degrees of freedom, 1 in 1,000


def test_every_shuffle_is_counted_pair_by_pair():
    place, day = planted(5, first=300, branching=0.2)
    found = repeats.knox(place, day, metres=200, within=14, draws=99)
    one, other = np.triu_indices(len(day), 1)
    near = np.hypot(*(place[one] - place[other]).T) <= 200
    rows = shuffled(day, draws=99).astype(int)
    by_chance = (np.abs(rows[one[near]] - rows[other[near]]) <= 14).sum(axis=0)
    assert (found.close, found.mean) == (near.sum(), by_chance.mean())
    assert found.p == (1 + (by_chance >= found.observed).sum()) / 100


def test_long_periods_do_not_wrap_around(invented):
    place = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0]])
    found = repeats.knox(place, np.array([0, 40_000, 80_000, 80_001]), metres=5, within=5, draws=99)
    assert (found.observed, round(found.mean, 6)) == (1, 1.0)


def test_p_is_fair_when_days_have_nothing_to_do_with_places():
    runs = 2000 if TORTURE else 150
    p = []
    for seed in range(runs):
        place, _ = planted(seed, first=80, branching=0)
        day = np.random.default_rng(seed + 10**6).integers(0, 365, len(place))
        p.append(repeats.knox(place, day, metres=400, within=30, draws=99, seed=seed).p)
    for level in (0.05, 0.2):
        assert np.mean(np.array(p) <= level) <= level + 3 * math.sqrt(level * (1 - level) / runs)
    assert np.mean(np.array(p) <= 0.2) >= 0.2 - 0.02 - 3 * math.sqrt(0.2 * 0.8 / runs)


def test_the_interval_holds_chance_where_nothing_is_planted():
    runs = 200 if TORTURE else 60
    inside = sum(
        (one := repeats.knox(*planted(seed, first=300, branching=0), metres=200, within=14, draws=99, seed=seed)).low <= 1 <= one.high
        for seed in range(runs)
    )
    assert inside >= 0.9 * runs


def test_adjustment_is_that_of_scipy():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(2).random(40) ** 3
    assert adjusted(p) == pytest.approx(false_discovery_control(p))


def test_what_cannot_be_used_is_named():
    with pytest.raises(DataError, match="2 places but 1 day;"):
        repeats.knox(np.zeros((2, 2)), np.array([1]), metres=1, within=1)
    with pytest.raises(DataError, match="1 of 2 places is missing"):
        repeats.knox(np.array([[0, 0], [np.nan, 0]]), np.array([1, 2]), metres=1, within=1)
    with pytest.raises(DataError, match="whole numbers"):
        repeats.knox(np.zeros((2, 2)), np.array([1, 1.5]), metres=1, within=1)


def test_nothing_near_says_nothing():
    found = repeats.knox(np.array([[0.0, 0], [900, 0]]), np.array([1, 2]), metres=10, within=5, draws=9)
    assert (found.observed, found.mean, found.p, found.verdict) == (0, 0, 1, "few")
    assert math.isnan(found.ratio)


# Planted truth.


def test_fewer_shuffles_of_very_many_pairs_say_the_same(invented, monkeypatch):
    many = repeats.near_repeats(invented, metres=200, days=14).single
    monkeypatch.setattr(import_module("hotspots.statistics.repeats.knox"), "MOST_LOOKS", many.close * 700)
    few = repeats.near_repeats(invented, metres=200, days=14).single
    assert few.observed == many.observed
    assert 99 <= few.draws < 999
    assert few.mean == pytest.approx(
        many.mean, abs=4 * math.sqrt(many.mean / few.draws)
    )  # four standard errors of a mean of Poisson counts


def test_all_shuffles_worked_out_say_what_many_of_them_say(invented, monkeypatch):
    some = repeats.near_repeats(invented, metres=200, days=14)
    monkeypatch.setattr(import_module("hotspots.statistics.repeats.knox"), "MOST_LOOKS", 1)
    every = repeats.near_repeats(invented, metres=200, days=14)
    assert (every.single.draws, every.single.observed, every.single.close) == (0, some.single.observed, some.single.close)
    assert every.table["observed"].tolist() == some.table["observed"].tolist()
    error = 4 * np.sqrt(np.maximum(some.table["mean"], 1) * 2 / 999)  # pairs that share an event: up to twice the variance of Poisson's
    assert (np.abs(every.table["mean"] - some.table["mean"]) <= error).all()
    assert (np.abs(every.table["p"] - some.table["p"]) <= 0.07).all()  # four standard errors of a share of 999, at most
    assert (every.single.low, every.single.high) == pytest.approx((some.single.low, some.single.high), rel=0.02)


def test_all_shuffles_of_six_events(monkeypatch):
    """Every order of the days, one by one, has the mean that is worked out for each band."""
    monkeypatch.setattr(import_module("hotspots.statistics.repeats.knox"), "MOST_LOOKS", 0)
    place, day = [(5, 5), (5, 5), (65, 5), (185, 5), (185, 95), (295, 95)], [0, 3, 8, 20, 21, 50]
    dates = [str(pd.Timestamp("2020-01-01") + pd.Timedelta(days=one))[:10] for one in day]
    found = repeats.near_repeats(Study.of(*square_city(place, side=30, dates=dates, event_id=list("abcdef"))), metres=200, days=14)
    for _, row in found.table.iterrows():
        counts = []
        for order in permutations(day):
            gaps = [(math.dist(place[i], place[j]), abs(order[i] - order[j])) for i in range(6) for j in range(i)]
            there = [(g == 0 if row["metres_to"] == 0 else g > 0 and row["metres_from"] <= g < row["metres_to"], d) for g, d in gaps]
            counts.append(sum(near and row["days_from"] <= d < row["days_to"] for near, d in there))
        assert row["mean"] == pytest.approx(np.mean(counts)), row


def test_the_ratio_planted_in_the_bundled_city(invented):
    found = repeats.near_repeats(invented, metres=200, days=14).single
    more = 0.0  # pairs that near and that soon for each event, in the planted process alone: far from busy places
    for seed in range(20):
        place, day = planted(seed, first=700, branching=0.2, side=400_000)
        one = repeats.knox(place[:, :], day, metres=200, within=14, draws=1)
        more += (one.observed - one.close * 0.0155) / len(day) / 20
    kept = 0.93 * 0.95  # the other event of a pair has a place, and was neither spared nor dropped from the definition
    planted_ratio = 1 + more * kept * found.events / found.mean
    assert 1.5 < planted_ratio < 2.5
    assert found.low <= planted_ratio <= found.high
    assert found.verdict == "more"


def test_the_branching_planted_in_the_bundled_city(invented):
    found = repeats.strength(repeats.events_of(invented))
    assert found.low <= 0.2 <= found.high
    assert found.high - found.low < 0.12
    assert found.verdict == "more"


BRANCHING = [(400, 0.0), (1000, 0.4), (400, 0.2), *([(400, 0.1), (400, 0.4), (1000, 0.0)] if TORTURE else [])]


@pytest.mark.cases(1)
@pytest.mark.parametrize(("first", "branching"), BRANCHING)
def test_the_strength_holds_the_planted_truth(first, branching):
    runs = 100 if TORTURE else 20
    found = [repeats.strength(as_events(*planted(90_000_000 + seed, first=first, branching=branching))) for seed in range(runs)]
    inside = sum(one.low <= branching <= one.high for one in found)
    assert inside >= (90 if TORTURE else 16)
    assert np.mean([one.branching for one in found]) == pytest.approx(branching, abs=0.05)


@pytest.mark.parametrize(("swing", "branching", "most"), [(0.3, 0.0, 0.05), (0.6, 0.0, 0.05), (0.0, 0.0, 0.05), (0.3, 0.15, None)])
def test_places_that_drift_are_not_taken_for_killings_that_follow_on_one_another(swing, branching, most):
    """Before the pairs of a year were looked at, 46 and 100 of 100 such cities without any were said to have some."""
    rng, runs = np.random.default_rng(11), 100 if TORTURE else 8
    found = [repeats.strength(as_events(*drifting(rng, swing, branching=branching))) for _ in range(runs)]
    told = sum(one.verdict == "more" for one in found)
    if most is None:
        assert told >= 0.8 * runs
        return
    assert told <= most * runs + 3 * math.sqrt(most * (1 - most) * runs) - 0.5
    if swing == 0.6:
        assert sum(one.verdict == "drift" for one in found) >= 0.8 * runs


def test_what_drift_gives_by_brute_force():
    place, day = drifting(np.random.default_rng(12), 0.6, years=4, year=60, side=4)
    pairs = [(math.dist(place[i], place[j]) <= 600, int(day[i]) - int(day[j])) for i in range(len(day)) for j in range(i)]
    near = [sum(close and low < lag <= high for close, lag in pairs) for low, high in ((-1, 60), (60, 365), (365, 9999))]
    far = [sum(not close and low < lag <= high for close, lag in pairs) for low, high in ((-1, 60), (60, 365), (365, 9999))]
    lasting, times = near[2] / far[2], (1 - 60 / 730) / (1 - 425 / 730)
    found = repeats.strength(as_events(place, day))
    assert found.drift == pytest.approx(times * max(near[1] - lasting * far[1], 0) * far[0] / far[1])


def test_a_year_of_data_does_not_tell_drift_from_followers():
    found = repeats.strength(as_events(*planted(5, first=300, branching=0.4, days=300)))
    assert found.low > 0
    assert found.verdict == "drift"


def test_strength_by_brute_force():
    place, day = planted(8, first=130, branching=0.3)
    found = repeats.strength(as_events(place, day), metres=300, days=30)
    n = len(day)
    close = near = soon = 0
    for i in range(n):
        for j in range(i):
            a, b = math.dist(place[i], place[j]) <= 300, abs(int(day[i]) - int(day[j])) <= 30
            close, near, soon = close + a, near + (a and b), soon + b
    share = (soon - near) / (n * (n - 1) / 2 - close)
    more = (near - close * share) / (1 - share) / n / (1 - found.cut)
    assert found.branching == pytest.approx(1 - (1 + 2 * more) ** -0.5)
    assert (found.observed, found.expected) == (near, pytest.approx(close * share))
    assert found.low < found.branching < found.high


def test_followers_come_in_bunches_of_borels_sizes():
    """A bunch of S has S (S − 1) ÷ 2 pairs; their number for each event has the mean and the variance that the interval is built on."""
    for b in (0.1, 0.4, 0.6):
        size = np.arange(1, 4000)
        share = np.exp(-b * size + (size - 1) * np.log(b * size) - gammaln(size + 1))
        assert share.sum() == pytest.approx(1)
        each = ((1 - b) ** -2 - 1) / 2
        beside = size * (size - 1) / 2 - each * size
        assert (share * beside).sum() == pytest.approx(0, abs=1e-9)
        per_event = (share * beside**2).sum() / (share * size).sum()  # variance of the pairs for each event, times the events
        assert per_event * (1 - b) ** 6 == pytest.approx(b + 1.5 * b**2)  # as a variance of b: the slope is (1 − b)³


def test_the_variance_of_shuffled_pairs_by_all_orders():
    rng = np.random.default_rng(4)
    near, soon = ((one := np.triu(rng.random((6, 6)) < 0.5, 1)) | one.T for _ in range(2))
    counts = [(near & soon[np.ix_(order, order)]).sum() / 2 for order in permutations(range(6))]
    mean, variance = by_chance(near.sum(axis=1).astype(float), soon.sum(axis=1).astype(float))
    assert (mean, variance) == pytest.approx((np.mean(counts), np.var(counts)))


@pytest.mark.parametrize("beyond", [0.02, 0.15, 0.3])
def test_the_part_cut_off_is_told_from_what_is_within(beyond):
    """Delays fall off so that this part comes later than the limit; distances do not reach theirs, and half of the pairs are chance."""
    rng = np.random.default_rng(7)
    own, half = rng.exponential(-1 / math.log(beyond), 40_000), 20_000
    lag, gap = own[own <= 1][:half], rng.gamma(2, 0.06, half)
    chance = np.sqrt(rng.random((3, half)))
    bands = np.histogram(chance[1], np.linspace(0, 1, BANDS + 1))[0]
    found = cut_off(np.append(lag, rng.random(half)), np.append(gap, chance[0]), bands, share=0.5, bunched=1.0)
    assert found.part == pytest.approx(beyond, abs=0.015)
    assert found.low < beyond < found.high


def test_few_pairs_cut_off_little():
    some = np.array([0.1, 0.5, 0.9])
    found = cut_off(some, some, np.histogram(some, np.linspace(0, 1, BANDS + 1))[0], share=0.3, bunched=1.0)
    assert 0 <= found.low < found.part < 0.05
    assert found.high < 0.2


def test_too_few_events_have_no_strength():
    assert repeats.strength(as_events(*planted(1, first=60, branching=0))) is None


# Open windows.


def test_open_windows_by_hand():
    places = [(5, 5), (5, 5), (15, 5), (35, 35), None, (5, 15)]
    dates = ["2020-03-01", "2020-03-01", "2020-03-10", "2020-03-14", "2020-03-14", "2020-02-28"]
    study = Study.of(*square_city(places, side=4, dates=dates, event_id=list("aabcde")))
    events = repeats.events_of(study)
    assert (len(events), events.unplaced) == (4, 1)
    found = repeats.open_windows(events, metres=12, days=14)
    assert found["day"].tolist() == [0, 4, 13]  # the fifteenth day has closed the window of 28 February
    assert found["last"].dt.strftime("%m-%d").tolist() == ["03-28", "03-24", "03-15"]
    assert found["killed"].tolist() == [1, 1, 2]
    assert found["overlaps"].tolist() == [0, 1, 2]
    assert found["unit"].tolist() == [15, 1, 0]
    earlier = repeats.open_windows(events, as_of=pd.Timestamp("2020-03-02"), metres=12, days=14)
    assert earlier["day"].tolist() == [1, 3]
    assert earlier["overlaps"].tolist() == [1, 1]  # what came later is not known yet
    with pytest.raises(DataError, match="2021-01-01 is outside the data, which run from 2020-02-01 to 2020-03-14"):
        repeats.open_windows(events, as_of=pd.Timestamp("2021-01-01"))


@pytest.mark.parametrize("days", [1, 14, 28])
def test_a_window_is_open_on_its_last_day_and_closed_on_the_next(days):
    """Day 0 is that of the killing: a window of 14 days that opens on 1 March is open on the 15th, and no longer on the 16th."""
    study = Study.of(*square_city([(5, 5), None], dates=["2020-03-01", "2020-06-30"]))
    events, opened = repeats.events_of(study), pd.Timestamp("2020-03-01")
    last = repeats.open_windows(events, as_of=opened + pd.Timedelta(days=days), days=days)
    assert (last["day"].tolist(), last["last"].tolist()) == ([days], [opened + pd.Timedelta(days=days)])
    assert repeats.open_windows(events, as_of=opened + pd.Timedelta(days=days + 1), days=days).empty


def test_victims_of_one_event_are_one_point():
    study = Study.of(
        *square_city([(5, 5), (6, 5), None, (15, 5)], dates=["2020-03-02", "2020-03-01", "2020-03-01", "2020-03-09"], event_id=list("aaab"))
    )
    events = repeats.events_of(study)
    assert (len(events), events.unplaced) == (2, 0)
    assert (events.x.tolist(), events.victims.tolist()) == ([6.0, 15.0], [3, 1])
    assert repeats.near_repeats(study, draws=9).single.observed == 1


def test_two_killed_together_are_no_repeat_where_the_file_names_no_events(tmp_path):
    same = [(1, name, small.rows()[0].split(",")[at]) for at, name in enumerate(["case", "day", "lon", "lat"]) if at]
    folder = small.write_city(tmp_path / "town", csv=small.csv_text([*same, (2, "lon", same[1][2]), (2, "lat", same[2][2])]))
    city = cities.read_folder(folder)
    events = repeats.events_of(Selection(city="x").study(city))
    assert sorted(events.victims.tolist()) == [1] * 10 + [2]  # another day at the same place is another event


# Cumulative sums.


def test_run_lengths_are_those_of_surveillance():
    for limit, reference, mean, expected in told("run_length"):
        assert repeats.Cusum(round(10 * reference), round(10 * limit), 10).run_length(mean) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("usual", [0.15, 0.6, 4.0])
def test_alarms_come_as_seldom_as_stated(usual):
    chart = repeats.Cusum.of(usual, quiet=150)
    rng = np.random.default_rng(4)
    runs = 4000 if TORTURE else 250
    lengths = []
    for _ in range(runs):
        sums = chart.sums(rng.poisson(usual, 2500))
        lengths.append(int(np.argmax(sums >= chart.limit)) + 1 if (sums >= chart.limit).any() else 2500)
    expected = chart.run_length(usual)
    assert 150 <= expected < 230
    assert np.mean(lengths) == pytest.approx(expected, abs=4 * np.std(lengths) / math.sqrt(runs))


# The command line.


@pytest.fixture
def imported(city_folder):
    return cities.import_folder(city_folder)


def test_the_command_line_says_the_same(imported, capsys):
    assert main(["repeats", imported.slug, "--metres", "300", "--days", "28", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    study = Selection(city=imported.slug).study(imported)
    found = repeats.near_repeats(study, metres=300, days=28)
    assert printed["knox"]["observed"] == found.single.observed
    assert printed["knox"]["mean"] == pytest.approx(found.single.mean)
    assert printed["restricted"] is True
    assert len(printed["windows"]) == len(repeats.open_windows(repeats.events_of(study), metres=300, days=28))
    assert main(["repeats", imported.slug]) == 0
    out = capsys.readouterr()
    assert "windows open" in out.out
    assert "never to be published" in out.err


def test_where_chance_gives_no_pair_there_is_no_ratio(imported, capsys):
    assert main(["repeats", imported.slug, "--start", "2018-01-01", "--end", "2018-01-15", "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert "0 pairs, 0.0 by chance" in told
    assert "\ntoo few to tell\n" in told
    assert "nan" not in told


def test_as_of_knows_nothing_later(imported, capsys):
    assert main(["repeats", imported.slug, "--as-of", "2018-06-30", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["as_of"] == "2018-06-30"
    assert all(row["date"] <= "2018-06-30" for row in printed["windows"])
    before = Selection(city=imported.slug).study(imported).between(imported.start, pd.Timestamp("2018-07-01"))
    assert printed["knox"]["events"] == len(repeats.events_of(before))
    assert main(["repeats", imported.slug, "--as-of", "2090-01-01"]) == 1
    assert "after the last day of the data" in capsys.readouterr().err
    assert main(["repeats", imported.slug, "--metres", "0"]) == 1


@pytest.mark.parametrize(
    ("together", "ids", "expected"),
    [
        (4, "own", "lone"),  # four pairs of victims of one place and day, each victim with a number of its own
        (4, "shared", ""),  # the same, and the pairs share a number
        (2, "own", ""),  # two such pairs may be chance
    ],
)
def test_event_numbers_that_never_repeat_are_questioned(together, ids, expected):
    rng = np.random.default_rng(4)
    spots = [tuple(10_000 * rng.random(2)) for _ in range(60)]
    days = [str((pd.Timestamp("2018-01-01") + pd.Timedelta(days=int(day))).date()) for day in rng.integers(0, 1400, 60)]
    events = [str(one) for one in range(60)]
    for one in range(together):
        spots.append(spots[one])
        days.append(days[one])
        events.append(events[one] if ids == "shared" else str(60 + one))
    incidents, _ = square_city(spots, dates=days, event_id=events)
    known = repeats.events_of(Study.of(incidents, square_blocks(side=4, size=2500.0)))
    single = repeats.knox(np.column_stack((known.x, known.y)), known.day, metres=200, within=14, draws=99)
    assert repeats.doubted(known, replace(single, ratio=1.5)) == expected


def test_a_ratio_beyond_twenty_is_questioned():
    known = repeats.events_of(Study.of(*square_city([(5, 5)] * 3, dates=["2020-01-01", "2020-05-01", "2020-08-01"])))
    single = repeats.knox(np.column_stack((known.x, known.y)), known.day, metres=200, within=14, draws=99)
    assert [repeats.doubted(known, replace(single, ratio=one)) for one in (20.0, 20.1, float("nan"))] == ["", "large", ""]

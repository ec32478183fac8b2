"""The two scans and the classes of emerging hot spots: R, every circle and every cylinder one by one, chance alone, and planted truth."""

from __future__ import annotations

import os
from functools import cache
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from printed import printed
from scipy import stats

from hotspots.statistics import clusters
from hotspots.statistics.clusters import circles as scan
from hotspots.statistics.clusters import emerging_classes, exact_window, outbreaks, scan_bounds
from hotspots.store.schema import DataError, check_blocks
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_blocks, square_city

TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))
SEEDS = 1000 if TORTURE else 40


@cache
def in_r() -> dict[str, np.ndarray]:
    return dict(printed("scan"))


def city(places, cases, people) -> Study:
    """Return a study of small squares at `places` with so many cases and people."""
    index = pd.Index([f"u{n:03}" for n in range(len(places))], name="block_id")
    shapes = [shapely.box(x - 0.25, y - 0.25, x + 0.25, y + 0.25) for x, y in places]
    blocks = check_blocks(gpd.GeoDataFrame({"population": np.asarray(people, float)}, geometry=shapes, crs=EPSG, index=index))
    unit = np.repeat(np.arange(len(places)), np.asarray(cases, int))
    incidents, _ = square_city([tuple(places[u]) for u in unit])
    return Study.of(incidents, blocks, unit_of=pd.Series(pd.Categorical.from_codes(unit, categories=index), index=incidents.index))


def ratio_of(c: float, e: float, n: float) -> float:
    """Return the log-likelihood ratio by scipy's Poisson probabilities."""
    if c <= e:
        return 0.0
    more = stats.poisson.logpmf(c, c) + stats.poisson.logpmf(n - c, n - c)
    return float(more - stats.poisson.logpmf(c, e) - stats.poisson.logpmf(n - c, n - e))


# the circular scan


@pytest.mark.parametrize("name", ["sids74", "sids79", "lattice"])
@pytest.mark.parametrize("cap", [0.1, 0.5])
def test_r_finds_the_same_circle(name, cap):
    r = in_r()
    one = city(np.column_stack([r[f"{name}_x"], r[f"{name}_y"]]), r[f"{name}_cases"], r[f"{name}_people"])
    first = clusters.circular_scan(one, cap=cap, simulations=19, largest=cap).table.iloc[0]
    llr, observed, expected, radius, _ = r[f"{name}_{cap:g}"]
    assert first["llr"] == pytest.approx(llr, rel=1e-9)
    assert (first["observed"], first["expected"]) == (observed, pytest.approx(expected))
    assert first["radius"] == pytest.approx(radius, abs=2e-3)
    assert sorted(first["members"]) == [f"u{int(n) - 1:03}" for n in sorted(r[f"{name}_{cap:g}_members"])]


def test_circles_are_of_the_size_that_parts_the_city_best():
    """Two hard-hit blocks with quiet ones between: one circle of both and all between is stronger than either, and says less."""
    places, people = np.array([(x * 100.0, 0.0) for x in range(40)]), np.full(40, 500)
    events = np.array([14 if at in (0, 3) else 1 for at in range(40)])
    one = city(places, events, people)
    whole, parted = clusters.circular_scan(one, cap=0.5, largest=0.5), clusters.circular_scan(one, cap=0.5)
    assert whole.significant["units"].tolist() == [4]
    assert parted.largest < whole.largest
    assert parted.significant["observed"].tolist() == [14, 14]
    assert parted.table["p"].iloc[0] >= whole.table["p"].iloc[0]  # of the same maps: all circles were looked at
    nothing = clusters.circular_scan(city(places, np.full(40, 2), people), cap=0.5)
    assert nothing.largest == 0.5
    assert nothing.significant.empty


def test_the_gini_coefficient_is_that_of_its_curve():
    """By the trapezes of numpy under shares in order of their ratio, and by hand: half of the events on a tenth of the ground."""
    observed, share, n = np.array([30, 12]), np.array([0.05, 0.1]), 100
    ground, events = np.cumsum([0, 0.85, 0.1, 0.05]), np.cumsum([0, 0.58, 0.12, 0.3])
    assert scan.gini(observed, share, n) == pytest.approx(1 - 2 * np.trapezoid(events, ground))
    assert scan.gini(np.zeros(0), np.zeros(0), n) == pytest.approx(0)


def test_a_few_events_do_not_turn_small_circles_into_a_large_one():
    """Between two hard-hit blocks one with a death more than elsewhere: one circle of all three parts them better by a hair alone."""
    places, people = np.array([(x * 100.0, 0.0) for x in range(40)]), np.full(40, 500)
    events = np.array([14, 3, 14, *[2] * 37])
    one = city(places, events, people)
    assert scan.gini(np.array([31]), np.array([3 / 40]), 105) > scan.gini(np.array([14, 14]), np.array([1 / 40, 1 / 40]), 105)
    assert clusters.circular_scan(one, cap=0.5, largest=0.5).significant["observed"].tolist() == [31]
    assert clusters.circular_scan(one, cap=0.5).significant["observed"].tolist() == [14, 14]


def test_what_a_size_is_behind_by_is_known_as_well_as_drawing_the_events_anew_says():
    """Less than a standard error behind the best is as good, more is not: that error is the spread over 4,000 draws of the events.

    Of 100 events 40 and 12 lie in a circle of the large size, 8 in another, 40 in none; the small size lists the 12 in none.
    """
    events = np.array([40, 12, 8, 40])
    one, other, rest = scan.worth(np.array([52, 8]), np.array([0.12, 0.04]), 100)
    large = np.array([one, one, other, rest])
    one, other, rest = scan.worth(np.array([40, 8]), np.array([0.06, 0.04]), 100)
    small = np.array([one, rest, other, rest])
    drawn = np.random.default_rng(7).multinomial(100, events / 100, size=4000) @ (large - small) / 100
    behind = 0.06  # 0.4512 less 0.3912, each by trapezes under its curve
    assert events @ (large - small) / 100 == pytest.approx(behind)
    for errors, size in ((0.95, 0.1), (1.05, 0.2)):
        nearer = small + behind - errors * drawn.std()  # so that it is so many errors behind
        assert scan.smallest_as_good({0.1: nearer, 0.2: large}, events) == size


def every_circle(one: Study, cap: float) -> float:
    """Return the largest ratio over all circles, looked at one by one."""
    at = shapely.get_coordinates(shapely.centroid(np.asarray(one.blocks.geometry.array)))
    people, events = one.residents.to_numpy(), clusters.events_in(one)
    best = 0.0
    for i in range(len(at)):
        away = np.round(np.hypot(*(at - at[i]).T), 3)
        for radius in np.unique(away):
            inside = away <= radius
            if people[inside].sum() > cap * people.sum() + 1e-9 and radius > 0:
                break
            if people[inside].sum() >= 100:
                best = max(best, ratio_of(events[inside].sum(), events.sum() * people[inside].sum() / people.sum(), events.sum()))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_every_circle_one_by_one(seed):
    rng = np.random.default_rng(seed)
    one = city(rng.uniform(0, 5000, (25, 2)), rng.integers(0, 4, 25), rng.integers(0, 400, 25))
    for cap in (0.1, 0.3):
        found = clusters.circular_scan(one, cap=cap, simulations=19, largest=cap)
        assert found.table["llr"].iloc[0] == pytest.approx(every_circle(one, cap), rel=1e-9)
        zones, base = scan.circles(one, cap=cap)
        maps = [clusters.events_in(one)]
        best = np.zeros(1)
        expected = found.n * zones.share
        rest = found.n - expected
        c = np.arange(found.n + 1.0)
        own = c * np.log(np.maximum(c, 1))
        slope = np.log(np.where(expected > 0, expected, 1) / rest)
        arrays = (zones.starts, zones.members, expected, slope, found.n * np.log(rest), own + own[::-1])
        scan_bounds.best_circles(*arrays, np.array(maps, dtype=np.int32).T.copy(), best)
        assert best[0] == pytest.approx(found.table["llr"].iloc[0], rel=1e-9)
        assert base.baseline == "population"


def highest_on_each_map(starts, members, expected, slope, level, pairs, counts, best):
    """Return `best` raised to the largest ratio of any circle, centre by centre and circle by circle."""
    for first, end in pairwise(starts):
        for circle in range(first, end):
            held = counts[members[first : circle + 1]].sum(axis=0)
            ratio = pairs[held] - held * slope[circle] - level[circle]
            best = np.where((held > expected[circle]) & (expected[circle] > 0), np.maximum(best, ratio), best)
    return best


@pytest.mark.parametrize("seed", range(8))
def test_rings_miss_no_circle(seed):
    """Bounds on rings of circles lose nothing: many events, few events, a planted place, ties in distance, a start above 0."""
    rng = np.random.default_rng(seed)
    places = np.unique(rng.integers(0, 12, (70, 2)) * 100.0 if seed % 2 else rng.uniform(0, 1200, (70, 2)), axis=0)
    people, n = rng.integers(20, 900, len(places)), [30, 3000][seed // 2 % 2]
    zones, base = scan.circles(city(places, [0] * len(places), people), cap=0.5)
    expected = n * zones.share
    rest = np.maximum(n - expected, 1e-300)
    slope = np.where(expected > 0, np.log(np.where(expected > 0, expected, 1) / rest), 0.0)
    own = np.arange(n + 1.0) * np.log(np.maximum(np.arange(n + 1.0), 1))
    risk = base.weight * np.where(np.arange(len(base.weight)) < 3 * (seed > 3), 3, 1)
    counts = rng.multinomial(n, risk / risk.sum(), size=25).T.astype(np.int32).copy()
    arrays = (zones.starts, zones.members, expected, slope, n * np.log(rest), own + own[::-1], counts)
    best = np.full(25, 2.0 * (seed % 3))
    slow = highest_on_each_map(*arrays, best)
    scan_bounds.best_circles(*arrays, best)
    np.testing.assert_array_equal(best, slow)


def test_p_is_at_most_what_it_says_where_nothing_goes_on():
    rng = np.random.default_rng(9)
    places, people = rng.uniform(0, 4000, (40, 2)), rng.integers(100, 900, 40)
    low = [
        clusters.circular_scan(city(places, rng.multinomial(50, people / people.sum()), people), simulations=39, seed=seed).table["p"].min()
        <= 0.05
        for seed in range(SEEDS)
    ]
    assert np.mean(low) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / SEEDS)


def test_planted_circles_are_found_and_do_not_overlap():
    blocks = square_blocks(side=20, size=100.0)
    risk = np.ones((20, 20))
    risk[4:7, 4:7] = risk[14:16, 12:14] = 12
    rng = np.random.default_rng(1)
    unit = rng.choice(400, size=400, p=(risk / risk.sum()).ravel())
    spots = shapely.get_coordinates(shapely.centroid(np.asarray(blocks.geometry.array)))[unit]
    incidents, _ = square_city([tuple(p) for p in spots])
    one = Study.of(incidents, blocks)
    found = clusters.circular_scan(one)
    assert len(found.significant) >= 2
    inside = [set(members) for members in found.table["members"]]
    assert sum(len(one) for one in inside) == len(set().union(*inside))
    for rows, columns in ((range(4, 7), range(4, 7)), (range(14, 16), range(12, 14))):
        group = {f"b{row:02}{column:02}" for row in rows for column in columns}
        assert any(group & set(members) for members in found.significant["members"])
    hot = clusters.scan(one)
    planted = (np.kron(risk > 1, 1) > 0).ravel()
    assert hot[planted].mean() > 0.7
    assert hot[~planted].mean() < 0.1
    assert clusters.circular_scan(one) is found
    assert (found.table["ratio_low"] < found.table["ratio"]).all()


def test_what_a_circle_may_hold():
    people = np.array([50.0, 40, 5000, 5000, 5000, 5000])
    one = city([(100 * x, 0) for x in range(6)], [4, 0, 1, 1, 1, 1], people)
    zones, _ = scan.circles(one, cap=0.3)
    held = zones.share * people.sum()
    assert not ((held > 0) & (held < 100)).any()
    assert (zones.share <= 0.3).all()
    single, _ = scan.circles(one, cap=0.01)  # a unit above the cap is looked at by itself
    assert single.share.max() == pytest.approx(5000 / people.sum())
    for wrong in ({"cap": 0.0}, {"cap": 0.7}, {"simulations": 9}):
        with pytest.raises(DataError):
            clusters.circular_scan(one, **wrong)
    nothing = Study.of(*square_city([None]))
    assert clusters.circular_scan(nothing).table.empty
    assert clusters.scan(nothing).isna().all()


def test_one_event_alone_is_no_cluster():
    """Where few live, one killing is a thousand times what chance would give."""
    apart = square_city([(5, 5), (85, 85)], side=9, population=[101.0, *[10_000.0] * 80])
    assert clusters.circular_scan(Study.of(*apart), simulations=19).table.empty
    together = square_city([(5, 5), (5, 6), (85, 85)], side=9, population=[101.0, *[10_000.0] * 80])
    found = clusters.circular_scan(Study.of(*together), simulations=19).table
    assert found["observed"].tolist() == [2]


def test_many_units_have_fewer_centres():
    blocks = square_blocks(side=70)
    zones, _ = scan.circles(Study.of(*square_city([(5, 5)])[:1], blocks), cap=0.002)
    assert 0.8 * scan.MOST_CENTRES <= len(zones.centres) <= 1.3 * scan.MOST_CENTRES
    assert np.ptp(np.bincount(zones.centres // 700, minlength=7)) < 150


# the space-time permutation scan


def dated(rng: np.random.Generator, n: int, *, side: float = 2000.0, days: int = 200, extra=()) -> Study:
    points = [*rng.uniform(0, side, (n, 2)).round(1), *[point for point, _ in extra]]
    day = [*rng.integers(0, days, n), *[d for _, d in extra]]
    dates = [str(pd.Timestamp("2020-01-01") + pd.Timedelta(days=int(d)))[:10] for d in day]
    incidents, _ = square_city([tuple(map(float, p)) for p in points], dates=dates)
    begin = pd.Timestamp("2020-01-01")
    end = begin + pd.Timedelta(days=days)
    return Study.of(
        incidents, square_blocks(side=2, size=side / 2 + 1), start="2020-01-01", end=end, covers=(pd.Timestamp("2020-01-01"), end)
    )


def every_cylinder(places: np.ndarray, day: np.ndarray, last: int, *, radius: float, days: int, anytime: bool) -> float:
    """Return the largest ratio over all circles around events and all spans of days, looked at one by one."""
    n, best = len(day), 0.0
    for i in range(n):
        away = np.round(np.hypot(*(places - places[i]).T), 3)
        for reach in np.unique(away[away <= radius]):
            inside = away <= reach
            if inside.sum() * 2 > n and reach > 0:
                break
            for length in range(1, days + 1):
                for first in range(last - length + 1, last - length + 2) if not anytime else range(last - length + 2):
                    span = (day >= first) & (day < first + length)
                    best = max(best, ratio_of((inside & span).sum(), inside.sum() * span.sum() / n, n))
    return best


@pytest.mark.parametrize("anytime", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_every_cylinder_one_by_one(seed, anytime):
    one = dated(np.random.default_rng(seed), 14, days=15)
    events = outbreaks.dated_events(one)
    zones = outbreaks.cylinders(events.places, radius=900.0)
    before = np.concatenate([[0], np.cumsum(np.bincount(events.day, minlength=15))]).astype(np.int64)
    expected = every_cylinder(events.places, events.day, 14, radius=900.0, days=4, anytime=anytime)
    seen = outbreaks.best_of_centres(zones, before, events.day, length=4, anytime=anytime)
    assert seen["llr"].max() == pytest.approx(expected, rel=1e-9)
    logs = np.log(np.maximum(np.arange(15.0), 1.0))
    best = np.zeros(1)
    scan_bounds.best_cylinders(zones.starts, zones.members, zones.ends, logs, before, events.day[None], 4, anytime, best)
    assert best[0] == pytest.approx(expected, rel=1e-9)


def spans_one_by_one(zones, before, day, *, length, anytime) -> float:
    """Return the largest ratio of any cylinder: each span from one event of a circle to another, each size of circle."""
    n, best = len(day), 0.0
    for start, end in pairwise(zones.starts):
        when, size = day[zones.members[start:end]], zones.ends[start:end]
        for first in np.unique(when):
            for last in np.unique(when) if anytime else [len(before) - 2]:
                if first <= last < first + length:
                    inside, spread = (when >= first) & (when <= last), before[last + 1] - before[first]
                    held = (inside & (size <= np.unique(size)[:, None])).sum(axis=1)
                    best = max(best, scan.ratios(held, np.unique(size) * spread / n, n).max())
    return best


@pytest.mark.walk
@pytest.mark.parametrize("anytime", [True, False])
@pytest.mark.parametrize("floor", [0.0, 2.0])
def test_bounds_on_spans_miss_no_cylinder(anytime, floor):
    events = outbreaks.dated_events(dated(np.random.default_rng(5), 120))
    zones = outbreaks.cylinders(np.repeat(events.places[::2], 2, axis=0), radius=600.0)  # pairs at one place
    before = np.concatenate([[0], np.cumsum(np.bincount(events.day, minlength=200))]).astype(np.int64)
    days = np.random.default_rng(1).permuted(np.tile(events.day, (6, 1)), axis=1)
    expected = [max(spans_one_by_one(zones, before, day, length=21, anytime=anytime), floor) for day in days]
    assert len(set(expected)) > 1
    best = np.full(6, floor)
    logs = outbreaks.logarithms(120)
    scan_bounds.best_cylinders(zones.starts, zones.members, zones.ends, logs, before, days, 21, anytime, best)
    np.testing.assert_allclose(best, expected, rtol=1e-9)


def test_a_planted_outbreak_is_found():
    burst = [((1000.0 + 5 * k, 1000.0), 150 + 2 * k) for k in range(6)]
    found = clusters.space_time_scan(dated(np.random.default_rng(3), 150, extra=burst), simulations=199)
    first = found.table.iloc[0]
    assert first["p"] <= 0.01
    assert len({str(n) for n in range(150, 156)} & set(first["members"])) >= 5  # the strongest span may leave out one end
    assert first["start"] <= pd.Timestamp("2020-05-30") <= pd.Timestamp("2020-06-09") <= first["end"] + pd.Timedelta(days=3)
    inside = [set(members) for members in found.table["members"]]
    assert sum(map(len, inside)) == len(set().union(*inside))


@pytest.mark.walk
def test_a_planted_outbreak_is_found_from_fewer_centres_and_noise_is_not(monkeypatch):
    """In a very large city circles are drawn around some of the places: a burst is still found, and nothing where is none."""
    burst = dated(np.random.default_rng(3), 150, extra=[((1000.0 + 5 * k, 1000.0), 150 + 2 * k) for k in range(6)])
    everywhere = clusters.space_time_scan(burst, simulations=19).centres
    monkeypatch.setattr(outbreaks, "MOST_MEMBERS", 3000)
    found = clusters.space_time_scan(burst, simulations=199)
    assert 0 < found.centres < everywhere
    assert len({str(n) for n in range(150, 156)} & set(found.table.iloc[0]["members"])) >= 5
    monkeypatch.setattr(outbreaks, "MOST_MEMBERS", 200)
    rng = np.random.default_rng(5)
    scans = [clusters.space_time_scan(dated(rng, 60), simulations=39, seed=seed) for seed in range(SEEDS)]
    assert {one.centres < 60 for one in scans} == {True}
    low = sum(one.table["p"].min() <= 0.05 for one in scans)
    assert low <= stats.binom.ppf(0.999, SEEDS, 0.05)


def test_what_goes_on_now():
    burst = [((500.0 + 5 * k, 500.0), 190 + 2 * k) for k in range(5)]
    going = dated(np.random.default_rng(3), 150, extra=burst)
    now = clusters.space_time_scan(going, anytime=False, simulations=199)
    assert now.table.iloc[0]["p"] <= 0.02
    assert (now.table["end"] == going.end).all() or now.table.iloc[0]["end"] == going.end
    past = dated(np.random.default_rng(3), 150, extra=[(place, day - 100) for place, day in burst])
    assert clusters.space_time_scan(past, anytime=False, simulations=199).table["p"].min() > 0.05


@pytest.mark.walk
def test_shuffled_days_keep_their_promise():
    rng = np.random.default_rng(12)
    low = [clusters.space_time_scan(dated(rng, 60), simulations=39, seed=seed).table["p"].min() <= 0.05 for seed in range(SEEDS)]
    assert np.mean(low) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / SEEDS)


def test_events_without_a_place_take_no_part():
    incidents, blocks = square_city([(5, 5), (5, 5), None, (500, 500)], event_id=["a", "a", "b", "c"])
    events = outbreaks.dated_events(Study.of(incidents, blocks))
    assert events.ids.tolist() == ["a"]
    assert clusters.space_time_scan(Study.of(*square_city([None]))).table.empty
    with pytest.raises(DataError, match="at least 1 day"):
        clusters.space_time_scan(Study.of(incidents, blocks), days=0)


# emerging hot spots


@pytest.mark.parametrize(
    ("hot", "cold", "trend", "name"),
    [
        ("0000000001", "", (0, 1.0), "new"),
        ("0000000111", "", (0, 1.0), "consecutive"),
        ("0100000001", "", (0, 1.0), "sporadic"),
        ("0100000011", "", (0, 1.0), "sporadic"),
        ("0100000001", "0010000000", (0, 1.0), "oscillating"),
        ("1111111111", "", (0, 0.5), "persistent"),
        ("0111111111", "", (30, 0.01), "intensifying"),
        ("1111101111", "", (-30, 0.01), "diminishing"),
        ("1111111110", "", (0, 1.0), "historical"),
        ("1111111100", "", (0, 1.0), "none"),
        ("0000000000", "", (0, 1.0), "none"),
    ],
)
def test_classes_by_hand(hot, cold, trend, name):
    flags = lambda text: np.array([sign == "1" for sign in text.ljust(10, "0")])  # noqa: E731
    assert emerging_classes.class_of(flags(hot), flags(cold), trend) == name


@pytest.mark.parametrize("seed", range(20))
def test_mann_kendall_is_kendalls_tau_against_time(seed):
    """scipy's tau-b is S over the root of the pairs without ties; its p has no continuity correction, so z is compared through S."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 6, 12).astype(float)
    s, p = clusters.mann_kendall(x)
    theirs = stats.kendalltau(np.arange(12), x, method="asymptotic")
    ties = sum(n * (n - 1) / 2 for n in np.unique(x, return_counts=True)[1])
    assert theirs.statistic * np.sqrt(66 * (66 - ties)) == pytest.approx(s, abs=1e-9)
    if s:
        z = stats.norm.isf(theirs.pvalue / 2)
        assert stats.norm.isf(p / 2) == pytest.approx(z * (abs(s) - 1) / abs(s), rel=1e-9)


def test_mann_kendall_by_hand():
    assert clusters.mann_kendall([2.0, 2, 2]) == (0.0, 1.0)
    s, p = clusters.mann_kendall([1, 1, 2, np.nan, 3])  # 5 rising pairs; variance (4·3·13 − 2·1·9) ÷ 18 = 7.667
    assert (s, p) == (5.0, pytest.approx(2 * stats.norm.sf(4 / np.sqrt(23 / 3))))


def test_planted_histories():
    """Three corners of a city of 30 × 30: hot throughout, hot in the last part alone, never hot; ten parts of a year each."""
    rng = np.random.default_rng(2)
    blocks = square_blocks(side=30)
    places, dates = [], []
    for year in range(10):
        for x, y in rng.uniform(0, 300, (60, 2)):
            places.append((x, y))
            dates.append(f"{2010 + year}-05-01")
        for corner, many in ((15.0, 12), (255.0, 14 if year == 9 else 0)):
            places += [(corner, corner)] * many
            dates += [f"{2010 + year}-06-01"] * many
    incidents, _ = square_city(places, dates=dates)
    one = Study.of(incidents, blocks, start="2010-01-01", end="2020-01-01")
    code = clusters.emerging(one)
    assert emerging_classes.CLASSES[int(code["b0101"])] == "persistent"
    assert emerging_classes.CLASSES[int(code["b2525"])] == "new"
    assert code.isna().mean() > 0.8  # most places have too few homicides to tell
    found = clusters.emergence(one)
    assert len(found.starts) == 11
    assert found.hot.shape == (900, 10)
    assert not found.cold.any()
    with pytest.raises(DataError, match="at least 3"):
        clusters.emergence(one, slices=2)


# choices of the study


def test_a_study_says_what_its_tests_compare_with():
    incidents, blocks = square_city([(5, 5)] * 5 + [(95, 95)] * 5, side=10, population=np.arange(100) * 10.0 + 50)
    plain, equal = Study.of(incidents, blocks), Study.of(incidents, blocks, baseline="equal", correction="by")
    assert clusters.windows(plain).baseline == "population"
    found = clusters.windows(equal)
    assert (found.baseline, found.method) == ("equal", "by")
    pd.testing.assert_frame_equal(found.table, clusters.windows(plain, baseline="equal", method="by").table)
    assert exact_window.baseline_of(equal.between(equal.start, equal.end)).baseline == "equal"
    assert clusters.circular_scan(equal, simulations=19).baseline == "equal"
    for wrong in ({"baseline": "people"}, {"correction": "fdr"}):
        with pytest.raises(DataError, match="use one of"):
            Study.of(incidents, blocks, **wrong)

"""Places in order, and whether such an order would have been right: held to brute force, to published figures and to planted cities."""

from __future__ import annotations

import itertools
import os
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from hotspots.statistics import priorities
from hotspots.statistics.priorities import (
    Ground,
    Past,
    caught,
    measured,
    pick,
)
from hotspots.statistics.priorities.backtest import one_sided, step_down
from hotspots.statistics.priorities.rules import (
    RULES,
    Spread,
    past,
    scores,
)
from hotspots.store.schema import DataError, check_blocks, check_incidents
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city

SIDE = 12
TIMES = 40 if os.environ.get("HOTSPOTS_TORTURE") else 12
counts = st.lists(st.integers(0, 4), min_size=3, max_size=7)


@given(score=counts, after=st.data(), budget=st.integers(1, 3))
def test_hits_are_those_of_the_unluckiest_order_of_ties(score, after, budget):
    """Brute force: of all orders that the scores allow, the first places of the one that catches least."""
    n = len(score)
    later = np.array(after.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), dtype=float)
    budget = min(budget, n)
    found = caught(np.array(score, dtype=float), np.ones(n), np.zeros(n), later, share=budget / n)
    orders = [order for order in itertools.permutations(range(n)) if list(order) == sorted(order, key=lambda unit: -score[unit])]
    orders = [o for o in itertools.permutations(range(n)) if all(score[a] >= score[b] for a, b in itertools.pairwise(o))] or orders
    assert found.hits == pytest.approx(min(sum(later[list(order[:budget])]) for order in orders))
    assert found.best == pytest.approx(max(sum(later[list(some)]) for some in itertools.combinations(range(n), budget)))


@given(score=counts, seed=st.integers(0, 10**6))
def test_every_rule_gets_the_same_area(score, seed):
    rng = np.random.default_rng(seed)
    area, later = rng.uniform(0.2, 4, len(score)), rng.integers(0, 4, len(score)).astype(float)
    for unlucky in (None, later):
        part = pick(np.array(score, dtype=float), area, 0.4, unlucky=unlucky)
        assert part @ area == pytest.approx(0.4 * area.sum())
        assert ((part >= 0) & (part <= 1)).all()
    even = pick(np.array(score, dtype=float), area, 0.4)
    assert caught(np.array(score, dtype=float), area, later, later, share=0.4).hits <= even @ later + 1e-9


def test_the_best_choice_may_take_a_place_in_part():
    """By linear programming: no choice of the same area catches more."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(1)
    for _ in range(20):
        area, later = rng.uniform(0.2, 4, 9), rng.integers(0, 6, 9).astype(float)
        told = linprog(-later, A_ub=[area], b_ub=[0.3 * area.sum()], bounds=(0, 1))
        assert caught(np.zeros(9), area, later, later, share=0.3).best == pytest.approx(-told.fun)


def test_the_published_figures_of_st_louis():
    """Counties around St. Louis, ranked by 1979-84 and tested on 1988-93 as if all were of one size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import libpysal

        table = gpd.read_file(libpysal.examples.get_path("stl_hom.shp"))
    before, after = table["HC7984"].to_numpy(dtype=float), table["HC8893"].to_numpy(dtype=float)
    one = measured([caught(before, np.ones(78), before, after, share=1 / 78)], 1 / 78)
    assert one["hit_rate"] == pytest.approx(0.411321, abs=5e-7)
    assert one["pai"] == pytest.approx(32.083, abs=5e-4)
    assert one["pei"] == 1
    assert one["rri"] == pytest.approx((1090 / 1238) / (2650 / 2668), rel=1e-9)


def test_the_measures_by_hand():
    found = [priorities.Hits(2, 5, 3, 4, 8), priorities.Hits(1, 5, 5, 2, 12)]
    one = measured(found, 0.1)
    assert (one["hits"], one["events"], one["hit_rate"]) == (3, 10, 0.3)
    assert (one["pai"], one["pei"], one["rri"]) == pytest.approx((3, 3 / 8, 0.3 / (6 / 20)))
    ends = binomtest(3, 10).proportion_ci(method="exact")
    assert (one["hit_rate_low"], one["hit_rate_high"]) == pytest.approx((ends.low, ends.high))
    assert (one["pai_low"], one["pei_high"]) == pytest.approx((ends.low / 0.1, ends.high / 0.8))
    none = measured([priorities.Hits(0, 0, 0, 0, 0)], 0.1)
    assert np.isnan([none["hit_rate"], none["pai"], none["pei"], none["rri"]]).all()


def test_the_comparison_is_the_exact_one():
    for gained, lost in [(9, 2), (5, 5), (1, 0), (40, 12)]:
        assert one_sided(gained, lost) == pytest.approx(binomtest(gained, gained + lost, alternative="greater").pvalue)
    assert one_sided(9.7, 2.2) == pytest.approx(binomtest(9, 12, alternative="greater").pvalue)
    assert one_sided(0.5, 0) == 1
    np.testing.assert_allclose(step_down(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])


def grid_city(cells, days, *, people=1000.0, side=SIDE, **columns) -> Study:
    """Return the study of events in cells of a square grid on given days."""
    places = [(10 * (cell % side) + 5, 10 * (cell // side) + 5) for cell in cells]
    dates = [(pd.Timestamp("2010-01-01") + pd.Timedelta(days=int(day))).isoformat() for day in days]
    incidents, blocks = square_city(places, side=side, dates=dates, population=people, **columns)
    return Study.of(
        incidents, blocks, start="2010-01-01", end="2018-01-01", covers=(pd.Timestamp("2010-01-01"), pd.Timestamp("2018-01-01"))
    )


LENGTH = 2922  # days from 2010 to 2017


def test_rules_by_hand():
    study = grid_city([0, 0, 1, 14], [LENGTH - 1, LENGTH - 8, LENGTH - 1500, LENGTH - 15], people=[200.0, 100.0, *[0.0] * 142])
    seen = past(study)
    assert seen.days.tolist() == [1500, 15, 8, 1]
    assert RULES["count"](seen)[[0, 1, 14]].tolist() == [2, 1, 1]
    assert RULES["recent"](seen)[[0, 1, 14]].tolist() == [2, 0, 1]
    fresh = {0: 1 + 1 / 2, 1: 1 / (1 + 1500 // 7), 14: 1 / 3}
    beside = {0: fresh[1], 1: fresh[0] + fresh[14], 14: fresh[1], 13: fresh[0] + fresh[1] + fresh[14]}
    told = RULES["near_repeat"](seen)
    for cell in (0, 1, 14, 13):
        assert told[cell] == pytest.approx(fresh.get(cell, 0) + beside[cell] / 2)
    assert RULES["shrunk"](seen)[14] == 1  # nobody lives there: what was
    earlier = seen.before(10)
    assert (earlier.days.tolist(), earlier.counts[0]) == ([1490, 5], 0)


def test_density_is_the_kernel_sum():
    rng = np.random.default_rng(0)
    seen = past(grid_city(rng.integers(0, 144, 60), rng.integers(0, LENGTH, 60)))
    from hotspots.statistics import density

    at = seen.ground.middle[seen.unit]
    wide = density.cross_validated(at[:, 0], at[:, 1], kernel="quartic")
    assert seen.spread.bandwidth == wide
    told = density.density_at(at, seen.ground.middle, bandwidth=wide)
    found = RULES["density"](seen) / seen.ground.area
    np.testing.assert_allclose(found, told * np.pi * wide**2 / 3)


def test_a_back_test_looks_at_nothing_of_what_it_tests():
    """Events after the last tested day change nothing; events within a tested period change no rank of that period."""
    rng = np.random.default_rng(4)
    cells, days = rng.integers(0, 144, 300), rng.integers(0, LENGTH, 300)
    study = grid_city(cells, days)
    whole = past(study, bandwidth_before=pd.Timestamp("2013-01-01"))
    cut = (pd.Timestamp("2018-01-01") - pd.Timestamp("2015-01-01")).days
    changed = grid_city(np.where(days > LENGTH - cut, 7, cells), days)
    other = past(changed, bandwidth_before=pd.Timestamp("2013-01-01"))
    for rule in RULES:
        np.testing.assert_allclose(scores(whole.before(cut), rule), scores(other.before(cut), rule))


def test_the_bandwidth_rests_on_the_years_before_the_first_tested_day_alone():
    """Events of the tested years, all moved to one cell, leave it as it is; and it is that of the early events by themselves."""
    rng = np.random.default_rng(6)
    cells, days = rng.integers(0, 144, 400), np.sort(rng.integers(0, LENGTH, 400))
    found = priorities.backtest(grid_city(cells, days))
    first = (found.periods[0][0] - pd.Timestamp("2010-01-01")).days
    moved = priorities.backtest(grid_city(np.where(days >= first, 143, cells), days))
    assert found.bandwidth == moved.bandwidth
    early = cells[days < first]
    from hotspots.statistics import density

    assert found.bandwidth == pytest.approx(density.cross_validated(10.0 * (early % SIDE) + 5, 10.0 * (early // SIDE) + 5))
    whole = grid_city(np.where(days >= first, 143, cells), days)
    assert priorities.bandwidth(whole) != moved.bandwidth  # the list may use all of its own period
    assert priorities.bandwidth(whole) == past(whole).spread.bandwidth


def test_events_far_apart_are_spread_far_and_close_ones_less():
    """Pairs 10 m apart, the pairs far from one another: what foretells one of a pair is the other, a cell away."""
    pairs = [0, 1, 30, 31, 66, 67, 114, 115, 140, 141]
    close = priorities.bandwidth(grid_city(pairs * 4, np.arange(40) * 50))
    scattered = priorities.bandwidth(grid_city([0, 5, 10, 50, 57, 64, 96, 103, 110, 143], np.arange(10) * 50))
    assert close < scattered


def test_nothing_but_deaths_reaches_a_rule():
    assert set(Past.__dataclass_fields__) == {"unit", "days", "years", "ground", "spread", "which", "by_day"}
    assert set(Spread.__dataclass_fields__) == {"at", "middle", "early"}
    assert set(Ground.__dataclass_fields__) == {"area", "residents", "middle", "beside"}
    rng = np.random.default_rng(4)
    cells, days = rng.integers(0, 144, 300), rng.integers(0, LENGTH, 300)
    plain = grid_city(cells, days)
    told = grid_city(cells, days, sex=["male"] * 300, age=[20.0] * 300, status=["cleared"] * 300)
    pd.testing.assert_frame_equal(priorities.backtest(plain).table, priorities.backtest(told).table)
    for name, value in (("sex", "male"), ("age", "15-29"), ("status", "cleared")):
        filtered = Study.of(told.incidents, told.blocks, start=told.start, end=told.end, where={name: [value]})
        with pytest.raises(DataError, match=f"deaths alone.*{name}"):
            past(filtered)


def test_a_city_where_places_are_alike_has_no_winner():
    """In at most 5 of 100 cities without any pattern does a rule claim to beat the plain count."""
    claims = 0
    for seed in range(TIMES):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(120, 700))
        found = priorities.backtest(grid_city(rng.integers(0, 144, n), rng.integers(0, LENGTH, n), people=rng.uniform(200, 2000, 144)))
        claims += bool(found.table["beats"].any())
    assert claims / TIMES <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / TIMES)
    assert claims <= max(1, 0.05 * TIMES)


def test_lasting_differences_leave_the_plain_count_unbeaten():
    rng = np.random.default_rng(1)
    chance = rng.gamma(0.3, 1, 144)
    for _ in range(3):
        found = priorities.backtest(grid_city(rng.choice(144, 900, p=chance / chance.sum()), rng.integers(0, LENGTH, 900)))
        assert found.winner() == "count"
        assert found.table.loc[("count", 0.05), "pai"] > 3


def test_where_residents_decide_the_shrunk_rate_wins():
    """All residents are at the same risk; counts of few years are noisy, residents are known."""
    rng = np.random.default_rng(2)
    people = 500 * np.exp(rng.normal(0, 1, 36 * 36))
    cells = rng.choice(36 * 36, 1500, p=people / people.sum())
    found = priorities.backtest(grid_city(cells, rng.integers(0, LENGTH, 1500), people=people, side=36))
    assert found.winner() == "shrunk"
    assert bool(found.table.loc[("shrunk", 0.05), "beats"])


def test_where_hot_places_move_the_recent_rules_win():
    """Each year other places are hot: what was of late tells more than what ever was."""
    rng = np.random.default_rng(3)
    cells, days = [], []
    hot = rng.permutation(144)
    for half in range(4):
        own = hot[half * 8 : half * 8 + 8]
        cells += [*rng.choice(own, 240), *rng.integers(0, 144, 40)]
        days += [*rng.integers(half * 730, (half + 1) * 730, 280)]
    found = priorities.backtest(grid_city(cells, days), months=3)
    assert found.winner() in ("recent", "near_repeat")
    assert bool(found.table.loc[("near_repeat", 0.05), "beats"])


def test_near_repeats_make_the_near_repeat_rule_win():
    rng = np.random.default_rng(5)
    cells, days = [], []
    for start in np.sort(rng.integers(0, LENGTH - 60, 330)):
        first = int(rng.integers(0, 144))
        cells += [first] * 6
        days += [int(start), *(int(start) + rng.integers(1, 50, 5))]
    found = priorities.backtest(grid_city(cells, days), months=1)
    assert found.winner() == "near_repeat"


@pytest.mark.parametrize(
    ("study", "why"),
    [
        (grid_city([1] * 200, np.arange(200) * 14, side=5), "units"),
        (grid_city([1] * 20, np.arange(20) * 140), "events"),
        (grid_city([1] * 200, np.arange(200) * 14).between(pd.Timestamp("2010-01-01"), pd.Timestamp("2013-06-01")), "period"),
    ],
    ids=["units", "events", "period"],
)
def test_what_cannot_be_tested_says_why(study, why):
    assert priorities.backtest(study) == why
    assert why in priorities.REASONS


def test_the_list_leaves_out_ties_together():
    study = grid_city([0, 0, 0, 1, 1, *range(2, 40)], np.arange(43) * 30)
    found = priorities.ranked(study, share=0.05)
    assert found.index.tolist() == ["b0000", "b0001"]
    assert found["order"].tolist() == [1, 2]
    assert found["within"].tolist() == [0.01, 0.02]
    assert priorities.priority(study).sum() == 2
    same = priorities.ranked(grid_city([], []), share=0.05)
    assert same.empty


def test_a_sliver_does_not_come_first_for_being_small():
    shapes = [*square_blocks(side=8, size=10.0).geometry, shapely.box(100, 0, 100.2, 1)]
    blocks = gpd.GeoDataFrame(
        {"population": 10.0}, geometry=shapes, crs=32616, index=pd.Index([f"u{n:02}" for n in range(65)], name="block_id")
    )
    table = square_city([(5, 5)] * 5 + [(100.1, 0.5)], side=8)[0]
    study = Study.of(check_incidents(table), check_blocks(blocks))
    assert priorities.ranked(study, share=0.1).index.tolist() == ["u00", "u64"]


def test_shares_that_make_no_sense():
    with pytest.raises(DataError, match="not 2"):
        priorities.backtest(grid_city([1] * 200, np.arange(200) * 14), months=2)
    with pytest.raises(DataError, match="use one of count"):
        priorities.ranked(grid_city([1] * 20, np.arange(20) * 140), rule="magic")

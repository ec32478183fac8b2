"""Concentration, held to figures worked by hand, to every case counted out, to exact expectations, and to laws."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
import real_cities
from conftest import TORTURE
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom

from hotspots import cities
from hotspots.inference import random_allocation
from hotspots.statistics import concentration
from hotspots.statistics.concentration import (
    against_chance,
    generalised_gini,
    gini,
    lorenz,
    shares,
    stability,
    top_share,
    units_for,
)
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.selection import Selection
from hotspots.study.testing import published_totals, square_blocks, square_city
from hotspots.words import words_for

HAND = [((10, 8, 2, *[0] * 7), 0.78, 0.78), ((5, 2, 1, *[0] * 7), 0.80, 0.75), ((10, *[0] * 9), 0.9, 0.9)]


def study_of(counts, *, sizes=None, population=1000.0, seed=None, **choices) -> Study:
    """Return a study with these counts on a row of blocks; `sizes` groups the victims, in their order, into events."""
    side = max(len(counts), 1)
    points = [(x * 10 + 5, 5) for x, n in enumerate(counts) for _ in range(n)]
    events = np.repeat(np.arange(len(sizes)), sizes) if sizes is not None else np.arange(len(points))
    people = [*np.broadcast_to(np.asarray(population, dtype=float), side), *[0.0] * (side * side - side)]
    incidents, blocks = square_city(points, side=side, population=people, event_id=[str(event) for event in events])
    row = blocks[blocks["district"] == "row 0"]
    if seed is not None:
        incidents, row = incidents.sample(frac=1, random_state=seed), row.sample(frac=1, random_state=seed)
    return Study.of(incidents, row, **choices)


@pytest.mark.parametrize(("counts", "plain", "general"), HAND)
def test_gini_by_hand(counts, plain, general):
    assert gini(study_of(counts)) == pytest.approx(plain)
    assert generalised_gini(study_of(counts)) == pytest.approx(general)


@pytest.mark.parametrize(("share", "units", "held"), [(0.25, 1, 10), (0.5, 1, 10), (0.8, 2, 18), (0.9, 2, 18), (0.91, 3, 20), (1.0, 3, 20)])
def test_units_for_by_hand(share, units, held):
    found = units_for(study_of(HAND[0][0]), share)
    assert (found.units, found.of_units, found.count, found.mapped, found.fraction) == (units, 10, held, 20, units / 10)


def test_lorenz_by_hand():
    table = lorenz(study_of((0, 2, 8, 10, 0)))
    assert table["unit"].tolist() == ["", "b03", "b02", "b01", "b00", "b04"]
    assert table["count"].tolist() == [0, 10, 8, 2, 0, 0]
    assert table["share"].tolist() == [0, 0.5, 0.9, 1, 1, 1]
    assert table["unit_share"].tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1]


def test_nothing_mapped_is_unknown():
    nothing = study_of((0, 0, 0))
    assert against_chance(nothing) is None
    assert stability(nothing) is None
    assert np.isnan([gini(nothing), generalised_gini(nothing), units_for(nothing).fraction]).all()
    assert lorenz(nothing)["share"].isna().all()


def counted_out(n, sizes, chances):
    """Return every way in which the events can fall on the units: how likely it is, and the counts, largest first."""
    for cells in itertools.product(range(n), repeat=len(sizes)):
        counts = np.zeros(n, dtype=int)
        np.add.at(counts, list(cells), sizes)
        yield np.prod([chances[cell] for cell in cells]), np.sort(counts)[::-1]


@pytest.mark.parametrize(
    ("counts", "sizes", "population"),
    [
        ((3, 1, 0), (1, 1, 1, 1), (1, 1, 1)),
        ((4, 1, 0), (2, 1, 1, 1), (1, 1, 1)),
        ((3, 1, 0), (1, 1, 1, 1), (5, 3, 2)),
        ((2, 1, 0, 0, 0, 0, 0), (1, 1, 1), (1,) * 7),
        ((3, 1, 0, 0, 0, 0, 0), (3, 1, 0)[:2], (4, 1, 1, 1, 1, 1, 1)),
    ],
)
def test_chance_is_what_counting_every_case_out_gives(counts, sizes, population):
    chances = np.array(population) / sum(population)
    total, n = sum(sizes), len(counts)
    cases = list(counted_out(n, np.array(sizes), chances))
    half = sum(p * (np.cumsum(x) < total / 2).sum() + p for p, x in cases) / n
    top = sum(p * x[0] for p, x in cases) / total
    even = sum(p * np.abs(x[:, None] - x[None, :]).sum() / (2 * n * total) for p, x in cases)
    baseline = "equal" if len(set(population)) == 1 else "population"
    found = against_chance(study_of(counts, sizes=sizes, population=population), baseline=baseline, draws=40_000)
    assert sum(p for p, _ in cases) == pytest.approx(1)
    assert found.half.expected == pytest.approx(half, abs=0.003)
    assert found.top.expected == pytest.approx(top, abs=0.006)
    assert found.gini.expected == pytest.approx(even, abs=0.006)
    assert found.gini.observed == pytest.approx(gini(study_of(counts)))


@pytest.mark.parametrize(("n", "events"), [(60, 50), (300, 100), (40, 400)])
def test_the_gini_of_chance_has_an_exact_mean(n, events):
    """The mean of |x − y| over two units, of which both hold t by chance, and t of all; worked out without a draw."""
    both = binom.pmf(np.arange(events + 1), events, 2 / n)
    apart = [np.abs(2 * np.arange(t + 1) - t) @ binom.pmf(np.arange(t + 1), t, 0.5) for t in range(events + 1)]
    exact = (n - 1) / (2 * events) * (both @ apart)
    drawn = shares._gini(random_allocation.allocated(np.ones(events, dtype=int), n, draws=4000), n)
    assert drawn.mean() == pytest.approx(exact, abs=4 * drawn.std() / np.sqrt(4000))


@pytest.mark.parametrize(("n", "events"), [(3000, 2500), (400, 4000)])
def test_the_curve_of_chance_is_that_of_binomial_counts(n, events):
    """How many units have j homicides is known exactly on average; the curve of these averages is that of the draws, nearly."""
    level = np.arange(events, 0, -1)
    units = n * binom.pmf(level, events, 1 / n)
    points, held = units.cumsum(), (units * level).cumsum() / events
    rng = np.random.default_rng(5)
    found = against_chance(study_on_grid(rng, n, events))
    exact = np.interp(found.curve.index, np.concatenate([[0], points]), np.concatenate([[0], held]))
    np.testing.assert_allclose(found.curve["expected"].iloc[1:], exact[1:], atol=0.004)
    assert found.half.expected == pytest.approx(np.interp(0.5, held, points) / n, abs=0.003)


def study_on_grid(rng, n, events, **columns) -> Study:
    """Return events at random on `n` units."""
    side = int(np.ceil(np.sqrt(n)))
    blocks = square_blocks(side=side)[:n]
    at = rng.integers(0, n, events)
    points = list(zip(at % side * 10 + 5.0, at // side * 10 + 5.0, strict=True))
    incidents, _ = square_city(points, side=1, **columns)
    return Study.of(incidents, blocks)


def test_chance_does_not_look_concentrated():
    rng = np.random.default_rng(7)
    times = 600 if TORTURE else 40
    cases = [against_chance(study_on_grid(rng, 150, 120), draws=399).half.verdict for _ in range(times)]
    assert sum(case != "within" for case in cases) / times <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / times)


@pytest.mark.walk
def test_victims_killed_together_do_not_look_like_places_that_draw_homicides():
    """Events of three victims fall at random: as events they look like chance; as 180 single homicides they would not."""
    rng = np.random.default_rng(8)
    together, apart = [], []
    for _ in range(40):
        at = rng.integers(0, 150, 60)
        points = [(x % 13 * 10 + 5.0, x // 13 * 10 + 5.0) for x in np.repeat(at, 3)]
        blocks = square_blocks(side=13)[:150]
        for ids, kept in ((np.repeat(np.arange(60), 3), together), (np.arange(180), apart)):
            incidents, _ = square_city(points, side=1, event_id=[str(one) for one in ids])
            kept.append(against_chance(Study.of(incidents, blocks), draws=399).half.verdict)
    assert together.count("below") <= 5
    assert apart.count("below") >= 35


def test_planted_concentration_is_found():
    rng = np.random.default_rng(9)
    at = np.concatenate([rng.integers(0, 12, 100), rng.integers(0, 400, 100)])
    counts = np.bincount(at, minlength=400)
    points = [(x % 20 * 10 + 5.0, x // 20 * 10 + 5.0) for x in at]
    found = against_chance(Study.of(*square_city(points, side=20)))
    assert found.half.verdict == "below"
    assert found.half.marginal < -0.08
    assert found.top.verdict == "above"
    assert found.top.observed == np.sort(counts)[::-1][:20].sum() / 200
    assert found.gini.verdict == found.generalised_gini.verdict == "above"


counts_of_units = st.lists(st.integers(0, 9), min_size=2, max_size=12).filter(any)


@given(counts_of_units)
def test_bounds(counts):
    study = study_of(counts)
    n, total = len(counts), sum(counts)
    assert -1e-12 <= generalised_gini(study) <= gini(study) + 1e-12 <= 1
    assert units_for(study, 0.25).units <= units_for(study, 0.5).units <= units_for(study, 0.8).units <= np.count_nonzero(counts)
    assert units_for(study, 0.5).units <= -(-n // 2)
    found = against_chance(study, draws=99)
    for one in (*found.units.values(), found.top, found.gini):
        assert -1e-12 <= one.low <= one.high <= 1 + 1e-12
        assert -1e-12 <= one.expected <= 1 + 1e-12
    assert found.half.expected <= (n + 1) / 2 / n
    assert all(one.expected <= min(total, n) / n for one in found.units.values())
    assert (found.curve[["observed", "expected"]].diff().dropna() >= -1e-12).all(axis=None)
    assert found.curve.iloc[-1].tolist() == pytest.approx([1, 1, 1, 1, 1])
    assert (found.curve["observed"] >= found.curve["unit_share"] - 1e-12).all()


@given(counts_of_units, st.sampled_from([0.1, 0.25, 0.5, 0.8, 1.0]))
def test_units_for_against_every_subset(counts, share):
    assume(len(counts) <= 7)
    need = share * sum(counts)
    fewest = min(k for k in range(1, len(counts) + 1) if any(sum(some) >= need - 1e-9 for some in itertools.combinations(counts, k)))
    assert units_for(study_of(counts), share).units == fewest


@pytest.mark.walk
@given(counts_of_units, st.integers(0, 100))
def test_the_order_of_rows_and_units_plays_no_part(counts, seed):
    plain, mixed = study_of(counts, population=range(1, len(counts) + 1)), study_of(counts, population=range(1, len(counts) + 1), seed=seed)
    one, other = against_chance(plain, draws=99), against_chance(mixed, draws=99)
    assert one.half == other.half
    pd.testing.assert_frame_equal(one.curve, other.curve)
    pd.testing.assert_frame_equal(lorenz(plain), lorenz(mixed))


@given(counts_of_units, st.integers(2, 4))
def test_more_of_the_same_changes_nothing_observed_and_leaves_less_to_chance(counts, times):
    once, more = study_of(counts), study_of([times * n for n in counts])
    assert gini(once) == pytest.approx(gini(more))
    assert units_for(once).units == units_for(more).units
    assert top_share(once).share == pytest.approx(top_share(more).share)
    assert against_chance(more, draws=199).gini.expected < against_chance(once, draws=199).gini.expected + 0.02


def test_the_same_seed_gives_the_same_and_another_seed_nearly():
    study = study_on_grid(np.random.default_rng(1), 400, 300)
    assert against_chance(study).half == against_chance(study).half
    one, other = against_chance(study, seed=1).half.expected, against_chance(study, seed=2).half.expected
    assert one != other
    assert one == pytest.approx(other, abs=0.002)


def test_residents_as_baseline():
    crowded = study_of((6, 0, 0, 0), population=(9_000_000, 1, 1, 1))
    assert against_chance(crowded).gini.verdict == "above"
    assert against_chance(crowded, baseline="population").gini.verdict == "within"
    with pytest.raises(DataError, match="use the baseline equal"):
        against_chance(study_of((1, 2), population=float("nan")), baseline="population")
    with pytest.raises(DataError, match="use one of equal, population"):
        against_chance(crowded, baseline="area")


def test_published_totals_say_why_not():
    rows = published_totals([("b00", "2020", 3), ("b01", "2020", 1)])
    study = TotalsStudy.of_totals(rows, square_blocks(side=2)[:2])
    assert units_for(study).units == 1
    for ask in (against_chance, stability):
        with pytest.raises(DataError, match="published totals"):
            ask(study)


def two_periods(first, second, **choices) -> Study:
    points = [(x * 10 + 5, 5) for counts in (first, second) for x, n in enumerate(counts) for _ in range(n)]
    days = ["2018-05-05"] * sum(first) + ["2020-05-05"] * sum(second)
    incidents, blocks = square_city(points, side=len(first), dates=days, **choices)
    row = blocks[blocks["district"] == "row 0"]
    return Study.of(incidents, row, start="2018-01-01", end="2021-01-01", covers=(pd.Timestamp("2018-01-01"), pd.Timestamp("2021-01-01")))


@pytest.mark.parametrize(
    ("first", "second", "units", "share"),
    [
        ((4, 2, 1, 1, 0), (3, 0, 1, 0, 0), 1, 3 / 4),
        ((3, 3, 1, 1, 0), (3, 1, 0, 0, 0), 2, 1.0),
        ((2, 2, 2, 2, 2), (5, 0, 0, 0, 5), 3, 3 / 5),  # all tie: three of five by lot
        ((5, 2, 2, 2, 1), (1, 3, 0, 0, 0), 2, (1 + 3 / 3) / 4),  # one sure, one of three by lot
    ],
)
def test_stability_by_hand(first, second, units, share):
    found = stability(two_periods(first, second))
    assert (found.day, found.units, found.of_units) == (pd.Timestamp("2020-01-01"), units, 5)
    assert (found.first, found.second) == (sum(first), sum(second))
    assert found.share.observed == pytest.approx(share)
    assert found.share.expected == units / 5


def test_the_periods_of_stability():
    study = two_periods((2, 1), (1, 1))
    assert stability(study.between(pd.Timestamp("2018-01-01"), pd.Timestamp("2020-06-01"))).day == pd.Timestamp("2019-06-01")
    assert stability(study.between(pd.Timestamp("2018-05-01"), pd.Timestamp("2020-04-25"))) is None
    assert study.between(pd.Timestamp("2018-05-03"), pd.Timestamp("2018-05-20")).middle == pd.Timestamp("2018-05-11")
    assert stability(study, day=pd.Timestamp("2019-01-01")).day == pd.Timestamp("2019-01-01")
    assert stability(study, day=pd.Timestamp("2021-01-01")) is None
    assert stability(study.between(pd.Timestamp("2018-01-01"), pd.Timestamp("2019-06-01"))) is None
    assert stability(study.between(pd.Timestamp("2010-01-01"), pd.Timestamp("2030-01-01"))).end == pd.Timestamp("2021-01-01")


@pytest.mark.parametrize(("n", "share"), [(20, 0.3), (1, 0.5), (351, 0.16), (5000, 0.01), (10, 1.0)])
def test_what_is_caught_by_lot_is_binomial(n, share):
    low, high = random_allocation.share_range(np.ones(n, dtype=int), share)
    assert (low * n, high * n) == pytest.approx(tuple(binom.ppf([0.025, 0.975], n, share)))


def test_what_is_caught_of_larger_events():
    sizes, rng = np.array([5, 3, 2, 2, 1, 1, 1]), np.random.default_rng(3)
    drawn = (rng.random((200_000, 7)) < 0.3) @ sizes / 15
    assert random_allocation.share_range(sizes, 0.3) == pytest.approx(tuple(np.quantile(drawn, (0.025, 0.975))))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40).filter(any), st.integers(0, 99))
def test_lots_pick_what_a_plain_search_picks(people, seed):
    lots = np.append(np.random.default_rng(seed).random(200), [0, 1 - 2**-53])
    ends = np.cumsum(people) / sum(people)
    found = random_allocation._picked(np.array(people) / sum(people), lots)
    assert (np.asarray(people)[found] > 0).all()
    sure = np.abs(lots[:, None] - ends).min(axis=1) > 1e-12
    np.testing.assert_array_equal(found[sure], np.searchsorted(ends, lots[sure], side="right"))


def test_leading_shares_ties_out():
    assert random_allocation.part_of_top([1, 5, 1, 1], 3).tolist() == pytest.approx([2 / 3, 1, 2 / 3, 2 / 3])
    assert random_allocation.part_of_top([1, 2], 0).tolist() == [0, 0]
    assert random_allocation.part_of_top([1, 2], 2).tolist() == [1, 1]


def test_the_sentence_has_its_chance_figure_in_both_languages():
    found = against_chance(study_of((10, 8, 2, *[0] * 7)))
    text = concentration.sentence(found, words_for("en"), unit="blocks")
    assert text == f"1 of 10 blocks (10%) holds half of the homicides; chance alone would give {found.half.expected:.0%}"
    assert "10" in concentration.sentence(found, words_for("es"), unit="manzanas")


def test_draws_become_fewer_where_there_is_much_to_draw():
    assert against_chance(study_on_grid(np.random.default_rng(2), 6400, 6000)).draws == concentration.WORK // 6000 == 833


@pytest.mark.cases(1)
@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "path"),
    [("philadelphia", ("homicides_2006_2018_tracts2020", "areas_for_50pct")), ("chicago", ("tracts_for_50pct",))],
)
def test_real_cities(real_data, tmp_path, slug, path):
    (tmp_path / "city.toml").write_text(getattr(real_cities, f"{slug}_toml")(real_data), encoding="utf-8")
    expected = json.loads((real_data / slug / "reference.json").read_text())
    for key in path:
        expected = expected[key]
    study = Selection().study(cities.read_folder(tmp_path))
    found = against_chance(study)
    assert units_for(study).units == expected == round(found.half.observed * len(study.blocks))
    assert found.half.verdict == "below"
    assert found.homicides == study.inside
    assert found.events == study.events.sum()
    assert 0.37 < found.half.expected < 0.39
    after = stability(study)
    assert after.share.verdict == "above"
    assert after.first + after.second == study.inside

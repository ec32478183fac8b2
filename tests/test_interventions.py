"""Evaluation: Boston's published series, R's answers, the paper's example, planted effects recovered, nothing found where nothing is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import planted
import pytest
from high_before import headline, picked
from printed import printed

from hotspots import cities
from hotspots.cities import logbook
from hotspots.cities.logbook import Entry
from hotspots.cli.main import main
from hotspots.inference.level_shift import break_date
from hotspots.readers.sections import Note
from hotspots.statistics import interventions
from hotspots.statistics.interventions import reading
from hotspots.statistics.interventions.before_after import _conditional, is_unusual
from hotspots.statistics.interventions.synthetic import weights
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.selection import Selection
from hotspots.study.testing import published_totals, square_blocks, square_city
from hotspots.words import words_for

ROOT = Path(__file__).resolve().parent.parent
TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))
BOSTON = ROOT / "data" / "cities" / "boston-ceasefire"
BOSTON_START = pd.Period("1996-06", "M")
# METHODS, section 9, typed in a second time: the bundled file must hold the same.
BOSTON_MONTHS = """2 1 1 1 3 3 3 5 4 7 2 5 5 1 4 2 7 3 4 5 7 2 4 4 2 5 6 1 1 6 3 3 3 4 3 1
3 4 2 1 2 3 7 3 10 5 3 3 4 2 1 3 4 2 3 1 2 0 1 2 1 3 1 0 2 3 0 1 0 1 0 3 1 1 0 0 2"""


def oracle() -> dict[str, np.ndarray]:
    return dict(printed("interventions"))


def boston() -> pd.Series:
    table = pd.read_csv(BOSTON / "raw" / "months_1992_1998.csv")
    return pd.Series(table["people_killed"].to_numpy(), index=pd.PeriodIndex(table["month"], freq="M"))


def test_the_bundled_series_is_the_published_one():
    series = boston()
    assert series.tolist() == [int(n) for n in BOSTON_MONTHS.split()]
    assert series.sum() == 213
    assert (str(series.index[0]), str(series.index[-1]), len(series)) == ("1992-01", "1998-05", 77)


def test_boston_before_and_after():
    series = boston()
    after = np.asarray(series.index >= BOSTON_START)
    found = interventions.before_after(series[~after].to_numpy(), series[after].to_numpy())
    assert series[~after].mean() == pytest.approx(3.453, abs=5e-4)
    assert series[after].mean() == 1.25
    assert found.value == pytest.approx(0.362022, abs=5e-7)
    assert round(100 * (found.value - 1), 1) == -63.8
    told = oracle()
    assert [found.facts["exact_low"], found.facts["exact_high"]] == pytest.approx(told["boston_exact"], rel=1e-9)
    assert found.scatter == pytest.approx(told["boston_scatter"][0], rel=1e-9)
    assert found.low < told["boston_exact"][0] < told["boston_exact"][1] < found.high  # the months scatter beyond chance


def test_boston_interrupted_series():
    series = boston()
    found = interventions.interrupted(series.to_numpy(), pd.PeriodIndex(series.index), BOSTON_START)
    told = oracle()
    assert [found.value, found.facts["plain_low"], found.facts["plain_high"]] == pytest.approx(told["boston_step"], rel=1e-6)
    wide = told["boston_step_scatter"]
    assert [found.value, found.facts["x2_low"], found.facts["x2_high"], found.scatter] == pytest.approx(wide, rel=1e-6)
    plain = (found.value, found.facts["plain_low"], found.facts["plain_high"])
    assert plain == pytest.approx((0.328323, 0.193427, 0.557294), abs=5e-7)
    assert found.low <= min(v for k, v in found.facts.items() if k.endswith("_low"))  # Student's t, and the widest of the four
    assert found.shifted[0] <= found.value <= found.shifted[1]
    assert found.facts["hac_low"] < found.value < found.facts["hac_high"]


def test_boston_breaks_after_july_1996():
    series = boston()
    found = break_date(series)
    told = oracle()
    assert found.f == pytest.approx(told["boston_sup_f"][0], rel=1e-9) == pytest.approx(27.645, abs=5e-4)
    assert series.index.get_loc(found.last) + 1 == told["boston_sup_f"][1]
    assert str(found.last) == "1996-07"


def test_the_example_of_wheeler_and_ratcliffe():
    found = interventions.weighted_displacement_difference((207, 110), (308, 318), (178, 157), (150, 140))
    assert found.value == -118
    assert found.facts["variance"] == 1568
    assert found.facts["z"] == pytest.approx(-2.98, abs=5e-3)
    assert (round(found.low), round(found.high)) == (-196, -40)
    d, k = found.detectable, 1.959964 + 0.841621
    assert d == pytest.approx(k * np.sqrt(1568 - d), rel=1e-6)


@pytest.mark.parametrize("cells", [(110, 207, 318, 308), (30, 80, 55, 60), (0, 9, 5, 6), (7, 0, 4, 9)])
def test_the_interval_beside_comparison_areas_is_fishers(cells):
    low, high = _conditional(*cells)
    assert [low, high] == pytest.approx(oracle()["odds_" + "_".join(map(str, cells))], rel=2e-3)  # R stops its search early


def test_what_changed_alike_drops_out():
    before, after = np.array([[8, 4]] * 24), np.array([[4, 2]] * 24)
    found = interventions.against_comparison(before, after)
    assert found.value == 1.0
    assert found.verdict == "unclear"


def test_synthetic_weights_are_those_of_pysyncon():
    from pysyncon import Synth

    random = np.random.default_rng(1)
    pool = random.gamma(4, 0.25, (14, 8))
    one = pool @ np.array([0.5, 0.3, 0.2, 0, 0, 0, 0, 0]) + random.normal(0, 0.05, 14)
    own = weights(pool, one)
    theirs, _ = Synth.w_optimize(V_mat=np.eye(14), X0=pool, X1=one)
    assert own.sum() == pytest.approx(1)
    assert (own >= 0).all()
    assert own == pytest.approx(theirs, abs=5e-3)
    assert ((pool @ own - one) ** 2).sum() <= ((pool @ theirs - one) ** 2).sum() + 1e-9


# Planted effects: each design in the world that it assumes, with killings that follow killings.
def estimate(design: str, effect: float, seed: int) -> tuple[interventions.Effect, float]:
    """Return what one design says of one invented history, and the truth."""
    after = planted.AFTER
    if design == "before_after":
        one = planted.months([3.5], effect=effect, seed=seed, world="flat")[:, 0]
        return interventions.before_after(one[~after], one[after]), effect
    if design == "interrupted":
        one = planted.months([3.5], effect=effect, seed=seed, world="trend")[:, 0]
        return interventions.interrupted(one, planted.MONTHS, planted.START), effect
    if design == "comparison":
        two = planted.months([3.5, 2.5], effect=effect, seed=seed)
        return interventions.against_comparison(two[~after], two[after]), effect
    if design == "weighted":
        four = planted.months([3.5, 3.5, 1, 1], effect=effect, seed=seed, world="flat")
        wide = interventions.against_comparison(four[~after][:, :2], four[after][:, :2]).facts["widening"]
        counts = [(float(four[~after][:, i].sum()), float(four[after][:, i].sum())) for i in range(4)]
        lengths = float((~after).sum()) / after.sum(), 1.0
        return interventions.weighted_displacement_difference(*counts, scatter=wide, lengths=lengths), (effect - 1) * 3.5 * after.sum()
    if design == "displacement":
        four = planted.months([3.5, 3.5, 1, 1], effect=effect, seed=seed, world="flat")
        wide = interventions.against_comparison(four[~after][:, :2], four[after][:, :2]).facts["widening"]
        counts = [(float(four[~after][-36:, i].sum()), float(four[after][:36, i].sum())) for i in range(4)]
        return interventions.weighted_displacement_difference(*counts, scatter=wide), (effect - 1) * 3.5 * 36
    means = [3.5, *np.random.default_rng(seed).uniform(0.8, 4, 20)]
    table = planted.months(means, effect=effect, seed=seed)
    pool = pd.DataFrame(table[:, 1:], index=planted.MONTHS)
    return interventions.synthetic_control(pd.Series(table[:, 0], index=planted.MONTHS), pool, planted.START), effect


@pytest.mark.cases(1)
@pytest.mark.parametrize("design", interventions.DESIGNS)
def test_a_planted_effect_lies_in_its_interval(design):
    seeds = 100 if TORTURE else 20
    inside = 0
    for seed in range(seeds):
        found, truth = estimate(design, 0.6, seed)
        inside += found.low <= truth <= found.high
    assert inside >= 0.9 * seeds if TORTURE else inside >= 16  # 95 in 100 expected; 15 or fewer of 20 in one of 400 runs
    if TORTURE:
        assert inside <= 99


@pytest.mark.cases(2)
@pytest.mark.parametrize("design", interventions.DESIGNS)
def test_nothing_is_found_where_nothing_happened(design):
    seeds = 300 if TORTURE else 20
    found = sum(estimate(design, 1.0, 10_000 + seed)[0].verdict in ("fall", "rise") for seed in range(seeds))
    assert found <= (0.05 * seeds + 2.6 * np.sqrt(0.05 * 0.95 * seeds) if TORTURE else 4)


@pytest.mark.parametrize("design", ["before_after", "comparison", "interrupted", "displacement"])
def test_the_smallest_fall_is_found_in_80_of_100_cases(design):
    seeds = 200 if TORTURE else 60
    random = np.random.default_rng(5)
    after, mean, n = planted.AFTER, 6.0, int(planted.AFTER.sum())

    def draw(effect: float) -> interventions.Effect:
        table = random.poisson(mean, (120, 4)).astype(float)
        table[after, 0] = random.poisson(mean * effect, n)
        if design == "before_after":
            return interventions.before_after(table[~after, 0], table[after, 0])
        if design == "interrupted":
            from hotspots.statistics.interventions.interrupted import _fit

            fit = _fit(table[:, 0], planted.MONTHS, planted.START)
            return interventions.Effect(design, "ratio", np.exp(fit.step), *fit.interval, fit.detectable)
        if design == "comparison":
            return interventions.against_comparison(table[~after, :2], table[after, :2])
        counts = [(float(table[~after][-n:, i].sum()), float(table[after, i].sum())) for i in range(4)]
        return interventions.weighted_displacement_difference(*counts)

    told = np.median([draw(1.0).detectable for _ in range(9)])
    effect = 1 - told / (mean * n if design == "displacement" else 1)
    power = np.mean([draw(effect).verdict == "fall" for _ in range(seeds)])
    assert 0.8 - 3 * np.sqrt(0.16 / seeds) - 0.04 <= power <= 0.8 + 3 * np.sqrt(0.16 / seeds) + 0.04


# The whole way: an entry of the log on a city.
@pytest.fixture(scope="module")
def evaluated(albatros) -> interventions.Evaluation:
    study = Selection(city=albatros.slug).study(albatros)
    return interventions.evaluate(study, logbook.of_notes(albatros.notes)[0], notes=albatros.notes)


@pytest.mark.parametrize("design", ["comparison", "interrupted", "synthetic"])
def test_the_planted_plan_of_the_bundled_city_is_recovered(evaluated, design):
    import tomllib

    truth = tomllib.loads((ROOT / "data" / "cities" / "puerto-albatros" / "truth.toml").read_text(encoding="utf-8"))["intervention"]
    found = evaluated.effect(design)
    assert found.evaluable == (design != "interrupted")  # one series of the treated areas alone could not tell even a fall of 60 %
    assert found.low <= truth["factor"] <= found.high
    assert found.verdict == ("none" if design == "interrupted" else "fall")


def test_its_numbers_are_those_of_the_study(albatros, evaluated):
    one = evaluated.case
    blocks = albatros.blocks
    assert sorted(blocks["beat"][one.areas["treated"]].unique()) == ["C21", "C22", "C23"]
    study = Selection(city=albatros.slug).study(albatros)
    before = study.between(study.start, pd.Timestamp("2021-03-01"))
    after = study.between(pd.Timestamp("2021-03-01"), study.end)
    assert one.victims == (before.counts[one.areas["treated"]].sum(), after.counts[one.areas["treated"]].sum())
    assert one.months["comparison"].sum() == study.events[one.areas["comparison"]].sum()
    assert evaluated.effect("before_after").facts["before"] == before.events[one.areas["treated"]].sum()
    treated = blocks.loc[one.areas["treated"]].union_all()
    apart = blocks.geometry.distance(treated)
    near = blocks.index[(apart <= one.ring_metres) & ~blocks.index.isin(one.areas["treated"]) & ~blocks.index.isin(one.areas["comparison"])]
    assert set(one.areas["ring"]) == set(near)


def test_it_warns_of_what_moves_the_series(evaluated):
    assert "definition" in evaluated.warnings  # July 2019: police killings are no longer counted
    assert "touched" in evaluated.warnings  # a comparison beat lies beside a treated one
    assert "planned_late" in evaluated.warnings
    assert "part" not in evaluated.warnings


def test_the_sentence(evaluated):
    said = reading.sentence(evaluated, words_for("en"))
    assert said == "49% fewer homicides than the comparison areas lead one to expect (95% interval: −72% to −8%)."
    assert "57%" in reading.limit(evaluated, words_for("en"))
    rows = reading.rows(evaluated, words_for("es"))
    assert rows["Efecto"].tolist()[1] == "−49%"
    assert len(rows) == len(interventions.DESIGNS)


def entry(start: str, **more: object) -> Entry:
    return Entry("x", {"en": "x"}, pd.Timestamp(start), **more)  # type: ignore[arg-type]


def small(per_month: int, months: int = 48) -> Study:
    days = [f"{2016 + m // 12}-{m % 12 + 1:02}-{5 + i:02}" for m in range(months) for i in range(per_month)]
    spots = [(5, 5) if i % 2 else (15, 5) for i in range(len(days))]
    span = pd.Timestamp("2016-01-01"), pd.Timestamp("2016-01-01") + pd.DateOffset(months=months)
    return Study.of(*square_city(spots, dates=days), covers=span)


@pytest.mark.parametrize(
    ("study", "one", "why"),
    [
        (small(4), entry("2016-06-01", treated=("b00",)), "short"),
        (small(4), entry("2018-01-01", treated=("nowhere",)), "strange"),
        (small(1, 36), entry("2018-06-01", treated=("b10",)), "few"),
        (small(1, 24), entry("2017-01-01", treated=("b00",)), "few"),
        (small(2, 26), entry("2017-03-01", treated=("b00",)), "power"),
        (small(4), entry("2018-01-01"), ""),
    ],
)
def test_not_evaluable_where_that_is_the_truth(study, one, why):
    found = interventions.evaluate(study, one)
    assert found.effect("before_after").why_not == why
    assert (found.lead is None) == bool(why)
    assert found.effect("comparison").why_not in (why, "no_comparison", "no_whole")
    if why:
        assert reading.sentence(found, words_for("en")).startswith("Not evaluable: ")


def test_an_end_bounds_what_is_after():
    found = interventions.evaluate(small(4), entry("2017-06-15", end=pd.Timestamp("2018-07-01"), treated=("b00",)))
    assert str(found.case.months.index[-1]) == "2018-06"
    assert str(found.case.start) == "2017-06"
    assert found.case.after.sum() == 13


def test_yearly_totals_are_not_evaluable():
    rows = [("", str(year), 300) for year in range(2000, 2020)]
    study = TotalsStudy.of_totals(published_totals(rows), square_blocks(side=1))
    found = interventions.evaluate(study, entry("2012-03-01"))
    assert {effect.why_not for effect in found.effects} == {"unpublished"}
    assert found.lead is None


def test_hot_places_that_fall_back_are_warned_of():
    usual, high = np.tile([3, 4, 5, 4], 12), np.tile([7, 8, 9], 4)
    assert is_unusual(high, usual)
    assert not is_unusual(usual[-12:], usual[:-12])
    assert not is_unusual(np.array([]), usual)


def risen(*, places: tuple[int, ...]) -> Study:
    """Return four years of 48 homicides a year in each of four blocks, and 120 in the third year of `places`."""
    days, spots = [], []
    for block in range(4):
        for year in range(4):
            many = 120 if block in places and year == 2 else 48
            days += [f"{2016 + year}-{i % 12 + 1:02}-{5 + i // 12:02}" for i in range(many)]
            spots += [(5 + 10 * (block % 2), 5 + 10 * (block // 2))] * many
    return Study.of(*square_city(spots, side=2, dates=days), covers=(pd.Timestamp("2016-01-01"), pd.Timestamp("2020-01-01")))


@pytest.mark.parametrize(("places", "lead"), [((0,), "earlier"), ((0, 1, 2, 3), "matched")])
def test_a_headline_says_that_the_areas_were_high_and_does_not_take_the_return_for_an_effect(places, lead):
    found = interventions.evaluate(risen(places=places), entry("2019-01-01", treated=("b00",)))
    assert found.high
    assert found.lead is not None
    assert found.lead.design == lead
    assert found.lead.value == pytest.approx(1)  # where it was before that year; and the others that rose fell back as far
    assert found.effect("before_after").value < 0.7
    said = reading.sentence(found, words_for("en"))
    assert said.startswith("These areas were high in the year before, so a fall was to be expected without anything being done. ")
    assert "No change can be told from chance" in said
    assert len(reading.rows(found, words_for("es"))) == len(interventions.DESIGNS) + 2
    assert [one["design"] for one in reading.numbers(found)["designs"]][-2:] == ["matched", "earlier"]
    assert found.effect("matched").facts.get("places") == (None if lead == "earlier" else 1)


def test_high_areas_without_earlier_years_lead_to_no_headline():
    each = {2018: 6, 2019: 10, 2020: 6}  # a month
    days = [f"{year}-{month:02}-{5 + i:02}" for year, many in each.items() for month in range(1, 13) for i in range(many)]
    covers = (pd.Timestamp("2018-06-01"), pd.Timestamp("2021-01-01"))
    study = Study.of(*square_city([(5, 5)] * len(days), dates=days), start=covers[0], end=covers[1], covers=covers)
    found = interventions.evaluate(study, entry("2020-01-01", treated=("b00",)))
    assert found.high
    assert (~found.case.after).sum() - 12 < 12
    assert found.effect("before_after").evaluable
    assert found.effect("earlier").why_not == "short_earlier"
    assert found.lead is None
    assert reading.sentence(found, words_for("en")) == (
        "Not evaluable: these areas were high just before the start, and nothing here allows for their falling back by themselves."
    )


@pytest.mark.cases(1)
@pytest.mark.parametrize("by", ["rise", "level"])
def test_areas_picked_for_a_high_year_lead_to_no_headline_of_a_fall(by):
    rng = np.random.default_rng(15)
    cases = 400 if TORTURE else 60
    said = [headline(picked(rng, by=by)) for _ in range(cases)]
    verdicts = [one.verdict if one else "none" for one in said]
    assert sum(one is not None for one in said) >= cases / 4
    assert verdicts.count("fall") <= 0.025 * cases + 2.6 * np.sqrt(0.025 * 0.975 * cases)
    assert verdicts.count("rise") <= 0.025 * cases + 2.6 * np.sqrt(0.025 * 0.975 * cases)
    halved = [headline(picked(rng, by=by, effect=0.5)) for _ in range(cases)]
    led = [one for one in halved if one is not None]
    assert sum(one.verdict == "fall" for one in led) >= 0.6 * len(led)  # a true fall by half is still found


def test_a_definition_break_outside_is_no_warning():
    notes = [Note(pd.Timestamp("2030-01-01"), {"en": "x"}, "definition")]
    assert interventions.evaluate(small(4), entry("2018-01-01", treated=("b00",)), notes=notes).checks["definition"] is False


def test_a_target_is_arithmetic(albatros):
    study = Selection(city=albatros.slug, unit="districts").study(albatros)
    table = interventions.avoided(study, fall=0.1, years=5)
    last = study.between(pd.Timestamp("2022-01-01"), pd.Timestamp("2025-01-01"))
    assert table.loc["all", "base"] == last.victims / 3
    assert table["base"].drop("all").sum() * 3 == last.inside
    assert table["5"].to_numpy() == pytest.approx(table["base"] * (1 - 0.9**5))
    assert table["total"].to_numpy() == pytest.approx(table[["1", "2", "3", "4", "5"]].sum(axis=1))


def test_the_command_gives_the_same_numbers(capsys):
    cities.import_folder(BOSTON)
    name = "operation-ceasefire-focused-deterrence-1996-06-01"
    assert main(["evaluate", "boston-ceasefire", name, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    by_name = {one["design"]: one for one in told["designs"]}
    assert by_name["before_after"]["value"] == 0.362022
    series = by_name["interrupted"]
    assert [series["value"], series["facts"]["plain_low"], series["facts"]["plain_high"]] == [0.328323, 0.193427, 0.557294]
    assert told["break"]["sup_f"] == 27.645113
    assert told["break"]["after_month"] == "1996-07"
    assert by_name["comparison"]["not_evaluable"] == by_name["synthetic"]["not_evaluable"] == "no_whole"
    assert main(["evaluate", "boston-ceasefire", name, "--language", "en"]) == 0
    assert "−64%" in capsys.readouterr().out
    assert main(["evaluate", "boston-ceasefire", "other"]) == 1
    assert name in capsys.readouterr().err


def test_countries_beside_a_rate_are_the_published_ones():
    from hotspots.statistics.rates.references import REFERENCES

    table = pd.read_csv(ROOT / "data" / "cities" / "el-salvador" / "raw" / "national_1995_2024.csv").set_index("year")
    own = {one.year: one.rate for one in REFERENCES if one.place["en"] == "El Salvador"}
    assert own == {year: table.loc[year, "published_per_100000"] for year in own}
    assert all(one.source for one in REFERENCES)


def test_months_that_are_all_alike_leave_no_scatter_and_no_step():
    """One homicide in every month: the regression meets each of them exactly, and nothing is left to divide by."""
    months = pd.date_range("2015-01-15", "2020-12-15", freq="MS")
    city = square_city([(5, 5)] * len(months), dates=[str(month.date()) for month in months])
    study = Study.of(*city, start="2015-01-01", end="2021-01-01")
    found = interventions.evaluate(study, Entry("x", {"en": "x"}, pd.Timestamp("2017-03-01")))
    effect = next(one for one in found.effects if one.design == "interrupted")
    assert effect.value == pytest.approx(1)
    assert effect.scatter == pytest.approx(0, abs=1e-9)
    assert effect.low < 1 < effect.high

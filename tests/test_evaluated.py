"""What an evaluation rests on: what moves it where nothing happened, areas that began apart, weights, plans, and checks that can fail."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import null_histories
import numpy as np
import pandas as pd
import pytest

from hotspots import cities
from hotspots.cities import logbook, plans
from hotspots.cities.logbook import Entry
from hotspots.cli.main import main
from hotspots.readers.sections import Note
from hotspots.statistics import interventions
from hotspots.statistics.interventions import Around, reading
from hotspots.statistics.interventions.beyond import NOTHING, Beyond, spread, wider, with_usual
from hotspots.statistics.interventions.checks import CHECKS
from hotspots.statistics.interventions.staggered import Begun, pooled
from hotspots.store import checked_json
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city
from hotspots.words import words_for

TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))
START = "2018-01-01"


def entry(start: str = START, **more: object) -> Entry:
    return Entry("x", {"en": "x"}, pd.Timestamp(start), **more)  # type: ignore[arg-type]


def at_most(share: float, n: int) -> float:
    """Return how many of n may be so where each is with chance `share`, in all but one of 200 runs."""
    return share * n + 2.6 * np.sqrt(share * (1 - share) * n)


# What moves a design where nothing happened.
def quick(log: float, fixed: float, part: float) -> interventions.Effect:
    return interventions.Effect("x", "ratio", np.exp(log), facts={"variance_fixed": fixed, "variance_part": part})


def test_what_chance_leaves_is_the_mean_square_less_what_chance_gives():
    logs, chance = np.array([0.5, -0.4, 0.1]), np.array([0.04, 0.02, 0.02])
    effects = [quick(log, one, 0.0) for log, one in zip(logs, chance, strict=True)]
    weight = 1 / chance
    assert spread(effects, 2, "space").variance == pytest.approx((weight * (logs**2 - chance)).sum() / weight.sum())
    assert spread(effects, 2, "time", farthest=True).variance == pytest.approx((logs**2 - chance).max())
    assert spread([quick(0.01, 0.04, 0.0)], 2, "space") is NOTHING
    assert spread([], 2, "space") is NOTHING


def test_the_interval_is_students_where_all_of_it_is_beyond_chance():
    from scipy.stats import t

    assert Beyond(0.04, 5, "space").reach(0.0) == pytest.approx(t.ppf(0.975, 5) * 0.2)
    assert NOTHING.reach(0.04) == pytest.approx(0.392, abs=1e-3)
    found = wider(replace(quick(-0.3, 0.02, 0.02), low=0.5, high=1.1), Beyond(0.09, 20, "space"))
    assert found.widest == "space"
    assert found.low < 0.5
    assert found.high > 1.1
    assert (found.facts["chance_low"], found.facts["chance_high"]) == (0.5, 1.1)
    assert found.value == pytest.approx(np.exp(-0.3))


@pytest.mark.parametrize("design", ["before_after", "comparison", "interrupted"])
@pytest.mark.parametrize("world", ["still", "follows", "walk"])
@pytest.mark.cases(1)
def test_places_that_drift_are_no_effect(design, world):
    n = 400 if TORTURE else 30
    rng = np.random.default_rng(62)
    found = [null_histories.one_design(null_histories.drifting(rng, mean=12, world=world), design) for _ in range(n)]
    assert sum(one.verdict in ("fall", "rise") for one in found) <= at_most(0.05, n)
    wide = sum(bool(one.widest) for one in found)
    assert wide >= 0.9 * n if world == "walk" and design != "interrupted" else wide >= 0
    chance = [one.facts.get("chance_low", one.low) > 1 or one.facts.get("chance_high", one.high) < 1 for one in found]
    if world == "walk" and design != "interrupted":
        assert sum(chance) >= 0.25 * n  # what it was before: the interval of chance alone


@pytest.mark.walk
@pytest.mark.parametrize(("lengths", "before"), [((60, 24), 0.04), ((18, 18), 0.1)])
def test_a_whole_city_whose_years_swing_is_no_effect_and_half_of_it_is_found(lengths, before):
    """Where nothing but a city's own few dates is known: one in six was false with one date, and a third of halvings missed with five."""
    n = 400 if TORTURE else 80
    rng = np.random.default_rng(63)

    def found(effect: float) -> list[interventions.Effect]:
        cases = [null_histories.drifting(rng, mean=40, world="years", places=0, effect=effect, lengths=lengths) for _ in range(n)]
        return [null_histories.one_design(case, "before_after") for case in cases]

    still = found(1.0)
    assert sum(one.verdict in ("fall", "rise") for one in still) <= at_most(0.05, n)
    chance = sum(one.facts["chance_low"] > 1 or one.facts["chance_high"] < 1 for one in still)
    assert chance >= before * n  # what the interval of chance alone would call an effect
    assert all(one.widest in ("time", "usual") for one in still)
    assert sum(one.verdict == "fall" for one in found(0.5)) >= (0.8 if lengths == (60, 24) else 0.6) * n


def test_few_dates_stand_beside_how_far_places_swing_anywhere():
    from scipy.stats import t

    calm, wild, none = (with_usual(one, n) for one, n in ((NOTHING, 2.5), (Beyond(0.2, 2.5, "time"), 2.5), (NOTHING, 0.0)))
    assert (calm.variance, calm.where) == (pytest.approx(2 * 0.17**2 / 4.5), "usual")
    assert (wild.variance, wild.where) == (pytest.approx((2.5 * 0.2 + 2 * 0.17**2) / 4.5), "time")
    assert none.reach(0.0) == pytest.approx(t.ppf(0.975, 2) * 0.17)


def test_the_row_says_what_its_width_comes_from(albatros_evaluated):
    rows = reading.rows(albatros_evaluated, words_for("en")).set_index("Design")["95% interval"]
    assert "as wide as it swings at made-up dates" in rows["Before and after, beside the comparison areas"]
    assert reading.numbers(albatros_evaluated)["designs"][1]["widest"] == "time"


@pytest.fixture(scope="module")
def albatros_evaluated(albatros):
    from hotspots.study.selection import Selection

    return interventions.evaluate(Selection(city=albatros.slug).study(albatros), logbook.of_notes(albatros.notes)[0], notes=albatros.notes)


@pytest.mark.walk
@pytest.mark.real_data
def test_made_up_interventions_in_real_histories_find_nothing(real_data):
    rng = np.random.default_rng(400)
    said = []
    for city, many in (("chicago", 300 if TORTURE else 45), ("philadelphia", 100 if TORTURE else 15)):
        table = null_histories.months_of(Path(real_data), city)
        said += [null_histories.headline(null_histories.made_up(table, rng)) for _ in range(many)]
    led = [one for one in said if one is not None]
    assert len(led) >= len(said) / 3
    assert sum(one.verdict != "unclear" for one in led) <= at_most(0.05, len(led))


# The weights of the displacement difference: the examples that are printed with Wheeler's ptools.
def test_the_printed_example_with_periods_of_unequal_length():
    found = interventions.weighted_displacement_difference((80, 20), (100, 50), lengths=(2, 1))
    assert (found.value, found.facts["variance"]) == (-20, 115)


def test_the_printed_example_with_areas_of_unequal_size():
    counts = (207, 110), (308, 318), (178, 157), (150, 140)
    found = interventions.weighted_displacement_difference(*counts, sizes=(1.2, 0.9, 1.5, 1.6))
    assert found.value == pytest.approx(-99.69444444)
    assert np.sqrt(found.facts["variance"]) == pytest.approx(35.4280755)
    assert [found.facts["z"], found.low, found.high] == pytest.approx([-2.813995483, -169.1321965, -30.25669241])


def test_people_killed_together_vary_more_than_as_many_killed_alone():
    pairs, alone = [(20.0, 10.0), (20.0, 20.0)], [(40.0, 20.0), (40.0, 40.0)]
    found = interventions.weighted_displacement_difference(*pairs, harm=alone)  # ten and five events of two
    assert found.value == -10
    assert found.facts["variance"] == 140
    rng = np.random.default_rng(3)
    drawn = 2 * (rng.poisson(5, 20_000) - rng.poisson(10, 20_000) - rng.poisson(10, 20_000) + rng.poisson(10, 20_000))
    assert found.facts["variance"] == pytest.approx(drawn.var(), rel=0.03)


# Areas that began at different dates.
def test_the_pooled_effect_is_the_sum_of_each_by_its_own_start():
    rng = np.random.default_rng(9)
    table = pd.DataFrame(rng.poisson(3, (60, 3)), columns=["a", "b", "never"])
    cuts = {"a": 24, "b": 40}
    expected = sum(
        table.loc[: cut - 1, one].sum() * table.loc[cut:, "never"].sum() / table.loc[: cut - 1, "never"].sum() for one, cut in cuts.items()
    )
    after = sum(table.loc[cut:, one].sum() for one, cut in cuts.items())
    groups = [Begun(cut, table[one].to_numpy(dtype=float)) for one, cut in cuts.items()]
    found = pooled(groups, table["never"].to_numpy(dtype=float))
    assert found.value == pytest.approx(after / expected)
    assert found.facts["expected"] == pytest.approx(expected)


@pytest.mark.walk
def test_its_variance_is_that_of_the_draws():
    """The comparison areas stand beside every group: that their months count several times is in the variance."""
    rng = np.random.default_rng(10)
    drawn, told = [], []
    for _ in range(500):
        groups, beside = null_histories.begun_apart(rng, mean=4, effect=0.7)
        found = pooled(groups, beside)
        drawn.append(np.log(found.value))
        told.append((found.facts["variance_fixed"] + found.facts["variance_part"] / found.value) / found.facts["widening"])
    assert np.var(drawn) == pytest.approx(np.mean(told), rel=0.2)
    assert np.mean(drawn) == pytest.approx(np.log(0.7), abs=0.02)


@pytest.mark.cases(1)
@pytest.mark.parametrize("effect", [1.0, 0.6])
def test_its_interval_holds_the_truth(effect):
    n = 400 if TORTURE else 120
    rng = np.random.default_rng(11)
    found = [pooled(*null_histories.begun_apart(rng, mean=1.5, effect=effect)) for _ in range(n)]
    missed = sum(not one.low <= effect <= one.high for one in found)
    assert missed <= at_most(0.05, n)
    assert sum(one.low <= effect * 1.6 <= one.high for one in found) < 0.5 * n  # and it is no interval that holds everything


def apart(**more: object) -> tuple[Study, Entry]:
    """Return nine blocks of six a month in six years; two began at different dates, and fell to a third."""
    rng, spots, days = np.random.default_rng(12), [], []
    months = pd.period_range("2014-01", periods=72, freq="M")
    for block in range(9):
        for at, month in enumerate(months):
            fell = (block == 0 and at >= 36) or (block == 1 and at >= 54)
            for _ in range(rng.poisson(2 if fell else 6)):
                spots.append((5 + 10 * (block % 3), 5 + 10 * (block // 3)))
                days.append(str((month.start_time + pd.Timedelta(days=int(rng.integers(0, 28)))).date()))
    span = pd.Timestamp("2014-01-01"), pd.Timestamp("2020-01-01")
    study = Study.of(*square_city(spots, dates=days, side=3), covers=span)
    one = entry("2017-01-01", treated=("b00", "b01"), comparison=("b02", "b12"), starts=(("b01", pd.Timestamp("2018-07-01")),))
    return study, replace(one, **more)  # type: ignore[arg-type]


def test_each_area_is_compared_from_its_own_start():
    study, one = apart()
    found = interventions.evaluate(study, one, ring=1)
    assert [str(start) for start, _ in found.case.cohorts] == ["2017-01", "2018-07"]
    effect = found.effect("comparison")
    rows = study.rows.assign(unit=study.unit_of.to_numpy(), month=study.rows["date"].dt.to_period("M"))
    events = rows.drop_duplicates(["event_id", "unit"])
    table = pd.crosstab(events["month"], events["unit"]).reindex(found.case.months.index, fill_value=0)
    never, expected, after = table[["b02", "b12"]].sum(axis=1), 0.0, 0
    for area, start in (("b00", "2017-01"), ("b01", "2018-07")):
        late = table.index >= pd.Period(start, "M")
        expected += table.loc[~late, area].sum() * never[late].sum() / never[~late].sum()
        after += table.loc[late, area].sum()
    assert effect.value == pytest.approx(after / expected)
    assert effect.verdict == "fall"
    assert effect.low <= 1 / 3 <= effect.high
    assert {found.effect(name).why_not for name in ("interrupted", "displacement", "weighted", "synthetic")} == {"starts"}
    together = interventions.evaluate(study, replace(one, starts=()), ring=1).effect("comparison")
    assert together.value > effect.value  # eighteen months of one area before its start, taken for after, dilute it


def test_an_area_that_began_too_late_is_left_out_and_told():
    study, one = apart(starts=(("b01", pd.Timestamp("2019-10-01")),))
    found = interventions.evaluate(study, one, ring=1)
    assert found.checks["begun"] is True
    assert found.effect("comparison").facts["groups"] == 1
    assert interventions.evaluate(*apart(), ring=1).checks["begun"] is False


# Checks: each can fail.
def months(treated: list[int], comparison: list[int] | None = None, *, doubles: tuple[int, ...] = (), near: bool = False) -> Study:
    """Return four blocks in a row of 500 m; so many events a month in the first and the last (the second, where `near`).

    In the months `doubles` every event of the treated block kills two.
    """
    spots, days, events = [], [], []
    for block, counts in ((0, treated), (1 if near else 3, comparison or [])):
        for at, many in enumerate(counts):
            for one in range(many):
                for _ in range(2 if at in doubles and block == 0 else 1):
                    spots.append((250 + 500 * block, 250))
                    days.append(f"{2015 + at // 12}-{at % 12 + 1:02}-{one % 27 + 1:02}")
                    events.append(f"{block}-{at}-{one}")
    incidents, _ = square_city(spots, dates=days, event_id=events)
    blocks = square_blocks(side=4, size=500.0)
    span = pd.Timestamp("2015-01-01"), pd.Timestamp("2015-01-01") + pd.DateOffset(months=len(treated))
    return Study.of(incidents, blocks, covers=span)


FLAT = [4] * 60
BESIDE = {"treated": ("b00",), "comparison": ("b03",)}
SHORT_END = [4] * 42


def plan(at: str) -> plans.Plans:
    return plans.Plans((plans.Plan(at, "x", "", 250.0, "c", whole=True),))


FAILS: dict[str, tuple[Study, Entry, tuple[Note, ...], Around]] = {
    "hot_before": (months([3] * 24 + [9] * 12 + [4] * 24), entry(treated=("b00",)), (), Around()),
    "parallel": (months([1 + at // 4 for at in range(36)] + [4] * 24, FLAT), entry(**BESIDE), (), Around()),
    "definition": (months(FLAT), entry(treated=("b00",)), (Note(pd.Timestamp("2017-01-01"), {"en": "x"}, "definition"),), Around()),
    "overlap": (months(FLAT, FLAT), entry(**BESIDE), (), Around(others=(replace(entry("2018-06-01"), id="y", treated=("b03",)),))),
    "fewest": (months([1] * 36 + [0, 1] * 12), entry(treated=("b00",)), (), Around()),
    "touched": (months(FLAT, FLAT, near=True), entry(treated=("b00",), comparison=("b01",)), (), Around()),
    "unlike": (months(FLAT, [1] * 60), entry(**BESIDE), (), Around()),
    "together": (months(FLAT, doubles=tuple(range(36))), entry(treated=("b00",)), (), Around()),
    "late": (months(FLAT), entry(treated=("b00",)), (), Around(late=3)),
    "written_late": (months(FLAT), entry(treated=("b00",)), (), Around(written=pd.Timestamp("2018-02-01"))),
    "planned_late": (months(FLAT), entry(treated=("b00",)), (), Around(plans=plan("2018-03-01T10:00:00+00:00"))),
    "trend": (months([2] * 12 + [12] * 12 + [3] * 12 + [4] * 24), entry(treated=("b00",)), (), Around()),
    "untried": (months([6] * 42), entry("2016-07-01", treated=("b00",)), (), Around()),
    "scatter": (months([1, 7] * 30), entry(treated=("b00",)), (), Around()),
    "early": (months(SHORT_END), entry("2017-09-01", treated=("b00",)), (), Around()),
    "part": (months(FLAT), entry(treated=("b00", "gone")), (), Around()),
}
HOLDS = (
    months(FLAT, FLAT),
    entry(**BESIDE),
    (),
    Around(written=pd.Timestamp("2017-01-01"), plans=plan("2017-01-01T10:00:00+00:00"), late=0),
)


@pytest.mark.cases(6)
@pytest.mark.parametrize("name", [one.name for one in CHECKS if one.name != "begun"])
def test_each_check_can_fail_and_can_hold(name):
    study, one, notes, around = FAILS[name]
    found = interventions.evaluate(study, one, notes=notes, around=around)
    assert found.checks[name] is True
    failed = dict(
        zip((check.name for check in CHECKS if check.name != "begun"), reading.checked(found, words_for("en"))["result"], strict=True)
    )
    assert failed[name] == "no: see above"
    study, one, notes, around = HOLDS
    good = interventions.evaluate(study, one, notes=notes, around=around)
    assert good.checks[name] is False
    assert name not in good.warnings


def test_there_are_eight_checks_and_more_each_with_its_own_sentence():
    assert len(CHECKS) >= 8
    assert len({one.failed for one in CHECKS}) == len({one.question for one in CHECKS}) == len(CHECKS)


def test_places_that_moved_alike_fail_the_check_of_it_as_rarely_as_chance_has_it():
    rng, n = np.random.default_rng(13), 300
    from hotspots.statistics.interventions.checks import Looked, _parallel

    cases = [null_histories.drifting(rng, mean=4, world="still", places=0) for _ in range(n)]
    assert sum(bool(_parallel(Looked(one, {}, (), Around()))) for one in cases) <= at_most(0.05, n)


# Plans.
@pytest.fixture
def city(own_city):
    return own_city


@pytest.fixture
def treated(city) -> Entry:
    later = pd.Timestamp.now().normalize() + pd.DateOffset(years=1)
    return logbook.add(city.slug, Entry("", {"en": "Plan One"}, later, treated=("b00",)), blocks=city.blocks, notes=city.notes)


def registered(city, one: Entry, **more: object) -> plans.Plans:
    return plans.register(city.slug, one.id, "Fewer killings in the treated block after 12 months.", notes=city.notes, **more)  # type: ignore[arg-type]


def test_a_plan_has_its_day_and_its_code_and_says_whether_it_came_before(city, treated):
    found = registered(city, treated, design="comparison")
    assert re.fullmatch("[0-9a-f]{64}", found.last.code)
    assert found.last.whole
    assert found.first.day == pd.Timestamp.now("UTC").tz_localize(None).normalize()
    assert not found.tampered
    study = months([4] * 60)
    before, after = (replace(entry(day, treated=("b00",)), id=treated.id) for day in ("2018-01-01", "2018-01-01"))
    early = interventions.evaluate(study, before, around=Around(plans=plan("2017-12-01T00:00:00+00:00")))
    late = interventions.evaluate(study, after, around=Around(plans=plan("2018-02-01T00:00:00+00:00")))
    assert "before the start" in reading.planned(early, words_for("en"))[0]
    assert "after the start" in reading.planned(late, words_for("en"))[0]
    assert "planned_late" in late.warnings
    assert "planned_late" not in early.warnings


def test_a_changed_plan_and_a_moved_entry_are_told(city, treated):
    first = registered(city, treated)
    found = plans.register(city.slug, treated.id, "Another row counts now.", notes=city.notes)
    assert [one.text for one in found.plans] == [first.last.text, "Another row counts now."]
    assert found.first.code != found.last.code
    assert not found.moved
    logbook.edit(city.slug, replace(treated, treated=("b01",)), blocks=city.blocks, notes=city.notes)
    log = logbook.read(city.slug, city.notes)
    moved = plans.of_entry(log, log.entry(treated.id))
    assert moved.moved
    told = interventions.evaluate(months([4] * 60), replace(entry(treated=("b00",)), id=treated.id), around=Around(plans=moved))
    said = " ".join(reading.planned(told, words_for("en")))
    assert "The plan was changed on" in said
    assert "the plan is about others" in said


@pytest.mark.parametrize("sealed", [False, True])
def test_a_plan_changed_by_hand_is_told(city, treated, store, sealed):
    registered(city, treated)
    path = max((store / city.slug / "interventions").glob("[0-9]*.json"))
    values = checked_json.read(path)
    assert values["action"] == "plan"
    values["more"]["text"] = "More killings would have come."
    if sealed:  # by somebody who knows how the file is sealed, but not what was noted elsewhere
        checked_json.write(path, values)
    else:
        path.write_text(path.read_text().replace("Fewer", "More"))
    log = logbook.read(city.slug, city.notes)
    if sealed:
        assert plans.of_entry(log, treated).tampered
        found = interventions.evaluate(
            months([4] * 60), replace(entry(treated=("b00",)), id=treated.id), around=Around(plans=plans.of_entry(log, treated))
        )
        assert "changed by hand" in " ".join(reading.planned(found, words_for("en")))
    else:
        assert log.damaged == 1


def test_a_change_taken_out_or_written_anew_breaks_the_chain(city, treated, store):
    registered(city, treated)
    logbook.edit(city.slug, replace(treated, note={"en": "evenings"}), blocks=city.blocks, notes=city.notes)
    assert logbook.read(city.slug, city.notes).broken == 0
    paths = sorted((store / city.slug / "interventions").glob("[0-9]*.json"))
    whole = paths[1].read_bytes()
    values = checked_json.read(paths[1])
    values["more"] |= {"text": "Other", "code": plans.code_of(treated, values["more"] | {"text": "Other"})}
    checked_json.write(paths[1], values)  # code and seal fit: what comes after it does not
    assert logbook.read(city.slug, city.notes).broken == 1
    paths[1].write_bytes(whole)
    assert logbook.read(city.slug, city.notes).broken == 0
    paths[1].unlink()
    assert logbook.read(city.slug, city.notes).broken == 1


def test_a_plan_without_words_is_refused(city, treated):
    with pytest.raises(DataError, match="a plan has 1 to 4,000 characters"):
        plans.register(city.slug, treated.id, " \n ", notes=city.notes)
    assert not plans.of_entry(logbook.read(city.slug, city.notes), treated).plans


def test_when_an_entry_was_written(city, treated):
    log = logbook.read(city.slug, city.notes)
    today = pd.Timestamp.now("UTC").tz_localize(None).normalize()
    assert plans.written(log, treated) == today
    assert plans.written(log, replace(treated, id="other")) is None  # it stands in city.toml
    moved = logbook.edit(city.slug, replace(treated, start=treated.start + pd.DateOffset(months=1)), blocks=city.blocks, notes=city.notes)
    assert plans.written(logbook.read(city.slug, city.notes), moved) == today


def test_the_commands_write_starts_and_plans(city, capsys):
    name = ["interventions", city.slug]
    assert main([*name, "add", "--name", "x", "--start", "2018-01-01", "--treated", "b00,b10", "--starts", "b10=2018-06-01", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one["starts"] == {"b10": "2018-06-01"}
    assert main([*name, "plan", one["id"], "--text", "Fewer killings", "--design", "comparison"]) == 0
    said = capsys.readouterr().out
    code = plans.of_entry(*(lambda log: (log, log.entry(one["id"])))(logbook.read(city.slug, city.notes))).last.code
    assert code in said
    assert main(["evaluate", city.slug, one["id"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["plans"][0]["code"] == code
    assert main(["evaluate", city.slug, one["id"], "--language", "en"]) == 0
    assert code[: plans.SHORT_CODE] in capsys.readouterr().out
    for bad, why in (("b11=2018-06-01", "is no treated area"), ("b10=soon", "is not a day"), ("b10", "is not a day")):
        assert main([*name, "edit", one["id"], "--starts", bad]) == 1, bad
        assert why in capsys.readouterr().err or "AREA=2024-05-01" in bad
    cities.load(city.slug)

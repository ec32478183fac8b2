"""A rate divides only what belongs together: homicides where residents are known over those residents, the others told beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hotspots.testing import published_totals, square_blocks, square_city
from hypothesis import given
from hypothesis import strategies as st
from released import SECRET, released_city

from hotspots.cities import City
from hotspots.cli.totals import totals
from hotspots.drawing import exports
from hotspots.geography import residents, units
from hotspots.release import build
from hotspots.release.rules import broken
from hotspots.statistics import concentration, rates, trends
from hotspots.statistics.catalog import measure
from hotspots.statistics.clusters.exact_window import windows
from hotspots.store.schema import Blocks
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy, on_units, units_of

NAN = float("nan")
YEARS = {"start": "2018-01-01", "end": "2021-01-01"}


def ten_blocks() -> tuple[list[tuple[float, float]], list[float]]:
    """Return 27 killed in nine blocks of 1,000, and 30 in a tenth whose residents nobody knows; nobody lives in the other six blocks."""
    middles = [(5 + 10 * (at % 4), 5 + 10 * (at // 4)) for at in range(16)]
    places = [middles[at] for at in range(9) for _ in range(3)] + [middles[9]] * 30
    return places, [1000.0] * 9 + [NAN] + [0.0] * 6


def study_on(unit: str, places: list, population: list[float], *, side: int = 4, **options: object) -> Study:
    incidents, blocks = square_city(places, side=side, population=population, dates="2019-06-15")
    found = units.geography(incidents, blocks, unit)
    return Study.of(incidents, found.blocks, unit_of=found.unit_of, exposed_of=found.exposed_of, **YEARS, **options)


@pytest.mark.parametrize("unit", ["blocks", "city"])
def test_the_rate_of_the_city_is_of_those_killed_where_residents_are_known(unit: str) -> None:
    study = study_on(unit, *ten_blocks())
    one = rates.overall(study)
    assert study.victims == 57
    assert one.count == 27
    assert one.value == pytest.approx(100)  # 27 over 9,000 people in three years, and not 57 over them: 211
    assert rates.left_out(study) == 30


def test_a_district_has_the_rate_of_its_known_part() -> None:
    study = study_on("districts", *ten_blocks())
    assert rates.rate(study).round(6).tolist()[:2] == [100, 100]
    assert rates.rate(study)["row 2"] == pytest.approx(100)  # 3 over 1,000 in three years; the other 30 lie in the block nobody counted
    assert study.counts["row 2"] == 33
    assert study.exposed["row 2"] == 3
    assert rates.rate_state(study)["row 2"] == "unstable"
    low, high = rates.rate_interval(study).loc["row 2"]
    alone = rates.estimate(3, 3000)
    assert (low, high) == pytest.approx((alone.low, alone.high))
    assert rates.expected_counts(study).sum() == pytest.approx(27)
    assert rates.excess_risk(study)["row 2"] == pytest.approx(1)


def test_squares_that_hold_a_known_and_an_unknown_block_count_the_known_one() -> None:
    places, people = [(5, 5)] * 2 + [(15, 5)] * 9, [1000.0, NAN, 1000.0, 1000.0]
    study = study_on("grid:20", places, people, side=2)
    assert rates.overall(study).value == pytest.approx(1e5 * 2 / 9000)
    assert (rates.rate(study) * study.person_years).sum() / 1e5 == pytest.approx(2)


def test_who_has_no_place_goes_with_most_of_those_who_have_one() -> None:
    known = study_on("blocks", [(5, 5), None], [1000.0] * 4, side=2)
    assert (rates.overall(known).count, rates.left_out(known)) == (2, 0)
    mostly = study_on("blocks", [(5, 5), (5, 5), (15, 5), None], [1000.0, NAN, 1000.0, 1000.0], side=2)
    assert (rates.overall(mostly).count, rates.left_out(mostly)) == (3, 1)
    seldom = study_on("blocks", [(5, 5), (15, 5), None], [1000.0, NAN, 1000.0, 1000.0], side=2)
    assert (rates.overall(seldom).count, rates.left_out(seldom)) == (1, 2)


def test_blocks_where_nobody_lives_are_known() -> None:
    study = study_on("blocks", [(5, 5), (15, 5)], [1000.0, 0.0, 1000.0, 1000.0], side=2)
    assert rates.overall(study).count == 2
    assert study.exposed_of is None


@given(st.data())
def test_rate_times_residents_is_the_count_among_the_known(data: st.DataObject) -> None:
    side = data.draw(st.integers(2, 4))
    people = data.draw(st.lists(st.sampled_from([NAN, 0.0, 500.0, 2000.0]), min_size=side**2, max_size=side**2))
    places = data.draw(st.lists(st.tuples(*[st.integers(0, side * 10 - 1).map(lambda n: n + 0.5)] * 2), max_size=30))
    unit = data.draw(st.sampled_from(["blocks", "districts", "city"]))
    study = study_on(unit, places, people, side=side)
    by_hand = sum(1 for x, y in places if not np.isnan(people[int(y // 10) * side + int(x // 10)]))
    one = rates.overall(study)
    if np.nansum(people) > 0:
        assert one.value * study.population * study.years / 1e5 == pytest.approx(by_hand)
        assert one.count + rates.left_out(study) == study.victims == len(places)
    lived = study.person_years.notna()
    assert (rates.rate(study) * study.person_years / 1e5)[lived].tolist() == pytest.approx(study.exposed[lived].tolist())


def test_years_months_and_the_last_twelve_months_divide_the_same() -> None:
    study = study_on("blocks", *ten_blocks())
    year = trends.yearly(study).loc["2019"]
    assert (year["count"].item(), year["rate"].item()) == (57, pytest.approx(300))  # 27 over 9,000
    covered = Study.of(study.incidents, study.blocks, covers=(pd.Timestamp("2018-01-01"), pd.Timestamp("2020-01-01")))
    months = trends.monthly(covered)
    assert months["rate"][pd.Period("2019-12")] == pytest.approx(300)
    latest = trends.latest(covered)
    assert latest is not None
    assert (latest.count, latest.exposed) == (57, 27)


def test_what_is_compared_with_residents_is_who_was_killed_among_them() -> None:
    study = study_on("districts", *ten_blocks(), baseline="population")
    found = windows(study)
    assert found.n == 27
    against = concentration.against_chance(study, baseline="population", draws=100)
    assert against is not None
    assert against.homicides == 27


def test_the_number_left_out_stands_beside_the_rate(tmp_path: Path) -> None:
    study = study_on("districts", *ten_blocks())
    table = exports.frame(study, [measure("rate")]).set_index("id")
    assert table["left_out"].tolist() == [0, 0, 30, 0]
    assert "left_out" not in exports.frame(study, [measure("count")])
    city = released_city(victims=30, years=2)
    numbers = totals(_with(city, study), study)
    assert (numbers["rate"], numbers["rate_left_out"], numbers["victims"]) == (pytest.approx(100), 30, 57)
    json.dumps(numbers)


def _with(city: City, study: Study) -> City:
    return replace(city, incidents=study.incidents, blocks=study.blocks)


def test_published_totals_of_a_district_known_in_part_have_no_rate() -> None:
    blocks = square_blocks(side=2, population=[1000, NAN, 1000, 1000])
    rows = published_totals([(area, "2020", 5) for area in blocks.index])
    study = TotalsStudy.of_totals(on_units(rows, blocks, "districts"), units_of(blocks, "districts"))
    assert study.counts.tolist() == [10, 10]
    assert rates.rate(study).round(6).tolist()[1] == 500
    assert np.isnan(rates.rate(study).iloc[0])
    assert rates.overall(study).state == "no_data"


def test_a_release_has_no_rate_where_residents_are_known_in_part() -> None:
    city = released_city(victims=600, years=2)
    people = city.blocks["population"].copy()
    people.iloc[0] = NAN
    made = build(replace(city, blocks=Blocks(city.blocks.assign(population=people))), as_of="2025-01-01", secret=SECRET)
    assert made.members is not None
    whole = made.areas["population"].isna()
    assert whole.sum() == 1
    rows = made.by_area[made.by_area["area"].isin(made.areas.index[whole])]
    assert rows["rate"].isna().all()
    assert made.by_area["rate"].notna().any()
    assert made.city_years["rate"].isna().all()
    assert not [leak for leak in broken(made) if leak.code == "floor"]
    hidden = replace(made, facts={**made.facts, "partly_known": []})
    assert [leak for leak in broken(hidden) if leak.code == "floor"]


def test_known_to_live_is_none_where_there_is_nothing_to_tell_apart() -> None:
    unit_of = pd.Series(pd.Categorical(["b00"], categories=square_blocks().index))
    assert residents.known_to_live(unit_of, square_blocks()) is None
    assert residents.known_to_live(unit_of, square_blocks(population=NAN)) is None

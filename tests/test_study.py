"""Periods, filters and exposure of a study."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.store.schema import DataError
from hotspots.study import Study, years_between
from hotspots.study.testing import square_city

day = st.dates(pd.Timestamp(1999, 1, 1).date(), pd.Timestamp(2031, 1, 1).date()).map(pd.Timestamp)


def brute_years(start, end):
    """Add the days one by one, each as its share of its own year."""
    return sum(1 / (366 if one.is_leap_year else 365) for one in pd.date_range(start, end, inclusive="left"))


@given(day, st.integers(0, 1500))
def test_years_are_the_sum_of_their_days(start, days):
    end = start + pd.Timedelta(days=days)
    assert years_between(start, end) == pytest.approx(brute_years(start, end), abs=1e-9)


@given(day, day, day)
def test_years_add_up(a, b, c):
    assert years_between(a, b) + years_between(b, c) == pytest.approx(years_between(a, c), abs=1e-9)


def city():
    return square_city(
        [(5, 5), (5, 5), (15, 5), None],
        dates=["2019-12-31 23:59", "2020-01-01 00:00", "2020-06-01 10:00", "2020-12-31 12:00"],
        weapon=["firearm", "blade", "firearm", "unknown"],
        age=[14.9, 15, 29, float("nan")],
        event_id=["a", "b", "b", "c"],
    )


def test_the_end_of_a_period_is_exclusive():
    study = Study.of(*city(), start="2020-01-01", end="2020-12-31")
    assert study.rows.index.tolist() == [1, 2]
    before, after = study.split(pd.Timestamp("2020-06-01"))
    assert (before.victims, after.victims) == (1, 1)


def test_no_dates_means_all_the_data():
    study = Study.of(*city())
    assert (study.start, study.end, study.victims) == (pd.Timestamp("2019-12-01"), pd.Timestamp("2021-01-01"), 4)


def test_filters_keep_what_they_name():
    assert Study.of(*city(), where={"weapon": ["firearm"]}).rows.index.tolist() == [0, 2]
    assert Study.of(*city(), where={"weapon": ["firearm", "unknown"]}).victims == 3
    assert Study.of(*city(), where={"age": ["15-29"]}).rows.index.tolist() == [1, 2]
    assert Study.of(*city(), where={"age": ["unknown", "0-14"]}).rows.index.tolist() == [0, 3]
    assert Study.of(*city(), where={"weapon": ["blade"], "age": ["15-29"]}).rows.index.tolist() == [1]


def test_age_bands_part_the_victims():
    bands = ("0-14", "15-29", "30-44", "45-59", "60+", "unknown")
    assert sum(Study.of(*city(), where={"age": [band]}).victims for band in bands) == 4


def test_events_count_once_in_a_unit():
    incidents, blocks = square_city([(5, 5), (5, 6), (15, 5)], event_id=["e", "e", "e"])
    study = Study.of(incidents, blocks)
    assert study.counts.tolist() == [2, 1, 0, 0]
    assert study.events.tolist() == [1, 1, 0, 0]


def test_all_wrong_choices_are_named_at_once():
    with pytest.raises(DataError) as caught:
        Study.of(*city(), where={"weapon": ["gun"], "sex": ["male"], "race": ["x"], "age": ["young"]})
    assert len(caught.value.faults) == 4
    assert "firearm" in str(caught.value)


def test_an_empty_period_is_refused():
    with pytest.raises(DataError, match="the period is empty"):
        Study.of(*city(), start="2020-01-01", end="2020-01-01")


def test_no_population_no_exposure():
    incidents, blocks = square_city([(5, 5)], population=[0, float("nan"), 10, 20])
    study = Study.of(incidents, blocks, start="2020-01-01", end="2022-01-01")
    assert study.person_years.isna().tolist() == [True, True, False, False]
    assert study.person_years.iloc[2] == 20


def test_a_place_alone_is_a_study_of_its_own():
    study = Study.of(*city()).at("b00")
    assert study.counts.to_dict() == {"b00": 2}
    assert study.victims == study.inside == 2

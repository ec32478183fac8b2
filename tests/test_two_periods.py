"""Two periods side by side: as long as one another, each with its own numbers, on the same classes."""

from __future__ import annotations

import datetime as dt

import pytest
from opened import open_page, text

from hotspots.dashboard.restricted.parts import two_periods
from hotspots.questions.restricted import Asked, periods, where
from hotspots.study.options import AGAINST
from hotspots.study.selection import Selection, read_query
from hotspots.words import words_for


def of(city, **choices) -> Asked:
    return Asked.of(Selection(city=city.slug, version=city.version, unit="districts", language="en", **choices))


@pytest.mark.parametrize("against", AGAINST)
def test_the_earlier_period_is_as_long_and_counts_its_own_people(city, against):
    found = periods.two_periods(of(city, start=dt.date(2021, 1, 1), end=dt.date(2022, 1, 1), against=against))
    years = 1 if against == "before" else int(against)
    assert (found.then.selection.start, found.then.selection.end) == (dt.date(2021 - years, 1, 1), dt.date(2022 - years, 1, 1))
    dates = city.incidents["date"]
    for one, year in ((found.then, 2021 - years), (found.now, 2021)):
        assert one.study.victims == (dates.dt.year == year).sum()
        assert f"{one.study.victims:,} people killed" in periods.in_words(one, words_for("en"))


def test_without_a_choice_the_last_36_months_stand_beside_the_36_before(city):
    found = periods.two_periods(of(city, against="before"))
    assert found.then.selection.end == found.now.selection.start
    assert found.now.selection.end == city.end.date()
    assert periods.two_periods(of(city)) is None


def test_a_period_before_the_data_is_told(city):
    assert periods.two_periods(of(city, against="before", start=city.start.date(), end=dt.date(2016, 1, 1))) is None
    said = text(open_page("map", city=city.slug, lang="en", against="before", to="2016-01-01", **{"from": str(city.start.date())}))
    assert "The data do not reach so far back" in said


def test_both_maps_have_the_same_classes(city):
    found = periods.two_periods(of(city, against="before"))
    limits = found.now.ask(where.map_of, "count").limits
    then, now = (one.ask(where.map_of, "count", limits) for one in (found.then, found.now))
    assert list(then.limits) == list(now.limits) == list(limits)
    assert "Both maps have the same classes, and move together." in text(open_page("map", city=city.slug, lang="en", against="before"))


def test_every_choice_has_its_words_and_another_one_is_set_aside():
    assert set(two_periods.LABELS) == {"", *AGAINST}
    assert read_query({"city": "x", "against": "7"})[1] == ("against",)

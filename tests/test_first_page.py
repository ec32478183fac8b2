"""The first page: one place, its numbers against usual, the few places that drive it; the menu and the ways in."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest
from opened import ROOT, asked, open_page, words_outside_of_tables

from hotspots.dashboard.restricted import address
from hotspots.questions.restricted import Asked, here
from hotspots.statistics import change, rates, trends
from hotspots.study.calendar import periods
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.words import words_for

MOST_WORDS = 250
MOST_ENTRIES = 7


def of(city) -> Asked:
    return Asked.of(Selection(city=city.slug, version=city.version))


def test_each_period_is_that_of_the_page_change(city):
    found = of(city).ask(here.here).value
    study = of(city).at(unit="blocks").study
    for one in found.now:
        compared = change.compare(study, periods(study.end)[one.span])
        assert one.count == compared.city["count"]
        assert one.verdict == compared.verdict.removeprefix("firmly_")


def test_the_last_12_months_are_those_of_the_page_trends(city):
    year, latest = of(city).ask(here.here).value.now[-1], trends.latest(of(city).study)
    assert (year.count, year.low, year.high, year.verdict) == (latest.count, latest.range.low, latest.range.high, latest.verdict)
    assert (year.days.start, year.days.end) == (latest.start, latest.end)


def test_the_direction_is_told_since_the_first_whole_year_that_was_counted_alike(albatros, bundled, unchanged):
    unchanged(bundled)
    found = of(albatros).ask(here.here).value
    years = albatros.incidents.groupby(albatros.incidents["date"].dt.year).size()  # a row for each person killed
    begun = max(note.start for note in albatros.notes if note.kind == "definition")
    first = years.index[years.index >= begun.year + (begun.day_of_year > 1)][0]
    assert years[first] != years[first + 1]
    assert (found.direction.year, found.direction.found.then) == (first, years[first])
    assert found.direction.found.now == found.now[-1].count


def test_a_year_that_is_over_stands_there_once(city):
    spans = [one.span for one in of(city).ask(here.here).value.now]
    assert spans == ["7", "28", "365"]


def test_36_months_that_begin_within_a_month_are_36(city):
    """The strip below the map has a bar for each month of the calendar, 37 of them."""
    words = words_for("en")
    ends = [of(city).at(start=city.start.date(), end=dt.date(2018, month, day)) for month, day in ((6, 15), (6, 1))]
    assert [here.recent_days(one, words) for one in ends] == [("36 months", "15 Jun 2015 – 14 Jun 2018"), None]
    assert here.recent_days(of(city).at(start=dt.date(2018, 1, 10), end=dt.date(2018, 6, 15)), words) is None


def test_old_and_new_places_add_up(city):
    found = of(city).at(unit="blocks").ask(here.few_places).value
    every, *parts = (int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", here.old_or_new(found, words_for("en"))))
    assert sum(parts) == every == len(found.table)


def test_a_place_where_nobody_was_killed_says_so(city):
    app = open_page("", lang="en", **{"from": "2015-02-01", "to": "2015-03-01", "weapon": "other", "sex": "female"})
    assert app.info[0].value.startswith("Nobody to whom these filters apply was killed in Villa Prueba, February 2015.")


def test_the_few_places_add_up(city):
    answer = of(city).at(unit="blocks").ask(here.few_places)
    found, newest = answer.value, here.recent(of(city).at(unit="blocks")).study
    assert found.n == found.table["count"].sum() == newest.inside
    assert found.table["count"].is_monotonic_decreasing
    assert (found.table["last_year"] <= found.table["count"]).all()
    assert found.table["running"].iloc[-1] == pytest.approx(1)
    assert found.table["count"].iloc[: found.half].sum() * 2 >= found.n > found.table["count"].iloc[: found.half - 1].sum() * 2


def test_of_few_homicides_no_half_is_told_and_the_rate_has_its_interval(city):
    """Of five killed in five places, half lie in three wherever they fall; and the rate of few may be nearly any."""
    words, seen = words_for("en"), set()
    for days in range(100, 1300, 200):
        asked = of(city).at(unit="blocks", start=city.start.date(), end=city.start.date() + dt.timedelta(days=days))
        found, rate = asked.ask(here.few_places), rates.overall(asked.study)
        assert ("hold half" in found.sentence(words)) == (found.value.n >= 20)
        title = captions.killed(city, asked.study, words)
        assert title.endswith("per 100,000 residents a year" if rate.count >= 20 else f"({words.rate(rate.low)}–{words.rate(rate.high)})")
        if found.value.n < 20:
            n, places = found.value.n, len(found.value.table)
            assert f"{n} people killed, in {places} of {len(city.blocks)} blocks" in found.sentence(words)
        seen |= {found.value.n >= 20, ("rate", rate.count >= 20)}
    assert len(seen) == 4  # both sides of both


@pytest.mark.parametrize(
    ("start", "heads"),
    [("2015-01-01", ["36 months", "12 months"]), ("2017-03-01", ["People killed", "12 months"]), ("2018-02-01", ["People killed"])],
)
def test_a_column_says_36_months_of_no_shorter_time(city, start, heads):
    app = open_page("", lang="en", **{"from": start, "to": "2019-01-01"})
    (table,) = (one.value for one in app.get("html") if 'aria-label="Which few places drive it"' in one.value)
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', table)[2:-3] == heads


@pytest.mark.parametrize(
    ("start", "days", "year"),
    [
        ("2020-01-01", "last 28 days: ", "last 12 months: "),
        ("2024-03-01", "last 28 days: ", "March 2024 – December 2024: "),
        ("2024-12-10", "10–31 Dec 2024: ", ""),
    ],
)
def test_the_newest_cases_are_of_the_days_that_are_told(albatros, bundled, unchanged, start, days, year):
    unchanged(bundled)
    app = open_page("", lang="en", city=albatros.slug, **{"from": start, "to": "2025-01-01"})
    known = albatros.incidents[albatros.incidents["date"] >= start]
    newest, latest = ((known["date"] >= pd.Timestamp("2025-01-01") - pd.Timedelta(days=n)).sum() for n in (28, 365))
    (told,) = (one.value for one in app.caption if one.value.startswith(days))
    assert told.startswith(f"{days}{newest} · {year}")
    assert f"of {latest} cases open" in told


def test_districts_and_nowhere_add_up_to_the_city(city):
    whole = of(city)
    names = whole.city.blocks["district"].dropna().unique()
    counts = [whole.at(place=f"district:{name}").ask(here.here).value.now[-1].count for name in names]
    assert 0 < sum(counts) <= whole.ask(here.here).value.now[-1].count


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_place_is_chosen_by_the_list_and_narrows_the_page(city, lang):
    words, name = words_for(lang), city.blocks["district"].dropna().iloc[0]
    app = open_page("", lang=lang)
    app.selectbox(key="choice_district").select(f"district:{name}").run()
    assert not app.exception
    assert asked(app)["place"] == f"district:{name}"
    inside = of(city).at(unit="blocks", place=f"district:{name}").study.victims
    counted = words.count("{n} person killed", "{n} people killed", inside)
    assert any(one.value.startswith(f"{counted} · ") for one in app.caption)


def test_the_first_page_is_brief(city):
    for lang in ("es", "en"):
        assert 0 < words_outside_of_tables(open_page("", lang=lang)) <= MOST_WORDS


def test_the_three_ways_in_are_one_click(city):
    app = open_page("", lang="en")
    assert {"My place this week", "Where to begin"} <= {one.label for one in app.button}


def test_the_menu_has_few_entries():
    groups = (ROOT / "app.py").read_text(encoding="utf-8").count("]: [") + (ROOT / "app.py").read_text(encoding="utf-8").count("): [")
    assert 0 < groups + 1 <= MOST_ENTRIES


def test_a_page_chosen_in_the_menu_keeps_the_choices(monkeypatch):
    """The menu leads to an address without a query, and what was read last may be forgotten by then."""
    chosen = Selection(city="villa-prueba", unit="districts")
    monkeypatch.setattr(address.st, "session_state", {"chosen": chosen, "written": chosen.query()})
    monkeypatch.setattr(address.st, "query_params", {})
    assert address.current() == (chosen, ())


@pytest.mark.parametrize("page", ["change", "trends", "people", "cases"])
def test_below_a_title_that_names_its_period_stands_no_other(city, page):
    app = open_page(page, lang="en")
    assert app.caption[0].value == "All homicides · data to December 31, 2020 · fictional city: no real person, no real place"
    assert re.search(r"2020|12 months", app.title[0].value)


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("own", "opens", "place"),
    [
        ({}, "puerto-albatros", None),
        ({"el-salvador": "block:SV-CH"}, "el-salvador", "block:SV-CH"),
        ({"puerto-albatros": "district:El Malecón", "el-salvador": "block:SV-CH"}, "el-salvador", "block:SV-CH"),
        ({"el-salvador": "block:SV-CH", "puerto-albatros": "district:El Malecón"}, "puerto-albatros", "district:El Malecón"),
        ({"a-city-that-is-gone": "district:1"}, "puerto-albatros", None),
    ],
    ids=str,
)
def test_a_visit_opens_with_the_place_that_was_kept_last_whatever_city_comes_first(bundled, unchanged, monkeypatch, own, opens, place):
    unchanged(bundled)
    monkeypatch.setattr(address, "own_places", lambda: own)
    app = open_page("", lang="en")
    assert asked(app)["city"] == opens
    assert asked(app).get("place") == place
    assert not any("set aside" in one.value for one in app.info)

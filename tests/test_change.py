"""Periods beside the same days of the years before: days by hand, nothing lost, no false alarms, and what is there is found."""

from __future__ import annotations

import functools
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opened import forget
from printed import printed
from villa_prueba import write_small_city

from hotspots import cities
from hotspots.cities import arrivals
from hotspots.cli.main import main
from hotspots.geography import units
from hotspots.inference.e_test import e_test
from hotspots.inference.normal_range import expected_range
from hotspots.inference.random_allocation import benjamini_hochberg
from hotspots.statistics import change, trends
from hotspots.statistics.catalog import measure
from hotspots.statistics.change import compare, judged
from hotspots.statistics.measure import table
from hotspots.study import Study
from hotspots.study.calendar import (
    Days,
    earlier,
    known_before,
    latest,
    periods,
)
from hotspots.study.testing import square_city

COVERS = (pd.Timestamp("2016-01-01"), pd.Timestamp("2025-01-01"))


def told(name: str) -> np.ndarray:
    """Return what the R script printed under a name."""
    return dict(printed("change"))[name]


def days(start: str, end: str) -> Days:
    return Days(pd.Timestamp(start), pd.Timestamp(end))


@pytest.mark.parametrize(
    ("period", "years", "expected"),
    [
        (("2024-01-01", "2024-03-01"), 1, ("2023-01-01", "2023-03-01", 59)),  # the year to 29 February: to the 28th
        (("2024-01-01", "2024-03-01"), 4, ("2020-01-01", "2020-03-01", 60)),
        (("2025-01-01", "2025-03-01"), 1, ("2024-01-01", "2024-02-29", 59)),  # the year to 28 February leaves the 29th out
        (("2024-01-01", "2024-03-02"), 1, ("2023-01-01", "2023-03-02", 60)),
        (("2024-02-29", "2024-03-07"), 1, ("2023-02-28", "2023-03-07", 7)),
        (("2024-02-23", "2024-03-01"), 1, ("2023-02-23", "2023-03-01", 6)),
        (("2024-01-01", "2025-01-01"), 1, ("2023-01-01", "2024-01-01", 365)),
        (("2024-12-29", "2025-01-05"), 1, ("2023-12-29", "2024-01-05", 7)),
        (("2025-02-26", "2025-03-05"), 1, ("2024-02-26", "2024-03-05", 8)),
    ],
)
def test_the_same_calendar_days_by_hand(period, years, expected):
    found = earlier(days(*period), years)
    assert (str(found.start.date()), str(found.end.date()), found.n) == expected


def test_the_periods_end_on_the_last_day():
    found = periods(pd.Timestamp("2024-03-01"))
    assert {name: (str(one.start.date()), one.n) for name, one in found.items()} == {
        "7": ("2024-02-23", 7),
        "28": ("2024-02-02", 28),
        "ytd": ("2024-01-01", 60),
        "365": ("2023-03-02", 365),
    }
    assert periods(pd.Timestamp("2024-01-01"))["ytd"] == days("2023-01-01", "2024-01-01")


@given(st.dates(pd.Timestamp("2019-06-01").date(), pd.Timestamp("2024-12-31").date()), st.integers(1, 365))
def test_years_compared_do_not_overlap(last, n):
    until = pd.Timestamp(last) + pd.Timedelta(days=1)
    now = Days(until - pd.Timedelta(days=n), until)
    before = known_before(now, (pd.Timestamp("2000-01-01"), until))
    assert len(before) == 3
    for later, one in zip([now, *before], before, strict=False):
        assert one.end <= later.start
        assert abs(one.n - n) <= 1


def test_a_year_that_the_data_hold_in_part_takes_no_part():
    now = days("2020-01-01", "2021-01-01")
    assert [one.start.year for one in known_before(now, (pd.Timestamp("2018-01-02"), now.end))] == [2019]
    assert known_before(days("2018-01-01", "2021-01-01"), COVERS) == ()
    assert latest(days("2018-01-01", "2021-01-01")) == days("2020-01-02", "2021-01-01")


def by_hand() -> Study:
    """Return a city with 12, 2, 1, 3 killed in b00 and 0, 4, 0, 2 in b01 in 2020 to 2017, and 1, 1, 0, 0 without a place."""
    counts = {(5, 5): (12, 2, 1, 3), (15, 5): (0, 4, 0, 2), None: (1, 1, 0, 0)}
    rows = [(place, f"{2020 - back}-05-10") for place, each in counts.items() for back, n in enumerate(each) for _ in range(n)]
    covers = (pd.Timestamp("2017-01-01"), pd.Timestamp("2021-01-01"))
    return Study.of(*square_city([place for place, _ in rows], dates=[day for _, day in rows]), covers=covers)


def test_a_comparison_by_hand():
    found = compare(by_hand(), days("2020-01-01", "2021-01-01"))
    first = found.places.loc["b00"]
    assert (first["count"], first["last_year"], first["last_year_difference"], first["base"]) == (12, 2, 10, 6)
    assert first["expected"] == pytest.approx(6 * 366 / 1095)
    assert first["p"] == pytest.approx(float(e_test(12, 6, exposure=366, base_exposure=1095)))
    assert first["last_year_p"] == pytest.approx(float(e_test(12, 2, exposure=366, base_exposure=365)))
    assert judged(found.places).tolist() == ["firmly_above", "within", "within", "within"]
    assert found.places["adjusted"]["b00"] == pytest.approx(4 * first["p"])
    assert (found.no_place["count"], found.no_place["base"]) == (1, 1)
    assert (found.city["count"], found.city["last_year"], found.city["base"]) == (13, 7, 13)


def test_no_percentage_on_a_base_under_ten():
    found = compare(by_hand(), days("2020-01-01", "2021-01-01"))
    assert found.places["percent"].isna().all()
    assert np.isnan(found.city["last_year_percent"])
    more = compare(many(seed=1), days("2024-01-01", "2025-01-01"))
    assert (more.places["percent"].notna() == (more.places["expected"] >= 10)).all()
    assert more.city["percent"] == pytest.approx(more.city["difference"] / more.city["expected"])


@functools.cache
def many(seed: int, n: int = 900) -> Study:
    """Return a city of 3 × 3 blocks with homicides by chance from 2016 to 2024, some without a place or outside."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2016-01-01") + pd.to_timedelta(rng.integers(0, 3288, n), unit="D")
    places = [None if lot < 0.1 else (float(x), float(y)) for lot, (x, y) in zip(rng.random(n), rng.uniform(-3, 30, (n, 2)), strict=True)]
    weapon = rng.choice(["firearm", "blade"], n).tolist()
    return Study.of(*square_city(places, side=3, dates=[str(one.date()) for one in day], weapon=weapon), covers=COVERS)


@settings(max_examples=20)
@given(st.integers(0, 30), st.dates(pd.Timestamp("2017-02-01").date(), pd.Timestamp("2024-12-31").date()), st.sampled_from(["", "firearm"]))
def test_nothing_is_lost(seed, last, weapon):
    study = many(seed % 3)
    if weapon:
        study = Study.of(study.incidents, study.blocks, covers=COVERS, where={"weapon": [weapon]})
    for one in periods(pd.Timestamp(last) + pd.Timedelta(days=1)).values():
        found = compare(study, one)
        counted = study.between(*one)
        assert found.city["count"] == counted.victims
        assert found.places["count"].tolist() == counted.counts.tolist()
        if one.start < COVERS[0] or not found.before:
            continue
        assert found.city["last_year"] == study.between(*found.before[0]).victims
        for name in ("count", "last_year", "base", "expected", "difference"):
            assert found.places[name].sum() + found.no_place[name] == pytest.approx(found.city[name])


def test_the_year_to_the_last_of_december_is_the_whole_year():
    study = many(2)
    years = trends.yearly(study)["count"]
    for year in range(2017, 2025):
        found = compare(study, periods(pd.Timestamp(year + 1, 1, 1))["ytd"])
        assert found.city["count"] == years[str(year)]
        assert found.city["last_year"] == years[str(year - 1)]


def test_benjamini_and_hochberg_as_r_has_them():
    p = told("bh_p")
    order = np.random.default_rng(0).permutation(len(p))
    np.testing.assert_allclose(benjamini_hochberg(p[order]), told("bh_adjusted")[order])
    assert np.isnan(benjamini_hochberg(np.array([np.nan, 0.02]))).tolist() == [True, False]
    assert benjamini_hochberg(np.array([np.nan, 0.02]))[1] == 0.02


@pytest.mark.cases(1)
@pytest.mark.parametrize("unit", ["districts", "beats"])
def test_false_alarms_at_the_rates_of_the_bundled_city(albatros, unit):
    place = units.geography(albatros.incidents, albatros.blocks, unit)
    study = Study.of(albatros.incidents, place.blocks, unit_of=place.unit_of, covers=(albatros.start, albatros.end))
    a_day = study.counts.to_numpy() / (albatros.end - albatros.start).days
    rng = np.random.default_rng(7)
    maps = 600
    for n in (7, 28, 182, 365):
        now, base = (rng.poisson(a_day * length, (maps, len(a_day))) for length in (n, 3 * n))
        p = e_test(now, base, exposure=n, base_exposure=3 * n)
        flagged = (p <= 0.05).mean()
        assert flagged <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / p.size)
        firm = np.mean([(benjamini_hochberg(row) <= 0.05).any() for row in p])
        assert firm <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / maps)


@pytest.mark.walk
def test_a_planted_rise_is_found():
    rng = np.random.default_rng(4)
    base, now = rng.poisson(60, 300), rng.poisson(40, 300)  # 20 a year, then 40
    from scipy.stats import poisson

    x, y = np.arange(120), np.arange(180)
    chance = poisson.pmf(x, 40)[:, None] * poisson.pmf(y, 60)[None, :]
    power = chance[e_test(x[:, None], y[None, :], exposure=1, base_exposure=3) <= 0.05].sum()  # over every pair of counts: exact
    assert chance.sum() == pytest.approx(1, abs=1e-9)
    found = (e_test(now, base, exposure=1, base_exposure=3) <= 0.05).sum()
    assert abs(found - 300 * power) <= 3 * np.sqrt(300 * power * (1 - power))
    assert power > 0.8


def test_the_headline_of_a_year_is_that_of_trends():
    for seed in range(3):
        study = many(seed)
        found, theirs = compare(study, days("2024-01-01", "2025-01-01")), trends.latest(study)
        assert (found.usual, found.verdict) == (theirs.range, theirs.verdict)
        assert found.city["count"] == theirs.count
    assert compare(by_hand(), days("2020-01-01", "2021-01-01")).usual == expected_range([7, 1, 5])
    assert compare(by_hand(), days("2019-01-01", "2020-01-01")).usual is None


def test_people_killed_together_are_one_event_of_the_test():
    city = square_city([(5, 5)] * 8, dates=["2020-03-01"] * 8, event_id=["a"] * 6 + ["b", "c"])
    study = Study.of(*city, covers=(pd.Timestamp("2019-01-01"), pd.Timestamp("2021-01-01")))
    found = compare(study, days("2020-01-01", "2021-01-01"))
    assert (found.places.loc["b00", "count"], found.places.loc["b00", "events"]) == (8, 3)
    assert found.places.loc["b00", "p"] == pytest.approx(float(e_test(3, 0, exposure=366, base_exposure=365)))
    assert (found.by_events, found.city["verdict"]) == (True, "within")


def test_the_measure_is_the_comparison():
    study = by_hand().between(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
    found, row = compare(study), measure("change")
    data = table(study, row)
    assert data["change"].tolist() == found.places["difference"].tolist()
    assert ((data["change_low"] <= 0) & (data["change_high"] >= 0)).tolist() == (found.places["verdict"] == "within").tolist()
    assert row.scale is not None
    assert [row.scale.labels[position] for position in row.scale.of(study)] == [change.VERDICTS[name] for name in judged(found.places)]
    assert measure("change_p").compute(study)[["b00", "b01"]].tolist() == found.places["adjusted"][["b00", "b01"]].tolist()
    assert data["state"].tolist() == ["ok", "ok", "zero", "zero"]


def test_a_change_needs_an_earlier_year_and_a_period_of_a_year():
    study = by_hand()
    assert measure("change").missing(study) != ()
    assert measure("change").missing(study.between(pd.Timestamp("2017-01-01"), pd.Timestamp("2018-01-01"))) != ()
    one = study.between(pd.Timestamp("2018-01-01"), pd.Timestamp("2019-01-01"))
    assert measure("change").missing(one) == ()
    assert len(compare(one).before) == 1


def test_the_map_of_change_has_a_neutral_class():
    from hotspots import colours
    from hotspots.views import map_view
    from hotspots.words import words_for

    study = by_hand().between(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
    shown = map_view.map_view(study, measure("change"), map_view.geometry("x", study.blocks), words_for("en"), unit="blocks")
    assert shown.colours == colours.CHANGE
    assert shown.classes.tolist() == [4, 2, -1, -1]
    assert [line.texts[0] for line in shown.tips] == ["12", "+10.0", "1,000", "More, even allowing for the number of places compared"]
    assert [line.texts[3] for line in shown.tips] == ["0", "0.0", "1,000", "None in this period, none in the years before"]
    assert [row.units for row in shown.legend if row.kind == "class"] == [0, 0, 1, 0, 1]


@pytest.mark.walk
def test_the_command_says_what_the_page_says(city_folder, monkeypatch, tmp_path, capsys):
    from opened import open_page, text

    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    forget()
    cities.import_folder(city_folder)
    assert main(["change", "villa-prueba", "--lag", "7", "--unit", "districts", "--json"]) == 0
    told_ = json.loads(capsys.readouterr().out)
    app = open_page("change", lang="en", span="365", lag="7", unit="districts")
    assert not app.exception
    period = told_["periods"]["365"]
    assert app.title[0].value.startswith(f"{period['city']['count']} people killed, ")
    shown = app.dataframe[1].value
    last = pd.Timestamp(period["last"])
    column = next(name for name in shown.columns if f"{last.day} {last:%b} {last.year}" in name)
    assert shown[column].tolist() == [
        *(row["count"] for row in sorted(period["places"], key=lambda row: row["name"])),
        period["no_place"]["count"],
        period["city"]["count"],
    ]
    assert shown[column].iloc[:-1].sum() == shown[column].iloc[-1]
    assert "the reporting lag is 7 days" in text(app)
    assert told_["lag"] == 7
    assert main(["change", "villa-prueba"]) == 0
    assert "whole city" in capsys.readouterr().out
    assert main(["change", "villa-prueba", "--as-of", "1990-01-01"]) == 1
    assert "no day is left to compare" in capsys.readouterr().err


def test_the_lag_of_the_setting_holds_and_a_slip_in_it_is_told(city_folder, monkeypatch, capsys):
    cities.import_folder(city_folder)
    monkeypatch.setenv("HOTSPOTS_LAG", "7")
    assert main(["change", "villa-prueba", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lag"] == 7
    monkeypatch.setenv("HOTSPOTS_LAG", "seven")
    assert main(["change", "villa-prueba"]) == 1
    assert capsys.readouterr().err == "HOTSPOTS_LAG is 'seven'; write a whole number of days, such as 7\n"


def test_what_came_in_late_between_versions(tmp_path, monkeypatch):
    folder = write_small_city(tmp_path / "villa-prueba")
    first = cities.import_folder(folder)
    assert arrivals.arrivals(first.slug, first.version) is None
    file = next(folder.rglob("*.csv"))
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines[:-1], lines[1], lines[2]]) + "\n", encoding="utf-8")
    second = cities.import_folder(folder)
    found = arrivals.arrivals(second.slug, second.version)
    assert found is not None
    assert (found.late, found.very_late, found.withdrawn) == (2, 2, 1)
    assert arrivals.arrivals(first.slug, first.version) is None


def test_a_range_of_events_is_not_read_as_one_of_people(city_folder, monkeypatch, tmp_path):
    """With one earlier year the whole city is judged by events: ten killed in five events beside seven in seven are nothing unusual."""
    from opened import open_page, text

    monkeypatch.setenv("HOTSPOTS_CITIES", str(tmp_path / "none"))
    forget()
    rows = [f"2019-{month:02}-15,5,5,firearm,male,old{month}" for month in range(3, 10)]
    rows += [f"2020-{month:02}-15,5,5,firearm,male,new{month}" for month in range(3, 8) for _ in range(2)]
    (city_folder / "homicides.csv").write_text("\n".join(["date,x,y,weapon,sex,case", *rows]) + "\n", encoding="utf-8")
    file = city_folder / "city.toml"
    toml = file.read_text(encoding="utf-8").replace('["2015-01-01", "2020-12-31"]', '["2019-01-01", "2020-12-31"]')
    file.write_text(toml.replace('date = "date"', 'date = "date"\nevent_id = "case"'), encoding="utf-8")
    cities.import_folder(city_folder)
    app = open_page("change", lang="en", span="ytd", unit="districts")
    assert "10 people killed in 5 events, 1 Jan – 31 Dec 2020: within the normal range" in text(app)
    whole = app.dataframe[0].value.set_index("Period").loc["Year to date"]
    assert whole["People killed"] == "10"
    assert whole["Events"] == "5"
    low, high = map(int, re.fullmatch(r"(\d+)–(\d+) events", whole["Normal range"]).groups())
    p = e_test(np.array([low - 1, low, high, high + 1]), 7, exposure=366, base_exposure=365)
    assert (p > 0.05).tolist() == [False, True, True, False] if low else (p[1:] > 0.05).tolist() == [True, True, False]

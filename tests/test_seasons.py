"""Weeks, the year so far, months of the year, hours, break dates, the range of the year's end, and who was killed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import TORTURE
from hypothesis import given, settings
from hypothesis import strategies as st
from nothing_changes import SWING, monthly
from opened import open_page, text
from test_change import COVERS, days, many, told

from hotspots.inference.level_shift import _without_shift, break_date, sup_f
from hotspots.statistics import trends, victims
from hotspots.study import Study
from hotspots.study.testing import square_city

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", ["boston", "quiet", "late", "short"])
def test_break_dates_as_strucchange_has_them(name):
    values = told(f"{name}_values")
    last, f = sup_f(values)
    np.testing.assert_allclose(f, told(f"{name}_f"), rtol=1e-9)
    assert last == told(f"{name}_last")[0]
    found = break_date(pd.Series(values, index=pd.period_range("1992-01", periods=len(values), freq="M")))
    assert found.p > told(f"{name}_p")[0] - 0.1  # theirs takes every month for itself; ours lets years swing, and finds fewer


def test_boston_broke_in_july_1996():
    found = break_date(pd.Series(told("boston_values"), index=pd.period_range("1992-01", periods=77, freq="M")))
    assert str(found.last) == "1996-07"
    assert found.f == pytest.approx(27.645, abs=5e-4)


def test_breaks_are_seldom_found_where_nothing_broke():
    rng = np.random.default_rng(2)
    index = pd.period_range("2015-01", periods=60, freq="M")
    times = 1000 if TORTURE else 80
    found = [break_date(pd.Series(rng.poisson(3, 60), index=index), shuffles=99, seed=i).p <= 0.05 for i in range(times)]
    assert np.mean(found) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / times)


@pytest.mark.parametrize("year", [50, 300])
def test_breaks_are_seldom_found_where_years_only_swing(year):
    """Shuffled months found one in 15 (50 a year) and 45 (300 a year) of 100 such histories."""
    many = 400 if TORTURE else 60
    rng = np.random.default_rng(year)
    index = pd.period_range("2015-01", periods=96, freq="M")
    rows = [monthly(rng, year=year, years=8, season=0.2, swing=SWING) for _ in range(many)]
    found = [break_date(pd.Series(row, index=index), shuffles=199, seed=i).p <= 0.05 for i, row in enumerate(rows)]
    assert np.mean(found) <= 0.07 + 3 * np.sqrt(0.07 * 0.93 / many)


def test_histories_without_a_shift_swing_within_the_year_no_more_than_the_one_they_are_drawn_like():
    """Where months of the year are alike, each found one holds chance alone; drawn with it, histories would have that twice."""
    rng = np.random.default_rng(7)

    def within(rows: np.ndarray) -> float:
        months = rows.reshape(len(rows), -1, 12).mean(axis=1)
        return float(months.var(axis=1).mean() / rows.mean())

    real = rng.poisson(4, (60, 96)).astype(float)
    drawn = np.vstack([_without_shift(one, rng, 40) for one in real])
    assert within(drawn) <= 1.4 * within(real)  # 1.9 times where each month of the year is taken as it was found
    wave = 1 + 0.5 * np.sin(2 * np.pi * np.arange(96) / 12)
    seasonal = rng.poisson(20 * wave, (20, 96)).astype(float)
    assert 0.9 <= within(np.vstack([_without_shift(one, rng, 40) for one in seasonal])) / within(seasonal) <= 1.1


def test_a_shift_beyond_the_swings_is_found():
    rng = np.random.default_rng(3)
    index = pd.period_range("2015-01", periods=120, freq="M")
    shift = np.where(np.arange(120) < 60, 1.0, 0.6)
    rows = [rng.poisson(25 * shift * np.repeat(rng.gamma(1 / 0.06**2, 0.06**2, 10), 12)) for _ in range(20)]
    found = [break_date(pd.Series(row, index=index), shuffles=199) for row in rows]
    assert np.mean([one.p <= 0.05 for one in found]) >= 0.7


def test_no_break_of_short_or_constant_series():
    assert break_date(pd.Series([1.0, 5] * 15, index=pd.period_range("2015-01", periods=30, freq="M"))) is None
    assert break_date(pd.Series([2.0] * 60, index=pd.period_range("2015-01", periods=60, freq="M"))) is None


@settings(max_examples=15)
@given(st.integers(0, 5), st.dates(pd.Timestamp("2021-01-10").date(), pd.Timestamp("2024-12-31").date()))
def test_weeks_hold_every_victim_of_whole_weeks(seed, until):
    study = many(seed % 2)
    table = trends.weekly(study.between(pd.Timestamp("2020-06-01"), COVERS[1]), until=pd.Timestamp(until))
    assert (np.diff(table.index) == np.timedelta64(7, "D")).all()
    assert table.index[-1] + pd.Timedelta(days=7) == pd.Timestamp(until)
    assert table.index[0] - pd.Timestamp("2020-06-01") < pd.Timedelta(days=7)
    assert table["count"].sum() == study.between(table.index[0], pd.Timestamp(until)).victims


def test_weeks_are_compared_with_the_same_weeks_of_earlier_years():
    study = many(0)
    table = trends.weekly(study)
    last = table.index[-1]
    base = [
        [study.between(start, start + pd.Timedelta(days=7)).victims for start in around]
        for year in range(5, 0, -1)
        for around in [[last - pd.Timedelta(days=364 * year + 7 * step) for step in range(-2, 3)]]
    ]
    assert (table.loc[last, "low"], table.loc[last, "high"]) == (trends.expected_range(base).low, trends.expected_range(base).high)
    assert table["low"].first_valid_index() >= COVERS[0] + pd.Timedelta(days=3 * 364 + 14)


def test_the_weekly_band_keeps_its_promise():
    rng = np.random.default_rng(8)
    date = [str(day.date()) for day in pd.date_range("2010-01-01", "2019-12-31") for _ in range(rng.poisson(0.6))]
    table = trends.weekly(Study.of(*square_city([None] * len(date), dates=date), covers=days("2010-01-01", "2020-01-01")))
    known = table.dropna(subset=["low"])
    outside = ((known["count"] < known["low"]) | (known["count"] > known["high"])).mean()
    assert outside <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(known))


def test_the_year_so_far_ends_at_the_count_of_the_year():
    study = many(1)
    years = trends.yearly(study)["count"]
    table = trends.year_over_year(study)
    assert table.attrs == {"year": 2024, "years": [2019, 2020, 2021, 2022, 2023]}
    assert table.loc[365, "this"] == years["2024"]
    before = years[[str(year) for year in range(2019, 2024)]]
    assert table.loc[365, ["low", "mean", "high"]].tolist() == [before.min(), before.mean(), before.max()]
    part = trends.year_over_year(study.between(COVERS[0], pd.Timestamp("2024-03-01")))  # to 29 February, counted with the 28th
    assert part["this"].last_valid_index() == 59
    assert part.loc[59, "this"] == study.between(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-01")).victims


def test_months_of_the_year_add_up():
    study = many(2)
    table = trends.seasonal(study)
    assert table["count"].sum() == study.victims
    assert (table["years"] == 9).all()
    part = trends.seasonal(study.between(pd.Timestamp("2020-01-15"), pd.Timestamp("2021-02-10")))
    assert part["years"].tolist() == [1] * 12
    assert part.loc[1, "count"] == study.between(pd.Timestamp("2021-01-01"), pd.Timestamp("2021-02-01")).victims


def test_hours_unknown_are_counted_apart_and_few_are_hidden():
    city, blocks = square_city([(5, 5)] * 45, dates=["2020-06-15 23:10"] * 21 + ["2020-06-20 02:00"] * 4 + ["2020-06-17 00:00"] * 20)
    hour = city["hour"].copy()
    hour.iloc[25:] = pd.NA
    known = Study.of(city.assign(hour=hour), blocks, start="2020-06-01", end="2020-07-01")
    found = trends.weekday_hour(known)
    assert (found.known, found.unknown, found.width) == (25, 20, 3)
    assert found.table.loc[0, 21] == 21  # Monday from 21 to 24
    assert found.table.loc[5, 0] == 4
    assert found.table.to_numpy().sum() == 25
    assert trends.weekday_hour(known.between(pd.Timestamp("2020-06-16"), pd.Timestamp("2020-06-30"))).table is None


def covered(counts: np.ndarray, *, first: int = 3) -> tuple[int, int]:
    """Return how often the range of the year's end held the total, and how often it was asked, from counts by year and day."""
    held = asked = 0
    for year in range(first, len(counts)):
        for day in (31, 90, 181, 273, 334):
            past = counts[max(0, year - 5) : year]
            so_far, total = counts[year, :day].sum(), counts[year].sum()
            low, high = trends.year_end_of(int(so_far), past[:, :day].sum(axis=1), past[:, day:].sum(axis=1))
            held += so_far + low <= total <= so_far + high
            asked += 1
    return held, asked


def test_the_range_of_the_years_end_holds_in_simulated_years():
    rng = np.random.default_rng(5)
    season = 1 + 0.3 * np.sin(np.arange(365) / 365 * 2 * np.pi)
    held = asked = 0
    for mean in (0.08, 0.5, 2.0):
        for _ in range(12):
            one = covered(rng.poisson(mean * season, (9, 365)))
            held, asked = held + one[0], asked + one[1]
    assert held / asked >= 0.93


def test_the_range_of_the_years_end_held_in_past_years(real_data):
    table = pd.read_csv(real_data / "philadelphia" / "homicides_2006_2018.csv", usecols=["dispatch_date_time"])
    date = pd.to_datetime(table["dispatch_date_time"], utc=True)
    by_day = pd.crosstab(date.dt.year, np.minimum(date.dt.day_of_year, 365)).reindex(columns=range(1, 366), fill_value=0)
    held, asked = covered(by_day.loc[2006:2018].to_numpy())
    assert held / asked >= 0.85


def test_the_range_of_the_years_end_in_the_bundled_city(albatros):
    study = Study.of(albatros.incidents, albatros.blocks, covers=(albatros.start, albatros.end))
    years = trends.yearly(study)["count"]
    held = []
    for year in range(2018, 2025):
        for month in (3, 6, 9, 11):
            found = trends.year_end(study.between(study.start, pd.Timestamp(year, month, 1)))
            held.append(found.low <= years[str(year)] <= found.high)
            assert found.low >= found.count
            assert found.years[-1] == year - 1
    assert np.mean(held) >= 0.85
    assert trends.year_end(study) is None  # 31 December: the year is over
    assert trends.year_end(study.between(study.start, pd.Timestamp("2020-01-20"))) is None
    assert trends.year_end(study.between(study.start, pd.Timestamp("2017-07-01"))) is None  # two whole years before


def people(**columns) -> Study:
    n = len(next(iter(columns.values())))
    day = ["2020-05-01"] * (n // 2) + ["2019-05-01"] * (n - n // 2)
    return Study.of(*square_city([(5, 5)] * n, dates=day, **columns), covers=days("2019-01-01", "2021-01-01"))


def test_victims_beside_the_year_before():
    study = people(weapon=["firearm"] * 12 + ["unknown"] * 2 + ["firearm"] * 2 + ["blade"] * 12)
    found = victims.against_before(study, "weapon", days("2020-01-01", "2021-01-01"))
    table = found.table
    assert table["count"].sum() == study.between(*found.days).victims
    assert table.loc[["firearm", "blade", "unknown"], "verdict"].tolist() == ["above", "below", "within"]
    assert table.loc["unknown", "share"] == pytest.approx(2 / 14)
    assert len(found.before) == 1
    few = victims.against_before(study, "weapon", days("2020-06-01", "2020-12-31"))
    assert few.table["share"].isna().all()
    alone = victims.against_before(study, "weapon", days("2019-01-01", "2020-01-01"))
    assert (alone.table["verdict"] == "unknown").all()


def test_victims_by_year_add_up():
    study = many(1)
    assert victims.by_year(study, "weapon").sum(axis=1).tolist() == trends.yearly(study)["count"].tolist()
    assert victims.by_year(study, "age")["unknown"].sum() == study.victims  # the file has no ages


def test_the_share_cleared():
    study = people(status=["cleared"] * 6 + ["open"] * 6 + ["unknown"] * 8)
    row = victims.cleared(study).loc["b00"]
    assert (row["n"], row["cleared"], row["unknown"]) == (20, 6, 8)
    assert row["share"] == 0.5
    assert (row["share_low"], row["share_high"]) == pytest.approx((0.210945, 0.789055), abs=1e-6)  # Clopper & Pearson, 6 of 12
    assert victims.cleared(people(status=["cleared"] * 5 + ["unknown"] * 9)).loc["b00", ["share", "share_low"]].isna().all()
    full = victims.cleared(people(status=["cleared"] * 10)).loc["b00"]
    assert full["share_high"] == 1
    assert full["share_low"] == pytest.approx(0.025 ** (1 / 10))


@pytest.mark.cases(1)
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize(
    "query", [{}, {"from": "2018-01-01", "to": "2019-01-01"}, {"weapon": "blade", "sex": "female"}, {"lag": "28"}], ids=str
)
def test_pages_open_over_a_grid(city, lang, query):
    for page in ("trends", "change", "people"):
        app = open_page(page, lang=lang, **query)
        assert not app.exception, page
        assert not app.error, page


def test_the_people_page_adds_up(city):
    app = open_page("people", lang="en")
    tables = [frame.value for frame in app.dataframe if "Normal range" in frame.value.columns]
    assert tables
    assert len({int(table["People killed"].sum()) for table in tables}) == 1


def test_the_lag_makes_months_provisional_and_is_kept_in_the_address(city):
    app = open_page("trends", lang="en", lag="28")
    assert "Also faint: months of the last 28 days, not complete yet." in text(app)
    assert "Also faint" not in text(open_page("trends", lang="en"))
    assert "lag" in open_page("trends", lang="en", lag="28").query_params


def test_published_totals_say_what_needs_days(bundled, unchanged):
    unchanged(bundled)
    for page in ("change", "people"):
        app = open_page(page, lang="en", city="el-salvador")
        assert not app.exception
        assert not app.error
        assert any("single homicides are not known" in info.value for info in app.info)
    table = open_page("change", lang="en", city="el-salvador").dataframe[0].value
    assert {"Year", "People killed", "Difference from the year before"} <= set(table.columns)

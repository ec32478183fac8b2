"""Lists that know the month of each homicide and not its day: they keep their places, and nothing is told by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hotspots.testing import square_city
from released import SECRET, city_of

import hotspots as hs
from hotspots import cities
from hotspots import release as disclosure
from hotspots.cities.bring_in import Files, understand
from hotspots.questions.restricted import cases, changes, here, when
from hotspots.questions.restricted.asked import Asked
from hotspots.readers.columns.dates import read_dates
from hotspots.statistics import priorities, repeats, trends
from hotspots.store.schema import DataError, check_incidents
from hotspots.study import Study
from hotspots.study.selection import Selection

MONTHS = [f"{2018 + number // 24}-{number % 12 + 1:02}" for number in range(120)]  # two in each month of five years
PLACES = [(13.7 + number % 10 / 500, -89.2 - number // 10 / 500) for number in range(120)]
LINES = [f"{month},{y:.4f},{x:.4f},arma de fuego" for month, (y, x) in zip(MONTHS, PLACES, strict=True)]


def brought(folder: Path, text: str, answers: dict[str, str] | None = None):
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    return understand(Files((file,)), answers, name="months-alone")


@pytest.fixture
def months() -> Study:
    places = [(5 + 10 * (number % 3), 5) for number in range(120)]
    incidents, blocks = square_city(places, side=3, dates=[f"{month}-01" for month in MONTHS])
    known = check_incidents(incidents.assign(day_known=False, hour=pd.NA))
    return Study.of(known, blocks)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    city = brought(tmp_path, "mes,lat,lon,arma\n" + "\n".join(LINES)).city
    assert city is not None
    cities.publish(city)
    return Asked.of(Selection(city=city.slug))


WRITTEN = {
    "ISO": (["2023-05", "2023-06"], ["2023-05-01", "2023-06-01"]),
    "slash": (["5/2023", "12/2023"], ["2023-05-01", "2023-12-01"]),
    "words": (["mayo de 2023", "Dic 2023"], ["2023-05-01", "2023-12-01"]),
    "English": (["May 2023", "December 2023"], ["2023-05-01", "2023-12-01"]),
    "six digits": (["202305", "202312"], ["2023-05-01", "2023-12-01"]),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_months_are_read_and_no_day_is_made_up(name):
    texts, firsts = WRITTEN[name]
    read = read_dates(pd.Series(texts * 8))
    assert read.date.dt.strftime("%Y-%m-%d").tolist() == firsts * 8
    assert not read.day_known.any()
    assert [remark.code for remark in read.remarks] == ["month_alone"]
    assert read.hour.isna().all()


def test_a_format_without_a_day_knows_the_month_and_one_without_a_month_nothing():
    read = read_dates(pd.Series(["05-2023", "06-2023"]), date_format="%m-%Y")
    assert not read.day_known.any()
    with pytest.raises(DataError, match="has no month"):
        read_dates(pd.Series(["2023"]), date_format="%Y")


def test_firsts_of_months_alone_are_months_unless_somebody_says_that_they_are_days():
    firsts = pd.Series([f"2023-{month:02}-01" for month in range(1, 13)])
    read = read_dates(firsts)
    assert not read.day_known.any()
    assert "first_of_month" in [remark.code for remark in read.remarks]
    assert read_dates(firsts, precision="day").day_known.all()
    assert read_dates(firsts.iloc[:11]).day_known.all()  # so few may be
    assert read_dates(pd.concat([firsts, pd.Series(["2023-05-02"])])).day_known.all()


def test_days_beside_months_keep_their_month_and_many_firsts_are_told():
    mixed = read_dates(pd.Series(["2023-05", "2023-05-17", "2023-06"] * 10))
    assert mixed.day_known.tolist() == [False, True, False] * 10
    assert read_dates(pd.Series(["2023-05-17"] * 99 + ["2023-05"])).date.notna().sum() == 99  # one of a hundred is a mistake
    days = [str(dt.date(2023, 1, 1) + dt.timedelta(days=number)) for number in range(5, 365, 4)]
    piled = read_dates(pd.Series(days + [f"2023-{month:02}-01" for month in range(2, 13)] * 4))
    assert piled.day_known.all()
    assert "first_pile" in [remark.code for remark in piled.remarks]


def test_a_month_said_of_days_leaves_the_days_out():
    read = read_dates(pd.Series(["2023-05-17", "2023-06-03"]), precision="month")
    assert read.date.dt.day.tolist() == [1, 1]
    assert not read.day_known.any()


def test_the_door_refuses_a_day_that_is_not_known():
    incidents, _ = square_city([(5, 5)], dates=["2023-05-17"])
    with pytest.raises(DataError, match="knows the month alone"):
        check_incidents(incidents.assign(day_known=False))


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    "text",
    [
        "mes,lat,lon,arma\n" + "\n".join(LINES),
        "anio,mes,lat,lon,arma\n" + "\n".join(line.replace("-", ",", 1) for line in LINES),
        "date,lat,lon,arma\n" + "\n".join(line.replace(",", "-01,", 1) for line in LINES),
    ],
    ids=["months", "years and months", "firsts"],
)
def test_a_list_of_months_keeps_its_map(tmp_path, text):
    city = brought(tmp_path, text).city
    assert len(city.incidents) == 120
    assert (city.incidents["unplaced"] == "").all()
    assert not city.has_days
    assert (city.start, city.end) == (pd.Timestamp("2018-01-01"), pd.Timestamp("2023-01-01"))
    assert "weekday" not in city.fields
    assert "month" in city.fields
    assert set(city.incidents["event_id"].value_counts()) == {1}  # one place and month is no event


def test_a_person_may_still_have_them_counted_as_totals(tmp_path):
    understood = brought(tmp_path, "mes,lat,lon,arma\n" + "\n".join(LINES), {"date": "totals"})
    (asked,) = [one for one in understood.questions if one.id == "date"]
    assert asked.safe == "months"
    assert set(asked.options) == {"months", "totals", "point"}
    assert understood.city.only_totals
    assert understood.city.totals["count"].sum() == 120


def test_totals_of_areas_with_a_point_of_their_own_stay_totals(tmp_path):
    lines = [f"2023-{month:02},{name},{y},-89.2,{month % 3}" for month in range(1, 13) for name, y in (("A", 13.7), ("B", 13.8))]
    city = brought(tmp_path, "mes,municipio,lat,lon,homicidios\n" + "\n".join(lines)).city
    assert city.only_totals
    assert city.totals["count"].sum() == 24


def test_a_study_of_months_begins_and_ends_with_one(months):
    assert (months.has_victims, months.has_days) == (True, False)
    assert (months.start, months.end) == (pd.Timestamp("2018-01-01"), pd.Timestamp("2023-01-01"))
    assert Study.of(months.incidents, months.blocks, start="2020-01-01", end="2020-03-01").victims == 4
    for start, end in (("2020-01-15", "2021-01-01"), ("2020-01-01", "2020-12-31")):
        with pytest.raises(DataError, match="begins and ends with a month"):
            Study.of(months.incidents, months.blocks, start=start, end=end)
    with pytest.raises(DataError, match="no weekday"):
        Study.of(months.incidents, months.blocks, where={"weekday": ["mon"]})
    assert Study.of(months.incidents, months.blocks, where={"month": ["feb"]}).victims == 10


def test_what_needs_a_day_says_that_it_is_not_known(months):
    assert not len(trends.weekly(months))
    assert trends.weekday_hour(months).table is None
    with pytest.raises(DataError, match="the month is known, and not the day"):
        repeats.events_of(months)
    reasons = {measure.key: measure.missing(months) for measure in hs.catalog.MEASURES}
    assert reasons["emerging"] == ("of each homicide the month is known, and not the day",)
    assert reasons["count"] == ()
    assert reasons["density"] == ()


def test_months_years_and_the_year_to_date_are_as_ever(months):
    assert (trends.monthly(months)["count"] == 2).all()
    assert (trends.yearly(months)["count"] == 24).all()
    days = trends.year_over_year(months)
    assert days.loc[[30, 31, 58, 59, 365], "this"].tolist() == [0, 2, 2, 4, 24]  # a month counts on its last day
    rules = priorities.backtest(months)
    assert isinstance(rules, str) or "near_repeat" not in rules.table.index.get_level_values("rule")


def test_only_whole_months_are_compared(asked):
    found = asked.ask(changes.changes, changes.until(asked.study, lag=10)).value
    assert {name: (str(one.days.start.date()), str(one.days.end.date())) for name, one in found.items()} == {
        "ytd": ("2022-01-01", "2022-12-01"),
        "365": ("2021-12-01", "2022-12-01"),
    }
    assert found["365"].city["count"] == 24
    assert changes.span_of(asked.study, "28") == "365"
    assert [one.span for one in asked.ask(here.here).value.now] == ["365"]
    assert asked.ask(here.windows) is None
    assert asked.ask(when.cells_of_the_week).value is None


def test_cases_are_listed_with_their_month(asked):
    answer = asked.ask(cases.cases)
    assert len(answer.value.table) == 2  # December
    rows = answer.table()
    assert set(rows["date"]) == {"2022-12"}
    assert rows["near"].isna().all()
    assert cases.days_of(asked, "7") == 365


def test_a_city_file_says_what_its_dates_know(tmp_path):
    (tmp_path / "list.csv").write_text("date,lat,lon,arma\n" + "\n".join(line.replace(",", "-01,", 1) for line in LINES), encoding="utf-8")
    head = 'name = "Town"\n[incidents]\nfile = "list.csv"\nx = "lon"\ny = "lat"\nepsg = 4326\ndate = "date"\n'
    (tmp_path / "city.toml").write_text(head + 'date_precision = "day"\n', encoding="utf-8")
    assert cities.read_folder(tmp_path).has_days
    (tmp_path / "city.toml").write_text(head + 'covers = ["2018-01-10", "2022-12-15"]\n', encoding="utf-8")
    city = cities.read_folder(tmp_path)
    assert not city.has_days
    assert (city.start, city.end) == (pd.Timestamp("2018-01-01"), pd.Timestamp("2023-01-01"))


def test_a_list_of_days_and_months_ends_with_a_month(tmp_path):
    mixed = [line.replace(",", f"-{number % 28 + 1:02},", 1) if number % 2 else line for number, line in enumerate(LINES)]
    city = brought(tmp_path, "fecha,lat,lon,arma\n" + "\n".join(mixed)).city
    assert (city.has_days, city.end) == (False, pd.Timestamp("2023-01-01"))  # the last day is 8 December
    assert Study.of(city.incidents, city.blocks).end == city.end


def test_a_release_of_months_has_the_year_that_ends_with_december(months):
    """The last date is 1 December, which stands for the whole month."""
    city = replace(city_of(months.incidents, months.blocks.assign(population=6000.0)), covers_stated=False)
    release = disclosure.build(city, as_of="2023-03-01", secret=SECRET)
    assert release.windows == [(pd.Timestamp("2018-01-01"), pd.Timestamp("2023-01-01"))]
    assert release.figures.query("table == 'city'")["count"].tolist() == [24] * 5


def test_a_version_that_lost_its_days_is_asked_about(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_STORE", str(tmp_path / "store"))
    days = [line.replace(",", f"-{number % 28 + 1:02},", 1) for number, line in enumerate(LINES)]
    cities.publish(brought(tmp_path, "fecha,lat,lon,arma\n" + "\n".join(days)).city)
    again = brought(tmp_path, "mes,lat,lon,arma\n" + "\n".join(LINES))
    (asked,) = [one for one in again.questions if one.id == "shrink"]
    assert "day was known of 100 % of the victims and now is of 0 %" in str(asked.text)
    assert again.blocked

"""Published totals: which rows make up a period, what is unknown, what was held back. Cases worked by hand."""

from __future__ import annotations

import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opened import open_page

from hotspots import cities
from hotspots.drawing import charts, exports
from hotspots.questions.restricted import Asked, brief_page, when
from hotspots.readers.columns.periods import read_periods
from hotspots.release import Reading, build
from hotspots.statistics import (
    catalog,
    concentration,
    rates,
    trends,
)
from hotspots.store.schema import DataError, check_area_counts
from hotspots.study.of_totals import TotalsStudy, on_units
from hotspots.study.selection import Selection
from hotspots.study.testing import published_totals, square_blocks
from hotspots.views.series import series_of
from hotspots.words import words_for

UNITS = ("b00", "b01", "b10", "b11")


def study(rows, *, side=2, population=1000.0, **choices) -> TotalsStudy:
    return TotalsStudy.of_totals(published_totals(rows), square_blocks(side=side, population=population), **choices)


def year(number: int) -> dict[str, str]:
    return {"start": f"{number}-01-01", "end": f"{number + 1}-01-01"}


def every(period: str, counts=(1, 2, 3, 4), table="areas") -> list[tuple]:
    return [(unit, period, n, table) for unit, n in zip(UNITS, counts, strict=True)]


def test_areas_that_are_all_published_add_up_to_the_whole():
    one = study(every("2020"))
    assert one.counts.to_dict() == {"b00": 1, "b01": 2, "b10": 3, "b11": 4}
    assert (one.victims, one.inside, one.population) == (10, 10, 4000)
    assert rates.overall(one).value == 250.0
    assert rates.rate(one).tolist() == [100.0, 200.0, 300.0, 400.0]


def test_a_missing_area_leaves_the_whole_unknown_and_is_never_zero():
    one = study(every("2020")[:3])
    assert np.isnan(one.victims)
    assert one.counts["b00"] == 1
    assert np.isnan(one.counts["b11"])
    assert rates.count_state(one).tolist() == ["ok", "ok", "ok", "no_data"]
    assert rates.rate_state(one)["b11"] == "no_data"


def test_a_zero_that_is_published_is_a_zero():
    one = study(every("2020", (0, 2, 3, 4)))
    assert rates.count_state(one)["b00"] == "zero"
    assert one.victims == 9


def test_a_period_that_rows_do_not_fill_is_unknown():
    rows = [("", "2018", 5), ("", "2020", 7)]
    assert np.isnan(study(rows).victims)
    assert study(rows, **year(2020)).victims == 7
    assert np.isnan(study(rows, start="2020-01-01", end="2020-07-01").victims)
    table = trends.yearly(study(rows))
    assert table["complete"].tolist() == [True, False, True]
    assert np.isnan(table["count"].iloc[1])


def test_months_are_never_added_to_the_year_that_holds_them():
    months = [("", f"2020-{month:02}", 1, "months") for month in range(1, 13)]
    one = study([("", "2019", 5, "years"), ("", "2020", 13, "years"), *months])
    assert one.victims == 18
    assert study([("", "2020", 13, "years"), *months], start="2020-03-01", end="2020-06-01").victims == 3


def test_months_fill_what_the_years_leave_open():
    months = [("", f"2020-{month:02}", 1, "months") for month in range(1, 4)]
    one = study([("", "2018", 5, "years"), ("", "2019", 6, "years"), *months])
    assert (one.end, one.victims) == (pd.Timestamp("2020-04-01"), 14)
    assert trends.yearly(one)["count"].tolist() == [5, 6, 3]
    assert trends.yearly(one)["complete"].tolist() == [True, True, False]


def test_a_series_of_the_whole_is_not_added_to_its_parts():
    one = study([*every("2020"), ("", "2020", 11, "national"), ("", "2021", 12, "national")])
    assert one.victims == 23
    assert trends.yearly(one)["count"].tolist() == [11, 12]
    assert [(used.count, other.count) for used, other in one.rivals] == [(11, 10)]


def test_of_two_tables_that_fill_a_period_alike_the_first_is_used_unless_only_the_other_knows_its_residents():
    national = ("", "2020", 11, "national")
    assert study([national, *every("2020")]).victims == 11
    rows = published_totals([national, *every("2020")], population=[np.nan, 100, 100, 100, 100])
    one = TotalsStudy.of_totals(rows, square_blocks(side=2, population=np.nan))
    assert (one.victims, one.population, rates.overall(one).value) == (10, 400, 2500.0)


def test_a_number_held_back_is_suppressed_and_never_zero():
    one = study([*every("2020")[:3], ("b11", "2020", None, "areas")])
    assert rates.count_state(one).tolist() == ["ok", "ok", "ok", "suppressed"]
    assert rates.rate_state(one)["b11"] == "suppressed"
    assert np.isnan(one.victims)
    assert np.isnan(one.counts["b11"])


def test_a_number_held_back_in_one_table_is_taken_from_another():
    rows = [("", "2020", None, "years"), *[("", f"2020-{month:02}", 2, "months") for month in range(1, 13)]]
    assert study(rows).victims == 24


def test_sexes_add_up_and_can_be_chosen_where_they_are_published():
    rows = [("", "2020-01", 3, "months", "male"), ("", "2020-01", 1, "months", "female"), ("", "2020", 30, "years")]
    assert study(rows, start="2020-01-01", end="2020-02-01").victims == 4
    women = study(rows, where={"sex": ["female"]})
    assert np.isnan(women.victims)
    assert women.between(pd.Timestamp("2020-01-01"), pd.Timestamp("2020-02-01")).victims == 1
    assert study(rows).victims == 30


def test_a_sex_that_is_missing_leaves_the_sum_unknown():
    rows = [("", "2020-01", 3, "t", "male"), ("", "2020-01", 1, "t", "female"), ("", "2020-02", 5, "t", "male")]
    one = study(rows)
    assert one.series(pd.period_range("2020-01", "2020-02", freq="M"))["count"].tolist()[0] == 4
    assert np.isnan(one.victims)


def test_other_filters_are_refused_with_the_reason():
    with pytest.raises(DataError, match="have no weapon"):
        study(every("2020"), where={"weapon": ["firearm"]})
    with pytest.raises(DataError, match="have no sex"):
        study(every("2020"), where={"sex": ["female"]})


def test_measures_that_need_places_or_days_say_so():
    one = study(every("2020"))
    for row in catalog.MEASURES:
        reasons = " ".join(row.missing(one))
        assert ("places of single homicides" in reasons) == ("points" in row.needs)
        assert ("days of single homicides" in reasons) == ("days" in row.needs)
    assert catalog.measure("rate").missing(study(every("2020"), population=np.nan)) == ("no population is loaded for these areas",)


def test_the_map_falls_back_to_the_latest_period_of_the_units():
    one = study([*every("2019"), *every("2020", (5, 6, 7, 8)), ("", "2021", 9, "national")])
    assert one.counts.isna().all()
    shown = one.for_map()
    assert (shown.start, shown.end, shown.counts.tolist()) == (pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"), [5, 6, 7, 8])
    assert shown.for_map() is shown
    assert one.between(pd.Timestamp("2021-01-01"), pd.Timestamp("2022-01-01")).for_map().counts.isna().all()


def test_one_place_alone():
    one = study([*every("2020"), ("", "2020", 99, "national")]).at("b10")
    assert (one.victims, one.counts.tolist()) == (3, [3])


def test_larger_units_need_all_their_blocks():
    blocks = square_blocks(side=2)
    rows = published_totals([*every("2020")[:3], ("", "2020", 20, "national")])
    districts = on_units(rows, blocks, "districts")
    assert districts[["area", "count"]].to_numpy().tolist() == [["", 20.0], ["row 0", 3.0]]
    city = on_units(published_totals(every("2020")), blocks, "city")
    assert city[["area", "count", "suppressed"]].to_numpy().tolist() == [["city", 10.0, False]]


def test_person_years_are_those_of_the_rows():
    rows = published_totals([("b0", "2019", 1), ("b0", "2020", 2)], population=[100, 300])
    blocks = square_blocks(side=1, population=np.nan).rename(index={"b00": "b0"}).rename_axis("block_id")
    one = TotalsStudy.of_totals(rows, blocks)
    assert one.person_years.tolist() == [400]
    assert one.residents.tolist() == [200]
    assert rates.rate(one).tolist() == [750.0]


def test_the_share_of_the_top_is_unknown_where_a_unit_is():
    assert concentration.top_share(study(every("2020")), fraction=0.25).share == 0.4
    assert np.isnan(concentration.top_share(study(every("2020")[:3])).share)


def test_an_export_holds_the_four_states():
    one = study([("b00", "2020", 0), ("b01", "2020", 30), ("b10", "2020", None)])
    found = exports.download_table(one, [catalog.measure("count")])
    assert found["state"].tolist() == ["zero", "ok", "suppressed", "no_data"]
    assert found["count"].isna().tolist() == [False, False, True, True]


counts = st.lists(st.integers(0, 50), min_size=4, max_size=4)


@given(st.dictionaries(st.integers(2001, 2012), counts, min_size=1), st.integers(2001, 2012), st.integers(1, 12))
def test_a_total_is_the_sum_of_its_rows_or_unknown(published, first, length):
    rows = [row for number, found in published.items() for row in every(str(number), found)]
    one = study(rows, start=f"{first}-01-01", end=f"{first + length}-01-01")
    wanted = range(first, first + length)
    if all(number in published for number in wanted):
        assert one.victims == one.inside == sum(sum(published[number]) for number in wanted)
        assert trends.yearly(one)["count"].sum() == one.victims
    else:
        assert np.isnan(one.victims)
        assert one.counts.isna().all()
    known = trends.yearly(one)["count"]
    assert {int(str(label)) for label in known.index[known.notna()]} == set(published) & set(wanted)


@pytest.mark.walk
@given(st.permutations(range(8)))
def test_the_order_of_the_rows_does_not_matter(order):
    rows = [*every("2020"), *every("2021", (5, 6, 7, 8))]
    assert study([rows[i] for i in order]).counts.tolist() == study(rows).counts.tolist()


def test_all_faults_of_a_table_are_told_at_once():
    table = published_totals([("", "2020", 3), ("b00", "2020", 4)])
    table.loc[0, "count"] = -1
    table.loc[1, "suppressed"] = True
    with pytest.raises(DataError) as caught:
        check_area_counts(table)
    assert len(caught.value.faults) == 2


def test_one_table_never_counts_the_same_days_twice():
    with pytest.raises(DataError, match="tables of their own"):
        published_totals([("", "2020", 3), ("", "2020-02", 1)])
    with pytest.raises(DataError, match="rows by sex"):
        published_totals([("", "2020", 3, "t", ""), ("", "2020", 1, "t", "female")])
    assert len(published_totals([("", "2020", 3, "years"), ("", "2020-02", 1, "months")])) == 2


@pytest.mark.parametrize(
    ("text", "form", "start", "end"),
    [
        ("2010", "", "2010-01-01", "2011-01-01"),
        ("2016-2", "", "2016-02-01", "2016-03-01"),
        ("2015-12-31", "", "2015-12-31", "2016-01-01"),
        ("2015-01-01/2015-03-31", "", "2015-01-01", "2015-04-01"),
        ("2012 a 2014", "", "2012-01-01", "2015-01-01"),
        ("01/02/2015 - 28/02/2015", "%d/%m/%Y", "2015-02-01", "2015-03-01"),
        ("02/2015", "%m/%Y", "2015-02-01", "2015-03-01"),
    ],
)
def test_periods(text, form, start, end):
    first, after = read_periods(pd.Series([text]), form)
    assert (first.iloc[0], after.iloc[0]) == (pd.Timestamp(start), pd.Timestamp(end))


@pytest.mark.parametrize("text", ["", "2010-13", "last year", "20100", "2010-02-30"])
def test_what_is_no_period(text):
    assert read_periods(pd.Series([text]))[0].isna().all()


TOML = """
name = "Tres Barrios"
timezone = "America/El_Salvador"
epsg = 32616

[area_counts.years]
file = "years.csv"
period = "year"
count = "killed"
suppressed = ["*"]

[area_counts.areas]
file = "areas.csv"
area = "area"
period = "month"
count = "killed"
sex = "sex"
population = "people"

[area_counts.areas.values.area]
Norte = "b00"
Sur = "b01"

[area_counts.areas.values.sex]
H = "male"
M = "female"

[blocks]
file = "blocks.geojson"
id = "id"
epsg = 32616
"""
AREAS = (
    "area,month,sex,killed,people\nNorte,2020-01,H,3,50\nNorte,2020-01,M,1,60\nSUR,2020-01,H,x,50\nb01,2020-01,M,2,60\nEste,2020-01,H,1,1\n"
)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "tres-barrios"
    place.mkdir()
    (place / "city.toml").write_text(TOML, encoding="utf-8")
    (place / "years.csv").write_text("year,killed\n2018,40\n2019,*\n2020,50\n", encoding="utf-8")
    (place / "areas.csv").write_text(AREAS, encoding="utf-8")
    blocks = square_blocks(side=2).iloc[:2].reset_index()[["block_id", "geometry"]].rename(columns={"block_id": "id"})
    (place / "blocks.geojson").write_text(blocks.to_json(drop_id=True), encoding="utf-8")
    return place


def test_a_folder_with_totals_only_is_read_and_stored(folder):
    city = cities.import_folder(folder)
    report = city.report
    assert (report.read, report.accepted, report.rejected) == (8, 6, 2)
    assert {row.code: row.rows for row in report.findings} == {"bad_count": 1, "unknown_area": 1}
    assert (city.only_totals, city.fields, len(city.incidents)) == (True, ("sex",), 0)
    again = cities.load(city.slug)
    pd.testing.assert_frame_equal(again.totals, city.totals)
    assert cities.available()[0].victims == report.victims == 90
    january = Selection(start=pd.Timestamp("2020-01-01").date(), end=pd.Timestamp("2020-02-01").date()).study(again)
    assert january.counts["b00"] == 4
    assert january.residents.round(6)["b00"] == 110
    assert np.isnan(january.counts["b01"])
    assert trends.yearly(Selection().study(again))["count"].isna().tolist() == [False, True, False]
    alone = Selection(place="block:b00").study(again)
    assert (alone.place.text, list(alone.blocks.index), np.isnan(alone.in_no_place)) == ("block:b00", ["b00"], True)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'count = "killed"\nsuppressed',
            'cuont = "killed"\nsuppressed',
            r"unknown key 'cuont' in \[area_counts.years\]; did you mean 'count'",
        ),
        ('count = "killed"\nsuppressed', "suppressed", r"count in \[area_counts.years\] is missing"),
        ('"years.csv"', '"gone.csv"', "file gone.csv does not exist"),
        ('H = "male"', 'H = "hombre"', "is no word of ours"),
        ('period = "year"', 'period = "anio"', "no column 'anio'"),
        ("[area_counts.years]", "[area_counts.years.values.weapon]\nx = 1\n[area_counts.years]", "values.weapon"),
    ],
)
def test_a_wrong_city_file_is_refused_in_words(folder, old, new, fault):
    text = (folder / "city.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "city.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=fault):
        cities.read_folder(folder)


def test_totals_need_blocks(folder):
    text = (folder / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(text[: text.index("[blocks]")], encoding="utf-8")
    with pytest.raises(DataError, match="blocks is missing"):
        cities.read_folder(folder)


def test_rows_of_which_none_can_be_used_are_refused(folder):
    (folder / "years.csv").write_text("year,killed\nx,40\ny,50\n", encoding="utf-8")
    with pytest.raises(DataError, match="none of 2 rows can be used"):
        cities.read_folder(folder)


def test_a_city_with_single_homicides_keeps_its_totals_beside_them(city_folder):
    with (city_folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write('\n[area_counts]\nfile = "years.csv"\nperiod = "year"\ncount = "killed"\n')
    (city_folder / "years.csv").write_text("year,killed\n2015,12\n2016,13\n", encoding="utf-8")
    city = cities.import_folder(city_folder)
    assert (city.only_totals, len(city.totals), city.report.victims) == (False, 2, 72)
    assert Selection().study(cities.load(city.slug)).victims == 72


def test_the_command_line_tells_the_unknown(folder, capsys):
    from hotspots.cli.main import main

    cities.import_folder(folder)
    assert main(["totals", "tres-barrios", "--json"]) == 0
    told = capsys.readouterr()
    numbers = json.loads(told.out)
    assert (numbers["victims"], numbers["by_year"]) == (None, {"2018": 40, "2019": None, "2020": 50})
    assert "unknown, never 0" in told.err


@pytest.mark.parametrize(("lang", "part"), [("es", "1998 (en parte)"), ("en", "1998 (in part)")])
def test_a_year_that_is_known_in_part_says_so_and_is_compared_with_no_whole_one(bundled, unchanged, lang, part):
    """Five months of 1998 are published of Boston."""
    unchanged(bundled)
    for page in ("", "trends", "change"):
        app = open_page(page, lang=lang, city="boston-ceasefire")
        (years,) = (one.value for one in app.dataframe if part in one.value.iloc[:, 0].tolist())
        assert [year for year in years.iloc[:, 0] if "(" in str(year)] == [part]
    differences = dict(zip(years.iloc[:, 0], years.iloc[:, 2], strict=True))
    assert differences[part] == "–"
    assert differences["1997"] == "−10"
    asked = Asked.of(Selection(city="boston-ceasefire", language=lang))
    assert f"; {part}: 4" in asked.ask(when.years).sentence(words_for(lang))
    sheet = brief_page.of_choices(asked, address="", tables=True)
    assert [part, "1997"] in [[row[0] for row in one.rows][:2] for one in (sheet.places, *sheet.tables) if one]


def test_years_of_totals_have_the_normal_range_that_the_public_edition_gives(bundled, unchanged, tmp_path):
    unchanged(bundled)
    for slug, known in (("boston-ceasefire", [1995, 1996, 1997]), ("el-salvador", [*range(1998, 2012), 2015, 2016])):
        city = cities.load(slug)
        found = Asked.of(Selection(city=slug)).ask(when.years).value
        public = Reading(build(city, as_of="2025-06-30", secret=b"0" * 32)).years
        assert [one.year for one in found.index[found["high"].notna()]] == known
        shown = public["complete"].to_numpy()
        np.testing.assert_array_equal(found[["low", "high"]].to_numpy()[shown], public[["low", "high"]].to_numpy()[shown])
    part = Asked.of(Selection(city="boston-ceasefire")).at(start=dt.date(1997, 1, 1)).ask(when.years).value
    assert part["low"].iloc[0] == 18  # out of the years before the period, too


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("1998-01-01", "fewer than the normal range 18–66"),
        ("1998-06-01", "these twelve months are no calendar year"),
        ("1995-01-01", "too few years before"),
    ],
)
def test_a_brief_judges_the_newest_year_of_totals(bundled, unchanged, end, said):
    unchanged(bundled)
    asked = Asked.of(Selection(city="boston-ceasefire", language="en")).at(end=dt.date.fromisoformat(end))
    newest = brief_page.of_choices(asked, address="").figures[0]
    assert said in newest.said


def test_very_many_years_beside_their_ranges_have_the_numbers_of_the_first_the_last_and_the_peaks(bundled, unchanged):
    unchanged(bundled)
    table = Asked.of(Selection(city="el-salvador")).ask(when.years).value
    drawn = json.dumps(charts.bars_in_range(series_of(table, words_for("en")), words_for("en"), height=380), default=str)
    told = [text for text in re.findall(r'"told": "([^"]*)"', drawn) if text]
    assert {"7,977", "6,656", "114"} <= set(told)
    assert len(told) < len(table) / 3

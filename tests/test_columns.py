"""Columns as files have them, from invented rows: what each form of date, clock and place must give, with and without a city.toml."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest

from hotspots.cities import Files, understand
from hotspots.readers.columns.dates import read_dates
from hotspots.readers.columns.odd_dates import unfinished
from hotspots.readers.columns.repeated_values import repeated_too_often
from hotspots.readers.columns.second_looks import lone_event
from hotspots.readers.columns.synonyms import COLUMN_NAMES, printed_names
from hotspots.readers.columns.whereabouts import untrue_distances
from hotspots.readers.faults import MidnightZoneError

ROWS = 60
DAYS = pd.date_range("2022-01-03", periods=ROWS, freq="6D")
LON = -75.5 - np.arange(ROWS) % 7 * 0.01 - np.arange(ROWS) * 1e-4
LAT = 6.2 + np.arange(ROWS) % 5 * 0.01 + np.arange(ROWS) * 1e-4
MONTHS = ("ene.", "fevereiro", "mars", "Abril", "maio", "juin", "juillet", "August", "setembro", "octobre", "nov", "dezembro")


def table(**columns: object) -> pd.DataFrame:
    base = {"date": DAYS.strftime("%Y-%m-%d"), "lat": LAT.round(6), "lon": LON.round(6), "homicide": "1"}
    return pd.DataFrame({**base, **columns}).drop(columns=[name for name, value in columns.items() if value is None])


def read(rows: pd.DataFrame, folder: Path, *, toml: str = "", **answers: str):
    """Return what is understood of the rows: with a city.toml of these lines, or without one."""
    rows.to_csv(folder / "rows.csv", index=False)
    if not toml:
        return understand(Files(incidents=(folder / "rows.csv",)), answers, name="x")
    (folder / "city.toml").write_text(f'name = "x"\n{toml}\n', encoding="utf-8")
    return understand(Files(folder=folder), answers)


def codes(found) -> dict[str, int]:
    report = found.city.report
    assert report.read == report.accepted + report.repaired + report.rejected + report.filtered
    return {row.code: row.rows for row in report.findings}


def whole(found) -> None:
    """Every row is a victim of the right day, and has its place."""
    assert found.refusal is None
    assert not found.blocked
    incidents = found.city.incidents
    assert sorted(incidents["date"].dt.normalize()) == list(DAYS)
    assert (incidents["unplaced"] == "").all()
    points = incidents.geometry.to_crs(4326)
    assert np.allclose(sorted(points.x), sorted(LON), atol=2e-4)
    assert np.allclose(sorted(points.y), sorted(LAT), atol=2e-4)


def dms(value: float, letters: str) -> str:
    total = round(abs(value) * 36_000)
    return f"{total // 36_000}°{total // 600 % 60}'{total % 600 / 10}\"{letters[int(value < 0)]}"


PLACES = {
    "lat, lon in brackets": {"Location 1": [f"({y:.6f}, {x:.6f})" for x, y in zip(LON, LAT, strict=True)]},
    "an address before it": {"Location": [f"12 MAIN ST ({y:.6f}, {x:.6f})" for x, y in zip(LON, LAT, strict=True)]},
    "lat, lon": {"coordenadas": [f"{y:.6f}, {x:.6f}" for x, y in zip(LON, LAT, strict=True)]},
    "decimal commas": {"coordenadas": [f"{y:.6f}; {x:.6f}".replace(".", ",") for x, y in zip(LON, LAT, strict=True)]},
    "WKT": {"the_geom": [f"POINT ({x:.6f} {y:.6f})" for x, y in zip(LON, LAT, strict=True)]},
    "a MultiPoint of one": {"the_geom": [f"MULTIPOINT (({x:.6f} {y:.6f}))" for x, y in zip(LON, LAT, strict=True)]},
    "JSON": {"point": [f'{{"type": "Point", "coordinates": [{x:.6f}, {y:.6f}]}}' for x, y in zip(LON, LAT, strict=True)]},
    "degrees in one column": {"punto": [f"{dms(y, 'NS')} {dms(x, 'EO')}" for x, y in zip(LON, LAT, strict=True)]},
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("form", PLACES)
def test_a_place_in_one_column_is_read(form, tmp_path):
    column, values = next(iter(PLACES[form].items()))
    rows = table(lat=None, lon=None, **{column: values})
    whole(read(rows, tmp_path))
    whole(read(rows, tmp_path, toml=f'[incidents]\nfile = "rows.csv"\ndate = "date"\ngeometry = "{column}"'))


@pytest.mark.cases(1)
@pytest.mark.parametrize(("x", "y"), [("LONG_WGS84", "LAT_WGS84"), ("pos x", "pos y"), ("Longitud", "Latitud")])
def test_degrees_minutes_and_seconds_under_the_names_that_files_use(x, y, tmp_path):
    rows = table(lat=None, lon=None, **{x: [dms(v, "EW") for v in LON], y: [dms(v, "NS") for v in LAT]})
    whole(read(rows, tmp_path))


EPOCH = (DAYS - pd.Timestamp(1970, 1, 1)) // pd.Timedelta(seconds=1)
DATES = {
    "OCC_DATE": DAYS.strftime("%a, %d %b %Y 00:00:00 GMT"),
    "CrimeDate": [str(value) for value in EPOCH],
    "reported_date": [str(value * 1000 + 5 * 3_600_000) for value in EPOCH],
    "Data do Fato": [f"{day.day} de {MONTHS[day.month - 1]} de {day.year}" for day in DAYS],
    "date des faits": [f"{day.isocalendar().year}-W{day.isocalendar().week:02d}-{day.isoweekday()}" for day in DAYS],
    "OCCUR_DATE": DAYS.strftime("%d/%m/%Y 24:00"),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", DATES)
def test_a_date_is_read_in_the_form_and_under_the_name_that_files_use(name, tmp_path):
    whole(read(table(date=None, **{name: DATES[name]}), tmp_path))
    whole(
        read(
            table(date=None, **{name: DATES[name]}), tmp_path, toml=f'[incidents]\nfile = "rows.csv"\ndate = "{name}"\nx = "lon"\ny = "lat"'
        )
    )


@pytest.mark.cases(1)
@pytest.mark.parametrize("months", ["number", "name"])
def test_a_date_in_three_columns(months, tmp_path):
    month = [str(day.month) if months == "number" else MONTHS[day.month - 1] for day in DAYS]
    rows = table(date=None, dia=DAYS.day.astype(str), mes=month, año=DAYS.year.astype(str))
    whole(read(rows, tmp_path))
    whole(read(rows, tmp_path, toml='[incidents]\nfile = "rows.csv"\nyear = "año"\nmonth = "mes"\nday = "dia"\nx = "lon"\ny = "lat"'))


def test_a_date_without_a_year_beside_one(tmp_path):
    rows = table(date=None, fecha=DAYS.strftime("%d/%m"), año=DAYS.year.astype(str))
    whole(read(rows, tmp_path))


def test_a_day_that_does_not_exist_in_three_columns_is_left_out_and_told(tmp_path):
    rows = table(date=None, dia=DAYS.day.astype(str), mes=DAYS.month.astype(str), año=DAYS.year.astype(str))
    rows.loc[0, ["dia", "mes"]] = ["31", "2"]
    found = read(rows, tmp_path)
    assert codes(found)["impossible_date"] == 1
    assert found.city.report.rejected == 1
    assert len(found.city.incidents) == ROWS - 1


def test_the_date_of_what_occurred_goes_before_the_report_and_is_told(tmp_path):
    rows = table(date=None, reported_date=(DAYS + pd.Timedelta(days=400)).strftime("%Y-%m-%d"), occurred_date=DAYS.strftime("%Y-%m-%d"))
    found = read(rows, tmp_path)
    whole(found)
    assert codes(found)["other_dates"] == ROWS


@pytest.mark.cases(1)
@pytest.mark.parametrize("default", ["1900-01-01", "1970-01-01"])
def test_a_few_dates_decades_away_do_not_stretch_the_period(default, tmp_path):
    rows = table()
    rows.loc[[3, 9], "date"] = default
    toml = '[incidents]\nfile = "rows.csv"\ndate = "date"\nx = "lon"\ny = "lat"'
    for found in (read(rows, tmp_path), read(rows, tmp_path, toml=toml)):
        assert found.city.start == pd.Timestamp(2022, 1, 1)
        assert len(found.city.incidents) == ROWS - 2
        assert codes(found)["far_date"] == found.city.report.rejected == 2
    kept = read(rows, tmp_path, toml=f'{toml}\ncovers = ["{default}", "2022-12-31"]')
    assert len(kept.city.incidents) == ROWS
    assert "far_date" not in codes(kept)


def test_a_long_series_with_a_gap_keeps_all_its_rows():
    dates = [f"{year}-05-{day:02d}" for year in (*range(1975, 1985), *range(1995, 2005)) for day in range(1, 9)]
    read = read_dates(pd.Series(dates))
    assert read.date.notna().all()
    assert "far_date" not in {row.code for row in read.remarks}


def test_a_year_that_is_not_whole_is_told():
    steady = pd.Series(pd.date_range("2020-01-01", "2022-05-15", freq="5D"))
    told = {row.code: int(row.where.sum()) for row in unfinished(steady, "date")}
    assert told["part_year"] == (steady.dt.year == 2022).sum()
    assert told["part_month"] == (steady >= "2022-05-01").sum()
    complete = pd.Series(pd.date_range("2020-01-01", "2022-12-30", freq="5D"))
    assert not any(row.where.any() for row in unfinished(complete, "date"))


def clocked(*clocks: str) -> pd.Series:
    days = pd.date_range("2021-01-01", periods=40, freq="9D").strftime("%Y-%m-%d")
    return pd.Series([f"{day} {clocks[i % len(clocks)]}" for i, day in enumerate(days)])


@pytest.mark.parametrize(("clocks", "moved"), [(("04:00", "05:00"), 0), (("22:00", "23:00"), 1)])
def test_midnights_written_in_utc_know_no_hour_and_keep_their_day(clocks, moved):
    text = clocked(*clocks)
    read = read_dates(text)
    assert read.hour.isna().all()
    assert "utc_midnight" in {row.code for row in read.remarks}
    assert (read.date == pd.to_datetime(text.str[:10]) + pd.Timedelta(days=moved)).all()


def test_one_late_hour_in_all_rows_is_asked_and_each_answer_has_its_day(tmp_path):
    with pytest.raises(MidnightZoneError):
        read_dates(clocked("23:00"))
    rows = table(date=DAYS.strftime("%Y-%m-%d 23:00"))
    asked = read(rows, tmp_path)
    assert [one.id for one in asked.blocked] == ["zone"]
    assert asked.city is None
    whole(read(rows, tmp_path, zone="local"))
    later = read(rows, tmp_path, zone="UTC").city.incidents["date"]
    assert sorted(later) == list(DAYS + pd.Timedelta(days=1))


def test_a_third_of_clocks_at_one_minute_past_midnight_is_told():
    read = read_dates(clocked("00:01", "14:20", "18:45", "00:01", "21:10", "03:30"))
    assert {row.code: int(row.where.sum()) for row in read.remarks}.get("clock_pile") is None  # 14 of 40: too few to say
    many = read_dates(pd.concat([clocked("00:01", "14:20", "18:45")] * 3, ignore_index=True))
    assert {row.code: int(row.where.sum()) for row in many.remarks}["clock_pile"] == 42
    assert many.hour.notna().all()


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("name", "change", "right"),
    [("sign", {"lon": -LON.round(6)}, "x"), ("axes", {"lon": LAT.round(6), "lat": LON.round(6)}, "swap")],
)
@pytest.mark.parametrize("toml", ["", 'timezone = "America/Bogota"\n[incidents]\nfile = "rows.csv"\ndate = "date"\nx = "lon"\ny = "lat"'])
def test_places_on_another_continent_are_asked_without_areas(name, change, right, toml, tmp_path):
    rows = table(**change)
    asked = read(rows, tmp_path, toml=toml)
    assert [one.id for one in asked.blocked] == [name]
    assert asked.city is None
    whole(read(rows, tmp_path, toml=toml, **{name: right}))


def test_swapped_pairs_in_one_column_are_put_right_by_the_answer(tmp_path):
    rows = table(lat=None, lon=None, the_geom=[f"POINT ({y:.6f} {x:.6f})" for x, y in zip(LON, LAT, strict=True)])
    assert [one.id for one in read(rows, tmp_path).blocked] == ["axes"]
    whole(read(rows, tmp_path, axes="swap"))


@pytest.mark.cases(2)
@pytest.mark.parametrize(("lon", "lat"), [(28.98, 41.01), (116.4, -8.6), (174.76, -36.85), (-0.12, 51.5), (30.52, 50.45)])
def test_places_of_the_whole_world_are_not_asked_about(lon, lat, tmp_path):
    found = read(table(lon=(LON - LON.mean() + lon).round(6), lat=(LAT - LAT.mean() + lat).round(6)), tmp_path)
    assert not found.questions
    assert len(found.city.incidents) == ROWS


@pytest.mark.parametrize(("epsg", "right"), [(32618, True), (9377, True), (3857, False), (32633, False), (32612, False)])
def test_a_system_whose_distances_are_untrue_is_refused(epsg, right, tmp_path):
    lat = LAT + 34  # on the equator the web map is true
    fault = untrue_distances(LON, lat if epsg != 9377 else LAT, 4326, pyproj.CRS.from_epsg(epsg))
    assert (fault is None) == right
    if fault is not None:
        assert "epsg = 32618" in str(fault)


@pytest.mark.cases(1)
@pytest.mark.parametrize(("epsg", "lon", "lat"), [(2272, -75.2, 39.9), (2222, -110.2, 33.0)], ids=["US survey feet", "international feet"])
def test_feet_are_asked_for_and_read(epsg, lon, lat, tmp_path):
    east, north = LON - LON.mean() + lon, LAT - LAT.mean() + lat
    x, y = pyproj.Transformer.from_crs(4326, epsg, always_xy=True).transform(east, north)
    rows = table(lon=None, lat=None, longitude=x.round(2), latitude=y.round(2))
    asked = read(rows, tmp_path)
    assert [one.id for one in asked.blocked] == ["epsg"]
    points = read(rows, tmp_path, epsg=str(epsg)).city.incidents.geometry.to_crs(4326)
    assert np.allclose(sorted(points.x), sorted(east), atol=1e-5)
    assert np.allclose(sorted(points.y), sorted(north), atol=1e-5)


def test_eight_of_thirty_at_one_place_are_seen():
    keys = np.array([7.0] * 8 + list(np.arange(22) / 10))
    assert [len(rows) for rows in repeated_too_often(keys)] == [8]
    assert repeated_too_often(np.array([7.0] * 4 + list(np.arange(26) / 10))) == []


def test_an_event_that_never_repeats_is_doubted_where_rows_share_place_and_hour(tmp_path):
    twice = pd.concat([table(date=DAYS.strftime("%Y-%m-%d 21:15"))] * 2, ignore_index=True)
    twice.insert(0, "case id", [f"c{i}" for i in range(len(twice))])
    doubt = lone_event(twice[["date", "lon", "lat"]], twice["case id"], column="case id", file="rows.csv")
    assert doubt is not None
    assert (doubt.groups, doubt.rows) == (ROWS, 2 * ROWS)
    together = read(twice, tmp_path)
    assert [(one.id, one.safe) for one in together.questions] == [("event_id", "place")]
    assert together.city.incidents["event_id"].nunique() == ROWS
    assert read(twice, tmp_path, event_id="case id").city.incidents["event_id"].nunique() == 2 * ROWS


def test_names_stand_in_one_table_that_the_documentation_prints():
    printed = (Path(__file__).parent.parent / "docs" / "column-names.md").read_text(encoding="utf-8")
    assert printed_names() in printed
    for section, key in {(section, key) for section, key, _, _ in COLUMN_NAMES}:
        names = [name for of, its, _, row in COLUMN_NAMES if (of, its) == (section, key) for name in row.split("|")]
        assert all(name == name.lower().strip() and name.isascii() for name in names), (section, key)

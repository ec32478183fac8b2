"""Files hold exactly what is shown, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_maps import Reader

from hotspots import cities
from hotspots.cli.main import main
from hotspots.drawing import exports
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import table
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.study.testing import square_city
from hotspots.words import words_for
from hotspots.words.escape import safe_cell, safe_html

TABLES = [suffix for suffix in exports.SUFFIXES if suffix not in exports.PICTURES]


def study(**choices) -> Study:
    return Study.of(
        *square_city([(5, 5), (5, 6), (15, 5), None], population=[1000, 2000, 0, 10], **choices), start="2020-01-01", end="2021-01-01"
    )


@pytest.mark.cases(6)
@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize("keys", [["count"], ["rate"], ["count", "rate"]], ids=",".join)
def test_every_format_holds_the_same_table(tmp_path, suffix, keys):
    one = study()
    path = tmp_path / f"out{suffix}"
    assert exports.write(one, [measure(key) for key in keys], path) == 4
    read = {".csv": pd.read_csv, ".geojson": gpd.read_file, ".parquet": gpd.read_parquet}[suffix](path)
    expected = exports.download_table(one, [measure(key) for key in keys])
    assert read.drop(columns="geometry", errors="ignore").columns.tolist() == expected.columns.tolist()
    for name in expected:
        if pd.api.types.is_numeric_dtype(expected[name]):
            np.testing.assert_allclose(read[name].astype(float), expected[name].astype(float))
        else:
            assert read[name].astype(str).tolist() == expected[name].astype(str).tolist()
    assert list(tmp_path.iterdir()) == [path]


def test_columns_are_the_promised_ones():
    assert exports.download_table(study(), [measure("rate")]).columns.tolist() == [
        *("id", "name", "count", "population", "rate", "rate_low", "rate_high", "state")
    ]


def test_geojson_is_in_degrees(tmp_path):
    exports.write(study(), [measure("count")], tmp_path / "a.geojson")
    corner = json.loads((tmp_path / "a.geojson").read_text())["features"][0]["geometry"]["coordinates"][0][0]
    assert abs(corner[0]) <= 180
    assert abs(corner[1]) <= 90


def test_what_cannot_be_given_is_refused_with_the_reason(tmp_path):
    none = Study.of(*square_city([(5, 5)], population=float("nan")))
    with pytest.raises(DataError, match="no population is loaded"):
        exports.write(none, [measure("rate")], tmp_path / "a.csv")
    with pytest.raises(DataError, match=r"use one of \.csv"):
        exports.write(study(), [measure("count")], tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="does not exist"):
        exports.write(study(), [measure("count")], tmp_path / "no" / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(exports, "csv", full)
    with pytest.raises(OSError, match="No space"):
        exports.write(study(), [measure("count")], path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.cases(10)
@pytest.mark.parametrize("row", [row for row in MEASURES if not row.missing(study())], ids=lambda row: row.key)
def test_the_export_is_what_the_map_shows(row):
    one = study()
    exported, shown = exports.download_table(one, [row]).set_index("id"), table(one, row)
    np.testing.assert_array_equal(exported[row.key], shown[row.key])
    assert exported["state"].tolist() == shown["state"].tolist()


def test_no_cell_of_a_table_runs_as_a_formula():
    """Read as a spreadsheet reads it: neither a cell nor a heading begins one; a number below zero stays a number."""
    texts = ["=HYPERLINK(1)", " +1", "\uff1dcmd|' /C calc'!A0", "@SUM(1)", "plain", None]
    table = pd.DataFrame({"=name": texts, "n": range(-3, 3)})
    rows = [*csv.reader(exports.csv(table, "=label", again="=again").splitlines())]
    assert rows[0] == ["'=name", "n", "about"]
    assert [row[0] for row in rows[1:]] == [*(f"'{one}" for one in texts[:4]), "plain", ""]
    assert [row[1] for row in rows[1:]] == ["-3", "-2", "-1", "0", "1", "2"]
    assert [row[2] for row in rows[1:]] == ["'=label", *["'=again"] * 5]


@given(st.text(max_size=20), st.sampled_from("=+-@\t\r＝＋－＠"), st.sampled_from(["", " ", "\ufeff", "\u00a0"]))
def test_no_text_runs_as_a_formula(text, sign, before):
    assert safe_cell(before + sign + text).startswith("'")


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.none()))
def test_numbers_stay_numbers(value):
    assert safe_cell(value) == value


@given(st.text(max_size=40))
def test_escaped_text_has_no_live_character(text):
    import html

    escaped = safe_html(text)
    assert not set("<>\"'`${}\\") & set(escaped)
    assert html.unescape(escaped) == text or not text.isprintable()


# --------------------------------------------------------------------------------------------------- downloads


@pytest.fixture
def told(city_folder):
    city = cities.import_folder(city_folder)
    return exports.Subject(city, "blocks", words_for("en"))


def chosen(told, **choices) -> Study:
    return Selection(city=told.city.slug, unit=told.unit, **choices).study(told.city)


@pytest.mark.cases(1)
@pytest.mark.parametrize("suffix", exports.SUFFIXES)
def test_a_download_is_what_write_writes(tmp_path, told, suffix):
    one = chosen(told, where=(("weapon", ("firearm",)),))
    path = tmp_path / f"a{suffix}"
    assert exports.write(one, [measure("count")], path, told=told) == 9
    assert path.read_bytes() == exports.download(one, [measure("count")], suffix, told=told)


@pytest.mark.cases(1)
@pytest.mark.parametrize("where", [(), (("weapon", ("firearm",)),), (("sex", ("female",)), ("weapon", ("blade",)))], ids=str)
@pytest.mark.parametrize("days", [(None, None), (dt.date(2016, 1, 1), dt.date(2018, 1, 1))], ids=["all", "two years"])
@pytest.mark.parametrize("key", ["count", "rate"])
def test_every_number_of_the_page_is_that_of_the_table(told, where, days, key):
    one = chosen(told, where=where, start=days[0], end=days[1])
    table = pd.read_csv(io.BytesIO(exports.download(one, [measure(key)], ".csv")))
    page = exports.download(one, [measure(key)], ".html", told=told).decode()
    head, *rows = Reader(page).rows
    read = pd.DataFrame(rows, columns=head)
    assert read["Code"].tolist() == table["id"].astype(str).tolist()
    assert read["People killed"].str.replace(",", "").astype(int).tolist() == table["count"].tolist()
    if key == "rate":
        shown = [told.words.rate(value) for value in table["rate"]]
        assert read.iloc[:, 3].str.split(" ").str[0].tolist() == shown
    assert f"{told.words.number(one.victims)} pe" in page
    assert f"on the map: {told.words.number(one.inside)} of {told.words.number(one.victims)} people killed" in page
    assert "Invented for the tests" in page
    assert "fictional city" in page


def test_files_for_programs_say_what_they_are_of(told):
    one = chosen(told, start=dt.date(2016, 1, 1))
    about = json.loads(exports.download(one, [measure("count")], ".geojson", told=told))["about"]
    assert (about["start"], about["end"], about["where"], about["victims"]) == ("2016-01-01", "2021-01-01", {}, 60)
    raw = io.BytesIO(exports.download(one, [measure("count")], ".parquet", told=told))
    assert json.loads(pq.read_schema(raw).metadata[b"about"]) == about
    assert gpd.read_parquet(raw).crs.to_epsg() == 32616


def test_a_file_is_named_by_what_is_in_it(told):
    one = chosen(told, start=dt.date(2016, 1, 1), end=dt.date(2017, 1, 1), where=(("weapon", ("blade", "firearm")),))
    name = exports.file_name(told.city, one, [measure("rate")], ".csv", unit="blocks")
    assert name == "villa-prueba_v1_blocks_rate_2016-01-01_2016-12-31_weapon-blade+firearm_n12_not-for-publication.csv"
    assert exports.file_name(told.city, one, [measure("rate")], ".png", unit="grid:250").split("_")[2] == "grid-250"


def test_a_picture_is_of_one_measure_of_a_city(told):
    one = chosen(told)
    with pytest.raises(DataError, match="one measure of a city"):
        exports.download(one, [measure("count"), measure("rate")], ".png", told=told)
    with pytest.raises(DataError, match="one measure of a city"):
        exports.download(one, [measure("count")], ".html")


@pytest.mark.parametrize("suffix", [".png", ".html"])
def test_totals_without_an_outline_have_no_map_and_it_is_said(bundled, unchanged, tmp_path, capsys, suffix):
    unchanged(bundled)
    out = tmp_path / f"map{suffix}"
    assert main(["export", "boston-ceasefire", "--measure", "count", "--out", str(out)]) == 1
    assert capsys.readouterr().err == ("export: there is no map for these data, which are totals of the whole place; write a .csv\n")
    assert not out.exists()

"""Files hold exactly what is shown, whole or not at all."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots import exports
from hotspots.catalog import MEASURES, measure
from hotspots.escape import safe_cell, safe_html
from hotspots.measures import table
from hotspots.schema import DataError
from hotspots.study import Study
from hotspots.testing import square_city


def study(**choices) -> Study:
    return Study.of(
        *square_city([(5, 5), (5, 6), (15, 5), None], population=[1000, 2000, 0, 10], **choices), start="2020-01-01", end="2021-01-01"
    )


@pytest.mark.parametrize("suffix", exports.SUFFIXES)
@pytest.mark.parametrize("keys", [["count"], ["rate"], ["count", "rate"]], ids=",".join)
def test_every_format_holds_the_same_table(tmp_path, suffix, keys):
    one = study()
    path = tmp_path / f"out{suffix}"
    assert exports.write(one, [measure(key) for key in keys], path) == 4
    read = {".csv": pd.read_csv, ".geojson": gpd.read_file, ".parquet": gpd.read_parquet}[suffix](path)
    expected = exports.frame(one, [measure(key) for key in keys])
    assert read.drop(columns="geometry", errors="ignore").columns.tolist() == expected.columns.tolist()
    for name in expected:
        if pd.api.types.is_numeric_dtype(expected[name]):
            np.testing.assert_allclose(read[name].astype(float), expected[name].astype(float))
        else:
            assert read[name].astype(str).tolist() == expected[name].astype(str).tolist()
    assert list(tmp_path.iterdir()) == [path]


def test_columns_are_the_promised_ones():
    assert exports.frame(study(), [measure("rate")]).columns.tolist() == [
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


@pytest.mark.parametrize("row", MEASURES, ids=lambda row: row.key)
def test_the_export_is_what_the_map_shows(row):
    one = study()
    exported, shown = exports.frame(one, [row]).set_index("id"), table(one, row)
    np.testing.assert_array_equal(exported[row.key], shown[row.key])
    assert exported["state"].tolist() == shown["state"].tolist()


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

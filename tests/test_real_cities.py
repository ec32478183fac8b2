"""Two real cities by a city.toml alone, against the figures kept beside their data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from real_cities import chicago_toml, philadelphia_toml

from hotspots import cities
from hotspots.store.schema import DataError

pytestmark = pytest.mark.real_data


def reference(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / name / "reference.json").read_text())


def imported(tmp_path: Path, name: str, text: str) -> cities.City:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "city.toml").write_text(text, encoding="utf-8")
    return cities.import_folder(folder)


def by_year(city: cities.City) -> dict[str, int]:
    years = city.incidents["date"].dt.year.value_counts().sort_index()
    return {str(year): int(count) for year, count in years.items()}


def codes(city: cities.City) -> dict[str, int]:
    return {row.code: row.rows for row in city.report.findings}


@pytest.mark.walk
def test_philadelphia(tmp_path: Path, real_data: Path) -> None:
    expected = reference(real_data, "philadelphia")
    city = imported(tmp_path, "philadelphia", philadelphia_toml(real_data))
    report = city.report
    assert (report.read, report.accepted, report.repaired, report.rejected, report.filtered) == (4121, 4121, 0, 0, 0)
    assert len(city.incidents) == report.victims == expected["homicides_2006_2018_tracts2020"]["points"]
    assert int(city.incidents.geometry.notna().sum()) == 4121
    assert by_year(city) == expected["homicides_by_year"]
    assert len(city.blocks) == expected["homicides_2006_2018_tracts2020"]["n_areas"]
    assert city.blocks["population"].sum() == expected["population_acs2023"]
    assert int((city.blocks["population"] == 0).sum()) == expected["tracts_pop_zero"]
    assert (city.start, city.end) == (pd.Timestamp("2006-01-01"), pd.Timestamp("2019-01-01"))
    assert city.blocks.index[0] == "42101030100"
    assert codes(city)["offset_dropped"] == 4121
    assert "unmapped_words" not in codes(city)
    assert (city.incidents["weapon"] == "firearm").sum() == 3408
    assert (city.incidents["sex"] == "female").sum() == 479


@pytest.mark.walk
def test_the_clock_of_philadelphia_is_local_and_a_wrong_zone_moves_days(tmp_path: Path, real_data: Path) -> None:
    text = philadelphia_toml(real_data)
    first = imported(tmp_path, "as-it-stands", text).incidents.iloc[0]
    moved = imported(tmp_path, "as-utc", text.replace("[incidents]\n", '[incidents]\ndate_zone = "UTC"\n', 1)).incidents.iloc[0]
    assert (first["date"], first["hour"]) == (pd.Timestamp("2018-12-30 21:00"), 21)
    assert (moved["date"], moved["hour"]) == (pd.Timestamp("2018-12-30 16:00"), 16)


@pytest.mark.walk
def test_chicago(tmp_path: Path, real_data: Path) -> None:
    expected = reference(real_data, "chicago")
    city = imported(tmp_path, "chicago", chicago_toml(real_data))
    report = city.report
    assert report.read == report.accepted == report.victims == expected["rows"]
    assert (report.repaired, report.rejected, report.filtered) == (0, 0, 0)
    assert int(city.incidents.geometry.notna().sum()) == expected["with_coords"]
    assert (city.incidents["unplaced"] == "no_coordinates").sum() == codes(city)["no_coordinates"] == 82
    assert by_year(city) == expected["by_year"]
    assert len(city.blocks) == expected["n_tracts"]
    assert city.blocks["population"].sum() == expected["population_acs2019"]
    assert city.epsg == 32616
    assert round((city.incidents["status"] == "cleared").mean(), 4) == expected["arrest_share"]
    assert city.start == pd.Timestamp("2001-01-01")


def test_chicago_without_a_date_format_asks_for_one(tmp_path: Path, real_data: Path) -> None:
    text = chicago_toml(real_data).replace('date_format = "%m/%d/%y %H:%M"\n', "")
    with pytest.raises(DataError, match='date_format = "%m/%d/%y %H:%M" if the month comes first'):
        imported(tmp_path, "chicago", text)


@pytest.mark.walk
def test_philadelphia_with_a_wrong_system_is_told_the_right_one(tmp_path: Path, real_data: Path) -> None:
    text = philadelphia_toml(real_data).replace("epsg = 2272", "epsg = 2263")
    with pytest.raises(DataError, match=r"write epsg = 2272 under \[incidents\]"):
        imported(tmp_path, "philadelphia", text)


@pytest.mark.walk
def test_a_loaded_city_equals_the_one_published(tmp_path: Path, real_data: Path) -> None:
    city = imported(tmp_path, "chicago", chicago_toml(real_data))
    again = cities.load("chicago")
    pd.testing.assert_frame_equal(again.incidents, city.incidents)
    pd.testing.assert_frame_equal(again.blocks, city.blocks)
    assert again.incidents.crs == city.incidents.crs
    assert again.report == city.report
    assert (again.start, again.end, again.version, again.epsg) == (city.start, city.end, 1, city.epsg)

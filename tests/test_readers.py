"""Dirty files: each fault is named, none is silent, every row has one outcome."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small_city as small
from hypothesis import given
from hypothesis import strategies as st

from hotspots import cities
from hotspots.readers.files.json_tables import read_json
from hotspots.readers.files.text_tables import read_table
from hotspots.readers.report import QualityReport
from hotspots.store.schema import DataError
from hotspots.study import Study

PYTHON_WORDS = re.compile(r"dtype|\bNaN\b|NaT|KeyError|ValueError|\bNone\b|Traceback|DataFrame|astype|object at")


def read(folder: Path, **parts: Any) -> cities.City:
    return cities.read_folder(small.write_city(folder / "town", **parts))


def codes(report: QualityReport) -> dict[str, int]:
    return {row.code: row.rows for row in report.findings}


def account(report: QualityReport) -> tuple[int, int, int, int]:
    return report.accepted, report.repaired, report.rejected, report.filtered


def test_a_clean_city_is_read_as_written_and_nothing_is_remarked(tmp_path: Path) -> None:
    city = read(tmp_path)
    assert account(city.report) == (12, 0, 0, 0)
    assert city.report.findings == ()
    assert city.incidents.index.tolist() == list(range(12))
    assert city.incidents.index.name == "incident"
    assert city.incidents["hour"].tolist() == list(range(10, 22))
    assert city.incidents["age"].tolist() == list(range(20, 32))
    assert city.incidents["event_id"].is_unique
    assert city.blocks.index.tolist() == ["01", "02", "03", "04"]
    assert city.blocks["population"].tolist() == [1000.0] * 4
    assert (city.start, city.end) == (pd.Timestamp("2019-01-01"), pd.Timestamp("2019-12-14"))


def test_points_are_where_the_file_says_in_the_citys_metres(tmp_path: Path) -> None:
    city = read(tmp_path)
    back = city.incidents.to_crs(4326).geometry
    stated = [(float(row.split(",")[2]), float(row.split(",")[3])) for row in small.rows()]
    assert np.allclose(np.column_stack([back.x, back.y]), stated, atol=1e-9)
    assert city.incidents.crs.to_epsg() == 32615


# ---------------------------------------------------------------------------------------------------------------- rows

COPY = [(1, name, small.rows()[0].split(",")[i]) for i, name in enumerate(small.HEADER.split(","))]
CHANGED = {
    "no coordinates": ([(0, "lon", ""), (0, "lat", "")], {"no_coordinates": 1}, (12, 0, 0, 0)),
    "one coordinate missing": ([(3, "lat", "")], {"no_coordinates": 1}, (12, 0, 0, 0)),
    "unknown for a coordinate": ([(3, "lat", "UNKNOWN"), (3, "lon", "n/a")], {"no_coordinates": 1}, (12, 0, 0, 0)),
    "zero zero": ([(1, "lon", "0"), (1, "lat", "0.0")], {"zero_coordinates": 1}, (11, 1, 0, 0)),
    "text for a coordinate": ([(1, "lon", "Main St")], {"impossible_coordinates": 1}, (11, 1, 0, 0)),
    "two numbers in a coordinate": ([(1, "lon", "12 13")], {"impossible_coordinates": 1}, (11, 1, 0, 0)),
    "latitude over ninety": ([(1, "lat", "911")], {"impossible_coordinates": 1}, (11, 1, 0, 0)),
    "infinite": ([(1, "lat", "inf")], {"impossible_coordinates": 1}, (11, 1, 0, 0)),
    "no date": ([(2, "day", "")], {"no_date": 1}, (11, 0, 1, 0)),
    "unknown date": ([(2, "day", "unknown")], {"no_date": 1}, (11, 0, 1, 0)),
    "31 February": ([(2, "day", "2019-02-31")], {"impossible_date": 1}, (11, 0, 1, 0)),
    "month 13": ([(2, "day", "2019-13-01")], {"impossible_date": 1}, (11, 0, 1, 0)),
    "29 February of a common year": ([(2, "day", "2019-02-29")], {"impossible_date": 1}, (11, 0, 1, 0)),
    "words for a date": ([(2, "day", "last week")], {"impossible_date": 1}, (11, 0, 1, 0)),
    "digits of another script": ([(2, "day", "٢٠١٩-٠٣-١٣")], {"impossible_date": 1}, (11, 0, 1, 0)),
    "hour 25": ([(2, "day", "2019-03-13 25:10")], {"impossible_date": 1}, (11, 0, 1, 0)),
    "one serial number": ([(2, "day", "43537")], {"impossible_date": 1}, (11, 0, 1, 0)),
    "the year 1850": ([(2, "day", "1850-03-13 10:00")], {"early_date": 1}, (11, 0, 1, 0)),
    "the year 2999": ([(2, "day", "2999-03-13 10:00")], {"future_date": 1}, (11, 0, 1, 0)),
    "age 999": ([(2, "age", "999")], {"bad_age": 1}, (11, 1, 0, 0)),
    "age -1": ([(2, "age", "-1")], {"bad_age": 1}, (11, 1, 0, 0)),
    "age in words": ([(2, "age", "adult")], {"bad_age": 1}, (11, 1, 0, 0)),
    "age empty": ([(2, "age", "")], {}, (12, 0, 0, 0)),
    "an infant": ([(2, "age", "0")], {}, (12, 0, 0, 0)),
    "unmapped weapon": ([(2, "weapon", "lasso"), (3, "weapon", "Lasso ")], {"unmapped_words": 2}, (10, 2, 0, 0)),
    "our words in another case": ([(2, "weapon", " FireArm "), (3, "sex", "MALE")], {}, (12, 0, 0, 0)),
    "empty weapon": ([(2, "weapon", "")], {}, (12, 0, 0, 0)),
    "exact duplicate": (COPY, {"duplicate_rows": 1}, (12, 0, 0, 0)),
    "far away": ([(2, "lon", "-89.2")], {"outside_blocks": 1}, (12, 0, 0, 0)),
    "two faults on one row": ([(2, "age", "999"), (2, "day", "")], {"bad_age": 1, "no_date": 1}, (11, 0, 1, 0)),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", CHANGED)
def test_a_dirty_row_has_one_outcome_and_its_finding(tmp_path: Path, name: str) -> None:
    changed, expected, outcome = CHANGED[name]
    city = read(tmp_path, csv=small.csv_text(changed))
    assert codes(city.report) == expected
    assert account(city.report) == outcome
    assert len(city.incidents) == outcome[0] + outcome[1] == city.report.victims
    for finding in city.report.findings:
        assert finding.examples[0].row == min(row for row, _, _ in changed) + 2 or name == "exact duplicate"
        assert not PYTHON_WORDS.search(finding.text + finding.advice)
        assert "{" not in finding.text


def test_a_victim_without_a_place_is_kept_with_the_reason(tmp_path: Path) -> None:
    text = small.csv_text(
        [(0, "lon", ""), (1, "lon", "0"), (1, "lat", "0"), (2, "lat", "911"), (3, "lon", "-91.9999"), (3, "lat", "11.0001")]
    )
    city = read(tmp_path, csv=text, toml=small.with_lines("default_places = [[-91.9999, 11.0001]]"))
    assert city.incidents["unplaced"].tolist()[:5] == ["no_coordinates", "no_coordinates", "impossible_coordinates", "default_place", ""]
    assert city.incidents.geometry.isna().tolist()[:5] == [True, True, True, True, False]


# --------------------------------------------------------------------------------------------------------------- files

CLEAN = small.csv_text()
FILES: dict[str, tuple[str | bytes, str, int]] = {
    "byte order mark": (CLEAN.encode("utf-8-sig"), "", 12),
    "UTF-16": (CLEAN.encode("utf-16"), "", 12),
    "Windows line ends": (CLEAN.replace("\n", "\r\n"), "", 12),
    "old Mac line ends": (CLEAN.replace("\n", "\r"), "", 12),
    "semicolons": (CLEAN.replace(",", ";"), "", 12),
    "tabs": (CLEAN.replace(",", "\t"), "", 12),
    "bars": (CLEAN.replace(",", "|"), "", 12),
    "a separator line": ("sep=;\n" + CLEAN.replace(",", ";"), "", 12),
    "no line end at the end": (CLEAN.rstrip("\n"), "", 12),
    "blank rows": (CLEAN.replace("c05", "\n\nc05"), "blank_rows", 12),
    "rows of separators alone": (CLEAN + ",,,,,,\n,,,,,,\n", "blank_rows", 12),
    "title rows": ("Homicides 2019\nPolice\n\n" + CLEAN, "title_rows", 12),
    "trailing separators": (CLEAN.replace("\nc", ",\nc").replace("weapon,", "weapon"), "trailing_separator", 12),
    "a long row": (CLEAN.replace("c05,", "c05,extra,"), "ragged_row", 11),
    "a short row": (CLEAN.replace("c05,", ""), "ragged_row", 11),
    "a footnote": (CLEAN + "Source: police\n", "ragged_row", 12),
    "a repeated header": (CLEAN.replace("c05", small.HEADER + "\nc05"), "repeated_header", 12),
    "a row of sums": (CLEAN + "TOTAL,,,,12,,\n", "total_row", 12),
    "an old encoding": (CLEAN.replace("c03", "Calle Peñón").encode("cp1252"), "old_encoding", 12),
    "garbled letters": (CLEAN.replace("c03", "PeÃ±Ã³n"), "garbled_letters", 12),
    "decimal commas": (re.sub(r"(-?\d+)\.(\d{5})", r"\1,\2", CLEAN.replace(",", ";")), "decimal_comma", 12),
    "quoted cells with separators": (CLEAN.replace("c03", '"c, 03"'), "", 12),
    "a quoted line break": (CLEAN.replace("c03", '"first\nsecond"'), "", 12),
    "spaces around the column names": (CLEAN.replace("case,day,lon", "case , day, lon "), "", 12),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_make_is_read(tmp_path: Path, name: str) -> None:
    content, code, victims = FILES[name]
    city = read(tmp_path, csv=content)
    assert len(city.incidents) == victims
    assert set(codes(city.report)) == ({code} if code else set())
    assert city.incidents["age"].sum() == sum(range(20, 32)) - (25 if victims == 11 else 0)
    assert city.incidents.geometry.notna().all()


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "has no rows"),
    "header only": (small.HEADER + "\n", "a header but no rows"),
    "header and blank rows": (small.HEADER + "\n,,,,,,\n", "a header but no rows"),
    "an Excel workbook": (b"PK\x03\x04" + b"x" * 50, "zip archive is damaged"),
    "an old Excel workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 50, "old Excel workbook"),
    "a web page": ("<!DOCTYPE html><html><body>not found</body></html>", "web page"),
    "a table in a web page": ("  <table><tr><td>1</td></tr></table>", "web page"),
    "a compressed file": (b"\x1f\x8b\x08" + b"x" * 50, "cannot be unpacked"),
    "a Parquet file": (b"PAR1" + b"x" * 50, "Parquet"),
    "a NUL": (CLEAN.replace("c05", "c\x0005"), "line 7 holds a character that no text has"),
    "an unclosed quotation mark": (CLEAN.replace("c05", '"c05'), "row 7"),
    "a quotation mark that swallows rows": (CLEAN.replace("c05", '"c05').replace("2019-09-13 18:30", '2019-09-13 18:30"'), "row 7"),
    "every row one value too long": (CLEAN.replace("\nc", "\nx,c"), "the columns are shifted"),
    "half the rows too short": (re.sub(r"c0[0-5],", "", CLEAN), "too many or too few values"),
    "a missing column": (CLEAN.replace("lon", "Lon"), "no column 'lon' (for x); did you mean 'Lon'"),
    "a column twice": (CLEAN.replace("case,day", "day,day"), "occurs more than once"),
    "broken UTF-16": (CLEAN.encode("utf-16")[:-1], "UTF-16"),
    "swapped axes": (CLEAN.replace("lon,lat", "lat,lon"), 'write x = "lat" and y = "lon"'),
    "a missing minus sign": (CLEAN.replace("-91", "91").replace("-92", "92"), 'negate = ["x"]'),
    "micro-degrees": (re.sub(r"(-9\d|11)\.(\d{5})", r"\g<1>\g<2>0", CLEAN), "1,000,000 times too large"),
    "another city": (re.sub(r"-9\d\.", "-3.", CLEAN), "no single change"),
}


@pytest.mark.cases(7)
@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_in_plain_words(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    lines = ["epsg = 4326"] if name == "micro-degrees" else []
    with pytest.raises(DataError) as caught:
        read(tmp_path, csv=content, toml=small.with_lines(*lines))
    assert words in str(caught.value)
    assert not PYTHON_WORDS.search(str(caught.value))


def test_the_advice_for_a_lost_minus_sign_works(tmp_path: Path) -> None:
    text = CLEAN.replace("-91", "91").replace("-92", "92")
    city = read(tmp_path, csv=text, toml=small.with_lines('negate = ["x"]'))
    assert city.incidents.geometry.equals(read(tmp_path, csv=CLEAN).incidents.geometry)


def test_projected_numbers_without_a_system_are_asked_about_and_with_a_wrong_one_told(tmp_path: Path) -> None:
    points = read(tmp_path).incidents.geometry
    changed = [(i, "lon", f"{p.x:.2f}") for i, p in enumerate(points)] + [(i, "lat", f"{p.y:.2f}") for i, p in enumerate(points)]
    metres = small.csv_text(changed)
    with pytest.raises(DataError, match=r"coordinate system is not given.*write epsg = 32615 under"):
        read(tmp_path, csv=metres)
    with pytest.raises(DataError, match=r"write epsg = 32615 under \[incidents\]"):
        read(tmp_path, csv=metres, toml=small.with_lines("epsg = 32616"))
    with pytest.raises(DataError, match=r"write epsg = 32615 under \[incidents\]"):
        read(tmp_path, csv=metres, toml=small.with_lines("epsg = 4326"))
    city = read(tmp_path, csv=metres, toml=small.with_lines("epsg = 32615"))
    assert city.incidents.geometry.distance(points).max() < 0.01
    far = small.csv_text([*changed, (0, "lon", "90000000"), (1, "lat", "1e30")])
    city = read(tmp_path, csv=far, toml=small.with_lines("epsg = 32615"))
    assert codes(city.report) == {"impossible_coordinates": 2}


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    text = "Title\n\n" + small.csv_text([(0, "case", '"two\nlines"'), (4, "day", "")])
    found = read(tmp_path, csv=text).report.findings
    assert next(row for row in found if row.code == "no_date").examples[0].row == 8  # title, blank, header, then the fifth row


def test_ids_keep_their_zeros_and_an_id_may_be_NA(tmp_path: Path) -> None:  # noqa: N802
    text = small.csv_text([(0, "case", "007"), (1, "case", "NA"), (2, "case", "1E5"), (3, "case", "")])
    city = read(tmp_path, csv=text, toml=small.with_lines('event_id = "case"', 'block_id = "case"'))
    assert city.incidents["event_id"].tolist()[:4] == ["007", "NA", "1E5", "row 5"]
    assert city.incidents["block_id"].tolist()[:4] == ["007", "NA", "1E5", ""]


def test_killed_on_one_day_at_exactly_one_place_are_one_event_where_the_file_names_none(tmp_path: Path) -> None:
    day, lon, lat = small.rows()[0].split(",")[1:4]
    together = [(1, "day", day), (1, "lon", lon), (1, "lat", lat), (2, "day", day), (2, "lon", lon)]
    later = [(3, "lon", lon), (3, "lat", lat), (4, "lon", ""), (4, "day", day), (5, "lon", ""), (5, "day", day)]
    text = small.csv_text([*together, *later])
    city = read(tmp_path, csv=text)
    assert city.incidents["event_id"].tolist() == ["row 2", "row 2", *(f"row {n}" for n in range(4, 14))]
    study = Study.of(city.incidents, city.blocks)
    assert (study.victims, study.inside - study.events.sum()) == (12, 1)
    named = read(tmp_path, csv=text, toml=small.with_lines('event_id = "case"'))
    assert named.incidents["event_id"].is_unique  # the file says which are apart


def test_a_count_of_victims_becomes_rows_of_one_event(tmp_path: Path) -> None:
    text = small.csv_text(
        [(i, "age", "1") for i in range(12)] + [(0, "age", "3"), (1, "age", "0"), (2, "age", "2 (1 child)"), (3, "age", "2.0")]
    )
    toml = small.with_lines('victims = "age"', "age")
    city = read(tmp_path, csv=text, toml=toml)
    assert account(city.report) == (10, 0, 1, 1)  # nobody was killed in one row
    assert city.report.victims == len(city.incidents) == 3 + 2 + 8
    assert city.incidents["event_id"].value_counts().iloc[0] == 3
    assert city.incidents.index.tolist() == list(range(13))


def test_a_filter_keeps_the_listed_values_and_counts_the_others(tmp_path: Path) -> None:
    text = small.csv_text([(0, "day", ""), (1, "weapon", " firearm ")])
    toml = small.TOML + '\n[incidents.where]\nweapon = ["firearm"]\n'
    city = read(tmp_path, csv=text, toml=toml)
    assert account(city.report) == (3, 0, 1, 8)
    with pytest.raises(DataError, match="none of 12 rows is left after the filters"):
        read(tmp_path, csv=text, toml=toml.replace('"firearm"', '"laser"'))


def test_words_are_mapped_without_regard_to_case_accents_and_spaces(tmp_path: Path) -> None:
    text = small.csv_text([(0, "weapon", "ARMA  DE FUEGO"), (1, "weapon", "arma bláncA"), (2, "weapon", "soga")])
    toml = small.TOML + '\n[incidents.values.weapon]\n"Arma de fuego" = "firearm"\n"ARMA BLANCA" = "blade"\n'
    city = read(tmp_path, csv=text, toml=toml)
    assert city.incidents["weapon"].tolist()[:3] == ["firearm", "blade", "unknown"]
    found = city.report.findings[0]
    assert "'soga' (1)" in found.text
    assert '[incidents.values.weapon] "soga" = one of' in found.advice


def test_a_pile_at_one_place_is_told_with_the_line_that_mends_it(tmp_path: Path) -> None:
    changed = [(i, name, value) for i in range(10) for name, value in (("lon", "-91.995"), ("lat", "11.005"))]
    city = read(tmp_path, csv=small.csv_text(changed))
    found = next(row for row in city.report.findings if row.code == "pile_up")
    assert found.rows == 10
    line = re.search(r"default_places = \[.*\]\]", found.advice)
    assert line is not None
    again = read(tmp_path, csv=small.csv_text(changed), toml=small.with_lines(line.group(0)))
    assert again.incidents.geometry.notna().sum() == 2
    assert codes(again.report) == {"default_place": 10}


def test_a_pile_on_one_day_and_nothing_but_firsts_of_months_are_told(tmp_path: Path) -> None:
    city = read(tmp_path, csv=small.csv_text([(i, "day", "2019-01-05") for i in range(10)]))
    assert codes(city.report) == {"date_pile": 10}
    assert "5 January 2019" in city.report.findings[0].text
    city = read(tmp_path, csv=small.csv_text([(i, "day", f"2019-{i + 1:02d}-01") for i in range(12)]))
    assert codes(city.report) == {"first_of_month": 12}


def test_degrees_of_two_decimals_are_told(tmp_path: Path) -> None:
    city = read(tmp_path, csv=re.sub(r"(-9\d|11)\.(\d\d)\d+", r"\1.\2", CLEAN))
    assert codes(city.report)["coarse_places"] == 12


def test_several_files_of_the_same_columns_are_one(tmp_path: Path) -> None:
    toml = small.with_lines('file = ["homicides.csv", "more.csv"]')
    city = read(tmp_path, toml=toml, more={"more.csv": small.csv_text()})
    assert len(city.incidents) == 24
    assert city.incidents["event_id"].value_counts().tolist() == [2] * 12  # the same day and the same place, twice
    with pytest.raises(DataError, match=r"more\.csv: no column 'day'"):
        read(tmp_path, toml=toml, more={"more.csv": small.csv_text().replace("day", "other")})


def test_well_known_text_is_read_and_what_is_no_point_is_told(tmp_path: Path) -> None:
    wkt = [
        "POINT (-91.995 11.005)",
        "point z(-91.985 11.005 3)",
        "SRID=4326;POINT(-91.985 11.015)",
        "POINT EMPTY",
        "",
        "LINESTRING (0 0, 1 1)",
    ]
    text = "place,day\n" + "\n".join(f'"{place}",2019-03-{i + 13}' for i, place in enumerate(wkt)) + "\n"
    toml = re.sub(r'x = "lon"\ny = "lat"', 'geometry = "place"', small.TOML)
    toml = "\n".join(line for line in toml.split("\n") if line.split(" = ")[0] not in ("age", "sex", "weapon"))
    city = read(tmp_path, csv=text, toml=toml)
    assert city.incidents["unplaced"].tolist() == ["", "", "", "no_coordinates", "no_coordinates", "impossible_coordinates"]
    assert np.allclose(city.incidents.to_crs(4326).geometry.iloc[1].coords, (-91.985, 11.005))


def test_incidents_from_geojson(tmp_path: Path) -> None:
    features = []
    for row in small.rows():
        case, day, lon, lat, *_ = row.split(",")
        features.append(
            {
                "type": "Feature",
                "properties": {"case": case, "day": day},
                "geometry": {"type": "Point", "coordinates": [float(lon), float(lat)]},
            }
        )
    features[3]["geometry"] = None
    toml = "\n".join(line for line in small.TOML.split("\n") if line.split(" = ")[0] not in ("x", "y", "age", "sex", "weapon"))
    city = read(tmp_path, toml=toml.replace("homicides.csv", "points.geojson"), more={"points.geojson": small.layer(features)})
    assert len(city.incidents) == 12
    assert city.incidents["unplaced"].tolist().count("no_coordinates") == 1


# ------------------------------------------------------------------------------------------------------------- blocks

BOW = [[-92.0, 11.0], [-91.99, 11.01], [-91.99, 11.0], [-92.0, 11.01], [-92.0, 11.0]]
LINE = {"type": "LineString", "coordinates": [[-92.0, 11.0], [-91.98, 11.0]]}


def _with(i: int, geometry: Any, people: Any = 1000) -> str:
    features = small.blocks()
    features[i] = small.block(features[i]["properties"]["id"], geometry, people)
    return small.layer(features)


def _without(text: str, *keys: str) -> str:
    features = json.loads(text)["features"]
    for feature in features:
        for key in keys:
            feature["properties"].pop(key)
    return small.layer(features)


BAD_BLOCKS: dict[str, tuple[str | bytes, str]] = {
    "not JSON": ("<html>", "a web page, not a table"),
    "no markup that we know": ("<gml>", "not whole GeoJSON"),
    "truncated": (small.layer(small.blocks())[:-40], "not whole GeoJSON"),
    "an answer that says no": (
        '{"error": {"code": 499, "message": "Token Required"}}',
        "an answer that says no, not data ('Token Required')",
    ),
    "another kind of JSON": ('{"type": "Topology"}', "not a GeoJSON feature collection"),
    "a list": ("[1, 2]", "not a GeoJSON feature collection"),
    "no features": (small.layer([]), "has no features"),
    "a nested bomb": ('{"type":' + "[" * 200_000, "nested too deeply"),
    "a coordinate that is no number": (small.layer(small.blocks()).replace("-92.0", "NaN", 1), "not a number"),
    "a repeated id": (small.layer([*small.blocks(), small.block("01", small.square(3, 3))]), "occur more than once"),
    "an empty id": (small.layer([*small.blocks(), small.block("", small.square(3, 3))]), "has no id"),
    "a line among areas": (_with(0, LINE), "1 line among 3 areas"),
    "a point among areas": (_with(0, {"type": "Point", "coordinates": [1, 1]}), "is a point"),
    "metres without a name": (small.layer([small.block("01", [[5e5, 1e6], [6e5, 1e6], [6e5, 2e6], [5e5, 1e6]])]), "are not degrees"),
    "half the globe": (_with(0, [[170, 0], [180, 0], [180, 1], [170, 0]]), "more than half the globe"),
    "a missing column": (_without(small.layer(small.blocks()), "people"), "no column 'people' (for population)"),
}


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", BAD_BLOCKS)
def test_blocks_that_cannot_be_used_are_refused_in_plain_words(tmp_path: Path, name: str) -> None:
    content, words = BAD_BLOCKS[name]
    with pytest.raises(DataError) as caught:
        read(tmp_path, geojson=content)
    assert words in str(caught.value)
    assert not PYTHON_WORDS.search(str(caught.value))


@pytest.mark.cases(1)
@pytest.mark.parametrize("shape", [None, [[0, 0], [1, 1]]], ids=["no shape", "a ring of two points"])
def test_a_feature_without_a_usable_shape_is_a_block_without_an_outline(tmp_path: Path, shape: Any) -> None:
    city = read(tmp_path, geojson=_with(0, shape))
    assert codes(city.report)["no_outline"] == 1
    assert city.blocks.geometry.isna().tolist() == [True, False, False, False]


def test_a_shape_that_crosses_itself_is_repaired_and_told(tmp_path: Path) -> None:
    city = read(tmp_path, geojson=_with(0, BOW))
    assert codes(city.report) == {"shape_repaired": 1, "overlap": 1} or codes(city.report) == {"shape_repaired": 1}
    assert city.blocks.geometry.is_valid.all()
    assert city.blocks.geometry.iloc[0].area == pytest.approx(city.blocks.geometry.iloc[1].area / 2, rel=0.01)


def test_overlaps_are_told(tmp_path: Path) -> None:
    city = read(tmp_path, geojson=_with(0, small.square(0, 0, 1.5)))
    found = next(row for row in city.report.findings if row.code == "overlap")
    assert found.rows == 3
    assert "of blocks 01 and" in found.text


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("people", "code", "expected"),
    [
        (-666666666, "population_negative", np.nan),
        ("", "population_missing", np.nan),
        (None, "population_missing", np.nan),
        ("many", "population_unread", np.nan),
        ("1,234", "population_thousands", 1234),
        (0, "", 0),
        (12.0, "", 12),
    ],
)
def test_populations(tmp_path: Path, people: Any, code: str, expected: float) -> None:
    city = read(tmp_path, geojson=_with(0, small.square(0, 0), people))
    assert city.blocks["population"].iloc[0] == pytest.approx(expected, nan_ok=True)
    assert codes(city.report) == ({code: 1} if code else {})


JOIN = ('population_file = "people.csv"', 'population_id = "block"', 'population = "n"')


def test_population_from_another_table_finds_ids_without_their_zeros(tmp_path: Path) -> None:
    toml = small.with_lines(*JOIN, section="[blocks]")
    city = read(tmp_path, toml=toml, more={"people.csv": "block,n\n1,10\n2,20\n4,40\n9,90\n"})
    assert city.blocks["population"].tolist() == pytest.approx([10, 20, np.nan, 40], nan_ok=True)
    assert codes(city.report) == {"population_id_spelled": 3, "population_mismatch": 2}


def test_population_from_another_table_keeps_leading_zeros(tmp_path: Path) -> None:
    toml = small.with_lines(*JOIN, section="[blocks]")
    city = read(tmp_path, toml=toml, more={"people.csv": "block,n\n01,10\n02,20\n04,40\n09,90\n"})
    assert city.blocks["population"].tolist() == pytest.approx([10, 20, np.nan, 40], nan_ok=True)
    found = city.report.findings[0]
    assert found.code == "population_mismatch"
    assert "1 of 4 blocks has no row" in found.text
    assert "1 of 4 rows has no block" in found.text


@pytest.mark.cases(3)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("block,n\nA,10\nB,20\n", "is a block id"),
        ("block,n\n01,10\n01,11\n", "occur more than once"),
        ("block,people\n01,10\n", "no column 'n' (for population)"),
        ("block,n\n01,10\n02,10,3\n", "too many or too few"),
    ],
)
def test_a_population_table_that_does_not_fit_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)):
        read(tmp_path, toml=small.with_lines(*JOIN, section="[blocks]"), more={"people.csv": text})


def test_lines_may_be_blocks(tmp_path: Path) -> None:
    lines = [small.block(f"L{i}", {"type": "LineString", "coordinates": small.square(i % 2, i // 2)[:3]}) for i in range(4)]
    few = "\n".join(small.csv_text().splitlines()[:5])  # of more places that all lie beside the lines it would be said that they do
    city = read(tmp_path, geojson=small.layer(lines), csv=few)
    assert set(city.blocks.geom_type) == {"LineString"}


@pytest.mark.parametrize(
    ("name", "epsg"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        ("urn:ogc:def:crs:EPSG::2272", 2272),
        ("EPSG:32615", 32615),
        ("urn:ogc:def:crs:EPSG:9.8:3857", 3857),
    ],
)
def test_a_coordinate_system_is_read_by_name(tmp_path: Path, name: str, epsg: int) -> None:
    path = tmp_path / "layer.geojson"
    path.write_text(small.layer(small.blocks(), crs={"type": "name", "properties": {"name": name}}))
    assert read_json(path).epsg == epsg


def test_a_link_to_a_coordinate_system_is_never_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    path = tmp_path / "layer.geojson"
    path.write_text(small.layer(small.blocks(), crs={"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}))
    table = read_json(path)
    assert table.epsg is None
    assert [row.code for row in table.findings] == ["unread_crs"]


def test_numbers_of_a_layer_become_the_text_a_person_would_write(tmp_path: Path) -> None:
    path = tmp_path / "layer.geojson"
    features = small.blocks()[:1]
    features[0]["properties"] = {"a": 17031720200.0, "b": "0042", "c": 0.5, "d": None, "e": True}
    path.write_text(small.layer(features))
    assert read_json(path).columns.iloc[0].tolist() == ["17031720200", "0042", "0.5", "", "true"]


def test_without_a_system_of_its_own_a_city_takes_the_utm_zone_of_its_blocks(tmp_path: Path) -> None:
    city = read(tmp_path, toml=small.TOML.replace("epsg = 32615\n", ""))
    assert city.epsg == 32615
    assert city.incidents.crs == city.blocks.crs


# --------------------------------------------------------------------------------------------------------- properties

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=12)


@pytest.mark.walk
@given(st.lists(st.lists(CELL, min_size=3, max_size=3).filter(lambda row: any(cell.strip() for cell in row)), min_size=1, max_size=12))
def test_what_a_strict_writer_wrote_is_read_back_cell_by_cell(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("table") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["first", "second", "third"], *cells])
    try:
        table = read_table(path, needs=("first", "second", "third"))
    except DataError as error:
        assert "swallows" in str(error)  # noqa: PT017  a cell that looks like rows is refused, not misread
        return
    assert table.columns.to_numpy().tolist() == cells
    assert (table.rows == np.arange(2, len(cells) + 2)).all()


DAYS = st.sampled_from(
    ["2019-03-13 10:30", "2019-12-01", "", "2019-02-31", "1850-01-01", "2999-01-01", "43537", "x", "2018-07-20T23:59:59"]
)
NUMBERS = st.sampled_from(["-91.995", "-91.99", "11.005", "0", "", "abc", "-91,995", "911", "n/a"])
WORDS = st.sampled_from(["firearm", "FIREARM", "lasso", "", "unknown"])
ROW = st.tuples(DAYS, NUMBERS, NUMBERS, st.sampled_from(["1", "2", "0", "", "x"]), WORDS, st.sampled_from(["1", "0", " 1 "]))


@given(st.lists(st.one_of(ROW, ROW.map(lambda row: row[:4]), ROW.map(lambda row: (*row, "spare"))), max_size=25))
def test_rows_read_are_accepted_repaired_rejected_or_filtered(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, ...]]
) -> None:
    anchor = [("2019-01-13 08:00", "-91.995", "11.005", "1", "blade", "1")] * 30
    table = [*anchor, *drawn]
    out = io.StringIO()
    csv.writer(out).writerows([["day", "lon", "lat", "n", "weapon", "fatal"], *table])
    toml = small.with_lines('victims = "n"', 'weapon = "weapon"', "age", "sex") + '\n[incidents.where]\nfatal = ["1"]\n'
    try:
        city = read(tmp_path_factory.mktemp("city"), csv=out.getvalue(), toml=toml)
    except DataError as error:
        assert "too many or too few values" in str(error) or "lie within the bounds" in str(error)  # noqa: PT017
        return
    report = city.report
    assert report.read == len(table) == sum(account(report))
    assert report.victims == len(city.incidents) >= 30
    assert sum(row.rows for row in report.findings if row.outcome == "rejected") >= report.rejected
    kept = [row for row in table if len(row) == 6 and row[5].strip() == "1" and row[3] in "12" and row[3] and row[0][:10] in GOOD_DAYS]
    assert report.victims == sum(int(row[3]) for row in kept)
    assert (city.incidents.geometry.isna() == (city.incidents["unplaced"] != "")).all()


GOOD_DAYS = ("2019-01-13", "2019-03-13", "2019-12-01", "2018-07-20")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["type", "coordinates", "geometries", "name"]), inner, max_size=3)
    ),
    max_leaves=12,
)
KINDS = st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "GeometryCollection", "Circle"])
SHAPES = st.one_of(
    JSON, st.fixed_dictionaries({"type": KINDS, "coordinates": JSON}), st.fixed_dictionaries({"type": KINDS, "geometries": JSON})
)


@given(st.lists(st.fixed_dictionaries({"properties": JSON, "geometry": SHAPES}), min_size=1, max_size=4), JSON)
def test_any_json_is_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, features: list[dict[str, Any]], crs: Any) -> None:
    path = tmp_path_factory.mktemp("json") / "t.geojson"
    path.write_text(small.layer(features, crs=crs))
    table = read_json(path)
    assert len(table.columns) == len(table.rows) == len(features)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name, reader in (("t.csv", read_table), ("t.geojson", read_json)):
        path = folder / name
        path.write_bytes(raw)
        try:
            reader(path)
        except DataError as error:
            assert not PYTHON_WORDS.search(str(error))  # noqa: PT017


def test_a_report_is_told_in_the_readers_language_before_and_after_the_store():
    from hotspots.readers.report import QualityReport, Remark, finding
    from hotspots.words import told, words_for

    listed = told(" and {n} more", n=3)
    remark = Remark(
        "unmapped_words",
        "repaired",
        np.array([True, False]),
        told(
            "{rows} of {total} rows have a {name} that is in no list; set to unknown: {listed}{more}",
            name="weapon",
            listed="'x'",
            more=listed,
        ),
    )
    found = finding(remark, table=pd.DataFrame({"arma": ["x", "y"]}), numbers=np.array([2, 3]))
    assert found.text == "1 of 2 rows has a weapon that is in no list; set to unknown: 'x' and 3 more"
    report = QualityReport("a.csv", 2, 1, 1, 0, 0, 2, (found,))
    again = QualityReport.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again == report
    spanish = "1 de 2 filas tiene en weapon una palabra que no está en ninguna lista; queda como desconocido: 'x' y 3 más"
    assert words_for("es").tell(found.text) == words_for("es").tell(again.findings[0].text) == spanish

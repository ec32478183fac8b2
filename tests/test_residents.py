"""Numbers of residents as tables write them, and those that cannot be: read, asked or refused, and never a resident with a fraction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hotspots import cities
from hotspots.readers import doubts
from hotspots.readers.columns.residents import Numbers, read_residents
from hotspots.readers.faults import NumbersError
from hotspots.store.schema import DataError

TOML = """\
name = "Numbers"
timezone = "America/Bogota"
source = "Invented for the tests"
fictional = true

[incidents]
file = "h.csv"
x = "x"
y = "y"
epsg = 32616
date = "day"

[blocks]
file = "blocks.geojson"
id = "id"
epsg = 32616
"""


def read(texts: list[str], **how: Any) -> tuple[list[float], set[str]]:
    text = pd.Series(texts)
    found = read_residents(text, pd.Series([f"b{at}" for at in range(len(texts))]), source="p.csv", column="hab", numbers=Numbers(**how))
    return found.people.tolist(), {one.code for one in found.findings}


@pytest.mark.parametrize(
    ("texts", "people", "code"),
    [
        (["1.234", "2.345", "987", "12.500"], [1234, 2345, 987, 12500], "population_dots"),
        (["1.234.567", "901"], [1234567, 901], "population_dots"),
        (["1 234", "901"], [1234, 901], "population_gaps"),
        (["1\u00a0234", "1\u202f234"], [1234, 1234], "population_gaps"),
        (["12'500", "12’500"], [12500, 12500], "population_gaps"),
        (["1.234,0", "901,0"], [1234, 901], "population_dots"),
        (["1,234.0", "901.0"], [1234, 901], "population_thousands"),
        (["1,234", "901"], [1234, 901], "population_thousands"),
        (["1200.4", "1300.6", "1400"], [1200, 1301, 1400], "population_rounded"),
    ],
)
def test_thousands_are_read_whatever_marks_them(texts: list[str], people: list[int], code: str) -> None:
    found, codes = read(texts)
    assert found == people
    assert code in codes


def test_a_point_that_another_value_shows_to_be_decimal_is_one() -> None:
    found, codes = read(["1234.567", "7265.936", "1112.5"])
    assert found == [1235, 7266, 1112]
    assert "population_dots" not in codes


def test_what_is_no_number_is_not_known() -> None:
    found, codes = read(["900", "-1", "n/a", "many", ""])
    assert found[0] == 900
    assert np.isnan(found[1:]).all()
    assert codes == {"population_negative", "population_unread", "population_missing"}


def test_shares_are_refused() -> None:
    with pytest.raises(DataError, match="holds shares"):
        read(["0.5", "0.25", "0.25"])


def test_thousands_of_residents_are_asked_about() -> None:
    with pytest.raises(NumbersError) as caught:
        read(["12.3", "4.5", "8"])
    assert (caught.value.kind, caught.value.samples) == ("times", ("12.3", "4.5"))
    assert read(["12.3", "4.5", "8"], times=1000)[0] == [12300, 4500, 8000]
    assert read(["12.3", "4.5", "8"], times=1)[0] == [12, 4, 8]


def test_one_number_far_from_all_others_is_asked_about() -> None:
    texts = ["900", "1000", "1100", "1200", "9999999"]
    with pytest.raises(NumbersError) as caught:
        read(texts)
    assert (caught.value.kind, caught.value.samples, caught.value.first) == ("far", ("9999999",), "b4")
    found, codes = read(texts, unknown=("9999999",))
    assert np.isnan(found[4])
    assert "population_marked" in codes
    assert read(texts, checked=True)[0][4] == 9_999_999


def test_every_kind_of_doubt_has_its_question() -> None:
    for kind, safe in (("dot", "thousands"), ("times", ""), ("far", "")):
        asked = doubts.question(NumbersError("p.csv", "hab", kind, ("1.234",), 3, "b0"))
        assert asked is not None
        assert (asked.id, asked.safe) == ("residents_number", safe)
        assert len(asked.options) >= 2
        assert "hab" in asked.text
        assert "1.234" in asked.text


def square(at: int, **properties: Any) -> dict[str, Any]:
    return shape([[100 * at, 0], [100 * at + 100, 0], [100 * at + 100, 100], [100 * at, 100]], **properties)


def shape(corners: list[list[float]] | None, **properties: Any) -> dict[str, Any]:
    ring = corners and [[260_000 + x, 1_510_000 + y] for x, y in [*corners, corners[0]]]
    return {"type": "Feature", "properties": properties, "geometry": ring and {"type": "Polygon", "coordinates": [ring]}}


def city_with(folder: Path, features: list[dict[str, Any]], lines: str = 'population = "hab"\n') -> cities.City:
    folder.mkdir(exist_ok=True)
    (folder / "city.toml").write_text(TOML + lines, encoding="utf-8")
    rows = [f"2020-0{at + 1}-05,{260_050 + 100 * at},1510050" for at in range(4)]
    (folder / "h.csv").write_text("\n".join(["day,x,y", *rows]) + "\n", encoding="utf-8")
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32616"}}
    (folder / "blocks.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
    return cities.read_folder(folder)


def codes(city: cities.City) -> set[str]:
    return {one.code for one in city.report.findings}


def test_a_polygon_of_the_whole_city_is_no_block(tmp_path: Path) -> None:
    whole = shape([[0, 0], [400, 0], [400, 100], [0, 100]], id="TOTAL", hab=4000)
    city = city_with(tmp_path / "total", [*(square(at, id=str(at), hab=1000) for at in range(4)), whole])
    assert city.blocks.index.tolist() == ["0", "1", "2", "3"]
    assert city.blocks["population"].sum() == 4000
    assert "sum_of_blocks" in codes(city)


def test_a_large_block_that_is_no_sum_stays(tmp_path: Path) -> None:
    large = shape([[0, 200], [900, 200], [900, 900], [0, 900]], id="4", hab=500)
    city = city_with(tmp_path / "large", [*(square(at, id=str(at), hab=1000) for at in range(4)), large])
    assert len(city.blocks) == 5


def test_one_feature_without_a_shape_does_not_refuse_the_city(tmp_path: Path) -> None:
    city = city_with(tmp_path / "null", [*(square(at, id=str(at), hab=1000) for at in range(4)), shape(None, id="4", hab=700)])
    assert city.blocks["population"].sum() == 4700
    assert city.blocks.geometry.isna().sum() == 1
    assert "no_outline" in codes(city)


def test_a_table_of_residents_with_a_row_of_totals_counts_nobody_twice(tmp_path: Path) -> None:
    (tmp_path / "sum").mkdir()
    (tmp_path / "sum" / "p.csv").write_text("id;hab\n0;1.000\n1;1.000\n2;2.000\n3;4.500\nTOTAL;8.500\n", encoding="utf-8")
    lines = 'population_file = "p.csv"\npopulation_id = "id"\npopulation = "hab"\n'
    city = city_with(tmp_path / "sum", [square(at, id=f"0{at}") for at in range(4)], lines)
    assert city.blocks["population"].tolist() == [1000, 1000, 2000, 4500]
    assert {"population_dots", "population_id_spelled", "population_mismatch"} <= codes(city)


@pytest.mark.cases(1)
@pytest.mark.parametrize(("answer", "people"), [("", 8500), ("thousands", 8500), ("1000", 8500), ("1", 8)])
def test_the_point_is_asked_about_where_nobody_wrote_a_city_file(tmp_path: Path, answer: str, people: int) -> None:
    city_with(tmp_path / "asked", [square(at, id=str(at)) for at in range(4)], "")
    (tmp_path / "p.csv").write_text("id;habitantes\n0;1.000\n1;1.000\n2;2.000\n3;4.500\n", encoding="utf-8")
    folder = tmp_path / "asked"
    files = cities.Files((folder / "h.csv",), folder / "blocks.geojson", tmp_path / "p.csv")
    understood = cities.understand(files, {"residents_number": answer} if answer else {}, name="x")
    asked = {one.id: one for one in understood.questions}
    assert (asked["residents_number"].safe, asked["residents_number"].answer) == ("thousands", answer)
    assert understood.city is not None
    assert understood.city.blocks["population"].sum() == people

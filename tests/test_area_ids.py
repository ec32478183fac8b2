"""Ids of areas that two files write differently: matched one to one, told, never by position; what matches nothing is told too."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_residents import TOML, city_with, codes, shape, square

from hotspots import cities
from hotspots.readers.columns.area_ids import matched
from hotspots.store.schema import DataError
from hotspots.study import Study


@pytest.mark.parametrize(
    ("texts", "areas", "known"),
    [
        (["001", "002"], ["1", "2"], {"001": "1", "002": "2"}),
        (["1", "2"], ["001", "002"], {"1": "001", "2": "002"}),
        (["5001000", "5002000"], ["05001", "05002"], {"5001000": "05001", "5002000": "05002"}),
        (["5001"], ["05001000"], {"5001": "05001000"}),
        (["BOGOTA D.C.", "Nunoa"], ["Bogotá, D.C.", "Ñuñoa"], {"BOGOTA D.C.": "Bogotá, D.C.", "Nunoa": "Ñuñoa"}),
        (["12.0", "3.0"], ["12", "3"], {"12.0": "12", "3.0": "3"}),
        (["Comuna 01"], ["COMUNA 1"], {"Comuna 01": "COMUNA 1"}),
        (["02", "2"], ["2", "002"], {"2": "2"}),
        (["12"], ["012", "0012"], {}),
        (["1001000"], ["1001", "1230456"], {}),
        (["9"], ["1", "2"], {}),
    ],
)
def test_ids_meet_in_their_canonical_form(texts: list[str], areas: list[str], known: dict[str, str]) -> None:
    assert dict(matched(texts, areas).known) == known


@given(st.lists(st.integers(1, 99), min_size=1, max_size=20, unique=True), st.randoms(use_true_random=False))
def test_lost_zeros_never_move_anybody_and_order_plays_no_part(numbers, random) -> None:
    areas = [f"{n:03}" for n in numbers]
    texts = [str(n) for n in numbers]
    random.shuffle(texts)
    found = matched(texts, areas)
    assert dict(found.known) == {text: f"{int(text):03}" for text in texts}
    assert not found.unknown


def read(folder: Path, hoods: list[str], *, place: bool = True, features: list | None = None) -> cities.City:
    """Return the city of four blocks 1 to 4 in a row whose rows all lie in block 2 and name `hoods`."""
    folder.mkdir()
    toml = TOML.replace('x = "x"\ny = "y"\n', 'x = "x"\ny = "y"\nblock_id = "hood"\n' if place else 'block_id = "hood"\n')
    (folder / "city.toml").write_text(toml + 'name = "label"\n', encoding="utf-8")
    rows = [f"2020-01-{at + 1:02},{260_150 if place else ''},{1_510_050 if place else ''},{hood}" for at, hood in enumerate(hoods)]
    (folder / "h.csv").write_text("\n".join(["day,x,y,hood", *rows]) + "\n", encoding="utf-8")
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32616"}}
    own = features or [square(at, id=str(at + 1), label=f"Barrio {'ABCD'[at]}") for at in range(4)]
    (folder / "blocks.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": own}), encoding="utf-8")
    return cities.read_folder(folder)


def counts(city: cities.City) -> list[int]:
    return Study.of(city.incidents, city.blocks).counts.tolist()


@pytest.mark.parametrize("place", [True, False])
def test_the_recorded_area_goes_before_the_place_whatever_zeros_it_lost(tmp_path: Path, place: bool) -> None:
    city = read(tmp_path / "zeros", ["001"] * 9, place=place)
    assert counts(city) == [9, 0, 0, 0]
    assert "area_id_spelled" in codes(city)
    assert city.report.repaired == 9


def test_names_stand_for_ids(tmp_path: Path) -> None:
    assert counts(read(tmp_path / "names", ["BARRIO C", "barrio c", "Barrio D"], place=False)) == [0, 0, 2, 1]


def test_an_area_that_none_is_told_with_its_numbers_and_where_the_place_then_comes_from(tmp_path: Path) -> None:
    city = read(tmp_path / "strange", ["001", "77", "77", ""])
    assert counts(city) == [1, 3, 0, 0]
    told = next(one for one in city.report.findings if one.code == "area_id_unknown_placed")
    assert told.rows == 2
    assert "'77' (2)" in told.text
    assert "where their coordinates lie" in told.text


def test_an_area_that_none_is_counts_for_the_city_where_there_are_no_coordinates(tmp_path: Path) -> None:
    city = read(tmp_path / "strange", ["001", "77", ""], place=False)
    assert counts(city) == [1, 0, 0, 0]
    assert len(city.incidents) == 3
    assert {"area_id_unknown", "no_area", "by_area_alone"} <= codes(city)


def test_a_column_that_names_no_area_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no value of 'hood'"):
        read(tmp_path / "wrong", ["x", "y"], place=False)


def test_many_places_outside_the_only_block_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none of 5 places lies in a block"):
        read(tmp_path / "outside", ["-"] * 5, features=[square(3, id="4", label="D")])
    city = read(tmp_path / "few", ["-"] * 4, features=[square(3, id="4", label="D")])
    assert "in_no_block" in codes(city)


TOTALS = """\
name = "Totals"
source = "Invented for the tests"
fictional = true

[area_counts]
file = "t.csv"
area = "mpio"
period = "year"
count = "n"
"""


def totals(folder: Path, text: str, *, lines: str = "", blocks: str = "") -> cities.City:
    folder.mkdir()
    (folder / "city.toml").write_text(TOTALS + lines + blocks, encoding="utf-8")
    (folder / "t.csv").write_text(text, encoding="utf-8")
    (folder / "areas.csv").write_text("code,label\n05001,Medellín\n05002,Abejorral\n", encoding="utf-8")
    return cities.read_folder(folder)


ROWS = "mpio,year,kind,n\n5001,2020,doloso,30\n5001,2020,culposo,9\n5002,2020,doloso,4\n5002,2020,culposo,1\n"
AREAS = '\n[blocks]\nfile = "areas.csv"\nid = "code"\nname = "label"\n'


def test_totals_take_a_filter_and_areas_without_outlines(tmp_path: Path) -> None:
    city = totals(tmp_path / "where", ROWS, lines='\n[area_counts.where]\nkind = ["doloso"]\n', blocks=AREAS)
    assert city.totals is not None
    assert city.totals.set_index("area")["count"].to_dict() == {"05001": 30, "05002": 4}
    assert (city.report.read, city.report.filtered, city.report.repaired) == (4, 2, 2)
    assert city.report.victims == 34


def test_parts_of_one_total_are_added_up_and_told(tmp_path: Path) -> None:
    city = totals(tmp_path / "sums", ROWS, blocks=AREAS)
    assert city.totals is not None
    assert city.totals.set_index("area")["count"].to_dict() == {"05001": 39, "05002": 5}
    told = next(one for one in city.report.findings if one.code == "added_up")
    assert "4 rows" in told.text
    assert "2 totals" in told.text


def test_a_part_that_is_held_back_holds_back_the_sum(tmp_path: Path) -> None:
    text = ROWS.replace("culposo,1", "culposo,*")
    city = totals(tmp_path / "held", text, lines='suppressed = ["*"]\n', blocks=AREAS)
    assert city.totals is not None
    rows = city.totals.set_index("area")
    assert pd.isna(rows.loc["05002", "count"])
    assert rows["suppressed"].to_dict() == {"05001": False, "05002": True}


def test_totals_without_blocks_have_the_areas_that_they_name(tmp_path: Path) -> None:
    city = totals(tmp_path / "named", ROWS.replace("5001", "Medellín").replace("5002", "Abejorral"))
    assert city.blocks.index.tolist() == ["Abejorral", "Medellín"]
    assert city.blocks.geometry.isna().all()
    assert city.report.victims == 44


def test_streets_of_no_length_are_told_and_left_out(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[260_000, 1_510_000], [260_100, 1_510_000]]}
    none = {"type": "LineString", "coordinates": [[260_000, 1_510_000], [260_000, 1_510_000]]}
    features = [{"type": "Feature", "properties": {"id": name}, "geometry": one} for name, one in (("a", line), ("b", none))]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32616"}}
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "streets.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8"
    )
    lines = '\n[segments]\nfile = "streets.geojson"\nid = "id"\nepsg = 32616\n'
    city = city_with(tmp_path / "s", [square(at, id=str(at)) for at in range(4)], lines)
    assert city.segments is not None
    assert city.segments.index.tolist() == ["a"]
    assert "no_length" in codes(city)
    assert shape(None)["geometry"] is None

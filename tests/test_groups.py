"""Districts and beats drawn in a file of their own: whole blocks, sums that agree, and the price told."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pytest
import real_cities
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, box

from hotspots import cities
from hotspots.geography import units
from hotspots.readers.layers.groups import most_of
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection
from hotspots.words import Words

METRES = 32616


def with_districts(folder, shapes: dict, *, more: str = ""):
    """Draw districts of the small city (a square of 30 m, blocks of 10 m) in a file of their own."""
    gpd.GeoDataFrame({"zona": list(shapes)}, geometry=list(shapes.values()), crs=METRES).to_file(folder / "zones.gpkg")
    file = folder / "city.toml"
    text = (
        file.read_text(encoding="utf-8").replace('district = "district"\n', "")
        + f'\n[districts]\nfile = "zones.gpkg"\nname = "zona"\n{more}'
    )
    file.write_text(text, encoding="utf-8")
    return folder


def finding(city, code):
    return next(row for row in city.report.findings if row.code == code)


def test_a_block_goes_whole_to_the_area_that_holds_most_of_it():
    blocks = gpd.GeoSeries({"a": box(0, 0, 10, 10), "b": box(10, 0, 20, 10), "c": box(50, 0, 60, 10)})
    areas = gpd.GeoSeries({"west": box(0, 0, 14, 10), "east": box(14, 0, 30, 10)})
    names, share = most_of(blocks, areas)
    assert names.tolist() == ["west", "east", ""]
    assert share.tolist() == [1.0, 0.6, 0.0]


def test_streets_go_by_their_length_and_a_tie_to_the_first():
    names, share = most_of(
        gpd.GeoSeries([LineString([(0, 5), (10, 5)]), LineString([(0, 6), (20, 6)])]),
        gpd.GeoSeries({"two": box(10, 0, 20, 10), "one": box(0, 0, 10, 10)}),
    )
    assert names.tolist() == ["one", "two"]
    assert share.tolist() == [1.0, 0.5]


@given(
    st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=8),
    st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=5),
)
def test_the_largest_part_is_found_by_brute_force_too(blocks, areas):
    own = gpd.GeoSeries([box(x, y, x + w + 1, y + h + 1) for x, y, w, h in blocks])
    others = gpd.GeoSeries([box(x, y, x + w + 1, y + h + 1) for x, y, w, h in areas]).set_axis([f"d{n}" for n in range(len(areas))])
    names, share = most_of(own, others)
    for shape, name, part in zip(own, names, share, strict=True):
        sizes = [shape.intersection(area).area for area in others]
        assert name == (f"d{int(np.argmax(sizes))}" if max(sizes) else "")
        assert part == pytest.approx(max(sizes) / shape.area)


# West holds eight tenths of each middle block; the places where people fell there (x = 15) lie in a strip of East.
ZONES = {"Oeste": box(0, 0, 20, 30).difference(box(14, 0, 16, 30)), "Este": box(14, 0, 16, 30).union(box(20, 0, 30, 30))}


def test_districts_of_their_own_file_add_up_to_the_city(city_folder):
    city = cities.read_folder(with_districts(city_folder, ZONES))
    assert city.blocks["district"].tolist() == ["Oeste", "Oeste", "Este"] * 3
    assert "districts" in units.available(city.blocks)
    districts, blocks = (Selection(city="x", unit=unit).study(city) for unit in ("districts", "blocks"))
    assert districts.blocks["population"].to_dict() == {"Oeste": 6000.0, "Este": 2000.0}
    assert districts.counts.sum() == blocks.counts.sum()
    assert districts.counts.to_dict() == {
        "Oeste": 6 * (4 + 3),
        "Este": 6 * 3,
    }  # six years; June, at x = 25, has no place, August lies outside


def test_the_report_says_what_whole_blocks_move(city_folder):
    found = finding(cities.read_folder(with_districts(city_folder, ZONES)), "across_edges")
    assert found.rows == 3
    assert "3 of 9 blocks lie across an edge, with 3,000 residents" in found.text
    months = sum(month % 3 == 1 and month not in (5, 7) for month in range(12))
    assert f"and {6 * months} people killed are counted in a neighbouring one" in found.text
    assert Words("es").tell(found.text).startswith("distritos: 3 de 9 manzanas")


def test_a_block_in_no_district_counts_in_the_city_alone(city_folder):
    city = cities.read_folder(with_districts(city_folder, {"Norte": box(0, 10, 30, 30)}))
    assert finding(city, "in_no_group").rows == 3
    assert Selection(city="x", unit="districts").study(city).blocks.index.tolist() == ["Norte"]
    assert Selection(city="x", unit="city").study(city).counts.sum() == 60


def test_squares_have_districts_too(city_folder):
    folder = with_districts(city_folder, ZONES)
    text = (folder / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(re.sub(r"\[blocks\].*?(?=\n\[)", "", text, flags=re.DOTALL), encoding="utf-8")
    assert units.available(cities.read_folder(folder).blocks)[:2] == ("city", "districts")


@pytest.mark.parametrize(
    ("shapes", "more", "said"),
    [
        ({"Lejos": box(5000, 5000, 6000, 6000)}, "", "districts: no block lies in any area of zones.gpkg"),
        ({"": box(0, 0, 30, 30)}, "", "districts: 1 of 1 feature of zones.gpkg has no name or no area (first: feature 1)"),
        ({"Calle": LineString([(0, 0), (30, 30)])}, "", "has no name or no area"),
        ({"Todo": box(0, 0, 30, 30)}, 'colour = "red"', "unknown key 'colour' in [districts]"),
        ({"Todo": box(0, 0, 30, 30)}, "epsg = 1", "epsg = 1 in [districts] is not a coordinate system that exists"),
    ],
    ids=["far away", "no name", "a line", "unknown key", "no such system"],
)
def test_what_cannot_be_read_is_refused_in_plain_words(city_folder, shapes, more, said):
    with pytest.raises(DataError, match=re.escape(said)):
        cities.read_folder(with_districts(city_folder, shapes, more=more))


def test_two_answers_to_one_question_are_refused(city_folder):
    folder = with_districts(city_folder, ZONES)
    file = folder / "city.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('name = "name"\n', 'name = "name"\ndistrict = "district"\n'), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape("[districts] and district in [blocks] both say which district a block is in")):
        cities.read_folder(folder)


def test_a_changed_file_of_districts_is_a_new_version(city_folder):
    folder = with_districts(city_folder, ZONES)
    before = cities.read_folder(folder).fingerprint
    (folder / "zones.gpkg").unlink()
    gpd.GeoDataFrame({"zona": ["Todo"]}, geometry=[box(0, 0, 30, 30)], crs=METRES).to_file(folder / "zones.gpkg")
    assert cities.read_folder(folder).fingerprint != before


@pytest.mark.cases(1)
@pytest.mark.real_data
@pytest.mark.parametrize(("name", "column"), [("philadelphia", "police_district"), ("chicago", "community")])
def test_real_districts_differ_from_a_spatial_join_by_what_the_report_says(tmp_path, real_data, name, column):
    """geopandas puts each point into its true district; ours puts its whole block: the two may differ by the told number at most."""
    file = real_data / name / {"philadelphia": "police_districts.geojson", "chicago": "community_areas.geojson"}[name]
    folder = tmp_path / name
    folder.mkdir()
    toml = {"philadelphia": real_cities.philadelphia_toml, "chicago": real_cities.chicago_toml}[name](real_data)
    (folder / "city.toml").write_text(f'{toml}\n[districts]\nfile = "{file}"\nname = "{column}"\n', encoding="utf-8")
    city = cities.read_folder(folder)
    study = Selection(city=name, unit="districts").study(city)
    points = city.incidents[(city.incidents["unplaced"] == "")]
    joined = gpd.sjoin(points[["geometry"]], gpd.read_file(file)[[column, "geometry"]].to_crs(city.incidents.crs), how="left")
    true = joined[~joined.index.duplicated()][column].value_counts().reindex(study.counts.index, fill_value=0)
    moved = int(re.search(r"and ([\d,]+) people", finding(city, "across_edges").text)[1].replace(",", ""))
    assert len(study.counts) == gpd.read_file(file)[column].nunique()
    assert 0 < moved < 0.05 * len(points)
    assert (study.counts - true).abs().sum() <= 2 * moved + (len(points) - study.counts.sum())

"""The same homicides on every unit: each in one of them, outside, or without a place; every row adds up to all."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import TORTURE
from hypothesis import given, settings
from hypothesis import strategies as st
from opened import open_page
from streamlit.testing.v1 import AppTest
from test_segments import NET

from hotspots import cities
from hotspots.cli.main import main
from hotspots.geography import units
from hotspots.store.schema import DataError, check_blocks
from hotspots.study import Study, reconciliation
from hotspots.study.selection import Selection
from hotspots.study.testing import square_city

KINDS = ("blocks", "districts", "city", "segments", "segments+corners", "grid:40", "grid:70", "h3:10", "h3:11")
edge = st.sampled_from([-75.0, 0.0, 15.0, 50.0, 100.0, 150.0, 200.0, 300.0, 375.0])  # on edges, ends, middles and just as far as counts
coordinate = st.one_of(edge, st.floats(-100, 420))
places = st.lists(st.one_of(st.none(), st.tuples(coordinate, coordinate)), max_size=30)


def overlapping(blocks):
    """Return the blocks, every other one grown over its neighbours."""
    grown = blocks.geometry.buffer(np.where(np.arange(len(blocks)) % 2, 30.0, 0.0), join_style="mitre")
    return check_blocks(blocks.set_geometry(grown))


@pytest.mark.walk
@settings(max_examples=200 if TORTURE else 15)
@given(points=places, lapped=st.booleans(), recorded=st.booleans(), shuffled=st.integers(0, 5))
def test_units_and_rejects_add_up_on_every_kind_of_unit(points, lapped, recorded, shuffled):
    columns = {"block_id": ["b11" if n % 3 else "" for n in range(len(points))]} if recorded else {}
    incidents, blocks = square_city(points, side=3, size=100.0, **columns)
    blocks = (overlapping(blocks) if lapped else blocks).sample(frac=1, random_state=shuffled)
    for kind in KINDS if points else KINDS[:3]:
        place = units.geography(incidents, blocks, kind, streets=NET)
        study = Study.of(incidents, place.blocks, unit_of=place.unit_of, start="2020-01-01", end="2021-01-01")
        found = reconciliation.row(study)
        assert found["total"] == len(points) == study.victims
        assert study.counts.sum() == found["inside"] == place.unit_of.notna().sum()
        assert found["units"] == len(place.blocks)
        if not recorded:
            assert found["without_place"] == points.count(None)


@settings(max_examples=200 if TORTURE else 25)
@given(places)
def test_a_place_in_overlapping_blocks_counts_in_the_one_of_the_smallest_id(points):
    incidents, plain = square_city(points, side=3, size=100.0)
    blocks = overlapping(plain)
    found = units.assign(incidents, blocks)
    for point, unit in zip(points, found.astype(object), strict=True):
        holding = [name for name, shape in blocks.geometry.items() if point and shape.intersects(shapely.Point(point))]
        assert (unit if isinstance(unit, str) else None) == (min(holding) if holding else None)


def with_streets(folder):
    """Add a street to the small city: along the south of its blocks, 10 m long each."""
    lines = [shapely.LineString([(x, 0), (x + 10, 0)]) for x in (0, 10, 20)]
    table = gpd.GeoDataFrame({"id": ["t1", "t2", "t3"], "street": ["Sur"] * 3}, geometry=lines, crs=32616)
    (folder / "streets.geojson").write_text(table.to_json(drop_id=True))
    toml = (folder / "city.toml").read_text() + '\n[segments]\nfile = "streets.geojson"\nid = "id"\nstreet = "street"\nepsg = 32616\n'
    (folder / "city.toml").write_text(toml)
    return folder


def test_every_unit_of_a_city_agrees(city_folder):
    city = cities.import_folder(with_streets(city_folder))
    found = reconciliation.table(city, Selection(city=city.slug))
    assert found.index.tolist() == ["city", "districts", "blocks", "segments", "segments+corners", "h3:9", "grid:500"]
    assert found["total"].tolist() == [72] * 7
    assert found.loc["blocks"].tolist() == [9, 60, 6, 6, 72]
    assert found.loc["segments"].tolist() == [3, 60, 6, 6, 72]
    women = reconciliation.table(city, Selection(city=city.slug, where=(("sex", ("female",)),)))
    assert women["total"].unique().tolist() == [18]


def test_the_command_line_prints_it_and_the_distances(city_folder, capsys):
    cities.import_folder(with_streets(city_folder))
    for ask in (["--reconcile"], ["--unit", "all"]):
        assert main(["totals", "villa-prueba", *ask, "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["units"]
        assert {row["total"] for row in rows} == {72}
    assert main(["totals", "villa-prueba", "--reconcile"]) == 0
    assert capsys.readouterr().out.splitlines()[4].split() == ["segments", "3", "60", "6", "6", "72"]
    assert main(["totals", "villa-prueba", "--unit", "segments", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # half lie at y = 5, half at y = 15
    distances = [found[name] for name in ("snapped", "snap_median", "snap_p90", "snap_max", "snap_beyond", "snap_within")]
    assert distances == [60, 5.0, 15.0, 15.0, 6, 75.0]
    assert found["residents"] == "residents of the blocks, shared out by length of street"


def test_published_totals_cannot_be_compared():
    city = type("Totals", (), {"only_totals": True})()
    with pytest.raises(DataError, match="published totals"):
        reconciliation.table(city, Selection())


@pytest.mark.cases(1)
@pytest.mark.parametrize("unit", ["segments", "segments+corners", "h3:9"])
def test_the_map_page_opens_on_every_unit(city_folder, none_bundled, unit):
    cities.import_folder(with_streets(city_folder))
    app: AppTest = open_page("map", unit=unit, lang="en")
    assert not app.exception
    captions = " ".join(element.value for element in app.get("caption"))
    assert ("Each homicide counts on the nearest street: half lie within 5.0 m" in captions) == (unit != "h3:9")
    assert "set aside" not in " ".join(element.value for element in app.get("info"))


def test_snapped_distances_follow_the_filters(city_folder):
    city = cities.import_folder(with_streets(city_folder))
    study = Selection(unit="segments", where=(("sex", ("female",)),)).study(city)
    assert isinstance(study.away, pd.Series)
    assert study.away.index.equals(study.rows.index)
    assert Selection(unit="blocks").study(city).away is None

"""H3 hexagons as units: one cell a place, as H3 itself says; they cover the city, and their areas are the true ones."""

from __future__ import annotations

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hotspots.geography import hexagons, units
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_blocks, square_city
from hotspots.views.map_view import unit_name
from hotspots.words import words_for

near = st.tuples(st.floats(-400, 1400), st.floats(-400, 1400))
places = st.lists(st.one_of(st.none(), near), min_size=1, max_size=30)


@given(points=places, resolution=st.integers(8, 11))
def test_each_incident_lies_in_the_cell_that_h3_names(points, resolution):
    incidents, blocks = square_city(points, side=2, size=500.0)
    place = units.geography(incidents, blocks, f"h3:{resolution}")
    study = Study.of(incidents, place.blocks, unit_of=place.unit_of)
    degrees = incidents.geometry.to_crs(4326)
    for point, unit in zip(degrees, place.unit_of.astype(object), strict=True):
        cell = h3.latlng_to_cell(point.y, point.x, resolution) if point is not None else None
        assert (unit if isinstance(unit, str) else None) == (cell if cell in place.blocks.index else None)
    outside = int((place.unit_of.isna().to_numpy() & np.array([point is not None for point in points])).sum())
    assert study.inside + outside + points.count(None) == len(points)
    within = [point is not None and 0 <= point[0] <= 1000 and 0 <= point[1] <= 1000 for point in points]
    assert place.unit_of[within].notna().all()


def test_cells_cover_the_city_so_that_zeros_exist_and_touch_nothing_else():
    blocks = square_blocks(side=3, size=400.0)
    found = hexagons.cells(blocks, 9)
    whole = blocks.union_all()
    assert found.union_all().buffer(1e-3).contains(whole)
    assert found.intersects(whole).all()
    around = {other for one in found.index for other in h3.grid_disk(one, 1)} - set(found.index)
    shapes = gpd.GeoSeries([shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(one)]) for one in around], crs=4326).to_crs(EPSG)
    assert not shapes.intersects(whole).any()


def test_areas_are_those_of_h3():
    found = hexagons.cells(square_blocks(side=2, size=1500.0), 8)
    assert found["area"].tolist() == [h3.cell_area(one, unit="m^2") for one in found.index]
    # the plane of the map and the globe agree to half a percent here
    np.testing.assert_allclose(found["area"], found.area, rtol=0.01)


def test_cells_share_their_corners_exactly():
    shapes = np.asarray(hexagons.cells(square_blocks(side=2, size=1000.0), 9).geometry.array)
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()


def test_side_lengths_are_those_of_h3():
    for resolution, side in hexagons.SIDES.items():
        assert side == pytest.approx(h3.average_hexagon_edge_length(resolution, unit="m"), rel=0.01)


@pytest.mark.parametrize("unit", ["h3", "h3:", "h3:2", "h3:13", "h3:x", "h3:-9", "h39"])
def test_no_proper_resolution_is_refused(unit):
    incidents, blocks = square_city([(5, 5)])
    with pytest.raises(DataError, match="such as h3:9"):
        units.geography(incidents, blocks, unit)
    assert not units.offers(blocks, unit)


def test_too_many_cells_are_refused_with_what_works():
    incidents, blocks = square_city([(5, 5)], side=2, size=50_000.0)
    with pytest.raises(DataError, match="use h3:11"):
        units.geography(incidents, blocks, "h3:12")
    assert not units.offers(blocks, "h3:12")
    assert "h3:8" in units.available(blocks)  # coarser than in a town: 10,000 km²
    assert units.offers(blocks, "h3:7")


def test_without_single_homicides_there_are_none():
    incidents, blocks = square_city([(5, 5)])
    with pytest.raises(DataError, match="no single homicides"):
        units.geography(incidents.iloc[:0], blocks, "h3:9")
    assert not units.offers(blocks, "h3:9", points=False)


def test_words():
    assert unit_name("h3:9", words_for("en")) == "Hexagons with sides of about 200 m"
    assert unit_name("h3:8", words_for("es")) == "Hexágonos de unos 530 m de lado"

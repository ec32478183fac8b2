"""The area that each place lies in, pair by pair and beside geopandas: shared edges, holes, parts, overlaps, places that are none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hotspots.geography import units
from hotspots.store.schema import check_blocks
from hotspots.study.testing import EPSG, square_blocks


def blocks_of(shapes) -> gpd.GeoDataFrame:
    index = pd.Index([f"u{n:03}" for n in range(len(shapes))], name="block_id")
    return check_blocks(gpd.GeoDataFrame({"population": 1.0}, geometry=list(shapes), crs=EPSG, index=index))


def pair_by_pair(x, y, blocks):
    """Return the smallest id that touches each point, one pair at a time."""
    points, ids = shapely.points(x, y), blocks.index.to_numpy()
    touch = shapely.intersects(points[:, None], np.asarray(blocks.geometry.array)[None, :])
    first = [min((ids[n] for n in np.flatnonzero(row)), default=None) for row in touch]
    return np.array([-1 if one is None else blocks.index.get_loc(one) for one in first])


coordinate = st.one_of(st.integers(-1, 13).map(lambda n: n * 2.5), st.floats(-3, 33))
points = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=60)


@given(points, st.integers(0, 1000))
def test_points_in_squares_with_shared_edges(points, seed):
    x, y = np.array(points).T.copy()
    blocks = square_blocks(side=3).sample(frac=1, random_state=seed)
    np.testing.assert_array_equal(units.locate(x, y, blocks), pair_by_pair(x, y, blocks))


DEGENERATE = (
    shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(2, 2), (2, 8), (8, 8), (8, 2)]]),  # a hole
    shapely.box(2, 2, 8, 8),  # in the hole, sharing its edge
    shapely.MultiPolygon([shapely.box(12, 0, 15, 3), shapely.box(15, 3, 18, 6)]),  # parts that touch in a corner
    shapely.Polygon([(12, 6), (20, 6), (20, 14), (16, 7), (12, 14)]),  # a notch
    shapely.Polygon([(0, 12), (5, 12), (5, 12), (9.1, 12), (9.1, 17.3), (4.7, 13.9), (0, 17.3)]),  # level sides, a repeated corner
    shapely.Polygon([(0.1, 20.2), (10.3, 20.7), (5.1, 28.9)]),
    shapely.Polygon([(0.1, 20.2), (10.3, 20.7), (5.3, 15.1)]),  # shares a slanted side with the one before
    shapely.box(11, 10, 19, 25),  # overlaps the notch
)


@pytest.mark.parametrize("seed", range(5))
def test_points_on_edges_corners_holes_and_parts(seed):
    rng = np.random.default_rng(seed)
    blocks = blocks_of(rng.permutation(np.array(DEGENERATE, dtype=object)))
    corners = shapely.get_coordinates(DEGENERATE)
    part = rng.random((4000, 1))
    first = rng.integers(0, len(corners) - 1, 4000)
    along = corners[first] * (1 - part) + corners[first + 1] * part  # on a side, up to rounding
    nudged = np.nextafter(along, rng.choice([-np.inf, np.inf], along.shape))
    lattice = np.stack(np.meshgrid(np.arange(-1, 31) / 1.0, np.arange(-1, 31) / 1.0), axis=-1).reshape(-1, 2)
    x, y = np.concatenate([corners, along, nudged, lattice, corners, rng.uniform(-2, 30, (2000, 2))]).T.copy()
    np.testing.assert_array_equal(units.locate(x, y, blocks), pair_by_pair(x, y, blocks))


def test_points_without_a_place_lie_in_no_unit():
    x, y = np.array([np.nan, 5.0, np.inf, 1e300]), np.array([5.0, np.nan, 5.0, -1e300])
    assert units.locate(x, y, square_blocks()).tolist() == [-1] * 4


def test_a_street_among_areas_holds_what_lies_on_it():
    blocks = blocks_of([shapely.LineString([(0, 0), (10, 0)]), shapely.box(0, 1, 5, 5)])
    assert units.locate(np.array([5.0, 5.0, 7.0]), np.array([0.0, 2.0, 7.0]), blocks).tolist() == [0, 1, -1]


def test_zero_points_differ_from_geopandas():
    x, y = np.random.default_rng(0).uniform(-50, 1050, (2, 50_000))
    blocks = square_blocks(side=50, size=20.0)
    joined = gpd.sjoin(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=EPSG)), blocks[["geometry"]], how="left", predicate="intersects"
    )
    np.testing.assert_array_equal(units.locate(x, y, blocks), blocks.index.get_indexer(joined["block_id"]))

"""The compiled loops give what the plain way gives, on ordinary and on degenerate data."""

from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hotspots.geography import units
from hotspots.inference import compiled
from hotspots.statistics.density import smoothing
from hotspots.statistics.density.grid import Grid, shared
from hotspots.statistics.density.window import Window
from hotspots.store.schema import check_blocks
from hotspots.study.testing import EPSG, square_blocks

needs_numba = pytest.mark.skipif(not compiled.installed(), reason="numba is not installed: only the plain way exists")


@pytest.fixture(scope="module")
def ready():
    assert compiled.wait()


class Plain:
    """While it lasts, nothing is compiled."""

    def __enter__(self):
        self.loops, compiled._Made.loops = compiled._Made.loops, {}

    def __exit__(self, *fault):
        compiled._Made.loops = self.loops


def quick(monkeypatch):
    """Have the loops used however little work there is."""
    monkeypatch.setattr(compiled, "WORTH", 0)


def blocks_of(shapes) -> gpd.GeoDataFrame:
    index = pd.Index([f"u{n:03}" for n in range(len(shapes))], name="block_id")
    return check_blocks(gpd.GeoDataFrame({"population": 1.0}, geometry=list(shapes), crs=EPSG, index=index))


def by_shapely(x, y, blocks):
    """Return the smallest id that touches each point, one pair at a time."""
    points, ids = shapely.points(x, y), blocks.index.to_numpy()
    touch = shapely.intersects(points[:, None], np.asarray(blocks.geometry.array)[None, :])
    first = [min((ids[n] for n in np.flatnonzero(row)), default=None) for row in touch]
    return np.array([-1 if one is None else blocks.index.get_loc(one) for one in first])


def test_importing_the_package_does_not_import_numba():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, hotspots.statistics.catalog; print('numba' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_little_work_never_starts_a_compiler():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from hotspots.inference import compiled as made; print(made.kernel('find_areas', work=100), made.ready(), made._Made.thread)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "None False None"


@needs_numba
def test_an_interpreter_may_end_while_compiling(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from hotspots.inference import compiled; compiled.start()"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"NUMBA_CACHE_DIR": str(tmp_path), "PATH": ""},
    )
    assert (done.returncode, done.stderr) == (0, "")


coordinate = st.one_of(st.integers(-1, 13).map(lambda n: n * 2.5), st.floats(-3, 33))
points = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=60)


@needs_numba
@given(points, st.integers(0, 1000))
def test_points_in_squares_with_shared_edges(ready, points, seed):
    x, y = np.array(points).T.copy()
    blocks = square_blocks(side=3).sample(frac=1, random_state=seed)
    with pytest.MonkeyPatch.context() as patch:
        quick(patch)
        found = units.locate(x, y, blocks)
    np.testing.assert_array_equal(found, by_shapely(x, y, blocks))


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


@needs_numba
@pytest.mark.parametrize("seed", range(5))
def test_points_on_edges_corners_holes_and_parts(ready, monkeypatch, seed):
    quick(monkeypatch)
    rng = np.random.default_rng(seed)
    blocks = blocks_of(rng.permutation(np.array(DEGENERATE, dtype=object)))
    corners = shapely.get_coordinates(DEGENERATE)
    part = rng.random((4000, 1))
    first = rng.integers(0, len(corners) - 1, 4000)
    along = corners[first] * (1 - part) + corners[first + 1] * part  # on a side, up to rounding
    nudged = np.nextafter(along, rng.choice([-np.inf, np.inf], along.shape))
    lattice = np.stack(np.meshgrid(np.arange(-1, 31) / 1.0, np.arange(-1, 31) / 1.0), axis=-1).reshape(-1, 2)
    x, y = np.concatenate([corners, along, nudged, lattice, corners, rng.uniform(-2, 30, (2000, 2))]).T.copy()
    found = units.locate(x, y, blocks)
    np.testing.assert_array_equal(found, by_shapely(x, y, blocks))
    with Plain():
        np.testing.assert_array_equal(units.locate(x, y, blocks), found)


@needs_numba
def test_points_without_a_place_lie_in_no_unit(ready, monkeypatch):
    quick(monkeypatch)
    x, y = np.array([np.nan, 5.0, np.inf, 1e300]), np.array([5.0, np.nan, 5.0, -1e300])
    assert units.locate(x, y, square_blocks()).tolist() == [-1] * 4


@needs_numba
def test_street_segments_take_the_plain_way(ready, monkeypatch):
    quick(monkeypatch)
    blocks = blocks_of([shapely.LineString([(0, 0), (10, 0)]), shapely.box(0, 1, 5, 5)])
    assert units.locate(np.array([5.0, 5.0, 7.0]), np.array([0.0, 2.0, 7.0]), blocks).tolist() == [0, 1, -1]


@needs_numba
def test_zero_points_differ_from_geopandas(ready):
    rng = np.random.default_rng(0)
    n = compiled.WORTH
    x, y = rng.uniform(-50, 1050, (2, n))
    blocks = square_blocks(side=50, size=20.0)
    joined = gpd.sjoin(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=EPSG)), blocks[["geometry"]], how="left", predicate="intersects"
    )
    theirs = blocks.index.get_indexer(joined["block_id"])
    assert compiled.kernel("find_areas", work=n) is not None
    np.testing.assert_array_equal(units.locate(x, y, blocks), theirs)


@needs_numba
@given(points)
def test_shares_are_the_same(ready, points):
    x, y = np.clip(np.array(points).T, 0, 30)
    grid = Grid(-1.0, -1.0, 1.7, 20, 20)
    with Plain():
        plain = shared(x, y, grid)
    with pytest.MonkeyPatch.context() as patch:
        quick(patch)
        np.testing.assert_allclose(shared(x, y, grid), plain, rtol=1e-12, atol=1e-12)


@needs_numba
@pytest.mark.parametrize("edge", smoothing.EDGES)
@given(points=points, h=st.floats(0.2, 40))
def test_exact_sums_are_the_same(ready, edge, points, h):
    x, y = np.clip(np.array(points).T, 0, 30)
    window = Window.of(square_blocks(side=3), cell=1.25)
    with Plain():
        plain = smoothing.exact(x, y, window, kernel="quartic", bandwidth=h, edge=edge)
    with pytest.MonkeyPatch.context() as patch:
        quick(patch)
        found = smoothing.exact(x, y, window, kernel="quartic", bandwidth=h, edge=edge)
    np.testing.assert_allclose(found, plain, rtol=1e-9, atol=1e-12 * max(plain.max(), 1))

"""How quick the arithmetic is beside what others use for it: as ratios, the two taken in turns in the same process."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import fft
from scipy.stats import gaussian_kde

from hotspots.geography import units
from hotspots.statistics.density import smoothing
from hotspots.statistics.density.window import Window
from hotspots.store.schema import check_blocks, check_incidents
from hotspots.study import Study
from hotspots.study.testing import EPSG

SIDE = 40_000.0  # metres


def scatter(n: int, seed: int = 1) -> np.ndarray:
    """Return places in 200 clusters of unequal size (70 %) and anywhere (30 %)."""
    rng = np.random.default_rng(seed)
    share = rng.pareto(1.5, 200)
    middles = rng.uniform(0, SIDE, (200, 2))
    near = middles[rng.choice(200, 7 * n // 10, p=share / share.sum())] + rng.normal(0, 600, (7 * n // 10, 2))
    return np.ascontiguousarray(np.mod(np.concatenate([near, rng.uniform(0, SIDE, (n - len(near), 2))]), SIDE).T)


def coverage(side: int, *, corners: int = 5, seed: int = 0) -> np.ndarray:
    """Return side × side crooked areas that share their edges exactly, of 4 × `corners` corners each."""
    rng = np.random.default_rng(seed)
    step = SIDE / side
    node = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0)), axis=-1)
    node[1:-1, 1:-1] += rng.uniform(-0.2, 0.2, (side - 1, side - 1, 2))
    part = (np.arange(1, corners) / corners)[:, None]

    def between(a, b):
        line = a[..., None, :] * (1 - part) + b[..., None, :] * part
        return line + rng.uniform(-0.05, 0.05, line.shape)

    level, upright = between(node[:, :-1], node[:, 1:]), between(node[:-1], node[1:])
    level[[0, -1], ..., 1] = np.array([0.0, side])[:, None, None]
    upright[:, [0, -1], :, 0] = np.array([0.0, side])[:, None, None]
    one = lambda nodes: nodes[..., None, :]  # noqa: E731
    ring = [one(node[:-1, :-1]), level[:-1], one(node[:-1, 1:]), upright[:, 1:], one(node[1:, 1:]), level[1:, :, ::-1], one(node[1:, :-1])]
    ring += [upright[:, :-1, ::-1], one(node[:-1, :-1])]
    return shapely.polygons(np.concatenate(ring, axis=2).reshape(side * side, -1, 2) * step)


def blocks_of(shapes) -> gpd.GeoDataFrame:
    index = pd.Index([f"b{n:06}" for n in range(len(shapes))], name="block_id")
    return check_blocks(gpd.GeoDataFrame({"population": 1.0}, geometry=shapes, crs=EPSG, index=index))


def beside(benchmark, ours, peer, *, rounds: int, factor: float = 1.0) -> float:
    """Measure `ours` with `peer` before every round, and return the peer's median time over ours; `factor` scales the peer's."""
    peers = []

    def before():
        start = time.perf_counter()
        peer()
        peers.append(time.perf_counter() - start)

    ours()
    benchmark.pedantic(ours, setup=before, rounds=rounds)
    return float(np.median(peers)) * factor / benchmark.stats.stats.median


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_density_of_10_000_on_500_by_500_edge_corrected(benchmark, kernel):
    x, y = scatter(10_000)
    window = Window.of(blocks_of(np.array([shapely.box(0, 0, SIDE, SIDE)])), cell=SIDE / 500)
    places = np.stack(np.meshgrid(window.grid.x, window.grid.y)).reshape(2, -1)[:, ::200]
    theirs = gaussian_kde(np.stack([x, y]))
    ours = partial(smoothing.smooth, x, y, window, kernel=kernel, bandwidth=500.0, edge="jones_diggle")
    ratio = beside(benchmark, ours, lambda: theirs(places), rounds=5, factor=500**2 / places.shape[1])
    benchmark.extra_info["× scipy gaussian_kde"] = f"{ratio:,.0f} (from {places.shape[1]:,} of its 250,000 places; goal 1,000)"
    exact = smoothing.exact_sum(x, y, window, kernel=kernel, bandwidth=500.0, edge="jones_diggle")
    error = abs(ours() - exact).max() / exact.max()
    benchmark.extra_info["largest error / peak"] = f"{error:.0e}" if error else "exact"


def test_density_of_a_million_on_1000_by_1000_edge_corrected(benchmark):
    x, y = scatter(1_000_000)
    window = Window.of(blocks_of(np.array([shapely.box(0, 0, SIDE, SIDE)])), cell=SIDE / 996)
    ours = partial(smoothing.by_fourier, x, y, window, kernel="quartic", bandwidth=500.0, edge="jones_diggle")
    padded = np.zeros((window.cut(kernel="quartic", bandwidth=500.0).spread.rows,) * 2)
    padded[:1000, :1000] = 1.0
    ratio = beside(benchmark, ours, lambda: fft.rfft2(padded, workers=2), rounds=15)
    benchmark.extra_info["padded real FFTs"] = f"{1 / ratio:.1f} (goal 16)"
    exact = smoothing.exact_sum(x, y, window, kernel="quartic", bandwidth=500.0, edge="jones_diggle")
    benchmark.extra_info["largest error / peak"] = f"{abs(ours() - exact).max() / exact.max():.1e} (goal 1e-4 at 12.5 cells)"


def test_density_of_a_million_beside_kdepy(benchmark):
    kdepy = pytest.importorskip("KDEpy")
    x, y = scatter(1_000_000)
    data = np.column_stack([x, y])
    window = Window.of(blocks_of(np.array([shapely.box(0, 0, SIDE, SIDE)])), cell=SIDE / 996)
    span = np.linspace(-100, SIDE + 100, 1000)
    grid = np.stack(np.meshgrid(span, span, indexing="ij"), axis=-1).reshape(-1, 2)
    ours = partial(smoothing.by_fourier, x, y, window, kernel="quartic", bandwidth=500.0, edge="jones_diggle")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # its bandwidth is a standard deviation: h / √7 along a line gives its biweight the same reach
        ratio = beside(benchmark, ours, lambda: kdepy.FFTKDE(kernel="biweight", bw=500 / 7**0.5).fit(data).evaluate(grid), rounds=5)
    benchmark.extra_info["× KDEpy"] = f"{ratio:,.0f} (it corrects no edges; goal 3)"


@pytest.fixture(scope="module")
def city():
    return scatter(1_000_000), blocks_of(coverage(215))


def joined(x, y, blocks):
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=EPSG))
    return gpd.sjoin(points, blocks[["geometry"]], how="left", predicate="intersects")


def test_a_million_points_into_46_225_areas(benchmark, city):
    (x, y), blocks = city
    assert shapely.coverage_is_valid(np.asarray(blocks.geometry.array))
    ratio = beside(benchmark, lambda: units.locate(x, y, blocks), lambda: joined(x, y, blocks), rounds=3)
    theirs = joined(x, y, blocks)
    theirs = theirs.groupby(level=0)["block_id"].min() if len(theirs) > len(x) else theirs["block_id"]
    benchmark.extra_info["× geopandas points_from_xy + sjoin"] = f"{ratio:.1f} (goal 1)"
    benchmark.extra_info["points that differ"] = int((blocks.index.get_indexer(theirs) != units.locate(x, y, blocks)).sum())


def test_a_changed_filter_over_a_million(benchmark, city):
    (x, y), blocks = city
    rng = np.random.default_rng(2)
    n = len(x)
    table = {
        "date": pd.Series(np.datetime64("2010-01-01", "us") + rng.integers(0, 10 * 365, n).astype("timedelta64[D]")),
        "hour": pd.array(np.zeros(n), dtype="Int8"),
        "unplaced": "",
        "event_id": np.arange(n).astype(str),
        "weapon": rng.choice(["firearm", "blade", "blunt", "unknown"], n),
    }
    index = pd.RangeIndex(n, name="incident")
    incidents = check_incidents(gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=EPSG, index=index))
    placed = units.assign(incidents, blocks)
    covers = (pd.Timestamp(2010, 1, 1), pd.Timestamp(2020, 1, 1))
    choices = iter([(year, weapon) for weapon in ("firearm", "blade", "blunt", "unknown") for year in range(2010, 2018)])

    def recount():
        year, weapon = next(choices)
        return Study.of(
            incidents, blocks, start=f"{year}-01-01", end=f"{year + 2}-01-01", where={"weapon": [weapon]}, unit_of=placed, covers=covers
        ).counts

    start = time.perf_counter()
    joined(x, y, blocks)
    join = time.perf_counter() - start
    recount()
    benchmark.pedantic(recount, rounds=15)
    benchmark.extra_info["× geopandas points_from_xy + sjoin"] = f"{join / benchmark.stats.stats.median:,.0f} (goal 300)"


def test_importing_hotspots(benchmark):
    def fresh(module):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        return time.perf_counter() - start

    # the package itself loads nothing, so the list of every measure is taken: it needs all of the arithmetic
    ratio = beside(benchmark, lambda: fresh("hotspots.statistics.catalog"), lambda: fresh("geopandas"), rounds=7)
    benchmark.extra_info["import hotspots.statistics.catalog ÷ import geopandas"] = f"{1 / ratio:.2f} (goal 1.3)"
    times = sorted((fresh("hotspots"), fresh("geopandas")) for _ in range(5))
    benchmark.extra_info["import hotspots ÷ import geopandas"] = f"{np.median([a / b for a, b in times]):.2f}"


def test_what_a_map_of_46_225_areas_sends(benchmark, city):
    """Colour the areas anew and encode what the browser gets; the note holds the sizes, packed, of the first message and of a change."""
    from hotspots.dashboard.map_component import payload
    from hotspots.statistics.catalog import measure
    from hotspots.study.testing import square_city
    from hotspots.views import map_view
    from hotspots.words import words_for

    (x, y), blocks = city
    few = list(zip(x[:5000], y[:5000], strict=True))
    incidents, _ = square_city(few)
    study = Study.of(incidents, blocks)
    shapes = map_view.geometry("bench", blocks)
    words = words_for("en")

    def change():
        return payload.encode_values(map_view.map_view(study, measure("count"), shapes, words, unit="blocks"), {})

    geometry = payload.encode_geometry(map_view.map_view(study, measure("count"), shapes, words, unit="blocks"))
    values = benchmark.pedantic(change, rounds=5, warmup_rounds=1)
    benchmark.extra_info["first message"] = f"{len(payload.seal({}, values, geometry)) / 2**20:.2f} MiB (goal 2.5)"
    benchmark.extra_info["a change"] = f"{len(payload.seal({}, values, None)) / 2**20:.3f} MiB (goal 0.3)"

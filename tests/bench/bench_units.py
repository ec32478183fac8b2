"""How quick snapping to streets is beside geopandas, with the same distances; and what units made from streets cost."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import shapely

from hotspots.geography import segments
from hotspots.study.testing import EPSG

SIDE = 20_000.0  # metres


def net(n: int, seed: int = 0) -> np.ndarray:
    """Return about `n` crooked street segments that meet at their ends, 100 m apart on average."""
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(n / 2))
    step = SIDE / side
    node = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0)), axis=-1) + rng.uniform(-0.25, 0.25, (side + 1, side + 1, 2))
    ends = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    pairs = np.concatenate([np.stack([a, b], axis=-2).reshape(-1, 2, 2) for a, b in ends])
    bend = pairs.mean(axis=1, keepdims=True) + rng.uniform(-0.08, 0.08, (len(pairs), 1, 2))
    return shapely.linestrings(np.concatenate([pairs[:, :1], bend, pairs[:, 1:]], axis=1)[:n] * step)


def test_snapping_100_000_points_to_100_000_segments(benchmark):
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, SIDE, (2, 100_000))
    lines = net(100_000)
    streets = gpd.GeoDataFrame(geometry=lines, crs=EPSG)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=EPSG))
    peers = []

    def before():
        start = time.perf_counter()
        gpd.sjoin_nearest(points, streets, max_distance=75.0, distance_col="away")
        peers.append(time.perf_counter() - start)

    found = segments.nearest(x, y, lines, within=75.0)
    benchmark.pedantic(lambda: segments.nearest(x, y, lines, within=75.0), setup=before, rounds=5)
    ratio = float(np.median(peers)) / benchmark.stats.stats.median
    benchmark.extra_info["× geopandas sjoin_nearest"] = f"{ratio:.1f} (goal 1)"
    theirs = gpd.sjoin_nearest(points, streets, max_distance=75.0, distance_col="away").groupby(level=0)["away"].first()
    assert len(theirs) == (found[0] >= 0).sum()
    benchmark.extra_info["largest difference"] = f"{abs(found[1][theirs.index] - theirs).max():.0e} m"


def test_corners_of_100_000_segments(benchmark):
    streets = gpd.GeoDataFrame(geometry=net(100_000), crs=EPSG, index=[f"s{n:06}" for n in range(len(net(100_000)))])
    found = benchmark.pedantic(lambda: segments.streets(streets, corners=True), rounds=1)
    benchmark.extra_info["corners"] = len(found.units) - len(streets)

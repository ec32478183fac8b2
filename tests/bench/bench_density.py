"""How quick densities along streets and bandwidths are, as ratios within the same process."""

from __future__ import annotations

from itertools import cycle

import geopandas as gpd
import numpy as np
import shapely
from scipy import fft

from hotspots.statistics.density import bandwidths
from hotspots.statistics.density.network import Network, spread


def lattice(side: int, *, step: float = 90.0, seed: int = 0) -> gpd.GeoDataFrame:
    """Return the streets between side × side crossings, each moved a little."""
    x, y = np.meshgrid(np.arange(side) * step, np.arange(side) * step)
    node = np.stack((x, y), axis=-1) + np.random.default_rng(seed).uniform(-20, 20, (side, side, 2))
    pairs = [np.stack((node[:, :-1], node[:, 1:]), axis=2), np.stack((node[:-1], node[1:]), axis=2)]
    return gpd.GeoDataFrame(geometry=shapely.linestrings(np.concatenate([pair.reshape(-1, 2, 2) for pair in pairs])))


def test_a_changed_filter_on_8_000_streets(benchmark):
    net = Network.of(lattice(64))
    rng = np.random.default_rng(1)
    street = rng.integers(0, len(net.length), (4, 2400))
    along = rng.uniform(0, 1, street.shape) * net.length[street]
    filters = cycle(range(4))

    def changed():
        which = next(filters)
        return spread(net, street[which], along[which], bandwidth=300.0)

    found = benchmark.pedantic(changed, rounds=9, warmup_rounds=1)
    benchmark.extra_info["streets"] = f"{len(net.length):,}, 2,400 homicides (goal: a second)"
    benchmark.extra_info["homicides added up"] = f"{found.sum():.9g}"


def test_least_squares_over_16_bandwidths_of_100_000(benchmark):
    rng = np.random.default_rng(2)
    middles = rng.uniform(0, 40_000, (200, 2))
    x, y = (middles[rng.integers(0, 200, 100_000)] + rng.normal(0, 600, (100_000, 2))).T
    candidates = np.geomspace(150, 3000, 16)
    rows = np.zeros((2048, 2048))
    one = min(_seconds(lambda: fft.rfft2(rows, workers=2)) for _ in range(5))
    benchmark.pedantic(lambda: bandwidths.scores(x, y, criterion="least_squares", candidates=candidates), rounds=3)
    benchmark.extra_info["real FFTs of its grid"] = f"{benchmark.stats.stats.median / one:.0f}"


def _seconds(call) -> float:
    from time import perf_counter

    start = perf_counter()
    call()
    return perf_counter() - start

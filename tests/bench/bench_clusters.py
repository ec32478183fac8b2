"""How quick hot spots and scans are beside what others use, as ratios in the same run."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
import shapely
from bench_numbers import beside, blocks_of, coverage
from scipy import sparse

from hotspots.geography import adjacency
from hotspots.inference.area_risks import area_risks
from hotspots.statistics.clusters import circles, exact_window, gi_star
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city


@pytest.mark.parametrize("corners", [1, 6], ids=["4 corners", "24 corners"])
def test_contiguity_of_1e5_blocks(benchmark, corners):
    from libpysal.graph import Graph

    blocks = blocks_of(coverage(316, corners=corners))
    plain = blocks.geometry.reset_index(drop=True)
    shapes = np.asarray(blocks.geometry.array)
    ratio = beside(benchmark, lambda: adjacency._within(shapes, 0.0), lambda: Graph.build_contiguity(plain, rook=False), rounds=2)
    theirs = sparse.csr_array(Graph.build_contiguity(plain, rook=False).sparse)
    benchmark.extra_info["× libpysal.graph"] = f"{ratio:.1f} (goal 10)"
    benchmark.extra_info["pairs that differ"] = int((adjacency._within(shapes, 0.0) != theirs).nnz)


def test_gi_star_of_1e5_blocks(benchmark):
    esda = pytest.importorskip("esda")
    import libpysal

    near = adjacency._within(np.asarray(square_blocks(side=316).geometry.array), 0.0)
    values = np.random.default_rng(1).poisson(0.3, 316**2).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        w = libpysal.weights.WSP(near).to_W(silence_warnings=True)
        w.transform = "B"
        theirs = lambda: esda.G_Local(values, w, transform="B", star=True, permutations=0)  # noqa: E731
        ratio = beside(benchmark, lambda: gi_star(values, near), theirs, rounds=3)
        worst = np.abs(gi_star(values, near) - theirs().Zs).max()
    benchmark.extra_info["× esda"] = f"{ratio:,.0f} (goal 50)"
    benchmark.extra_info["largest difference"] = f"{worst:.0e}"


@pytest.mark.parametrize("events", [30, 300, 3_000])
def test_the_model_of_3_025_small_areas(benchmark, events):
    rng, near = np.random.default_rng(4), adjacency._within(np.asarray(square_blocks(side=55).geometry.array), 0.0)
    risk = np.exp(rng.normal(0, 0.8, 55**2))
    seen = rng.multinomial(events, risk / risk.sum()).astype(float)
    benchmark.pedantic(area_risks, (seen, np.full(55**2, events / 55**2), near), rounds=2)
    benchmark.extra_info["goal"] = "5 s"


def plain_scan(zones: circles.Circles, weight: np.ndarray, n: int, maps: int) -> np.ndarray:
    """Return the largest ratio on each map as anybody would write it in numpy: map by map, centre by centre."""
    rng, best = np.random.default_rng(0), np.zeros(maps)
    for r in range(maps):
        counts = rng.multinomial(n, weight)
        for first, end in zip(zones.starts, zones.starts[1:], strict=False):
            c = np.cumsum(counts[zones.members[first:end]])
            e = n * zones.share[first:end]
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = c * np.log(c / e) + (n - c) * np.log((n - c) / (n - e))
            best[r] = max(best[r], np.where((c > e) & (e > 0), ratio, 0).max())
    return best


@pytest.mark.parametrize("cap", [0.1, 0.5])
def test_scan_of_1_000_areas_with_999_maps(benchmark, cap):
    blocks = square_blocks(side=32, population=np.random.default_rng(1).integers(200, 900, 1024).astype(float))
    study = Study.of(*square_city([(5, 5)])[:1], blocks)
    zones, base = circles.circles(study, cap=cap)
    order, maps = np.arange(1024), 10
    ours = lambda: circles.simulated_best(zones, base.weight, order, 1000, simulations=999, seed=0)  # noqa: E731
    ratio = beside(benchmark, ours, lambda: plain_scan(zones, base.weight, 1000, maps), rounds=2, factor=999 / maps)
    benchmark.extra_info["× plain numpy"] = f"{ratio:.0f} (from {maps} of its 999 maps)"


def test_null_calibration_of_10_000_blocks(benchmark):
    base = exact_window.baseline_of(Study.of(*square_city([(5, 5)])[:1], square_blocks(side=100)))
    begun = time.perf_counter()
    benchmark.pedantic(lambda: exact_window.simulated(base, 5000, simulations=999, seed=0), rounds=1)
    benchmark.extra_info["999 maps of 5,000 events"] = f"{time.perf_counter() - begun:.1f} s (goal 10)"


def test_reading_shapes_alone(benchmark):
    """The floor of any contiguity: taking the corners out of 99,856 shapes."""
    shapes = coverage(316, corners=6)
    benchmark.pedantic(lambda: shapely.to_ragged_array(shapes), rounds=3)

"""How quick Knox's test is beside pointpats, the two taken in turns in the same process."""

from __future__ import annotations

import time
import warnings

import numpy as np

from hotspots.statistics import repeats

EVENTS, DRAWS = 1000, 999


def events(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return places in 60 clusters of unequal size and anywhere, and days of five years: several thousand close pairs for 1,000."""
    rng = np.random.default_rng(1)
    share = rng.pareto(1.5, 60)
    middles = rng.uniform(0, 20_000, (60, 2))
    near = middles[rng.choice(60, 7 * n // 10, p=share / share.sum())] + rng.normal(0, 300, (7 * n // 10, 2))
    return np.concatenate([near, rng.uniform(0, 20_000, (n - len(near), 2))]), rng.integers(0, 1826, n)


def test_knox_999_of_1_000_events(benchmark):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pointpats
    place, day = events(EVENTS)
    peers = []

    def before():
        start = time.perf_counter()
        peer = pointpats.Knox(place, day[:, None], 200, 14, permutations=DRAWS)
        peers.append(time.perf_counter() - start)
        assert peer.statistic_ == repeats.knox(place, day, metres=200, within=14, draws=1).observed

    found = benchmark.pedantic(lambda: repeats.knox(place, day, metres=200, within=14, draws=DRAWS), setup=before, rounds=3, iterations=1)
    times = float(np.median(peers)) / benchmark.stats.stats.median
    benchmark.extra_info["× pointpats"] = f"{times:.0f} ({found.close:,} close pairs; goal 20)"

"""The exact window test: did a place and its neighbours have more homicides than chance explains?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse as matrices
from scipy.special import betainc

from hotspots.geography.adjacency import contiguity
from hotspots.store.schema import DataError
from hotspots.study import CORRECTIONS, Study
from hotspots.study.memo import kept
from hotspots.words import mark, told

LEVEL = 0.05  # hot: adjusted p at most this
LEAST_RESIDENTS = 100  # in a window, where the baseline is population
METHODS: tuple[str, ...] = CORRECTIONS

# What chance is compared with, in words for the screen.
BASELINES: dict[str, str] = {
    "population": mark("if homicides fell on residents by chance alone"),
    "area": mark("if homicides fell on the ground by chance alone"),
    "equal": mark("if every place had the same chance"),
    "gathering": mark("if homicides fell on the places where people gather (bars, stations, markets) by chance alone"),
}


@dataclass(frozen=True, eq=False)
class Baseline:
    """Where chance would put homicides: what the test and its calibration both start from. Arrays are in the units' order.

    `around` adds up a unit and its neighbours; `weight` is the share of the baseline in each unit, `share` in each window. `known` says
    which units have a known baseline (of places where people gather: those with one there or beside): events elsewhere take no part.
    `tested` says which windows are tested.
    """

    around: matrices.csr_array
    weight: np.ndarray
    share: np.ndarray
    known: np.ndarray
    tested: np.ndarray
    baseline: str
    gap: float
    rule: str


@dataclass(frozen=True, eq=False)
class Windows:
    """The window test of every unit.

    `table`, on the units' index: `events` in the unit and its neighbours, the `expected` number, `p` and `adjusted` (missing where the
    window is not tested). `n` events took part; `baseline` and `method` are those used; `gap` and `rule` say what neighbours are (see
    `contiguity`).
    """

    table: pd.DataFrame
    n: int
    baseline: str
    method: str
    gap: float
    rule: str


def baseline_of(study: Study, *, baseline: str | None = None, gap: float | None = None) -> Baseline:
    """Return where chance would put the events of a study; `baseline` left out is the study's own, else population where
    any is known, else area."""
    baseline = baseline or study.baseline or None
    if baseline is not None and baseline not in BASELINES:
        raise DataError(
            told("window test: there is no baseline {baseline}; use one of {listed}", baseline=repr(baseline), listed=", ".join(BASELINES))
        )
    chosen = baseline or ("population" if np.nansum(study.amount("population")) > 0 else "area")
    amount = study.amount(chosen)
    known = np.isfinite(amount)
    amount = np.where(known, amount, 0.0)
    if not amount.sum() > 0:
        raise DataError(
            told("window test: no {chosen} is known for any of the {total} units; use baseline equal", chosen=chosen, total=len(amount))
        )
    near = kept(study.blocks, contiguity, gap=gap)
    around = matrices.csr_array(near.matrix + matrices.eye_array(len(amount), format="csr"))
    held = around @ amount
    share = np.minimum(held / amount.sum(), 1.0)
    if chosen == "gathering":
        known = held > 0  # what happens far from such places is not explained by them, nor compared with them
    tested = known & (held >= LEAST_RESIDENTS if chosen == "population" else held > 0)
    return Baseline(around, amount / amount.sum(), share, known, tested, chosen, near.gap, near.rule)


def events_in(study: Study) -> np.ndarray:
    """Return the events in each unit, each event in one: the unit with most of its victims, of two alike the one with the smallest id.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (15, 5), (15, 6), (5, 15)], event_id=["a", "a", "a", "b"])
    >>> events_in(Study.of(incidents, blocks)).tolist()
    [0, 1, 1, 0]
    """
    return np.bincount(unit_of_events(study), minlength=len(study.blocks))


def unit_of_events(study: Study) -> np.ndarray:
    """Return the position of the unit that each event is in, see `events_in`; events in none are left out."""
    seen = study.codes >= 0
    victims = pd.DataFrame({"event": study.rows["event_id"].to_numpy()[seen], "unit": study.codes[seen]})
    pairs = victims.drop_duplicates()
    if pairs["event"].duplicated().any():
        rank = np.empty(len(study.blocks), dtype=np.intp)
        rank[np.asarray(study.blocks.index.argsort())] = np.arange(len(rank))
        found = victims.groupby(["event", "unit"], sort=False).size().rename("n").reset_index()
        found["rank"] = rank[found["unit"].to_numpy()]
        pairs = found.sort_values(["n", "rank"], ascending=[False, True]).drop_duplicates("event")
    return np.asarray(pairs["unit"].to_numpy(dtype=np.intp))


def compared_events(study: Study, baseline: str) -> np.ndarray:
    """Return the events in each unit that a baseline may be compared with: beside residents, those where residents are known."""
    return events_in(study.exposed_study if baseline == "population" else study)


def tail(events: np.ndarray, n: np.ndarray | float, share: np.ndarray | float) -> np.ndarray:
    """Return the chance that at least `events` of `n` fall where each falls with chance `share`: the upper tail of the binomial.

    One or two of two, each with chance 1/2: 3/4.

    >>> tail(np.array([0, 1, 2]), 2, 0.5).round(12).tolist()
    [1.0, 0.75, 0.25]
    """
    s = np.asarray(events, dtype=float)
    return np.asarray(np.where(s > 0, betainc(np.maximum(s, 1), np.maximum(n - s + 1, 1e-300), share), 1.0))


def adjusted(p: np.ndarray, method: str = "bh") -> np.ndarray:
    """Return p adjusted for the number of windows; missing stays missing and is no test.

    `bh` is Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; `by`, which holds however the tests depend on one
    another, Benjamini and Yekutieli (2001), doi:10.1214/aos/1013699998.

    >>> adjusted(np.array([0.01, 0.5, np.nan, 0.03])).round(3).tolist()
    [0.03, 0.5, nan, 0.045]
    """
    from scipy.stats import false_discovery_control  # takes long to import

    _check_method(method)
    found = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        found[known] = false_discovery_control(p[known], method=method)
    return found


def adjusted_each(p: np.ndarray, method: str) -> np.ndarray:
    """Return p of many maps, one in a column, each adjusted for its number of windows as `adjusted` does."""
    from scipy.stats import false_discovery_control  # takes long to import

    return np.asarray(false_discovery_control(p, axis=0, method=method))


def _check_method(method: str) -> None:
    if method not in METHODS:
        raise DataError(
            told("window test: there is no method {method}; use one of {listed}", method=repr(method), listed=", ".join(METHODS))
        )


def windows(study: Study, *, baseline: str | None = None, method: str | None = None, gap: float | None = None) -> Windows:
    """Return the window test of every unit with all that it is made of; see `window_test`.

    One homicide among four blocks that all touch: each window is the whole city, so nothing can be hot.

    >>> from hotspots.testing import square_city
    >>> windows(Study.of(*square_city([(5, 5)]))).table["p"].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    method = method or study.correction
    _check_method(method)
    return kept(study, _windows, baseline, method, gap)


def _windows(study: Study, baseline: str | None, method: str, gap: float | None) -> Windows:
    base = baseline_of(study, baseline=baseline, gap=gap)
    events = np.where(base.known, compared_events(study, base.baseline), 0)
    n = int(events.sum())
    around = base.around @ events
    p = np.where(base.tested & (n > 0), tail(around, n, base.share), np.nan)
    columns = {"events": around.astype(np.int64), "expected": n * base.share, "p": p, "adjusted": adjusted(p, method)}
    table = pd.DataFrame(columns, index=study.blocks.index)
    return Windows(table, n, base.baseline, method, base.gap, base.rule)


def least_events(n: int, share: np.ndarray, level: float) -> np.ndarray:
    """Return the smallest number of `n` events whose tail in each window is at most `level`; n + 1 where no number is that rare.

    >>> least_events(10, np.array([0.01, 0.5, 1.0]), 0.05).tolist()
    [2, 9, 11]
    """
    low, high = np.zeros(len(share), dtype=np.int64), np.full(len(share), n + 1, dtype=np.int64)
    while (high - low > 1).any():
        middle = (low + high) // 2
        rare = tail(middle, n, share) <= level
        low, high = np.where(rare, low, middle), np.where(rare, middle, high)
    return high


@dataclass(frozen=True)
class Calibration:
    """What the window test calls hot on maps where nothing is going on.

    On `simulations` maps with the same `events` put on the same units by chance alone, `expected` units were called hot on average, and
    on the share `any` of the maps at least one. `tested` windows were tested.
    """

    simulations: int
    events: int
    tested: int
    expected: float
    any: float
    baseline: str
    method: str


def null_calibration(
    study: Study, *, simulations: int = 199, seed: int = 0, baseline: str | None = None, method: str | None = None, gap: float | None = None
) -> Calibration:
    """Return how many false hot spots to expect from the window test with just these units and this number of events.

    It puts the events on the units by chance alone, in proportion to the baseline, and tests each such map as the real one. It stands
    beside the map: "if nothing were going on, expect 0.03 false hot blocks". It says nothing of a city where risk varies smoothly from
    district to district; there the test finds that variation, and rightly.

    >>> from hotspots.testing import square_city
    >>> null_calibration(Study.of(*square_city([(5, 5)]))).expected
    0.0
    """
    method = method or study.correction
    _check_method(method)
    if simulations < 1:
        raise DataError(told("calibration: {simulations} maps are too few; ask for at least 1", simulations=simulations))
    base = baseline_of(study, baseline=baseline, gap=gap)
    n = int(compared_events(study, base.baseline)[base.known].sum())
    found = simulated(base, n, simulations=simulations, seed=seed, method=method)
    return Calibration(simulations, n, int(base.tested.sum()), float(found.mean()), float((found > 0).mean()), base.baseline, method)


def simulated(base: Baseline, n: int, *, simulations: int, seed: int, method: str = "bh") -> np.ndarray:
    """Return the number of windows called hot on each of `simulations` maps of `n` events put there by chance alone."""
    rng = np.random.default_rng(seed)
    tested = np.flatnonzero(base.tested)
    found = np.zeros(simulations, dtype=np.int64)
    if not n or not len(tested):
        return found
    around = base.around[tested]
    least = least_events(n, base.share[tested], LEVEL)
    batch = max(1, min(simulations, 2_000_000 // len(base.weight)))
    for first in range(0, simulations, batch):
        maps = min(batch, simulations - first)
        sums = (around @ thrown(rng, base.weight, n, maps)).astype(np.int64)
        window, of = np.nonzero(sums >= least[:, None])
        p = tail(sums[window, of], n, base.share[tested][window])
        found[first : first + maps] = _rejected(p, of, maps, _levels(len(tested), method))
    return found


def thrown(rng: np.random.Generator, weight: np.ndarray, n: int, maps: int) -> np.ndarray:
    """Return how many of `n` events fall on each unit by chance, one column for each of `maps`."""
    if n > 4 * len(weight):
        return np.asarray(rng.multinomial(n, weight / weight.sum(), size=maps).T)
    there = np.flatnonzero(weight)
    ends = np.cumsum(weight[there])
    unit = there[np.minimum(np.searchsorted(ends, rng.random((n, maps)) * ends[-1], side="right"), len(there) - 1)]
    return np.bincount((unit * maps + np.arange(maps)).ravel(), minlength=len(weight) * maps).reshape(len(weight), maps)


def _levels(tests: int, method: str) -> np.ndarray:
    """Return the level that the smallest p, the second smallest and so on must reach."""
    rank = np.arange(1, tests + 1)
    return np.asarray(LEVEL * rank / (tests * (1.0 if method == "bh" else (1 / rank).sum())))


def _rejected(p: np.ndarray, of: np.ndarray, maps: int, levels: np.ndarray) -> np.ndarray:
    """Return how many p of each map are rejected: the largest rank at which p reaches its level."""
    order = np.lexsort((p, of))
    p, of = p[order], of[order]
    per_map = np.bincount(of, minlength=maps)
    rank = np.arange(len(p)) - np.repeat(np.cumsum(per_map) - per_map, per_map)
    most = np.zeros(maps, dtype=np.int64)
    reached = p <= levels[rank]
    np.maximum.at(most, of[reached], rank[reached] + 1)
    return most

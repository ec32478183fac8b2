"""Kulldorff's circular scan: in which circle did most more happen than chance explains, wherever it lies and however large it is?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from hotspots.geography import outlines
from hotspots.inference import steps
from hotspots.inference.intervals import poisson_interval
from hotspots.inference.parallel import WORKERS
from hotspots.statistics.clusters.exact_window import (
    LEAST_RESIDENTS,
    LEVEL,
    Baseline,
    baseline_of,
    compared_events,
)
from hotspots.statistics.clusters.scan_bounds import best_circles
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import told

SIMULATIONS = 999
MOST_CENTRES = 1000  # where there are more units, centres are thinned out evenly: time grows with centres times units
MOST_CLUSTERS = 30
FEWEST_EVENTS = 2  # one event alone is no cluster
SIZES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)  # of circles that may be listed together
_BATCH = 128  # maps at once: one row of counts stays in the processor's nearest memory
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Circles:
    """The circles that are looked at. `starts` says where each centre's members begin; circle k holds them up to `members[k]`.

    `share` is each circle's share of the baseline, 0 where it is not looked at; `radius` is in metres.
    """

    centres: np.ndarray
    starts: np.ndarray
    members: np.ndarray
    share: np.ndarray
    radius: np.ndarray


@dataclass(frozen=True, eq=False)
class Scan:
    """What a scan found.

    `table` has one row for each cluster, the strongest first; no two share a member. Columns: `centre` (the unit or event it is drawn
    around), `x`, `y` and `radius` in metres, `units` or `events` inside, `observed` events, `expected` by chance, `ratio` of the two with
    its exact 95 % interval (`ratio_low`, `ratio_high`), `llr` (log-likelihood ratio), `p`, `members` (a tuple); the space-time scan adds
    `start` and `end` (exclusive). Up to 30 are listed, whatever their p, none of a single event. `n` events took part; circles were drawn
    around so many `centres`. Of the circles looked at, up to `cap`, those of at most `largest` of the baseline are listed.
    """

    table: pd.DataFrame
    n: int
    simulations: int
    seed: int
    baseline: str
    cap: float
    centres: int = 0
    largest: float = 0.0

    @property
    def significant(self) -> pd.DataFrame:
        """The clusters that chance explains in at most 5 of 100 shuffles."""
        return self.table[self.table["p"] <= LEVEL]

    @property
    def tried(self) -> int:
        """How many maps were compared: the shuffles and the one as it is."""
        return self.simulations + 1

    def as_strong(self, p: float) -> int:
        """Return in how many of the maps tried there was one as strong as a cluster of this p."""
        return round(p * self.tried)


def circles(study: Study, *, cap: float | None = None, baseline: str | None = None) -> tuple[Circles, Baseline]:
    """Return the circles around the middles of units, and their baseline; `cap` left out is the study's own, a tenth unless chosen.

    A circle holds every unit whose middle lies in it and at most `cap` of the baseline; where a single unit is more than that, the unit
    alone. Units at one distance (to the millimetre) go in together. Under a population baseline a circle has at least 100 residents.
    """
    cap = study.cap / 100 if cap is None else cap
    if not 0 < cap <= 0.5:
        raise DataError(told("scan: the cap must lie above 0 and be at most 0.5 of the baseline, not {cap}", cap=f"{cap:g}"))
    base = baseline_of(study, baseline=baseline)
    places = outlines.middles(study.blocks)
    usable = np.flatnonzero(base.known & np.isfinite(places).all(axis=1))
    residents = np.nansum(study.residents.to_numpy(dtype=float)) if base.baseline == "population" else np.inf
    least = LEAST_RESIDENTS / residents
    tree = scipy.spatial.cKDTree(places[usable])
    at = thinned(places[usable], MOST_CENTRES)
    sizes, members, share, radius = _around(at, tree, base.weight[usable], cap=cap, least=least)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Circles(usable[at], starts, usable[members].astype(np.int32), share, radius), base


def thinned(places: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of the centres: all, or about `most`, the first in each cell of a grid.

    >>> thinned(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [90.0, 0.0]]), 4).tolist()
    [0, 1, 2, 3]
    """
    if len(places) <= most:
        return np.arange(len(places))
    low, span = places.min(axis=0), np.ptp(places, axis=0).max()
    side = max(int(np.sqrt(most)), 1)
    while True:
        cell = np.floor((places - low) / span * side * 0.999999).astype(np.int64)
        _, first = np.unique(cell[:, 0] * (side + 1) + cell[:, 1], return_index=True)
        if len(first) >= 0.8 * most or side > 4 * np.sqrt(most):
            return np.sort(first)
        side = int(side * 1.1) + 1


def _around(at: np.ndarray, tree: scipy.spatial.cKDTree, weight: np.ndarray, *, cap: float, least: float) -> tuple[np.ndarray, ...]:
    """Return how many members each centre has, and of all centres one after the other the members by distance, shares and radii."""
    found: dict[int, tuple[np.ndarray, ...]] = {}
    wanted, todo = min(64, len(weight)), np.arange(len(at))
    while len(todo):
        for rows in np.array_split(todo, len(todo) * wanted // 2_000_000 + 1):
            nearest = tree.query(tree.data[at[rows]], k=wanted, workers=WORKERS)
            distance, member = (part.reshape(len(rows), wanted) for part in nearest)
            held = np.cumsum(weight[member], axis=1)
            enough = (held[:, -1] > cap) | (wanted == len(weight))
            cut = _cut(np.round(distance[enough], 3), held[enough], cap=cap, least=least, all_in=wanted == len(weight))
            for row, one, keep, share, radius in zip(rows[enough], member[enough], *cut, strict=True):
                found[row] = (one[:keep], share[:keep], radius[:keep])
        todo = np.array([row for row in todo if row not in found], dtype=np.intp)
        wanted = min(4 * wanted, len(weight))
    parts = [found[row] for row in range(len(at))]
    members, shares, radii = (np.concatenate([part[k] for part in parts]) if parts else np.zeros(0) for k in range(3))
    return np.array([len(part[0]) for part in parts], dtype=np.int64), members.astype(np.intp), shares, radii


def _cut(distance: np.ndarray, held: np.ndarray, *, cap: float, least: float, all_in: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of each centre how many members its largest circle has, the share of each circle looked at (else 0), and the radii."""
    whole = np.ones(distance.shape, dtype=bool)
    whole[:, :-1] = distance[:, 1:] > distance[:, :-1]  # all at this distance are in
    whole[:, -1] = all_in
    first = np.argmax(whole, axis=1)
    inside = whole & ((held <= cap + 1e-12) | (np.arange(distance.shape[1]) == first[:, None]))
    keep = np.where(inside.any(axis=1), distance.shape[1] - np.argmax(inside[:, ::-1], axis=1), 0)
    looked_at = inside & (held >= least * (1 - 1e-12)) & (held < 1 - 1e-12)
    return keep, np.where(looked_at, held, 0.0), distance


def ratios(observed: np.ndarray, expected: np.ndarray, n: int) -> np.ndarray:
    """Return the log-likelihood ratio of each circle: how much likelier its events are with a risk of its own; 0 where it has no more.

    Of 4 events, 3 where 1 is expected: 3·ln 3 + 1·ln(1/3) = 2·ln 3.

    >>> ratios(np.array([3.0, 1.0]), np.array([1.0, 2.0]), 4).round(4).tolist()
    [2.1972, 0.0]
    """
    c, e = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    more = (c > e) & (e > 0)
    c, e = np.where(more, c, 1.0), np.where(more, e, 1.0)
    rest = np.where(c < n, n - c, 1.0)
    return np.asarray(np.where(more, c * np.log(c / e) + np.where(c < n, rest * np.log(rest / np.maximum(n - e, 1e-300)), 0.0), 0.0))


def circular_scan(
    study: Study,
    *,
    cap: float | None = None,
    simulations: int = SIMULATIONS,
    seed: int = 0,
    baseline: str | None = None,
    largest: float | None = None,
) -> Scan:
    """Return the circles of units that hold more events than chance explains (Kulldorff 1997, doi:10.1080/03610929708831995).

    By chance each event would fall on a unit with the unit's share of the baseline. Every circle around the middle of a unit, up to `cap`
    of the baseline (left out: the study's own, a tenth unless chosen), is compared with the rest of the city by its likelihood ratio, and
    the largest ratio with the largest of each of `simulations` maps made by chance alone: p = (1 + maps with as large a one) ÷ (maps + 1).
    So p allows for all circles having been looked at. Of each centre the strongest circle of at least two events is kept, of these the
    strongest that share no unit with a stronger one.

    The strongest circle is often a large one that swallows several places and the quiet ground between them. So of circles of at most 1,
    2, 3, … up to `cap` of the baseline those are listed whose significant ones part the city's events best from where chance would put
    them, by their Gini coefficient (Han and others 2016, doi:10.1186/s12942-016-0056-6); of the sizes behind the best by no more than a
    standard error the smallest, so that a few events do not turn many small circles into few large ones. `largest` names a size instead.

    It says that a circle stands out, not where its border runs; and a ratio is too large where the circle was picked for it.

    >>> from hotspots.testing import square_city
    >>> found = circular_scan(Study.of(*square_city([(5, 5)] * 9 + [(55, 75)], side=9)), simulations=99)
    >>> print(*found.table.loc[1, ["centre", "observed", "expected", "p"]])  # ten events on 81 blocks: 10/81 in one
    b00 9 0.12345679012345678 0.01
    """
    _check(simulations)
    cap = study.cap / 100 if cap is None else cap
    return kept(study, _scan, cap=cap, simulations=simulations, seed=seed, baseline=baseline, largest=largest)


def _check(simulations: int) -> None:
    if simulations < 19:
        raise DataError(told("scan: {simulations} shuffles are too few to speak of 5 in 100; ask for at least 19", simulations=simulations))


def _scan(study: Study, *, cap: float, simulations: int, seed: int, baseline: str | None, largest: float | None) -> Scan:
    order = np.argsort(study.blocks.index.to_numpy(), kind="stable")  # the same shuffles whatever the order of the units
    zones, base = circles(study, cap=cap, baseline=baseline)
    events = np.where(base.known, compared_events(study, base.baseline), 0)
    n = int(events.sum())
    observed = _sums(zones, events)
    ratio = np.where(observed >= FEWEST_EVENTS, ratios(observed, n * zones.share, n), 0.0)
    sizes = (largest,) if largest else (*(one for one in SIZES if one < cap), cap)
    listed = {size: strongest(_up_to(size, ratio, zones.share, cap), zones.starts, zones.members) for size in sizes}
    floor = min(float(ratio[picked].min(initial=np.inf)) for picked in listed.values())
    some = np.isfinite(floor)
    best = simulated_best(zones, base.weight, order, n, simulations=simulations, seed=seed, floor=floor) if some else np.zeros(0)
    found = {}
    for size, picked in listed.items():
        beaten = (best[:, None] >= ratio[picked] - _ROUNDING * (1 + ratio[picked])).sum(axis=0)
        found[size] = picked, (1 + beaten) / (simulations + 1)
    size = smallest_as_good({size: _worth_of(zones, picked[p <= LEVEL], events) for size, (picked, p) in found.items()}, events)
    picked, p = found[size]
    table = _table(study, zones, picked, observed, n * zones.share, ratio, p)
    return Scan(table, n, simulations, seed, base.baseline, cap, centres=len(zones.centres), largest=size)


def _up_to(size: float, ratio: np.ndarray, share: np.ndarray, cap: float) -> np.ndarray:
    """Return the ratios of the circles of at most this share of the baseline, and of single units that are more than `cap`; else 0."""
    return np.where((share <= size + 1e-12) | (share > cap + 1e-12), ratio, 0.0)


def smallest_as_good(worths: Mapping[float, np.ndarray], events: np.ndarray) -> float:
    """Return the smallest size that parts the events as well as the best: it is behind by at most the standard error of what it is behind.

    Of sizes that part them just alike, as where hard-hit neighbours are one circle or two, it is the largest. `worths` says for each size
    what an event of each unit is worth (see `worth`).
    Nine of ten events lie in the circle of the large size, eight of them in that of the small one as well: 0.07 ± 0.08 behind.

    >>> large, small = np.array([0.8, 0.8, -0.1]), np.array([0.8, 0.0, 0.0])
    >>> smallest_as_good({0.1: small, 0.2: large}, np.array([8, 1, 1])), smallest_as_good({0.1: small, 0.2: large}, np.array([5, 4, 1]))
    (0.1, 0.2)
    """
    n = max(int(events.sum()), 1)
    value = {size: round(events @ one / n, 9) for size, one in worths.items()}
    best = max(value, key=lambda size: (value[size], size))
    for size in sorted(worths):
        behind = worths[best] - worths[size]
        mean = events @ behind / n
        error = np.sqrt(max(events @ behind**2 / n - mean**2, 0.0) / n)
        if value[size] > 0 and mean <= error + _ROUNDING:
            return max(one for one in worths if value[one] == value[size])
    return best


def gini(observed: np.ndarray, share: np.ndarray, n: int) -> float:
    """Return how well clusters part `n` events from where chance would put them: 0 not at all, towards 1 all of them on little ground.

    Twice the area between the diagonal and the line through shares of the baseline and of the events, the clusters in the order of their
    ratio and the rest of the city as one more. Half of the events on a tenth of the baseline: 0.4.

    >>> round(gini(np.array([5]), np.array([0.1]), 10), 12)
    0.4
    """
    return float(np.append(observed, n - observed.sum()) @ worth(observed, share, n)) / max(n, 1)


def worth(observed: np.ndarray, share: np.ndarray, n: int) -> np.ndarray:
    """Return what one event adds to the Gini coefficient, which is the mean over the events: in each cluster, and last in the rest.

    >>> worth(np.array([5]), np.array([0.1]), 10).round(12).tolist()
    [0.9, -0.1]
    """
    events, ground = np.append(observed, n - observed.sum()), np.append(share, 1 - share.sum())
    order = np.argsort(events / np.maximum(ground, 1e-300), kind="stable")
    found = np.empty(len(ground))
    found[order] = ground[order] - 1 + 2 * (np.cumsum(ground[order]) - ground[order])
    return found


def _worth_of(zones: Circles, picked: np.ndarray, events: np.ndarray) -> np.ndarray:
    """Return what an event of each unit is worth where these circles are listed."""
    inside = _inside(zones, picked)
    values = worth(np.array([events[units].sum() for units in inside], dtype=float), zones.share[picked], int(events.sum()))
    found = np.full(len(events), values[-1])
    for units, value in zip(inside, values[:-1], strict=True):
        found[units] = value
    return found


def _inside(zones: Circles, picked: np.ndarray) -> list[np.ndarray]:
    """Return the units in each of these circles."""
    of = np.searchsorted(zones.starts, picked, side="right") - 1
    return [zones.members[zones.starts[at] : k + 1] for at, k in zip(of, picked, strict=True)]


def _sums(zones: Circles, events: np.ndarray) -> np.ndarray:
    """Return the events in each circle."""
    total = np.concatenate([[0], np.cumsum(events[zones.members])])
    begin = np.repeat(total[zones.starts[:-1]], np.diff(zones.starts))
    return np.asarray(total[1:] - begin)


def strongest(ratio: np.ndarray, starts: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Return the best circle of each centre, the strongest first, without those that share a member with a stronger one."""
    filled = np.flatnonzero(np.diff(starts))
    if not len(filled):
        return np.zeros(0, dtype=np.intp)
    best = np.array([starts[at] + int(np.argmax(ratio[starts[at] : starts[at + 1]])) for at in filled])
    owner = filled[np.argsort(-ratio[best], kind="stable")]
    best = best[np.argsort(-ratio[best], kind="stable")]
    kept: list[int] = []
    taken: set[int] = set()
    for centre, k in zip(owner, best, strict=True):
        inside = set(members[starts[centre] : k + 1].tolist())
        if ratio[k] <= 0 or len(kept) == MOST_CLUSTERS:
            break
        if not inside & taken:
            kept.append(int(k))
            taken |= inside
    return np.array(kept, dtype=np.intp)


def simulated_best(
    zones: Circles, weight: np.ndarray, order: np.ndarray, n: int, *, simulations: int, seed: int, floor: float = 0.0
) -> np.ndarray:
    """Return the largest log-likelihood ratio on each of `simulations` maps of `n` events put there by chance; none below `floor`."""
    expected = n * zones.share
    rest = np.maximum(n - expected, 1e-300)
    slope = np.where(expected > 0, np.log(np.where(expected > 0, expected, 1.0) / rest), 0.0)
    level = n * np.log(rest)
    c = np.arange(n + 1, dtype=float)
    own = c * np.log(np.maximum(c, 1.0))
    pairs = own + own[::-1]
    lowest = max(floor - 4 * _ROUNDING * (1 + floor), 0.0)  # below the margin with which ratios are compared

    def one(rng: np.random.Generator, maps: int) -> np.ndarray:
        counts = np.zeros((len(weight), maps), dtype=np.int32)
        counts[order] = rng.multinomial(n, weight[order] / weight.sum(), size=maps).T
        best = np.full(maps, lowest)
        best_circles(zones.starts, zones.members, expected, slope, level, pairs, counts, best)
        return best

    return in_batches(one, simulations=simulations, seed=seed)


def in_batches(one: Callable[[np.random.Generator, int], np.ndarray], *, simulations: int, seed: int, batch: int = _BATCH) -> np.ndarray:
    """Run `one` for so many shuffles, some at a time and side by side; each part has a seed of its own, so their order changes nothing."""
    sizes = [min(batch, simulations - first) for first in range(0, simulations, batch)]
    seeds = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(len(sizes))]
    found: list[np.ndarray] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for part in pool.map(one, seeds, sizes):
            found.append(part)
            steps.done(sum(map(len, found)), simulations)
    return np.concatenate(found)


def _table(
    study: Study, zones: Circles, picked: np.ndarray, observed: np.ndarray, expected: np.ndarray, ratio: np.ndarray, p: np.ndarray
) -> pd.DataFrame:
    ids = study.blocks.index
    of = np.searchsorted(zones.starts, picked, side="right") - 1
    inside = _inside(zones, picked)
    middles = outlines.middles(study.blocks)[zones.centres[of]]
    columns = {
        "centre": [str(unit) for unit in ids[zones.centres[of]]],
        "x": middles[:, 0],
        "y": middles[:, 1],
        "radius": zones.radius[picked],
        "units": [len(units) for units in inside],
        **compared(observed[picked], expected[picked]),
        "llr": ratio[picked],
        "p": p,
        "members": [tuple(str(unit) for unit in ids[units]) for units in inside],
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(picked) + 1, name="cluster"))


def compared(observed: np.ndarray, expected: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns that compare what happened with what chance would give; the interval is exact (Garwood 1936)."""
    low, high = poisson_interval(observed)
    return {
        "observed": np.asarray(observed, dtype=np.int64),
        "expected": np.asarray(expected, dtype=float),
        "ratio": observed / expected,
        "ratio_low": low / expected,
        "ratio_high": high / expected,
    }

"""How large an excess in each place the hot spots' map would have found: what a map without colour there leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hotspots.statistics.clusters.exact_window import LEVEL, Baseline, baseline_of, compared_events, least_events, tail, thrown
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import Words, mark

FOUND = 0.8  # in so many of 100 maps
LARGEST = 100.0  # times the risk elsewhere: what is not found then is not told
MOST = 5_000  # units: it takes seconds for more
_DRAWS, _HALVINGS, _PASSES, _AT_ONCE = 200, 13, 3, 400
_LEFT = np.array([1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.3])
_BY_CHANCE = 8  # windows elsewhere that are rejected with it

TOO_MANY: str = mark("there are too many places to work this out; choose larger ones")
READ: str = mark(
    "A place with less than this would have been missed on more than 1 of 5 maps: without colour on the map of hot spots is not the same "
    "as safe."
)


def detectable_risk(study: Study, *, baseline: str | None = None, method: str | None = None, gap: float | None = None) -> pd.Series:
    """Return how many times the risk of elsewhere each unit would need for the map of hot spots to call it hot on 80 of 100 maps.

    The excess is in that unit alone; by the baseline everywhere else nothing is going on; as many events fall as did. So it is not about
    what happened there but about what this map could have seen: with few residents, few events, few years, only an enormous excess is
    found. It is worked out from the test of `window_test` with its allowance for the number of windows, where a place that is hot makes
    those beside it hot too. Missing where the window is not tested, and where not even 100 times the risk would be found. It misleads
    where risk lies in patches larger than a unit: they are found sooner. Shape: one number of 1 or more for each unit.

    Method: maps by chance; for each, the smallest number of events in the unit that makes its window rejected (Benjamini & Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x, among the windows that hold the unit), and then the binomial chance of so many.

    90 events on 81 blocks. In a corner the window is 4 blocks, in the middle 9, and there one block stands out less:

    >>> from hotspots.testing import square_city
    >>> found = detectable_risk(Study.of(*square_city([(5, 5)] * 90, side=9)))
    >>> bool(5 < found["b00"] < found["b44"] < 20)
    True
    """
    method = method or study.correction
    found = kept(study, _detectable, baseline, method, gap)
    return pd.Series(found, index=study.blocks.index, name="detectable_risk")


def detectable_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return how a map of it is read."""
    return (words.say(READ),)


def too_many(study: Study, words: Words) -> str:
    """Return why it is not worked out, where there are too many units; else nothing."""
    return words.say(TOO_MANY) if len(study.blocks) > MOST else ""


def _detectable(study: Study, baseline: str | None, method: str, gap: float | None) -> np.ndarray:
    base = baseline_of(study, baseline=baseline, gap=gap)
    n = int(compared_events(study, base.baseline)[base.known].sum())
    found = np.full(len(base.weight), np.nan)
    units = np.flatnonzero(base.tested & (base.weight > 0))
    if not n or not len(units) or len(found) > MOST:
        return found
    rng = np.random.default_rng(0)
    maps = thrown(rng, base.weight, n, _DRAWS)
    chance = _Chance(maps, base.around @ maps, _critical(base, n, method), np.stack([rng.random(_DRAWS), rng.standard_normal(_DRAWS)]))
    for some, beside in _alike(base, units):
        found[some] = _risk(base, n, some, beside, chance)
    return found


@dataclass(frozen=True, eq=False)
class _Chance:
    """Maps where nothing is going on: events of each unit and of each window (rows) on each map (columns).

    `critical` is the number of events that rejects a window (rows) where 1, 2, … windows are rejected together (columns); n + 1 where
    none does. `rounding` is what is drawn to leave out a part of the events.
    """

    units: np.ndarray
    windows: np.ndarray
    critical: np.ndarray
    rounding: np.ndarray

    def thinned(self, events: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Return events each of which is left with a chance, alike on one map: their mean and variance are those of the binomial."""
        rounding, normal = self.rounding
        spread = np.sqrt(np.maximum(events * left * (1 - left) - 1 / 12, 0.0))
        return np.asarray(np.clip(np.floor(events * left + spread * normal + rounding), 0, events))

    @cached_property
    def rejected(self) -> np.ndarray:
        """How many windows reach `critical`: for each of `_LEFT`, the part of the events that is left, each number, and each map."""
        thinned = (self.thinned(self.windows, part) for part in _LEFT)
        return np.stack([[(one >= least[:, None]).sum(axis=0) for least in self.critical.T] for one in thinned])


def _critical(base: Baseline, n: int, method: str) -> np.ndarray:
    """Return `_Chance.critical`."""
    tests = int(base.tested.sum())
    most = int(np.diff(base.around.indptr).max()) + _BY_CHANCE
    dependent = 1.0 if method == "bh" else (1 / np.arange(1, tests + 1)).sum()
    found = np.full((len(base.share), most), n + 1, dtype=np.int64)
    for rank in range(min(most, tests)):
        found[base.tested, rank] = least_events(n, base.share[base.tested], LEVEL * (rank + 1) / (tests * dependent))
    return found


def _alike(base: Baseline, units: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield units that lie in as many windows, some hundred at a time, each with its windows: its own first, then its neighbours'."""
    starts, members = base.around.indptr, base.around.indices
    size = np.diff(starts)[units]
    for many in np.unique(size):
        of = units[size == many]
        for first in range(0, len(of), _AT_ONCE):
            some = of[first : first + _AT_ONCE]
            beside = members[starts[some][:, None] + np.arange(many)]
            yield some, np.column_stack([some, beside[beside != some[:, None]].reshape(len(some), many - 1)])


def _risk(base: Baseline, n: int, units: np.ndarray, beside: np.ndarray, chance: _Chance) -> np.ndarray:
    weight, own = base.weight[units], chance.units[units]
    others = (chance.windows[beside] - own[:, None, :]).astype(float)  # unit × window × map: in the window beside the unit
    need = own.astype(float)
    for _ in range(_PASSES):  # the more fall in the unit, the fewer are left for elsewhere
        left = np.clip((n - need) / np.maximum(n - own, 1), 0.0, 1.0)
        need = _needed(others, n, left, beside, chance)
    low, high = np.zeros(len(units)), np.full(len(units), np.log(LARGEST))

    def found(risk: np.ndarray) -> np.ndarray:
        return np.asarray(tail(need, n, _part(weight, risk)[:, None]).mean(axis=1) >= FOUND)

    never = ~found(np.full(len(units), LARGEST))
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        enough = found(np.exp(half))
        low, high = np.where(enough, low, half), np.where(enough, half, high)
    return np.where(never, np.nan, np.exp(high))


def _part(weight: np.ndarray, risk: np.ndarray) -> np.ndarray:
    """Return the part of all events that falls in a unit with so many times the risk of elsewhere."""
    return np.asarray(risk * weight / (1 + (risk - 1) * weight))


def _needed(others: np.ndarray, n: int, left: np.ndarray, beside: np.ndarray, chance: _Chance) -> np.ndarray:
    """Return the fewest events in the unit that reject its own window, the first, on each map.

    Some number of windows is rejected with it: those that hold the unit, as its events raise them, and those elsewhere by chance.
    `left` is the part of the events elsewhere that is left.
    """
    found = np.full((others.shape[0], others.shape[2]), np.inf)
    critical = np.where(chance.critical[beside] > n, np.inf, chance.critical[beside])
    around, before = (chance.thinned(one, left[:, None, :]) for one in (others, chance.windows[beside]))
    part, of = np.abs(left[..., None] - _LEFT).argmin(axis=-1), np.arange(others.shape[2])
    for rank in range(critical.shape[2]):
        least = critical[:, :, rank, None]
        missing = least - around
        elsewhere = chance.rejected[part, rank, of] - (before >= least).sum(axis=1)
        more = rank + 1 - elsewhere  # windows that the unit itself must raise
        raised = np.take_along_axis(np.sort(missing, axis=1), np.clip(more - 1, 0, missing.shape[1] - 1)[:, None, :], axis=1)[:, 0]
        raised = np.where(more > missing.shape[1], np.inf, np.where(more < 1, -np.inf, raised))
        found = np.minimum(found, np.maximum(missing[:, 0], raised))
    return np.asarray(np.clip(found, 0.0, n + 1.0))

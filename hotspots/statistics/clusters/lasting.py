"""How often a hot spot would still stand if a few records had come late, or lay one block off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots.geography.adjacency import contiguity
from hotspots.statistics.clusters.exact_window import LEVEL, Baseline, adjusted_each, baseline_of, tail, unit_of_events
from hotspots.study import Study
from hotspots.study.memo import kept

REDRAWS = 200
SHARE = 0.05  # of the events that have come late or lie one block off
_AT_ONCE = 2_000_000  # windows


@dataclass(frozen=True, eq=False)
class Redrawing:
    """A map of hot spots and what it takes to draw it anew: the block of each of its events, the blocks beside each, the unit of each."""

    base: Baseline
    blocks: np.ndarray
    beside: sparse.csr_array
    unit: np.ndarray
    index: pd.Index
    method: str

    @classmethod
    def of(cls, study: Study, by_block: Study | None = None, unit: np.ndarray | None = None) -> Redrawing:
        """Return it for a study, whose units are the blocks themselves, or are made of those of `by_block`: `unit` says which each is in.

        A block in no unit has −1. Events are those that the test compares: see `compared_events`.
        """
        base, fine = baseline_of(study), by_block or study
        known = fine.exposed_study if base.baseline == "population" else fine
        within = np.arange(len(fine.blocks)) if unit is None else np.asarray(unit)
        beside = sparse.csr_array(kept(fine.blocks, contiguity, gap=None).matrix)
        return cls(base, unit_of_events(known), beside, within, study.blocks.index, study.correction)

    def stands(self, *, redraws: int = REDRAWS, share: float = SHARE, seed: int = 0) -> pd.Series:
        """Return in which part of the redraws each unit is hot.

        Each time every event has, with the chance `share`, come late (it is not there) or lies one block off (in one of the blocks beside
        its own), one as likely as the other; then the test is made anew. A flag that falls with a few records is one on which nothing
        should be built; one that always stands may still be too little to matter. It misleads where records are late or off together, as
        when a whole district reports late. With `share` 0 it is 1 where the map has a flag and 0 elsewhere.

        >>> from hotspots.testing import square_city
        >>> study = Study.of(*square_city([(5, 5)] * 9, side=9))
        >>> float(Redrawing.of(study).stands(share=0).sum())
        4.0
        """
        rng = np.random.default_rng(seed)
        hot, units = np.zeros(len(self.index)), len(self.index)
        batch = max(1, min(redraws, _AT_ONCE // max(units, 1)))
        for first in range(0, redraws, batch):
            maps = min(batch, redraws - first)
            events = np.column_stack([self._redrawn(rng, share) for _ in range(maps)])
            hot += (self._adjusted(events) <= LEVEL).sum(axis=1)
        return pd.Series(hot / redraws, index=self.index, name="stands")

    def _redrawn(self, rng: np.random.Generator, share: float) -> np.ndarray:
        """Return how many events each unit has after one redraw."""
        block, touched = self.blocks.copy(), np.flatnonzero(rng.random(len(self.blocks)) < share)
        late = rng.random(len(touched)) < 0.5
        off = touched[~late]
        first, many = self.beside.indptr[block[off]], np.diff(self.beside.indptr)[block[off]]
        off, first, many = off[many > 0], first[many > 0], many[many > 0]  # a block without one beside it keeps its events
        block[off] = self.beside.indices[first + (rng.random(len(off)) * many).astype(np.int64)]
        there = np.ones(len(block), dtype=bool)
        there[touched[late]] = False
        unit = self.unit[block[there]]
        found = np.bincount(unit[unit >= 0], minlength=len(self.index))
        return np.where(self.base.known, found, 0)

    def _adjusted(self, events: np.ndarray) -> np.ndarray:
        """Return p of each window on each map (a column), adjusted for the number of windows; 1 where it is not tested."""
        n = events.sum(axis=0)
        tested = np.flatnonzero(self.base.tested)
        sums = self.base.around[tested] @ events
        found = np.ones(events.shape)
        if len(tested):
            p = np.where(n > 0, tail(sums, n, self.base.share[tested][:, None]), 1.0)
            found[tested] = adjusted_each(p, self.method)
        return found

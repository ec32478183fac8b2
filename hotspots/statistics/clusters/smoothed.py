"""Rates made steady by those of the neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots.geography.adjacency import contiguity
from hotspots.inference.intervals import PER
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.study import Study
from hotspots.study.memo import kept


def local_shrunk_rate(study: Study, *, gap: float | None = None) -> pd.Series:
    """Return each unit's rate drawn towards the rate of the unit and its neighbours, the more so the less its own count can tell.

    As `shrunk_rate`, but each unit is compared with those beside it and not with all: a place in a district of high rates is drawn to
    these. Where the unit and its neighbours differ no more than chance explains, it gets the rate of them together. It misleads at the
    edge between two worlds, which it blurs, and few neighbours are little to lean on. Shape: one number for each unit, per 100,000
    person-years; missing where nobody lives or nobody knows. `gap` is that of `neighbours`.

    With x killed in n person-years, r = x ÷ n, and sums over a unit and its neighbours that have residents: m = Σx ÷ Σn,
    s² = Σ n (r − m)² ÷ Σn where each term takes the m of its own neighbourhood, a = max(0, s² − d m ÷ mean n), and the rate is
    m + a ÷ (a + d m ÷ n) · (r − m); d is `Study.together`. Source: Marshall (1991), doi:10.2307/2347593, in the form of spdep's
    `EBlocal`; GeoDa's takes the m of the unit in every term.

    Two units, each the other's neighbour, are all there is, so this is `shrunk_rate`: see there.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(15, 5)] * 8, side=2)
    >>> local_shrunk_rate(Study.of(incidents, blocks[:2], start="2020-01-01", end="2021-01-01")).round(6).tolist()
    [100.0, 700.0]
    """
    known = (study.exposed.notna() & (study.person_years > 0)).to_numpy()
    found = np.full(len(known), np.nan)
    if known.any():
        beside = kept(study.blocks, contiguity, gap=gap).matrix[known][:, known]
        counts, people = (one.to_numpy(dtype=float)[known] for one in (study.exposed, study.person_years))
        found[known] = local_shrinkage(counts, people, beside, together=study.together)
    return pd.Series(PER * found, index=study.blocks.index, name="local_shrunk_rate")


def local_shrinkage(counts: np.ndarray, people: np.ndarray, beside: sparse.csr_array, *, together: float = 1.0) -> np.ndarray:
    """Return the shrunk rate of each unit by `beside`, a matrix of 0 and 1 of neighbours; see `local_shrunk_rate`."""
    near = sparse.csr_array(beside + sparse.eye_array(len(counts)))
    rate, exposure = counts / people, near @ people
    mean = (near @ counts) / exposure
    spread = (near @ (people * (rate - mean) ** 2)) / exposure
    between = np.maximum(0.0, spread - together * mean * near.sum(axis=1) / exposure)
    own = np.divide(between, between + together * mean / people, out=np.zeros_like(mean), where=between > 0)
    return np.asarray(mean + own * (rate - mean))


def local_shrunk_state(study: Study) -> pd.Series:
    """Return the state: `no_data` without residents or count, `unstable` under 20 homicides, `zero` where rate and neighbours are 0."""
    value, n = local_shrunk_rate(study), study.exposed
    state = np.select([study.held_back, value.isna(), value == 0, n < UNSTABLE_UNDER], ["suppressed", "no_data", "zero", "unstable"], "ok")
    return pd.Series(state, index=study.blocks.index, name="state")

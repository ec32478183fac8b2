"""Maps of small areas whose risks are known, for tests of what a model of the whole map says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from hotspots.inference.area_risks import area_risks

KINDS = ("model", "step", "spikes")  # as the model has them; two that it does not assume: a quarter of the map, eight single areas


@dataclass(frozen=True)
class Covered:
    """Shares of intervals that hold the true risk: over all places, and over the twentieth whose risk is put highest."""

    all_places: float
    highest: float


def square(side: int) -> sparse.csr_array:
    """Return which squares of a grid share an edge, as a matrix of 0 and 1."""
    line = sparse.diags_array([np.ones(side - 1), np.ones(side - 1)], offsets=[-1, 1])
    own = sparse.eye_array(side)
    return sparse.csr_array(sparse.kron(line, own) + sparse.kron(own, line))


def risks(kind: str, side: int, rng: np.random.Generator) -> np.ndarray:
    """Return the risk of each square, as a multiple of an ordinary one."""
    logs = np.zeros((side, side))
    if kind == "model":
        beside = square(side).toarray()
        root = np.linalg.cholesky(np.linalg.inv(np.diag(beside.sum(axis=1)) - beside + 0.1 * np.eye(side**2)))
        return np.exp(0.8 * (root @ rng.standard_normal(side**2)) / np.sqrt((root**2).sum(axis=1)))
    if kind == "step":
        logs[: side // 2, : side // 2] = np.log(4)
    else:
        logs.flat[rng.choice(side**2, 8, replace=False)] = np.log(8)
    return np.exp(logs.ravel())


def covered(kind: str, expected: float, rng: np.random.Generator, *, side: int = 20) -> Covered:
    """Draw a map with so many expected events in an area, two people killed in a fifth of them, and look at the intervals."""
    size = rng.lognormal(-0.125, 0.5, side**2)
    risk = risks(kind, side, rng)
    risk /= (size * risk).sum() / size.sum()
    events = rng.poisson(expected * size * risk)
    if not events.sum():
        return covered(kind, expected, rng, side=side)
    found = area_risks(events, size * events.sum() / size.sum(), square(side))
    low, high = found.interval()
    held = (low <= risk) & (risk <= high)
    return Covered(float(held.mean()), float(held[np.argsort(-found.mean)[: side**2 // 20]].mean()))

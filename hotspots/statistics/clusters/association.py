"""How alike neighbours are: Gi*, local Moran and Moran's I. They describe; with few homicides they prove nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from hotspots.store.schema import DataError
from hotspots.words import told


def gi_star(values: Any, weights: sparse.csr_array) -> np.ndarray:
    """Return Gi* of each unit as a z-score: how far the sum over a unit and its neighbours lies from what the mean would give.

    `weights` are the neighbours as 0 and 1, without the unit itself, which is added. z is worked out from the mean and the standard
    deviation of all units. Missing for a unit whose window is the whole city, and for all where every value is the same. Source: Ord
    and Getis (1995), doi:10.1111/j.1538-4632.1995.tb00912.x.

    Three units in a row hold 0, 0, 3: mean 1, standard deviation √2. The last two windows have two units: (3 − 2·1) ÷ √2 ÷
    √((3·2 − 2²) ÷ 2) = 0.7071 for the last; the middle one is the whole city.

    >>> row = sparse.csr_array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> gi_star([0, 0, 3], row).round(4).tolist()
    [-1.4142, nan, 0.7071]
    """
    x = _checked(values, weights)
    n = len(x)
    deviation = x.std()
    size = np.diff(weights.indptr) + 1
    spread = deviation * np.sqrt(np.maximum(size * (n - size), 0) / max(n - 1, 1))
    z = x + weights @ x - size * x.mean()
    known = spread > 1e-12 * max(float(np.abs(x).max(initial=0)), 1e-300)
    return np.asarray(np.divide(z, spread, out=np.full(n, np.nan), where=known))


def local_i(values: Any, weights: sparse.csr_array) -> np.ndarray:
    """Return local Moran's I of each unit: its distance from the mean times that of its neighbours, over the variance.

    The variance divides by n, so the values average to Moran's I where every unit has a neighbour (esda divides by n − 1: its values
    are (n − 1) ÷ n of these). Missing for a unit without neighbours, and for all where every value is the same. Source: Anselin (1995),
    doi:10.1111/j.1538-4632.1995.tb00338.x.

    Three units in a row hold 0, 0, 3: distances −1, −1, 2, variance 2. The middle: −1 × (−1 + 2)/2 ÷ 2 = −0.25.

    >>> row = sparse.csr_array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> local_i([0, 0, 3], row).tolist()
    [0.5, -0.25, -1.0]
    """
    x = _checked(values, weights)
    away = x - x.mean()
    variance = float((away**2).mean()) if len(x) else 0.0
    size = np.diff(weights.indptr)
    if not variance > 1e-24 * float((x**2).max(initial=0)):
        return np.full(len(x), np.nan)
    around = np.divide(weights @ away, size, out=np.full(len(x), np.nan), where=size > 0)
    return np.asarray(away * around / variance)


def morans_i(values: Any, weights: sparse.csr_array) -> float:
    """Return Moran's I: 0 or a little less where neighbours are alike by chance only, towards 1 where they are alike.

    Each unit's neighbours share the weight 1 ("row-standardised"). Missing where every value is the same or no unit has a neighbour.
    Source: Moran (1950), doi:10.1093/biomet/37.1-2.17.

    >>> row = sparse.csr_array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> morans_i([0, 0, 3], row)
    -0.25
    """
    found = local_i(values, weights)
    known = ~np.isnan(found)
    return float(found[known].mean()) if known.any() else float("nan")


def _checked(values: Any, weights: sparse.csr_array) -> np.ndarray:
    x = np.asarray(values, dtype=float)
    faults = []
    if x.shape != (weights.shape[0],):
        faults.append(
            told(
                "neighbours: they are of {units} units and there are {n} values; give one value for each unit",
                units=weights.shape[0],
                n=x.size,
            )
        )
    if not np.isfinite(x).all():
        faults.append(
            told("neighbours: {n} of {total} values are unknown; leave those units out first", n=int((~np.isfinite(x)).sum()), total=x.size)
        )
    if faults:
        raise DataError(faults)
    return x

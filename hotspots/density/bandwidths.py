"""How far to spread each homicide: by a rule of thumb, or by cross-validation, which asks what foretells the places left out.

Places, not points, are left out: victims recorded at one address go together. Point by point, every criterion would take the narrowest
bandwidth as soon as two homicides share an address, since each then foretells the other exactly.
"""

from __future__ import annotations

import numpy as np
from scipy import fft, ndimage

from hotspots.density.grid import Grid, shared
from hotspots.density.places import QUARTIC_AS_GAUSSIAN, rule_of_thumb
from hotspots.schema import DataError

__all__ = ["CRITERIA", "cross_validated", "rule_of_thumb", "scores"]

CRITERIA: tuple[str, ...] = ("likelihood", "least_squares")
CANDIDATES = 32  # bandwidths tried, evenly spaced as ratios
EXACT_UP_TO = 1500  # places: every pair is looked at; more go through a grid
CELLS = 768  # a side of that grid
_SAME = 0.001  # metres: what is as near as this is one place
_LEAST = 1e-300  # a density of 0 has no logarithm


def cross_validated(
    x: np.ndarray, y: np.ndarray, *, criterion: str = "likelihood", kernel: str = "quartic", candidates: np.ndarray | None = None
) -> float | None:
    """Return the bandwidth in metres that cross-validation finds best; None where all points are at one place.

    Each place is left out in turn, with all that lies there, and the others foretell it. `likelihood`: the bandwidth under which the
    places left out are least surprising; it is steady, and rather wide where single homicides lie far out. `least_squares`: the one
    whose surface is nearest to the true one by the integral of the squared difference; it is often narrow, and varies much from
    sample to sample. Both are worked out for the Gaussian; for the quartic the result is times 2.78, which smooths as much.
    `candidates` are Gaussian bandwidths in metres; left out, 32 from a twentieth of the rule of thumb to twice that. More than 1,500
    places are looked at on a grid, and candidates narrower than 3 of its cells are left out. Edges are not corrected.
    A `DataError` names a criterion that does not exist. Sources: Habbema, Hermans & van den Broek (1974); Bowman (1984,
    doi:10.1093/biomet/71.2.353); Loader (1999, doi:10.1007/b98858).

    >>> x, y = np.array([0.0, 3.0]), np.array([0.0, 4.0])  # two places 5 m apart: K is highest there at h = 5 / √2
    >>> round(cross_validated(x, y, kernel="gaussian", candidates=np.arange(1.0, 6.0, 0.005)), 3)
    3.535
    """
    rule = rule_of_thumb(x, y, kernel="gaussian")
    if rule is None:
        return None
    if candidates is None:
        candidates = rule * np.geomspace(0.05, 2, CANDIDATES)
    found = scores(x, y, criterion=criterion, candidates=candidates)
    known = np.isfinite(found)
    if not known.any():
        return rule * (QUARTIC_AS_GAUSSIAN if kernel == "quartic" else 1.0)
    best = float(np.asarray(candidates)[known][np.argmax(found[known])])
    return best * (QUARTIC_AS_GAUSSIAN if kernel == "quartic" else 1.0)


def scores(x: np.ndarray, y: np.ndarray, *, criterion: str, candidates: np.ndarray, exact_up_to: int = EXACT_UP_TO) -> np.ndarray:
    """Return how good each Gaussian bandwidth is, higher is better; missing where a grid cannot tell.

    `likelihood`: the mean over the points of the logarithm of the density there without their own place. `least_squares`: twice the
    mean of that density, less the integral of the squared density of all.
    """
    if criterion not in CRITERIA:
        raise DataError(f"density: there is no criterion {criterion!r}; use one of {', '.join(CRITERIA)}")
    points = np.column_stack((x, y))
    _, first, count = np.unique(np.round(points / _SAME), axis=0, return_index=True, return_counts=True)
    places, weight = points[first], count.astype(float)
    way = _by_pairs if len(places) <= exact_up_to else _by_grid
    return way(places, weight, np.asarray(candidates, dtype=float), criterion)


def _score(criterion: str, others: np.ndarray, weight: np.ndarray, squared: float) -> float:
    """Return the score from the kernel sums of all `others` at each place, and the integral of the squared density."""
    density = others / (weight.sum() - weight)
    if criterion == "likelihood":
        return float((weight * np.log(np.maximum(density, _LEAST))).sum() / weight.sum())
    return float(2 * (weight * density).sum() / weight.sum() - squared)


def _by_pairs(places: np.ndarray, weight: np.ndarray, candidates: np.ndarray, criterion: str) -> np.ndarray:
    squared = ((places[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    found = []
    for h in candidates:
        near = np.exp(squared / (-2 * h * h))
        np.fill_diagonal(near, 0)
        others = near @ weight / (2 * np.pi * h * h)
        found.append(_score(criterion, others, weight, _integral(squared, weight, h) if criterion == "least_squares" else 0.0))
    return np.array(found)


def _integral(squared: np.ndarray, weight: np.ndarray, h: float) -> float:
    """Return the integral of the squared density: two Gaussians overlap as one of twice the variance at their distance."""
    return float(weight @ np.exp(squared / (-4 * h * h)) @ weight / (4 * np.pi * h * h) / weight.sum() ** 2)


def _by_grid(places: np.ndarray, weight: np.ndarray, candidates: np.ndarray, criterion: str) -> np.ndarray:
    """Return the scores from places shared among cells; the power spectrum gives the integral, one transform back all densities."""
    low, span = places.min(axis=0), np.ptp(places, axis=0).max()
    cell = span / (CELLS - 8)
    grid = Grid(low[0] - 3 * cell, low[1] - 3 * cell, cell, CELLS, CELLS)
    x, y = np.repeat(places, weight.astype(int), axis=0).T
    size = fft.next_fast_len(2 * CELLS, real=True)
    waves = fft.rfft2(shared(x, y, grid, cubic=True), s=(size, size), workers=2)
    power = waves.real**2 + waves.imag**2
    power[:, 1:-1] *= 2  # those that a real transform leaves out
    along, across = (np.exp(-0.5 * (2 * np.pi * f) ** 2) for f in (fft.fftfreq(size), fft.rfftfreq(size)))
    at = np.column_stack(((places[:, 1] - grid.south) / cell, (places[:, 0] - grid.west) / cell)).T
    found = np.full(len(candidates), np.nan)
    for k, h in enumerate(candidates):
        narrow = (h / cell) ** 2  # the transform of a Gaussian is one of the inverse variance
        if h < 3 * cell:
            continue
        kernel = (along**narrow)[:, None] * (across**narrow)[None, :]
        squared = float((power * kernel * kernel).sum()) / size**2 / cell**2 / weight.sum() ** 2
        smooth = fft.irfft2(waves * kernel, s=(size, size), workers=2)[:CELLS, :CELLS] / cell**2
        there = ndimage.map_coordinates(smooth, at, order=3)
        others = np.maximum(there - weight / (2 * np.pi * h * h), 0)
        if criterion == "likelihood" and (others < 1e-5 * weight / (2 * np.pi * h * h)).any():
            continue  # less is left of a density than the grid can tell
        found[k] = _score(criterion, others, weight, squared)
    return found

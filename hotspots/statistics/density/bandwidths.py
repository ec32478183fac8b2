"""How far to spread each homicide: by a rule of thumb, or by cross-validation, which asks what foretells the places left out.

Places, not points, are left out: victims recorded at one address go together. Point by point, every criterion would take the narrowest
bandwidth as soon as two homicides share an address, since each then foretells the other exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy

from hotspots.statistics.density.grid import Grid, shared
from hotspots.statistics.density.places import QUARTIC_AS_GAUSSIAN, rule_of_thumb
from hotspots.store.schema import DataError
from hotspots.words import told

__all__ = ["CRITERIA", "cross_validated", "rule_of_thumb", "scores"]

CRITERIA: tuple[str, ...] = ("likelihood", "least_squares")
CANDIDATES = 16  # bandwidths tried, evenly spaced as ratios
_PAIRS = 10_000_000  # looked at one by one where the grid is blind
EXACT_UP_TO = 1500  # places: every pair is looked at; more go through a grid
CELLS: dict[str, int] = {"likelihood": 512, "least_squares": 1024}  # a side of that grid; the second needs one transform in all
_SAME = 0.001  # metres: what is as near as this is one place
_LEAST = 1e-300  # a density of 0 has no logarithm
_LOG_OF_0 = -708.0  # e to less than that is 0, or no number of full length
_ROWS = 64


def cross_validated(
    x: np.ndarray, y: np.ndarray, *, criterion: str = "likelihood", kernel: str = "quartic", candidates: np.ndarray | None = None
) -> float | None:
    """Return the bandwidth in metres that cross-validation finds best; None where all points are at one place.

    Each place is left out in turn, with all that lies there, and the others foretell it. `likelihood`: the bandwidth under which the
    places left out are least surprising; it is steady, and rather wide where single homicides lie far out. `least_squares`: the one
    whose surface is nearest to the true one by the integral of the squared difference; it is often narrow, and varies much from
    sample to sample. Both are worked out for the Gaussian; for the quartic the result is times 2.78, which smooths as much.
    `candidates` are Gaussian bandwidths in metres; left out, 16 from a twentieth of the rule of thumb to twice that,
    and the top of the parabola through the best of them. More than 1,500
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
    widths = rule * np.geomspace(0.05, 2, CANDIDATES) if candidates is None else np.asarray(candidates, dtype=float)
    found = scores(x, y, criterion=criterion, candidates=widths)
    known = np.isfinite(found)
    best = _top(widths[known], found[known], between=candidates is None) if known.any() else rule
    return best * (QUARTIC_AS_GAUSSIAN if kernel == "quartic" else 1.0)


def _top(widths: np.ndarray, found: np.ndarray, *, between: bool) -> float:
    """Return the best bandwidth; `between`: of evenly spaced ratios, the top of the parabola through the best and its neighbours."""
    k = int(np.argmax(found))
    if not between or not 0 < k < len(widths) - 1:
        return float(widths[k])
    low, top, high = found[k - 1 : k + 2]
    bend = low - 2 * top + high
    shift = 0.5 * (low - high) / bend if bend < 0 else 0.0
    return float(widths[k] * (widths[k + 1] / widths[k]) ** shift)


def scores(x: np.ndarray, y: np.ndarray, *, criterion: str, candidates: np.ndarray, exact_up_to: int = EXACT_UP_TO) -> np.ndarray:
    """Return how good each Gaussian bandwidth is, higher is better; missing where a grid cannot tell.

    `likelihood`: the mean over the points of the logarithm of the density there without their own place. `least_squares`: twice the
    mean of that density, less the integral of the squared density of all.
    """
    if criterion not in CRITERIA:
        raise DataError(
            told("density: there is no criterion {criterion}; use one of {listed}", criterion=repr(criterion), listed=", ".join(CRITERIA))
        )
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
    others = _kernel_sums(places, weight, candidates) / (2 * np.pi * candidates[:, None] ** 2)
    squared = np.zeros(len(candidates))
    if criterion == "least_squares":  # two Gaussians overlap as one of twice the variance at their distance
        overlap = _kernel_sums(places, weight, candidates * np.sqrt(2)) + weight
        squared = overlap @ weight / (4 * np.pi * candidates**2) / weight.sum() ** 2
    return np.array([_score(criterion, one, weight, float(integral)) for one, integral in zip(others, squared, strict=True)])


def _kernel_sums(places: np.ndarray, weight: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Return the sum of the Gaussians (1 at their top) of all other places at each place, a row for each width.

    Each pair is looked at once, some rows at a time, which stay in the processor's own memory; what would be 0 is not raised to a power.
    """
    found = np.zeros((len(widths), len(places)))
    for first in range(0, len(places), _ROWS):
        rows = places[first : first + _ROWS]
        after = first + len(rows)
        squared = ((rows[:, None, :] - places[None, first:, :]) ** 2).sum(axis=2)
        np.fill_diagonal(squared, np.inf)
        power, near = np.empty_like(squared), np.empty_like(squared)
        for sums, h in zip(found, widths, strict=True):
            np.multiply(squared, -0.5 / (h * h), out=power)
            near.fill(0)
            np.exp(power, out=near, where=power > _LOG_OF_0)
            sums[first:after] += near @ weight[first:]
            sums[after:] += weight[first:after] @ near[:, len(rows) :]
    return found


def _by_grid(places: np.ndarray, weight: np.ndarray, candidates: np.ndarray, criterion: str) -> np.ndarray:
    """Return the scores from places shared among cells; the power spectrum gives the integral, one transform back all densities."""
    side = CELLS[criterion]
    low, span = places.min(axis=0), np.ptp(places, axis=0).max()
    cell = span / (side - 8)
    grid = Grid(low[0] - 3 * cell, low[1] - 3 * cell, cell, side, side)
    x, y = np.repeat(places, weight.astype(int), axis=0).T
    size = scipy.fft.next_fast_len(2 * side, real=True)
    waves = scipy.fft.rfft2(shared(x, y, grid, cubic=True), s=(size, size), workers=2)
    along, across = (np.exp(-0.5 * (2 * np.pi * f) ** 2) for f in (scipy.fft.fftfreq(size), scipy.fft.rfftfreq(size)))
    judge = _likelihoods if criterion == "likelihood" else _least_squares
    wide = candidates >= 3 * cell
    found = np.full(len(candidates), np.nan)
    # the transform of a Gaussian is one of the inverse variance, and that of two dimensions a product
    kernels = ((along ** (h / cell) ** 2, across ** (h / cell) ** 2) for h in candidates[wide])
    found[wide] = judge(waves, kernels, grid, places, weight, candidates[wide])
    return found


Kernels = Iterator[tuple[np.ndarray, np.ndarray]]


def _likelihoods(
    waves: np.ndarray, kernels: Kernels, grid: Grid, places: np.ndarray, weight: np.ndarray, candidates: np.ndarray
) -> list[float]:
    at = np.column_stack(((places[:, 1] - grid.south) / grid.cell, (places[:, 0] - grid.west) / grid.cell)).T
    size = len(waves)
    found = []
    for h, (along, across) in zip(candidates, kernels, strict=True):
        smooth = scipy.fft.irfft2(waves * along[:, None] * across, s=(size, size), workers=2)[: grid.rows, : grid.columns] / grid.cell**2
        own = weight / (2 * np.pi * h * h)
        others = scipy.ndimage.map_coordinates(smooth, at, order=3) - own
        alone = np.flatnonzero(others < 1e-3 * own)  # less is left of their density than the grid can tell
        if len(alone) * len(places) > _PAIRS:
            found.append(np.nan)
            continue
        others[alone] = _exactly(places, weight, alone, h)
        found.append(_score("likelihood", others, weight, 0.0))
    return found


def _exactly(places: np.ndarray, weight: np.ndarray, some: np.ndarray, h: float) -> np.ndarray:
    """Return the kernel sums of all other places at some of them."""
    near = np.exp(((places[some, None, :] - places[None, :, :]) ** 2).sum(axis=2) / (-2 * h * h))
    near[np.arange(len(some)), some] = 0
    return np.asarray(near @ weight / (2 * np.pi * h * h))


def _least_squares(
    waves: np.ndarray, kernels: Kernels, grid: Grid, places: np.ndarray, weight: np.ndarray, candidates: np.ndarray
) -> list[float]:
    """Return the scores from the power spectrum alone: the sum of a kernel over all pairs is its sum over the spectrum."""
    size, n = len(waves), weight.sum()
    power = waves.real**2 + waves.imag**2
    power[:, 1:-1] *= 2  # those that a real transform leaves out
    found = []
    for h, (along, across) in zip(candidates, kernels, strict=True):
        pairs, twice = (along**k @ power @ across**k / (size * grid.cell) ** 2 for k in (1, 2))
        own = (weight**2).sum() / (2 * np.pi * h * h)
        # where places hold different numbers, n less those of the place left out is taken as its mean
        left = n - (weight**2).sum() / n
        found.append(float(2 * (pairs - own) / (n * left) - twice / n**2))
    return found

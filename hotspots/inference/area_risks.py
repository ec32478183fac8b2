"""The risk of each of many small areas from few events, by a model of the whole map: neighbours are alike, and each differs by itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy import sparse
from scipy.special import gammaln, logsumexp, ndtr, owens_t, pdtrc

from hotspots.inference.block_tridiagonal import BlockTridiagonal

ALIKE = (0.0, 0.5, 0.75, 0.88, 0.95, 0.985)  # how far areas are like their neighbours: not at all, to hardly different
STEP = 0.35  # between two spreads that are looked at, in logs
WIDEST, NARROWEST = 4.0, 0.02  # spreads of the log risk beyond which nothing is looked at
LARGE, RARELY = 3.0, 0.05  # a spread of the log risk over LARGE is held to be so rare beforehand: 0.05 of cities
REACH = 8.0  # deviations to either side of a mean, beyond which nothing is added up
NEGLIGIBLE = 5.0  # a spread whose likelihood, in logs, is so much lower than the best one takes no part
TURNS, CLOSE = 60, 2e-3  # of the fit, at most; the change of the log risks at which it ends
SEEN = 3  # steps of the fit that the next one is told from, beside the last


@dataclass(frozen=True)
class AreaRisks:
    """What is known of the risk of each area, as a multiple of the one that was expected: a mixture of distributions of its log.

    `weights` (k) belong to what was assumed of the spread and the likeness of neighbours. With each assumption the log of a risk is skew
    normal: `places`, `scales` and `shapes` (k, n), as Azzalini (1985) has them. `others` (k, 2, n) are the mean and the deviation of it by
    what all other areas tell. `spread` and `alike` are the averages of the assumptions.
    """

    weights: np.ndarray
    places: np.ndarray
    scales: np.ndarray
    shapes: np.ndarray
    others: np.ndarray
    spread: float
    alike: float

    @cached_property
    def mean(self) -> np.ndarray:
        """Return the mean of each risk. Shape: n numbers above 0."""
        return np.asarray(self.weights @ _mean(self.places, self.scales, self.shapes))

    def above(self, times: float) -> np.ndarray:
        """Return how likely each risk is more than `times` the expected one. Shape: n numbers from 0 to 1."""
        return np.asarray(1 - self._below(np.full(self.places.shape[1], np.log(times))))

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the ends between which each risk lies with the chance `level`, as much beyond either end. Shape: twice n numbers."""
        return self._at((1 - level) / 2), self._at((1 + level) / 2)

    def _below(self, log_risk: np.ndarray) -> np.ndarray:
        z = (log_risk - self.places) / self.scales
        return np.asarray(self.weights @ (ndtr(z) - 2 * owens_t(z, self.shapes)))

    def _at(self, chance: float) -> np.ndarray:
        """Return the value below which each risk lies with this chance, by halving."""
        low, high = (self.places - REACH * self.scales).min(axis=0), (self.places + REACH * self.scales).max(axis=0)
        for _ in range(40):
            middle = (low + high) / 2
            under = self._below(middle) < chance
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return np.asarray(np.exp((low + high) / 2))

    def without_own(self, events: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """Return how likely at least so many events are in each area by what all the others tell of it. Shape: n numbers from 0 to 1.

        A small one: the area is so unlike the others that the model draws it too far towards them. A count that is as likely as another
        counts half, so that chance alone gives about as many below 0.05 as 5 in 100. Source: cross-validatory predictive checks, Marshall
        and Spiegelhalter (2003), doi:10.1002/sim.1403.
        """
        nodes, mass = hermegauss(31)
        found = np.zeros(len(events))
        for weight, (mean, deviation) in zip(self.weights, self.others, strict=True):
            log_risk = np.clip(mean + deviation * nodes[:, None], -50.0, 50.0)  # any at all where the others tell nothing
            rate = expected * np.exp(log_risk)
            same = np.exp(events * np.log(rate) - rate - gammaln(events + 1))
            found += weight * (mass[:, None] * (pdtrc(events, rate) + same / 2)).sum(axis=0) / mass.sum()
        return found


def _mean(places: np.ndarray, scales: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return the mean of what is e to the power of a skew normal number."""
    return np.asarray(2 * np.exp(places + scales**2 / 2) * ndtr(shapes / np.sqrt(1 + shapes**2) * scales))


class _Fit(NamedTuple):
    mean: np.ndarray
    skew: np.ndarray  # the mean, deviation and skewness of each log risk, beyond the normal distribution
    own: tuple[np.ndarray, np.ndarray]  # what the counts add
    others: np.ndarray  # the mean and deviation of each log risk by what all other areas tell
    evidence: float
    spread: float


def area_risks(events: np.ndarray, expected: np.ndarray, beside: sparse.csr_array) -> AreaRisks:
    """Return what is known of the risk of each area from its events, those of its neighbours and those of the whole map.

    The events of an area are a Poisson number with the mean `expected` × risk. The logs of the risks are normal, with a spread that is
    learnt, and each is like those of its neighbours as far as the map shows it: from not at all (every area by itself, drawn to the mean
    of all) to hardly different. An area without neighbours is drawn to the mean of all. `beside` is a matrix of 0 and 1. Averaged over
    places, 95 in 100 intervals hold the true risk, also where risks are not as the model has them (see docs/calibration.md); a single
    place that is unlike all others is drawn too far towards them (see `without_own`). Shapes: n counts, n numbers above 0, (n, n).

    The precision of the log risks is τ ((1 − ρ) I + ρ (D − W)), of Leroux, Lei and Breslow (2000), doi:10.1007/978-1-4612-1284-3_4,
    with ρ averaged over `ALIKE`, each as likely beforehand, and τ over spreads (the typical standard deviation that τ and ρ give, as
    Riebler and others (2016), doi:10.1177/0962280216660421, scale it) with their penalised-complexity prior. Given both, the log risks
    are taken as normal, with the mean and covariance that come closest in Kullback–Leibler divergence, which for Poisson counts needs no
    integral: Opper and Archambeau (2009), doi:10.1162/neco.2008.08-07-592. The mean of all has a flat prior.

    Two areas of equal size, by themselves: 0 and 8 events where 4 were expected in each.

    >>> found = area_risks(np.array([0, 8]), np.array([4.0, 4.0]), sparse.csr_array((2, 2)))
    >>> low, high = found.interval()
    >>> bool(low[0] < found.mean[0] < 1 < found.mean[1] < high[1]), bool(found.above(1)[1] > 0.8)
    (True, True)
    """
    y, e = np.asarray(events, dtype=float), np.asarray(expected, dtype=float)
    degree = np.asarray(beside.sum(axis=1), dtype=float)
    priors = {alike: _Prior.of(beside, degree, alike) for alike in (ALIKE if degree.any() else ALIKE[:1])}
    looked: dict[float, dict[int, _Fit]] = {}
    best: _Fit | None = None
    for alike, prior in priors.items():
        looked[alike] = _over_spreads(y, e, prior, best)
        best = max(looked[alike].values(), key=lambda fit: fit.evidence)
    top = max(fit.evidence for found in looked.values() for fit in found.values())
    taken: list[tuple[float, float, _Fit]] = []
    for alike, found in looked.items():
        if max(fit.evidence for fit in found.values()) > top - NEGLIGIBLE:
            taken += [(alike, log_weight, fit) for log_weight, fit in _closer(y, e, priors[alike], found)]
    log_weights = np.array([log_weight for _, log_weight, _ in taken])
    keep = log_weights > log_weights.max() - NEGLIGIBLE
    weights = np.exp(log_weights[keep] - logsumexp(log_weights[keep]))
    kept = [one for one, stays in zip(taken, keep, strict=True) if stays]
    places, scales, shapes = _skew_normal(np.array([fit.skew for _, _, fit in kept]))
    places += np.log(y.sum() / (e * _mean(places, scales, shapes)).sum(axis=1, keepdims=True))  # all risks together are what was seen
    spread, alike = (float(weights @ one) for one in zip(*((fit.spread, alike) for alike, _, fit in kept), strict=True))
    return AreaRisks(weights, places, scales, shapes, np.array([fit.others for _, _, fit in kept]), spread, alike)


@dataclass(frozen=True)
class _Prior:
    """The precision of the log risks but for τ, scaled to a typical variance of 1, and the log of its determinant."""

    precision: sparse.csr_array
    rings: BlockTridiagonal
    log_determinant: float

    @classmethod
    def of(cls, beside: sparse.csr_array, degree: np.ndarray, alike: float) -> _Prior:
        own = np.where(degree > 0, 1 - alike + alike * degree, 1.0)
        shape = sparse.csr_array(sparse.diags_array(own) - alike * sparse.csr_array(beside, dtype=float))
        shape.eliminate_zeros()
        found = BlockTridiagonal.of(shape).inverse(1.0, np.zeros(len(own)))
        typical = float(np.exp(np.log(found.diagonal()).mean()))
        whole = sparse.csr_array(shape * typical)
        return cls(whole, BlockTridiagonal.of(whole), found.log_determinant + len(own) * np.log(typical))


def _over_spreads(events: np.ndarray, expected: np.ndarray, prior: _Prior, start: _Fit | None) -> dict[int, _Fit]:
    """Return the fits at spreads around the likeliest one, by their step; `start` is a fit to begin from."""
    found: dict[int, _Fit] = {}

    def at(step: int) -> float:
        if step not in found:
            near = found[min(found, key=lambda other: abs(other - step))] if found else start
            found[step] = _fit(events, expected, prior, np.exp(STEP * step), near)
        return found[step].evidence

    best = 0 if start is None else round(np.log(start.spread) / STEP)
    for way in (1, -1):
        while _looked_at(best + way) and at(best + way) > at(best):
            best += way
    for way in (1, -1):
        step = best + way
        while _looked_at(step) and at(step) > found[best].evidence - NEGLIGIBLE:
            step += way
    return found


def _closer(events: np.ndarray, expected: np.ndarray, prior: _Prior, found: dict[int, _Fit]) -> list[tuple[float, _Fit]]:
    """Return fits with the logs of their weights: those found where many steps are likely; where few are, three closer to the best.

    The three are the points of a Gauss–Hermite rule on the normal curve through the best step and those beside it.
    """
    best = max(found, key=lambda step: found[step].evidence)
    if not {best - 1, best + 1} <= found.keys():
        return [(fit.evidence, fit) for fit in found.values()]
    low, middle, high = (found[step].evidence for step in (best - 1, best, best + 1))
    curve = (2 * middle - low - high) / STEP**2
    if curve <= 1 / STEP**2:
        return [(fit.evidence, fit) for fit in found.values()]
    deviation, centre = 1 / np.sqrt(curve), STEP * best + (high - low) / (2 * STEP * curve)
    fits: list[tuple[float, _Fit]] = []
    for z, share in ((0.0, 2 / 3), (-np.sqrt(3), 1 / 6), (np.sqrt(3), 1 / 6)):
        fit = _fit(events, expected, prior, float(np.exp(centre + z * deviation)), fits[0][1] if fits else found[best])
        density = np.exp(-(z**2) / 2) / (deviation * np.sqrt(2 * np.pi))
        fits.append((float(fit.evidence + np.log(share / (density * STEP))), fit))
    return fits


def _looked_at(step: int) -> bool:
    return bool(NARROWEST <= np.exp(STEP * step) <= WIDEST)


def _fit(events: np.ndarray, expected: np.ndarray, prior: _Prior, spread: float, near: _Fit | None) -> _Fit:
    """Return the normal distribution of the log risks that comes closest, given the spread, and how likely the events are with it."""
    n, q = len(events), prior.precision / spread**2
    pull = np.asarray(q.sum(axis=1)).ravel()  # of the mean of all on each area
    level = float(np.log(events.sum() / expected.sum()))
    weight, towards = _own_part(events, expected, np.full(n, level), np.full(n, spread**2)) if near is None else near.own
    mean = np.full(n, level) if near is None else near.mean
    ahead = _Ahead()
    for _ in range(TURNS):
        inverse = prior.rings.inverse(1 / spread**2, weight)
        variance = inverse.diagonal()
        follows = inverse.times(pull)  # how far each log risk follows the mean of all
        free = float(pull.sum() - pull @ follows)
        target = inverse.times(towards)
        level = float(pull @ target) / free
        before, mean = mean, target + follows * level
        if np.abs(mean - before).max() < CLOSE:
            break
        others = 1 / np.maximum(1 / variance - weight, 1e-9)
        weight, towards = ahead((weight, towards), _own_part(events, expected, others * (mean / variance - towards), others))
    rate = expected * np.exp(mean + variance / 2)
    apart = mean - level
    evidence = float(events @ (mean + np.log(expected)) - rate.sum() - gammaln(events + 1).sum() - apart @ (q @ apart) / 2)
    evidence += (prior.log_determinant - 2 * n * np.log(spread) - inverse.log_determinant) / 2 + (weight @ variance) / 2
    variance = variance + follows**2 / free  # as the mean of all is not known either
    skew, beyond = _beyond_normal(mean, weight, variance)
    evidence += beyond - np.log(free) / 2 + np.log(spread) + np.log(RARELY) / LARGE * spread
    left = 1 / np.maximum(1 / variance - weight, 1e-9)
    others = np.array([left * (mean / variance - towards), np.sqrt(left)])
    return _Fit(mean, skew, (weight, towards), others, evidence, spread)


class _Ahead:
    """Steps towards the values that a map leaves as they are, further than the map itself by what its last steps tell.

    Where areas are like their neighbours and events few, each step of the map is hardly shorter than the one before, or longer. Source:
    Anderson (1965), doi:10.1145/321296.321305, as Walker and Ni (2011), doi:10.1137/10078356X, write it; `SEEN` steps are kept.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, given: tuple[np.ndarray, np.ndarray], mapped: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return what to try next, where `given` precisions and precisions times means were mapped to `mapped`."""
        (weight, towards), (to_weight, to_towards) = given, mapped
        at = np.concatenate([np.log(weight), towards / np.sqrt(weight)])  # no step leads to a precision below 0
        step = np.concatenate([np.log(to_weight), to_towards / np.sqrt(to_weight)]) - at
        self.seen = [*self.seen[-SEEN:], (at, step)]
        if len(self.seen) > 1:
            moved, changed = (np.diff(np.array(one), axis=0).T for one in zip(*self.seen, strict=True))
            step = step - (moved + changed) @ np.linalg.lstsq(changed, step, rcond=None)[0]
        logs, scaled = np.split(at + step, 2)
        found = np.exp(np.clip(logs, -50.0, 50.0))
        return found, scaled * np.sqrt(found)


def _own_part(events: np.ndarray, expected: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what each area's own count adds, as a normal likelihood of its log risk: its precision, and that times its mean.

    `mean` and `variance` are what all the others tell of it. Newton's steps to the t = mean + variance ÷ 2 of the area where both agree.
    """
    t = np.minimum(mean + variance / 2, 50.0)
    for _ in range(60):
        rate = expected * np.exp(np.minimum(t, 50.0))
        still = mean + variance * (events - rate) + 0.5 / (1 / variance + rate) - t
        step = still / (1 + variance * rate + 0.5 * rate / (1 / variance + rate) ** 2)
        t = t + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-6:
            break
    rate = expected * np.exp(t)
    return rate, events - rate + rate * (mean + variance * (events - rate))


def _beyond_normal(mean: np.ndarray, weight: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the mean, deviation and skewness of each log risk, and what the normal distribution leaves out of the log likelihood.

    Poisson counts lean to one side: area by area their own likelihood takes the place of the normal one that stood for it.
    """
    z = np.linspace(-REACH, REACH, 61)[:, None]
    s = np.sqrt(variance)
    apart = weight * (1 + s * z + variance * (z**2 - 1) / 2 - np.exp(s * z - variance / 2))
    usual = np.exp(-(z**2) / 2)
    top = apart.max(axis=0)
    mass = usual * np.exp(apart - top)
    total = mass.sum(axis=0)
    first = (mass * z).sum(axis=0) / total
    second = (mass * (z - first) ** 2).sum(axis=0) / total
    third = (mass * (z - first) ** 3).sum(axis=0) / total
    return np.array([mean + s * first, s * np.sqrt(second), third / second**1.5]), float((np.log(total / usual.sum()) + top).sum())


def _skew_normal(moments: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return place, scale and shape of the skew normal distributions with these means, deviations and skewnesses. Shape: (k, 3, n)."""
    mean, deviation, skew = moments[:, 0], moments[:, 1], np.clip(moments[:, 2], -0.95, 0.95)
    bent = np.abs(skew) ** (2 / 3)
    lean = np.sign(skew) * np.sqrt(np.pi / 2 * bent / (bent + ((4 - np.pi) / 2) ** (2 / 3)))
    scale = deviation / np.sqrt(1 - 2 * lean**2 / np.pi)
    return mean - scale * lean * np.sqrt(2 / np.pi), scale, lean / np.sqrt(1 - lean**2)

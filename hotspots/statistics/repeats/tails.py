"""How many of the pairs that belong together lie beyond the limits of what is counted, told from how those within fall off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaincinv

from hotspots.inference.normal_range import NORMAL_95

BANDS = 12  # of distance, in which chance is counted
BEFORE, QUARTER = 20.0, 0.25  # separate pairs taken for seen beforehand, on average a quarter of the limit apart
SHAPES = np.array([[1.0], [2.0]])  # of delays and of distances: how many ways there are to be so far apart grows with distance
LARGEST = 0.45  # the largest part beyond a limit that is believed
ROUNDS = 60
_RATES = np.geomspace(gammaincinv(SHAPES[:, 0], 1 - LARGEST), 60, 400).T


@dataclass(frozen=True)
class Cut:
    """The part of the pairs that lies further apart or comes later than is counted, and the ends of its 95 % interval."""

    part: float
    low: float
    high: float


NONE = Cut(0.0, 0.0, 0.0)


def mean_within(rate: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Return the mean, as a part of the limit, of what falls off at `rate` per limit and is seen up to the limit.

    Its density at x is in proportion to x^(shape − 1) · exp(−rate · x).

    >>> [round(float(one), 3) for one in mean_within(np.array([2.0, 4.0]), np.array([1.0, 1.0]))]  # 1/2 − 1/(e² − 1), 1/4 − 1/(e⁴ − 1)
    [0.343, 0.231]
    """
    return np.asarray(shape / rate * gammainc(shape + 1, rate) / gammainc(shape, rate))


_MEANS = mean_within(_RATES, SHAPES)


def cut_off(lag: np.ndarray, gap: np.ndarray, by_chance: np.ndarray, *, share: float, bunched: float) -> Cut:
    """Return the part of the pairs beyond the limits, told from the pairs within.

    `lag` and `gap` are the delays and distances of the near pairs as parts of their limits, `by_chance` how many close pairs that are
    not near in time lie in each of `BANDS` bands of distance; `share` of the near pairs are beyond chance; pairs that share an event
    come together, `bunched` as one.
    Chance lies as `by_chance` and evenly over time. What is beyond chance falls off exponentially with delay and, on each square metre,
    with distance; the two rates are those of the greatest likelihood, found by giving each pair its odds of being no chance (EM:
    Dempster, Laird & Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x). So that a few pairs decide nothing, the rates start from
    twenty separate pairs, on average a quarter of the limits apart. Where it falls off otherwise the part is only roughly right.
    """
    chance = by_chance + 0.5
    flat = (1 - share) * BANDS * (chance / chance.sum())[np.minimum((gap * BANDS).astype(int), BANDS - 1)]
    seen, first = np.stack([lag, gap]), BEFORE * bunched
    shapes = SHAPES[:, 0]
    rates = 4 * shapes
    for _ in range(ROUNDS):
        own = share * gap * np.exp(-rates @ seen) * np.prod(rates**shapes / gammainc(shapes, rates))
        odds = own / (own + flat)
        means = (seen @ odds + first * QUARTER) / (odds.sum() + first)
        last, rates = rates, np.array([np.interp(-mean, -table, rate) for mean, table, rate in zip(means, _MEANS, _RATES, strict=True)])
        if np.abs(rates - last).sum() < 1e-3:
            break
    return _with_interval(rates, _known(odds, seen, rates) / bunched + BEFORE * _variance(rates))


def _known(odds: np.ndarray, seen: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return the information on the rates that the pairs hold, were they independent."""
    known: np.ndarray = ((odds * (seen - mean_within(rates, SHAPES[:, 0])[:, None])) ** 2).sum(axis=1)
    return known


def _variance(rates: np.ndarray) -> np.ndarray:
    shapes = SHAPES[:, 0]
    squares = shapes * (shapes + 1) / rates**2 * gammainc(shapes + 2, rates) / gammainc(shapes, rates)
    return np.asarray(squares - mean_within(rates, shapes) ** 2)


def _with_interval(rates: np.ndarray, known: np.ndarray) -> Cut:
    reach = NORMAL_95 / np.sqrt(known)
    middle, slow, fast = (-np.log(gammainc(SHAPES[:, 0], one)) for one in (rates, np.maximum(rates - reach, _RATES[:, 0]), rates + reach))
    kept, up, down = float(middle.sum()), math.hypot(*(slow - middle)), math.hypot(*(middle - fast))
    return Cut(*(float(-math.expm1(-max(one, 0.0))) for one in (kept, kept - down, kept + up)))

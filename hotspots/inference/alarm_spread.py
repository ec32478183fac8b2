"""How far weekly counts of places lie from the usual where nothing changes: what a history tells of it, and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from hotspots.inference.alarms import YEAR, Spread
from hotspots.inference.normal_range import swings

BLOCK = 4  # weeks, in which one killing may be followed by others
MOST_BUNCHED = 3.0
CITY_SWING = 0.12  # how far the level of a large city swings from year to year
OWN_SWING = 0.2  # how far districts may swing by themselves; those of Philadelphia and Chicago do by 0 to .17
PARTS = (0.05, 0.15, 0.25, 0.35, 0.45)  # of a year that begins within one that is counted
STEPS = np.arange(161) / 200  # how far each place may swing by itself, as it is tried


@dataclass(frozen=True, eq=False)
class Told:
    """What a history tells of its spread: the best guess, and how likely (`weight`) it is that each place swings by each of `STEPS`."""

    spread: Spread
    weight: np.ndarray | None = None

    def drawn(self, rng: np.random.Generator, many: int) -> np.ndarray:
        """Return for each of `many` histories the variance that each place adds by itself, as likely as this history leaves it.

        >>> Told(Spread(own=0.01)).drawn(np.random.default_rng(0), 2).tolist()
        [0.01, 0.01]
        """
        if self.weight is None:
            return np.full(many, self.spread.own)
        return np.asarray(rng.choice(STEPS, many, p=self.weight) ** 2)


def spread_of(counts: np.ndarray, alike: np.ndarray) -> Told:
    """Return how far weekly counts of places (the whole city first) lie from the usual where nothing changes, as whole years tell it.

    The swing is that of `normal_range.swings`, beside one of 12 %: no range is drawn from it, the limit is set on simulated cities. What
    each place adds, and bunches, are told by the squares about the numbers to be expected from its own total and the city's, of years and
    of four weeks within a year. Five years tell poorly how far places swing: `weight` is what they say of it (a multiple of chi-squared,
    by Satterthwaite's degrees of freedom, doi:10.2307/3002019) together with a normal distribution of 20 %, the half above 0, and `own` its
    mean. A level changes in any week: its years lie across those that are counted, by a part (`PARTS`) that nothing tells.

    Places of 50 events in each week lie nearer to one another than chance would bring them, so they hardly swing:

    >>> round(spread_of(np.full((4, 260), 50), np.arange(4) > 0).spread.own, 4)
    0.002
    """
    years = counts.shape[1] // YEAR
    whole = counts[:, counts.shape[1] - years * YEAR :].reshape(len(counts), years, YEAR // BLOCK, BLOCK).sum(axis=3).astype(float)
    totals = whole[0].sum(axis=1)
    mean = max(float(totals.mean()), 1.0)
    swing = max(float((swings(totals[:, None], mean, wide=False, swing=CITY_SWING) - 1) / mean), 1e-4)
    places = whole[alike]
    if len(places) < 2 or years < 2 or not places.sum():
        return Told(Spread(swing))
    bunched = _bunched(places)
    weight = _weights(places.sum(axis=2), bunched)
    return Told(Spread(swing, float(weight @ STEPS**2), float(weight @ bunched)), weight)


def _left(variance: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return what is left of the variance of each place (last axis) where the total of all is taken out, by its part of the usual."""
    share = usual / usual.sum()
    return np.asarray(variance * (1 - 2 * share) + share**2 * variance.sum(axis=-1, keepdims=True))


def _bunched(places: np.ndarray) -> np.ndarray:
    """Return how many times as much as by chance counts of four weeks vary within a year, by how far each place swings (`STEPS`).

    A level that changes within a year that is counted makes them vary too, by a third of its variance.
    """
    shared, usual = places.sum(axis=0), places.mean(axis=(1, 2))
    due = places.sum(axis=2)[..., None] * (shared / np.maximum(shared.sum(axis=1), 1)[:, None])
    squares = ((places - due) ** 2).sum() / shared.size
    changes = STEPS**2 / 3 * _left(usual**2, usual).sum()
    chance = _left(usual, usual).sum() * (1 - BLOCK / YEAR)
    return np.asarray(np.clip((squares - changes) / chance, 1.0, MOST_BUNCHED))


def _weights(yearly: np.ndarray, bunched: np.ndarray) -> np.ndarray:
    """Return how likely each of `STEPS` is: of the squares of years about what the totals of places and of years let expect."""
    usual, n = yearly.mean(axis=1), yearly.shape[1]
    due = usual[:, None] * yearly.sum(axis=0) / usual.sum()
    found = ((yearly - due) ** 2).sum()
    chance, level = bunched[:, None] * usual, STEPS[:, None] ** 2 * usual**2
    odd = chance**2 * (n - 1) / (2 * np.maximum(usual, 0.1))  # squares of small Poisson counts vary more than of a normal distribution
    likely = []
    for one, two in (_across(n, part) for part in PARTS):
        variance = (n - 1) * chance + one * level
        twice = (n - 1) * chance**2 + 2 * one * chance * level + two * level**2 + odd
        expected = _left(variance, usual).sum(axis=1)
        free = expected * variance.sum(axis=1) / twice.sum(axis=1)
        likely.append(_chi(max(found, expected[0] / 1000), expected, free))
    logs = np.array(likely) - (STEPS / OWN_SWING) ** 2 / 2
    weight = np.exp(logs - logs.max()).sum(axis=0)
    return np.asarray(weight / weight.sum())


def _across(years: int, part: float) -> tuple[float, float]:
    """Return the traces of what is left of the levels of years, and of its square, where `part` of each lies in the next year counted.

    >>> [round(one, 3) for one in (*_across(5, 0.0), *_across(5, 0.5))]
    [4.0, 4.0, 1.6, 0.91]
    """
    cut = np.eye(years, years + 1) * (1 - part) + np.eye(years, years + 1, 1) * part
    left = cut - cut.mean(axis=0)
    return float((left**2).sum()), float(((left.T @ left) ** 2).sum())


def _chi(found: float, expected: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Return the logarithm of the density of a multiple of chi-squared of so many degrees of freedom, by its mean."""
    half = free / 2
    return np.asarray(half * np.log(half / expected) - gammaln(half) + (half - 1) * np.log(found) - half * found / expected)

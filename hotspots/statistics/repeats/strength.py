"""How much of the killing follows from earlier killing nearby, as one number with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hotspots.inference.normal_range import NORMAL_95
from hotspots.statistics.repeats.drift import beyond_drift
from hotspots.statistics.repeats.events import Events
from hotspots.statistics.repeats.knox import close_pairs, spread
from hotspots.statistics.repeats.tails import NONE, Cut, cut_off

REACH = 600.0  # metres
DELAY = 60  # days
FEWEST = 100  # events
LEAST, MOST = -1.0, 0.99  # ends of an interval are looked for between these


@dataclass(frozen=True)
class Strength:
    """How many further events follow on each event nearby soon after: `branching`, with its 95 % interval `low` to `high`.

    `observed` pairs of `events` events lie at most `metres` and `days` apart where chance alone gives `expected`; `cut` is the part of
    the pairs beyond chance that lies further apart or comes later, told from how those within fall off. `drift` of the pairs beyond
    chance are what places give that turn busy or quiet over a year; `clear`: there are more than that, see `beyond_drift`.
    """

    branching: float
    low: float
    high: float
    observed: int
    expected: float
    cut: float
    events: int
    metres: float
    days: int
    drift: float = 0.0
    clear: bool = False

    @property
    def verdict(self) -> str:
        """`chance`: no more than chance gives; `drift`: no more than places that turn busy or quiet over a year; `more` than both."""
        return "chance" if self.low <= 0 else "more" if self.clear else "drift"


def strength(events: Events, *, metres: float = REACH, days: int = DELAY) -> Strength | None:
    """Return how many further events follow on each event nearby soon after; None with fewer than 100 events.

    In a self-exciting process each event brings about `branching` others on average, these bring about others in turn, and all lie near.
    Then every event has ((1 − branching)^−2 − 1) ÷ 2 more later events near it than chance gives, whatever the shape of distance and
    delay. The number is solved from the pairs at most `metres` and `days` apart beyond chance, where chance is the part of the pairs
    further apart that are as near in time, and from the part that lies beyond those limits (see `cut_off`). 0.2 says: of every ten
    killings two follow on an earlier one in that sense; not why. Below 0: fewer near pairs than chance gives.

    Where places turn busy or quiet over a year the number is too large, and `clear` says whether there is more than that. It misleads
    where they do within a few months: that looks the same. The interval holds
    every branching that would give such an estimate in 95 of 100 cities (see `ends`); where a few events bring
    about many and most none, it is too narrow and the number too large (0.44 for 0.40).
    Sources: Hawkes (1971), doi:10.1093/biomet/58.1.83; Hardiman & Bouchaud (2014), doi:10.1103/PhysRevE.90.062807.
    """
    n = len(events)
    if n < FEWEST:
        return None
    pairs, gap = close_pairs(np.column_stack([events.x, events.y]), metres)
    lag = np.abs(events.day[pairs[:, 0]] - events.day[pairs[:, 1]])
    near = lag <= days
    soon = (np.searchsorted(events.day, events.day + days, side="right") - np.searchsorted(events.day, events.day - days) - 1).astype(float)
    observed, far = int(near.sum()), n * (n - 1) / 2 - len(pairs)
    share = (soon.sum() / 2 - observed) / far if far else 1.0
    if share >= 1 or not len(pairs):
        return None
    by_chance = len(pairs) * share
    beyond, cut = (observed - by_chance) / (1 - share), NONE
    if beyond > 0:
        delays = (lag[near] + 0.5) / (days + 1)
        bunched = spread(events.day, pairs, days)
        cut = cut_off(delays, gap[near] / metres, gap[~near] / metres, share=min(beyond / observed, 1.0), bunched=bunched)
    close = np.bincount(pairs.ravel(), minlength=n).astype(float)
    swing = math.sqrt(shuffle_variance(close, soon)) * (1 + len(pairs) / far) / (1 - share)
    low, high = ends(beyond / n, n=n, swing=swing / n, cut=cut)
    drift, clear = beyond_drift(lag, events.day, days=days)
    more = float(branching(beyond / (1 - cut.part) / n))
    return Strength(more, low, high, observed, by_chance, cut.part, n, metres, days, drift, clear)


def branching(more: float | np.ndarray) -> float | np.ndarray:
    """Return the branching at which every event has `more` later events near it than chance gives.

    Branching 0.5: (0.5^−2 − 1) ÷ 2 = 1.5.

    >>> float(branching(1.5)), float(branching(0.0))
    (0.5, 0.0)
    """
    found: float | np.ndarray = 1 - 1 / np.sqrt(1 + 2 * np.maximum(more, -0.375))
    return found


def ends(more: float, *, n: int, swing: float, cut: Cut) -> tuple[float, float]:
    """Return the ends of the 95 % interval of the branching: those values that an estimate like this one does not contradict.

    `more` pairs beyond chance were seen for each of `n` events, which chance alone moves by `swing` (a standard deviation). For each
    branching b three things move the estimate, taken together as Zou & Donner (2008), doi:10.1002/sim.3095, do. The pairs by chance,
    which the bunches of followers multiply: `swing` ÷ (1 − b)². How many follow: if each event's followers are a Poisson number, bunches
    have Borel's sizes, and the estimate's variance is (b + 1.5 b²) ÷ n. And `cut`. All three are taken at b, not at the estimate: a
    low estimate tells of a small swing when the truth has a large one. That, and the part cut off, made a simpler interval fall short.
    """
    middle = float(branching(more / (1 - cut.part)))
    b = np.linspace(LEAST, MOST, 4000)
    up = np.maximum(b, 0)
    truth, chance = ((1 - b) ** -2 - 1) / 2, NORMAL_95 * swing / (1 - cut.part) / (1 - up) ** 2
    followers = NORMAL_95 * np.sqrt((up + 1.5 * up**2) / n)
    tails = [abs(float(branching(more / (1 - one))) - middle) for one in (cut.low, cut.high)]
    highest = b + np.sqrt((branching(truth + chance) - b) ** 2 + followers**2 + tails[0] ** 2)
    lowest = b - np.sqrt((b - branching(truth - chance)) ** 2 + followers**2 + tails[1] ** 2)
    inside = np.flatnonzero((lowest <= middle) & (middle <= highest))
    return (float(b[inside[0]]), float(b[inside[-1]])) if len(inside) else (middle, middle)


def shuffle_variance(close: np.ndarray, soon: np.ndarray) -> float:
    """Return the variance of the number of near pairs when days are shuffled among places, exactly.

    `close` counts for each event the others near in space, `soon` those near in time. Source: Barton & David (1966), The random
    intersection of two graphs, in: Research Papers in Statistics (Festschrift for J. Neyman), 455–459.

    Four events, one pair close and one pair soon: they are the same pair in one shuffle of six, so the variance is 1/6 · 5/6.

    >>> round(shuffle_variance(np.array([1.0, 1, 0, 0]), np.array([1.0, 0, 0, 1])), 6)
    0.138889
    """
    n = len(close)
    pairs, joined = zip(*((one.sum() / 2, (one * (one - 1)).sum()) for one in (close, soon)), strict=True)
    mean = 2 * pairs[0] * pairs[1] / (n * (n - 1))
    sharing = joined[0] * joined[1] / (n * (n - 1) * (n - 2))
    apart = 4 * (pairs[0] * (pairs[0] - 1) - joined[0]) * (pairs[1] * (pairs[1] - 1) - joined[1]) / (n * (n - 1) * (n - 2) * (n - 3))
    return float(max(mean + sharing + apart - mean**2, 0.0))

"""How much of the killing follows from earlier killing nearby, as one number with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hotspots.inference.normal_range import NORMAL_95
from hotspots.statistics.repeats.close import near_days, near_pairs, near_places, pairs_up_to, pairs_within
from hotspots.statistics.repeats.drift import YEAR, beyond_drift
from hotspots.statistics.repeats.events import Events
from hotspots.statistics.repeats.knox import spread_of
from hotspots.statistics.repeats.moments import by_chance
from hotspots.statistics.repeats.tails import BANDS, NONE, Cut, cut_off

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
    points = np.column_stack([events.x, events.y])
    pairs, gap = near_pairs(points, events.day, metres=metres, days=days)
    lag = np.abs(events.day[pairs[:, 0]] - events.day[pairs[:, 1]])
    around, soon = near_places(points, metres), near_days(events.day, days)
    observed, close = len(pairs), int(around.sum()) // 2
    far = n * (n - 1) / 2 - close
    share = (soon.sum() / 2 - observed) / far if far else 1.0
    if share >= 1 or not close:
        return None
    beyond, cut = (observed - close * share) / (1 - share), NONE
    if beyond > 0:
        bunched = spread_of(around, np.bincount(pairs.ravel(), minlength=n))
        later = _by_band(points, gap, metres=metres)
        cut = cut_off((lag + 0.5) / (days + 1), gap / metres, later, share=min(beyond / observed, 1.0), bunched=bunched)
    swing = math.sqrt(by_chance(around.astype(float), soon.astype(float))[1]) * (1 + close / far) / (1 - share)
    low, high = ends(beyond / n, n=n, swing=swing / n, cut=cut)
    year = pairs_within(points, events.day, metres=metres, days=YEAR)
    drift, clear = beyond_drift((observed, year - observed, close - year), events.day, days=days)
    more = float(branching(beyond / (1 - cut.part) / n))
    return Strength(more, low, high, observed, close * share, cut.part, n, metres, days, drift, clear)


def _by_band(points: np.ndarray, near: np.ndarray, *, metres: float) -> np.ndarray:
    """Return in each band of distance the pairs that are close and not near in time; `near` are the distances of those that are."""
    edges = np.linspace(0, metres, BANDS + 1)
    closer = pairs_up_to(points, edges)
    closer[0] = 0
    return np.asarray(np.maximum(np.diff(closer) - np.histogram(near, edges)[0], 0))


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

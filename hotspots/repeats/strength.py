"""How much of the killing follows from earlier killing nearby, as one number with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hotspots.repeats.events import Events
from hotspots.repeats.knox import close_pairs, interval, spread

REACH = 600.0  # metres
DELAY = 60  # days
FEWEST = 100  # events
WIDER = 1.25  # times the variance of the pairs: how many followed is itself a matter of chance
CUT = 0.1  # the part of the pairs that may lie further away or later


@dataclass(frozen=True)
class Strength:
    """How many further events each event brings about nearby soon after: `branching`, with its 95 % interval `low` to `high`.

    `observed` pairs of `events` events lie at most `metres` and `days` apart where chance alone gives `expected`.
    """

    branching: float
    low: float
    high: float
    observed: int
    expected: float
    events: int
    metres: float
    days: int


def strength(events: Events, *, metres: float = REACH, days: int = DELAY) -> Strength | None:
    """Return how many further events each event brings about nearby soon after; None with fewer than 100 events.

    In a self-exciting process each event brings about `branching` others on average, these bring about others in turn, and all lie near.
    Then every event has ((1 − branching)^−2 − 1) ÷ 2 more later events near it than chance gives, whatever the shape of distance and
    delay. The number is solved from the pairs at most `metres` and `days` apart beyond chance, where chance is the part of the pairs
    further apart that are as near in time. 0.2 says: for every ten killings two would not have come without an earlier one, if the
    model holds. Below 0: fewer near pairs than chance gives.

    It misleads where places turn busy or quiet for reasons of their own within a year or so: that looks the same. What follows further
    away or later is not counted, so strong chains come out too weak (0.37 for 0.40). The interval allows for pairs that share an event,
    for a variance a quarter larger, and upwards for a tenth of the pairs cut off.
    Sources: Hawkes (1971), doi:10.1093/biomet/58.1.83; Hardiman & Bouchaud (2014), doi:10.1103/PhysRevE.90.062807.
    """
    n = len(events)
    if n < FEWEST:
        return None
    points = np.column_stack([events.x, events.y])
    pairs, _ = close_pairs(points, metres)
    observed = int((np.abs(events.day[pairs[:, 0]] - events.day[pairs[:, 1]]) <= days).sum())
    later = np.searchsorted(events.day, events.day + days, side="right") - np.arange(n) - 1
    far = n * (n - 1) / 2 - len(pairs)
    share = (float(later.sum()) - observed) / far if far else 1.0
    by_chance = len(pairs) * share
    if share >= 1 or not len(pairs):
        return None
    ends = interval(observed, 1.0, WIDER * spread(events.day, pairs, days))
    low, middle, high = ((pairs_near - by_chance) / (1 - share) / n for pairs_near in (ends[0], observed, ends[1]))
    high = high / (1 - CUT) if high > 0 else high
    return Strength(branching(middle), branching(low), branching(high), observed, by_chance, n, metres, days)


def branching(more: float) -> float:
    """Return the branching at which every event has `more` later events near it than chance gives.

    Branching 0.5: (0.5^−2 − 1) ÷ 2 = 1.5.

    >>> branching(1.5), branching(0.0)
    (0.5, 0.0)
    """
    return 1 - 1 / math.sqrt(1 + 2 * max(more, -0.49))

"""The weighted displacement difference: homicides avoided in treated areas beside comparison areas, less those pushed next door."""

from __future__ import annotations

import math

import numpy as np

from hotspots.statistics.interventions.effects import NORMAL_80, NORMAL_95, Effect

Pair = tuple[float, float]


def weighted_displacement_difference(
    treated: Pair, comparison: Pair, ring: Pair = (0, 0), comparison_ring: Pair = (0, 0), *, scatter: float = 1.0
) -> Effect:
    """Return (treated after − before) − (comparison after − before) + (ring after − before) − (comparison ring after − before).

    Each pair is the count before and after, over periods of the same length. A negative number is homicides avoided, what went over
    into the ring already taken off. Poisson counts have their mean as variance, so the variance is the sum of all counts; `scatter`
    above 1 makes it larger. It assumes that treated and comparison areas would have changed by the same number of homicides, so they
    should be of similar size. Source: Wheeler & Ratcliffe (2018), doi:10.1186/s40163-018-0085-5.

    Their example: treated 207 to 110, comparison 308 to 318, ring 178 to 157, comparison ring 150 to 140. −97 − 10 − 21 + 10 = −118, and
    the counts add up to 1568.

    >>> effect = weighted_displacement_difference((207, 110), (308, 318), (178, 157), (150, 140))
    >>> effect.value, round(effect.facts["variance"]), round(effect.facts["z"], 2), round(effect.low), round(effect.high)
    (-118.0, 1568, -2.98, -196, -40)
    """
    parts = np.array([treated, comparison, ring, comparison_ring], dtype=float)
    change = parts[:, 1] - parts[:, 0]
    value = float(change @ np.array([1, -1, 1, -1]))
    variance = float(parts.sum()) * max(scatter, 1.0)
    error = math.sqrt(variance)
    facts = {"variance": variance, "z": value / error if error else float("nan"), "ring_change": float(change[2] - change[3])}
    facts["expected"] = float(max(parts[0, 0] + change[1], 0.0))
    names = ("", "comparison_", "ring_", "comparison_ring_")
    facts |= {f"{name}{when}": float(parts[row, side]) for row, name in enumerate(names) for side, when in enumerate(("before", "after"))}
    low, high = value - NORMAL_95 * error, value + NORMAL_95 * error
    return Effect("displacement", "count", value, low, high, _smallest(variance, scatter), scatter, facts=facts)


def _smallest(variance: float, scatter: float) -> float:
    """Return how many homicides must be avoided to be found in 80 of 100 cases; the variance falls with those avoided.

    d = (1.96 + 0.84) · √(variance − scatter · d), a quadratic in d.
    """
    b = (NORMAL_95 + NORMAL_80) ** 2
    wide = max(scatter, 1.0)
    return float((-b * wide + np.sqrt((b * wide) ** 2 + 4 * b * variance)) / 2)

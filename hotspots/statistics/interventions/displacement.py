"""The weighted displacement difference: homicides avoided in treated areas beside comparison areas, less those pushed next door."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hotspots.statistics.interventions.effects import NORMAL_80, NORMAL_95, Effect

Pair = tuple[float, float]
_NAMES = ("", "comparison_", "ring_", "comparison_ring_")
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0])
ALIKE = (1.0, 1.0, 1.0, 1.0)


def weighted_displacement_difference(
    treated: Pair,
    comparison: Pair,
    ring: Pair = (0, 0),
    comparison_ring: Pair = (0, 0),
    *,
    scatter: float = 1.0,
    lengths: Pair = (1.0, 1.0),
    sizes: Sequence[float] = ALIKE,
    harm: Sequence[Pair] | None = None,
) -> Effect:
    """Return (treated after − before) − (comparison after − before) + (ring after − before) − (comparison ring after − before).

    Each pair is the count before and after. A negative number is homicides avoided, what went over into the ring already taken off.
    Poisson counts have their mean as variance, so the variance is the sum of all counts; `scatter` above 1 makes it larger. It assumes
    that treated and comparison areas would have changed by the same number of homicides, so they should be of similar size, and the
    periods of similar length; where they are not, each count is divided by the length of its period (`lengths`: before, after) and the
    size of its group (`sizes`, in the order of the arguments), its variance by their square. `harm`: where the counts are weighted sums
    (people killed, each event weighing its own), the sums of the squared weights, a pair for each group; they are the variances then.
    Source: Wheeler & Ratcliffe (2018), doi:10.1186/s40163-018-0085-5; the weights are those of Wheeler's R package ptools.

    Their example: treated 207 to 110, comparison 308 to 318, ring 178 to 157, comparison ring 150 to 140. −97 − 10 − 21 + 10 = −118, and
    the counts add up to 1568. With two years before and one after, 80 to 20 beside 100 to 50 is 20 − 40 − (50 − 50) = −20.

    >>> effect = weighted_displacement_difference((207, 110), (308, 318), (178, 157), (150, 140))
    >>> effect.value, round(effect.facts["variance"]), round(effect.facts["z"], 2), round(effect.low), round(effect.high)
    (-118.0, 1568, -2.98, -196, -40)
    >>> effect = weighted_displacement_difference((80, 20), (100, 50), lengths=(2, 1))
    >>> effect.value, effect.facts["variance"]
    (-20.0, 115.0)
    """
    parts = np.array([treated, comparison, ring, comparison_ring], dtype=float)
    squares = parts if harm is None else np.array([*harm, *[(0.0, 0.0)] * (4 - len(harm))], dtype=float)
    weight = 1 / np.outer(np.asarray(sizes, dtype=float), np.asarray(lengths, dtype=float))
    change = (parts * weight)[:, 1] - (parts * weight)[:, 0]
    value = float(change @ _SIGNS)
    each = squares * weight**2
    variance = float(each.sum()) * max(scatter, 1.0)
    error = math.sqrt(variance)
    facts = {"variance": variance, "z": value / error if error else float("nan"), "ring_change": float(change[2] - change[3])}
    facts["expected"] = float(max(parts[0, 0] * weight[0, 0] + change[1], 0.0)) / float(weight[0, 1])
    facts |= {f"{name}{when}": float(parts[row, side]) for row, name in enumerate(_NAMES) for side, when in enumerate(("before", "after"))}
    low, high = value - NORMAL_95 * error, value + NORMAL_95 * error
    own = float(each[0, 1] / (parts[0, 1] * weight[0, 1])) if parts[0, 1] else float(weight[0, 1])
    return Effect("displacement", "count", value, low, high, _smallest(variance, own * max(scatter, 1.0)), scatter, facts=facts)


def _smallest(variance: float, each: float) -> float:
    """Return how many homicides must be avoided to be found in 80 of 100 cases; the variance falls by `each` with every one avoided.

    d = (1.96 + 0.84) · √(variance − each · d), a quadratic in d.
    """
    b = (NORMAL_95 + NORMAL_80) ** 2
    return float((-b * each + np.sqrt((b * each) ** 2 + 4 * b * variance)) / 2)

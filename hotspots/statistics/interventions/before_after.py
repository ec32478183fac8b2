"""Before and after: the treated areas alone, and beside comparison areas. Exact intervals, wider where months scatter beyond chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hotspots.inference.intervals import ratio_interval
from hotspots.statistics.interventions.effects import NORMAL_95, Effect, smallest_fall

_TOGETHER, _LEAST_STEPS = 3, 4  # months added up, and how many such groups each half needs
_EXACT_UP_TO = 2_000  # homicides; beyond it the exact interval and the normal one agree to three digits, and the exact one is slow


def before_after(before: np.ndarray, after: np.ndarray) -> Effect:
    """Compare the mean month after a start with the mean month before it.

    The interval of the ratio of two Poisson rates is exact (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404, by way of the binomial
    that the first count is, given both). Where the months scatter more than chance (`scatter` above 1: Pearson's statistic over its
    degrees of freedom; `facts["widening"]` is what is used, see `widening`), it is that of as many fewer homicides. It takes whatever
    else changed at that time for the intervention.

    Boston's youth homicides fell from 183 in 53 months to 30 in 24: the ratio of the means is 1.25 ÷ 3.453.

    >>> effect = before_after(np.array([3, 4] * 26 + [1]), np.array([1, 1, 1, 2] * 6))
    >>> round(effect.value, 6), effect.facts["before"], effect.facts["after"]
    (0.362022, 183.0, 30.0)
    """
    x, y = float(before.sum()), float(after.sum())
    facts = {"before": x, "after": y, "months_before": float(len(before)), "months_after": float(len(after))}
    scatter = _scatter_of_halves(before, after)
    wide = widening(_scatter_of_halves, before, after)
    exposure = (float(len(after)), float(len(before)))
    low, high = ratio_interval((y, x), exposure, together=wide)
    exact = ratio_interval((y, x), exposure)
    expected = x * exposure[0] / exposure[1]
    value = y / expected if expected else float("nan")
    detectable = smallest_fall(lambda ratio: np.sqrt(wide * (1 / max(x, 0.5) + 1 / (max(expected, 0.5) * ratio))))
    facts |= {"expected": expected, "exact_low": exact[0], "exact_high": exact[1], "widening": wide}
    facts |= {"variance_fixed": wide / max(x, 0.5), "variance_part": wide / max(expected, 0.5)}
    return Effect("before_after", "ratio", value, low, high, detectable, scatter, facts=facts)


def _scatter_of_halves(before: np.ndarray, after: np.ndarray) -> float:
    """Return Pearson's statistic of months about their half's mean, over its degrees of freedom."""
    halves = [half for half in (before, after) if half.sum()]
    degrees = sum(len(half) - 1 for half in halves)
    total = sum(float(((half - half.mean()) ** 2).sum() / half.mean()) for half in halves)
    return total / degrees if degrees else 1.0


def widening(scatter: Callable[[np.ndarray, np.ndarray], float], before: np.ndarray, after: np.ndarray) -> float:
    """Return by how much the variance is taken larger than chance alone makes it: at least 1.

    The larger of the scatter of months and that of three months at a time, since killings that follow killings reach into the next
    month; times (t ÷ 1.96)² for not knowing it exactly.
    """
    from scipy.special import stdtrit

    found = [1.0]
    for length in (1, _TOGETHER):
        halves = [_together(half, length) for half in (before, after)]
        degrees = sum(len(half) for half in halves) - 2
        if min(len(half) for half in halves) >= _LEAST_STEPS:
            found.append(scatter(halves[0], halves[1]) * (float(stdtrit(degrees, 0.975)) / NORMAL_95) ** 2)
    return max(found)


def _together(months: np.ndarray, length: int) -> np.ndarray:
    """Return whole groups of `length` months added up."""
    whole = len(months) // length * length
    return np.asarray(months[:whole].reshape(-1, length, *months.shape[1:]).sum(axis=1))


def against_comparison(before: np.ndarray, after: np.ndarray) -> Effect:
    """Compare the change in the treated areas with the change in the comparison areas.

    Shape of both: a row for each month, columns treated and comparison. The value is (treated after ÷ before) ÷ (comparison after ÷
    before), so what changed in both alike drops out: seasons, a change of definition, a trend of the whole city. Given all totals the
    treated count after is non-central hypergeometric, and the interval is the exact one of its odds ratio (Cornfield 1956; Fisher's
    conditional interval). `scatter` is Pearson's statistic of the treated share of each month, over its degrees of freedom; above 1 it
    widens the interval (see `widening`). It misleads where the comparison areas would not have changed as the treated ones.

    >>> months = np.array([[4, 6], [4, 6]])
    >>> against_comparison(months, months // 2).value
    1.0
    """
    (t0, c0), (t1, c1) = before.sum(axis=0).astype(float).tolist(), after.sum(axis=0).astype(float).tolist()
    facts = {"before": t0, "after": t1, "comparison_before": c0, "comparison_after": c1}
    facts |= {"months_before": float(len(before)), "months_after": float(len(after)), "expected": t0 * c1 / c0 if c0 else float("nan")}
    if min(t0, c0, c1) == 0:
        return Effect("comparison", "ratio", facts=facts)
    scatter = _scatter_of_shares(before, after)
    wide = widening(_scatter_of_shares, before, after)
    exact = _odds_interval(int(t1), int(t0), int(c1), int(c0))
    centre = (t1 + 0.5) * (c0 + 0.5) / ((t0 + 0.5) * (c1 + 0.5))
    low, high = (centre * (end / centre) ** np.sqrt(wide) if 0 < end < np.inf else end for end in exact)
    facts |= {"exact_low": exact[0], "exact_high": exact[1], "widening": wide}
    fixed = 1 / t0 + 1 / c0 + 1 / c1
    facts |= {"variance_fixed": wide * fixed, "variance_part": wide / facts["expected"]}
    detectable = smallest_fall(lambda ratio: np.sqrt(wide * (fixed + 1 / (facts["expected"] * ratio))))
    return Effect("comparison", "ratio", float(t1 / facts["expected"]), float(low), float(high), detectable, scatter, facts=facts)


def _odds_interval(t1: int, t0: int, c1: int, c0: int) -> tuple[float, float]:
    """Return the exact 95 % interval of (t1/t0)/(c1/c0), given all sums; a normal one where homicides are many."""
    if t1 + t0 + c1 + c0 > _EXACT_UP_TO and min(t1, t0, c1, c0) >= 20:
        spread = NORMAL_95 * np.sqrt(1 / t1 + 1 / t0 + 1 / c1 + 1 / c0)
        middle = np.log(t1 * c0 / (t0 * c1))
        return float(np.exp(middle - spread)), float(np.exp(middle + spread))
    return _conditional(t1, t0, c1, c0)


def _conditional(t1: int, t0: int, c1: int, c0: int) -> tuple[float, float]:
    """Return Fisher's conditional interval: the odds at which 2.5 in 100 tables have at least, or at most, `t1` in their corner."""
    from scipy.optimize import brentq
    from scipy.special import gammaln

    after, treated = t1 + c1, t1 + t0
    total = after + t0 + c0
    corner = np.arange(max(0, after - (total - treated)), min(after, treated) + 1.0)
    weight = -(
        gammaln(corner + 1) + gammaln(treated - corner + 1) + gammaln(after - corner + 1) + gammaln(total - treated - after + corner + 1)
    )

    def tail(log_odds: float, *, upper: bool) -> float:
        density = weight + corner * log_odds
        density = np.exp(density - density.max())
        part = density[corner >= t1] if upper else density[corner <= t1]
        return float(part.sum() / density.sum()) - 0.025

    low = np.exp(brentq(lambda odds: tail(odds, upper=True), -60, 60)) if t1 > corner[0] else 0.0
    high = np.exp(brentq(lambda odds: tail(odds, upper=False), -60, 60)) if t1 < corner[-1] else float("inf")
    return float(low), float(high)


def _scatter_of_shares(before: np.ndarray, after: np.ndarray) -> float:
    """Return Pearson's statistic of each month's treated share about its half's, over its degrees of freedom."""
    total, degrees = 0.0, 0
    for half in (before, after):
        n = half.sum(axis=1)
        share = half[:, 0].sum() / n.sum()
        some = n > 0
        if 0 < share < 1 and some.sum() > 1:
            total += float(((half[some, 0] - n[some] * share) ** 2 / (n[some] * share * (1 - share))).sum())
            degrees += int(some.sum()) - 1
    return total / degrees if degrees else 1.0


def is_unusual(last: np.ndarray, earlier: np.ndarray) -> bool:
    """Return whether the last months had at least 1.2 times as many homicides a month as the earlier ones, beyond an 80 % interval.

    Places picked because they were hot fall back by themselves; this is the sign that such a fall is to be expected. It asks for little
    on purpose: a warning too many costs a sentence.
    """
    if not len(last) or not len(earlier) or not earlier.sum():
        return False
    ratio = float(last.mean() / earlier.mean())
    low, _ = ratio_interval((float(last.sum()), float(earlier.sum())), (float(len(last)), float(len(earlier))), level=0.8)
    return ratio >= 1.2 and low > 1

"""Areas that began at different dates: each by its own start, beside areas that were never treated, and their effects pooled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hotspots.statistics.interventions.before_after import against_comparison, before_after
from hotspots.statistics.interventions.beyond import wider
from hotspots.statistics.interventions.cases import Case
from hotspots.statistics.interventions.effects import NORMAL_95, Effect, smallest_fall
from hotspots.statistics.interventions.elsewhere import SHORT_BEFORE, STEP, judged_by, left_alone

SHORT_AFTER = 6  # months


@dataclass(frozen=True, eq=False)
class Begun:
    """Areas that began together: the position of their first month after, and their homicides by month."""

    cut: int
    months: np.ndarray

    def halves(self, beside: np.ndarray | None, *, end: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the months before and after, up to `end`, with those of the comparison areas as second column where there are any."""
        values = self.months if beside is None else np.column_stack((self.months, beside))
        return values[: self.cut], values[self.cut : end]


def begun(one: Case) -> list[Begun]:
    """Return the groups of areas of a case that have months enough on both sides of their own start."""
    found = [Begun(int((one.months.index < start).sum()), months) for start, months in one.cohorts]
    return [group for group in found if group.cut >= SHORT_BEFORE and len(one.months) - group.cut >= SHORT_AFTER]


def each_by_its_own(one: Case) -> list[Effect]:
    """Return before and after, and beside comparison areas, of areas that began at different dates."""
    groups, beside = begun(one), one.months["comparison"].to_numpy(dtype=float)
    found = [_tried("before_after", one, groups, None)]
    if not len(one.areas["comparison"]):
        return [*found, Effect("comparison", "ratio", why_not="no_comparison")]
    pair = _tried("comparison", one, groups, beside)
    return [*found, pair if np.isfinite(pair.value) else replace(pair, why_not="empty_comparison")]


def pooled(groups: Sequence[Begun], beside: np.ndarray | None, *, design: str = "comparison", end: int | None = None) -> Effect:
    """Return the pooled ratio of homicides after to those expected, each group of areas from its own start.

    Of each group g is expected what it had before, times how the comparison areas (`beside`, by month; None: the length of time) changed
    over the same months: Eg = before · c₁ ÷ c₀. The value is Σ after ÷ Σ Eg: the effect in each group and time, as Callaway & Sant'Anna
    (2021, doi:10.1016/j.jeconom.2020.12.001) have it beside the never treated, as a ratio, weighed by what was expected. No area that
    began earlier is ever compared with: that is what goes wrong where one regression is made of all. The variance of its logarithm is
    that of first order; a month of the comparison areas that stands after one start and before another counts with both. Months that
    scatter beyond chance widen it.

    Two groups of 10 to 5 and 20 to 10 homicides in as many months, nothing beside: 15 of 30.

    >>> groups = [Begun(12, np.repeat([1.0, 0.5], 12)), Begun(12, np.repeat([2.0, 1.0], 12))]
    >>> pooled(groups, None).value
    0.5
    """
    stop = len(groups[0].months) if end is None else end
    before = np.array([group.months[: group.cut].sum() for group in groups], dtype=float)
    after = np.array([group.months[group.cut : stop].sum() for group in groups], dtype=float)
    month = np.ones(stop) if beside is None else beside[:stop]
    early = np.array([month[: group.cut].sum() for group in groups])
    late = np.array([month[group.cut :].sum() for group in groups])
    facts = {"before": float(before.sum()), "after": float(after.sum()), "groups": float(len(groups))}
    if min(early.min(), late.min(), before.sum()) <= 0:
        return Effect(design, "ratio", facts=facts)
    expected = before * late / early
    whole = float(expected.sum())
    share = expected / whole
    fixed = float((share**2 / np.maximum(before, 0.5)).sum())
    if beside is not None:
        pull = sum(
            w * np.where(np.arange(stop) < group.cut, -1 / c0, 1 / c1) for w, group, c0, c1 in zip(share, groups, early, late, strict=True)
        )
        fixed += float((pull**2 * month).sum())
    wide, scatter = _widening(groups, beside, share, stop)
    facts |= {"expected": whole, "variance_fixed": wide * fixed, "variance_part": wide / max(whole, 0.5), "widening": wide}
    centre = math.log((after.sum() + 0.5) / (whole + 0.5))
    reach = NORMAL_95 * math.sqrt(wide * (fixed + 1 / (after.sum() + 0.5)))
    fall = smallest_fall(lambda ratio: np.sqrt(wide * (fixed + 1 / (max(whole, 0.5) * ratio))))
    return Effect(
        design, "ratio", float(after.sum()) / whole, math.exp(centre - reach), math.exp(centre + reach), fall, scatter, facts=facts
    )


def _widening(groups: Sequence[Begun], beside: np.ndarray | None, share: np.ndarray, end: int) -> tuple[float, float]:
    """Return what the groups' own designs widen by, and their scatter, each group by its part of what is expected."""
    found = [(before_after if beside is None else against_comparison)(*group.halves(beside, end=end)) for group in groups]
    pairs = np.array([(one.facts.get("widening", 1.0), one.scatter if np.isfinite(one.scatter) else 1.0) for one in found])
    wide, scatter = share @ pairs
    return max(float(wide), 1.0), float(scatter)


def _tried(design: str, one: Case, groups: list[Begun], beside: np.ndarray | None) -> Effect:
    """Return the pooled effect, its interval wide enough for what the same does at earlier starts and in places left alone."""
    found = pooled(groups, beside, design=design)
    if not np.isfinite(found.value):
        return found
    cuts = np.array([group.cut for group in groups])
    last = len(one.months)
    moved = [_moved(groups, beside, step, last) for step in range(-3, 4) if cuts.min() + step >= 2 and cuts.max() + step <= last - 2]
    first = int(cuts.min())
    made = [_moved(groups, beside, -step, first) for step in range(int(cuts.max()) - first + SHORT_BEFORE, first - SHORT_BEFORE + 1, STEP)]
    alone = left_alone(one)
    places = [pooled([Begun(int(cuts[at % len(cuts)]), months)], beside, design=design) for at, months in enumerate(alone)]
    lengths = int(cuts.mean()), int(last - cuts.mean())
    told, beyond = judged_by(found, [one for one in made if np.isfinite(one.value)], places, lengths, alone=beside is None)
    values = [one.value for one in moved if np.isfinite(one.value)]
    return replace(wider(told, beyond), shifted=(min(values), max(values)))


def _moved(groups: Sequence[Begun], beside: np.ndarray | None, step: int, end: int) -> Effect:
    """Return the pooled effect with every start moved by so many months, out of the months up to `end`."""
    return pooled([replace(group, cut=group.cut + step) for group in groups], beside, end=end)


def high_before(one: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return the months of all groups before their own start, added up from the start backwards: the last year, and those before it."""
    groups = begun(one)
    length = min((group.cut for group in groups), default=0)
    sums = np.sum([group.months[group.cut - length : group.cut] for group in groups], axis=0) if groups else np.array([])
    return sums[-12:], sums[:-12]

"""Where the treated areas were high just before the start: two designs that allow for their falling back by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from hotspots.statistics.interventions.before_after import against_comparison, before_after, is_unusual
from hotspots.statistics.interventions.cases import Case
from hotspots.statistics.interventions.effects import Effect
from hotspots.statistics.interventions.elsewhere import Halves, left_alone
from hotspots.statistics.interventions.staggered import high_before

ALLOWING: tuple[str, ...] = ("matched", "earlier")
YEAR = 12  # months before the start that may have been why these areas were picked
LEAST_EARLIER = 12  # months before that year
ALIKE = 1.5  # a place was as high where its rise is within this factor of the rise of the treated areas
Tried = Callable[[Halves, np.ndarray, int, Sequence[np.ndarray]], Effect]


def was_high(one: Case) -> bool:
    """Return whether the treated areas had unusually many homicides in the year before the start (see `is_unusual`)."""
    if one.cohorts:
        return is_unusual(*high_before(one))
    before, _ = one.halves("treated")
    return is_unusual(before[-YEAR:], before[:-YEAR])


def allowing(one: Case, tried: Tried) -> list[Effect]:
    """Return both designs; `tried` works one out on months, the position of the start and the months of places left alone.

    `matched`: beside the untouched places that rose as much in that year, which fall back as much by chance alone. `earlier`: without
    that year, after beside the time before it, and beside the comparison areas where there are any. Areas picked for their last year are
    estimated rightly without it; areas picked because that year lay far above the time before it, rightly with it. Nobody knows which it
    was: the interval reaches over both, so that a change is found where both find it.
    """
    return [_matched(one), _earlier(one, tried)]


def _matched(one: Case) -> Effect:
    before, after = one.halves("treated")
    cut = len(before)
    pool = one.pool.to_numpy(dtype=float)
    rise = _rise(before)
    high = [is_unusual(place[cut - YEAR : cut], place[: cut - YEAR]) and _alike(_rise(place[:cut]), rise) for place in pool.T]
    if not any(high):
        return Effect("matched", "ratio", why_not="none_as_high")
    beside = pool[:, high].sum(axis=1)
    found = against_comparison(np.column_stack((before, beside[:cut])), np.column_stack((after, beside[cut:])))
    found = replace(found, design="matched", facts={**found.facts, "places": float(sum(high))})
    return found if np.isfinite(found.value) else replace(found, why_not="empty_comparison")


def _earlier(one: Case, tried: Tried) -> Effect:
    groups = ("treated", "comparison") if len(one.areas["comparison"]) else ("treated",)
    before, after = one.halves(*groups)
    cut = len(before) - YEAR
    if cut < LEAST_EARLIER:
        return Effect("earlier", "ratio", why_not="short_earlier")
    design: Halves = against_comparison if len(groups) == 2 else before_after
    others = [np.delete(place, slice(cut, cut + YEAR), axis=0) for place in left_alone(one, *groups[1:])]
    found, whole = tried(design, np.concatenate((before[:cut], after)), cut, others), design(before, after)
    if not np.isfinite(found.value):
        return replace(found, design="earlier", why_not="few")
    facts = {**found.facts, "with_the_year": whole.value}
    reach = min(found.low, whole.low), max(found.high, whole.high)
    # no moved start: it would bring months of that year in
    return replace(found, design="earlier", low=reach[0], high=reach[1], shifted=None, facts=facts)


def _rise(before: np.ndarray) -> float:
    """Return the months of the last year beside those before them; missing where nobody was killed then."""
    earlier = before[:-YEAR].mean()
    return float(before[-YEAR:].mean() / earlier) if earlier else float("nan")


def _alike(rise: float, other: float) -> bool:
    return bool(1 / ALIKE <= rise / other <= ALIKE)

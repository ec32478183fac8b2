"""Each design on one case, with its placebos and what moving the start does to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hotspots.statistics.interventions.before_after import against_comparison, before_after
from hotspots.statistics.interventions.beyond import wider
from hotspots.statistics.interventions.cases import GROUPS, Case
from hotspots.statistics.interventions.displacement import weighted_displacement_difference
from hotspots.statistics.interventions.effects import LARGEST, NORMAL_95, Effect
from hotspots.statistics.interventions.elsewhere import Halves, judged_by, left_alone, made_up
from hotspots.statistics.interventions.high_before import ALLOWING, allowing, was_high
from hotspots.statistics.interventions.interrupted import in_other_places, interrupted, made_up_starts
from hotspots.statistics.interventions.staggered import begun, each_by_its_own
from hotspots.statistics.interventions.synthetic import LEAST_POOL, synthetic_control

DESIGNS: tuple[str, ...] = ("before_after", "comparison", "interrupted", "displacement", "weighted", "synthetic")
COUNTS: tuple[str, ...] = ("displacement", "weighted")  # designs that give a difference in homicides; the others give a ratio
SHORT_BEFORE, SHORT_AFTER = 12, 6  # months that any design needs
FEW = 10  # homicides before, or expected after: with fewer nothing is evaluated
POOR_FIT = 0.5  # a mix that misses the treated areas by more than half of their own mean follows nothing


def every(one: Case) -> tuple[Effect, ...]:
    """Return what each design gives, in the order of `DESIGNS`; those that evaluate nothing carry the reason.

    Where the areas were high before the start, the two designs that allow for their falling back (`ALLOWING`) come after them.
    """
    why = _cannot(one)
    if why:
        return tuple(Effect(name, _kind(name), why_not=why) for name in DESIGNS)
    if one.cohorts:
        return _of_many_starts(one)
    months = pd.PeriodIndex(one.months.index)
    found = [_tried(before_after, one, "treated"), *_beside(one), _series(one, months), _mixed(one, months)]
    by_name = {effect.design: _judged(effect) for effect in found}
    more = [_judged(effect) for effect in allowing(one, _of_halves)] if was_high(one) else []
    return (*(by_name[name] for name in DESIGNS), *more)


def _of_many_starts(one: Case) -> tuple[Effect, ...]:
    """Return the two designs that take each area by its own start; the others say why they do not."""
    if not begun(one):
        return tuple(Effect(name, _kind(name), why_not="short") for name in DESIGNS)
    own = {effect.design: _judged(effect) for effect in each_by_its_own(one)}
    rest = [own.get(name) or Effect(name, _kind(name), why_not="starts") for name in DESIGNS]
    return (*rest, *(Effect(name, "ratio", why_not="starts") for name in ALLOWING if was_high(one)))


def _cannot(one: Case) -> str:
    """Return why no design can be tried; empty where some can."""
    if one.entry.treated and not len(one.areas["treated"]):
        return "strange"
    after = one.after
    if one.months["treated"].isna().any():
        return "unpublished"
    short = (~after).sum() < SHORT_BEFORE or after.sum() < SHORT_AFTER
    return ("unpublished" if one.only_totals else "short") if short else ""


def _tried(design: Halves, one: Case, *groups: str) -> Effect:
    """Return a design of two halves, with made-up starts before the real one and the start moved by up to three months."""
    values = one.months[list(groups)].to_numpy(dtype=float)
    values = values[:, 0] if len(groups) == 1 else values
    return _of_halves(design, values, int((~one.after).sum()), left_alone(one, *groups[1:]), alone=len(groups) == 1)


def _of_halves(design: Halves, values: np.ndarray, cut: int, elsewhere: Sequence[np.ndarray] = (), *, alone: bool = False) -> Effect:
    """Return a design of two halves; its interval allows for what moves it at made-up dates and in the places `elsewhere`."""
    found = design(values[:cut], values[cut:])
    if not np.isfinite(found.value):
        return found
    moved = [cut + step for step in range(-3, 4) if SHORT_AFTER <= cut + step <= len(values) - SHORT_AFTER]
    estimates = [effect.value for effect in (design(values[:at], values[at:]) for at in moved) if np.isfinite(effect.value)]
    places = [design(place[:cut], place[cut:]) for place in elsewhere]
    told, beyond = judged_by(found, made_up(design, values, cut), places, (cut, len(values) - cut), alone=alone)
    return replace(wider(told, beyond), shifted=(min(estimates), max(estimates)))


def _series(one: Case, months: pd.PeriodIndex) -> Effect:
    """Return the interrupted series; its interval allows for its steps at made-up starts and in places left alone."""
    own = one.months["treated"].to_numpy(dtype=float)
    found = interrupted(own, months, one.start)
    if not np.isfinite(found.value):
        return replace(found, why_not="series")
    places = in_other_places(left_alone(one), months, one.start)
    return wider(*judged_by(found, made_up_starts(own, months, one.start), places, one.lengths, alone=True))


def _beside(one: Case) -> list[Effect]:
    """Return the two designs that need comparison areas."""
    if not len(one.areas["comparison"]):
        why = "no_whole" if one.whole else "no_comparison"
        return [Effect(name, _kind(name), why_not=why) for name in ("comparison", *COUNTS)]
    pair = _tried(against_comparison, one, "treated", "comparison")
    if not np.isfinite(pair.value):
        return [replace(pair, why_not="empty_comparison"), *(Effect(name, "count", why_not="empty_comparison") for name in COUNTS)]
    wide = _scatter_with_beyond(pair)

    def difference(before: np.ndarray, after: np.ndarray) -> Effect:
        length = min(len(before), len(after))
        length = length // 12 * 12 if length >= 12 else length  # whole years, so that seasons are alike
        sums = zip(before[len(before) - length :].sum(axis=0), after[:length].sum(axis=0), strict=True)
        treated, comparison, ring, far = ((float(x), float(y)) for x, y in sums)
        effect = weighted_displacement_difference(treated, comparison, ring, far, scatter=wide)
        return replace(effect, facts={**effect.facts, "months": float(length)})

    values = one.months[["treated", "comparison", "ring", "comparison_ring"]].to_numpy(dtype=float)
    plain = replace(_of_halves(difference, values, int((~one.after).sum())), widest=pair.widest)
    return [pair, plain, replace(_weighted(one, wide), widest=pair.widest)]


def _weighted(one: Case, scatter: float) -> Effect:
    """Return the difference in people killed on ground of equal size, over all months that are known on both sides."""
    if one.killed is None:
        return Effect("weighted", "count", why_not="few")
    before, after = one.lengths
    groups = [one.killed.loc[name] for name in GROUPS]
    pairs = [(float(row["before"]), float(row["after"])) for row in groups]
    harm = [(float(row["before_squares"]), float(row["after_squares"])) for row in groups]
    found = weighted_displacement_difference(
        *(pairs[0], pairs[1], pairs[2], pairs[3]), scatter=scatter, lengths=(before / after, 1.0), sizes=one.sizes, harm=harm
    )
    return replace(found, design="weighted", facts={**found.facts, "months": float(after)})


def _kind(design: str) -> str:
    return "count" if design in COUNTS else "ratio"


def _scatter_with_beyond(pair: Effect) -> float:
    """Return by how much the variance of counts is to be taken larger, so that it allows for what moves their ratio besides chance."""
    chance = (pair.facts["variance_fixed"] + pair.facts["variance_part"]) / pair.facts["widening"]
    if not pair.widest:
        return pair.facts["widening"]
    return max(pair.facts["widening"], float(np.log(pair.high / pair.low) / (2 * NORMAL_95)) ** 2 / chance)


def _mixed(one: Case, months: pd.PeriodIndex) -> Effect:
    if one.whole:
        return Effect("synthetic", "ratio", why_not="no_whole")
    if len(one.pool.columns) < LEAST_POOL:
        return Effect("synthetic", "ratio", why_not="pool")
    found = synthetic_control(one.months["treated"].astype(float), one.pool.astype(float), one.start)
    if not np.isfinite(found.value):
        return replace(found, why_not="pool")
    return replace(found, why_not="fit") if found.facts["fit_before"] > POOR_FIT else found


def _judged(effect: Effect) -> Effect:
    """Return the effect, with the reason why it evaluates nothing where homicides are too few."""
    if effect.why_not:
        return effect
    before, expected = effect.facts.get("before", np.inf), effect.facts.get("expected", np.inf)
    if min(before, expected) < FEW:
        return replace(effect, why_not="few")
    largest = LARGEST * expected if effect.kind == "count" else LARGEST
    return replace(effect, why_not="power") if effect.detectable > largest else effect

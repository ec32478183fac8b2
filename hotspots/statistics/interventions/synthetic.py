"""Synthetic control: a mix of untreated places that moved as the treated areas did before, and how they part after."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from hotspots.statistics.interventions.effects import Effect, Placebos, smallest_fall

LEAST_POOL, MOST_POOL = 10, 30  # places; the most similar in number of homicides are kept
LEAST_IN_PLACE = 10  # homicides before the start that a place of the pool needs
LEAST_STEPS = (4, 2)  # steps of time before and after
STEPS = (3, 6, 12)  # months in a step: the first in which the treated areas have at least five homicides on average
LEAST_IN_STEP = 5.0
_WEIGHS = 0.05
_HEAVY = 1e4  # weight of the row that makes the weights add up to 1; what it leaves over is divided away


def synthetic_control(treated: pd.Series, pool: pd.DataFrame, start: pd.Period) -> Effect:
    """Compare the treated areas with the mix of places that followed them best before the start.

    `treated` and the columns of `pool` are monthly counts. They are added up to steps of 3, 6 or 12 months counted from the start and
    divided by their own mean before it, so that places of unequal size compare. Weights of at least 0 that add up to 1 make the mix.
    The value is homicides after ÷ those of the mix. Placebos in space: each place of the pool in turn is taken for the treated one;
    `rank_p` is the treated one's rank by how much worse the fit is after than before. The interval is as wide as the placebos scatter,
    each in parts of what chance makes of a place with as many homicides; so it holds as far as they are like the treated areas. It
    misleads where no mix follows the treated areas before (`facts["fit_before"]`: the root mean square gap in parts of the mean).
    Source: Abadie, Diamond & Hainmueller (2010), doi:10.1198/jasa.2009.ap08746.
    """
    months = pd.PeriodIndex(treated.index)
    sized = _step_length(treated, months, start)
    steps = _in_steps(pd.concat([treated.rename("treated"), pool], axis=1), months, start, sized)
    before, after = steps[steps.index < 0], steps[steps.index >= 0]
    kept = _similar(before)
    facts = {"months_in_step": float(sized), "pool": float(len(kept)), "before": float(before["treated"].sum())}
    facts |= {"after": float(after["treated"].sum())}
    if len(kept) < LEAST_POOL or len(before) < LEAST_STEPS[0] or len(after) < LEAST_STEPS[1] or facts["before"] < LEAST_IN_PLACE:
        return Effect("synthetic", "ratio", facts=facts)
    usual = before[["treated", *kept]].mean()
    every = steps[["treated", *kept]] / usual
    found = {name: _parted(every, name, [other for other in kept if other != name], usual) for name in ("treated", *kept)}
    own = found.pop("treated")
    placebos = pd.DataFrame(found).T
    scatter = math.sqrt(float(((placebos["log"] / placebos["chance"]) ** 2).mean()) * (1 + 1 / len(placebos)))
    effect = _effect(own, placebos, scatter, facts | {"expected": own["expected"], "fit_before": own["before"]})
    return replace(effect, shifted=_one_left_out(every, kept, usual, own["log"]))


def _one_left_out(every: pd.DataFrame, kept: list[str], usual: pd.Series, log: float) -> tuple[float, float]:
    """Return the least and the largest ratio when one place that weighs in the mix is left out of it."""
    early = np.asarray(every.index < 0)
    mix = weights(every.loc[early, kept].to_numpy(), every.loc[early, "treated"].to_numpy())
    used = [name for name, weight in zip(kept, mix, strict=True) if weight > _WEIGHS]
    logs = [_parted(every, "treated", [other for other in kept if other != name], usual)["log"] for name in used]
    return math.exp(min([log, *logs])), math.exp(max([log, *logs]))


def _effect(own: dict[str, float], placebos: pd.DataFrame, scatter: float, facts: dict[str, float]) -> Effect:
    from scipy.special import stdtrit

    reach = float(stdtrit(len(placebos) - 1, 0.975)) * scatter * own["chance"]
    worse, beyond = int((placebos["worse"] >= own["worse"]).sum()), int((placebos["log"].abs() >= abs(own["log"])).sum())
    made = Placebos(len(placebos), beyond, (1 + worse) / (1 + len(placebos)))
    low, high = math.exp(own["log"] - reach), math.exp(own["log"] + reach)
    part = 1 / max(facts["expected"], 0.5)
    fixed = own["chance"] ** 2 - part
    detectable = smallest_fall(lambda ratio: scatter * np.sqrt(fixed + part / ratio))
    return Effect("synthetic", "ratio", math.exp(own["log"]), low, high, detectable, scatter**2, made, facts=facts)


def _step_length(treated: pd.Series, months: pd.PeriodIndex, start: pd.Period) -> int:
    mean = float(treated[months < start].mean())
    return next((length for length in STEPS if mean * length >= LEAST_IN_STEP), STEPS[-1])


def _in_steps(table: pd.DataFrame, months: pd.PeriodIndex, start: pd.Period, length: int) -> pd.DataFrame:
    """Return the months added up to whole steps, numbered from the start: −1 is the last before, 0 the first after."""
    step = np.floor_divide(np.array([month.ordinal - start.ordinal for month in months]), length)
    whole = np.isin(step, [one for one, n in zip(*np.unique(step, return_counts=True), strict=True) if n == length])
    return table[whole].groupby(step[whole]).sum()


def _similar(before: pd.DataFrame) -> list[str]:
    """Return the places of the pool that have enough homicides and are nearest to the treated areas in their number."""
    sums = before.drop(columns="treated").sum()
    sums = sums[sums >= LEAST_IN_PLACE]
    apart = (np.log(sums) - np.log(max(before["treated"].sum(), 1))).abs()
    return list(apart.sort_values(kind="stable").index[:MOST_POOL])


def _parted(every: pd.DataFrame, name: str, others: list[str], usual: pd.Series) -> dict[str, float]:
    """Return how far one place and its mix lie apart.

    `before` and `worse`: the root mean square gap before, and that after over it. `log`: the logarithm of homicides after over those of
    the mix. `expected`: those of the mix. `chance`: the standard error that chance alone gives `log`.
    """
    early = np.asarray(every.index < 0)
    own, mix = every[name].to_numpy(), every[others].to_numpy()
    weight = weights(mix[early], own[early])
    mixed = mix @ weight
    gap = (own - mixed) ** 2
    error = math.sqrt(gap[early].mean())
    expected, killed = float(mixed[~early].sum() * usual[name]), float(own[~early].sum() * usual[name])
    log = math.log((killed + 0.5) / (expected + 0.5))  # half a homicide, so that no ratio is 0
    sizes = usual[others].to_numpy()
    killed_there = np.maximum(mix[~early].sum(axis=0) * sizes, 0.5), sizes * early.sum()
    of_mix = float((weight**2 * (1 / killed_there[0] + 1 / killed_there[1])).sum())
    chance = math.sqrt(1 / max(expected, 0.5) + 1 / (usual[name] * early.sum()) + of_mix)
    return {"before": error, "worse": math.sqrt(gap[~early].mean()) / max(error, 1e-6), "log": log, "expected": expected, "chance": chance}


def weights(pool: np.ndarray, one: np.ndarray) -> np.ndarray:
    """Return the weights, at least 0 and 1 in all, of the columns of `pool` whose mix is nearest to `one` in squares.

    >>> weights(np.array([[1.0, 3.0], [3.0, 1.0]]), np.array([1.5, 2.5])).round(6).tolist()
    [0.75, 0.25]
    """
    from scipy.optimize import nnls

    found, _ = nnls(np.vstack([pool, np.full(pool.shape[1], _HEAVY)]), np.append(one, _HEAVY))
    return np.asarray(found / found.sum())

"""Interrupted time series: a Poisson regression of months with trend, season and a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from hotspots.inference.normal_range import poisson_fit
from hotspots.statistics.interventions.effects import NORMAL_95, Effect, smallest_fall

LEAST_BEFORE, LEAST_AFTER = 24, 12  # months: two of each calendar month before, one after
FULL_SEASON = 5  # homicides that each calendar month needs in all, to have a term of its own
EXACT = 1e-9  # squares under which nothing is left but rounding
HAC_LAGS = 3


def interrupted(counts: np.ndarray, months: pd.PeriodIndex, start: pd.Period) -> Effect:
    """Estimate the step of a monthly series at `start`, beside its trend and its season.

    A Poisson regression: level, linear trend, season, and a step from `start` on. The season is a term for each calendar month, where each
    has at least five homicides in all; else one yearly wave. The interval, by Student's t, is the widest of four: Poisson's; the scatter of
    the months as it is (Pearson's statistic over its degrees of freedom, `scale="X2"`); HAC for months that follow each other (Newey &
    West 1987, doi:10.2307/1913610, three months, times n over the degrees of freedom); and the scatter that such months leave, by their
    likeness or three at a time. It misleads where something else changed at the same time, and where a trend bends.
    Source: Bernal, Cummins & Gasparrini (2017), doi:10.1093/ije/dyw098.
    """
    y = np.asarray(counts, dtype=float)
    after = np.asarray(months >= start)
    facts = {"months_before": float((~after).sum()), "months_after": float(after.sum()), "before": float(y[~after].sum())}
    facts["after"] = float(y[after].sum())
    one = _fit(y, months, start)
    if one is None:
        return Effect("interrupted", "ratio", facts=facts)
    shifts = [_fit(y, months, start + step) for step in (-3, -2, -1, 1, 2, 3)]
    ratios = [float(np.exp(one.step)), *(float(np.exp(fit.step)) for fit in shifts if fit)]
    low, high = one.interval
    for name, error in one.errors.items():  # as other programs print them: by the normal quantile
        ends = np.exp(one.step + NORMAL_95 * error * np.array([-1.0, 1.0]))
        facts |= {f"{name}_low": float(ends[0]), f"{name}_high": float(ends[1])}
    effect = Effect("interrupted", "ratio", ratios[0], low, high, one.detectable, one.scatter, facts=facts | one.chance)
    return replace(effect, shifted=(min(ratios), max(ratios)))


@dataclass(frozen=True)
class _Fit:
    """A fitted step: its logarithm, standard errors by name, the scatter of the months, Student's quantile, the smallest fall found.

    `errors`: `plain` is Poisson's, `x2` times the scatter as it is, `hac` for months that follow each other, `follow` the same by r.
    """

    step: float
    errors: dict[str, float]
    scatter: float
    reach: float
    detectable: float
    late: float

    @property
    def chance(self) -> dict[str, float]:
        """What chance gives the step: a part by the homicides expected after (`late`), and the rest."""
        part = min((self.error / self.errors["plain"]) ** 2 / max(self.late, 0.5), self.error**2)
        return {"variance_fixed": self.error**2 - part, "variance_part": part}

    @property
    def error(self) -> float:
        """The standard error used: the largest, so never less than chance alone makes it."""
        return max(self.errors.values())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the ratio."""
        spread = self.reach * self.error
        return float(np.exp(self.step - spread)), float(np.exp(self.step + spread))


def _fit(y: np.ndarray, months: pd.PeriodIndex, start: pd.Period, *, quick: bool = False) -> _Fit | None:
    """Return the fitted step; None where the months are too few, or all homicides lie on one side."""
    after = np.asarray(months >= start, dtype=float)
    if (after == 0).sum() < LEAST_BEFORE or after.sum() < LEAST_AFTER or not y[after == 0].sum() or not y[after == 1].sum():
        return None
    design = _design(y, months, after)
    terms, mean = poisson_fit(y, design)
    inverse = np.linalg.pinv(design.T @ (design * mean[:, None]))
    step, plain = float(terms[1]), float(np.sqrt(max(inverse[1, 1], 0.0)))
    if not np.isfinite(plain) or plain > 10:  # a month without a homicide ever
        return None
    free = len(y) - int(np.linalg.matrix_rank(design))
    scatter = float(((y - mean) ** 2 / mean).sum() / free)
    usual = np.exp(design @ np.where(np.arange(design.shape[1]) == 1, 0, terms))
    errors = {
        "plain": plain,
        "x2": plain * np.sqrt(scatter),
        "hac": _following_error(design * (y - mean)[:, None], inverse) * np.sqrt(len(y) / free),
        "follow": plain * np.sqrt(_following(y, mean, design)),
    }
    found = _Fit(step, errors, scatter, float(stdtrit(free, 0.975)), float("nan"), float(usual[after == 1].sum()))
    return found if quick else replace(found, detectable=_detectable(design, usual, after, (found.error / plain) ** 2))


def _following_error(scores: np.ndarray, inverse: np.ndarray) -> float:
    """Return the standard error of the step for months that follow each other (Newey & West): `scores` are months by terms."""
    middle = scores.T @ scores
    for lag in range(1, HAC_LAGS + 1):
        together = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (HAC_LAGS + 1)) * (together + together.T)
    return float(np.sqrt(max((inverse @ middle @ inverse)[1, 1], 0.0)))


def _following(y: np.ndarray, usual: np.ndarray, design: np.ndarray) -> float:
    """Return the scatter that months which follow each other leave, as a share of chance: the larger of two ways to see it.

    One is the scatter of months times (1 + r) ÷ (1 − r), r the likeness of a month and the one before; the other that of three months at
    a time. Both allow for what the terms of the regression take off where months are independent.
    """
    root = np.sqrt(usual)
    terms = design * root[:, None]
    left = np.eye(len(y)) - terms @ np.linalg.pinv(terms)  # of independent months, what the regression leaves
    free, rest = float(np.trace(left)), (y - usual) / root
    squares = float(rest @ rest)
    alike = float(rest[1:] @ rest[:-1]) / squares if squares > EXACT else 0.0  # months that the regression meets exactly are not alike
    r = min(max(alike - float(np.diag(left, 1).sum()) / free, 0.0), 0.8)
    threes = (np.arange(len(y)) // 3 == np.arange((len(y) + 2) // 3)[:, None]) * root
    mean = (threes**2).sum(axis=1)
    seen, by_chance = ((threes @ rest) ** 2 / mean).sum(), (((threes @ left) * threes).sum(axis=1) / mean).sum()
    return max(max(squares / free, 1.0) * (1 + r) / (1 - r), float(seen / by_chance))


def _design(y: np.ndarray, months: pd.PeriodIndex, after: np.ndarray) -> np.ndarray:
    """Return the columns of the regression: level, step, trend in years, season."""
    calendar = months.month.to_numpy()
    trend = (np.arange(len(y)) - np.arange(len(y)).mean()) / 12
    columns = [np.ones(len(y)), after, trend]
    if (np.bincount(calendar, weights=y, minlength=13)[1:] >= FULL_SEASON).all():
        columns += [(calendar == month).astype(float) for month in range(2, 13)]
    else:
        columns += [np.sin(2 * np.pi * calendar / 12), np.cos(2 * np.pi * calendar / 12)]
    return np.column_stack(columns)


def _detectable(design: np.ndarray, usual: np.ndarray, after: np.ndarray, scatter: float) -> float:
    """Return the smallest fall that the regression finds in 80 of 100 cases, `usual` being what it expects without a step."""

    def spread(ratios: np.ndarray) -> np.ndarray:
        some = np.linspace(1.0, 0.01, 60)
        errors = [
            np.sqrt(scatter * np.linalg.inv(design.T @ (design * (usual * np.where(after == 1, one, 1.0))[:, None]))[1, 1]) for one in some
        ]
        return np.asarray(np.interp(-ratios, -some, errors))

    return smallest_fall(spread)


def made_up_starts(counts: np.ndarray, months: pd.PeriodIndex, start: pd.Period) -> list[Effect]:
    """Return the steps at made-up starts, every six months, in the months before the real one."""
    before = np.asarray(months < start)
    earlier, known = np.asarray(counts, dtype=float)[before], months[before]
    return _quick([(earlier, known, known[cut]) for cut in range(LEAST_BEFORE, len(known) - LEAST_AFTER + 1, 6)])


def in_other_places(places: Sequence[np.ndarray], months: pd.PeriodIndex, start: pd.Period) -> list[Effect]:
    """Return the steps at the real start in places that were left alone."""
    return _quick([(one, months, start) for one in places])


def _quick(series: Sequence[tuple[np.ndarray, pd.PeriodIndex, pd.Period]]) -> list[Effect]:
    fits = [_fit(y, months, at, quick=True) for y, months, at in series]
    return [Effect("interrupted", "ratio", float(np.exp(fit.step)), *fit.interval, facts=fit.chance) for fit in fits if fit]

"""Interrupted time series: a Poisson regression of months with trend, season and a step."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hotspots.interventions.effects import NORMAL_95, Effect, Placebos, smallest_fall

LEAST_BEFORE, LEAST_AFTER = 24, 12  # months: two of each calendar month before, one after
FULL_SEASON = 5  # homicides that each calendar month needs in all, to have a term of its own
HAC_LAGS = 3


def interrupted(counts: np.ndarray, months: pd.PeriodIndex, start: pd.Period) -> Effect:
    """Estimate the step of a monthly series at `start`, beside its trend and its season.

    A Poisson regression: level, linear trend, season, and a step from `start` on. The season is a term for each calendar month, where each
    has at least five homicides in all; else one yearly wave. The interval is the widest of three: Poisson's; the one that takes the
    scatter of the months as it is (Pearson's statistic over its degrees of freedom, `scale="X2"`); and the one that allows for months
    that follow each other (HAC, Newey & West 1987, doi:10.2307/1913610, three months). It misleads where something else changed at
    the same time, and where a trend bends. Placebos: the same at made-up starts every six months before the real one.
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
    facts |= {"hac_low": float(np.exp(one.step - NORMAL_95 * one.hac)), "hac_high": float(np.exp(one.step + NORMAL_95 * one.hac))}
    facts |= {"plain_low": float(np.exp(one.step - NORMAL_95 * one.plain)), "plain_high": float(np.exp(one.step + NORMAL_95 * one.plain))}
    facts |= {"x2_low": float(np.exp(one.step - NORMAL_95 * one.x2)), "x2_high": float(np.exp(one.step + NORMAL_95 * one.x2))}
    effect = Effect("interrupted", "ratio", ratios[0], low, high, one.detectable, one.scatter, facts=facts)
    return replace(effect, shifted=(min(ratios), max(ratios)), placebos=_made_up_starts(y, months, start))


@dataclass(frozen=True)
class _Fit:
    """A fitted step: its logarithm, standard errors (Poisson, times the scatter as it is, and HAC), scatter, smallest fall found."""

    step: float
    plain: float
    x2: float
    hac: float
    scatter: float
    detectable: float

    @property
    def error(self) -> float:
        """The standard error used: the largest of the three, so never less than chance alone makes it."""
        return max(self.plain, self.x2, self.hac)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the ratio."""
        spread = NORMAL_95 * self.error
        return float(np.exp(self.step - spread)), float(np.exp(self.step + spread))


def _fit(y: np.ndarray, months: pd.PeriodIndex, start: pd.Period, *, quick: bool = False) -> _Fit | None:
    """Return the fitted step; None where the months are too few, or all homicides lie on one side."""
    after = np.asarray(months >= start, dtype=float)
    if (after == 0).sum() < LEAST_BEFORE or after.sum() < LEAST_AFTER or not y[after == 0].sum() or not y[after == 1].sum():
        return None
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    design = _design(y, months, after)
    model = GLM(y, design, family=Poisson())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a month without a homicide ever: caught by the spread below
        fit = model.fit(scale=1.0)
        hac = model.fit(scale=1.0, cov_type="HAC", cov_kwds={"maxlags": HAC_LAGS})
    step, plain = float(fit.params[1]), float(fit.bse[1])
    if not np.isfinite(plain) or plain > 10:
        return None
    scatter = float(fit.pearson_chi2 / fit.df_resid)
    usual = np.exp(design @ np.where(np.arange(design.shape[1]) == 1, 0, fit.params))
    found = _Fit(step, plain, plain * np.sqrt(scatter), float(hac.bse[1]), scatter, float("nan"))
    return found if quick else replace(found, detectable=_detectable(design, usual, after, (found.error / plain) ** 2))


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


def _made_up_starts(y: np.ndarray, months: pd.PeriodIndex, start: pd.Period) -> Placebos | None:
    """Return how often the months before the start, cut at made-up dates, show a step beyond its interval; None where too few."""
    before = np.asarray(months < start)
    earlier, known = y[before], months[before]
    fits = [_fit(earlier, known, known[cut], quick=True) for cut in range(LEAST_BEFORE, len(known) - LEAST_AFTER + 1, 6)]
    made = [fit for fit in fits if fit]
    found = sum(not fit.interval[0] <= 1 <= fit.interval[1] for fit in made)
    return Placebos(len(made), found) if made else None

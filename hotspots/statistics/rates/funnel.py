"""How far a unit's homicides lie from what its residents lead one to expect, and how far chance alone takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betainc, gammainc, pdtr

from hotspots.inference.intervals import PER, poisson_interval, poisson_limits
from hotspots.inference.random_allocation import benjamini_hochberg
from hotspots.study import Study

FUNNEL_LEVELS: tuple[float, ...] = (0.95, 0.998)
LEVEL = 0.05  # after allowing for the number of units
FEW_EXPECTED = 0.1  # units that expect fewer take no part in the scatter of all: their squares say nothing
FEWEST_FOR_SCATTER = 5
_WINSOR = 0.1  # of the units at either end, when the scatter of all is worked out


def funnel_limits(expected: Any, *, scatter: float = 1.0) -> pd.DataFrame:
    """Return the counts between which a unit's count falls by chance, when it has the rate of all units, for each `expected` count.

    A funnel plot draws units by how many homicides their residents lead one to expect: it shows how far a small place may swing by
    chance, where a league table would rank it. Columns `low_95`, `high_95`, `low_998`, `high_998`: outside the first lies 1 in 20 such
    units at most, outside the second 1 in 500. Homicide differs between places by more than chance, so many units of a real city lie
    outside; `scatter` above 1 widens the limits to a variance of that many times the expected count (negative binomial). Index: that of
    `expected`. Source: Spiegelhalter (2005), doi:10.1002/sim.1970.

    >>> funnel_limits([20]).iloc[0].astype(int).tolist()
    [12, 29, 8, 35]
    """
    table = pd.Series(expected, dtype=float)
    ends = {level: _limits(table.to_numpy(), level, scatter) for level in FUNNEL_LEVELS}
    names = {level: f"{level:.3f}"[2:].rstrip("0") for level in FUNNEL_LEVELS}
    columns = {f"{side}_{names[level]}": ends[level][i] for level in FUNNEL_LEVELS for i, side in enumerate(("low", "high"))}
    return pd.DataFrame(columns, index=table.index)


def _limits(expected: np.ndarray, level: float, scatter: float) -> tuple[np.ndarray, np.ndarray]:
    if scatter <= 1:
        return poisson_limits(expected, level)
    tail = (1 - level) / 2
    return _quantile(expected, tail, scatter), _quantile(expected, 1 - tail, scatter)


def _below(count: np.ndarray, mean: np.ndarray, scatter: float) -> np.ndarray:
    """Return how likely at most so many are, where the variance is `scatter` times the mean: Poisson, or negative binomial above 1."""
    known = np.where(mean > 0, mean, 1.0)
    some = np.maximum(count, 0)
    found = pdtr(some, known) if scatter <= 1 else betainc(known / (scatter - 1), some + 1, 1 / scatter)
    return np.asarray(np.where(count < 0, 0.0, found))


def _above(count: np.ndarray, mean: np.ndarray, scatter: float) -> np.ndarray:
    """Return how likely at least so many are."""
    some = np.maximum(count, 1)
    found = gammainc(some, mean) if scatter <= 1 else betainc(some, mean / (scatter - 1), 1 - 1 / scatter)
    return np.asarray(np.where(count > 0, found, 1.0))


def _quantile(mean: np.ndarray, at: float, scatter: float) -> np.ndarray:
    """Return the smallest count at which `_below` reaches `at`; 0 where none is expected, missing where that is not known."""
    known = np.where(mean > 0, mean, 1.0)
    low, high = np.full(len(known), -1.0), np.ceil(known + 60 * np.sqrt(scatter * known) + 60 * scatter)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        reached = _below(middle, known, scatter) >= at
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.where(mean > 0, high, np.where(mean == 0, 0.0, np.nan))


def expected_counts(study: Study) -> pd.Series:
    """Return the homicides that each unit would have at the rate of all units together; missing where it has no residents or no count.

    The rate of all is that of the homicides on the map, so that the expected counts add up to them.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 4, population=[100, 100, 200, 0]))
    >>> expected_counts(study).tolist()
    [1.0, 1.0, 2.0, nan]
    """
    people = study.person_years.where(study.exposed.notna()).astype(float)
    total = people.sum()
    return (people * (study.exposed[people.notna()].sum() / total if total > 0 else np.nan)).rename("expected")


def excess_risk(study: Study) -> pd.Series:
    """Return how many times the homicides of each unit are those that its residents lead one to expect at the rate of all units.

    1 is as many as expected, 2 twice as many, 0.5 half as many. It is the unit's rate over that of all units on the map, so it misleads
    where the rate does: where many pass and few live, and where few are expected, since then one homicide makes it large. Missing where
    nobody lives or nobody knows, and where no homicide is on the map. Shape: one number for each unit.

    4 homicides among 400 residents: 100 residents expect 1, 200 expect 2.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 3 + [(15, 5)], population=[100, 100, 200, 0]))
    >>> excess_risk(study).tolist()
    [3.0, 1.0, 0.0, nan]
    """
    expected = expected_counts(study)
    return (study.exposed / expected.where(expected > 0)).rename("excess_risk")


def excess_risk_interval(study: Study) -> pd.DataFrame:
    """Return the exact 95 % interval of each ratio, as `excess_risk_low` and `excess_risk_high`; the expected count is taken as known.

    Source: Garwood (1936), doi:10.1093/biomet/28.3-4.437; wider where people are killed together, see `intervals.poisson_interval`.
    """
    expected = expected_counts(study)
    expected = expected.where(expected > 0)
    low, high = poisson_interval(study.exposed, together=study.together)
    return pd.DataFrame({"excess_risk_low": low / expected, "excess_risk_high": high / expected})


def funnel_curve(lowest: float, highest: float, *, scatter: float = 1.0, points: int = 90) -> pd.DataFrame:
    """Return the limits as smooth lines for a chart, from `lowest` to `highest` expected homicides: as ratios to the expected number.

    Between whole counts they are interpolated, as Spiegelhalter (2005, doi:10.1002/sim.1970) does: r − (F(r) − p) ÷ (F(r) − F(r − 1)).
    Columns as in `funnel_limits`; index: the expected numbers.

    At 20, F(12) = 0.039 and F(11) = 0.021, so the lower line is at 12 − 0.8 = 11.2 homicides.

    >>> funnel_curve(20, 40, points=2).loc[20.0].round(2).tolist()
    [0.56, 1.44, 0.36, 1.74]
    """
    expected = np.geomspace(lowest, highest, points)
    columns = {}
    for level, name in zip(FUNNEL_LEVELS, ("95", "998"), strict=True):
        ends = _limits(expected, level, scatter)
        for side, whole, at in (("low", ends[0], (1 - level) / 2), ("high", ends[1], (1 + level) / 2)):
            reached, before = _below(whole, expected, scatter), _below(whole - 1, expected, scatter)
            columns[f"{side}_{name}"] = np.maximum(whole - (reached - at) / (reached - before), 0) / expected
    return pd.DataFrame(columns, index=pd.Index(expected, name="expected"))


@dataclass(frozen=True, eq=False)
class Funnel:
    """Units beside what chance explains.

    `table` has a row for each unit that expects any homicide: `count`, `expected`, `ratio`, `ratio_low` and `ratio_high` (exact 95 %),
    the limits of `funnel_limits`, `p` and `adjusted` (for the number of units), and `verdict`: `above`, `below` or `within`. `widened`
    is the verdict with limits widened by `scatter`, the variance of the units over that of chance. `left_out` units have no residents
    or no count.
    """

    table: pd.DataFrame
    scatter: float
    left_out: int

    @property
    def killed(self) -> float:
        """How many people were killed in these units."""
        return float(self.table["count"].sum())

    def outside(self, level: str = "95") -> int:
        """Return how many units lie outside the limits of `level` (`95` or `998`), before anything is allowed for."""
        table = self.table
        return int(((table["count"] < table[f"low_{level}"]) | (table["count"] > table[f"high_{level}"])).sum())

    def outside_by_chance(self) -> float:
        """Return how many units would lie outside the 95 % limits on average, were all at the rate of all."""
        table = self.table
        inside = pdtr(table["high_95"], table["expected"]) - np.where(
            table["low_95"] > 0, pdtr(table["low_95"] - 1, table["expected"]), 0.0
        )
        return float((1 - inside).sum())

    def verdicts(self, *, widened: bool = False) -> dict[str, int]:
        """Return how many units are `above`, `below` and `within`."""
        found = self.table["widened" if widened else "verdict"].value_counts()
        return {name: int(found.get(name, 0)) for name in ("above", "below", "within")}


def rate_of_all(study: Study) -> float:
    """Return the rate of all units with a count and residents together, per 100,000 person-years: what a funnel compares with.

    >>> from hotspots.testing import square_city
    >>> year = {"start": "2020-01-01", "end": "2021-01-01"}
    >>> rate_of_all(Study.of(*square_city([(5, 5), (15, 5), None], side=2, population=5000), **year))
    10.0
    """
    people = study.person_years.where(study.exposed.notna())
    return float(PER * study.exposed[people.notna()].sum() / people.sum())


def funnel(study: Study, *, level: float = LEVEL) -> Funnel | None:
    """Return each unit's homicides beside those that its residents lead one to expect, and which of them chance does not explain.

    A unit is `above` or `below` where its exact Poisson p (two-sided), adjusted for the number of units by Benjamini and Hochberg (1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x), is at most `level`. Counts and limits are of victims; the p counts people killed together in
    one unit once, since they are one event and not several. A city whose places truly differ has many outside: `widened` asks which
    stand out from that scatter too. `scatter` is the mean square of (count − expected) ÷ √expected, with the outer tenth of the units
    drawn in (winsorised), over the same of chance alone; at least 1. None where nobody is killed on the map or no residents are known.

    Source: Spiegelhalter (2005), doi:10.1002/sim.1970.

    >>> from hotspots.testing import square_city
    >>> found = funnel(Study.of(*square_city([(5, 5)] * 17 + [(15, 5), (5, 15), (15, 15)])))
    >>> found.table["expected"].tolist(), found.table["verdict"].tolist()
    ([5.0, 5.0, 5.0, 5.0], ['above', 'within', 'within', 'within'])
    """
    expected = expected_counts(study)
    known = (expected > 0).to_numpy()
    if not known.any():
        return None
    expected = expected[known]
    count = study.exposed[known].astype(float)
    low, high = poisson_interval(count, together=study.together)
    table = pd.DataFrame({"count": count, "expected": expected, "ratio": count / expected})
    table = table.assign(ratio_low=low / expected, ratio_high=high / expected).join(funnel_limits(expected))
    events = study.exposed_events[known].astype(float) if study.has_victims else count
    mean = (expected * (events.sum() / count.sum())).to_numpy()
    scatter = _scatter(events.to_numpy(), mean)
    for name, factor, verdict in (("p", 1.0, "verdict"), ("widened_p", scatter, "widened")):
        p = _two_sided(events.to_numpy(), mean, factor)
        adjusted = benjamini_hochberg(p)
        side = np.where(events > mean, "above", "below")
        table[name], table[verdict] = p, np.where(adjusted <= level, side, "within")
        table["adjusted" if name == "p" else "widened_adjusted"] = adjusted
    return Funnel(table, scatter, int((~known).sum()))


def _two_sided(count: np.ndarray, mean: np.ndarray, scatter: float) -> np.ndarray:
    """Return twice the chance of a count so far to its side of the mean, or farther: exactly Poisson, or widened by `scatter`."""
    return np.asarray(np.minimum(1.0, 2 * np.minimum(_below(count, mean, scatter), _above(count, mean, scatter))))


def _scatter(count: np.ndarray, mean: np.ndarray) -> float:
    """Return the mean square of the standardised counts, the outer tenths drawn in, over what chance alone gives; at least 1.

    Chance alone gives less than 1, because of the tenths drawn in and because few homicides scatter unevenly: it is worked out from
    draws by chance with the same means.
    """
    enough = mean >= FEW_EXPECTED
    if enough.sum() < FEWEST_FOR_SCATTER:
        return 1.0
    mean, count = mean[enough], count[enough]
    drawn = np.random.default_rng(0).poisson(mean, (200, len(mean)))
    by_chance = _drawn_in((drawn - mean) / np.sqrt(mean))
    own = float(_drawn_in(((count - mean) / np.sqrt(mean))[None, :])[0])
    return max(1.0, own / float(by_chance.mean())) if own > np.quantile(by_chance, 0.975) else 1.0


def _drawn_in(z: np.ndarray) -> np.ndarray:
    low, high = np.quantile(z, (_WINSOR, 1 - _WINSOR), axis=1)[:, :, None]
    return np.asarray((np.clip(z, low, high) ** 2).mean(axis=1))

"""Would a rule have been right? Every rule on years it had not seen, beside the plain count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import bdtrc, betaincinv

from hotspots.statistics.priorities.rules import PLAIN, RULES, Past, covered, past, scores
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.words import mark, told

SHARES: tuple[float, ...] = (0.01, 0.02, 0.05)  # of the area
MONTHS = 12
MOST_PERIODS = {1: 12, 3: 8, 12: 5}
LEAST_TRAINING = 24  # months before the first tested period
LEAST_PERIODS = 2
LEAST_UNITS = 50
LEAST_EVENTS = 30  # in the tested periods together
LEVEL = 0.05

# Why there is no back-test, in words for the screen.
REASONS: dict[str, str] = {
    "units": mark("there are fewer than 50 places; choose smaller ones, such as blocks"),
    "period": mark("the period is too short: at least four years are needed, two to learn from and two to test on"),
    "events": mark("fewer than 30 homicides with a place lie in the years to test on"),
}


@dataclass(frozen=True, eq=False)
class Hits:
    """What a rule would have caught in one tested period: `hits` of `events`, at best `best`; of the `known` before it had `before`."""

    hits: float
    events: float
    best: float
    before: float
    known: float


@dataclass(frozen=True, eq=False)
class Backtest:
    """Every rule, tested on `periods` that it had not seen.

    `table` has a row for each rule and share of the area: `hits` of `events`, the hit rate with its exact 95 % interval (`low`, `high`),
    `pai`, `pei` and `rri` each with `_low` and `_high`, `gained` and `lost` events beside the plain count, `adjusted` p and whether the
    rule `beats` it. `months` is how long each tested period is. `bandwidth` is how far the rule `density` spread each event, in metres:
    found on the years before the first tested day alone.
    """

    table: pd.DataFrame
    periods: tuple[tuple[pd.Timestamp, pd.Timestamp], ...]
    months: int
    start: pd.Timestamp
    units: int
    bandwidth: float

    def winner(self, share: float = SHARES[-1]) -> str:
        """Return the rule to use at this share of the area: of those that beat the plain count the one with most hits, else that count."""
        rows = self.table.xs(share, level="share")
        better = rows[rows["beats"]]
        return PLAIN if better.empty else str(better["hits"].idxmax())


def pick(score: np.ndarray, area: np.ndarray, share: float, *, unlucky: np.ndarray | None = None) -> np.ndarray:
    """Return how much of each place belongs to the first `share` of the area by `score`: 1, 0, or a part of the last place.

    The parts times the areas add up to that share exactly, so rules are compared on the same area. Places that tie take the last area
    together, each in part; with `unlucky` they are taken in its order, smallest first: given what happened later, the order that catches
    least.

    >>> pick(np.array([3.0, 1.0, 1.0, 0.0]), np.ones(4), 0.5).tolist()
    [1.0, 0.5, 0.5, 0.0]
    >>> pick(np.array([3.0, 1.0, 1.0, 0.0]), np.ones(4), 0.5, unlucky=np.array([0, 9, 0, 0])).tolist()
    [1.0, 0.0, 1.0, 0.0]
    """
    budget = share * area.sum()
    found = np.zeros(len(area))
    order = np.argsort(-score, kind="stable") if unlucky is None else np.lexsort((unlucky, -score))
    ends = np.cumsum(area[order])
    part = np.clip((budget - (ends - area[order])) / np.where(area[order] > 0, area[order], 1), 0, 1)
    found[order] = np.where(area[order] > 0, part, 0)
    if unlucky is not None or not len(area):
        return found
    last = score[order][min(int(np.searchsorted(ends, budget * (1 - 1e-12))), len(area) - 1)]
    tied, above = score == last, score > last
    rest = budget - area[above].sum()
    return np.where(above, 1.0, np.where(tied, np.clip(rest / max(area[tied].sum(), 1e-300), 0, 1), 0.0)) * (area > 0)


def caught(score: np.ndarray, area: np.ndarray, before: np.ndarray, after: np.ndarray, *, share: float) -> Hits:
    """Return what the first `share` of the area by `score` would have caught of the events `after`; ties broken pessimistically.

    `best` is the most that any choice of that area could have caught, knowing what was to come.

    Of 10 places alike, one is chosen. It had 4 of the 8 events before, and has 2 of the 5 after; the best place has 3.

    >>> before, after = np.array([4, 2, 1, 1, 0, 0, 0, 0, 0, 0]), np.array([2, 3, 0, 0, 0, 0, 0, 0, 0, 0])
    >>> caught(before, np.ones(10), before, after, share=0.1)
    Hits(hits=2.0, events=5.0, best=3.0, before=4.0, known=8.0)
    """
    dense = _dense(after, area)
    return _hits(pick(score, area, share, unlucky=dense), pick(dense, area, share, unlucky=dense), before, after)


def _dense(after: np.ndarray, area: np.ndarray) -> np.ndarray:
    return np.asarray(after / np.where(area > 0, area, np.inf))


def _hits(chosen: np.ndarray, best: np.ndarray, before: np.ndarray, after: np.ndarray) -> Hits:
    return Hits(float(chosen @ after), float(after.sum()), float(best @ after), float(chosen @ before), float(before.sum()))


def measured(found: list[Hits], share: float, *, level: float = 0.95) -> dict[str, float]:
    """Return hit rate, PAI, PEI and RRI of tested periods together, each with its interval.

    Hit rate n ÷ N: events caught, of all. PAI = (n ÷ N) ÷ (a ÷ A): how many times more than on as much area taken anywhere. PEI: PAI over
    that of the best possible choice. RRI = (n2 ÷ n1) ÷ (N2 ÷ N1): 1 where the places chosen held their share of before. The interval of the
    hit rate is the exact binomial one (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404), the others are that one divided by what is
    taken as given: the area, the best choice, the share before. It takes events as independent. Sources: Chainey, Tompson & Uhlig (2008,
    doi:10.1057/palgrave.sj.8350066) for PAI, Hunt (2016) for PEI, Levine (2008) for RRI.

    >>> one = measured([Hits(hits=2.0, events=5.0, best=3.0, before=4.0, known=8.0)], 0.1)
    >>> one["hit_rate"], round(one["pai"], 6), round(one["pei"], 6), one["rri"]
    (0.4, 4.0, 0.666667, 0.8)
    """
    n, of, best = (sum(getattr(one, name) for one in found) for name in ("hits", "events", "best"))
    before, known = (sum(getattr(one, name) for one in found) for name in ("before", "known"))
    tail = (1 - level) / 2
    low = float(betaincinv(n, of - n + 1, tail)) if n > 0 else 0.0
    high = float(betaincinv(n + 1, of - n, 1 - tail)) if of > n else 1.0
    nan = math.nan
    ends = {"": n / of if of else nan, "_low": low if of else nan, "_high": high if of else nan}
    given = {"pai": share, "pei": best / of if of and best else nan, "rri": before / known if known and before else nan}
    rates = {f"hit_rate{end}": value for end, value in ends.items()}
    return {"hits": n, "events": of, **rates, **{f"{name}{end}": value / by for name, by in given.items() for end, value in ends.items()}}


def backtest(study: Study, *, months: int = MONTHS, shares: tuple[float, ...] = SHARES) -> Backtest | str:
    """Return how every rule would have done on the last periods of a study, or the key of `REASONS` that says why none can be tested.

    The origin rolls: each tested period of `months` (1, 3 or 12) is ranked by what happened before its first day, and by nothing of it.
    A rule `beats` the plain count at a share of the area where the events that only it would have caught are more than those that only
    the plain count would have, by more than chance explains: one-sided exact binomial test, adjusted for all rules and shares by Holm
    (1979), at 5 %. Ties go against the rule, and for the plain count they are shared out evenly: so the rule must win without luck.
    Source of the test: McNemar (1947), doi:10.1007/BF02295996.
    """
    days = days_to_test(study, months)
    if len(study.blocks) < LEAST_UNITS:
        return "units"
    if not days:
        return "period"
    every = past(study, bandwidth_before=days[0])
    known = [every.before((days[-1] - day).days) for day in days]
    after = [later.counts - earlier.counts for earlier, later in pairwise(known)]
    if sum(one.sum() for one in after) < LEAST_EVENTS:
        return "events"
    table = _table(known[:-1], after, shares)
    periods = tuple(pairwise(days))
    return Backtest(table, periods, months, covered(study)[0], len(study.blocks), every.spread.bandwidth)


def days_to_test(study: Study, months: int) -> list[pd.Timestamp]:
    """Return the first day of each tested period of `months` and the day after the last one; none where the study is too short."""
    if months not in MOST_PERIODS:
        raise DataError(
            told("priorities: tested periods last {listed} months, not {months}", listed=", ".join(map(str, MOST_PERIODS)), months=months)
        )
    start, end = covered(study)
    fits = (end.to_period("M") - start.to_period("M")).n - LEAST_TRAINING
    many = min(max(fits, 0) // months, MOST_PERIODS[months])
    return [end - pd.DateOffset(months=months * back) for back in range(many, -1, -1)] if many >= LEAST_PERIODS else []


def _table(known: list[Past], after: list[np.ndarray], shares: tuple[float, ...]) -> pd.DataFrame:
    area = known[0].ground.area
    rows = {}
    plain = [scores(one, PLAIN) for one in known]
    dense = [_dense(one, area) for one in after]
    even = {share: [pick(one, area, share) for one in plain] for share in shares}
    best = {share: [pick(one, area, share, unlucky=one) for one in dense] for share in shares}
    for rule in RULES:
        score = plain if rule == PLAIN else [scores(one, rule) for one in known]
        if any(np.isnan(one).any() for one in score):
            continue
        for share in shares:
            chosen = [pick(one, area, share, unlucky=later) for one, later in zip(score, dense, strict=True)]
            found = [_hits(one, most, then.counts, a) for one, most, then, a in zip(chosen, best[share], known, after, strict=True)]
            gained, lost = _beside(chosen, even[share], after)
            p = 1.0 if rule == PLAIN else one_sided(gained, lost)
            rows[rule, share] = {**measured(found, share), "gained": gained, "lost": lost, "p": p}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = table.index.set_names(["rule", "share"])
    challengers = table.index.get_level_values("rule") != PLAIN
    table["adjusted"] = 1.0
    table.loc[challengers, "adjusted"] = step_down(table.loc[challengers, "p"].to_numpy())
    return table.assign(beats=challengers & (table["adjusted"] <= LEVEL).to_numpy())


def _beside(chosen: list[np.ndarray], plain: list[np.ndarray], after: list[np.ndarray]) -> tuple[float, float]:
    """Return the events that only the rule would have caught, and those that only the plain count would have."""
    apart = [one - other for one, other in zip(chosen, plain, strict=True)]
    gained = sum(float(np.maximum(one, 0) @ events) for one, events in zip(apart, after, strict=True))
    return gained, sum(float(np.maximum(-one, 0) @ events) for one, events in zip(apart, after, strict=True))


def one_sided(gained: float, lost: float) -> float:
    """Return how likely so many more gained than lost events are by the toss of a coin; parts of events are rounded against the rule."""
    up, down = math.floor(gained + 1e-9), math.ceil(lost - 1e-9)
    return float(bdtrc(up - 1, up + down, 0.5)) if up > 0 else 1.0


def step_down(p: np.ndarray) -> np.ndarray:
    """Return p adjusted for their number by Holm."""
    order = np.argsort(p, kind="stable")
    found = np.empty(len(p))
    found[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return found

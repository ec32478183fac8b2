"""Near repeats by Knox's test: are killings that are close in space closer in time than chance alone gives?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from hotspots.inference.parallel import side_by_side
from hotspots.statistics.repeats.close import close_pairs, near_days, near_pairs, near_places
from hotspots.statistics.repeats.events import events_of
from hotspots.statistics.repeats.moments import by_chance, tail
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.words import told

METRES = 200  # about one block
DAYS = 14
DRAWS = 999
SPACE_BANDS: tuple[float, ...] = (0, 100, 200, 400)  # metres, each band [a, b); the same place exactly is a band of its own
TIME_BANDS: tuple[int, ...] = (0, 7, 14, 28, 56)  # days, each band [a, b)
LEVEL = 0.05  # p up to here is more than chance explains
FEWEST = 5  # pairs that chance alone must give before "no near repeats" can be said
MOST_LOOKS = 1_000_000_000  # pairs times shuffles: some ten seconds of one processor
FEWEST_DRAWS = 99  # where there would be fewer, none is made
_TALL = 128  # pairs looked at together; below 256, so that a byte can count them
_SHARED = 50  # shuffles from which on it is worth to work side by side
_WIDE = 16_000  # days that 16 bits can hold with their differences


@dataclass(frozen=True)
class Knox:
    """Pairs of events at most `metres` and `days` apart, beside what chance alone gives.

    `observed` pairs where `mean` are expected when the days are shuffled among the places; `ratio` of the two with its 95 % interval
    `low` to `high`; `p` is the share of shuffles with as many pairs or more. `events` take part; `close` pairs are near in space,
    whenever. Ratio and interval are missing where chance gives no pair. `draws` is 0 where all shuffles were worked out instead of some
    made.
    """

    metres: float
    days: int
    events: int
    close: int
    observed: int
    mean: float
    ratio: float
    low: float
    high: float
    p: float
    draws: int

    @property
    def as_many(self) -> int:
        """How many of the shuffles gave as many pairs or more; of no use where there were none."""
        return round(self.p * (self.draws + 1)) - 1

    @property
    def verdict(self) -> str:
        """`more` than chance explains, `within` what chance gives, or `few`: too few to tell."""
        if self.p <= LEVEL:
            return "more"
        return "within" if self.mean >= FEWEST and self.high < 2 else "few"


@dataclass(frozen=True, eq=False)
class NearRepeats:
    """Knox's test at one distance and delay, and the table of all bands from the same shuffles.

    `table` has one row for each band of distance and delay: `metres_from`, `metres_to`, `days_from`, `days_to` (each [from, to); the
    band from 0 to 0 metres is the same place exactly), `observed`, `mean`, `ratio`, `p`, `adjusted_p`.
    """

    single: Knox
    table: pd.DataFrame


def knox(places: np.ndarray, days: np.ndarray, *, metres: float, within: int, draws: int = DRAWS, seed: int = 0) -> Knox:
    """Count the pairs of events at most `metres` and `within` days apart, beside the same events with their days shuffled.

    A ratio of 1.4 says: after an event, another one as near followed 1.4 times as often as if the days had nothing to do with the places.
    Places that are busy throughout raise nothing, since the shuffled events lie on them as well.

    It misleads where places change slowly: one that was busy for two years and then quiet gives close pairs without any repeat. And it
    says nothing of why: the same quarrel, or the same bad fortnight. The interval allows for pairs that share an event coming
    together, so it is wider than that of as many separate pairs. Shapes: `places` (n, 2) in metres, `days` n whole numbers. Source:
    Knox (1964), doi:10.2307/2985220.

    Two pairs of places; in the first, the days are one apart. Shuffled, one of the two near pairs has days 1 and 2 in one case of three.

    >>> found = knox(np.array([[0, 0], [0, 9], [500, 0], [500, 9]]), np.array([1, 2, 100, 200]), metres=10, within=5)
    >>> found.observed, found.close, round(found.mean, 1)
    (1, 2, 0.3)
    """
    points, day = _checked(places, days)
    pairs, gap = close_pairs(points, metres)
    near = gap <= metres
    pairs = pairs[near]
    group = np.zeros(len(pairs), dtype=np.int64)
    counts, found = _counted(day, pairs, group, np.array([within]), draws=draws, seed=seed)
    return _single(day, pairs, (found[0, 0], counts[0, 0]), metres=metres, within=within)


def near_repeats(
    study: Study,
    *,
    metres: float = METRES,
    days: int = DAYS,
    space: Sequence[float] = SPACE_BANDS,
    time: Sequence[int] = TIME_BANDS,
    draws: int = DRAWS,
    seed: int = 0,
) -> NearRepeats:
    """Return Knox's test of a study's events, and its table by bands of distance and delay.

    The events are those with a place. Bands are [a, b): 0 to 100 m is more than 0 and less than 100, since the same place exactly is a
    band of its own; the single test counts distances and delays up to and including its limits. `adjusted_p` is p adjusted for the
    number of cells (Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x): at most 0.05 means more than chance explains.

    Where very many events lie close together there are fewer shuffles than `draws`; `single.draws` says how many there were. Where not even
    99 could be counted in some ten seconds there are none (0): the mean and the variance of all shuffles are worked out exactly, and p is
    the tail of a Poisson number of that mean in units of variance ÷ mean (see `moments`).

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (5, 5), (15, 5), (15, 15)], dates=["2020-01-01", "2020-01-03", "2020-06-01", "2021-01-01"])
    >>> found = near_repeats(Study.of(incidents, blocks), draws=99)
    >>> found.single.observed, int(found.table["observed"].sum())
    (1, 1)
    """
    events = events_of(study)
    points, day = _checked(np.column_stack([events.x, events.y]), events.day)
    reach = max(metres, space[-1])
    if int(near_places(points, reach).sum()) // 2 > MOST_LOOKS // FEWEST_DRAWS:
        return _of_all_shuffles(points, day, metres=metres, days=days, space=space, time=time)
    pairs, gap = close_pairs(points, reach)
    bands = np.searchsorted(np.asarray(space[1:], dtype=float), gap, side="right") + 1
    bands = np.where(gap == 0, 0, bands)
    group = 2 * bands + (gap <= metres)
    last = np.unique([*(end - 1 for end in time[1:]), days])
    draws = min(draws, MOST_LOOKS // max(len(pairs), 1))
    counts, found = _counted(day, pairs, group, last, draws=draws, seed=seed, groups=2 * (len(space) + 1))
    at = int(np.searchsorted(last, days))
    near = gap <= metres
    single = _single(day, pairs[near], (found[1::2, at].sum(), counts[1::2, at].sum(axis=0)), metres=metres, within=days)
    both = [one.reshape(len(space) + 1, 2, *one.shape[1:]).sum(axis=1)[: len(space)] for one in (found, counts)]
    ends = [int(np.searchsorted(last, end - 1)) for end in time[1:]]
    per_cell = [np.diff(one[:, ends], axis=1, prepend=0) for one in both]
    return NearRepeats(single, _table(per_cell[0], per_cell[1], space, time))


def _of_all_shuffles(
    points: np.ndarray, day: np.ndarray, *, metres: float, days: int, space: Sequence[float], time: Sequence[int]
) -> NearRepeats:
    """Return the same where pairs are too many to be listed: what each event has near it is counted, and the near pairs alone listed."""
    pairs, gap = near_pairs(points, day, metres=max(metres, space[-1]), days=max(days, time[-1]))
    lag = np.abs(day[pairs[:, 0]] - day[pairs[:, 1]])
    bands = np.where(gap == 0, 0, np.searchsorted(np.asarray(space[1:], dtype=float), gap, side="right") + 1)
    delays = np.searchsorted(np.asarray(time[1:]), lag, side="right")
    seen = np.array([[((bands == i) & (delays == j)).sum() for j in range(len(time) - 1)] for i in range(len(space))])
    close = np.diff([near_places(points, 0), *(near_places(points, end, below=True) for end in space[1:])], axis=0, prepend=0)
    soon = np.diff([near_days(day, end - 1) for end in time[1:]], axis=0, prepend=0)
    moments = np.array([[by_chance(one.astype(float), other.astype(float)) for other in soon] for one in close])
    p = np.array([[tail(int(n), *both) for n, both in zip(*row, strict=True)] for row in zip(seen, moments, strict=True)])
    here = (gap <= metres) & (lag <= days)
    around, observed = near_places(points, metres), int(here.sum())
    mean, variance = by_chance(around.astype(float), near_days(day, days).astype(float))
    low, high = interval(observed, mean, spread_of(around, np.bincount(pairs[here].ravel(), minlength=len(day))))
    ratio, chance = observed / mean if mean > 0 else math.nan, tail(observed, mean, variance)
    single = Knox(metres, int(days), len(day), int(around.sum()) // 2, observed, mean, ratio, low, high, chance, 0)
    return NearRepeats(single, _cells(seen, moments[..., 0], p, space, time))


def shuffled(days: np.ndarray, *, draws: int, seed: int = 0) -> np.ndarray:
    """Return `days`, counted from the first of them, in `draws` random orders: one column for each.

    >>> sorted(shuffled(np.array([13, 11, 12]), draws=1)[:, 0].tolist())
    [0, 1, 2]
    """
    rng = np.random.Generator(np.random.SFC64(seed))
    wide = len(days) and days.max() - days.min() > _WIDE
    rows = np.empty((draws, len(days)), dtype=np.int32 if wide else np.int16)
    rows[:] = days - (days.min() if len(days) else 0)
    rng.permuted(rows, axis=1, out=rows)
    return np.ascontiguousarray(rows.T)


def _checked(places: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points, day = np.asarray(places, dtype=float).reshape(-1, 2), np.asarray(days)
    if len(points) != len(day):
        raise DataError(told("knox: {places} places but {days} days; each event needs one of both", places=len(points), days=len(day)))
    if not np.isfinite(points).all():
        raise DataError(
            told("knox: {n} of {places} places are missing; leave them out", n=(~np.isfinite(points).all(axis=1)).sum(), places=len(points))
        )
    if len(day) and not np.array_equal(day, np.round(day)):
        raise DataError(told("knox: days must be whole numbers"))
    return points, day.astype(np.int64)


def _counted(
    day: np.ndarray, pairs: np.ndarray, group: np.ndarray, last: np.ndarray, *, draws: int, seed: int, groups: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs at most each of `last` days apart: [group, delay, draw] for shuffled days, and [group, delay] as they are."""
    order = np.argsort(group, kind="stable")
    pairs, group = pairs[order], group[order]
    gap = np.abs(day[pairs[:, 0]] - day[pairs[:, 1]])
    found = np.array([[int(((group == g) & (gap <= end)).sum()) for end in last] for g in range(groups)])
    counts = np.zeros((groups, len(last), draws), dtype=np.int64)
    if not len(pairs):
        return counts, found
    involved, where = np.unique(pairs, return_inverse=True)
    rows = shuffled(day, draws=draws, seed=seed)
    rows = np.ascontiguousarray(rows[involved]) if len(involved) < len(day) else rows
    where = where.reshape(pairs.shape)
    ends = np.searchsorted(group, np.arange(groups + 1))

    def some(part: slice) -> None:
        here = np.ascontiguousarray(rows[:, part])
        for g in range(groups):
            _count_close(here, where[ends[g] : ends[g + 1]], last, counts[g, :, part])

    side_by_side(some, draws, least=_SHARED)
    return counts, found


def _count_close(rows: np.ndarray, pairs: np.ndarray, last: np.ndarray, out: np.ndarray) -> None:
    for start in range(0, len(pairs), _TALL):
        some = pairs[start : start + _TALL]
        gap = rows[some[:, 0]]
        gap -= rows[some[:, 1]]
        np.abs(gap, out=gap)
        for k, end in enumerate(last):
            out[k] += np.add.reduce((gap <= end).view(np.uint8), axis=0, dtype=np.uint8)


def _single(day: np.ndarray, pairs: np.ndarray, counted: tuple[int, np.ndarray], *, metres: float, within: int) -> Knox:
    observed, by_chance = int(counted[0]), counted[1]
    mean = float(by_chance.mean())
    low, high = interval(observed, mean, spread(day, pairs, within))
    p = (1 + int((by_chance >= observed).sum())) / (len(by_chance) + 1)
    ratio = observed / mean if mean > 0 else math.nan
    return Knox(metres, int(within), len(day), len(pairs), observed, mean, ratio, low, high, p, len(by_chance))


def spread(day: np.ndarray, pairs: np.ndarray, within: int) -> float:
    """Return how much more the number of near pairs varies than a Poisson number: pairs that share an event come together.

    An event with `close` others near in space has, at the mean share, so many of them near in time; the squares of what it has beside
    that, less what pairs alone give, estimate the variance that pairs with a common event add.
    """
    near = pairs[np.abs(day[pairs[:, 0]] - day[pairs[:, 1]]) <= within]
    close, of_them = (np.bincount(one.ravel(), minlength=len(day)) for one in (pairs, near))
    return spread_of(close, of_them)


def spread_of(close: np.ndarray, of_them: np.ndarray) -> float:
    """Return that of events with so many others near in space, and so many of these near in time."""
    near = float(of_them.sum()) / 2
    if not near:
        return 1.0
    beside = of_them - close * (of_them.sum() / close.sum())
    return 1 + max(0.0, float((beside**2).sum()) / near - 2)


def interval(observed: int, mean: float, spread: float) -> tuple[float, float]:
    """Return the ends of the 95 % interval of the ratio: Garwood's, for as many independent pairs as these are worth."""
    if not mean > 0:
        return math.nan, math.nan
    pieces, scale = observed / spread, spread / mean
    low = float(gammaincinv(pieces, 0.025)) if observed else 0.0
    return low * scale, float(gammaincinv(pieces + 1, 0.975)) * scale


def _table(observed: np.ndarray, by_chance: np.ndarray, space: Sequence[float], time: Sequence[int]) -> pd.DataFrame:
    mean = by_chance.mean(axis=2)
    p = (1 + (by_chance >= observed[..., None]).sum(axis=2)) / (by_chance.shape[2] + 1)
    return _cells(observed, mean, p, space, time)


def _cells(observed: np.ndarray, mean: np.ndarray, p: np.ndarray, space: Sequence[float], time: Sequence[int]) -> pd.DataFrame:
    rows = []
    for i, (a, b) in enumerate([(0.0, 0.0), *pairwise(space)]):
        for j, (c, d) in enumerate(pairwise(time)):
            seen, usual = int(observed[i, j]), float(mean[i, j])
            rows.append((a, b, c, d, seen, usual, seen / usual if usual > 0 else math.nan, float(p[i, j])))
    table = pd.DataFrame(rows, columns=["metres_from", "metres_to", "days_from", "days_to", "observed", "mean", "ratio", "p"])
    return table.assign(adjusted_p=adjusted(table["p"].to_numpy()))


def adjusted(p: np.ndarray) -> np.ndarray:
    """Return p-values adjusted for their number by Benjamini and Hochberg's rule.

    Of two, the smaller is doubled; the larger stays.

    >>> adjusted(np.array([0.01, 0.5])).tolist()
    [0.02, 0.5]
    """
    order = np.argsort(p)
    steps = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    out = np.empty(len(p))
    out[order] = np.minimum(steps, 1)
    return out

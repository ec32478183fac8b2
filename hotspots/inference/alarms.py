"""Watch counts week by week: how strongly the last weeks speak for a doubling, when an alarm is raised and ends, and how often in vain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from hotspots.inference.normal_range import quantiles

RISE = 2.0
SPANS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 26, 36, 52)  # the last weeks that are looked at
BEFORE, LEAST, GAP = 260, 130, 26  # weeks that say what is usual; fewer say nothing; those just before now say nothing
FADED = 1.0  # an alarm ends where the evidence has fallen by this (natural logarithm): to about a third
CALM = 1.5  # evidence that the last weeks are as usual, from which on no alarm stands: 4.5 times as likely as a doubling
LONGEST = 26  # weeks after which an alarm has aged: it ends, and has to be raised anew
YEAR, AROUND, STEADY = (
    52,
    4,
    44.0,
)  # the same weeks of the years before tell the season; events it has to outweigh (a swing of 15 %)
FEWEST_SHAPE, MOST_SHAPE = 0.5, 50.0
TOGETHER = 20_000  # weeks of places that are worked on at once


@dataclass(frozen=True, eq=False)
class Spread:
    """How far counts lie from the usual where nothing changes.

    `swing` is the variance of the level of a year, shared by all places, as a share of its square, and `own` what each place adds to it;
    `bunched` how many times as much as by chance counts of a few weeks vary, as where one killing is followed by another.
    """

    swing: float = 0.0
    own: float = 0.0
    bunched: float = 1.0


@dataclass(frozen=True, eq=False)
class Usual:
    """What each week is expected to bring, place by place, and the `size` of the negative binomial of the sum of the last weeks.

    The level of a year is shared by all places, so the rest of the city tells it: `others` is how many the rest had in each week, `due`
    how many were expected there, and `shared` the variance of that level as a share of its square. Without them nothing is told.
    """

    expected: np.ndarray
    size: np.ndarray
    others: np.ndarray | None = None
    due: np.ndarray | None = None
    shared: np.ndarray | None = None

    def at(self, *where: int | slice) -> Usual:
        """Return a part: of some places, of some weeks."""
        rest = (self.others, self.due, self.shared)
        return Usual(self.expected[where], self.size[where], *(None if one is None else one[where] for one in rest))

    def over(self, span: int) -> tuple[np.ndarray, np.ndarray]:
        """Return, at the end of each week, what the last `span` weeks were expected to bring, and the size of their negative binomial.

        As many times the usual as the rest of the city had its own: of a level that is a gamma distribution before, and after so many
        events another (Poisson counts). Twice as many elsewhere as in a level known to a tenth: 1.68 times the usual is expected.

        >>> one = np.ones(4)
        >>> found, _ = Usual(one, one * 1e9, one * 106.25, one * 53.125, one * 0.01).over(4)
        >>> float(found[-1].round(2))
        6.72
        """
        return next(self.over_each((span,)))

    def over_each(self, spans: Iterable[int]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Give the same for each of `spans`."""
        expected = _summed(self.expected)
        if self.others is None or self.due is None or self.shared is None:
            for span in spans:
                yield of_last(expected, span), self.size
            return
        before, others, due = 1 / self.shared, _summed(self.others), _summed(self.due)
        unsure = 1 / self.size
        for span in spans:
            seen, here, there = (of_last(one, span) for one in (others, expected, due))
            seen += before
            there += before
            here *= seen
            here /= there
            size = 1 / seen
            size += unsure
            yield here, np.divide(1, size, out=size)


def _summed(weekly: np.ndarray) -> np.ndarray:
    return np.cumsum(weekly, axis=-1, dtype=float)


def of_last(summed: np.ndarray, span: int) -> np.ndarray:
    """Return, at the end of each week, the sum of the last `span` weeks, or of all that there are, from the sums up to each week.

    >>> of_last(np.array([1, 3, 6]), 2).tolist()
    [1, 3, 5]
    """
    if span >= summed.shape[-1]:
        return summed.copy()
    found = np.empty_like(summed)
    found[..., :span] = summed[..., :span]
    np.subtract(summed[..., span:], summed[..., :-span], out=found[..., span:])
    return found


def usual_of(counts: np.ndarray, alike: np.ndarray, *, spread: Spread, first: int = LEAST + GAP, others: np.ndarray | None = None) -> Usual:
    """Return what is usual in each week from week `first` on, from the weeks before it alone.

    `counts` are places by weeks (more axes may stand before them), the whole city first; `alike` says which places are of one kind, whose
    means are drawn towards one another: a gamma distribution by the method of moments. The usual is the mean of up to 260 weeks before the
    last 26, times how the same weeks of the years before (and four on each side) lay above or below the rest in the whole city. `others`
    is what the rest of the city had beside each place, where that is not the city without it.

    >>> usual_of(np.ones((2, 300), dtype=int), np.array([False, False]), spread=Spread()).expected[1, [0, -1]].round(2).tolist()
    [1.0, 1.0]
    """
    sums = np.cumsum(np.concatenate([np.zeros((*counts.shape[:-1], 1)), counts], axis=-1), axis=-1)
    at = np.arange(first, counts.shape[-1])
    since = np.maximum(at - GAP - BEFORE, 0)
    weeks = (at - GAP - since).astype(float)
    known = sums[..., at - GAP] - sums[..., since]
    shape, mean = drawn_together(known, alike)
    known = known + shape
    rate = known / (weeks + shape * weeks / mean)
    season, unsure = _season(sums[..., 0, :], at, known[..., 0, :] / weeks)
    own = np.where(np.arange(counts.shape[-2]) == 0, 0.0, spread.own)[:, None]
    others = counts[..., :1, :] - counts if others is None else others
    before = np.cumsum(np.concatenate([np.zeros((*others.shape[:-1], 1)), others], axis=-1), axis=-1)
    due = (before[..., at - GAP] - before[..., since]) / weeks * season[..., None, :]
    shared = np.broadcast_to((spread.swing + unsure + 1e-6)[..., None, :], due.shape)
    return Usual(rate * season[..., None, :], 1 / (own + 1 / known + 1e-6), others[..., first:], due, shared)


def drawn_together(known: np.ndarray, alike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return by how many events each mean is drawn towards which number of them: places that are not alike by half of one, to itself."""
    shape, mean = np.full(known.shape, FEWEST_SHAPE), np.maximum(known, FEWEST_SHAPE)
    if alike.sum() > 1:
        some = known[..., alike, :]
        middle = np.maximum(some.mean(axis=-2, keepdims=True), FEWEST_SHAPE)
        between = np.maximum(some.var(axis=-2, ddof=1, keepdims=True) - middle, 1e-9)
        shape[..., alike, :] = np.clip(middle**2 / between, FEWEST_SHAPE, MOST_SHAPE)
        mean[..., alike, :] = middle
    return shape, mean


def _season(sums: np.ndarray, at: np.ndarray, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how each week lies above or below the rest of the year in the whole city, and the variance of that."""
    seen, weeks = np.zeros(rate.shape), np.zeros(len(at))
    for years in range(1, BEFORE // YEAR + 1):
        low, high = np.maximum(at - years * YEAR - AROUND, 0), np.maximum(at - years * YEAR + AROUND + 1, 0)
        seen += sums[..., high] - sums[..., low]
        weeks += high - low
    expected = rate * weeks + STEADY
    return (seen + STEADY) / expected, 1 / expected


def season_of(city: np.ndarray) -> np.ndarray:
    """Return how each week of a year, counted from the first one of `city`, lies above or below the rest: 52 numbers.

    >>> season_of(np.ones(260, dtype=int)).round(2)[:2].tolist()
    [1.0, 1.0]
    """
    weeks = np.arange(len(city))
    seen, known = np.bincount(weeks % YEAR, city, YEAR), np.bincount(weeks % YEAR, minlength=YEAR)
    around = np.arange(-AROUND, AROUND + 1)[:, None] + np.arange(YEAR)
    seen, known = seen[around % YEAR].sum(axis=0), known[around % YEAR].sum(axis=0)
    found = (seen + STEADY) / (float(city.mean()) * known + STEADY)
    return np.asarray(found / found.mean())


def evidence(counts: np.ndarray, usual: Usual) -> np.ndarray:
    """Return how strongly the last weeks speak for a doubling, at the end of each week; minus infinity where it is over.

    A generalised likelihood ratio over `SPANS`: the largest natural logarithm of how many times as likely the events of the last weeks are
    when twice the usual is expected as when the usual is, where the usual itself is known from so many events, years swing, and both are
    negative binomial (Lorden 1971, doi:10.1214/aoms/1177693055; for counts Höhle & Paul 2008, doi:10.1016/j.csda.2008.02.015). It is over
    where the newest of those weeks are 4.5 times as likely (`CALM`) when the usual is expected.

    Ten events in a week of four, exactly known: 10 · ln 2 − 4. A week of none after it: −4, so that is over.

    >>> evidence(np.array([4, 10, 0]), Usual(np.full(3, 4.0), np.full(3, 1e9))).round(2).tolist()
    [-1.23, 2.93, -inf]
    """
    if counts.ndim < 3:
        return _strength(counts, usual)
    some = max(TOGETHER // (counts.size // len(counts)), 1)  # as many histories at a time as stay in the processor's own memory
    parts = [slice(at, at + some) for at in range(0, len(counts), some)]
    return np.concatenate([_strength(counts[part], usual.at(part)) for part in parts])


def _strength(counts: np.ndarray, usual: Usual) -> np.ndarray:
    best, least, newest = np.full(counts.shape, -np.inf), np.zeros(counts.shape), np.zeros(counts.shape)
    for _, found in _by_span(counts, usual):
        np.copyto(newest, least, where=found > best)  # the least of the shorter spans within the strongest
        np.maximum(best, found, out=best)
        np.minimum(least, found, out=least)
    best[newest <= -CALM] = -np.inf
    return best


def strongest(counts: np.ndarray, usual: Usual) -> np.ndarray:
    """Return, at the end of each week, how many of the last weeks speak most strongly for a doubling.

    >>> strongest(np.array([4, 10, 10]), Usual(np.array([4.0, 4.0, 4.0]), np.array([1e9, 1e9, 1e9]))).tolist()
    [1, 1, 2]
    """
    found = list(_by_span(counts, usual))
    at = np.stack([one for _, one in found]).argmax(axis=0)
    return np.asarray(np.minimum(np.array([span for span, _ in found])[at], np.arange(1, counts.shape[-1] + 1)))


def _by_span(counts: np.ndarray, usual: Usual) -> Iterator[tuple[int, np.ndarray]]:
    killed = _summed(counts)
    for span, (mean, size) in zip(SPANS, usual.over_each(SPANS), strict=True):
        n = of_last(killed, span)
        found = np.log1p((RISE - 1) * mean / (size + mean))
        found *= n + size
        n *= math.log(RISE)
        n -= found
        yield span, n


def raised(found: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Return in which weeks an alarm stands, and in which it is raised: where the evidence reaches the limit.

    It ends where the evidence has faded to about a third of the limit's (by 1 in natural logarithms), or is over, or after 26 weeks;
    where the evidence is above the limit then, it is raised anew, and counts again.

    >>> stands, starts = raised(np.array([0.0, 5.2, 4.5, 3.9, 5.0]), 5.0)
    >>> stands.tolist(), starts.tolist()
    ([False, True, True, False, True], [False, True, False, False, True])
    """
    stands, starts = np.zeros(found.shape, dtype=bool), np.zeros(found.shape, dtype=bool)
    ever = (found >= limit).any(axis=-1)  # an alarm is raised nowhere else
    by_week = np.ascontiguousarray(found[ever].T)
    over, held = by_week >= limit, by_week >= limit - FADED
    up, age = np.zeros(over.shape[1:], dtype=bool), np.zeros(over.shape[1:], dtype=np.int64)
    now, new = np.zeros(over.shape, dtype=bool), np.zeros(over.shape, dtype=bool)
    for week in range(len(over)):
        up = up & held[week] & (age < LONGEST)
        new[week] = ~up & over[week]
        up = up | over[week]
        now[week] = up
        age = np.where(new[week], 1, age + 1)
    stands[ever], starts[ever] = now.T, new.T
    return stands, starts


def limit_for(found: np.ndarray, *, a_year: float) -> float:
    """Return the lowest limit at which the histories of `found` (histories by places by weeks) raise at most `a_year` alarms a year."""
    years = found.shape[0] * found.shape[-1] / YEAR
    low, high = 0.0, 20.0
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (middle, high) if raised(found, middle)[1].sum() / years > a_year else (low, middle)
    return high


def ordinary(expected: float, size: float, level: float = 0.95) -> tuple[int, int]:
    """Return the range that `level` of counts fall in where nothing changes.

    >>> ordinary(4.0, 1e9)
    (1, 8)
    """
    tail = (1 - level) / 2
    low, high = quantiles(size, expected, np.array([tail, 1 - tail]))
    return int(low), int(high)

"""Counts of months to come as distributions: a level that drifts, scores of what was foretold, and whether one way does better."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainc, gammaln, stdtrit

from hotspots.inference.alarms import drawn_together
from hotspots.inference.normal_range import SWING, held_to, quantiles

KEPT = (0.8, 0.88, 0.92, 0.95, 0.97, 0.985, 0.995, 1.0)  # how much of what is known of a level is worth a month later
STEADY = 44.0  # events that a season has to outweigh (a swing of 15 %), as in `alarms`
LEARNT = 12  # months before what was foretold a month ahead counts
TOGETHER = 256  # distributions that are summed at once
TINY = 1e-9
YEAR = 12


@dataclass(frozen=True, eq=False)
class Counts:
    """Negative binomial distributions: `mean` and `size`, of any shape."""

    mean: np.ndarray
    size: np.ndarray

    @classmethod
    def of(cls, mean: np.ndarray, variance: np.ndarray) -> Counts:
        """Return those of a mean and a variance, which is more than the mean."""
        return cls(mean, mean**2 / np.maximum(variance - mean, 1e-9 * mean))

    @property
    def _p(self) -> np.ndarray:
        return np.asarray(self.size / (self.size + self.mean))

    def upto(self, counts: np.ndarray) -> np.ndarray:
        """Return the probability of so many or fewer; 0 below 0.

        >>> one = Counts(np.array(2.0), np.array(1.0))  # a third at 0, then 2/3 of the one before each
        >>> one.upto(np.array([-1, 0, 1])).round(4).tolist()
        [0.0, 0.3333, 0.5556]
        """
        return np.where(counts < 0, 0.0, betainc(self.size, np.maximum(counts, 0) + 1.0, self._p))

    def surprise(self, counts: np.ndarray) -> np.ndarray:
        """Return the logarithmic score, minus the logarithm of the probability of what came: lower is better.

        >>> float(Counts(np.array(2.0), np.array(1.0)).surprise(np.array(1)).round(4))  # ln 4.5
        1.5041
        """
        log_p, log_rest = np.log(self._p), np.log1p(-self._p)
        ways = gammaln(counts + self.size) - gammaln(self.size) - gammaln(counts + 1.0)
        return np.asarray(-(ways + self.size * log_p + counts * log_rest))

    def off(self, counts: np.ndarray) -> np.ndarray:
        """Return the continuous ranked probability score: how far off a distribution was, in counts; lower is better.

        The sum over k of (P(count ≤ k) − [what came ≤ k])². A third at 0, 2/9 at 1, …, and 0 came: the squares of 2/3, 4/9, … are 0.8.

        >>> Counts(np.array([2.0]), np.array([1.0])).off(np.array([0])).round(4).tolist()
        [0.8]
        """
        came, mean, size = (np.ravel(one).astype(float) for one in np.broadcast_arrays(counts, self.mean, self.size))
        reach = np.maximum(mean + 10 * np.sqrt(mean + mean**2 / size), came) + 12
        found, order = np.empty(len(came)), np.argsort(reach)
        for some in np.split(order, range(TOGETHER, len(order), TOGETHER)):
            k = np.arange(int(reach[some].max(initial=0.0)))
            p = (size / (size + mean))[some, None]
            steps = np.log((k[:-1] + size[some, None]) / (k[:-1] + 1.0)) + np.log1p(-p)
            first = size[some, None] * np.log(p)
            upto = np.exp(np.hstack([first, first + np.cumsum(steps, axis=1)])).cumsum(axis=1)
            found[some] = ((upto - (k >= came[some, None])) ** 2).sum(axis=1)
        return found.reshape(np.broadcast_shapes(np.shape(counts), np.shape(self.mean)))

    def ends(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the central range that `level` of such counts lie in: smallest counts at which both tails are reached, as `quantiles`.

        >>> [one.tolist() for one in Counts(np.array([4.0]), np.array([16.0])).ends(0.95)]
        [[0], [9]]
        """
        both = quantiles(np.ravel(self.size), np.ravel(self.mean), np.array([0.5 - level / 2, 0.5 + level / 2]))
        return both[:, 0], both[:, 1]

    def within(self, counts: np.ndarray, level: float) -> np.ndarray:
        """Return which counts lie in that range."""
        return (self.upto(counts) >= 0.5 - level / 2) & (self.upto(counts - 1) < 0.5 + level / 2)


@dataclass(frozen=True, eq=False)
class Gain:
    """By how much one way of foretelling does better than another (`mean`, above 0: better), with its 95 % interval; out of `tries`.

    The interval is missing where there are too few tries to make two groups of.
    """

    mean: float
    low: float
    high: float
    tries: int

    @property
    def clear(self) -> bool:
        """Whether it does better beyond chance."""
        return bool(self.low > 0)


def gain_of(differences: np.ndarray, *, together: int) -> Gain:
    """Return the mean of successive differences with its interval, where those of `together` months may follow one another.

    They are cut into as many successive groups of at least `together` as there are, and their means held to Student's t (Ibragimov &
    Müller 2010, doi:10.1198/jbes.2009.08046): no group needs to vary as another does. It misleads where groups follow one another.

    Groups 1, 2, 3: mean 2, standard error 1/√3, t of two degrees of freedom 4.303.

    >>> found = gain_of(np.repeat([1.0, 2.0, 3.0], 4), together=4)
    >>> round(found.low, 3), round(found.high, 3), found.clear
    (-0.484, 4.484, False)
    """
    n = len(differences)
    groups = [part.mean() for part in np.array_split(differences, max(n // together, 1))] if n else []
    mean = float(np.mean(differences)) if n else float("nan")
    if len(groups) < 2:
        return Gain(mean, float("nan"), float("nan"), n)
    middle = float(np.mean(groups))
    reach = float(stdtrit(len(groups) - 1, 0.975) * np.std(groups, ddof=1) / len(groups) ** 0.5)
    return Gain(mean, middle - reach, middle + reach, n)


@dataclass(frozen=True, eq=False)
class Drift:
    """The level of the whole and the share of each place in it, both gamma distributions of which a little is forgotten every month.

    `counts` are places by months, the whole first, oldest month first; `first` is the month of the year (0 to 11) of the first. What is
    known of a level is worth a part of it (of `KEPT`) a month later, so that it may have drifted (Smith & Miller 1986; Harvey & Fernandes
    1989, doi:10.1080/07350015.1989.10509750): the part that foretold the months before best, one for the whole and one for all places
    together. Places are drawn towards one another as in `alarms.drawn_together`. The months of the year are those of the whole. Nothing
    that is told of a month knows one that comes later.
    """

    counts: np.ndarray
    first: int

    @cached_property
    def _month(self) -> np.ndarray:
        return (self.first + np.arange(self.counts.shape[1] + YEAR)) % YEAR

    @cached_property
    def season(self) -> np.ndarray:
        """How each month of the year lies above or below the rest, as the months before tell it: months by months of the year."""
        whole = self.counts[0]
        of = self._month[: len(whole), None] == np.arange(YEAR)
        seen = np.vstack([np.zeros(YEAR), np.cumsum(of * whole[:, None], axis=0)])
        times = np.vstack([np.zeros(YEAR), np.cumsum(of, axis=0)])
        mean = seen.sum(axis=1, keepdims=True) / np.maximum(times.sum(axis=1, keepdims=True), 1)
        found = (seen + STEADY) / (mean * times + STEADY)
        return np.asarray(found / found.mean(axis=1, keepdims=True))

    @cached_property
    def whole(self) -> Learnt:
        """What is known of the level of the whole."""
        months = np.arange(self.counts.shape[1])
        return Learnt.of(self.counts[:1], self.season[months, self._month[months]])

    @cached_property
    def places(self) -> Learnt:
        """What is known of the share of each place in what was foretold of the whole; in what came, for the first months."""
        due = self.counts[0].astype(float)
        months = np.arange(LEARNT, len(due))
        due[LEARNT:] = self.whole.at(months, self._season(months, 1), 1)[0][:, 0]
        return Learnt.of(self.counts[1:], due)

    def _season(self, origin: int | np.ndarray, months: int) -> np.ndarray:
        first = np.asarray(origin)[..., None]
        return np.asarray(self.season[first, self._month[first + np.arange(months)]].sum(axis=-1))

    def at(self, origin: int | np.ndarray, months: int) -> Counts:
        """Return what `months` from month `origin` on should bring, the whole first, as the months before that one tell it.

        Of many months a row for each.

        A level that jumps, as from one year to the next, lies further from what was foretold of a year than of a month: so the range of
        several months is as much wider as the same number of months lay from what was foretold of them so far
        (`normal_range.held_to`), beside a level that swings by 17 % from year to year.
        """
        mean, unsure, beyond = self.whole.at(origin, self._season(origin, months), months)
        beyond = beyond[..., None]
        variance = beyond * mean + mean**2 * unsure
        swings = np.maximum(mean * (1 + mean * SWING**2 * months / YEAR) / variance, 1.0)
        variance = variance * self._wider(origin, months, swings, part=0)
        whole = Counts.of(mean, variance)
        if len(self.counts) == 1:
            return whole
        unsure = (variance - beyond * mean) / mean**2
        mean, own, beyond = self.places.at(origin, whole.mean[..., 0], months)
        chance = beyond[..., None] * mean
        level = self._wider(origin, months, 1.0, part=1) * (chance + mean**2 * own) - chance + mean**2
        found = Counts.of(mean, chance + level * (1 + unsure) - mean**2)
        return Counts(*(np.concatenate(both, axis=-1) for both in ((whole.mean, found.mean), (whole.size, found.size))))

    def _wider(self, origin: int | np.ndarray, months: int, usual: np.ndarray | float, *, part: int) -> np.ndarray | float:
        """Return how many times the variance should be; of one month it is learnt month by month already."""
        if months == 1:
            return 1.0
        if months not in self._off:
            self._off[months] = _Off.of(self, months)
        return self._off[months].at(origin, usual, part=part)

    @cached_property
    def _off(self) -> dict[int, _Off]:
        return {}


@dataclass(frozen=True, eq=False)
class _Off:
    """The squares by which `months` lay from what was foretold of them, as a part of the variance foretold: sums over all before.

    Of the whole, and of the `places` as what came in the whole lets expect them.
    """

    months: int
    places: int
    squares: np.ndarray

    @classmethod
    def of(cls, drift: Drift, months: int) -> _Off:
        learnt = [drift.whole, drift.places] if len(drift.counts) > 1 else [drift.whole]
        tries = max(drift.counts.shape[1] - months - LEARNT + 1, 0)
        squares = np.zeros((2, tries + 1))
        origins = np.arange(LEARNT, LEARNT + tries)
        came = sums_from(drift.counts, origins, months)
        due = (drift._season(origins, months), came[0])
        for part, those in enumerate(learnt):
            mean, unsure, beyond = those.at(origins, due[part], months)
            here = came[1:].T if part else came[:1].T
            variance = beyond[:, None] * mean + mean**2 * unsure
            squares[part, 1:] = ((here - mean) ** 2).sum(axis=1) / np.maximum(variance.sum(axis=1), TINY)
        return cls(months, len(drift.counts) - 1, squares.cumsum(axis=1))

    def at(self, origin: int | np.ndarray, usual: np.ndarray | float, *, part: int) -> np.ndarray:
        """Return how many times the variance that is foretold from month `origin` on should be, as what came before it tells."""
        tries = np.maximum(np.asarray(origin) - self.months - LEARNT + 1, 0)[..., None]
        found = self.squares[part, tries] / np.maximum(tries, 1)
        return held_to(usual, found, apart(tries, self.months) * (max(self.places - 1, 1) if part else 1))


def apart(tries: int | np.ndarray, months: int) -> np.ndarray:
    """Return how many tries that do not overlap tell as much as so many successive ones of `months` each.

    The variance of a mean of squares whose correlation is the square of the part of the months that two have in common.

    >>> apart(10, 1).tolist(), apart(np.array([100, 0]), 12).round(1).tolist()
    (10.0, [12.8, 0.0])
    """
    lag, n = np.abs(np.arange(1 - months, months)), np.asarray(tries)
    together = (np.maximum(n[..., None] - lag, 0) * (1 - lag / months) ** 2).sum(axis=-1)
    return np.asarray(n**2 / np.where(n > 0, together, 1.0))


def sums_from(counts: np.ndarray, first: np.ndarray, months: int) -> np.ndarray:
    """Return the sum of so many `months` from each of the months `first` on, for each row of counts.

    >>> sums_from(np.array([[1, 2, 3, 4]]), np.array([0, 2]), 2).tolist()
    [[3, 7]]
    """
    upto = np.concatenate([np.zeros_like(counts[:, :1]), counts.cumsum(axis=1)], axis=1)
    return np.asarray(upto[:, first + months] - upto[:, first])


@dataclass(frozen=True, eq=False)
class Learnt:
    """What is known before each month, by what is kept of it: `known` events of each place while `over` were due at a level of 1.

    `best` is which part of `KEPT` foretold the months before best, `beyond` how many times as much as by chance they lay from that.
    """

    known: np.ndarray
    over: np.ndarray
    best: np.ndarray
    beyond: np.ndarray

    @classmethod
    def of(cls, counts: np.ndarray, due: np.ndarray) -> Learnt:
        """Return what the counts of places by months teach, where `due` are expected of a level of 1 in each month."""
        kept, n = np.array(KEPT), counts.shape[1]
        known, over = np.zeros((len(KEPT), len(counts), n + 1)), np.zeros((len(KEPT), n + 1))
        surprise, squares = np.zeros((len(KEPT), n + 1)), np.zeros((len(KEPT), n + 1))
        for t in range(n):
            known[:, :, t + 1] = kept[:, None] * known[:, :, t] + counts[:, t]
            over[:, t + 1] = kept * over[:, t] + due[t]
        came = counts[:, LEARNT:].T
        mean, events = _levels(np.ascontiguousarray(known[:, :, LEARNT:n].swapaxes(1, 2)), over[:, LEARNT:n, None])
        told = Counts(mean * due[LEARNT:, None], kept[:, None, None] * events)
        surprise[:, LEARNT + 1 :] = told.surprise(came).sum(axis=2).cumsum(axis=1)
        beyond = (came - told.mean) ** 2 / (told.mean + told.mean**2 / told.size)
        squares[:, LEARNT + 1 :] = beyond.mean(axis=2).cumsum(axis=1)
        tried = np.maximum(np.arange(n + 1) - LEARNT, 0)
        return cls(known, over, surprise.argmin(axis=0), np.maximum((squares + LEARNT) / (tried + LEARNT), 1.0))

    def at(self, origin: int | np.ndarray, due: float | np.ndarray, months: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the mean of what is to come where `due` are expected of a level of 1, the variance of the level as a share of its square
        (more the further ahead, since it drifts on), and how many times as much as by chance counts lie from it; of many months rows."""
        best = self.best[origin]
        mean, events = _levels(self.known[best, :, origin], self.over[best, origin][..., None])
        ahead = np.minimum.outer(np.arange(1, months + 1), np.arange(1, months + 1)).astype(float)
        drifted = np.array([(kept**-ahead).mean() for kept in KEPT])[best][..., None]
        return mean * np.asarray(due)[..., None], drifted / events, self.beyond[best, origin]


def _levels(known: np.ndarray, over: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return the level of each place, drawn towards the others, and the events that it is known from."""
    shape, middle = drawn_together(known[..., None], np.full(known.shape[-1], known.shape[-1] > 1))
    events = known + shape[..., 0]
    return events / np.maximum(over * (1 + shape[..., 0] / middle[..., 0]), TINY), events

"""Set the limit of alarms by simulating a city in which nothing changes; measure alarms in vain, and weeks until a doubling is found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hotspots.inference.alarm_spread import Told, spread_of
from hotspots.inference.alarms import BEFORE, GAP, RISE, YEAR, Spread, drawn_together, evidence, limit_for, raised, season_of, usual_of

STARTING = 26  # weeks that are watched before those that count
COUNTED = 2 * YEAR
AFTER = 78  # weeks that a doubling is looked for
CELLS, MEASURED = 2_500_000, 2_000_000  # weeks of places that are drawn: to set the limit, and to measure it with others
FEWEST, MOST = 24, 160  # histories


@dataclass(frozen=True, eq=False)
class Rule:
    """The limit of a list of places, and what it was measured to do where nothing changes or where a place doubles.

    `false_a_year` alarms in vain over the whole list, measured on `years` simulated years that did not set the limit, `false_low` to
    `false_high` their 95 % interval; of each place `places` a year. `standing` is the part of the weeks in which at least one stands.
    `delay` is the median number of weeks until a doubling of each place is found (missing where most are not within `AFTER`), `found` the
    part found within half a year. `spread` is how far counts of this city lie from the usual.
    """

    limit: float
    a_year: float
    false_a_year: float
    false_low: float
    false_high: float
    years: int
    places: np.ndarray
    standing: float
    delay: np.ndarray
    found: np.ndarray
    spread: Spread


def rule_of(counts: np.ndarray, alike: np.ndarray, *, a_year: float, seed: int = 0) -> Rule:
    """Return the rule for weekly counts of places (the whole city first): at most `a_year` alarms in vain, over all places together.

    Drawn are histories as long as this one in which nothing changes but what this city's own history shows: its level in each place, its
    season, years that swing, all places together and each by itself, and killings that come in bunches. How far each place swings is told
    poorly by so few years, so each history draws it (`alarm_spread.Told`). In each of them the usual is estimated anew from the weeks
    before, as it is here. `alike` are places whose usual is drawn towards one another (see `usual_of`).
    """
    before = min(counts.shape[-1], BEFORE + GAP)
    city = _City.of(counts, alike, told=spread_of(counts, alike))
    rng = np.random.default_rng(seed)
    weeks = before + STARTING + COUNTED
    found = city.evidence(*city.draw(rng, _histories(CELLS, len(counts), weeks), weeks), first=before)
    limit = limit_for(found[..., STARTING:], a_year=a_year)
    return _measured(city, rng, limit, before=before, a_year=a_year)


def _measured(city: _City, rng: np.random.Generator, limit: float, *, before: int, a_year: float) -> Rule:
    turn = STARTING + YEAR
    weeks = before + turn + AFTER
    many = _histories(MEASURED, len(city.rate), weeks)
    stands, starts = raised(city.evidence(*city.draw(rng, many, weeks, doubled=before + turn), first=before), limit)
    vain = starts[..., STARTING:turn].sum(axis=-1)
    a_history = vain.sum(axis=1)
    reach = 1.96 * float(a_history.std(ddof=1)) / many**0.5
    ready, after = ~stands[..., turn - 1], stands[..., turn:]
    weeks_to = np.where(after.any(axis=-1), after.argmax(axis=-1) + 1.0, np.inf)
    return Rule(
        limit=limit,
        a_year=a_year,
        false_a_year=float(a_history.mean()),
        false_low=max(float(a_history.mean()) - reach, 0.0),
        false_high=float(a_history.mean()) + reach,
        years=many,
        places=vain.mean(axis=0),
        standing=float(stands[..., STARTING:turn].any(axis=1).mean()),
        delay=np.array([_median(one[here]) for one, here in zip(weeks_to.T, ready.T, strict=True)]),
        found=((weeks_to <= GAP) & ready).sum(axis=0) / np.maximum(ready.sum(axis=0), 1),
        spread=city.spread,
    )


def _median(weeks: np.ndarray) -> float:
    """Return the middle one, missing where there is none within reach.

    >>> _median(np.array([3.0, 5.0, np.inf])), _median(np.array([3.0, np.inf, np.inf]))
    (5.0, nan)
    """
    middle = float(np.sort(weeks)[len(weeks) // 2]) if len(weeks) else np.inf
    return middle if np.isfinite(middle) else float("nan")


def _histories(cells: int, places: int, weeks: int) -> int:
    return int(np.clip(cells // (places * weeks), FEWEST, MOST))


@dataclass(frozen=True, eq=False)
class _City:
    """A city in which nothing changes: events a week of each place, the season of each week of the year, how far counts lie from them."""

    rate: np.ndarray
    season: np.ndarray
    alike: np.ndarray
    told: Told

    @property
    def spread(self) -> Spread:
        """The best guess, by which evidence is weighed."""
        return self.told.spread

    @classmethod
    def of(cls, counts: np.ndarray, alike: np.ndarray, *, told: Told) -> _City:
        weeks = min(counts.shape[1], BEFORE + GAP)
        known = counts[:, -weeks:].sum(axis=1).astype(float)[:, None]
        shape, mean = drawn_together(known, alike)
        rate = ((known + shape) / (weeks + shape * weeks / mean))[:, 0]
        return cls(rate, season_of(counts[0, -weeks:]), alike, told)

    def draw(self, rng: np.random.Generator, many: int, weeks: int, *, doubled: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return weekly counts, histories by places by weeks, and those of the rest of the city beside each place.

        From week `doubled` on each place has twice as many, by itself: the rest does not.
        """
        spread, places = self.spread, len(self.rate)
        year = (np.arange(weeks) + rng.integers(0, YEAR, (many, 1))) // YEAR
        level = np.take_along_axis(_levels(rng, (many, weeks // YEAR + 2), spread.swing), year, axis=1)
        level *= self.season[np.arange(weeks) % YEAR]
        rest = rng.poisson(level[:, None, :] * np.maximum(self.rate[0] - self.rate, 0.0)[:, None])
        mean = level[:, None, :] * self.rate[:, None]
        if doubled is not None:
            mean[..., doubled:] *= RISE
        swing = self.told.drawn(rng, many)
        if swing.any():
            own = _levels(rng, (many, places, weeks // YEAR + 2), swing[:, None, None])
            own[:, 0] = 1.0
            mean *= np.take_along_axis(own, np.broadcast_to(year[:, None, :], mean.shape), axis=2)
        if spread.bunched <= 1:
            return np.asarray(rng.poisson(mean)), rest
        more = (spread.bunched - 1) / 2  # others that follow each, on average: bunches of geometric sizes
        first = rng.poisson(mean / (1 + more))
        follow = np.zeros(mean.shape, dtype=np.int64)
        some = first > 0
        follow[some] = rng.negative_binomial(first[some], 1 / (1 + more))
        return np.asarray(first + follow), rest

    def evidence(self, counts: np.ndarray, rest: np.ndarray, *, first: int) -> np.ndarray:
        return evidence(counts[..., first:], usual_of(counts, self.alike, spread=self.spread, first=first, others=rest))


def _levels(rng: np.random.Generator, shape: tuple[int, ...], variance: float | np.ndarray) -> np.ndarray:
    held = np.maximum(variance, 1e-9)  # no swing: 1 to four digits
    return np.asarray(rng.gamma(1 / held, held, shape))

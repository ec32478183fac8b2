"""Histories in which nothing changes but by chance, by season and by years that swing: what a flag must not be raised on."""

from __future__ import annotations

import numpy as np

from hotspots.inference.alarm_rule import rule_of
from hotspots.inference.alarms import evidence, raised, usual_of
from hotspots.statistics.repeats import Cusum

SWING = 0.12  # the part of its level by which a year lies above or below the rest; Philadelphia's is 0.12 to 0.14
DISTRICTS = np.random.default_rng(22).dirichlet(np.full(22, 3.0))
NOWHERE = 0.03  # of the events are in no district


def levels(rng: np.random.Generator, years: int, *, swing: float) -> np.ndarray:
    """Return the level of each year, 1 on average."""
    return np.asarray(rng.gamma(swing**-2, swing**2, years) if swing else np.ones(years))


def yearly(
    rng: np.random.Generator, many: int, *, mean: float = 300.0, years: int = 11, swing: float = SWING, fall: float = 0.0
) -> np.ndarray:
    """Return `many` histories of yearly counts, one in a row; each year is a share `fall` below the one before."""
    level = np.array([levels(rng, years, swing=swing) for _ in range(many)])
    return rng.poisson(mean * (1 - fall) ** np.arange(years) * level)


def monthly(rng: np.random.Generator, *, year: float, years: int = 10, season: float = 0.0, swing: float = 0.0) -> np.ndarray:
    """Return monthly counts of a city with `year` events a year; the season is a wave of that part of the level."""
    month = np.arange(12 * years)
    wave = 1 + season * np.sin(2 * np.pi * month / 12 + rng.uniform(0, 2 * np.pi))
    return rng.poisson(year / 12 * wave * levels(rng, years, swing=swing)[month // 12])


def weekly(
    rng: np.random.Generator,
    year: float,
    *,
    season: float = 0.0,
    swing: float = 0.0,
    own: float = 0.0,
    bunched: float = 1.0,
    rise: float = 1.0,
    weeks: int = 286,
    after: int = 0,
    districts: np.ndarray = DISTRICTS,
) -> np.ndarray:
    """Return weekly events of a city and its districts (22, unlike), one in a row; the weeks `after` those have `rise` times as many.

    Years swing for all districts together, and by `own` for each; of `bunched` 1.2 every tenth event brings another in its week.
    """
    week = np.arange(weeks + after)
    wave = 1 + season * np.sin(2 * np.pi * week / 52.18 + rng.uniform(0, 2 * np.pi))
    years = (week + rng.integers(52)) // 52
    mean = year / 52.18 * wave * levels(rng, years[-1] + 1, swing=swing)[years] * np.where(week >= weeks, rise, 1.0)
    alone = np.array([levels(rng, years[-1] + 1, swing=own)[years] for _ in districts])
    first = rng.poisson(mean * (1 - NOWHERE) * districts[:, None] * alone / (1 + (bunched - 1) / 2))
    events = first + rng.binomial(first, (bunched - 1) / 2)
    return np.vstack([events.sum(axis=0) + rng.poisson(mean * NOWHERE), events])


def drifting(
    rng: np.random.Generator, swing: float, *, branching: float = 0.0, years: int = 8, year: int = 250, side: int = 15
) -> tuple[np.ndarray, np.ndarray]:
    """Return places (metres) and days, in order, of a city of unlike square kilometres, each of whose years swings by itself by `swing`.

    Each event is followed by `branching` others, some 100 m and 14 days away; a first event by none where it is 0.
    """
    busy = rng.gamma(1.0, 1.0, side * side)
    level = np.array([levels(rng, years, swing=swing) for _ in busy]).T
    counts = rng.poisson(year * (1 - branching) * busy / busy.sum() * level)
    when, cell = (np.repeat(one, counts[np.nonzero(counts)]) for one in np.nonzero(counts))
    place = np.column_stack([cell % side, cell // side]) * 1000.0 + rng.uniform(0, 1000, (len(cell), 2))
    day = when * 365 + rng.uniform(0, 365, len(cell))
    found = [(place, day)]
    while branching and len(day):
        of = np.repeat(np.arange(len(day)), rng.poisson(branching, len(day)))
        place, day = place[of] + rng.normal(0, 100, (len(of), 2)), day[of] + rng.exponential(14, len(of))
        found.append((place, day))
    place, day = np.vstack([one for one, _ in found]), np.concatenate([one for _, one in found])
    order = np.argsort(day)
    order = order[day[order] < years * 365]
    return place[order], np.floor(day[order]).astype(np.int64)


def alarms(rng: np.random.Generator, year: float, *, after: int = 208, a_year: float = 1.0, **more: float) -> tuple[float, float]:
    """Return alerts in vain a year, and the part of weeks in which one stands, in the weeks `after` a rule was made of 286."""
    events = weekly(rng, year, after=after, **more)  # type: ignore[arg-type]
    alike = np.arange(len(events)) > 0
    rule = rule_of(events[:, :286], alike, a_year=a_year, seed=int(rng.integers(1 << 30)))
    stands, starts = raised(evidence(events[:, 286:], usual_of(events, alike, spread=rule.spread, first=286)), rule.limit)
    return float(starts.sum() / (after / 52.18)), float(stands.any(axis=0).mean())


def waits(rng: np.random.Generator, month: float, *, districts: int = 22, **more: float) -> tuple[list[float], list[float]]:
    """Return weeks until a doubling is found in districts of `month` events: by the rule made of 286 weeks, and by a sum that knows all.

    The second is the cumulative sum for a doubling that knows the usual, with as many alarms in vain by exact calculation. Left out are
    districts where an alarm stands when the doubling begins; 79 stands for later.
    """
    ready = 26
    share, year = np.full(districts, 1 / districts), month * 12 * districts / (1 - NOWHERE)
    events = weekly(rng, year, weeks=286 + ready, after=78, districts=share, **more)  # type: ignore[arg-type]
    if districts == 1:
        events = events[1:]
    alike = np.arange(len(events)) > (0 if districts > 1 else len(events))
    rule = rule_of(events[:, :286], alike, a_year=1.0, seed=int(rng.integers(1 << 30)))
    doubled = events + np.where(np.arange(events.shape[1]) < 286 + ready, 0, rng.poisson(month * 12 / 52.18, events.shape))
    usual = usual_of(doubled, alike, spread=rule.spread, first=286, others=events[:1] - events)  # each district by itself
    stands, _ = raised(evidence(doubled[:, 286:], usual), rule.limit)
    chart = Cusum.of(month * 12 / 52.18, quiet=52.18 * len(events))
    sums = np.array([chart.sums(one[286:]) for one in doubled[-districts:]]) >= chart.limit
    return _first(stands[-districts:], ready), _first(sums, ready)


def _first(found: np.ndarray, ready: int) -> list[float]:
    after = found[:, ready:][~found[:, ready - 1]]
    return [float(one) for one in np.where(after.any(axis=1), after.argmax(axis=1) + 1.0, 79.0)]

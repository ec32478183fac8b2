"""Histories in which nothing changes but by chance, by season and by years that swing: what a flag must not be raised on."""

from __future__ import annotations

import numpy as np

from hotspots.statistics.repeats.surges import FEWEST, WATCHED, judged_weeks

SWING = 0.12  # the part of its level by which a year lies above or below the rest; Philadelphia's is 0.12 to 0.14
DISTRICTS = np.random.default_rng(22).dirichlet(np.full(22, 3.0))
NOWHERE = 0.03  # of the events are in no district


def levels(rng: np.random.Generator, years: int, *, swing: float) -> np.ndarray:
    """Return the level of each year, 1 on average."""
    return rng.gamma(swing**-2, swing**2, years) if swing else np.ones(years)


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
    rng: np.random.Generator, year: float, *, season: float = 0.0, swing: float = 0.0, rise: float = 1.0, weeks: int = 286
) -> np.ndarray:
    """Return weekly events of a city and its 22 districts, one in a row; the last 26 weeks have `rise` times as many."""
    week = np.arange(weeks)
    wave = 1 + season * np.sin(2 * np.pi * week / 52 + rng.uniform(0, 2 * np.pi))
    mean = year / 52 * wave * levels(rng, weeks // 52 + 2, swing=swing)[week // 52] * np.where(week >= weeks - WATCHED, rise, 1.0)
    events = rng.poisson(mean * (1 - NOWHERE) * DISTRICTS[:, None])
    return np.vstack([events.sum(axis=0) + rng.poisson(mean * NOWHERE), events])


def surging(events: np.ndarray) -> int:
    """Return how many surges the page shows on weekly events."""
    enough = [0, *(i for i in range(1, len(events)) if events[i, :-WATCHED].sum() >= FEWEST)]
    _, rows = judged_weeks({str(i): (events[i], events[i]) for i in enough}, 18_000)
    return sum(row["state"] == "surge" for row in rows.values())

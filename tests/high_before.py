"""Histories in which nothing is done and the areas picked are those that were highest in the year before a made-up start."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.cities.logbook import Entry
from hotspots.statistics.interventions import Case, Effect, leading
from hotspots.statistics.interventions.designs import _judged, _of_halves
from hotspots.statistics.interventions.high_before import allowing, was_high

BEFORE, AFTER = 60, 24  # months
MONTHS = pd.period_range("2010-01", periods=BEFORE + AFTER, freq="M", name="month")


def picked(
    rng: np.random.Generator, *, places: int = 40, treated: int = 3, mean: float = 1.0, effect: float = 1.0, by: str = "rise"
) -> Case:
    """Return the case of the `treated` places that a year puts first: `by` its `rise` over the four years before it, or its `level`.

    Each place has its own level, `mean` a month on average; after the start the treated ones have `effect` times as many.
    """
    level = rng.gamma(4, mean / 4, places)
    table = rng.poisson(level, (len(MONTHS), places))
    last, earlier = table[BEFORE - 12 : BEFORE].sum(axis=0), table[: BEFORE - 12].sum(axis=0) / 4
    score = (last - earlier) / np.sqrt(earlier + 1) if by == "rise" else last
    chosen = np.argsort(-score)[:treated]
    table[BEFORE:, chosen] = rng.poisson(level[chosen] * effect, (AFTER, treated))
    pool = pd.DataFrame(np.delete(table, chosen, axis=1), index=MONTHS)
    own = table[:, chosen].sum(axis=1)
    months = pd.DataFrame({"treated": own, "comparison": 0, "ring": 0, "comparison_ring": 0}, index=MONTHS)
    none = pd.Index([])
    areas = {"treated": pd.Index([f"p{one}" for one in chosen]), "comparison": none, "ring": none, "comparison_ring": none}
    start = MONTHS[BEFORE]
    victims = int(own[:BEFORE].sum()), int(own[BEFORE:].sum())
    return Case(
        Entry("x", {"en": "x"}, start.start_time, treated=tuple(areas["treated"])), months, start, areas, False, pool, victims, (), 250.0
    )


def headline(one: Case) -> Effect | None:
    """Return what the headline of a case without comparison areas is drawn from; the designs that it never leads with are left out."""
    if not was_high(one):
        return None
    return leading(tuple(_judged(effect) for effect in allowing(one, _of_halves)))

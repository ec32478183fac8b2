"""The same design where nothing happened: at made-up dates before the start, and in places that were left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from hotspots.statistics.interventions.beyond import LEAST_PLACES, Beyond, known, spread, with_usual
from hotspots.statistics.interventions.cases import Case
from hotspots.statistics.interventions.effects import Effect, Placebos
from hotspots.statistics.interventions.synthetic import LEAST_IN_PLACE, MOST_POOL

SHORT_BEFORE = 12  # months that a made-up start needs on both sides
STEP = 6  # months from one made-up start to the next
Halves = Callable[[np.ndarray, np.ndarray], Effect]


def starts(cut: int, after: int) -> list[int]:
    """Return the made-up starts in `cut` months before the real one, as far as possible with as many months after as it has.

    >>> starts(60, 24), starts(30, 24)
    ([12, 18, 24, 30, 36], [12, 18])
    """
    return list(range(SHORT_BEFORE, cut - max(after, SHORT_BEFORE) + 1, STEP)) or list(range(SHORT_BEFORE, cut - SHORT_BEFORE + 1, STEP))


def made_up(design: Halves, values: np.ndarray, cut: int) -> list[Effect]:
    """Return what the design says at made-up starts."""
    after = len(values) - cut
    found = [design(values[:at], values[at : min(at + max(after, SHORT_BEFORE), cut)]) for at in starts(cut, after)]
    return [one for one in found if np.isfinite(one.value)]


def left_alone(one: Case, *groups: str) -> list[np.ndarray]:
    """Return the months of the places left alone that are most like the treated areas in number, each beside the other `groups`."""
    cut = int((~one.after).sum())
    pool = one.pool.drop(columns=[name for name in one.pool.columns if name in one.compared])
    sums = pool.iloc[:cut].sum()
    sums = sums[sums >= LEAST_IN_PLACE]
    apart = (np.log(sums) - np.log(max(float(one.months["treated"].iloc[:cut].sum()), 1.0))).abs()
    kept = apart.sort_values(kind="stable").index[:MOST_POOL]
    beside = one.months[list(groups)].to_numpy(dtype=float)
    return [np.column_stack((pool[name].to_numpy(dtype=float), beside)) if groups else pool[name].to_numpy(dtype=float) for name in kept]


def judged_by(
    effect: Effect, dates: Sequence[Effect], places: Sequence[Effect], lengths: tuple[int, int], *, alone: bool = False
) -> tuple[Effect, Beyond]:
    """Return the effect with the placebos of its dates, and what moves it besides chance: the larger of what dates and places show.

    `lengths` are the months before and after. Where fewer than ten places are known, of the dates the one that moved most;
    and where nothing stands beside the treated areas (`alone`), that together with how far places swing anywhere.
    """
    beyond = sum(one.verdict in ("fall", "rise") for one in dates)
    effect = replace(effect, placebos=Placebos(len(dates), beyond) if dates else None)
    known_places = [one for one in places if np.isfinite(one.value) and known(one)]
    few = len(known_places) < LEAST_PLACES
    apart = max(lengths[0] / max(lengths[1], 1), 1.0)  # made-up starts whose months do not overlap
    in_time = spread(dates, apart if few else max(apart, float(len(dates))), "time", farthest=few)
    if few and alone:
        in_time = with_usual(in_time, apart if any(map(known, dates)) else 0.0)
    in_space = spread([] if few else known_places, len(known_places) - 1.0, "space")
    facts = {**effect.facts, "places_tried": 0.0 if few else float(len(known_places))}
    return replace(effect, facts=facts), max(in_time, in_space, key=lambda one: one.reach(0.0) if one.variance else 0.0)

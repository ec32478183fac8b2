"""Where next, honestly: places in order for the time to come, by rules that were tested on years they had not seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.statistics.measure import Measure
from hotspots.statistics.priorities.backtest import (
    MONTHS,
    MOST_PERIODS,
    REASONS,
    SHARES,
    Backtest,
    Hits,
    backtest,
    caught,
    measured,
    pick,
)
from hotspots.statistics.priorities.kinds import STREETS, Kinds, compared
from hotspots.statistics.priorities.rules import (
    ALLOWED_FILTERS,
    PLAIN,
    RULE_WORDS,
    RULES,
    Ground,
    Past,
    covered,
    past,
    scores,
)
from hotspots.study import Study
from hotspots.words import mark

__all__ = [
    "ALLOWED_FILTERS",
    "MEASURES",
    "MONTHS",
    "MOST_PERIODS",
    "PLAIN",
    "REASONS",
    "RULES",
    "RULE_WORDS",
    "SHARES",
    "STREETS",
    "Backtest",
    "Ground",
    "Hits",
    "Kinds",
    "Past",
    "backtest",
    "bandwidth",
    "caught",
    "compared",
    "covered",
    "measured",
    "past",
    "pick",
    "priority",
    "priority_state",
    "ranked",
    "scores",
]


def ranked(study: Study, *, rule: str = PLAIN, share: float = SHARES[-1]) -> pd.DataFrame:
    """Return the places that make up the first `share` of the area by `rule`, for the time after the study's end; first ones first.

    `order` (places that tie have the same), `name`, `events` in the study and in its last twelve months (`last_year`), `area` in m² (m
    of lines) and `within`, the smallest share of `SHARES` that takes the place in whole. Places that tie over the end of the area are
    left out together, so none is in or out by its name; the list is then shorter. Empty where the rule cannot tell places apart.

    The order is by expected events for the size of the place, so that a large place does not come first for being large. It says where
    homicides were and are likelier to be; it says nothing of anybody who lives there. Raises a `DataError` as `past` does.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5), (5, 6), (15, 5)], side=10))
    >>> ranked(study, share=0.02)[["order", "events"]].values.tolist()
    [[1, 2], [2, 1]]
    """
    seen = past(study)
    score, area = scores(seen, rule), seen.ground.area
    smallest = np.full(len(area), np.inf)
    for one in sorted({*(s for s in SHARES if s < share), share}, reverse=True):
        smallest[_whole(score, area, one)] = one
    chosen = np.flatnonzero(np.isfinite(smallest))
    recent = np.bincount(seen.unit[seen.days <= 365.25], minlength=len(area))
    table = pd.DataFrame(
        {
            "order": pd.Series(-score).rank(method="min").astype(int).to_numpy(),
            "name": geography.names(study.blocks).to_numpy(),
            "events": seen.counts.astype(int),
            "last_year": recent.astype(int),
            "area": area,
            "within": smallest,
        },
        index=study.blocks.index,
    )
    return table.iloc[chosen].sort_values(["order", "name"], kind="stable")


def bandwidth(study: Study) -> float:
    """Return how far the rule `density` spreads each event in `ranked`, in metres: by likelihood cross-validation on the study's events.

    A back-test has its own, from the years before its first tested day: see `Backtest`. 1 where all events are at one place.

    >>> from hotspots.testing import square_city
    >>> bandwidth(Study.of(*square_city([(5, 5), (5, 5)], side=10)))
    1.0
    """
    return past(study).spread.bandwidth


def _whole(score: np.ndarray, area: np.ndarray, share: float) -> np.ndarray:
    """Return which places lie in the first `share` of the area, with all that tie with them."""
    known = np.nan_to_num(score)
    _, group = np.unique(-known, return_inverse=True)
    ends = np.cumsum(np.bincount(group, weights=area))
    return np.asarray((ends[group] <= share * area.sum() * (1 + 1e-12)) & (known > 0))


def priority(study: Study) -> pd.Series:
    """Return 1 for the places that come first by the plain count of homicides before, up to 5 % of the area, and 0 for the others.

    A place that had more homicides for its size is more likely to have the next one, but not by much: of the homicides of a coming year
    most happen elsewhere, see `backtest`. It is an order of places for those who must choose where to begin, made of deaths alone; it is
    no word on the people who live there, and it is not for publication. Places that tie over the end of the 5 % are 0 together. Shape:
    one number for each unit. Source: Chainey, Tompson & Uhlig (2008), doi:10.1057/palgrave.sj.8350066.

    Of 100 squares 5 may be chosen; 2 had any.

    >>> from hotspots.testing import square_city
    >>> priority(Study.of(*square_city([(5, 5), (5, 6), (15, 5)], side=10))).sum()
    np.int64(2)
    """
    found = pd.Series(0, index=study.blocks.index, name="priority")
    if study.has_victims and study.has_outlines:
        found.loc[ranked(study).index] = 1
    return found


def priority_state(study: Study) -> pd.Series:
    """Return the state of each priority: `ok` (among the first) or `zero`."""
    return pd.Series(np.where(priority(study) > 0, "ok", "zero"), index=study.blocks.index, name="state")


MEASURES: tuple[Measure, ...] = (
    Measure(
        key="priority",
        over="city",
        compute=priority,
        label=mark("First places by the plain count"),
        unit=mark("among the first 5% of the area (1) or not (0)"),
        needs=frozenset({"counts", "victims", "outlines"}),
        state=priority_state,
        whole=True,
        doubled=None,
        mapped=False,  # it has a page of its own, with the test that it needs beside it
        words={"ok": mark("Among the first 5% of the area"), "zero": mark("Not among the first 5% of the area")},
    ),
)

"""Places with more homicides than chance explains, told apart from noise; and descriptions of how alike neighbours are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.clusters.adjacency import RULES, Contiguity, contiguity, neighbours
from hotspots.clusters.association import gi_star, local_i, morans_i
from hotspots.clusters.exact import (
    BASELINES,
    LEVEL,
    METHODS,
    Calibration,
    Windows,
    events_in,
    null_calibration,
    windows,
)
from hotspots.clusters.power import ADVICE, Advice, sparse
from hotspots.measures import Measure
from hotspots.study import Study
from hotspots.words import mark

__all__ = [
    "ADVICE",
    "BASELINES",
    "CALIBRATED",
    "DESCRIPTIVE",
    "FEW_IN_WINDOW",
    "HOT_WORDS",
    "LEVEL",
    "MEASURES",
    "METHODS",
    "RULES",
    "Advice",
    "Calibration",
    "Contiguity",
    "Windows",
    "contiguity",
    "descriptive",
    "events_in",
    "getis_ord",
    "gi_star",
    "hot_spot",
    "hot_spot_state",
    "local_i",
    "local_moran",
    "morans_i",
    "neighbours",
    "null_calibration",
    "sparse",
    "window_test",
    "window_test_state",
    "windows",
]

FEW_IN_WINDOW = 5  # events in a window on average, under which Gi* and local Moran need their warning

# What the states of `hot_spot` mean, in words for the screen.
HOT_WORDS: dict[str, str] = {
    "ok": mark("More homicides here and around than chance explains"),
    "zero": mark("Not more than chance explains"),
    "no_data": mark("Not enough residents or homicides to tell"),
}
# What stands beside a map of hot spots, and beside one of Gi* or local Moran where events are few.
CALIBRATED: str = mark("If nothing were going on, expect {expected} false hot places on this map.")
DESCRIPTIVE: str = mark(
    "A place and its neighbours hold fewer than 5 homicides on average: this describes the map and is no evidence. "
    "At such numbers it calls hundreds of places hot where nothing is going on."
)


def window_test(study: Study, *, baseline: str | None = None, method: str | None = None, gap: float | None = None) -> pd.Series:
    """Return how likely so many homicides in each unit and its neighbours would be by chance alone: the adjusted p of the window test.

    A window is a unit and its neighbours. Of the N events (victims killed together are one event), S lie in it; by chance each would
    with the share m that the window has of the `baseline`: `population` (the default where it is known), `area` (length, of lines) or
    `equal`. p is P(Binomial(N, m) ≥ S), exactly, however few the events; it is adjusted for the number of windows by Benjamini and
    Hochberg (`method` `by`: Benjamini and Yekutieli). At most 0.05: hot. `gap` is the width of streets to bridge (see `contiguity`).

    It is about the window: a unit without a homicide among hot ones is hot too. It misleads where residents say little of who is there:
    a market, a terminal, a port. Missing where the window has fewer than 100 residents or the unit's population is unknown (its events
    then take no part), and everywhere when there is no event. Shape: one number from 0 to 1 for each unit. It generalises Choynowski
    (1959, Journal of the American Statistical Association 54, 385–388) to windows.

    Three homicides in the corner of nine equal blocks. The window there is 4 of 9: p = (4/9)³ = 0.0878. Its two neighbours on the edge
    have 6 of 9: 0.2963. The middle is the whole city, and the others hold none: 1. Adjusted: 9 × 0.0878 ÷ 1 and 9 × 0.2963 ÷ 3.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5), (5, 6), (5, 7)], side=3))
    >>> window_test(study).round(4).tolist()
    [0.7901, 0.8889, 1.0, 0.8889, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    return windows(study, baseline=baseline, method=method, gap=gap).table["adjusted"].rename("window_test")


def window_test_state(study: Study) -> pd.Series:
    """Return the state of each p: `no_data` where the window is not tested, else `ok`."""
    known = window_test(study).notna()
    return pd.Series(np.where(known, "ok", "no_data"), index=study.blocks.index, name="state")


def hot_spot(study: Study, *, baseline: str | None = None, method: str | None = None, gap: float | None = None) -> pd.Series:
    """Return which units are hot: 1 where a unit and its neighbours had more homicides than chance explains, 0 where not.

    Hot: the adjusted p of `window_test`, whose arguments it takes, is at most 0.05. Where nothing is going on there is any hot unit on
    at most 5 in 100 maps. 0 does not mean safe: with few homicides even a place of twenty times the risk can be missed (see `sparse`).
    Missing where there are not enough data. Shape: 1, 0 or missing for each unit. Source: Choynowski (1959),
    Journal of the American Statistical Association 54, 385–388.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 9, side=9))
    >>> found = hot_spot(study)
    >>> found.index[found == 1].tolist()
    ['b00', 'b01', 'b10', 'b11']
    """
    p = window_test(study, baseline=baseline, method=method, gap=gap)
    return (p <= LEVEL).astype(float).where(p.notna()).rename("hot_spot")


def hot_spot_state(study: Study) -> pd.Series:
    """Return the state of each unit: `ok` where it is hot, `zero` where not, `no_data` where there are not enough data to tell."""
    found = hot_spot(study)
    return pd.Series(np.select([found.isna(), found == 0], ["no_data", "zero"], "ok"), index=study.blocks.index, name="state")


def getis_ord(study: Study, *, gap: float | None = None) -> pd.Series:
    """Return Gi* of the events of each unit: how far a unit and its neighbours lie above or below the city's mean, as a z-score.

    A description, not a test: with 100 homicides put by chance on 10,000 cells, 1.96 and more is reached hundreds of times. Use
    `hot_spot` to say what is hot. It takes no account of where people live. Missing for all where every unit has the same number.
    Shape: one number for each unit. Source: Ord and Getis (1995), doi:10.1111/j.1538-4632.1995.tb00912.x.

    >>> from hotspots.testing import square_city
    >>> getis_ord(Study.of(*square_city([(5, 5)], side=3))).round(3).tolist()  # 4 of 9 hold the one: (1 − 4/9) ÷ √(8/81 · 20/8)
    [1.118, 0.707, -0.894, 0.707, nan, -1.414, -0.894, -1.414, -0.894]
    """
    found = gi_star(events_in(study), neighbours(study.blocks, gap=gap))
    return pd.Series(found, index=study.blocks.index, name="getis_ord")


def local_moran(study: Study, *, gap: float | None = None) -> pd.Series:
    """Return local Moran's I of the events of each unit: above 0 where a unit is like its neighbours, below 0 where it is unlike them.

    A description, not a test. High beside high and low beside low both give a value above 0, so it does not say what is hot. Missing
    for a unit without neighbours, and for all where every unit has the same number. Shape: one number for each unit. Source: Anselin
    (1995), doi:10.1111/j.1538-4632.1995.tb00338.x.

    >>> from hotspots.testing import square_city
    >>> local_moran(Study.of(*square_city([(5, 5)], side=2))).round(4).tolist()  # (1 − 1/4) × (0 − 1/4) ÷ 3/16 in the corner
    [-1.0, -0.1111, -0.1111, -0.1111]
    """
    found = local_i(events_in(study), neighbours(study.blocks, gap=gap))
    return pd.Series(found, index=study.blocks.index, name="local_moran")


def descriptive(study: Study, *, gap: float | None = None) -> str:
    """Return the warning that Gi* and local Moran need, marked for translation; empty where a window holds 5 events or more on average.

    >>> from hotspots.testing import square_city
    >>> descriptive(Study.of(*square_city([(5, 5)] * 4))) == DESCRIPTIVE, descriptive(Study.of(*square_city([(5, 5)] * 5)))
    (True, '')
    """
    events = events_in(study)
    inside = neighbours(study.blocks, gap=gap) @ events + events
    return DESCRIPTIVE if not len(inside) or inside.mean() < FEW_IN_WINDOW else ""


MEASURES: tuple[Measure, ...] = (
    Measure(
        key="window_test",
        compute=window_test,
        label=mark("How likely by chance alone (adjusted p)"),
        unit=mark("adjusted p"),
        needs=frozenset({"counts", "points"}),
        state=window_test_state,
        doubled=None,
        mapped=False,  # a small p would be drawn as little
    ),
    Measure(
        key="hot_spot",
        compute=hot_spot,
        label=mark("Hot spots: more homicides than chance explains"),
        unit=mark("hot (1) or not (0)"),
        needs=frozenset({"counts", "points"}),
        state=hot_spot_state,
        whole=True,
        doubled=None,
        words=HOT_WORDS,
    ),
)

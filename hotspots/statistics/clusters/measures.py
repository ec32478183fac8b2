"""The measures of clusters and their rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.geography.adjacency import contiguity
from hotspots.statistics.clusters.association import gi_star, local_i
from hotspots.statistics.clusters.circles import circular_scan
from hotspots.statistics.clusters.detectable import detectable_remarks, detectable_risk, too_many
from hotspots.statistics.clusters.emerging_classes import CLASS_WORDS, INSUFFICIENT, emergence
from hotspots.statistics.clusters.exact_window import BASELINES, LEVEL, baseline_of, events_in, windows
from hotspots.statistics.clusters.maps import COMPARED, description_remarks, tested_remarks, together, too_few
from hotspots.statistics.clusters.smoothed import local_shrunk_rate, local_shrunk_state
from hotspots.statistics.measure import Category, Measure
from hotspots.study import Study
from hotspots.study.area_model import SURE, chance_above
from hotspots.study.memo import kept
from hotspots.words import Words, mark

# What the states of the measures mean, in words for the screen.
HOT_WORDS: dict[str, str] = {
    "ok": mark("More homicides here and around than chance explains"),
    "zero": mark("Not more than chance explains"),
    "no_data": mark("Too little known, or too few homicides, to tell"),
}
BLIND_WORDS: dict[str, str] = {"no_data": mark("Not tested, or not even 100 times the risk would be found")}
SCAN_WORDS: dict[str, str] = {
    "ok": mark("In a circle with more homicides than chance explains"),
    "zero": mark("In no such circle"),
    "no_data": mark("Not known"),
}
EMERGING_WORDS: dict[str, str] = {"zero": CLASS_WORDS["none"], "no_data": INSUFFICIENT}
LIKE_WORDS: dict[str, str] = {"no_data": mark("Every place has the same number: nothing to compare")}


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
    Missing where there are not enough data. Where the study asks for a `least` size, only those of them are hot whose own risk is more
    than so many times that of the city with 95 in 100 certainty (see `area_model`). Shape: 1, 0 or missing for each unit. Source:
    Choynowski (1959), Journal of the American Statistical Association 54, 385–388.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 9, side=9))
    >>> found = hot_spot(study)
    >>> found.index[found == 1].tolist()
    ['b00', 'b01', 'b10', 'b11']
    """
    p = window_test(study, baseline=baseline, method=method, gap=gap)
    hot = p <= LEVEL
    if study.least:
        hot &= chance_above(study, float(study.least), baseline=baseline_of(study, baseline=baseline).baseline) >= SURE
    return hot.astype(float).where(p.notna()).rename("hot_spot")


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
    found = gi_star(events_in(study), kept(study.blocks, contiguity, gap=gap).matrix)
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
    found = local_i(events_in(study), kept(study.blocks, contiguity, gap=gap).matrix)
    return pd.Series(found, index=study.blocks.index, name="local_moran")


def scan(study: Study) -> pd.Series:
    """Return which units lie in a circle with more events than chance explains: 1 in one, 0 in none.

    The circles are those of `circular_scan` with p at most 0.05: no two share a unit. The circle stands out; where its border runs is
    uncertain, and a unit in it may have had no homicide at all. Missing where the unit's baseline is unknown, and for all where no event
    is on the map. Shape: 1, 0 or missing for each unit. Source: Kulldorff (1997), doi:10.1080/03610929708831995.

    >>> from hotspots.testing import square_city
    >>> found = scan(Study.of(*square_city([(5, 5)] * 9 + [(55, 75)], side=9)))
    >>> found.index[found == 1].tolist()
    ['b00']
    """
    return (scan_groups(study) > 0).astype(float).where(_scanned(study)).rename("scan")


def _scanned(study: Study) -> pd.Series:
    found = circular_scan(study)
    return study.residents.notna() & (found.n > 0) if found.baseline == "population" else pd.Series(found.n > 0, index=study.blocks.index)


def scan_groups(study: Study) -> pd.Series:
    """Return the number of the significant circle that each unit lies in; 0 for none.

    >>> from hotspots.testing import square_city
    >>> scan_groups(Study.of(*square_city([(5, 5)] * 9 + [(55, 75)], side=9))).tolist()[:2]
    [1, 0]
    """
    found = pd.Series(0, index=study.blocks.index, name="group")
    for number, (_, row) in enumerate(circular_scan(study).significant.iterrows(), 1):
        found.loc[list(row["members"])] = number
    return found


def scan_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return what the scan was compared with, how large a circle may be, and how often it was shuffled."""
    found = circular_scan(study)
    n, cap = words.number(found.simulations), words.percent(found.cap)
    if not len(found.significant) or found.largest >= found.cap:
        told = words.say("{n} shuffles; circles of up to {cap} of the city were looked at.", n=n, cap=cap)
    else:
        told = words.say(
            "{n} shuffles; of circles of up to {cap} of the city, those of at most {largest} are shown: larger ones do not clearly tell "
            "hard-hit places apart better.",
            n=n,
            cap=cap,
            largest=words.percent(found.largest),
        )
    return (words.say(COMPARED, baseline=words.say(BASELINES[found.baseline])), told)


def emerging(study: Study) -> pd.Series:
    """Return how each hot spot came about.

    0: no pattern, 1: past, 2: easing, 3: on and off, 4: reversed, 5: lasting, 6: settling in, 7: growing, 8: new. The period is cut into
    10 equal parts, and each has its own exact window test. The classes are those that Esri publishes for emerging hot spots; whether a
    lasting one grows is told by Mann and Kendall's test of its share of the city's events (0.05). Missing where data are insufficient:
    the place was never hot, and with five times the risk would more likely be missed than found in a part. That is most places of most
    cities. There are no classes of places with fewer: at such numbers no test could tell. Shape: a whole number from 0 to 8, or missing.
    Sources: Esri, How Emerging Hot Spot Analysis works; Mann (1945), doi:10.2307/1907187.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(5, 5)] * 9, side=9, dates=["2020-12-15"] * 9), start="2020-01-01", end="2021-01-01")
    >>> emerging(study).dropna().unique().tolist()
    [8.0]
    """
    return emergence(study).code


def emerging_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return what a part of the period is, and what each was compared with."""
    starts = emergence(study).starts
    parts = words.say(
        "The period is cut into {n} parts of {days} days; hot: more than chance explains in that part.",
        n=words.number(len(starts) - 1),
        days=words.number((starts[-1] - starts[0]).days / (len(starts) - 1)),
    )
    return (words.say(COMPARED, baseline=words.say(BASELINES[baseline_of(study).baseline])), parts)


def known_state(values: pd.Series, *, zero: bool = False) -> pd.Series:
    """Return `no_data` where a value is missing, `zero` where it is 0 and `zero` is asked for, else `ok`.

    >>> known_state(pd.Series([0.0, 1.0, np.nan]), zero=True).tolist()
    ['zero', 'ok', 'no_data']
    """
    return pd.Series(np.select([values.isna(), (values == 0) & zero], ["no_data", "zero"], "ok"), index=values.index, name="state")


GI_CATEGORIES: tuple[Category, ...] = (
    Category(-np.inf, mark("Far fewer than the city's mean (2 standard deviations or more below)"), "much fewer"),
    Category(-2.0, mark("Fewer than the city's mean (1 to 2 below)"), "fewer"),
    Category(-1.0, mark("About the city's mean"), "neither"),
    Category(1.0, mark("More than the city's mean (1 to 2 above)"), "more"),
    Category(2.0, mark("Far more than the city's mean (2 standard deviations or more above)"), "many more"),
)
LIKE_CATEGORIES: tuple[Category, ...] = (
    Category(-np.inf, mark("Very unlike the places beside it"), "much fewer"),
    Category(-1.0, mark("Unlike the places beside it"), "fewer"),
    Category(-0.2, mark("Neither"), "neither"),
    Category(0.2, mark("Like the places beside it: many beside many, or few beside few"), "alike"),
    Category(1.0, mark("Very like the places beside it"), "much alike"),
)
_ROLES = {"historical": "past", "diminishing": "past", "sporadic": "at times", "oscillating": "at times", "persistent": "lasting"}
_ROLES |= {"consecutive": "growing", "intensifying": "growing", "new": "new"}
EMERGING_CATEGORIES: tuple[Category, ...] = tuple(
    Category(float(code), CLASS_WORDS[name], _ROLES[name]) for code, name in enumerate(CLASS_WORDS) if name in _ROLES
)
_EVENTS = frozenset({"counts", "victims", "outlines"})

MEASURES: tuple[Measure, ...] = (
    Measure(
        key="window_test",
        over="city",
        compute=window_test,
        label=mark("How likely by chance alone (adjusted p)"),
        unit=mark("adjusted p"),
        needs=_EVENTS,
        state=window_test_state,
        doubled=None,
        mapped=False,  # a small p would be drawn as little
    ),
    Measure(
        key="hot_spot",
        over="city",
        compute=hot_spot,
        label=mark("Hot spots: more homicides than chance explains"),
        unit=mark("hot (1) or not (0)"),
        needs=_EVENTS,
        state=hot_spot_state,
        whole=True,
        doubled=None,
        words=HOT_WORDS,
        groups=lambda study: together(study, hot_spot(study)),
        remarks=tested_remarks,
        withheld=too_few,
    ),
    Measure(
        key="detectable_risk",
        over="city",
        compute=detectable_risk,
        label=mark("Excess that the hot spots' map would have found (times the risk elsewhere)"),
        unit=mark("times the risk elsewhere"),
        needs=_EVENTS | {"neighbours"},
        state=lambda study: known_state(detectable_risk(study)),
        doubled=None,
        words=BLIND_WORDS,
        remarks=detectable_remarks,
        withheld=lambda study, words: too_few(study, words) or too_many(study, words),
    ),
    Measure(
        key="scan",
        over="city",
        compute=scan,
        label=mark("Circles with more homicides than chance explains"),
        unit=mark("in a circle (1) or not (0)"),
        needs=_EVENTS,
        state=lambda study: known_state(scan(study), zero=True),
        whole=True,
        doubled=None,
        words=SCAN_WORDS,
        groups=scan_groups,
        remarks=scan_remarks,
    ),
    Measure(
        key="emerging",
        over="city",
        compute=emerging,
        label=mark("How hot spots came about"),
        unit=mark("class, 0 to 8"),
        needs=_EVENTS | {"days"} | {"neighbours"},
        state=lambda study: known_state(emerging(study), zero=True),
        whole=True,
        doubled=None,
        words=EMERGING_WORDS,
        categories=EMERGING_CATEGORIES,
        remarks=emerging_remarks,
    ),
    Measure(
        key="getis_ord",
        over="city",
        compute=getis_ord,
        label=mark("Far above or below the city's mean (Gi*), a description"),
        unit=mark("standard deviations"),
        needs=_EVENTS | {"neighbours"},
        state=lambda study: known_state(getis_ord(study)),
        doubled=None,
        words=LIKE_WORDS,
        categories=GI_CATEGORIES,
        remarks=description_remarks,
    ),
    Measure(
        key="local_moran",
        over="city",
        compute=local_moran,
        label=mark("Like or unlike the places beside it (local Moran), a description"),
        unit=mark("local Moran's I"),
        needs=_EVENTS | {"neighbours"},
        state=lambda study: known_state(local_moran(study)),
        doubled=None,
        words=LIKE_WORDS,
        categories=LIKE_CATEGORIES,
        remarks=description_remarks,
    ),
    Measure(
        key="local_shrunk_rate",
        over="city",
        compute=local_shrunk_rate,
        label=mark("Shrunk rate among neighbours: homicides per 100,000 residents a year"),
        unit=mark("homicides per 100,000 residents a year"),
        needs=frozenset({"counts", "population", "outlines"}),
        state=local_shrunk_state,
        doubled=None,
    ),
)

"""Rates of small areas by a model of the whole map, with honest intervals: what each area's own homicides, those beside it and all tell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.inference.intervals import PER
from hotspots.study import Study
from hotspots.study.area_model import MOST, area_model
from hotspots.words import Words

UNLIKE = 0.05  # of the areas that are told to be unlike those around, at most so many are by chance
VAGUE = 10.0  # a rate whose upper end is over so many times its lower one is unstable


def smoothed_rate(study: Study) -> pd.Series:
    """Return each unit's rate as its own homicides, those of its neighbours and those of all units together tell it.

    Rates of small places jump about: two killed among 500 residents is 400 per 100,000, and next year 0. A model of the whole map learns
    how much rates differ, and how alike neighbours are, and draws each place towards its neighbours and the mean of all, the more so the
    less its own count can tell. Its interval says how well the rate is known. It misleads where one place is truly unlike all around it:
    that one is drawn too far towards them (`unlike_neighbours` lists those), and it blurs the edge between two worlds. People killed
    together are one event; the rate counts them all. A place without homicides has a rate above 0. Shape: one number for each unit, per
    100,000 person-years; missing where nobody lives or nobody knows.

    The risks are those of `area_risks`, times the rate of all units with residents. Source: Leroux, Lei and Breslow (2000),
    doi:10.1007/978-1-4612-1284-3_4, see there.

    >>> from hotspots.testing import square_city
    >>> study = Study.of(*square_city([(15, 5)] * 8, side=2), start="2020-01-01", end="2021-01-01")
    >>> found = smoothed_rate(study)  # all 8 in the second of four blocks; 200 per 100,000 for all
    >>> bool(0 < found.iloc[0] < 200 < found.iloc[1] < 800)
    True
    """
    found = area_model(study)
    value = pd.Series(np.nan, index=study.blocks.index) if found is None else found.series(PER * found.overall * found.risks.mean)
    return value.rename("smoothed_rate")


def smoothed_interval(study: Study) -> pd.DataFrame:
    """Return the 95 % credible interval of each smoothed rate, as `smoothed_rate_low` and `smoothed_rate_high`."""
    ends = ("smoothed_rate_low", "smoothed_rate_high")
    found = area_model(study)
    if found is None:
        return pd.DataFrame(np.nan, index=study.blocks.index, columns=ends)
    return pd.DataFrame({end: found.series(PER * found.overall * one) for end, one in zip(ends, found.risks.interval(), strict=True)})


def smoothed_state(study: Study) -> pd.Series:
    """Return the state of each smoothed rate: `unstable` where its upper end is over ten times its lower one, `no_data` where unknown.

    No rate is `zero`: not to have been killed yet is not to be without risk.
    """
    ends = smoothed_interval(study)
    low, high = ends["smoothed_rate_low"], ends["smoothed_rate_high"]
    state = np.select([study.held_back, low.isna(), high > VAGUE * low], ["suppressed", "no_data", "unstable"], "ok")
    return pd.Series(state, index=study.blocks.index, name="state")


def unlike_neighbours(study: Study) -> pd.Series:
    """Return the units whose own count is more than all the others let expect: the model draws them too far down. Empty: none.

    The guard against too much smoothing. Each count is looked at by what the map without it tells; of those listed at most 5 in 100 are so
    by chance (Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x). Shape: their p, by unit.
    """
    found = area_model(study)
    if found is None:
        return pd.Series(dtype=float)
    p = found.series(found.risks.without_own(found.events, found.expected)).dropna()
    order = p.sort_values()
    passed = np.flatnonzero(order.to_numpy() <= UNLIKE * np.arange(1, len(order) + 1) / len(order))
    return order.iloc[: passed.max() + 1] if len(passed) else order.iloc[:0]


def smoothing_remarks(study: Study, words: Words) -> tuple[str, ...]:
    """Return what a map of smoothed rates has to say beside it: which places it draws too far down, and where neighbours take no part."""
    found, said = unlike_neighbours(study), []
    if len(study.blocks) > MOST:
        said.append(words.say("With so many places each is drawn to the rate of all, not to that of its neighbours."))
    if len(found):
        names = geography.names(study.blocks).loc[found.index[:3]]
        said.append(
            words.count(
                "{n} place is unlike all around it, and its rate is higher than this map shows: {names}.",
                "{n} places are unlike all around them, and their rates are higher than this map shows, first {names}.",
                len(found),
                names=words.join(names),
            )
        )
    return tuple(said)

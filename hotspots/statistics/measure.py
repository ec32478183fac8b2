"""What a measure is: one number for each unit, with its label, its needs, its interval and its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import TypeVar

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.store.schema import population_bands
from hotspots.study import Study
from hotspots.study.calendar import Days, known_before
from hotspots.study.memo import kept
from hotspots.words import Words, mark

STATES: tuple[str, ...] = ("ok", "zero", "unstable", "suppressed", "no_data")
UNSTABLE_UNDER = 20  # CDC WISQARS; the 2023 NCHS rule would be 10

# What a study may lack, and the reason shown in place of the measure.
NEEDS: dict[str, str] = {
    "counts": mark("no homicides are loaded"),
    "points": mark("these data are published totals: the places of single homicides are not known"),
    "victims": mark("these data are published totals: single homicides are not known"),
    "days": mark("these data are published totals: the days of single homicides are not known"),
    "neighbours": mark("there is one place only, and nothing to compare it with"),
    "outlines": mark("no outline of these areas is loaded, so nothing is known of what lies beside them"),
    "population": mark("no population is loaded for these areas"),
    "ages": mark("residents or victims are not known by age here"),
    "areas": mark("street segments are lines and have no area; choose blocks, squares or hexagons"),
    "earlier": mark("the period is longer than a year, or the data do not reach back to the same days of the year before"),
    "streets": mark("no streets are loaded for this city"),
}

# What a measure is worked out from where a place was chosen, in words for the screen.
OVER: dict[str, str] = {
    "place": mark("worked out from the place alone"),
    "city": mark("worked out on the whole city, with the whole city's allowance, and listed inside the place"),
}
_Found = TypeVar("_Found", pd.Series, pd.DataFrame)

MONTHS_ALONE = mark("of each homicide the month is known, and not the day")
NO_COORDINATES = mark("the homicides have no coordinates: which area each lies in is known, and not where in it")


@dataclass(frozen=True)
class Scale:
    """Named classes of a measure, in place of classes by size: labels (marked), colours, and the class of each unit (−1: none)."""

    labels: tuple[str, ...]
    colours: tuple[str, ...]
    of: Callable[[Study], pd.Series]


@dataclass(frozen=True)
class Category:
    """Values from `low` up to the next category: what they mean, marked for translation, and the role of their colour (`colours.ROLES`)."""

    low: float
    label: str
    role: str


@dataclass(frozen=True)
class Measure:
    """One number for each unit of a study.

    `compute` returns a Series on `study.blocks.index`, named `key`; missing means unknown, never 0. `interval` returns a table
    with `<key>_low` and `<key>_high`; `state` a Series of `STATES`. `label` and `unit` are marked for translation. `doubled` is the law
    it keeps when there are twice as many homicides and twice as many residents: 2 for what adds up, 1 for rates and shares, None for
    what weighs evidence, which then is stronger.

    A map of it may have more to it: `categories` in place of round numbers; `groups`, the number of the tested place that each unit
    belongs to (0: none), outlined and numbered; `remarks`, sentences without which the map misleads; and `withheld`, the reason why it
    would mislead even so (empty: it does not), in place of its colours.

    `over` says what it is worked out from where a reader chose a place (a key of `OVER`): what looks at many places at once, or at what
    lies beside them, takes the whole `city` and is listed inside the `place`.
    """

    key: str
    compute: Callable[[Study], pd.Series]
    label: str
    unit: str
    needs: frozenset[str]
    state: Callable[[Study], pd.Series]
    interval: Callable[[Study], pd.DataFrame] | None = None  # None: the measure has none
    whole: bool = False  # whole numbers: counts
    doubled: int | None = 1
    mapped: bool = True  # False: for files and tables; a map of it would mislead
    words: Mapping[str, str] = field(default_factory=dict, compare=False)  # what its states mean, where not the usual; "ok" too
    scale: Scale | None = field(default=None, compare=False)  # None: classes by size
    categories: tuple[Category, ...] = ()
    groups: Callable[[Study], pd.Series] | None = None
    remarks: Callable[[Study, Words], tuple[str, ...]] | None = None
    withheld: Callable[[Study, Words], str] | None = None
    how: Callable[[Study], str] | None = None  # the reader's choices that decide it, for files: the column KEY_how
    over: str = "place"

    def __post_init__(self) -> None:
        if self.over == "place":
            return
        for name in ("compute", "state", "interval", "groups"):
            function = getattr(self, name)
            if function is not None and not hasattr(function, "on_city"):
                object.__setattr__(self, name, _on_city(function))

    def of(self, study: Study) -> Study:
        """Return the study that the measure is worked out from: this one, or that of the whole city."""
        return study.everywhere if self.over == "city" else study

    def missing(self, study: Study) -> tuple[str, ...]:
        """Return the reasons why this study cannot give the measure; empty where it can."""
        return kept(self.of(study), _lacking, self.needs)


def _on_city(function: Callable[[Study], _Found]) -> Callable[[Study], _Found]:
    """Return a function of a study that is worked out on the whole city and tells what lies in the study's place."""

    @wraps(function)
    def inside(study: Study) -> _Found:
        found = function(study.everywhere)
        return found if study.of_city is None else found.reindex(study.blocks.index)

    inside.on_city = True  # type: ignore[attr-defined]
    return inside


def _lacking(study: Study, needs: frozenset[str]) -> tuple[str, ...]:
    has: dict[str, Callable[[], bool]] = {
        "counts": lambda: not study.has_victims or bool(len(study.everywhere.incidents)),  # nobody here is 0; nobody at all is no data
        "points": lambda: study.has_points,
        "victims": lambda: study.has_victims,
        "days": lambda: study.has_days,
        "neighbours": lambda: len(study.blocks) > 1,
        "outlines": lambda: study.has_outlines or not len(study.blocks),
        "population": lambda: bool((study.person_years > 0).any()),
        "ages": lambda: "age" in study.incidents.columns and bool(population_bands(study.blocks)),
        "areas": lambda: study.has_areas,
        "earlier": lambda: bool(
            known_before(Days(max(study.start, study.covers[0]), min(study.end, study.covers[1])), study.alike(study.end))
        ),
        "streets": lambda: study.streets is not None and bool(len(study.streets)),
    }
    lacking = {need for need in needs if not has[need]()}
    return tuple(dict.fromkeys(why_not(study, need) for need in sorted(lacking)))


def why_not(study: Study, need: str) -> str:
    """Return the reason why a study lacks one of `NEEDS`, marked for translation.

    >>> from hotspots.testing import square_city
    >>> why_not(Study.of(*square_city([None])), "points").split(":")[0]
    'the homicides have no coordinates'
    """
    if need in ("areas", "points", "outlines") and study.has_victims and not study.has_outlines:
        return NEEDS["outlines"]
    if need == "days" and study.has_victims:
        return MONTHS_ALONE
    return NO_COORDINATES if need == "points" and study.has_victims else NEEDS[need]


def table(study: Study, measure: Measure) -> pd.DataFrame:
    """Return what is known of each unit: name, count, population, the measure, its interval, its state.

    The columns are those of every download: `name`, `count`, `population`, KEY, KEY_low, KEY_high, `state`.
    """
    columns = {
        "name": kept(study.blocks, geography.names),
        "count": study.counts,
        "population": study.residents,
        measure.key: measure.compute(study),
    }
    ends = [f"{measure.key}_low", f"{measure.key}_high"]
    interval = measure.interval(study) if measure.interval else pd.DataFrame(np.nan, index=study.blocks.index, columns=ends)
    return pd.DataFrame(columns, index=study.blocks.index).join(interval[ends]).assign(state=measure.state(study))

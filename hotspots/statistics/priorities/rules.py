"""What a rule may look at, and the rules: from the deaths before a day, how many to expect in each place after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from hotspots.geography import outlines
from hotspots.geography.adjacency import contiguity
from hotspots.statistics import density, rates
from hotspots.store.schema import Blocks, DataError
from hotspots.study import Study
from hotspots.study.memo import kept
from hotspots.words import mark, told

PLAIN = "count"  # the rule that every other has to beat
RECENT_YEARS = 3.0
# What happened, and when; never who was killed, nor whether anybody was arrested.
ALLOWED_FILTERS: tuple[str, ...] = ("category", "hour", "month", "weapon", "weekday")
_WEEK = 7.0
_SLIVER = 0.25  # of the area of the middle place


@dataclass(frozen=True, eq=False)
class Ground:
    """Places as rules see them: how large they are, how many live there, which lie side by side, and nothing else.

    `area` is in m² (m where the places are lines), `residents` missing where nobody knows.
    """

    area: np.ndarray
    residents: np.ndarray
    middle: np.ndarray
    beside: sparse.csr_array

    @classmethod
    def of(cls, blocks: Blocks) -> Ground:
        """Return the ground of these units."""
        middle = outlines.middles(blocks)
        nowhere = np.asarray(~np.isfinite(middle).all(axis=1))
        middle = np.where(nowhere[:, None], middle[~nowhere].mean(axis=0) if (~nowhere).any() else 0.0, middle)
        return cls(sizes(blocks), blocks["population"].to_numpy(dtype=float), middle, kept(blocks, contiguity, gap=None).matrix)


def sizes(blocks: Blocks) -> np.ndarray:
    """Return how large each place is, in m² (m where the places are lines); 0 without an outline: such a place is never among the first."""
    shapes = np.asarray(blocks.geometry.array)
    area = blocks["area"].to_numpy(dtype=float) if "area" in blocks.columns else shapely.area(shapes)  # of hexagons: on the globe
    return np.asarray(np.nan_to_num(area if (area > 0).any() else shapely.length(shapes)))


def for_its_size(expected: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Return events expected for the size of each place; one smaller than a quarter of the middle one counts as if it were that large."""
    return np.asarray(expected / np.where(area > 0, np.maximum(area, _SLIVER * np.median(area)), np.inf))


@dataclass(frozen=True, eq=False)
class Spread:
    """How the rule `density` spreads events over the places around them; worked out when that rule asks.

    `at` is where each event was and `middle` the middle of each place, in metres; `early` are the events that may decide how far.
    """

    at: np.ndarray
    middle: np.ndarray
    early: np.ndarray

    @cached_property
    def bandwidth(self) -> float:
        """How far each event is spread, in metres: by likelihood cross-validation among the `early` events alone; 1 where they are at one
        place.
        """
        found = density.cross_validated(self.early[:, 0], self.early[:, 1], kernel="quartic") if len(self.early) else None
        return float(found) if found else 1.0

    @cached_property
    def near(self) -> sparse.csc_array:
        """The quartic kernel of each event (columns) at the middle of each place (rows), 1 at its top."""
        from scipy.spatial import cKDTree

        if not len(self.at):
            return sparse.csc_array((len(self.middle), 0))
        pairs = cKDTree(self.middle).sparse_distance_matrix(cKDTree(self.at), self.bandwidth, output_type="coo_matrix")
        weight = (1 - (pairs.data / self.bandwidth) ** 2) ** 2
        return sparse.csc_array((weight, (pairs.row, pairs.col)), shape=(len(self.middle), len(self.at)))


@dataclass(frozen=True, eq=False)
class Past:
    """Everything that a rule may look at: deaths before a day, and the ground.

    One entry for each event with a place on the map: its place among the units and how many days before the day it happened. People
    killed together are one event. There is nothing here of arrests, stops, or who the people are: a rule cannot use what it does not get.
    `spread` is how the rule `density` spreads events, and `which` says which of its events these are.
    """

    unit: np.ndarray
    days: np.ndarray
    years: float
    ground: Ground
    spread: Spread
    which: np.ndarray
    by_day: bool = True  # False: of each event the month is known alone

    @property
    def counts(self) -> np.ndarray:
        """Events in each place."""
        return np.bincount(self.unit, minlength=len(self.ground.area)).astype(float)

    def before(self, days: float) -> Past:
        """Return the past as it was so many days earlier."""
        seen = self.days > days
        return Past(
            self.unit[seen], self.days[seen] - days, self.years - days / 365.25, self.ground, self.spread, self.which[seen], self.by_day
        )


def past(study: Study, *, bandwidth_before: pd.Timestamp | None = None) -> Past:
    """Return the deaths of a study as rules may see them, counted back from its end.

    `bandwidth_before` is the day up to which events may decide how far the rule `density` spreads them: a back-test gives its first
    tested day, so that nothing is fitted on what is tested. Raises a `DataError` where places or days are not known, and for a filter
    by who was killed or by whether a case was cleared: places are put in order by deaths alone.
    """
    return kept(study, _past, bandwidth_before)


def _past(study: Study, bandwidth_before: pd.Timestamp | None) -> Past:
    if not study.has_victims:
        raise DataError(told("priorities: these data are published totals, so the days and places of single homicides are not known"))
    if not study.has_outlines:
        raise DataError(told("priorities: no outline of these areas is loaded, so their sizes are not known; give [blocks] with outlines"))
    other = [name for name, _ in study.where if name not in ALLOWED_FILTERS]
    if other:
        raise DataError(
            told(
                "priorities: places are put in order by deaths alone, never by who was killed or arrested; remove the filter by {listed}",
                listed=", ".join(other),
            )
        )
    start, end = covered(study)
    events = np.append(outlines.outlined(study.blocks), False)[study.codes] & ~study.repeated
    date = study.dates[events]
    x, y = study.places
    order = np.argsort(date, kind="stable")
    days = (end.to_datetime64() - date[order]) / np.timedelta64(1, "D")
    unit = study.codes[events][order]
    ground = Ground.of(study.blocks)
    at = np.column_stack((x[events], y[events]))[order]
    at = np.where(np.isfinite(at), at, ground.middle[unit])
    early = np.ones(len(days), dtype=bool) if bandwidth_before is None else date[order] < bandwidth_before.to_datetime64()
    return Past(unit, days, (end - start).days / 365.25, ground, Spread(at, ground.middle, at[early]), np.arange(len(days)), study.has_days)


def covered(study: Study) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the part of the study's period that the data cover."""
    return max(study.start, study.covers[0]), min(study.end, study.covers[1])


def by_count(past: Past) -> np.ndarray:
    """Expect what was: the events of all the years before."""
    return past.counts


def by_recent_count(past: Past) -> np.ndarray:
    """Expect what was of late: the events of the last three years."""
    recent = past.days <= RECENT_YEARS * 365.25
    return np.bincount(past.unit[recent], minlength=len(past.ground.area)).astype(float)


def by_shrunk_rate(past: Past) -> np.ndarray:
    """Expect the shrunk rate (empirical Bayes, Marshall 1991) times the residents; where nobody lives, what was."""
    people = pd.Series(past.ground.residents).where(past.ground.residents > 0) * max(past.years, 1e-9)
    counts = pd.Series(past.counts)
    return np.asarray((rates.shrink(counts, people) * people).fillna(counts))


def by_density(past: Past) -> np.ndarray:
    """Expect as many as lie around the middle of the place, each event spread over the ground by the quartic kernel."""
    near = past.spread.near[:, past.which]
    return np.asarray(np.asarray(near.sum(axis=1)).ravel() * past.ground.area)


def by_near_repeat(past: Past) -> np.ndarray:
    """Expect more where and while events are fresh: an event counts 1 ÷ (1 + weeks since), and half of that in the places beside it.

    Source: Bowers, Johnson & Pease (2004), doi:10.1093/bjc/azh036, with places in place of cells.
    """
    fresh = np.bincount(past.unit, weights=1 / (1 + np.floor(past.days / _WEEK)), minlength=len(past.ground.area))
    return np.asarray(fresh + 0.5 * (past.ground.beside @ fresh))


Rule = Callable[[Past], np.ndarray]
RULES: Mapping[str, Rule] = {
    PLAIN: by_count,
    "recent": by_recent_count,
    "shrunk": by_shrunk_rate,
    "density": by_density,
    "near_repeat": by_near_repeat,
}
RULE_WORDS: Mapping[str, str] = {
    PLAIN: mark("Plain count: homicides of all the years before"),
    "recent": mark("Count of the last three years"),
    "shrunk": mark("Shrunk rate times residents"),
    "density": mark("Homicides around the place, near ones more"),
    "near_repeat": mark("Recent homicides here and beside, fresh ones more"),
}


def scores(past: Past, rule: str) -> np.ndarray:
    """Return how many events `rule` leads one to expect in each place for its size: what places are put in order by.

    A place smaller than a quarter of the middle one counts as if it were that large, so that one event on a sliver does not come first.
    """
    if rule not in RULES:
        raise DataError(told("priorities: there is no rule {rule}; use one of {listed}", rule=repr(rule), listed=", ".join(RULES)))
    if (rule == "shrunk" and not (past.ground.residents > 0).any()) or (rule == "near_repeat" and not past.by_day):
        return np.full(len(past.ground.area), np.nan)
    return for_its_size(RULES[rule](past), past.ground.area)

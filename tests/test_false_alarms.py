"""Cities where nothing is going on, and cities where one place is planted: blocks, hexagons, street segments; two killed together or one.

Each map is one day of one long study, so it goes the whole way from victims' places to hot units: placed by square, hexagon or nearest
street, made into events, and tested.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.geography import units
from hotspots.statistics import clusters
from hotspots.statistics.clusters import exact_window
from hotspots.store.schema import check_incidents
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_blocks, square_city

TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))
SEEDS = 2000 if TORTURE else 60
PLANTED = 500 if TORTURE else 40
UNITS = ("blocks", "h3:10", "segments")
TOGETHER = 0.3  # of the events have two victims: more than anywhere, so that a test that took victims for events would show it
APART = 25.0  # metres between the two, about: the second one may lie in another unit
FIRST = pd.Timestamp("2000-01-01")


def at_most(share: float, maps: int) -> float:
    """Return a share that is no more than 3 standard errors above what is allowed."""
    return share + 3 * np.sqrt(share * (1 - share) / maps)


@cache
def places(unit: str) -> Study:
    """Return a city of 4 × 4 km, with uneven residents and a street every 100 m, by `unit`."""
    rng = np.random.default_rng(3)
    people = np.where(rng.random(400) < 0.05, 0, rng.gamma(2, 60, 400)).round()
    blocks = square_blocks(side=20, size=200.0, population=people)
    at = np.arange(50.0, 4000.0, 100.0)
    ways = [shapely.LineString([(x, y), (x + 100, y)]) for y in at for x in at[:-1]]
    ways += [shapely.LineString([(x, y), (x, y + 100)]) for x in at for y in at[:-1]]
    index = pd.Index([f"s{n:04}" for n in range(len(ways))], name="segment_id", dtype="str")
    streets = gpd.GeoDataFrame({"street": [""] * len(ways)}, geometry=ways, index=index, crs=EPSG)
    incidents, _ = square_city([(55, 55)])
    place = units.geography(incidents, blocks, unit, streets=streets)
    return Study.of(incidents, place.blocks, unit_of=place.unit_of, streets=gpd.GeoDataFrame(streets))


@cache
def ground(unit: str, baseline: str) -> exact_window.Baseline:
    return exact_window.baseline_of(places(unit), baseline=baseline)


def spots(unit: str, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a place in each of the chosen units, well inside."""
    shapes = np.asarray(places(unit).blocks.geometry.array)[chosen]
    if unit == "segments":
        along = shapely.line_interpolate_point(shapes, rng.uniform(0.1, 0.9, len(shapes)), normalized=True)
        return shapely.get_coordinates(along) + rng.uniform(-5, 5, (len(shapes), 2))
    return shapely.get_coordinates(shapely.centroid(shapes)) + rng.uniform(-40, 40, (len(shapes), 2))


def maps(unit: str, weight: np.ndarray, n: int, *, many: int, together: float, baseline: str, seed: int) -> Iterator[Study]:
    """Yield `many` studies of `n` events that fall on the units by `weight`; in a share `together` of them two are killed."""
    rng = np.random.default_rng(seed)
    for first in range(0, many, 100):
        days = min(100, many - first)
        chosen = rng.choice(len(weight), size=n * days, p=weight / weight.sum())
        two = rng.random(len(chosen)) < together
        where = spots(unit, chosen, rng)
        second = where[two] + rng.normal(0, APART / np.sqrt(2), (two.sum(), 2))
        event = np.concatenate([np.arange(len(chosen)), np.flatnonzero(two)])
        table = gpd.GeoDataFrame(
            {
                "date": (FIRST + pd.to_timedelta(event // n, unit="D")).astype("datetime64[us]"),
                "hour": pd.array(np.zeros(len(event), dtype=int), dtype="Int8"),
                "unplaced": "",
                "event_id": event.astype(str),
            },
            geometry=shapely.points(np.concatenate([where, second])),
            crs=EPSG,
            index=pd.RangeIndex(len(event), name="incident"),
        )
        incidents = check_incidents(table)
        made = placed(unit, incidents)
        whole = Study.of(incidents, places(unit).blocks, unit_of=made, baseline=baseline, start=FIRST, end=FIRST + pd.Timedelta(days=100))
        for day in range(days):
            yield whole.between(FIRST + pd.Timedelta(days=day), FIRST + pd.Timedelta(days=day + 1))


def placed(unit: str, incidents) -> pd.Series:
    """Return the unit of each incident, found by its place among the units that were made once."""
    table, points = places(unit).blocks, np.asarray(incidents.geometry.array)
    x, y = shapely.get_x(points), shapely.get_y(points)
    if unit == "segments":
        codes, _ = units.segments.assign(x, y, lines(), within=60.0)
    elif unit == "blocks":
        codes = units.locate(x, y, table)
    else:
        codes = units.hexagons.locate(incidents, table, 10)
    return pd.Series(pd.Categorical.from_codes(codes, categories=table.index), index=incidents.index)


@cache
def lines():
    return units.segments.streets(places("segments").streets)


def hot(study: Study) -> np.ndarray:
    return (clusters.hot_spot(study) == 1).to_numpy()


GROUNDS = (("population", 0.0), ("population", TOGETHER), ("area", TOGETHER))
# Every two of unit, ground and number of events meet once; a torture run tries all three of each together.
ALL_ALIKE = [
    (unit, *ground, n)
    for i, unit in enumerate(UNITS)
    for j, ground in enumerate(GROUNDS)
    for k, n in enumerate((30, 100, 600))
    if TORTURE or (i + j + k) % 3 == 0
]


@pytest.mark.cases(1)
@pytest.mark.parametrize(("unit", "baseline", "together", "n"), ALL_ALIKE)
def test_no_false_alarms_where_nothing_goes_on(unit, baseline, together, n):
    """Any unit is hot on at most 5 of 100 maps, also where two are killed together in many events."""
    weight = ground(unit, baseline).weight
    found = [hot(one).any() for one in maps(unit, weight, n, many=SEEDS, together=together, baseline=baseline, seed=n)]
    assert len(found) == SEEDS
    assert np.mean(found) <= at_most(0.05, SEEDS)


@pytest.mark.cases(1)
@pytest.mark.parametrize("unit", UNITS)
def test_victims_instead_of_events_would_raise_false_alarms(unit):
    """The same maps, counted by victims: the tests above can fail."""
    base = ground(unit, "area")
    alarms = []
    for one in maps(unit, base.weight, 600, many=SEEDS, together=TOGETHER, baseline="area", seed=600):
        victims = one.counts.to_numpy()
        alarms.append(
            (exact_window.adjusted(exact_window.tail(base.around @ victims, int(victims.sum()), base.share)) <= exact_window.LEVEL).any()
        )
    assert np.mean(alarms) > at_most(0.05, SEEDS)


@pytest.mark.cases(1)
@pytest.mark.parametrize(("n", "least"), [(200, 0.3), (600, 0.9)])
@pytest.mark.parametrize("unit", UNITS)
def test_a_planted_place_is_found_and_little_else(unit, n, least):
    """Twenty times the risk in a unit and those beside it, two killed together in many events: what else is hot is at most 5 %."""
    base = ground(unit, "area")
    middle = len(base.weight) // 2
    planted = base.around[[middle]].toarray().ravel() > 0
    touching = base.around @ planted > 0
    weight = base.weight * np.where(planted, 20, 1)
    found = [hot(one) for one in maps(unit, weight, n, many=PLANTED, together=TOGETHER, baseline="area", seed=n)]
    assert np.mean([(one & ~touching).sum() / max(one.sum(), 1) for one in found]) <= 0.05
    assert np.mean([(one & touching).any() for one in found]) >= least

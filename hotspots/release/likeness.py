"""Whether two cities are made of the same deaths: also where one of the two was coarsened on the way."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import pdtr

from hotspots.cities import City
from hotspots.geography import units
from hotspots.geography.outlines import outlined
from hotspots.store.schema import Blocks, Incidents

SAME_DEATHS = 0.5  # share of the deaths of the smaller of two cities that are met again in the other, from which they are the same data
SURE = 4.0  # standard deviations by which more of them must be met again than two data sets of their own would share
_CELLS = (0.0001, 0.001, 0.01, 0.03)  # of a degree: some 10 m, 100 m, 1 km, 3 km
_MOSTLY = 0.5
_ATTRIBUTES = ("age", "sex", "weapon")
Codes = npt.NDArray[np.int64]


def same_deaths(one: City, other: City) -> bool:
    """Return whether two cities are made of the same deaths.

    They are where at least half the deaths of the smaller one have the day and the place (to some 100 m) of one of the other; blocks,
    names and codes may differ. A copy that dropped the days, moved the points or lost them, or knows areas alone, is met again by what it
    kept: the day, the month or the year, a place to 10 m, 100 m, 1 km or 3 km, an area of either city, and age, sex and weapon. Each set of
    these is tried, in the years that both cover. Chance is two data sets of their own, in which times, places and attributes are as
    frequent as in both together and know nothing of one another; half of the deaths beyond it have to be met, and far more than it
    allows. A copy of fewer than some five deaths, or one of months alone without places, ages, sexes and weapons, may not be met.
    """
    here, there = _deaths(one), _deaths(other)
    if len(here) and len(there) and len(here & there) >= SAME_DEATHS * min(len(here), len(there)):
        return True
    sets = [one, other] if len(one.incidents) >= len(other.incidents) else [other, one]
    rows = _of_both_times([each.incidents for each in sets])
    if min(map(len, rows)) == 0:
        return False
    days = all(each.has_days for each in sets)
    return any(_alike(keys) for keys in _keys(sets, rows, days=days))


def _deaths(city: City) -> set[tuple[int, int, int]]:
    placed = city.incidents[~city.incidents.geometry.is_empty & city.incidents.geometry.notna()]
    points = placed.geometry.to_crs(4326)
    days = placed["date"].dt.normalize().astype("datetime64[s]").astype("int64")
    columns = (days, (points.x * 1000).round().astype(int), (points.y * 1000).round().astype(int))
    return set(zip(*(column.tolist() for column in columns), strict=True))


def _of_both_times(sets: Sequence[Incidents]) -> list[Incidents]:
    """Return the deaths of the years that both sets cover."""
    years = [one["date"].dt.year for one in sets]
    first, last = max(one.min() for one in years), min(one.max() for one in years)
    return [Incidents(one[year.between(first, last)]) for one, year in zip(sets, years, strict=True)]


def _keys(sets: Sequence[City], rows: Sequence[Incidents], *, days: bool) -> Iterator[list[pd.DataFrame]]:
    """Give every set of keys by which deaths may be met again, the finest first, each as one table for each of the two data sets."""
    times = [[each["date"].dt.year * 12 + each["date"].dt.month for each in rows], [each["date"].dt.year for each in rows]]
    if days:
        times.insert(0, [each["date"].dt.normalize().astype("int64") for each in rows])
    places = _places(sets, rows)
    shared = [name for name in _ATTRIBUTES if all(name in each.columns for each in rows)]
    attributes = [[], shared] if shared else [[]]
    for time, place, names in itertools.product(times, places, attributes):
        tables = zip(rows, time, place, strict=True)
        yield [each[names].astype("str").assign(time=when.to_numpy(), place=where) for each, when, where in tables]


def _places(sets: Sequence[City], rows: Sequence[Incidents]) -> list[list[Codes]]:
    """Return the place of each death of the two data sets in several grains, each as numbers.

    The last is one place for all, where most places of either are not known: of others it would tell too little.
    """
    points = [_points(each, city.blocks) for each, city in zip(rows, sets, strict=True)]
    found = [[_cells(each, size) for each in points] for size in _CELLS]
    for city in sets:
        blocks = Blocks(city.blocks[outlined(city.blocks)])
        if len(blocks):
            found.append([_in(each, at, blocks) for each, at in zip(rows, points, strict=True)])
    lost = any((each.is_empty | each.isna()).mean() > _MOSTLY for each in points)
    return [*found, [np.zeros(len(each), dtype=np.int64) for each in rows]] if lost else found


def _points(incidents: Incidents, blocks: Blocks) -> gpd.GeoSeries:
    """Return the place of each death in degrees; that of its block where the block alone is known."""
    points = gpd.GeoSeries(incidents.geometry)
    shapes = gpd.GeoSeries(blocks.geometry[outlined(blocks)])
    lost = points.is_empty | points.isna()
    if lost.any() and len(shapes):
        inside = gpd.GeoSeries(shapes.representative_point(), crs=blocks.crs)
        of = units.assign(incidents, blocks).astype(object)
        points = points.where(~lost, gpd.GeoSeries(inside.reindex(of).to_numpy(), index=points.index, crs=blocks.crs))
    return points.to_crs(4326)


def _cells(points: gpd.GeoSeries, size: float) -> Codes:
    known = ~(points.is_empty | points.isna()).to_numpy(dtype=bool)
    cells = np.full(len(points), -1, dtype=np.int64)
    x, y = (np.floor(axis[known].to_numpy(dtype=float) / size).astype(np.int64) for axis in (points.x, points.y))
    cells[known] = x * 10_000_000 + y
    return cells


def _in(incidents: Incidents, points: gpd.GeoSeries, blocks: Blocks) -> Codes:
    """Return the position of the block that each death lies in, −1 for none."""
    bare = incidents.drop(columns="block_id", errors="ignore").set_geometry(points.to_crs(blocks.crs))
    return np.asarray(units.assign(Incidents(bare), blocks).cat.codes, dtype=np.int64)


def _alike(tables: Sequence[pd.DataFrame]) -> bool:
    """Return whether two data sets share far more of the smaller one by these keys than two of their own would."""
    more, less = (one.value_counts(sort=False) for one in tables)
    n = int(less.sum())
    met = float(np.minimum(more, less.reindex(more.index, fill_value=0)).sum())
    if met < SAME_DEATHS * n:
        return False
    chance = np.full(len(more), float(n))
    for name in tables[0].columns:
        share = pd.concat([one[name] for one in tables]).value_counts(normalize=True)
        chance *= share.reindex(more.index.get_level_values(name)).to_numpy()
    usual, spread = _expected(more.to_numpy(dtype=float), chance)
    return bool(met - usual >= SAME_DEATHS * (n - usual) and met - usual > SURE * spread)


def _expected(counts: npt.NDArray[np.float64], means: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return how many of `counts` numbers of these Poisson means meet, the lesser of the two in each place, and how far that varies.

    >>> [round(one, 3) for one in _expected(np.array([1.0, 1.0]), np.array([1.0, 0.0]))]
    [0.632, 0.482]
    """
    under = [np.where(counts < back, 0.0, pdtr(np.maximum(counts - back, 0), means)) for back in (1, 2, 3)]
    mean = means * under[1] + counts * (1 - under[0])
    square = means**2 * under[2] + means * under[1] + counts**2 * (1 - under[0])
    return float(mean.sum()), float(np.sqrt(np.clip(square - mean**2, 0, None).sum()))

"""Made-up interventions in the real histories of Philadelphia and Chicago: nothing was done on those days in those places.

Areas are drawn by chance, or all of the city; the start lies anywhere with five years before it and two after. What is then found is false.
And simulated ones, whose places drift each by itself.
"""

from __future__ import annotations

import functools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.cities.logbook import Entry
from hotspots.statistics.interventions import Case, Effect, against_comparison, before_after, leading
from hotspots.statistics.interventions.designs import _series, _tried, every
from hotspots.statistics.interventions.staggered import Begun

BEFORE, AFTER = 60, 24  # months
GROUPS = ("treated", "comparison", "ring", "comparison_ring")


@functools.cache
def months_of(folder: Path, city: str) -> pd.DataFrame:
    """Return the homicides by month (rows) and community area of Chicago, or neighbourhood of Philadelphia; one for each event."""
    if city == "chicago":
        rows = pd.read_csv(folder / "chicago" / "homicides_2001_2018.csv").drop_duplicates("Case Number")
        day = pd.to_datetime(rows["Date"], format="%m/%d/%y %H:%M")
        points = gpd.GeoSeries(gpd.points_from_xy(rows["Longitude"], rows["Latitude"]), index=rows.index, crs=4326)
        areas = gpd.read_file(folder / "chicago" / "community_areas.geojson")
    else:
        rows = pd.read_csv(folder / "philadelphia" / "homicides_2006_2018.csv").drop_duplicates(["dispatch_date_time", "geometry"])
        day = pd.to_datetime(rows["dispatch_date_time"], utc=True).dt.tz_localize(None)
        points = gpd.GeoSeries.from_wkt(rows["geometry"], crs=2272)
        areas = gpd.read_file(folder / "philadelphia" / "neighborhoods.geojson")
    points = points[points.notna() & ~points.is_empty]
    areas = areas.to_crs(points.crs)
    found = gpd.sjoin(gpd.GeoDataFrame(geometry=points), areas[["geometry"]], predicate="within")["index_right"]
    found = found[~found.index.duplicated()]
    table = pd.crosstab(day.loc[found.index].dt.to_period("M"), found).rename(columns=str)
    whole = pd.period_range(table.index.min(), table.index.max() - 1, freq="M", name="month")
    return table.reindex(whole, fill_value=0)


def made_up(table: pd.DataFrame, rng: np.random.Generator, *, areas: int = 2) -> Case:
    """Return the case of a made-up start, in so many areas beside as many of like size; in the whole city where `areas` is 0."""
    cut = int(rng.integers(BEFORE, len(table) - AFTER + 1))
    here = table.iloc[cut - BEFORE : cut + AFTER]
    start = here.index[BEFORE]
    months = pd.DataFrame(0, index=here.index, columns=list(GROUPS))
    none = pd.Index([])
    if not areas:
        months["treated"] = here.sum(axis=1)
        return _case(months, start, {name: none for name in GROUPS}, pd.DataFrame(index=here.index), ())
    size = here.iloc[:BEFORE].sum()
    able = size[size >= 25].index
    treated = rng.choice(able, areas, replace=False)
    left = able.difference(pd.Index(treated))
    alike = (size[left] - size[treated].mean()).abs().sort_values(kind="stable").index[: 3 * areas]
    comparison = rng.choice(alike, areas, replace=False)
    months["treated"], months["comparison"] = here[treated].sum(axis=1), here[comparison].sum(axis=1)
    groups = {"treated": pd.Index(treated), "comparison": pd.Index(comparison), "ring": none, "comparison_ring": none}
    return _case(months, start, groups, here.drop(columns=treated), tuple(comparison))


def _case(months: pd.DataFrame, start: pd.Period, groups: dict[str, pd.Index], pool: pd.DataFrame, compared: tuple[str, ...]) -> Case:
    treated = tuple(groups["treated"])
    entry = Entry("x", {"en": "x"}, start.start_time, treated=treated, comparison=compared)
    killed = int(months["treated"][months.index < start].sum()), int(months["treated"][months.index >= start].sum())
    return Case(entry, months, start, groups, not treated, pool, killed, (), 250.0, compared=frozenset(compared))


def headline(case: Case) -> Effect | None:
    """Return what the headline says of a case; None where nothing is evaluated."""
    return leading(every(case))


def one_design(case: Case, design: str) -> Effect:
    """Return what one design says of a case, whatever the others do."""
    if design == "interrupted":
        return _series(case, pd.PeriodIndex(case.months.index))
    groups = ("treated", "comparison") if design == "comparison" else ("treated",)
    return _tried(against_comparison if design == "comparison" else before_after, case, *groups)


def drifting(
    rng: np.random.Generator,
    *,
    mean: float,
    world: str,
    places: int = 20,
    effect: float = 1.0,
    lengths: tuple[int, int] = (BEFORE, AFTER),
) -> Case:
    """Return a case of places that each drift by themselves: `follows` (months like the one before, .9, spread .25), `walk` (steps of .04),
    `years` (each year by .12 about its level), or not at all (`still`); one is taken for treated, one for compared with. Nothing was done
    unless an `effect` is given, by which the treated place is multiplied."""
    n, index = sum(lengths), pd.period_range("2010-01", periods=sum(lengths), freq="M", name="month")
    steps = rng.normal(size=(n, places + 2))
    if world == "follows":
        level = np.zeros((n, places + 2))
        level[0] = 0.25 * steps[0]
        for at in range(1, n):
            level[at] = 0.9 * level[at - 1] + 0.25 * np.sqrt(1 - 0.81) * steps[at]
    else:
        level = 0.04 * steps.cumsum(axis=0) if world == "walk" else np.zeros((n, places + 2))
        level = np.log(rng.gamma(0.12**-2, 0.12**2, (n // 12 + 1, places + 2)))[np.arange(n) // 12] if world == "years" else level
    level[lengths[0] :, 0] += np.log(effect)
    table = pd.DataFrame(rng.poisson(mean * np.exp(level)), index=index)
    table.columns = [f"p{one}" for one in table.columns]
    months = pd.DataFrame({"treated": table["p0"], "comparison": table["p1"], "ring": 0, "comparison_ring": 0})
    none = pd.Index([])
    groups = {"treated": pd.Index(["p0"]), "comparison": pd.Index(["p1"]), "ring": none, "comparison_ring": none}
    return _case(months, index[lengths[0]], groups, table.drop(columns="p0"), ("p1",))


def begun_apart(rng: np.random.Generator, *, mean: float, effect: float) -> tuple[list[Begun], np.ndarray]:
    """Return four groups of areas that began in four months of a city that falls and has a season, and comparison areas as large as all."""
    level = (1 + 0.3 * np.cos(2 * np.pi * np.arange(96) / 12)) * np.repeat([1, 1.1, 0.9, 0.8, 0.8, 0.7, 0.75, 0.6], 12)
    cuts = (48, 60, 66, 72)
    groups = [Begun(cut, rng.poisson(mean * level * np.where(np.arange(96) >= cut, effect, 1.0)).astype(float)) for cut in cuts]
    return groups, rng.poisson(4 * mean * level).astype(float)

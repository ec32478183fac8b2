"""Made-up interventions in the real histories of Philadelphia and Chicago: nothing was done on those days in those places.

Areas are drawn by chance, or all of the city; the start lies anywhere with five years before it and two after. What is then found is false.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.cities.logbook import Entry
from hotspots.statistics.interventions import Case, Effect, leading
from hotspots.statistics.interventions.designs import every

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


def told(folder: Path, city: str, rng: np.random.Generator, *, areas: int, many: int) -> Iterator[tuple[Effect | None, tuple[Effect, ...]]]:
    """Give the headline, and every design, of so many made-up interventions."""
    table = months_of(folder, city)
    for _ in range(many):
        effects = every(made_up(table, rng, areas=areas))
        yield leading(effects), effects

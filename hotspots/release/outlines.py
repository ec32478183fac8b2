"""What of a city can tell by itself that another is made of other deaths, so that not all of them need be laid beside one another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import cities, store
from hotspots.cities import City
from hotspots.geography.outlines import outlined
from hotspots.release.likeness import CELLS, SAME_DEATHS, block_of, points_of
from hotspots.store import worked_out
from hotspots.store.schema import Blocks

_FILE = "outline.json"


@dataclass(frozen=True)
class Outline:
    """What of a city can tell by itself that another is made of other deaths: `bounds` of the places in degrees, and by year how many were
    killed (`all`) and of how many no place is known or none within a block (`loose`)."""

    bounds: tuple[float, float, float, float]
    all: Mapping[int, int]
    loose: Mapping[int, int]


def of(city: City) -> Outline:
    """Return the outline of a city."""
    points, blocks = points_of(city.incidents, city.blocks), Blocks(city.blocks[outlined(city.blocks)])
    lost = (points.is_empty | points.isna()).to_numpy(dtype=bool)
    loose = lost | (block_of(city.incidents, points, blocks) < 0) if len(blocks) else lost
    drawn = [one for one in (points[~lost], gpd.GeoSeries(blocks.geometry).to_crs(4326)) if len(one)]
    corners = np.array([one.total_bounds for one in drawn]) if drawn else np.array([[-np.inf, -np.inf, np.inf, np.inf]])
    low, high = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
    years = city.incidents["date"].dt.year
    return Outline((float(low[0]), float(low[1]), float(high[0]), float(high[1])), _by_year(years), _by_year(years[loose]))


def _by_year(years: pd.Series) -> dict[int, int]:
    return {int(year): int(n) for year, n in years.value_counts().items()}


def apart(one: Outline, other: Outline) -> bool:
    """Return whether two outlines rule out that `same_deaths` is true of their cities; False where they leave it open.

    Two cities whose places have a cell of the coarsest grain between them share no place. Then only those without a place, or outside
    every block, can meet, and fewer than half of the smaller city's deaths in the years of both are not enough by any set of keys.

    >>> from dataclasses import replace
    >>> north, south = Outline((0.0, 9.0, 1.0, 10.0), {2023: 10}, {}), Outline((0.0, 0.0, 1.0, 1.0), {2023: 20}, {2023: 4})
    >>> apart(north, south), apart(north, replace(south, loose={2023: 5}))
    (True, False)
    """
    west, south, east, north = (np.array(pair) for pair in zip(one.bounds, other.bounds, strict=True))
    gap = max(west.max() - east.min(), south.max() - north.min())
    years = range(max(min(each.all, default=1) for each in (one, other)), min(max(each.all, default=0) for each in (one, other)) + 1)
    n = min(sum(each.all.get(year, 0) for year in years) for each in (one, other))
    loose = max(sum(each.loose.get(year, 0) for year in years) for each in (one, other))
    return bool(gap > 2 * max(CELLS) and loose < SAME_DEATHS * n)


def of_stored(slug: str) -> Outline:
    """Return the outline of a city of the store; it is kept with what was worked out, known by the hash of the data."""
    try:
        content = store.content(store.current(slug))
    except store.DamageError:
        return of(cities.load(slug))
    key = hashlib.sha256(f"outline 1 {content}".encode()).hexdigest()[:32]
    kept = worked_out.read(slug, key)
    if kept is not None:
        told = json.loads(kept[_FILE])
        years = ({int(year): int(n) for year, n in told[name].items()} for name in ("all", "loose"))
        return Outline(tuple(told["bounds"]), *years)
    city = cities.load(slug)
    made = of(city)
    if city.content == content:  # and no other version stands in
        worked_out.keep(slug, key, {_FILE: json.dumps(asdict(made)).encode()}, held=content)
    return made

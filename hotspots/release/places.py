"""By what names people know the published areas: neighbourhoods, the streets around and within them, addresses, places on the map.

Made of the city's own layers alone; no homicide plays a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import geography
from hotspots.cities import City
from hotspots.geography.crossings import street_names
from hotspots.geography.outlines import outlined, without_gaps
from hotspots.store.schema import Blocks

FILE = "places.json"
AROUND = 30.0  # metres from an edge within which a street bounds an area
MOST_STREETS = 4
MOST_NAMES = 60_000  # what a phone can still look through
KINDS = ("street", "layer", "address")
ROUGH = 5.0  # metres: how far an outline for "near me" may lie from the true one; the blocks of a release are far larger
Row = list[Any]  # name, kind, and the positions of the areas that it lies in


def places_of(city: City, areas: Blocks, area_of: pd.Series) -> dict[str, Any]:
    """Return `known`: of each area its neighbourhoods and the streets that bound it; and `names`: what else a search finds, with the areas.

    `area_of` is the area of each block. Empty where the city brings neither neighbourhoods nor names.
    """
    streets = _streets(city)
    known = {str(area): {"within": _districts(city, area_of, area), "streets": []} for area in areas.index}
    for area, around in _bounding(streets, areas).items():
        known[area]["streets"] = around
    names = [*_found(streets, areas, "street"), *_found(_layers(city), areas, "layer"), *_found(_addresses(city), areas, "address")]
    if not names and not any(one["within"] or one["streets"] for one in known.values()):
        return {}
    return {"known": known, "names": names[:MOST_NAMES]}


def _districts(city: City, area_of: pd.Series, area: object) -> list[str]:
    if "district" not in city.blocks.columns:
        return []
    inside = city.blocks.loc[area_of.index[(area_of == area).to_numpy()], "district"].dropna().astype(str)
    return [str(name) for name in inside.value_counts(sort=True).index if name]


def _streets(city: City) -> gpd.GeoDataFrame:
    """Return a point in the middle of each named segment, with its `name` and `length`."""
    segments = city.segments
    if segments is None or not len(segments):
        return _nothing(city)
    called, lines = street_names(segments), np.asarray(segments.geometry.array)
    middles = shapely.line_interpolate_point(shapely.line_merge(lines), 0.5, normalized=True)
    return _table(called.astype(str), middles, city, shapely.length(lines))


def _layers(city: City) -> gpd.GeoDataFrame:
    there = city.context[city.context["kind"].isin(["park", "service", "street"])] if len(city.context) else city.context
    return _table(there["name"].fillna("").astype(str), np.asarray(there.geometry.array), city) if len(there) else _nothing(city)


def _addresses(city: City) -> gpd.GeoDataFrame:
    there = city.gazetteer
    return _nothing(city) if there is None else _table(there["name"].astype(str), np.asarray(there.geometry.array), city)


def _table(names: Iterable[str], shapes: Iterable[Any], city: City, length: Sequence[float] | float = 0.0) -> gpd.GeoDataFrame:
    tidy = [" ".join(str(name).split()) for name in names]
    table = gpd.GeoDataFrame({"name": tidy, "length": length}, geometry=list(shapes), crs=city.blocks.crs)
    return table[(table["name"] != "") & outlined(table)].reset_index(drop=True)


def _nothing(city: City) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": [], "length": []}, geometry=gpd.GeoSeries([], crs=city.blocks.crs))


def _bounding(streets: gpd.GeoDataFrame, areas: Blocks) -> Mapping[str, list[str]]:
    """Return the streets along the edge of each area, the longest first."""
    if not len(streets):
        return {}
    edges = shapely.boundary(np.asarray(areas.geometry.array))
    at, street = shapely.STRtree(np.asarray(streets.geometry.array)).query(edges, predicate="dwithin", distance=AROUND)
    rows = pd.DataFrame(
        {"area": areas.index[at].astype(str), "name": streets["name"].to_numpy()[street], "length": streets["length"].to_numpy()[street]}
    )
    sums = (
        rows.groupby(["area", "name"])["length"].sum().reset_index().sort_values(["area", "length", "name"], ascending=[True, False, True])
    )
    return {str(area): part["name"].head(MOST_STREETS).tolist() for area, part in sums.groupby("area")}


def _found(named: gpd.GeoDataFrame, areas: Blocks, kind: str) -> list[Row]:
    """Return a row for each name, in the order of the alphabet."""
    if not len(named):
        return []
    reach = AROUND if kind == "street" else 0.0
    at, which = shapely.STRtree(np.asarray(named.geometry.array)).query(
        np.asarray(areas.geometry.array), predicate="dwithin", distance=reach
    )
    rows = pd.DataFrame({"name": named["name"].to_numpy()[which], "area": at}).drop_duplicates().sort_values(["name", "area"])
    return [[str(name), kind, part.tolist()] for name, part in rows.groupby("name")["area"]]


# --- what a browser searches --------------------------------------------------------------------------------------------------------


def outlines(areas: Blocks) -> list[Row]:
    """Return id, name and rings (flat lists of longitude and latitude) of each area: a browser finds a position alone."""
    shapes = without_gaps(areas.geometry.simplify(ROUGH)).to_crs(4326)
    rings = [
        [np.round(shapely.get_coordinates(ring), 5).ravel().tolist() for ring in shapely.get_rings(shapely.get_parts(shape))]
        for shape in shapes
    ]
    return [[str(area), name, edges] for area, name, edges in zip(areas.index, geography.names(areas), rings, strict=True)]


def searched(areas: Blocks, places: Mapping[str, Any]) -> list[Row]:
    """Return each name by which areas are known: the name, its kind (`area`, `district` or one of `KINDS`), the positions of the areas."""
    own = [[str(name), "area", [at]] for at, name in enumerate(geography.names(areas))]
    districts: dict[str, list[int]] = {}
    for at, area in enumerate(areas.index):
        for name in places.get("known", {}).get(str(area), {}).get("within", ()):
            districts.setdefault(name, []).append(at)
    return [*own, *([name, "district", at] for name, at in sorted(districts.items())), *places.get("names", ())]

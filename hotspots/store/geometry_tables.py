"""Tables with geometry, as GeoParquet describes them."""

from __future__ import annotations

import functools
import json
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely


def with_geometry(rows: pd.DataFrame, geo: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the rows with the geometry that its GeoParquet metadata describe."""
    name = geo["primary_column"]
    shapes = shapely.from_wkb(rows[name].to_numpy())
    return gpd.GeoDataFrame(
        rows.drop(columns=name).assign(**{name: shapes}), geometry=name, crs=_system(json.dumps(geo["columns"][name]["crs"]))
    )


@functools.lru_cache(maxsize=64)
def _system(described: str) -> pyproj.CRS:
    """Return the coordinate system that GeoParquet describes; building one takes longer than reading the table."""
    return pyproj.CRS.from_json(described)

"""Tables with geometry, as GeoParquet describes them."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, BinaryIO

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyproj
import shapely


def read(source: Path | BinaryIO) -> pd.DataFrame:
    """Return the table in a Parquet file; one with geometry where its GeoParquet metadata tell of one."""
    table = pq.read_table(source)
    geo = (table.schema.metadata or {}).get(b"geo")
    rows = table.to_pandas()
    return with_geometry(rows, json.loads(geo)) if geo else rows


def with_geometry(rows: pd.DataFrame, geo: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the rows with the geometry that its GeoParquet metadata describe."""
    name = geo["primary_column"]
    shapes = shapely.from_wkb(rows[name].to_numpy())
    described = geo["columns"][name]["crs"]
    system = None if described is None else _system(json.dumps(described))
    return gpd.GeoDataFrame(rows.assign(**{name: shapes}), geometry=name, crs=system)


@functools.lru_cache(maxsize=64)
def _system(described: str) -> pyproj.CRS:
    """Return the coordinate system that GeoParquet describes; building one takes longer than reading the table."""
    return pyproj.CRS.from_json(described)

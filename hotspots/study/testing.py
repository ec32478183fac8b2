"""Small invented cities whose answers can be worked out by hand, for examples and tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.store.schema import AreaCounts, Blocks, Incidents, check_area_counts, check_blocks, check_incidents

EPSG = 32616


def square_city(
    places: Sequence[tuple[float, float] | None],
    *,
    side: int = 2,
    size: float = 10.0,
    population: float | Sequence[float] = 1000.0,
    dates: Sequence[str] | str = "2020-06-15",
    **columns: Sequence[Any],
) -> tuple[Incidents, Blocks]:
    """Return incidents at `places` (metres; None for no place) and `side` × `side` square blocks of `size` metres.

    Blocks are called b00, b01, … (with more digits where there are more than ten a side) from the south-west corner, eastward then
    northward. `dates` is one day for all or one for each; further columns of incidents are given by name.

    >>> incidents, blocks = square_city([(1, 1)], side=2)
    >>> blocks.index.tolist()
    ['b00', 'b01', 'b10', 'b11']
    """
    return check_incidents(_incidents(places, dates, columns)), square_blocks(side=side, size=size, population=population)


def square_blocks(*, side: int = 2, size: float = 10.0, population: float | Sequence[float] = 1000.0) -> Blocks:
    """Return `side` × `side` square blocks, in districts of one row each.

    >>> square_blocks(side=3)["district"].unique().tolist()
    ['row 0', 'row 1', 'row 2']
    """
    row, column = (axis.ravel() for axis in np.mgrid[:side, :side])
    width = len(str(side - 1))
    shapes = shapely.box(column * size, row * size, (column + 1) * size, (row + 1) * size)
    table = gpd.GeoDataFrame(
        {
            "population": np.broadcast_to(np.asarray(population, dtype=float), len(row)).copy(),
            "district": [f"row {y}" for y in row],
        },
        geometry=shapes,
        crs=EPSG,
        index=pd.Index([f"b{y:0{width}}{x:0{width}}" for y, x in zip(row, column, strict=True)], name="block_id"),
    )
    return check_blocks(table)


def published_totals(rows: Sequence[tuple[Any, ...]], **columns: Sequence[Any]) -> AreaCounts:
    """Return published totals from rows of area, period (`2020`, `2020-03`), number (None: held back) and, if named, table and sex.

    >>> published_totals([("", "2020-02", 3), ("", "2020", None, "years")])["end"].dt.strftime("%Y-%m-%d").tolist()
    ['2020-03-01', '2021-01-01']
    """
    filled = [(*row, *("totals", "")[len(row) - 3 :]) for row in rows]
    periods = [pd.Period(row[1], "M" if "-" in row[1] else "Y") for row in filled]
    table = {
        "table": [row[3] for row in filled],
        "area": [row[0] for row in filled],
        "start": pd.Series([period.start_time for period in periods], dtype="datetime64[us]"),
        "end": pd.Series([(period + 1).start_time for period in periods], dtype="datetime64[us]"),
        "count": pd.Series([row[2] for row in filled], dtype="float64"),
        "suppressed": [row[2] is None for row in filled],
        "sex": [row[4] for row in filled],
        **columns,
    }
    return check_area_counts(pd.DataFrame(table).rename_axis("row"))


def _incidents(
    places: Sequence[tuple[float, float] | None], dates: Sequence[str] | str, columns: dict[str, Sequence[Any]]
) -> gpd.GeoDataFrame:
    n = len(places)
    stamps = pd.Series(pd.to_datetime([dates] * n if isinstance(dates, str) else list(dates)), dtype="datetime64[us]")
    table: dict[str, Any] = {
        "date": stamps,
        "hour": pd.array(stamps.dt.hour, dtype="Int8"),
        "unplaced": ["" if place else "no_coordinates" for place in places],
        "event_id": [str(i) for i in range(n)],
        **columns,
    }
    points = [shapely.Point(place) if place else None for place in places]
    return gpd.GeoDataFrame(table, geometry=points, crs=EPSG, index=pd.RangeIndex(n, name="incident"))

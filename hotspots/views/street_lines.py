"""The streets of a city as lines with a name to write along them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def named_streets(segments: gpd.GeoDataFrame) -> tuple[gpd.GeoSeries, list[str]]:
    """Return the streets of a city in EPSG:4326, each of one piece as far as it goes on under one name, and their names.

    Stretches without a name stay as they are, and have an empty one.

    >>> lines = [shapely.LineString([(0, 0), (0, 1)]), shapely.LineString([(0, 1), (0, 2)]), shapely.LineString([(5, 5), (6, 6)])]
    >>> shapes, names = named_streets(gpd.GeoDataFrame({"street": ["A", "A", None]}, geometry=lines, crs=4326))
    >>> names, [shape.geom_type for shape in shapes]
    (['', 'A'], ['LineString', 'LineString'])
    """
    shapes = np.asarray(segments.geometry.to_crs(4326).array)
    streets = segments["street"].fillna("").astype(str).to_numpy() if "street" in segments.columns else np.full(len(shapes), "")
    named = streets != ""
    codes, names = pd.factorize(streets[named])
    order = np.argsort(codes, kind="stable")
    own, of = shapes[named][order], codes[order]
    parts = shapely.multilinestrings(shapely.get_parts(own), indices=np.repeat(of, shapely.get_num_geometries(own)))
    merged = shapely.line_merge(parts) if len(names) else np.array([], dtype=object)
    return gpd.GeoSeries([*shapes[~named], *merged], crs=4326), [""] * int((~named).sum()) + [str(one) for one in names]

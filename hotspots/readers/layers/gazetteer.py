"""Addresses and names with their points, from a file that the agency has: what a search finds, and nothing else reads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from hotspots.readers.columns.written_places import coordinate
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import Table, missing_columns, refuse
from hotspots.readers.layers.shapes import Shapes, projected
from hotspots.readers.report import Finding
from hotspots.readers.sections import GazetteerSection
from hotspots.words import told


def read_gazetteer(section: GazetteerSection, *, city_crs: pyproj.CRS) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return names with their points in the city's coordinate system, each name and point once; rows without one are reported.

    Raises `DataError` where a column is missing, or no row has a name and a point.
    """
    table = read_file(section.file, sheet=section.sheet)
    named = [(key, getattr(section, key)) for key in ("name", "number", "x", "y")]
    refuse(missing_columns(table, [(key, column) for key, column in named if column]))
    names = table.columns[section.name].str.strip()
    if section.number:
        names = (names + " " + table.columns[section.number].str.strip()).str.strip()
    points = _points(table, section)
    known = (names != "").to_numpy(dtype=bool) & ~(shapely.is_missing(points) | shapely.is_empty(points))
    if not known.any():
        refuse([told("gazetteer: no row of {file} has a name and a point", file=table.source)])
    in_metres, findings = projected(points[known], table, layer="gazetteer", epsg=section.epsg, city_crs=city_crs)
    found = gpd.GeoDataFrame({"name": pd.array(names[known], dtype="str")}, geometry=in_metres.array, crs=in_metres.crs)
    if not known.all():
        text = told(
            "gazetteer: {n} of {total} rows of {file} have no name or no point; they were passed over",
            n=f"{int((~known).sum()):,}",
            total=f"{len(known):,}",
            file=table.source,
        )
        findings.append(Finding("gazetteer_incomplete", "accepted", int((~known).sum()), text))
    return found.drop_duplicates().reset_index(drop=True), [*table.findings, *findings]


def _points(table: Table, section: GazetteerSection) -> Shapes:
    """Return a point for each row: that of its coordinates, or one inside its shape."""
    if section.x:
        x, y = (coordinate(table.columns[column].fillna(""))[0] for column in (section.x, section.y))
        points: Shapes = shapely.points(x, y)
        points[~(np.isfinite(x) & np.isfinite(y))] = None
        return points
    if table.shapes is None:
        refuse([told("gazetteer: {file} holds a table without shapes; name the columns x and y of its coordinates", file=table.source)])
    inside: Shapes = shapely.point_on_surface(np.asarray(table.shapes))
    return inside

"""Shapes written in JSON, GeoJSON's and ArcGIS's, built with shapely alone: no map library that follows links sees an upload."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry import shape

from hotspots.readers.files import limits
from hotspots.readers.files.rings import polygon_of
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import mark, told

_EPSG = re.compile(r"^(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)
_WEB_MERCATOR = "102100", "102113", "900913"  # numbers of its own that ArcGIS gives to 3857
_FAULTS = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, shapely.errors.ShapelyError)
_GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}


def as_text(value: Any) -> str:
    """Return a JSON value as the text that a person would type; a whole number keeps no decimal point.

    >>> as_text(17031720200.0), as_text("0042"), as_text(None), as_text(True)
    ('17031720200', '0042', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def is_geometry(value: Any) -> bool:
    """Return whether a JSON value is a GeoJSON geometry.

    >>> is_geometry({"type": "Point", "coordinates": [1, 2]}), is_geometry({"type": "Point"})
    (True, False)
    """
    return isinstance(value, dict) and str(value.get("type")) in _GEOMETRIES and ("coordinates" in value or "geometries" in value)


def geojson_shape(geometry: Any) -> Any:
    """Return the shape of a GeoJSON geometry; None where it cannot be built."""
    if not isinstance(geometry, dict):
        return None
    try:
        built = shape(geometry)
    except _FAULTS:
        return None
    return built if np.isfinite(shapely.get_coordinates(built)).all() else None


def arcgis_shape(geometry: Any) -> Any:
    """Return the shape of an ArcGIS geometry: a point, points, paths or rings; None where it cannot be built.

    >>> arcgis_shape({"x": 1, "y": 2}).wkt
    'POINT (1 2)'
    """
    if not isinstance(geometry, dict):
        return None
    try:
        built = _arcgis(geometry)
    except _FAULTS:
        return None
    return built if built is not None and np.isfinite(shapely.get_coordinates(built)).all() else None


def _arcgis(geometry: dict[str, Any]) -> Any:
    if "rings" in geometry:
        return polygon_of([np.array(ring, dtype=np.float64)[:, :2] for ring in geometry["rings"]])
    if "paths" in geometry:
        return shapely.MultiLineString([np.array(path, dtype=np.float64)[:, :2] for path in geometry["paths"]])
    if "points" in geometry:
        return shapely.MultiPoint(np.array(geometry["points"], dtype=np.float64)[:, :2])
    return shapely.Point(float(geometry["x"]), float(geometry["y"])) if geometry.get("x") not in (None, "NaN") else None


def arcgis_system(stated: Any) -> int | None:
    """Return the EPSG number of an ArcGIS spatial reference, or None where it has none.

    >>> arcgis_system({"wkid": 102100, "latestWkid": 3857}), arcgis_system({"wkid": 4326}), arcgis_system({})
    (3857, 4326, None)
    """
    if not isinstance(stated, dict):
        return None
    for number in (stated.get("latestWkid"), stated.get("wkid")):
        number = 3857 if str(number) in _WEB_MERCATOR else number
        if isinstance(number, int) and number:
            try:
                pyproj.CRS.from_epsg(number)
            except pyproj.exceptions.CRSError:
                continue
            return int(number)
    try:
        known = pyproj.CRS.from_wkt(str(stated["wkt"])).to_epsg() if "wkt" in stated else None
    except pyproj.exceptions.CRSError:
        return None
    return None if known is None else int(known)


def named_system(crs: Any, name: str) -> tuple[int | None, tuple[Finding, ...]]:
    """Return the EPSG number that a GeoJSON file names, and what was found; a link to one is never followed."""
    if not isinstance(crs, dict):
        return None, ()
    inner = crs.get("properties")
    word = str(inner.get("name", "")) if crs.get("type") == "name" and isinstance(inner, dict) else ""
    if word.upper().endswith("CRS84"):
        return 4326, ()
    match = _EPSG.match(word.strip())
    if match:
        return int(match.group(1)), ()
    seen = (
        told("the name {word} of its coordinate system was not understood", word=repr(word))
        if word
        else told("the link to its coordinate system was not followed")
    )
    text = told("{name}: {seen}; longitude and latitude were assumed", name=name, seen=seen)
    return None, (Finding("unread_crs", "accepted", 0, text, mark("Write epsg = … in city.toml.")),)


def flat(shapes: list[Any], name: str) -> Any:
    """Return shapes in two dimensions. Raises `DataError` for more corners than we read."""
    built = np.empty(len(shapes), dtype=object)
    built[:] = shapes
    corners = int(shapely.get_num_coordinates(built).sum())
    if corners > limits.MOST_VERTICES:
        raise DataError(
            told(
                "{file}: the shapes have {n} corners; the most we read is {most}: simplify them",
                file=name,
                n=f"{corners:,}",
                most=f"{limits.MOST_VERTICES:,}",
            )
        )
    return shapely.force_2d(built)

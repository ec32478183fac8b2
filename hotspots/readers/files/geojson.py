"""GeoJSON read with json and shapely alone: no map library that follows links or opens other files ever sees an upload."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import mark, told

_EPSG = re.compile(r"^(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)


def read_geojson(path: Path) -> Table:
    """Return the features of a GeoJSON file: properties as text, shapes in two dimensions, the coordinate system where it is named.

    A coordinate system is read by name only; a link to one is never followed. Without a name `epsg` is None: GeoJSON then means
    longitude and latitude. A shape that cannot be built is None. Raises `DataError` for a file that is not a GeoJSON feature
    collection.
    """
    content = _parse(path)
    features = content.get("features") if content.get("type") == "FeatureCollection" else None
    if content.get("type") == "Feature":
        features = [content]
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise DataError(told("{file}: this is JSON but not a GeoJSON feature collection; export the layer as GeoJSON", file=path.name))
    if not features:
        raise DataError(told("{file}: the layer has no features; export it again", file=path.name))
    epsg, findings = _named_crs(content, path.name)
    properties = [_properties(feature) for feature in features]
    names = list(dict.fromkeys(key for row in properties for key in row))
    columns = pd.DataFrame({name: [as_text(row.get(name)) for row in properties] for name in names}, dtype="str")
    columns = columns if names else pd.DataFrame(index=range(len(features)))
    shapes = np.array([_shape(feature.get("geometry")) for feature in features], dtype=object)
    return Table(
        path.name,
        columns,
        np.arange(1, len(features) + 1, dtype=np.int64),
        np.full(len(features), "", dtype="U16"),
        findings=findings,
        shapes=shapely.force_2d(shapes),
        epsg=epsg,
    )


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


def _parse(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise DataError(told("{file}: the file is not UTF-8 text, as GeoJSON must be; export the layer again", file=path.name)) from None
    except json.JSONDecodeError as error:
        raise DataError(
            told(
                "{file}: the file is not whole GeoJSON (it breaks at line {line}, character {column}); export the layer again",
                file=path.name,
                line=error.lineno,
                column=error.colno,
            )
        ) from None
    except RecursionError:
        raise DataError(told("{file}: the file is nested too deeply to be GeoJSON; export the layer again", file=path.name)) from None
    except ValueError:
        raise DataError(told("{file}: the file holds a coordinate that is not a number; export the layer again", file=path.name)) from None
    if not isinstance(content, dict):
        raise DataError(told("{file}: this is JSON but not a GeoJSON feature collection; export the layer as GeoJSON", file=path.name))
    return content


def _refuse(word: str) -> float:
    raise ValueError(word)


def _named_crs(content: dict[str, Any], name: str) -> tuple[int | None, tuple[Finding, ...]]:
    crs = content.get("crs")
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
    return None, (
        Finding(
            "unread_crs",
            "accepted",
            0,
            told("{name}: {seen}; longitude and latitude were assumed", name=name, seen=seen),
            mark("Write epsg = … in city.toml."),
        ),
    )


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    stated = feature.get("properties")
    return stated if isinstance(stated, dict) else {}


def _shape(geometry: Any) -> Any:
    if not isinstance(geometry, dict):
        return None
    try:
        built = shape(geometry)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, shapely.errors.ShapelyError):
        return None
    return built if np.isfinite(shapely.get_coordinates(built)).all() else None

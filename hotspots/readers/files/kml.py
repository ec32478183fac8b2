"""KML: each placemark a row, with its data as columns; what it links to elsewhere is never fetched."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import pandas as pd
import shapely
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from hotspots.readers.files import limits
from hotspots.readers.files.geojson import flat
from hotspots.readers.files.markup import check_markup_size
from hotspots.readers.files.text_tables import Table
from hotspots.store.schema import DataError
from hotspots.words import told

_PLAIN = ("name", "description", "address", "when", "begin", "end")


def read_kml(path: Path, *, name: str = "") -> Table:
    """Return the placemarks of a KML file: name, description, folder, times, extended data, and shapes in longitude and latitude.

    A description that is a table of two columns becomes columns, as many programs write their data there. Raises `DataError`.
    """
    name = name or path.name
    check_markup_size(path.stat().st_size, name)
    try:
        with path.open("rb") as file:
            rows, shapes, links = _placemarks(file, name)
    except (ParseError, DefusedXmlException):
        raise DataError(told("{file}: the KML is broken, or holds declarations that no map needs; export it again", file=name)) from None
    if not rows:
        why = told("it only links to data elsewhere, which we do not fetch") if links else told("it has no placemarks")
        raise DataError(told("{file}: this KML holds no data: {why}; download the data itself", file=name, why=why))
    names = list(dict.fromkeys(key for row in rows for key in row))
    limits.check_columns(len(names), file=name)
    columns = pd.DataFrame({key: [row.get(key, "") for row in rows] for key in names}, index=range(len(rows)), dtype="str")
    return Table(
        name,
        columns,
        np.arange(1, len(rows) + 1, dtype=np.int64),
        np.full(len(rows), "", dtype="U16"),
        shapes=flat(shapes, name) if any(shape is not None for shape in shapes) else None,
        epsg=4326,
    )


def _placemarks(file: Any, name: str) -> tuple[list[dict[str, str]], list[Any], int]:
    rows: list[dict[str, str]] = []
    shapes: list[Any] = []
    folders: list[str] = []
    links, within = 0, 0
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        tag = _plain(element.tag)
        within += (event == "start") - (event == "end") if tag == "Placemark" else 0
        if tag == "Folder":
            folders = [*folders, ""] if event == "start" else folders[:-1]
        elif event == "end" and tag == "name" and folders and not within:
            folders[-1] = folders[-1] or (element.text or "").strip()
        elif event == "end" and tag == "NetworkLink":
            links += 1
        elif event == "end" and tag == "Placemark":
            rows.append(_row(element, next((one for one in reversed(folders) if one), "")))
            shapes.append(_shape(element))
            element.clear()
            if len(rows) > limits.MOST_ROWS:
                most = f"{limits.MOST_ROWS:,}"
                raise DataError(told("{file}: the file has more than {most_rows} rows; split it by year", file=name, most_rows=most))
    return rows, shapes, links


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def _row(placemark: Element, folder: str) -> dict[str, str]:
    row: dict[str, str] = {}
    for element in placemark.iter():
        tag = _plain(element.tag)
        if tag in _PLAIN and tag not in row and element.text and element.text.strip():
            row[tag] = element.text.strip()
        elif tag == "Data":
            value = next((one for one in element if _plain(one.tag) == "value"), None)
            row[element.get("name") or "data"] = "" if value is None else (value.text or "").strip()
        elif tag == "SimpleData":
            row[element.get("name") or "data"] = (element.text or "").strip()
    if folder:
        row.setdefault("folder", folder)
    return row | _described(row.get("description", ""), row)


def _described(description: str, row: dict[str, str]) -> dict[str, str]:
    """Return the pairs of a description that is a table, or lines such as `Date: 2020-01-05`."""
    if "<" not in description:
        return {}
    page = _Cells()
    page.feed(description)
    page.close()
    pairs = {cells[0].rstrip(": "): cells[1] for cells in page.rows if len(cells) == 2 and 0 < len(cells[0]) <= limits.NAME_LETTERS}
    return {key: value for key, value in pairs.items() if key not in row}


class _Cells(HTMLParser):
    """Collects the rows of the tables in a description; a row that holds a table is none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell."""
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.text = []

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag in ("td", "th") and self.text is not None:
            self.rows[-1].append(" ".join("".join(self.text).split()))
            self.text = None

    def handle_data(self, data: str) -> None:
        """Take the words of a cell."""
        if self.text is not None:
            self.text.append(data)


def _shape(placemark: Element) -> Any:
    found = [shape for element in placemark if (shape := _geometry(element)) is not None]
    return found[0] if len(found) == 1 else None


def _geometry(element: Element) -> Any:
    build = _BUILD.get(_plain(element.tag))
    if build is None:
        return None
    try:
        shape = build(element)
    except (ValueError, IndexError, shapely.errors.ShapelyError):
        return None
    return shape if shape is not None and np.isfinite(shapely.get_coordinates(shape)).all() else None


def _corners(element: Element) -> list[tuple[float, float]]:
    text = next((one.text or "" for one in element.iter() if _plain(one.tag) == "coordinates"), "")
    text = re.sub(r"\s*,\s*", ",", text)
    return [(float(part[0]), float(part[1])) for part in (one.split(",") for one in text.split())]


def _area(element: Element) -> Any:
    rings: dict[str, list[Any]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
    for one in element:
        if _plain(one.tag) in rings:
            rings[_plain(one.tag)] += [_corners(ring) for ring in one]
    return shapely.Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])


def _several(element: Element) -> Any:
    parts = [shape for one in element if (shape := _geometry(one)) is not None]
    if not parts:
        return None
    together = shapely.GeometryCollection(parts)
    for kind, many in (("Polygon", shapely.MultiPolygon), ("LineString", shapely.MultiLineString), ("Point", shapely.MultiPoint)):
        if all(part.geom_type == kind for part in parts):
            return many(parts)
    return together


_BUILD: dict[str, Callable[[Element], Any]] = {
    "Point": lambda element: shapely.Point(_corners(element)[0]),
    "LineString": lambda element: shapely.LineString(_corners(element)),
    "LinearRing": lambda element: shapely.LineString(_corners(element)),
    "Polygon": _area,
    "MultiGeometry": _several,
}

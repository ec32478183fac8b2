"""Tables and layers in JSON: GeoJSON, newline-delimited too, lists of objects (Socrata, Carto, CKAN), lists of rows, ArcGIS JSON."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from hotspots.readers.files import limits
from hotspots.readers.files.geojson import arcgis_shape, arcgis_system, as_text, flat, geojson_shape, is_geometry, named_system
from hotspots.readers.files.json_parts import JsonText
from hotspots.readers.files.letters import letters_of
from hotspots.readers.files.records import from_records
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import told

_DEPTH = 3  # objects within objects in which a list of records is looked for
_SHOWN = 5
# How CKAN, OpenDataSoft, OGC API, OData and others say that there are more rows than an answer holds.
_TOTALS = ("total", "total_count", "totalCount", "nhits", "numberMatched", "count", "@odata.count")
_FOLLOWING = ("next", "nextLink", "@odata.nextLink", "odata.nextLink", "next_page_url")
_ADDRESS = re.compile(r"https?://|/")


def read_json(path: Path, *, name: str = "", needs: Collection[str] = (), header_row: int | None = None) -> Table:
    """Return the table in a JSON file: one row for each feature, object or list; shapes where there are any.

    Objects within an object become columns `outer.inner`, named `inner` where no other column is; a geometry becomes its text, and
    the shape of the row where it is the only one. A coordinate system is read by name or number only; a link to one is never followed.
    GeoJSON that names none means longitude and latitude. A shape that cannot be built is None. Raises `DataError`.
    """
    name = name or path.name
    found = _Found(name)
    for part in JsonText(_text(path, name), name=name).parts():
        if part.element:
            found.add(part.key, part.value)
        else:
            found.said[part.key] = part.value
    return found.table(needs, header_row)


def _text(path: Path, name: str) -> str:
    if path.stat().st_size > limits.MOST_JSON_BYTES:
        raise DataError(
            told(
                "{file}: the file has {size} MB; the most we read of JSON is {most} MB: export it as CSV, or split it by year",
                file=name,
                size=f"{path.stat().st_size / 1e6:,.0f}",
                most=f"{limits.MOST_JSON_BYTES / 1e6:,.0f}",
            )
        )
    with path.open("rb") as file:
        codec = letters_of(file, name=name).codec
        try:
            return file.read().decode(codec)
        except UnicodeDecodeError:
            raise DataError(told("{file}: the file is not UTF-8 text, as GeoJSON must be; export the layer again", file=name)) from None


class _Found:
    """What a JSON file holds: what it said of itself, and its lists."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.said: dict[str, Any] = {}
        self.lists: dict[str, _Rows] = {}

    def add(self, key: str, value: Any) -> None:
        """Take one element of the list under `key`."""
        if key not in self.lists:
            self.lists[key] = _Rows(self.name)
        self.lists[key].add(value)

    def table(self, needs: Collection[str], header_row: int | None) -> Table:
        """Return the table of the longest list."""
        self._refuse_answers()
        if self.said.get("type") == "Feature":
            self.add("features", self.said)
        if not self.lists:
            for value in self.said.values():
                self._search(value, _DEPTH)
        if not self.lists and "features" in self.said:
            raise DataError(told("{file}: the layer has no features; export it again", file=self.name))
        self._search_columns()
        full = self.lists.get("features") or max(self.lists.values(), key=lambda rows: rows.count, default=None)
        if full is None or not full.count:
            raise DataError(
                told(
                    "{file}: this is JSON but not a GeoJSON feature collection, and holds no list of records; export it as CSV",
                    file=self.name,
                )
            )
        full.refuse_odd()
        if _is_part(self.said, full.count):
            raise DataError(
                told("{file}: the service gave only a part of the rows and says so; download it again, page by page", file=self.name)
            )
        if full.plain_rows:
            return self._of_rows(full, needs, header_row)
        return self._of_objects(full)

    def _refuse_answers(self) -> None:
        if "error" in self.said and not self.lists:
            error = self.said["error"]
            said = error.get("message", "") if isinstance(error, dict) else error
            raise DataError(
                told(
                    "{file}: this is an answer that says no, not data ({said}); download it again",
                    file=self.name,
                    said=repr(str(said)[:200]),
                )
            )
        if self.said.get("type") == "Topology":
            raise DataError(told("{file}: this is TopoJSON, not a GeoJSON feature collection; export the layer as GeoJSON", file=self.name))

    def _search(self, value: Any, depth: int) -> None:
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            rows = self.lists[f"list {len(self.lists)}"] = _Rows(self.name)
            for one in value:
                rows.add(one)
        elif isinstance(value, dict) and depth:
            for one in value.values():
                self._search(one, depth - 1)

    def _search_columns(self) -> None:
        """Take columns of cells by their row, as pandas writes a table: `{"day": {"0": …, "1": …}, "lat": {…}}`; or records by a key."""
        cells = {name: value for name, value in self.said.items() if isinstance(value, dict)}
        rows = [list(value) for value in cells.values()]
        if not self.lists and len(cells) > max(map(len, rows), default=0) and not any(one[:1].isdigit() for row in rows for one in row):
            for record in cells.values():
                self.add("records by their key", record)
            return
        if self.lists or len(cells) < 2 or any(one != rows[0] for one in rows) or not rows[0]:
            return
        for row in rows[0]:
            self.add("columns of cells", {name: value[row] for name, value in cells.items()})

    def _names(self, width: int) -> list[str]:
        """Return what is said of the names of `width` columns: by Socrata, or in a list of their own; empty where nothing is."""
        view = self.said.get("meta")
        view = view.get("view") if isinstance(view, dict) else None
        columns = view.get("columns") if isinstance(view, dict) else None
        if isinstance(columns, list) and all(isinstance(one, dict) for one in columns):
            return [str(one.get("name", "")) for one in columns]
        lists = [value for value in self.said.values() if isinstance(value, list) and all(isinstance(one, str) for one in value)]
        stated = [value for value in lists if len(value) == width]
        return stated[0] if len(stated) == 1 else []

    def _of_rows(self, rows: _Rows, needs: Collection[str], header_row: int | None) -> Table:
        records = rows.plain_rows
        names = self._names(len(records[0]))
        records = [names, *records] if names else records
        body, findings = from_records(records, name=self.name, needs=needs, header_row=header_row)
        return Table(self.name, *body, findings=tuple(findings))

    def _of_objects(self, rows: _Rows) -> Table:
        columns, findings = rows.columns()
        shapes = flat(rows.shapes, self.name) if any(one is not None for one in rows.shapes) or rows.features else None
        epsg, noted = named_system(self.said.get("crs"), self.name) if not rows.arcgis else (None, ())
        if rows.arcgis:
            system = self.said.get("spatialReference") or rows.system
            epsg = arcgis_system(system)
        return Table(
            self.name,
            columns,
            np.arange(1, rows.count + 1, dtype=np.int64),
            np.full(rows.count, "", dtype="U16"),
            findings=(*noted, *findings),
            shapes=shapes,
            epsg=epsg,
            crs_unsaid=rows.arcgis and epsg is None and shapes is not None,
        )


class _Rows:
    """Collects elements of one list: records packed column by column, shapes beside them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = self.odd = 0
        self.features = self.arcgis = False
        self.system: Any = None
        self.shapes: list[Any] = []
        self.plain_rows: list[list[str]] = []
        self.kept_as_text: set[str] = set()
        self.waiting: list[dict[str, str]] = []
        self.parts: list[tuple[int, dict[str, pa.Array]]] = []

    def add(self, value: Any) -> None:
        """Take one element. Raises `DataError` beyond the most rows."""
        self.count += 1
        if self.count > limits.MOST_ROWS:
            most = f"{limits.MOST_ROWS:,}"
            raise DataError(told("{file}: the file has more than {most_rows} rows; split it by year", file=self.name, most_rows=most))
        if isinstance(value, list) and not self.waiting and not self.parts:
            self.plain_rows.append([as_text(cell) for cell in value])
        elif isinstance(value, dict) and not self.plain_rows:
            self._record(value)
        else:
            self.odd = self.odd or self.count

    def refuse_odd(self) -> None:
        """Raise `DataError` where an element was no record."""
        if self.odd:
            raise DataError(
                told(
                    "{file}: this is JSON but not a GeoJSON feature collection, nor a list of records (first other: element {n}); "
                    "export it as CSV",
                    file=self.name,
                    n=f"{self.odd:,}",
                )
            )

    def _record(self, value: dict[str, Any]) -> None:
        if value.get("type") == "Feature" or {"properties", "geometry"} <= value.keys():
            self.features = True
            row, shape = _properties(value), geojson_shape(value.get("geometry"))
        elif isinstance(value.get("attributes"), dict):
            self.features |= "geometry" in value
            self.arcgis = True
            row, shape = value["attributes"], arcgis_shape(value.get("geometry"))
            geometry = value.get("geometry")
            self.system = self.system or (geometry.get("spatialReference") if isinstance(geometry, dict) else None)
        else:
            row, shape = value, _only_shape(value)
        self.shapes.append(shape)
        self.waiting.append(self._flattened(row))
        if len(self.waiting) >= limits.ROWS_AT_ONCE:
            self._pack()

    def _flattened(self, row: dict[str, Any], before: str = "", depth: int = 0) -> dict[str, str]:
        cells: dict[str, str] = {}
        for key, value in row.items():
            name = before + str(key)
            if is_geometry(value):
                shape = geojson_shape(value)
                cells[name] = "" if shape is None else shape.wkt
            elif isinstance(value, dict) and depth < limits.JSON_COLUMNS_DEEP:
                cells |= self._flattened(value, f"{name}.", depth + 1)
            elif isinstance(value, list) and all(isinstance(one, str | int | float | None) for one in value):
                cells[name] = "; ".join(as_text(one) for one in value)
            else:
                if isinstance(value, dict | list):
                    self.kept_as_text.add(name)
                cells[name] = as_text(value)
        return cells

    def _pack(self) -> None:
        names = list(dict.fromkeys(key for row in self.waiting for key in row))
        limits.check_columns(len(names), file=self.name)
        packed = {name: pa.array([row.get(name, "") for row in self.waiting], type=pa.large_string()) for name in names}
        self.parts.append((len(self.waiting), packed))
        self.waiting = []

    def columns(self) -> tuple[pd.DataFrame, list[Finding]]:
        """Return all columns, and what was found."""
        self._pack()
        names = list(dict.fromkeys(name for _, part in self.parts for name in part))
        whole = [pa.chunked_array([part.get(name, _empty(n)) for n, part in self.parts]) for name in names]
        table = pa.Table.from_arrays(whole, names=[str(place) for place in range(len(names))]).to_pandas()
        if not names:
            return pd.DataFrame(index=range(self.count)), []
        table.columns = pd.Index(_short(names))
        findings = []
        if self.kept_as_text:
            listed = ", ".join(sorted(self.kept_as_text)[:_SHOWN])
            text = told("{name}: columns of lists or records were kept as text: {columns}", name=self.name, columns=listed)
            findings.append(Finding("nested_columns", "accepted", 0, text))
        return table, findings


def _empty(count: int) -> Any:
    return pa.array([""] * count, type=pa.large_string())


def _short(names: list[str]) -> list[str]:
    """Return the last part of each name where it is the only one of that name."""
    last = [name.rpartition(".")[2] or name for name in names]
    return [short if last.count(short) == 1 and short not in names else name for name, short in zip(names, last, strict=True)]


def _is_part(said: dict[str, Any], rows: int) -> bool:
    """Return whether an answer says that there are more rows than it holds: where the next are, or how many there are.

    >>> _is_part({"total_count": 412}, 100), _is_part({"result": {"total": 60}}, 60), _is_part({"next": "https://a.example/?page=2"}, 60)
    (True, False, True)
    """
    for one in (said, _properties(said), said.get("result")):
        if not isinstance(one, dict):
            continue
        totals = [one[key] for key in _TOTALS if isinstance(one.get(key), int) and not isinstance(one[key], bool)]
        following = [one[key] for key in _FOLLOWING if isinstance(one.get(key), str)]
        if one.get("exceededTransferLimit") or any(total > rows for total in totals) or any(_ADDRESS.match(next_) for next_ in following):
            return True
    return False


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    stated = feature.get("properties")
    return stated if isinstance(stated, dict) else {}


def _only_shape(row: dict[str, Any]) -> Any:
    found = [value for value in row.values() if is_geometry(value)]
    return geojson_shape(found[0]) if len(found) == 1 else None


def looks_like_json(head: bytes) -> bool:
    """Return whether a file begins as JSON that can hold a table.

    >>> looks_like_json(b' [{"a": 1}]'), looks_like_json(b"[note] a, b")
    (True, False)
    """
    text = head.decode("utf-8-sig", errors="replace").lstrip("\ufeff\x1e \t\r\n")
    if text[:1] not in ("{", "["):
        return False
    return text[1:].lstrip()[:1] in ('"', "{", "[", "}", "]", "")

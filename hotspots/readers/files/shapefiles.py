"""Zipped shapefiles, read part by part from their published layout: no map library opens them."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyproj
import shapely

from hotspots.readers.files import limits
from hotspots.readers.files.archives import opened_zip, take
from hotspots.readers.files.attribute_tables import read_attributes
from hotspots.readers.files.geojson import flat
from hotspots.readers.files.parquet import system_number
from hotspots.readers.files.rings import polygon_of
from hotspots.readers.files.text_tables import Table
from hotspots.readers.table_faults import SheetError
from hotspots.store import scratch
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SHP = b"\x00\x00\x27\x0a"
_DBF_KINDS = (0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5)
_HEADER, _RECORD = 100, 8  # bytes
_POINT, _LINE, _AREA, _POINTS = 1, 3, 5, 8  # and the same with heights (+ 10) and measures (+ 20)


def read_shapefile(path: Path, *, name: str = "", layer: str = "") -> Table:
    """Return the shapefile in a zip archive: its columns as text, its shapes in two dimensions, its coordinate system.

    Of several it is the one that `layer` names; without it raises `SheetError`.

    Archives with more than 200 members, 200 MB, a hundredfold compression, links, or names that lead out of the archive are
    refused; so is a shapefile whose first bytes are not those of one. Raises `DataError`.
    """
    name = name or path.name
    with scratch.folder() as folder:
        shp = _unpacked(path, folder, name, layer=layer)
        _check_parts(shp, name)
        crs = _system(shp)
        try:
            shapes = _shapes(shp.read_bytes())
            columns, kept, findings = read_attributes(shp.with_suffix(".dbf"), shp.with_suffix(".cpg"), name=name, rows=len(shapes))
            shapes = [shape for shape, one in zip(shapes, kept, strict=True) if one]
        except (struct.error, ValueError, IndexError, OverflowError, shapely.errors.ShapelyError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(told("{file}: the shapefile is damaged; export the layer again", file=name)) from None
    if not shapes:
        raise DataError(told("{file}: the layer has no features; export it again", file=name))
    return Table(
        name,
        columns,
        np.arange(1, len(shapes) + 1, dtype=np.int64),
        np.full(len(shapes), "", dtype="U16"),
        findings=tuple(findings),
        shapes=flat(shapes, name),
        epsg=crs,
        crs_unsaid=crs is None,
    )


def _unpacked(path: Path, folder: Path, name: str, *, layer: str) -> Path:
    """Unpack the parts of the shapefile under names of our own, and return its .shp."""
    with opened_zip(path, name) as archive:
        members = archive.infolist()
        stem = _stem(archive, name, layer=layer)
        for member in members:
            place = PurePosixPath(member.filename)
            if place.with_suffix("") == stem and place.suffix.lower() in _PARTS:
                take(archive, member, folder / f"layer{place.suffix.lower()}", name=name)
    return folder / "layer.shp"


def _stem(archive: zipfile.ZipFile, name: str, *, layer: str) -> PurePosixPath:
    found = [PurePosixPath(member.filename) for member in archive.infolist() if not member.filename.startswith("__MACOSX/")]
    shapes = [place for place in found if place.suffix.lower() == ".shp"]
    named = [place for place in shapes if layer in (place.name, str(place))]
    if len(shapes) > 1 and len(named) != 1:
        raise _several(archive, shapes, name)
    if not shapes:
        seen = ", ".join(place.name for place in found[:5]) or told("nothing")
        raise DataError(
            told(
                "{file}: the archive holds no shapefile ({seen}); zip the parts (.shp, .shx, .dbf, .prj) of one, or one table",
                file=name,
                seen=seen,
            )
        )
    stem = (named or shapes)[0].with_suffix("")
    kinds = {place.suffix.lower() for place in found if place.with_suffix("") == stem}
    missing = [part for part in (".dbf", ".shx") if part not in kinds]
    if missing:
        raise DataError(told("{file}: the shapefile lacks its {listed}; zip all of its parts", file=name, listed=", ".join(missing)))
    return stem


def _several(archive: zipfile.ZipFile, shapes: list[PurePosixPath], name: str) -> SheetError:
    """Return the doubt which of several shapefiles is meant; each is shown with what it draws."""
    drawn = {_POINT: mark("points"), _LINE: mark("lines"), _AREA: mark("areas"), _POINTS: mark("points")}
    kinds = {}
    for place in shapes:
        with archive.open(str(place)) as part:
            kinds[place] = int.from_bytes(part.read(_HEADER)[32:36], "little") % 10
    listed = ", ".join(place.name for place in shapes[: limits.SAMPLE_LINES])
    pointed = sorted(shapes, key=lambda place: kinds[place] not in (_POINT, _POINTS))  # what happened at places comes first
    samples = tuple((place.name, Told(drawn.get(kinds[place], "–"), {})) for place in pointed)
    return SheetError(name, told("the archive holds several shapefiles ({listed})", listed=listed), samples)


def _check_parts(shp: Path, name: str) -> None:
    """Refuse a part that is not what its name says, such as a list of other files to open."""
    starts = {}
    for part in (".shp", ".shx", ".dbf"):
        with shp.with_suffix(part).open("rb") as file:
            starts[part] = file.read(_HEADER)
    wrong = [part for part in (".shp", ".shx") if not starts[part].startswith(_SHP) or len(starts[part]) < _HEADER]
    if len(starts[".dbf"]) < 32 or starts[".dbf"][0] not in _DBF_KINDS:
        wrong.append(".dbf")
    if wrong:
        raise DataError(
            told(
                "{file}: the {listed} in the archive is no part of a shapefile, or damaged; export the layer again",
                file=name,
                listed=", ".join(wrong),
            )
        )
    rows, width = int.from_bytes(starts[".dbf"][4:8], "little"), int.from_bytes(starts[".dbf"][10:12], "little")
    if rows > limits.MOST_ROWS or rows * width > shp.with_suffix(".dbf").stat().st_size + width:
        raise DataError(
            told(
                "{file}: the .dbf in the archive says it has {rows} rows and does not; it is damaged: export the layer again",
                file=name,
                rows=f"{rows:,}",
            )
        )


def _system(shp: Path) -> int | None:
    prj = shp.with_suffix(".prj")
    if not prj.is_file() or prj.stat().st_size > limits.PRJ_BYTES:
        return None
    words = prj.read_bytes().decode("utf-8", errors="replace").strip()
    if not words.upper().startswith(("PROJCS[", "GEOGCS[", "PROJCRS[", "GEOGCRS[", "COMPD_CS[", "BOUNDCRS[")):
        return None
    try:
        return system_number(pyproj.CRS.from_wkt(words))
    except pyproj.exceptions.CRSError:
        return None


def _shapes(raw: bytes) -> list[Any]:
    """Return the shape of each record in the order of the file; None where a record is empty."""
    found: list[Any] = []
    at = _HEADER
    while at + _RECORD + 4 <= len(raw):
        number, words = struct.unpack_from(">ii", raw, at)
        start, end = at + _RECORD, at + _RECORD + 2 * words
        if words < 2 or end > len(raw) or number != len(found) + 1:
            raise ValueError("a record of a shapefile that does not fit")
        found.append(_shape(raw[start:end]))
        at = end
    return found


def _shape(record: bytes) -> Any:
    kind = struct.unpack_from("<i", record)[0]
    if kind == 0:
        return None
    base = kind % 10
    if kind > 28 or base not in (_POINT, _LINE, _AREA, _POINTS):
        raise ValueError("a shape of a kind that we do not read")
    if base == _POINT:
        pair = struct.unpack_from("<2d", record, 4)
        return shapely.Point(pair) if np.isfinite(pair).all() else None
    if base == _POINTS:
        (count,) = struct.unpack_from("<i", record, 36)
        corners = np.frombuffer(record, dtype="<f8", count=2 * count, offset=40).reshape(-1, 2)
        return shapely.MultiPoint(corners) if count and np.isfinite(corners).all() else None
    return _of_parts(record, base)


def _of_parts(record: bytes, base: int) -> Any:
    parts, count = struct.unpack_from("<2i", record, 36)
    if parts <= 0 or count <= 0:
        return None
    starts = np.frombuffer(record, dtype="<i4", count=parts, offset=44)
    corners = np.frombuffer(record, dtype="<f8", count=2 * count, offset=44 + 4 * parts).reshape(-1, 2)
    if not np.isfinite(corners).all() or starts[0] != 0 or (np.diff(starts) < 0).any() or starts[-1] > count:
        return None
    pieces = np.split(corners, starts[1:])
    if base == _AREA:
        return polygon_of(pieces)
    lines = [piece for piece in pieces if len(piece) > 1]
    if not lines:
        return None
    return shapely.LineString(lines[0]) if len(lines) == 1 else shapely.MultiLineString(lines)

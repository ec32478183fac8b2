"""Zipped shapefiles: the archive is unpacked by us, part by part, and only a file that is a shapefile reaches the map library."""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyproj

from hotspots.readers.files import limits
from hotspots.readers.files.geojson import as_text
from hotspots.readers.files.parquet import shapes_from, system_number
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import mark, told

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SHP = b"\x00\x00\x27\x0a"
_DBF_KINDS = (0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5)


def read_shapefile(path: Path) -> Table:
    """Return the one shapefile in a zip archive: its columns as text, its shapes in two dimensions, its coordinate system.

    Archives with more than 200 members, 200 MB, a hundredfold compression, links, or names that lead out of the archive are
    refused; so is a shapefile whose first bytes are not those of one. Raises `DataError`.
    """
    with tempfile.TemporaryDirectory(prefix="hotspots-") as folder:
        shp = _unpacked(path, Path(folder))
        _check_parts(shp, path.name)
        crs = _system(shp, path.name)
        names, texts, shapes, findings = _content(shp, path.name)
    if not len(shapes):
        raise DataError(told("{file}: the layer has no features; export it again", file=path.name))
    return Table(
        path.name,
        pd.DataFrame(dict(zip(names, texts, strict=True)), index=range(len(shapes)), dtype="str"),
        np.arange(1, len(shapes) + 1, dtype=np.int64),
        np.full(len(shapes), "", dtype="U16"),
        findings=tuple(findings),
        shapes=shapes,
        epsg=crs,
        crs_unsaid=crs is None,
    )


def _unpacked(path: Path, folder: Path) -> Path:
    """Unpack the parts of the one shapefile under names of our own, and return its .shp."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise DataError(
                told("{file}: this is no zip archive, whatever its name says; zip the parts of the shapefile again", file=path.name)
            )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members, path.name, packed=path.stat().st_size)
            stem = _stem(members, path.name)
            for member in members:
                place = PurePosixPath(member.filename)
                if place.with_suffix("") == stem and place.suffix.lower() in _PARTS:
                    (folder / f"layer{place.suffix.lower()}").write_bytes(archive.read(member))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            told("{file}: the zip archive is damaged or has a password; zip the parts of the shapefile again", file=path.name)
        ) from None
    return folder / "layer.shp"


def _check_members(members: list[zipfile.ZipInfo], name: str, *, packed: int) -> None:
    total = sum(member.file_size for member in members)
    if (
        len(members) > limits.ARCHIVE_MEMBERS
        or total > limits.MOST_UNPACKED
        or (total > limits.SMALL_ARCHIVE and total > limits.MOST_RATIO * max(packed, 1))
    ):
        raise DataError(
            told(
                "{file}: the archive has {members} members that unpack to {size} MB; the most we read is "
                "{most_members} members, {most} MB and {ratio} times the archive's size: zip only the parts of one "
                "shapefile",
                file=name,
                members=f"{len(members):,}",
                size=f"{total / 1e6:,.0f}",
                most_members=limits.ARCHIVE_MEMBERS,
                most=f"{limits.MOST_UNPACKED / 1e6:,.0f}",
                ratio=limits.MOST_RATIO,
            )
        )
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename:
            raise DataError(
                told(
                    "{file}: the archive holds a name that leads out of it ({name}); zip the parts again",
                    file=name,
                    name=repr(member.filename[:60]),
                )
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(
                told(
                    "{file}: the archive holds a link to another file ({name}); zip the files themselves",
                    file=name,
                    name=repr(member.filename[:60]),
                )
            )


def _stem(members: list[zipfile.ZipInfo], name: str) -> PurePosixPath:
    found = [PurePosixPath(member.filename) for member in members if not member.filename.startswith("__MACOSX/")]
    shapes = [place for place in found if place.suffix.lower() == ".shp"]
    if len(shapes) != 1:
        seen = ", ".join(place.name for place in (shapes or found)[:5]) or told("nothing")
        held = told("{n} shapefiles", n=len(shapes)) if shapes else told("no shapefile")
        raise DataError(
            told(
                "{file}: the archive holds {held} ({seen}); zip the parts (.shp, .shx, .dbf, .prj) of one, and "
                "unpack a table that is zipped",
                file=name,
                held=held,
                seen=seen,
            )
        )
    stem = shapes[0].with_suffix("")
    kinds = {place.suffix.lower() for place in found if place.with_suffix("") == stem}
    missing = [part for part in (".dbf", ".shx") if part not in kinds]
    if missing:
        raise DataError(told("{file}: the shapefile lacks its {listed}; zip all of its parts", file=name, listed=", ".join(missing)))
    return stem


def _check_parts(shp: Path, name: str) -> None:
    """Refuse a part that is not what its name says, such as a list of other files to open."""
    starts = {}
    for part in (".shp", ".shx", ".dbf"):
        with shp.with_suffix(part).open("rb") as file:
            starts[part] = file.read(100)
    wrong = [part for part in (".shp", ".shx") if not starts[part].startswith(_SHP) or len(starts[part]) < 100]
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


def _system(shp: Path, name: str) -> int | None:
    prj = shp.with_suffix(".prj")
    if not prj.is_file() or prj.stat().st_size > limits.PRJ_BYTES:
        return None
    words = prj.read_bytes().decode("utf-8", errors="replace").strip()
    prj.unlink()  # read here; the map library need not
    if not words.upper().startswith(("PROJCS[", "GEOGCS[", "PROJCRS[", "GEOGCRS[", "COMPD_CS[", "BOUNDCRS[")):
        return None
    try:
        return system_number(pyproj.CRS.from_wkt(words))
    except pyproj.exceptions.CRSError:
        return None


def _content(shp: Path, name: str) -> tuple[list[str], list[list[str]], Any, list[Finding]]:
    from pyogrio.errors import DataLayerError, DataSourceError
    from pyogrio.raw import read

    cpg = shp.with_suffix(".cpg")
    said = cpg.read_bytes()[:20].decode("ascii", errors="replace").strip() if cpg.is_file() else ""
    cpg.unlink(missing_ok=True)
    findings = []
    encoding = "cp1252" if said.upper() in ("1252", "CP1252", "ANSI 1252", "WINDOWS-1252", "LATIN1", "ISO-8859-1", "88591") else "utf-8"
    try:
        try:
            meta, _, shapes, fields = read(str(shp), encoding=encoding)
        except UnicodeDecodeError:
            meta, _, shapes, fields = read(str(shp), encoding="cp1252")
            findings.append(
                Finding(
                    "old_encoding",
                    "accepted",
                    0,
                    told("{name}: the letters were read as Windows-1252", name=name),
                    mark("If names look wrong, export the layer as UTF-8."),
                )
            )
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError, RuntimeError, OverflowError):
        raise DataError(told("{file}: the shapefile is damaged; export the layer again", file=name)) from None
    names = [str(field) for field in meta["fields"]]
    if len(names) > limits.MOST_COLUMNS:
        raise DataError(
            told(
                "{file}: the layer has {columns} columns; the most we read is {most_columns}",
                file=name,
                columns=f"{len(names):,}",
                most_columns=f"{limits.MOST_COLUMNS:,}",
            )
        )
    built = np.empty(0, dtype=object) if shapes is None else shapes_from(list(shapes))
    return names, [[_text(value) for value in field] for field in fields], built, findings


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value.astype("datetime64[s]")).replace("T00:00:00", "").replace("T", " ")
    return as_text(value.item() if isinstance(value, np.generic) else value)

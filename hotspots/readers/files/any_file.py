"""Any file that we read → a table, by what it holds and not by its name; what we do not read is refused with what to do instead."""

from __future__ import annotations

import contextlib
import csv
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from hotspots.readers.asking import Ask, Entries
from hotspots.readers.doubts import settled
from hotspots.readers.files import limits
from hotspots.readers.files.archives import names_in, opened_zip, take, unpacked_gz
from hotspots.readers.files.geopackages import read_geopackage
from hotspots.readers.files.joined import ALL, belong_together, same_columns, whole
from hotspots.readers.files.json_tables import looks_like_json, read_json
from hotspots.readers.files.kml import read_kml
from hotspots.readers.files.markup import read_opendocument, read_web_table, read_xml_workbook, starts_like
from hotspots.readers.files.parquet import read_parquet
from hotspots.readers.files.shapefiles import read_shapefile
from hotspots.readers.files.text_tables import SEPARATORS, Table, read_table
from hotspots.readers.files.workbooks import read_old_workbook, read_workbook
from hotspots.readers.table_faults import HeaderError, SheetError
from hotspots.store import scratch
from hotspots.store.schema import DataError
from hotspots.words import told

TEXT = (".csv", ".tsv", ".txt")
LAYERS = (".geojson", ".json", ".parquet", ".geoparquet", ".gpkg", ".zip", ".kml", ".kmz", ".ndjson", ".jsonl", ".geojsonl", ".geojsons")
_INSIDE = (*TEXT, *LAYERS, ".xlsx", ".xls", ".ods", ".gz")  # what is looked for in a zip archive
_AS_LAYER = told("export the layer as GeoJSON, GeoPackage or GeoParquet, or zip the files of its shapefile")
_AS_TABLE = told("save it as .xlsx or CSV (UTF-8)")
_REFUSED = {
    ".xls": (told("no Excel workbook, whatever its name says"), told("open it and save it as .xlsx")),
    ".xlsm": (told("a workbook with programs in it"), told("open it and save it as .xlsx, without macros")),
    ".xlsb": (told("a binary Excel workbook"), told("open it and save it as .xlsx")),
    ".ods": (told("no OpenDocument workbook, whatever its name says"), told("save it as .xlsx or CSV (UTF-8)")),
    ".shp": (told("one part of a shapefile"), told("put its .shp, .shx, .dbf and .prj into one .zip and name that")),
    ".dbf": (told("one part of a shapefile, or an old database"), told("put a shapefile's parts into one .zip, or save the table as CSV")),
    ".kml": (told("no KML, whatever its name says"), _AS_LAYER),
    ".kmz": (told("no KMZ, whatever its name says"), _AS_LAYER),
    ".gml": (told("a GML file"), _AS_LAYER),
    ".gpx": (told("a GPX file"), _AS_LAYER),
    ".vrt": (told("a list of other files"), _AS_LAYER),
    ".tab": (told("a MapInfo file"), _AS_LAYER),
    ".gdb": (told("a file geodatabase"), _AS_LAYER),
    ".html": (told("a web page"), told("download the data itself, as CSV")),
    ".htm": (told("a web page"), told("download the data itself, as CSV")),
    ".xml": (told("an XML file"), _AS_TABLE),
    ".pdf": (told("a PDF document"), told("ask the source for a table")),
    ".sqlite": (told("a database"), _AS_TABLE),
    ".db": (told("a database"), _AS_TABLE),
    ".duckdb": (told("a database"), _AS_TABLE),
    ".pkl": (told("a file of a program"), _AS_TABLE),
    ".feather": (told("an Arrow file"), told("save it as .parquet or CSV")),
    ".arrow": (told("an Arrow file"), told("save it as .parquet or CSV")),
    ".gz": (told("a compressed file"), told("unpack it; of compressed files we read .csv.gz, .tsv.gz and .txt.gz")),
    ".7z": (told("an archive"), told("unpack it")),
    ".rar": (told("an archive"), told("unpack it")),
}
_BY_NAME = {
    **dict.fromkeys(TEXT, "text"),
    **dict.fromkeys((".geojson", ".json", ".ndjson", ".jsonl", ".geojsonl", ".geojsons"), "json"),
    **dict.fromkeys((".parquet", ".geoparquet"), "parquet"),
    **{".gpkg": "geopackage", ".zip": "zip", ".xlsx": "workbook"},
}


def kind_of(path: Path) -> str:
    """Return the ending of the name, in small letters; a compressed text table counts as the text table.

    >>> kind_of(Path("a.CSV.gz")), kind_of(Path("b.gpkg"))
    ('.csv', '.gpkg')
    """
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    return endings[0] if len(endings) == 2 and endings[1] == ".gz" and endings[0] in TEXT else path.suffix.lower()


def carries_shapes(path: Path) -> bool:
    """Return whether a file may hold shapes itself, so that no column need name the place, by its name and its first bytes."""
    if kind_of(path) in LAYERS:
        return True
    return path.is_file() and _content(path) in ("json", "kml", "parquet", "geopackage")


def read_file(path: Path, *, needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return the table or layer in the file, every cell as text.

    `sheet` names the sheet of a workbook, the layer of a GeoPackage or the file in a zip archive, or is `*`: all that have the same
    columns; `needs` are columns by which it and the header are found, unless `header_row` says where that is. Raises `SheetError` and
    `HeaderError` where a person has to say, and `DataError` for what we do not read, with what to do instead. What a file holds decides,
    not its name; no file is opened by what its name or content asks for: each reader takes its own kind alone.
    """
    if path.stat().st_size > limits.MOST_BYTES:
        raise DataError(
            told(
                "{file}: the file has {size} MB; the most we read is {most} MB: split it by year",
                file=path.name,
                size=f"{path.stat().st_size / 1e6:,.0f}",
                most=f"{limits.MOST_BYTES / 1e6:,.0f}",
            )
        )
    asked = _Asked(path.name, needs, sheet, header_row)
    kind = _kind(path)
    if kind == "gz":
        with unpacked_gz(path) as inner:
            return _inner(inner, path, asked)
    if kind == "zip":
        return _from_zip(path, asked)
    if not kind:
        raise _refusal(path)
    return asked.read(path, kind)


def read_layer(path: Path, *, layer: str, sheet: str = "") -> Table:
    """Return a file that must hold shapes; a table without them is refused. `layer` is what the shapes are for."""
    return _drawn(read_file(path, sheet=sheet), layer)


def _drawn(table: Table, layer: str) -> Table:
    if table.shapes is None:
        raise DataError(told("{layer}: {file} holds a table without shapes; {advice}", layer=layer, file=table.source, advice=_AS_LAYER))
    return table


def read_asked(path: Path, ask: Ask, *, layer: str = "", read: Callable[..., Table] = read_file) -> tuple[Table, Entries]:
    """Return the table in the file, and what city.toml says of its sheet and header: `ask` is put what the file leaves open.

    Where `layer` says what the shapes are for, a table without them is refused; `read` reads the file.
    """
    entries: Entries = {}
    while True:
        row = entries.get("header_row")
        try:
            table = read(path, sheet=str(entries.get("sheet", "")), header_row=None if row is None else int(row))
            return _drawn(table, layer) if layer else table, entries
        except (SheetError, HeaderError) as doubt:
            entries |= settled(doubt, ask)


@dataclass(frozen=True)
class _Asked:
    """How a file is to be read, whatever its kind: what it is called, and what is known of it."""

    name: str
    needs: Collection[str]
    sheet: str
    header_row: int | None

    def read(self, path: Path, kind: str) -> Table:
        """Return the table of a file of this kind."""
        name, needs, sheet, row = self.name, self.needs, self.sheet, self.header_row
        if kind == "text":
            return read_table(path, name=name, needs=needs, header_row=row)
        if kind == "json":
            return read_json(path, name=name, needs=needs, header_row=row)
        if kind in _SHEETS:
            return _SHEETS[kind](path, name=name, needs=needs, sheet=sheet, header_row=row)
        if kind == "geopackage":
            return read_geopackage(path, name=name, layer=sheet)
        if kind == "shapefile":
            return read_shapefile(path, name=name, layer=sheet)
        return {"kml": read_kml, "parquet": read_parquet}[kind](path, name=name)


_SHEETS = {
    "workbook": read_workbook,
    "old workbook": read_old_workbook,
    "opendocument": read_opendocument,
    "xml workbook": read_xml_workbook,
    "page": read_web_table,
}


def _kind(path: Path) -> str:
    """Return the kind of a file: what it holds, else, where that does not say, what its name says; empty where neither does."""
    seen = _content(path)
    if seen == "zip":
        return _zip_kind(path)
    by_name = "gz" if path.suffix.lower() == ".gz" and kind_of(path) in TEXT else _BY_NAME.get(kind_of(path), "")
    if seen or by_name in ("text", "json", "gz"):
        return seen or by_name
    return "text" if _is_table(path) else by_name


def _content(path: Path) -> str:
    """Return the kind that the first bytes speak of; empty for plain text and for what we do not know."""
    with path.open("rb") as file:
        head = file.read(limits.XML_HEAD)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if looks_like_json(head):
        return "json"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return {"kml": "kml", "workbook": "xml workbook", "page": "page"}.get(next(starts_like(head), ""), "")
    return ""


_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "old workbook"),
    (b"\x1f\x8b", "gz"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\0", "geopackage"),
)


def _zip_kind(path: Path) -> str:
    names = names_in(path)
    if "[Content_Types].xml" in names or path.suffix.lower() == ".xlsx":
        return "workbook" if path.suffix.lower() not in (".xlsm", ".xlsb") else ""
    if "content.xml" in names and "mimetype" in names:
        return "opendocument"
    if any(name.lower().endswith(".shp") for name in names):
        return "shapefile"
    return "zip"


def _from_zip(path: Path, asked: _Asked) -> Table:
    """Return the table in a zip archive; of several the one that is named, or those of the same columns, or a person is asked."""
    with opened_zip(path, path.name) as archive:
        found = [name for name in names_in(path) if PurePosixPath(name).suffix.lower() in _INSIDE and not _is_note(name)]
        chosen = [name for name in found if asked.sheet in (name, PurePosixPath(name).name)]
        if not found:
            return read_shapefile(path)  # which says what is missing
        if len(found) > 1 and len(chosen) != 1:
            return _several(archive, found, path, asked)
        return _member(archive, (chosen or found)[0], path, replace(asked, sheet="") if chosen else asked)


def _member(archive: zipfile.ZipFile, member: str, path: Path, asked: _Asked) -> Table:
    with scratch.folder() as folder:
        inner = folder / f"inside{PurePosixPath(member).suffix.lower()}"
        take(archive, archive.getinfo(member), inner, name=path.name)
        return _inner(inner, path, asked)


def _several(archive: zipfile.ZipFile, names: list[str], path: Path, asked: _Asked) -> Table:
    """Return the one of several files that has the columns, or all of those that have the same; raises `SheetError` where that is open."""
    tables: dict[str, Table] = {}
    for name in names:
        with contextlib.suppress(DataError):  # it may be no table; all that are needed are looked for below
            tables[name] = _member(archive, name, path, replace(asked, name=f"{path.name}, {name}", sheet=""))
    needed = [name for name, table in tables.items() if set(asked.needs) <= set(table.columns.columns)] if asked.needs else names
    if len(needed) == 1:
        return replace(tables[needed[0]], source=path.name)
    alike = same_columns({name: list(table.columns.columns) for name, table in tables.items()})
    group = {name: tables[name] for name in alike}
    if len(group) > 1 and (asked.sheet == ALL or (set(needed) <= set(group) and belong_together(group))):
        return whole(group, source=path.name)
    listed = ", ".join(names[: limits.SAMPLE_LINES])
    samples = tuple((name, ", ".join(tables[name].columns.columns[: limits.SAMPLE_LINES]) if name in tables else "–") for name in names)
    raise SheetError(path.name, told("the archive holds several files ({listed})", listed=listed), samples, len(group))


def _is_note(name: str) -> bool:
    return PurePosixPath(name).name.casefold().startswith(("readme", "leeme", "leame", "leia", "lisez", "licen", "metadat"))


def _inner(inner: Path, path: Path, asked: _Asked) -> Table:
    kind = _kind(inner) or "text"
    if kind in ("zip", "gz"):
        raise DataError(told("{file}: the archive holds another archive, or a file that we do not read; unpack it", file=path.name))
    return asked.read(inner, kind)


def _is_table(path: Path) -> bool:
    """Return whether a file of no known name is a text of several columns."""
    with path.open("rb") as file:
        head = file.read(limits.SAMPLE_LETTERS)
    lines = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", errors="replace").splitlines()[
        : limits.SAMPLE_LINES
    ]
    if len(lines) < 2 or any(sign in "".join(lines) for sign in "\0\x01\x02\x03"):
        return False
    with contextlib.suppress(csv.Error):
        return any(all(line.count(separator) for line in lines[:2] if line.strip()) for separator in SEPARATORS)
    return False


def _refusal(path: Path) -> DataError:
    unknown = told("of no kind that we read"), told("save a table as .xlsx or CSV; {advice}", advice=_AS_LAYER)
    kind = ".gz" if path.suffix.lower() == ".gz" else kind_of(path)
    with path.open("rb") as file:
        kind = ".pdf" if file.read(4) == b"%PDF" else kind
    what, advice = _REFUSED.get(kind, unknown)
    return DataError(told("{file}: this is {what}; {advice}", file=path.name, what=what, advice=advice))

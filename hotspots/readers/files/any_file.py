"""Any file that we read → a table; what we do not read is refused with what to do instead."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hotspots.readers.files.geojson import read_geojson
from hotspots.readers.files.geopackages import read_geopackage
from hotspots.readers.files.parquet import read_parquet
from hotspots.readers.files.shapefiles import read_shapefile
from hotspots.readers.files.text_tables import Table, read_table
from hotspots.readers.files.workbooks import read_workbook
from hotspots.store.schema import DataError
from hotspots.words import told

TEXT = (".csv", ".tsv", ".txt")
SHEETS = (".xlsx",)
LAYERS = (".geojson", ".json", ".parquet", ".geoparquet", ".gpkg", ".zip")
_AS_LAYER = told("export the layer as GeoJSON, GeoPackage or GeoParquet, or zip the files of its shapefile")
_AS_TABLE = told("save it as .xlsx or CSV (UTF-8)")
_REFUSED = {
    ".xls": (told("an old Excel workbook"), told("open it and save it as .xlsx")),
    ".xlsm": (told("a workbook with programs in it"), told("open it and save it as .xlsx, without macros")),
    ".xlsb": (told("a binary Excel workbook"), told("open it and save it as .xlsx")),
    ".ods": (told("an OpenDocument workbook"), told("save it as .xlsx or CSV (UTF-8) in the spreadsheet program")),
    ".shp": (told("one part of a shapefile"), told("put its .shp, .shx, .dbf and .prj into one .zip and name that")),
    ".dbf": (told("one part of a shapefile, or an old database"), told("put a shapefile's parts into one .zip, or save the table as CSV")),
    ".kml": (told("a KML file"), _AS_LAYER),
    ".kmz": (told("a KMZ file"), _AS_LAYER),
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


def kind_of(path: Path) -> str:
    """Return the ending that says what the file is, in small letters; a compressed text table counts as the text table.

    >>> kind_of(Path("a.CSV.gz")), kind_of(Path("b.gpkg"))
    ('.csv', '.gpkg')
    """
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    return endings[0] if len(endings) == 2 and endings[1] == ".gz" and endings[0] in TEXT else path.suffix.lower()


def carries_shapes(path: Path) -> bool:
    """Return whether a file of this name may hold shapes itself, so that no column need name the place."""
    return kind_of(path) in LAYERS


def read_file(path: Path, *, needs: Collection[str] = (), sheet: str = "", header_row: int | None = None) -> Table:
    """Return the table or layer in the file, every cell as text.

    `sheet` names the sheet of a workbook or the layer of a GeoPackage; `needs` are columns by which the header is found, unless
    `header_row` says where it is. Raises `DataError` for what we do not read, with what to do instead. No file is opened by what
    its name or content asks for: each reader takes its own kind alone, and looks at the first bytes before it starts.
    """
    kind = kind_of(path)
    if kind in TEXT:
        return read_table(path, needs=needs, header_row=header_row)
    if kind in SHEETS:
        return read_workbook(path, needs=needs, sheet=sheet, header_row=header_row)
    if kind in (".geojson", ".json"):
        return read_geojson(path)
    if kind in (".parquet", ".geoparquet"):
        return read_parquet(path)
    if kind == ".gpkg":
        return read_geopackage(path, layer=sheet)
    if kind == ".zip":
        return read_shapefile(path)
    unknown = told("of no kind that we read"), told("save a table as .xlsx or CSV; {advice}", advice=_AS_LAYER)
    what, advice = _REFUSED.get(kind, unknown)
    raise DataError(told("{file}: this is {what}; {advice}", file=path.name, what=what, advice=advice))


def read_layer(path: Path, *, layer: str, sheet: str = "") -> Table:
    """Return a file that must hold shapes; a table without them is refused. `layer` is what the shapes are for."""
    table = read_file(path, sheet=sheet)
    if table.shapes is None:
        raise DataError(told("{layer}: {file} holds a table without shapes; {advice}", layer=layer, file=path.name, advice=_AS_LAYER))
    return table

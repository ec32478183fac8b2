"""Any file that we read → a table; what we do not read is refused with what to do instead."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hotspots.readers.geojson import read_geojson
from hotspots.readers.geopackages import read_geopackage
from hotspots.readers.parquet import read_parquet
from hotspots.readers.shapefiles import read_shapefile
from hotspots.readers.tables import Table, read_table
from hotspots.readers.workbooks import read_workbook
from hotspots.schema import DataError

TEXT = (".csv", ".tsv", ".txt")
SHEETS = (".xlsx",)
LAYERS = (".geojson", ".json", ".parquet", ".geoparquet", ".gpkg", ".zip")
_AS_LAYER = "export the layer as GeoJSON, GeoPackage or GeoParquet, or zip the files of its shapefile"
_AS_TABLE = "save it as .xlsx or CSV (UTF-8)"
_REFUSED = {
    ".xls": ("an old Excel workbook", "open it and save it as .xlsx"),
    ".xlsm": ("a workbook with programs in it", "open it and save it as .xlsx, without macros"),
    ".xlsb": ("a binary Excel workbook", "open it and save it as .xlsx"),
    ".ods": ("an OpenDocument workbook", "save it as .xlsx or CSV (UTF-8) in the spreadsheet program"),
    ".shp": ("one part of a shapefile", "put its .shp, .shx, .dbf and .prj into one .zip and name that"),
    ".dbf": ("one part of a shapefile, or an old database", "put a shapefile's parts into one .zip, or save the table as CSV"),
    ".kml": ("a KML file", _AS_LAYER),
    ".kmz": ("a KMZ file", _AS_LAYER),
    ".gml": ("a GML file", _AS_LAYER),
    ".gpx": ("a GPX file", _AS_LAYER),
    ".vrt": ("a list of other files", _AS_LAYER),
    ".tab": ("a MapInfo file", _AS_LAYER),
    ".gdb": ("a file geodatabase", _AS_LAYER),
    ".html": ("a web page", "download the data itself, as CSV"),
    ".htm": ("a web page", "download the data itself, as CSV"),
    ".xml": ("an XML file", _AS_TABLE),
    ".pdf": ("a PDF document", "ask the source for a table"),
    ".sqlite": ("a database", _AS_TABLE),
    ".db": ("a database", _AS_TABLE),
    ".duckdb": ("a database", _AS_TABLE),
    ".pkl": ("a file of a program", _AS_TABLE),
    ".feather": ("an Arrow file", "save it as .parquet or CSV"),
    ".arrow": ("an Arrow file", "save it as .parquet or CSV"),
    ".gz": ("a compressed file", "unpack it; of compressed files we read .csv.gz, .tsv.gz and .txt.gz"),
    ".7z": ("an archive", "unpack it"),
    ".rar": ("an archive", "unpack it"),
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
    what, advice = _REFUSED.get(kind, ("of no kind that we read", f"save a table as .xlsx or CSV; {_AS_LAYER}"))
    raise DataError(f"{path.name}: this is {what}; {advice}")


def read_layer(path: Path, *, layer: str, sheet: str = "") -> Table:
    """Return a file that must hold shapes; a table without them is refused. `layer` is what the shapes are for."""
    table = read_file(path, sheet=sheet)
    if table.shapes is None:
        raise DataError(f"{layer}: {path.name} holds a table without shapes; {_AS_LAYER}")
    return table

"""Every limit on what is read, once: beyond it a file is refused with the number that stands here."""

from __future__ import annotations

from hotspots.store.schema import DataError
from hotspots.words import told

MOST_ROWS = 2_000_000
MOST_COLUMNS = 2_000
MOST_BYTES = 400_000_000  # of a file, and of what a Parquet file says that it unpacks to
MOST_UNPACKED = 200_000_000  # bytes that a compressed text table, or the archive of a shapefile, unpacks to
MOST_RATIO = 100  # times its packed size that it may unpack to, once that is more than
SMALL_TABLE, SMALL_ARCHIVE = 10_000_000, 1_000_000  # bytes: below these any ratio is well
TEXT_PART = 1_048_576  # bytes of a text that are looked at together
SAMPLE_LINES, SAMPLE_LETTERS = 60, 65_536  # that say what separates the values
PLAIN_BYTES, PLAIN_BLOCK = 5_000_000, 4_000_000  # of a text table from which on it is packed as a whole, and how much at once
ROWS_AT_ONCE = 16_384  # that are held as texts before they are packed
HEADER_WITHIN = 30  # rows in which the names of the columns are looked for

SHEET_COLUMNS = 200
SHEET_CELLS = 5_000_000  # counted before they are read
SHEET_CELLS_SEEN = 50_000_000  # empty ones too
SHEET_SEEN = 200  # rows by which the sheet that is meant is known
OLD_BOOK_BYTES = 100_000_000
XML_HEAD = 4_096  # bytes in which declarations stand
BOOK_MEMBERS = 2_000
BOOK_SHEET_BYTES, BOOK_TEXT_BYTES, BOOK_OTHER_BYTES = 600_000_000, 100_000_000, 20_000_000  # unpacked, for each part

ARCHIVE_MEMBERS = 200
PRJ_BYTES = 20_000
ZIP_END, ZIP_DIRECTORY = 66_000, 2_000_000  # bytes in which an archive says what it holds, and of what it says
NAME_LETTERS = 100  # of a column's name in a description

PARQUET_TEXT_BYTES = 200_000_000
PARQUET_BATCH = 65_536  # rows that are unpacked at once

GPKG_CELL_BYTES = 50_000_000
GPKG_TEXT_BYTES = 300_000_000
GPKG_SECONDS = 120.0
GPKG_LAYERS = 1_000

MOST_VICTIMS = 1_000  # of one row

MOST_VERTICES = 5_000_000  # of all shapes of a file
MOST_MARKUP_BYTES = 200_000_000  # of a web page, a KML file, the content of an OpenDocument
MOST_JSON_BYTES = 250_000_000
JSON_COLUMNS_DEEP = 6  # records within records that become columns


def check_columns(n: int, *, file: str) -> None:
    """Refuse a layer of more columns than are read."""
    if n > MOST_COLUMNS:
        raise DataError(
            told(
                "{file}: the layer has {columns} columns; the most we read is {most_columns}",
                file=file,
                columns=f"{n:,}",
                most_columns=f"{MOST_COLUMNS:,}",
            )
        )

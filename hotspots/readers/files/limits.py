"""Every limit on what is read, once: beyond it a file is refused with the number that stands here."""

from __future__ import annotations

MOST_ROWS = 2_000_000
MOST_COLUMNS = 2_000
MOST_BYTES = 400_000_000  # of a file, and of what a Parquet file says that it unpacks to
MOST_UNPACKED = 200_000_000  # bytes that a compressed text table, or the archive of a shapefile, unpacks to
MOST_RATIO = 100  # times its packed size that it may unpack to, once that is more than
SMALL_TABLE, SMALL_ARCHIVE = 10_000_000, 1_000_000  # bytes: below these any ratio is well
HEADER_WITHIN = 30  # rows in which the names of the columns are looked for

SHEET_COLUMNS = 200
SHEET_CELLS = 20_000_000  # that hold something
SHEET_CELLS_SEEN = 200_000_000  # empty ones too
BOOK_MEMBERS = 2_000
BOOK_SHEET_BYTES, BOOK_TEXT_BYTES, BOOK_OTHER_BYTES = 1_000_000_000, 100_000_000, 20_000_000  # unpacked, for each part

ARCHIVE_MEMBERS = 200
PRJ_BYTES = 20_000

PARQUET_TEXT_BYTES = 200_000_000
PARQUET_BATCH = 65_536  # rows that are unpacked at once

GPKG_CELL_BYTES = 50_000_000
GPKG_TEXT_BYTES = 300_000_000
GPKG_SECONDS = 120.0
GPKG_LAYERS = 1_000

MOST_VICTIMS = 1_000  # of one row

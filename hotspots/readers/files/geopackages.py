"""GeoPackage read as the database it is, by SQLite alone: one real table, no views, no functions, no other file."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hotspots.readers.files import limits
from hotspots.readers.files.geojson import as_text
from hotspots.readers.files.parquet import shapes_from
from hotspots.readers.files.text_tables import Table
from hotspots.readers.table_faults import SheetError
from hotspots.store.schema import DataError
from hotspots.words import told

_MAGIC = b"SQLite format 3\0"
_ENVELOPE = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def read_geopackage(path: Path, *, name: str = "", layer: str = "") -> Table:
    """Return one layer of a GeoPackage: its columns as text, its shapes in two dimensions, its coordinate system.

    `layer` names it where there are several. A file that is not a GeoPackage, is damaged, or whose layer is not a plain table
    raises `DataError`.
    """
    label = name or path.name
    with path.open("rb") as file:
        magic = file.read(16)
    if magic != _MAGIC:
        raise DataError(
            told("{file}: this is no GeoPackage, whatever its name says; export it again, or give it its true ending", file=label)
        )
    try:
        with _opened(path) as database:
            table, column, epsg = _layer(database, label, layer)
            names, rows = _rows(database, label, table)
    except (sqlite3.Error, UnicodeDecodeError):
        raise DataError(told("{file}: the GeoPackage is damaged, or not a GeoPackage; export the layer again", file=label)) from None
    if not rows:
        raise DataError(told("{file}: the layer {layer} has no features; export it again", file=label, layer=repr(table)))
    at = names.index(column) if column in names else -1
    shapes = None if at < 0 else shapes_from([_wkb(row[at]) for row in rows])
    columns = {key: [_text(row[i]) for row in rows] for i, key in enumerate(names) if i != at}
    return Table(
        label,
        pd.DataFrame(columns, index=range(len(rows)), dtype="str"),
        np.arange(1, len(rows) + 1, dtype=np.int64),
        np.full(len(rows), "", dtype="U16"),
        shapes=shapes,
        epsg=epsg,
        crs_unsaid=epsg is None and shapes is not None,
    )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for reading, with everything off that could reach beyond the one file or run for long."""
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.GPKG_CELL_BYTES)
        database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        database.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
        database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY)
        until = time.monotonic() + limits.GPKG_SECONDS
        database.set_progress_handler(lambda: int(time.monotonic() > until), 100_000)
        yield database
    finally:
        database.close()


def _layer(database: sqlite3.Connection, name: str, wanted: str) -> tuple[str, str, int | None]:
    """Return table, column of shapes and EPSG number of the layer that is meant."""
    query = (
        "SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id FROM gpkg_contents c "
        "LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
        "LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE c.data_type IN ('features', 'attributes')"
    )
    found = {str(row[0]): row[1:] for row in database.execute(query).fetchmany(limits.GPKG_LAYERS)}
    listed = ", ".join(found) or told("none")
    if wanted and wanted not in found:
        raise DataError(
            told(
                "{file}: there is no layer {wanted}; the file has: {listed}; write the right name in city.toml",
                file=name,
                wanted=repr(wanted),
                listed=listed,
            )
        )
    if not found:
        raise DataError(told("{file}: the GeoPackage has no layer; export it again", file=name))
    if len(found) > 1 and not wanted:
        raise SheetError(name, told("the file has several layers ({listed})", listed=listed), tuple((one, one) for one in found))
    table = wanted or next(iter(found))
    made = database.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    if made is None or made[0] != "table" or "virtual" in str(made[1]).lower().split("(")[0].split():
        raise DataError(
            told("{file}: the layer {table} is not a plain table; export it again as a new GeoPackage", file=name, table=repr(table))
        )
    column, organization, number = found[table]
    known = str(organization).upper() == "EPSG" and isinstance(number, int) and number > 0
    return table, str(column or ""), int(number) if known else None


def _rows(database: sqlite3.Connection, name: str, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    quoted = table.replace('"', '""')
    cursor = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  quoted, and found in the file's own list of tables
    names = [str(column[0]) for column in cursor.description]
    limits.check_columns(len(names), file=name)
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(rows) > limits.MOST_ROWS or size > limits.GPKG_TEXT_BYTES:
            raise DataError(
                told(
                    "{file}: the layer is larger than {most_rows} rows or {most} MB; export only what is needed",
                    file=name,
                    most_rows=f"{limits.MOST_ROWS:,}",
                    most=f"{limits.GPKG_TEXT_BYTES / 1e6:,.0f}",
                )
            )
    return names, rows


def _text(value: Any) -> str:
    return "" if isinstance(value, bytes) else as_text(value)


def _wkb(blob: Any) -> bytes | None:
    """Return the well-known binary inside a GeoPackage geometry; None where it is none."""
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:
        return None
    envelope = _ENVELOPE.get((blob[3] >> 1) & 7)
    return None if envelope is None else blob[8 + envelope :]

"""Parquet and GeoParquet: sizes are checked in the file's own account, and again while reading."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely

from hotspots.readers.files import limits
from hotspots.readers.files.geojson import as_text
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.store.schema import DataError
from hotspots.words import told


def read_parquet(path: Path, *, name: str = "") -> Table:
    """Return a Parquet file as text, with the shapes of a GeoParquet file (well-known binary) in two dimensions.

    Rows, columns and bytes are checked against the limits before anything is read, because a small file can stand for billions of
    rows. Columns that hold lists or records are passed over and reported. Raises `DataError` for a file that is damaged or too large.
    """
    label = name or path.name
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise DataError(
                told("{file}: this is no Parquet file, whatever its name says; export it again, or give it its true ending", file=label)
            )
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        geo = _geo(file.schema_arrow.metadata, label)
        _check_size(file.metadata, label)
        flat = [field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)]
        texts = [field.name for field in file.schema_arrow if _is_text(field.type) and field.name != geo.get("primary_column")]
        table = _bounded(pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True), flat, label)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise DataError(told("{file}: the Parquet file is damaged; export it again", file=label)) from None
    if not len(table):
        raise DataError(told("{file}: the file has no rows; export it again", file=label))
    findings = []
    if nested := [name for name in file.schema_arrow.names if name not in flat]:
        findings.append(
            Finding(
                "nested_columns",
                "accepted",
                0,
                told(
                    "{name}: columns of lists or records were passed over: {columns}",
                    name=label,
                    columns=", ".join(nested[:5]),
                ),
            )
        )
    shapes, epsg, unsaid = (None, None, False) if not geo else _geometry(table, geo, label)
    plain = [name for name in flat if name != geo.get("primary_column") and not pa.types.is_binary(table.schema.field(name).type)]
    columns = pd.DataFrame({name: texts_of(table.column(name)) for name in plain}, index=range(len(table)), dtype="str")
    return Table(
        label,
        columns,
        np.arange(1, len(table) + 1, dtype=np.int64),
        np.full(len(table), "", dtype="U16"),
        findings=tuple(findings),
        shapes=shapes,
        epsg=epsg,
        crs_unsaid=unsaid,
    )


def _check_size(account: Any, name: str) -> None:
    size = sum(account.row_group(i).total_byte_size for i in range(account.num_row_groups))
    if account.num_rows > limits.MOST_ROWS or account.num_columns > limits.MOST_COLUMNS or size > limits.MOST_BYTES:
        raise DataError(
            told(
                "{file}: the file holds {rows} rows of {columns} columns; the most we read is {most_rows} rows of "
                "{most_columns} columns and {most} MB: export only what is needed",
                file=name,
                rows=f"{account.num_rows:,}",
                columns=f"{account.num_columns:,}",
                most_rows=f"{limits.MOST_ROWS:,}",
                most_columns=f"{limits.MOST_COLUMNS:,}",
                most=f"{limits.MOST_BYTES / 1e6:,.0f}",
            )
        )


def _bounded(file: Any, columns: list[str], name: str) -> Any:
    """Return the file's columns, batch by batch, stopping where they grow beyond what its account lets expect."""
    batches, rows, size = [], 0, 0
    for batch in file.iter_batches(batch_size=limits.PARQUET_BATCH, columns=columns):
        batches.append(batch)
        rows, size = rows + len(batch), size + batch.get_total_buffer_size()
        if rows > limits.MOST_ROWS or size > limits.MOST_BYTES:
            raise DataError(told("{file}: the file holds more than it says; export it again", file=name))
    schema = pa.schema([field for field in file.schema_arrow if field.name in columns]) if not batches else None
    table = pa.Table.from_batches(batches, schema=schema)
    if sum(_text_bytes(column) for column in table.columns) > limits.PARQUET_TEXT_BYTES:
        raise DataError(
            told(
                "{file}: the texts in the file come to more than {most} MB; export only the columns that are needed",
                file=name,
                most=f"{limits.PARQUET_TEXT_BYTES / 1e6:,.0f}",
            )
        )
    return table


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _text_bytes(column: Any) -> int:
    """Return how many bytes a column of texts takes once every row has its own."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return 0
    total = 0
    for part in column.chunks:
        lengths = pc.binary_length(part.dictionary).to_numpy(zero_copy_only=False)
        at = part.indices.drop_null().to_numpy(zero_copy_only=False)
        total += int(np.nan_to_num(lengths[at]).sum()) if len(lengths) else 0
    return total


def texts_of(column: Any) -> list[str]:
    """Return a column as the texts that a person would type."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return [_day(value) for value in column.to_pylist()]
    return [_plain(value) for value in column.to_pylist()]


def _day(value: Any) -> str:
    if value is None:
        return ""
    text = str(value.isoformat(sep=" ")) if hasattr(value, "hour") else str(value.isoformat())
    return text.removesuffix(" 00:00:00")


def _plain(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return as_text(value) if isinstance(value, str | bool | int | float) else str(value)


def _geo(metadata: Any, name: str) -> dict[str, Any]:
    """Return what a GeoParquet file says of its geometry; empty for a plain Parquet file."""
    raw = (metadata or {}).get(b"geo")
    if raw is None:
        return {}
    try:
        found = json.loads(raw)
        column = found["columns"][found["primary_column"]]
        encoding = column["encoding"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DataError(told("{file}: what the file says of its shapes cannot be read; export it again as GeoParquet", file=name)) from None
    if encoding != "WKB":
        raise DataError(
            told("{file}: its shapes are written as {encoding}; export it again as GeoParquet with WKB", file=name, encoding=repr(encoding))
        )
    return {"primary_column": found["primary_column"], **column}


def _geometry(table: Any, geo: dict[str, Any], name: str) -> tuple[Any, int | None, bool]:
    if geo["primary_column"] not in table.column_names:
        raise DataError(told("{file}: the file names a column of shapes that it does not have; export it again", file=name))
    column = table.column(geo["primary_column"])
    if not _is_text(column.type):
        raise DataError(told("{file}: its shapes are not well-known binary; export it again as GeoParquet", file=name))
    shapes = shapes_from(column.to_pylist())
    crs = geo.get("crs", "OGC:CRS84")
    epsg = None if crs is None else _code(crs)
    return shapes, epsg, epsg is None


def shapes_from(raws: list[bytes | None]) -> Any:
    """Return shapes in two dimensions from well-known binary; None for what is none, or has coordinates that are no numbers."""
    built = shapely.from_wkb(np.array([raw if isinstance(raw, bytes) else None for raw in raws], dtype=object), on_invalid="ignore")
    flat = shapely.force_2d(np.atleast_1d(built))
    bounds = shapely.bounds(flat)
    odd = ~np.isfinite(bounds).all(axis=1) & ~shapely.is_missing(flat) & ~shapely.is_empty(flat)
    flat[odd] = None
    return flat


def _code(crs: Any) -> int | None:
    if crs == "OGC:CRS84" or (isinstance(crs, dict) and isinstance(crs.get("id"), dict) and crs["id"].get("code") == "CRS84"):
        return 4326
    try:
        return system_number(pyproj.CRS.from_json_dict(crs))
    except (pyproj.exceptions.CRSError, TypeError, AttributeError, ValueError):
        return None


def system_number(crs: pyproj.CRS) -> int | None:
    """Return the EPSG number of a coordinate system, or None where it has none."""
    number = crs.to_epsg()
    return None if number is None else int(number)

"""Several files of the same columns → one table, in which each row knows its file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from hotspots.readers.files.text_tables import Table, missing_columns
from hotspots.readers.sections import IncidentSection
from hotspots.store.schema import DataError
from hotspots.words import Told, told


def read_tables(section: IncidentSection, read: Callable[..., Table]) -> Table:
    """Return the files of a list, each opened by `read`, as one table.

    Raises `DataError` for columns that are missing or differ, and for a file without places.
    """
    named = section.named()
    needs = (*named.values(), *section.where, *section.withheld)
    tables = [read(path, needs=needs, sheet=section.sheet, header_row=section.header_row) for path in section.files]
    wanted = [*named.items(), *(("where", column) for column in section.where), *(("withheld", column) for column in section.withheld)]
    faults = [fault for table in tables for fault in [*missing_columns(table, wanted), *_no_place(table, section)]]
    if faults:
        raise DataError(faults)
    for table in tables[1:]:
        if set(table.columns.columns) != set(tables[0].columns.columns):
            faults.append(
                told(
                    "{file}: the columns differ from those of {other}; files of one list must have the same columns",
                    file=table.source,
                    other=tables[0].source,
                )
            )
    if faults:
        raise DataError(faults)
    return tables[0] if len(tables) == 1 else _joined(tables)


def _no_place(table: Table, section: IncidentSection) -> list[Told]:
    if table.shapes is None:
        placed = section.x or section.geometry or section.block_id
        return (
            []
            if placed
            else [told("{file}: the file holds no points; give x and y, or geometry, under [incidents] in city.toml", file=table.source)]
        )
    if table.crs_unsaid and not (section.epsg or section.x or section.geometry):
        return [
            told("{file}: the file does not say its coordinate system; write epsg = … under [incidents] in city.toml", file=table.source)
        ]
    return []


def _joined(tables: list[Table]) -> Table:
    """Return several files of the same columns as one table, in which each row knows its file."""
    systems = {table.epsg for table in tables}
    zeros = {table.day_zero for table in tables if table.day_zero is not None}
    if len(systems) > 1 or len(zeros) > 1:
        what = told("coordinate systems") if len(systems) > 1 else told("first days (1900 and 1904)")
        raise DataError(
            told("incidents: the files of the list have different {what}; export them alike, or import them one by one", what=what)
        )
    shapes = [table.shapes for table in tables if table.shapes is not None]
    return Table(
        ", ".join(table.source for table in tables),
        pd.concat([table.columns for table in tables], ignore_index=True),
        np.concatenate([table.rows for table in tables]),
        np.concatenate([table.spoiled for table in tables]),
        findings=tuple(row for table in tables for row in table.findings),
        shapes=np.concatenate(shapes) if len(shapes) == len(tables) else None,
        epsg=tables[0].epsg,
        origins=np.concatenate([_origins(table) for table in tables]),
        day_zero=next(iter(zeros), None),
    )


def _origins(table: Table) -> np.ndarray:
    return np.array([table.source if origin == "" else f"{table.source}, {origin}" for origin in _sheets(table)])


def _sheets(table: Table) -> np.ndarray:
    return np.full(len(table.rows), "") if table.origins is None else table.origins

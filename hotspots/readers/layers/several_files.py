"""Several files of the same columns → one table, in which each row knows its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hotspots.readers.columns.code_books import written_out
from hotspots.readers.columns.merged_cells import filled_down
from hotspots.readers.files.joined import joined, named_like, unlike
from hotspots.readers.files.text_tables import Table, missing_columns
from hotspots.readers.report import Finding
from hotspots.readers.sections import IncidentSection
from hotspots.store.schema import DataError
from hotspots.words import Told, told

_OF_VICTIMS = ("age", "sex", "weapon", "category", "status", "time")  # what the files of some years may not say


def read_tables(section: IncidentSection, read: Callable[..., Table]) -> Table:
    """Return the files of a list, each opened by `read`, as one table.

    Columns that are alike but for case and accents are one; what only some files say of a victim is not known in the others, and told.
    Raises `DataError` for columns that are missing, and for a file without places.
    """
    named = section.named()
    needs = (*named.values(), *section.where, *section.withheld, *section.victim_id, *section.listed)
    opened = [read(path, needs=needs, sheet=section.sheet, header_row=section.header_row) for path in section.files]
    tables = [filled_down(written_out(table) if section.code_book else table, section.fill_down) for table in opened]
    tables, found = _filled([named_like(table, tables[0]) for table in tables], section)
    listed = {"where": section.where, "withheld": section.withheld, "victim_id": section.victim_id, "listed": section.listed}
    wanted = [*named.items(), *((key, column) for key, columns in listed.items() for column in columns)]
    faults = [fault for table in tables for fault in [*missing_columns(table, wanted), *_no_place(table, section)]]
    if faults:
        raise DataError(faults)
    one = joined(tables)
    return one if len(tables) == 1 else replace(one, findings=(*one.findings, *found, *unlike(tables)))


def _filled(tables: list[Table], section: IncidentSection) -> tuple[list[Table], list[Finding]]:
    """Return the tables with an empty column for what only some of them say of a victim, and a finding on each."""
    have = [set(table.columns.columns) for table in tables]
    wanted = {key: column for key, column in section.named().items() if key in _OF_VICTIMS and any(column in names for names in have)}
    filled, found = [], []
    for table, names in zip(tables, have, strict=True):
        lacks = {key: column for key, column in wanted.items() if column not in names}
        for key, column in lacks.items():
            text = told(
                "{file}: no column {column} (for {key}): it is not known in its rows", file=table.source, column=repr(column), key=key
            )
            found.append(Finding("column_lacks", "accepted", len(table.rows), text))
        filled.append(replace(table, columns=table.columns.assign(**dict.fromkeys(lacks.values(), ""))) if lacks else table)
    return filled, found


def _no_place(table: Table, section: IncidentSection) -> list[Told]:
    if table.shapes is None:
        placed = section.x or section.geometry or section.block_id or section.no_place
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

"""Cells that a workbook merged: the value stands in the first row of its group, and the rows below are empty."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.periods import named_period
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS, OF_AREAS
from hotspots.readers.columns.values import is_missing
from hotspots.readers.files.text_tables import Table
from hotspots.readers.report import Finding
from hotspots.words import told

_EMPTY = 0.4  # of the rows: merged cells leave half of them empty, or more


def merged_columns(columns: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a time or an area whose values stand once each, the first in the first row, above empty cells.

    >>> merged_columns(pd.DataFrame({"anio": ["2020", "", "2021", ""], "mes": ["1", "2", "1", "2"], "nota": ["x", "", "", ""]}))
    ('anio',)
    """
    found = tuple(str(name) for name in columns.columns if _may_be_merged(str(name)) and _once_each(columns[name]))
    others = (name for name in columns.columns if name not in found)
    return found if found and any(not is_missing(columns[name]).any() for name in others) else ()


def _may_be_merged(name: str) -> bool:
    words = plain(name)
    return any(words in INCIDENT_COLUMNS[key] for key in ("year", "month", "area")) or bool(OF_AREAS.search(words))


def _once_each(text: pd.Series) -> bool:
    said = text.str.strip()[~is_missing(text)]
    return bool(len(said)) and said.is_unique and said.index[0] == text.index[0] and len(said) <= (1 - _EMPTY) * len(text) and len(text) > 2


def is_time(name: str, text: pd.Series) -> bool:
    """Return whether a column tells the time: its name says so, or it holds years or months."""
    if any(plain(name) in INCIDENT_COLUMNS[key] for key in ("year", "month")):
        return True
    said = text[~is_missing(text)]
    return bool(len(said)) and all(named_period(one).period for one in said.unique())


def filled_down(table: Table, names: Collection[str]) -> Table:
    """Return the table with each empty cell of these columns as the value above it, and a finding on it."""
    names = [name for name in names if name in table.columns.columns]
    if not names:
        return table
    columns, findings, sound = table.columns.copy(), [], table.spoiled == ""
    for name in names:
        text = columns[name].str.strip()
        full = text.mask(is_missing(text)).where(sound).ffill().fillna("")
        empty = is_missing(text) & (full != "") & sound
        columns[name] = text.mask(empty, full).astype("str")
        said = told(
            "{file}: {n} empty cells of {column} were read as the value above them",
            file=table.source,
            n=f"{int(empty.sum()):,}",
            column=repr(name),
        )
        findings.append(Finding("filled_down", "accepted", int(empty.sum()), said))
    return replace(table, columns=columns, findings=(*table.findings, *findings))

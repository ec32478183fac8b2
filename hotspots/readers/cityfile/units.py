"""Long tables in which one column of numbers holds numbers of people and rates, and another says which each row is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from hotspots.readers.columns.killings import rows_where
from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.residents import Numbers, read_numbers
from hotspots.readers.columns.values import is_missing
from hotspots.readers.files.text_tables import Table
from hotspots.store.schema import DataError
from hotspots.words import told

_RATE = re.compile(
    r"\b(?:rates?|tasas?|taxas?|taux|ratios?|per(?:cent\w*)?|por (?:cada|100|ciento)|pour|porcentaje|shares?|index|indice|pct)\b"
)
_VALUES = re.compile(r"(?:obs )?(?:value|valor|valores|valeur|data value|figure|dato)")
_MOST = 20  # different texts of a column that says what the numbers are
_MOSTLY = 0.8


def of_numbers(table: Table) -> Mapping[str, list[str]]:
    """Return column → texts of the rows that hold numbers of people, where others hold rates; empty where nothing says so.

    Raises `DataError` where the numbers have fractions and nothing tells rates from numbers of people: counted by rows they would be
    something else.
    """
    name = next((str(one) for one in table.columns.columns if _VALUES.fullmatch(plain(str(one)))), "")
    rows = table.columns[table.spoiled == ""]
    if not name or not _share(rows[name], whole=False) > _MOSTLY or _share(rows[name], whole=True) > _MOSTLY:
        return {}
    for other in rows.columns:
        texts = [str(one) for one in rows[other].str.strip().unique()] if rows[other].nunique() <= _MOST else []
        kept = [one for one in texts if one and not _RATE.search(plain(one.replace("%", " pct ")))]
        if 0 < len(kept) < len(texts) and _share(rows[name][rows_where(rows, {other: kept})], whole=True) > _MOSTLY:
            return {str(other): kept}
    raise DataError(
        told(
            "{file}: column {column} holds numbers with a fraction: rates or shares, and no numbers of people; give the table of numbers",
            file=table.source,
            column=repr(name),
        )
    )


def only(table: Table, where: Mapping[str, list[str]]) -> Table:
    """Return the table with the rows alone whose text is listed for every column."""
    keep = np.asarray(rows_where(table.columns, where)) | (table.spoiled != "")
    origins = None if table.origins is None else table.origins[keep]
    columns = table.columns[keep].reset_index(drop=True)
    return replace(table, columns=columns, rows=table.rows[keep], spoiled=table.spoiled[keep], shapes=None, origins=origins)


def _share(text: pd.Series, *, whole: bool) -> float:
    """Return how many of the texts that say anything are numbers, or `whole` ones."""
    said = text.str.strip()[~is_missing(text)]
    number, _ = read_numbers(said, Numbers("decimal"))
    good = number.notna() & ((number % 1 == 0) | (not whole))
    return float(good.mean()) if len(said) else 0.0

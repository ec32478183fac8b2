"""Rows that need not be homicides: told in the report, or asked where a person is there to answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots.readers.columns.killings import evidence, homicide_doubt, too_many
from hotspots.readers.files.text_tables import Table
from hotspots.readers.homicide_faults import HomicideError, Judged, listed_values
from hotspots.readers.report import Mask, Remark
from hotspots.readers.sections import IncidentSection
from hotspots.words import mark, told

_MOST_AGAINST = 0.1  # of the rows, that say something else than homicide, before a city.toml is asked about
_AGAINST = ("attempted", "negligent", "traffic", "suicide", "legal", "void", "other")


def killings_remarks(table: Table, section: IncidentSection, days: pd.Series, *, residents: float) -> list[Remark]:
    """Return remarks on columns that say what happened and are not used, and on more rows than can be homicides.

    `days` are the dates of the rows. Raises `HomicideError` where more than one row in ten says that it is no homicide and city.toml
    does not say which rows are, and, where the section `asks`, where nothing says that they are and they are too many.
    """
    if section.all_homicides:
        return []
    used = {*section.named().values(), *section.where, *section.withheld}
    said = evidence(table.columns, used=used)
    doubt = homicide_doubt(said, file=table.source)
    if doubt and not section.where and _against(table, said.judged) > _MOST_AGAINST:
        raise doubt
    if doubt:
        return [_unused(table, one) for one in said.judged]
    if said.says_so or section.where or section.victims:
        return []
    known = days.dropna()
    span = float((known.max() - known.min()).days + 1) if len(known) else 0.0
    many = too_many(table.columns, file=table.source, days=span, residents=residents)
    if many and section.asks:
        raise many
    return [_many(table, many)] if many else []


def _against(table: Table, judged: tuple[Judged, ...]) -> float:
    """Return the share of the rows that say something else than homicide."""
    against = np.zeros(len(table.rows), dtype=bool)
    for one in judged:
        against |= _says(table, one, *_AGAINST)
    return float(against.mean())


def _says(table: Table, judged: Judged, *meanings: str) -> Mask:
    return np.asarray(table.columns[judged.column].str.strip().isin(judged.meaning(*meanings)), dtype=bool)


def _unused(table: Table, judged: Judged) -> Remark:
    text = told(
        "{rows} of {total} rows need not be homicides by {column}, which city.toml does not use: {values}",
        column=repr(judged.column),
        values=listed_values(judged),
    )
    advice = mark("Say under [incidents.where] which values are homicides, or write all_homicides = true under [incidents].")
    return Remark("offence_unused", "accepted", _says(table, judged, *_AGAINST, "unclear"), text, advice, judged.column)


def _many(table: Table, many: HomicideError) -> Remark:
    text = told("{rows} of {total} rows are counted as homicides: {doubt}", doubt=many.doubt())
    advice = mark("If they are, write all_homicides = true under [incidents]; else say under [incidents.where] which rows are.")
    return Remark("too_many", "accepted", np.ones(len(table.rows), dtype=bool), text, advice)

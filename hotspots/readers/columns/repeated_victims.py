"""Rows of one person: a file may have a row for each suspect, each weapon or each charge, and its rows are then more than its victims."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.synonyms import INCIDENT_COLUMNS
from hotspots.readers.columns.values import is_missing
from hotspots.readers.homicide_faults import SameVictimError
from hotspots.readers.report import Mask, Remark
from hotspots.words import mark, told

_IDS = re.compile(r"\b(?:id|uid|guid|key|codigo|cod|clave|folio|number|numero|num|no)\b")
_VICTIM = re.compile(r"\b(?:victim|vic|decedent|deceased|victima|occis[oa]|fallecid[oa]|vitima|victime|person|persona|pessoa|personne)\b")
_OTHERS = re.compile(
    r"\b(?:suspects?|offenders?|perps?|perpetrators?|accused|arrestees?|defendants?|assailants?|sospechos[oa]s?|imputad[oa]s?|"
    r"victimari[oa]s?|agresor(?:es)?|inculpad[oa]s?|acusad[oa]s?|indiciad[oa]s?|detenid[oa]s?|suspeit[oa]s?|autor(?:es)?|auteurs?|"
    r"suspectes?)\b"
)
_IDS_LEAST = 0.5  # of the rows, that an id of persons tells apart: a number of the victim within its case tells fewer
_ROWS_LEAST = 0.02  # of the rows, that are of a person of an earlier one


@dataclass(frozen=True)
class _Told:
    """The columns that tell persons apart, and whether they do so by an id."""

    columns: tuple[str, ...]
    by_id: bool


def same_victims(columns: pd.DataFrame, *, file: str) -> SameVictimError | None:
    """Return the doubt whether each row is a person, where rows share the id of a victim, or differ in nothing but a suspect.

    >>> table = pd.DataFrame({"victim_id": ["a", "a", "b"], "date": ["2021-01-01", "2021-01-01", "2021-02-01"]})
    >>> doubt = same_victims(table, file="h.csv")
    >>> doubt.columns, doubt.rows, doubt.people, doubt.by_id
    (('victim_id',), 3, 2, True)
    """
    found = _by_id(columns) or _by_suspects(columns)
    if found is None:
        return None
    again = int(repeated(columns, found.columns).sum())
    samples = {name: tuple(columns[name][~is_missing(columns[name])].iloc[:3]) for name in found.columns}
    return SameVictimError(file, found.columns, len(columns), len(columns) - again, samples, by_id=found.by_id)


def repeated(columns: pd.DataFrame, ids: tuple[str, ...]) -> Mask:
    """Return the rows that are alike an earlier one in all the columns `ids`; a row that says nothing in any of them is none.

    >>> repeated(pd.DataFrame({"id": ["a", "b", "a", "", ""]}), ("id",)).tolist()
    [False, False, True, False, False]
    """
    text = columns[list(ids)].apply(lambda each: each.str.strip())
    silent = np.logical_and.reduce([is_missing(text[name]).to_numpy(dtype=bool) for name in ids])
    return np.asarray(text.duplicated().to_numpy(dtype=bool) & ~silent, dtype=np.bool_)


def same_remark(columns: pd.DataFrame, ids: tuple[str, ...], sound: Mask) -> Remark:
    """Return the remark on the `sound` rows that are of a person of an earlier one, which are counted no second time."""
    where = np.zeros(len(columns), dtype=bool)
    if ids:
        where[sound] = repeated(columns[sound], ids)
    text = told(
        "{rows} of {total} rows are of a person of an earlier row, by {columns}; they were set aside", columns=", ".join(map(repr, ids))
    )
    return Remark("same_victim", "filtered", where, text, mark("If each row is a person, leave victim_id out of city.toml."))


def _by_id(columns: pd.DataFrame) -> _Told | None:
    """Return the column that is an id of persons, where it comes again in rows of one day."""
    for name in columns.columns:
        words = plain(str(name))
        ids = columns[name].str.strip()
        known = ids[~is_missing(ids)]
        if (
            not (_IDS.search(words) and _VICTIM.search(words))
            or len(known) < 2
            or known.is_unique
            or known.nunique() < _IDS_LEAST * len(columns)
        ):
            continue
        dates = [one for one in columns.columns if plain(str(one)) in INCIDENT_COLUMNS["date"]]
        if columns.loc[known.index, dates].assign(id=known).drop_duplicates().shape[0] == known.nunique():
            return _Told((str(name),), by_id=True)
    return None


def _by_suspects(columns: pd.DataFrame) -> _Told | None:
    """Return the columns of the victims of a file where rows differ in nothing but what they say of a suspect."""
    called = {str(name): plain(str(name)) for name in columns.columns}
    others = [name for name, words in called.items() if _OTHERS.search(words)]
    dates = {name for name, words in called.items() if words in INCIDENT_COLUMNS["date"]}
    rest = tuple(name for name in called if name not in others and (name in dates or not (len(columns) > 1 and columns[name].is_unique)))
    of_victims = tuple(name for name in rest if _VICTIM.search(called[name]))
    if not others or not of_victims:
        return None
    again = repeated(columns, rest) & ~columns.duplicated().to_numpy(dtype=bool)
    if again.sum() < max(2, _ROWS_LEAST * len(columns)):
        return None
    events = tuple(name for name in rest if plain(name) in INCIDENT_COLUMNS["event_id"])
    few = (*events, *of_victims)
    return _Told(few if events and repeated(columns, few).sum() == repeated(columns, rest).sum() else rest, by_id=False)

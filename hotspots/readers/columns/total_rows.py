"""Rows of a table of counts that are no area: sums of the others, sentences under the table, homicides of no known area."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from babel import Locale

from hotspots.readers.columns.offences import plain
from hotspots.readers.columns.values import is_missing

_TOTAL = re.compile(
    r"(?:.* )?(?:sub ?total(?:es)?|total(?:es|is|s)?|totaux|gran total|grand total|suma|soma|somme|ensemble)(?: .*)?|"
    r"(?:todos|todas|all)(?: (?:los|las|os|as|the|municipios|municipalities|areas|distritos|departamentos|districts|barrios|bairros))*|"
    r"citywide|city wide|nacional|national|nivel nacional|pais|sum"
)
_NOTE = re.compile(
    r"(?:fuentes?|notas?|sources?|notes?|fontes?|elabora\w*|observa\w*|actualiza\w*|updated?|datos|dados|data|cifras|\(?\*+\)?|"
    r"\(?[0-9a-z]\)|[¹²³⁴])\b.*|[*¹²³⁴].*|.{80,}|.*[.:;]$",
    re.IGNORECASE | re.DOTALL,
)
_LEAST = 3  # areas that a sum is the sum of, where no word says that it is one
_PERIODS = 3  # periods in which it must be
_MOST_PRINTED = 5_000  # areas of a table that somebody printed by groups
_DIGITS_OF_HEADS = 8.0  # the same of the heads of groups
_DIGITS = 4.0  # of its numbers together, from which it is no chance that they are sums, also of two areas or in one period
_DIGITS_AT_AN_END = 2.0  # the same of the first or the last row of a table, where sums stand, if it is that of so many others:
_OTHERS_AT_AN_END = 5
_LEVELS = 2  # a country may be told beside its regions, and both beside its provinces
_SPOKEN = ("en", "es", "pt", "fr")


def says_total(name: str) -> bool:
    """Return whether a name says that what it names is a sum of others.

    >>> says_total("TOTAL GENERAL"), says_total("Total Norte"), says_total("Norte"), says_total("Grand total")
    (True, True, False, True)
    """
    return bool(_TOTAL.fullmatch(plain(name)))


@cache
def _countries() -> frozenset[str]:
    """Return the names of countries in the languages that files are read in."""
    return frozenset(plain(name) for one in _SPOKEN for code, name in Locale(one).territories.items() if len(code) == 2)


def notes(text: pd.Series, cells: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return where a row is a sentence under the table: nothing in any other of its `cells`, and words that no area has.

    >>> notes(pd.Series(["Sur", "Fuente: Policía"]), pd.DataFrame({"2019": ["", ""]})).tolist()
    [False, True]
    """
    empty = (cells == "").all(axis=1)
    said = text.map({one: bool(_NOTE.fullmatch(one)) for one in text.unique()})
    return np.asarray(empty & said.astype(bool), dtype=np.bool_)


def total_rows(areas: pd.Series, groups: pd.Series, counts: pd.Series, *, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which rows are about a sum of the areas: their name says so, or in every period they are the sum of all others.

    That a number is the sum of others is chance at times where numbers are small. It is none where there are enough digits, where the row
    is called like a country, or where it is the first or the last of a table and adds up to many others.

    `areas` are the texts, `groups` the period (and whatever else tells rows of one area apart), `counts` the numbers; rows that are
    `known` to be of an area, and texts that are empty, are none.

    >>> rows = pd.DataFrame({"a": ["Norte", "Sur", "Total"], "p": "2019", "n": [1.0, 2, 3]})
    >>> total_rows(rows["a"], rows["p"], rows["n"], known=np.zeros(3, dtype=bool)).tolist()
    [False, False, True]
    >>> rows = pd.DataFrame({"a": ["Norte", "Sur", "La Unión"], "p": "2019", "n": [10_345.0, 2_167, 12_512]})
    >>> total_rows(rows["a"], rows["p"], rows["n"], known=np.zeros(3, dtype=bool)).tolist()
    [False, False, True]
    >>> rows = pd.DataFrame({"a": ["Uruguay", "Salto", "Rivera", "Rocha"], "p": "2019", "n": [12.0, 5, 4, 3]})
    >>> total_rows(rows["a"], rows["p"], rows["n"], known=np.zeros(4, dtype=bool)).tolist()
    [True, False, False, False]
    """
    free = ~known & (areas != "").to_numpy(dtype=bool)
    named = areas.map({one: says_total(one) for one in areas.unique()}).to_numpy(dtype=bool) & free
    rest = areas[~named]
    table = pd.DataFrame({"a": rest, "g": groups[~named], "n": counts[~named]}).dropna()
    wide = table.pivot_table(index="a", columns="g", values="n", aggfunc="sum", fill_value=0)
    others = wide.sum() - wide
    same = ((wide == others) & (wide > 0)).sum(axis=1) + ((wide == 0) & (others == 0)).sum(axis=1)
    often = ((wide > 0).sum(axis=1) >= _PERIODS) & (len(wide) > _LEAST)
    digits = np.log10(wide.where(wide > 1, 1.0)).sum(axis=1)
    large = (digits >= _DIGITS) & (len(wide) >= _LEAST)
    written = [name for name in rest.dropna().drop_duplicates() if name in wide.index]
    ends = wide.index.isin([*written[:1], *written[-1:]]) & (digits >= _DIGITS_AT_AN_END) & (len(wide) > _OTHERS_AT_AN_END)
    countries = _whole_countries(wide, others)
    sums = wide.index[((same == wide.shape[1]) & (often | large | ends)) | (countries > 0)]
    order = [name for name in written if name not in sums]
    sums = sums.union(_heads(wide.loc[order], sure=bool((countries > 1).any())))
    return np.asarray(named | (areas.isin(sums).to_numpy(dtype=bool) & free), dtype=np.bool_)


def _whole_countries(wide: pd.DataFrame, others: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return of each row how many levels of areas lie below it: it is called like a country, and all others add up to it so many times.

    >>> wide = pd.DataFrame({"2019": {"Cuba": 9, "Este": 9, "Mayarí": 5, "Moa": 4}, "2020": {"Cuba": 3, "Este": 3, "Mayarí": 2, "Moa": 1}})
    >>> _whole_countries(wide, wide.sum() - wide).tolist()
    [2, 0, 0, 0]
    """
    found = np.zeros(len(wide), dtype=np.int64)
    named = np.array([plain(str(name)) in _countries() for name in wide.index], dtype=bool) & (wide.sum(axis=1) > 0).to_numpy(dtype=bool)
    if len(wide) >= _LEAST and named.any():
        for levels in range(1, _LEVELS + 1):
            found[named & (others == wide * levels).all(axis=1).to_numpy(dtype=bool)] = levels
    return found


def _heads(wide: pd.DataFrame, *, sure: bool = False) -> list[str]:
    """Return the rows that are sums of those right below them, where the whole table is made of such groups, as a printed one may be.

    It is `sure` that there are some where a country's row says so; else their numbers must have digits enough.

    >>> rows = {"Norte": [310, 420], "A": [110, 20], "B": [200, 400], "Sur": [90, 70], "C": [60, 30], "D": [30, 40]}
    >>> _heads(pd.DataFrame(rows).T), _heads(pd.DataFrame({"A": [5, 1], "B": [5, 1], "C": [2, 7]}).T)
    (['Norte', 'Sur'], [])
    """
    numbers = wide.to_numpy(dtype=float)
    heads: list[int] = []
    at = 0
    while at < len(numbers) <= _MOST_PRINTED:
        below = np.cumsum(numbers[at + 1 :], axis=0)
        same = np.flatnonzero((below == numbers[at]).all(axis=1))
        if not len(same):
            return []
        heads.append(at)
        at += int(same[0]) + 2
    digits = np.log10(np.maximum(numbers[heads], 1.0)).sum()
    return [str(wide.index[one]) for one in heads] if sure or (len(heads) > 1 and digits >= _DIGITS_OF_HEADS) else []


def no_areas(areas: pd.Series, groups: pd.Series, counts: pd.Series) -> npt.NDArray[np.bool_]:
    """Return where a row of no area cannot be the whole place: it has fewer homicides than the areas of its period together.

    >>> rows = pd.DataFrame({"a": ["Norte", "Sur", ""], "p": "2019", "n": [1.0, 2, 1]})
    >>> no_areas(rows["a"], rows["p"], rows["n"]).tolist()
    [False, False, True]
    """
    nameless = is_missing(areas)
    together = counts[~nameless].groupby(groups[~nameless]).sum()
    least = groups.map(together).fillna(0)
    return np.asarray(nameless & (counts < least), dtype=np.bool_)

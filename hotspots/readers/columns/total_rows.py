"""Rows of a table of counts that are no area: sums of the others, sentences under the table, homicides of no known area."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

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


def says_total(name: str) -> bool:
    """Return whether a name says that what it names is a sum of others.

    >>> says_total("TOTAL GENERAL"), says_total("Total Norte"), says_total("Norte"), says_total("Grand total")
    (True, True, False, True)
    """
    return bool(_TOTAL.fullmatch(plain(name)))


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

    `areas` are the texts, `groups` the period (and whatever else tells rows of one area apart), `counts` the numbers; rows that are
    `known` to be of an area, and texts that are empty, are none.

    >>> rows = pd.DataFrame({"a": ["Norte", "Sur", "Total"], "p": "2019", "n": [1.0, 2, 3]})
    >>> total_rows(rows["a"], rows["p"], rows["n"], known=np.zeros(3, dtype=bool)).tolist()
    [False, False, True]
    >>> rows = pd.DataFrame({"a": ["Norte", "Sur", "La Unión"], "p": "2019", "n": [10_345.0, 2_167, 12_512]})
    >>> total_rows(rows["a"], rows["p"], rows["n"], known=np.zeros(3, dtype=bool)).tolist()
    [False, False, True]
    """
    free = ~known & (areas != "").to_numpy(dtype=bool)
    named = areas.map({one: says_total(one) for one in areas.unique()}).to_numpy(dtype=bool) & free
    rest = areas[~named]
    table = pd.DataFrame({"a": rest, "g": groups[~named], "n": counts[~named]}).dropna()
    wide = table.pivot_table(index="a", columns="g", values="n", aggfunc="sum", fill_value=0)
    others = wide.sum() - wide
    same = ((wide == others) & (wide > 0)).sum(axis=1) + ((wide == 0) & (others == 0)).sum(axis=1)
    often = ((wide > 0).sum(axis=1) >= _PERIODS) & (len(wide) > _LEAST)
    large = (np.log10(wide.where(wide > 1, 1.0)).sum(axis=1) >= _DIGITS) & (len(wide) >= _LEAST)
    sums = wide.index[(same == wide.shape[1]) & (often | large)]
    order = [name for name in rest.dropna().drop_duplicates() if name in wide.index and name not in sums]
    sums = sums.union(_heads(wide.loc[order]))
    return np.asarray(named | (areas.isin(sums).to_numpy(dtype=bool) & free), dtype=np.bool_)


def _heads(wide: pd.DataFrame) -> list[str]:
    """Return the rows that are sums of those right below them, where the whole table is made of such groups, as a printed one may be.

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
    return [str(wide.index[one]) for one in heads] if len(heads) > 1 and digits >= _DIGITS_OF_HEADS else []


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

"""What a reading step noticed, row by row, and how the remarks add up to the outcome of every row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots.readers.report import Example, Finding
from hotspots.words import Told

Mask = npt.NDArray[np.bool_]
RANKS = {"accepted": 0, "repaired": 1, "rejected": 2, "filtered": 3}
SHOWN = 3


@dataclass(frozen=True, eq=False)
class Remark:
    """One kind of thing noticed: the rows it concerns, and what it makes of them.

    `text` is a sentence in which `{rows}` and `{total}` stand for the two counts.
    """

    code: str
    outcome: str
    where: Mask
    text: str
    advice: str = ""
    column: str = ""


def finding(remark: Remark, *, table: pd.DataFrame, numbers: npt.NDArray[np.int64], origins: npt.NDArray[np.str_] | None = None) -> Finding:
    """Return the remark as a `Finding` with its first three rows as examples; `origins` is the file and sheet of each row.

    >>> remark = Remark("bad_age", "repaired", np.array([False, True]), "{rows} of {total} ages", column="age")
    >>> finding(remark, table=pd.DataFrame({"age": ["31", "999"]}), numbers=np.array([2, 3])).text
    '1 of 2 ages'
    """
    at = np.flatnonzero(remark.where)
    cells = table[remark.column] if remark.column in table.columns else None
    examples = tuple(
        Example(
            int(numbers[i]), remark.column, "" if cells is None else str(cells.iloc[i])[:80], "" if origins is None else str(origins[i])
        )
        for i in at[:SHOWN]
    )
    known = sentence(remark.text)
    text = Told(known.pattern, {**known.values, "rows": f"{len(at):,}", "total": f"{len(remark.where):,}"})
    return Finding(remark.code, remark.outcome, len(at), text, remark.advice, examples)


def sentence(text: str) -> Told:
    """Return a text as a sentence that can be said in any language; one that is such a sentence stays as it is."""
    return text if isinstance(text, Told) else Told(text, {})


def outcomes(remarks: Iterable[Remark], *, rows: int) -> npt.NDArray[np.str_]:
    """Return the one outcome of every row: the gravest of what was noticed on it; accepted where nothing was.

    >>> bad = Remark("no_date", "rejected", np.array([False, True]), "")
    >>> outcomes([bad], rows=2).tolist()
    ['accepted', 'rejected']
    """
    rank = np.zeros(rows, dtype=np.int8)
    for remark in remarks:
        rank[remark.where] = np.maximum(rank[remark.where], RANKS[remark.outcome])
    return np.array(list(RANKS))[rank]


def only(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Return the remarks that concern at least one row."""
    return tuple(remark for remark in remarks if remark.where.any())

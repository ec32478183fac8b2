"""What a page shows on paper and on a phone: a table that is drawn on a canvas, and cut by it, in full; and what the sheet is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from hotspots.drawing import charts
from hotspots.study.memo import kept_as
from hotspots.words import Words
from hotspots.words.escape import safe_html

MOST = 400  # rows of one table on paper; more go into a file
MOST_DIGITS = 4  # decimals
MISSING = "–"  # in place of Streamlit's "None", which is English and reads as nobody


def table(
    rows: Any,
    *,
    alt: str,
    words: Words,
    decimals: Mapping[str, int] | None = None,
    widths: Mapping[str, int] | None = None,
    ordered: bool = False,
    of: object = None,
    part: Hashable = None,
    **how: Any,
) -> None:
    """Draw a table, or rows with a style, on screen, and all its columns once more for paper and phones.

    On a phone the cards stand alone; a table whose rows can be picked is there once its box is ticked.
    Numbers of a column in `decimals` are written with so many, else with as many as they have, all of a column alike; `widths` are in
    pixels; the rows are `ordered` where the first column numbers them. `how` is for `st.dataframe`, and an index that is shown names the
    rows. `of` is what alone decides, with the language, what the table called `alt` holds: then it is written once. `part` is what else
    decides it.
    """
    if "on_select" in how:
        st.html(f'<label class="on-paper pick-row"><input type="checkbox"> {safe_html(words.say("The table, to pick a row"))}</label>')
    sent = rows if of is None else kept_as(of, ("sent", part, alt, words), lambda: _sent(rows))
    plain: pd.DataFrame = rows if isinstance(rows, pd.DataFrame) else rows.data
    decimals = {name: digits for name in plain.columns if (digits := _digits(plain[name])) is not None} | dict(decimals or {})
    looks = _looks(decimals, widths or {}, words)
    st.dataframe(sent, **({"hide_index": True} | how), column_config=looks or None, placeholder=MISSING, alt=alt)
    plain = plain if how.get("hide_index", True) else plain.rename_axis(plain.index.name or "").reset_index()
    if len(plain.columns):

        def made() -> str:
            return charts.on_paper(plain, alt=alt, most=MOST, words=words, decimals=decimals, ordered=ordered)

        st.html(made() if of is None else kept_as(of, ("on paper", part, alt, words), made))


def _digits(cells: pd.Series) -> int | None:
    """Return with how many decimals the numbers of a column are written, at most four; None where its cells are no numbers.

    >>> _digits(pd.Series([3346, 91])), _digits(pd.Series([45.0, 64.7, None])), _digits(pd.Series([1 / 3])), _digits(pd.Series(["2024"]))
    (0, 1, 4, None)
    """
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        return None
    known = cells.dropna().to_numpy(dtype=float)
    return next((digits for digits in range(MOST_DIGITS) if np.allclose(known, known.round(digits), rtol=0, atol=1e-9)), MOST_DIGITS)


def _looks(decimals: Mapping[str, int], widths: Mapping[str, int], words: Words) -> dict[str, Any]:
    """Return how Streamlit draws the columns: numbers as in sentences, thousands marked where the language marks them by a comma."""
    mark = "," if words.number(1234, 1) == "1,234.0" else ""
    looks: dict[str, Any] = {name: st.column_config.Column(width=width) for name, width in widths.items() if name not in decimals}
    for name, digits in decimals.items():
        looks[name] = st.column_config.NumberColumn(format=f"%{mark}.{digits}f", width=widths.get(name))
    return looks


def _sent(rows: pd.DataFrame) -> pa.Table | pd.DataFrame:
    """Return the rows as they are sent; as they are where a column is of more than one kind, of which Streamlit knows what to make."""
    try:
        return pa.Table.from_pandas(rows)
    except pa.ArrowException:
        return rows


def label(text: str) -> None:
    """Say at the head of the first sheet what it is; the screen does not show it."""
    st.html(f'<p class="on-paper label">{safe_html(text)}</p>')

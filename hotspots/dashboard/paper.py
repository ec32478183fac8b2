"""What a page shows on paper and on a phone: a table that is drawn on a canvas, and cut by it, in full; and what the sheet is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from hotspots.drawing import charts
from hotspots.study.memo import kept_as
from hotspots.words import Words
from hotspots.words.escape import safe_html

MOST = 400  # rows of one table on paper; more go into a file
MISSING = "–"  # in place of Streamlit's "None", which is English and reads as nobody


def table(
    rows: Any,
    *,
    alt: str,
    words: Words,
    decimals: Mapping[str, int] | None = None,
    ordered: bool = False,
    of: object = None,
    part: Hashable = None,
    **how: Any,
) -> None:
    """Draw a table, or rows with a style, on screen, and all its columns once more for paper and phones.

    On a phone the cards stand alone; a table whose rows can be picked is there once its box is ticked.
    Numbers of a column in `decimals` are written with so many; the rows are `ordered` where the first column numbers them. `how` is for
    `st.dataframe`, and an index that is shown names the rows. `of` is what alone decides, with the language, what the table called `alt`
    holds: then it is written once. `part` is what else decides it.
    """
    if "on_select" in how:
        st.html(f'<label class="on-paper pick-row"><input type="checkbox"> {safe_html(words.say("The table, to pick a row"))}</label>')
    sent = rows if of is None else kept_as(of, ("sent", part, alt, words), lambda: _sent(rows))
    st.dataframe(sent, **({"hide_index": True} | how), placeholder=MISSING, alt=alt)
    plain: pd.DataFrame = rows if isinstance(rows, pd.DataFrame) else rows.data
    plain = plain if how.get("hide_index", True) else plain.rename_axis(plain.index.name or "").reset_index()
    if len(plain.columns):

        def made() -> str:
            return charts.on_paper(plain, alt=alt, most=MOST, words=words, decimals=decimals, ordered=ordered)

        st.html(made() if of is None else kept_as(of, ("on paper", part, alt, words), made))


def _sent(rows: pd.DataFrame) -> pa.Table | pd.DataFrame:
    """Return the rows as they are sent; as they are where a column is of more than one kind, of which Streamlit knows what to make."""
    try:
        return pa.Table.from_pandas(rows)
    except pa.ArrowException:
        return rows


def label(text: str) -> None:
    """Say at the head of the first sheet what it is; the screen does not show it."""
    st.html(f'<p class="on-paper label">{safe_html(text)}</p>')

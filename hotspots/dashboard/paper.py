"""What a page shows on paper and on a phone: a table that is drawn on a canvas, and cut by it, in full; and what the sheet is."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from hotspots.drawing import charts
from hotspots.words import Words
from hotspots.words.escape import safe_html

MOST = 400  # rows of one table on paper; more go into a file


def table(rows: Any, *, alt: str, words: Words, **how: Any) -> None:
    """Draw a table, or rows with a style, on screen, and all its columns once more for paper and phones. `how` is for `st.dataframe`."""
    st.dataframe(rows, **({"hide_index": True} | how), alt=alt)
    plain: pd.DataFrame = rows if isinstance(rows, pd.DataFrame) else rows.data
    if len(plain.columns):
        st.html(charts.on_paper(plain, alt=alt, most=MOST, words=words, picked="on_select" in how))


def label(text: str) -> None:
    """Say at the head of the first sheet what it is; the screen does not show it."""
    st.html(f'<p class="on-paper label">{safe_html(text)}</p>')

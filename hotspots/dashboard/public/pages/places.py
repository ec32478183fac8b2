"""All places that were released, side by side, in the order of the alphabet."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard.public import opened
from hotspots.dashboard.public.frame import Reader
from hotspots.drawing.site import every_place
from hotspots.drawing.site.markup import el


def render(reader: Reader) -> None:
    """Draw the page."""
    words = reader.words
    rows = opened.rows(words.language)
    title = words.count("{n} place has released numbers", "{n} places have released numbers", len(rows))
    st.set_page_config(page_title=title)
    st.title(title, anchor=False)
    st.caption(words.say(every_place.NOT_COMPARED))
    st.html(el("div", every_place.table(rows, words)))

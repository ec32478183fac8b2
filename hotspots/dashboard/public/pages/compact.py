"""The map for another page to embed: one map, and what it must say."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard.public import parts
from hotspots.dashboard.public.frame import Reader, contact, source
from hotspots.drawing.site import sentences


def render(reader: Reader) -> None:
    """Draw the page."""
    words, reading = reader.words, reader.reading
    st.set_page_config(page_title=f"{words.say('Map to embed')} – {reading.city.name}")
    if not reading.windows:
        st.title(reading.city.name, anchor=False)
        st.info(words.say(sentences.NO_AREAS))
        return
    st.title(sentences.killed(reading, reader.window, words), anchor=False)
    view = parts.draw_map(reader, key="compact_map", height=380)
    parts.statement(reader)
    parts.table_of(reader, view)
    st.caption(source(reader))
    st.caption(contact(reader))

"""The map for another page to embed: one map, and what it must say."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard.public import parts, sentences
from hotspots.dashboard.public.frame import Reader
from hotspots.words import mark
from hotspots.words.escape import safe_markdown

TITLE = mark("{n} people killed in {city}, {period}")


def render(reader: Reader) -> None:
    """Draw the page."""
    words, answers = reader.words, reader.answers
    if not answers.windows:
        st.title(answers.city.name, anchor=False)
        st.info(words.say("This release has no numbers by area. The whole place: on the next page."))
        return
    count = words.number(answers.total(reader.window).count)
    st.title(words.say(TITLE, n=count, city=answers.city.name, period=sentences.period(reader.window, words)), anchor=False)
    view = parts.draw_map(reader, key="compact_map", height=380)
    parts.statement(reader)
    parts.table_of(reader, view)
    st.caption(safe_markdown(sentences.source(answers, words)))
    st.caption(safe_markdown(sentences.contact(words)))

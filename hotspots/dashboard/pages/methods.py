"""How each figure is made: the method document, in the reader's language."""

from __future__ import annotations

import streamlit as st

from hotspots import settings
from hotspots.dashboard.frame import Chosen
from hotspots.words import DEFAULT, Words


def render(chosen: Chosen) -> None:
    """Draw the page."""
    title, text = document(chosen.words)
    st.title(title, anchor=False)
    st.markdown(text)


def document(words: Words) -> tuple[str, str]:
    """Return the title and the text of the method document in the language of `words`."""
    name = "method.es.md" if words.language == DEFAULT else "method.md"
    title, _, text = settings.document(name).read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# "), text

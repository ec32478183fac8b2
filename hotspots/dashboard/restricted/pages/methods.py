"""How each figure is made: the method document, in the reader's language."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from hotspots import settings
from hotspots.dashboard.restricted import cached, priority_notes
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.geography import units
from hotspots.words import Words


def render(chosen: Chosen) -> None:
    """Draw the page."""
    title, text = document(chosen.words)
    st.title(title, anchor=False)
    st.markdown(text)
    if not chosen.city.only_totals:
        tested(chosen)


def tested(chosen: Chosen) -> None:
    """Draw the back-test of the priorities for the city loaded."""
    words = chosen.words
    whole = replace(chosen.selection, unit=units.default(chosen.city.blocks), where=(), start=None, end=None)
    found = cached.backtest(whole)
    st.subheader(words.say("The rules for priorities, tested on {city}", city=chosen.city.name), anchor=False)
    if isinstance(found, str):
        st.markdown(priority_notes.reason(found, words))
        return
    st.markdown(priority_notes.tested(found, words) + " " + priority_notes.verdict(found, words))
    st.dataframe(
        priority_notes.table(found, words), hide_index=True, alt=words.say("Every rule on years it had not seen, beside the plain count")
    )
    st.caption(priority_notes.explained(words))


def document(words: Words) -> tuple[str, str]:
    """Return the title and the text of the method document in the language of `words`."""
    own = settings.document(f"method.{words.language}.md")
    found = own if own.exists() else settings.document("method.md")
    title, _, text = found.read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# "), text

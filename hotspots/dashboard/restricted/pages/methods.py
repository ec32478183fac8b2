"""How each figure is made: the method document, in the reader's language."""

from __future__ import annotations

import streamlit as st

from hotspots import settings
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.dashboard.restricted.parts import backtest
from hotspots.geography import units
from hotspots.questions.restricted import priorities
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
    whole = chosen.at(unit=units.default(chosen.city.blocks), where=(), start=None, end=None)
    found = whole.ask(priorities.backtest)
    st.subheader(words.say("The rules for priorities, tested on {city}", city=chosen.city.name), anchor=False)
    backtest.draw(found, words, winners=True)


def document(words: Words) -> tuple[str, str]:
    """Return the title and the text of the method document in the language of `words`."""
    own = settings.document(f"method.{words.language}.md")
    found = own if own.exists() else settings.document("method.md")
    title, _, text = found.read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# "), text

"""How each figure is made: the method document, in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from hotspots import settings
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import backtest
from hotspots.questions.restricted import priorities
from hotspots.statistics.catalog import MEASURES
from hotspots.words import Words


def render(chosen: Chosen) -> None:
    """Draw the page."""
    title, text = document(chosen.words)
    st.title(title, anchor=False)
    before, *sections = text.split("\n## ")
    st.markdown(before)
    st.caption(chosen.words.say("Contents: each figure unfolds; the one last looked at on the map is open."))
    for one in sections:
        section(chosen, *one.partition("\n")[::2])
    if not chosen.city.only_totals:
        tested(chosen)


def section(chosen: Chosen, head: str, body: str) -> None:
    """Draw one part of the document, folded, with the way to its figure on the map; that of the measure chosen is open."""
    words, what = chosen.words, next((one for one in MEASURES if one.key == head.strip()), None)
    label = f"{words.say(what.label)} ({what.key})" if what else head
    with st.expander(label, expanded=what is not None and chosen.selection.measure == what.key):
        if what is not None and what.mapped and len(chosen.city.blocks):
            query = urlencode(replace(chosen.selection, measure=what.key, language=words.language, picked="").query())
            st.markdown(f"[{words.say('Show it on the map')}](map?{query})")
        st.markdown(body)


def tested(chosen: Chosen) -> None:
    """Draw the back-test of the priorities for the city loaded."""
    words = chosen.words
    whole = chosen.at(where=(), start=None, end=None, place="")
    found = whole.at(unit=priorities.by_kind(whole.asked).unit).ask(priorities.backtest)
    with st.expander(words.say("The rules for priorities, tested on {city}", city=chosen.city.name)):
        if chosen.city.fictional:
            st.caption(words.say("fictional city: no real person, no real place"))
        backtest.draw(found, words, winners=True)


def document(words: Words) -> tuple[str, str]:
    """Return the title and the text of the method document in the language of `words`."""
    own = settings.document(f"method.{words.language}.md")
    found = own if own.exists() else settings.document("method.md")
    title, _, text = found.read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# "), text

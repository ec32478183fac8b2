"""What is being done: the interventions that the release names, with their dates."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard import dated_notes, paper
from hotspots.dashboard.public import parts
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.drawing.site import programmes, sentences
from hotspots.release import near
from hotspots.words import mark
from hotspots.words.escape import safe_markdown

NOT_HERE: tuple[tuple[str, str], ...] = (
    (
        mark("Whether it worked"),
        mark("a fair evaluation compares months in single areas, which are not published; the agency can publish its result"),
    ),
    (mark("Which blocks or corners it works on"), mark("it would point at people who live there")),
)


def render(reader: Reader) -> None:
    """Draw the page."""
    words, reading = reader.words, reader.reading
    known = near.named(reading)
    title = words.count("{n} programme is named in this release", "{n} programmes are named in this release", known)
    heading(reader, title if known else words.say("What is being done"), reading.city.name)
    if known:
        st.markdown("\n".join(f"- {safe_markdown(line)}" for line in programmes.lines(reading, words)))
    else:
        st.info(words.say(sentences.NO_PROGRAMME))
    services(reader)
    others = [note for note in reading.notes if note.kind != "intervention"]
    if others:
        st.header(words.say("What else happened"), anchor=False)
        st.markdown("\n".join(f"- {dated_notes.line(note, words)}" for note in others))
        st.caption(words.say(sentences.NO_CAUSE))
    parts.not_published(reader, NOT_HERE)


def services(reader: Reader) -> None:
    """Draw the map of services and programmes, and how far the nearest service is from each area beside how many were killed there."""
    words, reading = reader.words, reader.reading
    st.header(words.say("Services"), anchor=False)
    st.markdown(safe_markdown(programmes.listed(reading, words)))
    if not reading.windows:
        return
    if "done" in reading.shows:
        parts.draw_map(reader, key="done_map", height=420, show="done")
    told = programmes.services(reading, reader.window, words)
    if len(told):
        parts.window_choice(reader)
        st.caption(words.say(programmes.NEAREST))
        with st.expander(words.say("The nearest service of each area"), expanded=True):
            paper.table(told, words=words, alt=words.say("The nearest service of each area"))

"""What is being done: the interventions that the release names, with their dates."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes, paper
from hotspots.dashboard.public import parts
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.drawing.site import programmes, sentences
from hotspots.words import mark

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
    known = [note for note in reading.notes if note.kind == "intervention"]
    title = words.count("{n} programme is named in this release", "{n} programmes are named in this release", len(known))
    heading(reader, title if known else words.say("What is being done"), reading.city.name)
    if known:
        told = [programmes.programme(note, reading, words) for note in known]
        data = {
            words.say("When"): [when for when, _ in told],
            words.say("What is done"): [what for _, what in told],
        }
        paper.table(pd.DataFrame(data), words=reader.words, alt=title)
    else:
        st.info(words.say(sentences.NO_PROGRAMME))
    others = [note for note in reading.notes if note.kind != "intervention"]
    if others:
        st.header(words.say("What else happened"), anchor=False)
        st.markdown("\n".join(f"- {dated_notes.line(note, words)}" for note in others))
        st.caption(words.say(sentences.NO_CAUSE))
    parts.not_published(reader, NOT_HERE)

"""What happened beside the figures: the dated notes that charts number, in both editions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from hotspots.cities import Note
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

KINDS: dict[str, str] = {"event": mark("Event"), "definition": mark("Change of definition"), "intervention": mark("Intervention")}


def line(note: Note, words: Words) -> str:
    """Return a note as markdown: its day, its kind, and what it says."""
    return f"{words.date(note.start.date())} · {words.say(KINDS[note.kind])}: {safe_markdown(words.own(note.text))}"


def explained(notes: Sequence[Note], words: Words) -> None:
    """Say what the numbered lines of the charts stand for."""
    if notes:
        st.markdown("  \n".join(f"**{number}** · {line(note, words)}" for number, note in enumerate(notes, 1)))

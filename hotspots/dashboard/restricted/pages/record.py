"""Who saw what: the record of sign-ins, pages, files and changes, for the administrator."""

from __future__ import annotations

from itertools import islice

import pandas as pd
import streamlit as st

from hotspots import settings
from hotspots.agency.access import NAMES
from hotspots.dashboard.restricted import admission
from hotspots.dashboard.restricted.parts import tables
from hotspots.store import record
from hotspots.views.columns import Column
from hotspots.words import Words, mark

SHOWN = 500  # lines

# What was done, in words for the screen; the name of a command stands as it is.
DONE: dict[str, str] = {
    "sign in": mark("signed in"),
    "refused": mark("not let in"),
    "role": mark("has another role"),
    "view": mark("looked at"),
    "file": mark("took a file"),
    "import": mark("brought data in"),
    "roll back": mark("served an earlier version again"),
    "publish": mark("published"),
    "erase": mark("erased data"),
    "log": mark("wrote into the log"),
}


def _when(rows: pd.DataFrame, key: str, words: Words) -> list[str]:
    return [at[:19].replace("T", " ") for at in rows[key]]


def _done(rows: pd.DataFrame, key: str, words: Words) -> list[str]:
    return [words.say(DONE[one]) if one in DONE else one for one in rows[key]]


def _role(rows: pd.DataFrame, key: str, words: Words) -> list[str]:
    return [words.say(NAMES[one]) if one in NAMES else "–" for one in rows[key]]


COLUMNS: tuple[Column, ...] = (
    Column("at", mark("When (UTC)"), _when),
    Column("who", mark("Who")),
    Column("role", mark("Role"), _role),
    Column("what", mark("What was done"), _done),
    Column("about", mark("About what")),
)


def render(words: Words) -> None:
    """Draw whether the record is whole, a search, and the newest lines that it finds."""
    st.title(words.say("Who saw what"), anchor=False)
    if not admission.asked_for():
        st.info(words.say("Without a sign-in nobody is written down: this dashboard answers this machine alone."))
        return
    try:
        n = record.verify()
        st.success(words.count("{n} line, unchanged since it was written", "{n} lines, unchanged since they were written", n))
    except record.RecordError as fault:
        st.error(" ".join(words.tell(one) for one in fault.faults))
    months = int(settings.value("HOTSPOTS_RECORD_MONTHS"))
    kept = words.say("Kept for {n} months, without data of victims.", n=words.number(months)) if months else words.say("Kept for ever.")
    st.caption(kept)
    sought = st.text_input(words.say("Search"), key="record_search").casefold().split()
    found = (vars(one) for one in record.entries() if all(word in " ".join(vars(one).values()).casefold() for word in sought))
    rows = pd.DataFrame(list(islice(found, SHOWN)), columns=[column.key for column in COLUMNS])
    if len(rows):
        tables.draw(rows, COLUMNS, words, alt=words.say("The newest lines first"))
    else:
        st.markdown(words.say("No line holds this."))

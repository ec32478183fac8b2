"""Erase: what must not be known any more, out of every version for good; old versions; or a whole city. For the administrator."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from hotspots import store
from hotspots.cities import erasure
from hotspots.dashboard.restricted import admission, cached
from hotspots.dashboard.restricted.parts import tables
from hotspots.dashboard.shell import refusal
from hotspots.store import erasing
from hotspots.views.columns import Column, number
from hotspots.words import ToldError, Words, mark

WHAT: dict[str, str] = {
    "event": mark("An event: all who were killed in it, out of every version"),
    "older": mark("Versions published long ago"),
    "city": mark("The whole city"),
}
COLUMNS = (Column("version", mark("Version")), Column("killed", mark("People killed"), number()))
DAYS = 365


def render(words: Words) -> None:
    """Draw what can be erased, what that would take away, and the button that does it."""
    st.title(words.say("Erase"), anchor=False)
    if said := st.session_state.pop("erase_done", ""):
        st.success(said)
    own = cached.own_cities()
    if not own:
        st.info(words.say("Only the cities that come with the program are here: there is nothing to erase."))
        return
    st.markdown(
        words.say(
            "Nothing brings back what is erased here. Your own files, copies of the store and releases that are out are not touched: see "
            "to them yourself, and import from corrected files."
        )
    )
    names = {one.slug: one.name for one in own}
    slug = st.selectbox(words.say("City"), list(names), format_func=names.__getitem__, key="erase_city")
    what = st.radio(words.say("What"), list(WHAT), format_func=lambda one: words.say(WHAT[one]), key="erase_what")
    {"event": an_event, "older": old_versions, "city": the_city}[what](slug, words)


def an_event(slug: str, words: Words) -> None:
    """Draw where an event stands, and erase it."""
    event = st.text_input(words.say("Id of the event, as the page Cases and its file show it"), key="erase_event").strip()
    if not event:
        return
    rows = erasure.held(slug, [event])
    if not rows:
        st.info(words.say("No version has this event."))
        return
    listed(rows, words)
    if confirmed(slug, words):
        try:
            admission.note("erase", slug)
            found = erasure.erase_events(slug, [event])
        except ToldError as fault:
            refusal(words, words.say("It could not be erased."), fault)
            return
        if found.left:
            cached.forget()
            st.error(words.say("still there: {listed}", listed=words.join(found.left)))
        else:
            done(words.say("Every version was read again: the events are in none of them."))


def old_versions(slug: str, words: Words) -> None:
    """Draw which versions are older than so many days, and erase them."""
    days = int(st.number_input(words.say("Older than so many days"), min_value=0, value=DAYS, step=1, key="erase_days"))
    old = erasing.older(slug, days)
    if not old:
        st.info(words.say("No version but the one that is served is so old."))
        return
    st.markdown(words.say("These versions would go: {listed}", listed=words.join([words.number(one) for one in old])))
    if confirmed(slug, words):
        try:
            admission.note("erase", slug)
            gone = erasing.remove_older(slug, days)
        except ToldError as fault:
            refusal(words, words.say("It could not be erased."), fault)
            return
        done(words.say("versions erased: {listed}", listed=words.join([words.number(one) for one in gone])))


def the_city(slug: str, words: Words) -> None:
    """Erase a city."""
    st.markdown(words.say("All versions go, the log of interventions and the answers. The list of what was released stays."))
    if confirmed(slug, words):
        try:
            admission.note("erase", slug)
            gone = store.versions(slug)
            erasing.remove_city(slug)
        except ToldError as fault:
            refusal(words, words.say("It could not be erased."), fault)
            return
        done(words.say("versions erased: {listed}", listed=words.join([words.number(one) for one in gone])))


def listed(rows: Mapping[int, int], words: Words) -> None:
    """Draw in which versions how many people were killed in the event."""
    table = pd.DataFrame({"version": list(rows), "killed": list(rows.values())})
    tables.draw(table, COLUMNS, words, alt=words.say("What would be erased"))


def confirmed(slug: str, words: Words) -> bool:
    """Draw the field that takes the short name of the city, and the button; return whether both were used."""
    typed = st.text_input(words.say("To confirm, write the short name of the city: {slug}", slug=slug), key="erase_confirm")
    return st.button(words.say("Erase for good"), type="primary", disabled=typed.strip() != slug, key="erase_do")


def done(said: str) -> None:
    """Forget what this server keeps in memory, and show an empty page that says what was done."""
    cached.forget()
    for key in ("erase_event", "erase_confirm"):
        st.session_state.pop(key, None)
    st.session_state["erase_done"] = said
    st.rerun()

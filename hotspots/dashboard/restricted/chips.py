"""The filters in force, each with a cross that takes it away, and one press that takes all of them away: above every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from hotspots.cities import City
from hotspots.dashboard.restricted import address, place_of
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

FILTERS: tuple[tuple[str, str], ...] = (
    ("weapon", mark("Weapon")),
    ("category", mark("What it came from")),
    ("sex", mark("Sex of the victim")),
    ("age", mark("Age of the victim")),
    ("status", mark("State of the case")),
    ("hour", mark("Hour of the day")),
    ("weekday", mark("Day of the week")),
    ("month", mark("Month of the year")),
)


def draw(selection: Selection, city: City, words: Words) -> None:
    """Draw the place, the period and the filters in force, and what clears all of them; nothing where none is."""
    kept = address.own_place(selection.city)
    if not (selection.place or kept or in_force(selection)):
        return
    with st.container(horizontal=True, key="chips", vertical_alignment="center"):
        if selection.place:
            name = place_of.named(selection.place, city, words)
            st.button(f"{safe_markdown(name)} ×", help=place_of.back(city, words), key="chip_place", on_click=place_of.leave)
        filters(selection, city, words)
        place_of.own_choice(selection, city, words)


def in_force(selection: Selection) -> bool:
    """Return whether anything but a place narrows the figures."""
    return bool(selection.where or selection.start or selection.end)


def filters(selection: Selection, city: City, words: Words) -> None:
    """Draw the period and the filters in force, and what clears everything."""
    if selection.start or selection.end:
        start, end = selection.start or city.start.date(), selection.end or city.end.date()
        _chip(words.period(start, end), "period", lambda old: replace(old, start=None, end=None), words)
    for name, label in FILTERS:
        values = dict(selection.where).get(name, ())
        if values:
            said = words.join(captions.value_name(name, value, words) for value in values)
            _chip(f"{words.say(label)}: {said}", name, partial(_without, name=name), words)
    if selection.place or in_force(selection):
        st.button(words.say("Clear all"), type="tertiary", key="clear_all", on_click=address.change, args=(_cleared,))


def _chip(text: str, name: str, update: Callable[[Selection], Selection], words: Words) -> None:
    st.button(f"{safe_markdown(text)} ×", help=words.say("Remove this filter"), key=f"chip_{name}", on_click=address.change, args=(update,))


def _without(old: Selection, *, name: str) -> Selection:
    return old.with_where(name, ())


def _cleared(old: Selection) -> Selection:
    return replace(old, where=(), start=None, end=None, place="", picked="")


def pick(text: str) -> None:
    """Filter by what was clicked, such as `weapon=firearm` or `weekday=fri&hour=20-23`; clicked again, it is taken away."""
    pairs = [part.partition("=")[::2] for part in text.split("&")]

    def update(old: Selection) -> Selection:
        now = dict(old.where)
        on = all(now.get(name) == (value,) for name, value in pairs)
        for name, value in pairs:
            old = old.with_where(name, () if on else (value,))
        return old

    address.change(update)

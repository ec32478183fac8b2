"""The search field of the public edition: it finds an area of the release. Where the reader is stays in the reader's browser."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard import map_component
from hotspots.dashboard.public import address, opened, served
from hotspots.dashboard.public.frame import Reader
from hotspots.dashboard.shell import guard

KEY = "area_search"


@st.fragment
def field(reader: Reader) -> None:
    """Draw the field. What is typed is searched in the browser and stays there; an area that is chosen runs the page again."""
    with guard(reader.words):
        if address.current().area != reader.choices.area:
            st.rerun()
        _field(reader)


def _field(reader: Reader) -> None:
    words = reader.words
    data = {
        "lang": words.language,
        "label": words.say("Search for an area"),
        "hint": words.say("Area, neighbourhood, street, address or place"),
        "clear": words.say("Whole city"),
        "near": words.say("Near me"),
        "near_hint": words.say(
            "Asks your browser where you are. Your position stays in your browser; only the area that you then choose is shown."
        ),
        "near_failed": words.say("Your browser did not say where you are."),
        "near_outside": words.say("You are in none of the areas of {city}.", city=reader.reading.city.name),
        "near_kind": words.say("You are here"),
        "listed": words.say("Areas found"),
        "places": served.path(reader.reading.slug, served.names_file(words.language)),
        "found": words.say("Found: {n}", n="{n}"),
        "none": words.say("No area is called like this."),
        "asked": "",
        "hits": [],
        "said": "",
        "chosen": "",
        "areas": opened.outlines(reader.choices.city),
    }
    map_component.show_search(data, key=KEY, on_choose=lambda area: address.change(area=area))

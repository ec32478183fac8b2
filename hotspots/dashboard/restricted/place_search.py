"""The search field above every page: it finds a place and makes it the one looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from hotspots.cities.search import AROUND, KINDS
from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import address, place_of
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.shell import guard
from hotspots.questions.restricted import search
from hotspots.words import Words

KEY = "place_search"


@st.fragment
def field(chosen: Chosen) -> None:
    """Draw the field. What is typed runs only this part of the page again; a place that is chosen runs all of it."""
    with guard(chosen.words):
        now, _ = address.current()
        if now.place != chosen.selection.place:
            st.rerun()
        _field(chosen)


def _field(chosen: Chosen) -> None:
    words, place = chosen.words, chosen.selection.place
    typed = map_component.typed_in(KEY)
    found = chosen.ask(search.hits, typed) if typed.strip() else ()
    here = chosen.ask(search.named, place) if place else None
    data: dict[str, Any] = {
        **spoken(words),
        "asked": typed,
        "hits": [
            {
                "name": hit.name,
                "kind": words.say(KINDS[hit.kind]),
                "within": hit.within if hit.within != hit.name else "",
                "place": hit.place,
            }
            for hit in found
        ],
        "said": words.count("{n} place found", "{n} places found", len(found)) if found else words.say("No place is called like this."),
        "chosen": _called(chosen, here.name if here else place),
    }

    def choose(text: str) -> None:
        address.change(lambda old: replace(old, place=text))

    def near(lat: float, lon: float) -> None:
        at = chosen.ask(search.hits, f"{lat:.6f}, {lon:.6f}")
        if at:
            choose(at[0].place)
        else:
            st.toast(words.say("You are not in {city}.", city=chosen.city.name))

    map_component.show_search(data, key=KEY, on_choose=choose, on_position=near)


def _called(chosen: Chosen, name: str) -> str:
    """Return what the field calls the place: its name, or what was drawn."""
    place = chosen.selection.place
    return place_of.named(place, chosen.city, chosen.words) if place.startswith(("circle:", "polygon:")) else name


def spoken(words: Words) -> dict[str, str]:
    """Return the field's own words."""
    return {
        "lang": words.language,
        "label": words.say("Search for a place"),
        "hint": words.say("District, street, crossing (A & B), address or latitude, longitude"),
        "clear": words.say("Whole city"),
        "near": words.say("Near me"),
        "near_hint": words.say(
            "Asks your browser where you are and shows {metres} m around it. It is told to this dashboard alone.",
            metres=words.number(AROUND),
        ),
        "near_failed": words.say("Your browser did not say where you are."),
        "listed": words.say("Places found"),
    }

"""The place that every page is about: its choice, and the one that a browser opens with."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from hotspots.cities import City
from hotspots.dashboard.restricted import address, admission
from hotspots.store.schema import DataError
from hotspots.study import places
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.words import Words
from hotspots.words.escape import safe_markdown

DRAWN = ("circle:", "polygon:")
MOST_BLOCKS = 400  # more would be long to send with every page: they are found on the map


def settle(selection: Selection, city: City, words: Words) -> Selection:
    """Return the choices with a place that exists, or with none, and then say why in a sentence."""
    if selection.place.startswith(DRAWN) and not admission.current().may("cases"):  # drawn around one house, it would tell of one person
        st.info(words.say("Your role does not include areas drawn by hand.") + " " + _instead(city, words))
        return replace(selection, place="")
    if selection.place:
        try:
            places.found(city, selection.place)
        except DataError as fault:
            why = " ".join(safe_markdown(words.tell(one)) for one in fault.faults)
            st.info(f"{why.rstrip('.')}. {_instead(city, words)}")
            return replace(selection, place="")
    return selection


def _instead(city: City, words: Words) -> str:
    """Return what is shown in place of a place that cannot be."""
    if city.districts:
        return words.say("These are the figures of all your districts.")
    return words.say("These are the figures of the whole city.")


def what_the_city_is(city: City, words: Words) -> None:
    """Draw which districts every sentence about the city is of; nothing where it is of all."""
    if city.districts:
        listed = safe_markdown(words.join(city.districts))
        st.caption(words.say("“The city” means these districts alone, here and below: {listed}", listed=listed))


def named(text: str, city: City, words: Words) -> str:
    """Return what a place is called in a list: its kind and its name; where blocks have another word, such as departments, names alone."""
    if not text:
        whole = city.name if city.called else words.say("Whole city")
        return words.say("All your districts") if city.districts else whole
    kind = text.partition(":")[0]
    if kind == "block" and city.called:
        return places.called(city, text)
    if kind in ("circle", "polygon"):
        return captions.place_name(places.found(city, text), words)
    return f"{words.say(places.KINDS[kind])}: {places.called(city, text)}"


def beside(selection: Selection, city: City, words: Words) -> str:
    """Draw the choice of the place that stands beside the one chosen, and return it; empty is the whole city."""
    other = settle(replace(selection, place=selection.beside), city, words).place
    listed = {text: name for text, name in listed_places(city).items() if text != selection.place}
    offered = ["", *([other] if other and other not in listed else []), *listed]
    st.selectbox(
        words.say("Beside"),
        offered,
        format_func=lambda text: named(text, city, words),
        **address.widget("beside", other, lambda old, new: replace(old, beside=new or "")),
    )
    return other


def listed_places(city: City) -> dict[str, str]:
    """Return the places that a list can hold: blocks only where they are few."""
    offered = places.offered(city)
    if len(city.blocks) <= MOST_BLOCKS:
        return offered
    return {text: name for text, name in offered.items() if not text.startswith("block:")}


def choice(selection: Selection, city: City, words: Words) -> None:
    """Draw the choice of the place; nothing where the city is not divided."""
    offered = listed_places(city)
    if selection.place and selection.place not in offered:
        offered = {selection.place: "", **offered}
    if not offered:
        return
    st.selectbox(
        words.say("Place"),
        ["", *offered],
        format_func=lambda text: named(text, city, words),
        help=words.say("Every figure on every page is of this place. Type to find one; a place on the map can be clicked."),
        **address.widget("place_of", selection.place, lambda old, new: replace(old, place=new or "", picked="")),
    )


def own_choice(selection: Selection, city: City, words: Words) -> None:
    """Draw the button that keeps the place for the next visit on this browser, forgets it, or leads to the one kept; none for the city."""
    kept = address.own_place(selection.city)
    if selection.place != kept:
        _keep(selection, city, kept, words)
    elif kept:
        args = (selection.city, "")
        st.button(f"★ {words.say('Forget my place')}", type="tertiary", key="forget_place", on_click=address.own, args=args)


def _keep(selection: Selection, city: City, kept: str, words: Words) -> None:
    if selection.place:
        help = words.say("This browser opens with it next time. It stays on this browser.")
        args = (selection.city, selection.place)
        label = f"☆ {words.say('Keep as my place')}"
        st.button(label, type="tertiary", key="keep_place", help=help, on_click=address.own, args=args)
        return
    try:
        name = named(kept, city, words)
        places.found(city, kept)
    except (DataError, KeyError):
        return  # kept for an older version of the data
    label = words.say("My place: {place}", place=safe_markdown(name))
    st.button(f"★ {label}", type="tertiary", key="to_my_place", on_click=address.change, args=(lambda old: replace(old, place=kept),))


def back(city: City, words: Words) -> str:
    """Return where leaving a place leads."""
    return words.say("Back to all your districts") if city.districts else words.say("Back to the whole city")


def leave() -> None:
    """Go back to the whole city."""
    address.change(lambda old: replace(old, place="", picked=""))

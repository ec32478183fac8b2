"""The map on screen: Leaflet as a packaged Streamlit component. It draws a `MapView` and says which unit was clicked.

Geometry goes to the browser once per session, values after; hovering, panning and zooming never reach the server.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from hotspots.dashboard.map_component import memory
from hotspots.dashboard.map_component.leaflet import put_leaflet_in_place
from hotspots.dashboard.map_component.payload import WORDS, encode_geometry, encode_values, fingerprint_of, rings, seal, spoken
from hotspots.words import mark, words_for

if TYPE_CHECKING:
    import shapely

    from hotspots.views.map_view import MapView

__all__ = [
    "WORDS",
    "encode_geometry",
    "encode_values",
    "rings",
    "set_page_language",
    "show_filters",
    "show_link",
    "show_map",
    "show_search",
    "show_wall",
    "spoken",
    "typed_in",
    "wanted",
]


# What Streamlit writes on its own parts, in English whatever the page speaks; what follows a colon is ours.
STREAMLITS: tuple[str, ...] = (
    mark("App pages"),
    mark("Sidebar"),
    mark("Expand sidebar"),
    mark("Collapse sidebar"),
    mark("Skip to main content"),
    mark("Close"),
    mark("Search"),
    mark("Clear all"),
    mark("Clear value"),
    mark("Show/hide columns"),
    mark("Download as CSV"),
    mark("Download as PNG"),
    mark("Copy Vega-Lite spec"),
    mark("Copy to clipboard"),
    mark("Show data"),
    mark("Show chart"),
    mark("Fullscreen"),
    mark("Close fullscreen"),
    mark("Choose an option"),
    mark("Help for"),
)


class MapNotInstalledError(RuntimeError):
    """Streamlit does not know the map: the project is not installed where it runs."""


@functools.cache
def _component(name: str) -> Callable[..., Any]:
    """Return the component of this name, made known to Streamlit at its first use: only a running server knows what is installed."""
    put_leaflet_in_place()
    try:
        if name == "map":
            return st.components.v2.component(
                "hotspots.map", js="map.js", css="map.css", html='<div class="frame" data-state="waiting"></div>'
            )
        if name == "wall":
            return st.components.v2.component("hotspots.wall", js="wall.js", css="wall.css", html='<div class="wall"></div>')
        if name == "search":
            return st.components.v2.component("hotspots.search", js="search.js", css="search.css", html='<div class="finder"></div>')
        if name == "link":
            return st.components.v2.component("hotspots.link", js="link.js", css="link.css", html='<div class="link"></div>')
        if name == "filters":
            return st.components.v2.component("hotspots.filters", js="filters.js", css="filters.css", html='<div class="filters"></div>')
        return st.components.v2.component("hotspots.page", js="page.js")
    except StreamlitAPIException as problem:
        raise MapNotInstalledError(
            "Streamlit finds the map only in an installed package. Install the project from its folder: pip install -r requirements.txt"
        ) from problem


def show_map(
    view: MapView,
    geometry: bytes,
    *,
    key: str,
    selected: str | None,
    height: int,
    on_click: Callable[[str], None],
    words: Mapping[str, str],
    values: bytes | None = None,
    look: tuple[str, tuple[float, float, float, float]] | None = None,
    around: shapely.Geometry | None = None,
    more: Mapping[str, Any] | None = None,
    on_tell: Callable[[Mapping[str, str]], None] | None = None,
) -> None:
    """Show `view` in the page, `height` pixels high (less on a low screen; 0 fills the window), with the unit `selected` outlined.

    `geometry` is `encode_geometry(view)`, which the caller caches by `view.key`; it is sent only when this browser lacks it.
    `values` is `encode_values(view, words)`; leave it out and it is made here (a caller that caches its views may cache it too).
    `around`, in EPSG:4326, is a place that the map opens on: it gets an edge, and a veil lies over everything else.
    `words` are the map's own words (see `spoken`). `on_click` gets the id of a clicked unit, or "" when the reader
    clears the choice with Escape; it runs before the page does. Centre and zoom are kept as long as `view.key` stays, unless the reader
    looks for a place: `look` is its text and its edges in degrees (west, south, east, north), and the map goes there, once; a place that
    was clicked on the map leaves it where it is. `key` names
    the component, as for any Streamlit widget.

    `more` is what stands over the map: `choices` (rows of name, label, value and groups of options), `limits` (where the reader's own
    classes begin), `window` (the months shown), `draw` (whether a place can be drawn), `placed` (whether the page is about a place, which
    Escape clears) and `at` (the view in the address, which then follows the map); `on_tell` gets what was changed there, by name.
    Raises MapNotInstalledError or LeafletMissingError when its files are not there.
    """
    fingerprint = fingerprint_of(geometry)
    head = {"view": view.key, "geometry": fingerprint, "selected": selected or "", "height": height, **(more or {})}
    head |= {"lang": words.get("lang", WORDS["lang"]), "around": [] if around is None else rings(around)}
    if look and not memory.was_clicked(look[0]):
        head["look"] = list(look[1])
    shown = encode_values(view, words) if values is None else values
    data = seal(head, shown, geometry if memory.first_time(fingerprint) else None)

    def clicked() -> None:
        unit = memory.said(key, "clicked")
        if unit is not None:
            memory.note_click(unit)
            on_click(unit)

    def told() -> None:
        pairs = [line.partition("=") for line in (memory.said(key, "told") or "").splitlines()]
        if pairs and on_tell:
            memory.note_click("")
            on_tell({name: value for name, _, value in pairs})

    def needed() -> None:
        memory.forget(memory.said(key, "need") or fingerprint)

    _component("map")(key=key, data=data, on_clicked_change=clicked, on_told_change=told, on_need_change=needed)


def show_wall(
    wall: Mapping[str, Any], *, key: str, view: MapView | None, geometry: bytes = b"", values: bytes = b"", words: Mapping[str, str]
) -> None:
    """Fill the window with a screen that a room reads: a map beside one place, which turns through the places by itself.

    `wall` holds its `words`, the texts of its bar (`top`), the `places` (text, name), which of them comes first (`start`), how many
    `seconds` each stays, and the `slides` known so far by the text of their place (see `views.wall.Slide`; `around` is the outline in
    degrees). The browser says ahead of time which slides it will need: see `wanted`. Without a `view` there is no map.
    """
    head: dict[str, Any] = {"wall": dict(wall), "lang": words.get("lang", WORDS["lang"]), "still": True, "height": 0, "selected": ""}
    if view is None:
        data = seal({**head, "view": "", "geometry": ""}, b"", None)
    else:
        fingerprint = fingerprint_of(geometry)
        data = seal({**head, "view": view.key, "geometry": fingerprint}, values, geometry if memory.first_time(fingerprint) else None)

    def needed() -> None:
        memory.forget(memory.said(key, "need") or "")

    _component("wall")(key=key, data=data, on_wanted_change=lambda: None, on_need_change=needed)


def wanted(key: str) -> list[int]:
    """Return the positions of the places whose slides the wall of this key has asked for."""
    return [int(one) for one in (memory.said(key, "wanted") or "").split(",") if one.isdigit()]


def typed_in(key: str) -> str:
    """Return what the reader has typed into the search field of this key; empty where nothing."""
    return memory.said(key, "typed") or ""


def show_search(
    data: Mapping[str, Any], *, key: str, on_choose: Callable[[str], None], on_position: Callable[[float, float], None] | None = None
) -> None:
    """Show a search field: a text box with a list of places below it, and a button that asks the browser where the reader is.

    `data` holds its words (`label`, `hint`, `clear`, `near`, `near_failed`, `near_hint`), the `hits` (name, kind, place, near) that answer
    the text `asked`, the line `said` for screen readers and for an empty list, and `chosen`, the name of the place chosen. `on_choose`
    gets the text of a place, or "" for the whole city; `on_position` latitude and longitude, and only after the button was pressed.
    Where `data` holds `areas` (id, name, rings in degrees) the browser finds the position among them by itself and sends it nowhere: the
    area is offered like a hit (`near_kind`), or the reader is told to be in none (`near_outside`).
    """

    def chosen() -> None:
        place = memory.said(key, "chosen")
        if place is not None:
            memory.note_click("")
            on_choose(place)

    def located() -> None:
        lat, _, lon = (memory.said(key, "position") or "").partition(",")
        if lon and on_position:
            memory.note_click("")
            on_position(float(lat), float(lon))

    _component("search")(key=key, data=dict(data), on_chosen_change=chosen, on_position_change=located, on_typed_change=lambda: None)


def show_filters(data: Mapping[str, Any], *, key: str, on_pick: Callable[[str], None]) -> None:
    """Show bars and cells that filter when they are clicked.

    `data` holds `bars` and `week` as `views.crossfilter` describes them (`week` may be None) and their `words` (`filter`, `remove`,
    `week`). `on_pick` gets what was clicked, such as `weekday=fri&hour=20-23`.
    """

    def picked() -> None:
        pick = memory.said(key, "picked")
        if pick:
            on_pick(pick)

    _component("filters")(key=key, data=dict(data), on_picked_change=picked)


def show_link(data: Mapping[str, Any], *, key: str, on_save: Callable[[str, Mapping[str, str]], None] | None = None) -> None:
    """Show a button that copies the shortest address of the page, with the view and the months that the map keeps in it by itself.

    `data` holds its words (`label`, `copied`, `failed`), and `usual`, the parts of the address that need not be told. With `save` in it,
    the word on the other button, it is a field of at most `most` letters in its place: `on_save` gets the name typed and the address by
    its parts.
    """

    def saved() -> None:
        text = memory.said(key, "saved")
        if text and on_save:
            told = json.loads(text)
            on_save(str(told["name"]), {str(name): str(value) for name, value in dict(told["choices"]).items()})

    _component("link")(key=key, data=dict(data), on_saved_change=saved)


def set_page_language(code: str, *, menu: str = "", keep: tuple[str, str] | None = None) -> None:
    """Tell the browser the language of a page, so that screen readers and hyphenation follow it, and what its menu is called.

    `code` is a language code such as "es". On a narrow screen the button that opens the menu says `menu`, and the menu closes when a page
    is chosen. What Streamlit says by itself (`STREAMLITS`) is said in the language of the page. `keep` is the name and the text of
    what the browser is to remember for the next visit, in a cookie of this page alone.
    When the server is there again after it was away, the browser asks for the page anew, so that a new session knows what is shown.
    """
    say = words_for(code).say
    own = {text: say(text) for text in STREAMLITS} | {"Open": say("Open the list")}
    data = {"lang": code, "menu": menu, "own": own if code != "en" else {}} | ({"keep": list(keep)} if keep else {})
    _component("page")(key="hotspots_page_language", data=data, on_back_change=lambda: None)

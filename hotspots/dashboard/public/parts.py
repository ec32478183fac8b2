"""Parts that several public pages share: the map, its statement and files, the choice of the window, what is not published."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st

from hotspots.dashboard import map_component, paper
from hotspots.dashboard.public import address, files, opened
from hotspots.dashboard.public.frame import Reader
from hotspots.drawing import sheets
from hotspots.drawing.site import sentences
from hotspots.drawing.site.public_map import TITLES
from hotspots.views.map_view import MapView
from hotspots.words.escape import safe_markdown


def draw_map(reader: Reader, *, key: str, height: int, show: str = "") -> MapView:
    """Draw the map of the window; a click chooses an area. `show` is what it shows where the reader has no choice of it."""
    reading, shown = reader.reading, show or reader.show
    window = f"{reader.window[0]:%Y-%m-%d}"
    view = opened.map_view(reading.slug, shown, window, reader.words.language)

    def clicked(area: str) -> None:
        address.change(area=area)

    map_component.show_map(
        view,
        opened.shapes(reading.slug, view),
        key=key,
        selected=reader.choices.area or None,
        height=height,
        on_click=clicked,
        words=map_component.spoken(reader.words),
        values=opened.values(reading.slug, shown, window, reader.words.language),
    )
    return view


def statement(reader: Reader) -> None:
    """Say what every map must say."""
    if reader.show == "hot":
        st.caption("  \n".join(reader.words.say(text) for text in (sentences.HOT, sentences.GROUPS)))
    st.caption("  \n".join(safe_markdown(line) for line in sentences.statement(reader.reading, reader.window, reader.words)))


def behind_the_map(reader: Reader, view: MapView, *, key: str) -> None:
    """Draw the table behind the map, and its files."""
    table_of(reader, view)
    map_files(reader, view, key=key)


def table_of(reader: Reader, view: MapView) -> None:
    """Draw the table behind the map, in the order of the alphabet."""
    words = reader.words
    data = sheets.table(view, words)
    order = sorted(range(len(data)), key=lambda row: natural(str(data[words.say("Place")].iloc[row])))
    with st.expander(words.say("The same as a table")):
        paper.table(data.iloc[order], words=reader.words, alt=view.title)


def natural(name: str) -> list[tuple[int, str]]:
    """Return the key that puts names in the order of the alphabet, and numbers within them in the order of numbers.

    >>> sorted(["C 10", "C 9", "b"], key=natural)
    ['b', 'C 9', 'C 10']
    """
    return [(int(part), "") if part.isdigit() else (0, part.casefold()) for part in re.split(r"(\d+)", name)]


def map_files(reader: Reader, view: MapView, *, key: str) -> None:
    """Draw the buttons that give the map's numbers and the map itself."""
    found, words, window = reader.reading, reader.words, reader.window
    kinds: list[tuple[str, str, str, Callable[[], bytes]]] = [
        (words.say("Table (CSV)"), ".csv", "text/csv", lambda: files.areas(found, words)),
        (words.say("Areas (GeoJSON)"), ".geojson", "application/geo+json", lambda: files.geojson(found, window, words)),
        (words.say("Picture (PNG)"), ".png", "image/png", lambda: files.picture(found, view, window, words)),
        (words.say("Map as a page (HTML)"), ".html", "text/html", lambda: files.page(found, view, window, words)),
    ]
    with st.container(horizontal=True):
        for label, suffix, kind, make in kinds:
            name = files.name(found, "areas", suffix, None if suffix == ".csv" else window)
            st.download_button(label, data=make, file_name=name, mime=kind, on_click="ignore", key=f"{key}{suffix}")


def window_choice(reader: Reader) -> None:
    """Draw the choice of the window, where there are several."""
    reading, words = reader.reading, reader.words
    offered = {f"{start:%Y-%m-%d}": sentences.period((start, end), words) for start, end in reversed(reading.windows)}
    if len(offered) > 1:
        st.selectbox(
            words.say("Window"),
            list(offered),
            format_func=offered.__getitem__,
            **address.widget("window", f"{reader.window[0]:%Y-%m-%d}", lambda new: {"window": new}),
        )


def show_choice(reader: Reader) -> None:
    """Draw the choice of what the map shows."""
    words = reader.words
    st.selectbox(
        words.say("The map shows"),
        reader.reading.shows,
        format_func=lambda one: words.say(TITLES[one]),
        **address.widget("show", reader.show, lambda new: {"show": new}),
    )


def not_published(reader: Reader, reasons: Sequence[tuple[str, str]]) -> None:
    """Say what this page would be asked for and does not tell, each with its reason."""
    words = reader.words
    st.header(words.say("Not published, and why"), anchor=False)
    lines = [
        words.say("{what}: not published, because {reason}.", what=words.say(what), reason=words.say(reason)) for what, reason in reasons
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))

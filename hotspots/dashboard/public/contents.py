"""The table of contents of the public edition: what `streamlit run app.py` shows with HOTSPOTS_EDITION=public."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard import lost, shell
from hotspots.dashboard.public import frame, opened
from hotspots.dashboard.public.pages import around, city, compact, done, left_out, people, places
from hotspots.words import mark


def show() -> None:
    """Run the page that the reader asked for."""
    shell.settings("collapsed")
    pages = [
        frame.page(around, mark("How are things around here?")),
        frame.page(city, mark("The whole city"), "city"),
        frame.page(people, mark("Who is losing people"), "people"),
        frame.page(done, mark("What is being done"), "done"),
        frame.page(left_out, mark("What is left out"), "left-out"),
        *([frame.page(places, mark("All places"), "places")] if len(opened.available()) > 1 else []),
        frame.page(compact, mark("Map to embed"), "embed", listed=False),
    ]
    name = lost.asked({one.url_path for one in pages})
    if name:
        pages.append(frame.nowhere(name))
    st.navigation(pages, position="hidden" if st.context.is_embedded else "top").run()

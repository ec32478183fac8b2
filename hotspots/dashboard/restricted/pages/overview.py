"""One map, one place: the map beside a panel that says how things stand there; the whole city until a place is chosen."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard.restricted import frame
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import panel, place_map, totals
from hotspots.study.of_totals import TotalsStudy


def render(chosen: Chosen) -> None:
    """Draw the page."""
    if isinstance(chosen.study, TotalsStudy):
        totals.draw(chosen)
        return
    with st.container(key="screen"):
        with st.container(key="screen_head"):
            panel.head(chosen)
        with st.container(key="screen_map"):
            frame.search_field(chosen)
            place_map.draw(chosen)
        with st.container(key="screen_rest"):
            panel.rest(chosen)
            frame.close_page(chosen)

"""The wall of a briefing room: the map beside one place in large numbers, turning through the city's districts by itself."""

from __future__ import annotations

import streamlit as st

from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import wall


def render(chosen: Chosen) -> None:
    """Draw the page."""
    with st.container(key="wall"):
        st.title(chosen.words.say("{city} on the wall", city=chosen.city.name), anchor=False)
        wall.draw(chosen)

"""Charts as the browser shows them: in colours that are read on the paper of its theme."""

from __future__ import annotations

from typing import Any

import streamlit as st

from hotspots.colours import CHARTS_ON_PAPER


def draw(spec: dict[str, Any], *, alt: str, room: Any = st) -> None:
    """Draw a chart as wide as its place, or in a `room` of the page; `alt` says in words what it shows."""
    room.vega_lite_chart(on_paper(spec, st.context.theme.type or "light"), width="stretch", alt=alt)


def on_paper(spec: Any, theme: str) -> Any:
    """Return a chart's description in the colours of a theme.

    >>> on_paper({"mark": {"color": "#1b2733"}, "layer": [{"color": "#e8803f"}]}, "dark")
    {'mark': {'color': '#e8ecef'}, 'layer': [{'color': '#e8803f'}]}
    """
    if isinstance(spec, dict):
        return {name: on_paper(part, theme) for name, part in spec.items()}
    if isinstance(spec, list | tuple):
        return [on_paper(part, theme) for part in spec]
    return CHARTS_ON_PAPER[theme].get(spec, spec) if isinstance(spec, str) else spec

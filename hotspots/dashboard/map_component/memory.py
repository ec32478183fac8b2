"""What this browser session already holds of the maps, and what the map just said: the component's one door to session state."""

from __future__ import annotations

from typing import Any

import streamlit as st

_SENT = "hotspots_map_geometry_sent"
_CLICKED = "hotspots_map_clicked"


def first_time(fingerprint: str) -> bool:
    """Tell whether this session's browser has not been sent the geometry of this fingerprint, and take it as sent from now on."""
    sent: set[str] = st.session_state.setdefault(_SENT, set())
    if fingerprint in sent:
        return False
    sent.add(fingerprint)
    return True


def forget(fingerprint: str) -> None:
    """Take it that the browser lacks the geometry of this fingerprint, so that the next run sends it again."""
    st.session_state.setdefault(_SENT, set()).discard(fingerprint)


def said(key: str, event: str) -> str | None:
    """Return what the map of this key has just said by `event`; None when it said nothing."""
    spoken: Any = st.session_state.get(key)
    word = spoken.get(event) if spoken is not None else None
    return None if word is None else str(word)


def note_click(unit: str) -> None:
    """Remember the unit that was clicked on a map last; empty: the place was chosen elsewhere."""
    st.session_state[_CLICKED] = unit


def was_clicked(place: str) -> bool:
    """Tell whether a place, `block:C11-001` or the id alone, is the one that was clicked on a map last."""
    unit = st.session_state.get(_CLICKED)
    return bool(unit) and unit in (place, place.partition(":")[2])

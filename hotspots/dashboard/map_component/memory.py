"""What this browser session already holds of the maps, and what the map just said: the component's one door to session state."""

from __future__ import annotations

from typing import Any

import streamlit as st

_SENT = "hotspots_map_geometry_sent"


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

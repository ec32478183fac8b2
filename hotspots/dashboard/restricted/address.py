"""The only place that touches the session and the address: the reader's choices live here, and nowhere else.

The address is read when a page is opened and whenever it differs from what we wrote last (a link followed, the back button);
otherwise the session's own copy holds, since Streamlit drops the address when the reader goes to another page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from hotspots.study.selection import Selection, read_query

_CHOSEN = "chosen"
_WRITTEN = "written"


def current() -> tuple[Selection, tuple[str, ...]]:
    """Return the reader's choices, and the parts of the address that made no sense (only when it was just read)."""
    query = dict(st.query_params)
    known = st.session_state.get(_CHOSEN)
    if known is None or (query and query != st.session_state.get(_WRITTEN)):
        chosen, strange = read_query(query)
        st.session_state[_CHOSEN] = chosen
        return chosen, strange
    return known, ()


def keep(chosen: Selection) -> None:
    """Make these the reader's choices and write them into the address."""
    st.session_state[_CHOSEN] = chosen
    query = chosen.query()
    if dict(st.query_params) != query:
        st.query_params.from_dict(query)
    st.session_state[_WRITTEN] = query


def change(update: Callable[[Selection], Selection]) -> None:
    """Change the choices from within a callback; the page that follows shows them."""
    chosen, _ = current()
    keep(update(chosen))


def widget(name: str, value: Any, update: Callable[[Selection, Any], Selection]) -> dict[str, Any]:
    """Return the `key` and `on_change` of a widget that shows `value` and hands the reader's new choice to `update`.

    The choices stay the only truth: the widget is set from them on every run, so it cannot drift away from the address.
    """
    key = f"choice_{name}"
    st.session_state[key] = value

    def changed() -> None:
        new = st.session_state[key]
        change(lambda chosen: update(chosen, new))

    return {"key": key, "on_change": changed}


def picked_row(key: str) -> int | None:
    """Return the row picked in the table called `key`; None where none is."""
    rows = st.session_state[key].selection.rows
    return int(rows[0]) if rows else None


def turn(name: str) -> int:
    """Return how often the form called `name` was sent: in its key, it makes an empty form of one that was."""
    return int(st.session_state.get(f"turn_{name}", 0))


def turned(name: str) -> None:
    """Count that the form called `name` was sent."""
    st.session_state[f"turn_{name}"] = turn(name) + 1

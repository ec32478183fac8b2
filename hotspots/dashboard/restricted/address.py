"""The only place that touches the session and the address: the reader's choices live here, and nowhere else.

The address is read when a page is opened and whenever it differs from what we wrote last (a link followed, the back button);
otherwise the session's own copy holds, since Streamlit drops the address when the reader goes to another page.

After a restart of the server a tab that stayed open begins a new session with what its widgets show: the first run takes that up, and
calls what a press in that tab is to call: Streamlit forgets it, since no widget of the new session was there yet to hear it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from hotspots.dashboard.shell import draw_whole_if_part_is_gone, write_address
from hotspots.study.selection import Selection, read_query

_CHOSEN = "chosen"
_WRITTEN = "written"
_OWN = "own_places"
_READ = "read"  # the address that was read last, and what of it made no sense
_UNHEARD = "pressed_before"  # ids of what was pressed before a session had drawn it; None once a page was drawn to its end
_SHOWN = "shown_before"  # what widgets of an open tab may show that a new session does not know of: key, value by the address, update
COOKIE = "hotspots_places"  # the places that this browser opens with, by city; set by the page itself (see `frontend/page.js`)


def current() -> tuple[Selection, tuple[str, ...]]:
    """Return the reader's choices, and the parts of the address that made no sense (only when it was just read)."""
    query = dict(st.query_params)
    known = st.session_state.get(_CHOSEN)
    read, left = st.session_state.get(_READ, ({}, ()))  # the menu leads to an address without choices
    if known is not None and read == query:
        return known, left
    if known is None or (query and query != st.session_state.get(_WRITTEN)):
        chosen, strange = read_query(query)
        st.session_state.setdefault(_SHOWN, [])
        st.session_state[_READ] = query, strange
        if known is not None:
            st.session_state[_WRITTEN] = query
        if known is None and not chosen.place and not set(query) - {"city", "lang"}:  # a visit, not a link to something
            city = chosen.city or next(reversed(own_places()), "")
            chosen = replace(chosen, city=city, place=own_place(city))
        st.session_state[_CHOSEN] = chosen
        return chosen, strange
    return known, ()


def keep(chosen: Selection) -> None:
    """Make these the reader's choices and write them into the address."""
    st.session_state[_CHOSEN] = chosen
    st.session_state.pop(_READ, None)
    write_address(chosen.query(), under=_WRITTEN)


def change(update: Callable[[Selection], Selection]) -> None:
    """Change the choices, as the last thing of a callback; the page that follows shows them.

    What is pressed is pressed on the page as it was: an address that comes with it is no link that was followed, and may be older than
    what was pressed just before.
    """
    known: Selection | None = st.session_state.get(_CHOSEN)
    keep(update(current()[0] if known is None else known))
    draw_whole_if_part_is_gone()


def widget(name: str, value: Any, update: Callable[[Selection, Any], Selection]) -> dict[str, Any]:
    """Return the `key` and `on_change` of a widget that shows `value` and hands the reader's new choice to `update`.

    The choices stay the only truth: the widget is set from them on every run, so it cannot drift away from the address.
    """
    key = f"choice_{name}"
    waiting = st.session_state.get(_SHOWN)
    if waiting is not None and any(one.endswith(f"-{key}") for one in _sent()):
        waiting.append((key, value, update))
    else:
        st.session_state[key] = value

    def changed() -> None:
        new = st.session_state[key]
        change(lambda chosen: update(chosen, new))

    return {"key": key, "on_change": changed}


def _widgets() -> Any:
    """Return what Streamlit knows of the widgets in this run."""
    context = get_script_run_ctx(suppress_warning=True)
    state = getattr(getattr(context, "session_state", None), "_state", None)
    return getattr(state, "_new_widget_state", None)


def _sent() -> tuple[str, ...]:
    """Return the ids of the widgets that the browser told of: in the first run of a session those of a tab that was open before."""
    return tuple(getattr(_widgets(), "states", ()))


def listen() -> None:
    """Note what was pressed before this session had drawn it: to be called as the first thing of a run."""
    known = getattr(_widgets(), "widget_metadata", {})
    if st.session_state.get(_UNHEARD, ()) is not None:
        st.session_state[_UNHEARD] = [one for one in _sent() if one not in known]


def _catch_up() -> bool:
    """Call what was pressed before it was drawn, now that it is; return whether there was anything."""
    unheard, widgets = st.session_state.get(_UNHEARD) or (), _widgets()
    st.session_state[_UNHEARD] = None
    called = False
    for one in unheard:
        row = widgets.widget_metadata.get(one)
        value = widgets.get(one) if row is not None else None
        if row is None or not value or row.disabled:
            continue
        kind = widgets.widget_metadata[one].value_type  # known once the value was read
        if kind == "trigger_value" and row.callback:
            row.callback(*(row.callback_args or ()), **(row.callback_kwargs or {}))
            called = True
        elif kind == "json_trigger_value":
            events = [told.get("event") for told in (value if isinstance(value, list) else [value]) if isinstance(told, dict)]
            heard = [hear for name in events if (hear := (row.callbacks or {}).get(name))]
            for hear in heard:
                hear()
            called = called or bool(heard)
    return called


def taken_up() -> bool:
    """Take up what an open tab shows and what was pressed in it, of which a new session did not know; return whether that changes it."""
    pressed = _catch_up()
    waiting = st.session_state.get(_SHOWN) or []
    st.session_state[_SHOWN] = None
    changed = [(update, st.session_state[key]) for key, value, update in waiting if st.session_state.get(key, value) != value]
    for update, new in changed:
        change(partial(_updated, update=update, new=new))
    return bool(changed) or pressed


def _updated(chosen: Selection, *, update: Callable[[Selection, Any], Selection], new: Any) -> Selection:
    return update(chosen, new)


def names_a_city() -> bool:
    """Return whether the address names a city: else the one that opens is the reader's own, or the first."""
    return "city" in st.query_params


def own_places() -> dict[str, str]:
    """Return the places that this browser opens with, by city; the one kept last comes last."""
    if _OWN not in st.session_state:
        text = st.context.cookies.get(COOKIE)
        try:
            found = json.loads(unquote(text)) if isinstance(text, str) else {}
        except ValueError:
            found = {}
        pairs = found.items() if isinstance(found, dict) else ()
        st.session_state[_OWN] = {city: place for city, place in pairs if isinstance(place, str)}
    own: dict[str, str] = st.session_state[_OWN]
    return own


def own_place(city: str) -> str:
    """Return the place that this browser opens a city with; empty where none was kept."""
    return own_places().get(city, "")


def own(city: str, place: str) -> None:
    """Keep a place of a city for the next visit on this browser; an empty one forgets it."""
    kept = {**{name: one for name, one in own_places().items() if name != city}, city: place}
    st.session_state[_OWN] = {name: one for name, one in kept.items() if one}
    st.session_state[_OWN + "_changed"] = True


def own_to_keep() -> str | None:
    """Return what the browser is to keep, as text; None where nothing changed."""
    return json.dumps(own_places()) if st.session_state.get(_OWN + "_changed") else None


def picked_row(key: str) -> int | None:
    """Return the row picked in the table called `key`; None where none is."""
    rows = st.session_state[key].selection.rows
    return int(rows[0]) if rows else None


def typed(key: str) -> str:
    """Return what stands in the text field called `key`."""
    return str(st.session_state.get(key) or "")


def leave(name: str, what: Any) -> None:
    """Keep what a callback has to say until the page asks for it."""
    st.session_state[f"left_{name}"] = what


def seen(city: str, version: int) -> int:
    """Note which version of a city the reader sees now (0: one that they chose); return the one seen before, where it was another."""
    known = st.session_state.setdefault("seen", {})
    before = known.get(city) if version else 0
    known[city] = version or known.get(city, 0)
    return int(before or 0) if before != version else 0


def left(name: str) -> Any:
    """Return what a callback had to say; None where nothing."""
    return st.session_state.get(f"left_{name}")


def turn(name: str) -> int:
    """Return how often the form called `name` was sent: in its key, it makes an empty form of one that was."""
    return int(st.session_state.get(f"turn_{name}", 0))


def turned(name: str) -> None:
    """Count that the form called `name` was sent."""
    st.session_state[f"turn_{name}"] = turn(name) + 1

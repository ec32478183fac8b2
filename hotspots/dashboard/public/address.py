"""The reader's choices in the public edition: language, city, area, window and what the map shows. There are no others.

Each must come from the release; whatever else an address holds is dropped, unread and unanswered.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from hotspots.dashboard.shell import draw_whole_if_part_is_gone, write_address

_CHOSEN = "public_chosen"
_WRITTEN = "public_written"
LONGEST = 80  # letters of a choice; nothing that a release offers is longer


@dataclass(frozen=True)
class Choices:
    """What the reader chose; an empty choice leaves it to the page. `window` is the first day of the window."""

    lang: str = ""
    city: str = ""
    area: str = ""
    window: str = ""
    show: str = ""

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Choices:
        """Return the choices that an address holds.

        >>> Choices.of({"lang": "en", "weapon": "firearm", "city": ["x", "y"]})
        Choices(lang='en', city='y', area='', window='', show='')
        """
        names = [one.name for one in dataclasses.fields(cls)]
        found = {name: query[name] for name in names if name in query}
        return cls(**{name: str(value[-1] if isinstance(value, list) else value)[:LONGEST] for name, value in found.items()})

    def query(self) -> dict[str, str]:
        """Return the choices as they stand in the address."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value}


def current() -> Choices:
    """Return the reader's choices: those of the address where it was just opened or followed, else those of the session."""
    query = dict(st.query_params)
    known = st.session_state.get(_CHOSEN)
    if known is None or (query and query != st.session_state.get(_WRITTEN)):
        if known is not None:
            st.session_state[_WRITTEN] = query
        known = Choices.of(query)
        st.session_state[_CHOSEN] = known
    return known


def keep(chosen: Choices) -> None:
    """Make these the reader's choices and write them into the address."""
    st.session_state[_CHOSEN] = chosen
    write_address(chosen.query(), under=_WRITTEN)


def change(**changes: str) -> None:
    """Change the choices, as the last thing of a callback; the page that follows shows them.

    What is pressed is pressed on the page as it was: an address that comes with it is no link that was followed.
    """
    known: Choices | None = st.session_state.get(_CHOSEN)
    keep(dataclasses.replace(current() if known is None else known, **changes))
    draw_whole_if_part_is_gone()


def widget(name: str, value: Any, update: Callable[[Any], Mapping[str, str]]) -> dict[str, Any]:
    """Return the `key` and `on_change` of a widget that shows `value`; `update` says what a new choice changes."""
    key = f"public_{name}"
    st.session_state[key] = value

    def changed() -> None:
        new = st.session_state[key]
        if new is None:
            return
        change(**update(new))

    return {"key": key, "on_change": changed}

"""An address where there is no page: what is said there is ours, in the reader's language, and leads on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from hotspots.words import Words
from hotspots.words.escape import safe_markdown


def asked(known: Collection[str]) -> str:
    """Return the name that an address asks for where none of the `known` pages has it; empty where one has.

    Streamlit would show its first page then, under a window that speaks English. With the address the browser tells a page's name, later
    only its sign, which this session's list of pages knows.
    """
    pages = getattr(get_script_run_ctx(suppress_warning=True), "pages_manager", None)
    if pages is None:
        return ""
    sign = pages.intended_page_script_hash
    name = pages.get_pages().get(sign, {}).get("url_pathname", "") if sign else pages.intended_page_name
    return "" if not name or "/" in name or name in known else str(name)


def page(name: str, words: Words, around: Callable[[Callable[[], None]], None]) -> Any:
    """Return the page that stands under a `name` that no page has; `around` draws what stands around every page of the edition."""

    def show() -> None:
        around(lambda: draw(name, words))

    return st.Page(show, title=words.say("No such page"), url_path=name, visibility="hidden")


def draw(name: str, words: Words) -> None:
    """Say that there is no such page, and lead to the first one."""
    st.title(words.say("There is no such page"), anchor=False)
    said = words.say("The address asks for the page “{name}”, which is not here. The menu leads to every page.", name=safe_markdown(name))
    st.markdown(said)
    if st.button(words.say("To the first page"), type="primary", key="to_the_first_page"):
        st.switch_page(st.Page(lambda: None, title=words.say("No such page"), url_path="", default=True))

"""What both editions put around every page: the browser's settings, and a sentence in place of a failure."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from starlette.routing import BaseRoute
from streamlit import config
from streamlit.runtime.scriptrunner import get_script_run_ctx

from hotspots.agency import worn
from hotspots.dashboard import base_map, watched
from hotspots.settings import edition
from hotspots.words import ToldError, Words
from hotspots.words.escape import safe_markdown

HERE = Path(__file__).parent
LOG = logging.getLogger(__name__)


@contextmanager
def guard(words: Words) -> Iterator[None]:
    """Turn a failure into a sentence with a reference; what failed, and why, goes to the log under that reference only."""
    began, failed = time.perf_counter(), False
    try:
        yield
    except Exception:
        failed = True
        reference = secrets.token_hex(4)
        LOG.exception("a page failed, reference %s", reference)
        st.error(
            words.say(
                "This page failed. Nothing was lost. Tell whoever runs the dashboard this reference: {reference}.", reference=reference
            )
        )
    finally:
        watched.SEEN.drew(time.perf_counter() - began, failed=failed)


def settings(sidebar: Literal["auto", "collapsed"]) -> None:
    """Set what the browser shows around the page, with the agency's name and logo where there are any."""
    ours = worn()
    named = f"{ours.name} · Hotspots" if ours else "Hotspots"
    st.set_page_config(page_title=named, page_icon=str(HERE / "icon.png"), layout="wide", initial_sidebar_state=sidebar)
    st.html(HERE / "page.css")
    st.html(HERE / "paper.css")
    if ours and ours.logo:
        st.logo(ours.logo, size="large")


def wear_colours() -> None:
    """Give the server the agency's colours, once, before it answers; what stands in the theme file holds where there is no agency."""
    ours = worn()
    if ours:
        for theme, colour in (("light", ours.primary), ("dark", ours.primary_dark)):
            for name in ("primaryColor", "linkColor"):
                config.set_option(f"theme.{theme}.{name}", colour)


def routes() -> Sequence[BaseRoute]:
    """Return what the edition that runs serves beside its pages: tiles of this machine, or the feeds and cards of releases; how it does."""
    if edition() != "public":
        return (*watched.routes(), *base_map.routes())
    from hotspots.dashboard.public import served

    return (*watched.routes(), *served.routes())


def write_address(query: dict[str, str], *, under: str) -> None:
    """Write the choices into the address, unless the browser has them; what was written last is kept in the session `under` a name.

    What is pressed before a page has arrived comes with the address of before: the browser need not show what came.
    """
    if dict(st.query_params) != query or st.session_state.get(under, query) != query:
        st.query_params.from_dict(query)
    st.session_state[under] = query


def draw_whole_if_part_is_gone() -> None:
    """Let the whole page be drawn, as the last thing of a callback in a part of it that the run before drew anew, elsewhere.

    Streamlit would run that part alone, does not find it, and draws nothing: what was pressed while a page was on its way would be lost.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not context.fragment_ids_this_run:
        return
    if not any(context.fragment_storage.contains(part) for part in context.fragment_ids_this_run):
        st.rerun()


def link_words(words: Words) -> dict[str, Any]:
    """Return the words of the button that copies the link to a page, and an address of which everything has to be told."""
    return {
        "lang": words.language,
        "label": words.say("Copy link"),
        "copied": words.say("Copied. The link opens what you see here."),
        "failed": words.say("This is the link to what you see here: copy it."),
        "usual": {},
    }


def refusal(words: Words, head: str, fault: ToldError) -> None:
    """Say under `head` what is wrong and what to do, in the reader's language, letter by letter."""
    st.error("\n\n".join([head, *(safe_markdown(words.tell(one)) for one in fault.faults)]))

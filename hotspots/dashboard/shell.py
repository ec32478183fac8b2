"""What both editions put around every page: the browser's settings, and a sentence in place of a failure."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit import config

from hotspots.agency import worn
from hotspots.words import ToldError, Words
from hotspots.words.escape import safe_markdown

HERE = Path(__file__).parent
LOG = logging.getLogger(__name__)


@contextmanager
def guard(words: Words) -> Iterator[None]:
    """Turn a failure into a sentence with a reference; what failed, and why, goes to the log under that reference only."""
    try:
        yield
    except Exception:
        reference = secrets.token_hex(4)
        LOG.exception("a page failed, reference %s", reference)
        st.error(
            words.say(
                "This page failed. Nothing was lost. Tell whoever runs the dashboard this reference: {reference}.", reference=reference
            )
        )


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


def refusal(words: Words, head: str, fault: ToldError) -> None:
    """Say under `head` what is wrong and what to do, in the reader's language, letter by letter."""
    st.error("\n\n".join([head, *(safe_markdown(words.tell(one)) for one in fault.faults)]))

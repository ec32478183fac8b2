"""The buttons that give one page about what was chosen: as PDF, as a slide, as HTML."""

from __future__ import annotations

from functools import partial

import streamlit as st

from hotspots import settings
from hotspots.dashboard.restricted import admission
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.drawing import exports
from hotspots.drawing.brief import render
from hotspots.questions.restricted.brief import PRESETS
from hotspots.questions.restricted.brief_page import of_choices
from hotspots.words import mark

KINDS: dict[str, tuple[str, str]] = {
    ".pdf": (mark("One page (PDF)"), "application/pdf"),
    ".pptx": (mark("One page (slide)"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ".html": (mark("One page (HTML)"), "text/html"),
}


def downloads(chosen: Chosen) -> None:
    """Draw the choice of whom the page is for, and a button for each kind of file; each is made when it is asked for."""
    words = chosen.words
    with st.container(key="one_page"):
        st.header(words.say("One page"), anchor=False)
        preset = st.segmented_control(
            words.say("For whom"),
            list(PRESETS),
            format_func=lambda name: words.say(PRESETS[name].label),
            default="command",
            required=True,
            key="one_page_for",
        )
        name = exports.file_name(chosen.city, chosen.study, [], "", unit=f"brief_{preset}_{words.language}")
        with st.container(horizontal=True):
            for suffix, (label, kind) in KINDS.items():
                admission.give(
                    words.say(label),
                    partial(made, chosen, preset or "command", suffix),
                    file_name=name + suffix,
                    mime=kind,
                    key=f"one_page{suffix}",
                )


def for_the_meeting(chosen: Chosen) -> None:
    """Draw the one button that gives the page of a meeting as PDF."""
    suffix = ".pdf"
    admission.give(
        chosen.words.say("One page for the meeting"),
        partial(made, chosen, "command", suffix),
        file_name=exports.file_name(chosen.city, chosen.study, [], suffix, unit=f"brief_command_{chosen.words.language}"),
        mime=KINDS[suffix][1],
        key="way_page",
        primary=True,
    )


def made(chosen: Chosen, preset: str, suffix: str) -> bytes:
    """Return the page as a file."""
    return render(of_choices(chosen.asked, preset, address=settings.value("HOTSPOTS_ADDRESS")), suffix)

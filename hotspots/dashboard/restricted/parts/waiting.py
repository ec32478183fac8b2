"""What is drawn while something is worked out, read or fetched: how far it has come, and the way to stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from hotspots.dashboard.restricted import cached
from hotspots.dashboard.restricted.answering import Answering
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.reading import Work
from hotspots.dashboard.shell import refusal
from hotspots.questions.restricted import Question, long
from hotspots.words import Words
from hotspots.words.escape import safe_markdown

AT_ONCE = 1.0  # seconds that a page waits before it says that it waits


def ready(chosen: Chosen, *wanted: tuple[Question[..., Any], dict[str, Any]]) -> bool:
    """Return whether the answers are known, or are quickly; else draw how far they have come, or why there are none."""
    works = [
        cached.answerings().of(question, chosen.asked, (), named) for question, named in wanted if long.takes_long(question, chosen.asked)
    ]
    until = time.monotonic() + AT_ONCE
    for one in works:
        one.ended.wait(max(until - time.monotonic(), 0))
    failed = [one for one in works if one.done and one.fault is not None]
    if failed:
        refused(failed, chosen.words)
    elif any(not one.done for one in works):
        progress(next(one for one in works if not one.done), worked_out, chosen.words, key="waiting")
    else:
        return True
    return False


def refused(failed: list[Answering], words: Words) -> None:
    """Draw why there is no answer, and the button that begins anew."""
    refusal(words, words.say("This was not worked out."), failed[0].told())
    if st.button(words.say("Try again"), key="waiting_again"):
        for one in failed:
            cached.answerings().forget(one)
        st.rerun()


def worked_out(step: str, words: Words) -> str:
    """Return what is being done, as a sentence."""
    return words.say("Working it out: {step}", step=step)


@st.fragment(run_every=1.0)
def progress(work: Work, says: Callable[[str, Words], str], words: Words, *, key: str) -> None:
    """Draw how far the work has come, and the way to stop it."""
    if work.done:
        st.rerun()
    doing = says(words.tell(work.step) or "…", words)
    with st.container(key=f"{key}_progress"):
        st.status(safe_markdown(words.say("Stopping …") if work.stopping else doing), state="running")
        st.caption(words.say("{seconds} seconds so far. You may leave this page; it goes on.", seconds=words.number(int(work.seconds))))
        st.button(words.say("Stop"), on_click=work.end, disabled=work.stopping, key=f"{key}_stop")

"""What a tested map asks of its reader: what it compares with, and how strictly."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.study import BASELINES, CORRECTIONS
from hotspots.words import mark

TESTED: tuple[str, ...] = ("hot_spot", "scan", "emerging")  # measures that rest on a test
BASELINE_NAMES: dict[str, str] = {
    "population": mark("Residents: each person the same chance"),
    "area": mark("Ground: each square metre the same chance"),
    "equal": mark("Places: each place the same chance"),
}
CAPS: tuple[int, ...] = (2, 5, 10, 25, 50)
CORRECTION_NAMES: dict[str, str] = {
    "bh": mark("Usual: at most 5 in 100 chance maps show any"),
    "by": mark("Strict: fewer false finds, more missed"),
}


def controls(chosen: Chosen, key: str) -> None:
    """Draw the choice of what a tested map compares with; nothing for other maps."""
    if key not in TESTED:
        return
    words, selection, study = chosen.words, chosen.selection, chosen.by_unit
    offered = [name for name in BASELINES if name != "population" or study.population > 0]
    left, right = st.columns(2)
    left.selectbox(
        words.say("Compared with"),
        offered,
        format_func=lambda name: words.say(BASELINE_NAMES[name]),
        **address.widget("baseline", selection.baseline or offered[0], lambda old, new: replace(old, baseline=new)),
    )
    if key == "scan":
        right.selectbox(
            words.say("Largest circle"),
            sorted({*CAPS, study.cap}),
            format_func=lambda cap: words.say("{share} of the city", share=words.percent(cap / 100)),
            help=words.say("Small circles find corners, large ones whole quarters. Choose before looking: trying them all finds too much."),
            **address.widget("cap", study.cap, lambda old, new: replace(old, cap=int(new))),
        )
    else:
        right.selectbox(
            words.say("How strict"),
            CORRECTIONS,
            format_func=lambda name: words.say(CORRECTION_NAMES[name]),
            **address.widget("correction", selection.correction or "bh", lambda old, new: replace(old, correction=new)),
        )
    if (selection.baseline or offered[0]) != "population":
        st.caption(
            words.say("Residents are left out of this comparison: a place can stand out only because many people live or pass there.")
        )

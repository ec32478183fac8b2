"""What is left out, by what rules, how each number is made, and how to ask for a correction."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from hotspots.dashboard import paper
from hotspots.dashboard.public.frame import Reader, contact, heading, source
from hotspots.drawing.site import omissions, sentences
from hotspots.words import mark
from hotspots.words.escape import safe_markdown

MADE: tuple[str, ...] = (
    mark("Rate: people killed ÷ (residents × years) × 100,000, from the published number and the published residents alone."),
    mark("95% interval: the exact one for a count that chance moves; where it is wide, the number is too small to say much."),
    mark("Rest of the city: all people killed in the other areas over all who live there; those whose place is unknown are left aside."),
    mark("Change: two windows differ when the exact 95% interval of their ratio does not hold 1."),
    mark("Normal range of a year: from the three to five years before that count the same deaths; 95 of 100 such years fall inside."),
    mark("Areas with more than chance explains: an exact test on the published numbers, allowing for how many areas were looked at."),
    mark("Every file, map and picture here is made from the released tables. This server holds nothing else."),
)


def render(reader: Reader) -> None:
    """Draw the page."""
    words, reading = reader.words, reader.reading
    heading(reader, words.say("What is left out, and how to ask for a correction"), reading.city.name)
    st.header(words.say("What these numbers do not hold"), anchor=False)
    st.markdown(bullets(omissions.not_held(reading, words)))
    if not reading.republished:
        placed(reader)
    st.header(words.say("The rules"), anchor=False)
    st.markdown(bullets(omissions.rules(reading, words)))
    st.header(words.say("How to ask for a correction"), anchor=False)
    st.markdown(f"**{contact(reader)}**")
    st.markdown(source(reader))
    st.markdown(words.say(omissions.CORRECTION))
    st.header(words.say("How each number is made"), anchor=False)
    st.markdown("\n".join(f"- {words.say(line)}" for line in MADE))
    st.header(words.say("Is this the real release?"), anchor=False)
    st.markdown(words.say("Compare this fingerprint with the one that the agency announces elsewhere:"))
    st.code(reading.fingerprint, language=None, wrap_lines=True)


def bullets(lines: list[str]) -> str:
    """Return lines as a list in markdown."""
    return "\n".join(f"- {safe_markdown(line)}" for line in lines)


def placed(reader: Reader) -> None:
    """Draw how many could be placed in an area, window by window."""
    words, reading = reader.words, reader.reading
    rows = [(window, reading.total(window)) for window in reversed(reading.windows)]
    reasons = [sentences.number(whole.unmapped, whole.unmapped_reason, words) for _, whole in rows]
    rates = [
        "–" if np.isnan(whole.unmapped) or not whole.count > 0 else words.percent(1 - whole.unmapped / whole.count, 1) for _, whole in rows
    ]
    shares = ["–" if np.isnan(one := reading.coverage(window)) else words.percent(one) for window, _ in rows]
    table = pd.DataFrame(
        {
            words.say("Window"): [sentences.period(window, words) for window, _ in rows],
            words.say("People killed"): [words.number(whole.count) for _, whole in rows],
            words.say("Not on the map"): reasons,
            words.say("Placed in an area"): rates,
            words.say("In areas whose number is shown"): shares,
        }
    )
    paper.table(table, words=reader.words, alt=words.say("Placed in an area"))

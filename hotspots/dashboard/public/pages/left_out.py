"""What is left out, by what rules, how each number is made, and how to ask for a correction."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from hotspots.cities import Note
from hotspots.dashboard.public import sentences
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.words import Words, mark
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
    words, answers = reader.words, reader.answers
    heading(reader, words.say("What is left out, and how to ask for a correction"), answers.city.name)
    st.subheader(words.say("What these numbers do not hold"), anchor=False)
    st.markdown("\n".join(f"- {line}" for line in missing(reader)))
    if not answers.republished:
        placed(reader)
    rules(reader)
    st.subheader(words.say("How to ask for a correction"), anchor=False)
    st.markdown(f"**{safe_markdown(sentences.contact(words))}**")
    st.markdown(safe_markdown(sentences.source(answers, words)))
    st.markdown(
        words.say(
            "Say which area, which window and which number you think is wrong. Do not name a victim in public. The agency corrects its "
            "records; the correction shows in the next window. A published number is not changed, because the difference would show which "
            "record was corrected."
        )
    )
    st.subheader(words.say("How each number is made"), anchor=False)
    st.markdown("\n".join(f"- {words.say(line)}" for line in MADE))
    st.subheader(words.say("Is this the real release?"), anchor=False)
    st.markdown(words.say("Compare this fingerprint with the one that the agency announces elsewhere:"))
    st.code(answers.fingerprint, language=None, wrap_lines=True)


def missing(reader: Reader) -> list[str]:
    """Return what the numbers do not hold."""
    words, answers = reader.words, reader.answers
    lines = [safe_markdown(f"{words.date(note.start.date())}: {words.own(note.text)}.") for note in definitions(reader)]
    lines.append(words.say("Deaths that nobody reported, and people who are missing."))
    if answers.republished:
        return [*lines, words.say("These totals were published by others before; each stands here with its source, unchanged.")]
    return [
        *lines,
        words.say(
            "Victims whom the agency withholds, such as sealed cases or deaths still being classified: taken out before any sum. How "
            "many is not published, because that number would itself tell of them."
        ),
        lag(reader, words),
        words.say("Registrations that came late: a published year stays as it is; a later window counts them."),
    ]


def definitions(reader: Reader) -> list[Note]:
    """Return the changes of what is counted."""
    return [note for note in reader.answers.notes if note.kind == "definition"]


def lag(reader: Reader, words: Words) -> str:
    """Return how late the numbers are."""
    months = int(reader.answers.facts["rules"]["lag_months"])
    whole = words.say("Whole calendar years only; the year under way is not in it.")
    if not months:
        return whole
    return whole + " " + words.count("At least {n} full month passes first.", "At least {n} full months pass first.", months)


def placed(reader: Reader) -> None:
    """Draw how many could be placed in an area, window by window."""
    words, answers = reader.words, reader.answers
    rows = [(window, answers.total(window)) for window in reversed(answers.windows)]
    reasons = [sentences.number(whole.unmapped, whole.unmapped_reason, words) for _, whole in rows]
    rates = [
        "–" if np.isnan(whole.unmapped) or not whole.count > 0 else words.percent(1 - whole.unmapped / whole.count, 1) for _, whole in rows
    ]
    shares = ["–" if np.isnan(one := answers.coverage(window)) else words.percent(one) for window, _ in rows]
    table = pd.DataFrame(
        {
            words.say("Window"): [sentences.period(window, words) for window, _ in rows],
            words.say("People killed"): [words.number(whole.count) for _, whole in rows],
            words.say("Not on the map"): reasons,
            words.say("Placed in an area"): rates,
            words.say("In areas whose number is shown"): shares,
        }
    )
    st.dataframe(table, hide_index=True, width="stretch", alt=words.say("Placed in an area"))


def rules(reader: Reader) -> None:
    """Say the rules in words."""
    words, answers = reader.words, reader.answers
    st.subheader(words.say("The rules"), anchor=False)
    if answers.republished:
        st.markdown(
            words.say("These numbers were public already, so none is hidden; a number that its publisher held back stays held back.")
        )
        return
    told = answers.facts["rules"]
    lines = [
        sentences.threshold(answers, words),
        words.say("Areas have at least {n} residents.", n=words.number(told["area_floor"])),
        words.count(
            "Areas are counted over a whole year.", "Areas are counted over windows of {n} years that do not overlap.", told["window_years"]
        ),
        words.say("Age, sex, weapon and the like: for the whole city and a whole window, one at a time, and no number under 10."),
        words.say(
            "Where a small number is hidden, one larger number is held back with it, drawn by lot; else the small one could be subtracted."
        ),
        words.say("Before it was published, a program tried to work out every hidden number from everything ever released, and could not."),
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))

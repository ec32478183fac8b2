"""Single homicides: who was killed of late, when and where, the state of each case, what is near it. For the restricted edition only."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import case_list, tables
from hotspots.questions.restricted import cases as questions
from hotspots.questions.restricted.cases import Cases
from hotspots.statistics.measure import NEEDS
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, day, number
from hotspots.views.single_homicides import when
from hotspots.words import Words, mark

NEAR: tuple[Column, ...] = (
    Column("date", mark("Killed on"), day),
    Column("days", mark("Days apart"), lambda rows, key, words: [f"{days:+d}" if days else "0" for days in rows[key]]),
    Column("metres", mark("Metres apart"), number()),
    Column("killed", mark("People killed"), number()),
)


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words = chosen.words
    answer = chosen.whole.ask(questions.cases, days=questions.days_of(chosen.whole.asked, case_list.span_of(chosen)))
    if answer is None:
        heading(chosen, words.say("Cases"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Cases"), reason=words.say(NEEDS["victims"])))
        return
    heading(chosen, chosen.asked.of_place(answer.sentence(words), words), dated=True)
    st.markdown(f"**{words.say('Restricted: not for publication.')}** " + words.say("Each row is a person who was killed."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        case_list.span_choice(chosen)
        case_list.state_choice(chosen)
    listed(answer, chosen)
    tables.download(chosen, answer, "cases", label=words.say("Cases (CSV), not for publication"), restricted=True)


def listed(answer: Answer[Cases], chosen: Chosen) -> None:
    """Draw the list, newest first, and below it what is near the case whose row was picked."""
    words, found = chosen.words, answer.value
    if found.table.empty:
        st.info(words.say("Nobody was killed in these days, by these choices."))
        return
    columns = case_list.columns(found)
    alt = words.say("Cases, newest first")
    tables.draw(found.table, columns, words, alt=alt, key="cases", on_select="rerun", selection_mode="single-row")
    if chosen.city.has_points and chosen.study.has_days:
        st.caption(
            words.say(
                "Others near: killings within {metres} m and {days} days, whatever was chosen, and the nearest in time. A head sorts; a "
                "row picked lists them.",
                metres=words.number(found.metres),
                days=words.number(found.within),
            )
        )
        near(chosen, found)


def near(chosen: Chosen, found: Cases) -> None:
    """Draw what is near the case whose row was picked."""
    words, row = chosen.words, address.picked_row("cases")
    if row is None or row >= len(found.table):
        return
    case = found.table.iloc[row]
    answer = chosen.whole.ask(questions.near_to, str(case["event"]), metres=found.metres, within=found.within)
    st.header(title(case, words), anchor=False)
    st.markdown(answer.sentence(words) + ".")
    if len(answer.value):
        tables.draw(answer.value, NEAR, words, alt=words.say("What is near this case in place and time"))


def title(case: pd.Series, words: Words) -> str:
    """Return what a case is called: its day and place."""
    return f"{when(case)} · {case['place'] or words.say('on no map')}"

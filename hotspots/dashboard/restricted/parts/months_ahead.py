"""The months to come: ranges with their record, of the place and of each district and beat in it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.questions.restricted import ahead
from hotspots.questions.restricted.ahead import AHEAD, LISTED
from hotspots.views.columns import Column, between, each, number, percent
from hotspots.words import Words, mark

BY = {"districts": mark("The months to come, by district"), "beats": mark("The months to come, by beat")}


def draw(chosen: Chosen) -> None:
    """Draw the ranges of the next month, 3 and 12 months with their record; all districts and beats folded below."""
    words, answer = chosen.words, chosen.whole.ask(ahead.months_ahead)
    st.header(words.say("The months to come"), anchor=False)
    found = answer.value
    if found is None:
        st.caption(answer.sentence(words))
        return
    tables.whole(found.table, COLUMNS, words, alt=answer.sentence(words), of=answer)
    with tables.worked_out(words):
        told = [
            answer.sentence(words),
            ahead.made(words),
            ahead.over(found, words),
            *(f"- {one}" for one in ahead.gained(found, words)),
            ahead.misleads(words),
        ]
        st.markdown("\n\n".join(told))
        tables.download(chosen, answer, "months_to_come", restricted=True)
    for unit in LISTED:
        if unit in chosen.city.units and len(chosen.at(unit=unit).by_unit.blocks):
            by_unit(chosen, unit)


def by_unit(chosen: Chosen, unit: str) -> None:
    """Draw the same of each district or beat, worked out once it is opened."""
    words, title = chosen.words, chosen.words.say(BY[unit])

    def made() -> None:
        answer = chosen.whole.ask(ahead.months_ahead_by, unit=unit)
        if answer is not None:
            tables.draw(answer.value, BY_PLACE, words, alt=title, of=answer)
            tables.download(chosen, answer, f"months_to_come_{unit}", restricted=True)

    tables.once_open(made, words, key=f"months_ahead_{unit}", label=title)


def _period(row: pd.Series, words: Words) -> str:
    return words.say("{span}: {period}", span=words.say(AHEAD[row["months"]]), period=words.period(row["start"].date(), row["end"].date()))


COLUMNS: tuple[Column, ...] = (
    Column("months", mark("Period"), each(_period)),
    Column("low", mark("95 in 100 cases"), between("low", "high")),
    Column("half_low", mark("Half of the cases"), between("half_low", "half_high")),
    Column("tries", mark("Past tries"), number()),
    Column("held", mark("First range held"), percent()),
    Column("half", mark("Second range held"), percent()),
    Column("off", mark("Off by"), number(1)),
)
BY_PLACE: tuple[Column, ...] = (
    Column("place", mark("Place")),
    *(Column(f"low_{months}", AHEAD[months], between(f"low_{months}", f"high_{months}")) for months in AHEAD),
    Column("tries_12", mark("Past tries of 12 months"), number()),
    Column("held_12", mark("Range held"), percent()),
    Column("off_12", mark("Off by"), number(1)),
)

"""The alerts of a city's places: what stands, what has ended, how seldom one is in vain and how soon one comes."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.inference.alarm_rule import AFTER
from hotspots.questions.restricted import alerts
from hotspots.questions.restricted.alerts import Watched
from hotspots.statistics.repeats import Rule
from hotspots.study.options import FALSE_EVERY, FALSES
from hotspots.views.columns import Cells, Column, called, each, number
from hotspots.words import Words, mark

STATES: dict[str, str] = {
    "raised": mark("alert stands"),
    "ended": mark("alert ended"),
    "late": mark("no alert: only cases registered late"),
    "quiet": mark("quiet"),
    "few": mark("too few before to tell"),
}


def draw(chosen: Chosen) -> None:
    """Draw the alerts with the choice of how often one may be in vain."""
    words = chosen.words
    st.header(words.say("Alerts: where do killings come about twice as fast as usual?"), anchor=False)
    every = _every(chosen)
    answer = alerts.watch(chosen.at(false_every=every).asked)
    if answer.value is None:
        st.markdown(words.say("Not known: three years of data are needed to say what is usual."))
        return
    watched = answer.value
    st.markdown(f"**{answer.sentence(words)}**")
    for key, row in watched.table[watched.table["state"].isin(["raised", "ended", "late"])].iterrows():
        st.markdown("- " + alerts.sentence(watched.named(str(key), chosen.asked, words), row, words))
    if watched.found.rule is not None:
        tables.worked_out(words).caption(measured(watched, watched.found.rule, words))
    with st.expander(words.say("All places as a table")):
        rows = watched.table.rename_axis("place").reset_index()
        names = {str(key): watched.named(str(key), chosen.asked, words) for key in rows["place"]}
        columns = (Column("place", mark("Place"), lambda rows, key, words: [names[str(one)] for one in rows[key]]), *COLUMNS)
        tables.draw(rows, columns, words, alt=words.say("Alerts, place by place"))
        tables.download(chosen, answer, "alerts", restricted=True)


def measured(watched: Watched, rule: Rule, words: Words) -> str:
    """Return what the rule was measured to do, in words."""
    return words.say(
        "Weeks up to {day}; events are counted, not people killed. Measured on {years} simulated years of this city in which nothing "
        "changes: {n} alerts in vain a year over the whole list ({low}–{high}), and on {share} of the days at least one stands. Alerts "
        "raised in {past} years of its own data: {raised}. An alert ends when the last weeks are as usual again, or after half a year. "
        "Cases that became known more than 30 days late raise none.",
        day=words.date(watched.found.last.date()),
        years=words.number(rule.years),
        n=words.number(rule.false_a_year, 1),
        low=words.number(rule.false_low, 1),
        high=words.number(rule.false_high, 1),
        share=words.percent(rule.standing),
        past=words.number(watched.years, 1),
        raised=words.number(watched.raised),
    )


def _every(chosen: Chosen) -> int:
    words = chosen.words
    chosen_every = chosen.selection.false_every or FALSE_EVERY
    st.selectbox(
        words.say("An alert in vain may come, over the whole list"),
        tuple(map(int, FALSES)),
        format_func=lambda one: _months(one, words),
        **address.widget("false_every", chosen_every, lambda old, new: replace(old, false_every=new)),
        width=320,
    )
    return chosen_every


def _months(n: int, words: Words) -> str:
    if n == 12:
        return words.say("once a year")
    if n % 12:
        return words.count("once in {n} month", "once in {n} months", n)
    return words.count("once in {n} year", "once in {n} years", n // 12)


def _weeks(n: float, words: Words) -> str:
    return words.count("{n} week", "{n} weeks", int(n))


def _day(rows: pd.DataFrame, key: str, words: Words) -> Cells:
    return ["–" if pd.isna(one) else words.short_date(pd.Timestamp(one).date()) for one in rows[key]]


def _span(row: pd.Series, words: Words) -> str:
    return "–" if pd.isna(row["weeks"]) else _weeks(row["weeks"], words)


def _usually(row: pd.Series, words: Words) -> str:
    if pd.isna(row["weeks"]):
        return "–"
    return f"{words.number(row['expected'], 1)} ({words.number(row['low'])}–{words.number(row['high'])})"


def _delay(row: pd.Series, words: Words) -> str:
    if row["state"] == "few":
        return "–"
    return words.say("over {n} weeks", n=AFTER) if pd.isna(row["delay"]) else _weeks(row["delay"], words)


COLUMNS: tuple[Column, ...] = (
    Column("state", mark("State"), called(STATES)),
    Column("raised", mark("Raised on"), _day),
    Column("ended", mark("Ended on"), _day),
    Column("weeks", mark("Weeks looked at"), each(_span)),
    Column("events", mark("Events in these weeks"), number()),
    Column("expected", mark("Usual in these weeks (95 of 100 lie in)"), each(_usually)),
    Column("usual", mark("Events a week, usually"), number(2)),
    Column("false_a_year", mark("Alerts in vain a year, measured"), number(2)),
    Column("delay", mark("A doubling is found after (median)"), each(_delay)),
)

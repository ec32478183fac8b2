"""How well rules for choosing places did on years that they had not seen: for the page Priorities and for the page Methods."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted.parts import tables
from hotspots.statistics.priorities import PLAIN, RULE_WORDS, Backtest
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, called, each, percent, with_interval
from hotspots.words import Words, mark


def _caught(row: pd.Series, words: Words) -> str:
    return f"{words.number(row['hits'], 1)} / {words.number(row['events'])}"


def _beats(row: pd.Series, words: Words) -> str:
    return "–" if row["rule"] == PLAIN else words.say("yes") if row["beats"] else words.say("no")


def _two_decimals(words: Words) -> Callable[[float], str]:
    return lambda value: words.number(value, 2)


COLUMNS: tuple[Column, ...] = (
    Column("share", mark("Share of the area"), percent()),
    Column("rule", mark("Rule"), called(RULE_WORDS)),
    Column("hits", mark("Homicides caught"), each(_caught)),
    Column("hit_rate", mark("Hit rate"), with_interval(lambda words: words.percent)),
    Column("beats", mark("Beats the plain count"), each(_beats)),
    Column("pai", "PAI", with_interval(lambda words: words.rate)),
    Column("pei", "PEI", with_interval(lambda words: words.percent)),
    Column("rri", "RRI", with_interval(_two_decimals)),
)


def draw(answer: Answer[Backtest | str], words: Words, *, winners: bool = False) -> None:
    """Draw on what the rules were tested and every rule at every share of the area; with `winners` also which rule does best."""
    found = answer.value
    if isinstance(found, str):
        st.markdown(answer.sentence(words))
        return
    st.markdown(on_what(found, words) + (" " + answer.sentence(words) if winners else ""))
    rows = answer.table()
    order = rows["rule"].map(list(RULE_WORDS).index)
    rows = rows.assign(order=order).sort_values(["share", "order"])
    tables.draw(rows, COLUMNS, words, alt=words.say("Every rule on years it had not seen, beside the plain count"))
    st.caption(explained(words))


def on_what(found: Backtest, words: Words) -> str:
    """Return on what the rules were tested, in a sentence."""
    start, end = found.periods[0][0], found.periods[-1][1]
    return words.say(
        "Tested on {n} periods of {months} months, {period}: each time the rules saw only what happened before, from {first} on. {events} "
        "homicides with a place, on {units} places; people killed together count once. The rule of homicides around the place spreads each "
        "one {metres} m, found by cross-validation on the homicides before {tested} alone.",
        n=words.number(len(found.periods)),
        months=found.months,
        period=words.period(start.date(), end.date()),
        first=words.date(found.start.date()),
        events=words.number(float(found.table["events"].iloc[0])),
        units=words.number(found.units),
        metres=words.number(round(found.bandwidth)),
        tested=words.date(start.date()),
    )


def explained(words: Words) -> str:
    """Return what the columns of the table mean, in a few sentences."""
    return words.say(
        "Hit rate: the part of the later homicides that fell into the places chosen. PAI: how many times more than on as much area "
        "taken anywhere; 1 is no better than chance. PEI: the hits as a part of the most that any choice could have had. RRI: 1 "
        "where the places kept their share, under 1 where it fell. In brackets: exact 95% interval of the hit rate, and of the "
        "others with area, best choice and share before taken as given. Ties are broken against the rule; the last place counts "
        "in part."
    )

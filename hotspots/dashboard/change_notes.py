"""What the page of change says beside its tables: the range that allows for the swings between years, files, days and hours of a place."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots import charts, tables, trends
from hotspots.change import Comparison
from hotspots.dashboard import cached, pieces
from hotspots.dashboard.frame import Chosen
from hotspots.words import Words, mark

SWINGS: dict[str, str] = {
    "within": mark("Within the normal range"),
    "below": mark("Fewer than the normal range"),
    "above": mark("More than the normal range"),
}


def usual_text(one: Comparison, words: Words) -> str:
    """Return the range that allows for the swings between years; a dash with fewer than three earlier years."""
    return "–" if one.usual is None else f"{words.number(one.usual.low)}–{words.number(one.usual.high)}"


def verdict_text(one: Comparison, words: Words) -> str:
    """Return the judgement of the whole city in words, the same as that of the headline."""
    return words.say(SWINGS[one.verdict]) if one.verdict in SWINGS else words.say("Nothing to compare with")


def files(chosen: Chosen, found: dict[str, Comparison], names: pd.Series) -> None:
    """Offer all periods and places as one file."""
    pieces.table_download(chosen, lambda: tables.changes(found, names), "change", label=chosen.words.say("All periods and places (CSV)"))


def when_in_the_week(chosen: Chosen, names: pd.Series) -> None:
    """Draw weekdays by hours for the place chosen on the map, else for the whole city; nothing under 20."""
    words, place = chosen.words, chosen.selection.place
    study = cached.study(chosen.selection)
    known = place in names.index
    found = trends.weekday_hour(study, place=place if known else None)
    where = str(names[place]) if known else words.say("the whole city")
    st.subheader(words.say("Day of the week and hour: {place}", place=where), anchor=False)
    if not known:
        st.caption(words.say("Choose a place on the map to see its days and hours."))
    unknown = words.say(
        "Hour known for {known}, not known for {unknown}.", known=words.number(found.known), unknown=words.number(found.unknown)
    )
    if found.table is None:
        st.caption(words.say("Not shown: under {n} homicides of known hour a pattern is chance.", n=trends.LEAST) + " " + unknown)
        return
    days = [words.say(day) for day in trends.WEEKDAYS]
    alt = words.say("{n} people killed, by day of the week and hour.", n=words.number(found.known))
    st.vega_lite_chart(charts.weekday_hour(found.table, days, words), width="stretch", alt=alt)
    st.caption(f"{alt} {chosen.period}. {unknown}")
    with st.expander(words.say("The same as a table")):
        shown = found.table.set_axis(days).rename(columns=lambda hour: f"{hour:02}").rename_axis(words.say("Day")).reset_index()
        st.dataframe(shown, hide_index=True, alt=words.say("Days and hours as a table"))

"""Is it changing, or is it noise: months with their normal range, the rolling rate, the years."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from hotspots import charts, rates, trends
from hotspots.cities import Note
from hotspots.dashboard import cached
from hotspots.dashboard.frame import Chosen, heading
from hotspots.words import Words, mark

VERDICTS: dict[str, str] = {
    "within": mark("{n} people killed in the last 12 months: within the normal range"),
    "above": mark("{n} people killed in the last 12 months: more than the years before lead one to expect"),
    "below": mark("{n} people killed in the last 12 months: fewer than the years before lead one to expect"),
    "unknown": mark("{n} people killed in the last 12 months"),
}


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.study
    latest = trends.latest(study)
    if latest is None:
        heading(chosen, words.say("Homicides over time"))
        st.info(words.say("The period holds less than 12 whole months: too short to tell a trend."))
    else:
        heading(chosen, words.say(VERDICTS[latest.verdict], n=words.number(latest.count)))
        three_numbers(latest, words)
    table = cached.monthly(chosen.selection)
    notes = crossing(chosen)
    rules = [(note.start, str(number), text(note.text, words)) for number, note in enumerate(notes, 1)]
    months(table, rules, words)
    explained(notes, words)
    rolling(table, rules, words)
    years(chosen, words)
    method(words)


def three_numbers(latest: trends.Judgement, words: Words) -> None:
    """Show the count, the rate and the normal range of the last 12 months."""
    one = rates.estimate(latest.count, latest.person_years)
    left, middle, right = st.columns(3)
    when = words.period(latest.start.date(), latest.end.date())
    left.metric(words.say("People killed"), words.number(latest.count))
    left.caption(when)
    middle.metric(words.say("Per 100,000 residents a year"), words.rate(one.value))
    if one.state != "no_data":
        middle.caption(words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high)))
    if latest.range is None:
        right.metric(words.say("Normal range"), "–")
        right.caption(words.say("fewer than three earlier years to compare with"))
    else:
        right.metric(words.say("Normal range"), f"{words.number(latest.range.low)}–{words.number(latest.range.high)}")
        right.caption(words.say("from the years before; 95 in 100 such counts fall inside"))


def months(table: pd.DataFrame, rules: list[charts.Rule], words: Words) -> None:
    """Draw the monthly counts with their normal range."""
    st.subheader(words.say("Each month, and its normal range"), anchor=False)
    st.vega_lite_chart(charts.monthly_counts(table, words, rules), width="stretch", alt=summary(table, words))
    st.caption(
        words.say(
            "Line: people killed each month. Grey band: where 95 of 100 months should fall, judging by the same months of the five years "
            "before. Faint points: months that the data cover only in part."
        )
    )
    with st.expander(words.say("The same as a table")):
        st.dataframe(month_table(table, words), hide_index=True, alt=words.say("The months as a table"))


def summary(table: pd.DataFrame, words: Words) -> str:
    """Return the monthly series as a sentence: what the chart says to who cannot see it."""
    known = table.dropna(subset=["low"])
    outside = int(((known["count"] < known["low"]) | (known["count"] > known["high"])).sum())
    return words.say(
        "{n} people killed in {months} months; {outside} of {judged} months lie outside their normal range.",
        n=words.number(int(table["count"].sum())),
        months=words.number(len(table)),
        outside=words.number(outside),
        judged=words.number(len(known)),
    )


def month_table(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return the monthly table under words that a reader knows, newest first."""
    shown = pd.DataFrame(
        {
            words.say("Month"): [words.month(month.start_time) for month in table.index],
            words.say("People killed"): table["count"].to_numpy(),
            words.say("Normal range, from"): table["low"].to_numpy(),
            words.say("Normal range, to"): table["high"].to_numpy(),
            words.say("12-month rate per 100,000"): table["rate"].round(2).to_numpy(),
            words.say("from (95%)"): table["rate_low"].round(2).to_numpy(),
            words.say("to (95%)"): table["rate_high"].round(2).to_numpy(),
        }
    )
    return shown.iloc[::-1]


def crossing(chosen: Chosen) -> list[Note]:
    """Return the dated events, changes of definition and interventions that fall into the period, in order of time."""
    study = chosen.study
    return sorted((note for note in chosen.city.notes if study.start <= note.start < study.end), key=lambda note: note.start)


def text(texts: Mapping[str, str], words: Words) -> str:
    """Return a city's own text in the reader's language, or in the one it has."""
    return texts.get(words.language) or next(iter(texts.values()))


def explained(notes: list[Note], words: Words) -> None:
    """Say what the numbered lines of the charts stand for."""
    kinds = {"event": words.say("Event"), "definition": words.say("Change of definition"), "intervention": words.say("Intervention")}
    for number, note in enumerate(notes, 1):
        st.markdown(f"**{number}** · {words.date(note.start.date())} · {kinds[note.kind]}: {plain(text(note.text, words))}")


def plain(value: str) -> str:
    """Return text from data so that markdown shows it letter by letter."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~$:&" else char for char in value)


def rolling(table: pd.DataFrame, rules: list[charts.Rule], words: Words) -> None:
    """Draw the 12-month rolling rate."""
    st.subheader(words.say("The rate of each 12 months"), anchor=False)
    known = table.dropna(subset=["rate"])
    if not len(known):
        st.caption(words.say("Not available: no population is known, or the data do not cover 12 months."))
        return
    alt = words.say(
        "Homicides per 100,000 residents a year, 12 months at a time: {first} at first, {last} at last.",
        first=words.rate(known["rate"].iloc[0]),
        last=words.rate(known["rate"].iloc[-1]),
    )
    st.vega_lite_chart(charts.rolling_rate(table, words, rules), width="stretch", alt=alt)
    st.caption(words.say("Each point is the rate of the 12 months that end there; the band is its exact 95% interval."))


def years(chosen: Chosen, words: Words) -> None:
    """Draw the yearly counts."""
    table = trends.yearly(chosen.study)
    st.subheader(words.say("Each year"), anchor=False)
    alt = "; ".join(f"{year}: {words.number(n)}" for year, n in table["count"].items())
    st.vega_lite_chart(charts.yearly_counts(table, words, height=200), width="stretch", alt=alt)
    if not table["complete"].all():
        st.caption(words.say("Lighter bars: years that the period covers only in part."))
    shown = pd.DataFrame(
        {
            words.say("Year"): [str(year) for year in table.index],
            words.say("People killed"): table["count"].to_numpy(),
            words.say("Per 100,000 residents a year"): table["rate"].round(2).to_numpy(),
            words.say("from (95%)"): table["rate_low"].round(2).to_numpy(),
            words.say("to (95%)"): table["rate_high"].round(2).to_numpy(),
        }
    )
    with st.expander(words.say("The same as a table")):
        st.dataframe(shown, hide_index=True, alt=words.say("The years as a table"))


def method(words: Words) -> None:
    """Say in two sentences how the normal range is made."""
    st.caption(
        words.say(
            "Normal range: a negative binomial range from the same month and its neighbours in up to five earlier years, wider where those "
            "years scatter more than chance. It misleads across a change of definition, and where the years before were falling or rising."
        )
    )

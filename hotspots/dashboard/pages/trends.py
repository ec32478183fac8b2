"""Is it changing, or is it noise: months with their normal range, the rolling rate, the years."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from hotspots import charts, trends
from hotspots.cities import Note
from hotspots.dashboard import cached, pieces, totals_notes
from hotspots.dashboard.frame import Chosen, heading
from hotspots.published import TotalsStudy
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
    if isinstance(study, TotalsStudy):
        published(chosen, study)
        return
    latest = trends.latest(study)
    if latest is None:
        heading(chosen, words.say("Homicides over time"))
        st.info(words.say("The period holds less than 12 whole months: too short to tell a trend."))
    else:
        heading(chosen, words.say(VERDICTS[latest.verdict], n=words.number(latest.count)))
        pieces.three_numbers(latest, words)
    table = cached.monthly(chosen.selection)
    notes = pieces.crossing(chosen)
    rules = pieces.rules(notes, words)
    months(table, rules, words)
    pieces.explained(notes, words)
    pieces.series_downloads(chosen, table, words.say("Each month, and its normal range"), rules)
    rolling(table, rules, words)
    years(chosen, words)
    method(words)


def published(chosen: Chosen, study: TotalsStudy) -> None:
    """Draw the page of a place that publishes totals: its years first, months only where they are published."""
    words = chosen.words
    latest = study.newest_year()
    if latest is None:
        heading(chosen, words.say("Homicides over time"))
        st.info(words.say("Within this period no total of twelve months is published."))
    else:
        when = words.period(latest.start.date(), latest.end.date())
        killed = words.count(
            "{n} person killed in {city}, {period}",
            "{n} people killed in {city}, {period}",
            latest.victims,
            city=chosen.city.name,
            period=when,
        )
        heading(chosen, killed)
        pieces.newest(latest, words)
    totals_notes.explain(chosen)
    notes = pieces.crossing(chosen)
    rules = pieces.rules(notes, words)
    years(chosen, words, rules, notes)
    pieces.series_downloads(chosen, trends.yearly(study), words.say("Each year"), rules)
    table = cached.monthly(chosen.selection)
    if len(table):
        first, last = table.index[0].start_time, (table.index[-1] + 1).start_time
        months(table, [rule for rule in rules if first <= rule[0] < last], words)
        if table["rate"].notna().any():
            rolling(table, rules, words)
    st.caption(words.say("Normal range: not worked out from yearly totals; they are few, and what is counted changed between them."))


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


def years(chosen: Chosen, words: Words, rules: Sequence[charts.Rule] = (), notes: Sequence[Note] = ()) -> None:
    """Draw the yearly counts."""
    table = trends.yearly(chosen.study)
    st.subheader(words.say("Each year"), anchor=False)
    alt = "; ".join(f"{year}: {words.number(n)}" for year, n in table["count"].items())
    st.vega_lite_chart(charts.yearly_counts(table, words, height=260 if rules else 200, rules=rules), width="stretch", alt=alt)
    if not table["complete"].all():
        st.caption(words.say("Lighter bars: years that the period covers only in part."))
    if notes:
        pieces.explained(list(notes), words)
    if "source" in table.columns:
        st.dataframe(totals_notes.year_table(table, words), hide_index=True, alt=words.say("The years as a table"))
        return
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

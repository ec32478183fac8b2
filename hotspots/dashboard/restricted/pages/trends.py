"""Is it changing, or is it noise: months with their normal range, the rolling rate, the years."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from hotspots.cities import Note
from hotspots.dashboard import dated_notes
from hotspots.dashboard.restricted import (
    cached,
    pieces,
    totals_notes,
    year_notes,
)
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.drawing import charts
from hotspots.inference import level_shift
from hotspots.statistics import trends
from hotspots.study.of_totals import TotalsStudy
from hotspots.words import Words, mark

WEEKS = 156  # three years
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
        if latest.person_years > 0:
            pieces.countries(words)
    table = cached.monthly(chosen.selection)
    notes = pieces.crossing(chosen)
    rules = dated_notes.rules(notes, words)
    shown = provisional(chosen, table)
    months(shown, rules, words)
    lag = pieces.lag(chosen)
    if (shown["complete"] != table["complete"]).any():
        st.caption(
            words.count(
                "Also faint: months of the last {n} day, not complete yet.",
                "Also faint: months of the last {n} days, not complete yet.",
                lag,
            )
        )
    dated_notes.explained(notes, words)
    pieces.series_downloads(chosen, table, words.say("Each month, and its normal range"), rules)
    shift(table, words)
    rolling(table, rules, words)
    so_far(chosen)
    weeks(chosen, rules)
    left, right = st.columns(2, gap="medium")
    with left:
        months_of_the_year(chosen)
    with right:
        when_in_the_week(chosen)
    years(chosen, words)
    year_notes.beside_years(chosen)
    year_notes.without_place(chosen)
    method(words)


def provisional(chosen: Chosen, table: pd.DataFrame) -> pd.DataFrame:
    """Return the monthly table with the months inside the reporting lag marked as not complete."""
    lag = pieces.lag(chosen)
    complete = (table.index + 1).start_time <= chosen.study.covers[1] - pd.Timedelta(days=lag)
    return table.assign(complete=table["complete"] & complete) if lag else table


def shift(table: pd.DataFrame, words: Words) -> None:
    """Say whether the level of the series shifted, and when."""
    found = level_shift.break_date(table.loc[table["complete"], "count"])
    st.subheader(words.say("Did the level shift?"), anchor=False)
    if found is None:
        st.markdown(words.say("Not known: it takes 36 whole months to tell."))
        return
    values = {
        "month": words.month((found.last + 1).start_time),
        "before": words.number(found.before, 1),
        "after": words.number(found.after, 1),
        "months": words.number(found.months),
    }
    if found.p <= 0.05:
        text = words.say(
            "Yes, most clearly from {month}: {before} people killed a month before, {after} from then on ({months} months). So clear "
            "a shift is seldom seen when the same months are shuffled (at most 5 times in 100).",
            **values,
        )
    else:
        text = words.say(
            "No clear shift in {months} months: one as clear as any seen here is often found when the same months are shuffled.", **values
        )
    st.markdown(text)
    st.caption(words.say("It says when, not why. A steady rise or fall also counts as a shift, and there may be more than one."))


def so_far(chosen: Chosen) -> None:
    """Draw the year so far beside the years before, and where it may end."""
    words = chosen.words
    table = trends.year_over_year(chosen.study)
    year, before = table.attrs["year"], table.attrs["years"]
    st.subheader(words.say("{year} beside the years before", year=year), anchor=False)
    last = table["this"].last_valid_index()
    alt = words.say("{n} people killed in {year} so far.", n=words.number(table["this"].max() if last else 0), year=year)
    st.vega_lite_chart(charts.year_over_year(table, words), width="stretch", alt=alt)
    if before:
        st.caption(words.say("Grey band: lowest and highest of {first}–{last}; dashed: their mean.", first=before[0], last=before[-1]))
    found = trends.year_end(chosen.study)
    if found is not None:
        st.markdown(
            words.say(
                "If the rest of {year} is to its beginning as in {first}–{last}, the year ends between **{low} and {high}** people killed. "
                "This is a range for 95 of 100 such years, not a forecast.",
                year=found.year,
                first=found.years[0],
                last=found.years[-1],
                low=words.number(found.low),
                high=words.number(found.high),
            )
        )
    with st.expander(words.say("The same as a table")):
        ends = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]
        shown = pd.DataFrame(
            {
                words.say("To the end of"): [charts.month_name(month, words) for month in range(1, 13)],
                str(year): [words.number(n) for n in table.loc[ends, "this"]],
                words.say("Lowest"): [words.number(n) for n in table.loc[ends, "low"]],
                words.say("Mean"): [words.number(n, 1) for n in table.loc[ends, "mean"]],
                words.say("Highest"): [words.number(n) for n in table.loc[ends, "high"]],
            }
        )
        st.dataframe(shown, hide_index=True, alt=words.say("The year so far as a table"))


def weeks(chosen: Chosen, rules: list[charts.Rule]) -> None:
    """Draw the last three years week by week."""
    words = chosen.words
    table = cached.weekly(chosen.selection).iloc[-WEEKS:]
    if not len(table):
        return
    st.subheader(words.say("Each week, and its normal range"), anchor=False)
    known = table.dropna(subset=["low"])
    outside = int(((known["count"] < known["low"]) | (known["count"] > known["high"])).sum())
    alt = words.say(
        "{n} people killed in {weeks} weeks; {outside} of {judged} weeks lie outside their normal range.",
        n=words.number(table["count"].sum()),
        weeks=words.number(len(table)),
        outside=words.number(outside),
        judged=words.number(len(known)),
    )
    st.vega_lite_chart(charts.weekly_counts(table, words, [one for one in rules if one[0] >= table.index[0]]), width="stretch", alt=alt)
    ends = (table.index[-1] + pd.Timedelta(days=6)).date()
    st.caption(alt + " " + words.say("Weeks of seven days, the last one to {day}; at most the last three years.", day=words.date(ends)))
    with st.expander(words.say("The same as a table")):
        shown = pd.DataFrame(
            {
                words.say("Week from"): [words.short_date(week.date()) for week in table.index],
                words.say("People killed"): table["count"].to_numpy(),
                words.say("Normal range, from"): table["low"].to_numpy(),
                words.say("Normal range, to"): table["high"].to_numpy(),
            }
        )
        st.dataframe(shown.iloc[::-1], hide_index=True, alt=words.say("The weeks as a table"))


def months_of_the_year(chosen: Chosen) -> None:
    """Draw the months of the year beside what months all alike would give."""
    words = chosen.words
    st.subheader(words.say("Months of the year"), anchor=False)
    table = trends.seasonal(chosen.study)
    n = int(table["count"].sum())
    if n < trends.LEAST or table["years"].min() < 1:
        st.caption(
            words.say("Not shown: it takes {least} homicides and every month of the year in full; here are {n}.", least=trends.LEAST, n=n)
        )
        return
    outside = int(((table["mean"] < table["low"]) | (table["mean"] > table["high"])).sum())
    alt = words.say(
        "{n} people killed: {outside} of 12 months of the year lie outside the range that months all alike would give.",
        n=words.number(n),
        outside=outside,
    )
    st.vega_lite_chart(charts.seasonal(table, words), width="stretch", alt=alt)
    st.caption(alt + " " + words.say("Bars: the mean of each month; dark lines: that range (95%). By chance one month may lie outside."))
    with st.expander(words.say("The same as a table")):
        shown = pd.DataFrame(
            {
                words.say("Month"): [charts.month_name(int(month), words) for month in table.index],
                words.say("People killed"): table["count"].to_numpy(),
                words.say("Years"): table["years"].to_numpy(),
                words.say("People killed, on average"): table["mean"].round(1).to_numpy(),
                words.say("If all months were alike (95%)"): [
                    f"{words.number(low, 1)}–{words.number(high, 1)}" for low, high in zip(table["low"], table["high"], strict=True)
                ],
            }
        )
        st.dataframe(shown, hide_index=True, alt=words.say("The months of the year as a table"))


def when_in_the_week(chosen: Chosen) -> None:
    """Draw weekdays by hours, where there are enough homicides whose hour is known."""
    st.subheader(chosen.words.say("Day of the week and hour"), anchor=False)
    pieces.weekday_hour(trends.weekday_hour(chosen.study), chosen)


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
    rules = dated_notes.rules(notes, words)
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
    st.caption(pieces.months_text(table, words))
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
        dated_notes.explained(list(notes), words)
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

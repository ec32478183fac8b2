"""The numbers that head a page, the rates beside them, and the reporting lag that they go by."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import published
from hotspots.questions.restricted import city
from hotspots.statistics import rates, trends
from hotspots.statistics.rates.references import REFERENCES
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import captions
from hotspots.words import Words

LAGS: tuple[int, ...] = (0, 3, 7, 14, 28)


def newest(latest: Study, words: Words) -> None:
    """Show the count and the rate of the latest twelve months published: worked out where residents are known, else as published."""
    one = rates.overall(latest)
    left, right = st.columns(2)
    left.metric(words.say("People killed"), words.number(latest.victims))
    left.caption(words.period(latest.start.date(), latest.end.date()))
    with right:
        if one.state == "no_data" and isinstance(latest, TotalsStudy):
            published.published_rate(latest, words)
        else:
            st.metric(words.say("Per 100,000 residents a year"), words.rate(one.value))
            st.caption(words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high)))


def three(latest: trends.Judgement, words: Words) -> None:
    """Show the count, the rate and the normal range of the last 12 months."""
    one = rates.estimate(latest.exposed, latest.person_years, together=latest.together)
    left, middle, right = st.columns(3)
    left.metric(words.say("People killed"), words.number(latest.count))
    left.caption(words.period(latest.start.date(), latest.end.date()))
    middle.metric(words.say("Per 100,000 residents a year"), words.rate(one.value))
    if one.state != "no_data":
        middle.caption(words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high)))
        if remark := captions.left_out(latest.count - latest.exposed, words):
            middle.caption(remark)
    if latest.range is None:
        right.metric(words.say("Normal range"), "–")
        right.caption(words.say("fewer than three earlier years to compare with"))
    else:
        right.metric(words.say("Normal range"), f"{words.number(latest.range.low)}–{words.number(latest.range.high)}")
        right.caption(words.say("from the years before; 95 in 100 such counts fall inside"))
    if latest.trend is not None:
        left.caption(captions.from_year_to_year(latest.trend, latest.first.year, words))


def countries(words: Words) -> None:
    """Show the rates of whole countries beside a rate, with their sources and what keeps them from being compared."""
    told = [
        words.say(
            "{place} {rate} in {year} ({source})",
            place=one.place[words.language],
            rate=words.rate(one.rate),
            year=one.year,
            source=one.source,
        )
        for one in REFERENCES
    ]
    st.caption(
        words.say("For comparison, homicides per 100,000 residents in a year: {countries}.", countries="; ".join(told))
        + " "
        + words.say(
            "What counts as a homicide differs between them and over the years, and a country is not a city: read the size, not a rank."
        )
    )


def lag_choice(chosen: Chosen) -> None:
    """Draw the choice of the reporting lag."""
    words, now = chosen.words, city.lag(chosen.selection)
    st.selectbox(
        words.say("Reporting lag"),
        sorted({*LAGS, now}),
        format_func=lambda days: words.count("{n} day", "{n} days", days),
        help=words.say("How many days before the end of the data comparisons stop: the newest days are often not complete yet."),
        **address.widget("lag", now, lambda old, new: replace(old, lag=int(new))),
    )

"""The whole city in ten seconds: three numbers with their normal range, one map, one series, and what we do not know."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes
from hotspots.dashboard.restricted import (
    address,
    cached,
    pieces,
    totals_notes,
)
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.statistics import concentration, trends, victims
from hotspots.store.schema import UNKNOWN
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.selection import Selection
from hotspots.views import captions, map_view
from hotspots.words import Words, mark

VERDICTS: dict[str, str] = {
    "within": mark("{n} people killed in {city} in the last 12 months: within the normal range"),
    "above": mark("{n} people killed in {city} in the last 12 months: more than the years before lead one to expect"),
    "below": mark("{n} people killed in {city} in the last 12 months: fewer than the years before lead one to expect"),
    "unknown": mark("{n} people killed in {city} in the last 12 months"),
}


def render(chosen: Chosen) -> None:
    """Draw the page."""
    if isinstance(chosen.study, TotalsStudy):
        published(chosen, chosen.study)
        return
    words, study = chosen.words, chosen.study
    latest = trends.latest(study)
    if latest is None:
        heading(chosen, words.count("{n} person killed", "{n} people killed", study.victims))
        st.info(words.say("The period holds less than 12 whole months: too short to tell a trend."))
    else:
        heading(chosen, words.say(VERDICTS[latest.verdict], n=words.number(latest.count), city=chosen.city.name))
        pieces.three_numbers(latest, words)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        where(chosen)
    with right:
        in_words(chosen, latest)
    series(chosen)
    unknown(chosen)
    if latest is not None and latest.person_years > 0 and not chosen.selection.where:
        pieces.countries(words)


def published(chosen: Chosen, study: TotalsStudy) -> None:
    """Draw the page of a place that publishes totals: its latest year, its map, its years."""
    words = chosen.words
    latest = study.newest_year()
    if latest is None:
        heading(chosen, totals_notes.title(chosen))
    else:
        when = words.period(latest.start.date(), latest.end.date())
        one, many = "{n} person killed in {city}, {period}", "{n} people killed in {city}, {period}"
        heading(chosen, words.count(one, many, latest.victims, city=chosen.city.name, period=when))
        pieces.newest(latest, words)
    if len(chosen.city.blocks):
        left, right = st.columns([2, 1], gap="medium")
        with left:
            selection = where(chosen)
        with right:
            st.subheader(words.say("In words"), anchor=False)
            totals_notes.explain(chosen, selection)
    else:
        pieces.no_map(words)
    notes = pieces.crossing(chosen)
    table = trends.yearly(study)
    st.subheader(words.say("Each year"), anchor=False)
    alt = "; ".join(f"{year}: {words.number(n)}" for year, n in table["count"].items())
    st.vega_lite_chart(charts.yearly_counts(table, words, height=260, rules=dated_notes.rules(notes, words)), width="stretch", alt=alt)
    dated_notes.explained(notes, words)


def where(chosen: Chosen) -> Selection:
    """Draw the map on the largest units that still show places, and return its selection."""
    words = chosen.words
    offered = units.available(chosen.city.blocks)
    unit = next((one for one in ("districts", "beats", "blocks") if one in offered), offered[-1])
    selection = totals_notes.for_map(replace(chosen.selection, unit=unit, place="", bandwidth=0))
    measure = map_view.default_measure(cached.study(selection)).key

    def to_the_place(place: str) -> None:
        address.change(lambda old: replace(old, unit=unit, place=place))

    pieces.draw_map(selection, measure, words, key="overview_map", height=430, on_click=to_the_place)
    return selection


def in_words(chosen: Chosen, latest: trends.Judgement | None) -> None:
    """Say in sentences what the numbers mean, who was killed, and with what."""
    words, study = chosen.words, chosen.study
    if not study.victims:
        st.info(words.say("No homicides match these choices. Widen the period or remove a filter."))
        return
    st.subheader(words.say("In words"), anchor=False)
    lines = [verdict(latest, words), concentrated(chosen), *(leading(chosen, name) for name in ("weapon", "sex", "age"))]
    st.markdown("\n".join(f"- {line}" for line in lines if line))
    st.markdown(words.say("Where, block by block: on the page Map. Month by month: on the page Trends."))


def verdict(latest: trends.Judgement | None, words: Words) -> str:
    """Return the judgement of the last 12 months as a sentence."""
    if latest is None or latest.range is None:
        return words.say("There are too few earlier years to say what is normal.")
    values = {"n": words.number(latest.count), "low": words.number(latest.range.low), "high": words.number(latest.range.high)}
    if latest.verdict == "within":
        return words.say("{n} in 12 months lies within the normal range of {low} to {high}: no clear change.", **values)
    if latest.verdict == "above":
        return words.say("{n} in 12 months is more than the normal range of {low} to {high}: more than chance explains.", **values)
    return words.say("{n} in 12 months is fewer than the normal range of {low} to {high}: fewer than chance explains.", **values)


def concentrated(chosen: Chosen) -> str:
    """Return how few places hold half of the homicides, with its chance figure; empty where no place is known."""
    selection = replace(chosen.selection, unit=units.default(chosen.city.blocks))
    found = cached.against_chance(selection) if cached.study(selection).has_days else None
    unit = map_view.unit_name(selection.unit, chosen.words, chosen.city.called).lower()
    return concentration.sentence(found, chosen.words, unit=unit) + "." if found else ""


def leading(chosen: Chosen, name: str) -> str:
    """Return the most frequent value of a field as a sentence, always with the unknown share; empty where the file lacks the field."""
    words, study = chosen.words, chosen.study
    if name not in study.rows.columns:
        return ""
    counts = victims.by(study, name)
    known = counts.drop(UNKNOWN)
    top = str(known.idxmax())
    return words.say(
        "{what}: {top} {share} ({n} of {total}); not known for {unknown}.",
        what=words.say({"weapon": "Weapon", "sex": "Sex of the victim", "age": "Age of the victim"}[name]),
        top=captions.value_name(name, top, words).lower(),
        share=words.percent(known.max() / study.victims),
        n=words.number(known.max()),
        total=words.number(study.victims),
        unknown=words.percent(counts[UNKNOWN] / study.victims),
    )


def series(chosen: Chosen) -> None:
    """Draw the monthly series with its normal range and the notes that cross it."""
    words = chosen.words
    table = cached.monthly(chosen.selection)
    notes = pieces.crossing(chosen)
    st.subheader(words.say("Each month, and its normal range"), anchor=False)
    total = words.say("{n} people killed in {months} months", n=words.number(table["count"].sum()), months=words.number(len(table)))
    st.vega_lite_chart(charts.monthly_counts(table, words, dated_notes.rules(notes, words)), width="stretch", alt=total)
    st.caption(pieces.months_text(table, words))
    dated_notes.explained(notes, words)


def unknown(chosen: Chosen) -> None:
    """Say what we do not know."""
    words, study, city = chosen.words, chosen.study, chosen.city
    st.subheader(words.say("What we do not know"), anchor=False)
    last = words.date((city.end - pd.Timedelta(days=1)).date())
    lines = [words.say("What happened after {day}: the data end there.", day=last)]
    nowhere = study.victims - study.inside
    if nowhere:
        text = words.say(
            "Where {n} of {total} people were killed: they are counted, and are on no map.",
            n=words.number(nowhere),
            total=words.number(study.victims),
        )
        lines.insert(0, text)
    if any(note.kind == "definition" for note in pieces.crossing(chosen)):
        lines.append(words.say("How many would have been counted under the other definition: what is counted changed within this period."))
    st.markdown("\n".join(f"- {line}" for line in lines))

"""The whole city in ten seconds: three numbers with their normal range, one map, one series, and what we do not know."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes
from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.dashboard.restricted.parts import maps, numbers, one_page, published, series
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.questions.restricted import city, concentration, when, where, who
from hotspots.statistics import trends
from hotspots.study.of_totals import TotalsStudy
from hotspots.views.series import numbered, series_of
from hotspots.words import Words


def render(chosen: Chosen) -> None:
    """Draw the page."""
    if isinstance(chosen.study, TotalsStudy):
        published_totals(chosen)
        return
    words, study = chosen.words, chosen.study
    latest = chosen.whole.ask(when.last_twelve_months, in_city=True)
    if latest is None:
        heading(chosen, words.count("{n} person killed", "{n} people killed", study.victims))
        st.info(words.say("The period holds less than 12 whole months: too short to tell a trend."))
    else:
        heading(chosen, latest.sentence(words))
        numbers.three(latest.value, words)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        largest_units(chosen)
    with right:
        in_words(chosen, latest.value if latest else None)
    months(chosen)
    unknown(chosen)
    one_page.downloads(chosen)
    if latest is not None and latest.value.person_years > 0 and not chosen.selection.where:
        numbers.countries(words)


def published_totals(chosen: Chosen) -> None:
    """Draw the page of a place that publishes totals: its latest year, its map, its years."""
    words = chosen.words
    latest = chosen.whole.ask(city.newest_year)
    if latest is None:
        heading(chosen, words.say("{city}, {period}: no total is published", city=chosen.city.name, period=chosen.period))
    else:
        heading(chosen, latest.sentence(words))
        numbers.newest(latest.value, words)
    if len(chosen.city.blocks):
        left, right = st.columns([2, 1], gap="medium")
        with left:
            on_map = largest_units(chosen)
        with right:
            st.subheader(words.say("In words"), anchor=False)
            published.explain(chosen, on_map)
    else:
        maps.no_map(words)
    notes = series.crossing(chosen)
    years = chosen.whole.ask(when.years)
    st.subheader(words.say("Each year"), anchor=False)
    drawn = charts.bars(series_of(years.value, words, dated=numbered(notes, words)), words, height=260)
    st.vega_lite_chart(drawn, width="stretch", alt=years.sentence(words))
    dated_notes.explained(notes, words)
    one_page.downloads(chosen)


def largest_units(chosen: Chosen) -> Chosen:
    """Draw the map on the largest units that still show places, and return the choices that it shows."""
    offered = units.available(chosen.city.blocks)
    unit = next((one for one in ("districts", "beats", "blocks") if one in offered), offered[-1])
    by_unit = chosen.at(unit=unit, picked="", bandwidth=0)
    on_map = replace(chosen, selection=city.for_map(by_unit.asked))

    def to_the_place(place: str) -> None:
        address.change(lambda old: maps.at_unit(replace(old, unit=unit), place))

    maps.draw(on_map, on_map.ask(where.opening), key="overview_map", height=430, on_click=to_the_place)
    return on_map


def in_words(chosen: Chosen, latest: trends.Judgement | None) -> None:
    """Say in sentences what the numbers mean, who was killed, and with what."""
    words, study = chosen.words, chosen.study
    if not study.victims:
        st.info(words.say("No homicides match these choices. Widen the period or remove a filter."))
        return
    st.subheader(words.say("In words"), anchor=False)
    leading = [chosen.whole.ask(who.most_frequent, name) for name in ("weapon", "sex", "age")]
    lines = [verdict(latest, words), concentrated(chosen), *(one.sentence(words) for one in leading if one)]
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
    usual = chosen.at(unit=units.default(chosen.city.blocks))
    found = usual.ask(concentration.against_chance) if usual.by_unit.has_days else None
    return found.sentence(chosen.words) + "." if found else ""


def months(chosen: Chosen) -> None:
    """Draw the monthly series with its normal range and the notes that cross it."""
    words, table = chosen.words, chosen.whole.ask(when.months).value
    notes = series.crossing(chosen)
    st.subheader(words.say("Each month, and its normal range"), anchor=False)
    shown = series_of(table, words, dated=numbered(notes, words))
    st.vega_lite_chart(charts.lines(shown, words), width="stretch", alt=when.months_in_brief(table, words))
    st.caption(series.months_text(table, words))
    dated_notes.explained(notes, words)


def unknown(chosen: Chosen) -> None:
    """Say what we do not know."""
    words, study = chosen.words, chosen.study
    st.subheader(words.say("What we do not know"), anchor=False)
    last = words.date((chosen.city.end - pd.Timedelta(days=1)).date())
    lines = [words.say("What happened after {day}: the data end there.", day=last)]
    nowhere = study.victims - study.inside
    if nowhere:
        text = words.say(
            "Where {n} of {total} people were killed: they are counted, and are on no map.",
            n=words.number(nowhere),
            total=words.number(study.victims),
        )
        lines.insert(0, text)
    if any(note.kind == "definition" for note in series.crossing(chosen)):
        lines.append(words.say("How many would have been counted under the other definition: what is counted changed within this period."))
    st.markdown("\n".join(f"- {line}" for line in lines))

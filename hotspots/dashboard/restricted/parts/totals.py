"""The first page of a place that publishes only totals: the long series, which number is right, a map of its own year, what is partial."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes, pictures
from hotspots.dashboard.restricted import address, frame
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import maps, numbers, one_page, panel, published, series, tables
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.questions.restricted import city, when, where
from hotspots.questions.restricted import published as questions
from hotspots.questions.restricted.published import Range
from hotspots.study import places
from hotspots.views.columns import Column, number
from hotspots.views.series import numbered, series_of
from hotspots.words import Words, mark


def draw(chosen: Chosen) -> None:
    """Draw the page."""
    words = chosen.words
    latest = chosen.whole.ask(city.newest_year)
    with st.container(key="totals"):
        if latest is None:
            heading(chosen, words.say("{city}, {period}: no total is published", city=chosen.city.name, period=chosen.period))
        else:
            heading(chosen, latest.sentence(words), dated=True)
        panel.choices_in_force(chosen)
        left, right = st.columns([1.7, 1], gap="large")
        with left:
            years(chosen)
        with right:
            if latest is not None:
                numbers.newest(latest.value, words)
            for line in published.missing(chosen):
                st.markdown(line)
            which_number(chosen)
        of_areas(chosen)
        known_in_part(chosen)
        one_page.downloads(chosen)
        frame.invitation(chosen)
        frame.close_page(chosen)


def years(chosen: Chosen) -> None:
    """Draw the long series, with the notes that cross it folded below."""
    words, notes, found = chosen.words, series.crossing(chosen), chosen.whole.ask(when.years)
    st.header(words.say("Each year"), anchor=False)
    st.caption(chosen.period)
    shown = series_of(found.value, words, dated=numbered(notes, words))
    pictures.draw(published.years_drawn(shown, words, height=380), alt=found.sentence(words))
    st.caption(published.key_of_years(found.value, words))
    series.faint_years(found.value, words)
    if notes:
        with st.expander(words.say("What the numbers stand for")):
            dated_notes.explained(notes, words)
    published.years_as_table(chosen)


def which_number(chosen: Chosen) -> None:
    """Draw the counts of each period on which sources differ as a range, and the switch of what is counted."""
    words, answer = chosen.words, chosen.whole.ask(questions.ranges)
    if not answer.value:
        return
    st.header(words.say("Which number is right?"), anchor=False)
    definitions = {"": next(iter(chosen.city.definitions), ""), **{name: name for name in list(chosen.city.definitions)[1:]}}
    if len(definitions) > 1:
        st.selectbox(
            words.say("What is counted"),
            list(definitions),
            format_func=lambda name: words.own(chosen.city.definitions[definitions[name]]),
            **address.widget("definition", _settled(chosen), lambda old, new: replace(old, definition=new)),
        )
    rows = [
        charts.NowRow(
            words.number(one.counts[0].count),
            words.period(one.days.start.date(), one.days.end.date()),
            words.count("{n} count", "{n} counts", len(one.counts)),
            one.counts[0].count,
            one.low,
            one.high,
            words.say("by what is counted") if one.high > one.low else "",
            False,
        )
        for one in answer.value
    ]
    heads = (mark("People killed"), mark("Period"), mark("By source"), mark("What is counted"))
    st.html(charts.now_rows(rows, words, heads=heads))
    tables.behind(answer.table(), _counts(chosen, answer.value), words, alt=words.say("Which number is right?"))


def _settled(chosen: Chosen) -> str:
    """Return the definition chosen; empty for the first one, whether it was named or not."""
    return "" if chosen.selection.definition == next(iter(chosen.city.definitions), "") else chosen.selection.definition


def _counts(chosen: Chosen, found: tuple[Range, ...]) -> list[Column]:
    """Return the columns of the counts: period, number, what is counted, source."""
    periods = [chosen.words.period(one.days.start.date(), one.days.end.date()) for one in found for _ in one.counts]
    defined = chosen.city.definitions

    def counted(rows: pd.DataFrame, key: str, words: Words) -> list[str]:
        return [words.own(defined[name]) if name in defined else "–" for name in rows[key]]

    return [
        Column("start", mark("Period"), lambda rows, key, words: periods),
        Column("count", mark("People killed"), number()),
        Column("table", mark("What is counted"), counted),
        Column("source", mark("Source")),
    ]


def of_areas(chosen: Chosen) -> None:
    """Draw the map of the largest areas under the period that it is of; without an outline, or a number by area, there is none."""
    words = chosen.words
    if not len(chosen.city.blocks):
        return
    offered = units.available(chosen.city.blocks)
    unit = next((one for one in ("districts", "beats", "blocks") if one in offered), offered[-1])
    by_unit = chosen.at(unit=unit, place="", bandwidth=0)
    on_map = replace(chosen, selection=city.for_map(by_unit.asked))
    study = on_map.by_unit
    shown = words.period(study.start.date(), study.end.date())
    if not published.by_area(on_map):
        for line in published.units_of(chosen, on_map):
            st.caption(line)
        return
    told = {"unit": on_map.asked.unit_word(words), "n": words.number(study.inside), "period": shown}
    st.header(words.say("{period}, by {unit}: {n} people killed", **told), anchor=False)
    outlined = places.unit_in(chosen.selection.place, unit)
    maps.draw(on_map, on_map.ask(where.opening), key="totals_map", height=430, on_click=lambda of: _choose(unit, of), place=outlined)


def _choose(unit: str, of: str) -> None:
    address.change(lambda old: replace(old, place=places.text_of(unit, of) if of else ""))


def known_in_part(chosen: Chosen) -> None:
    """Draw what is published of some areas only, each table with how many of all areas it tells of: no sum, no map."""
    words, found = chosen.words, chosen.everywhere.whole.ask(questions.partial).value
    if not found:
        return
    st.header(words.say("Known in part"), anchor=False)
    st.caption(words.say("Never added up, and on no map: the other places are unknown."))
    halves = st.columns(2, gap="large")  # in more columns no source would fit
    for at, one in enumerate(found):
        told = {"n": words.number(len(one.rows)), "of": words.number(one.of), "what": words.own(one.what)}
        period = words.period(one.days.start.date(), one.days.end.date())
        head = words.say("{n} of {of} {what}", **told)
        columns = [Column("count", mark("People killed"), number()), Column("area", mark("Place")), Column("source", mark("Source"))]
        with halves[at % 2]:
            st.markdown(f"**{head}**, {period}")
            tables.whole(one.rows, columns, words, alt=f"{head}, {period}")

"""The first page of a place that publishes only totals: the long series, beside it what the newest year says; a map under its own year."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from hotspots.dashboard import dated_notes
from hotspots.dashboard.restricted import address, frame
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.dashboard.restricted.parts import maps, numbers, panel, published, series
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.questions.restricted import city, when, where
from hotspots.study import places
from hotspots.views.series import numbered, series_of


def draw(chosen: Chosen) -> None:
    """Draw the page."""
    words = chosen.words
    latest = chosen.whole.ask(city.newest_year)
    with st.container(key="totals"):
        if latest is None:
            heading(chosen, words.say("{city}, {period}: no total is published", city=chosen.city.name, period=chosen.period))
        else:
            heading(chosen, latest.sentence(words))
        panel.chips(chosen)
        left, right = st.columns([1.7, 1], gap="large")
        with left:
            years(chosen)
        with right:
            if latest is not None:
                numbers.newest(latest.value, words)
            published.explain(chosen)
        of_areas(chosen)
        frame.invitation(chosen)
        frame.close_page(chosen)


def years(chosen: Chosen) -> None:
    """Draw the long series, with the notes that cross it folded below."""
    words, notes, found = chosen.words, series.crossing(chosen), chosen.whole.ask(when.years)
    st.subheader(words.say("Each year"), anchor=False)
    drawn = charts.bars(series_of(found.value, words, dated=numbered(notes, words)), words, height=380)
    st.vega_lite_chart(drawn, width="stretch", alt=found.sentence(words))
    if notes:
        with st.expander(words.say("What the numbers stand for")):
            dated_notes.explained(notes, words)


def of_areas(chosen: Chosen) -> None:
    """Draw the map of the largest areas under the period that it is of; without an outline there is none."""
    words = chosen.words
    if not len(chosen.city.blocks):
        maps.no_map(words)
        return
    offered = units.available(chosen.city.blocks)
    unit = next((one for one in ("districts", "beats", "blocks") if one in offered), offered[-1])
    by_unit = chosen.at(unit=unit, place="", bandwidth=0)
    on_map = replace(chosen, selection=city.for_map(by_unit.asked))
    study = on_map.by_unit
    shown = words.period(study.start.date(), study.end.date())
    st.subheader(words.say("By {unit}: {period}", unit=on_map.asked.unit_word(words), period=shown), anchor=False)
    for line in published.units_of(chosen, on_map):
        st.caption(line)
    if study.counts.notna().any() or study.held_back.any():
        outlined = places.unit_in(chosen.selection.place, unit)
        maps.draw(on_map, on_map.ask(where.opening), key="totals_map", height=430, on_click=lambda of: _choose(unit, of), place=outlined)


def _choose(unit: str, of: str) -> None:
    address.change(lambda old: replace(old, place=places.text_of(unit, of) if of else ""))

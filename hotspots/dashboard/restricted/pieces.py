"""Pieces that more than one page shows: the map, three numbers, the notes on a series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.cities import Note, logbook
from hotspots.dashboard import map_component
from hotspots.dashboard.restricted import address, cached, totals_notes
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.drawing import charts, exports, prints
from hotspots.geography import units
from hotspots.statistics import change, rates, trends
from hotspots.statistics.rates.references import REFERENCES
from hotspots.statistics.trends.profiles import WhenInWeek
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.selection import Selection
from hotspots.views import captions, map_view
from hotspots.words import Words, words_for

LAGS: tuple[int, ...] = (0, 3, 7, 14, 28)


def draw_map(
    selection: Selection, measure: str, words: Words, *, key: str, height: int, on_click: Callable[[str], None]
) -> map_view.MapView:
    """Draw the map of `measure` over a selection and return what it shows; `selection.place` is outlined if it is on the map."""
    shown = cached.map_view(selection, measure)
    if not cached.study(selection).has_outlines:
        no_outlines(words)
        return shown
    translated = map_component.spoken(words)
    map_component.show_map(
        shown,
        cached.shapes(selection.city, selection.version, selection.unit, shown),
        key=key,
        selected=selection.place if selection.place in shown.ids else None,
        height=height,
        on_click=on_click,
        words=translated,
        values=cached.values(replace(selection, place=""), measure, shown, translated),
    )
    return shown


def draw_areas(selection: Selection, shown: map_view.MapView, words: Words, *, key: str, height: int) -> None:
    """Draw a map of areas that a page marks itself (`hotspots.views.areas`): it is looked at, nothing is chosen on it."""
    translated = map_component.spoken(words)
    shapes = cached.shapes(selection.city, selection.version, shown.key, shown)
    map_component.show_map(shown, shapes, key=key, selected=None, height=height, on_click=lambda unit: None, words=translated)


def unit_choice(chosen: Chosen) -> None:
    """Draw the choice of the places that a page tells apart."""
    selection = chosen.selection
    offered = units.available(chosen.city.blocks, points=chosen.study.has_points, streets=chosen.city.segments is not None)
    offered += () if selection.unit in offered else (selection.unit,)  # a grid of another side, from the address
    st.selectbox(
        chosen.words.say("By"),
        offered,
        format_func=lambda unit: map_view.unit_name(unit, chosen.words, chosen.city.called),
        **address.widget("unit", selection.unit, lambda old, new: replace(old, unit=new, place="")),
    )


def newest(latest: Study, words: Words) -> None:
    """Show the count and the rate of the latest twelve months published: worked out where residents are known, else as published."""
    one = rates.overall(latest)
    left, right = st.columns(2)
    left.metric(words.say("People killed"), words.number(latest.victims))
    with right:
        if one.state == "no_data" and isinstance(latest, TotalsStudy):
            totals_notes.published_rate(latest, words)
        else:
            st.metric(words.say("Per 100,000 residents a year"), words.rate(one.value))
            st.caption(words.say("95% interval {low} to {high}", low=words.rate(one.low), high=words.rate(one.high)))


def three_numbers(latest: trends.Judgement, words: Words) -> None:
    """Show the count, the rate and the normal range of the last 12 months."""
    one = rates.estimate(latest.exposed, latest.person_years)
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


def weekday_hour(found: WhenInWeek, chosen: Chosen) -> None:
    """Draw weekdays by hours and the table behind them; where too few hours are known, say so."""
    words = chosen.words
    unknown = words.say(
        "Hour known for {known}, not known for {unknown}.", known=words.number(found.known), unknown=words.number(found.unknown)
    )
    if found.table is None:
        st.caption(words.say("Not shown: under {n} homicides of known hour a pattern is chance.", n=trends.LEAST) + " " + unknown)
        return
    days = [words.say(day) for day in trends.WEEKDAYS]
    alt = words.say("{n} people killed, by day of the week and hour.", n=words.number(found.known))
    st.vega_lite_chart(charts.weekday_hour(found.table, days, words), width="stretch", alt=alt)
    midnight = words.say("In some files the hour is that of the report, and midnight stands for an hour nobody knew.")
    st.caption(f"{alt} {chosen.period}. {unknown} {midnight}")
    with st.expander(words.say("The same as a table")):
        shown = found.table.set_axis(days).rename(columns=lambda hour: f"{hour:02}").rename_axis(words.say("Day")).reset_index()
        st.dataframe(shown, hide_index=True, alt=words.say("Days and hours as a table"))


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


def lag(chosen: Chosen) -> int:
    """Return the reporting lag in days: the reader's, else the one set for this dashboard."""
    return change.reporting_lag() if chosen.selection.lag is None else chosen.selection.lag


def lag_choice(chosen: Chosen) -> None:
    """Draw the choice of the reporting lag."""
    words, now = chosen.words, lag(chosen)
    st.selectbox(
        words.say("Reporting lag"),
        sorted({*LAGS, now}),
        format_func=lambda days: words.count("{n} day", "{n} days", days),
        help=words.say("How many days before the end of the data comparisons stop: the newest days are often not complete yet."),
        **address.widget("lag", now, lambda old, new: replace(old, lag=int(new))),
    )


def crossing(chosen: Chosen) -> list[Note]:
    """Return the dated events, changes of definition and interventions that fall into the period, in order of time."""
    study = chosen.study
    known = [note for note in chosen.city.notes if note.kind != "intervention"] + logged(chosen)
    return sorted((note for note in known if study.start <= note.start < study.end), key=lambda note: note.start)


def logged(chosen: Chosen) -> list[Note]:
    """Return the starts and the ends of the interventions in the city's log, as the charts draw them."""
    found = []
    for entry in logbook.read(chosen.city.slug, chosen.city.notes).entries:
        found.append(Note(entry.start, entry.name, "intervention", entry.treated))
        if entry.end is not None:
            ended = {language: words_for(language).say("end of {name}", name=text) for language, text in entry.name.items()}
            found.append(Note(entry.end, ended, "intervention", entry.treated))
    return found


def no_map(words: Words) -> None:
    """Say why there is no map: totals of the whole place, published without an outline."""
    st.info(words.say("There is no map for these data: they are totals of the whole place, and no outline of it is at hand."))


def no_outlines(words: Words) -> None:
    """Say why there is no map of areas that are known by their names alone."""
    st.info(
        words.say(
            "There is no map for these data: no outline of the areas is loaded. Lists, rates and series are by area all the same; give the "
            "outlines, with the same ids, to see them on a map."
        )
    )


def table_download(chosen: Chosen, table: Callable[[], pd.DataFrame], name: str, *, label: str = "") -> None:
    """Draw the button that gives a table of the page as a file; it is made when somebody asks for it."""
    st.download_button(
        label or chosen.words.say("Table (CSV)"),
        data=lambda: exports.csv(table()).encode("utf-8-sig"),
        file_name=exports.file_name(chosen.city, chosen.study, [], ".csv", unit=name),
        mime="text/csv",
        on_click="ignore",
        key=f"download_{name}",
    )


def series_downloads(chosen: Chosen, table: pd.DataFrame, title: str, lines: Sequence[charts.Rule]) -> None:
    """Draw the buttons that give the series shown: as a table, and as a picture with its heading, filters, number and source."""
    words, city, study = chosen.words, chosen.city, chosen.study
    stem = exports.file_name(city, study, [], "", unit=table.index.name)

    def picture() -> bytes:
        caption = captions.of_series(city, study, title, words)
        return prints.series_png(table, words=words, head=caption.head, note=caption.note, rules=lines)

    with st.container(horizontal=True):
        st.download_button(
            words.say("Series as a table (CSV)"),
            data=lambda: exports.csv(table.reset_index(names=table.index.name)).encode("utf-8-sig"),
            file_name=f"{stem}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"series_{table.index.name}.csv",
        )
        st.download_button(
            words.say("Series as a picture (PNG)"),
            data=picture,
            file_name=f"{stem}.png",
            mime="image/png",
            on_click="ignore",
            key=f"series_{table.index.name}.png",
        )


def months_text(table: pd.DataFrame, words: Words) -> str:
    """Return what the lines, bands and points of the monthly series stand for; of what is not drawn it says nothing."""
    texts = [words.say("Line: people killed each month.")]
    if table["low"].notna().any():
        texts.append(words.say("Grey band: where 95 of 100 months should fall, judging by the same months of the five years before."))
    else:
        texts.append(words.say("No normal range: there are too few years before."))
    if (~table["complete"] & table["count"].notna()).any():
        texts.append(words.say("Faint points: months that the data cover only in part."))
    return " ".join(texts)

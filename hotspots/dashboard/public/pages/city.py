"""The whole city: each year with its normal range, dated events, and the map of areas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from hotspots.dashboard import dated_notes, paper, pictures
from hotspots.dashboard.public import files, parts
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.drawing import charts
from hotspots.drawing.site import newest, sentences
from hotspots.words import mark
from hotspots.words.escape import safe_markdown

NOT_HERE: tuple[tuple[str, str], ...] = (
    (mark("The year under way by month, or as it changes"), mark("two states of one number subtracted give single deaths")),
    (mark("Smooth maps of where deaths are dense"), mark("with the method known, even such a picture gives the places back")),
    (mark("Concentration on few streets"), mark("it would need the place of each death")),
    (mark("A forecast"), mark("whole years alone do not bear one")),
)


def render(reader: Reader) -> None:
    """Draw the page."""
    words, reading = reader.words, reader.reading
    year = reading.newest
    title = sentences.title(reading, words)
    if year is None:
        heading(reader, title)
        st.info(words.say(sentences.NO_YEARS))
        return
    heading(reader, title, words.say("Figures up to {day}", day=words.date(reading.last_day.date())))
    st.markdown(sentences.judged(reading, words))
    numbers(reader, year)
    newer = newest.so_far(reading, words)
    if newer:
        st.header(words.say("The year under way"), anchor=False)
        st.markdown(safe_markdown(" ".join(newer)))
    st.header(words.say("Each year, and its normal range"), anchor=False)
    table = sentences.year_table(reading, words)
    shown = sentences.years(reading, words)
    pictures.draw(charts.bars_in_range(shown, words), alt=shown.alt)
    st.caption(sentences.chart_key(reading, words))
    dated_notes.explained(sentences.crossing(reading), words)
    with st.expander(words.say("The same as a table")):
        paper.table(table.iloc[::-1], words=reader.words, alt=title)
    series_files(reader)
    if reading.windows:
        areas(reader)
    parts.not_published(reader, NOT_HERE)


def numbers(reader: Reader, row: pd.Series) -> None:
    """Show the count, the rate and the normal range of the newest year."""
    words = reader.words
    left, middle, right = st.columns(3)
    left.metric(words.say("People killed"), sentences.number(row["count"], row["reason"], words))
    left.caption(str(row["start"].year))
    published = row["published_rate"]
    if not np.isnan(row["rate"]):
        middle.metric(words.say("Per 100,000 residents a year"), words.rate(row["rate"]))
        middle.caption(words.say("95% interval {low} to {high}", low=words.rate(row["rate_low"]), high=words.rate(row["rate_high"])))
    else:
        middle.metric(words.say("Per 100,000 residents a year"), words.rate(published))
        middle.caption(words.say("as published by the source") if not np.isnan(published) else words.say("no rate is published"))
    if np.isnan(row["high"]):
        right.metric(words.say("Normal range"), "–")
        right.caption(words.say("fewer than three years before that count the same deaths"))
    else:
        right.metric(words.say("Normal range"), f"{words.number(row['low'])}–{words.number(row['high'])}")
        right.caption(words.say("from the years before; 95 in 100 such counts fall inside"))


def series_files(reader: Reader) -> None:
    """Draw the buttons that give the years."""
    words, found = reader.words, reader.reading
    title = words.say("People killed each year in {city}", city=found.city.name)
    with st.container(horizontal=True):
        for label, suffix, kind, make in (
            (words.say("Series as a table (CSV)"), ".csv", "text/csv", lambda: files.years(found, words)),
            (words.say("Series as a picture (PNG)"), ".png", "image/png", lambda: files.series(found, words, title)),
        ):
            name = files.name(found, "years", suffix)
            st.download_button(label, data=make, file_name=name, mime=kind, on_click="ignore", key=f"years{suffix}")


def areas(reader: Reader) -> None:
    """Draw the map of the areas."""
    words = reader.words
    st.header(words.say("Area by area"), anchor=False)
    left, right = st.columns(2)
    with left:
        parts.show_choice(reader)
    with right:
        parts.window_choice(reader)
    view = parts.draw_map(reader, key="city_map", height=480)
    parts.statement(reader)
    st.caption(sentences.held_back(reader.reading, reader.window, words))
    parts.behind_the_map(reader, view, key="city")

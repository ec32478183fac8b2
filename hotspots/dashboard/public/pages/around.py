"""How are things around here? One area: its number, its rate, the rest of the city beside it, the window before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from hotspots import geography, settings
from hotspots.dashboard import paper, pictures
from hotspots.dashboard.public import address, area_search, files, parts, served
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.drawing import charts
from hotspots.drawing.site import cards, newest, sentences, whereabouts
from hotspots.release import FEWER_THAN, SHOWN
from hotspots.words import mark
from hotspots.words.escape import safe_markdown

NOT_HERE: tuple[tuple[str, str], ...] = (
    (
        mark("Months, days and hours in one area"),
        mark("with a date that can be moved, two numbers subtracted give the day and the place of a single death"),
    ),
    (mark("Streets, corners and points"), mark("they would show where somebody lived or died, and point at who still lives there")),
    (mark("Who was killed in one area, how, and whether the case was solved"), mark("with so few deaths it would describe one person")),
    (
        mark("A list of areas from the highest to the lowest, or a safety score"),
        mark("chance moves such lists more than anything else does"),
    ),
)


def render(reader: Reader) -> None:
    """Draw the page."""
    words, reading = reader.words, reader.reading
    if not reading.windows:
        heading(reader, words.say("How are things around here?"), reading.city.name)
        st.info(words.say("This release has no numbers by area. The whole place: on the next page."))
        return
    named = geography.names(reading.city.blocks)[reader.choices.area] if reader.choices.area else ""
    title = words.say("How are things in {area}?", area=named) if named else words.say("How are things around here?")
    heading(reader, title, reading.city.name, sentences.period(reader.window, words), sentences.held_back(reading, reader.window, words))
    area_search.field(reader)
    choices(reader)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        parts.show_choice(reader)
        view = parts.draw_map(reader, key="around_map", height=460)
        parts.statement(reader)
    with right:
        if reader.choices.area:
            card(reader, reader.choices.area)
        else:
            st.info(words.say("Choose an area from the list, or click it on the map."))
            whole(reader)
    parts.behind_the_map(reader, view, key="around")
    parts.not_published(reader, NOT_HERE)


def choices(reader: Reader) -> None:
    """Draw the choice of the area and of the window."""
    words, blocks = reader.words, reader.reading.city.blocks
    called = dict(sorted(((str(area), name) for area, name in geography.names(blocks).items()), key=lambda pair: parts.natural(pair[1])))
    left, right = st.columns(2)
    with left:
        st.selectbox(
            words.say("Area"),
            list(called),
            format_func=called.__getitem__,
            placeholder=words.say("Choose an area"),
            **address.widget("area", reader.choices.area or None, lambda new: {"area": new}),
        )
    with right:
        parts.window_choice(reader)


def card(reader: Reader, area: str) -> None:
    """Draw what is known of one area."""
    words, reading = reader.words, reader.reading
    row = reading.areas(reader.window).loc[area]
    where = whereabouts.known_by(reading, area, words)
    if where:
        st.markdown(safe_markdown(where))
    one, two = st.columns(2)
    one.metric(words.say("People killed"), sentences.number(row["count"], row["reason"], words))
    one.caption(sentences.period(reader.window, words))
    two.metric(words.say("Per 100,000 residents a year"), words.rate(row["rate"]))
    two.caption(beneath_the_rate(reader, row))
    if row["reason"] != SHOWN:
        st.markdown(words.say(sentences.EXPLAINED[row["reason"]]))
    st.markdown(f"**{words.say('Compared with the rest of {city}', city=safe_markdown(reading.city.name))}**")
    beside, change = reading.against_the_rest(area, reader.window), reading.change(area, reader.window)
    st.markdown(sentences.beside(beside, words))
    st.markdown(f"**{words.say('Is it changing?')}**")
    st.markdown(sentences.changed(reading, area, reader.window, words))
    if beside or change:
        st.caption(
            words.say(
                "By chance alone about 1 area in 20 looks changed or different: read such a sentence as a question, not as a verdict."
            )
        )
    recent(reader, area)
    st.download_button(
        words.say("A page about this area, to print (PDF)"),
        data=lambda: files.sheet(reading, area, words, address=settings.value("HOTSPOTS_ADDRESS")),
        file_name=files.name(reading, f"area_{area}", ".pdf"),
        mime="application/pdf",
        on_click="ignore",
        key="sheet.pdf",
    )
    elsewhere(reader, area)
    if len(reading.windows) > 1:
        st.markdown(f"**{words.say('Every window')}**")
        paper.table(windows(reader, area), words=reader.words, alt=words.say("Every window"))


def recent(reader: Reader, area: str) -> None:
    """Draw the last 12 and 36 months of an area, with its years, or say why they are not told and when its next number comes."""
    words, reading = reader.words, reader.reading
    lines, shown = newest.last_months(reading, area, words), newest.chart(reading, area, words)
    if lines:
        st.markdown(f"**{words.say('The last 12 and 36 months')}**")
        st.markdown("  \n".join(safe_markdown(line) for line in lines))
    if shown is not None:
        pictures.draw(charts.bars_in_range(shown, words, height=charts.SMALL), alt=shown.alt)
        st.caption(words.say("Each year, and in grey its normal range"))


def elsewhere(reader: Reader, area: str) -> None:
    """Give the line of HTML that shows the area's card on a page of somebody else."""
    words, folder = reader.words, served.folder(reader.reading.slug)
    with st.expander(words.say("Show this area on a page of yours")):
        st.markdown(words.say(cards.HOW))
        st.code(cards.frame(reader.reading, area, words, folder=folder), language="html", wrap_lines=True)


def beneath_the_rate(reader: Reader, row: pd.Series) -> str:
    """Return the interval of a rate, or why there is no rate."""
    words = reader.words
    if np.isnan(row["rate"]) and row["count"] >= FEWER_THAN:
        return words.say("no rate: how many people live there is not fully known")
    if np.isnan(row["rate"]):
        return words.say("no rate without a published number of 10 or more")
    text = words.say("95% interval {low} to {high}", low=words.rate(row["rate_low"]), high=words.rate(row["rate_high"]))
    return text + (" · " + words.say("10 to 19 people killed: the rate is uncertain") if row["rate_state"] == "unstable" else "")


def windows(reader: Reader, area: str) -> pd.DataFrame:
    """Return all windows of an area as a table."""
    words, reading = reader.words, reader.reading
    rows = pd.DataFrame([reading.areas(window).loc[area] for window in reversed(reading.windows)])
    return pd.DataFrame(
        {
            words.say("Window"): [sentences.period(window, words) for window in reversed(reading.windows)],
            words.say("People killed"): sentences.numbers(rows, words),
            words.say("Per 100,000 a year (95%)"): sentences.rates(rows, words),
        }
    )


def whole(reader: Reader) -> None:
    """Say how the whole city stands, where no area is chosen."""
    words, reading = reader.words, reader.reading
    count = reading.total(reader.window).count
    if not np.isnan(count):
        st.metric(words.say("People killed in {city}", city=reading.city.name), words.number(count))
        st.caption(sentences.period(reader.window, words))
    st.markdown(words.say("Areas stand in the order of the alphabet: this is no list from highest to lowest."))
    why = newest.why_not(reading, words)
    if why:
        st.markdown(f"**{words.say('The last 12 and 36 months')}**")
        st.markdown(safe_markdown(" ".join(why)))

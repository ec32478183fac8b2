"""Who is losing people: one table for each attribute, of the whole city and a whole window, always with the unknown."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard import paper, pictures
from hotspots.dashboard.public import files, parts
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.drawing import charts
from hotspots.drawing.site import sentences
from hotspots.store.schema import UNKNOWN
from hotspots.views import captions
from hotspots.words import mark

NOT_HERE: tuple[tuple[str, str], ...] = (
    (mark("Two of these at once, such as young women"), mark("the smaller the group, the closer it comes to one person")),
    (mark("Any of these by area or by year"), mark("with so few deaths it would describe one person")),
    (mark("Weekday and hour"), mark("together with the news they would tell which death is meant")),
    (mark("Names, stories, motives of single cases"), mark("they belong to the families")),
)


def render(reader: Reader) -> None:
    """Draw the page."""
    words, reading = reader.words, reader.reading
    release = reading.release
    if reading.republished or not release.attributes:
        heading(reader, words.say("Who is losing people"), reading.city.name)
        st.info(words.say(sentences.NO_FIELDS))
        parts.not_published(reader, NOT_HERE)
        return
    count = reading.total(reader.window).count
    killed = words.count("{n} person killed", "{n} people killed", count)
    heading(reader, headline(reader), reading.city.name, sentences.period(reader.window, words), killed)
    left, _ = st.columns(2)
    with left:
        parts.window_choice(reader)
    st.markdown(words.say(sentences.ONE_WAY))
    for name in release.attributes:
        attribute(reader, name, count)
    with st.container(horizontal=True):
        st.download_button(
            words.say("Table (CSV)"),
            data=lambda: files.attributes(reading, words),
            file_name=files.name(reading, "people", ".csv"),
            mime="text/csv",
            on_click="ignore",
            key="people.csv",
        )
    parts.not_published(reader, NOT_HERE)


def headline(reader: Reader) -> str:
    """Return the finding of the page: who is most of the victims, by the first attribute that tells."""
    words, total = reader.words, reader.reading.total(reader.window).count
    for name in ("age", "sex"):
        rows = reader.reading.people(name, reader.window)
        known = rows[rows["count"].notna() & (rows["value"] != UNKNOWN)]
        if len(known) and total > 0:
            top = known.loc[known["count"].idxmax()]
            return words.say(
                "{share} of the people killed: {who}",
                share=words.percent(top["count"] / total),
                who=captions.value_name(name, str(top["value"]), words).lower() + (" " + words.say("years old") if name == "age" else ""),
            )
    return words.say("Who is losing people")


def attribute(reader: Reader, name: str, total: float) -> None:
    """Draw one attribute: bars of what is shown, a sentence on the rest, the table."""
    words, rows = reader.words, reader.reading.people(name, reader.window)
    st.header(words.say(sentences.FIELDS[name]), anchor=False)
    if not rows["count"].notna().any():
        st.markdown(words.say(sentences.NO_VALUES))
        return
    names = {str(value): captions.value_name(name, str(value), words) for value in rows["value"]}
    shown = rows.set_index("value")["count"]
    texts = dict(zip(names, sentences.numbers(rows, words), strict=True))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        alt = "; ".join(f"{names[value]}: {text}" for value, text in texts.items())
        pictures.draw(charts.value_bars(shown, texts, names, words), alt=alt)
    with right:
        paper.table(table(reader, name, rows, names, total), words=reader.words, alt=words.say(sentences.FIELDS[name]))
    st.caption(sentences.rest(reader.reading, name, reader.window, words))


def table(reader: Reader, name: str, rows: pd.DataFrame, names: dict[str, str], total: float) -> pd.DataFrame:
    """Return one attribute as a table."""
    words = reader.words
    return pd.DataFrame(
        {
            words.say(sentences.FIELDS[name]): [names[str(value)] for value in rows["value"]],
            words.say("People killed"): sentences.numbers(rows, words),
            words.say("Share"): [sentences.share(n, total, words) for n in rows["count"]],
        }
    )

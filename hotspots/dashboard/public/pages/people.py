"""Who is losing people: one table for each attribute, of the whole city and a whole window, always with the unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from hotspots.dashboard.public import files, parts, sentences
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.drawing import charts
from hotspots.store.schema import UNKNOWN
from hotspots.views import captions
from hotspots.words import mark

NAMES: dict[str, str] = {
    "sex": mark("Sex of the victim"),
    "age": mark("Age of the victim"),
    "weapon": mark("Weapon"),
    "category": mark("What it came from"),
    "status": mark("Is the case solved?"),
}
NOT_HERE: tuple[tuple[str, str], ...] = (
    (mark("Two of these at once, such as young women"), mark("the smaller the group, the closer it comes to one person")),
    (mark("Any of these by area or by year"), mark("with so few deaths it would describe one person")),
    (mark("Weekday and hour"), mark("together with the news they would tell which death is meant")),
    (mark("Names, stories, motives of single cases"), mark("they belong to the families")),
)


def render(reader: Reader) -> None:
    """Draw the page."""
    words, answers = reader.words, reader.answers
    release = answers.release
    if answers.republished or not release.attributes:
        heading(reader, words.say("Who is losing people"), answers.city.name)
        st.info(words.say("This release holds no table by age, sex or weapon: the sources published none, or none could be protected."))
        parts.not_published(reader, NOT_HERE)
        return
    count = answers.total(reader.window).count
    killed = words.count("{n} person killed", "{n} people killed", count)
    heading(reader, headline(reader), answers.city.name, sentences.period(reader.window, words), killed)
    left, _ = st.columns(2)
    with left:
        parts.window_choice(reader)
    for name in release.attributes:
        attribute(reader, name, count)
    with st.container(horizontal=True):
        st.download_button(
            words.say("Table (CSV)"),
            data=lambda: files.attributes(answers),
            file_name=files.name(answers, "people", ".csv"),
            mime="text/csv",
            on_click="ignore",
            key="people.csv",
        )
    parts.not_published(reader, NOT_HERE)


def headline(reader: Reader) -> str:
    """Return the finding of the page: who is most of the victims, by the first attribute that tells."""
    words, total = reader.words, reader.answers.total(reader.window).count
    for name in ("age", "sex"):
        rows = of_window(reader, name)
        known = rows[rows["count"].notna() & (rows["value"] != UNKNOWN)]
        if len(known) and total > 0:
            top = known.loc[known["count"].idxmax()]
            return words.say(
                "{share} of the people killed: {who}",
                share=words.percent(top["count"] / total),
                who=captions.value_name(name, str(top["value"]), words).lower() + (" " + words.say("years old") if name == "age" else ""),
            )
    return words.say("Who is losing people")


def of_window(reader: Reader, name: str) -> pd.DataFrame:
    """Return the rows of one attribute in the window, the unknown last."""
    rows = reader.answers.release.attribute(name)
    rows = rows[rows["start"] == reader.window[0]]
    return pd.concat([rows[rows["value"] != UNKNOWN], rows[rows["value"] == UNKNOWN]], ignore_index=True)


def attribute(reader: Reader, name: str, total: float) -> None:
    """Draw one attribute: bars of what is shown, a sentence on the rest, the table."""
    words, rows = reader.words, of_window(reader, name)
    st.subheader(words.say(NAMES[name]), anchor=False)
    if not rows["count"].notna().any():
        st.markdown(words.say("Not published, because no number of this table could be shown without giving a smaller one away."))
        return
    names = {str(value): captions.value_name(name, str(value), words) for value in rows["value"]}
    shown = rows.set_index("value")["count"]
    texts = {
        str(value): sentences.number(n, why, words) for value, n, why in zip(rows["value"], rows["count"], rows["reason"], strict=True)
    }
    left, right = st.columns([3, 2], gap="medium")
    with left:
        alt = "; ".join(f"{names[value]}: {text}" for value, text in texts.items())
        st.vega_lite_chart(charts.value_bars(shown, texts, names, words), width="stretch", alt=alt)
    with right:
        st.dataframe(table(reader, rows, names, total), hide_index=True, width="stretch", alt=words.say(NAMES[name]))
    st.caption(rest(reader, name, rows, names, total))


def table(reader: Reader, rows: pd.DataFrame, names: dict[str, str], total: float) -> pd.DataFrame:
    """Return one attribute as a table."""
    words = reader.words
    return pd.DataFrame(
        {
            " ": [names[str(value)] for value in rows["value"]],
            words.say("People killed"): [sentences.number(n, why, words) for n, why in zip(rows["count"], rows["reason"], strict=True)],
            words.say("Share"): ["–" if np.isnan(n) or not total >= 10 else words.percent(n / total) for n in rows["count"]],
        }
    )


def rest(reader: Reader, name: str, rows: pd.DataFrame, names: dict[str, str], total: float) -> str:
    """Return what is not known, and what the numbers that are not shown add up to."""
    words = reader.words
    said = []
    unknown = rows[rows["value"] == UNKNOWN]
    if len(unknown) and not np.isnan(unknown["count"].iloc[0]) and total > 0:
        n = float(unknown["count"].iloc[0])
        text = words.say(
            "Not known for {share} ({n} of {total}).", share=words.percent(n / total), n=words.number(n), total=words.number(total)
        )
        said.append(text)
    else:
        said.append(words.say("For how many it is not known is not published on its own."))
    hidden = rows[rows["count"].isna()]
    together = reader.answers.release.together(name, reader.window[0])
    if len(hidden) and not np.isnan(together):
        who = words.join([names[str(value)] for value in hidden["value"]])
        said.append(words.say("Together, {who}: {n}.", who=who, n=words.number(together)))
    return " ".join(said)

"""The whole city: each year with its normal range, dated events, and the map of areas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from hotspots.cities import Note
from hotspots.dashboard import dated_notes
from hotspots.dashboard.public import files, parts, sentences
from hotspots.dashboard.public.frame import Reader, heading
from hotspots.drawing import charts
from hotspots.words import mark

VERDICTS: dict[str, str] = {
    "within": mark("{n} people killed in {city} in {year}: within the normal range"),
    "above": mark("{n} people killed in {city} in {year}: more than the years before lead one to expect"),
    "below": mark("{n} people killed in {city} in {year}: fewer than the years before lead one to expect"),
    "unknown": mark("{n} people killed in {city} in {year}"),
}
NOT_HERE: tuple[tuple[str, str], ...] = (
    (mark("The year that is under way"), mark("numbers still change, and two states of one number subtracted give single deaths")),
    (mark("Smooth maps of where deaths are dense"), mark("with the method known, even such a picture gives the places back")),
    (mark("Concentration on few streets"), mark("it would need the place of each death")),
    (mark("A forecast"), mark("whole years alone do not bear one")),
)


def render(reader: Reader) -> None:
    """Draw the page."""
    words, answers = reader.words, reader.answers
    year = answers.newest_year
    if year is None:
        heading(reader, answers.city.name)
        st.info(words.say("No number of the whole place is published in this release."))
        return
    row = answers.years.loc[year]
    verdict = judged(row)
    title = words.say(VERDICTS[verdict], n=words.number(row["count"]), city=answers.city.name, year=year.year)
    heading(reader, title, words.say("data to {day}", day=words.date((year + 1).start_time.date() - pd.Timedelta(days=1))))
    numbers(reader, row, year)
    notes = crossing(reader)
    st.subheader(words.say("Each year, and its normal range"), anchor=False)
    alt = "; ".join(f"{one.year}: {words.number(n)}" for one, n in answers.years["count"].items())
    st.vega_lite_chart(charts.years_in_range(answers.years, words, dated_notes.rules(notes, words)), width="stretch", alt=alt)
    st.caption(
        words.say(
            "Bars: people killed each year. Grey boxes: where 95 of 100 such years should fall, judging by the three to five years before "
            "that count the same deaths; none where what is counted changed."
        )
    )
    dated_notes.explained(notes, words)
    with st.expander(words.say("The same as a table")):
        st.dataframe(table(reader), hide_index=True, width="stretch", alt=title)
    series_files(reader)
    if answers.windows:
        areas(reader)
    parts.not_published(reader, NOT_HERE)


def judged(row: pd.Series) -> str:
    """Return where a year lies beside its normal range."""
    if np.isnan(row["high"]):
        return "unknown"
    return "below" if row["count"] < row["low"] else "above" if row["count"] > row["high"] else "within"


def numbers(reader: Reader, row: pd.Series, year: pd.Period) -> None:
    """Show the count, the rate and the normal range of the newest year."""
    words = reader.words
    left, middle, right = st.columns(3)
    left.metric(words.say("People killed"), words.number(row["count"]))
    left.caption(str(year.year))
    published = row.get("published_rate", np.nan)
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


def crossing(reader: Reader) -> list[Note]:
    """Return the dated notes that fall within the years shown."""
    years = reader.answers.years.index
    return [note for note in reader.answers.notes if years[0].start_time <= note.start < (years[-1] + 1).start_time]


def table(reader: Reader) -> pd.DataFrame:
    """Return the years as a table, newest first."""
    words, rows = reader.words, reader.answers.years.iloc[::-1]
    columns = {
        words.say("Year"): [str(year) for year in rows.index],
        words.say("People killed"): [sentences.number(n, why, words) for n, why in zip(rows["count"], rows["reason"], strict=True)],
        words.say("Per 100,000 a year (95%)"): [sentences.rate(row, words) for _, row in rows.iterrows()],
        words.say("Normal range"): [
            "–" if np.isnan(high) else f"{words.number(low)}–{words.number(high)}"
            for low, high in zip(rows["low"], rows["high"], strict=True)
        ],
    }
    if reader.answers.republished:
        columns[words.say("Rate as published")] = [words.rate(one) for one in rows["published_rate"]]
        columns[words.say("Source")] = list(rows["source"])
    return pd.DataFrame(columns)


def series_files(reader: Reader) -> None:
    """Draw the buttons that give the years."""
    words, found = reader.words, reader.answers
    title = words.say("People killed each year in {city}", city=found.city.name)
    with st.container(horizontal=True):
        for label, suffix, kind, make in (
            (words.say("Series as a table (CSV)"), ".csv", "text/csv", lambda: files.years(found)),
            (words.say("Series as a picture (PNG)"), ".png", "image/png", lambda: files.series(found, words, title)),
        ):
            name = files.name(found, "years", suffix)
            st.download_button(label, data=make, file_name=name, mime=kind, on_click="ignore", key=f"years{suffix}")


def areas(reader: Reader) -> None:
    """Draw the map of the areas."""
    words = reader.words
    st.subheader(words.say("Area by area"), anchor=False)
    left, right = st.columns(2)
    with left:
        parts.show_choice(reader)
    with right:
        parts.window_choice(reader)
    view = parts.draw_map(reader, key="city_map", height=480)
    if reader.show == "hot":
        st.caption(
            words.say(
                "More than chance explains: an area and its neighbours together have more homicides than chance gives the same number of "
                "residents, allowing for how many areas were looked at. It says where the numbers stand out, not why, and nothing of who "
                "lives there."
            )
        )
    parts.statement(reader)
    st.caption(sentences.held_back(reader.answers, reader.window, words))
    parts.behind_the_map(reader, view, key="city")

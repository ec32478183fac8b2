"""Series on a page: the notes that cross them, their files, the words below a chart, the hours of the week."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.cities import Note
from hotspots.dashboard.restricted import admission
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import clickable, tables
from hotspots.drawing import exports, prints
from hotspots.questions.restricted import interventions, when
from hotspots.statistics import trends
from hotspots.statistics.measure import why_not
from hotspots.statistics.trends.profiles import WhenInWeek
from hotspots.views import captions
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, called
from hotspots.views.series import Series
from hotspots.words import Words, mark


def crossing(chosen: Chosen) -> list[Note]:
    """Return the dated events, changes of definition and interventions that fall into the period, in order of time."""
    return interventions.crossing(chosen.whole.asked)


def months_text(table: pd.DataFrame, words: Words) -> str:
    """Return what the lines, bands and points of the monthly series stand for; of what is not drawn it says nothing."""
    texts = [words.say("Line: people killed each month.")]
    if table["low"].notna().any():
        texts.append(words.say("Grey band: where 95 of 100 months should fall, judging by the same months of the five years before."))
    else:
        texts.append(words.say(when.NO_RANGE))
    if (~table["complete"] & table["count"].notna()).any():
        texts.append(words.say("Faint points: months that the data cover only in part."))
    return " ".join(texts)


def faint_years(table: pd.DataFrame, words: Words) -> None:
    """Say below a chart of years what its faint bars are, where it has any."""
    if (~table["complete"] & table["count"].notna()).any():
        st.caption(words.say("Faint bars: years that the period covers only in part."))


def hours_of_the_week(chosen: Chosen, answer: Answer[WhenInWeek], *, brief: bool = False) -> None:
    """Draw weekdays by hours and the table behind them; where too few hours are known, say so. In `brief`, what to mind is folded away."""
    words, found = chosen.words, answer.value
    if not chosen.study.has_days:
        reason = words.say(why_not(chosen.study, "days"))
        st.caption(words.say("{what}: not available, because {reason}.", what=words.say("Day of the week and hour"), reason=reason))
        return
    shown = chosen.ask(when.cells_of_the_week).value
    unknown = words.say(
        "Hour known for {known}, not known for {unknown}.", known=words.number(found.known), unknown=words.number(found.unknown)
    )
    if shown is None:
        st.caption(words.say("Not shown: under {n} homicides of known hour a pattern is chance.", n=trends.LEAST) + " " + unknown)
        return
    alt = answer.sentence(words)
    clickable.week(chosen, shown, key="week")
    midnight = words.say("In some files the hour is that of the report, and midnight stands for an hour nobody knew.")
    st.caption(f"{alt} {chosen.period}. {unknown}" if brief else f"{alt} {chosen.period}. {unknown} {midnight}")
    if found.table is None:
        return
    columns = [Column("weekday", mark("Day"), called(dict(enumerate(trends.WEEKDAYS))))]
    columns += [Column(hour, f"{hour:02}") for hour in found.table.columns]
    tables.behind(answer.table(), columns, words, alt=words.say("Days and hours as a table"), of=answer)


def downloads(chosen: Chosen, table: pd.DataFrame, shown: Series, *, title: str, name: str) -> None:
    """Draw the buttons that give a series: as a plain table, and as a picture with its heading, filters, number and source."""
    words, city, study = chosen.words, chosen.city, chosen.study
    stem = exports.file_name(city, study, [], "", unit=name)

    def picture() -> bytes:
        caption = captions.of_series(city, study, title, words)
        return prints.series_png(shown, words=words, head=caption.head, note=caption.note)

    def rows() -> bytes:
        return exports.restricted_csv(table, city, study, words, what=title).encode("utf-8-sig")

    files = {
        ".csv": (words.say("Series as a table (CSV)"), rows, "text/csv"),
        ".png": (words.say("Series as a picture (PNG)"), picture, "image/png"),
    }
    with st.container(horizontal=True):
        for suffix, (label, made, kind) in files.items():
            admission.give(label, made, file_name=f"{stem}{suffix}", mime=kind, key=f"series_{name}{suffix}")

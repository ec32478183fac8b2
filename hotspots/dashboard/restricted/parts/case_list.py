"""The list of single homicides: its columns, the choice of its days and of the state of the case. For the restricted edition only."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.questions.restricted import cases
from hotspots.questions.restricted.cases import Cases
from hotspots.store.schema import UNKNOWN
from hotspots.views import captions
from hotspots.views.columns import Column, Form, each
from hotspots.views.single_homicides import when
from hotspots.words import Words, mark


def span_of(chosen: Chosen) -> str:
    """Return the period of the list: the one chosen, else the usual one."""
    return cases.usual_span(chosen.study, chosen.selection.span)


def span_choice(chosen: Chosen) -> None:
    """Draw the choice of the days that the list goes back."""
    words, now = chosen.words, span_of(chosen)
    st.segmented_control(
        words.say("Period"),
        cases.spans(chosen.study),
        format_func=lambda span: words.say(cases.SPANS[span]),
        **address.widget("cases_span", now, lambda old, new: replace(old, span=new or now)),
    )


def state_choice(chosen: Chosen) -> None:
    """Draw the switch that keeps the open cases alone; nothing where the file does not tell the state of a case."""
    words = chosen.words
    if "status" not in chosen.city.fields:
        return
    now = dict(chosen.selection.where).get("status") == ("open",)
    st.toggle(
        words.say("Open cases only"),
        **address.widget("open_cases", now, lambda old, new: old.with_where("status", ("open",) if new else ())),
    )


def _named(name: str) -> Form:
    def form(rows: pd.DataFrame, key: str, words: Words) -> list[object]:
        return ["–" if pd.isna(value) or value == UNKNOWN else captions.value_of_one(name, str(value), words) for value in rows[key]]

    return form


def _near(row: pd.Series, words: Words) -> str:
    """Return how many killings are near a case, and the nearest in time."""
    if pd.isna(row["near"]):
        return "–"
    if not row["near"]:
        return "0"
    days = int(row["near_days"])
    told = {"n": words.number(row["near"]), "metres": words.number(row["near_metres"])}
    if not days:
        return words.say("{n}: the same day, {metres} m", **told)
    told |= {"days": words.count("{n} day", "{n} days", abs(days))}
    return words.say("{n}: {days} later, {metres} m", **told) if days > 0 else words.say("{n}: {days} before, {metres} m", **told)


ALL_COLUMNS: tuple[Column, ...] = (
    Column("date", mark("Date"), each(lambda row, words: when(row)), width=120),
    Column("place", mark("Place"), lambda rows, key, words: [place or words.say("on no map") for place in rows[key]], width=206),
    Column("district", mark("District"), lambda rows, key, words: [name or "–" for name in rows[key]], width=140),
    Column("weapon", mark("Weapon"), _named("weapon"), width=98),
    Column("category", mark("Came from"), _named("category"), width=100),
    Column("age", mark("Age"), lambda rows, key, words: ["–" if pd.isna(age) else f"{int(age):>2}" for age in rows[key]], width=42),
    Column("sex", mark("Sex"), _named("sex"), width=58),
    Column("status", mark("Case"), _named("status"), width=58),
    Column("near", mark("Others near"), each(_near), width=82),
)


def columns(found: Cases, *, without: tuple[str, ...] = ()) -> list[Column]:
    """Return the columns of what the file tells of its cases."""
    without = (*without, "near") if "day_known" in found.table.columns else without
    return [one for one in ALL_COLUMNS if one.key in found.table.columns and one.key not in without]

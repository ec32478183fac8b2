"""The form by which an analyst writes into the log of interventions, and takes out of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from hotspots.cities import logbook, plans
from hotspots.cities.logbook import Entry, Log
from hotspots.dashboard.restricted import address, admission
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.shell import refusal
from hotspots.statistics.interventions import DESIGNS, LABELS
from hotspots.store.schema import Blocks
from hotspots.words import ToldError, Words
from hotspots.words.escape import safe_markdown


def show(chosen: Chosen, log: Log) -> None:
    """Draw the forms that add an entry, and remove one."""
    words = chosen.words
    with st.expander(words.say("Write into the log")):
        st.caption(
            words.say("Kept beside the data of this place, drawn on every chart that it crosses; every change is kept. Name no person.")
        )
        add(chosen)
        if log.entries:
            change_one(chosen, log)
            plan(chosen, log)
            remove(chosen, log)


def add(chosen: Chosen) -> None:
    """Draw the form of a new entry and write what it holds."""
    words, city = chosen.words, chosen.city
    offered = named_areas(city.blocks, words)
    with st.form("log_add", clear_on_submit=False):
        name = st.text_input(words.say("What was done"), max_chars=logbook.LONGEST_NAME)
        left, right = st.columns(2)
        start = left.date_input(words.say("First day"), value=None, min_value=city.start.date().replace(year=city.start.year - 5))
        end = right.date_input(words.say("Last day (empty: it goes on)"), value=None, min_value=city.start.date())
        treated = left.multiselect(
            words.say("Treated areas"), list(offered), format_func=offered.__getitem__, placeholder=words.say("The whole place")
        )
        comparison = right.multiselect(
            words.say("Comparison areas"), list(offered), format_func=offered.__getitem__, placeholder=words.say("None")
        )
        treated_ids = left.text_input(words.say("Treated blocks, by id"), placeholder=str(next(iter(city.blocks.index), "")))
        comparison_ids = right.text_input(words.say("Comparison blocks, by id"))
        starts = st.text_input(words.say("Areas that began on a day of their own"), placeholder="beat:C21=2024-05-01")
        note = st.text_area(words.say("Note"), max_chars=logbook.LONGEST_NOTE)
        sent = st.form_submit_button(words.say("Add to the log"))
    if not sent:
        return
    if start is None:
        st.error(words.say("Give the first day."))
        return
    entry = Entry(
        "",
        {words.language: name},
        pd.Timestamp(start),
        pd.Timestamp(end) + pd.Timedelta(days=1) if end else None,
        (*treated, *ids(treated_ids)),
        (*comparison, *ids(comparison_ids)),
        {words.language: note} if note else {},
        starts=first_days(starts),
    )
    written(chosen, entry)


def written(chosen: Chosen, entry: Entry, *, known: bool = False) -> None:
    """Write an entry and show it; or say why it was refused."""
    city = chosen.city
    try:
        write = logbook.edit if known else logbook.add
        admission.note("log", city.slug)
        new = write(city.slug, entry, blocks=city.blocks, notes=city.notes)
    except ToldError as fault:
        refusal(chosen.words, chosen.words.say("Nothing was written."), fault)
        return
    address.change(lambda old: replace(old, entry=new.id))
    st.rerun()


def change_one(chosen: Chosen, log: Log) -> None:
    """Draw the form that gives the entry shown on the page another name, other dates or another note."""
    words, city = chosen.words, chosen.city
    entry = next((one for one in log.entries if one.id == chosen.selection.entry), log.entries[0])
    with st.form("log_edit"):
        st.markdown(words.say("Change “{name}”", name=safe_markdown(words.own(entry.name))))
        name = st.text_input(words.say("What was done"), value=words.own(entry.name), max_chars=logbook.LONGEST_NAME)
        left, right = st.columns(2)
        first = city.start.date().replace(year=city.start.year - 5)
        start = left.date_input(words.say("First day"), value=entry.start.date(), min_value=min(first, entry.start.date()))
        last = None if entry.end is None else (entry.end - pd.Timedelta(days=1)).date()
        end = right.date_input(words.say("Last day (empty: it goes on)"), value=last, min_value=min(first, entry.start.date()))
        areas = [
            column.text_input(label, value=", ".join(known))
            for column, label, known in (
                (left, words.say("Treated areas"), entry.treated),
                (right, words.say("Comparison areas"), entry.comparison),
            )
        ]
        known = ", ".join(f"{area}={day.date()}" for area, day in entry.starts)
        starts = st.text_input(words.say("Areas that began on a day of their own"), value=known)
        note = st.text_area(words.say("Note"), value=entry.note.get(words.language, ""), max_chars=logbook.LONGEST_NOTE)
        sent = st.form_submit_button(words.say("Keep the change (the former wording stays in the history)"))
    if sent and start is None:
        st.error(words.say("Give the first day."))
    elif sent:
        until = pd.Timestamp(end) + pd.Timedelta(days=1) if end else None
        names, notes = ({**old, words.language: text} for old, text in ((entry.name, name), (entry.note, note)))
        new = Entry(entry.id, names, pd.Timestamp(start), until, ids(areas[0]), ids(areas[1]), notes, starts=first_days(starts))
        written(chosen, new, known=True)


def plan(chosen: Chosen, log: Log) -> None:
    """Draw the form that registers what is planned for the entry shown on the page."""
    words, city = chosen.words, chosen.city
    entry = next((one for one in log.entries if one.id == chosen.selection.entry), log.entries[0])
    with st.form("log_plan"):
        st.markdown(words.say("Register a plan for “{name}”", name=safe_markdown(words.own(entry.name))))
        text = st.text_area(words.say("What will be looked at, and when"), max_chars=plans.LONGEST_TEXT)
        labels = {"": words.say("None"), **{one: words.say(LABELS[one]) for one in DESIGNS}}
        design = st.selectbox(words.say("The way of looking that counts"), list(labels), format_func=labels.__getitem__)
        sent = st.form_submit_button(words.say("Register (it stays, with its day and its code)"))
    if not sent:
        return
    try:
        admission.note("log", city.slug)
        plans.register(city.slug, entry.id, text, design=design, notes=city.notes)
    except ToldError as fault:
        refusal(words, words.say("Nothing was written."), fault)
        return
    st.rerun()


def remove(chosen: Chosen, log: Log) -> None:
    """Draw the form that takes an entry out of the log."""
    words, city = chosen.words, chosen.city
    names = {one.id: f"{words.own(one.name)} ({one.start.year})" for one in log.entries}
    with st.form("log_remove"):
        name = st.selectbox(
            words.say("Take out of the log"), list(names), format_func=names.__getitem__, index=None, placeholder=words.say("None")
        )
        sent = st.form_submit_button(words.say("Take out (it stays in the history)"))
    if sent and name:
        try:
            logbook.remove(city.slug, name, notes=city.notes)
        except ToldError as fault:
            refusal(words, words.say("Nothing was written."), fault)
            return
        st.rerun()


def named_areas(blocks: Blocks, words: Words) -> dict[str, str]:
    """Return the districts and beats on offer, by how the log names them."""
    found: dict[str, str] = {}
    kinds: tuple[tuple[str, Any], ...] = (("district", words.say("District")), ("beat", words.say("Beat")))
    for group, text in kinds:
        column = logbook.GROUPS[group]
        if column in blocks.columns:
            names = sorted(name for name in blocks[column].dropna().unique() if name != "")
            found |= {f"{group}:{name}": f"{text} {name}" for name in names}
    return found


def first_days(text: str) -> tuple[tuple[str, pd.Timestamp], ...]:
    """Return the areas of a text with their own first days; what is no day is left out, and the log refuses an area without one.

    >>> first_days("beat:C21=2024-05-01")
    (('beat:C21', Timestamp('2024-05-01 00:00:00')),)
    """
    pairs = [part.rpartition("=") for part in ids(text)]
    return tuple((area.strip(), pd.to_datetime(day.strip(), format="%Y-%m-%d", errors="coerce")) for area, _, day in pairs)


def ids(text: str) -> tuple[str, ...]:
    """Return the block ids that a text lists, by commas, semicolons or line ends.

    >>> ids("C21-001, C21-002;C21-001")
    ('C21-001', 'C21-002')
    """
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip()))

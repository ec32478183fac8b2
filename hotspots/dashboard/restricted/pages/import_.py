"""Import: bring files, see what was understood, answer what is in doubt, publish; or serve an earlier version again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from hotspots import store
from hotspots.cities import Understood, drafts, load
from hotspots.cities.drafts import Draft
from hotspots.dashboard.restricted import address, cached
from hotspots.dashboard.restricted.parts import brought
from hotspots.dashboard.restricted.reading import Reading
from hotspots.dashboard.shell import refusal
from hotspots.drawing import exports
from hotspots.questions.restricted import imports
from hotspots.readers.asking import Question
from hotspots.study.selection import Selection
from hotspots.words import ToldError, Words
from hotspots.words.escape import safe_markdown


def render(words: Words) -> None:
    """Draw the page."""
    st.title(words.say("Bring your own data"), anchor=False)
    draft = drafts.unfinished()
    if draft is None:
        start(words)
        earlier(words)
    elif draft.version:
        published(draft, words)
        earlier(words)
    else:
        on_its_way(draft, words)


def start(words: Words) -> None:
    """Draw the form that takes the files."""
    st.markdown(
        words.say(
            "Give the files as you have them: the program works out what each column is, asks what is in doubt, and shows you all of it "
            "before anything is published. Nothing leaves this machine, and the files are deleted afterwards."
        )
    )
    with st.form(f"import_files_{address.turn('import_files')}"):
        name = st.text_input(words.say("Name of the city"), max_chars=80)
        st.caption(words.say("The name of a city that is here makes its next version."))
        incidents = st.file_uploader(
            words.say("Homicides: one row for each person killed, or with a column of counts"), accept_multiple_files=True
        )
        left, right = st.columns(2)
        blocks = left.file_uploader(words.say("Areas, if you have them: blocks, tracts or districts with their outlines"))
        residents = right.file_uploader(words.say("Residents of each area, if they are in a table of their own"))
        sent = st.form_submit_button(words.say("Read the files"), type="primary")
    if sent:
        try:
            drafts.begin(
                name,
                incidents=[(one.name, one) for one in incidents],
                blocks=(blocks.name, blocks) if blocks else None,
                population=(residents.name, residents) if residents else None,
            )
        except ToldError as fault:
            refusal(words, words.say("Nothing was read."), fault)
            return
        address.turned("import_files")  # an empty form next time, and the memory of the uploads is free
        st.rerun()


def on_its_way(draft: Draft, words: Words) -> None:
    """Draw what is being read, or what was understood of it."""
    st.subheader(safe_markdown(draft.name), anchor=False)
    reading = cached.readings().of(draft)
    if not reading.done:
        progress(reading, words)
        return
    if reading.understood is None:
        refusal(words, words.say("Nothing was published."), reading.told())
        other_ways(draft, words, again=True)
        return
    understood = reading.understood
    if understood.refusal is not None:
        refusal(words, words.say("These files cannot be published as they are."), understood.refusal)
    elif understood.city is not None:
        found = imports.totals(understood.city)
        st.markdown(f"**{imports.says(found, words)}**")
        if st.button(words.say("Publish"), type="primary", key="import_publish"):
            accept(draft, understood, words)
    questions(draft, understood, words)
    brought.sample(understood, words)
    if understood.city is not None:
        brought.city(understood, draft, words)
    other_ways(draft, words)


@st.fragment(run_every=1.0)
def progress(reading: Reading, words: Words) -> None:
    """Draw how far the reading has come, and the way to stop it."""
    if reading.done:
        st.rerun()
    with st.container(key="import_progress"):
        st.status(words.say("Reading: {step}", step=words.tell(reading.step) or "…"), state="running")
        st.caption(words.say("{seconds} seconds so far. You may leave this page; it goes on.", seconds=words.number(int(reading.seconds))))
        st.button(words.say("Stop"), on_click=reading.end, key="import_stop")


def questions(draft: Draft, understood: Understood, words: Words) -> None:
    """Draw the questions; each shows what every answer would do, and the safe one is marked."""
    if not understood.questions:
        return
    st.subheader(words.say("Questions"), anchor=False)
    if understood.blocked:
        text = words.count(
            "{n} question must be answered before anything is published.",
            "{n} questions must be answered before anything is published.",
            len(understood.blocked),
        )
        st.warning(text)
    else:
        st.caption(words.say("The safe answers are taken. Change one and read again, if you know better."))
    with st.form("import_questions"):
        given = {one.id: asked(one, words) for one in understood.questions}
        sent = st.form_submit_button(words.say("Use these answers"), type="primary" if understood.blocked else "secondary")
    if sent:
        drafts.answered(draft, {name: answer for name, answer in given.items() if answer})
        st.rerun()


def asked(question: Question, words: Words) -> str:
    """Draw one question and return its answer, empty where there is none."""
    shown = [f"**{safe_markdown(column)}**: {safe_markdown(' · '.join(values))}" for column, values in question.samples.items()]
    label = safe_markdown(words.tell(question.text))
    key = f"import_{question.id}"
    now = question.answer or question.safe
    if not question.options:
        return st.text_input(label, value=now, key=key).strip()
    names = {answer: _option(answer, question, words) for answer in question.options}
    index = list(names).index(now) if now in names else None
    answer = st.radio(label, list(names), format_func=names.__getitem__, index=index, key=key)
    if shown:
        st.caption(words.say("For example: {values}", values="; ".join(shown)))
    return answer or (now if now not in names else "")


def _option(answer: str, question: Question, words: Words) -> str:
    meaning = safe_markdown(words.tell(question.options[answer]))
    return words.say("{answer} (the safe answer)", answer=meaning) if answer == question.safe else meaning


def accept(draft: Draft, understood: Understood, words: Words) -> None:
    """Publish what is shown."""
    table = imports.left_out(understood.city.report, words) if understood.city else None
    rows = exports.csv(table).encode("utf-8-sig") if table is not None and len(table) else b""
    try:
        drafts.accept(draft, understood, left_out=rows)
    except ToldError as fault:
        refusal(words, words.say("Nothing was published."), fault)
        return
    cached.readings().forget()
    st.rerun()


def other_ways(draft: Draft, words: Words, *, again: bool = False) -> None:
    """Draw the ways out: read again, give up."""
    with st.container(horizontal=True):
        if again and st.button(words.say("Read again"), key="import_again"):
            cached.readings().forget()
            st.rerun()
        if st.button(words.say("Give up and delete the files"), key="import_give_up"):
            close(draft)


def close(draft: Draft) -> None:
    """Delete the import and show an empty page."""
    cached.readings().forget()
    drafts.give_up(draft)
    st.rerun()


def published(draft: Draft, words: Words) -> None:
    """Say what was published, what changed, and give the rejected rows."""
    city = load(draft.slug, draft.version)
    st.success(words.say("{city} is published as version {n}.", city=safe_markdown(city.name), n=draft.version))
    brought.totals(imports.totals(city), words)
    brought.changes(imports.changed(draft.slug, draft.version), words)
    if draft.left_out:
        st.markdown(words.say("Some rows were left out. This file holds them with what is wrong with each; correct them and import again."))
        st.download_button(
            words.say("Rows left out (CSV), not for publication"),
            data=draft.left_out,
            file_name=f"NOT_FOR_PUBLICATION_{draft.slug}_v{draft.version}_rows_left_out.csv",
            mime="text/csv",
            on_click="ignore",
            key="import_left_out",
        )
    with st.container(horizontal=True):
        if st.button(words.say("Open {city}", city=safe_markdown(city.name)), type="primary", key="import_open"):
            drafts.give_up(draft)
            address.change(lambda old: Selection(city=draft.slug, language=old.language))
            st.switch_page(st.Page(lambda: None, title=words.say("Overview"), url_path="", default=True))
        if st.button(words.say("Bring more files"), key="import_more"):
            close(draft)


def earlier(words: Words) -> None:
    """Draw the versions of each city that was brought in, and the one action that serves an earlier one again."""
    own = cached.own_cities()
    if not own:
        return
    st.subheader(words.say("Versions"), anchor=False)
    names = {one.slug: one.name for one in own}
    slug = (
        next(iter(names))
        if len(names) == 1
        else st.selectbox(words.say("City"), list(names), format_func=names.__getitem__, key="import_city")
    )
    table = imports.versions(slug)
    brought.versions(table, words)
    others: list[Any] = [int(number) for number in table.loc[~table["served"], "version"]]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(words.say("Version"), others, key="import_version", width=160)
        if st.button(words.say("Serve this version again"), key="import_roll_back"):
            try:
                store.rollback(slug, number)
            except ToldError as fault:
                refusal(words, words.say("Nothing was changed."), fault)
                return
            st.rerun()

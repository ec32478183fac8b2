"""Import: bring files, see what was understood, answer what is in doubt, publish; or serve an earlier version again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from hotspots import store
from hotspots.cities import Understood, drafts, load
from hotspots.cities.drafts import Draft
from hotspots.dashboard.restricted import address, admission, cached
from hotspots.dashboard.restricted.parts import asked, brought, official, uploads, waiting
from hotspots.dashboard.restricted.reading import Fetching
from hotspots.dashboard.shell import refusal
from hotspots.questions.restricted import imports
from hotspots.study.selection import Selection
from hotspots.words import ToldError, Words
from hotspots.words.escape import safe_markdown


def render(words: Words) -> None:
    """Draw the page."""
    st.title(words.say("Bring your own data"), anchor=False)
    draft = drafts.unfinished()
    fetching = cached.readings().fetching
    if fetching is not None and (not fetching.done or fetching.fault):
        waited_for(fetching, words)
    elif draft is None:
        start(words)
        fetch(words)
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
            "before anything is published. Nothing of them leaves this machine, and they are deleted once you have published or given up, "
            "or after a day."
        )
    )
    uploads.in_words(words)
    with st.form(f"import_files_{address.turn('import_files')}", enter_to_submit=False):
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


def fetch(words: Words) -> None:
    """Draw the official sources, and the button that asks the one that is chosen: before it is pressed nothing is asked."""
    source = official.choice(words)
    if source is not None and st.button(words.say("Fetch from {host}", host=safe_markdown(source.host)), key="import_fetch"):
        cached.readings().fetch(source)
        st.rerun()


def waited_for(fetching: Fetching, words: Words) -> None:
    """Draw what is being fetched, or why nothing came of it."""
    st.header(safe_markdown(fetching.source.name), anchor=False)
    if not fetching.done:
        waiting.progress(fetching, being_fetched, words, key="import")
        return
    refusal(words, words.say("Nothing was fetched."), fetching.told())
    with st.container(horizontal=True):
        again = st.button(words.say("Try again"), type="primary", key="import_fetch_again")
        back = st.button(words.say("Back"), key="import_fetch_back")
    if again or back:
        cached.readings().fetching = None
    if again:
        cached.readings().fetch(fetching.source)
    if again or back:
        st.rerun()


def on_its_way(draft: Draft, words: Words) -> None:
    """Draw what is being read, or what was understood of it."""
    st.header(safe_markdown(draft.name), anchor=False)
    if draft.fetched:
        st.markdown(safe_markdown(official.news(draft, words)))
    reading = cached.readings().of(draft)
    if not reading.done:
        waiting.progress(reading, being_read, words, key="import")
        return
    if reading.understood is None:
        refusal(words, words.say("Nothing was published."), reading.told())
        other_ways(draft, words, again=True)
        return
    what_was_understood(draft, reading.understood, words)
    other_ways(draft, words)


def what_was_understood(draft: Draft, understood: Understood, words: Words) -> None:
    """Draw what was understood of the files, with the button that publishes it and the questions."""
    if understood.refusal is not None:
        refusal(words, words.say("These files cannot be published as they are."), understood.refusal)
        if "city.toml" in str(understood.refusal):
            here = words.say(
                "Here no city.toml is needed: answer the questions below, if there are any; else correct the files and give them again."
            )
            st.caption(here)
    elif understood.city is not None:
        found = imports.totals(understood.city)
        st.markdown(f"**{imports.says(found, words)}**")
        if st.button(words.say("Publish"), type="primary", key="import_publish"):
            accept(draft, understood, words)
    if understood.questions:
        given = asked.questions(understood, words)
        if given is not None:
            drafts.answered(draft, given)
            st.rerun()
    brought.sample(understood, words)
    if understood.city is not None:
        brought.city(understood, draft, words)


def being_read(step: str, words: Words) -> str:
    """Return what is being read, as a sentence."""
    return words.say("Reading: {step}", step=step)


def being_fetched(step: str, words: Words) -> str:
    """Return what is being fetched, as a sentence."""
    return words.say("Fetching: {step}", step=step)


def accept(draft: Draft, understood: Understood, words: Words) -> None:
    """Publish what is shown."""
    table = imports.left_out(understood.city.report, words) if understood.city else None
    rows = brought.left_out_file(table, draft, words) if table is not None and len(table) else b""
    try:
        admission.note("import", draft.slug)
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
        give_up = words.say("Give up") if draft.rows_in else words.say("Give up and delete the files")
        if st.button(give_up, key="import_give_up"):
            close(draft)


def close(draft: Draft) -> None:
    """Delete the import and show an empty page."""
    cached.readings().forget()
    drafts.give_up(draft)
    st.rerun()


def published(draft: Draft, words: Words) -> None:
    """Say what was published, what changed, and give the rejected rows."""
    city = load(draft.slug, draft.version)
    if draft.unchanged:
        st.info(words.say("{city}: nothing differs from version {n}; no new one was made.", city=safe_markdown(city.name), n=draft.version))
    else:
        st.success(words.say("{city} is published as version {n}.", city=safe_markdown(city.name), n=draft.version))
    brought.totals(imports.totals(city), words)
    if not draft.unchanged:
        brought.changes(imports.changed(draft.slug, draft.version), words)
    if draft.left_out:
        st.markdown(words.say("Some rows were left out. This file holds them with what is wrong with each; correct them and import again."))
        admission.give(
            words.say("Rows left out (CSV), not for publication"),
            draft.left_out,
            file_name=f"NOT_FOR_PUBLICATION_{draft.slug}_v{draft.version}_rows_left_out.csv",
            mime="text/csv",
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
    st.header(words.say("Versions"), anchor=False)
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
                admission.note("roll back", f"{slug} {number}")
                store.rollback(slug, number)
            except ToldError as fault:
                refusal(words, words.say("Nothing was changed."), fault)
                return
            st.rerun()

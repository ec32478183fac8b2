"""The official sources of the catalogue: what each is, which host is asked, and what a fetch brought."""

from __future__ import annotations

import streamlit as st

from hotspots.cities.drafts import Draft
from hotspots.cities.sources import Source, catalogue, kept_in
from hotspots.dashboard.shell import refusal
from hotspots.words import ToldError, Words, mark
from hotspots.words.escape import safe_markdown

_LICENCE = mark("see the source page")  # what an entry says whose licence stands there


def choice(words: Words) -> Source | None:
    """Draw the sources and return the one that is chosen, described; None where none is."""
    st.header(words.say("Or fetch from an official source"), anchor=False)
    try:
        known = {one.slug: one for one in catalogue()}
    except ToldError as fault:
        refusal(words, words.say("The catalogue of official sources cannot be read."), fault)
        return None
    slug = st.selectbox(
        words.say("Official source"),
        list(known),
        index=None,
        format_func=lambda slug: known[slug].name,
        placeholder=words.say("Choose one"),
        key="import_source",
        width=420,
    )
    if slug is None:
        st.caption(words.say("Choosing one asks nobody anything; it shows what the source is and which host would be asked."))
        return None
    _described(known[slug], words)
    return known[slug]


def _described(source: Source, words: Words) -> None:
    tried = words.say("last run against the live service: {day}", day=source.tried)
    untried = words.say("nobody has run this entry against the live service yet")
    lines = [
        words.say("a homicide there: {text}", text=words.own(source.homicide)),
        words.say("licence: {licence}", licence=words.say(source.licence)),
        words.say("the source's own page: {page}", page=source.page),
        tried if source.tried else untried,
        words.say("the button asks {host} and no other host, and sends it nothing of yours", host=source.host),
    ]
    if (kept_in(source) / "raw").is_dir():
        lines.append(words.say("it was fetched before: only what is new or changed is added"))
    st.markdown("\n".join(f"- {safe_markdown(line)}" for line in lines))


def news(draft: Draft, words: Words) -> str:
    """Return what a fetch brought, as one sentence."""
    numbers = {name: words.number(n) for name, n in draft.fetched.items()}
    if not any(draft.fetched[name] for name in ("added", "changed", "gone")):
        return words.say("{source}: nothing new; {n} rows as before", source=draft.name, n=numbers["rows"])
    return words.say("{source}: {rows} rows; {added} added, {changed} changed, {gone} gone", source=draft.name, **numbers)

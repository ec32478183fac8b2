"""Publish, in two steps: see what the audit finds and the page as it will be, then publish. For the analyst."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from hotspots import release as disclosure
from hotspots import settings
from hotspots.agency import worn
from hotspots.dashboard.restricted import admission, cached
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.dashboard.shell import refusal
from hotspots.drawing import site
from hotspots.questions.restricted import Asked, releases
from hotspots.study.selection import Selection
from hotspots.views.columns import Column, each, number, percent
from hotspots.words import ToldError, Words, mark
from hotspots.words.escape import safe_markdown

PROFILES: dict[str, str] = {
    "strict": mark("Strict: areas over five years, nothing under 10"),
    "open": mark("Open: exact by area and year, for an agency that publishes single homicides anyway"),
}
INTERNAL = mark(
    "Then nothing goes out: a table of counts cannot be protected here, because small counts by area can tell of single people. Publish "
    "from single homicides, which can."
)
WINDOWS: tuple[Column, ...] = (
    Column("start", mark("Window"), each(lambda row, words: words.period(row["start"].date(), row["end"].date()))),
    Column("count", mark("People killed"), number()),
    Column("areas", mark("Areas"), number()),
    Column("known", mark("Areas with their number"), number()),
    Column("coverage", mark("In areas whose number is shown"), percent()),
)


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, slug = chosen.words, chosen.city.slug
    st.title(words.say("Publish a release of {city}", city=chosen.city.name), anchor=False)
    st.caption(words.say("The public edition shows a release and nothing else. Place, period and filters do not matter here."))
    public = chosen.city.only_totals and already_public(chosen)
    if chosen.city.only_totals and not public:
        return
    try:
        past = disclosure.releases(slug)
        profile = disclosure.TOTALS if public else profile_choice(past, words)
        asked: dict[str, Any] = {"out": len(past), "month": f"{pd.Timestamp.now():%Y-%m}", "already_public": public}
        with st.spinner(words.say("Building the release and attacking it…")):
            release, findings = newest(slug).ask(releases.examined, profile, **asked).value
    except ToldError as fault:
        refusal(words, words.say("Nothing can be released."), fault)
        return
    st.caption(words.count("{n} release of this city is out.", "{n} releases of this city are out.", len(past)))
    examined(findings, words)
    coverage(release, words)
    if findings.passed:
        preview(chosen, profile, asked)
        outlets(chosen, profile, public=public)


def newest(slug: str) -> Asked:
    """Return what questions about the newest version of a city are asked with: that one would be released, whichever is looked at."""
    return cached.asked(Selection(city=slug))


def already_public(chosen: Chosen) -> bool:
    """Return whether the totals of a city are public, as city.toml says or a person answers; what to do where not is said."""
    words, totals = chosen.words, chosen.city.totals
    if totals is None or set(totals["table"]) <= set(chosen.city.public_totals):
        return totals is not None
    said = st.radio(
        words.say("Has the source of these totals published these very numbers already?"),
        [True, False],
        index=None,
        format_func=lambda yes: words.say("Yes, each of them: pass them on as they are") if yes else words.say("No, or not all of them"),
        key="publish_already_public",
    )
    if said is False:
        st.info(words.say(INTERNAL))
    return bool(said)


def profile_choice(past: list[disclosure.Release], words: Words) -> str:
    """Draw the choice of the profile; once something is out, it is that of the releases before."""
    if past:
        profile = str(past[-1].profile.name)
        st.markdown(words.say(PROFILES[profile]))
        return profile
    return st.radio(words.say("Profile"), list(PROFILES), format_func=lambda name: words.say(PROFILES[name]), key="publish_profile")


def examined(findings: disclosure.Findings, words: Words) -> None:
    """Say what the audit found."""
    st.header(words.say("The audit"), anchor=False)
    if findings.passed:
        st.success(words.say("Nothing is given away: every hidden number stays open."))
    else:
        st.error(words.count("{n} finding: not to be published.", "{n} findings: not to be published.", len(findings.found)))
        st.markdown("\n".join(f"- {safe_markdown(words.tell(one.sentence))}" for one in findings.found[:20]))
    lines = [words.say("Hidden numbers attacked: {n}; known exactly: {pinned}.", n=findings.hidden, pinned=findings.pinned)]
    if findings.hidden and findings.narrowest < float("inf"):
        lines.append(words.say("Each is left open by at least {n}.", n=words.number(findings.narrowest)))
    st.markdown(" ".join(lines))


def coverage(release: disclosure.Release, words: Words) -> None:
    """Show the windows: how many areas have their number, and what part of the homicides lies in them."""
    if release.totals is not None:
        st.markdown(words.say("Published totals are released as they are, each with its source."))
        return
    st.header(words.say("What would be shown"), anchor=False)
    tables.draw(releases.windows(release), WINDOWS, words, alt=words.say("What would be shown"), width="stretch")
    if (release.coverage < disclosure.COVERAGE).any():
        st.warning(words.say("Less than {share} of the homicides lie in areas with a number.", share=words.percent(disclosure.COVERAGE)))


def preview(chosen: Chosen, profile: str, asked: Mapping[str, Any]) -> None:
    """Show the web page of the release as it will be; nothing is written."""
    words = chosen.words
    st.header(words.say("Step 1: look at the page as it will be"), anchor=False)
    contact = settings.value("HOTSPOTS_CONTACT")
    page = newest(chosen.city.slug).ask(releases.page, profile, **asked, language=words.language, contact=contact, agency=worn()).value
    st.iframe(page, height=700)
    st.caption(words.say("Nothing is written yet. The other language, the maps to zoom in and the files hold the same figures."))


def outlets(chosen: Chosen, profile: str, *, public: bool) -> None:
    """Draw the second step: who looked says so, and then the release is written; what is out can be taken away as one file."""
    words, slug = chosen.words, chosen.city.slug
    st.header(words.say("Step 2: publish"), anchor=False)
    st.markdown(words.say("What was published is out for good: later releases never change a number of this one."))
    st.markdown(words.say("What no audit can know, and nobody looked at:"))
    st.markdown("\n".join(f"- {words.say(line)}" for line in disclosure.NOT_KNOWN))
    who = st.text_input(words.say("Who signs the release off"), max_chars=80, key="publish_who")
    st.caption(words.say("Kept beside the list of releases, with the day and what the release was audited against; it does not go out."))
    seen = st.checkbox(words.say("I have looked at the page above and at what the audit found."), key="publish_seen")
    if st.button(words.say("Publish"), type="primary", disabled=not (seen and who.strip()), key="publish_button"):
        pages = partial(site.render, contact=settings.value("HOTSPOTS_CONTACT"), agency=worn())
        try:
            admission.note("publish", f"{slug} {profile}")
            done = disclosure.publish(slug, profile, place(slug), already_public=public, pages=pages, who=who.strip())
        except ToldError as fault:
            refusal(words, words.say("Nothing was written."), fault)
            return
        st.success(words.say("Published: {n} files. Announce this fingerprint elsewhere:", n=len(done.files)))
        st.code(done.fingerprint, language=None)
        admission.give(
            words.say("What was published, as one file (ZIP)"),
            partial(packed, place(slug)),
            file_name=f"{slug}_release.zip",
            mime="application/zip",
            key="published_zip",
        )
    if settings.release_folder() is None:
        st.caption(words.say("To write into a folder that the public edition opens, set HOTSPOTS_RELEASE."))


def place(slug: str) -> Path:
    """Return the folder that the release of a city is written to: of those that the public edition opens, else one in the store."""
    folder = settings.release_folder()
    return folder.joinpath(slug) if folder is not None else settings.store_folder().joinpath(slug, "release")


def packed(folder: Path) -> bytes:
    """Return a release that was published as one ZIP file; nothing is published by it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(f"{folder.name}/{path.name}", (1980, 1, 1, 0, 0, 0)), path.read_bytes())
    return held.getvalue()

"""Publish: build a public release, see what its audit finds, then write it or take it away. For the analyst."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import streamlit as st

from hotspots import release as disclosure
from hotspots import settings
from hotspots.dashboard.restricted import cached
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.dashboard.shell import refusal
from hotspots.questions.restricted import Asked, releases
from hotspots.study.selection import Selection
from hotspots.views.columns import Column, each, number, percent
from hotspots.words import ToldError, Words, mark
from hotspots.words.escape import safe_markdown

PROFILES: dict[str, str] = {
    "strict": mark("Strict: areas over five years, nothing under 10"),
    "open": mark("Open: exact by area and year, for an agency that publishes single homicides anyway"),
}
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
    st.caption(words.say("The public edition shows a release and nothing else. The filters and the period on the left do not matter here."))
    try:
        past = disclosure.releases(slug)
        profile = profile_choice(past, words)
        with st.spinner(words.say("Building the release and attacking it…")):
            release, findings = newest(slug).ask(releases.examined, profile, out=len(past), month=f"{pd.Timestamp.now():%Y-%m}").value
    except ToldError as fault:
        refusal(words, words.say("Nothing can be released."), fault)
        return
    st.caption(words.count("{n} release of this city is out.", "{n} releases of this city are out.", len(past)))
    examined(findings, words)
    coverage(release, words)
    if findings.passed:
        outlets(chosen, profile)


def newest(slug: str) -> Asked:
    """Return what questions about the newest version of a city are asked with: that one would be released, whichever is looked at."""
    version = next(one.version for one in cached.available() if one.slug == slug)
    return cached.asked(Selection(city=slug, version=version))


def profile_choice(past: list[disclosure.Release], words: Words) -> str:
    """Draw the choice of the profile; once something is out, it is that of the releases before."""
    if past:
        profile = str(past[-1].profile.name)
        st.markdown(words.say(PROFILES[profile]))
        return profile
    return st.radio(words.say("Profile"), list(PROFILES), format_func=lambda name: words.say(PROFILES[name]), key="publish_profile")


def examined(findings: disclosure.Findings, words: Words) -> None:
    """Say what the audit found."""
    st.subheader(words.say("The audit"), anchor=False)
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
    st.subheader(words.say("What would be shown"), anchor=False)
    tables.draw(releases.windows(release), WINDOWS, words, alt=words.say("What would be shown"), width="stretch")
    if (release.coverage < disclosure.COVERAGE).any():
        st.warning(words.say("Less than {share} of the homicides lie in areas with a number.", share=words.percent(disclosure.COVERAGE)))


def outlets(chosen: Chosen, profile: str) -> None:
    """Draw the two ways out: the folder of the releases, and a packed file."""
    words, slug = chosen.words, chosen.city.slug
    st.subheader(words.say("Publish"), anchor=False)
    st.markdown(words.say("What was published is out for good: later releases never change a number of this one."))
    folder = settings.release_folder()
    if folder is not None and st.button(words.say("Write into the folder of releases"), type="primary"):
        try:
            done = disclosure.publish(slug, profile, folder.joinpath(slug))
        except ToldError as fault:
            refusal(words, words.say("Nothing was written."), fault)
            return
        st.success(words.say("Published: {n} files. Announce this fingerprint elsewhere:", n=len(done.files)))
        st.code(done.fingerprint, language=None)
    if folder is None:
        st.caption(words.say("To write into a folder that the public edition opens, set HOTSPOTS_RELEASE."))
    st.download_button(
        words.say("Publish and take away (ZIP)"),
        data=lambda: packed(slug, profile),
        file_name=f"{slug}_release.zip",
        mime="application/zip",
        on_click="ignore",
    )


def packed(slug: str, profile: str) -> bytes:
    """Publish and return the release as one ZIP file."""
    held = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        done = disclosure.publish(slug, profile, Path(folder, slug))
        for name in done.files:
            archive.writestr(zipfile.ZipInfo(f"{slug}/{name}", (1980, 1, 1, 0, 0, 0)), Path(folder, slug, name).read_bytes())
    return held.getvalue()

"""What a map of tested hot spots says beside it: what it is compared with, what it found, and whether homicides are enough."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import address, cached
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.questions.restricted import clusters, lasting
from hotspots.questions.restricted.clusters import HotPlaces
from hotspots.statistics.clusters import CALIBRATED, Advice
from hotspots.study import CORRECTIONS
from hotspots.study.options import LEAST
from hotspots.views.columns import Column, each, percent, rounded
from hotspots.words import Words, mark

TESTED: tuple[str, ...] = ("hot_spot", "scan", "emerging")  # measures that rest on a test
BASELINE_NAMES: dict[str, str] = {
    "population": mark("Residents: each person the same chance"),
    "area": mark("Ground: each square metre the same chance"),
    "equal": mark("Places: each place the same chance"),
    "gathering": mark("Where people gather: each bar, station or market the same chance"),
}
WHY_UNTESTED: dict[str, str] = {
    "population": mark("fewer than 100 residents there and beside, or none known"),
    "area": mark("too little is known of them"),
    "equal": mark("too little is known of them"),
    "gathering": mark("no place where people gather there or beside"),
}
CAPS: tuple[int, ...] = (2, 5, 10, 25, 50)
CORRECTION_NAMES: dict[str, str] = {
    "bh": mark("Usual: at most 5 in 100 chance maps show any"),
    "by": mark("Strict: fewer false finds, more missed"),
}

OWN, BESIDE = mark("its own homicides"), mark("those beside it")


def _risk(row: pd.Series, words: Words) -> str:
    return f"{words.number(row['risk'], 1)} ({words.number(row['risk_low'], 1)}–{words.number(row['risk_high'], 1)})"


HOT: tuple[Column, ...] = (
    Column("group", mark("Hot spot")),
    Column("place", mark("Place")),
    Column("killed", mark("People killed here")),
    Column("events", mark("Events here and beside")),
    Column("expected", mark("Expected by chance"), rounded(1)),
    Column("ratio", mark("Times as many"), rounded(1)),
    Column("low", mark("from (95%)"), rounded(1)),
    Column("high", mark("to (95%)"), rounded(1)),
    Column("risk", mark("Risk here, times the city's (95%)"), each(_risk)),
    Column("own", mark("Hot by"), lambda rows, key, words: [words.say(OWN if own else BESIDE) for own in rows[key]]),
)
STANDS = Column("stands", mark("Stands"), percent())
UNTESTED: tuple[Column, ...] = (
    Column("place", mark("Place")),
    Column("killed", mark("People killed here")),
    Column("residents", mark("Residents")),
)


def controls(chosen: Chosen, key: str) -> None:
    """Draw the choice of what a tested map compares with; nothing for other maps."""
    if key not in TESTED:
        return
    words, selection, study = chosen.words, chosen.selection, chosen.by_unit
    amounts = clusters.compared_by(study)
    offered = list(amounts)
    left, right, *third = st.columns(3 if key == "hot_spot" else 2)
    left.selectbox(
        words.say("Compared with"),
        offered,
        format_func=lambda name: words.say(BASELINE_NAMES[name]),
        **address.widget("baseline", selection.baseline or offered[0], lambda old, new: replace(old, baseline=new)),
    )
    if key == "scan":
        right.selectbox(
            words.say("Largest circle"),
            sorted({*CAPS, study.cap}),
            format_func=lambda cap: words.say("{share} of the city", share=words.percent(cap / 100)),
            help=words.say("Small circles find corners, large ones whole quarters. Choose before looking: trying them all finds too much."),
            **address.widget("cap", study.cap, lambda old, new: replace(old, cap=int(new))),
        )
    else:
        right.selectbox(
            words.say("How strict"),
            CORRECTIONS,
            format_func=lambda name: words.say(CORRECTION_NAMES[name]),
            **address.widget("correction", selection.correction or "bh", lambda old, new: replace(old, correction=new)),
        )
    for place in third:
        place.selectbox(
            words.say("At least"),
            ["", *LEAST],
            format_func=lambda times: (
                words.say("{n} times the city's risk", n=words.times(float(times))) if times else words.say("Any excess")
            ),
            help=words.say("Only places whose own risk is so many times the city's with 95 in 100 certainty."),
            **address.widget("least", selection.least, lambda old, new: replace(old, least=new)),
        )
    compared = selection.baseline or offered[0]
    if compared == "gathering":
        known = words.count(
            "{n} place where people gather is known, and a large one would count as much as a small one.",
            "{n} places where people gather are known, and a large one counts as much as a small one.",
            int(amounts["gathering"]),
        )
        st.caption(known + " " + words.say("Homicides take part where one lies there or beside; residents are left out."))
    elif compared != "population":
        st.caption(
            words.say("Residents are left out of this comparison: a place can stand out only because many people live or pass there.")
        )


def findings(chosen: Chosen, key: str) -> None:
    """Say what the tested map found: enough homicides or not, which places, and how many false ones to expect."""
    if key != "hot_spot":
        return
    words, answer = chosen.words, chosen.ask(clusters.hot_places)
    found = answer.value
    for warning in answer.warnings:
        too_few(found.advice, warning, words)
    if found.places is not None:
        st.markdown(f"**{answer.sentence(words)}** " + words.say(CALIBRATED, expected=words.rate(found.calibration.expected)))
        listed(chosen, found, found.places)
        untested(found, words)


def too_few(advice: Advice, warning: str, words: Words) -> None:
    """Say that homicides are too few to rank places, and offer the longer period where that would do."""
    start = words.date(advice.start.date()) if advice.start is not None else ""
    st.warning(words.begins(words.say(warning, years=advice.years, start=start)) + ".")
    st.caption(
        words.say(
            "{n} events in this period. With that many, an ordinary place with twenty times the risk of the others would be found {power} "
            "of the time; at least 30 events and half of the time are asked for.",
            n=words.number(advice.events),
            power=words.percent(advice.power),
        )
    )
    if advice.start is not None and advice.end is not None:
        first, last = advice.start.date(), advice.end.date()
        st.button(
            words.say("Take {period} instead", period=words.period(first, last)),
            on_click=address.change,
            args=(lambda old: replace(old, start=first, end=last),),
        )


def listed(chosen: Chosen, found: HotPlaces, places: pd.DataFrame) -> None:
    """Draw the list of the hot places by name, and how often each would stand once that is worked out."""
    words = chosen.words
    if places.empty:
        return
    stands = lasting.known(chosen.asked)
    beside = () if stands is None else (STANDS,)
    places = places if stands is None else places.join(stands.value)
    there = [one for one in HOT if one.key in places.columns]
    columns = (*there[:2], Column("beats", mark("Beats it reaches into")), *there[2:]) if "beats" in places.columns else there
    if found.own is not None and found.own < len(places):
        st.markdown(
            words.count(
                "{n} of {all} places is hot by its own homicides, the others only through those beside them.",
                "{n} of {all} places are hot by their own homicides, the others only through those beside them.",
                found.own,
                all=words.number(len(places)),
            )
        )
    alt = words.say("The places that are hot, with their numbers")
    tables.fitting(places, columns, words, alt=alt, lead=("group", "place", "killed", "events", "expected", "risk", "own"), beside=beside)
    if stands is None:
        work = cached.working().of(lasting.key(chosen.asked), lambda: lasting.work(chosen.asked))
        if not work.done():
            waiting(work, words)
    else:
        st.caption(stands.sentence(words))
    st.caption(
        words.say(
            "The number is that of the outline on the map. People killed together are one event. The interval is exact, for one place "
            "looked at by itself; places picked because they are high lie rather at its lower end. The risk here is drawn towards those "
            "around and to the city's, so it may be read as it is."
        )
    )


@st.fragment(run_every=1.0)
def waiting(work: Future[None], words: Words) -> None:
    """Say that how long the flags last is being worked out, and draw the page anew when it is."""
    if work.done():
        st.rerun()
    st.caption(words.say("How often each would stand with a few records late or one block off is being worked out …"))


def untested(found: HotPlaces, words: Words) -> None:
    """Say which places could not be tested, apart from those that were."""
    aside = found.untested
    if aside is None or aside.empty:
        return
    why = words.say(WHY_UNTESTED[found.calibration.baseline])
    st.caption(
        words.count(
            "Insufficient data in {n} place ({why}), where {killed} were killed: not tested.",
            "Insufficient data in {n} places ({why}), where {killed} were killed: not tested.",
            len(aside),
            why=why,
            killed=words.number(found.untested_killed),
        )
    )
    with st.expander(words.say("The places not tested, by name")):
        tables.draw(aside, UNTESTED, words, alt=words.say("The places not tested, by name"))

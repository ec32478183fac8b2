"""What a map of tested hot spots says beside it: what it is compared with, what it found, and whether homicides are enough."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard.restricted import address, cached
from hotspots.statistics import clusters
from hotspots.study import BASELINES, CORRECTIONS, Study
from hotspots.study.selection import Selection
from hotspots.words import Words, mark

TESTED: tuple[str, ...] = ("hot_spot", "scan", "emerging")  # measures that rest on a test
BASELINE_NAMES: dict[str, str] = {
    "population": mark("Residents: each person the same chance"),
    "area": mark("Ground: each square metre the same chance"),
    "equal": mark("Places: each place the same chance"),
}
CAPS: tuple[int, ...] = (2, 5, 10, 25, 50)
CORRECTION_NAMES: dict[str, str] = {
    "bh": mark("Usual: at most 5 in 100 chance maps show any"),
    "by": mark("Strict: fewer false finds, more missed"),
}


def controls(selection: Selection, key: str, words: Words) -> None:
    """Draw the choice of what a tested map compares with; nothing for other maps."""
    if key not in TESTED:
        return
    study = cached.study(selection)
    offered = [name for name in BASELINES if name != "population" or study.population > 0]
    left, right = st.columns(2)
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
    if (selection.baseline or offered[0]) != "population":
        st.caption(
            words.say("Residents are left out of this comparison: a place can stand out only because many people live or pass there.")
        )


def findings(selection: Selection, key: str, words: Words) -> None:
    """Say what the tested map found: enough homicides or not, which places, and how many false ones to expect."""
    if key != "hot_spot":
        return
    advice, calibration = cached.evidence(selection)
    study = cached.study(selection)
    if not advice.enough:
        too_few(advice, words)
    if advice.enough or advice.reason == "widen":
        found = cached.hot_places(selection)
        st.markdown(f"**{sentence(found, study, words)}** " + words.say(clusters.CALIBRATED, expected=words.rate(calibration.expected)))
        listed(found, study, words)
        untested(study, calibration, words)


def too_few(advice: clusters.Advice, words: Words) -> None:
    """Say that homicides are too few to rank places, and offer the longer period where that would do."""
    start = words.date(advice.start.date()) if advice.start is not None else ""
    st.warning(words.say(clusters.ADVICE[advice.reason], years=advice.years, start=start).capitalize() + ".")
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


def sentence(found: pd.DataFrame, study: Study, words: Words) -> str:
    """Return what was found as a sentence."""
    period = words.period(study.start.date(), study.end.date())
    if found.empty:
        return words.say("In {period}, no place had more homicides than chance explains.", period=period)
    return words.count(
        "In {period}, {n} place, with those beside it, had more homicides than chance explains: one hot spot.",
        "In {period}, {n} places, with those beside them, had more homicides than chance explains: they form {groups} hot spots.",
        len(found),
        period=period,
        groups=words.number(found["group"].max()),
    )


def listed(found: pd.DataFrame, study: Study, words: Words) -> None:
    """Draw the list of the hot places by name."""
    if found.empty:
        return
    shown = pd.DataFrame(
        {
            words.say("Hot spot"): found["group"],
            words.say("Place"): geography.names(study.blocks).loc[found.index],
            words.say("People killed here"): found["killed"],
            words.say("Events here and beside"): found["events"],
            words.say("Expected by chance"): found["expected"].round(1),
            words.say("Times as many"): found["ratio"].round(1),
            words.say("from (95%)"): found["low"].round(1),
            words.say("to (95%)"): found["high"].round(1),
        }
    )
    st.dataframe(
        shown, hide_index=True, height=min(38 + 35 * len(shown), 320), alt=words.say("The places that are hot, with their numbers")
    )
    st.caption(
        words.say(
            "The number is that of the outline on the map. People killed together are one event. The interval is exact, for one place "
            "looked at by itself; places picked because they are high lie rather at its lower end."
        )
    )


def untested(study: Study, calibration: clusters.Calibration, words: Words) -> None:
    """Say which places could not be tested, apart from those that were."""
    aside = clusters.hot_spot(study).isna()
    if not aside.any():
        return
    killed = int(study.counts[aside].sum())
    why = (
        words.say("fewer than 100 residents there and beside, or none known")
        if calibration.baseline == "population"
        else words.say("too little is known of them")
    )
    st.caption(
        words.count(
            "Insufficient data in {n} place ({why}), where {killed} were killed: not tested.",
            "Insufficient data in {n} places ({why}), where {killed} were killed: not tested.",
            int(aside.sum()),
            why=why,
            killed=words.number(killed),
        )
    )
    with st.expander(words.say("The places not tested, by name")):
        shown = pd.DataFrame(
            {
                words.say("Place"): geography.names(study.blocks)[aside],
                words.say("People killed here"): study.counts[aside],
                words.say("Residents"): study.residents[aside],
            }
        ).sort_values([words.say("People killed here"), words.say("Place")], ascending=[False, True])
        st.dataframe(shown, hide_index=True, alt=words.say("The places not tested, by name"))

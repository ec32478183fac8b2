"""Where, and when, homicides lie closer together than chance explains: the two scans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard.restricted import (
    address,
    cached,
    hot_places,
    pieces,
)
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.geography import units
from hotspots.statistics import clusters
from hotspots.statistics.clusters import LEVEL, Scan
from hotspots.statistics.measure import why_not
from hotspots.views import data_tables
from hotspots.words import Words
from hotspots.words.escape import safe_markdown

HEIGHT = 480
SENTENCES = 3  # of the strongest; the rest is in the table


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, cached.study(chosen.selection)
    lacking = next((need for need, there in (("points", study.has_points), ("outlines", study.has_outlines)) if not there), "")
    if lacking or not study.inside:
        heading(chosen, words.say("Where and when homicides cluster"))
        reason = (
            words.say("{what}: not available, because {reason}.", what=words.say("Clusters"), reason=words.say(why_not(study, lacking)))
            if lacking
            else words.say("No homicides with a place match these choices. Widen the period or remove a filter.")
        )
        st.info(reason)
        return
    head = st.empty()  # the finding takes a moment: until then the page stands with its choices
    with head.container():
        heading(chosen, words.say("Where and when homicides cluster"))
    pieces.unit_choice(chosen)
    hot_places.controls(chosen.selection, "scan", words)
    with st.spinner(words.say("Comparing with a thousand shuffled maps…"), show_time=True):
        found = cached.circular_scan(chosen.selection)
    with head.container():
        heading(chosen, title(found, words))
    in_space(chosen, found)
    st.subheader(words.say("Bursts: close in place and close in time"), anchor=False)
    with st.spinner(words.say("Comparing with shuffled days…"), show_time=True):
        bursts = {anytime: cached.space_time_scan(chosen.selection, anytime) for anytime in (True, False)}
    in_time(chosen, bursts)
    limits(words)


def title(found: Scan, words: Words) -> str:
    """Return the finding that heads the page."""
    n = len(found.significant)
    if not n:
        return words.say("No circle holds more homicides than chance explains")
    return words.count("One circle holds more homicides than chance explains", "{n} circles hold more homicides than chance explains", n)


def in_space(chosen: Chosen, found: Scan) -> None:
    """Draw the map of the circles, the sentence of the strongest and the table of all."""
    words = chosen.words
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        pieces.draw_map(
            replace(chosen.selection, place=""),
            "scan",
            words,
            key="scan_map",
            height=HEIGHT,
            on_click=lambda unit: address.change(lambda old: replace(old, place=unit)),
        )
    with right:
        st.subheader(words.say("Circles, over the whole period"), anchor=False)
        shown = found.significant.head(SENTENCES) if len(found.significant) else found.table.head(1)
        for _, row in shown.iterrows():
            st.markdown(("- " if len(shown) > 1 else "") + circle_sentence(chosen, row, found))
        st.caption(
            words.say(
                "Every circle around the middle of a place was looked at, up to {cap} of the city: larger ones say only that one half of "
                "the city differs from the other. {n} shuffles.",
                cap=words.percent(found.cap),
                n=words.number(found.simulations),
            )
        )
    table(circles_table(chosen, found), words, alt=words.say("The circles, strongest first"))
    pieces.table_download(chosen, lambda: data_tables.scan(found, cached.study(chosen.selection)), f"{chosen.selection.unit}_circles")


def circle_sentence(chosen: Chosen, row: pd.Series, found: Scan) -> str:
    """Return a circle as a sentence; one that holds a single place is no circle to a reader."""
    words = chosen.words
    centre = safe_markdown(place_name(chosen, str(row["centre"])))
    if row["units"] == 1:
        return words.say(
            "In {centre} alone there were {observed} events; {expected} would be expected. Chance alone gives a place this strong in {p}.",
            **told(row, found, words),
            centre=centre,
        )
    return words.say(
        "Within {radius} m of {centre} there were {observed} events in {units} places; {expected} would be expected. Chance "
        "alone gives a circle this strong in {p}.",
        **told(row, found, words),
        centre=centre,
        units=words.number(row["units"]),
    )


def told(row: pd.Series, found: Scan, words: Words) -> dict[str, str]:
    """Return the numbers of a cluster as text."""
    return {
        "radius": words.number(max(float(row["radius"]), 1.0)),
        "observed": words.number(row["observed"]),
        "expected": words.number(row["expected"], 1 if row["expected"] >= 0.1 else 2),
        "p": out_of(float(row["p"]), found, words),
    }


def table(rows: pd.DataFrame, words: Words, *, alt: str) -> None:
    """Draw a table with as many decimals in all rows of a column."""
    decimals = {words.say("Expected by chance"): "%.2f"} | dict.fromkeys(
        map(words.say, ("Times as many", "from (95%)", "to (95%)")), "%.1f"
    )
    st.dataframe(
        rows,
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format=text) for name, text in decimals.items()},
        alt=alt,
    )


def out_of(p: float, found: Scan, words: Words) -> str:
    """Return p as so many of all shuffles."""
    return words.say("{n} of {all} shuffles", n=words.number(round(p * (found.simulations + 1))), all=words.number(found.simulations + 1))


def place_name(chosen: Chosen, unit: str) -> str:
    """Return the name of a unit, or its id where it has none."""
    return str(geography.names(cached.study(chosen.selection).blocks).get(unit, unit))


def place_at(chosen: Chosen, x: float, y: float) -> str:
    """Return the name of the unit that a place lies in."""
    blocks = cached.study(chosen.selection).blocks
    at = int(units.locate(np.array([x]), np.array([y]), blocks)[0])
    return place_name(chosen, str(blocks.index[at])) if at >= 0 else "–"


def circles_table(chosen: Chosen, found: Scan) -> pd.DataFrame:
    """Return the table of the circles that chance does not explain, or of the strongest one where there is none."""
    words = chosen.words
    rows = found.significant if len(found.significant) else found.table.head(1)
    return pd.DataFrame(
        {
            words.say("Number"): [words.number(n) if row["p"] <= LEVEL else "–" for n, row in rows.iterrows()],
            words.say("Around"): [place_name(chosen, str(unit)) for unit in rows["centre"]],
            words.say("Radius, m"): [
                words.number(radius) if n > 1 else "–" for radius, n in zip(rows["radius"], rows["units"], strict=True)
            ],
            words.say("Places"): rows["units"],
            **numbers(rows, found, words),
        }
    )


def numbers(rows: pd.DataFrame, found: Scan, words: Words) -> dict[str, object]:
    """Return the columns that both tables share."""
    return {
        words.say("Events"): rows["observed"],
        words.say("Expected by chance"): rows["expected"].round(2),
        words.say("Times as many"): rows["ratio"].round(1),
        words.say("from (95%)"): rows["ratio_low"].round(1),
        words.say("to (95%)"): rows["ratio_high"].round(1),
        words.say("By chance alone in"): [
            words.say("{n} of {all}", n=words.number(round(p * (found.simulations + 1))), all=words.number(found.simulations + 1))
            for p in rows["p"]
        ],
    }


def in_time(chosen: Chosen, bursts: dict[bool, Scan]) -> None:
    """Say where and when events came in bursts, and whether one is going on."""
    words, study = chosen.words, cached.study(chosen.selection)
    ever, now = bursts[True], bursts[False]
    last = words.date((study.end - pd.Timedelta(days=1)).date())
    if len(now.significant):
        st.markdown(
            words.say("**Going on at the end of the period ({day}):**", day=last) + " " + burst_sentence(chosen, now.table.iloc[0], now)
        )
    else:
        st.markdown(words.say("On the last day of the period ({day}) no burst was going on that chance does not explain.", day=last))
    rows = ever.significant
    if not len(rows):
        st.markdown(words.say("At no time in the period were events closer together, in place and time, than shuffled days explain."))
    for _, row in rows.head(SENTENCES).iterrows():
        st.markdown("- " + burst_sentence(chosen, row, ever))
    if len(rows):
        table(bursts_table(chosen, rows, ever), words, alt=words.say("The bursts, strongest first"))
    pieces.table_download(chosen, lambda: data_tables.scan(ever, study), "bursts")
    st.caption(
        words.say(
            "No population is needed: the days of the {n} events were shuffled among their places {draws} times. Circles up to {radius} m, "
            "spans up to {days} days. What lasts longer is on the map above.",
            n=words.number(ever.n),
            draws=words.number(ever.simulations),
            radius=words.number(clusters.RADIUS),
            days=words.number(clusters.DAYS),
        )
    )


def burst_sentence(chosen: Chosen, row: pd.Series, found: Scan) -> str:
    """Return a burst as a sentence."""
    words = chosen.words
    return words.say(
        "Between {first} and {last} there were {observed} events within {radius} m of {centre}; {expected} would be expected. "
        "Chance alone gives a burst this strong in {p}.",
        **told(row, found, words),
        centre=safe_markdown(place_at(chosen, float(row["x"]), float(row["y"]))),
        first=words.date(row["start"].date()),
        last=words.date((row["end"] - pd.Timedelta(days=1)).date()),
    )


def bursts_table(chosen: Chosen, rows: pd.DataFrame, found: Scan) -> pd.DataFrame:
    """Return the table of the bursts."""
    words = chosen.words
    return pd.DataFrame(
        {
            words.say("Around"): [place_at(chosen, x, y) for x, y in zip(rows["x"], rows["y"], strict=True)],
            words.say("First day"): [words.short_date(day.date()) for day in rows["start"]],
            words.say("Last day"): [words.short_date((day - pd.Timedelta(days=1)).date()) for day in rows["end"]],
            words.say("Radius, m"): rows["radius"].round().astype(int),
            **numbers(rows, found, words),
        }
    )


def limits(words: Words) -> None:
    """Say what the page does not say."""
    st.subheader(words.say("What this does not say"), anchor=False)
    lines = [
        words.say("Where exactly a cluster ends: a circle is a rough shape, and a neighbouring street may belong to it or not."),
        words.say("How much higher the risk is: a circle picked because it is the strongest looks stronger than it is."),
        words.say("Why: residents say little of a market or a terminal, and bursts can come from chance in how deaths were recorded."),
        words.say("Anything about who lives there, or about what comes next."),
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))

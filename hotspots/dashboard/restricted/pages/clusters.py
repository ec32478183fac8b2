"""Where, and when, homicides lie closer together than chance explains: the two scans."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import maps, tables, tested, waiting
from hotspots.questions.restricted import clusters
from hotspots.statistics.clusters import DAYS, FEWEST_EVENTS, LEVEL, RADIUS, Scan
from hotspots.statistics.measure import why_not
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, day, each, rounded
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

HEIGHT = 480
LEAD = ("observed", "expected", "ratio", "p")  # the columns that both tables begin with, after the place
SENTENCES = 1  # of the strongest; the table has them all


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.everywhere.by_unit
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
    maps.unit_choice(chosen)
    tested.controls(chosen, "scan")
    with st.spinner(words.say("Comparing with a thousand shuffled maps…"), show_time=True):
        found = chosen.ask(clusters.circles)
    with head.container():
        heading(chosen, found.sentence(words))
    in_space(chosen, found)
    st.header(words.say("Bursts: close in place and close in time"), anchor=False)
    wanted = [dict(anytime=anytime, radius=RADIUS, days=DAYS, simulations=clusters.SHUFFLES, seed=0) for anytime in (True, False)]
    if waiting.ready(chosen, *((clusters.space_time, one) for one in wanted)):
        with st.spinner(words.say("Comparing with shuffled days…"), show_time=True):
            ever, now = (chosen.ask(clusters.bursts, anytime=anytime) for anytime in (True, False))
        in_time(chosen, ever, now.value)
    limits(words)


def in_space(chosen: Chosen, answer: Answer[Scan]) -> None:
    """Draw the map of the circles, the sentence of the strongest and the table of all."""
    words, found, city = chosen.words, answer.value, chosen.everywhere.by_unit
    rows = found.significant if len(found.significant) or chosen.selection.place else found.table.head(1)
    if len(found.significant):
        st.markdown(safe_markdown(chosen.ask(clusters.straddling).sentence(words)))
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        maps.draw(chosen, "scan", key="scan_map", height=HEIGHT)
    with right:
        st.header(words.say("Circles, over the whole period"), anchor=False)
        shown = rows.head(SENTENCES)
        for _, row in shown.iterrows():
            st.markdown(("- " if len(shown) > 1 else "") + circle_sentence(chosen, row, found))
        tables.worked_out(words).caption(
            words.say(
                "Every circle around the middle of a place was looked at, up to {cap} of the city: larger ones say only that one half of "
                "the city differs from the other. {n} shuffles.",
                cap=words.percent(found.cap),
                n=words.number(found.simulations),
            )
        )
    if not len(rows):
        return
    number = Column("number", mark("Number"), each(lambda row, words: words.number(row.name) if row["p"] <= LEVEL else "–"))
    first = (number,) if len(found.significant) else ()  # none is numbered on the map: none here
    columns = (
        *first,
        Column("centre", mark("Around"), lambda rows, key, words: [clusters.place_name(city, str(unit)) for unit in rows[key]]),
        Column("radius", mark("Radius, m"), each(lambda row, words: words.number(row["radius"]) if row["units"] > 1 else "–")),
        Column("units", mark("Places")),
        *numbers(found),
    )
    lead, alt = (*(one.key for one in first), "centre", *LEAD), words.say("The circles, strongest first")
    tables.fitting(rows, columns, words, alt=alt, lead=lead, of=answer, part=chosen.selection.place)
    tables.download(chosen, answer, f"{chosen.selection.unit}_circles")


def circle_sentence(chosen: Chosen, row: pd.Series, found: Scan) -> str:
    """Return a circle as a sentence; one that holds a single place is no circle to a reader."""
    words = chosen.words
    centre = safe_markdown(clusters.place_name(chosen.everywhere.by_unit, str(row["centre"])))
    if row["units"] == 1:
        return words.say(
            "In {centre} alone there were {observed} events; {expected} would be expected. Chance alone gives a place this strong in {p}.",
            **told(row, found, words),
            centre=centre,
        )
    said = words.say(
        "Within {radius} m of {centre} there were {observed} events in {units} places; {expected} would be expected. Chance "
        "alone gives a circle this strong in {p}.",
        **told(row, found, words),
        centre=centre,
        units=words.number(row["units"]),
    )
    return f"{said} {reaches(chosen, row)}".rstrip()


def reaches(chosen: Chosen, row: pd.Series) -> str:
    """Return which beats, or districts, a circle reaches into: who has to speak with whom; empty where the city tells of none."""
    words, (kind, names) = chosen.words, clusters.reached(chosen.asked, row)
    told = {"names": safe_markdown(words.join(names))}
    if not names:
        return ""
    if kind == "beat":
        return words.count("It lies in the beat {names}.", "It reaches into {n} beats: {names}.", len(names), **told)
    return words.count("It lies in the district {names}.", "It reaches into {n} districts: {names}.", len(names), **told)


def told(row: pd.Series, found: Scan, words: Words) -> dict[str, str]:
    """Return the numbers of a cluster as text."""
    return {
        "radius": words.number(max(float(row["radius"]), 1.0)),
        "observed": words.number(row["observed"]),
        "expected": words.number(row["expected"], 1 if row["expected"] >= 0.1 else 2),
        "p": out_of(float(row["p"]), found, words),
    }


def out_of(p: float, found: Scan, words: Words) -> str:
    """Return p as so many of all shuffles."""
    return words.say("{n} of {all} shuffles", n=words.number(found.as_strong(p)), all=words.number(found.tried))


def numbers(found: Scan) -> tuple[Column, ...]:
    """Return the columns that both tables share."""

    def by_chance(row: pd.Series, words: Words) -> str:
        return words.say("{n} of {all}", n=words.number(found.as_strong(row["p"])), all=words.number(found.tried))

    return (
        Column("observed", mark("Events")),
        Column("expected", mark("Expected by chance"), rounded(2), decimals=2),
        Column("ratio", mark("Times as many"), rounded(1), decimals=1),
        Column("ratio_low", mark("from (95%)"), rounded(1), decimals=1),
        Column("ratio_high", mark("to (95%)"), rounded(1), decimals=1),
        Column("p", mark("By chance alone in"), each(by_chance)),
    )


def in_time(chosen: Chosen, answer: Answer[Scan], now: Scan) -> None:
    """Say where and when events came in bursts, and whether one is going on."""
    words, study, ever = chosen.words, chosen.by_unit, answer.value
    if ever.n < FEWEST_EVENTS:
        st.markdown(words.say("Bursts need at least two homicides with a place and a day."))
        return
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
        alt = words.say("The bursts, strongest first")
        tables.fitting(rows, burst_columns(chosen, ever), words, alt=alt, lead=("place", "start", "end", *LEAD), of=answer)
    tables.download(chosen, answer, "bursts")
    tables.worked_out(words).caption(
        words.say(
            "No population is needed: the days of the {n} events were shuffled among their places {draws} times. Circles up to {radius} m, "
            "spans up to {days} days, drawn around {centres} places. What lasts longer is on the map above.",
            n=words.number(ever.n),
            centres=words.number(ever.centres),
            draws=words.number(ever.simulations),
            radius=words.number(RADIUS),
            days=words.number(DAYS),
        )
    )


def burst_sentence(chosen: Chosen, row: pd.Series, found: Scan) -> str:
    """Return a burst as a sentence."""
    words = chosen.words
    return words.say(
        "Between {first} and {last} there were {observed} events within {radius} m of {centre}; {expected} would be expected. "
        "Chance alone gives a burst this strong in {p}.",
        **told(row, found, words),
        centre=safe_markdown(clusters.place_at(chosen.everywhere.by_unit, float(row["x"]), float(row["y"]))),
        first=words.date(row["start"].date()),
        last=words.date((row["end"] - pd.Timedelta(days=1)).date()),
    )


def burst_columns(chosen: Chosen, found: Scan) -> tuple[Column, ...]:
    """Return the columns of the table of the bursts."""
    city = chosen.everywhere.by_unit
    return (
        Column("place", mark("Around"), each(lambda row, words: clusters.place_at(city, float(row["x"]), float(row["y"])))),
        Column("start", mark("First day"), day),
        Column("end", mark("Last day"), each(lambda row, words: words.short_date((row["end"] - pd.Timedelta(days=1)).date()))),
        Column("radius", mark("Radius, m"), lambda rows, key, words: rows[key].round().astype(int)),
        *numbers(found),
    )


def limits(words: Words) -> None:
    """Say what the page does not say."""
    lines = [
        words.say("Where exactly a cluster ends: a circle is a rough shape, and a neighbouring street may belong to it or not."),
        words.say("How much higher the risk is: a circle picked because it is the strongest looks stronger than it is."),
        words.say("Why: residents say little of a market or a terminal, and bursts can come from chance in how deaths were recorded."),
        words.say("Anything about who lives there, or about what comes next."),
    ]
    st.expander(words.say("What this does not say")).markdown("\n".join(f"- {line}" for line in lines))

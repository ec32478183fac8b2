"""What may be retaliation: whether killings follow on others nearby soon after, which windows are open, and where alerts stand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import alerts, maps, tables, waiting
from hotspots.questions.restricted import repeats as questions
from hotspots.questions.restricted import where
from hotspots.statistics import repeats
from hotspots.statistics.measure import why_not
from hotspots.study import options
from hotspots.views import areas
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, day, each, number
from hotspots.words import Words, mark

DISTANCES = tuple(map(int, options.DISTANCES))
DELAYS = tuple(map(int, options.DELAYS))
FEWEST = 20  # events
SHADES = {"light": "background-color: #fdd49e; color: #1b2733", "dark": "background-color: #5d4130; color: #ffe0ae"}
TITLE = mark("Which recent killings may be followed by another nearby?")
VERDICTS: dict[str, str] = {
    "more": mark("That is more than chance explains: near repeats happen here."),
    "within": mark(
        "That is within what chance gives: no near repeats are seen here. The list below then says no more than where people were killed."
    ),
    "few": mark("Too few to tell: the list below says no more than where people were killed."),
}


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.study
    heading(chosen, words.say(TITLE))
    if not (study.has_points and study.has_days):
        reason = words.say(why_not(study, "points" if not study.has_points else "days"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Near repeats"), reason=reason))
        return
    st.markdown(
        f"**{words.say('Restricted: never published.')}** "
        + words.say("A window is about a place and the people there, never about a person.")
    )
    events = chosen.whole.ask(questions.events)
    if len(events) < FEWEST:
        st.info(words.say("Too few killings with a place to look for near repeats. Widen the period or remove a filter."))
        return
    metres, days = limits(chosen)
    if not waiting.ready(chosen.whole, (questions.pairs, {"metres": metres, "days": days, "seed": 0}), (questions.drawn, {})):
        return
    near = chosen.whole.ask(questions.near_repeats, metres=metres, days=days)
    single = near.value.single
    if near.warnings and not questioned(near, words):
        return
    st.markdown(f"**{near.sentence(words)}** {words.say(VERDICTS[single.verdict])}")
    basis(single, events, chosen)
    windows(chosen, events, metres=metres, days=days)
    alerts.draw(chosen)
    bands(chosen, near)
    lasting(chosen.whole.ask(questions.strength).value, words)
    caveats(words)


def questioned(near: Answer[repeats.NearRepeats], words: Words) -> bool:
    """Ask what has to be answered first, and return whether the reader wants to see the figures all the same."""
    for warning in near.warnings:
        st.warning(words.say(warning))
    st.markdown(words.say("Look at the event numbers on the page Data, or at event_id in city.toml, before you use what follows."))
    return st.toggle(words.say("Show it all the same"))


def limits(chosen: Chosen) -> tuple[int, int]:
    """Draw the choice of distance and delay and return them."""
    words, asked = chosen.words, chosen.selection
    metres = asked.near if asked.near in DISTANCES else DISTANCES[1]
    days = asked.within if asked.within in DELAYS else DELAYS[1]
    left, right, _ = st.columns([1, 1, 2])
    left.selectbox(
        words.say("Within"),
        DISTANCES,
        format_func=lambda one: words.say("{n} metres", n=words.number(one)),
        **address.widget("near", metres, lambda old, new: replace(old, near=new)),
    )
    right.selectbox(
        words.say("For"),
        DELAYS,
        format_func=lambda one: words.say("{n} days", n=words.number(one)),
        **address.widget("within", days, lambda old, new: replace(old, within=new)),
    )
    return metres, days


def basis(found: repeats.Knox, events: repeats.Events, chosen: Chosen) -> None:
    """Say what the ratio rests on."""
    words = chosen.words
    if not found.draws:
        said = words.say(
            "{period}: {events} events with a place (killings of one event count once), {observed} pairs that near and that soon; "
            "{mean} by chance, worked out over all ways to shuffle the days among the places, of which {p} give as many or more. "
            "In brackets: the 95% interval.",
            period=chosen.period,
            events=words.number(len(events)),
            observed=words.number(found.observed),
            mean=words.number(found.mean, 1),
            p=words.percent(found.p),
        )
        tables.worked_out(words).caption(said)
        return
    tables.worked_out(words).caption(
        words.say(
            "{period}: {events} events with a place (killings of one event count once), {observed} pairs that near and that soon; "
            "{mean} by chance, from {draws} shuffles of the days among the places, of which {p} gave as many or more. In brackets: the 95% "
            "interval.",
            period=chosen.period,
            events=words.number(len(events)),
            observed=words.number(found.observed),
            mean=words.number(found.mean, 1),
            draws=words.number(found.draws),
            p=words.number(found.as_many),
        )
    )


def windows(chosen: Chosen, events: repeats.Events, *, metres: int, days: int) -> None:
    """Draw the list of the windows that are open on the last day of the data."""
    words, answer = chosen.words, chosen.whole.ask(questions.open_windows, metres=metres, days=days)
    found = answer.value
    last = words.date(repeats.day_of(events.last).date())
    st.header(answer.sentence(words), anchor=False)
    tables.worked_out(words).caption(
        words.say(
            "Each killing opens a window: the ground within {metres} m, for {days} days. {day} is the last day of these data, not today. "
            "Watch these places and protect the people there; most windows close with nothing more.",
            metres=words.number(metres),
            days=words.number(days),
            day=last,
        )
    )
    if len(found):
        left, right = st.columns([1, 1.7], gap="medium")
        with left:
            windows_map(chosen, found, metres=metres, days=days)
        columns = (
            Column("unit", mark("Place"), lambda rows, key, words: place_names(chosen, rows[key])),
            Column("date", mark("Killed on"), day),
            Column("day", mark("Day"), each(lambda row, words: _day_of(row["day"], days, words))),
            Column("last", mark("Open to the end of"), day),
            Column("killed", mark("People killed"), number()),
            Column("overlaps", mark("Other killings in this window"), number()),
        )
        with right:
            lead = ("unit", "day", "last", "killed", "overlaps")
            tables.fitting(found, columns, words, alt=words.say("Open windows"), lead=lead, of=answer, part=(metres, days))
        tables.download(chosen, answer, "open_windows", restricted=True)
    if events.unplaced:
        tables.worked_out(words).caption(
            words.count(
                "{n} event of the period has no place, so it opens no window and is in no pair.",
                "{n} events of the period have no place, so they open no window and are in no pair.",
                events.unplaced,
            )
        )


def _day_of(k: float, days: int, words: Words) -> str:
    return words.say("{k} of {days}", k=words.number(k), days=words.number(days))


def windows_map(chosen: Chosen, found: pd.DataFrame, *, metres: int, days: int) -> None:
    """Draw the open windows as circles, over the districts where there are any."""
    city = chosen.city
    unit = "districts" if "districts" in city.units else "city"
    shapes = chosen.at(unit=unit).ask(where.geometry)
    shown = areas.open_windows(shapes, found, place_names(chosen, found["unit"]), chosen.words, metres=metres, days=days, epsg=city.epsg)
    maps.draw_areas(chosen, shown, key="windows_map", height=420)


def place_names(chosen: Chosen, unit: pd.Series) -> list[str]:
    """Return the name of each window's place, with its beat, else its district, where known."""
    words, blocks = chosen.words, chosen.everywhere.study.blocks
    group = next((blocks[column] for column in ("beat", "district") if column in blocks.columns), None)
    called = geography.names(blocks)
    texts = []
    for position in unit:
        if position < 0:
            texts.append(words.say("outside the areas of the map"))
            continue
        text = called.iloc[position]
        around = None if group is None else group.iloc[position]
        texts.append(f"{text} · {around}" if pd.notna(around) and around != "" else text)
    return texts


def bands(chosen: Chosen, answer: Answer[repeats.NearRepeats]) -> None:
    """Draw the table of all bands of distance and delay."""
    words, found = chosen.words, answer.value
    st.header(words.say("How near, how soon?"), anchor=False)
    tables.worked_out(words).caption(
        words.say("Each cell: how many times as often as chance alone gives; in brackets the pairs counted and those that chance gives.")
    )
    rows = bands_table(found.table, words)
    more = (found.table["adjusted_p"] <= repeats.LEVEL).to_numpy().reshape(rows.shape)
    shades = pd.DataFrame("", index=rows.index, columns=rows.columns).mask(more, SHADES[st.context.theme.type or "light"])
    columns = [Column(delay, delay) for delay in rows.columns]
    tables.draw(rows, columns, words, alt=words.say("Near repeats by distance and delay"), shades=shades, hide_index=False)
    tables.download(chosen, answer, "near_repeats", restricted=True)
    tables.worked_out(words).caption(
        words.say(
            "Shaded and marked with “more”: more pairs than chance explains, allowing for the number of cells looked at. From 0 to 100 m "
            "means more than 0 and less than 100."
        )
    )


def bands_table(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return the ratios by distance (rows) and delay (columns) as text."""
    texts: dict[str, dict[str, str]] = {}
    for _, row in table.iterrows():
        place = (
            words.say("the same place")
            if row["metres_to"] == 0
            else words.say("{low} to {high} m", low=words.number(row["metres_from"]), high=words.number(row["metres_to"]))
        )
        time = words.say("{low} to {high} days", low=words.number(row["days_from"]), high=words.number(row["days_to"] - 1))
        more = words.say("more") + " · " if row["adjusted_p"] <= repeats.LEVEL else ""
        counts = words.say(
            "{n}; chance {mean}", n=words.number(row["observed"]), mean=words.number(row["mean"], 0 if row["mean"] >= 10 else 1)
        )
        ratio = f"× {words.number(row['ratio'], 1)}" if row["mean"] >= 1 else words.say("too few")
        texts.setdefault(time, {})[place] = f"{more}{ratio} ({counts})"
    return pd.DataFrame(texts).rename_axis(words.say("Distance"))


def lasting(found: repeats.Strength | None, words: Words) -> None:
    """Say how many killings follow soon on an earlier one nearby, if more than chance and drifting places give."""
    st.header(words.say("How many killings follow soon on one nearby?"), anchor=False)
    if found is None:
        st.markdown(words.say("Not known: at least 100 events with a place are needed."))
        return
    values = {"metres": words.number(found.metres), "days": words.number(found.days)}
    if found.verdict == "chance":
        text = words.say(
            "It cannot be told that more killings follow soon on one nearby than chance gives: of every 100 between {low} and {high}, "
            "within {metres} m and {days} days.",
            low=words.number(max(100 * found.low, 0)),
            high=words.number(max(100 * found.high, 0)),
            **values,
        )
    elif found.verdict == "drift":
        text = words.say(
            "It cannot be told whether killings follow on one another: more lie within {metres} m and {days} days than chance gives, but "
            "no more than places give that turn busy or quiet over a year.",
            **values,
        )
    else:
        text = words.say(
            "Of every 100 killings about {n} follow on an earlier one within {metres} m and {days} days (95% interval {low} to {high}): "
            "more than chance gives, and than places that turn busy or quiet over a year. It says nothing of why.",
            n=words.number(100 * found.branching),
            low=words.number(100 * found.low),
            high=words.number(100 * found.high),
            **values,
        )
    st.markdown(text)
    tables.worked_out(words).caption(
        words.say(
            "{events} events; {observed} pairs that near and that soon, {expected} by chance.",
            events=words.number(found.events),
            observed=words.number(found.observed),
            expected=words.number(found.expected, 0),
        )
    )


def caveats(words: Words) -> None:
    """Say what the page does not say."""
    lines = [
        words.say("Who did what, or who may do what. Nothing here is about a person."),
        words.say("That a killing was retaliation: only a case review can tell. Two killings near each other may have nothing in common."),
        words.say("Why: a place that was busy for a season and then quiet gives near repeats without one killing drawing another."),
    ]
    st.expander(words.say("What this does not say")).markdown("\n".join(f"- {line}" for line in lines))

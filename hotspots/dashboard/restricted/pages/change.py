"""Is it more than usual: 7 and 28 days, the year to date and 365 days, each beside the same days of the years before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard.restricted import (
    address,
    cached,
    change_notes,
    pieces,
    totals_notes,
)
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.geography import units
from hotspots.statistics import change, trends
from hotspots.statistics.change import Comparison
from hotspots.statistics.measure import NEEDS
from hotspots.study.calendar import DAY, Days
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import map_view
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

SPANS: dict[str, str] = {"7": mark("7 days"), "28": mark("28 days"), "ytd": mark("Year to date"), "365": mark("365 days")}
USUAL = "28"
MANY = 40  # places, from here on those outside their range come first

FINDINGS: dict[str, str] = {
    "within": mark("{n} people killed, {days}: within the normal range"),
    "above": mark("{n} people killed, {days}: more than the years before lead one to expect"),
    "below": mark("{n} people killed, {days}: fewer than the years before lead one to expect"),
    "unknown": mark("{n} people killed, {days}"),
}
OF_EVENTS: dict[str, str] = {  # where people were killed together and the only range there is counts that once
    "within": mark("{n} people killed in {events} events, {days}: within the normal range"),
    "above": mark("{n} people killed in {events} events, {days}: more than the years before lead one to expect"),
    "below": mark("{n} people killed in {events} events, {days}: fewer than the years before lead one to expect"),
    "unknown": FINDINGS["unknown"],
}
UNKNOWN = mark("Nothing to compare with")


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.study
    if isinstance(study, TotalsStudy):
        published(chosen, study)
        return
    selection = replace(chosen.selection, unit=unit_of(chosen))
    until = min(study.end, study.covers[1]) - pieces.lag(chosen) * DAY
    if until <= study.covers[0]:
        heading(chosen, words.say("What changed"))
        controls(chosen)
        st.info(words.say("The reporting lag is longer than the data. Choose a shorter one."))
        return
    found = cached.changes(selection, until)
    span = span_of(chosen)
    one = found[span]
    heading(chosen, headline(one, words))
    controls(chosen)
    whole_city(found, words)
    if selection.unit != "city":
        by_place(replace(chosen, selection=selection), one, span)
        all_spans(replace(chosen, selection=selection), found)
        change_notes.files(chosen, found, names_of(replace(chosen, selection=selection)))
        change_notes.when_in_the_week(replace(chosen, selection=selection), names_of(replace(chosen, selection=selection)))
    trust(chosen, one, until)
    change_notes.method(words)


def headline(one: Comparison, words: Words) -> str:
    """Return the finding on the whole city, in the counts that it was judged by."""
    killed, events = one.city["count"], one.city["events"]
    texts = FINDINGS if one.usual or killed == events else OF_EVENTS
    return words.say(texts[one.verdict], n=words.number(killed), events=words.number(events), days=days_text(one.days, words))


def span_of(chosen: Chosen) -> str:
    """Return the period chosen, else the usual one."""
    return chosen.selection.span if chosen.selection.span in SPANS else USUAL


def unit_of(chosen: Chosen) -> str:
    """Return the unit of the rows: the one chosen where it makes rows that can be compared, else the largest on offer."""
    offered = offers(chosen)
    return chosen.selection.unit if chosen.selection.unit in offered else offered[0]


def offers(chosen: Chosen) -> tuple[str, ...]:
    """Return the units on offer: districts, beats, the whole city; blocks where there are neither districts nor beats."""
    there = units.available(chosen.city.blocks)
    large = tuple(unit for unit in there if unit in ("districts", "beats"))
    return (*(large or tuple(unit for unit in there if unit == "blocks")), "city")


def controls(chosen: Chosen) -> None:
    """Draw the choices: which period, by what, and the reporting lag."""
    words = chosen.words
    left, middle, right = st.columns([2, 1, 1])
    with left:
        st.segmented_control(
            words.say("Period that the map and the table show"),
            list(SPANS),
            format_func=lambda span: words.say(SPANS[span]),
            required=True,
            **address.widget("span", span_of(chosen), lambda old, new: replace(old, span=new or USUAL)),
        )
    with middle:
        st.selectbox(
            words.say("By"),
            offers(chosen),
            format_func=lambda unit: map_view.unit_name(unit, words, chosen.city.called),
            **address.widget("unit", unit_of(chosen), lambda old, new: replace(old, unit=new, place="")),
        )
    with right:
        pieces.lag_choice(chosen)


def days_text(days: Days, words: Words) -> str:
    """Return the exact days of a period, both ends included."""
    last = (days.end - DAY).date()
    return words.short_date(last) if days.n == 1 else f"{words.short_date(days.start.date())} – {words.short_date(last)}"


def mean_text(one: Comparison, words: Words) -> str:
    """Return the heading of the mean of the years compared with, such as `Mean of 2021–2023`."""
    years = [(days.end - DAY).year for days in one.before]
    if not years:
        return words.say("Mean of the years before")
    return words.say("Mean of {years}", years=f"{years[-1]}–{years[0]}" if len(years) > 1 else years[0])


def whole_city(found: dict[str, Comparison], words: Words) -> None:
    """Draw the table of the whole city: a row for each period."""
    st.subheader(words.say("The whole city"), anchor=False)
    means = {mean_text(one, words) for one in found.values()}
    mean = means.pop() if len(means) == 1 else words.say("Mean of the years before")
    together = any(one.city["events"] != one.city["count"] for one in found.values())
    rows = [
        {
            words.say("Period"): words.say(SPANS[span]),
            words.say("Days"): days_text(one.days, words),
            words.say("People killed"): words.number(one.city["count"]),
            **({words.say("Events"): words.number(one.city["events"])} if together else {}),
            words.say("Normal range"): whole_range(one, words),
            words.say("In words"): change_notes.verdict_text(one, words),
            words.say("By chance alone (events)") if together else words.say("By chance alone"): range_text(one.city, words),
            mean: words.number(one.city["expected"], 1),
            words.say("Last year"): words.number(one.city["last_year"]),
            words.say("Difference from last year"): difference(one.city, "last_year_", words),
        }
        for span, one in found.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=words.say("The whole city, period by period"))
    st.caption(
        words.say(
            "Normal range: it allows for how far the years before differed from one another; the headline goes by it. By chance alone: "
            "narrower, for a city where nothing ever changes but by chance."
        )
    )


def whole_range(one: Comparison, words: Words) -> str:
    """Return the normal range of the whole city: of people killed where the years before tell how they swing, else of events."""
    if one.usual:
        return change_notes.usual_text(one, words)
    text = range_text(one.city, words)
    return words.say("{range} events", range=text) if one.city["events"] != one.city["count"] and text != "–" else text


def difference(row: pd.Series, prefix: str, words: Words) -> str:
    """Return a difference in counts, with its percentage where the base is 10 or more."""
    value, percent = row[f"{prefix}difference"], row[f"{prefix}percent"]
    if pd.isna(value):
        return "–"
    return signed(value, words) + (f" ({words.percent(abs(percent))})" if not pd.isna(percent) and value else "")


def signed(value: float, words: Words, digits: int = 0) -> str:
    """Return a number with its sign.

    >>> from hotspots.words import words_for
    >>> signed(3, words_for("en")), signed(-3, words_for("en")), signed(0, words_for("en"))
    ('+3', '−3', '0')
    """
    if pd.isna(value):
        return "–"
    text = words.number(abs(value), digits)
    return text if not round(value, digits) else ("+" if value > 0 else "\N{MINUS SIGN}") + text


def range_text(row: pd.Series, words: Words) -> str:
    """Return the normal range; a dash where there is none."""
    return "–" if pd.isna(row["low"]) else f"{words.number(row['low'])}–{words.number(row['high'])}"


def by_place(chosen: Chosen, one: Comparison, span: str) -> None:
    """Draw the map of change, what it says in words, and the table behind it."""
    words, selection = chosen.words, chosen.selection
    unit = map_view.unit_name(selection.unit, words, chosen.city.called)
    st.subheader(words.say("{unit}: {span}", unit=unit, span=words.say(SPANS[span]).lower()), anchor=False)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        if one.before:
            shown = replace(selection, start=one.days.start.date(), end=one.days.end.date(), span="", lag=None, bandwidth=0)
            pieces.draw_map(
                shown,
                "change",
                words,
                key="change_map",
                height=430,
                on_click=lambda unit: address.change(lambda old: replace(old, place=unit)),
            )
        else:
            st.info(words.say("{what}: not available, because {reason}.", what=words.say("Change"), reason=words.say(NEEDS["earlier"])))
    with right:
        finding(chosen, one)
    st.dataframe(place_table(chosen, one), hide_index=True, alt=words.say("Each place, beside the years before"))


def names_of(chosen: Chosen) -> pd.Series:
    """Return the name of each place."""
    return geography.names(cached.study(chosen.selection).blocks)


def finding(chosen: Chosen, one: Comparison) -> None:
    """Say which places lie outside their normal range, how many such would by chance, and what the colours mean."""
    words = chosen.words
    verdict = change.judged(one.places)
    if not one.before:
        return
    names, n = names_of(chosen), len(one.places)
    for key in ("firmly_above", "above", "below", "firmly_below"):
        there = [str(names[place]) for place in one.places.index[verdict == key]]
        if there:
            more = words.say(" and {n} more", n=words.number(len(there) - 8)) if len(there) > 8 else ""
            st.markdown(f"**{words.say(change.VERDICTS[key])}** ({len(there)}): " + safe_markdown(", ".join(there[:8])) + more)
    within = int((verdict == "within").sum())
    st.markdown(words.say("**{within} of {n}** places lie within their normal range.", within=words.number(within), n=words.number(n)))
    st.markdown(
        words.say(
            "If nothing had changed anywhere, up to {n} of {all} places would still lie outside it by chance. The two dark colours "
            "allow for that: seldom is any place dark where nothing changed.",
            n=words.number(int(np.ceil(0.05 * n))),
            all=words.number(n),
        )
    )


def place_table(chosen: Chosen, one: Comparison) -> pd.DataFrame:
    """Return a row for each place, then the people killed in none of them, then the whole city: nothing is lost."""
    words = chosen.words
    rows = pd.concat([one.places, one.no_place.to_frame().T, one.city.to_frame().T], ignore_index=True)
    said = [*change.judged(one.places).map(change.VERDICTS).fillna(UNKNOWN), "", ""]
    names = [*names_of(chosen).astype(str), words.say("No place known, or outside"), words.say("Whole city")]
    last = days_text(one.last_year, words) if one.last_year else words.say("Last year")
    table = pd.DataFrame(
        {
            words.say("Place"): names,
            days_text(one.days, words): rows["count"].astype(int),
            **({words.say("Events"): rows["events"].astype(int)} if one.by_events else {}),
            words.say("Normal range"): [*(range_text(row, words) for _, row in rows.iloc[:-1].iterrows()), whole_range(one, words)],
            words.say("In words"): [*(words.say(text) if text else "" for text in said[:-1]), change_notes.verdict_text(one, words)],
            mean_text(one, words): [words.number(n, 1) for n in rows["expected"]],
            words.say("Difference from the mean"): [signed(n, words, 1) for n in rows["difference"]],
            last: [words.number(n) for n in rows["last_year"]],
            words.say("Difference from last year"): [signed(n, words) for n in rows["last_year_difference"]],
        }
    )
    return table.iloc[[*in_order(one, names[:-2]), len(names) - 2, len(names) - 1]]


def in_order(one: Comparison, names: list[str]) -> np.ndarray:
    """Return the order of the rows: by name; where they are many, those outside their range first."""
    within = (one.places["verdict"] == "within").to_numpy()
    return np.lexsort((units.natural_order(names), within if len(names) > MANY else np.zeros(len(names))))


def all_spans(chosen: Chosen, found: dict[str, Comparison]) -> None:
    """Draw the table of all periods side by side: people killed, and in brackets the normal range."""
    words = chosen.words
    st.subheader(words.say("All four periods"), anchor=False)
    names = names_of(chosen).astype(str)
    columns = {words.say("Place"): names.to_list()}
    for span, one in found.items():
        verdict = one.places["verdict"]
        columns[f"{words.say(SPANS[span])} · {days_text(one.days, words)}"] = [
            f"{killed_text(row, words)} ({range_text(row, words)}){outside(str(side), words)}"
            for (_, row), side in zip(one.places.iterrows(), verdict, strict=True)
        ]
    table = pd.DataFrame(columns).iloc[in_order(found[span_of(chosen)], names.to_list())]
    st.dataframe(table, hide_index=True, alt=words.say("Each place in all four periods"))
    st.caption(words.say("People killed, and in brackets the range of events to expect from the three years before."))


def killed_text(row: pd.Series, words: Words) -> str:
    """Return the people killed, and the events where these are fewer: the range is of events."""
    killed = words.number(row["count"])
    if row["events"] == row["count"]:
        return killed
    return words.count("{killed}, {n} event", "{killed}, {n} events", row["events"], killed=killed)


def outside(verdict: str, words: Words) -> str:
    """Return the word for a count outside its range; nothing for one within."""
    return {"above": " · " + words.say("more"), "below": " · " + words.say("fewer")}.get(verdict, "")


def trust(chosen: Chosen, one: Comparison, until: pd.Timestamp) -> None:
    """Say how far the figures can be trusted: how far the data reach, what is left out, what came in late, what changed in counting."""
    words, study, city = chosen.words, chosen.study, chosen.city
    st.subheader(words.say("How far to trust this"), anchor=False)
    lines = [
        words.say(
            "The data reach to {day}. Everything here ends on {until}: the reporting lag is {lag} days.",
            day=words.date((study.covers[1] - DAY).date()),
            until=words.date((until - DAY).date()),
            lag=words.number(pieces.lag(chosen)),
        )
    ]
    lines.append(change_notes.late_text(chosen))
    if one.no_place["count"]:
        lines.append(
            words.say(
                "{n} of {total} people killed in this period lie in none of the places.",
                n=words.number(one.no_place["count"]),
                total=words.number(one.city["count"]),
            )
        )
    if len(one.before) < 3:
        lines.append(
            words.count(
                "Only {n} earlier year is known for these days: the range is wider for it.",
                "Only {n} earlier years are known for these days: the range is wider for it.",
                len(one.before),
            )
        )
    first = one.before[-1].start if one.before else one.days.start
    lines += [
        words.say(
            "What is counted changed on {day}, within the days compared: {what}",
            day=words.date(note.start.date()),
            what=safe_markdown(words.own(note.text)),
        )
        for note in city.notes
        if note.kind == "definition" and first < note.start < one.days.end
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))


def published(chosen: Chosen, study: TotalsStudy) -> None:
    """Draw the page of a place that publishes totals: year beside year, and what cannot be said without days."""
    words = chosen.words
    heading(chosen, words.say("How the number of homicides changed from year to year"))
    st.info(
        words.say(
            "{what}: not available, because {reason}.",
            what=words.say("7 days, 28 days and the year to date"),
            reason=words.say(NEEDS["days"]),
        )
    )
    totals_notes.explain(chosen)
    table = trends.yearly(study)
    shown = pd.DataFrame(
        {
            words.say("Year"): [str(year) for year in table.index],
            words.say("People killed"): [words.number(n) for n in table["count"]],
            words.say("Difference from the year before"): [signed(n, words) for n in table["count"].astype(float).diff()],
        }
    )
    st.dataframe(shown.iloc[::-1], hide_index=True, alt=words.say("The years as a table"))
    st.caption(words.say("No normal range: yearly totals are few, and what is counted changed between them. The page Trends shows when."))

"""Is it more than usual: 7 and 28 days, the year to date and 365 days, each beside the same days of the years before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.frame import heading
from hotspots.dashboard.restricted.parts import maps, numbers, published, series, tables
from hotspots.questions.restricted import changes, city, when
from hotspots.statistics import change
from hotspots.statistics.change import Comparison
from hotspots.statistics.measure import NEEDS
from hotspots.study.calendar import DAY
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import captions, map_view
from hotspots.views.answer import Answer
from hotspots.views.columns import Column, Form, between, called, each, number, signed, whole, with_sign, year
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown

SPANS: dict[str, str] = {"7": mark("7 days"), "28": mark("28 days"), "ytd": mark("Year to date"), "365": mark("365 days")}
SWINGS: dict[str, str] = {
    "within": mark("Within the normal range"),
    "below": mark("Fewer than the normal range"),
    "above": mark("More than the normal range"),
}
UNKNOWN = mark("Nothing to compare with")
YEARS: tuple[Column, ...] = (
    Column("year", mark("Year"), year),
    Column("count", mark("People killed"), number()),
    Column("difference", mark("Difference from the year before"), signed()),
)


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.study
    if isinstance(study, TotalsStudy):
        published_totals(chosen)
        return
    by_unit = chosen.at(unit=unit_of(chosen))
    until = changes.until(study, lag=city.lag(chosen.selection))
    if until <= study.covers[0]:
        heading(chosen, words.say("What changed"))
        controls(chosen)
        st.info(words.say("The reporting lag is longer than the data. Choose a shorter one."))
        return
    span = span_of(chosen)
    answer = by_unit.ask(changes.changes, until, span=span)
    found = answer.value
    heading(chosen, answer.sentence(words), dated=True)
    controls(chosen)
    whole_city(chosen, answer)
    if by_unit.selection.unit != "city":
        by_place(by_unit, answer, span)
        all_spans(by_unit, answer, span)
        tables.download(chosen, answer, "change", label=words.say("All periods and places (CSV)"))
        if study.has_days:
            when_in_the_week(by_unit)
    trust(chosen, found[span], until)
    method(words)


def spans(chosen: Chosen) -> dict[str, str]:
    """Return the periods that are compared and what they are called: where days are not known, whole months alone."""
    names = SPANS if chosen.study.has_days else {**SPANS, "365": mark("12 months")}
    return {span: name for span, name in names.items() if changes.span_of(chosen.study, span) == span}


def span_of(chosen: Chosen) -> str:
    """Return the period chosen, else the usual one."""
    return changes.span_of(chosen.study, chosen.selection.span)


def unit_of(chosen: Chosen) -> str:
    """Return the unit of the rows: the one chosen where it makes rows that can be compared, else the largest on offer."""
    return changes.unit_of(chosen.asked, chosen.selection.unit)


def controls(chosen: Chosen) -> None:
    """Draw the choices: which period, by what, and the reporting lag."""
    words = chosen.words
    left, middle, right = st.columns([2, 1, 1])
    with left:
        st.segmented_control(
            words.say("Period that the map and the table show"),
            list(spans(chosen)),
            format_func=lambda span: words.say(spans(chosen)[span]),
            required=True,
            **address.widget("span", span_of(chosen), lambda old, new: replace(old, span=new or span_of(chosen))),
        )
    with middle:
        st.selectbox(
            words.say("By"),
            changes.offered_units(chosen.asked),
            format_func=lambda unit: map_view.unit_name(unit, words, chosen.city.called),
            **address.widget("unit", unit_of(chosen), lambda old, new: replace(old, unit=new, picked="")),
        )
    with right:
        numbers.lag_choice(chosen)


def mean_text(one: Comparison, words: Words) -> str:
    """Return the heading of the mean of the years compared with, such as `Mean of 2021–2023`."""
    years = [(days.end - DAY).year for days in one.before]
    if not years:
        return words.say("Mean of the years before")
    return words.say("Mean of {years}", years=f"{years[-1]}–{years[0]}" if len(years) > 1 else years[0])


def _range(row: pd.Series, words: Words) -> str:
    """Return the range of chance alone; a dash where there is none."""
    return "–" if pd.isna(row["low"]) else f"{words.number(row['low'])}–{words.number(row['high'])}"


def whole_range(one: Comparison, words: Words) -> str:
    """Return the normal range of the whole city: of people killed where the years before tell how they swing, else of events."""
    if one.usual:
        return f"{words.number(one.usual.low)}–{words.number(one.usual.high)}"
    text = _range(one.city, words)
    return words.say("{range} events", range=text) if one.city["events"] != one.city["count"] and text != "–" else text


def verdict(one: Comparison, words: Words) -> str:
    """Return the judgement of the whole city in words, the same as that of the headline."""
    return words.say(SWINGS.get(one.verdict, UNKNOWN))


def _from_last_year(row: pd.Series, words: Words) -> str:
    """Return the difference from last year in counts, with its percentage where the base is 10 or more."""
    value, percent = row["last_year_difference"], row["last_year_percent"]
    return with_sign(value, words) + (f" ({words.percent(abs(percent))})" if value and not pd.isna(percent) else "")


def whole_city(chosen: Chosen, answer: Answer[Mapping[str, Comparison]]) -> None:
    """Draw the table of the whole city: a row for each period."""
    words, found = chosen.words, answer.value
    st.header(whole_name(chosen) if chosen.study.place else words.say("The whole city"), anchor=False)
    means = {mean_text(one, words) for one in found.values()}
    mean = means.pop() if len(means) == 1 else words.say("Mean of the years before")
    rows = pd.DataFrame([one.city for one in found.values()]).assign(span=list(found))
    together = bool((rows["events"] != rows["count"]).any())

    def of(write: Callable[[Comparison, Words], str]) -> Form:
        return each(lambda row, words: write(found[row["span"]], words))

    columns = [
        Column("span", mark("Period"), called(spans(chosen))),
        Column("days", mark("Days"), of(lambda one, words: captions.days(one.days, words))),
        Column("count", mark("People killed"), number()),
        *([Column("events", mark("Events"), number())] if together else []),
        Column("usual", mark("Normal range"), of(whole_range)),
        Column("verdict", mark("In words"), of(verdict)),
        Column("low", mark("By chance alone (events)") if together else mark("By chance alone"), each(_range)),
        Column("expected", mean, number(1)),
        Column("last_year", mark("Last year"), number()),
        Column("last_year_difference", mark("Difference from last year"), each(_from_last_year)),
    ]
    lead = ("span", "count", "usual", "verdict", "last_year_difference", "days")
    tables.fitting(rows, columns, words, alt=words.say("All together, period by period"), lead=lead, of=answer)
    tables.worked_out(words).caption(
        words.say(
            "Normal range: it allows for how far the years before differed from one another; the headline goes by it. By chance alone: "
            "narrower, for a city where nothing ever changes but by chance."
        )
    )


def by_place(chosen: Chosen, answer: Answer[Mapping[str, Comparison]], span: str) -> None:
    """Draw the map of change, what it says in words, and the table behind it."""
    words, one = chosen.words, answer.value[span]
    unit = map_view.unit_name(chosen.selection.unit, words, chosen.city.called)
    st.header(words.say("{unit}: {span}", unit=unit, span=words.say(spans(chosen)[span]).lower()), anchor=False)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        if one.before:
            days = chosen.at(start=one.days.start.date(), end=one.days.end.date(), bandwidth=0)
            maps.draw(days, "change", key="change_map", height=430)
        else:
            st.info(words.say("{what}: not available, because {reason}.", what=words.say("Change"), reason=words.say(NEEDS["earlier"])))
    with right:
        finding(chosen, one)
    place_table(chosen, answer, span)


def whole_name(chosen: Chosen) -> str:
    """Return what all places together are called: the place chosen, else the whole city."""
    place = chosen.study.place
    return captions.place_name(place, chosen.words) if place else chosen.words.say("Whole city")


def names_of(chosen: Chosen) -> pd.Series:
    """Return the name of each place."""
    return geography.names(chosen.by_unit.blocks)


def finding(chosen: Chosen, one: Comparison) -> None:
    """Say which places lie outside their normal range, how many such would by chance, and what the colours mean."""
    words = chosen.words
    judged = change.judged(one.places)
    if not one.before:
        return
    names, n = names_of(chosen), len(one.places)
    for key in ("firmly_above", "above", "below", "firmly_below"):
        there = [str(names[place]) for place in one.places.index[judged == key]]
        if there:
            more = words.say(" and {n} more", n=words.number(len(there) - 8)) if len(there) > 8 else ""
            st.markdown(f"**{words.say(change.VERDICTS[key])}** ({len(there)}): " + safe_markdown(", ".join(there[:8])) + more)
    within = len(judged[judged == "within"])
    st.markdown(words.say("**{within} of {n}** places lie within their normal range.", within=words.number(within), n=words.number(n)))
    tables.worked_out(words).caption(
        words.say(
            "If nothing had changed anywhere, up to {n} of {all} places would still lie outside it by chance. The two dark colours "
            "allow for that: seldom is any place dark where nothing changed.",
            n=words.number(one.by_chance),
            all=words.number(n),
        )
    )


def place_table(chosen: Chosen, answer: Answer[Mapping[str, Comparison]], span: str) -> None:
    """Draw a row for each place, then the people killed in none of them, then the whole city: nothing is lost."""
    words, one = chosen.words, answer.value[span]
    rows = changes.places(one, chosen.by_unit)
    names = [words.say("No place known, or outside"), whole_name(chosen)]
    rows["name"] = [*rows["place"].iloc[:-2], *names]
    last = captions.days(one.last_year, words) if one.last_year else mark("Last year")
    columns = [
        Column("name", mark("Place")),
        Column("count", captions.days(one.days, words), whole),
        *([Column("events", mark("Events"), whole)] if one.by_events else []),
        Column("low", mark("Normal range"), each(lambda row, words: whole_range(one, words) if row["whole"] else _range(row, words))),
        Column("judged", mark("In words"), each(lambda row, words: _judged(row, one, words))),
        Column("expected", mean_text(one, words), number(1)),
        Column("difference", mark("Difference from the mean"), signed(1)),
        Column("last_year", last, number()),
        Column("last_year_difference", mark("Difference from last year"), signed()),
    ]
    order = [*changes.in_order(one, list(rows["place"].iloc[:-2])), len(rows) - 2, len(rows) - 1]
    lead = ("name", "count", "low", "judged", "last_year_difference")
    tables.fitting(rows.iloc[order], columns, words, alt=words.say("Each place, beside the years before"), lead=lead, of=answer, part=span)


def _judged(row: pd.Series, one: Comparison, words: Words) -> str:
    if row["whole"]:
        return verdict(one, words)
    return words.say(change.VERDICTS.get(row["judged"], UNKNOWN)) if row["judged"] else ""


def all_spans(chosen: Chosen, answer: Answer[Mapping[str, Comparison]], span: str) -> None:
    """Draw the table of all periods side by side: people killed, and in brackets the normal range."""
    words, found, names = chosen.words, answer.value, names_of(chosen).astype(str)
    st.header(words.say("All four periods"), anchor=False)
    rows = pd.DataFrame({"place": names.to_numpy(), "unit": found[span].places.index})

    def of(one: Comparison) -> Form:
        return each(lambda row, words: _killed_and_range(one.places.loc[row["unit"]], words))

    columns = [Column("place", mark("Place"))]
    columns += [
        Column(name, f"{words.say(spans(chosen)[name])} · {captions.days(one.days, words)}", of(one)) for name, one in found.items()
    ]
    order = changes.in_order(found[span], names.to_list())
    lead, alt = ("place", *found), words.say("Each place in all four periods")
    tables.fitting(rows.iloc[order], columns, words, alt=alt, lead=lead, of=answer, part=span)
    tables.worked_out(words).caption(words.say("People killed, and in brackets the range of events to expect from the three years before."))


def _killed_and_range(row: pd.Series, words: Words) -> str:
    """Return the people killed, and the events where these are fewer (the range is of events), the range, and a word outside it."""
    killed = words.number(row["count"])
    if row["events"] != row["count"]:
        killed = words.count("{killed}, {n} event", "{killed}, {n} events", row["events"], killed=killed)
    outside = {"above": " · " + words.say("more"), "below": " · " + words.say("fewer")}.get(str(row["verdict"]), "")
    return f"{killed} ({_range(row, words)}){outside}"


def trust(chosen: Chosen, one: Comparison, until: pd.Timestamp) -> None:
    """Say how far the figures can be trusted: how far the data reach, what is left out, what came in late, what changed in counting."""
    words, study = chosen.words, chosen.study
    st.header(words.say("How far to trust this"), anchor=False)
    lines = [
        words.say(
            "The data reach to {day}. Everything here ends on {until}: the reporting lag is {lag} days.",
            day=words.date((study.covers[1] - DAY).date()),
            until=words.date((until - DAY).date()),
            lag=words.number(city.lag(chosen.selection)),
        )
    ]
    lines.append(chosen.ask(city.late).sentence(words))
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
        for note in chosen.city.notes
        if note.kind == "definition" and first < note.start < one.days.end
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))


def when_in_the_week(chosen: Chosen) -> None:
    """Draw weekdays by hours for the place chosen, else for the whole city; nothing under 20."""
    words, place = chosen.words, chosen.study.place
    where = captions.place_name(place, words) if place else words.say("the whole city")
    st.header(words.say("Day of the week and hour: {place}", place=where), anchor=False)
    if not place:
        st.caption(words.say("Choose a place on the map to see its days and hours."))
    series.hours_of_the_week(chosen, chosen.ask(when.hours_of_the_week))


def method(words: Words) -> None:
    """Say in a few sentences how the range is made."""
    folded = tables.worked_out(words)
    folded.caption(
        words.say(
            "Normal range: the counts that an exact test of two counts (E-test) does not tell from the same calendar days of up to three "
            "years before, day for day; 29 February counts with the 28th. Where nothing changed a count lies outside in at most 5 of 100. "
            "The dark colours and “even allowing for” hold across all places compared (Benjamini–Hochberg). No percentage on less than "
            "10. That is chance alone, and what the places are judged by. For the whole city the headline goes by the range that also "
            "allows for how far up to five years before differed from one another, as on Overview and Trends (at least three years)."
        )
        + " "
        + words.say("People killed together count once for every range of chance alone, which is one of events; all else counts people.")
    )


def published_totals(chosen: Chosen) -> None:
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
    published.explain(chosen)
    rows = chosen.whole.ask(when.years_beside).table()
    columns = (*YEARS, Column("low", mark("Normal range"), between("low", "high"))) if when.ranged(rows) else YEARS
    tables.draw(rows.iloc[::-1], columns, words, alt=words.say("The years as a table"))
    if when.ranged(rows):
        st.caption(
            words.say("Normal range: 95 of 100 years fall in it as long as nothing changes; made from the years before, counted alike.")
        )
    else:
        st.caption(words.say(published.NO_RANGE))

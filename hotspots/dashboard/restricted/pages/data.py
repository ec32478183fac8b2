"""What is loaded: how far it reaches, what became of every row, what is missing, what each column means."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted.chosen import Chosen
from hotspots.dashboard.restricted.parts import tables
from hotspots.questions.restricted import city as questions
from hotspots.readers.report import QualityReport
from hotspots.store.schema import AREA_COUNT_FIELDS, BLOCK_FIELDS, INCIDENT_FIELDS, Field
from hotspots.views import captions, map_view
from hotspots.views.columns import Column, called, each, told
from hotspots.words import Words, mark

OUTCOMES: dict[str, str] = {
    "accepted": mark("Accepted as they stand"),
    "repaired": mark("Repaired by a stated rule"),
    "rejected": mark("Rejected"),
    "filtered": mark("Filtered out by the city file"),
}
MEANINGS: dict[str, str] = {
    "date": mark("Local date, and clock where it is known, as the file states it"),
    "hour": mark("Hour of the day, 0 to 23; missing where the file gives no clock"),
    "unplaced": mark("Why the victim is on no map; empty where there is a place"),
    "event_id": mark("Victims with the same id were killed in one event"),
    "age": mark("Age of the victim in years"),
    "sex": mark("Sex of the victim"),
    "weapon": mark("What killed"),
    "category": mark("What the killing came from"),
    "status": mark("State of the case"),
    "withheld": mark("Whether the agency keeps the victim out of every public release"),
    "day_known": mark("Whether the day is known; else the month alone is, and the date is the first of it"),
    "block_id": mark("The block that the agency itself recorded"),
    "population": mark("Residents; missing where nobody knows"),
    "name": mark("Name shown on screen"),
    "beat": mark("Beat the block belongs to"),
    "district": mark("District the block belongs to"),
}
OF_TOTALS: dict[str, str] = {
    "table": mark("The published table that the row comes from"),
    "area": mark("The area that the row is about; empty for the whole place"),
    "start": mark("First day of the period"),
    "end": mark("The day after the last one"),
    "count": mark("People killed; missing where the publisher held it back"),
    "suppressed": mark("Whether the publisher held the number back because it is small"),
    "sex": mark("Sex of the victims that the row counts; empty for all"),
    "population": mark("Residents that the row is about; missing where the publisher names none"),
    "source": mark("Who published the number"),
    "published_rate": mark("The rate per 100,000 that the publisher printed beside the number"),
}


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, report = chosen.words, chosen.city.report
    st.title(
        words.say(
            "{read} rows read from {city}: {victims} people killed",
            read=words.number(report.read),
            city=chosen.city.name,
            victims=words.number(report.victims),
        ),
        anchor=False,
    )
    facts(chosen)
    rows(report, words)
    findings(report, words)
    reconciled(chosen)
    dictionary(chosen)


def facts(chosen: Chosen) -> None:
    """Show what the data cover and where they come from."""
    words, city, placed = chosen.words, chosen.city, chosen.ask(questions.with_place).value
    left, middle, right = st.columns(3)
    left.metric(words.say("Data to"), words.short_date((city.end - pd.Timedelta(days=1)).date()))
    left.caption(words.say("from {day}", day=words.date(city.start.date())))
    if city.only_totals:
        middle.metric(words.say("With a usable place"), "–")
        middle.caption(words.say("Published totals: single homicides, their places and days are not known."))
    else:
        middle.metric(words.say("With a usable place"), words.percent(placed.share, 1))
        middle.caption(words.say("{n} of {total} people killed", n=words.number(placed.n), total=words.number(placed.total)))
    right.metric(words.say("Data version"), str(city.version))
    right.caption(" · ".join(captions.whose(city, words)))
    if city.fictional:
        st.info(words.say("This city is fictional: no real person, no real place. Never quote its figures."))


def rows(report: QualityReport, words: Words) -> None:
    """Show what became of the rows."""
    st.header(words.say("What became of every row"), anchor=False)
    counts = {**{outcome: getattr(report, outcome) for outcome in OUTCOMES}, "read": report.read}
    columns = (Column("outcome", mark("Outcome"), called(OUTCOMES, mark("Rows read"))), Column("rows", mark("Rows")))
    table = pd.DataFrame({"outcome": list(counts), "rows": list(counts.values())})
    tables.draw(table, columns, words, width="content", alt=words.say("Rows by outcome"))


def findings(report: QualityReport, words: Words) -> None:
    """Show what was found in the files, with examples."""
    if not report.findings:
        return
    st.header(words.say("What was found in the files"), anchor=False)
    rows = pd.DataFrame([vars(one) for one in report.findings], dtype=object)  # a text column would forget how a sentence is translated
    lead = ("outcome", "rows", "text", "advice")
    tables.fitting(rows, FINDINGS, words, alt=words.say("What was found in the files"), lead=lead)


def _examples(row: pd.Series, words: Words) -> str:
    return "; ".join(f"{words.say('row')} {example.row}: {example.value or '—'}" for example in row["examples"])


FINDINGS: tuple[Column, ...] = (
    Column("outcome", mark("Outcome"), called(OUTCOMES)),
    Column("rows", mark("Rows")),
    Column("text", mark("What was found"), told),
    Column("examples", mark("Examples"), each(_examples)),
    Column("advice", mark("What to do"), told),
)


def reconciled(chosen: Chosen) -> None:
    """Draw the table that shows the same homicides on every unit; it is made when the reader opens it, for that takes seconds."""
    words = chosen.words
    if chosen.city.only_totals:
        return
    st.header(words.say("The same homicides on every kind of place"), anchor=False)
    box = st.expander(words.say("Compare: every row adds up to all people killed"), on_change="rerun", key="reconciled")
    if not box.open:
        return
    answer = chosen.ask(questions.reconciled)
    columns = (
        Column("unit", mark("By"), lambda rows, key, words: [map_view.unit_name(unit, words, chosen.city.called) for unit in rows[key]]),
        Column("units", mark("Places")),
        Column("inside", mark("In a place")),
        Column("outside", mark("Outside all of them")),
        Column("without_place", mark("Without a usable place")),
        Column("total", mark("People killed")),
    )
    with box:
        tables.draw(answer.table(), columns, words, alt=words.say("The same homicides on every kind of place"))
        st.caption(f"{chosen.period} · {chosen.filters}")
        if "segments" in answer.value.index:
            st.markdown(captions.distances(chosen.at(unit="segments").by_unit, words))
        notes = [
            words.say("Beats, districts and the city are added up from blocks."),
            words.say("On streets, squares and hexagons the place of the homicide alone decides, so a few more or fewer lie outside."),
        ]
        st.markdown(" ".join(notes))


def dictionary(chosen: Chosen) -> None:
    """Show what each column means."""
    words, city = chosen.words, chosen.city
    st.header(words.say("What each column means"), anchor=False)
    fields = [(row, MEANINGS[row.name]) for row in INCIDENT_FIELDS if row.name in city.incidents.columns and not city.only_totals]
    if city.totals is not None:
        fields += [(row, OF_TOTALS[row.name]) for row in AREA_COUNT_FIELDS if row.name in city.totals.columns]
    fields += [(row, MEANINGS[row.name]) for row in BLOCK_FIELDS if row.name in city.blocks.columns]
    table = pd.DataFrame([{"name": row.name, "meaning": meaning, "values": _values(row, words)} for row, meaning in fields])
    columns = (
        Column("name", mark("Column"), width=100),
        Column("meaning", mark("Meaning"), lambda rows, key, words: [words.say(text) for text in rows[key]], width=300),
        Column("values", mark("Values"), width=520),
    )
    tables.draw(table, columns, words, alt=words.say("What each column means"))


def _values(row: Field, words: Words) -> str:
    return ", ".join(words.say(captions.VALUES[value]) for value in row.values if value) if row.kind == "word" else ""

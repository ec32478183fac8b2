"""What was understood of files that a person brings in: rows with roles, a map, a calendar, words, totals, versions."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from hotspots.cities import Understood
from hotspots.cities.drafts import Draft
from hotspots.dashboard import map_component, pictures
from hotspots.dashboard.restricted import admission
from hotspots.dashboard.restricted.parts import tables
from hotspots.drawing import charts, exports
from hotspots.questions.restricted import imports
from hotspots.questions.restricted.imports import Changed, Totals
from hotspots.readers.report import groups
from hotspots.views import captions
from hotspots.views.columns import Column, day, each, number
from hotspots.words import Words, mark
from hotspots.words.escape import safe_markdown


def sample(understood: Understood, words: Words) -> None:
    """Draw the first rows of each file, with the role of each column over it."""
    for one in understood.samples:
        st.header(words.say("The first rows of {file}", file=safe_markdown(one.file)), anchor=False)
        tables.as_it_stands(imports.sample(one, words), words, alt=words.say("The first rows of {file}", file=one.file))


def city(understood: Understood, draft: Draft, words: Words) -> None:
    """Draw the city as it would be published: totals, map, calendar, words, what was found, and the rows left out."""
    found = understood.city
    assert found is not None  # the caller looked
    totals(imports.totals(found), words)
    left, right = st.columns(2, gap="medium")
    with left:
        st.header(words.say("Where"), anchor=False)
        shown = imports.small_map(found, f"import/{draft.id}/{len(draft.answers)}", words)
        if shown is not None:
            spoken = map_component.spoken(words)
            geometry = map_component.encode_geometry(shown)
            map_component.show_map(shown, geometry, key="import_map", selected=None, height=320, on_click=lambda unit: None, words=spoken)
    with right:
        st.header(words.say("When"), anchor=False)
        months = imports.months(found)
        if len(months):
            title = words.say("People killed in each month")
            pictures.draw(charts.calendar(months, words), alt=title)
    _words(understood, words)
    _findings(understood, words)
    _left_out(understood, draft, words)


def _words(understood: Understood, words: Words) -> None:
    table = imports.understood_words(understood)
    if not len(table):
        return
    columns = (
        Column("field", mark("Column"), each(lambda row, words: words.say(imports.ROLES.get(row["field"], row["field"])))),
        Column("word", mark("In the file")),
        Column("ours", mark("Understood as"), each(lambda row, words: captions.value_name(row["field"], row["ours"], words))),
    )
    st.header(words.say("Words found"), anchor=False)
    tables.draw(table, columns, words, width="content", alt=words.say("Words found"))


def _findings(understood: Understood, words: Words) -> None:
    report = understood.city.report if understood.city else None
    for title, found in groups(report) if report else []:
        st.header(words.say(title), anchor=False)
        lines = [f"{words.tell(one.text)}. {words.tell(imports.advice(one))}" if one.advice else words.tell(one.text) for one in found]
        st.markdown("\n".join(f"- {safe_markdown(line)}" for line in lines))


def _left_out(understood: Understood, draft: Draft, words: Words) -> None:
    report = understood.city.report if understood.city else None
    if report is None or not report.rejected:
        return
    table = imports.left_out(report, words)
    admission.give(
        words.say("Rows left out (CSV), not for publication"),
        lambda: left_out_file(table, draft, words),
        file_name=f"NOT_FOR_PUBLICATION_{draft.slug}_rows_left_out.csv",
        mime="text/csv",
        key="import_left_out",
    )


def left_out_file(table: pd.DataFrame, draft: Draft, words: Words) -> bytes:
    """Return the file of the rows left out, which says of itself what it is."""
    restricted = words.say("Restricted: not for publication")
    label = f"{restricted} · {draft.slug} · {words.say('Rows of the files that were left out, as they stand there, with what is wrong')}"
    return exports.csv(table, label, again=restricted).encode("utf-8-sig")


def totals(found: Totals, words: Words) -> None:
    """Draw the totals, by which a person knows the city again."""
    shown = [
        (words.say("People killed"), words.number(found.victims), words.period(found.start.date(), found.end.date())),
        (words.say("Without a usable place"), words.number(found.without_place), words.say("counted, and on no map")),
    ]
    if found.areas:
        lie = words.say("{n} people killed lie in them", n=words.number(found.inside))
        inside = words.say("each lacks a number of some period") if math.isnan(found.inside) else lie
        shown.insert(1, (words.say("Areas"), words.number(found.areas), inside))
        shown.insert(2, (words.say("Residents"), words.number(found.residents), words.say("in all areas")))
    for column, (label, value, note) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, value)
        column.caption(note)


def changes(found: Changed | None, words: Words) -> None:
    """Draw what changed since the version before."""
    if found is None:
        st.caption(words.say("This is the first version: there is none before it to compare with."))
        return
    st.header(words.say("What changed since version {n}", n=found.before), anchor=False)
    columns = (
        Column("what", mark("Year"), each(lambda row, words: row["what"] or words.say("All"))),
        Column("before", mark("Before"), number()),
        Column("now", mark("Now"), number()),
    )
    tables.draw(found.rows, columns, words, width="content", alt=words.say("What changed since version {n}", n=found.before))


def versions(table: pd.DataFrame, words: Words) -> None:
    """Draw the versions of a city."""
    columns = (
        Column("version", mark("Version")),
        Column("published", mark("Published"), day),
        Column("victims", mark("People killed"), number()),
        Column("day", mark("Data to"), day),
        Column("served", mark("Shown now"), each(lambda row, words: words.say("yes") if row["served"] else "")),
    )
    tables.draw(table, columns, words, width="content", alt=words.say("Versions"))

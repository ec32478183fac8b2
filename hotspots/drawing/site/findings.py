"""The top of a page: three numbers with what they are compared with, and the years."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hotspots.cities import Note
from hotspots.drawing.site import drawings, sentences
from hotspots.drawing.site.markup import (
    Column,
    Html,
    el,
    items,
    joined,
    table,
)
from hotspots.release import SHOWN, Reading
from hotspots.words import Words, mark

LONG = 5  # years that are added up where windows are single years
KINDS = {
    "event": mark("What happened"),
    "definition": mark("What is counted changed"),
    "intervention": mark("What was done"),
}


def numbers(reading: Reading, words: Words) -> Html:
    """Return three numbers, each with what it is compared with."""
    newest = reading.newest
    if newest is None:
        return joined([])
    table_of = reading.years[: newest.name]
    cards = [_year(reading, table_of, words), _rate(reading, table_of, words), _long(reading, table_of, words)]
    shown = [
        el("li", el("p", number, class_="big"), el("p", what), el("p", beside, class_="note"))
        for number, what, beside in cards
        if number not in ("", "–")
    ]
    return el("ul", *shown, class_="numbers")


def _year(reading: Reading, table: pd.DataFrame, words: Words) -> tuple[str, str, str]:
    last = table.iloc[-1]
    beside = _changed(words)
    if len(table) > 1 and not reading.redefined(table["start"].iloc[-2], last["end"]):
        before = table.iloc[-2]
        beside = f"{before['start'].year}: {sentences.number(before['count'], before['reason'], words)}"
    said = words.say("people killed in {year}", year=last["start"].year)
    return sentences.number(last["count"], last["reason"], words), said, beside if len(table) > 1 else ""


def _changed(words: Words) -> str:
    return words.say("The time before was counted in another way: no comparison.")


def _rate(reading: Reading, table: pd.DataFrame, words: Words) -> tuple[str, str, str]:
    table = table.assign(rate=table["rate"].fillna(table["published_rate"]))
    last = table.iloc[-1]
    same = reading.comparable(table.iloc[:-1], last["end"])
    same = same[same["rate"].notna()]
    said = words.say("killed per 100,000 residents in {year}", year=last["start"].year)
    if same.empty:
        return words.rate(last["rate"]), said, _changed(words) if len(table) > 1 else ""
    each = [f"{row['start'].year}: {words.rate(row['rate'])}" for row in same.tail(3).to_dict("records")]
    return words.rate(last["rate"]), said, " · ".join(each)


def _long(reading: Reading, table: pd.DataFrame, words: Words) -> tuple[str, str, str]:
    """Return the newest window beside the one before; where windows are single years, five years beside five."""
    spans = [(start, end, reading.total((start, end))) for start, end in reading.windows[-2:]]
    if spans and not reading.republished and spans[-1][1] - spans[-1][0] > pd.Timedelta(days=370):
        parts = [(start, end, one.count, one.reason) for start, end, one in spans]
    else:
        rows = table.tail(2 * LONG)
        groups = [rows.tail(LONG)] if len(rows) < 2 * LONG else [rows.head(LONG), rows.tail(LONG)]
        parts = [(part["start"].min(), part["end"].max(), part["count"].sum(skipna=False), SHOWN) for part in groups]
    start, end, count, reason = parts[-1]
    if count != count and reason == SHOWN:
        return "", "", ""
    beside = ""
    if len(parts) > 1 and (parts[0][2] == parts[0][2] or parts[0][3] != SHOWN):
        beside = f"{sentences.period(parts[0][:2], words)}: {sentences.number(parts[0][2], parts[0][3], words)}"
    if reading.redefined(parts[0][0], end):
        beside = " ".join([beside + "." * bool(beside), words.say("What is counted changed within this time: compare with care.")]).strip()
    said = words.say("people killed in {period}", period=sentences.period((start, end), words))
    return sentences.number(count, reason, words), said, beside


def years(reading: Reading, words: Words) -> Html:
    """Return the years as a chart, the dates marked in it, and both as tables."""
    table_of = reading.years
    bars = [drawings.Bar(str(row["start"].year), row["count"], row["low"], row["high"]) for row in table_of.to_dict("records")]
    first = table_of["start"].min()
    notes = [note for note in reading.notes if first <= note.start < table_of["end"].max()]
    dated = [drawings.Dated(i + 1, _at(note.start, first), note.kind == "definition") for i, note in enumerate(notes)]
    said = "; ".join(f"{row['start'].year}: {sentences.number(row['count'], row['reason'], words)}" for row in table_of.to_dict("records"))
    chart = drawings.years("years", words.say("People killed each year"), said, bars, dated, words=words)
    parts = [el("figure", chart, el("figcaption", _key(reading, bool(notes), words)))]
    if notes:
        parts.append(_dates(notes, words))
    return joined([*parts, _year_table(reading, words)])


def _at(day: pd.Timestamp, first: pd.Timestamp) -> float:
    return float(day.year - first.year + (day.day_of_year - 1) / 366)


def _key(reading: Reading, noted: bool, words: Words) -> str:
    said = words.say("Numbered lines: dates that are explained below; broken lines: from here on something else is counted.")
    return " ".join([sentences.chart_key(reading, words), *[said] * noted])


def _dates(notes: Sequence[Note], words: Words) -> Html:
    columns = [
        Column(words.say("No."), [str(i + 1) for i in range(len(notes))]),
        Column(words.say("Day"), [words.short_date(note.start.date()).replace(" ", "\N{NO-BREAK SPACE}") for note in notes]),
        Column(words.say("Kind"), [words.say(KINDS[note.kind]) for note in notes]),
        Column(words.say("What it was"), [words.own(note.text) for note in notes]),
    ]
    return table(words.say("Dates marked in the chart"), columns)


def _year_table(reading: Reading, words: Words) -> Html:
    told, caption, source = sentences.year_table(reading, words), words.say("People killed each year"), words.say("Source")
    told = told.loc[:, [not (told[name] == "–").all() for name in told]]
    columns = [Column(name, list(told[name]), number=i > 0) for i, name in enumerate(told)]
    if source not in told:
        return table(caption, columns)
    sources = list(dict.fromkeys(one for one in told[source] if one))
    letter = {one: chr(ord("a") + i) for i, one in enumerate(sources)}
    columns[-1] = Column(source, [letter.get(one, "–") for one in told[source]])
    return joined([table(caption, columns), items(f"{letter[one]}: {one}" for one in sources)])

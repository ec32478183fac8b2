"""The top of a page: three numbers with what they are compared with, and the years."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hotspots.cities import Note
from hotspots.drawing.site import drawings, newest, sentences
from hotspots.drawing.site.markup import Column, Html, el, items, joined, table
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
    cards = [_year(reading, newest, words), _rate(reading, reading.years[: newest.name], words), _long(reading, words)]
    shown = [
        el("li", el("p", number, class_="big"), el("p", what), el("p", beside, class_="note"))
        for number, what, beside in cards
        if number not in ("", "–")
    ]
    return el("ul", *shown, class_="numbers")


def _year(reading: Reading, last: pd.Series, words: Words) -> tuple[str, str, str]:
    """Return the newest whole year beside the one before; a part of a year is beside nothing."""
    earlier = reading.years[reading.years.index == last.name - 1]
    beside = ""
    for before in earlier[earlier["complete"] | (earlier["reason"] != SHOWN)].to_dict("records"):
        beside = f"{before['start'].year}: {sentences.number(before['count'], before['reason'], words)}"
        if reading.redefined(before["start"], last["end"]):
            beside = _changed(words)
    said = words.say("people killed in {year}", year=last["start"].year)
    return sentences.number(last["count"], last["reason"], words), said, beside


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


def _long(reading: Reading, words: Words) -> tuple[str, str, str]:
    """Return the newest window beside the one before; where windows are single years, five whole years beside five."""
    spans = [(start, end, reading.total((start, end))) for start, end in reading.windows[-2:]]
    if spans and not reading.republished and spans[-1][1] - spans[-1][0] > pd.Timedelta(days=370):
        parts = [(start, end, one.count, one.reason) for start, end, one in spans]
    else:
        rows = reading.whole_years.tail(2 * LONG)
        if rows.empty:
            return "", "", ""
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
    notes = sentences.crossing(reading)
    chart = drawings.years("years", words.say("People killed each year"), sentences.years(reading, words), words=words)
    parts = [el("figure", chart, el("figcaption", _key(reading, bool(notes), words)), class_="figure-years")]
    if notes:
        parts.append(_dates(notes, words))
    newer = newest.so_far(reading, words)
    under_way = [el("h3", words.say("The year under way")), el("p", " ".join(newer))] if newer else []
    return joined([*under_way, *parts, _year_table(reading, words)])


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

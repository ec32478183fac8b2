"""The top of a page: what was found, in a sentence; three numbers with what they are compared with; the years."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hotspots.cities import Note
from hotspots.drawing.site import drawings, looks
from hotspots.drawing.site.markup import (
    Column,
    Html,
    el,
    items,
    joined,
    table,
)
from hotspots.drawing.site.reading import Reading
from hotspots.release import FEWER_THAN, SHOWN
from hotspots.words import Words, mark

LONG = 5  # years that are added up where windows are single years
KINDS = {
    "event": mark("What happened"),
    "definition": mark("What is counted changed"),
    "intervention": mark("What was done"),
}
WITHIN = mark("That lies within the {low}–{high} that the years {base} lead one to expect.")
FEWER = mark("That is fewer than the {low}–{high} that the years {base} lead one to expect.")
MORE = mark("That is more than the {low}–{high} that the years {base} lead one to expect.")


def title(reading: Reading, words: Words) -> str:
    """Return the finding that heads the page."""
    last = reading.years.iloc[-1]
    where = {"city": reading.city.name, "year": last["start"].year}
    if last["reason"] != SHOWN:
        said = looks.number(last["count"], last["reason"], words)
        return words.say("{city}, {year}: number of people killed: {said}", said=said, **where)
    head = words.count("{city}: {n} person killed in {year}", "{city}: {n} people killed in {year}", last["count"], **where)
    return head + compared(reading, words)


def compared(reading: Reading, words: Words) -> str:
    """Return how the newest year stands beside the one before, as the end of a sentence; empty where they cannot be compared."""
    before = _before(reading)
    if before is None:
        return ""
    difference = reading.years["count"].iloc[-1] - before["count"]
    year, n = before["start"].year, words.number(abs(difference))
    if difference == 0:
        return words.say(", as many as in {year}", year=year)
    if difference < 0:
        return words.say(", {n} fewer than in {year}", n=n, year=year)
    return words.say(", {n} more than in {year}", n=n, year=year)


def _before(reading: Reading) -> pd.Series | None:
    table = reading.years
    if len(table) < 2 or table["count"].iloc[-2:].isna().any() or reading.redefined(table["start"].iloc[-2], table["end"].iloc[-1]):
        return None
    return table.iloc[-2]


def judged(reading: Reading, words: Words) -> str:
    """Return whether the newest year lies in its normal range."""
    last = reading.years.iloc[-1]
    if not last["base"] or last["count"] != last["count"]:
        return words.say("There is no normal range for it: too few years before were counted in the same way and are shown.")
    text = FEWER if last["count"] < last["low"] else MORE if last["count"] > last["high"] else WITHIN
    return words.say(text, low=words.number(last["low"]), high=words.number(last["high"]), base=_base(last))


def _base(row: pd.Series) -> str:
    year = row["start"].year
    return f"{year - int(row['base'])}–{year - 1}"


def numbers(reading: Reading, words: Words) -> Html:
    """Return three numbers, each with what it is compared with."""
    cards = [_year(reading, words), _rate(reading, words), _long(reading, words)]
    shown = [
        el("li", el("p", number, class_="big"), el("p", what), el("p", beside, class_="note"))
        for number, what, beside in cards
        if number not in ("", "–")
    ]
    return el("ul", *shown, class_="numbers")


def _year(reading: Reading, words: Words) -> tuple[str, str, str]:
    table = reading.years
    last = table.iloc[-1]
    beside = _changed(words)
    if len(table) > 1 and not reading.redefined(table["start"].iloc[-2], last["end"]):
        before = table.iloc[-2]
        beside = f"{before['start'].year}: {looks.number(before['count'], before['reason'], words)}"
    said = words.say("people killed in {year}", year=last["start"].year)
    return looks.number(last["count"], last["reason"], words), said, beside if len(table) > 1 else ""


def _changed(words: Words) -> str:
    return words.say("The time before was counted in another way: no comparison.")


def _rate(reading: Reading, words: Words) -> tuple[str, str, str]:
    table = reading.years
    last = table.iloc[-1]
    same = reading.comparable(table.iloc[:-1], last["end"])
    same = same[same["rate"].notna()]
    said = words.say("killed per 100,000 residents in {year}", year=last["start"].year)
    if same.empty:
        return words.rate(last["rate"]), said, _changed(words) if len(table) > 1 else ""
    each = [f"{row['start'].year}: {words.rate(row['rate'])}" for row in same.tail(3).to_dict("records")]
    return words.rate(last["rate"]), said, " · ".join(each)


def _long(reading: Reading, words: Words) -> tuple[str, str, str]:
    """Return the newest window beside the one before; where windows are single years, five years beside five."""
    spans = [(start, end, reading.total((start, end))) for start, end in reading.windows[-2:]]
    if spans and not reading.republished and spans[-1][1] - spans[-1][0] > pd.Timedelta(days=370):
        parts = [(start, end, one.count, one.reason) for start, end, one in spans]
    else:
        rows = reading.years.tail(2 * LONG)
        groups = [rows.tail(LONG)] if len(rows) < 2 * LONG else [rows.head(LONG), rows.tail(LONG)]
        parts = [(part["start"].min(), part["end"].max(), part["count"].sum(skipna=False), SHOWN) for part in groups]
    start, end, count, reason = parts[-1]
    if count != count and reason == SHOWN:
        return "", "", ""
    beside = ""
    if len(parts) > 1 and (parts[0][2] == parts[0][2] or parts[0][3] != SHOWN):
        beside = f"{_span(parts[0], words)}: {looks.number(parts[0][2], parts[0][3], words)}"
    if reading.redefined(parts[0][0], end):
        beside = " ".join([beside + "." * bool(beside), words.say("What is counted changed within this time: compare with care.")]).strip()
    said = words.say("people killed in {period}", period=_span((start, end), words))
    return looks.number(count, reason, words), said, beside


def _span(part: tuple[pd.Timestamp, ...], words: Words) -> str:
    return words.period(part[0].date(), part[1].date())


def years(reading: Reading, words: Words) -> Html:
    """Return the years as a chart, the dates marked in it, and both as tables."""
    table_of = reading.years
    bars = [drawings.Bar(str(row["start"].year), row["count"], row["low"], row["high"]) for row in table_of.to_dict("records")]
    first = table_of["start"].min()
    notes = [note for note in reading.notes if first <= note.start < table_of["end"].max()]
    dated = [drawings.Dated(i + 1, _at(note.start, first), note.kind == "definition") for i, note in enumerate(notes)]
    said = "; ".join(f"{row['start'].year}: {looks.number(row['count'], row['reason'], words)}" for row in table_of.to_dict("records"))
    chart = drawings.years("years", words.say("People killed each year"), said, bars, dated, words=words)
    parts = [el("figure", chart, el("figcaption", _key(reading, bool(notes), words)))]
    if notes:
        parts.append(_dates(notes, words))
    return joined([*parts, _year_table(table_of, words)])


def _at(day: pd.Timestamp, first: pd.Timestamp) -> float:
    return float(day.year - first.year + (day.day_of_year - 1) / 366)


def _key(reading: Reading, noted: bool, words: Words) -> str:
    said = [words.say("Bars: people killed in the year.")]
    if reading.years["base"].any():
        said.append(
            words.say(
                "Grey boxes: the normal range, in which 95 of 100 years fall as long as nothing changes; made from the three to five years "
                "before that were counted in the same way."
            )
        )
    if reading.years["base"].eq(0).any():
        said.append(words.say("No box: too few such years."))
    if noted:
        said.append(words.say("Numbered lines: dates that are explained below; broken lines: from here on something else is counted."))
    return " ".join(said)


def _dates(notes: Sequence[Note], words: Words) -> Html:
    columns = [
        Column(words.say("No."), [str(i + 1) for i in range(len(notes))]),
        Column(words.say("Day"), [words.short_date(note.start.date()).replace(" ", "\N{NO-BREAK SPACE}") for note in notes]),
        Column(words.say("Kind"), [words.say(KINDS[note.kind]) for note in notes]),
        Column(words.say("What it was"), [words.own(note.text) for note in notes]),
    ]
    return table(words.say("Dates marked in the chart"), columns)


def _year_table(rows: pd.DataFrame, words: Words) -> Html:
    columns = [
        Column(words.say("Year"), [str(start.year) for start in rows["start"]]),
        Column(words.say("People killed"), looks.counts(rows, words), number=True),
    ]
    if rows["rate"].notna().any():
        columns.append(Column(words.say("Per 100,000 residents"), [words.rate(one) for one in rows["rate"]], number=True))
    if rows["base"].any():
        ranges = [
            f"{words.number(low)}–{words.number(high)}" if low == low else "–" for low, high in zip(rows["low"], rows["high"], strict=True)
        ]
        columns.append(Column(words.say("Normal range"), ranges, number=True))
    caption = words.say("People killed each year")
    if "source" not in rows.columns:
        return table(caption, columns)
    sources = list(dict.fromkeys(str(one) for one in rows["source"] if one))
    letter = {one: chr(ord("a") + i) for i, one in enumerate(sources)}
    columns.append(Column(words.say("Source"), [letter.get(str(one), "–") for one in rows["source"]]))
    return joined([table(caption, columns), items(f"{letter[one]}: {one}" for one in sources)])


FEW_WORDS = mark("“Fewer than {n}” means 0 to {last}: whether it was 0 or {last} is not told, so that no family is pointed at.")


def few(words: Words) -> str:
    """Return what "fewer than 10" means."""
    return words.say(FEW_WORDS, n=FEWER_THAN, last=FEWER_THAN - 1)

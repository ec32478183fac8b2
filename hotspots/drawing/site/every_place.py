"""The places that were released, side by side: what each counts, how late, and its newest year beside its own years. No league table.

The order is that of the alphabet; no rate, no rank and no colour puts one place above another, because what they count differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from hotspots.drawing.site import sentences
from hotspots.drawing.site.markup import Html, el, joined
from hotspots.readers.columns.values import fold
from hotspots.release import SHOWN, Reading
from hotspots.views import captions
from hotspots.words import Words, mark

AS_COUNTED = mark("each person killed, once; what is a homicide is as the source has it")
NOT_COMPARED = mark(
    "The places stand in the order of the alphabet. Each number is beside the earlier years of its own place, not beside other places: "
    "what is counted, how late and how fully, differs from one to the next. Rates, with how uncertain they are, stand on each place's page."
)


@dataclass(frozen=True)
class Row:
    """What the table says of one place, in the reader's words; `slug` is its short name, `place` its name."""

    slug: str
    place: str
    period: str
    killed: str
    usual: str
    counted: str
    through: str
    due: str
    source: str


HEADS: dict[str, str] = {
    "place": mark("Place"),
    "period": mark("Newest whole year"),
    "killed": mark("People killed"),
    "usual": mark("Normal range, from its own years"),
    "counted": mark("What is counted"),
    "through": mark("Figures up to"),
    "due": mark("What comes next"),
    "source": mark("Whose figures"),
}


def row(reading: Reading, words: Words) -> Row:
    """Return what is told of a place, from its release alone."""
    city = reading.city
    period, killed, usual = _newest(reading, words)
    return Row(
        slug=reading.slug,
        place=words.say("{city} (fictional)", city=city.name) if city.fictional and "fic" not in city.name.lower() else city.name,
        period=period,
        killed=killed,
        usual=usual,
        counted=_counted(reading, words),
        through=words.date(reading.last_day.date()),
        due=sentences.due(reading, words),
        source=" · ".join(captions.whose(city, words)),
    )


def _newest(reading: Reading, words: Words) -> tuple[str, str, str]:
    """Return the newest whole year, its number or why there is none, and its normal range."""
    year = reading.newest
    if year is None:
        return "–", words.say(sentences.NO_YEARS), "–"
    ranged = year["reason"] == SHOWN and not np.isnan(year["high"])
    usual = f"{words.number(year['low'])}–{words.number(year['high'])}" if ranged else "–"
    return str(year["start"].year), sentences.number(year["count"], year["reason"], words), usual


def _counted(reading: Reading, words: Words) -> str:
    """Return what is counted, and when that changed within the years shown."""
    stated = next(iter(reading.city.definitions.values()), None)
    changes = [note for note in reading.notes if note.kind == "definition"]
    told = [words.own(stated) if stated else words.say(AS_COUNTED)]
    return " · ".join([*told, *(f"{words.date(note.start.date())}: {words.own(note.text)}" for note in changes)])


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Return the rows in the order of the alphabet, whatever their letters wear.

    >>> blank = [""] * 7
    >>> [one.place for one in ordered([Row("c", "Colón", *blank), Row("b", "Ávila", *blank), Row("a", "avenida", *blank)])]
    ['avenida', 'Ávila', 'Colón']
    """
    return sorted(rows, key=lambda one: (fold(one.place), one.slug))


def table(rows: Iterable[Row], words: Words) -> Html:
    """Return the table, each place with the way to its page; it cannot be put in another order by a click."""
    names = [one.name for one in fields(Row)][1:]
    head = el("tr", *(el("th", words.say(HEADS[name]), scope="col") for name in names))
    body = []
    for one in ordered(rows):
        link = el("a", one.place, href=f"city?city={one.slug}&lang={words.language}")
        body.append(
            el("tr", el("th", link, scope="row"), *(el("td", getattr(one, name), data_label=words.say(HEADS[name])) for name in names[1:]))
        )
    return el("table", el("thead", head), el("tbody", joined(body)), class_="fitting every-place")

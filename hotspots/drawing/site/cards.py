"""The card of one area, for a page of somebody else: no script, nothing fetched, nothing on it that the release does not hold.

One file has the cards of all areas in a language. An address that ends in the anchor of an area shows that card alone (the style sees to
it), so that it fits a frame; the file by itself lists all of them, each with the line to copy.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import numpy as np

from hotspots import geography
from hotspots.agency import Agency
from hotspots.drawing import scripts
from hotspots.drawing.site import sentences, whereabouts
from hotspots.drawing.site.markup import Html, brand, el, head
from hotspots.release import SHOWN, Reading
from hotspots.release.profiles import Window
from hotspots.words import Words, mark

TALL = 480  # pixels of the frame: a card with its longest sentences, 300 pixels wide or more
HOW = mark("To show this card on a page of yours, copy this line. The card is always that of the newest release.")
BEFORE = mark("Put the address of this folder before the name of the file.")


def file_name(language: str) -> str:
    """Return the file that has the card of each area, in a language.

    >>> file_name("es")
    'cards.es.html'
    """
    return f"cards.{language}.html"


def anchor(area: str) -> str:
    """Return the anchor of an area's card: its own id, so that a line that was copied shows the same area in every release.

    >>> anchor("San José 2")
    'area-San%20Jos%C3%A9%202'
    """
    return f"area-{quote(area, safe='')}"


def frame(reading: Reading, area: str, words: Words, *, folder: str = "") -> str:
    """Return the line of HTML that shows the card of an area; `folder` is the address of the file, with its last slash."""
    named = str(geography.names(reading.city.blocks)[area])
    title = words.say("People killed in {city}", city=f"{named}, {reading.city.name}")
    source = f"{folder}{file_name(words.language)}#{anchor(area)}"
    return str(el("iframe", src=source, title=title, width="100%", height=TALL, loading="lazy", sandbox=True))


def page(reading: Reading, words: Words, *, agency: Agency | None = None, folder: str = "") -> str:
    """Return the file with the card of each area, in the order of the release's tables.

    `folder` is the address at which it is reached, for the lines to copy; empty where only whoever puts it there knows it.
    """
    title = words.say("{city}: a card for each area", city=reading.city.name)
    style = scripts.asset("cards.css")
    told = [words.say(HOW), *([] if folder else [words.say(BEFORE)])]
    shown = [_card(reading, str(area), words, agency, folder) for area in reading.city.blocks.index]
    warn = [el("p", sentences.fictional(words), class_="warn")] if reading.city.fictional else []  # its source says so on each card
    top = el("header", el("h1", title), el("p", " ".join(told)), *warn)
    return f"<!DOCTYPE html>\n{el('html', head(title, style), el('body', top, el('main', *shown)), lang=words.language)}\n".replace(
        "<article", "\n<article"
    )


def _card(reading: Reading, area: str, words: Words, agency: Agency | None, folder: str) -> Html:
    window = reading.windows[-1]
    row, name, called = reading.areas(window).loc[area], f"{anchor(area)}-name", str(geography.names(reading.city.blocks)[area])
    inside = [
        brand(reading.city.name, replace(agency, logo=b"") if agency else None),
        el("h2", called, id=name),
        el("p", words.say("People killed"), ", ", sentences.period(window, words), class_="what"),
        el("p", sentences.number(row["count"], row["reason"], words), class_="number" if row["reason"] == SHOWN else "number words"),
        *[el("p", line) for line in _said(reading, area, window, words)],
        el("p", " · ".join([*sentences.source(reading, words), words.say(sentences.PASSED_ON)]), class_="source"),
    ]
    label = words.say("Line to copy: {area}", area=called)
    line = el("pre", el("code", frame(reading, area, words, folder=folder)), tabindex=0, role="region", aria_label=label)
    return el("article", *inside, line, id=anchor(area), aria_labelledby=name)


def _said(reading: Reading, area: str, window: Window, words: Words) -> list[str]:
    """Return what stands below the number: its rate, or why there is no number; the rest of the city; the window before."""
    row = reading.areas(window).loc[area]
    lines = [one for one in [whereabouts.known_by(reading, area, words)] if one]
    lines += [words.say(sentences.EXPLAINED[row["reason"]])] if row["reason"] != SHOWN else []
    if not np.isnan(row["rate"]):
        low, high = words.rate(row["rate_low"]), words.rate(row["rate_high"])
        ends = words.say("95% interval {low} to {high}", low=low, high=high)
        lines.append(f"{words.say('Per 100,000 residents a year')}: {words.rate(row['rate'])} ({ends})")
    beside = reading.against_the_rest(area, window)
    if beside is not None:
        lines.append(sentences.beside(beside, words))
    return [*lines, sentences.changed(reading, area, window, words)]

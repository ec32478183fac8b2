"""What a release brought, as an Atom feed (RFC 4287): the years of the whole place and the windows by area, never one death."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from hotspots.drawing.site import newest, sentences
from hotspots.release import Reading
from hotspots.release.newest import this_year
from hotspots.release.profiles import Window
from hotspots.views import captions
from hotspots.words import Words

ATOM = "http://www.w3.org/2005/Atom"
MOST = 30  # entries


@dataclass(frozen=True)
class _Entry:
    key: str
    day: pd.Timestamp
    title: str
    text: str


def file_name(language: str) -> str:
    """Return the file of the feed in a language."""
    return f"feed.{language}.xml"


def atom(reading: Reading, words: Words) -> bytes:
    """Return the feed of a release, the newest numbers first; the same bytes for the same release.

    Each entry bears the first day on which the rules let its numbers out; a later release has the same entries, and those that are new.
    """
    ET.register_namespace("", ATOM)
    entries = sorted(
        (*_years(reading, words), *_under_way(reading, words), *_windows(reading, words)), key=lambda one: (one.day, one.key), reverse=True
    )[:MOST]
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": words.language})
    _put(feed, "id", _id(reading, words.language))
    _put(feed, "title", words.say("People killed in {city}: what was published", city=reading.city.name))
    _put(feed, "subtitle", sentences.due(reading, words))
    _put(feed, "updated", _moment(entries[0].day if entries else reading.city.end))
    _put(_put(feed, "author", ""), "name", words.own(reading.city.source) or reading.city.name)
    _put(feed, "rights", f"{words.say(sentences.PASSED_ON)} · {captions.whose(reading.city, words)[1]}")
    for one in entries:
        entry = _put(feed, "entry", "")
        _put(entry, "id", _id(reading, f"{words.language}/{one.key}"))
        _put(entry, "title", one.title)
        _put(entry, "updated", _moment(one.day))
        _put(entry, "content", one.text).set("type", "text")
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _years(reading: Reading, words: Words) -> Iterator[_Entry]:
    for year, row in reading.years[reading.years["complete"]].iterrows():
        told = {"city": reading.city.name, "year": year}
        title = words.count("{n} person killed in {city} in {year}", "{n} people killed in {city} in {year}", row["count"], **told)
        text = words.say("Normal range: {low}–{high}.", low=words.number(row["low"]), high=words.number(row["high"]))
        yield _Entry(f"year/{year}", _let_out(reading, row["end"]), title, title + "." if np.isnan(row["high"]) else text)


def _under_way(reading: Reading, words: Words) -> Iterator[_Entry]:
    found = this_year(reading)
    if found is not None:
        first, *rest = newest.so_far(reading, words)
        yield _Entry(f"part/{found.window[1]:%Y-%m}", _let_out(reading, found.window[1]), first.rstrip("."), " ".join(rest))


def _windows(reading: Reading, words: Words) -> Iterator[_Entry]:
    for window in reading.windows:
        span = sentences.period(window, words)
        title = words.say("By area: {period}", period=span)
        parts = [
            sentences.killed(reading, window, words) + ".",
            sentences.held_back(reading, window, words),
            *_changed(reading, window, words),
        ]
        yield _Entry(f"window/{window[0]:%Y-%m-%d}/{window[1]:%Y-%m-%d}", _let_out(reading, window[1]), title, " ".join(parts))


def _changed(reading: Reading, window: Window, words: Words) -> list[str]:
    """Return in how many areas there were clearly more or fewer than in the window before; nothing where there is none."""
    if reading.before(window) is None:
        return []
    found = [ratio for area in reading.city.blocks.index if (ratio := reading.change(str(area), window)) is not None]
    counts = {name: words.number(sum(one.verdict == name for one in found)) for name in ("above", "below")}
    return [
        words.say(
            "Areas whose numbers are shown for both windows: {n}. Beyond the normal range: more than before in {above}, fewer in {below}.",
            n=words.number(len(found)),
            **counts,
        )
    ]


def _let_out(reading: Reading, end: pd.Timestamp) -> pd.Timestamp:
    return end + pd.DateOffset(months=int(reading.rules["lag_months"]))


def _id(reading: Reading, what: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"hotspots:release/{reading.slug}/{what}").urn


def _moment(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = "".join(one for one in text if one >= " " or one in "\n\t") or None
    return child

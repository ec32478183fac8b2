"""Which area of a release does the reader mean? The names and outlines that the reader's browser searches by itself."""

from __future__ import annotations

from typing import Any

from hotspots.drawing.site import whereabouts
from hotspots.release import Reading, places
from hotspots.words import Words


def outlines(reading: Reading) -> list[list[Any]]:
    """Return id, name and rings of each area that has an outline: a browser that has them finds a position by itself."""
    return [row for row in places.outlines(reading.city.blocks) if row[2]]


def names(reading: Reading, words: Words) -> list[list[Any]]:
    """Return each name by which areas are known: the name, what kind of name it is, and the id and name of each area."""
    areas = [row[:2] for row in places.outlines(reading.city.blocks)]
    rows = places.searched(reading.city.blocks, reading.release.places)
    return [[name, words.say(whereabouts.KINDS[kind]), [areas[at] for at in here]] for name, kind, here in rows]

"""Which place does the reader mean? From a text to the places of the city, and from a place to where it lies."""

from __future__ import annotations

from hotspots.cities.directory import Directory, directory
from hotspots.cities.search import MOST, Hit, known
from hotspots.cities.search import search as find
from hotspots.questions.restricted.asked import Asked, question
from hotspots.study.memo import kept
from hotspots.study.selection import Selection


def _city_alone(chosen: Selection) -> Selection:
    return Selection(city=chosen.city, version=chosen.version)


@question(_city_alone)
def hits(asked: Asked, text: str, *, most: int = MOST) -> tuple[Hit, ...]:
    """Return the places of the city that a text may mean, best first; none where the text says nothing or fits none."""
    return find(_directory(asked), text, most=most)


@question(_city_alone)
def named(asked: Asked, place: str) -> Hit | None:
    """Return what a place is called and where it lies, by its text such as `district:12`; None where the city has no such place."""
    return known(_directory(asked), place)


def _directory(asked: Asked) -> Directory:
    return kept(asked.city, directory)

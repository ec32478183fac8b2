"""The releases that the public edition has open, and its only caches. Keys are short names; what comes out is never changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hotspots import release, settings
from hotspots.agency import worn
from hotspots.dashboard import map_component
from hotspots.drawing.site import Atlas, cards, every_place, feed
from hotspots.questions.public import search
from hotspots.release import Reading
from hotspots.study.memo import MOST_BYTES, Memo
from hotspots.views.map_view import MapView
from hotspots.words import LANGUAGES, words_for

LOG = logging.getLogger(__name__)
MANIFEST = release.bundle.MANIFEST
pages = Memo(MOST_BYTES)  # releases, maps and files as the browser gets them


def folders() -> list[Path]:
    """Return the folders that hold a release: the one named, or its sub-folders, in order of name."""
    named = settings.release_folder()
    if named is None or not named.is_dir():
        return []
    if (named / MANIFEST).is_file():
        return [named]
    return sorted(one for one in named.iterdir() if not one.name.startswith(".") and (one / MANIFEST).is_file())


def available() -> dict[str, tuple[Path, str]]:
    """Return folder and fingerprint of each release by the short name of its city; a release that is damaged is left out and logged."""
    found: dict[str, tuple[Path, str]] = {}
    for folder in folders():
        mark = release.fingerprint(folder)
        try:
            found.setdefault(_called(str(folder), mark)[0], (folder, mark))
        except release.ReleaseError:
            LOG.exception("a release cannot be opened")
    return found


def names_of_places() -> dict[str, str]:
    """Return the name of each city by its short name."""
    return {slug: _called(str(folder), mark)[1] for slug, (folder, mark) in available().items()}


def _called(folder: str, mark: str) -> tuple[str, str]:
    def read() -> tuple[str, str]:
        found = _opened(folder, mark)
        return found.slug, found.city.name

    return pages.given(("called", folder, mark), read)


def rows(language: str) -> list[every_place.Row]:
    """Return what is told of each place beside the others."""
    return [_row(str(folder), mark, language) for folder, mark in available().values()]


def _row(folder: str, mark: str, language: str) -> every_place.Row:
    return pages.given(("row", folder, mark, language), lambda: every_place.row(_opened(folder, mark), words_for(language)))


def reading(slug: str) -> Reading:
    """Return the release of one city. A release that was replaced on disk is read anew."""
    folder, mark = available()[slug]
    return _opened(str(folder), mark)


def _opened(folder: str, mark: str) -> Reading:
    return pages.given(("release", folder, mark), lambda: Reading(release.read(folder), mark))


def map_view(slug: str, show: str, window: str, language: str) -> MapView:
    """Return a map of a city."""
    found = reading(slug)
    known = ("map", slug, found.fingerprint, show, window, language)
    return pages.given(known, lambda: Atlas(found, words_for(language)).of(show, found.window(window)))


def shapes(slug: str, view: MapView) -> bytes:
    """Return the shapes of a city's maps as the browser gets them."""
    return pages.given(("shapes", slug, available()[slug][1]), lambda: map_component.encode_geometry(view))


def outlines(slug: str) -> Sequence[Sequence[Any]]:
    """Return the outlines of a city's areas, as a browser needs them to find a position by itself."""
    found = reading(slug)
    return pages.given(("outlines", slug, found.fingerprint), lambda: search.outlines(found))


def names(slug: str, language: str) -> bytes:
    """Return every name by which the areas of a city are known, as JSON that a browser searches."""
    found = reading(slug)

    def made() -> bytes:
        return json.dumps(search.names(found, words_for(language)), ensure_ascii=False).encode()

    return pages.given(("names", slug, found.fingerprint, language), made)


def values(slug: str, show: str, window: str, language: str) -> bytes:
    """Return what a map shows as the browser gets it."""
    shown, mark = map_view(slug, show, window, language), available()[slug][1]
    known = ("values", slug, mark, show, window, language)
    return pages.given(known, lambda: map_component.encode_values(shown, map_component.spoken(words_for(language))))


def file(slug: str, name: str, language: str, folder: str) -> bytes | None:
    """Return the feed of a release or the cards of its areas, by the name of the file, reached in `folder`; None where it has none."""
    found, words = reading(slug), words_for(language)

    def made() -> bytes | None:
        if name == feed.file_name(language):
            return feed.atom(found, words)
        return cards.page(found, words, agency=worn(), folder=folder).encode() if found.windows else None

    return pages.given(("file", slug, found.fingerprint, name, language, folder), made)


def warm() -> None:
    """Make the maps that open first."""
    for slug in available():
        found = reading(slug)
        for language in LANGUAGES if found.windows else ():
            shapes(slug, map_view(slug, found.shows[0], "", language))

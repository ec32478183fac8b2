"""A release → the files of its site: one page and its maps in each language, the same bytes for the same release."""

from __future__ import annotations

from collections.abc import Mapping

from hotspots.agency import Agency
from hotspots.drawing import scripts
from hotspots.drawing.site import cards, feed, find, findings, handout, sections, sentences
from hotspots.drawing.site.markup import Html, brand, el, head
from hotspots.drawing.site.public_map import Atlas
from hotspots.release import Reading, Release
from hotspots.release.profiles import Window
from hotspots.words import DEFAULT, LANGUAGES, Words, mark, words_for

_PARTS: Mapping[str, str] = {
    "numbers": mark("In three numbers"),
    "years": mark("Year by year"),
    "where": mark("Where people were killed"),
    "who": mark("Who was killed"),
    "done": mark("What is being done"),
    "left-out": mark("What is left out"),
    "correction": mark("How to ask for a correction"),
    "use": mark("To use these figures"),
}


def render(release: Release, *, contact: str = "", agency: Agency | None = None) -> dict[str, bytes]:
    """Return the files of a site by name: in each language a page, the maps that can be moved, and a sheet of paper and a card for each
    area.

    Every figure comes from the release. `contact` is whom to ask for a correction, `agency` whose name,
    logo and colour the pages bear. The page in the city's own language is `index.html`;
    the other bears its language in the name. The pages hold no script at all; the maps hold those of folium and Leaflet, and allow no
    other.
    """
    reading = Reading(release)
    found = {}
    for language in LANGUAGES:
        words = words_for(language)
        atlas = Atlas(reading, words)
        found[page_name(release, language)] = page(reading, atlas, contact=contact, agency=agency).encode()
        found[feed.file_name(language)] = feed.atom(reading, words)
        if reading.windows:
            found[handout.file_name(language)] = handout.pdf(atlas, contact=contact, agency=agency)
            found[find.file_name(language)] = find.page(reading, words, home=page_name(release, language), agency=agency).encode()
            found[cards.file_name(language)] = cards.page(reading, words, agency=agency).encode()
        for window in reading.windows:
            found[sections.map_name(window, language)] = _map(reading, atlas, window).encode()
    return found


def page_name(release: Release, language: str) -> str:
    """Return the file of the page in a language."""
    own = release.facts["language"] if release.facts["language"] in LANGUAGES else DEFAULT
    return "index.html" if language == own else f"index.{language}.html"


def page(reading: Reading, atlas: Atlas, *, contact: str, agency: Agency | None = None) -> str:
    """Return the page in one language, with the agency's name, logo and colour where one is given."""
    words = atlas.words
    inside = {
        "numbers": findings.numbers(reading, words),
        "years": findings.years(reading, words),
        "where": sections.where(reading, atlas, words),
        "who": sections.who(reading, words),
        "done": sections.done(reading, words),
        "left-out": sections.left_out(reading, words),
        "correction": sections.correction(contact, reading, words),
        "use": sections.use(reading, words),
    }
    parts = [el("section", el("h2", words.say(_PARTS[name]), id=name), part, aria_labelledby=name) for name, part in inside.items()]
    title = sentences.title(reading, words)
    body = el(
        "body",
        el("a", words.say("Skip to the figures"), href="#main", class_="skip"),
        el("header", brand(reading.city.name, agency), _languages(reading, words)),
        el("main", el("h1", title), *_lead(reading, words), _contents(words), *parts, id="main", tabindex=-1),
        el("footer", *[el("p", line) for line in sentences.source(reading, words)]),
    )
    return f"<!DOCTYPE html>\n{el('html', _head(title, words, agency), body, lang=words.language)}\n".replace("<section", "\n<section")


def _head(title: str, words: Words, agency: Agency | None) -> Html:
    own = f":root {{ --link: {agency.primary}; }}\n" if agency else ""
    style = scripts.asset("site.css") + own
    return head(title, style, el("link", rel="alternate", type="application/atom+xml", href=feed.file_name(words.language), title=title))


def _lead(reading: Reading, words: Words) -> list[Html]:
    said = sentences.judged(reading, words)
    found = [el("p", said, class_="lead")] if said else []
    return found + [el("p", sentences.fictional(words), class_="warn")] * reading.city.fictional


def _languages(reading: Reading, words: Words) -> Html:
    links = [
        el("span", name, aria_current="true", lang=language)
        if language == words.language
        else el("a", name, href=page_name(reading.release, language), lang=language, hreflang=language)
        for language, name in LANGUAGES.items()
    ]
    return el("nav", *links, aria_label=words.say("Language"), class_="languages")


def _contents(words: Words) -> Html:
    links = [el("li", el("a", words.say(text), href=f"#{name}")) for name, text in _PARTS.items()]
    return el("nav", el("ul", *links), aria_label=words.say("On this page"), class_="contents")


def _map(reading: Reading, atlas: Atlas, window: Window) -> str:
    """Return the map of a window as a page of its own, which says by itself all that a reader of it must know."""
    from hotspots.drawing import maps  # its library takes a while to load, and who draws no such map needs it not

    shown = atlas.of(reading.shows[0], window)
    told = sentences.caption(reading, shown, window, atlas.words)
    return maps.page(shown, words=atlas.words, head=told.head, note=told.note)

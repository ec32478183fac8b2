"""Find an area by where one is, or by a name that people know: in the reader's browser, which tells nobody.

One file in each language has a search over all names of the release. Without scripts its list of all areas, with their neighbourhoods and
the streets that bound them, can be read and searched like any page.
"""

from __future__ import annotations

import json
from typing import Any

from hotspots import geography
from hotspots.agency import Agency
from hotspots.drawing import scripts
from hotspots.drawing.site import cards, sentences, whereabouts
from hotspots.drawing.site.markup import Column, brand, el, head, raw, table
from hotspots.release import Reading, places
from hotspots.words import Words, mark

HOW = mark("Type the name of an area, a neighbourhood, a street, an address or a place, as far as the agency brings them.")
STAYS = mark("What you type, and where you are, stays in your browser.")


def file_name(language: str) -> str:
    """Return the file in which to find an area, in a language.

    >>> file_name("es")
    'find.es.html'
    """
    return f"find.{language}.html"


def page(reading: Reading, words: Words, *, home: str, agency: Agency | None = None) -> str:
    """Return the page: the search, and a list of all areas with what they are known by. `home` is the page of all figures."""
    title = words.say("{city}: find your area", city=reading.city.name)
    script = scripts.of_the_screen("whereabouts.js") + scripts.asset("find.js")
    style = scripts.asset("site.css") + (f":root {{ --link: {agency.primary}; }}\n" if agency else "")
    asked = words.say("Search for an area")
    near = el("button", words.say("Near me"), type="button", id="near")
    box = el("input", id="asked", type="search", autocomplete="off", maxlength=120)
    search = el(
        "div",
        el("p", words.say(HOW), " ", words.say(STAYS)),
        el("p", el("label", asked, for_="asked"), " ", box, " ", near),
        el("p", id="said", role="status"),
        el("ul", id="found"),
        id="search",
        hidden=True,
    )
    body = el(
        "body",
        el("header", brand(reading.city.name, agency), el("p", el("a", words.say("All figures"), href=home))),
        el("main", el("h1", title), search, _listed(reading, words), id="main"),
        el("footer", *[el("p", line) for line in sentences.source(reading, words)]),
        raw(f'<script type="application/json" id="data">{_inert(_data(reading, words))}</script>'),
        raw(f'<script type="module">{script}</script>'),
    )
    return f"<!DOCTYPE html>\n{el('html', head(title, style, script=script), body, lang=words.language)}\n"


def _listed(reading: Reading, words: Words) -> str:
    names = geography.names(reading.city.blocks)
    links = [el("a", name, href=f"{cards.file_name(words.language)}#{cards.anchor(str(area))}") for area, name in names.items()]
    known = [whereabouts.known_by(reading, str(area), words) or "–" for area in names.index]
    columns = [Column(sentences.areas_called(reading, words), links), Column(words.say("Where it lies"), known)]
    return table(words.say("All areas"), columns)


def _data(reading: Reading, words: Words) -> dict[str, Any]:
    blocks = reading.city.blocks
    links = [f"{cards.file_name(words.language)}#{cards.anchor(str(area))}" for area in blocks.index]
    areas = [[*row, link] for row, link in zip(places.outlines(blocks), links, strict=True)]
    said = {
        "found": words.say("Found: {n}", n="{n}"),
        "none": words.say("No area is called like this."),
        "failed": words.say("Your browser did not say where you are."),
        "outside": words.say("You are in none of the areas of {city}.", city=reading.city.name),
        "here": words.say("You are here"),
    }
    return {"areas": areas, "names": places.searched(blocks, reading.release.places), "words": said}


def _inert(data: Any) -> str:
    """Return data as JSON that ends no script, whatever it holds."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")

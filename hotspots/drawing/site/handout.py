"""A page about one area for who lives there, on paper: how many were killed, against before, what is uncertain, what is held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from hotspots import geography
from hotspots.agency import Agency
from hotspots.drawing.site import programmes, sentences
from hotspots.drawing.site.public_map import Atlas
from hotspots.release import SHOWN, Reading
from hotspots.release.profiles import Window
from hotspots.study.memo import kept
from hotspots.views.map_view import MapView
from hotspots.views.one_page import Block, Figure, Graph, OnePage, Plan, Table
from hotspots.words import Words

NEAR = 1_000.0  # metres: a service is near
MOST_SERVICES = 6
MOST_DONE = 3
MOST_YEARS = 15


def file_name(language: str) -> str:
    """Return the file that has a page for each area, in a language.

    >>> file_name("es")
    'areas.es.pdf'
    """
    return f"areas.{language}.pdf"


def order(reading: Reading) -> list[str]:
    """Return the areas in the order of their pages: that of the release's tables."""
    return [str(area) for area in reading.city.blocks.index]


def handout(atlas: Atlas, area: str, *, contact: str = "", link: str = "", agency: Agency | None = None) -> OnePage:
    """Return the page of one area, in the language of the atlas, with nothing on it that the release does not hold.

    `contact` is whom to write to where a number is wrong; `link` leads to the area in the public edition, left out where there is none.
    Raises `KeyError` for an area that the release does not have, `IndexError` where it has no figures by area.
    """
    reading, words = atlas.reading, atlas.words
    window = reading.windows[-1]
    named = str(geography.names(reading.city.blocks)[area])
    return OnePage(
        language=words.language,
        about=words.say("For the people who live here"),
        city=reading.city.name,
        place=named,
        reach=words.say("Figures up to {day}", day=words.date(reading.last_day.date())),
        mark="",
        title=_title(reading, area, named, window, words),
        lead=_lead(reading, area, window, words),
        figures=_figures(reading, area, window, words),
        plan=_plan(atlas, area, window),
        graph=kept(atlas, _graph),
        bars=(),
        bars_title="",
        bars_about="",
        places=_windows(reading, area, words),
        when=None,
        blocks=_blocks(reading, area, window, words),
        source=_source(reading, contact, words),
        link=link,
        link_text=words.say("This area on the web:") if link else "",
        agency=agency,
    )


def pdf(
    atlas: Atlas, areas: Sequence[str] = (), *, contact: str = "", link: str = "", agency: Agency | None = None, paper: str = "a4"
) -> bytes:
    """Return a PDF with a page for each of the areas, in their order; of all where none is named. `paper` is `a4` or `letter`."""
    from hotspots.drawing.brief import paper as sheets  # its library takes a while to load

    pages = [handout(atlas, area, contact=contact, link=link, agency=agency) for area in areas or order(atlas.reading)]
    title = atlas.words.say("{city}: a page for each area", city=atlas.reading.city.name)
    return sheets.pdf(*pages, paper=paper, title=title if len(pages) > 1 else "")


def _title(reading: Reading, area: str, named: str, window: Window, words: Words) -> str:
    row, span = reading.areas(window).loc[area], sentences.period(window, words)
    if row["reason"] != SHOWN:
        said = sentences.number(row["count"], row["reason"], words)
        return words.say("{area}, {period}: number of people killed: {said}", area=named, period=span, said=said)
    told = {"area": named, "period": span}
    return words.count("{n} person killed in {area}, {period}", "{n} people killed in {area}, {period}", row["count"], **told)


def _lead(reading: Reading, area: str, window: Window, words: Words) -> tuple[str, ...]:
    row = reading.areas(window).loc[area]
    hidden = [words.say(sentences.EXPLAINED[row["reason"]])] if row["reason"] != SHOWN else []
    return (*hidden, sentences.changed(reading, area, window, words))


def _figures(reading: Reading, area: str, window: Window, words: Words) -> tuple[Figure, ...]:
    row, before = reading.areas(window).loc[area], reading.before(window)
    found = [_count(reading, area, window, words.say("now"), words)]
    if before is not None:
        found.append(_count(reading, area, before, words.say("before"), words))
    if row["population"] == row["population"]:
        label, days = words.say("Per 100,000 residents a year"), sentences.period(window, words)
        said = words.say("no rate without a published number of 10 or more")
        if not np.isnan(row["rate"]):
            said = words.say("95% interval {low} to {high}", low=words.rate(row["rate_low"]), high=words.rate(row["rate_high"]))
        found.append(Figure(label, days, words.rate(row["rate"]), said))
    total = reading.total(window)
    whole = sentences.number(total.count, total.reason, words)
    found.append(
        Figure(words.say("In all of {city}", city=reading.city.name), sentences.period(window, words), whole, words.say("people killed"))
    )
    return tuple(found)


def _count(reading: Reading, area: str, window: Window, said: str, words: Words) -> Figure:
    row = reading.areas(window).loc[area]
    return Figure(words.say("People killed"), sentences.period(window, words), sentences.number(row["count"], row["reason"], words), said)


def _plan(atlas: Atlas, area: str, window: Window) -> Plan | None:
    words = atlas.words
    shape = atlas.geometry.shapes[area]
    if shape is None or shapely.is_empty(shape):
        return None
    view = kept(atlas, _without_outlines)
    about = words.say("{what}, {period}", what=view.legend_title, period=sentences.period(window, words))
    return Plan(words.say("The area, and those around it"), about, view, shapely.make_valid(shape), near=True)


def _without_outlines(atlas: Atlas) -> MapView:
    return replace(atlas.newest, outlines=())


def _graph(atlas: Atlas) -> Graph | None:
    """Return the whole city by year, the same on every page: of one area no single year is told."""
    reading, words = atlas.reading, atlas.words
    shown = sentences.years(reading, words)
    rows = shown.rows.iloc[-MOST_YEARS:]
    if rows["count"].notna().sum() < 2:
        return None
    dated = tuple(one for one in shown.dated if one.definition and one.day >= rows["start"].iloc[0])
    dated = tuple(one._replace(sign=str(i)) for i, one in enumerate(dated, 1))
    signs = tuple(f"{one.sign}  {words.month(one.day.date())}: {one.text}" for one in dated)
    title = words.say("People killed each year in {city}", city=reading.city.name)
    ranged = words.say("Grey: the normal range, in which 95 of 100 years fall.") if rows["high"].notna().any() else ""
    said = [*([ranged] if ranged else []), *sentences.parts_told(reading, words)]
    series = replace(shown, rows=rows.reset_index(drop=True), dated=dated)
    return Graph(title, "", series, signs, tuple(said), words.say("People killed"), words.say("Normal range"))


def _windows(reading: Reading, area: str, words: Words) -> Table | None:
    if len(reading.windows) < 3:  # two stand above already
        return None
    shown = list(reversed(reading.windows))[:MOST_YEARS]
    rows = pd.DataFrame([reading.areas(window).loc[area] for window in shown])
    told = tuple(
        zip([sentences.period(one, words) for one in shown], sentences.numbers(rows, words), sentences.rates(rows, words), strict=True)
    )
    columns = (words.say("Window"), words.say("People killed"), words.say("Per 100,000 a year (95%)"))
    return Table(words.say("Every window"), "", columns, told, frozenset({1, 2}))


# --- what is said below -----------------------------------------------------------------------------------------------------------------


def _blocks(reading: Reading, area: str, window: Window, words: Words) -> tuple[Block, ...]:
    found = (
        Block(words.say("What is uncertain"), _uncertain(reading, area, window, words)),
        Block(words.say("What is held back, and why"), _held(reading, window, words)),
        Block(words.say("What is near, and what is done"), (*near(reading, area, words), *_done(reading, area, words))),
    )
    return tuple(one for one in found if one.lines)


def _uncertain(reading: Reading, area: str, window: Window, words: Words) -> tuple[str, ...]:
    ratio, lines = reading.against_the_rest(area, window), []
    if ratio is not None:
        lines.append(sentences.beside(ratio, words))
    chance = words.say(
        "By chance alone about 1 area in 20 looks changed or different: read such a sentence as a question, not as a verdict."
    )
    return (*lines, chance, words.say(sentences.NO_CAUSE))


def _held(reading: Reading, window: Window, words: Words) -> tuple[str, ...]:
    if reading.republished:
        return (words.say("These numbers were public already, so none is hidden; a number that its publisher held back stays held back."),)
    days = words.say("Days, streets and who was killed are not told by area: with so few deaths it would describe one person.")
    return (sentences.threshold(reading, words), sentences.held_back(reading, window, words), days)


def near(reading: Reading, area: str, words: Words) -> tuple[str, ...]:
    """Return the services of the release in an area or within `NEAR` metres of it; nothing where the release has none."""
    context, shape = reading.city.context, reading.city.blocks.geometry[area]
    services = context[context["kind"] == "service"]
    if not len(services) or shape is None:
        return ()
    far = services.geometry.distance(shape).sort_values()
    far = far[far <= NEAR]
    metres = words.number(NEAR)
    if not len(far):
        return (words.say("Services: the release names none in the area or within {metres} m of it.", metres=metres),)
    named = [str(name) for name in services["name"].reindex(far.index).fillna("") if str(name)]
    n = words.count(
        "{n} service is in the area or within {metres} m of it.",
        "{n} services are in the area or within {metres} m of it.",
        len(far),
        metres=metres,
    )
    listed = words.say("The nearest: {names}.", names=words.join(named[:MOST_SERVICES])) if named else ""
    return tuple(line for line in (n, listed) if line)


def _done(reading: Reading, area: str, words: Words) -> tuple[str, ...]:
    notes = [note for note in reading.notes if note.kind == "intervention" and (not note.treated or area in note.treated)]
    if not notes:
        return (words.say("This release names no programme here. That does not mean that nothing is done."),)
    return tuple(": ".join(programmes.programme(note, reading, words)) for note in notes[-MOST_DONE:])


def _source(reading: Reading, contact: str, words: Words) -> tuple[str, ...]:
    lines = [" · ".join([words.say(sentences.PASSED_ON), *sentences.source(reading, words)])]
    return (*lines, sentences.due(reading, words), sentences.contact(contact, reading, words))

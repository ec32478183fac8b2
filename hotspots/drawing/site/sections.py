"""The rest of a page: where, who, what is being done, what is left out, how to ask for a correction, and how to use the figures."""

from __future__ import annotations

import pandas as pd

from hotspots import geography
from hotspots.drawing import sheets
from hotspots.drawing.site import cards, drawings, feed, find, handout, newest, omissions, programmes, sentences
from hotspots.drawing.site.markup import Column, Html, el, items, joined, table
from hotspots.drawing.site.public_map import AROUND, Atlas
from hotspots.release import Reading
from hotspots.release.profiles import Window
from hotspots.views import captions
from hotspots.words import Words, mark

EMBED = mark("To show the newest map on a page of yours, copy this line and put the address of this folder before the name of the file:")
TABLES: tuple[str, ...] = ("areas.csv", "city.csv", "windows.csv", "attributes.csv", "areas.geojson")
TOTALS: tuple[str, ...] = ("totals.csv", "areas.geojson")


def map_name(window: Window, language: str) -> str:
    """Return the file that holds the map of a window.

    >>> map_name((pd.Timestamp(2020, 1, 1), pd.Timestamp(2025, 1, 1)), "es")
    'map-2020-2024.es.html'
    """
    start, last = window[0], window[1] - pd.Timedelta(days=1)
    whole = (start.month, start.day, last.month, last.day) == (1, 1, 12, 31)
    ends = [f"{day:%Y}" if whole else f"{day:%Y-%m-%d}" for day in (start, last)]
    return f"map-{'-'.join(dict.fromkeys(ends)) if whole else '_'.join(ends)}.{language}.html"


# --- where --------------------------------------------------------------------------------------------------------------------------


def where(reading: Reading, atlas: Atlas, words: Words) -> Html:
    """Return one map with its table for each window, the newest first."""
    if not reading.windows:
        return el("p", words.say(sentences.NO_AREAS))
    said = words.say("All maps here have the same colours for the same numbers. A number on the map is that of its row in the table.")
    if len(reading.city.blocks) > drawings.NUMBERED:
        said = words.say("All maps here have the same colours for the same numbers.")
    hot = [el("p", words.say(sentences.HOT))] if reading.by_area["alone"].notna().any() else []
    paper = words.say("A page for each area, to print and to hand out (PDF)")
    sheet = el("p", el("a", paper, href=handout.file_name(words.language)), class_="screen")
    latest, *earlier = [_where(reading, atlas, window, words) for window in reversed(reading.windows)]
    before = el("p", words.say("On paper the newest map alone: the earlier ones are on the page itself and in its files."), class_="paper")
    rest = [before, el("div", *earlier, class_="screen")] if earlier else []
    search = el(
        "p",
        el("a", words.say("Find your area by street, place or name, or by where you are"), href=find.file_name(words.language)),
        class_="screen",
    )
    return joined([el("p", said), search, sheet, *hot, latest, *_last_months(reading, words), *rest])


def _last_months(reading: Reading, words: Words) -> list[Html]:
    """Return the last 12 and 36 months of each area that can carry them, with a small chart, or why none is told."""
    names = geography.names(reading.city.blocks)
    told = [(str(area), shown) for area in names.index if (shown := newest.chart(reading, str(area), words)) is not None]
    head = el("h3", words.say("The last 12 and 36 months"))
    if not told:
        lines = newest.why_not(reading, words)
        return [head, el("p", " ".join(lines))] if lines else []
    lines_of = [newest.last_months(reading, area, words) for area, _ in told]
    columns = [
        Column(sentences.areas_called(reading, words), [names[area] for area, _ in told]),
        *[Column(words.say("{n} months", n=n), [lines[i] for lines in lines_of]) for i, n in enumerate((12, 36))],
        Column(
            words.say("Each year, and in grey its normal range"), [drawings.spark(f"spark-{i}", shown) for i, (_, shown) in enumerate(told)]
        ),
    ]
    return [head, table(words.say("The last 12 and 36 months"), columns)]


def _where(reading: Reading, atlas: Atlas, window: Window, words: Words) -> Html:
    shown, name = atlas.of(reading.shows[0], window), f"map-{window[0]:%Y%m%d}-{window[1]:%Y%m%d}"
    span = sentences.period(window, words)
    said = [sentences.killed(reading, window, words) + ".", *_placed(reading, window, words), sentences.held_back(reading, window, words)]
    legend = el("div", drawings.legend(name, shown), class_="legend-box")
    link = el(
        "a",
        words.say("Open this map to zoom in and to point at areas ({period})", period=span),
        href=map_name(window, words.language),
    )
    told, around = sheets.table(shown, words), {words.say(one) for one in AROUND}
    columns = [
        Column(heading, list(told[heading]), number=i > 0 and heading not in around, screen=heading in around)
        for i, heading in enumerate(told.drop(columns=words.say("Code"), errors="ignore"))
    ]
    cells = columns[0].cells
    if window == reading.windows[-1]:  # each area has its page of the file
        sheet = handout.file_name(words.language)
        cells = [el("a", name, href=f"{sheet}#page={i}") for i, name in enumerate(cells, 1)]
    columns[0] = Column(sentences.areas_called(reading, words), cells)
    numbered = [Column(words.say("No."), [str(i + 1) for i in range(len(told))])] if len(told) <= drawings.NUMBERED else []
    caption = words.say("{what}, {period}", what=columns[0].label, period=span)
    return joined(
        [
            el("h3", span),
            el("p", " ".join(said)),
            el("figure", drawings.city(name, shown), el("figcaption", legend)),
            el("p", link, class_="screen"),
            table(caption, [*numbered, *columns], head=len(numbered)),
        ]
    )


def _placed(reading: Reading, window: Window, words: Words) -> list[str]:
    if reading.republished:
        return sentences.repeated(reading, window, words)
    return [sentences.located(reading, window, words)]


# --- who ------------------------------------------------------------------------------------------------------------------------------


def who(reading: Reading, words: Words) -> Html:
    """Return one table for each attribute of the victims, never two together."""
    names = reading.release.attributes
    if not names:
        return el("p", words.say(sentences.NO_FIELDS))
    return joined([el("p", words.say(sentences.ONE_WAY)), *(_attribute(reading, name, words) for name in names)])


def _attribute(reading: Reading, name: str, words: Words) -> Html:
    newest, label = reading.windows[-1], words.say(sentences.FIELDS[name])
    now, total = reading.people(name, newest), reading.total(newest).count
    if not now["count"].notna().any():
        return joined([el("h3", label), el("p", words.say(sentences.NO_VALUES))])
    labels = [captions.value_name(name, value, words) for value in now["value"]]
    parts = [sentences.share(n, total, words) for n in now["count"]]
    told = [f"{said} ({part})" if part != "–" else said for said, part in zip(sentences.numbers(now, words), parts, strict=True)]
    title = words.say("{what}, {period}", what=label, period=sentences.period(newest, words))
    rows = list(zip(labels, told, now["count"] / total, strict=True))
    drawn = drawings.shares(name, title, "; ".join(map(": ".join, zip(labels, told, strict=True))), rows)
    columns = [Column(label, labels)]
    for window in reversed(reading.windows[-3:]):
        part = reading.people(name, window).set_index("value").reindex(now["value"])
        if part["reason"].notna().all():
            columns.append(Column(sentences.period(window, words), sentences.numbers(part, words), number=True))
    said = sentences.rest(reading, name, newest, words)
    return joined([el("h3", label), el("p", said), el("figure", drawn), table(title, columns)])


# --- what is being done, what is left out -----------------------------------------------------------------------------------------------


def done(reading: Reading, words: Words) -> Html:
    """Return the interventions that the release names."""
    told = programmes.table(reading, words)
    parts = [el("p", words.say(sentences.NO_PROGRAMME))]
    if len(told):
        parts = [_plain(words.say("Programmes"), told), el("p", words.say(sentences.NO_CAUSE))]
    near = programmes.services(reading, reading.windows[-1], words) if reading.windows else pd.DataFrame()
    parts += [el("h3", words.say("Services")), el("p", programmes.listed(reading, words))]
    if len(near):
        span = words.say("Services beside the people killed, {period}", period=sentences.period(reading.windows[-1], words))
        parts.append(
            el("div", el("p", words.say(programmes.NEAREST)), _plain(span, near), class_="screen")
        )  # on paper each area has its sheet
    return joined(parts)


def _plain(caption: str, told: pd.DataFrame) -> Html:
    return table(caption, [Column(str(name), list(told[name])) for name in told])


def left_out(reading: Reading, words: Words) -> Html:
    """Return what the page does not say, and by what rules."""
    placed = (
        []
        if reading.republished
        else [f"{sentences.period(one, words)}: {sentences.located(reading, one, words)}" for one in reading.windows[-2:]]
    )
    points = [*omissions.not_held(reading, words), *reversed(placed)]
    return joined([items(points), el("h3", words.say("The rules")), items(omissions.rules(reading, words))])


def correction(contact: str, reading: Reading, words: Words) -> Html:
    """Return how to ask for a correction."""
    return joined([el("p", sentences.contact(contact, reading, words)), el("p", words.say(omissions.CORRECTION))])


# --- use ------------------------------------------------------------------------------------------------------------------------------


def use(reading: Reading, words: Words) -> Html:
    """Return the files of the figures, and how to show a map elsewhere."""
    told = el("a", words.say("Feed of what is published (Atom)"), href=feed.file_name(words.language))
    how = words.say("How to be told: give the address of this feed to a feed reader, or to a mail service that reads feeds.")
    files = TABLES if not reading.republished else TOTALS
    parts = [
        el("p", sentences.due(reading, words)),
        el("p", how, " ", told),
        el("p", words.say("The same figures as files:")),
        items(el("a", name, href=name) for name in files),
    ]
    if reading.windows:
        name = map_name(reading.windows[-1], words.language)
        title = words.say("Map of homicides, {period}", period=sentences.period(reading.windows[-1], words))
        frame = str(el("iframe", src=name, title=title, width="100%", height=900, loading="lazy", sandbox="allow-scripts"))
        line = el("pre", el("code", frame), tabindex=0, role="region", aria_label=words.say("Line to copy"))
        parts.append(el("div", el("p", words.say(EMBED)), line))
        parts.append(el("p", el("a", words.say("A card for each area, to show on a page of yours"), href=cards.file_name(words.language))))
    return el("div", *parts, class_="screen")

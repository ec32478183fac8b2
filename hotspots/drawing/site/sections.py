"""The rest of a page: where, who, what is being done, what is left out, how to ask for a correction, and how to use the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hotspots.drawing.site import drawings, looks
from hotspots.drawing.site.findings import few
from hotspots.drawing.site.markup import (
    Column,
    Html,
    el,
    items,
    joined,
    table,
)
from hotspots.drawing.site.reading import Reading, Window
from hotspots.release import FEWER_THAN, SHOWN
from hotspots.views import captions
from hotspots.words import Words, mark

FIELDS: dict[str, str] = {
    "age": mark("Age of the victim"),
    "sex": mark("Sex of the victim"),
    "weapon": mark("Weapon"),
    "category": mark("What it came from"),
    "status": mark("Whether the case was cleared"),
}

ONE_WAY = mark(
    "The whole city, one thing at a time: two together, or one by area, could describe a single person. No share of fewer than 10."
)
NO_POINTS = mark(
    "Single homicides, their places and days, and maps made from points: with the method known, even a picture gives the places back."
)
BY_LOT = mark(
    "“10 or more, not shown”: held back because a number under 10 beside it could be found by "
    "subtraction. Which one is held back is drawn by lot."
)
HOT = mark(
    "“More than chance” in the table: in the area and those around it together, more people were killed than chance explains, "
    "given how many live there. A dash: nothing is said, because the number is not shown."
)
OTHER = mark("The figure for these years in the chart comes from another source: {n}.")
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


def _span(window: Window, words: Words) -> str:
    return words.period(window[0].date(), window[1].date())


# --- where --------------------------------------------------------------------------------------------------------------------------


def where(reading: Reading, atlas: looks.Atlas, words: Words) -> Html:
    """Return one map with its table for each window, the newest first."""
    if not reading.windows:
        return el("p", words.say("This release holds no figures by area."))
    said = words.say("All maps here have the same colours for the same numbers. A number on the map is that of its row in the table.")
    if len(reading.city.blocks) > drawings.NUMBERED:
        said = words.say("All maps here have the same colours for the same numbers.")
    parts: list[str] = [el("p", said)]
    for window in reversed(reading.windows):
        parts.append(_where(reading, atlas, window, words))
    return joined(parts)


def _where(reading: Reading, atlas: looks.Atlas, window: Window, words: Words) -> Html:
    shown, name = atlas.of(window), f"map-{window[0]:%Y%m%d}-{window[1]:%Y%m%d}"
    table_of = reading.areas(window)
    said = " ".join([total_said(reading, window, words), *shares_said(reading, window, words)])
    hot = [el("p", words.say(HOT))] if table_of["hot"].notna().any() else []
    legend = el("div", drawings.legend(name, shown), class_="legend-box")
    opened = words.say("Open this map to zoom in and to point at areas ({period})", period=_span(window, words))
    link = el("a", opened, href=map_name(window, words.language))
    return joined(
        [
            el("h3", _span(window, words)),
            el("p", said),
            el("figure", drawings.city(name, shown), el("figcaption", legend)),
            el("p", link, class_="screen"),
            *hot,
            _area_table(table_of, atlas, window, words),
        ]
    )


def total_said(reading: Reading, window: Window, words: Words) -> str:
    """Return how many were killed in a window, in words."""
    total, where = reading.total(window), {"city": reading.city.name, "period": _span(window, words)}
    if total.reason != SHOWN:
        return words.say("People killed in {city}, {period}: {said}.", said=looks.number(total.count, total.reason, words), **where)
    return words.count("{n} person killed in {city}, {period}", "{n} people killed in {city}, {period}", total.count, **where) + "."


def shares_said(reading: Reading, window: Window, words: Words) -> list[str]:
    """Return how many of them lie in no area, and which share lies in areas whose number is shown."""
    said: list[str] = []
    total = reading.total(window)
    if reading.republished:
        years = reading.years[(reading.years["start"] >= window[0]) & (reading.years["end"] <= window[1])]
        other = float(years["count"].sum(skipna=False)) if len(years) else np.nan
        return [words.say(OTHER, n=words.number(other))] if other == other and other != total.count else []
    if total.unmapped_reason == SHOWN and total.reason == SHOWN:
        share = words.percent(1 - total.unmapped / total.count) if total.count >= FEWER_THAN else "–"
        told = words.number(total.unmapped)
        said.append(words.say("For {share} the place is known; {n} of them lie in no area, or nobody knows where.", share=share, n=told))
    else:
        told = looks.number(total.unmapped, total.unmapped_reason, words)
        said.append(words.say("Killed in no area, or nobody knows where: {n}.", n=told))
    covered = reading.release.coverage.get(window[0], np.nan)
    if total.reason == SHOWN and covered == covered:
        said.append(words.say("Of those in an area, {share} lie in areas whose number is shown.", share=words.percent(covered)))
    return said


def _area_table(rows: pd.DataFrame, atlas: looks.Atlas, window: Window, words: Words) -> Html:
    columns = []
    if len(rows) <= drawings.NUMBERED:
        columns.append(Column(words.say("No."), [str(i + 1) for i in range(len(rows))]))
    head = len(columns)
    columns.append(Column(atlas.unit, [str(name) for name in atlas.frame.names]))
    columns.append(Column(words.say(looks.COUNT), looks.counts(rows, words), number=True))
    if rows["population"].notna().any():
        columns.append(Column(words.say("Per 100,000 residents a year"), looks.rates(rows, words), number=True))
        columns.append(Column(words.say("Residents"), [words.number(n) for n in rows["population"]], number=True))
    if rows["hot"].notna().any():
        told = [words.say("yes") if hot == 1 else words.say("no") if hot == 0 else "–" for hot in rows["hot"]]
        columns.append(Column(words.say("More than chance"), told))
    return table(words.say("{what}, {period}", what=atlas.unit, period=_span(window, words)), columns, head=head)


# --- who ------------------------------------------------------------------------------------------------------------------------------


def who(reading: Reading, words: Words) -> Html:
    """Return one table for each attribute of the victims, never two together."""
    names = reading.release.attributes
    if not names:
        return el("p", words.say("Not published, because the source says nothing of who was killed, or too little to show."))
    parts: list[str] = [
        el(
            "p",
            words.say(ONE_WAY),
        )
    ]
    for name in FIELDS:
        if name in names:
            parts.append(_attribute(reading, name, words))
    return joined(parts)


def _attribute(reading: Reading, name: str, words: Words) -> Html:
    rows = reading.release.attribute(name)
    newest = reading.windows[-1]
    now = rows[(rows["start"] == newest[0]) & (rows["end"] == newest[1])].reset_index(drop=True)
    if now.empty:
        return joined([el("h3", words.say(FIELDS[name])), el("p", words.say("not published"))])
    total = reading.total(newest)
    labels = [captions.value_name(name, value, words) for value in now["value"]]
    told = [_with_share(n, reason, total.count, words) for n, reason in zip(now["count"], now["reason"], strict=True)]
    parts_of = [n / total.count if total.count else np.nan for n in now["count"]]
    title = words.say("{what}, {period}", what=words.say(FIELDS[name]), period=_span(newest, words))
    drawn = drawings.shares(
        name, title, "; ".join(map(": ".join, zip(labels, told, strict=True))), list(zip(labels, told, parts_of, strict=True))
    )
    columns = [Column(words.say(FIELDS[name]), labels)]
    for window in reversed(reading.windows[-3:]):
        part = rows[(rows["start"] == window[0]) & (rows["end"] == window[1])].set_index("value").reindex(now["value"])
        if part["reason"].notna().all():
            columns.append(Column(_span(window, words), looks.counts(part, words), number=True))
    said = " ".join([_unknown(now, total.count, words), *_hidden(reading, name, now, newest, words)])
    return joined([el("h3", words.say(FIELDS[name])), el("p", said), el("figure", drawn), table(title, columns)])


def _with_share(count: float, reason: str, total: float, words: Words) -> str:
    said = looks.number(count, reason, words)
    return f"{said} ({words.percent(count / total)})" if reason == SHOWN and count >= FEWER_THAN and total >= FEWER_THAN else said


def _unknown(now: pd.DataFrame, total: float, words: Words) -> str:
    row = now[now["value"] == "unknown"]
    if row.empty:
        return ""
    told = _with_share(row["count"].iloc[0], row["reason"].iloc[0], total, words)
    return words.say("Not known: {n}.", n=told)


def _hidden(reading: Reading, name: str, now: pd.DataFrame, window: Window, words: Words) -> list[str]:
    hidden = now[now["reason"] != SHOWN]["value"]
    together = reading.together(name, window)
    if not len(hidden) or together != together:
        return []
    labels = words.join(captions.value_name(name, value, words).lower() for value in hidden)
    return [words.say("{values} together: {n}.", values=labels[0].upper() + labels[1:], n=words.number(together))]


# --- what is being done, what is left out -----------------------------------------------------------------------------------------------


def done(reading: Reading, words: Words) -> Html:
    """Return the interventions that the release names."""
    notes = [note for note in reading.notes if note.kind == "intervention"]
    if not notes:
        return el("p", words.say("This release names no intervention. That does not mean that nothing is being done."))
    points = [f"{words.date(note.start.date())}: {words.own(note.text)}" for note in notes]
    warning = words.say("That a number moves after such a date does not say that the one comes from the other.")
    return joined([items(points), el("p", warning)])


def left_out(reading: Reading, words: Words) -> Html:
    """Return what the page does not say, and why."""
    rules, points = reading.release.facts["rules"], []
    last = reading.years["end"].max() - pd.Timedelta(days=1)
    points.append(words.say("The time after {day}: only complete years are published.", day=words.date(last.date())))
    if reading.republished:
        points.append(
            words.say("Everything but totals: these figures were published by others, each with its source, and are repeated as they are.")
        )
        points.append(words.say("Places without a number: nobody published one. That is not 0."))
        return items(points)
    points += _rules(rules, words)
    points += [
        total_said(reading, window, words) + " " + shares_said(reading, window, words)[0] for window in reversed(reading.windows[-2:])
    ]
    points.append(words.say(NO_POINTS))
    points.append(
        words.say("Cases that the agency may not make public yet: they are in no number here, and nothing here says how many there are.")
    )
    points.append(
        words.say("Corrections of numbers that are out: they show in the next period, so that nobody can tell which record was corrected.")
    )
    return items(points)


def _rules(rules: Mapping[str, Any], words: Words) -> list[str]:
    lag = int(rules["lag_months"])
    months = words.count(
        "At least {n} full month passes before a year is published.", "At least {n} full months pass before a year is published.", lag
    )
    floor = words.say("Areas with fewer than {n} residents: they are joined with their neighbours.", n=words.number(rules["area_floor"]))
    held = words.say(BY_LOT)
    if rules["exact_areas"]:
        small = words.say(
            "Numbers by area are exact, also under 10; of the victims' age, sex and the like, numbers under 10 are not shown."
        )
        return [months] * bool(lag) + [floor, small, few(words), held]
    return [months] * bool(lag) + [floor, words.say("Numbers under {n}, by area and by attribute.", n=FEWER_THAN) + " " + few(words), held]


def correction(contact: str, reading: Reading, words: Words) -> Html:
    """Return how to ask for a correction."""
    to = (
        words.say("Write to: {contact}.", contact=contact)
        if contact
        else words.say("Write to the source of the figures: {source}.", source=reading.city.source)
    )
    say = words.say("Name the area, the period and the number that you think is wrong. Please do not name a victim in public.")
    return joined(
        [el("p", to), el("p", say), el("p", words.say("The agency corrects its records; the correction shows in the next period."))]
    )


# --- use ------------------------------------------------------------------------------------------------------------------------------


def use(reading: Reading, words: Words) -> Html:
    """Return the files of the figures, and how to show a map elsewhere."""
    files = TABLES if not reading.republished else TOTALS
    parts = [el("p", words.say("The same figures as files:")), items(el("a", name, href=name) for name in files)]
    if reading.windows:
        name = map_name(reading.windows[-1], words.language)
        title = words.say("Map of homicides, {period}", period=_span(reading.windows[-1], words))
        frame = f'<iframe src="{name}" title="{title}" width="100%" height="900" loading="lazy" sandbox="allow-scripts"></iframe>'
        line = el("pre", el("code", frame), tabindex=0, role="region", aria_label=words.say("Line to copy"))
        parts.append(el("div", el("p", words.say(EMBED)), line))
    return el("div", *parts, class_="screen")

"""The areas of a release as a map: classes of published numbers, and four looks for what stands behind a number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots import colours as look
from hotspots.dashboard.public import sentences
from hotspots.dashboard.public.answers import UNSTABLE, Answers, Window
from hotspots.release import FEW, SHOWN
from hotspots.statistics.measure import STATES
from hotspots.views import map_view
from hotspots.views.classes import breaks, class_labels
from hotspots.views.map_view import LegendRow, MapView, TipLine
from hotspots.words import Words, mark

TITLES: dict[str, str] = {
    "rate": mark("Homicides per 100,000 residents a year"),
    "count": mark("People killed"),
    "hot": mark("Areas with more homicides than chance explains"),
}
HOT: tuple[str, ...] = (mark("No more than chance explains"), mark("More than chance explains"))
LOOKS: dict[str, str] = {
    "zero": mark("None in this window"),
    "unstable": mark("10 to 19 people killed: the rate is uncertain"),
    "suppressed": mark("Fewer than 10 people killed, or none"),
    "no_data": mark("Not published"),
}


def map_of(found: Answers, show: str, window: Window, words: Words) -> MapView:
    """Return the map of a window. It holds nothing that the release's tables do not."""
    table = found.in_window(window)
    states = _states(table, show)
    classes, labels, colours = _classes(table, show, states, words)
    blocks, title = found.city.blocks, words.say(TITLES[show])
    shapes = map_view.geometry(f"public/{found.slug}", blocks, map_view.context_layers(found.city.context))
    period = words.period(window[0].date(), window[1].date())
    return MapView(
        key=shapes.key,
        ids=shapes.ids,
        names=shapes.names,
        shapes=shapes.shapes,
        classes=classes,
        states=np.array([STATES.index(state) for state in states], dtype=np.int8),
        tips=_tips(table, states, words),
        colours=colours,
        legend=_legend(classes, states, labels, colours, words),
        legend_title=title,
        legend_note=words.say("{period}, by {unit}", period=period, unit=sentences.areas_called(found, words).lower()),
        title=words.say(
            "{what}, {period}, by {unit}", what=title, period=period, unit=map_view.unit_name("blocks", words, found.city.called).lower()
        ),
        context=shapes.context,
        bounds=shapes.bounds,
    )


def _states(table: pd.DataFrame, show: str) -> list[str]:
    value = table[show]
    cases = [
        table["reason"] == FEW,
        table["reason"] != SHOWN,
        table["count"] == 0,
        value.isna(),
        (table["rate_state"] == UNSTABLE) & (show == "rate"),
    ]
    return [str(one) for one in np.select(cases, ["suppressed", "no_data", "zero", "no_data", "unstable"], "ok")]


def _classes(table: pd.DataFrame, show: str, states: list[str], words: Words) -> tuple[np.ndarray, list[str], tuple[str, ...]]:
    known = np.isin(states, ["ok", "unstable"])
    values = table[show].to_numpy(dtype=float)
    if show == "hot":
        return (
            np.where(known, values, -1).astype(np.int8),
            [words.say(text) for text in HOT],
            (look.ROLES["neither"], look.ROLES["growing"]),
        )
    seen = values[known]
    if not len(seen):
        return np.full(len(values), -1, dtype=np.int8), [], ()
    starts = breaks(seen, whole=show == "count")
    if show == "count":
        starts[0] = float(seen.min())  # no number under 10 is shown, so no class begins there
    classes = np.where(known, np.searchsorted(starts, np.where(known, values, 0.0), side="right") - 1, -1).astype(np.int8)
    labels = class_labels(starts, words, whole=show == "count", top=float(seen.max()))
    return classes, labels, look.classes(len(starts))


def _tips(table: pd.DataFrame, states: list[str], words: Words) -> list[TipLine]:
    numbers = [sentences.number(count, reason, words) for count, reason in zip(table["count"], table["reason"], strict=True)]
    rates = [sentences.rate(row, words) for _, row in table.iterrows()]
    residents = [words.number(n) for n in table["population"]]
    notes = [
        sentences.why(reason, words) if reason != SHOWN else words.say(LOOKS.get(state, "")) for reason, state in _pairs(table, states)
    ]
    lines = [TipLine(words.say("People killed"), numbers), TipLine(words.say("Per 100,000 residents a year"), rates)]
    lines += [TipLine(words.say("Residents"), residents)] if table["population"].notna().any() else []
    return [*lines, TipLine("", notes)]


def _pairs(table: pd.DataFrame, states: list[str]) -> list[tuple[str, str]]:
    return list(zip(table["reason"], states, strict=True))


def _legend(classes: np.ndarray, states: list[str], labels: list[str], colours: tuple[str, ...], words: Words) -> list[LegendRow]:
    rows = [
        LegendRow("class", text, colour, int((classes == k).sum())) for k, (text, colour) in enumerate(zip(labels, colours, strict=True))
    ]
    for state, text in LOOKS.items():
        n = states.count(state)
        if n:
            rows.append(LegendRow(state, words.say(text), {"zero": look.ZERO, "no_data": look.NO_DATA}.get(state), n))
    return rows

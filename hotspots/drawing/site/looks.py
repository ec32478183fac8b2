"""The map of one window as a view that every drawing understands, made from the release alone; one set of colours for all windows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from hotspots import colours as look
from hotspots.drawing.site.reading import Reading, Window
from hotspots.release import (
    FEW,
    HELD,
    SHOWN,
    UNPUBLISHED,
)
from hotspots.statistics.measure import STATES
from hotspots.views import map_view
from hotspots.views.classes import breaks, class_labels
from hotspots.words import Words, mark

HIDDEN: Mapping[str, str] = {
    FEW: mark("fewer than 10"),
    HELD: mark("10 or more, not shown"),
    UNPUBLISHED: mark("not published"),
}
STATE_LABELS: Mapping[str, str] = {
    "zero": mark("None in this period"),
    "unstable": mark("10 to 19 killed: the rate is uncertain"),
    "suppressed": mark("Number not shown: fewer than 10 killed, or held back to protect a smaller number"),
    "no_data": mark("No number, or no rate"),
}
RATE, COUNT = mark("Killed per 100,000 residents a year"), mark("People killed")


class Atlas:
    """The maps of a release in one language: the same classes and colours in every window, so that two maps can be compared."""

    def __init__(self, reading: Reading, words: Words) -> None:
        self.reading, self.words = reading, words

    @cached_property
    def starts(self) -> list[float]:
        """The lower ends of the classes, for all windows together."""
        values = [self.reading.shown_values(self.reading.areas(window)) for window in self.reading.windows]
        return breaks(np.concatenate(values), whole=not self.reading.by_rate) if values else []

    @cached_property
    def frame(self) -> map_view.MapGeometry:
        """The shapes, which are the same in every window."""
        city = self.reading.city
        return map_view.geometry("release", city.blocks, map_view.background(city, "blocks"))

    @property
    def title(self) -> str:
        """What the maps show."""
        return self.words.say(RATE if self.reading.by_rate else COUNT)

    def of(self, window: Window) -> map_view.MapView:
        """Return the map of a window."""
        words, frame, table = self.words, self.frame, self.reading.areas(window)
        values = self.reading.shown_values(table)
        states = map_states(table, by_rate=self.reading.by_rate)
        classes = np.where(values > 0, np.searchsorted(self.starts, values, side="right") - 1, -1).astype(np.int8)
        colours = look.classes(len(self.starts)) if self.starts else ()
        labels = class_labels(self.starts, words, whole=not self.reading.by_rate, top=self._top)
        period = words.period(window[0].date(), window[1].date())
        return map_view.MapView(
            key=frame.key,
            ids=frame.ids,
            names=frame.names,
            shapes=frame.shapes,
            classes=classes,
            states=np.array([STATES.index(state) for state in states], dtype=np.int8),
            tips=self._tips(table),
            colours=colours,
            legend=self._legend(classes, states, labels, colours),
            legend_title=self.title,
            legend_note=period,
            title=words.say("{what}, {period}, by {unit}", what=self.title, period=period, unit=self.unit.lower()),
            context=frame.context,
            bounds=frame.bounds,
        )

    @property
    def unit(self) -> str:
        """What an area is called."""
        return map_view.unit_name("blocks", self.words, self.reading.city.called)

    @cached_property
    def _top(self) -> float:
        tables = [self.reading.shown_values(self.reading.areas(window)) for window in self.reading.windows]
        return float(np.nanmax(np.concatenate(tables), initial=0))

    def _tips(self, table: pd.DataFrame) -> list[map_view.TipLine]:
        words = self.words
        lines = [map_view.TipLine(words.say(COUNT), counts(table, words))]
        if table["population"].notna().any():
            lines.append(map_view.TipLine(words.say(RATE), rates(table, words)))
            lines.append(map_view.TipLine(words.say("Residents"), [words.number(n) for n in table["population"]]))
        return lines

    def _legend(self, classes: np.ndarray, states: np.ndarray, labels: list[str], colours: tuple[str, ...]) -> list[map_view.LegendRow]:
        shown = zip(labels, colours, strict=True)
        rows = [map_view.LegendRow("class", label, colour, int((classes == k).sum())) for k, (label, colour) in enumerate(shown)]
        plain = {"zero": look.ZERO, "no_data": look.NO_DATA}
        for state, text in STATE_LABELS.items():
            n = int((states == state).sum())
            if n:
                rows.append(map_view.LegendRow(state, self.words.say(text), plain.get(state), n))
        return rows


def map_states(table: pd.DataFrame, *, by_rate: bool) -> np.ndarray:
    """Return how each area looks: one of `measure.STATES`.

    >>> one = pd.DataFrame({"count": [30.0, 12, 0, np.nan, np.nan], "reason": ["", "", "", "few", "unpublished"]})
    >>> map_states(one.assign(rate_state=["ok", "unstable", "zero", "suppressed", "no_data"]), by_rate=True).tolist()
    ['ok', 'unstable', 'zero', 'suppressed', 'no_data']
    """
    told, states = table["reason"] == SHOWN, table["rate_state"]
    hidden = np.where(table["reason"].isin([FEW, HELD]), "suppressed", "no_data")
    if not by_rate:
        return np.where(told, np.where(table["count"] == 0, "zero", "ok"), hidden)
    return np.where(told, np.where(states.isin(["few", "suppressed"]), "no_data", states), hidden)


def counts(table: pd.DataFrame, words: Words) -> list[str]:
    """Return each count as a text: the number, or why it is not shown."""
    return [number(n, reason, words) for n, reason in zip(table["count"], table["reason"], strict=True)]


def number(count: float, reason: str, words: Words) -> str:
    """Return a published number as a text, or why it is not shown.

    >>> from hotspots.words import words_for
    >>> number(1030.0, "", words_for("en")), number(float("nan"), "few", words_for("en"))
    ('1,030', 'fewer than 10')
    """
    return words.number(count) if reason == SHOWN else words.say(HIDDEN[reason])


def rates(table: pd.DataFrame, words: Words) -> list[str]:
    """Return each rate as a text, those of 10 to 19 homicides marked as uncertain."""
    pairs = zip(table["rate"], table["rate_state"], strict=True)
    return [words.say("{rate} (uncertain)", rate=words.rate(one)) if state == "unstable" else words.rate(one) for one, state in pairs]

"""The one map of a release, for every public face: one set of classes for all windows, one look and one text for each area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd

from hotspots import colours
from hotspots.drawing.site import programmes, sentences, whereabouts
from hotspots.release import FEW, HELD, SHOWN, Reading, near
from hotspots.release.profiles import Window
from hotspots.statistics.measure import UNSTABLE_UNDER
from hotspots.views import map_view
from hotspots.views.classes import Classes, class_labels, class_limits
from hotspots.views.outlines import outlines
from hotspots.words import Words, mark

TITLES: Mapping[str, str] = {
    "rate": mark("Homicides per 100,000 residents a year"),
    "count": mark("People killed"),
    "hot": mark("Areas with more homicides than chance explains"),
    "done": mark("Where a programme works, and the services"),
}
DONE: tuple[str, ...] = (mark("No programme is named here"), mark("A programme works or worked here"))
HOT: tuple[str, ...] = (mark("No more than chance explains"), mark("More than chance explains"))
NO_DATA: Mapping[str, str] = {
    "rate": mark("No number, or no rate"),
    "count": mark("Not published"),
    "hot": mark("No number, or nobody lives there"),
    "done": mark("Not known"),
}
AROUND: tuple[str, ...] = (mark("Where it lies"), mark("Nearest service"), mark("Programmes"))  # what is told of an area's surroundings
HIDDEN: Mapping[tuple[str, ...], str] = {
    (FEW,): mark("Number not shown: fewer than 10 killed, or none"),
    (HELD,): mark("Number not shown: 10 or more killed, held back to protect a smaller number"),
    (FEW, HELD): mark("Number not shown: fewer than 10 killed, or held back to protect a smaller number"),
}


class Atlas:
    """The maps of a release in one language: the same classes and colours in every window, so that two maps can be compared."""

    def __init__(self, reading: Reading, words: Words) -> None:
        self.reading, self.words = reading, words

    @cached_property
    def geometry(self) -> map_view.MapGeometry:
        """The shapes, which are the same in every window."""
        city = self.reading.city
        return map_view.geometry(f"public/{self.reading.slug}", city.blocks, map_view.context_layers(city.context))

    @cached_property
    def newest(self) -> map_view.MapView:
        """The map that the newest window opens with."""
        return self.of(self.reading.shows[0], self.reading.windows[-1])

    def of(self, show: str, window: Window) -> map_view.MapView:
        """Return the map of a window that shows `show`, one of `Reading.shows`. It holds nothing that the release's tables do not."""
        words, table = self.words, self.reading.areas(window)
        states = map_states(table, show)
        title, unit = words.say(TITLES[show]), sentences.areas_called(self.reading, words).lower()
        period = sentences.period(window, words)
        marked = outlines(self.reading.groups(window), self.geometry.shapes) if show == "hot" else ()
        hidden = tuple(reason for reason in (FEW, HELD) if (table["reason"] == reason).any())
        notes = {
            "zero": words.say("None in this period"),
            "unstable": words.say("10 to 19 people killed: the rate is uncertain"),
            "suppressed": words.say(HIDDEN[hidden]) if hidden else "",
            "no_data": words.say(NO_DATA[show]),
        }
        shown = map_view.assemble(
            self.geometry,
            classes=self._classes(table, show, states),
            states=states,
            notes=notes,
            tips=self._tips(table),
            legend_title=title,
            legend_note=words.say("{period}, by {unit}", period=period, unit=unit),
            title=words.say("{what}, {period}, by {unit}", what=title, period=period, unit=unit),
            outlines=marked,
        )
        return replace(shown, legend=[self._counted_once(row) for row in shown.legend])

    def _counted_once(self, row: map_view.LegendRow) -> map_view.LegendRow:
        """Return a row of the legend; that of uncertain rates says how many of the areas above it these are, for they have colours too."""
        if row.kind != "unstable" or row.units is None:
            return row
        label = self.words.count(
            "{n} of these: 10 to 19 people killed, and the rate is uncertain",
            "{n} of these: 10 to 19 people killed in each, and the rate is uncertain",
            row.units,
        )
        return replace(row, label=label, units=None)

    def _classes(self, table: pd.DataFrame, show: str, states: np.ndarray) -> Classes:
        known = np.isin(states, ["ok", "unstable"])
        if show == "done":
            of = (near.worked_in(self.reading).to_numpy() > 0).astype(np.int8)
            return of, [self.words.say(text) for text in DONE], (colours.ROLES["neither"], colours.PRIMARY)
        values = np.where(known, table["alone" if show == "hot" else show].to_numpy(dtype=float), np.nan)
        if show == "hot":
            of = np.where(known, values, -1).astype(np.int8)
            return of, [self.words.say(text) for text in HOT], (colours.ROLES["neither"], colours.ROLES["growing"])
        starts, top = self._scale(show)
        of = np.where(known, np.searchsorted(starts, values, side="right") - 1, -1).astype(np.int8)
        return of, class_labels(starts, self.words, whole=show == "count", top=top), colours.classes(len(starts)) if starts else ()

    def _scale(self, show: str) -> tuple[list[float], float]:
        """Return the lower ends of the classes and the highest value, for all windows together."""
        values = self.reading.by_area[show].to_numpy(dtype=float)
        seen = values[values > 0]
        starts = class_limits(seen, whole=show == "count")
        if starts and show == "count":
            starts[0] = float(seen.min())  # where no number under 10 is shown, no class begins there
        return starts, float(seen.max(initial=0))

    def _around(self, table: pd.DataFrame) -> list[map_view.TipLine]:
        """Return the nearest service of each area and the programmes that work there, where the release names any."""
        words, lines = self.words, []
        known = [whereabouts.known_by(self.reading, str(area), words) for area in table.index]
        if any(known):
            lines.append(map_view.TipLine(words.say(AROUND[0]), [one or "–" for one in known]))
        found = near.unmet(self.reading, self.reading.windows[-1])
        if len(found):
            told = [programmes.nearest(*row, words) for row in zip(found["service"], found["metres"], strict=True)]
            lines.append(map_view.TipLine(words.say(AROUND[1]), told))
        notes = [note for note in near.programmes(self.reading) if note.treated]
        if notes:
            named = [words.join([words.own(note.text) for note in notes if area in note.treated]) or "–" for area in table.index]
            lines.append(map_view.TipLine(words.say(AROUND[2]), named))
        return lines

    def _tips(self, table: pd.DataFrame) -> list[map_view.TipLine]:
        words = self.words
        lines = [map_view.TipLine(words.say("People killed"), sentences.numbers(table, words))]
        if table["population"].notna().any():
            lines.append(map_view.TipLine(words.say("Per 100,000 residents a year"), sentences.rates(table, words)))
            lines.append(map_view.TipLine(sentences.residents_called(self.reading, words), [words.number(n) for n in table["population"]]))
        if table["alone"].notna().any():
            said = [words.say("yes") if one == 1 else words.say("no") if one == 0 else "–" for one in table["alone"]]
            lines.append(map_view.TipLine(words.say("More than chance"), said))
        lines += self._around(table)
        return lines


def map_states(table: pd.DataFrame, show: str) -> np.ndarray:
    """Return how each area looks: one of `measure.STATES`.

    `suppressed` is a number that is known and not shown, whatever the reason; `no_data` one that nobody published, or a rate that cannot
    be told.

    >>> one = pd.DataFrame({"count": [30.0, 12, 0, np.nan, np.nan, np.nan], "reason": ["", "", "", "few", "held", "unpublished"]})
    >>> one["rate"], one["alone"] = one["count"], [1.0, 0.0, 0.0, np.nan, np.nan, np.nan]
    >>> map_states(one, "rate").tolist()
    ['ok', 'unstable', 'zero', 'suppressed', 'suppressed', 'no_data']
    >>> map_states(one, "hot").tolist()
    ['ok', 'ok', 'ok', 'suppressed', 'suppressed', 'no_data']
    """
    if show == "done":
        return np.full(len(table), "ok")
    cases = {
        "suppressed": table["reason"].isin([FEW, HELD]),
        "zero": (table["count"] == 0) & (show != "hot"),
        "no_data": (table["reason"] != SHOWN) | table["alone" if show == "hot" else show].isna(),
        "unstable": (table["count"] < UNSTABLE_UNDER) & (show == "rate"),
    }
    return np.select([case.to_numpy() for case in cases.values()], list(cases), "ok")

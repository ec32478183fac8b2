"""The curve of concentration: how much of the homicides the places with most hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.parts import Spec, chart, tooltip
from hotspots.words import Words


def lorenz_curve(curve: pd.DataFrame, words: Words) -> Spec:
    """Return the chart of a `concentration.AgainstChance.curve`: what the places with most hold, and what they would hold by chance.

    The axis of places ends where both curves have all homicides.
    """
    rows = [
        {
            "x": row["unit_share"],
            "y": row["observed"],
            "chance": row["expected"],
            "low": row["low"],
            "high": row["high"],
            "places": f"{words.number(units)} ({words.percent(row['unit_share'], 1)})",
            "held": words.percent(row["observed"]),
            "by_chance": f"{words.percent(row['expected'])} ({words.percent(row['low'])}–{words.percent(row['high'])})",
        }
        for units, row in curve.iterrows()
    ]
    full = curve["unit_share"][(curve["observed"] > 0.9999) & (curve["low"] > 0.9999)]
    x = {
        "field": "x",
        "type": "quantitative",
        "title": words.say("share of places, from the one with most"),
        "axis": {"format": "~%"},
        "scale": {"domain": [0, float(full.iloc[0])], "nice": False},
    }
    y = {
        "type": "quantitative",
        "title": words.say("share of homicides"),
        "axis": {"format": "~%"},
        "scale": {"domain": [0, 1]},
    }
    tips = tooltip(
        ("places", words.say("Places")), ("held", words.say("Share of homicides")), ("by_chance", words.say("By chance alone (95%)"))
    )
    band = {
        "mark": {"type": "area", "color": colours.MUTED, "opacity": 0.3, "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
    }
    chance = {
        "mark": {"type": "line", "color": colours.MUTED, "strokeDash": [5, 3], "strokeWidth": 1.6, "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "chance"}},
    }
    line = {
        "mark": {"type": "line", "color": colours.PRIMARY, "strokeWidth": 2.4, "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "y"}},
    }
    points = {
        "mark": {"type": "point", "opacity": 0, "size": 120, "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "y"}, "tooltip": tips},
    }
    labels = [
        _beside(curve, "observed", 0.75, words.say("as it is"), colours.PRIMARY),
        _beside(curve, "expected", 0.35, words.say("by chance alone"), colours.MUTED),
    ]
    return chart(rows, [band, chance, line, points, *labels], height=340)


def _beside(curve: pd.DataFrame, column: str, at: float, text: str, colour: str) -> Spec:
    """Return a label to the right of a rising line, where it passes `at`."""
    x = float(np.interp(at, curve[column], curve["unit_share"]))
    mark = {"type": "text", "align": "left", "dx": 10, "dy": 8, "fontSize": 13, "fontWeight": "bold", "color": colour}
    encoding = {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "y", "type": "quantitative"},
        "text": {"field": "text"},
    }
    return {"data": {"values": [{"x": x, "y": at, "text": text}]}, "mark": mark, "encoding": encoding}

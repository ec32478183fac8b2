"""The series of an intervention: before, after, and beside the comparison areas."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.parts import (
    Rule,
    Spec,
    chart,
    months,
    plain,
    tooltip,
)
from hotspots.drawing.charts.parts import rules as _rules
from hotspots.words import Words


def compared_series(table: pd.DataFrame, words: Words, rules: Sequence[Rule] = ()) -> Spec:
    """Return the chart of an intervention: homicides of each period in the treated areas, and their mean before and after.

    `table` has a row for each period, in order: `start` (its first day), `label`, `count`, `mean` (that of its half) and, where there are
    comparison areas, `comparison`. `rules` mark the start, and the end.
    """
    numbers = [name for name in table.columns if name not in ("start", "label")]
    rows = [
        {"month": row["start"].strftime("%Y-%m-%d"), "label": row["label"]} | {name: plain(row[name]) for name in numbers}
        for _, row in table.iterrows()
    ]
    x = months(words)
    y = {"type": "quantitative", "title": words.say("homicides"), "scale": {"zero": True}, "axis": {"tickMinStep": 1}}
    told = [("label", words.say("Period")), ("count", words.say("These areas")), ("mean", words.say("Mean of this side"))]
    told += [("comparison", words.say("Comparison areas"))] if "comparison" in table.columns else []
    hint = tooltip(*told)
    line = {"mark": {"type": "line", "color": colours.PRIMARY, "strokeWidth": 1.6}, "encoding": {"x": x, "y": {**y, "field": "count"}}}
    points = {
        "mark": {"type": "point", "filled": True, "size": 26, "color": colours.PRIMARY},
        "encoding": {"x": x, "y": {**y, "field": "count"}, "tooltip": hint},
    }
    means = {
        "mark": {"type": "line", "color": colours.PRIMARY, "strokeWidth": 3, "opacity": 0.35, "interpolate": "step"},
        "encoding": {"x": x, "y": {**y, "field": "mean"}, "detail": {"field": "side"}},
    }
    layers: list[Spec] = [means, line, points]
    if "comparison" in table.columns:
        grey: Spec = {"type": "line", "color": colours.MUTED, "strokeDash": [5, 3], "strokeWidth": 1.4}
        layers.insert(0, {"mark": grey, "encoding": {"x": x, "y": {**y, "field": "comparison"}, "tooltip": hint}})
    return chart(rows, [*layers, *_rules(rules, rows)], height=260)

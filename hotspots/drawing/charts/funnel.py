"""The funnel plot: places by what their residents lead one to expect, between the limits of chance."""

from __future__ import annotations

import math

import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.parts import Spec, chart, tooltip
from hotspots.statistics.rates import Funnel, funnel_curve
from hotspots.words import Words, mark

VERDICTS: dict[str, str] = {
    "above": mark("more than chance explains"),
    "below": mark("fewer than chance explains"),
    "within": mark("within what chance explains"),
}
COLOURS = {"above": "#c4501f", "below": colours.PRIMARY, "within": colours.MUTED}
SHAPES = {"above": "triangle-up", "below": "triangle-down", "within": "circle"}
NAMED = 14  # so many places outside can carry their name
STEEP = 5.0  # times the rate of all, from where on the axis of rates is drawn in towards the top
FLOOR = 0.02  # fewest expected homicides that the axis reaches down to


def spec(found: Funnel, names: pd.Series, whole: float, words: Words, *, widened: bool = False) -> Spec:
    """Return the chart: one sign for each place at its rate, the rate of all (`whole`) as a line, and the limits of chance around it."""
    verdict = "widened" if widened else "verdict"
    table = found.table.assign(name=names.reindex(found.table.index), shown=found.table[verdict])
    scatter = found.scatter if widened else 1.0
    lowest, highest = max(table["expected"].min() * 0.85, FLOOR), max(table["expected"].max() * 1.15, FLOOR * 4)
    curve = funnel_curve(lowest, highest, scatter=scatter) * whole
    top = max(float((table["ratio"] * whole).max()), whole) * 1.06
    steep = table["ratio"].max() > STEEP
    x = {
        "field": "x",
        "type": "quantitative",
        "title": words.say("expected from the residents"),
        "scale": {"type": "log", "domain": [lowest, highest], "nice": False},
        "axis": {"format": "~r", "tickCount": 6, "grid": False},
    }
    y = {
        "type": "quantitative",
        "title": words.say("per 100,000 residents a year"),
        "scale": {"type": "sqrt" if steep else "linear", "domain": [0, top], "nice": False},
    }
    bands = [
        {"x": at, **{name: min(float(value), top) for name, value in row.items()}, "mean": whole}
        for at, row in zip(curve.index, curve.to_dict("records"), strict=True)
    ]
    area = {"type": "area", "color": colours.MUTED, "clip": True}
    layers: list[Spec] = [
        {
            "data": {"values": bands},
            "mark": {**area, "opacity": opacity},
            "encoding": {"x": x, "y": {**y, "field": f"low_{level}"}, "y2": {"field": f"high_{level}"}},
        }
        for level, opacity in (("998", 0.16), ("95", 0.22))
    ]
    line = {"type": "line", "color": colours.MUTED, "strokeDash": [5, 3], "strokeWidth": 1.4}
    layers += [
        {"data": {"values": bands}, "mark": line, "encoding": {"x": x, "y": {**y, "field": "mean"}}},
        *_signs(table, whole, words, x, y),
    ]
    return chart([], layers, height=380)


def _signs(table: pd.DataFrame, whole: float, words: Words, x: Spec, y: Spec) -> list[Spec]:
    outside = table[table["shown"] != "within"]
    label = set(table.index) if len(table) <= NAMED else set(outside.index) if len(outside) <= NAMED else set()
    rows = [
        {
            "x": max(row["expected"], FLOOR),
            "y": row["ratio"] * whole,
            "name": str(row["name"]),
            "label": str(row["name"]) if unit in label else "",
            "verdict": row["shown"],
            "said": words.say(VERDICTS[row["shown"]]),
            "killed": words.number(row["count"]),
            "awaited": words.number(row["expected"], 1),
            "rate": f"{words.rate(row['ratio'] * whole)} ({words.rate(row['ratio_low'] * whole)}–{words.rate(row['ratio_high'] * whole)})",
        }
        for unit, row in zip(table.index, table.to_dict("records"), strict=True)
    ]
    said = {"name": words.say("Place"), "killed": words.say("People killed"), "awaited": words.say("Expected")}
    said |= {"rate": words.say("Per 100,000 a year (95%)"), "said": words.say("Beside chance")}
    order = list(COLOURS)
    colour = {"field": "verdict", "type": "nominal", "legend": None, "scale": {"domain": order, "range": list(COLOURS.values())}}
    shape = {"field": "verdict", "type": "nominal", "legend": None, "scale": {"domain": order, "range": list(SHAPES.values())}}
    size = 70 if len(table) < 200 else 34
    opacity = {"condition": {"test": "datum.verdict == 'within'", "value": 0.55 if len(table) < 200 else 0.28}, "value": 0.95}
    points = {
        "data": {"values": rows},
        "mark": {"type": "point", "filled": True, "size": size},
        "encoding": {
            "x": x,
            "y": {**y, "field": "y"},
            "color": colour,
            "shape": shape,
            "opacity": opacity,
            "tooltip": tooltip(*said.items()),
        },
    }
    if not label:
        return [points]
    middle = math.sqrt(float(table["expected"].min() * table["expected"].max()))
    texts = []
    for side, test in (("right", "datum.x >= "), ("left", "datum.x < ")):
        text = {"type": "text", "align": side, "dx": -9 if side == "right" else 9, "fontSize": 12, "limit": 170}
        texts.append(
            {
                "data": {"values": rows},
                "transform": [{"filter": f"datum.label != '' && {test}{middle}"}],
                "mark": text,
                "encoding": {"x": x, "y": {**y, "field": "y"}, "text": {"field": "label"}, "color": colour},
            }
        )
    return [points, *texts]

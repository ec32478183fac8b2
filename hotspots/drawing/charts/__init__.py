"""Draws tables as Vega-Lite charts for the screen. Every chart starts at zero and has its table beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.interventions import compared_series
from hotspots.drawing.charts.parts import SIGN_HEIGHT, Rule, Spec
from hotspots.drawing.charts.parts import chart as _chart
from hotspots.drawing.charts.parts import count_axis as _count_axis
from hotspots.drawing.charts.parts import months as _months
from hotspots.drawing.charts.parts import plain as _plain
from hotspots.drawing.charts.parts import rules as _rules
from hotspots.drawing.charts.parts import tooltip as _tooltip
from hotspots.drawing.charts.people import (
    composition,
    now_and_before,
    value_bars,
    yearly_share,
)
from hotspots.drawing.charts.seasons import (
    calendar,
    month_name,
    seasonal,
    weekday_hour,
    weekly_counts,
    year_over_year,
)
from hotspots.drawing.charts.years import years_in_range
from hotspots.words import Words
from hotspots.words.escape import safe_html

__all__ = [
    "Rule",
    "Spec",
    "calendar",
    "compared_series",
    "composition",
    "histogram",
    "lorenz_curve",
    "month_name",
    "monthly_counts",
    "now_and_before",
    "rolling_rate",
    "seasonal",
    "value_bars",
    "weekday_hour",
    "weekly_counts",
    "year_over_year",
    "yearly_counts",
    "yearly_share",
    "years_in_range",
]

SMALL, FEW = 160, 12  # pixels high; bars that have room for their numbers then


def monthly_counts(table: pd.DataFrame, words: Words, rules: Sequence[Rule] = ()) -> Spec:
    """Return the chart of `trends.monthly`: bars of people killed, the expected range as a band; incomplete months lighter.

    `rules` are dated events and changes of definition, drawn as dashed lines with their sign; the page explains the signs below.
    """
    rows = [
        {
            "month": month.start_time.strftime("%Y-%m-%d"),
            "label": words.month(month.start_time),
            "count": _plain(row["count"]),
            "low": _plain(row["low"]),
            "high": _plain(row["high"]),
            "range": f"{words.number(row['low'])}–{words.number(row['high'])}",
            "complete": bool(row["complete"]),
        }
        for month, row in table.iterrows()
    ]
    tooltip = _tooltip(("label", words.say("Month")), ("count", words.say("People killed")), ("range", words.say("Normal range")))
    band = {
        "transform": [{"filter": "isValid(datum.high)"}],
        "mark": {"type": "area", "color": colours.MUTED, "opacity": 0.25},
        "encoding": {
            "x": _months(words),
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
            "tooltip": tooltip,
        },
    }
    line = {
        "mark": {"type": "line", "color": colours.PRIMARY, "strokeWidth": 1.3},
        "encoding": {"x": _months(words), "y": _count_axis(words)},
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 26, "color": colours.PRIMARY},
        "encoding": {
            "x": _months(words),
            "y": _count_axis(words),
            "opacity": {"condition": {"test": "datum.complete", "value": 0.9}, "value": 0.3},
            "tooltip": tooltip,
        },
    }
    return _chart(rows, [band, line, points, *_rules(rules, rows)], height=300)


def rolling_rate(table: pd.DataFrame, words: Words, rules: Sequence[Rule] = ()) -> Spec:
    """Return the chart of the 12-month rolling rate of `trends.monthly`, with its exact 95 % interval as a band."""
    known = table.dropna(subset=["rate"])
    rows = [
        {
            "month": month.start_time.strftime("%Y-%m-%d"),
            "label": words.month(month.start_time),
            "rate": row["rate"],
            "low": row["rate_low"],
            "high": row["rate_high"],
            "count": int(row["rolling_count"]),
            "text": f"{words.rate(row['rate'])} ({words.rate(row['rate_low'])}–{words.rate(row['rate_high'])})",
        }
        for month, row in known.iterrows()
    ]
    tooltip = _tooltip(
        ("label", words.say("12 months to")), ("count", words.say("People killed")), ("text", words.say("Per 100,000 a year (95%)"))
    )
    axis = {"field": "rate", "type": "quantitative", "title": words.say("per 100,000 residents a year"), "scale": {"zero": True}}
    band = {
        "mark": {"type": "area", "color": colours.PRIMARY, "opacity": 0.18},
        "encoding": {"x": _months(words), "y": {**axis, "field": "low"}, "y2": {"field": "high"}, "tooltip": tooltip},
    }
    line = {
        "mark": {"type": "line", "color": colours.PRIMARY, "strokeWidth": 2.2},
        "encoding": {"x": _months(words), "y": axis},
    }
    points = {
        "mark": {"type": "point", "opacity": 0, "size": 80},
        "encoding": {"x": _months(words), "y": axis, "tooltip": tooltip},
    }
    return _chart(rows, [band, line, points, *_rules(rules, rows)], height=240)


def yearly_counts(table: pd.DataFrame, words: Words, *, height: int = 160, rules: Sequence[Rule] = ()) -> Spec:
    """Return the chart of `trends.yearly`: one bar a year with its number on it; years covered in part lighter, unknown ones empty.

    A small chart of many years numbers only the highest and the last one. `rules` stand at their place within the year.
    """
    counts = table["count"]
    crowded = height <= SMALL and len(table) > FEW
    numbered = {counts.idxmax(), counts.last_valid_index()} if crowded and counts.notna().any() else set(table.index)
    rows = [
        {"year": str(year), "count": _plain(row["count"]), "complete": bool(row["complete"])}
        | {"text": words.number(row["count"]) if year in numbered else ""}
        for year, row in table.iterrows()
    ]
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True}}
    room = {"zero": True, "domainMax": 1.35 * float(max(counts.max(), 1))} if rules and counts.notna().any() else {"zero": True}
    y = {**_count_axis(words), "axis": None, "scale": room}  # room for the signs of the rules above the numbers
    shade = {"condition": {"test": "datum.complete", "value": 0.85}, "value": 0.4}
    tooltip = _tooltip(("year", words.say("Year")), ("count", words.say("People killed")))
    bars = {"mark": {"type": "bar", "color": colours.PRIMARY}, "encoding": {"x": x, "y": y, "opacity": shade, "tooltip": tooltip}}
    texts = {
        "mark": {"type": "text", "dy": -7, "fontSize": 12, "color": colours.MUTED},
        "encoding": {"x": x, "y": y, "text": {"field": "text"}},
    }
    shown = {str(year) for year in table.index}
    within = [rule for rule in rules if str(rule[0].year) in shown]
    below = colours.sign_rows([rule[0].toordinal() / 365.25 for rule in within], len(table))
    lines = [layer for row, rule in zip(below, within, strict=True) for layer in _rule_in_year(*rule, drop=8 + SIGN_HEIGHT * row)]
    return _chart(rows, [bars, texts, *lines], height=height)


def _rule_in_year(day: pd.Timestamp, sign: str, text: str, *, drop: int) -> list[Spec]:
    values = [{"year": str(day.year), "sign": sign, "text": text}]
    part = (day.day_of_year - 1) / (366 if day.is_leap_year else 365)
    encoding = {"x": {"field": "year", "type": "ordinal", "bandPosition": round(part, 3)}, "tooltip": [{"field": "text", "title": " "}]}
    line = {"type": "rule", "strokeDash": [4, 3], "color": colours.MUTED, "strokeWidth": 1.2}
    label = {"type": "text", "align": "left", "dx": 3, "fontSize": 13, "fontWeight": "bold", "color": colours.MUTED}
    return [
        {"data": {"values": values}, "mark": line, "encoding": encoding},
        {"data": {"values": values}, "mark": label, "encoding": {**encoding, "y": {"value": drop}, "text": {"field": "sign"}}},
    ]


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
    tooltip = _tooltip(
        ("places", words.say("Places")), ("held", words.say("Share of homicides")), ("by_chance", words.say("By chance alone (95%)"))
    )
    band = {
        "mark": {"type": "area", "color": colours.MUTED, "opacity": 0.3, "clip": True},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tooltip},
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
        "encoding": {"x": x, "y": {**y, "field": "y"}, "tooltip": tooltip},
    }
    labels = [
        _beside(curve, "observed", 0.75, words.say("as it is"), colours.PRIMARY),
        _beside(curve, "expected", 0.35, words.say("by chance alone"), colours.MUTED),
    ]
    return _chart(rows, [band, chance, line, points, *labels], height=340)


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


def histogram(counts: pd.Series, words: Words, *, chosen: Collection[str] = ()) -> str:
    """Return small horizontal bars as HTML, one for each value, with its number; values not `chosen` are paler where any is.

    It is a list, so that a screen reader hears each value and its number. HTML because the browser draws it before any chart library has
    arrived, and four of them stand beside every page.

    >>> from hotspots.words import words_for
    >>> histogram(pd.Series({"Firearm": 3, "Blade": 1}), words_for("en")).count("<li>")
    2
    """
    most = max(int(counts.max()), 1)
    rows = []
    for value, n in counts.items():
        pale = ' class="pale"' if chosen and value not in chosen else ""
        bar = f'<i style="width:{100 * int(n) / most:.1f}%"></i>' if n else ""
        rows.append(f"<li{pale}><span>{safe_html(value)}</span><b>{bar}</b><em>{safe_html(words.number(n))}</em></li>")
    return f'<ul class="bars" aria-label="{safe_html(words.say("People killed"))}">{"".join(rows)}</ul>'

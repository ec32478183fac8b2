"""What every chart is made of: axes, tooltips, dated lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hotspots import look
from hotspots.words import Words

Spec = dict[str, Any]
Rule = tuple[pd.Timestamp, str, str]  # day, number or sign drawn, text


def months(words: Words) -> Spec:
    """Return the axis of months."""
    return {
        "field": "month",
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "title": None,
        "axis": {"format": "%Y", "tickCount": "year", "labelOverlap": True},
    }


def count_axis(words: Words) -> Spec:
    """Return the axis of people killed, from zero."""
    return {
        "field": "count",
        "type": "quantitative",
        "title": words.say("people killed"),
        "scale": {"zero": True},
        "axis": {"tickMinStep": 1},
    }


def tooltip(*fields: tuple[str, str]) -> list[Spec]:
    """Return what hovering says: fields and their titles."""
    return [{"field": field, "title": title} for field, title in fields]


def rules(dated: Sequence[Rule]) -> list[Spec]:
    """Return dated events and changes of definition as dashed lines with their sign."""
    if not dated:
        return []
    values = [{"month": day.strftime("%Y-%m-%d"), "sign": sign, "text": text} for day, sign, text in dated]
    x = {"field": "month", "type": "temporal", "timeUnit": "utcyearmonthdate"}
    tooltip = [{"field": "text", "title": " "}]
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": look.MUTED, "strokeWidth": 1.2},
            "encoding": {"x": x, "tooltip": tooltip},
        },
        {
            "data": {"values": values},
            "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 13, "fontWeight": "bold", "color": look.MUTED},
            "encoding": {"x": x, "y": {"value": 8}, "text": {"field": "sign"}, "tooltip": tooltip},
        },
    ]


def chart(rows: list[Spec], layers: list[Spec], *, height: int) -> Spec:
    """Return layers over the same rows as one chart as wide as its place."""
    return {
        "data": {"values": rows},
        "layer": layers,
        "height": height,
        "width": "container",
        "autosize": {"type": "fit", "contains": "padding"},
    }


def plain(value: float) -> float | None:
    """Return a number as JSON has it; None where it is missing."""
    return None if pd.isna(value) else float(value)

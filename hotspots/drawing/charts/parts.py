"""What every chart is made of: axes, tooltips, dated lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hotspots import colours
from hotspots.views.series import Dated
from hotspots.words import Words

Spec = dict[str, Any]
SIGN_HEIGHT = 14  # pixels from one row of signs to the next
FEW_MONTHS = 24


def months(n: int) -> Spec:
    """Return the axis of `n` months: of many the years are named, of few each month.

    >>> months(120)["axis"]["format"], months(12)["axis"]["format"]
    ('%Y', '%m/%Y')
    """
    ticks = {"format": "%m/%Y", "tickCount": "month"} if n <= FEW_MONTHS else {"format": "%Y", "tickCount": "year"}
    return {
        "field": "month",
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "title": None,
        "axis": {**ticks, "labelOverlap": True},
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


def dated_lines(dated: Sequence[Dated], rows: Sequence[Spec] = ()) -> list[Spec]:
    """Return dated events and changes of definition as dashed lines with their sign; signs close together stand below one another.

    `rows` are those of the chart: their months say how wide it is.
    """
    if not dated:
        return []
    days = [one.day.toordinal() for one in dated]
    ends = [*days, *(pd.Timestamp(row["month"]).toordinal() for row in (*rows[:1], *rows[-1:]))]
    below = colours.sign_rows(days, max(ends) - min(ends))
    values = [
        {"month": one.day.strftime("%Y-%m-%d"), "sign": one.sign, "text": one.text, "row": row}
        for one, row in zip(dated, below, strict=True)
    ]
    x = {"field": "month", "type": "temporal", "timeUnit": "utcyearmonthdate"}
    tooltip = [{"field": "text", "title": " "}]
    label = {"type": "text", "align": "left", "dx": 4, "fontSize": 13, "fontWeight": "bold", "color": colours.MUTED}
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": colours.MUTED, "strokeWidth": 1.2},
            "encoding": {"x": x, "tooltip": tooltip},
        },
        *(
            {
                "data": {"values": [one for one in values if one["row"] == row]},
                "mark": label,
                "encoding": {"x": x, "y": {"value": 8 + SIGN_HEIGHT * row}, "text": {"field": "sign"}, "tooltip": tooltip},
            }
            for row in range(max(below) + 1)
        ),
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

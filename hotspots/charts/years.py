"""The chart of whole years beside their normal range."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hotspots import look
from hotspots.charts.parts import Rule, Spec, chart, count_axis, plain, rules, tooltip
from hotspots.words import Words

CROWDED = 16  # more bars than this have no room for their numbers


def years_in_range(table: pd.DataFrame, words: Words, dated: Sequence[Rule] = ()) -> Spec:
    """Return one bar a year with its number, and the normal range as a grey box behind its end; years without a number stay empty.

    `table` has a PeriodIndex of years, `count`, and `low`, `high` where there is a normal range. `dated` stand where they fell.
    """
    rows = [
        {
            "month": f"{year.year}-01-01",
            "start": f"{year.year}-01-25",
            "end": f"{year.year}-12-07",
            "middle": f"{year.year}-07-01",
            "year": str(year.year),
            "count": plain(row["count"]),
            "low": plain(row["low"]),
            "high": plain(row["high"]),
            "top": float(max(row["count"], row["high"] if pd.notna(row["high"]) else 0.0)) if pd.notna(row["count"]) else None,
            "text": words.number(row["count"]) if pd.notna(row["count"]) else "",
            "range": f"{words.number(row['low'])}–{words.number(row['high'])}",
        }
        for year, row in table.iterrows()
    ]
    time = {"type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": {"format": "%Y", "tickCount": "year"}}
    x, x2, middle = {"field": "start", **time}, {"field": "end", "timeUnit": "utcyearmonthdate"}, {"field": "middle", **time}
    tips = tooltip(("year", words.say("Year")), ("text", words.say("People killed")), ("range", words.say("Normal range")))
    y = {**count_axis(words), "axis": {"tickMinStep": 1, "tickCount": 5}}
    bars = {
        "transform": [{"filter": "isValid(datum.count)"}],
        "mark": {"type": "bar", "color": look.PRIMARY, "opacity": 0.85},
        "encoding": {"x": x, "x2": x2, "y": y, "y2": {"datum": 0}, "tooltip": tips},
    }
    band = {
        "transform": [{"filter": "isValid(datum.high)"}],
        "mark": {"type": "bar", "color": look.MUTED, "opacity": 0.38, "stroke": look.MUTED, "strokeWidth": 1},
        "encoding": {"x": x, "x2": x2, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
    }
    texts = {
        "transform": [{"filter": "isValid(datum.count)"}],
        "mark": {"type": "text", "dy": -8, "fontSize": 12, "fontWeight": "bold", "color": look.MUTED},
        "encoding": {"x": middle, "y": {**y, "field": "top"}, "text": {"field": "text"}},
    }
    numbered = [texts] if len(rows) <= CROWDED else []
    return chart(rows, [bars, band, *numbered, *rules(dated)], height=320)

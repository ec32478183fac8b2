"""The chart of whole years beside their normal range."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.parts import (
    Rule,
    Spec,
    chart,
    count_axis,
    plain,
    rules,
    tooltip,
)
from hotspots.words import Words

CROWDED = 16  # more bars than this have no room for their numbers
TALL = 0.12  # of the highest: what a bar needs to hold its number


def years_in_range(table: pd.DataFrame, words: Words, dated: Sequence[Rule] = ()) -> Spec:
    """Return one bar a year with its number, and the normal range as a grey box behind its end; years without a number stay empty.

    `table` has a PeriodIndex of years, `count`, and `low`, `high` where there is a normal range. `dated` stand where they fell.
    """
    most = float(np.nanmax([1.0, *table["count"], *table["high"]]))
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
            "tall": bool(row["count"] >= TALL * most),
            "low_bar": bool(row["count"] < TALL * most),
            "text": words.number(row["count"]) if pd.notna(row["count"]) else "",
            "range": f"{words.number(row['low'])}–{words.number(row['high'])}",
        }
        for year, row in table.iterrows()
    ]
    ticks = [{"year": year.year, "month": 7, "date": 1, "utc": True} for year in table.index]
    axis = {"format": "%Y", "values": ticks, "labelOverlap": True, "grid": False, "ticks": False}
    time = {"type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis}
    x, x2, middle = {"field": "start", **time}, {"field": "end", "timeUnit": "utcyearmonthdate"}, {"field": "middle", **time}
    tips = tooltip(("year", words.say("Year")), ("text", words.say("People killed")), ("range", words.say("Normal range")))
    y = {**count_axis(words), "axis": {"tickMinStep": 1, "tickCount": 5}}
    bars = {
        "transform": [{"filter": "isValid(datum.count)"}],
        "mark": {"type": "bar", "color": colours.PRIMARY},
        "encoding": {"x": x, "x2": x2, "y": y, "y2": {"datum": 0}, "tooltip": tips},
    }
    band = {
        "transform": [{"filter": "isValid(datum.high)"}],
        "mark": {"type": "bar", "color": colours.MUTED, "opacity": 0.38, "stroke": colours.MUTED, "strokeWidth": 1},
        "encoding": {"x": x, "x2": x2, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
    }
    encoding = {"x": middle, "y": y, "text": {"field": "text"}}
    style = {"type": "text", "fontSize": 12, "fontWeight": "bold"}
    inside = {"transform": [{"filter": "datum.tall"}], "mark": {**style, "dy": 12, "color": "#ffffff"}, "encoding": encoding}
    above = {"transform": [{"filter": "datum.low_bar"}], "mark": {**style, "dy": -9, "color": colours.MUTED}, "encoding": encoding}
    numbered = [inside, above] if len(rows) <= CROWDED else []
    return chart(rows, [bars, band, *numbered, *rules(dated, rows)], height=320)

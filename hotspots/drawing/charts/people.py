"""Charts of who was killed and how: the unknown are always drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.parts import Spec, chart, plain, tooltip
from hotspots.store.schema import UNKNOWN
from hotspots.words import Words
from hotspots.words.escape import safe_html


def now_and_before(table: pd.DataFrame, names: Mapping[str, str], words: Words) -> Spec:
    """Return the chart of `victims.AgainstBefore.table`: a point for each value, on the range that the years before lead one to expect."""
    rows = [
        {
            "value": names[str(value)],
            "count": int(row["count"]),
            "low": plain(row["low"]),
            "high": plain(row["high"]),
            "beside": float(max(row["count"], row["high"] if pd.notna(row["high"]) else 0)),
            "known": value != UNKNOWN,
            "text": words.number(row["count"]),
            "range": f"{words.number(row['low'])}–{words.number(row['high'])}",
        }
        for value, row in table.iterrows()
    ]
    y = {"field": "value", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "ticks": False, "domain": False}}
    longest = max(len(row["text"]) for row in rows)
    room = (1.08 + 0.06 * longest) * max(1.0, *(float(row["beside"]) for row in rows))  # for the number beside, on a phone too
    x = {
        "type": "quantitative",
        "title": words.say("people killed"),
        "scale": {"zero": True, "domainMax": room, "nice": False},
        "axis": {"tickMinStep": 1, "labelBound": True},
    }
    tips = tooltip(("value", " "), ("text", words.say("People killed")), ("range", words.say("Normal range")))
    band = {
        "transform": [{"filter": "isValid(datum.high)"}],
        "mark": {"type": "bar", "color": colours.MUTED, "opacity": 0.28, "height": 14, "cornerRadius": 2},
        "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "tooltip": tips},
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {
            "y": y,
            "x": {**x, "field": "count"},
            "color": {"condition": {"test": "datum.known", "value": colours.PRIMARY}, "value": colours.MUTED},
            "tooltip": tips,
        },
    }
    texts = {
        "mark": {"type": "text", "align": "left", "dx": 9, "fontSize": 13, "color": colours.MUTED},
        "encoding": {"y": y, "x": {**x, "field": "beside"}, "text": {"field": "text"}},
    }
    return chart(rows, [band, points, texts], height=34 * len(rows) + 40)


def yearly_share(table: pd.DataFrame, words: Words) -> Spec:
    """Return the chart of `victims.firearm_share`: the share of each year and its interval; a year without a share is left empty."""
    rows = [
        {
            "year": str(year),
            "share": plain(row["share"]),
            "low": plain(row["share_low"]),
            "high": plain(row["share_high"]),
            "text": words.percent(row["share"]),
            "range": f"{words.percent(row['share_low'])}–{words.percent(row['share_high'])}",
        }
        for year, row in table.dropna(subset=["share"]).iterrows()
    ]
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True}}
    y = {"type": "quantitative", "title": None, "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "tickCount": 5}}
    tips = tooltip(("year", words.say("Year")), ("text", words.say("Share")), ("range", words.say("95% interval")))
    lines = {
        "mark": {"type": "rule", "color": colours.MUTED, "strokeWidth": 2, "opacity": 0.6},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 60, "color": colours.PRIMARY, "opacity": 1},
        "encoding": {"x": x, "y": {**y, "field": "share"}, "tooltip": tips},
    }
    return chart(rows, [lines, points], height=200)


def composition(shares: pd.DataFrame, names: Mapping[str, str], words: Words) -> Spec:
    """Return stacked bars of counts by year as parts of the whole, the unknown in grey; a year without a share is left empty.

    `shares` has a row for each year and a column for each value: counts, missing where too few for shares.
    """
    order = [str(value) for value in shares.columns]
    rows = [
        {
            "year": str(year),
            "value": names[value],
            "order": position,
            "count": plain(row[position]),
            "text": words.number(row[position]),
            "share": words.percent(row[position] / sum(row)) if sum(row) > 0 else "–",  # a year without a share has a sum of none
        }
        for year, row in zip(shares.index, shares.to_numpy().tolist(), strict=True)
        for position, value in enumerate(order)
    ]
    palette = [colours.NO_DATA if value == UNKNOWN else colours.CATEGORIES[at % len(colours.CATEGORIES)] for at, value in enumerate(order)]
    tips = tooltip(("year", words.say("Year")), ("value", " "), ("text", words.say("People killed")), ("share", words.say("Share")))
    bars = {
        "mark": {"type": "bar", "stroke": "#ffffff", "strokeWidth": 0.6},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True}},
            "y": {"field": "count", "type": "quantitative", "stack": "normalize", "title": None, "axis": {"format": ".0%"}},
            "order": {"field": "order"},
            "color": {
                "field": "value",
                "type": "nominal",
                "sort": None,
                "scale": {"domain": [names[value] for value in order], "range": palette},
                "legend": {"orient": "top", "title": None, "columns": 2, "labelLimit": 190},
            },
            "tooltip": tips,
        },
    }
    return chart(rows, [bars], height=270)


def value_bars(counts: pd.Series, texts: Mapping[str, str], names: Mapping[str, str], words: Words) -> Spec:
    """Return one bar for each value with what it says of its number, the unknown in grey; no bar where the number is missing."""
    rows = [
        {"value": names[str(value)], "count": plain(n), "beside": plain(n) or 0.0, "text": texts[str(value)], "known": value != UNKNOWN}
        for value, n in counts.items()
    ]
    y = {"field": "value", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 170, "ticks": False, "domain": False}}
    room = {"zero": True, "domainMax": 1.15 * max(1.0, *(float(str(row["beside"])) for row in rows)), "nice": False}
    x = {"field": "beside", "type": "quantitative", "title": None, "axis": None, "scale": room}
    colour = {"condition": {"test": "datum.known", "value": colours.PRIMARY}, "value": colours.MUTED}
    tips = tooltip(("value", " "), ("text", words.say("People killed")))
    bars = {
        "transform": [{"filter": "isValid(datum.count)"}],
        "mark": {"type": "bar", "height": 18},
        "encoding": {"x": x, "y": y, "color": colour, "tooltip": tips},
    }
    mark = {"type": "text", "align": "left", "dx": 6, "fontSize": 13, "color": colours.MUTED}
    beside = {"mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "text"}, "tooltip": tips}}
    return chart(rows, [beside, bars], height=30 * len(rows) + 12)


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

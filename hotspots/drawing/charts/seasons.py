"""Charts of the year so far, of the months of the year, of the hours of the week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.parts import Spec, chart, plain, tooltip
from hotspots.words import Words

_COMMON_YEAR = dt.date(2001, 1, 1)


def year_over_year(table: pd.DataFrame, words: Words) -> Spec:
    """Return the chart of `trends.year_over_year`: this year so far as a line, the years before as a band with their mean."""
    shown = table.iloc[[*range(0, 365, 3), 364]]
    now = table["this"].last_valid_index()
    shown = table.loc[sorted({*shown.index, *([now] if now else [])})]
    rows = [
        {
            "day": (_COMMON_YEAR + dt.timedelta(days=int(day) - 1)).isoformat(),
            "this": plain(row["this"]),
            "low": plain(row["low"]),
            "high": plain(row["high"]),
            "mean": plain(row["mean"]),
            "label": _day(int(day), words),
            "before": f"{words.number(row['low'])}–{words.number(row['high'])}",
        }
        for day, row in shown.iterrows()
    ]
    tips = tooltip(
        ("label", words.say("To the end of")),
        ("this", str(table.attrs["year"])),
        ("before", words.say("The years before, lowest to highest")),
    )
    x = {"field": "day", "type": "temporal", "timeUnit": "utcmonthdate", "title": None, "axis": {"format": "%m", "tickCount": "month"}}
    y = {"type": "quantitative", "title": words.say("people killed since New Year"), "scale": {"zero": True}}
    band = {
        "mark": {"type": "area", "color": colours.MUTED, "opacity": 0.25},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
    }
    mean = {
        "mark": {"type": "line", "color": colours.MUTED, "strokeDash": [5, 3], "strokeWidth": 1.4},
        "encoding": {"x": x, "y": {**y, "field": "mean"}},
    }
    line = {"mark": {"type": "line", "color": colours.PRIMARY, "strokeWidth": 2.6}, "encoding": {"x": x, "y": {**y, "field": "this"}}}
    points = {"mark": {"type": "point", "opacity": 0, "size": 90}, "encoding": {"x": x, "y": {**y, "field": "this"}, "tooltip": tips}}
    labels = _labels(table, now, words)
    return chart(rows, [band, mean, line, points, *labels], height=260)


def _labels(table: pd.DataFrame, now: int | None, words: Words) -> list[Spec]:
    """Return the direct labels of the lines: this year where it ends, the years before at the end of the year."""
    texts = []
    years = table.attrs["years"]
    below = bool(now and years and table.loc[now, "this"] < table.loc[now, "mean"])
    if now:
        texts.append((now, table.loc[now, "this"], str(table.attrs["year"]), colours.PRIMARY, "right", 16 if below else -10))
    if years:
        name = str(years[0]) if len(years) == 1 else words.say("mean of {first}–{last}", first=years[0], last=years[-1])
        texts.append((250, table.loc[250, "mean"], name, colours.MUTED, "right" if below else "left", -10 if below else 16))
    return [
        {
            "data": {"values": [{"day": (_COMMON_YEAR + dt.timedelta(days=int(day) - 1)).isoformat(), "at": float(value), "text": text}]},
            "mark": {"type": "text", "align": align, "dy": drop, "fontSize": 13, "fontWeight": "bold", "color": colour},
            "encoding": {
                "x": {"field": "day", "type": "temporal", "timeUnit": "utcmonthdate"},
                "y": {"field": "at", "type": "quantitative"},
                "text": {"field": "text"},
            },
        }
        for day, value, text, colour, align, drop in texts
    ]


def _day(day: int, words: Words) -> str:
    found = _COMMON_YEAR + dt.timedelta(days=day - 1)
    return f"{found.day} · {month_name(found.month, words)}"


def month_name(month: int, words: Words) -> str:
    """Return the name of a month of the year, short.

    >>> from hotspots.words import words_for
    >>> month_name(3, words_for("en")), month_name(3, words_for("es"))
    ('Mar', 'mar')
    """
    return str(words.locale.months["stand-alone"]["abbreviated"][month])


def seasonal(table: pd.DataFrame, words: Words) -> Spec:
    """Return the chart of `trends.seasonal`: the mean of each month of the year, and the range that months all alike would give."""
    rows = [
        {
            "month": month_name(int(month), words),
            "order": int(month),
            "mean": plain(row["mean"]),
            "low": plain(row["low"]),
            "high": plain(row["high"]),
            "text": words.number(row["mean"], 1),
            "range": f"{words.number(row['low'], 1)}–{words.number(row['high'], 1)}",
            "n": words.number(row["count"]),
            "years": words.number(row["years"]),
        }
        for month, row in table.iterrows()
    ]
    tips = tooltip(
        ("month", words.say("Month")),
        ("text", words.say("People killed, on average")),
        ("range", words.say("If all months were alike (95%)")),
        ("n", words.say("People killed")),
        ("years", words.say("Years")),
    )
    x = {"field": "month", "type": "ordinal", "sort": {"field": "order"}, "title": None, "axis": {"labelAngle": 0}}
    y = {"type": "quantitative", "title": words.say("people killed in a month"), "scale": {"zero": True}}
    bars = {
        "mark": {"type": "bar", "color": colours.PRIMARY, "opacity": 0.85},
        "encoding": {"x": x, "y": {**y, "field": "mean"}, "tooltip": tips},
    }
    band = {
        "mark": {"type": "rule", "color": colours.INK, "strokeWidth": 1.6, "opacity": 0.7},
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tips},
    }
    return chart(rows, [bars, band], height=220)


def weekday_hour(table: pd.DataFrame, names: Sequence[str], words: Words) -> Spec:
    """Return the matrix of `trends.weekday_hour`: a field for each weekday (`names`, Monday first) and hour, darker where more."""
    width = int(table.columns[1] - table.columns[0])
    rows = [
        {
            "day": names[day],
            "order": int(day),
            "hour": f"{hour:02}" if width == 1 else f"{hour:02}–{hour + width:02}",
            "count": int(n),
        }
        for day, each in table.iterrows()
        for hour, n in each.items()
    ]
    tips = tooltip(("day", words.say("Day")), ("hour", words.say("Hour")), ("count", words.say("People killed")))
    field = {
        "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 1},
        "encoding": {
            "x": {
                "field": "hour",
                "type": "ordinal",
                "title": words.say("hour of the day"),
                "axis": {"labelAngle": 0, "labelOverlap": True},
            },
            "y": {"field": "day", "type": "ordinal", "sort": {"field": "order"}, "title": None},
            "color": {
                "field": "count",
                "type": "quantitative",
                "title": words.say("people killed"),
                "scale": {"range": [colours.GROUND["zero"], *colours.HOMICIDES], "zero": True},
                "legend": {"tickMinStep": 1},
            },
            "tooltip": tips,
        },
    }
    return chart(rows, [field], height=230)

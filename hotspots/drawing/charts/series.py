"""Draws a series: as lines, and of years as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotspots import colours
from hotspots.drawing.charts.parts import SIGN_HEIGHT, Spec, chart, count_axis, dated_lines, months, plain, tooltip
from hotspots.views.series import Dated, DatedLike, Series, runs
from hotspots.words import Words, mark

SMALL, FEW = 160, 12  # pixels high; bars that have room for their numbers then
CROWDED = 16  # more bars than this have no room for their numbers
ROOM = 5  # bars from one number to the next, where they are crowded: on a phone thirty of them are as wide as six numbers
TALL = 0.12  # of the highest: what a bar needs to hold its number
_CALLED = {"month": mark("Month"), "week": mark("Week"), "period": mark("Period")}
_HIGH = {"month": 300, "week": 220, "period": 260}
_POINTS = {"month": (26, 0.9), "week": (18, 1.0), "period": (26, 0.7)}  # size, opacity
PALE = {"condition": {"test": "datum.complete", "value": 1}, "value": 0.4}  # a part of a year
_KNOWN = [{"filter": "isValid(datum.high)"}]


def _rows(shown: Series, words: Words) -> list[Spec]:
    """Return the rows of a chart: `month` is their first day, `range` says the normal range."""
    numbers = [name for name in ("count", "low", "high", "mean", "side", "comparison") if name in shown.rows]
    rows = shown.rows.assign(run=runs(shown.rows["low"].notna().to_numpy())) if "low" in numbers else shown.rows
    return [
        {"month": row["start"].strftime("%Y-%m-%d"), "label": row["label"], "complete": bool(row["complete"])}
        | {name: plain(row[name]) for name in [*numbers, *(["run"] if "low" in numbers else [])]}
        | ({"range": f"{words.number(row['low'])}–{words.number(row['high'])}"} if "low" in numbers else {})
        for row in rows.to_dict("records")
    ]


def lines(shown: Series, words: Words) -> Spec:
    """Return months, weeks or the periods of an intervention as a line, the normal range as a band; incomplete ones lighter.

    The mean of each side of an intervention is a broad line, its comparison areas a dashed one.
    """
    rows, step, sides = _rows(shown, words), shown.step, shown.step == "period"
    x = months(len(rows))
    if step == "week":
        x |= {"timeUnit": "utcyearmonthdate", "axis": {"format": "%m/%Y", "labelOverlap": True}}
    y = count_axis(words) | ({"title": words.say("homicides")} if sides else {})
    said = {"count": words.say("These areas") if sides else words.say("People killed"), "mean": words.say("Mean of this side")}
    said |= {"comparison": words.say("Comparison areas"), "range": words.say("Normal range")}
    tips = tooltip(("label", words.say(_CALLED[step])), *((name, text) for name, text in said.items() if rows and name in rows[0]))
    layers: list[Spec] = []
    if "comparison" in shown.rows:
        grey = {"type": "line", "color": colours.MUTED, "strokeDash": [5, 3], "strokeWidth": 1.4}
        layers.append({"mark": grey, "encoding": {"x": x, "y": {**y, "field": "comparison"}, "tooltip": tips}})
    if "low" in shown.rows:
        band = {"type": "area", "color": colours.MUTED, "opacity": 0.25} | ({"interpolate": "step-after"} if step == "week" else {})
        ends = {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}
        layers.append({"transform": _KNOWN, "mark": band, "encoding": {"x": x, **ends, "detail": {"field": "run"}, "tooltip": tips}})
    if "mean" in shown.rows:
        broad = {"type": "line", "color": colours.PRIMARY, "strokeWidth": 3, "opacity": 0.35, "interpolate": "step"}
        layers.append({"mark": broad, "encoding": {"x": x, "y": {**y, "field": "mean"}, "detail": {"field": "side"}}})
    line = {"type": "line", "color": colours.PRIMARY, "strokeWidth": 1.6 if sides else 1.3}
    size, opacity = _POINTS[step]
    points = {"type": "point", "filled": True, "size": size, "color": colours.PRIMARY}
    shade = {"condition": {"test": "datum.complete", "value": opacity}, "value": 0.3}
    layers += [
        {"mark": line, "encoding": {"x": x, "y": y}},
        {"mark": points, "encoding": {"x": x, "y": y, "opacity": shade, "tooltip": tips}},
    ]
    return chart(rows, [*layers, *dated_lines(shown.dated, rows)], height=_HIGH[step])


def rolling_rate(table: pd.DataFrame, words: Words, rules: Sequence[DatedLike] = (), *, top: float | None = None) -> Spec:
    """Return the chart of the 12-month rolling rate of `trends.monthly`, with its exact 95 % interval as a band.

    `top` is where the scale ends: charts that stand side by side have the same one.
    """
    known = table.dropna(subset=["rate"])
    figures = known[["rate", "rate_low", "rate_high", "rolling_count"]].to_numpy(dtype=float).tolist()
    rows = [
        {
            "month": month.strftime("%Y-%m-%d"),
            "label": words.month(month),
            "rate": rate,
            "low": low,
            "high": high,
            "count": int(count),
            "text": f"{words.rate(rate)} ({words.rate(low)}–{words.rate(high)})",
        }
        for month, (rate, low, high, count) in zip(known.index.to_timestamp(), figures, strict=True)
    ]
    said = words.say("12 months to"), words.say("People killed"), words.say("Per 100,000 a year (95%)")
    tips = tooltip(("label", said[0]), ("count", said[1]), ("text", said[2]))
    x = months(len(rows))
    scale = {"zero": True} if top is None else {"zero": True, "domainMax": top}
    y = {"field": "rate", "type": "quantitative", "title": words.say("per 100,000 residents a year"), "scale": scale}
    ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = [
        {"mark": {"type": "area", "color": colours.PRIMARY, "opacity": 0.18}, "encoding": {"x": x, **ends, "tooltip": tips}},
        {"mark": {"type": "line", "color": colours.PRIMARY, "strokeWidth": 2.2}, "encoding": {"x": x, "y": y}},
        {"mark": {"type": "point", "opacity": 0, "size": 80}, "encoding": {"x": x, "y": y, "tooltip": tips}},
    ]
    return chart(rows, [*layers, *dated_lines([Dated(*one) for one in rules], rows)], height=240)


def bars(shown: Series, words: Words, *, height: int = SMALL) -> Spec:
    """Return one bar a year with its number; years covered in part lighter, unknown ones empty. Dated lines stand within their year.

    A small chart of many years numbers only the highest and the last one; a large one of very many the first, the last and the peaks, as
    far as there is room.
    """
    table = shown.rows
    counts, known = table["count"], bool(table["count"].notna().any())
    few = _told(counts, height=height) if known else set()
    rows = [
        {"year": row["label"], "count": plain(row["count"]), "complete": bool(row["complete"])}
        | {"text": words.number(row["count"]) if i in few else ""}
        for i, row in table.iterrows()
    ]
    x: Spec = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True}}
    if counts.isna().any():  # Vega leaves a year without a number out of the axis
        x["scale"] = {"domain": [row["year"] for row in rows]}
    room = {"domainMax": 1.35 * float(max(counts.max(), 1))} if shown.dated and known else {}  # for the signs above the numbers
    y = {**count_axis(words), **({} if len(table) > CROWDED else {"axis": None}), "scale": {"zero": True, **room}}
    shade = {"condition": {"test": "datum.complete", "value": 0.85}, "value": 0.4}
    tips = tooltip(("year", words.say("Year")), ("count", words.say("People killed")))
    text = {"type": "text", "dy": -7, "fontSize": 12, "color": colours.MUTED}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "color": colours.PRIMARY}, "encoding": {"x": x, "y": y, "opacity": shade, "tooltip": tips}},
    ]
    within = [one for one in shown.dated if str(one.day.year) in set(table["label"])]
    below = colours.sign_rows([one.day.toordinal() / 365.25 for one in within], len(table))
    for row, one in zip(below, within, strict=True):
        layers += _line_within_year(one, drop=8 + SIGN_HEIGHT * row)
    halo = {**text, "color": "#ffffff", "stroke": "#ffffff", "strokeWidth": 4}  # a line that crosses a number leaves it legible
    layers += [{"mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "text"}}} for mark in ((halo, text) if within else (text,))]
    return chart(rows, layers, height=height)


def _told(counts: pd.Series, *, height: int) -> set[object]:
    """Return the years whose bars have their number: all where there is room for them."""
    if height <= SMALL and len(counts) > FEW:
        return {counts.idxmax(), counts.last_valid_index()}
    if len(counts) <= CROWDED:
        return set(counts.index)
    told: list[int] = []
    heights = counts.to_numpy(dtype=float)
    known = np.flatnonzero(~np.isnan(heights))
    peaks = [i for i in known[1:-1] if heights[i - 1] < heights[i] > heights[i + 1]]
    for i in (known[0], known[-1], *sorted(peaks, key=lambda one: -heights[one])):
        if all(abs(i - other) >= ROOM for other in told):
            told.append(int(i))
    return set(counts.index[told])


def _line_within_year(one: Dated, *, drop: int) -> list[Spec]:
    values = [{"year": str(one.day.year), "sign": one.sign, "text": one.text}]
    part = (one.day.day_of_year - 1) / (366 if one.day.is_leap_year else 365)
    encoding = {"x": {"field": "year", "type": "ordinal", "bandPosition": round(part, 3)}, "tooltip": tooltip(("text", " "))}
    line = {"type": "rule", "strokeDash": [4, 3], "color": colours.MUTED, "strokeWidth": 1.2}
    label = {"type": "text", "align": "left", "dx": 3, "fontSize": 13, "fontWeight": "bold", "color": colours.MUTED}
    return [
        {"data": {"values": values}, "mark": line, "encoding": encoding},
        {"data": {"values": values}, "mark": label, "encoding": {**encoding, "y": {"value": drop}, "text": {"field": "sign"}}},
    ]


def bars_in_range(shown: Series, words: Words, *, height: int = 320) -> Spec:
    """Return one bar a year with its number, and the normal range as a grey box behind its end; years without a number stay empty.

    Of very many years the first, the last and the peaks have their numbers, as far as there is room.
    """
    most = float(np.nanmax([1.0, *shown.rows["count"], *shown.rows["high"]]))
    rows, few = _rows(shown, words), _told(shown.rows["count"].reset_index(drop=True), height=height)
    for i, row in enumerate(rows):
        year, count = row["month"][:4], row["count"]
        row |= {"year": row["label"], "start": f"{year}-01-25", "end": f"{year}-12-07", "middle": f"{year}-07-01"}
        row |= {"tall": count is not None and count >= TALL * most, "low_bar": count is not None and count < TALL * most}
        row["text"] = "" if count is None else words.number(count) + "*" * (not row["complete"])
        row["told"] = row["text"] if i in few else ""
    ticks = [{"year": int(row["month"][:4]), "month": 7, "date": 1, "utc": True} for row in rows]
    axis = {"format": "%Y", "values": ticks, "labelOverlap": True, "grid": False, "ticks": False}
    time = {"type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis}
    across = {"x": {"field": "start", **time}, "x2": {"field": "end", "timeUnit": "utcyearmonthdate"}}
    tips = tooltip(("year", words.say("Year")), ("text", words.say("People killed")), ("range", words.say("Normal range")))
    y = {**count_axis(words), "axis": {"tickMinStep": 1, "tickCount": 5}}
    box = {"type": "bar", "color": colours.MUTED, "opacity": 0.38, "stroke": colours.MUTED, "strokeWidth": 1}
    layers: list[Spec] = [
        {
            "transform": [{"filter": "isValid(datum.count)"}],
            "mark": {"type": "bar", "color": colours.PRIMARY},
            "encoding": {**across, "y": y, "y2": {"datum": 0}, "opacity": PALE, "tooltip": tips},
        },
        {"transform": _KNOWN, "mark": box, "encoding": {**across, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "tooltip": tips}},
    ]
    encoding = {"x": {"field": "middle", **time}, "y": y, "text": {"field": "text"}}
    style = {"type": "text", "fontSize": 12, "fontWeight": "bold"}
    if len(rows) <= CROWDED:
        for kind, look in (("tall", {"dy": 12, "color": "#ffffff"}), ("low_bar", {"dy": -9, "color": colours.MUTED})):
            layers.append({"transform": [{"filter": f"datum.{kind}"}], "mark": {**style, **look}, "encoding": encoding})
    else:
        above = {**style, "dy": -7, "color": colours.MUTED}
        halo = {**above, "color": "#ffffff", "stroke": "#ffffff", "strokeWidth": 4}  # a box that a number lies on leaves it legible
        layers += [{"mark": mark, "encoding": {**encoding, "text": {"field": "told"}}} for mark in (halo, above)]
    return chart(rows, [*layers, *dated_lines(shown.dated, rows)], height=height)

"""The charts of a brief as SVG: a series with its normal range and dated lines, bars of one field, a number on its range."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspots import colours
from hotspots.colours import ATTENTION, INK, PRIMARY
from hotspots.drawing.brief.letters import FAMILY
from hotspots.drawing.site.markup import Html, el
from hotspots.views.one_page import Bar, Figure
from hotspots.views.series import Dated, Series, runs
from hotspots.words import Words

MUTED = "#56636f"
GRID, RANGE = "#e4e0d7", "#cfd6dc"
SHADES: tuple[str, ...] = ("#2f6f9c", "#8fb3cb", "#c6d8e3", "#dce7ee", "#eaf0f4")
UNKNOWN = "#d9d9d9"
SIZE = 11.5
DAY = pd.Timedelta(days=1)
LEFT, RIGHT, TOP, FOOT = 34.0, 30.0, 22.0, 20.0
ROW = 12.5  # between two signs, one above the other
Array = npt.NDArray[np.float64]


class _Plot:
    """Days and counts to pixels."""

    def __init__(self, shown: Series, words: Words, wide: float, tall: float) -> None:
        rows = shown.rows
        days = pd.DatetimeIndex(rows["start"])
        self.first, self.last = days[0], days[-1] + (pd.DateOffset(years=1) if shown.step == "year" else days[-1] - days[-2])
        known = [rows[name].to_numpy(dtype=float) for name in ("count", "low", "high") if name in rows]
        self.steps = _steps(float(np.nanmax([1.0, *(n for each in known for n in each)])))
        self.wide, self.tall = wide, tall
        self.left = max(LEFT, 6.6 * len(words.number(self.steps[-1])) + 8)
        span = (self.last - self.first) / DAY
        self.signs = colours.sign_rows([(one.day - self.first) / DAY for one in shown.dated], span)
        self.top = TOP + ROW * max(self.signs, default=0)

    def x(self, days: pd.DatetimeIndex | pd.Timestamp) -> Array:
        """Return where days lie across."""
        share = (days - self.first) / (self.last - self.first)
        return np.asarray(self.left + share * (self.wide - self.left - RIGHT), dtype=float)

    def y(self, counts: Array | float) -> Array:
        """Return where counts lie, from the top."""
        return np.asarray(self.tall - FOOT - np.asarray(counts, dtype=float) / self.steps[-1] * (self.tall - FOOT - self.top))


def _steps(top: float) -> list[float]:
    """Return the values of the lines across: zero, and three or four round numbers above it, the last one above `top`."""
    power = 10 ** np.floor(np.log10(max(top, 1) / 3))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power * 4 >= top and (each * power) % 1 == 0)
    return [float(step * k) for k in range(int(np.ceil(top / step)) + 1)]


def series(shown: Series, *, words: Words, wide: float, tall: float) -> Html:
    """Return a series as SVG: months as a line with its normal range, years as bars with theirs as boxes; it starts at zero."""
    plot, rows, yearly = _Plot(shown, words, wide, tall), shown.rows, shown.step == "year"
    drawn = _bars(plot, rows) if yearly else _line(plot, rows)
    parts = [*_grid(plot, words), *drawn, *_dated(plot, shown.dated), *_last(plot, rows, words, dot=not yearly), *_years(plot)]
    style = {"viewBox": f"0 0 {wide:g} {tall:g}", "width": wide, "height": tall, "font_family": f"{FAMILY}, Source Sans 3, sans-serif"}
    return el("svg", el("title", shown.alt), *parts, xmlns="http://www.w3.org/2000/svg", role="img", **style)


def _grid(plot: _Plot, words: Words) -> Iterator[Html]:
    for value in plot.steps:
        y = float(plot.y(value))
        yield el("line", x1=plot.left, x2=plot.wide - RIGHT, y1=y, y2=y, stroke=GRID if value else MUTED, stroke_width=1.0)
        yield _text(words.number(value), plot.left - 6, y + 4, anchor="end")


def _line(plot: _Plot, rows: pd.DataFrame) -> Iterator[Html]:
    days, count = pd.DatetimeIndex(rows["start"]), rows["count"].to_numpy(dtype=float)
    x, whole = plot.x(days), rows["complete"].to_numpy(dtype=bool)
    if "low" in rows and rows["low"].notna().any():
        known, low, high = rows["low"].notna().to_numpy(), rows["low"].to_numpy(dtype=float), rows["high"].to_numpy(dtype=float)
        run = runs(known)
        for one in np.unique(run[known]):
            at = np.flatnonzero(known & (run == one))
            above, below = _points(x[at], plot.y(high[at])), _points(x[at[::-1]], plot.y(low[at[::-1]]))
            yield el("path", d=f"M{above}L{below}Z", fill=RANGE, fill_opacity=0.75)
    solid = np.flatnonzero(whole & ~np.isnan(count))
    if len(solid):
        yield el(
            "path", d="M" + _points(x[solid], plot.y(count[solid])), fill="none", stroke=PRIMARY, stroke_width=1.5, stroke_linejoin="round"
        )
    for i in np.flatnonzero(~whole & ~np.isnan(count)):
        yield _ring(float(x[i]), float(plot.y(count[i])), r=2.6, stroke=PRIMARY, stroke_width=1.2)
    for i in np.flatnonzero(whole & _outside(rows)):
        yield _ring(float(x[i]), float(plot.y(count[i])), r=2.8, stroke=ATTENTION, stroke_width=1.5)


def _ring(x: float, y: float, **style: float | str) -> Html:
    return el("circle", cx=round(x, 1), cy=round(y, 1), fill="#ffffff", **style)


def _outside(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    if "low" not in rows:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(((rows["count"] < rows["low"]) | (rows["count"] > rows["high"])).to_numpy(dtype=bool, na_value=False))


def _bars(plot: _Plot, rows: pd.DataFrame) -> Iterator[Html]:
    x = plot.x(pd.DatetimeIndex(rows["start"]))
    step = float(np.min(np.diff(x))) if len(x) > 1 else 20.0
    across = {"width": round(step * 0.72, 1)}
    floor, places = float(plot.y(0.0)), [round(float(left) + step * 0.14, 1) for left in x]
    for left, count, whole in zip(places, rows["count"].to_numpy(dtype=float), rows["complete"].to_numpy(dtype=bool), strict=True):
        if count == count:
            top = float(plot.y(count))
            fill = {"fill": PRIMARY} if whole else {"fill": SHADES[2], "stroke": PRIMARY, "stroke_width": 1.0}
            yield el("rect", x=left, y=round(top, 1), height=round(floor - top, 1), **across, **fill)
    if "low" in rows:
        for left, low, high in zip(places, rows["low"].to_numpy(dtype=float), rows["high"].to_numpy(dtype=float), strict=True):
            if high == high:
                top, end = float(plot.y(high)), float(plot.y(low))
                box = {"fill": MUTED, "fill_opacity": 0.34, "stroke": MUTED, "stroke_width": 0.8}
                yield el("rect", x=left, y=round(top, 1), height=round(end - top, 1), **across, **box)


def _last(plot: _Plot, rows: pd.DataFrame, words: Words, *, dot: bool) -> Iterator[Html]:
    """Yield the last number, at its place, with a dot on a line that has a normal range."""
    known = np.flatnonzero(rows["count"].notna().to_numpy())
    if not len(known):
        return
    row = rows.iloc[int(known[-1])]
    x, y = float(plot.x(pd.Timestamp(row["start"]))), float(plot.y(float(row["count"])))
    step = float(plot.x(plot.last)) - x if known[-1] == len(rows) - 1 else 0.0
    if dot and "low" in rows:
        yield el("circle", cx=round(x, 1), cy=round(y, 1), r=3.4, fill=PRIMARY, stroke="#ffffff", stroke_width=1.0)
    yield _text(words.number(row["count"]), x + max(step, 3) + 4, y + 4, bold=True, anchor="start", colour=INK)


def _years(plot: _Plot) -> Iterator[Html]:
    """Yield the years below, as many as have room."""
    first, last = plot.first.year, (plot.last - pd.Timedelta(days=1)).year
    room = plot.wide / ((last - first + 1) * 1.15)
    every = next((each for each in (1, 2, 5, 10) if room * each >= 34), 20)
    for year in range(first, last + 1):
        start, end = (max(pd.Timestamp(year + k, 1, 1), plot.first) for k in (0, 1))
        if (year - last) % every == 0 and end > start:
            middle = start + (min(end, plot.last) - start) / 2
            yield _text(str(year), float(plot.x(middle)), plot.tall - 5)


def _dated(plot: _Plot, dated: tuple[Dated, ...]) -> Iterator[Html]:
    """Yield a line for each dated note: dashed for a change of what is counted, whole for all others; its number on top."""
    for row, one in zip(plot.signs, dated, strict=True):
        x, colour = round(float(plot.x(one.day)), 1), ATTENTION if one.definition else MUTED
        top = 13 + ROW * row
        line: dict[str, object] = {"x1": x, "x2": x, "y1": top, "y2": plot.tall - FOOT}
        yield el("line", **line, stroke="#ffffff", stroke_width=3.0, stroke_opacity=0.75)
        yield el("line", **line, stroke=colour, stroke_width=1.0, stroke_dasharray="4 3" if one.definition else None)
        yield _text(one.sign, x, top - 3, bold=True, colour=colour)


def _points(x: Array, y: Array) -> str:
    return " ".join(f"{each:.1f} {other:.1f}" for each, other in zip(x, y, strict=True))


def _text(text: str, x: float, y: float, *, anchor: str = "middle", bold: bool = False, colour: str = MUTED) -> Html:
    style = {"font_size": SIZE, "text_anchor": anchor, "fill": colour, "font_weight": 600 if bold else None}
    return el("text", text, x=round(x, 1), y=round(y, 1), **style)


def bar(shown: Bar, *, wide: float, tall: float = 13.0) -> Html:
    """Return the parts of a field beside each other: the largest darkest, the unknown grey and last."""
    whole, x, parts = sum(one.n for one in shown.parts) or 1.0, 0.0, []
    known = 0
    for one in shown.parts:
        across = one.n / whole * wide
        fill = UNKNOWN if one.unknown else SHADES[min(known, len(SHADES) - 1)]
        known += not one.unknown
        parts.append(el("rect", x=round(x, 2), y=0, width=round(max(across - 1, 0.6), 2), height=tall, fill=fill))
        x += across
    return el("svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {wide:g} {tall:g}", width=wide, height=tall)


def ranged(one: Figure, *, wide: float, tall: float = 16.0) -> Html:
    """Return a number as a dot on a line from zero, its normal range as a thick band."""
    top = max(one.high, one.n, 1.0) * 1.15
    at = [6 + value / top * (wide - 12) for value in (one.low, one.high, one.n)]
    y, colour = tall / 2, ATTENTION if one.outside else INK
    parts = [
        el("line", x1=4, x2=wide - 4, y1=y, y2=y, stroke="#d8d3c8", stroke_width=2.0, stroke_linecap="round"),
        el(
            "line",
            x1=round(at[0], 1),
            x2=round(max(at[1], at[0] + 0.5), 1),
            y1=y,
            y2=y,
            stroke=RANGE,
            stroke_width=9.0,
            stroke_linecap="round",
        ),
        el("circle", cx=round(at[2], 1), cy=y, r=5.4, fill=colour, stroke="#ffffff", stroke_width=1.6),
    ]
    return el("svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {wide:g} {tall:g}", width=wide, height=tall)

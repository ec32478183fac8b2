"""A brief as a slide (PPTX): a chart and tables that can be edited, the map as a picture, the tables behind on slides of their own."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import numpy as np

from hotspots import colours
from hotspots.drawing import sheets
from hotspots.drawing.brief import letters, plan
from hotspots.drawing.brief.graphs import MUTED, RANGE
from hotspots.drawing.brief.paper import picture
from hotspots.drawing.brief.parts import qr
from hotspots.views.one_page import Bar, Figure, OnePage, Table
from hotspots.words import words_for

FAMILY = "Arial"  # a slide takes the letters of the machine that shows it
LONG = 70  # letters of a title that needs smaller ones
WIDE, TALL, EDGE = 13.333, 7.5, 0.45  # inches
Box = tuple[float, float, float, float]  # left, top, width, height
HALF = 5.2  # inches: where the right part of the first line begins
SMALL, USUAL = 7.5, 9.0  # points of the smallest letters, and of those in a table and beside a bar
LINE = 1.35  # of a line of a table to its letters, with what lies around them
BARS = 0.46  # inches from one bar to the next
EPOCH = dt.datetime(2000, 1, 1)


def pptx(page: OnePage) -> bytes:
    """Return the page as one slide; with its tables, one more slide for each."""
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDE), Inches(TALL)
    about = show.core_properties
    about.title, about.author, about.language = page.title, page.city, page.language
    about.created = about.modified = EPOCH
    first = _Slide(show, page.title, size=22 if len(page.title) < LONG else 18)
    _head(first, page)
    _figures(first, page.figures)
    _middle(first, page)
    _foot(first, page)
    for one in page.tables:
        _Slide(show, one.title, size=24).table(one, (EDGE, 1.2, WIDE - 2 * EDGE, TALL - 1.7), size=11)
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


class _Slide:
    """A slide and how things are put on it; all places are in inches."""

    def __init__(self, show: Any, title: str, *, size: float) -> None:
        self.slide = show.slides.add_slide(show.slide_layouts[5])  # a title alone
        self.shapes = self.slide.shapes
        holder = self.shapes.title
        holder.left, holder.top, holder.width, holder.height = _inches((EDGE, 0.56, WIDE - 2 * EDGE, 0.42))
        _write(holder.text_frame, [[(title, size, True, colours.INK)]])

    def text(self, box: Box, lines: list[list[tuple[str, float, bool, str]]], *, right: bool = False) -> None:
        """Write lines, each made of runs: text, size in points, bold, colour."""
        frame = self.shapes.add_textbox(*_inches(box)).text_frame
        _write(frame, lines, right=right)

    def rectangle(self, box: Box, colour: str, *, round_: bool = False) -> None:
        """Draw a rectangle without an edge."""
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.oxml.ns import qn

        shape = self.shapes.add_shape(MSO_SHAPE.OVAL if round_ else MSO_SHAPE.RECTANGLE, *_inches(box))
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(colour)
        shape.line.fill.background()
        shape._element.remove(shape._element.find(qn("p:style")))  # its shadow and its edge

    def picture(self, content: bytes, box: Box, *, alt: str) -> None:
        """Draw a picture in a box, as large as fits."""
        shape = self.shapes.add_picture(io.BytesIO(content), *_inches(box)[:3])
        most = _inches(box)[3]
        if shape.height > most:
            shape.width, shape.height = int(shape.width * most / shape.height), most
        shape._element.nvPicPr.cNvPr.set("descr", alt)

    def table(self, one: Table, box: Box, *, size: float = 10.5) -> None:
        """Write a table that can be edited."""
        from pptx.enum.text import PP_ALIGN

        rows = [one.columns, *one.rows]
        numbered = [*(["#"] if one.numbered else [])]
        shape = self.shapes.add_table(len(rows), len(one.columns) + len(numbered), *_inches(box))
        shape._element.graphic.graphicData.tbl.tblPr.set("bandRow", "0")
        shares = _shares(one, box[2])
        for column, share in zip(shape.table.columns, shares, strict=True):
            column.width = _inches((share, 0, 0, 0))[0]
        tall = min(box[3] / len(rows), 0.25)
        for i, row in enumerate(rows):
            shape.table.rows[i].height = _inches((tall, 0, 0, 0))[0]
            cells = [*([str(i) if i else "#"] if numbered else []), *row]
            for j, cell in enumerate(cells):
                place = shape.table.cell(i, j)
                place.margin_top = place.margin_bottom = _inches((0.008, 0, 0, 0))[0]
                place.margin_left = place.margin_right = _inches((0.05, 0, 0, 0))[0]
                place.fill.background()
                colour = MUTED if i == 0 else colours.INK
                _write(place.text_frame, [[(cell, size, i == 0 or i - 1 == one.strong, colour)]])
                if j - len(numbered) in one.numbers:
                    place.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def _shares(one: Table, wide: float) -> list[float]:
    """Return how wide each column is, in inches: by its longest cell."""
    longest = [max(len(row[j]) for row in [one.columns, *one.rows]) + 2 for j in range(len(one.columns))]
    lead = [0.35] if one.numbered else []
    rest = wide - sum(lead)
    return [*lead, *(rest * each / sum(longest) for each in longest)]


def _inches(box: Box) -> tuple[int, int, int, int]:
    from pptx.util import Inches

    left, top, wide, tall = (int(Inches(float(side))) for side in box)
    return left, top, wide, tall


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#"))


def _write(frame: Any, lines: list[list[tuple[str, float, bool, str]]], *, right: bool = False) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.TOP
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        paragraph.space_after = Pt(2)
        for text, size, bold, colour in line:
            run = paragraph.add_run()
            run.text, run.font.size, run.font.bold, run.font.name = text, Pt(size), bold, FAMILY
            run.font.color.rgb = _rgb(colour)


def _head(slide: _Slide, page: OnePage) -> None:
    ours, left = page.agency, EDGE
    if ours and ours.logo:
        slide.picture(ours.logo, (EDGE, 0.14, 1.2, 0.32), alt=ours.name)
        left += 1.25
    name = [(f"{ours.name} · ", 12, True, colours.INK)] if ours else []
    slide.text((left, 0.2, HALF - left, 0.3), [[*name, (page.city, 12, True, colours.INK), (f"   {page.about}", 11, False, MUTED)]])
    mark = [(f" · {page.mark}", 11, True, colours.INK)] if page.mark else []
    slide.text(
        (HALF, 0.2, WIDE - EDGE - HALF, 0.3),
        [[(page.place, 12, True, colours.INK), (f"   {page.reach}", 11, False, MUTED), *mark]],
        right=True,
    )
    slide.rectangle((EDGE, 0.5, WIDE - 2 * EDGE, 0.02), ours.primary if ours else colours.INK)
    slide.text((EDGE, 1.0, WIDE - 2 * EDGE, 0.35), [[(" ".join(page.lead), 11, False, colours.INK)]])


def _figures(slide: _Slide, figures: tuple[Figure, ...]) -> None:
    if not figures:
        return
    wide = (WIDE - 2 * EDGE) / len(figures)
    for i, one in enumerate(figures):
        left = EDGE + i * wide
        head = [(one.label, 11, True, colours.INK), (f"  {one.days}", 10.5, False, MUTED)]
        tone = colours.ATTENTION if one.outside else MUTED
        slide.text((left, 1.36, wide - 0.15, 0.25), [head])
        slide.text((left, 1.55, wide - 0.15, 0.45), [[(one.text, 26, True, colours.INK)]])
        if one.ranged:
            _range(slide, one, left + 1.1, wide - 1.4)
        slide.text((left, 1.99, wide - 0.15, 0.25), [[(one.said, 10.5 if _fits(one.said, 10.5, wide - 0.15) else 8.5, one.outside, tone)]])
    slide.rectangle((EDGE, 2.27, WIDE - 2 * EDGE, 0.01), "#c9c4b9")


def _range(slide: _Slide, one: Figure, left: float, wide: float) -> None:
    top = max(one.high, one.n, 1.0) * 1.15
    low, high, n = (left + value / top * wide for value in (one.low, one.high, one.n))
    slide.rectangle((left, 1.785, wide, 0.02), "#d8d3c8")
    slide.rectangle((low, 1.745, max(high - low, 0.02), 0.1), RANGE)
    slide.rectangle((n - 0.065, 1.73, 0.13, 0.13), colours.ATTENTION if one.outside else colours.INK, round_=True)


def _fits(text: str, size: float, wide: float) -> bool:
    """Tell whether a text stands on one line of so many inches, whatever letters the program that opens it has."""
    return letters.width(text, size) <= wide * 72


def _titled(slide: _Slide, box: Box, title: str, about: str) -> float:
    """Write a heading and its period, on one line where they fit; return how much lower than that one line they reach, in inches."""
    rest = box[2] - letters.width(title, 12, bold=True) / 72
    size = next((size for size in (USUAL, SMALL) if _fits(f"  {about}", size, rest)), None)
    named = (title, 12.0, True, colours.INK)
    lines = [[named], [(about, USUAL, False, MUTED)]] if size is None else [[named, (f"  {about}", size, False, MUTED)]]
    slide.text((*box[:3], 0.25 * len(lines)), lines)
    return 0.0 if size else 0.17


def _middle(slide: _Slide, page: OnePage) -> None:
    left, top = EDGE, 2.36
    if page.plan is not None:
        _map(slide, page, (left, top, 3.8, 4.0))
        left += 4.05
    wide = WIDE - EDGE - left
    listed = max(1.52, (len(page.places.rows) + 1) * USUAL * LINE / 72) if page.places else 1.52
    tall = 3.67 - listed
    if page.graph is not None:
        noted = page.plan is None and page.graph.signs
        _chart(slide, page, (left, top, wide * (0.55 if page.bars or noted else 1.0), tall))
        signs = [[(sign, 9.0, False, MUTED)] for sign in page.graph.signs]
        if noted:
            slide.text((left + wide * 0.58, top + 0.1, wide * 0.42, 2.0), signs)
        slide.slide.notes_slide.notes_text_frame.text = "\n".join([*page.graph.signs, *page.graph.said])
    if page.bars:
        _bars(slide, page, (left + wide * 0.58, top, wide * 0.42))
    if page.places is not None:
        _titled(slide, (left, top + tall + 0.05, wide, 0.25), page.places.title, page.places.about)
        slide.table(page.places, (left, top + tall + 0.3, wide, listed), size=USUAL)


def _map(slide: _Slide, page: OnePage, box: Box) -> None:
    shown, (left, top, wide, _) = page.plan, box
    assert shown is not None
    _titled(slide, box, shown.title, shown.about)
    drawn = picture(plan.svg(shown, words=words_for(page.language)), width=plan.WIDE)
    slide.picture(drawn, (left, top + 0.27, wide, wide * plan.TALL / plan.WIDE), alt=shown.view.title)
    runs: list[tuple[str, float, bool, str]] = []
    for row in shown.view.legend:
        look = sheets.legend_look(row, shown.view)
        colour = (look.fill or look.edge or colours.NO_DATA).lower()
        pale = colour in ("#ffffff", colours.GROUND["zero"])
        runs += [("□ " if pale else "■ ", 10, False, MUTED if pale else colour), (f"{row.label}   ", 8.5, False, MUTED)]
    slide.text((left, top + 0.32 + wide * plan.TALL / plan.WIDE, wide, 0.3), [runs])


def _chart(slide: _Slide, page: OnePage, box: Box) -> None:
    """Draw the series as a chart of the program's own: its numbers can be changed there."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    shown = page.graph
    assert shown is not None
    _titled(slide, box, shown.title, shown.about)
    rows, data = shown.series.rows, CategoryChartData()
    yearly = shown.series.step == "year"
    data.categories = [str(label) for label in rows["label"]]
    data.add_series(shown.counted, [_plain(value) for value in rows["count"]])
    ranged = not yearly and "low" in rows and rows["low"].notna().any()  # columns have no boxes: the table behind has the ranges
    if ranged:
        words = words_for(page.language)
        data.add_series(words.say("Normal range, from"), [_plain(value) for value in rows["low"]])
        data.add_series(words.say("Normal range, to"), [_plain(value) for value in rows["high"]])
    kind = XL_CHART_TYPE.COLUMN_CLUSTERED if yearly else XL_CHART_TYPE.LINE
    frame = slide.shapes.add_chart(kind, *_inches((box[0], box[1] + 0.25, box[2], box[3] - 0.25)), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", shown.series.alt)
    _style(frame.chart, len(rows), ranged=ranged, yearly=yearly)


def _plain(value: Any) -> float | None:
    return None if value != value else float(value) if float(value) % 1 else int(value)


def _style(chart: Any, n: int, *, ranged: bool, yearly: bool) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    chart.has_title = False
    chart.has_legend = ranged
    chart.font.size, chart.font.name = Pt(9), FAMILY
    chart.font.color.rgb = _rgb(MUTED)
    if ranged:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.value_axis.minimum_scale = 0
    chart.value_axis.major_gridlines.format.line.color.rgb = _rgb("#e4e0d7")
    chart.value_axis.format.line.fill.background()
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    chart.category_axis.format.line.color.rgb = _rgb(MUTED)
    every = max(1, int(np.ceil(n / (15 if yearly else 4))))
    for tag in ("c:tickLblSkip", "c:tickMarkSkip"):
        _added(chart.category_axis._element, tag, str(every))
    for one, (colour, wide) in zip(chart.plots[0].series, ((colours.PRIMARY, 1.75), ("#8a8577", 1.0), ("#8a8577", 1.0)), strict=False):
        if yearly:
            one.format.fill.solid()
            one.format.fill.fore_color.rgb = _rgb(colour)
            continue
        one.smooth = False
        one.format.line.color.rgb, one.format.line.width = _rgb(colour), Pt(wide)
        one.marker.style = XL_MARKER_STYLE.NONE


def _added(axis: Any, tag: str, value: str) -> None:
    """Add an element before those that must come after it."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    made = parse_xml(f'<{tag} {nsdecls("c")} val="{value}"/>')
    last = axis.find(qn("c:noMultiLvlLbl"))
    axis.append(made) if last is None else last.addprevious(made)


def _bars(slide: _Slide, page: OnePage, corner: tuple[float, float, float]) -> None:
    left, top, wide = corner
    lower = _titled(slide, (left, top, wide, 0.25), page.bars_title, page.bars_about)
    for i, one in enumerate(page.bars):
        y, across = top + 0.27 + lower + i * (BARS - lower / 4), wide - 0.7
        slide.text((left, y, 0.9, 0.2), [[(one.label, USUAL, False, MUTED)]])
        size = next((size for size in (USUAL, 8.0, SMALL) if _fits(one.said, size, across)), None)
        slide.text((left + 0.7, y, across, 0.25), [[(one.said, size or SMALL, False, colours.INK)]], right=True)
        _parts(slide, one, left, y + (0.2 if size else 0.26), wide, tall=0.15 if size else 0.11)


def _parts(slide: _Slide, one: Bar, left: float, top: float, wide: float, *, tall: float) -> None:
    from hotspots.drawing.brief.graphs import SHADES, UNKNOWN

    whole, known = sum(part.n for part in one.parts) or 1.0, 0
    for part in one.parts:
        across = part.n / whole * wide
        colour = UNKNOWN if part.unknown else SHADES[min(known, len(SHADES) - 1)]
        known += not part.unknown
        slide.rectangle((left, top, max(across - 0.012, 0.008), tall), colour)
        left += across


def _foot(slide: _Slide, page: OnePage) -> None:
    top, wide = 6.44, WIDE - 2 * EDGE - 0.85
    slide.rectangle((EDGE, top - 0.06, WIDE - 2 * EDGE, 0.01), "#c9c4b9")
    source = [[(line, 7.5, False, MUTED)] for line in (*page.source, f"{page.link_text} {page.link}")]
    parts = [[[(one.title, 10.0, True, colours.INK)], [(" ".join(one.lines), 8.0, False, colours.INK)]] for one in page.blocks]
    lengths = [max(sum(len(run[0]) for line in part for run in line), 120) for part in [*parts, source]]
    left = EDGE
    for part, length in zip([*parts, source], lengths, strict=True):
        across = wide * length / sum(lengths)
        slide.text((left, top, across - 0.2, 0.95), part)
        left += across
    slide.picture(picture(qr(page.link), width=80), (WIDE - EDGE - 0.72, top + 0.05, 0.72, 0.72), alt=page.link)

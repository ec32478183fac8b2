"""A brief as plain values with its pictures: what the page of paper and the page in the browser are both made of."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote

from hotspots import colours
from hotspots.colours import is_pale
from hotspots.drawing import sheets
from hotspots.drawing.brief import graphs, plan
from hotspots.drawing.site.drawings import hatches, paint
from hotspots.drawing.site.markup import el
from hotspots.study.memo import kept
from hotspots.views.map_view import LegendRow, MapView
from hotspots.views.one_page import Graph, OnePage, Table
from hotspots.words import Words, words_for

HALF, WHOLE = 340.0, 690.0  # how wide a chart is beside the map, and without one
QUARTER = 150.0


@dataclass(frozen=True, eq=False)
class Parts:
    """A page and its words."""

    page: OnePage
    words: Words

    @classmethod
    def of(cls, page: OnePage) -> Parts:
        """Return the parts of a page in its language."""
        return cls(page, words_for(page.language))

    def plain(self) -> dict[str, Any]:
        """Return all of the page as text and numbers, each picture as SVG."""
        page = self.page
        return {
            **{name: getattr(page, name) for name in ("language", "about", "city", "place", "reach", "mark", "title", "link", "link_text")},
            **{name: getattr(page, name) for name in ("bars_title", "bars_about", "tables_title")},
            "agency": page.agency.name if page.agency else "",
            "logo": list(page.agency.logo) if page.agency else [],
            "brand": page.agency.primary if page.agency else colours.INK,
            "lead": list(page.lead),
            "source": list(page.source),
            "figures": [{**asdict(one), "n": 0, "low": 0, "high": 0, "bar": self._range(one)} for one in page.figures],
            "plan": self._plan(),
            "graph": self._graph(),
            "bars": [{"label": one.label, "said": one.said, "svg": graphs.bar(one, wide=self.across)} for one in page.bars],
            "places": None if page.places is None else _table(page.places),
            "when": None if page.when is None else {**_table(page.when), "shades": _shades(page.when)},
            "blocks": [{"title": one.title, "lines": list(one.lines)} for one in page.blocks],
            "tables": [_table(one) for one in page.tables],
            "link_shown": unquote(page.link).replace("+", " "),
            "qr": qr(page.link) if page.link else "",
            "number_word": self.words.say("No."),
        }

    @property
    def across(self) -> float:
        """How wide the charts are."""
        return WHOLE if self.page.plan is None else HALF

    def _range(self, one: Any) -> str:
        return graphs.ranged(one, wide=QUARTER) if one.ranged else ""

    def _plan(self) -> dict[str, Any] | None:
        shown = self.page.plan
        if shown is None:
            return None
        rows = kept(shown.view, _legend)
        drawn = plan.svg(shown, words=self.words)
        return {"title": shown.title, "about": shown.about, "svg": drawn, "alt": shown.view.title, "legend": rows, "note": shown.note}

    def _graph(self) -> dict[str, Any] | None:
        shown = self.page.graph
        if shown is None:
            return None
        tall = 146.0 if self.page.plan is not None else 250.0
        drawn = kept(shown, _series, self.words.language, self.across, tall)
        signs = [list(sign.split("  ", 1)) for sign in shown.signs]
        return {"title": shown.title, "about": shown.about, "svg": drawn, "alt": shown.series.alt, "signs": signs, "said": list(shown.said)}


def _legend(view: MapView) -> list[dict[str, str]]:
    return [{"swatch": _swatch(row, view), "label": row.label} for row in view.legend]


def _series(shown: Graph, language: str, wide: float, tall: float) -> str:
    return graphs.series(shown.series, words=words_for(language), wide=wide, tall=tall)


def _table(one: Table) -> dict[str, Any]:
    longest = {j: max(len(row[j]) for row in (one.columns, *one.rows)) for j in range(len(one.columns)) if j not in one.numbers}
    return {**asdict(one), "numbers": sorted(one.numbers), "wide": max(longest, key=lambda j: longest[j])}


def _shades(one: Table) -> list[list[tuple[str, str]]]:
    """Return the colour of each cell and of its number: more is darker."""
    counts = [[int(cell or 0) for cell in row[1:]] for row in one.rows]
    top = max(n for row in counts for n in row) or 1
    steps = colours.HOMICIDES
    found = []
    for row in counts:
        shades = ["#f3f1eb" if not n else steps[min(int(n / top * len(steps)), len(steps) - 1)] for n in row]
        found.append([(shade, colours.INK if is_pale(shade) or shade in steps[1:3] else "#ffffff") for shade in shades])
    return found


def qr(text: str) -> str:
    """Return a text as a QR code: one dark path on white, as SVG."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None, dark=colours.INK, light="#ffffff"
    )
    return out.getvalue().decode()


def _swatch(row: LegendRow, view: MapView) -> str:
    """Return the look of a row of the legend, a picture by itself."""
    look = sheets.legend_look(row, view)
    box = {"x": 0.5, "y": 0.5, "width": 21, "height": 12}
    if not look.fill:
        parts = [el("line", x1=1, x2=21, y1=6.5, y2=6.5, **paint(look))]
    else:
        parts = [el("rect", fill=look.fill, stroke="#8a8577", **box)]
    if look.hatch:
        parts.append(el("rect", fill=f"url(#legend-{look.hatch})", **box))
    return el("svg", hatches("legend"), *parts, xmlns="http://www.w3.org/2000/svg", viewBox="0 0 22 13", width=22, height=13)

"""Draws a map as one folium page that stands alone: no request leaves it, and no text of the data can run in it."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import Any, ClassVar

import folium
import numpy as np
import pandas as pd
import shapely
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode

from hotspots.colours import GROUND
from hotspots.drawing import leaflet_files, scripts, sheets
from hotspots.drawing.sheets import Look, Sheet
from hotspots.views.map_view import MapView, Overlay
from hotspots.words import Words, mark
from hotspots.words.escape import safe_html

_POLICY = "<!-- policy -->"
DIGITS = 5  # of a degree: 1.1 metres
HELP = mark("Arrow keys go from place to place, with Shift they move the map, plus and minus zoom, Escape lets the place go.")


class _Page(Figure):
    """The page around the map. Every text that reaches it is escaped already."""

    lang: str
    lines: list[str]
    notes: list[str]
    help: str
    legend: str
    table: str
    names: str

    _template = Template("""<!DOCTYPE html>
<html lang="{{ this.lang }}">
<head>
<meta charset="utf-8">
<!-- policy -->
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ this.title }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body>
<header>
<h1>{{ this.lines[0] }}</h1>
{%- for line in this.lines[1:] %}
<p class="facts">{{ line }}</p>
{%- endfor %}
</header>
<main>
<div class="view">
{{ this.html.render(**kwargs) }}
{{ this.legend }}
</div>
<p id="help" class="unseen">{{ this.help }}</p>
<p id="said" class="unseen" aria-live="polite"></p>
{{ this.table }}
{{ this.names }}
</main>
<footer>
{%- for line in this.notes %}
<p>{{ line }}</p>
{%- endfor %}
</footer>
<script>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
""")


class _Map(folium.Map):
    """folium's map without the files that it would fetch from elsewhere."""

    default_js: ClassVar[list[tuple[str, str]]] = []  # type: ignore[misc]
    default_css: ClassVar[list[tuple[str, str]]] = []  # type: ignore[misc]
    ground: str
    label: str
    _template = Template("""
{% macro html(this, kwargs) %}
<div id="map" role="application" tabindex="0" style="background: {{ this.ground }}"
 aria-label="{{ this.label }}" aria-describedby="help"></div>
{% endmacro %}
{% macro script(this, kwargs) %}
var {{ this.get_name() }} = L.map("map", {{ this.options|tojavascript }});
{% endmacro %}
""")


class _Finish(MacroElement):
    """The call that adds hovering, names, keys and printing once all is drawn."""

    units: list[str]
    areas: list[str]
    bounds: list[float]
    across: float
    words: dict[str, str]

    _template = Template("""
{% macro script(this, kwargs) %}
finishMap({{ this._parent.get_name() }}, {
  units: [{{ this.units|join(", ") }}], areas: [{{ this.areas|join(", ") }}],
  bounds: {{ this.bounds|tojson }}, across: {{ this.across|tojson }}, words: {{ this.words|tojson }}
});
{% endmacro %}
""")


def page(view: MapView, *, words: Words, note: str = "", head: str = "") -> str:
    """Return the map as one HTML page that works from a file, on a phone and on paper, and asks nobody for anything.

    The first line of `head` is the heading (left out: the map's own title), further lines stand beneath it; the lines of `note` (source,
    licence, version, what is fictional) end the page. The same view gives the same page, byte for byte.

    Text of the data stands only in the page's table and its list of names, escaped by `safe_html`; scripts copy it from there as text.
    Beyond that the page allows no script but its own, by their hashes.
    """
    shown = _Page(title=safe_html((head or view.title).split("\n")[0]))
    shown.lang = words.language
    shown.lines = [safe_html(line) for line in (head or view.title).split("\n")]
    shown.notes = [safe_html(line) for line in note.split("\n") if line]
    shown.help = safe_html(words.say(HELP))
    shown.legend, shown.table, shown.names = _legend(view, words), _table(view, words), _names(view)
    shown.header._children.clear()  # folium's own line about the characters; the page has one
    for name, text in _own_files():
        shown.header.add_child(Element(text), name=name)
    shown.add_child(_drawn(view, words))
    return _with_policy(shown.render().replace("\r\n", "\n"))


def _drawn(view: MapView, words: Words) -> folium.Map:
    drawn = _Map(
        tiles=None,
        prefer_canvas=True,
        attribution_control=False,
        zoom_control=False,
        scroll_wheel_zoom=False,
        zoom_snap=0.25,
        zoom_delta=0.75,
        wheel_px_per_zoom_level=110,
        max_zoom=19,
    )
    drawn._id = "city"
    drawn.ground, drawn.label = sheets.backdrop(view), safe_html(view.title)
    finish = _Finish()  # type: ignore[no-untyped-call]
    finish._id = "all"
    finish.units, finish.areas = [], []
    for number, sheet in enumerate(sheets.sheets(view)):
        layer = folium.GeoJson(_features(sheet), **_options(sheet))
        layer._id = str(number)
        layer.add_to(drawn)
        if sheet.units is not None:
            finish.units.append(layer.get_name())
            if sheet.look.fill:
                finish.areas.append(layer.get_name())
    if view.overlay is not None:
        _add_overlay(drawn, view.overlay)
    finish.bounds, finish.across = [round(side, DIGITS) for side in view.bounds], _across(view)
    finish.words = {"zoom_in": words.say("Zoom in"), "zoom_out": words.say("Zoom out")}
    finish.words |= {"up": words.say("Above"), "right": words.say("To the right")}
    finish.words |= {"down": words.say("Below"), "left": words.say("To the left")}
    drawn.add_child(finish)
    return drawn


def _add_overlay(drawn: folium.Map, overlay: Overlay) -> None:
    west, south, east, north = overlay.bounds
    picture = "data:image/png;base64," + base64.b64encode(overlay.png).decode()
    layer = folium.raster_layers.ImageOverlay(picture, bounds=[[south, west], [north, east]], opacity=0.8, z_index=150)
    layer._id = "surface"
    layer.add_to(drawn)


def _options(sheet: Sheet) -> dict[str, Any]:
    look = sheet.look
    style: dict[str, Any] = {"stroke": bool(look.edge), "color": look.edge or "", "weight": look.width, "opacity": look.alpha}
    style |= {"fill": bool(look.fill), "fillColor": _fill(look), "fillOpacity": 1}
    if look.dash:
        style |= {"dashArray": " ".join(f"{length:g}" for length in look.dash), "lineCap": "butt"}
    found: dict[str, Any] = {"style": style, "interactive": sheet.units is not None, "smoothFactor": 0.6}
    if sheet.kind == "service":
        found["marker"] = folium.CircleMarker(radius=3)
    return found


def _fill(look: Look) -> Any:
    return JsCode(_hatch(look.fill, look.hatch)) if look.fill and look.hatch else look.fill or ""


def _hatch(fill: str, hatch: str) -> str:
    return f'hatched("{fill}", "{GROUND[hatch]}", {1.6 if hatch == "hatchLight" else 1.2})'


def _features(sheet: Sheet) -> dict[str, Any]:
    """Return the shapes as GeoJSON, rounded; the background as one feature, units each with its place in the table and nothing else."""
    shapes = shapely.transform(sheet.shapes, lambda points: np.round(points, DIGITS))
    if sheet.units is None:
        return {"type": "Feature", "properties": {}, "geometry": _geometry(shapely.GeometryCollection(shapes.tolist()))}
    pairs = zip(sheet.units.tolist(), shapes, strict=True)
    features = [{"type": "Feature", "properties": {"unit": unit}, "geometry": _geometry(shape)} for unit, shape in pairs]
    return {"type": "FeatureCollection", "features": features}


def _geometry(shape: Any) -> dict[str, Any]:
    return dict(shapely.geometry.mapping(shape))


def _across(view: MapView) -> float:
    """Return how wide the units are on average, in degrees: what decides how thin their outlines must be."""
    sides = shapely.bounds(np.asarray(view.shapes.array))
    return round(float(np.nanmean(sides[:, 2] - sides[:, 0])), 7) if len(sides) else 0.0


def _legend(view: MapView, words: Words) -> str:
    rows = [
        f'<li data-kind="{row.kind}">{_swatch(sheets.legend_look(row, view), number)}<span>{safe_html(row.label)}</span>'
        f'<span class="units">{"" if row.units is None else words.number(row.units)}</span></li>'
        for number, row in enumerate(view.legend)
    ]
    note = f"<p>{safe_html(view.legend_note)}</p>" if view.legend_note else ""
    title = safe_html(view.legend_title)
    return f'<section class="legend" aria-label="{safe_html(words.say("Legend"))}"><h2>{title}</h2><ul>{"".join(rows)}</ul>{note}</section>'


def _swatch(look: Look, number: int) -> str:
    if look.fill is None:  # a street
        dash = f' stroke-dasharray="{" ".join(f"{length:g}" for length in look.dash)}"' if look.dash else ""
        return (
            f'<svg width="28" height="17" aria-hidden="true"><path d="M1 8.5H27" stroke="{look.edge}" stroke-width="{look.width + 1:g}"'
            f"{dash}/></svg>"
        )
    box = f'<rect x=".5" y=".5" width="27" height="16" rx="2" stroke="#b9b2a4" fill="{look.fill}"/>'
    if look.hatch:
        line, width = GROUND[look.hatch], 1.6 if look.hatch == "hatchLight" else 1.2
        box = (
            f'<defs><pattern id="hatch{number}" width="7" height="7" patternUnits="userSpaceOnUse">'
            f'<path d="M-1 8L8 -1M-1 1L1 -1M6 8L8 6" stroke="{line}" stroke-width="{width}"/></pattern></defs>'
            f'{box}<rect x=".5" y=".5" width="27" height="16" rx="2" fill="url(#hatch{number})"/>'
        )
    return f'<svg width="28" height="17" aria-hidden="true">{box}</svg>'


def _table(view: MapView, words: Words) -> str:
    data = sheets.table(view, words)
    kinds = _kinds(data, view, words)
    head = "".join(f'<th scope="col" class="{kind}">{safe_html(name)}</th>' for name, kind in zip(data, kinds, strict=True))
    cells = [_cells(data.iloc[:, i], kind) for i, kind in enumerate(kinds)]
    rows = "\n".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    title = safe_html(view.title)
    return (
        f"<details><summary>{safe_html(words.say('The same as a table'))}</summary>\n"
        f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
        f'<table id="units"><caption hidden>{title}</caption><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div></details>"
    )


def _kinds(data: pd.DataFrame, view: MapView, words: Words) -> list[str]:
    """Return what each column is to the page: code, name, number, or the words for a unit's state."""
    named = 0 if view.ids == view.names else 1
    labels = [tip.label for tip in view.tips]
    return ["code"] * named + ["name"] + ["number" if label else "state" for label in labels]


def _cells(column: pd.Series, kind: str) -> list[str]:
    """Return a column's cells; texts that stand in many rows are escaped once."""
    escaped = {text: safe_html(text) for text in set(column)}
    opening, closing = ('<th scope="row" class="name">', "</th>") if kind == "name" else (f'<td class="{kind}">', "</td>")
    return [f"{opening}{escaped[text]}{closing}" for text in column]


def _names(view: MapView) -> str:
    rows = [
        f'<li data-kind="{name.kind}" data-lat="{name.lat}" data-lon="{name.lon}">{safe_html(name.text)}</li>'
        for name in sheets.place_names(view)
    ]
    return f'<ul id="place-names" hidden>{"".join(rows)}</ul>'


@lru_cache(maxsize=1)
def _own_files() -> tuple[tuple[str, str], ...]:
    """Return Leaflet's files and our own as elements of the page's head, with Leaflet's few images inside."""
    folder = leaflet_files.folder()

    def inside(found: re.Match[str]) -> str:
        image = base64.b64encode((folder / found[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    leaflet = re.sub(r"//# sourceMappingURL=\S+", "", (folder / "leaflet.js").read_text(encoding="utf-8"))
    style = re.sub(r"url\((images/[\w.-]+\.png)\)", inside, (folder / "leaflet.css").read_text(encoding="utf-8"))
    return (
        ("leaflet_css", f"<style>{style}</style>"),
        ("own_css", f"<style>{scripts.asset('map_page.css')}</style>"),
        ("leaflet_js", f"<script>{leaflet}</script>"),
        ("own_js", f"<script>{scripts.asset('map_page.js')}\n{scripts.of_the_screen('ways.js')}</script>"),
    )


def _with_policy(text: str) -> str:
    """Return the page with the rule that only its own scripts may run, each known by its hash, and that nothing may be fetched."""
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    policy = f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return text.replace(_POLICY, f'<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)

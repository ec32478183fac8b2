"""The downloaded map holds what the screen shows, alone in one file, and no text of the data can become anything but text."""

from __future__ import annotations

import html
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots import colours
from hotspots.drawing import (
    exports,
    maps,
    prints,
)
from hotspots.drawing import (
    sheets as drawing,
)
from hotspots.statistics import trends
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import STATES
from hotspots.study import Study
from hotspots.study.testing import square_blocks, square_city
from hotspots.views import captions, map_view
from hotspots.views.map_view import ContextLayer, MapView
from hotspots.views.series import series_of
from hotspots.words import words_for

EN = words_for("en")
HOSTILE = (
    "<img src=x onerror=window.ran=1>",
    "</script><script>window.ran=1</script>",
    "${window.ran=1}",
    "`${window.ran=1}`",
    "'\"><svg onload=window.ran=1>",
    "</title></ul></table><iframe src=javascript:window.ran=1>",
    "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
    "{{ 7*7 }}{% raw %}",
    "--><!--<script>window.ran=1//",
    "<!-- policy -->",
    "&lt;b&gt;&amp;",
    "java\u2028script\u202e:\u0000x",
)


def study(**choices) -> Study:
    places = [(5, 5)] * 25 + [(5, 15)] * 3 + [(15, 5), (15, 15), None]
    return Study.of(*square_city(places, side=3, population=[1000, 2000, 0, *[500] * 6], **choices), start="2020-01-01", end="2021-01-01")


def shown(key: str = "rate", words=EN, layers=(), one: Study | None = None) -> MapView:
    one = one or study()
    return map_view.map_view(one, measure(key), map_view.geometry("k", one.blocks, layers), words, unit="blocks")


class Reader(HTMLParser):
    """Gathers a page's elements and the text cells of its table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.cell = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        self.cell &= tag not in ("td", "th")

    def handle_data(self, data):
        if self.cell:
            self.rows[-1][-1] += data


def outside(page: str) -> list[str]:
    """Return what the page would fetch: the addresses of its elements and of its styles."""
    found = [value for _, attrs in Reader(page).tags for name, value in attrs.items() if name in ("src", "href", "action", "data")]
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    found += [address for style in styles for address in re.findall(r"url\(['\"]?([^)'\"]*)", style)]
    return [address for address in found if address and not address.startswith(("data:", "#"))]


@pytest.mark.cases(9)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("key", [row.key for row in MEASURES if not row.missing(study())])
def test_the_page_holds_what_the_screen_shows(key, language):
    words = words_for(language)
    one = shown(key, words)
    page = maps.page(one, words=words, head="A finding\nand a fact", note="Source: nobody\nFictional")
    read = Reader(page)
    head, *rows = read.rows
    assert head == drawing.table(one, words).columns.tolist()
    assert rows == drawing.table(one, words).astype(str).to_numpy().tolist()
    assert f'<html lang="{language}">' in page
    assert "<h1>A finding</h1>" in page
    for text in (
        "and a fact",
        "<p>Source: nobody</p>",
        "<p>Fictional</p>",
        one.legend_title,
        one.legend_note,
        *(row.label for row in one.legend),
    ):
        assert html.unescape(text) in html.unescape(page)
    assert outside(page) == []
    assert page == maps.page(one, words=words, head="A finding\nand a fact", note="Source: nobody\nFictional")


def test_the_numbers_of_the_page_are_those_of_the_file():
    one = study()
    table = exports.download_table(one, [measure("rate")])
    head, *rows = Reader(maps.page(shown("rate"), words=EN)).rows
    read = pd.DataFrame(rows, columns=head)
    assert read["Place"].tolist() == table["name"].tolist()
    assert read["People killed"].astype(int).tolist() == table["count"].tolist()
    people = pd.to_numeric(read["Residents"].str.replace(",", ""), errors="coerce")
    np.testing.assert_array_equal(people, table["population"])
    rate = [EN.rate(value) for value in table["rate"]]
    assert read.iloc[:, 2].str.split(" ").str[0].tolist() == rate


def test_every_unit_is_drawn_once_in_its_look():
    one = shown("rate")
    drawn = [(sheet, unit) for sheet in drawing.sheets(one) if sheet.units is not None for unit in sheet.units]
    assert sorted(unit for _, unit in drawn) == list(range(9))
    for sheet, unit in drawn:
        colour = one.colours[one.classes[unit]] if one.classes[unit] >= 0 else None
        assert sheet.look == drawing.unit_look(STATES[one.states[unit]], colour)


def test_what_lies_beneath_is_drawn_beneath():
    land, river = shapely.box(-1, -1, 40, 40), shapely.LineString([(0, 0), (30, 30)])
    things = [("coast", land, "Land"), ("water", river, "Río"), ("boundary", land, ""), ("service", shapely.Point(1, 1), "Clinic")]
    layers = [ContextLayer(kind, gpd.GeoSeries([shape], crs=4326), [name]) for kind, shape, name in things]
    one = shown(layers=layers)
    kinds = [sheet.kind for sheet in drawing.sheets(one)]
    first, last = kinds.index("units"), len(kinds) - kinds[::-1].index("units")
    assert kinds[:first] == ["land", "land", "coast", "water"]
    assert kinds[last:] == ["border", "service"]
    assert drawing.backdrop(one) == colours.SEA
    assert [name.text for name in drawing.place_names(one)] == ["Land", "Río", "Clinic"]
    assert '<li data-kind="water"' in maps.page(one, words=EN)
    assert prints.map_png(one, words=EN).startswith(b"\x89PNG")


def test_segments_are_drawn_as_lines():
    one = shown("count")
    lines = one.shapes.apply(lambda shape: shapely.LineString(shape.exterior.coords[:3]))
    as_lines = MapView(**{**one.__dict__, "shapes": lines})
    sheets = [sheet for sheet in drawing.sheets(as_lines) if sheet.units is not None]
    assert all(sheet.look.fill is None and sheet.look.edge for sheet in sheets)
    coloured = int((as_lines.classes >= 0).sum())  # these have a casing, drawn beneath them
    assert coloured
    page = maps.page(as_lines, words=EN)
    assert page.count('"type": "LineString"') == 9 + coloured
    assert [sheet.kind for sheet in drawing.sheets(as_lines)].count("casing") == len(as_lines.colours)
    assert prints.map_png(as_lines, words=EN)


def test_colours_are_those_of_the_screen():
    """The frontend's own list, read from its source."""
    source = (Path(drawing.__file__).parents[1] / "dashboard/map_component/frontend/looks.js").read_text(encoding="utf-8")
    screen = dict(re.findall(r'^  (\w+): "([^"]+)"', source, re.MULTILINE))
    assert {name: screen.get(name) for name in colours.GROUND} == colours.GROUND


def hostile_view() -> MapView:
    """Return a map in which every text that comes from data is hostile."""
    n = len(HOSTILE)
    one = shown("count")
    spots = [shapely.box(-89 + 0.01 * i, 13, -88.992 + 0.01 * i, 13.01) for i in range(n)]
    series = type(one.shapes)(spots, crs=4326)
    tips = [map_view.TipLine(HOSTILE[0], list(HOSTILE)), map_view.TipLine("", list(HOSTILE))]
    layers = [ContextLayer(kind, series, list(HOSTILE)) for kind in ("district", "water")]
    legend = [map_view.LegendRow("class", text, "#ee8a4a", 1) for text in HOSTILE]
    title = " ".join(HOSTILE)
    return MapView(
        *("k", [text + "id" for text in HOSTILE], list(HOSTILE), series, np.zeros(n, dtype=np.int8), np.zeros(n, dtype=np.int8), tips),
        *(("#ee8a4a",), legend, title, title, title, layers, (-89.0, 13.0, -88.87, 13.01)),
    )


def test_hostile_text_stays_text():
    page = maps.page(hostile_view(), words=EN, head="\n".join(HOSTILE), note="\n".join(HOSTILE))
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == page.lower().count("<script") == 3
    assert not any("window.ran" in script for script in scripts)
    tags = {tag for tag, _ in Reader(page).tags}
    assert not tags & {"img", "iframe", "object", "embed", "link", "base", "form"}
    assert not [attrs for _, attrs in Reader(page).tags if any(name.startswith("on") for name in attrs)]
    names = [row[1] for row in Reader(page).rows[1:]]
    assert [name.replace("\ufffd", "\0") for name in names] == list(HOSTILE)
    assert page.count("Content-Security-Policy") == 1
    assert "<!-- policy -->" not in page.split("<title>")[0]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_picture_of_hostile_text_is_drawn():
    assert prints.map_png(hostile_view(), words=EN, head="\n".join(HOSTILE), note="\n".join(HOSTILE)).startswith(b"\x89PNG")


def test_pictures_read_no_formulas():
    one = shown("count", one=study())
    names = [f"$\\frac{{1}}{{{i}}}$ $" for i in range(9)]
    layer = ContextLayer("district", one.shapes, names)
    odd = MapView(**{**one.__dict__, "names": names, "context": [layer], "legend_title": "$\\nonsense$", "legend_note": "$_^$"})
    assert prints.map_png(odd, words=EN, head="$\\frac$\n$x$", note="$\\bad{$")


def test_pictures_are_1600_wide_and_say_what_they_are_of(monkeypatch):
    from matplotlib.image import imread

    written: list[str] = []
    plain = prints._text
    monkeypatch.setattr(prints, "_text", lambda place, x, y, text, **style: (written.append(text), plain(place, x, y, text, **style))[1])
    one = shown("rate")
    content = prints.map_png(one, words=EN, head="2 people killed\n2020 · all", note="Source: nobody")
    picture = imread(io.BytesIO(content))
    assert picture.shape[1] == 1600
    said = " ".join(written)
    for text in ("2 people killed", "2020 · all", "Source: nobody", one.legend_title):
        assert text in said
    for row in one.legend:
        assert row.label in said or all(word in said for word in row.label.split())
        assert EN.number(row.units) in written
    assert content == prints.map_png(one, words=EN, head="2 people killed\n2020 · all", note="Source: nobody")


@pytest.mark.walk
def test_a_picture_shows_the_colours_of_the_classes():
    """The middle of a block of the highest class has the colour of that class."""
    from matplotlib.image import imread

    one = shown("count")
    picture = (imread(io.BytesIO(prints.map_png(one, words=EN)))[:, :, :3] * 255).round().astype(int)
    seen = {tuple(colour) for colour in np.unique(picture.reshape(-1, 3), axis=0)}
    for colour in one.colours:
        assert tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) in seen


def test_a_series_is_drawn_with_its_range_and_rules():
    days = [f"{year}-{month:02}-10" for year in range(2015, 2021) for month in range(1, 13)]
    one = Study.of(*square_city([(5, 5)] * len(days), dates=days))
    dated = [(pd.Timestamp("2019-07-01"), "1", "A change of definition $x$")]
    shown = series_of(trends.monthly(one), EN, dated=dated)
    content = prints.series_png(shown, words=EN, head="People killed each month\nall", note="Source: nobody")
    assert content.startswith(b"\x89PNG")
    assert prints.series_png(series_of(trends.yearly(one), EN), words=EN, head="Each year").startswith(b"\x89PNG")


def test_captions_say_period_filters_number_and_source():
    from types import SimpleNamespace

    one = study(weapon=["firearm"] * 30 + ["blade"])
    some = Study.of(one.incidents, one.blocks, start="2020-01-01", end="2021-01-01", where={"weapon": ["firearm"]})
    city = SimpleNamespace(
        name="Town",
        fictional=True,
        source="Police",
        licence="CC0",
        population_year=2020,
        language="es",
        version=3,
        blocks=one.blocks,
        start=one.start,
        end=one.end,
        definitions={},
        only_totals=False,
    )
    caption = captions.of_map(city, some, "Title", EN)
    assert caption.head.split("\n") == [
        caption.head.split("\n")[0],
        "Title",
        "2020 · Firearm · 30 people killed · data to June 15, 2020",
        "fictional city: no real person, no real place",
    ]
    assert caption.head.startswith("30 people killed in Town, 2020: 500 per 100,000 residents a year")
    assert caption.note == (
        "Restricted: not for publication · Counted: each person killed, once; what is a homicide is as the source has it · "
        "Source: Police · Licence: CC0 · Residents of 2020 · Data version 3"
    )
    assert captions.facts(city, some, "blocks") == {
        **{
            "city": "Town",
            "restricted": "not for publication",
            "fictional": True,
            "version": 3,
            "unit": "blocks",
            "start": "2020-01-01",
            "end": "2021-01-01",
        },
        **{"where": {"weapon": ["firearm"]}, "victims": 30, "on_map": 30, "population_year": 2020, "source": "Police", "licence": "CC0"},
    }


@pytest.mark.slow
def test_three_thousand_blocks_make_a_small_page():
    side = 57
    chance = np.random.default_rng(1)
    places = chance.uniform(0, side * 100, (3000, 2)).tolist()
    incidents, _ = square_city([tuple(place) for place in places])
    blocks = square_blocks(side=side, size=100.0)
    one = shown("count", one=Study.of(incidents, blocks))
    page = maps.page(one, words=EN)
    assert len(page) < 4e6
    assert len(one.ids) == 3249

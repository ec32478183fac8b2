"""The page Clusters and what the map says of hot spots, as a reader meets them."""

from __future__ import annotations

import inspect
from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from opened import open_page, text
from streamlit.testing.v1 import AppTest

from hotspots import colours
from hotspots.cli.main import parser
from hotspots.dashboard.map_component import payload
from hotspots.drawing import sheets as drawing
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted import clusters as questions
from hotspots.statistics import clusters
from hotspots.statistics.catalog import measure
from hotspots.study import Study
from hotspots.study.selection import Selection, read_query
from hotspots.study.testing import square_city
from hotspots.views import map_view, outlines
from hotspots.words import words_for

EN = words_for("en")


def study(points, side=9, **choices) -> Study:
    return Study.of(*square_city(points, side=side), **choices)


def view_of(one: Study, key: str) -> map_view.MapView:
    return map_view.map_view(one, measure(key), map_view.geometry("test", one.blocks), EN, unit="blocks")


def view_with(shapes, *found) -> map_view.MapView:
    return replace(
        view_of(study(CORNERS), "count"), shapes=shapes, classes=np.full(len(shapes), -1), states=np.ones(len(shapes)), outlines=found
    )


CORNERS = [(5, 5)] * 30 + [(85, 85)] * 20


def test_hot_spots_are_outlined_and_numbered():
    shown = view_of(study(CORNERS), "hot_spot")
    assert [one.number for one in shown.outlines] == ["1", "2"]  # the one with most homicides first
    assert shown.outlines[0].lat < shown.outlines[1].lat
    assert {sheet.kind for sheet in drawing.sheets(shown)} >= {"outline"}
    assert [name.text for name in drawing.place_names(shown)][:2] == ["1", "2"]
    assert len(payload.encode_values(shown, {})) > len(payload.encode_values(view_of(study(CORNERS), "count"), {}))
    assert "if homicides fell on residents by chance alone" in shown.legend_note
    assert "false hot places" in shown.legend_note
    assert view_of(study(CORNERS), "count").outlines == ()
    assert outlines.outlines(clusters.hot_spot(study(CORNERS)) * 0, shown.shapes) == ()


def test_hot_streets_are_outlined_along_the_street():
    street = shapely.LineString([(-75.20, 40.0), (-75.19, 40.0), (-75.19, 40.01)])
    shapes = gpd.GeoSeries([street, shapely.LineString([(-75.1, 40.0), (-75.1, 40.1)])], crs=4326)
    (one,) = outlines.outlines(pd.Series([1, 0]), shapes)
    assert one.along
    assert one.shape.length == pytest.approx(street.length)
    shown = view_with(shapes, one)
    sheets = [sheet for sheet in drawing.sheets(shown) if sheet.kind == "outline"]
    assert [sheet.look.edge for sheet in sheets][1:] == [colours.INK, shown.colours[-1]]
    assert all(shapely.length(sheet.shapes).sum() == pytest.approx(street.length) for sheet in sheets)
    corner = outlines.outlines(pd.Series([1]), gpd.GeoSeries([shapely.Point(-75.2, 40)], crs=4326))[0]
    assert corner.along


def test_too_few_homicides_are_not_coloured():
    shown = view_of(study([(5, 5)] * 12), "hot_spot")
    assert (shown.classes == -1).all()
    assert shown.outlines == ()
    assert [(row.kind, row.label, row.units) for row in shown.legend] == [("zero", "too few homicides to rank places", 81)]
    assert not any("More homicides" in text for text in shown.tips[-1].texts)


def test_categories_speak_for_themselves():
    one = study(CORNERS)
    shown = view_of(one, "getis_ord")
    assert len(shown.colours) == len({row.label for row in shown.legend if row.kind == "class"})
    z = clusters.getis_ord(one)
    high = {row.label: row.units for row in shown.legend}["Far more than the city's mean (2 standard deviations or more above)"]
    assert high == (z >= 2).sum()
    assert set(shown.colours) <= set(colours.ROLES.values())
    assert "is no evidence" in shown.legend_note
    place = int(np.argmax(z))
    assert shown.tips[-1].texts[place].startswith("Far more")


def test_the_choices_are_part_of_the_address():
    chosen, strange = read_query({"city": "x", "baseline": "equal", "correction": "by"})
    assert (chosen.baseline, chosen.correction, strange) == ("equal", "by", ())
    assert chosen.query() == {"city": "x", "baseline": "equal", "correction": "by"}
    chosen, strange = read_query({"city": "x", "baseline": "people"})
    assert (chosen.baseline, strange) == ("", ("baseline",))


def test_the_list_of_hot_places():
    one = study(CORNERS)
    found = clusters.hot_places(one, clusters.hot_spot(one))
    assert found["group"].tolist() == [1] * 4 + [2] * 4
    assert (found["low"] < found["ratio"]).all()
    assert (found["ratio"] < found["high"]).all()
    assert found["killed"].sum() == 50


def page(path: str, *, lang: str = "en", **query: str) -> AppTest:
    app = open_page(path, lang=lang, **query)
    assert not app.exception, app.exception
    assert not app.error, [one.value for one in app.error]
    return app


def asked(kind: str, at) -> Asked:
    """Return what is asked of three hard-hit corners: a block and the two beside it, as one circle, and two blocks that stand alone."""
    points = [(5, 5), (15, 5), (5, 15)] * 15 + [(85, 85)] * 20 + [(5, 85)] * 20
    one = study(points)
    x, y = shapely.get_coordinates(shapely.centroid(np.asarray(one.blocks.geometry.array))).T
    city = SimpleNamespace(blocks=one.blocks.drop(columns="district").assign(**{kind: at(x, y)}), language="en", source="")
    return Asked(Selection(unit="blocks"), city, lambda _: one)


@pytest.mark.parametrize(
    ("kind", "at", "told", "es"),
    [
        (
            "beat",
            lambda x, y: np.where(x < 10, "A", "B"),
            "1 of 3 circles reaches into more than one beat: no. 1 (A and B).",
            "1 de 3 círculos alcanza más de un sector: el n.º 1 (A y B).",
        ),
        (
            "district",
            lambda x, y: np.where(x < 10, "2", "10"),
            "1 of 3 circles reaches into more than one district: no. 1 (2 and 10).",
            "1 de 3 círculos alcanza más de un distrito: el n.º 1 (2 y 10).",
        ),
        (
            "beat",
            lambda x, y: np.where(y < 40, "A", "B"),
            "Each of the 3 circles lies in one beat.",
            "Cada uno de los 3 círculos está en un solo sector.",
        ),
        ("zone", lambda x, y: "A", "", ""),
    ],
)
def test_which_circles_straddle_beats(kind, at, told, es):
    found = asked(kind, at).ask(questions.straddling, simulations=99)
    assert (found.sentence(EN), found.sentence(words_for("es"))) == (told, es)
    assert {number: " and ".join(names) for number, names in found.value.items()} == ({1: told[:-2].split("(")[1]} if "(" in told else {})


def test_the_page(city):
    app = page("clusters")
    assert "chance explains" in app.title[0].value
    said = " ".join(one.value for one in app.markdown)
    assert "shuffles" in said
    assert any("shuffled among their places" in one.value for one in app.caption)
    es = page("clusters", lang="es")
    assert "explica el azar" in es.title[0].value


def test_the_map_offers_what_a_test_compares_with(city):
    plain = page("map", measure="count")
    assert "Compared with" not in [one.label for one in plain.selectbox]
    app = page("map", measure="hot_spot", baseline="equal")
    compared = next(one for one in app.selectbox if one.label == "Compared with")
    assert compared.value == "equal"
    left_out = "Residents are left out of this comparison"
    assert left_out in text(app)
    assert left_out not in text(page("map", measure="hot_spot"))
    assert left_out in text(page("clusters", baseline="area"))
    assert app.warning[0].value.startswith("Too few places to rank")  # nine of them: nothing is called hot


@pytest.mark.parametrize(
    ("ask", "told"), [(questions.bursts, {"anytime": True}), (questions.space_time, {"anytime": True}), (questions.circles, {})]
)
def test_who_names_no_seed_has_the_shuffles_of_the_command(city, ask, told):
    asked = Asked.of(Selection(city=city.slug))
    found = asked.ask(ask, **told)
    seeds = getattr(found, "value", found).seed, inspect.signature(questions.straddling.ask).parameters["seed"].default
    assert set(seeds) == {parser(EN, "clusters").parse_args(["clusters", city.slug]).seed}

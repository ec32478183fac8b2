"""A density surface on the map lies where the homicides lie, and says what it is."""

from __future__ import annotations

import io

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from PIL import Image

from hotspots import colours
from hotspots.statistics import density
from hotspots.statistics.catalog import measure
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_city
from hotspots.views import map_view, surfaces
from hotspots.words import words_for

EN = words_for("en")


def made(points, bandwidth=60.0):
    incidents, blocks = square_city(points, side=10, size=50)
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    surface = density.surface(study, bandwidth=bandwidth)
    shown = map_view.map_view(study, measure("count"), map_view.geometry("x", blocks), EN, unit="blocks")
    return surface, surfaces.with_surface(shown, surface, EPSG, EN)


def pixels(overlay) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(overlay.png)).convert("RGBA"))


@pytest.mark.parametrize("point", [(125.0, 375.0), (400.0, 90.0)])
def test_the_darkest_spot_is_where_the_homicide_was(point):
    _, shown = made([point])
    picture = pixels(shown.overlay)
    west, south, east, north = shown.overlay.bounds
    darkest = tuple(int(shown.colours[-1][i : i + 2], 16) for i in (1, 3, 5))
    rows, columns = np.nonzero((picture[..., :3] == darkest).all(axis=2) & (picture[..., 3] > 0))
    lon = west + (columns.mean() + 0.5) / picture.shape[1] * (east - west)
    lat = north - (rows.mean() + 0.5) / picture.shape[0] * (north - south)
    x, y = pyproj.Transformer.from_crs(4326, EPSG, always_xy=True).transform(lon, lat)
    assert np.hypot(x - point[0], y - point[1]) < 12


def test_nothing_is_drawn_outside_the_units_or_far_from_homicides():
    _, shown = made([(125.0, 375.0)])
    clear = pixels(shown.overlay)[..., 3] == 0
    assert clear[-20:, -20:].all()
    assert 0.03 < 1 - clear.mean() <= np.pi * 60**2 / 500**2 + 0.002


def test_the_note_names_bandwidth_kernel_and_number():
    surface, shown = made([(125.0, 375.0), (130.0, 370.0)])
    assert "most at its place, none past the bandwidth; bandwidth 60 m (chosen by the reader)" in shown.legend_note
    assert "made from 2 people killed" in shown.legend_note
    assert surface.total() == pytest.approx(2)
    assert all(row.units is None for row in shown.legend)


def test_hovering_still_tells_the_counts():
    _, shown = made([(125.0, 375.0)])
    assert sum(int(text) for text in shown.tips[0].texts) == 1


def test_no_homicides_no_picture():
    assert made([None])[1].overlay is None


def test_what_lies_at_a_limit_is_of_the_class_that_begins_there_and_five_in_a_hundred_are_rare():
    surface, _ = made([(125.0, 375.0)])
    flat = np.full(surface.z.shape, 2.0)
    shown = surfaces.picture(surface, EPSG, [2.0, 5.0], ("#102030", "#405060"), values=flat, outlines=(flat * 0 + surfaces.LEVEL, None))
    assert colours_of(shown) == {"#102030", colours.INK}
    assert (pixels(shown)[..., 3] > 0).all()


# homicides beside residents


def risk(points, *, bandwidth=150.0, draws=39):
    incidents, blocks = square_city(points, side=10, size=50)
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    found = density.risk_surface(study, bandwidth=bandwidth, draws=draws)
    shown = map_view.map_view(study, measure("count"), map_view.geometry("x", blocks), EN, unit="blocks")
    return found, surfaces.with_risk(shown, found, EPSG, EN)


def colours_of(overlay) -> set[str]:
    rgba = pixels(overlay).reshape(-1, 4)
    return {"#" + bytes(row[:3].tolist()).hex() for row in np.unique(rgba[rgba[:, 3] > 0], axis=0)}


def test_more_is_orange_fewer_purple_and_what_chance_does_not_explain_is_outlined():
    rng = np.random.default_rng(1)
    _, shown = risk([tuple(p) for p in rng.uniform(300, 480, (60, 2))])
    seen = colours_of(shown.overlay)
    assert {colours.CHANGE[0], colours.CHANGE[-1], colours.INK, colours.CHANGE_EDGE} <= seen
    assert "bandwidth 150 m (chosen by the reader); made from 60 people killed" in shown.legend_note
    assert "39 maps on which chance alone put 60 events down" in shown.legend_note
    assert [row.label for row in shown.legend[:5]] == [
        "less than half the average",
        "0.5 to 0.8 times the average",
        "about the average (0.8 to 1.25)",
        "1.25 to 2 times the average",
        "2 times the average or more",
    ]
    assert all(f"{start:g}" in row.label for start, row in zip(surfaces.RISK_STARTS[1:], shown.legend[1:5], strict=True))
    assert len(shown.legend) == 7
    picture = pixels(shown.overlay)
    red = tuple(int(colours.CHANGE[-1][i : i + 2], 16) for i in (1, 3, 5))
    rows, columns = np.nonzero((picture[..., :3] == red).all(axis=2) & (picture[..., 3] > 0))
    assert rows.mean() / picture.shape[0] < 0.4
    assert columns.mean() / picture.shape[1] > 0.6


def test_without_draws_nothing_is_outlined():
    _, shown = risk([(125.0, 375.0)], draws=0)
    assert colours.INK not in colours_of(shown.overlay)
    assert len(shown.legend) == 5
    assert risk([None])[1].overlay is None


# along streets


def along(points, streets):
    incidents, blocks = square_city(points, side=10, size=50)
    table = gpd.GeoDataFrame(geometry=[shapely.LineString(line) for line in streets], crs=EPSG)
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01", streets=table)
    shown = map_view.map_view(study, measure("count"), map_view.geometry("x", blocks), EN, unit="blocks")
    return surfaces.with_streets(shown, density.along_streets(study, bandwidth=100.0), EPSG, EN)


def test_streets_are_drawn_where_they_lie_and_far_ones_are_not():
    shown = along([(250.0, 250.0)], [[(0, 250), (500, 250)], [(0, 0), (500, 0)]])
    picture = pixels(shown.overlay)[..., 3] > 0
    west, south, east, north = shown.overlay.bounds
    rows, columns = np.nonzero(picture)
    lat = north - (rows + 0.5) / picture.shape[0] * (north - south)
    lon = west + (columns + 0.5) / picture.shape[1] * (east - west)
    x, y = pyproj.Transformer.from_crs(4326, EPSG, always_xy=True).transform(lon, lat)
    assert abs(np.asarray(y) - 250).max() < 3
    assert 140 < np.min(x) < 180
    assert 320 < np.max(x) < 360
    assert "shared evenly among the streets ahead at each crossing (equal split, discontinuous); bandwidth 100 m" in shown.legend_note
    assert shown.legend_title == "Homicides per km of street a year"


def test_who_lies_on_no_street_is_told():
    assert "1 lies on no street" in along([(250.0, 250.0), (250.0, 480.0)], [[(0, 250), (500, 250)]]).legend_note
    assert along([None], [[(0, 250), (500, 250)]]).overlay is None

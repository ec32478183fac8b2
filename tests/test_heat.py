"""A density surface on the map lies where the homicides lie, and says what it is."""

from __future__ import annotations

import io

import numpy as np
import pyproj
import pytest
from PIL import Image

from hotspots import density, heat, view
from hotspots.catalog import measure
from hotspots.study import Study
from hotspots.testing import EPSG, square_city
from hotspots.words import words_for

EN = words_for("en")


def made(points, bandwidth=60.0):
    incidents, blocks = square_city(points, side=10, size=50)
    study = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")
    surface = density.surface(study, bandwidth=bandwidth)
    shown = view.map_view(study, measure("count"), view.geometry("x", blocks), EN, unit="blocks")
    return surface, heat.with_surface(shown, surface, EPSG, EN)


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
    assert "kernel quartic, bandwidth 60 m" in shown.legend_note
    assert "made from 2 people killed" in shown.legend_note
    assert surface.total() == pytest.approx(2)
    assert all(row.units is None for row in shown.legend)


def test_hovering_still_tells_the_counts():
    _, shown = made([(125.0, 375.0)])
    assert sum(int(text) for text in shown.tips[0].texts) == 1


def test_no_homicides_no_picture():
    assert made([None])[1].overlay is None

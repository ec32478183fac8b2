"""Colours that stand beside one another on a map are told apart by everybody, on paper and in the dark."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from hotspots import colours
from hotspots.colours import CATEGORIES, CHANGE, HOMICIDES, in_the_dark
from hotspots.views.areas import WINDOW_COLOURS

APART = 12  # by CIE76, in which 2 is seen side by side and 10 at a glance


def lab(colour: str) -> np.ndarray:
    """Return a colour in CIELAB (D65), as IEC 61966-2-1 and CIE 15 define it."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    of_light = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear / [0.9505, 1, 1.089]
    f = np.where(of_light > (6 / 29) ** 3, np.cbrt(of_light), of_light / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_lab_is_that_of_the_tables():
    """Red of sRGB: L 53.24, a 80.09, b 67.20."""
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.1)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("units", [9, 3000])
@pytest.mark.parametrize("shown", [CATEGORIES[:5], WINDOW_COLOURS, HOMICIDES, CHANGE], ids=["kinds", "windows", "homicides", "change"])
def test_no_two_colours_of_a_map_are_alike(shown, units, dark):
    there = [in_the_dark(one, units) if dark else one for one in shown]
    near = {pair: float(np.linalg.norm(lab(pair[0]) - lab(pair[1]))) for pair in combinations(there, 2)}
    assert min(near.values()) > APART, near
    assert len(set(there)) == len(shown)


def test_a_chart_in_the_dark_shows_a_kind_as_the_map_does():
    charts = colours.CHARTS_ON_PAPER["dark"]
    assert {one: in_the_dark(one, 3000) for one in CATEGORIES if one in charts} == {one: charts[one] for one in CATEGORIES if one in charts}

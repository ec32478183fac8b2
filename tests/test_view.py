"""What a map shows: classes, states, legend, words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots import colours
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import STATES, table
from hotspots.study import Study
from hotspots.study.testing import square_city
from hotspots.views import classes, map_view
from hotspots.words import words_for

EN = words_for("en")


def city_study(n: int = 21) -> Study:
    incidents, blocks = square_city([(5, 5)] * n + [(15, 5)] * 3 + [None], population=[1000, 1000, 1000, 0])
    return Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")


def view_of(study: Study, key: str, language: str = "en") -> map_view.MapView:
    return map_view.map_view(study, measure(key), map_view.geometry("test", study.blocks), words_for(language), unit="blocks")


@given(st.lists(st.floats(1e-3, 1e4), min_size=1, max_size=200), st.booleans())
def test_classes_cover_every_positive_value(values, whole):
    data = np.ceil(values) if whole else np.array(values)
    starts = classes.class_limits(data, whole=whole)
    assert starts == sorted(set(starts))
    assert 1 <= len(starts) <= classes.CLASSES
    assert (np.searchsorted(starts, data, side="right") >= 1).all()


def test_no_values_no_classes():
    assert classes.class_limits(np.zeros(4), whole=True) == []
    shown = view_of(Study.of(*square_city([None])), "count")
    assert shown.colours == ()
    assert [row.kind for row in shown.legend] == ["zero"]


def test_four_states_are_told_apart():
    shown = view_of(city_study(), "rate")
    assert [STATES[state] for state in shown.states] == ["ok", "unstable", "zero", "no_data"]
    assert (shown.classes >= 0).tolist() == [True, True, False, False]
    assert {row.kind for row in shown.legend} == {"class", "zero", "unstable", "no_data"}


@pytest.mark.parametrize("row", MEASURES, ids=lambda row: row.key)
@pytest.mark.parametrize("language", ["es", "en"])
def test_the_legend_accounts_for_every_unit(row, language):
    study = city_study()
    shown = view_of(study, row.key, language)
    counted = sum(entry.units for entry in shown.legend if entry.kind in ("class", "zero", "no_data"))
    assert counted == len(study.blocks) == len(shown.ids) == len(shown.classes)
    assert all(len(tip.texts) == len(shown.ids) for tip in shown.tips)
    assert len(shown.colours) == sum(entry.kind == "class" for entry in shown.legend)


def test_tips_say_the_same_as_the_table():
    study = city_study()
    data = table(study, measure("rate"))
    shown = view_of(study, "rate")
    assert shown.tips[0].texts == [EN.number(n) for n in data["count"]]
    assert shown.tips[1].texts[0].startswith(EN.rate(data["rate"].iloc[0]) + " (")
    assert shown.tips[1].texts[3] == "–"
    assert "uncertain" in shown.tips[3].texts[1]


def test_the_note_says_how_many_are_on_the_map():
    assert "24 of 25 people killed" in view_of(city_study(), "count").legend_note


def test_maps_open_with_the_measure_that_can_bear_it():
    assert map_view.default_measure(city_study()).key == "rate"
    assert map_view.default_measure(city_study(n=19)).key == "count"


@pytest.mark.parametrize(("few", "key"), [(20, "rate"), (21, "count")])
def test_the_rate_needs_half_of_the_victims_mapped_in_stable_units(few, key):
    """Twenty in one block, the others in blocks of at most nineteen: 20 of 40 are half, 20 of 41 are not."""
    places = [(5, 5)] * 20 + [(15, 5)] * 10 + [(5, 15)] * (few - 10) + [None] * 9
    study = Study.of(*square_city(places), start="2020-01-01", end="2021-01-01")
    assert map_view.default_measure(study).key == key


def test_degrees_only_here():
    shown = view_of(city_study(), "count")
    assert shown.shapes.crs.to_epsg() == 4326
    west, south, east, north = shown.bounds
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("n", range(1, 6))
def test_colours_darken_step_by_step(n):
    shades = [luminance(colour) for colour in colours.classes(n)]
    assert len(shades) == n
    assert all(lighter > 1.3 * darker for lighter, darker in pairwise(shades))


def test_a_map_of_squares_opens_on_the_city_and_not_on_the_stray():
    _, blocks = square_city([None], side=10, size=100)
    weights = pd.Series(0, index=blocks.index)
    weights[["b44", "b45", "b54", "b55"]] = 50
    weights["b99"] = 1
    whole = map_view.geometry("x", blocks).bounds
    west, south, east, north = map_view.geometry("x", blocks, weights=weights).bounds
    assert east - west < 0.5 * (whole[2] - whole[0])
    assert whole[0] < west < east < whole[2]
    assert whole[1] < south < north < whole[3]
    assert map_view.geometry("x", blocks, weights=weights * 0).bounds == whole


def test_a_hot_spot_map_uses_the_words_of_its_test():
    incidents, blocks = square_city([(5, 5)] * 60 + [(95, 95)] * 3, side=10)
    shown = view_of(Study.of(incidents, blocks), "hot_spot")
    assert {row.label for row in shown.legend} == {"More homicides here and around than chance explains", "Not more than chance explains"}
    assert shown.tips[-1].texts[0] == "More homicides here and around than chance explains"


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("rate", "Homicides per 100,000 residents a year"),
        ("density", "Density of homicides: homicides per km² a year"),
        ("relative_risk", "Homicides compared with residents, smoothed: times the average"),
        ("excess_risk", "Homicides for each one expected by residents"),
        ("hot_spot", "Hot spots: more homicides than chance explains"),
        ("emerging", "How hot spots came about"),
    ],
)
def test_the_legend_names_the_unit_of_its_numbers(key, title):
    assert map_view.legend_title(measure(key), EN) == title


def test_every_number_on_a_map_has_its_unit_in_the_legend():
    for one in MEASURES:
        text = map_view.legend_title(one, EN).lower()
        assert one.scale or one.categories or "ok" in one.words or one.unit.lower() in text, one.key

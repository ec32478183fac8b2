"""What a public map says of an area is about that area: its colour, its place in the legend, the residents behind its rate."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
from released import SECRET, city_of, released_city

from hotspots import release as disclosure
from hotspots.dashboard.public import files
from hotspots.drawing import site
from hotspots.drawing.site import sentences
from hotspots.drawing.site.public_map import HOT
from hotspots.release import Reading
from hotspots.study.testing import square_city
from hotspots.words import words_for

EN = words_for("en")


@pytest.fixture(scope="module")
def peak() -> Reading:
    """Return a city of 5 × 5 areas with 25 killed in each but the middle one, which has 260, and one beside it, which has 10."""
    per = dict.fromkeys(range(25), 25) | {12: 260, 13: 10}
    places = [(100.0 * (b % 5) + 50, 100.0 * (b // 5) + 50) for b, n in per.items() for _ in range(n)]
    dates = [f"{2015 + i % 5}-06-{1 + i % 28:02}" for i in range(len(places))]
    incidents, blocks = square_city(places, side=5, size=100.0, population=6000.0, dates=dates)
    return Reading(disclosure.build(city_of(incidents, blocks), as_of="2026-01-15", secret=SECRET))


def test_a_quiet_area_is_not_painted_by_its_neighbours(peak):
    """The window of the quiet area holds the middle one, so the window test calls it hot; its own number is the lowest of all."""
    window = peak.windows[-1]
    rows = peak.areas(window)
    quiet, loud = rows["count"].idxmin(), rows["count"].idxmax()
    assert rows.loc[quiet, "hot"] == 1
    assert peak.against_the_rest(quiet, window).verdict == "below"
    view = site.Atlas(peak, EN).of("hot", window)
    painted = [area for area, level in zip(view.ids, view.classes, strict=True) if level == 1]
    assert painted == [loud]
    tip = next(line for line in view.tips if line.label == "More than chance")
    assert dict(zip(view.ids, tip.texts, strict=True))[quiet] == "no"
    group = peak.groups(window)
    assert group[quiet] == group[loud] == 1
    assert len(view.outlines) == 1
    assert [row.label for row in view.legend][:2] == [EN.say(text) for text in HOT]


def test_no_area_is_called_more_than_chance_and_lower_than_the_rest():
    reading = Reading(disclosure.build(released_city(victims=1400, years=10, hot=2), as_of="2026-01-15", secret=SECRET))
    said = 0
    for window in reading.windows:
        rows = reading.areas(window)
        for area in rows.index[rows["alone"] == 1]:
            ratio = reading.against_the_rest(area, window)
            said += ratio is not None
            assert ratio is None or ratio.low > 1
        top = rows["rate"].idxmax()
        assert rows.loc[top, "alone"] == 1
    assert said > 3


def test_files_say_whose_number_it_is(peak):
    table = pd.read_csv(io.BytesIO(files.areas(peak, words_for("en"))), encoding="utf-8-sig")
    assert "hot" not in table
    assert table["above_chance"].sum() == 1
    assert table["above_chance_with_neighbours"].sum() > 4
    assert b'"above_chance_with_neighbours"' in files.geojson(peak, peak.windows[-1], EN)


def test_one_scale_for_all_windows_and_counts_that_add_up():
    release = disclosure.build(released_city(victims=900, years=10, seed=3, hot=3.0), as_of="2026-01-15", secret=SECRET)
    atlas = site.Atlas(Reading(release), EN)
    for show in ("rate", "count", "hot"):
        maps = [atlas.of(show, window) for window in release.windows]
        classes = [[(row.label, row.colour) for row in view.legend if row.kind == "class"] for view in maps]
        assert classes[0] == classes[1]
        for view in maps:
            assert sum(row.units or 0 for row in view.legend) == len(release.areas)
    doubt = next(row for row in atlas.of("rate", release.windows[0]).legend if row.kind == "unstable")
    rows = Reading(release).areas(release.windows[0])
    assert doubt.label.startswith(f"{((rows['count'] >= 10) & (rows['count'] < 20)).sum()} of these")


def test_residents_are_those_of_a_year_and_no_census_is_claimed(peak):
    told = sentences.source(peak, EN)
    assert "Residents: those of 2020, in the rates of all years" in told
    assert "census" not in " ".join(told)
    view = site.Atlas(peak, EN).of("rate", peak.windows[-1])
    assert "Residents in 2020" in [line.label for line in view.tips]
    unsaid = replace(peak.release, facts={**peak.release.facts, "population_year": None})
    assert "Residents" in [line.label for line in site.Atlas(Reading(unsaid), EN).of("rate", peak.windows[-1]).tips]

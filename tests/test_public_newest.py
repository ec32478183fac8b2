"""What is newer than the last window, what is done, and by what areas are known: from a release alone."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from released import SECRET, released_city

from hotspots import release as disclosure
from hotspots.cities import Note
from hotspots.drawing.site import Atlas, drawings, find, newest, programmes, whereabouts
from hotspots.release import Reading, near, places
from hotspots.release import newest as told
from hotspots.study.testing import EPSG
from hotspots.words import words_for

ENGLISH = words_for("en")


def under_way(**how: object) -> Reading:
    """Return a release up to September 2021 of some 210 deaths a year."""
    city = replace(released_city(years=7, victims=1500, side=3, seed=3, **how), end=pd.Timestamp("2021-10-01"))
    return Reading(disclosure.build(city, as_of="2021-11-15", secret=SECRET))


@pytest.fixture(scope="module")
def city():
    return released_city(years=7, victims=1500, side=3, seed=3)


def test_the_year_under_way_is_counted_beside_the_same_months_before(city):
    found, days = told.this_year(under_way()), city.incidents["date"]
    first = {year: ((days >= f"{year}-01-01") & (days < f"{year}-10-01")).sum() for year in (2020, 2021)}
    assert (found.count, found.before) == (first[2021], first[2020])
    assert found.window == (pd.Timestamp("2021-01-01"), pd.Timestamp("2021-10-01"))
    assert found.base == 5
    assert found.low < found.before < found.high


def test_the_sentences_say_the_number_and_when_the_next_comes():
    reading = under_way()
    lines = newest.so_far(reading, ENGLISH)
    assert lines[0].startswith(f"{told.this_year(reading).count:.0f} people killed in Villa Prueba, January")
    assert lines[-1] == "The next number, up to December 31, 2021, comes from February 1, 2022 on."
    assert "from February 1, 2026 on" in newest.last_months(reading, "a001", ENGLISH)[1]


def test_areas_told_by_the_year_have_their_last_months_and_a_chart(city):
    reading = Reading(disclosure.build(city, profile="open", as_of="2022-03-01", secret=SECRET))
    area = reading.areas(reading.windows[-1])["count"].idxmax()
    found = told.rolling(reading, area)
    by_year = [reading.areas(window).loc[area, "count"] for window in reading.windows]
    assert (found.last, found.sum) == (by_year[-1], sum(by_year[-3:]))
    assert found.years["high"].notna().sum() == len(by_year) - 3
    drawn = drawings.spark("s", newest.chart(reading, area, ENGLISH))
    assert drawn.count("<polyline") == drawn.count("<polygon") == 1
    assert newest.why_not(reading, ENGLISH) == []
    assert told.rolling(under_way(), "a001") is None  # five years at a time are no chart


def with_services(city):
    """Return the city with a clinic in the middle of its first block, a named street beside it, and a programme."""
    shapes = [shapely.Point(50, 50), shapely.Point(50, 50)]
    context = gpd.GeoDataFrame({"kind": ["service", "service"], "name": ["Clinic", "Clinic"]}, geometry=shapes, crs=EPSG)
    streets = gpd.GeoDataFrame({"street": ["Ñandú Road", ""]}, geometry=[shapely.LineString([(0, 0), (100, 0)])] * 2, crs=EPSG)
    blocks = city.blocks.assign(district=np.where(np.arange(len(city.blocks)) < 6, "Old Town", "Harbour"))
    first, last = str(blocks.index[0]), str(blocks.index[-1])
    note = Note(pd.Timestamp("2018-03-01"), {"en": "Night walk"}, "intervention", (first,), None, (last,))
    return replace(city, context=context, segments=streets, blocks=blocks, notes=(note,))


@pytest.fixture(scope="module")
def served(city):
    return Reading(disclosure.build(with_services(city), as_of="2022-03-01", secret=SECRET))


def test_deaths_for_36_months_stand_beside_the_distance_to_the_nearest_service(served):
    window = served.windows[-1]
    found, counts = near.unmet(served, window), served.areas(window)["count"]
    shapes = served.city.blocks.geometry
    assert np.allclose(found["metres"], shapes.distance(shapely.Point(50, 50)), atol=0.5)
    shown = counts.notna()
    assert np.allclose(found.loc[shown, "killed"], counts[shown] * 3 / 5)
    assert found.loc[~shown, "killed"].isna().all()
    assert programmes.services(served, window, ENGLISH)["Nearest service"].tolist()[0] == "Clinic, in the area"


def test_a_programme_says_since_when_where_and_what_it_is_compared_with(served):
    row = programmes.table(served, ENGLISH).iloc[0].tolist()
    names = served.city.blocks["name"]
    assert row[0] == "since March 1, 2018"
    assert row[1] == f"Night walk (in {names.iloc[0]})"
    assert row[2] == f"Compared with {names.iloc[-1]}, before and after. The result is not in this release."
    shown = Atlas(served, ENGLISH).of("done", served.windows[-1])
    assert [one.units for one in shown.legend] == [len(names) - 1, 1]


def test_areas_are_known_by_their_neighbourhood_and_streets(served):
    assert whereabouts.known_by(served, "a001", ENGLISH) == "In Old Town. Around it: Ñandú Road."
    rows = {(name, kind): at for name, kind, at in places.searched(served.city.blocks, served.release.places)}
    assert rows["Ñandú Road", "street"] == [0]
    assert rows["Clinic", "layer"] == [0]
    assert len(rows["Old Town", "district"]) + len(rows["Harbour", "district"]) == len(served.city.blocks)


def test_a_code_stands_after_its_district(city):
    blocks = city.blocks.assign(name=[f"C{i}" for i in range(9)], population=9000.0, district="Old Town")
    made = disclosure.build(replace(city, blocks=blocks), as_of="2022-03-01", secret=SECRET)
    assert made.areas["name"].tolist() == [f"Old Town C{i}" for i in range(9)]


def test_places_are_read_back_and_say_the_same(served, tmp_path):
    disclosure.write(served.release, tmp_path / "out", key=SECRET)
    assert disclosure.read(tmp_path / "out").places == served.release.places
    (tmp_path / "out" / "places.json").write_text("{}")
    assert disclosure.verify(tmp_path / "out")


def test_the_page_to_find_an_area_runs_its_own_script_alone(served):
    page = find.page(served, ENGLISH, home="index.html")
    head = page.split("</head>")[0]
    assert head.count("script-src") == 1
    assert "unsafe" not in head
    assert "Ñandú" not in page.split('id="data"')[1].split("</script>")[0]  # text of data is inert there
    assert "\\u00d1and\\u00fa Road" in page

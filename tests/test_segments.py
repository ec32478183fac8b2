"""Street segments and corners as units: the nearest one, ties, distances, corners, contiguity, residents; each beside another program."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import real_cities
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hotspots import cities
from hotspots.geography import segments, units
from hotspots.statistics.catalog import MEASURES
from hotspots.statistics.clusters import contiguity, windows
from hotspots.statistics.measure import table
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.selection import Selection
from hotspots.study.testing import EPSG, square_city

whole = st.integers(0, 12).map(float)
places = st.lists(st.tuples(st.one_of(whole, st.floats(-4, 16)), st.one_of(whole, st.floats(-4, 16))), min_size=1, max_size=25)
ways = st.lists(st.lists(st.tuples(whole, whole), min_size=2, max_size=4).filter(lambda line: len(set(line)) > 1), min_size=1, max_size=12)


def town(lines, names=None) -> gpd.GeoDataFrame:
    index = pd.Index([f"s{n:03}" for n in range(len(lines))], name="segment_id", dtype="str")
    shapes = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame({"street": names or [""] * len(lines)}, geometry=shapes, index=index, crs=EPSG)


def by_hand(points, lines, within):
    """Return the nearest line of each point by every distance there is; ties to a millionth of a metre go to the first."""
    far = shapely.distance(np.array([shapely.Point(p) for p in points])[:, None], np.asarray(lines)[None, :])
    best = far.min(axis=1)
    first = (far <= best[:, None] + segments.TIE).argmax(axis=1)
    return np.where(best <= within, first, -1), np.where(best <= within, best, np.inf)


@given(points=places, lines=ways, within=st.sampled_from([0.5, 1.0, 3.0, float("inf")]))
def test_the_nearest_segment_is_that_of_every_distance_compared(points, lines, within):
    shapes = np.array([shapely.LineString(line) for line in lines])
    x, y = np.array(points).T
    where, away = segments.nearest(x, y, shapes, within=within)
    expected, far = by_hand(points, shapes, within)
    sure = np.abs(shapely.distance(np.array([shapely.Point(p) for p in points])[:, None], shapes[None, :]).min(axis=1) - within) > 1e-9
    np.testing.assert_array_equal(where[sure], expected[sure])
    np.testing.assert_allclose(away[sure], far[sure], atol=1e-9)


def test_agrees_with_geopandas_on_a_crooked_net():
    rng = np.random.default_rng(5)
    start = rng.uniform(0, 5000, (3000, 2))
    bend, end = start + rng.normal(0, 60, start.shape), start + rng.normal(0, 120, start.shape)
    shapes = shapely.linestrings(np.stack([start, bend, end], axis=1))
    x, y = rng.uniform(-500, 5500, (2, 4000))
    where, away = segments.nearest(x, y, shapes, within=75.0)
    lines = gpd.GeoDataFrame(geometry=shapes, crs=EPSG)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=EPSG))
    theirs = gpd.sjoin_nearest(points, lines, max_distance=75.0, distance_col="away").reset_index().groupby("index").first()
    assert (where >= 0).sum() == len(theirs) > 1500
    np.testing.assert_array_equal(where[theirs.index], theirs["index_right"])
    np.testing.assert_allclose(away[theirs.index], theirs["away"], atol=1e-6)


def test_half_way_goes_to_the_smallest_id_whatever_the_order():
    streets = town([[(0, 10), (100, 10)], [(0, 0), (100, 0)]])  # s000 runs north of s001
    x, y = np.array([50.0, 50.0, 50.0]), np.array([5.0, 5.0 - 4e-7, 5.0 - 1e-3])
    for one in (streets, streets[::-1]):
        found = segments.streets(one)
        assert found.units.index[segments.assign(x, y, found, within=75.0)[0]].tolist() == ["s000", "s000", "s001"]


def test_nothing_is_snapped_too_far_and_places_that_are_missing_go_nowhere():
    line = np.array([shapely.LineString([(0, 0), (100, 0)])])
    where, away = segments.nearest(np.array([50.0, 50.0, np.nan, 1e9]), np.array([75.0, 75.001, 0.0, 0.0]), line, within=75.0)
    assert where.tolist() == [0, -1, -1, -1]
    assert away.tolist() == [75.0, np.inf, np.inf, np.inf]
    assert segments.nearest(np.array([1.0]), np.array([1.0]), line[:0])[0].tolist() == [-1]


def test_the_snap_distance_is_a_setting(monkeypatch):
    incidents, blocks = square_city([(5, 9), (5, 1)], side=2)
    streets = town([[(0, 0), (20, 0)]])
    monkeypatch.setenv("HOTSPOTS_SNAP", "5")
    assert units.geography(incidents, blocks, "segments", streets=streets).unit_of.notna().tolist() == [False, True]
    monkeypatch.setenv("HOTSPOTS_SNAP", "far")
    with pytest.raises(DataError, match="HOTSPOTS_SNAP is 'far'; write a number of metres"):
        segments.snap_distance()


# Corners


CROSS = [[(0, 0), (90, 0)], [(0, 0), (0, 90)], [(0, 0), (-30, 0)], [(90, 0), (180, 0)]]


def test_a_corner_is_where_three_ends_meet_and_two_are_one_street_going_on():
    found = segments.streets(town(CROSS, ["High", "Low", "High", "High"]), corners=True)
    assert found.units.index.tolist() == ["s000", "s001", "s002", "s003", "s000+s001+s002"]
    assert found.units["name"].tolist() == ["High, Low –", "Low, High –", "High, Low –", "High", "High / Low"]
    # 15 m of each street, but a third of the short one
    assert found.units.length.round(9).tolist() == [75.0, 75.0, 20.0, 90.0, 40.0]


def test_who_is_killed_near_a_corner_is_counted_there_and_the_rest_on_the_segment():
    found = segments.streets(town(CROSS), corners=True)
    x = np.array([0.0, 14.0, 16.0, -9.0, -11.0, 90.0, 10.0, 500.0])
    y = np.array([0.0, 3.0, 3.0, -5.0, -5.0, 2.0, -60.0, 0.0])
    where, away = segments.assign(x, y, found, within=75.0)
    corner = "s000+s001+s002"
    expected = [corner, corner, "s000", corner, "s002", "s000", corner, None]
    assert [found.units.index[k] if k >= 0 else None for k in where] == expected
    assert away[6] == 60.0


@given(points=places, lines=ways)
def test_corners_take_from_segments_and_lose_nobody(points, lines):
    streets = town([[(10 * x, 10 * y) for x, y in line] for line in lines])
    plain, with_corners = segments.streets(streets), segments.streets(streets, corners=True)
    assert with_corners.units.length.sum() == pytest.approx(plain.units.length.sum(), rel=1e-9)
    x, y = 10 * np.array(points).T
    one, far = segments.assign(x, y, plain, within=75.0)
    two, again = segments.assign(x, y, with_corners, within=75.0)
    np.testing.assert_array_equal(one >= 0, two >= 0)
    np.testing.assert_array_equal(far, again)
    moved = (two != one) & (two >= 0)
    assert (two[moved] >= len(lines)).all()
    # whoever counts on a unit lies as near to its shape as to any street
    shapes = np.asarray(with_corners.units.geometry.array)
    near = np.flatnonzero(two >= 0)
    np.testing.assert_allclose(shapely.distance(shapely.points(x[near], y[near]), shapes[two[near]]), far[near], atol=1e-5)


def test_two_corners_of_the_same_segments_have_ids_of_their_own():
    ladder = [[(0, 0), (60, 0)], [(0, 0), (30, 30), (60, 0)], [(0, 0), (30, -30), (60, 0)]]
    found = segments.streets(town(ladder), corners=True)
    assert found.units.index.tolist()[3:] == ["s000+s001+s002", "s000+s001+s002/2"]


# As units of a city


SIDES = [*([(x * 100.0, y * 100.0), ((x + 1) * 100.0, y * 100.0)] for y in range(4) for x in range(3))]
UPRIGHT = [*([(x * 100.0, y * 100.0), (x * 100.0, (y + 1) * 100.0)] for x in range(4) for y in range(3))]
NET = town([*SIDES, *UPRIGHT])


def test_windows_are_a_street_and_those_it_meets():
    incidents, blocks = square_city([(150, 102)] * 3, side=3, size=100.0)
    place = units.geography(incidents, blocks, "segments", streets=NET)
    near = contiguity(place.blocks)
    assert (near.rule, near.gap) == ("ends", 0.0)
    middle = SIDES.index([(100.0, 100.0), (200.0, 100.0)])
    assert near.matrix[middle].sum() == 6  # three at each end
    study = Study.of(incidents, place.blocks, unit_of=place.unit_of)
    assert study.counts[f"s{middle:03}"] == 3
    assert windows(study).table["events"].max() == 3


def test_contiguity_of_segments_is_that_of_touching_where_streets_meet_at_ends():
    lines = np.asarray(NET.geometry.array)
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="touches")
    expected = np.zeros((len(lines), len(lines)))
    expected[one, other] = 1
    np.testing.assert_array_equal(contiguity(NET.assign(population=1.0).rename_axis("block_id")).matrix.toarray(), expected)


@pytest.mark.cases(16)
@pytest.mark.parametrize("unit", ["segments", "segments+corners", "h3:11", "grid:50"])
@pytest.mark.parametrize("row", MEASURES, ids=lambda row: row.key)
def test_every_measure_works_on_every_unit_or_says_why_not(unit, row):
    rng = np.random.default_rng(3)
    incidents, blocks = square_city([tuple(p) for p in rng.uniform(0, 300, (60, 2))], side=3, size=100.0)
    place = units.geography(incidents, blocks, unit, streets=NET)
    study = Study.of(incidents, place.blocks, unit_of=place.unit_of, snapped=place.away)
    reasons = row.missing(study)
    if row.key in ("density", "relative_risk") and unit in units.ON_STREETS:
        assert reasons == ("street segments are lines and have no area; choose blocks, squares or hexagons",)
    elif not reasons:
        found = table(study, row)
        assert found[row.key].notna().any() or row.key == "emerging"  # sixty homicides are too few to tell how a hot spot came about
        assert found["count"].sum() == study.inside


def test_units_on_streets_are_offered_where_there_are_streets():
    incidents, blocks = square_city([(5, 5)])
    assert "segments" not in units.available(blocks)
    assert units.offers(blocks, "segments+corners", streets=True)
    assert not units.offers(blocks, "segments")
    assert not units.offers(blocks, "segments", points=False, streets=True)
    with pytest.raises(DataError, match=r"give \[segments\] in city.toml to see segments"):
        units.geography(incidents, blocks, "segments")


@pytest.mark.walk
@pytest.mark.real_data
def test_philadelphia(real_data, tmp_path):
    if not (real_data / "philadelphia" / "streets.zip").exists():
        pytest.skip("the streets of Philadelphia are not beside the project")
    folder = tmp_path / "philadelphia"
    folder.mkdir()
    (folder / "city.toml").write_text(real_cities.philadelphia_toml(real_data) + real_cities.philadelphia_streets(real_data))
    city = cities.read_folder(folder)
    assert len(city.segments) == 40_342
    study = Selection(unit="segments").study(city)
    found = segments.distribution(study.away, within=75.0)
    assert (found.n, found.beyond) == (study.inside, study.located - study.inside)
    points = city.incidents[city.incidents["unplaced"] == ""][["geometry"]]
    theirs = gpd.sjoin_nearest(points, city.segments[["geometry"]], max_distance=75.0, distance_col="away")
    theirs = theirs.groupby(level=0)["away"].first()
    assert len(theirs) == found.n
    np.testing.assert_allclose(study.away[theirs.index], theirs, atol=1e-6)
    assert study.population == pytest.approx(city.blocks["population"].sum(), rel=1e-9)
    print(found)


@pytest.mark.parametrize("seed", range(20))
def test_a_street_is_named_after_what_it_meets(seed):
    """Against the plain way: at each end the first other street in the order of names, those that meet none last."""
    draw = np.random.default_rng(seed)
    ends = draw.integers(0, 4, (30, 2, 2)) * 100.0
    ends = ends[(ends[:, 0] != ends[:, 1]).any(axis=1)]
    words = draw.choice(["", "Alta", "Baja", "Ñandú", "alta"], len(ends)).tolist()
    table = town(ends.tolist(), words)
    at: dict[tuple[float, float], set[str]] = {}
    for pair, word in zip(ends.tolist(), words, strict=True):
        for spot in pair:
            at.setdefault(tuple(spot), set()).update({word} - {""})
    wanted = {}
    for unit, pair, own in zip(table.index, ends.tolist(), words, strict=True):
        met = sorted((min(at[tuple(spot)] - {own}, default="") for spot in pair), key=lambda one: (not one, one))
        wanted[unit] = (f"{own}, {met[0]} – {met[1]}".rstrip() if met[0] else own) if own else unit
    assert segments.streets(table).units["name"].to_dict() == wanted

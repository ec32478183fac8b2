"""Hot spots: METHODS' numbers, R's spdep, esda and libpysal, sums over every possible map, laws, and cities where the truth is known."""

from __future__ import annotations

import os
import tomllib
import warnings
from functools import cache
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from printed import printed
from real_cities import chicago_toml, philadelphia_toml
from scipy import sparse as matrices

from hotspots import cities
from hotspots.geography import adjacency, units
from hotspots.statistics import clusters
from hotspots.statistics.clusters import exact_window, power
from hotspots.store.schema import DataError, check_blocks
from hotspots.study import Study
from hotspots.study.testing import (
    EPSG,
    published_totals,
    square_blocks,
    square_city,
)

ROOT = Path(__file__).resolve().parent.parent
TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))


@cache
def spdep() -> dict[str, np.ndarray]:
    """Return what clusters.R printed."""
    return dict(printed("clusters"))


def near_in_r(name: str) -> matrices.csr_array:
    n = len(spdep()[f"{name}_values"])
    lists = [spdep()[f"{name}_near_{i + 1}"].astype(int) - 1 for i in range(n)]
    row = np.repeat(np.arange(n), [len(found) for found in lists])
    return matrices.csr_array((np.ones(len(row)), (row, np.concatenate(lists))), shape=(n, n))


def same(one: matrices.csr_array, other: matrices.csr_array) -> bool:
    return one.shape == other.shape and (one != other).nnz == 0


def area(shapes, **columns) -> gpd.GeoDataFrame:
    index = pd.Index([f"u{n:05}" for n in range(len(shapes))], name="block_id")
    return check_blocks(gpd.GeoDataFrame({"population": 1000.0, **columns}, geometry=list(shapes), crs=EPSG, index=index))


def study(points, blocks=None, **choices) -> Study:
    incidents, _ = square_city([None if p is None else tuple(p) for p in points], **choices)
    return Study.of(incidents, square_blocks() if blocks is None else blocks, start="2020-01-01", end="2021-01-01")


def middles(blocks, units_hit) -> list[tuple[float, float]]:
    spots = np.asarray(blocks.geometry.array)[units_hit]
    return list(zip(shapely.get_x(shapely.centroid(spots)), shapely.get_y(shapely.centroid(spots)), strict=True))


@cache
def libpysal_shapes(name: str) -> gpd.GeoDataFrame:
    import libpysal

    return gpd.read_file(libpysal.examples.get_path(f"{name}.shp"))


# neighbours


@pytest.mark.parametrize("name", ["stl_hom", "sids2", "columbus"])
def test_libpysal_finds_the_same_neighbours(name):
    from libpysal.graph import Graph

    shapes = libpysal_shapes(name)
    theirs = Graph.build_contiguity(shapes.geometry.reset_index(drop=True), rook=False).sparse
    found = adjacency.neighbours(area(shapes.geometry))
    assert same(found, matrices.csr_array(theirs))
    assert found.diagonal().sum() == 0


@pytest.mark.parametrize(("name", "file"), [("columbus", "columbus"), ("sids", "sids2")])
def test_spdep_finds_the_same_neighbours(name, file):
    assert same(adjacency.neighbours(area(libpysal_shapes(file).geometry)), near_in_r(name))


def test_libpysal_on_a_grid_and_on_the_bundled_city(albatros):
    from libpysal.graph import Graph

    for blocks in (square_blocks(side=30), albatros.blocks):
        theirs = Graph.build_contiguity(blocks.geometry.reset_index(drop=True), rook=False, strict=True).sparse
        assert same(adjacency.neighbours(blocks), matrices.csr_array(theirs))


def test_by_hand():
    found = adjacency.neighbours(square_blocks(side=2)).toarray()
    np.testing.assert_array_equal(found, 1 - np.eye(4))
    assert adjacency.neighbours(square_blocks(side=1)).nnz == 0


@given(cuts=st.lists(st.integers(1, 39), min_size=2, max_size=9, unique=True), drop=st.integers(0, 4), seed=st.integers(0, 10**6))
def test_two_ways_give_the_same(cuts, drop, seed):
    rng = np.random.default_rng(seed)
    ends = np.array([0, *sorted(cuts), 40], dtype=float)
    nodes = rng.normal(0, 0.2, (len(ends), len(ends), 2)) + np.stack(np.meshgrid(ends, ends, indexing="ij"), axis=-1)
    shapes = [
        shapely.Polygon([nodes[i, j], nodes[i + 1, j], nodes[i + 1, j + 1], nodes[i, j + 1]])
        for i, j in product(range(len(ends) - 1), repeat=2)
    ]
    shapes = [shape.reverse() if rng.random() < 0.5 else shape for shape in shapes]
    if drop:
        shapes = shapes[drop:] if drop < 3 else [shapely.union_all(shapes[:drop]), *shapes[drop:]]
    if seed % 5 == 0:  # a multipolygon
        shapes = [shapely.multipolygons([shapes[0], shapes[-1]]), *shapes[1:-1]] if len(shapes) > 3 else shapes
    keep = np.array([shape for shape in shapes if shape.is_valid])
    quick = adjacency.from_corners(keep)
    if quick is not None:
        assert same(quick, adjacency.from_tree(keep, 0.0))
    assert quick is not None or drop or seed % 5 == 0 or len(keep) < len(shapes) or len(keep) < 5


def test_the_quick_way_knows_when_it_is_not_enough():
    left, right, upper = shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)
    clean = [np.asarray(square_blocks(side=9).geometry.array)]
    tee = [left, right, upper]  # the corner between the two on the right lies within a side of the left one: still found by corners
    lone = [shapely.box(0, 0, 4, 4), shapely.box(4, 1, 5, 2)]  # they share no corner
    inside = [shapely.box(0, 0, 4, 4), shapely.box(1, 1, 2, 2)]
    twice = [shapely.box(0, 0, 2, 2), shapely.box(0, 0, 2, 2)]
    two_maps = [*np.asarray(square_blocks(side=6).geometry.array), *np.asarray(square_blocks(side=4, size=15.0).geometry.array)]
    lines = [shapely.LineString([(0, 0), (2, 2)]), shapely.LineString([(0, 2), (2, 0)])]
    assert adjacency.from_corners(clean[0]) is not None
    for shapes in (tee, lone, inside, twice, two_maps):
        found = adjacency.from_corners(np.array(shapes))
        assert found is None or same(found, adjacency.from_tree(np.array(shapes), 0.0))
        assert same(adjacency.neighbours(area(shapes), gap=0), adjacency.from_tree(np.array(shapes), 0.0))
    for shapes in (lone, inside, twice, two_maps, lines):
        assert adjacency.from_corners(np.array(shapes)) is None


def test_holes_parts_and_single_rings_side_by_side():
    """A unit around another, one of two parts, and plain ones in between, in any order: read in two ways, and still one map."""
    plain = list(np.asarray(square_blocks(side=8).geometry.array))
    frame = shapely.difference(shapely.box(10, 10, 40, 40), shapely.box(20, 20, 30, 30))
    around = shapely.union_all([shape for shape in plain if frame.covers(shape)])  # its corners are those of the squares
    rest = [shape for shape in plain if not frame.covers(shape)]
    shapes = np.array([shapely.multipolygons([rest[-1], rest[5]]), *rest[:5], around, *rest[6:-1]])
    assert shapely.get_num_interior_rings(shapes).tolist().count(1) == 1
    for seed in range(4):
        mixed = shapes[np.random.default_rng(seed).permutation(len(shapes))]
        found = adjacency.from_corners(mixed)
        assert found is not None
        assert same(found, adjacency.from_tree(mixed, 0.0))


def test_many_corners_take_the_quick_way():
    ring = shapely.segmentize(np.asarray(square_blocks(side=12).geometry.array), 1.0)
    found = adjacency.from_corners(ring)
    assert found is not None
    assert same(found, adjacency.from_tree(ring, 0.0))
    assert same(adjacency.neighbours(area(ring)), found)


@given(width=st.floats(1.0, 30.0), side=st.floats(61.0, 150.0))
def test_streets_are_bridged(width, side):
    whole = square_blocks(side=5, size=side + width)
    apart = area(shapely.buffer(np.asarray(whole.geometry.array), -width / 2, join_style="mitre", cap_style="flat"))
    found = adjacency.contiguity(apart)
    assert (found.rule, found.gap) == ("street", pytest.approx(2 * width, abs=0.02))
    assert same(found.matrix, adjacency.neighbours(whole))
    assert adjacency.contiguity(apart, gap=0).matrix.nnz == 0
    assert adjacency.contiguity(whole).rule == "touch"


def test_the_gap_never_leaps_over_a_unit():
    far = area([shapely.box(x, 0, x + 100, 100) for x in (0, 1000, 2000)])
    found = adjacency.contiguity(far)
    assert (found.rule, found.gap, found.matrix.nnz) == ("street", 100.0, 0)
    with pytest.raises(DataError, match="0 m or more"):
        adjacency.neighbours(far, gap=-1.0)


def test_streets_as_lines():
    lines = [shapely.LineString(ends) for ends in ([(0, 0), (1, 0)], [(1, 0), (2, 0)], [(1, 0), (1, 1)], [(9, 9), (8, 9)])]
    found = adjacency.contiguity(area(lines))
    assert (found.matrix.sum(axis=1).tolist(), found.gap, found.rule) == ([2, 2, 2, 0], 0.0, "ends")


def test_streets_that_cross_without_meeting_are_no_neighbours():
    bridge = [shapely.LineString([(0, 0), (2, 2)]), shapely.LineString([(0, 2), (2, 0)]), shapely.LineString([(2, 0), (3, 0)])]
    assert adjacency.neighbours(area(bridge)).toarray().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert adjacency.neighbours(area(bridge), gap=0.5).sum() > 2  # a gap that was asked for is one of distance


# Gi*, local Moran, Moran's I


def st_louis() -> tuple[gpd.GeoDataFrame, matrices.csr_array]:
    import libpysal

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = libpysal.io.open(libpysal.examples.get_path("stl.gal"))
        near = matrices.csr_array(file.read().sparse)
        file.close()
    return libpysal_shapes("stl_hom"), near


def test_methods_numbers_for_st_louis():
    table, near = st_louis()
    found = clusters.gi_star(table["HR7984"], near)
    np.testing.assert_allclose(found[:5], [-0.1640755, -0.2549159, -0.2841219, -0.0540702, -0.2913603], atol=5e-8)
    assert found.max() == pytest.approx(5.782110917, abs=5e-10)
    assert table["NAME"].iloc[found.argmax()] == "St. Louis City"
    assert clusters.morans_i(table["HR7984"], near) == pytest.approx(0.196267871, abs=5e-10)
    assert clusters.morans_i(table["HR8893"], near) == pytest.approx(0.243655826, abs=5e-10)


@pytest.mark.parametrize("name", ["columbus", "sids", "lattice"])
def test_agrees_with_spdep(name):
    values, near = spdep()[f"{name}_values"], near_in_r(name)
    np.testing.assert_allclose(clusters.gi_star(values, near), spdep()[f"{name}_gi_star"], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(clusters.local_i(values, near), spdep()[f"{name}_local_moran"], rtol=1e-11, atol=1e-13)
    assert clusters.morans_i(values, near) == pytest.approx(spdep()[f"{name}_moran"][0], rel=1e-12)


@pytest.mark.filterwarnings("ignore")  # esda's own
def test_agrees_with_esda():
    import esda
    import libpysal

    table, near = st_louis()
    values = table["HR7984"].to_numpy()
    w = libpysal.weights.WSP(near).to_W(silence_warnings=True)
    theirs = esda.G_Local(values, w, transform="B", star=True, permutations=0)
    np.testing.assert_allclose(clusters.gi_star(values, near), theirs.Zs, rtol=1e-12)
    w.transform = "R"
    local = esda.Moran_Local(values, w, permutations=0).Is
    np.testing.assert_allclose(clusters.local_i(values, near) * (len(values) - 1) / len(values), local, rtol=1e-12)


def test_units_without_neighbours_and_without_differences():
    row = matrices.csr_array((3, 3))
    assert np.isnan(clusters.local_i([0, 1, 2], row)).all()
    assert np.isnan(clusters.morans_i([0, 1, 2], row))
    np.testing.assert_allclose(clusters.gi_star([0, 1, 2], row), [-np.sqrt(1.5), 0, np.sqrt(1.5)])  # by itself: (x − 1) ÷ √(2/3)
    near = adjacency.neighbours(square_blocks(side=3))
    assert np.isnan(clusters.gi_star([0.1] * 9, near)).all()
    assert np.isnan(clusters.local_i([0.1] * 9, near)).all()
    with pytest.raises(DataError, match="give one value for each unit"):
        clusters.gi_star([1, 2], near)
    with pytest.raises(DataError, match="1 of 9 values is unknown"):
        clusters.local_i([np.nan] + [1.0] * 8, near)


def test_the_warning_of_descriptions():
    few, many = study([(5, 5)] * 4), study([(5, 5)] * 5)
    assert clusters.descriptive(few) == clusters.DESCRIPTIVE
    assert clusters.descriptive(many) == ""


def test_local_moran_averages_to_morans_i():
    one = study(np.random.default_rng(2).uniform(0, 50, (60, 2)), square_blocks(side=5))
    near = adjacency.neighbours(one.blocks)
    assert clusters.local_moran(one).mean() == pytest.approx(clusters.morans_i(clusters.events_in(one), near))
    assert clusters.local_moran(one).name == "local_moran"
    assert clusters.getis_ord(one).name == "getis_ord"


# the exact window test


def test_the_tail_and_its_adjustment_are_those_of_r():
    r = spdep()
    p = exact_window.tail(r["tail_events"], r["tail_n"], np.where(np.arange(8) == 7, 4 / 9, r["tail_share"]))
    np.testing.assert_allclose(p, r["tail_p"], rtol=1e-11)
    np.testing.assert_allclose(exact_window.adjusted(p, "bh"), r["tail_bh"], rtol=1e-11)
    np.testing.assert_allclose(exact_window.adjusted(p, "by"), r["tail_by"], rtol=1e-11)


@pytest.mark.cases(4)
@pytest.mark.parametrize("population", [[1000] * 4, [100, 200, 300, 400], [500, 500, 0, 250]])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_every_possible_map_of_a_tiny_city(population, n):
    """Four blocks in a row: add up the chance of every way in which n events can fall, and compare each window's p with that."""
    blocks = area([shapely.box(x, 0, x + 10, 10) for x in (0, 10, 20, 30)], population=np.array(population, dtype=float))
    share = np.array(population) / sum(population)
    around = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]])
    ways = np.array(list(product(range(4), repeat=n)))
    chance = share[ways].prod(axis=1)
    sums = np.array([around @ np.bincount(way, minlength=4) for way in ways])
    for way in ways[:: max(1, len(ways) // 20)]:
        table = clusters.windows(study([(10 * u + 5, 5) for u in way], blocks)).table
        seen = around @ np.bincount(way, minlength=4)
        np.testing.assert_array_equal(table["events"], seen)
        np.testing.assert_allclose(table["p"], (chance[:, None] * (sums >= seen)).sum(axis=0), rtol=1e-12)
        np.testing.assert_allclose(table["expected"], n * (around @ share))


@pytest.mark.walk
def test_chance_of_any_alarm_by_every_possible_map():
    """Nine blocks in a row, four events: the exact chance of any false alarm is at most 5 %, and what the calibration finds by lot."""
    blocks = area([shapely.box(10 * x, 0, 10 * x + 10, 10) for x in range(9)])
    base = exact_window.baseline_of(study([(5, 5)], blocks))
    hot = np.array(
        [
            (
                exact_window.adjusted(exact_window.tail(base.around @ np.bincount(way, minlength=9), 4, base.share)) <= exact_window.LEVEL
            ).sum()
            for way in product(range(9), repeat=4)
        ]
    )
    assert 0 < (hot > 0).mean() <= 0.05
    maps = 4000
    found = exact_window.simulated(base, 4, simulations=maps, seed=3)
    assert found.mean() == pytest.approx(hot.mean(), abs=4 * hot.std() / np.sqrt(maps))


@pytest.mark.parametrize("method", ["bh", "by"])
def test_the_calibration_counts_as_the_test_does(method):
    blocks = square_blocks(side=8, population=np.random.default_rng(1).integers(0, 400, 64).astype(float))
    one = study([(5, 5)] * 40, blocks)
    base = exact_window.baseline_of(one)
    maps = exact_window.thrown(np.random.default_rng(7), base.weight, 40, 150)
    maps[:9, :] += np.arange(150) % 4  # some with a cluster
    for count in (maps, exact_window.thrown(np.random.default_rng(7), base.weight, 1000, 20)):
        for column in count.T:
            n, around = int(column.sum()), base.around @ column
            p = np.where(base.tested, exact_window.tail(around, n, base.share), np.nan)
            t = np.flatnonzero(base.tested)
            least = exact_window.least_events(n, base.share[t], exact_window.LEVEL)
            candidates = p[t][around[t] >= least]
            found = exact_window._rejected(candidates, np.zeros(len(candidates), dtype=int), 1, exact_window._levels(len(t), method))
            assert found[0] == (exact_window.adjusted(p, method) <= exact_window.LEVEL).sum()


def test_baselines():
    blocks = area(
        [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 40, 10), shapely.box(100, 0, 110, 10)], population=np.array([300.0, 100, 600])
    )
    one = study([(5, 5)], blocks)
    share = lambda found: (found["expected"]).tolist()  # noqa: E731
    assert share(clusters.windows(one).table) == pytest.approx([0.4, 0.4, 0.6])
    assert share(clusters.windows(one, baseline="area").table) == pytest.approx([0.8, 0.8, 0.2])
    assert share(clusters.windows(one, baseline="equal").table) == pytest.approx([2 / 3, 2 / 3, 1 / 3])
    assert share(clusters.windows(one, gap=60.0).table) == pytest.approx([0.4, 1.0, 0.7])
    lines = area([shapely.LineString([(0, 0), (30, 0)]), shapely.LineString([(100, 0), (110, 0)])], population=np.nan)
    found = clusters.windows(study([(5, 0)], lines))
    assert (found.baseline, found.table["expected"].tolist()) == ("area", pytest.approx([0.75, 0.25]))


def test_too_few_residents_and_unknown_residents():
    blocks = area([shapely.box(x, 0, x + 10, 10) for x in (0, 20, 40, 60)], population=np.array([99.0, 100.0, np.nan, 5000.0]))
    one = study([(5, 5), (5, 5), (25, 5), (45, 5), (45, 5)], blocks)
    found = clusters.windows(one, gap=0)
    assert found.n == 3  # those where nobody knows the residents take no part
    assert found.table["p"].isna().tolist() == [True, False, True, False]
    assert not (found.table["p"] == 0).any()
    assert clusters.windows(one, baseline="equal", gap=0).n == 5


def test_victims_of_one_event_count_once():
    points, events = [(5, 5), (5, 5), (15, 5), (15, 5), (15, 6), (25, 25)], ["a", "a", "b", "c", "c", "d"]
    assert clusters.events_in(study(points, square_blocks(side=3), event_id=events)).tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 1]
    apart = study([(15, 5), (5, 5), (25, 5), (25, 5)], square_blocks(side=3), event_id=["x", "x", "y", "y"])
    assert clusters.events_in(apart)[:3].tolist() == [1, 0, 1]  # of two alike the smallest id
    most = study([(5, 5), (15, 5), (15, 6)], square_blocks(side=3), event_id=["z"] * 3)
    assert clusters.events_in(most)[:2].tolist() == [0, 1]  # where most of its victims are, whatever the id
    assert clusters.events_in(study([None, (500, 500)], event_id=["a", "b"])).sum() == 0


def test_states_and_choices():
    one = study([(5, 5)] * 20, square_blocks(side=9, population=[0.0, 0.0, *[1000.0] * 79]))
    hot, state = clusters.hot_spot(one), clusters.hot_spot_state(one)
    assert set(hot.dropna()) == {0, 1}
    assert (state[hot == 1] == "ok").all()
    assert (state[hot == 0] == "zero").all()
    assert (clusters.window_test_state(one) == "ok").all()
    by = clusters.window_test(one, method="by")
    assert (by >= clusters.window_test(one)).all()
    nothing = study([None])
    assert clusters.hot_spot(nothing).isna().all()
    assert (clusters.hot_spot_state(nothing) == "no_data").all()
    for wrong, says in (({"method": "fdr"}, "use one of bh, by"), ({"baseline": "people"}, "use one of population, area, equal")):
        with pytest.raises(DataError, match=says):
            clusters.hot_spot(one, **wrong)
    with pytest.raises(DataError, match="no population is known"):
        clusters.window_test(study([(5, 5)], square_blocks(population=np.nan)), baseline="population")
    with pytest.raises(DataError, match="ask for at least 1"):
        clusters.null_calibration(one, simulations=0)


def test_published_totals_have_no_events():
    from hotspots.study.of_totals import TotalsStudy

    totals = TotalsStudy.of_totals(published_totals([("b00", "2020", 3)]), square_blocks())
    assert [row.key for row in clusters.MEASURES if not row.missing(totals)] in ([], ["local_shrunk_rate"])  # rates need no places
    assert clusters.sparse(totals).reason in ("too_few", "coarse")


# laws

spots = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40)
SIX = square_blocks(side=6, size=16.0, population=np.arange(36) * 10.0 + 50)


def at(points, blocks=SIX, size=16.0, off=(0.0, 0.0)) -> Study:
    return study([((x + 0.5) * size + off[0], (y + 0.5) * size + off[1]) for x, y in points], blocks)


@pytest.mark.walk
@settings(max_examples=500 if TORTURE else 15)
@given(points=spots, seed=st.integers(0, 1000))
def test_shuffled_relabelled_moved_rescaled(points, seed):
    plain = {f: f(at(points)) for f in (clusters.window_test, clusters.hot_spot, clusters.getis_ord, clusters.local_moran)}
    rng = np.random.default_rng(seed)
    order = rng.permutation(36)
    names = pd.Index([f"n{i:02}" for i in rng.permutation(36)], name="block_id")
    mixed = check_blocks(SIX.iloc[order].set_axis(names))
    moved = check_blocks(SIX.set_geometry(SIX.geometry.translate(4096, -2048)))
    large = check_blocks(SIX.set_geometry(SIX.geometry.scale(4, 4, origin=(0, 0))))
    for f, expected in plain.items():
        np.testing.assert_allclose(f(at(rng.permutation(points), mixed)), expected.iloc[order], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(f(at(points, moved, off=(4096, -2048))), expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(f(at(points, large, size=64.0)), expected, rtol=1e-9, atol=1e-9)


@given(points=spots, times=st.integers(2, 5))
def test_more_residents_everywhere_change_nothing(points, times):
    more = check_blocks(SIX.assign(population=SIX["population"] * times))
    np.testing.assert_allclose(clusters.window_test(at(points, more)), clusters.window_test(at(points)), rtol=1e-9)


@pytest.mark.walk
@given(points=spots)
def test_one_more_event_here_makes_the_window_no_less_unusual(points):
    once, more = (clusters.windows(at(p)).table["p"] for p in (points, [*points, points[0]]))
    x, y = points[0]
    assert more.iloc[6 * y + x] <= once.iloc[6 * y + x] + 1e-12


@given(points=spots)
def test_extra_victims_of_the_same_events_change_nothing(points):
    ids = [str(i) for i in range(len(points))]
    spread = [((x + 0.5) * 16, (y + 0.5) * 16) for x, y in points]
    once = clusters.window_test(study(spread, SIX, event_id=ids))
    pd.testing.assert_series_equal(clusters.window_test(study(spread * 2, SIX, event_id=ids * 2)), once)


# nothing is going on


def test_the_calibration_of_any_study():
    one = study(np.random.default_rng(4).uniform(0, 300, (100, 2)), square_blocks(side=30))
    found = clusters.null_calibration(one)
    assert (found.simulations, found.events, found.tested, found.baseline, found.method) == (199, 100, 900, "population", "bh")
    assert found == clusters.null_calibration(one)  # the seed decides
    assert found.any <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 199)
    assert found.any <= found.expected
    assert clusters.null_calibration(one, method="by").expected <= found.expected
    assert clusters.null_calibration(study([None])).expected == 0


@cache
def ten_thousand() -> exact_window.Baseline:
    return exact_window.baseline_of(study([(5, 5)], square_blocks(side=100)))


@pytest.mark.parametrize(("n", "low", "high"), [(100, 0.04, 0.2), (500, 0.7, 0.92), (2000, 0.99, 1.0)])
def test_power_of_methods(n, low, high):
    """A block of 3 × 3 of 10,000 cells at twenty times the risk is found about 10 %, 80 %, 100 % of the time; little else is."""
    base = ten_thousand()
    risk = np.ones((100, 100))
    risk[40:43, 60:63] = 20
    planted = (risk > 1).ravel()
    touching = base.around @ planted > 0
    rng, found, false = np.random.default_rng(5), [], []
    for _ in range(150):
        hot = (
            exact_window.adjusted(exact_window.tail(base.around @ rng.multinomial(n, (risk / risk.sum()).ravel()), n, base.share))
            <= exact_window.LEVEL
        )
        found.append((hot & touching).any())
        false.append((hot & ~touching).sum() / max(hot.sum(), 1))
    assert low <= np.mean(found) <= high
    assert np.mean(false) <= 0.05
    assert power.power(base, n) == pytest.approx(np.mean(found), abs=0.12)


@pytest.mark.slow
def test_calibration_of_ten_thousand_places():
    found = exact_window.simulated(ten_thousand(), 5000, simulations=999, seed=0)
    assert (found > 0).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 999)


def test_a_planted_cluster_is_recovered():
    blocks = square_blocks(side=30)
    risk = np.ones((30, 30))
    risk[10:13, 20:23] = 20
    rng = np.random.default_rng(8)
    one = study(middles(blocks, rng.choice(900, size=2000, p=(risk / risk.sum()).ravel())), blocks)
    hot = (clusters.hot_spot(one) == 1).to_numpy().reshape(30, 30)
    assert hot[10:13, 20:23].all()
    assert not hot[:8].any()
    assert not hot[15:].any()


# the invented city, whose truth is known


@pytest.mark.parametrize(("start", "end", "least_groups"), [("2015", "2025", 0.9), ("2022", "2025", 0.7), ("2024", "2025", 0.2)])
def test_hot_places_of_puerto_albatros_are_those_planted(albatros, start, end, least_groups):
    """Planted: groups of blocks with many times the risk, and killings at markets and terminals where nobody lives."""
    truth = tomllib.loads((ROOT / "data" / "cities" / "puerto-albatros" / "truth.toml").read_text(encoding="utf-8"))
    one = Study.of(albatros.incidents, albatros.blocks, start=f"{start}-01-01", end=f"{end}-01-01")
    base = exact_window.baseline_of(one)
    groups = [
        albatros.blocks.index.isin(row["blocks"])
        for row in truth["hot"]
        if pd.Timestamp(row["start"]) < one.end and pd.Timestamp(row["end"]) > one.start
    ]
    planted = np.any(groups, axis=0) | albatros.blocks["name"].isin(truth["uninhabited"]).to_numpy()
    hot = (clusters.hot_spot(one) == 1).to_numpy()
    false = (hot & (base.around @ planted == 0)).sum() / hot.sum()
    found = np.mean([hot[base.around @ group > 0].any() for group in groups])
    assert false <= 0.05
    assert found >= least_groups


# too few


def test_too_few_to_rank():
    days = [f"{year}-03-0{k}" for year in range(2015, 2021) for k in range(1, 9)]
    blocks = square_blocks(side=20)
    rng = np.random.default_rng(1)
    places = [tuple(p) for p in rng.uniform(0, 200, (len(days), 2))]
    incidents, _ = square_city(places, dates=days)
    covers = (pd.Timestamp("2015-01-01"), pd.Timestamp("2021-01-01"))
    one = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01", covers=covers)
    found = clusters.sparse(one)
    assert (found.enough, found.reason, found.events) == (False, "widen", 8)
    wide = one.between(found.start, found.end)
    assert clusters.sparse(wide).enough
    assert not clusters.sparse(one.between(found.start + pd.DateOffset(years=1), found.end)).enough
    assert found.years == round(wide.years)
    early = clusters.sparse(one.between(covers[0], covers[0] + pd.DateOffset(years=1)))
    assert (early.reason, early.start) == ("widen", covers[0])
    alone = Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01", covers=(one.start, one.end))
    assert clusters.sparse(alone).reason == "too_few"
    assert set(clusters.ADVICE) == {"enough", "widen", "too_few", "coarse"}


def test_too_coarse_to_rank():
    assert clusters.sparse(study([(5, 5)] * 500)).reason == "coarse"
    districts = units.roll_up(square_blocks(side=9), "districts")
    assert adjacency.neighbours(districts).sum(axis=1).tolist() == [1, *[2] * 7, 1]


@given(n=st.integers(1, 400))
@settings(max_examples=20)
def test_power_stays_a_chance(n):
    base = exact_window.baseline_of(at([(0, 0)]))
    assert 0 <= power.power(base, n) <= 1
    assert power.power(base, n, relative_risk=1.0) <= 0.05


# real cities


@pytest.mark.cases(1)
@pytest.mark.real_data
@pytest.mark.parametrize("text", [philadelphia_toml, chicago_toml], ids=["philadelphia", "chicago"])
def test_real_cities(text, real_data, tmp_path):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "city.toml").write_text(text(real_data), encoding="utf-8")
    city = cities.read_folder(tmp_path / "city")
    one = Study.of(city.incidents, city.blocks, covers=(city.start, city.end))
    found = clusters.windows(one)
    assert (found.rule, found.baseline) == ("touch", "population")
    assert found.n <= one.inside
    assert clusters.sparse(one).enough
    hot = clusters.hot_spot(one)
    assert 0.02 < (hot == 1).mean() < 0.6
    assert clusters.null_calibration(one).any <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 199)

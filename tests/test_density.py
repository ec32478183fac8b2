"""Density: METHODS' own numbers, R's spatstat, sums done by hand, and laws."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import TORTURE
from hypothesis import given
from hypothesis import strategies as st
from printed import printed

from hotspots.statistics import density
from hotspots.statistics.density import kernels, smoothing
from hotspots.statistics.density.grid import Grid, shared
from hotspots.statistics.density.window import Window, cell_for
from hotspots.store.schema import DataError, check_blocks
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_blocks, square_city

FIVE = np.array([(1, 1), (2, 8), (5, 5), (9.5, 9), (0.2, 0.1)], dtype=float)
SQUARE = (0.0, 0.0, 10.0, 10.0)
EDGES = ("jones_diggle", "uniform", "none")
every_kernel = pytest.mark.parametrize("kernel", density.KERNELS)
every_edge = pytest.mark.parametrize("edge", EDGES)


def spatstat() -> dict[str, np.ndarray]:
    """Return what density.R printed."""
    return dict(printed("density"))


def area(*shapes, **columns) -> gpd.GeoDataFrame:
    index = pd.Index([f"u{n}" for n in range(len(shapes))], name="block_id")
    return check_blocks(gpd.GeoDataFrame({"population": 1000.0, **columns}, geometry=list(shapes), crs=EPSG, index=index))


def year(points, blocks, **choices) -> Study:
    incidents, _ = square_city([tuple(p) for p in points], **choices)
    return Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01")


# METHODS, section 4


def test_the_five_points_without_correction():
    found = density.density_at(FIVE, FIVE, bandwidth=1, kernel="gaussian")
    np.testing.assert_allclose(found, [0.2362376, 0.1591746, 0.1591746, 0.1591549, 0.2362376], atol=5e-8)
    for window in (SQUARE, shapely.box(*SQUARE)):
        assert density.mass_inside(FIVE, window, kernel="gaussian", bandwidth=1).sum() == pytest.approx(3.5573360, abs=5e-8)


@pytest.mark.parametrize("window", [SQUARE, shapely.box(*SQUARE)], ids=["rectangle", "polygon"])
def test_the_five_points_with_uniform_correction(window):
    found = density.density_at(FIVE, FIVE, bandwidth=1, kernel="gaussian", window=window, edge="uniform")
    np.testing.assert_allclose(found, [0.3337345, 0.1666719, 0.1591748, 0.2735757, 0.7554755], atol=5e-8)


def test_the_five_points_on_a_raster():
    window = Window.of(area(shapely.box(*SQUARE)), cell=0.05)
    found = density.density_at(FIVE, FIVE, bandwidth=1, kernel="gaussian", window=window, edge="uniform")
    np.testing.assert_allclose(found, [0.3337345, 0.1666719, 0.1591748, 0.2735757, 0.7554755], rtol=1e-3)


@every_kernel
@pytest.mark.parametrize("way", [smoothing.exact_sum, smoothing.by_fourier])
def test_jones_diggle_keeps_the_five(kernel, way):
    window = Window.of(area(shapely.box(*SQUARE)), cell=0.1)
    z = way(*FIVE.T, window, kernel=kernel, bandwidth=1.0, edge="jones_diggle")
    assert z.sum() * 0.1**2 == pytest.approx(5, abs=1e-9)


def test_the_five_lose_what_falls_outside():
    found = density.surface(year(FIVE, area(shapely.box(*SQUARE))), bandwidth=1, kernel="gaussian", edge="none", cell=0.02)
    assert found.total() == pytest.approx(3.5573360, rel=1e-4)


# spatstat


def test_agrees_with_spatstat_at_the_points():
    theirs = spatstat()
    for edge, tolerance in (("none", 2e-6), ("uniform", 1e-6), ("jones_diggle", 2e-5)):
        found = density.density_at(FIVE, FIVE, bandwidth=1, kernel="gaussian", window=SQUARE, edge=edge)
        np.testing.assert_allclose(found, theirs[f"five_{edge}"], rtol=tolerance)


SHAPE = shapely.Polygon([(0, 0), (100, 0), (100, 40), (40, 40), (40, 100), (0, 100)], [[(10, 10), (10, 20), (20, 20), (20, 10)]])
PLACES = np.array(
    [(5.05, 5.05), (30.05, 30.05), (95.05, 5.05), (25.05, 95.05), (2.05, 60.05), (38.05, 45.05), (60.05, 38.05), (22.05, 15.05)]
)


def sixty() -> np.ndarray:
    n = np.arange(1, 401)
    points = 100 * np.column_stack(((n * 0.7548776662466927) % 1, (n * 0.5698402909980532) % 1))
    return points[shapely.contains_xy(SHAPE, *points.T)][:60]


@every_kernel
@every_edge
def test_agrees_with_spatstat_in_an_area_with_a_hole(kernel, edge):
    theirs = spatstat()
    h = 15.0 if kernel == "quartic" else 7.5
    exact = density.density_at(sixty(), PLACES, bandwidth=h, kernel=kernel, window=SHAPE, edge=edge)
    np.testing.assert_allclose(exact, theirs[f"shape_{kernel}_{edge}"], rtol=4e-3)  # spatstat puts points on a grid of 3,000
    found = density.surface(year(sixty(), area(SHAPE)), bandwidth=h, kernel=kernel, edge=edge, cell=0.25)
    assert found.total() == pytest.approx(theirs[f"shape_{kernel}_{edge}_integral"][0], rel=2e-3)
    column, row = (np.argmin(abs(middles[:, None] - at), axis=0) for middles, at in ((found.x, PLACES[:, 0]), (found.y, PLACES[:, 1])))
    np.testing.assert_allclose(found.z[row, column] / 1e6, theirs[f"shape_{kernel}_{edge}"], rtol=2e-2)


# by hand


def test_one_homicide_in_the_open():
    study = year([(500, 500)], square_blocks(side=1, size=1000.0))
    found = density.surface(study, bandwidth=200, cell=1000 / 101)
    middle = found.z[np.argmin(abs(found.y - 500)), np.argmin(abs(found.x - 500))]
    assert middle == pytest.approx(1e6 * 3 / (np.pi * 200**2), rel=1e-4)  # 23.87 per km²
    assert np.nanmax(found.z) == middle
    assert (found.n, found.outside, found.rule, found.years) == (1, 0, "given", 1.0)


@every_kernel
@given(seed=st.integers(0, 1000), h=st.floats(2, 30))
def test_the_exact_sum_is_the_sum(kernel, seed, h):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 40, (12, 2))
    window = Window.of(square_blocks(side=4), cell=1.25)
    z = smoothing.exact_sum(*points.T, window, kernel=kernel, bandwidth=h, edge="none")
    for row, column in rng.integers(2, 34, (5, 2)):
        d2 = (window.grid.x[column] - points[:, 0]) ** 2 + (window.grid.y[row] - points[:, 1]) ** 2
        k = np.exp(-d2 / 2 / h**2) / (2 * np.pi * h**2) if kernel == "gaussian" else 3 / np.pi / h**2 * np.maximum(1 - d2 / h**2, 0) ** 2
        assert z[row, column] == pytest.approx(k.sum(), rel=1e-6, abs=1e-8)


@every_kernel
@given(x=st.floats(-5, 15), y=st.floats(-5, 15), h=st.floats(0.3, 30))
def test_the_mass_inside_a_polygon_is_the_integral(kernel, x, y, h):
    shape = shapely.union_all([shapely.difference(shapely.box(0, 0, 6, 6), shapely.box(3, 2, 5, 4)), shapely.box(7, 0, 10, 6)])
    found = kernels.mass_in_polygon(np.array([x]), np.array([y]), shape, kernel=kernel, bandwidth=h)[0]
    step = min(0.05, h / 12)
    u, v = np.meshgrid(np.arange(step / 2, 10, step), np.arange(step / 2, 6, step))
    inside = shapely.contains_xy(shape, u, v)
    brute = (kernels.weight((u - x) ** 2 + (v - y) ** 2, kernel=kernel, bandwidth=h) * inside).sum() * step**2
    assert found == pytest.approx(brute, abs=4e-3)


@given(x=st.floats(-5, 15), y=st.floats(-5, 15), h=st.floats(0.3, 30))
def test_two_exact_ways_for_a_rectangle(x, y, h):
    one, other = np.array([x]), np.array([y])
    walked = kernels.mass_in_polygon(one, other, shapely.box(*SQUARE), kernel="gaussian", bandwidth=h)
    np.testing.assert_allclose(walked, kernels.mass_in_rectangle(one, other, SQUARE, bandwidth=h), atol=1e-12)


def test_points_are_shared_among_four_cells():
    grid = Grid(0.0, 0.0, 2.0, 4, 3)
    x, y = np.random.default_rng(1).uniform(0, [6, 4], (50, 2)).T
    cells = shared(x, y, grid)
    assert cells.sum() == pytest.approx(50)
    assert (cells * grid.x).sum() == pytest.approx(x.sum())
    assert (cells * grid.y[:, None]).sum() == pytest.approx(y.sum())


@pytest.mark.parametrize("cubic", [False, True])
@given(points=st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30)), min_size=1, max_size=30))
def test_each_share_is_the_product_of_two_weights(points, cubic):
    grid = Grid(-1.0, -1.0, 1.7, 20, 20)
    expected = np.zeros((20, 20))
    for point in points:
        weights = []
        for place in point:
            nodes, first = (4 if cubic else 2), (place + 1.0) / 1.7
            first = min(max(int(first) - cubic, 0), 20 - nodes)
            at = np.arange(first, first + nodes)
            others = np.array([[other for other in at if other != one] for one in at])  # Lagrange's weights on the nearest middles
            weights.append((at, (((place + 1.0) / 1.7 - others) / (at[:, None] - others)).prod(axis=1)))
        (column, across), (row, up) = weights
        expected[np.ix_(row, column)] += np.outer(up, across)
    np.testing.assert_allclose(shared(*np.array(points).T, grid, cubic=cubic), expected, rtol=1e-9, atol=1e-9)


@given(points=st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30)), min_size=1, max_size=30), h=st.floats(0.2, 40))
def test_a_corrected_exact_sum_is_every_kernel_over_its_part_inside(points, h):
    x, y = np.array(points).T
    window = Window.of(square_blocks(side=3), cell=1.25)
    across, up = np.meshgrid(window.grid.x, window.grid.y)
    inside = lambda px, py: np.maximum(1 - ((across - px) ** 2 + (up - py) ** 2) / h**2, 0) ** 2 * window.mask  # noqa: E731
    lost = np.array([not inside(*point).any() for point in points])
    moved = np.column_stack(window.drawn_in(x, y, lost=lost))
    expected = sum(inside(*point) / inside(*point).sum() / 1.25**2 for point in moved)
    found = smoothing.exact_sum(x, y, window, kernel="quartic", bandwidth=h, edge="jones_diggle")
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9 * expected.max())


def test_scott_by_hand():
    x, y = np.array([0.0, 2.0, 0.0, 2.0, 2.0]), np.array([0.0, 0.0, 2.0, 2.0, 2.0])
    # four places, each √2 from the middle: the standard distance √2 is 1 per axis, the median would make it 1.2
    assert density.rule_of_thumb(x, y, kernel="gaussian") == pytest.approx(4 ** (-1 / 6))
    assert density.rule_of_thumb(x, y) == pytest.approx(4 ** (-1 / 6) * 2.7794, rel=1e-4)
    assert density.rule_of_thumb(x[:1], y[:1]) is None


# laws

spots = st.lists(st.tuples(st.floats(0, 40), st.floats(0, 40)), min_size=1, max_size=30)


@pytest.mark.cases(1)
@every_kernel
@given(points=spots, h=st.floats(0.5, 60), cell=st.sampled_from([None, 1.0, 2.9]))
def test_the_surface_adds_up_to_the_homicides(kernel, points, h, cell):
    found = density.surface(year(points, square_blocks(side=4)), bandwidth=h, kernel=kernel, cell=cell)
    assert found.total() == pytest.approx(len(points), rel=1e-9)
    assert np.nanmin(found.z) >= 0


@given(points=spots, h=st.floats(1.0, 30))
def test_the_fourier_surface_adds_up_too(points, h):
    window = Window.of(area(SHAPE, shapely.box(45, 45, 45.2, 99)), cell=1.0)
    points = np.array(points)
    points = points[shapely.intersects_xy(SHAPE, *points.T)]
    z = smoothing.by_fourier(*points.T, window, kernel="quartic", bandwidth=h, edge="jones_diggle")
    assert z.sum() == pytest.approx(len(points), rel=1e-9)
    assert z.min() >= 0


@pytest.mark.walk
@every_edge
@given(points=spots, h=st.floats(3, 30))
def test_moved_rescaled_doubled(edge, points, h):
    place = np.array(points)
    blocks = square_blocks(side=4)
    plain = density.surface(year(place, blocks), bandwidth=h, edge=edge, cell=2.5)
    far_off = np.array([4096, 8192])
    far = area(*shapely.transform(np.asarray(blocks.geometry.array), lambda xy: xy + far_off))
    moved = density.surface(year(place + far_off, far), bandwidth=h, edge=edge, cell=2.5)
    np.testing.assert_allclose(moved.z, plain.z, rtol=1e-6, atol=1e-6 * np.nanmax(plain.z))
    large = area(*shapely.transform(np.asarray(blocks.geometry.array), lambda xy: xy * 4))
    rescaled = density.surface(year(place * 4, large), bandwidth=4 * h, edge=edge, cell=10)
    np.testing.assert_allclose(rescaled.z * 16, plain.z, rtol=1e-9, atol=1e-9 * np.nanmax(plain.z))
    doubled = density.surface(year([*points, *points], blocks), bandwidth=h, edge=edge, cell=2.5)
    np.testing.assert_allclose(doubled.z, 2 * plain.z, rtol=1e-9, atol=1e-9 * np.nanmax(plain.z))


@given(points=spots)
def test_the_bandwidth_left_out_follows_the_points(points):
    x, y = np.array(points).T
    one = density.rule_of_thumb(x, y)
    if one is not None and one > 0.1:
        assert density.rule_of_thumb(3 * x + 7, 3 * y - 5) == pytest.approx(3 * one, rel=1e-6, abs=1e-9)
        assert density.rule_of_thumb(np.tile(x, 3), np.tile(y, 3)) == one


@pytest.mark.cases(1)
@every_kernel
@every_edge
@pytest.mark.parametrize(("n", "per_cell", "most"), [(200_000 if TORTURE else 45_000, 12, 1e-4), (30_000, 25, 1e-4)])
def test_the_fourier_error_is_small(kernel, edge, n, per_cell, most):
    rng = np.random.default_rng(3)
    middles = rng.uniform(10, 90, (20, 2))
    points = middles[rng.integers(0, 20, 400_000)] + rng.normal(0, 4, (400_000, 2))
    shape = shapely.difference(shapely.box(0, 0, 100, 100), shapely.Polygon([(30, 30), (70, 35), (50, 60)]))
    points = points[shapely.contains_xy(shape, *points.T)][:n]
    window = Window.of(area(shape), cell=0.5)
    h = per_cell * 0.5
    ours = smoothing.by_fourier(*points.T, window, kernel=kernel, bandwidth=h, edge=edge)
    exact = smoothing.exact_sum(*points.T, window, kernel=kernel, bandwidth=h, edge=edge)
    assert abs(ours - exact).max() <= most * exact.max()


@pytest.mark.parametrize("n", [22_000, 60_000])
def test_what_is_shown_is_within_a_ten_thousandth_of_the_peak(n):
    points = np.random.default_rng(n).normal(50, 12, (n, 2)).clip(0.1, 99.9)
    window = Window.of(area(shapely.box(0, 0, 100, 100)), cell=0.5)
    ours = smoothing.smooth(*points.T, window, kernel="quartic", bandwidth=6.0, edge="jones_diggle")
    exact = smoothing.exact_sum(*points.T, window, kernel="quartic", bandwidth=6.0, edge="jones_diggle")
    assert abs(ours - exact).max() <= 1e-4 * exact.max()


# what is inside and what is not


def test_nothing_is_spread_outside_and_what_lies_there_is_told():
    blocks = area(shapely.box(0, 0, 40, 40), shapely.box(60, 0, 100, 40))
    found = density.surface(year([(39, 20), (61, 20), (50, 20), (500, 0)], blocks), bandwidth=30)
    assert (found.n, found.outside) == (2, 2)
    assert np.isnan(found.z[:, (found.x > 40) & (found.x < 60)]).all()
    assert found.total() == pytest.approx(2, rel=1e-9)


def test_a_recorded_block_does_not_move_the_place():
    incidents, blocks = square_city([(5, 5), (500, 500)], block_id=["b00", "b11"])
    found = density.surface(Study.of(incidents, blocks), bandwidth=5)
    assert (found.n, found.outside) == (1, 1)


def test_a_sliver_no_cell_can_see_still_weighs():
    blocks = area(shapely.box(0, 0, 100, 100), shapely.box(140, 0, 140.01, 100))
    for way in (smoothing.exact_sum, smoothing.by_fourier):
        window = Window.of(blocks, cell=1.0)
        z = way(np.array([140.005, 50.0]), np.array([50.0, 50.0]), window, kernel="quartic", bandwidth=12.0, edge="jones_diggle")
        assert z.sum() == pytest.approx(2, rel=1e-9)
        assert z[:, window.grid.x > 80].sum() == pytest.approx(1, rel=1e-3)  # drawn in to the nearest cell, not given to the other point


@given(st.integers(1, 7), st.floats(0.7, 6))
def test_cells_belong_to_one_unit(side, cell):
    window = Window.of(square_blocks(side=side), cell=cell)
    inside = (window.grid.x >= 0) & (window.grid.x < 10 * side)
    np.testing.assert_array_equal(window.mask, np.outer(inside, inside))
    row, column = np.nonzero(window.unit >= 0)
    expected = np.floor(window.grid.y[row] / 10) * side + np.floor(window.grid.x[column] / 10)
    np.testing.assert_array_equal(window.unit[row, column], expected)


def test_cells_of_shapes_with_holes_and_parts():
    many = shapely.MultiPolygon([SHAPE, shapely.box(60, 60, 90.3, 90)])
    inner = shapely.box(10, 10, 20, 20)
    window = Window.of(area(many, inner), cell=1.7)
    x, y = np.meshgrid(window.grid.x, window.grid.y)
    expected = np.select([shapely.contains_xy(many, x, y), shapely.contains_xy(inner, x, y)], [0, 1], -1)
    np.testing.assert_array_equal(window.unit, expected)


def test_overlapping_units_give_a_cell_to_the_smallest_id():
    window = Window.of(area(shapely.box(0, 0, 8, 8), shapely.box(4, 0, 12, 8)).iloc[::-1], cell=2)
    assert window.unit[2, 2:-2].tolist() == [1, 1, 1, 1, 0, 0]


# the block measure


def test_a_unit_has_the_mean_of_its_cells():
    blocks = square_blocks(side=2, size=1000.0)
    study = year([(500, 500), (1500, 500)], blocks)
    found = density.surface(study, bandwidth=400)
    np.testing.assert_allclose(density.by_unit(study, found), [1, 1, 0, 0], rtol=1e-9)


def test_a_unit_smaller_than_a_cell_has_the_nearest():
    blocks = area(shapely.box(0, 0, 100, 100), shapely.box(100, 50, 100.001, 50.001))
    study = year([(95, 50)], blocks)
    found = density.by_unit(study, density.surface(study, bandwidth=24, cell=2))
    assert found["u1"] > found["u0"] > 0


def test_street_segments_have_no_density():
    blocks = area(shapely.LineString([(0, 0), (10, 0)]))
    study = year([(5, 0)], blocks)
    assert density.density(study).isna().all()
    assert density.density_state(study).tolist() == ["no_data"]
    with pytest.raises(DataError, match="none of the units has an area"):
        density.surface(study)


def test_few_events_are_unstable_however_many_died():
    blocks = square_blocks(side=2)
    few, many = [f"e{n % 5}" for n in range(40)], [f"e{n}" for n in range(40)]
    points = [(5 + n % 3, 5) for n in range(40)]
    assert density.density_state(year(points, blocks, event_id=few))["b00"] == "unstable"
    assert density.density_state(year(points, blocks, event_id=many))["b00"] == "ok"


def test_the_window_is_made_once_for_the_same_units():
    blocks = square_blocks(side=2)
    assert density.window_of(blocks, cell=1.0) is density.window_of(blocks, cell=1.0)
    assert density.window_of(blocks, cell=1.0) is not density.window_of(square_blocks(side=2), cell=1.0)


@given(st.floats(0.01, 100))
def test_cells_suit_the_bandwidth(h):
    cell = cell_for(square_blocks(side=4), h)
    assert 40 / cell <= 1000.001
    assert cell <= h / 12 * 1.000001 or 40 / cell == pytest.approx(996)


# refused, with what to do


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"kernel": "cone"}, "use one of quartic, gaussian"),
        ({"edge": "torus"}, "use one of jones_diggle, uniform, none"),
        ({"bandwidth": 0.0}, "give metres above 0"),
        ({"bandwidth": float("nan")}, "give metres above 0"),
        ({"cell": -1.0}, "give metres above 0"),
        ({"cell": 0.001}, "use at least"),
        ({"cell": 500.0}, "use smaller cells"),
    ],
)
def test_wrong_choices_are_refused(choices, says):
    with pytest.raises(DataError, match=says):
        density.surface(year([(5, 5)], square_blocks()), **choices)


def test_an_edge_needs_a_window():
    with pytest.raises(DataError, match="needs a window"):
        density.density_at(FIVE, FIVE, bandwidth=1, edge="uniform")

"""Density along streets: a crossing worked by hand, R's spatstat.linnet, every walk followed one by one, and laws on random networks."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from printed import printed

from hotspots.statistics.catalog import measure
from hotspots.statistics.density import network, streets
from hotspots.statistics.density.network import WAYS, Network, spread
from hotspots.statistics.measure import table
from hotspots.store.schema import DataError
from hotspots.study import Study
from hotspots.study.testing import EPSG, square_city

both_ways = pytest.mark.parametrize("way", WAYS)


def lines(*pairs) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.LineString(pair) for pair in pairs], crs=EPSG)


def quartic(u: np.ndarray) -> np.ndarray:
    return 15 / 16 * np.maximum(1 - np.asarray(u) ** 2, 0) ** 2


def held(u: float) -> float:
    """Return what the quartic holds between 0 and u."""
    return 15 / 16 * (u - 2 * u**3 / 3 + u**5 / 5)


# by hand

CROSS = lines([(0, 0), (100, 0)], [(0, 0), (0, 100)], [(0, 0), (-100, 0)], [(0, 0), (0, -100)])


def test_four_streets_discontinuous():
    # 20 m east of the crossing, h = 40 m: what goes west reaches the crossing half-way and is split among the three streets ahead
    found = spread(Network.of(CROSS, lixel=200), np.array([0]), np.array([20.0]), bandwidth=40.0)
    past = (0.5 - held(0.5)) / 3
    np.testing.assert_allclose(found, [0.5 + held(0.5), past, past, past], atol=1e-5)


def test_four_streets_continuous():
    # each of the four gets 2/4 of what arrives; on the street it came from it is −1/2 of what would have been there
    found = spread(Network.of(CROSS, lixel=200), np.array([0]), np.array([20.0]), bandwidth=40.0, way="continuous")
    past = (0.5 - held(0.5)) / 2
    np.testing.assert_allclose(found, [0.5 + held(0.5) - past, past, past, past], atol=1e-5)


def test_a_dead_end_turns_it_back():
    found = spread(Network.of(lines([(0, 0), (100, 0)]), lixel=10), np.array([0]), np.array([5.0]), bandwidth=30.0)
    u = np.arange(10) * 10 + np.array([[0], [10]])
    direct = [held(np.clip((b - 5) / 30, -1, 1)) - held(np.clip((a - 5) / 30, -1, 1)) for a, b in u.T]
    turned = [held(min((b + 5) / 30, 1)) - held(min((a + 5) / 30, 1)) for a, b in u.T]
    np.testing.assert_allclose(found, np.add(direct, turned), atol=1e-5)


@both_ways
def test_a_dead_end_turns_back_all_of_it(way):
    # one end of n = 1 street: the continuous rule gives 2/1, less the 1 that came: all of it, as a wall does
    found = spread(Network.of(lines([(0, 0), (100, 0)]), lixel=10), np.array([0]), np.array([5.0]), bandwidth=30.0, way=way)
    # between 0 and 10 m: 5 m either side of it, and what the end turned back, which has come 5 to 15 m
    assert found[0] == pytest.approx(2 * held(5 / 30) + held(15 / 30) - held(5 / 30), abs=1e-5)
    # between 10 and 20 m: what went 5 to 15 m, and what was turned back and has come 15 to 25 m
    assert found[1] == pytest.approx(held(15 / 30) - held(5 / 30) + held(25 / 30) - held(15 / 30), abs=1e-5)


def test_three_streets_continuous_meet_without_a_step():
    # a Y: 30 m before the crossing, h = 90 m. Beyond: 2/3 of the kernel. Before: the kernel less 1/3 of what would have come on
    three = lines([(-300, 0), (0, 0)], [(0, 0), (300, 0)], [(0, 0), (0, 300)])
    net = Network.of(three, lixel=0.5)
    found = spread(net, np.array([0]), np.array([270.0]), bandwidth=90.0, way="continuous") / net.piece_length
    at = quartic(30.25 / 90) / 90  # a quarter of a metre beyond the crossing, the middle of the first piece
    beyond, aside = found[net.first[1]], found[net.first[2]]
    np.testing.assert_allclose([beyond, aside], 2 / 3 * at, rtol=2e-3)
    before = quartic(29.75 / 90) / 90 - quartic(30.25 / 90) / 90 / 3
    np.testing.assert_allclose(found[net.first[1] - 1], before, rtol=2e-3)
    assert found[net.first[1] - 1] == pytest.approx(beyond, rel=0.02)  # no step
    stepped = spread(net, np.array([0]), np.array([270.0]), bandwidth=90.0) / net.piece_length
    assert stepped[net.first[1] - 1] == pytest.approx(2 * stepped[net.first[1]], rel=0.03)  # the discontinuous one halves there


@both_ways
@pytest.mark.parametrize(("stub", "h"), [(0.5, 300.0), (0.5, 1000.0), (0.5, 2000.0), (0.02, 300.0)])
def test_a_stub_shorter_than_a_step_does_not_win(way, stub, h):
    """Two homicides at 100 m of a street of 300, a stub beyond it: the stub was as dense as a street of a 256th of the bandwidth."""
    net = Network.of(lines([(0, 0), (300, 0)], [(300, 0), (300 + stub, 0)], [(300 + stub, 0), (8000, 0)]))
    mass = spread(net, np.array([0, 0]), np.array([100.0, 100.0]), bandwidth=h, way=way)
    dense = mass[net.piece_street == 1].sum() / stub
    ways = np.array([200.0, 400.0])  # straight on, and turned back at the dead end at 0
    assert dense == pytest.approx(2 * quartic(ways / h).sum() / h, rel=0.02)
    assert mass.sum() == pytest.approx(2)


@both_ways
def test_where_two_streets_meet_nothing_happens(way):
    whole = Network.of(lines([(0, 0), (200, 0)]), lixel=5)
    cut = Network.of(lines([(0, 0), (100, 0)], [(100, 0), (200, 0)]), lixel=5)
    one = spread(whole, np.array([0]), np.array([90.0]), bandwidth=60.0, way=way)
    np.testing.assert_allclose(spread(cut, np.array([0]), np.array([90.0]), bandwidth=60.0, way=way), one, atol=1e-5)
    begin, end = 100 - 90, 105 - 90  # metres from the homicide: the first piece of the second street
    assert one[20] == pytest.approx(held(end / 60) - held(begin / 60), abs=1e-5)


def test_a_bend_or_a_cut_changes_nothing():
    whole = spread(Network.of(lines([(0, 0), (300, 0)]), lixel=10), np.array([0]), np.array([140.0]), bandwidth=100.0)
    parts = Network.of(lines([(0, 0), (100, 0)], [(200, 0), (100, 0)], [(200, 0), (200, 100)]), lixel=10)
    for way in WAYS:
        found = spread(parts, np.array([1]), np.array([60.0]), bandwidth=100.0, way=way)
        np.testing.assert_allclose(np.concatenate([found[:10], found[19:9:-1], found[20:]]), whole, atol=1e-5)


# every walk followed one by one


def ahead(net: Network, edge: int, forward: bool, way: str):
    """Yield each street that a walk may take from the end of one, its direction, and its share."""
    node = net.head[edge] if forward else net.tail[edge]
    n = net.degree[node]
    for other, onward in itertools.product(range(len(net.length)), (True, False)):
        if (net.tail if onward else net.head)[other] == node:
            same = other == edge and onward != forward
            apart = float(n == 1) if same else 1 / max(n - 1, 1)
            yield other, onward, 2 / n - same if way == "continuous" else apart


def walked(net: Network, street: int, along: float, h: float, way: str) -> np.ndarray:
    """Return what `spread` gives for one point, by following every walk."""
    mass = np.zeros(net.first[-1])

    def go(edge, forward, d, amount, start=0.0):
        """Walk the rest of a street, from `start` metres along it, having come `d` metres."""
        ends = np.arange(net.pieces[edge] + 1) * net.length[edge] / net.pieces[edge]
        reached = [held(min((d + max(end, start) - start) / h, 1)) for end in ends]
        laid = amount * np.diff(reached)
        mass[net.first[edge] : net.first[edge + 1]] += laid if forward else laid[::-1]
        d += net.length[edge] - start
        if d < h:
            for other, onward, share in ahead(net, edge, forward, way):
                if share:
                    go(other, onward, d, amount * share)

    go(street, True, 0.0, 1.0, along)
    go(street, False, 0.0, 1.0, net.length[street] - along)
    return mass


def random_streets(seed: int, n: int = 8) -> gpd.GeoDataFrame:
    """Return streets between random places: crossings, dead ends, double streets, one that ends where it begins, one alone."""
    rng = np.random.default_rng(seed)
    node = rng.uniform(0, 100, (n, 2))
    pairs = {tuple(sorted(rng.choice(n, 2, replace=False))) for _ in range(n + 3)}
    some = [(node[a], node[b]) for a, b in sorted(pairs)]
    a, b = some[0]
    return lines(*some, (a, (a + b) / 2 + np.array([9, 5]), b), (a, a + np.array([12, 3]), a + np.array([2, 14]), a), ((300, 0), (340, 0)))


@both_ways
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_all_walks_at_once_are_all_walks(way, seed):
    net = Network.of(random_streets(seed), lixel=15)
    rng = np.random.default_rng(seed)
    street = rng.integers(0, len(net.length), 3)
    along = rng.uniform(0, 1, 3) * net.length[street]
    found = spread(net, street, along, bandwidth=70.0, way=way, steps=1024)
    expected = sum(walked(net, s, a, 70.0, way) for s, a in zip(street, along, strict=True))
    np.testing.assert_allclose(found, expected, atol=3e-5)


@both_ways
@given(seed=st.integers(0, 10_000), h=st.floats(5, 400))
@settings(max_examples=25)
def test_each_adds_up_to_one(way, seed, h):
    net = Network.of(random_streets(seed), lixel=7)
    street = np.random.default_rng(seed).integers(0, len(net.length), 1)
    length, on = np.maximum(net.length / h, 1 / network.STEPS), street
    begin = 0.37 * length[on]
    one = np.ones(1)
    raw = network._from_ends(net, length, network._walk(net, length, on, begin, one, way=way, steps=network.STEPS))
    raw = raw + network._on_their_own(net, length, on, begin, one)
    assert raw.sum() == pytest.approx(1, abs=2e-3)  # before what rounding of distances lost is put back
    assert raw.min() > -2e-3
    found = spread(net, street, 0.37 * net.length[street], bandwidth=h, way=way)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert found.min() >= 0


@both_ways
@given(seed=st.integers(0, 10_000))
@settings(max_examples=10)
def test_moved_rescaled_turned_round_shuffled(way, seed):
    plain = random_streets(seed)
    rng = np.random.default_rng(seed)
    street = rng.integers(0, len(plain), 5)
    along = rng.uniform(0, 1, 5) * plain.length.to_numpy()[street]
    net = Network.of(plain, lixel=10)
    found = spread(net, street, along, bandwidth=50, way=way)
    moved = Network.of(plain.set_geometry(plain.translate(4096, -512).scale(2, 2, origin=(0, 0))), lixel=20)
    np.testing.assert_allclose(spread(moved, street, 2 * along, bandwidth=100, way=way), found, atol=1e-6)
    order = rng.permutation(len(plain))
    mixed = Network.of(plain.iloc[order].set_geometry(shapely.reverse(plain.geometry.to_numpy()[order])), lixel=10)
    turned = spread(mixed, np.argsort(order)[street], plain.length.to_numpy()[street] - along, bandwidth=50, way=way)
    for position, old in enumerate(order):
        mine = turned[mixed.first[position] : mixed.first[position + 1]]
        np.testing.assert_allclose(mine[::-1], found[net.first[old] : net.first[old + 1]], atol=1e-6)


# spatstat.linnet


def lattice(*, stubs: bool) -> gpd.GeoDataFrame:
    """Return the network of streets.R."""
    n = np.arange(25)
    x = 100.0 * (n % 5) + 40 * ((n * 0.7548776662466927) % 1) - 20
    y = 100.0 * (n // 5) + 40 * ((n * 0.5698402909980532) % 1) - 20
    pairs = [(a, a + 1) for a in n if a % 5 < 4] + [(a, a + 5) for a in n if a < 20] + [(6, 12), (12, 18)]
    if stubs:
        ends = [2, 10, 14, 22]
        x = np.concatenate([x, x[ends] + [7, -60, 55, 10]])
        y = np.concatenate([y, y[ends] + [-70, 4, -9, 80]])
        pairs += list(zip(ends, range(25, 29), strict=True))
    return lines(*[((x[a], y[a]), (x[b], y[b])) for a, b in pairs])


def spatstat() -> list[tuple[str, str, float, np.ndarray]]:
    parts = [(name.split("_"), numbers) for name, numbers in printed("streets")]
    return [(shape, way, float(h), numbers) for (shape, way, h), numbers in parts]


@pytest.mark.parametrize(
    ("shape", "way", "h", "theirs"), spatstat(), ids=lambda value: str(value) if isinstance(value, str | float) else ""
)
def test_agrees_with_spatstat(shape, way, h, theirs):
    streets_ = lattice(stubs=shape == "stubs")
    net = Network.of(streets_, lixel=0.05)
    k = np.arange(1, 15)
    street, along = (k * 11) % len(streets_), (k * 0.6180339887498949) % 1
    along = along * net.length[street]
    found = spread(net, street[:8], along[:8], bandwidth=h, way=way) / net.piece_length
    piece = net.first[street] + (along / net.piece_length[net.first[street]]).astype(int)
    expected = theirs.copy()
    expected[8:] -= 15 / 16 / h  # spatstat gives every place its own kernel, though their weight is 0
    np.testing.assert_allclose(found[piece], expected, rtol=0, atol=5e-4 * 15 / 16 / h)


# on the units of a city


def city(points, pairs, *, side=2, size=1000.0, **choices) -> Study:
    incidents, blocks = square_city(points, side=side, size=size)
    return Study.of(incidents, blocks, start="2020-01-01", end="2021-01-01", streets=lines(*pairs), **choices)


def test_a_block_has_the_streets_within_it_and_along_it():
    # one homicide in the middle of a street of 1 km along the edge of b00 and b01; another street of 1 km within b00
    study = city([(995, 500)], [[(1000, 0), (1000, 1000)], [(0, 500), (900, 500)]])
    found = table(study, streets_measure())
    np.testing.assert_allclose(found["network_density"].iloc[:2], [1 / 1.9, 1.0], rtol=2e-3)
    assert found["network_density"].iloc[3] == 0  # the last 15 m of the street touch its corner
    assert found["state"].tolist()[:2] == ["unstable", "unstable"]


def test_street_segments_have_their_own_mean():
    incidents, _ = square_city([(50, 3), (55, 3)])
    index = [f"s{n}" for n in range(3)]
    table_ = lines([(0, 0), (100, 0)], [(100, 0), (400, 0)], [(0, 900), (100, 900)]).set_axis(index)
    blocks = gpd.GeoDataFrame({"population": [0.0] * 3}, geometry=table_.geometry.to_numpy(), crs=EPSG, index=index)
    blocks.index.name = "block_id"
    unit_of = pd.Series(pd.Categorical(["s0", "s0"], categories=index), index=incidents.index)
    study = Study.of(incidents, blocks, unit_of=unit_of, start="2020-01-01", end="2021-01-01", streets=table_, bandwidth=40)
    np.testing.assert_allclose(streets.network_density(study), [20, 0, 0], rtol=3e-3)  # two on 100 m, none reaches further


def streets_measure():
    return measure("network_density")


def test_the_streets_add_up_to_the_homicides_and_who_is_off_is_told():
    study = city([(100, 3), (101, 4), (400, 700), (500, 90)], [[(0, 0), (1000, 0)], [(500, 0), (500, 80)]])
    found = streets.along_streets(study)
    assert (found.n, found.off, found.rule) == (3, 1, "streets")
    assert found.total() == pytest.approx(3)
    assert streets.along_streets(study, bandwidth=90).rule == "given"
    assert streets.along_streets(study, way="continuous").total() == pytest.approx(3)


def test_without_streets_it_says_why():
    incidents, blocks = square_city([(5, 5)])
    study = Study.of(incidents, blocks)
    assert streets_measure().missing(study) == ("no streets are loaded for this city",)
    assert streets.network_density(study).isna().all()
    assert not streets_measure().missing(city([(5, 5)], [[(0, 0), (9, 0)]]))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda net: spread(net, np.array([0]), np.array([0.0]), bandwidth=10, way="fair"), "use one of discontinuous, continuous"),
        (lambda net: spread(net, np.array([0]), np.array([0.0]), bandwidth=0), "give metres above 0"),
        (lambda net: Network.of(gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)])), "there are no lines"),
    ],
)
def test_wrong_choices_are_refused(call, says):
    with pytest.raises(DataError, match=says):
        call(Network.of(CROSS))

"""Streets as a network, and what happens on them spread along them: equal split at every crossing, by hand.

What is spread from a place runs along the street both ways. At a crossing of n streets it is split: `discontinuous`, each of the n − 1
streets ahead gets the same share; `continuous`, each of the n gets 2/n and what came keeps 2/n − 1 of itself, so that no step is seen at
the crossing. At a dead end it turns back. All walks are followed as far as the bandwidth, for all homicides at once: what arrives at a
crossing after the same distance goes on together. Source: Okabe, Satoh & Sugihara (2009, doi:10.1080/13658810802475491).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.geography import segments
from hotspots.store.schema import DataError
from hotspots.study import EQUAL_SPLITS
from hotspots.study.memo import kept
from hotspots.words import told

WAYS: tuple[str, ...] = EQUAL_SPLITS
STEPS = 256  # of distance in one bandwidth
LIXEL = 25.0  # metres: the longest piece of a street that has one value
_AT_ONCE = 2000  # directed streets: what they make fits a processor's cache

# What the quartic along a line, 15/16 (1 − u²)² with h = 1, holds between 0 and u: the factors of u⁰…u⁵.
_SHARE = 15 / 16 * np.array([0, 1, 0, -2 / 3, 0, 1 / 5])


@dataclass(frozen=True, eq=False)
class Network:
    """Streets that meet at their ends. `tail` and `head` are the crossings at the two ends of each street, `length` is in metres.

    `street` is the position among the given streets that each belongs to (one given street may have several parts), and `names` is the
    index of the given ones. Every street is cut into equal pieces of at most `LIXEL` metres; `pieces` says how many.
    """

    lines: np.ndarray
    street: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    length: np.ndarray
    pieces: np.ndarray
    names: pd.Index

    @classmethod
    def of(cls, streets: gpd.GeoDataFrame, *, lixel: float = LIXEL) -> Network:
        """Return the network of `streets` (lines in metres); a `DataError` says why there is none.

        >>> cross = [shapely.LineString([(0, 0), end]) for end in [(30, 0), (0, 30), (-30, 0), (0, -30)]]
        >>> made = Network.of(gpd.GeoDataFrame(geometry=cross), lixel=10)
        >>> made.tail.tolist(), made.degree.tolist(), made.pieces.tolist()
        ([2, 2, 2, 2], [1, 1, 4, 1, 1], [3, 3, 3, 3])
        """
        lines, street = shapely.get_parts(np.asarray(streets.geometry.array), return_index=True)
        real = (shapely.get_dimensions(lines) == 1) & (shapely.length(lines) > segments.MEET)  # shorter, it is a place and no street
        lines, street = lines[real], street[real]
        if not len(lines):
            raise DataError(told("streets: there are no lines among the streets; give street segments"))
        node = segments.joined(shapely.get_coordinates(np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])))
        length = shapely.length(lines)
        pieces = np.maximum(np.ceil(np.round(length / lixel, 9)).astype(np.int64), 1)
        return cls(lines, street, node[: len(lines)], node[len(lines) :], length, pieces, streets.index)

    @cached_property
    def degree(self) -> np.ndarray:
        """How many street ends meet at each crossing."""
        return np.asarray(np.bincount(np.concatenate([self.tail, self.head])))

    @cached_property
    def first(self) -> np.ndarray:
        """The position of each street's first piece among all pieces, and one end more."""
        return np.asarray(np.concatenate([[0], np.cumsum(self.pieces)]))

    @cached_property
    def piece_street(self) -> np.ndarray:
        """The street of each piece."""
        return np.asarray(np.repeat(np.arange(len(self.lines)), self.pieces))

    @cached_property
    def piece_length(self) -> np.ndarray:
        """The length of each piece in metres."""
        return np.asarray((self.length / self.pieces)[self.piece_street])

    @cached_property
    def middles(self) -> np.ndarray:
        """The points in the middle of the pieces."""
        along = (np.arange(self.first[-1]) - self.first[self.piece_street] + 0.5) * self.piece_length
        return np.asarray(shapely.line_interpolate_point(self.lines[self.piece_street], along))

    @cached_property
    def ends(self) -> np.ndarray:
        """Where each piece begins and ends: x, y, x, y in metres. What bends within a piece is cut short by it."""
        street, size = self.piece_street, self.piece_length
        start = (np.arange(self.first[-1]) - self.first[street]) * size
        points = [shapely.line_interpolate_point(self.lines[street], along) for along in (start, start + size)]
        return np.hstack([shapely.get_coordinates(one) for one in points])

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.lines)

    def snap(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the nearest street of each place, how far along it the nearest point lies, and how far off, in metres."""
        points = shapely.points(x, y)
        nearest = np.asarray(self._tree.nearest(points)) if len(points) else np.empty(0, dtype=np.int64)
        on = self.lines[nearest]
        return nearest, np.asarray(shapely.line_locate_point(on, points)), np.asarray(shapely.distance(on, points))


def network_of(streets: gpd.GeoDataFrame) -> Network:
    """Return the network of `streets`, the same object again as long as they live."""
    return kept(streets, Network.of)


def spread(
    network: Network, street: np.ndarray, along: np.ndarray, *, bandwidth: float, way: str = "discontinuous", steps: int = STEPS
) -> np.ndarray:
    """Return how much of the points, each 1, comes to lie on each piece of the network; all pieces add up to the points.

    `street` and `along` say where the points lie (see `Network.snap`). The kernel is the quartic of `bandwidth` metres along the
    streets. Distances are kept to a part in `steps` of the bandwidth; the error is about a part in 10,000 of the peak.

    >>> cross = [shapely.LineString([(0, 0), end]) for end in [(30, 0), (0, 30), (-30, 0), (0, -30)]]
    >>> made = Network.of(gpd.GeoDataFrame(geometry=cross), lixel=30)
    >>> spread(made, np.array([0]), np.array([0.0]), bandwidth=20).round(3).tolist()  # half runs east, half is split among three
    [0.5, 0.167, 0.167, 0.167]
    """
    if way not in WAYS:
        raise DataError(
            told("streets: there is no way {way} to split at a crossing; use one of {listed}", way=repr(way), listed=", ".join(WAYS))
        )
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        raise DataError(told("streets: a bandwidth of {bandwidth} m is not a length; give metres above 0", bandwidth=f"{bandwidth:g}"))
    if not len(street):
        return np.zeros(network.first[-1])
    whole = network.length / bandwidth
    length = np.maximum(whole, 1 / steps)  # in bandwidths; to who walks it, what is shorter than a step is as long as one
    begin = np.clip(along / network.length[street], 0, 1) * length[street]
    places, weight = np.unique(np.column_stack([street, begin]), axis=0, return_counts=True)
    on, begin = places[:, 0].astype(np.int64), places[:, 1]
    leaving = _walk(network, length, on, begin, weight.astype(float), way=way, steps=steps)
    mass = _from_ends(network, length, leaving) + _on_their_own(network, length, on, begin, weight.astype(float))
    mass = np.maximum(mass, 0) * (whole / length)[network.piece_street]  # a street holds what its own length does
    return np.asarray(mass * (len(street) / mass.sum()))


def _walk(
    network: Network, length: np.ndarray, on: np.ndarray, begin: np.ndarray, weight: np.ndarray, *, way: str, steps: int
) -> np.ndarray:
    """Return how much sets out on each directed street (the streets, then the same backwards) after each number of steps."""
    m = len(length)
    tail, head = np.concatenate([network.tail, network.head]), np.concatenate([network.head, network.tail])
    table = np.zeros((steps + 3, 2 * m))  # first what arrives, then what sets out; the last two rows hold what is too far
    for directed, distance in ((on, length[on] - begin), (on + m, begin)):
        row = np.minimum(distance * steps, steps + 1)
        low = row.astype(np.int64)
        np.add.at(table, (low, directed), weight * (1 - (row - low)))
        np.add.at(table, (low + 1, directed), weight * (row - low))
    ahead, back = _split(network.degree[tail], way)
    whole = np.concatenate([length, length]) * steps
    jump = np.minimum(whole.astype(np.int64), steps + 1)
    part = np.where(jump <= steps, whole - jump, 0.0)
    flat = table.reshape(-1)
    for step in range(steps):
        arrived = table[step]
        if not arrived.any():
            continue
        there = np.bincount(head, weights=arrived, minlength=len(network.degree))
        out = ahead * there[tail] - back * np.concatenate([arrived[m:], arrived[:m]])
        table[step] = out
        go = np.flatnonzero((out != 0) & (jump <= steps - step))
        at = (step + jump[go]) * (2 * m) + go
        flat[at] += out[go] * (1 - part[go])
        flat[at + 2 * m] += out[go] * part[go]
    return table[:steps]


def _split(degree: np.ndarray, way: str) -> tuple[np.ndarray, np.ndarray]:
    """Return, by the number of streets that meet, what part of all that arrives a street gets, and what part of its own it gives back."""
    if way == "continuous":
        return 2 / degree, np.ones(len(degree))
    ahead = 1 / np.maximum(degree - 1, 1)
    return ahead, np.where(degree > 1, ahead, 0.0)


def _from_ends(network: Network, length: np.ndarray, leaving: np.ndarray) -> np.ndarray:
    """Return what lies on each piece of all that sets out from crossings.

    What set out after d bandwidths lies between 0 and t of the street with the part S(d + t) − S(d), and S is a polynomial that ends at
    1. So sums of d⁰…d⁵ over all that can reach t are enough.
    """
    steps, twice = leaving.shape
    m = twice // 2
    mass = np.zeros(network.first[-1])
    d = np.arange(steps) / steps
    reached = np.flatnonzero(leaving.any(axis=0))
    for start in range(0, len(reached), _AT_ONCE):
        some = reached[start : start + _AT_ONCE]
        edge = some % m
        sums, powers = np.zeros((6, steps + 1, len(some))), leaving[:, some]
        for p in range(6):
            np.cumsum(powers, axis=0, out=sums[p, 1:])
            powers = powers * d[:, None]
        n = network.pieces[edge]
        column = np.repeat(np.arange(len(some)), n + 1)
        k = np.arange(len(column)) - np.repeat(np.cumsum(n + 1) - (n + 1), n + 1)
        t = np.minimum(k * (length[edge] / n)[column], 1.0)
        row = np.minimum(np.ceil((1 - t) * steps - 1e-9).astype(np.int64), steps)
        below = sum(_derivative(t, p) * sums[p, row, column] for p in range(6)) + 0.5 * (sums[0, -1, column] - sums[0, row, column])
        inner = np.flatnonzero(np.diff(column) == 0)
        piece = np.where(some[column] < m, k, n[column] - 1 - k)[inner] + network.first[edge[column[inner]]]
        mass += np.bincount(piece, weights=(below[1:] - below[:-1])[inner], minlength=len(mass))
    return mass


def _derivative(u: np.ndarray, p: int) -> np.ndarray:
    """Return the derivative of order `p`, over p factorial, of what the kernel holds between 0 and `u`."""
    return np.asarray(np.polynomial.polynomial.polyval(u, [_SHARE[q] * comb(q, p) for q in range(p, 6)]))


def _on_their_own(network: Network, length: np.ndarray, on: np.ndarray, begin: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return what of the points lies on the pieces of their own street before any crossing."""
    n = network.pieces[on]
    point = np.repeat(np.arange(len(on)), n)
    k = np.arange(len(point)) - np.repeat(np.cumsum(n) - n, n)
    piece = (length[on] / n)[point]
    low, high = (_derivative(np.clip((k + end) * piece - begin[point], -1, 1), 0) for end in (0, 1))
    return np.bincount(network.first[on][point] + k, weights=weight[point] * (high - low), minlength=network.first[-1])

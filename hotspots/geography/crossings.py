"""Where two streets meet, and where a house number lies along a street."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from hotspots.geography.segments import ENDS_OF_A_CORNER, Floats, Ints, ends_of

RANGES = ("from_left", "to_left", "from_right", "to_right")  # columns of segments: the house numbers at their ends, by side


@dataclass(frozen=True, eq=False)
class Network:
    """Streets by name and where they meet: `names` in the order of the alphabet, the `places` where segments end, in metres.

    `street` and `place` are pairs: this street has an end of a segment at this place. `ends` are how many ends each place has in all.
    """

    names: tuple[str, ...]
    places: Floats
    street: Ints
    place: Ints
    ends: Ints

    @classmethod
    def of(cls, segments: gpd.GeoDataFrame) -> Network:
        """Return the streets of a table of segments with the column `street`; segments without a name belong to none."""
        called = street_names(segments)
        places, place, line = ends_of(np.asarray(segments.geometry.array))
        names, codes = np.unique(called.astype(str), return_inverse=True)
        named = called[line] != ""
        pairs = np.unique(np.column_stack([codes[line][named], place[named]]), axis=0)
        return cls(tuple(str(name) for name in names), places, pairs[:, 0], pairs[:, 1], np.bincount(place, minlength=len(places)))

    def _of(self, street: int) -> Ints:
        low, high = np.searchsorted(self.street, [street, street + 1])
        return self.place[low:high]

    def met(self, street: str) -> tuple[str, ...]:
        """Return the streets that a street meets, in the order of the alphabet."""
        own = self._code(street)
        here = np.isin(self.place, self._of(own)) & (self.street != own)
        return tuple(self.names[code] for code in np.unique(self.street[here]))

    def between(self, one: str, other: str, *, corners: bool = False) -> Floats:
        """Return the points where two streets meet, in metres; without rows where they do not. `corners`: only where three ends meet.

        Streets meet where segments of both end: one that runs over the other on a bridge does not meet it.

        >>> from hotspots.testing import EPSG
        >>> lines = [shapely.LineString([(0, 0), end]) for end in ((90, 0), (0, 90), (-30, 0))]
        >>> table = gpd.GeoDataFrame({"street": ["High", "Low", "Far"]}, geometry=lines, crs=EPSG)
        >>> Network.of(table).between("High", "Low").tolist(), Network.of(table).met("Low")
        ([[0.0, 0.0]], ('Far', 'High'))
        """
        here = np.intersect1d(self._of(self._code(one)), self._of(self._code(other)))
        found: Floats = self.places[here[self.ends[here] >= ENDS_OF_A_CORNER] if corners else here]
        return found

    def _code(self, street: str) -> int:
        return bisect_left(self.names, street)


def street_names(segments: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the name of each segment's street; empty where it has none."""
    if "street" not in segments.columns:
        return np.full(len(segments), "", dtype=object)
    return np.array(segments["street"].fillna("").astype(str), dtype=object)


def has_numbers(segments: gpd.GeoDataFrame) -> bool:
    """Return whether the segments know their house numbers."""
    return set(RANGES) <= set(segments.columns)


def house(segments: gpd.GeoDataFrame, street: str, number: int) -> shapely.Point | None:
    """Return the point of a house number, in metres, along the segment of the street whose range holds it; None where none does.

    Where a side's two ends are both even or both odd, its numbers are too; sides that say the same hold both. The point is as far along
    the segment as the number is along its range: an estimate, good to within the segment.

    >>> from hotspots.testing import EPSG
    >>> line = shapely.LineString([(0, 0), (100, 0)])
    >>> ends = {"from_left": [101.0], "to_left": [199.0], "from_right": [100.0], "to_right": [198.0]}
    >>> table = gpd.GeoDataFrame({"street": ["High"], **ends}, geometry=[line], crs=EPSG)
    >>> house(table, "High", 150).coords[0], house(table, "High", 500)
    ((51.02040816326531, 0.0), None)
    """
    if not has_numbers(segments):
        return None
    own = segments[street_names(segments) == street]
    left, right = (own[list(RANGES[at : at + 2])].to_numpy(dtype=float) for at in (0, 2))
    alike = (left == right).all(axis=1)
    for side in (left, right):
        low, high = side.min(axis=1), side.max(axis=1)
        one_kind = (side[:, 0] % 2 == side[:, 1] % 2) & ~alike & (low != high)
        held = np.flatnonzero((low <= number) & (number <= high) & (~one_kind | (side[:, 0] % 2 == number % 2)))
        if len(held):
            first, last = side[held[0]]
            share = (number - first) / (last - first) if last != first else 0.5
            point: shapely.Point = shapely.line_interpolate_point(_one_line(own.geometry.iloc[held[0]]), share, normalized=True)
            return point
    return None


def _one_line(shape: shapely.Geometry) -> shapely.Geometry:
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    return merged if merged.geom_type == "LineString" else shapely.get_geometry(merged, 0)

"""Areas to publish: blocks joined to neighbours until enough people live in each. Only residents and borders decide, never homicides."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import geography
from hotspots.geography import outlines, units
from hotspots.statistics.clusters import neighbours
from hotspots.store.schema import Blocks, DataError, check_blocks
from hotspots.words import mark, told, words_for

STEPS: tuple[float, ...] = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0)  # times the floor
DIGITS = 6  # of a degree: the corners of published areas
AREA_NAME = mark("Area {n}")


def partitions(blocks: Blocks, *, floor: int) -> Iterator[pd.Series]:
    """Yield partitions of the blocks into areas, from fine to coarse: each is made of whole areas of the one before.

    Each is a Series on the blocks' index with the number of the area. In the first every area has at least `floor` residents, then 1.5
    times as many and so on up to the whole city. The area with the fewest residents is joined to a neighbour: one of its own beat if
    there is one, else of its own district, then the one with the fewest residents. An area without a neighbour joins the nearest one.
    Homicides play no part, so a partition says nothing of them. Unknown residents count as none; where nobody knows any, a `DataError`.

    >>> from hotspots.testing import square_blocks
    >>> next(partitions(square_blocks(side=2, population=[600, 500, 900, 400]), floor=1000)).tolist()
    [0, 0, 1, 1]
    """
    people = blocks["population"].fillna(0.0).to_numpy(dtype=float)
    if not people.sum() > 0:
        raise DataError(
            told("release: nobody knows how many people live in the blocks, so no area is known to hold enough; give [blocks] population")
        )
    joined = _Joined(blocks, people)
    for step in STEPS:
        joined.reach(floor * step)
        yield joined.areas()
    joined.reach(np.inf)
    yield joined.areas()


class _Joined:
    """Areas while they are joined, each known by the position of its first block."""

    def __init__(self, blocks: Blocks, people: np.ndarray) -> None:
        n = len(blocks)
        near = neighbours(blocks)
        self.index = blocks.index
        self.people = people.copy()
        self.owner = np.arange(n)
        self.near = [set(near.indices[near.indptr[i] : near.indptr[i + 1]].tolist()) for i in range(n)]
        self.middles = outlines.middles(blocks)
        self.beat, self.district = (self._labels(blocks, name) for name in ("beat", "district"))
        self.alive = set(range(n))

    def _labels(self, blocks: Blocks, name: str) -> list[str | None]:
        """Return the beat or district of each block; None where it has none, and later for areas of several."""
        if name not in blocks.columns:
            return [None] * len(blocks)
        return [label if isinstance(label, str) and label else None for label in blocks[name]]

    def reach(self, floor: float) -> None:
        """Join areas until each has `floor` residents, or one is left."""
        waiting = [(self.people[i], i) for i in self.alive if self.people[i] < floor]
        heapq.heapify(waiting)
        while waiting and len(self.alive) > 1:
            people, area = heapq.heappop(waiting)
            if area not in self.alive or people != self.people[area]:
                continue
            kept = self._join(area, self._partner(area))
            if self.people[kept] < floor:
                heapq.heappush(waiting, (self.people[kept], kept))

    def _partner(self, area: int) -> int:
        if self.near[area]:
            return int(min(self.near[area], key=lambda other: (*self._apart(area, other), self.people[other], other)))
        others = np.array(sorted(self.alive - {area}))
        return int(others[np.argmin(np.hypot(*(self.middles[others] - self.middles[area]).T))])

    def _apart(self, one: int, other: int) -> tuple[bool, bool]:
        district = self.district[one] is None or self.district[one] != self.district[other]
        beat = self.beat[one] is None or self.beat[one] != self.beat[other]
        return district, beat

    def _join(self, one: int, other: int) -> int:
        kept, gone = min(one, other), max(one, other)
        share = self.people[gone] / (self.people[kept] + self.people[gone] or 1.0)
        self.middles[kept] += share * (self.middles[gone] - self.middles[kept])
        self.people[kept] += self.people[gone]
        for around in self.near[gone]:
            self.near[around].discard(gone)
            self.near[around].add(kept)
        self.near[kept] = (self.near[kept] | self.near[gone]) - {kept, gone}
        self.near[kept].discard(kept)
        for labels in (self.beat, self.district):
            labels[kept] = labels[kept] if labels[kept] == labels[gone] else None
        self.owner[self.owner == gone] = kept
        self.alive.discard(gone)
        return kept

    def areas(self) -> pd.Series:
        """Return the number of the area of each block; areas are numbered by their first block."""
        return pd.Series(np.unique(self.owner, return_inverse=True)[1], index=self.index, name="area")


def shapes_of(blocks: Blocks, areas: pd.Series, *, language: str) -> Blocks:
    """Return the areas as units: index `a001`, `a002` and so on, `name`, `population`, and the shape, with corners as they are published.

    An area of which a block's residents are not known has no `population`, and so no rate: its number cannot be cut in parts.
    An area that is one block, one whole beat or one whole district has its name; any other that of its district, if it lies in one, and
    a number.
    """
    width = max(3, len(str(areas.nunique())))
    ids = ("a" + (areas + 1).astype(str).str.zfill(width)).rename("beat")
    whole = blocks.drop(columns="district", errors="ignore").assign(beat=ids)
    table = units.roll_up(Blocks(whole), "beats")
    table["name"] = _names(blocks, ids, language).reindex(table.index)
    unknown = ids[blocks["population"].isna()].unique()
    table["population"] = table["population"].fillna(0.0).round().mask(table.index.isin(unknown))
    return check_blocks(published_corners(table)[["population", "name", "geometry"]])


def published_corners(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the shapes as they will be published, in the system of `table`: their corners rounded to `DIGITS` of a degree, and sound."""
    degrees = table.to_crs(4326)
    snapped = shapely.set_precision(np.asarray(degrees.geometry.array), 10.0**-DIGITS)
    whole = degrees.set_geometry(gpd.GeoSeries(snapped, index=table.index, crs=4326))
    return in_degrees(whole).to_crs(table.crs)


def in_degrees(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the shapes in degrees of `DIGITS` places: of shapes that `published_corners` made, exactly these corners again."""
    degrees = table.to_crs(4326)
    shapes = shapely.transform(np.asarray(degrees.geometry.array), lambda corners: np.round(corners, DIGITS))
    return degrees.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=4326))


def _names(blocks: Blocks, ids: pd.Series, language: str) -> pd.Series:
    names = pd.Series("", index=pd.Index(ids.unique()))
    groups = [blocks[column].fillna("").astype(str) for column in ("district", "beat") if column in blocks.columns]
    own = geography.own_names(blocks) if "name" in blocks.columns else blocks.index.to_series()
    for labels in (*groups, own):  # the finest that fits has the last word
        same = labels.groupby(ids).agg(_shared)
        spread = ids.groupby(labels).nunique()
        fits = same[(same != "") & (same.map(spread).fillna(2) == 1)]
        names.update(fits)
    return _numbered(_known_by(names, blocks, ids), blocks, ids, language)


_WORD = re.compile(r"[^\W\d_]{3,}")


def _known_by(names: pd.Series, blocks: Blocks, ids: pd.Series) -> pd.Series:
    """Return the names with those that hold no word, such as C35, after the name of the district that the area lies in."""
    if "district" not in blocks.columns:
        return names
    within = blocks["district"].fillna("").astype(str).groupby(ids).agg(_shared).reindex(names.index)
    bare = (names != "") & (within != "") & ~names.map(lambda name: bool(_WORD.search(name)))
    return names.mask(bare, within + " " + names)


def _shared(labels: pd.Series) -> str:
    """Return the label that all have; empty where they differ."""
    first = str(labels.iloc[0])
    return first if (labels == first).all() else ""


def _together(labels: pd.Series) -> str:
    """Return the labels that most of an area has, at most two, as one name."""
    return " – ".join(sorted(str(label) for label in labels[labels != ""].value_counts().index[:2]))


def _numbered(names: pd.Series, blocks: Blocks, ids: pd.Series, language: str) -> pd.Series:
    """Return the names with a number for each area that has none of its own: within its district, or within the city."""
    words = words_for(language)
    districts = blocks["district"].fillna("").astype(str) if "district" in blocks.columns else pd.Series("", index=blocks.index)
    within = districts.groupby(ids).agg(_together)
    taken: dict[str, int] = {}
    for area in sorted(names.index[names == ""]):
        district = str(within[area])
        taken[district] = taken.get(district, 0) + 1
        names[area] = f"{district} {taken[district]}" if district else words.say(AREA_NAME, n=taken[district])
    return names

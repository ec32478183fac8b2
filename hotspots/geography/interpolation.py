"""Residents of any unit, shared out from the blocks that were counted. The total is kept; what nobody knows stays unknown."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hotspots.geography.outlines import outlined
from hotspots.store.schema import Blocks, DataError
from hotspots.words import mark, told

BESIDE = 25.0  # metres: half of a wide avenue, so that a block has the streets around it too

# How residents of blocks became residents of other units, in words for the screen.
RULES: dict[str, str] = {
    "area": mark("residents of the blocks, shared out by area"),
    "length": mark("residents of the blocks, shared out by length of street"),
}

Floats = npt.NDArray[np.float64]


def by_area(blocks: Blocks, units: Blocks) -> pd.Series:
    """Return the residents of `units` that are areas, by areal interpolation: each block's residents, shared out by area.

    It takes residents to be spread evenly over their block, so it misleads where a part of a block is water, park or factory: the finer
    the blocks, the less so. All residents of a block go to the units that it overlaps, so the total is kept; those of a block that
    overlaps none go to the nearest unit. Missing for a unit that lies only over blocks whose population is unknown. Work of `tobler`
    (Goodchild & Lam 1980, areal interpolation: a variant of the traditional spatial problem, Geo-Processing 1, 297–312).

    Two blocks side by side with 100 and 40 residents; the first unit has all of the one and half of the other.

    >>> from hotspots.testing import square_blocks
    >>> blocks, units = square_blocks(side=2)[:2].assign(population=[100.0, 40.0]), square_blocks(side=2)[:2]
    >>> units.geometry = shapely.box([0, 15], 0, [15, 20], 10)
    >>> by_area(blocks, units).tolist()
    [120.0, 20.0]
    """
    known = _counted(blocks)
    found = pd.Series(np.nan, index=units.index, name="population")
    if not len(known) or not len(units) or not (known.area > 0).any():
        return found
    from tobler.area_weighted import area_interpolate  # takes a second to load, and only some units need it

    source = gpd.GeoDataFrame({"people": known["population"].astype(float), "seen": 1.0}, geometry=known.geometry)
    shared = area_interpolate(source, units[[units.geometry.name]], extensive_variables=["people", "seen"])
    people, seen = (shared[name].to_numpy(dtype=float).copy() for name in ("people", "seen"))
    lost = _without(known, units)
    _give_to_nearest(known[lost], units, people, seen)
    return _whole(found.mask(seen > 0, people), known["population"].sum())


def by_length(blocks: Blocks, units: Blocks) -> pd.Series:
    """Return the residents of `units` that are lines: each block's residents, shared among the streets in and around it by length.

    Around it: at most 25 m away. It takes people to live evenly along the streets of their block, and both sides of a street to count
    alike. Residents of a block without a street go to the nearest one, so the total is kept. Missing for a street that has only blocks
    whose population is unknown. It misleads along motorways and parks, where there are streets and no front doors.

    >>> from hotspots.testing import square_blocks
    >>> blocks, units = square_blocks(side=2, size=200.0)[:1], square_blocks(side=2)[:2]
    >>> units.geometry = [shapely.LineString([(0, 0), (200, 0)]), shapely.LineString([(100, 0), (100, 50)])]
    >>> by_length(blocks, units).tolist()
    [800.0, 200.0]
    """
    known = _counted(blocks)
    found = pd.Series(np.nan, index=units.index, name="population")
    if not len(known) or not len(units):
        return found
    block, line, share = shares_by_length(Blocks(known), units)
    residents = known["population"].to_numpy(dtype=float)
    people, seen = np.zeros(len(units)), np.zeros(len(units))
    np.add.at(people, line, residents[block] * share)
    np.add.at(seen, line, 1.0)
    return _whole(found.mask(seen > 0, people), residents.sum())


def shares_by_length(blocks: Blocks, units: Blocks) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Return which part of each block's residents `by_length` gives to which line: position of the block, of the line, and the share.

    The shares of a block add up to 1. Every block must have an outline.

    >>> from hotspots.testing import square_blocks
    >>> blocks, units = square_blocks(side=2, size=200.0)[:1], square_blocks(side=2)[:2]
    >>> units.geometry = [shapely.LineString([(0, 0), (200, 0)]), shapely.LineString([(100, 0), (100, 50)])]
    >>> [one.tolist() for one in shares_by_length(blocks, units)]
    [[0, 0], [0, 1], [0.8, 0.2]]
    """
    lines = np.asarray(units.geometry.array)
    around = shapely.buffer(np.asarray(blocks.geometry.array), BESIDE, quad_segs=4)
    shapely.prepare(around)
    block, line = shapely.STRtree(lines).query(around, predicate="intersects")
    length = np.zeros(len(block))
    inside = shapely.covers(around[block], lines[line])
    length[inside] = shapely.length(lines[line[inside]])
    length[~inside] = shapely.length(shapely.intersection(lines[line[~inside]], around[block[~inside]]))
    total = np.bincount(block, weights=length, minlength=len(blocks))
    there = length > 0
    block, line, length = block[there], line[there], length[there]
    lone = np.flatnonzero(total == 0)
    nearest = _nearest(blocks.iloc[lone], units)
    shares = np.concatenate([length / total[block], np.ones(len(lone))])
    return np.concatenate([block, lone]), np.concatenate([line, nearest]), shares


def _counted(blocks: Blocks) -> gpd.GeoDataFrame:
    return blocks[blocks["population"].notna().to_numpy() & outlined(blocks)]


def _without(known: gpd.GeoDataFrame, units: Blocks) -> npt.NDArray[np.bool_]:
    """Return which blocks share ground with no unit."""
    tree = shapely.STRtree(np.asarray(units.geometry.array))
    shapes = np.asarray(known.geometry.array)
    block, unit = tree.query(shapes, predicate="intersects")
    lost = np.ones(len(known), dtype=bool)
    lost[block[shapely.relate_pattern(shapes[block], np.asarray(units.geometry.array)[unit], "2********")]] = False
    return lost


def _give_to_nearest(blocks: gpd.GeoDataFrame, units: Blocks, people: Floats, seen: Floats) -> None:
    """Add, in place, the residents of blocks that no unit touches to the unit nearest to each."""
    first = _nearest(blocks, units)
    np.add.at(people, first, blocks["population"].to_numpy(dtype=float))
    np.add.at(seen, first, 1.0)


def _nearest(blocks: gpd.GeoDataFrame, units: Blocks) -> npt.NDArray[np.int64]:
    """Return the position of the unit nearest to each block, the first of those equally near."""
    if not len(blocks):
        return np.empty(0, dtype=np.int64)
    block, unit = shapely.STRtree(np.asarray(units.geometry.array)).query_nearest(np.asarray(blocks.geometry.array), all_matches=True)
    first = np.full(len(blocks), len(units))
    np.minimum.at(first, block, unit)
    return first


def _whole(shared: pd.Series, total: float) -> pd.Series:
    """Return the shares made to add up to the total; more than rounding can lose is a fault, and is said."""
    held = float(shared.sum())
    if abs(held - total) > max(1.0, total) * 1e-5:
        raise DataError(
            told(
                "population: of {total} residents {held} were shared out; some blocks have shapes that cannot be used",
                total=f"{total:,.0f}",
                held=f"{held:,.0f}",
            )
        )
    return shared * (total / held) if held > 0 and abs(held - total) > 0 else shared

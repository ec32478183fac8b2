"""Which unit an incident lies in, and larger units made of blocks. Every incident lies in one unit, or in none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from hotspots.schema import Blocks, DataError, Incidents, check_blocks

# A unit that blocks roll up to, and the block column that names it. "city" is all of them.
ROLL_UPS: Mapping[str, str] = {"beats": "beat", "districts": "district"}
UNITS: tuple[str, ...] = ("city", "districts", "beats", "blocks")

_STREET_WIDTH = 25.0  # metres closed between the blocks of one roll-up, so that it is drawn as one area


def assign(incidents: Incidents, blocks: Blocks) -> pd.Series:
    """Return the block of each incident: a categorical over `blocks.index`, missing where it lies in none.

    The rule for ties: an incident on an edge that blocks share belongs to the one with the smallest id, so it is counted once,
    neither twice nor never. Where the agency recorded a block that exists, its word goes before the map's, because agencies move
    points to crossings, which lie on edges; but never for a victim put at a default place such as the police station.

    Misleads when the recorded ids belong to another vintage of blocks: look at `disagreement`.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (10, 5), (25, 5)], side=2)
    >>> assign(incidents, blocks).tolist()
    ['b00', 'b00', nan]
    """
    codes = _by_place(incidents, blocks)
    recorded = _recorded(incidents, blocks)
    codes = np.where(recorded >= 0, recorded, codes)
    return pd.Series(pd.Categorical.from_codes(codes, categories=blocks.index), index=incidents.index, name="unit")


def disagreement(incidents: Incidents, blocks: Blocks) -> tuple[int, int]:
    """Return how many incidents have both a recorded block and one by the map, and in how many of these the two differ."""
    mapped, recorded = _by_place(incidents, blocks), _recorded(incidents, blocks)
    both = (mapped >= 0) & (recorded >= 0)
    return int(both.sum()), int((both & (mapped != recorded)).sum())


def _by_place(incidents: Incidents, blocks: Blocks) -> np.ndarray:
    shapes = np.asarray(blocks.geometry.array)
    points = np.asarray(incidents.geometry.array)
    codes = np.full(len(points), -1)
    point, block = shapely.STRtree(shapes).query(points, predicate="intersects")
    order = pd.Series(np.arange(len(blocks)), index=blocks.index).sort_index()
    rank = np.empty(len(blocks), dtype=int)
    rank[order.to_numpy()] = np.arange(len(blocks))
    first = np.full(len(points), len(blocks))
    np.minimum.at(first, point, rank[block])
    found = first < len(blocks)
    codes[found] = order.to_numpy()[first[found]]
    return codes


def _recorded(incidents: Incidents, blocks: Blocks) -> np.ndarray:
    if "block_id" not in incidents.columns:
        return np.full(len(incidents), -1)
    codes = blocks.index.get_indexer(incidents["block_id"])
    return np.where(incidents["unplaced"].isin(["", "no_coordinates"]), codes, -1)


def roll_up(blocks: Blocks, unit: str) -> Blocks:
    """Return the larger units that `blocks` make up: beats, districts, or the whole city as one.

    Populations add up exactly (missing only where no block has one); blocks without a beat or district are left out of it.
    """
    keys = roll_up_keys(blocks, unit)
    known = blocks[keys.notna()]
    keys = keys[keys.notna()]
    closed = known.geometry.buffer(_STREET_WIDTH / 2, join_style="mitre").groupby(keys).agg(shapely.union_all)
    table = closed.set_crs(blocks.crs).buffer(-_STREET_WIDTH / 2, join_style="mitre").buffer(0).to_frame("geometry")
    table["population"] = known["population"].groupby(keys).sum(min_count=1)
    table["name"] = table.index
    if unit == "beats" and "district" in blocks.columns:
        table["district"] = known["district"].groupby(keys).first()
    table.index = table.index.astype(str).rename("block_id")
    return check_blocks(table.set_geometry("geometry"))


def roll_up_keys(blocks: Blocks, unit: str) -> pd.Series:
    """Return, for each block, the id of the larger unit it belongs to; missing where it belongs to none."""
    if unit == "city":
        return pd.Series("city", index=blocks.index)
    column = ROLL_UPS.get(unit)
    if column is None:
        raise DataError(f"units: {unit!r} is not a unit; use one of {', '.join(UNITS)}")
    if column not in blocks.columns:
        raise DataError(f"units: the blocks name no {column}; give [blocks] {column} in city.toml to see {unit}")
    return blocks[column].where(blocks[column].notna() & (blocks[column] != ""))


def available(blocks: Blocks) -> tuple[str, ...]:
    """Return the units that these blocks can be shown on, largest first."""
    return tuple(unit for unit in UNITS if unit in ("city", "blocks") or ROLL_UPS[unit] in blocks.columns)


class Geography(NamedTuple):
    """Units of one kind, and the unit of every incident of the city."""

    blocks: Blocks
    unit_of: pd.Series


def geography(incidents: Incidents, blocks: Blocks, unit: str) -> Geography:
    """Return the units called `unit` (one of `UNITS`) and where each incident lies among them.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (15, 5), (5, 15)], side=2)
    >>> geography(incidents, blocks, "districts").unit_of.tolist()
    ['row 0', 'row 0', 'row 1']
    """
    unit_of = assign(incidents, blocks)
    if unit == "blocks":
        return Geography(blocks, unit_of)
    table = roll_up(blocks, unit)
    return Geography(table, lift(unit_of, blocks, unit, table))


def lift(unit_of: pd.Series, blocks: Blocks, unit: str, table: Blocks) -> pd.Series:
    """Return the larger unit of each incident, by its block and never by a second look at the map, so that sums agree exactly."""
    keys = roll_up_keys(blocks, unit)
    position = np.append(table.index.get_indexer(keys), -1)
    return pd.Series(
        pd.Categorical.from_codes(position[unit_of.cat.codes.to_numpy()], categories=table.index), index=unit_of.index, name="unit"
    )

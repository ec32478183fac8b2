"""Which unit an incident lies in, and larger units made of blocks. Every incident lies in one unit, or in none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.geography import (
    grids,
    hexagons,
    interpolation,
    residents,
    segments,
)
from hotspots.geography.outlines import outlined
from hotspots.inference.parallel import side_by_side
from hotspots.store.schema import (
    AGES,
    Blocks,
    DataError,
    Incidents,
    censuses,
    check_blocks,
    population_bands,
)
from hotspots.words import told

# A unit that blocks roll up to, and the block column that names it. "city" is all of them.
ROLL_UPS: Mapping[str, str] = {"beats": "beat", "districts": "district"}
UNITS: tuple[str, ...] = ("city", "districts", "beats", "blocks")
ON_STREETS: tuple[str, ...] = ("segments", "segments+corners")

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
    points = np.asarray(incidents.geometry.array)
    return _located(points, shapely.get_x(points), shapely.get_y(points), blocks)


def locate(x: np.ndarray, y: np.ndarray, blocks: Blocks) -> np.ndarray:
    """Return the position among `blocks` of the one that each place lies in, by the rule of `assign`; −1 where in none.

    >>> from hotspots.testing import square_blocks
    >>> locate(np.array([5.0, 10.0, 25.0]), np.array([5.0, 5.0, 5.0]), square_blocks(side=2)).tolist()
    [0, 0, -1]
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    return _located(None, x, y, blocks)


def _located(points: np.ndarray | None, x: np.ndarray, y: np.ndarray, blocks: Blocks) -> np.ndarray:
    if side := grids.own_side(blocks):
        return grids.locate(x, y, blocks, side)
    order = np.asarray(blocks.index.argsort())
    shapes = np.asarray(blocks.geometry.array)[order]
    first, known = np.full(len(x), -1), np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    first[known] = _first_touched(shapely.points(x[known], y[known]) if points is None else points[known], shapes)
    return np.where(first >= 0, order[first], -1)


def _first_touched(points: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return the first of `shapes` that each point touches, −1 where none."""
    tree = shapely.STRtree(shapes)
    tree.query(shapely.Point(0, 0))  # the tree is built now, before several threads ask it

    def part(of: slice) -> np.ndarray:
        point, shape = tree.query(points[of], predicate="intersects")
        first = np.full(of.stop - of.start, len(shapes))
        np.minimum.at(first, point, shape)
        return np.where(first < len(shapes), first, -1)

    return np.concatenate(side_by_side(part, len(points)))


def _recorded(incidents: Incidents, blocks: Blocks) -> np.ndarray:
    if "block_id" not in incidents.columns:
        return np.full(len(incidents), -1)
    codes = blocks.index.get_indexer(incidents["block_id"])
    return np.where(incidents["unplaced"].isin(["", "no_coordinates"]), codes, -1)


def roll_up(blocks: Blocks, unit: str) -> Blocks:
    """Return the larger units that `blocks` make up: beats, districts, or the whole city as one.

    Populations add up exactly (missing only where no block has one); blocks without a beat or district are left out of it. They stand
    in the order of their names, 2 before 12.
    """
    keys = roll_up_keys(blocks, unit)
    known = blocks[keys.notna()]
    keys = keys[keys.notna()]
    shapes = {name: _as_one(part) for name, part in known.geometry.groupby(keys)}
    table = gpd.GeoSeries(shapes, index=list(shapes), crs=blocks.crs).to_frame("geometry")
    for column in ("population", *censuses(known).values(), *(AGES + name for name in population_bands(known))):
        table[column] = known[column].groupby(keys).sum(min_count=1)
    table["name"] = table.index
    if unit == "beats" and "district" in blocks.columns:
        table["district"] = known["district"].groupby(keys).first()
    table.index = table.index.astype(str).rename("block_id")
    return check_blocks(table.iloc[np.argsort(natural_order(list(table.index)))].set_geometry("geometry"))


def natural_order(names: Sequence[str]) -> np.ndarray:
    """Return the rank of each name where numbers within names count as numbers: 2 before 12.

    >>> natural_order(["12", "2", "1 A"]).tolist()
    [2, 1, 0]
    """
    keys = [
        [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name) if part] for name in names
    ]
    rank = np.empty(len(names), dtype=int)
    rank[sorted(range(len(names)), key=keys.__getitem__)] = np.arange(len(names))
    return rank


def _as_one(shapes: pd.Series) -> shapely.Geometry | None:
    """Return blocks as one area; where streets lie between them, the gaps are closed. None where none has an outline."""
    parts = np.asarray(shapes)
    parts = parts[~(shapely.is_missing(parts) | shapely.is_empty(parts))]
    if not len(parts):
        return None
    if bool(shapely.coverage_is_valid(parts)):
        joined = shapely.coverage_union_all(parts)
        if shapely.get_num_geometries(joined) * 4 <= len(parts) or len(parts) == 1:
            return joined
    closed = shapely.union_all(shapely.buffer(parts, _STREET_WIDTH / 2, join_style="mitre"))
    return shapely.buffer(shapely.buffer(closed, -_STREET_WIDTH / 2, join_style="mitre"), 0)


def roll_up_keys(blocks: Blocks, unit: str) -> pd.Series:
    """Return, for each block, the id of the larger unit it belongs to; missing where it belongs to none."""
    if unit == "city":
        return pd.Series("city", index=blocks.index)
    column = ROLL_UPS.get(unit)
    if column is None:
        raise DataError(
            told(
                "units: {unit} is not a unit; use one of {listed}, or a grid such as grid:250 or h3:9",
                unit=repr(unit),
                listed=", ".join((*UNITS, *ON_STREETS)),
            )
        )
    if column not in blocks.columns:
        raise DataError(
            told("units: the blocks name no {column}; give [blocks] {column} in city.toml to see {unit}", column=column, unit=unit)
        )
    return blocks[column].where(blocks[column].notna() & (blocks[column] != ""))


def available(blocks: Blocks, *, points: bool = True, streets: bool = False) -> tuple[str, ...]:
    """Return the units that these blocks can be shown on: blocks first, then segments where there are `streets`, hexagons and the grid.

    A city without real blocks has its grid instead of them. Without outlines there are only the blocks and what is made of them;
    without `points` (no place is known but the area) too.

    >>> from hotspots.testing import square_blocks
    >>> available(square_blocks(), streets=True)
    ('city', 'districts', 'blocks', 'segments', 'segments+corners', 'h3:9', 'grid:500')
    """
    own = grids.own_side(blocks)
    whole = tuple(unit for unit in UNITS if unit in ("city", "blocks") or ROLL_UPS[unit] in blocks.columns)
    if not outlined(blocks).any():
        return whole
    finer = (*(ON_STREETS if streets else ()), f"h3:{hexagons.fitting_resolution(blocks)}")
    if own:
        return (*whole[:-1], *finer, f"grid:{own}")
    return (*whole, *finer, f"grid:{grids.fitting_side(blocks)}") if points else whole


def default(blocks: Blocks) -> str:
    """Return the unit that a city is shown on unless the reader says otherwise: its blocks, or its grid where it has none."""
    return "blocks" if grids.own_side(blocks) is None else f"grid:{grids.own_side(blocks)}"


def offers(blocks: Blocks, unit: str, *, points: bool = True, streets: bool = False) -> bool:
    """Return whether these blocks can be shown on `unit`: one of `available`, or a grid or hexagons of another size.

    >>> from hotspots.testing import square_blocks
    >>> offers(square_blocks(), "grid:250"), offers(square_blocks(), "beats"), offers(square_blocks(), "grid:x")
    (True, False, False)
    """
    try:
        side, resolution = grids.side_of(unit), hexagons.resolution_of(unit)
    except DataError:
        return False
    if unit in available(blocks, points=points, streets=streets):
        return True
    if not outlined(blocks).any():
        return False
    drawable = (side and grids.fits(blocks, side)) or (resolution and hexagons.fits(blocks, resolution))
    return points and bool(drawable)


class Geography(NamedTuple):
    """Units of one kind, and the unit of every incident of the city.

    `away`, of street segments only: how far each incident lies from its segment in metres; infinite where none is near enough, missing
    where the incident has no place. `exposed_of`: which incidents lie where residents are known (`residents.known_to_live`); None: all.
    """

    blocks: Blocks
    unit_of: pd.Series
    away: pd.Series | None = None
    exposed_of: pd.Series | None = None


def geography(incidents: Incidents, blocks: Blocks, unit: str, *, streets: gpd.GeoDataFrame | None = None) -> Geography:
    """Return the units called `unit` (one of `UNITS` or `ON_STREETS`, `grid:250`, `h3:9` …) and where each incident lies among them.

    `streets` are the city's segments. Residents of the blocks are shared out to units that do not consist of blocks (see
    `interpolation`); the column `shared` says by what.

    >>> from hotspots.testing import square_city
    >>> incidents, blocks = square_city([(5, 5), (15, 5), (5, 15)], side=2)
    >>> geography(incidents, blocks, "districts").unit_of.tolist()
    ['row 0', 'row 0', 'row 1']
    """
    found = _geography(incidents, blocks, unit, streets)
    blocks = blocks if unit in UNITS or outlined(blocks).all() else _with_outlines(blocks)
    if not residents.known_in_part(blocks):
        return found
    own = found.unit_of if unit == "blocks" else assign(incidents, blocks)
    return found._replace(exposed_of=residents.known_to_live(own, blocks))


def _with_outlines(blocks: Blocks) -> Blocks:
    """Return the blocks with residents where they have an outline alone: only those can be shared out to squares and streets."""
    return Blocks(blocks.assign(population=blocks["population"].where(outlined(blocks))))


def _geography(incidents: Incidents, blocks: Blocks, unit: str, streets: gpd.GeoDataFrame | None) -> Geography:
    side, resolution = grids.side_of(unit), hexagons.resolution_of(unit)
    if unit in ON_STREETS:
        return _on_streets(_placed(incidents), blocks, unit, streets)
    if side:
        return _on_grid(_placed(incidents), blocks, side)
    if resolution:
        return _on_hexagons(_placed(incidents), blocks, resolution)
    unit_of = assign(incidents, blocks)
    if unit == "blocks":
        return Geography(blocks, unit_of)
    table = roll_up(blocks, unit)
    return Geography(table, lift(unit_of, blocks, unit, table))


def _placed(incidents: Incidents) -> Incidents:
    """Return the incidents, or raise where there are none; on these units a block that the agency recorded plays no part."""
    if not len(incidents):
        raise DataError(
            told(
                "units: no single homicides are loaded, so none can be placed on a grid or street; use the areas that the totals are about"
            )
        )
    return incidents


def _on_grid(incidents: Incidents, blocks: Blocks, side: int) -> Geography:
    """Return squares and the square of each incident, by arithmetic on its place."""
    cells = grids.squares(blocks, side)
    points = np.asarray(incidents.geometry.array)
    codes = grids.locate(shapely.get_x(points), shapely.get_y(points), cells, side)
    return Geography(cells if cells is blocks else _shared(blocks, cells, "area"), _series(codes, cells, incidents))


def _on_hexagons(incidents: Incidents, blocks: Blocks, resolution: int) -> Geography:
    """Return H3 cells and the cell of each incident."""
    cells = hexagons.cells(blocks, resolution)
    return Geography(_shared(blocks, cells, "area"), _series(hexagons.locate(incidents, cells, resolution), cells, incidents))


def _on_streets(incidents: Incidents, blocks: Blocks, unit: str, streets: gpd.GeoDataFrame | None) -> Geography:
    """Return street segments, with corners or without, and the one of each incident."""
    if streets is None or not len(streets):
        raise DataError(told("units: no street segments are loaded; give [segments] in city.toml to see {unit}", unit=unit))
    found = segments.streets(streets, corners=unit != "segments")
    points = np.asarray(incidents.geometry.array)
    x, y = shapely.get_x(points), shapely.get_y(points)
    codes, away = segments.assign(x, y, found, within=segments.snap_distance())
    away[~(np.isfinite(x) & np.isfinite(y))] = np.nan
    return Geography(
        _shared(blocks, found.units, "length"),
        _series(codes, found.units, incidents),
        pd.Series(away, index=incidents.index, name="away"),
    )


def _shared(blocks: Blocks, table: Blocks, by: str) -> Blocks:
    """Return the units with the residents of the blocks shared out to them; as they are where nobody knows how many there are."""
    share = interpolation.by_area if by == "area" else interpolation.by_length
    found = share(blocks, table)
    if not found.notna().any():
        return table
    earlier = {name: share(Blocks(blocks.assign(population=blocks[name])), table) for name in censuses(blocks).values()}
    return check_blocks(table.assign(population=found, **earlier, shared=by))


def denominator(blocks: Blocks) -> str:
    """Return the rule by which the residents of these units were shared out, marked for translation; empty where they were counted."""
    return interpolation.RULES[blocks["shared"].iloc[0]] if "shared" in blocks.columns and len(blocks) else ""


def _series(codes: np.ndarray, table: Blocks, incidents: Incidents) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(codes, categories=table.index), index=incidents.index, name="unit")


def lift(unit_of: pd.Series, blocks: Blocks, unit: str, table: Blocks) -> pd.Series:
    """Return the larger unit of each incident, by its block and never by a second look at the map, so that sums agree exactly."""
    keys = roll_up_keys(blocks, unit)
    position = np.append(table.index.get_indexer(keys), -1)
    return pd.Series(
        pd.Categorical.from_codes(position[unit_of.cat.codes.to_numpy()], categories=table.index), index=unit_of.index, name="unit"
    )

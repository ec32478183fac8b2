"""Blocks with their population, street segments, and the layers of the city's own basemap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from hotspots.geography import grids, units
from hotspots.geography.crossings import RANGES
from hotspots.geography.outlines import outlined
from hotspots.geography.segments import MEET
from hotspots.readers.columns.residents import readable
from hotspots.readers.files.any_file import read_file, read_layer
from hotspots.readers.files.text_tables import Table, missing_columns, refuse
from hotspots.readers.layers.populations import age_columns, census_columns, read_population
from hotspots.readers.layers.shapes import LINES, NOWHERE, Shapes, gaps, mended, overlaps, projected, shape_faults
from hotspots.readers.report import Example, Finding
from hotspots.readers.sections import BlockSection, LayerSection, SegmentSection
from hotspots.store.schema import (
    Blocks,
    DataError,
    Incidents,
    check_blocks,
)
from hotspots.words import Told, mark, told

_ENOUGH = 5  # places: so many in no block are no chance
_MOSTLY = 0.9  # of the ground of all others: what covers so much is all of them together
_TOTAL = r"(?i)\s*(?:grand |sub|gran )?(?:total|totales|totals|suma|sum|citywide)(?:\s.*)?|all|todos|todas"


@dataclass(frozen=True, eq=False)
class Layer:
    """The blocks of a city and what was found on the way in."""

    blocks: Blocks
    findings: tuple[Finding, ...]


def read_blocks(section: BlockSection, *, city_crs: pyproj.CRS | None = None) -> Layer:
    """Return the blocks in the city's coordinate system; without one, in the UTM zone that the blocks lie in.

    A table without shapes gives blocks without an outline, as does a feature without one.
    Shapes that cross themselves are repaired and reported with the change of area; overlaps and odd populations are reported.
    Raises `DataError` for ids that are empty or repeated, points, and lines mixed with areas.
    """
    table = read_file(section.file, sheet=section.sheet)
    wanted = [("id", section.id), ("name", section.name), ("beat", section.beat), ("district", section.district)]
    if section.population_file is None:
        wanted += [("population", section.population), *census_columns(section), *age_columns(section)]
    refuse(missing_columns(table, [(key, column) for key, column in wanted if column]))
    table, summed = without_sums(table, section)
    ids = table.columns[section.id].str.strip()
    refuse(_id_faults(told("blocks"), ids, table))
    in_metres, findings = _outlines(table, ids, section, city_crs)
    people, noted = read_population(section, table, ids)
    columns: dict[str, Any] = {name: column.to_numpy(dtype=np.float64) for name, column in people.items()}
    for key in ("name", "beat", "district"):
        column = getattr(section, key)
        if column:
            columns[key] = table.columns[column].str.strip().to_numpy()
    blocks = gpd.GeoDataFrame(
        columns, geometry=in_metres.array, index=pd.Index(ids.to_numpy(), name="block_id", dtype="str"), crs=in_metres.crs
    )
    drawn = blocks[outlined(blocks)]
    findings += [*overlaps(drawn), *gaps(drawn), *noted]
    return Layer(check_blocks(blocks), (*table.findings, *summed, *findings))


def without_sums(table: Table, section: BlockSection) -> tuple[Table, list[Finding]]:
    """Return the table without the row that is all the others together, such as TOTAL, and a remark on it.

    It is one where its id or name says so, or it covers nearly all ground of the others, and its residents, where they are in this table,
    are those of all others within 1 %; without residents, one that says so and covers nearly all ground.
    """
    labels = [table.columns[column] for column in (section.id, section.name) if column]
    says = np.logical_or.reduce([label.str.fullmatch(_TOTAL).to_numpy(dtype=bool) for label in labels])
    covers = np.zeros(len(table.rows), dtype=bool) if table.shapes is None else _covering(table.shapes)
    odd = says | covers
    if not odd.any() or len(table.rows) < 3:
        return table, []
    here = section.population if section.population and section.population_file is None else ""
    adds_up = _is_sum(table.columns[here], odd) if here else np.ones(len(odd), dtype=bool)
    gone = odd & adds_up & ((says & covers) | bool(here) | (table.shapes is None))
    if not gone.any():
        return table, []
    first = int(np.flatnonzero(gone)[0])
    text = told(
        "{file}: {n} of {total} areas are all the others together (first: {first}) and no block; they were left out, or residents would "
        "count twice",
        file=table.source,
        n=f"{int(gone.sum()):,}",
        total=f"{len(gone):,}",
        first=labels[0].iloc[first],
    )
    keep = ~gone
    rest = replace(
        table,
        columns=table.columns[keep].reset_index(drop=True),
        rows=table.rows[keep],
        spoiled=table.spoiled[keep],
        shapes=None if table.shapes is None else table.shapes[keep],
    )
    return rest, [Finding("sum_of_blocks", "rejected", int(gone.sum()), text)]


def _covering(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Return which shape has nearly as large an area as all others together, and covers most of them: at most one."""
    found = np.zeros(len(shapes), dtype=bool)
    if len(shapes) < 3:
        return found
    size = np.nan_to_num(shapely.area(shapes))
    most = int(np.argmax(size))
    if 2 * size[most] >= _MOSTLY * size.sum() and shapely.is_valid(shapes[most]):
        spots = shapely.point_on_surface(np.delete(shapes, most))
        found[most] = bool(shapely.intersects(shapes[most], spots[~shapely.is_missing(spots)]).mean() >= _MOSTLY)
    return found


def _is_sum(text: pd.Series, odd: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which of the odd rows has as many residents as all rows that are not odd, within 1 %."""
    people = readable(text).to_numpy()
    others = float(np.nansum(people[~odd]))
    return np.asarray(odd & (np.abs(people - others) <= 0.01 * others) & (others > 0))


def _outlines(table: Table, ids: pd.Series, section: BlockSection, city_crs: pyproj.CRS | None) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Return the outlines in metres, missing where there is none, and what was noticed."""
    bare = np.full(len(ids), None, dtype=object)
    shapes = bare if table.shapes is None else table.shapes
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not drawn.any():
        text = told("{file}: no area has an outline; they are in lists, rates and series, and on no map", file=table.source)
        advice = mark("For a map, give [blocks] a file with the outlines and the same ids.")
        return gpd.GeoSeries(bare, crs=city_crs or NOWHERE), [Finding("no_outlines", "accepted", len(ids), text, advice)]
    refuse(shape_faults(table))
    some, repairs = mended(shapes[drawn], ids[drawn])
    in_metres, findings = projected(some, table, layer="blocks", epsg=section.epsg, city_crs=city_crs)
    findings += repairs(in_metres)
    bare[drawn] = in_metres.to_numpy()
    if not drawn.all():
        findings.append(_without_outline(table, ids, drawn))
    return gpd.GeoSeries(bare, crs=in_metres.crs), findings


def _without_outline(table: Table, ids: pd.Series, drawn: npt.NDArray[np.bool_]) -> Finding:
    at = np.flatnonzero(~drawn)
    text = told(
        "{file}: {n} of {total} areas have no outline (first: {first}); they are in lists, rates and series, and on no map",
        file=table.source,
        n=f"{len(at):,}",
        total=f"{len(ids):,}",
        first=ids.iloc[at[0]],
    )
    examples = tuple(Example(int(table.rows[i]), "geometry", str(ids.iloc[i])) for i in at[:3])
    return Finding("no_outline", "accepted", len(at), text, mark("If they are real areas, have the outlines exported again."), examples)


def named_areas(areas: pd.Series, crs: pyproj.CRS) -> Layer:
    """Return the areas that homicides or totals name, and a remark that says so: they have no outline and no residents."""
    names = sorted(set(areas) - {""})
    index = pd.Index(names, name="block_id", dtype="str")
    table = gpd.GeoDataFrame(
        {"population": np.nan, "name": pd.array(names, dtype="str")}, geometry=gpd.GeoSeries([None] * len(names), index=index), index=index
    )
    text = told(
        "city.toml names no areas, so they are the {n} that the data name; nobody knows how many people live in each, so there are "
        "counts and no rates, and no map",
        n=f"{len(names):,}",
    )
    advice = mark("For rates, give [blocks] a table of the areas with their residents; for a map, one with their outlines.")
    return Layer(check_blocks(table.set_crs(crs)), (Finding("named_areas", "accepted", 0, text, advice),))


def read_segments(section: SegmentSection, *, city_crs: pyproj.CRS) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the street segments: index `segment_id`, columns street and geometry, in the city's coordinate system.

    Where the section names columns of house numbers, they follow as `crossings.RANGES`; missing where a segment has none.
    """
    table = read_layer(section.file, layer="segments", sheet=section.sheet)
    refuse(missing_columns(table, [(key, column) for key, column in (("id", section.id), ("street", section.street)) if column]))
    refuse(missing_columns(table, list(zip(RANGES, section.houses, strict=False))))
    ids = table.columns[section.id].str.strip()
    kinds = shapely.get_type_id(table.shapes)
    faults = _id_faults(told("segments"), ids, table)
    odd = np.flatnonzero(~np.isin(kinds, LINES))
    if len(odd):
        faults.append(
            told(
                "segments: {n} of {total} shapes are not lines (first: {first}); remove them from {file}",
                n=f"{len(odd):,}",
                total=f"{len(ids):,}",
                first=ids.iloc[odd[0]],
                file=table.source,
            )
        )
    refuse(faults)
    in_metres, findings = projected(table.shapes, table, layer="segments", epsg=section.epsg, city_crs=city_crs)
    street = table.columns[section.street].str.strip().to_numpy() if section.street else np.full(len(ids), "", dtype=object)
    index = pd.Index(ids.to_numpy(), name="segment_id", dtype="str")
    segments = gpd.GeoDataFrame(
        {"street": pd.Series(street, index=index, dtype="str")}, geometry=in_metres.array, index=index, crs=in_metres.crs
    )
    for name, column in zip(RANGES, section.houses, strict=False):
        numbers = pd.to_numeric(table.columns[column].str.extract(r"^\s*([0-9]+)(?:[.,]0*)?", expand=False), errors="coerce").to_numpy(
            dtype=float
        )
        segments[name] = np.where(numbers > 0, numbers, np.nan)
    real = (segments.length > MEET).to_numpy()
    return segments[real], [*table.findings, *findings, *_no_length(table, index, real)]


def _no_length(table: Table, ids: pd.Index, real: npt.NDArray[np.bool_]) -> list[Finding]:
    """Return a remark on streets that begin where they end: nothing lies along them, and no density."""
    at = np.flatnonzero(~real)
    if not len(at):
        return []
    text = told(
        "segments: {n} of {total} streets of {file} have no length (first: {first}); they were left out",
        n=f"{len(at):,}",
        total=f"{len(real):,}",
        file=table.source,
        first=ids[at[0]],
    )
    return [
        Finding("no_length", "rejected", len(at), text, "", tuple(Example(int(table.rows[i]), "geometry", str(ids[i])) for i in at[:3]))
    ]


def in_no_block(incidents: Incidents, blocks: Blocks) -> list[Finding]:
    """Return a remark where most places lie in no block; a `DataError` where five or more have a place and none lies in a block."""
    placed = (incidents["unplaced"] == "").to_numpy()
    if not placed.any() or not outlined(blocks).any():
        return []
    found = units.assign(incidents, blocks).notna().to_numpy()
    outside, total = int((placed & ~found).sum()), int(placed.sum())
    numbers = {"n": f"{outside:,}", "total": f"{total:,}"}
    if not found.any() and total >= _ENOUGH:
        raise DataError(
            told(
                "incidents: none of {total} places lies in a block, though all are near; check that incidents and blocks are of the same "
                "city, and each epsg, or leave [blocks] out",
                **numbers,
            )
        )
    if outside * 2 <= total:
        return []
    text = told("incidents: {n} of {total} places lie in no block; they count in every total and in no block", **numbers)
    return [Finding("in_no_block", "accepted", outside, text, mark("Check that incidents and blocks are of the same city, and each epsg."))]


def read_context(layers: tuple[LayerSection, ...], *, city_crs: pyproj.CRS) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return all basemap layers as one table with the columns kind and name, in the city's coordinate system.

    Features without a shape are passed over and reported.
    """
    parts, findings = [], []
    for section in layers:
        table = read_layer(section.file, layer=section.kind, sheet=section.sheet)
        refuse(missing_columns(table, [("name", section.name)] if section.name else []))
        in_metres, noted = projected(table.shapes, table, layer=section.kind, epsg=section.epsg, city_crs=city_crs)
        names = table.columns[section.name].to_numpy() if section.name else np.full(len(in_metres), "", dtype=object)
        part = gpd.GeoDataFrame({"kind": section.kind, "name": names}, geometry=in_metres.array, crs=city_crs)
        gone = part.geometry.isna() | part.geometry.is_empty
        if gone.any():
            noted.append(
                Finding(
                    "layer_no_shape",
                    "accepted",
                    int(gone.sum()),
                    told(
                        "{source}: {gone} features without a shape were passed over",
                        source=table.source,
                        gone=f"{int(gone.sum()):,}",
                    ),
                )
            )
        parts.append(part[~gone])
        findings += [*table.findings, *noted]
    if not parts:
        empty = {"kind": pd.Series(dtype="str"), "name": pd.Series(dtype="str")}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=city_crs)), []
    merged = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=city_crs)
    return merged.astype({"kind": "str", "name": "str"}), findings


def _id_faults(layer: Told, ids: pd.Series, table: Table) -> list[Told]:
    faults = []
    empty = int((ids == "").sum())
    if empty:
        faults.append(
            told(
                "{layer}: {n} of {total} features of {file} have no id; give each its own",
                layer=layer,
                n=f"{empty:,}",
                total=f"{len(ids):,}",
                file=table.source,
            )
        )
    repeated = ids[ids.duplicated() & (ids != "")].unique()
    if len(repeated):
        faults.append(
            told(
                "{layer}: {n} ids occur more than once in {file} (first: {first}); give each feature an id of its own",
                layer=layer,
                n=f"{len(repeated):,}",
                file=table.source,
                first=repeated[0],
            )
        )
    return faults


def squares_instead(incidents: Incidents, context: gpd.GeoDataFrame) -> Layer:
    """Return the squares that stand in for blocks, within the city's boundary where it has one, and a remark that says so."""
    edge = context.geometry[(context["kind"] == "boundary") & context.geom_type.isin(["Polygon", "MultiPolygon"])]
    blocks = grids.blocks_for(incidents, boundary=edge)
    within = told("the city's boundary") if len(edge) else told("the smallest shape around all places that are not far away")
    text = told(
        "city.toml names no blocks, so the map has {blocks} squares of {side} m instead, within {within}; nobody "
        "knows how many people live in each, so there are counts and no rates",
        blocks=f"{len(blocks):,}",
        side=f"{grids.own_side(blocks):,}",
        within=within,
    )
    return Layer(blocks, (Finding("squares", "accepted", 0, text, mark("For rates, give [blocks] with a population in city.toml.")),))

"""Blocks with their population, street segments, and the layers of the city's own basemap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from hotspots.geography import grids
from hotspots.geography.outlines import outlined
from hotspots.readers.columns.places import DEGREES
from hotspots.readers.files.any_file import read_file, read_layer
from hotspots.readers.files.text_tables import Table, missing_columns, refuse
from hotspots.readers.layers.populations import age_columns, read_population
from hotspots.readers.report import Example, Finding
from hotspots.readers.sections import BlockSection, LayerSection, SegmentSection
from hotspots.store.schema import (
    Blocks,
    DataError,
    Incidents,
    check_blocks,
)
from hotspots.words import Told, mark, told

Shapes = npt.NDArray[Any]
_AREAS, _LINES = (3, 6), (1, 5)
NOWHERE = pyproj.CRS.from_epsg(3857)  # stands in for a city of which no place is known
_OVERLAP_M2 = 1.0
_MOST_GAPS = 0.1


@dataclass(frozen=True, eq=False)
class Layer:
    """The blocks of a city and what was found on the way in."""

    blocks: Blocks
    findings: tuple[Finding, ...]


def read_blocks(section: BlockSection, *, city_crs: pyproj.CRS | None = None) -> Layer:
    """Return the blocks in the city's coordinate system; without one, in the UTM zone that the blocks lie in.

    A table without shapes gives blocks without an outline, as does a feature without one.
    Shapes that cross themselves are repaired and reported with the change of area; overlaps and odd populations are reported.
    Raises `DataError` for ids that are empty or repeated, features without a shape, and lines mixed with areas.
    """
    table = read_file(section.file, sheet=section.sheet)
    wanted = [("id", section.id), ("name", section.name), ("beat", section.beat), ("district", section.district)]
    if section.population_file is None:
        wanted += [("population", section.population), *age_columns(section)]
    refuse(missing_columns(table, [(key, column) for key, column in wanted if column]))
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
    findings += [*_overlaps(drawn), *_gaps(drawn), *noted]
    return Layer(check_blocks(blocks), (*table.findings, *findings))


def _outlines(table: Table, ids: pd.Series, section: BlockSection, city_crs: pyproj.CRS | None) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Return the outlines in metres, missing where there is none, and what was noticed."""
    bare = np.full(len(ids), None, dtype=object)
    shapes = bare if table.shapes is None else table.shapes
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not drawn.any():
        text = told("{file}: no area has an outline; they are in lists, rates and series, and on no map", file=table.source)
        advice = mark("For a map, give [blocks] a file with the outlines and the same ids.")
        return gpd.GeoSeries(bare, crs=city_crs or NOWHERE), [Finding("no_outlines", "accepted", len(ids), text, advice)]
    refuse(_shape_faults(table))
    some, mended = _mended(shapes[drawn], ids[drawn])
    in_metres, findings = projected(some, table, layer="blocks", epsg=section.epsg, city_crs=city_crs)
    findings += mended(in_metres)
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
    """Return the street segments: index `segment_id`, columns street and geometry, in the city's coordinate system."""
    table = read_layer(section.file, layer="segments", sheet=section.sheet)
    refuse(missing_columns(table, [(key, column) for key, column in (("id", section.id), ("street", section.street)) if column]))
    ids = table.columns[section.id].str.strip()
    kinds = shapely.get_type_id(table.shapes)
    faults = _id_faults(told("segments"), ids, table)
    odd = np.flatnonzero(~np.isin(kinds, _LINES))
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
    return segments, [*table.findings, *findings]


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


def _shape_faults(table: Table) -> list[Told]:
    assert table.shapes is not None
    kinds = shapely.get_type_id(table.shapes)
    gone = shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes)
    areas, lines = np.isin(kinds, _AREAS) & ~gone, np.isin(kinds, _LINES) & ~gone
    mixed = (kinds == 7) & ~gone
    other = ~gone & ~areas & ~lines & ~mixed
    faults = []
    if other.any():
        faults.append(
            told(
                "blocks: {n} of {total} features of {file} are points; blocks are areas or lines",
                n=f"{int(other.sum()):,}",
                total=f"{len(kinds):,}",
                file=table.source,
            )
        )
    if areas.any() and lines.any():
        faults.append(
            told(
                "blocks: {lines} lines among {areas} areas in {file}; keep one kind",
                lines=f"{int(lines.sum()):,}",
                areas=f"{int(areas.sum()):,}",
                file=table.source,
            )
        )
    return faults


def _mended(shapes: Shapes | None, ids: pd.Series) -> tuple[Shapes, Any]:
    """Return shapes of one kind that do not cross themselves, and a function that reports the repairs once metres are known."""
    assert shapes is not None
    lines = np.isin(shapely.get_type_id(shapes), _LINES)
    bad = np.flatnonzero(~lines & (~shapely.is_valid(shapes) | (shapely.get_type_id(shapes) == 7)))
    mended = shapes.copy()
    for i in bad:
        mended[i] = _areas_of(shapely.make_valid(shapes[i]))
    lost = [ids.iloc[i] for i in bad if mended[i].is_empty]
    refuse(
        [told("blocks: {n} shapes enclose no area (first: block {first}); repair or remove them", n=f"{len(lost):,}", first=lost[0])]
        if lost
        else []
    )

    def report(in_metres: gpd.GeoSeries) -> list[Finding]:
        if not len(bad):
            return []
        scale = _square_metres(in_metres, mended)
        before = sum(abs(shapely.area(shapes[i])) * scale for i in bad)
        after = sum(shapely.area(mended[i]) * scale for i in bad)
        examples = tuple(Example(int(i) + 1, "geometry", str(ids.iloc[i])) for i in bad[:3])
        text = told(
            "blocks: {bad} of {ids} shapes crossed themselves and were repaired; their area went from {before} to {after} m²",
            bad=f"{len(bad):,}",
            ids=f"{len(ids):,}",
            before=f"{before:,.0f}",
            after=f"{after:,.0f}",
        )
        return [Finding("shape_repaired", "repaired", len(bad), text, mark("Look at them on the map."), examples)]

    return mended, report


def _square_metres(in_metres: gpd.GeoSeries, shapes: Shapes) -> float:
    """Return how many square metres one square unit of the file is, on the whole layer."""
    own = float(shapely.area(shapes).sum())
    return float(in_metres.area.sum()) / own if own else 0.0


def _areas_of(shape: Any) -> Any:
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon" and part.area > 0]
    return shapely.multipolygons(parts) if len(parts) != 1 else parts[0]


def projected(
    shapes: Shapes | None, table: Table, *, layer: str, epsg: int | None, city_crs: pyproj.CRS | None
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Return the shapes in the city's coordinate system, and what was noticed; theirs is as city.toml says, else the file, else degrees."""
    if table.crs_unsaid and not epsg:
        like = all(abs(side) <= limit for side, limit in zip(shapely.total_bounds(shapes), (180, 90, 180, 90), strict=True))
        hint = told("; the numbers look like longitude and latitude: epsg = 4326") if like else ""
        raise DataError(
            told(
                "{layer}: {file} does not say its coordinate system; ask the source for its EPSG number and write "
                "epsg = … for this file in city.toml{hint}",
                layer=layer,
                file=table.source,
                hint=hint,
            )
        )
    code = epsg or table.epsg or DEGREES
    findings = []
    if epsg and table.epsg and epsg != table.epsg:
        text = told(
            "{source}: the file says coordinate system {stated}, city.toml says {epsg}; city.toml was followed",
            source=table.source,
            stated=table.epsg,
            epsg=epsg,
        )
        findings.append(Finding("epsg_override", "accepted", 0, text))
    west, south, east, north = shapely.total_bounds(shapes)
    geographic = pyproj.CRS.from_epsg(code).is_geographic
    if geographic and (max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90):
        raise DataError(
            told(
                "{layer}: the coordinates of {file} are not degrees (they reach {east}, {north}); ask the source for "
                "their EPSG number and write epsg = … for this file in city.toml",
                layer=layer,
                file=table.source,
                east=f"{east:.10g}",
                north=f"{north:.10g}",
            )
        )
    if geographic and east - west > 180:
        raise DataError(
            told(
                "{layer}: {file} spans more than half the globe (from {west} to {east} degrees); a shape crosses the date line or is wrong",
                layer=layer,
                file=table.source,
                west=f"{west:.6g}",
                east=f"{east:.6g}",
            )
        )
    series = gpd.GeoSeries(shapes, crs=code)
    in_metres = series.to_crs(city_crs or series.estimate_utm_crs())
    if not np.isfinite(in_metres.total_bounds).all():
        raise DataError(
            told(
                "{layer}: {file} has coordinates that its coordinate system ({code}) cannot have; correct epsg in city.toml",
                layer=layer,
                file=table.source,
                code=code,
            )
        )
    return in_metres, findings


def _overlaps(blocks: gpd.GeoDataFrame) -> list[Finding]:
    shapes = blocks.geometry.to_numpy()
    if not np.isin(shapely.get_type_id(shapes), _AREAS).all():
        return []
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    inner = shapely.relate_pattern(shapes[left], shapes[right], "T********")
    left, right = left[inner], right[inner]
    area = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    big = area > _OVERLAP_M2
    if not big.any():
        return []
    worst = int(np.argmax(area))
    pair = told("{one} and {other}", one=blocks.index[left[worst]], other=blocks.index[right[worst]])
    text = told(
        "blocks: {big} pairs overlap; the largest overlap is {area} m², of blocks {pair}; a victim there is "
        "counted once, in the block of the smaller id",
        big=f"{int(big.sum()):,}",
        area=f"{area[worst]:,.0f}",
        pair=pair,
    )
    return [Finding("overlap", "accepted", int(big.sum()), text, mark("Correct the blocks if the overlaps are wide."))]


def _gaps(blocks: gpd.GeoDataFrame) -> list[Finding]:
    """Return a remark on ground enclosed by blocks that belongs to none; where it is a large part of the city it is meant so."""
    shapes = blocks.geometry.to_numpy()
    if not np.isin(shapely.get_type_id(shapes), _AREAS).all():
        return []
    whole = shapely.union_all(shapes)
    holes = [shapely.polygons(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    holes = [hole for hole in holes if hole.area > _OVERLAP_M2]
    total = sum(hole.area for hole in holes)
    if not holes or total > _MOST_GAPS * whole.area:
        return []
    largest = max(holes, key=lambda hole: hole.area)
    near = gpd.GeoSeries([largest.representative_point()], crs=blocks.crs).to_crs(DEGREES).iloc[0]
    text = told(
        "blocks: {holes} gaps lie between the blocks, {area} m² in all; the largest has {largest} m², "
        "near longitude {lon}, latitude {lat}; a victim there is counted in no block",
        holes=f"{len(holes):,}",
        area=f"{total:,.0f}",
        largest=f"{largest.area:,.0f}",
        lon=f"{near.x:.5f}",
        lat=f"{near.y:.5f}",
    )
    return [Finding("gap", "accepted", len(holes), text, mark("If they are no lakes or parks, correct the blocks."))]


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

"""Outlines on their way in: what cannot be one, repairs, metres, overlaps and gaps."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from hotspots.readers.columns.places import DEGREES
from hotspots.readers.files.text_tables import Table, refuse
from hotspots.readers.report import Example, Finding
from hotspots.store.schema import DataError
from hotspots.words import Told, mark, told

Shapes = npt.NDArray[Any]
AREAS, LINES = (3, 6), (1, 5)
NOWHERE = pyproj.CRS.from_epsg(3857)  # stands in for a city of which no place is known
_OVERLAP_M2 = 1.0
_MOST_GAPS = 0.1


def shape_faults(table: Table) -> list[Told]:
    """Return what keeps the shapes from being blocks: points, and lines among areas."""
    assert table.shapes is not None
    kinds = shapely.get_type_id(table.shapes)
    gone = shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes)
    areas, lines = np.isin(kinds, AREAS) & ~gone, np.isin(kinds, LINES) & ~gone
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


def mended(shapes: Shapes | None, ids: pd.Series) -> tuple[Shapes, Any]:
    """Return shapes of one kind that do not cross themselves, and a function that reports the repairs once metres are known."""
    assert shapes is not None
    lines = np.isin(shapely.get_type_id(shapes), LINES)
    bad = np.flatnonzero(~lines & (~shapely.is_valid(shapes) | (shapely.get_type_id(shapes) == 7)))
    sound = shapes.copy()
    for i in bad:
        sound[i] = _areas_of(shapely.make_valid(shapes[i]))
    lost = [ids.iloc[i] for i in bad if sound[i].is_empty]
    refuse(
        [told("blocks: {n} shapes enclose no area (first: block {first}); repair or remove them", n=f"{len(lost):,}", first=lost[0])]
        if lost
        else []
    )

    def report(in_metres: gpd.GeoSeries) -> list[Finding]:
        if not len(bad):
            return []
        scale = _square_metres(in_metres, sound)
        before = sum(abs(shapely.area(shapes[i])) * scale for i in bad)
        after = sum(shapely.area(sound[i]) * scale for i in bad)
        examples = tuple(Example(int(i) + 1, "geometry", str(ids.iloc[i])) for i in bad[:3])
        text = told(
            "blocks: {bad} of {ids} shapes crossed themselves and were repaired; their area went from {before} to {after} m²",
            bad=f"{len(bad):,}",
            ids=f"{len(ids):,}",
            before=f"{before:,.0f}",
            after=f"{after:,.0f}",
        )
        return [Finding("shape_repaired", "repaired", len(bad), text, mark("Look at them on the map."), examples)]

    return sound, report


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
    in_metres = series.to_crs(city_crs or _zone_of(series, layer=layer, file=table.source))
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


def _zone_of(shapes: gpd.GeoSeries, *, layer: str, file: str) -> pyproj.CRS:
    """Return the UTM zone of the shapes. Raises `DataError` where none has them: near a pole nobody lives."""
    try:
        return pyproj.CRS(shapes.estimate_utm_crs())
    except RuntimeError:
        south, north = (f"{side:.6g}" for side in shapes.to_crs(DEGREES).total_bounds[[1, 3]])
        raise DataError(
            told(
                "{layer}: {file} lies between the latitudes {south} and {north}, where no city is; are its two coordinates swapped? "
                "Correct the file, or write its epsg in city.toml",
                layer=layer,
                file=file,
                south=south,
                north=north,
            )
        ) from None


def overlaps(blocks: gpd.GeoDataFrame) -> list[Finding]:
    """Return a remark on blocks that overlap."""
    shapes = blocks.geometry.to_numpy()
    if not np.isin(shapely.get_type_id(shapes), AREAS).all():
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


def gaps(blocks: gpd.GeoDataFrame) -> list[Finding]:
    """Return a remark on ground enclosed by blocks that belongs to none; where it is a large part of the city it is meant so."""
    shapes = blocks.geometry.to_numpy()
    if not np.isin(shapely.get_type_id(shapes), AREAS).all():
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

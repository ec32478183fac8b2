"""The ground: blocks with their population, street segments, and the layers of the city's own basemap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from hotspots.readers.files import read_file, read_layer
from hotspots.readers.places import DEGREES
from hotspots.readers.report import Example, Finding
from hotspots.readers.spec import BlockSpec, LayerSpec, SegmentSpec
from hotspots.readers.tables import Table, missing_columns
from hotspots.readers.values import is_missing
from hotspots.schema import AGES, Blocks, DataError, check_blocks

Shapes = npt.NDArray[Any]
_AREAS, _LINES = (3, 6), (1, 5)
_OVERLAP_M2 = 1.0
_MOST_GAPS = 0.1
_AGES_MAY_DIFFER, _AGES_MAY_DIFFER_BY = 0.01, 2.0  # of the population; residents


@dataclass(frozen=True, eq=False)
class Layer:
    """The blocks of a city and what was found on the way in."""

    blocks: Blocks
    findings: tuple[Finding, ...]


def read_blocks(spec: BlockSpec, *, city_crs: pyproj.CRS | None = None) -> Layer:
    """Return the blocks in the city's coordinate system; without one, in the UTM zone that the blocks lie in.

    Shapes that cross themselves are repaired and reported with the change of area; overlaps and odd populations are reported.
    Raises `DataError` for ids that are empty or repeated, features without a shape, and lines mixed with areas.
    """
    table = read_layer(spec.file, layer="blocks", sheet=spec.sheet)
    wanted = [("id", spec.id), ("name", spec.name), ("beat", spec.beat), ("district", spec.district)]
    if spec.population_file is None:
        wanted += [("population", spec.population), *_age_columns(spec)]
    _raise(missing_columns(table, [(key, column) for key, column in wanted if column]))
    ids = table.columns[spec.id].str.strip()
    _raise([*_id_faults("blocks", ids, table), *_shape_faults(table)])
    shapes, mended = _mended(table.shapes, ids)
    frame, findings = _placed(shapes, table, layer="blocks", epsg=spec.epsg, city_crs=city_crs)
    people, noted = _population(spec, table, ids)
    columns: dict[str, Any] = {name: column.to_numpy(dtype=np.float64) for name, column in people.items()}
    for key in ("name", "beat", "district"):
        column = getattr(spec, key)
        if column:
            columns[key] = table.columns[column].str.strip().to_numpy()
    blocks = gpd.GeoDataFrame(columns, geometry=frame.array, index=pd.Index(ids.to_numpy(), name="block_id", dtype="str"), crs=frame.crs)
    findings += [*mended(frame), *_overlaps(blocks), *_gaps(blocks), *noted]
    return Layer(check_blocks(blocks), (*table.findings, *findings))


def read_segments(spec: SegmentSpec, *, city_crs: pyproj.CRS) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the street segments: index `segment_id`, columns street and geometry, in the city's coordinate system."""
    table = read_layer(spec.file, layer="segments", sheet=spec.sheet)
    _raise(missing_columns(table, [(key, column) for key, column in (("id", spec.id), ("street", spec.street)) if column]))
    ids = table.columns[spec.id].str.strip()
    kinds = shapely.get_type_id(table.shapes)
    faults = _id_faults("segments", ids, table)
    odd = np.flatnonzero(~np.isin(kinds, _LINES))
    if len(odd):
        faults.append(
            f"segments: {len(odd):,} of {len(ids):,} shapes are not lines (first: {ids.iloc[odd[0]]}); remove them from {table.source}"
        )
    _raise(faults)
    frame, findings = _placed(table.shapes, table, layer="segments", epsg=spec.epsg, city_crs=city_crs)
    street = table.columns[spec.street].str.strip().to_numpy() if spec.street else np.full(len(ids), "", dtype=object)
    index = pd.Index(ids.to_numpy(), name="segment_id", dtype="str")
    segments = gpd.GeoDataFrame({"street": pd.Series(street, index=index, dtype="str")}, geometry=frame.array, index=index, crs=frame.crs)
    return segments, [*table.findings, *findings]


def read_context(layers: tuple[LayerSpec, ...], *, city_crs: pyproj.CRS) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return all basemap layers as one table with the columns kind and name, in the city's coordinate system.

    Features without a shape are passed over and reported.
    """
    parts, findings = [], []
    for spec in layers:
        table = read_layer(spec.file, layer=spec.kind, sheet=spec.sheet)
        _raise(missing_columns(table, [("name", spec.name)] if spec.name else []))
        frame, noted = _placed(table.shapes, table, layer=spec.kind, epsg=spec.epsg, city_crs=city_crs)
        names = table.columns[spec.name].to_numpy() if spec.name else np.full(len(frame), "", dtype=object)
        part = gpd.GeoDataFrame({"kind": spec.kind, "name": names}, geometry=frame.array, crs=city_crs)
        gone = part.geometry.isna() | part.geometry.is_empty
        if gone.any():
            noted.append(
                Finding(
                    "layer_no_shape",
                    "accepted",
                    int(gone.sum()),
                    f"{table.source}: {int(gone.sum()):,} features without a shape were passed over",
                )
            )
        parts.append(part[~gone])
        findings += [*table.findings, *noted]
    if not parts:
        empty = {"kind": pd.Series(dtype="str"), "name": pd.Series(dtype="str")}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=city_crs)), []
    merged = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=city_crs)
    return merged.astype({"kind": "str", "name": "str"}), findings


def _raise(faults: list[str]) -> None:
    if faults:
        raise DataError(faults)


def _id_faults(layer: str, ids: pd.Series, table: Table) -> list[str]:
    faults = []
    empty = int((ids == "").sum())
    if empty:
        faults.append(f"{layer}: {empty:,} of {len(ids):,} features of {table.source} have no id; give each its own")
    repeated = ids[ids.duplicated() & (ids != "")].unique()
    if len(repeated):
        faults.append(
            f"{layer}: {len(repeated):,} ids occur more than once in {table.source} (first: {repeated[0]}); give each feature "
            "an id of its own"
        )
    return faults


def _shape_faults(table: Table) -> list[str]:
    assert table.shapes is not None
    kinds = shapely.get_type_id(table.shapes)
    gone = shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes)
    areas, lines = np.isin(kinds, _AREAS) & ~gone, np.isin(kinds, _LINES) & ~gone
    mixed = (kinds == 7) & ~gone
    other = ~gone & ~areas & ~lines & ~mixed
    faults = []
    if gone.any():
        first = table.rows[gone][0]
        faults.append(
            f"blocks: {int(gone.sum()):,} of {len(kinds):,} features of {table.source} have no usable shape (first: feature "
            f"{first}); repair or remove them"
        )
    if other.any():
        faults.append(f"blocks: {int(other.sum()):,} of {len(kinds):,} features of {table.source} are points; blocks are areas or lines")
    if areas.any() and lines.any():
        faults.append(f"blocks: {int(lines.sum()):,} lines among {int(areas.sum()):,} areas in {table.source}; keep one kind")
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
    _raise([f"blocks: {len(lost):,} shapes enclose no area (first: block {lost[0]}); repair or remove them"] if lost else [])

    def report(frame: gpd.GeoSeries) -> list[Finding]:
        if not len(bad):
            return []
        scale = _square_metres(frame, mended)
        before = sum(abs(shapely.area(shapes[i])) * scale for i in bad)
        after = sum(shapely.area(mended[i]) * scale for i in bad)
        examples = tuple(Example(int(i) + 1, "geometry", str(ids.iloc[i])) for i in bad[:3])
        text = (
            f"blocks: {len(bad):,} of {len(ids):,} shapes crossed themselves and were repaired; their area went from "
            f"{before:,.0f} to {after:,.0f} m²"
        )
        return [Finding("shape_repaired", "repaired", len(bad), text, "Look at them on the map.", examples)]

    return mended, report


def _square_metres(frame: gpd.GeoSeries, shapes: Shapes) -> float:
    """Return how many square metres one square unit of the file is, on the whole layer."""
    own = float(shapely.area(shapes).sum())
    return float(frame.area.sum()) / own if own else 0.0


def _areas_of(shape: Any) -> Any:
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon" and part.area > 0]
    return shapely.multipolygons(parts) if len(parts) != 1 else parts[0]


def _placed(
    shapes: Shapes | None, table: Table, *, layer: str, epsg: int | None, city_crs: pyproj.CRS | None
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Return the shapes in the city's coordinate system; the file's own is as city.toml says, else as the file says, else degrees."""
    if table.crs_unsaid and not epsg:
        like = all(abs(side) <= limit for side, limit in zip(shapely.total_bounds(shapes), (180, 90, 180, 90), strict=True))
        hint = "; the numbers look like longitude and latitude: epsg = 4326" if like else ""
        raise DataError(
            f"{layer}: {table.source} does not say its coordinate system; ask the source for its EPSG number and write epsg = … for this "
            f"file in city.toml{hint}"
        )
    code = epsg or table.epsg or DEGREES
    findings = []
    if epsg and table.epsg and epsg != table.epsg:
        text = f"{table.source}: the file says coordinate system {table.epsg}, city.toml says {epsg}; city.toml was followed"
        findings.append(Finding("epsg_override", "accepted", 0, text))
    west, south, east, north = shapely.total_bounds(shapes)
    geographic = pyproj.CRS.from_epsg(code).is_geographic
    if geographic and (max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90):
        raise DataError(
            f"{layer}: the coordinates of {table.source} are not degrees (they reach {east:.10g}, {north:.10g}); "
            f"ask the source for their EPSG number and write epsg = … for this file in city.toml"
        )
    if geographic and east - west > 180:
        raise DataError(
            f"{layer}: {table.source} spans more than half the globe (from {west:.6g} to {east:.6g} degrees); a shape crosses "
            "the date line or is wrong"
        )
    series = gpd.GeoSeries(shapes, crs=code)
    placed = series.to_crs(city_crs or series.estimate_utm_crs())
    if not np.isfinite(placed.total_bounds).all():
        raise DataError(
            f"{layer}: {table.source} has coordinates that its coordinate system ({code}) cannot have; correct epsg in city.toml"
        )
    return placed, findings


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
    pair = f"{blocks.index[left[worst]]} and {blocks.index[right[worst]]}"
    text = (
        f"blocks: {int(big.sum()):,} pairs overlap; the largest overlap is {area[worst]:,.0f} m², of blocks {pair}; a victim "
        "there is counted once, in the block of the smaller id"
    )
    return [Finding("overlap", "accepted", int(big.sum()), text, "Correct the blocks if the overlaps are wide.")]


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
    text = (
        f"blocks: {len(holes):,} gaps lie between the blocks, {total:,.0f} m² in all; the largest has {largest.area:,.0f} m², near "
        f"longitude {near.x:.5f}, latitude {near.y:.5f}; a victim there is counted in no block"
    )
    return [Finding("gap", "accepted", len(holes), text, "If they are no lakes or parks, correct the blocks.")]


def _age_columns(spec: BlockSpec) -> list[tuple[str, str]]:
    """Return the columns of the residents of each age, as name of ours and name in the file."""
    return [(AGES + name, column) for name, column in spec.population_ages.items()]


def _population(spec: BlockSpec, table: Table, ids: pd.Series) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Return the residents of each block, of all ages and of each age that is known, and what was noticed."""
    if not spec.population and not spec.population_ages:
        return {"population": pd.Series(np.nan, index=ids.index)}, []
    if spec.population_file is None:
        return _counted(spec, table, ids)
    return _joined(spec, spec.population_file, ids)


def _counted(spec: BlockSpec, table: Table, ids: pd.Series) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Return the populations that one table holds, in its order; without a column of all ages they are added up."""
    found, noted = {}, []
    for name, column in [*([("population", spec.population)] if spec.population else []), *_age_columns(spec)]:
        found[name], findings = _people(table.columns[column], ids, table.source)
        noted += findings if name == "population" else [replace(one, code=f"{one.code}_ages") for one in findings]
    ages = pd.DataFrame({name: found[name] for name, _ in _age_columns(spec)}, index=ids.index)
    if not spec.population:
        return {"population": ages.sum(axis=1, min_count=len(ages.columns)), **found}, noted
    return found, [*noted, *_unequal(found["population"], ages, ids, table.source)]


def _unequal(whole: pd.Series, ages: pd.DataFrame, ids: pd.Series, source: str) -> list[Finding]:
    """Return a remark on blocks whose ages do not add up to their population within 1 % and 2 residents."""
    apart = (ages.sum(axis=1) - whole).abs()
    odd = np.flatnonzero((apart > np.maximum(_AGES_MAY_DIFFER * whole, _AGES_MAY_DIFFER_BY)) & ages.notna().any(axis=1))
    if not len(odd):
        return []
    first = odd[0]
    text = (
        f"{source}: in {len(odd):,} of {len(ids):,} blocks the ages do not add up to the population (first: block {ids.iloc[first]}, "
        f"{ages.sum(axis=1).iloc[first]:,.0f} by age, {whole.iloc[first]:,.0f} in all); rates use the "
        "population, age-standardised rates the ages"
    )
    return [
        Finding("population_ages_unequal", "accepted", len(odd), text, "Check that both are of the same census and no age is left out.")
    ]


def _joined(spec: BlockSpec, file: Path, ids: pd.Series) -> tuple[dict[str, pd.Series], list[Finding]]:
    columns = [*([("population", spec.population)] if spec.population else []), *_age_columns(spec)]
    other = read_file(file, needs=(*(column for _, column in columns), spec.population_id), sheet=spec.population_sheet)
    _raise(missing_columns(other, [*columns, ("population_id", spec.population_id)]))
    keys = other.columns[spec.population_id].str.strip()
    broken = other.rows[other.spoiled != ""]
    faults = (
        [f"{other.source}: {len(broken):,} rows have too many or too few values (first: row {broken[0]}); correct the file"]
        if len(broken)
        else []
    )
    repeated = keys[keys.duplicated()].unique()
    if len(repeated):
        faults.append(f"{other.source}: {len(repeated):,} ids occur more than once (first: {repeated[0]}); keep one row per block")
    shared = keys.isin(ids)
    if not shared.any():
        hint = "; leading zeros are lost in one of the two files" if set(keys.str.lstrip("0")) & set(ids.str.lstrip("0")) else ""
        faults.append(
            f"{other.source}: no value of {spec.population_id!r} (first: {keys.iloc[0]!r}) is a block id (first: {ids.iloc[0]!r}){hint}; "
            f"correct population_id in city.toml or the file"
        )
    _raise(faults)
    people, findings = _counted(spec, other, keys)
    findings = [*other.findings, *findings]
    without, spare = int((~ids.isin(keys)).sum()), int((~shared).sum())
    if without or spare:
        first = ids[~ids.isin(keys)].iloc[0] if without else keys[~shared].iloc[0]
        text = (
            f"{other.source}: {without:,} of {len(ids):,} blocks have no row (population missing), {spare:,} of "
            f"{len(keys):,} rows have no block (first: {first})"
        )
        findings.append(
            Finding("population_mismatch", "accepted", without + spare, text, "Check that blocks and population are of the same census.")
        )
    return {name: ids.map(pd.Series(column.to_numpy(), index=keys)) for name, column in people.items()}, findings


def _people(text: pd.Series, ids: pd.Series, source: str) -> tuple[pd.Series, list[Finding]]:
    """Return populations as numbers; what is no number, or below 0 (a mark for "not known"), becomes missing and is reported."""
    trimmed = text.str.strip()
    thousands = trimmed.str.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+")
    number = pd.to_numeric(trimmed.where(~thousands, trimmed.str.replace(",", "")), errors="coerce").astype("float64")
    number = number.where(np.isfinite(number))
    cases = (
        ("population_thousands", thousands, "populations are written with a comma for thousands; read as whole numbers"),
        ("population_unread", number.isna() & ~is_missing(trimmed), "populations are no numbers; set to missing"),
        ("population_negative", number < 0, "populations are below 0, a mark for not known; set to missing"),
        ("population_missing", number.isna() & is_missing(trimmed), "populations are empty; these blocks have no rate"),
    )
    findings = []
    for code, where, what in cases:
        if where.any():
            at = np.flatnonzero(where.to_numpy(dtype=bool))
            examples = tuple(Example(int(i) + 1, str(ids.iloc[i]), trimmed.iloc[i]) for i in at[:3])
            outcome = "accepted" if code == "population_missing" else "repaired"
            findings.append(
                Finding(code, outcome, len(at), f"{source}: {len(at):,} of {len(text):,} {what} (first: {ids.iloc[at[0]]})", "", examples)
            )
    return number.mask(number < 0), findings

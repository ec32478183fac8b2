"""A place that a reader chose: its text, its name and outline, who was killed in it, and how many live there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from hotspots import geography
from hotspots.cities import City
from hotspots.cities.search import PLACES
from hotspots.geography import interpolation, units
from hotspots.geography.outlines import outlined
from hotspots.store.schema import AGES, Blocks, DataError, censuses, check_blocks, population_bands
from hotspots.study.memo import kept
from hotspots.words import Told, mark, told

# The kinds of places in the order in which they are offered, and what each is called.
KINDS: Mapping[str, str] = PLACES | {"circle": mark("Circle"), "polygon": mark("Area drawn by hand")}
# Units that are places, each of its kind.
UNITS: Mapping[str, str] = {"districts": "district", "beats": "beat", "blocks": "block", "segments": "segment"}
MADE_OF_BLOCKS: Mapping[str, str] = {"district": "districts", "beat": "beats", "block": "blocks"}
LONGEST_RADIUS = 50_000.0  # metres
MOST_CORNERS = 500
LEAST_SHARED = 1.0  # m², or m of street, that a unit and a place must share

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Place:
    """A place in a city.

    `name` is its own name, empty where it was drawn. `outline` is in metres; None where nobody drew one. `blocks` are the parts of the
    city's blocks that lie in it, each with the residents of that part: whole blocks, or `estimated` by areal interpolation. `inside` says
    which of the city's incidents lie in it, and `in_none` which lie in no place of this kind, whichever were chosen.
    """

    text: str
    kind: str
    name: str
    outline: shapely.Geometry | None
    blocks: Blocks
    inside: Mask
    in_none: Mask
    estimated: bool = False
    lines: tuple[str, ...] = ()  # of a place made of streets: the street units that it is made of, and their unit
    lines_of: str = ""


def text_of(unit: str, of: str) -> str:
    """Return the text of the place that a unit is; empty where it is none (a square, a hexagon, a corner).

    >>> text_of("districts", "12"), text_of("grid:250", "3_4")
    ('district:12', '')
    """
    return f"{UNITS[unit]}:{of}" if unit in UNITS else ""


def unit_in(text: str, unit: str) -> str:
    """Return the id of the `unit` that a place is; empty where it is none of them."""
    kind, _, of = text.partition(":")
    return of if unit in UNITS and UNITS[unit] == kind else ""


def written(text: str) -> tuple[str, str]:
    """Return the kind of the place that a text names, and which one; a `DataError` where it names none.

    >>> written("district:12"), written("circle:13.7,-89.2,300")
    (('district', '12'), ('circle', '13.7,-89.2,300'))
    """
    kind, _, of = text.partition(":")
    if kind not in KINDS or not of.strip():
        listed = ", ".join(f"{one}:…" for one in KINDS)
        raise DataError(told("place: {text} is not a place; write one of {listed}, as in district:12", text=repr(text), listed=listed))
    if kind in ("circle", "polygon"):
        _numbers(kind, of)
    return kind, of


def found(city: City, text: str) -> Place:
    """Return the place of a city that a text names; a `DataError` says why there is none. The work is done once for a city."""
    return kept(city, _found, text)


def offered(city: City) -> dict[str, str]:
    """Return the districts, beats and named blocks of a city by their texts, with their names: what a list can offer. Kept with the city.

    >>> from hotspots.testing import square_blocks
    >>> list(_listed(square_blocks(side=2), "districts").items())
    [('district:row 0', 'row 0'), ('district:row 1', 'row 1')]
    """
    return kept(city, _offered)


def _offered(city: City) -> dict[str, str]:
    names: dict[str, str] = {}
    for unit, column in units.ROLL_UPS.items():
        if column in city.blocks.columns:
            names |= dict(sorted(_listed(city.blocks, unit).items()))
    order = dict(zip(names, units.natural_order(list(names.values())), strict=True))
    by_name = dict(sorted(names.items(), key=lambda one: (list(KINDS).index(one[0].split(":")[0]), order[one[0]])))
    return by_name | _listed(city.blocks, "blocks")


def called(city: City, text: str) -> str:
    """Return the name of a place that a city has; only for a segment is it worked out what lies there."""
    kind, _, of = text.partition(":")
    if kind == "layer":
        return of.partition("/")[2]
    if kind == "segment":
        return found(city, text).name
    return offered(city).get(text, of) if kind == "block" else of


def _listed(blocks: Blocks, unit: str) -> dict[str, str]:
    if unit == "blocks":
        names = geography.names(blocks)
        return {f"block:{one}": name for one, name in zip(names.index, names.tolist(), strict=True)}
    keys = units.roll_up_keys(blocks, unit).dropna().astype(str).unique()
    return {f"{UNITS[unit]}:{one}": one for one in keys}


def _found(city: City, text: str) -> Place:
    kind, of = written(text)
    if kind in MADE_OF_BLOCKS:
        return _of_blocks(city, kind, of)
    if city.only_totals:
        listed = ", ".join(MADE_OF_BLOCKS)
        raise DataError(
            told("place: {text}: published totals are known by area alone; choose one of {listed}", text=repr(text), listed=listed)
        )
    if kind in ("street", "segment", "crossing"):
        return _of_streets(city, kind, of)
    return _drawn(city, text, kind, _layer_item(city, of) if kind == "layer" else _shape(city, kind, of))


def holds(city: City, text: str) -> bool:
    """Return whether a city, or what it was cut down to, holds the whole of a place; no text stands for all that it holds."""
    try:
        place = found(city, text) if text else None
    except DataError:
        return False
    if place is None or place.kind in MADE_OF_BLOCKS:
        return True
    beside = interpolation.BESIDE if place.lines else 0.0
    return place.outline is not None and bool(shapely.covers(kept(city, _ground).buffer(beside + LEAST_SHARED), place.outline))


def _ground(city: City) -> shapely.Geometry:
    return shapely.union_all(np.asarray(city.blocks[outlined(city.blocks)].geometry.array))


def block_of(city: City) -> pd.Series:
    """Return the block of each incident of a city (see `units.assign`)."""
    return kept(city, _block_of)


def _block_of(city: City) -> pd.Series:
    return units.assign(city.incidents, city.blocks)


def _of_blocks(city: City, kind: str, of: str) -> Place:
    """Return a block, or what blocks make up: a victim is in it by block, so that districts add up to the city."""
    unit = MADE_OF_BLOCKS[kind]
    if kind == "block":
        keys = city.blocks.index.to_series().astype("str")
    elif units.ROLL_UPS[unit] not in city.blocks.columns:
        raise _unknown(city, kind, of)
    else:
        keys = units.roll_up_keys(city.blocks, unit).astype("str")
    chosen = (keys == of).fillna(False).to_numpy(dtype=bool)
    if not chosen.any():
        raise _unknown(city, kind, of)
    codes = block_of(city).cat.codes.to_numpy()
    blocks = Blocks(city.blocks[chosen])
    shapes = blocks.geometry[outlined(blocks)]
    outline = units.roll_up(blocks, "city").geometry.iloc[0] if len(shapes) else None
    name = str(geography.names(blocks).iloc[0]) if kind == "block" else of
    known = np.append(keys.notna().to_numpy(dtype=bool), False)
    return Place(f"{kind}:{of}", kind, name, outline, blocks, np.append(chosen, False)[codes], ~known[codes])


def _unknown(city: City, kind: str, of: str) -> DataError:
    return DataError(told("place: {city} has no {kind} {name}", city=city.name, kind=Told(KINDS[kind], {}), name=repr(of)))


def _of_streets(city: City, kind: str, of: str) -> Place:
    """Return a street, a segment of one or a crossing: a victim is on it who is counted on it when streets are the units.

    The residents of a block are those of the streets in and around it, by length (see `interpolation.by_length`).
    """
    if city.segments is None or not len(city.segments):
        raise DataError(told("place: no streets are loaded for {city}", city=city.name))
    unit = "segments+corners" if kind == "crossing" else "segments"
    lines = geography_of(city, unit)
    chosen = _on(kind, of, lines.blocks, city.segments)
    if not chosen.any():
        raise _unknown(city, kind, of)
    shapes = np.asarray(lines.blocks.geometry.array)[chosen]
    drawn = city.blocks[outlined(city.blocks)]
    block, line, share = interpolation.shares_by_length(Blocks(drawn), lines.blocks)
    part = np.bincount(block[chosen[line]], weights=share[chosen[line]], minlength=len(drawn))
    names = geography.names(lines.blocks)[chosen]
    codes = lines.unit_of.cat.codes.to_numpy()
    return Place(
        f"{kind}:{of}",
        kind,
        of if kind == "street" else str(names.iloc[0]),
        shapely.union_all(shapely.buffer(shapes, interpolation.BESIDE, quad_segs=4)),
        _parts(Blocks(drawn), np.minimum(part, 1.0), np.asarray(drawn.geometry.array)),
        np.append(chosen, False)[codes],
        codes < 0,
        estimated=True,
        lines=tuple(lines.blocks.index[chosen]),
        lines_of=unit,
    )


def _on(kind: str, of: str, lines: Blocks, segments: gpd.GeoDataFrame) -> Mask:
    """Return which street units a street, a segment or a crossing is made of."""
    if kind == "segment":
        return np.asarray(lines.index.astype("str") == of)
    if kind == "street":
        streets = segments["street"].fillna("").astype(str) if "street" in segments.columns else pd.Series("", index=segments.index)
        return np.asarray(streets.reindex(lines.index).fillna("") == of)
    wanted = {part.strip() for part in of.split("&")} - {""}
    corner = ~lines.index.isin(segments.index)
    meets = [len(wanted) > 1 and wanted <= set(name.split(" / ")) for name in geography.names(lines)]
    return np.asarray(corner & np.array(meets, dtype=bool))


def geography_of(city: City, unit: str) -> units.Geography:
    """Return a city's units of one kind and the unit of each incident: worked out once for a city, whatever the study."""
    return kept(city, _geography, unit)


def _geography(city: City, unit: str) -> units.Geography:
    return units.geography(city.incidents, city.blocks, unit, streets=city.segments)


def _layer_item(city: City, of: str) -> shapely.Geometry:
    kind, _, name = of.partition("/")
    if not name:
        raise _unknown(city, "layer", of)
    rows = city.context[(city.context["kind"] == kind) & (city.context["name"].fillna("").astype(str) == name)]
    shape = shapely.union_all(np.asarray(rows.geometry.array)) if len(rows) else None
    if shape is None or shape.is_empty:
        raise _unknown(city, "layer", of)
    if not shape.area > 0:
        raise DataError(told("place: {name} has no area of its own; draw a circle around it", name=repr(name)))
    return shape


def _numbers(kind: str, of: str) -> list[list[float]]:
    """Return the numbers of a circle or of the corners of an area; a `DataError` where they are no place on the globe."""
    try:
        rows = [[float(number) for number in row.split(",")] for row in of.strip(";").split(";")]
    except ValueError:
        rows = []
    size, least, most = (3, 1, 1) if kind == "circle" else (2, 3, MOST_CORNERS)
    fits = least <= len(rows) <= most and all(len(row) == size and abs(row[0]) <= 90 and abs(row[1]) <= 180 for row in rows)
    if not fits or (kind == "circle" and not 0 < rows[0][2] <= LONGEST_RADIUS):
        form = "circle:LAT,LON,METRES" if kind == "circle" else "polygon:LAT,LON;LAT,LON;LAT,LON"
        raise DataError(told("place: {text} is not of the form {form}", text=repr(f"{kind}:{of}"[:80]), form=form))
    return rows


def _shape(city: City, kind: str, of: str) -> shapely.Geometry:
    """Return a circle or an area drawn by hand, in the city's metres."""
    rows = np.array(_numbers(kind, of))
    to_metres = pyproj.Transformer.from_crs(4326, city.epsg, always_xy=True)
    x, y = to_metres.transform(rows[:, 1], rows[:, 0])
    if kind == "circle":
        return shapely.buffer(shapely.Point(x[0], y[0]), rows[0, 2], quad_segs=32)
    shape = shapely.Polygon(np.column_stack([x, y]))
    if not shape.is_valid or not shape.area > 0:
        raise DataError(told("place: the line around the area crosses itself; draw it again"))
    return shape


def _drawn(city: City, text: str, kind: str, outline: shapely.Geometry) -> Place:
    """Return an area: the points inside, and the part of each block's residents that its ground inside is of all its ground."""
    points = np.asarray(city.incidents.geometry.array)
    shapely.prepare(outline)
    located = np.isfinite(shapely.get_x(points))
    drawn = Blocks(city.blocks[outlined(city.blocks)])
    shapes = np.asarray(drawn.geometry.array)
    touched = shapely.intersects(outline, shapes)
    pieces = np.full(len(shapes), shapely.Polygon(), dtype=object)
    pieces[touched] = [_same_kind(one) for one in shapely.intersection(shapes[touched], outline)]
    size = shapely.area if (shapely.area(shapes) > 0).all() else shapely.length
    share = np.divide(size(pieces), size(shapes), out=np.zeros(len(shapes)), where=size(shapes) > 0)
    if not (share > 0).any():
        raise DataError(told("place: {text} lies outside of {city}", text=repr(text[:80]), city=city.name))
    name = text.split("/", 1)[1] if kind == "layer" else ""
    inside = located & shapely.intersects(outline, points)
    return Place(text, kind, name, outline, _parts(drawn, np.minimum(share, 1.0), pieces), inside, ~located, estimated=True)


def _same_kind(piece: shapely.Geometry) -> shapely.Geometry:
    """Return an intersection without the points and lines where two areas only touch."""
    parts = shapely.get_parts(piece)
    size = shapely.get_dimensions(parts)
    return piece if not len(parts) or len(set(size)) == 1 else shapely.union_all(parts[size == size.max()])


def _parts(blocks: Blocks, share: npt.NDArray[np.float64], shapes: npt.NDArray[np.object_]) -> Blocks:
    """Return the blocks of which a place has a share, as these shapes, with that share of their residents."""
    some = share > 0
    table = blocks[some].copy()
    for column in ("population", *censuses(blocks).values(), *(AGES + name for name in population_bands(blocks))):
        table[column] = table[column] * share[some]
    return check_blocks(table.set_geometry(gpd.GeoSeries(shapes[some], index=table.index, crs=blocks.crs)))


def narrowed(place: Place, whole: units.Geography, unit: str) -> units.Geography:
    """Return the units that lie in a place, or in part, with the residents of the place, and the unit of each incident in it.

    Units made of blocks keep their ids and have the residents of the parts inside. To other units the residents of the place are shared
    out anew, so that they add up; the streets that a place is made of keep their own.
    """
    inside = place.inside
    if unit in units.UNITS:
        table = place.blocks if unit == "blocks" else units.roll_up(place.blocks, unit)
    elif unit == place.lines_of:
        table = Blocks(whole.blocks.loc[list(place.lines)])
    else:
        table = _with_residents(place, _units_in(place, whole, unit), "length" if unit in units.ON_STREETS else "area")
    unit_of = whole.unit_of[inside].cat.set_categories(table.index)
    away, exposed = (None if one is None else one[inside] for one in (whole.away, whole.exposed_of))
    return units.Geography(table, unit_of, away, exposed)


def _units_in(place: Place, whole: units.Geography, unit: str) -> Blocks:
    """Return the units that a place holds a part of, and those on which somebody in it was killed."""
    shapes = np.asarray(whole.blocks.geometry.array)
    chosen = np.zeros(len(shapes) + 1, dtype=bool)
    chosen[whole.unit_of.cat.codes.to_numpy()[place.inside]] = True
    chosen = chosen[:-1]
    if unit in units.ON_STREETS and place.kind in ("street", "segment"):
        chosen |= whole.blocks.index.isin(place.lines)
    elif place.outline is not None:
        near = np.flatnonzero(shapely.intersects(place.outline, shapes) & outlined(whole.blocks))
        common = shapely.intersection(shapes[near], place.outline)
        size = np.where(shapely.get_dimensions(common) == 2, shapely.area(common), shapely.length(common))
        chosen[near[size >= LEAST_SHARED]] = True
    return Blocks(whole.blocks[chosen])


def _with_residents(place: Place, table: Blocks, by: str) -> Blocks:
    columns = ["population", *censuses(table).values()]
    share: Callable[[Blocks, Blocks], pd.Series] = interpolation.by_length if by == "length" else interpolation.by_area
    counted = {name: Blocks(place.blocks.assign(population=place.blocks[name])) for name in columns if name in place.blocks.columns}
    return Blocks(table.assign(**{name: share(blocks, table) for name, blocks in counted.items()}))

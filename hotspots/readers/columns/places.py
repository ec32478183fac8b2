"""Coordinates as the file writes them → points in the city's own system; a victim without a usable place is kept, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from hotspots.readers.columns.repeated_values import repeated_too_often
from hotspots.readers.columns.values import is_missing
from hotspots.readers.columns.written_places import coordinate, pairs
from hotspots.readers.faults import Floats
from hotspots.readers.files.text_tables import Table
from hotspots.readers.place_faults import UnknownSystemError
from hotspots.readers.report import Mask, Remark, only
from hotspots.readers.sections import IncidentSection
from hotspots.store.schema import DataError
from hotspots.words import mark, told

DEGREES = 4326
_BEYOND_DEGREES = 5.0
_STAND_INS = (-9.0, -1.0, 1.0)  # as degrees each lies in the sea; larger ones are no degrees, and are told as such


# What becomes of a row without a usable place, what is said of it, and what to do.
_SAID: dict[str, tuple[str, str, str]] = {
    "no_coordinates": ("accepted", mark("{rows} of {total} rows have no coordinates; the victims are counted and are on no map"), ""),
    "zero_coordinates": ("repaired", mark("{rows} of {total} rows have the coordinates 0, 0; taken as no place"), ""),
    "stand_in_coordinates": (
        "repaired",
        mark("{rows} of {total} rows have coordinates that only stand for none, such as -1, -1; taken as no place"),
        "",
    ),
    "impossible_coordinates": (
        "repaired",
        mark("{rows} of {total} rows have coordinates that cannot be; the victims are counted and are on no map"),
        mark("Correct the coordinates in the file."),
    ),
    "default_place": ("repaired", mark("{rows} of {total} rows lie at a place that city.toml lists as a default; taken as no place"), ""),
}


@dataclass(frozen=True, eq=False)
class Places:
    """The place of every row: `points` in the city's system (None where there is none), `unplaced` the reason, empty where placed.

    `x` and `y` are the file's own numbers, and `epsg` the system they are in.
    """

    points: npt.NDArray[np.object_]
    unplaced: npt.NDArray[np.str_]
    x: Floats
    y: Floats
    epsg: int
    remarks: tuple[Remark, ...]


def read_places(table: Table, section: IncidentSection, *, city_crs: pyproj.CRS) -> Places:
    """Return where each row happened, from two columns, a WKT column or the shapes of a GeoJSON file.

    A decimal comma is repaired. An empty place has no coordinates, nor has one that `stands_for_none`; text that is no
    number, or a place that the coordinate system cannot have, is impossible; a listed default place stands for "unknown". Raises
    `DataError` when no coordinate system is given and the numbers are not degrees.
    """
    x, y, blank, remarks = _numbers(table, section)
    x, y, epsg = _meant(x, y, table, section)
    column = section.geometry or section.x
    zero, stand_in = is_zero(x, y), stands_for_none(x, y)
    none = blank | stand_in
    unread = ~none & ~(np.isfinite(x) & np.isfinite(y))
    east, north, impossible = _projected(np.where(none | unread, np.nan, x), np.where(none | unread, np.nan, y), epsg, city_crs)
    impossible = (impossible & ~none) | unread
    default = _is_default(east, north, section, epsg=epsg, city_crs=city_crs) & ~none & ~impossible
    unplaced = np.select([none, impossible, default], ["no_coordinates", "impossible_coordinates", "default_place"], "")
    points = np.full(len(x), None, dtype=object)
    placed = unplaced == ""
    points[placed] = shapely.points(east[placed], north[placed])
    found = {
        "no_coordinates": blank,
        "zero_coordinates": zero & ~blank,
        "stand_in_coordinates": stand_in & ~zero & ~blank,
        "impossible_coordinates": impossible,
        "default_place": default,
    }
    for code, where in found.items():
        outcome, text, advice = _SAID[code]
        remarks.append(Remark(code, outcome, where, text, advice, column))
    remarks += [*_repeated(x, y, placed, column=column), _coarse(table, section, placed, epsg)]
    return Places(points, unplaced, x, y, epsg, only(remarks))


def zone_of(table: Table, section: IncidentSection) -> pyproj.CRS:
    """Return the UTM zone in which the places lie, by their middle; the coordinate system of a city that names none."""
    x, y, blank, _ = _numbers(table, section)
    x, y = _as_meant(x, y, section)
    known = ~blank & np.isfinite(x) & np.isfinite(y) & ~stands_for_none(x, y)
    if not known.any():
        raise DataError(
            told("incidents: no row has a place, so there is nothing to show on a map; give [blocks] and block_id, or coordinates")
        )
    epsg = section.epsg or table.epsg or _degrees_or_ask(x, y, table.source)
    lon, lat = pyproj.Transformer.from_crs(epsg, DEGREES, always_xy=True).transform(np.median(x[known]), np.median(y[known]))
    if not (np.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 84):
        raise DataError(
            told(
                "incidents: the coordinates are no places in the coordinate system {epsg}; correct epsg under [incidents] in city.toml",
                epsg=epsg,
            )
        )
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + min(int((lon + 180) // 6) + 1, 60))


def coordinates_of(table: Table, section: IncidentSection) -> tuple[Floats, Floats, int]:
    """Return the coordinates of every row as the file means them, missing where there are none, and the EPSG number of their system.

    Raises `UnknownSystemError` where the numbers are not degrees and no system is given.
    """
    x, y, _, _ = _numbers(table, section)
    return _meant(x, y, table, section)


def _meant(x: Floats, y: Floats, table: Table, section: IncidentSection) -> tuple[Floats, Floats, int]:
    x, y = _as_meant(x, y, section)
    return x, y, section.epsg or table.epsg or _degrees_or_ask(x, y, table.source)


def _as_meant(x: Floats, y: Floats, section: IncidentSection) -> tuple[Floats, Floats]:
    """Return the numbers with the signs that the file dropped, and as degrees where it holds many times them."""
    x, y = (-x if "x" in section.negate else x), (-y if "y" in section.negate else y)
    return x / section.degrees_times, y / section.degrees_times


def is_zero(x: Floats, y: Floats) -> Mask:
    """Return where both coordinates are 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(x) < 1e-6) & (np.abs(y) < 1e-6), dtype=np.bool_)


def stands_for_none(x: Floats, y: Floats) -> Mask:
    """Return where two coordinates are 0, or both -1, 1 or -9: what is typed where no place is known.

    >>> stands_for_none(np.array([0.0, -1.0, -89.2, 9.5]), np.array([0.0, -1.0, 13.7, 9.5])).tolist()
    [True, True, False, False]
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(is_zero(x, y) | ((x == y) & np.isin(x, _STAND_INS)), dtype=np.bool_)


def finite_pairs(table: Table, section: IncidentSection) -> tuple[Floats, Floats]:
    """Return the numbers of the rows that have two which do not stand for none."""
    x, y, _, _ = _numbers(table, section)
    known = np.isfinite(x) & np.isfinite(y) & ~stands_for_none(x, y)
    return x[known], y[known]


def _numbers(table: Table, section: IncidentSection) -> tuple[Floats, Floats, Mask, list[Remark]]:
    if section.geometry:
        read = pairs(table.columns[section.geometry])
        x, y = (read.y, read.x) if section.swapped else (read.x, read.y)
        return x, y, read.blank, [_comma_remark(read.comma, section.geometry)]
    if section.x and section.y:
        return _from_columns(table, section)
    size = len(table.columns)
    if table.shapes is None:
        return np.full(size, np.nan), np.full(size, np.nan), np.ones(size, dtype=bool), []
    gone = shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes)
    usable = table.shapes.copy()
    single = (shapely.get_type_id(usable) == 4) & (shapely.get_num_geometries(usable) == 1)  # a MultiPoint of one
    usable[single] = shapely.get_geometry(usable[single], 0)
    usable[shapely.get_type_id(usable) != 0] = None
    x, y = shapely.get_x(usable), shapely.get_y(usable)
    return (y, x, gone, []) if section.swapped else (x, y, gone, [])


def _from_columns(table: Table, section: IncidentSection) -> tuple[Floats, Floats, Mask, list[Remark]]:
    (x, x_comma), (y, y_comma) = (coordinate(table.columns[column]) for column in (section.x, section.y))
    blank = (is_missing(table.columns[section.x]) | is_missing(table.columns[section.y])).to_numpy(dtype=bool)
    return x, y, blank, [_comma_remark(x_comma | y_comma, section.x if x_comma.sum() >= y_comma.sum() else section.y)]


def _comma_remark(comma: Mask, column: str) -> Remark:
    return Remark(
        "decimal_comma",
        "repaired",
        comma,
        mark("{rows} of {total} rows write coordinates with a decimal comma; read as a point"),
        "",
        column,
    )


def _degrees_or_ask(x: Floats, y: Floats, file: str) -> int:
    known = np.isfinite(x) & np.isfinite(y)
    degrees = known & (np.abs(x) <= 180) & (np.abs(y) <= 180)
    if degrees.sum() * 2 >= known.sum():
        return DEGREES
    strange = known & ~degrees
    raise UnknownSystemError(file, x[strange], y[strange], of=int(known.sum()))


def _projected(x: Floats, y: Floats, epsg: int, city_crs: pyproj.CRS) -> tuple[Floats, Floats, Mask]:
    """Return the coordinates in the city's system, and where they cannot be a place of the system they are said to be in."""
    crs = pyproj.CRS.from_epsg(epsg)
    to_degrees = pyproj.Transformer.from_crs(crs, DEGREES, always_xy=True)
    lon, lat = to_degrees.transform(x, y)
    bad = ~(np.isfinite(lon) & np.isfinite(lat)) | (np.abs(lon) > 180) | (np.abs(lat) > 90)
    area = crs.area_of_use
    if area is not None and area.west < area.east and not crs.is_geographic:
        far = _BEYOND_DEGREES
        with np.errstate(invalid="ignore"):
            bad |= (lon < area.west - far) | (lon > area.east + far) | (lat < area.south - far) | (lat > area.north + far)
    east, north = pyproj.Transformer.from_crs(crs, city_crs, always_xy=True).transform(np.where(bad, np.nan, x), np.where(bad, np.nan, y))
    bad |= ~(np.isfinite(east) & np.isfinite(north))
    return np.where(bad, np.nan, east), np.where(bad, np.nan, north), bad


def _is_default(east: Floats, north: Floats, section: IncidentSection, *, epsg: int, city_crs: pyproj.CRS) -> Mask:
    """Return where a place is one of the listed defaults, to within a metre."""
    found = np.zeros(len(east), dtype=bool)
    if section.default_places:
        listed = gpd.points_from_xy(*zip(*section.default_places, strict=True), crs=epsg).to_crs(city_crs)
        for point in listed:
            found |= np.hypot(east - point.x, north - point.y) <= 1.0
    return found


def _repeated(x: Floats, y: Floats, placed: Mask, *, column: str) -> list[Remark]:
    """Return a remark for each coordinate that holds more victims than chance and the typical coordinate allow."""
    at = np.flatnonzero(placed)
    remarks = []
    for rows in repeated_too_often(np.column_stack([x[at], y[at]])):
        where = np.zeros(len(x), dtype=bool)
        where[at[rows]] = True
        place = f"[{x[at[rows[0]]]:.10g}, {y[at[rows[0]]]:.10g}]"
        text = told(
            "{rows} of {total} rows lie at one place, {place}; a station, a hospital or a city centre given when the "
            "true place is not known would look like a hot spot",
            place=place,
        )
        advice = told("If so, write under [incidents] in city.toml: default_places = [{place}].", place=place)
        remarks.append(Remark("pile_up", "accepted", where, text, advice, column))
    return remarks


def _coarse(table: Table, section: IncidentSection, placed: Mask, epsg: int) -> Remark:
    """Return a remark on degrees with fewer than three decimals: such places are right to a kilometre at best."""
    where = np.zeros(len(placed), dtype=bool)
    if section.x and section.y and epsg == DEGREES:
        short = [table.columns[name].str.strip().str.fullmatch(r"[-+]?[0-9]+(?:[.,][0-9]{0,2})?") for name in (section.x, section.y)]
        where = (short[0] & short[1]).to_numpy(dtype=bool) & placed
    where = where & (where.sum() * 2 > placed.sum())
    text = mark(
        "{rows} of {total} rows give degrees with two decimals or fewer: their places are right to about a kilometre, not to a block"
    )
    return Remark("coarse_places", "accepted", where, text, mark("Ask the source for exact coordinates."), section.x)

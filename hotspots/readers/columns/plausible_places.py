"""Do the victims lie where the blocks are? If not: which one change would put them there."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from hotspots.geography.grids import reach
from hotspots.readers.columns.places import DEGREES, Places
from hotspots.readers.faults import Floats
from hotspots.readers.place_faults import Change, LostSignInBlocksError, MisplacedError, OtherSystemError, SwappedInBlocksError
from hotspots.readers.report import Mask, Remark
from hotspots.readers.sections import IncidentSection
from hotspots.words import mark

Bounds = tuple[float, float, float, float]
_MARGIN = 500.0
_ENOUGH = 0.5
_SURE = 0.9
_SAMPLE = 400


def misplaced(places: Places, section: IncidentSection, *, bounds: Bounds, city_crs: pyproj.CRS) -> MisplacedError | None:
    """Return a fault when fewer than half of the given places lie within the blocks' bounds, with the change that would mend it.

    `bounds` are west, south, east, north of the blocks in the city's system, in metres. A file with no places at all has no fault.
    """
    given = np.isfinite(places.x) & np.isfinite(places.y) & ~np.isin(places.unplaced, ["no_coordinates", "default_place"])
    total = int(given.sum())
    share = _inside(places.x[given], places.y[given], places.epsg, bounds=bounds, city_crs=city_crs) if total else 1.0
    if share >= _ENOUGH:
        return None
    step = max(total // _SAMPLE, 1)
    x, y = places.x[given][::step], places.y[given][::step]
    mending = (
        change
        for change in _changes(places.epsg, section, bounds=bounds, city_crs=city_crs)
        if _inside(*change.applied(x, y), change.epsg or places.epsg, bounds=bounds, city_crs=city_crs) >= _SURE
    )
    change = next(mending, None)
    kind = MisplacedError if change is None else _kind(change)
    return kind(round(share * total), total, (float(x[0]), float(y[0])), change, section.swapped)


def _kind(change: Change) -> type[MisplacedError]:
    if change.epsg is not None:
        return OtherSystemError
    if change.swap is not None:
        return SwappedInBlocksError
    return LostSignInBlocksError if change.negate else MisplacedError


def strays(places: Places, *, bounds: Bounds, column: str) -> Remark:
    """Return a remark on the places outside the blocks' bounds: those victims count for the city and for no block."""
    placed = np.array([point is not None for point in places.points])
    east, north = shapely.get_x(places.points), shapely.get_y(places.points)
    where = placed & ~_within(east, north, bounds)
    text = mark(
        "{rows} of {total} rows lie more than 500 m outside the bounds of the blocks; the victims are counted for the city and in no block"
    )
    return Remark("outside_blocks", "accepted", where, text, mark("Look at these places: they may be wrong, or in another city."), column)


def far_away(places: Places, *, column: str) -> Remark:
    """Return a remark on the places that lie far from nearly all others, for a city without blocks to hold them against."""
    placed = np.array([point is not None for point in places.points])
    where = placed & ~reach(shapely.get_x(places.points), shapely.get_y(places.points))
    text = mark(
        "{rows} of {total} rows lie far from nearly all others (beyond three times the extent of the middle 98 "
        "%); the victims are counted for the city and are on no map"
    )
    return Remark("far_away", "accepted", where, text, mark("Look at these places: they may be wrong, or in another city."), column)


def likely_system(x: Floats, y: Floats, *, bounds: Bounds, city_crs: pyproj.CRS) -> int | None:
    """Return the EPSG number of the coordinate system in which the places lie where the blocks are, or None where none does."""
    step = max(len(x) // _SAMPLE, 1)
    for guess in _systems(bounds, city_crs):
        if _inside(x[::step], y[::step], guess, bounds=bounds, city_crs=city_crs) >= _SURE:
            return guess
    return None


def _inside(x: Floats, y: Floats, epsg: int, *, bounds: Bounds, city_crs: pyproj.CRS) -> float:
    try:
        east, north = pyproj.Transformer.from_crs(epsg, city_crs, always_xy=True).transform(x, y)
    except pyproj.exceptions.ProjError:
        return 0.0
    return float(np.mean(_within(east, north, bounds)))


def _within(east: Floats, north: Floats, bounds: Bounds) -> Mask:
    west, south, right, top = bounds
    with np.errstate(invalid="ignore"):
        return np.asarray((east >= west - _MARGIN) & (east <= right + _MARGIN) & (north >= south - _MARGIN) & (north <= top + _MARGIN))


def _changes(epsg: int, section: IncidentSection, *, bounds: Bounds, city_crs: pyproj.CRS) -> Iterator[Change]:
    yield Change(swap=(section.x, section.y))
    yield from (Change(negate=signs) for signs in (("x",), ("y",), ("x", "y")))
    yield from (Change(divide=power) for power in (1e5, 1e6, 1e7))
    yield from (Change(epsg=guess) for guess in _systems(bounds, city_crs) if guess != epsg)


def _systems(bounds: Bounds, city_crs: pyproj.CRS) -> Iterator[int]:
    """Yield the coordinate systems that the places could be in: degrees, the city's, the web map's, then those made for the region."""
    yield DEGREES
    own = city_crs.to_epsg()
    if own:
        yield own
    yield 3857
    west, south, east, north = pyproj.Transformer.from_crs(city_crs, DEGREES, always_xy=True).transform_bounds(*bounds)
    found = query_crs_info(
        auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS], area_of_interest=AreaOfInterest(west, south, east, north), contains=True
    )
    sized = [(abs(row.area_of_use.east - row.area_of_use.west), int(row.code)) for row in found if row.area_of_use and not row.deprecated]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from (code for _, code in sorted(sized)[:80])

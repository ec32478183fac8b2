"""Is a city where it says it is? Its time zone, its country, and whether distances are true in its coordinate system."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from hotspots.readers.columns.places import DEGREES, coordinates_of, stands_for_none
from hotspots.readers.columns.values import fold
from hotspots.readers.faults import Floats
from hotspots.readers.files.text_tables import Table
from hotspots.readers.place_faults import Change, ElsewhereError, LostSignError, SwappedAxesError
from hotspots.readers.sections import IncidentSection
from hotspots.store.schema import DataError
from hotspots.words import told

_FAR = 4_500.0  # km from the city that a time zone is named after, beyond which no place has that zone
_NEAR, _ALSO = 1_000.0, 1.5  # km within which a place is of a country; how much farther than the nearest one it may be
_ISLAND = 150.0  # km within which a place is on an island of an ocean
_TRUE = 0.02  # by how much a distance may be wrong in the city's coordinate system
_EARTH = 6_371.0
# Countries whose offices write English, Spanish, Portuguese or French, the languages of the names that the reader knows.
_COUNTRIES = {
    "en": "US GB IE CA AU NZ ZA IN PK BD LK NG KE GH UG TZ ZM ZW BW NA SG PH MY HK JM TT BB BS BZ GY GD LC VC AG DM KN MT FJ PG SB WS TO "
    "MW SL LR GM LS SZ RW SS SD ET MU SC BM KY VI PR GU",
    "es": "ES MX GT HN SV NI CR PA CU DO PR CO VE EC PE BO CL AR UY PY GQ",
    "pt": "PT BR AO MZ CV GW ST TL",
    "fr": "FR BE CH LU MC CA HT GF GP MQ RE YT NC PF SN CI ML BF NE TG BJ CM GA CG CD CF TD DJ KM MG MA DZ TN MR GN RW BI",
}
_SPOKEN = frozenset(" ".join(_COUNTRIES.values()).split())
_SPANISH = frozenset([*_COUNTRIES["es"].split(), "US", "PH", "BZ"])
_SPANISH_NAMES = re.compile(r"\b(?:fecha|latitud|longitud|hora|barrio|colonia|delito|homicidio|edad)\b")


@lru_cache(maxsize=1)
def _zones() -> pd.DataFrame:
    """Return the time zones of the world: country, zone, and the longitude and latitude of the place that each is named after."""
    rows = []
    for line in _zone_table().splitlines():
        if line and not line.startswith("#"):
            country, place, zone = line.split("\t")[:3]
            lat, lon = (_degrees(part) for part in re.findall(r"[-+][0-9]+", place))
            rows.append((country, zone, lon, lat))
    return pd.DataFrame(rows, columns=["country", "zone", "lon", "lat"])


def _zone_table() -> str:
    try:
        return (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        found = [Path(folder) / "zone.tab" for folder in zoneinfo.TZPATH]
        return next((path.read_text("utf-8") for path in found if path.is_file()), "")


def _degrees(text: str) -> float:
    """Return degrees, as `-0336` or `-033600` write them."""
    size = 2 if len(text) in (5, 7) else 3
    whole, minutes, seconds = int(text[1 : 1 + size]), int(text[1 + size : 3 + size]), int(text[3 + size :] or 0)
    return (whole + minutes / 60 + seconds / 3600) * (-1 if text[0] == "-" else 1)


def elsewhere(table: Table, section: IncidentSection, *, timezone: str) -> ElsewhereError | None:
    """Return the doubt whether places lie on another continent than the city, with the changes that would put them right.

    With a time zone ("UTC" stands for none) the middle of the places must be within reach of it. Without, it must be in a country where
    one of our languages is written, or no swapped pair or lost sign would put it in one.
    Names of columns that are Spanish leave the countries that write Spanish. Nothing is in doubt on a computer without a table of time
    zones.
    """
    if section.places_checked or _zones().empty:
        return None
    x, y, epsg = coordinates_of(table, section)
    known = np.isfinite(x) & np.isfinite(y) & ~stands_for_none(x, y)
    if not known.any():
        return None
    x, y = x[known], y[known]
    spoken = _spoken(table)
    if _fits(x, y, epsg, timezone, spoken=spoken):
        return None
    changes = tuple(
        (name, change) for name, change in _changes(section) if _fits(*change.applied(x, y), epsg, timezone, spoken=spoken, strict=True)
    )
    if not changes:
        return None
    kind = SwappedAxesError if changes[0][0] == "swap" else LostSignError
    near = tuple(_nearest(*_middle(*change.applied(x, y), epsg)) for _, change in changes)
    first = f"{x[0]:.10g}, {y[0]:.10g}"
    columns = (section.x, section.y) if section.x else ("", "")
    return kind(
        table.source, columns, section.geometry, section.swapped, first, int(known.sum()), _nearest(*_middle(x, y, epsg)), changes, near
    )


def _spoken(table: Table) -> frozenset[str]:
    """Return the countries whose offices may have named the columns."""
    names = " ".join(fold(str(name)) for name in table.columns.columns)
    return _SPANISH if _SPANISH_NAMES.search(names) else _SPOKEN


def _changes(section: IncidentSection) -> Iterator[tuple[str, Change]]:
    yield "swap", Change(swap=(section.x, section.y))
    yield from ((signs, Change(negate=tuple(signs))) for signs in ("x", "y", "xy"))


def _middle(x: Floats, y: Floats, epsg: int) -> tuple[float, float]:
    lon, lat = pyproj.Transformer.from_crs(epsg, DEGREES, always_xy=True).transform(x, y)
    good = np.isfinite(lon) & np.isfinite(lat)
    return (float(np.median(lon[good])), float(np.median(lat[good]))) if good.any() else (np.nan, np.nan)


def _fits(x: Floats, y: Floats, epsg: int, timezone: str, *, spoken: frozenset[str], strict: bool = False) -> bool:
    lon, lat = _middle(x, y, epsg)
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        return False
    return _of_country(lon, lat, spoken, strict=strict) if _no_zone(timezone) else _of_zone(lon, lat, timezone)


def _no_zone(timezone: str) -> bool:
    return timezone in ("UTC", "GMT", "") or timezone.startswith("Etc/")


def _of_zone(lon: float, lat: float, timezone: str) -> bool:
    """Return whether a place is within reach of the city that a zone is named after; of other zones, whether its noon is near noon."""
    zones = _zones()
    named = zones[zones["zone"] == timezone]
    if len(named):
        return bool(_distances(lon, lat, named).min() <= _FAR)
    offset = zoneinfo.ZoneInfo(timezone).utcoffset(datetime(2020, 1, 15))
    hours = 0.0 if offset is None else offset.total_seconds() / 3600
    return abs((lon - 15 * hours + 180) % 360 - 180) <= 45


def _of_country(lon: float, lat: float, spoken: frozenset[str], *, strict: bool) -> bool:
    """Return whether a place is not much farther from a country of our languages than from any other; strictly: near it, and nearest."""
    zones = _zones()
    far = _distances(lon, lat, zones)
    ours = far[zones["country"].isin(spoken).to_numpy()].min()
    if strict:
        sea = str(zones["zone"].iloc[int(far.argmin())]).startswith(("Atlantic/", "Indian/", "Pacific/"))
        return bool(ours <= (_ISLAND if sea else _NEAR) and ours <= far.min())
    return bool(ours <= far.min() * _ALSO)


def _nearest(lon: float, lat: float) -> str:
    """Return the zone whose place is nearest, as a name of the region."""
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return "?"
    return str(_zones()["zone"].iloc[int(_distances(lon, lat, _zones()).argmin())])


def _distances(lon: float, lat: float, zones: pd.DataFrame) -> Floats:
    """Return the distances in kilometres from a place to those that zones are named after."""
    east, north = np.radians(zones["lon"].to_numpy() - lon), np.radians(zones["lat"].to_numpy())
    own = np.radians(lat)
    part = np.sin((north - own) / 2) ** 2 + np.cos(own) * np.cos(north) * np.sin(east / 2) ** 2
    return np.asarray(2 * _EARTH * np.arcsin(np.sqrt(np.clip(part, 0, 1))))


def untrue_distances(x: Floats, y: Floats, epsg: int, city_crs: pyproj.CRS) -> DataError | None:
    """Return a fault where distances in the city's coordinate system are wrong by more than 2 % at its places: web maps, other zones."""
    known = np.isfinite(x) & np.isfinite(y) & ~stands_for_none(x, y)
    lon, lat = _middle(x[known], y[known], epsg) if known.any() else (np.nan, np.nan)
    if not (abs(lon) <= 180 and abs(lat) < 84):
        return None
    step = 0.005
    there = pyproj.Transformer.from_crs(DEGREES, city_crs, always_xy=True)
    east, north = there.transform([lon - step, lon + step, lon, lon], [lat, lat, lat - step, lat + step])
    drawn = np.hypot(east[1] - east[0], north[1] - north[0]), np.hypot(east[3] - east[2], north[3] - north[2])
    geod = pyproj.Geod(ellps="WGS84")
    true = geod.inv(lon - step, lat, lon + step, lat)[2], geod.inv(lon, lat - step, lon, lat + step)[2]
    times = max((a / b for a, b in zip(drawn, true, strict=True)), key=lambda ratio: abs(ratio - 1) if np.isfinite(ratio) else np.inf)
    if abs(times - 1) <= _TRUE:
        return None
    zone = (32600 if lat >= 0 else 32700) + min(int((lon + 180) // 6) + 1, 60)
    if not np.isfinite(times):
        return DataError(
            told(
                "city.toml: epsg = {epsg} ({name}) does not reach the places of the city; write epsg = {zone}, or leave it out",
                epsg=city_crs.to_epsg(),
                name=city_crs.name,
                zone=zone,
            )
        )
    return DataError(
        told(
            "city.toml: in epsg = {epsg} ({name}) distances at the places of the city are {times} times the true ones, so that "
            "areas and densities would be wrong; write epsg = {zone}, or leave it out",
            epsg=city_crs.to_epsg(),
            name=city_crs.name,
            times=f"{times:.2f}",
            zone=zone,
        )
    )

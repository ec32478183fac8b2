"""Tables, views or queries of a PostgreSQL database, with PostGIS or without → files of the folder: one snapshot, piece by piece."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from hotspots.cities.sources.catalogue import Source
from hotspots.cities.sources.rows import MOST_ROWS, Update, changes, describe, marks, rows_of
from hotspots.cities.sources.snapshot import Snapshot, snapshot
from hotspots.cities.sources.web import SourceError
from hotspots.words import Told, told

PIECE = 20_000  # rows that are in memory at once
_PLACE = ("geometry_x", "geometry_y")
_DEGREES = 4326
_ZONED = 1184  # the number that PostgreSQL gives to the type timestamptz
_SHAPES = "SELECT oid::int FROM pg_type WHERE typname IN ('geometry', 'geography')"
_READABLE = """
SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1 LIMIT 20"""


@dataclass(frozen=True)
class _Table:
    """What is asked: `sql` gives every column as text; `geometry` is the column of shapes (empty: none), of the number
    `srid` there, in the system `crs`."""

    sql: str
    geometry: str = ""
    srid: int = 0
    crs: pyproj.CRS | None = None


def fetch_tables(source: Source, folder: Path, *, progress: Callable[[Told], None] = lambda _: None) -> Update:
    """Bring the folder up to date from the database, whole or not at all: incidents as CSV, areas with shapes as GeoParquet.

    Both are read in one snapshot. Every value is the text that the server writes for it, a clock with a zone that of the city's zone;
    points are `geometry_x` and `geometry_y`, in degrees. Raises a `SourceError` for all that fails; the folder then holds what it held.
    """
    if not source.table:
        raise SourceError(told("{source}: table is missing: the table, the view or the SELECT of the homicides", source=source.name))
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=raw, prefix=".database-") as place:
        with snapshot(source, say=progress) as seen:
            _clock(seen)
            incidents = _table(seen, source.table, where=source.where, key=source.key)
            new = {"incidents": _incidents(seen, incidents, Path(place), progress)}
            if source.areas:
                new["blocks"] = _areas(seen, _table(seen, source.areas), Path(place), progress)
        rows, numbers = _put(source, list(new.values()), raw)
    said: dict[str, dict[str, Any]] = {section: {"file": f"raw/{file.name}"} for section, file in new.items()}
    if incidents.geometry:
        said["incidents"] |= {"x": _PLACE[0], "y": _PLACE[1], "epsg": _DEGREES}
    describe(source, folder, **said)
    return Update(raw / "incidents.csv", rows, *numbers, asked=len(new))


def _clock(seen: Snapshot) -> None:
    """Let the server write days and clocks as we read them: clocks with a zone in that of the city, which the reader knows, or in UTC."""
    zone = str(seen.source.city.get("timezone", "UTC")).replace("'", "")
    seen.ask(f"SET LOCAL timezone = '{zone}'")
    seen.ask("SET LOCAL datestyle = 'ISO'")


def _table(seen: Snapshot, table: str, *, where: str = "", key: str = "") -> _Table:
    """Return what to ask of a table, a view or a SELECT, once its columns are known."""
    if ";" in table + where:
        raise SourceError(told("{source}: table and where are one question, without a semicolon", source=seen.source.name))
    whole = f"({table}\n)" if re.match(r"\s*(select|with)\s", table, re.I) else ".".join(map(_name, table.split(".")))
    asked = f"SELECT * FROM {whole} AS asked" + (f" WHERE ({where}\n)" if where else "")
    kinds = _columns(seen, asked, table)
    shapes = {row[0] for row in seen.ask(_SHAPES)}
    geometries = [name for name, kind in kinds if kind in shapes]
    names = [name for name, _ in kinds]
    twice = {name for name in names if names.count(name) > 1} | ({*_PLACE} & {*names} if geometries else set())
    if len(geometries) > 1 or twice:
        listed = ", ".join(sorted(twice) or geometries)
        raise SourceError(
            told(
                "{source}: one column of shapes and one of each name can be read, not {listed}: ask for fewer",
                source=seen.source.name,
                listed=listed,
            )
        )
    if key and key not in names:
        raise SourceError(
            told("{source}: no column is called {key}; there are {listed}", source=seen.source.name, key=key, listed=", ".join(names))
        )
    local = "timezone" in seen.source.city
    texts = [f"{_name(name)}{'::timestamp' if kind == _ZONED and local else ''}::text AS {_name(name)}" for name, kind in kinds]
    sql = f"SELECT {', '.join(texts)} FROM ({asked}) AS told" + (f" ORDER BY told.{_name(key)}" if key else "")
    shape = geometries[0] if geometries else ""
    if not shape:
        return _Table(sql)
    return _Table(sql, shape, *_system(seen, f"SELECT told.{_name(shape)}::text FROM ({asked}) AS told", shape))


def _name(name: str) -> str:
    return '"' + name.strip().strip('"').replace('"', '""') + '"'


def _names_no_table(error: Exception) -> bool:
    return getattr(getattr(error, "orig", None), "sqlstate", "") == "42P01"


def _columns(seen: Snapshot, asked: str, table: str) -> list[tuple[str, int]]:
    """Return the names of the columns and the numbers of their types; where there is no such table, name those that there are."""
    from sqlalchemy.exc import ProgrammingError

    try:
        return [(one[0], one[1]) for one in seen.ask(f"SELECT * FROM ({asked}) AS told LIMIT 0").cursor.description]
    except ProgrammingError as error:
        if not _names_no_table(error):
            raise
    seen.con.rollback()
    listed = ", ".join(row[0] for row in seen.ask(_READABLE)) or "–"
    raise SourceError(
        told(
            "{source}: there is no table {table} at {where}; the role can read {listed}",
            source=seen.source.name,
            table=repr(table),
            where=seen.where,
            listed=listed,
        )
    )


def _system(seen: Snapshot, shapes: str, name: str) -> tuple[int, pyproj.CRS]:
    """Return the number of the first shape's coordinate system, and that system; degrees where there is no shape."""
    first = seen.ask(f"SELECT * FROM ({shapes}) AS one(shape) WHERE shape IS NOT NULL LIMIT 1").scalar()
    number = int(shapely.get_srid(shapely.from_wkb(first))) if first else _DEGREES
    for authority in ("EPSG", "ESRI"):
        with suppress(pyproj.exceptions.CRSError):
            return number, pyproj.CRS.from_authority(authority, number)
    raise SourceError(
        told(
            "{source}: the shapes in {column} have the SRID {number}, which names no coordinate system; "
            "give one in a view, with ST_SetSRID",
            source=seen.source.name,
            column=name,
            number=number,
        )
    )


def _pieces(seen: Snapshot, table: _Table, progress: Callable[[Told], None]) -> Iterator[pd.DataFrame]:
    """Yield the rows piece by piece; shapes in another system than the first are refused."""
    rows = 0
    seen.ask(f"DECLARE told NO SCROLL CURSOR FOR {table.sql}")
    while len(piece := _piece(seen, table)):
        rows += len(piece)
        if rows > MOST_ROWS:
            raise SourceError(told("{source}: more than {n} rows; narrow what is asked for", source=seen.source.name, n=f"{MOST_ROWS:,}"))
        _one_system(seen.source, table, piece)
        progress(told("{source}: {n} rows", source=seen.source.name, n=f"{rows:,}"))
        yield piece
    seen.ask("CLOSE told")
    if not rows:
        raise SourceError(told("{source}: the service has no rows; nothing was changed", source=seen.source.name))


def _piece(seen: Snapshot, table: _Table) -> pd.DataFrame:
    seen.heard()
    sql = f"FETCH {PIECE} FROM told"
    return gpd.read_postgis(sql, seen.con, geom_col=table.geometry, crs=table.crs) if table.geometry else pd.read_sql_query(sql, seen.con)


def _one_system(source: Source, table: _Table, piece: pd.DataFrame) -> None:
    """Refuse shapes that are in another system than the first."""
    if not table.geometry:
        return
    numbers = {int(number) for number in shapely.get_srid(piece[table.geometry].dropna().array)} | {table.srid}
    if len(numbers) > 1:
        listed = ", ".join(map(str, sorted(numbers)))
        raise SourceError(
            told(
                "{source}: the shapes in {column} are in several coordinate systems (SRID {listed}); give one in a view, with ST_Transform",
                source=source.name,
                column=table.geometry,
                listed=listed,
            )
        )


def _incidents(seen: Snapshot, table: _Table, place: Path, progress: Callable[[Told], None]) -> Path:
    """Write the incidents piece by piece; a shape that is one point becomes two columns."""
    file = place / "incidents.csv"
    for n, piece in enumerate(_pieces(seen, table, progress)):
        rows = piece
        if table.geometry:
            rows = piece.drop(columns=table.geometry).assign(**_points(seen.source, piece.geometry))
        rows.to_csv(file, mode="a", header=n == 0, index=False, lineterminator="\n", encoding="utf-8")
    return file


def _points(source: Source, shapes: gpd.GeoSeries) -> dict[str, Any]:
    """Return the degrees of shapes that are one point; nothing where there is none."""
    degrees = shapes.to_crs(_DEGREES).to_numpy()
    points = shapely.get_geometry(degrees, 0)  # the point itself, or the first of a MultiPoint
    full = ~(shapely.is_missing(degrees) | shapely.is_empty(degrees))
    odd = full & ((shapely.get_type_id(points) != 0) | (shapely.get_num_geometries(degrees) != 1))
    if odd.any():
        raise SourceError(
            told(
                "{source}: {n} homicides are no single point but {kind}; give points in a view, with ST_PointOnSurface",
                source=source.name,
                n=f"{odd.sum():,}",
                kind=str(shapes.geom_type[odd].iloc[0]),
            )
        )
    points[~full] = None
    return {_PLACE[0]: shapely.get_x(points), _PLACE[1]: shapely.get_y(points)}


def _areas(seen: Snapshot, table: _Table, place: Path, progress: Callable[[Told], None]) -> Path:
    """Write the areas: with their shapes as GeoParquet, without as CSV."""
    areas = pd.concat(list(_pieces(seen, table, progress)), ignore_index=True)
    if not table.geometry:
        areas.to_csv(place / "areas.csv", index=False, lineterminator="\n", encoding="utf-8")
        return place / "areas.csv"
    (areas if areas.crs.to_epsg() else areas.to_crs(_DEGREES)).to_parquet(place / "areas.parquet", index=False)
    return place / "areas.parquet"


def _put(source: Source, files: Sequence[Path], raw: Path) -> tuple[int, tuple[int, int, int]]:
    """Put the files into the folder where anything in them differs; return how many rows they have, and are added, changed and gone."""
    rows, differ = 0, []
    for file, key in zip(files, (source.key, ""), strict=False):
        new, old = marks(rows_of(file), key), marks(rows_of(raw / file.name), key)
        if new.twice:
            raise SourceError(
                told(
                    "{source}: {n} rows have a {key} that another row has as well, or none; name the column that tells the rows apart",
                    source=source.name,
                    n=f"{new.twice:,}",
                    key=key,
                )
            )
        rows += new.rows
        differ.append(changes(old, new))
    for file, numbers in zip(files, differ, strict=True):
        if any(numbers) or not (raw / file.name).is_file():
            os.replace(file, raw / file.name)
    added, changed, gone = (sum(numbers) for numbers in zip(*differ, strict=True))
    return rows, (added, changed, gone)

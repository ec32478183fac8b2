"""The version served of each city as PostGIS views, for QGIS, ArcGIS and whoever asks in SQL: `hotspots_maps.<city>_<table>`.

Each has `row_id`, its columns as they are in the version, `version`, and the shape in the city's own metres. They change in the very
transaction that serves another version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from pandas.api import types

if TYPE_CHECKING:
    import psycopg

SCHEMA = "hotspots_maps"
_DEGREES = 4326
_ROWS = 20_000  # that are text at once
_LINES, _AREAS = "MultiLineString", "MultiPolygon"
_SINGLE = {0: "Point", 1: _LINES, 2: _LINES, 3: _AREAS, 4: "MultiPoint", 5: _LINES, 6: _AREAS}
_INTO_MANY = {1: shapely.multilinestrings, 3: shapely.multipolygons}


def postgis(con: psycopg.Connection[Any]) -> str:
    """Return the schema of PostGIS in this database, quoted; empty where there is none."""
    row = con.execute(
        "SELECT quote_ident(n.nspname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typname = 'geometry'"
    ).fetchone()
    return str(row[0]) if row else ""


def show(con: psycopg.Connection[Any], slug: str, number: int, tables: Mapping[str, pd.DataFrame]) -> None:
    """Let the views of a city show these tables, within the transaction that is open: those with shapes. Nothing without PostGIS."""
    gis = postgis(con)
    if not gis:
        return
    shown = set()
    for name in tables:
        table = tables[name]
        if isinstance(table, gpd.GeoDataFrame):
            shown.add(name)
            _fill(con, _view(con, slug, name), number, _with_numbers(table), gis)
    for (name,) in con.execute("SELECT name FROM hotspots.layer WHERE city = %s", (slug,)).fetchall():
        if name not in shown:
            _drop(con, slug, name)


def hide(con: psycopg.Connection[Any], slug: str) -> None:
    """Remove the views of a city, and what they show."""
    for (name,) in con.execute("SELECT name FROM hotspots.layer WHERE city = %s", (slug,)).fetchall():
        _drop(con, slug, name)


def _view(con: psycopg.Connection[Any], slug: str, name: str) -> str:
    """Return the name of the view: letters, digits and `_`, at most 48, not beginning with a digit, and no other's."""
    known = con.execute("SELECT view FROM hotspots.layer WHERE city = %s AND name = %s", (slug, name)).fetchone()
    if known:
        return str(known[0])
    plain = f"{'city_' if slug[0].isdecimal() else ''}{slug.replace('-', '_')}"
    for number in range(1, 1000):
        view = f"{plain[: 44 - len(name)]}_{name}{'' if number == 1 else f'_{number}'}"
        row = con.execute(
            "INSERT INTO hotspots.layer (city, name, view, columns) VALUES (%s, %s, %s, '') ON CONFLICT DO NOTHING RETURNING 1",
            (slug, name, view),
        ).fetchone()
        if row:
            return view
    raise AssertionError(slug)


def _with_numbers(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table with its index as a column, in a system that has a number."""
    rows = table.reset_index() if table.index.name and table.index.name not in table.columns else table.reset_index(drop=True)
    return rows if rows.crs is not None and rows.crs.to_epsg() else rows.to_crs(_DEGREES) if rows.crs is not None else rows


def _kind(column: pd.Series) -> str:
    if types.is_bool_dtype(column):
        return "boolean"
    if types.is_integer_dtype(column):
        return "bigint"
    if types.is_float_dtype(column):
        return "double precision"
    return "timestamp" if types.is_datetime64_any_dtype(column) else "text"


def _shape(table: gpd.GeoDataFrame) -> tuple[str, Any]:
    """Return the kind of shapes that a layer has, one for all, and the shapes in it."""
    shapes = shapely.force_2d(table.geometry.to_numpy())
    kinds = {_SINGLE.get(int(kind), "") for kind in shapely.get_type_id(shapes) if kind >= 0}
    if len(kinds) != 1 or "" in kinds:
        return ("Geometry" if kinds else "Point"), shapes
    (kind,) = kinds
    many = [_INTO_MANY[one]([shape]) if (one := shapely.get_type_id(shape)) in _INTO_MANY else shape for shape in shapes]
    return kind, many if kind != "Point" else shapes


def _fill(con: psycopg.Connection[Any], view: str, number: int, table: gpd.GeoDataFrame, gis: str) -> None:
    plain = table.drop(columns=table.geometry.name)
    srid = (table.crs.to_epsg() or 0) if table.crs is not None else 0
    if not con.execute(f"SELECT 1 FROM {gis}.spatial_ref_sys WHERE srid = %s", (srid,)).fetchone():
        table, srid = (table.to_crs(_DEGREES), _DEGREES) if srid else (table, 0)
    kind, shapes = _shape(table)
    plain = plain.rename(columns={name: f"{name}_" for name in plain if str(name).lower() in ("row_id", "version", "shape")})
    columns = {_name(str(name)): _kind(plain[name]) for name in plain}
    columns |= {"version": "integer", "shape": f"{gis}.geometry({kind}, {srid})"}
    described = ", ".join(f"{name} {sort}" for name, sort in columns.items())
    (before,) = con.execute("SELECT columns FROM hotspots.layer WHERE view = %s", (view,)).fetchone() or ("",)
    if before != described:  # only then do those who look at the view wait for us, and we for them
        con.execute(f"DROP VIEW IF EXISTS {SCHEMA}.{_name(view)}; DROP TABLE IF EXISTS hotspots.{_name('of_' + view)}")
        con.execute(f"CREATE TABLE hotspots.{_name('of_' + view)} (row_id integer PRIMARY KEY, {described})")
        con.execute(f"CREATE INDEX ON hotspots.{_name('of_' + view)} USING gist (shape)")
        con.execute(f"CREATE VIEW {SCHEMA}.{_name(view)} AS SELECT * FROM hotspots.{_name('of_' + view)}")
        con.execute("UPDATE hotspots.layer SET columns = %s WHERE view = %s", (described, view))
    else:
        con.execute(f"DELETE FROM hotspots.{_name('of_' + view)}")
    with con.cursor() as cursor, cursor.copy(f"COPY hotspots.{_name('of_' + view)} FROM STDIN") as copy:
        for first in range(0, len(plain), _ROWS):
            part = plain.iloc[first : first + _ROWS]
            said = [*_texts(part), [str(number)] * len(part), _hexadecimal(shapes[first : first + _ROWS], srid)]
            for row, values in enumerate(zip(*said, strict=True), first + 1):
                copy.write_row((str(row), *values))


def _texts(plain: pd.DataFrame) -> Iterator[list[str | None]]:
    for name in plain:
        column = plain[name]
        missing = column.isna().to_numpy()
        told = column.dt.strftime("%Y-%m-%d %H:%M:%S.%f") if types.is_datetime64_any_dtype(column) else column.astype(object).map(str)
        yield [None if gone else text.replace("\0", "") for text, gone in zip(told.astype(object), missing, strict=True)]


def _hexadecimal(shapes: Any, srid: int) -> list[str | None]:
    there = shapely.set_srid(shapes, srid) if srid else shapes
    return [None if one is None else str(one) for one in shapely.to_wkb(there, hex=True, include_srid=bool(srid))]


def _drop(con: psycopg.Connection[Any], slug: str, name: str) -> None:
    view = _view(con, slug, name)
    con.execute(f"DROP VIEW IF EXISTS {SCHEMA}.{_name(view)}; DROP TABLE IF EXISTS hotspots.{_name('of_' + view)}")
    con.execute("DELETE FROM hotspots.layer WHERE city = %s AND name = %s", (slug, name))


def _name(name: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""').replace("\0", "")[:63] + '"'

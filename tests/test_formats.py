"""The same small city in every format that we read gives the same city."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
import small_city as small

from hotspots import cities
from hotspots.readers.files.any_file import kind_of, read_file
from hotspots.readers.files.workbooks import read_workbook
from hotspots.store.schema import DataError

HEAD = small.HEADER.split(",")


def book_of(rows: list[list[Any]], *, title: str = "Hoja1", more: dict[str, list[list[Any]]] | None = None, **options: Any) -> bytes:
    """Return a workbook with these rows, and further sheets."""
    book = openpyxl.Workbook()
    book.active.title = title
    if options.get("epoch"):
        book.epoch = options["epoch"]
    for row in rows:
        book.active.append(row)
    for name, others in (more or {}).items():
        sheet = book.create_sheet(name)
        for row in others:
            sheet.append(row)
    for cells in options.get("merged", ()):
        book.active.merge_cells(cells)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def typed_rows() -> list[list[Any]]:
    """Return the clean rows with real dates and numbers, as a person types them into a workbook."""
    rows = []
    for line in small.rows():
        case, day, lon, lat, age, sex, weapon = line.split(",")
        rows.append([case, dt.datetime.fromisoformat(day), float(lon), float(lat), int(age), sex, weapon])
    return rows


def read_book(tmp_path: Path, rows: list[list[Any]], *keys: str, **options: Any) -> cities.City:
    folder = small.write_city(tmp_path / "town", toml=small.with_lines('file = "h.xlsx"', *keys))
    (folder / "h.xlsx").write_bytes(book_of(rows, **options))
    return cities.read_folder(folder)


def codes(city: cities.City) -> dict[str, int]:
    return {row.code: row.rows for row in city.report.findings}


@pytest.fixture
def clean(tmp_path: Path) -> cities.City:
    return cities.read_folder(small.write_city(tmp_path / "clean"))


def same(one: cities.City, other: cities.City) -> None:
    pd.testing.assert_frame_equal(one.incidents.drop(columns="geometry"), other.incidents.drop(columns="geometry"))
    assert one.incidents.geometry.geom_equals_exact(other.incidents.geometry, 1e-6).all()


# ----------------------------------------------------------------------------------------------------------- workbooks

NOTE = ["Fuente: Policía Nacional"]
BOOKS: dict[str, tuple[Callable[[], list[list[Any]]], dict[str, Any], dict[str, int]]] = {
    "typed": (lambda: [HEAD, *typed_rows()], {}, {}),
    "all text": (lambda: [HEAD, *(line.split(",") for line in small.rows())], {}, {}),
    "title rows, merged": (
        lambda: [["Homicidios 2019"], ["Policía Nacional"], [], HEAD, *typed_rows()],
        {"merged": ["A1:G1", "A2:G2"]},
        {"title_rows": 0},
    ),
    "two header rows": (lambda: [["", "", "Lugar", "", "Víctima", "", ""], HEAD, *typed_rows()], {}, {"title_rows": 0}),
    "blank rows": (lambda: [HEAD, *typed_rows()[:5], [], [], *typed_rows()[5:]], {}, {"blank_rows": 2}),
    "a totals row": (lambda: [HEAD, *typed_rows(), ["TOTAL", None, None, None, 306]], {}, {"total_row": 1}),
    "footnotes": (lambda: [HEAD, *typed_rows(), [], NOTE, ["Datos preliminares"]], {}, {"blank_rows": 1, "footnote": 2}),
    "an empty column between": (lambda: [[*HEAD[:3], "", *HEAD[3:]], *([*row[:3], None, *row[3:]] for row in typed_rows())], {}, {}),
    "serial numbers": (
        lambda: [HEAD, *([row[0], (row[1] - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1), *row[2:]] for row in typed_rows())],
        {},
        {"serial_dates": 12},
    ),
    "serial numbers from 1904": (
        lambda: [HEAD, *([row[0], (row[1] - dt.datetime(1904, 1, 1)) / dt.timedelta(days=1), *row[2:]] for row in typed_rows())],
        {"epoch": openpyxl.utils.datetime.MAC_EPOCH},
        {"serial_dates": 12},
    ),
    "an error in a cell": (lambda: [[*HEAD, "note"], *([*row, "#N/A"] for row in typed_rows())], {}, {"sheet_errors": 0}),
    "another sheet first": (lambda: [["Portada"], ["Informe"]], {"more": {"Datos": [HEAD, *typed_rows()]}}, {}),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_is_read_as_the_text_table_is(tmp_path: Path, clean: cities.City, name: str) -> None:
    rows, options, found = BOOKS[name]
    city = read_book(tmp_path, rows(), **options)
    offset = {"title rows, merged": 3, "two header rows": 1}.get(name, 0)
    assert {code: n for code, n in codes(city).items() if code != "title_rows"} == {k: n for k, n in found.items() if k != "title_rows"}
    assert ("title_rows" in codes(city)) == (offset > 0)
    fields = [column for column in clean.incidents.columns if column not in ("geometry", "event_id")]
    pd.testing.assert_frame_equal(city.incidents[fields], clean.incidents[fields])
    if name != "blank rows":
        assert city.incidents["event_id"].tolist() == [f"row {i + 2 + offset}" for i in range(12)]


def test_an_example_names_the_sheet_and_the_row_that_excel_shows(tmp_path: Path) -> None:
    rows = typed_rows()
    rows[4][4] = 999
    city = read_book(tmp_path, [["Homicidios"], [], HEAD, *rows], title="Año 2019")
    one = next(row for row in city.report.findings if row.code == "bad_age").examples[0]
    assert (one.file, one.row, one.column, one.value) == ("sheet Año 2019", 8, "age", "999")


def test_a_sheet_and_a_header_row_may_be_named(tmp_path: Path) -> None:
    old = [[*row[:4], 50, *row[5:]] for row in typed_rows()]
    rows = [HEAD, ["código", "fecha", "x", "y", "edad", "sexo", "arma"], *typed_rows()]
    more = {"old": [HEAD, *old]}
    with pytest.raises(DataError, match="both hold the columns"):
        read_book(tmp_path, rows, more=more)
    assert read_book(tmp_path, rows, 'sheet = "old"', more=more).incidents["age"].eq(50).all()
    with pytest.raises(DataError, match=r"no sheet 'new'; the workbook has: Hoja1, old"):
        read_book(tmp_path, rows, 'sheet = "new"', more=more)
    named = ('x = "x"', 'y = "y"', 'date = "fecha"', "header_row = 2")
    folder = small.write_city(
        tmp_path / "town",
        toml=small.with_lines('file = "h.xlsx"', *named, "age", "sex", "weapon"),
    )
    (folder / "h.xlsx").write_bytes(book_of(rows))
    assert len(cities.read_folder(folder).incidents) == 12


def test_ids_kept_as_text_keep_their_zeros_and_formulas_give_their_value(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(book_of([["id", "n", "t", "b"], ["0042", 17.0, dt.time(20, 15), True], ["NA", 0.5, "=1+1", None]]))
    table = read_workbook(path)
    assert table.columns.to_numpy().tolist() == [["0042", "17", "20:15:00", "TRUE"], ["NA", "0.5", "", ""]]


def test_two_workbooks_are_one_list_and_each_row_knows_its_file(tmp_path: Path) -> None:
    rows = typed_rows()
    rows[2][4] = -5
    folder = small.write_city(tmp_path / "town", toml=small.with_lines('file = ["a.xlsx", "b.xlsx"]'))
    (folder / "a.xlsx").write_bytes(book_of([HEAD, *typed_rows()]))
    (folder / "b.xlsx").write_bytes(book_of([HEAD, *rows], title="B"))
    city = cities.read_folder(folder)
    assert len(city.incidents) == 24
    assert city.incidents["event_id"].value_counts().tolist() == [2] * 12  # the same day and the same place, twice
    one = next(row for row in city.report.findings if row.code == "bad_age").examples[0]
    assert (one.file, one.row) == ("b.xlsx, sheet B", 4)


def test_population_from_a_workbook(tmp_path: Path) -> None:
    toml = small.with_lines(
        'population_file = "p.xlsx"', 'population_sheet = "p"', 'population_id = "block"', 'population = "n"', section="[blocks]"
    )
    folder = small.write_city(tmp_path / "town", toml=toml)
    (folder / "p.xlsx").write_bytes(
        book_of([["portada"]], more={"p": [["Censo"], ["block", "n"], ["01", 10], ["02", "1,234"], ["03", -666666666], ["04", 0]]})
    )
    city = cities.read_folder(folder)
    assert city.blocks["population"].tolist() == pytest.approx([10, 1234, np.nan, 0], nan_ok=True)
    assert {"population_negative", "population_thousands"} <= codes(city).keys()


# -------------------------------------------------------------------------------------------------------------- layers


def frame(epsg: int = 4326) -> gpd.GeoDataFrame:
    """Return the four blocks as a table."""
    rows = small.blocks()
    shapes = [shapely.Polygon(row["geometry"]["coordinates"][0]) for row in rows]
    table = gpd.GeoDataFrame([row["properties"] for row in rows], geometry=shapes, crs=4326)
    return table.to_crs(epsg)


def zipped(table: gpd.GeoDataFrame, tmp_path: Path, *, inside: str = "", leave: tuple[str, ...] = (), **options: Any) -> bytes:
    """Return the table as a zipped shapefile."""
    folder = tmp_path / "parts"
    folder.mkdir(exist_ok=True)
    table.to_file(folder / "bloques.shp", **options)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("bloques.*")):
            if part.suffix not in leave:
                archive.write(part, f"{inside}{part.name}")
    return raw.getvalue()


def geopackage(table: gpd.GeoDataFrame, path: Path, layer: str = "blocks") -> bytes:
    table.to_file(path, layer=layer, driver="GPKG")
    return path.read_bytes()


def parquet(table: gpd.GeoDataFrame, path: Path) -> bytes:
    table.to_parquet(path)
    return path.read_bytes()


LAYERS: dict[str, Callable[[Path], tuple[str, bytes]]] = {
    "shapefile": lambda tmp: ("b.zip", zipped(frame(), tmp)),
    "shapefile in metres": lambda tmp: ("b.zip", zipped(frame(32615), tmp)),
    "shapefile in feet, in a folder": lambda tmp: ("b.ZIP", zipped(frame(2272), tmp, inside="datos/")),
    "geopackage": lambda tmp: ("b.gpkg", geopackage(frame(), tmp / "b.gpkg")),
    "geopackage in metres": lambda tmp: ("b.gpkg", geopackage(frame(3857), tmp / "b.gpkg")),
    "geoparquet": lambda tmp: ("b.parquet", parquet(frame(), tmp / "b.parquet")),
    "geoparquet in metres": lambda tmp: ("b.geoparquet", parquet(frame(32615), tmp / "b.parquet")),
    "geojson": lambda tmp: ("b.json", small.layer(small.blocks()).encode()),
}


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", LAYERS)
def test_blocks_of_every_format_are_the_same_blocks(tmp_path: Path, clean: cities.City, name: str) -> None:
    file, raw = LAYERS[name](tmp_path)
    folder = small.write_city(tmp_path / "town", toml=small.with_lines(f'file = "{file}"', section="[blocks]"))
    (folder / file).write_bytes(raw)
    city = cities.read_folder(folder)
    assert city.blocks.index.tolist() == ["01", "02", "03", "04"]
    assert city.blocks["population"].tolist() == [1000.0] * 4
    assert city.blocks.geometry.normalize().geom_equals_exact(clean.blocks.geometry.normalize(), 0.05).all()
    assert codes(city) == {}


def test_incidents_of_every_format_are_the_same_incidents(tmp_path: Path, clean: cities.City) -> None:
    table = pd.DataFrame([line.split(",") for line in small.rows()], columns=HEAD)
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float)), crs=4326)
    stamped = table.assign(day=pd.to_datetime(table["day"]), lon=table["lon"].astype(float), age=table["age"].astype(int))
    raw = io.BytesIO()
    stamped.to_parquet(raw)
    made = {
        "h.csv.gz": gzip.compress(small.csv_text().encode()),
        "h.tsv": small.csv_text().replace(",", "\t").encode(),
        "h.parquet": raw.getvalue(),
        "p.gpkg": geopackage(points, tmp_path / "p.gpkg"),
        "p.parquet": parquet(points, tmp_path / "p.parquet"),
        "p.zip": zipped(points, tmp_path),
    }
    for name, content in made.items():
        toml = small.with_lines(f'file = "{name}"', *(("x", "y") if name.startswith("p") else ()))
        folder = small.write_city(tmp_path / name.replace(".", "-"), toml=toml)
        (folder / name).write_bytes(content)
        city = cities.read_folder(folder)
        fields = [column for column in clean.incidents.columns if column not in ("geometry", "event_id")]
        pd.testing.assert_frame_equal(city.incidents[fields], clean.incidents[fields])
        assert city.incidents.geometry.geom_equals_exact(clean.incidents.geometry, 1e-3).all(), name


def test_a_table_without_points_says_what_to_give(tmp_path: Path) -> None:
    raw = io.BytesIO()
    pd.DataFrame({"day": ["2019-01-01"]}).to_parquet(raw)
    folder = small.write_city(tmp_path / "town", toml=small.with_lines('file = "h.parquet"', "x", "y", "age", "sex", "weapon"))
    (folder / "h.parquet").write_bytes(raw.getvalue())
    with pytest.raises(DataError, match="holds no points; give x and y"):
        cities.read_folder(folder)


def test_segments_and_context_of_other_formats(tmp_path: Path) -> None:
    lines = gpd.GeoDataFrame(
        {"sid": ["s1", "s2"], "calle": ["Río Sena", "Sol"]},
        geometry=[shapely.LineString([(-92, 11.0), (-91.99, 11.01)]), shapely.LineString([(-91.99, 11), (-91.98, 11.01)])],
        crs=4326,
    )
    toml = small.TOML + '\n[segments]\nfile = "s.gpkg"\nid = "sid"\nstreet = "calle"\n\n[layers.edge]\nfile = "e.zip"\nkind = "boundary"\n'
    folder = small.write_city(tmp_path / "town", toml=toml)
    geopackage(lines, folder / "s.gpkg")
    (folder / "e.zip").write_bytes(zipped(frame().dissolve(), tmp_path))
    city = cities.read_folder(folder)
    assert city.segments is not None
    assert city.segments["street"].tolist() == ["Río Sena", "Sol"]
    assert city.context["kind"].tolist() == ["boundary"]


def test_a_layer_that_does_not_say_its_system_is_asked_for_it(tmp_path: Path) -> None:
    for name, raw in (
        ("b.zip", zipped(frame(), tmp_path, leave=(".prj",))),
        ("b.parquet", parquet(frame().set_crs(None, allow_override=True), tmp_path / "x")),
    ):
        folder = small.write_city(tmp_path / name.replace(".", ""), toml=small.with_lines(f'file = "{name}"', section="[blocks]"))
        (folder / name).write_bytes(raw)
        with pytest.raises(DataError, match=r"does not say its coordinate system.*longitude and latitude: epsg = 4326"):
            cities.read_folder(folder)
        (folder / "city.toml").write_text(small.with_lines(f'file = "{name}"', "epsg = 4326", section="[blocks]"))
        assert len(cities.read_folder(folder).blocks) == 4


def test_a_layer_of_several_is_named(tmp_path: Path) -> None:
    folder = small.write_city(tmp_path / "town", toml=small.with_lines('file = "b.gpkg"', section="[blocks]"))
    geopackage(frame(), folder / "b.gpkg")
    geopackage(frame().assign(people=5), folder / "b.gpkg", layer="later")
    with pytest.raises(DataError, match=r"several layers \(blocks, later\)"):
        cities.read_folder(folder)
    (folder / "city.toml").write_text(small.with_lines('file = "b.gpkg"', 'sheet = "later"', section="[blocks]"))
    assert cities.read_folder(folder).blocks["population"].eq(5).all()


def test_letters_of_an_old_shapefile(tmp_path: Path) -> None:
    table = frame().assign(barrio=["Peñón", "Ñuñoa", "Sol", "Luna"])
    path = tmp_path / "b.zip"
    path.write_bytes(zipped(table, tmp_path, leave=(".cpg",), encoding="ISO-8859-1"))
    assert read_file(path).columns["barrio"].tolist() == ["Peñón", "Ñuñoa", "Sol", "Luna"]
    path.write_bytes(zipped(table, tmp_path, encoding="utf-8"))
    assert read_file(path).columns["barrio"].tolist() == ["Peñón", "Ñuñoa", "Sol", "Luna"]


AREAS: dict[str, tuple[Callable[[], gpd.GeoDataFrame], str]] = {
    "a repeated id": (lambda: pd.concat([frame(), frame().iloc[:1]], ignore_index=True), "occur more than once"),
    "an empty id": (lambda: frame().assign(id=["", "02", "03", "04"]), "has no id"),
    "a line among areas": (lambda: frame().assign(geometry=[frame().geometry[0].exterior, *frame().geometry[1:]]), "1 line among 3 areas"),
    "points": (lambda: frame().assign(geometry=frame().geometry.representative_point()), "are points"),
    "over the date line": (lambda: frame().assign(geometry=[shapely.box(179, 0, 180, 1), *frame().geometry[1:]]), "half the globe"),
}


@pytest.mark.cases(3)
@pytest.mark.parametrize("make", ["gpkg", "parquet"])
@pytest.mark.parametrize("name", AREAS)
def test_faults_of_areas_are_named_in_every_format(tmp_path: Path, make: str, name: str) -> None:
    table, words = AREAS[name]
    spoilt = gpd.GeoDataFrame(table(), crs=4326)
    folder = small.write_city(tmp_path / "town", toml=small.with_lines(f'file = "b.{make}"', section="[blocks]"))
    _ = geopackage(spoilt, folder / "b.gpkg") if make == "gpkg" else parquet(spoilt, folder / "b.parquet")
    with pytest.raises(DataError, match=words):
        cities.read_folder(folder)


@pytest.mark.parametrize("shape", [None, shapely.Polygon()])
@pytest.mark.parametrize("make", ["gpkg", "parquet"])
def test_an_area_without_a_shape_is_told_and_has_no_outline(tmp_path: Path, make: str, shape: shapely.Polygon | None) -> None:
    spoilt = gpd.GeoDataFrame(frame().assign(geometry=[shape, *frame().geometry[1:]]), crs=4326)
    folder = small.write_city(tmp_path / "town", toml=small.with_lines(f'file = "b.{make}"', section="[blocks]"))
    _ = geopackage(spoilt, folder / "b.gpkg") if make == "gpkg" else parquet(spoilt, folder / "b.parquet")
    city = cities.read_folder(folder)
    assert codes(city)["no_outline"] == 1
    assert city.blocks.geometry.isna().tolist() == [True, False, False, False]


def test_mended_areas_gaps_and_sentinels_are_told(tmp_path: Path) -> None:
    table = frame()
    bow = shapely.Polygon(BOW)
    many = shapely.GeometryCollection([table.geometry[1], shapely.Point(-91.985, 11.005)])
    high = shapely.force_3d(table.geometry[2], 12.0)
    spoilt = table.assign(geometry=[bow, many, high, table.geometry[3]], people=[1, -666666666, 3, 4])
    folder = small.write_city(tmp_path / "town", toml=small.with_lines('file = "b.gpkg"', section="[blocks]"))
    geopackage(spoilt, folder / "b.gpkg")
    city = cities.read_folder(folder)
    assert codes(city)["shape_repaired"] == 2
    assert codes(city)["population_negative"] == 1
    assert not city.blocks.geometry.has_z.any()
    assert city.blocks.geometry.is_valid.all()
    assert np.isnan(city.blocks["population"].iloc[1])
    ring = [small.block(f"r{x}{y}", small.square(x, y)) for x in range(5) for y in range(5) if (x, y) != (2, 2)]
    city = cities.read_folder(small.write_city(tmp_path / "ring", geojson=small.layer(ring)))
    found = next(row for row in city.report.findings if row.code == "gap")
    assert (found.rows, found.outcome) == (1, "accepted")
    assert "near longitude -91.975" in found.text


BOW = [[-92.0, 11.0], [-91.99, 11.01], [-91.99, 11.0], [-92.0, 11.01], [-92.0, 11.0]]


def test_numbers_dates_and_ids_of_a_geopackage_become_text(tmp_path: Path) -> None:
    table = frame().assign(geoid=["01", "007", "1E5", "NA"], n=[1.0, 2.5, np.nan, 17031720200.0], day=pd.Timestamp("2019-02-03"))
    for name, raw in (
        ("t.gpkg", geopackage(table, tmp_path / "t.gpkg")),
        ("t.parquet", parquet(table, tmp_path / "t.parquet")),
        ("t.zip", zipped(table.assign(day=dt.date(2019, 2, 3)), tmp_path)),
    ):
        path = tmp_path / name
        path.write_bytes(raw)
        read = read_file(path)
        assert read.columns["geoid"].tolist() == ["01", "007", "1E5", "NA"]
        assert read.columns["n"].tolist() == ["1", "2.5", "", "17031720200"]
        assert set(read.columns["day"].str[:10]) == {"2019-02-03"}


def test_a_view_is_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "v.gpkg"
    geopackage(frame(), path)
    with sqlite3.connect(path) as database:
        database.execute("CREATE VIEW sly AS SELECT * FROM blocks")
        database.execute("UPDATE gpkg_contents SET table_name = 'sly', identifier = 'sly' WHERE table_name = 'blocks'")
    database.close()
    with pytest.raises(DataError, match="not a plain table"):
        read_file(path)


REFUSED = ["a.xls", "a.xlsm", "a.ods", "a.kml", "a.gml", "a.vrt", "a.html", "a.shp", "a.sqlite", "a.pkl", "a.dat", "a", "a.tar.gz"]


@pytest.mark.parametrize("name", REFUSED)
def test_other_kinds_are_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"anything")
    with pytest.raises(DataError, match=r"^a[.\w]*: this is .+; (save|open|put|export|download|unpack)"):
        read_file(path)


def test_kinds() -> None:
    assert [kind_of(Path(name)) for name in ("A.CSV", "a.tsv.gz", "a.b.gpkg", "a.tar.gz", "a")] == [".csv", ".tsv", ".gpkg", ".gz", ""]

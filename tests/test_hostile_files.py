"""Files made to do harm: each is refused in plain words, in bounded memory, without a connection and without reading another file."""

from __future__ import annotations

import gzip
import io
import json
import re
import resource
import socket
import sqlite3
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
import small_city as small

from hotspots import cities
from hotspots.readers.files.any_file import read_file
from hotspots.store.schema import DataError

SECRET = "the-planted-secret-4711"
PYTHON_WORDS = re.compile(r"dtype|\bNaN\b|NaT|KeyError|ValueError|\bNone\b|Traceback|DataFrame|astype|object at|Errno")
MOST_MEGABYTES = 500


@dataclass
class Trap:
    """A listener on this machine that notes every connection, and a file that nothing may read."""

    port: int
    secret: Path
    calls: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stolen"

    @property
    def vrt(self) -> bytes:
        """A list of other files, as the map library would follow it."""
        return (
            f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{self.secret}</SrcDataSource></OGRVRTLayer>"
            f"<OGRVRTLayer name='far'><SrcDataSource>/vsicurl/{self.url}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        ).encode()


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    secret = tmp_path / "secret.csv"
    secret.write_text(f"id,note\n1,{SECRET}\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        found = Trap(server.getsockname()[1], secret)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    found.calls.append(connection.recv(100))

        thread = threading.Thread(target=listen)
        thread.start()
        yield found
        stop.set()
        thread.join()


def archive(members: dict[str, bytes], *, links: tuple[str, ...] = ()) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o120777 if name in links else 0o100644) << 16
            file.writestr(info, content)
    return raw.getvalue()


SQUARE = gpd.GeoDataFrame({"id": ["1"], "people": [5]}, geometry=[shapely.box(-92, 11, -91, 12)], crs=4326)


def parts(folder: Path) -> dict[str, bytes]:
    """Return the parts of a clean shapefile."""
    SQUARE.to_file(folder / "b.shp")
    return {path.name: path.read_bytes() for path in sorted(folder.glob("b.*"))}


def book(**changed: bytes) -> bytes:
    """Return a workbook with parts of it replaced: a key is the name of the part without its folder."""
    made = openpyxl.Workbook()
    made.active.append(small.HEADER.split(","))
    made.active.append(small.rows()[0].split(","))
    raw = io.BytesIO()
    made.save(raw)
    with zipfile.ZipFile(raw) as file:
        members = {name: file.read(name) for name in file.namelist()}
    for key, content in changed.items():
        name = next((one for one in members if one.endswith(f"/{key}.xml")), f"xl/{key}.xml")
        members[name] = content
    return archive(members)


def sheet(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def laughs(element: str) -> bytes:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><{element}>&l11;</{element}>'.encode()


def parquet(table: pa.Table, **options: object) -> bytes:
    raw = io.BytesIO()
    pq.write_table(table, raw, **options)
    return raw.getvalue()


def geoparquet(**changed: object) -> bytes:
    raw = io.BytesIO()
    SQUARE.to_parquet(raw)
    table = pq.read_table(io.BytesIO(raw.getvalue()))
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"] |= changed
    return parquet(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}))


def package(folder: Path, *statements: str) -> bytes:
    path = folder / "made.gpkg"
    path.unlink(missing_ok=True)
    SQUARE.to_file(path, layer="blocks", driver="GPKG")
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()
    return path.read_bytes()


def lying_shape(folder: Path) -> dict[str, bytes]:
    """Return a shapefile whose table says that it has two thousand million rows."""
    found = parts(folder)
    head = bytearray(found["b.dbf"])
    head[4:8] = struct.pack("<I", 2_000_000_000)
    return found | {"b.dbf": bytes(head)}


def lying(raw: bytes, name: str) -> bytes:
    """Return an archive that says of one member that it unpacks to a thousand bytes."""
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        size = struct.pack("<I", file.getinfo(name).file_size)
    return raw.replace(size, struct.pack("<I", 1000))


def repeated(columns: str, rows: str) -> bytes:
    space = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return f'<x {space}><table:table table:name="a">{row}</table:table></x>'.encode()


def wide_book() -> bytes:
    cells = "".join(f'<row r="{row}"><c r="XFD{row}"/></row>' for row in range(1, 15_001))
    return book(sheet1=sheet(cells))


def shared(count: int) -> bytes:
    return b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"<si><t>a</t></si>" * count + b"</sst>"


Make = Callable[[Path, Trap], bytes]
HOSTILE: dict[str, tuple[str, Make, str]] = {
    "a list of files named geojson": ("b.geojson", lambda f, t: t.vrt, "not whole GeoJSON"),
    "a list of files named csv": ("h.csv", lambda f, t: t.vrt, ""),
    "a list of files named gpkg": ("b.gpkg", lambda f, t: t.vrt, "no GeoPackage"),
    "a list of files named zip": ("b.zip", lambda f, t: t.vrt, "no zip archive"),
    "a list of files named parquet": ("b.parquet", lambda f, t: t.vrt, "no Parquet file"),
    "a list of files named xlsx": ("h.xlsx", lambda f, t: t.vrt, "no Excel workbook"),
    "a list of files": ("b.vrt", lambda f, t: t.vrt, "a list of other files"),
    "a list of files as shp in a zip": ("b.zip", lambda f, t: archive(parts(f) | {"b.shp": t.vrt}), r"the \.shp in the archive is no part"),
    "a list of files as dbf in a zip": ("b.zip", lambda f, t: archive(parts(f) | {"b.dbf": t.vrt}), r"the \.dbf in the archive is no part"),
    "a zip that climbs out": ("b.zip", lambda f, t: archive(parts(f) | {"../../b.cpg": b"x"}), "leads out of it"),
    "a zip with a whole path": ("b.zip", lambda f, t: archive(parts(f) | {"/etc/cron.d/x": b"x"}), "leads out of it"),
    "a zip with a Windows path": ("b.zip", lambda f, t: archive(parts(f) | {"C:\\x\\b.shp": b"x"}), "leads out of it"),
    "a zip with a link": (
        "b.zip",
        lambda f, t: archive(parts(f) | {"b.prj": str(t.secret).encode()}, links=("b.prj",)),
        "a link to another file",
    ),
    "a zip of a flood": ("b.zip", lambda f, t: archive(parts(f) | {"b.dbf": b"\x03" + bytes(150_000_000)}), "times the archive's size"),
    "a zip of many": ("b.zip", lambda f, t: archive({f"{i}.shp": b"" for i in range(300)}), "300 members"),
    "a zip of two shapefiles": ("b.zip", lambda f, t: archive(parts(f) | {"c.shp": b""}), "holds several shapefiles"),
    "a zip of nothing": ("b.zip", lambda f, t: archive({"readme.txt": b"hello"}), "no shapefile"),
    "a zip cut short": ("b.zip", lambda f, t: archive(parts(f))[:-60], "damaged"),
    "a shapefile cut short": ("b.zip", lambda f, t: archive({k: v[:40] for k, v in parts(f).items()}), "damaged"),
    "a shapefile without its table": (
        "b.zip",
        lambda f, t: archive({k: v for k, v in parts(f).items() if k != "b.dbf"}),
        r"lacks its \.dbf",
    ),
    "a shapefile that lies": ("b.zip", lambda f, t: archive(lying_shape(f)), "2,000,000,000 rows and does not"),
    "a link as coordinate system": (
        "b.zip",
        lambda f, t: archive(parts(f) | {"b.prj": t.url.encode()}),
        "does not say its coordinate system",
    ),
    "a far cell": (
        "h.xlsx",
        lambda f, t: book(sheet1=sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "row 1,048,576, column 16,384",
    ),
    "far empty cells": ("h.xlsx", lambda f, t: wide_book(), "too wide and too long"),
    "a workbook of laughs": ("h.xlsx", lambda f, t: book(sheet1=laughs("worksheet")), "declarations"),
    "shared texts of laughs": ("h.xlsx", lambda f, t: book(sharedStrings=laughs("sst")), "declarations"),
    "a workbook that names a file": (
        "h.xlsx",
        lambda f, t: book(sheet1=f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{t.secret}">]><worksheet>&e;</worksheet>'.encode()),
        "declarations",
    ),
    "a flood of shared texts": ("h.xlsx", lambda f, t: book(sharedStrings=shared(7_000_000)), "far more than its size"),
    "a workbook with programs": ("h.xlsx", lambda f, t: archive({"[Content_Types].xml": b"", "xl/vbaProject.bin": b""}), "programs in it"),
    "a workbook cut short": ("h.xlsx", lambda f, t: book()[:-200], "damaged"),
    "a workbook without its sheet": ("h.xlsx", lambda f, t: book(sheet1=b"<worksheet"), "damaged"),
    "a zip named xlsx": ("h.xlsx", lambda f, t: archive({"a.txt": b"hello"}), "a zip archive, not an Excel workbook"),
    "an old workbook named xlsx": ("h.xlsx", lambda f, t: b"\xd0\xcf\x11\xe0" + bytes(600), "old Excel workbook, or one with a password"),
    "a web page named csv": ("h.csv", lambda f, t: b"<html><script>alert(1)</script></html>", "web page"),
    "a gz of a flood": ("h.csv.gz", lambda f, t: gzip.compress(bytes(300_000_000), 1), "holds more than"),
    "a gz cut short": ("h.csv.gz", lambda f, t: gzip.compress(small.csv_text().encode())[:-20], "cannot be unpacked"),
    "a gz that is none": ("h.csv.gz", lambda f, t: small.csv_text().encode(), "cannot be unpacked"),
    "a gz of a gz": ("h.csv.gz", lambda f, t: gzip.compress(gzip.compress(book())), "holds another archive"),
    "forty million rows in a megabyte": (
        "h.parquet",
        lambda f, t: parquet(pa.table({"a": np.zeros(40_000_000, np.int8)})),
        "40,000,000 rows",
    ),
    "long texts in a small file": (
        "h.parquet",
        lambda f, t: parquet(pa.table({"a": pa.DictionaryArray.from_arrays(np.zeros(1_000_000, np.int32), ["x" * 100_000])})),
        "the texts in the file come to more",
    ),
    "a parquet cut short": ("h.parquet", lambda f, t: parquet(pa.table({"a": [1]}))[:-9], "damaged"),
    "a parquet that is none": ("h.parquet", lambda f, t: b"PAR1" + b"x" * 500 + b"PAR1", "damaged"),
    "a parquet without rows": ("h.parquet", lambda f, t: parquet(pa.table({"a": pa.array([], pa.int8())})), "no rows"),
    "a geoparquet that names a file": ("b.parquet", lambda f, t: geoparquet(crs=str(t.secret)), "does not say its coordinate system"),
    "a geoparquet of another make": ("b.parquet", lambda f, t: geoparquet(encoding="polygon"), "export it again as GeoParquet with WKB"),
    "a geopackage cut short": ("b.gpkg", lambda f, t: package(f)[:5000], "damaged"),
    "a geopackage of noise": ("b.gpkg", lambda f, t: b"SQLite format 3\0" + bytes(range(256)) * 40, "damaged"),
    "a geopackage with a sly table": (
        "b.gpkg",
        lambda f, t: package(f, "CREATE VIRTUAL TABLE v USING fts5(a)", "UPDATE gpkg_contents SET table_name = 'v'"),
        "not a plain table",
    ),
    "a geopackage with a sly view": (
        "b.gpkg",
        lambda f, t: package(
            f,
            "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
            "UPDATE gpkg_contents SET table_name = 'v'",
        ),
        "not a plain table",
    ),
    "a nested flood": ("b.geojson", lambda f, t: b'{"type":' + b"[" * 300_000, "nested too deeply"),
    "a cell of five megabytes": ("h.csv", lambda f, t: f"{small.HEADER}\nc,{'ñandú' * 1_000_000},1,1,1,male,blade\n".encode(), ""),
    "a garbled cell of five megabytes": ("h.csv", lambda f, t: f"{small.HEADER}\nc,{'Ã±a' * 1_200_000},1,1,1,male,x\n".encode(), ""),
    "an old cell of five megabytes": ("h.csv", lambda f, t: f"{small.HEADER}\nc,{'ñu' * 2_500_000},1,1,1,male,x\n".encode("cp1252"), ""),
    "a flood of empty rows": ("h.csv", lambda f, t: b"a,b\n" + b"\n" * 30_000_000, "more than 2,000,000 rows"),
    "a flood of empty rows in a workbook": (
        "h.xlsx",
        lambda f, t: book(sheet1=sheet("<row/>" * 3_000_000)),
        "has more than 5,000,000 cells",
    ),
    "a workbook of six million cells": (
        "h.xlsx",
        lambda f, t: book(sheet1=sheet(f"<row>{'<c><v>1</v></c>' * 60}</row>" * 100_000)),
        "has more than 5,000,000 cells",
    ),
    "a zip that lies about its size": ("b.zip", lambda f, t: lying(archive(parts(f) | {"b.cpg": bytes(40_000_000)}), "b.cpg"), "damaged"),
    "a workbook that lies about its size": ("h.xlsx", lambda f, t: lying(book(styles=bytes(90_000_000)), "xl/styles.xml"), "damaged"),
    "a cell repeated without end": (
        "h.ods",
        lambda f, t: archive({"mimetype": b"x", "content.xml": repeated("16384", "1048576")}),
        "column 16,384|more than 5,000,000 cells|has a value in row",
    ),
    "an entity in a KML": ("b.kml", lambda f, t: b'<!DOCTYPE k [<!ENTITY a "aaaa">]><kml><Placemark/></kml>', "declarations"),
    "a KML that names a file": (
        "b.kml",
        lambda f, t: f'<!DOCTYPE k [<!ENTITY e SYSTEM "file://{t.secret}">]><kml><Placemark><name>&e;</name></Placemark></kml>'.encode(),
        "declarations",
    ),
    "an OpenDocument of laughs": ("h.ods", lambda f, t: archive({"mimetype": b"x", "content.xml": laughs("x")}), "damaged"),
    "a very wide table": ("h.csv", lambda f, t: b"a," * 3_000_000 + b"\n" + b"1," * 3, "columns; the most we read"),
}


STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak(*, forget: bool = False) -> float:
    """Return the most memory in megabytes that this process took, where the system can, since it was told to forget."""
    if forget and FORGET.exists():
        FORGET.write_text("5")
    if STATUS.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", STATUS.read_text())[1]) / 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_plain_words(tmp_path: Path, trap: Trap, name: str) -> None:
    file, make, words = HOSTILE[name]
    (tmp_path / "made").mkdir()
    raw = make(tmp_path / "made", trap)
    section = "[incidents]" if file.startswith("h") else "[blocks]"
    folder = small.write_city(tmp_path / "town", toml=small.with_lines(f'file = "{file}"', section=section))
    (folder / file).write_bytes(raw)
    del raw
    before = peak(forget=True)
    with pytest.raises(DataError) as caught:
        cities.read_folder(folder)
    said = str(caught.value)
    assert re.search(words, said), said
    grown = peak() - before
    assert grown < MOST_MEGABYTES
    assert not PYTHON_WORDS.search(said), said
    assert SECRET not in said
    assert trap.calls == []
    assert not list((tmp_path / "town").rglob("*secret*"))


def test_a_link_in_geojson_is_not_followed(tmp_path: Path, trap: Trap) -> None:
    crs = {"type": "link", "properties": {"href": trap.url, "type": "proj4"}}
    folder = small.write_city(tmp_path / "town", geojson=small.layer(small.blocks(), crs=crs))
    city = cities.read_folder(folder)
    assert {row.code for row in city.report.findings} == {"unread_crs"}
    assert trap.calls == []


def test_the_secret_never_reaches_a_table(tmp_path: Path, trap: Trap) -> None:
    """A text table may hold any words; what it names is not opened."""
    path = tmp_path / "h.csv"
    path.write_text(f"id,link\n1,{trap.url}\n2,{trap.secret}\n3,=cmd|' /C calc'!A0\n")
    table = read_file(path)
    assert SECRET not in table.columns.to_csv()
    assert trap.calls == []


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "gpkg", "zip", "csv.gz", "geojson"])
def test_a_file_cut_anywhere_is_read_or_refused_in_words(tmp_path: Path, ending: str) -> None:
    made = tmp_path / "made"
    made.mkdir()
    whole = {
        "xlsx": lambda: book(),
        "parquet": lambda: geoparquet(),
        "gpkg": lambda: package(made),
        "zip": lambda: archive(parts(made)),
        "csv.gz": lambda: gzip.compress(small.csv_text().encode()),
        "geojson": lambda: small.layer(small.blocks()).encode(),
    }[ending]()
    path = tmp_path / f"t.{ending}"
    rng = np.random.default_rng(7)
    for cut in rng.integers(0, len(whole), 25):
        path.write_bytes(whole[:cut])
        _read_or_refused(path)
    for _ in range(25):
        spoilt = bytearray(whole)
        for at in rng.integers(0, len(whole), 8):
            spoilt[at] = rng.integers(0, 256)
        path.write_bytes(bytes(spoilt))
        _read_or_refused(path)


def _read_or_refused(path: Path) -> None:
    try:
        assert isinstance(read_file(path).columns, pd.DataFrame)
    except DataError as error:
        assert not PYTHON_WORDS.search(str(error))  # noqa: PT017


@pytest.mark.walk
def test_a_ring_that_crosses_itself_without_end_ends_within_its_limits(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    ring = np.column_stack([rng.uniform(-92, -91.98, 6_000), rng.uniform(11, 11.02, 6_000)]).tolist()
    shapes = [*small.blocks(), small.block("05", [*ring, ring[0]])]
    folder = small.write_city(tmp_path / "town", geojson=small.layer(shapes))
    began = time.monotonic()
    with pytest.raises(DataError, match=r"and was ended.*nothing was changed"):
        cities.import_folder(folder)
    assert time.monotonic() - began < 90

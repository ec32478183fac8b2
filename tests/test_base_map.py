"""The base map of this machine: which tile is which in an MBTiles file and in a folder, what is refused, and who is credited."""

from __future__ import annotations

import io
import sqlite3

import pytest
from fetched import fetched
from PIL import Image

from hotspots.dashboard import base_map

NORTH, SOUTH = (20, 40, 200), (200, 40, 20)  # the two rows of tiles at zoom 1


def picture(colour: tuple[int, int, int]) -> bytes:
    """Return a tile of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(file, "PNG")
    return file.getvalue()


def colour_of(tile: bytes) -> tuple[int, ...]:
    found = Image.open(io.BytesIO(tile)).convert("RGB").getpixel((128, 128))
    assert isinstance(found, tuple)
    return tuple(int(part) for part in found)


@pytest.fixture
def mbtiles(tmp_path):
    """Return an MBTiles file: its rows are counted from the south."""
    path = tmp_path / "streets.mbtiles"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name text, value text)")
        file.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        file.execute("INSERT INTO metadata VALUES ('attribution', 'The survey')")
        for column in (0, 1):
            file.execute("INSERT INTO tiles VALUES (1, ?, 1, ?)", (column, picture(NORTH)))
            file.execute("INSERT INTO tiles VALUES (1, ?, 0, ?)", (column, picture(SOUTH)))
    file.close()
    return path


@pytest.fixture
def folder(tmp_path):
    """Return a folder of tiles: its rows are counted from the north."""
    for row, colour in ((0, NORTH), (1, SOUTH)):
        path = tmp_path / "tiles" / "1" / "0" / f"{row}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(colour))
    return tmp_path / "tiles"


@pytest.mark.parametrize("kind", ["mbtiles", "folder"])
def test_the_north_is_above(request, monkeypatch, kind):
    monkeypatch.setenv("HOTSPOTS_TILES", str(request.getfixturevalue(kind)))
    north, south = (fetched(base_map.routes(), f"/tiles/1/0/{row}") for row in (0, 1))
    assert (colour_of(north[2]), colour_of(south[2])) == (NORTH, SOUTH)
    assert north[1][b"content-type"] == b"image/png"
    nowhere = ("/tiles/1/0/2", "/tiles/9/0/0", "/tiles/1/-1/0", "/tiles/x/0/0")
    assert [fetched(base_map.routes(), address)[0] for address in nowhere] == [404] * 4


def test_who_made_them_is_credited(monkeypatch, mbtiles, folder):
    monkeypatch.delenv("HOTSPOTS_TILES_SOURCE", raising=False)
    monkeypatch.setenv("HOTSPOTS_TILES", str(mbtiles))
    assert base_map.offered() == [base_map.ADDRESS, "The survey", 1]
    monkeypatch.setenv("HOTSPOTS_TILES", str(folder))
    assert base_map.offered() == [base_map.ADDRESS, "tiles", 1]
    monkeypatch.setenv("HOTSPOTS_TILES_SOURCE", "The agency")
    assert base_map.offered() == [base_map.ADDRESS, "The agency", 1]


def test_what_is_no_base_map_is_not_offered(monkeypatch, tmp_path, mbtiles):
    monkeypatch.delenv("HOTSPOTS_TILES", raising=False)
    assert base_map.offered() is None
    text, empty = tmp_path / "notes.mbtiles", tmp_path / "empty"
    text.write_text("no database")
    empty.mkdir()
    with sqlite3.connect(mbtiles) as file:
        file.execute("UPDATE tiles SET tile_data = ?", (b"\x1f\x8bvector",))  # a vector tile is no picture
    file.close()
    for path in (text, empty, mbtiles, tmp_path / "nowhere"):
        monkeypatch.setenv("HOTSPOTS_TILES", str(path))
        assert base_map.offered() is None
    monkeypatch.setenv("HOTSPOTS_TILES", str(mbtiles))
    assert fetched(base_map.routes(), "/tiles/1/0/0")[0] == 404


def test_tiles_are_laid_only_from_an_address_that_names_them(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_TILES", "https://maps.agency.example/one.png")
    assert base_map.offered() is None
    monkeypatch.setenv("HOTSPOTS_TILES", "https://maps.agency.example/{z}/{x}/{y}.png")
    monkeypatch.setenv("HOTSPOTS_TILES_SOURCE", "The agency")
    assert base_map.offered() == ["https://maps.agency.example/{z}/{x}/{y}.png", "The agency"]


def test_the_public_edition_serves_none(monkeypatch, folder):
    monkeypatch.setenv("HOTSPOTS_TILES", str(folder))
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    assert base_map.routes() == ()

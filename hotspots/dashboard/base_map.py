"""A base map that the agency brings: tiles from an address of its own, or from a file or folder of this machine, served by the dashboard.

Off until a reader lays it beneath the map. Tiles of this machine are pictures (PNG, JPEG, WebP): an MBTiles file, or a folder with
`{z}/{x}/{y}.png` in it. Nothing of them leaves the machine.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from streamlit import config

from hotspots import settings

ADDRESS = "tiles/{z}/{x}/{y}"  # of what lies on this machine, below the address of the dashboard
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
KINDS = ((b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
DEEPEST = 24


def offered() -> list[str | int] | None:
    """Return the address of the tiles, whom they are credited to and, of tiles on this machine, the deepest zoom there is.

    The credit is HOTSPOTS_TILES_SOURCE, else what the file says of itself, else its name. None where HOTSPOTS_TILES is empty, is no address
    with {z}, {x} and {y}, or names no file or folder with pictures.
    """
    tiles = settings.value("HOTSPOTS_TILES")
    if tiles.startswith(("https://", "http://")):
        return [tiles, settings.value("HOTSPOTS_TILES_SOURCE")] if all(part in tiles for part in ("{z}", "{x}", "{y}")) else None
    where = Path(tiles)
    about = _about(where) if tiles else None
    if about is None:
        return None
    credit, deepest = about
    return [ADDRESS, settings.value("HOTSPOTS_TILES_SOURCE") or credit or where.stem, deepest]


def routes() -> Sequence[BaseRoute]:
    """Return the way to the tiles of this machine; none in the public edition, whose maps have no base map."""
    if settings.edition() == "public":
        return ()
    return (Route(f"{below()}/tiles/{{z:int}}/{{x:int}}/{{y:int}}", _answer, methods=["GET"]),)


def below() -> str:
    """Return the path of the dashboard on its server, as addresses of other files begin; empty where it is at the top."""
    path = config.get_option("server.baseUrlPath").strip("/")
    return f"/{quote(path)}" if path else ""


def tile(where: Path, z: int, x: int, y: int) -> bytes | None:
    """Return the picture of a tile, rows counted from the north; None where there is none.

    `where` is an MBTiles file, whose rows are counted from the south, or a folder of pictures.
    """
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        return None
    if where.is_dir():
        found = next((path for path in (where / str(z) / str(x) / f"{y}{ending}" for ending in ENDINGS) if path.is_file()), None)
        return found.read_bytes() if found else None
    row = _row(where, "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?", (z, x, 2**z - 1 - y))
    return row[0] if row and isinstance(row[0], bytes) and row[0] else None


def _answer(request: Request) -> Response:
    wanted = request.path_params
    where = settings.value("HOTSPOTS_TILES")
    picture = tile(Path(where), wanted["z"], wanted["x"], wanted["y"]) if where and "://" not in where else None
    kind = next((kind for start, kind in KINDS if picture and picture.startswith(start)), None)
    if picture is None or kind is None:
        return Response(status_code=404)
    return Response(picture, media_type=kind, headers={"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"})


def _about(where: Path) -> tuple[str, int] | None:
    """Return what a file or folder of tiles says of its source, and its deepest zoom; None where it holds no pictures."""
    if where.is_dir():
        zooms = [int(name) for name in os.listdir(where) if name.isdigit() and int(name) <= DEEPEST and (where / name).is_dir()]
        return ("", max(zooms)) if zooms else None
    deepest = _row(where, "SELECT max(zoom_level) FROM tiles", ())
    first = _row(where, "SELECT tile_data FROM tiles LIMIT 1", ())
    if not (deepest and first and isinstance(first[0], bytes) and first[0].startswith(tuple(start for start, _ in KINDS))):
        return None
    credit = _row(where, "SELECT value FROM metadata WHERE name = 'attribution'", ())
    return (str(credit[0]) if credit and credit[0] else ""), int(deepest[0])


def _row(where: Path, question: str, values: tuple[int, ...]) -> tuple[bytes | str | int, ...] | None:
    """Return the first row that an MBTiles file answers with; None where it is no such file."""
    if not where.is_file():
        return None
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(f"{where.resolve().as_uri()}?mode=ro", uri=True)) as file:
        row: tuple[bytes | str | int, ...] | None = file.execute(question, values).fetchone()
        return row
    return None

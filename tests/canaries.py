"""A small city with a mark of its own in every restricted field, and a search for these marks in whatever left a server."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import re
import struct
import urllib.parse
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from test_map_payload import unpack

from hotspots.dashboard.map_component import payload
from hotspots.study.testing import square_blocks

SIDE, SIZE, YEARS, VICTIMS = 6, 1500.0, 5, 700
CITY_TOML = """
name = "Puerto Canario"
language = "es"
timezone = "UTC"
epsg = 32616
source = "Invented for the tests"
licence = "BSD-3-Clause"
fictional = true

[incidents]
file = "homicides.csv"
x = "x"
y = "y"
epsg = 32616
date = "date"
event_id = "case"
covers = ["2015-01-01", "2019-12-31"]
weapon = "weapon"
sex = "sex"
age = "age"
status = "status"

[incidents.values.status]
"zz-canary-open" = "open"
"zz-canary-cleared" = "cleared"

[incidents.withheld]
sealed = ["zz-canary-sealed"]

[blocks]
file = "blocks.geojson"
id = "id"
epsg = 32616
name = "name"
population = "people"
"""


def write_city(folder: Path) -> pd.DataFrame:
    """Write the city into `folder` and return its rows: what must never leave."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(20)
    share = rng.gamma(0.9, size=SIDE * SIDE)
    at = rng.choice(SIDE * SIDE, VICTIMS, p=share / share.sum())
    x = SIZE * (at % SIDE) + rng.uniform(60, SIZE - 60, VICTIMS)
    y = SIZE * (at // SIDE) + rng.uniform(60, SIZE - 60, VICTIMS)
    days = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 365 * YEARS, VICTIMS), unit="D")
    rows = pd.DataFrame(
        {
            "case": [f"zzcase{n:05d}q" for n in range(VICTIMS)],
            "date": days.strftime("%Y-%m-%d") + [f"T{h:02d}:{m:02d}:17" for h, m in rng.integers(0, [24, 60], (VICTIMS, 2))],
            "x": np.round(x, 7),
            "y": np.round(y, 7),
            "weapon": rng.choice(["firearm", "blade"], VICTIMS, p=[0.8, 0.2]),
            "sex": rng.choice(["male", "female"], VICTIMS, p=[0.85, 0.15]),
            "age": rng.integers(15, 60, VICTIMS),
            "status": rng.choice(["zz-canary-open", "zz-canary-cleared"], VICTIMS),
            "sealed": np.where(np.arange(VICTIMS) % 50 == 7, "zz-canary-sealed", "no"),
            "address": [f"zzaddress {n} Calle del Canario" for n in range(VICTIMS)],
            "name": [f"zzname{n}" for n in range(VICTIMS)],
            "officer": [f"zzofficer{n % 40}" for n in range(VICTIMS)],
            "narrative": [f"zznarrative {n} =1+1 <script>zz</script>" for n in range(VICTIMS)],
        }
    )
    rows.loc[rows.index % 40 == 3, ["x", "y"]] = np.nan
    rows.to_csv(folder / "homicides.csv", index=False)
    (folder / "city.toml").write_text(CITY_TOML, encoding="utf-8")
    people = rng.integers(5200, 9000, SIDE * SIDE)
    blocks = square_blocks(side=SIDE, size=SIZE, population=people).reset_index()
    names = [f"Barrio {n}" for n in range(SIDE * SIDE)]
    blocks = blocks.rename(columns={"block_id": "id", "population": "people"}).assign(name=names)
    (folder / "blocks.geojson").write_text(blocks.to_json(drop_id=True), encoding="utf-8")
    return rows


def marks(rows: pd.DataFrame, store: Path) -> set[bytes]:
    """Return every mark that must not leave: beginnings of texts, moments, coordinates to the metre's tenth, and the store's own hashes."""
    found = {b"zzcase", b"zz-canary", b"zzaddress", b"zzname", b"zzofficer", b"zznarrative", str(store).encode()}
    found |= {stamp.encode() for stamp in rows["date"]} | {stamp.replace("T", " ").encode() for stamp in rows["date"]}
    for column in ("x", "y"):
        found |= {f"{value:.7f}"[:-3].encode() for value in rows[column].dropna()}
    for file in store.rglob("manifest.json"):
        found |= set(re.findall(rb"\b[0-9a-f]{64}\b", file.read_bytes()))
    for file in store.rglob(".release-key"):
        found |= {file.read_bytes().strip(), file.read_bytes().hex().encode()}
    return {one for one in found if len(one) > 5}


def days(rows: pd.DataFrame) -> set[bytes]:
    """Return the day of every homicide as it might be written.

    Not those at which windows end, nor those between which the chart of years draws its bars, nor the one on which the feed says that a
    window was let out, a month after its end, whatever happened on them.
    """
    drawn = ((1, 1), (12, 31), (1, 25), (7, 1), (12, 7), (2, 1))
    stamps = pd.to_datetime(rows["date"]).dt.normalize().drop_duplicates()
    return {f"{one:%Y-%m-%d}".encode() for one in stamps if (one.month, one.day) not in drawn}


@cache
def decoded(body: bytes) -> tuple[bytes, ...]:
    """Return a body as it came, and as it reads once packing and quoting are undone."""
    found, todo = [body], [body]
    for _ in range(2):
        fresh = [opened for one in todo for opened in _opened(one) if opened not in found]
        found += fresh
        todo = fresh
    return tuple(found)


def _opened(body: bytes) -> list[bytes]:
    found = [*_inflated(body), *_unquoted(body), *_unarmoured(body)]
    return [one for one in found if len(one) > 20]


def _inflated(body: bytes) -> Iterator[bytes]:
    if body[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(body)
        except (OSError, EOFError):
            yield body[2:]
    for start in [match.start() for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", body)][:200]:
        try:
            yield zlib.decompressobj().decompress(body[start:])
        except zlib.error:
            continue


def _unquoted(body: bytes) -> Iterator[bytes]:
    text = body.decode("utf-8", errors="replace")
    if "%" in text:
        yield urllib.parse.unquote_to_bytes(body)
    if "&" in text and "<" in text:
        yield html.unescape(text).encode()
    if "\\" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), text).encode("utf-8", "replace")


def _unarmoured(body: bytes) -> Iterator[bytes]:
    for run in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", body)[:200]:
        try:
            yield base64.b64decode(run + b"=" * (-len(run) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue


LOOKS_LIKE_ONE = re.compile(rb"\d+\.\d{4}|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?|\b[0-9a-f]{64}\b")


def found_in(body: bytes, wanted: set[bytes], *, deep: bool = True) -> set[bytes]:
    """Return the marks that a body holds, however it is packed; `deep=False` looks at it only as it came."""
    views = decoded(body) if deep else (body,)
    alike = {mark for mark in wanted if LOOKS_LIKE_ONE.fullmatch(mark)}  # too many to look for one by one
    seen = {one for view in views for one in LOOKS_LIKE_ONE.findall(view)}
    seen |= {one[:10] for one in seen if one[4:5] == b"-"}
    return (alike & seen) | {mark for mark in wanted - alike if any(mark in view for view in views)}


PAIR = re.compile(rb"(-?\d{1,3}\.\d{3,})[\s\"',:\[\]a-z=-]{1,18}?(-?\d{1,3}\.\d{3,})")


def pairs(body: bytes) -> np.ndarray:
    """Return every two numbers with decimals that stand beside each other, as longitude and latitude, in either order."""
    found = {(float(a), float(b)) for view in decoded(body) for a, b in PAIR.findall(view)}
    both = np.array([*found, *((b, a) for a, b in found)], dtype=float).reshape(-1, 2)
    return both[(np.abs(both[:, 0]) <= 180) & (np.abs(both[:, 1]) <= 90)]


def drawn_in(frame: bytes) -> np.ndarray:
    """Return the corners that a message of the map on screen draws, in degrees: they travel as packed differences, not as text."""
    found = [np.zeros((0, 2))]
    for match in re.finditer(re.escape(payload.MAGIC), frame):
        at, pieces = match.end(), []
        while len(pieces) < 3 and at + 4 <= len(frame):
            (length,) = struct.unpack_from("<I", frame, at)
            pieces.append(frame[at + 4 : at + 4 + length])
            at += 4 + length
        if len(pieces) == 3 and pieces[2]:
            meta, arrays = unpack(pieces[2])
            whole = np.column_stack([arrays["x"] + meta["origin"][0], arrays["y"] + meta["origin"][1]])
            found.append(whole * meta["step"])
    return np.vstack(found)


def chunks(png: bytes) -> set[bytes]:
    """Return the kinds of parts that a picture has: text and times would be parts of their own."""
    at, found = 8, set()
    while at + 8 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        found.add(png[at + 4 : at + 8])
        at += 12 + length
    return found


def near_an_incident(points: np.ndarray, incidents: np.ndarray, published: np.ndarray, *, metres: float = 50) -> np.ndarray:
    """Return the points (degrees) within `metres` of an incident that are no published corner, to 2 metres."""
    if not len(points):
        return points
    scale = np.array([111_320 * np.cos(np.radians(incidents[:, 1].mean())), 111_320])
    place, corners = (shapely.STRtree(shapely.points(one * scale)) for one in (incidents, published))
    spots = shapely.points(points * scale)
    near = np.unique(place.query(spots, predicate="dwithin", distance=metres)[0])
    known = np.unique(corners.query(spots, predicate="dwithin", distance=2.0)[0])
    return points[np.setdiff1d(near, known)]


def corners_of(release: Path) -> np.ndarray:
    """Return every corner that a release publishes, in degrees, with the middles of its shapes, where their names may stand.

    With them what `pairs` makes of two neighbours in a list: the latitude of one beside the longitude of the next.
    """
    found = []
    for name in ("areas.geojson", "context.geojson"):
        for one in json.loads((release / name).read_text(encoding="utf-8"))["features"]:
            shape = shapely.from_geojson(json.dumps(one["geometry"]))
            corners = shapely.get_coordinates(shape)
            found += [corners, shapely.get_coordinates(shape.representative_point())]
            found += [
                np.column_stack([corners[a, 0], corners[b, 1]]) for a, b in ((slice(1, None), slice(-1)), (slice(-1), slice(1, None)))
            ]
    return np.vstack(found)

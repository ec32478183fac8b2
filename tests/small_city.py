"""A city of four square blocks and a dozen victims, written as files; each test spoils one thing of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

WEST, SOUTH, SIDE = -92.0, 11.0, 0.01
HEADER = "case,day,lon,lat,age,sex,weapon"
WEAPONS = ("firearm", "blade", "blunt", "body")

TOML = """\
name = "Small city"
timezone = "America/El_Salvador"
epsg = 32615

[incidents]
file = "homicides.csv"
x = "lon"
y = "lat"
date = "day"
age = "age"
sex = "sex"
weapon = "weapon"

[blocks]
file = "blocks.geojson"
id = "id"
population = "people"
"""


def rows() -> list[str]:
    """Return twelve clean rows: three victims near the middle of each block, one in each month of 2019."""
    found = []
    for i in range(12):
        x, y = i % 2, (i // 2) % 2
        lon, lat = WEST + SIDE * (x + 0.4 + 0.01 * i), SOUTH + SIDE * (y + 0.5)
        found.append(
            f"c{i:02d},2019-{i + 1:02d}-13 {10 + i}:30,{lon:.5f},{lat:.5f},{20 + i},{'male' if i % 3 else 'female'},{WEAPONS[i % 4]}"
        )
    return found


def csv_text(changed: Iterable[tuple[int, str, str]] = ()) -> str:
    """Return the clean file with some cells changed: (row from 0, column, new value)."""
    names = HEADER.split(",")
    table = [row.split(",") for row in rows()]
    for row, column, value in changed:
        table[row][names.index(column)] = value
    return "\n".join([HEADER, *(",".join(row) for row in table)]) + "\n"


def square(x: float, y: float, width: float = 1.0) -> list[list[float]]:
    """Return the ring of a square block at the given place of the grid."""
    west, south, side = WEST + SIDE * x, SOUTH + SIDE * y, SIDE * width
    return [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]


def block(name: str, geometry: Any, people: Any = 1000) -> dict[str, Any]:
    """Return one feature; a list stands for the ring of an area."""
    shape = {"type": "Polygon", "coordinates": [geometry]} if isinstance(geometry, list) else geometry
    return {"type": "Feature", "properties": {"id": name, "people": people}, "geometry": shape}


def blocks() -> list[dict[str, Any]]:
    """Return the four clean blocks."""
    return [block(f"0{1 + x + 2 * y}", square(x, y)) for y in range(2) for x in range(2)]


def layer(features: list[dict[str, Any]], **more: Any) -> str:
    """Return features as the text of a GeoJSON file."""
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def write_city(
    folder: Path,
    *,
    csv: str | bytes | None = None,
    geojson: str | bytes | None = None,
    toml: str = TOML,
    more: dict[str, str] | None = None,
) -> Path:
    """Write the city into `folder`, with the given parts in place of the clean ones, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, str | bytes] = {
        "homicides.csv": csv_text() if csv is None else csv,
        "blocks.geojson": layer(blocks()) if geojson is None else geojson,
        "city.toml": toml,
        **(more or {}),
    }
    for name, content in parts.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def with_lines(*lines: str, section: str = "[incidents]") -> str:
    """Return the clean city.toml with lines added under a section; a line whose key is there already takes its place."""
    kept = TOML
    for line in lines:
        key = line.split(" = ")[0]
        head, tail = kept.split(section + "\n", 1)
        body, rest = [*tail.split("\n\n", 1), ""][:2]
        body = "\n".join([row for row in body.split("\n") if not row.startswith(key + " =")] + ([line] if " = " in line else []))
        kept = f"{head}{section}\n{body}\n\n{rest}"
    return kept


def touch(folder: Path) -> Path:
    """Change a city's folder so that it is imported as a new version with the same homicides; return the folder."""
    with (folder / "homicides.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    return folder

"""A city as it happens: names that are missing, blank, shared or markup, an island, a block in two parts, a street of 0.5 m."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely

SIDE = 150.0  # metres
WEST, SOUTH = 260_000.0, 1_510_000.0
CORNER = 6  # blocks a side
MARKUP = '<b>Ático</b> & "Sons" \' |\\'
# What the file calls the blocks, over and over: a third has no name of any kind.
NAMES = ("Centro", None, MARKUP, "Puerto", "  ", "O'Higgins\n norte", "Centro", "", "=1+1")
TOML = """\
name = "Odd & <i>town</i>"
language = "en"
timezone = "America/El_Salvador"
epsg = 32616
source = "Invented for the tests"
fictional = true

[incidents]
file = "homicides.csv"
x = "x"
y = "y"
epsg = 32616
date = "day"
event_id = "case"
age = "age"
sex = "sex"
weapon = "weapon"
category = "category"
status = "status"

[blocks]
file = "blocks.geojson"
id = "id"
epsg = 32616
name = "name"
population = "people"
district = "district"
beat = "beat"

[segments]
file = "streets.geojson"
id = "id"
epsg = 32616
street = "street"

[layers.river]
file = "river.geojson"
kind = "water"
name = "name"
epsg = 32616

[[interventions]]
name = { en = "Lights & <u>eyes</u>" }
start = "2020-01-01"
treated = ["M01", "M02", "M07", "M08"]
comparison = ["M29", "M30", "M35"]
"""


def write_odd_city(folder: Path) -> Path:
    """Write the odd city into `folder` and return it."""
    folder.mkdir(parents=True)
    (folder / "city.toml").write_text(TOML, encoding="utf-8")
    (folder / "homicides.csv").write_text("\n".join(_victims()) + "\n", encoding="utf-8")
    for name, features in (("blocks", _blocks()), ("streets", _streets()), ("river", [_feature(_line((0, 3), (6, 3.5)), name=None)])):
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")
    return folder


def _feature(shape: shapely.Geometry, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}


def _square(x: float, y: float, side: float = 1.0) -> shapely.Polygon:
    return shapely.box(WEST + SIDE * x, SOUTH + SIDE * y, WEST + SIDE * (x + side), SOUTH + SIDE * (y + side))


def _line(start: tuple[float, float], end: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(WEST + SIDE * x, SOUTH + SIDE * y) for x, y in (start, end)])


def _blocks() -> list[dict[str, Any]]:
    shapes = [_square(at % CORNER, at // CORNER) for at in range(CORNER**2)]
    shapes[-1] = shapely.MultiPolygon([_square(5.2, 5.2, 0.5), _square(5.0, 6.5, 0.4)])  # in two parts
    shapes.append(_square(12, 2))  # an island
    people = [0, None, *[400] * (len(shapes) - 2)]  # one where nobody lives, one where nobody knows
    return [
        _feature(
            shape,
            id=f"M{at + 1:02}",
            name=NAMES[at % len(NAMES)],
            people=people[at],
            district=(None, "Norte", "<i>Sur</i>")[min(at // 13, 2)],  # the first has no name
            beat=f"B{at % 4}" if at % 4 else "",
        )
        for at, shape in enumerate(shapes)
    ]


def _streets() -> list[dict[str, Any]]:
    lines = [(_line((x, y), (x + 1, y)), ("High St", None, "")[y % 3]) for y in range(CORNER) for x in range(CORNER)]
    lines += [(_line((x, y), (x, y + 1)), ('Low "St"', "  ", "High St")[x % 3]) for x in range(CORNER) for y in range(CORNER)]
    lines += [(_line((CORNER, 0), (CORNER + 0.5 / SIDE, 0)), "Stub")]
    return [_feature(line, id=f"s{at:02}", street=name) for at, (line, name) in enumerate(lines)]


def _victims() -> list[str]:
    """Return a row for each of 400 people killed: most of them in few blocks, one in twenty without a place, one in forty outside."""
    rng = np.random.default_rng(7)
    rows = ["case,day,x,y,age,sex,weapon,category,status"]
    for at in range(400):
        days, block = int(rng.integers(0, 6 * 365)), int(min(rng.geometric(0.09) - 1, CORNER**2 - 1))
        place = (block % CORNER + rng.random() * 0.99, block // CORNER + rng.random() * 0.99)
        place = (12 + rng.random(), 2.5) if at % 30 == 0 else (40 + rng.random(), 40.0) if at % 40 == 7 else place
        x, y = ("", "") if at % 20 == 3 else (f"{WEST + SIDE * place[0]:.1f}", f"{SOUTH + SIDE * place[1]:.1f}")
        day = np.datetime64("2017-01-01") + days
        rows.append(
            f"c{at},{day} {at % 24:02}:30,{x},{y},{at % 80},{('male', 'female', '')[at % 3]},"
            f"{('firearm', 'blade', 'unknown')[at % 3]},{('group', 'domestic', 'other')[at % 3]},{('open', 'cleared')[at % 2]}"
        )
    return rows

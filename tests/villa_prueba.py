"""A small city in a folder: files as an agency would send them, and answers worked out by hand."""

from __future__ import annotations

from pathlib import Path

from hotspots.study.testing import square_blocks

CITY_TOML = """
name = "Villa Prueba"
language = "es"
timezone = "America/El_Salvador"
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
covers = ["2015-01-01", "2020-12-31"]
weapon = "weapon"
sex = "sex"

[blocks]
file = "blocks.geojson"
id = "id"
epsg = 32616
name = "name"
population = "people"
district = "district"
"""


def write_small_city(folder: Path) -> Path:
    """Write the small city into `folder` and return it."""
    folder.mkdir(parents=True)
    (folder / "city.toml").write_text(CITY_TOML, encoding="utf-8")
    rows = ["date,x,y,weapon,sex"]
    for month in range(72):
        x, y = ("", "") if month % 12 == 5 else (999, 999) if month % 12 == 7 else (5 + 10 * (month % 3), 5 + 10 * (month % 2))
        weapon, sex = ("blade", "female") if month % 4 == 0 else ("firearm", "male")
        rows.append(f"{2015 + month // 12}-{month % 12 + 1:02}-15,{x},{y},{weapon},{sex}")
    (folder / "homicides.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    blocks = square_blocks(side=3, population=[1000] * 8 + [0]).reset_index()
    blocks = blocks.rename(columns={"block_id": "id", "population": "people"}).assign(name=[f"Manzana {n}" for n in range(9)])
    (folder / "blocks.geojson").write_text(blocks.to_json(drop_id=True), encoding="utf-8")
    return folder

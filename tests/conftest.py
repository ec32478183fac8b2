"""What every test shares: a store of its own, settings for randomised tests, and where the real city data are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from hotspots.testing import square_blocks

ROOT = Path(__file__).resolve().parent.parent
TORTURE = bool(os.environ.get("HOTSPOTS_TORTURE"))

settings.register_profile("test", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("torture", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("torture" if TORTURE else "test")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty store, so that none touches the user's."""
    folder = tmp_path / "store"
    monkeypatch.setenv("HOTSPOTS_STORE", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of the real city data; skip where it is not beside the project."""
    folder = Path(os.environ.get("HOTSPOTS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real city data are not beside the project (set HOTSPOTS_TEST_DATA)")
    return folder


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


@pytest.fixture
def city_folder(tmp_path: Path) -> Path:
    """Return a folder with a small city: 9 blocks, 72 victims of whom 6 have no place and 6 lie outside."""
    folder = tmp_path / "villa-prueba"
    folder.mkdir()
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

"""Many invented cities of many sizes, each in a folder of its own, as a state or a nation would have them. Never in `data/cities`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

LEAST, MOST = 500, 20_000  # victims
FIRST, YEARS = 2012, 12
KM = 1 / 111.0  # degrees of latitude
TOML = """\
name = "{name}"
language = "{language}"
timezone = "America/El_Salvador"
source = "Invented for the tests"
licence = "CC BY 4.0"
fictional = true
{publish}
[incidents]
file = "homicides.csv"
x = "lon"
y = "lat"
epsg = 4326
date = "day"
age = "age"
sex = "sex"
weapon = "weapon"
covers = ["{first}-01-01", "{last}-12-31"]

[blocks]
file = "blocks.geojson"
id = "id"
epsg = 4326
name = "name"
population = "people"
district = "district"
"""


def sizes(n: int, *, seed: int = 2026) -> list[int]:
    """Return how many victims each of `n` cities has, from 500 to 20,000: as many between 500 and 1,000 as between 10,000 and 20,000."""
    drawn = np.random.default_rng(seed).uniform(np.log(LEAST), np.log(MOST), n)
    return np.exp(drawn).round().astype(int).tolist()


def write_city(folder: Path, victims: int, *, number: int = 0, side: int = 0, publish: str = "") -> Path:
    """Write the city of a `number` into `folder` and return it: `side` × `side` blocks, more killed in some of them.

    Where `side` is left out there are some three blocks for each four victims.
    """
    rng = np.random.default_rng([number, victims])
    side = side or max(6, int(np.sqrt(0.75 * victims)))
    step = 0.12 * KM
    west, south = -98.0 + 1.5 * (number % 20), 2.0 + 1.5 * (number // 20)
    y, x = (axis.ravel() for axis in np.mgrid[:side, :side])
    risk = rng.gamma(0.6, size=side * side)
    place = rng.choice(side * side, victims, p=risk / risk.sum())
    lost = rng.random(victims) < 0.03
    lon = west + step * (x[place] + rng.uniform(0.02, 0.98, victims))
    lat = south + step * (y[place] + rng.uniform(0.02, 0.98, victims))
    day = pd.Timestamp(FIRST, 1, 1) + pd.to_timedelta(rng.integers(0, 365 * YEARS + 3, victims), unit="D")
    table = pd.DataFrame(
        {
            "day": day.strftime("%Y-%m-%d"),
            "lon": np.where(lost, np.nan, lon.round(6)),
            "lat": np.where(lost, np.nan, lat.round(6)),
            "age": rng.integers(14, 70, victims),
            "sex": rng.choice(["male", "female"], victims, p=[0.88, 0.12]),
            "weapon": rng.choice(["firearm", "blade", "blunt"], victims, p=[0.7, 0.2, 0.1]),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    table.sort_values("day").to_csv(folder / "homicides.csv", index=False)
    people = rng.integers(60, 260, side * side)
    features = [
        _block(west + step * i, south + step * j, step, f"{j:03}{i:03}", int(lives)) for j, i, lives in zip(y, x, people, strict=True)
    ]
    (folder / "blocks.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    said = f'publish = "{publish}"\n' if publish else ""
    facts = {
        "name": f"Invented {number:03}",
        "language": ("es", "en")[number % 2],
        "first": FIRST,
        "last": FIRST + YEARS - 1,
        "publish": said,
    }
    (folder / "city.toml").write_text(TOML.format(**facts), encoding="utf-8")
    return folder


def _block(west: float, south: float, step: float, name: str, people: int) -> dict[str, object]:
    ring = [[west, south], [west + step, south], [west + step, south + step], [west, south + step], [west, south]]
    shape = {"type": "Polygon", "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]]}
    district = f"District {int(name[:3]) // 8}-{int(name[3:]) // 8}"
    return {
        "type": "Feature",
        "properties": {"id": name, "name": f"Block {name}", "people": people, "district": district},
        "geometry": shape,
    }


def write_cities(folder: Path, n: int, *, publish: str = "") -> list[Path]:
    """Write `n` cities below `folder`."""
    return [write_city(folder / f"invented-{i:03}", size, number=i, publish=publish) for i, size in enumerate(sizes(n))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cities", type=int, default=300)
    parser.add_argument("--publish", default="")
    choices = parser.parse_args()
    for one in write_cities(choices.folder, choices.cities, publish=choices.publish):
        print(one)

"""How long a search takes on 40,342 segments of Philadelphia with invented names, beside difflib over the same names in the same run."""

from __future__ import annotations

import difflib
import random
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from hotspots import cities
from hotspots.cities.directory import Directory, directory
from hotspots.cities.search import search
from hotspots.geography.spelling import plain

BUNDLED = Path(__file__).resolve().parents[2] / "data" / "cities" / "puerto-albatros"
SYLLABLES = tuple(a + b for a in "bcdfglmnprstv" for b in ("a", "er", "in", "o"))
STREETS, GOAL = 3000, 0.05  # seconds


def invented(rng: random.Random) -> str:
    """Return an invented name of a street."""
    own = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() if rng.random() < 0.9 else f"{rng.randint(1, 90)}th"
    return " ".join([rng.choice(("", "N", "S", "E", "W")), own, rng.choice(("St", "Ave", "Rd", "Ln", "Dr"))]).strip()


@pytest.fixture(scope="module")
def places(real_data: Path) -> Directory:
    """The segments of Philadelphia under invented names, with the blocks of the bundled city beside them."""
    rng = random.Random(13)
    segments = gpd.read_file(real_data / "philadelphia" / "streets.zip").to_crs(32618).set_index("OBJECTID")
    segments.index = segments.index.astype(str)
    names = sorted({invented(rng) for _ in range(STREETS)})
    segments["street"] = np.array(names)[np.arange(len(segments)) * len(names) // len(segments)]
    found = directory(replace(cities.read_folder(BUNDLED), segments=segments, epsg=32618))
    search(found, "a & b")
    return found


@pytest.mark.parametrize(
    "what", ["a whole name", "its beginning", "a slip in capitals", "a number", "nothing like it", "a crossing", "a point"]
)
def test_searching_40_342_segments(benchmark, places, what):
    names = places.network.names
    pair = next((one, other) for one in names for other in places.network.met(one) if one.split()[-1] != other.split()[-1])
    asked = {
        "a whole name": names[5],
        "its beginning": names[77][:-5],
        "a slip in capitals": names[400].upper().replace("A", "", 1),
        "a number": "5th",
        "nothing like it": "zzzzqq",
        "a crossing": " & ".join(pair),
        "a point": "39.95, -75.16",
    }[what]
    benchmark.pedantic(lambda: search(places, asked), rounds=5, warmup_rounds=1)
    bare = [plain(name) for name in places.index.names]
    start = time.perf_counter()
    difflib.get_close_matches(plain(asked), bare)
    benchmark.extra_info["× difflib"] = f"{(time.perf_counter() - start) / benchmark.stats.stats.median:.0f}"
    benchmark.extra_info["goal"] = f"{GOAL * 1000:.0f} ms"

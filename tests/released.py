"""Invented cities for the tests of releases: blocks of 3,000 people, victims where and when a seed puts them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.cities import City
from hotspots.readers.report import QualityReport
from hotspots.store.schema import Incidents
from hotspots.study.testing import EPSG, square_city

SECRET = b"a secret of the tests"
CITIES = {
    "large": {"victims": 3000, "side": 10, "seed": 1},
    "middle": {"victims": 500, "side": 6, "seed": 2},
    "small": {"victims": 300, "side": 6, "seed": 3},
}


def released_city(*, victims: int = 900, side: int = 6, years: int = 5, seed: int = 0, unmapped: float = 0.03, hot: float = 1.2) -> City:
    """Return a city of `side` × `side` blocks and 2015 as its first year; `hot` is how unequal the blocks are."""
    rng = np.random.default_rng(seed)
    share = rng.gamma(1 / hot, size=side * side)
    block = rng.choice(side * side, victims, p=share / share.sum())
    days = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 365 * years, victims), unit="D")
    places = [
        None if rng.random() < unmapped else (100.0 * (b % side) + rng.uniform(1, 99), 100.0 * (b // side) + rng.uniform(1, 99))
        for b in block
    ]
    incidents, blocks = square_city(
        places,
        side=side,
        size=100.0,
        population=rng.integers(2000, 4000, side * side).astype(float),
        dates=[str(day.date()) for day in days],
        sex=rng.choice(["male", "female", "unknown"], victims, p=[0.85, 0.145, 0.005]),
        weapon=rng.choice(["firearm", "blade", "body", "other"], victims, p=[0.8, 0.15, 0.03, 0.02]),
        age=rng.integers(0, 90, victims).astype(float),
    )
    return city_of(incidents, blocks, end=f"{2015 + years}-01-01")


def city_of(incidents: Incidents, blocks: gpd.GeoDataFrame, *, end: str = "2020-01-01") -> City:
    """Return a city of these layers, whose data cover 2015-01-01 to `end`."""
    nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=gpd.GeoSeries([], crs=EPSG))
    return City(
        slug="villa-prueba",
        name="Villa Prueba",
        language="en",
        timezone="UTC",
        source="Invented for the tests",
        licence="BSD-3-Clause",
        epsg=EPSG,
        fictional=True,
        population_year=2020,
        incidents=incidents,
        blocks=blocks,
        context=nothing,
        notes=(),
        report=QualityReport("", 0, 0, 0, 0, 0, len(incidents)),
        start=pd.Timestamp("2015-01-01"),
        end=pd.Timestamp(end),
        covers_stated=True,
    )

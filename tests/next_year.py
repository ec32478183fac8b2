"""How much of a year's homicides lies on the ground that a smooth surface of the five years before puts first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from hotspots.statistics import density

FOOT, CELL = 0.3048, 300.0  # metres
YEARS = (2012, 2015, 2017)  # each foretold from the five before it


def chicago(data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return places in metres and years."""
    table = pd.read_csv(data / "chicago" / "homicides_2001_2018.csv").dropna(subset=["X Coordinate", "Y Coordinate"])
    return near(table[["X Coordinate", "Y Coordinate"]].to_numpy(float) * FOOT, table["Year"].to_numpy())


def philadelphia(data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return places in metres and years."""
    table = pd.read_csv(data / "philadelphia" / "homicides_2006_2018.csv")
    table = table[table["geometry"].str.startswith("POINT (", na=False)]
    places = shapely.get_coordinates(shapely.from_wkt(table["geometry"].to_numpy())) * FOOT
    return near(places, table["year"].to_numpy())


def near(places: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return those within 40 km of the middle: a place at (0, 0) is none."""
    close = (np.abs(places - np.median(places, axis=0)) < 40_000).all(axis=1)
    return places[close], years[close]


CITIES = {"Chicago": chicago, "Philadelphia": philadelphia}


def on_the_first(places: np.ndarray, years: np.ndarray, year: int, *, rule: str, shares: tuple[float, ...]) -> list[float]:
    """Return the part of a year's homicides on the first shares of the ground: the hull of all homicides, in cells of 300 m."""
    early, late = places[(years >= year - 5) & (years < year)], places[years == year]
    h = density.rule_of_thumb(*early.T) if rule == "scott" else density.cross_validated(*early.T, criterion=rule)
    low, high = places.min(axis=0), places.max(axis=0)
    x, y = (np.arange(a + CELL / 2, b + CELL, CELL) for a, b in zip(low, high, strict=True))
    middles = np.column_stack([one.ravel() for one in np.meshgrid(x, y)])
    hull = shapely.convex_hull(shapely.MultiPoint(places)).buffer(CELL)
    middles = middles[shapely.intersects_xy(hull, *middles.T)]
    order = np.argsort(-density.density_at(early, middles, bandwidth=h), kind="stable")
    rank = {tuple(cell): at for at, cell in enumerate(np.floor((middles[order] - low) / CELL).astype(int).tolist())}
    at = np.array([rank[tuple(cell)] for cell in np.floor((late - low) / CELL).astype(int).tolist()])
    return [float((at < round(share * len(middles))).mean()) for share in shares]

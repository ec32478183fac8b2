"""Density and bandwidths on four cities, and density along the streets of one, beside R: spatstat, sparr and spatstat.linnet.

Each city is read here straight from its publisher's file and laid on the same plane as in oracles/cities.R, so nothing of ours but the
densities is between the files and the numbers.
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.statistics import density
from hotspots.statistics.density import bandwidths, smoothing
from hotspots.statistics.density.network import Network, spread
from hotspots.statistics.density.window import window_of
from hotspots.store.schema import check_blocks
from hotspots.study.testing import EPSG

ROOT = Path(__file__).resolve().parent.parent
RAW = ROOT / "data" / "cities" / "puerto-albatros" / "raw"
ALBATROS = (-89.28, 11.3)
CITIES = ("albatros", "chicago", "philadelphia", "guayaquil")


def printed() -> dict[str, np.ndarray]:
    """Return what cities.R printed."""
    lines = (Path(__file__).parent / "oracles" / "cities.txt").read_text().splitlines()
    return {line.split()[0]: np.array(line.split()[1:], dtype=float) for line in lines if not line.startswith("#")}


THEIRS = printed()


def flat(lon, lat, at) -> np.ndarray:
    """Return degrees as metres on a plane that touches the earth at `at`."""
    return np.column_stack((111320 * np.cos(np.radians(at[1])) * (lon - at[0]), 110574 * (lat - at[1])))


def albatros(ending: str) -> np.ndarray:
    table = pd.read_csv(RAW / "homicides.csv")
    found = flat(table["lon"], table["lat"], ALBATROS)
    return found[table["fecha"].str.contains(ending).to_numpy() & (np.abs(np.nan_to_num(found, nan=1e9)) < 15000).all(axis=1)]


def places_of(city: str, data: Path | None) -> np.ndarray:
    """Return the distinct places of a year (Guayaquil: two months) of a city, in metres, in the order of the file."""
    if city == "albatros":
        found = albatros("/2016$")
    elif city == "chicago":
        table = pd.read_csv(data / "chicago" / "homicides_2001_2018.csv")
        found = table.loc[table["Year"] == 2016, ["X Coordinate", "Y Coordinate"]].to_numpy(float) * 0.3048
    elif city == "philadelphia":
        table = pd.read_csv(data / "philadelphia" / "homicides_2006_2018.csv")
        words = table.loc[(table["year"] == 2012) & table["geometry"].str.startswith("POINT (", na=False), "geometry"]
        found = shapely.get_coordinates(shapely.from_wkt(words.to_numpy())) * 0.3048
    else:
        file = data / "guayaquil" / "muertes_violentas_guayaquil_latin1_semicolon.csv.gz"
        table = pd.read_csv(file, sep=";", encoding="latin1", dtype=str)
        table = table[(table["Anio_i"] == "2025") & table["Mes_i"].isin(["enero", "febrero"])]
        lon, lat = (pd.to_numeric(table[name].str.replace(",", "."), errors="coerce") for name in ("Coord. X", "Coord. Y"))
        near = lon.between(-80.05, -79.85, inclusive="neither") & lat.between(-2.3, -2, inclusive="neither")
        found = flat(lon[near], lat[near], (-79.95, -2.15))
    found = np.round(found[~np.isnan(found).any(axis=1)], 3)
    return found[np.sort(np.unique(found, axis=0, return_index=True)[1])]


@pytest.fixture(params=[pytest.param(city, marks=[] if city == "albatros" else pytest.mark.real_data) for city in CITIES])
def city(request) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return what R printed of a city, and the city's places."""
    data = None if request.param == "albatros" else request.getfixturevalue("real_data")
    prefix = request.param + "_"
    return {name.removeprefix(prefix): row for name, row in THEIRS.items() if name.startswith(prefix)}, places_of(request.param, data)


def box_of(told) -> shapely.Polygon:
    return shapely.box(*told["window"])


def test_both_read_the_same_places(city):
    told, places = city
    assert len(places) == told["n"][0]
    np.testing.assert_allclose(places.sum(axis=0), told["sum"], rtol=1e-8)
    for x, y in zip(told["x"], told["y"], strict=True):
        assert (np.abs(places - (x, y)).max(axis=1) < 0.5).any()


@pytest.mark.parametrize("edge", density.EDGES)
def test_the_density_at_places_is_spatstats(city, edge):
    told, places = city
    at = np.array([places[np.hypot(*(places - (x, y)).T).argmin()] for x, y in zip(told["x"], told["y"], strict=True)])
    found = density.density_at(places, at, bandwidth=800, kernel="gaussian", window=box_of(told), edge=edge)
    tolerance = {"none": 3e-4, "uniform": 3e-3, "jones_diggle": 3e-3}[edge]  # spatstat corrects edges on a grid, and cuts tails short
    np.testing.assert_allclose(found, told[f"gaussian_{edge}"], rtol=tolerance)


@pytest.mark.parametrize("edge", ["none", "jones_diggle"])
def test_the_surface_is_spatstats(city, edge):
    """Both on cells of 20 m; the middles of cells are where R says they are."""
    told, places = city
    at = np.column_stack((told["middle_x"], told["middle_y"]))
    peak = told["quartic_none"].max()
    found = density.density_at(places, at, bandwidth=1500, kernel="quartic", window=box_of(told), edge=edge)
    np.testing.assert_allclose(found, told[f"quartic_{edge}"], atol=0.01 * peak)  # spatstat moves each homicide to the middle of its cell
    blocks = check_blocks(gpd.GeoDataFrame({"population": 1.0}, geometry=[box_of(told)], crs=EPSG, index=pd.Index(["u0"], name="block_id")))
    window = window_of(blocks, cell=50.0)
    z = smoothing.smooth(*places.T, window, kernel="quartic", bandwidth=1500.0, edge=edge)
    np.testing.assert_allclose(np.nansum(z) * 50.0**2, told[f"quartic_{edge}_integral"][0], rtol=2e-3)
    row, column = np.nonzero(window.unit >= 0)
    nearest = [np.hypot(window.grid.x[column] - x, window.grid.y[row] - y).argmin() for x, y in at]
    np.testing.assert_allclose(z[row[nearest], column[nearest]], told[f"quartic_{edge}"], atol=0.05 * peak)  # and up to 35 m away


@pytest.mark.cases(1)
def test_bandwidths_are_spatstats(city):
    told, places = city
    n = len(places)
    ours = bandwidths.scores(*places.T, criterion="likelihood", candidates=told["sigma"])
    np.testing.assert_allclose(n * (ours + np.log(n - 1)), told["likelihood"], rtol=2e-4)  # theirs is of the intensity of the others
    tried = np.geomspace(100, 4000, 400)
    best = density.cross_validated(*places.T, criterion="likelihood", kernel="gaussian", candidates=tried)
    assert best == pytest.approx(told["bw_ppl"][0], rel=0.04)  # theirs is one of 100
    own = density.cross_validated(*places.T, criterion="likelihood", kernel="gaussian")
    assert own == pytest.approx(told["bw_ppl"][0], rel=0.06)  # ours of 16, and the top of a parabola
    assert density.rule_of_thumb(*places.T, kernel="gaussian") == pytest.approx(np.sqrt((told["bw_scott"] ** 2).mean()), rel=0.02)


def test_least_squares_are_sparrs(city):
    told, places = city
    narrow = told["lscv_h"] <= 800  # theirs is integrated over the window alone: wider ones lose what falls outside
    ours = bandwidths.scores(*places.T, criterion="least_squares", candidates=told["lscv_h"][narrow])
    np.testing.assert_allclose(ours, -told["lscv"][narrow], rtol=0.025)


# along streets


def streets() -> gpd.GeoDataFrame:
    """Return the streets within 700 m of the middle homicide of Puerto Albatros, along each axis."""
    centre = np.median(albatros("/"), axis=0)
    lines = []
    for one in json.loads((RAW / "streets.geojson").read_text(encoding="utf-8"))["features"]:
        xy = np.array(one["geometry"]["coordinates"])[:, :2]
        xy = flat(xy[:, 0], xy[:, 1], ALBATROS)
        if (np.abs(xy - centre) < 700).all():
            lines.append(shapely.LineString(xy))
    return gpd.GeoDataFrame(geometry=lines, crs=EPSG)


@pytest.mark.cases(3)
@pytest.mark.parametrize("way", density.WAYS)
@pytest.mark.parametrize("h", [120, 250])
def test_along_the_streets_of_a_city_as_in_spatstat(way, h):
    name = f"streets_{way}_{h}"
    net = Network.of(streets(), lixel=0.5)
    assert net.length.sum() == pytest.approx(THEIRS["streets_length"][0], rel=1e-6)
    assert (net.degree == 1).sum() == THEIRS["streets_dead_ends"][0]
    street, along, _ = net.snap(THEIRS[f"{name}_x"], THEIRS[f"{name}_y"])
    found = spread(net, street, along, bandwidth=float(h), way=way, steps=1024)
    assert found.sum() == pytest.approx(len(street))
    piece = net.first[street] + np.minimum((along / net.piece_length[net.first[street]]).astype(int), net.pieces[street] - 1)
    np.testing.assert_allclose((found / net.piece_length)[piece], THEIRS[name], rtol=0, atol=0.01 * 15 / 16 / h)

"""The invented city is what its README says: reproducible, at sea, well formed, with the planted truth in it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from conftest import TORTURE

from hotspots.store import schema

FOLDER = Path(__file__).parent.parent / "data" / "cities" / "puerto-albatros"
RAW = FOLDER / "raw"
METRES = 32616
# Points along the Pacific coast from Guatemala to Costa Rica, the land nearest to the city.
COAST = (
    *((-90.82, 13.92), (-89.83, 13.58), (-89.32, 13.48), (-88.80, 13.25), (-88.30, 13.15), (-87.69, 12.91)),
    *((-87.18, 12.48), (-86.52, 11.78), (-86.17, 11.50), (-85.88, 11.25), (-85.95, 10.90), (-85.87, 10.36)),
)
REAL = (
    "Acajutla|Aguilares|Ahuachapán|Alegría|Anamorós|Antiguo Cuscatlán|Apaneca|Apastepeque|Apopa|Armenia|Atiquizaya|Ayutuxtepeque|Berlín|"
    "Cabañas|Chalatenango|Chalchuapa|Chinameca|Chirilagua|Ciudad Arce|Ciudad Barrios|Ciudad Delgado|Coatepeque|Cojutepeque|Colón|"
    "Comasagua|Concepción Batres|Conchagua|Corinto|Cuscatancingo|Cuscatlán|El Congo|El Paisnal|El Rosario|El Tránsito|El Triunfo|"
    "Guazapa|Huizúcar|Ilobasco|Ilopango|Intipucá|Izalco|Jiquilisco|Jocoro|Juayúa|Jucuapa|Jucuarán|La Libertad|La Palma|La Paz|"
    "La Unión|Lolotique|Mejicanos|Metapán|Morazán|Nahuizalco|Nejapa|Nueva Concepción|Olocuilta|Panchimalco|Pasaquina|Quezaltepeque|"
    "San Jacinto|San Marcos|San Martín|San Miguel|San Salvador|San Vicente|Santa Ana|Santa Tecla|Santiago|Sensuntepeque|Sonsonate|"
    "Soyapango|Suchitoto|Tacuba|Tecoluca|Tonacatepeque|Usulután|Zacatecoluca|Zaragoza|Managua|Tegucigalpa|Guatemala|Puntarenas"
)


@pytest.fixture(scope="module")
def truth() -> dict:
    return tomllib.loads((FOLDER / "truth.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def city() -> dict:
    return tomllib.loads((FOLDER / "city.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def blocks() -> gpd.GeoDataFrame:
    return gpd.read_file(RAW / "blocks.geojson").set_index("block_id").to_crs(METRES)


@pytest.fixture(scope="module")
def segments() -> gpd.GeoDataFrame:
    return gpd.read_file(RAW / "streets.geojson").set_index("segment_id")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    table = pd.read_csv(RAW / "homicides.csv", dtype=str, keep_default_na=False)
    table["date"] = pd.to_datetime(table["fecha"], format="%d/%m/%Y", errors="coerce")
    return table


@pytest.fixture(scope="module")
def located(rows: pd.DataFrame, blocks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows with coordinates other than 0 0, with the smallest id of the blocks that hold or touch them."""
    there = rows[(rows["lon"] != "") & (rows["lon"] != "0.000000")]
    points = gpd.points_from_xy(there["lon"].astype(float), there["lat"].astype(float), crs=4326)
    table = gpd.GeoDataFrame(there, geometry=points).to_crs(METRES)
    number, block = blocks.sindex.query(table.geometry, predicate="intersects")
    found = pd.DataFrame({"row": table.index[number], "block": blocks.index[block]}).groupby("row")["block"]
    return table.assign(block=found.min(), touching=found.size())


# Of the programs and of the files they wrote, when they last ran in whole.
MADE = "1e2c0155e290a140e0b18cda5d6cd61c1ebc743822b71c8928f00f620f333acf"


def digest() -> str:
    """Return a digest of the programs that make the city and of what they made."""
    found = hashlib.sha256()
    for path in sorted([*FOLDER.glob("*.py"), *FOLDER.glob("*.txt"), *FOLDER.glob("*.toml"), *RAW.iterdir()]):
        found.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def test_programs_and_files_are_those_of_the_last_whole_run() -> None:
    assert digest() == MADE, "run: HOTSPOTS_TORTURE=1 python -m pytest tests/test_bundled_city.py; where it passes, write the new digest"


@pytest.mark.slow
@pytest.mark.skipif(not TORTURE, reason="a minute; the test above tells whether it is needed")
def test_the_generator_gives_the_same_files_again(tmp_path: Path, truth: dict) -> None:
    """On one machine, to the byte; on another, whose processor rounds the last digit otherwise, a city of the same size and plan."""
    for name in ("once", "again"):
        subprocess.run([sys.executable, FOLDER / "generate.py", "--out", tmp_path / name], check=True)
    once, again = tmp_path / "once", tmp_path / "again"
    made = {path.relative_to(once) for path in once.rglob("*") if path.is_file()}
    assert made == {path.relative_to(FOLDER) for path in [*RAW.iterdir(), FOLDER / "city.toml", FOLDER / "truth.toml"]}
    assert [str(name) for name in sorted(made) if (once / name).read_bytes() != (again / name).read_bytes()] == []
    found = tomllib.loads((once / "truth.toml").read_text(encoding="utf-8"))
    assert len(found["hot"]) == len(truth["hot"])
    assert found["totals"]["residential_blocks"] == pytest.approx(truth["totals"]["residential_blocks"], rel=0.02)
    assert found["totals"]["population"] == pytest.approx(truth["totals"]["population"], rel=0.001)
    assert found["totals"]["rows"] == pytest.approx(truth["totals"]["rows"], rel=0.12)


def test_no_file_is_heavy() -> None:
    assert {path.name: path.stat().st_size for path in RAW.iterdir() if path.stat().st_size >= 1_900_000} == {}


def test_the_city_lies_in_open_sea(truth: dict) -> None:
    place = truth["position"]
    edges = gpd.read_file(RAW / "boundary.geojson").total_bounds
    assert (edges[0] > -89.36, edges[1] > 11.25, edges[2] < -89.24, edges[3] < 11.36) == (True,) * 4
    assert edges[0] <= place["west"] < place["east"] <= edges[2]
    measure = pyproj.Geod(ellps="WGS84")
    corners = [(x, y) for x in (edges[0], edges[2]) for y in (edges[1], edges[3])]
    nearest = min(measure.inv(*corner, *shore)[2] for corner in corners for shore in COAST)
    assert nearest / 1000 > truth["position"]["nearest_coast_km"]


def test_it_says_that_it_is_fictional(city: dict, rows: pd.DataFrame) -> None:
    assert city["fictional"] is True
    assert "ficticia" in city["source"]["es"]
    assert "fictional" in city["source"]["en"]
    assert set(rows["fuente"]) == {"Datos inventados"}
    assert set(rows["municipio"]) == {"Puerto Albatros (ficticio)"}
    assert "does not exist" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_nothing_is_named_after_a_real_municipality(blocks: gpd.GeoDataFrame, segments: gpd.GeoDataFrame) -> None:
    layers = [gpd.read_file(RAW / f"{name}.geojson")["name"] for name in ("river", "parks", "coast", "boundary", "avenues", "services")]
    names = set(pd.concat([blocks["name"], blocks["district"], segments["street"], *layers]))
    real = re.compile(rf"\b({REAL})\b", re.IGNORECASE)
    assert sorted(name for name in names if real.search(name)) == []


def test_blocks_are_valid_disjoint_and_accepted(blocks: gpd.GeoDataFrame, truth: dict) -> None:
    schema.check_blocks(blocks)
    assert set(blocks.geom_type) == {"Polygon"}
    assert blocks.index.str.fullmatch(r"C[1-8][1-9]-\d{3}").all()  # an id such as 5E-003 would be a number to a spreadsheet
    assert blocks.area.sum() == pytest.approx(blocks.union_all().area, abs=1)
    assert blocks["name"].is_unique
    residents = blocks["population"]
    assert int(residents.sum()) == truth["totals"]["population"]
    assert int((residents > 0).sum()) == truth["totals"]["residential_blocks"]
    assert int((residents.isna() | (residents == 0)).sum()) == truth["totals"]["other_blocks"]
    assert 300_000 < residents.sum() < 400_000
    assert 2_900 < (residents > 0).sum() < 3_300


def test_residents_by_age_add_up(blocks: gpd.GeoDataFrame, city: dict) -> None:
    ages = blocks[list(city["blocks"]["population_ages"].values())]
    known = blocks["population"].notna()
    assert (ages[known].sum(axis=1) == blocks["population"][known]).all()
    assert ages[~known].isna().all(axis=None)
    young = ages["age_15-29"].groupby(blocks["district"]).sum() / blocks["population"].groupby(blocks["district"]).sum()
    assert young["Las Gaviotas"] < 0.22 < 0.28 < young["Cerro Albatros"]


def test_beats_lie_inside_districts(blocks: gpd.GeoDataFrame) -> None:
    assert 30 <= blocks["beat"].nunique() <= 40
    assert 6 <= blocks["district"].nunique() <= 8
    assert set(blocks.groupby("beat")["district"].nunique()) == {1}


def test_no_block_lies_in_water_or_outside_the_city(blocks: gpd.GeoDataFrame) -> None:
    limits = gpd.read_file(RAW / "boundary.geojson").to_crs(METRES).union_all()
    assert limits.buffer(0.5).contains(blocks.union_all())
    for layer in ("river", "coast", "parks"):
        shapes = gpd.read_file(RAW / f"{layer}.geojson").to_crs(METRES)
        assert shapes.is_valid.all()
        assert blocks.intersection(shapes.union_all()).area.sum() == pytest.approx(0, abs=5)


def test_streets_are_one_named_net(segments: gpd.GeoDataFrame) -> None:
    assert segments.index.is_unique
    assert segments.is_valid.all()
    assert (segments["street"].str.len() > 3).all()
    assert segments.to_crs(METRES).length.min() > 5
    joins = {}
    for line in segments.geometry:
        joins.setdefault(line.coords[0], set()).add(line.coords[-1])
        joins.setdefault(line.coords[-1], set()).add(line.coords[0])
    seen, waiting = set(), [next(iter(joins))]
    while waiting:
        crossing = waiting.pop()
        if crossing not in seen:
            seen.add(crossing)
            waiting.extend(joins[crossing])
    assert len(seen) == len(joins)


def test_every_segment_lies_near_a_block(blocks: gpd.GeoDataFrame, segments: gpd.GeoDataFrame) -> None:
    middle = segments.to_crs(METRES).geometry.interpolate(0.5, normalized=True)
    far = shapely.distance(middle.to_numpy(), blocks.union_all())
    assert int((far > 15).sum()) <= 12


def test_totals_are_those_written_down(rows: pd.DataFrame, truth: dict) -> None:
    totals = truth["totals"]
    assert len(rows) == totals["rows"]
    assert 2_300 < len(rows) < 2_700
    assert rows["caso"].nunique() == totals["events"]
    assert int((rows["caso"].value_counts() > 1).sum()) == totals["events_with_several_victims"]
    assert rows["caso"].value_counts().max() <= 4
    years = [int(rows["fecha"].str.endswith(str(year)).sum()) for year in range(2015, 2025)]
    assert years == totals["victims_a_year"]
    share = totals["events_with_several_victims"] / totals["events"]
    assert share == pytest.approx(truth["events"]["several_victims_share"], abs=0.015)
    assert totals["triggered_events"] / totals["events"] == pytest.approx(truth["near_repeats"]["branching"], abs=0.03)


def test_victims_of_one_event_share_date_and_place(rows: pd.DataFrame) -> None:
    shared = rows.groupby("caso")[["fecha", "hora", "manzana", "lon", "lat"]].nunique()
    assert (shared == 1).all(axis=None)


def test_dirt_is_what_was_counted(rows: pd.DataFrame, located: gpd.GeoDataFrame, city: dict, truth: dict) -> None:
    dirt = truth["dirt"]
    (lon, lat) = city["incidents"]["default_places"][0]
    at_station = (rows["lon"] == f"{lon:.6f}") & (rows["lat"] == f"{lat:.6f}")
    missing = rows["lon"] == ""
    zero = rows["lon"] == "0.000000"
    assert int(missing.sum()) == dirt["missing_coordinates"]
    assert int(zero.sum()) == dirt["zero_coordinates"]
    assert int(at_station.sum()) == dirt["default_place"]
    assert (rows.loc[missing | zero | at_station, "manzana"] == "").all()
    assert int(located["block"].isna().sum()) == dirt["outside_the_city"] + dirt["in_no_block"]
    limits = gpd.read_file(RAW / "boundary.geojson").to_crs(METRES).union_all()
    assert int((~located.within(limits)).sum()) == dirt["outside_the_city"]
    assert int((located["touching"] > 1).sum()) == dirt["on_a_corner"]
    assert int(rows["date"].isna().sum()) == dirt["impossible_dates"]
    assert int(rows.drop(columns="date").duplicated().sum()) == dirt["identical_rows"]
    for column, kind in (("hora", "no_hour"), ("edad", "no_age"), ("sexo", "no_sex")):
        assert int(rows[column].isin(["", "S/D"]).sum()) == dirt[kind]


def test_the_agency_and_the_map_disagree_as_often_as_written(
    located: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame, city: dict, truth: dict
) -> None:
    (lon, lat) = city["incidents"]["default_places"][0]
    placed = located[located["block"].notna() & ~((located["lon"] == f"{lon:.6f}") & (located["lat"] == f"{lat:.6f}"))]
    assert int((placed["manzana"] == "").sum()) == truth["dirt"]["no_block_id_but_a_place"]
    named = placed[placed["manzana"] != ""]
    theirs = blocks.geometry.loc[named["manzana"]].to_numpy()
    assert int((~shapely.intersects(theirs, named.geometry.to_numpy())).sum()) == truth["dirt"]["wrong_block_id"]


def test_every_word_has_a_meaning(rows: pd.DataFrame, city: dict) -> None:
    allowed = {row.name: row.values for row in schema.INCIDENT_FIELDS}
    for field, words in city["incidents"]["values"].items():
        assert set(words.values()) <= set(allowed[field])
        assert set(rows[city["incidents"][field]].str.strip()) <= set(words)


def test_who_and_how_are_plausible(rows: pd.DataFrame) -> None:
    assert rows["arma"].str.contains("FUEGO", case=False).mean() == pytest.approx(0.80, abs=0.03)
    assert (rows["sexo"].str.strip().str.upper() == "HOMBRE").mean() == pytest.approx(0.88, abs=0.03)
    assert (rows["estado"].str.strip().str.upper() == "RESUELTO").mean() == pytest.approx(0.35, abs=0.05)
    ages = pd.to_numeric(rows["edad"], errors="coerce").dropna()
    assert ages.between(18, 29).mean() > 0.45
    assert ages.between(0, 100).all()
    of_week = rows["date"].dt.day_of_week.value_counts()
    assert of_week[[4, 5, 6]].mean() > 1.2 * of_week[[0, 1, 2, 3]].mean()


def test_police_killings_leave_the_file_when_the_definition_changes(rows: pd.DataFrame, city: dict, truth: dict) -> None:
    change = pd.Timestamp(truth["definition"]["date"])
    assert str(change.date()) == city["definition_breaks"][0]["date"]
    police = rows["tipo"].str.contains("enfrentamiento", case=False)
    assert int((police & (rows["date"] >= change)).sum()) == 0
    before = rows[rows["date"] < change]
    share = police[before.index].sum() / before["caso"].nunique()
    assert share == pytest.approx(truth["definition"]["share_of_events_before"], abs=0.02)


def test_the_intervention_is_in_the_file(rows: pd.DataFrame, blocks: gpd.GeoDataFrame, city: dict, truth: dict) -> None:
    plan = truth["intervention"]
    entry = city["interventions"][0]
    treated = set(blocks.index[blocks["beat"].isin(plan["treated_beats"])])
    assert set(entry["treated"]) == treated
    assert entry["start"] == plan["start"]
    assert (entry["name"]["es"], entry["name"]["en"]) == (plan["name_es"], plan["name_en"])
    events = rows[~rows["tipo"].str.contains("enfrentamiento", case=False)].drop_duplicates("caso")
    beat = blocks["beat"].reindex(events["manzana"]).to_numpy()
    after = (events["date"] >= plan["start"]).to_numpy()
    inside, beside = np.isin(beat, plan["treated_beats"]), np.isin(beat, plan["comparison_beats"])
    four = np.array([(inside & after).sum(), (inside & ~after).sum(), (beside & after).sum(), (beside & ~after).sum()])
    effect = np.log(four[0] / four[1]) - np.log(four[2] / four[3])
    assert abs(effect - np.log(plan["factor"])) < 1.96 * np.sqrt((1 / four).sum())


def test_no_group_starts_or_stops_where_the_plan_is_judged(truth: dict) -> None:
    plan = truth["intervention"]
    judged = {*plan["treated_beats"], *plan["spill_over_beats"], *plan["comparison_beats"]}
    changing = {block.split("-")[0] for group in truth["hot"] if group["kind"] != "persistent" for block in group["blocks"]}
    assert judged.isdisjoint(changing)


def test_hot_groups_are_as_hot_as_planted(rows: pd.DataFrame, blocks: gpd.GeoDataFrame, truth: dict) -> None:
    counts = rows["manzana"].value_counts().reindex(blocks.index).fillna(0)
    hot = [block for group in truth["hot"] for block in group["blocks"]]
    assert len(hot) == len(set(hot)) == truth["concentration"]["hot_blocks"]
    quiet = blocks[(blocks["population"] > 0) & ~blocks.index.isin(hot)]
    by_district = counts[quiet.index].groupby(quiet["district"]).sum() / quiet.groupby("district")["population"].sum()
    days = (pd.Timestamp("2025-01-01") - pd.Timestamp("2015-01-01")).days
    expected, seen, quiet_times = 0.0, 0, []
    for group in truth["hot"]:
        of_group = rows[rows["manzana"].isin(group["blocks"])]
        start, end = pd.Timestamp(group["start"]), pd.Timestamp(group["end"])
        here = int(of_group["date"].between(start, end, inclusive="left").sum())
        share = (end - start).days / days
        expected += group["relative_risk"] * by_district[group["district"]] * group["residents"] * share
        seen += here
        assert group["residents"] == blocks.loc[group["blocks"], "population"].sum()
        assert 0.85 * group["victims_while_hot"] - 4 <= here <= group["victims_while_hot"] + 3
        if share < 1:
            quiet_times.append((here / share) / max((len(of_group) - here) / (1 - share), 0.5))
    assert 0.7 < seen / expected < 1.1
    assert np.median(quiet_times) > 4


def test_deaths_are_concentrated_beyond_chance(located: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame, truth: dict) -> None:
    named = located["manzana"].where(located["manzana"] != "", located["block"])
    counts = np.sort(named.value_counts().reindex(blocks.index).fillna(0).to_numpy())[::-1]
    top = int(np.ceil(0.05 * len(counts)))
    assert counts[:top].sum() / counts.sum() == pytest.approx(truth["concentration"]["share_in_top_5_percent"], abs=0.05)
    chance = np.random.default_rng(1)
    random = [np.sort(chance.multinomial(int(counts.sum()), np.full(len(counts), 1 / len(counts))))[::-1][:top].sum() for _ in range(20)]
    assert counts[:top].sum() > 2 * max(random)


def test_the_readme_states_the_figures_of_this_draw(truth: dict, segments: gpd.GeoDataFrame) -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    totals = truth["totals"]
    figures = (totals["rows"], totals["events"], totals["population"], totals["residential_blocks"], len(segments))
    assert [figure for figure in figures if f"{figure:,}" not in text] == []
    assert f"seed {truth['seed']}" in text


def test_every_file_that_city_toml_names_is_there(city: dict) -> None:
    named = [city["incidents"]["file"], city["blocks"]["file"], city["segments"]["file"], *[row["file"] for row in city["layers"].values()]]
    assert all((FOLDER / name).is_file() for name in named)
    for name in named[1:]:
        assert json.loads((FOLDER / name).read_text(encoding="utf-8"))["features"]
    assert city["incidents"]["covers"] == ["2015-01-01", "2024-12-31"]


def test_nothing_is_said_twice_of_the_files(albatros):
    said = [(str(one.text), one.examples) for one in albatros.report.findings]
    assert len({*said}) == len(said)
    assert sum("populations are empty" in text for text, _ in said) == 1

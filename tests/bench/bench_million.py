"""A million homicides on 50,176 blocks: what an import, a map and a changed filter take, and counts of one beside DuckDB and GeoPandas."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from crowd import Reader
from invented_cities import write_city
from running import Running, served

from hotspots import cities, store
from hotspots.geography import units
from hotspots.study import Study

duckdb = pytest.importorskip("duckdb")
psutil = pytest.importorskip("psutil")
VICTIMS, SIDE = 1_000_000, 224
CHANGES = [("weapon", "firearm"), ("sex", "male"), ("age", "15-29"), ("weapon", "blade"), ("sex", "female"), ("age", "30-44")]
YEARS = [(year, weapon) for weapon in ("firearm", "blade", "blunt") for year in range(2012, 2022)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("million") / "million", VICTIMS, side=SIDE)


@pytest.fixture
def command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the command that imports the city, into a store that both tests share."""
    monkeypatch.setenv("HOTSPOTS_STORE", str(folder.parent / "store"))
    return [sys.executable, "-m", "hotspots", "import", str(folder)]


def watched(command: list[str]) -> tuple[float, int]:
    """Run a command and return the processor time of all its processes, in seconds, and their most bytes of memory together."""
    taken: dict[int, float] = {}
    most = 0
    with psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            total = 0
            for one in [process, *process.children(recursive=True)]:
                try:
                    times = one.cpu_times()
                    taken[one.pid] = times.user + times.system
                    total += getattr(one.memory_full_info(), "pss", 0)
                except psutil.Error:
                    continue
            most = max(most, total)
            time.sleep(0.1)
    assert process.returncode == 0
    return sum(taken.values()), most


def test_import_of_a_million(benchmark, command):
    seconds, most = benchmark.pedantic(watched, args=(command,), rounds=1)
    benchmark.extra_info["CPU s"] = f"{seconds:.0f} (goal 60)"
    benchmark.extra_info["MB"] = f"{most / 1e6:,.0f} (goal 2,000)"
    assert len(cities.load("million").incidents) == VICTIMS


def test_counts_of_a_changed_filter_beside_duckdb_and_geopandas(benchmark, command):
    """The same counts by block: DuckDB groups rows that know their block already, as ours do; GeoPandas joins the points anew."""
    if not store.served("million"):
        watched(command)
    city = cities.load("million")
    incidents, blocks = city.incidents, city.blocks
    placed = units.assign(incidents, blocks)
    rows = pd.DataFrame({"block": placed.cat.codes, "date": incidents["date"], "weapon": incidents["weapon"].astype("str")})
    base = duckdb.connect(config={"threads": os.cpu_count()})
    base.register("given", rows)
    base.execute("CREATE TABLE deaths AS SELECT * FROM given")
    choices, peers = iter(YEARS), []

    def ours() -> pd.Series:
        year, weapon = chosen
        return Study.of(
            incidents, blocks, start=f"{year}-01-01", end=f"{year + 2}-01-01", where={"weapon": [weapon]}, unit_of=placed
        ).counts

    def theirs() -> pd.Series:
        year, weapon = chosen
        question = "SELECT block, count(*) AS n FROM deaths WHERE weapon = ? AND date >= ? AND date < ? AND block >= 0 GROUP BY block"
        return base.execute(question, [weapon, pd.Timestamp(year, 1, 1), pd.Timestamp(year + 2, 1, 1)]).df().set_index("block")["n"]

    def joined() -> pd.Series:
        year, weapon = chosen
        some = rows[(rows["weapon"] == weapon) & (rows["date"] >= f"{year}-01-01") & (rows["date"] < f"{year + 2}-01-01")]
        points = gpd.GeoDataFrame(geometry=incidents.geometry.loc[some.index], crs=blocks.crs)
        points = points[points.geometry.notna()]
        return gpd.sjoin(points, blocks[["geometry"]], predicate="intersects")["block_id"].value_counts()

    def setup() -> None:
        nonlocal chosen
        chosen = next(choices)
        start = time.perf_counter()
        theirs()
        peers.append(time.perf_counter() - start)

    chosen = YEARS[0]
    counts, others = ours(), theirs()
    assert counts.sum() == others.sum() > 0
    assert (counts.to_numpy()[others.index] == others.to_numpy()).all()
    start = time.perf_counter()
    met = joined()
    join = time.perf_counter() - start
    assert abs(int(met.sum()) - int(counts.sum())) <= 0.001 * counts.sum()  # a point on an edge lies in two of its blocks
    benchmark.pedantic(ours, setup=setup, rounds=15)
    median = benchmark.stats.stats.median
    benchmark.extra_info["× DuckDB"] = f"{np.median(peers) / median:.1f}"
    benchmark.extra_info["× geopandas sjoin of the same deaths"] = f"{join / median:,.0f}"


async def looked_at(running: Running, page: str) -> tuple[float, list[float]]:
    """Return the seconds of the server's processor that a page of the city took: opened, and for each filter changed on it."""
    async with Reader(running.address, page, query="city=million", language="en") as reader:
        before = running.cpu()
        await reader.open()
        opened, taken = running.cpu() - before, []
        for name, value in CHANGES:
            before = running.cpu()
            await reader.choose(f"choice_{name}", [value])
            taken.append(running.cpu() - before)
        return opened, taken


@pytest.mark.parametrize("page", ["map", ""])
def test_pages_of_a_million_in_the_dashboard(benchmark, command, folder, page):
    """What a reader's first map and each changed filter take of the server's processor, all that the page draws among it."""
    if not store.served("million"):
        watched(command)
    with served(folder.parent) as running:
        opened, taken = benchmark.pedantic(lambda: asyncio.run(looked_at(running, page)), rounds=1)
        benchmark.extra_info["MB"] = f"{running.memory():,.0f}"
    benchmark.extra_info["CPU s, opened"] = f"{opened:.1f} (goal 4)"
    benchmark.extra_info["CPU s, a changed filter, median"] = f"{np.median(taken):.2f} (goal 0.5)"

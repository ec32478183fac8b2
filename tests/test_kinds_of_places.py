"""By what kind of place to begin: where the truth is known, the test finds the kind that homicides keep to, and no other."""

from __future__ import annotations

import os

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.geography import units
from hotspots.statistics import priorities
from hotspots.statistics.priorities.kinds import street_metres
from hotspots.study import Study
from hotspots.study.testing import square_city

SIDE, SIZE, DAYS = 20, 100, 2922
TIMES = 60 if os.environ.get("HOTSPOTS_TORTURE") else 12


def studies(x, y, days, kinds=("blocks", "beats"), streets=None, beat=5) -> dict[str, Study]:
    """Return the studies of events at places (in blocks of 100 m) by each kind of place; a beat is a square of `beat` × `beat` blocks."""
    dates = [str(np.datetime64("2010-01-01") + int(day)) for day in days]
    incidents, blocks = square_city(list(zip(x, y, strict=True)), side=SIDE, size=SIZE, dates=dates)
    at = np.arange(SIDE * SIDE)
    blocks = blocks.assign(beat=[f"{row // beat}-{column // beat}" for row, column in zip(at // SIDE, at % SIDE, strict=True)])
    covers = (pd.Timestamp("2010-01-01"), pd.Timestamp("2018-01-01"))
    found = {}
    for kind in kinds:
        one = units.geography(incidents, blocks, kind, streets=streets)
        found[kind] = Study.of(incidents, one.blocks, start=covers[0], end=covers[1], covers=covers, unit_of=one.unit_of)
    return found


def scattered(rng, n):
    return rng.uniform(0, SIDE * SIZE, n), rng.uniform(0, SIDE * SIZE, n), rng.integers(0, DAYS, n)


def within(rng, left, low, width, n):
    return left + rng.uniform(1, width - 1, n), low + rng.uniform(1, width - 1, n), rng.integers(0, DAYS, n)


def together(*parts):
    return tuple(np.concatenate(one) for one in zip(*parts, strict=True))


def test_where_single_blocks_are_hot_blocks_are_kept():
    rng = np.random.default_rng(1)
    hot = rng.choice(SIDE * SIDE, 12, replace=False)
    parts = [within(rng, cell % SIDE * SIZE, cell // SIDE * SIZE, SIZE, 25) for cell in hot]
    found = priorities.compared(studies(*together(*parts, scattered(rng, 200))), usual="blocks", share=0.0625)
    assert found.best == "blocks"
    assert found.table.loc["blocks", "hit_rate"] > 2 * found.table.loc["beats", "hit_rate"]


def test_where_whole_beats_are_hot_and_homicides_few_beats_win():
    """Within a hot beat every block is alike: where homicides were before says nothing of the block, and all of the beat."""
    rng = np.random.default_rng(2)
    found = priorities.compared(
        studies(*together(within(rng, 500, 1000, 5 * SIZE, 130), scattered(rng, 100))), usual="blocks", share=1 / 16
    )
    assert found.best == "beats"
    row = found.table.loc["beats"]
    assert row["hits"] - found.table.loc["blocks", "hits"] == pytest.approx(row["gained"] - row["lost"], abs=12)  # ties apart
    assert row["beats"]


@pytest.mark.walk
def test_where_all_places_are_alike_the_usual_kind_stays():
    changed = 0
    for seed in range(TIMES):
        rng = np.random.default_rng(seed)
        found = priorities.compared(
            studies(*scattered(rng, int(rng.integers(150, 500))), kinds=("blocks", "beats", "grid:250")), usual="blocks", share=1 / 16
        )
        changed += found.best != "blocks"
    assert changed <= max(1, 0.05 * TIMES)


def grid_of_streets() -> gpd.GeoDataFrame:
    """Return the streets between the blocks, cut at every crossing."""
    lines = [
        shapely.linestrings([(SIZE * a, SIZE * b), (SIZE * a + (SIZE if flat else 0), SIZE * b + (0 if flat else SIZE))])
        for flat in (True, False)
        for a in range(SIDE + (0 if flat else 1))
        for b in range(SIDE + (1 if flat else 0))
    ]
    names = [f"s{n}" for n in range(len(lines))]
    return gpd.GeoDataFrame({"street": names}, geometry=lines, index=pd.Index(names, name="segment_id"), crs=32616)


def test_where_homicides_keep_to_streets_streets_win_on_the_same_length():
    """Along one avenue: a block beside it is walked on four sides for the sake of one."""
    rng = np.random.default_rng(3)
    x, y, days = rng.uniform(0, SIDE * SIZE, 300), 1000 + rng.normal(0, 4, 300), rng.integers(0, DAYS, 300)
    both = studies(*together((x, y, days), scattered(rng, 60)), kinds=("blocks", "segments"), streets=grid_of_streets())
    found = priorities.compared(both, usual="blocks", share=0.025)
    assert (found.best, found.ground) == ("segments", "length")


def test_the_streets_of_a_place_are_half_of_those_around_it():
    """By hand: a block within has four sides of 100 m, half of each; one at the corner too, the rest lies outside the city."""
    streets, blocks = grid_of_streets(), studies([50], [50], [1])["blocks"].blocks
    np.testing.assert_allclose(street_metres(blocks, streets), 200.0)
    assert street_metres(blocks, streets) is street_metres(blocks, streets)  # whatever the filter: worked out once
    assert street_metres(blocks, streets.iloc[:1]).sum() < 200.0  # and of other streets anew


def test_every_kind_is_asked_about_the_same_events_on_the_same_ground():
    rng = np.random.default_rng(4)
    both = studies(*together(within(rng, 500, 1000, 500, 200), scattered(rng, 200)), kinds=("blocks", "beats", "grid:250"))
    found = priorities.compared(both, usual="blocks")
    assert found.table["events"].nunique() == 1
    assert "beats" not in found.table.index  # 16 of them: a twentieth is less than one
    assert set(found.table.index) == {"blocks", "grid:250"}
    assert priorities.compared(
        {"blocks": both["blocks"].between(pd.Timestamp("2015-01-01"), pd.Timestamp("2017-01-01"))}, usual="blocks"
    ) in (
        "period",
        "events",
    )

"""A place narrows every figure, and what is in no place is said: each kind against pandas and geopandas alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.cities import City
from hotspots.geography import interpolation, segments, units
from hotspots.questions.restricted import Asked, where
from hotspots.release import places as called
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.statistics.measure import OVER, table
from hotspots.store.schema import Blocks, DataError
from hotspots.study import Study, places
from hotspots.study.selection import Selection
from hotspots.study.testing import square_city
from hotspots.words import words_for

SIDE, SIZE = 6, 120.0
UNITS = ("city", "districts", "beats", "blocks", "segments", "segments+corners", "grid:200", "h3:9")


def town_of(villa: City, spots: list[tuple[float, float] | None], *, recorded: list[str] | None = None) -> City:
    """Return a town of 36 blocks in six districts and two beats, the last two blocks in none, with streets on every edge."""
    rng = np.random.default_rng(5)
    people = rng.integers(50, 900, SIDE * SIDE).astype(float)
    days = [str(day.date()) for day in pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(len(spots)) % 366, unit="D")]
    more = {} if recorded is None else {"block_id": recorded}
    incidents, blocks = square_city(spots, side=SIDE, size=SIZE, population=people, dates=days, **more)
    blocks["beat"] = np.where(np.arange(len(blocks)) % SIDE < 3, "west", "east")
    blocks.loc[["b54", "b55"], ["district", "beat"]] = None
    ends = [((x, y), (x + dx, y + dy)) for x in range(7) for y in range(7) for dx, dy in ((1, 0), (0, 1)) if max(x + dx, y + dy) <= 6]
    names = [f"Row {start[1]}" if start[1] == end[1] else f"Column {start[0]}" for start, end in ends]
    lines = gpd.GeoDataFrame(
        {"street": names},
        geometry=[shapely.LineString(np.array(end) * SIZE) for end in ends],
        index=pd.Index([f"s{n:02}" for n in range(len(ends))], name="segment_id", dtype="str"),
        crs=blocks.crs,
    )
    context = gpd.GeoDataFrame(
        {"kind": ["park", "service"], "name": ["Laguna", "Hospital"]},
        geometry=[shapely.box(100, 100, 430, 350), shapely.Point(50, 50)],
        crs=blocks.crs,
    )
    period = {"start": pd.Timestamp("2020-01-01"), "end": pd.Timestamp("2021-01-01")}
    return replace(villa, incidents=incidents, blocks=Blocks(blocks), segments=lines, context=context, epsg=32616, **period)


@pytest.fixture(scope="module")
def town(villa) -> City:
    """Return the town with 150 victims: some without a point, of whom some have a recorded block; some outside."""
    rng = np.random.default_rng(8)
    spots: list[tuple[float, float] | None] = [(float(x), float(y)) for x, y in rng.uniform(1, SIDE * SIZE - 1, (137, 2))]
    spots += [(245.0, 238.0), (238.0, 243.0), (251.0, 241.0)]  # at the crossing of Column 2 and Row 2
    recorded = [""] * 140 + ["b00", "b21", "", "", "b55", "", "", "", "", ""]
    return town_of(villa[0], [*spots, None, None, None, None, None, (2000, 30), (2500, 30), None, None, None], recorded=recorded)


def study_of(town: City, **choices: Any) -> Study:
    return Selection(**choices).study(town)


def at(town: City, x: float, y: float) -> tuple[float, float]:
    """Return latitude and longitude of a place of the town."""
    lon, lat = pyproj.Transformer.from_crs(town.epsg, 4326, always_xy=True).transform(x, y)
    return lat, lon


def circle(town: City, x: float, y: float, metres: float) -> str:
    lat, lon = at(town, x, y)
    return f"circle:{lat:.9f},{lon:.9f},{metres:g}"


def polygon(town: City, *corners: tuple[float, float]) -> str:
    return "polygon:" + ";".join(f"{lat:.9f},{lon:.9f}" for lat, lon in (at(town, *corner) for corner in corners))


def kinds(town: City) -> dict[str, str]:
    """Return a place of every kind."""
    texts = ("district:row 2", "beat:west", "block:b21", "street:Row 2", "segment:s10", "crossing:Column 2 & Row 2", "layer:park/Laguna")
    found = {text.partition(":")[0]: text for text in texts}
    return found | {"circle": circle(town, 300, 300, 150), "polygon": polygon(town, (10, 10), (400, 30), (350, 500))}


def test_every_kind_is_tried(town):
    assert set(kinds(town)) == set(places.KINDS)


# --- oracles: pandas and geopandas alone ---------------------------------------------------------------------------------------------


def by_block(town: City) -> pd.Series:
    """Return the block of each victim: the recorded one, else the one that the point lies in."""
    joined = gpd.sjoin(town.incidents[["geometry"]], town.blocks[["geometry"]].reset_index(), predicate="intersects")
    first = joined.groupby(level=0)["block_id"].min().reindex(town.incidents.index)
    recorded = town.incidents["block_id"].where(town.incidents["block_id"].isin(town.blocks.index))
    return recorded.fillna(first)


@pytest.mark.parametrize(("kind", "column", "of"), [("district", "district", "row 2"), ("beat", "beat", "west"), ("block", "", "b21")])
@pytest.mark.parametrize("unit", UNITS)
def test_what_blocks_make_up(town, kind, column, of, unit):
    block = by_block(town)
    keys = town.blocks[column] if column else town.blocks.index.to_series()
    study = study_of(town, place=f"{kind}:{of}", unit=unit)
    assert study.victims == (block.map(keys) == of).sum()
    assert study.population == pytest.approx(town.blocks.loc[keys == of, "population"].sum())
    assert study.in_no_place == block.map(keys).isna().sum()
    assert not study.place.estimated


@pytest.mark.parametrize("kind", ["circle", "polygon", "layer"])
@pytest.mark.parametrize("unit", UNITS)
def test_what_is_drawn(town, kind, unit):
    shape = {
        "circle": shapely.Point(300, 300).buffer(150, quad_segs=32),
        "polygon": shapely.Polygon([(10, 10), (400, 30), (350, 500)]),
        "layer": shapely.box(100, 100, 430, 350),
    }[kind]
    study = Selection(place=kinds(town)[kind], unit=unit).study(town)
    assert study.victims == town.incidents.geometry.within(shape).sum() > 0
    people = (town.blocks["population"] * town.blocks.intersection(shape).area / town.blocks.area).sum()
    assert study.population == pytest.approx(people, rel=1e-6)
    assert study.in_no_place == town.incidents.geometry.isna().sum() == 8
    assert study.place.estimated


def on_segments(town: City) -> pd.Series:
    """Return the segment nearest to each victim with a point, the first of those equally near."""
    points = town.incidents[town.incidents.geometry.notna()]
    joined = gpd.sjoin_nearest(points[["geometry"]], town.segments[["geometry"]].reset_index(), max_distance=segments.snap_distance())
    return joined.groupby(level=0)["segment_id"].min()


@pytest.mark.parametrize(("text", "chosen"), [("street:Row 2", "Row 2"), ("segment:s10", "s10")])
def test_streets(town, text, chosen):
    nearest = on_segments(town)
    names = town.segments["street"] if text.startswith("street") else town.segments.index.to_series()
    lines = town.segments[names == chosen]
    people = interpolation.by_length(town.blocks, segments.streets(town.segments).units)
    for unit in ("blocks", "segments", "city"):
        study = study_of(town, place=text, unit=unit)
        assert study.victims == nearest.isin(lines.index).sum() > 0
        assert study.population == pytest.approx(people[lines.index].sum())
        assert study.in_no_place == len(town.incidents) - len(nearest)


def test_a_crossing(town):
    """Where Column 2 meets Row 2: nearest to a segment that ends there, and at the end where they meet."""
    reach, spot = min(segments.corner_reach(), SIZE / 3), shapely.Point(2 * SIZE, 2 * SIZE)
    nearest = on_segments(town)
    ends = town.segments.index[town.segments.distance(spot) < 1e-6]
    on = town.incidents.geometry.loc[nearest.index[nearest.isin(ends)]]
    lines = town.segments.geometry.loc[nearest[on.index]]
    foot = lines.set_axis(on.index).interpolate(lines.set_axis(on.index).project(on))
    study = study_of(town, place="crossing:Column 2 & Row 2")
    assert study.victims == (foot.distance(spot) <= reach).sum() > 0
    assert study_of(town, place="crossing:Row 2 & Column 2").victims == study.victims


# --- laws ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.cases(2)
@pytest.mark.parametrize("kind", ["district", "beat", "block"])
@pytest.mark.parametrize("unit", ["blocks", "grid:200"])
@settings(max_examples=10)
@given(data=st.data())
def test_all_places_and_none_are_the_city(town, kind, unit, data):
    start = data.draw(st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2020-12-30").date()))
    end = data.draw(st.dates(start, pd.Timestamp("2021-01-01").date()).filter(lambda day: day > start))
    whole = {"unit": unit, "start": start, "end": end}
    texts = [text for text in places.offered(town) if text.startswith(kind)]
    studies = [study_of(town, **whole, place=text) for text in texts[:: 9 if kind == "block" else 1]]
    if kind == "block":
        block = by_block(town)
        days = town.incidents["date"].between(pd.Timestamp(start), pd.Timestamp(end), inclusive="left")
        assert [one.victims for one in studies] == [(block[days] == one.place.name).sum() for one in studies]
        return
    assert sum(one.victims for one in studies) + studies[0].in_no_place == study_of(town, **whole).victims


@pytest.mark.parametrize("unit", UNITS)
def test_nobody_is_lost_between_units(town, unit):
    """Every victim in a place is on one of its units, or on none of the city's."""
    whole = study_of(town, unit=unit)
    for text in kinds(town).values():
        study = study_of(town, unit=unit, place=text)
        there = whole.placed.loc[study.incidents.index]
        assert study.inside == there.isin(study.blocks.index).sum()
        if unit in ("blocks", "districts", "beats", "grid:200") or text.startswith(("district", "beat", "circle")):
            assert study.inside == there.notna().sum(), text


def test_a_measure_says_what_it_is_worked_out_from():
    assert {one.over for one in MEASURES} == set(OVER)


@pytest.mark.parametrize("key", [one.key for one in MEASURES if one.over == "city"])
def test_what_looks_at_many_places_is_that_of_the_city_inside_the_place(town, key):
    unit = "segments" if key == "network_density" else "blocks"
    whole, study = study_of(town, unit=unit), study_of(town, unit=unit, place="district:row 2")
    if measure(key).missing(whole):
        assert measure(key).missing(study)
        return
    inside, everywhere = table(study, measure(key)), table(whole, measure(key))
    assert 0 < len(inside) < len(everywhere)
    columns = [key, f"{key}_low", f"{key}_high", "state"]
    pd.testing.assert_frame_equal(inside[columns], everywhere.loc[inside.index, columns])


@pytest.mark.parametrize("key", ["count", "rate"])
def test_counts_and_rates_are_those_of_the_place(town, key):
    study = study_of(town, place="beat:west", unit="districts")
    west = town.blocks[town.blocks["beat"] == "west"]
    block = by_block(town)
    count = block[block.isin(west.index)].map(town.blocks["district"]).value_counts().sort_index()
    found = table(study, measure(key))
    assert found["count"].to_dict() == count.reindex(found.index, fill_value=0).to_dict()
    people = west.groupby("district")["population"].sum()
    if key == "rate":
        np.testing.assert_allclose(found["rate"], 1e5 * count.reindex(people.index, fill_value=0) / people)


def test_a_period_within_keeps_the_city_beside_the_place(town):
    study = study_of(town, place="district:row 2")
    first, _ = study.split(pd.Timestamp("2020-05-10"))
    assert (first.everywhere.end, first.end) == (pd.Timestamp("2020-05-10"),) * 2
    assert first.in_no_place < study.in_no_place
    assert study.at("b21").everywhere.victims == study.at("b21").victims


# --- what is no place ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("district:row 9", "has no District 'row 9'"),
        ("segment:none", "has no Street segment"),
        ("crossing:Row 2", "has no Crossing"),
        ("crossing:Row 2 & Row 3", "has no Crossing"),
        ("layer:park/", "has no Place on the map"),
        ("layer:service/Hospital", "has no area of its own"),
        ("circle:12,13", "is not of the form circle:LAT,LON,METRES"),
        ("circle:12,13,nan", "is not of the form"),
        ("circle:12,13,0", "is not of the form"),
        ("circle:12,13,50", "lies outside"),
        ("polygon:1,2;3,4", "is not of the form polygon"),
        ("house:12", "is not a place"),
        ("district:", "is not a place"),
    ],
)
def test_what_is_no_place_says_so_in_a_sentence(town, text, reason):
    with pytest.raises(DataError, match=reason) as fault:
        Selection(place=text).study(town)
    assert len(fault.value.faults) == 1


def test_an_area_whose_line_crosses_itself(town):
    with pytest.raises(DataError, match="crosses itself"):
        Selection(place=polygon(town, (10, 10), (400, 400), (400, 10), (10, 400))).study(town)


def test_a_city_without_streets_or_beats(town):
    bare = replace(town, segments=None, blocks=Blocks(town.blocks.drop(columns="beat")))
    for text, reason in (("street:Row 2", "no streets are loaded"), ("beat:west", "has no Beat")):
        with pytest.raises(DataError, match=reason):
            Selection(place=text).study(bare)


def test_what_can_be_chosen_from_a_list(town):
    offered = places.offered(town)
    assert list(offered)[:7] == [*(f"district:row {n}" for n in range(6)), "beat:east"]
    assert len(offered) == 6 + 2 + 36


def test_a_unit_and_its_place():
    for unit in units.UNITS[1:]:
        assert places.unit_in(places.text_of(unit, "a:b"), unit) == "a:b"
    assert places.unit_in("district:12", "beats") == places.unit_in("", "blocks") == places.text_of("h3:9", "x") == ""


def test_residents_of_each_age_are_shared_out_as_all_are(town):
    blocks = Blocks(town.blocks.assign(**{"population:0-14": 20.0, "population:15+": town.blocks["population"] - 20.0}))
    part = places.found(replace(town, blocks=blocks), circle(town, 300, 300, 150)).blocks
    share = part.geometry.area / SIZE**2
    assert share.between(0, 0.999).any()
    assert part["population:0-14"].to_numpy() == pytest.approx(20 * share.to_numpy())
    assert part["population:15+"].to_numpy() == pytest.approx((part["population"] - part["population:0-14"]).to_numpy())


def test_the_streets_round_an_area_of_a_release(town):
    """Each street lies in the areas that it runs along, and a street of no name nowhere."""
    each = pd.Series(town.blocks.index, index=town.blocks.index)
    known = called.places_of(town, town.blocks, each)["known"]
    assert sorted(known["b00"]["streets"]) == ["Column 0", "Column 1", "Row 0", "Row 1"]
    assert called.places_of(replace(town, segments=None, context=town.context.iloc[:0]), town.blocks, each)["known"]["b00"]["streets"] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_how_much_the_width_of_the_smoothing_matters_is_said_with_its_numbers(town, language):
    chosen = Selection(unit="blocks", language=language, bandwidth=200)
    answer = Asked(chosen, town, lambda _: chosen.study(town)).ask(where.sensitivity)
    found, words = answer.value, words_for(language)
    widths = [words.number(one) for one in (found.ranks.columns[0], found.ranks.columns[-1])]
    numbers = re.findall(r"\d+", answer.says(words))
    assert numbers == [*(words.number(n) for n in (found.stay, found.top, found.top)), *widths]

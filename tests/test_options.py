"""Each choice of a reader, changed alone in the address, changes the figures that its row says it changes, and no other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.cities import City
from hotspots.dashboard.restricted import frame
from hotspots.geography import units
from hotspots.statistics.catalog import MEASURES, measure
from hotspots.store.schema import Blocks, DataError
from hotspots.study import Study
from hotspots.study.options import OF_STATISTICS, OPTIONS, Option
from hotspots.study.selection import Selection, read_query
from hotspots.study.testing import square_blocks, square_city

SIDE, SIZE = 8, 150.0
# What is drawn for each option: two or more values that must not all give the same figures of the measures that read it.
DRAWN: dict[str, tuple[str, ...]] = {
    "surface": ("60", "90", "700"),
    "cap": ("3", "25", "50"),
    "unit": ("blocks", "districts"),
    "place": ("district:row 1", "block:b11"),
    "from": ("2020-03-01", "2020-09-01"),
    "to": ("2020-05-01", "2020-10-01"),
}


@pytest.fixture(scope="module")
def town(villa: tuple[City, object]) -> City:
    """Return a town of 64 blocks where residents, areas and streets are uneven, with two quarters that have most homicides."""
    rng = np.random.default_rng(3)
    near = rng.normal((250, 250), 110, (90, 2)).clip(1, SIDE * SIZE - 1)
    far = rng.normal((900, 800), 160, (60, 2)).clip(1, SIDE * SIZE - 1)
    places = [(float(x), float(y)) for x, y in np.vstack([near, far, rng.uniform(0, SIDE * SIZE, (80, 2))])]
    dates = [str(day.date()) for day in pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 366, len(places)), unit="D")]
    events = [f"e{n // 2 if n < 60 else n}" for n in range(len(places))]
    people = rng.integers(50, 3000, SIDE * SIDE).astype(float)
    incidents, blocks = square_city(places, side=SIDE, size=SIZE, population=people, dates=dates, event_id=events)
    cut = blocks.geometry.copy()
    cut.iloc[::3] = [shapely.box(*(shape.bounds[0], shape.bounds[1], shape.bounds[2], shape.bounds[3] - 60)) for shape in cut.iloc[::3]]
    blocks = Blocks(blocks.set_geometry(cut))
    ends = [
        ((x * SIZE, y * SIZE), (x * SIZE + dx * SIZE, y * SIZE + dy * SIZE))
        for x in range(8)
        for y in range(8)
        for dx, dy in ((1, 0), (0, 1))
    ]
    lines = gpd.GeoDataFrame(
        {"street": [""] * len(ends)},
        geometry=[shapely.LineString(end) for end in ends],
        index=pd.Index([f"s{n:03}" for n in range(len(ends))], name="segment_id", dtype="str"),
        crs=blocks.crs,
    )
    period = {"start": pd.Timestamp("2020-01-01"), "end": pd.Timestamp("2021-01-01")}
    bars = shapely.points(np.vstack([near[:20], far[:5]]) + 7)
    context = gpd.GeoDataFrame({"kind": "gathering", "name": ""}, geometry=bars, index=range(len(bars)), crs=blocks.crs)
    return replace(villa[0], incidents=incidents, blocks=blocks, segments=lines, context=context, **period)


def asked(**query: str) -> Selection:
    """Return what an address means; each of its parts must make sense."""
    selection, strange = read_query(query)
    assert strange == ()
    assert selection.query() == query
    return selection


def drawn(row: Option) -> tuple[str, ...]:
    """Return the values that are tried: all those listed, or those of `DRAWN`; for what is only looked at any will do."""
    return (
        DRAWN.get(row.key)
        or row.values
        or {"day": ("2020-02-02",), "number": ("7",), "amount": ("1500000",), "days": ("0", "30")}.get(row.kind, ("b01",))
    )


def figures(study: Study, key: str) -> pd.Series:
    return measure(key).compute(study)


def same(one: pd.Series, other: pd.Series) -> bool:
    return one.index.equals(other.index) and bool(np.array_equal(one.to_numpy(), other.to_numpy(), equal_nan=one.dtype.kind == "f"))


@pytest.mark.cases(6)
@pytest.mark.parametrize(
    ("row", "key"), [(row, key) for row in OF_STATISTICS for key in row.read_by], ids=lambda value: getattr(value, "key", value)
)
def test_an_option_changes_each_measure_that_reads_it(town, row, key):
    unit = {"unit": "segments"} if key == "network_density" else {}
    found = [figures(asked(**unit, **{row.key: value}).study(town), key) for value in drawn(row)]
    found.append(figures(asked(**unit).study(town), key))
    assert not all(same(found[0], other) for other in found[1:])


def test_what_a_measure_reads_changes_figures_but_the_width_that_a_surface_alone_is_drawn_with():
    assert [row.key for row in OF_STATISTICS if not row.changes_figures] == ["surface"]


@pytest.mark.parametrize("row", OF_STATISTICS, ids=lambda row: row.key)
def test_an_option_reaches_the_study_under_its_name(town, row):
    for value in drawn(row):
        assert str(getattr(asked(**{row.key: value}).study(town), row.name)) == value


@pytest.mark.cases(1)
@pytest.mark.parametrize("row", OF_STATISTICS, ids=lambda row: row.key)
def test_an_option_changes_no_measure_that_does_not_read_it(town, row):
    others = [one.key for one in MEASURES if one.key not in row.read_by]
    plain, chosen = asked().study(town), asked(**{row.key: drawn(row)[-1]}).study(town)
    for key in others:
        if not measure(key).missing(plain):
            assert same(figures(plain, key), figures(chosen, key)), key


@pytest.mark.parametrize("row", [row for row in OPTIONS if row.changes_figures and row not in OF_STATISTICS], ids=lambda row: row.key)
def test_what_every_figure_depends_on(town, row):
    if row.key in ("city", "version", "definition"):  # which layers are loaded, `town` stands for them; which totals (test_el_salvador)
        assert row.decides(["count"])
        return
    found = [asked(**{row.key: value}).study(town).counts for value in drawn(row)]
    assert not same(found[0], asked().study(town).counts) or not same(found[0], found[-1])


@pytest.mark.parametrize("row", [row for row in OPTIONS if not row.changes_figures], ids=lambda row: row.key)
def test_what_is_only_looked_at_is_no_part_of_what_figures_are_kept_by(row):
    for value in drawn(row):
        assert asked(city="x", unit="blocks", **{row.key: value}).figures() == Selection(city="x", unit="blocks")


@pytest.mark.parametrize("row", [row for row in OPTIONS if not (row.changes_figures or row.read_by)], ids=lambda row: row.key)
def test_what_is_only_looked_at_changes_no_study(town, row):
    plain = asked().study(town)
    for value in drawn(row):
        study = asked(**{row.key: value}).study(town)
        assert (study.start, study.end, study.where, study.victims) == (plain.start, plain.end, plain.where, plain.victims)
        assert same(study.counts, plain.counts)
        assert all(getattr(study, one.name) == getattr(plain, one.name) for one in OF_STATISTICS)


@pytest.mark.parametrize("row", [row for row in OPTIONS if row.changes_figures], ids=lambda row: row.key)
def test_what_changes_figures_is_part_of_what_they_are_kept_by(row):
    keys = {asked(**{row.key: value}).figures() for value in drawn(row)}
    assert len(keys) == len(drawn(row))
    assert Selection() not in keys


@pytest.mark.parametrize("row", OF_STATISTICS, ids=lambda row: row.key)
def test_figures_of_a_measure_are_kept_by_the_options_that_it_reads(row):
    chosen = asked(city="x", **{row.key: drawn(row)[-1]})
    for one in MEASURES:
        assert (chosen.figures(of=[one.key]) == chosen) == (one.key in row.read_by)
    assert chosen.figures(of=()) == Selection(city="x")


def test_rows_name_measures_that_exist():
    assert {key for row in OPTIONS for key in row.read_by} <= {one.key for one in MEASURES}


def test_the_usual_values():
    """Worked out by hand from what the pages say: 10 per cent, Benjamini-Hochberg, discontinuous; the rest is decided by the data."""
    study = Study.of(*square_city([(5, 5)]))
    assert (study.cap, study.correction, study.equal_split, study.baseline, study.bandwidth) == (10, "bh", "discontinuous", "", None)
    assert Study.of(*square_city([(5, 5)]), baseline="area", cap=25).between(study.start, study.end).cap == 25
    assert Selection().query() == {}


@pytest.mark.parametrize("row", [row for row in OF_STATISTICS if row.values], ids=lambda row: row.key)
def test_a_study_refuses_what_is_not_listed(row):
    with pytest.raises(DataError, match=f"there is no {row.name.replace('_', ' ')} 'neither'; use one of {row.values[0]}"):
        Study.of(*square_city([(5, 5)]), **{row.name: "neither"})


def test_a_study_has_no_other_options():
    with pytest.raises(TypeError, match="radius"):
        Study.of(*square_city([(5, 5)]), radius=3)


@pytest.mark.parametrize(
    ("key", "text"),
    [*((row.key, "neither") for row in OPTIONS if row.kind not in ("word",)), ("cap", "51"), ("lag", "1000"), ("surface", "1000000")],
)
def test_an_address_passes_over_what_makes_no_sense(key, text):
    assert read_query({key: text}) == (Selection(), (key,))


def test_an_address_names_choices_in_the_order_that_it_always_had():
    query = {row.key: drawn(row)[-1] for row in OPTIONS}
    written = "city unit measure place picked beside lang span entry rule layer baseline correction equal_split"
    written += " version surface target cap near within months base from to lag"
    assert [key for key in read_query(query)[0].query() if key in written.split()] == written.split()


def test_a_city_without_residents_sets_the_baseline_aside(town):
    empty = replace(town, blocks=Blocks(town.blocks.assign(population=np.nan)))
    fitted, dropped = frame.fit(asked(baseline="population", cap="25"), empty)
    assert (fitted.baseline, fitted.cap, dropped) == ("", 25, ("baseline",))
    assert frame.fit(asked(baseline="area"), empty)[0].baseline == "area"
    kept, dropped = frame.fit(asked(baseline="population"), town)
    assert (kept.baseline, dropped) == ("population", ())


@pytest.mark.parametrize(
    ("query", "dropped"),
    [
        ({"from": "2020-12-31"}, ()),
        ({"from": "2021-01-01"}, ("from",)),
        ({"to": "2020-01-01"}, ("from",)),
        ({"to": "2020-01-02"}, ()),
        ({"unit": "beats"}, ("unit",)),
        ({"unit": "districts"}, ()),
        ({"weapon": "firearm"}, ("weapon",)),
    ],
)
def test_a_city_sets_aside_what_it_cannot_meet(town, query, dropped):
    selection = asked(**query)
    fitted, found = frame.fit(selection, town)
    assert found == dropped
    default = units.default(town.blocks)
    assert fitted == (Selection(unit=default) if dropped else replace(selection, unit=selection.unit or default))
    assert fitted.study(town).victims > 0


def test_a_district_of_unknown_residents_is_unknown_and_not_empty():
    rows = units.roll_up(square_blocks(side=2, population=[np.nan, np.nan, 7, np.nan]), "districts")
    assert np.isnan(rows.loc["row 0", "population"])
    assert rows.loc["row 1", "population"] == 7


def test_the_day_of_a_choice_is_a_day():
    assert asked(**{"from": "2020-02-29"}).start == dt.date(2020, 2, 29)
    assert (asked(lag="0").lag, asked().lag) == (0, None)

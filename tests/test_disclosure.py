"""What a release says: worked by hand on small cities, and by laws on any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import TORTURE
from hypothesis import given
from hypothesis import strategies as st
from real_cities import chicago_toml, philadelphia_toml
from released import SECRET, city_of, released_city

from hotspots import cities
from hotspots.geography import units
from hotspots.release import audit, build
from hotspots.release.partition import partitions, shapes_of
from hotspots.release.profiles import (
    PROFILES,
    cutoff,
    profile_of,
    windows,
)
from hotspots.release.protection import protect
from hotspots.release.release import hot_areas, rate
from hotspots.statistics.clusters import hot_spot, neighbours
from hotspots.statistics.rates import count_state, rate_state
from hotspots.store.schema import Blocks, DataError, Incidents
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy
from hotspots.study.testing import published_totals, square_blocks, square_city

DAY = pd.Timestamp


def strict(city, **more):
    return build(city, **{"as_of": "2026-01-15", "secret": SECRET} | more)


# --- windows and lag ------------------------------------------------------------------------------------------------------------


def test_windows_end_with_the_newest_year_and_never_overlap():
    spans = windows(2006, 2018, years=5)
    assert [(start.year, end.year) for start, end in spans] == [(2009, 2014), (2014, 2019)]
    assert [(start.year, end.year) for start, end in windows(2006, 2023, years=5, since=2019)] == [(2019, 2024)]
    assert len(windows(2006, 2018, years=1)) == 13


def test_a_full_month_passes_before_anything_is_published():
    lag = {day: str(cutoff(PROFILES["strict"], DAY(day)).date()) for day in ("2025-01-31", "2025-02-01")}
    assert lag == {"2025-01-31": "2024-12-01", "2025-02-01": "2025-01-01"}
    assert str(cutoff(PROFILES["open"], DAY("2025-01-31")).date()) == "2025-01-01"
    with pytest.raises(DataError, match="strict, open"):
        profile_of("loose")


def test_a_year_is_released_only_when_it_is_over():
    city = released_city(victims=300, years=3)
    assert build(city, as_of="2018-01-31", secret=SECRET).windows == [(DAY("2015-01-01"), DAY("2017-01-01"))]
    assert build(city, as_of="2018-02-01", secret=SECRET).windows == [(DAY("2015-01-01"), DAY("2018-01-01"))]
    with pytest.raises(DataError, match="no calendar year is complete"):
        build(city, as_of="2015-06-01")


def test_a_first_year_that_is_not_whole_is_not_released():
    city = released_city(victims=300, years=3)
    late = replace(city, start=DAY("2015-01-02"))
    assert strict(city).windows == [(DAY("2015-01-01"), DAY("2018-01-01"))]
    assert strict(late).windows == [(DAY("2016-01-01"), DAY("2018-01-01"))]


def test_the_end_of_the_data_is_stated_or_that_of_the_newest_incident():
    city = replace(released_city(victims=300, years=2), covers_stated=False)
    late = city.incidents[city.incidents["date"] < "2016-12-20"]
    short = replace(city, incidents=Incidents(late))
    assert strict(short).windows == [(DAY("2015-01-01"), DAY("2016-01-01"))]
    assert strict(short, through="2016-12-31").windows == [(DAY("2015-01-01"), DAY("2017-01-01"))]


# --- areas ----------------------------------------------------------------------------------------------------------------------


@given(st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_areas_hold_enough_people_and_hang_together(side, seed):
    people = np.random.default_rng(seed).integers(0, 900, side * side).astype(float)
    blocks = square_blocks(side=side, population=people)
    if not people.sum():
        return
    before = None
    for step, areas in zip((1, 1.5, 2), partitions(blocks, floor=500), strict=False):
        held = pd.Series(people, index=blocks.index).groupby(areas).sum()
        assert len(held) == 1 or (held >= 500 * step).all()
        near = neighbours(blocks).toarray() + np.eye(len(blocks))
        for one in areas.unique():
            inside = (areas == one).to_numpy()
            assert (np.linalg.matrix_power(near[inside][:, inside], int(inside.sum())) > 0).all()
        assert before is None or (areas.groupby(before).nunique() == 1).all()
        before = areas


def test_areas_keep_to_their_beat_then_their_district():
    blocks = square_blocks(side=4, population=600.0)
    blocks["beat"] = [name.replace("row", "beat") for name in blocks["district"]]
    areas = next(partitions(blocks, floor=1000))
    assert (pd.Series(blocks["district"]).groupby(areas).nunique() == 1).all()
    named = shapes_of(blocks, next(partitions(blocks, floor=2400)), language="en")
    assert named["name"].tolist() == ["beat 0", "beat 1", "beat 2", "beat 3"]


def test_areas_are_named_and_numbered():
    blocks = Blocks(square_blocks(side=2, population=[6000, 6000, 2000, 9000]).drop(columns="district"))
    areas = next(partitions(blocks, floor=5000))
    assert shapes_of(blocks, areas, language="en")["name"].tolist() == ["Area 1", "b01", "b11"]
    assert shapes_of(blocks, areas, language="es")["name"].tolist()[0] == "Zona 1"


def test_an_island_joins_the_nearest_area():
    blocks = square_blocks(side=2, population=[6000, 6000, 6000, 100])
    blocks.loc["b11", "geometry"] = shapely.box(500, 500, 510, 510)
    areas = next(partitions(Blocks(blocks), floor=5000))
    assert areas.nunique() == 3
    assert areas["b11"] in (areas["b01"], areas["b10"])


def test_unknown_residents_are_refused():
    with pytest.raises(DataError, match="how many people live"):
        next(partitions(square_blocks(population=float("nan")), floor=5000))


def test_homicides_play_no_part_in_the_areas():
    one, other = released_city(seed=1, victims=2000), released_city(seed=1, victims=2000)
    moved = Incidents(other.incidents.assign(geometry=other.incidents.geometry.sample(frac=1, random_state=1).to_numpy()))
    assert next(partitions(one.blocks, floor=5000)).equals(next(partitions(replace(other, incidents=moved).blocks, floor=5000)))


# --- protection -----------------------------------------------------------------------------------------------------------------


def states(counts, fixed=None, secret=SECRET):
    series = pd.Series(counts, index=list("abcdefgh")[: len(counts)])
    found = protect(series, weights=pd.Series(1.0, index=series.index), secret=secret, label="x", fixed=fixed)
    return None if found is None else found.tolist()


def test_nothing_small_nothing_hidden():
    assert states([10, 11, 500]) == ["", "", ""]


def test_exactly_one_larger_number_protects():
    assert sorted(states([3, 0, 30, 40, 50])) == ["", "", "few", "few", "held"]
    assert states([9, 10, 10]).count("held") == 1


def test_a_sum_under_19_does_not_protect():
    assert states([0, 18, 18]) == ["unpublished"] * 3
    assert states([0, 18, 19]) == ["few", "", "held"]


def test_published_states_stay():
    assert states([3, 40, 50], pd.Series({"a": "few", "b": "held"})) == ["few", "held", ""]
    assert states([3, 40, 50], pd.Series({"b": ""})) == ["few", "", "held"]
    assert states([3, 40, 50], pd.Series({"b": "", "c": ""})) is None


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.binary(min_size=1, max_size=4))
def test_the_lot_depends_on_the_secret_alone(counts, secret):
    found = states(counts, secret=secret)
    assert found == states(counts, secret=secret)
    if "held" in found:
        hidden = sum(n for n, state in zip(counts, found, strict=True) if state)
        assert found.count("held") == 1
        assert hidden >= 19


def test_the_lot_prefers_small_weights():
    counts = pd.Series([1, 40, 40], index=list("abc"))
    weights = pd.Series([1.0, 1.0, 20.0], index=counts.index)
    drawn = [protect(counts, weights=weights, secret=str(i).encode(), label="x").tolist().index("held") for i in range(300)]
    assert 0.9 < drawn.count(1) / 300 < 0.99  # 20 ÷ 21 = 0.952


# --- a release worked by hand ---------------------------------------------------------------------------------------------------


@pytest.fixture
def by_hand():
    """Return 4 blocks of 10,000 people with 60, 40, 17 and 2 victims in one year, and 15 of no place; 19 of them women."""
    places = [(5, 5)] * 60 + [(15, 5)] * 40 + [(5, 15)] * 17 + [(15, 15)] * 2 + [None] * 15
    sex = ["female"] * 19 + ["male"] * 115
    incidents, blocks = square_city(places, population=10_000, dates="2015-06-15", sex=sex)
    return city_of(incidents, blocks, end="2016-01-01")


def test_by_hand(by_hand):
    """The third area is the one that the lot of this secret holds back: 17 + 2 = 19 is just enough."""
    release = strict(by_hand, secret=b"0")
    table = release.by_area.set_index("area")
    assert table["count"].tolist()[:2] == [60, 40]
    assert table["reason"].tolist() == ["", "", "held", "few"]
    assert table["state"].tolist() == ["ok", "ok", "suppressed", "suppressed"]
    assert table["rate"].tolist()[:2] == [600.0, 400.0]
    assert table.iloc[2:][["count", "rate", "hot"]].isna().all(axis=None)
    assert table["rate_state"].tolist() == ["ok", "ok", "suppressed", "suppressed"]
    assert release.total(DAY("2015-01-01"))[["count", "unmapped"]].tolist() == [134, 15]
    assert release.city_years["count"].tolist() == [134]
    assert release.city_years["rate"].tolist() == [335.0]
    sex = release.attribute("sex").set_index("value")
    assert sex.loc[["other", "unknown"], "reason"].tolist() == ["few", "few"]
    assert (sex["reason"] == "held").sum() == 1
    hidden = sum({"male": 115, "female": 19, "other": 0, "unknown": 0}[value] for value in sex.index[sex["reason"] != ""])
    assert release.together("sex", DAY("2015-01-01")) == hidden
    assert release.together("areas", DAY("2015-01-01")) == 19
    assert release.attributes == ("sex",)
    assert release.coverage.tolist() == [pytest.approx(100 / 119)]


def test_everything_is_counted_once(by_hand):
    """Shown, hidden, unmapped and withheld add up to the records, inside."""
    marked = by_hand.incidents.assign(withheld=[i % 10 == 0 for i in range(134)])
    city = replace(by_hand, incidents=Incidents(marked))
    release = strict(city)
    kept = marked[~marked["withheld"]]
    total = release.total(DAY("2015-01-01"))
    assert total["count"] == len(kept) == 120
    area = units.assign(Incidents(kept), by_hand.blocks).astype(object).map(release.members)
    inside = area.value_counts().sort_index().reindex(range(len(release.areas)), fill_value=0).to_numpy()
    table = release.by_area
    hidden = inside[(table["state"] == "suppressed").to_numpy()].sum()
    assert table["count"].sum() + hidden + total["unmapped"] == 120
    assert release.together("areas", DAY("2015-01-01")) == hidden
    assert len(kept) + marked["withheld"].sum() == len(city.incidents)


def test_few_in_all_tells_nothing():
    incidents, blocks = square_city([(5, 5)] * 4, population=9000, dates="2015-03-03", sex=["male"] * 4)
    release = strict(city_of(incidents, blocks, end="2016-01-01"))
    assert set(release.figures["reason"]) == {"few", "unpublished"}
    assert release.figures["count"].isna().all()
    assert release.coverage.tolist() == [0.0]
    open_ = build(city_of(incidents, blocks, end="2016-01-01"), profile="open", as_of="2026-01-15")
    assert open_.total(DAY("2015-01-01"))["count"] == 4
    assert open_.attributes == ()
    assert (open_.figures[open_.figures["table"] == "months"]["reason"] == "unpublished").all()  # all in one area


@pytest.mark.cases(1)
@pytest.mark.parametrize(("n", "reason"), [(9, "few"), (10, "")])
def test_ten_in_all_are_told_and_nine_are_not(n, reason):
    incidents, blocks = square_city([(5, 5)] * n, population=9000, dates="2015-03-03", sex=["male"] * n)
    total = strict(city_of(incidents, blocks, end="2016-01-01")).total(DAY("2015-01-01"))
    assert total["reason"] == reason
    assert pd.isna(total["count"]) if reason else total["count"] == n


@pytest.mark.parametrize(
    ("places", "days", "told"),
    [
        ([(5, 5)] * 15 + [(15, 15)] * 15, ["2015-03-03"] * 30, False),  # all in one month: it would say when, in each area
        ([(5, 5)] * 30, ["2015-03-03"] * 15 + ["2015-05-05"] * 15, False),  # all in one area: it would say where, in each month
        ([(5, 5)] * 15 + [(15, 15)] * 15, ["2015-03-03"] * 10 + ["2015-05-05"] * 20, True),
    ],
)
def test_months_are_open_where_they_tell_nothing_of_one_area(places, days, told):
    incidents, blocks = square_city(places, population=9000, dates=days)
    figures = build(city_of(incidents, blocks, end="2016-01-01"), profile="open", as_of="2026-01-15").figures
    assert (figures.loc[figures["table"] == "months", "reason"] == "").tolist() == [told] * 12


def test_nobody_killed_in_an_open_release():
    incidents, blocks = square_city([(5, 5)] * 30, population=9000, dates=["2015-03-03"] * 15 + ["2015-05-05"] * 15)
    release = build(city_of(incidents, blocks, end="2017-01-01"), profile="open", as_of="2026-01-15")
    assert release.coverage.tolist() == [1.0, 1.0]
    last = release.by_area[release.by_area["start"] == DAY("2016-01-01")]
    assert last["state"].tolist() == ["zero"] * 4
    assert last["hot"].isna().all()
    assert release.area_counts()["suppressed"].sum() == 12  # the months of 2015: all were killed in one area


def test_years_that_cannot_be_taken_back_keep_the_window_back():
    """A year of fewer than 10, published beside four shown ones: the window's sum would give it away."""
    dates = [f"{year}-06-15" for year, n in zip(range(2015, 2020), (30, 30, 30, 30, 4), strict=True) for _ in range(n)]
    incidents, blocks = square_city([(5, 5), (15, 5)] * 62, population=9000, dates=dates)
    city = city_of(incidents, blocks)
    first = strict(replace(city, end=DAY("2016-01-01")))
    past = [first]
    for year in (2017, 2018, 2019):
        past.append(strict(replace(city, end=DAY(f"{year}-01-01")), before=past))
        past = past[-1:]
    assert [end.year for _, end in past[-1].windows] == [2016, 2017, 2018, 2019]
    assert past[-1].facts["rules"]["window_years"] == 1


@pytest.mark.walk
def test_a_small_year_in_a_later_window():
    days = {year: 40 for year in range(2010, 2020)} | {2016: 4}
    dates = [f"{year}-06-15" for year, n in days.items() for _ in range(n)]
    incidents, blocks = square_city([(5, 5), (15, 5)] * (len(dates) // 2), population=9000, dates=dates)
    city = replace(city_of(incidents, blocks), start=DAY("2010-01-01"))
    past = [strict(replace(city, end=DAY("2015-01-01")))]
    for end in ("2016-01-01", "2017-01-01", "2018-01-01", "2019-01-01"):
        past.append(strict(replace(city, end=DAY(end)), before=past))
    newest = strict(city, before=past)
    assert newest.total(DAY("2015-01-01"))["count"] == 164
    years = newest.city_years.set_index(newest.city_years["start"].dt.year)["reason"]
    assert years[2016] == "few"
    assert years[2019] == "held"  # the only one not public yet
    assert audit(newest, past, exact=True).passed
    more = strict(replace(city, end=DAY("2019-01-01")), before=past)
    frozen = pd.concat(
        [
            more.figures,
            more.figures[more.figures["table"] == "city"].tail(1).assign(start=DAY("2019-01-01"), end=DAY("2020-01-01"), count=40.0),
        ]
    )
    told = strict(city, before=[*past, replace(more, figures=frozen)])
    assert told.total(DAY("2015-01-01"))["reason"] == "unpublished"
    assert told.by_area[told.by_area["start"] == DAY("2015-01-01")]["reason"].eq("unpublished").all()


def test_profiles_are_not_mixed_and_blocks_do_not_change():
    city = released_city(victims=300)
    first = strict(city)
    with pytest.raises(DataError, match="--profile strict"):
        build(city, profile="open", as_of="2026-01-15", before=[first])
    renamed = Blocks(city.blocks.rename(index={"b00": "z00"}))
    with pytest.raises(DataError, match="1 are gone, 1 are new"):
        strict(replace(city, blocks=renamed), before=[first])
    with pytest.raises(DataError, match="no homicide that may be counted"):
        strict(replace(city, incidents=Incidents(city.incidents.assign(withheld=True))))


# --- what follows from the release ------------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.integers(0, 40), st.none()), min_size=1, max_size=12))
def test_no_rate_of_a_small_count(counts):
    values, states_ = rate(np.array([np.nan if n is None else n for n in counts], dtype=float), np.full(len(counts), 50_000.0))
    for n, value, state in zip(counts, values, states_, strict=True):
        assert np.isnan(value) == (n is None or 0 < n < 10)
        assert state == ("suppressed" if n is None else "zero" if n == 0 else "few" if n < 10 else "unstable" if n < 20 else "ok")
    assert rate(np.array([10.0]), np.array([0.0]))[1].tolist() == ["no_data"]


def test_hot_areas_are_those_of_the_window_test():
    """Where all areas are shown the test is the one of the restricted edition."""
    rng = np.random.default_rng(5)
    blocks = square_blocks(side=5, population=6000.0)
    counts = rng.poisson(20, 25) + 60 * (np.arange(25) == 12)
    places = [(5 + 10 * (i % 5), 5 + 10 * (i // 5)) for i in range(25) for _ in range(counts[i])]
    incidents, _ = square_city(places, side=5)
    assert hot_areas(counts.astype(float), blocks).tolist() == hot_spot(Study.of(incidents, blocks)).tolist()
    assert np.isnan(hot_areas(np.full(25, np.nan), blocks)).all()


def test_a_release_is_a_city_of_published_totals():
    release = strict(released_city(victims=900, seed=7))
    city = release.as_city()
    assert city.only_totals
    assert len(city.incidents) == 0
    study = TotalsStudy.of_totals(city.totals, city.blocks)
    table = release.by_area.set_index("area")
    assert study.held_back.tolist() == (table["state"] == "suppressed").tolist()
    assert study.counts.fillna(-1).tolist() == table["count"].fillna(-1).tolist()
    assert study.victims == 900
    assert (count_state(study) == table["state"]).all()
    assert set(rate_state(study)) <= {"suppressed", "ok", "unstable"}
    assert study.series(pd.period_range("2015", "2019", freq="Y"))["count"].sum() == 900
    men = TotalsStudy.of_totals(city.totals, city.blocks, where={"sex": ["male"]})
    sexes = release.attribute("sex").set_index("value")["count"]
    assert men.victims == sexes["male"] or (np.isnan(men.victims) and np.isnan(sexes["male"]))


def test_totals_already_public_are_republished_as_they_are():
    totals = published_totals([("b00", "2020", 3), ("b01", "2020", None), ("", "2020", 9)], source=["x", "y", "z"])
    base = released_city(victims=10)
    city = replace(
        base, incidents=Incidents(base.incidents.iloc[:0]), totals=totals, blocks=Blocks(base.blocks.assign(name=base.blocks.index))
    )
    release = build(city, already_public=True)
    assert release.area_counts()[["area", "count", "source"]].equals(totals[["area", "count", "source"]])
    again = release.as_city()
    assert (again.start, again.end) == (DAY("2020-01-01"), DAY("2021-01-01"))
    assert release.windows == []
    assert release.by_area.empty
    assert release.coverage.empty


# --- real cities ------------------------------------------------------------------------------------------------------------------


def test_the_bundled_city(albatros):
    release = strict(albatros)
    assert (release.coverage >= 0.8).all()
    found = audit(release, exact=True)
    assert (found.passed, found.pinned) == (True, 0)
    assert found.narrowest >= 9


@pytest.mark.walk
@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize(("toml", "through"), [(philadelphia_toml, None), (chicago_toml, "2017-12-31")][: 2 if TORTURE else 1])
def test_real_cities(real_data, tmp_path, toml, through):
    (tmp_path / "city.toml").write_text(toml(real_data), encoding="utf-8")
    release = strict(cities.read_folder(tmp_path), through=through)
    assert (release.coverage >= 0.8).all()
    assert (release.areas["population"] >= 5000).all()
    found = audit(release)
    assert found.passed, found.found[:3]
    assert found.pinned == 0
    assert found.narrowest >= 9

"""Residents that change between censuses: a straight line between them, the nearest one before and after, and person-years by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hotspots.testing import published_totals, square_blocks, square_city
from hypothesis import given
from hypothesis import strategies as st
from test_residents import TOML, codes, square

from hotspots import cities
from hotspots.geography import residents, units
from hotspots.statistics import rates, trends
from hotspots.store.schema import Blocks, DataError
from hotspots.study import Study
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import captions
from hotspots.words import words_for

DAY = pd.Timestamp


def grown(blocks: Blocks, *, before: float = 1000.0, after: float = 2000.0) -> Blocks:
    """Return the blocks with `before` residents each in 2010 and `after` in 2020."""
    return Blocks(blocks.assign(population=after, **{"population@2010": before, "population@2020": after}))


def study(start: str, end: str, *, dates: list[str], places: list[tuple[float, float]] | None = None) -> Study:
    incidents, blocks = square_city(places or [(5, 5)] * len(dates), dates=dates)
    return Study.of(incidents, grown(blocks), start=start, end=end, covers=(DAY(start), DAY(end)))


@pytest.mark.parametrize(("year", "people"), [(2005, 1000), (2010, 1000), (2011, 1100), (2015, 1500), (2020, 2000), (2024, 2000)])
def test_each_year_has_its_own_residents(year: int, people: int) -> None:
    one = study(f"{year}-01-01", f"{year + 1}-01-01", dates=[f"{year}-03-01"])
    assert one.residents.tolist() == [people] * 4
    assert one.population == 4 * people
    assert rates.overall(one).value == pytest.approx(1e5 / (4 * people))
    assert rates.rate(one).iloc[0] == pytest.approx(1e5 / people)


def test_years_of_one_series_do_not_share_a_denominator() -> None:
    found = trends.yearly(study("2010-01-01", "2021-01-01", dates=[f"{year}-03-01" for year in range(2010, 2021)]))["rate"]
    assert found.iloc[0] == pytest.approx(25)  # 1 over 4,000
    assert found.iloc[5] == pytest.approx(1e5 / 6000)
    assert found.iloc[10] == pytest.approx(12.5)  # 1 over 8,000


def test_a_rolling_rate_has_the_residents_of_its_months() -> None:
    months = trends.monthly(study("2010-01-01", "2012-01-01", dates=["2010-03-01", "2011-03-01"]))
    assert months["rate"][pd.Period("2010-12")] == pytest.approx(1e5 / 4000)
    assert months["rate"][pd.Period("2011-12")] == pytest.approx(1e5 / 4400)


@given(st.integers(2005, 2024), st.integers(1, 15), st.integers(0, 360))
def test_person_years_add_up_over_any_cut(year: int, length: int, days: int) -> None:
    start, end = DAY(year, 1, 1), DAY(year + length, 1, 1)
    cut = start + pd.Timedelta(days=days * length)
    known = {2010: 1000.0, 2020: 2000.0}
    whole = residents.person_years(known, start, end)
    assert whole == pytest.approx(residents.person_years(known, start, cut) + residents.person_years(known, cut, end))
    by_hand = sum(min(max(1000 + 100 * (one - 2010), 1000), 2000) for one in range(year, year + length))
    assert whole == pytest.approx(by_hand)


@pytest.mark.parametrize("unit", ["districts", "city", "grid:10"])
def test_larger_units_and_squares_have_the_residents_of_their_blocks(unit: str) -> None:
    incidents, blocks = square_city([(5, 5)] * 3, dates="2015-06-01")
    found = units.geography(incidents, grown(blocks), unit)
    one = Study.of(incidents, found.blocks, unit_of=found.unit_of, start="2015-01-01", end="2016-01-01")
    assert one.population == pytest.approx(6000)
    assert one.person_years.sum() == pytest.approx(6000)


def test_published_totals_use_them_too() -> None:
    rows = published_totals([("", "2010", 4), ("", "2015", 6), ("", "2020", 8)])
    blocks = grown(square_blocks())
    found = [
        rates.overall(TotalsStudy.of_totals(rows, blocks, start=f"{year}-01-01", end=f"{year + 1}-01-01")).value
        for year in (2010, 2015, 2020)
    ]
    assert found == pytest.approx([100, 100, 100])


def read(folder: Path, population: str, features: list[dict]) -> cities.City:
    from test_residents import city_with

    return city_with(folder, features, f"population = {population}\n")


def test_a_city_file_names_the_column_of_each_census(tmp_path: Path) -> None:
    features = [square(at, id=str(at), p10="1.000", p20="2.000") for at in range(4)]
    features[3]["properties"]["p10"] = None
    city = read(tmp_path / "two", '{ 2010 = "p10", 2020 = "p20" }', features)
    assert city.blocks["population@2010"].tolist() == [1000, 1000, 1000, 2000]
    assert city.blocks["population"].tolist() == [2000] * 4
    assert city.population_year == 2020
    assert {"population_by_census", "census_filled"} <= codes(city)
    said = captions.note(city, words_for("en"))
    assert "censuses of 2010 and 2020, a straight line between them" in said
    assert "after" not in captions.between_censuses(city.blocks, DAY("2012-01-01"), DAY("2015-01-01"), words_for("en"))
    assert "after 2020 as in the nearest" in captions.between_censuses(city.blocks, DAY("2012-01-01"), DAY("2024-01-01"), words_for("en"))


@pytest.mark.parametrize("population", ['{ "new" = "p10" }', "{}", "3", "{ 2010 = 3 }"])
def test_a_census_that_is_none_is_told(tmp_path: Path, population: str) -> None:
    with pytest.raises(DataError, match="population in \\[blocks\\] must be"):
        read(tmp_path / "odd", population, [square(0, id="0", p10=1)])
    assert "[blocks]" in TOML

"""Times and places that were once read as something else without a word: each is told, asked about with the readings, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hotspots.cities.bring_in import Files, Understood, understand
from hotspots.readers.columns.dates import read_dates
from hotspots.readers.columns.periods import year_and_quarter
from hotspots.readers.files import limits
from hotspots.readers.files.text_tables import read_table
from hotspots.store.schema import DataError
from hotspots.words import words_for

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PLACES = [(13.7 + number % 6 / 500, -89.2 - number // 6 / 500) for number in range(36)]


def brought(folder: Path, rows: list[str], answers: dict[str, str] | None = None, *, name: str = "list.csv") -> Understood:
    file = folder / name
    file.write_text("\n".join(rows), encoding="utf-8")
    return understand(Files((file,)), answers, name="silent")


def asked(understood: Understood, id: str):
    (one,) = [each for each in understood.questions if each.id == id]
    return one


def placed(head: str, cells) -> list[str]:
    return [f"{head},lat,lon", *(f"{cells(number)},{y:.4f},{x:.4f}" for number, (y, x) in enumerate(PLACES))]


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("trimestre", lambda number: f"2019-T{number % 4 + 1}"),
        ("anio", lambda number: f"{2015 + number % 6}"),
        ("Year,Quarter", lambda number: f"{2015 + number % 6},{number % 4 + 1}"),
        ("fecha", lambda number: f"{2015 + number % 6}-01-01"),  # all on one day of the year: the year alone is known
        ("fecha", lambda number: f"31/12/{2015 + number % 6}"),
    ],
    ids=["quarters", "years", "years and quarters", "1 January", "31 December"],
)
def test_places_of_rows_without_a_month_are_not_given_up_without_a_word(tmp_path, head, cells):
    """Totals have no points: where the rows have some, nothing is safe, and a person says so."""
    understood = brought(tmp_path, placed(head, cells))
    one = asked(understood, "date")
    assert (one.safe, set(one.options)) == ("", {"totals", "point"})
    assert "their coordinates are not used" in words_for("en").tell(one.options["totals"])
    city = brought(tmp_path, placed(head, cells), {"date": "totals"}).city
    assert city.totals["count"].sum() == 36
    length = (city.totals["end"] - city.totals["start"]).dt.days.unique()
    assert set(length) <= ({365, 366} if "uarter" not in head and "tri" not in head else {90, 91, 92})


def test_rows_of_years_without_places_are_still_counted(tmp_path):
    rows = ["anio,arma", *(f"{2015 + number % 6},arma de fuego" for number in range(36))]
    assert asked(brought(tmp_path, rows), "date").safe == "totals"


def test_a_city_file_whose_dates_know_the_year_alone_is_refused():
    firsts = pd.Series(["2015-01-01", "2016-01-01", "2017-01-01"] * 5)
    with pytest.raises(DataError, match="one day of each year"):
        read_dates(firsts)
    assert read_dates(firsts, precision="day").day_known.all()
    assert read_dates(pd.concat([firsts, pd.Series(["2016-02-01"])])).date.notna().all()


PARTS = {
    "numbers": ("Quarter", ["1", "2", "3", "4"], [1, 4, 7, 10]),
    "Roman": ("Trimestre", ["I", "II", "III", "IV"], [1, 4, 7, 10]),
    "letters": ("Qtr", ["Q1", "Q2", "Q3", "Q4"], [1, 4, 7, 10]),
    "words": ("Trimestre", ["Primer trimestre", "Segundo trimestre", "Tercer trimestre", "Cuarto trimestre"], [1, 4, 7, 10]),
    "months": ("Trimestre", ["Ene-Mar", "Abr-Jun", "Jul-Sep", "Oct-Dic"], [1, 4, 7, 10]),
    "halves": ("Semestre", ["1", "2"], [1, 7]),
    "thirds": ("Cuatrimestre", ["I", "II", "III"], [1, 5, 9]),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", PARTS)
def test_quarters_beside_years_are_their_own_periods(tmp_path, name):
    """They were added up to whole years."""
    head, parts, months = PARTS[name]
    rows = [f"Año,{head},Departamento,Homicidios"]
    rows += [f"{year},{part},{area},{at}" for year in (2019, 2020) for at, part in enumerate(parts, 1) for area in ("Norte", "Sur")]
    totals = brought(tmp_path, rows).city.totals
    assert totals["start"].dt.month.unique().tolist() == months
    assert totals.groupby(totals["start"].dt.month)["count"].sum().tolist() == [4 * at for at in range(1, len(parts) + 1)]
    assert ((totals["end"] - totals["start"]).dt.days <= 366 / len(parts) + 2).all()


def test_a_quarter_that_is_none_stays_a_fault():
    read = year_and_quarter(pd.Series(["2019"] * 4), pd.Series(["5", "IV", "x", "3"]), "Semestre")
    assert read.tolist() == ["2019 5", "2019 IV", "2019 x", "2019 3"]


@pytest.mark.cases(1)
@pytest.mark.parametrize("times", [1_000_000, 10_000_000])
def test_degrees_written_as_whole_numbers_are_asked_about(tmp_path, times):
    rows = ["fecha,lat,lon"]
    rows += [f"2021-{n % 12 + 1:02}-{n % 27 + 2:02},{round(y * times)},{round(x * times)}" for n, (y, x) in enumerate(PLACES)]
    one = asked(brought(tmp_path, rows), "epsg")
    assert one.safe == ""
    assert "13.7, -89.2" in words_for("en").tell(one.options[f"degrees:{times}"])
    understood = brought(tmp_path, rows, {"epsg": f"degrees:{times}"})
    points = understood.city.incidents.geometry.to_crs(4326)
    assert np.allclose([points.y.median(), points.x.median()], [13.705, -89.205], atol=1e-3)
    assert f"degrees_times = {times}" in understood.text


def test_coordinates_of_no_known_system_are_refused_in_the_words_of_the_fault(tmp_path):
    rows = ["fecha,lat,lon", *(f"2021-{n % 12 + 1:02}-{n % 27 + 2:02},{1_500_000 + n},{500_000 + n}" for n in range(36))]
    understood = brought(tmp_path, rows)
    assert asked(understood, "epsg").options == {}
    assert "are not degrees" in str(understood.refusal)


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("dia,mes", lambda number: f"{number % 27 + 2},{number % 12 + 1}"),
        (
            "Day,Month",
            lambda number: f"{number % 27 + 2},{MONTHS[number % 12]}",
        ),
        ("fecha", lambda number: f"{number % 14 + 13}/{number % 12 + 1}"),
    ],
    ids=["numbers", "words", "one column"],
)
def test_days_and_months_without_a_year_are_asked_about(tmp_path, head, cells):
    """They were refused as dates that cannot be read."""
    assert asked(brought(tmp_path, placed(head, cells)), "date").safe == ""
    named = brought(tmp_path, placed(head, cells), name="homicidios_2021.csv")
    assert asked(named, "date").safe == "2021"
    assert (named.city.incidents["date"].dt.year == 2021).all()
    assert named.city.incidents["date"].dt.month.value_counts().tolist() == [3] * 12
    assert "of_year = 2021" in named.text


YEARS = {
    "unsaid": ("Financial year", "4 first", "", ("2012-04-01", "2013-04-01")),
    "unsaid, last": ("Financial year", "4", "", ("2011-04-01", "2012-04-01")),
    "starting": ("Year (starting April)", "", "4 first", ("2012-04-01", "2013-04-01")),
    "ending": ("Year ending March", "", "4", ("2011-04-01", "2012-04-01")),
    "beginning": ("Financial year beginning", "7 first", "", ("2012-07-01", "2013-07-01")),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", YEARS)
def test_years_may_bear_the_name_of_the_year_that_they_begin_in(tmp_path, name):
    """2012 was April 2011 to March 2012, whoever meant April 2012; of `Year (starting April)` it was the calendar year."""
    head, answer, safe, span = YEARS[name]
    rows = [f"{head},Region,Homicides", *(f"{year},{area},{year - 2010}" for year in range(2012, 2018) for area in ("North", "South"))]
    understood = brought(tmp_path, rows, {"date": answer} if answer else {})
    assert asked(understood, "date").safe == safe
    first = understood.city.totals.query("count == 2")
    assert (first["start"].astype(str).iloc[0], first["end"].astype(str).iloc[0]) == span


@pytest.mark.parametrize("quickly", [False, True])
def test_a_table_that_follows_without_an_empty_row_is_told(tmp_path, monkeypatch, quickly):
    """Its names stand where numbers were; read as rows of the first it was lost as dates that cannot be, or its numbers were added."""
    monkeypatch.setattr(limits, "PLAIN_BYTES", 0 if quickly else 10**9)
    rows = ["anio,municipio,homicidios", *(f"{year},zona {area},{area}" for year in (2019, 2020) for area in range(9))]
    rows += ["periodo,municipio,robos", *(f"{year},zona {area},{900 + area}" for year in (2019, 2020) for area in range(9))]
    file = tmp_path / "two.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    table = read_table(file)
    assert (table.spoiled == "other_table").sum() == 19
    assert (table.spoiled == "").sum() == 18


def test_outlines_near_a_pole_are_refused_in_a_sentence(tmp_path):
    """Swapped outlines of the Americas lie at 89 degrees south, which no zone of the map has: an error of a library came out."""
    ring = [[13.7, -89.2], [13.7, -89.1], [13.8, -89.1], [13.8, -89.2], [13.7, -89.2]]
    one = {"type": "Feature", "properties": {"id": "a"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [one]}), encoding="utf-8")
    rows = placed("fecha", lambda number: f"2021-{number % 12 + 1:02}-{number % 27 + 2:02}")
    (tmp_path / "list.csv").write_text("\n".join(rows), encoding="utf-8")
    understood = understand(Files((tmp_path / "list.csv",), blocks=tmp_path / "areas.geojson"), name="pole")
    assert "are its two coordinates swapped?" in str(understood.refusal)

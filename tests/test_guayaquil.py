"""Guayaquil: a dirty Spanish workbook of points, and the same as a packed text table; against the figures kept beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from real_cities import allowed, guayaquil_csv_toml, guayaquil_toml

from hotspots import cities
from hotspots.cli.main import main
from hotspots.geography import units
from hotspots.readers.report import lines
from hotspots.study import Study
from hotspots.words import words_for

pytestmark = pytest.mark.real_data
MAKES = {"xlsx": guayaquil_toml, "csv": guayaquil_csv_toml}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> dict[str, Path]:
    found = {}
    for name, toml in MAKES.items():
        found[name] = tmp_path_factory.mktemp(name) / f"guayaquil-{name}"
        found[name].mkdir()
        (found[name] / "city.toml").write_text(toml(real_data), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def read(folders: dict[str, Path]) -> dict[str, cities.City]:
    return {name: cities.read_folder(folder) for name, folder in folders.items()}


@pytest.fixture(scope="module")
def expected(real_data: Path) -> dict[str, Any]:
    return json.loads((real_data / "guayaquil" / "reference.json").read_text())


@pytest.mark.walk
@pytest.mark.parametrize("make", MAKES)
def test_every_figure_is_that_of_the_reference(read: dict[str, cities.City], expected: dict[str, Any], make: str) -> None:
    city, rows = read[make], read[make].incidents
    report = city.report
    assert (report.read, report.accepted, report.repaired, report.rejected, report.filtered) == (4716, 0, 4716, 0, 0)
    assert len(rows) == report.victims == expected["rows"]
    assert {str(year): n for year, n in rows["date"].dt.year.value_counts().items()} == expected["by_year"]
    weapons = expected["weapon"]
    words = {"firearm": "ARMA DE FUEGO", "blade": "ARMA BLANCA", "other": "OTROS", "blunt": "ARMA CONTUNDENTE", "body": "CONSTRICTORA"}
    assert rows["weapon"].value_counts().to_dict() == {ours: weapons[theirs] for ours, theirs in words.items()}
    sexes = expected["sex"]
    assert rows["sex"].value_counts().to_dict() == {
        "male": sexes["HOMBRE"],
        "female": sexes["MUJER"],
        "unknown": sexes["NO DETERMINADO"],
    }
    assert int(rows["age"].isna().sum()) == expected["age_SIN_DATO"]
    assert rows["hour"].notna().all()
    assert rows.geometry.notna().all()
    codes = {row.code: row.rows for row in report.findings}
    assert codes["duplicate_rows"] == expected["exact_duplicates"]
    assert codes["far_away"] == expected["outside_bbox(-3.2..-1.9,-80.6..-79.5)"]
    assert codes["decimal_comma"] == 4716
    assert "unmapped_words" not in codes
    assert city.epsg == 32717


@pytest.mark.walk
def test_both_files_give_the_same_counts(read: dict[str, cities.City]) -> None:
    one, other = read["xlsx"], read["csv"]
    pd.testing.assert_frame_equal(one.incidents, other.incidents)
    pd.testing.assert_frame_equal(one.blocks, other.blocks)


@pytest.mark.cases(1)
@pytest.mark.parametrize("unit", ["grid:500", "grid:250", "grid:1000", "grid:333"])
def test_each_victim_lies_in_one_square_but_the_stray(read: dict[str, cities.City], unit: str) -> None:
    city = read["xlsx"]
    place = units.geography(city.incidents, city.blocks, unit)
    study = Study.of(city.incidents, place.blocks, unit_of=place.unit_of)
    assert (study.victims, study.located, study.inside) == (4716, 4716, 4715)
    side = int(unit.removeprefix("grid:"))
    assert (place.blocks.geometry.area.round() == side * side).all()
    here = place.blocks.geometry.loc[place.unit_of.dropna()]
    assert here.reset_index(drop=True).covers(city.incidents.geometry[place.unit_of.notna()].reset_index(drop=True)).all()


def test_the_squares_are_those_of_the_city_and_not_of_its_stray(read: dict[str, cities.City]) -> None:
    city = read["xlsx"]
    assert units.available(city.blocks) == ("city", "h3:8", "grid:500")
    assert units.default(city.blocks) == "grid:500"
    assert 5_000 < len(city.blocks) < 40_000
    west, _, east, _ = city.blocks.to_crs(4326).total_bounds
    assert -80.6 < west < east < -79.5


def test_a_clerk_can_read_the_report(read: dict[str, cities.City]) -> None:
    told = lines(read["xlsx"].report, words_for("en"))
    assert told[0] == "All 4,716 rows can be used: 4,716 people killed. No row was left out."
    text = "\n".join(told)
    assert "sheet Sheet1, row 1538, column Coord. X: '-79.31205'" in text
    assert "Repaired on the way: nothing to do\n- 4,716 of 4,716 rows write coordinates with a decimal comma" in text
    assert "35 of 4,716 rows repeat an earlier row" in text
    assert "so there are counts and no rates" in text


@pytest.mark.walk
def test_from_the_command_line(folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(folders["csv"]), *allowed(folders["csv"])]) == 0
    capsys.readouterr()
    assert main(["totals", "guayaquil-csv", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert (numbers["victims"], numbers["inside"], numbers["population"], numbers["rate"]) == (4716, 4715, None, None)
    assert numbers["by_year"] == {"2024": 1967, "2025": 2545, "2026": 204}
    out = tmp_path / "squares.csv"
    assert main(["export", "guayaquil-csv", "--measure", "count", "--unit", "grid:250", "--out", str(out)]) == 0
    table = pd.read_csv(out)
    assert table["count"].sum() == 4715
    assert table["population"].isna().all()
    assert table["name"].iloc[0].startswith("E ")
    capsys.readouterr()
    assert main(["export", "guayaquil-csv", "--measure", "rate", "--unit", "grid:250", "--out", str(out)]) == 1
    assert "rate: not available: no population is loaded for these areas" in capsys.readouterr().err
    assert main(["totals", "guayaquil-csv", "--unit", "grid:50"]) == 1
    assert "use grid:" in capsys.readouterr().err

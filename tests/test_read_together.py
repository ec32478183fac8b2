"""The parts of one table: files of an archive, sheets of a workbook and files of a list that are read together, and those that are not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from hotspots.cities import Files, Understood, understand

HEAD = "id,fecha,lat,lon,sexo"


def rows(year: int, n: int = 30) -> list[str]:
    return [f"{year}-{i},{year}-{i % 12 + 1:02}-{i % 27 + 1:02},{13.6 + i / 1000},{-89.2 + i / 1000},{'HM'[i % 2]}" for i in range(n)]


def csv(year: int, head: str = HEAD) -> str:
    return "\n".join([head, *rows(year)])


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def book(path: Path, sheets: dict[str, str]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, text in sheets.items():
        sheet = made.create_sheet(title)
        for line in text.splitlines():
            sheet.append(line.split(","))
    made.save(path)
    return path


def read(*paths: Path, answers: dict[str, str] | None = None) -> Understood:
    return understand(Files(paths), answers, name="Ciudad")


def victims(found: Understood) -> int:
    assert found.city is not None, (found.refusal, found.questions)
    return found.city.report.victims


def codes(found: Understood) -> set[str]:
    assert found.city is not None
    return {one.code for one in found.city.report.findings}


YEARS = {"homicidios_2019.csv": csv(2019), "homicidios_2020.csv": csv(2020, "ID,Fecha,LAT,lon,SEXO"), "LEEME.txt": "nada, nada\nnada, nada"}
SHEETS = {"2019": csv(2019), "2020": csv(2020), "2021": "\n".join([HEAD, *rows(2021, 3)]), "Notas": "Fuente,Policía\nFecha,2021"}


def test_files_of_an_archive_that_are_years_are_read_together_and_told(tmp_path: Path) -> None:
    found = read(zipped(tmp_path / "h.zip", YEARS))
    assert (victims(found), found.questions) == (60, ())
    assert "read_together" in codes(found)


def test_sheets_that_are_years_are_read_together_however_few_rows_the_last_has(tmp_path: Path) -> None:
    found = read(book(tmp_path / "h.xlsx", SHEETS))
    assert (victims(found), found.questions) == (63, ())
    assert "read_together" in codes(found)


@pytest.mark.cases(1)
@pytest.mark.parametrize("suffix", [".zip", ".xlsx"])
@pytest.mark.parametrize(
    "parts",
    [
        {"homicidios": csv(2019), "robos": csv(2020)},  # not of one kind
        {"h 2019": csv(2019), "h 2020": csv(2019) + csv(2020).removeprefix(HEAD)},  # the second goes on where the first ends
        {"Hoja1": csv(2019), "Hoja2": csv(2020)},
    ],
)
def test_what_need_not_belong_together_is_asked_about_and_all_may_be_taken(tmp_path: Path, suffix: str, parts: dict[str, str]) -> None:
    files = {f"{name}.csv": text for name, text in parts.items()} if suffix == ".zip" else parts
    path = zipped(tmp_path / "h.zip", files) if suffix == ".zip" else book(tmp_path / "h.xlsx", files)
    found = read(path)
    assert [(one.id, one.safe, list(one.options)) for one in found.questions] == [("sheet", "", [*files, "*"])]
    assert found.city is None
    total = sum(text.count("\n") for text in parts.values())
    assert victims(read(path, answers={"sheet": "*"})) == total
    assert victims(read(path, answers={"sheet": next(iter(files))})) == 30


def test_totals_take_their_year_from_the_name_of_the_file(tmp_path: Path) -> None:
    parts = {f"casos {year}.csv": f"Municipio,Homicidios\nNorte,{year - 2010}\nSur,{year - 2015}\nEste,4" for year in (2018, 2019, 2020)}
    found = read(zipped(tmp_path / "h.zip", parts))
    assert victims(found) == 27 + 12 + 12
    assert found.city is not None
    totals = found.city.totals
    assert totals is not None
    assert totals.groupby(totals["start"].dt.year)["count"].sum().to_dict() == {2018: 15, 2019: 17, 2020: 19}


def test_the_one_file_that_has_the_columns_is_the_one_that_a_city_file_means(tmp_path: Path) -> None:
    zipped(tmp_path / "h.zip", {"a.csv": csv(2019), "b.csv": "clave,valor\n1,2\n"})
    toml = 'name = "C"\n[incidents]\nfile = "h.zip"\ndate = "fecha"\nx = "lon"\ny = "lat"\n'
    (tmp_path / "city.toml").write_text(toml, encoding="utf-8")
    found = understand(Files(folder=tmp_path))
    assert victims(found) == 30


def test_files_of_a_list_may_differ_in_what_is_not_needed_and_what_one_does_not_say_is_not_known(tmp_path: Path) -> None:
    one, other = tmp_path / "2019.csv", tmp_path / "2020.csv"
    one.write_text(csv(2019), encoding="utf-8")
    other.write_text(csv(2020, "ID,FECHA,LAT,LON,nota"), encoding="utf-8")
    found = read(one, other)
    assert victims(found) == 60
    assert {"columns_differ", "column_lacks"} <= codes(found)
    assert found.city is not None
    sexes = found.city.incidents.groupby(found.city.incidents["date"].dt.year)["sex"].unique()
    assert set(sexes[2019]) == {"male", "female"}
    assert set(sexes[2020]) == {"unknown"}
    other.write_text(csv(2020, "ID,CUANDO,LAT,LON,nota"), encoding="utf-8")
    assert "no column 'fecha' (for date)" in str(read(one, other).refusal)

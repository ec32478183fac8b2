"""Files in the shapes of public ones, with rows of our own: what they must give is known from the rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from hotspots.cities import Files, Understood, understand

N = 80
MONTHS = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]


def day(i: int) -> datetime.date:
    return datetime.date(2019, 1, 5) + datetime.timedelta(days=5 * i)


def short(i: int) -> str:
    return f"{day(i):%d}-{MONTHS[day(i).month - 1]}-{day(i):%y}"


def place(i: int) -> str:
    return f"{40.8 + i / 3000},{-73.9 + i / 3000}"


Row = Callable[[int], str]
SINGLE: dict[str, tuple[str, Row, int]] = {
    "a kind and its subkind": (
        "anio,fecha,tipo,subtipo,latitud,longitud",
        lambda i: f"2019,{day(i)},{('Robo', 'Homicidios')[i % 2]},{('Robo', 'Dolosos', 'Robo', 'Siniestro Vial')[i % 4]},{place(i)}",
        N // 4,
    ),
    "an offence with an and in it": (
        "CMPLNT_NUM,CMPLNT_FR_DT,CMPLNT_FR_TM,RPT_DT,OFNS_DESC,VIC_SEX,Latitude,Longitude",
        lambda i: (
            f"{i},{day(i):%m/%d/%Y},{i % 24:02}:10:00,{day(i + 1):%m/%d/%Y},"
            f"{'MURDER & NON-NEGL. MANSLAUGHTER' if i % 4 == 0 else 'FELONY ASSAULT'},F,{place(i)}"
        ),
        N // 4,
    ),
    "a column of attempts": (
        "FECHA,DELITO,TENTATIVA,LAT,LON",
        lambda i: f"{day(i):%d/%m/%Y},HOMICIDIO,{'SI' if i % 4 == 0 else 'NO'},{place(i)}",
        N - N // 4,
    ),
    "a month in words and a year of two digits": (
        "FOLIO,FECHA HECHOS,HORA HECHOS,COORD Y,COORD X",
        lambda i: f"{i},{short(i)},{i % 24}:05,{place(i)}",
        N,
    ),
    "metres beside degrees": (
        "X,Y,caseNumber,reportedDateTime,description,beginDate,centerLat,centerLong",
        lambda i: f"{-8226000 + i},{4984000 + i},{i},{day(i + 2)} 10:00:00,Murder (General),{day(i)} 03:{i % 60:02}:00,{place(i)}",
        N,
    ),
}  # fmt: skip


def read(path: Path, lines: list[str]) -> Understood:
    path.write_text("\n".join(lines), encoding="utf-8")
    return understand(Files((path,)), name="Town")


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", SINGLE)
def test_single_homicides(tmp_path: Path, name: str) -> None:
    head, row, killed = SINGLE[name]
    found = read(tmp_path / "h.csv", [head, *(row(i) for i in range(N))])
    assert found.city is not None, (found.refusal, found.questions)
    assert found.city.report.victims == killed
    assert found.city.incidents["date"].min() >= (datetime.datetime(2019, 1, 5))
    assert found.city.incidents["date"].max() <= datetime.datetime.combine(day(N), datetime.time())
    assert (found.city.incidents["unplaced"] == "").all()


AREAS, YEARS = ("Norte", "Sur"), (2019, 2020)
SEXES = (("Hombre", 9), ("Mujer", 1))
ZEROS = ["2019,Norte,Hombre,3", "2019,Norte,Mujer,1", "2019,Sur,Hombre,2"]
AGES = (("0-17", "Hombre", 1), ("18+", "Hombre", 2), ("Total", "Hombre", 3), ("0-17", "Mujer", 1), ("Total", "Mujer", 1))
TOTALS: dict[str, tuple[str, list[str], int, int | None]] = {  # rows, all killed, and women killed where they are known
    "by sex": ("Año,Municipio,Sexo,Homicidios", [f"{y},{m},{s},{k}" for y in YEARS for m in AREAS for s, k in SEXES], 40, 4),
    "by sex, with sums": (
        "Año,Municipio,Sexo,Homicidios",
        [f"{y},{m},{s},{k}" for y in YEARS for m in AREAS for s, k in (*SEXES, ("Total", 10))],
        40,
        4,
    ),
    "by sex, with sums and without the rows of zero": (
        "Año,Municipio,Sexo,Homicidios",
        ["2019,Norte,Hombre,3", "2019,Norte,Mujer,1", "2019,Norte,Total,4", "2019,Sur,Hombre,2", "2019,Sur,Total,2"],
        6,
        None,
    ),
    "by sex, without the rows of zero": ("Año,Municipio,Sexo,Homicidios", ZEROS, 6, None),
    "by age and sex": (
        "Año,Municipio,Grupo de edad,Sexo,Casos",
        [
            f"{y},{m},{a},{s},{k}"
            for y in YEARS
            for m in AREAS
            for a, s, k in AGES
        ],
        16,
        4,
    ),
    "by quarter": (
        "Comuna;Año;Trimestre;Homicidios",
        [f"{c};{y};{t}T;{k}" for y in YEARS for t in range(1, 5) for k, c in enumerate(AREAS, 1)],
        24,
        None,
    ),
    "one column for each offence": (
        "cisp;mes;ano;hom_doloso;latrocinio;tentat_hom;roubo_rua",
        [f"{c};{m};{y};{c};1;7;90" for y in YEARS for m in range(1, 13) for c in (1, 4)],
        24 * 5,
        None,
    ),
}  # fmt: skip


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", TOTALS)
def test_tables_of_counts(tmp_path: Path, name: str) -> None:
    head, rows, killed, women = TOTALS[name]
    found = read(tmp_path / "t.csv", [head, *rows])
    assert found.city is not None, (found.refusal, found.questions)
    assert found.city.report.victims == killed
    totals = found.city.totals
    assert totals is not None
    assert totals["count"].sum() == killed
    assert "1T" not in set(totals["area"])
    if women is not None:
        assert totals.loc[totals["sex"] == "female", "count"].sum() == women


NAMES = {
    "in rows": (
        "Año,Departamento,Municipio,Homicidios",
        [
            f"{y},{d},{m},{k}"
            for y in YEARS
            for d, m, k in (("Antioquia", "Barbosa", 5), ("Santander", "Barbosa", 2), ("Cauca", "Cali", 1), ("Cauca", "Bello", 1))
        ],
        18,
    ),
    "in columns": (
        "Departamento,Municipio,2019,2020",
        ["Antioquia,Barbosa,5,5", "Santander,Barbosa,2,2", "Cauca,Cali,1,1", "Cauca,Bello,1,1"],
        18,
    ),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", NAMES)
def test_areas_of_one_name_are_asked_about_with_their_numbers(tmp_path: Path, name: str) -> None:
    head, rows, killed = NAMES[name]
    path = tmp_path / "t.csv"
    found = read(path, [head, *rows])
    assert found.city is None
    (asked,) = found.questions
    assert (asked.id, asked.safe, list(asked.options)) == ("area", "", ["Departamento", "one"])
    assert "Barbosa: 10 (Antioquia), 4 (Santander)" in asked.text
    apart = ["Barbosa (Antioquia)", "Barbosa (Santander)", "Bello", "Cali"]
    for answer, areas in (("one", ["Barbosa", "Bello", "Cali"]), ("Departamento", apart)):
        city = understand(Files((path,)), {"area": answer}, name="Town").city
        assert city is not None
        assert city.report.victims == killed
        assert list(city.blocks.index) == areas

"""Tables of counts: periods as columns or rows, sums, sentences, missing numbers; what they must give is what the rows say."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from hotspots.cities import Files, Understood, understand
from hotspots.store.schema import DataError


def read(folder: Path, text: str, answers: dict[str, str] | None = None) -> Understood:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    found = understand(Files((path,)), answers, name="Ciudad")
    if found.city:
        report = found.city.report
        assert report.read == report.accepted + report.repaired + report.rejected + report.filtered
        assert found.city.only_totals
    return found


def codes(found: Understood) -> set[str]:
    assert found.city is not None
    return {one.code for one in found.city.report.findings}


def victims(found: Understood) -> int:
    assert found.city is not None, (found.refusal, found.questions)
    return found.city.report.victims


WIDE = {
    "years": ("Municipio,2019,2020\nNorte,1,2\nSur,4,5\n", 12),
    "years with words": ("District,Homicides 2019,Homicides 2020\nNorth,1,2\nSouth,4,5\n", 12),
    "months and a year": ("Año,Municipio,ene,feb,mar\n2019,Norte,1,2,3\n2020,Norte,0,1,0\n", 7),
    "months with years": ("município;Jan-2019;Fev-2019;Mar-2019\nA;1;2;3\nB;0;1;1\n", 8),
    "months as numbers": ("area,2019-01,2019-02\nA,3,4\nB,5,6\n", 18),
    "months the other way": ("barrio,01/2019,02/2019\nA,3,4\nB,5,6\n", 18),
}


@pytest.mark.parametrize("name", WIDE)
def test_columns_that_are_periods_are_totals(tmp_path: Path, name: str) -> None:
    text, killed = WIDE[name]
    found = read(tmp_path, text)
    assert victims(found) == killed
    assert found.questions == ()


LONG = {
    "years": ("year,district,homicides\n2019,A,3\n2019,B,4\n2020,A,5\n2020,B,6\n", 18),
    "the whole place": ("ano,homicidios\n2010,45\n2011,55\n", 100),
    "a period": ("Periodo,Muertes\n01/2019,4\n02/2019,5\n", 9),
    "year and month": ("ano,mes,bairro,homicidios\n2019,Janeiro,A,3\n2019,Março,A,2\n", 5),
}


@pytest.mark.parametrize("name", LONG)
def test_rows_of_periods_are_totals(tmp_path: Path, name: str) -> None:
    text, killed = LONG[name]
    assert victims(read(tmp_path, text)) == killed


DAYS = [datetime.date(2020, 1, 1) + datetime.timedelta(days=i) for i in range(60)]


def test_a_row_for_every_day_is_a_total_of_that_day(tmp_path: Path) -> None:
    rows = [f"{day:%d/%m/%Y},{area},{int(i % 7 == 0)}" for i, day in enumerate(DAYS) for area in "ABC"]
    assert victims(read(tmp_path, "\n".join(["fecha,municipio,homicidios", *rows]))) == 3 * 9


def test_days_of_which_some_have_no_row_are_events_and_nobody_is_lost_or_added(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("fecha,municipio,homicidios\n2020-01-01,A,2\n2020-01-05,B,1\n2020-01-09,A,0\n2020-01-11,A,1\n", encoding="utf-8")
    found = understand(Files((path,)), name="Ciudad")
    assert found.city is not None
    assert (found.city.report.victims, found.city.report.filtered) == (4, 1)


def test_sums_sentences_and_missing_numbers_are_told_and_nobody_is_counted_twice(tmp_path: Path) -> None:
    found = read(tmp_path, "Municipio,2019,2020,Total\nNorte,1,2,3\nSur,4,,4\nTOTAL,5,2,7\nFuente: Policía,,,\n")
    assert victims(found) == 7
    assert {"period_columns", "sum_row", "sum_column", "footnote", "no_count"} <= codes(found)


def test_a_row_that_is_the_sum_of_all_others_is_set_aside_whatever_its_name(tmp_path: Path) -> None:
    found = read(tmp_path, "Municipio,2018,2019,2020\nA,1,2,3\nB,4,5,6\nC,1,1,1\nD,2,0,2\nCauca,8,8,12\n")
    assert victims(found) == 28
    assert found.city is not None
    assert list(found.city.blocks.index) == ["A", "B", "C", "D"]


SUMS = {  # a table of one period, what its rows add up to, and the areas
    "a country at the head": ("Geography,Year,Victims\nCanada,2021,18\nOntario,2021,9\nQuebec,2021,5\nYukon,2021,4\n", 18, 3),
    "a country in Spanish": ("País o departamento,2019\nParaguay,7\nItapúa,3\nGuairá,2\nCentral,2\n", 7, 3),
    "a country, its regions and their parts": ("Provincia,2020\nCuba,9\nEste,6\nMayarí,2\nMoa,4\nOeste,3\nArtemisa,1\nBahía,2\n", 9, 4),
    "a state at the head": (
        "Area,Year,Victims\nOntario,2021,277\nT,2021,85\nO,2021,20\nP,2021,40\nY,2021,30\nR,2021,60\nH,2021,42\n",
        277,
        6,
    ),
    "no sum: small numbers": ("Area,Year,Victims\nA,2021,9\nB,2021,5\nC,2021,4\n", 18, 3),
    "no sum: in the middle": ("Area,Year,Victims\nT,2021,85\nO,2021,20\nX,2021,277\nP,2021,40\nY,2021,30\nR,2021,60\nH,2021,42\n", 554, 7),
    "no sum: a department called like its country": ("Depto,2019\nGuatemala,8\nPetén,5\nSololá,2\n", 15, 3),
}


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", SUMS)
def test_the_whole_beside_its_parts_in_one_period_is_counted_once(tmp_path: Path, name: str) -> None:
    text, killed, areas = SUMS[name]
    found = read(tmp_path, text)
    assert victims(found) == killed
    assert found.city is not None
    assert len(found.city.blocks) == areas


TWO_ROWS = {  # names in two rows: a printed table, the number killed, women and girls among them
    "years under one word": ("Municipio,Homicidios,,\n,2020,2021,2022\nA,1,2,3\nB,4,5,6\nC,1,1,1\n", 24, None),
    "the word again over each": ("Municipio,Muertos,Muertos,Muertos\n,2020,2021,2022\nA,1,2,3\nB,4,5,6\nC,1,1,1\n", 24, None),
    "the years above": (",2020,2021,2022\nMunicipio,Muertos,Muertos,Muertos\nA,1,2,3\nB,4,5,6\nC,1,1,1\n", 24, None),
    "a title above both": ("Homicidios por municipio,,\nMunicipio,Total,\n,2020,2021\nA,1,2\nB,4,5\nC,1,1\n", 14, None),
    "sexes under years": ("Municipio,2020,,2021,\n,Hombres,Mujeres,Hombres,Mujeres\nA,1,2,3,1\nB,4,5,6,1\nC,1,1,1,1\n", 27, 11),
    "years under sexes": ("Municipio,Hombres,,Mujeres,\n,2020,2021,2020,2021\nA,1,2,3,1\nB,4,5,6,1\nC,1,1,1,1\n", 27, 13),
    "their sum beside them": ("Area,2020,,,2021,,\n,Male,Female,Total,Male,Female,Total\nA,1,2,3,3,1,4\nB,4,5,9,6,1,7\n", 23, 9),
    "rates beside them": ("Area,2020,,2021,\n,Homicidios,Tasa,Homicidios,Tasa\nA,1,2.1,3,1.1\nB,4,5.2,6,1.2\n", 14, None),
    "sexes and years in one row": ("Area,Hombres 2020,Mujeres 2020,Hombres 2021,Mujeres 2021\nA,1,2,3,1\nB,4,5,6,1\n", 23, 9),
}


@pytest.mark.cases(4)
@pytest.mark.parametrize("name", TWO_ROWS)
def test_names_in_two_rows_are_read_together(tmp_path: Path, name: str) -> None:
    text, killed, women = TWO_ROWS[name]
    found = read(tmp_path, text)
    assert victims(found) == killed
    assert found.questions == ()
    assert found.city is not None
    assert ("two_heads" in codes(found)) == (name != "sexes and years in one row")
    told = found.city.totals
    assert told is not None
    assert told["count"].sum() == killed
    if women is not None:
        assert told.loc[told["sex"] == "female", "count"].sum() == women


def test_a_row_of_units_is_no_second_row_of_names(tmp_path: Path) -> None:
    found = read(tmp_path, "Municipio,2020,2021\n,n,n\nA,1,2\nB,4,5\nC,3,3\n")
    assert victims(found) == 18
    assert "two_heads" not in codes(found)


def test_rates_by_their_name_are_refused_and_offered_as_no_dates(tmp_path: Path) -> None:
    found = read(tmp_path, "Municipio,Tasa 2019,Tasa 2020\nA,12,13\nB,7,9\n")
    assert found.city is None
    assert found.questions == ()
    assert "Tasa 2019" in str(found.refusal)


def test_victims_go_before_the_cases_that_they_are_of(tmp_path: Path) -> None:
    head = "Ano;Mês;Município;Homicídio doloso;Nº de vítimas em homicídio doloso;Tentativa de homicídio"
    found = read(tmp_path, "\n".join([head, *(f"2022;{month};Santos;3;4;7" for month in ("Janeiro", "Fevereiro", "Março"))]))
    assert victims(found) == 12
    assert [(one.id, one.safe) for one in found.questions] == [("victims", "Nº de vítimas em homicídio doloso")]


@pytest.mark.parametrize("name", ["Homicidios 2020", "2020"])
def test_the_year_in_the_name_of_the_numbers_is_their_year(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, f"Municipio,{name}\nNorte,9\nSur,4\nEste,2\n")
    assert found.questions == ()
    assert found.city is not None
    assert (found.city.start.year, found.city.end.year, victims(found)) == (2020, 2021, 15)


@pytest.mark.parametrize("name", ["Casos 2020", "Victims in 2020"])
def test_a_year_beside_a_word_that_may_mean_others_is_asked(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, f"Municipio,{name}\nNorte,9\nSur,4\nEste,2\n")
    assert ("date", "2020") in [(one.id, one.safe) for one in found.questions]


@pytest.mark.parametrize("thousand", ["1.234", '"1,234"', "1 234", "1'234"])
def test_thousands_are_read_as_whole_numbers(tmp_path: Path, thousand: str) -> None:
    found = read(tmp_path, f"Municipio,2018,2019\nA,{thousand},2\nB,4,5\n")
    assert victims(found) == 1245
    assert "count_thousands" in codes(found)


def test_a_number_with_a_fraction_is_left_out_and_rates_are_refused(tmp_path: Path) -> None:
    rows = "\n".join(f"M{i},{i},{i}" for i in range(10))
    found = read(tmp_path, f"Municipio,2018,2019\n{rows}\nB,4.5,5\n")
    assert victims(found) == 95
    assert "bad_count" in codes(found)
    refused = read(tmp_path, "Municipio,2018,2019\nA,12.5,3.1\nB,7.25,8.9\n")
    assert isinstance(refused.refusal, DataError)
    assert refused.city is None


def test_homicides_of_no_known_area_are_not_the_whole_place(tmp_path: Path) -> None:
    found = read(tmp_path, "Municipio,2018,2019\nA,3,4\nB,5,6\nSin dato,1,0\n")
    assert victims(found) == 19
    assert "nowhere" in codes(found)


def test_offences_in_a_table_of_counts_are_asked_about_and_only_homicides_count(tmp_path: Path) -> None:
    text = "Año,Municipio,Delito,Casos\n2019,A,Homicidio doloso,3\n2019,A,Robo,40\n2020,A,Homicidio doloso,2\n2020,A,Robo,4\n"
    found = read(tmp_path, text)
    assert [one.id for one in found.questions] == ["homicide"]
    assert victims(found) == 5
    assert victims(read(tmp_path, text, {"homicide": "all"})) == 49


def test_of_several_kinds_of_numbers_the_homicides_are_asked_about(tmp_path: Path) -> None:
    text = "Municipio,Homicidios 2018,Homicidios 2019,Robos 2018,Robos 2019\nA,1,2,100,200\nB,3,4,50,60\n"
    found = read(tmp_path, text)
    assert [(one.id, one.safe) for one in found.questions] == [("victims", "homicidios")]
    assert victims(found) == 10

"""Small files as registers and portals give them: times in ranges, coded ages, code books, several people in one cell, rows of others."""

from __future__ import annotations

import io

import openpyxl
import pytest
from test_other_files import DAYS, brought, killed, understood_of
from test_wild_files import asked, each, lat, listed, lon, when


def test_intervals_of_hours_are_times_and_those_of_ages_are_not(tmp_path):
    text = listed("Fecha,Intervalo,lat,lon", when("%Y-%m-%d"), each("18:00:00 - 18:59:59", "18:00:00 - 20:59:59", "7h-8h"), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert killed(understood) == 30
    hours = understood.city.incidents["hour"]
    assert (hours.value_counts().to_dict(), int(hours.isna().sum())) == ({18: 10}, 20)  # 7h-8h may be two hours
    ages = listed("Fecha,Intervalo,lat,lon", when("%Y-%m-%d"), each("18-25", "26-35", "36-45"), lat, lon)
    assert brought(tmp_path, "t.csv", ages).city.incidents["hour"].isna().all()


def test_the_end_of_a_day_is_told_and_moves_people_to_the_next_month(tmp_path):
    text = listed("Fecha,Hora,lat,lon", lambda n, *_: "2022-01-31" if n == 0 else f"{DAYS[n]}", each("24:00", *["10:15"] * 29), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert killed(understood) == 30
    assert f"{understood.city.incidents['date'].sort_values().iloc[2]:%Y-%m-%d %H:%M}" == "2022-02-01 00:00"
    (said,) = [one for one in understood.city.report.findings if one.code == "end_of_day"]
    assert said.rows == 1


PARTS = {  # what a column of legal capacity says, and the safe answer: families and complainants were counted as people killed
    "relatives": (("VICTIMA", "OFENDIDO", "VICTIMA"), "calidad_juridica=VICTIMA", 20),
    "complainants": (("CADAVER", "VICTIMA Y DENUNCIANTE", "LESIONADO"), "calidad_juridica=CADAVER", 10),
    "nobody who was killed": (("OFENDIDO", "DENUNCIANTE"), "", 0),
    "nobody else": (("VICTIMA", "CADAVER"), None, 30),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("offence", [("HOMICIDIO DOLOSO",), ("HOMICIDIO DOLOSO", "HOMICIDIO DOLOSO", "HOMICIDIO CULPOSO")])
def test_rows_of_people_who_were_not_killed_are_asked_about(tmp_path, name, offence):
    values, safe, people = PARTS[name]
    text = listed("fecha_hecho,delito,calidad_juridica,lat,lon", when("%Y-%m-%d"), each(*offence), each(*values), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    (answer,) = asked(understood, "homicide") or [None]
    if len(offence) == 1:
        assert (answer, bool(understood.blocked)) == (safe, safe == "")
        assert safe == "" or killed(understood) == people
    else:
        rows = [number for number in range(30) if offence[number % 3] == "HOMICIDIO DOLOSO"]
        dead = [values[n % len(values)] in ("VICTIMA", "CADAVER") for n in rows]
        assert bool(understood.blocked) == (not any(dead))
        assert not any(dead) or killed(understood) == sum(dead)


def test_a_person_in_law_is_no_part_in_a_case(tmp_path):
    text = listed("fecha_hecho,tipo_persona,lat,lon", when("%Y-%m-%d"), each("FISICA", "FISICA", "NO ESPECIFICADO"), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "homicide") == []
    assert killed(understood) == 30


CODES = {  # ages as registers of deaths write them, and the years that they are
    "four digits": (("4023", "4031", "3011", "4998", "4104", "1012"), [23, 31, 0, None, 104, 0]),
    "three digits": (("423", "431", "305", "999", "504", "418"), [23, 31, 0, None, 104, 18]),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", CODES)
def test_ages_in_codes_are_read_where_a_person_says_so(tmp_path, name):
    codes, years = CODES[name]
    text = listed("fecha,sexo,edad,lat,lon", when("%Y-%m-%d"), "H", each(*codes), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "age") == ["unknown"]
    assert killed(understood) == 30
    assert "age" not in understood.city.incidents.columns
    read = brought(tmp_path, "t.csv", text, {"age": "coded"}).city.incidents["age"]
    assert [None if age != age else age for age in read] == years * 5


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("codes", "answer", "sexes"),
    [
        (("1", "2", "1", "9", "1"), "male_first", ["male", "female", "male", "unknown", "male"]),
        (("1.0", "2.0"), "female_first", ["female", "male"]),
        (("0", "1", "1"), "female_first", ["female", "male", "male"]),
    ],
)
def test_codes_of_the_sex_are_read_where_a_person_says_which_is_which(tmp_path, codes, answer, sexes):
    """They were dropped, and nobody was asked."""
    text = listed("fecha,sexo,lat,lon", when("%Y-%m-%d"), each(*codes), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "sex") == ["unknown"]
    assert killed(understood) == 30
    assert "sex" not in understood.city.incidents.columns
    read = brought(tmp_path, "t.csv", text, {"sex": answer})
    assert read.city.incidents["sex"].tolist()[: len(sexes)] == sexes
    assert ("unmapped_words" in [one.code for one in read.city.report.findings]) == ("9" in codes)


def test_one_age_beside_several_people_is_told(tmp_path):
    text = listed("fecha,edad,sexo,victimas,lat,lon", when("%Y-%m-%d"), each("23", ""), each("M", "", "F"), each("2", "1", "1"), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert killed(understood) == 40
    (said,) = [one for one in understood.city.report.findings if one.code == "said_once"]
    assert said.rows == 10  # of the rows of two people, all say a sex
    assert understood.city.incidents["age"].eq(23).sum() == 20  # five of those rows say the age


@pytest.mark.cases(1)
@pytest.mark.parametrize("odd", ["4023", "999", "423"])
def test_one_odd_age_among_plain_ones_makes_no_codes(tmp_path, odd):
    text = listed("fecha,edad,lat,lon", when("%Y-%m-%d"), each("23", "31", "17", "44", odd), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert understood.questions == ()
    ages = understood.city.incidents["age"]
    assert (sorted(ages.dropna().unique()), int(ages.isna().sum())) == ([17, 23, 31, 44], 6)


SEVERAL = {  # columns, their cells, the people listed, and the ages and sexes of those of the first row
    "ages": ("edad", each("23, 31 y 17", "40", "52"), 50, {"age": [23, 31, 17]}),
    "sexes": ("sexo", each("M/M/F", "F"), 60, {"sex": ["male", "male", "female"]}),
    "numbers of each sex": ("sexo", each("2 masculinos 1 femenino", "1 femenino"), 60, {"sex": ["male", "male", "female"]}),
    "names": ("nombre_victima", each("Ana Pérez; Luis Gómez Ruiz", "Eva Ríos", "Pérez, Juan"), 40, {}),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", SEVERAL)
def test_several_people_in_one_cell_are_asked_about(tmp_path, name):
    """They were one person killed, and nobody was told."""
    column, cell, people, first = SEVERAL[name]
    text = listed(f"fecha;{column};lat;lon", when("%Y-%m-%d"), cell, lat, lon, sep=";").replace("Pérez; Luis", "Pérez / Luis")
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "victims") == ["rows"]
    assert killed(understood) == 30
    read = brought(tmp_path, "t.csv", text, {"victims": "listed"})
    assert killed(read) == people
    together = read.city.incidents[read.city.incidents["event_id"] == read.city.incidents["event_id"].iloc[0]]
    for key, values in first.items():
        assert together[key].tolist() == values
    assert "Luis" not in f"{read.city.incidents.to_csv()} {read.city.report.findings} {read.questions} {understood.questions}"


def test_ages_and_sexes_go_to_the_victims_that_a_column_counts(tmp_path):
    cells = each("2", "3", "1"), each("23, 31", "40, 50", "7"), each("M/F", "M/M/F", "F")
    understood = brought(tmp_path, "t.csv", listed("fecha;victimas;edad;sexo;lat;lon", when("%Y-%m-%d"), *cells, lat, lon, sep=";"))
    assert killed(understood) == 60
    found = understood.city.incidents
    assert found["age"].value_counts().to_dict() == {23: 10, 31: 10, 7: 10}  # two ages of three victims are nobody's
    assert found["sex"].value_counts().to_dict() == {"male": 30, "female": 30}
    assert found[found["age"] == 31]["sex"].unique().tolist() == ["female"]


def workbook(**sheets: list[list[object]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


CODED = [
    ["fecha", "delito", "sexo", "barrio"],
    *([f"{day}", ("1", "2", "1")[number % 3], ("01", "02")[number % 2], "Centro"] for number, day in enumerate(DAYS)),
]
SEXES, OFFENCES = [["1", "Hombre"], ["2", "Mujer"]], [["1", "HOMICIDIO DOLOSO"], ["2", "ROBO"]]
BOOKS = {  # sheets that say what codes mean
    "a sheet for each column": {
        "Cat_Sexo": [["CLAVE", "DESCRIPCION"], *SEXES],
        "Delito": [["cve", "descripción del delito"], *OFFENCES],
    },
    "one for all columns": {
        "Diccionario": [
            ["Variable", "Código", "Etiqueta"],
            *(["SEXO", *row] for row in SEXES),
            ["Delito", *OFFENCES[0]],
            ["", *OFFENCES[1]],
        ]
    },
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", BOOKS)
def test_codes_are_written_out_by_the_sheet_that_says_what_they_mean(tmp_path, name):
    filler = [[f"{code}", f"Municipio {code}"] for code in range(400)]  # longer than the data
    understood = understood_of(tmp_path, "t.xlsx", workbook(**BOOKS[name], Municipios=[["codigo", "nombre"], *filler], Datos=CODED))
    assert asked(understood, "sheet") == []
    assert asked(understood, "homicide") == ["delito=HOMICIDIO DOLOSO"]
    assert killed(understood) == 20
    assert understood.city.incidents["sex"].value_counts().to_dict() == {"male": 10, "female": 10}
    assert {"code_book", "written_out"} <= {one.code for one in understood.city.report.findings}
    assert "code_book = true" in understood.text


def test_a_list_of_codes_that_fits_no_column_is_told_and_is_no_data(tmp_path):
    rows = [["fecha", "barrio"], *([f"{day}", "Centro"] for day in DAYS)]
    understood = understood_of(tmp_path, "t.xlsx", workbook(Catálogo=[["clave", "descripcion"], *OFFENCES * 40], Datos=rows))
    assert killed(understood) == 30
    assert [one.code for one in understood.city.report.findings if one.code in ("code_book", "written_out")] == ["code_book"]


def test_a_sheet_of_areas_with_numbers_is_no_list_of_codes_and_sheets_are_told_with_their_size(tmp_path):
    areas = [["Código", "Nombre", "Homicidios 2020"], *([f"{n}", f"M{n}", n] for n in range(1, 9))]
    other = [["Código", "Nombre", "Robos 2020"], *([f"{n}", f"M{n}", n] for n in range(1, 7))]
    understood = understood_of(tmp_path, "t.xlsx", workbook(Homicidios=areas, Robos=other))
    (sheet,) = [one for one in understood.questions if one.id == "sheet"]
    assert {name: str(said)[:18] for name, said in sheet.options.items()} == {
        "Homicidios": "9 rows, 3 columns:",
        "Robos": "7 rows, 3 columns:",
    }
    assert killed(understood_of(tmp_path, "t.xlsx", workbook(Homicidios=areas, Robos=other), {"sheet": "Homicidios"})) == 36


def test_letters_for_the_parts_that_people_have_in_a_case_are_known(tmp_path):
    """Suspects and witnesses were counted as people killed."""
    text = listed("Report_No,From_Date,Offense,Involvement,lat,lon", lambda n, *_: f"K{n // 3}", when("%Y-%m-%d"), "Homicide", *PEOPLE)
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "homicide") == ["Involvement=VIC"]
    assert killed(understood) == 10


PEOPLE = (each("VIC", "SUS", "WIT"), lat, lon)


def test_rows_on_different_days_are_no_rows_of_one_person(tmp_path):
    """A day that no two rows share was passed over like a number of the row, and two killings were offered as one."""
    rest = each("Víctima", "Inculpado"), each("20-24", ""), each("", "Masculino"), "Rosario"
    text = listed("fecha_hecho;tipo_persona;victima_edad;inculpado_sexo;departamento", when("%Y-%m-%d"), *rest, sep=";")
    understood = brought(tmp_path, "t.csv", text)
    assert (asked(understood, "homicide"), asked(understood, "victims")) == (["tipo_persona=Víctima"], [])
    assert killed(understood) == 15


def test_numbers_of_groups_and_units_are_no_years(tmp_path):
    """Group 12 of a table of ages was twelve years, and so were twelve months by a code."""
    grouped = brought(tmp_path, "t.csv", listed("fecha,grupo_edad,lat,lon", when("%Y-%m-%d"), each("12", "13", "9"), lat, lon))
    assert "age" not in grouped.city.incidents.columns
    text = listed("fecha,edad,tipo_edad,lat,lon", when("%Y-%m-%d"), each("30", "41", "6"), each("1", "1", "2"), lat, lon)
    ages = brought(tmp_path, "t.csv", text).city.incidents["age"]
    assert (ages.value_counts().to_dict(), int(ages.isna().sum())) == ({30: 10, 41: 10}, 10)


def test_codes_of_municipalities_are_no_coordinates_and_degrees_go_before_feet(tmp_path):
    text = listed("DTOBITO;CODMUNRES;CODMUNOCOR;CAUSABAS", when("%d%m%Y"), "330455", each("330455", "330330"), "X954", sep=";")
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "place") == []
    assert sorted(understood.city.blocks["name"]) == ["330330", "330455"]
    feet = listed("X,Y,LATITUDE_PUBLIC,LONGITUDE_PUBLIC,date", "1450000", "540000", lat, lon, when("%Y-%m-%d"))
    assert (brought(tmp_path, "t.csv", feet).city.incidents["unplaced"] == "").all()


def test_a_clock_may_have_its_letters_behind_it(tmp_path):
    text = listed("fecha,hora,lat,lon", when("%d/%m/%Y"), each("14:30 hs", "2:05 hrs.", "7:15h"), lat, lon)
    assert brought(tmp_path, "t.csv", text).city.incidents["hour"].value_counts().to_dict() == {14: 10, 2: 10, 7: 10}
    assert killed(brought(tmp_path, "t.csv", listed("fecha,lat,lon", when("%d/%m/%Y 14:30 hs"), lat, lon))) == 30


def test_weeks_are_told_as_what_they_are(tmp_path):
    """The day was said to lack a form, and the week was passed over."""
    wide = "\n".join([f"Departamento,{','.join(f'Semana {n}' for n in range(1, 53))}", *(f"{name}{',1' * 52}" for name in "AB")])
    assert "are weeks, and a week may lie in two months" in str(brought(tmp_path, "t.csv", wide).refusal)
    rows = listed("Año,Semana epidemiológica,Municipio", when("%Y"), when("%V"), each("A", "B"))
    (question,) = [one for one in brought(tmp_path, "t.csv", rows).questions if one.id == "date"]
    assert "'Semana epidemiológica' says the week" in str(question.text)
    assert killed(brought(tmp_path, "t.csv", rows)) == 30
    halves = "Municipio,Sem 1 2021,Sem 2 2021\nA,1,2\nB,3,4\n"
    assert killed(brought(tmp_path, "t.csv", halves)) == 10

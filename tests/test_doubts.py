"""Faults with fields: what they say in each language, what is asked, and that nothing is cut out of a sentence."""

from __future__ import annotations

import ast
import json
import pickle
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import small_city as small

from hotspots.cli import import_
from hotspots.cli.main import main
from hotspots.readers import doubts
from hotspots.readers.cityfile import when_and_where
from hotspots.readers.columns.dates import read_dates
from hotspots.readers.columns.plausible_places import likely_system
from hotspots.readers.falls import ShrinkError
from hotspots.readers.faults import (
    AreaColumnError,
    DateColumnError,
    DayOrMonthError,
    DoubtError,
    LatitudeError,
    LoneEventError,
    MidnightZoneError,
    NumbersError,
    PlaceColumnError,
    ResidentsColumnError,
    ShortYearsError,
)
from hotspots.readers.homicide_faults import (
    CodedAgesError,
    CodedSexError,
    CountsError,
    HomicideError,
    Judged,
    SameVictimError,
    SeveralPeopleError,
    VictimsError,
)
from hotspots.readers.place_faults import (
    Change,
    LostSignError,
    LostSignInBlocksError,
    MisplacedError,
    OtherSystemError,
    SwappedAxesError,
    SwappedInBlocksError,
    UnknownSystemError,
)
from hotspots.readers.table_faults import (
    HeaderError,
    MergedAreasError,
    MergedTimesError,
    NoDaysError,
    SameNameError,
    SheetError,
    SplitYearsError,
    TwiceNamedError,
    YearlessDaysError,
    YearlessError,
)
from hotspots.store.schema import DataError
from hotspots.words import Told, told, words_for

ROOT = Path(__file__).resolve().parent.parent
SECOND_OF_JUNE = ("2/6/2019", pd.Timestamp(2019, 6, 2), pd.Timestamp(2019, 2, 6))
METRES = np.array([500_000.0]), np.array([1_500_000.0])
COLUMNS = "a.csv", ("when", "who")


def caught(texts: list[str]) -> DoubtError:
    with pytest.raises(DoubtError) as error:
        read_dates(pd.Series(texts), column="fecha")
    return error.value


def test_dates_that_do_not_say_carry_both_forms_the_samples_and_the_rows():
    fault = caught(["2/6/2019 21:15", "3/6/2019 08:00", "3/6/2019 08:00", "7/7/2019 08:00", ""])
    assert isinstance(fault, DayOrMonthError)
    assert fault.forms == ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
    assert (fault.column, fault.rows, fault.days, fault.months, fault.unread) == ("fecha", 3, 0, 0, (0.0, 0.0))
    assert fault.samples[0] == ("2/6/2019 21:15", pd.Timestamp(2019, 6, 2), pd.Timestamp(2019, 2, 6))
    assert len(fault.samples) == 2


def test_dates_of_both_orders_say_how_many_of_each():
    fault = caught(["31-12-2019"] * 3 + ["12-31-2019"] * 2 + ["01-02-2019"])
    assert isinstance(fault, DayOrMonthError)
    assert (fault.days, fault.months, fault.rows, fault.unread) == (3, 2, 1, (2 / 6, 3 / 6))
    assert fault.forms == ("%d-%m-%Y", "%m-%d-%Y")


def test_years_of_two_digits_are_a_doubt_with_a_safe_answer_where_one_order_reads_all():
    fault = caught([f"{day}/03/19" for day in range(1, 29)])
    assert isinstance(fault, ShortYearsError)
    assert (fault.rows, fault.samples, fault.forms) == (28, ("1/03/19", "2/03/19", "3/03/19"), ("%d/%m/%y", "%m/%d/%y"))
    asked = doubts.question(fault)
    assert asked is not None
    assert (asked.id, asked.safe, list(asked.options)) == ("day_first", "day", ["day", "month"])
    assert doubts.settled(fault, lambda question: question.safe) == {"date_format": "%d/%m/%y"}


def test_the_likely_system_is_a_number():
    crs = pyproj.CRS.from_epsg(32616)
    x, y = np.linspace(260_100.0, 260_900.0, 20), np.linspace(1_515_100.0, 1_515_900.0, 20)
    bounds = (260_000.0, 1_515_000.0, 261_000.0, 1_516_000.0)
    assert likely_system(x, y, bounds=bounds, city_crs=crs) == 32616
    assert likely_system(-x, -y, bounds=bounds, city_crs=crs) is None


ELSEWHERE = ("a.csv", ("lon", "lat"), "", False, "75.1, 39.9", 9, "Asia/Bishkek")
FAULTS = {
    DayOrMonthError("day", ("%d/%m/%Y", "%m/%d/%Y"), (0.0, 0.0), 12, (SECOND_OF_JUNE,), 0, 0): (
        "incidents: the values of 'day' could have the day or the month first: '2/6/2019' is 2 June 2019 or 6 February 2019; write in "
        'city.toml, under [incidents], date_format = "%d/%m/%Y" if the day comes first, date_format = "%m/%d/%Y" if the month comes first',
        "homicidios: los valores de 'day' podrían llevar primero el día o el mes: '2/6/2019' es 2 de junio de 2019 o 6 de febrero de "
        '2019; escriba en city.toml, en [incidents], date_format = "%d/%m/%Y" si primero va el día, '
        'date_format = "%m/%d/%Y" si primero va el mes',
    ),
    ShortYearsError("day", ("%d/%m/%y", "%m/%d/%y"), (0.0, 1.0), 1200, ("2/6/19",)): (
        "incidents: 1,200 values of 'day' have a year of two digits ('2/6/19'); write in city.toml, under [incidents], "
        'date_format = "%d/%m/%y" if the day comes first, date_format = "%m/%d/%y" if the month comes first',
        "homicidios: 1,200 valores de 'day' tienen el año con dos cifras ('2/6/19'); escriba en city.toml, en [incidents], "
        'date_format = "%d/%m/%y" si primero va el día, date_format = "%m/%d/%y" si primero va el mes',
    ),
    UnknownSystemError("a.csv", *METRES, of=3, likely=32616): (
        "incidents: 1 of 3 coordinates is not in degrees (first: 500000, 1500000) and its coordinate system is not given; ask the source "
        "for its EPSG number and write epsg = … under [incidents] in city.toml; they look like the coordinate system "
        "WGS 84 / UTM zone 16N: write epsg = 32616 under [incidents] in city.toml",
        "homicidios: 1 de 3 coordenadas no está en grados (la primera: 500000, 1500000) y no se indica su sistema de coordenadas; pregunte "
        "a la fuente el número EPSG y escriba epsg = … en [incidents] de city.toml; parecen del sistema de coordenadas "
        "WGS 84 / UTM zone 16N: escriba epsg = 32616 en [incidents] de city.toml",
    ),
    HeaderError("a.csv", ((1, "Fecha, Edad"), (2, "date, age"))): (
        "a.csv: several rows could name the columns (1: Fecha, Edad; 2: date, age); write header_row = … in city.toml to say which does",
        "a.csv: varias filas podrían nombrar las columnas (1: Fecha, Edad; 2: date, age); escriba header_row = … en city.toml para decir "
        "cuál lo hace",
    ),
    SheetError("a.xlsx", told("several sheets hold a table ({listed})", listed="'x', 'y'"), (("x", "a, b"), ("y", "a, b"))): (
        "a.xlsx: several sheets hold a table ('x', 'y'); write sheet = \"…\" in city.toml to say which is meant",
        "a.xlsx: varias hojas contienen una tabla ('x', 'y'); escriba sheet = \"…\" en city.toml para decir cuál se quiere leer",
    ),
    LatitudeError("lat", "lon", -103.25): (
        "'lon' cannot be a latitude (first: -103.25); are the two columns swapped?",
        "'lon' no puede ser una latitud (la primera: -103.25); ¿están intercambiadas las dos columnas?",
    ),
    LostSignInBlocksError(0, 12, (89.2, 13.7), Change(negate=("x",))): (
        "incidents: only 0 of 12 places lie within the bounds of the blocks (first place: 89.2, 13.7); a minus sign is missing: "
        'write negate = ["x"] under [incidents] in city.toml',
        "homicidios: solo 0 de 12 lugares están dentro de los límites de las manzanas (primer lugar: 89.2, 13.7); falta un signo menos: "
        'escriba negate = ["x"] en [incidents] de city.toml',
    ),
    HomicideError("a.csv", 9, (Judged("delito", (("ROBO", "other", 7), ("DOLOSO", "homicide", 2))),), {"delito": ("DOLOSO",)}, 2): (
        "a.csv: not every row need be a homicide: 'delito' says 'DOLOSO' in 2 rows (homicide), 'ROBO' in 7 rows (something else); say in "
        "city.toml which rows are: under [incidents.where], 'delito' = [the values that are homicides]; or under [incidents], "
        "all_homicides = true if each row is a person killed",
        "a.csv: no toda fila tiene que ser un homicidio: 'delito' dice 'DOLOSO' en 2 filas (homicidio), 'ROBO' en 7 filas (otra cosa); "
        "indique en city.toml qué filas lo son: en [incidents.where], 'delito' = [los valores que son homicidios]; o en [incidents], "
        "all_homicides = true si cada fila es una persona muerta",
    ),
    VictimsError("a.csv", 9, {"killed": 4}, {"killed": ("0", "1")}, "killed"): (
        "a.csv: how many people were killed in each row? Write under [incidents] in city.toml: victims = one of 'killed'",
        "a.csv: ¿cuántas personas murieron en cada fila? Escriba en [incidents] de city.toml: victims = una de 'killed'",
    ),
    SameVictimError("a.csv", ("victim_id",), 12, 9, {"victim_id": ("a", "b")}, by_id=True): (
        "a.csv: by 'victim_id' its 12 rows are of 9 people, as where a file has a row for each suspect or weapon; if so, write under "
        '[incidents] in city.toml: victim_id = ["victim_id"]',
        "a.csv: según 'victim_id' sus 12 filas son de 9 personas, como cuando un archivo tiene una fila por cada sospechoso o arma; si es "
        'así, escriba bajo [incidents] en city.toml: victim_id = ["victim_id"]',
    ),
    SeveralPeopleError("a.csv", ("edad", "sexo"), 160, 12, 175): (
        "a.csv: 12 of its 160 rows list several people in 'edad', 'sexo', and no column says how many were killed; if all who are listed "
        'were, write under [incidents] in city.toml: listed = ["edad", "sexo"]',
        "a.csv: 12 de sus 160 filas enumeran varias personas en 'edad', 'sexo', y ninguna columna dice cuántas fueron asesinadas; si lo "
        'fueron todas las que se enumeran, escriba en [incidents] de city.toml: listed = ["edad", "sexo"]',
    ),
    CodedAgesError("a.csv", "EDAD", ("4023", "3011"), ("4023", 23), 160): (
        "a.csv: all 160 ages in 'EDAD' look like codes, as registers of deaths write them ('4023', '3011'); if so, write "
        "age_coded = true under [incidents] in city.toml",
        "a.csv: las 160 edades de 'EDAD' parecen códigos, como los escriben los registros de defunciones ('4023', '3011'); si es así, "
        "escriba age_coded = true en [incidents] de city.toml",
    ),
    CodedSexError("a.csv", "SEXO", (("1", 142), ("2", 18))): (
        "a.csv: 'SEXO' holds codes: 1 in 142 of its rows, 2 in 18; say which is which under [incidents.values.sex] in city.toml, such as: "
        '"1" = "male", "2" = "female"',
        "a.csv: 'SEXO' contiene códigos: 1 en 142 de sus filas, 2 en 18; diga cuál es cuál bajo [incidents.values.sex] en city.toml, por "
        'ejemplo: "1" = "male", "2" = "female"',
    ),
    SwappedInBlocksError(0, 12, (89.2, 13.7), Change(swap=("lon", "lat"))): (
        "incidents: only 0 of 12 places lie within the bounds of the blocks (first place: 89.2, 13.7); the two coordinates are "
        'swapped: write x = "lat" and y = "lon" under [incidents] in city.toml',
        "homicidios: solo 0 de 12 lugares están dentro de los límites de las manzanas (primer lugar: 89.2, 13.7); "
        'las dos coordenadas están cambiadas: escriba x = "lat" e y = "lon" en [incidents] de city.toml',
    ),
    OtherSystemError(0, 12, (89.2, 13.7), Change(epsg=4326)): (
        "incidents: only 0 of 12 places lie within the bounds of the blocks (first place: 89.2, 13.7); they look like the "
        "coordinate system WGS 84: write epsg = 4326 under [incidents] in city.toml",
        "homicidios: solo 0 de 12 lugares están dentro de los límites de las manzanas (primer lugar: 89.2, 13.7); "
        "parecen del sistema de coordenadas WGS 84: escriba epsg = 4326 en [incidents] de city.toml",
    ),
    LostSignError(*ELSEWHERE, (("x", Change(negate=("x",))),), ("America/New_York",)): (
        "incidents: a.csv: the 9 places (first: 75.1, 39.9) lie near Asia/Bishkek; was a minus sign lost? If so, write under [incidents] "
        'in city.toml: negate = ["x"]; if they are right: places_checked = true',
        "homicidios: a.csv: los 9 lugares (el primero: 75.1, 39.9) están cerca de Asia/Bishkek; ¿se perdió un signo menos? Si es así, "
        'escriba en [incidents], en city.toml: negate = ["x"]; si son correctos: places_checked = true',
    ),
    SwappedAxesError(*ELSEWHERE, (("swap", Change(swap=("lon", "lat"))),), ("America/Bogota",)): (
        "incidents: a.csv: the 9 places (first: 75.1, 39.9) lie near Asia/Bishkek; are the two coordinates swapped? If so, write under "
        '[incidents] in city.toml: x = "lat", y = "lon"; if they are right: places_checked = true',
        "homicidios: a.csv: los 9 lugares (el primero: 75.1, 39.9) están cerca de Asia/Bishkek; ¿están intercambiadas las dos coordenadas? "
        'Si es así, escriba en [incidents], en city.toml: x = "lat", y = "lon"; si son correctos: places_checked = true',
    ),
    MidnightZoneError("day", "23:00", 1200): (
        "incidents: all 1,200 clocks of 'day' say 23:00: a midnight written in UTC, which would be of the day after, or a clock for none; "
        'write in city.toml, under [incidents], date_zone = "local" if the days are right, or timezone, the zone of the city',
        "homicidios: las 1,200 horas de 'day' dicen 23:00: una medianoche escrita en UTC, que sería del día siguiente, o una hora puesta "
        'por ninguna; escriba en city.toml, en [incidents], date_zone = "local" si los días son correctos, o timezone, la zona horaria de '
        "la ciudad",
    ),
    ShrinkError(3, (told("{year}: {before} victims before, {now} now", year=2023, before=12, now=5),)): (
        "what was read holds less than version 3, which is served: 2023: 12 victims before, 5 now. Is that right?",
        "lo leído contiene menos que la versión 3, que está en uso: 2023: 12 víctimas antes, 5 ahora. ¿Es correcto?",
    ),
    CountsError("a.csv", 12, {"homicidios": 40, "lesiones": 90}, {"homicidios": ("1",), "lesiones": ("2",)}): (
        'a.csv: which numbers are the people killed? Write under [area_counts] in city.toml: count = one of '
        "'homicidios', 'lesiones'",
        'a.csv: ¿qué números son las personas asesinadas? Escriba bajo [area_counts] en city.toml: count = una de '
        "'homicidios', 'lesiones'",
    ),
    SameNameError("a.csv", "municipio", "depto", {"Barbosa": {"Antioquia": 5, "Santander": 1200}}, 1): (
        "a.csv: names in 'municipio' that stand in several 'depto', with numbers of their own: 1 (Barbosa: 5 (Antioquia), 1,200 "
        "(Santander)); write under [area_counts] in city.toml within = 'depto' to keep them apart",
        "a.csv: nombres de 'municipio' que están en varios 'depto', con números propios: 1 (Barbosa: 5 (Antioquia), 1,200 (Santander)); "
        "escriba en [area_counts] de city.toml within = 'depto' para distinguirlos",
    ),
    TwiceNamedError("a.csv", "municipio", {"Barbosa": (5, 1200)}, 1): (
        "a.csv: names in 'municipio' that stand several times in each period, and nothing tells them apart: 1 (Barbosa: 5, 1,200); write "
        "under [area_counts] in city.toml apart = true if they are areas of their own",
        "a.csv: nombres de 'municipio' que están varias veces en cada período, sin nada que los distinga: 1 (Barbosa: 5, 1,200); escriba "
        "en city.toml, bajo [area_counts], apart = true si son áreas distintas",
    ),
    YearlessError("a.csv", "Ene", (2023,), (2024,)): (
        "a.csv: the columns 'Ene', … are months, and no column says of which year; add a column of the year, or write of_year = 2023 "
        "under [area_counts] in city.toml",
        "a.csv: las columnas 'Ene', … son meses, y ninguna columna dice de qué año; añada una columna del año, o escriba of_year = 2023 "
        "en [area_counts] de city.toml",
    ),
    YearlessDaysError("a.csv", "mes + dia", (2023,), (2024,)): (
        "a.csv: 'mes + dia' says the day or the month, and no column says of which year; add a column of the year, or write of_year = 2023 "
        "under [incidents] in city.toml",
        "a.csv: 'mes + dia' dice el día o el mes, y ninguna columna dice de qué año; añada una columna del año, o escriba of_year = 2023 "
        "en [incidents] de city.toml",
    ),
    SplitYearsError("a.csv", ("2019/20", "2020/21"), {4: ("2019-04", "2020-03")}): (
        "a.csv: '2019/20', '2020/21' are years that may begin in another month than January; write the month that they begin in, "
        "years_begin = 4, under [area_counts] in city.toml",
        "a.csv: '2019/20', '2020/21' son años que pueden empezar en otro mes que enero; escriba el mes en que empiezan, "
        "years_begin = 4, en [area_counts] de city.toml",
    ),
    NoDaysError("a.csv", "mes", {"mes": ("2024-01", "2024-02")}, 160): (
        "a.csv: no column says the day of the killing, only a longer time (mes: '2024-01', '2024-02'); write [area_counts] with "
        "each_row = true in city.toml in place of [incidents]",
        "a.csv: ninguna columna dice el día del homicidio, solo un tiempo más largo (mes: '2024-01', '2024-02'); escriba en city.toml "
        "[area_counts] con each_row = true en lugar de [incidents]",
    ),
    MergedTimesError("a.csv", "anio", ("2019", "2020"), 1): (
        "a.csv: 1 cell of 'anio' is empty under values that stand once each ('2019', '2020'), as merged cells are; write in city.toml "
        "fill_down = ['anio'] if each means the value above it",
        "a.csv: 1 celda de 'anio' está vacía bajo valores que aparecen una vez cada uno ('2019', '2020'), como las celdas combinadas; "
        "escriba en city.toml fill_down = ['anio'] si cada una significa el valor que está encima",
    ),
    MergedAreasError("a.csv", "depto", ("Antioquia", "Santander"), 40): (
        "a.csv: 40 cells of 'depto' are empty under values that stand once each ('Antioquia', 'Santander'), as merged cells are; write "
        "in city.toml fill_down = ['depto'] if each means the value above it",
        "a.csv: 40 celdas de 'depto' están vacías bajo valores que aparecen una vez cada uno ('Antioquia', 'Santander'), como las celdas "
        "combinadas; escriba en city.toml fill_down = ['depto'] si cada una significa el valor que está encima",
    ),
    NumbersError("a.csv", "pop", "dot", ("1.234", "2.345"), 40): (
        'a.csv: in \'pop\' a point stands before three digits in 40 numbers of residents (\'1.234\', \'2.345\'); write under '
        '[blocks] in city.toml population_dot = "thousands" or population_dot = "decimal"',
        'a.csv: en \'pop\' hay un punto antes de tres cifras en 40 números de habitantes (\'1.234\', \'2.345\'); escriba en '
        '[blocks] de city.toml population_dot = "thousands" (miles) o population_dot = "decimal"',
    ),
    LoneEventError("a.csv", "case", ("1", "2", "3"), 103, 210): (
        "a.csv: 'case' never repeats, yet 210 rows share place and time in 103 groups: is each row an event of its own? Write event_id "
        "under [incidents] in city.toml only if it is",
        "a.csv: 'case' nunca se repite, pero 210 filas comparten lugar y hora en 103 grupos: ¿es cada fila un hecho propio? Escriba "
        "event_id en [incidents], en city.toml, solo si lo es",
    ),
    DateColumnError(*COLUMNS): ("no column looks like the date of the killing", "ninguna columna parece la fecha de la muerte"),
    PlaceColumnError(*COLUMNS): ("no columns look like the coordinates", "ninguna columna parece las coordenadas"),
    AreaColumnError(*COLUMNS): ("no column gives each block an id of its own", "ninguna columna da a cada manzana un identificador propio"),
    ResidentsColumnError(*COLUMNS): ("no column looks like the number of residents", "ninguna columna parece el número de habitantes"),
}  # fmt: skip


def kinds(of: type[DoubtError]) -> set[type[DoubtError]]:
    below = of.__subclasses__()
    return {one for each in below for one in kinds(each)} if below else {of}


def test_every_kind_of_fault_is_tried_here():
    assert {type(fault) for fault in FAULTS} == {kind for kind in kinds(DoubtError) if kind.__module__.startswith("hotspots.")}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_the_sentence_of_each_fault_in_both_languages(fault):
    english, spanish = FAULTS[fault]
    short = isinstance(fault, AreaColumnError | DateColumnError | PlaceColumnError | ResidentsColumnError)
    for language, sentence in (("en", english), ("es", spanish)):
        said = words_for(language).tell(fault)
        assert sentence in said if short else said == sentence
        assert not short or said.startswith("a.csv: ")
        assert not short or "'when', 'who'" in said


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_fields_survive_gathering_and_another_process(fault):
    gathered = DataError([told("one"), DataError([fault])])
    assert gathered.parts == (fault,)
    assert gathered.faults == (told("one"), *fault.faults)
    (again,) = pickle.loads(pickle.dumps(gathered)).parts
    assert type(again) is type(fault)
    assert str(again) == str(fault)
    for one in fields(fault):
        np.testing.assert_equal(getattr(again, one.name), getattr(fault, one.name))


def test_every_change_says_what_it_does_and_does_it():
    x, y = np.array([89.0]), np.array([13.0])
    for change, words, then in (
        (Change(swap=("lon", "lat")), 'write x = "lat" and y = "lon"', (13.0, 89.0)),
        (Change(swap=("", "")), "write swapped = true", (13.0, 89.0)),
        (Change(negate=("x", "y")), 'negate = ["x", "y"]', (-89.0, -13.0)),
        (Change(divide=1e5), "the numbers are 100,000 times too large", (89e-5, 13e-5)),
        (Change(epsg=4326), "write epsg = 4326", (89.0, 13.0)),
    ):
        assert words in str(MisplacedError(1, 9, (89.0, 13.0), change))
        assert [float(one[0]) for one in change.applied(x, y)] == list(then)
    assert "no single change" in str(MisplacedError(1, 9, (89.0, 13.0), None))


def test_a_question_is_asked_in_the_readers_language(tmp_path, capsys):
    path = tmp_path / "h.csv"
    path.write_text(small.csv_text([(i, "day", f"{i % 9 + 1}/{i % 7 + 1}/2019") for i in range(12)]))
    arguments = ["import", "--incidents", str(path), "--name", "Ciudad", "--yes", "--json", "--language", "es"]
    assert main(arguments) == 1
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert (found["city"], found["version"], found["report"]) == ("ciudad", None, None)
    (question,) = found["questions"]
    assert (question["id"], question["safe"]) == ("day_first", None)
    assert "podrían llevar primero el día o el mes" in question["text"]
    assert question["options"] == {
        "day": "primero va el día: 31/12/1999 es el 31 de diciembre",
        "month": "primero va el mes: 12/31/1999 es el 31 de diciembre",
    }
    assert "podrían llevar primero el día o el mes" in said.err
    assert main([*arguments, "--answer", "day_first=day"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["published"], found["victims"], found["rows"]) == (1, True, 12, 12)
    assert [(one["id"], one["answer"]) for one in found["questions"]] == [("day_first", "day")]
    assert main(arguments) == 0  # the answer is remembered for files of these columns
    assert json.loads(capsys.readouterr().out)["questions"][0]["answer"] == "day"


def test_the_questions_that_were_settled_are_listed_beside_the_version(tmp_path, capsys):
    path = tmp_path / "h.csv"
    path.write_text(small.csv_text().replace("lon,lat", "lat,lon"))
    assert main(["import", "--incidents", str(path), "--name", "Ciudad", "--yes", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["report"]["victims"]) == (1, 12)
    assert [(one["id"], one["safe"]) for one in found["questions"]] == [("axes", "yes")]


@dataclass(eq=False)
class ClockError(DoubtError):
    """A doubt that a newcomer adds."""

    column: str

    def _sentence(self) -> Told:
        return Told("the clock of {column} is in doubt", {"column": self.column})


def test_a_new_doubt_is_one_row_and_appears_in_the_json(tmp_path, capsys, monkeypatch):
    def doubtful(texts: pd.Series, *, column: str, **_: object) -> None:
        raise ClockError(column)

    path = tmp_path / "h.csv"
    path.write_text(small.csv_text())
    monkeypatch.setattr(when_and_where, "read_dates", doubtful)
    monkeypatch.setattr(
        import_, "isolated", lambda work, *arguments, most=None, beside="", **named: work(*arguments, **named)
    )  # no process
    arguments = ["import", "--incidents", str(path), "--name", "Ciudad", "--yes", "--json"]
    assert main(arguments) == 1
    assert json.loads(capsys.readouterr().out)["questions"] == []  # nobody asks yet: it is refused
    row = doubts.Doubt(
        "zone",
        ClockError,
        text=lambda fault: fault.faults[0],
        options=lambda _: {"local": Told("the city's own", {}), "UTC": Told("UTC", {})},
        safe=lambda _: "local",
        entries=lambda _, answer: {"date_zone": answer},
    )
    monkeypatch.setattr(doubts, "DOUBTS", (*doubts.DOUBTS, row))
    assert main(arguments) == 0
    said = capsys.readouterr()
    (question,) = json.loads(said.out)["questions"]
    assert question == {
        "id": "zone",
        "text": "the clock of day is in doubt",
        "options": {"local": "the city's own", "UTC": "UTC"},
        "safe": "local",
        "file": None,
        "samples": {},
        "values": {},
        "answer": None,
    }
    assert 'date_zone = "local"' in said.err


CUTTING = {"search", "match", "fullmatch", "findall", "finditer", "split", "rsplit", "partition", "rpartition", "startswith", "endswith"}
CUTTING |= {"removeprefix", "removesuffix", "index", "find", "sub"}
FOREIGN = {
    "hotspots/readers/cityfile/contents.py": "_where",  # tomllib says the line of a fault in its sentence only
    "hotspots/cli/dask_pool.py": "str(fault)",  # why a scheduler does not answer, in its library's words
    "hotspots/cli/one_city.py": "repr(fault)",  # what kind of fault the system names without a sentence
    "hotspots/drawing/brief/typeset.py": "str(refused)",  # the last word of a process that ends, for whoever started it
}


def cut(tree: ast.AST) -> list[str]:
    """Return where a module searches in what an error says: in `str(error)`, `error.args`, `.faults`, `.pattern`, or the error by name."""
    found = []
    for handler in (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name):
        for node in ast.walk(handler):
            names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            spoken = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("str", "repr", "format")
            searched = isinstance(node, ast.Compare) and not any(isinstance(one, ast.Is | ast.IsNot) for one in node.ops)
            if handler.name in names and (spoken or searched):
                found.append(ast.unparse(node))
    for node in ast.walk(tree):
        cutting = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CUTTING
        compared = isinstance(node, ast.Compare) and any(isinstance(one, ast.In | ast.NotIn | ast.Eq | ast.NotEq) for one in node.ops)
        if cutting or compared:
            attributes = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
            found += [ast.unparse(node)] if attributes & {"faults", "pattern", "sentence", "args"} else []
    return found


@pytest.mark.walk
def test_nothing_is_cut_out_of_a_sentence():
    for path in (ROOT / "hotspots").rglob("*.py"):
        found = cut(ast.parse(path.read_text(encoding="utf-8")))
        name = path.relative_to(ROOT).as_posix()
        assert [one for one in found if FOREIGN.get(name, "-") not in one and one != "str(error)"] == [], name
        assert name in FOREIGN or "str(error)" not in found, name


@pytest.mark.parametrize(
    "code",
    [
        "try: x()\nexcept DataError as error:\n    y = FORMS.search(str(error))",
        "try: x()\nexcept DataError as error:\n    y = 'day' in str(error)",
        "y = error.faults[0].removeprefix('incidents: ')",
        "y = re.search('epsg', fault.faults[0])",
        "y = 'epsg' in told.pattern",
    ],
)
def test_such_cutting_is_seen(code):
    assert cut(ast.parse(code))


def test_each_limit_of_the_readers_stands_once():
    """A number of five digits or more in a reader of files is a limit: it stands in limits.py."""
    for path in (ROOT / "hotspots/readers/files").glob("*.py"):
        numbers = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        large = [one for one in numbers if type(one) in (int, float) and one >= 10_000 and one not in (65_536, 100_000, 1e6)]
        assert path.name == "limits.py" or not large, (path.name, large)

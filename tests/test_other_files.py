"""Small files in the shapes that services and agencies give, each a kind that was once refused or read wrongly."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pytest

from hotspots.cities import read_folder
from hotspots.cities.bring_in import Files, understand

DAYS = [dt.date(2022, 1, 1) + dt.timedelta(days=11 * number) for number in range(30)]
PLACES = [(f"{13.7 + number / 1000:.4f}", f"{-89.2 - number / 1000:.4f}") for number in range(30)]


def brought(folder: Path, name: str, text: str, answers: dict[str, str] | None = None):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return understand(Files((file,)), answers, name="other-files")


def killed(understood) -> int:
    assert understood.refusal is None, understood.refusal
    assert not understood.blocked, understood.blocked
    city = understood.city
    return len(city.incidents) if city.totals is None else int(city.totals["count"].sum())


def test_codes_of_five_digits_beside_months_are_no_dates(tmp_path):
    months = ["Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio"]
    lines = [f"2022,{code},{name},Homicidio doloso,{','.join(['1'] * 6)}" for code, name in ((25001, "Ahome"), (25002, "Angostura"))]
    header = ",".join(["Año", "Cve. Municipio", "Municipio", "Subtipo de delito", *months])
    assert killed(brought(tmp_path, "municipios.csv", "\n".join([header, *lines]))) == 12


def test_residents_of_five_digits_beside_years_are_no_dates(tmp_path):
    text = "Municipio,Habitantes,2021,2022\nAhuachapán,25310,3,4\nSonsonate,41200,5,6\n"
    assert killed(brought(tmp_path, "anos.csv", text)) == 18


def test_a_clock_after_the_letter_t_makes_a_date_under_any_name(tmp_path):
    rows = [
        {"cuando_fue": f"{day}T00:00:00.000", "location": {"type": "Point", "coordinates": [float(x), float(y)]}}
        for day, (y, x) in zip(DAYS, PLACES, strict=True)
    ]
    understood = brought(tmp_path, "answer.json", json.dumps(rows))
    assert killed(understood) == 30
    assert sorted(understood.city.incidents["date"].dt.date.unique()) == DAYS


def test_a_column_that_tells_attempts_in_words_is_asked_about(tmp_path):
    lines = [f"HOMICIDIO,{'TENTATIVA' if number % 3 == 0 else 'CONSUMADO'},{day},CERRO" for number, day in enumerate(DAYS)]
    understood = brought(tmp_path, "delitos.csv", "\n".join(["Delito,Tentativa,Fecha,Barrio", *lines]))
    (asked,) = [one for one in understood.questions if one.id == "homicide"]
    assert asked.safe == "Tentativa=CONSUMADO"
    assert killed(understood) == 20


def test_a_table_without_names_loses_no_row(tmp_path):
    lines = [f"Ana,{day},{y},{x}" for day, (y, x) in zip(DAYS, PLACES, strict=True)]
    first = brought(tmp_path, "bare.csv", "\n".join(lines))
    (place,) = [one for one in first.questions if one.id == "place"]
    assert {"column 3, column 4", "column 4, column 3"} <= set(place.options)
    understood = brought(tmp_path, "bare.csv", "\n".join(lines), {"place": "column 4, column 3"})
    assert killed(understood) == 30
    assert "no_names" in [one.code for one in understood.city.report.findings]


@pytest.mark.parametrize("header", ["Municipio,2022-01-01,2022-01-02", "Municipio,2019,2020"])
def test_periods_as_names_of_columns_stay_names(tmp_path, header):
    assert killed(brought(tmp_path, "wide.csv", f"{header}\nAhome,1,2\nAngostura,3,0\n")) == 6


def test_a_place_may_be_a_link_to_a_map_or_a_list_of_a_service(tmp_path):
    links = [f'{day},"https://www.google.com/maps?q={y},{x}"' for day, (y, x) in zip(DAYS, PLACES, strict=True)]
    understood = brought(tmp_path, "links.csv", "\n".join(["fecha,mapa", *links]), {"place": "mapa"})
    assert killed(understood) == 30
    assert (understood.city.incidents["unplaced"] == "").all()
    columns = [{"name": "Occurred"}, {"name": "Location 1"}]
    rows = [[f"{day}T00:00:00", ['{"address":"1, Main"}', y, x, None, False]] for day, (y, x) in zip(DAYS, PLACES, strict=True)]
    text = json.dumps({"meta": {"view": {"columns": columns}}, "data": rows})
    understood = brought(tmp_path, "rows.json", text, {"place": "Location 1"})
    assert killed(understood) == 30
    assert (understood.city.incidents["unplaced"] == "").all()


def book(rows: list[list[object]], sheet: str = "Hoja1") -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def understood_of(folder: Path, name: str, content: str | bytes, answers: dict[str, str] | None = None):
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return understand(Files((file,)), answers, name="other-files")


MONTHS = ["Jan", "Fev", "Mar", "Abr", "Mai", "Jun", "Jul", "Ago", "Set", "Out", "Nov", "Dez"]
STATE_POLICE = [
    ["SECRETARIA DA SEGURANÇA PÚBLICA"],
    ["Ocorrências policiais registradas por mês - 2023"],
    [],
    ["Natureza", *MONTHS, "Total"],
    ["HOMICÍDIO DOLOSO (2)", 1, 2, 0, 1, 0, 0, 3, 1, 0, 2, 1, 1, 12],
    ["Nº DE VÍTIMAS EM HOMICÍDIO DOLOSO (3)", 1, 3, 0, 1, 0, 0, 3, 1, 0, 2, 1, 1, 13],
    ["TENTATIVA DE HOMICÍDIO", *[2] * 12, 24],
    ["ROUBO - OUTROS", *[50] * 12, 600],
    ["(1) Soma de Estupro e Estupro de Vulnerável."],
]
DEPARTMENTS = [
    ["Víctimas de homicidio por departamento y sexo, 2021"],
    ["Departamento", "Hombre", "Mujer", "Total"],
    ["Cortés", 120, 15, 135],
    ["Yoro", 60, 5, 65],
    ["Total", 180, 20, 200],
    ["Fuente: SEPOL"],
]
LATE_HEADER = [
    *[[None]] * 5,
    ["POLICÍA NACIONAL"],
    ["HOMICIDIO INTENCIONAL 2022"],
    [None],
    [None],
    ["DEPARTAMENTO", "MUNICIPIO", "CODIGO DANE", "ARMA MEDIO", "FECHA HECHO", "GENERO", "CANTIDAD"],
    *(["VALLE", "CALI (CT)", "76001000", "ARMA DE FUEGO", f"{day:%d/%m/%Y}", "MASCULINO", 2 if day == DAYS[5] else 1] for day in DAYS),
    ["TOTAL", None, None, None, None, None, 31],
    ["Fuente: SIEDCO. Información sujeta a variación."],
]
STATIONS = (
    "Crime Category,Station,October 2021 to December 2021,January 2022 to March 2022,Count Diff,% Change\n"
    "Murder,Nyanga,30,35,5,16.7\nMurder,Khayelitsha,20,25,5,25.0\nAttempted murder,Nyanga,40,41,1,2.5\n"
)
MODES = [("Homicidio doloso", mode) for mode in ("Con arma de fuego", "Con arma blanca", "Otro")] + [("Homicidio culposo", "Tránsito")]
TABLES = {  # people killed, the first day and the day after the last, the areas, the safe answers that were taken
    "rows of offences with their victims": (
        book(STATE_POLICE),
        (13, "2023-01-01", "2024-01-01", {""}),
        {"date": "2023", "homicide": "Natureza=Nº DE VÍTIMAS EM HOMICÍDIO DOLOSO (3)"},
    ),
    "one year in the title alone": (book(DEPARTMENTS), (200, "2021-01-01", "2022-01-01", {"Cortés", "Yoro"}), {"date": "2021"}),
    "modes of few municipalities": (
        "Año,Entidad,Municipio,Subtipo de delito,Modalidad,Enero,Febrero,Marzo\n"
        + "\n".join(f"2022,Chihuahua,{town},{kind},{mode},1,2,0" for town in ("Juárez", "Parral") for kind, mode in MODES),
        (18, "2022-01-01", "2022-04-01", {"Juárez", "Parral"}),
        {"homicide": "Subtipo de delito=Homicidio doloso"},
    ),
    "quarters in words": (STATIONS, (110, "2021-10-01", "2022-04-01", {"Nyanga", "Khayelitsha"}), {"homicide": "Crime Category=Murder"}),
    "years that end in a month": (
        "Force,Year ending March 2021,Year ending March 2022\nAvon,10,12\nKent,15,9\n",
        (46, "2020-04-01", "2022-04-01", {"Avon", "Kent"}),
        {},
    ),
    "halves of a year": (
        "Semestre,Departamento,Homicidios\n2022-S1,Rivera,10\n2022-S2,Rivera,11\n2022-S1,Salto,2\n2022-S2,Salto,3\n",
        (26, "2022-01-01", "2023-01-01", {"Rivera", "Salto"}),
        {},
    ),
    "shares beside numbers": (
        "Municipio,2020,% 2020,2021,% 2021\nA,12,40.0%,10,33.3%\nB,18,60.0%,20,66.7%\nTotal,30,100.0%,30,100.0%\n",
        (60, "2020-01-01", "2022-01-01", {"A", "B"}),
        {},
    ),
    "a second table below": (
        "Homicidios por mes 2022\nMes,Casos\nEnero,5\nFebrero,7\n\nHomicidios por arma 2022\nArma,Casos\nArma de fuego,9\nOtra,3\n",
        (12, "2022-01-01", "2022-03-01", {""}),
        {"date": "2022"},
    ),
    "months of the year in the title": (
        "Police Service\nMurders by Division 2021\n\nDivision,January,February,March,Total\n"
        "Central,3,2,4,9\nSouthern,1,0,2,3\nTotal,4,2,6,12\n",
        (12, "2021-01-01", "2021-04-01", {"Central", "Southern"}),
        {"date": "2021"},
    ),
}


@pytest.mark.cases(4)
@pytest.mark.parametrize("name", TABLES)
def test_tables_as_agencies_print_them(tmp_path, name):
    content, (people, start, end, areas), safe = TABLES[name]
    understood = understood_of(tmp_path, "table.xlsx" if isinstance(content, bytes) else "table.csv", content)
    assert killed(understood) == people
    totals = understood.city.totals
    assert (str(totals["start"].min().date()), str(totals["end"].max().date())) == (start, end)
    assert set(totals["area"]) == areas
    assert {one.id: one.safe for one in understood.questions if one.id in safe} == safe
    report = understood.city.report
    assert report.read == report.accepted + report.repaired + report.rejected + report.filtered


SPLIT = {  # what is asked in which month such years begin, and what they then are
    "2018/19,2019/20": ("4", "2018-04-01", "2020-04-01"),
    "2009/10,2010/11": ("7", "2009-07-01", "2011-07-01"),
    "2018-2019,2019-2020": ("9", "2018-09-01", "2020-09-01"),
    "FY2019,FY2020": ("10", "2018-10-01", "2020-10-01"),
    "Fiscal year 2019,Fiscal year 2020": ("1", "2019-01-01", "2021-01-01"),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("header", SPLIT)
def test_financial_years_are_asked_about_and_never_taken_for_calendar_years(tmp_path, header):
    answer, start, end = SPLIT[header]
    text = f"Parish,{header}\nClarendon,1,2\nPortland,3,4\n"
    asked = understood_of(tmp_path, "years.csv", text)
    assert asked.blocked
    (one,) = [one for one in asked.questions if one.id == "date"]
    assert not one.safe
    understood = understood_of(tmp_path, "years.csv", text, {"date": answer})
    assert killed(understood) == 10
    totals = understood.city.totals
    assert (str(totals["start"].min().date()), str(totals["end"].max().date())) == (start, end)


def test_financial_years_in_rows_are_asked_about_too(tmp_path):
    for name, years in (("Financial year", ("2018/19", "2019/20")), ("Fiscal year", ("2019", "2020"))):
        text = f"{name},Force,Homicides\n" + "\n".join(f"{year},{force},{n}" for year in years for force, n in (("A", 3), ("B", 2)))
        assert understood_of(tmp_path, "rows.csv", text).blocked
        totals = understood_of(tmp_path, "rows.csv", text, {"date": "4"}).city.totals
        assert (str(totals["start"].min().date()), totals["count"].sum()) == ("2018-04-01", 10)


def test_months_without_a_year_are_asked_for_it_and_the_name_of_the_file_may_say_it(tmp_path):
    text = "municipio,Ene,Feb,Mar\nA,1,2,3\nB,1,1,0\n"
    assert understood_of(tmp_path, "homicidios.csv", text).blocked
    assert killed(understood_of(tmp_path, "homicidios.csv", text, {"date": "2019"})) == 8
    (asked,) = [one for one in understood_of(tmp_path, "homicidios_2022.csv", text).questions if one.id == "date"]
    assert asked.safe == "2022"


def test_a_list_without_any_place_is_counted_for_the_whole_city(tmp_path):
    lines = [f"{day},{'Hombre' if number % 3 else 'Mujer'},{20 + number},arma de fuego" for number, day in enumerate(DAYS)]
    understood = understood_of(tmp_path, "list.csv", "\n".join(["fecha,sexo,edad,arma", *lines]))
    assert killed(understood) == 30
    (asked,) = [one for one in understood.questions if one.id == "place"]
    assert (asked.safe, list(asked.options)) == ("none", ["none"])
    city = understood.city
    assert city.incidents["weapon"].eq("firearm").all()
    assert (city.incidents["unplaced"] != "").all()
    assert (list(city.blocks.index), city.has_days) == (["other-files"], True)
    assert "no_place" in [one.code for one in city.report.findings]


def test_a_list_with_columns_that_may_be_places_asks_which_is(tmp_path):
    lines = [f"{day},{'Norte' if number % 3 else 'Sur'}" for number, day in enumerate(DAYS)]
    text = "\n".join(["fecha,turno policial", *lines])
    understood = understood_of(tmp_path, "list.csv", text)
    (asked,) = [one for one in understood.questions if one.id == "place"]
    assert not asked.safe
    assert {"turno policial", "none"} <= set(asked.options)
    assert killed(understood_of(tmp_path, "list.csv", text, {"place": "none"})) == 30


def test_a_late_header_and_a_sum_at_the_foot(tmp_path):
    understood = understood_of(tmp_path, "homicidio_intencional.xlsx", book(LATE_HEADER))
    assert killed(understood) == 31
    assert understood.city.report.rejected == 2


def test_places_that_lost_their_sign_are_asked_about_where_the_columns_are_spanish(tmp_path):
    lines = [f"{day},{y},{x.removeprefix('-')}" for day, (y, x) in zip(DAYS, PLACES, strict=True)]
    understood = understood_of(tmp_path, "sin_signo.csv", "\n".join(["Fecha,Latitud,Longitud", *lines]))
    (asked,) = [one for one in understood.questions if one.id == "sign"]
    assert understood.blocked
    assert "x" in asked.options


def test_crimes_of_a_street_by_month_are_no_homicides_without_an_answer(tmp_path):
    kinds = ("Violence and sexual offences", "Burglary", "Other theft")
    lines = [f"2023-{number % 6 + 1:02},{x},{y},{kinds[number % 3]}" for number, (y, x) in enumerate(PLACES)]
    understood = understood_of(tmp_path, "street.csv", "\n".join(["Month,Longitude,Latitude,Crime type", *lines]))
    assert {one.id: one.safe for one in understood.questions} == {"date": "months", "homicide": ""}
    assert understood.blocked


def test_a_day_decades_from_all_others_stretches_no_period_of_totals(tmp_path):
    rows = [f"{day},Norte,1" for day in DAYS]
    (tmp_path / "days.csv").write_text("\n".join(["dia,zona,homicidios", *rows, "1900-01-01,Norte,4"]), encoding="utf-8")
    section = '[area_counts]\nfile = "days.csv"\nperiod = "dia"\narea = "zona"\ncount = "homicidios"\n'
    (tmp_path / "city.toml").write_text(f'name = "Town"\n{section}', encoding="utf-8")
    city = read_folder(tmp_path)
    assert city.start.year == 2022
    assert city.totals["count"].sum() == 30
    assert "far_date" in [one.code for one in city.report.findings]


def test_a_row_that_is_the_sum_of_two_areas_is_set_aside_whatever_it_is_called(tmp_path):
    """It was counted as an area of its own: 20,414 people in place of 10,207."""
    lines = ["Entidad;2019;2020;2021", "Aguascalientes;1 034;98;110", "Baja California;2 867;2 998;3 100", "Mexicanos;3 901;3 096;3 210"]
    assert killed(brought(tmp_path, "entidades.csv", "\n".join(lines))) == 10207
    few = ["Entidad;2019;2020", "Norte;3;1", "Sur;2;2", "Centro;5;3"]  # three areas may be so by chance
    assert killed(brought(tmp_path, "pocos.csv", "\n".join(few))) == 16


def test_heads_of_groups_are_no_areas_beside_those_below_them(tmp_path):
    """A printed table gives each department its own row, and its municipalities below."""
    lines = ["Lugar,2020,2021", "ANTIOQUIA,310,420", "Medellín,210,220", "Itagüí,100,200", "CAUCA,90,170", "Cali,60,130", "Buga,30,40"]
    understood = brought(tmp_path, "grupos.csv", "\n".join(lines))
    assert killed(understood) == 990
    assert sorted(understood.city.blocks["name"]) == ["Buga", "Cali", "Itagüí", "Medellín"]


def test_rates_in_the_column_of_the_numbers_are_left_out(tmp_path):
    """Each row, number or rate, was counted as one person killed."""
    lines = ["REF_DATE,GEO,Statistics,UOM,VALUE"]
    for year in (2019, 2020, 2021):
        for place, n in (("Canada", 130), ("Ontario", 90), ("Quebec", 40)):
            lines += [
                f"{year},{place},Number of homicide victims,Number,{n}",
                f"{year},{place},Homicide rate,Rate per 100 000,{n / 70:.2f}",
            ]
    assert killed(brought(tmp_path, "table.csv", "\n".join(lines))) == 390


def test_a_long_table_of_rates_alone_is_refused(tmp_path):
    lines = ["region,year,value", *(f"{place},{year},{year / 700:.3f}" for year in range(2010, 2020) for place in ("Norte", "Sur"))]
    understood = brought(tmp_path, "rates.csv", "\n".join(lines))
    assert "holds numbers with a fraction" in str(understood.refusal)


def test_countries_are_areas_and_a_column_of_one_text_is_none(tmp_path):
    lines = ["Country,Region,Indicator,Sex,Year,Unit of measurement,VALUE"]
    for place in ("El Salvador", "Honduras"):
        for sex, n in (("Total", 100), ("Male", 90), ("Female", 10)):
            what = f"{place},Americas,Victims of intentional homicide,{sex},2020"
            lines += [f"{what},Counts,{n}", f'{what},"Rate per 100,000 population",{n / 7.3:.3f}']
    understood = brought(tmp_path, "countries.csv", "\n".join(lines))
    assert killed(understood) == 200
    assert sorted(understood.city.blocks["name"]) == ["El Salvador", "Honduras"]


def test_parts_of_a_date_that_are_cut_short_are_known(tmp_path):
    """`mes_ocu` and `dia_ocu` were passed over, and the list became one number for its year."""
    lines = ["año_ocu,mes_ocu,dia_ocu,depto_ocu", *(f"2021,{n % 12 + 1},{99 if n % 8 == 0 else n % 28 + 1},{n % 3 + 1}" for n in range(64))]
    understood = brought(tmp_path, "hechos.csv", "\n".join(lines))
    assert killed(understood) == 56  # eight of no day that is
    assert understood.city.incidents["date"].dt.month.nunique() == 12
    assert understood.city.report.rejected == 8


def test_numbers_that_speak_of_killings_in_other_words_are_asked_about_and_nothing_is_assumed(tmp_path):
    lines = [f"{day},{10 * number + 10},{y},{x}" for number, (day, (y, x)) in enumerate(zip(DAYS, PLACES, strict=True))]
    understood = brought(tmp_path, "t.csv", "\n".join(["date,homicides_ytd,lat,lon", *lines]))
    (asked,) = [one for one in understood.questions if one.id == "victims"]
    assert (asked.safe, list(asked.options)) == ("", ["homicides_ytd", "rows"])
    assert understood.blocked
    rows = brought(tmp_path, "t.csv", "\n".join(["date,homicides_ytd,lat,lon", *lines]), {"victims": "rows"})
    assert killed(rows) == 30


def test_ages_under_the_name_of_victims_are_not_added_up_unasked(tmp_path):
    lines = [f"{day},{18 + number * 3 % 40},{y},{x}" for number, (day, (y, x)) in enumerate(zip(DAYS, PLACES, strict=True))]
    understood = brought(tmp_path, "t.csv", "\n".join(["date,victim,lat,lon", *lines]))
    assert [(one.id, one.safe) for one in understood.questions if one.id == "victims"] == [("victims", "")]


def test_the_running_number_of_a_killing_is_no_number_of_killed(tmp_path):
    lines = [f"{day},{1 + number},{y},{x}" for number, (day, (y, x)) in enumerate(zip(DAYS, PLACES, strict=True))]
    understood = brought(tmp_path, "t.csv", "\n".join(["date,homicide,lat,lon", *lines]))
    assert understood.questions == ()
    assert killed(understood) == 30


def test_coordinates_that_stand_for_none_are_no_place(tmp_path):
    lines = [
        f"{day},{-1 if number < 5 else y},{-1 if number < 5 else x}" for number, (day, (y, x)) in enumerate(zip(DAYS, PLACES, strict=True))
    ]
    understood = brought(tmp_path, "t.csv", "\n".join(["date,lat,lon", *lines]))
    assert killed(understood) == 30
    assert (understood.city.incidents["unplaced"] != "").sum() == 5


def test_rows_of_one_person_each_stay_single_where_only_their_months_are_known(tmp_path):
    head = "Count of Victims,Year,Recorded Date,Homicide Offence Type,Age Group,Sex,Method of Killing,Borough"
    ways = ["Shooting", "Knife", "Not known"]
    lines = [
        f"{2 if number == 7 else 1},2019,2019-0{1 + number % 9}-01,Murder,25 to 34,{'Male' if number % 4 else 'Female'},{ways[number % 3]},"
        f"{['Barnet', 'Brent', 'Camden'][number % 3]}"
        for number in range(80)
    ]
    understood = brought(tmp_path, "t.csv", "\n".join([head, *lines]))
    city = understood.city
    assert city.totals is None
    assert len(city.incidents) == 81
    assert not city.has_days
    assert (city.incidents["sex"] == "female").sum() == 20
    assert (city.incidents["weapon"] == "firearm").sum() == 27


def test_who_of_a_case_a_row_is_says_which_rows_are_victims(tmp_path):
    pairs = [(number, role) for number in range(15) for role in ("Víctima", "Victimario")]
    lines = [f"C{number},{role},{DAYS[number]},{','.join(PLACES[number])}" for number, role in pairs]
    understood = brought(tmp_path, "t.csv", "\n".join(["caso,calidad,fecha,lat,lon", *lines]))
    assert [(one.id, one.safe) for one in understood.questions] == [("homicide", "calidad=Víctima")]
    assert killed(understood) == 15
    assert killed(brought(tmp_path, "t.csv", "\n".join(["caso,calidad,fecha,lat,lon", *lines]), {"homicide": "all"})) == 30


def test_fatal_victims_are_the_killed_and_others_the_hurt(tmp_path):
    lines = [f"{day},1,{number % 3},{number % 4},{y},{x}" for number, (day, (y, x)) in enumerate(zip(DAYS, PLACES, strict=True))]
    understood = brought(tmp_path, "t.csv", "\n".join(["date,shooting_incidents,fatal_victims,nonfatal_victims,lat,lon", *lines]))
    assert [(one.id, one.safe) for one in understood.questions] == [("victims", "fatal_victims")]
    assert killed(understood) == sum(number % 3 for number in range(30))


@pytest.mark.parametrize("lost", [1, 3])
def test_a_few_places_on_another_continent_are_told_and_on_no_map(tmp_path, lost):
    lines = [
        f"{day},{y},{x.removeprefix('-') if number < lost else x}" for number, (day, (y, x)) in enumerate(zip(DAYS, PLACES, strict=True))
    ]
    understood = brought(tmp_path, "t.csv", "\n".join(["date,lat,lon", *lines]))
    assert killed(understood) == 30
    (told,) = [one for one in understood.city.report.findings if one.code == "far_away"]
    assert told.rows == lost


def test_other_killings_beside_the_homicides_are_asked_about(tmp_path):
    text = "Municipio,Año,Homicidios dolosos,Feminicidios\nA,2020,10,2\nB,2020,5,1\nA,2021,8,0\nB,2021,6,2\n"
    understood = brought(tmp_path, "t.csv", text)
    assert [(one.id, one.safe, list(one.options)) for one in understood.questions] == [
        ("victims", "Homicidios dolosos", ["Homicidios dolosos", "Feminicidios"])
    ]
    assert killed(understood) == 29


def test_sums_of_each_region_are_no_area_of_the_same_name(tmp_path):
    text = "Región,Municipio,2020,2021\nNorte,A,1,2\nNorte,B,3,4\nSur,C,5,6\nNorte,Subtotal,4,6\nSur,Subtotal,5,6\n"
    understood = brought(tmp_path, "t.csv", text)
    assert understood.questions == ()
    assert killed(understood) == 21
    assert list(understood.city.blocks.index) == ["A", "B", "C"]

"""Small files in the shapes that registers, services and police of many countries give, each a kind that was read wrongly or refused."""

from __future__ import annotations

import json

import pytest
from test_other_files import DAYS, PLACES, brought, killed, understood_of

from hotspots.cities import read_folder
from hotspots.store.schema import DataError

ROWS = list(zip(DAYS, PLACES, strict=True))


def listed(header: str, *cells, sep: str = ",") -> str:
    """Return a table of a row for each day and place: a cell is a text, or a function of the row's number, its day and its place."""
    lines = [
        sep.join(str(cell(number, day, *place)) if callable(cell) else cell for cell in cells) for number, (day, place) in enumerate(ROWS)
    ]
    return "\n".join([header, *lines])


def lat(_n, _day, y, _x):
    return y


def lon(_n, _day, _y, x):
    return x


def when(form: str, later: int = 0):
    return lambda number, *_: f"{DAYS[(number + later) % len(DAYS)]:{form}}"


def each(*values):
    return lambda number, *_: values[number % len(values)]


def asked(understood, about: str) -> list[str]:
    return [one.safe for one in understood.questions if one.id == about]


MEANT = {  # values of a column of offences, and how many of the thirty rows are intentional homicide
    "homicide by criminal negligence": (("MURDER", "CRIM NEG HOMICIDE", "ASSAULT"), 10),
    "murder without negligence": (("MURDER & NON-NEG MANSLAUGHTER", "ROBBERY"), 15),
    "culpable homicide": (("Murder", "Culpable homicide", "Attempted murder"), 10),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", MEANT)
def test_what_was_no_intent_is_kept_apart(tmp_path, name):
    values, people = MEANT[name]
    text = listed("date,offense,lat,lon", when("%Y-%m-%d"), each(*values), lat, lon)
    assert killed(brought(tmp_path, "t.csv", text)) == people


STAGES = each("CONSUMMATED", "FRUSTRATED", "ATTEMPTED")
CAUSES = each("X954", "X99", "V892", "X700", "I219", "Y349")
SEEN = {  # columns, their cells, and the safe answer, which leaves ten homicides: attempts, and other deaths, were counted too
    "how far a crime went": ("offense,stageoffelony", ("MURDER", STAGES), "stageoffelony=CONSUMMATED"),
    "causes of death by code": ("causa_basica", (CAUSES,), "causa_basica=X954|X99"),
}


@pytest.mark.parametrize("name", SEEN)
def test_what_is_a_homicide_is_seen_in_columns_of_other_names(tmp_path, name):
    columns, cells, safe = SEEN[name]
    understood = brought(tmp_path, "t.csv", listed(f"date,{columns},lat,lon", when("%Y-%m-%d"), *cells, lat, lon))
    assert asked(understood, "homicide") == [safe]
    assert killed(understood) == 10


def test_names_of_columns_written_in_one_word_are_known(tmp_path):
    text = listed("dateOccurred,victimCount,mapLatitude,mapLongitude", when("%Y-%m-%d"), each("1", "1", "3"), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "victims") == ["victimCount"]
    assert killed(understood) == 50


def test_offences_in_numbers_alone_are_asked_about(tmp_path):
    """Where nothing says what a number stands for, every row was counted."""
    text = listed("fecha,delito_com,lat,lon", when("%Y-%m-%d"), each("111", "413", "413"), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert (asked(understood, "homicide"), bool(understood.blocked)) == ([""], True)
    assert killed(brought(tmp_path, "t.csv", text, {"homicide": "delito_com=111"})) == 10


def test_a_contract_killing_beside_a_quarrel_is_the_way_of_it_and_no_offence(tmp_path):
    """The safe answer left every homicide out that was no contract killing."""
    text = listed("fecha_hecho,modalidad,lat,lon", when("%Y-%m-%d"), each("Sicariato", "Riña"), lat, lon)
    assert asked(brought(tmp_path, "t.csv", text), "homicide") == [""]
    assert killed(brought(tmp_path, "t.csv", text, {"homicide": "all"})) == 30


def test_a_list_of_people_in_each_row_is_asked_about(tmp_path):
    """Events were counted as people killed, those with wounded alone and with nobody too."""
    people = [[], [{"situation": "Dead"}], [{"situation": "Wounded"}, {"situation": "Dead"}]]
    rows = [
        {"date": f"{day}T10:00:00", "latitude": y, "longitude": x, "victims": people[number % 3]}
        for number, (day, (y, x)) in enumerate(ROWS)
    ]
    understood = brought(tmp_path, "events.json", json.dumps({"data": rows}))
    assert (asked(understood, "homicide"), bool(understood.blocked)) == ([""], True)


DATES = {  # of several dates: names of columns, and which of them is the day of the killing
    "registered and occurred": ("data_registro,dia_da_ocorrencia_policial", "dia_da_ocorrencia_policial"),
    "a date that says nothing, and one that does": ("date,occurred_local", "occurred_local"),
    "cut names of a shapefile": ("reported_d,first_occu,end_occur", "first_occu"),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", DATES)
def test_of_several_dates_the_one_that_speaks_of_the_killing_is_safe(tmp_path, name):
    """The day of the report was read where we do not know the other name."""
    header, meant = DATES[name]
    names = header.split(",")
    cells = [when("%Y-%m-%d", later=0 if one == meant else 3) for one in names]
    understood = brought(tmp_path, "t.csv", listed(f"{header},lat,lon", *cells, lat, lon))
    assert asked(understood, "date") == [meant]
    assert killed(understood) == 30
    assert sorted(understood.city.incidents["date"].dt.date) == DAYS
    assert understood_of(tmp_path, "t.csv", listed("fecha_hecho,occurred_x,lat,lon", *cells[:2], lat, lon)).questions == ()


PARTS = {  # how services say that there are more rows than they gave
    "CKAN": lambda rows: {"success": True, "result": {"total": 412, "records": rows}},
    "OpenDataSoft": lambda rows: {"total_count": 412, "results": rows},
    "OData": lambda rows: {"value": rows, "@odata.nextLink": "https://example.org/odata?$skip=30"},
    "pages": lambda rows: {"count": 412, "next": "https://example.org/?page=2", "results": rows},
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_an_answer_is_not_taken_for_the_whole(tmp_path, name):
    rows = [{"fecha": f"{day}", "lat": y, "lon": x} for day, (y, x) in ROWS]
    assert "only a part of the rows" in str(brought(tmp_path, "answer.json", json.dumps(PARTS[name](rows))).refusal)
    whole = json.dumps(PARTS[name](rows)).replace("412", "30").replace("https://example.org/odata?$skip=30", "")
    assert killed(brought(tmp_path, "answer.json", whole.replace('"https://example.org/?page=2"', "null"))) == 30


def test_years_name_columns_where_a_row_of_numbers_has_more_words(tmp_path):
    """The last row was taken for the names, and the others passed over."""
    text = "Municipio,2019,2020,2021\nA,12,15,*\nB,<5,7,9\nC,c,8,10\n"
    assert killed(brought(tmp_path, "t.csv", text)) == 12 + 15 + 7 + 9 + 8 + 10
    titled = "Defunciones por homicidio,,,\n2019 a 2021,,,\nEntidad,2019,2020,2021\nA,1 034,98,110\nB,2 867,2 998,3 100\n"
    assert killed(brought(tmp_path, "t.csv", titled)) == 10207


def test_numbers_that_run_from_the_beginning_of_the_year_are_no_numbers_of_a_month_or_a_year(tmp_path):
    """Each month was added to the sum of those before it; eleven months were a year."""
    months = "\n".join(f"A,2021,{month},{month * 3}" for month in range(1, 13))
    for header, rows in (
        ("Municipio,Año,Mes,Homicidios acumulados", months),
        ("Division,Murders 2021 YTD,Murders 2022 YTD", "A,10,12\nB,3,4"),
    ):
        assert "run from the beginning of the year" in str(brought(tmp_path, "t.csv", f"{header}\n{rows}\n").refusal)
    both = "Municipio,Año,Mes,Homicidios,Homicidios acumulados\n" + "\n".join(f"A,2021,{month},3,{month * 3}" for month in range(1, 13))
    assert killed(brought(tmp_path, "t.csv", both)) == 36
    named = brought(tmp_path, "t.csv", "Division,Murders Jan-Nov 2021,Murders Jan-Nov 2022\nA,10,12\nB,3,4\n")
    assert killed(named) == 29
    assert f"{named.city.totals['end'].max():%Y-%m-%d}" == "2022-12-01"


def test_a_column_of_one_text_is_no_area_beside_the_codes_of_communes(tmp_path):
    lines = [f"{code},{year},{kind},Victime,{n}" for code in ("13055", "75056") for year in (2020, 2021) for kind, n in KINDS]
    understood = brought(tmp_path, "t.csv", "\n".join(["CODGEO_2024,annee,indicateur,unite_de_compte,nombre", *lines]))
    assert killed(understood) == 12
    assert list(understood.city.blocks.index) == ["13055", "75056"]


KINDS = (("Homicides", 3), ("Tentatives d'homicides", 5))

AGES = {  # texts of ages, of their unit, and the ages that they are
    "in words": (("25 años", "6 meses", "31 ans", "40 years", "20-25", ""), ("",), [25, 0, 31, 40]),
    "with a column of their unit": (("25", "6", "SIN_DATO"), ("A", "M", ""), [25, 0]),
    "with a word for their unit": (("30", "20", "5"), ("AÑOS", "DÍAS", "HORAS"), [30, 0, 0]),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", AGES)
def test_ages_are_years_whatever_they_are_written_in(tmp_path, name):
    """Six months were six years, and ages in words were left out without one."""
    ages, units, read = AGES[name]
    text = listed("fecha,edad,medida_edad,lat,lon", when("%Y-%m-%d"), each(*ages), each(*units), lat, lon)
    found = brought(tmp_path, "t.csv", text).city.incidents["age"].dropna()
    assert found.tolist() == (read * 30)[: len(found)]
    assert len(found) == 30 * len(read) // len(ages)


def test_days_months_and_years_without_a_sign_between_them(tmp_path):
    """Registers of deaths write 03012021."""
    for name in ("DTOBITO", "data_obito"):
        understood = brought(tmp_path, "t.csv", listed(f"{name},lat,lon", when("%d%m%Y"), lat, lon))
        assert killed(understood) == 30
        assert sorted(understood.city.incidents["date"].dt.date) == DAYS


def test_thousands_in_metres_are_no_decimals(tmp_path):
    """999,788 feet were read as 999.788."""
    text = listed("date;x_coord;y_coord", when("%Y-%m-%d"), each("1,001,134", "999,788"), each("182,617", "218,426"), sep=";")
    understood = brought(tmp_path, "t.csv", text, {"epsg": "2263"})
    assert killed(understood) == 30
    assert (understood.city.incidents["unplaced"] == "").all()
    marked = listed("fecha;lat;lon", when("%Y-%m-%d"), lambda n, *_: f"25.{670 + n}.123", lambda n, *_: f"-100.{348 + n}.701", sep=";")
    (epsg,) = [one for one in brought(tmp_path, "t.csv", marked).questions if one.id == "epsg"]
    assert "degrees:1000000" in epsg.options


def per_suspect(*suspects: int) -> str:
    """Return a table of each victim with as many rows as there were suspects, in turn."""
    lines = [
        f"H{number},{day},V{number},{20 + number},S{one},{y},{x}"
        for number, (day, (y, x)) in enumerate(ROWS)
        for one in range(suspects[number % len(suspects)])
    ]
    return "\n".join(["case_id,date,victim_name,victim_age,suspect_name,lat,lon", *lines])


def test_a_row_for_each_suspect_is_asked_about_and_counts_nobody_twice(tmp_path):
    """Two suspects made two people killed."""
    text = per_suspect(1, 2, 3)
    understood = brought(tmp_path, "t.csv", text)
    assert (asked(understood, "victims"), bool(understood.blocked)) == ([""], True)
    once = brought(tmp_path, "t.csv", text, {"victims": "once"})
    assert killed(once) == 30
    report = once.city.report
    assert (report.read, report.filtered, report.accepted) == (60, 30, 30)
    assert killed(brought(tmp_path, "t.csv", text, {"victims": "rows"})) == 60
    assert asked(brought(tmp_path, "t.csv", per_suspect(1)), "victims") == []


def test_a_row_for_each_weapon_counts_the_id_of_a_victim_once(tmp_path):
    text = listed("id_victima,fecha_hecho,edad,arma,lat,lon", each("1", *"233456789"), when("%Y-%m-%d"), "30", each("a", "b"), lat, lon)
    lines = text.split("\n")
    whole = "\n".join([lines[0], *(f"{number}x{line}" for number, line in enumerate(lines[1:])), *(f"{n}x{lines[n + 1]}" for n in (4, 9))])
    understood = brought(tmp_path, "t.csv", whole)
    assert asked(understood, "victims") == ["once"]
    assert killed(understood) == 30


def test_the_number_of_a_victim_within_its_case_is_no_number_of_killed(tmp_path):
    """The second victim of a case was counted as two people."""
    cases = ["A", "B", "B", "C", "D", "D", "D"]
    lines = [f"{case},{cases[:at].count(case) + 1},{DAYS[ord(case) - 65]},{PLACES[at][0]},{PLACES[at][1]}" for at, case in enumerate(cases)]
    understood = brought(tmp_path, "t.csv", "\n".join(["caso,numero_victima,fecha,lat,lon", *lines]))
    assert asked(understood, "victims") == []
    assert killed(understood) == 7


def test_a_city_file_that_names_no_column_of_victims_is_told_so(tmp_path):
    (tmp_path / "h.csv").write_text(per_suspect(1, 2), encoding="utf-8")
    section = '[incidents]\nfile = "h.csv"\ndate = "date"\nx = "lon"\ny = "lat"\nvictim_id = ["case_id", "{name}"]\n'
    (tmp_path / "city.toml").write_text(f'name = "Town"\n{section.format(name="victim")}', encoding="utf-8")
    with pytest.raises(DataError, match=r"no column 'victim' \(for victim_id\)"):
        read_folder(tmp_path)
    (tmp_path / "city.toml").write_text(f'name = "Town"\n{section.format(name="victim_name")}', encoding="utf-8")
    assert len(read_folder(tmp_path).incidents) == 30


def test_cases_found_to_be_no_crime_are_kept_apart(tmp_path):
    text = listed("Date,Offense,Case Status,Lat,Lon", when("%Y-%m-%d"), "MURDER", each("OPEN", "UNFOUNDED", "CLOSED"), lat, lon)
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "homicide") == ["Case Status=OPEN|CLOSED"]
    assert killed(understood) == 20


@pytest.mark.walk
def test_numbers_of_killed_in_words_or_beside_other_texts_are_not_passed_over(tmp_path):
    """Each row was counted as one person."""
    worded = brought(tmp_path, "t.csv", listed("fecha,victimas,lat,lon", when("%Y-%m-%d"), each("una", "dos", "1"), lat, lon))
    assert (asked(worded, "victims"), killed(worded)) == (["victimas"], 40)
    partly = listed("fecha,muertos,lat,lon", when("%Y-%m-%d"), each("1", "2", "varios"), lat, lon)
    understood = brought(tmp_path, "t.csv", partly)
    assert asked(understood, "victims") == [""]
    assert killed(brought(tmp_path, "t.csv", partly, {"victims": "muertos"})) == 30
    several = listed("date,deaths_low,deaths_high,lat,lon", when("%Y-%m-%d"), "1", "3", lat, lon)
    assert asked(brought(tmp_path, "t.csv", several), "victims") == [""]


def test_days_that_a_spreadsheet_took_for_months_are_refused(tmp_path):
    """They were read as it left them, months away from the others."""
    turned = [f"2021-{day:02}-{month:02} 00:00:00" for month in (1, 2, 3) for day in (2, 5, 9, 11)]
    typed = [f"{day}/{month:02}/2021" for month in (1, 2, 3) for day in (13, 20, 28)]
    lines = [f"{text},{PLACES[number][0]},{PLACES[number][1]}" for number, text in enumerate(turned + typed)]
    assert "day and month the wrong way round" in str(brought(tmp_path, "t.csv", "\n".join(["fecha,lat,lon", *lines])).refusal)
    mixed = [f"2021-{month:02}-{day:02}" for month in (1, 2, 3) for day in (2, 5, 19)] + typed
    lines = [f"{text},{PLACES[number][0]},{PLACES[number][1]}" for number, text in enumerate(mixed)]
    assert killed(brought(tmp_path, "t.csv", "\n".join(["fecha,lat,lon", *lines]))) == 18


def test_records_by_a_key_are_rows(tmp_path):
    rows = {f"-M{number}": {"fecha": f"{day}", "lat": y, "lng": x} for number, (day, (y, x)) in enumerate(ROWS)}
    assert killed(brought(tmp_path, "t.json", json.dumps(rows))) == 30


def test_brackets_behind_a_name_and_odd_signs_are_read(tmp_path):
    header = "Fecha (dd/mm/aaaa);Hora (h);Latitud (WGS84);Longitud (WGS84)"
    text = listed(header, when("%d/%m/%Y"), each("14h30", "7 h"), lat, lambda _n, _d, _y, x: x.replace("-", "\u2212"), sep=";")
    understood = brought(tmp_path, "t.csv", text)
    assert killed(understood) == 30
    incidents = understood.city.incidents
    assert (incidents["unplaced"] == "").all()
    assert sorted(incidents["hour"].unique()) == [7, 14]


def test_an_area_of_the_killing_is_safe_and_one_where_somebody_lived_is_not(tmp_path):
    both = ("Yopal", "Tame"), ("Arauca", "Saravena", "Arauca")
    text = listed("fecha,municipio_residencia,municipio_ocurrencia", when("%Y-%m-%d"), *(each(*names) for names in both))
    understood = brought(tmp_path, "t.csv", text)
    assert asked(understood, "place") == ["municipio_ocurrencia"]
    assert killed(understood) == 30
    assert sorted(understood.city.blocks["name"]) == ["Arauca", "Saravena"]
    lived = listed("fecha,municipio_residencia", when("%Y-%m-%d"), each("Yopal", "Tame"))
    assert asked(brought(tmp_path, "t.csv", lived), "place") == [""]

"""Small files as registers and portals give them: times in ranges, coded ages, code books, several people in one cell, rows of others."""

from __future__ import annotations

import pytest
from test_other_files import DAYS, brought, killed
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

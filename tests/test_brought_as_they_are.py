"""Small files as registers and portals give them: times in ranges, coded ages, code books, several people in one cell, rows of others."""

from __future__ import annotations

from test_other_files import DAYS, brought, killed
from test_wild_files import each, lat, listed, lon, when


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

"""Small files in the shapes that services and agencies give, each a kind that was once refused or read wrongly."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

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

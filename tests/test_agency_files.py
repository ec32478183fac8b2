"""Files in the shapes that agencies publish, rows of our own: what each must give, or the question that a person must be asked."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

from hotspots.cities import Files, Understood, read_folder, understand
from hotspots.store.schema import DataError

N = 60
MONTHS = ["Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio", "Julio", "Agosto", "Septiembre", "Octubre", "Noviembre", "Diciembre"]


def day(i: int) -> dt.date:
    return dt.date(2021, 1, 3) + dt.timedelta(days=7 * i)


def point(i: int) -> str:
    return f"{13.7 + i / 5000:.4f},{-89.2 - i / 5000:.4f}"


def brought(folder: Path, text: str, answers: dict[str, str] | None = None, *, name: str = "h.csv", encoding: str = "utf-8") -> Understood:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return understand(Files((file,)), answers, name="Town")


def table(head: str, rows: list[str]) -> str:
    return "\n".join([head, *rows, ""])


def asked(found: Understood, id: str):
    return next(one for one in found.questions if one.id.split("@")[0] == id)


def counted(found: Understood) -> dict[str, float]:
    """Return the totals by area."""
    assert found.refusal is None, found.refusal
    assert not found.blocked, found.blocked
    assert found.city is not None
    assert found.city.totals is not None
    return found.city.totals.groupby("area")["count"].sum().to_dict()


def killed(found: Understood) -> int:
    assert found.refusal is None, found.refusal
    assert not found.blocked, found.blocked
    assert found.city is not None
    return found.city.report.victims


INDICATORS = [("Homicides", 5), ("Tentatives d’homicide", 9), ("Coups et blessures volontaires", 900), ("Vols violents", 80)]
FRENCH = table(
    "Code_departement;Code_region;annee;indicateur;unite_de_compte;nombre",
    [f"{code};84;{year};{name};Victime;{n}" for code in ("01", "02", "2A") for year in (2019, 2020) for name, n in INDICATORS],
)


def test_offences_are_seen_by_their_values_under_any_name(tmp_path):
    found = brought(tmp_path, FRENCH, encoding="cp1252")
    question = asked(found, "homicide")
    assert question.safe == "indicateur=Homicides"
    assert "'Vols violents'" in question.text
    assert counted(found) == {"01": 10, "02": 10, "2A": 10}
    assert any("d’homicide" in finding.text for finding in found.city.report.findings)


MONTHLY = {
    "as ISO writes it": ("mes,lat,lon", [f"{2021 + i % 2}-{1 + i % 12:02},{point(i)}" for i in range(N)], 24),
    "in words": ("Mes,Sexo,Edad", [f"{MONTHS[i % 12].lower()} {2021 + i % 2},{'MF'[i % 2]},30" for i in range(N)], 48),
    "as one number": ("periodo,municipio,arma", [f"{2021 + i % 2}{1 + i % 12:02},{'AB'[i % 2]},fuego" for i in range(N)], 48),
    "a year and a month": ("Año,Mes,Municipio,Edad", [f"{2021 + i % 2},{MONTHS[i % 12]},{'AB'[i % 2]},30" for i in range(N)], 48),
    "a quarter": ("trimestre,municipio,arma", [f"{2021 + i % 2}-T{1 + i % 4},{'AB'[i % 2]},fuego" for i in range(N)], 16),
    "a year alone": ("Año,Municipio,Edad", [f"{2019 + i % 3},{'AB'[i % 2]},30" for i in range(N)], 6),
}  # fmt: skip


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", MONTHLY)
def test_homicides_without_a_day_are_totals_and_no_day_is_made_up(tmp_path, name):
    head, rows, periods = MONTHLY[name]
    found = brought(tmp_path, table(head, rows))
    question = asked(found, "date")
    if "quarter" in name or "alone" in name:
        assert (question.safe, list(question.options)) == ("totals", ["totals", "point"])
    else:  # a month is enough for a list: test_months_alone; who wants totals says so
        assert (question.safe, list(question.options)) == ("months", ["months", "totals", "point"])
        assert killed(found) == N
        found = brought(tmp_path, table(head, rows), {"date": "totals"})
    assert head.split(",")[0] in question.text
    assert sum(counted(found).values()) == killed(found) == N
    totals = found.city.totals
    assert totals is not None
    assert len(totals) == periods  # each area, period and sex, and 0 where the list has none
    assert not len(found.city.incidents)
    assert [finding.rows for finding in found.city.report.findings if finding.code == "no_days"] == [N]


def test_quarters_may_be_columns(tmp_path):
    rows = [
        f"{station},{crime},{n},{n + 1}" for station in ("Hillbrow", "Moroka") for crime, n in (("Murder", 50), ("Attempted murder", 80))
    ]
    found = brought(tmp_path, table("Station,Crime Category,Oct-Dec 2021,Jan-Mar 2022", rows))
    assert asked(found, "homicide").safe == "Crime Category=Murder"
    assert counted(found) == {"Hillbrow": 101, "Moroka": 101}
    assert (found.city.start, found.city.end) == (dt.datetime(2021, 10, 1), dt.datetime(2022, 4, 1))


def test_merged_years_and_areas_are_asked_about_and_lose_no_row(tmp_path):
    years = [f"{2019 + i // 12 if i % 12 == 0 else ''},{MONTHS[i % 12]},{10 + i % 12}" for i in range(36)]
    text = table("Año,Mes,Homicidios", years)
    found = brought(tmp_path, text)
    question = asked(found, "date")
    assert (question.safe, list(question.options)) == ("fill", ["fill", "empty"])
    assert "'Año'" in question.text
    assert killed(found) == 3 * sum(range(10, 22))
    assert 'fill_down = ["Año"]' in found.text
    assert killed(brought(tmp_path, text, {"date": "empty"})) == 30
    areas = ["Antioquia,Medellín,30", ",Bello,4", ",Barbosa,2", "Santander,Bucaramanga,9", ",Barbosa,5"]
    found = brought(
        tmp_path,
        table("Departamento,Municipio,2020", [f"{row}" for row in areas])
        .replace("2020", "2020,2021", 1)
        .replace("\n", ",1\n")
        .replace("2021,1", "2021"),
    )
    assert [one.id.split("@")[0] for one in found.questions] == ["area", "area"]


def test_areas_of_one_name_without_a_code_are_asked_about(tmp_path):
    text = table("Municipio,2020,2021", ["Barbosa,2,3", "Medellín,30,31", "Barbosa,5,6", "Bello,4,5"])
    found = brought(tmp_path, text)
    question = asked(found, "area")
    assert (question.safe, list(question.options)) == ("", ["apart", "one"])
    assert "Barbosa: 5, 11" in question.text
    assert counted(brought(tmp_path, text, {"area": "one"})) == {"Barbosa": 16, "Medellín": 61, "Bello": 9}
    apart = {"Barbosa (1)": 5, "Barbosa (2)": 11, "Medellín": 61, "Bello": 9}
    assert counted(brought(tmp_path, text, {"area": "apart"})) == apart


def test_three_rows_with_one_name_in_two_departments(tmp_path):
    text = table("Departamento,Municipio,2020,2021", ["Antioquia,Barbosa,2,3", "Santander,Barbosa,5,6", "Antioquia,Bello,4,5"])
    assert asked(brought(tmp_path, text), "area").safe == ""
    apart = {"Barbosa (Antioquia)": 5, "Barbosa (Santander)": 11, "Bello": 9}
    assert counted(brought(tmp_path, text, {"area": "Departamento"})) == apart


def test_columns_of_each_sex_are_read_together(tmp_path):
    rows = [f"{area},{year},9,2" for year in (2020, 2021) for area in ("Apopa", "Soyapango")]
    found = brought(tmp_path, table("Municipio,Año,Homicidios hombres,Homicidios mujeres", rows))
    assert killed(found) == 44
    assert found.city.totals.groupby("sex")["count"].sum().to_dict() == {"female": 8, "male": 36}
    bare = brought(tmp_path, table("Municipio,Año,Hombre,Mujer", rows))
    assert asked(bare, "victims").safe == ""  # nothing says that they were killed
    assert killed(brought(tmp_path, table("Municipio,Año,Hombre,Mujer", rows), {"victims": "Hombre + Mujer"})) == 44
    summed = table("Municipio,Año,Hombres,Mujeres,Total", [f"{row},11" for row in rows])
    assert killed(brought(tmp_path, summed)) == 44


def test_which_column_names_the_area_is_asked(tmp_path):
    rows = [f"{day(i)},{'XY'[i % 2]},{'ABC'[i % 3]},only,M" for i in range(N)]
    found = brought(tmp_path, table("Fecha,Departamento,Municipio,Colonia,Sexo", rows))
    question = asked(found, "place")
    assert question.safe == "Municipio"  # the column that would be first by its name is the same in every row
    assert set(question.options) == {"Departamento", "Municipio", "Colonia"}
    assert killed(found) == N
    pointed = brought(tmp_path, table("Fecha,Departamento,Municipio,Colonia,Sexo", rows), {"place": "Departamento"})
    assert set(pointed.city.incidents["block_id"]) == {"X", "Y"}


def test_a_list_of_people_killed_by_police_is_asked_about(tmp_path):
    rows = [f"{i},{day(i)},shoot,not,gun,{point(i)},False" for i in range(30)]
    text = table("id,date,threat_type,flee_status,armed_with,latitude,longitude,body_camera", rows)
    found = brought(tmp_path, text)
    question = asked(found, "homicide")
    assert (question.safe, list(question.options)) == ("", ["all"])
    assert "'threat_type'" in question.text
    assert found.city is None
    assert killed(brought(tmp_path, text, {"homicide": "all"})) == 30


def test_json_by_columns_has_its_names(tmp_path):
    rows = [[str(day(i)), *map(float, point(i).split(","))] for i in range(N)]
    names = ["fecha", "lat", "lon"]
    split = {"columns": names, "index": list(range(N)), "data": rows}
    columns = {name: {str(i): row[at] for i, row in enumerate(rows)} for at, name in enumerate(names)}
    for said in (split, columns):
        found = brought(tmp_path, json.dumps(said), name="h.json")
        assert not found.questions
        assert killed(found) == N
        assert (found.city.incidents["unplaced"] == "").all()


def test_which_of_several_shapefiles_or_tables_is_asked(tmp_path):
    places = [shapely.Point(*map(float, reversed(point(i).split(",")))) for i in range(N)]
    layers = {
        "homicidios": gpd.GeoDataFrame({"fecha": [str(day(i)) for i in range(N)]}, geometry=places, crs=4326),
        "barrios": gpd.GeoDataFrame({"nombre": ["A"]}, geometry=[shapely.box(-89.3, 13.6, -89.1, 13.8)], crs=4326),
    }
    file = tmp_path / "layers.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, layer in layers.items():
            layer.to_file(tmp_path / f"{name}.shp")
            for part in (".shp", ".shx", ".dbf", ".prj"):
                archive.write(tmp_path / f"{name}{part}", f"{name}{part}")
    question = asked(understand(Files((file,)), name="Town"), "sheet")
    assert {name: str(kind) for name, kind in question.options.items()} == {"homicidios.shp": "points", "barrios.shp": "areas"}
    assert killed(understand(Files((file,)), {"sheet": "homicidios.shp"}, name="Town")) == N
    file = tmp_path / "tables.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("homicidios.csv", table("fecha,lat,lon", [f"{day(i)},{point(i)}" for i in range(N)]))
        archive.writestr("diccionario.csv", table("campo,descripcion", ["fecha,la fecha", "lat,la latitud"]))
    question = asked(understand(Files((file,)), name="Town"), "sheet")
    assert str(question.options["homicidios.csv"]) == "fecha, lat, lon"
    assert killed(understand(Files((file,)), {"sheet": "homicidios.csv"}, name="Town")) == N


def test_the_number_in_a_question_leaves_the_row_of_the_sum_out(tmp_path):
    rows = [f"ANTIOQUIA,{'ABC'[i % 3]},{day(i):%d/%m/%Y},{1 + (i % 10 == 0)}" for i in range(N)]
    found = brought(tmp_path, table("DEPARTAMENTO,MUNICIPIO,FECHA HECHO,CANTIDAD", [*rows, "TOTAL,,,66"]))
    assert "66" in asked(found, "victims").options["CANTIDAD"]
    assert killed(found) == 66


def test_a_hand_written_section_says_its_sheet_its_header_and_its_dots(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["nothing", "here"])
    sheet = book.create_sheet("2020")
    for row in (["Año", "homicidios"], ["of the year", "people"], ["anio", "muertos"], ["2020", "1.500"], ["2021", "2.500"]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    head = 'name = "Town"\nunmapped = true\n[area_counts]\nfile = "t.xlsx"\nperiod = "anio"\ncount = "muertos"\nheader_row = 3\n'
    for more, killed_there in (('sheet = "2020"\ncount_dot = "thousands"', 4_000), ('sheet = "2020"', 4_000)):
        (tmp_path / "city.toml").write_text(f"{head}{more}\n", encoding="utf-8")
        assert read_folder(tmp_path).report.victims == killed_there
    (tmp_path / "city.toml").write_text(f'{head}sheet = "2020"\ncount_dot = "decimal"\n', encoding="utf-8")
    with pytest.raises(DataError, match="none of 2 rows can be used"):  # a part of a person was not killed
        read_folder(tmp_path)
    (tmp_path / "city.toml").write_text(f'{head}sheet = "2019"\n', encoding="utf-8")
    with pytest.raises(DataError, match="2019"):
        read_folder(tmp_path)

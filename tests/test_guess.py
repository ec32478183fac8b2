"""Files without a city.toml: what is worked out, what is asked, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import small_city as small
from test_formats import book_of, typed_rows

from hotspots import cities
from hotspots.cli.main import main
from hotspots.readers.asking import Question
from hotspots.readers.cityfile.checking import read_city_file
from hotspots.readers.cityfile.working_out import work_out as content_of
from hotspots.readers.cityfile.writing import text_of
from hotspots.readers.columns.synonyms import WORDS
from hotspots.readers.columns.values import fold
from hotspots.store.schema import DataError, field


def work_out(incidents: list[Path], **more: Any) -> str:
    return text_of(content_of(incidents, **more))


def never(question: Question) -> str:
    raise AssertionError(f"asked: {question.text}")


def safe(question: Question) -> str:
    assert question.safe, question.text
    return question.safe


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return small.write_city(tmp_path / "town")


def test_a_clean_city_is_worked_out_without_a_question(town: Path, tmp_path: Path) -> None:
    text = work_out([town / "homicides.csv"], name='Small "city"', ask=never, blocks=town / "blocks.geojson")
    (tmp_path / "guessed").mkdir()
    (tmp_path / "guessed" / "city.toml").write_text(text)
    found = read_city_file(tmp_path / "guessed")
    assert found.name == 'Small "city"'
    assert found.incidents is not None
    assert found.incidents.named() == {
        "date": "day", "x": "lon", "y": "lat", "age": "age", "sex": "sex", "weapon": "weapon", "event_id": "case",
    }  # fmt: skip
    assert found.blocks is not None
    assert (found.blocks.id, found.blocks.population) == ("id", "people")
    found, told = cities.read_folder(tmp_path / "guessed"), cities.read_folder(town)
    assert found.report.findings == ()
    pd.testing.assert_frame_equal(found.incidents.drop(columns="event_id"), told.incidents.drop(columns="event_id"))
    assert found.blocks.equals(told.blocks)


SPANISH = ["Expediente", "Fecha del hecho", "Longitud", "Latitud", "EDAD", "Sexo", "Tipo de arma"]


def spanish(day: str = "{d}/{m}/2019") -> str:
    rows = []
    for i, line in enumerate(small.rows()):
        case, _, lon, lat, age, sex, weapon = line.split(",")
        told = {"firearm": "Arma de fuego", "blade": "ARMA BLANCA", "blunt": "Objeto contundente", "body": "Estrangulación"}[weapon]
        when = day.format(d=i % 12 + 1, m=(i * 5) % 12 + 1)
        rows.append(";".join([case, when, lon.replace(".", ","), lat.replace(".", ","), age, "H" if sex == "male" else "M", told]))
    return "\n".join([";".join(SPANISH), *rows]) + "\n"


def test_spanish_words_and_a_day_that_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text(spanish(), encoding="cp1252")
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return "day"

    text = work_out([path], name="Ciudad", ask=ask)
    assert len(asked) == 1
    assert asked[0].safe == ""
    assert len([part for part in asked[0].text.split(";") if " is " in part]) == 3  # three examples, both ways
    assert set(asked[0].options) == {"day", "month"}
    assert 'date_format = "%d/%m/%Y"' in text
    assert 'language = "es"' in text
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "city.toml").write_text(text, encoding="utf-8")
    city = cities.read_folder(tmp_path / "city")
    assert city.incidents["weapon"].value_counts().to_dict() == {"firearm": 3, "blade": 3, "blunt": 3, "body": 3}
    assert city.incidents["sex"].value_counts().to_dict() == {"male": 8, "female": 4}
    assert city.incidents["date"].iloc[2] == pd.Timestamp("2019-11-03")


def test_a_column_whose_content_is_something_else_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text(small.csv_text([(i, "weapon", f"place {i}") for i in range(12)] + [(i, "age", "adult") for i in range(12)]))
    text = work_out([path], name="x", ask=never)
    assert "weapon" not in text
    assert "\nage =" not in text


@pytest.mark.parametrize(
    ("content", "id", "option", "entry"),
    [
        (small.csv_text().replace("day", "reported by"), "date", "reported by", 'date = "reported by"'),
        (small.csv_text().replace("lon", "street"), "place", "street, lat", 'x = "street"\ny = "lat"'),
    ],
)
def test_what_cannot_be_worked_out_is_pointed_at(tmp_path: Path, content: str, id: str, option: str, entry: str) -> None:
    path = tmp_path / "h.csv"
    path.write_text(content)
    asked: list[Question] = []

    def point(question: Question) -> str:
        asked.append(question)
        return option

    assert entry in work_out([path], name="x", ask=point)
    (question,) = asked
    assert (question.id, question.safe, question.file) == (id, "", "h.csv")
    assert option in question.options
    assert next(iter(question.samples.values()))


def test_swapped_axes_and_metres_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text(small.csv_text().replace("lon,lat", "lat,lon"))
    assert 'x = "lat"\ny = "lon"' in work_out([path], name="x", ask=safe)
    points = cities.read_folder(small.write_city(tmp_path / "town")).incidents.geometry
    path.write_text(
        small.csv_text([(i, "lon", f"{p.x:.1f}") for i, p in enumerate(points)] + [(i, "lat", f"{p.y:.1f}") for i, p in enumerate(points)])
    )
    assert "epsg = 32615" in work_out([path], name="x", ask=lambda question: "32615" if "EPSG" in question.text else "")


def test_population_in_a_table_and_a_workbook(town: Path, tmp_path: Path) -> None:
    (tmp_path / "h.xlsx").write_bytes(book_of([["Homicidios"], [], small.HEADER.split(","), *typed_rows()], more={"notas": [["nada"]]}))
    (tmp_path / "p.csv").write_text("nr,total pop\n01,5\n02,6\n03,7\n04,8\n")
    text = work_out([tmp_path / "h.xlsx"], name="x", ask=never, blocks=town / "blocks.geojson", population=tmp_path / "p.csv")
    assert 'population_id = "nr"\n' in text
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "city.toml").write_text(text)
    city = cities.read_folder(tmp_path / "x")
    assert city.blocks["population"].tolist() == [5, 6, 7, 8]
    assert len(city.incidents) == 12
    with pytest.raises(DataError, match="give --blocks as well"):
        work_out([tmp_path / "h.xlsx"], name="x", ask=never, population=tmp_path / "p.csv")


def test_the_lists_of_words_are_folded_and_ours() -> None:
    for key, words in WORDS.items():
        assert {word for word in words if word != fold(word)} == set()
        assert set(words.values()) <= set(field(key).values)


@pytest.mark.walk
def test_from_the_command_line(town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--incidents", str(town / "homicides.csv"), "--blocks", str(town / "blocks.geojson")]
    assert main(["import", *files, "--name", "Ciudad Pequeña", "--yes", "--save", str(tmp_path / "kept")]) == 0
    said = capsys.readouterr()
    assert said.out == "ciudad-pequena: published version 1\n"
    assert "[incidents]" in said.err
    assert main(["import", str(tmp_path / "kept"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"]["victims"] == 12


@pytest.mark.walk
def test_yes_refuses_where_no_answer_is_safe_and_a_person_may_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "h.csv"
    path.write_text(spanish(), encoding="utf-8")
    arguments = ["import", "--incidents", str(path), "--name", "Ciudad"]
    assert main([*arguments, "--yes"]) == 1
    said = capsys.readouterr().err
    assert "'1/1/2019'" in said or "'2/6/2019' is 2 June 2019 or 6 February 2019" in said
    assert "1 question is open" in said
    answers = iter(["perhaps\n", "day\n"])
    monkeypatch.setattr("sys.stdin.readline", lambda: next(answers))
    assert main(arguments) == 0
    assert capsys.readouterr().out == "ciudad: published version 1\n"
    monkeypatch.setattr("sys.stdin.readline", lambda: "")
    assert main([*arguments[:-1], "Otra"]) == 1
    assert "1 question is open" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["import"], ["import", "a", "--incidents", "b"], ["import", "--incidents", "b"]])
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--incidents", "no-such.csv", "--name", "x"]) == 1
    assert "no-such.csv" in capsys.readouterr().err

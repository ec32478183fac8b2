"""Files of people who do this job: what is a homicide, how many, what is asked; rows invented here, and the cases beside the project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import small_city as small

from hotspots import cities
from hotspots.cities import Files, Understood, understand
from hotspots.cli.main import main
from hotspots.readers.columns.offences import meaning_of
from hotspots.store.schema import DataError

ROOT = Path(__file__).resolve().parent.parent


def written(path: Path, header: str, rows: int, values: Any) -> Path:
    """Write rows of a day and a place with more columns, those that `values` gives for each row."""
    lines = [f"fecha,lat,lon,{header}"]
    for i in range(rows):
        lines.append(f"20{20 + i % 3}-{i % 12 + 1:02d}-{i % 27 + 1:02d},{13.7 + i % 37 / 1000:.4f},{-89.2 - i % 41 / 1000:.4f},{values(i)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path, answers: dict[str, str] | None = None) -> Understood:
    return understand(Files((path,)), answers, name="Ciudad")


def account(found: Understood) -> tuple[int, int, int]:
    """Return the people killed, the rows read and those filtered out; every row has one outcome."""
    assert found.city is not None
    report = found.city.report
    assert report.read == report.accepted + report.repaired + report.rejected + report.filtered
    return report.victims, report.read, report.filtered


OFFENCES = ("HOMICIDIO DOLOSO", "ROBO A TRANSEUNTE", "HOMICIDIO CULPOSO POR TRANSITO", "TENTATIVA DE HOMICIDIO", "SUICIDIO")
KINDS = {
    "delito": (lambda i: OFFENCES[i % 5], 12, "delito=HOMICIDIO DOLOSO"),
    "Primary Type": (lambda i: "HOMICIDE" if i % 20 == 0 else "THEFT", 3, "Primary Type=HOMICIDE"),
    "natureza": (lambda i: ("Homicídio doloso", "Homicídio culposo", "Roubo")[i % 3], 20, "natureza=Homicídio doloso"),
    "infraction": (lambda i: ("Meurtre", "Tentative de meurtre", "Homicide involontaire")[i % 3], 20, "infraction=Meurtre"),
    "fatal": (lambda i: int(i % 5 == 0), 12, "fatal=1"),
    "Statistical_Murder_Flag": (lambda i: "Y" if i % 6 == 0 else "N", 10, "Statistical_Murder_Flag=Y"),
    "outcome": (lambda i: ("Killed", "Wounded", "Non-fatal")[i % 3], 20, "outcome=Killed"),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("header", KINDS)
def test_a_column_that_says_what_happened_is_asked_about_and_the_safe_answer_keeps_homicides(tmp_path: Path, header: str) -> None:
    values, killed, safe = KINDS[header]
    path = written(tmp_path / "h.csv", header, 60, values)
    found = read(path)
    (question,) = found.questions
    assert (question.id, question.safe, found.blocked) == ("homicide", safe, ())
    assert account(found) == (killed, 60, 60 - killed)
    assert header in question.text
    assert sum(len(values) for values in question.values.values()) == len({str(values(i)) for i in range(60)})
    assert account(read(path, {"homicide": "all"})) == (60, 60, 0)


def test_any_values_may_be_pointed_at_and_no_others(tmp_path: Path) -> None:
    path = written(tmp_path / "h.csv", "delito", 60, lambda i: OFFENCES[i % 5])
    both = {"homicide@h.csv": "delito=HOMICIDIO DOLOSO|HOMICIDIO CULPOSO POR TRANSITO"}
    assert account(read(path, both)) == (24, 60, 36)
    with pytest.raises(DataError, match="is no answer"):
        read(path, {"homicide": "delito=ASESINATO"})


def test_codes_that_nobody_knows_have_no_safe_answer(tmp_path: Path) -> None:
    path = written(tmp_path / "h.csv", "offense", 60, lambda i: f"P{i % 3}")
    found = read(path)
    assert ([one.id for one in found.blocked], found.city) == (["homicide"], None)
    assert set(found.blocked[0].options) == {"offense=P0", "offense=P1", "offense=P2", "all"}
    assert account(read(path, {"homicide": "offense=P1"})) == (20, 60, 40)


COUNTS = {
    "victims,killed": (lambda i: f"{i % 3 + 1},{i % 2}", 30, "killed"),
    "homicides": (lambda i: i % 2 + 1, 90, "homicides"),
    "num_killed": (lambda i: i % 2 + 1, 90, "num_killed"),
    "muertos,heridos": (lambda i: f"{i % 2},{i % 3}", 30, "muertos"),
    "Count of Victims": (lambda i: i % 2 + 1, 90, "Count of Victims"),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("header", COUNTS)
def test_the_number_of_people_killed(tmp_path: Path, header: str) -> None:
    values, killed, column = COUNTS[header]
    path = written(tmp_path / "h.csv", header, 60, values)
    found = read(path)
    (question,) = found.questions
    assert (question.id, question.safe) == ("victims", column)
    people, rows, filtered = account(found)
    assert (people, rows) == (killed, 60)
    assert filtered == (30 if killed == 30 else 0)  # rows in which nobody was killed
    assert f'victims = "{column}"' in found.text


def test_victims_beside_the_hurt_have_no_safe_answer(tmp_path: Path) -> None:
    path = written(tmp_path / "h.csv", "victims,injured", 60, lambda i: f"{i % 3 + 1},{i % 2}")
    found = read(path)
    assert {one.id for one in found.blocked} == {"homicide", "victims"}  # both at once
    assert account(read(path, {"homicide": "all", "victims": "rows"})) == (60, 60, 0)


@pytest.mark.walk
def test_more_rows_than_can_be_homicides_are_asked_about(tmp_path: Path) -> None:
    path = written(tmp_path / "h.csv", "zona", 16_000, lambda i: "NSEO"[i % 4])
    found = read(path)
    assert ([one.id for one in found.blocked], found.city) == (["homicide"], None)
    assert "a year" in found.blocked[0].text
    assert account(read(path, {"homicide": "all"})) == (16_000, 16_000, 0)


def test_a_hand_written_city_file_that_leaves_such_a_column_unused(tmp_path: Path) -> None:
    def spoiled(words: tuple[str, ...]) -> str:
        return "\n".join(
            f"{line},{'offence' if not i else words[(i - 1) % len(words)]}" for i, line in enumerate(small.csv_text().splitlines())
        )

    folder = small.write_city(tmp_path / "town", csv=spoiled(("Murder", "Robbery")))
    with pytest.raises(DataError, match=r"under \[incidents.where\], 'offence' ="):
        cities.read_folder(folder)
    found = understand(Files(folder=folder))
    assert account(found) == (6, 12, 6)
    toml = folder / "city.toml"
    toml.write_text(toml.read_text() + '\n[incidents.where]\noffence = ["Murder"]\n')
    assert cities.read_folder(folder).report.victims == 6
    few = small.write_city(tmp_path / "few", csv=spoiled(("Murder",) * 11 + ("Suicide",)))
    assert [row.rows for row in cities.read_folder(few).report.findings if row.code == "offence_unused"] == [1]


@pytest.mark.walk
def test_the_command_takes_answers_and_says_what_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "h.csv", "offense", 60, lambda i: f"P{i % 3}")
    arguments = ["import", "--incidents", str(path), "--name", "Ciudad", "--yes", "--json"]
    assert main(arguments) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["published"], found["victims"], found["rows"]) == (None, False, None, None)
    (question,) = found["questions"]
    assert (question["id"], question["safe"]) == ("homicide", None)
    assert list(question["values"]["offense"]) == ["P0", "P1", "P2"]
    assert main([*arguments, "--answer", "homicide=offense=P2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["published"], found["victims"], found["rows"]) == (True, 20, 60)
    assert main(arguments) == 0  # remembered
    assert json.loads(capsys.readouterr().out)["victims"] == 20
    written(path, "offense", 60, lambda i: f"P{i % 4}")
    assert main(arguments) == 1  # a value that nobody had seen then


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("MURDER & NON-NEGL. MANSLAUGHTER", "homicide"),
        ("Feminicidio", "homicide"),
        ("Latrocínio", "homicide"),
        ("ASSAULT WITH INTENT TO KILL", "attempted"),
        ("Tentativa de feminicídio", "attempted"),
        ("RECKLESS HOMICIDE", "negligent"),
        ("Homicide involontaire", "negligent"),
        ("Homicidio en accidente de tránsito", "traffic"),
        ("Justifiable homicide", "legal"),
        ("Morte por intervenção de agente do Estado", "legal"),
        ("Suicide", "suicide"),
        ("Manslaughter", "unclear"),
        ("DEATH INVESTIGATION", "unclear"),
        ("THEFT FROM MOTOR VEHICLE", "other"),
    ],
)
def test_what_words_of_offences_mean(text: str, meaning: str) -> None:
    assert meaning_of(text) == meaning


CASES = {
    "all_crimes_la_shape.csv": 3,
    "carpetas_cdmx_shape.csv": 75,
    "shootings_fatal_flag.csv": 20,
    "victims_total_and_killed.csv": 60,
    "count_of_victims.csv": 330,
    "nr_homicides_column.csv": 330,
}


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", CASES)
def test_the_cases_beside_the_project(name: str) -> None:
    folder = Path(os.environ.get("HOTSPOTS_TEST_DATA", ROOT.parent / "shared" / "data")).parent / "cases" / "data-in"
    if not folder.is_dir():
        pytest.skip("the cases are not beside the project (set HOTSPOTS_TEST_DATA)")
    assert account(read(folder / name))[0] == CASES[name]

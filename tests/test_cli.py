"""The command line as its users call it."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.cli.main import COMMANDS, main
from hotspots.words import LANGUAGES, words_for


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.fixture
def imported(city_folder, capsys):
    assert run(capsys, "import", city_folder)[0] == 0
    return "villa-prueba"


def test_import_publishes_and_reports(city_folder, capsys):
    status, out, err = run(capsys, "import", city_folder)
    assert (status, out) == (0, "villa-prueba: published version 1\n")
    assert "72 rows read" in err
    assert "6 of 72 rows have no coordinates" in err
    status, out, err = run(capsys, "import", city_folder)
    assert (status, out) == (0, "villa-prueba: published version 1\n")
    assert "nothing has changed: version 1 stays, and no new one was made" in err
    with (city_folder / "homicides.csv").open("a", encoding="utf-8") as file:
        file.write("2020-12-20,5,5,firearm,male\n")
    assert run(capsys, "import", city_folder)[1] == "villa-prueba: published version 2\n"


def test_import_as_json(city_folder, capsys):
    status, out, _ = run(capsys, "import", city_folder, "--json")
    found = json.loads(out)
    assert (status, found["city"], found["report"]["read"]) == (0, "villa-prueba", 72)


def test_list(imported, capsys):
    status, out, _ = run(capsys, "list")
    assert status == 0
    assert out.startswith("villa-prueba\tVilla Prueba (fictional)\tversion 1\t72 victims\t2015-01-01 to 2020-12-31")
    assert json.loads(run(capsys, "list", "--json")[1])[0]["end"] == "2021-01-01"


def test_list_of_nothing_says_how_to_start(capsys):
    status, out, err = run(capsys, "list")
    assert (status, out) == (0, "")
    assert "import FOLDER" in err


def test_totals(imported, capsys):
    numbers = json.loads(run(capsys, "totals", imported, "--json")[1])
    assert (numbers["rows_read"], numbers["victims"], numbers["located"], numbers["inside"]) == (72, 72, 66, 60)
    assert numbers["population"] == 8000
    assert numbers["rate"] == pytest.approx(1e5 * 72 / (8000 * 6))
    assert numbers["by_year"] == {str(year): 12 for year in range(2015, 2021)}


def test_totals_of_a_year_and_a_filter(imported, capsys):
    numbers = json.loads(
        run(capsys, "totals", imported, "--start", "2020-01-01", "--end", "2021-01-01", "--where", "weapon=firearm", "--json")[1]
    )
    assert (numbers["victims"], numbers["rows_read"]) == (9, 72)
    assert run(capsys, "totals", imported)[1].splitlines()[0].split() == ["city", "villa-prueba"]


@pytest.mark.cases(2)
@pytest.mark.parametrize("unit", ["blocks", "districts", "city"])
def test_export_adds_up_to_the_totals(imported, capsys, tmp_path, unit):
    out = tmp_path / "out.csv"
    assert run(capsys, "export", imported, "--measure", "count,rate", "--unit", unit, "--out", out)[0] == 0
    table = pd.read_csv(out)
    assert table["count"].sum() == 60
    assert table.columns[:4].tolist() == ["id", "name", "count", "population"]


def test_export_geojson(imported, capsys, tmp_path):
    out = tmp_path / "out.geojson"
    assert run(capsys, "export", imported, "--measure", "rate", "--out", out)[0] == 0
    assert len(gpd.read_file(out)) == 9


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["totals", "nowhere"], "nowhere"),
        (["totals", "villa-prueba", "--start", "01/02/2020"], "write it as 2023-01-31"),
        (["totals", "villa-prueba", "--start", "2020-01-01", "--end", "2020-01-01"], "the period is empty"),
        (["totals", "villa-prueba", "--where", "weapon=laser"], "firearm"),
        (["totals", "villa-prueba", "--where", "age=15-29"], "no age"),
        (["totals", "villa-prueba", "--unit", "wards"], "use one of"),
        (["totals", "villa-prueba", "--unit", "beats"], "city.toml"),
        (["export", "villa-prueba", "--measure", "risk", "--out", "a.csv"], "use one of count"),
        (["import", "no-such-folder"], "city.toml"),
    ],
)
def test_refusals_say_why_and_leave_status_1(imported, capsys, arguments, reason):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (1, "")
    assert reason in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [[], ["fly"], ["export", "x"], ["totals"]])
def test_wrong_usage_is_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "--end is exclusive" in text
    assert "python -m hotspots import data/cities/puerto-albatros" in text


def test_help_is_grouped_by_job_and_loads_no_library():
    code = (
        "import sys\nfrom hotspots.cli.main import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'numpy', 'pandas', 'geopandas', 'streamlit', 'pyarrow'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *said, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    jobs = ["Bring data in:", "Look:", "Decide:", "Publish:", "Look after the store:"]
    assert [line for line in said if line in jobs] == jobs
    listed = [line.split()[0] for line in said[: said.index("examples:")] if line.startswith("  ") and line[2].isalpha()]
    assert listed == [one.name for one in COMMANDS]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_explains_itself_in_every_language(command, language, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command.name, "--help", "--language", language])
    assert stop.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert words_for(language).say("show this help message and exit") in said
    assert ("usage: " in said) == (language == "en")
    assert " ".join(words_for(language).say(command.language).split()) in said


@pytest.mark.parametrize(("before", "after"), [(["--language", "es"], []), ([], ["--language=es"])])
def test_reports_and_refusals_are_in_the_language_asked_for(city_folder, capsys, before, after):
    status, out, err = run(capsys, *before, "import", city_folder, *after)
    assert (status, out) == (0, "villa-prueba: se publicó la versión 1\n")
    assert "Por favor, revise esto" in err
    assert "6 de 72 filas no tienen coordenadas" in err
    status, out, err = run(capsys, *before, "totals", "villa-prueba", "--start", "01/02/2020", *after)
    assert (status, out) == (1, "")
    assert "escríbalo así: 2023-01-31" in err


def test_the_machine_names_the_language_and_machines_read_the_same(imported, capsys, monkeypatch):
    english = [run(capsys, "totals", imported, "--json"), run(capsys, "change", imported, "--csv"), run(capsys, "table", imported, "years")]
    assert "victims" in run(capsys, "list")[1]
    monkeypatch.setenv("LC_ALL", "es_SV.UTF-8")
    assert "72 víctimas" in run(capsys, "list")[1]
    assert [
        run(capsys, "totals", imported, "--json"),
        run(capsys, "change", imported, "--csv"),
        run(capsys, "table", imported, "years"),
    ] == english
    with pytest.raises(SystemExit) as stop:
        main(["totals"])
    assert stop.value.code == 2
    assert "error: faltan estos argumentos: CIUDAD" in capsys.readouterr().err
    assert "72 victims" in run(capsys, "list", "--language", "en")[1]


@pytest.mark.walk
def test_no_screen_needed(city_folder, tmp_path):
    """Run it where Streamlit cannot be imported."""
    commands = [["import", str(city_folder)], ["totals", "villa-prueba"], ["export", "villa-prueba", "--out", str(tmp_path / "a.csv")]]
    code = f"import sys; sys.modules['streamlit'] = None; from hotspots.__main__ import main; print([main(one) for one in {commands}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("[0, 0, 0]\n"), done.stderr


@pytest.mark.parametrize(
    ("what", "total"),
    [("months", 72), ("years", 72), ("seasons", 72), ("compare", 60)],
)
def test_a_table_holds_every_victim(city, capsys, what, total):
    """72 people killed, one a month; 6 have no place and 6 lie outside, and nobody fell in the block without residents."""
    assert main(["table", "villa-prueba", what]) == 0
    found = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert found["count"].sum() == total


def test_tables_follow_the_filters(city, capsys):
    assert main(["table", "villa-prueba", "people", "--where", "weapon=blade", "--start", "2020-01-01"]) == 0
    found = pd.read_csv(io.StringIO(capsys.readouterr().out)).set_index(["field", "value"])
    assert found.loc[("sex", "female"), "count"] == 3  # January, May, September
    assert found.loc[("weapon", "firearm"), "count"] == 0


def test_a_table_that_cannot_be_made_says_why(city, capsys):
    assert main(["table", "villa-prueba", "week"]) == 1
    assert "villa-prueba: too little is known for this table" in capsys.readouterr().err

"""The command line as its users call it."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.cli.main import main


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


def test_no_screen_needed(city_folder, tmp_path):
    """Run it where Streamlit cannot be imported."""
    block = "import sys; sys.modules['streamlit'] = None; sys.argv[0] = 'hotspots'; from hotspots.__main__ import main; sys.exit(main())"
    for arguments in (
        ["import", str(city_folder)],
        ["totals", "villa-prueba"],
        ["export", "villa-prueba", "--out", str(tmp_path / "a.csv")],
    ):
        done = subprocess.run([sys.executable, "-c", block, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


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

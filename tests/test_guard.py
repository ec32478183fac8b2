"""The guard at the door: an unchanged folder adds nothing; less than is served is asked about; no run of bad files evicts the good one."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotspots import settings, store
from hotspots.cities import load
from hotspots.cli.main import main
from hotspots.store.keeping import leaving


def brought(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any], str]:
    """Import with the command line; return the exit status, the account and what went to standard error."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO())  # nobody is there to answer
        code = main(["import", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def lines(folder: Path) -> list[str]:
    return (folder / "homicides.csv").read_text().splitlines()


def write(folder: Path, rows: list[str]) -> None:
    (folder / "homicides.csv").write_text("\n".join(rows) + "\n")


def test_an_unchanged_folder_makes_no_new_version(city_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        code, account, _ = brought(capsys, city_folder)
        assert (code, account["version"], account["victims"]) == (0, 1, 72)
    assert store.versions("villa-prueba") == [1]
    write(city_folder, [*lines(city_folder), "2020-12-20,5,5,firearm,male"])
    code, account, err = brought(capsys, city_folder)
    assert (code, account["version"], account["victims"]) == (0, 2, 73)
    assert "2020: 12 victims before, 13 now" in err


def test_a_damaged_version_is_published_again(city_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brought(capsys, city_folder)
    file = settings.store_folder() / "villa-prueba/versions/1/incidents.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    assert brought(capsys, city_folder)[1]["version"] == 2


@pytest.mark.cases(1)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_past_year_that_falls_is_asked_about(city_folder: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    brought(capsys, city_folder)
    write(city_folder, [row for row in lines(city_folder) if not row.startswith(("2016-01", "2016-02", "2016-03"))])
    for yes in ([], ["--yes"]):
        code, account, err = brought(capsys, city_folder, *yes, "--language", language)
        (asked,) = account["questions"]
        assert (code, account["version"], asked["id"], asked["safe"]) == (1, None, "shrink", None)
        assert set(asked["options"]) == {"yes", "no"}
        sentence = {"en": "2016 had 12 victims and now has 9 (−25 %)", "es": "2016 tenía 12 víctimas y ahora tiene 9 (−25 %)"}[language]
        assert sentence in asked["text"]
        assert sentence in err
        assert "Traceback" not in err
    assert len(load("villa-prueba").incidents) == 72
    code, account, _ = brought(capsys, city_folder, "--answer", "shrink=no")
    assert (code, account["version"], store.versions("villa-prueba")) == (1, None, [1])
    code, account, _ = brought(capsys, city_folder, "--answer", "shrink=yes")
    assert (code, account["version"], account["victims"]) == (0, 2, 69)


def test_the_answer_of_one_night_is_not_that_of_the_next(city_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brought(capsys, city_folder)
    write(city_folder, lines(city_folder)[:-12])
    assert brought(capsys, city_folder, "--answer", "shrink=yes")[0] == 0
    write(city_folder, lines(city_folder)[:-12])
    assert brought(capsys, city_folder, "--yes")[0] == 1


def test_half_of_the_victims_missing(city_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brought(capsys, city_folder)
    header, *rows = lines(city_folder)
    write(city_folder, [header, *rows[::2]])
    code, account, _ = brought(capsys, city_folder, "--yes")
    assert code == 1
    assert account["questions"][0]["text"].count("had 12 victims and now has 6 (−50 %)") == 6


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("column", "said"), [(3, "weapon was known of 100 %"), (4, "sex was known of 100 %"), (1, "place was known of 92 %")]
)
def test_a_column_gone_empty(city_folder: Path, capsys: pytest.CaptureFixture[str], column: int, said: str) -> None:
    brought(capsys, city_folder)
    header, *rows = (row.split(",") for row in lines(city_folder))
    for row in rows[4:]:
        row[column] = ""
    write(city_folder, [",".join(row) for row in [header, *rows]])
    code, account, _ = brought(capsys, city_folder, "--yes")
    assert (code, account["questions"][0]["id"]) == (1, "shrink")
    assert said in account["questions"][0]["text"]


@pytest.mark.walk
def test_a_few_corrections_pass(tmp_path: Path, city_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, *rows = lines(city_folder)
    many = [row.replace("-15,", f"-{day:02},") for row in rows for day in range(1, 11)]  # 120 a year
    write(city_folder, [header, *many])
    brought(capsys, city_folder)
    write(city_folder, [header, *many[2:]])
    assert brought(capsys, city_folder, "--yes")[1]["victims"] == 718
    write(city_folder, [header, *many[5:]])
    assert brought(capsys, city_folder, "--yes")[0] == 1


@pytest.mark.walk
def test_bad_nights_never_evict_the_good_version(city_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brought(capsys, city_folder)
    header, *rows = lines(city_folder)
    for night in range(10):  # each a little worse, and somebody says yes every time; ten newer ones are kept without a reason
        write(city_folder, [header, *rows[: 30 - night]])
        assert brought(capsys, city_folder, "--answer", "shrink=yes")[0] == 0
    assert store.versions("villa-prueba") == list(range(1, 12))
    assert main(["rollback", "villa-prueba", "1"]) == 0
    assert len(load("villa-prueba").incidents) == 72


def test_two_years_of_nights_keep_few_versions() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    there: dict[int, datetime | None] = {}
    for night in range(730):
        now = start + timedelta(days=night)
        there[night] = now
        for gone in leaving(there, newest=10, days=30, now=now):
            del there[gone]
    days = [day for day in there.values() if day]
    assert 31 <= len(days) <= 45
    assert min(days) < now - timedelta(days=330)


def test_another_city_is_not_compared(city_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brought(capsys, city_folder)
    other = shutil.copytree(city_folder, tmp_path / "other")
    write(other, lines(other)[:20])
    assert brought(capsys, other)[0] == 0


@pytest.mark.walk
def test_files_and_a_store_named_from_where_the_command_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSPOTS_STORE", "here")
    rows = [f"2020-{1 + i % 12:02}-{1 + i % 28:02},{13.7 + i / 1e3:.3f},{-89.2 + i / 1e3:.3f}" for i in range(60)]
    for number, expected in ((60, (0, 1)), (30, (1, None))):
        Path("a.csv").write_text("\n".join(["fecha,lat,lon", *rows[:number]]) + "\n")
        code, account, _ = brought(capsys, "--incidents", "a.csv", "--name", "Villa", "--yes")
        assert (code, account["version"]) == expected
    assert [one["id"] for one in account["questions"] if one["safe"] is None] == ["shrink"]

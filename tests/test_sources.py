"""Official sources: every kind is read whole, page by page; what fails, lies or leads elsewhere changes nothing; what is new is told."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from services import Service, serving

from hotspots import store
from hotspots.cities.sources import Source, SourceError, Update, Web, catalogue, fetch
from hotspots.cities.sources.catalogue import KINDS
from hotspots.cli.main import main
from hotspots.readers.cityfile.checking import check_city_file

PATHS = {"socrata": "/resource/abcd-1234.json", "ckan": "", "carto": "/api/v2/sql", "arcgis": "/arcgis/rest/services/h/FeatureServer/0"}
PAGED = tuple(PATHS)


def victims(number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{n:05}",
            "day": f"20{15 + n % 5}-{n % 12 + 1:02}-{n % 28 + 1:02}T10:00:00",
            "lat": 43.7 + n / 1e4,
            "lon": -79.4,
            "sex": None,
        }
        for n in range(number)
    ]


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(victims(120)) as one:
        yield one


def source(service: Service, kind: str, **more: Any) -> Source:
    city = {"timezone": "America/Toronto", "incidents": {"date": "day", "x": "lon", "y": "lat", "epsg": 4326, "all_homicides": True}}
    said = {"key": "id", "table": "res-1", "rows_a_page": 50, "own": True, "city": city} | more
    return Source("town", "Town", kind, service.address + PATHS[kind], "https://example.org", "CC0", {"en": "every row"}, **said)


def got(service: Service, folder: Path, kind: str = "socrata", **more: Any) -> Update:
    one = source(service, kind, **more)
    return fetch(one, folder, web=Web(one.address, own=True, sleep=lambda _: None))


def ids(update: Update) -> list[str]:
    with update.file.open(newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("kind", PAGED)
def test_every_kind_comes_whole(service: Service, tmp_path: Path, kind: str) -> None:
    update = got(service, tmp_path, kind)
    assert ids(update) == [row["id"] for row in service.rows]
    assert (update.rows, update.added, update.changed, update.gone) == (120, 120, 0, 0)


def test_a_service_that_gives_less_than_was_asked_for(service: Service, tmp_path: Path) -> None:
    service.most = 7  # ArcGIS says exceededTransferLimit on a short page
    assert len(ids(got(service, tmp_path, "arcgis"))) == 120


def test_days_of_arcgis_are_days(service: Service, tmp_path: Path) -> None:
    service.rows = [{"id": "1", "day": 1_072_933_200_000}]
    update = got(service, tmp_path, "arcgis")
    assert "2004-01-01T05:00:00" in update.file.read_text()


@pytest.mark.parametrize("kind", PAGED)
def test_an_update_says_what_is_new(service: Service, tmp_path: Path, kind: str) -> None:
    got(service, tmp_path, kind)
    service.rows = [*service.rows[1:], {**service.rows[0], "id": "90000"}]
    service.rows[5]["sex"] = "F"
    update = got(service, tmp_path, kind)
    assert (update.rows, update.added, update.changed, update.gone) == (120, 1, 1, 1)
    before = update.file.stat().st_mtime_ns
    again = got(service, tmp_path, kind)
    assert not again.new
    assert again.file.stat().st_mtime_ns == before


def test_pages_that_did_not_change_are_not_sent_again(service: Service, tmp_path: Path) -> None:
    got(service, tmp_path)
    service.asked.clear()
    assert not got(service, tmp_path).new
    pages = [headers for _, query, headers in service.asked if "$offset" in query]
    assert len(pages) == 3
    assert all("If-None-Match" in headers for headers in pages)


def test_a_broken_line_is_gone_on_with(service: Service, tmp_path: Path) -> None:
    service.break_at = 50
    with pytest.raises(SourceError, match="given up after 5 tries"):
        got(service, tmp_path)
    assert not (tmp_path / "raw").exists()
    service.break_at = None
    service.asked.clear()
    assert len(ids(got(service, tmp_path))) == 120
    assert [query["$offset"] for _, query, _ in service.asked if "$offset" in query] == ["50", "100"]


def test_a_throttled_service_is_waited_for(service: Service, tmp_path: Path) -> None:
    waits: list[float] = []
    service.first = [(429, {"Retry-After": "7"}, b""), (503, {}, b""), (500, {"Retry-After": "86400"}, b"")]
    one = source(service, "socrata")
    assert fetch(one, tmp_path, web=Web(one.address, own=True, sleep=waits.append)).rows == 120
    assert waits == [7.0, 4.0, 120.0]


@pytest.mark.parametrize("kind", PAGED)
def test_a_count_that_does_not_fit_changes_nothing(service: Service, tmp_path: Path, kind: str) -> None:
    file = got(service, tmp_path, kind).file
    before = file.read_bytes()
    service.rows, service.lie = service.rows[:100], 20
    with pytest.raises(SourceError, match="100 rows came"):
        got(service, tmp_path, kind)
    assert file.read_bytes() == before
    service.lie = 0
    assert got(service, tmp_path, kind).gone == 20


def test_a_row_that_comes_twice_changes_nothing(service: Service, tmp_path: Path) -> None:
    service.rows[50] = service.rows[49]
    with pytest.raises(SourceError, match="1 of them twice"):
        got(service, tmp_path)


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("socrata", b'[{"id": "1"', "cut off"),
        ("socrata", b"<html>maintenance</html>", "cut off, or no JSON"),
        ("ckan", b'{"success": false, "error": {"message": "Not found"}}', "Not found"),
        ("arcgis", b'{"error": {"code": 400, "message": "Invalid URL"}}', "Invalid URL"),
        ("carto", b'{"error": ["relation does not exist"]}', "relation does not exist"),
    ],
)
def test_an_answer_that_is_none(service: Service, tmp_path: Path, kind: str, body: bytes, said: str) -> None:
    got(service, tmp_path, kind)
    before = (tmp_path / "raw" / "incidents.csv").read_bytes()
    service.first = [(200, {}, body)]
    with pytest.raises(SourceError, match=said):
        got(service, tmp_path, kind)
    assert (tmp_path / "raw" / "incidents.csv").read_bytes() == before


def test_a_refusal_is_told(service: Service, tmp_path: Path) -> None:
    service.first = [(403, {}, b"invalid app_token")]
    with pytest.raises(SourceError, match=r"status 403.*invalid app_token"):
        got(service, tmp_path)


@pytest.mark.parametrize(
    "to", ["http://localhost:9/x", "http://169.254.169.254/latest", "file:///etc/passwd", "https://example.org/x", "http://127.0.0.1:1/x"]
)
def test_no_way_to_another_host(service: Service, tmp_path: Path, to: str) -> None:
    service.first = [(302, {"Location": to}, b"")]
    with pytest.raises(SourceError, match="on another host"):
        got(service, tmp_path)


def test_a_way_within_the_host_is_followed(service: Service, tmp_path: Path) -> None:
    service.first = [(301, {"Location": "/resource/abcd-1234.json?$select=count(*) as n"}, b"")]
    assert got(service, tmp_path).rows == 120


@pytest.mark.parametrize("address", ["https://127.0.0.1/x", "https://10.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x"])
def test_the_catalogue_leads_into_no_private_network(address: str) -> None:
    with pytest.raises(SourceError, match="private network"):
        Web(address)


@pytest.mark.parametrize("address", ["http://data.example.org/x", "ftp://data.example.org/x", "file:///etc/passwd"])
def test_the_catalogue_is_asked_by_https_alone(address: str) -> None:
    with pytest.raises(SourceError, match="not asked"):
        Web(address)


def test_an_answer_has_a_largest_size(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotspots.cities.sources.web.MOST_BYTES", 3_000)
    with pytest.raises(SourceError, match="an answer of more than"):
        got(service, tmp_path)


def described(service: Service, folder: Path) -> Path:
    file = folder / "town.toml"
    text = f"""name = "Town"
kind = "socrata"
address = "{service.address}{PATHS["socrata"]}"
page = "https://example.org"
licence = "CC0"
key = "id"
[homicide]
en = "every row"
[city]
timezone = "America/Toronto"
[city.incidents]
date = "day"
x = "lon"
y = "lat"
epsg = 4326
all_homicides = true
"""
    file.write_text(text)
    return file


@pytest.mark.walk
def test_the_command_keeps_a_city_current(service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["fetch", str(described(service, tmp_path)), "--into", str(tmp_path / "town"), "--yes", "--json"]
    assert main(command) == 0
    account = json.loads(capsys.readouterr().out)
    assert (account["city"], account["version"], account["victims"]) == ("town", 1, 120)
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert "Town: nothing new; 120 rows as before" in err
    assert json.loads(out)["version"] == 1
    service.rows = service.rows[:60]
    assert main(command) == 1  # half of it is gone: asked about
    assert json.loads(capsys.readouterr().out)["questions"][-1]["id"] == "shrink"
    assert store.served("town") == 1


def test_the_catalogue_says_what_each_source_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["fetch"]) == 0
    said = capsys.readouterr().out
    for one in catalogue():
        assert one.kind in KINDS
        assert one.address.startswith("https://")
        assert one.page.startswith("https://")
        assert set(one.homicide) == {"en", "es"}
        assert one.homicide["en"] in said
        assert one.tried or said.count("nobody has run this entry") == len([row for row in catalogue() if not row.tried])
        (tmp_path / "x.csv").write_text("a\n")
        content = {"name": one.name, **one.city, "incidents": {"file": "x.csv", **one.city["incidents"]}}
        assert check_city_file(content, folder=tmp_path).incidents


def test_an_unknown_source_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["fetch", "atlantis"]) == 1
    assert "known are: chicago" in capsys.readouterr().err
    (tmp_path / "odd.toml").write_text("name = 1\n")
    assert main(["fetch", str(tmp_path / "odd.toml")]) == 1
    assert "does not describe a source" in capsys.readouterr().err


def test_what_a_person_wrote_in_the_city_file_stays(service: Service, tmp_path: Path) -> None:
    got(service, tmp_path)
    mine = (tmp_path / "city.toml").read_text().replace('name = "Town"', 'name = "My town"')
    (tmp_path / "city.toml").write_text(mine)
    got(service, tmp_path)
    assert tomllib.loads((tmp_path / "city.toml").read_text())["name"] == "My town"

"""A database as source, on a real server: whole, in one snapshot, as it is written there; every fault in a sentence, nothing changed."""

from __future__ import annotations

import contextlib
import csv
import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import pyproj
import pytest
from conftest import TORTURE
from postgres import ANALYST, OWNER, POLICE, Server

from hotspots import store
from hotspots.cities.sources import Source, SourceError, Update, database, fetch, snapshot
from hotspots.cli.main import main
from hotspots.words import Told, words_for

VARIABLE = "POLICE_DATABASE"
TABLES = """
CREATE TABLE homicides (id int PRIMARY KEY, day date, sex text, place geometry(Point, 32717));
INSERT INTO homicides SELECT n, date '2019-01-01' + n * 9, CASE n % 3 WHEN 0 THEN 'female' ELSE 'male' END,
  ST_SetSRID(ST_MakePoint(620000 + n % 2 * 1000 + n, 9750000 + n), 32717) FROM generate_series(0, 119) AS n;
CREATE TABLE areas (code text, people int, shape geometry(Polygon, 32717));
INSERT INTO areas SELECT '0' || n, 1000 * (n + 1), ST_MakeEnvelope(619900 + n * 1000, 9749900, 620900 + n * 1000, 9751000, 32717)
  FROM generate_series(0, 1) AS n;
GRANT SELECT ON homicides, areas TO analyst;
"""


@pytest.fixture
def name(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a database with new homicides and areas; its address is set."""
    server.run(
        'DROP SCHEMA IF EXISTS public, hid, "Policía" CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC', name=POLICE
    )
    server.run(TABLES, name=POLICE)
    monkeypatch.setenv(VARIABLE, server.address(POLICE))
    return POLICE


def source(**more: Any) -> Source:
    incidents = {"date": "day", "sex": "sex", "event_id": "id", "all_homicides": True}
    city = {"timezone": "America/Guayaquil", "incidents": incidents, "blocks": {"id": "code", "population": "people"}}
    return Source("town", "Town", "database", VARIABLE, **{"table": "homicides", "key": "id", "own": True, "city": city} | more)


def got(folder: Path, *, said: list[str] | None = None, do: Callable[[], None] = lambda: None, **more: Any) -> Update:
    """Fetch; `do` is done once, when the first rows have come."""
    once = [do]

    def progress(step: Told) -> None:
        text = words_for("en").tell(step)
        if said is not None:
            said.append(text)
        if "Town: " in text and " rows" in text and once:
            once.pop()()

    return fetch(source(**more), folder, progress=progress)


def rows(update: Update) -> list[dict[str, str]]:
    with update.file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_comes_whole_and_points_lie_where_they_lie(name: str, tmp_path: Path) -> None:
    update = got(tmp_path, areas="areas")
    found = rows(update)
    assert (update.rows, update.added, update.changed, update.gone) == (122, 122, 0, 0)
    assert [row["id"] for row in found] == [str(n) for n in range(120)]
    back = pyproj.Transformer.from_crs(4326, 32717, always_xy=True)
    for n, row in enumerate(found):
        assert back.transform(float(row["geometry_x"]), float(row["geometry_y"])) == pytest.approx(
            (620000 + n % 2 * 1000 + n, 9750000 + n), abs=1e-6
        )
    areas = gpd.read_parquet(tmp_path / "raw" / "areas.parquet")
    assert areas["code"].tolist() == ["00", "01"]
    assert areas.crs.to_epsg() == 32717
    assert areas.geometry.iloc[1].bounds == (620900, 9749900, 621900, 9751000)


def test_it_is_read_piece_by_piece(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PIECE", 50)
    said: list[str] = []
    assert len(rows(got(tmp_path, said=said))) == 120
    assert [text for text in said if "rows" in text] == [f"Town: {n} rows" for n in (50, 100, 120)]


def test_every_kind_of_value_is_the_text_that_the_server_writes(server: Server, name: str, tmp_path: Path) -> None:
    server.run(
        """CREATE TABLE kinds (id int, yes bool, exact numeric(40, 20), near float8, code text, moment timestamptz, clock time, note text,
        more jsonb, list int[], none text);
        INSERT INTO kinds VALUES (1, true, 12345678901234567890.00000000000000000001, 0.1::float8 + 0.2::float8, '05001',
        '2020-01-01 03:30:00+00', '23:59:59', E'uno, "dos"\\nñandú', '{"a": 1}', '{1,2}', NULL), (2, false, NULL, 'nan', 'NA', NULL, NULL,
        '', NULL, NULL, NULL);
        GRANT SELECT ON kinds TO analyst""",
        name=name,
    )
    first, second = rows(got(tmp_path, table="kinds"))
    assert first == {
        "id": "1",
        "yes": "true",
        "exact": "12345678901234567890.00000000000000000001",
        "near": "0.30000000000000004",
        "code": "05001",
        "moment": "2019-12-31 22:30:00",  # the clock of Guayaquil, five hours behind
        "clock": "23:59:59",
        "note": 'uno, "dos"\nñandú',
        "more": '{"a": 1}',
        "list": "{1,2}",
        "none": "",
    }
    assert (second["yes"], second["exact"], second["near"], second["code"]) == ("false", "", "NaN", "NA")


def test_without_a_city_zone_a_clock_says_its_offset(server: Server, name: str, tmp_path: Path) -> None:
    server.run("CREATE TABLE clocks AS SELECT 1 AS id, timestamptz '2020-01-01 03:30:00-05' AS moment", name=name)
    server.run("GRANT SELECT ON clocks TO analyst", name=name)
    assert rows(got(tmp_path, table="clocks", city={}))[0]["moment"] == "2020-01-01 08:30:00+00"


def test_a_query_a_condition_and_odd_names(server: Server, name: str, tmp_path: Path) -> None:
    update = got(
        tmp_path, table="SELECT id, day, '10:30 %' AS \"Año\" FROM homicides -- all", where="id < 5 AND day::text LIKE '20%' -- few"
    )
    assert [row["Año"] for row in rows(update)] == ["10:30 %"] * 5
    server.run('CREATE SCHEMA "Policía"; CREATE VIEW "Policía"."Todos los casos" AS SELECT id FROM public.homicides', name=name)
    server.run('GRANT USAGE ON SCHEMA "Policía" TO analyst; GRANT SELECT ON "Policía"."Todos los casos" TO analyst', name=name)
    assert len(rows(got(tmp_path, table="Policía.Todos los casos"))) == 120


def test_geography_points_of_one_and_no_point(server: Server, name: str, tmp_path: Path) -> None:
    server.run(
        """CREATE TABLE places (id int, at geography); GRANT SELECT ON places TO analyst; INSERT INTO places VALUES (1, NULL),
        (2, 'POINT(-79.9 -2.2)'), (3, 'MULTIPOINT((-79.8 -2.1))'), (4, 'POINT EMPTY'), (5, 'POINT Z (-79.7 -2.3 4)')""",
        name=name,
    )
    found = rows(got(tmp_path, table="places"))
    assert [(row["geometry_x"], row["geometry_y"]) for row in found] == [
        ("", ""),
        ("-79.9", "-2.2"),
        ("-79.8", "-2.1"),
        ("", ""),
        ("-79.7", "-2.3"),
    ]


def test_shapes_that_are_all_missing(server: Server, name: str, tmp_path: Path) -> None:
    server.run("UPDATE homicides SET place = NULL", name=name)
    assert {row["geometry_x"] for row in rows(got(tmp_path))} == {""}


def test_areas_without_shapes(server: Server, name: str, tmp_path: Path) -> None:
    got(tmp_path, areas="SELECT code, people FROM areas")
    assert (tmp_path / "raw" / "areas.csv").read_text() == "code,people\n00,1000\n01,2000\n"


def test_both_tables_are_seen_as_they_were_at_one_moment(server: Server, name: str, tmp_path: Path) -> None:
    def written_between() -> None:
        server.run("INSERT INTO homicides VALUES (500, '2024-01-01', 'male', NULL)", name=name)
        server.run("UPDATE areas SET people = 7; INSERT INTO areas VALUES ('99', 1, NULL)", name=name)

    got(tmp_path, areas="areas", do=written_between)
    areas = gpd.read_parquet(tmp_path / "raw" / "areas.parquet")
    assert areas["people"].tolist() == ["1000", "2000"]
    update = got(tmp_path, areas="areas")
    assert (update.rows, update.added, update.gone) == (124, 1 + 3, 2)  # one homicide; areas have no key: two went, three came
    assert gpd.read_parquet(tmp_path / "raw" / "areas.parquet")["people"].tolist() == ["7", "7", "1"]


def test_an_update_says_what_is_new(server: Server, name: str, tmp_path: Path) -> None:
    got(tmp_path)
    before = (tmp_path / "raw" / "incidents.csv").stat()
    again = got(tmp_path)
    assert (again.new, again.rows) == (False, 120)
    assert (tmp_path / "raw" / "incidents.csv").stat().st_ino == before.st_ino
    server.run("DELETE FROM homicides WHERE id < 3; UPDATE homicides SET sex = 'unknown' WHERE id = 7", name=name)
    server.run("INSERT INTO homicides VALUES (500, '2024-01-01', 'male', NULL)", name=name)
    update = got(tmp_path)
    assert (update.rows, update.added, update.changed, update.gone) == (118, 1, 1, 3)


def test_the_command_imports_it(server: Server, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "town.toml"
    path.write_text(f"""
name = "Town"
kind = "database"
address = "{VARIABLE}"
table = "homicides"
areas = "areas"
key = "id"
[city]
timezone = "America/Guayaquil"
[city.incidents]
date = "day"
sex = "sex"
all_homicides = true
[city.blocks]
id = "code"
population = "people"
""")
    assert main(["fetch", str(path), "--into", str(tmp_path / "town"), "--yes", "--json"]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert (answer["published"], answer["victims"], answer["rows"]) == (True, 120, 120)
    version = store.current("town")
    assert store.read(version, "blocks")["population"].tolist() == [1000, 2000]
    assert store.read(version, "incidents")["sex"].value_counts().to_dict() == {"male": 80, "female": 40}
    assert "122 added" in err
    assert not any(secret in out + err + (tmp_path / "town" / "city.toml").read_text() for secret in (ANALYST, "an%40lyst"))
    assert main(["fetch", str(path), "--into", str(tmp_path / "town"), "--yes"]) == 0
    assert "nothing new" in capsys.readouterr().err
    assert len(store.versions("town")) == 1


def test_a_role_that_could_write_is_told_of(server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    got(tmp_path, said=said)
    assert not any("could write" in text for text in said)
    server.run("GRANT UPDATE (sex) ON homicides TO analyst", name=name)
    got(tmp_path, said=said)
    assert (
        f"Town: the role analyst could write into 1 table of 127.0.0.1:{server.port}/{name}; use one that can only read (docs/sources.md)"
        in said
    )
    monkeypatch.setenv(VARIABLE, server.address(name, role="owner", password=OWNER))
    got(tmp_path, said=said)
    assert any("the role owner could write" in text for text in said)


def refused(folder: Path, **more: Any) -> str:
    """Fetch what must be refused; return why in English. Nothing may change, and no message say the password, in any language or log."""
    before = held(folder)
    with pytest.raises(SourceError) as caught:
        got(folder, **more)
    assert held(folder) == before
    english, spanish = (words_for(language).tell(caught.value) for language in ("en", "es"))
    assert english != spanish
    assert "\n" not in english
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    for secret in (ANALYST, "an%40lyst%2Fs3cret", "an@lyst", OWNER, "wr0ng"):
        assert secret not in english + spanish
    return english


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("more", "sql", "why"),
    [
        ({"table": "deaths"}, "", "there is no table 'deaths' at {where}; the role can read gis.geography_columns, "),
        ({"table": "secret"}, "CREATE TABLE secret (id int)", "the role may not read this at {where}: permission denied for table secret"),
        ({"table": "hid.t"}, "CREATE SCHEMA hid; CREATE TABLE hid.t (id int)", "permission denied for schema hid"),
        ({"where": "weapon = 1"}, "", 'says: column "weapon" does not exist'),
        ({"where": "id <"}, "", "says: syntax error"),
        ({"where": "id < 9; DELETE FROM homicides"}, "", "without a semicolon"),
        ({"key": "number"}, "", "no column is called number; there are id, day, sex, place"),
        ({"key": "sex"}, "", "118 rows have a sex that another row has as well, or none"),
        ({"where": "id > 1000"}, "", "no rows"),
        ({"table": ""}, "", "table is missing"),
        (
            {"table": "SELECT *, place AS again FROM homicides"},
            "",
            "one column of shapes and one of each name can be read, not place, again",
        ),
        ({"table": "SELECT id, day, sex AS day FROM homicides"}, "", "not day"),
        ({"table": "SELECT id, place, 1 AS geometry_x FROM homicides"}, "", "not geometry_x"),
        ({"table": "SELECT id, ST_SetSRID(place, 0) AS place FROM homicides"}, "", "the SRID 0, which names no coordinate system"),
        (
            {"table": "SELECT id, ST_SetSRID(place, CASE id WHEN 7 THEN 32718 ELSE 32717 END) AS place FROM homicides"},
            "",
            "in several coordinate systems (SRID 32717, 32718)",
        ),
        ({"table": "SELECT code AS id, shape FROM areas"}, "", "2 homicides are no single point but Polygon"),
        (
            {"table": "hot", "seconds": 1},
            "CREATE VIEW hot AS SELECT id, pg_sleep(5)::text AS s FROM homicides",
            "worked longer than 1 seconds",
        ),
        (
            {"table": "SELECT writes() AS id"},
            "CREATE FUNCTION writes() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO homicides(id) VALUES (999) RETURNING id'",
            "this would write into {where}, and was not done",
        ),
        ({"city": {"timezone": "Nowhere/Town"}}, "", 'invalid value for parameter "TimeZone"'),
    ],
)
def test_what_fails_is_said_and_changes_nothing(
    server: Server, name: str, tmp_path: Path, more: dict[str, Any], sql: str, why: str
) -> None:
    if sql:
        server.run(sql, name=name)
        if "VIEW" in sql:
            server.run("GRANT SELECT ON hot TO analyst", name=name)
    assert why.replace("{where}", f"127.0.0.1:{server.port}/{name}") in refused(tmp_path, **more)
    got(tmp_path)
    refused(tmp_path, **more)
    assert server.run("SELECT count(*) FROM homicides", name=name) == [(120,)]


def test_who_is_not_let_in(server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = f"127.0.0.1:{server.port}/"
    for address, why in (
        (
            server.address(name, password="wr0ng"),
            f"{where}{name} refused the role, the password or the database that stand in {VARIABLE}: password",
        ),
        (
            server.address("nowhere"),
            f'{where}nowhere refused the role, the password or the database that stand in {VARIABLE}: database "nowhere"',
        ),
        (
            server.address(name).replace(":an%40lyst%2Fs3cret", ""),
            f"{where}{name} asks for a password, and the address in {VARIABLE} has none",
        ),
        (server.address(name, port=1), f"no server was reached at 127.0.0.1:1/{name} (Connection refused)"),
        (server.address(name).replace("127.0.0.1", "no.such.host.invalid"), "no server was reached at no.such.host.invalid"),
    ):
        monkeypatch.setenv(VARIABLE, address)
        assert why in refused(tmp_path)


@pytest.mark.parametrize(
    "address",
    ["", "police.db", "mysql://a:an@lyst@server/db", "postgresql://a:an@lyst/s3cret@server/db", "postgresql://a:b@server:an@lyst/db"],
)
def test_an_address_that_is_none(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, address)
    assert f"environment variable {VARIABLE} is" in refused(tmp_path)


def test_the_address_itself_stands_in_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(Source("town", "Town", "database", "postgresql://a:an@lyst@server/db", table="t"), tmp_path)
    assert "names the environment variable" in str(caught.value)
    assert "an@lyst" not in str(caught.value)


def test_a_line_that_is_cut_half_way(server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(database, "PIECE", 5)
    got(tmp_path, areas="areas")
    server.run("UPDATE homicides SET sex = 'unknown'", name=name)

    def cut() -> None:
        server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hotspots'")
        time.sleep(0.2)

    with caplog.at_level(logging.INFO):
        assert "was cut half-way; nothing was changed: fetch again" in refused(tmp_path, areas="areas", do=cut)
    assert ANALYST not in caplog.text
    assert got(tmp_path, areas="areas").changed == 120


@pytest.mark.walk
def test_a_server_that_takes_the_call_and_says_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "CONNECTS", 2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv(VARIABLE, f"postgresql://a:b@127.0.0.1:{deaf.getsockname()[1]}/db")
        began = time.monotonic()
        assert "did not answer within 2 seconds" in refused(tmp_path)
        assert time.monotonic() - began < 6


@pytest.mark.walk
def test_a_server_that_falls_silent_half_way(server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PIECE", 5)
    monkeypatch.setattr(snapshot, "_MORE", 1)
    silent = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as between:
        middle = threading.Thread(target=_pass_on, args=(between, server.port, silent), daemon=True)
        middle.start()
        monkeypatch.setenv(VARIABLE, server.address(name, port=between.getsockname()[1]) + "?sslmode=disable")
        began = time.monotonic()
        assert "worked longer than 1 seconds" in refused(tmp_path, seconds=1, do=silent.set)
        assert time.monotonic() - began < 6
        middle.join(10)


def _pass_on(between: socket.socket, port: int, silent: threading.Event) -> None:
    """Pass on what both sides say, until silence falls; then hold the line until the near side ends it."""
    near, _ = between.accept()
    with near, socket.create_connection(("127.0.0.1", port)) as far:

        def one_way(source: socket.socket, target: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while said := source.recv(65_536):
                    if not silent.is_set():
                        target.sendall(said)

        other = threading.Thread(target=one_way, args=(far, near), daemon=True)
        other.start()
        one_way(near, far)
        far.shutdown(socket.SHUT_RDWR)
        other.join(5)


def test_text_that_is_no_utf8(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.run("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII'")
    server.run(r"CREATE TABLE t AS SELECT 1 AS id, E'Pe\xf1a' AS place; GRANT SELECT ON t TO analyst", name="bytes")
    monkeypatch.setenv(VARIABLE, server.address("bytes"))
    assert "holds text that is no UTF-8" in refused(tmp_path, table="t")


def test_without_the_libraries_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'hotspots[database]'" in refused(tmp_path)


@pytest.mark.walk
@pytest.mark.slow
def test_many_rows_do_not_take_the_memory(server: Server, name: str, tmp_path: Path) -> None:
    number = 500_000 if TORTURE else 100_000
    server.run(
        f"""CREATE TABLE many AS SELECT n AS id, date '2000-01-01' + n % 8000 AS day, repeat('text of a case ', 40) AS note,
        ST_SetSRID(ST_MakePoint(-79.9 + n / 1e7, -2.2), 4326) AS place FROM generate_series(1, {number}) AS n;
        GRANT SELECT ON many TO analyst""",
        name=name,
    )
    code = (
        "import resource, sys; from pathlib import Path; from hotspots.cities.sources import Source, fetch\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3\n"
        f"one = lambda table: Source('town', 'Town', 'database', {VARIABLE!r}, table=table, key='id')\n"
        "fetch(one('SELECT * FROM many LIMIT 100'), Path('few')); before = used()\n"
        "print(fetch(one('many'), Path('many')).rows, used() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300)
    came, more = done.stdout.split()
    assert int(came) == number
    assert float(more) < 100 + number / 2_000  # megabytes: a piece, and the mark of each row; the texts alone are 600 for each million


def test_psycopg_is_what_is_tested() -> None:
    assert psycopg.pq.__impl__ == "binary"

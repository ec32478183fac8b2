"""The store in a database: what a folder has not. Layers, roles, news of a version, a server that stops, hangs, fills up or gives way."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
import shapely
from conftest import ROOT, TORTURE, until
from opened import forget, open_page, text
from postgres import OWNER, READER, STORE, WRITER, Server, _as_server, free_port
from test_store import publish, served, tables

from hotspots import cities, settings, store
from hotspots.cities import erasure
from hotspots.cli.main import main
from hotspots.cli.run import environment
from hotspots.readers.isolation import running, starting
from hotspots.store import StoreError, database, erasing, lines, listening, maps, moving
from hotspots.store.lines import UnreachedError

SLUG = "villa-prueba"


@pytest.fixture(autouse=True)
def in_database(database_store: Server) -> Server:
    return database_store


def layer(server: Server, name: str, columns: str = "*") -> list[Any]:
    return server.run(f'SELECT {columns} FROM hotspots_maps."{name}"', name=STORE)


def shown(server: Server) -> int:
    """Return the value that every row of the layer says."""
    values = set(layer(server, "town_blocks", "n, ST_X(shape)::int"))
    assert len(values) == 1
    ((value, place),) = values
    assert value == place
    return int(value)


# ------------------------------------------------------------------------------------------------------------------ layers


def test_the_version_served_is_there_as_layers(in_database, city_folder, monkeypatch):
    monkeypatch.setattr(maps, "_ROWS", 20)  # of 72
    city = cities.import_folder(city_folder)
    described = in_database.run(
        "SELECT f_table_name, type, srid FROM geometry_columns WHERE f_table_name ~ '^villa.*(blocks|incidents)$' ORDER BY 1", name=STORE
    )
    assert described == [("villa_prueba_blocks", "MULTIPOLYGON", city.epsg), ("villa_prueba_incidents", "POINT", city.epsg)]
    ((n, keys, located, version),) = layer(
        in_database, "villa_prueba_incidents", "count(*), count(DISTINCT row_id), count(shape), max(version)"
    )
    assert (n, keys, located, version) == (72, 72, int((city.incidents["unplaced"] == "").sum()), 1)
    areas = dict(layer(in_database, "villa_prueba_blocks", "block_id, ST_Area(shape)"))
    assert areas == pytest.approx(city.blocks.geometry.area.to_dict())
    days = layer(in_database, "villa_prueba_incidents", "date, event_id, row_id")
    assert [(day, event) for day, event, _ in sorted(days, key=lambda row: row[2])] == [
        (day.to_pydatetime(), event) for day, event in zip(city.incidents["date"], city.incidents["event_id"], strict=True)
    ]


def test_layers_follow_going_back_and_go_with_the_city(in_database):
    for value in (1, 2):
        publish(value)
    assert shown(in_database) == 2
    store.rollback("town")
    assert shown(in_database) == served() == 1
    erasing.remove_city("town")
    assert in_database.run("SELECT count(*) FROM pg_views WHERE schemaname = 'hotspots_maps'", name=STORE) == [(0,)]
    assert in_database.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'hotspots' AND tablename LIKE 'of%'", name=STORE) == [(0,)]
    assert store.slugs() == []


def test_an_event_that_is_erased_is_in_no_version_and_no_layer(in_database, city_folder):
    cities.import_folder(city_folder)
    event = str(store.read(store.current(SLUG), "incidents")["event_id"].iloc[0])
    done = erasure.erase_events(SLUG, [event])
    assert done.left == ()
    assert done.rows[1] >= 1
    assert (event,) not in layer(in_database, "villa_prueba_incidents", "event_id")
    assert len(layer(in_database, "villa_prueba_incidents", "event_id")) == 72 - done.rows[1]
    assert all(not one.faults for one in cities.check(SLUG))


def test_every_kind_of_column_and_shape(in_database):
    square, hole = shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(5, 5, 6, 6), shapely.box(8, 8, 9, 9)])
    table = gpd.GeoDataFrame(
        {
            "yes": [True, False],
            "version": ["a", "b"],
            "age": [1.5, None],
            'a"b %s': ["ñ\t\\N\n\0", None],
            "when": [pd.Timestamp("2020-01-02 03:04:05"), pd.NaT],
        },
        geometry=[square, hole],
        crs=32615,
        index=pd.Index(["01", "02"], name="block_id"),
    )
    store.publish("9-town_a", {"blocks": table}, {})
    store.publish("9-town-a", {"blocks": table}, {})
    first, second = sorted(layer(in_database, "city_9_town_a_blocks", "*, ST_NumGeometries(shape)"))
    assert first[:7] == (1, "01", True, "a", 1.5, "ñ\t\\N\n", pd.Timestamp("2020-01-02 03:04:05").to_pydatetime())
    assert second[:7] == (2, "02", False, "b", None, None, None)
    assert (first[-1], second[-1]) == (1, 2)
    assert len(layer(in_database, "city_9_town_a_blocks_2")) == 2  # another city whose name would be the same


def test_other_columns_make_the_layer_anew_and_who_holds_it_is_told_of(in_database):
    publish(1)
    other = {"blocks": tables(2)["blocks"].assign(more="x"), "notes": tables(2)["notes"]}
    with psycopg.connect(in_database.address(STORE, role="owner", password=OWNER)) as looking:
        looking.execute("SELECT count(*) FROM hotspots_maps.town_blocks")
        publish(2)  # the same columns: nobody waits
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(lines._LINE, "options", "-c lock_timeout=100ms")
            with pytest.raises(StoreError, match=r"somebody else's program holds on to a map layer at .*Nothing was changed"):
                store.publish("town", other, {"n": 3})
    assert (served(), shown(in_database)) == (2, 2)
    assert store.publish("town", other, {"n": 2}).number == 3
    assert {row[0] for row in layer(in_database, "town_blocks", "more")} == {"x"}


# ------------------------------------------------------------------------------------------------------------------- roles


def test_roles_are_those_of_the_page_for_the_administrator(in_database, monkeypatch, none_bundled):
    """The statements that docs/database.md gives are run as they stand, with this server's names."""
    _, rights = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "database.md").read_text(encoding="utf-8"), re.S)
    for name, ours in (("hotspots_writer", "writer"), ("hotspots_reader", "reader"), ("hotspots_gis", "analyst")):
        rights = rights.replace(name, ours)
    in_database.run(rights, name=STORE)
    publish(7)
    monkeypatch.setenv("HOTSPOTS_STORE", in_database.address(STORE, role="reader", password=READER))
    assert served() == 7
    assert not store.shelf().may_write()
    assert cities.ensure_bundled() == []
    for attempt in (lambda: publish(8), lambda: store.rollback("town", 1), lambda: erasing.remove_city("town")):
        with pytest.raises(StoreError, match=r"the role in HOTSPOTS_STORE may not do this at .*permission denied"):
            attempt()
    with psycopg.connect(in_database.address(STORE), autocommit=True) as gis:
        assert gis.execute("SELECT count(*) FROM hotspots_maps.town_blocks").fetchone() == (50,)
        for forbidden in ("SELECT 1 FROM hotspots.file", "DELETE FROM hotspots_maps.town_blocks"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                gis.execute(forbidden)
    assert served() == 7


def test_a_password_is_said_nowhere(in_database, monkeypatch, capsys, tmp_path):
    publish(1)
    said = []
    for address in (
        in_database.address(STORE, role="writer", password="wrong-Secr3t"),
        in_database.address("nowhere", role="writer", password=WRITER),
        in_database.address(STORE, role="writer", password="Secr3t-2", port=free_port()),
        "postgresql://writer:Secr3t@3@127.0.0.1/hotspots",
        "postgresql://writer:Secr3t/4@127.0.0.1/hotspots",
        "postgresql://writer:Secr3t-5@127.0.0.1/hotspots?nothing=1",
        "postgresql+psycopg://writer:Secr3t-6@127.0.0.1/hotspots",
    ):
        monkeypatch.setenv("HOTSPOTS_STORE", address)
        assert main(["list"]) == 1
        out = capsys.readouterr()
        said.append(out.out + out.err)
        assert len(out.err.splitlines()) == 1
        assert "HOTSPOTS_STORE" in out.err or "refused the role" in out.err
    monkeypatch.setenv("HOTSPOTS_STORE", in_database.address(STORE, role="writer", password=WRITER))
    said += [
        repr(store.shelf()),
        repr(vars(store.current("town"))),
        *map(str, (running._settings("town", tmp_path / "lent"), starting._environment())),
    ]
    assert not re.search(rf"(?i)secr3t|{WRITER}", " ".join(said))
    assert environment(None)["HOTSPOTS_STORE"] == os.environ["HOTSPOTS_STORE"]  # the server gets it as it is, and no path of it


def test_the_guard_sees_what_is_served_though_reading_has_no_database(in_database, city_folder, capsys):
    assert main(["import", str(city_folder)]) == 0
    path = city_folder / "homicides.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-10]))
    capsys.readouterr()
    assert main(["import", str(city_folder)]) == 1
    assert "victims and now has" in capsys.readouterr().err
    assert store.versions(SLUG) == [1]
    assert main(["import", str(city_folder), "--answer", "shrink=yes"]) == 0
    assert store.versions(SLUG) == [1, 2]


def test_a_machine_with_another_folder_of_papers_is_refused(in_database, monkeypatch, tmp_path):
    publish(1)
    monkeypatch.setenv("HOTSPOTS_PAPERS", str(tmp_path / "other"))
    for attempt in (served, lambda: publish(2)):
        with pytest.raises(StoreError, match=r"belongs to another folder of papers, first used on .+HOTSPOTS_PAPERS"):
            attempt()
        assert attempt is not served or not (tmp_path / "other").exists()  # asking alone does not make it a folder of papers


def test_tables_of_a_newer_program_are_left_alone(in_database):
    publish(1)
    in_database.run("UPDATE hotspots.about SET format = 99", name=STORE)
    database.at.cache_clear()
    with pytest.raises(store.NewerError, match=r"format 99; this one reads up to 1\)"):
        served()


# ---------------------------------------------------------------------------------------------------- ended at every step


def wrapped(step: int, do: Callable[[], None]) -> pytest.MonkeyPatch:
    """Do something before the given statement of this process."""
    patch, left = pytest.MonkeyPatch(), [step]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                do()
            return function(*arguments, **named)

        return called

    patch.setattr(psycopg.Connection, "execute", counted(psycopg.Connection.execute))
    patch.setattr(psycopg.Cursor, "copy", counted(psycopg.Cursor.copy))
    patch.setattr(psycopg.Connection, "_commit_gen", counted(psycopg.Connection._commit_gen))
    patch.setattr(psycopg.Transaction, "_commit_gen", counted(psycopg.Transaction._commit_gen))
    return patch


def steps() -> int:
    """Return how many statements a publication takes."""
    seen = [0]
    patch = wrapped(0, lambda: None)
    execute = psycopg.Connection.execute

    def counted(*arguments: Any, **named: Any) -> Any:
        seen[0] += 1
        return execute(*arguments, **named)

    patch.setattr(psycopg.Connection, "execute", counted)
    publish(1)
    patch.undo()
    return seen[0]


def test_killed_at_any_statement_the_old_version_or_the_new_is_served(in_database):
    publish(1)
    most, value = steps() + 4, 1
    store.shelf().lines.close()
    for step in range(1, most + 1, 1 if TORTURE else 5):
        child = os.fork()
        if not child:
            wrapped(step, lambda: os._exit(9))
            with contextlib.suppress(BaseException):
                publish(value + 1)
                os._exit(0)
            os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, 9)
        now = served()
        assert now in ((value, value + 1) if status else (value + 1,))
        assert shown(in_database) == now
        assert all(not found for found in store.check("town").values())
        value = now
    assert publish(value + 1).number == store.versions("town")[-1]


def test_a_line_cut_at_any_statement_leaves_the_old_version_or_the_new(in_database):
    publish(1)
    most, value, cut = steps() + 4, 1, 0

    def end_all() -> None:
        in_database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hotspots'")

    for step in range(2, most + 1, 1 if TORTURE else 5):
        patch = wrapped(step, end_all)
        try:
            publish(value + 1)
            value += 1
        except UnreachedError:
            cut += 1
        finally:
            patch.undo()
        assert served() == shown(in_database) == value
    assert cut > 1


def test_an_answer_that_was_lost_is_asked_for_again(in_database, monkeypatch):
    """The line is cut after the server has done it, before it says so."""
    publish(1)
    whole = database.Database._writing

    @contextlib.contextmanager
    def writing(self: database.Database, held: store.Lock) -> Iterator[Any]:
        with whole(self, held) as line:
            yield line
        raise UnreachedError(lines.told("the line to the database {where} was cut. Nothing was changed; try again", where="x"))

    monkeypatch.setattr(database.Database, "_writing", writing)
    assert publish(2).number == 2
    assert served() == 2


# -------------------------------------------------------------------------------------------------- a server that is gone


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "BEAT", 0.2)
    monkeypatch.setattr(listening, "AGAIN", 0.2)


def test_what_listens_hears_of_a_version_and_asks_nothing_meanwhile(in_database, quick):
    publish(1)
    reader = database.Database(os.environ["HOTSPOTS_STORE"])
    reader.listen()
    assert until(lambda: reader.memory._hears)
    before = reader.pointer("town")
    asked: list[str] = []
    ask = reader.lines.ask
    reader.lines.ask = lambda sql, *rest, **named: (asked.append(sql), ask(sql, *rest, **named))[1]  # type: ignore[method-assign]
    assert [reader.pointer("town") for _ in range(20)] == [before] * 20
    assert asked == []
    publish(2)
    assert until(lambda: reader.pointer("town") != before)
    assert len(asked) <= 3
    in_database.run("UPDATE hotspots.file SET content = content WHERE piece = 0", name=STORE)  # by hand, too
    assert until(lambda: not reader.memory._known or next(iter(reader.memory._known.values()))[0] < reader.memory._heard)


def test_who_writes_asks_what_is_there_whatever_was_heard(in_database, quick, monkeypatch):
    """Another machine published a moment ago, and the news of it has not come yet."""
    publish(1)
    here = store.shelf()
    here.listen()
    assert until(lambda: here.memory._hears and served() == 1)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("HOTSPOTS_STORE", os.environ["HOTSPOTS_STORE"] + "?application_name=other")
        elsewhere.setattr(here.memory, "forget", lambda: None)  # deaf
        assert publish(2).number == 2
        elsewhere.undo()
        elsewhere.setattr(here.memory, "forget", lambda: None)
        assert here.pointer("town") != here._take("town", 0, "current")
        assert publish(3).number == 3
    here.memory.forget()
    assert [store.current("town", number).manifest["facts"]["n"] for number in (1, 2, 3)] == [1, 2, 3]


def test_while_the_server_is_gone_what_was_served_stays_and_says_since_when(in_database, quick, monkeypatch, own_city):
    app = open_page("", lang="en")
    assert not app.exception
    shelf = store.shelf()
    assert until(lambda: shelf.memory._hears)
    app = app.run()
    in_database.stop()
    try:
        assert until(lambda: shelf.silent_since() is not None, 5)
        began = time.monotonic()
        app = app.run()
        assert time.monotonic() - began < 15  # 5 on a machine of its own
        assert "The database that holds the data does not answer. These are the data of" in text(app)
        assert own_city.name in text(app)
        with pytest.raises(UnreachedError, match="does not answer; see that its server runs"):
            store.read(store.current(SLUG), "blocks")
        with pytest.raises(UnreachedError):
            publish(9)
        database.at.cache_clear()
        forget()
        began = open_page("", lang="en")  # a dashboard that is started now
        assert not began.exception
        assert "does not answer; see that its server runs" in text(began)
    finally:
        in_database.start()
    assert until(lambda: shelf.silent_since() is None)
    assert cities.load(SLUG).version == 1
    now = store.current(SLUG)
    store.publish(SLUG, {name: store.read(now, name) for name in now.manifest["files"]}, now.manifest["facts"])
    assert until(lambda: store.served(SLUG) == 2)
    assert "New data: this is version 2; before you saw version 1." in text(app.run())
    forget()


def test_a_server_that_falls_silent_is_not_waited_for(in_database):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = in_database.address(STORE, role="writer", password=WRITER, port=deaf.getsockname()[1]) + "?connect_timeout=2"
        with pytest.raises(UnreachedError, match="does not answer"):
            database.Database(address).cities()
    with pytest.raises(UnreachedError, match="was cut"):
        store.shelf().lines.ask("SELECT pg_sleep(60)", seconds=0.2)
    assert store.slugs() == []


def test_a_full_disk_leaves_the_old_version(in_database):
    folder = Path(tempfile.mkdtemp(prefix="hotspots-full-"))
    folder.chmod(0o755)
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True, check=False).returncode:
        shutil.rmtree(folder)
        pytest.skip("no small disk can be made here")
    try:
        shutil.chown(disk, "postgres")
        in_database.run(f"CREATE TABLESPACE small LOCATION '{disk}'")
        in_database.run("GRANT CREATE ON TABLESPACE small TO writer; ALTER ROLE writer SET default_tablespace = small")
        publish(1)
        large = {**tables(2), "noise": pd.DataFrame({"n": list(os.urandom(6_000_000))}, dtype="uint8")}
        with pytest.raises(StoreError, match=r"the disk or the memory of the database .* is full. Nothing was changed"):
            store.publish("town", large, {"n": 2})
        assert (served(), shown(in_database), store.versions("town")) == (1, 1, [1])
    finally:
        in_database.empty_store()
        in_database.run("ALTER ROLE writer RESET default_tablespace")
        in_database.run("REVOKE ALL ON TABLESPACE small FROM writer")
        in_database.run("DROP TABLESPACE small")
        subprocess.run(["umount", "-l", disk], check=True)
        shutil.rmtree(folder)


@pytest.mark.walk
def test_fail_over_to_a_second_server(in_database, monkeypatch):
    """A stand-by follows the first server; that one stops as if its power were cut; the stand-by takes over."""
    publish(1)
    folder = Path(tempfile.mkdtemp(prefix="hotspots-second-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = free_port()
    known = f"host=127.0.0.1 port={in_database.port} user=owner password={OWNER}"
    _as_server(in_database.programs / "pg_basebackup", "-d", known, "-D", folder / "data", "-R", "-X", "stream", "-c", "fast")
    second = replace(in_database, port=port, data=folder / "data")
    second.start()
    running_first = True
    try:
        address = f"postgresql://writer:{WRITER}@127.0.0.1:{in_database.port},127.0.0.1:{port}/{STORE}"
        monkeypatch.setenv("HOTSPOTS_STORE", f"postgresql://writer:{WRITER}@127.0.0.1:{port}/{STORE}")
        assert served() == 1  # a stand-by is read
        assert not store.shelf().may_write()
        with pytest.raises(StoreError, match="is a stand-by or is set to read only"):
            publish(2)
        monkeypatch.setenv("HOTSPOTS_STORE", f"{address}?target_session_attrs=read-write")
        publish(2)
        assert until(lambda: second.run("SELECT count(*) FROM hotspots.file WHERE version = 2", name=STORE) == [(3,)])
        with store.lock("town") as held:
            in_database.stop()
            running_first = False
            with pytest.raises(UnreachedError):
                store.publish("town", tables(3), {"n": 3}, held=held)
        second.run("SELECT pg_promote()")
        assert served() == 2
        assert publish(4).number == 3
        assert shown(second) == served() == 4
    finally:
        second.stop()
        shutil.rmtree(folder, ignore_errors=True)
        if not running_first:
            in_database.start()


# ------------------------------------------------------------------------------------------------------------------ moving


def ended() -> None:
    raise OSError(5, "ended")


def contents() -> dict[tuple[str, int], str]:
    return {(slug, number): store.content(store.current(slug, number)) for slug in store.slugs() for number in store.versions(slug)}


def test_from_a_folder_into_a_database_and_back(in_database, monkeypatch, tmp_path, capsys):
    address, folder = os.environ["HOTSPOTS_STORE"], settings.store_folder()
    monkeypatch.setenv("NEW_STORE", address)
    monkeypatch.setenv("HOTSPOTS_STORE", str(folder))
    for value in (1, 2, 3):
        publish(value)
    store.publish("village", tables(5), {"n": 5})
    store.rollback("town", 2)
    before = contents()
    (folder / "town" / "answers.json").write_text("{}")
    assert main(["move", address]) == 1
    assert "a password on a command line is seen by all" in capsys.readouterr().err
    assert main(["move", "NOTHING"]) == 1
    put = database.Database.put

    def once(*arguments: Any, **named: Any) -> None:
        monkeypatch.setattr(database.Database, "put", lambda *_, **__: ended())
        put(*arguments, **named)

    monkeypatch.setattr(database.Database, "put", once)
    assert main(["move", "NEW_STORE"]) == 1  # ended after the first version
    monkeypatch.setattr(database.Database, "put", put)
    assert main(["move", "NEW_STORE", "--clear"]) == 0
    assert "versions 1, 2, 3; files: 9, each found again by its hash" in capsys.readouterr().out
    assert store.slugs() == []
    monkeypatch.setenv("HOTSPOTS_PAPERS", str(folder))
    monkeypatch.setenv("HOTSPOTS_STORE", address)
    assert contents() == before
    assert (served(), shown(in_database), served("village")) == (2, 2, 5)
    assert main(["move", str(tmp_path / "elsewhere")]) == 1
    assert main(["move", str(folder)]) == 0
    monkeypatch.setenv("HOTSPOTS_STORE", str(folder))
    assert contents() == before
    assert served() == 2
    assert (folder / "town" / "answers.json").read_text() == "{}"


def test_what_cannot_be_moved_is_said_and_nothing_is_lost(in_database, monkeypatch, capsys):
    publish(8)
    address, folder = os.environ["HOTSPOTS_STORE"], settings.store_folder()
    monkeypatch.setenv("HOTSPOTS_STORE", str(folder))
    publish(9)
    monkeypatch.setenv("NEW_STORE", address)
    with pytest.raises(StoreError, match="the other store has another version 1 of 'town'; nothing of it was moved"):
        moving.move(moving.other("NEW_STORE"), clear=False)
    assert served() == 9
    publish(10)
    in_database.empty_store()
    database.at.cache_clear()
    (folder / "town/versions/1/notes.parquet").write_bytes(b"")
    with pytest.raises(StoreError, match="'town' has damaged versions, which were not moved; nothing of it was removed"):
        moving.move(moving.other("NEW_STORE"), clear=True)
    assert main(["move", "NEW_STORE"]) == 1
    assert "versions 2; files: 3, each found again by its hash; damaged, not moved: 1" in capsys.readouterr().out
    assert served() == 10

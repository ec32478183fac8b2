"""A real PostgreSQL server with PostGIS, in a temporary folder on a free port, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

OWNER, ANALYST = "owner-secret-1", "an@lyst/s3cret"  # passwords; the second has letters that an address must escape
WRITER, READER = "wr1ter-s3cret", "r3ader-s3cret"  # of the roles that a store in a database has
POLICE = "police"  # the database, with PostGIS in a schema of its own
STORE = "hotspots"  # the database of a store
MISSING = "no PostgreSQL server with PostGIS on this machine (`make database` installs Debian's, where it may)"


@dataclass(frozen=True)
class Server:
    """A server: its `port`, and who may do what: `owner` everything, `analyst` read what he is granted."""

    port: int
    programs: Path
    data: Path

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = f"-p {self.port} -k {self.data.parent} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=40"
        _as_server(self.programs / "pg_ctl", "-D", self.data, "-l", self.data.parent / "log", "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop the server as a power cut would."""
        _as_server(self.programs / "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def run(self, sql: str, *, name: str = "postgres", values: Any = None) -> Any:
        """Run SQL as the owner; return the rows, if it has any."""
        with psycopg.connect(host="127.0.0.1", port=self.port, user="owner", password=OWNER, dbname=name, autocommit=True) as con:
            done = con.execute(sql, values)
            return done.fetchall() if done.description else None

    def empty_store(self) -> None:
        """Take everything out of the store's database."""
        self.run("DROP SCHEMA IF EXISTS hotspots, hotspots_maps CASCADE", name=STORE)

    def address(self, name: str, *, role: str = "analyst", password: str = "an%40lyst%2Fs3cret", port: int = 0) -> str:
        """Return the address of a database, as a person writes it."""
        return f"postgresql://{role}:{password}@127.0.0.1:{port or self.port}/{name}"


def _programs() -> Path | None:
    """Return the folder of the server's programs, the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    anywhere = shutil.which("initdb")
    return found[-1].parent if found else Path(anywhere).resolve().parent if anywhere else None


def _as_server(*command: str | Path) -> None:
    """Run a program of the server, which refuses to be run by root."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *map(str, command)], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60)


def free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server and end it; skip where there is none."""
    programs = _programs()
    if programs is None:
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="hotspots-postgres-"))
    try:
        secret = folder / "secret"
        secret.write_text(OWNER)
        if os.geteuid() == 0:
            for path in (folder, secret):
                shutil.chown(path, "postgres")
        data = folder / "data"
        _as_server(
            programs / "initdb",
            "-D",
            data,
            "-U",
            "owner",
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        one = Server(free_port(), programs, data)
        one.start()
        try:
            yield _prepared(one)
        finally:
            one.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(server: Server) -> Server:
    server.run(f"CREATE ROLE analyst LOGIN PASSWORD '{ANALYST}'")
    server.run(f"CREATE DATABASE {POLICE}")
    try:
        server.run("CREATE SCHEMA gis; GRANT USAGE ON SCHEMA gis TO PUBLIC; CREATE EXTENSION postgis SCHEMA gis", name=POLICE)
    except psycopg.Error:
        pytest.skip(MISSING)
    server.run(f"ALTER DATABASE {POLICE} SET search_path = public, gis")
    server.run(f"CREATE ROLE writer LOGIN PASSWORD '{WRITER}'; CREATE ROLE reader LOGIN PASSWORD '{READER}'")
    server.run(f"CREATE DATABASE {STORE} OWNER writer")
    server.run("CREATE EXTENSION postgis", name=STORE)
    return server

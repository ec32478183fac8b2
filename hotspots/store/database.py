"""Versions in a PostgreSQL database: each file of a version as it would lie in a folder, byte for byte, put there in one transaction."""

from __future__ import annotations

import contextlib
import functools
import getpass
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspots import settings
from hotspots.store import maps, whole
from hotspots.store.formats import NewerError, StoreError
from hotspots.store.lines import CARRIES, Lines, UnreachedError, within
from hotspots.store.listening import CHANNEL, Memory
from hotspots.store.shelves import MANIFEST, Lock, Tables, taken
from hotspots.words import told

if TYPE_CHECKING:
    import psycopg

FORMAT = 1  # of these tables
_POINTER, _AT_ONCE = "current", 0.3  # seconds for a server to notice that a holder is gone
_PIECE = 8_000_000  # bytes of a file in one row
_MARK = ".store-id"
_TABLES = f"""
CREATE SCHEMA IF NOT EXISTS hotspots;
CREATE TABLE IF NOT EXISTS hotspots.about (one boolean PRIMARY KEY DEFAULT true CHECK (one), format integer NOT NULL, papers text NOT NULL,
  host text NOT NULL);
CREATE TABLE IF NOT EXISTS hotspots.file (city text, version integer, name text, piece integer, content bytea NOT NULL,
  PRIMARY KEY (city, version, name, piece));
ALTER TABLE hotspots.file ALTER content SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS hotspots.holder (city text PRIMARY KEY, said text NOT NULL, since timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS hotspots.layer (city text, name text, view text UNIQUE NOT NULL, columns text NOT NULL,
  PRIMARY KEY (city, name));
CREATE OR REPLACE FUNCTION hotspots.tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('{CHANNEL}', ''); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON hotspots.file
  FOR EACH STATEMENT EXECUTE FUNCTION hotspots.tell();
CREATE SCHEMA IF NOT EXISTS {maps.SCHEMA};
"""
_MISSING = ("42P01", "3F000")  # no such table, no such schema: nothing was ever put there


@functools.lru_cache(maxsize=8)
def at(address: str) -> Database:
    """Return the shelf at an address, one for this process."""
    return Database(address)


class Database:
    """Versions in a database: a `Shelf`."""

    def __init__(self, address: str) -> None:
        self.lines = Lines(address)
        self.memory = Memory(self.lines)
        self._fits: Path | None = None

    # ------------------------------------------------------------------------------------------------------------ reading

    def cities(self) -> list[str]:
        """Return the cities that have a file."""
        return [*self._catalogue()]

    def pointer(self, slug: str) -> bytes | None:
        """Return the file of the pointer."""
        return self._catalogue().get(slug, {}).get(0)

    def listed(self, slug: str) -> dict[int, bool]:
        """Return the versions that have a file, and whether they have a manifest."""
        return {number: bool(seen) for number, seen in self._catalogue().get(slug, {}).items() if number}

    def take(self, slug: str, number: int, file: str) -> bytes | None:
        """Return a file, put together; a manifest is remembered."""
        if file == MANIFEST:
            return self.memory.get((slug, number), lambda: self._take(slug, number, file))
        return self._take(slug, number, file)

    def hashes(self, slug: str, number: int, files: Sequence[str]) -> dict[str, str]:
        """Return the hashes, which the server works out, so that no file has to travel."""
        sql = (
            "SELECT name, encode(sha256(string_agg(content, ''::bytea ORDER BY piece)), 'hex') FROM hotspots.file "
            "WHERE city = %s AND version = %s GROUP BY name"
        )
        found = self.memory.get((slug, number, "hashes"), lambda: dict(self._ask(sql, (slug, number), seconds=CARRIES)))
        return {file: found.get(file, "") for file in files}

    def look_again(self) -> None:
        """Forget what was answered."""
        self.memory.forget()

    def listen(self) -> None:
        """Hear of every change from now on."""
        self.memory.listen()

    def silent_since(self) -> datetime | None:
        """Return the last sign of life of the database, where it gives none now."""
        return self.memory.since

    def may_write(self) -> bool:
        """Return whether the role may write here, and the server is no stand-by."""
        sql = """SELECT NOT pg_is_in_recovery() AND CASE WHEN to_regclass('hotspots.file') IS NULL
            THEN has_database_privilege(current_database(), 'CREATE') ELSE has_table_privilege('hotspots.file', 'INSERT, DELETE') END"""
        return bool(self.lines.ask(sql)[0][0])

    def _catalogue(self) -> dict[str, dict[int, bytes]]:
        """Return, of each city, version → its first bytes of the manifest; under 0 the pointer."""
        sql = """SELECT city, version, string_agg(CASE WHEN version = 0 THEN content WHEN name = %s THEN '+'::bytea END, '' ORDER BY piece)
            FROM hotspots.file WHERE piece = 0 GROUP BY city, version ORDER BY city, version"""

        def asked() -> dict[str, dict[int, bytes]]:
            found: dict[str, dict[int, bytes]] = {}
            for city, number, seen in self._ask(sql, (MANIFEST,)):
                found.setdefault(city, {})[number] = bytes(seen or b"")
            return found

        return self.memory.get("catalogue", asked)

    def _take(self, slug: str, number: int, file: str) -> bytes | None:
        sql = "SELECT content FROM hotspots.file WHERE city = %s AND version = %s AND name = %s ORDER BY piece"
        pieces = self._ask(sql, (slug, number, file), seconds=CARRIES)
        return b"".join(bytes(piece) for (piece,) in pieces) if pieces else None

    def _ask(self, sql: str, values: Sequence[Any], *, seconds: float = 5.0) -> list[Any]:
        if self._fits != settings.store_folder():
            self._look()
        return self.lines.ask(sql, values, seconds=seconds) if self._fits else []

    def _look(self) -> None:
        """See once that these tables are known to this program, and belong to this folder of papers. Without tables the store is empty."""
        if not self.lines.ask("SELECT to_regclass('hotspots.about') IS NOT NULL")[0][0]:
            return
        about = self.lines.ask("SELECT format, papers, host FROM hotspots.about")
        if not about:
            return
        ((number, papers, host),) = about
        if number > FORMAT:
            raise NewerError(
                told(
                    "the database {where} was set up by a newer program (format {number}; this one reads up to {known}). Nothing was "
                    "changed; use that one",
                    where=self.lines.where,
                    number=number,
                    known=FORMAT,
                )
            )
        folder = settings.store_folder()
        if _mark(folder) != papers:
            raise StoreError(
                told(
                    "the database {where} belongs to another folder of papers, first used on {host}; keys, lists of releases and logs lie "
                    "there. Let HOTSPOTS_PAPERS name it: all machines share one (now: {folder})",
                    where=self.lines.where,
                    host=host,
                    folder=folder,
                )
            )
        self._fits = folder

    # ------------------------------------------------------------------------------------------------------------ writing

    @contextlib.contextmanager
    def lock(self, slug: str, *, wait: float) -> Iterator[Lock]:
        """Hold the city's advisory lock by a line of its own: when the line ends, however it ends, the server takes the lock back.

        What is written is written by that line: whoever lost it writes nothing any more.
        """
        with self.lines.own() as line:
            with self._told():
                self._prepare(line)
                self._hold(line, slug, until=time.monotonic() + max(wait, _AT_ONCE))
            with self.memory.asleep():
                yield Lock(slug, line)
            with contextlib.suppress(Exception):  # a line that was cut has nothing to sign off
                line.execute("DELETE FROM hotspots.holder WHERE city = %s", (slug,))

    def _prepare(self, line: psycopg.Connection[Any]) -> None:
        """Set the tables up where there are none, and write down which folder of papers belongs to them."""
        if self._fits != settings.store_folder():
            (there,) = line.execute("SELECT to_regclass('hotspots.about') IS NOT NULL").fetchone() or (False,)
            folder = settings.store_folder()
            with line.transaction():
                line.execute("SELECT pg_advisory_xact_lock(hashtextextended('hotspots', 0))")
                if not there:
                    line.execute(_TABLES)
                line.execute(
                    "INSERT INTO hotspots.about (format, papers, host) SELECT %s, %s, %s WHERE NOT EXISTS (SELECT FROM hotspots.about)",
                    (FORMAT, _mark(folder, make=True), socket.gethostname()),
                )
            self._look()

    def _hold(self, line: psycopg.Connection[Any], slug: str, *, until: float) -> None:
        while not (line.execute("SELECT pg_try_advisory_lock(hashtextextended('hotspots ' || %s, 0))", (slug,)).fetchone() or (False,))[0]:
            if time.monotonic() >= until:
                raise self._taken(line, slug)
            time.sleep(0.05)
        said = json.dumps({"user": _user(), "process": str(os.getpid()), "host": socket.gethostname()})
        line.execute(
            "INSERT INTO hotspots.holder (city, said) VALUES (%s, %s) ON CONFLICT (city) DO UPDATE SET said = excluded.said, since = now()",
            (slug, said),
        )

    def _taken(self, line: psycopg.Connection[Any], slug: str) -> StoreError:
        row = line.execute("SELECT said, since FROM hotspots.holder WHERE city = %s", (slug,)).fetchone()
        now = datetime.now().astimezone()
        since = row[1].astimezone() if row else now
        day = "" if since.date() == now.date() else f"{since.date()} "
        try:
            who = {key: str(value) for key, value in json.loads(row[0]).items()} if row else {}
            return taken(slug, who, f"{day}{since:%H:%M}")
        except (ValueError, AttributeError):
            return taken(slug, {}, f"{day}{since:%H:%M}")

    def put(
        self, held: Lock, number: int, files: Mapping[str, bytes], pointer: bytes, *, gone: Sequence[int] = (), tables: Tables | None = None
    ) -> None:
        """Do all of it in one transaction."""
        try:
            with self._writing(held) as line:
                self._insert(line, held.slug, number, files)
                self._replace(line, held.slug, 0, {_POINTER: pointer})
                line.execute("DELETE FROM hotspots.file WHERE city = %s AND version = ANY(%s)", (held.slug, [*gone]))
                if tables is not None:
                    maps.show(line, held.slug, number, tables)
        except UnreachedError:
            if not self._is_out(held.slug, number, files[MANIFEST]):  # the line may have been cut after the server had done it
                raise

    def _is_out(self, slug: str, number: int, manifest: bytes) -> bool:
        self.memory.forget()
        try:
            return self._take(slug, number, MANIFEST) == manifest
        except UnreachedError:
            raise UnreachedError(
                told(
                    "the line to the database {where} was cut while version {number} of {city} was being published, and it does not "
                    "answer; the version is out whole or not at all: look with `list` once it answers",
                    where=self.lines.where,
                    number=number,
                    city=repr(slug),
                )
            ) from None

    def point(self, held: Lock, pointer: bytes, *, tables: Tables) -> None:
        """Write the pointer, and let the views show that version."""
        with self._writing(held) as line:
            self._replace(line, held.slug, 0, {_POINTER: pointer})
            maps.show(line, held.slug, json.loads(pointer)["version"], tables)

    def replace(self, held: Lock, number: int, files: Mapping[str, bytes], *, tables: Tables | None) -> None:
        """Write the files in the place of those that are there."""
        with self._writing(held) as line:
            self._replace(line, held.slug, number, files)
            if tables is not None:
                maps.show(line, held.slug, number, tables)

    def remove(self, held: Lock, numbers: Sequence[int]) -> None:
        """Delete versions."""
        with self._writing(held) as line:
            line.execute("DELETE FROM hotspots.file WHERE city = %s AND version = ANY(%s)", (held.slug, [*numbers]))

    def clear(self, held: Lock) -> None:
        """Delete all files of a city, and its views."""
        with self._writing(held) as line:
            line.execute("DELETE FROM hotspots.file WHERE city = %s", (held.slug,))
            maps.hide(line, held.slug)

    def sweep(self, held: Lock) -> None:
        """Do nothing: a transaction that was not ended leaves nothing behind."""

    def _replace(self, line: psycopg.Connection[Any], slug: str, number: int, files: Mapping[str, bytes]) -> None:
        line.execute("DELETE FROM hotspots.file WHERE city = %s AND version = %s", (slug, number))
        self._insert(line, slug, number, files)

    def _insert(self, line: psycopg.Connection[Any], slug: str, number: int, files: Mapping[str, bytes]) -> None:
        """Write files; the table refuses one that is there already."""
        rows = [
            (slug, number, name, piece, content[first : first + _PIECE])
            for name, content in files.items()
            for piece, first in enumerate(range(0, max(len(content), 1), _PIECE))
        ]
        for row in rows:
            line.execute("INSERT INTO hotspots.file VALUES (%s, %s, %s, %s, %b)", row)

    @contextlib.contextmanager
    def _writing(self, held: Lock) -> Iterator[psycopg.Connection[Any]]:
        """Open a transaction on the line that holds the lock."""
        with self._told(), within(CARRIES, held.line), held.line.transaction():
            yield held.line
        self.memory.forget()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise self.lines.fault(error) from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "?"


def _mark(folder: Path, *, make: bool = False) -> str:
    """Return what tells one folder of papers from every other; with `make` it gets one, where it has none."""
    path = folder / _MARK
    if make and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another made one this very moment
            whole.write(path, secrets.token_hex(16).encode(), anew=True)
    return path.read_bytes().decode("latin-1").strip() if path.is_file() else ""

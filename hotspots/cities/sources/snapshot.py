"""A line to a PostgreSQL server: one snapshot that cannot write, limits of time, and every fault in a sentence without the password."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pandas as pd

from hotspots import settings
from hotspots.cities.sources.catalogue import Source
from hotspots.cities.sources.web import SourceError
from hotspots.words import Told, told

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

CONNECTS = 10  # seconds until the server answers
_MORE = 10.0  # seconds beyond the server's own limit, after which the line is cut from here
_LINE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "client_encoding": "utf8", "application_name": "hotspots"}
_WRITABLE = """
SELECT current_user, count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))"""


class Snapshot:
    """What one transaction sees, read only. `where` names the server and the database, without the password."""

    def __init__(self, con: Connection, source: Source, where: str) -> None:
        self.con, self.source, self.where = con, source, where
        self._silent = False
        self._clock: threading.Timer | None = None

    def ask(self, sql: str) -> Any:
        """Return the answer of the server, which has the time of one piece for it. The SQL is sent as it stands."""
        self.heard()
        return self.con.exec_driver_sql(sql)

    def heard(self) -> None:
        """Begin the time of the next piece: the server has answered."""
        self.hang_up()
        self._clock = threading.Timer(self.source.seconds + _MORE, self._cut, (self.con.connection.driver_connection,))
        self._clock.daemon = True
        self._clock.start()

    def hang_up(self) -> None:
        """Stop the clock."""
        if self._clock:
            self._clock.cancel()

    def _cut(self, line: Any) -> None:
        """Cut the line: a server that does not keep its own limit would be waited for without end."""
        self._silent = True
        with suppress(OSError), socket.fromfd(line.pgconn.socket, socket.AF_INET, socket.SOCK_STREAM) as copy:
            copy.shutdown(socket.SHUT_RDWR)

    def fault(self, error: Any, password: str) -> SourceError:
        """Return the sentence for what the server or the line did."""
        state = getattr(error, "sqlstate", None) or ""
        here = {"source": self.source.name, "where": self.where, "seconds": self.source.seconds}
        if state == "57014" or self._silent:
            return SourceError(
                told(
                    "{source}: {where} worked longer than {seconds} seconds on one piece and was stopped; nothing was changed: ask for "
                    "less with where, or give it more time with seconds",
                    **here,
                )
            )
        if not state or state[:2] == "08" or state[:3] == "57P":
            return SourceError(told("{source}: the line to {where} was cut half-way; nothing was changed: fetch again", **here))
        said = _clean(error.diag.message_primary or "", password)
        if state == "42501":
            return SourceError(told("{source}: the role may not read this at {where}: {said}; GRANT SELECT gives it", **here, said=said))
        if state == "25006":
            return SourceError(told("{source}: this would write into {where}, and was not done: {said}", **here, said=said))
        if state == "22021":
            return SourceError(told("{source}: {where} holds text that is no UTF-8; nothing was changed: convert it in a view", **here))
        return SourceError(told("{source}: {where} says: {said}; nothing was changed", **here, said=said))


@contextmanager
def snapshot(source: Source, *, say: Callable[[Told], None]) -> Iterator[Snapshot]:
    """Open one transaction, REPEATABLE READ and READ ONLY, in which every table is seen as it was at one moment.

    The address is in the environment variable that the source names. A role that could write is told of. Raises a `SourceError` for
    every fault of the address, the line or the server, also of what is done inside.
    """
    engine, url, password = _engine(source)
    where = f"{url.host or url.query.get('host') or 'localhost'}:{url.port or 5432}/{url.database or url.username or ''}"
    from sqlalchemy.exc import DBAPIError

    try:
        con = engine.connect()
    except DBAPIError as error:
        raise _not_in(error.orig, source, where, password) from None
    seen = Snapshot(con, source, where)
    try:
        with con.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True, no_parameters=True):
            seen.heard()
            seen.ask(f"SET LOCAL statement_timeout = {int(source.seconds) * 1000}")
            role, tables = seen.ask(_WRITABLE).one()
            if tables:
                say(
                    told(
                        "{source}: the role {role} could write into {n} tables of {where}; use one that can only read (docs/sources.md)",
                        source=source.name,
                        role=role,
                        n=f"{tables:,}",
                        where=where,
                    )
                )
            yield seen
    except (DBAPIError, pd.errors.DatabaseError) as error:
        raise seen.fault(_of_driver(error), password) from None
    finally:
        seen.hang_up()


def _engine(source: Source) -> tuple[Any, URL, str]:
    """Return the engine, its address and the password, which no message says."""
    try:
        import psycopg  # noqa: F401
        import sqlalchemy
        from sqlalchemy.pool import NullPool
    except ImportError:
        raise SourceError(told("{source}: reading a database needs more: pip install 'hotspots[database]'", source=source.name)) from None
    url = _address(source)
    patience = {"connect_timeout": CONNECTS, **_LINE}
    given = {name: value for name, value in patience.items() if name not in url.query}
    engine = sqlalchemy.create_engine(url, poolclass=NullPool, connect_args=given, hide_parameters=True)
    return engine, url, str(url.password or url.query.get("password") or "")


def _address(source: Source) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if not source.address.isidentifier():
        raise SourceError(
            told(
                "{source}: address names the environment variable in which the address of the database stands, such as "
                "HOTSPOTS_DATABASE; the address itself, with its password, stands in no file",
                source=source.name,
            )
        )
    given = settings.secret(source.address)
    if not given:
        raise SourceError(
            told(
                "{source}: the environment variable {name} is not set; it holds the address of the database, such as "
                "postgresql://ROLE:PASSWORD@SERVER/DATABASE",
                source=source.name,
                name=source.address,
            )
        )
    try:
        url = make_url(given.strip())
    except (ArgumentError, ValueError):
        url = None
    if url is None or "@" in f"{url.host}{url.database}" or url.drivername.partition("+")[0] not in ("postgresql", "postgres"):
        raise SourceError(
            told(
                "{source}: what stands in the environment variable {name} is no address of a PostgreSQL database, such as "
                "postgresql://ROLE:PASSWORD@SERVER/DATABASE (in a password, @ is written %40, / %2F and : %3A)",
                source=source.name,
                name=source.address,
            )
        )
    return url.set(drivername="postgresql+psycopg")


def _not_in(error: Any, source: Source, where: str, password: str) -> SourceError:
    """Return the sentence for a line that did not come about."""
    from psycopg.errors import ConnectionTimeout

    said = _clean(str(error), password)
    named: dict[str, Any] = {"source": source.name, "where": where, "name": source.address, "seconds": CONNECTS}
    if isinstance(error, ConnectionTimeout):
        return SourceError(told("{source}: {where} did not answer within {seconds} seconds; see that the server runs", **named))
    if error.pgconn is not None and error.pgconn.needs_password:
        return SourceError(told("{source}: {where} asks for a password, and the address in {name} has none", **named))
    if "FATAL:" in said:
        said = said.partition("FATAL:")[2].strip()
        return SourceError(
            told("{source}: {where} refused the role, the password or the database that stand in {name}: {said}", **named, said=said)
        )
    said = said.rpartition("failed: ")[2].partition(" Is the server running")[0]
    return SourceError(
        told(
            "{source}: no server was reached at {where} ({said}); see that it runs, and that the address in {name} is right",
            **named,
            said=said,
        )
    )


def _of_driver(error: BaseException) -> Any:
    """Return the driver's own error behind those of the libraries around it."""
    from sqlalchemy.exc import DBAPIError

    while not isinstance(error, DBAPIError) and error.__cause__ is not None:
        error = error.__cause__
    return getattr(error, "orig", None) or error


def _clean(text: str, password: str) -> str:
    """Return the text in one line, short, and without the password.

    >>> _clean('could not\\ntranslate "s3cret@db"', "s3cret")
    'could not translate "…@db"'
    """
    for one in (password, quote_plus(password)):
        text = text.replace(one, "…") if one else text
    return " ".join(text.split())[:300]

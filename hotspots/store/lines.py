"""Lines to the PostgreSQL server that holds the store: limits of time, and every fault in a sentence, without the password."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from hotspots.store.formats import StoreError
from hotspots.words import Told, told

if TYPE_CHECKING:
    import psycopg

CONNECTS = 4  # seconds until each server of the address answers
ANSWERS, CARRIES = 5.0, 600.0  # seconds for a small answer, and for the files of a version
_LINE = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15000,
    "client_encoding": "utf8",
    "application_name": "hotspots",
    "options": "-c lock_timeout=10s",
}
_IDLE = 2  # lines that are kept for the next question


class UnreachedError(StoreError):
    """The server does not answer, or the line to it was cut."""


class Lines:
    """The lines of this process to one server, or to the one of several that can take them."""

    def __init__(self, address: str) -> None:
        self.given = _taken_apart(address)
        hosts, ports = ([*str(self.given.get(name) or "").split(",")] for name in ("host", "port"))
        pairs = [f"{host or 'localhost'}:{(ports[n] if len(ports) == len(hosts) else ports[0]) or 5432}" for n, host in enumerate(hosts)]
        self.where = f"{', '.join(pairs)}/{self.given.get('dbname') or self.given.get('user') or ''}"
        self._secret = str(self.given.get("password") or "") or os.environ.get("PGPASSWORD", "")
        self._idle: list[psycopg.Connection[Any]] = []
        self._process, self._guard = os.getpid(), threading.Lock()

    @contextlib.contextmanager
    def own(self) -> Iterator[psycopg.Connection[Any]]:
        """Open a line of one's own, which commits each statement by itself, and close it."""
        con = self._opened()
        try:
            yield con
        finally:
            con.close()

    def _opened(self) -> psycopg.Connection[Any]:
        import psycopg

        try:
            return psycopg.connect(autocommit=True, **{"connect_timeout": CONNECTS, **_LINE, **self.given})
        except psycopg.Error as error:
            raise self._not_in(error) from None

    def ask(self, sql: str, values: Any = None, *, seconds: float = ANSWERS) -> list[Any]:
        """Return the rows of a question that may be asked twice: an idle line that was cut meanwhile is replaced by a new one."""
        import psycopg

        if self._process != os.getpid():  # a fork: the lines belong to the other process
            self._idle, self._process = [], os.getpid()
        try:
            while (con := self._kept()) is not None:
                with contextlib.suppress(psycopg.OperationalError):
                    return self._asked(con, sql, values, seconds)
                con.close()
            return self._asked(self._opened(), sql, values, seconds)
        except psycopg.Error as error:
            raise self.fault(error) from None

    def _asked(self, con: psycopg.Connection[Any], sql: str, values: Any, seconds: float) -> list[Any]:
        try:
            with within(seconds, con):
                found = con.execute(sql, values, binary=True).fetchall()
        except BaseException:
            con.close()
            raise
        with self._guard:
            if len(self._idle) < _IDLE:
                self._idle.append(con)
                return list(found)
        con.close()
        return list(found)

    def _kept(self) -> psycopg.Connection[Any] | None:
        with self._guard:
            return self._idle.pop() if self._idle else None

    def close(self) -> None:
        """Close the lines that nobody uses."""
        while (con := self._kept()) is not None:
            con.close()

    def __del__(self) -> None:
        if self.__dict__.get("_process") == os.getpid():
            self.close()

    def fault(self, error: psycopg.Error) -> StoreError:
        """Return the sentence for what the server or the line did. Whatever was being written is not there."""
        state = error.sqlstate or ""
        here: dict[str, Any] = {"where": self.where}
        if not state or state[:2] == "08" or state[:3] == "57P":
            return UnreachedError(told("the line to the database {where} was cut. Nothing was changed; try again", **here))
        if state in ("53100", "53200", "54000"):
            return StoreError(
                told("the disk or the memory of the database {where} is full. Nothing was changed; let who runs it make room", **here)
            )
        if state == "25006":
            return StoreError(
                told(
                    "the server reached at {where} is a stand-by or is set to read only. Nothing was changed; with several servers add "
                    "?target_session_attrs=read-write to the address",
                    **here,
                )
            )
        said = clean(error.diag.message_primary or "", self._secret)
        if state == "42501":
            return StoreError(
                told(
                    "the role in HOTSPOTS_STORE may not do this at {where}: {said} (docs/database.md says what to grant)", **here, said=said
                )
            )
        if state in ("55P03", "2BP01"):
            return StoreError(
                told(
                    "somebody else's program holds on to a map layer at {where} that must be made anew: {said}. Nothing was changed; let "
                    "them close it and try again",
                    **here,
                    said=said,
                )
            )
        return StoreError(told("the database {where} says: {said}. Nothing was changed", **here, said=said))

    def _not_in(self, error: psycopg.Error) -> StoreError:
        """Return the sentence for a line that did not come about."""
        if "FATAL:" in str(error) and "FATAL:  the database system is" not in str(error):
            said = clean(str(error), self._secret).rpartition("FATAL:")[2].strip()
            return UnreachedError(
                told("the database {where} refused the role, the password or the name: {said}", where=self.where, said=said)
            )
        return UnreachedError(
            told("the database {where} does not answer; see that its server runs, and that HOTSPOTS_STORE is right", where=self.where)
        )


@contextlib.contextmanager
def within(seconds: float, con: psycopg.Connection[Any]) -> Iterator[None]:
    """Cut a line from our side after so many seconds: a server or a network that fell silent would be waited for without end."""
    clock = threading.Timer(seconds, _cut, (con,))
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _cut(con: psycopg.Connection[Any]) -> None:
    with contextlib.suppress(Exception), socket.fromfd(con.pgconn.socket, socket.AF_INET, socket.SOCK_STREAM) as copy:
        copy.shutdown(socket.SHUT_RDWR)


def clean(text: str, password: str) -> str:
    """Return the text in one line, short, and without the password.

    >>> clean('could not\\ntranslate "s3cret@db"', "s3cret")
    'could not translate "…@db"'
    """
    for one in (password, quote_plus(password), quote(password, safe="")):
        text = text.replace(one, "…") if one else text
    return " ".join(text.split())[:300]


def _taken_apart(address: str) -> dict[str, Any]:
    """Return the parts of an address. One that cannot be taken apart without doubt is refused: it would say part of a password."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise StoreError(told("a store in a database needs more: pip install 'hotspots[database]'")) from None
    try:
        given: dict[str, Any] = dict(conninfo_to_dict(address))
        named = f"{given.get('host') or ''}{given.get('dbname') or ''}{given.get('user') or ''}"
        good = address.startswith(("postgresql://", "postgres://")) and "@" not in named
        good = good and all(one.isdecimal() for one in str(given.get("port") or "5432").split(",") if one)
    except psycopg.Error:
        good = False
    if not good:
        raise StoreError(_no_address())
    return given


def _no_address() -> Told:
    return told(
        "what stands in HOTSPOTS_STORE is no address of a PostgreSQL database, such as postgresql://ROLE@SERVER/DATABASE (in a password, @ "
        "is written %40, / %2F and : %3A; better, keep it in the file .pgpass)"
    )

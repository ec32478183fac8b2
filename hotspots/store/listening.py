"""What a server remembers of the store in a database, as long as it hears of every change (LISTEN), and while the database is silent."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from hotspots.store.formats import StoreError
from hotspots.store.lines import ANSWERS, Lines, UnreachedError, within

CHANNEL = "hotspots"
BEAT, AGAIN = 5.0, 2.0  # seconds between two signs of life, and until a line is tried again
_MOST = 4096  # answers that are remembered
_T = TypeVar("_T")


class Memory:
    """Answers of the database that hold until it says that something changed. Without a listener each is asked for anew.

    While the database is silent the last answer stands: what was served stays served, and `since` says from when it is.
    """

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.since: datetime | None = None  # the last sign of life, where there is none now
        self._known: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._guard = threading.Lock()
        self._heard, self._hears = 0, False
        self._beat = datetime.now(UTC)
        self._ear: threading.Thread | None = None
        self._writers = threading.local()

    def listen(self) -> None:
        """Begin to listen, in a thread that ends with the program."""
        with self._guard:
            if self._ear is None:
                self._ear = threading.Thread(target=self._listen, name="hotspots-listens", daemon=True)
                self._ear.start()

    def forget(self) -> None:
        """Ask anew from now on; what is remembered stands in only while the database is silent."""
        with self._guard:
            self._heard += 1

    @contextlib.contextmanager
    def asleep(self) -> Iterator[None]:
        """Let this thread ask for everything while it writes: what it was told may be older than the lock that it holds."""
        before = getattr(self._writers, "here", False)
        self._writers.here = True
        try:
            yield
        finally:
            self._writers.here = before

    def get(self, key: Hashable, ask: Callable[[], _T]) -> _T:
        """Return the answer that is remembered under `key`, if it holds, else that of `ask`."""
        if self._ear is None or getattr(self._writers, "here", False):
            return ask()
        with self._guard:
            heard, known = self._heard, self._known.get(key)
            if known is not None and (self.since or (self._hears and known[0] == heard)):
                return cast(_T, known[1])
        try:
            answer = ask()
        except UnreachedError:
            self._falls_silent()
            if known is None:
                raise
            return cast(_T, known[1])
        with self._guard:
            self._known[key] = (heard if self._hears else -1, answer)
            self._known.move_to_end(key)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return answer

    def _falls_silent(self) -> None:
        with self._guard:
            self.since = self.since or self._beat

    def _listen(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self._hear()
            except Exception:  # whatever it was, it is tried again; what a reader is told is told by `get`
                self._hears = False
            pause.wait(AGAIN)

    def _hear(self) -> None:
        """Hear of changes until the line ends. What was remembered before is asked for anew: something may have been missed."""
        import psycopg

        try:
            with self.lines.own() as con:
                with within(ANSWERS, con):
                    con.execute(f"LISTEN {CHANNEL}")
                self._alive(hears=True)
                while True:
                    for _ in con.notifies(timeout=BEAT, stop_after=1):
                        self.forget()
                    with within(ANSWERS, con):
                        con.execute("SELECT 1")
                    self._alive(hears=True)
        except psycopg.errors.ReadOnlySqlTransaction:  # a stand-by tells of nothing: it is asked each time
            self._alive(hears=False)
        except (psycopg.Error, StoreError):
            self._hears = False
            self._falls_silent()

    def _alive(self, *, hears: bool) -> None:
        with self._guard:
            if not self._hears or self.since:
                self._heard += 1
            self._hears, self.since, self._beat = hears, None, datetime.now(UTC)

"""One address for several processes: each connection is led to the process that the browser came to before, else to the one with fewest.

Only the head of a connection's first request is read; all else passes as it is, so that the processes see what a browser sent and the
browser what they answered. What tells browsers apart is a cookie that the processes set.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from hotspots import settings
from hotspots.drawing import waiting

HEAD = 65536  # bytes of a first request's head at most
PATIENCE = 15.0  # seconds for it to come
MOST = 4096  # connections at a time
LATELY = 5.0  # seconds in which a browser has opened the connections that stay
_COOKIE = re.compile(rb"(?im)^cookie:.*?\b" + settings.WORKER_COOKIE.encode() + rb"=([0-9]+)")
_ACCEPTED = re.compile(rb"(?im)^accept-language:[ \t]*([ -~]*)")


class Behind(Protocol):
    """A process: its `number`, its `port` on this machine, whether it is `ready`, how many connections are `led` to it, and how many of
    browsers that were nowhere before it was given `lately`: what these will ask for is still to come."""

    number: int
    port: int
    ready: bool
    led: int
    lately: int


def chosen(workers: Sequence[Behind], head: bytes) -> Behind | None:
    """Return the process that a request goes to: that of its cookie, else the one with fewest connections; None while none is ready.

    >>> from types import SimpleNamespace
    >>> both = [SimpleNamespace(number=one, port=0, ready=True, led=led, lately=0) for one, led in ((1, 5), (2, 3))]
    >>> heads = (b"GET / HTTP/1.1", b"GET / HTTP/1.1\\r\\nCookie: a=b; hotspots_worker=1", b"GET /\\r\\nCookie: hotspots_worker=9")
    >>> [chosen(both, head).number for head in heads]
    [2, 1, 2]
    """
    ready = [one for one in workers if one.ready]
    found = _COOKIE.search(head)
    named = int(found[1]) if found else 0
    return next((one for one in ready if one.number == named), min(ready, key=lambda one: one.led + one.lately, default=None))


class Side(asyncio.Protocol):
    """One end of a connection: what comes is written to the other end, no faster than that takes it."""

    transport: asyncio.Transport

    def __init__(self, gone: Callable[[], None]) -> None:
        self.gone = gone
        self.other: Side | None = None
        self.ended = False  # no more comes from here

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Know the connection."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Pass on what came."""
        if self.other is not None:
            self.other.transport.write(data)

    def eof_received(self) -> bool:
        """Pass on that no more comes; answers still may, until neither end says more."""
        self.ended = True
        if self.other is None or self.other.ended or self.other.transport.is_closing():
            return False
        self.other.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        """Let the other end wait."""
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Let the other end go on."""
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def connection_lost(self, fault: Exception | None) -> None:
        """Close the other end too."""
        if self.other is not None:
            self.other.transport.close()
        self.gone()


class Reader(Side):
    """The reader's end: it collects the head of the first request, then is led to a process."""

    def __init__(self, workers: Sequence[Behind], gone: Callable[[], None]) -> None:
        super().__init__(gone)
        self.workers = workers
        self._head = b""
        self._leading: asyncio.Task[None] | None = None
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the head of a request, and not for ever."""
        super().connection_made(transport)
        self._late = asyncio.get_running_loop().call_later(PATIENCE, self._close)

    def data_received(self, data: bytes) -> None:
        """Collect the head, and lead the connection once it is whole; then pass on what comes."""
        if self.other is not None:
            self.other.transport.write(data)
            return
        self._head += data
        if self._leading is None and b"\r\n\r\n" in self._head:
            if self._late is not None:
                self._late.cancel()
            self._leading = asyncio.get_running_loop().create_task(self._lead())
        elif len(self._head) > HEAD:
            self._close()

    def connection_lost(self, fault: Exception | None) -> None:
        """Close the process's end too."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(fault)

    async def _lead(self) -> None:
        self.transport.pause_reading()
        worker = chosen(self.workers, self._head)
        if worker is not None and not _COOKIE.search(self._head):
            _note_newcomer(worker)
        there = None if worker is None else await _reached(worker)
        if there is None:
            self._say_that_it_begins()
        elif self.transport.is_closing():
            there.transport.close()
        else:
            self.other, there.other = there, self
            there.transport.write(self._head)
            self._head = b""
            self.transport.resume_reading()

    def _say_that_it_begins(self) -> None:
        if self.transport.is_closing():
            return
        found = _ACCEPTED.search(self._head)
        body, headers = waiting.answer("begins", found[1].decode("ascii") if found else "")
        told = {**headers, "Content-Length": str(len(body)), "Connection": "close", "X-Content-Type-Options": "nosniff"}
        lines = ["HTTP/1.1 503 Service Unavailable", *(f"{name}: {value}" for name, value in told.items())]
        self.transport.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        self.transport.close()

    def _close(self) -> None:
        self.transport.close()


def _note_newcomer(worker: Behind) -> None:
    def settled() -> None:
        worker.lately -= 1

    worker.lately += 1
    asyncio.get_running_loop().call_later(LATELY, settled)


async def _reached(worker: Behind) -> Side | None:
    """Return the end of a new connection to a process; None where it does not take any."""

    def gone() -> None:
        worker.led -= 1

    worker.led += 1
    try:
        _, there = await asyncio.get_running_loop().create_connection(lambda: Side(gone), "127.0.0.1", worker.port)
    except OSError:
        gone()
        return None
    return there


class Balance:
    """Takes connections and leads them."""

    def __init__(self, workers: Sequence[Behind]) -> None:
        self.workers = workers
        self.connections = 0

    def reader(self) -> asyncio.Protocol:
        """Return what deals with a new connection; one too many is closed at once."""
        if self.connections >= MOST:
            return _Refused()
        self.connections += 1
        return Reader(self.workers, self._gone)

    def _gone(self) -> None:
        self.connections -= 1


class _Refused(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        transport.close()

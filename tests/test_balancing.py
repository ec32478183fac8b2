"""One address for several processes: a browser stays with its own, bytes pass as they are, and nobody hangs on one that is not there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from hotspots.cli import balancing
from hotspots.cli.balancing import Balance

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Process:
    """A process that says its number, then gives back whatever comes."""

    number: int
    port: int = 0
    ready: bool = True
    led: int = 0
    lately: int = 0
    open: int = 0
    heads: list[bytes] = field(default_factory=list)

    async def takes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"%d" % self.number)
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.open -= 1


class Door:
    """The one address: `open` makes a connection to it, which is closed at the end."""

    def __init__(self, port: int, balance: Balance, processes: Sequence[Process]) -> None:
        self.port, self.balance, self.processes = port, balance, processes
        self.writers: list[asyncio.StreamWriter] = []

    async def open(self, *pieces: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)
        return reader, writer

    async def came_to(self, cookie: str = "") -> bytes:
        """Return the number of the process that a browser with these cookies comes to; the connection stays."""
        head = HEAD.replace(b"\r\n\r\n", f"\r\nCookie: {cookie}\r\n\r\n".encode()) if cookie else HEAD
        reader, _ = await self.open(head)
        return await asyncio.wait_for(reader.read(1), 20)

    async def close(self) -> None:
        for writer in self.writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        self.writers.clear()
        while self.balance.connections or any(one.led or one.open for one in self.processes):
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def behind(*processes: Process) -> AsyncIterator[Door]:
    """Run the processes behind one address."""
    servers = []
    for one in processes:
        servers.append(await asyncio.start_server(one.takes, "127.0.0.1", 0))
        one.port = servers[-1].sockets[0].getsockname()[1]
    balance = Balance(processes)
    front = await asyncio.get_running_loop().create_server(balance.reader, "127.0.0.1", 0)
    door = Door(front.sockets[0].getsockname()[1], balance, processes)
    try:
        yield door
    finally:
        await door.close()
        for server in (front, *servers):
            server.close()
        await asyncio.sleep(0.05)


def runs(made: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(made(), 60))  # type: ignore[arg-type]


def test_a_browser_comes_back_to_its_process_and_a_new_one_goes_where_fewest_are():
    async def run() -> None:
        both = Process(1), Process(2)
        async with behind(*both) as door:
            assert sorted([await door.came_to() for _ in range(6)]) == [b"1"] * 3 + [b"2"] * 3
            assert [await door.came_to("a=b; hotspots_worker=2; c=d") for _ in range(4)] == [b"2"] * 4
            assert [(one.led, one.lately) for one in both] == [(3, 3), (7, 3)]
            assert await door.came_to() == b"1"
            assert await door.came_to("hotspots_worker=7") == b"1"  # there is none of that number
            await door.close()
            assert [(one.led, one.lately) for one in both] == [(0, 4), (0, 3)]
            both[1].ready = False
            assert await door.came_to("hotspots_worker=2") == b"1"  # its own is away

    runs(run)


def test_newcomers_are_shared_out_although_their_first_request_is_over_at_once(monkeypatch):
    monkeypatch.setattr(balancing, "LATELY", 0.3)

    async def run() -> None:
        both = Process(1), Process(2)
        async with behind(*both) as door:
            for _ in range(6):
                await door.came_to()
                await door.close()
            assert [one.lately for one in both] == [3, 3]
            await asyncio.sleep(0.5)
            assert [one.lately for one in both] == [0, 0]

    runs(run)


def test_what_is_sent_arrives_as_it_was_in_any_pieces_and_any_size():
    async def run() -> None:
        async with behind(Process(1)) as door:
            reader, writer = await door.open(HEAD[:7], HEAD[7:-2], HEAD[-2:])
            assert await reader.read(1) == b"1"
            sent = bytes(range(256)) * 32768  # 8 MB, more than any buffer between
            writer.write(sent)
            got = await reader.readexactly(len(sent))
            assert got == sent
            writer.write_eof()
            assert await reader.read() == b""

    runs(run)


def test_the_head_reaches_the_process_as_the_browser_sent_it():
    async def run() -> None:
        one = Process(1)
        async with behind(one) as door:
            await door.came_to("hotspots_worker=1; _streamlit_xsrf=x")
            assert one.heads == [HEAD.replace(b"\r\n\r\n", b"\r\nCookie: hotspots_worker=1; _streamlit_xsrf=x\r\n\r\n")]

    runs(run)


@pytest.mark.parametrize(("language", "text"), [("en-GB", b"begins to run"), ("es", "está arrancando".encode())])
def test_while_no_process_is_ready_a_page_says_so(language, text):
    async def run() -> None:
        away = Process(1, ready=False)
        async with behind(away) as door:
            for ready in (False, True):  # one that says it is ready may have died since
                away.ready, away.port = ready, away.port if not ready else 1
                reader, _ = await door.open(HEAD.replace(b"\r\n\r\n", f"\r\nAccept-Language: {language}\r\n\r\n".encode()))
                got = await asyncio.wait_for(reader.read(), 20)
                assert got.startswith(b"HTTP/1.1 503 ")
                assert text in got
            assert away.led == 0

    runs(run)


def test_a_head_that_does_not_come_or_does_not_end_is_no_connection_for_long(monkeypatch):
    monkeypatch.setattr(balancing, "PATIENCE", 0.2)

    async def run() -> None:
        one = Process(1)
        async with behind(one) as door:
            slow, _ = await door.open()
            assert await asyncio.wait_for(slow.read(), 20) == b""
            endless, _ = await door.open(b"GET / HTTP/1.1\r\nX: " + b"x" * (balancing.HEAD + 1))
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(endless.read(), 20) == b""
            assert one.heads == []

    runs(run)


def test_connections_are_bounded(monkeypatch):
    monkeypatch.setattr(balancing, "MOST", 3)

    async def run() -> None:
        async with behind(Process(1)) as door:
            assert [await door.came_to() for _ in range(3)] == [b"1"] * 3
            with contextlib.suppress(ConnectionError):
                assert await door.came_to() == b""
            await door.close()
            assert await door.came_to() == b"1"

    runs(run)

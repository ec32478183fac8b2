"""Several processes of the dashboard behind one address: each is started again when it dies, and all end with the one that started them."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotspots.cli.balancing import Balance
from hotspots.words import Words

LOOK = 0.25  # seconds between two looks whether a process answers
SOON = 60.0  # seconds: one that dies within them has not run
MOST_TRIES = 3  # in a row, then all is given up
LEAVE = 10.0  # seconds to end by itself
_HEALTH = b"GET /_stcore/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@dataclass
class Worker:
    """One process (see `balancing.Behind`)."""

    number: int
    port: int = 0
    ready: bool = False
    led: int = 0
    lately: int = 0
    process: asyncio.subprocess.Process | None = None


def run(server: Sequence[str], folder: Path, surroundings: Mapping[str, str], *, address: str, port: int, count: int, words: Words) -> int:
    """Run `count` processes of the dashboard behind an address until told to end; return the exit status.

    `server` is the command of one, without its port and address.
    """
    with contextlib.suppress(KeyboardInterrupt):  # where there are no signals
        return asyncio.run(_Workers(server, folder, surroundings, f"{address}:{port}", count, words).until_told(address, port))
    return 0


class _Workers:
    def __init__(self, server: Sequence[str], folder: Path, surroundings: Mapping[str, str], shared: str, count: int, words: Words) -> None:
        self.server, self.folder, self.shared, self.words = server, folder, shared, words
        self.surroundings = {
            "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32),
            **surroundings,
        }  # one for all: a token holds everywhere
        self.workers = [Worker(number) for number in range(1, count + 1)]
        self.ended = asyncio.Event()
        self.status = 0

    async def until_told(self, address: str, port: int) -> int:
        loop = asyncio.get_running_loop()
        for told in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # there Ctrl-C raises all the same
                loop.add_signal_handler(told, self.ended.set)
        try:
            taking = await loop.create_server(Balance(self.workers).reader, address, port)
        except OSError as fault:
            print(self.words.say("{address} cannot be listened on: {fault}", address=self.shared, fault=fault.strerror), file=sys.stderr)
            return 1
        kept = [loop.create_task(self._kept(one)) for one in self.workers]
        try:
            await self.ended.wait()
        finally:
            taking.close()
            for one in kept:
                one.cancel()
            await asyncio.gather(*kept, return_exceptions=True)
            await asyncio.gather(*(_stopped(one) for one in self.workers))
        return self.status

    async def _kept(self, worker: Worker) -> None:
        """Start a process, and start it again whenever it dies; give all of it up where it does not get to run."""
        failed = 0
        while failed < MOST_TRIES:
            began = time.monotonic()
            await self._begun(worker)
            assert worker.process is not None
            answering = asyncio.get_running_loop().create_task(_answering(worker))
            await worker.process.wait()
            answering.cancel()
            ran, worker.ready = worker.ready or time.monotonic() - began > SOON, False
            failed = 0 if ran else failed + 1
            print(self.words.say("Process {n} of the dashboard has ended; it is started again.", n=worker.number), file=sys.stderr)
        print(self.words.say("Process {n} of the dashboard does not get to run. All are ended.", n=worker.number), file=sys.stderr)
        self.status = 1
        self.ended.set()

    async def _begun(self, worker: Worker) -> None:
        worker.port = _free_port()
        command = [*self.server, "--server.port", str(worker.port), "--server.address", "127.0.0.1"]
        surroundings = {**self.surroundings, "HOTSPOTS_WORKER": f"{worker.number}@{self.shared}"}
        # It reads from this process and ends when there is nothing to read from: also when this one is killed.
        worker.process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, env=surroundings, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _answering(worker: Worker) -> None:
    """Wait until a process answers, and say so."""
    while not worker.ready:
        await asyncio.sleep(LOOK)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
            try:
                writer.write(_HEALTH)
                first = await asyncio.wait_for(reader.readline(), SOON)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            worker.ready = b" 200 " in first


async def _stopped(worker: Worker) -> None:
    process = worker.process
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), LEAVE)
        except TimeoutError:
            process.kill()
            await process.wait()

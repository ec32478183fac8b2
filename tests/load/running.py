"""The server that a crowd is let loose on: its processes, what they have used, and how to end them. Loopback alone."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Running:
    """A server with its workers, by the process that was started."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    @property
    def processes(self) -> list[int]:
        """The processes: the one started, and those that it started itself."""
        found, rest = [], [self.process.pid]
        while rest:
            one = rest.pop()
            with suppress(OSError):
                rest += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
                found.append(one)
        return found

    def cpu(self) -> float:
        """Return the seconds of CPU that the processes have used."""
        used = 0
        for one in self.processes:
            with suppress(OSError):
                fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
                used += int(fields[11]) + int(fields[12])
        return used / TICKS

    def memory(self) -> float:
        """Return how many MB of memory the processes hold."""
        pages = 0
        for one in self.processes:
            with suppress(OSError):
                pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        return pages * PAGE / 2**20


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(folder: Path, *, workers: int = 1, port: int = 0, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run `hotspots run` on a store in `folder` until the block ends; it is there once every process answers."""
    port = port or free_port()
    command = [sys.executable, "-m", "hotspots", "run", "--port", str(port), "--workers", str(workers)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "HOTSPOTS_STORE": str(folder / "store"), **(env or {})}
    log = folder / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=surroundings, stdout=out, stderr=out)
    try:
        running = Running(process, f"http://127.0.0.1:{port}", log)
        _await(running)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(running: Running) -> None:
    for _ in range(960):
        assert running.process.poll() is None, running.log.read_text()
        with suppress(OSError), urlopen(f"{running.address}/_stcore/health", timeout=60) as answer:
            if answer.status == 200:
                return
        time.sleep(0.25)
    raise TimeoutError(running.log.read_text())


def put(text: str, part: str) -> str:
    """Return a document with a section in place of the one of the same heading, else at its end.

    >>> put("# A\\n\\n## Load\\n\\nold\\n\\n## Rest\\n\\nx\\n", "## Load\\n\\nnew\\n")
    '# A\\n\\n## Load\\n\\nnew\\n\\n## Rest\\n\\nx\\n'
    """
    heading = part.partition("\n")[0]
    found = re.search(rf"(?ms)^{re.escape(heading)}$.*?(?=^## |\Z)", text)
    if not found:
        return f"{text.rstrip()}\n\n{part.rstrip()}\n"
    rest = text[found.end() :]
    return text[: found.start()] + part.rstrip() + "\n" + (f"\n{rest}" if rest else "")

"""`run --workers`: real processes behind one address, which die, are started again, and all end with the one that started them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from crowd import BusyError, Reader, asked_for
from running import Running, served
from test_door import answered, listens, status

from hotspots.cli import workers
from hotspots.cli.main import main
from hotspots.words import words_for

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes as Linux lists them")
ROOM = 3


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("two")
    (folder / "none").mkdir()
    env = {"HOTSPOTS_CITIES": str(folder / "none"), "HOTSPOTS_READERS": str(ROOM), "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    with served(folder, workers=2, env=env) as running:
        awaited(lambda: len(ready(running)) == 2)
        yield running


def awaited(done: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)


def port_of(running: Running) -> int:
    return int(running.address.rpartition(":")[2])


def ready(running: Running) -> set[str]:
    """Return the numbers of the processes that answer, asking as new browsers do."""

    found = set()
    for _ in range(4):
        with suppress(OSError):
            lines = ["GET /_stcore/health HTTP/1.1", f"Host: 127.0.0.1:{port_of(running)}", "Connection: keep-alive"]
            found |= set(re.findall(r"hotspots_worker=([0-9]+)", answered(port_of(running), lines)))
    return found


def alive(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.walk
def test_a_browser_stays_with_its_process_and_all_ask_the_same_of_who_comes(two):
    port = port_of(two)
    own = ["GET / HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    assert all("set-cookie: hotspots_worker" not in answered(port, [*own, f"Cookie: hotspots_worker={one}"]).lower() for one in (1, 2))
    assert not listens("127.0.0.2", port)  # whatever the environment says
    assert status(port, f"127.0.0.1:{port}", origin=f"http://127.0.0.1:{port}") == 101
    for host in ("evil.example", f"evil.example:{port}"):
        assert status(port, host, origin=f"http://{host}") == 403
        assert status(port, host, path="/") == 403
    assert status(port, f"127.0.0.1:{port}", origin="http://evil.example") == 403


def test_both_serve_pages_and_whoever_comes_when_both_are_full_is_told_so(two):
    async def run() -> None:
        async with AsyncExitStack() as all_open:
            for _ in range(2 * ROOM):
                one = await let_in(Reader(two.address, "methods", language="en"))
                all_open.push_async_exit(one)
                assert (await one.open()).messages > 5
            for language, text in (("en", "busy"), ("es", "ocupado")):
                with pytest.raises(BusyError):
                    await asked_for(two.address, "/", language)
                said = whole(two, "/", language)
                assert text in said
                assert "content-security-policy" in said.lower()

    asyncio.run(run())
    awaited(lambda: not _busy(two))


async def let_in(one: Reader, seconds: float = 60) -> Reader:
    """Come in, and where there is no room yet ask again, as the page that says so does: connections of others may still be closing."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(BusyError):
            return await one.__aenter__()
        await asyncio.sleep(0.5)
    raise BusyError("no room for a reader in a minute")


def whole(running: Running, path: str, language: str) -> str:
    """Return a page that is refused, and its head."""
    asked = Request(f"{running.address}{path}", headers={"Accept": "text/html", "Accept-Language": language})
    with pytest.raises(HTTPError) as refused:
        urlopen(asked, timeout=20)
    with refused.value as answer:
        return f"{answer.headers}\n{answer.read().decode()}"


def _busy(running: Running) -> bool:
    try:
        asyncio.run(asked_for(running.address, "/"))
    except BusyError:
        return True
    return False


def test_a_process_that_dies_is_started_again_and_meanwhile_the_other_serves(two):
    port, (parent, *children) = port_of(two), two.processes
    os.kill(children[0], signal.SIGKILL)
    awaited(lambda: not alive(children[0]))
    time.sleep(0.3)
    assert status(port, f"127.0.0.1:{port}", path="/_stcore/health") == 200
    awaited(lambda: len(ready(two)) == 2)
    assert len(two.processes) == 3
    assert two.process.pid == parent
    assert "is started again" in two.log.read_text() or "se inicia de nuevo" in two.log.read_text()


@pytest.mark.walk
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_all_end_with_the_one_that_started_them(tmp_path, how):
    (tmp_path / "none").mkdir()
    with served(tmp_path, workers=2, env={"HOTSPOTS_CITIES": str(tmp_path / "none")}) as running:
        everybody = running.processes
        assert len(everybody) == 3
        running.process.send_signal(how)
        assert running.process.wait(30) == (-how if how == signal.SIGKILL else 0)
        awaited(lambda: not any(map(alive, everybody)))


def test_processes_that_cannot_run_are_given_up(capfd, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "LOOK", 0.05)
    dies = [sys.executable, "-c", "raise SystemExit(3)"]
    known = {"address": "127.0.0.1", "port": 0, "count": 2, "words": words_for("en")}
    assert workers.run(dies, tmp_path, dict(os.environ), **known) == 1
    said = capfd.readouterr().err
    assert "does not get to run. All are ended." in said
    assert said.count("is started again") <= 2 * workers.MOST_TRIES


def test_a_port_that_is_taken_is_one_sentence(two):
    command = [sys.executable, "-m", "hotspots", "--language", "en", "run", "--workers", "2", "--port", str(port_of(two))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"127.0.0.1:{port_of(two)} cannot be listened on: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", ["0", "65", "-1"])
def test_a_number_of_processes_that_makes_no_sense_is_refused(number, capsys):
    assert main(["--language", "en", "run", "--workers", number]) == 1
    assert capsys.readouterr().err == "--workers: write a number from 1 to 64\n"

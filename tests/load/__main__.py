"""Let readers loose on the dashboard: how much of the processor a changed filter takes, how long each reader waits, what is left of memory.

Everything runs on this machine and reaches nothing else: a server with a process for each processor, and readers without a browser, whose
own use of the processor is told apart. Writes the section "Load" of docs/operations.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from crowd import BusyError, Reader, asked_for
from running import ROOT, Running, put, served

OPERATIONS = ROOT / "docs" / "operations.md"
PAGES = ("", "map")  # the first page, and the map of every measure: half of the readers each
FILTERS = ("choice_weapon", "choice_category", "choice_sex", "choice_age", "choice_hour")
EXTRA = 20  # readers who come when it is full
LONGEST = 600  # seconds that a crowd may take in all
BEGINS, LOOK = 40, 5  # seconds


@dataclass
class Crowd:
    """What came of a number of readers who each wait `pause` seconds after an answer was drawn."""

    readers: int
    pause: float
    first: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    server: float = 0.0
    client: float = 0.0
    memory: float = 0.0
    seconds: float = 0.0

    def row(self) -> str:
        """Return the row of the table."""
        n = max(len(self.changes), 1)
        waits = [f"{at(one, part):.2f}" for one in (self.first, self.changes) for part in (0.5, 0.95)]
        told = [self.readers, f"{self.pause:g}", *waits, len(self.changes), f"{self.server / n:.3f}", f"{self.client / n:.3f}"]
        told += [f"{self.server / max(self.seconds, 1):.2f}", f"{self.memory:,.0f}", len(self.errors)]
        return f"| {' | '.join(map(str, told))} |"


HEADS = (
    "readers",
    "seconds between",
    "first page p50",
    "p95",
    "change p50",
    "p95",
    "changes",
    "server CPU s a change",
    "client CPU s a change",
    "processors used",
    "MB",
    "errors",
)


def at(found: Sequence[float], part: float) -> float:
    """Return the value below which such a part of them lies; not a number where there are none."""
    ordered = sorted(found)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


async def one_reader(crowd: Crowd, address: str, number: int, until: float) -> None:
    """Open a page and change a filter again and again; which ones is told by the reader's number alone."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, max(crowd.pause, 1)))
    try:
        async with Reader(address, PAGES[number % len(PAGES)], language=("es", "en")[number // 2 % 2]) as reader:
            crowd.first.append((await reader.open()).seconds)
            while True:
                await asyncio.sleep(crowd.pause)
                if time.monotonic() > until:
                    return
                key = chance.choice(FILTERS)
                crowd.changes.append((await reader.choose(key, [chance.choice(reader.filters[key][1])])).seconds)
    except Exception as fault:  # whatever went wrong is one reader's error, and is told
        crowd.errors.append(f"{type(fault).__name__}: {fault}")


async def let_loose(running: Running, readers: int, pause: float, seconds: float) -> Crowd:
    """Return what came of so many readers in so many seconds."""
    crowd, began = Crowd(readers, pause), time.monotonic()
    server, client = running.cpu(), time.process_time()
    work = asyncio.gather(*(one_reader(crowd, running.address, number, began + seconds) for number in range(readers)))
    await asyncio.wait_for(work, LONGEST)
    crowd.seconds, crowd.memory = time.monotonic() - began, running.memory()
    crowd.server, crowd.client = running.cpu() - server, time.process_time() - client
    return crowd


def quiet(running: Running) -> None:
    """Wait until the server has made ready what it makes ready by itself, half a minute after its start."""
    time.sleep(BEGINS)
    for _ in range(LONGEST // LOOK):
        before = running.cpu()
        time.sleep(LOOK)
        if running.cpu() - before < 0.1 * LOOK:
            return


async def by_itself(running: Running) -> list[str]:
    """Return what one reader alone costs, page by page: the first page, filters that are new to the server, and those asked for before."""
    rows = []
    for page in PAGES:
        async with Reader(running.address, page, language="es") as reader:
            await reader.open()
            steps = [(key, [value]) for key in FILTERS for value in reader.filters[key][1][:4]]
            told = []
            for _ in range(2):
                began = running.cpu()
                for key, values in steps:
                    await reader.choose(key, values)
                told.append((running.cpu() - began) / len(steps))
        began = running.cpu()
        for _ in range(len(steps)):
            async with Reader(running.address, page, language="es") as other:
                await other.open()
        rows.append(f"| {page or 'the first page'} | {(running.cpu() - began) / len(steps):.3f} | {told[1]:.3f} | {told[0]:.3f} |")
    return rows


async def turned_away(running: Running, room: int) -> str:
    """Fill the server, then return how those who come after are told that it is busy."""
    inside = []
    for _ in range(room):
        with suppress(BusyError):
            inside.append(await Reader(running.address).__aenter__())
    waits, busy = [], 0
    for _ in range(EXTRA):
        began = time.monotonic()
        try:
            await asked_for(running.address, "/")
        except BusyError:
            busy += 1
        waits.append(time.monotonic() - began)
    await asyncio.gather(*(one.__aexit__(None, None, None) for one in inside))
    return (
        f"With {len(inside)} pages open, and room for {room}, {busy} of {EXTRA} more who asked for one were told that it is busy, "
        f"the slowest after {max(waits):.2f} s."
    )


def section(alone: Sequence[str], crowds: Sequence[Crowd], busy: str, *, workers: int) -> str:
    """Return the section of docs/operations.md."""
    model = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    lines = [
        "## Load",
        "",
        f"Written by `make load` on {time.strftime('%Y-%m-%d', time.gmtime())}: {os.cpu_count()} processors ({model}), Python "
        f"{platform.python_version()}, the bundled city, `hotspots run --workers {workers}`, readers without a browser beside it. "
        "A change is a filter chosen by hand, drawn to its end. Seconds.",
        "",
        "One reader alone, seconds of the server's processor:",
        "",
        "| page | opened | a filter asked for before | a filter new to the server |",
        "| --- | --- | --- | --- |",
        *alone,
        "",
        "Readers at once, half of them on each page; each changes a filter so many seconds after the last answer was drawn:",
        "",
        f"| {' | '.join(HEADS)} |",
        f"| {' | '.join(['---'] * len(HEADS))} |",
        *(one.row() for one in crowds),
        "",
        busy,
        "",
    ]
    return "\n".join(lines)


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", default="10,30,50,100", help="how many at once, with commas between")
    parser.add_argument("--pauses", default="1,5", help="seconds between an answer and the next change")
    parser.add_argument("--seconds", type=float, default=40, help="for each of them")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--port", type=int, default=0, help="left out: a free one")
    parser.add_argument("--write", action="store_true", help="into docs/operations.md")
    choices = parser.parse_args()
    room = max(100, *(-(-int(one) // choices.workers) for one in choices.readers.split(",")))
    with tempfile.TemporaryDirectory() as folder:
        env = {"HOTSPOTS_READERS": str(room)}
        with served(Path(folder), workers=choices.workers, port=choices.port, env=env) as running:
            quiet(running)
            alone = asyncio.run(by_itself(running))
            print(*alone, sep="\n", flush=True)
            crowds = []
            for pause in map(float, choices.pauses.split(",")):
                for readers in map(int, choices.readers.split(",")):
                    crowds.append(asyncio.run(let_loose(running, readers, pause, choices.seconds)))
                    print(crowds[-1].row(), *sorted(set(crowds[-1].errors))[:3], sep="\n", flush=True)
            busy = asyncio.run(turned_away(running, room * choices.workers))
            print(busy)
    if choices.write:
        before = OPERATIONS.read_text(encoding="utf-8") if OPERATIONS.exists() else "# Operations\n"
        OPERATIONS.write_text(put(before, section(alone, crowds, busy, workers=choices.workers)), encoding="utf-8")


if __name__ == "__main__":
    main()

"""A day's worth of use, without the pauses: whatever readers look at, the memory that the server holds ends where it began.

Writes the section "A day of use" of docs/operations.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from pathlib import Path

from crowd import Reader
from running import ROOT, Running, put, served

OPERATIONS = ROOT / "docs" / "operations.md"
PAGES = ("", "change", "trends", "priorities", "map", "clusters", "concentration", "compare", "cases", "people", "repeats", "data")
CITIES = ("puerto-albatros", "boston-ceasefire", "el-salvador")
BEFORE = 360  # page changes until every page of every city was opened in both languages and room was made
EACH = 60
AFTER = 1500 if os.environ.get("HOTSPOTS_TORTURE") else 420
MEMORY = 48  # MB that what was worked out may take: less than a tenth of what the pages below work out
MORE = 24  # MB: what is in use at the moment of looking differs by as much


async def use(running: Running, chance: random.Random, changes: int, *, each: int = 10) -> None:
    """Look at so many pages, filtered by chance; every `each` of them are another reader's."""
    for _ in range(changes // each):
        async with Reader(running.address, language=chance.choice(["es", "en"])) as reader:
            await reader.open()
            for _ in range(each):
                kept = [f"{name}={value}" for name, value in (("weapon", "firearm"), ("sex", "male")) if chance.random() < 0.5]
                first = chance.randint(2012, 2020)
                last = first + chance.randint(1, 4)
                query = "&".join([f"city={chance.choice(CITIES)}", f"from={first}-01-01", f"to={last}-01-01", *kept])
                drawn = await reader.goes_to(chance.choice(PAGES), query)
                assert drawn.messages > 5


def used(folder: Path, *, port: int = 0) -> dict[int, float]:
    """Return how many MB a server held after so many page changes."""
    with served(folder, env={"HOTSPOTS_MEMORY": str(MEMORY)}, port=port) as running:
        told = {0: running.memory()}
        for pages in range(EACH, BEFORE + AFTER + 1, EACH):
            asyncio.run(use(running, random.Random(pages), EACH))
            told[pages] = running.memory()
            print(f"{pages} pages: {told[pages]:.0f} MB", flush=True)
        assert "Traceback" not in running.log.read_text()
    return told


def grown(told: dict[int, float]) -> float:
    """Return by how many MB it grew: a page may hold much for a while, and what is never given back lifts the least too.

    >>> grown({0: 300, 180: 560, 360: 540, 420: 590, 480: 530, 540: 570, 600: 535, 660: 550, 720: 545, 780: 560})
    15
    """
    after = [held for pages, held in told.items() if pages >= BEFORE]
    return min(after[-3:]) - min(after[:3])


def section(told: dict[int, float], seconds: float) -> str:
    """Return the section of docs/operations.md."""
    held = ", ".join(f"{mb:,.0f} after {pages}" for pages, mb in told.items())
    return (
        f"## A day of use\n\nWritten by `make day` on {time.strftime('%Y-%m-%d', time.gmtime())}: {max(told)} page changes of {len(PAGES)} "
        f"pages and {len(CITIES)} cities by one reader after the other, each with a period and filters of its own, `HOTSPOTS_MEMORY` "
        f"{MEMORY}; {seconds:,.0f} s of the clock. MB held: {held}. "
        f"From page {BEFORE} on the least of three looks grew by {grown(told):,.0f} MB.\n"
    )


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="left out: a free one")
    parser.add_argument("--write", action="store_true", help="into docs/operations.md")
    choices = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = used(Path(folder), port=choices.port)
    text = section(told, time.monotonic() - began)
    print(text)
    if choices.write:
        OPERATIONS.write_text(put(OPERATIONS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()

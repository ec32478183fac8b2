"""A day's worth of use, without the pauses: whatever readers look at, the memory that the server holds ends where it began."""

from __future__ import annotations

import os
import random

import pytest
from crowd import Reader
from fetched import awaited
from running import Running, served

PAGES = ("", "change", "trends", "priorities", "map", "clusters", "concentration", "compare", "cases", "people", "repeats", "data")
CITIES = ("puerto-albatros", "boston-ceasefire", "el-salvador")
BEFORE = 120  # page changes until every page and city was opened and room was made
EACH = 60
AFTER = 1500 if os.environ.get("HOTSPOTS_TORTURE") else 240
MEMORY = 48  # MB that what was worked out may take: less than a tenth of what the pages below work out
MORE = 40  # MB that the allocator may keep for itself


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


@pytest.mark.walk
def test_the_memory_of_the_server_ends_where_it_began(tmp_path, capsys):
    env = {"HOTSPOTS_MEMORY": str(MEMORY), "MALLOC_ARENA_MAX": "2"}
    with served(tmp_path, env=env) as running:
        told = {0: running.memory()}
        for pages in range(EACH, BEFORE + AFTER + 1, EACH):
            awaited(use(running, random.Random(pages), EACH))
            told[pages] = running.memory()
        with capsys.disabled():
            print("\nMB after so many pages:", ", ".join(f"{pages}: {held:.0f}" for pages, held in told.items()))
        assert "Traceback" not in running.log.read_text()
        least = min(list(told.values())[-3:])  # a page may hold much for a while; what is never given back lifts the least too
        assert least < told[BEFORE] + MORE

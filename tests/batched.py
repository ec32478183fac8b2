"""Import, check and publish many invented cities, as a state would, and say what that takes: `make batch`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from invented_cities import sizes, write_cities

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- batch: measured by `make batch` -->", "<!-- end of batch -->"
STEPS = ("import", "check", "publish", "brief", "digest")


def run(folder: Path, *more: str) -> tuple[dict[str, Any], float]:
    """Run the command over the cities of a folder, and return its report and the seconds that passed on the clock."""
    command = [sys.executable, "-m", "hotspots", "batch", "--cities", str(folder / "cities"), "--out", str(folder / "out")]
    begun = time.monotonic()
    done = subprocess.run([*command, "--profile", "strict", "--html", *more], env={**os.environ, "HOTSPOTS_STORE": str(folder / "store")})
    if done.returncode:
        sys.exit(f"the batch ended with {done.returncode}: see {folder / 'out' / 'batch.txt'}")
    return json.loads((folder / "out" / "batch.json").read_text(encoding="utf-8")), time.monotonic() - begun


def measured(first: dict[str, Any], again: dict[str, Any], victims: list[int], clock: float) -> str:
    """Return what the page says of two runs over cities with so many `victims` each."""
    cost = np.array([row["cpu_seconds"] for row in first["rows"]])
    memory = np.array([row["peak_mb"] for row in first["rows"]])
    size = np.array(victims)
    of_all = np.interp(sizes(300), np.sort(size), cost[np.argsort(size)]).sum()
    steps = {name: sum(row["steps"][name]["cpu_seconds"] for row in first["rows"]) for name in STEPS}
    shares = ", ".join(f"{name} {seconds / cost.sum():.0%}" for name, seconds in steps.items())
    rows = ["| victims | cities | CPU s a city: middle, most | MB at most |", "| ---: | ---: | ---: | ---: |"]
    for low, high in ((500, 2_000), (2_000, 6_000), (6_000, 20_001)):
        some = (size >= low) & (size < high)
        if some.any():
            most = f"{np.median(cost[some]):.1f}, {cost[some].max():.1f}"
            rows.append(f"| {low:,} to {high - 1:,} | {some.sum()} | {most} | {memory[some].max():,} |")
    lines = [
        f"{len(victims)} invented cities, {sum(victims):,} victims, strict release with web pages, brief; run on {first['ended'][:10]}.",
        f"{cost.sum():,.0f} CPU s ({shares}; the rest is the start of a process for each), {clock / 60:.0f} minutes on the clock, "
        f"{os.cpu_count()} cores; a second run, with nothing to do: {sum(row['cpu_seconds'] for row in again['rows']):,.0f} CPU s.",
    ]
    if len(victims) != 300:
        lines.append(
            f"By these, the 300 cities that are drawn, of 500 to 20,000 victims, take {of_all:,.0f} CPU s: {of_all / 120:.0f} minutes on "
            "2 cores that do nothing else."
        )
    return "\n".join([*lines, "", *rows])


def main() -> None:
    """Make the cities, run the batch twice, print what it took, and write it into the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where cities, store and releases go; empty, or from a run that was ended")
    parser.add_argument("--cities", type=int, default=300)
    parser.add_argument("--write", action="store_true", help="write the figures into docs/operations.md")
    choices = parser.parse_args()
    write_cities(choices.folder / "cities", choices.cities)
    first, clock = run(choices.folder)
    again, _ = run(choices.folder)
    if any(
        step["state"] not in ("kept", "none", "done") or (name != "check" and step["state"] == "done")
        for row in again["rows"]
        for name, step in row["steps"].items()
    ):
        sys.exit("a second run did what was done already")
    text = measured(first, again, sizes(choices.cities), clock)
    print(text)
    if choices.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()

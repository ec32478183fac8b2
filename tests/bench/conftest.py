"""What `make bench` measures goes into docs/bench.md, beside build/bench.json."""

from __future__ import annotations

import platform
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pytest_benchmark_update_json(config, benchmarks, output_json):
    """Write the medians as a table that a reader of the project can see; what was not measured this time keeps its row."""
    file = ROOT / "docs" / "bench.md"
    day = output_json["datetime"][:10]
    rows = merged(file.read_text(encoding="utf-8") if file.exists() else "", [row(one, day) for one in output_json["benchmarks"]])
    text = (
        "# Speed, as `make bench` last measured it\n\n"
        f"{day}, {platform.machine()}, {output_json['machine_info']['cpu'].get('count', '?')} cores, "
        f"Python {platform.python_version()}. Wall time on a shared machine: trust ratios, not milliseconds. "
        f"On the last day a plain loop of five million additions took {plain_loop():.2f} s.\n\n"
        "| what | median ms | rounds | note | measured |\n| --- | ---: | ---: | --- | --- |\n" + "\n".join(rows) + "\n"
    )
    file.write_text(text, encoding="utf-8")


def plain_loop() -> float:
    """Return the seconds of a loop that says how quick the machine is, the best of three."""
    taken = []
    for _ in range(3):
        start, total = time.perf_counter(), 0
        for one in range(5_000_000):
            total += one
        taken.append(time.perf_counter() - start)
    return min(taken)


def merged(before: str, measured: list[str]) -> list[str]:
    """Return the rows of a table with those measured again in the place of the old ones, and new ones at the end."""
    fresh = {one.split(" | ")[0]: one for one in measured}
    old = [line for line in before.splitlines() if line.startswith("| ") and not line.startswith(("| what |", "| --- |"))]
    kept = [fresh.pop(line.split(" | ")[0], line) for line in old]
    return [*kept, *fresh.values()]


def row(one, day: str) -> str:
    """Return one measurement as a row of the table, with its day: a row that is not measured again stays as it is."""
    name = one["name"].removeprefix("test_").replace("_", " ")
    return f"| {name} | {one['stats']['median'] * 1000:,.1f} | {one['stats']['rounds']} | {note(one)} | {day} |"


def note(one) -> str:
    """Return what a measurement says of itself."""
    return "; ".join(f"{name}: {value}" for name, value in one["extra_info"].items())

"""What `make bench` measures goes into docs/bench.md, beside build/bench.json."""

from __future__ import annotations

import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pytest_benchmark_update_json(config, benchmarks, output_json):
    """Write the medians as a table that a reader of the project can see."""
    rows = [row(one) for one in output_json["benchmarks"]]
    text = (
        "# Speed, as `make bench` last measured it\n\n"
        f"{output_json['datetime'][:10]}, {platform.machine()}, {output_json['machine_info']['cpu'].get('count', '?')} cores, "
        f"Python {platform.python_version()}. Wall time on a shared machine: trust ratios, not milliseconds.\n\n"
        "| what | median ms | rounds | note |\n| --- | ---: | ---: | --- |\n" + "\n".join(rows) + "\n"
    )
    (ROOT / "docs" / "bench.md").write_text(text, encoding="utf-8")


def row(one) -> str:
    """Return one measurement as a row of the table."""
    name = one["name"].removeprefix("test_").replace("_", " ")
    return f"| {name} | {one['stats']['median'] * 1000:,.1f} | {one['stats']['rounds']} | {note(one)} |"


def note(one) -> str:
    """Return what a measurement says of itself."""
    return "; ".join(f"{name}: {value}" for name, value in one["extra_info"].items())

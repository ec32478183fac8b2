"""Write docs/walk.md from what the whole suite reported: how many journeys in a browser, cases elsewhere, and how long."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "walk.md"


Case = tuple[float, str]  # seconds, and how it ended


def written(*reports: Path) -> str:
    """Return the page for a report in JUnit's form, or for those of a walk that was made in parts: each case in one of them."""
    journeys: dict[tuple[str, str], list[Case]] = defaultdict(list)
    others: dict[str, list[Case]] = defaultdict(list)
    for case in (one for report in reports for one in ET.parse(report).getroot().iter("testcase")):  # our own files
        ended = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        one = float(case.get("time") or 0), ended
        parts = str(case.get("classname")).split(".")
        file = next((part for part in parts if part.startswith("test_")), parts[-1])
        if "browser" in parts:
            journeys[file, str(case.get("name")).partition("[")[0].removeprefix("test_").replace("_", " ")].append(one)
        else:
            others[file].append(one)
    parts_of = f", in {len(reports)} parts that may lie some changes of the code apart" if len(reports) > 1 else ""
    lines = [
        "# The walk",
        "",
        "Written by `make walk`: every case of every test, and every page and journey in Debian's Chromium, nothing outside reachable.",
        "",
        f"{date.today()}, {os.cpu_count()} cores{parts_of}. In a browser: {_told(journeys.values())}. Elsewhere: {_told(others.values())}.",
        "",
        "| file | journey | cases | passed | longest, s |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {file} | {test} | {_cells(of)} |" for (file, test), of in sorted(journeys.items())]
    lines += ["", "| file | cases | passed | longest, s |", "|---|---|---|---|"]
    lines += [f"| {file} | {_cells(of)} |" for file, of in sorted(others.items())]
    return "\n".join(lines) + "\n"


def _told(groups: Iterable[list[Case]]) -> str:
    every = [one for of in groups for one in of]
    passed, work = sum(ended == "passed" for _, ended in every), sum(seconds for seconds, _ in every) / 60
    skipped = sum(ended == "skipped" for _, ended in every)
    said = f", {skipped} skipped with their reasons" if skipped else ""
    return f"{passed:,} of {len(every):,} passed{said}, {work:.0f} minutes of work"


def _cells(of: list[Case]) -> str:
    return f"{len(of)} | {sum(ended == 'passed' for _, ended in of)} | {max(seconds for seconds, _ in of):.0f}"


if __name__ == "__main__":
    PAGE.write_text(written(*map(Path, sys.argv[1:])), encoding="utf-8")

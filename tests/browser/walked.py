"""Write docs/walk.md from what a walk through the browser reported: how many journeys of each kind, and how long they took."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from datetime import date
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "walk.md"


def written(report: Path) -> str:
    """Return the page for a report in JUnit's form."""
    kinds: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    for case in ET.parse(report).getroot().iter("testcase"):  # our own file
        ended = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        test = str(case.get("name")).partition("[")[0].removeprefix("test_").replace("_", " ")
        kinds[str(case.get("classname")).rsplit(".", 1)[-1], test].append((float(case.get("time") or 0), ended))
    lines = [
        "# The walk through a browser",
        "",
        "Written by `make walk`: every page, file and journey in Debian's Chromium, nothing outside reachable.",
        "",
    ]
    every = [one for of in kinds.values() for one in of]
    passed, work = sum(ended == "passed" for _, ended in every), sum(seconds for seconds, _ in every) / 60
    lines += [f"{date.today()}, {os.cpu_count()} cores: {passed} of {len(every)} journeys passed, {work:.0f} minutes of work.", ""]
    lines += ["| file | journey | cases | passed | longest, s |", "|---|---|---|---|---|"]
    for (file, test), of in sorted(kinds.items()):
        lines.append(f"| {file} | {test} | {len(of)} | {sum(ended == 'passed' for _, ended in of)} | {max(s for s, _ in of):.0f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(Path(sys.argv[1])), encoding="utf-8")

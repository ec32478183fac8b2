"""Put small faults into the code, one at a time, and see whether a test fails: `make mutants`. What survives is weighed in reasons.json.

First every test is run once to learn which lines it reaches and how long it takes (build/mutants/map.json, made anew when asked for). Then
each fault is put into a copy of the project and the tests that reach it are run, the quickest first, until one fails. A fault that stops a
test for good counts as found. docs/mutants.md is written from what came out. What was found stays known (build/mutants/found.jsonl) as long
as neither the file of the fault nor that of the test that saw it has changed, so a run that was cut goes on, and one after new tests asks
about the rest, each by the test that saw it last; what survived stays known as long as none of its tests has changed either.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from datetime import date
from functools import partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from draw import ROOMS, Mutant, drawn

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))
from one_at_a_time import BUDGET, ROOT, run_all

BUILD = ROOT / "build" / "mutants"
REASONS = Path(__file__).with_name("reasons.json")
FOUND = BUILD / "found.jsonl"
MAP = BUILD / "map.json"
READING = ("tests/test_words.py::test_each_sentence_is_given_what_its_blanks_want",)  # it reads the code: no line tells that it reaches it
MOST = 20  # survivors that are allowed, each with its reason


def main() -> int:
    """Run; return 1 where more survive than are allowed or one survives without a reason."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--n", type=int, default=200, help="how many faults")
    told.add_argument("--seed", type=int, default=2026)
    told.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    told.add_argument("--map", action="store_true", help="learn anew which test reaches which line")
    told.add_argument("--learn", nargs="*", default=(), metavar="TEST", help="learn it of these tests alone: new ones, or changed since")
    told.add_argument("--only", default="", help="faults whose name holds this text")
    chosen = told.parse_args()
    if chosen.map or not MAP.exists():
        MAP.unlink(missing_ok=True)
        learn(chosen.processes, ["tests", "hotspots", "--ignore=tests/browser"])
    elif chosen.learn:
        learn(chosen.processes, chosen.learn)
    reached = json.loads(MAP.read_text())
    mutants = [one for one in drawn(ROOT, chosen.n, chosen.seed) if chosen.only in one.name]
    rows = [json.loads(line) for line in FOUND.read_text(encoding="utf-8").splitlines()] if FOUND.exists() else []
    last = {row["name"]: row["by"] for row in rows}
    tests = {one: tests_of(one, reached, first=last.get(one.name, "")) for one in mutants}
    found = known(rows, tests)
    left = [one for one in mutants if one not in found]
    done = run_all(left, tests.__getitem__, chosen.processes, build=BUILD, kept=partial(keep, tests))
    found |= {one: what for one, (what, _) in done.items()}
    reasons = json.loads(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    survived = [one for one in mutants if found[one] == "survived"]
    if not chosen.only:
        report(mutants, found, reasons, chosen.seed)
    bare = [one.name for one in survived if not reasons.get(one.name)]
    print(f"{len(mutants)} faults, {len(mutants) - len(survived)} found, {len(survived)} survived, {len(bare)} of them without a reason")
    print(*bare, sep="\n")
    return int(len(survived) > MOST or bool(bare))


def known(rows: list[dict[str, str]], tests: dict[Mutant, list[str]]) -> dict[Mutant, str]:
    """Return what came out before, where neither the file of the fault has changed since nor those of the tests that it hangs on."""
    of = {one.name: one for one in tests}
    there = [(of[row["name"]], row) for row in rows if row["name"] in of]
    return {one: row["what"] for one, row in there if row["seen"] == _texts(one.path, [row["by"]] if row["by"] else tests[one])}


def keep(tests: dict[Mutant, list[str]], mutant: Mutant, what: str, by: str) -> None:
    """Keep what came out: that a test saw a fault, or that none did; what never ended is asked again."""
    if what != "stopped":
        row = {"name": mutant.name, "what": what, "by": by, "seen": _texts(mutant.path, [by] if by else tests[mutant])}
        with FOUND.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _texts(path: str, tests: list[str]) -> str:
    files = [ROOT / one for one in dict.fromkeys([path, *sorted(test.partition("::")[0] for test in tests)])]
    return sha256(b"".join(one.read_bytes() for one in files if one.is_file())).hexdigest()


def learn(processes: int, tests: list[str]) -> None:
    """Run tests with a record of the lines that they reach, and add what was learnt to the map."""
    BUILD.mkdir(parents=True, exist_ok=True)
    data, times = BUILD / "coverage", BUILD / "times.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        str(processes),
        "--dist",
        "worksteal",
        "--benchmark-disable",
        "-p",
        "no:cacheprovider",
    ]
    command += [*(f"--cov=hotspots.{room}" for room in ROOMS if (ROOT / "hotspots" / room).is_dir())]
    command += ["--cov-context=test", "--cov-report=", f"--junitxml={times}", *tests]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"COVERAGE_FILE": str(data)}, check=False)
    read = import_module("coverage").CoverageData(str(data))
    read.read()
    known = json.loads(MAP.read_text()) if MAP.exists() else {"lines": {}, "took": {}}
    for path in sorted(read.measured_files()):
        of = known["lines"].setdefault(Path(path).relative_to(ROOT).as_posix(), {})
        for line, names in read.contexts_by_lineno(path).items():
            of[str(line)] = sorted({*of.get(str(line), ()), *(one.split("|")[0] for one in names if one)})
    for case in ET.parse(times).getroot().iter("testcase"):  # our own file
        known["took"][f"{case.get('classname', '').rsplit('.', 1)[-1]}::{case.get('name')}"] = float(case.get("time") or 0)
    MAP.write_text(json.dumps(known))


def tests_of(mutant: Mutant, reached: dict[str, Any], *, first: str) -> list[str]:
    """Return the tests that reach a fault, `first` before all and then the quickest, as many as the budget allows."""
    names = _reaching(mutant.path, mutant.lines, reached)
    if not names and "." not in mutant.function:  # said when the module is read: by whoever uses the name
        word = re.compile(rf"\b{re.escape(mutant.function)}\b")
        for path in reached["lines"]:
            text = (ROOT / path).read_text(encoding="utf-8").splitlines() if (ROOT / path).exists() else []
            names |= _reaching(path, [n for n, line in enumerate(text, 1) if word.search(line)], reached)
    if not names:  # a field of a class, or what no test reaches: whoever reaches its module
        names = _reaching(mutant.path, [int(line) for line in reached["lines"].get(mutant.path, {})], reached)
    names |= {*READING, *([first] if "::" in first else [])}
    order = sorted(names, key=lambda one: (one != first, _seconds(one, reached), one))
    spent, chosen = 0.0, []
    for one in order:
        spent += _seconds(one, reached)
        if spent > BUDGET and chosen:
            break
        chosen.append(one)
    return chosen


def _reaching(path: str, lines: list[int] | tuple[int, ...], reached: dict[str, Any]) -> set[str]:
    of = reached["lines"].get(path, {})
    return {name for line in lines for name in of.get(str(line), ())}


def _seconds(test: str, reached: dict[str, Any]) -> float:
    file, _, name = test.partition("::")
    return float(reached["took"].get(f"{Path(file).stem}::{name}", 1.0))


def report(mutants: list[Mutant], found: dict[Mutant, str], reasons: dict[str, str], seed: int) -> None:
    """Write docs/mutants.md."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in mutants:
        counts[one.kind][found[one]] += 1
    lines = ["# Faults put in on purpose", "", "Written by `make mutants` (`tests/mutants`); see there what it does.", ""]
    lines += [
        f"{date.today()}, seed {seed}, {len(mutants)} faults in {', '.join(ROOMS)}:",
        "",
        "| kind | found | stopped | survived |",
        "|---|---|---|---|",
    ]
    lines += [f"| {kind} | {of['found']} | {of['stopped']} | {of['survived']} |" for kind, of in counts.items()]
    survived = sorted((one for one in mutants if found[one] == "survived"), key=lambda one: one.name)
    lines += ["", "## What survived, and why", ""] if survived else []
    for one in survived:
        lines += [f"- `{one.path}`, `{one.function}`: `{one.before}` → `{one.after}`. {reasons.get(one.name, 'No reason yet.')}"]
    (ROOT / "docs" / "mutants.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(status)

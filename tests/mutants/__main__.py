"""Put small faults into the code, one at a time, and see whether a test fails: `make mutants`. What survives is weighed in reasons.json.

First every test is run once to learn which lines it reaches and how long it takes (build/mutants/map.json, made anew when asked for). Then
each fault is put into a copy of the project and the tests that reach it are run, the quickest first, until one fails. A fault that stops a
test for good counts as found. docs/mutants.md is written from what came out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from draw import ROOMS, Mutant, drawn

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutants"
REASONS = Path(__file__).with_name("reasons.json")
MOST = 20  # survivors that are allowed, each with its reason
BUDGET = 240.0  # seconds of tests for one fault, as measured without it
FAULTY = 2  # the exit status of pytest where a test fails (1) or cannot be read (2); above it stands what is no answer
KNOWN = ("numpy", "pandas", "geopandas", "scipy.stats", "scipy.ndimage", "shapely", "streamlit.testing.v1", "folium", "matplotlib.pyplot")
KNOWN += ("h3", "pyarrow.parquet", "openpyxl", "statsmodels.api")


def main() -> int:
    """Run; return 1 where more survive than are allowed or one survives without a reason."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--n", type=int, default=200, help="how many faults")
    told.add_argument("--seed", type=int, default=2026)
    told.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    told.add_argument("--map", action="store_true", help="learn anew which test reaches which line")
    told.add_argument("--only", default="", help="faults whose name holds this text")
    chosen = told.parse_args()
    if chosen.map or not (BUILD / "map.json").exists():
        learn(chosen.processes)
    reached = json.loads((BUILD / "map.json").read_text())
    mutants = [one for one in drawn(ROOT, chosen.n, chosen.seed) if chosen.only in one.name]
    found = run_all(mutants, reached, chosen.processes)
    reasons = json.loads(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    survived = [one for one in mutants if found[one] == "survived"]
    if not chosen.only:
        report(mutants, found, reasons, chosen.seed)
    bare = [one.name for one in survived if not reasons.get(one.name)]
    print(f"{len(mutants)} faults, {len(mutants) - len(survived)} found, {len(survived)} survived, {len(bare)} of them without a reason")
    print(*bare, sep="\n")
    return int(len(survived) > MOST or bool(bare))


def learn(processes: int) -> None:
    """Run every test with a record of the lines that it reaches, and write what was learnt."""
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
    command += ["--cov-context=test", "--cov-report=", f"--junitxml={times}", "tests", "hotspots", "--ignore=tests/browser"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"COVERAGE_FILE": str(data)}, check=False)
    read = import_module("coverage").CoverageData(str(data))
    read.read()
    lines: dict[str, dict[int, list[str]]] = {}
    for path in sorted(read.measured_files()):
        at = Path(path).relative_to(ROOT).as_posix()
        of = read.contexts_by_lineno(path)
        lines[at] = {line: sorted({one.split("|")[0] for one in names if one}) for line, names in of.items()}
    took = {}
    for case in ET.parse(times).getroot().iter("testcase"):  # our own file
        took[f"{case.get('classname', '').rsplit('.', 1)[-1]}::{case.get('name')}"] = float(case.get("time") or 0)
    (BUILD / "map.json").write_text(json.dumps({"lines": lines, "took": took}))


def tests_of(mutant: Mutant, reached: dict[str, Any]) -> list[str]:
    """Return the tests that reach a fault, the quickest first, as many as the budget allows."""
    names = _reaching(mutant.path, mutant.lines, reached)
    if not names and "." not in mutant.function:  # said when the module is read: by whoever uses the name
        word = re.compile(rf"\b{re.escape(mutant.function)}\b")
        for path in reached["lines"]:
            text = (ROOT / path).read_text(encoding="utf-8").splitlines() if (ROOT / path).exists() else []
            names |= _reaching(path, [n for n, line in enumerate(text, 1) if word.search(line)], reached)
    if not names:  # a field of a class, or what no test reaches: whoever reaches its module
        names = _reaching(mutant.path, [int(line) for line in reached["lines"].get(mutant.path, {})], reached)
    order = sorted(names, key=lambda one: (_seconds(one, reached), one))
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


def run_all(mutants: list[Mutant], reached: dict[str, Any], processes: int) -> dict[Mutant, str]:
    """Run the tests of every fault, so many at a time; return what became of each: found, stopped, survived."""
    for name in KNOWN:
        import_module(name)
    free = [_copy(number) for number in range(processes)]
    running: dict[int, tuple[Mutant, Path]] = {}
    waiting, found, sound = list(mutants), {}, _Sound()
    while waiting or running:
        while waiting and free:
            mutant, folder = waiting.pop(), free.pop()
            tests = [one for one in tests_of(mutant, reached) if one not in sound.broken]
            (folder / mutant.path).write_text(mutant.applied((ROOT / mutant.path).read_text(encoding="utf-8")), encoding="utf-8")
            running[_start(folder, tests)] = mutant, folder
        process, status = os.wait()
        mutant, folder = running.pop(process)
        shutil.copyfile(ROOT / mutant.path, folder / mutant.path)
        code = os.waitstatus_to_exitcode(status)
        if code > FAULTY:
            raise RuntimeError(f"pytest could not run the tests of {mutant.name} (its exit status was {code})")
        by = _failed(folder) if code > 0 else ""
        if code > 0 and not sound.passes(by, folder, tests_of(mutant, reached)):
            waiting.append(mutant)  # the test that failed fails without the fault too: ask the others
        else:
            found[mutant] = "survived" if code == 0 else "stopped" if code < 0 else "found"
            print(f"{len(found):4} {found[mutant]:8} {mutant.name}   {by}", flush=True)
        free.append(folder)
    return found


class _Sound:
    """Which tests pass in a copy of the project without a fault, each tried once."""

    def __init__(self) -> None:
        self.sound: set[str] = set()
        self.broken: set[str] = set()

    def passes(self, test: str, folder: Path, asked: list[str]) -> bool:
        if test not in self.sound | self.broken:
            chosen = [one for one in asked if one == test] or [one for one in asked if one.startswith(test)]  # a file that cannot be read
            code = os.waitstatus_to_exitcode(os.waitpid(_start(folder, chosen), 0)[1])
            (self.broken if code else self.sound).add(test)
        return test not in self.broken


def _failed(folder: Path) -> str:
    return (folder / "failed").read_text(encoding="utf-8") if (folder / "failed").exists() else ""


def _copy(number: int) -> Path:
    folder = BUILD / f"copy-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    vendored = [path.relative_to(ROOT).as_posix() for path in (ROOT / "hotspots").rglob("vendor/**/*") if path.is_file()]
    for name in [*filter(None, listed.stdout.decode().split("\0")), *vendored]:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def _start(folder: Path, tests: list[str]) -> int:
    (folder / "failed").unlink(missing_ok=True)
    process = os.fork()
    if process:
        return process
    if not tests:
        os._exit(0)
    signal.alarm(int(BUDGET * 3))  # a fault that never ends ends here
    os.setpgid(0, 0)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    os.chdir(folder)
    sys.dont_write_bytecode = True
    os.environ |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.path[:] = [str(folder), *(path for path in sys.path if not path.startswith(str(ROOT)) or "site-packages" in path)]
    code = 99
    try:
        code = import_module("pytest").main(
            [
                "-x",
                "-q",
                "-W",
                "ignore::pytest.PytestAssertRewriteWarning",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:xdist",
                "-p",
                "no:cov",
                *dict.fromkeys(one.split("::")[0] for one in tests),
            ],
            plugins=[_Only(tests)],
        )
    finally:
        os._exit(int(code))


class _Only:
    """Run the chosen tests in their order, and no others."""

    def __init__(self, tests: list[str]) -> None:
        self.place = {test: n for n, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        chosen = [one for one in items if one.nodeid in self.place]
        items[:] = sorted(chosen, key=lambda one: self.place[one.nodeid])

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            Path("failed").write_text(report.nodeid, encoding="utf-8")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            Path("failed").write_text(report.nodeid, encoding="utf-8")


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

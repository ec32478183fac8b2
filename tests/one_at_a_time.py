"""Put faults into copies of the project, one at a time, and run tests on each: what `mutants` and `defects` have in common."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 90.0  # seconds of tests for one fault, as measured without it; three times that of the processor, and it is stopped
FAULTY = 2  # the exit status of pytest where a test fails (1) or cannot be read (2); above it stands what is no answer
KNOWN = ("numpy", "pandas", "geopandas", "scipy.stats", "scipy.ndimage", "shapely", "streamlit.testing.v1", "folium", "matplotlib.pyplot")
KNOWN += ("h3", "pyarrow.parquet", "openpyxl", "statsmodels.api")


class Fault(Protocol):
    """A change to one file of the project."""

    @property
    def path(self) -> str:
        """The file, from the root of the project."""
        ...

    @property
    def name(self) -> str:
        """What it is called where it is told what became of it."""
        ...

    def applied(self, source: str) -> str:
        """Return the text of the file with the fault."""
        ...


_Any = TypeVar("_Any", bound=Fault)


def run_all(
    faults: Sequence[_Any],
    tests_of: Callable[[_Any], list[str]],
    processes: int,
    *,
    build: Path,
    kept: Callable[[_Any, str, str], None] = lambda fault, what, by: None,
) -> dict[_Any, tuple[str, str]]:
    """Run the tests of every fault, so many at a time, in copies below `build`; return what became of each, and the test that saw it.

    What becomes of one: found (a test failed that passes without it), stopped (the tests never ended), survived. `tests_of` gives the
    tests of a fault in the order in which they run; a name without brackets stands for all cases of a test, a file for all its tests.
    `kept` is told of each as soon as it is known.
    """
    for name in KNOWN:
        import_module(name)
    free = [_copy(build / f"copy-{number}") for number in range(processes)]
    running: dict[int, tuple[_Any, Path]] = {}
    waiting, found, sound = [*faults], dict[_Any, tuple[str, str]](), _Sound()
    while waiting or running:
        while waiting and free:
            fault, folder = waiting.pop(), free.pop()
            (folder / fault.path).write_text(fault.applied((ROOT / fault.path).read_text(encoding="utf-8")), encoding="utf-8")
            running[_start(folder, tests_of(fault), sound.broken)] = fault, folder
        process, status = os.wait()
        fault, folder = running.pop(process)
        shutil.copyfile(ROOT / fault.path, folder / fault.path)
        code = os.waitstatus_to_exitcode(status)
        if code > FAULTY:
            raise RuntimeError(f"pytest could not run the tests of {fault.name} (its exit status was {code})")
        by = _failed(folder) if code > 0 else ""
        if code > 0 and not sound.passes(by, folder, tests_of(fault)):
            waiting.append(fault)  # the test that failed fails without the fault too: ask the others
        else:
            found[fault] = ("survived" if code == 0 else "stopped" if code < 0 else "found"), by
            kept(fault, *found[fault])
            print(f"{len(found):4} {found[fault][0]:8} {fault.name}   {by}", flush=True)
        free.append(folder)
    return found


class _Sound:
    """Which tests pass in a copy of the project without a fault, each tried once."""

    def __init__(self) -> None:
        self.sound: set[str] = set()
        self.broken: set[str] = set()

    def passes(self, test: str, folder: Path, asked: list[str]) -> bool:
        if test not in self.sound | self.broken:
            chosen = [test] if "::" in test else [one for one in asked if one.startswith(test)]  # or a file that cannot be read
            code = os.waitstatus_to_exitcode(os.waitpid(_start(folder, chosen, set()), 0)[1])
            (self.broken if code else self.sound).add(test)
        return test not in self.broken


def _failed(folder: Path) -> str:
    return (folder / "failed").read_text(encoding="utf-8") if (folder / "failed").exists() else ""


def _copy(folder: Path) -> Path:
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


def _start(folder: Path, tests: list[str], without: set[str]) -> int:
    (folder / "failed").unlink(missing_ok=True)
    process = os.fork()
    if process:
        return process
    if not tests:
        os._exit(0)
    most = int(BUDGET * 3)  # a fault that never ends ends here, on a busy machine too
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    signal.alarm(int(BUDGET * 10))  # and one that waits for ever here
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
            plugins=[_Only(tests, without)],
        )
    finally:
        os._exit(int(code))


class _Only:
    """Run the chosen tests in their order, and no others."""

    def __init__(self, tests: list[str], without: set[str]) -> None:
        self.place = {test: n for n, test in enumerate(tests)}
        self.without = without

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        chosen = {one: self._at(one.nodeid) for one in items if one.nodeid not in self.without}
        items[:] = sorted((one for one, at in chosen.items() if at is not None), key=lambda one: chosen[one])

    def _at(self, test: str) -> int | None:
        known = (self.place.get(one) for one in (test, test.split("[")[0], test.split("::")[0]))
        return next((at for at in known if at is not None), None)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            Path("failed").write_text(report.nodeid, encoding="utf-8")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            Path("failed").write_text(report.nodeid, encoding="utf-8")

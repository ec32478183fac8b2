"""Run commands of `python -m hotspots` and write down their exit status, what they print, and the files they make.

Run by `capture.py` in a process of its own: `python command_worker.py JOB.json`. Each command runs in a fork of this process, which has
imported the libraries that the package needs (and nothing of the package), so that a command takes a fraction of its usual start.
"""

from __future__ import annotations

import itertools
import json
import os
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import geopandas
import matplotlib.figure
import plain_text
import pyarrow.parquet
import pyogrio
import scipy.stats
import statsmodels.api

LIBRARIES = (geopandas, matplotlib.figure, pyarrow.parquet, pyogrio, scipy.stats, statsmodels.api)
WRITING = ("--out", "--save")


def run(arguments: list[str], folder: Path) -> tuple[int, str, str]:
    """Run one command in a fork and return its exit status, output and errors."""
    out, errors = folder / "stdout", folder / "stderr"
    sys.stdout.flush()
    child = os.fork()
    if not child:
        status = 70
        try:
            for number, path in ((1, out), (2, errors)):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            status = _status(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)
    _, waited = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(waited), out.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8")


def _status(arguments: list[str]) -> int:
    sys.argv = ["hotspots", *arguments]
    try:
        runpy.run_module("hotspots", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as fault:
        sys.stderr.write(f"{type(fault).__name__}: {fault}\n")
        return 71
    return 0


def written(arguments: list[str]) -> list[Path]:
    """Return the files below what the command was told to write."""
    paths = [Path(value) for name, value in itertools.pairwise(arguments) if name in WRITING]
    return [found for path in paths for found in ([path] if path.is_file() else sorted(path.rglob("*"))) if found.is_file()]


def told(job: dict[str, Any], number: int, line: list[str]) -> dict[str, str]:
    """Return what one command prints and writes, by key."""
    out = Path(job["work"]) / f"out{number}"
    out.mkdir()
    arguments = [part.replace("{out}", str(out)) for part in line]
    status, printed, errors = run(arguments, Path(job["work"]))
    folders = {**job["folders"], str(out): "OUT"}
    key = plain_text.steady(f"command:{job['prefix']}{' '.join(arguments)}", folders)
    shown = [f"status {status}", plain_text.steady(printed, folders), plain_text.progress(plain_text.steady(errors, folders))]
    found = {key: "\n".join(plain_text.short(part, 4 * job["limit"]) for part in shown)}
    for path in written(arguments):
        name = plain_text.steady(str(path), folders)
        found[f"file:{name} of {key}"] = plain_text.file(path.name, path.read_bytes(), folders, job["limit"])
    return found


def main() -> None:
    """Run the commands of a job, one after another."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path.insert(0, job["tree"])
    os.chdir(job["tree"])
    found: dict[str, str] = {}
    for number, line in enumerate(job["asked"]):
        began = time.perf_counter()
        found |= told(job, number, line)
        print(f"{time.perf_counter() - began:.1f} s {' '.join(line)}", file=sys.stderr, flush=True)
    Path(job["out"]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()

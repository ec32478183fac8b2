"""`make bench` can be run: every measurement finds what it needs, which nobody sees between one bench and the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parent / "bench"
FILES = [path.name for path in sorted(BENCH.glob("bench_*.py")) if "def test_" in path.read_text(encoding="utf-8")]


@pytest.mark.walk
@pytest.mark.parametrize("file", FILES)
def test_every_measurement_finds_what_it_needs(file):
    command = [sys.executable, "-m", "pytest", "-q", "-o", f"python_files={file}", "--setup-plan", "-p", "no:cacheprovider", str(BENCH)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=BENCH.parents[1])
    assert "test_" in ran.stdout
    assert "ERROR" not in ran.stdout, ran.stdout[-2000:]
    assert ran.returncode in (0, 5), ran.stdout[-2000:]  # 5: none ran, as was asked

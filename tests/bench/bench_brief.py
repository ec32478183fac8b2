"""How long a brief takes to be drawn once its numbers are known, and how long the whole command takes: CPU time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from hotspots import cities
from hotspots.drawing.brief import SUFFIXES, render
from hotspots.questions.restricted import Asked
from hotspots.questions.restricted.brief_page import of_choices
from hotspots.study.selection import Selection

BUNDLED = Path(__file__).resolve().parents[2] / "data" / "cities" / "puerto-albatros"
DRAWN, COLD = 1.0, 3.0  # seconds


def spent() -> float:
    """Return the seconds of processor time of this process and of those that it has waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    store = tmp_path_factory.mktemp("brief") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTSPOTS_STORE", str(store))
        cities.import_folder(BUNDLED)
        page = of_choices(Asked.of(Selection(city="puerto-albatros", language="en")), address="http://localhost:8501")
    return store, page


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_drawing_what_is_known(benchmark, stored, suffix):
    render(stored[1], suffix)
    start = spent()
    benchmark.pedantic(lambda: render(stored[1], suffix), rounds=3)
    benchmark.extra_info["CPU s"] = f"{(spent() - start) / 3:.2f} (goal {DRAWN:g})"


def test_the_whole_command(benchmark, stored, tmp_path):
    command = [sys.executable, "-m", "hotspots", "brief", "puerto-albatros", "--language", "en", "--out", str(tmp_path / "brief.pdf")]
    start = spent()
    benchmark.pedantic(lambda: subprocess.run(command, check=True, env={**os.environ, "HOTSPOTS_STORE": str(stored[0])}), rounds=1)
    benchmark.extra_info["CPU s"] = f"{spent() - start:.1f} (goal {COLD:g})"

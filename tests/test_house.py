"""The house: few doors, the names by which other programs know them, and the page that tells of them."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import hotspots

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hotspots"
NAMES: dict[str, list[str]] = json.loads((ROOT / "tests/kept/names.json").read_text(encoding="utf-8"))  # as they were at 0f448fc
NO_DOORS = {"__init__.py", "__main__.py", "__pycache__", "pyproject.toml", "locale", "assets"}


def doors() -> dict[str, str]:
    """Return the docstring of each folder and module at the top of the package."""
    found = {}
    for path in PACKAGE.iterdir():
        file = path / "__init__.py" if path.is_dir() else path
        if path.name not in NO_DOORS and file.is_file():
            found[path.stem] = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return found


def layers() -> list[set[str]]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (one,) = (contract["layers"] for contract in contracts if contract["name"] == "One way down")
    return [{name.strip() for name in layer.split("|")} for layer in one]


def plain(text: str) -> str:
    return " ".join(text.split())


def test_there_are_few_doors():
    assert len(doors()) <= 17
    assert all(doors().values())


def test_the_page_tells_of_each_room_what_the_room_says_in_the_order_of_the_layers():
    rows = re.findall(r"^- \*\*(\w+)\*\*: (.*?)(?=\n- \*\*|\n\n)", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.M | re.S)
    told = {name: plain(text) for name, text in rows}
    assert told == {name: plain(text) for name, text in doors().items()}
    level = {name: n for n, layer in enumerate(layers()) for name in layer}
    order = [level[name] for name, _ in rows]
    assert order == sorted(order)
    assert set(level) == {*told, "__main__"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_names_that_other_programs_use_stay(name):
    part = getattr(hotspots, name)
    assert importlib.import_module(f"hotspots.{name}") is part
    assert name in hotspots.__all__
    assert [one for one in NAMES[name] if not hasattr(part, one)] == []


def test_names_are_found_from_a_new_interpreter_without_loading_what_is_not_asked_for():
    code = (
        "import sys, hotspots as hs\n"
        "assert 'pandas' not in sys.modules\n"
        "from hotspots.testing import square_city\n"
        "from hotspots.rates import rate\n"
        "from hotspots.density.kernels import SUPPORT\n"
        "import hotspots.statistics.rates as rates\n"
        "assert rates.rate is rate is hs.rates.rate and rates.__spec__.name == 'hotspots.statistics.rates'\n"
        "study = hs.Study.of(*square_city([(5, 5)], side=1))\n"
        "print(hs.rates.count(study).tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1]\n", "")


def test_a_name_that_is_none_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hotspots.nothing
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("hotspots.nothing")

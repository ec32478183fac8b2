"""The documents agree with the code, and the tree with its rules."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from hotspots.cli.main import COMMANDS
from hotspots.settings import SETTINGS
from hotspots.statistics.catalog import MEASURES

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "handler", "base"}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_every_setting_is_documented():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [row.name for row in SETTINGS if f"`{row.name}`" not in readme] == []


def test_every_command_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [one.name for one in COMMANDS if f"python -m hotspots {one.name}" not in readme] == []


def test_method_headings_are_the_keys():
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    for row in MEASURES:
        section = text.split(f"\n## {row.key}\n")[1].split("\n## ")[0]
        assert "**In plain words.**" in section
        assert "**It misleads**" in section


def test_requirements_are_pinned():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert wanted[-1] == "."
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in wanted[:-1])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[><=\[]", line)[0] for line in project["dependencies"]}
    assert needed <= {line.split("==")[0] for line in wanted[:-1]}


def test_no_module_is_called_by_nothing():
    assert [path for path in tracked() if path.suffix == ".py" and path.stem in FORBIDDEN_NAMES] == []


def test_modules_stay_short():
    long = {
        path.name: n
        for path in tracked()
        if path.suffix == ".py" and "tests" not in path.parts and (n := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_path_of_a_machine_in_the_tree():
    homes = ("/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/")
    found = []
    for path in tracked():
        if path.suffix in {".py", ".md", ".toml", ".txt", ".js", ".css", ".po", ".csv", ""} and any(
            home in path.read_text(encoding="utf-8", errors="replace") for home in homes
        ):
            found.append(path.name)
    assert found == []

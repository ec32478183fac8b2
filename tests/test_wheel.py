"""The built wheel, installed where nothing else of the project is, gives the command `hotspots`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotspots import settings
from hotspots.cli.run import environment

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "hotspots/dashboard/.streamlit/config.toml"
PARTS = (".streamlit", "app.py", "data", "docs", "hatch_build.py", "hotspots", "LICENSE", "pyproject.toml", "README.md")


def call(*command: object, **options: object) -> str:
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy: the build writes Leaflet's files into the tree, which other tests read meanwhile."""
    pytest.importorskip("hatchling", reason="the build tool is not installed (requirements-dev.txt)")
    folder = tmp_path_factory.mktemp("built")
    copy = folder / "source"
    copy.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
        else:
            shutil.copyfile(ROOT / name, copy / name)
    call(sys.executable, "-m", "pip", "wheel", "-q", copy, "--no-deps", "--no-build-isolation", "--no-index", "-w", folder)
    (found,) = folder.glob("hotspots-*.whl")
    return found


@pytest.fixture(scope="module")
def command(wheel: Path) -> Path:
    """Install the wheel in an environment that has the libraries of this one, but not the project; return its command."""
    home = wheel.parent / "venv"
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    own = Path(call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own .pth files are not read: no editable install
    options = ("-q", "--no-deps", "--no-index", "--no-compile", "--force-reinstall")  # of the same version one may lie among the libraries
    call(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel)
    return home / "bin" / "hotspots"


@pytest.fixture
def elsewhere(city: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder that is not the project's, with a store that a relative path names."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HOTSPOTS_STORE", os.path.relpath(settings.store_folder(), tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listens(address: str, port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(2)
        return one.connect_ex((address, port)) == 0


@contextmanager
def running(*command: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([str(one) for one in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def healthy(process: subprocess.Popen[str], port: int, *, seconds: int = 90) -> str:
    for _ in range(seconds * 4):
        if process.poll() is not None:
            return process.communicate()[1]
        if listens("127.0.0.1", port):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                return answer.read().decode()
        time.sleep(0.25)
    return "it never answered"


def test_the_wheel_carries_the_page_and_the_safe_settings(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        told = tomllib.loads(held.read(SETTINGS).decode())
        assert held.read("hotspots/dashboard/app.py") == (ROOT / "app.py").read_bytes()
        assert "hotspots/dashboard/map_component/frontend/vendor/leaflet/leaflet.js" in held.namelist()
        assert {f"hotspots/cli/machine/{path.name}" for path in (ROOT / "hotspots/cli/machine").iterdir()} <= set(held.namelist())
    assert told == tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    assert (told["server"]["address"], told["browser"]["gatherUsageStats"]) == ("127.0.0.1", False)


def test_the_command_works_from_any_folder(command: Path, elsewhere: Path) -> None:
    assert call(command, "--help").startswith("usage: hotspots ")
    assert call(command, "list").startswith("villa-prueba\tVilla Prueba")
    where = call(command.with_name("python"), "-c", "import hotspots; print(hotspots.__file__)")
    assert Path(where.strip()).is_relative_to(command.parent.parent)


@pytest.mark.walk
def test_the_dashboard_runs_from_any_folder_on_this_machine_only(command: Path, elsewhere: Path) -> None:
    """`serve.py` does not start where the settings were not read; 127.0.0.2 answers only where a server listens to every network."""
    port = free_port()
    with running(command, "run", "--port", port) as process:
        assert healthy(process, port) == "ok"
        assert not listens("127.0.0.2", port)
    for _ in range(40):
        if not listens("127.0.0.1", port):
            break
        time.sleep(0.25)
    assert not listens("127.0.0.1", port)  # what stopped the command has stopped the server


def test_a_folder_of_releases_must_be_there(command: Path, elsewhere: Path) -> None:
    done = subprocess.run([command, "run", "--public", "nowhere"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "--public: there is no folder 'nowhere'\n")


def test_the_server_of_releases_gets_whole_paths(elsewhere: Path) -> None:
    (elsewhere / "released").mkdir()
    found = environment(Path("released"))
    assert (found["HOTSPOTS_EDITION"], found["HOTSPOTS_RELEASE"]) == ("public", str(elsewhere / "released"))
    assert Path(found["HOTSPOTS_STORE"]).is_absolute()
    assert Path(found["HOTSPOTS_STORE"], "villa-prueba").is_dir()
    assert environment(None).get("HOTSPOTS_EDITION") == os.environ.get("HOTSPOTS_EDITION")

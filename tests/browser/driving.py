"""How a browser test finds a browser, starts a Streamlit page and waits for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60


def wait_until_idle(page, timeout: float = 30_000) -> None:
    """Wait until the page is connected, its script has come to rest and nothing shows as loading."""
    page.wait_for_timeout(210)
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=timeout)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=timeout)
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached", timeout=timeout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium() -> str:
    """Return the path of Chromium; install Debian's when it is missing and we may; else skip, saying why."""
    found = next((path for path in CHROMIUM if Path(path).exists()), None)
    if found is None and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "chromium"], check=False, capture_output=True, timeout=600)
        found = next((path for path in CHROMIUM if Path(path).exists()), None)
    if found is None:
        pytest.skip("no Chromium here, and it could not be installed: apt-get install chromium")
    return found


def start_streamlit(script: Path, env: Mapping[str, str], options: Mapping[str, str], folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    settings = {
        "server.port": str(free_port()),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": "127.0.0.1",
        **options,
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [part for name, value in settings.items() for part in (f"--{name}", value)]
    surroundings = {**os.environ, "HOTSPOTS_STORE": str(folder / "store"), **env}
    log = folder / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=REPO, env=surroundings, stdout=out, stderr=subprocess.STDOUT)
    base = settings.get("server.baseUrlPath", "").strip("/")
    address = f"http://127.0.0.1:{settings['server.port']}" + (f"/{base}" if base else "")
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return process, address
        except OSError:
            time.sleep(0.1)
    process.kill()
    pytest.fail(f"Streamlit did not start {script.name}:\n{log.read_text(errors='replace')[-3000:]}")


def wait_until(page, expression: str, arg: object = None, *, timeout: float = 30_000) -> None:
    """Wait until an expression is true in the page. Playwright's own wait needs what the content policy of the pages forbids."""
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"not within {timeout} ms: {expression}"
        page.wait_for_timeout(50)

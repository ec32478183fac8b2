"""`run`: the dashboard in the browser, from any folder, with the settings that keep it on this machine."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from hotspots import agency, settings
from hotspots.cli import workers
from hotspots.store.schema import DataError
from hotspots.words import Words, told

PORT = 8501
MOST_WORKERS = 64
# Each run of a page is a thread. With a heap for each of them glibc keeps what every one has freed; two are enough for who waits.
ARENAS = {"MALLOC_ARENA_MAX": "2"}
# Settings that name a folder or a file: relative to where the command is called.
FOLDERS = (
    "HOTSPOTS_STORE",
    "HOTSPOTS_PAPERS",
    "HOTSPOTS_CITIES",
    "HOTSPOTS_SOURCES",
    "HOTSPOTS_RELEASE",
    "HOTSPOTS_AGENCY",
    "HOTSPOTS_ACCESS",
)


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Open the dashboard. It listens on this machine only, and sends nothing anywhere. "
        "With --public it shows releases and opens no store."
    )
    public = say("the public edition: show this release, or the releases in its sub-folders")
    command.add_argument("--public", metavar=say("RELEASES"), type=Path, help=public)
    port = say("the port to listen on (default: 8501)")
    command.add_argument("--port", metavar="N", type=int, default=PORT, help=port)
    workers = say("so many processes behind the one address, one for each processor at best; a reader stays with one (default: 1)")
    command.add_argument("--workers", metavar="N", type=int, default=1, help=workers)


def run(choices: argparse.Namespace, words: Words) -> int:
    """Start the server as a process of its own, and wait for it to end."""
    if choices.public and not choices.public.is_dir():
        raise DataError(told("--public: there is no folder {folder}", folder=repr(str(choices.public))))
    if not 1 <= choices.workers <= MOST_WORKERS:
        raise DataError(told("--workers: write a number from 1 to {most}", most=MOST_WORKERS))
    for look in (settings.most_readers, settings.memory):
        look()
    agency.agency()  # a file that cannot be used stops here, with what is wrong in it
    agency.table()
    folder = settings.dashboard_folder()
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("darwin", "win32")
    server = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).parents[1] / "dashboard" / "serve.py")]
    surroundings = environment(choices.public)
    address = surroundings.get("STREAMLIT_SERVER_ADDRESS") or "127.0.0.1"
    here = surroundings.get("HOTSPOTS_EDITION") != "public" and not surroundings.get("HOTSPOTS_ACCESS")
    address = "127.0.0.1" if here else address
    print(words.say("The dashboard opens at {address} (stop it with Ctrl-C)", address=f"http://{address}:{choices.port}"), file=sys.stderr)
    if choices.workers > 1:
        server += ["--server.headless", "true"]
        known = {"address": address, "port": choices.port, "count": choices.workers, "words": words}
        return workers.run(server, folder, surroundings, **known)
    server += ["--server.port", str(choices.port), "--server.headless", "false" if screen else "true"]
    server += ["--server.address", address] if here else []  # without sign-in it stays here, whatever the environment says
    return _wait(subprocess.Popen(server, cwd=folder, env=surroundings))  # noqa: S603


def environment(public: Path | None) -> dict[str, str]:
    """Return the environment of the server, which runs in a folder of its own: every folder that is named is written out."""
    named = ARENAS | os.environ
    if public:
        named |= {"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(public)}
    folders = [name for name in FOLDERS if named.get(name) and not settings.is_database(named[name])]
    return named | {name: str(Path(named[name]).expanduser().absolute()) for name in folders}


def _wait(server: subprocess.Popen[bytes]) -> int:
    """Return the exit status of the server; what stops this process stops it too."""
    before = signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        return max(server.wait(), 0)
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)

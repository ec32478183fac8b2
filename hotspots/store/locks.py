"""A lock that says who holds it and since when. The system takes it back when its holder's process ends, however it ends."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO


class TakenError(RuntimeError):
    """Another holds the lock: `who` is its user, process and host, `since` is when.

    `who` is empty where the lock was taken this very moment, and its holder has not said anything yet.
    """

    def __init__(self, who: dict[str, str], since: str) -> None:
        self.who, self.since = who, since
        super().__init__(f"{' '.join(who.values())} {since}")


@contextlib.contextmanager
def hold(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock that lives in the file `path`; raises `TakenError` where another keeps it for longer than `wait` seconds."""
    try:
        import fcntl
    except ImportError:  # no such lock on this system: who writes there is the user's to keep apart
        yield
        return
    until = time.monotonic() + wait
    with path.open("a+", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise _taken(path) from None
                time.sleep(0.05)
        _sign(file)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                file.truncate(0)


def _sign(file: TextIO) -> None:
    """Write into the lock who holds it. That only informs: where it cannot be written the lock holds all the same."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""
    holder = {"user": user, "host": socket.gethostname(), "pid": os.getpid(), "start": datetime.now(UTC).isoformat(timespec="seconds")}
    with contextlib.suppress(OSError):
        file.truncate(0)
        file.write(json.dumps(holder))
        file.flush()


def _taken(path: Path) -> TakenError:
    now = datetime.now().astimezone()
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(holder["start"]).astimezone()
        who = {"user": holder["user"] or "?", "process": str(holder["pid"]), "host": holder["host"]}
    except (OSError, ValueError, KeyError, TypeError):  # taken this very moment
        since, who = now, {}
    day = "" if since.date() == now.date() else f"{since.date()} "
    return TakenError(who, f"{day}{since:%H:%M}")

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
    """Another holds the lock. The text says who and since when: `ana (process 7 on desk) since 09:12`."""


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
                    raise TakenError(_holder(path)) from None
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


def _holder(path: Path) -> str:
    now = datetime.now().astimezone()
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(holder["start"]).astimezone()
        name = f"{holder['user'] or 'somebody'} (process {holder['pid']} on {holder['host']})"
    except (OSError, ValueError, KeyError, TypeError):  # taken this very moment
        since, name = now, "somebody else"
    day = "" if since.date() == now.date() else f"{since.date()} "
    return f"{name} since {day}{since:%H:%M}"

"""What a piece of reading may do that it should not; each runs in a process of its own."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspots.store.schema import DataError
from hotspots.words import Told, told


def echo(*values: Any, **named: Any) -> Any:
    return values, named


def layer() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": ["01"], "n": [1.5]}, geometry=[shapely.box(0, 0, 1, 1)], crs=32615)


def hoard(megabytes: int) -> int:
    held = [np.ones(125_000) for _ in range(megabytes)]
    return len(held)


def spin() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(600)


def crash() -> None:
    os.abort()


def stumble() -> None:
    raise KeyError("an error of ours")


def refuse() -> None:
    raise DataError([told("{n} rows", n=3), told("and more")])


def asking(*, ask: Callable[[Any], str], progress: Callable[[Told], None]) -> str:
    progress(told("step {k}", k=1))
    return f"{ask(told('which?'))} taken"


def write(path: Path) -> str:
    """Write beside where it works, and say where that is."""
    Path("left.txt").write_text("x")
    return f"{Path.cwd()} {path}"


def flood_disk() -> None:
    with open("flood", "wb") as file:
        for _ in range(1200):
            file.write(bytes(1_000_000))
            file.flush()


def reach_out(port: int) -> list[str]:
    """Try every way out, and return what each came to."""
    found = []
    for attempt in (
        lambda: socket.create_connection(("127.0.0.1", port), 2).close(),
        lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: gpd.read_file(f"/vsicurl/http://127.0.0.1:{port}/stolen.geojson"),
        lambda: _connect_by_hand(port),
    ):
        try:
            attempt()
            found.append("reached")
        except Exception as error:
            found.append(type(error).__name__)
    return found


def _connect_by_hand(port: int) -> None:
    """Connect as a library in C would, past everything that Python was told."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    address = b"\x02\x00" + port.to_bytes(2, "big") + socket.inet_aton("127.0.0.1") + bytes(8)
    if handle < 0 or libc.connect(handle, address, 16):
        raise PermissionError(ctypes.get_errno())


def settings(name: str) -> str | None:
    """Return a setting of the program."""
    return os.environ.get(name)

"""How much a process that reads may take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MEMORY = 1_900_000_000  # bytes beside the program itself, so that all of it stays within 2 GB
SECONDS = 60.0  # of processor time for each part of the input
PART = 50_000_000  # bytes
WAITING = 1.5  # times the processor time that may pass on the clock
FILE_BYTES = 1_000_000_000  # of one file that it writes
OPEN_FILES = 256
ANSWER_BYTES = 200_000_000  # of one message to the process that asked


@dataclass(frozen=True)
class Most:
    """The most that one reading may take: bytes of memory, and seconds of processor time; the clock may pass half as much again."""

    memory: int = MEMORY
    seconds: float = SECONDS


def allowed(files: Iterable[Path]) -> Most:
    """Return the limits for reading these files: 60 seconds for each 50 MB begun.

    >>> allowed([]).seconds
    60.0
    """
    size = sum(path.stat().st_size for path in files if path.is_file())
    return Most(seconds=SECONDS * max(1, -(-size // PART)))

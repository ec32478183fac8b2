"""Folders for a moment: each is gone when its work is done; what a process left that was killed goes when the next one begins."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = "hotspots-scratch-"
OLD = 3600.0  # seconds; a folder that is younger may be held in a moment
_OURS = re.compile(re.escape(PREFIX) + r"\w{8}")


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Give an empty folder that this user alone can read, as long as the block runs.

    A process that is killed leaves it. So whoever has one holds its lock, which goes with the process, and whoever asks for one first
    removes those of the same user that nobody holds and nobody touched for an hour. Where the system has no such lock, none is removed.

    >>> with folder() as there:
    ...     there.name.startswith(PREFIX), list(there.iterdir())
    (True, [])
    >>> there.exists()
    False
    """
    sweep()
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as named, _held(Path(named)):
        yield Path(named)


def sweep() -> list[Path]:
    """Remove what killed processes of this user left, and return it."""
    gone = []
    with contextlib.suppress(OSError):
        for one in os.scandir(tempfile.gettempdir()):
            with contextlib.suppress(OSError):  # another removes it at this moment
                if _OURS.fullmatch(one.name) and _is_left(one):
                    with _held(Path(one.path)) as alone:
                        if alone:
                            shutil.rmtree(one.path, ignore_errors=True)
                            gone.append(Path(one.path))
    return gone


def _is_left(one: os.DirEntry[str]) -> bool:
    facts = one.stat(follow_symlinks=False)
    own = hasattr(os, "getuid") and facts.st_uid == os.getuid()
    return own and one.is_dir(follow_symlinks=False) and time.time() - facts.st_mtime > OLD


@contextlib.contextmanager
def _held(there: Path) -> Iterator[bool]:
    """Hold the lock of a folder as long as the block runs, and tell whether it was free; False where the system has none."""
    try:
        import fcntl
    except ImportError:
        yield False
        return
    descriptor = os.open(there, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except OSError:  # another has it, or this file system has no locks
            free = False
        yield free
    finally:
        os.close(descriptor)

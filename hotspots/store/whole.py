"""Files and folders written whole or not at all: whoever looks, and whenever it is killed, sees the old one or the new one."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import threading
from pathlib import Path

from hotspots.store import checked_json

_AT_FDCWD, _EXCHANGE = -100, 2  # of renameat2 on Linux


def write(path: Path, content: bytes, *, mode: int = 0o644, anew: bool = False) -> None:
    """Write a file beside its place, flush it to disk and move it there. What a killed call left behind is written over by the next.

    `anew`: a `FileExistsError` where there is one already, which stays as it is.
    """
    own = f"-{os.getpid()}-{threading.get_ident()}" if anew else ""  # of two that begin, each its own
    building = path.with_name(f".tmp-{path.name}{own}")
    try:
        building.unlink(missing_ok=True)
        with os.fdopen(os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if anew:
            os.link(building, path)
        else:
            os.replace(building, path)
    finally:
        with contextlib.suppress(OSError):
            building.unlink(missing_ok=True)
    checked_json.flush_folder(path.parent)


def swap(new: Path, place: Path) -> None:
    """Let the folders `new` and `place` change places: in one step where the system can, so that there is one at `place` at any moment.

    Where it cannot, the old one steps aside for as long as a rename takes; it comes back where the new one cannot be put.
    """
    if _exchanged(new, place):
        return
    aside = new.with_name(f"{new.name}-old")
    os.rename(place, aside)
    try:
        os.rename(new, place)
    except BaseException:
        os.rename(aside, place)
        raise
    os.rename(aside, new)


def remove(path: Path) -> None:
    """Remove a file or a folder; a folder under another name first, so that nobody sees half of it."""
    if not path.is_dir():
        path.unlink()
        return
    gone = path.with_name(f".tmp-gone-{path.name}")
    shutil.rmtree(gone, ignore_errors=True)
    os.rename(path, gone)
    shutil.rmtree(gone)


def _exchanged(one: Path, other: Path) -> bool:
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):  # another system
        return False
    if not rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE):
        return True
    fault = ctypes.get_errno()
    if fault in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):  # a file system that cannot
        return False
    raise OSError(fault, os.strerror(fault), str(other))

"""What a process that reads may not do: connect, start programs, take more memory, time, disk or files than it was given."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import socket
import struct
import sys
from typing import Any, NoReturn

from hotspots.readers.isolation.limits import FILE_BYTES, OPEN_FILES, Most

try:
    import resource
except ImportError:  # Windows: the process that asked watches alone
    resource = None  # type: ignore[assignment]

_KILL_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38  # of prctl
_FILTER, _ALL_THREADS = 1, 1  # of seccomp
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000  # refused: "operation not permitted"
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of the packet filter
# What is refused: sockets of any kind, programs, other processes' memory, and doors around the filter. By machine: its name for
# the filter, the number of seccomp itself, and the calls (socket connect accept accept4 bind listen execve execveat ptrace
# process_vm_readv process_vm_writev io_uring_setup mount bpf perf_event_open).
_MACHINES = {
    "x86_64": (0xC000003E, 317, (41, 42, 43, 288, 49, 50, 59, 322, 101, 310, 311, 425, 165, 321, 298)),
    "aarch64": (0xC00000B7, 277, (198, 203, 202, 242, 200, 201, 221, 281, 117, 270, 271, 425, 40, 280, 241)),
}


class OutOfTimeError(BaseException):
    """The processor time that was given is spent; no reader may take it for a fault of a file."""


def confine(most: Most) -> None:
    """Give this process its limits, for good: there is no way back."""
    _limit(most)
    _cut_off()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_KILL_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        _filter(libc)


def _limit(most: Most) -> None:
    if resource is None:
        return
    size = _address_space()
    _set(resource.RLIMIT_AS, size + most.memory if size else resource.RLIM_INFINITY)
    spent = sum(os.times()[:2])
    signal.signal(signal.SIGXCPU, _out_of_time)
    seconds = int(spent + most.seconds) + 1
    _set(resource.RLIMIT_CPU, seconds, seconds + 5)
    _set(resource.RLIMIT_FSIZE, FILE_BYTES)
    _set(resource.RLIMIT_NOFILE, OPEN_FILES)
    _set(resource.RLIMIT_CORE, 0)
    # not the number of processes: it counts all that the user runs, threads too, and a busy user would be refused; programs are
    # refused by the filter


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    with contextlib.suppress(ValueError, OSError):  # a system that knows the limit and does not let us set it
        ceiling = resource.getrlimit(kind)[1]
        wanted = soft if hard is None else hard
        top = wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling)
        resource.setrlimit(kind, (min(soft, top), top))


def _out_of_time(*_: Any) -> NoReturn:
    raise OutOfTimeError


def _address_space() -> int:
    """Return how many bytes of addresses this process has now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _cut_off() -> None:
    """Take the network away from Python, and tell the map library to stay at home, whatever the system can do besides."""
    socket.socket.connect = _refused  # type: ignore[method-assign]
    socket.socket.connect_ex = _refused  # type: ignore[method-assign]
    socket.socket.bind = _refused  # type: ignore[method-assign]
    socket.getaddrinfo = _refused
    nowhere = "127.0.0.1:9"
    os.environ |= {
        "GDAL_HTTP_PROXY": nowhere,
        "GDAL_HTTPS_PROXY": nowhere,
        "GDAL_HTTP_CONNECTTIMEOUT": "1",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "PROJ_NETWORK": "OFF",
        "http_proxy": nowhere,
        "https_proxy": nowhere,
    }


def _refused(*_: Any, **__: Any) -> NoReturn:
    raise PermissionError("a process that reads has no network")


def _filter(libc: Any) -> bool:
    """Let the system refuse what `_MACHINES` lists; return whether it can."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return False
    machine, number, calls = known
    rules = _rules(machine, calls)
    held = ctypes.create_string_buffer(rules, len(rules))
    program = struct.pack("HxxxxxxP", len(rules) // 8, ctypes.addressof(held))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return bool(libc.syscall(number, _FILTER, _ALL_THREADS, program) == 0)


def _rules(machine: int, calls: tuple[int, ...]) -> bytes:
    """Return the filter: another machine's calls end the process, the listed ones are refused, all others pass."""
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps += [(_AT_LEAST, len(calls) + 1, 0, 0x40000000)]  # the second numbering of x86_64
    steps += [(_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)

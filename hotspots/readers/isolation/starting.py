"""Starting a process that reads, ending it, and seeing what it takes; on each system as that system can."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from hotspots.readers.isolation.channel import Channel
from hotspots.settings import is_database

_CHILD = "hotspots.readers.isolation.child"
_QUIET = {  # one thread each: what forks has no other, and what reads has its processor time to itself
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONUNBUFFERED": "1",
}
_PATIENCE = 5.0  # seconds for a process to say its number, or to be gone
FORKS = sys.platform == "linux"  # elsewhere system libraries do not bear it


class Child:
    """A process that reads: what it was `heard` to say (None: it is gone), and how to end it and see what it takes."""

    def __init__(self, channel: Channel, process: subprocess.Popen[bytes] | None = None) -> None:
        self.channel, self.process = channel, process
        self.pid = 0
        self.own = 0  # bytes that it takes before it has read anything
        self.heard: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._handle = -1
        self._known = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True, name="hotspots-reading")
        self._listener.start()

    def _listen(self) -> None:
        while (message := self.channel.receive()) is not None:
            if "pid" in message:
                self._know(int(message["pid"]))
            else:
                self.heard.put(message)
        self._known.set()
        self.heard.put(None)
        self.channel.incoming.close()

    def _know(self, pid: int) -> None:
        """Note the number of the process; one that another has forked by a handle, so that no later process is taken for it."""
        if self.process is None and hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self._handle = os.pidfd_open(pid)
        self.pid = pid
        self.own = self.takes(0, 0.0)[0]
        self._known.set()

    def takes(self, memory: int, seconds: float) -> tuple[int, float]:
        """Return the bytes of memory that it takes and the seconds of processor time that it took; what was known, where it is gone."""
        try:
            return _taken(self.pid) if self.pid else (memory, seconds)
        except (OSError, ValueError, IndexError):
            return memory, seconds

    def end(self) -> None:
        """End it, and what is open to it."""
        with contextlib.suppress(OSError):
            self.channel.outgoing.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        else:
            self._known.wait(_PATIENCE)  # it says its number first of all
            self._kill()
        self._listener.join(_PATIENCE)

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            elif self.pid:
                os.kill(self.pid, signal.SIGKILL)
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


@contextlib.contextmanager
def start(module: str) -> Iterator[Child]:
    """Give a process that waits for its work, and end it when the work is done or given up; `module` is where the work stands."""
    child = _forked(module) if FORKS else _fresh()
    try:
        yield child
    finally:
        child.end()


def _fresh() -> Child:
    process = subprocess.Popen(  # noqa: S603  this program itself
        [sys.executable, "-m", _CHILD, "once"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(), **_apart()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return Child(Channel(process.stdout, process.stdin), process)  # type: ignore[arg-type]


def _forked(module: str) -> Child:
    to_child, ours_out = os.pipe()
    ours_in, from_child = os.pipe()
    try:
        _SOURCE.fork(module, [to_child, from_child])
    except BaseException:
        os.close(ours_out)
        os.close(ours_in)
        raise
    finally:
        os.close(to_child)
        os.close(from_child)
    return Child(Channel(os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")))


class _Source:
    """The process that forks those that read. It is started with the first, and ends with this one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.control: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0

    def fork(self, module: str, descriptors: list[int]) -> None:
        """Have a process forked that holds the descriptors; a source that is gone is started anew."""
        message = json.dumps({"module": module}).encode()
        with self.lock:
            if self.process is None or self.owner != os.getpid() or self.process.poll() is not None:
                self._begin()
            assert self.control is not None
            try:
                socket.send_fds(self.control, [message], descriptors)
            except OSError:
                self._begin()
                socket.send_fds(self.control, [message], descriptors)

    def _begin(self) -> None:
        if self.owner == os.getpid():
            self.close()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", _CHILD, "fork", str(theirs.fileno())]
            self.process = subprocess.Popen(  # noqa: S603  this program itself
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=_environment(), pass_fds=[theirs.fileno()], **_apart()
            )
        self.owner = os.getpid()

    def close(self) -> None:
        """End the source; what it forked ends with it."""
        if self.control is not None and self.owner == os.getpid():
            self.control.close()
            self.control = None
        if self.process is not None and self.owner == os.getpid():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=_PATIENCE)
            self.process.kill()
            self.process.wait()
            self.process = None


_SOURCE = _Source()
atexit.register(_SOURCE.close)


def _environment() -> dict[str, str]:
    """Return the surroundings of the process: no password of a database is among them."""
    found = {name: value for name, value in os.environ.items() if name != "PGPASSWORD" and not is_database(value)}
    return {**found, **_QUIET, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}


def _apart() -> dict[str, Any]:
    """Keep the keys that stop this program from stopping the process before this one can say so."""
    return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)} if os.name == "nt" else {"start_new_session": True}


def _taken(pid: int) -> tuple[int, float]:
    if sys.platform == "linux":
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            parts = file.read().rpartition(")")[2].split()
        return int(parts[21]) * os.sysconf("SC_PAGE_SIZE"), (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    return (_taken_on_windows if os.name == "nt" else _taken_by_ps)(pid)


def _taken_by_ps(pid: int) -> tuple[int, float]:
    found = subprocess.run(["/bin/ps", "-o", "rss=,time=", "-p", str(pid)], capture_output=True, text=True, check=False, timeout=5)  # noqa: S603
    kilobytes, clock = found.stdout.split()
    days, _, rest = clock.rpartition("-")
    seconds = 0.0
    for part in rest.split(":"):
        seconds = seconds * 60 + float(part)
    return int(kilobytes) * 1024, seconds + 86_400 * int(days or 0)


def _taken_on_windows(pid: int) -> tuple[int, float]:
    """Return the memory alone: the clock of the process that asked stands for its processor time."""
    listed = ["tasklist", "/FI", f"PID eq {pid}", "/FO", "CSV", "/NH"]
    found = subprocess.run(listed, capture_output=True, text=True, check=False, timeout=5)  # noqa: S603
    digits = "".join(sign for sign in found.stdout.rstrip().split('","')[-1] if sign.isdigit())
    return int(digits) * 1024, 0.0

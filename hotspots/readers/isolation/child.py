"""The process that reads: it does one piece of work within its limits, asks and tells on the way, and answers.

On Linux it is forked by a process that has the libraries loaded already and does nothing else (`python -m … fork`), so that it starts
in some hundredths of a second; elsewhere it is a fresh interpreter that works once (`python -m … once`).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, NoReturn

from hotspots.readers.isolation.channel import Channel
from hotspots.readers.isolation.confinement import OutOfTimeError, confine
from hotspots.readers.isolation.limits import Most
from hotspots.readers.isolation.plain import SETTINGS, Parcel
from hotspots.words import ToldError

_REQUEST_BYTES = 1_000_000
_TRACE = 20_000  # letters of it that are passed on


def work(channel: Channel) -> None:
    """Do what the first message asks for, and send what came of it."""
    request = channel.receive()
    if request is None:
        return
    for name in [one for one in os.environ if one.startswith(SETTINGS)]:
        del os.environ[name]
    os.environ.update(request["settings"])
    folder = Path(request["folder"])
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    parcel = Parcel(folder)
    channel.send({"pid": os.getpid()})
    try:
        confine(Most(request["memory"], request["seconds"]))
        answer = {"done": parcel.pack(_result(request, parcel, channel))}
    except ToldError as fault:
        answer = {"fault": parcel.pack(fault)}
    except MemoryError:
        answer = {"ended": "memory"}
    except OutOfTimeError:
        answer = {"ended": "time"}
    except Exception as error:  # an error of ours, or of a library: told as such where it can be, with what a programmer needs
        answer = {"ended": "memory"} if _of_memory(error) else {"broken": type(error).__name__, "trace": traceback.format_exc()[-_TRACE:]}
    channel.send(answer)


def _of_memory(error: Exception) -> bool:
    """Return whether a library that knows no `MemoryError` ran out of memory."""
    return "bad_alloc" in f"{error}"


def _result(request: dict[str, Any], parcel: Parcel, channel: Channel) -> Any:
    function: Any = importlib.import_module(request["module"])
    for part in request["function"].split("."):
        function = getattr(function, part)
    named = parcel.open(request["named"])
    if request["asks"]:

        def ask(question: Any) -> Any:
            channel.send({"ask": parcel.pack(question)})
            return parcel.open((channel.receive() or {})["answer"])

        named["ask"] = ask
    if request["tells"]:
        named["progress"] = lambda step: channel.send({"step": parcel.pack(step)})
    return function(*parcel.open(request["arguments"]), **named)


def _fork_on_request(control: socket.socket) -> None:
    """Fork a process for each request, until the process that asks is gone; load what each needs before, so that the next has it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets those that ended
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, _REQUEST_BYTES, 2)
        if not data:
            return
        with contextlib.suppress(Exception):  # the process that works meets the same fault, and tells it
            importlib.import_module(json.loads(data)["module"])
        gc.freeze()
        if os.fork() == 0:
            control.close()
            _worker(descriptors)
        for one in descriptors:
            os.close(one)


def _worker(descriptors: list[int]) -> NoReturn:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        incoming, outgoing = descriptors
        work(Channel(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")))
    except OSError:  # the process that asked is gone
        os._exit(1)
    finally:
        os._exit(0)


def _once() -> None:
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    work(Channel(incoming, outgoing))


if __name__ == "__main__":
    if sys.argv[1] == "fork":
        _fork_on_request(socket.socket(fileno=int(sys.argv[2])))
    else:
        _once()

"""One city in a process of its own: what libraries keep for ever goes with it, and what it takes is its own.

It reads the order from standard input and ends when that is closed, so that it does not outlive who asked. It writes lines of JSON: each
step, and in the last one the account.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hotspots.cli import one_city
from hotspots.cli.one_city import Account, Order
from hotspots.words import words_for

_LOOK = 0.2  # seconds between two looks at what a city takes


class EndedError(RuntimeError):
    """The process of a city ended before it was done."""


def work(order: Order, surroundings: Mapping[str, str], language: str, *, hear: Callable[[str], None]) -> Account:
    """Do what is missing of a city in a process of its own, with the settings of whoever asked; `hear` hears each step in a `language`.

    Raises `EndedError` where it ended before it was done.
    """
    others = {name: value for name, value in os.environ.items() if not name.startswith("HOTSPOTS_")}
    path = os.pathsep.join(one or os.getcwd() for one in sys.path)
    command, account = [sys.executable, "-m", __name__], None
    with subprocess.Popen(  # noqa: S603  this program itself
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**others, **surroundings, "PYTHONPATH": path}
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(pickle.dumps((order, language)))
            process.stdin.flush()
        for line in process.stdout:
            message = json.loads(line)
            if "step" in message:
                hear(message["step"])
            else:
                account = pickle.loads(base64.b64decode(message["account"]))  # noqa: S301  from this program itself
    if account is None:
        raise EndedError(process.returncode)
    return account  # type: ignore[no-any-return]


def main() -> None:
    """Do the work that standard input names."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is none of our lines
    order, language = pickle.load(sys.stdin.buffer)  # noqa: S301  from this program itself
    threading.Thread(target=_end_with_who_asked, daemon=True, name="hotspots-end").start()
    words = words_for(language)

    def tell(**message: str) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    with Meter() as meter:
        account = one_city.work(order, hear=lambda step: tell(step=words.tell(step)), clock=meter.seconds)
    account = replace(account, seconds=meter.taken, memory=meter.most)
    tell(account=base64.b64encode(pickle.dumps(account)).decode("ascii"))


def _end_with_who_asked() -> None:
    while os.read(0, 1):  # not through the buffer, whose lock would be held when the program ends
        pass
    os._exit(9)


class Meter:
    """Processor time and memory of this process and of all that it started, looked at while it works."""

    def __init__(self) -> None:
        import psutil

        self.psutil, self.own = psutil, psutil.Process()
        self.most, self.taken = 0, 0.0
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True, name="hotspots-meter")

    def __enter__(self) -> Meter:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()
        self.taken = self.seconds()

    def _tree(self) -> list[Any]:
        return [self.own, *self.own.children(recursive=True)]

    def seconds(self) -> float:
        """Return the processor time since this process began, with that of processes that ended."""
        total = 0.0
        for one in self._tree():
            with contextlib.suppress(self.psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def _look(self) -> None:
        while True:
            self.most = max(self.most, sum(map(self._memory, self._tree())))
            if self._ended.wait(_LOOK):
                return

    def _memory(self, one: Any) -> int:
        """Return the bytes of a process, of those that it shares with others its part, where the system tells."""
        try:
            found = one.memory_full_info()
            return int(getattr(found, "pss", 0) or found.rss)
        except self.psutil.Error:
            return 0


if __name__ == "__main__":
    main()

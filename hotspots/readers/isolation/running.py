"""`isolated`: one piece of reading in a process of its own, watched from here."""

from __future__ import annotations

import logging
import os
import queue
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hotspots.readers.isolation.limits import WAITING, Most, allowed
from hotspots.readers.isolation.plain import SETTINGS, Parcel
from hotspots.readers.isolation.starting import Child, start
from hotspots.settings import is_database
from hotspots.store import scratch
from hotspots.store.moving import lend
from hotspots.store.schema import DataError
from hotspots.words import Told, told

_T = TypeVar("_T")
_LOOK = 0.1  # seconds between two looks at what the process takes
_NEAR = 0.7  # of the memory: a process that died above this share died of it
_log = logging.getLogger(__name__)


class Stop(Protocol):
    """What says that the person wants no more of it, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether to stop."""
        ...


class ReadingEndedError(DataError):
    """Reading was ended before it was done, and nothing was changed; `why` is "memory", "time", "stopped" or "broken"."""

    def __init__(self, why: str, sentence: Told) -> None:
        super().__init__(sentence)
        self.why = why


def isolated(
    work: Callable[..., _T],
    *arguments: Any,
    ask: Callable[[Any], str] | None = None,
    progress: Callable[[Told], None] | None = None,
    stop: Stop | None = None,
    most: Most | None = None,
    beside: str = "",
    **named: Any,
) -> _T:
    """Return `work(*arguments, **named)`, done in a process of its own that has limits and no network.

    `work` is a function of a module; what it takes and returns must be what `plain.Parcel` knows. Where `ask` or `progress` is given,
    `work` gets one that hands on to it: questions are answered here, and the clock stands still meanwhile. `most` are the limits,
    else those of the files among the arguments. `beside` is the city whose version served the work may look at. The errors of `work` that a
    reader may see are raised here as they were raised there; where it took too much, crashed, or `stop` was set, a `ReadingEndedError` says
    why. Nothing of it is left on disk.
    """
    given = (*arguments, *named.values())
    files = [path for one in given for path in (one if isinstance(one, list | tuple) else [one]) if isinstance(path, Path)]
    limits = most or allowed(files)
    with scratch.folder() as folder, start(work.__module__) as child:
        parcel = Parcel(folder)
        request = {
            "module": work.__module__,
            "function": work.__qualname__,
            "arguments": parcel.pack(_whole(arguments)),
            "named": parcel.pack({name: _whole(one) for name, one in named.items()}),
            "asks": ask is not None,
            "tells": progress is not None,
            "folder": str(folder),
            "settings": _settings(beside, folder / "store"),
            "memory": limits.memory,
            "seconds": limits.seconds,
        }
        child.channel.send(request)
        answer: _T = _Watch(child, parcel, limits, stop).answer(ask, progress)
        return answer


def _settings(beside: str, lent: Path) -> dict[str, str]:
    """Return this program's settings as they are now: what forks the process may have been started with others, in another folder.

    The address of a database stays here: it may hold a password, and whoever reads a file has no business there. Of a store in one, the
    version served of the city `beside` is `lent` as a folder.
    """
    if is_database(os.environ.get("HOTSPOTS_STORE", "")):
        lend(beside, lent)
        return _settings_without_addresses() | {"HOTSPOTS_STORE": str(lent)}
    return _settings_without_addresses()


def _settings_without_addresses() -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if name.startswith(SETTINGS) and not is_database(value)}
    return found | {name: os.path.abspath(found[name]) for name in ("HOTSPOTS_STORE", "HOTSPOTS_CITIES") if found.get(name)}


def _whole(value: Any) -> Any:
    """Return paths as they are from anywhere: the process works in a folder of its own."""
    if isinstance(value, list | tuple):
        return type(value)(_whole(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _whole(getattr(value, one.name)) for one in fields(value)})
    return value.absolute() if isinstance(value, Path) else value


class _Watch:
    """Hears what the process says, and ends it where it takes too much."""

    def __init__(self, child: Child, parcel: Parcel, most: Most, stop: Stop | None) -> None:
        self.child, self.parcel, self.most, self.stop = child, parcel, most, stop
        self.memory, self.seconds, self.waited = 0, 0.0, 0.0
        self.step: Told | str = ""
        self.began = time.monotonic()

    def answer(self, ask: Callable[[Any], str] | None, progress: Callable[[Told], None] | None) -> Any:
        """Return what came of it, passing on questions and steps on the way."""
        while True:
            try:
                message = self.child.heard.get(timeout=_LOOK)
            except queue.Empty:
                self._look()
                continue
            if message is None:
                raise self._ended("")
            if "step" in message and progress:
                step = self.step = self.parcel.open(message["step"])
                progress(step)
            elif "ask" in message and ask:
                asked = time.monotonic()
                reply = ask(self.parcel.open(message["ask"]))
                self.waited += time.monotonic() - asked
                self.child.channel.send({"answer": reply})
            else:
                return self._last(message)
            self._look()

    def _last(self, message: dict[str, Any]) -> Any:
        if "done" in message:
            return self.parcel.open(message["done"])
        if "fault" in message:
            raise self.parcel.open(message["fault"])
        if "broken" in message:
            _log.error("reading broke in a process of its own\n%s", message.get("trace", ""))
            raise self._ended(str(message["broken"]))
        raise _too_much(str(message.get("ended")), self.most, self.step)

    def _look(self) -> None:
        if self.stop is not None and self.stop.is_set():
            raise ReadingEndedError("stopped", told("reading was stopped; nothing was changed"))
        self.memory, self.seconds = self.child.takes(self.memory, self.seconds)
        passed = time.monotonic() - self.began - self.waited
        if self.memory > self.most.memory + self.child.own:
            raise _too_much("memory", self.most, self.step)
        if self.seconds > self.most.seconds + 2 or passed > self.most.seconds * WAITING:
            raise _too_much("time", self.most, self.step)

    def _ended(self, kind: str) -> ReadingEndedError:
        """Return why a process is gone that did not say so itself."""
        if not kind and self.memory > _NEAR * self.most.memory:
            return _too_much("memory", self.most, self.step)
        if not kind and self.seconds >= self.most.seconds:
            return _too_much("time", self.most, self.step)
        sentence = told(
            "reading broke through a fault of this program or of a library, not of yours ({kind}; last step: {step}); nothing was "
            "changed: save the file in another format, such as CSV, and report the fault",
            kind=kind or told("the process ended without a word"),
            step=self.step or told("the first"),
        )
        return ReadingEndedError("broken", sentence)


def _too_much(why: str, most: Most, step: Told | str) -> ReadingEndedError:
    if why == "memory":
        sentence = told(
            "reading took more than {most} MB of memory and was ended (last step: {step}); nothing was changed: give only the rows, "
            "columns and shapes that are needed, or split the file by year",
            most=f"{most.memory / 1e6:,.0f}",
            step=step or told("the first"),
        )
    else:
        sentence = told(
            "reading took more than {most} seconds and was ended (last step: {step}); nothing was changed: give only the rows, "
            "columns and shapes that are needed, or split the file by year",
            most=f"{most.seconds:,.0f}",
            step=step or told("the first"),
        )
    return ReadingEndedError(why, sentence)

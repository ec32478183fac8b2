"""Questions that take long where the data are many: answered in a process of its own, within limits, and kept on disk."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hotspots
from hotspots.cities import City
from hotspots.inference import steps
from hotspots.questions.restricted.asked import Asked, Question
from hotspots.readers.isolation.limits import Most
from hotspots.readers.isolation.plain import Parcel
from hotspots.readers.isolation.running import ReadingEndedError, Stop, isolated
from hotspots.store import scratch, worked_out
from hotspots.store.schema import DataError
from hotspots.study.selection import Selection
from hotspots.words import Told, told

MANY = 10_000  # victims: up to here nobody waits for long
MOST = 300_000  # victims: above, nothing is begun
LIMITS = Most(seconds=240.0)  # three times what the scan of a hundred thousand victims takes
_VALUE = "value.json"


def takes_long(question: Question[..., Any], asked: Asked) -> bool:
    """Return whether a question is one that takes long, about data that are many."""
    return question.long and asked.study.everywhere.victims > MANY


def answer(
    question: Question[..., Any],
    asked: Asked,
    arguments: tuple[Any, ...],
    named: Mapping[str, Any],
    *,
    progress: Callable[[Told], None] | None = None,
    stop: Stop | None = None,
) -> Any:
    """Return the answer to a question that takes long: the one that is kept, else one worked out in a process of its own.

    Where there are more than `MOST` victims nothing is begun. Where it takes more than `LIMITS`, crashes, or `stop` is set, a `DataError`
    says so and what to do.
    """
    victims = asked.study.everywhere.victims
    if victims > MOST:
        raise DataError(
            told(
                "this is worked out for up to {most} people killed, and these are {n}: choose a shorter period, or a filter",
                most=f"{MOST:,}",
                n=f"{victims:,.0f}",
            )
        )
    chosen = question.read(asked.selection)
    key = _key(question, chosen, arguments, named)
    kept = worked_out.read(chosen.city, key)
    if kept is not None:
        return _opened(kept)
    try:
        value = isolated(
            _work, asked.city, chosen, question.name, arguments, dict(named), progress=progress or _nobody, stop=stop, most=LIMITS
        )
    except ReadingEndedError as fault:
        raise DataError(_WHY[fault.why]) from fault
    worked_out.keep(chosen.city, key, _packed(value), held=without_districts(chosen.content))
    return value


def _work(
    city: City, chosen: Selection, name: str, arguments: tuple[Any, ...], named: dict[str, Any], *, progress: Callable[[Told], None]
) -> Any:
    """Answer, in the other process."""
    module, _, function = name.rpartition(".")
    question: Question[..., Any] = getattr(importlib.import_module(module), function)
    with steps.heard_by(lambda part, whole: progress(told("{n} of {all} shuffles", n=part, all=whole))):
        return question(Asked.about(city, chosen), *arguments, **named)


def _nobody(_: Told) -> None:
    """Hear of a step where nobody listens."""


_WHY: dict[str, Told] = {
    "memory": told("working this out took more memory than it may and was ended: choose a shorter period, or a filter"),
    "time": told("working this out took longer than it may and was ended: choose a shorter period, or a filter"),
    "stopped": told("a reader stopped working this out"),
    "broken": told("working this out broke through a fault of this program; the log of the server says more"),
}


def stopped() -> DataError:
    """Return what is said where a reader stopped it."""
    return DataError(_WHY["stopped"])


def _key(question: Question[..., Any], chosen: Selection, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    asked = (_program(), question.name, repr(chosen), arguments, sorted(named.items()))
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:32]


@functools.cache
def _program() -> str:
    """Return the hash of all that works answers out: what another program worked out is not taken for its own."""
    found = hashlib.sha256()
    root = Path(hotspots.__file__).parent
    for path in sorted(root.joinpath(part) for part in ("statistics", "inference", "study", "geography")):
        for file in sorted(path.rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()


def without_districts(content: str) -> str:
    """Return the hash of a version's data, without the districts that a reader may see."""
    whole: str = json.loads(content)[0] if content.startswith("[") else content
    return whole


def _packed(value: Any) -> dict[str, bytes]:
    with scratch.folder() as folder:
        plain = json.dumps(Parcel(folder).pack(value)).encode()
        return {_VALUE: plain} | {path.name: path.read_bytes() for path in folder.iterdir()}


def _opened(files: Mapping[str, bytes]) -> Any:
    with scratch.folder() as folder:
        for name, one in files.items():
            (folder / Path(name).name).write_bytes(one)
        return Parcel(folder).open(json.loads(files[_VALUE]))

"""The record of who saw and did what: lines in the order in which they came, each bound to the one before by a keyed hash.

One file a month in the store's folder `record`. A line that was changed, moved, left out or put in breaks the chain there; how far it had
come stands beside it, so that a record cut at its end is noticed too. It holds no data of victims: who, when, what, which city and place.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotspots import settings
from hotspots.store import checked_json, locks, whole
from hotspots.store.formats import StoreError
from hotspots.words import told

WAIT = 10.0  # seconds for another process to end its line
KEY, END, START = "key", "end.json", "start.json"
_FIRST = "0" * 64


class RecordError(StoreError):
    """The record cannot be written or read, or is not what was written."""


@dataclass(frozen=True)
class Entry:
    """One line: when (UTC, ISO 8601), who with which role, what was done (such as `view`, `file`, `import`), and about what."""

    at: str
    who: str
    role: str
    what: str
    about: str


def folder() -> Path:
    """Return the folder of the record."""
    return settings.store_folder() / "record"


def add(who: str, role: str, what: str, about: str = "") -> None:
    """Write a line at the end and flush it to disk; a `RecordError` where that cannot be done: what it is about must then not happen."""
    place = folder()
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        entry = Entry(datetime.now(UTC).isoformat(timespec="milliseconds"), who[:200], role, what, about[:1000])
        months, first = int(settings.value("HOTSPOTS_RECORD_MONTHS")), not (place / f"{entry.at[:7]}.jsonl").exists()
        with locks.hold(place / ".lock", wait=WAIT):
            _append(place, entry)
        if first and months:
            with contextlib.suppress(RecordError):  # of a record that is not what was written nothing is deleted
                forget(months)
    except (OSError, locks.TakenError) as fault:
        raise RecordError(told("the record of who saw what cannot be written ({fault}), so nothing is given out", fault=fault)) from None


def _append(place: Path, entry: Entry) -> None:
    end = checked_json.read(place / END)
    if end is None:
        if _files(place):
            raise RecordError(told("the record has lost how far it had come; look at it with: hotspots audit verify"))
        end = {"chain": _FIRST, "n": 0}
        whole.write(place / END, checked_json.sealed(end), mode=0o600)
    key = _key(place)
    last, n = _taken_up(place, key, end["chain"], end["n"])
    chain = _chain(key, last, _text(entry))
    path = place / f"{entry.at[:7]}.jsonl"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write((json.dumps({"chain": chain, **vars(entry)}, ensure_ascii=True, sort_keys=True) + "\n").encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    whole.write(place / END, checked_json.sealed({"chain": chain, "n": n + 1}), mode=0o600)


def _taken_up(place: Path, key: bytes, last: str, n: int) -> tuple[str, int]:
    """Return how far the chain has come: a whole line that a killed call had written is taken up, half a line is taken away."""
    for path in _files(place)[-1:]:
        lines = path.read_bytes().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            whole.write(path, b"".join(lines[:-1]), mode=0o600)
            lines.pop()
        found = _entry(lines[-1]) if lines else None
        if found is not None and found[1] == _chain(key, last, _text(found[0])):
            return found[1], n + 1
    return last, n


def _text(entry: Entry) -> str:
    return json.dumps(vars(entry), ensure_ascii=True, sort_keys=True)


def _chain_of(line: bytes) -> str:
    try:
        return str(json.loads(line)["chain"])
    except (ValueError, KeyError, TypeError):
        return ""


def _chain(key: bytes, last: str, text: str) -> str:
    return hmac.new(key, f"{last}\n{text}".encode(), hashlib.sha256).hexdigest()


def _key(place: Path) -> bytes:
    """Return the key of the chain, made with the first line; a lost one is not replaced in silence."""
    path = place / KEY
    if not path.exists() and not _files(place):
        whole.write(path, secrets.token_bytes(32), mode=0o600)
    try:
        key = path.read_bytes()
    except OSError:
        key = b""
    if len(key) != 32:
        raise RecordError(told("the key of the record is lost or cut; put it back from a copy of the store"))
    return key


def _files(place: Path) -> list[Path]:
    return sorted(place.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"))


def entries() -> Iterator[Entry]:
    """Yield the lines, the newest first; what is no line is passed over: `verify` names it."""
    for path in reversed(_files(folder())):
        for line in reversed(path.read_bytes().splitlines()):
            found = _entry(line)
            if found is not None:
                yield found[0]


def _entry(line: bytes) -> tuple[Entry, str] | None:
    try:
        fields: dict[str, Any] = json.loads(line)
        chain = str(fields.pop("chain"))
        return Entry(**{name: str(value) for name, value in fields.items()}), chain
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def verify() -> int:
    """Return how many lines there are; a `RecordError` names the first that is not what was written."""
    place = folder()
    start, end = (checked_json.read(place / name) or {"chain": _FIRST, "n": 0} for name in (START, END))
    if not _files(place):
        if end["n"] != start["n"]:
            raise RecordError(told("the record of who saw what is gone: {n} lines had been written", n=end["n"]))
        return 0
    ends = [(start["chain"], start["n"])]
    for chain in _followed(place, _key(place), start["chain"]):
        ends = [ends[-1], (chain, ends[-1][1] + 1)]
    n = int(ends[-1][1] - start["n"])
    if (end["chain"], end["n"]) not in ends:  # the last but one: a call that was killed had written its line
        raise RecordError(told("the record was cut at its end: {n} lines are there", n=n))
    return n


def _followed(place: Path, key: bytes, last: str) -> Iterator[str]:
    """Yield the chain line by line; a `RecordError` where a line does not follow the one before."""
    files = _files(place)
    for path in files:
        for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
            if not line.endswith(b"\n") and path == files[-1]:
                return  # half a line: its call was killed, and the next takes it away
            found = _entry(line)
            if found is None or not hmac.compare_digest(found[1], _chain(key, last, _text(found[0]))):
                raise RecordError(told("the record is not what was written, from line {n} of {file} on", n=number, file=path.name))
            last = found[1]
            yield last


def forget(months: int) -> int:
    """Delete the months that ended more than `months` ago, whole, and return how many lines that were; the chain goes on behind them."""
    place, gone = folder(), 0
    verify()
    now = datetime.now(UTC)
    first = f"{(now.year * 12 + now.month - 1 - months) // 12:04}-{(now.year * 12 + now.month - 1 - months) % 12 + 1:02}"
    with locks.hold(place / ".lock", wait=WAIT):
        for path in _files(place):
            if path.stem >= first:
                break
            lines = path.read_bytes().splitlines()
            start = checked_json.read(place / START) or {"n": 0}
            chain = _chain_of(lines[-1]) if lines else start.get("chain", _FIRST)
            whole.write(place / START, checked_json.sealed({"chain": chain, "n": start["n"] + len(lines)}), mode=0o600)
            path.unlink()
            gone += len(lines)
    return gone

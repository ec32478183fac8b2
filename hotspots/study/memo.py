"""The one memo: of what was worked out for a study, its units, its streets, freed with them; and of what pages ask for. Bounded here."""

from __future__ import annotations

import dataclasses
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from types import FunctionType
from typing import Any, Concatenate, ParamSpec, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from scipy import sparse

from hotspots import settings

MOST_BYTES = settings.memory() // 2  # of what is worked out for studies, and as much of what pages ask for; the oldest goes first
LEAST_BYTES = 2**16  # what each result counts for at least: its own parts and names
_TEXT, _COUNTED = (bytes, str), (np.ndarray, pa.Table, pd.Series, pd.Index)  # tuples: asked of each of thousands of parts
_LOOKED_AT = 200  # of a long list so many are looked at
_MEASURED_AT = frozenset({1, 16, 256})  # times that a result was asked for: some grow, and to measure takes time

_Owner = TypeVar("_Owner")
_Asked = ParamSpec("_Asked")
_Found = TypeVar("_Found")
_Room = dict[int, int]  # bytes of each array, table or text, by its identity


class _Entry:
    """One result, and how much room each of its parts takes. Whoever asks while it is being worked out waits at its lock."""

    def __init__(self, owner: weakref.ref[Any] | None) -> None:
        self.owner = owner
        self.lock = threading.RLock()
        self.found: list[Any] = []
        self.room: _Room = {}
        self.asked = 0


class Memo:
    """Results by their keys, for all threads: each worked out once, all together within `most_bytes`.

    What several results share is counted once. What is returned is shared and must not be changed. What cannot be worked out is not kept.

    >>> memo = Memo(2**20)
    >>> memo.given("a", lambda: [1]) is memo.given("a", lambda: [2])
    True
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._of: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._parts: dict[int, tuple[int, int]] = {}  # bytes of each part, and in how many results it is
        self._lock = threading.RLock()  # of the tables alone, held for moments; taken again where an owner dies meanwhile

    def __len__(self) -> int:
        return len(self._of)

    def given(self, key: Hashable, make: Callable[[], _Found], *, owner: object = None) -> _Found:
        """Return what is kept under a key, else what `make` gives, which is kept as long as its `owner` lives, if it has one."""
        with self._lock:
            entry = self._of.get(key)
            if entry is None:
                # the memo is not held by what outlives it: an owner may die when the interpreter ends
                entry = self._of[key] = _Entry(None if owner is None else weakref.ref(owner, partial(_forget, weakref.ref(self), key)))
                self.bytes += LEAST_BYTES
            self._of.move_to_end(key)
        with entry.lock:
            if not entry.found:
                try:
                    entry.found.append(make())
                except BaseException:
                    self.forget(key, entry)
                    raise
            found: _Found = entry.found[0]
            entry.asked += 1
            if entry.asked in _MEASURED_AT:
                self._measure(key, entry, _parts(found, self._parts))
        return found

    def forget(self, key: Hashable, entry: _Entry | None = None) -> None:
        """Forget what is kept under a key (if it is still this `entry`)."""
        with self._lock:
            if key in self._of and entry in (None, self._of[key]):
                self._leave(self._of.pop(key))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._of.clear()
            self._parts.clear()
            self.bytes = 0

    def _measure(self, key: Hashable, entry: _Entry, room: _Room) -> None:
        """Count an entry anew, and make room for it: the one asked for last stays, however large it is."""
        with self._lock:
            if self._of.get(key) is not entry:
                return
            self._leave(entry)
            entry.room = room
            self.bytes += LEAST_BYTES
            for part, size in room.items():
                counted, times = self._parts.get(part, (size, 0))
                self._parts[part] = counted, times + 1
                self.bytes += 0 if times else counted
            while self.bytes > self.most_bytes and len(self._of) > 1:
                self._leave(self._of.popitem(last=False)[1])

    def _leave(self, entry: _Entry) -> None:
        """Take the room of an entry off the sum."""
        self.bytes -= LEAST_BYTES
        for part in entry.room:
            counted, times = self._parts.pop(part)
            if times > 1:
                self._parts[part] = counted, times - 1
            else:
                self.bytes -= counted
        entry.room = {}


def _forget(memo: weakref.ref[Memo], key: Hashable, _: object) -> None:
    there = memo()
    if there is not None:
        there.forget(key)


studies = Memo(MOST_BYTES)


def kept(owner: _Owner, make: Callable[Concatenate[_Owner, _Asked], _Found], /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Found:
    """Return `make(owner, …)`: worked out once for one owner and one set of arguments, for all threads, as long as the owner lives.

    The owner is a study, or a table or grid that many studies share; it is known by identity, since none is ever changed, and what is
    returned is shared and must not be changed either. Arguments must be hashable, and a given default is not the same as one left out.
    All results together take up to `MOST_BYTES`, counted when they are made and at times when they are asked for; the largest, a fine
    grid and what belongs to it, takes some 30 MB, most take under 1. What `make` raises is not kept. A result that holds its owner keeps
    it alive until it is crowded out.

    >>> from hotspots.testing import square_blocks
    >>> blocks = square_blocks(side=2)
    >>> kept(blocks, len), kept(blocks, len)
    (4, 4)
    """
    key = (id(owner), make, args, tuple(sorted(kwargs.items())))
    return studies.given(key, partial(make, owner, *args, **kwargs), owner=owner)


def kept_as(owner: object, name: Hashable, make: Callable[[], _Found]) -> _Found:
    """Return the same of what `make` alone says, known by a name that nothing else of this owner has."""
    return studies.given((id(owner), name), make, owner=owner)


def size(found: object) -> int:
    """Return about how many bytes a result takes: arrays, tables, shapes, texts, and what holds them, each once: a study may hold itself.

    >>> size((np.zeros(4), [np.zeros(2)], "four"))
    52
    """
    return sum(_parts(found).values())


def _parts(found: object, known: Mapping[int, tuple[int, int]] | None = None) -> _Room:
    """Return the bytes of each part of a result; of those `known` already, whose owners hold them, what is known."""
    room: _Room = {}
    _add(found, room, set(), known or {})
    return room


def _add(found: object, room: _Room, seen: set[int], known: Mapping[int, tuple[int, int]], times: float = 1) -> None:
    if id(found) in seen:
        return
    seen.add(id(found))
    counted = known.get(id(found))
    own = counted[0] if counted else _own_size(found)
    if own is not None:
        room[id(found)] = int(own * times)
        return
    held = _held(found)
    looked_at = held[:_LOOKED_AT]  # a list of many texts is like its first ones
    for one in looked_at:
        _add(one, room, seen, known, times * len(held) / len(looked_at))


def _own_size(found: object) -> int | None:
    """Return the bytes of what holds nothing else; None of everything else."""
    if isinstance(found, _TEXT):
        return len(found)
    if isinstance(found, gpd.GeoSeries):
        return int(found.size * 8 + 16 * shapely.get_num_coordinates(np.asarray(found.array)).sum())
    if isinstance(found, _COUNTED):
        return int(found.nbytes)
    if isinstance(found, pd.DataFrame):
        return sum(_own_size(one) or 0 for _, one in found.items())
    return None


def _held(found: object) -> list[Any]:
    """Return what a list, a table of names, a record or a function holds: an answer's sentence may hold the study that it is about."""
    if isinstance(found, FunctionType):
        return [cell.cell_contents for cell in found.__closure__ or ()]
    if isinstance(found, partial):
        return [found.func, *found.args, *found.keywords.values()]
    if isinstance(found, tuple | list | set | frozenset):
        return list(found)
    if isinstance(found, dict):
        return list(found.values())
    if dataclasses.is_dataclass(found) or sparse.issparse(found):
        return list(getattr(found, "__dict__", {}).values())
    return []


def key_of(value: object) -> Hashable:
    """Return plain values, and lists, tables of names and records of them, as what they can be known by: the same for what is equal.

    >>> key_of({"b": [1], "a": {2}}) == key_of({"a": {2}, "b": [1]}), key_of([1]) == key_of([2])
    (True, False)
    """
    if isinstance(value, Mapping):
        return ("by name", *sorted((str(name), key_of(one)) for name, one in value.items()))
    if isinstance(value, list | tuple):
        return tuple(key_of(one) for one in value)
    if isinstance(value, set | frozenset):
        return frozenset(key_of(one) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and type(value).__hash__ is not object.__hash__:
        return (type(value), *(key_of(getattr(value, one.name)) for one in dataclasses.fields(value)))
    assert isinstance(value, Hashable), f"nothing can be known by {type(value)}"
    return value
